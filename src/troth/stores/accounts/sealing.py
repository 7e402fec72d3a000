"""The key under which secrets stand in access.db, in a file beside it: a copy of the one opens nothing without the other."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_bytes, token_hex

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth.kernel.errors import StoreError
from troth.stores.lake.parquet import fsync_folder

KEY_BYTES, NONCE_BYTES, OTHERS = 32, 12, 0o077
AGAIN = "Put back the copy of access.key that belongs to this access.db, or have the second factors taken away: troth access drop-factor"


def seal(path: Path, account: str, secret: bytes) -> bytes:
    """Bound to the account: what is put beside another does not open. Makes the key where there is none; only under the database's lock."""
    if not path.exists():
        _make(path)
    nonce = token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_read(path)).encrypt(nonce, secret, account.encode())


def unseal(path: Path, account: str, sealed: bytes) -> bytes:
    """Raises StoreError where the key is missing, another one, or open to others than its owner."""
    try:
        return AESGCM(_read(path)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], account.encode())
    except InvalidTag as error:
        raise StoreError("a second factor does not open", got="another access.key, or other bytes", next_step=AGAIN) from error


def _make(path: Path) -> None:
    """At no moment is there half a key."""
    draft = path.with_name(f".{path.name}.{token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    fsync_folder(path.parent)


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode & 0o777
        key = path.read_bytes()
    except OSError as error:
        raise StoreError("the key of second factors cannot be read", got=error.strerror, next_step=AGAIN) from error
    if os.name != "nt" and mode & OTHERS:
        next_step = f"Run: chmod 600 {path}"
        raise StoreError("the key of second factors can be read by others", got=f"mode {oct(mode)}", allowed="0o600", next_step=next_step)
    if len(key) != KEY_BYTES:
        raise StoreError("the key of second factors is damaged", got=f"{len(key)} bytes", allowed=KEY_BYTES, next_step=AGAIN)
    return key
