"""An identity provider by OpenID Connect: the code flow with PKCE, and an ID token that is believed for its signature alone."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from troth.access.sso import Asking, Grant, Told, groups_of
from troth.kernel.errors import BadValue
from troth.stores.sso.settings import OidcSettings

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

# Signed by a key that only the provider has; never by the secret that we share, and never by nothing.
SIGNED = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
SECONDS = 10.0
LEEWAY = 60  # seconds by which two clocks may differ
OLDEST = 600  # seconds: an ID token is made while somebody waits for it


class OidcProvider:
    """Implements `access.sso.Provider`. What it says of itself is read when it is first asked."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._described: Mapping[str, Any] | None = None

    @property
    def grants(self) -> Sequence[Grant]:
        return self._settings.granting()

    def address(self, asking: Asking, back: str) -> str:
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                self._description()["authorization_endpoint"], state=asking.state, nonce=asking.nonce, code_verifier=asking.verifier
            )
        return str(address)

    def told(self, asking: Asking, code: str, back: str, now: datetime) -> Told:
        described = self._description()
        with self._client(back) as client:
            answer = _asked(lambda: client.fetch_token(described["token_endpoint"], code=code, code_verifier=asking.verifier))
            keys = _asked(lambda: client.request("GET", described["jwks_uri"], withhold_token=True).raise_for_status().json())
        claims = self._believed(str(answer.get("id_token", "")), keys, asking.nonce, now)
        subject = f"{self._settings.issuer} {claims['sub']}"
        return Told(subject, str(claims.get(self._settings.name) or claims["sub"]), groups_of(claims, self._settings.groups))

    def _believed(self, token: str, keys: Any, nonce: str, now: datetime) -> Mapping[str, Any]:
        """The claims of an ID token that the provider signed, for us, for this once, and just now."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        us = self._settings.client_id
        at = int(now.replace(tzinfo=UTC).timestamp())
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(SIGNED)).claims
            registry = jwt.JWTClaimsRegistry(
                now=at, leeway=LEEWAY, iss={"essential": True, "value": self._settings.issuer}, aud={"essential": True, "value": us},
                sub={"essential": True}, exp={"essential": True}, iat={"essential": True}, nonce={"essential": True, "value": nonce},
            )  # fmt: skip
            registry.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _not_believed(type(error).__name__) from error
        audience = claims["aud"]
        if claims.get("azp", us) != us or (isinstance(audience, list) and len(audience) > 1 and "azp" not in claims):
            raise _not_believed("it was made for somebody else")
        if at - int(claims["iat"]) > OLDEST:
            raise _not_believed("it was made long ago")
        return claims

    def _description(self) -> Mapping[str, Any]:
        if self._described is None:
            with self._client("") as client:
                address = f"{self._settings.issuer}/.well-known/openid-configuration"
                found = _asked(lambda: client.request("GET", address, withhold_token=True).raise_for_status().json())
            if not isinstance(found, dict) or str(found.get("issuer", "")).rstrip("/") != self._settings.issuer:
                raise _not_believed("it says that it is another one")
            self._described = found
        return self._described

    def _client(self, back: str) -> OAuth2Client:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # authlib's word on which version of its transport is older
            try:
                from authlib.integrations.httpx_client import OAuth2Client
            except ModuleNotFoundError as error:
                raise BadValue("single sign-on needs more packages", got=error.name, next_step="Run: pip install 'troth[sso]'") from error
        said = self._settings
        return OAuth2Client(
            said.client_id, said.proof(), scope=" ".join(said.scopes), redirect_uri=back, code_challenge_method="S256", timeout=SECONDS,
            follow_redirects=False, trust_env=False,
        )  # fmt: skip


def _asked(ask: Callable[[], Any]) -> Any:
    """Whatever goes wrong with a provider is told in one way, without what was sent."""
    from authlib.common.errors import AuthlibBaseError
    from httpx import HTTPError

    try:
        return ask()
    except (HTTPError, AuthlibBaseError, ValueError) as error:
        raise BadValue("the identity provider did not answer as it should", got=type(error).__name__, next_step="Sign in again.") from error


def _not_believed(why: str) -> BadValue:
    return BadValue("what the identity provider said is not believed", got=why, next_step="Sign in again.")
