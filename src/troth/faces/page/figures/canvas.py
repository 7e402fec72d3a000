"""What every figure is drawn with: measured text, boxes that must not meet, and escaped SVG."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite
from typing import Any

SIZE = 13.0
"""Font size of every label, in pixels of the drawing; figures are shown at one to one."""

# Advances of Inter at weight 500, thousandths of an em, from U+0020 to U+007E.
_ADVANCES = (
    *(267, 305, 495, 639, 646, 993, 653, 313, 369, 369, 521, 667, 304, 463, 304, 370),
    *(646, 646, 646, 646, 656, 646, 646, 646, 646, 646, 304, 315, 667, 667, 667, 527),
    *(982, 709, 657, 734, 722, 604, 589, 748, 745, 273, 575, 688, 565, 913, 756, 767),
    *(642, 769, 648, 646, 653, 740, 709, 1003, 701, 696, 641, 369, 370, 369, 477, 463),
    *(337, 568, 618, 577, 618, 587, 379, 620, 602, 252, 252, 559, 252, 888, 602, 604),
    *(618, 618, 387, 539, 340, 602, 575, 829, 558, 575, 559, 440, 346, 440, 667),
)
_OTHERS = {"\u00a0": 267, "\u2009": 200, "\u202f": 200, "·": 304, "–": 500, "−": 667, "…": 910}
TONES = ("missed", "waiting", "accent", "soft")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the drawing, in pixels; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """True when the two share an area."""
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: "Box") -> bool:
        """True when `other` lies wholly inside."""
        return self.left <= other.left and other.right <= self.right and self.top <= other.top and other.bottom <= self.bottom


def text_width(text: str, *, size: float = SIZE) -> float:
    """Width of one line in pixels, never too small: characters outside ASCII count as wide, ideographs as full."""
    units = 0
    for char in text:
        index = ord(char) - 32
        if 0 <= index < len(_ADVANCES):
            units += _ADVANCES[index]
        else:
            units += _OTHERS.get(char, 720 if ord(char) < 0x2000 else 1000)
    return units * size / 1000


def fit(text: str, width: float) -> str:
    """The text, or its beginning and an ellipsis when it is wider than `width`."""
    if text_width(text) <= width:
        return text
    kept = text
    while kept and text_width(kept.rstrip() + "…") > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrap(text: str, width: float, *, lines: int) -> list[str]:
    """The text in at most `lines` lines; what does not fit ends in an ellipsis."""
    words, made = text.split(), [""]
    for at, word in enumerate(words):
        longer = f"{made[-1]} {word}".strip()
        if not made[-1] or text_width(longer) <= width:
            made[-1] = longer
        elif len(made) == lines:
            made[-1] = " ".join([made[-1], *words[at:]])
            break
        else:
            made.append(word)
    return [fit(line, width) for line in made]


def element(name: str, attributes: Mapping[str, object], *inside: str) -> str:
    """One SVG element. Attribute values are escaped here; `inside` must be SVG already (see `words`)."""
    pairs = "".join(
        f' {key}="{escape(number(value) if isinstance(value, float) else str(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{pairs}>{''.join(inside)}</{name}>"


def number(value: float) -> str:
    """A coordinate with at most one decimal, so that a drawing is short and the same everywhere."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def words(text: str, left: float, baseline: float, *, css: str = "", anchor: str = "start") -> str:
    """A line of text with its left, middle or right end at `left`; escaped."""
    return element(
        "text",
        {
            "x": left,
            "y": baseline,
            "class": css or None,
            "text-anchor": None if anchor == "start" else anchor,
        },
        escape(text, quote=False),
    )


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """A straight stroke."""
    return element("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": css})


def path(points: Iterable[tuple[float, float] | None], css: str) -> str:
    """A stroke through the points; None lifts the pen."""
    parts: list[str] = []
    down = False
    for point in points:
        if point is None:
            down = False
            continue
        # A point alone is drawn as a dot: a stroke of no length with round ends.
        parts.append(f"L{number(point[0])} {number(point[1])}" if down else f"M{number(point[0])} {number(point[1])}h0")
        down = True
    return element("path", {"d": "".join(parts), "class": css}) if parts else ""


def tone(name: object) -> str:
    """A colour role the style sheet knows; anything else is drawn soft."""
    return name if isinstance(name, str) and name in TONES else "soft"


def drawing(ident: str, width: float, height: float, *, title: str, description: str, body: Sequence[str]) -> str:
    """The whole figure with its text alternative."""
    return element(
        "svg",
        {
            "viewBox": f"0 0 {number(width)} {number(height)}",
            "width": width,
            "height": height,
            "role": "img",
            "aria-labelledby": f"{ident}-title {ident}-desc",
            "class": "figure",
        },
        element("title", {"id": f"{ident}-title"}, escape(title, quote=False)),
        element("desc", {"id": f"{ident}-desc"}, escape(description, quote=False)),
        *body,
    )


def numeric(value: Any) -> float | None:
    """A finite number, or None for a hole in a series."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) else None
