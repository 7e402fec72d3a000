"""oidc.yaml beside the journal: which provider, as whom we ask it, and what its groups may see and do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from troth.access.sso import Grant
from troth.access.viewer import Scope, role_of
from troth.kernel.errors import BadValue

FILE = "oidc.yaml"
FROM = "env:"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _private(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("an address with https, as all may read what is said by http")
    return address.rstrip("/")


class GrantSetting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    group: str = Field(min_length=1, description="As the provider names it.")
    role: str = Field(description="viewer, analyst, manager or admin")
    scope: Mapping[str, list[str]] = Field(default_factory=dict, description="What they see: {country: [DE, AT]}; without it everything")

    @property
    def seen(self) -> Scope:
        return Scope({name: frozenset(values) for name, values in self.scope.items()})


class OidcSettings(BaseModel):
    """The file oidc.yaml."""

    model_config = ConfigDict(extra="forbid")

    issuer: Annotated[str, AfterValidator(_private)] = Field(description="The provider's address, as its tokens name it.")
    client_id: str = Field(min_length=1, description="As whom it knows us.")
    secret: str = Field(description="env:NAME of what proves it; it stands in no file")
    scopes: list[str] = Field(default=["openid", "email", "profile"], description="What we ask to be told.")
    name: str = Field(default="email", description="The claim that those who give access know somebody by.")
    groups: str = Field(default="groups", description="The claim that holds the groups.")
    grants: list[GrantSetting] = Field(min_length=1, description="Of several groups that somebody is in, the first counts.")

    def granting(self) -> tuple[Grant, ...]:
        """Raises BadValue for a role that there is not."""
        return tuple(Grant(one.group, role_of(one.role), one.seen) for one in self.grants)

    def proof(self) -> str:
        """Raises BadValue where the environment has none."""
        outside = self.secret.startswith(FROM)
        found = os.environ.get(self.secret.removeprefix(FROM)) if outside else None
        if not found:
            raise BadValue(f"'secret' of {FILE} is not set", got=self.secret if outside else "a text", allowed="env:NAME")
        return found


def read_settings(state: Path) -> OidcSettings | None:
    """None where there is no such file. Raises BadValue for one that is wrong, without repeating what stands there."""
    file = state / FILE
    if not file.exists():
        return None
    try:
        return OidcSettings.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        wrong = error.errors(include_input=False, include_url=False) if isinstance(error, ValidationError) else []
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong) or "no YAML"
        raise BadValue(f"{FILE} is wrong", got=told, next_step="docs/how-to/sign-in-with-your-provider.md shows one.") from error
