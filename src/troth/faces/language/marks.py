"""Texts that are said elsewhere than where they stand."""


def N_(text: str) -> str:  # noqa: N802  # the name by which gettext's tools find it
    """The text itself; catalogues have it, since a template says it in the reader's language."""
    return text
