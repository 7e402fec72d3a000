"""Rows of a page that are no records: totals, headers said again, notes below."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from troth.sources.labels import TOTAL
from troth.sources.readers.grid import Row

_OF = re.compile(rf"(?:{TOTAL.pattern})(?:\s*[:.]|\s+(?P<of>\S.{{0,60}}))?|(?P<for>\S.{{0,60}}?)\s+(?:{TOTAL.pattern})", re.IGNORECASE)
LEAST = 2


class Totals:
    """Keeps the sums of a page's columns as it is read from top to bottom, so that a row that repeats them is seen.

    Two ways: it says so in a word and leaves the other texts blank (or its numbers prove it); or it has no text at all where the
    rows above have some, and each of its numbers is the sum of those above, since the total before or since the beginning.
    """

    def __init__(self, width: int) -> None:
        self._rows = 0
        self._block_rows = 0
        self._filled = [0] * width
        self._typed = [0] * width
        self._all = [0.0] * width
        self._block = [0.0] * width

    def why(self, row: Row, filled: Sequence[int]) -> str | None:
        """Why a row is a total, or None; call `add` for each row that is none."""
        texts = [c for c in filled if c not in row.typed]
        label = (row.cells[texts[0]] or "").strip() if texts else ""
        named = bool(label) and len(label) <= 80 and _OF.fullmatch(label) is not None
        if not named and (texts or self._rows < LEAST):
            return None
        numbers = {c: n for c, n in row.typed.items() if n is not None}
        proven = sum(self._is_sum(c, n) for c, n in numbers.items() if c < len(self._all))
        usual = [c for c in range(len(self._filled)) if self._filled[c] * 2 > self._rows]
        missing = [c for c in usual if c not in set(filled)]
        if not named:
            all_sums = bool(numbers) and proven == len(row.typed) == len(filled)
            strict = all_sums and bool(missing) and any(n for n in numbers.values())
            return f"a total: its {_numbers(proven)} the sum of the rows above, and it has no text" if strict else None
        if proven and proven * 2 >= len(numbers):
            return f"a total: it says '{label[:40]}', and {proven} of {len(numbers)} numbers are the sum of the rows above"
        blank_texts = [c for c in missing if self._typed[c] * 2 < self._filled[c]]
        expected = [c for c in usual if self._typed[c] * 2 < self._filled[c] and c != texts[0]]
        if TOTAL.fullmatch(label.rstrip(":. ")) is None and not missing:
            return None
        if len(texts) == 1 and (len(blank_texts) >= len(expected) > 0 or (missing and not expected) or not usual):
            return f"a total: it says '{label[:40]}', and its other texts are blank"
        return None

    def add(self, row: Row, filled: Sequence[int]) -> None:
        self._rows += 1
        self._block_rows += 1
        typed, all_, block = self._typed, self._all, self._block
        for column in filled:
            self._filled[column] += 1
        for column, number in row.typed.items():
            typed[column] += 1
            if number is not None:
                all_[column] += number
                block[column] += number

    def restart(self) -> None:
        """After a total the sums of the next block begin."""
        self._block = [0.0] * len(self._block)
        self._block_rows = 0

    def _is_sum(self, column: int, number: float) -> bool:
        near = (math.isclose(number, s, rel_tol=1e-9, abs_tol=0.005) for s in (self._all[column], self._block[column]))
        return self._typed[column] >= LEAST and any(near) and (number != 0 or self._all[column] == 0)


def _numbers(count: int) -> str:
    return "number is" if count == 1 else f"{count} numbers are each"
