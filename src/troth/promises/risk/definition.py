"""What the book says of the promises that may yet be broken."""

from __future__ import annotations

from pydantic import Field, field_validator

from troth.book import Expression, Part
from troth.kernel.errors import ExpressionError
from troth.kernel.instant import DAY_US
from troth.query import parse
from troth.query.durations import counted
from troth.query.tree import Duration


class AtRisk(Part):
    """When an open promise is at risk, and of which earlier ones that is told."""

    above: float = Field(0.5, gt=0, lt=1, description="Marked where more than this share of promises that stood so were broken: 0.5")
    by: tuple[Expression, ...] = Field(
        (),
        max_length=3,
        description="The lane, from the coarse to the fine: [attr(carrier), customer.segment]; what is rare in a lane is told by"
        " the lane above, and in the end by all",
    )
    refresh: str = Field("7d", description="How old the counts may be before they are taken anew: 7d, 12h, 2w")
    over: str = Field("26w", description="Of what fell due within so long before they were taken: 26w, 365d")

    @field_validator("refresh", "over")
    @classmethod
    def a_length(cls, text: str) -> str:
        length_us(text)
        return text


def length_us(text: str) -> int:
    """Microseconds of a duration of days, weeks, hours, minutes or seconds. Raises ValueError for anything else."""
    try:
        node = parse(text)
        unit, count = counted(node) if isinstance(node, Duration) else ("", 0)
    except ExpressionError as error:
        raise ValueError(str(error)) from error
    if unit not in ("us", "days") or count <= 0:
        raise ValueError("give a duration of hours, days or weeks, such as 12h, 7d or 26w")
    return count * DAY_US if unit == "days" else count
