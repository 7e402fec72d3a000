from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """troth.yaml: what holds for the whole operation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="What the operation is called on its pages")
    folder: str = Field(description="Where the source files lie: absolute, or relative to this file")
    zone: str | None = Field(None, description="IANA zone of times that bear none; while it is missing pages warn and UTC is read")
    currency: str | None = Field(None, description="ISO 4217 code of amounts that bear none")
