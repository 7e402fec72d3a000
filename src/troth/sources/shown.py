"""What may be shown of a cell that did not fit its column: it may be anything, somebody's name or mail included."""

from __future__ import annotations

from troth.query import literal_text
from troth.sources.mapping import Source

_DATE = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2}([.,]\d{1,6})?)?)?( ?(Z|[+-]\d{2}:?\d{2}|[AaPp][Mm]))?"
_NUMBER = r"[+-]?\d{1,7}([.,]\d{1,4})?-?"
_NOTHING = r"(?i:n/?a|null|none|nil|nan|-+|\?+|unknown|unbekannt|tbd|yes|no|ja|nein|sim|não|#(?:ref|n/a|value|div/0|name|num|null)[!?]?)"
HARMLESS = rf"^\s*({_DATE}|{_NUMBER}|{_NOTHING})\s*$"


def shown_sql(text: str, *, source: Source) -> str:
    """The text itself where its source holds nothing personal, or it is a date, a short number or a word for nothing.

    Else its shape, letters as `a` and digits as `9`: a row whose cells have slipped to the side has a mail where a date should be.
    """
    if not source.personal:
        return text
    shape = f"regexp_replace(regexp_replace({text}, '\\p{{L}}|\\p{{M}}', 'a', 'g'), '\\p{{N}}', '9', 'g')"
    return f"CASE WHEN regexp_matches({text}, {literal_text(HARMLESS)}) THEN {text} ELSE {shape} END"
