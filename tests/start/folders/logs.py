"""Two public event logs as somebody would drop them: the receipt log as it is, the helpdesk log as CSV."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from xml.etree.ElementTree import Element, iterparse

from tests.start.folders.world import Pair, World, write_table


def receipt(folder: Path, data: Path) -> None:
    """The receipt phase of an environmental permit, unchanged."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(data / "receipt.csv", folder / "receipt.csv")


def _values(element: Element) -> dict[str, str]:
    return {child.attrib["key"]: child.attrib["value"] for child in element if "key" in child.attrib}


def helpdesk(folder: Path, data: Path) -> None:
    """A software company's helpdesk, XES turned into one row an event."""
    head: list[str] = []
    rows: list[list[str]] = []
    with gzip.open(data / "helpdesk.xes.gz", "rb") as file:
        for _, element in iterparse(file):
            if element.tag.rpartition("}")[2] != "trace":
                continue
            case = _values(element)["concept:name"]
            for event in element:
                if event.tag.rpartition("}")[2] != "event":
                    continue
                values = _values(event)
                head = head or list(values)
                rows.append([case, *(values.get(key, "") for key in head)])
            element.clear()
    write_table(folder / "helpdesk.csv", ["case:concept:name", *head], rows)


LOG_WORLDS = (
    World(
        name="receipt log",
        write=receipt,
        main="receipt.csv",
        keys=(("concept:instance",),),
        asserted=(
            (
                Pair("receipt.csv", "case:deadline", "case:enddate"),
                Pair("receipt.csv", "case:enddate_planned", "case:enddate"),
            ),
        ),
        tolerated=(
            Pair("receipt.csv", "case:deadline", "time:timestamp"),
            Pair("receipt.csv", "case:enddate_planned", "time:timestamp"),
        ),
        data="logs",
        note="two plausible deadlines, a day apart in the median; one must win, the other stays a listed candidate",
    ),
    World(
        name="helpdesk log",
        write=helpdesk,
        main="helpdesk.csv",
        keys=(),
        data="logs",
        says_none=True,
        note="one instant a row and a service level without its terms: nothing is promised in these columns",
    ),
)
