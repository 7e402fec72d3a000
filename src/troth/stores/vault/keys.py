"""The key file: made once, read by its owner only, replaced as a whole."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Any

from troth.kernel.errors import StoreError
from troth.stores import failpoints
from troth.stores.lake.parquet import fsync_folder
from troth.stores.vault.sealing import KEY_BYTES

OTHERS = 0o077
RESTORE = "Put back the copy of vault.key that belongs to this vault.db."


@dataclass(frozen=True, slots=True)
class Keys:
    """secrets: by name; more than one only while a new key is being put in force. marks: of what was erased, for good."""

    secrets: Mapping[str, bytes]
    marks: bytes

    def __repr__(self) -> str:
        """No secret gets into a log."""
        return f"Keys({', '.join(self.secrets)})"


def new_keys() -> Keys:
    return Keys({token_hex(4): token_bytes(KEY_BYTES)}, token_bytes(KEY_BYTES))


def with_new(keys: Keys) -> tuple[Keys, str]:
    """The keys and one more, with its name."""
    name = token_hex(4)
    return Keys({**keys.secrets, name: token_bytes(KEY_BYTES)}, keys.marks), name


def read(path: Path) -> Keys:
    """Raises StoreError where the file is missing, is no key file, or can be read by others than its owner."""
    try:
        shared = os.name != "nt" and path.stat().st_mode & OTHERS
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        keys = Keys({name: _bytes(text) for name, text in said["secrets"].items()}, _bytes(said["marks"]))
    except FileNotFoundError as error:
        next_step = f"{RESTORE} Without it no value in the vault can be read by anybody."
        raise StoreError("the vault's key is missing", got=f"no {path.name} beside vault.db", next_step=next_step) from error
    except OSError as error:
        raise StoreError("the vault's key cannot be read", got=error.strerror, next_step="Ask for the right to read it.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError("the vault's key is damaged", got=f"a {path.name} that is no key file", next_step=RESTORE) from error
    if shared:
        mode = oct(path.stat().st_mode & 0o777)
        raise StoreError("the vault's key can be read by others", got=f"mode {mode}", allowed="0o600", next_step=f"Run: chmod 600 {path}")
    return keys


def write(path: Path, keys: Keys) -> None:
    """Put the keys in place of those that were there; at no moment is there half a file. Only under the database's lock."""
    for left in path.parent.glob(f".{path.name}.*"):
        left.unlink(missing_ok=True)  # of a process that died here
    draft = path.with_name(f".{path.name}.{token_hex(4)}")
    said = {"secrets": {name: _text(secret) for name, secret in keys.secrets.items()}, "marks": _text(keys.marks)}
    try:
        with failpoints.around("vault.key"):
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(said, indent=1) + "\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            fsync_folder(path.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise StoreError("the vault's key cannot be written", got=error.strerror or error, next_step="Nothing was changed.") from error


def _bytes(text: str) -> bytes:
    found = base64.b64decode(text, validate=True)
    if len(found) != KEY_BYTES:
        raise ValueError(f"a key of {len(found)} bytes")
    return found


def _text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()
