"""What binds subjects in the snapshot before, and whether the same does still: else columns of all outcomes would be others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from troth.app.building.judging import BUSINESS_TIME
from troth.app.building.merging import WAS, refuse
from troth.app.rulebook.rules import Rules
from troth.promises import Outcomes, Record
from troth.promises.assigning import only
from troth.promises.clocks import Covered, Reach
from troth.promises.definition import Stage
from troth.promises.outcome import Standing
from troth.promises.planning import span_with
from troth.promises.tables import Bound
from troth.query import literal_text
from troth.record import Engine, Snapshot

COLUMNS = ", ".join(Bound._fields)
Counts = Mapping[str, Mapping[Bound, int]]


def counts_before(engine: Engine, rules: Rules) -> Counts:
    """How many subjects each of the terms binds, by promise; of those alone that have terms of several."""
    return {one.name: _counts(engine, f"{WAS}.outcome_{one.name}") if only(one) is None else {} for one in rules.terms}


def standing_of(rules: Rules, before: Snapshot, counts: Counts, record: Record, last: datetime) -> Standing:
    """Raises Whole where calendars reach no longer far enough, or terms were corrected."""
    covered = _covered(before, record, last)
    stages = {}
    for one in rules.terms:
        said = before.facts["promises"].get(one.name)
        refuse(said is None and f"{one.name} was not judged before")
        refuse("corrected" in said and f"terms of {one.name} were corrected")
        refuse(covered is None and any(each.value.calendar for each in one.said) and f"{one.name} counts working time anew")
        refuse(counts[one.name] and said["variants"] != len(counts[one.name]) and f"outcomes of {one.name} do not tell its terms apart")
        stages[one.name] = {key: Stage.model_validate(stage) for key, stage in said["stages"]}
    return Standing({name: frozenset(each) for name, each in counts.items()}, stages, covered)


def refuse_other_terms(engine: Engine, made: Sequence[Outcomes], counts: Counts) -> None:
    """Raises Whole where terms bind a subject that bound none before, or bind none any more."""
    for one in made:
        refuse(one.corrected and f"terms of {one.name} were corrected")
        if before := counts[one.name]:
            refuse(one.bound - before.keys() and f"terms of {one.name} bind somebody now")
            again = f"SELECT object AS subject FROM again WHERE object_type = {literal_text(one.promise.subject)}"
            replaced = _counts(engine, f"{WAS}.outcome_{one.name} SEMI JOIN ({again}) USING (subject)")
            gone = {bound for bound, count in replaced.items() if before[bound] == count} - _counts(engine, f"outcome_{one.name}").keys()
            refuse(gone and f"terms of {one.name} bind nobody now")


def _covered(before: Snapshot, record: Record, last: datetime) -> Covered | None:
    said = before.facts.get(BUSINESS_TIME)
    if said is None:
        return None
    covered = Covered(**{**said, "reach": Reach(**said["reach"])})
    refuse(not covered.enough and "a calendar has not the working time that its terms may ask for")
    refuse(not covered.is_of(span_with(record, last)) and "calendars have to be written out further")
    return covered


def _counts(engine: Engine, outcomes: str) -> dict[Bound, int]:
    return {Bound(*row[:4]): int(row[4]) for row in engine.rows(f"SELECT {COLUMNS}, count(*) FROM {outcomes} GROUP BY ALL")}
