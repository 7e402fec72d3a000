"""What customers write beside a score, in the language of their country; some of them say who they are, as people do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.names import FIRST, LAST
from troth.worlds.sheets import NONE, Ints

WRITES, SAYS_WHO = 0.22, 0.4
PEOPLE = 24
# Languages in the order in which the texts stand; a country that is not named writes English.
LANGUAGES = ("en", "de", "fr", "es", "pt")
SPEAKS = {"DE": "de", "FR": "fr", "ES": "es", "BR": "pt"}

Texts = Mapping[str, Sequence[str]]
# Of a bad score, then of a good one.
PARCELS: tuple[Texts, Texts] = (
    {
        "en": ("Nobody tells me where it is. I have asked twice.", "It came broken and I am still waiting for an answer.",
               "The third parcel in a row that is late.", "Two days late, and the shop says it is not their fault.",
               "Tracking says delivered. It is not here."),
        "de": ("Keiner kann mir sagen, wo die Sendung ist.", "Kam beschädigt an, und niemand antwortet."),
        "fr": ("Toujours aucune nouvelle de mon colis.", "Arrivé cassé, et personne ne répond."),
        "es": ("Nadie me dice dónde está mi pedido.", "Llegó roto y nadie contesta."),
        "pt": ("Continuo no aguardo da encomenda.", "Chegou quebrado e ninguém responde."),
    },
    {
        "en": ("It was here a day early.", "Well packed, and on the day."),
        "de": ("Kam einen Tag früher als gedacht.", "Gut verpackt und pünktlich."),
        "fr": ("Arrivé un jour plus tôt.", "Bien emballé et à l'heure."),
        "es": ("Llegó un día antes.", "Bien embalado y puntual."),
        "pt": ("Chegou um dia antes.", "Bem embalado e no prazo."),
    },
)  # fmt: skip
VISITS: tuple[Texts, Texts] = (
    {
        "en": ("I took a day off and nobody came. It is the third time.", "You said between eight and ten. It was four.",
               "The first repair did not hold a week.", "The part was missing again, so he has to come back.",
               "I waited four hours and nobody called.", "Nobody could say when somebody would come.",
               "It works now, but it took two visits."),
        "de": ("Zum dritten Mal einen Tag frei genommen, und niemand kam.", "Zugesagt war acht bis zehn, gekommen sind sie um vier.",
               "Das Gerät läuft seit der Reparatur schlechter als vorher."),
        "fr": ("Troisième jour de congé pour rien, personne n'est venu.", "On m'avait dit entre huit et dix heures. Il était seize heures.",
               "La panne est revenue trois jours après."),
        "es": ("Es la tercera vez que pierdo un día y no viene nadie.", "Me dijeron entre las ocho y las diez. Vinieron a las cuatro.",
               "La avería volvió a los tres días."),
        "pt": ("É a terceira vez que falto ao trabalho e ninguém aparece.", "Disseram entre oito e dez. Chegaram às quatro.",
               "O defeito voltou em três dias."),
    },
    {
        "en": ("Explained everything and left it cleaner than before.", "Came when they said and it works.", "Quick, friendly, done.",
               "Called before coming. I like that.", "Found what two others had not found."),
        "de": ("Pünktlich da und alles gut erklärt.", "Schnell und sauber gearbeitet."),
        "fr": ("À l'heure, et tout a été bien expliqué.", "Travail propre et rapide."),
        "es": ("Puntuales y lo explicaron todo.", "Rápido y limpio."),
        "pt": ("Chegaram na hora e explicaram tudo.", "Rápido e caprichado."),
    },
)  # fmt: skip
# How people say who they are: a signature, a number to call, a mail, a document.
WHO: Texts = {
    "en": ("Regards, {first} {last}", "Please call me on {phone}.", "Write to {mail} please.", "My name is {first} {last}.",
           "My passport number is {document}."),
    "de": ("Mit freundlichen Grüßen, {first} {last}", "Rufen Sie mich an: {phone}.", "Schreiben Sie an {mail}.",
           "Mein Name ist {first} {last}."),
    "fr": ("Cordialement, {first} {last}", "Appelez-moi au {phone}.", "Écrivez-moi à {mail}.", "Je m'appelle {first} {last}."),
    "es": ("Saludos, {first} {last}", "Llámenme al {phone}.", "Escríbanme a {mail}.", "Me llamo {first} {last}."),
    "pt": ("Atenciosamente, {first} {last}", "Me liguem no {phone}.", "Escrevam para {mail}.", "Meu nome é {first} {last}.",
           "Meu CPF é {document}."),
}  # fmt: skip


def comments(seed: int, about: tuple[Texts, Texts], good: Ints, countries: Ints, codes: Sequence[str]) -> tuple[Ints, tuple[str, ...]]:
    """By row the place of its text among those that are given, NONE where nobody wrote any.

    about: PARCELS or VISITS. good: 1 for a good score, 0 for a bad one, NONE for one that nobody writes to.
    countries: places of `codes`.
    """
    chance, count = Chance(seed, f"comments on {'parcels' if about is PARCELS else 'visits'}"), len(good)
    texts, places = texts_of(about)
    spoken = np.array([LANGUAGES.index(SPEAKS.get(code, "en")) for code in codes], dtype=np.int64)[countries]
    said, draws, people = chance.flags(SAYS_WHO, count), chance.below(1 << 20, count), chance.below(PEOPLE, count)
    found = np.full(count, NONE, dtype=np.int64)
    for language in range(len(LANGUAGES)):
        for mood in (0, 1):
            first, wide = places[language, mood]
            own = np.flatnonzero((spoken == language) & (good == mood))
            # Each text stands alone first, then once for each of so many people.
            found[own] = first + (draws[own] % wide) * (PEOPLE + 1) + np.where(said[own], 1 + people[own], 0)
    found[~chance.flags(WRITES, count)] = NONE
    return found, texts


def texts_of(about: tuple[Texts, Texts]) -> tuple[tuple[str, ...], dict[tuple[int, int], tuple[int, int]]]:
    """Every text there is, and by language and mood where its own begin and how many different ones there are."""
    texts: list[str] = []
    places = {}
    for at, language in enumerate(LANGUAGES):
        for mood, moods in enumerate(about):
            places[at, mood] = (len(texts), len(moods[language]))
            for number, text in enumerate(moods[language]):
                texts.append(text)
                texts += [f"{text} {_who(language, 7 * number + person)}" for person in range(PEOPLE)]
    return tuple(texts), places


def _who(language: str, person: int) -> str:
    first, last = FIRST[(11 * person) % len(FIRST)], LAST[(17 * person + 3) % len(LAST)]
    return WHO[language][person % len(WHO[language])].format(
        first=first, last=last, phone=f"+00 555 1{person:07d}", mail=f"{first}.{last}@mail.example".lower().replace(" ", ""),
        document=f"529.982.{200 + person}-{person % 90 + 10}" if language == "pt" else f"C{3 + person % 6}X{4_700_000 + 137 * person}",
    )  # fmt: skip
