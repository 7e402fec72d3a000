"""What an editor needs to complete and explain the files of a book."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from troth.app.rulebook.rules import CHECKS
from troth.book import ROOT
from troth.book.json_schema import schemas
from troth.kernel.errors import BookError, NotFound, nearest

EDITOR, SETTINGS, YAML_SCHEMAS = ".vscode", "settings.json", "yaml.schemas"


def schema(kind: str | None = None, *, into: Path | None = None) -> dict[str, Any]:
    """The JSON Schema of one kind of file, or of all by name; written to a folder where one is given, with the settings of an editor.

    Raises NotFound for a kind that there is not, BookError where settings are there already that cannot be read.
    """
    made = schemas(CHECKS.known)
    if kind is not None and kind not in made:
        raise NotFound(f"no schema '{kind}'", allowed=nearest(kind, made))
    chosen = {name: made[name] for name in ([kind] if kind else made)}
    if into is not None:
        settings = _with_schemas(into, {name: one.files for name, one in chosen.items()})
        into.mkdir(parents=True, exist_ok=True)
        for name, one in chosen.items():
            (into / f"{name}.schema.json").write_text(_json(one.schema), encoding="utf-8")
        (into / SETTINGS).write_text(_json(settings), encoding="utf-8")
    return chosen[kind].schema if kind else {name: one.schema for name, one in chosen.items()}


def _with_schemas(into: Path, files: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """The settings in a folder with the schemas in them. An editor reads paths from the folder that is opened in it: the book's."""
    file, folder = into / SETTINGS, into.resolve()
    opened = folder.parent if folder.name == EDITOR else next((one for one in folder.parents if (one / ROOT).is_file()), folder.parent)
    here = folder.relative_to(opened).as_posix()
    added = {f"./{here}/{name}.schema.json": list(patterns) for name, patterns in files.items()}
    try:
        settings = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        return {**settings, YAML_SCHEMAS: {**settings.get(YAML_SCHEMAS, {}), **added}}
    except (ValueError, TypeError, AttributeError) as error:
        raise BookError(
            f"'{file}' is there already and is no plain JSON", got=str(error),
            next_step=f"Take its comments out, or add yourself: {json.dumps({YAML_SCHEMAS: added})}",
        ) from error  # fmt: skip


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
