"""What may be shown of a cell that did not fit its column: it may be anything, somebody's name or mail included."""

from __future__ import annotations

from troth.query import identifier, literal_text
from troth.sources.casting import OFFSET, WALL, ZEROS
from troth.sources.mapping import Source

_DATE = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2}([.,]\d{1,6})?)?)?( ?(Z|[+-]\d{2}:?\d{2}|[AaPp][Mm]))?"
_NUMBER = r"[+-]?\d{1,7}([.,]\d{1,4})?-?"
_WORDS = r"true|false|wahr|falsch|t|f|y|n|j|s|x|o|si|oui|non|nao"
_NOTHING = (
    rf"(?i:{_WORDS}|n/?a|null|none|nil|nan|-+|\?+|unknown|unbekannt|tbd|yes|no|ja|nein|sim|não|#(?:ref|n/a|value|div/0|name|num|null)[!?]?)"
)
HARMLESS = rf"^\s*({_DATE}|{_NUMBER}|{_NOTHING})\s*$"


_AMOUNT = r"^\s*[+-]?[\d., '’\x{a0}\x{202f}\x{2009}]{1,24}([eE][+-]?\d+)?-?\s*$"


def shown_sql(text: str, *, source: Source) -> str:
    """The text itself where its source holds nothing personal, or it is a date, a short number or a word for nothing.

    Else its shape, letters as `a` and digits as `9`: a row whose cells have slipped to the side has a mail where a date should be.
    """
    return f"CASE WHEN {_matches(text, HARMLESS)} THEN {text} ELSE {_shape(text)} END" if source.personal else text


def is_typed(source: Source, column: str) -> bool:
    """Whether a column is read as dates, numbers or yes and no, and as nothing else."""
    named = {*source.key, *(c for _, columns in source.references() for c in columns)}
    kinds = source.cells().get(column, set())
    return column not in source.personal and column not in named and bool(kinds) and "text" not in kinds


def slipped_sql(source: Source, column: str) -> str:
    """A cell of a typed column as it is kept: itself where it may be of its type, else its shape."""
    text, kinds, written = f"src.{identifier(column)}", source.cells()[column], source.formats.get(column)
    may_be = [_matches(text, HARMLESS)]
    if kinds & {"instant", "day"}:
        may_be += [_matches(f"trim({text})", pattern) for pattern in (WALL, OFFSET, ZEROS)]
        may_be += [f"try_strptime(trim({text}), {literal_text(written)}) IS NOT NULL"] if written else []
    if kinds & {"number", "money"}:
        may_be.append(_matches(text, _AMOUNT))
    return f"CASE WHEN {text} IS NULL OR {' OR '.join(may_be)} THEN {text} ELSE {_shape(text)} END"


def _matches(text: str, pattern: str) -> str:
    return f"regexp_matches({text}, {literal_text(pattern)})"


def _shape(text: str) -> str:
    return f"regexp_replace(regexp_replace({text}, '\\p{{L}}|\\p{{M}}', 'a', 'g'), '\\p{{N}}', '9', 'g')"
