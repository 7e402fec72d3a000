"""A workbook's zip and the XML inside, opened so that no file can make us read more than it is worth."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO
from xml.parsers import expat

from troth.kernel.errors import SourceError

CHUNK = 1 << 18
HARMLESS = 64 << 20
MOST_TIMES = 200
MOST_BYTES = 16 << 30
MOST_PARTS = 20_000
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SAVE_AGAIN = "Save it again in the program that made it."


class Parts:
    """The parts of an opened zip; what was opened is closed with it."""

    def __init__(self, packed: zipfile.ZipFile, held: ExitStack) -> None:
        self.names = frozenset(packed.namelist())
        self._packed, self._held = packed, held

    def open(self, name: str) -> IO[bytes]:
        return self._held.enter_context(self._packed.open(name))


@contextmanager
def package(path: Path) -> Iterator[Parts]:
    """The parts of a zipped workbook.

    Refuses what is none (and says what it is), a damaged one, one behind a password, names that lead outside, a part that
    unpacks to more than 200 times its size and 64 MB, and more than 16 GB in all.
    """
    _refuse_other_kinds(path)
    try:
        with zipfile.ZipFile(path) as packed, ExitStack() as held:
            _refuse_bombs(packed, path)
            yield Parts(packed, held)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise SourceError(f"'{path.name}' is damaged", got=_short(error), next_step=SAVE_AGAIN) from error
    except RuntimeError as error:
        # zipfile tells of a password by a bare RuntimeError.
        if "password" not in str(error) and "encrypted" not in str(error):
            raise
        raise SourceError(f"'{path.name}' is behind a password", next_step="Save it without one.") from error


def _short(error: Exception) -> str:
    return (str(error).splitlines() or ["nothing more"])[0]


def _refuse_other_kinds(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(4096)
        what = next_step = ""
        if not head:
            what, next_step = "is empty", "Give a workbook with a table, or leave it out of the folder."
        elif head.startswith(COMPOUND):
            file.seek(0)
            if _holds(file, ENCRYPTED):
                what, next_step = "is behind a password", "Save it without one."
            else:
                what, next_step = "is a workbook of the old kind", "Call it .xls, or save it as .xlsx."
        elif not head.startswith(b"PK"):
            what, next_step = f"is no workbook but {_likely(head)}"[:60], "Give it the ending of what it is, or save it as .xlsx."
    if what:
        raise SourceError(f"'{path.name}' {what}", next_step=next_step)


def _holds(file: IO[bytes], sought: bytes) -> bool:
    before = b""
    while chunk := file.read(CHUNK):
        if sought in before + chunk:
            return True
        before = chunk[-len(sought) :]
    return False


def _likely(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")) or b"<html" in text:
        return "a web page"
    if text.startswith(b"<?xml"):
        return "an XML file"
    if b"\x00" in head:
        return "some other file"
    return "text, perhaps CSV"


def _refuse_bombs(parts: zipfile.ZipFile, path: Path) -> None:
    infos = parts.infolist()
    for info in infos:
        if info.filename.startswith(("/", "\\")) or ".." in info.filename.replace("\\", "/").split("/") or ":" in info.filename[:3]:
            raise SourceError(
                f"'{path.name}' holds a part whose name leads outside of it", got=repr(info.filename)[:80], next_step=SAVE_AGAIN
            )
        if info.flag_bits & 1:
            raise SourceError(f"'{path.name}' is behind a password", next_step="Save it without one.")
        if info.file_size > HARMLESS and info.file_size > MOST_TIMES * max(info.compress_size, 1):
            raise SourceError(
                f"'{path.name}' unpacks to far more than it is",
                got=f"{info.compress_size:,} bytes that become {info.file_size:,}",
                allowed=f"{MOST_TIMES} times",
                next_step="Leave it out of the folder.",
            )
    if len(infos) > MOST_PARTS or sum(i.file_size for i in infos) > MOST_BYTES:
        raise SourceError(
            f"'{path.name}' is larger than any workbook", got=f"{len(infos):,} parts", next_step="Leave it out of the folder."
        )


class Xml:
    """A stream of XML as calls; declarations of types and entities are refused, so nothing can expand or reach outside.

    start(name, attributes), end(name), text(data): names without their namespace's prefix are the caller's business.
    """

    def __init__(
        self,
        stream: IO[bytes],
        name: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None],
        text: Callable[[str], None] | None,
    ) -> None:
        self._stream, self._name = stream, name
        self._parser = expat.ParserCreate(namespace_separator=None)
        self._parser.buffer_text = True
        self._parser.buffer_size = 1 << 16
        self._parser.StartElementHandler = start
        self._parser.EndElementHandler = end
        if text is not None:
            self._parser.CharacterDataHandler = text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def feed(self) -> bool:
        """Parse the next piece; False at the end."""
        chunk = self._stream.read(CHUNK)
        try:
            self._parser.Parse(chunk, not chunk)
        except SourceError:
            raise
        # Besides what is not well-formed: encodings that Python or expat does not have, numbers that are none.
        except (expat.ExpatError, LookupError, ValueError, OverflowError) as error:
            raise SourceError(f"'{self._name}' is damaged inside", got=str(error), next_step=SAVE_AGAIN) from error
        return bool(chunk)

    def all(self) -> None:
        while self.feed():
            pass

    def _refuse(self, *_: object) -> None:
        raise SourceError(f"'{self._name}' declares entities, which no workbook does", next_step="Leave it out of the folder.")


def local(name: str) -> str:
    """A name without its prefix.

    >>> local("x:row"), local("row")
    ('row', 'row')
    """
    return name.rpartition(":")[2]
