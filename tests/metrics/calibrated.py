"""Ten depots of two thousand orders each; five in the north, five in the south, where customers answer lower whatever they are given.

Of easy orders one in twenty goes wrong, of hard ones two in five, times what a depot does to them: A 0.6, B 0.7, up to J 1.6. B has sixty
hard ones of a hundred, every other depot twenty: as it stands it is the ninth of ten, by what it was given the second.
Customers of C, which does well, are the least content in the north, and those of I, which does badly, the most in the south.
"""

from __future__ import annotations

from pathlib import Path

import troth
from tests.app.small_book import write_book
from troth.app.operation import Operation

FACTORS = dict(zip("ABCDEFGHIJ", (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6), strict=True))
ORDERS, ANSWERS = 2_000, 200
STARS = {"C": 2.0, "I": 4.2}
CALIBRATION = """depots:
  words: how depots are led
  by: depot
  measures: [{metric: wrong, weight: 1, adjust: [segment], why: it is what customers pay for}]
  feedback: [{metric: stars, weight: 1, peers: region, why: what customers say is theirs to say}]
  regional: 0.4
  owner: head
"""


def _orders() -> str:
    lines = ["id,depot,region,segment,placed,wrong"]
    for depot, factor in FACTORS.items():
        hard = int(ORDERS * (0.6 if depot == "B" else 0.2))
        for segment, many, share in (("hard", hard, 0.4), ("easy", ORDERS - hard, 0.05)):
            wrong = round(many * share * factor)
            for at in range(many):
                facts = f"{depot}-{segment}{at},{depot},{'north' if depot < 'F' else 'south'},{segment}"
                lines.append(f"{facts},2026-01-{at % 28 + 1:02} 09:00,{'yes' if at < wrong else 'no'}")
    return "\n".join(lines) + "\n"


def _answers() -> str:
    """Of each depot's easy orders: about as many stars as its region gives, five and one turn by turn."""
    lines = ["response,order,answered,stars"]
    for depot in FACTORS:
        mean = STARS.get(depot, 3.6 if depot < "F" else 2.6)
        total = 0.0
        for at in range(ANSWERS):
            stars = 5 if mean * (at + 1) - total >= 5 else 1
            total += stars
            lines.append(f"{depot}{at},{depot}-easy{at},2026-01-2{at % 8} 08:00,{stars}")
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
      wrong: {column: wrong, as: text}
  events: [{type: placed, at: placed, anchor: true}]
answers:
  files: [answers.csv]
  key: [response]
  feedback: [{about: order, id: [order], instrument: stars, answered: answered, score: stars, scale: [1, 5]}]
""",
    "metrics/all.yaml": """wrong:
  {kind: ratio, words: orders that went wrong, of: order, at: placed, numerator: attr(wrong) = 'yes', better: lower}
stars: {kind: mean, words: stars, instrument: stars, value: score, better: higher}
plain: {kind: mean, words: stars again, instrument: stars, value: score}
orders: {kind: count, words: orders, of: order, at: placed, better: higher}
""",
    "calibrations/depots.yaml": CALIBRATION,
}


def calibrated(under: Path, calibration: str = CALIBRATION) -> Operation:
    files = {"orders.csv": _orders(), "answers.csv": _answers()}
    operation = troth.open(write_book(under, files=files, book={**BOOK, "calibrations/depots.yaml": calibration}))
    operation.build()
    return operation
