from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from troth.engines.calendars import zone_names
from troth.kernel.errors import nearest


def _known_zone(name: str) -> str:
    if name not in zone_names():
        raise ValueError(f"no time zone '{name}'; {nearest(name, zone_names())}")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class Settings(BaseModel):
    """troth.yaml: what holds for the whole operation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="What the operation is called on its pages: Parts wholesaler")
    folder: str = Field(description="The folder in which the source files lie: absolute, or relative to this file, as in ../data")
    zone: Zone | None = Field(None, description="IANA zone of times that bear none, as in Europe/Berlin; without it UTC, with a warning")
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$", description="ISO 4217 code of amounts that bear none, as in EUR")
    second_factor: tuple[Literal["viewer", "analyst", "manager", "admin"], ...] = Field(
        (), description="The roles that sign in by a password and a second factor: [admin, manager]; without it whoever likes has one"
    )
