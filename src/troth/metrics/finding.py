"""What queries read beside the lake: found once, for all of a page."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from troth.metrics.rows import Found
from troth.query import identifier, literal_text
from troth.record import Engine


def find(engine: Engine, relations: Mapping[str, Found]) -> None:
    """What queries read beside the lake, made where the engine has it not yet."""
    listed = ", ".join(literal_text(name) for name in relations) or "''"
    known = {name for (name,) in engine.rows(f"SELECT table_name FROM information_schema.tables WHERE table_name IN ({listed})")}
    for name, one in relations.items():
        if name in known:
            continue
        if isinstance(one, str):
            engine.run(f"CREATE TABLE {identifier(name)} AS {one}")
            continue
        pairs = engine.columns(one.pairs)
        instants = pairs[one.value].dtype.kind == "M"
        values = pairs[one.value].astype("datetime64[us]").astype(np.int64) if instants else pairs[one.value].astype(np.int64)
        objects, least = one.of(pairs["object"], values)
        engine.load(name, {"object": objects, one.value: least.astype("datetime64[us]" if instants else np.int32)})
