"""A book opened: its definitions by kind and name, and what each says for whom, when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from troth.book.address import ARM
from troth.book.change import Change
from troth.book.checking import problem, problems_of
from troth.book.company import Company
from troth.book.document import Document, Problem, Tree
from troth.book.kinds import Kind
from troth.book.layers import CHANGE, Layer, Layers, Standing, layers_of, spans
from troth.book.merging import at, merged, spoken, unlocked, written
from troth.book.parsing import Path
from troth.book.past import Chronicle, Past
from troth.book.settings import Settings
from troth.book.versions import BEGINNING, BOOK_KEYS, UNSAVED, Said, Version, versions
from troth.kernel import digest
from troth.kernel.errors import BookError, NotFound, nearest

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Definition(Generic[Model]):
    """A named definition. document, path: where it stands; over: the layers upon it, the highest first.

    like: another with the very same value, so that its terms are written out once for all of them.
    """

    name: str
    value: Model
    document: Document
    path: Path = ()
    over: tuple[Layer, ...] = ()
    like: Definition[Model] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def terms(self) -> str:
        """What binds, as JSON: in the model's own order of fields, but with the order of stages as written, since it means something."""
        if self.like is not None:
            return self.like.terms
        return self.value.model_dump_json(by_alias=True, exclude_defaults=True, exclude=set(getattr(self.value, "told", ())))

    @cached_property
    def hash(self) -> str:
        if self.like is not None and self.like.name == self.name:
            return self.like.hash
        return digest.of_text(f"{self.name} {self.terms}")

    def problem(self, path: Path, message: str, *, at_value: bool = False, column: int | None = None, cause: str = "") -> Problem:
        """A problem at the place where this field of it is written, in whichever layer that is."""
        for layer in self.over:
            place = (self.name, *path)
            if place in layer.document.positions().keys:
                return problem(layer.document, place, message, at_value=at_value, column=column, cause=cause)
        place = (*(self.path or (self.name,)), *path)
        if place not in self.document.positions().keys and (self.name, *path) in self.document.positions().keys:
            place = (self.name, *path)  # a dated version leaves it as the definition has it
        return problem(self.document, place, message, at_value=at_value, column=column, cause=cause)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a definition says for some keys at an instant. layers: those that say something, the highest first."""

    kind: str
    name: str
    content: Mapping[str, Any]
    version: Version
    layers: tuple[Layer, ...]

    def origin(self, path: Path) -> Layer | None:
        """The layer whose word on a field counts; None where the standard's does."""
        return next((layer for layer in self.layers if _says(layer.content, path)), None)

    def place(self, path: Path) -> tuple[Document, int, int]:
        """Document, line and column where the field is written."""
        layer = self.origin(path)
        if layer is not None:
            return layer.document, *layer.document.value_position((layer.name, *written(layer.content, path)))
        content, start = self.version.content, self.version.path
        found = (*start, *written(content, path))
        if found not in self.version.document.positions().keys:
            found = (self.name, *written(content, path))
        return self.version.document, *self.version.document.value_position(found)


@dataclass(frozen=True, slots=True)
class Variant(Generic[Model]):
    """Terms that bind what is made between two instants. layers, changes: whose word counts, the highest first; "" is the standard.

    restated, former: from when these terms are known, and the ones they correct.
    """

    since: datetime
    until: datetime
    definition: Definition[Model]
    layers: str
    changes: str
    restated: datetime | None
    former: Definition[Model] | None


@dataclass(frozen=True)
class Book:
    """A folder of YAML, opened. zone: of its days.

    unreadable: kinds of which something could not be read; flawed: files of which a part could not: neither is asked for more.
    """

    tree: Tree
    kinds: Mapping[str, Kind]
    settings: Settings
    company: Company
    changes: Mapping[str, Change]
    past: tuple[Past, ...] = ()
    unreadable: frozenset[str] = frozenset()
    flawed: frozenset[PurePosixPath] = frozenset()
    _made: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def zone(self) -> str:
        return self.settings.zone or "UTC"

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of a kind's definitions, as the book stands."""
        return tuple(self._documents.get(kind, {}))

    def definitions(self, kind: str, model: type[Model]) -> dict[str, Definition[Model]]:
        """A kind's definitions as the standard has them now. Raises BookError for one that does not fit its model."""
        return {name: self.definition(kind, name, model) for name in self.names(kind)}

    def has(self, kind: str, name: str) -> bool:
        return name in self._documents.get(kind, {})

    def fitting(self, kind: str, model: type[Model]) -> dict[str, Definition[Model]]:
        """Those that fit their model, for a lint; what is wrong with the others is told already."""
        found = {}
        for name in self.names(kind):
            with suppress(BookError):
                found[name] = self.definition(kind, name, model)
        return found

    def definition(self, kind: str, name: str, model: type[Model]) -> Definition[Model]:
        key = ("definition", kind, name, model)
        if key not in self._made:
            self._made[key] = self._defined(kind, name, model)
        found: Definition[Model] = self._made[key]
        return found

    def _defined(self, kind: str, name: str, model: type[Model]) -> Definition[Model]:
        document, content = self._current(kind, name)
        if not self.kinds[kind].layered:
            return self._valid(name, content, document, model)
        version = self.version(kind, name, UNSAVED)
        if version is None or version.content == _fields(content):
            return self._valid(name, _fields(content), document, model)
        told = {key: value for key, value in _fields(content).items() if key in getattr(model, "told", ())}
        return self._valid(name, {**version.content, **told}, version.document, model, version.path)

    def version(self, kind: str, name: str, at: datetime) -> Version | None:
        """The terms of the standard at an instant; None before there were any. UNSAVED asks for the last that are saved."""
        found = [v for v in self.versions(kind, name) if v.since <= at and v.since != UNSAVED and (at < v.until or at == UNSAVED)]
        return found[-1] if found else None

    def versions(self, kind: str, name: str) -> tuple[Version, ...]:
        key = ("versions", kind, name)
        if key not in self._made:
            self._made[key] = versions(name, self._said.get((kind, name), ()), self.zone)
        found: tuple[Version, ...] = self._made[key]
        return found

    def layers(self, kind: str, name: str) -> Layers:
        return self._layers.get((kind, name), _NONE)

    def all_layers(self) -> Iterator[Layer]:
        for under in self._layers.values():
            yield from under.all

    def resolve(self, kind: str, name: str, keys: Mapping[str, str], at: datetime) -> Resolved:
        """What a definition says for a subject's keys, made at an instant (naive UTC): a pure function of book, keys and instant.

        Raises NotFound where there is none of that name, or none at that time.
        """
        if (kind, name) not in self._said:
            raise NotFound(f"no definition '{kind}.{name}' in the book", allowed=nearest(name, self.names(kind)))
        version = self.version(kind, name, at)
        if version is None:
            since = min((v.since for v in self.versions(kind, name)), default=BEGINNING)
            said = "it is not saved yet, and says no `since:`" if since == UNSAVED else f"it begins {since:%Y-%m-%d %H:%M} UTC"
            raise NotFound(f"'{kind}.{name}' did not hold at {at:%Y-%m-%d %H:%M} UTC", got=said)
        return self._over(kind, name, version, self._in_force(kind, name, keys, at))

    def variants(
        self, kind: str, name: str, keys: Mapping[str, str], model: type[Model], made: tuple[datetime, datetime] | None = None
    ) -> Iterator[Variant[Model]]:
        """The terms of one subject's keys over all time, in the order of their beginnings, each different from the one before.

        made: only those that bind something made from the first of these instants to the last.
        """
        found = self.layers(kind, name).for_keys({**keys, **self.arms(keys)})
        for version in self.versions(kind, name):
            if version.since == UNSAVED:
                continue
            for since, until in spans(found, version.since, version.until):
                if made is not None and (until <= made[0] or since > made[1]):
                    continue
                over = tuple(reversed([layer for layer in found if layer.in_force(since)]))
                definition = self._fit(kind, name, version, over, model)
                former = self._fit(kind, name, version.former, over, model) if version.former else None
                corrected = former is not None and former.hash != definition.hash
                yield Variant(
                    since, until, definition, *self._told(over), version.restated if corrected else None, former if corrected else None
                )

    def dimensions(self, kind: str, name: str) -> tuple[str, ...]:
        """The dimensions of the company that decide between variants of a definition."""
        used = self.layers(kind, name).dimensions()
        drawn = {self._unit(dimension) for dimension in used if dimension.startswith(f"{ARM}@")}
        return tuple(d.id for d in self.company.dimensions if d.id in used | drawn)

    def values(self, kind: str, name: str, dimension: str) -> frozenset[str]:
        """The values of a dimension that make a difference to a definition; all others are alike."""
        layers = self.layers(kind, name)
        found = set(layers.values(dimension))
        for used in layers.dimensions():
            if used.startswith(f"{ARM}@") and self._unit(used) == dimension:
                found |= {unit for arm in self.changes[used.partition("@")[2]].arms.values() for unit in arm.units}
        return frozenset(found)

    def arms(self, keys: Mapping[str, str]) -> dict[str, str]:
        """The arms of pilots that a subject's keys are drawn into."""
        found: dict[str, str] = {}
        for id, units, change in self._pilots:
            if units in keys:
                found |= {f"{ARM}@{id}": name for name, arm in change.arms.items() if keys[units] in arm.units}
        return found

    @cached_property
    def _pilots(self) -> tuple[tuple[str, str, Change], ...]:
        return tuple((id, one.scope.units, one) for id, one in self.changes.items() if one.arms and one.scope and one.scope.units)

    def _in_force(self, kind: str, name: str, keys: Mapping[str, str], at: datetime) -> tuple[Layer, ...]:
        found = self.layers(kind, name).for_keys({**self.arms(keys), **keys})
        return tuple(reversed([layer for layer in found if layer.in_force(at)]))

    def _over(self, kind: str, name: str, version: Version, layers: tuple[Layer, ...]) -> Resolved:
        content: Any = version.content
        for layer in reversed(layers):
            content = merged(content, layer.content)
        return Resolved(kind, name, content, version, _saying(layers))

    def _told(self, over: tuple[Layer, ...]) -> tuple[str, str]:
        """Which layers and Changes have a word in it."""
        key = ("told", *map(id, over))
        if key not in self._made:
            saying = _saying(over)
            changes = dict.fromkeys(layer.change for layer in saying)
            self._made[key] = ("; ".join(str(layer.address) for layer in saying), "; ".join(changes))
        found: tuple[str, str] = self._made[key]
        return found

    def laid(self, kind: str, name: str, version: Version, layers: tuple[Layer, ...], model: type[Model]) -> Definition[Model]:
        """A version of a definition with layers upon it, the highest first. Raises pydantic's ValidationError where they do not fit."""
        key = ("laid", kind, name, id(version.content), tuple(map(id, layers)))
        if key not in self._made:
            # One value for all who say the same, in the same order: thousands of customers have a few dozen terms between them.
            content, text = self._unlocked(version.content)
            alike = (model, text, *(repr(layer.content) for layer in layers))
            first: Definition[Model] | None = self._made.get(alike)
            if first is None:
                for layer in reversed(layers):
                    content = merged(content, layer.content)
                made = Definition(name, model.model_validate(content), version.document, version.path, layers)
                self._made[alike] = made
            else:
                made = Definition(name, first.value, version.document, version.path, layers, first)
            self._made[key] = made
        found: Definition[Model] = self._made[key]
        return found

    def _unlocked(self, content: Mapping[str, Any]) -> tuple[Any, str]:
        """The content without its locks, and that as a text."""
        key = ("unlocked", id(content))
        if key not in self._made:
            free = unlocked(content)
            self._made[key] = free, repr(free)
        found: tuple[Any, str] = self._made[key]
        return found

    def each(self, kind: str, name: str, model: type[Model]) -> Iterator[Definition[Model]]:
        """The definition at all times, and with each layer alone upon it, as far as they fit their model: for a lint.

        What the folder says is among them also where it binds nobody, as the standard under a dated version does.
        """
        held = self.versions(kind, name)
        said = self._said.get((kind, name), ())
        now = [replace(one, at=BEGINNING) for one in said[-1:] if len(said) > 1 or one.at != BEGINNING]
        idle = [v for v in versions(name, now, self.zone) if all(v.content != other.content for other in held)] if now else []
        laid = [layer for layer in self.layers(kind, name).all if layer.since < layer.until or layer is self.layer_in(layer.document, name)]
        for layers in ((), *((layer,) for layer in laid)):
            for version in held if layers else (*held, *idle):
                if not layers or (layers[0].since < version.until and version.since < layers[0].until):
                    with suppress(ValidationError):
                        yield self.laid(kind, name, version, layers, model)

    def layer_in(self, document: Document, name: str) -> Layer | None:
        """What an overlay file says of a definition now; None where no Change warrants it."""
        return self._by_file.get((document.file, name))

    @cached_property
    def _by_file(self) -> Mapping[tuple[PurePosixPath, str], Layer]:
        return {(layer.document.file, layer.name): layer for layer in self.all_layers()}

    def _fit(self, kind: str, name: str, version: Version, layers: tuple[Layer, ...], model: type[Model]) -> Definition[Model]:
        try:
            return self.laid(kind, name, version, layers, model)
        except ValidationError as error:
            document, path = (layers[0].document, (name,)) if layers else (version.document, version.path)
            raise BookError("\n".join(str(one) for one in problems_of(document, path, error, model))) from error

    def _valid(self, name: str, content: Any, document: Document, model: type[Model], path: Path = ()) -> Definition[Model]:
        try:
            return Definition(name, model.model_validate(unlocked(content)), document, path or (name,))
        except ValidationError as error:
            raise BookError("\n".join(str(one) for one in problems_of(document, path or (name,), error, model))) from error

    def _current(self, kind: str, name: str) -> tuple[Document, Any]:
        document = self._documents.get(kind, {}).get(name)
        if document is None:
            raise NotFound(f"no definition '{kind}.{name}' in the book", allowed=nearest(name, self.names(kind)))
        return document, document.data if self.kinds[kind].whole else document.data[name]

    @cached_property
    def _documents(self) -> Mapping[str, Mapping[str, Document]]:
        """Kind -> name -> the document in which it stands, by name."""
        found: dict[str, dict[str, Document]] = {kind: {} for kind in self.kinds}
        for document in self.tree.documents:
            if document.kind in found and document.address is None:
                names = [document.file.stem] if self.kinds[document.kind].whole else list(document.data)
                for name in names:
                    found[document.kind].setdefault(name, document)
        return {kind: dict(sorted(under.items())) for kind, under in found.items()}

    def _unit(self, arm: str) -> str:
        change = self.changes.get(arm.partition("@")[2])
        return str(change.scope.units) if change and change.scope else ""

    @cached_property
    def _chronicle(self) -> Chronicle:
        return Chronicle(self.tree, self.kinds, self.past)

    @cached_property
    def _said(self) -> Mapping[tuple[str, str], Sequence[Said]]:
        return self._chronicle.said(self._documents)

    @cached_property
    def _layers(self) -> Mapping[tuple[str, str], Layers]:
        standing = Standing(self.company, {**self._chronicle.changes(), **self.changes}, self._chronicle.saved(), self.zone)
        found: dict[tuple[str, str], list[Layer]] = {}
        for file in self._chronicle.overlays():
            for kind, name, layer in layers_of(file, standing):
                found.setdefault((kind, name), []).append(layer)
        return {key: Layers(tuple(layers)) for key, layers in found.items()}


_NONE = Layers(())


def _fields(content: Any) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key not in BOOK_KEYS} if isinstance(content, Mapping) else {}


def _says(content: Any, path: Path) -> bool:
    """Whether a layer speaks of a field: of it, of something inside it, or by removing what holds it."""
    for part in path:
        if content is None or not isinstance(content, Mapping | list):
            return True
        inner = at(content, (part,))
        if inner is None and not _names(content, part):
            return False
        content = inner
    return True


def _names(content: Any, part: str | int) -> bool:
    if isinstance(content, Mapping):
        return part in content
    return any(isinstance(item, dict) and str(item.get("id")) == str(part) for item in content)


def _saying(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Layers of which at least one field counts: one that a higher layer covers wholly says nothing."""
    kept: list[Layer] = []
    covered: set[Path] = set()
    for layer in layers:
        mine = set(spoken(layer.content))
        if mine - covered:
            kept.append(layer)
            covered |= mine
    return tuple(kept)


__all__ = ["CHANGE", "Book", "Definition", "Resolved", "Variant"]
