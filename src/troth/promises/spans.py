"""Parts of what is judged, each with as many subjects as have room in memory: one that is spilled and read again takes far longer."""

from __future__ import annotations

from dataclasses import dataclass

from troth.record import Engine

AT_ONCE = 1_000_000  # subjects


@dataclass(frozen=True, slots=True)
class Span:
    """Subjects by their codes, from the first to before the end; without them all."""

    first: int | None = None
    end: int | None = None

    def of(self, code: str) -> str:
        """SQL of whether a subject lies in it."""
        return "TRUE" if self.first is None else f"{code} >= {self.first} AND {code} < {self.end}"


WHOLE = (Span(),)


def spans(engine: Engine, table: str, code: str = "object") -> tuple[Span, ...]:
    """Parts of a table by the codes in it, in their order; one of all where it is small."""
    count, last = engine.rows(f"SELECT count(*), coalesce(max({code}), 0) FROM {table}")[0]
    parts = -(-int(count) // AT_ONCE)
    if parts < 2:
        return WHOLE
    step = int(last) // parts + 1
    return tuple(Span(n * step, (n + 1) * step) for n in range(parts))
