"""Figures as pages place them: beside a sentence, and wide or on a phone where they are read by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from troth.faces.page.figures import draw
from troth.faces.page.sheet import PHONE, SMALL, WIDE
from troth.findings import Figure


@dataclass(frozen=True, slots=True)
class Drawn:
    small: str
    wide: str
    narrow: str
    caption: str


def drawn(figure: Figure | Mapping[str, Any] | None, ident: str) -> Drawn | None:
    """A figure at each size; None where there is none, or nothing to draw."""
    if figure is None:
        return None
    plain = {"kind": figure.kind, "caption": figure.caption, **figure.spec} if isinstance(figure, Figure) else figure
    small, wide, narrow = (draw(plain, ident=f"{ident}--{name}", width=width) for name, width in SIZES)
    return Drawn(small, wide, narrow, str(plain.get("caption") or "")) if wide else None


SIZES = (("small", SMALL), ("wide", WIDE), ("narrow", PHONE))
