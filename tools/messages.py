"""The catalogues of the interface: what there is to say, and what a language does not say yet.

python tools/messages.py            add new texts to each catalogue, take old ones out
python tools/messages.py --check    exit with 1 where a catalogue lacks a text, or has one that is said nowhere
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parent.parent / "src" / "troth" / "faces"
CATALOGUES = SOURCE / "language" / "catalogues"
TEMPLATES = ("page/templates/**.html", "web/layouts/**.html", "outgoing/layouts/**.html")
METHODS = [(one, "jinja2") for one in TEMPLATES] + [(f"{room}/**.py", "python") for room in ("language", "outgoing", "page", "web")]
OPTIONS = {one: {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "trimmed": "true"} for one in TEMPLATES}
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "say": None, "N_": None, "ngettext": (1, 2)}
WIDTH = 140


def said() -> Catalog:
    """Every text that the interface says."""
    catalog = Catalog()
    for _, _, text, _, _ in extract_from_dir(SOURCE, METHODS, OPTIONS, KEYWORDS):
        catalog.add(text)
    return catalog


def catalogue(path: Path) -> Catalog:
    return read_po(BytesIO(path.read_bytes()), locale=path.stem)


def lacking(path: Path) -> list[str]:
    """What a catalogue does not say, leaves uncertain, or says of nothing."""
    wanted, found = said(), catalogue(path)
    texts = {_key(one.id): one for one in found if one.id}
    missing = [f"not said: {_key(one.id)}" for one in wanted if one.id and not _complete(texts.get(_key(one.id)))]
    return missing + [f"said nowhere: {key}" for key in texts if key not in {_key(one.id) for one in wanted if one.id}]


def update(path: Path) -> None:
    found = catalogue(path)
    found.update(said(), no_fuzzy_matching=True)
    found.obsolete.clear()
    written = BytesIO()
    write_po(written, found, width=WIDTH, no_location=True, sort_output=True, omit_header=False)
    path.write_bytes(written.getvalue())


def _key(id: object) -> str:
    return str(id[0] if isinstance(id, tuple | list) else id)


def _complete(message: object) -> bool:
    text = getattr(message, "string", "")
    return not getattr(message, "fuzzy", False) and bool(text) and (all(text) if isinstance(text, tuple | list) else True)


def main() -> int:
    wrong = 0
    for path in sorted(CATALOGUES.glob("*.po")):
        if "--check" not in sys.argv:
            update(path)
        for line in lacking(path):
            print(f"{path.stem}: {line}")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
