"""How messages are written: as SMTP wants them, with the addresses in their headers left whole."""

from __future__ import annotations

from email.policy import EmailPolicy
from typing import Any

WHOLE = frozenset({"list-unsubscribe"})


class MailPolicy(EmailPolicy):
    """An address longer than a line would be written in encoded words, and no program of mail would know it for one."""

    def fold(self, name: str, value: Any) -> str:
        return f"{name}: {value}{self.linesep}" if name.lower() in WHOLE else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii") if name.lower() in WHOLE else super().fold_binary(name, value)


POLICY = MailPolicy(linesep="\r\n")
