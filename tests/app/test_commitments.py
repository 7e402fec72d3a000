"""What was published beside what is judged, in a book of three orders of which one was kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import troth
from tests.app.small_book import BOOK, built, write_book
from troth.app.answers.commitments import commitments, confirm, take_in
from troth.app.bootstrap import open_workspace
from troth.faces.cli import app
from troth.kernel.errors import BadValue, BookError, NotFound

PAGE = """---
source: https://small.example/terms
on: 2026-01-02
---

# Terms

We deliver by the day we give you. Our shop is in Kassel, as it always was.
We pay you back within a week.
"""
CONFIRMED = """by_the_day:
  says: "We deliver  by the day we give you."
  page: terms.md
  source: https://small.example/terms
  on: 2026-01-02
  promise: deliver
pay_back: {says: We pay you back within a week., page: terms.md, promise: null}
gone: {says: We answer within an hour., page: terms.md, promise: deliver}
"""
SMALL = {**BOOK, "commitments/terms.md": PAGE}


def _book(under: Path, register: str | None = None) -> Path:
    return write_book(under, book={**SMALL, **({"commitments/terms.yaml": register} if register else {})})


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.output


def test_sentences_that_may_promise_something_wait_for_a_person(tmp_path: Path) -> None:
    found = troth.open(_book(tmp_path)).commitments()

    assert [(one.number, one.says, one.page, one.on, one.commitment) for one in found.candidates] == [
        (1, "We deliver by the day we give you.", "terms.md", "2026-01-02", None),
        (2, "We pay you back within a week.", "terms.md", "2026-01-02", None),
    ]
    assert (found.pages, found.commitments) == (1, ())


def test_a_commitment_shows_what_was_kept_of_its_promise_and_another_is_talk_only(tmp_path: Path) -> None:
    # Of three orders one came in time, one late, and of one nothing is on record though it fell due: 1 of 3.
    root = _book(tmp_path, CONFIRMED)
    workspace, _ = built(root)

    by_name = {one.name: one for one in commitments(workspace).commitments}

    kept = by_name["by_the_day"].kept
    assert kept is not None
    assert (kept.n, kept.kept, kept.low, kept.high) == (3, 1, 1 / 3, 1 / 3)
    assert [one.talk_only for one in by_name.values()] == [False, False, True]
    assert by_name["pay_back"].kept is None
    assert [one.still_said for one in by_name.values()] == [True, False, True]
    assert [one.commitment for one in commitments(workspace).candidates] == ["by_the_day", "pay_back"]


def test_what_no_build_has_judged_yet_is_not_called_kept(tmp_path: Path) -> None:
    root = _book(tmp_path, CONFIRMED)

    assert [one.kept for one in commitments(open_workspace(root)).commitments] == [None, None, None]
    assert "deliver, delivered by the day given: not judged yet: run troth build" in _run("commitments", "--book", str(root))[1]


def test_the_terminal_says_what_is_talk_only_and_what_is_no_longer_said(tmp_path: Path) -> None:
    root = _book(tmp_path, CONFIRMED)
    built(root)

    code, said = _run("commitments", "list", "--book", str(root))

    assert code == 0
    assert "deliver, delivered by the day given: 33.3 % kept of 3 that fell due" in said
    assert "talk only: no promise judges it" in said
    assert "; no longer said in terms.md" in said
    assert "May be commitments" not in said


def test_a_person_confirms_and_nobody_else(tmp_path: Path) -> None:
    root = _book(tmp_path)

    confirm(open_workspace(root), 1, "deliver", write=False)
    assert not (root / "commitments" / "terms.yaml").exists()
    first = json.loads(_run("commitments", "confirm", "1", "--promise", "deliver", "--book", str(root), "--json")[1])
    code, said = _run("commitments", "confirm", "2", "--book", str(root))

    assert (code, said) == (
        0,
        "Written into commitments/terms.yaml as we_pay_you_back_within_a_week: talk only, until a promise judges it.\n",
    )
    assert first["name"] == "we_deliver_by_the_day_we_give"
    found = commitments(open_workspace(root)).commitments
    assert [(one.says, one.source, one.on, one.promise) for one in found] == [
        ("We deliver by the day we give you.", "https://small.example/terms", "2026-01-02", "deliver"),
        ("We pay you back within a week.", "https://small.example/terms", "2026-01-02", None),
    ]


def test_what_a_person_wrote_into_the_register_stays(tmp_path: Path) -> None:
    root = _book(tmp_path, "# ours\npay_back: {says: We pay you back within a week., page: terms.md}")

    confirm(open_workspace(root), 1, None)

    text = (root / "commitments" / "terms.yaml").read_text("utf-8")
    assert text.startswith("# ours\npay_back: {says: We pay you back within a week., page: terms.md}\nwe_deliver_by_the_day_we_give:\n")
    assert len(commitments(open_workspace(root)).commitments) == 2


@pytest.mark.parametrize(
    ("number", "promise", "error", "said"),
    [
        (3, None, NotFound, "no candidate 3; allowed: 1 to 2"),
        (1, "delivr", NotFound, "did you mean 'deliver'"),
        (2, None, BadValue, "confirmed already"),
    ],
)
def test_what_cannot_be_confirmed_is_refused(tmp_path: Path, number: int, promise: str | None, error: type[Exception], said: str) -> None:
    root = _book(tmp_path, "pay_back: {says: We pay you back within a week., page: terms.md}\n")

    with pytest.raises(error, match=said):
        confirm(open_workspace(root), number, promise)


@pytest.mark.parametrize(
    ("register", "said"),
    [
        ("one: {says: We try., page: terms.md, promise: delivr}", "no promise 'delivr' in promises/; did you mean 'deliver'"),
        ("one: {says: We try., page: terms.md}\ntwo: {says: We  try., page: terms.md}", "'one' says the same of the same page"),
        ("one: {page: terms.md}", "says: is missing"),
        ("one: {says: We try., page: ../terms.md}", "page: got '../terms.md'"),
    ],
)
def test_mistakes_in_the_register_are_told_at_their_place(tmp_path: Path, register: str, said: str) -> None:
    root = _book(tmp_path, register)

    with pytest.raises(BookError) as raised:
        commitments(open_workspace(root))
    assert "commitments/terms.yaml:" in str(raised.value)
    assert said in str(raised.value)


def test_a_page_in_html_is_taken_in_as_its_reader_sees_it(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    page = tmp_path / "Our terms.html"
    page.write_text("<html><body><h1>Terms</h1><p>We answer <i>within</i> two days.</p></body></html>", encoding="utf-8")

    code, _ = _run("commitments", "import", str(page), "--source", "https://small.example", "--on", "2026-02-01", "--book", str(root))

    assert code == 0
    text = (root / "commitments" / "Our-terms.md").read_text("utf-8")
    assert text == "---\nsource: https://small.example\non: 2026-02-01\n---\n\nTerms\n\nWe answer within two days.\n"
    (found,) = commitments(open_workspace(root)).candidates
    assert (found.says, found.source) == ("We answer within two days.", "https://small.example")


def test_a_newer_text_takes_the_place_of_an_older_one_only_if_said(tmp_path: Path) -> None:
    root = _book(tmp_path, CONFIRMED)
    newer = tmp_path / "terms.md"
    newer.write_text("We deliver by the day we give you.\n", encoding="utf-8")
    workspace = open_workspace(root)

    with pytest.raises(BadValue, match="there already"):
        take_in(workspace, newer, "our site", "2026-03-01")
    take_in(workspace, newer, "our site", "2026-03-01", replace=True)

    assert [one.still_said for one in commitments(workspace).commitments] == [True, False, False]


@pytest.mark.parametrize(
    ("name", "content", "on", "said"),
    [
        ("a.md", b"We answer within a day.", "2 March", "a day, as in"),
        ("a.pdf", b"%PDF", "2026-03-01", "is no text"),
        ("a.md", b"---\nx: y\n---\n", "2026-03-01", "no text in it"),
        ("a.md", b"\xff\xfe", "2026-03-01", "not UTF-8"),
    ],
)
def test_what_is_no_page_is_refused(tmp_path: Path, name: str, content: bytes, on: str, said: str) -> None:
    root = write_book(tmp_path)
    (tmp_path / name).write_bytes(content)

    with pytest.raises((BadValue, BookError), match=said):
        take_in(open_workspace(root), tmp_path / name, "our site", on)


def test_the_source_of_a_text_cannot_end_what_stands_in_front(tmp_path: Path) -> None:
    root = write_book(tmp_path)
    (tmp_path / "a.md").write_text("We answer within a day.", encoding="utf-8")

    with pytest.raises(BadValue, match="one line"):
        take_in(open_workspace(root), tmp_path / "a.md", "site\n---\nWe never promise.", "2026-03-01")


def test_a_book_without_a_published_text_says_how_to_put_one_in(tmp_path: Path) -> None:
    code, said = _run("commitments", "--book", str(write_book(tmp_path)))

    assert code == 0
    assert "troth commitments import FILE" in said


def test_names_stay_free_and_readable(tmp_path: Path) -> None:
    pages: dict[str, Any] = {"commitments/a.md": "24 hours a day. 24 hours a day, we said!\n", "commitments/b.md": "24 hours a day!\n"}
    root = write_book(tmp_path, book={**BOOK, **pages})
    workspace = open_workspace(root)

    names = [confirm(workspace, number, None).name for number in (1, 2, 3)]

    assert names == ["says_24_hours_a_day", "says_24_hours_a_day_we_said", "says_24_hours_a_day_2"]
