"""The bytes of a log as UTF-8 in chunks: unpacked within bounds, whatever encoding the file is in."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from troth.kernel.errors import SourceError

CHUNK = 1 << 20
GZIP = b"\x1f\x8b"
# A real log packs to a twentieth. A bomb packs to a thousandth; it is let go on for 64 MB, which is read in seconds.
MOST_RATIO = 250
ALWAYS_READ = 64 << 20
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
ENCODINGS = ("utf-8", "utf-16", "iso-8859-1", "windows-1252", "us-ascii")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UNMARKED = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"), (b"{\x00", "utf-16-le"), (b"\x00{", "utf-16-be"))


def chunks(path: Path) -> Iterator[bytes]:
    """The file's content, unpacked if it is gzip, in UTF-8 without a byte order mark.

    A chunk may end inside of a character. Refuses a file that cannot be opened, gzip that is cut off, damaged or a bomb, and
    an encoding that is none of the usual.
    """
    raw = _raw(path)
    first = next(raw, b"")
    if not first.strip():
        raise SourceError(f"'{path.name}' is empty", next_step="Give a log, or leave the file out.")
    encoding, mark = _encoding(path, first)
    if encoding == "utf-8":
        yield first[mark:]
        yield from raw
        return
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        yield decoder.decode(first[mark:]).encode()
        for chunk in raw:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise SourceError(
            f"'{path.name}' is not the {encoding} text that it says it is", got=str(error), next_step="Save it as UTF-8."
        ) from error


def head(path: Path, size: int = 1 << 16) -> bytes:
    """The first bytes of the content, in UTF-8."""
    held = b""
    for chunk in chunks(path):
        held += chunk
        if len(held) >= size:
            break
    return held[:size]


def _raw(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            first = file.read(CHUNK)
            if not first.startswith(GZIP):
                yield first
                while chunk := file.read(CHUNK):
                    yield chunk
                return
        yield from _unpacked(path)
    except OSError as error:
        raise SourceError(
            f"'{path.name}' cannot be read", got=error.strerror or str(error), next_step="Ask for the right to read it."
        ) from error


def _unpacked(path: Path) -> Iterator[bytes]:
    """Every member of a gzip file; no chunk is longer than 1 MB, however much it was packed."""
    read = given = 0
    unpack = zlib.decompressobj(wbits=31)
    with path.open("rb") as file:
        while packed := file.read(1 << 16):
            read += len(packed)
            while packed:
                try:
                    chunk = unpack.decompress(packed, CHUNK)
                except zlib.error as error:
                    raise SourceError(f"'{path.name}' is damaged gzip", got=str(error), next_step="Get the file again.") from error
                given += len(chunk)
                if given > ALWAYS_READ and given > read * MOST_RATIO:
                    raise SourceError(
                        f"'{path.name}' unpacks to more than {MOST_RATIO} times its size, as a bomb does",
                        got=f"{given >> 20} MB of {read:,} bytes",
                        next_step="Unpack it yourself if you trust it, and give the unpacked file.",
                    )  # fmt: skip
                if chunk:
                    yield chunk
                packed = unpack.unconsumed_tail
                if unpack.eof:
                    packed = unpack.unused_data.lstrip(b"\0")
                    unpack = zlib.decompressobj(wbits=31) if packed else unpack
        if not unpack.eof:
            raise SourceError(f"'{path.name}' is cut off: its gzip data do not end", next_step="Get the file again.")


def _encoding(path: Path, first: bytes) -> tuple[str, int]:
    """The encoding and the length of a byte order mark."""
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding, len(mark)
    for start, encoding in _UNMARKED:
        if first.startswith(start):
            return encoding, 0
    declared = _DECLARED.match(first[:1024])
    if declared is None:
        return "utf-8", 0
    named = declared[1].decode().lower()
    try:
        known = codecs.lookup(named).name
    except LookupError:
        known = ""
    # A file that begins with '<?xml' in single bytes is no UTF-16, whatever it says.
    for encoding in ENCODINGS:
        if codecs.lookup(encoding).name == known and encoding != "utf-16":
            return ("utf-8", 0) if encoding == "us-ascii" else (encoding, 0)
    raise SourceError(
        f"'{path.name}' is in an encoding that is not read", got=f"'{named}'", allowed=", ".join(ENCODINGS), next_step="Save it as UTF-8."
    )
