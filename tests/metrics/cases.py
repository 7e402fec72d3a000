"""The cases of every kind of metric, with hand-written SQL and the number that anybody can count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from troth.metrics import KINDS

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
OF_ROWS = [case for case in CASES if not KINDS[case["metric"]["kind"]].composed]


def metrics_of(cases: Iterable[Mapping[str, Any]]) -> str:
    """Their metrics as YAML: m0, m1, and so on, and before them those that they are made of."""
    found: dict[str, Any] = {}
    for case in cases:
        found |= {name: {"words": name, **metric} for name, metric in case.get("with", {}).items()}
    found |= {f"m{number}": {"words": case["name"], **case["metric"]} for number, case in enumerate(cases)}
    return str(yaml.safe_dump(found, sort_keys=False))
