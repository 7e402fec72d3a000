from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from troth import book
from troth.book import Settings, Tree
from troth.promises import Promise
from troth.sources import Source

SOURCE = "orders:\n  files: [orders.csv]\n  key: [id]\n"
PROMISE = """deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due))
"""


def _problems(text: str, kind: str) -> list[str]:
    tree = Tree((book.read(text, f"{kind}/x.yaml", kind),), "")
    if kind == "troth":
        return [str(p) for p in book.single(tree, kind, Settings)[1]]
    return [str(p) for p in (book.definitions(tree, kind, Source) if kind == "sources" else book.definitions(tree, kind, Promise))[1]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SOURCE + "  formatz: {}\n", "4:3: orders.formatz: unknown name; did you mean 'formats'?"),
        (SOURCE + "  object: {type: o, id: [id], attributes: {due: {column: a, az: day}}}\n",
         "4:61: orders.object.attributes.due.az: unknown name; one of 'as', 'column'"),
        (SOURCE.replace("[orders.csv]", "orders.csv"), "2:3: orders.files: should be a list: [one, two]"),
        (SOURCE.replace("  key: [id]\n", ""), "1:1: orders.key: is missing"),
        (SOURCE + "  steward: 12\n", "4:3: orders.steward: should be a text"),
        (SOURCE + "  zone: Europe/Berln\n", "4:3: orders.zone: no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
        (SOURCE + "  events: [{type: a, at: b}]\n", "1:1: orders: 'events' and 'relations' need 'object': whose are they?"),
        ("orders:\n", "1:1: orders: should hold names with their values"),
        ("my orders:\n  files: [a]\n  key: []\n", "1:1: my orders: a name is written with a to z, 0 to 9 and _, and begins with a letter"),
        ("1: {files: [a], key: []}\n", "1:1: 1: a name is written with a to z, 0 to 9 and _, and begins with a letter"),
    ],
)  # fmt: skip
def test_a_wrong_source_is_told_with_its_place_and_the_nearest_name(text: str, problem: str) -> None:
    assert _problems(text, "sources") == [f"sources/x.yaml:{problem}"]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (PROMISE.replace("fulfil:", "fulfill:"),
         ["1:1: deliver.fulfil: is missing", "5:3: deliver.fulfill: unknown name; did you mean 'fulfil'?"]),
        (PROMISE.replace("{event:", "{evnt:"),
         ["5:3: deliver.fulfil.event: is missing", "5:12: deliver.fulfil.evnt: unknown name; did you mean 'event'?"]),
        (PROMISE + "  stages:\n    pack: {from: paid, till: packed}\n",
         ["8:5: deliver.stages.pack.to: is missing",
          "8:24: deliver.stages.pack.till: unknown name; one of 'budget', 'from', 'to', 'words'"]),
        (PROMISE + "  kind: public\n", ["7:3: deliver.kind: Input should be 'customer' or 'internal'"]),
    ],
)  # fmt: skip
def test_a_wrong_promise_is_told_with_its_place_and_the_nearest_name(text: str, problems: list[str]) -> None:
    assert _problems(text, "promises") == [f"promises/x.yaml:{problem}" for problem in problems]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: x\nfoldr: y\nfolder: z\n", "2:1: foldr: unknown name; did you mean 'folder'?"),
        ("name: x\nfolder: z\nzone: Europe/Pariss\n", "3:1: zone: no time zone 'Europe/Pariss'; did you mean 'Europe/Paris'?"),
        ("name: x\nfolder: z\ncurrency: Euro\n", "3:1: currency: String should match pattern '^[A-Z]{3}$'"),
        ("folder: z\n", "1:1: name: is missing"),
    ],
)
def test_wrong_settings_are_told_with_their_place(text: str, problem: str) -> None:
    assert _problems(text, "troth") == [f"troth/x.yaml:{problem}"]


def test_a_wrong_definition_does_not_hide_a_right_one() -> None:
    tree = Tree((book.read(SOURCE + "bad: {}\n", "sources/x.yaml", "sources"),), "")

    found, problems = book.definitions(tree, "sources", Source)

    assert list(found) == ["orders"]
    assert len(problems) == 2


def test_a_name_has_one_definition() -> None:
    documents = tuple(book.read(SOURCE, f"sources/{name}.yaml", "sources") for name in "ab")

    found, problems = book.definitions(Tree(documents, ""), "sources", Source)

    assert [str(p) for p in problems] == ["sources/b.yaml:1:1: orders: defined twice; the first stands in sources/a.yaml"]
    assert found["orders"].document.file == PurePosixPath("sources/a.yaml")


def test_the_terms_of_a_definition_are_its_content_and_not_its_layout() -> None:
    def terms(text: str) -> str:
        return book.definitions(Tree((book.read(text, "promises/x.yaml", "promises"),), ""), "promises", Promise)[0]["deliver"].hash

    lines = PROMISE.splitlines(keepends=True)
    assert terms(PROMISE) == terms("# said otherwise\n" + lines[0] + "".join(lines[:0:-1]))
    assert terms(PROMISE) != terms(PROMISE.replace("attr(due)", "attr(promised)"))
    stages = ["    a: {from: x, to: y}\n", "    b: {from: y, to: z}\n"]
    assert terms(PROMISE + "  stages:\n" + "".join(stages)) != terms(PROMISE + "  stages:\n" + "".join(stages[::-1]))
