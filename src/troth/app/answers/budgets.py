"""What the objectives of a book leave to be broken, and how much of that is spent."""

from __future__ import annotations

from troth.app.reading import Reading
from troth.findings.budget import Budget, budget_of
from troth.kernel.errors import NotFound, nearest


def budgets(reading: Reading, name: str | None = None) -> tuple[Budget, ...]:
    """The budget of one promise, or of all that have an objective.

    Raises NotFound for a promise that there is not, and where there is no objective.
    """
    context = reading.context
    known = {promise: one.objective for promise, one in context.promises.items() if one.objective is not None}
    if name is not None and name not in context.promises:
        raise NotFound(f"no promise '{name}' in the book", allowed=nearest(name, context.promises))
    if (name is not None and name not in known) or not known:
        what = f"promise '{name}' has no objective" if name else "no promise of the book has an objective"
        raise NotFound(what, next_step="Write one in promises/: objective: {kept: 0.95, over: 28d}")
    return tuple(budget_of(context, one, objective) for one, objective in known.items() if name in (None, one))
