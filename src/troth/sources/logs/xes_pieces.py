"""An XES file cut at each '<', in chunks, with comments and processing instructions taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from troth.kernel.errors import SourceError
from troth.sources.logs.markup import NO_XML
from troth.sources.logs.streams import chunks

LONGEST = 16 << 20
_CLOSES = {b"<!--": b"-->", b"<?": b"?>"}
_OPENS = re.compile(rb"<!--|<\?")


def pieces_of(path: Path) -> Iterator[list[bytes]]:
    """What stands behind each '<' up to the next one, by the chunk; comments and processing instructions left out."""
    tail = b""
    begun = False
    for chunk in _uncommented(path):
        pieces = (tail + chunk).split(b"<")
        tail = pieces.pop()
        if len(tail) > LONGEST:
            raise SourceError(f"'{path.name}': a tag is longer than 16 MB", next_step="Leave the file out.")
        if pieces and not begun:
            begun = True
            _require_blank(path, pieces.pop(0))
        if pieces:
            yield pieces
    if not begun:
        _require_blank(path, tail)
        raise SourceError(f"'{path.name}' is no XML: it has no tag", next_step="Give an XES file.")
    yield [tail]


def _require_blank(path: Path, before: bytes) -> None:
    if before.strip():
        raise SourceError(
            f"'{path.name}', line 1: text outside of a tag", got=repr(before[:40].decode("utf-8", "replace")), next_step="Give an XES file."
        )


def _uncommented(path: Path) -> Iterator[bytes]:
    """The file with nothing but their line ends in place of comments and processing instructions."""
    held = b""
    passed = 0
    for chunk in chunks(path):
        if b"\0" in chunk:
            raise SourceError(f"'{path.name}' holds NUL bytes, which XML does not", next_step="Get the file again.")
        text = held + chunk
        held = b""
        if not (b"!" in text and b"<!" in text) and not (b"?" in text and b"<?" in text) and b"<" not in text[-3:]:
            passed += len(text)
            yield text
            continue
        parts: list[bytes] = []
        at = 0
        # The first signs of a comment may be the last of a chunk.
        limit = len(text) if text.rfind(b"<", -3) < 0 else text.rindex(b"<")
        while (opened := _OPENS.search(text, at)) is not None:
            begin, mark = opened.start(), opened[0]
            closing = _CLOSES[mark]
            end = text.find(closing, opened.end())
            if end < 0:
                limit = min(limit, begin)
                break
            _check_aside(path, text[opened.end() : end], mark, at_start=passed + begin == 0)
            parts += [text[at:begin], b"\n" * text.count(b"\n", begin, end)]
            at = end + len(closing)
        parts.append(text[at:limit] if limit > at else b"")
        held = text[max(limit, at) :]
        if len(held) > LONGEST:
            raise SourceError(f"'{path.name}': a comment is longer than 16 MB, or never closed", next_step="Leave the file out.")
        passed += len(text) - len(held)
        yield b"".join(parts)
    if _OPENS.match(held):
        raise SourceError(f"'{path.name}' is cut off inside of a comment", next_step="Get the file again.")
    yield held


def _check_aside(path: Path, inside: bytes, mark: bytes, *, at_start: bool) -> None:
    try:
        wrong = NO_XML.search(inside.decode()) is not None
    except UnicodeDecodeError:
        wrong = True
    if mark == b"<!--":
        wrong |= b"--" in inside or inside.endswith(b"-")
    else:
        target = re.match(rb"[A-Za-z_:][\w:.-]*(?=\s|$)", inside)
        wrong |= target is None or (target[0].lower() == b"xml" and not at_start)
    if wrong:
        raise SourceError(
            f"'{path.name}': a comment or instruction is not well-formed",
            got=repr(inside[:40].decode("utf-8", "replace")),
            next_step="Mend it.",
        )


def line_of(path: Path, number: int) -> int:
    """The line in which a tag stands; read again, since it is asked for once, to say what is wrong."""
    line = 1
    text = b""
    passed = 0
    for chunk in _uncommented(path):
        text = chunk
        tags = text.count(b"<")
        if passed + tags > number:
            place = -1
            for _ in range(number - passed + 1):
                place = text.index(b"<", place + 1)
            return line + text.count(b"\n", 0, place)
        passed += tags
        line += text.count(b"\n")
    return line


def refuse(path: Path, number: int, what: str, got: object = None, next_step: str = "Mend the file, or export it again.") -> NoReturn:
    """number: of the tag, which gives the line."""
    raise SourceError(f"'{path.name}', line {line_of(path, number):,}: {what}", got=got or None, next_step=next_step)
