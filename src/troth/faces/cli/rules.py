"""How the terminal shows the rules of a book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from troth.faces.cli.output import Out

SHOWN = 6


def linted(out: Out, problems: Sequence[Any]) -> None:
    for problem in problems:
        out.say(f"{'' if problem.level == 'error' else 'warning: '}{problem}")
    errors = sum(problem.level == "error" for problem in problems)
    warnings = len(problems) - errors
    out.say(f"{_count(errors, 'error')}, {_count(warnings, 'warning')}." if problems else "Nothing is wrong in this book.")


def shown(out: Out, found: Any) -> None:
    out.say(f"# {found.address} {_asked(found.keys, found.at)} · terms {found.terms[:12]}")
    out.say(found.text.rstrip("\n"))


def explained(out: Out, found: Any) -> None:
    out.say(f"{found.address} = {said(found.value)}{'   (same everywhere)' if found.locked else ''}")
    out.say(f"{_asked(found.keys, found.at)}\n")
    for candidate in found.candidates:
        by = f" by {candidate.change}" if candidate.change else ""
        out.say(f"{'→' if candidate.verdict.startswith('counts') else ' '} {candidate.layer}{by}: {said(candidate.says)}")
        out.say(f"    {candidate.verdict}")
        dates = _dates(candidate.since, candidate.until)
        out.say(f"    {candidate.place}{f' · {dates}' if dates else ''}")
    if found.others:
        out.say(f"\n  {_count(found.others, 'layer')} for others {'speaks' if found.others == 1 else 'speak'} of it too.")


def different(out: Out, differences: Sequence[Any]) -> None:
    if not differences:
        out.say("No difference.")
    for one in differences:
        out.say(f"{one.address}")
        out.say(f"  - {said(one.before)}")
        out.say(f"  + {said(one.after)}   {one.by} · {one.place}" if one.place else f"  + {said(one.after)}   {one.by}")


def layered(out: Out, layers: Sequence[Any]) -> None:
    if not layers:
        out.say("No layers: the standard holds for everybody.")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("layer", "Change", "holds"):
        table.add_column(column, overflow="fold")
    table.add_column("divergence", justify="right")
    for one in layers:
        index = "–" if one.index is None else f"{one.index:.2f} ({one.overridden} of {one.open})"
        table.add_row(one.address, ", ".join(one.changes), _dates(one.since, one.until) or "always", index)
    out.console().print(table)


def logged(out: Out, revisions: Sequence[Any]) -> None:
    if not revisions:
        out.say("No history yet: `troth book save` keeps the first revision.")
    for one in revisions:
        out.say(f"{one.id[:10]}  {one.at:%Y-%m-%d %H:%M}  {one.author}: {one.message}")
        for file in one.changed[:SHOWN]:
            out.say(f"            {file}")
        if len(one.changed) > SHOWN:
            out.say(f"            and {_count(len(one.changed) - SHOWN, 'file')} more")


def said(value: Any) -> str:
    """A value of the book as one reads it.

    >>> said(["a", "b"]), said(None), said("placed + 2d")
    ('[a, b]', 'nothing', 'placed + 2d')
    """
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return f"[{', '.join(said(item) for item in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {said(item)}" for key, item in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _asked(keys: Mapping[str, str], at: datetime) -> str:
    whom = ", ".join(f"{dimension} {value}" for dimension, value in keys.items()) or "everybody"
    return f"for {whom}, made {at:%Y-%m-%d %H:%M} UTC"


def _dates(since: datetime | None, until: datetime | None) -> str:
    first, last = (f"{moment:%Y-%m-%d %H:%M}".removesuffix(" 00:00") if moment else "" for moment in (since, until))
    return f"{first} to {last}" if first and last else f"from {first}" if first else f"until {last}" if last else ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
