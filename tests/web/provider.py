"""An identity provider on this machine, as honest or as false as a test wants it: OpenID Connect's code flow with PKCE."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "troth", "a secret that both know"


@dataclass
class House:
    """says: claims in place of the honest ones. key: with which it signs; other: with which somebody else would."""

    issuer: str = ""
    now: datetime = datetime(2026, 3, 2, 12)
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "1234", "email": "ana@example.org", "groups": ["everybody", "de-team"]})
    says: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signs_with: Any = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def authorize(self, address: str) -> str:
        """What a person does there: where their browser is sent back to."""
        said = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert said["response_type"] == "code"
        assert said["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = said
        return f"{said['redirect_uri']}?{urlencode({'code': code, 'state': said['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        said = self.codes.pop(form.get("code", ""), None)
        if said is None or said["redirect_uri"] != form["redirect_uri"] or _challenge(form["code_verifier"]) != said["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        at = int((self.now - datetime(1970, 1, 1)).total_seconds())
        honest = {"iss": self.issuer, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": said["nonce"], **self.person}
        claims = {name: value for name, value in {**honest, **self.says}.items() if value is not None}
        signed = jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, self.signs_with or self.key, algorithms=[self.algorithm])
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": signed}

    def get(self, path: str) -> dict[str, Any] | None:
        if path == "/.well-known/openid-configuration":
            parts = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            return {"issuer": self.issuer, **{name: f"{self.issuer}/{part}" for name, part in parts.items()}}
        return {"keys": [self.key.as_dict(private=False)]} if path == "/keys" else None


@contextmanager
def provider() -> Iterator[House]:
    house = House()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = house.get(self.path)
            self._answer(404 if found is None else 200, found or {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            house.asked.append(self.headers.get("authorization", ""))
            self._answer(*house.token({name: values[0] for name, values in parse_qs(body).items()}))

        def _answer(self, status: int, found: dict[str, Any]) -> None:
            body = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    house.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
