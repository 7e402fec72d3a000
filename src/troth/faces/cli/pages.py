"""Pages written into the folder of a book."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write_monday(page: dict[str, Any], folder: Path) -> Path:
    from troth.faces.page import render

    return _written(render(page), folder / "monday.html")


def write_data(page: dict[str, Any], folder: Path) -> Path:
    from troth.faces.page import render_data

    return _written(render_data(page), folder / "data.html")


def _written(html: str, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(html, encoding="utf-8")
    return target
