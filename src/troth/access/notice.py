"""What others did to an account, kept for its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LINK_GIVEN, PASSWORD_SET, FACTOR_REMOVED, TIED = "link_given", "password_set", "factor_removed", "tied"
MOST = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """what: LINK_GIVEN, PASSWORD_SET by a link, FACTOR_REMOVED by another, or TIED to a person of the record. shown: to the owner."""

    what: str
    at: datetime
    shown: bool = False
