"""A published text as it was pasted: markdown or plain text, or HTML made plain, with its source and day in front."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

FRONT = "---"
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
UNSEEN = frozenset({"script", "style", "template", "noscript", "head", "svg"})
MARKS = str.maketrans("", "", "*_`#>|")
HTML = re.compile(r"<(?:!doctype|html|body|head|p|div|h[1-6]|ul|ol|table|section)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Published:
    """page: the file's name. body: plain text, a blank line between paragraphs. source, on: as the text says in front, if it does."""

    page: str
    body: str
    source: str | None = None
    on: str | None = None


def published(page: str, text: str) -> Published:
    """A text with, or without, lines such as `source: …` and `on: 2024-01-02` between two lines of three dashes in front.

    >>> published("terms.md", "---\\nsource: our shop\\non: 2024-01-02\\n---\\nWe answer.").source
    'our shop'
    """
    lines = text.removeprefix("\ufeff").splitlines()
    said: dict[str, str] = {}
    if lines and lines[0].strip() == FRONT:
        end = next((n for n, line in enumerate(lines[1:], start=1) if line.strip() == FRONT), None)
        if end is not None:
            pairs = (line.partition(":") for line in lines[1:end])
            said = {key.strip(): value.strip().strip("'\"") for key, _, value in pairs if value.strip()}
            lines = lines[end + 1 :]
    body = "\n".join(lines)
    return Published(page, plain(body) if HTML.search(body[:2000]) else body, said.get("source"), said.get("on"))


def plain(html: str) -> str:
    """The text that a reader of a page in HTML sees, a blank line between its blocks; tolerant of bad HTML.

    >>> plain("<p>We answer<br>within <b>one</b> day.</p><script>x()</script>")
    'We answer\\n\\nwithin one day.'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    blocks = (" ".join(block.split()) for block in "".join(reader.parts).split("\0"))
    return "\n\n".join(block for block in blocks if block)


def same(text: str) -> str:
    """What is left of a sentence when marks, white space and the shape of quotes do not count."""
    straight = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return " ".join(straight.translate(MARKS).split()).casefold()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the parser's signature
        self.hidden += tag in UNSEEN
        if tag in BLOCKS:
            self.parts.append("\0")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in UNSEEN))
        if tag in BLOCKS:
            self.parts.append("\0")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data.replace("\0", " "))
