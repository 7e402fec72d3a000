"""A post office on this machine that keeps what it is given; it takes mail as a server by the book does, or refuses it as told."""

from __future__ import annotations

import base64
import socket
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from threading import Thread


@dataclass
class Office:
    """url: for TROTH_SMTP. refusals: answers given in place of those that are due, by command, each once. certificate: of TLS, if any."""

    url: str = ""
    raw: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    certificate: Path | None = None

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=default) for one in self.raw]


class _Talk(socketserver.StreamRequestHandler):
    timeout = 20
    office: Office

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline():
            text = line.decode().rstrip()
            verb = text.split(" ")[0].upper()
            self.office.said.append(verb)
            if refusal := self.office.refusals.get(verb):
                answer = refusal.pop(0)
                if not answer:
                    return  # hangs up
                self.say(answer)
            elif not self._answered(verb, text):
                return

    def _answered(self, verb: str, text: str) -> bool:
        if verb == "EHLO":
            offers = ["250-here", *(["250-STARTTLS"] if self.office.certificate else []), "250-AUTH PLAIN", "250 8BITMIME"]
            self.wfile.write("".join(f"{one}\r\n" for one in offers).encode())
        elif verb == "STARTTLS":
            self.say("220 go on")
            assert self.office.certificate
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.office.certificate)
            try:
                self.request = context.wrap_socket(self.request, server_side=True)
            except ssl.SSLError:
                return False
            self.setup()
        elif verb == "AUTH":
            self.office.logins.append(base64.b64decode(text.rsplit(" ", maxsplit=1)[-1]).decode())
            self.say("235 in")
        elif verb == "RCPT":
            self.office.to.append(text.partition("<")[2].partition(">")[0])
            self.say("250 known")
        elif verb == "DATA":
            self.say("354 go on")
            self._taken()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 well")
        return True

    def _taken(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        refusal = self.office.refusals.get("TAKEN")
        answer = refusal.pop(0) if refusal else "250 taken"
        if answer.startswith("2") or not answer:
            self.office.raw.append(b"".join(lines))
        if answer:
            self.say(answer)
        else:
            self.connection.shutdown(socket.SHUT_RDWR)  # closing alone leaves it open to the files made of it


@contextmanager
def post_office(certificate: Path | None = None) -> Iterator[Office]:
    office = Office(certificate=certificate)
    talk = type("Talk", (_Talk,), {"office": office})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), talk) as server:
        server.daemon_threads = True
        office.url = f"smtp://127.0.0.1:{server.server_address[1]}?from=troth@shop.example"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield office
        finally:
            server.shutdown()
            thread.join()
