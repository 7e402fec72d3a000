"""Every mistake once, at its place, with the nearest right word."""

from __future__ import annotations

import pytest

from tests.book.books import opened
from troth.promises import Promise

SOURCE = "orders:\n  files: [orders.csv]\n  key: [id]\n"
PROMISE = """deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(placed)
"""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SOURCE + "  formatz: {}\n", "4:3: orders.formatz: unknown name; did you mean 'formats'?"),
        (SOURCE.replace("files:", "file:"), "2:3: orders.file: unknown name; did you mean 'files'?"),
        (SOURCE + "  object: {type: o, id: [id], attributes: {due: {column: due, az: day}}}\n",
         "4:63: orders.object.attributes.due.az: unknown name; one of 'as', 'column', 'owner', 'steward'"),
        (SOURCE.replace("[orders.csv]", "orders.csv"), "2:10: orders.files: should be a list: [one, two]"),
        (SOURCE.replace("  key: [id]\n", ""), "1:1: orders.key: is missing"),
        (SOURCE + "  steward: 12\n", "4:12: orders.steward: should be a text"),
        (SOURCE + "  steward: Ana Souza\n",
         "4:12: orders.steward: got 'Ana Souza'; write a to z, 0 to 9 and _, beginning with a letter"),
        (SOURCE + "  decimal: ';'\n", "4:12: orders.decimal: got ';'; one of ',', '.'"),
        (SOURCE + "  zone: Europe/Berln\n", "4:9: orders.zone: no time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
        (SOURCE + "  events: [{type: a, at: b}]\n", "2:3: orders: 'events' and 'relations' need 'object': whose are they?"),
        ("orders:\n", "1:1: orders: should hold names with their values"),
        ("orders: 5\n", "1:9: orders: should hold names with their values"),
        ("my orders:\n  files: [a]\n  key: []\n", "1:1: my orders: a name is written with a to z, 0 to 9 and _, and begins with a letter"),
        ("1: {files: [a], key: []}\n", "1:1: 1: a name is written with a to z, 0 to 9 and _, and begins with a letter"),
        (SOURCE.replace("orders:\n", ""),
         "1:3: files: 'files' belongs inside a definition; is the line with its name missing, or the indentation?"),
    ],
)  # fmt: skip
def test_a_wrong_source_is_told_with_its_place_and_the_nearest_name(text: str, problem: str) -> None:
    assert opened({"sources/x.yaml": text})[1] == [f"sources/x.yaml:{problem}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (PROMISE.replace("fulfil:", "fulfill:"), "5:3: deliver.fulfill: unknown name; did you mean 'fulfil'?"),
        (PROMISE.replace("{event:", "{evnt:"), "5:12: deliver.fulfil.evnt: unknown name; did you mean 'event'?"),
        (PROMISE + "  stages:\n    pack: {from: paid, till: packed, to: packed}\n",
         "8:24: deliver.stages.pack.till: unknown name; one of 'budget', 'from', 'owner', 'to', 'words'"),
        (PROMISE + "  kind: public\n", "7:9: deliver.kind: got 'public'; one of 'contract', 'customer', 'goal', 'internal'"),
        (PROMISE + "  owners: {a: b}\n", "7:11: deliver.owners: should be a list: [one, two]"),
        (PROMISE.replace("  anchor: placed\n", ""), "1:1: deliver.anchor: is missing"),
    ],
)  # fmt: skip
def test_a_wrong_promise_is_told_with_its_place_and_the_nearest_name(text: str, problem: str) -> None:
    assert opened({"promises/x.yaml": text})[1] == [f"promises/x.yaml:{problem}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: x\nfoldr: y\n", "2:1: foldr: unknown name; did you mean 'folder'?"),
        ("name: x\nfolder: z\nzone: Europe/Pariss\n", "3:7: zone: no time zone 'Europe/Pariss'; did you mean 'Europe/Paris'?"),
        ("name: x\nfolder: z\ncurrency: Euro\n", "3:11: currency: got 'Euro'; write three capital letters, as in EUR"),
        ("folder: z\n", "1:1: name: is missing"),
    ],
)
def test_wrong_settings_are_told_with_their_place(text: str, problem: str) -> None:
    assert opened({"troth.yaml": text})[1] == [f"troth.yaml:{problem}"]


def test_two_mistakes_are_two_problems() -> None:
    text = PROMISE.replace("fulfil:", "fulfill:").replace("words:", "word:").replace("anchor: placed", "anchor: [placed]")

    assert [problem.split(": ")[1] for problem in opened({"promises/x.yaml": text})[1]] == [
        "deliver.word",
        "deliver.anchor",
        "deliver.fulfill",
    ]


def test_a_wrong_definition_does_not_hide_a_right_one() -> None:
    book, problems = opened({"promises/x.yaml": PROMISE + "bad: {}\n"})

    assert list(book.fitting("promises", Promise)) == ["deliver"]
    assert len(problems) == 4  # subject, words, anchor, fulfil


def test_a_name_has_one_definition() -> None:
    _, problems = opened({f"sources/{name}.yaml": SOURCE for name in "ab"})

    assert problems == ["sources/b.yaml:1:1: orders: defined twice; the first stands in sources/a.yaml"]


def test_a_role_that_nobody_declared_is_told_once_with_all_its_places() -> None:
    files = {
        "company.yaml": "roles: [sales_ops, logistics]\n",
        "promises/x.yaml": PROMISE + "  owners: [sales_ops, logistiks]\n",
        "sources/x.yaml": SOURCE + "  owner: logistiks\n  steward: logistics\n",
    }

    assert opened(files)[1] == [
        "promises/x.yaml:7:23: deliver.owners.1: no role 'logistiks' in company.yaml; did you mean 'logistics'?; also at sources/x.yaml:4"
    ]


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("  words: write to ana@example.org\n", 19, "a mail address"),
        ("  words: call +49 30 1234567\n", 15, "a phone number"),
        ("  words: call (030) 1234567\n", 15, "a phone number"),
        ("  words: ask Sra. Ana Souza\n", 14, "a person's name"),
        ("  words: delivered by 2026-03-01 14:00\n", 0, ""),
        ("  words: order 4500012345 of 2026-01-05\n", 0, ""),
        ("  words: within 0-10 days, 24/7\n", 0, ""),
    ],
)
def test_people_do_not_stand_in_a_book(line: str, column: int, said: str) -> None:
    _, problems = opened({"promises/x.yaml": PROMISE.replace("  words: delivered by the day given\n", line)})

    if not said:
        assert problems == []
        return
    (problem,) = problems
    assert problem.startswith(f"promises/x.yaml:3:{column}: deliver.words: {said} does not stand in a book: name a role")
