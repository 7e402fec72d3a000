"""Columns that are made of others: a date inside a text, a word as a number, an instant so many minutes after another."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, model_validator

from troth.book import Part
from troth.query import identifier, literal_text

UNITS_US = {"s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}


class Derived(Part):
    """One of three: `find` takes a part out of a text, `values` puts other words for words, `plus` adds elapsed time to an instant."""

    column: str = Field(description="The column that it is made of")
    find: str | None = Field(None, description="A regular expression with one group, which is what is wanted: 'Delivery-Date: *(.+)'")
    values: dict[str, str] = Field({}, description="What is read for each word, case aside: {good: 1, bad: 0, offered: ''}; others stay")
    plus: str | None = Field(None, description="The column with the time that went by, a number; where it is blank nothing happened")
    unit: Literal["s", "min", "h", "d"] = Field("min", description="What the number counts: s, min, h or d of the clock")

    @model_validator(mode="before")
    @classmethod
    def words_are_texts(cls, data: object) -> object:
        """`{good: 1}` in YAML is a number, and means the text."""
        if isinstance(data, dict) and isinstance(data.get("values"), dict):
            return {**data, "values": {str(k): str(v) for k, v in data["values"].items()}}
        return data

    @model_validator(mode="after")
    def one_way(self) -> Derived:
        if sum((self.find is not None, bool(self.values), self.plus is not None)) != 1:
            raise ValueError("give one of 'find', 'values' and 'plus'")
        if self.find is not None:
            try:
                groups = re.compile(self.find).groups
            except re.error as error:
                raise ValueError(f"'find' is no regular expression: {error}") from error
            if groups != 1 or re.search(r"\(\?[=!<]|\\\d", self.find):
                raise ValueError("'find' has exactly one group, and neither looks around nor back")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,) if self.plus is None else (self.column, self.plus)

    @property
    def elapsed_us(self) -> int | None:
        return None if self.plus is None else UNITS_US[self.unit]

    def text_sql(self) -> str:
        """The derived text, from the table `src`; for `plus` that of the instant to which time is added."""
        text = f"src.{identifier(self.column)}"
        if self.find is not None:
            return f"regexp_extract({text}, {literal_text(self.find)}, 1)"
        if self.plus is not None:
            return f"CASE WHEN trim(src.{identifier(self.plus)}) <> '' THEN {text} END"
        words = " ".join(f"WHEN {literal_text(word.lower())} THEN {literal_text(read)}" for word, read in self.values.items())
        return f"CASE lower(trim({text})) {words} ELSE {text} END"
