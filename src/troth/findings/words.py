"""Numbers and names as people say them."""

from __future__ import annotations

from fractions import Fraction

IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women"}
VOWELS = "aeiou"
PARTICIPLES = {
    "begun", "bought", "brought", "built", "done", "found", "given", "held", "kept", "left", "made", "met", "paid",
    "read", "sent", "shown", "sold", "taken", "told", "written",
}  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def plural(noun: str) -> str:
    """A noun of the record in the plural.

    >>> [plural(n) for n in ("order", "delivery", "case", "work_order")]
    ['orders', 'deliveries', 'cases', 'work orders']
    """
    words = noun.replace("_", " ")
    head, _, last = words.rpartition(" ")
    if last in IRREGULAR:
        many = IRREGULAR[last]
    elif last.endswith("y") and last[-2:-1] not in VOWELS:
        many = last[:-1] + "ies"
    elif last.endswith(("s", "x", "ch", "sh")):
        many = last + "es"
    else:
        many = last + "s"
    return f"{head} {many}".strip()


def spoken(name: str) -> str:
    """A name of the record in words: handed_to_carrier -> handed to carrier."""
    return name.replace("_", " ")


def number(value: float | Fraction) -> str:
    return f"{round(value):,}"


def beginning(text: str) -> str:
    """As a sentence begins, with the rest as it is.

    >>> beginning("data up to Mon 12 Mar")
    'Data up to Mon 12 Mar'
    """
    return text[:1].upper() + text[1:]


def percent(share: float | Fraction, digits: int = 1) -> str:
    return f"{float(share) * 100:.{digits}f} %"


def of_hundred(share: float | Fraction) -> str:
    """A share as a headline says it: 91 of every 100; never a round 100 or 0 that is not so."""
    whole = round(float(share) * 100)
    if whole == 100 and share < 1:
        return "more than 99 of every 100"
    if whole == 0 and share > 0:
        return "fewer than 1 of every 100"
    return f"{whole} of every 100"


def interval(low: float, high: float, digits: int = 1, scale: float = 100.0) -> str:
    return f"{low * scale:.{digits}f}–{high * scale:.{digits}f}"


def lasting(seconds: float) -> str:
    """A stretch of time in its largest unit of which there are two.

    >>> [lasting(s) for s in (30, 5_400, 32_400, 172_800)]
    ['1 minute', '90 minutes', '9 hours', '2 days']
    """
    if seconds >= 172_800:
        return f"{seconds / 86_400:.0f} days"
    if seconds >= 7_200:
        return f"{seconds / 3_600:.0f} hours"
    minutes = max(round(seconds / 60), 1)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def signed(value: float, digits: int = 2) -> str:
    """A difference with its sign, and a real minus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def count_of(count: int, noun: str) -> str:
    return f"{count:,} {noun.replace('_', ' ') if count == 1 else plural(noun)}"


def done(event: str) -> str:
    """An event type as what happened to a subject, to stand behind its noun.

    >>> [done("handed_to_carrier"), done("Resolve ticket")]
    ['handed to carrier', 'with “Resolve ticket” on record']
    """
    return spoken(event) if _is_participle(event) else f"with “{spoken(event)}” on record"


def undone(event: str) -> str:
    """The same where it is not on record; it may have happened all the same.

    >>> [undone("delivered"), undone("Resolve ticket")]
    ['never recorded as delivered', 'with no “Resolve ticket” on record']
    """
    words = spoken(event)
    return f"never recorded as {words}" if _is_participle(event) else f"with no “{words}” on record"


def month(label: str) -> str:
    """A month as people say it.

    >>> month("2018-03")
    'March 2018'
    """
    year, number_of_month = label.split("-")
    return f"{MONTHS[int(number_of_month) - 1]} {year}"


def _is_participle(event: str) -> bool:
    first = spoken(event).split()[0].lower()
    return (first.endswith("ed") and not first.endswith("eed")) or first in PARTICIPLES
