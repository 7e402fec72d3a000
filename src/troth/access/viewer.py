"""Who looks, and how far that person sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from troth.kernel.errors import BadValue


class Role(IntEnum):
    """What somebody may do; each may do what those before it may.

    viewer: read pages. analyst: also SQL, definitions and exports. manager: also act for a unit: hold a huddle, have a digest sent,
    award a team where its rule lets managers.
    admin: also edit the rules, and give and take access.
    """

    viewer = 1
    analyst = 2
    manager = 3
    admin = 4


@dataclass(frozen=True, slots=True)
class Scope:
    """By dimension of the company, the values that somebody may see; a dimension that is not named limits nothing.

    Two dimensions limit together: {"country": {"PT"}, "segment": {"key"}} is key customers in Portugal.
    """

    values: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether it sees the whole operation."""
        return not self.values

    @property
    def key(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What tells two scopes apart, for whatever is kept by scope."""
        return tuple((dimension, tuple(sorted(values))) for dimension, values in sorted(self.values.items()))

    def sees(self, dimension: str, value: str) -> bool:
        return dimension not in self.values or value in self.values[dimension]

    def holds(self, other: Scope) -> bool:
        """Whether it sees all that another sees."""
        return all(name in other.values and other.values[name] <= values for name, values in self.values.items())

    def within(self, other: Scope) -> Scope | None:
        """What both see; None where that is nothing."""
        both = {
            name: self.values.get(name, other.values.get(name, frozenset())) & other.values.get(name, self.values.get(name, frozenset()))
            for name in self.values.keys() | other.values.keys()
        }
        return Scope(both) if all(both.values()) else None

    def written(self) -> str:
        """As a person writes it: country=PT,ES segment=key; nothing for the whole operation."""
        return " ".join(f"{dimension}={','.join(values)}" for dimension, values in self.key)


EVERYTHING = Scope()


def scope_of(parts: Iterable[str]) -> Scope:
    """A scope of its parts: country=PT,ES. Raises BadValue for one that is none, and for a dimension named twice."""
    values: dict[str, frozenset[str]] = {}
    for part in parts:
        dimension, sign, rest = (text.strip() for text in part.partition("="))
        named = frozenset(value.strip() for value in rest.split(",") if value.strip())
        if not (sign and dimension and named) or dimension in values:
            raise BadValue("no scope", got=f"'{part}'", allowed="dimension=value,value, each dimension once: country=PT,ES")
        values[dimension] = named
    return Scope(values)


def role_of(written: str) -> Role:
    """A role of its name. Raises BadValue."""
    if written not in Role.__members__:
        raise BadValue("no role", got=f"'{written}'", allowed=", ".join(Role.__members__))
    return Role[written]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in. id: a random name, nothing personal. language: of the interface, as BCP 47 has it."""

    id: str
    role: Role
    scope: Scope = EVERYTHING
    language: str | None = None

    def may(self, role: Role) -> bool:
        return self.role >= role
