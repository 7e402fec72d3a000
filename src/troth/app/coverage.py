"""Which capability is covered by which definition and which test.

Names are looked up in the sources, never imported or run: asking costs milliseconds and has no side effects.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import troth
from troth.kernel.errors import BookError, NotFound

_SOURCES = Path(troth.__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Covered:
    """A capability and what stands for it.

    definitions: dotted names of the package, or its files as `troth/…/olist.yaml`.
    tests: pytest node ids, relative to the folder of `coverage.yaml`.
    missing: those of both that do not exist (any more); empty when all is well.
    """

    id: str
    definitions: tuple[str, ...]
    tests: tuple[str, ...]
    missing: tuple[str, ...]


def coverage(path: Path) -> list[Covered]:
    """The capabilities listed in a `coverage.yaml`, in its order.

    Raises NotFound if there is no such file, BookError if it does not hold id -> {definitions, tests}.
    """
    import yaml

    if not path.is_file():
        raise NotFound(f"no coverage file at {path}", next_step="Give the path of a coverage.yaml.")
    try:
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BookError(f"{path}: not YAML: {error}") from error
    if not isinstance(listed, Mapping):
        raise BookError(f"{path}: a mapping of capability ids is expected", got=type(listed).__name__)
    return [_covered(path, identifier, entry) for identifier, entry in listed.items()]


def _covered(path: Path, identifier: object, entry: object) -> Covered:
    if not isinstance(identifier, str):
        # Unquoted, 7.1 is a number in YAML, and 004.E2 is one to some of its readers.
        raise BookError(f"{path}: an id is text", got=identifier, next_step="Put the id in quotation marks.")
    definitions = _names(path, identifier, entry, "definitions")
    tests = _names(path, identifier, entry, "tests")
    missing = [name for name in definitions if not _is_defined(name)]
    missing += [node for node in tests if not _is_test(path.parent, node)]
    return Covered(identifier, definitions, tests, tuple(missing))


def _names(path: Path, identifier: str, entry: object, field: str) -> tuple[str, ...]:
    names = entry.get(field) if isinstance(entry, Mapping) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BookError(f"{path}: {identifier}: '{field}' is a list of names", got=names)
    return tuple(names)


def _is_defined(name: str) -> bool:
    if "/" in name:
        return (_SOURCES / name).is_file()
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = _module_file(parts[:length])
        if module is not None:
            return _holds(_tree(module).body, parts[length:])
    return False


def _module_file(parts: list[str]) -> Path | None:
    place = _SOURCES.joinpath(*parts)
    candidates = (place.with_suffix(".py"), place / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def _is_test(root: Path, node: str) -> bool:
    file, _, rest = node.partition("::")
    if not (root / file).is_file():
        return False
    tree = _tree(root / file)
    if not rest:
        return any(name.startswith("test") for name, _ in _bound(tree.body))
    parts = rest.partition("[")[0].split("::")
    return parts[-1].startswith("test") and _holds(tree.body, parts)


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _holds(body: list[ast.stmt], parts: list[str]) -> bool:
    if not parts:
        return True
    inside = dict(_bound(body)).get(parts[0])
    return inside is not None and _holds(inside, parts[1:])


def _bound(body: list[ast.stmt]) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Each name that these statements bind, with what stands inside it."""
    for statement in body:
        match statement:
            case ast.ClassDef():
                yield statement.name, statement.body
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield statement.name, []
            case ast.Assign(targets=targets):
                yield from ((target.id, []) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, []
            case ast.ImportFrom(names=names) | ast.Import(names=names):
                yield from ((alias.asname or alias.name, []) for alias in names)
            case _:
                pass
