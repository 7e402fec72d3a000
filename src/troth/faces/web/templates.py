"""The templates of the pages, each in the language of who reads it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from troth.faces.language import Language, language_of
from troth.faces.page.words import with_code

if TYPE_CHECKING:
    from jinja2 import Environment, Template

LAYOUTS = (("troth.faces.web", "layouts"), ("troth.faces.page", "templates"), ("troth.faces.outgoing", "layouts"))


def template(name: str, language: Language) -> Template:
    return _environment(language.code).get_template(name)


@lru_cache(maxsize=16)
def _environment(code: str) -> Environment:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    language = language_of(code)
    made = Environment(
        # A page of statements is laid out as in the file that stands alone.
        loader=ChoiceLoader([PackageLoader(room, folder) for room, folder in LAYOUTS]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # What finders say is in English, whoever reads it: a page of another language says so of it, and of its own words within.
    abroad = code != "en"
    made.globals |= {"english": Markup(' lang="en"') if abroad else "", "own": Markup(' lang="{}"').format(code) if abroad else ""}
    made.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "drawn": Markup,
        "pairs": lambda values: [(value, value) for value in values],
        "zip": zip,
        "unattributed": lambda text: text.removeprefix("attr(").removesuffix(")") if text.startswith("attr(") else text,
        "with_code": with_code,
        # `_` is for texts of the templates: what it gives is markup, so a text that comes from elsewhere is said by this.
        "said": language.gettext,
        "number": language.number,
        "percent": language.percent,
        "share": lambda share: language.number(share * 100, 1),
        "of_hundred": language.of_hundred,
        "beginning": lambda text: text[:1].upper() + text[1:],
        "lasting": language.lasting,
        "standing": language.standing,
        "role": lambda role: language.role(role.name),
        "written": lambda value: ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value),
        "spoken": lambda name: name.replace("_", " "),
        "day": language.day,
        "moment": language.moment,
    }
    return made
