"""From outcomes to statements that a person can say aloud, with the evidence behind each."""

from troth.findings.context import Context
from troth.findings.ranking import RULE, find_all, refused, told
from troth.findings.statement import Act, Evidence, Figure, Statement, Table

__all__ = ["RULE", "Act", "Context", "Evidence", "Figure", "Statement", "Table", "find_all", "refused", "told"]
