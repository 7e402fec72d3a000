"""What a person asks of a book: what is wrong in it, what it says for whom and why, and how it differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from troth.app.rulebook.on_record import not_on_record
from troth.app.rulebook.rules import look
from troth.app.workspace import Workspace
from troth.book.address import ARM, keys_of
from troth.book.book import Book, Resolved
from troth.book.divergence import Divergence, divergence
from troth.book.document import Problem
from troth.book.layers import Layer
from troth.book.merging import at as value_at
from troth.book.merging import leaves, locks, spoken, touches, unlocked, written
from troth.book.versions import BEGINNING, UNSAVED, moment
from troth.kernel.errors import BookError, NotFound, nearest

STANDARD = "the standard"
FOR_WHOM = "Say for whom, as in --for customer=acme,region=JP."
FIELD = "Write kind.name.field, as in promises.deliver.due."


@dataclass(frozen=True, slots=True)
class Candidate:
    """One word on a field. says: as JSON; verdict: why it counts or does not. since, until: naive UTC, None without an end."""

    layer: str
    change: str | None
    says: Any
    place: str
    since: datetime | None
    until: datetime | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Why:
    """What a field says and whose word that is.

    candidates: every word on it of a layer that is for these keys, the one that counts first; others: layers for other keys.
    """

    address: str
    keys: Mapping[str, str]
    at: datetime
    value: Any
    locked: bool
    candidates: tuple[Candidate, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A definition as it is for some keys. fields: path -> value and whose word it is. text: as YAML with that beside it."""

    address: str
    keys: Mapping[str, str]
    at: datetime
    terms: str
    fields: tuple[tuple[str, Any, str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Differs:
    """A field that is not the same on both sides. place: where the second side's word stands."""

    address: str
    before: Any
    after: Any
    place: str
    by: str


@dataclass(frozen=True, slots=True)
class LayerSaid:
    """One layer of the book. index: overridden open leaves over open leaves, of the definitions that can be overlaid."""

    address: str
    changes: tuple[str, ...]
    files: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    fields: int
    open: int
    locked: int
    overridden: int
    index: float | None


def lint(workspace: Workspace) -> list[Problem]:
    """Every problem in the book: errors, and warnings that stop nothing; of one without errors, also what the record does not know."""
    book, problems = look(workspace)
    return problems if any(one.level == "error" for one in problems) else [*problems, *not_on_record(workspace, book)]


def show(workspace: Workspace, address: str, *, keys: str = "", at: str | None = None) -> Shown:
    """A definition for somebody's keys at an instant.

    Raises NotFound for an address that names nothing, BookError for a book with errors, or keys or an instant that there are not.
    """
    book, asked, when = _asked(workspace, keys, at)
    kind, name, path = _address(book, address)
    if path:
        raise NotFound(f"'{address}' is a field", next_step=f"Ask: troth book why {address}")
    resolved = book.resolve(kind, name, asked, when)
    fields = tuple((".".join(map(str, leaf)), value, _whose(resolved, leaf)) for leaf, value in leaves(dict(resolved.content)))
    terms = book.laid(kind, name, resolved.version, resolved.layers, book.kinds[kind].model).hash
    return Shown(f"{kind}.{name}", asked, when, terms, fields, _commented(name, resolved))


def why(workspace: Workspace, address: str, *, keys: str = "", at: str | None = None) -> Why:
    """Whose word counts on a field, and why the others do not; of several fields together, whose on which.

    Raises NotFound for an address that names nothing, BookError for a book with errors, or keys or an instant that there are not.
    """
    book, asked, when = _asked(workspace, keys, at)
    kind, name, path = _address(book, address)
    resolved = book.resolve(kind, name, asked, when)
    layers = [layer for layer in book.layers(kind, name).all if _speaks(layer, path)]
    said = [leaf for content in (resolved.version.content, *(layer.content for layer in layers)) for leaf, _ in leaves(dict(content))]
    if not any(leaf[: len(path)] == path for leaf in said):
        known = sorted({".".join(map(str, leaf[: len(path)])) for leaf in said})
        asked_for = ".".join(path)
        raise NotFound(
            f"'{kind}.{name}' says nothing of '{asked_for}'",
            allowed=nearest(asked_for, known),
            next_step=f"See: troth book show {kind}.{name}",
        )
    value = value_at(resolved.content, path)
    locked = any(path[: len(lock)] == lock for lock in locks(resolved.version.content))
    held = {**asked, **book.arms(asked)}
    mine = [layer for layer in layers if layer.address.holds(held)]
    found = [_candidate(resolved, layer, path, when) for layer in sorted(mine, key=lambda one: one.rank, reverse=True)]
    found.append(_standard(resolved, path))
    found.sort(key=lambda one: not one.verdict.startswith("counts"))
    return Why(address, asked, when, value, locked, tuple(found), len(layers) - len(mine))


def differences(workspace: Workspace, *, keys: str, address: str | None = None, at: str | None = None) -> tuple[Differs, ...]:
    """Where the terms of somebody differ from the standard."""
    book, asked, when = _asked(workspace, keys, at)
    wanted = [_address(book, address)[:2]] if address else [(k, n) for k in book.kinds if book.kinds[k].layered for n in book.names(k)]
    found: list[Differs] = []
    for kind, name in wanted:
        if book.version(kind, name, when) is None:
            continue
        ours, theirs = book.resolve(kind, name, {}, when), book.resolve(kind, name, asked, when)
        found += _differ(f"{kind}.{name}", ours, theirs)
    return tuple(found)


def layers(workspace: Workspace, *, at: str | None = None) -> tuple[LayerSaid, ...]:
    """Every layer with what stands behind it and how far it departs from the standard at an instant."""
    book, _, when = _asked(workspace, "", at)
    kinds = [kind.name for kind in book.kinds.values() if kind.layered]
    names = [(kind, name) for kind in kinds for name in book.names(kind) if book.version(kind, name, when)]
    grouped: dict[str, list[Layer]] = {}
    for layer in book.all_layers():
        grouped.setdefault(str(layer.address), []).append(layer)
    return tuple(_layer(book, address, laid, names, when) for address, laid in sorted(grouped.items()))


def _asked(workspace: Workspace, keys: str, at: str | None) -> tuple[Book, dict[str, str], datetime]:
    """The book without errors, the keys and the instant that were asked for."""
    book, problems = look(workspace)
    errors = [str(problem) for problem in problems if problem.level == "error"]
    if errors:
        raise BookError("\n".join(errors))
    when = moment(at, book.zone) if at else workspace.now()
    if when is None:
        raise BookError(
            "no day and no instant",
            got=f"'{at}'",
            allowed="2026-03-01 or 2026-03-01 14:00",
            next_step="Say when it was made, as in --at 2026-03-01.",
        )
    try:
        asked = keys_of(keys)
    except ValueError as error:
        raise BookError(
            "this names nobody", got=f"'{keys}'", allowed="dimension=value, more of them with commas", next_step=FOR_WHOM
        ) from error
    for dimension, value in asked.items():
        _known(book, dimension, value)
    return book, asked, when


def _known(book: Book, dimension: str, value: str) -> None:
    """Raises BookError for a dimension or a value that there is not, as far as the book says which there are."""
    known = {one.id: one.values for one in book.company.dimensions}
    id = dimension.partition("@")[2]
    if dimension.startswith(f"{ARM}@"):
        arms = book.changes[id].arms if id in book.changes else {}
        if value not in arms:
            what = f"{id} has no arm '{value}'" if arms else f"'{id}' is no Change with arms"
            raise BookError(what, allowed=nearest(value, arms) if arms else nearest(id, [i for i, one in book.changes.items() if one.arms]))
    elif dimension not in known:
        raise BookError(f"no dimension '{dimension}' in company.yaml", allowed=nearest(dimension, known), next_step=FOR_WHOM)
    elif known[dimension] and value not in known[dimension]:
        raise BookError(f"no {dimension} '{value}' in company.yaml", allowed=nearest(value, known[dimension]), next_step=FOR_WHOM)


def _address(book: Book, address: str) -> tuple[str, str, tuple[str, ...]]:
    """kind.name.field: the definition and the path of a field in it."""
    kind, _, rest = address.partition(".")
    known = [name for name, one in book.kinds.items() if one.layered]
    if kind not in known:
        raise NotFound(f"'{address}' is no address", allowed=nearest(kind, known), next_step=FIELD)
    name, _, field = rest.partition(".")
    if name not in book.names(kind):
        what = f"no definition '{kind}.{name}' in the book" if name else f"'{address}' names no definition"
        raise NotFound(what, allowed=nearest(name, book.names(kind)), next_step=FIELD)
    return kind, name, tuple(field.split(".")) if field else ()


def _speaks(layer: Layer, path: tuple[str, ...]) -> bool:
    return any(touches(leaf, path) for leaf in spoken(layer.content))


def _candidate(resolved: Resolved, layer: Layer, path: tuple[str, ...], when: datetime) -> Candidate:
    line, column = layer.document.position((layer.name, *written(layer.content, path)))
    return Candidate(
        str(layer.address), layer.change, value_at(layer.content, path), f"{layer.document.file}:{line}:{column}",
        _open(layer.since), _open(layer.until), _verdict(resolved, layer, path, when),
    )  # fmt: skip


def _verdict(resolved: Resolved, layer: Layer, path: tuple[str, ...], when: datetime) -> str:
    if layer.since == UNSAVED:
        return "is not saved yet and binds nothing: run `troth book save`"
    if not layer.in_force(when):
        return f"does not hold then: {_span(layer.since, layer.until)}"
    mine = [leaf for leaf in spoken(layer.content) if touches(leaf, path) and resolved.origin(leaf) is layer]
    if any(len(leaf) <= len(path) for leaf in mine):
        return "counts: a crisis outranks all others" if layer.rank[0] else "counts: nothing more specific speaks of it"
    if mine:
        return f"counts for {', '.join('.'.join(map(str, leaf[len(path) :])) for leaf in mine)}"
    over = next(one for one in resolved.layers if any(touches(leaf, path) for leaf in spoken(one.content)))
    return f"outranked by the crisis of {over.change}" if over.rank[0] else f"less specific than {over.address}"


def _standard(resolved: Resolved, path: tuple[str, ...]) -> Candidate:
    version = resolved.version
    document, (line, column) = version.document, _place(resolved, path)
    over = [layer for layer in resolved.layers if _speaks(layer, path)]
    rest = [leaf for leaf, _ in leaves(dict(resolved.content)) if leaf[: len(path)] == path and resolved.origin(leaf) is None]
    verdict = "counts: no layer speaks of it"
    if over:
        verdict = "counts for the rest" if rest else f"less specific than {over[0].address}"
    if version.restated:
        verdict += f"; corrected on {version.restated:%Y-%m-%d %H:%M} UTC, for all that was made under the former terms"
    return Candidate(
        STANDARD,
        None,
        value_at(version.content, path),
        f"{document.file}:{line}:{column}",
        _open(version.since),
        _open(version.until),
        verdict,
    )


def _place(resolved: Resolved, path: tuple[str, ...]) -> tuple[int, int]:
    positions = resolved.version.document.positions()
    for start in (resolved.version.path, (resolved.name,)):
        if (*start, *path) in positions.keys:
            return positions.key((*start, *path))
    return positions.key((resolved.name, *path))


def _whose(resolved: Resolved, path: tuple[str | int, ...]) -> str:
    layer = resolved.origin(path)
    return f"{layer.address} by {layer.change}" if layer else STANDARD


def _commented(name: str, resolved: Resolved) -> str:
    """YAML in which every line that a layer changed says whose word it is."""
    lines = [f"{name}:"]
    for line, path in _lines(unlocked(resolved.content), (), 1):
        layer = resolved.origin(path) if path else None
        lines.append(f"{line}  # {layer.address}, {layer.change}" if layer and not line.endswith(":") else line)
    return "\n".join(lines) + "\n"


def _lines(value: Any, path: tuple[str | int, ...], depth: int) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    for key, inner in value.items():
        here, blank = (*path, key), "  " * depth
        if isinstance(inner, dict) and inner:
            yield f"{blank}{key}:", here
            yield from _lines(inner, here, depth + 1)
        elif isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner):
            yield f"{blank}{key}:", here
            for item in inner:
                yield f"{blank}  - {_flow(item)}", (*here, str(item.get("id", "")))
        else:
            yield f"{blank}{key}: {_flow(inner)}", here


def _flow(value: Any) -> str:
    return (
        str(yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False, allow_unicode=True)).removesuffix("...\n").strip()
    )


def _differ(address: str, ours: Resolved, theirs: Resolved) -> list[Differs]:
    mine, other = dict(leaves(dict(ours.content))), dict(leaves(dict(theirs.content)))
    found = []
    for path in dict.fromkeys([*mine, *other]):
        if mine.get(path) != other.get(path):
            document, line, column = theirs.place(path)
            field = ".".join([address, *map(str, path)])
            found.append(Differs(field, mine.get(path), other.get(path), f"{document.file}:{line}:{column}", _whose(theirs, path)))
    return found


def _layer(book: Book, address: str, laid: list[Layer], names: list[tuple[str, str]], when: datetime) -> LayerSaid:
    total = Divergence(0, 0, 0)
    for kind, name in names:
        version = book.version(kind, name, when)
        assert version is not None
        own = [layer.content for layer in laid if layer.name == name and layer.document.kind == kind and layer.in_force(when)]
        total += divergence(version.content, own, book.kinds[kind].fixed)
    return LayerSaid(
        address, tuple(sorted({layer.change for layer in laid})), tuple(sorted({layer.document.file.as_posix() for layer in laid})),
        _open(min(layer.since for layer in laid)), _open(max(layer.until for layer in laid)),
        len({(layer.name, path) for layer in laid for path in spoken(layer.content)}),
        total.open, total.locked, total.overridden, total.index,
    )  # fmt: skip


def _open(instant: datetime) -> datetime | None:
    return None if instant in (BEGINNING, UNSAVED) else instant


def _span(since: datetime, until: datetime) -> str:
    begins = "from the beginning" if since == BEGINNING else f"from {since:%Y-%m-%d %H:%M}"
    return f"{begins}, without an end" if until == UNSAVED else f"{begins} to {until:%Y-%m-%d %H:%M} UTC"
