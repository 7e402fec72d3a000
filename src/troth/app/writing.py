"""Files for people, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from troth.kernel.errors import StoreError

# The wide forms are formulas to spreadsheets of Japan; what parts cells there or elsewhere must not begin a new one.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
PARTING = ',;|"\t\r\n'


def write_whole(path: Path, text: str) -> None:
    """Put a text where it belongs, in place of what stands there; folders are made.

    Raises StoreError where the disk is full or nothing may be written; then what stood there still does, and nothing beside it.
    """
    with draft_of(path) as draft:
        draft.write_text(text, encoding="utf-8", errors="backslashreplace")


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """A file to write to, which takes the place of what stands there once it is whole; folders are made. Raises as `write_whole` does."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield draft
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"'{path.name}' cannot be written to '{path.parent}'", got=error.strerror or str(error),
            next_step="Make room, or ask for the right to write there, and do the same again.",
        ) from error  # fmt: skip


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV for people: an empty cell is nothing, an instant is UTC, and no text is a formula to a spreadsheet.

    >>> print(csv_of(("id", "amount"), [("=1+1", None), ("a;b", 2)]), end="")
    id,amount
    '=1+1,
    "a;b",2
    """
    return "".join(",".join(map(_cell, row)) + "\n" for row in (columns, *rows))


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    text = "" if value is None else str(value)
    if isinstance(value, str) and text.startswith(FORMULA_STARTS):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in PARTING) else text
