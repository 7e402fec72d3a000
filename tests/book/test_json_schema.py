"""The JSON Schema of a book's files: an editor takes what Troth takes, refuses most of what Troth refuses, and explains every name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.book.test_layers import PLAYBOOKS, RECOVERY
from tests.book.test_mutations import KINDS, book, deleted_line, mutations, problems, unknown, wrong_type
from tests.needs import ROOT, require_data
from troth.app.rulebook.editor import schema
from troth.app.rulebook.rules import CHECKS
from troth.app.starting.start import Said, propose
from troth.book.json_schema import schemas
from troth.book.parsing import parsed
from troth.kernel.errors import BookError, NotFound

MADE = schemas(CHECKS.known)
EXPRESSION = ["string", "number", "boolean"]


def chosen(file: str, patterns: tuple[str, ...]) -> bool:
    """As yaml-language-server does (filePatternAssociation.ts): each pattern also at any depth, the last that matches decides."""
    found = False
    for pattern in patterns:
        if any(re.fullmatch(_regex(one), file) for one in (pattern.lstrip("!"), f"**/{pattern.lstrip('!')}")):
            found = not pattern.startswith("!")
    return found


def _regex(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*\*|\*)", pattern)
    return "".join({"**/": r"(?:[^/]*/)*", "**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(MADE[name].schema)


def schema_of(file: str) -> str:
    (name,) = [name for name, one in MADE.items() if chosen(file, one.files)]
    return name


def refusals(file: str, text: str) -> list[str]:
    data, mistakes = parsed(text)
    assert not mistakes, mistakes
    return [error.message for error in validator(schema_of(file)).iter_errors(data)]


@pytest.mark.parametrize("name", MADE)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(MADE[name].schema)


@pytest.mark.parametrize("file", sorted(book()))
def test_every_file_of_the_example_fits_the_one_schema_whose_pattern_matches(file: str) -> None:
    assert refusals(file, book()[file]) == []


def proposed(folder: Path) -> dict[str, str]:
    return {name: text for name, text in propose(folder, Said("Europe/Berlin", "EUR")).files.items() if "guess" not in name}


def test_what_start_proposes_for_the_corner_shop_fits() -> None:
    files = proposed(ROOT / "examples" / "corner-shop")

    assert {"troth.yaml", "promises/promises.yaml", "sources/orders.yaml"} <= files.keys()
    assert {name: refusals(name, text) for name, text in files.items()} == {name: [] for name in files}


@pytest.mark.data
def test_what_start_proposes_for_olist_fits() -> None:
    files = proposed(require_data("olist"))

    assert "sources/reviews.yaml" in files
    assert {name: refusals(name, text) for name, text in files.items()} == {name: [] for name in files}


def test_the_olist_template_fits() -> None:
    data, mistakes = parsed((ROOT / "src/troth/sources/templates/olist/template.yaml").read_text(encoding="utf-8"))
    sources = {name: {"files": [f"{name}.csv"], **source} for name, source in data["sources"].items()}

    assert mistakes == []
    assert list(validator("sources").iter_errors(sources)) == []
    assert list(validator("promises").iter_errors(data["promises"])) == []


@pytest.mark.parametrize("kind", [unknown, wrong_type, deleted_line], ids=lambda kind: kind.__name__)
def test_a_mistake_of_names_or_types_is_refused_by_the_schema_too(kind: object) -> None:
    of_kind = [mutation for number, mutation in enumerate(mutations()) if KINDS[number % len(KINDS)] is kind]
    readable = [mutation for mutation in of_kind if not parsed(mutation.text)[1]]

    assert len(readable) > 40
    assert [(one.what, one.file) for one in readable if not refusals(one.file, one.text)] == []


def said(file: str, line: str, *, instead_of: str = "") -> tuple[str, str]:
    """The example with a line more, or with another one."""
    text = book()[file]
    assert instead_of in text
    return file, text.replace(instead_of, line) if instead_of else text + line


ORDERS, ORDER, COMPANY, CHANGE = "sources/orders.yaml", "promises/order.yaml", "company.yaml", "changes/CHG-0001.yaml"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        # The list of time zones and of strptime's letters is the machine's.
        said(ORDERS, "  zone: Europe/Berln\n"),
        said(ORDERS, "  formats: {placed: '%Q'}\n"),
        # Names that are taken.
        said(ORDERS, "id: {column", instead_of="requested_for: {column"),
        said(ORDER, "    plan: {from: placed", instead_of="    warehouse: {from: placed"),
        said(COMPANY, "{id: arm}", instead_of="{id: unit}"),
        # Two that must differ, or agree.
        said(COMPANY, "{id: region}", instead_of="{id: unit}"),
        said(ORDERS, "  personal: {order: free_text}\n"),
        said(CHANGE, "arms: {treated: {units: [north]}}\n"),
        said(ORDER, "    - {since: 2026-03-01, due: placed + 3d}\n"),
        # A day that there is not.
        said(CHANGE, "expires: 2027-02-30", instead_of="expires: 2027-01-01"),
        said(ORDER, "since: soon", instead_of="since: 2026-03-01"),
        # What another file declares, and what an expression says.
        said(ORDER, "anchor: plced", instead_of="anchor: placed"),
        said(ORDER, "owner: warehose_lead", instead_of="owner: warehouse_lead"),
        said(ORDER, "due: placed + 5q", instead_of="due: placed + 5d"),
        said(ORDER, "locked: [deu]", instead_of="locked: [fulfil]"),
        said(ORDER, "words: ask Frau Huber", instead_of="words: delivered in time"),
    ],
)  # fmt: skip
def test_what_a_schema_cannot_know_is_told_by_troth_alone(file: str, text: str) -> None:
    assert refusals(file, text) == []
    assert len(problems({**book(), file: text})) >= 1


@pytest.mark.parametrize(
    ("file", "text"),
    [
        said(ORDER, "    - {since: 2026-04-01, stages: {warehouse: {budget: 1d}, carrier: null}, void_when: null}\n"),
        said(ORDER, "    - {since: 2026-04-01 14:00, restates: true}\n"),
        said(ORDER, "void_when: true\n  owners:", instead_of="owners:"),
        said(ORDER, "locked: true", instead_of="locked: [fulfil]"),
        said(ORDER, "owner: warehouse_lead, locked: true}", instead_of="owner: warehouse_lead}"),
        said(COMPANY, "{id: unit, read: {order: order.unit}}", instead_of="{id: unit}"),
        said("overlays/customer=acme/promises/order.yaml", "  void_when: null\n  promisor: {role: null, unit: north}\n"),
        said(CHANGE, "since: 2026-01-01T06:00Z", instead_of="since: 2026-01-01"),
    ],
)
def test_what_troth_reads_is_not_refused(file: str, text: str) -> None:
    assert refusals(file, text) == []
    assert all("unknown name" not in said and "should be" not in said for *_, said in problems({**book(), file: text}))


def test_items_with_ids_may_be_overlaid_as_a_list_or_by_their_ids() -> None:
    made = schemas(PLAYBOOKS.known)
    overlay, file = (Draft202012Validator(made[name].schema) for name in ("playbooks.overlay", "playbooks"))

    assert list(file.iter_errors(parsed(RECOVERY)[0])) == []
    for steps in ("[{id: settle, due: null}]", "{ask: null, settle: {do: visit}}"):
        assert list(overlay.iter_errors(parsed(f"change: CHG-1\nrecovery: {{steps: {steps}}}\n")[0])) == []
    assert list(overlay.iter_errors(parsed("change: CHG-1\nrecovery: {steps: {settle: {doo: visit}}}\n")[0])) != []


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every property at every depth."""
    if isinstance(schema, Mapping):
        for key, inner in schema.items():
            if key == "properties":
                for name, one in inner.items():
                    yield f"{path}.{name}", one
            yield from properties(inner, f"{path}.{key}")
    elif isinstance(schema, list):
        for place, inner in enumerate(schema):
            yield from properties(inner, f"{path}.{place}")


@pytest.mark.parametrize("name", MADE)
def test_every_property_at_every_depth_is_explained(name: str) -> None:
    found = list(properties(MADE[name].schema))

    assert len(found) >= 4
    assert [path for path, one in found if len(str(one.get("description", "")).split()) < 4] == []
    assert [path for path, one in MADE[name].schema["$defs"].items() if len(str(one.get("description", "")).split()) < 4] == []


def branches(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [schema, *(inner for one in schema.get("anyOf", ()) for inner in branches(one))]


def test_expressions_say_that_they_are_and_show_one() -> None:
    found = {
        path: str(one["description"])
        for made in MADE.values()
        for path, one in properties(made.schema)
        if any(branch.get("type") == EXPRESSION for branch in branches(one))
    }

    assert {path.rpartition(".")[2] for path in found} == {
        "due", "within", "void_when", "budget", "claimed_by", "read", "where", "each", "reach", "early", "short", "over",
        "value", "numerator", "denominator", "same",
    }  # fmt: skip
    assert [path for path, told in found.items() if not told.startswith("Expression")] == []
    assert [
        path
        for path, told in found.items()
        if not re.search(r"placed \+ 5d|order\.status = '|\b2d\b|customer\.region|attr\(|24h|\d%", told)
    ] == []


def test_moments_are_texts() -> None:
    for made in MADE.values():
        for path, one in properties(made.schema):
            if path.endswith((".since", ".expires")):
                types = {branch.get("type") for branch in branches(one)} - {None, "null"}
                assert types == {"string"}, path
                assert re.search(r"2026-\d\d-\d\d", one["description"]), path


#  What `troth book schema --into FOLDER` writes.


def settings(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "settings.json").read_text(encoding="utf-8")))


def test_the_settings_of_an_editor_name_files_that_are_there_from_the_folder_that_is_opened(tmp_path: Path) -> None:
    schema(into=tmp_path / ".vscode")

    listed = settings(tmp_path / ".vscode")["yaml.schemas"]
    assert len(listed) == len(MADE)
    for path, patterns in listed.items():
        assert path.startswith("./.vscode/")
        name = path.rpartition("/")[2].removesuffix(".schema.json")
        assert json.loads((tmp_path / path).read_text(encoding="utf-8")) == MADE[name].schema
        assert tuple(patterns) == MADE[name].files


def test_every_file_of_a_book_is_given_one_schema_wherever_the_book_lies() -> None:
    for file in book():
        for place in (file, f"ops/{file}"):
            assert len([name for name, one in MADE.items() if chosen(place, one.files)]) == 1, place
    assert not any(chosen(file, one.files) for one in MADE.values() for file in ("guesses.yaml", "pages/order.yaml", "notes/x.yml"))


def test_a_folder_elsewhere_is_named_from_the_book_above_it(tmp_path: Path) -> None:
    (tmp_path / "troth.yaml").write_text("name: W\nfolder: data\n")
    schema("promises", into=tmp_path / "tools" / "schemas")

    assert settings(tmp_path / "tools" / "schemas")["yaml.schemas"] == {
        "./tools/schemas/promises.schema.json": ["promises/**/*.yaml", "!overlays/**"]
    }


def test_settings_that_are_there_already_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / ".vscode"
    folder.mkdir()
    (folder / "settings.json").write_text('{"editor.tabSize": 2, "yaml.schemas": {"./mine.json": "x.yaml"}}')
    schema("troth", into=folder)

    assert settings(folder) == {
        "editor.tabSize": 2,
        "yaml.schemas": {"./mine.json": "x.yaml", "./.vscode/troth.schema.json": ["troth.yaml"]},
    }


@pytest.mark.parametrize("text", ['{"a": 1, // mine\n}', "[1]", '{"yaml.schemas": 5}'])
def test_settings_that_cannot_be_read_are_left_as_they_are(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(BookError, match=r"no plain JSON.*or add yourself: .*troth\.schema\.json"):
        schema("troth", into=tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]
    assert (tmp_path / "settings.json").read_text() == text


def test_a_schema_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean 'promises'"):
        schema("promisses")
