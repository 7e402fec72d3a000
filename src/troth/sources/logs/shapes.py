"""Parts of a JSON document checked for their shape as they are taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from troth.kernel.errors import SourceError
from troth.sources.logs.cells import shown
from troth.sources.logs.typed import Raw


class Shapes:
    """file: named in each refusal."""

    def __init__(self, file: str) -> None:
        self.file = file

    def part(self, value: object, pointer: str) -> Mapping[str, object]:
        if not isinstance(value, dict):
            self.refuse(pointer, "an object is expected", value)
        return value

    def text(self, part: Mapping[str, object], key: str, pointer: str) -> str:
        if key not in part:
            self.refuse(pointer, f"'{key}' is missing", None)
        value = part[key]
        if not isinstance(value, str):
            self.refuse(f"{pointer}/{key}", "a text is expected", value)
        return value

    def parts(self, part: Mapping[str, object], key: str, pointer: str) -> list[tuple[str, Mapping[str, object]]]:
        """The objects of a list with their pointers; a missing list has none."""
        listed = part.get(key)
        if listed is None:
            return []
        if not isinstance(listed, list):
            self.refuse(f"{pointer}/{key}", "an array is expected", listed)
        return [(f"{pointer}/{key}/{n}", self.part(one, f"{pointer}/{key}/{n}")) for n, one in enumerate(listed)]

    def raw(self, value: object, pointer: str) -> Raw:
        if not isinstance(value, str | int | float | bool):
            self.refuse(pointer, "a text, a number or a boolean is expected", value)
        return value

    def refuse(self, pointer: str, what: str, got: object) -> NoReturn:
        raise SourceError(
            f"'{self.file}', {pointer}: {what}", got=None if got is None else shown(got), next_step="Mend the file, or export it again."
        )
