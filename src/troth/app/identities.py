"""What identities are made with: the book's definitions, people's decisions, and what weighs."""

from __future__ import annotations

from datetime import datetime

from troth.app.rules import Rules
from troth.app.workspace import Workspace
from troth.sources.identity import Matching


def matching_of(workspace: Workspace, rules: Rules, at: datetime | None = None) -> Matching:
    """at: naive UTC; decisions made later are not known."""
    decisions = workspace.decisions.all() if rules.identities else ()
    return Matching(rules.identities, decisions, workspace.weigher, workspace.vault.values, at)
