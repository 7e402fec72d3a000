"""A CRM and an ERP that know the same customers by other ids, with orders in the one and tickets in the other.

CRM         ERP          one party by
a1 Ada      100          mail
a2 Bo       200          tax id, and the mail too
a3 Cy       300          name and postcode
a4 Di       -            nobody
a5 Office   400          refused: the mail is a shared mailbox
-           500 Eve      nobody
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.app.small_book import write_book

FILES = {
    "accounts.csv": """account,full_name,mail,vat,zip
a1,Ada Lovelace,ada@one.example,,10115
a2,Bo Berg,bo@two.example,DE 111222333,20095
a3,Cy Young,,,30159
a4,Di Prince,di@four.example,,40210
a5,Office Ltd,info@five.example,,50667
""",
    "debtors.csv": """debtor,name1,smtp,stceg,pstlz
100,"Lovelace, A.",ADA@one.example,,99999
200,Berg,bo@two.example,DE111222333,99999
300,"Young, Cy",,,30159
400,Other,info@five.example,,99999
500,Eve,eve@six.example,,99999
""",
    "orders.csv": """id,debtor,placed,due,delivered,amount
o1,100,2026-01-05 10:00,2026-01-09,2026-01-08 09:00,100.00
o2,200,2026-01-06 10:00,2026-01-09,2026-01-10 09:00,200.00
o3,300,2026-01-07 10:00,2026-01-09,2026-01-08 09:00,300.00
o4,500,2026-01-08 10:00,2026-01-12,2026-01-11 09:00,400.00
""",
    "tickets.csv": """ticket,account,opened,answered
t1,a1,2026-01-08 12:00,2026-01-08 13:00
t2,a4,2026-01-09 12:00,
""",
}
IDENTITY = """customer:
  fields:
    crm: {name: full_name, email: mail, tax_id: vat, postcode: zip}
    erp: {name: name1, email: smtp, tax_id: stceg, postcode: pstlz}
  match: [[tax_id], [email], [name, postcode]]
  guards: {once: [crm, erp]}
"""
BOOK = {
    "troth.yaml": "name: Two systems\nfolder: ../data\nzone: Europe/Berlin\ncurrency: EUR\n",
    "sources/crm.yaml": """crm:
  files: [accounts.csv]
  key: [account]
  object: {type: account, id: [account]}
  personal: {full_name: name, mail: email, vat: tax_id}
""",
    "sources/erp.yaml": """erp:
  files: [debtors.csv]
  key: [debtor]
  object: {type: debtor, id: [debtor]}
  personal: {name1: name, smtp: email, stceg: tax_id}
""",
    "sources/orders.yaml": """orders:
  files: [orders.csv]
  key: [id]
  object: {type: order, id: [id], attributes: {due: {column: due, as: day}}}
  relations: [{to: debtor, id: [debtor]}]
  events: [{type: placed, at: placed, anchor: true}, {type: delivered, at: delivered}]
  money: [{about: order, id: [id], kind: payment, amount: amount}]
""",
    "sources/tickets.yaml": """tickets:
  files: [tickets.csv]
  key: [ticket]
  object: {type: ticket, id: [ticket]}
  relations: [{to: account, id: [account]}]
  events: [{type: opened, at: opened, anchor: true}, {type: answered, at: answered}]
""",
    "promises/deliver.yaml": """deliver:
  subject: order
  words: delivered by the day given
  anchor: placed
  fulfil: {event: delivered}
  due: end_of_day(attr(due))
""",
    "identity/customer.yaml": IDENTITY,
}


def write_two_systems(under: Path, *, files: Mapping[str, str] | None = None, book: Mapping[str, str] | None = None) -> Path:
    return write_book(under, files={**FILES, **(files or {})}, book={**BOOK, **(book or {})})
