"""Civil and business time without an engine's own zone tables."""

from troth.engines.calendars.calendar import Calendar, WorkingDays, calendar_of, due, elapsed, worked_until
from troth.engines.calendars.days import counted_from, cutoffs, due_in_days
from troth.engines.calendars.holidays import holidays_of, holidays_version
from troth.engines.calendars.hours import ALWAYS, Week, Window, parse_time, parse_week, parse_windows
from troth.engines.calendars.packed import BUCKET_US, Packed, due_each, elapsed_each, pack, worked_until_each
from troth.engines.calendars.rules import (
    FOREVER_US,
    Hours,
    InTurn,
    Rule,
    Together,
    calendar_by,
    calendar_reaching,
    windows_by,
    zone_of,
    zones_by,
)
from troth.engines.calendars.scalar import due_time, elapsed_time
from troth.engines.calendars.tables import cutoff_rows, day_rows, due_rows, time_rows, working_day_rows
from troth.engines.calendars.windows import Pattern, Windows, clipped, intersection, minus, union, windows_of
from troth.engines.calendars.zones import (
    Transitions,
    local_to_utc,
    transitions,
    tz_version,
    utc_of,
    utc_to_local,
    zone_names,
)

__all__ = [
    "ALWAYS",
    "BUCKET_US",
    "FOREVER_US",
    "Calendar",
    "Hours",
    "InTurn",
    "Packed",
    "Pattern",
    "Rule",
    "Together",
    "Transitions",
    "Week",
    "Window",
    "Windows",
    "WorkingDays",
    "calendar_by",
    "calendar_of",
    "calendar_reaching",
    "clipped",
    "counted_from",
    "cutoff_rows",
    "cutoffs",
    "day_rows",
    "due",
    "due_each",
    "due_in_days",
    "due_rows",
    "due_time",
    "elapsed",
    "elapsed_each",
    "elapsed_time",
    "holidays_of",
    "holidays_version",
    "intersection",
    "local_to_utc",
    "minus",
    "pack",
    "parse_time",
    "parse_week",
    "parse_windows",
    "time_rows",
    "transitions",
    "tz_version",
    "union",
    "utc_of",
    "utc_to_local",
    "windows_by",
    "windows_of",
    "worked_until",
    "worked_until_each",
    "working_day_rows",
    "zone_names",
    "zone_of",
    "zones_by",
]
