"""The tables of a folder by what they are called: files of one header whose names differ in digits only are one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from troth.kernel.errors import TrothError, shown
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.guess.naming import name_of, snake, unique
from troth.sources.readers import READABLE, tables_in

MOST_FILES = 60
NO_DATA = frozenset((".md", ".yaml", ".yml", ".html", ".pdf", ".py", ".sql", ".png", ".jpg", ".svg", ".log", ".lock", ".toml", ".ini"))


@dataclass(frozen=True, slots=True)
class Group:
    """Tables that make one source. columns: of the first; () where its reader does not name them before reading."""

    name: str
    addresses: tuple[Address, ...]
    columns: tuple[str, ...]


def groups_of(folder: Path, engine: Callable[[], Engine] | None = None) -> tuple[list[Group], list[str]]:
    """Readable tables by source name, and warnings of what is left out. A file that cannot be read is a warning.

    engine: opens one, for files that it alone can look into.
    """
    warnings: list[str] = []
    found: dict[tuple[object, ...], list[Address]] = {}
    columns: dict[tuple[object, ...], tuple[str, ...]] = {}
    for path in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith((".", "~$"))):
        suffix = path.suffix.lower()
        if suffix not in READABLE:
            if suffix not in NO_DATA:
                kinds = ", ".join(sorted(e.removeprefix(".").upper() for e in READABLE))
                warnings.append(f"{shown(path.name)}: files of this kind are not read; {kinds} are.")
            continue
        try:
            inside = tables_in(path, engine)
        except (TrothError, OSError, ValueError) as error:
            warnings.append(f"{shown(path.name)}: cannot be read. {error}")
            continue
        for table in inside:
            if table.hidden:
                warnings.append(f"{shown(table.address.name)}: {table.hidden}; it is left out. Name it in `files:` of a source to read it.")
                continue
            series = re.sub(r"\d+", "#", table.address.name)
            alike = table.columns and re.search(r"\d{2}", table.address.stem)
            key: tuple[object, ...] = (series, table.columns) if alike else (table.address.name,)
            found.setdefault(key, []).append(table.address)
            columns.setdefault(key, table.columns)
        if not inside:
            warnings.append(f"{shown(path.name)}: holds no table; it is left out.")
    if len(found) > MOST_FILES:
        warnings.append(f"The folder holds {len(found)} tables; the first {MOST_FILES} were read.")
    named: list[Group] = []
    for key, addresses in list(found.items())[:MOST_FILES]:
        name = unique(snake(_stem(addresses)), [group.name for group in named])
        named.append(Group(name, tuple(addresses), columns[key]))
    return named, warnings


def _stem(addresses: Sequence[Address]) -> str:
    return name_of(addresses[0]) if len(addresses) == 1 else re.sub(r"[\d_ -]+$", "", addresses[0].stem) or addresses[0].stem
