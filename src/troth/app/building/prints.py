"""Digests of files that were read before, by what the system says of them, so that what did not change is not read."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from pathlib import Path

from troth.kernel.errors import SourceError
from troth.sources import Print, print_of
from troth.sources.intake.arrivals import digest_of

FILE = "cache/files.json"


@dataclass(slots=True)
class Prints:
    """A cache, made anew when damaged. What was written as late as the cache itself is read again: its times cannot tell.

    seen: how each file that was asked for looked before it was read.
    """

    file: Path
    known: dict[str, tuple[Print, str]] = field(default_factory=dict)
    written: int = 0
    seen: dict[Path, Print] = field(default_factory=dict)
    _now: dict[str, tuple[Print, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: Path) -> Prints:
        file = state / FILE
        with suppress(OSError, ValueError, KeyError, TypeError):
            known = {path: (Print(*seen), str(content)) for path, (seen, content) in json.loads(file.read_bytes()).items()}
            return cls(file, known, file.stat().st_mtime_ns)
        return cls(file)

    def content_of(self, path: Path) -> str:
        """SHA-256 of a file. Raises SourceError for one that cannot be read."""
        name = str(path)
        if name not in self._now:
            seen = self.seen[path] = _seen(path)
            before = self.known.get(name)
            sure = before is not None and before[0] == seen and max(seen.changed_ns, seen.touched_ns) < self.written
            self._now[name] = (seen, before[1]) if before is not None and sure else (seen, digest_of(path))
        return self._now[name][1]

    def refuse_changes(self) -> None:
        """What was read must be what was digested."""
        changed = sorted(path.name for path, seen in self.seen.items() if _still(path) != seen)
        if changed:
            raise SourceError(f"'{changed[0]}' changed while it was read", next_step="Build again when it is no longer written to.")

    def keep(self) -> None:
        """Only after `refuse_changes`: a print must not be kept with the digest of other bytes."""
        if self._now == self.known:
            return
        with suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            aside = self.file.with_suffix(".new")
            aside.write_text(json.dumps({name: [astuple(seen), content] for name, (seen, content) in self._now.items()}), encoding="utf-8")
            aside.replace(self.file)


def _seen(path: Path) -> Print:
    try:
        return print_of(path)
    except OSError as error:
        raise SourceError(f"'{path.name}' cannot be read", got=error.strerror, next_step="Ask for the right to read it.") from error


def _still(path: Path) -> Print | None:
    try:
        return print_of(path)
    except OSError:
        return None
