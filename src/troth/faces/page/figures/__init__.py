"""Figures as inline SVG: one file a kind, the kinds in one visible table."""

from collections.abc import Mapping
from typing import Any, Protocol

from troth.faces.page.figures.bars import draw_bars
from troth.faces.page.figures.clock import draw_clock
from troth.faces.page.figures.control import draw_control
from troth.faces.page.figures.funnel import draw_funnel
from troth.faces.page.figures.gap import Replay, draw_gap, replay_of
from troth.faces.page.figures.histogram import draw_histogram
from troth.faces.page.figures.two_lines import draw_two_lines


class Draw(Protocol):
    """How every kind is called: the figure of a statement, an id for its text alternative, a width in pixels."""

    def __call__(self, figure: Mapping[str, Any], *, ident: str, width: float) -> str: ...


KINDS: Mapping[str, Draw] = {
    "bars": draw_bars,
    "clock": draw_clock,
    "control": draw_control,
    "funnel": draw_funnel,
    "gap": draw_gap,
    "histogram": draw_histogram,
    "two_lines": draw_two_lines,
}

LARGER_SAYS_MORE = frozenset({"control", "funnel", "gap", "histogram", "two_lines"})
"""Kinds that are drawn a second time, wide, among the numbers; bars say the same at any width."""


def draw(figure: Mapping[str, Any], *, ident: str, width: float) -> str:
    """The figure as SVG, or an empty string for a kind this version does not know: its table is there all the same."""
    kind = KINDS.get(str(figure.get("kind")))
    return kind(figure, ident=ident, width=width) if kind else ""


__all__ = ["KINDS", "LARGER_SAYS_MORE", "Draw", "Replay", "draw", "replay_of"]
