"""What is to be done to cases, by what fails now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from troth.cases.case import Case, Failing, Key, Moved


def moves(cases: Collection[Case], failing: Iterable[Failing], *, kept: Collection[Key] | None) -> tuple[Moved, ...]:
    """One case for each check that fails: opened where none is open, routed anew where its steward is another.

    kept: the checks that were asked and hold, so that an open case of one that neither fails nor holds is asked no more; None where
    not all checks are known, and then nothing is closed. Asked again with what was done done, nothing is left to do.
    """
    now = {one.key: one for one in failing}
    open_ = {one.failing.key: one for one in cases if one.open}
    return (*_of_failing(len(cases), open_, now.values()), *(_closings(open_, now, kept) if kept is not None else ()))


def _of_failing(count: int, open_: dict[Key, Case], failing: Iterable[Failing]) -> Iterator[Moved]:
    for one in sorted(failing, key=lambda one: (one.source, one.column or "", one.check)):
        case = open_.get(one.key)
        if case is None:
            count += 1
            yield Moved(f"CASE-{count:04}", "opened", one)
        elif case.failing.steward != one.steward:
            yield Moved(case.id, "routed", one)


def _closings(open_: dict[Key, Case], now: Collection[Key], kept: Collection[Key]) -> Iterator[Moved]:
    for key, case in open_.items():
        if key not in now:
            yield Moved(case.id, "closed", case.failing, "kept" if key in kept else "asked no more")
