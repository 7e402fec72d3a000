"""Mail by SMTP to the server that the environment names, over TLS, and to nobody else."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from troth.kernel.errors import BadValue
from troth.sending import Handed, NotSent
from troth.sending.message import POLICY
from troth.stores import failpoints

VARIABLE = "TROTH_SMTP"
EXAMPLE = "smtp://user:password@host:587?from=troth@example.org, or smtps:// with TLS from the beginning"
PORTS = {"smtp": 587, "smtps": 465}
SECONDS = 30.0
LASTING = 500


@dataclass(frozen=True, slots=True)
class Server:
    """sender: the address that letters come from. tls: begun after the greeting; smtps begins with it."""

    scheme: str
    host: str
    port: int
    sender: str
    tls: bool
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


class SmtpPost:
    """Implements `sending.ports.Post`. environment: where the server's address stands."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def deliver(self, handed: Handed, to: str) -> None:
        server = server_of(self._environment)
        if server is None:
            raise NotSent(f"{VARIABLE} is not set in the environment", lasting=False)
        message = _addressed(handed, server.sender, to)
        # What a server says may repeat the address, and an error of ours the password: of neither more than a number is told.
        try:
            _deliver(server, message, to)
        except smtplib.SMTPRecipientsRefused as error:
            code = next((said[0] for said in error.recipients.values()), 0)
            raise NotSent(f"the server refused the address ({code})", lasting=code >= LASTING) from None
        except smtplib.SMTPAuthenticationError as error:
            raise NotSent(f"the server did not let us in ({error.smtp_code})", lasting=False) from None
        except smtplib.SMTPResponseException as error:
            raise NotSent(f"the server refused the letter ({error.smtp_code})", lasting=error.smtp_code >= LASTING) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"the server could not be reached ({type(error).__name__})", lasting=False) from None


def _deliver(server: Server, message: Message, to: str) -> None:
    connection = _connected(server)
    try:
        with failpoints.around("post"):
            connection.send_message(message, server.sender, [to])
    finally:
        with suppress(smtplib.SMTPException, OSError):  # it was taken or not; how we part changes nothing of that
            connection.quit()


def server_of(environment: Mapping[str, str]) -> Server | None:
    """The server that the environment names; None where it names none.

    Raises BadValue for what is no address of one, and for one at which a password or a letter would go over the network in the open.
    """
    said = environment.get(VARIABLE, "").strip()
    if not said:
        return None
    # Neither the text nor the error that repeats it is shown: it may hold a password.
    try:
        parts = urlsplit(said)
        asked = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise BadValue(f"what {VARIABLE} holds is no address of a mail server", allowed=EXAMPLE) from None
    user = unquote(parts.username) if parts.username else None
    sender = asked.get("from") or (user if user and "@" in user else "")
    if not parts.hostname or "@" not in parseaddr(sender)[1] or not sender.isprintable():
        raise BadValue(f"what {VARIABLE} holds names no host, or nobody whom letters come from", allowed=EXAMPLE)
    tls = asked.get("starttls", "0" if _here(parts.hostname) else "1") == "1"
    if parts.scheme == "smtp" and not tls and not _here(parts.hostname):
        raise BadValue(f"{VARIABLE} would send in the open", got="starttls=0 to another computer", allowed="starttls=1, or smtps://")
    return Server(
        parts.scheme, parts.hostname, port, sender, tls and parts.scheme == "smtp", user, unquote(parts.password or "") if user else None
    )


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _connected(server: Server) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=trusted)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        if server.tls:
            connection.starttls(context=trusted)
        if server.user is not None:
            connection.login(server.user, server.password or "")
    except BaseException:
        connection.close()
        raise
    return connection


def _addressed(handed: Handed, sender: str, to: str) -> Message:
    """The same message in every try: by its id who receives it knows it for the same."""
    message = BytesParser(policy=POLICY).parsebytes(handed.content)
    message["From"] = sender
    message["To"] = to
    message["Message-ID"] = f"<{handed.letter.id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    return message
