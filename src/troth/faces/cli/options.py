"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HERE = Path()
Book = Annotated[Path, typer.Option("--book", help="The book's folder.", show_default="this folder")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, as the reference describes it.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but what was asked.")]
For = Annotated[str, typer.Option("--for", help="For whom: customer=acme,region=JP.", show_default="the standard")]
At = Annotated[str | None, typer.Option("--at", help="When what is asked about was made: 2026-03-01.", show_default="now")]
Address = Annotated[str, typer.Argument(help="kind.name or kind.name.field, as in promises.deliver.due.")]
AsKnownAt = Annotated[
    str | None, typer.Option("--as-known-at", help="What was known then: 2026-03-01T06:00, on the operation's clock.", show_default="now")
]
