"""What every statement owes its reader, whoever found it."""

from __future__ import annotations

import re

from tests.findings.worlds import listed, value_of
from troth.findings.context import Context
from troth.findings.statement import Statement

_SYMBOLS = re.compile(r"[\u0370-\u03ff()\[\]{}<>=~±×÷^_|\\]|−\d|\d–\d")
_CODE_WORDS = re.compile(
    r"\b(record|metric|inquiry|promisor|promisee|void|waived|unknown|gesture|grant|refusal|refused|snapshot|as-of"
    r"|overlay|locked|broken)\b|at_risk|special cause|not established",
    re.IGNORECASE,
)
_CAUSAL = re.compile(r"\b(because|causes?|caused|due to|leads to|effect|drives?|costs?)\b", re.IGNORECASE)


def plain(headline: str) -> bool:
    """No symbol but currency and per cent, no Greek, no brackets, no word that has another one on the screen."""
    return not _SYMBOLS.search(headline) and not _CODE_WORDS.search(headline)


def causal(statement: Statement) -> bool:
    """Does it claim, in so many words, that one thing brings about another? A refusal may name the claim it refuses."""
    said = statement.paragraph if statement.refusal else f"{statement.headline} {statement.paragraph}"
    return _CAUSAL.search(said.replace("no proof of a cause", "")) is not None


def assert_honest(context: Context, statement: Statement) -> None:
    """A plain first sentence, SQL over several lines that gives its value, a list as long as it says, few acts."""
    assert plain(statement.headline), statement.headline
    assert abs(value_of(context, statement) - statement.value) <= 1e-12 * max(1.0, abs(statement.value))
    assert len(statement.sql.splitlines()) > 1
    assert len(statement.acts) <= 3
    assert sum(act.primary for act in statement.acts) <= 1
    assert statement.table.rows
    assert {len(row) for row in statement.table.rows} == {len(statement.table.columns)}
    assert (statement.refusal is not None) == (statement.evidence.how_sure == "cannot say yet")
    if statement.orders_sql is not None:
        ids = listed(context, statement)
        assert len(ids) == statement.orders_count
        assert ids == sorted(ids)
