"""Figures in a file of their own: the page's colours by day and by night, a heading and what is said of each, and the text alternative."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from troth.faces.page.figures import KINDS
from troth.faces.page.figures.canvas import element, words, wrap
from troth.faces.page.figures.control import draw_control

WIDTH, EDGE, LINE = 760.0, 28.0, 19.0
MOST_LINES = 4
# What of the page's style a drawing uses.
DRAWN = ("svg", ".fill-", ".tint-", ".stroke", ".thin", ".grid")


@dataclass(frozen=True, slots=True)
class Panel:
    """heading: in one line. small: beneath it, softly. figure: of a kind, a control chart where it names none; None for none.
    said: sentences below.
    """

    heading: str
    small: str
    figure: Mapping[str, Any] | None
    said: Sequence[str]


def standalone(panels: Sequence[Panel], *, title: str) -> str:
    """An SVG file of panels, one beneath the other."""
    body, top = [], EDGE
    for number, panel in enumerate(panels):
        body.append(words(panel.heading, EDGE, top + 16, css="heading"))
        top += 26
        for line in wrap(panel.small, WIDTH - 2 * EDGE, lines=MOST_LINES):
            body.append(words(line, EDGE, top + 12, css="soft"))
            top += LINE
        drawn = _drawn(panel.figure, number) if panel.figure else ""
        if drawn:
            body.append(element("g", {"transform": f"translate({EDGE:g} {top + 8:g})"}, drawn))
            top += 8 + _height(drawn)
        for sentence in panel.said:
            for line in wrap(sentence, WIDTH - 2 * EDGE, lines=MOST_LINES):
                body.append(words(line, EDGE, top + 14))
                top += LINE
        top += EDGE
    alternative = [f"{panel.heading}. {panel.small} {' '.join(panel.said)}".strip() for panel in panels]
    return element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH:g} {top:g}", "width": WIDTH, "height": top, "role": "img",
            "aria-labelledby": "title desc", "class": "figure",
        },
        element("title", {"id": "title"}, escape(title, quote=False)),
        element("desc", {"id": "desc"}, escape(" ".join(alternative), quote=False)),
        f"<style>{_style()}</style>",
        element("rect", {"width": WIDTH, "height": top, "class": "fill-paper"}),
        *body,
    ) + "\n"  # fmt: skip


def _drawn(figure: Mapping[str, Any], number: int) -> str:
    kind = KINDS.get(str(figure.get("kind")), draw_control)
    return kind(figure, ident=f"panel-{number}", width=WIDTH - 2 * EDGE)


def _height(drawn: str) -> float:
    return float(drawn.partition('height="')[2].partition('"')[0])


def _style() -> str:
    """The page's colours and those of its rules that drawings use, so that there is one look and not two."""
    css = files("troth.faces.page").joinpath("templates", "page.css").read_text("utf-8")
    tokens = css.partition("* {")[0]
    return "\n".join([tokens, drawing_style(css), ".heading { font: 400 18px/1.2 var(--serif); }"])


def drawing_style(css: str | None = None) -> str:
    """The rules of the page's style that drawings use, its colours by name."""
    text = css or files("troth.faces.page").joinpath("templates", "page.css").read_text("utf-8")
    return "\n".join(_chosen(text.splitlines()))


def _chosen(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.startswith(DRAWN)]
