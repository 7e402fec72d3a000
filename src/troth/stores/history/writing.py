"""New objects on the disk: each whole under its name, or not there.

Not by the library's own writers: killed, they leave a lock beside the object that then stands for ever.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from dulwich.file import SharedPerm, adjust_shared_perm
from dulwich.object_format import SHA1
from dulwich.object_store import DiskObjectStore
from dulwich.objects import ObjectID, ShaFile, hex_to_filename
from dulwich.pack import write_pack_index_v2, write_pack_objects

from troth.stores import failpoints
from troth.stores.history.repository import Home
from troth.stores.lake.parquet import fsync_folder

LOOSE_AT_MOST = 64  # each loose one is flushed to the disk by itself; git draws this line at 100


def write(home: Home, objects: Iterable[ShaFile]) -> None:
    """What is there already is kept from being pruned. When it returns, all are on the disk; nothing refers to them yet."""
    store = home.repo.object_store
    folder = Path(store.path)
    new: list[ShaFile] = []
    for item in {item.id: item for item in objects}.values():
        if _holds(store, item.id):
            with suppress(FileNotFoundError):  # it is in a pack
                os.utime(_loose(folder, item))
        else:
            new.append(item)
    if len(new) > LOOSE_AT_MOST:
        with failpoints.around("history.pack"):
            _put_pack(folder / "pack", new, home.shared)
        return
    for item in new:
        with failpoints.around("history.object"):
            _put_loose(folder, item, home.shared)
    for parent in sorted({_loose(folder, item).parent for item in new}):
        fsync_folder(parent)
    fsync_folder(folder)


def _holds(store: DiskObjectStore, id: ObjectID) -> bool:
    """Whole: one that a crash of the machine left empty is written again, not referred to."""
    try:
        return store[id].id == id
    except Exception:  # noqa: BLE001 (what a damaged object raises has no common root)
        return False


def _loose(folder: Path, item: ShaFile) -> Path:
    return Path(hex_to_filename(os.fspath(folder), item.id))


def _put_loose(folder: Path, item: ShaFile, shared: SharedPerm | None) -> None:
    place = _loose(folder, item)
    if not place.parent.is_dir():
        place.parent.mkdir(exist_ok=True)
        adjust_shared_perm(place.parent, shared)
    _put(place, folder / f"tmp_obj_{secrets.token_hex(8)}", lambda file: file.write(item.as_legacy_object()), shared)


def _put_pack(folder: Path, items: Sequence[ShaFile], shared: SharedPerm | None) -> None:
    """The index last: without it a pack is not looked at."""
    folder.mkdir(exist_ok=True)
    content = BytesIO()
    found, checksum = write_pack_objects(content, items, SHA1, deltify=False)
    entries = sorted((id, offset, crc) for id, (offset, crc) in found.items())
    name, token = folder / f"pack-{checksum.hex()}", secrets.token_hex(8)
    _put(name.with_suffix(".pack"), folder / f"tmp_pack_{token}", lambda file: file.write(content.getbuffer()), shared)
    _put(name.with_suffix(".idx"), folder / f"tmp_idx_{token}", lambda file: write_pack_index_v2(file, entries, checksum), shared)
    fsync_folder(folder)


def _put(place: Path, aside: Path, fill: Callable[[BinaryIO], object], shared: SharedPerm | None) -> None:
    """aside: a name that git removes when it prunes."""
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o444), "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        adjust_shared_perm(aside, shared)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)
