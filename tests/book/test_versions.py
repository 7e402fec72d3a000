"""From when a definition holds: dated versions, revisions of the book, corrections; and what is not saved yet."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath

import pytest

from tests.book.books import CHECKS, ROOT, opened, revision
from tests.book.test_layers import COMPANY, change
from troth.book import Book
from troth.book.loading import of_texts
from troth.book.opening import checked
from troth.kernel.errors import NotFound
from troth.promises import Promise

PROMISE = """deliver:
  subject: order
  words: delivered in time
  anchor: placed
  fulfil: {event: delivered}
  due: placed + 5d
"""
FILE = "promises/order.yaml"


def due(book: Book, at: str, **keys: str) -> str:
    return str(book.resolve("promises", "deliver", keys, datetime.fromisoformat(at)).content["due"])


def dated(*versions: str) -> str:
    return PROMISE + "  versions:\n" + "".join(f"    - {{{version}}}\n" for version in versions)


def test_a_dated_version_holds_from_its_day_on() -> None:
    book, problems = opened({FILE: dated("since: 2026-03-01, due: placed + 3d", "since: 2026-02-01, due: placed + 4d")})

    assert problems == []
    assert [due(book, at) for at in ("2020-01-01", "2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01")] == [
        "placed + 5d", "placed + 5d", "placed + 4d", "placed + 4d", "placed + 3d",
    ]  # fmt: skip


def test_a_version_keeps_what_it_does_not_change() -> None:
    book, _ = opened({FILE: dated("since: 2026-02-01, due: placed + 4d", "since: 2026-03-01, void_when: 'true'")})

    content = book.resolve("promises", "deliver", {}, datetime(2026, 3, 1)).content
    assert (content["due"], content["void_when"], content["words"]) == ("placed + 4d", "true", "delivered in time")


def test_a_restatement_takes_over_the_time_of_what_it_corrects_and_keeps_it_beside() -> None:
    book, problems = opened({FILE: dated("since: 2026-02-01, due: placed + 4d", "since: 2026-03-01, due: placed + 6d, restates: true")})

    assert problems == []
    assert [due(book, at) for at in ("2026-01-31", "2026-02-01", "2026-03-01")] == ["placed + 5d", "placed + 6d", "placed + 6d"]
    first, second = book.versions("promises", "deliver")
    assert first.former is None
    assert second.restated == datetime(2026, 3, 1)
    assert second.former is not None
    assert second.former.content["due"] == "placed + 4d"


def test_a_definition_with_since_did_not_hold_before() -> None:
    book, _ = opened({FILE: PROMISE + "  since: 2026-02-01\n"})

    assert due(book, "2026-02-01") == "placed + 5d"
    with pytest.raises(NotFound, match="it begins 2026-02-01 00:00 UTC"):
        due(book, "2026-01-31")


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        ("due: placed + 3d", "8:7: deliver.versions.0: is missing its `since:`"),
        ("since: soon, due: placed + 3d", "8:15: deliver.versions.0.since: got 'soon'; write a day or an instant"),
        ("since: 2026-01-01, deu: placed + 3d", "8:27: deliver.versions.0.deu: unknown name; did you mean 'due'?"),
        ("since: 2026-01-01, due: [placed]", "8:32: deliver.versions.0.due: should be a text"),
        ("since: 2026-01-01, anchor: paid", "8:27: deliver.versions.0.anchor: cannot change between versions"),
        ("since: 2026-01-01, restates: perhaps", "8:37: deliver.versions.0.restates: should be true or false"),
        ("since: 2026-01-01, locked: true", "8:27: deliver.versions.0.locked: locks stand in the definition"),
        (
            "since: 2026-01-01, stages: {sell: {from: placed, to: delivered, locked: true}}",
            "8:72: deliver.versions.0.stages.sell.locked: locks stand in the definition",
        ),
    ],
)
def test_a_version_that_cannot_stand_is_told_once(version: str, problem: str) -> None:
    (found,) = opened({FILE: dated(version)})[1]
    assert found.startswith(f"{FILE}:{problem}")


def test_two_versions_cannot_begin_at_once() -> None:
    (found,) = opened({FILE: dated("since: 2026-01-01, due: placed + 3d", "since: 2026-01-01, due: placed + 2d")})[1]
    assert found == f"{FILE}:9:15: deliver.versions.1.since: two versions begin 2026-01-01"


#  What follows is about books with a history: the first revision holds from the beginning, an edit from when it was saved.


def edited(old: str = "placed + 5d", new: str = "placed + 3d") -> str:
    assert old in PROMISE
    return PROMISE.replace(old, new)


def test_an_edit_without_a_date_starts_when_it_was_saved() -> None:
    past = [revision("2026-02-01 10:00", {FILE: PROMISE}), revision("2026-03-01 10:00", {FILE: edited()})]
    book, problems = opened({FILE: edited()}, past=past)

    assert problems == []
    assert [due(book, at) for at in ("2020-01-01", "2026-03-01 09:59", "2026-03-01 10:00")] == ["placed + 5d", "placed + 5d", "placed + 3d"]


def test_an_edit_with_a_date_starts_then() -> None:
    later = edited() + "  since: 2026-01-15\n"
    past = [revision("2026-02-01", {FILE: PROMISE}), revision("2026-03-01", {FILE: later})]
    book, _ = opened({FILE: later}, past=past)

    assert [due(book, at) for at in ("2026-01-14", "2026-01-15", "2026-04-01")] == ["placed + 5d", "placed + 3d", "placed + 3d"]


def test_an_edit_that_restates_judges_the_past_anew() -> None:
    later = edited() + "  restates: true\n"
    past = [revision("2026-02-01", {FILE: PROMISE}), revision("2026-03-01", {FILE: later})]
    book, _ = opened({FILE: later}, past=past)

    assert due(book, "2020-01-01") == "placed + 3d"
    (version,) = book.versions("promises", "deliver")
    assert version.restated == datetime(2026, 3, 1)


def test_a_correction_that_is_said_only_afterwards_corrects_all_the_same() -> None:
    later, corrected = edited(), edited() + "  restates: true\n"
    past = [revision("2026-02-01", {FILE: PROMISE}), revision("2026-03-01", {FILE: later}), revision("2026-03-02", {FILE: corrected})]
    book, _ = opened({FILE: corrected}, past=past)

    assert [due(book, at) for at in ("2020-01-01", "2026-03-01", "2026-04-01")] == ["placed + 3d"] * 3
    version = book.versions("promises", "deliver")[0]
    assert version.restated == datetime(2026, 3, 2)
    assert version.former is not None
    assert version.former.content["due"] == "placed + 5d"


def test_a_corrected_standard_leaves_dated_versions_their_own_word() -> None:
    #  the standard says 5d, from February on 4d; the 5d were a mistake for 6d
    first = dated("since: 2026-02-01, due: placed + 4d")
    second = first.replace("placed + 5d", "placed + 6d").replace("  versions:", "  restates: true\n  versions:")
    past = [revision("2026-01-01", {FILE: first}), revision("2026-03-01", {FILE: second})]
    book, _ = opened({FILE: second}, past=past)

    assert [due(book, at) for at in ("2026-01-15", "2026-02-15", "2026-04-01")] == ["placed + 6d", "placed + 4d", "placed + 4d"]
    assert [version.restated for version in book.versions("promises", "deliver")] == [datetime(2026, 3, 1), None]


def test_revisions_of_one_second_are_as_many_as_they_are() -> None:
    """Saved by a script: an edit taken back and the past corrected, before the clock of the history went on."""
    corrected = PROMISE.replace("5d", "4d") + "  restates: true\n"
    second = "2026-06-01T10:00:00"
    past = [
        revision("2026-01-01", {FILE: PROMISE}),
        revision("2026-06-01T09:59:59", {FILE: PROMISE.replace("5d", "3d")}),
        revision(second, {FILE: PROMISE}),
        revision(second, {FILE: corrected}),
    ]
    book, problems = opened({FILE: corrected}, past=past)

    assert problems == []
    assert [due(book, at) for at in ("2026-02-01", "2026-06-01T09:59:58", "2026-07-01")] == ["placed + 4d"] * 3


def test_an_undone_and_redone_correction_is_one() -> None:
    right = edited() + "  restates: true\n"
    texts = [PROMISE, right, PROMISE, right]
    past = [revision(f"2026-0{n}-01", {FILE: text}) for n, text in enumerate(texts, start=1)]
    book, _ = opened({FILE: right}, past=past)

    assert {due(book, at) for at in ("2020-01-01", "2026-03-15", "2026-05-01")} == {"placed + 3d"}
    assert all(v.former is not None and v.former.content["due"] == "placed + 5d" for v in book.versions("promises", "deliver"))


def test_a_dated_version_that_is_taken_out_stops_binding_and_comes_back_when_that_is_undone() -> None:
    #  saved:  January with a version from February, March without it, April with it again
    with_, without = dated("since: 2026-02-01, due: placed + 4d"), PROMISE
    past = [revision("2026-01-01", {FILE: with_}), revision("2026-03-01", {FILE: without}), revision("2026-04-01", {FILE: with_})]
    book, _ = opened({FILE: with_}, past=past)

    assert [due(book, at) for at in ("2026-01-15", "2026-02-15", "2026-03-15", "2026-04-15")] == [
        "placed + 5d", "placed + 4d", "placed + 5d", "placed + 4d",
    ]  # fmt: skip


def test_what_was_planned_ahead_is_given_up_when_it_is_taken_out() -> None:
    planned = dated("since: 2026-06-01, due: placed + 4d")
    past = [revision("2026-01-01", {FILE: planned}), revision("2026-03-01", {FILE: PROMISE})]
    book, _ = opened({FILE: PROMISE}, past=past)

    assert [due(book, at) for at in ("2026-02-01", "2026-07-01")] == ["placed + 5d", "placed + 5d"]


def test_a_removed_definition_binds_what_was_made_before() -> None:
    past = [revision("2026-01-01", {FILE: PROMISE}), revision("2026-03-01", {FILE: None})]
    book, _ = opened({}, past=past)

    assert [(v.since, v.until) for v in book.versions("promises", "deliver")] == [(datetime(1, 1, 1), datetime(2026, 3, 1))]


@pytest.mark.parametrize("more", ["", "  restates: true\n"])
def test_an_edit_or_a_correction_that_is_not_saved_is_warned_of(more: str) -> None:
    files = {FILE: edited() + more}
    texts = {PurePosixPath(name): text.encode() for name, text in {**ROOT, **files}.items()}
    _, problems = checked(of_texts(texts, CHECKS.known), CHECKS, (revision("2026-02-01", {FILE: PROMISE}),))

    assert [str(p) for p in problems if p.cause.startswith("unsaved")] == [
        f"{FILE}:1:1: deliver: the edit is not saved and binds nothing yet; run `troth book save`, or say `since:` when it begins"
    ]


def test_an_overlay_that_goes_with_its_change_keeps_what_was_given() -> None:
    overlay, of = "overlays/region=JP/promises/order.yaml", "changes/CHG-1.yaml"
    laid = {
        "company.yaml": COMPANY,
        FILE: PROMISE,
        of: change("overlays/region=JP"),
        overlay: "change: CHG-1\ndeliver: {due: placed + 4d}\n",
    }
    past = [revision("2026-01-01", laid), revision("2026-03-01", {overlay: None, of: None})]
    book, problems = opened({"company.yaml": COMPANY, FILE: PROMISE}, past=past)

    assert problems == []
    assert [due(book, at, region="JP") for at in ("2026-02-01", "2026-03-01")] == ["placed + 4d", "placed + 5d"]


def test_an_edit_that_is_not_saved_binds_nothing_and_says_so() -> None:
    past = [revision("2026-02-01", {FILE: PROMISE})]
    book, problems = opened({FILE: edited()}, past=past)

    assert problems == []
    assert due(book, "2030-01-01") == "placed + 5d"
    assert book.definition("promises", "deliver", Promise).value.due == "placed + 5d"


def test_words_hold_at_once() -> None:
    book, _ = opened({FILE: PROMISE.replace("in time", "on the day")}, past=[revision("2026-02-01", {FILE: PROMISE})])

    assert book.definition("promises", "deliver", Promise).value.words == "delivered on the day"


def test_other_words_are_no_new_version_of_the_terms() -> None:
    reworded = PROMISE.replace("in time", "on the day")
    past = [revision("2026-02-01", {FILE: PROMISE}), revision("2026-03-01", {FILE: reworded})]
    book, _ = opened({FILE: reworded}, past=past)

    hashes = {variant.definition.hash for variant in book.variants("promises", "deliver", {}, Promise)}
    assert len(hashes) == 1


def test_a_definition_that_moves_to_another_file_keeps_its_terms() -> None:
    past = [revision("2026-02-01", {FILE: PROMISE}), revision("2026-03-01", {FILE: None, "promises/a.yaml": PROMISE})]
    book, _ = opened({"promises/a.yaml": PROMISE}, past=past)

    assert [(v.since, v.until) for v in book.versions("promises", "deliver")] == [(datetime(1, 1, 1), datetime(9999, 12, 31))]


def test_a_base_edited_under_a_dated_version_keeps_what_was_given() -> None:
    #  version 2026-02-01 adds void_when; on 2026-03-01 the standard's due is edited
    first = dated("since: 2026-02-01, void_when: 'true'")
    second = first.replace("placed + 5d", "placed + 3d")
    past = [revision("2026-01-01", {FILE: first}), revision("2026-03-01", {FILE: second})]
    book, _ = opened({FILE: second}, past=past)

    def terms(at: str) -> tuple[object, object]:
        content = book.resolve("promises", "deliver", {}, datetime.fromisoformat(at)).content
        return content["due"], content.get("void_when")

    assert [terms(at) for at in ("2026-01-15", "2026-02-15", "2026-03-15")] == [
        ("placed + 5d", None), ("placed + 5d", "true"), ("placed + 3d", "true"),
    ]  # fmt: skip


def test_an_overlay_edited_or_removed_keeps_what_was_given_before() -> None:
    overlay = "overlays/region=JP/promises/order.yaml"
    laid = {
        "company.yaml": COMPANY,
        FILE: PROMISE,
        "changes/CHG-1.yaml": change("overlays/region=JP"),
        overlay: "change: CHG-1\ndeliver: {due: placed + 4d}\n",
    }
    edit = {overlay: "change: CHG-1\ndeliver: {due: placed + 2d}\n"}
    past = [revision("2026-02-01", laid), revision("2026-03-01", edit), revision("2026-04-01", {overlay: None})]
    files = {name: text for name, text in laid.items() if name != overlay}
    files["changes/CHG-1.yaml"] = change()
    book, problems = opened(files, past=[*past, revision("2026-04-01", {"changes/CHG-1.yaml": change()})])

    assert problems == []
    assert [due(book, at, region="JP") for at in ("2025-12-31", "2026-02-15", "2026-03-15", "2026-04-15")] == [
        "placed + 5d", "placed + 4d", "placed + 2d", "placed + 5d",
    ]  # fmt: skip


def test_a_change_without_a_date_starts_when_it_was_saved() -> None:
    undated = change("overlays/region=JP").replace("since: 2026-01-01\n", "")
    laid = {"changes/CHG-1.yaml": undated, "overlays/region=JP/promises/order.yaml": "change: CHG-1\ndeliver: {due: placed + 4d}\n"}
    files = {"company.yaml": COMPANY, FILE: PROMISE}
    book, problems = opened({**files, **laid}, past=[revision("2026-02-01", files), revision("2026-03-01", laid)])

    assert problems == []
    assert [due(book, at, region="JP") for at in ("2026-02-15", "2026-03-15")] == ["placed + 5d", "placed + 4d"]


def place(book: Book, at: str, **keys: str) -> tuple[int, int]:
    _, line, column = book.resolve("promises", "deliver", keys, datetime.fromisoformat(at)).place(("due",))
    return line, column


def test_terms_are_pointed_at_where_they_stand_now() -> None:
    #  saved with due on line 6; since then a comment, and another promise before it
    other = PROMISE.replace("deliver:", "answer:")
    commented = f"# one\n# two\n{PROMISE}"
    first = revision("2026-01-01", {FILE: PROMISE})

    assert place(opened({FILE: commented}, past=[first])[0], "2026-03-01") == (8, 8)
    both = [first, revision("2026-02-01", {FILE: other + PROMISE})]
    assert place(opened({FILE: other + PROMISE}, past=both)[0], "2026-03-01") == (12, 8)
    assert place(opened({FILE: other + commented}, past=both)[0], "2026-03-01") == (14, 8)


def test_dated_terms_are_pointed_at_where_they_stand_now() -> None:
    first = dated("since: 2026-02-01, due: placed + 4d")
    second = dated("since: 2026-01-01, due: placed + 6d", "since: 2026-02-01, due: placed + 4d")
    past = [revision("2026-01-15", {FILE: first}), revision("2026-02-15", {FILE: second})]
    book, problems = opened({FILE: second}, past=past)

    assert problems == []
    assert [place(book, at) for at in ("2025-12-01", "2026-01-20", "2026-03-01")] == [(6, 8), (8, 32), (9, 32)]


def test_terms_that_are_said_no_more_are_pointed_at_where_they_stood() -> None:
    past = [revision("2026-02-01", {FILE: f"# one\n{PROMISE}"}), revision("2026-03-01", {FILE: edited()})]
    book, _ = opened({FILE: edited()}, past=past)

    assert [place(book, at) for at in ("2026-02-15", "2026-03-15")] == [(7, 8), (6, 8)]


def test_an_overlay_is_pointed_at_where_it_stands_now() -> None:
    overlay = "overlays/region=JP/promises/order.yaml"
    text = "change: CHG-1\ndeliver: {due: placed + 4d}\n"
    laid = {"company.yaml": COMPANY, FILE: PROMISE, "changes/CHG-1.yaml": change("overlays/region=JP"), overlay: text}
    book, _ = opened({**laid, overlay: f"# agreed\n{text}"}, past=[revision("2026-02-01", dict(laid))])

    assert place(book, "2026-03-01", region="JP") == (3, 16)


def test_a_definition_that_was_gone_for_a_while_holds_not_in_between() -> None:
    past = [revision("2026-01-01", {FILE: PROMISE}), revision("2026-02-01", {FILE: None}), revision("2026-03-01", {FILE: edited()})]
    book, problems = opened({FILE: edited()}, past=past)

    assert problems == []
    assert [(v.since, v.until) for v in book.versions("promises", "deliver")] == [
        (datetime(1, 1, 1), datetime(2026, 2, 1)), (datetime(2026, 3, 1), datetime(9999, 12, 31)),
    ]  # fmt: skip
    assert [due(book, at) for at in ("2026-01-31", "2026-03-01")] == ["placed + 5d", "placed + 3d"]
    with pytest.raises(NotFound, match="did not hold at 2026-02-15"):
        due(book, "2026-02-15")


def test_a_definition_that_is_removed_but_not_saved_holds_on() -> None:
    book, _ = opened({}, past=[revision("2026-01-01", {FILE: PROMISE})])

    assert book.names("promises") == ()
    assert [(v.since, v.until) for v in book.versions("promises", "deliver")] == [(datetime(1, 1, 1), datetime(9999, 12, 31))]


def test_a_correction_of_the_standard_that_is_said_afterwards_leaves_dated_versions_theirs() -> None:
    #  the standard says 5d, from February on 4d; it is edited to 6d, and then said to have been a mistake for 6d all along
    first = dated("since: 2026-02-01, due: placed + 4d")
    second = first.replace("placed + 5d", "placed + 6d")
    third = second.replace("  versions:", "  restates: true\n  versions:")
    past = [revision(f"2026-0{n}-01", {FILE: text}) for n, text in ((1, first), (3, second), (4, third))]
    book, _ = opened({FILE: third}, past=past)

    assert [due(book, at) for at in ("2026-01-15", "2026-02-15", "2026-05-01")] == ["placed + 6d", "placed + 4d", "placed + 4d"]


def test_a_version_of_the_future_does_not_begin_with_an_edit_before_it() -> None:
    first = dated("since: 2026-06-01, due: placed + 4d")
    second = first.replace("placed + 5d", "placed + 6d")
    past = [revision("2026-01-01", {FILE: first}), revision("2026-03-01", {FILE: second})]
    book, _ = opened({FILE: second}, past=past)

    assert [due(book, at) for at in ("2026-02-01", "2026-04-01", "2026-07-01")] == ["placed + 5d", "placed + 6d", "placed + 4d"]
