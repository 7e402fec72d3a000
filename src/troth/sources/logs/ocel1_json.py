"""OCEL 1.0 as JSON: objects without relations of their own, relations without qualifier, attributes without declared types.

Source: OCEL standard 1.0 (Ghahfarokhi and others, 2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from troth.kernel.errors import SourceError, nearest
from troth.sources.logs.assembly import Assembly
from troth.sources.logs.imported import Imported
from troth.sources.logs.json_elements import JsonFile, escaped
from troth.sources.logs.shapes import Shapes

_TYPE_OF = {"str": "string", "int": "integer", "float": "float", "bool": "boolean"}


class _Reader:
    """A type is what its rows say it is: an attribute has the type of its values, float where whole numbers and others mix."""

    def __init__(self, path: Path, zone: str | None) -> None:
        self.file = JsonFile(path)
        self.shapes = Shapes(path.name)
        self.assembly = Assembly(path.name, self._where, zone)
        self.attributes: dict[str, dict[str, dict[str, str]]] = {"events": {}, "objects": {}}
        self.types: list[str] | None = None

    def read(self) -> Imported:
        seen = set()
        for key in self.file.keys():  # noqa: SIM118 - no dictionary
            seen.add(key)
            pointer = f"/{key}"
            if key in ("ocel:events", "ocel:objects"):
                for id in self.file.members(pointer):
                    place = f"{pointer}/{escaped(id)}"
                    part = self.shapes.part(self.file.value(place), place)
                    self._event(id, part, place) if key == "ocel:events" else self._object(id, part, place)
            elif key == "ocel:global-log":
                self._global(self.shapes.part(self.file.value(pointer), pointer), pointer)
            else:
                self.file.value(pointer)
        for key in ("ocel:events", "ocel:objects"):
            if key not in seen:
                self.shapes.refuse("/", f"'{key}' is missing", None)
        self._refuse_unlisted()
        for kind, types in self.attributes.items():
            for type, declared in types.items():
                self.assembly.type(kind, type, declared, f"/ocel:{kind}")
        return self.assembly.finished()

    def _where(self, kind: str, row: int) -> str:
        ids = list(self.assembly.ids[kind])
        return f"/ocel:{kind}/{escaped(ids[row])}" if row < len(ids) else f"/ocel:{kind}"

    def _global(self, part: Mapping[str, object], pointer: str) -> None:
        listed = part.get("ocel:object-types")
        if listed is not None:
            if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
                self.shapes.refuse(f"{pointer}/ocel:object-types", "names are expected", listed)
            self.types = listed

    def _event(self, id: str, part: Mapping[str, object], place: str) -> None:
        activity = self.shapes.text(part, "ocel:activity", place)
        row = self.assembly.row_of_event(id, activity, self.shapes.text(part, "ocel:timestamp", place))
        self._values("events", row, activity, part.get("ocel:vmap"), f"{place}/ocel:vmap")
        related = part.get("ocel:omap", [])
        for one in related if isinstance(related, list) else [related]:
            if not isinstance(one, str):
                self.shapes.refuse(f"{place}/ocel:omap", "ids of objects are expected", one)
            self.assembly.relate("events", row, one, "")

    def _object(self, id: str, part: Mapping[str, object], place: str) -> None:
        type = self.shapes.text(part, "ocel:type", place)
        row = self.assembly.row_of_object(id, type)
        self._values("objects", row, type, part.get("ocel:ovmap"), f"{place}/ocel:ovmap")

    def _values(self, kind: str, row: int, type: str, values: object, place: str) -> None:
        declared = self.attributes[kind].setdefault(type, {})
        for name, value in self.shapes.part(values, place).items() if values is not None else ():
            if value is None:
                continue
            raw = self.shapes.raw(value, f"{place}/{escaped(name)}")
            known = _TYPE_OF[raw.__class__.__name__]
            before = declared.setdefault(name, known)
            if {before, known} == {"integer", "float"}:
                declared[name] = "float"
            self.assembly.value(kind, row, name, raw)

    def _refuse_unlisted(self) -> None:
        """The file's own list of object types is its map: each must be in it, and those without objects are types too."""
        if self.types is None:
            return
        for type in self.attributes["objects"]:
            if type not in self.types:
                code = self.assembly.type_names["objects"][type]
                place = self._where("objects", self.assembly.type_codes["objects"].index(code))
                raise SourceError(
                    f"'{self.file.file}', {place}: object type '{type}' is not declared",
                    allowed=nearest(type, self.types), next_step="Add it to ocel:object-types, or mend its name.",
                )  # fmt: skip
        for type in self.types:
            self.attributes["objects"].setdefault(type, {})


def read(path: Path, zone: str | None) -> Imported:
    """Refuses what is no OCEL 1.0, a relation to no object, and an attribute whose values are of several types."""
    return _Reader(path, zone).read()
