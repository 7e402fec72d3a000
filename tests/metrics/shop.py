"""A shop of eight orders, whose every figure is mental arithmetic, with a book for all kinds of metrics.

    order  customer  warehouse  placed (Berlin)   due    delivered         units  what is odd
    A      c1        HAM        2026-01-05 10:00  9 Jan  2026-01-08 09:00  10
    B      c2        HAM        2026-01-20 11:00  4 Feb  2026-02-06 09:00  20     late; 15 of the units came in time
    C      c1        DAL        2026-02-01 00:30  5 Feb  -                 5      still January by the clock of UTC; never came
    D      c3        DAL        2026-02-10 12:00  14 Feb 2026-02-13 08:00  40
    E      c1        HAM        2026-03-02 12:00  6 Mar  2026-03-05 08:00  1
    F      c4        HAM        2026-03-03 09:00  7 Mar  -                 7      cancelled
    G      c2        -          2026-03-20 10:00  24 Mar -                 9      open at the end of the record; no warehouse
    H      c3        DAL        2026-03-10 10:00  oops   2026-03-12 10:00  ?      due and units cannot be read: held back

The record ends with a ticket on 2026-03-22 10:00.
"""

from __future__ import annotations

from pathlib import Path

import troth
from tests.app.small_book import write_book
from troth.app.operation import Operation

FILES = {
    "customers.csv": """id,segment,sent_by
c1,business,
c2,business,c1
c3,consumer,
c4,consumer,c2
""",
    "orders.csv": """id,customer,warehouse,placed,due,delivered,cancelled,units
A,c1,HAM,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,,10
B,c2,HAM,2026-01-20 11:00,2026-02-04,2026-02-06 09:00,,20
C,c1,DAL,2026-02-01 00:30,2026-02-05,,,5
D,c3,DAL,2026-02-10 12:00,2026-02-14,2026-02-13 08:00,,40
E,c1,HAM,2026-03-02 12:00,2026-03-06,2026-03-05 08:00,,1
F,c4,HAM,2026-03-03 09:00,2026-03-07,,2026-03-04 09:00,7
G,c2,,2026-03-20 10:00,2026-03-24,,,9
H,c3,DAL,2026-03-10 10:00,oops,2026-03-12 10:00,,many
""",
    "payments.csv": """payment,order,paid,amount,currency
1,A,2026-01-05 10:05,10.50,EUR
2,A,2026-01-06 10:05,5.00,EUR
3,B,2026-01-20 11:05,20.00,EUR
4,C,2026-02-01 12:05,1.99,EUR
5,E,2026-03-02 12:05,100.00,EUR
""",
    "tickets.csv": """id,customer,team,opened,solved
t1,c1,red,2026-01-10 09:00,2026-01-11 09:00
t2,c1,red,2026-01-13 09:00,2026-01-13 12:00
t3,c2,blue,2026-02-01 09:00,2026-02-03 09:00
t4,c1,blue,2026-02-20 09:00,
t5,c2,blue,2026-02-25 09:00,2026-02-25 10:00
t6,c3,,2026-03-22 10:00,
""",
    "parcels.csv": """parcel,order,came,units
p1,A,2026-01-08 09:00,10
p2,B,2026-02-03 09:00,15
p3,B,2026-02-06 09:00,5
p4,D,2026-02-13 08:00,40
p5,E,2026-03-05 08:00,1
""",
    "stars.csv": """id,order,answered,stars
1,A,2026-01-12 09:00,5
2,B,2026-02-10 09:00,1
3,D,2026-02-20 09:00,4
4,E,2026-03-10 09:00,3
5,A,2026-03-11 09:00,4
""",
    "recommend.csv": """id,customer,answered,score
1,c1,2026-01-12 09:00,10
2,c2,2026-01-13 09:00,9
3,c3,2026-02-20 09:00,8
4,c4,2026-03-10 09:00,6
5,c1,2026-03-11 09:00,0
""",
    "effort.csv": """id,ticket,answered,score
1,t1,2026-01-12 09:00,7
2,t2,2026-01-14 09:00,6
3,t3,2026-02-04 09:00,5
4,t4,2026-02-26 09:00,2
5,t5,2026-02-26 10:00,4
""",
}
ROOT = "name: Shop\nfolder: ../data\nzone: Europe/Berlin\ncurrency: EUR\n"
COMPANY = """dimensions:
  - {id: segment, read: {order: customer.segment, ticket: customer.segment, customer: attr(segment)}}
  - {id: warehouse, read: {order: attr(warehouse)}}
roles: [head, analyst]
"""
SOURCES = """customers:
  files: [customers.csv]
  key: [id]
  object: {type: customer, id: [id], attributes: {segment: {column: segment, as: text}, sent_by: {column: sent_by, as: text}}}
orders:
  files: [orders.csv]
  key: [id]
  object:
    type: order
    id: [id]
    attributes:
      due: {column: due, as: day}
      warehouse: {column: warehouse, as: text}
      units: {column: units, as: number}
  relations: [{to: customer, id: [customer]}]
  events: [{type: placed, at: placed, anchor: true}, {type: delivered, at: delivered}, {type: cancelled, at: cancelled}]
payments:
  files: [payments.csv]
  key: [payment]
  object: {type: payment, id: [payment]}
  events: [{type: paid, at: paid}]
  money: [{about: order, id: [order], kind: payment, amount: amount}]
tickets:
  files: [tickets.csv]
  key: [id]
  object: {type: ticket, id: [id], attributes: {team: {column: team, as: text}}}
  relations: [{to: customer, id: [customer]}]
  events: [{type: opened, at: opened, anchor: true}, {type: solved, at: solved}]
parcels:
  files: [parcels.csv]
  key: [parcel]
  object: {type: parcel, id: [parcel], attributes: {units: {column: units, as: number}}}
  relations: [{to: order, id: [order]}]
  events: [{type: came, at: came}]
stars:
  files: [stars.csv]
  key: [id]
  feedback: [{about: order, id: [order], instrument: stars, answered: answered, score: stars, scale: [1, 5]}]
recommend:
  files: [recommend.csv]
  key: [id]
  feedback: [{about: customer, id: [customer], instrument: recommend, answered: answered, score: score, scale: [0, 10]}]
effort:
  files: [effort.csv]
  key: [id]
  feedback: [{about: ticket, id: [ticket], instrument: effort, answered: answered, score: score, scale: [1, 7]}]
"""
PROMISES = """deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due))
  void_when: cancelled is known
whole:
  subject: order
  words: all units by the day given
  anchor: placed
  fulfil: {event: came, of: parcel, amount: {each: attr(units), reach: attr(units)}}
  due: end_of_day(attr(due))
  void_when: cancelled is known
"""
DESK = "desk: {zone: Europe/Berlin, hours: 'Mon-Fri 09:00-17:00'}\n"
BOOK = {
    "troth.yaml": ROOT, "company.yaml": COMPANY, "sources/all.yaml": SOURCES, "promises/deliver.yaml": PROMISES, "calendars/all.yaml": DESK,
}  # fmt: skip


def shop(under: Path, metrics: str) -> Operation:
    """The shop with these metrics, built."""
    operation = troth.open(write_book(under, files=FILES, book={**BOOK, "metrics/all.yaml": metrics}))
    operation.build()
    return operation
