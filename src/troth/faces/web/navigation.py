"""The pages that stand in the masthead, for those who may open them."""

from __future__ import annotations

from troth.access import Viewer
from troth.faces.language import Language

# Pages that cannot be cut to a scope.
WHOLE = frozenset({"/data", "/rules"})


UNDER = {
    "orders": "/customers", "values": "/customers", "roles": "/units", "reliability": "/units", "calibrations": "/units",
    "rewards": "/units",
}  # fmt: skip
"""By the first part of an address, the page of the masthead that it belongs to, where that is another."""


def pages_for(viewer: Viewer, language: Language) -> tuple[tuple[str, str], ...]:
    """Address and name of each."""
    say = language.gettext
    listed = (
        ("/", say("Monday")),
        ("/promises", say("Promises")),
        ("/measures", say("Measures")),
        ("/units", say("Units")),
        ("/customers", say("Customers")),
        ("/huddle", say("Huddle")),
        ("/data", say("Data")),
        ("/rules", say("Rules")),
    )
    return tuple((address, name) for address, name in listed if viewer.scope.whole or address not in WHOLE)


def here(path: str) -> str:
    """The address in the masthead to which a path belongs."""
    first = path.strip("/").split("/")[0]
    return UNDER.get(first, f"/{first}")
