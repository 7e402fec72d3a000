"""Names made of content: the same bytes give the same name on every machine."""

from __future__ import annotations

import hashlib
import json
from typing import BinaryIO

CHUNK = 1 << 20


def of_text(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def of_value(value: object) -> str:
    """Digest of a JSON value under sorted keys; floats are refused, since their text is not portable."""
    _refuse_floats(value)
    return of_text(json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def of_file(file: BinaryIO) -> str:
    """Digest of what is left to read of a file opened as bytes."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"a float has no portable digest: {value!r}")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
