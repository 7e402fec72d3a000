"""Every mistake in a book, told once and where it is: the example book broken in one place at a time, at random places.

A mutation says where it was made, as lines and columns that the first problem must lie in. A line that was taken out has no
place any more: its problem lies in what it belonged to, or on the line that now stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from random import Random

import pytest

from tests.book.books import CHECKS
from tests.needs import ROOT
from troth.book.loading import of_texts
from troth.book.opening import checked
from troth.promises import lint as lint_promises

BOOK = ROOT / "examples" / "parts-wholesaler" / "book"
FULL = type(CHECKS)(CHECKS.kinds, (*CHECKS.lints, lint_promises))
SEED, COUNT = 20_261_125, 420
REQUIRED = {
    "deliver", "subject", "words", "anchor", "fulfil", "due", "event", "from", "to", "files", "key", "object", "type", "id", "column",
    "kind", "title", "reason", "expires", "change", "name", "folder",
}  # fmt: skip
OWN = {"warehouse", "carrier", "forwarder", "region", "segment", "requested_for", "deliver", "orders", "customers", "promisor", "role"}
"""Names that whoever writes a book chooses; another one is no mistake of its own."""


@dataclass(frozen=True)
class Mutation:
    """text: the whole file after it. first, last: line and columns in which the problem must lie; None: any column of its lines."""

    what: str
    file: str
    text: str
    lines: range
    columns: range | None = None

    def holds(self, line: int, column: int) -> bool:
        return line in self.lines and (self.columns is None or column in self.columns)


@cache
def book() -> dict[str, str]:
    return {
        path.relative_to(BOOK).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(BOOK.rglob("*.yaml"))
        if ".troth" not in path.parts
    }


def problems(files: dict[str, str]) -> list[tuple[str, int, int, str]]:
    texts = {PurePosixPath(name): text.encode() for name, text in files.items()}
    _, found = checked(of_texts(texts, FULL.known), FULL)
    return [(str(p.file), p.line, p.column, p.message) for p in found if p.level == "error"]


def at(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


def replaced(what: str, file: str, start: int, end: int, new: str) -> Mutation:
    """The text between two offsets becomes another; the problem lies in the new one, at its quote, or just behind it."""
    text = book()[file]
    line, column = at(text, start)
    return Mutation(what, file, text[:start] + new + text[end:], range(line, line + 1), range(column - 1, column + len(new) + 2))


def values(file: str) -> list[tuple[int, int, str]]:
    """Start, end and field of every plain value."""
    text = book()[file]
    found = re.finditer(r"(?:^|[{,]) *-? *(?P<name>[a-z_]+): (?P<value>[^{}\[\],#\n]+?)(?= *[,}#\n])", text, re.MULTILINE)
    return [(match.start("value"), match.end("value"), match.group("name")) for match in found]


def misspelt(word: str, rng: Random) -> str:
    place = rng.randrange(1, len(word))
    return word[:place] + rng.choice("qxz") + word[place:]


def unknown(file: str, rng: Random) -> Mutation | None:
    """A name that nobody knows."""
    text = re.sub(r"#.*", lambda comment: " " * len(comment.group()), book()[file])
    names = [m for m in re.finditer(r"(?<![a-z_])([a-z_]+)(?=: )", text) if m.group(1) not in OWN]
    if not names:
        return None
    match = rng.choice(names)
    return replaced("unknown", file, match.start(), match.end(), misspelt(match.group(), rng))


def duplicate(file: str, rng: Random) -> Mutation | None:
    """A line with a name, twice."""
    lines = book()[file].splitlines(keepends=True)
    chosen = rng.choice([n for n, line in enumerate(lines) if re.match(r"^ *[a-z_]+: .", line)])
    text = "".join([*lines[: chosen + 1], lines[chosen], *lines[chosen + 1 :]])
    return Mutation("duplicate", file, text, range(chosen + 2, chosen + 3))


def wrong_type(file: str, rng: Random) -> Mutation | None:
    """A list or names where a text belongs."""
    start, end, name = rng.choice(values(file))
    new = rng.choice(["[a, b]", "{a: b}"])
    return replaced(f"wrong type of {name}", file, start, end, new)


def dangling(file: str, rng: Random) -> Mutation | None:
    """The name of an event, role, Change, dimension or definition that there is not."""
    text = book()[file]
    fields = r"anchor|event|from|owner|change|units" + ("" if file.startswith("sources") else "|to")
    places = [m.span(1) for m in re.finditer(rf"(?:{fields}): ([A-Za-z0-9_-]+)", text)]
    places += [m.span(1) for m in re.finditer(r"overlays: \[\"([^\"]+)\"", text)]
    places += [m.span(1) for m in re.finditer(r"\b(?:owners): \[(\w+)", text)]
    places += [m.span(1) for m in re.finditer(r"^(deliver):", text, re.MULTILINE) if file.startswith("overlays")]
    if not places:
        return None
    start, end = rng.choice(places)
    word = text[start:end]
    return replaced("dangling", file, start, end, f"CHG-{rng.randrange(1000, 9999)}" if word.startswith("CHG-") else misspelt(word, rng))


def bad_expression(file: str, rng: Random) -> Mutation | None:
    """An expression with a bracket, a word, a unit or an operator that is wrong."""
    found = [(start, end) for start, end, name in values(file) if name in ("due", "budget", "read", "void_when")]
    if not found:
        return None
    start, end = rng.choice(found)
    text = book()[file][start:end]
    tokens = list(re.finditer(r"[A-Za-z_.]+|\d+|[+()]", text))
    token = rng.choice(tokens)
    new = rng.choice(["(", ")", "+", "12q", "'x'", "placedd", "= =", "true"])
    mutated = text[: token.start()] + f" {new} " + text[token.end() :]
    if "".join(mutated.split()) == "".join(text.split()):
        return None
    return replaced(f"bad expression {mutated}", file, start, end, mutated)


def tab(file: str, rng: Random) -> Mutation | None:
    """A tab for the blanks that a line begins with."""
    text = book()[file]
    indented = list(re.finditer(r"^ +(?=[a-z_]+:)", text, re.MULTILINE))
    if not indented:
        return None
    match = rng.choice(indented)
    line, _ = at(text, match.start())
    return Mutation("tab", file, text[: match.start()] + "\t" + text[match.end() :], range(line, line + 1), range(1, 2))


def anchor(file: str, rng: Random) -> Mutation | None:
    """An anchor or an alias before a value."""
    start, end, _ = rng.choice(values(file))
    text = book()[file]
    if rng.random() < 0.5:
        return replaced("anchor", file, start, end, f"&here {text[start:end]}")
    return replaced("alias", file, start, end, "*there")


def deleted_line(file: str, rng: Random) -> Mutation | None:
    """A line that something needs."""
    lines = book()[file].splitlines(keepends=True)
    chosen = [n for n, line in enumerate(lines) if (m := re.match(r"^ *([a-z_]+):", line)) and m.group(1) in REQUIRED]
    if not chosen:
        return None
    gone = rng.choice(chosen)
    owner = next((n for n in range(gone - 1, -1, -1) if _indent(lines[n]) < _indent(lines[gone])), 0)
    text = "".join([*lines[:gone], *lines[gone + 1 :]])
    return Mutation(f"deleted line {lines[gone].strip()}", file, text, range(min(owner, gone) + 1, gone + 2))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


KINDS = (unknown, duplicate, wrong_type, dangling, bad_expression, tab, anchor, deleted_line)


def mutations() -> Iterator[Mutation]:
    rng = Random(SEED)
    files = sorted(book())
    made = 0
    while made < COUNT:
        mutation = KINDS[made % len(KINDS)](rng.choice(files), rng)
        if mutation is not None:
            yield mutation
            made += 1


def test_the_example_book_is_without_a_mistake() -> None:
    assert problems(book()) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_mistake_is_told_once_and_where_it_is(kind: object) -> None:
    wrong, seen = [], 0
    for number, mutation in enumerate(mutations()):
        if KINDS[number % len(KINDS)] is not kind:
            continue
        seen += 1
        found = problems({**book(), mutation.file: mutation.text})
        if len(found) != 1 or found[0][0] != mutation.file or not mutation.holds(found[0][1], found[0][2]):
            wrong.append((number, mutation.what, mutation.file, mutation.lines, mutation.columns, found))
    assert seen >= COUNT // len(KINDS)
    assert wrong == []
