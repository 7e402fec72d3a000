"""attr(name): an attribute of the subject."""

from __future__ import annotations

from collections.abc import Sequence

from troth.kernel.errors import ExpressionError, nearest
from troth.query.scope import Scope, Typed
from troth.query.tree import Name, Node

NAME = "attr"
TAKES = "the name of one attribute"


def lower(arguments: Sequence[Node], scope: Scope, column: int) -> Typed:
    argument = arguments[0] if len(arguments) == 1 else None
    if not isinstance(argument, Name) or len(argument.path) != 1:
        raise ExpressionError("attr() takes the name of one attribute", column=column)
    found = scope.attributes.get(argument.dotted)
    if found is None:
        raise ExpressionError(
            "no such attribute of the subject",
            column=argument.column,
            got=f"'{argument.dotted}'",
            allowed=nearest(argument.dotted, scope.attributes),
        )
    return found
