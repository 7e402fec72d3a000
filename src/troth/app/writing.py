"""Files for people, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from troth.kernel.errors import StoreError


def write_whole(path: Path, text: str) -> None:
    """Put a text where it belongs, in place of what stands there; folders are made.

    Raises StoreError where the disk is full or nothing may be written; then what stood there still does, and nothing beside it.
    """
    draft = path.with_name(f".{path.name}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_text(text, encoding="utf-8", errors="backslashreplace")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"'{path.name}' cannot be written to '{path.parent}'", got=error.strerror or str(error),
            next_step="Make room, or ask for the right to write there, and do the same again.",
        ) from error  # fmt: skip
