"""Public holidays of countries and their parts, by the `holidays` package: US, US-NY, DE-BY, BR-SP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from troth.kernel.errors import BookError, nearest
from troth.kernel.installed import release

FIRST_YEAR, LAST_YEAR = 1900, 2100


def holidays_version() -> str:
    """Version of the `holidays` package in use.

    >>> holidays_version().count(".") >= 1
    True
    """
    return release("holidays")


def refuse_unknown(region: str) -> None:
    """Raises BookError for a country or part that the package does not know."""
    from holidays.utils import list_supported_countries

    known = list_supported_countries(include_aliases=True)
    country, _, part = region.partition("-")
    if country not in known:
        raise BookError(f"no holidays of '{region}'", allowed=f"a country such as US, or a part as US-NY; {nearest(country, known)}")
    if part and part not in known[country]:
        raise BookError(f"no holidays of '{region}'", allowed=f"a part of {country}; {nearest(part, known[country])}")


@lru_cache(maxsize=512)
def holidays_of(region: str, first_year: int, last_year: int) -> Mapping[date, str]:
    """Public holidays of whole years with their names in English or, where the package has no English ones, its own.

    region: ISO 3166 country, or country and part with a hyphen. Half holidays are no public ones. Refuses unknown regions. Years that
    the package does not know have none.
    Source: the holidays package, which names the laws.

    >>> holidays_of("US-NY", 2026, 2026)[date(2026, 7, 3)]
    'Independence Day (observed)'
    """
    from holidays import country_holidays

    refuse_unknown(region)
    country, _, part = region.partition("-")
    years = range(max(first_year, FIRST_YEAR), min(last_year, LAST_YEAR) + 1)
    found = country_holidays(country, subdiv=part or None, years=years)
    english = [name for name in found.supported_languages if name.startswith("en")]
    if english and found.language != english[0]:
        found = country_holidays(country, subdiv=part or None, years=years, language=english[0])
    return {day: name for day, name in sorted(found.items()) if first_year <= day.year <= last_year}
