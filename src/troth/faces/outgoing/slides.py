"""The Monday page as slides that can be edited: a statement each, with its evidence, a native chart or its table, and what it is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from troth.app.letters.digest import Exported
from troth.faces.language import Language
from troth.faces.outgoing import sentences
from troth.faces.outgoing.charts import Chart, chart_of, place
from troth.faces.outgoing.extra import needs_reports
from troth.faces.page.sheet import Entry, Table, sheet

if TYPE_CHECKING:
    from pptx.slide import Slide
    from pptx.text.text import _Paragraph

CM = 360_000  # of the units that slides are measured in
WIDE, HIGH, EDGE = 33.867, 19.05, 1.6
SERIF, SANS = "Georgia", "Calibri"
INK, SOFT, MISSED, LINE = "1B1D1F", "5D6468", "A8331F", "DFDCD4"
MOST_ROWS, MOST_COLUMNS, FIRST_COLUMN, COLUMN = 8, 8, 9.0, 3.0
BLANK = 6


@dataclass(frozen=True, slots=True)
class _Text:
    """size: in points."""

    text: str
    size: float
    colour: str = INK
    font: str = SANS
    bold: bool = False


def pptx(exported: Exported, language: Language) -> bytes:
    """Raises BadValue where what makes slides is not installed."""
    made = ready().Presentation()
    made.slide_width, made.slide_height = int(WIDE * CM), int(HIGH * CM)
    laid, say = sheet(exported.page), language.gettext
    foot = _foot(exported, language)
    made.core_properties.title = str(exported.page["headline"])
    made.core_properties.author = f"Troth {exported.page['version']}"
    made.core_properties.subject = foot
    _first(_slide(made, foot), exported, language)
    if exported.needs:
        title = language.ngettext("One thing needs somebody", "%(num)s things need somebody", len(exported.needs))
        owner = say("owner: %(who)s")
        said = [(need.sentence, f"{need.evidence} · {owner % {'who': need.owner.replace('_', ' ')}}") for need in exported.needs]
        _listing(_slide(made, foot), title % {"num": len(exported.needs)}, said)
    for entry, raw in zip(laid["statements"], exported.page["statements"], strict=True):
        _statement(_slide(made, foot), entry, raw.get("figure") or {}, language)
    if laid["refused"]:
        _listing(_slide(made, foot), say("Cannot say yet"), [(one.headline, one.refusal.get("settle", "")) for one in laid["refused"]])
    if exported.doubts:
        title = sentences.uncertain(len(exported.doubts), language)
        _listing(_slide(made, foot), title, [(one.replace("`", ""), "") for one in exported.doubts])
    written = BytesIO()
    made.save(written)
    return written.getvalue()


def ready() -> Any:
    """What makes slides. Raises BadValue where it is not installed."""
    return needs_reports("python-pptx")


def _foot(exported: Exported, language: Language) -> str:
    parts = (
        language.gettext("Old data") if exported.old else "",
        sentences.uncertain(len(exported.doubts), language),
        sentences.whose(exported.operation, exported.scope, language),
        sentences.as_of(exported.monday, language),
        sentences.rests_on(exported.monday, language),
    )
    return " · ".join(part for part in parts if part)


def _slide(made: Any, foot: str) -> Slide:
    slide: Slide = made.slides.add_slide(made.slide_layouts[BLANK])
    _rule(slide, HIGH - 1.75)
    _write(slide, EDGE, HIGH - 1.6, WIDE - 2 * EDGE, 1.0, [_Text(foot, 10, SOFT)])
    return slide


def _first(slide: Slide, exported: Exported, language: Language) -> None:
    whose = sentences.whose(exported.operation, exported.scope, language)
    _write(slide, EDGE, 1.2, 20, 1.2, [_Text("Troth  " + language.gettext("promises kept"), 16, SOFT, SERIF)])
    told = [_Text(str(exported.page["headline"]), 44, INK, SERIF), _Text(sentences.week(exported.monday, language), 14, SOFT)]
    if exported.old:
        told.insert(0, _Text(sentences.age(exported.old, language), 16, MISSED, bold=True))
    _write(slide, EDGE, 5.2, 28, 7.5, told)
    _write(slide, EDGE, 14.2, 28, 1.6, [_Text(whose, 16), _Text(sentences.as_of(exported.monday, language), 14, SOFT)])


def _statement(slide: Slide, entry: Entry, figure: Mapping[str, Any], language: Language) -> None:
    chart = chart_of(figure)
    table = None if chart else entry.table if entry.table and len(entry.table.rows) <= MOST_ROWS else None
    beside = chart is not None
    _write(slide, EDGE, 1.1, WIDE - 2 * EDGE, 3.4, [_Text(f"{entry.number}  {entry.headline}", 28, INK, SERIF)])
    said = [_Text(entry.paragraph.replace("`", ""), 16)] if entry.paragraph else []
    said += [_Text(note, 11, SOFT) for note in entry.notes]
    _write(slide, EDGE, 4.9, 14.2 if beside else WIDE - 2 * EDGE, 5.2, said)
    _write(slide, EDGE, 15.5, WIDE - 2 * EDGE, 1.6, [_Text(" · ".join(text for _, text in entry.evidence), 12, SOFT)])
    if chart is not None:
        _chart(slide, chart, entry.caption)
    elif table is not None:
        _table(slide, table, language)


def _chart(slide: Slide, chart: Chart, caption: str) -> None:
    place(slide, chart, tuple(int(one * CM) for one in (16.6, 4.7, WIDE - EDGE - 16.6, 9.6)), caption)
    _write(slide, 16.6, 14.3, WIDE - EDGE - 16.6, 0.9, [_Text(caption, 11, SOFT)])


def _table(slide: Slide, table: Table, language: Language) -> None:
    """As many columns as are legible; where there are more, that is said."""
    columns, rows = table.columns[:MOST_COLUMNS], [row[:MOST_COLUMNS] for row in table.rows]
    if not rows:
        return
    across = FIRST_COLUMN + COLUMN * (len(columns) - 1)
    frame = slide.shapes.add_table(len(rows) + 1, len(columns), *(int(one * CM) for one in (EDGE, 7.6, across, 0.62 * (len(rows) + 1))))
    made = frame.table
    made.first_row, made.horz_banding = True, False
    for at, column in enumerate(made.columns):
        column.width = int((COLUMN if at else FIRST_COLUMN) * CM)
    _plain(frame)
    for at, row in enumerate([columns, *rows]):
        for place_, text in enumerate(row):
            paragraph = made.cell(at, place_).text_frame.paragraphs[0]
            _put(paragraph, _Text(text, 10, SOFT if at == 0 else INK))
            if table.right[place_]:
                paragraph.alignment = 3  # right
    if len(columns) < len(table.columns):
        left = ", ".join(table.columns[MOST_COLUMNS:])
        _write(slide, EDGE, 14.7, 28, 0.8, [_Text(language.gettext("Left out here: %(columns)s") % {"columns": left}, 11, SOFT)])


def _plain(frame: Any) -> None:
    """Hairlines and no colour: the style called “No Style, Table Grid” in every program that shows slides."""
    style = frame._element.graphic.graphicData.tbl.tblPr.find("{http://schemas.openxmlformats.org/drawingml/2006/main}tableStyleId")  # noqa: SLF001
    if style is not None:
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def _listing(slide: Slide, title: str, said: list[tuple[str, str]]) -> None:
    _write(slide, EDGE, 1.1, WIDE - 2 * EDGE, 2, [_Text(title, 28, INK, SERIF)])
    size = 16 if len(said) <= 6 else 12
    lines = [one for text, small in said for one in (_Text(text, size), *([_Text(small, 11, SOFT)] if small else []))]
    _write(slide, EDGE, 3.8, WIDE - 2 * EDGE, 12, lines)


def _rule(slide: Slide, top: float) -> None:
    """A hairline: a shape as thin as one, since programs lay a shadow under lines."""
    from pptx.dml.color import RGBColor

    line = slide.shapes.add_shape(1, *(int(one * CM) for one in (EDGE, top, WIDE - 2 * EDGE, 0.02)))
    line.fill.solid()
    line.fill.fore_color.rgb = RGBColor.from_string(LINE)
    line.line.fill.background()
    line.shadow.inherit = False


def _write(slide: Slide, left: float, top: float, width: float, height: float, lines: list[_Text]) -> None:
    frame = slide.shapes.add_textbox(*(int(one * CM) for one in (left, top, width, height))).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for at, line in enumerate(lines):
        _put(frame.paragraphs[0] if at == 0 else frame.add_paragraph(), line)


def _put(paragraph: _Paragraph, line: _Text) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    run = paragraph.add_run()
    run.text = line.text
    run.font.size, run.font.name, run.font.bold = Pt(line.size), line.font, line.bold
    run.font.color.rgb = RGBColor.from_string(line.colour)
    paragraph.space_after = Pt(line.size / 3)
