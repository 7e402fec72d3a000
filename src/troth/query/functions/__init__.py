"""The functions of the expression language: one file each, listed in `TABLE`."""

from __future__ import annotations

from collections.abc import Callable

from troth.query.functions import attr, cutoff, elapsed, end_of_day
from troth.query.scope import Lower, Scope, Typed
from troth.query.tree import Call

TABLE: dict[str, Callable[[Call, Scope, Lower], Typed]] = {
    attr.NAME: attr.lowered,
    cutoff.NAME: cutoff.lowered,
    elapsed.NAME: elapsed.lowered,
    end_of_day.NAME: end_of_day.lowered,
}
