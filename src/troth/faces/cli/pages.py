"""Pages written into the folder of a book."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write_statements(page: dict[str, Any], folder: Path, name: str) -> Path:
    from troth.faces.page import render

    return _written(render(page), folder / f"{name}.html")


def write_data(page: dict[str, Any], folder: Path) -> Path:
    from troth.faces.page import render_data

    return _written(render_data(page), folder / "data.html")


def write_calendar(year: Any, target: Path) -> Path:
    from dataclasses import asdict

    from troth.faces.page import render_calendar

    return _written(render_calendar(asdict(year)), target)


def _written(html: str, target: Path) -> Path:
    from troth.app.writing import write_whole

    write_whole(target, html)
    return target
