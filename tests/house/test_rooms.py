from __future__ import annotations

import ast
import re

import pytest

from tests.needs import ROOT

ROOMS = sorted(path.parent.name for path in (ROOT / "src" / "troth").glob("*/__init__.py"))


def _front(room: str) -> ast.Module:
    return ast.parse((ROOT / "src" / "troth" / room / "__init__.py").read_text(encoding="utf-8"))


def _names(front: ast.Module) -> list[str]:
    for statement in front.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                names = ast.literal_eval(value)
                assert isinstance(names, list)
                return names
            case _:
                pass
    return []


def _is_imports_or_words(statement: ast.stmt) -> bool:
    match statement:
        case ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())) | ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case _:
            return False


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is(room: str) -> None:
    assert ast.get_docstring(_front(room))


@pytest.mark.parametrize("room", ROOMS)
def test_a_front_has_at_most_fifteen_names(room: str) -> None:
    assert len(_names(_front(room))) <= 15


@pytest.mark.parametrize("room", ROOMS)
def test_a_front_has_no_logic(room: str) -> None:
    logic = [ast.unparse(statement) for statement in _front(room).body if not _is_imports_or_words(statement)]

    assert logic == []


def test_each_folder_of_the_package_is_a_room_with_a_front() -> None:
    folders = sorted(path.name for path in (ROOT / "src" / "troth").iterdir() if path.is_dir() and path.name != "__pycache__")

    assert folders == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_its_paragraph_in_architecture(room: str) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    paragraph = re.search(rf"^### `{room}`\n\n(.+?)(?=\n\n|\Z)", text, re.MULTILINE | re.DOTALL)

    assert paragraph
    assert len(paragraph.group(1)) > 80


def test_architecture_describes_no_room_that_is_gone() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    assert sorted(re.findall(r"^### `(\w+)`$", text, re.MULTILINE)) == ROOMS
