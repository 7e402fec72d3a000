"""What the dialects share: which call a node is, and what a decimal has room for."""

from __future__ import annotations

from sqlglot import exp

from troth.query.nodes import cast, paren

INTERVALS = {"to_microseconds": "MICROSECOND", "to_days": "DAY", "to_months": "MONTH"}


def called(node: exp.Expression) -> tuple[str, exp.Expression] | None:
    """The function of one argument that SQLGlot has no node for, and its argument."""
    if isinstance(node, exp.Anonymous) and len(node.expressions) == 1:
        return str(node.this).lower(), node.expressions[0]
    return None


def tried(node: exp.Expression) -> tuple[exp.Expression, int, int, int] | None:
    """What may have no room in a decimal: its value, the digits and the decimals of the type, and from how many digits before the
    point there is no value. A product has fewer: DuckDB gives it the decimals of both factors first.
    """
    inner = node.this if isinstance(node, exp.Try) else node if isinstance(node, exp.TryCast) else None
    if not isinstance(inner, exp.Cast | exp.TryCast) or not inner.to.is_type("decimal"):
        return None
    digits, decimals = (int(one.name) for one in inner.to.expressions)
    room = digits - decimals
    if isinstance(node, exp.Try) and isinstance(inner.this, exp.Mul):
        room = min(room, 38 - 2 * decimals)
    return inner.this, digits, decimals, room


def series(node: exp.Expression) -> exp.Expression | None:
    """The series that a projection unfolds into rows."""
    if isinstance(node, exp.Explode | exp.Unnest) or (isinstance(node, exp.Anonymous) and str(node.this).lower() == "unnest"):
        return next((one for one in node.iter_expressions() if isinstance(one, exp.GenerateSeries | exp.GenerateTimestampArray)), None)
    return None


def named(node: exp.Expression) -> exp.Transform | None:
    """The value and what is made of it in list_extract(list_transform([value], lambda moment: ...), 1), by which a value gets a name."""
    if not (isinstance(node, exp.Anonymous) and str(node.this).lower() == "list_extract"):
        return None
    return next((one for one in node.iter_expressions() if isinstance(one, exp.Transform)), None)


def moved(quotient: exp.Div, decimals: int) -> exp.Expression:
    """A quotient with its point so many places further right, in doubles: DuckDB divides so, and then rounds to a whole number."""
    divided = paren(exp.Div(this=cast(quotient.this, "DOUBLE"), expression=quotient.expression))
    return exp.Mul(this=divided, expression=exp.Literal.number(f"1e{decimals}"))


def last_place(decimals: int) -> exp.Expression:
    """What a whole number is multiplied by to have its point back."""
    return exp.Literal.number(f"{10**-decimals:.{decimals}f}")
