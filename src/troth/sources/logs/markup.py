"""XML read by expat with everything refused that a document could use against its reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, Protocol
from xml.parsers import expat

from troth.kernel.errors import SourceError
from troth.sources.logs.streams import chunks

DEEPEST = 200
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_TAG = 16 << 20


class Visitor(Protocol):
    """What a reader does with a document. attributes: name, value, name, value, …, as they stand in the tag."""

    def start(self, name: str, attributes: list[str]) -> None: ...

    def end(self) -> None: ...

    def text(self, text: str) -> None: ...


def visit(path: Path, visitor_of: Callable[[Callable[[], int]], Visitor]) -> None:
    """Walk a document from top to bottom.

    visitor_of: makes the visitor from a function that gives the line that is being read.
    Refuses document type declarations, hence entities of its own and all that grows from them; elements nested deeper than 200;
    a tag longer than 16 MB; and what is not well-formed, with its line.
    """
    # The bytes come in UTF-8, whatever the declaration says that they were in.
    parser = expat.ParserCreate("utf-8")
    visitor = visitor_of(lambda: parser.CurrentLineNumber)
    depth = 0

    def start(name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            _refuse(path, parser.CurrentLineNumber, f"elements are nested deeper than {DEEPEST}")
        visitor.start(name, attributes)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1
        visitor.end()

    def declares(*_: object) -> NoReturn:
        refuse_declaration(path, parser.CurrentLineNumber)

    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartDoctypeDeclHandler = declares
    parser.EntityDeclHandler = declares
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = visitor.text
    given = 0
    try:
        for chunk in chunks(path):
            given += len(chunk)
            parser.Parse(chunk, False)
            # Without a bound, one tag of the file's length is looked at anew with every chunk.
            if given - parser.CurrentByteIndex > LONGEST_TAG:
                _refuse(path, parser.CurrentLineNumber, "a tag is longer than 16 MB")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        said = expat.ErrorString(error.code)
        ended = error.code in (3, 4, 5) and parser.CurrentByteIndex >= given - 1  # no element, invalid token, unclosed token
        _refuse(path, error.lineno, "the file is cut off" if ended and given else f"not well-formed: {said}")


def refuse_declaration(path: Path, line: int) -> NoReturn:
    _refuse(
        path,
        line,
        "a document type declaration, which event logs do not need and attacks use",
        "Remove <!DOCTYPE …> if you trust the file.",
    )


def _refuse(path: Path, line: int, what: str, next_step: str = "Mend the file, or export it again.") -> NoReturn:
    raise SourceError(f"'{path.name}', line {line:,}: {what}", next_step=next_step)
