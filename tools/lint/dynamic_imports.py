"""No import by name outside a plug-in loader.

The arrows between rooms are held by import-linter, which reads import statements. A module named in a string would
pass under it, and so would a cycle.
"""

from __future__ import annotations

import ast
from pathlib import Path

PLUGIN_LOADERS: tuple[str, ...] = ()

_BY_NAME = {"import_module", "__import__", "resolve_name"}


def found(root: Path) -> list[str]:
    """`file:line: what` for each import by name under src."""
    problems = []
    for file in sorted((root / "src").rglob("*.py")):
        place = file.relative_to(root).as_posix()
        if place in PLUGIN_LOADERS:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if _name(node) in _BY_NAME:
                problems.append(f"{place}:{getattr(node, 'lineno', 0)}: import by name outside a plug-in loader")
    return problems


def _name(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
        case _:
            return ""
