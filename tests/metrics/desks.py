"""Six desks that solve tickets, some of which are open when the record ends; one desk takes twice as long, and one has the hard ones.

Of each desk every fourth ticket is hard and takes three times as long; of desk F three of four are. Desk E takes twice as long with all.
One ticket is of no desk, and the last is open. Times are whole numbers of half hours from PCG64, the same each time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

import troth
from tests.app.small_book import write_book
from troth.app.operation import Operation

DESKS = "ABCDEF"
EACH = 400
LAST = datetime(2026, 3, 31, 12)


def rows(slow: str = "E", hard: str = "F") -> str:
    rng = np.random.Generator(np.random.PCG64(20_260_331))
    lines = ["id,desk,half,kind,opened,solved"]
    for desk in DESKS:
        takes, opened = rng.exponential(40, EACH), rng.integers(0, 60 * 48, EACH)
        for at in range(EACH):
            is_hard = at % 4 > 0 if desk == hard else at % 4 == 0
            halves = 1 + int(takes[at] * (3 if is_hard else 1) * (2 if desk == slow else 1))
            begun = datetime(2026, 1, 30) + timedelta(minutes=30 * int(opened[at]))
            ended = begun + timedelta(minutes=30 * halves)
            solved = f"{ended:%Y-%m-%d %H:%M}" if ended <= LAST else ""
            half = "north" if desk in "ABC" else "south"
            lines.append(f"{desk}{at},{desk},{half},{'hard' if is_hard else 'easy'},{begun:%Y-%m-%d %H:%M},{solved}")
    lines.append("nobody,,,easy,2026-02-02 09:00,2026-03-20 09:00")
    return "\n".join([*lines, f"last,,,easy,{LAST:%Y-%m-%d %H:%M},"]) + "\n"


BOOK = {
    "troth.yaml": "name: Desks\nfolder: ../data\nzone: UTC\ncurrency: EUR\n",
    "company.yaml": """dimensions:
  - {id: half, read: {ticket: attr(half)}}
  - {id: kind, read: {ticket: attr(kind)}}
  - {id: desk, read: {ticket: attr(desk)}}
roles: [head]
""",
    "sources/all.yaml": """tickets:
  files: [tickets.csv]
  key: [id]
  object:
    type: ticket
    id: [id]
    attributes:
      desk: {column: desk, as: text}
      half: {column: half, as: text}
      kind: {column: kind, as: text}
  events: [{type: opened, at: opened, anchor: true}, {type: solved, at: solved}]
""",
    "metrics/all.yaml": """solve_time: {kind: time_to, words: half are solved within, of: ticket, from: opened, to: solved, better: lower}
nine_in_ten:
  {kind: quantile, words: nine of ten are solved within, of: ticket, at: opened, value: solved - opened, quantile: 0.9, better: lower}
middle: {kind: quantile, words: the middle, of: ticket, at: opened, value: solved - opened, better: lower}
few: {kind: quantile, words: the middle, of: ticket, at: opened, value: solved - opened, better: lower, minimum: 390}
never: {kind: time_to, words: never, of: ticket, from: opened, to: solved, where: attr(kind) = 'none', better: lower}
one: {kind: quantile, words: one, of: ticket, at: opened, value: 1, quantile: 0.9, better: lower}
""",
}


def desks(under: Path, *, slow: str = "E", hard: str = "F") -> Operation:
    operation = troth.open(write_book(under, files={"tickets.csv": rows(slow, hard)}, book=BOOK))
    operation.build()
    return operation
