"""JSON: a list of objects, an object with one inside, lines of objects; lists inside of records are tables of their own.

The engine has a reader of JSON, but it settles types by a sample and gives numbers as doubles: 10^400 becomes infinity there and a
long id another one. Here every number stays the text that it is and is cast with the checks of all sources.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from troth.kernel.errors import SourceError
from troth.sources.address import Address
from troth.sources.encodings import UTF8, copy_as_utf8, encoding_of
from troth.sources.labels import unique_names
from troth.sources.readers.copied import LONGEST_ROW, Copied
from troth.sources.readers.elements import DECODER, TWICE, Document, NoNumber, count_lines, count_objects, flat
from troth.sources.readers.opened import Asked, Listed, Opened, Reader, Told
from troth.sources.scratch import scratch

MOST_COLUMNS = 4000
LONGEST_LINE = 32 << 20
PARENT_ROW = "parent_row"
# What a pull puts behind the name of a file: children of one list are called alike whenever it came.
_PULLED = re.compile(r"-\d{8}T\d{6}Z$")
WRAPPERS = ("data", "items", "results", "result", "records", "value", "values", "rows", "content", "elements")
_ID = re.compile(r"(?:.*[_-])?(?:id|key|number|uuid|no)|.+(?:Id|ID|Key|Number)")
Record = dict[str, object]


@dataclass(slots=True)
class Shape:
    """What a first reading shows. lines: each line is an object. list: keys that lead to the longest list of objects.

    columns: by part, '' for the records themselves. parents: by part, ids of a record and what they are called in its children.
    """

    lines: bool
    list: tuple[str, ...] = ()
    ordinal: int = 0
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    columns: dict[str, dict[str, None]] = field(default_factory=dict)
    parents: dict[str, dict[str, str]] = field(default_factory=dict)


def _tables(path: Path) -> Sequence[Listed]:
    with ExitStack() as held:
        shape = _shape(_in_utf8(path, held))
    others = [k for k in shape.counts if k != shape.list]
    found = [Listed(Address(path), tuple(shape.columns.get("", ())))]
    found += [Listed(Address(path, part), tuple(columns)) for part, columns in shape.columns.items() if part]
    return [*found, *(Listed(Address(path, ".".join(k)), (), "a shorter list than the one that is read") for k in others)]


def _open(asked: Asked) -> Opened:
    path = _in_utf8(asked.address.path, asked.held)
    shape = _shape(path)
    part = asked.address.part or ""
    if part and part not in shape.columns:
        named = next((k for k in shape.counts if ".".join(k) == part), None)
        if named is None:
            raise SourceError(f"'{asked.address.path.name}' has no list '{part}'", next_step="Mend `files:` of the source.")
        shape, part = _shape(path, named), ""
    columns = list(shape.columns.get(part, {}))
    if not columns:
        raise SourceError(f"'{asked.address.name}' holds no table", got="no list of objects", next_step="Leave it out of the folder.")
    places = {name: n for n, name in enumerate(columns)}
    copy = asked.held.enter_context(scratch()) / "rows.csv"
    bad = aside = False
    rows = 0
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for number, record, why in _records(path, shape):
            for cells, broken, reason in _rows(record, why, part, shape, places, number):
                rows += 1
                aside |= bool(reason)
                bad |= bool(broken)
                fate = "rejected" if reason else ""
                listed = f",{','.join(map(str, broken))}," if broken else ""
                if writer.writerow([number, fate, reason, listed, *cells]) > LONGEST_ROW:
                    raise SourceError(f"'{asked.address.name}': record {number:,} is longer than 8 MB", next_step="Leave it out.")
    counted = 0
    if asked.counted:
        counted = rows if part else count_lines(path) if shape.lines else count_objects(path, shape.ordinal)
    table = Copied(copy, unique_names(columns), tuple(range(len(columns))), bad=bad, aside=aside)
    return table.opened(asked, counted, tuple(_told(shape, part)))


def _told(shape: Shape, part: str) -> Iterator[Told]:
    if shape.list:
        others = [f"'{'.'.join(keys)}' has {n:,}" for keys, n in shape.counts.items() if keys != shape.list]
        evidence = f"{shape.counts[shape.list]:,} objects, the longest list at the top two levels"
        yield Told(f"records are those of '{'.'.join(shape.list)}'", "; ".join([evidence, *others]))
    if part:
        whose = ", ".join(f"`{name}`" for name in shape.parents[part].values())
        yield Told(f"each element of `{part}` is a row", f"{whose} tells of which record it is")


def _in_utf8(path: Path, held: ExitStack) -> Path:
    encoding = encoding_of(path)
    if encoding.name == UTF8:
        return path
    copy = held.enter_context(scratch()) / path.name
    copy_as_utf8(path, copy, encoding)
    return copy


def _shape(path: Path, wanted: tuple[str, ...] | None = None) -> Shape:
    """Read once: where the records are, which columns they and the lists inside of them have."""
    shape = Shape(_are_lines(path), wanted or ())
    if not shape.lines:
        ordinals: dict[tuple[str, ...], int] = {}
        for element in Document(path).elements():
            if isinstance(element.value, dict):
                shape.counts[element.list] += 1
                ordinals[element.list] = element.ordinal
        if not shape.counts:
            raise SourceError(f"'{path.name}' holds no table", got="no list of objects at its top two levels", next_step="Leave it out.")
        shape.list = wanted if wanted is not None else max(shape.counts, key=lambda k: (shape.counts[k], -ordinals[k]))
        shape.ordinal = ordinals[shape.list]
    shape.columns[""] = {}
    for _, record, why in _records(path, shape):
        if why or record is None:
            continue
        for name, _ in flat(record):
            shape.columns[""][name] = None
        for part, inside in _children(record):
            known = shape.columns.setdefault(part, {})
            for child in inside:
                known.update((name, None) for name, _ in flat(child))
        if sum(map(len, shape.columns.values())) > MOST_COLUMNS:
            raise SourceError(f"'{path.name}' is no table", got=f"more than {MOST_COLUMNS:,} different keys", next_step="Leave it out.")
    for part, columns in shape.columns.items():
        if part:
            shape.parents[part] = _carried(shape, path, columns)
            shape.columns[part] = {**dict.fromkeys(shape.parents[part].values()), **columns}
    return shape


def _carried(shape: Shape, path: Path, child: Collection[str]) -> dict[str, str]:
    """The ids of a record, and what they are called beside the columns of its children: `id` of orders.json is `order_id`."""
    ids = [name for name in shape.columns[""] if "." not in name and _ID.fullmatch(name)]
    ids = ["id"] if "id" in ids else ids
    noun = (shape.list[-1] if shape.list and shape.list[-1] not in WRAPPERS else _PULLED.sub("", path.stem)).removesuffix("s")
    called = {name: f"{noun}_{name}" if name.lower() in ("id", "key", "number", "uuid", "no") else name for name in ids}
    return {name: f"parent.{name}" if word in child else word for name, word in called.items()} or {PARENT_ROW: PARENT_ROW}


def _children(record: Record) -> Iterator[tuple[str, list[Record]]]:
    """The lists of objects inside of a record, also of objects inside of it."""
    stack: list[tuple[str, object]] = [("", record)]
    while stack:
        name, held = stack.pop()
        if isinstance(held, dict):
            stack.extend((f"{name}.{key}" if name else key, inner) for key, inner in reversed(held.items()))
        elif isinstance(held, list) and (found := [inner for inner in held if isinstance(inner, dict)]):
            yield name, found


def _rows(
    record: Record | None, why: str, part: str, shape: Shape, places: dict[str, int], number: int
) -> Iterator[tuple[list[str | None], list[int], str]]:
    """Cells, places without a usable value, and why it is no row, of what a record gives a table."""
    if why or record is None:
        if not part:
            yield [None] * len(places), [], why
        return
    if not part:
        yield (*_cells(flat(record), places), "")
        return
    whose = [(word, {PARENT_ROW: str(number), **record}.get(name)) for name, word in shape.parents[part].items()]
    for name, inside in _children(record):
        if name == part:
            for child in inside:
                yield (*_cells([*whose, *flat(child)], places), "")


def _cells(found: Iterator[tuple[str, object]] | list[tuple[str, object]], places: dict[str, int]) -> tuple[list[str | None], list[int]]:
    cells: list[str | None] = [None] * len(places)
    bad: list[int] = []
    for name, value in found:
        place = places[name]
        if value is None:
            continue
        text = ("true" if value else "false") if isinstance(value, bool) else str(value)
        if isinstance(value, NoNumber) or "\x00" in text:
            bad.append(place)
            text = text.replace("\x00", "\ufffd")
        cells[place] = text
    return cells, bad


def _records(path: Path, shape: Shape) -> Iterator[tuple[int, Record | None, str]]:
    """Number, object, and why it is none: of the line in a file of lines, else of the element in its list."""
    if shape.lines:
        yield from _lines(path)
        return
    number = 0
    for element in Document(path).elements():
        if element.list == shape.list and isinstance(element.value, dict):
            number += 1
            yield number, element.value, _wrong(element.value)


def _wrong(record: Record) -> str:
    """Why a record cannot be kept: a key that stands twice, or half of a sign."""
    stack: list[object] = [record]
    while stack:
        held = stack.pop()
        if isinstance(held, dict):
            if TWICE in held:
                return f"the key '{held[TWICE]}' stands twice"
            stack.extend([*held.keys(), *held.values()])
        elif isinstance(held, list):
            stack.extend(held)
        elif isinstance(held, str) and not held.isascii() and any("\ud800" <= sign <= "\udfff" for sign in held):
            return "invalid encoding"
    return ""


def _are_lines(path: Path) -> bool:
    """Whether a second object follows the first without being in a list with it."""
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return True
    with path.open("rb") as file:
        head = file.read(1 << 20).decode("utf-8-sig", errors="replace").lstrip()
    if not head:
        raise SourceError(f"'{path.name}' is empty", next_step="Leave it out of the folder.")
    first, _, rest = head.partition("\n")
    if not first.startswith("{") or not rest.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _lines(path: Path) -> Iterator[tuple[int, Record | None, str]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise SourceError(f"'{path.name}' is no table: line {number:,} is longer than 32 MB", next_step="Leave it out.")
            if not line.strip(b" \t\r\n\x0b\x0c\xef\xbb\xbf"):
                continue
            yield (number, *_line(line))


def _line(line: bytes) -> tuple[Record | None, str]:
    try:
        value = DECODER.decode(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None, "invalid encoding"
    except json.JSONDecodeError as error:
        return None, f"no JSON: {error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1}"
    except RecursionError:
        return None, "nested deeper than any record"
    if not isinstance(value, dict):
        return None, "no object"
    return value, _wrong(value)


JSON = Reader(frozenset({".json", ".jsonl", ".ndjson"}), _tables, _open, parts=True, marks=True)
