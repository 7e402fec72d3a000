"""The example `two-systems`: a CRM and an ERP that know the same customers by other ids, and an identity for them.

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
from tests.needs import ROOT


def _texts(folder: str) -> dict[str, str]:
    root = ROOT / "examples" / "two-systems" / folder
    found = (path for path in sorted(root.rglob("*")) if path.suffix in (".csv", ".yaml"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in found}


FILES = _texts("data")
IDENTITY = """customer:
  fields:
    crm: {name: full_name, email: mail, tax_id: vat, postcode: zip}
    erp: {name: name1, email: smtp, tax_id: stceg, postcode: pstlz}
  match: [[tax_id], [email], [name, postcode]]
  guards: {once: [crm, erp]}
"""
BOOK = _texts("book") | {"identity/customer.yaml": IDENTITY}


def write_two_systems(under: Path, *, files: Mapping[str, str] | None = None, book: Mapping[str, str] | None = None) -> Path:
    return write_book(under, files={**FILES, **(files or {})}, book={**BOOK, **(book or {})})
