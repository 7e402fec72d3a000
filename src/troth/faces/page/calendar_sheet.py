"""A calendar's year as its template lays it out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from troth.faces.page.sheet import clean

WEEK = 7


def calendar_sheet(page: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the template needs, by name."""
    read = clean(page)
    return {
        "title": "Calendar",
        "operation": "",
        "as_of": "",
        **{name: read[name] for name in ("headline", "lede", "year", "zone", "tz_version", "holidays_version")},
        "weekdays": list(read["usual"]),
        "usual": list(read["usual"].items()),
        "months": [{"name": one["name"], "weeks": _weeks(one)} for one in read["months"]],
        "unusual": [{**day, "weekday": f"{date.fromisoformat(day['date']):%A}"} for day in read["unusual"]],
    }


def _weeks(month: Mapping[str, Any]) -> list[list[dict[str, Any] | None]]:
    cells: list[dict[str, Any] | None] = [None] * month["first_weekday"]
    for day in month["days"]:
        cells.append({**day, "clocks": "'" in day["mark"], "title": day["said"] or day["hours"] or "closed"})
    cells += [None] * (-len(cells) % WEEK)
    return [cells[begin : begin + WEEK] for begin in range(0, len(cells), WEEK)]
