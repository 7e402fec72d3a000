"""Extracts of databases, which a build makes for itself and nobody keeps in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from troth.sources.address import EXTRACT, Address
from troth.sources.databases.extract import Extract, read_extract
from troth.sources.readers.opened import Asked, Listed, Opened, Reader


def open_extract(asked: Asked, extract: Extract) -> Opened:
    return Opened(asked.address, extract.columns, extract.relation, extract.records)


def _tables(path: Path) -> Sequence[Listed]:
    return [Listed(Address(path), read_extract(path).columns)]


def _open(asked: Asked) -> Opened:
    return open_extract(asked, read_extract(asked.address.path))


EXTRACTS = Reader(frozenset({EXTRACT}), _tables, _open)
