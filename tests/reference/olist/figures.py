"""Every figure of the Olist page by hand-written SQL on the raw files: the second opinion, sharing no code with Troth.

    python -m tests.reference.olist.figures            print, and say which differ from figures.json
    python -m tests.reference.olist.figures --write    write figures.json

Reads the CSV files of the data set `olist` where tests.needs finds it. Olist is CC BY-NC-SA 4.0 (Olist and André Sionek,
"Brazilian E-Commerce Public Dataset by Olist"); figures.json holds aggregates only.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.reference.olist.causes import delay_shares, handover, survey
from tests.reference.olist.deliveries import days, kept_by_due, monday_replay, nothing_recorded, returning_and_stopped
from tests.reference.olist.months import months
from tests.reference.olist.raw import HERE, Olist, folder


def all_figures() -> list[dict[str, Any]]:
    """Every figure, in the order of the page."""
    olist = Olist(folder())
    parts = (
        kept_by_due,
        nothing_recorded,
        monday_replay,
        survey,
        delay_shares,
        handover,
        months,
        days,
        returning_and_stopped,
    )
    return [figure.as_json() for part in parts for figure in part(olist)]


def main(arguments: list[str]) -> int:
    """Print, and compare or write figures.json."""
    found = json.loads(json.dumps(all_figures(), default=float))
    for figure in found:
        if not isinstance(figure["value"], list):
            sys.stdout.write(f"{figure['name']}: {figure['value']}   [stated: {figure.get('stated')}]\n")
    path = HERE / "figures.json"
    if "--write" in arguments:
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return 0
    kept = {f["name"]: f for f in json.loads(path.read_text(encoding="utf-8"))}
    differing = [f["name"] for f in found if kept.get(f["name"]) != f]
    sys.stdout.write(f"differs from figures.json: {differing or 'nothing'}\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
