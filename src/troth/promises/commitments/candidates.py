"""Sentences of a published text that may promise something. A person says which do: this only saves them the reading.

A sentence is a candidate where it says by when or how much, or where it binds its writer by a word of promising. Either suffices; neither
says that it is a promise. English, German and Portuguese, told apart by nobody: all are looked for in every text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTEST, LONGEST = 3, 80  # words; below it is a heading, above it no sentence
LISTED = re.compile(r"^\s{0,12}(?:[-*+•–]|\d{1,3}[.)]|[a-z]\))\s{1,4}")
ENDS = re.compile(r"(?<=[.!?;])[\"'”’)]{0,2}\s+(?=[\"'“‘(¡¿]?[A-ZÄÖÜÁÉÍÓÚÂÊÔÀÃÕÇ0-9])")
ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|incl|approx|nos?|nr|art|ca|bzw|z\.B|d\.h|inkl|evtl|ggf|p\.ex|Sr|Sra|Dr|Mr|Mrs|Ms|Ltd|Inc)|\b[A-Z])\.$",
    re.IGNORECASE,
)

NUMBER = (
    r"(?:\d{1,6}(?:[.,]\d{1,3})?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|twenty|thirty|forty|sixty"
    r"|ninety|ein(?:e[mnrs]?)?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|vierzehn|fünfzehn|zwanzig|dreißig|sechzig|neunzig"
    r"|uma?|dois|duas|três|quatro|cinco|seis|sete|oito|nove|dez|doze|quinze|vinte|trinta|sessenta|noventa)"
)
UNIT = (
    r"(?:(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)(?:[’']s?)?"
    r"|sekunden?|minuten?|stunden?|(?:werk|arbeits|geschäfts)?tag(?:e[ns]?|s)?|wochen?|monat(?:e[ns]?|s)?|jahr(?:e[ns]?|s)?"
    r"|segundos?|minutos?|horas?|dias?|semanas?|m[êe]s(?:es)?|anos?)"
)
BETWEEN = r"(?:\s(?:working|business|calendar|consecutive|full|banking|volle[nr]?|aufeinanderfolgende[nr]?))?"
DURATION = rf"\b{NUMBER}{BETWEEN}[ -]{UNIT}\b"
AMOUNT = (
    r"(?:[€$£]|\bR\$|\bEUR\b|\bUSD\b|\bGBP\b|\bBRL\b)\s?\d"
    r"|\d\s?(?:€|%|percent\b|per cent\b|prozent\b|por cento\b|euros?\b|dollars?\b|reais\b)"
)
LIMIT = (
    r"within", r"no later than", r"at the latest", r"by the (?:day|date|time|end)",
    r"on the (?:same|next|agreed|promised) (?:working )?day",
    r"(?:every|each) (?:working |business |week)?day", r"same[- ]day", r"next[- ]day", r"at any time", r"24/7", r"around the clock",
    r"before (?:you|we|noon|the (?:date|day|end))",
    r"innerhalb", r"binnen", r"spätestens", r"bis zum", r"am (?:selben|gleichen|nächsten) (?:werk|arbeits)?tag", r"jederzeit",
    r"(?:jeden|an jedem) (?:werk|arbeits|wochen)?tag", r"rund um die uhr",
    r"em até", r"no prazo de", r"dentro de", r"no máximo", r"o mais tardar", r"até (?:o|a|às|ao) \w+", r"no mesmo dia", r"todos os dias",
    r"a qualquer momento",
)  # fmt: skip
FREE = (
    r"\b(?:free of charge|at no (?:extra |additional )?(?:cost|charge)|money back|full refund)\b"
    r"|\b(?:kostenlos|kostenfrei|gebührenfrei|geld zurück)\b|\b(?:gratuit[oa]s?|sem custo|dinheiro de volta|reembolso integral)\b"
)
BINDS = (
    r"\b(?:we|our \w+)(?:[’']ll| will| shall| always| never| guarantee| promise| commit| ensure| undertake)\b"
    r"|\b(?:is|are) (?:always|guaranteed)\b|\bguaranteed?\b|\byou (?:always|never) (?:get|pay|have|wait|receive)\b"
    r"|\bwir (?:werden|garantieren|versprechen|sichern|verpflichten|gewährleisten)\b|\bgarantier(?:t|en)\b|\bverpflichten wir uns\b"
    r"|\bwir \w+ (?:immer|stets|nie|niemals)\b|\b(?:versprechen|garantieren) wir\b"
    r"|\b(?:garantimos|prometemos|asseguramos|nos comprometemos|comprometemo-nos|é garantid[oa]|são garantid[oa]s)\b"
    r"|\b(?:sempre|nunca) \w+(?:amos|emos|imos)\b|\b\w+(?:aremos|eremos|iremos)\b"
)
SIGNS = re.compile("|".join((DURATION, AMOUNT, rf"\b(?:{'|'.join(LIMIT)})\b", FREE, BINDS)), re.IGNORECASE)


def candidates_in(text: str) -> list[str]:
    """Sentences that may promise something, each once, in the order of the text."""
    return list(dict.fromkeys(sentence for sentence in sentences_in(text) if SIGNS.search(sentence)))


def sentences_in(text: str) -> Iterator[str]:
    """The sentences of a plain or a markdown text; headings and what is too short or too long to be one are left out."""
    for paragraph in _paragraphs(text):
        held = ""
        for piece in ENDS.split(paragraph):
            held = f"{held} {piece}" if held else piece
            if not ABBREVIATED.search(held[-12:]):
                yield from _sentence(held)
                held = ""
        yield from _sentence(held)


def _paragraphs(text: str) -> Iterator[str]:
    """Lines that belong together: a blank line, a heading or a sign of a list begins a new paragraph."""
    held: list[str] = []
    for line in (*text.splitlines(), ""):
        heading = line.lstrip().startswith("#")
        listed = LISTED.match(line)
        if (not line.strip() or heading or listed) and held:
            yield " ".join(held)
            held = []
        if line.strip() and not heading:
            held.append(line[listed.end() :].strip() if listed else line.strip())


def _sentence(text: str) -> Iterator[str]:
    bare = " ".join(text.replace("**", "").replace("__", "").split())
    if SHORTEST <= len(bare.split()) <= LONGEST:
        yield bare
