"""The interface in somebody's language: its texts from catalogues, and numbers, dates and plurals by locale."""

from troth.faces.language.language import CATALOGUES, LANGUAGES, PSEUDO, Language, best_of, language_of

__all__ = ["CATALOGUES", "LANGUAGES", "PSEUDO", "Language", "best_of", "language_of"]
