"""What was found of a snapshot, kept beside the lake: a file each, whose first line says what it holds. Any hand may remove them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from troth.kernel import digest

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from troth.findings import Statement  # whoever asks how much is little has no need of what finds

LEAST = 50_000
NAME_LENGTH = 24


@dataclass(frozen=True, slots=True)
class KeptFindings:
    """Implements `findings.keeping.Findings`. root: the folder. snapshot: id of the one. published: ids that the manifest has, with their
    instants. version: of what finds.

    Findings of snapshots that the manifest no longer has go when others are kept, and are not kept themselves: a process that has one open
    yet may not bring back what was removed with it.
    """

    root: Path
    snapshot: str
    published: Callable[[], Sequence[tuple[str, datetime]]]
    least: int = LEAST
    version: str = ""

    def kept(self, key: str) -> tuple[Statement, ...] | None:
        with suppress(OSError, ValueError):  # what was damaged says nothing, in whatever way it is
            said, _, content = self._path(key).read_bytes().partition(b"\n")
            if said == self._said(key, content):
                return _statements().validate_json(content)
        return None

    def keep(self, key: str, statements: Sequence[Statement]) -> None:
        content = _statements().dump_json(tuple(statements))
        if repr(_statements().validate_json(content)) != repr(tuple(statements)):  # as of a number that JSON has not
            return
        path = self._path(key)
        draft = path.with_suffix(".draft")
        with suppress(OSError):  # an answer does not need it
            self.root.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(self._said(key, content) + b"\n" + content)
            draft.replace(path)
            self._sweep()

    def _sweep(self) -> None:
        known = {id[:NAME_LENGTH] for id, _ in self.published()}
        for path in self.root.iterdir():
            if path.name.partition("-")[0] not in known:
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.root / f"{self.snapshot[:NAME_LENGTH]}-{key[:NAME_LENGTH]}.json"

    def _said(self, key: str, content: bytes) -> bytes:
        said = {"snapshot": self.snapshot, "version": self.version, "key": key, "sha256": digest.of_bytes(content)}
        return json.dumps(said).encode()


@cache
def _statements() -> TypeAdapter[tuple[Statement, ...]]:
    from pydantic import TypeAdapter

    from troth.findings import Statement

    return TypeAdapter(tuple[Statement, ...])
