"""The functions of the expression language: one file each, listed in `TABLE`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from troth.query.functions import attr, end_of_day
from troth.query.scope import Scope, Typed
from troth.query.tree import Node

TABLE: dict[str, Callable[[Sequence[Node], Scope, int], Typed]] = {
    attr.NAME: attr.lower,
    end_of_day.NAME: end_of_day.lower,
}
