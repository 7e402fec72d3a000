"""What broke upstream of a promise to customers: over all of it, and for one order as a chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from troth.app.reading import Reading
from troth.engines.statistics import Attributable
from troth.findings.chains import Chain, chain_of
from troth.findings.context import window
from troth.findings.links import Link
from troth.findings.upstream import MONTH, Upstream, upstream_of
from troth.findings.weighing import is_sample
from troth.findings.words import count_of, interval, number, percent
from troth.kernel.errors import NotFound, nearest
from troth.kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Cause:
    """A step that broke first upstream. in_file, in_all: of how many broken promises. key, words, giver, taker, owners: as in the book."""

    key: str
    words: str
    giver: str
    taker: str
    owners: tuple[str, ...]
    in_file: int
    in_all: float


@dataclass(frozen=True, slots=True)
class UpstreamTold:
    """sentences: what is found, in words. counts: in the file and in all, by what was and was not upstream.

    together: `relative`, `common`, `exposed`, `population`, each a value with its interval; an association. by: what those
    compared are alike in.
    """

    promise: str
    words: str
    sentences: tuple[str, ...]
    evidence: str
    by: tuple[str, ...]
    sampled: bool
    counts: dict[str, tuple[int, float]]
    causes: tuple[Cause, ...]
    together: Attributable | None
    refusal: Refusal | None


def tell_upstream(reading: Reading, promise: str, by: Sequence[str] = (MONTH,)) -> UpstreamTold:
    """What broke upstream of all of a promise that fell due. Raises NotFound for a promise or an attribute that there is not, and for
    a promise without inner steps.
    """
    context = reading.context
    _known(reading, promise)
    found = upstream_of(context, promise, by)
    if found is None:
        raise NotFound(
            f"'{promise}' has no inner step",
            got="no internal promise about its subject or what is linked to it, and no stage with a budget",
            next_step="Write a promise with `kind: internal`, or give a stage a `budget`.",
        )  # fmt: skip
    terms = context.promises[promise]
    sampled = is_sample(context, terms.subject)
    due = ""
    if found.first_due is not None and found.last_due is not None:
        due = f"due {window(context.local_time(found.first_due), context.local_time(found.last_due))}"
    counts = {name: (found.seen(name), float(found.total(name))) for name in ("broken_after", "broken_else", "broken_untold",
                                                                              "kept_after", "kept_else", "kept_untold")}  # fmt: skip
    causes = tuple(_cause(one.link, one.in_file, float(one.in_all)) for one in found.firsts)
    return UpstreamTold(
        promise, terms.words, tuple(_sentences(found, terms.subject)), due, found.by, sampled, counts, causes, found.together, found.refusal
    )


def tell_chain(reading: Reading, promise: str, id: str) -> Chain:
    """One order's chain. Raises NotFound for a promise that there is not, and for an id to which it was not made."""
    _known(reading, promise)
    found = chain_of(reading.context, promise, id)
    if found is None:
        subject = reading.context.promises[promise].subject
        raise NotFound(
            f"'{promise}' was not made about {subject} '{id}'", next_step="Give an id as the source has it; troth why-not says more."
        )
    return found


def _known(reading: Reading, promise: str) -> None:
    promises = reading.context.promises
    if promise not in promises:
        raise NotFound(
            f"no promise '{promise}'", allowed=nearest(promise, promises), next_step="Which there are: troth book show promises."
        )


def _cause(link: Link, in_file: int, in_all: float) -> Cause:
    return Cause(link.key, link.words, link.giver, link.taker, link.owners, in_file, in_all)


def _sentences(found: Upstream, subject: str) -> list[str]:
    broken = found.seen("broken_after", "broken_else")
    kept = found.seen("kept_after", "kept_else")
    said = []
    if broken and kept:
        after, before = (_share(found, "broken"), _share(found, "kept"))
        said.append(
            f"Of {count_of(broken, subject)} that were late or never came, {percent(after)} had missed an inner limit before;"
            f" of {number(kept)} in time {percent(before)}."
        )
    untold = found.seen("broken_untold", "kept_untold")
    if untold:
        said.append(f"Of {number(untold)} more it cannot be told: their inner steps have no limit on record.")
    together = found.together
    if together is not None:
        ratio, part = together.relative, together.population
        said.append(
            f"With an inner limit missed before, they were late {ratio.value:.1f} times as often"
            f" ({interval(ratio.low, ratio.high, 1, 1.0)}){_alike(found.by)}."
        )
        said.append(
            f"{percent(part.value)} ({interval(part.low, part.high)}) of all that were late goes with an inner limit missed before."
            " The two go together; that is an association and no proof."
        )
        if together.left_out:
            said.append(f"{count_of(together.left_out, subject)} had nobody alike to be compared with and count as not going with it.")
    return said


def _share(found: Upstream, state: str) -> float:
    after, other = found.total(f"{state}_after"), found.total(f"{state}_else")
    return float(after / (after + other))


def _alike(by: Sequence[str]) -> str:
    return f" as others alike in {', '.join(one.replace('_', ' ') for one in by)}" if by else " as others"


def plain_chain(chain: Chain) -> dict[str, object]:
    """A chain as plain data; instants are UTC."""
    return {
        "promise": chain.promise, "words": chain.words, "subject": chain.subject, "id": chain.id, "state": chain.state, "says": chain.says,
        "first": chain.first.link.key if chain.first else None,
        "steps": [
            {
                "key": step.link.key, "words": step.link.words, "id": step.id, "giver": step.link.giver, "party": step.party,
                "taker": step.link.taker, "owners": step.link.owners, "state": step.state, "due": step.due, "done": step.done,
                "upstream": step.upstream,
            }
            for step in chain.steps
        ],
    }  # fmt: skip
