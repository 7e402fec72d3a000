"""Where the delay of missed promises arose: every one counts once, shared among the stages that made it late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

import numpy as np

from troth.engines.statistics import StratifiedShare, stratified_share, superpopulation_share
from troth.findings.context import Context, window
from troth.findings.statement import Act, Evidence, HowSure, Statement, Table, Tone, bars
from troth.findings.weighing import Counts, counts, is_sample, seen, strata
from troth.findings.words import beginning, count_of, done, interval, number, percent, plural, spoken, undone
from troth.kernel.errors import CannotEstimate
from troth.kernel.refusal import Refusal
from troth.promises import Promise
from troth.record.strata import Stratum

NAME = "where_delay_arose"
LEAST = 30
OTHERS = {
    "plan": "the promise itself was too tight",
    "gap": "time in no stage",
    "cannot_assign": "cannot be assigned",
}


def find(context: Context) -> list[Statement]:
    """One statement for each promise with stages of which something was missed."""
    staged = [name for name in context.promises if "share_of" in context.tables.get(f"outcome_{name}", ())]
    return [s for name in staged if (s := _statement(context, name)) is not None]


@dataclass(frozen=True, slots=True)
class _Line:
    """Part of the missed promises. in_file, in_all: promises, halves and thirds of shared ones included."""

    player: str
    label: str
    tone: Tone
    in_file: Fraction
    in_all: Fraction


@dataclass(frozen=True, slots=True)
class _Missed:
    """parts: by stratum, what each player bears, in promises. lines: largest first, what is no stage last."""

    lines: tuple[_Line, ...]
    parts: tuple[tuple[Stratum, int, dict[str, Fraction]], ...]

    @property
    def in_file(self) -> int:
        return sum(count for _, count, _ in self.parts)

    @property
    def in_all(self) -> Fraction:
        return sum((count * stratum.weight for stratum, count, _ in self.parts), Fraction(0))

    def share(self, player: str) -> Fraction:
        return sum((line.in_all for line in self.lines if line.player == player), Fraction(0)) / self.in_all


def _statement(context: Context, name: str) -> Statement | None:
    promise = context.promises[name]
    missed = _missed(context, name, promise)
    if missed is None:
        return None
    names = {stage: one.words or spoken(stage) for stage, one in promise.stages.items()} | OTHERS
    order = sorted(names, key=lambda player: (player in OTHERS, -missed.share(player)))
    first = order[0]
    sampled = is_sample(context, promise.subject)
    between, notes = _limits(missed, first)
    with_late = _after_late_stage(context, name, promise)
    where = _broken(context)
    low, high = context.engine.rows(f"SELECT min(o.due), max(o.due) FROM outcome_{name} o WHERE {where}")[0]
    count = f"{count_of(missed.in_file, promise.subject)} in the file" + (f", {number(missed.in_all)} in all" if sampled else "")
    refusal = _refusal(promise, missed)
    said = ", ".join(f"{names[p]} {percent(missed.share(p), 0)}" for p in order if missed.share(p) >= Fraction(1, 200))
    how_sure: HowSure = "cannot say yet" if refusal else "measured" if sampled else "certain as a count"
    return Statement(
        id=f"{NAME}/{name}",
        finder=NAME,
        headline="We cannot say yet where the delay arose." if refusal else f"Where the delay arose: {said}.",
        paragraph=_paragraph(missed, with_late),
        evidence=Evidence(
            n=count,
            window=f"due {window(context.local_time(low), context.local_time(high))}",
            how_sure=how_sure,
            interval=between and f"{names[first]} {between}",
            notes=(*notes, *((with_late.note,) if with_late else ())),
        ),
        value=float(missed.share(first)),
        unit="share",
        sql=_sql(context, name, first),
        table=_table(missed),
        weight=float(missed.in_all),
        owner=", ".join(promise.owners) or None,
        acts=(Act("Show the list", "orders", primary=True), Act("Show the numbers", "table"), Act("SQL", "sql")),
        estimated=sampled,
        figure=bars(
            f"shares of {'~' if sampled else ''}{number(missed.in_all)} missed promises, by due",
            [(x.label, float(x.in_all / missed.in_all), _shown(x.in_all / missed.in_all), x.tone) for x in missed.lines],
        ),
        orders_sql=f"SELECT s.id\nFROM object_{promise.subject} s JOIN outcome_{name} o ON o.subject = s.code\n"
        f"WHERE {where}\nORDER BY s.id",
        orders_count=missed.in_file,
        refusal=refusal,
    )


def _broken(context: Context) -> str:
    """SQL: missed. Shares stand at the broken ones only."""
    return f"o.share_of IS NOT NULL AND o.due <= {context.now}"


def _stands(promise: Promise, stage: str) -> str:
    """SQL: unfulfilled, and this is the first stage without an end."""
    stages = list(promise.stages)
    before = "".join(f' AND o."{earlier}_to" IS NOT NULL' for earlier in stages[: stages.index(stage)])
    return f'o.fulfilled IS NULL AND o."{stage}_from" IS NOT NULL AND o."{stage}_to" IS NULL{before}'


def _missed(context: Context, name: str, promise: Promise) -> _Missed | None:
    """Exact: integer sums by stratum, divided and weighed as fractions."""
    sums: dict[str, str] = {}
    for stage in promise.stages:
        stands = _stands(promise, stage)
        sums[f"{stage} stands"] = f'sum(o."share_{stage}") FILTER ({stands})'
        sums[f"{stage} late"] = f'sum(o."share_{stage}") FILTER (NOT ({stands}))'
    sums |= {player: f'sum(o."share_{player}")' for player in OTHERS}
    listed = ", ".join(f"coalesce({one}, 0)" for one in sums.values())
    rows = context.engine.rows(
        f"SELECT o.stratum, count(*), max(o.share_of), {listed} FROM outcome_{name} o"
        f" WHERE {_broken(context)} GROUP BY o.stratum ORDER BY o.stratum"
    )
    if not rows:
        return None
    known = strata(context, promise.subject)
    parts = tuple(
        (
            known[row[0]],
            int(row[1]),
            {key: Fraction(int(part), int(row[2])) for key, part in zip(sums, row[3:], strict=True)},
        )
        for row in rows
    )
    lines = [_line(promise, key, parts) for key in sums]
    wanted = [line for line in lines if line.in_file]
    return _Missed(tuple(sorted(wanted, key=lambda line: (line.player in OTHERS, -line.in_all))), parts)


def _line(promise: Promise, key: str, parts: tuple[tuple[Stratum, int, dict[str, Fraction]], ...]) -> _Line:
    in_file = sum((borne[key] for _, _, borne in parts), Fraction(0))
    in_all = sum((borne[key] * stratum.weight for stratum, _, borne in parts), Fraction(0))
    if key in OTHERS:
        return _Line(key, OTHERS[key], "soft", in_file, in_all)
    stage, kind = key.rsplit(" ", 1)
    if kind == "stands":
        return _Line(stage, undone(promise.stages[stage].to), "waiting", in_file, in_all)
    return _Line(stage, f"{promise.stages[stage].words or spoken(stage)}, late", "missed", in_file, in_all)


def _limits(missed: _Missed, player: str) -> tuple[str | None, tuple[str, ...]]:
    """Limits of a player's share from the sampling of the file; none where everything was seen.

    A promise bears 0 to 1 of a player, which spreads less than being wholly its own or not: so the limits are at least
    as wide as they need be. The sums are rounded outwards, since the engine takes whole ones.
    """
    if all(stratum.seen == stratum.population for stratum, _, _ in missed.parts):
        return None, ()
    keys = (player, f"{player} stands", f"{player} late")
    borne = [sum((part.get(key, Fraction(0)) for key in keys), Fraction(0)) for _, _, part in missed.parts]
    rest = [
        np.array(column, dtype=np.int64) for column in zip(*((count, s.seen, s.population) for s, count, _ in missed.parts), strict=True)
    ]
    try:
        low = stratified_share(np.array([floor(b) for b in borne], dtype=np.int64), *rest).low
        high = stratified_share(np.array([ceil(b) for b in borne], dtype=np.int64), *rest).high
    except CannotEstimate as error:
        return None, (f"no interval: {error.got}, needs {error.need}",)
    return interval(low, high), ()


@dataclass(frozen=True, slots=True)
class _Association:
    sentence: str
    note: str


def _after_late_stage(context: Context, name: str, promise: Promise) -> _Association | None:
    """What goes with a stage that ended after its limit, among the fulfilled; the stage with the largest ratio."""
    found = [(ratio, said) for ratio, said in _associations(context, name, promise)]
    return max(found, key=lambda one: one[0])[1] if found else None


def _associations(context: Context, name: str, promise: Promise) -> Iterator[tuple[float, _Association]]:
    both_known = f"{context.state()} IN ('kept', 'broken') AND o.fulfilled IS NOT NULL AND o.due <= {context.now}"
    for stage, one in promise.stages.items():
        if one.budget is None or one.to == promise.fulfil.what:
            continue
        late = f'o."{stage}_to" > o."{stage}_from" + to_microseconds(o."{stage}_budget_us")'
        broken = f"{context.state()} = 'broken'"
        found = counts(
            context,
            name,
            {"late": late, "late_broken": f"{late} AND {broken}", "time": f"NOT ({late})", "time_broken": f"NOT ({late}) AND {broken}"},
            f'{both_known} AND o."{stage}_to" IS NOT NULL AND o."{stage}_budget_us" IS NOT NULL',
        )
        if min(seen(found, "late"), seen(found, "time")) < LEAST:
            continue
        try:
            after, else_ = (_share(found, group) for group in ("late", "time"))
        except CannotEstimate:
            continue
        if else_.value == 0 or after.low <= else_.high:
            continue
        ratio = after.value / else_.value
        n_late, n_time = seen(found, "late"), seen(found, "time")
        sentence = (
            f"{beginning(plural(promise.subject))} {done(one.to)} after the limit were late {ratio:.1f} times as often:"
            f" {percent(after.value)} of {n_late:,} against {percent(else_.value)} of {n_time:,}."
            " The two go together; that is an association and no proof."
        )
        note = (
            f"association: late {percent(after.value)} ({interval(after.low, after.high)}) of {n_late:,} after a late end"
            f" of “{one.words or spoken(stage)}”, {percent(else_.value)} ({interval(else_.low, else_.high)})"
            f" of {n_time:,} else; fulfilled ones only"
        )
        yield ratio, _Association(sentence, note)


def _share(found: list[Counts], group: str) -> StratifiedShare:
    columns = [(c.by[f"{group}_broken"], c.by[group], c.stratum.seen, c.stratum.population) for c in found]
    num, den, in_file, population = (np.array(column, dtype=np.int64) for column in zip(*columns, strict=True))
    return superpopulation_share(num, den, in_file, population)


def _paragraph(missed: _Missed, with_late: _Association | None) -> str:
    silent = [line for line in missed.lines if line.tone == "waiting"]
    said = "; ".join(f"{line.label} {_shown(line.in_all / missed.in_all)}" for line in silent)
    parts = [
        "Every missed promise counts once, shared among the stages that made it late.",
        f"{beginning(said)}." if said else "",
        with_late.sentence if with_late else "",
    ]
    return " ".join(part for part in parts if part)


def _refusal(promise: Promise, missed: _Missed) -> Refusal | None:
    """Where no stage bears anything because most cannot be assigned."""
    unassigned = missed.share("cannot_assign")
    if unassigned <= Fraction(1, 2):
        return None
    events = dict.fromkeys(spoken(event) for stage in promise.stages.values() for event in (stage.from_, stage.to))
    return Refusal(
        reason="Most missed promises have stages without a beginning or an end on record.",
        got=f"{percent(1 - unassigned)} of the missed promises can be assigned",
        need="at least 50.0 %",
        settle=f"The instants of: {', '.join(events)}.",
    )


def _shown(share: Fraction) -> str:
    return percent(share, 0) if share >= Fraction(1, 200) else "under 1 %"


def _table(missed: _Missed) -> Table:
    rows = [
        (line.label, round(float(line.in_file), 3), round(float(line.in_all), 3), round(float(100 * line.in_all / missed.in_all), 2))
        for line in missed.lines
    ]
    return Table(("where the delay arose", "missed promises in the file", "in all", "share, %"), tuple(rows))


def _sql(context: Context, name: str, player: str) -> str:
    return (
        "WITH borne AS (\n"
        f'  SELECT o.stratum, sum(o."share_{player}") AS part, sum(o.share_of) AS whole\n'
        f"  FROM outcome_{name} o\n"
        f"  WHERE {_broken(context)}\n"
        "  GROUP BY o.stratum\n"
        "), weighed AS (\n"
        "  SELECT b.part, b.whole, coalesce(s.population, 1) AS population, coalesce(s.seen, 1) AS seen\n"
        "  FROM borne b\n"
        "  LEFT JOIN stratum s ON s.stratum = b.stratum\n"
        f"    AND s.object_type = (SELECT any_value(subject_type) FROM outcome_{name})\n"
        ")\n"
        "SELECT sum(part * population / seen) / sum(whole * population / seen) AS value\n"
        "FROM weighed"
    )
