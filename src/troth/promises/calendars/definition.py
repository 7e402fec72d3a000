"""The nouns of calendars/*.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from troth.book import Kind, Part, Role, Zone
from troth.engines.calendars import Week, Window, parse_week, parse_windows
from troth.engines.calendars.holidays import refuse_unknown
from troth.sources import Identifier

MOST_DAYS = 4_000


def _hours(text: str) -> str:
    parse_week(text)
    return text


def _day_hours(text: str) -> str:
    parse_windows(text)
    return text


def _region(text: str) -> str:
    refuse_unknown(text)
    return text


def _each(value: object) -> object:
    return [value] if isinstance(value, str) else value


def days_of(text: str) -> Iterator[date]:
    """The days that `2026-12-24` or `2026-12-24..2027-01-02` names, both included. Raises ValueError for anything else."""
    first, _, last = str(text).partition("..")
    try:
        begin, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError as error:
        raise ValueError(f"no day '{text}'; allowed: a day such as 2026-12-24, or days such as 2026-12-24..2027-01-02") from error
    if not timedelta(0) <= end - begin < timedelta(days=MOST_DAYS):
        raise ValueError(f"the days '{text}' do not go forward, or are more than {MOST_DAYS}")
    yield from (begin + timedelta(days=n) for n in range((end - begin).days + 1))


def _closed(value: Any) -> Any:
    """Days with words; of a list of days, without any."""
    given = [value] if isinstance(value, str | date) else value
    given = dict.fromkeys(given, "") if isinstance(given, list | tuple) else given
    if not isinstance(given, Mapping):
        return value
    for days in given:
        next(days_of(str(days)))
    return {str(days): "" if words is None else str(words) for days, words in given.items()}


Closed = Annotated[
    dict[str, str],
    BeforeValidator(_closed),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
                {"type": "array", "items": {"type": "string"}},
            ]
        }
    ),
]
DayHours = Annotated[str, AfterValidator(_day_hours)]
Names = Annotated[
    tuple[Identifier, ...],
    BeforeValidator(_each),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Regions = Annotated[
    tuple[Annotated[str, AfterValidator(_region)], ...],
    BeforeValidator(_each),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class CalendarDefinition(Part):
    """When working time passes: hours of its own, or those of other calendars put together."""

    told: ClassVar[frozenset[str]] = frozenset({"words", "owner"})
    words: str | None = Field(None, description="How pages name it: our service desk")
    zone: Zone | None = Field(None, description="IANA zone of its clocks: Europe/Berlin; without it that of the operation")
    hours: Annotated[str, AfterValidator(_hours)] | None = Field(
        None,
        description="Weekly hours: Mon-Fri 08:00-12:00, 13:00-17:00; Sat 09:00-13:00. Without it, and without others, every hour counts",
    )
    holidays: Regions = Field((), description="Regions whose public holidays are closed: DE-BY, or [BR-SP, US]")
    closed: Closed = Field(
        {}, description="Days of its own that are closed, with words, {2026-12-24..2027-01-02: shutdown}, or a list of days"
    )
    instead: dict[date, DayHours] = Field({}, description="Single days with other hours, also on holidays: {2026-12-24: 08:00-12:00}")
    any_of: Names = Field((), description="Open when any of these calendars is: [day_shift, night_shift]")
    all_of: Names = Field((), description="Open only while all of these calendars are: [service_desk, carrier]")
    without: Names = Field((), description="Closed while any of these calendars is open: [maintenance]")
    owner: Role | None = Field(None, description="The role that answers for it, as company.yaml lists it")

    @model_validator(mode="after")
    def one_way(self) -> CalendarDefinition:
        own = [name for name in ("hours", "holidays", "closed", "instead", "zone") if getattr(self, name)]
        if own and (self.any_of or self.all_of):
            raise ValueError(f"'{own[0]}' is of a calendar with hours of its own; name that one in any_of or all_of instead")
        return self

    def others(self) -> tuple[str, ...]:
        """The calendars that it is put together of."""
        return (*self.any_of, *self.all_of, *self.without)

    def week(self) -> Week:
        return parse_week(self.hours or "24/7")

    def single_days(self) -> tuple[tuple[date, tuple[Window, ...]], ...]:
        """Its own closed days and those with other hours, in their order; other hours count before closed."""
        closed: dict[date, tuple[Window, ...]] = {day: () for days in self.closed for day in days_of(days)}
        return tuple(sorted({**closed, **{day: parse_windows(text) for day, text in self.instead.items()}}.items()))


CALENDARS = Kind("calendars", CalendarDefinition, layered=True)
