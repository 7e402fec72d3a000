"""What XES may hold besides the plain case: defaults, nested attributes, lists, missing things, odd but legal XML."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from troth.kernel.errors import SourceError
from troth.record import canonical
from troth.sources.logs import Imported, read

NAME = '<string key="concept:name" value="{}"/>'
TIME = '<date key="time:timestamp" value="{}"/>'


def event(name: str = "a", at: str = "2026-01-05T08:00:00Z", more: str = "") -> str:
    return f"<event>{NAME.format(name) if name else ''}{TIME.format(at) if at else ''}{more}</event>"


def trace(case: str, *events: str, more: str = "") -> str:
    return f"<trace>{NAME.format(case) if case else ''}{more}{''.join(events)}</trace>"


def load(folder: Path, inside: str, **given: Any) -> Imported:
    file = folder / "log.xes"
    file.write_bytes(f"<log>\n{inside}\n</log>".encode())
    return read(file, **given)


def values(found: Imported) -> dict[tuple[str, str], Any]:
    """Values of events by id and name."""
    v, ids = found.log.event_values, found.log.events.ids
    return {(ids[o], v.names[n]): v.pool[c] for o, n, c in zip(v.of.tolist(), v.name.tolist(), v.value.tolist(), strict=True)}


def test_traces_are_cases_and_events_are_numbered(tmp_path: Path) -> None:
    found = load(tmp_path, trace("c1", event("a"), event("b", "2026-01-05T10:00:00+01:00")) + trace("c2", event("a")))

    said = canonical(found.log)
    assert said.events == (
        ("e1", "a", "2026-01-05T08:00:00"), ("e2", "b", "2026-01-05T09:00:00"), ("e3", "a", "2026-01-05T08:00:00"),
    )  # fmt: skip
    assert said.event_objects == (("e1", "c1", ""), ("e2", "c1", ""), ("e3", "c2", ""))
    assert said.object_types == (("case", ()),)
    assert found.warnings == ()


def test_every_type_of_value(tmp_path: Path) -> None:
    more = (
        '<string key="s" value="x &lt;&amp;&quot;&#233;&#x1F600;&#10;y"/><int key="i" value=" 7 "/><float key="f" value="1.5E3"/>'
        '<boolean key="b" value="TRUE"/><id key="u" value="8b1c"/><date key="d" value="2026-01-05"/>'
    )
    found = load(tmp_path, trace("c", event(more=more)), zone="UTC")

    declared = canonical(found.log).event_types[0][1]
    assert declared == (("b", "boolean"), ("d", "time"), ("f", "float"), ("i", "integer"), ("s", "string"), ("u", "string"))
    assert {n: str(v) for (_, n), v in values(found).items()} == {
        "s": 'x <&"é😀\ny', "i": "7", "f": "1500.0", "b": "True", "u": "8b1c", "d": "2026-01-05 00:00:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    "at",
    [
        "2026-01-05T08:00:00Z", "2026-01-05T09:00:00.000+01:00", "2026-01-05T03:30:00.000000-04:30", "2026-01-05T08:00:00.0+00:00",
        "2026-01-05T08:00Z", "2026-01-05T09:00:00+0100", "2026-01-05 08:00:00Z", "2026-01-05T08:00:00.000000000Z", "2026-01-05T08:00:00,0Z",
    ],
)  # fmt: skip
def test_every_form_of_a_time(tmp_path: Path, at: str) -> None:
    """Once alone, and among so many of one form that they are read as a block."""
    for count in (1, 40):
        found = load(tmp_path, trace("c", *([event("a", at)] * count)))

        assert set(found.log.time.tolist()) == {1_767_600_000_000_000}
        assert found.warnings == ()


def test_forms_may_mix_and_each_is_read(tmp_path: Path) -> None:
    forms = ["2026-01-05T08:00:00Z", "2026-01-05T09:00:00.000+01:00", "2026-01-05T03:00:00.000-05:00", "2026-01-05T08:00Z"]
    found = load(tmp_path, trace("c", *(event("a", forms[n % 4]) for n in range(400))))

    assert set(found.log.time.tolist()) == {1_767_600_000_000_000}


@pytest.mark.parametrize(
    "at", ["2026-02-30T08:00:00Z", "2026-01-05T24:00:00Z", "2026-01-05T08:00:00+24:00", "2026-01-05T08:60:00Z", "2026+01-05T08:00:00Z"]
)
def test_one_wrong_time_among_many_is_named_with_its_line(tmp_path: Path, at: str) -> None:
    #  line 1 is <log>, line 2 the trace, each event has a line: event 30 stands in line 32
    events = [event("a") + "\n" for _ in range(60)]
    events[29] = event("a", at) + "\n"

    with pytest.raises(SourceError, match=r"'log\.xes', line 32: 'time:timestamp' is no date: a time is written 2022-01-09T15:00:00Z"):
        load(tmp_path, trace("c", "\n", *events))


def test_times_without_a_zone(tmp_path: Path) -> None:
    inside = trace("c", event("a", "2026-07-05T08:00:00"), event("b", "2026-01-05T08:00:00.000+01:00"))

    utc, berlin = load(tmp_path, inside), load(tmp_path, inside, zone="Europe/Berlin")

    assert [at[2] for at in canonical(utc.log).events] == ["2026-07-05T08:00:00", "2026-01-05T07:00:00"]
    assert [at[2] for at in canonical(berlin.log).events] == ["2026-07-05T06:00:00", "2026-01-05T07:00:00"]
    assert utc.warnings == (
        "1 times bear no zone and are read as UTC. Give zone='Europe/Berlin', say, where they are local.",
        "Times with and without a zone stand side by side.",
    )


def test_nested_attributes_are_called_by_both_keys(tmp_path: Path) -> None:
    more = '<string key="who" value="Ann"><int key="age" value="40"><float key="sure" value="0.5"/></int></string><int key="n" value="1"/>'
    found = load(tmp_path, trace("c", event(more=more)))

    assert values(found) == {("e1", "who"): "Ann", ("e1", "who/age"): 40, ("e1", "who/age/sure"): 0.5, ("e1", "n"): 1}
    assert found.warnings == ("2 attributes stand inside of others and are called by both keys, with a '/' between them.",)


def test_items_of_a_list_are_numbered(tmp_path: Path) -> None:
    skus = "".join(f'<string key="sku" value="{sku}"/>' for sku in "xy")
    items = f'<values>{skus}<container key="box"><int key="n" value="2"/></container></values>'
    found = load(
        tmp_path, trace("c", event(more=f'<list key="items">{items}</list>'), more='<string key="to" value="BR"><!-- said --></string>')
    )

    assert values(found) == {("e1", "items/sku"): "x", ("e1", "items/sku#2"): "y", ("e1", "items/box/n"): 2}
    assert canonical(found.log).object_values == (("c", "to", "1970-01-01T00:00:00", "str", "'BR'"),)


def test_an_attribute_of_several_types_is_widened_and_said(tmp_path: Path) -> None:
    #  n: 1 and 2.5 are numbers; m: 1 and 'x' are not; in another activity m stays a whole number
    found = load(
        tmp_path,
        trace(
            "c", event(more='<int key="n" value="1"/><int key="m" value="1"/>'),
            event(more='<float key="n" value="2.5"/><string key="m" value="x"/>'), event("b", more='<int key="m" value="3"/>'),
        ),
    )  # fmt: skip

    assert canonical(found.log).event_types == (("a", (("m", "string"), ("n", "float"))), ("b", (("m", "integer"),)))
    assert values(found) == {("e1", "n"): 1.0, ("e1", "m"): "1", ("e2", "n"): 2.5, ("e2", "m"): "x", ("e3", "m"): 3}
    assert found.warnings == ("2 attributes have values of several types; they became float where all are numbers, else string.",)


def test_blank_numbers_and_nan_are_no_values(tmp_path: Path) -> None:
    found = load(tmp_path, trace("c", event(more='<float key="f" value="NaN"/><int key="i" value=""/><string key="s" value=""/>')))

    assert values(found) == {("e1", "s"): ""}
    assert found.warnings == ("2 values of numbers, times or booleans are blank or NaN and were left empty.",)


def test_a_name_that_the_log_gives_to_all_events_is_used_and_said(tmp_path: Path) -> None:
    given = "".join(f'<global scope="{scope}">{NAME.format(name)}</global>' for scope, name in (("trace", "T"), ("event", "E")))
    found = load(tmp_path, given + trace("c", event("E"), event("a"), event("")))

    assert [row[1] for row in canonical(found.log).events] == ["E", "a", "E"]
    assert found.warnings[0] == "1 events bear no concept:name and are called 'E', as the log says of all."


def test_an_event_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'log\.xes', line 3: an event has no concept:name, .*; got 2 such events\. Give it one"):
        load(tmp_path, trace("c", event("a"), "\n", event(""), event("")))


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (trace("c", "\n", event("a", "")), r"line 3: an event has no time:timestamp\. Give it one"),
        (trace("c", event("a", more=TIME.format("2026-01-05T08:00:00Z"))), r"line 2: an event has several time:timestamp"),
        (trace("c", event("a", "", '<string key="time:timestamp" value="2026-01-05T08:00:00Z"/>')), r"is no date\. Write it"),
        (trace("c", event(more='<int key="n" value="three"/>')), r"line 2: 'n' is no int: a whole number is expected; got three"),
        (trace("c", event(more='<int key="n" value="9223372036854775808"/>')), r"whole numbers have at most 64 bits"),
        (trace("c", event(more='<float key="n" value="1e400"/>')), r"a number of at most 1.8e308"),
        (trace("c", event(more='<boolean key="n" value="maybe"/>')), r"true or false is expected; got maybe"),
        (trace("c", event(more='<string key="n"/>')), r"'?n'? ?.*has no value"),
        (trace("c", event(more='<string value="n"/>')), r"<string> has no key"),
        (trace("c", event(more='<string key="n" value="1"/><string key="n" value="2"/>')), r"'n' of 'e1' has two .*; got '1' and '2'"),
        (trace("c", event(more=NAME.format("b"))), r"concept:name stands twice with different values"),
        (trace("c", event(more="<event/>")), r"<event> is not expected here"),
        (trace("c", trace("d")), r"<trace> is not expected here"),
        (trace("c", '<global scope="event"/>'), r"<global> is not expected here"),
        (trace("c", "<colour key='x' value='y'/>"), r"<colour> is no element of XES"),
        (trace("c", "oops"), r"text outside of a tag, which XES does not have; got oops"),
        (trace("c", "<![CDATA[x]]>"), r"not well-formed"),
        (trace("c", "</event><event>"), r"an end that is not that of the start before it"),
        (trace("c") + "</log><log>", r"a second document behind the first"),
        ("</log><!-- --><trace/>", r"line 3: an end without a start"),
        ("<trace><string key='a' key='b' value=''/></trace>", r"'key' stands twice in a tag"),
        ("<trace><string key='a&nope;' value=''/></trace>", r"an entity that XML does not have"),
        ("<trace><string key='a&#0;' value=''/></trace>", r"a character that XML does not have"),
        ("<trace><string key='a&#xD800;' value=''/></trace>", r"a character that XML does not have"),
        ("<trace><string key='a&#x110000;' value=''/></trace>", r"an entity that XML does not have"),
        ("<!-- a -- b -->", r"a comment or instruction is not well-formed"),
        ("<?xml version='1.0'?>", r"a comment or instruction is not well-formed"),
        ("<!-- never closed", r"cut off inside of a comment"),
    ],
)  # fmt: skip
def test_what_is_no_xes(tmp_path: Path, inside: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        load(tmp_path, inside)


def test_traces_without_names_are_called_by_their_place(tmp_path: Path) -> None:
    found = load(tmp_path, trace("trace 2", event()) + trace("", event()))

    assert canonical(found.log).objects == (("trace 2", "case"), ("trace 2 (2)", "case"))
    assert found.warnings == ("1 traces bear no concept:name and are called by their place, such as 'trace 2'.",)


def test_traces_of_one_name_are_one_case_and_said(tmp_path: Path) -> None:
    same = '<int key="n" value="1"/>'
    found = load(tmp_path, trace("c", event(), more=same) + trace("c", event(), more=same))

    assert canonical(found.log).event_objects == (("e1", "c", ""), ("e2", "c", ""))
    assert found.warnings == (
        "1 traces bear the name of another and were joined with it.",
        "1 attribute values stood twice and were kept once.",
    )
    with pytest.raises(SourceError, match=r"'n' of 'c' has two values at one time; got 1 and 2"):
        load(tmp_path, trace("c", more=same) + trace("c", more='<int key="n" value="2"/>'))


def test_events_outside_of_traces_belong_to_no_case(tmp_path: Path) -> None:
    found = load(tmp_path, event("a", more='<int key="n" value="1"/>') + trace("c", event("b")))

    assert canonical(found.log).event_objects == (("e2", "c", ""),)
    assert values(found) == {("e1", "n"): 1}
    assert found.warnings == ("1 events stand in no trace and belong to no case.",)


def test_ids_of_the_file_are_kept_where_each_event_has_its_own(tmp_path: Path) -> None:
    def named(id: str) -> str:
        return event(more=f'<id key="identity:id" value="{id}"/>')

    own, shared = load(tmp_path, trace("c", named("x"), named("y"))), load(tmp_path, trace("c", named("x"), named("x")))

    assert (list(own.log.events.ids), own.warnings) == (["x", "y"], ())
    assert list(shared.log.events.ids) == ["e1", "e2"]
    assert values(shared) == {("e1", "identity:id"): "x", ("e2", "identity:id"): "x"}
    assert shared.warnings == ("Some events bear no identity:id, or one bears that of another: events are numbered in the file's order.",)


def test_what_the_log_says_of_itself_is_not_kept_and_said(tmp_path: Path) -> None:
    inside = (
        '<extension name="Concept" prefix="concept" uri="http://x"/><global scope="event"><int key="n" value="1"/></global>'
        '<classifier name="A" keys="concept:name"/><string key="creator" value="x"><float value="odd, but real logs have it"/></string>'
    )
    found = load(tmp_path, inside + trace("c", event()))

    assert found.warnings == ("3 attributes of the log itself, its globals among them, are not kept.",)


@pytest.mark.parametrize(
    "text",
    [
        "<?xml version='1.0' encoding='UTF-8'?>\n<!-- a <b> & \"c -->\n<log>{}</log>\n<!-- end -->",
        "\ufeff<log xmlns='http://www.xes-standard.org/'>\n\t{}\r\n</log >  ",
        "<x:log xmlns:x='y'>{}</x:log>",
        "<log><?target some <thing>?>{}<!----></log>",
    ],
)
def test_odd_but_legal_xml(tmp_path: Path, text: str) -> None:
    odd = (
        "<trace ><string  key = 'concept:name'\n value=\"c > d 'e'\"  /><event\n><string value='a' key='concept:name'></string >"
        '<date key="time:timestamp" value="2026-01-05T08:00:00Z"></date></event></trace>'
    )
    (tmp_path / "log.xes").write_bytes(text.replace("{}", odd).encode())

    said = canonical(read(tmp_path / "log.xes").log)

    assert (said.events, said.objects) == ((("e1", "a", "2026-01-05T08:00:00"),), (("c > d 'e'", "case"),))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("US-ASCII", "ascii"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_other_encodings(tmp_path: Path, declared: str, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    name = "Prüfung €" if encoding not in ("latin-1", "ascii") else "Prüfung" if encoding == "latin-1" else "Test"
    raw = f'<?xml version="1.0" encoding="{declared}"?><log>{trace("c", event(name))}</log>'.encode(encoding)
    (tmp_path / "log.xes").write_bytes(pack(raw))

    assert canonical(read(tmp_path / "log.xes").log).events[0][1] == name
