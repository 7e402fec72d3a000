from __future__ import annotations

from decimal import Decimal

NO_CURRENCY = "XXX"  # ISO 4217
SIGNS = {"BRL": "R$", "EUR": "€", "USD": "US$", "GBP": "£", "CHF": "CHF", "JPY": "¥"}


def spoken(amount: Decimal | int, currency: str) -> str:
    """Money as a headline says it, to the whole unit; XXX, the code for no currency, is left out.

    >>> spoken(Decimal("442466.65"), "BRL"), spoken(500, "XXX")
    ('R$ 442,467', '500')
    """
    return f"{SIGNS.get(currency, currency)} {amount:,.0f}".removeprefix(f"{NO_CURRENCY} ")
