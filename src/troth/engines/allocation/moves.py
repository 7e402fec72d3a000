"""Why a ratio moved between two periods: what its slices did, and what became of their weights; exact, and summing to the change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from troth.kernel.errors import CannotEstimate

Path = tuple[str, ...]
Amount = int | Fraction
Counts = Mapping[Path, tuple[Amount, Amount]]


@dataclass(frozen=True, slots=True)
class Part:
    """What one slice gave to the change, in the unit of the ratio; rate + mix is all of it.

    path: the slice by dimension, outermost first. rate: by its own ratio; mix: by its weight, above 0 where it grew while above the
    whole or shrank while below. before, after: its ratio; None where it was not there: then it moved by mix alone. weight_before,
    weight_after: its share of the denominator of the slice it is part of. parts: slices within it, whose rate and mix sum to its rate.
    """

    path: Path
    rate: Fraction
    mix: Fraction
    before: Fraction | None
    after: Fraction | None
    weight_before: Fraction
    weight_after: Fraction
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """before + rate and mix of all parts = after, exactly. rate, mix: of the slices of the outermost dimension."""

    before: Fraction
    after: Fraction
    parts: tuple[Part, ...]

    @property
    def change(self) -> Fraction:
        return self.after - self.before

    @property
    def rate(self) -> Fraction:
        return sum((part.rate for part in self.parts), Fraction(0))

    @property
    def mix(self) -> Fraction:
        return sum((part.mix for part in self.parts), Fraction(0))


def why_moved(before: Counts, after: Counts) -> Move:
    """The change of sum(numerators) / sum(denominators), by slices, nested as deep as their paths.

    before, after: (numerator, denominator) by path, whole numbers or fractions, all paths of one length. A slice's rate is the change of
    its ratio at the mean of its weights, its mix the change of its weight at how far the mean of its ratios lies from the mean of the
    whole: so neither period is the base, and no rest is left. Nothing here says what is chance.
    Refuses paths of lengths that differ, denominators below 0 or 0 in all, and a numerator without a denominator.
    Source: Kitagawa 1955, Components of a difference between two rates; Marshall 1890 and Edgeworth 1925 for the mean of both periods.

    >>> move = why_moved({("easy",): (98, 100), ("hard",): (60, 100)}, {("easy",): (49, 50), ("hard",): (90, 150)})
    >>> float(move.change), float(move.rate), float(move.mix)  # each as good as before, more of the hard ones
    (-0.095, 0.0, -0.095)
    """
    lengths = {len(path) for path in (*before, *after)}
    if len(lengths) != 1 or 0 in lengths:
        raise CannotEstimate("why a ratio moved", got=f"paths of {sorted(lengths)} parts", need="paths of one length, at least 1")
    for path, (numerator, denominator) in (*before.items(), *after.items()):
        if denominator < 0 or (denominator == 0 and numerator != 0):
            raise CannotEstimate("why a ratio moved", got=f"{numerator} of {denominator} in {'/'.join(path)}", need="denominators above 0")
    first, second = (_within(counts) for counts in (before, after))
    return Move(_ratio(first, "before"), _ratio(second, "after"), _parts((), first, second))


def _within(counts: Counts) -> dict[Path, tuple[Fraction, Fraction]]:
    return {path: (Fraction(numerator), Fraction(denominator)) for path, (numerator, denominator) in counts.items() if denominator}


def _ratio(counts: Mapping[Path, tuple[Fraction, Fraction]], when: str) -> Fraction:
    whole = _whole(counts)
    if whole == 0:
        raise CannotEstimate("why a ratio moved", got=f"a denominator of 0 {when}", need="denominators above 0 in both periods")
    return sum((numerator for numerator, _ in counts.values()), Fraction(0)) / whole


def _parts(path: Path, before: dict[Path, tuple[Fraction, Fraction]], after: dict[Path, tuple[Fraction, Fraction]]) -> tuple[Part, ...]:
    depth = len(path)
    if depth == len(next(iter(before))):
        return ()
    middle = (_ratio(before, "before") + _ratio(after, "after")) / 2
    wholes = [_whole(before), _whole(after)]
    slices: dict[str, tuple[dict[Path, tuple[Fraction, Fraction]], dict[Path, tuple[Fraction, Fraction]]]] = {}
    for side, counts in enumerate((before, after)):
        for key, pair in counts.items():
            slices.setdefault(key[depth], ({}, {}))[side][key] = pair
    found = []
    for name, (first, second) in slices.items():
        was, now = (_whole(counts) / whole for counts, whole in zip((first, second), wholes, strict=True))
        old, new = (_ratio(counts, "") if counts else None for counts in (first, second))
        there = [ratio for ratio in (old, new) if ratio is not None]
        mix = (now - was) * (sum(there, Fraction(0)) / len(there) - middle)
        if old is None or new is None:
            found.append(Part((*path, name), Fraction(0), mix, old, new, was, now, ()))
            continue
        mean = (was + now) / 2
        inner = tuple(_scaled(part, mean) for part in _parts((*path, name), first, second))
        found.append(Part((*path, name), mean * (new - old), mix, old, new, was, now, inner))
    return tuple(found)


def _whole(counts: Mapping[Path, tuple[Fraction, Fraction]]) -> Fraction:
    """The denominator of all."""
    return sum((denominator for _, denominator in counts.values()), Fraction(0))


def _scaled(part: Part, by: Fraction) -> Part:
    """As a part of the whole, not of the slice it lies in."""
    parts = tuple(_scaled(inner, by) for inner in part.parts)
    return Part(part.path, part.rate * by, part.mix * by, part.before, part.after, part.weight_before, part.weight_after, parts)
