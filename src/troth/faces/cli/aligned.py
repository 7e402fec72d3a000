"""Rows of text in columns, for tables whose cells must not be folded."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def aligned(rows: Sequence[Sequence[str]], left: Collection[int] = (0,)) -> list[str]:
    """Lines of rows, cells to the right but in the columns `left`; a column without any text is left out.

    >>> print("\\n".join(aligned([("unit", "n", ""), ("HAM", "9", "")])))
    unit  n
    HAM   9
    """
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    shown = [place for place, width in enumerate(widths) if width]
    return [
        "  ".join(row[place].ljust(widths[place]) if place in left else row[place].rjust(widths[place]) for place in shown).rstrip()
        for row in rows
    ]
