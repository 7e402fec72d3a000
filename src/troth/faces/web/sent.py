"""A page as it is sent: written once for all who see the same, and for each with the key of their own forms."""

from __future__ import annotations

import gzip
import secrets
from dataclasses import dataclass

LEVEL = 6

# Stands where the key of somebody's forms will be. Nobody can know it, so that no text of a page can hold it.
HOLE = f"hole-{secrets.token_hex(16)}"


@dataclass(frozen=True, slots=True)
class Sent:
    """small: compressed, where the page has no key in it: of a secret beside what a request says, the size would tell."""

    body: bytes
    small: bytes | None

    def keyed(self, field: str) -> bytes:
        return self.body.replace(HOLE.encode(), field.encode())


def sent(text: str) -> Sent:
    body = text.encode()
    return Sent(body, None if HOLE in text else gzip.compress(body, LEVEL, mtime=0))
