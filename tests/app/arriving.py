"""A book of five sources whose rows come, are corrected and go, and what a build gives of them in two ways."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import strategies as st

from tests.app.small_book import write_book
from troth.app.bootstrap import open_workspace
from troth.app.building import build as building
from troth.app.building import judging_again, parts
from troth.app.building.build import Built, build
from troth.app.building.increment import increment_of

BOOK = {
    "troth.yaml": "name: Arriving\nfolder: ../data\nzone: Europe/Berlin\ncurrency: EUR\n",
    "sources/orders.yaml": """orders:
  files: ['orders*.csv']
  key: [id]
  object: {type: order, id: [id], attributes: {due: {column: due, as: day}, status: {column: status, as: text}}}
  relations: [{to: customer, id: [customer]}, {to: shop, id: [shop]}]
  events:
    - {type: placed, at: placed, anchor: true}
    - {type: delivered, at: delivered}
""",
    "sources/payments.yaml": """payments:
  files: ['payments*.csv']
  key: [payment]
  money: [{about: order, id: [order], kind: payment, amount: amount}]
  lends: [{to: order, id: [order], attribute: limit, column: limit, as: instant, take: last}]
""",
    "sources/scans.yaml": """scans:
  files: ['scans*.csv']
  key: []
  object: {type: order, id: [order]}
  events: [{type_from: what, at: at}]
""",
    "sources/customers.yaml": """customers:
  files: ['customers*.csv']
  key: [id]
  object: {type: customer, id: [id], attributes: {tier: {column: tier, as: text}}}
""",
    "sources/reviews.yaml": """reviews:
  files: ['reviews*.csv']
  key: [review]
  feedback: [{about: order, id: [order], instrument: review, answered: answered, score: score, scale: [1, 5]}]
""",
    "promises/deliver.yaml": """deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered, claimed_by: order.status = 'delivered'}
  due: end_of_day(attr(due))
  void_when: order.status = 'canceled' or customer.tier = 'closed'
  stages:
    house: {from: placed, to: packed, budget: attr(limit)}
    road: {from: packed, to: delivered}
pack:
  subject: order
  words: packed in two days
  anchor: placed
  fulfil: {event: packed}
  due: placed + 2d
""",
}
HEADS = {
    "orders": "id,customer,shop,placed,delivered,due,status",
    "payments": "payment,order,amount,limit",
    "scans": "order,what,at",
    "customers": "id,tier",
    "reviews": "review,order,answered,score",
    "downs": "shop,what,at",
    "lines": "line,order,units,wanted,picked",
    "parcels": "parcel,order,arrived",
}
Row = Sequence[str]
DAYS = [f"2026-{month:02}-{day:02} 10:{day + 10}" for month in (1, 2, 3) for day in range(1, 28)]
BEFORE = {
    "orders": [
        [
            f"o{n:02}",
            f"c{n % 5}",
            f"s{n % 3}",
            DAYS[n],
            DAYS[n + 4] if n % 4 else "",
            DAYS[n + 5 if n % 4 else n + 9][:10],
            "delivered" if n % 4 else "open",
        ]
        for n in range(60)
    ],
    "payments": [[f"p{n}", f"o{n:02}", f"{n}.50", DAYS[n + 2]] for n in range(60)],
    "scans": [[f"o{n:02}", "packed", DAYS[n + 1]] for n in range(60)],
    "customers": [[f"c{n}", "usual"] for n in range(5)],
    "reviews": [[f"r{n}", f"o{n:02}", DAYS[n + 6], str(1 + n % 5)] for n in range(40)],
}
LATER = "2026-03-27 18:00"
IDS = st.integers(0, 69).map(lambda n: f"o{n:02}")
INSTANTS = st.sampled_from([*DAYS, "", "soon"])
CELLS = {
    "orders": st.tuples(
        IDS, st.sampled_from(["c1", "c2", "c7"]), st.sampled_from(["s1", "s4"]), INSTANTS, INSTANTS,
        st.sampled_from([day[:10] for day in DAYS]), st.sampled_from(["open", "delivered", "canceled"]),
    ),
    "payments": st.tuples(st.integers(0, 69).map(lambda n: f"p{n}"), IDS, st.sampled_from(["1.00", "none", ""]), INSTANTS),
    "scans": st.tuples(IDS, st.sampled_from(["packed", "seen", "held", "freed", "returned"]), INSTANTS),
    "customers": st.tuples(st.sampled_from(["c1", "c2", "c8"]), st.sampled_from(["usual", "closed"])),
    "reviews": st.tuples(st.integers(0, 49).map(lambda n: f"r{n}"), IDS, INSTANTS, st.sampled_from(["1", "5", "nine"])),
    "lines": st.tuples(
        st.integers(0, 69).map(lambda n: f"l{n:02}0"), IDS, st.sampled_from(["1", "9", "some"]), st.sampled_from(DAYS), INSTANTS
    ),
    "parcels": st.tuples(st.integers(0, 69).map(lambda n: f"x{n:02}0"), IDS, INSTANTS),
    "downs": st.tuples(st.sampled_from(["s0", "s1", "s4"]), st.sampled_from(["down", "up"]), INSTANTS),
}  # fmt: skip


@st.composite
def mornings(draw: st.DrawFn, before: Mapping[str, Sequence[Row]]) -> Sequence[Mapping[str, Sequence[Row]]]:
    """Three mornings: files that are new, and files of before in which rows were added, replaced and struck out."""
    files: dict[str, list[Row]] = {name: list(rows) for name, rows in before.items()}
    told = []
    for morning in (2, 3, 4):
        for name in draw(st.sets(st.sampled_from(sorted(before)), min_size=1, max_size=3)):
            rows = draw(st.lists(CELLS[name], min_size=1, max_size=3))
            if draw(st.booleans()):
                files[f"{name}-{morning}"] = list(rows)
            else:
                place = draw(st.integers(0, len(files[name]) - 1))
                files[name] = [*files[name][:place], *rows, *files[name][place + draw(st.integers(0, 2)) :]]
        told.append(dict(files))
    return told


def write(under: Path, files: Mapping[str, Sequence[Row]], book: Mapping[str, str] = BOOK) -> Path:
    """files: rows by the name of the file, which begins with that of its source: orders, orders-2. Gives the book's folder."""
    texts = {f"{name}.csv": "\n".join([HEADS[name.partition("-")[0]], *map(",".join, rows)]) + "\n" for name, rows in files.items()}
    return write_book(under, files=texts, book=book)


_BEGUN: dict[str, Path] = {}


class Ways:
    """The same files built as they come, and all anew each time. quick: of each build after the first whether it was of what changed."""

    def __init__(self, under: Path, monkeypatch: pytest.MonkeyPatch, book: Mapping[str, str] = BOOK) -> None:
        self.under, self.monkeypatch, self.book = under, monkeypatch, book
        self.quick: list[bool] = []

    def begun(self, files: Mapping[str, Sequence[Row]]) -> None:
        """As after the first build of these files, which is made once for all that begin alike: a book, files, and how tables are split."""
        key = repr((self.book, files, parts.MANY))
        if key not in _BEGUN:
            _BEGUN[key] = Path(mkdtemp(prefix="troth-begun-"))
            atexit.register(shutil.rmtree, _BEGUN[key], ignore_errors=True)
            Ways(_BEGUN[key], self.monkeypatch, self.book).built(files)
        shutil.copytree(_BEGUN[key], self.under, dirs_exist_ok=True)
        self.quick.append(False)

    def built(self, files: Mapping[str, Sequence[Row]]) -> tuple[Built, Built]:
        """What a build gives as files come, and what all loads give anew."""
        with self._noted():
            grown = build(open_workspace(write(self.under / "grown", files, self.book)))
        with self.monkeypatch.context() as patched:
            patched.setattr(building, "increment_of", lambda *_: None)
            whole = build(open_workspace(write(self.under / "whole", files, self.book)))
        return grown, whole

    @contextmanager
    def _noted(self) -> Iterator[None]:
        def noted(*arguments: object) -> object:
            found = increment_of(*arguments)  # type: ignore[arg-type]
            self.quick.append(found is not None)
            return found

        with self.monkeypatch.context() as patched:
            patched.setattr(building, "increment_of", noted)
            yield


def assert_same(grown: Built, whole: Built) -> None:
    """Also the bytes of every file, since a file is named by them."""
    assert grown.snapshot.files == whole.snapshot.files
    assert grown.snapshot.facts == whole.snapshot.facts
    assert grown.snapshot == whole.snapshot


def split_when_more_than(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of more rows than that are split by months, and what never began by blocks of two."""
    for module in (parts, judging_again):
        monkeypatch.setattr(module, "MANY", rows)
    monkeypatch.setattr(parts, "BLOCK", 2)
