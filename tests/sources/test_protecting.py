"""Personal cells become tokens and free text is redacted between the reader and all that keeps; rows stay the same rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sources.loaded import Loaded, load, load_all, record, source_of, write
from troth.kernel.errors import SourceError
from troth.record import Engine
from troth.sources import make_shared, stage
from troth.sources.intake.texts import read_texts
from troth.sources.personal.protecting import BATCH
from troth.sources.personal.vault import Word, is_erased
from troth.sources.places import find_tables
from troth.stores.lake.engine import DuckEngine
from troth.stores.memory import MemoryVault

TOKEN = re.compile(r"(name|email|phone|address|tax_id)-[2-9a-km-z]{20}")
ATTRIBUTES = "attributes: {who: {column: who}, mail: {column: mail}, said: {column: said}}"
PEOPLE = f"{{key: [id], object: {{type: person, id: [id], {ATTRIBUTES}}}, personal: {{who: name, mail: email, said: free_text}}}}"

#  id  who        mail               said
#  1   Anna Lang  anna@example.org   text with her own name
#  2   Bert Moss  bert@example.org   nothing personal
#  3   -          ANNA@example.org   the first's mail, written otherwise
ROWS = """id,who,mail,said
1,Anna Lang,anna@example.org,anna was not at home
2,Bert Moss,bert@example.org,all fine
3,,ANNA@example.org,
"""


def people(loaded: Loaded) -> list[tuple[str | None, ...]]:
    return [tuple(row) for row in record(loaded).rows("SELECT id, who, mail, said FROM object_person ORDER BY id")]


def test_columns_become_tokens_that_lead_back_and_free_text_loses_who_is_named(engine: DuckEngine, tmp_path: Path) -> None:
    vault = MemoryVault()

    (_, who, mail, said), (_, _, other, fine), (_, nobody, same, nothing) = people(
        load(engine, tmp_path, {"p.csv": ROWS}, PEOPLE, vault=vault)
    )

    assert TOKEN.fullmatch(str(who))
    assert vault.values([str(who), str(mail)]) == {who: "Anna Lang", mail: "anna@example.org"}
    assert mail == same != other
    assert (nobody, nothing) == (None, None)
    assert (said, fine) == ("[name] was not at home", "all fine")


def test_mails_as_ids_still_join_two_sources(engine: DuckEngine, tmp_path: Path) -> None:
    files = {"customers.csv": "mail,city\nanna@example.org,Ulm\nbert@example.org,Bonn\n", "orders.csv": "id,customer\n7,Anna@Example.org\n"}
    sources = {
        "customers": source_of(
            "{key: [mail], object: {type: customer, id: [mail], attributes: {city: {column: city}}}, personal: {mail: email}}",
            files=["customers.csv"],
        ),
        "orders": source_of(
            "{key: [id], object: {type: order, id: [id]}, relations: [{to: customer, id: [customer]}], personal: {customer: email}}",
            files=["orders.csv"],
        ),
    }

    got = record(load_all(engine, write(tmp_path, files), sources))

    joined = got.rows("SELECT c.id, c.city FROM relation r JOIN object_customer c ON c.code = r.to_code")
    assert [city for _, city in joined] == ["Ulm"]
    assert TOKEN.fullmatch(joined[0][0])
    assert got.rows("SELECT count(*) FROM object_customer") == [(2,)]


def test_columns_not_mapped_yet_are_tokens_too_and_free_text_that_nobody_reads_is_not_kept(engine: DuckEngine, tmp_path: Path) -> None:
    vault = MemoryVault()
    mapping = "{key: [id], object: {type: person, id: [id]}, personal: {who: name, mail: email, said: free_text}}"
    folder = write(tmp_path, {"p.csv": ROWS})

    texts = read_texts(engine, "rows", source_of(mapping), find_tables(folder, "p.csv")[0], vault)

    assert texts.columns == ("id", "who", "mail")
    assert vault.status().kept == {"name": 2, "email": 2, "phone": 0, "address": 0, "tax_id": 0}
    assert TOKEN.fullmatch(engine.rows(f"SELECT who FROM {texts.rows}")[0][0])


def test_rows_that_differ_in_a_personal_cell_only_are_two_rows(engine: DuckEngine, tmp_path: Path) -> None:
    #  who    said        the same row?
    #  Anna   Anna rang   -
    #  Bert   Bert rang   both are redacted to one text
    #  bert   Bert rang   one token, another cell
    #  bert   Bert rang   equal in every cell
    mapping = "{key: [], lends: [{to: o, id: [id], attribute: said, column: said}, {to: o, id: [id], attribute: who, column: who}],"
    rows = "id,who,said\n1,Anna,Anna rang\n1,Bert,Bert rang\n1,bert,Bert rang\n1,bert,Bert rang\n"

    got = load(engine, tmp_path, {"p.csv": rows}, mapping + " personal: {who: name, said: free_text}}")

    assert got.fates() == (4, 3, 0, 1, 0)


def test_row_numbers_and_rejected_lines_stay_as_they_are(engine: DuckEngine, tmp_path: Path) -> None:
    rows = "id,who,mail,said\n1,A,a@example.org,x\n2,too,many,cells,here\n3,B,b@example.org,y\n,C,c@example.org,z\n"
    plain = PEOPLE.replace("personal: {who: name, mail: email, said: free_text}", "personal: {}")

    one = load(engine, tmp_path, {"p.csv": rows}, plain)
    other = load(engine, tmp_path, {"p.csv": rows}, PEOPLE)

    assert one.fates() == other.fates() == (4, 2, 2, 0, 0)
    assert one.quarantine() == other.quarantine()


def test_an_error_in_a_personal_cell_is_quarantined_without_its_text(engine: DuckEngine, tmp_path: Path) -> None:
    vault = MemoryVault()
    book = xlsxwriter.Workbook(tmp_path / "p.xlsx")
    sheet = book.add_worksheet("People")
    for number, row in enumerate((["id", "who", "mail", "said"], ["1", "Anna", "", "x"], ["2", "Bert", "b@example.org", "y"])):
        sheet.write_row(number, 0, row)
    sheet.write_formula("C2", "=NA()", None, "#N/A")
    book.close()

    got = load_all(engine, tmp_path, {"rows": source_of(PEOPLE, files=["p.xlsx"])}, vault=vault)

    assert got.quarantine() == [(2, "mail", "the cell has no usable value", None)]
    assert vault.status().kept == {"name": 2, "email": 1, "phone": 0, "address": 0, "tax_id": 0}


def test_more_rows_than_are_taken_at_once_keep_their_order(engine: DuckEngine, tmp_path: Path) -> None:
    count = 2 * BATCH + 3
    rows = "id,who\n" + "".join(f"{n},Person {n % 1000}\n" for n in range(count))
    vault = MemoryVault()

    mapping = "{key: [id], object: {type: p, id: [id], attributes: {who: {column: who}}}, personal: {who: name}}"
    got = load(engine, tmp_path, {"p.csv": rows}, mapping, vault=vault)

    found = record(got).rows("SELECT CAST(id AS INTEGER), who FROM object_p")
    values = vault.values([token for _, token in found])
    assert len(found) == count
    assert all(values[token] == f"Person {id % 1000}" for id, token in found)


def test_nothing_is_taken_in_without_a_vault_for_its_personal_columns(engine: DuckEngine, tmp_path: Path) -> None:
    folder = write(tmp_path, {"p.csv": ROWS})

    with pytest.raises(SourceError, match=r"'p\.csv' has personal columns; got no vault to keep them in"):
        read_texts(engine, "rows", source_of(PEOPLE), find_tables(folder, "p.csv")[0])


def test_a_look_makes_tokens_that_lead_nowhere(engine: DuckEngine, tmp_path: Path) -> None:
    write(tmp_path, {"p.csv": ROWS})
    make_shared(engine)

    staged = stage(engine, "rows", source_of(PEOPLE, files=["p.csv"]), tmp_path, "UTC")

    mail = f"t{staged.texts['mail']}"
    (one, two, three) = (str(row[0]) for row in engine.rows(f"SELECT {mail} FROM {staged.table} ORDER BY _row"))
    assert TOKEN.fullmatch(one)
    assert one == three != two


def test_a_date_inside_of_a_personal_text_is_taken_out_before_the_text_goes(engine: DuckEngine, tmp_path: Path) -> None:
    mapping = (
        "{key: [id], derived: {due: {column: said, find: 'by (\\d{4}-\\d{2}-\\d{2})'}}, object: {type: o, id: [id],"
        " attributes: {due: {column: due, as: day}}}, personal: {who: name, said: free_text}}"
    )

    got = record(load(engine, tmp_path, {"p.csv": "id,who,said\n1,Anna Lang,Anna wants it by 2026-03-05\n"}, mapping))

    assert [str(due) for (due,) in got.rows("SELECT due FROM object_o")] == ["2026-03-05"]


def test_an_erased_value_that_is_read_again_leads_to_nothing(engine: DuckEngine, tmp_path: Path) -> None:
    vault = MemoryVault()
    before = people(load(engine, tmp_path, {"p.csv": ROWS}, PEOPLE, vault=vault))
    vault.erase(str(vault.find("email", "anna@example.org")), Word("Ines", "asked", datetime(2026, 3, 2)))

    after = people(load(engine, tmp_path, {"p.csv": ROWS}, PEOPLE, vault=vault))

    assert is_erased(str(after[0][2]))
    assert after[0][2] == after[2][2] != before[0][2]
    assert after[1] == before[1]


class _Changing:
    """An engine that gives one row less when the personal columns are read."""

    def __init__(self, engine: DuckEngine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def batches(self, sql: str, size: int) -> object:
        for batch in self._engine.batches(sql, size):
            yield batch[1:]


def test_rows_that_are_not_the_same_when_read_again_get_nobody_elses_token(engine: DuckEngine, tmp_path: Path) -> None:
    changing: Engine = _Changing(engine)  # type: ignore[assignment]

    with pytest.raises(SourceError, match=r"cannot be read; got .*other rows when it was read again"):
        load(changing, tmp_path, {"p.csv": ROWS}, PEOPLE)


@pytest.mark.slow
@settings(max_examples=30)
@given(st.lists(st.tuples(st.text("ab \t\"',;@.ñ1", max_size=6), st.text("ab \t\"',;@.ñ1", max_size=6)), min_size=1, max_size=8))
def test_every_cell_gets_the_token_of_its_own_value(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    folder, vault = tmp_path_factory.mktemp("cells"), MemoryVault()
    text = "id,who,mail\n" + "".join(f"{n},{quoted(who)},{quoted(mail)}\n" for n, (who, mail) in enumerate(rows))
    mapping = (
        "{key: [id], written: {delimiter: ','}, object: {type: person, id: [id], attributes: {who: {column: who}, mail: {column: mail}}},"
    )

    with DuckEngine(threads=2) as engine:
        got = record(load(engine, folder, {"p.csv": text}, mapping + " personal: {who: name, mail: email}}", vault=vault))
        found = {int(id): (who, mail) for id, who, mail in got.rows("SELECT id, who, mail FROM object_person")}

    for number, (who, mail) in enumerate(rows):
        wanted = (vault.find("name", who) if who.strip() else None, vault.find("email", mail) if mail.strip() else None)
        assert found[number] == wanted


class _LookedAt(DuckEngine):
    """Counts what stands in its spill after each statement: bytes, and canaries."""

    def __init__(self, spill: Path) -> None:
        super().__init__(threads=1, memory_limit="200MB", spill=spill)
        self.spill, self.seen, self.canaries = spill, 0, 0

    def together(self, statements: Sequence[str]) -> list[tuple[object, ...]]:
        answer = super().together(statements)
        self._look()
        return answer

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        super().run(sql, parameters)
        if "CREATE TABLE staged" in sql or "rows_rows" in sql:
            self._look()

    def _look(self) -> None:
        for path in self.spill.glob("*") if self.spill.exists() else ():
            content = path.read_bytes()
            self.seen += len(content)
            self.canaries += content.lower().count(b"canary")


@pytest.mark.slow
def test_a_spill_holds_no_personal_value(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {})
    with (folder / "p.csv").open("w") as file:
        file.write("id,who,mail,filler\n")
        file.writelines(f"{n},Canary Person{n},canary{n}@example.org,{n:01500d}\n" for n in range(60_000))
    mapping = "{key: [id], object: {type: p, id: [id], attributes: {who: {column: who}, mail: {column: mail}, f: {column: filler}}},"
    source = source_of(mapping + " personal: {who: name, mail: email}}", files=["p.csv"])

    with _LookedAt(tmp_path / "spill") as engine:
        make_shared(engine)
        stage(engine, "rows", source, folder, "UTC", MemoryVault())

    assert engine.seen > 1 << 20
    assert engine.canaries == 0
