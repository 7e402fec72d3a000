"""A file that is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from troth.kernel.errors import SourceError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to; what stands there takes its place at the end, or goes if writing failed."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise SourceError(f"'{path.name}' cannot be written", got=error.strerror, next_step="Name another place.") from error
    except UnicodeEncodeError as error:
        raise SourceError(
            f"'{path.name}' cannot be written", got="half a character (a lone surrogate)", next_step="Mend the text."
        ) from error
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def written_whole(path: Path) -> Iterator[TextIO]:
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="\n") as file:
        yield file
