"""Example operations: the corner shop, which is files; Meridian and a service catalogue, which are made."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import troth
from troth.app.bootstrap import sheet_writer
from troth.app.workspace import Progress, silent
from troth.book import ROOT
from troth.kernel.errors import BadValue, NotFound, StoreError
from troth.worlds import TRUTHS, Plan, company, service_catalogue

DATA, TRUTH, BOOK = "data", "truth", "book"


def corner_shop() -> Path:
    """The folder of the corner shop: inside an installed package, or beside the sources in a checkout."""
    return _shipped("corner-shop")


def _shipped(name: str) -> Path:
    package = Path(troth.__file__).parent
    for folder in (package / "examples" / name, package.parent.parent / "examples" / name):
        if folder.is_dir():
            return folder
    raise NotFound("the example is not installed", next_step="Reinstall troth.")


@dataclass(frozen=True, slots=True)
class Made:
    """folder: with `data`, `book`, `truth.json` and `truth`. files: of data, with the rows of each. planted: sizes by truth."""

    folder: Path
    files: Mapping[str, int]
    planted: Mapping[str, float]

    @property
    def rows(self) -> int:
        """Rows of all files together."""
        return sum(self.files.values())


def copy_corner_shop(to: Path) -> Path:
    """Copy the corner shop's files into a folder that is new or empty; what BadValue and StoreError say is as of `make_meridian`."""
    _refuse_full(to)
    try:
        shutil.copytree(corner_shop(), to, dirs_exist_ok=True)
    except OSError as error:
        raise _unwritten("the corner shop", to, error) from error
    return to


def demo(into: Path, progress: Progress = silent) -> Path:
    """The book of Meridian in a folder; it is made there unless it already is."""
    if not (into / BOOK / ROOT).is_file():
        make_meridian(into, progress=progress)
    return into / BOOK


def _refuse_full(to: Path) -> None:
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BadValue(f"'{to}' is not empty", allowed="a folder that is new or empty", next_step="Name another one.")


def _unwritten(what: str, to: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{what} cannot be written to '{to}'", got=error.strerror or str(error), next_step="Make room, or name another place."
    )  # fmt: skip


def sizes_of(given: Sequence[str]) -> dict[str, float]:
    """Sizes of truths as a command line gives them: `carrier_decay=0`, or `none` for a world in which nothing is planted.

    Refuses what is not NAME=NUMBER; later ones win.
    """
    sizes: dict[str, float] = {}
    for one in given:
        if one == "none":
            sizes |= {truth.name: 0.0 for truth in TRUTHS}
            continue
        name, equals, size = one.partition("=")
        try:
            sizes[name] = float(size)
        except ValueError:
            raise BadValue("a truth and its size", got=f"'{one}'", allowed="NAME=NUMBER, as in carrier_decay=0, or none") from None
        if not equals:
            raise BadValue("a truth and its size", got=f"'{one}'", allowed="NAME=NUMBER, as in carrier_decay=0, or none")
    return sizes


def make_meridian(
    to: Path, *, seed: int = 1, customers: int = 2_000, months: int = 24, truths: Sequence[str] = (), progress: Progress = silent
) -> Made:  # fmt: skip
    """Write Meridian's files, the book that describes them, and what is true, into a folder that is not there yet or is empty.

    truths: as `sizes_of` reads them. Everything is written beside it first, so that nobody finds half a company. Raises BadValue where
    the folder holds something or the plan is none, StoreError where there is no room for it or no right to write.
    """
    _refuse_full(to)
    plan = Plan(seed, customers, months, sizes_of(truths))
    world = company(plan, progress)
    with _drafted("Meridian", to) as draft:
        for folder in (DATA, TRUTH):
            (draft / folder).mkdir()
        with sheet_writer() as write:
            for sheet in world.sheets:
                progress(f"writing {sheet.name}")
                write(sheet, draft / DATA)
            for sheet in world.answers:
                write(sheet, draft / TRUTH)
        for name, text in world.pages.items():
            (draft / DATA / name).write_text(text, encoding="utf-8")
        (draft / "truth.json").write_text(json.dumps(world.truths, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        shutil.copytree(_shipped("meridian") / BOOK, draft / BOOK)
    return Made(to, {sheet.name: len(sheet) for sheet in world.sheets}, {one.name: plan.size(one.name) for one in TRUTHS})


def make_service_catalogue(to: Path, *, seed: int = 1) -> Made:
    """Write the book of three departments that serve the others and half a year of requests to them; refused as `make_meridian` is."""
    _refuse_full(to)
    sheets = service_catalogue(seed)
    with _drafted("the service catalogue", to) as draft:
        (draft / DATA).mkdir()
        with sheet_writer() as write:
            for sheet in sheets:
                write(sheet, draft / DATA)
        shutil.copytree(_shipped("service-catalogue") / BOOK, draft / BOOK)
    return Made(to, {sheet.name: len(sheet) for sheet in sheets}, {})


@contextmanager
def _drafted(what: str, to: Path) -> Iterator[Path]:
    """A folder beside the one that is asked for, which takes its place at the end; nothing is left of it where that is not reached."""
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent))
        try:
            draft.chmod(0o755)
            yield draft
            if to.exists():
                to.rmdir()
            draft.rename(to)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except StoreError:
        raise
    except OSError as error:
        raise _unwritten(what, to, error) from error
