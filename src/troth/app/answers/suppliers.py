"""Suppliers of a promise: where its delay arose with each, and how good each is by what was kept or by what customers say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from troth.app.answers.charts import SEED
from troth.app.answers.units import SideBySide, compare_units
from troth.app.reading import Reading
from troth.findings.suppliers import Suppliers, linked, suppliers_of
from troth.kernel.errors import NotFound, nearest
from troth.metrics.lint import ground_of
from troth.promises.lanes import lanes_of
from troth.promises.persons import refuse_persons
from troth.query.tree import Name


def suppliers(reading: Reading, promise: str, by: str, quality: str | None = None, rng: np.random.Generator | None = None) -> Suppliers:
    """A promise by who supplied it.

    by: an object type that its subject is linked to, seller; a dimension of the company; or an expression, attr(carrier). quality: a metric
    that says how good a supplier is, what its customers answer; without it what was kept of the promise. rng: of the draws for ranks;
    without it the same each time. Raises NotFound for a promise that there is not, BadValue for what tells no suppliers apart.
    """
    context = reading.context
    if promise not in context.promises:
        raise NotFound(f"no promise '{promise}' in the book", allowed=nearest(promise, context.promises))
    subject, chance = context.promises[promise].subject, rng or np.random.Generator(np.random.PCG64(SEED))
    is_type = context.has(f"object_{by}") and by not in {one.id for one in reading.rules.book.company.dimensions}
    if is_type:
        refuse_persons(Name((subject, by)), subject, ground_of(reading.rules.book).record)
    part = linked(subject, by) if is_type else lanes_of(context.engine, reading.rules.book, subject, (by,))
    found = suppliers_of(context, promise, by, part, chance)
    if quality is None:
        return found
    said = compare_units(reading, quality, SideBySide(by), chance)
    (group,) = said.groups or (None,)
    refusal = said.refusal or (None if group is None else group.refusal)
    units = {one.name: one for one in group.units} if group is not None and refusal is None else {}
    told = tuple(replace(one, quality=units.get(one.name)) for one in found.suppliers)
    return replace(
        found, suppliers=told, says=group.says if group else "", centre=group.centre if group else None, refusal=refusal, quality=quality,
        quality_words=said.told.answer.definition.words, unit=said.unit,
    )  # fmt: skip
