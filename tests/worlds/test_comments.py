"""What customers of Meridian write, and that nobody can tell from what is kept who they are."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

import troth
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.starting.examples import make_meridian
from troth.worlds.meridian.names import FIRST, LAST

WHO = re.compile(rf"\b(?:{'|'.join((*FIRST, *LAST))})\b|@|\d{{3}}")


@pytest.fixture(scope="module")
def meridian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_meridian(tmp_path_factory.mktemp("comments") / "meridian", seed=5, customers=400, months=6)
    build(open_workspace(made.folder / "book"))
    return made.folder


def written(meridian: Path) -> list[str]:
    """Every comment of the files."""
    files = ", ".join(f"'{meridian / 'data' / name}'" for name in ("survey_parcels.csv", "survey_visits.csv"))
    rows = duckdb.execute(
        f"SELECT comment FROM read_csv([{files}], all_varchar = true, union_by_name = true) WHERE comment <> ''"
    ).fetchall()
    return [str(row[0]) for row in rows]


def kept(meridian: Path) -> list[str]:
    rows = troth.open(meridian / "book").sql("SELECT comment FROM feedback WHERE comment IS NOT NULL")
    return [str(row[0]) for row in rows]


def test_two_in_five_comments_say_who_wrote_them_and_none_that_is_kept_does(meridian: Path) -> None:
    said = [text for text in written(meridian) if WHO.search(text)]

    assert 0.3 < len(said) / len(written(meridian)) < 0.5
    assert len(kept(meridian)) == len(written(meridian))
    assert [text for text in kept(meridian) if WHO.search(text)] == []


def test_the_rest_of_a_comment_stays_as_it_was(meridian: Path) -> None:
    plain = sorted(text for text in written(meridian) if not WHO.search(text))

    assert plain == sorted(text for text in kept(meridian) if "[" not in text)
