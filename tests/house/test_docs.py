"""What the README and the docs show is run: a page that lies is worse than a missing one.

In a `console` block a line that starts with `$ ` is a command; what stands under it must appear in what it prints (`…`
stands for anything within a line). In front of a command stands nothing; behind it `< FILE` gives it a file
to read and `# exit 4` names an expected exit code.
A `yaml` block with `title="PATH"` is a file: it is written there, whole. A page is run from top to bottom in one folder,
which holds `corner-shop`, `parts-wholesaler`, `two-systems` and `examples/` with all three.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydantic import BaseModel

from tests.needs import ROOT
from troth.book import Settings
from troth.book.change import Arm, Change, Scope
from troth.book.company import Company, Dimension
from troth.faces.cli import main
from troth.kernel import errors
from troth.metrics import Metric
from troth.metrics.calibrating import Calibration, Weighed
from troth.metrics.rewards import Reward
from troth.metrics.scorecards import Goal, Item, Scorecard
from troth.metrics.valuing import Value
from troth.promises.calendars import CalendarDefinition
from troth.promises.commitments import Commitment
from troth.promises.definition import Amount, Component, Fulfilment, Objective, Pause, Promise, Stage
from troth.promises.risk.definition import AtRisk
from troth.sources import Source
from troth.sources.contracts.contract import After, ColumnRules, Contract, RowRules
from troth.sources.databases.database import Database
from troth.sources.identity.definition import Guards, Identity, Review, Weigh
from troth.sources.pulls.definition import Access, Newer, Pages, Pull

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOT_RUN = ("./x ", "cd ..", "git clone ", "pip install ", "pipx ", "uv tool install ", "uvx ")
TROTH = Path(sys.executable).with_name("troth")


@dataclass(frozen=True, slots=True)
class Block:
    """title: of a `yaml` block, the file that it is."""

    language: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    words: tuple[str, ...]
    exit_code: int
    prints: tuple[str, ...]


def _blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = re.findall(r'^```(console|python|yaml(?= title="))(?: title="([^"\n]+)")?\n(.*?)^```', text, re.MULTILINE | re.DOTALL)
    return [Block(language, title, body) for language, title, body in found]


def _commands(block: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, *printed = part.splitlines()
        command, _, code = line.partition("# exit ")
        shown = tuple(part.strip() for text in printed for part in text.split("…") if part.strip())
        yield Command(tuple(shlex.split(command)), int(code or 0), shown)


def _runnable(page: Path) -> bool:
    return any(block.language != "console" or any(not _is_set_up(command) for command in _commands(block.text)) for block in _blocks(page))


def _is_set_up(command: Command) -> bool:
    return f"{' '.join(command.words)} ".startswith(NOT_RUN)


@pytest.mark.parametrize("page", [p for p in PAGES if _runnable(p)], ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_shows_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for example in ("corner-shop", "parts-wholesaler", "two-systems"):
        for copy in (tmp_path / example, tmp_path / "examples" / example):
            shutil.copytree(ROOT / "examples" / example, copy, ignore=shutil.ignore_patterns(".troth", "pages"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": page.stem}

    for block in _blocks(page):
        if block.language == "python":
            exec(compile(block.text, page.name, "exec"), names)
        elif block.language == "yaml":
            target = Path(block.title)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        else:
            for command in _commands(block.text):
                _run(command)


def _run(command: Command) -> None:
    if _is_set_up(command):
        return
    program, *arguments = command.words
    if program == "cd":
        os.chdir(arguments[0])
        return
    assert program == "troth", f"{program} is neither troth nor one of {NOT_RUN}"
    given = None
    if arguments[-2:-1] == ["<"]:
        given, arguments = Path(arguments[-1]).read_text(encoding="utf-8"), arguments[:-2]
    environment = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    code, said = _in_this_process(arguments, given, environment)

    assert code == command.exit_code, said
    for text in command.prints:
        assert text in said


def _in_this_process(arguments: Sequence[str], given: str | None, environment: Mapping[str, str]) -> tuple[int, str]:
    """The console script's exit code and all that it prints; a process of its own for each would take most of the time."""
    with pytest.MonkeyPatch.context() as patched, CliRunner(charset="utf-8").isolation(input=given, env=environment) as streams:
        patched.setattr(sys, "argv", ["troth", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1 if ended.code else 0
        said = "".join(stream.getvalue().decode("utf-8") for stream in streams[:2])
    return code, said


def test_the_console_script_is_what_pages_call() -> None:
    """Once from outside, as a reader would: the same words as within."""
    done = subprocess.run([TROTH, "version"], capture_output=True, text=True, encoding="utf-8", check=True)

    assert (done.returncode, done.stdout) == _in_this_process(["version"], None, {})


def test_the_commands_of_x_that_pages_name_exist() -> None:
    known = set(re.findall(r"^\./x (\w+)", (ROOT / "x").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"\./x (\w+)", page.read_text(encoding="utf-8"))}

    assert named <= known


def _cli() -> dict[str, Any]:
    """Every command of the command line by its full name, `book why` for one in a group."""
    from typer.main import get_command

    from troth.faces.cli import app

    def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        children = getattr(command, "commands", {})
        if not children:
            yield name, command
        for child_name, child in children.items():
            yield from walk(child, f"{name} {child_name}".strip())

    return dict(walk(get_command(app), ""))


def _sections(page: str) -> dict[str, str]:
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    parts = re.split(r"^## `troth ([^`]+)`$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_each_command_is_documented_and_no_other() -> None:
    assert sorted(_sections("cli.md")) == sorted(_cli())


def test_each_option_is_documented_and_has_help() -> None:
    sections = _sections("cli.md")
    missing = []
    for name, command in _cli().items():
        assert command.help, f"troth {name} has no help"
        for parameter in command.params:
            for option in (o for o in parameter.opts if o.startswith("--") and o not in {"--help", "--json"}):
                if option not in sections.get(name, ""):
                    missing.append(f"troth {name} {option}")

    assert missing == []


@pytest.mark.parametrize(
    ("page", "noun"),
    [
        ("book.md", Settings),
        ("book.md", Company),
        ("book.md", Dimension),
        ("book.md", Commitment),
        ("metrics.md", Metric),
        ("scorecards.md", Goal),
        ("scorecards.md", Item),
        ("scorecards.md", Scorecard),
        ("calibrations.md", Calibration),
        ("calibrations.md", Weighed),
        ("rewards.md", Reward),
        ("values.md", Value),
        ("book.md", Change),
        ("book.md", Scope),
        ("book.md", Arm),
        ("book.md", Source),
        ("book.md", Database),
        ("book.md", Pull),
        ("book.md", Pages),
        ("book.md", Access),
        ("book.md", Newer),
        ("identity.md", Identity),
        ("identity.md", Guards),
        ("identity.md", Weigh),
        ("identity.md", Review),
        ("contracts.md", Contract),
        ("contracts.md", ColumnRules),
        ("contracts.md", RowRules),
        ("contracts.md", After),
        ("promises.md", Promise),
        ("promises.md", Stage),
        ("promises.md", Fulfilment),
        ("promises.md", Amount),
        ("promises.md", Component),
        ("promises.md", Pause),
        ("promises.md", Objective),
        ("promises.md", AtRisk),
        ("calendars.md", CalendarDefinition),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_each_key_of_the_book_is_documented(page: str, noun: type[BaseModel]) -> None:
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    keys = [field.alias or name for name, field in noun.model_fields.items()]

    assert [key for key in keys if f"`{key}`" not in text and f"{key}:" not in text] == []


def _family(error: type[errors.TrothError]) -> Iterator[type[errors.TrothError]]:
    yield error
    for child in error.__subclasses__():
        yield from _family(child)


def test_each_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\d+) \| (.*?) \|", text, re.MULTILINE))
    declared = {error for error in _family(errors.TrothError) if error.__module__ == errors.__name__}
    wrong = [
        f"{error.__name__}: {error.exit_code}"
        for error in declared - {errors.CannotEstimate}
        if f"`{error.__name__}`" not in rows.get(str(error.exit_code), "")
    ]

    assert wrong == []


def test_each_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    pages = [page.relative_to(ROOT / "docs").as_posix() for page in sorted((ROOT / "docs").rglob("*.md"))]

    assert [page for page in pages if f'"{page}"' not in navigation] == []
