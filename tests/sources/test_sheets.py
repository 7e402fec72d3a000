"""Google sheets by their links, from a system on this machine in Google's place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.sources.http_system import Answer, System, running
from troth.kernel.errors import SourceError
from troth.sources import Source
from troth.sources.pulls.asking import Patience
from troth.sources.pulls.bringing import Pulled
from troth.sources.pulls.definition import Pull
from troth.sources.pulls.sheet_link import address_of
from troth.sources.pulls.sheets import bring_sheet, may_follow

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz"
LINK = f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=7"
EXPORT = f"https://docs.google.com/spreadsheets/d/{ID}/export?format=csv"
QUICK = Patience(attempts=3, backoff=0.001, longest=2.0, answer=5.0)
ROWS = b'order,note\r\n1,"two\r\nlines"\r\n2,plain\r\n'


@pytest.fixture
def system() -> Iterator[System]:
    with running() as made:
        yield made


def sheet(body: bytes = ROWS, kind: str = "text/csv", said: str = "") -> Answer:
    return 200, {"Content-Type": kind} | ({"Content-Disposition": said} if said else {}), body


def brought(system: System, folder: Path, link: str = LINK, environment: dict[str, str] | None = None) -> tuple[Pulled, str]:
    pull = Pull.model_validate({"sheet": link, "address": f"http://127.0.0.1:{system.port}"})
    return bring_sheet("orders", pull, environment or {}, QUICK, target=folder / "orders.csv")


@pytest.mark.parametrize(
    ("link", "address"),
    [
        (LINK, f"{EXPORT}&gid=7"),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit?gid=9#gid=9", f"{EXPORT}&gid=9"),
        (f"https://docs.google.com/spreadsheets/d/{ID}/edit?usp=sharing", EXPORT),
        (f"https://docs.google.com/spreadsheets/d/{ID}", EXPORT),
        (f"https://docs.google.com/spreadsheets/u/1/d/{ID}/view#gid=0", f"{EXPORT}&gid=0"),
        (f"{EXPORT}&gid=3", f"{EXPORT}&gid=3"),
        (
            f"https://docs.google.com/spreadsheets/d/e/2PACX-{ID}/pubhtml",
            f"https://docs.google.com/spreadsheets/d/e/2PACX-{ID}/pub?output=csv",
        ),
        (
            f"https://docs.google.com/spreadsheets/d/e/2PACX-{ID}/pub?output=csv&gid=4",
            f"https://docs.google.com/spreadsheets/d/e/2PACX-{ID}/pub?output=csv&gid=4&single=true",
        ),
    ],
)
def test_a_link_as_people_copy_it_leads_to_the_rows(link: str, address: str) -> None:
    assert address_of(link) == address


@pytest.mark.parametrize(
    "link",
    [
        f"http://docs.google.com/spreadsheets/d/{ID}/edit",
        f"https://docs.google.com.example.com/spreadsheets/d/{ID}/edit",
        f"https://docs.google.com@example.com/spreadsheets/d/{ID}/edit",
        f"https://docs.google.com/document/d/{ID}/edit",
        "https://docs.google.com/spreadsheets/",
        f"https://example.com/spreadsheets/d/{ID}/edit",
    ],
)
def test_what_is_no_link_of_a_sheet_is_refused_and_not_repeated(link: str) -> None:
    with pytest.raises(ValueError, match="no link of a Google sheet") as refused:
        address_of(link)
    assert ID not in str(refused.value)


def test_a_sheet_is_written_as_it_comes(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login mara password canary\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    system.answer = lambda _: sheet(said="attachment; filename=\"x.csv\"; filename*=UTF-8''Orders%20-%20M%C3%A4rz.csv")

    pulled, title = brought(system, tmp_path)

    assert (pulled, title) == (Pulled("orders", "orders.csv", 2, 1, 0), "Orders - März")
    assert (tmp_path / "orders.csv").read_bytes() == ROWS
    assert [(q.path, q.parameters) for q in system.asked] == [(f"/spreadsheets/d/{ID}/export", {"format": "csv", "gid": "7"})]
    assert not {"authorization", "cookie"} & set(system.asked[0].headers)


def test_the_link_may_stand_in_the_environment(system: System, tmp_path: Path) -> None:
    system.answer = lambda _: sheet()

    assert brought(system, tmp_path, "env:SHEET", {"SHEET": LINK})[0].rows == 2
    with pytest.raises(SourceError, match="SHEET is not set in the environment"):
        brought(system, tmp_path, "env:SHEET")
    with pytest.raises(SourceError, match="no link of a Google sheet") as refused:
        brought(system, tmp_path, "env:SHEET", {"SHEET": f"https://example.com/{ID}"})
    assert ID not in str(refused.value)


def test_google_keeps_its_exports_on_another_host(system: System, tmp_path: Path) -> None:
    with running() as other:
        other.answer = lambda _: sheet()
        system.answer = lambda _: (307, {"Location": f"http://localhost:{other.port}/export/abc"}, b"")

        assert brought(system, tmp_path)[0].rows == 2
        assert [q.path for q in other.asked] == ["/export/abc"]


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        (sheet(b"<!-- --><title>Sign in</title>,\nx", "text/html; charset=utf-8"), "the sheet is not shared by link"),
        (sheet(b"\n<!DOCTYPE html>Sign in"), "the sheet is not shared by link"),
        (sheet(b"\xef\xbb\xbf<HTML>Sign in</HTML>\r\n,"), "the sheet is not shared by link"),
        ((302, {"Location": "https://accounts.google.com/ServiceLogin?continue=x"}, b""), "the sheet is not shared by link"),
        ((401, {}, b""), "the sheet is not shared by link"),
        ((404, {}, b""), r"there is no such sheet \(404\)"),
        ((302, {"Location": "/spreadsheets/again"}, b""), "it sends elsewhere without end"),
        ((500, {}, b""), r"out of order \(500\)"),
        (sheet(b"order,note\r\n"), "gave no rows"),
        (sheet(b""), "gave no rows"),
    ],
)
def test_what_is_no_sheet_is_refused_and_the_file_before_stays(system: System, tmp_path: Path, answer: Answer, got: str) -> None:
    (tmp_path / "orders.csv").write_bytes(ROWS)
    system.answer = lambda _: answer

    with pytest.raises(SourceError, match=got) as refused:
        brought(system, tmp_path)

    assert ID not in str(refused.value)
    assert [file.name for file in tmp_path.iterdir()] == ["orders.csv"]
    assert (tmp_path / "orders.csv").read_bytes() == ROWS


def test_a_busy_system_is_asked_again(system: System, tmp_path: Path) -> None:
    system.answer = lambda _: sheet()
    system.failures = {1: (429, {"Retry-After": "1"}, b""), 2: (503, {}, b"")}

    assert brought(system, tmp_path)[0].rows == 2
    assert len(system.asked) == 3


def test_a_sheet_that_breaks_off_leaves_the_file_before(system: System, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes(b"before")
    system.answer = lambda _: (200, {"Content-Type": "text/csv", "Content-Length": str(len(ROWS) + 99), "Connection": "close"}, ROWS)

    with pytest.raises(SourceError, match="it cannot be reached"):
        brought(system, tmp_path)

    assert (tmp_path / "orders.csv").read_bytes() == b"before"


@pytest.mark.parametrize(
    ("host", "followed"),
    [
        ("doc-0s-sheets.googleusercontent.com", True),
        ("docs.google.com", True),
        ("accounts.google.com", False),
        ("googleusercontent.com.example.com", False),
    ],
)
def test_only_hosts_of_exports_are_followed(host: str, followed: bool) -> None:  # noqa: FBT001
    assert may_follow(f"https://{host}/x", "https://docs.google.com") is followed
    assert not may_follow(f"http://{host}/x", "https://docs.google.com")


@pytest.mark.parametrize(
    ("pull", "said"),
    [
        ("{sheet: 'https://example.com/x'}", "no link of a Google sheet"),
        ("{}", "give either 'url' or 'sheet'"),
        ("{url: 'https://example.com', sheet: env:SHEET}", "give either 'url' or 'sheet'"),
        ("{sheet: env:SHEET, auth: {bearer: env:A}}", "a sheet has no 'auth'"),
        ("{url: 'https://example.com', address: 'https://example.com'}", "'address' is for a sheet"),
        ("{sheet: env:SHEET, address: 'http://example.com'}", "write https"),
        ("{url: 'https://example.com', pages: {by: page, parameter: p, last: end}}", "'last' is for pages by cursor"),
    ],
)
def test_a_sheet_that_cannot_be_pulled_is_a_mistake_of_the_book(pull: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Source.model_validate(yaml.safe_load(f"{{files: [t.csv], key: [id], pull: {pull}}}"))


def test_a_sheet_goes_to_one_csv_file() -> None:
    with pytest.raises(ValueError, match=r"that ends in \.csv"):
        Source.model_validate({"files": ["t-*.csv"], "key": ["id"], "pull": {"sheet": "env:SHEET"}})
