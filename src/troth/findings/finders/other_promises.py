"""What was kept of the promises that do not lead the page: handovers between departments, and further ones to customers."""

from __future__ import annotations

from troth.findings.context import Context
from troth.findings.finders.kept_by_due import share_kept
from troth.findings.statement import Statement

NAME = "other_promises"


def find(context: Context) -> list[Statement]:
    main = context.main_promise()
    return [s for name in context.promises if name != main and (s := share_kept(context, name, leads=False))]
