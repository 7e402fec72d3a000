"""The Monday page on paper: a PDF with tags for who reads it aloud, set in the page's own letters, fetched from nowhere."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from troth.app.letters.digest import Exported
from troth.faces.language import Language
from troth.faces.outgoing import sentences
from troth.faces.outgoing.extra import needs_reports
from troth.faces.page.figures.standalone import drawing_style
from troth.faces.page.render import fonts
from troth.faces.page.sheet import sheet
from troth.faces.web.templates import template
from troth.kernel.errors import BadValue

if TYPE_CHECKING:
    from markupsafe import Markup

# What draws PDF takes the weight in a drawing's `font` for its size, so that letters are said apart.
LETTERS = 'font-size="13" font-family="Troth Sans"'
VARIABLE = re.compile(r"var\((--[\w-]+)\)")


def pdf(exported: Exported, language: Language) -> bytes:
    """Raises BadValue where what draws PDF is not installed."""
    weasyprint = ready()
    document = weasyprint.HTML(string=html(exported, language), base_url="about:blank", url_fetcher=_fetched(weasyprint))
    written: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return written


def ready() -> Any:
    """What draws PDF. Raises BadValue where it is not installed."""
    return needs_reports("weasyprint", "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


def html(exported: Exported, language: Language) -> str:
    """What the PDF is drawn from."""
    from markupsafe import Markup

    monday, page = exported.monday, exported.page
    laid = sheet(page)
    return template("paper.html", language).render(
        page=page, headline=laid["headline"], language=language, needs=exported.needs, statements=laid["statements"],
        refused=laid["refused"], doubts=exported.doubts, how_sure=laid["how_sure"], ranking=laid["ranking"],
        week=sentences.week(monday, language), as_of=sentences.as_of(monday, language),
        whose=sentences.whose(exported.operation, exported.scope, language), rests_on=sentences.rests_on(monday, language),
        age=sentences.age(exported.old, language) if exported.old else "",
        uncertain=sentences.uncertain(len(exported.doubts), language), style=Markup(_style()), svg=_svg,
    )  # fmt: skip


def _svg(drawn: str) -> Markup:
    """A figure with its own colours in it: the style of a document does not reach into what it shows."""
    from markupsafe import Markup

    opened, rest = drawn.split(">", 1)
    return Markup(f"{opened} {LETTERS}><style>{_drawing()}</style>{_resolved(rest)}")


@lru_cache(maxsize=1)
def _tokens() -> dict[str, str]:
    css = files("troth.faces.page").joinpath("templates", "page.css").read_text("utf-8")
    said = (one.partition(":") for one in css.partition("{")[2].partition("}")[0].split(";"))
    return {name.strip(): value.strip() for name, _, value in said if value}


def _resolved(css: str) -> str:
    """With the colours and letters of the page by day in place of their names."""
    before = ""
    while css != before:
        before, css = css, VARIABLE.sub(lambda found: _tokens().get(found[1], found[0]), css)
    return css


@lru_cache(maxsize=1)
def _drawing() -> str:
    return _resolved("\n".join(line for line in drawing_style().splitlines() if "font:" not in line))


@lru_cache(maxsize=1)
def _style() -> str:
    return _resolved(fonts() + files("troth.faces.outgoing").joinpath("layouts", "paper.css").read_text("utf-8"))


def _fetched(weasyprint: Any) -> Any:
    """What a page may ask for: what stands in it. Nothing comes from a file or another computer."""

    class Inside(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                raise BadValue("a page asks for what does not stand in it", got=url[:60])
            return super().fetch(url, headers)

    return Inside()
