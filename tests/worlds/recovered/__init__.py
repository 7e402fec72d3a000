"""Each truth of Meridian, found again in its files by a script that somebody could write who does not know the answer."""

from __future__ import annotations

from typing import NamedTuple


class Found(NamedTuple):
    """size: in the truth's unit. error: its standard error. place: where, or since when; empty where nothing stands out."""

    size: float
    error: float
    place: str = ""
