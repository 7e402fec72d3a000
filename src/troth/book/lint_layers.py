"""What is wrong with overlays: their addresses, their Changes, what they may not touch, and two that nobody can choose between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pydantic import ValidationError

from troth.book.address import ARM, Address, address
from troth.book.book import Book
from troth.book.change import Change
from troth.book.checking import mistakes, problem
from troth.book.document import Document, Problem
from troth.book.kinds import Kind
from troth.book.layers import CHANGE, Layer, rank_of
from troth.book.merging import LOCKED, leaves, locks, merged, spoken, touches, unlocked, written
from troth.book.parsing import Path
from troth.book.versions import BOOK_KEYS, UNSAVED, Version, moment
from troth.kernel.errors import nearest


@dataclass(frozen=True, slots=True)
class Bases:
    """What the overlays of one definition lie over: its versions that fit their model, and what they lock."""

    versions: tuple[Version, ...]
    locks: tuple[Path, ...]


def layer_problems(book: Book) -> Iterator[Problem]:
    usable: set[str] = set()
    addresses: dict[str, list[Problem] | Address] = {}
    places = {place for document in book.tree.overlays() for place in _places(document)}
    listed = {id: frozenset(path.rstrip("/") for path in change.overlays) for id, change in book.changes.items()}
    standing = {id: paths if paths <= places else None for id, paths in listed.items()}
    for document in book.tree.overlays():
        wrong = list(_addressed(book, document, addresses))
        if document.file not in book.flawed:
            wrong += _warranted(book, document, standing)
        yield from wrong
        if not wrong:
            usable.add(document.file.as_posix())
    for document in book.tree.of_kind("changes"):
        yield from _stands_for(book, document, places)
    bases: dict[tuple[str, str], Bases] = {}
    for document in book.tree.overlays():
        for name, content in document.data.items():
            if name not in (CHANGE, _misspelt(document)):
                yield from _overlaid(book, document, name, content, bases)
    yield from _ties(book, usable)


def _addressed(book: Book, document: Document, known: dict[str, list[Problem] | Address]) -> Iterator[Problem]:
    """One mistake in the name of a folder is told once, at the first file in it."""
    folder = str(document.address)
    if folder in known:
        return
    try:
        where = address(folder)
    except ValueError as error:
        known[folder] = []
        yield problem(document, (), str(error))
        return
    known[folder] = where
    declared = {d.id: d for d in book.company.dimensions}
    for dimension, value in where.pairs:
        if dimension.startswith(f"{ARM}@"):
            yield from _arm(book, document, dimension.partition("@")[2], value)
        elif dimension not in declared:
            if "company" not in book.unreadable:
                said = f"no dimension '{dimension}' in company.yaml; {nearest(dimension, declared)}"
                yield problem(document, (), said)
        elif declared[dimension].values and value not in declared[dimension].values:
            yield problem(document, (), f"no {dimension} '{value}' in company.yaml; {nearest(value, declared[dimension].values)}")


def _arm(book: Book, document: Document, id: str, arm: str) -> Iterator[Problem]:
    change = book.changes.get(id)
    if change is None and "changes" not in book.unreadable:
        yield problem(document, (), f"no Change '{id}' of this arm; {nearest(id, book.changes)}")
    elif change is not None and arm not in change.arms:
        yield problem(document, (), f"{id} has no arm '{arm}'; {nearest(arm, change.arms)}")


def _places(document: Document) -> list[str]:
    """A file and the folders that it is in, as a Change lists them."""
    parts = document.file.parts
    return ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _warranted(book: Book, document: Document, standing: Mapping[str, frozenset[str] | None]) -> Iterator[Problem]:
    """No overlay without a live Change that stands for it.

    standing: the files and folders that each Change stands for; None where one of them is not there, which is told of the Change.
    """
    if CHANGE not in document.data:
        stray = _misspelt(document)
        said = (
            "unknown name; did you mean 'change'?"
            if stray
            else "no overlay without a Change: write `change: CHG-…`, the id of a file in changes/"
        )
        yield problem(document, (stray,) if stray else (), said)
        return
    id = str(document.data[CHANGE])
    change = book.changes.get(id)
    listed = standing.get(id, frozenset())
    if change is None:
        if "changes" not in book.unreadable:
            yield problem(
                document, (CHANGE,), f"no Change '{id}' in changes/; {nearest(id, book.changes)}", at_value=True, cause=f"change {id}"
            )
    elif change.status == "proposed":
        yield problem(document, (CHANGE,), f"{id} is only proposed: an overlay needs a live Change", at_value=True)
    elif listed is not None and listed.isdisjoint(_places(document)):
        said = f"{id} does not stand for this overlay: list overlays/{document.address} under its `overlays:`"
        yield problem(document, (CHANGE,), said, at_value=True, cause=f"stands {id} {document.address}")


def _misspelt(document: Document) -> str | None:
    """The name that was meant to be `change`: the only one whose value holds no fields."""
    plain = [name for name, content in document.data.items() if isinstance(content, str)]
    return plain[0] if len(plain) == 1 and CHANGE not in document.data else None


def _stands_for(book: Book, document: Document, places: set[str]) -> Iterator[Problem]:
    """places: every file and folder of overlays that there is."""
    change = book.changes.get(document.file.stem)
    if change is None:
        return
    begins, ends = moment(change.since, book.zone), moment(change.expires, book.zone)
    if begins is not None and ends is not None and ends <= begins:
        yield problem(document, ("expires",), f"ends before it begins: its `since:` is {document.data['since']}", at_value=True)
    for place, path in enumerate(change.overlays):
        if path.rstrip("/") not in places and "overlays" not in book.unreadable:
            yield problem(document, ("overlays", place), f"there is no overlay at '{path}'; {nearest(path, places)}", at_value=True)
    if "company" not in book.unreadable:
        yield from _scoped(book, document, change)
    drawn: dict[str, str] = {}
    for name, arm in change.arms.items():
        for place, unit in enumerate(arm.units):
            if unit in drawn:
                yield problem(document, ("arms", name, "units", place), f"'{unit}' is in the arm '{drawn[unit]}' already", at_value=True)
            drawn.setdefault(unit, name)


def _scoped(book: Book, document: Document, change: Change) -> Iterator[Problem]:
    declared = {d.id: d.values for d in book.company.dimensions}
    units = change.scope.units if change.scope else None
    if units is not None and units not in declared:
        yield problem(document, ("scope", "units"), f"no dimension '{units}' in company.yaml; {nearest(units, declared)}", at_value=True)
    for dimension, only in change.only.items():
        if dimension not in declared:
            yield problem(
                document, ("scope", "only", dimension), f"no dimension '{dimension}' in company.yaml; {nearest(dimension, declared)}"
            )
            continue
        values = declared[dimension]
        for place, unit in enumerate(only):
            if values and unit not in values:
                said = f"no {dimension} '{unit}' in company.yaml; {nearest(unit, values)}"
                yield problem(document, ("scope", "only", dimension, place), said, at_value=True)


def _overlaid(book: Book, document: Document, name: str, content: Any, bases: dict[tuple[str, str], Bases]) -> Iterator[Problem]:
    """bases: what the overlays of a definition lie over, as far as it fits; filled here."""
    kind = book.kinds[document.kind]
    if not kind.layered:
        yield problem(document, (name,), f"'{kind.name}' cannot be overlaid")
        return
    if not book.has(kind.name, name):
        if kind.name not in book.unreadable:
            yield problem(document, (name,), f"no definition '{kind.name}.{name}' to lie over; {nearest(name, book.names(kind.name))}")
        return
    if not isinstance(content, Mapping):
        yield problem(document, (name,), "should hold the fields that it changes", at_value=content is not None)
        return
    below = bases.get((kind.name, name))
    if below is None:
        fits = tuple(version for version in book.versions(kind.name, name) if _fits(book, kind, name, version))
        below = Bases(fits, tuple(locks(fits[-1].content)) if fits else ())
        bases[kind.name, name] = below
    wrong = list(_forbidden(kind, document, name, content, below.locks))
    yield from wrong
    told = {one.path for one in wrong}
    for base in below.versions:
        for one in _misfits(book, kind, document, name, base):
            if one.path not in told:
                told.add(one.path)
                yield one


def _forbidden(kind: Kind, document: Document, name: str, content: Mapping[str, Any], barred: Sequence[Path]) -> Iterator[Problem]:
    for key in content:
        if key in kind.fixed:
            yield problem(document, (name, key), f"cannot be overlaid: terms are chosen by '{key}'")
        elif key in BOOK_KEYS:
            yield problem(document, (name, key), f"'{key}' stands in the definition; an overlay holds for the dates of its Change")
        elif key == LOCKED:
            yield problem(document, (name, key), "an overlay cannot lock or unlock")
    for path in spoken(content) if barred else ():
        over = next((lock for lock in barred if touches(lock, path)), None)
        if over is not None and path[:1] != (LOCKED,):
            what = ".".join(map(str, over)) or name
            place = (name, *written(content, path))
            yield problem(document, place, f"'{what}' is locked: it is the same everywhere and cannot be overlaid")


def _misfits(book: Book, kind: Kind, document: Document, name: str, base: Version) -> Iterator[Problem]:
    layer, content = book.layer_in(document, name), document.data[name]
    try:
        if layer is not None:
            book.laid(kind.name, name, base, (layer,), kind.model)
        else:
            kind.model.model_validate(unlocked(merged(dict(base.content), content)))
    except ValidationError as error:
        laid = merged(dict(base.content), content)
        for path, message, by_name in mistakes(error, kind.model):
            named = _named(laid, path)
            place = (name, *written(content, named))
            shown = problem(document, place, message, at_value=not by_name)
            yield Problem(shown.file, shown.line, shown.column, ".".join(map(str, (name, *named))), message)


def _named(value: Any, path: Path) -> Path:
    """A path with the ids of items in place of their numbers."""
    found: list[str | int] = []
    for part in path:
        item = value[part] if isinstance(value, list) and isinstance(part, int) and part < len(value) else None
        if isinstance(item, dict) and "id" in item:
            found.append(str(item["id"]))
            value = item
        else:
            found.append(part)
            value = value.get(part) if isinstance(value, Mapping) else item
    return tuple(found)


def _fits(book: Book, kind: Kind, name: str, version: Version) -> bool:
    try:
        book.laid(kind.name, name, version, (), kind.model)
    except ValidationError:
        return False
    return True


def _ties(book: Book, usable: set[str]) -> Iterator[Problem]:
    """Two overlays of one rank that can meet and say something of one field, where none of a higher rank settles it."""
    ordered = sorted((layer for layer in book.all_layers() if layer.until == UNSAVED or layer.since < layer.until), key=_by_definition)
    for _, group in groupby(ordered, key=_by_definition):
        layers = [layer for layer in group if layer.document.file.as_posix() in usable]
        for one, other in _meeting(layers):
            both = one.address.together(other.address)
            clash = next((path for path in _clashes(one, other) if not _settled(book, layers, (one, other), path)), None)
            if clash is None:
                continue
            later, first = sorted((one, other), key=lambda layer: layer.document.file.as_posix(), reverse=True)
            said = (
                f"'{'.'.join(map(str, clash))}' is also set by {first.document.file}, and neither layer is more specific:"
                f" say it for overlays/{both} too, or in one of them only"
            )
            yield problem(later.document, (later.name, *written(later.content, clash)), said)


def _by_definition(layer: Layer) -> tuple[str, str]:
    return layer.document.kind, layer.name


def _meeting(layers: Sequence[Layer]) -> Iterator[tuple[Layer, Layer]]:
    """Pairs of one rank that one subject can be in at one time; found by their values, so that thousands of customers cost no pairs."""
    by_rank: dict[tuple[int, int], dict[tuple[str, ...], list[Layer]]] = {}
    for layer in layers:
        by_rank.setdefault(layer.rank, {}).setdefault(layer.address.dimensions, []).append(layer)
    for shapes in by_rank.values():
        shape_list = list(shapes)
        for place, shape in enumerate(shape_list):
            for other in shape_list[place:]:
                shared = tuple(d for d in shape if d in other)
                under: dict[tuple[str, ...], list[Layer]] = {}
                for layer in shapes[other]:
                    under.setdefault(_values(layer, shared), []).append(layer)
                for layer in shapes[shape]:
                    for met in under.get(_values(layer, shared), ()):
                        ordered = shape != other or (layer.document.file.as_posix(), id(layer)) < (met.document.file.as_posix(), id(met))
                        if layer is not met and ordered and layer.since < met.until and met.since < layer.until:
                            yield layer, met


def _values(layer: Layer, dimensions: Iterable[str]) -> tuple[str, ...]:
    pairs = dict(layer.address.pairs)
    return tuple(pairs[d] for d in dimensions)


def _clashes(one: Layer, other: Layer) -> Iterator[Path]:
    """Fields of which both say something else; of a field and a part of it, the field."""
    theirs = spoken(other.content)
    for path in spoken(one.content):
        yield from (min(path, their, key=len) for their in theirs if touches(path, their) and not _same(one, other, path))


def _same(one: Layer, other: Layer, path: Path) -> bool:
    mine, theirs = dict(leaves(dict(one.content))), dict(leaves(dict(other.content)))
    return path in theirs and mine[path] == theirs[path]


def _settled(book: Book, layers: Sequence[Layer], tied: tuple[Layer, Layer], clash: Path) -> bool:
    """Whether every subject in both layers, whenever both hold, is in a more specific one that says the whole field too."""
    one, other = tied
    both, since, until = one.address.together(other.address), max(one.since, other.since), min(one.until, other.until)
    for layer in layers:
        higher = layer.rank > one.rank and layer.rank[1] <= rank_of(both, book.company) + layer.rank[0] * 1_000_000
        covers = set(layer.address.pairs) <= set(both.pairs) and layer.since <= since and layer.until >= until
        if higher and covers and any(path == clash[: len(path)] for path in spoken(layer.content)):
            return True
    return False
