"""How the terminal shows sources, their contracts and what became of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from troth.faces.cli.output import Out
from troth.faces.plain import fields

SHOWN = 12


def listed(out: Out, sources: Sequence[Any]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("source", "files", "owner", "steward", "contract"):
        table.add_column(name, overflow="fold")
    table.add_column("stored", justify="right")
    for one in sources:
        contract = "none" if one.checks is None else f"{one.checks} checks, columns {one.mode}"
        stored = f"{one.balance.stored:,}" if one.balance else "–"
        table.add_row(one.source, ", ".join(one.files), one.owner or "nobody", one.steward or "nobody", contract, stored)
    out.console().print(table)


def checked(out: Out, sources: Sequence[Any]) -> None:
    for one in sources:
        out.say(f"{one.source}: {_state(one)}")
        if one.error:
            out.say(f"  {one.error}")
        for verdict in one.failing:
            out.say(f"  {'!' if verdict.severity == 'error' else '~'} {_failed(fields(verdict))}")
            for place in verdict.first:
                out.say(f"      {place.file}, row {place.row}" + ("" if place.value is None else f": {place.value}"))
            out.say(f"      {verdict.next_step}")
        for change in one.changes:
            mark = "!" if one.frozen else "~" if change.narrows else " "
            out.say(f"  {mark} column {change.column} {change.says}")
    if any(one.stops for one in sources):
        out.say("A build would be refused; the snapshot before stays in force.")


def as_data(one: Any) -> dict[str, Any]:
    """A source's check as JSON: changes without the SQL by which they would be held."""
    verdicts = [{**fields(v), "kept": v.kept, "next_step": v.next_step} for v in one.verdicts]
    changes = [{"column": c.column, "says": c.says, "narrows": c.narrows} for c in one.changes]
    return {**fields(one), "verdicts": verdicts, "changes": changes, "stops": one.stops}


def shown(out: Out, found: Mapping[str, Any]) -> None:
    import yaml

    out.say(f"# {found['place']}")
    text = yaml.safe_dump({found["source"]: found["definition"]}, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)
    out.say(text.rstrip("\n"))
    if not found["columns"]:
        out.say("\nNothing was built yet: troth build")
        return
    out.say("\nIts columns in the last snapshot")
    for name, seen in found["columns"].items():
        out.say(f"  {name}: {_seen(seen)}")
    failed = [one for one in found["verdicts"] if one["failed"]]
    if found["verdicts"]:
        out.say(f"\n{len(found['verdicts']) - len(failed)} of {len(found['verdicts'])} checks hold")
    for one in failed:
        out.say(f"  ~ {_failed(one)}")
    for one in found["changes"]:
        out.say(f"  column {one['column']} {one['says']} in the data up to {one['as_of'][:10]}")


def told(out: Out, page: Mapping[str, Any]) -> None:
    from rich.text import Text

    console = out.console()
    console.print(Text(f"\nTroth — promises kept · {page['operation']}", style="dim"))
    console.print(Text(f"\n{page['headline']}", style="bold"))
    console.print(Text(page["lede"], style="dim"))
    for one in page["held_back"]:
        if one["held"]:
            said_ = (
                f"! {one['held']:,} of {one['made']:,} promises '{one['words']}' cannot be told: a cell that they need is in quarantine."
            )
            console.print(Text(said_, style="yellow"))
    for one in page["failing"]:
        console.print(Text(f"\n~ {_failed(one)}", style="yellow"))
        console.print(Text(f"  {one['next_step']}"))
    console.print()
    out.balances(page["sources"])
    _section(out, "In quarantine", [
        f"{one['count']:,} {one['source']}{'' if one['whole_row'] else '.' + str(one['column'])}: {one['reason']}"
        for one in page["quarantine"]["reasons"]
    ])  # fmt: skip
    _section(out, "How fresh", [
        f"{one['source']}: newest {one['newest']}, {one['behind']}{', old data' if one['old'] else ''}"
        for one in page["sources"] if one["newest"]
    ])  # fmt: skip
    _section(out, "How the sources fit together", [_joined(one) for one in page["joins"]])
    _section(out, "How columns changed", [f"{one['source']}.{one['column']} {one['says']}, {one['as_of']}" for one in page["changes"]])
    _section(out, "Guesses to confirm", [str(one.get("what")) for one in page["guesses"]])


def _section(out: Out, title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    out.say(f"\n{title}")
    for line in lines[:SHOWN]:
        out.say(f"  {line}")
    if len(lines) > SHOWN:
        out.say(f"  and {len(lines) - SHOWN} more")


def _state(one: Any) -> str:
    if one.error:
        return "cannot be read"
    if one.stops:
        return "not as promised"
    if not one.declared:
        return "no contract, " + ("nothing changed" if not one.changes else "its columns changed")
    return f"{len(one.verdicts) - len(one.failing)} of {len(one.verdicts)} checks hold"


def _failed(one: Mapping[str, Any]) -> str:
    where = one["source"] if one["column"] is None else f"{one['source']}.{one['column']}"
    if one["column"] is None:
        return f"{where}: {one['check']}; got {one['got']}"
    held = ", held in quarantine" if one["held"] else ""
    return f"{where}: not {one['check']} in {one['failed']:,} of {one['of']:,} rows{held}"


def _seen(seen: Mapping[str, Any]) -> str:
    parts = [str(seen.get("read") or "not read"), f"{seen['filled']:,} filled" if seen.get("filled") else ""]
    parts += [
        f"{seen['decimals']} decimals" if seen.get("decimals") is not None else "",
        "" if seen.get("fits", True) else "most do not fit",
    ]
    parts.append(f"missing in {seen['missing']}" if seen.get("missing") else "")
    return ", ".join(part for part in parts if part)


def _joined(one: Mapping[str, Any]) -> str:
    named = f"{one['source']}, {one['type']} by {', '.join(one['columns'])}"
    if not one["given_by"]:
        return f"{named}: {one['rows']:,} rows name one, and no source has rows of them"
    return f"{named}: {one['matched']:,} of {one['rows']:,} rows name one that is in {', '.join(one['given_by'])}"
