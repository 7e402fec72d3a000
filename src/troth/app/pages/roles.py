"""The page of a role: what it promises, what customers get of that, whether they come back, and how its goals stand."""

from __future__ import annotations

from dataclasses import dataclass

from troth.app.answers.scorecards import BOARD, Card, Judged, Sight, goals, line_of_sight, scorecards
from troth.app.reading import Reading
from troth.kernel.errors import NotFound
from troth.metrics.scorecards import GOALS, SCORECARDS, Goal, Scorecard


@dataclass(frozen=True, slots=True)
class RolePage:
    """goals: that the role owns and that stand on none of its scorecards."""

    sight: Sight
    cards: tuple[Card, ...]
    goals: tuple[Judged, ...]


def roles_of(reading: Reading) -> tuple[str, ...]:
    """Every role of the book, the board last: those of company.yaml and those that own a promise or one of its stages."""
    named = list(reading.rules.book.company.roles)
    for promise in reading.context.promises.values():
        owners = [*promise.owners, *(stage.owner for stage in promise.stages.values() if stage.owner)]
        named += [one for one in owners if one not in named]
    return (*(one for one in named if one != BOARD), BOARD)


def role_page(reading: Reading, role: str) -> RolePage:
    """Raises NotFound for a role that the book does not have."""
    known = roles_of(reading)
    if role not in known:
        raise NotFound(f"no role '{role}' in company.yaml", allowed=", ".join(known))
    cards = _cards(reading, role)
    scored = {line.goal.name for card in cards for line in card.lines}
    book = reading.rules.book
    owned = [name for name, goal in book.definitions(GOALS.name, Goal).items() if goal.value.owner == role and name not in scored]
    return RolePage(line_of_sight(reading, role), cards, tuple(one for name in owned for one in goals(reading, name)))


def _cards(reading: Reading, role: str) -> tuple[Card, ...]:
    known = reading.rules.book.definitions(SCORECARDS.name, Scorecard)
    return scorecards(reading, role) if any(one.value.role == role for one in known.values()) else ()
