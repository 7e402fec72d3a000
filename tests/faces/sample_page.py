"""A page as the application hands it over, about a company that does not exist; every figure kind, one refusal."""

from __future__ import annotations

from datetime import date, timedelta
from math import exp, sin
from typing import Any

_SQL = """select count(*) filter (where fulfilled <= due) * 100.0 / count(*) as value
from outcome_visit
where due <= timestamp '2026-10-12 06:30' and voided is null and waived is null"""

_MONDAYS = [(date(2025, 10, 13) + timedelta(weeks=week)).isoformat() for week in range(52)]
_SHOWN = [round(97.6 + 0.7 * sin(week * 1.3) + 0.4 * sin(week * 0.37), 1) for week in range(52)]
_DUE = [round(92.4 + 1.4 * sin(week * 1.7) + 0.9 * sin(week * 0.53) - 17.5 * exp(-(((week - 29) / 2.6) ** 2)), 1) for week in range(52)]
_MONTHS = [f"{2024 + month // 12}-{month % 12 + 1:02d}" for month in range(9, 33)]


def _evidence(n: str, interval: str | None, window: str, how_sure: str, *notes: str) -> dict[str, Any]:
    return {"n": n, "interval": interval, "window": window, "how_sure": how_sure, "notes": list(notes)}


def _statement(ident: str, headline: str, paragraph: str, **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "id": ident,
        "finder": ident.split("/", maxsplit=1)[0].replace("-", "_"),
        "headline": headline,
        "paragraph": paragraph,
        "owner": "nobody yet",
        "acts": [],
        "value": 0.9,
        "unit": "share",
        "estimated": False,
        "figure": None,
        "table": {"columns": ["value"], "rows": [[0.9]]},
        "sql": _SQL,
        "orders": None,
        "refusal": None,
    }
    return plain | more


def _act(label: str, kind: str, *, primary: bool = False) -> dict[str, Any]:
    return {"label": label, "kind": kind, "primary": primary}


NOTHING_RECORDED = _statement(
    "nothing-recorded/visit",
    "131 paid visits have nothing on record. They are worth € 48,210.",
    "Ninety-four never got a technician; thirty-seven were assigned and then nothing. Some took place: 9 of these "
    "customers gave four or five stars. Ask before you refund.",
    evidence=_evidence("131 of 4,212 visits", None, "due 13 Oct 2025 to 11 Oct 2026", "certain as a count"),
    acts=[
        _act("Show the 131", "orders", primary=True),
        _act("Where they stopped", "table"),
        _act("Ask 40 of them", "none"),
    ],
    figure={
        "kind": "bars",
        "caption": "where they stopped",
        "rows": [
            {"label": "never assigned", "value": 94, "shown": "94", "tone": "missed"},
            {"label": "assigned, then nothing recorded", "value": 37, "shown": "37", "tone": "waiting"},
        ],
    },
    table={
        "columns": ["where it stopped", "visits", "worth", "half are older than"],
        "rows": [["never assigned", 94, "€ 31,870", "113 days"], ["assigned, then nothing", 37, "€ 16,340", "41 days"]],
    },
    orders={"file": "orders/nothing-recorded-visit.csv", "count": 131},
    value=131,
    unit="count",
)

MONDAYS = _statement(
    "monday-replay/visit",
    "Each Monday you were shown 98 percent. It was 90.",
    "Counting only what was finished hides what was not. Of all that had fallen due, one in ten was still open that same morning.",
    evidence=_evidence(
        "52 Mondays, 4,212 visits",
        "finished so far 97.5 (97.1–97.9), of all due 89.8 (89.2–90.4)",
        "weeks due 6 Oct 2025 to 4 Oct 2026",
        "strong",
    ),
    estimated=True,
    owner="operations",
    acts=[_act("Replay a Monday", "replay", primary=True), _act("Show the SQL", "sql")],
    figure={
        "kind": "gap",
        "caption": "share kept, as known each Monday",
        "y": {"low": 60, "high": 100, "unit": "%"},
        "upper": {"label": "finished so far", "points": _SHOWN},
        "lower": {"label": "of all due", "points": _DUE},
        "labels": _MONDAYS,
        "replay": True,
    },
    table={
        "columns": ["Monday", "finished so far %", "of all due %"],
        "rows": [list(row) for row in zip(_MONDAYS, _SHOWN, _DUE, strict=True)],
    },
)

ASKED_TOO_EARLY = _statement(
    "asked-too-early/visit",
    "We cannot say yet that being late costs you stars. Your survey asks too early.",
    "Seven in ten late customers were asked while still waiting, and gave 1.6. Asked afterwards: 3.7. On time: 4.3. "
    "Write to those who wait on the first day.",
    evidence=_evidence("2,946 answers", "−0.2 (−0.5 to +0.1)", "answers after the visit, equal waiting", "cannot say yet"),
    owner="customer care",
    acts=[_act("Send the survey after the visit", "none", primary=True), _act("Copy this finding", "copy")],
    figure={
        "kind": "histogram",
        "caption": "late visits only, days from the promised day",
        "unit": "days",
        "zero": "promised day",
        "series": [
            {
                "label": "survey asked",
                "tone": "waiting",
                "bins": [[at, round(90 * exp(-(((at - 1) / 3.2) ** 2)))] for at in range(-6, 15)],
            },
            {
                "label": "visit happened",
                "tone": "accent",
                "bins": [[at, round(64 * exp(-(((at - 6) / 3.6) ** 2)))] for at in range(1, 19)],
            },
        ],
    },
    table={
        "columns": ["late customers", "answers", "mean stars"],
        "rows": [
            ["asked while waiting", 361, 1.58],
            ["asked afterwards", 145, 3.73],
            ["on time, for comparison", 2440, 4.27],
        ],
    },
    refusal={
        "reason": "Most late customers answered before their visit took place.",
        "got": "145 answers after a late visit",
        "need": "about 380 answers given after a late visit",
        "settle": "five weeks of surveys sent on the evening of the visit",
    },
)

UNUSUAL = _statement(
    "unusual-months/visit",
    "One month was unusual: April 2026. Ask nobody to explain the other swings.",
    "In April 17 of 100 visits were missed, usually 7. The rest are your usual ups and downs.",
    evidence=_evidence("24 months, 8,164 visits", None, "by month due", "fair", "corrected for over-dispersion"),
    acts=[_act("What happened in April", "table")],
    figure={
        "kind": "control",
        "caption": "missed by month due; the band is what is usual",
        "labels": _MONTHS,
        "points": [17.1 if at == 18 else round(7 + 2.1 * sin(at * 1.9) + 0.8 * sin(at * 0.6), 1) for at in range(24)],
        "centre": [7.0] * 24,
        "low": [round(2.4 + 0.4 * sin(at), 1) for at in range(24)],
        "high": [round(11.8 - 0.4 * sin(at), 1) for at in range(24)],
        "flagged": [18],
        "unit": "%",
    },
    table={
        "columns": ["month due", "visits", "missed", "missed %"],
        "rows": [["2026-03", 352, 27, 7.7], ["2026-04", 347, 59, 17.0], ["2026-05", 361, 15, 4.2]],
    },
)

PROMISED_AND_TOOK = _statement(
    "promised-and-took/visit",
    "You promise nine days and come in five.",
    "Three of four visits come two days early or more. Since June the promise has been cut from eleven days to seven; "
    "missed ones rose with it.",
    evidence=_evidence("8,164 visits", "medians 9 and 5 days", "by month made", "association"),
    owner="sales operations",
    acts=[_act("Show the months", "table")],
    figure={
        "kind": "two_lines",
        "caption": "medians by month",
        "unit": "days",
        "labels": _MONTHS,
        "series": [
            {
                "label": "promised",
                "tone": "soft",
                "points": [11 - (0.5 * max(0, at - 15)) + 0.4 * sin(at) for at in range(24)],
            },
            {"label": "took", "tone": "accent", "points": [round(5 + 0.7 * sin(at * 0.8), 1) for at in range(24)]},
        ],
    },
    table={
        "columns": ["month made", "promised, days", "took, days"],
        "rows": [["2026-05", 9.3, 5.1], ["2026-09", 7.0, 4.8]],
    },
)

BRANCHES = _statement(
    "units/visit",
    "Of 40 branches, 38 are as usual. Look at Lyon.",
    "Lyon keeps 74 of 100; chance alone would hardly do that. Porto does better. Ask nobody to explain the rest.",
    evidence=_evidence("40 branches, 8,164 visits", None, "12 months", "fair", "of those named at most 1 in 20 is so by chance"),
    acts=[_act("Show the branches", "table")],
    figure={
        "kind": "funnel",
        "caption": "kept by branch; the band is what chance would give",
        "unit": "%",
        "centre": 88.0,
        "few": "fewer visits",
        "many": "more visits",
        "usual": "usual",
        "units": [
            {"name": "Lyon", "n": 260, "value": 74.0, "low": 81.0, "high": 94.0, "tone": "missed"},
            {"name": "Porto", "n": 310, "value": 97.5, "low": 81.6, "high": 93.5, "tone": "accent"},
            *(
                {
                    "name": f"branch {at}",
                    "n": 90 + 11 * at,
                    "value": round(88 + 4 * sin(at * 2.3), 1),
                    "low": round(88 - 120 / (90 + 11 * at) ** 0.5, 1),
                    "high": round(88 + 105 / (90 + 11 * at) ** 0.5, 1),
                    "tone": "",
                }
                for at in range(38)
            ),
        ],
    },
    table={"columns": ["branch", "visits", "kept %"], "rows": [["Lyon", 260, 74.0], ["Porto", 310, 97.5]]},
)

ONE_VISIT = _statement(
    "one-visit/visit",
    "Visit V-20418 came a day late. Most of the delay arose waiting for parts.",
    "With the parts on their six hours the visit would have come on Monday.",
    evidence=_evidence("1 visit", None, "2 to 6 October", "certain as a count"),
    figure={
        "kind": "clock",
        "caption": "visited by the promised window",
        "begins": "2026-10-02T08:30:00",
        "ends": "2026-10-06T16:40:00",
        "days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        "months": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"],
        "shut": [["2026-10-02T19:00:00", "2026-10-03T07:00:00"], ["2026-10-03T19:00:00", "2026-10-05T07:00:00"]],
        "paused": [["2026-10-04T20:00:00", "2026-10-05T01:00:00"]],
        "bars": [
            {"label": "dispatch 1 h 50", "begins": "2026-10-02T08:30:00", "ends": "2026-10-02T10:20:00", "tone": "accent"},
            {"label": "parts 16 h 10 · budget 6 h", "begins": "2026-10-02T10:20:00", "ends": "2026-10-05T21:00:00", "tone": "missed"},
            {"label": "technician 4 h 30", "begins": "2026-10-05T21:00:00", "ends": "2026-10-06T16:40:00", "tone": "accent"},
        ],
        "marks": [
            {"label": "due Mon 5 Oct 19:00", "at": "2026-10-05T19:00:00", "tone": "ink"},
            {"label": "came Tue 6 Oct 16:40", "at": "2026-10-06T16:40:00", "tone": "missed"},
        ],
    },
    table={"columns": ["stage", "took"], "rows": [["dispatch", "1 h 50 min"], ["parts", "16 h 10 min"]]},
)

COME_BACK = _statement(
    "come-back/visit",
    "Do late customers come back less?",
    "",
    evidence=_evidence("506 late customers", None, "12 months", "cannot say yet"),
    table={
        "columns": ["first visit was", "customers", "came again"],
        "rows": [["kept", 3706, 412], ["missed", 506, 41]],
    },
    refusal={
        "reason": "Too few late customers have had time for a second visit.",
        "got": "41 second visits after 506 late ones",
        "need": "about 380 second visits",
        "settle": "the visits up to February, at this pace",
    },
)

PAGE: dict[str, Any] = {
    "title": "What your files say",
    "operation": "Meridian",
    "headline": "90 of every 100 promises that fell due were kept.",
    "lede": "4,212 visits fell due · range 89.4 to 90.2 % while 38 cannot be told · your usual on-time figure says "
    "98 %: it leaves out 131 visits that never closed",
    "as_of": "Mon 12 Oct 2026 06:30",
    "zone": "Europe/Paris",
    "calendars": [],
    "corrections": ["'the visit' was corrected on 3 Oct 2026 and 16 promises were judged anew: 8 kept became broken."],
    "warnings": ["Times without a zone are read as Europe/Paris: set `zone:` in troth.yaml to make this certain."],
    "found": [
        {
            "promise": "visit",
            "words": "visited by the day given",
            "evidence": "promised_day beside visited_at in visits.csv, 99 of 100 rows have both",
        },
        {"promise": "parts", "words": "parts in the van by ten", "evidence": "parts_due beside parts_out in parts.csv"},
        {
            "promise": "answer",
            "words": "complaint answered in two days",
            "evidence": "answer_by beside answered_at in complaints.csv",
        },
    ],
    "statements": [NOTHING_RECORDED, MONDAYS, ASKED_TOO_EARLY, UNUSUAL, PROMISED_AND_TOOK, BRANCHES, ONE_VISIT],
    "cannot_say": [COME_BACK],
    "sources": [
        {
            "source": "visits",
            "read": 8164,
            "stored": 8164,
            "quarantined": 0,
            "duplicate": 0,
            "superseded": 0,
            "filtered": 0,
            "steward": "dispatch",
            "file": "visits.csv",
        },
        {
            "source": "parts",
            "read": 5310,
            "stored": 5271,
            "quarantined": 12,
            "duplicate": 27,
            "superseded": 0,
            "filtered": 0,
            "steward": None,
            "file": "parts.csv",
        },
        {
            "source": "complaints",
            "read": 702,
            "stored": 640,
            "quarantined": 2,
            "duplicate": 0,
            "superseded": 58,
            "filtered": 2,
            "steward": None,
            "file": "complaints.csv",
        },
    ],
    "guesses": [
        {"what": "visit_no is the key of visits", "evidence": "8,164 values, all different", "confirmed": False},
        {"what": "amounts are in euro", "evidence": "column price_eur", "confirmed": False},
        {"what": "customer_no is the customer", "evidence": "named by you", "confirmed": True},
    ],
    "where_delay_arose": {
        "caption": "shares of 506 missed promises, by due",
        "rows": [
            {"label": "technician late", "value": 0.44, "shown": "44 %", "tone": "missed"},
            {"label": "parts missing", "value": 0.27, "shown": "27 %", "tone": "missed"},
            {"label": "never assigned", "value": 0.18, "shown": "18 %", "tone": "waiting"},
            {"label": "plan too tight", "value": 0.07, "shown": "7 %", "tone": "soft"},
            {"label": "cannot assign", "value": 0.04, "shown": "4 %", "tone": "soft"},
        ],
    },
    "snapshot": "2026-10-12 06:30 · 7f3a91c2",
    "book_hash": "c04e7d15",
    "version": "0.1.0",
    "ranking": "Statements come in the order of what is at stake: money first, then customers, then how sure we are.",
    "lake": "../lake",
    "views": "views.sql",
}

EMPTY_PAGE: dict[str, Any] = PAGE | {
    "headline": "We found no promise in these files.",
    "lede": "3 files · 1,204 rows · no column says by when something was owed",
    "calendars": [],
    "corrections": [],
    "warnings": [],
    "found": [],
    "statements": [],
    "cannot_say": [],
    "where_delay_arose": None,
    "guesses": [{"what": "opened_at is when a ticket came in", "evidence": "1,204 instants, all readable", "confirmed": False}],
}
