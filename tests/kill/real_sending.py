"""The subject of the kill suite that sends: two letters that are due, of a book that is built already."""

from __future__ import annotations

from pathlib import Path

from tests.app.mailed import DUE, Shop, open_shop
from tests.kill.child import Subject
from troth.access import Scope


def prepare(root: Path) -> None:
    shop = open_shop(root)
    shop.add("ana@shop.example")
    shop.add("pt@shop.example", Scope({"country": frozenset({"PT"})}))


def send(root: Path) -> None:
    Shop(root / "book", DUE).run()


SENDING = Subject(prepare, send)
