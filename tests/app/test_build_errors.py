"""What is wrong in a book is told as file:line:column, with the nearest name that would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.small_book import BOOK, ORDERS, PAYMENTS, PROMISE, ROOT, built, write_book
from troth.kernel.errors import BookError, SourceError

STAGES = PROMISE + "  stages:\n    ship: {from: placed, to: delivered, budget: %s}\n"


DELIVER = "promises/deliver.yaml"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("troth.yaml", ROOT + "colour: red\n", "5:1: colour: unknown name; one of"),
        ("troth.yaml", ROOT.replace("Berlin", "Berlim"), "3:7: zone: no time zone 'Europe/Berlim'; did you mean 'Europe/Berlin'?"),
        ("sources/orders.yaml", ORDERS.replace("events:", "event:"), "6:3: orders.event: unknown name; did you mean 'events'?"),
        ("sources/orders.yaml", ORDERS + "  key: [id]\n", "9:3: orders.key: 'key' stands here twice"),
        ("sources/orders.yaml", ORDERS.replace("  key: [id]\n", ""), "1:1: orders.key: is missing"),
        ("sources/orders.yaml", ORDERS.replace("as: day", "as: days"), "4:71: orders.object.attributes.due.as: got 'days'; did you mean"),
        ("sources/same.yaml", PAYMENTS, "1:1: payments: defined twice; the first stands in sources/payments.yaml"),
        (DELIVER, PROMISE.replace(": placed", ": place"), "4:11: deliver.anchor: no event 'place' of 'order'; did you mean"),
        (DELIVER, PROMISE.replace("delivered}", "deliverd}"), "5:19: deliver.fulfil.event: no event 'deliverd' of 'order'; did"),
        (DELIVER, PROMISE.replace("(due)", "(duee)"), "6:24: deliver.due: column 17: no such attribute of the subject; got 'duee'"),
        (DELIVER, PROMISE.replace("attr(due)", "attr(due"), "6:28: deliver.due: column 21: "),
        (DELIVER, PROMISE.replace("end_of_day", "end_of_dy"), "6:8: deliver.due: column 1: "),
        (DELIVER, PROMISE.replace("end_of_day(attr(due))", "attr(due) = placed"), "6:18: deliver.due: column 11: "),
        (DELIVER, PROMISE.replace("end_of_day(attr(due))", "3d"), "6:8: deliver.due: column 1: "),
        (DELIVER, PROMISE + "  void_when: order.due\n", "7:14: deliver.void_when: column 1: "),
        (DELIVER, PROMISE + "  void_when: order.statuss = 'x'\n", "7:14: deliver.void_when: column 1: "),
        (DELIVER, PROMISE + "  void_when: \"order.due = 'x'; drop table event\"\n", "7:30: deliver.void_when: column 16: "),
        (DELIVER, PROMISE.replace("subject: order", "subject: ordr"), "2:12: deliver.subject: no object type 'ordr' in sources/"),
        (DELIVER, STAGES % "attr(limt)", "8:54: deliver.stages.ship.budget: column 6: no such attribute"),
        (DELIVER, STAGES.replace("to: deliv", "to: unliv") % "2d", "8:30: deliver.stages.ship.to: no event 'unlivered' of 'order'"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_book_is_shown_where_it_stands(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(BookError) as refused:
        built(write_book(tmp_path, book={**BOOK, name: text}))

    assert str(refused.value).startswith(f"{name}:{said}")
    assert len(str(refused.value).splitlines()) == 1


def test_all_mistakes_are_shown_at_once(tmp_path: Path) -> None:
    wrong = {
        "troth.yaml": ROOT + "colour: red\n",
        "sources/orders.yaml": ORDERS + "  formatz: {}\n",
        "promises/deliver.yaml": PROMISE + "  voidwhen: x\n",
    }
    with pytest.raises(BookError) as refused:
        built(write_book(tmp_path, book={**BOOK, **wrong}))

    assert [line.split(": ")[0] for line in str(refused.value).splitlines()] == [
        "promises/deliver.yaml:7:3", "sources/orders.yaml:9:3", "troth.yaml:5:1"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("sources/orders.yaml", ORDERS.replace("at: delivered", "at: deliverd"),
         "'orders.csv' has no column 'deliverd'; allowed: did you mean 'delivered'?"),
        ("sources/orders.yaml", ORDERS + "  formats: {plced: '%d.%m.%Y'}\n", "no column 'plced'"),
        ("sources/orders.yaml", ORDERS + "  personal: {emial: email}\n", "no column 'emial'"),
        ("sources/orders.yaml", ORDERS.replace("orders.csv", "order.csv"), "no file 'order.csv'"),
        ("troth.yaml", ROOT.replace("../data", "../date"), "no folder"),
    ],
)  # fmt: skip
def test_what_the_files_do_not_have_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(SourceError) as refused:
        built(write_book(tmp_path, book={**BOOK, name: text}))

    assert said in str(refused.value)


def test_a_book_in_which_nothing_happens_is_told(tmp_path: Path) -> None:
    sources = {"sources/orders.yaml": "orders: {files: [orders.csv], key: [id], object: {type: order, id: [id]}}\n"}

    with pytest.raises(SourceError, match="no event was found in any source"):
        built(write_book(tmp_path, book={"troth.yaml": ROOT, **sources}))
