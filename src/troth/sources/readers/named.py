"""A file's name in SQL, where the engine takes some signs for a pattern: `orders[1].csv` would be `orders1.csv` if there is one."""

from __future__ import annotations

import re
from pathlib import Path

from troth.query import literal_text

_PATTERN = re.compile(r"([*?\[])")


def path_sql(path: Path) -> str:
    """The literal that names this file and no other.

    >>> path_sql(Path("orders[1].csv"))
    "'orders[[]1].csv'"
    """
    return literal_text(_PATTERN.sub(r"[\1]", str(path)))
