"""A service desk whose four teams are rewarded for what they solve in time, so that every figure is plain counting.

    of so many tickets a month      red      blue     green    gold
    January                         40 / 40  36 / 40  30 / 40  10 / 10
    February                        34 / 40  36 / 40  40 / 40  10 / 10
    March                           36 / 40  36 / 40  40 / 40  10 / 10
    April, of which one day is on record: one ticket each

Red and blue are in the north. Of red every second ticket came by phone. a1 to a8 are of red, b1 to b8 of blue, and so on; a1 helped out
in green in February.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from tests.app.small_book import write_book

IN_TIME = {"red": (40, 34, 36), "blue": (36, 36, 36), "green": (30, 40, 40), "gold": (10, 10, 10)}
OF = {"red": 40, "blue": 40, "green": 40, "gold": 10}
SITE = {"red": "north", "blue": "north", "green": "south", "gold": "south"}
AGENT = {"red": "a", "blue": "b", "green": "g", "gold": "o"}
COMPANY = """dimensions:
  - {id: site, read: {ticket: attr(site)}}
  - {id: team, read: {ticket: attr(team)}}
  - {id: channel, read: {ticket: attr(channel)}}
roles: [head, analyst]
"""
SOURCES = """tickets:
  files: [tickets.csv]
  key: [id]
  object:
    type: ticket
    id: [id]
    attributes: {team: {column: team, as: text}, site: {column: site, as: text}, channel: {column: channel, as: text}}
  relations: [{to: agent, id: [agent]}]
  events: [{type: opened, at: opened, anchor: true}, {type: solved, at: solved}]
agents:
  files: [agents.csv]
  key: [id]
  object: {type: agent, id: [id], attributes: {grade: {column: grade, as: number}}}
  events: [{type: began, at: since}]
"""
METRICS = """in_time: {kind: ratio, words: solved in four hours, of: ticket, at: opened, numerator: solved - opened < 4h, better: higher}
solve: {kind: mean, words: time to solve, of: ticket, at: opened, value: solved - opened, better: lower}
by_phone: {kind: ratio, words: by phone, of: ticket, at: opened, numerator: attr(channel) = 'phone'}
done: {kind: mean, words: done a ticket, of: ticket, at: opened, value: 1, better: higher, productivity: true, pair_with: in_time}
tickets: {kind: count, words: tickets, of: ticket, at: opened, better: higher}
grade: {kind: mean, words: grade, of: agent, at: began, value: attr(grade), better: higher, minimum: 8}
"""
PROMPT = (
    "prompt: {words: teams that solve in time, by: team, metric: in_time, at_least: 0.8, cycle: month, since: 2026-02-01, least: 20,"
    " person: ticket.agent, owner: head}\n"
)


def written(under: Path, rewards: str = PROMPT, others: Mapping[str, str] | None = None, crew: int = 8) -> Path:
    """others: texts of more folders of the book. crew: of how many persons each team is."""
    book = {
        "troth.yaml": "name: Desk\nfolder: ../data\nzone: Europe/Berlin\n", "company.yaml": COMPANY, "sources/all.yaml": SOURCES,
        "metrics/all.yaml": METRICS, "rewards/all.yaml": rewards, **{f"{name}/all.yaml": text for name, text in (others or {}).items()},
    }  # fmt: skip
    return write_book(under, files={"tickets.csv": tickets(crew), "agents.csv": agents(crew)}, book=book)


def tickets(crew: int) -> str:
    """Those solved in time took two hours, the others ten."""
    lines = ["id,team,site,channel,agent,opened,solved"]
    for team, counts in IN_TIME.items():
        for month, kept in enumerate((*counts, 1), 1):
            for turn in range(OF[team] if month < 4 else 1):
                opened = datetime(2026, month, 1 if month == 4 else 2 + turn % 25, 9)
                solved = opened + timedelta(hours=2 if turn < kept else 10)
                agent = "a1" if (team, month, turn) == ("green", 2, 0) else f"{AGENT[team]}{1 + turn % crew}"
                channel = "phone" if team == "red" and turn % 2 else "web"
                lines.append(f"{team}-{month}-{turn},{team},{SITE[team]},{channel},{agent},{opened:%Y-%m-%d %H:%M},{solved:%Y-%m-%d %H:%M}")
    return "\n".join(lines) + "\n"


def agents(crew: int) -> str:
    return "id,grade,since\n" + "".join(f"{letter}{one},3,2025-01-01 09:00\n" for letter in AGENT.values() for one in range(1, crew + 1))
