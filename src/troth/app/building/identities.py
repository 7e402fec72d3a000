"""What identities are made with: the book's definitions, people's decisions, and what weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from troth.app.rulebook.rules import Rules
from troth.app.workspace import Workspace
from troth.sources.identity import Decision, Matching, Member
from troth.sources.mapping import FREE_TEXT
from troth.sources.personal.redaction import redact
from troth.sources.personal.vault import TOKEN_KINDS, TokenKind, is_token

PersonalIds = Mapping[str, frozenset[tuple[TokenKind | None, ...]]]
"""By type of object, of what kinds the columns are that make its id, where some are personal: None for one that is not."""


def matching_of(workspace: Workspace, rules: Rules, at: datetime | None = None) -> Matching:
    """at: naive UTC; decisions made later are not known."""
    decisions = decisions_of(workspace, rules) if rules.identities else ()
    return Matching(rules.identities, decisions, workspace.weigher, workspace.vault.values, at)


def decisions_of(workspace: Workspace, rules: Rules) -> tuple[Decision, ...]:
    """People's decisions, with tokens for ids that became personal after they were made, and without these in their reasons."""
    made = workspace.decisions.all()
    if not made or not (known := personal_of(workspace, rules)):
        return made
    return tuple(_with_tokens(workspace, one, known) for one in made)


def personal_of(workspace: Workspace, rules: Rules) -> PersonalIds:
    """As the book says it, and as loads were kept: a book of an earlier time may not say it yet."""
    found: dict[str, set[tuple[TokenKind | None, ...]]] = {}
    kept = [(load.source, load.personal) for load in workspace.lake.loads() if load.personal]
    for name, definition in sorted(rules.sources.items()):
        source = definition.value
        kinds: dict[str, str] = {c: k for one, personal in kept if one == name for c, k in personal} | dict(source.personal)
        for type, columns in source.references():
            made = tuple(_token_kind(kinds.get(column)) for column in columns)
            if any(made):
                found.setdefault(type, set()).add(made)
    return {type: frozenset(ways) for type, ways in found.items()}


def names_somebody(member: Member, known: PersonalIds) -> bool:
    """Whether an id holds a personal value and no token."""
    parted = _parted(member, known)
    return parted is not None and any(kind is not None and not is_token(part) for kind, part in parted)


def _with_tokens(workspace: Workspace, one: Decision, known: PersonalIds) -> Decision:
    if not any(names_somebody(member, known) for member in one.pair):
        return one
    a, b = (None if member is None else _as_kept(workspace, member, known) for member in (one.draft.a, one.draft.b))
    reason = redact(one.draft.reason, tuple(member.id for member in one.pair if names_somebody(member, known)))
    return replace(one, draft=replace(one.draft, a=a, b=b, reason=reason))


def _as_kept(workspace: Workspace, member: Member, known: PersonalIds) -> Member:
    parted = _parted(member, known)
    if parted is None:
        return member
    parts = [part if kind is None or is_token(part) else workspace.vault.find(kind, part) or part for kind, part in parted]
    if len(parts) == 1:
        return Member(member.type, parts[0])
    return Member(member.type, "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts))


def _parted(member: Member, known: PersonalIds) -> list[tuple[TokenKind | None, str]] | None:
    """The texts that make an id, as `Staged.id_sql` joins them, each with its kind."""
    for kinds in sorted(known.get(member.type, ()), key=str):
        whole = len(kinds) == 1
        parts = [member.id] if whole else [part.replace("%2F", "/").replace("%25", "%") for part in member.id.split("/")]
        if len(parts) == len(kinds):
            return list(zip(kinds, parts, strict=True))
    return None


def _token_kind(kind: str | None) -> TokenKind | None:
    return None if kind is None or kind == FREE_TEXT else next(one for one in TOKEN_KINDS if one == kind)
