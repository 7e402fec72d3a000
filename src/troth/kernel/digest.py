"""Names made of content: the same bytes give the same name on every machine."""

from __future__ import annotations

import hashlib
import json
from typing import BinaryIO

CHUNK = 1 << 20
_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def of_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def of_text(text: str) -> str:
    return of_bytes(text.encode("utf-8"))


def of_value(value: object) -> str:
    """Digest of a JSON value under sorted keys; floats are refused, since their text is not portable."""
    _refuse_floats(value)
    return of_text(_JSON.encode(value))


def of_file(file: BinaryIO) -> str:
    """Digest of what is left to read of a file opened as bytes."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _refuse_floats(value: object) -> None:
    waiting = [value]
    for one in waiting:  # which grows by what it holds
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)
        elif isinstance(one, float):
            raise TypeError(f"a float has no portable digest: {one!r}")
