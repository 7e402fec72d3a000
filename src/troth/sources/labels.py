"""Words at the borders of a table: the names of its columns, and what a line of totals says of itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

TOTAL = re.compile(
    r"(?:grand |sub-?|running |page )?totals?|sum|summe|zwischensumme|gesamt(?:summe|ergebnis|betrag)?|endsumme|insgesamt|ergebnis"
    r"|total (?:geral|general|général|generale|generaal)|soma|subtotal|suma(?: total)?|totale|totaal|totalt|i alt"
    r"|yhteensä|toplam|razem|celkem"
    r"|összesen|итого|всего|σύνολο|合計|小計|総計|总计|合计|小计|總計|합계|소계|总和|累計|somme(?: totale)?|sous-total|\*+",
    re.IGNORECASE,
)


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Names as DuckDB and people can use them: an empty one becomes column_3, a second `id` becomes id_2."""
    names: list[str] = []
    taken: set[str] = set()
    for position, raw in enumerate(header, start=1):
        base = raw.strip() or f"column_{position}"
        name, again = base, 2
        while name.lower() in taken:
            name, again = f"{base}_{again}", again + 1
        taken.add(name.lower())
        names.append(name)
    return tuple(names)
