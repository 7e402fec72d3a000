"""Calendars of the book: what they say, and the one that counts for a subject."""

from troth.promises.calendars.definition import CALENDARS, CalendarDefinition
from troth.promises.calendars.lint import lint
from troth.promises.calendars.resolving import Calendars, Clock, hours_of

__all__ = [
    "CALENDARS",
    "CalendarDefinition",
    "Calendars",
    "Clock",
    "hours_of",
    "lint",
]
