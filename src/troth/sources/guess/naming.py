"""Names for the book from names in the files: singular, snake_case, ASCII."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from troth.sources.address import Address
from troth.sources.guess import lexicon
from troth.sources.guess.words import fold, is_neutral, says, tokens

_KNOWN = {
    "auftraege": "auftrag", "kunden": "kunde", "vertraege": "vertrag", "pakete": "paket", "geraete": "geraet", "tickets": "ticket",
    "itens": "item", "paises": "pais", "data": "data", "news": "news", "cases": "case", "services": "service", "invoices": "invoice",
    "purchases": "purchase", "responses": "response", "purchase": "purchase", "addresses": "address", "klanten": "klant",
    "positionen": "position", "faelle": "fall", "teile": "teil", "artikel": "artikel", "posten": "posten", "jobs": "job",
    "warehouses": "warehouse", "houses": "house", "expenses": "expense", "licenses": "license", "courses": "course",
    "movies": "movie", "series": "series", "colis": "colis", "kunde": "kunde", "termine": "termin", "auftrags": "auftrag",
}  # fmt: skip
_ENDINGS = (
    ("ungen", "ung"), ("heiten", "heit"), ("keiten", "keit"), ("schaften", "schaft"), ("coes", "cao"), ("ciones", "cion"),
    ("ingen", "ing"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"), ("ies", "y"), ("dores", "dor"), ("ores", "or"),
)  # fmt: skip
_WRAPPING = frozenset(
    (
        "dataset",
        "data",
        "table",
        "tbl",
        "export",
        "dump",
        "csv",
        "list",
        "liste",
        "file",
        "full",
        "extract",
        "dim",
        "fact",
    )
)
_TIME_WORDS = """
=am =at =da =data =date =dates =datetime =datum =de =del =den =der =do =dt =du =em =op =fecha =le =of =on =the =time
=timestamp =ts =uhrzeit =utc =zeit =zeitpunkt
"""


_SHEET = re.compile(
    r"(sheet|tabelle|blatt|feuil|feuille|hoja|plan|planilha|foglio|arkusz|blad|ark|лист|シート|工作表)[ _]?\d*", re.IGNORECASE
)


_ANSWERS = re.compile(r"\s*\((responses|antworten|réponses|respuestas|respostas|risposte|reacties)\).*$", re.IGNORECASE)


def name_of(address: Address) -> str:
    """What a table is called: its sheet's name, unless the program gave it; the sheet of a form's answers by the form.

    >>> from pathlib import Path
    >>> name_of(Address(Path("orders.xlsx"), "Tabelle1")), name_of(Address(Path("2026.xlsx"), "Orders"))
    ('orders', 'Orders')
    """
    named = address.path.stem if address.part is None or _SHEET.fullmatch(address.part.strip()) else address.part
    return _ANSWERS.sub("", named) or named


def snake(text: str) -> str:
    """A name that starts with a letter and holds letters, digits and underscores, at most 48 long.

    >>> snake("Bestell-Nr."), snake("orderDueDate"), snake("7 days")
    ('bestell_nr', 'order_due_date', 'n_7_days')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", fold(text))
    plain = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_") or "unnamed"
    return (plain if plain[0].isalpha() else f"n_{plain}")[:48].strip("_")


def singular(word: str) -> str:
    """One of the things that the word counts.

    >>> [singular(w) for w in ("orders", "deliveries", "Bestellungen".lower(), "avaliacoes", "status", "kunden")]
    ['order', 'delivery', 'bestellung', 'avaliacao', 'status', 'kunde']
    """
    if word in _KNOWN:
        return _KNOWN[word]
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + instead
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as")):
        return word[:-1]
    return word


def file_noun(stem: str, others: Iterable[str]) -> str:
    """What one row of a file is, from the file's name; a first word that most files share are left out.

    >>> file_noun("olist_order_items_dataset", ["olist_orders_dataset", "olist_sellers_dataset", "translation"])
    'order_item'
    """
    parts = snake(stem).split("_")
    rest = [snake(o).split("_") for o in others]
    while len(parts) > 1 and len(sharing := [o for o in rest if len(o) > 1 and o[0] == parts[0]]) >= max(2, 0.6 * len(rest)):
        parts, rest = parts[1:], [o[1:] for o in sharing]
    kept = [p for p in parts if p not in _WRAPPING and not p.isdigit()] or parts
    return "_".join([*kept[:-1], singular(kept[-1])])


def without_id(column: str) -> str:
    """The thing that an id column names, '' where its name says nothing.

    >>> without_id("order_id"), without_id("Bestellnummer"), without_id("id"), without_id("customerID")
    ('order', 'bestell', '', 'customer')
    """
    parts = list(tokens(column.removeprefix("case:"))) if not is_neutral(column) else []
    while parts and parts[-1] in lexicon.ID:
        parts.pop()
    while parts and parts[0] in (*lexicon.ID, "fk"):
        parts.pop(0)
    if parts:
        for suffix in lexicon.ID:
            if len(suffix) >= 4 and parts[-1].endswith(suffix) and len(parts[-1]) > len(suffix) + 2:
                parts[-1] = parts[-1].removesuffix(suffix)
    return "_".join(p for p in parts if p not in ("de", "do", "da", "du", "of"))


def looks_like_id(column: str) -> bool:
    """Whether a name says number, code or the like, at its end or at its beginning.

    >>> [looks_like_id(n) for n in ("order_id", "numero_commande", "Bestellnummer", "number_of_items", "paid")]
    [True, True, True, False, False]
    """
    parts = tokens(column)
    if not parts or (parts[0] in ("number", "no", "nr", "num") and parts[1:2] in (("of",), ("de",))):
        return False
    ends = len(parts[-1]) > 4 and parts[-1].endswith(("nummer", "nr", "number", "numero"))
    return parts[-1] in lexicon.ID or parts[0] in lexicon.ID or ends or column.endswith(("ID", "Id"))


def object_noun(column: str, noun: str) -> str:
    """Object type from its key column, else from its file's name.

    >>> object_noun("order_id", "olist_order"), object_noun("Bestellnummer", "bestellung"), object_noun("id", "ticket")
    ('order', 'bestellung', 'ticket')
    """
    named = without_id(column)
    if not named or named in ("unique", "row", "line", "concept_name", "record", "case_concept_name"):
        return noun
    if noun.startswith(named[:5]) and len(named) >= 4:
        return noun
    if not looks_like_id(column) and named != noun:
        return noun
    return snake("_".join([*named.split("_")[:-1], singular(named.split("_")[-1])]))


def event_noun(column: str, subject: str) -> str:
    """Event type from the column with its instant.

    >>> event_noun("order_approved_at", "order"), event_noun("case:enddate", "case"), event_noun("geliefert_am", "auftrag")
    ('approved', 'enddate', 'geliefert')
    """
    parts = snake(column.removeprefix("case:")).split("_")
    kept = [p for p in parts if not says(p, _TIME_WORDS) and p != subject and singular(p) != subject]
    return "_".join(kept) if kept and not is_neutral(column) else snake(column.removeprefix("case:"))


def unique(name: str, taken: Collection[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found
