"""What is measured: declared once, asked of the record as exact sums, judged with n and an interval."""

from troth.metrics.answering import Answer, Reading, answer, answer_all
from troth.metrics.composing import answer_any
from troth.metrics.definition import METRICS, Metric
from troth.metrics.ground import Cut, Ground
from troth.metrics.kinds import KINDS
from troth.metrics.lint import lint
from troth.metrics.ports import Rollups
from troth.metrics.request import Request

__all__ = [
    "KINDS",
    "METRICS",
    "Answer",
    "Cut",
    "Ground",
    "Metric",
    "Reading",
    "Request",
    "Rollups",
    "answer",
    "answer_all",
    "answer_any",
    "lint",
]
