"""Which roles a second factor is asked of: `second_factor` of troth.yaml, as it stands there now."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from troth.access import Role
from troth.book import ROOT, Settings
from troth.kernel.errors import BookError


class Requirement:
    """Reads the file where it has changed. What stood there before holds while it cannot be read.

    Raises BookError where it never could be: nobody is let in without what may be asked of them.
    """

    def __init__(self, root: Path) -> None:
        self._file = root / ROOT
        self._read: tuple[tuple[int, int], frozenset[Role]] | None = None

    def __call__(self) -> frozenset[Role]:
        try:
            state = self._file.stat()
            known = (state.st_mtime_ns, state.st_size)
            if self._read is None or self._read[0] != known:
                settings = Settings.model_validate(yaml.safe_load(self._file.read_text(encoding="utf-8")))
                self._read = known, frozenset(Role[name] for name in settings.second_factor)
        except (OSError, yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
            if self._read is None:
                raise BookError(f"{ROOT} cannot be read", next_step="Run: troth book lint") from error
        return self._read[1]
