"""Digests of two small worlds, by file: `python -m tests.worlds.digests` compares them with those in digests.json, `--write` keeps them.

They are taken of the integers and labels that the files show, so that no program for writing files has a part in them. The same
command runs on the lowest numpy that the product allows (`tools/oldest_numpy.sh`).
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np

from troth.worlds import Plan, Sheet, company

KEPT = Path(__file__).with_name("digests.json")
PLANS = {
    "seed 1, as shipped": Plan(1, 400, 12),
    "seed 7, four truths taken out": Plan(
        7, 300, 7, dict.fromkeys(("carrier_decay", "loyalty_lost", "identity_duplicates", "dropout"), 0.0)
    ),
}


def digest_of(sheet: Sheet) -> str:
    """Of names, forms, labels and every integer of a sheet."""
    found = hashlib.sha256(repr((sheet.name, sheet.separator, sheet.comma, len(sheet))).encode())
    for column in sheet.columns:
        found.update(repr((column.name, column.kind, column.form, column.labels)).encode())
        for values in (column.values, column.offsets):
            if values is not None:
                found.update(values.astype("<i8").tobytes())
    return found.hexdigest()[:16]


def digests() -> dict[str, dict[str, str]]:
    """By world and file."""
    found = {}
    for name, plan in PLANS.items():
        world = company(plan)
        found[name] = {sheet.name: digest_of(sheet) for sheet in (*world.sheets, *world.answers)}
        found[name] |= {page: hashlib.sha256(text.encode()).hexdigest()[:16] for page, text in world.pages.items()}
    return found


def main(write: bool) -> int:  # noqa: FBT001
    """0 where all are equal."""
    found = digests()
    if write:
        KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        return 0
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    differing = [
        f"{world}: {name}"
        for world in found
        for name in sorted(found[world].keys() | kept.get(world, {}).keys())
        if found[world].get(name) != kept.get(world, {}).get(name)
    ]
    sys.stdout.write(f"numpy {np.__version__}: {sum(map(len, found.values()))} files, {len(differing)} differ {differing}\n")
    return bool(differing or found.keys() != kept.keys())


if __name__ == "__main__":
    raise SystemExit(main("--write" in sys.argv))
