"""attr(name): an attribute of the subject."""

from __future__ import annotations

from dataclasses import replace

from troth.kernel.errors import ExpressionError, nearest
from troth.query.scope import Lower, Scope, Typed
from troth.query.tree import Call, Name

NAME = "attr"


def lowered(call: Call, scope: Scope, lower: Lower) -> Typed:  # noqa: ARG001  every function of the language is called alike
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    if not isinstance(argument, Name) or len(argument.path) != 1:
        instead = "a name without quotes, as in attr(status)"
        raise ExpressionError("attr() takes the name of one attribute", column=call.column, allowed=instead)
    found = scope.attributes.get(argument.dotted)
    if found is None:
        raise ExpressionError(
            "no such attribute of the subject",
            column=argument.column,
            got=f"'{argument.dotted}'",
            allowed=nearest(argument.dotted, scope.attributes),
        )
    return replace(found, node=found.node.copy())
