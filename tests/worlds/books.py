"""Meridian's book, cut down to what a test is about."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

MEASURES = ("metrics", "goals", "scorecards", "calibrations", "values", "rewards")


def unmeasured(book: Path) -> None:
    """Leave out all that is measured, and the branches: these name promises and sources which a smaller book has no more."""
    for folder in MEASURES:
        shutil.rmtree(book / folder)
    company = book / "company.yaml"
    kept = [line for line in company.read_text(encoding="utf-8").splitlines(keepends=True) if "id: branch" not in line]
    company.write_text("".join(kept), encoding="utf-8")


RECOVERED = frozenset({"erp_customers", "erp_orders", "carrier_tracking", "helpdesk_tickets"})


def of_recovery(book: Path) -> None:
    """Leave orders with their promised day, and tickets about them: who comes back needs no more, and a build is quick."""
    for folder in (*MEASURES, "overlays", "changes", "identity"):
        shutil.rmtree(book / folder, ignore_errors=True)
    for file in (book / "sources").iterdir():
        kept = {name: source for name, source in _read(file).items() if name in RECOVERED}
        for source in kept.values():
            source["relations"] = [one for one in source.get("relations", []) if one["to"] in ("order", "customer")]
        _write(file, kept)
    deliver = {
        name: said for name, said in _read(book / "promises" / "parcels.yaml")["deliver"].items() if name not in ("stages", "at_risk")
    }
    for file in (book / "promises").iterdir():
        _write(file, {"deliver": deliver} if file.name == "parcels.yaml" else {})
    solved = {"kind": "time_to", "words": "half of all tickets are solved within", "of": "ticket", "from": "created", "to": "solved"}
    people = {"better": "lower", "owner": "customer_experience", "steward": "data_steward"}
    _write(book / "metrics" / "service.yaml", {"solve_time": {**solved, **people}})
    company = _read(book / "company.yaml")
    _write(book / "company.yaml", {**company, "dimensions": [one for one in company["dimensions"] if one["id"] == "segment"]})


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def _write(file: Path, said: dict[str, Any]) -> None:
    """Nothing that is said is no file."""
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    if said:
        file.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
