"""Huddles of units that there are not, and screens without the customers."""

from __future__ import annotations

from collections.abc import Iterator

from troth.book import Book, Definition, Problem
from troth.kernel.errors import nearest
from troth.metrics.huddles.definition import HUDDLES, PROMISED, REQUIRED, Huddle
from troth.promises import PROMISES, Promise

HIDDEN = "huddle-block"


def lint(book: Book) -> list[Problem]:
    """Each huddle has a dimension that no other has, and every block that may not be hidden, once.

    No promise has a name that is kept for those to hold one.
    """
    known, taken, found = {one.id for one in book.company.dimensions}, dict[str, str](), list[Problem]()
    for name, huddle in book.fitting(HUDDLES.name, Huddle).items():
        found += _problems(huddle, known)
        first = taken.setdefault(huddle.value.of, name)
        if first != name:
            found.append(huddle.problem(("of",), f"'{huddle.value.of}' has a huddle already, '{first}'", at_value=True))
    for name, promise in book.fitting(PROMISES.name, Promise).items():
        if name.removeprefix(PROMISED) in known and name.startswith(PROMISED):
            found.append(promise.problem((), f"'{name}' is what the promise to hold a huddle is called; give it another name"))
    return found


def _problems(huddle: Definition[Huddle], dimensions: set[str]) -> Iterator[Problem]:
    of, blocks = huddle.value.of, huddle.value.blocks
    if of not in dimensions:
        yield huddle.problem(("of",), f"no dimension '{of}' in company.yaml; {nearest(of, dimensions)}", at_value=True)
    for block in REQUIRED:
        if block not in blocks:
            message = f"the block '{block}' cannot be hidden, in a crisis least of all; write it into `blocks` [{HIDDEN}]"
            yield huddle.problem(("blocks",), message, cause=f"{HIDDEN}: {block}")
    double = next((block for block in blocks if blocks.count(block) > 1), None)
    if double is not None:
        yield huddle.problem(("blocks",), f"the block '{double}' stands here twice")
