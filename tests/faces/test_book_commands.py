"""`troth book …` as somebody types it, on a copy of the example book: what is printed, as JSON, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.needs import ROOT
from troth.app.bootstrap import open_workspace
from troth.app.rulebook.revisions import log, save
from troth.faces.cli.commands import app, main
from troth.kernel.errors import BookError, Conflict, NotFound, TrothError

ORDER = "promises/order.yaml"
ACME = "overlays/customer=acme/promises/order.yaml"
WINTER = "2026-02-10"
ACME_DUE = "overlays/customer=acme/promises/order.yaml:3:8"
ROLES = "'head_of_logistics', 'head_of_sales', 'key_account_lead', 'warehouse_lead'"


@dataclass(frozen=True)
class Said:
    out: str
    code: int
    error: BaseException | None

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def refused(self) -> str:
        assert isinstance(self.error, TrothError), self.error
        return str(self.error)


@dataclass(frozen=True)
class Shop:
    book: Path

    def troth(self, *arguments: str) -> Said:
        done = CliRunner().invoke(app, ["book", *arguments, "--book", str(self.book)])
        return Said(done.stdout, done.exit_code, done.exception)

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.book / file).read_text(encoding="utf-8")
        assert old in text
        (self.book / file).write_text(text.replace(old, new), encoding="utf-8")

    def texts(self) -> dict[str, str]:
        return {p.relative_to(self.book).as_posix(): p.read_text(encoding="utf-8") for p in sorted(self.book.rglob("*.yaml"))}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A copy in no repository, of somebody who has no settings."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    shutil.copytree(ROOT / "examples" / "parts-wholesaler" / "book", tmp_path / "book", ignore=shutil.ignore_patterns(".troth", "pages"))
    return Shop(tmp_path / "book")


def test_lint_of_a_sound_book_says_so(shop: Shop) -> None:
    assert shop.troth("lint") == Said("Nothing is wrong in this book.\n", 0, None)
    assert shop.troth("lint", "--json").json == []


def test_lint_with_warnings_alone_ends_well(shop: Shop) -> None:
    shop.edit(ORDER, ", owner: warehouse_lead", "")
    said = shop.troth("lint")

    assert said.code == 0
    assert said.out == (
        "warning: promises/order.yaml:10:5: deliver.stages.warehouse: nobody owns this stage: name the role that answers for it as its"
        " `owner`\n0 errors, 1 warning.\n"
    )


def test_lint_with_errors_ends_with_3_and_names_them_all(shop: Shop) -> None:
    shop.edit(ORDER, "due: placed + 5d", "deu: placed + 5d")
    shop.edit("company.yaml", "it_lead, ", "")
    said, as_json = shop.troth("lint"), shop.troth("lint", "--json")

    assert (said.code, as_json.code) == (3, 3)
    assert said.out.splitlines() == [
        "promises/order.yaml:8:3: deliver.deu: unknown name; did you mean 'due'?",
        f"sources/customers.yaml:5:12: customers.steward: no role 'it_lead' in company.yaml; one of {ROLES}; also at sources/orders.yaml:5",
        "2 errors, 0 warnings.",
    ]
    assert [list(one) for one in as_json.json] == [["file", "line", "column", "path", "message", "level", "cause"]] * 2
    assert [(one["file"], one["line"], one["column"], one["path"], one["level"]) for one in as_json.json] == [
        ("promises/order.yaml", 8, 3, "deliver.deu", "error"),
        ("sources/customers.yaml", 5, 12, "customers.steward", "error"),
    ]


def test_show_prints_a_definition_with_whose_word_each_line_is(shop: Shop) -> None:
    said = shop.troth("show", "promises.deliver", "--for", "customer=ember", "--at", WINTER)
    lines = said.out.splitlines()

    assert said.code == 0
    assert lines[0].startswith("# promises.deliver for customer ember, made 2026-02-10 00:00 UTC · terms ")
    assert "  due: placed + 5d" in lines
    assert "      from: shipped  # customer=ember, CHG-0008" in lines
    assert not any("carrier" in line or "locked" in line for line in lines)


def test_show_as_json_has_each_field_with_its_layer(shop: Shop) -> None:
    data = shop.troth("show", "promises.deliver", "--for", "customer=delta", "--at", WINTER, "--json").json

    assert list(data) == ["address", "keys", "at", "terms", "fields", "text"]
    assert (data["address"], data["keys"], data["at"]) == ("promises.deliver", {"customer": "delta"}, "2026-02-10T00:00:00Z")
    assert ["stages.warehouse.budget", "12h", "customer=delta by CHG-0007"] in data["fields"]
    assert ["stages.warehouse.owner", "warehouse_lead", "the standard"] in data["fields"]
    standard = shop.troth("show", "promises.deliver", "--at", WINTER, "--json").json
    assert len(data["terms"]) == 64
    assert data["terms"] != standard["terms"]


def test_why_names_the_layer_and_the_change_that_won_and_why_others_did_not(shop: Shop) -> None:
    said = shop.troth("why", "promises.deliver.due", "--for", "region=islands,segment=key,customer=acme", "--at", "2026-02-05")

    assert said.out == (
        "promises.deliver.due = placed + 2d\n"
        "for customer acme, region islands, segment key, made 2026-02-05 00:00 UTC\n"
        "\n"
        "→ customer=acme by CHG-0004: placed + 2d\n"
        "    counts: nothing more specific speaks of it\n"
        "    overlays/customer=acme/promises/order.yaml:3:3 · 2026-02-01 to 2026-04-01\n"
        "  region=islands by CHG-0009: placed + 14d\n"
        "    does not hold then: from 2026-02-08 00:00 to 2026-02-22 00:00 UTC\n"
        "    overlays/region=islands/promises/storm.yaml:3:3 · 2026-02-08 to 2026-02-22\n"
        "  region=islands,segment=key by CHG-0003: placed + 6d\n"
        "    less specific than customer=acme\n"
        "    overlays/region=islands,segment=key/promises/order.yaml:3:3 · 2026-01-01 to 2027-01-01\n"
        "  segment=key by CHG-0002: placed + 3d\n"
        "    less specific than customer=acme\n"
        "    overlays/segment=key/promises/order.yaml:3:3 · 2026-01-01 to 2027-01-01\n"
        "  region=islands by CHG-0001: placed + 8d\n"
        "    less specific than customer=acme\n"
        "    overlays/region=islands/promises/ferry.yaml:3:3 · 2026-01-01 to 2027-01-01\n"
        "  the standard: placed + 5d\n"
        "    less specific than customer=acme\n"
        "    promises/order.yaml:8:3 · until 2026-03-01\n"
        "\n"
        "  2 layers for others speak of it too.\n"
    )


def test_why_as_json(shop: Shop) -> None:
    data = shop.troth("why", "promises.deliver.due", "--for", "region=islands,customer=acme", "--at", WINTER, "--json").json

    assert list(data) == ["address", "keys", "at", "value", "locked", "candidates", "others"]
    assert [list(one) for one in data["candidates"]] == [["layer", "change", "says", "place", "since", "until", "verdict"]] * 4
    assert data["value"] == "placed + 14d"
    assert data["candidates"][0]["verdict"] == "counts: a crisis outranks all others"
    assert data["candidates"][1]["verdict"] == "outranked by the crisis of CHG-0009"
    assert data["candidates"][-1] == {
        "layer": "the standard", "change": None, "says": "placed + 5d", "place": "promises/order.yaml:8:3",
        "since": None, "until": "2026-03-01T00:00:00Z", "verdict": "less specific than region=islands",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "keys", "value", "locked", "verdicts"),
    [
        ("fulfil.event", "customer=ember", "delivered", True, ["counts: no layer speaks of it"]),
        ("stages.carrier", "customer=ember", None, False,
         ["counts: nothing more specific speaks of it", "less specific than customer=ember"]),
        ("stages.warehouse", "customer=delta", None, False, ["counts for budget", "counts for the rest"]),
        ("stages.warehouse.owner", "customer=delta", "warehouse_lead", False, ["counts: no layer speaks of it"]),
        ("stages", "customer=ember", None, False,
         ["counts for carrier, forwarder.from, forwarder.to, forwarder.owner", "counts for the rest"]),
    ],
)  # fmt: skip
def test_why_of_what_is_locked_removed_or_several_fields(
    shop: Shop,
    field: str,
    keys: str,
    value: object,
    locked: bool,  # noqa: FBT001
    verdicts: list[str],
) -> None:
    data = shop.troth("why", f"promises.deliver.{field}", "--for", keys, "--json").json

    assert value is None or data["value"] == value
    assert data["locked"] is locked
    assert [one["verdict"] for one in data["candidates"]] == verdicts


def test_layers_lists_each_with_its_change_and_divergence(shop: Shop) -> None:
    said, listed = shop.troth("layers", "--at", WINTER), shop.troth("layers", "--at", WINTER, "--json").json

    assert "region=islands              CHG-0001, CHG-0009" in said.out
    assert "customer=ember" in said.out
    assert {tuple(one) for one in listed} == {
        ("address", "changes", "files", "since", "until", "fields", "open", "locked", "overridden", "index")
    }  # fmt: skip
    by_address = {one["address"]: one for one in listed}
    assert list(by_address) == sorted(by_address)
    assert (by_address["customer=acme"]["open"], by_address["customer=acme"]["locked"]) == (12, 3)  # subject, anchor, fulfil.event
    assert by_address["customer=ember"]["overridden"] == 3  # the carrier's from, to and owner
    assert by_address["customer=ember"]["index"] == 0.25
    assert by_address["region=islands"]["files"] == [
        "overlays/region=islands/promises/ferry.yaml",
        "overlays/region=islands/promises/storm.yaml",
    ]


def test_the_toy_tree_of_four_open_leaves_yields_a_quarter(tmp_path: Path) -> None:
    toy = {
        "troth.yaml": "name: Toy\nfolder: data\nzone: UTC\n",
        "company.yaml": "dimensions: [{id: region, read: order.region}, {id: customer, read: order.customer}]\nroles: [lead]\n",
        "promises/p.yaml": "p:\n  subject: order\n  anchor: placed\n  fulfil: {event: delivered}\n  words: in time\n  due: placed + 5d\n"
        "  void_when: order.void = true\n  owners: [lead]\n  locked: [fulfil]\n",
        "changes/CHG-1.yaml": "kind: exception\ntitle: t\nowner: lead\nreason: r\nsince: 2026-01-01\nexpires: 2027-01-01\n"
        "overlays: ['overlays/region=JP']\n",
        "overlays/region=JP/promises/p.yaml": "change: CHG-1\np: {due: placed + 3d}\n",
    }
    for name, text in toy.items():
        (tmp_path / "book" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "book" / name).write_text(text, encoding="utf-8")
    shop = Shop(tmp_path / "book")

    (layer,) = shop.troth("layers", "--at", "2026-06-01", "--json").json
    assert (layer["open"], layer["locked"], layer["overridden"], layer["index"]) == (4, 3, 1, 0.25)
    (later,) = shop.troth("layers", "--at", "2027-06-01", "--json").json
    assert (later["overridden"], later["index"]) == (0, 0.0)
    shop.edit("overlays/region=JP/promises/p.yaml", "due: placed + 3d", "fulfil: {event: packed}")
    assert shop.troth("lint").out.startswith(
        "overlays/region=JP/promises/p.yaml:2:14: p.fulfil.event: 'fulfil' is locked: it is the same everywhere and cannot be overlaid\n"
    )


def test_a_book_without_layers_says_so(shop: Shop) -> None:
    shutil.rmtree(shop.book / "overlays")
    for file in (shop.book / "changes").iterdir():
        file.unlink()

    assert shop.troth("layers").out == "No layers: the standard holds for everybody.\n"
    assert shop.troth("layers", "--json").json == []


def test_diff_for_somebody_is_what_is_not_the_standard(shop: Shop) -> None:
    said = shop.troth("diff", "--for", "customer=acme", "--at", WINTER)
    data = shop.troth("diff", "--for", "customer=acme", "--at", WINTER, "--json").json

    assert said.out == (f"promises.deliver.due\n  - placed + 5d\n  + placed + 2d   customer=acme by CHG-0004 · {ACME_DUE}\n")
    assert data == [
        {"address": "promises.deliver.due", "before": "placed + 5d", "after": "placed + 2d",
         "place": "overlays/customer=acme/promises/order.yaml:3:8", "by": "customer=acme by CHG-0004"}
    ]  # fmt: skip
    assert shop.troth("diff", "--for", "customer=acme", "--at", "2026-05-01").out == "No difference.\n"


def test_the_schema_of_a_kind_and_of_all(tmp_path: Path) -> None:
    def run(*arguments: str) -> Said:
        done = CliRunner().invoke(app, ["book", "schema", *arguments])
        return Said(done.stdout, done.exit_code, done.exception)

    assert set(run().json) == {
        "calendars", "calendars.overlay", "calibrations", "changes", "commitments", "company", "goals", "huddles", "identity", "metrics",
        "promises", "promises.overlay", "results", "rewards", "scorecards", "sources", "troth", "values",
    }  # fmt: skip
    assert run("troth").json["required"] == ["name", "folder"]
    assert run("--into", str(tmp_path / ".vscode")).out == f"18 schemas in {tmp_path / '.vscode'}\n"
    assert len(list((tmp_path / ".vscode").iterdir())) == 19
    assert run("promise").refused == "no schema 'promise'; allowed: did you mean 'promises'?"


WRITE = "Write kind.name.field, as in promises.deliver.due."
SEE = "See: troth book show promises.deliver"
FOR = "Say for whom, as in --for customer=acme,region=JP."


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (["why", "promise.deliver.due"], NotFound, f"'promise.deliver.due' is no address; allowed: did you mean 'promises'? {WRITE}"),
        (["why", "due"], NotFound, f"'due' is no address; allowed: one of 'calendars', 'promises'. {WRITE}"),
        (["why", ""], NotFound, f"'' is no address; allowed: one of 'calendars', 'promises'. {WRITE}"),
        (["why", "promises"], NotFound, f"'promises' names no definition; allowed: one of 'deliver'. {WRITE}"),
        (["why", "sources.orders.key"], NotFound, f"'sources.orders.key' is no address; allowed: one of 'calendars', 'promises'. {WRITE}"),
        (["show", "promises.delivr"], NotFound, f"no definition 'promises.delivr' in the book; allowed: did you mean 'deliver'? {WRITE}"),
        (["show", "promises.deliver.due"], NotFound, "'promises.deliver.due' is a field. Ask: troth book why promises.deliver.due"),
        (["why", "promises.deliver.deu"], NotFound, f"'promises.deliver' says nothing of 'deu'; allowed: did you mean 'due'? {SEE}"),
        (["why", "promises.deliver.due.days", "--for", "customer=acme", "--at", WINTER], NotFound,
         "'promises.deliver' says nothing of 'due.days'; allowed: one of"),
        (["why", "promises.deliver.stages.warehouse.budgt"], NotFound,
         "'promises.deliver' says nothing of 'stages.warehouse.budgt'; allowed: did you mean 'stages.warehouse.budget'?"),
        (["why", "promises.deliver.due", "--for", "regoin=north"], BookError,
         f"no dimension 'regoin' in company.yaml; allowed: did you mean 'region'? {FOR}"),
        (["show", "promises.deliver", "--for", "region=nort"], BookError,
         f"no region 'nort' in company.yaml; allowed: did you mean 'north'? {FOR}"),
        (["show", "promises.deliver", "--for", "north"], BookError,
         f"this names nobody; got 'north'; allowed: dimension=value, more of them with commas. {FOR}"),
        (["diff", "--for", "arm=CHG-0057"], BookError, "'CHG-0057' is no Change with arms"),
        (["layers", "--at", "soon"], BookError,
         "no day and no instant; got 'soon'; allowed: 2026-03-01 or 2026-03-01 14:00. Say when it was made, as in --at 2026-03-01."),
        (["why", "promises.deliver.due", "--at", "2026-02-30"], BookError, "no day and no instant; got '2026-02-30'"),
        (["diff", "abcdef"], NotFound,
         "no revision 'abcdef'; allowed: at least 4 letters of an id. See the revisions with: troth book log"),
        (["save", "--based-on", "abc"], NotFound, "no revision 'abc'"),
        (["undo"], NotFound, "there is nothing to undo; got a book that was never saved"),
        (["save", "-m", "  "], BookError, "a revision needs a message; got an empty one. Say in a few words what changed, and why."),
    ],
)  # fmt: skip
def test_a_wrong_question_is_answered_with_what_got_nearest_and_the_next_step(
    shop: Shop, arguments: list[str], error: type[TrothError], said: str
) -> None:
    answer = shop.troth(*arguments)

    assert isinstance(answer.error, error)
    assert answer.refused.startswith(said)
    assert answer.out == ""


def test_a_question_of_a_book_with_errors_is_answered_with_them(shop: Shop) -> None:
    shop.edit(ORDER, "event: delivered", "event: deliverd")
    for arguments in (["why", "promises.deliver.due"], ["show", "promises.deliver"], ["layers"], ["diff", "--for", "customer=acme"]):
        assert shop.troth(*arguments).refused == (
            "promises/order.yaml:7:19: deliver.fulfil.event: no event 'deliverd' of 'order'; did you mean 'delivered'?"
        )


def test_a_folder_that_is_no_book_is_named(tmp_path: Path) -> None:
    for command in (["lint"], ["log"], ["layers"], ["save"], ["undo"], ["why", "promises.deliver.due"]):
        answer = Shop(tmp_path).troth(*command)
        assert answer.refused.startswith("no book in '")
        assert answer.refused.endswith("Make one with: troth start FOLDER --into BOOK")
    assert list(tmp_path.iterdir()) == []


def test_the_console_ends_with_the_code_of_the_error(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for options, code in ((["--for", "region=nort"], 3), (["--for", "region=north", "--at", "2026-01-01"], 8)):
        address = "promises.deliver.due" if code == 3 else "promises.deliver.deu"
        monkeypatch.setattr(sys, "argv", ["troth", "book", "why", address, *options, "--book", str(shop.book)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("troth: no region 'nort'" if code == 3 else "troth: 'promises.deliver' says nothing of 'deu'")

    monkeypatch.setattr(sys, "argv", ["troth", "book", "why", "promises.deliver.deu", "--json", "--book", str(shop.book)])
    with pytest.raises(SystemExit):
        main()
    error = json.loads(capsys.readouterr().err)["error"]
    assert error == {
        "what": "'promises.deliver' says nothing of 'deu'", "got": None, "allowed": "did you mean 'due'?", "next_step": SEE, "exit_code": 8,
    }  # fmt: skip


#  What became of the book: log, diff, save, undo; and two people.


def test_save_log_diff_and_undo(shop: Shop) -> None:
    assert shop.troth("log").out == "No history yet: `troth book save` keeps the first revision.\n"
    assert shop.troth("log", "--json").json == []
    first = shop.troth("save", "-m", "As agreed", "--json").json
    assert list(first) == ["id", "at", "author", "message", "changed"]
    assert (first["message"], len(first["changed"])) == ("As agreed", len(shop.texts()))
    assert shop.troth("diff").out == "No difference.\n"
    assert shop.troth("save").refused.startswith("there is nothing to save")

    shop.edit(ACME, "placed + 2d", "placed + 1d")
    assert shop.troth("diff").out == (f"customer=acme: promises.deliver.due\n  - placed + 2d\n  + placed + 1d   the folder · {ACME_DUE}\n")
    saved = shop.troth("save", "-m", "Acme next day")
    assert saved.out.splitlines()[0].endswith(": Acme next day")
    assert saved.out.splitlines()[1:] == ["            overlays/customer=acme/promises/order.yaml"]
    listed = shop.troth("log", "--json").json
    assert [one["message"] for one in listed] == ["Acme next day", "As agreed"]
    assert len(shop.troth("log").out.splitlines()) == 2 + 1 + 7  # of the first revision six files and how many more

    second = listed[0]["id"]
    changed = shop.troth("diff", second[:7], "--json").json
    assert [(one["address"], one["before"], one["after"]) for one in changed] == [
        ("customer=acme: promises.deliver.due", "placed + 2d", "placed + 1d")
    ]
    assert changed == shop.troth("diff", first["id"], second, "--json").json

    assert shop.troth("undo").out.splitlines()[0].endswith(": Undo: Acme next day")
    assert "placed + 2d" in shop.texts()[ACME]
    assert shop.troth("undo", "--json").json["message"] == "Redo: Acme next day"
    assert "placed + 1d" in shop.texts()[ACME]


def test_a_book_with_errors_is_not_saved(shop: Shop) -> None:
    shop.edit(ORDER, "due: placed + 5d", "due: placed + 5q")
    before = shop.texts()
    answer = shop.troth("save", "-m", "Wrong")

    assert isinstance(answer.error, BookError)
    assert answer.refused.startswith("promises/order.yaml:8:18: deliver.due: column 11: no such unit")
    assert shop.texts() == before
    assert not (shop.book / ".git").exists()
    assert shop.troth("log", "--json").json == []


def committed_unseen(shop: Shop, minute: int) -> None:
    """As by a git that does not look at what a book says."""
    from troth.book.history import Author
    from troth.stores.history.git import GitHistory

    GitHistory(shop.book).save("unseen", Author("Ana", "ana@example.org"), datetime(2026, 5, 20, 9, minute, tzinfo=UTC))


def test_a_mistake_that_binds_nobody_now_is_one_all_the_same(shop: Shop) -> None:
    shop.troth("save", "-m", "First")
    shop.edit(ORDER, "due: placed + 5d", "due: placed + order.nothing")

    assert shop.troth("lint").out.splitlines()[-2].startswith("promises/order.yaml:8:17: deliver.due: column 10: due: no such name")
    assert shop.troth("save").code != 0


def test_a_mistake_of_an_earlier_revision_says_how_it_is_corrected(shop: Shop) -> None:
    shop.edit(ORDER, "\n  versions:\n    - {since: 2026-03-01, due: placed + 4d}", "")
    committed_unseen(shop, 0)
    shop.edit(ORDER, "due: placed + 5d", "due: placed + order.nothing")
    committed_unseen(shop, 1)
    assert "earlier revision" not in shop.troth("lint").out
    shop.edit(ORDER, "due: placed + order.nothing", "due: placed + 6d")
    committed_unseen(shop, 2)

    assert "; so an earlier revision said: write `restates: true` beside the right terms, and save\n" in shop.troth("lint").out
    shop.edit(ORDER, "due: placed + 6d", "due: placed + 6d\n  restates: true")
    committed_unseen(shop, 3)
    assert shop.troth("lint").out == "Nothing is wrong in this book.\n"


def test_a_stage_without_an_owner_is_told_as_the_folder_has_it(shop: Shop) -> None:
    shop.edit("changes/CHG-0004.yaml", "expires: 2026-04-01", "expires: 2026-08-01")
    mended = shop.texts()[ACME]
    shop.edit(ACME, "due: placed + 2d", "due: placed + 2d\n  stages: {forwarder: {from: shipped, to: delivered, budget: 1d}}")
    committed_unseen(shop, 0)
    assert "forwarder: nobody owns this stage" in shop.troth("lint").out
    (shop.book / ACME).write_text(mended, encoding="utf-8")
    committed_unseen(shop, 1)

    assert shop.troth("lint").out == "Nothing is wrong in this book.\n"


def test_a_mistake_of_an_earlier_overlay_says_how_it_is_corrected(shop: Shop) -> None:
    shop.edit("changes/CHG-0004.yaml", "expires: 2026-04-01", "expires: 2026-08-01")
    committed_unseen(shop, 0)
    shop.edit(ACME, "placed + 2d", "placed + order.nothing")
    committed_unseen(shop, 1)
    shop.edit(ACME, "placed + order.nothing", "placed + 3d")
    committed_unseen(shop, 2)

    assert "so an earlier revision of the overlay said: let its Change begin after that, by `since:`\n" in shop.troth("lint").out
    shop.edit("changes/CHG-0004.yaml", "since: 2026-02-01", "since: 2026-05-21")
    assert "earlier revision" not in shop.troth("lint").out


def test_a_book_with_warnings_is_saved(shop: Shop) -> None:
    shop.edit(ORDER, ", owner: warehouse_lead", "")

    assert shop.troth("save", "-m", "No owner yet").code == 0


def test_edits_of_two_people_in_different_places_go_together(shop: Shop) -> None:
    base = shop.troth("save", "-m", "First", "--json").json["id"]
    mine = shop.texts()
    shop.edit(ORDER, "due: placed + 4d", "due: placed + 3d")
    shop.troth("save", "-m", "Theirs")
    (shop.book / ORDER).write_text(mine[ORDER].replace("words: delivered in time", "words: delivered as agreed"), encoding="utf-8")
    made = shop.troth("save", "-m", "Mine", "--based-on", base[:8], "--json").json

    assert made["changed"] == [ORDER]
    assert "words: delivered as agreed" in shop.texts()[ORDER]
    assert "due: placed + 3d" in shop.texts()[ORDER]
    assert shop.troth("diff").out == "No difference.\n"


def test_edits_that_exclude_each_other_are_refused_with_both_sides_shown(shop: Shop) -> None:
    base = shop.troth("save", "-m", "First", "--json").json["id"]
    mine = shop.texts()[ORDER].replace("due: placed + 5d", "due: placed + 6d")
    shop.edit(ORDER, "due: placed + 5d", "due: placed + 7d")
    shop.troth("save", "-m", "Theirs")
    (shop.book / ORDER).write_text(mine, encoding="utf-8")
    answer = shop.troth("save", "-m", "Mine", "--based-on", base)

    assert isinstance(answer.error, Conflict)
    for line in ("an edit excludes yours in one place", "promises/order.yaml:8", "due: placed + 5d", "due: placed + 7d", "due: placed + 6d",
                 "you wrote:", "Nothing was saved."):  # fmt: skip
        assert line in answer.refused
    assert shop.texts()[ORDER] == mine
    assert [one["message"] for one in shop.troth("log", "--json").json] == ["Theirs", "First"]


def test_two_edits_that_are_sound_alone_and_not_together_are_refused(shop: Shop) -> None:
    """One takes the role out of company.yaml that nobody used, another gives it a promise meanwhile."""
    shop.edit("company.yaml", "it_lead, ", "it_lead, night_shift, ")
    shop.troth("save", "-m", "First")
    base = shop.troth("log", "--json").json[0]["id"]
    shop.edit("company.yaml", "night_shift, ", "")
    shop.troth("save", "-m", "Theirs")
    shop.edit("company.yaml", "it_lead, ", "it_lead, night_shift, ")
    shop.edit(ORDER, ", owner: warehouse_lead", ", owner: night_shift")
    mine = shop.texts()
    answer = shop.troth("save", "-m", "Mine", "--based-on", base)

    assert "no role 'night_shift' in company.yaml" in answer.refused
    assert shop.texts() == mine
    assert [one["message"] for one in shop.troth("log", "--json").json] == ["Theirs", "First"]


def test_a_use_case_refuses_the_same_with_the_places_as_data(shop: Shop) -> None:
    workspace = open_workspace(shop.book)
    base = save(workspace, "First")
    mine = shop.texts()[ORDER].replace("due: placed + 5d", "due: placed + 6d")
    shop.edit(ORDER, "due: placed + 5d", "due: placed + 7d")
    theirs = save(workspace, "Theirs")
    (shop.book / ORDER).write_text(mine, encoding="utf-8")
    with pytest.raises(Conflict) as refused:
        save(workspace, "Mine", based_on=base.id)

    (clash,) = refused.value.clashes
    assert (clash.file, clash.line, clash.at) == (ORDER, 8, theirs.at)
    assert [side and side[0].strip() for side in (clash.base, clash.theirs, clash.ours)] == [
        "due: placed + 5d", "due: placed + 7d", "due: placed + 6d",
    ]  # fmt: skip
    with pytest.raises(Conflict):
        workspace.history.save(
            "Mine", workspace.history.author(), workspace.now(), based_on=base.id,
            edits={PurePosixPath(ORDER): mine.encode()},
        )  # fmt: skip
    assert [one.message for one in log(workspace)] == ["Theirs", "First"]
