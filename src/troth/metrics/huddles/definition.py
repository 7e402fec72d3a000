"""The nouns of huddles/*.yaml."""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import Field

from troth.book import Kind, Part

Block = Literal["promised", "late", "yesterday", "last_week", "said", "work"]
Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
BLOCKS: tuple[Block, ...] = get_args(Block)
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

# What customers get, and what they say: it stays on the screen whatever else is urgent.
REQUIRED: tuple[Block, ...] = ("promised", "late", "yesterday", "last_week", "said")


class Huddle(Part):
    """The daily meeting of each unit of a dimension. A dimension that no huddle names has one of its own, with every block."""

    told: ClassVar[frozenset[str]] = frozenset({"words"})
    words: str = Field(min_length=1, description="How pages name it: the morning round of a branch")
    of: str = Field(description="The dimension of company.yaml whose values are the units: branch")
    days: tuple[Weekday, ...] = Field(("Mon", "Tue", "Wed", "Thu", "Fri"), min_length=1, description="On which days it is held: [Mon, Tue]")
    at: str = Field("08:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="When it begins, by the operation's clock: 07:45")
    blocks: tuple[Block, ...] = Field(
        BLOCKS, description="What stands on the screen, in this order; what customers get and what they say cannot be left out"
    )


# What the promise to hold it is called, before its dimension.
PROMISED = "huddle_"

HUDDLES = Kind("huddles", Huddle)
