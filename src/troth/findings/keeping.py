"""What was found of a snapshot is found once: whoever asks again, in another process too, is given what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from troth.findings.context import Context
from troth.findings.ranking import find_all
from troth.findings.statement import Statement
from troth.kernel import digest


class Findings(Protocol):
    """What was found of one snapshot; `stores` implements it. It gives back what was kept, or nothing: never what was damaged, or is of
    another snapshot or of another version of Troth.

    least: of fewer promises nothing is kept, since it is found as quickly.
    """

    @property
    def least(self) -> int: ...

    def kept(self, key: str) -> tuple[Statement, ...] | None: ...

    def keep(self, key: str, statements: Sequence[Statement]) -> None:
        """Keep it in place of what was. What cannot be written is not kept."""
        ...


def found(context: Context, promises: int, findings: Findings | None) -> tuple[Statement, ...]:
    """Every finder's statements, as `find_all` gives them. promises: how many the record holds. findings: None where nothing is to be kept,
    as of a part of the operation.
    """
    if findings is None or promises < findings.least:
        return find_all(context)
    key = _key(context)
    kept = findings.kept(key)
    if kept is None:
        kept = find_all(context)
        findings.keep(key, kept)
    return kept


def _key(context: Context) -> str:
    """Of all that finders look at beside the snapshot: the words of a promise may be others today, and so may the hours of a zone."""
    promises = {name: one.model_dump_json() for name, one in context.promises.items()}
    return digest.of_value([promises, context.clock.utc_cuts(), context.currency])
