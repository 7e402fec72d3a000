"""Made-up comments in five languages, in which it is known what is personal and what only looks so.

In a sentence `<kind:value>` is a planted place; everything outside must stay as it is.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

LANGUAGES = ("en", "pt", "de", "es", "fr")
SENTENCES = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))
FIRST, LAST, MARKED, PLAIN, MISSED = (SENTENCES[part] for part in ("first", "last", "marked", "plain", "missed"))
PLANTED = re.compile(r"<(\w+):([^>]*)>")


@dataclass(frozen=True, slots=True)
class Comment:
    """planted: kind, start and end of each personal place in the text. known: what the row's name column holds."""

    language: str
    text: str
    known: str
    planted: tuple[tuple[str, int, int], ...]


def comments(seed: int, each: int) -> Iterator[Comment]:
    """`each` comments a language: one to three sentences with something personal, as many without, in any order."""
    rng = random.Random(seed)
    for language in LANGUAGES:
        for _ in range(each):
            first, last = rng.choice(FIRST[language]), rng.choice(LAST[language])
            sentences = [rng.choice(MARKED[language]) for _ in range(rng.randint(1, 2))] + rng.sample(PLAIN[language], rng.randint(1, 2))
            rng.shuffle(sentences)
            # A signature ends a text.
            sentences.sort(key=lambda said: "<signed" in said)
            if sum("<signed" in said for said in sentences) > 1:
                sentences.pop()
            yield planted(language, " ".join(filled(rng, language, said, first, last) for said in sentences), f"{first} {last}")


def planted(language: str, template: str, known: str) -> Comment:
    text, places, end = "", [], 0
    for match in PLANTED.finditer(template):
        text += template[end : match.start()]
        places.append((match[1], len(text), len(text) + len(match[2])))
        text += match[2]
        end = match.end()
    return Comment(language, text + template[end:], known, tuple(places))


def filled(rng: random.Random, language: str, template: str, first: str, last: str) -> str:
    """first, last: of the row's own customer; the other people are drawn."""
    other, family = rng.choice(FIRST[language]), rng.choice(LAST[language])
    slots: dict[str, Callable[[], str]] = {
        "first": lambda: other,
        "last": lambda: family, "full": lambda: f"{other} {family}",
        "given_first": lambda: first, "given_last": lambda: f"{first[0]}. {last}", "given_back": lambda: f"{last}, {first}",
        "given_lower": f"{first} {last}".lower,
        "mail": lambda: f"{rng.choice('abcdef')}.{rng.randint(1, 999)}@example.{rng.choice(['org', 'com.br', 'co.uk'])}",
        "mail_out": lambda: rng.choice(["lara (at) example (dot) org", "k.meier[at]example.org", "max(at)example.com"]),
        "handle": lambda: f"{rng.choice(['sunny', 'mike', 'luz'])}.{rng.randint(100, 999)}",
        "phone": lambda: phone(rng, language), "iban": lambda: iban(rng, language),
        "card": lambda: card(rng),
        "passport": lambda: f"C{rng.randint(1, 9)}{rng.randint(10**6, 10**7 - 1)}",
        "ssn": lambda: f"{rng.randint(100, 665)}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}",
        "cpf": lambda: "{}.{}.{}-{}".format(*pieces(cpf(rng), 3, 3, 3, 2)), "cpf_bare": lambda: cpf(rng),
        "cnpj": lambda: "{}.{}.{}/{}-{}".format(*pieces(cnpj(rng), 2, 3, 3, 4, 2)), "dni": lambda: dni(rng), "nir": lambda: nir(rng),
        "vat_de": lambda: rng.choice(["DE136695976", "DE 811 907 980", "DE129273398"]), "vat_fr": lambda: vat_fr(rng),
        "order": lambda: order(rng),
        "date": lambda: rng.choice(["2026-03-01", "01.03.2026", "1/3/26", "28/02/2026", "2026-02-28 14:05"]),
        "time": lambda: f"{rng.randint(8, 19)}:{rng.randint(10, 59)}",
        "amount": lambda: rng.choice(["59.90 EUR", "R$ 1.234,56", "€ 1,299.00", "1234567 EUR", "$ 12,345,678.90", "129,90 €"]),
        "tracking": lambda: f"{rng.choice(['JJD', 'RR', 'LX'])}{rng.randint(10**8, 10**9 - 1)}{rng.choice(['BR', 'DE', ''])}",
        "long": lambda: str(rng.randint(10**8, 10**12)),
        "sku": lambda: f"{rng.randint(10**3, 10**7)}", "ean": lambda: str(rng.randint(4 * 10**12, 5 * 10**12 - 1)),
    }  # fmt: skip
    return re.sub(r"\{(\w+)\}", lambda match: slots[match[1]](), template)


def order(rng: random.Random) -> str:
    def n(digits: int) -> int:
        return rng.randint(10 ** (digits - 1), 10**digits - 1)

    return rng.choice([f"{n(6)}", f"{n(8)}", f"{n(3)}-{n(7)}-{n(7)}", f"AB-{n(5)}", rng.randbytes(16).hex()])


def phone(rng: random.Random, language: str) -> str:
    def n(count: int) -> str:
        return "".join(str(rng.randint(0, 9)) for _ in range(count))

    written = {
        "en": [f"+44 20 7946 0{n(3)}", f"(202) 555-0{n(3)}", f"202-555-0{n(3)}", f"07700 900{n(3)}", f"+1 202 555 0{n(3)}"],
        "pt": [f"(11) 9{n(4)}-{n(4)}", f"+55 11 9{n(4)}-{n(4)}", f"11 9{n(4)}-{n(4)}", f"219{n(8)}", f"(21) {n(4)}-{n(4)}"],
        "de": [f"+49 30 {n(7)}", f"030/{n(7)}", f"0171 {n(7)}", f"0049 171 {n(7)}", f"(040) {n(6)}"],
        "es": [f"+34 6{n(2)} {n(3)} {n(3)}", f"6{n(2)} {n(3)} {n(3)}", f"91{n(1)} {n(2)} {n(2)} {n(2)}", f"0034 6{n(8)}"],
        "fr": [f"06 {n(2)} {n(2)} {n(2)} {n(2)}", f"+33 6 {n(2)} {n(2)} {n(2)} {n(2)}", f"01.{n(2)}.{n(2)}.{n(2)}.{n(2)}", f"06{n(8)}"],
    }
    return rng.choice(written[language])


def pieces(digits: str, *lengths: int) -> list[str]:
    found, start = [], 0
    for length in lengths:
        found.append(digits[start : start + length])
        start += length
    return found


def searched(rng: random.Random, length: int, checks: int, good: Callable[[str], bool]) -> str:
    """A number whose check digits are found by trying all of them, not by the rule that makes them."""
    while True:
        body = "".join(str(rng.randint(0, 9)) for _ in range(length - checks))
        for number in range(10**checks):
            if good(candidate := f"{body}{number:0{checks}}"):
                return candidate


def cpf(rng: random.Random) -> str:
    """By the weights of its rule, in the other form: the sum times ten, modulo 11, of which ten counts as 0."""
    return searched(
        rng, 11, 2, lambda d: all(sum(int(x) * (k + 1 - i) for i, x in enumerate(d[:k])) * 10 % 11 % 10 == int(d[k]) for k in (9, 10))
    )


def cnpj(rng: random.Random) -> str:
    return searched(
        rng,
        14,
        2,
        lambda d: all(sum(int(x) * ((k - 1 - i) % 8 + 2) for i, x in enumerate(d[:k])) * 10 % 11 % 10 == int(d[k]) for k in (12, 13)),
    )


def card(rng: random.Random) -> str:
    digits = "4" + searched(
        rng, 15, 1, lambda d: sum(int(x) if i % 2 else sum(divmod(2 * int(x), 10)) for i, x in enumerate("4" + d)) % 10 == 0
    )
    return rng.choice([digits, " ".join(pieces(digits, 4, 4, 4, 4))])


def dni(rng: random.Random) -> str:
    number = rng.randint(10**7, 10**8 - 1)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def nir(rng: random.Random) -> str:
    year = rng.randint(50, 99)
    body = f"{rng.choice('12')}{year}{rng.randint(1, 12):02}{rng.randint(1, 95):02}{rng.randint(10**5, 10**6 - 1)}"
    return f"{body}{97 - int(body) % 97:02}"


def vat_fr(rng: random.Random) -> str:
    siren = rng.randint(10**8, 10**9 - 1)
    return f"FR{(12 + 3 * (siren % 97)) % 97:02}{siren}"


def iban(rng: random.Random, language: str) -> str:
    """Examples of the national registries."""
    published = {
        "en": "GB29 NWBK 6016 1331 9268 19", "pt": "PT50 0002 0123 1234 5678 9015 4", "de": "DE89 3704 0044 0532 0130 00",
        "es": "ES91 2100 0418 4502 0005 1332", "fr": "FR14 2004 1010 0505 0001 3M02 606",
    }  # fmt: skip
    return rng.choice([published[language], published[language].replace(" ", "")])
