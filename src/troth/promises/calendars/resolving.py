"""The calendar that counts for a subject's keys: its layers and versions one after another, as a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.book import Book, Variant
from troth.book.versions import BEGINNING, UNSAVED
from troth.engines.calendars import Hours, InTurn, Rule, Together, changes_by, zones_by
from troth.kernel import digest
from troth.kernel.errors import BookError
from troth.kernel.instant import to_us
from troth.promises.calendars.definition import CALENDARS, CalendarDefinition


@dataclass(frozen=True, slots=True)
class Clock:
    """What a calendar says, and the zone whose days its working days and a promise's local times are."""

    name: str
    rule: Rule
    zone: str

    def changes(self, since_us: int, until_us: int) -> tuple[int, ...]:
        """When what it says changes, after one instant and up to another, UTC microseconds."""
        return tuple(at for at in changes_by(self.rule) if since_us < at <= until_us)

    @property
    def id(self) -> str:
        """How outcomes name it: by its name, and by what it says, so that a customer's own is another."""
        return f"{self.name}@{digest.of_text(repr(self.rule))[:8]}"


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of a book. zone: of those that name none."""

    book: Book
    zone: str
    _made: dict[tuple[str, tuple[tuple[str, str], ...]], Rule] = field(default_factory=dict, compare=False, repr=False)
    _among: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    def rule(self, name: str, keys: Mapping[str, str]) -> Rule:
        """What a calendar says for a subject's keys at every time: when it changes, what comes later goes by what it says then.

        Raises BookError for a calendar that is put together of itself.
        """
        used = self.dimensions(name)
        mine = tuple(sorted((key, value) for key, value in keys.items() if key in used))
        if (name, mine) not in self._made:
            self._made[name, mine] = self._rule(name, dict(mine), ())
        return self._made[name, mine]

    def clocks(self, name: str, keys: Mapping[str, str]) -> tuple[tuple[int, int, Clock], ...]:
        """The clock of what is made from one instant to before another, UTC microseconds; two only where a calendar changes its zone."""
        rule = self.rule(name, keys)
        return tuple((since, until, Clock(name, rule, zone)) for since, until, zone in zones_by(rule))

    def dimensions(self, name: str) -> frozenset[str]:
        """The dimensions by which a calendar, or one that it is put together of, differs."""
        return frozenset(dimension for one in self.among(name) for dimension in self.book.dimensions(CALENDARS.name, one))

    def values(self, name: str, dimension: str) -> frozenset[str]:
        """The values of a dimension that make a difference to it."""
        return frozenset(value for one in self.among(name) for value in self.book.values(CALENDARS.name, one, dimension))

    def among(self, name: str) -> frozenset[str]:
        """A calendar and all that it is put together of, in whichever version or layer."""
        if name not in self._among:
            self._among[name] = self._reached(name)
        return self._among[name]

    def _reached(self, name: str) -> frozenset[str]:
        found: set[str] = set()
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one not in found and self.book.has(CALENDARS.name, one):
                found.add(one)
                waiting += [other for said in self.book.each(CALENDARS.name, one, CalendarDefinition) for other in said.value.others()]
        return frozenset(found)

    def variants(self, name: str, keys: Mapping[str, str]) -> tuple[Variant[CalendarDefinition], ...]:
        """What it says over time for a subject's keys."""
        return tuple(self.book.variants(CALENDARS.name, name, keys, CalendarDefinition))

    def _rule(self, name: str, keys: Mapping[str, str], inside: tuple[str, ...]) -> Rule:
        if name in inside:
            raise BookError(f"calendar '{name}' is put together of itself", got=" > ".join((*inside, name)))
        said = self.variants(name, keys)
        if not said:
            raise BookError(f"calendar '{name}' holds at no time", got="no version that is saved", allowed="a version")
        turns: list[tuple[int, int, Rule]] = []
        for variant in said:
            since, until = to_us(variant.since), to_us(variant.until)
            rule = self._one(variant.definition.value, keys, (*inside, name))
            if turns and turns[-1][1:] == (since, rule):
                turns[-1] = (turns[-1][0], until, rule)
            else:
                turns.append((since, until, rule))
        always = (to_us(BEGINNING), to_us(UNSAVED))
        return turns[0][2] if turns[0][:2] == always else InTurn(tuple(turns))

    def _one(self, value: CalendarDefinition, keys: Mapping[str, str], inside: tuple[str, ...]) -> Rule:
        def others(names: tuple[str, ...]) -> tuple[Rule, ...]:
            return tuple(self._rule(one, keys, inside) for one in names)

        if not value.any_of and not value.all_of:
            own = hours_of(value, self.zone)
            return Together(all_of=(own,), without=others(value.without)) if value.without else own
        return Together(others(value.any_of), others(value.all_of), others(value.without))


def hours_of(value: CalendarDefinition, zone: str) -> Hours:
    """The hours of a calendar that has its own. zone: where it names none."""
    return Hours(value.zone or zone, value.week(), value.holidays, value.single_days())
