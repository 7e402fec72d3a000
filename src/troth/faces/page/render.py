"""A page of statements as one HTML file that needs nothing else: no network, no files, no script to be read."""

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from troth.faces.page.calendar_sheet import calendar_sheet
from troth.faces.page.data_sheet import data_sheet
from troth.faces.page.sheet import sheet
from troth.faces.page.words import with_code

if TYPE_CHECKING:
    from jinja2 import Environment

FAMILIES = (("Troth Sans", "sans"), ("Troth Serif", "serif"))
LETTERS = (
    ("latin-ext", "U+100-130,U+132-151,U+154-17F,U+218-21B,U+1E9E,U+20A0-20AB,U+20AD-20C0"),
    ("latin", "U+0-FF,U+131,U+152-153,U+2BC,U+2C6,U+2DA,U+2DC,U+2000-206F,U+20AC,U+2122,U+2190-2193,U+2212,U+2215"),
)


def render(page: Mapping[str, Any]) -> str:
    """The page's JSON as a whole HTML document; the same JSON gives the same bytes.

    Every text of `page` is untrusted and comes out escaped. Links lead below the folder of the file, or nowhere.
    The document forbids itself all requests and every script but the one whose hash it states.
    """
    from markupsafe import Markup

    script = _resource("page.js")
    return (
        _environment()
        .get_template("page.html")
        .render(
            **sheet(page),
            policy=policy(script),
            style=Markup(fonts() + _resource("page.css")),
            script=Markup(script),
        )
    )


def render_data(page: Mapping[str, Any]) -> str:
    """The Data page's JSON as a whole HTML document, as `render` makes that of the statements."""
    from markupsafe import Markup

    script = _resource("page.js")
    style = Markup(fonts() + _resource("page.css") + _resource("data.css"))
    made = _environment().get_template("data.html")
    return made.render(**data_sheet(page), policy=policy(script), style=style, script=Markup(script))


def render_calendar(page: Mapping[str, Any]) -> str:
    """A calendar's year as a whole HTML document, as `render` makes that of the statements."""
    from markupsafe import Markup

    script = _resource("page.js")
    style = Markup(fonts() + _resource("page.css") + _resource("data.css") + _resource("calendar.css"))
    made = _environment().get_template("calendar.html")
    return made.render(**calendar_sheet(page), policy=policy(script), style=style, script=Markup(script))


def policy(script: str) -> str:
    """The content security policy of a document whose only script is `script`."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=PackageLoader("troth.faces.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]  # a file is in English; a server speaks more
    # Figures escape their own texts (figures.canvas), as markup they must not be escaped twice.
    made.filters["drawn"] = Markup
    made.filters["with_code"] = with_code
    # `_` is for texts of the templates: what it gives is markup, so a text that comes from elsewhere is said by this.
    made.filters["said"] = str
    made.globals |= {"english": "", "own": ""}
    return made


def _resource(name: str) -> str:
    return files("troth.faces.page").joinpath("templates", name).read_text(encoding="utf-8")


def fonts() -> str:
    """The letters of a page as CSS, in it and not beside it."""
    folder = files("troth.faces.page").joinpath("fonts")
    rules = []
    for family, name in FAMILIES:
        for part, letters in LETTERS:
            data = base64.b64encode(folder.joinpath(f"{name}-{part}.woff2").read_bytes()).decode()
            rules.append(
                f"@font-face{{font-family:'{family}';font-weight:400 600;font-display:block;"
                f"unicode-range:{letters};src:url(data:font/woff2;base64,{data}) format('woff2')}}\n"
            )
    return "".join(rules)
