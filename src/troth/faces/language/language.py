"""A language: what is said in it, and how its people write numbers and dates.

The texts in the sources are English; a catalogue is a gettext file (`catalogues/pt.po`) that is read as it is, so that whoever corrects
a sentence needs no tool to see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "pt": "Português"}
CATALOGUES = tuple(LANGUAGES)

# No people's: every text of the interface stands between brackets, so that one which no catalogue could have is seen.
PSEUDO = "en-XA"


@dataclass(frozen=True, slots=True)
class Language:
    """code: as BCP 47 has it."""

    code: str
    locale: Locale
    texts: NullTranslations

    def gettext(self, text: str) -> str:
        return self.texts.gettext(text) if text else ""

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.texts.ngettext(one, many, n)

    def number(self, value: float, digits: int = 0) -> str:
        """1,234.5 or 1.234,5, with so many decimals; a minus is a minus, and what rounds to nothing has none."""
        from babel.numbers import format_decimal

        pattern = "#,##0" + (f".{'0' * digits}" if digits else "")
        text = format_decimal(value, format=pattern, locale=self.locale)
        return text.replace("-", "−" if any(sign in "123456789" for sign in text) else "")

    def percent(self, share: float, digits: int = 1) -> str:
        """A share of 1 as a percentage: 91.6 %."""
        return f"{self.number(share * 100, digits)}\N{NO-BREAK SPACE}%"

    def of_hundred(self, share: float) -> str:
        """A share as a headline says it: 91 of every 100; never a round 100 or 0 that is not so."""
        whole = round(share * 100)
        if whole == 100 and share < 1:
            return self.gettext("more than 99 of every 100")
        if whole == 0 and share > 0:
            return self.gettext("fewer than 1 of every 100")
        return self.gettext("%(n)s of every 100") % {"n": whole}

    def lasting(self, seconds: float) -> str:
        """A stretch of time in the unit that fits: 3.1 days, 5.0 hours, 12 minutes."""
        if seconds >= 172_800:
            return self.gettext("%(n)s days") % {"n": self.number(seconds / 86_400, 1)}
        if seconds >= 5_400:
            return self.gettext("%(n)s hours") % {"n": self.number(seconds / 3_600, 1)}
        return self.gettext("%(n)s minutes") % {"n": self.number(seconds / 60)}

    def role(self, name: str) -> str:
        """What somebody may do, by the name of the role."""
        say = self.gettext
        said = {"viewer": say("viewer"), "analyst": say("analyst"), "manager": say("manager"), "admin": say("admin")}
        return said[name]

    def state(self, state: str) -> str:
        """The state of a promise as people say it."""
        say = self.gettext
        return {
            "open": say("open"),
            "kept": say("kept"),
            "broken": say("missed"),
            "waived": say("let off by the customer"),
            "void": say("do not count"),
            "unknown": say("cannot tell"),
        }[state]

    def standing(self, state: str, count: int) -> str:
        """How many promises stand in a state, as people say it: 741 kept."""
        ngettext = self.ngettext
        said = {
            "open": ngettext("%(num)s open", "%(num)s open", count),
            "kept": ngettext("%(num)s kept", "%(num)s kept", count),
            "broken": ngettext("%(num)s missed", "%(num)s missed", count),
            "waived": ngettext("%(num)s let off by the customer", "%(num)s let off by the customer", count),
            "void": ngettext("%(num)s does not count", "%(num)s do not count", count),
            "unknown": ngettext("%(num)s cannot be told", "%(num)s cannot be told", count),
        }[state]
        return said % {"num": self.number(count)}

    def day(self, at: date) -> str:
        """12 Oct 2026."""
        from babel.dates import format_date

        return format_date(at, format="d MMM y", locale=self.locale)

    def moment(self, at: datetime) -> str:
        """Mon 12 Oct 2026 06:30."""
        from babel.dates import format_datetime

        return format_datetime(at, format="EEE d MMM y HH:mm", locale=self.locale)

    def short(self, at: datetime) -> str:
        """Mon 12 Oct 06:30."""
        from babel.dates import format_datetime

        return format_datetime(at, format="EEE d MMM HH:mm", locale=self.locale)

    def weekday(self, at: date) -> str:
        """Monday 12 October."""
        from babel.dates import format_date

        return format_date(at, format="EEEE d MMMM", locale=self.locale)

    @property
    def whole_days(self) -> list[str]:
        """Names of the days of the week, Monday first."""
        return [self.locale.days["format"]["wide"][day] for day in range(7)]

    @property
    def days(self) -> list[str]:
        """Short names of the days of the week, Monday first."""
        return [self.locale.days["format"]["abbreviated"][day] for day in range(7)]

    @property
    def months(self) -> list[str]:
        """Short names of the months."""
        return [self.locale.months["format"]["abbreviated"][month] for month in range(1, 13)]


class Bracketed(NullTranslations):
    """Says every text between brackets, half as long again, as other languages are."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}{'·' * (len(message) // 2)}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@lru_cache(maxsize=16)
def language_of(code: str) -> Language:
    """The language of a code that stands in CATALOGUES, or PSEUDO. Raises KeyError for another."""
    from babel import Locale

    if code == PSEUDO:
        return Language(code, Locale.parse("en_GB"), Bracketed())
    if code not in CATALOGUES:
        raise KeyError(code)
    return Language(code, Locale.parse("en_GB" if code == ENGLISH else code), _texts(code))


def best_of(wanted: str | None, known: Sequence[str] = CATALOGUES) -> str:
    """The language to speak to somebody whose browser asks so: `pt-BR,pt;q=0.9,en;q=0.8`."""
    asked: list[tuple[float, int, str]] = []
    for part in (wanted or "").split(","):
        code, _, weight = part.strip().partition(";q=")
        try:
            asked.append((-float(weight or 1), len(asked), code.split("-")[0].lower()))
        except ValueError:
            continue
    return next((code for _, _, code in sorted(asked) if code in known), ENGLISH)


def _texts(code: str) -> NullTranslations:
    if code == ENGLISH:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    source = files("troth.faces.language").joinpath("catalogues", f"{code}.po").read_bytes()
    made = BytesIO()
    write_mo(made, read_po(BytesIO(source), locale=code))
    made.seek(0)
    return Translations(made)
