"""Rows over HTTP from a system on this machine: pages, refusals, and what a later pull brings."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.needs import ROOT
from tests.sources.http_system import Answer, Asked, System, by_page, running, said
from troth.kernel.errors import SourceError
from troth.sources import Source
from troth.sources.pulls.asking import Patience, pages_of
from troth.sources.pulls.bringing import Pulled, bring
from troth.sources.pulls.definition import Pull

CANARY = "canary-4711"
QUICK = Patience(attempts=3, backoff=0.001, longest=2.0, answer=5.0)
#  id  updated
#  1   1 March
#  2   2 March
#  3   3 March
TICKETS: list[dict[str, Any]] = [{"id": n, "updated": f"2026-03-0{n}T10:00:00Z"} for n in (1, 2, 3)]
NEWER = {"field": "updated", "parameter": "since"}
BY_PAGE: dict[str, Any] = {"path": "tickets", "rows": "data.tickets", "pages": {"by": "page", "parameter": "page"}}


@pytest.fixture
def system() -> Iterator[System]:
    with running() as made:
        yield made


def asked(system: System, since: object = None, environment: dict[str, str] | None = None, **pull: Any) -> list[list[dict[str, Any]]]:
    definition = Pull.model_validate({"url": system.url, **pull})
    return list(pages_of("tickets", definition, since, environment or {}, QUICK))


def brought(system: System, folder: Path, number: int, since: object = None, **pull: Any) -> Pulled:
    definition = Pull.model_validate({"url": system.url, **BY_PAGE, **pull})
    pages = pages_of("tickets", definition, since, {}, QUICK)
    return bring("tickets", pages, definition.newer, target=folder / f"tickets-{number}.jsonl", state=folder / "state" / "tickets.json")


def ids(file: Path) -> list[int]:
    return [json.loads(line)["id"] for line in file.read_text(encoding="utf-8").splitlines()]


def paged(pages: dict[str | None, tuple[list[int], Any, str]], parameter: str) -> Any:
    """Answers by the value of a parameter: ids, what stands under `next`, and the header Link."""

    def answer(question: Asked) -> Answer:
        numbers, following, link = pages[question.parameters.get(parameter)]
        return said({"rows": [{"id": n} for n in numbers], "meta": {"next": following}}, 200, Link=link)

    return answer


def test_pages_by_number_end_with_an_empty_one(system: System) -> None:
    system.answer = by_page(TICKETS, 2)

    assert [[row["id"] for row in page] for page in asked(system, **BY_PAGE)] == [[1, 2], [3], []]
    assert [(q.path, q.parameters) for q in system.asked] == [("/api/tickets", {"page": n}) for n in "123"]


def test_pages_by_offset(system: System) -> None:
    system.answer = paged({"0": ([1, 2], None, ""), "2": ([3], None, ""), "4": ([], None, "")}, "skip")
    pages = {"by": "offset", "parameter": "skip", "size": 2, "size_parameter": "take"}

    assert [len(page) for page in asked(system, rows="rows", pages=pages)][:2] == [2, 1]
    assert {q.parameters["take"] for q in system.asked} == {"2"}


def test_pages_by_cursor_link_and_header(system: System) -> None:
    system.answer = paged({None: ([1], "b", ""), "b": ([2], None, "")}, "cursor")
    assert asked(system, rows="rows", pages={"by": "cursor", "parameter": "cursor", "field": "meta.next"}) == [[{"id": 1}], [{"id": 2}]]

    system.answer = paged({None: ([1], f"{system.url}?p=b", ""), "b": ([2], None, "")}, "p")
    assert asked(system, rows="rows", pages={"by": "link", "field": "meta.next"}) == [[{"id": 1}], [{"id": 2}]]

    system.answer = paged({None: ([1], None, f'<{system.url}?p=b>; rel="next"'), "b": ([2], None, "")}, "p")
    assert asked(system, rows="rows", pages={"by": "header"}) == [[{"id": 1}], [{"id": 2}]]


def test_numbers_stay_as_they_are_written(system: System, tmp_path: Path) -> None:
    system.answer = lambda _: (200, {}, b'[{"id": 123456789012345678901234567890, "amount": 10.10, "far": 1234567890123456.7890123}]')

    assert asked(system) == [[{"id": 123456789012345678901234567890, "amount": "10.10", "far": "1234567890123456.7890123"}]]


def test_a_busy_system_is_asked_again(system: System) -> None:
    system.answer = by_page(TICKETS, 5)
    system.failures = {1: said({}, 429, Retry_After="1"), 2: said({}, 503)}

    assert [len(page) for page in asked(system, **BY_PAGE)] == [3, 0]
    assert [q.parameters["page"] for q in system.asked] == ["1", "1", "1", "2"]


@pytest.mark.parametrize(
    ("status", "got", "times"),
    [
        (429, r"asked too often \(429\)", 3),
        (500, r"out of order \(500\)", 3),
        (401, "does not let us in", 1),
        (404, "refuses the question", 1),
    ],
)
def test_a_failing_page_leaves_nothing(system: System, tmp_path: Path, status: int, got: str, times: int) -> None:
    system.answer = by_page(TICKETS, 2)
    system.failures = {n: said({}, status) for n in range(2, 20)}

    with pytest.raises(SourceError, match=rf"'tickets' cannot be pulled; got .*{got}.* Nothing was written"):
        brought(system, tmp_path, 1, newer=NEWER)

    assert list(tmp_path.iterdir()) == []
    assert len(system.asked) == 1 + times


def test_a_later_pull_brings_only_newer_rows(system: System, tmp_path: Path) -> None:
    rows = list(TICKETS)
    system.answer = by_page(rows, 2, since="since")
    first = brought(system, tmp_path, 1, newer=NEWER)
    rows += [{"id": 1, "updated": "2026-03-03T10:00:00Z"}, {"id": 4, "updated": "2026-03-04T10:00:00Z"}]

    second = brought(system, tmp_path, 2, "2026-03-03T10:00:00Z", newer=NEWER)
    third = brought(system, tmp_path, 3, "2026-03-04T10:00:00Z", newer=NEWER)

    assert (first.rows, first.known, second.rows, second.known) == (3, 0, 2, 1)
    assert (ids(tmp_path / "tickets-1.jsonl"), ids(tmp_path / "tickets-2.jsonl")) == ([1, 2, 3], [1, 4])
    assert (third.file, third.rows, third.known) == (None, 0, 1)
    assert not (tmp_path / "tickets-3.jsonl").exists()


def test_a_system_that_gives_all_again_is_read_from_the_mark(system: System, tmp_path: Path) -> None:
    rows = list(TICKETS)
    system.answer = by_page(rows, 5)
    brought(system, tmp_path, 1, newer={"field": "updated"})
    rows.append({"id": 4, "updated": "2026-03-04T11:00:00+01:00"})

    assert brought(system, tmp_path, 2, newer={"field": "updated"}) == Pulled("tickets", "tickets-2.jsonl", 1, 2, 3)


def test_a_pull_that_is_killed_before_its_mark_is_made_again(system: System, tmp_path: Path) -> None:
    system.answer = by_page(TICKETS, 5)
    brought(system, tmp_path, 1, newer=NEWER)
    (tmp_path / "state" / "tickets.json").unlink()

    assert brought(system, tmp_path, 2, newer=NEWER).rows == 3


def test_a_full_pull_replaces_the_file_and_never_by_nothing(system: System, tmp_path: Path) -> None:
    system.answer = by_page(TICKETS, 5)
    brought(system, tmp_path, 1)
    system.answer = by_page(TICKETS[:1], 5)
    brought(system, tmp_path, 1)
    assert ids(tmp_path / "tickets-1.jsonl") == [1]

    system.answer = by_page([], 5)
    with pytest.raises(SourceError, match=r"gave no rows.*The file that was there stays"):
        brought(system, tmp_path, 1)
    assert ids(tmp_path / "tickets-1.jsonl") == [1]


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        (said({"data": {"items": []}}), "its answer has no 'data.tickets'"),
        (said({"data": {"tickets": [1, 2]}}), "holds a int where a row should be"),
        ((200, {}, b"<html>Please log in</html>"), "its answer is no JSON"),
        (said({}, 302, Location="https://example.com/"), "it sends elsewhere"),
        (said({"data": {"tickets": [{"id": 1}]}}), "page 2 is the same as the one before"),
    ],
)
def test_what_is_no_list_of_rows_is_refused(system: System, answer: Answer, got: str) -> None:
    system.answer = lambda _: answer
    with pytest.raises(SourceError, match=got):
        asked(system, **BY_PAGE)


@pytest.mark.parametrize(
    ("rows", "got"),
    [
        ([{"id": 1, "updatd": "2026"}], "no row has 'updated'; allowed: did you mean 'updatd'"),
        ([{"id": 1, "updated": "yesterday"}], "'updated' does not grow"),
        ([{"id": 1, "updated": 5}, {"id": 2, "updated": "2026-03-01T00:00:00Z"}], "'updated' is of two kinds"),
        ([{"id": 1, "updated": "2026-03-01"}, {"id": 2, "updated": "2026-03-01T00:00:00Z"}], "'updated' is of two kinds"),
    ],
)
def test_a_field_that_does_not_grow_is_refused(system: System, tmp_path: Path, rows: list[dict[str, Any]], got: str) -> None:
    system.answer = lambda q: said({"data": {"tickets": rows if q.parameters["page"] == "1" else []}})
    with pytest.raises(SourceError, match=got):
        brought(system, tmp_path, 1, newer=NEWER)
    assert list(tmp_path.iterdir()) == []


def test_secrets_are_sent_as_they_are_asked_for(system: System) -> None:
    system.answer = lambda _: said([])
    environment = {"KEY": CANARY, "WHO": "me"}
    for auth in (
        {"bearer": "env:KEY"},
        {"basic": {"user": "env:WHO", "password": "env:KEY"}},
        {"header": {"name": "X-Key", "value": "env:KEY"}},
        {"parameter": {"name": "key", "value": "env:KEY"}},
    ):
        asked(system, environment=environment, auth=auth, parameters={"all": 1})

    headers = [q.headers.get("authorization") or q.headers.get("x-key") for q in system.asked]
    assert headers == [f"Bearer {CANARY}", "Basic bWU6Y2FuYXJ5LTQ3MTE=", CANARY, None]
    assert [q.parameters for q in system.asked] == [{"all": "1"}] * 3 + [{"all": "1", "key": CANARY}]


def test_a_secret_is_neither_told_nor_sent_to_another_host(system: System) -> None:
    auth = {"parameter": {"name": "key", "value": "env:KEY"}}
    system.answer = lambda _: said({}, 400)
    with pytest.raises(SourceError) as refused:
        asked(system, environment={"KEY": CANARY}, auth=auth)
    with running() as other:
        system.answer = lambda _: said({"rows": [{"id": 1}], "next": other.url})
        with pytest.raises(SourceError, match="its next page would lie with another host") as elsewhere:
            asked(system, environment={"KEY": CANARY}, auth={"bearer": "env:KEY"}, rows="rows", pages={"by": "link", "field": "next"})
        assert other.asked == []

    assert not any(CANARY in str(one.value) + repr(one.value.__cause__) for one in (refused, elsewhere))
    with pytest.raises(SourceError, match="KEY is not set in the environment"):
        asked(system, auth=auth)


def test_a_system_that_is_not_there_is_said_without_its_address() -> None:
    pull = Pull.model_validate({"url": "http://127.0.0.1:1/secret-path"})
    with pytest.raises(SourceError, match="it cannot be reached") as refused:
        list(pages_of("tickets", pull, None, {}, QUICK))
    assert "secret-path" not in str(refused.value)


def test_without_the_client_the_extra_is_named(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dlt.sources.helpers.rest_client", None)
    with pytest.raises(SourceError, match=r"no client for HTTP.*pip install 'troth\[ingest\]'"):
        asked(system)


@pytest.mark.parametrize(
    ("pull", "said"),
    [
        ("{url: 'http://example.com'}", "write https"),
        ("{url: 'ftp://example.com'}", "write the address of the system"),
        ("{url: 'https://example.com', pages: {by: cursor, parameter: c}}", "pages by cursor need 'field'"),
        ("{url: 'https://example.com', auth: {bearer: abc}}", "write env:NAME"),
        ("{url: 'https://example.com', auth: {bearer: env:A, header: {name: a, value: env:B}}}", "give one of"),
        ("{url: 'https://example.com', newer: {field: at}}", r"one name with one \*"),
    ],
)
def test_a_pull_that_cannot_work_is_a_mistake_of_the_book(pull: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Source.model_validate(yaml.safe_load(f"{{files: [t.jsonl], key: [id], pull: {pull}}}"))


def test_nobody_is_spoken_to_but_the_system(system: System) -> None:
    system.answer = by_page(TICKETS, 5)
    script = f"""
import sys
reached = set()
def heard(event, said):
    if event == "socket.connect":
        reached.add(said[1][:2] if isinstance(said[1], tuple) else said[1])
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        reached.add(said[0])
sys.addaudithook(heard)
from troth.sources.pulls.asking import Patience, pages_of
from troth.sources.pulls.definition import Pull
pull = Pull.model_validate({{"url": {system.url!r}, **{BY_PAGE!r}}})
print(sum(map(len, pages_of("tickets", pull, None, {{}}, Patience()))), sorted(map(str, reached)))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split(" ", 1) == ["3", f"[\"('127.0.0.1', {system.port})\", '127.0.0.1']\n"]
    assert done.stderr == ""
