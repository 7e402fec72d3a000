"""Six depots of twenty orders a month each, from January 2025 to the middle of February 2026.

Two of twenty are late, in even months three, in October 2025 eight; in depot F always six. An order takes as many minutes as
its number in the month says, in depot F thirty more. A to C lie in the north, D to F in the south; each fifth order is hard.
"""

from __future__ import annotations

from pathlib import Path

import troth
from tests.app.small_book import write_book
from troth.app.operation import Operation

DEPOTS = "ABCDEF"
MONTHS = [f"{2025 + at // 12}-{at % 12 + 1:02}" for at in range(14)]


def _rows() -> str:
    lines = ["id,depot,region,segment,placed,late,minutes"]
    for month in MONTHS:
        for depot in DEPOTS:
            late = 6 if depot == "F" else 8 if month == "2025-10" else 2 + (int(month[-1]) + 1) % 2
            for number in range(1, 21):
                day = (number + 1) // 2 if month == MONTHS[-1] else number
                facts = (depot, "north" if depot in "ABC" else "south", "hard" if number % 5 == 0 else "easy")
                minutes = number + (30 if depot == "F" else 0)
                lines.append(
                    f"{month}-{depot}{number},{','.join(facts)},{month}-{day:02} 09:00,{'yes' if number <= late else 'no'},{minutes}"
                )
    return "\n".join(lines) + "\n"


BOOK = {
    "troth.yaml": "name: Depots\nfolder: ../data\nzone: UTC\ncurrency: EUR\n",
    "company.yaml": """dimensions:
  - {id: region, read: {order: attr(region)}}
  - {id: segment, read: {order: attr(segment)}}
  - {id: depot, read: {order: attr(depot)}}
roles: [head]
""",
    "sources/all.yaml": """orders:
  files: [orders.csv]
  key: [id]
  object:
    type: order
    id: [id]
    attributes:
      depot: {column: depot, as: text}
      region: {column: region, as: text}
      segment: {column: segment, as: text}
      late: {column: late, as: text}
      minutes: {column: minutes, as: number}
  events: [{type: placed, at: placed, anchor: true}]
""",
    "metrics/all.yaml": """late: {kind: ratio, words: late orders, of: order, at: placed, numerator: attr(late) = 'yes', better: lower}
minutes: {kind: mean, words: minutes of an order, of: order, at: placed, value: attr(minutes), better: lower}
orders: {kind: count, words: orders, of: order, at: placed}
never: {kind: ratio, words: orders that are lost, of: order, at: placed, numerator: attr(late) = 'lost'}
""",
}


def depots(under: Path) -> Operation:
    operation = troth.open(write_book(under, files={"orders.csv": _rows()}, book=BOOK))
    operation.build()
    return operation
