"""Where in the book an expression stands, so that what is wrong with it is told there."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from troth.book import Definition, Problem
from troth.kernel.errors import ExpressionError, nearest
from troth.promises.definition import Promise
from troth.promises.naming import Record
from troth.query import Scope, Typed, compile_expression
from troth.query.tree import Node

NOTHING = Typed(exp.null(), "instant")


@dataclass(frozen=True, slots=True)
class Places:
    """One promise's expressions and events. problems: filled as they are compiled, one for each mistake."""

    definition: Definition[Promise]
    record: Record
    problems: list[Problem] = field(default_factory=list)

    def expression(self, tree: Node | str, scope: Scope, *path: str) -> Typed:
        """The SQL of an expression, or of nothing where it is wrong. What is wrong with a shape is told of the text that has it."""
        try:
            return compile_expression(tree, scope)
        except ExpressionError as error:
            self.wrong(self._as_written(error, scope, path), *path)
            return NOTHING

    def _as_written(self, error: ExpressionError, scope: Scope, path: tuple[str, ...]) -> ExpressionError:
        text: object = self.definition.value.model_dump(by_alias=True)
        for part in path:
            text = text.get(part) if isinstance(text, dict) else None
        try:
            if isinstance(text, str):
                compile_expression(text, scope)
        except ExpressionError as said:
            return said
        return error

    def event(self, type: str, *path: str | int, of: str | None = None) -> None:
        """An event that the record does not know is a mistake; of an event log only the data know which there are."""
        subject = of or self.definition.value.subject
        known = self.record.events_of(subject)
        if type not in known and subject not in self.record.logged:
            said = f"no event '{type}' of '{subject}'; {nearest(type, known)}"
            self.problems.append(self.definition.problem(path, said, at_value=True, cause=f"event {subject} {type}"))

    def belongs(self, type: str, *path: str | int) -> bool:
        """Whether objects of a type belong to the subject, or it to them; if not, that is a mistake."""
        subject, relations = self.definition.value.subject, self.record.relations
        near = {one for one, owners in relations.items() if subject in owners} | set(relations.get(subject, ()))
        if type in near:
            return True
        said = f"no '{type}' belongs to '{subject}'; {nearest(type, near)}"
        self.problems.append(self.definition.problem(path, said, at_value=True))
        return False

    def wrong(self, error: ExpressionError, *path: str) -> None:
        self.problems.append(self.definition.problem(path, str(error), at_value=True, column=error.column))
