"""A program of its own, run by `binary` in another process: `python old_sheets.py FILE SHEETS|NAME MOST MEGABYTES` writes a workbook's
rows as lines of JSON.

calamine holds a sheet at once, and on a damaged file its Rust ends in a panic, in an allocation beyond all memory, or in an abort.
Here that costs this process only. It imports nothing of ours, so that it starts at once.

{"name": N, "hidden": B, "left": C, "width": W, "merges": [[[top, left], [bottom, right]], …]}     begins a sheet
[[place, value], …]                                                                               a row, empty places left out
{"end": true}                                                                                     nothing is missing
{"wrong": "damaged"|"password"|"memory", "got": TEXT}                                             it cannot be read
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Write = Callable[[object], None]
MOST_SECONDS = 600


def main(file: str, wanted: str, most: int, megabytes: int) -> None:
    """wanted: the name of a sheet behind '#', or 'SHEETS' for all. most: rows of each, 0 for all of them."""
    _bound(megabytes)

    def write(line: object) -> None:
        sys.stdout.write(json.dumps(line) + "\n")

    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(file) as book:
            for name, hidden in _sheets(book):
                if wanted in ("SHEETS", f"#{name}"):
                    _sheet(book.get_sheet_by_name(name), write, hidden=hidden, most=most or None)
        write({"end": True})
    except PasswordError:
        write({"wrong": "password", "got": ""})
    except MemoryError:
        write({"wrong": "memory", "got": ""})
    except (CalamineError, ValueError, OverflowError, OSError) as error:
        write({"wrong": "damaged", "got": (str(error).splitlines() or ["nothing more"])[0][:200]})


def _bound(megabytes: int) -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _sheets(book: CalamineWorkbook) -> Iterator[tuple[str, bool]]:
    for said in book.sheets_metadata:
        if "WorkSheet" in str(said.typ):
            yield said.name, not str(said.visible).endswith(".Visible")


def _sheet(sheet: CalamineSheet, write: Write, *, hidden: bool, most: int | None) -> None:
    left = sheet.start[1] if sheet.start else 0
    width = sheet.end[1] + 1 if sheet.end else 0
    merges = [*(sheet.merged_cell_ranges or ())]
    write({"name": sheet.name, "hidden": hidden, "left": left, "width": width, "merges": merges})
    for values in islice(sheet.iter_rows(), most):
        write([[place, _plain(value)] for place, value in enumerate(values) if value != ""])


def _plain(value: Any) -> object:
    """Text, number and truth as JSON has them, times in an object, which no other value is."""
    match value:
        case datetime():
            return {"said": value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")}
        case date() | time():
            return {"said": value.isoformat()}
        case timedelta():
            seconds = round(value.total_seconds())
            return {"said": f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"}
        case _:
            return value


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
