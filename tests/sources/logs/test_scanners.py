"""The two hand-written scanners held to the parsers of the standard library, on documents made at random and then broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from troth.kernel.errors import SourceError
from troth.sources.logs import streams, xes_dates, xes_pieces
from troth.sources.logs.instants import read_time
from troth.sources.logs.json_elements import JsonFile
from troth.sources.logs.xes_tags import Document, read_document
from troth.sources.logs.xes_tree import read_tree

pytestmark = pytest.mark.slow

SETTINGS = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Element = tuple[str, str, str]
# fmt: off
PARTS = st.sampled_from([
    "<log>", "</log>", "<trace>", "</trace>", "<event>", "</event>", "<event/>", "<list key='l'>", "</list>", "<values>", "</values>",
    "<string key='a' value='b'/>", '<int key="n" value="1">', "</int>", "<a:string key='p' value='q'/>", "<string key=a value=b/>",
    '<date key="d" value="2026-01-05T08:00:00Z"/>', "<date key='d' value='2026-01-05T08:00:00Z' />",
    "<string key='&lt;&#65;&apos;' value='a>b'/>", "<string key='&x;' value=''/>", "<string key='a' value='\xe9\u20ac\U0001f600'/>",
    "<!-- <x> -->", "<!---->", "<!-- - -->", "<!-- -- -->", "<?p <x>?>", "<?xml version='1.0'?>", "<![CDATA[<]]>", "<!DOCTYPE log>",
    " ", "\n", "\t\r\n", "x", "&amp;", "&#0;", "<", ">", "'", '"', "/", "\x01", "\ufeff", "]]>",
])
# fmt: on


def through_expat(raw: bytes) -> list[tuple[str, tuple[str, ...]]] | None:
    """Starts and ends of elements with all their attributes, None where it is not well-formed or declares a type."""
    found: list[tuple[str, tuple[str, ...]]] = []
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.StartElementHandler = lambda name, given: found.append((name, tuple(given)))
    parser.EndElementHandler = lambda name: found.append((f"/{name}", ()))

    def refused(*_: object) -> None:
        raise ValueError

    parser.StartDoctypeDeclHandler = refused
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, ValueError):
        return None
    return found


def through_ours(path: Path) -> Document | None:
    try:
        document = read_document(path)
        read_tree(path, document)
    except SourceError:
        return None
    return document


def keys_of(document: Document) -> list[str]:
    names = {number: name for name, number in document.keys.items()}
    return [
        document.tags[code].key if code >= 0 else names[int(document.date_key[-1 - code])]
        for code in document.codes.tolist()
        if code < 0 or document.tags[code].shift >= 0
    ]


@SETTINGS
@given(parts=st.lists(PARTS, max_size=12), chunk=st.integers(1, 40))
@example(parts=["<!-- <x> -->", "<trace>", "<event/>", "</trace>"], chunk=3)
@example(parts=["<trace>", "<!--", " x -->", "</trace>"], chunk=1)
def test_what_the_xes_scanner_accepts_expat_accepts_and_reads_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: list[str], chunk: int
) -> None:
    raw = "".join(["<log>", *parts, "</log>"]).encode("utf-8", "surrogatepass")
    (tmp_path / "log.xes").write_bytes(raw)
    monkeypatch.setattr(streams, "CHUNK", chunk)

    ours, theirs = through_ours(tmp_path / "log.xes"), through_expat(raw)

    if ours is not None:
        assert theirs is not None
        keys = [dict(zip(given[::2], given[1::2], strict=True)).get("key", "") for name, given in theirs if not name.startswith("/")]
        assert keys_of(ours) == keys


XML_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
WELL_FORMED = st.recursive(
    st.tuples(st.sampled_from(["string", "id"]), st.text(XML_CHARACTERS, max_size=6), st.just(())),
    lambda inner: st.tuples(st.just("string"), st.text("ab<&>'\"", max_size=5), st.lists(inner, max_size=3)),
    max_leaves=8,
)  # fmt: skip


def as_xml(element: Any) -> str:
    name, text, inside = element
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return f'<{name} key="k" value="{safe}">{"".join(map(as_xml, inside))}</{name}>'


@SETTINGS
@given(elements=st.lists(WELL_FORMED, max_size=4), chunk=st.integers(1, 60))
def test_the_xes_scanner_accepts_what_is_well_formed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elements: list[Any], chunk: int
) -> None:
    raw = f"<log><trace>{''.join(map(as_xml, elements))}</trace></log>".encode()
    (tmp_path / "log.xes").write_bytes(raw)
    monkeypatch.setattr(streams, "CHUNK", chunk)

    ours, theirs = through_ours(tmp_path / "log.xes"), through_expat(raw)

    assert ours is not None
    assert theirs is not None
    texts = [given[3] for name, given in theirs if name in ("string", "id")]
    assert [ours.tags[code].text for code in ours.codes.tolist() if ours.tags[code].kind and ours.tags[code].shift >= 0] == texts


@SETTINGS
@given(
    st.lists(st.datetimes(), min_size=16, max_size=40),
    st.sampled_from(["Z", "+01:00", "-09:30"]),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_dates_read_as_a_block_are_those_read_one_by_one(times: list[Any], offset: str, digits: str) -> None:
    texts = [time.replace(fold=0, year=max(time.year, 2)).isoformat(timespec=digits) + offset for time in times]
    pieces = [f'date key="t" value="{text}"/>\n\t'.encode() for text in texts]

    block = xes_dates.read_dates(pieces)

    expected = [read_time(text) for text in texts]
    assert [(int(us), False, False) for us in block.us.tolist()] == [expected[place] for place in block.places.tolist()]
    assert len(block.places) >= sum(1 for time in times if 2 < time.year < 9999) - xes_dates.FEWEST or not len(block.places)


# fmt: off
JSON_PARTS = st.sampled_from([
    "{", "}", "[", "]", ",", ":", '"a"', '"b"', '"events"', '"\\u00e9\\n"', '"\\ud83d\\ude00"', "1", "-2.5e3", "1e999", "01",
    "true", "null", "NaN", " ", "\n", '"', "\\", "x", "\xe9", '"a": 1', '"b": [1, {"c": []}]',
])
# fmt: on


def through_json(text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    def constant(_: str) -> None:
        raise ValueError("no number")

    try:
        found = json.loads(text, object_pairs_hook=once, parse_constant=constant)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def through_parts(path: Path) -> Any:
    try:
        file = JsonFile(path)
        return {key: list(file.items(f"/{key}")) if key == "events" else file.value(f"/{key}") for key in file.keys()}  # noqa: SIM118
    except SourceError:
        return None


@SETTINGS
@given(parts=st.lists(JSON_PARTS, max_size=10), chunk=st.integers(1, 20))
@example(parts=['"events"', ":", "[", "1", ",", '"a"', "]", ",", '"b"', ":", "1"], chunk=1)
@example(parts=['"a"', ":", "1", ",", '"a"', ":", "1"], chunk=3)
def test_the_json_scanner_reads_what_python_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: list[str], chunk: int) -> None:
    text = "".join(["{", *parts, "}"])
    (tmp_path / "log.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(streams, "CHUNK", chunk)

    ours, theirs = through_parts(tmp_path / "log.json"), through_json(text)
    if theirs is not None and not isinstance(theirs.get("events", []), list):
        theirs = None

    assert ours == theirs


def test_a_number_is_not_cut_where_a_chunk_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.json").write_text('{"n": 123456789.25, "events": [12345, 67890]}', encoding="utf-8")
    for chunk in range(1, 46):
        monkeypatch.setattr(streams, "CHUNK", chunk)

        assert through_parts(tmp_path / "log.json") == {"n": 123456789.25, "events": [12345, 67890]}


def test_lines_are_counted_through_comments_and_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "<?xml version='1.0'?>\n<!--\n\n<x>-->\n<log>\n<trace\n>\n<!-- \n -->\n</trace></log>"
    (tmp_path / "log.xes").write_text(text)
    for chunk in range(1, len(text) + 1):
        monkeypatch.setattr(streams, "CHUNK", chunk)

        assert [xes_pieces.line_of(tmp_path / "log.xes", tag) for tag in range(4)] == [5, 6, 10, 10]
