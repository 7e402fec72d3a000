"""guesses.yaml: what Troth took for granted when it proposed the book, for a person to confirm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FILE = "guesses.yaml"


def read_guesses(root: Path) -> list[dict[str, Any]]:
    """The guesses that nobody has confirmed yet; a file that a person broke shows as one that cannot be read."""
    path = root / FILE
    if not path.is_file():
        return []
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, list):
        return [{"what": f"{FILE} is not a list", "evidence": "remove it or mend it", "confirmed": False}]
    return [g for g in found if isinstance(g, dict) and not g.get("confirmed")]
