"""Which encoding a text file is written in, by its bytes alone, and a copy of it in UTF-8."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from troth.kernel.errors import SourceError, nearest

CHUNK = 4 << 20
HEAD = 256 << 10
UTF8 = "utf-8"
KNOWN = (UTF8, "utf-16-le", "utf-16-be", "windows-1252", "iso-8859-1", "iso-8859-15", "windows-1250", "shift_jis", "gb18030")
BROKEN = "troth-broken"
_MARKS = ((codecs.BOM_UTF8, UTF8), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")
# Signs that stand by themselves in windows-1252: euro, quotes, dashes, bullet; and of Latin-1 section, degree, half and the like.
_SIGNS = frozenset("€‚„…‹‘’“”•–—™›\u00a0£§©«®°±²³´µ·º»½¿×".encode("cp1252"))
_NO_1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_LETTERS = frozenset(b"\x8a\x8c\x8e\x9a\x9c\x9e\x9f") | (frozenset(range(0xC0, 0xFF)) - frozenset(b"\xd7\xf7"))
_ASCII_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
PLAUSIBLE = 0.9
SAMPLES = 400


@dataclass(frozen=True, slots=True)
class Encoding:
    """name: as Python knows it. mark: bytes before the text. evidence: '' where it is UTF-8."""

    name: str
    mark: int = 0
    evidence: str = ""


PLAIN = Encoding(UTF8)


def encoding_of(path: Path, *, given: str | None = None) -> Encoding:
    """The encoding of a text file: by its mark, by the places of its NUL bytes, or by which bytes it has above 127.

    Bytes that are no UTF-8 do not make a file anything else unless nearly all of them read well in the other encoding: then
    they cost their rows only. Refuses NUL bytes that are no UTF-16, and a given name that is unknown.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        mark, name = next(((len(m), n) for m, n in _MARKS if head.startswith(m)), (0, None))
        if given is not None:
            return Encoding(_named(given), mark if name == _named(given) != UTF8 else 0)
        if name is not None:
            return PLAIN if name == UTF8 else Encoding(name, mark, f"the mark {head[:mark].hex(' ')} at its beginning")
        if b"\x00" in head:
            return _utf16(head, path)
        decoder = codecs.getincrementaldecoder(UTF8)()
        chunk = head
        while chunk.strip(b"\x00"):
            if not chunk.isascii() or decoder.getstate()[0]:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    return _other(_around(chunk))
            chunk = file.read(CHUNK)
    return PLAIN


def _named(given: str) -> str:
    try:
        return codecs.lookup(given).name
    except LookupError as error:
        what = f"encoding '{given}' is not known"
        raise SourceError(what, allowed=nearest(given.lower(), KNOWN), next_step="Mend `written:` of the source.") from error


def _utf16(head: bytes, path: Path) -> Encoding:
    """Text of mostly Latin letters has every other byte 0."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    for name, many, few in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if many > 0.3 * half and few < 0.02 * half:
            text = head[: len(head) & ~1].decode(name, errors="replace")
            if sum(c == "\ufffd" or (c < " " and c not in "\r\n\t") for c in text) <= 1:
                return Encoding(name, 0, f"{many:,} of its first {half:,} pairs of bytes hold a zero in the same place")
    raise SourceError(
        f"'{path.name}' is not UTF-8 text",
        got="NUL bytes, as in a binary file",
        next_step="Save it as UTF-8 text.",
    )


def _around(chunk: bytes) -> bytes:
    """A piece of text from the first bytes above 127 on, cut at line ends."""
    found = _HIGH.search(chunk)
    start = chunk.rfind(b"\n", 0, found.start()) + 1 if found else 0
    return chunk[start : start + (1 << 20)]


def _other(sample: bytes) -> Encoding:
    """The encoding that bytes which are no UTF-8 read well in, else UTF-8: their rows will be quarantined."""
    rest = _SEQUENCE.sub(b"", sample)
    if len(_SEQUENCE.findall(sample)) > len(_HIGH.findall(rest)):
        return PLAIN
    for name, reads in (("shift_jis", _is_shift_jis), ("gb18030", _is_gb18030)):
        if reads(sample):
            return Encoding(name, 0, "its bytes are whole signs of that script")
    runs = [*_HIGH.finditer(sample)][:SAMPLES]
    well = sum(_reads_well(sample, run.start(), run.end()) for run in runs)
    if not runs or well < PLAUSIBLE * len(runs):
        return PLAIN
    euro = b"\xa4" in sample and not any(0x80 <= b < 0xA0 for b in sample)
    name = "iso-8859-15" if euro else "windows-1252"
    run = next(r for r in runs if _reads_well(sample, r.start(), r.end()))
    shown = sample[max(0, run.start() - 12) : run.end() + 12].decode(name, errors="replace")
    word = next((w for w in re.findall(r"[\w€]+", shown) if not w.isascii()), shown.strip())
    return Encoding(name, 0, f"its bytes are no UTF-8, and {well} of {len(runs)} read well so, such as '{word}'")


def _reads_well(sample: bytes, start: int, stop: int) -> bool:
    """One or two letters with an accent beside plain ones, or a sign that stands alone."""
    run = sample[start:stop]
    if any(b in _NO_1252 for b in run) or len(run) > 3:
        return False
    if all(b in _SIGNS or b == 0xA4 for b in run):
        return True
    before, after = sample[start - 1 : start], sample[stop : stop + 1]
    beside = sum(bool(side) and side[0] in _ASCII_LETTERS for side in (before, after))
    return all(b in _LETTERS or b in _SIGNS for b in run) and beside >= 1


def _is_shift_jis(sample: bytes) -> bool:
    text = _decoded(sample, "shift_jis")
    others = [c for c in text if not c.isascii()]
    kana = sum("\u3041" <= c <= "\u30fe" for c in others)
    half = sum("\uff61" <= c <= "\uff9f" for c in others)
    return len(others) >= 4 and kana + half >= 0.15 * len(others) and half <= 0.5 * len(others) and kana >= 1


def _is_gb18030(sample: bytes) -> bool:
    text = _decoded(sample, "gb18030")
    others = [c for c in text if not c.isascii()]
    usual = 0
    for sign in others:
        coded = sign.encode("gb18030")
        usual += len(coded) == 2 and coded[1] >= 0xA1 and (0xB0 <= coded[0] <= 0xD7 or 0xA1 <= coded[0] <= 0xA3)
    return len(others) >= 4 and usual >= 0.95 * len(others) and sum("\u4e00" <= c <= "\u9fff" for c in others) >= 0.6 * len(others)


def _decoded(sample: bytes, name: str) -> str:
    """The sample as text, '' where it does not decode up to its last few bytes."""
    decoder = codecs.getincrementaldecoder(name)()
    try:
        return decoder.decode(sample)
    except UnicodeDecodeError:
        return ""


def _broken(error: UnicodeError) -> tuple[str, int]:
    """What does not decode becomes a byte that is no UTF-8, so that its row is quarantined."""
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


codecs.register_error(BROKEN, _broken)


def copy_as_utf8(path: Path, copy: Path, encoding: Encoding, *, backslashes: bool = False) -> None:
    """The same text in UTF-8. backslashes: a quote inside a text is written \\" and becomes two."""
    decoder = codecs.getincrementaldecoder(encoding.name)(BROKEN if encoding.name != UTF8 else "surrogateescape")
    held = ""
    with path.open("rb") as source, copy.open("wb") as target:
        source.seek(encoding.mark)
        while True:
            chunk = source.read(CHUNK)
            text = held + decoder.decode(chunk, final=not chunk)
            held = ""
            if backslashes:
                # Two signs may stand across the border of two pieces.
                tail = len(text) - len(text.rstrip("\\"))
                if chunk and tail % 2:
                    text, held = text[:-1], text[-1]
                text = _ESCAPED.sub(lambda found: '""' if found[1] == '"' else "\\", text)
            target.write(text.encode(UTF8, "surrogateescape"))
            if not chunk:
                return


_ESCAPED = re.compile(r'\\(["\\])')
