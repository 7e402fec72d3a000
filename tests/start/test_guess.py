from __future__ import annotations

import csv
import functools
import itertools
from pathlib import Path

import pytest

from tests.fuzz.harness import FOUND
from tests.start.folders.world import World
from tests.start.worlds import WORLDS, Where, build, score
from troth.promises.definition import Promise
from troth.query import parse
from troth.sources import Source
from troth.sources.guess import Proposal, guess
from troth.stores.lake.engine import DuckEngine

NEEDED_RECALL = 0.8
ids = pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name.replace(" ", "-"))


def proposal_of(folder: Path) -> Proposal:
    return guess(DuckEngine(threads=2), folder)


@pytest.fixture(scope="module")
def proposals(tmp_path_factory: pytest.TempPathFactory) -> functools._lru_cache_wrapper[Proposal]:
    @functools.cache
    def proposal(world: World) -> Proposal:
        return proposal_of(build(world, tmp_path_factory.mktemp("world")))

    return proposal


def asserted(proposal: Proposal) -> set[Where]:
    return {(p.file, p.promised, p.actual_file, p.actual) for p in proposal.pairs if p.asserted}


def write(folder: Path, name: str, *lines: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@ids
def test_no_pair_is_asserted_that_is_no_promise(world: World, proposals: functools._lru_cache_wrapper[Proposal]) -> None:
    assert score(world, asserted(proposals(world))).wrong == ()


def test_four_of_five_promises_are_found(proposals: functools._lru_cache_wrapper[Proposal]) -> None:
    scores = [score(world, asserted(proposals(world))) for world in WORLDS if not world.data]

    assert sum(s.found for s in scores) >= NEEDED_RECALL * sum(s.of for s in scores)


@ids
def test_promises_of_public_data_are_found_whatever_the_columns_are_called(
    world: World, proposals: functools._lru_cache_wrapper[Proposal]
) -> None:
    found = score(world, asserted(proposals(world)))

    assert found.found >= NEEDED_RECALL * found.of


@ids
def test_no_promise_is_said_where_there_is_none(world: World, proposals: functools._lru_cache_wrapper[Proposal]) -> None:
    if world.says_none is not None:
        assert (not proposals(world).promises) == world.says_none


@ids
def test_a_proposal_is_a_valid_book(world: World, proposals: functools._lru_cache_wrapper[Proposal]) -> None:
    proposal = proposals(world)
    types: set[str] = set()
    events: dict[str, set[str]] = {}
    for source in (Source.model_validate(s) for s in proposal.sources.values()):
        if source.object:
            types.add(source.object.type)
            events.setdefault(source.object.type, set()).update(e.type or "*" for e in source.events)
    for promise in (Promise.model_validate(p) for p in proposal.promises.values()):
        parse(promise.due or "")
        parse(promise.void_when or "true")
        parse(promise.fulfil.claimed_by or "true")
        assert promise.subject in types
        known = events[promise.subject]
        assert "*" in known or {promise.anchor, promise.fulfil.event} <= known
        assert promise.guess


@ids
def test_the_key_of_the_main_file_is_found(world: World, proposals: functools._lru_cache_wrapper[Proposal]) -> None:
    keys = [tuple(s["key"]) for s in proposals(world).sources.values() if isinstance(s["key"], list) and world.main in str(s["files"])]

    assert not world.keys or set(keys) & set(world.keys)


@pytest.mark.parametrize("world", [w for w in WORLDS if not w.data], ids=lambda world: world.name.replace(" ", "-"))
def test_names_that_say_nothing_make_no_false_find(world: World, tmp_path: Path) -> None:
    folder = build(world, tmp_path)
    named: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.csv")):
        head, _, rows = path.read_text(encoding="utf-8").partition("\n")
        separator = ";" if ";" in head else ","
        named[path.name] = next(csv.reader([head], delimiter=separator))
        path.write_text(separator.join(f"c{n}" for n in range(len(named[path.name]))) + "\n" + rows, encoding="utf-8")

    said = {(f, named[f][int(p[1:])], g, named[g][int(a[1:])]) for f, p, g, a in asserted(proposal_of(folder))}

    assert score(world, said).wrong == ()


def test_of_two_deadlines_one_is_asserted_and_the_other_kept_as_a_candidate(proposals: functools._lru_cache_wrapper[Proposal]) -> None:
    world = next(w for w in WORLDS if w.data and "receipt" in w.name)
    pairs = [p for p in proposals(world).pairs if p.actual == "case:enddate" and p.promised in ("case:deadline", "case:enddate_planned")]

    assert sorted(p.asserted for p in pairs) == [False, True]
    assert "fits it better" in next(p.evidence for p in pairs if not p.asserted)


def test_a_limit_in_the_lines_is_lent_to_the_order_and_is_the_budget_of_its_stage(tmp_path: Path) -> None:
    days = [1 + n % 20 for n in range(60)]
    orders = []
    for n, d in enumerate(days):
        handed, delivered = f"2024-03-{d + 1 + n % 3:02} 10:{n % 60:02}", f"2024-03-{d + 4:02} 15:{n % 60:02}"
        orders.append(f"O{n:03},2024-03-{d:02} {8 + n % 9:02}:00,{handed},{delivered},2024-03-{d + 4 + n % 2:02}")
    write(tmp_path / "in", "orders.csv", "order_id,placed_at,handed_over_at,delivered_at,promised_delivery_date", *orders)
    lines = [f"O{n:03},{line},2024-03-{days[n] + 2:02} 18:00,12.50" for n in range(60) for line in (1, 2)]
    write(tmp_path / "in", "order_lines.csv", "order_id,line,ship_by,price_eur", *lines)

    proposal = proposal_of(tmp_path / "in")

    lent = proposal.sources["order_lines"]["lends"]
    assert lent == [
        {"to": "order", "id": ["order_id"], "attribute": "ship_by", "column": "ship_by", "as": "instant", "take": "last"},
    ]
    deliver, hand_over = proposal.promises["deliver"], proposal.promises["hand_over"]
    assert (deliver["kind"], deliver["due"]) == ("customer", "end_of_day(attr(promised_delivery_date))")
    assert deliver["words"] == "delivered by the date given"
    assert deliver["stages"] == {
        "handed_over": {"from": "placed", "to": "handed_over", "budget": "attr(ship_by)"},
        "delivered": {"from": "handed_over", "to": "delivered"},
    }
    assert (hand_over["kind"], hand_over["due"]) == ("internal", "attr(ship_by)")


def test_what_a_customer_owes_is_promised_by_the_customer(proposals: functools._lru_cache_wrapper[Proposal]) -> None:
    world = next(w for w in WORLDS if w.name == "invoices")

    assert [p["promisor"] for p in proposals(world).promises.values()] == [{"party": "customer"}]


def test_personal_columns_are_named_and_not_carried(tmp_path: Path) -> None:
    people = [f"K{n},Ann{chr(97 + n)} Smith,a{n}@example.org,+44 20 7946 0{n:03},Leeds" for n in range(26)]
    write(tmp_path / "in", "customers.csv", "customer_id,name,email,phone,city", *people)

    source = Source.model_validate(proposal_of(tmp_path / "in").sources["customers"])

    assert dict(source.personal) == {"name": "name", "email": "email", "phone": "phone"}
    assert not source.columns() & set(source.personal)


def test_day_and_month_that_look_alike_are_said_to_be_a_guess(tmp_path: Path) -> None:
    rows = [f"T{n},{1 + n % 12:02}/{1 + (n * 5) % 12:02}/2024" for n in range(40)]
    write(tmp_path / "in", "tickets.csv", "ticket_id,opened_on", *rows)

    proposal = proposal_of(tmp_path / "in")

    assert proposal.sources["tickets"]["formats"] == {"opened_on": "%d/%m/%Y"}
    assert any("cannot be told apart" in w for w in proposal.warnings)


def test_one_column_that_proves_the_order_of_day_and_month_settles_it_for_the_others(tmp_path: Path) -> None:
    rows = [f"T{n},{1 + n % 12}/{1 + n % 9}/2024,{1 + n % 12}/{1 + n % 28}/2024" for n in range(40)]
    write(tmp_path / "in", "tickets.csv", "ticket_id,opened_on,seen_on", *rows)

    formats = proposal_of(tmp_path / "in").sources["tickets"]["formats"]

    assert formats == {"opened_on": "%m/%d/%Y"}


def test_broken_files_are_warnings_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder, "orders.csv", "order_id,placed_at", *(f"{n},2024-01-{1 + n % 28:02} 10:00" for n in range(30)))
    write(folder, "only_header.csv", "a,b,c")
    (folder / "empty.csv").write_bytes(b"")
    (folder / "binary.csv").write_bytes(bytes(range(256)) * 20)
    (folder / "no_workbook.xlsx").write_bytes(b"a,b\n1,2\n")
    (folder / "no_list.json").write_bytes(b'{"a": 1}')
    (folder / "ragged.csv").write_text('a,b\n1\n1,2,3\n"x\n', encoding="utf-8")
    (folder / "log.xes").write_text("<log/>", encoding="utf-8")

    proposal = proposal_of(folder)

    assert "orders" in proposal.sources
    for name in ("only_header.csv", "empty.csv", "binary.csv", "no_workbook.xlsx", "no_list.json", "log.xes"):
        assert any(name in w for w in proposal.warnings), name


def test_a_file_at_which_the_engine_breaks_down_costs_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ("before", "later"):
        write(folder, f"{name}.csv", f"{name}_id,placed_at", *(f"{n},2024-01-{1 + n % 28:02} 10:00" for n in range(30)))
    (folder / "damaged.parquet").write_bytes((FOUND / "parquet" / "a-page-that-breaks-the-engine").read_bytes())

    proposal = proposal_of(folder)

    assert proposal.sources.keys() == {"before", "later"}
    (warning,) = proposal.warnings
    assert warning.startswith("damaged.parquet: cannot be read. 'damaged.parquet' cannot be read; got INTERNAL Error: Information loss")
    assert warning.endswith("Export it again.")


def test_an_empty_folder_proposes_nothing(tmp_path: Path) -> None:
    assert proposal_of(tmp_path) == Proposal({}, {}, (), (), ())


def test_hundreds_of_columns_with_odd_names_are_read(tmp_path: Path) -> None:
    names = ["id", 'a "quoted" one', "it's", "", "Größe (cm)", "select", "x" * 90, *(f"k{n}" for n in range(300))]
    with (tmp_path / "wide.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *([n, *itertools.repeat("v", len(names) - 1)] for n in range(20))])

    source = proposal_of(tmp_path).sources["wide"]

    assert Source.model_validate(source).key == ("id",)


def test_files_of_one_header_that_differ_in_digits_are_one_source(tmp_path: Path) -> None:
    for year in (2023, 2024):
        rows = (f"{year}-{n},{year}-02-{1 + n % 28:02} 08:30" for n in range(20))
        write(tmp_path / "in", f"orders_{year}.csv", "order_id,placed_at", *rows)

    assert proposal_of(tmp_path / "in").sources["orders"]["files"] == ["orders_2023.csv", "orders_2024.csv"]


def test_the_same_folder_gives_the_same_proposal(proposals: functools._lru_cache_wrapper[Proposal], tmp_path: Path) -> None:
    world = next(w for w in WORLDS if w.name == "corner shop")

    assert proposal_of(build(world, tmp_path)) == proposals(world)


def test_nothing_is_left_in_the_engine(tmp_path: Path) -> None:
    write(tmp_path / "in", "orders.csv", "order_id,placed_at", *(f"{n},2024-01-{1 + n % 28:02} 10:00" for n in range(30)))
    engine = DuckEngine()

    guess(engine, tmp_path / "in")

    assert engine.rows("SELECT table_name FROM information_schema.tables") == []
