"""No SUM, AVG or STDDEV over floating point in SQL.

Floating-point addition depends on the order of the rows, so two builds of the same input would differ in the last
digit. Durations are summed as integer microseconds, money and scores as DECIMAL; floats appear after the last
aggregation, in numpy.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_AGGREGATE = re.compile(r"\b(sum|avg|mean|stddev\w*|var_\w+|variance)\s*\(", re.IGNORECASE)
_FLOATING = re.compile(r"(::\s*|\bas\s+)(double|float|real)\b", re.IGNORECASE)


def found(root: Path) -> list[str]:
    """`file:line: what` for each aggregate over a floating-point cast in a string or .sql file under src."""
    problems = []
    for file in sorted((root / "src").rglob("*")):
        if file.suffix not in {".py", ".sql"}:
            continue
        text = file.read_text(encoding="utf-8")
        for line, sql in _strings(text) if file.suffix == ".py" else [(1, text)]:
            for aggregate in in_sql(sql):
                problems.append(f"{file.relative_to(root).as_posix()}:{line}: {aggregate} sums floating point")
    return problems


def in_sql(sql: str) -> list[str]:
    """The aggregates of this SQL whose argument is cast to a floating type.

    >>> in_sql("select sum(x::DOUBLE), sum(y) / count(*)::DOUBLE")
    ['sum(x::DOUBLE)']
    """
    calls = (sql[match.start() : _closing(sql, match.end())] for match in _AGGREGATE.finditer(sql))
    return [call for call in calls if _FLOATING.search(call)]


def _closing(sql: str, start: int) -> int:
    depth = 1
    for position in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[position], 0)
        if depth == 0:
            return position + 1
    return len(sql)


def _strings(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    inside_formatted = {
        id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(p.value if _is_text(p) else "_" for p in node.values)  # type: ignore[attr-defined]
        elif id(node) not in inside_formatted and isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _is_text(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and isinstance(part.value, str)
