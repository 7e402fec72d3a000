"""All that was concluded from the files of a folder, before it is written down as a book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth.sources.guess import lexicon
from troth.sources.guess.feedback import Answers
from troth.sources.guess.keys import Keyed, Reference
from troth.sources.guess.log_shape import Log
from troth.sources.guess.naming import event_noun, snake, unique, without_id
from troth.sources.guess.pairs import Candidate
from troth.sources.guess.profile import Column
from troth.sources.guess.recurring import Recurring
from troth.sources.guess.timeline import Moment
from troth.sources.guess.words import is_neutral, says, time_name


@dataclass(frozen=True, slots=True)
class Whose:
    """The object that a file's rows tell about: its type, and the columns with its id."""

    type: str
    id: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """personal: by file number, kinds by column. candidates: as settled, the asserted among them.

    equal: of files without a key, rows that equal an earlier one in every cell.
    """

    keyed: tuple[Keyed, ...]
    references: tuple[Reference, ...]
    logs: Mapping[int, Log]
    answers: Mapping[int, Answers]
    personal: Mapping[int, Mapping[str, str]]
    candidates: tuple[Candidate, ...]
    recurring: Mapping[int, Recurring]
    equal: Mapping[int, int]

    @property
    def asserted(self) -> list[Candidate]:
        return [c for c in self.candidates if c.may_stand]

    def file(self, number: int) -> Keyed:
        return next(k for k in self.keyed if k.number == number)

    def pointers(self, number: int) -> dict[str, Reference]:
        return {r.column: r for r in self.references if r.table == number}

    def whose(self, number: int) -> Whose | None:
        """The object of a file's rows; a file whose instant fulfils a promise of another object tells about that one."""
        keyed, log = self.file(number), self.logs.get(number)
        if log:
            pointer = self.pointers(number).get(log.case)
            return Whose(self.file(pointer.to).type if pointer else keyed.type, (log.case,))
        for c in self.asserted:
            if c.actual.table == number and c.actual.origin == "child":
                column = next(name for name, r in self.pointers(number).items() if r.to == c.timeline.table)
                return Whose(c.timeline.type, (column,))
        if number in self.answers and self.answers[number].of_another:
            return None
        if recurring := self.recurring.get(number):
            return Whose(recurring.type, (recurring.id,))
        return Whose(keyed.type, keyed.key) if keyed.key else None

    def keeps_equal(self, number: int) -> bool:
        """Whether rows that are equal in every cell are facts of their own."""
        recurring = self.recurring.get(number)
        return bool(self.equal.get(number)) and recurring is not None and recurring.twice

    def planned(self, number: int, column: Column) -> bool:
        """Whether an instant is a date set beforehand: by its name, or since it runs past everything that happened."""
        if any((c.promised.table, c.promised.column) == (number, column.name) for c in self.asserted):
            return True
        if any((c.actual.table, c.actual.column) == (number, column.name) for c in self.asserted):
            return False
        name = time_name(column.name)
        if name.promise or says(column.name, lexicon.WINDOW):
            return True
        others = [c for c in self.file(number).table.instants if c.last and c.name != column.name and _happens(c.name)]
        if column.last is None or not others or (name.actual and not _merely_ends(column.name)) or name.created:
            return False
        done = any(time_name(c.name).actual for c in others)
        slack = timedelta(days=1 if done and not name.actual else 30)
        return (done or name.actual) and column.last > max(c.last for c in others if c.last) + slack

    def events(self, number: int) -> dict[str, str]:
        """Columns with instants that happened -> event types; neither planned, nor housekeeping, nor of another matter."""
        whose, answers = self.whose(number), self.answers.get(number)
        if whose is None:
            return {}
        recurring = self.recurring.get(number)
        if recurring and not recurring.lines:
            return {recurring.at: recurring.event}
        named: dict[str, str] = {}
        owner = next((k for k in self.keyed if k.type == whose.type and k.twin is None and k.number != number), None)
        others = set(self.events(owner.number).values()) if owner and self.file(number).type != owner.type else set()
        for column in self.file(number).table.instants:
            name = time_name(column.name)
            if self.planned(number, column) or name.never or name.housekeeping or not self._of_all(number, column.name):
                continue
            if answers and column.name in (answers.asked, answers.answered):
                continue
            named[column.name] = unique(event_noun(column.name, whose.type), {*named.values(), *others})
        return named

    def event_of(self, moment: Moment) -> str | None:
        if moment.activity is not None:
            return moment.activity
        return self.events(moment.table).get(moment.column)

    def attributes(self, number: int) -> dict[str, str]:
        """Columns that become attributes -> names: dates set beforehand, and words of few kinds."""
        whose = self.whose(number)
        if whose is None:
            return {}
        named: dict[str, str] = {}
        reserved = {*whose.id, *self.file(number).key, *self.pointers(number), *self.personal[number], *self.parties(number)}
        for column in self.file(number).table.columns:
            if column.name in reserved or not self._of_all(number, column.name):
                continue
            if (column.kind == "instant" and self.planned(number, column)) or _is_word(column):
                taken = {*named.values(), "code", "id", "month", "stratum"}
                named[column.name] = unique(_attribute_noun(column.name, whose.type), taken)
        return named

    def parties(self, number: int) -> dict[str, str]:
        """Columns that point to people or other files' objects -> object types."""
        whose = self.whose(number)
        if whose is None:
            return {}
        found = {
            name: self.file(r.to).type
            for name, r in self.pointers(number).items()
            if not (log := self.logs.get(number)) or log.case != name
        }
        for column in self.file(number).table.columns:
            free = column.name not in found and column.name not in whose.id and column.name not in self.personal[number]
            if free and not says(whose.type, lexicon.CUSTOMER) and column.kind in ("text", "number") and _names_customer(column):
                found[column.name] = snake(without_id(column.name) or "customer")
        recurring = self.recurring.get(number)
        return {name: type for name, type in found.items() if type != whose.type and (recurring is None or name in recurring.constant)}

    def _of_all(self, number: int, column: str) -> bool:
        """Whether a column says the same in every row of one object, where several rows are about one."""
        log, recurring = self.logs.get(number), self.recurring.get(number)
        if log:
            return column in log.constant
        return recurring is None or column in recurring.constant or (recurring.lines and column == recurring.at)

    def customer(self, number: int) -> tuple[str, str] | None:
        """Column and type of the customer: named so, else a pointer to people that repeats."""
        parties = self.parties(number)
        for name, type in parties.items():
            if says(type, lexicon.CUSTOMER) or says(name, lexicon.CUSTOMER):
                return name, type
        for name, type in parties.items():
            pointer = self.pointers(number).get(name)
            people = pointer is not None and "name" in self.personal[pointer.to].values()
            repeats = self.file(number).table.column(name).distinct < 0.98 * self.file(number).table.looked
            if repeats and (people or says(type, lexicon.PARTY)) and not says(type, lexicon.STAFF):
                return name, type
        return None


def _happens(column: str) -> bool:
    name = time_name(column)
    return (name.created or name.actual) and not (name.promise or name.never or name.housekeeping or _merely_ends(column))


def _merely_ends(column: str) -> bool:
    """`end_date` may be when it ended or when it will."""
    return says(column, lexicon.MERELY_END) and not says(column, "=actual =ist =real")


def _is_word(column: Column) -> bool:
    return column.kind == "text" and 1 < len(column.vocabulary) <= 60 and column.distinct <= max(2, column.filled // 3)


def _attribute_noun(column: str, type: str) -> str:
    """Name of an attribute: the column's, without the object's own name in front.

    >>> _attribute_noun("order_status", "order"), _attribute_noun("case:deadline", "case")
    ('status', 'deadline')
    """
    name = snake(column.removeprefix("case:"))
    return name.removeprefix(f"{type}_") or name


def _names_customer(column: Column) -> bool:
    """The last word of the name, leaving out words such as number: `customer_id`, not `customer_city`."""
    words = without_id(column.name).split("_")
    return says(words[-1], lexicon.CUSTOMER) and not is_neutral(column.name) and column.distinct > 20
