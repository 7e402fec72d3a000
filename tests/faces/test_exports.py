"""The Monday page as PDF and as slides: what the page says, of whom, up to when and on what it rests, on every sheet."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient
from typer.testing import CliRunner

from tests.app.mailed import DUE, Shop, open_shop
from tests.needs import require_system
from tests.web.conftest import Known
from troth.access import EVERYTHING, Role, Scope, Viewer
from troth.app.letters.digest import Exported, exported
from troth.app.pages.scoping import scoped
from troth.app.pages.served import Served
from troth.app.reading import open_reading
from troth.faces.cli.commands import app
from troth.faces.language import language_of
from troth.faces.outgoing import paper, slides
from troth.faces.outgoing.charts import chart_of
from troth.faces.web import web_app
from troth.kernel.errors import BadValue

EN = language_of("en")
PT = Scope({"country": frozenset({"PT"})})
MARKS = ("data up to Mon 9 Feb 2026 09:00", "rules", "Troth")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return open_shop(tmp_path_factory.mktemp("exports"))


@pytest.fixture(scope="module")
def whole(shop: Shop) -> Exported:
    return exported(open_reading(shop.workspace), EVERYTHING, DUE)


@pytest.fixture(scope="module")
def part(shop: Shop) -> Exported:
    return exported(scoped(shop.workspace, open_reading(shop.workspace), PT), PT, DUE + timedelta(days=30))


@pytest.fixture(scope="module")
def drawn(whole: Exported) -> bytes:
    require_system("pango")
    return paper.pdf(whole, EN)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " "))


def _sheets(pdf: bytes) -> list[str]:
    return [_plain(page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


def _slides(content: bytes) -> list[Any]:
    from pptx import Presentation

    return list(Presentation(BytesIO(content)).slides)


def _said(slide: Any) -> str:
    return _plain(" ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame))


def _texts(slide: Any) -> Iterator[str]:
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield shape.text_frame.text
        if shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells)


def test_every_statement_of_the_page_is_on_paper_with_its_evidence_and_its_table(whole: Exported, drawn: bytes) -> None:
    text = _plain(" ".join(_sheets(drawn)))

    assert _plain(str(whole.page["headline"])) in text
    for statement in whole.page["statements"]:
        for part in (statement["headline"], statement["paragraph"], statement["evidence"]["n"]):
            assert re.sub(r"\W", "", part.replace("`", "")) in re.sub(r"\W", "", text), part
        assert all(name.split(",")[0].split()[0] in text for name in statement["table"]["columns"] if name)


def test_every_sheet_says_of_whom_up_to_when_and_on_what(drawn: bytes) -> None:
    sheets = _sheets(drawn)

    assert len(sheets) > 1
    for at, sheet in enumerate(sheets, 1):
        assert "Small · the whole operation" in sheet
        assert all(mark in sheet for mark in MARKS)
        assert f"{at} / {len(sheets)}" in sheet


def test_paper_has_tags_its_language_and_a_title_for_who_has_it_read_aloud(whole: Exported, drawn: bytes) -> None:
    read = PdfReader(BytesIO(drawn))
    root: Any = read.trailer["/Root"]

    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert read.metadata is not None
    assert str(whole.page["headline"]) in str(read.metadata.title)


def test_paper_asks_nobody_for_anything(whole: Exported) -> None:
    html = paper.html(whole, EN)

    assert not re.search(r"https?://(?!www\.w3\.org/)|file:", re.sub(r"base64,[^)]*", "", html))
    fetch = paper._fetched(paper.ready())
    for url in ("https://example.org/x.png", "file:///etc/hostname", "about:blank"):
        with pytest.raises(BadValue):
            fetch.fetch(url)


def test_a_slide_a_statement_each_with_what_it_is_of(whole: Exported) -> None:
    made = _slides(slides.pptx(whole, EN))
    said = [_said(slide) for slide in made]
    statements = whole.page["statements"]

    assert str(whole.page["headline"]) in said[0]
    for statement in statements:
        (slide,) = [text for text in said if _plain(statement["headline"]) in text and statement["evidence"]["how_sure"] in text]
        assert statement["evidence"]["n"] in slide
    for text in said:
        assert "Small · the whole operation" in text
        assert all(mark in text for mark in MARKS)


def test_charts_of_slides_hold_the_numbers_of_the_page(whole: Exported) -> None:
    made = _slides(slides.pptx(whole, EN))
    charted = [one for one in whole.page["statements"] if one["figure"] and chart_of(one["figure"])]
    charts = [shape for slide in made for shape in slide.shapes if shape.has_chart]

    assert len(charts) == len(charted) > 0
    for statement, shape in zip(charted, charts, strict=True):
        expected = chart_of(statement["figure"])
        assert expected is not None
        plot = shape.chart.plots[0]
        assert list(plot.categories) == list(expected.labels)
        assert [list(series.values) for series in plot.series] == [list(one.values) for one in expected.series]
        assert shape._element.nvGraphicFramePr.cNvPr.get("descr")
    bars = next(one["figure"] for one in charted if one["figure"]["kind"] == "bars")
    assert [row["value"] for row in bars["rows"]] == list(chart_of(bars).series[0].values)  # type: ignore[union-attr]


def test_nothing_of_a_slide_hangs_over_its_edge(whole: Exported) -> None:
    from pptx import Presentation

    made = Presentation(BytesIO(slides.pptx(whole, EN)))
    for slide in made.slides:
        for shape in slide.shapes:
            assert 0 <= shape.left <= shape.left + shape.width <= made.slide_width
            assert 0 <= shape.top <= shape.top + shape.height <= made.slide_height


def test_what_is_in_no_scope_of_its_reader_is_on_no_sheet_and_old_data_are_called_so_on_each(part: Exported) -> None:
    require_system("pango")
    sheets, made = _sheets(paper.pdf(part, EN)), _slides(slides.pptx(part, EN))

    assert "These data are old" in sheets[0]
    assert "4 promises to customers fell due" in sheets[0]
    assert all("country=PT" in text and "Old data" in text for text in (*sheets, *map(_said, made)))
    assert not re.search(r"\bDE\b", " ".join([*sheets, *(text for slide in made for text in _texts(slide))]))


@pytest.mark.parametrize("kind", ["control", "two_lines", "gap", "histogram"])
def test_a_chart_of_each_kind_has_a_series_for_each_line(kind: str) -> None:
    figure: dict[str, Any] = {
        "kind": kind, "caption": "x", "labels": ["a", "b"], "points": [1, 2.5], "centre": [2, 2], "low": [0, 0], "high": [4, None],
        "flagged": [1], "upper": {"label": "shown", "points": [3, 4]}, "lower": {"label": "so", "points": [1, None]},
        "series": [
            {"label": "p", "tone": "accent", "points": [1, 2], "bins": [[0, 3], [2, 1]]},
            {"label": "q", "points": [2], "bins": [[1, 5]]},
        ],
    }  # fmt: skip
    chart = chart_of(figure)

    assert chart is not None
    assert [one.values for one in chart.series] == {
        "control": [(1.0, 2.5), (2.0, 2.0), (0.0, 0.0), (4.0, None)],
        "two_lines": [(1.0, 2.0), (2.0, None)],
        "gap": [(3.0, 4.0), (1.0, None)],
        "histogram": [(3.0, 0.0, 1.0), (0.0, 5.0, 0.0)],
    }[kind]
    assert chart_of({"kind": "funnel"}) is None
    assert chart_of({"kind": kind}) is None


def test_the_command_writes_both_and_says_where(shop: Shop, tmp_path: Path) -> None:
    require_system("pango")
    pdf, pptx = tmp_path / "out" / "monday.pdf", tmp_path / "out" / "monday.pptx"
    said = CliRunner().invoke(app, ["monday", "--book", str(shop.root), "--pdf", str(pdf), "--pptx", str(pptx)])

    assert said.exit_code == 0, said.output
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert len(_slides(pptx.read_bytes())) > 3
    assert "monday.pptx" in said.output.replace("\n", "")


@pytest.mark.parametrize(("option", "package"), [("--pdf", "weasyprint"), ("--pptx", "pptx")])
def test_without_the_extra_it_says_what_to_install(
    option: str, package: str, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    said = CliRunner().invoke(app, ["monday", "--book", str(shop.root), option, str(tmp_path / "x")])

    assert isinstance(said.exception, BadValue)
    assert "pip install 'troth[reports]'" in str(said.exception)
    assert not (tmp_path / "x").exists()


def _browser(shop: Shop, role: Role, scope: Scope = EVERYTHING) -> TestClient:
    return TestClient(web_app(Served(shop.workspace), Known(Viewer("somebody", role, scope, "en"))), raise_server_exceptions=False)


def test_pages_have_both_as_buttons_for_those_who_may_export(shop: Shop) -> None:
    require_system("pango")
    shop.now = DUE
    browser = _browser(shop, Role.analyst, PT)
    page, pdf, pptx = (browser.get(path) for path in ("/", "/monday.pdf", "/monday.pptx"))

    assert all(f'href="{path}"' in page.text for path in ("/monday.pdf", "/monday.pptx"))
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert all("country=PT" in text for text in (*_sheets(pdf.content), *map(_said, _slides(pptx.content))))
    assert 'filename="monday.pptx"' in pptx.headers["content-disposition"]


def test_who_may_only_read_has_no_buttons_and_no_files(shop: Shop) -> None:
    browser = _browser(shop, Role.viewer)

    assert "monday.pdf" not in browser.get("/").text
    assert browser.get("/monday.pdf").status_code == 403
    assert browser.get("/monday.pptx").status_code == 403


def test_names_of_people_are_taken_out_of_what_leaves(shop: Shop) -> None:
    reading = open_reading(shop.workspace)
    for promise in reading.context.promises.values():
        object.__setattr__(promise, "words", "Maria Lopes wrote from maria.lopes@mail.example")
    page = exported(reading, EVERYTHING, datetime(2026, 2, 9))

    assert "wrote from" in str(page.page)
    assert "maria.lopes" not in str(page).replace(str(page.monday), "").lower()
