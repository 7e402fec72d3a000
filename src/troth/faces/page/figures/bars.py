"""Bars: a few amounts beside their names, longest as long as there is room."""

from collections.abc import Mapping
from typing import Any

from troth.faces.page.figures.axes import shown
from troth.faces.page.figures.canvas import drawing, element, numeric, text_width, tone, words, wrap

LINE, GAP, THICK = 17.0, 8.0, 12.0


def draw_bars(figure: Mapping[str, Any], *, ident: str, width: float) -> str:
    """One row a bar: name, bar, the value as it is to be read (`shown`). Negative values are drawn as nothing."""
    rows = [row for row in figure.get("rows", ()) if isinstance(row, Mapping)]
    if not rows:
        return ""
    amounts = [max(0.0, numeric(row.get("value")) or 0.0) for row in rows]
    said = [str(row.get("shown") or shown(amount)) for row, amount in zip(rows, amounts, strict=True)]
    labels = [str(row.get("label", "")) for row in rows]
    value_room = max(text_width(text) for text in said) + 8
    name_room = min(max(text_width(text) for text in labels) + 2, width * 0.48, width - value_room - 40)
    start = name_room + 10
    scale = (width - value_room - start) / (max(amounts) or 1.0)
    body, top = [], 0.0
    for row, label, text, amount in zip(rows, labels, said, amounts, strict=True):
        names = wrap(label, name_room, lines=2)
        height = LINE * len(names)
        middle = top + height / 2
        body += [words(name, 0, top + LINE * at + 13) for at, name in enumerate(names)]
        long = max(amount * scale, 1.5 if amount else 0.0)
        css = f"fill-{tone(row.get('tone', 'accent'))}"
        body.append(element("rect", {"x": start, "y": middle - THICK / 2, "width": long, "height": THICK, "rx": 1.5, "class": css}))
        body.append(words(text, start + long + 6, middle + 4.5, css="soft"))
        top += height + GAP
    caption = str(figure.get("caption", ""))
    told = "; ".join(f"{label} {text}" for label, text in zip(labels, said, strict=True))
    return drawing(ident, width, top - GAP + 2, title=caption or "Bars", description=told, body=body)
