"""The face's own words: how sure we are, what a cell of a table reads like, which links may be followed."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from troth.faces.language.marks import N_

if TYPE_CHECKING:
    from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Pill:
    """How sure a statement is: its tone on the page and its meaning in one plain sentence."""

    tone: Literal["accent", "waiting", "plain"]
    means: str


HOW_SURE: dict[str, Pill] = {
    N_("tested"): Pill("accent", N_("tried on purpose, and compared with a group chosen by lot")),
    N_("strong"): Pill("accent", N_("compared with a fair counterpart, and every check passed")),
    N_("fair"): Pill("accent", N_("the other known causes are allowed for, and the order in time is right")),
    N_("weak"): Pill("waiting", N_("the two go together; nothing more is shown")),
    N_("opinion"): Pill("waiting", N_("from experience or earlier work, not from these files")),
    N_("cannot say yet"): Pill("waiting", N_("these files cannot settle it; what is missing is named")),
    N_("measured"): Pill("plain", N_("counted from these files; the interval says how far chance alone could move it")),
    N_("certain as a count"): Pill("plain", N_("counted row by row, nothing estimated")),
    N_("association"): Pill("plain", N_("the two go together; neither is shown to cause the other")),
}

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NUMBER_LIKE = re.compile(r"[~<>]?\s?[−+-]?(?:[A-Z]{0,3}[$€£]\s?)?\d[\d\s.,–]*\s?(?:%|‰)?")


def pill(how_sure: str) -> Pill:
    """The pill of a wording; a wording this version does not know is shown plainly and explained by nothing."""
    return HOW_SURE.get(how_sure, Pill("plain", ""))


def readable(value: Any) -> Any:
    """Text without control characters and half pairs, which no file may hold; anything else unchanged."""
    return _UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value


def decimals(values: Iterable[Any]) -> int:
    """Decimals that a column needs so that its numbers stand under each other: as many as its longest, at most four."""
    written = (f"{value:.4f}".rstrip("0").partition(".")[2] for value in values if isinstance(value, float))
    return max((len(text) for text in written), default=0)


Number = Callable[[float, int], str]


def english_number(value: float, digits: int) -> str:
    """
    >>> english_number(-1226.5, 1), english_number(-0.0, 0)
    ('−1,226.5', '0')
    """
    text = f"{value:,.{digits}f}"
    return text.replace("-", "−") if text.strip("-0.") else text.lstrip("-")


def cell(value: Any, *, column: str = "", digits: int = 0, number: Number = english_number) -> str:
    """A cell as people read it: thousands apart, decimals as its column has them, an en dash for nothing, yes or no.

    number: how a number is written with so many decimals.

    >>> cell(1226), cell(0.5, digits=2), cell(None), cell(2018, column="year")
    ('1,226', '0.50', '–', '2018')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and column.strip().lower() == "year":
        return str(value)
    if isinstance(value, int | float):
        return number(value, digits)
    return str(value)


def with_code(text: str) -> "Markup":
    """Escaped text in which what stands between back quotes is set as code."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    made = (Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts))
    return Markup("").join(made)


def reads_as_number(text: str) -> bool:
    """True for cells that stand better right-aligned: digits with signs, a currency or a percent sign."""
    return text == "–" or _NUMBER_LIKE.fullmatch(text) is not None


def link(path: Any) -> str | None:
    """A path below the page's own folder, quoted for `href`; None for anything that could lead elsewhere."""
    text = str(path or "").replace("\\", "/")
    parts = text.split("/")
    if not text or ":" in parts[0] or text.startswith("/") or ".." in parts:
        return None
    return quote(text, safe="/")


def anchor(text: str, taken: set[str]) -> str:
    """An id made of small letters, digits and hyphens that is not in `taken`; it is added to `taken`."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "statement"
    plain = plain if plain[0].isalpha() else f"s-{plain}"
    made, number = plain, 2
    while made in taken:
        made, number = f"{plain}-{number}", number + 1
    taken.add(made)
    return made
