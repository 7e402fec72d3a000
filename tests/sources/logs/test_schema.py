"""What is written is what the published schemas ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, parse

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from tests.needs import require_data
from tests.sources.logs.random_logs import ANY_TEXT, XML_TEXT, logs
from troth.record import Log
from troth.sources.logs import ocel_xml, read, write_ocel

pytestmark = pytest.mark.data
SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
XS = "{http://www.w3.org/2001/XMLSchema}"
DATE_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


@SETTINGS
@given(log=logs(ANY_TEXT))
def test_json_is_valid(tmp_path: Path, log: Log) -> None:
    schema = json.loads((require_data("known") / "schema_ocel2.json").read_text(encoding="utf-8"))
    write_ocel(log, tmp_path / "log.jsonocel")

    jsonschema.validate(json.loads((tmp_path / "log.jsonocel").read_text(encoding="utf-8")), schema)


def _root(file: Path) -> Element:
    root = parse(file).getroot()
    assert root is not None
    return root


class Schema:
    """As much of XML Schema as the published one uses: sequences of references, attributes, enumerations, dateTime."""

    def __init__(self, file: Path) -> None:
        root = _root(file)
        self.types = {element.get("name"): element.find(f"{XS}complexType") for element in root.findall(f"{XS}element")}

    def problems(self, element: Element) -> Iterator[str]:
        type = self.types.get(element.tag)
        if type is None:
            yield f"no element {element.tag}"
            return
        yield from self._attributes(element, type)
        yield from self._children(element, type)
        if type.find(f"{XS}simpleContent") is None and type.get("mixed") != "true" and (element.text or "").strip():
            yield f"text in {element.tag}"
        for child in element:
            yield from self.problems(child)

    def _attributes(self, element: Element, type: Element) -> Iterator[str]:
        declared = {one.get("name"): one for one in type.iter(f"{XS}attribute")}
        for name, one in declared.items():
            if one.get("use") == "required" and element.get(str(name)) is None:
                yield f"{element.tag} has no {name}"
            allowed = [value.get("value") for value in one.iter(f"{XS}enumeration")]
            if allowed and element.get(str(name)) not in (None, *allowed):
                yield f"{name} of {element.tag} is {element.get(str(name))}"
            if one.get("type") == "xs:dateTime" and not DATE_TIME.fullmatch(element.get(str(name), "2000-01-01T00:00:00")):
                yield f"{name} of {element.tag} is no dateTime"
        yield from (f"{element.tag} has {name}" for name in element.keys() if name not in declared)  # noqa: SIM118 - an element

    def _children(self, element: Element, type: Element) -> Iterator[str]:
        places = {str(one.get("ref")): place for place, one in enumerate(type.iter(f"{XS}element"))}
        order = [places.get(child.tag, -1) for child in element]
        if -1 in order or order != sorted(order):
            yield f"{element.tag} holds {[child.tag for child in element]}"
        for one in type.iter(f"{XS}element"):
            count = sum(child.tag == one.get("ref") for child in element)
            most = one.get("maxOccurs", "1")
            if count < int(one.get("minOccurs", "1")) or (most != "unbounded" and count > int(most)):
                yield f"{count} {one.get('ref')} in {element.tag}"


def _schema() -> Schema:
    return Schema(require_data("known") / "ocel2-validation.xsd")


@SETTINGS
@given(log=logs(XML_TEXT))
def test_xml_in_the_dialect_of_the_schema_is_valid(tmp_path: Path, log: Log) -> None:
    ocel_xml.write(log, tmp_path / "log.xmlocel", dialect="object")

    assert list(_schema().problems(_root(tmp_path / "log.xmlocel"))) == []


def test_what_checks_the_schema_finds_what_the_sample_does_wrong() -> None:
    # reference: KNOWN_ANSWERS, "the sample XML fails the XSD shipped beside it".
    problems = set(_schema().problems(_root(require_data("ocel") / "ocel20_example.xmlocel")))

    assert {"object has no type", "time of attribute is no dateTime"} <= problems


def test_the_usual_dialect_differs_in_the_name_of_relations_only(tmp_path: Path) -> None:
    log = read(require_data("ocel") / "ocel20_example.jsonocel").log
    write_ocel(log, tmp_path / "log.xmlocel")
    text = (tmp_path / "log.xmlocel").read_text(encoding="utf-8")
    (tmp_path / "log.xmlocel").write_text(text.replace("<relationship ", '<object type="" '), encoding="utf-8")

    assert text.count("<relationship ") == 27
    assert list(_schema().problems(_root(tmp_path / "log.xmlocel"))) == []
