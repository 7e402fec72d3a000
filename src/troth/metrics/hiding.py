"""Small cells are not shown, nor those from which they would follow: the smallest beside them goes too, along every way of adding up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

Key = tuple[object, ...]


def hidden(cells: Mapping[Key, int], minimum: int) -> frozenset[Key]:
    """Which cells of a table are not shown. cells: how many are in each, by its place along every dimension.

    A cell of 1 to minimum - 1 is hidden; and wherever a total over some dimensions could be had, what is hidden of it is either nothing,
    or at least two cells that hold `minimum` together. An empty cell is nothing to hide.
    Source: complementary suppression, Willenborg and de Waal 2001, chapter 4.

    >>> sorted(hidden({("a",): 2, ("b",): 9, ("c",): 30}, 5))
    [('a',), ('b',)]
    """
    chosen = {key for key, n in cells.items() if 0 < n < minimum}
    if not chosen:
        return frozenset()
    width = len(next(iter(cells)))
    lines = [_lines(cells, kept) for size in range(width) for kept in combinations(range(width), size)]
    changed = True
    while changed:
        changed = False
        for line in (line for grouped in lines for line in grouped):
            gone = [key for key in line if key in chosen]
            if not gone or (len(gone) > 1 and sum(cells[key] for key in gone) >= minimum):
                continue
            left = [key for key in line if key not in chosen and cells[key] > 0]
            if left:
                chosen.add(min(left, key=lambda key: (cells[key], str(key))))
                changed = True
    return frozenset(chosen)


def _lines(cells: Mapping[Key, int], kept: Sequence[int]) -> list[list[Key]]:
    """Cells that are alike in the dimensions that are kept: those that a total adds up."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for key in cells:
        found[tuple(key[place] for place in kept)].append(key)
    return list(found.values())
