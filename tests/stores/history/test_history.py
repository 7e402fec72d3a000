"""What every history of a book must do, whatever it keeps its revisions in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath

import pytest

from tests.stores.history.books import ANA, BO, BOOK, DELIVER, LANES, NOW, ORDER, ROOT, Bench, filled, minutes
from troth.book.history import Author
from troth.kernel.errors import BookError, Conflict, NotFound

#  due in DELIVER: placed + 2d
SOONER = DELIVER.replace(b"2d", b"1d")
LATER = DELIVER.replace(b"2d", b"3d")
RENAMED = DELIVER.replace(b"in time", b"on time")
LATER_AND_RENAMED = LATER.replace(b"in time", b"on time")


def test_a_book_that_was_never_saved_has_no_revision(bench: Bench) -> None:
    filled(bench)

    assert (bench.history.head(), bench.history.revisions()) == (None, ())


def test_all_of_a_book_that_was_never_saved_is_unsaved(bench: Bench) -> None:
    filled(bench)

    assert bench.history.unsaved() == {ORDER: (None, DELIVER), ROOT: (None, BOOK[ROOT])}


def test_an_empty_folder_has_nothing_to_save_or_to_undo(bench: Bench) -> None:
    with pytest.raises(NotFound, match="nothing to save"):
        bench.history.save("first", ANA, NOW)
    with pytest.raises(NotFound, match="nothing to"):
        bench.history.undo(ANA, NOW)

    assert bench.history.revisions() == ()


def test_a_save_is_the_head_and_leaves_nothing_unsaved(bench: Bench) -> None:
    revision = filled(bench).history.save("first", ANA, NOW)

    assert (revision.at, revision.author, revision.message, revision.changed) == (NOW, "Ana Lima", "first", (ORDER, ROOT))
    assert bench.history.head() == revision.id
    assert bench.history.revisions() == (revision,)
    assert bench.history.unsaved() == {}
    assert bench.files() == BOOK


def test_revisions_stand_oldest_first_with_the_files_that_each_changed(bench: Bench) -> None:
    #  minute  saved
    #  0       troth.yaml, promises/order.yaml
    #  1       calendars/lanes.yml appears
    #  2       promises/order.yaml changes, calendars/lanes.yml goes
    first = filled(bench).history.save("first", ANA, NOW)
    bench.write(LANES, b"lanes: {}\n")
    second = bench.history.save("second", BO, minutes(1))
    bench.write(LANES, None)
    bench.write(ORDER, SOONER)
    third = bench.history.save("third", ANA, minutes(2))

    assert bench.history.revisions() == (first, second, third)
    assert [revision.changed for revision in (first, second, third)] == [(ORDER, ROOT), (LANES,), (LANES, ORDER)]
    assert bench.history.texts(first.id) == BOOK
    assert bench.history.texts(second.id) == {**BOOK, LANES: b"lanes: {}\n"}
    assert bench.history.texts(third.id) == {**BOOK, ORDER: SOONER}


def test_unsaved_tells_what_was_saved_and_what_stands_there(bench: Bench) -> None:
    filled(bench).history.save("first", ANA, NOW)
    bench.write(ORDER, SOONER)
    bench.write(ROOT, None)
    bench.write(LANES, b"")

    assert bench.history.unsaved() == {LANES: (None, b""), ORDER: (DELIVER, SOONER), ROOT: (BOOK[ROOT], None)}


def test_only_visible_yaml_outside_of_the_pages_is_the_book(bench: Bench) -> None:
    others = {PurePosixPath(name): b"x: 1\n" for name in (".troth/x.yaml", "pages/x.yaml", "notes.md", "orders.csv", "a/.b/c.yaml")}
    filled(bench, {**BOOK, **others}).history.save("first", ANA, NOW)

    assert bench.history.texts(bench.history.head() or "") == BOOK
    assert bench.history.unsaved() == {}
    assert bench.files() == {**BOOK, **others}


@pytest.mark.parametrize(
    "text",
    [b"", b"no end of line", b"a: 1\r\nb: 2\r\n", b"a: 1\rb: 2\n", b"latin: caf\xe9\n", b"\xff\xfe\x00\x01", b"\xef\xbb\xbfa: 1\n"],
    ids=["empty", "no end", "CRLF", "CR", "Latin-1", "no text", "BOM"],
)
def test_every_byte_is_kept(bench: Bench, text: bytes) -> None:
    filled(bench, {**BOOK, ORDER: text}).history.save("first", ANA, NOW)
    bench.write(ORDER, b"other\n")
    bench.history.save("second", ANA, minutes(1))
    bench.history.undo(ANA, minutes(2))

    assert bench.files()[ORDER] == text
    assert bench.history.texts(bench.history.head() or "")[ORDER] == text


def test_saving_what_is_saved_is_refused(bench: Bench) -> None:
    first = filled(bench).history.save("first", ANA, NOW)

    with pytest.raises(NotFound, match="nothing to save"):
        bench.history.save("again", ANA, minutes(1))
    with pytest.raises(NotFound, match="nothing to save"):
        bench.history.save("again", ANA, minutes(1), edits={ORDER: DELIVER, LANES: None})

    assert bench.history.revisions() == (first,)


def test_an_instant_is_kept_to_the_second_and_in_utc(bench: Bench) -> None:
    there = datetime(2026, 3, 2, 10, 14, 5, 999_999, tzinfo=timezone(timedelta(hours=1)))

    assert filled(bench).history.save("first", ANA, there).at == NOW
    assert bench.history.revisions()[0].at == NOW
    assert datetime(2026, 3, 2, 9, 14, 5, tzinfo=UTC) == there.replace(microsecond=0)


def test_an_instant_before_1970_is_refused(bench: Bench) -> None:
    with pytest.raises(BookError, match="1970"):
        filled(bench).history.save("first", ANA, datetime(1969, 12, 31))


@pytest.mark.parametrize("message", ["", " \n\t", "\0"])
def test_a_revision_without_a_message_is_refused(bench: Bench, message: str) -> None:
    with pytest.raises(BookError, match="message"):
        filled(bench).history.save(message, ANA, NOW)


def test_a_message_keeps_its_lines_and_a_name_loses_what_would_break_it(bench: Bench) -> None:
    author = Author(" Ana\n<Lima> ", "<ana@example.org>\n")
    revision = filled(bench).history.save("\nTighten\n\nAgreed on Mönday \ud800.\n\n", author, NOW)

    assert revision.message == "Tighten\n\nAgreed on Mönday ?."
    assert revision.author == "AnaLima"
    assert bench.history.revisions() == (revision,)


def test_an_author_without_a_name_is_unknown(bench: Bench) -> None:
    assert filled(bench).history.save("first", Author(" <> ", ""), NOW).author == "unknown"
    assert bench.history.revisions()[0].author == "unknown"


@pytest.mark.parametrize("id", ["", "HEAD", "0" * 40, "../../etc", "é" * 40, "main"])
def test_an_unknown_revision_is_named(bench: Bench, id: str) -> None:
    filled(bench).history.save("first", ANA, NOW)

    with pytest.raises(NotFound, match="no revision"):
        bench.history.texts(id)
    with pytest.raises(NotFound, match="no revision"):
        bench.history.save("second", ANA, NOW, based_on=id, edits={LANES: b""})


def test_no_revision_is_known_of_a_book_that_was_never_saved(bench: Bench) -> None:
    with pytest.raises(NotFound, match="no revision"):
        filled(bench).history.texts("0" * 40)


def test_edits_are_saved_and_stand_in_the_folder(bench: Bench) -> None:
    first = filled(bench).history.save("first", ANA, NOW)
    second = bench.history.save("second", BO, minutes(1), based_on=first.id, edits={ORDER: SOONER, LANES: b"lanes: {}\n", ROOT: None})

    after = {ORDER: SOONER, LANES: b"lanes: {}\n"}
    assert second.changed == (LANES, ORDER, ROOT)
    assert bench.history.texts(second.id) == after
    assert bench.files() == after
    assert bench.history.unsaved() == {}


def test_edits_may_be_the_first_revision(bench: Bench) -> None:
    first = bench.history.save("first", ANA, NOW, edits=BOOK)

    assert bench.history.revisions() == (first,)
    assert bench.files() == BOOK


def test_what_is_not_saved_stays_so_when_edits_of_other_files_are(bench: Bench) -> None:
    filled(bench).history.save("first", ANA, NOW)
    bench.write(ROOT, b"name: other\n")
    bench.history.save("second", BO, minutes(1), edits={ORDER: SOONER})

    assert bench.history.unsaved() == {ROOT: (BOOK[ROOT], b"name: other\n")}
    assert bench.history.texts(bench.history.head() or "") == {**BOOK, ORDER: SOONER}


def test_what_is_not_saved_stays_in_a_file_that_edits_change_elsewhere(bench: Bench) -> None:
    filled(bench).history.save("first", ANA, NOW)
    bench.write(ORDER, RENAMED)
    bench.history.save("second", BO, minutes(1), edits={ORDER: LATER})

    assert bench.history.texts(bench.history.head() or "")[ORDER] == LATER
    assert bench.files()[ORDER] == LATER_AND_RENAMED
    assert bench.history.unsaved() == {ORDER: (LATER, LATER_AND_RENAMED)}


def test_edits_of_lines_that_are_not_saved_in_the_folder_are_refused(bench: Bench) -> None:
    first = filled(bench).history.save("first", ANA, NOW)
    bench.write(ORDER, SOONER)

    with pytest.raises(Conflict) as refused:
        bench.history.save("second", BO, minutes(1), edits={ORDER: LATER, ROOT: b"name: other\n"})

    (clash,) = refused.value.clashes
    assert (clash.file, clash.line, clash.at) == (str(ORDER), 3, None)
    assert "what stands in the folder, not saved yet:\n    " + "  due: placed + 1d" in str(refused.value)
    assert bench.files() == {**BOOK, ORDER: SOONER}
    assert bench.history.revisions() == (first,)


@pytest.mark.parametrize("name", ["notes.md", ".troth/x.yaml", "pages/x.yaml", "../x.yaml", "/x.yaml", "a/../../x.yaml"])
def test_edits_of_what_is_not_the_book_are_refused(bench: Bench, name: str) -> None:
    filled(bench).history.save("first", ANA, NOW)

    with pytest.raises(BookError, match="no file of the book"):
        bench.history.save("second", ANA, minutes(1), edits={PurePosixPath(name): b"x: 1\n"})


def test_edits_of_different_files_go_together(bench: Bench) -> None:
    first = filled(bench).history.save("first", ANA, NOW)
    bench.history.save("Ana's", ANA, minutes(1), based_on=first.id, edits={ROOT: b"name: other\n"})
    third = bench.history.save("Bo's", BO, minutes(2), based_on=first.id, edits={ORDER: LATER})

    assert third.changed == (ORDER,)
    assert bench.history.texts(third.id) == {ROOT: b"name: other\n", ORDER: LATER} == bench.files()


def test_edits_of_different_lines_go_together(bench: Bench) -> None:
    first = filled(bench).history.save("first", ANA, NOW)
    bench.history.save("Ana's", ANA, minutes(1), based_on=first.id, edits={ORDER: RENAMED})
    third = bench.history.save("Bo's", BO, minutes(2), based_on=first.id, edits={ORDER: LATER})

    assert bench.history.texts(third.id)[ORDER] == LATER_AND_RENAMED == bench.files()[ORDER]


def test_the_same_edit_twice_is_nothing_to_save(bench: Bench) -> None:
    first = filled(bench).history.save("first", ANA, NOW)
    bench.history.save("Ana's", ANA, minutes(1), based_on=first.id, edits={ORDER: LATER})

    with pytest.raises(NotFound, match="nothing to save"):
        bench.history.save("Bo's", BO, minutes(2), based_on=first.id, edits={ORDER: LATER})


def test_what_both_removed_is_removed(bench: Bench) -> None:
    first = filled(bench).history.save("first", ANA, NOW)
    bench.history.save("Ana's", ANA, minutes(1), based_on=first.id, edits={ORDER: None})
    third = bench.history.save("Bo's", BO, minutes(2), based_on=first.id, edits={ORDER: None, ROOT: b"name: other\n"})

    assert third.changed == (ROOT,)
    assert bench.files() == {ROOT: b"name: other\n"}


def test_edits_of_the_same_line_are_refused_with_both_sides_and_their_names(bench: Bench) -> None:
    #  09:14  the promise is due after 2d
    #  09:15  Ana makes it 1d
    #  09:16  Bo, who has not seen that, makes it 3d
    first = filled(bench).history.save("first", ANA, NOW)
    second = bench.history.save("Ana's", ANA, minutes(1), based_on=first.id, edits={ORDER: SOONER})

    with pytest.raises(Conflict) as refused:
        bench.history.save("Bo's", BO, minutes(2), based_on=first.id, edits={ORDER: LATER, ROOT: b"name: other\n"})

    assert str(refused.value) == (
        "an edit excludes yours in one place\n"
        "promises/order.yaml:3\n"
        "  it was:\n"
        "      due: placed + 2d\n"
        "  Ana Lima, 2026-03-02 09:15 UTC:\n"
        "      due: placed + 1d\n"
        "  you wrote:\n"
        "      due: placed + 3d\n"
        "Nothing was saved. Put into your text what you want to keep of theirs, then save again."
    )
    assert refused.value.exit_code == 3
    assert bench.history.revisions() == (first, second)
    assert bench.files() == {**BOOK, ORDER: SOONER}


def test_the_name_shown_is_of_who_changed_that_file_last(bench: Bench) -> None:
    #  09:15  Ana changes the promise
    #  09:16  Cy changes something else
    #  09:17  Bo, who has seen neither, changes the promise
    first = filled(bench).history.save("first", BO, NOW)
    bench.history.save("Ana's", ANA, minutes(1), based_on=first.id, edits={ORDER: SOONER})
    bench.history.save("Cy's", Author("Cy", ""), minutes(2), edits={ROOT: b"name: other\n"})

    with pytest.raises(Conflict) as refused:
        bench.history.save("Bo's", BO, minutes(3), based_on=first.id, edits={ORDER: LATER})

    assert [(clash.who, clash.at) for clash in refused.value.clashes] == [("Ana Lima", minutes(1))]


def test_an_edit_of_a_file_that_was_removed_is_refused(bench: Bench) -> None:
    first = filled(bench).history.save("first", ANA, NOW)
    bench.history.save("Ana's", ANA, minutes(1), based_on=first.id, edits={ORDER: None})

    with pytest.raises(Conflict) as refused:
        bench.history.save("Bo's", BO, minutes(2), based_on=first.id, edits={ORDER: LATER})

    (clash,) = refused.value.clashes
    assert (clash.theirs, clash.ours, clash.who) == (None, tuple(LATER.decode().splitlines()), "Ana Lima")
    assert "promises/order.yaml\n" in str(refused.value)
    assert "Ana Lima, 2026-03-02 09:15 UTC:\n    (no such file)" in str(refused.value)


def test_two_files_of_one_name_are_refused(bench: Bench) -> None:
    first = filled(bench).history.save("first", ANA, NOW)
    bench.history.save("Ana's", ANA, minutes(1), based_on=first.id, edits={LANES: b"a: 1\n"})

    with pytest.raises(Conflict) as refused:
        bench.history.save("Bo's", BO, minutes(2), based_on=first.id, edits={LANES: b"b: 1\n"})

    assert [(clash.base, clash.theirs, clash.ours) for clash in refused.value.clashes] == [((), ("a: 1",), ("b: 1",))]


def test_the_folder_may_be_saved_as_edits_of_an_earlier_revision(bench: Bench) -> None:
    #  the folder was edited from the first revision on; the second came to the history, not to the folder
    first = filled(bench).history.save("first", ANA, NOW)
    bench.history.save("Ana's", ANA, minutes(1), edits={ORDER: RENAMED, ROOT: b"name: other\n"})
    bench.write(ORDER, LATER)
    bench.write(ROOT, BOOK[ROOT])
    third = bench.history.save("Bo's", BO, minutes(2), based_on=first.id)

    assert third.changed == (ORDER,)
    assert bench.files() == {ORDER: LATER_AND_RENAMED, ROOT: b"name: other\n"} == bench.history.texts(third.id)
