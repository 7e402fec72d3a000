"""What the book was, read once: kept beside the lake under the mark of its history, and gone on with when that has grown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import Any

from troth.book.document import Document
from troth.book.history import History
from troth.book.loading import READER
from troth.book.opening import Checks, past_of
from troth.book.past import Past


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: str | None
    past: tuple[Past, ...]


def past_known(history: History, checks: Checks, file: FilePath, version: str = "") -> tuple[Past, ...]:
    """The same as `past_of` all steps of a history, of which only those are read that came since the last time.

    file: where they are kept; a damaged one is made anew. version: of what reads them; another one reads them all again.
    """
    reader = [READER, version, sorted(checks.known)]
    kept = _kept(file, reader)
    walk = history.walk(kept.mark)
    new = past_of(walk.steps, checks)
    past = (*kept.past, *new) if walk.goes_on else new
    if walk.mark is not None and walk.mark != kept.mark:
        _keep(file, reader, _Kept(walk.mark, past))
    return past


def _kept(file: FilePath, reader: list[Any]) -> _Kept:
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        found = json.loads(file.read_bytes())
        if found["reader"] == reader:
            return _Kept(str(found["mark"]), tuple(_past(*one) for one in found["past"]))
    return _Kept(None, ())


def _past(id: str, at: str, author: str, documents: Mapping[str, list[Any] | None]) -> Past:
    read = {PurePosixPath(name): None if said is None else _document(PurePosixPath(name), *said) for name, said in documents.items()}
    return Past(id, datetime.fromisoformat(at), author, read)


def _document(file: PurePosixPath, kind: str, data: Mapping[str, Any], digest: str, text: str, address: str | None) -> Document:
    return Document(file, kind, data, digest, text, address)


def _keep(file: FilePath, reader: list[Any], kept: _Kept) -> None:
    past = [
        [one.id, one.at.isoformat(), one.author, {name.as_posix(): _said(document) for name, document in one.documents.items()}]
        for one in kept.past
    ]
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        aside = file.with_suffix(".new")
        text = json.dumps({"reader": reader, "mark": kept.mark, "past": past}, separators=(",", ":"))
        aside.write_text(text, encoding="utf-8")
        aside.replace(file)


def _said(document: Document | None) -> list[Any] | None:
    return None if document is None else [document.kind, dict(document.data), document.digest, document.text, document.address]
