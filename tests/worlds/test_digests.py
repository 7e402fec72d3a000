"""The same plan gives the same company, whatever the machine; and another plan another."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.worlds.digests import KEPT, PLANS, digest_of, digests
from troth.app.starting.examples import make_meridian
from troth.worlds import Plan, company


def test_the_files_are_those_that_were_kept() -> None:
    assert digests() == json.loads(KEPT.read_text(encoding="utf-8"))


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    once, again = (make_meridian(tmp_path / name, seed=4, customers=250, months=6).folder for name in ("once", "again"))

    files = sorted(p.relative_to(once) for p in once.rglob("*") if p.is_file())
    assert len(files) > 60
    assert [hashlib.sha256((once / f).read_bytes()).digest() for f in files] == [
        hashlib.sha256((again / f).read_bytes()).digest() for f in files
    ]


def test_another_seed_is_another_company() -> None:
    plan = next(iter(PLANS.values()))
    one, other = (company(Plan(seed, plan.customers, plan.months)) for seed in (plan.seed, plan.seed + 1))

    same = [a.name for a, b in zip(one.sheets, other.sheets, strict=False) if a.name == b.name and digest_of(a) == digest_of(b)]
    assert same == ["projects.csv"]


@pytest.mark.parametrize(
    ("truth", "untouched"),
    [("change_harmful", "erp_orders.csv"), ("exceptions_unused", "field_visits.csv"), ("visitors_lost", "web_orders.csv")],
)
def test_taking_out_one_truth_leaves_what_it_does_not_touch(truth: str, untouched: str) -> None:
    with_it, without = (company(Plan(2, 250, 6, sizes)) for sizes in ({}, {truth: 0.0}))

    assert {digest_of(s) for s in with_it.sheets if s.name == untouched} == {digest_of(s) for s in without.sheets if s.name == untouched}
    assert [digest_of(s) for s in with_it.sheets] != [digest_of(s) for s in without.sheets]
