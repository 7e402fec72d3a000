"""A figure as a chart that belongs to the slides: whoever has them sees its numbers and can edit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from troth.faces.page.figures.canvas import numeric

if TYPE_CHECKING:
    from pptx.slide import Slide

Form = Literal["bars", "columns", "lines"]
COLOURS = {"accent": "0B5C58", "missed": "A8331F", "waiting": "A97B12", "soft": "5D6468", "plain": "5D6468"}
IN_TURN = ("accent", "waiting", "soft")


@dataclass(frozen=True, slots=True)
class Series:
    """tones: one for all points, or one for each. dashed: of what is usual, not of what was."""

    name: str
    values: tuple[float | None, ...]
    tones: tuple[str, ...]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """said: of bars, each value as it is to be read."""

    form: Form
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    said: tuple[str, ...] = ()


def chart_of(figure: Mapping[str, Any]) -> Chart | None:
    """None for a kind that no chart of slides shows truly, or where there is nothing to show: its table stands there then."""
    make = {"bars": _bars, "histogram": _histogram, "control": _control, "two_lines": _two_lines, "gap": _gap}.get(str(figure.get("kind")))
    found = make(figure) if make else None
    return found if found and any(value is not None for one in found.series for value in one.values) else None


def _bars(figure: Mapping[str, Any]) -> Chart:
    rows = [row for row in figure.get("rows", ()) if isinstance(row, Mapping)]
    values = tuple(numeric(row.get("value")) for row in rows)
    tones = tuple(str(row.get("tone", "accent")) for row in rows)
    said = tuple(str(row.get("shown") or "") for row in rows)
    return Chart("bars", tuple(str(row.get("label", "")) for row in rows), (Series(str(figure.get("caption", "")), values, tones),), said)


def _histogram(figure: Mapping[str, Any]) -> Chart:
    read = [(one, {float(edge): float(count) for edge, count in one.get("bins", ())}) for one in figure.get("series", ())]
    edges = sorted({edge for _, bins in read for edge in bins})
    series = tuple(
        Series(str(one.get("label", "")), tuple(bins.get(edge, 0.0) for edge in edges), (_tone(one, at),))
        for at, (one, bins) in enumerate(read)
    )
    return Chart("columns", tuple(f"{edge:g}" for edge in edges), series)


def _control(figure: Mapping[str, Any]) -> Chart:
    labels = tuple(map(str, figure.get("labels", ())))
    flagged = set(figure.get("flagged", ()))
    tones = tuple("missed" if at in flagged else "accent" for at in range(len(labels)))
    series = [Series("measured", _points(figure.get("points"), len(labels)), tones)]
    for name, words in (("centre", "usual"), ("low", "usual from"), ("high", "usual to")):
        series.append(Series(words, _points(figure.get(name), len(labels)), ("soft",), dashed=True))
    return Chart("lines", labels, tuple(series))


def _two_lines(figure: Mapping[str, Any]) -> Chart:
    labels = tuple(map(str, figure.get("labels", ())))
    read = [one for one in figure.get("series", ()) if isinstance(one, Mapping)]
    series = (Series(str(one.get("label", "")), _points(one.get("points"), len(labels)), (_tone(one, at),)) for at, one in enumerate(read))
    return Chart("lines", labels, tuple(series))


def _gap(figure: Mapping[str, Any]) -> Chart:
    labels = tuple(map(str, figure.get("labels", ())))
    read = [(name, figure.get(name) or {}) for name in ("upper", "lower")]
    return Chart(
        "lines",
        labels,
        tuple(
            Series(str(one.get("label", name)), _points(one.get("points"), len(labels)), ("soft" if name == "upper" else "accent",))
            for name, one in read
        ),
    )


def _tone(one: Mapping[str, Any], at: int) -> str:
    return str(one.get("tone") or IN_TURN[at % len(IN_TURN)])


def _points(points: Sequence[Any] | None, count: int) -> tuple[float | None, ...]:
    found = [numeric(value) for value in points or ()][:count]
    return tuple(found + [None] * (count - len(found)))


def place(slide: Slide, chart: Chart, box: tuple[int, ...], title: str) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
    from pptx.util import Pt

    kinds = {"bars": XL_CHART_TYPE.BAR_CLUSTERED, "columns": XL_CHART_TYPE.COLUMN_CLUSTERED, "lines": XL_CHART_TYPE.LINE}
    data = CategoryChartData()
    data.categories = list(chart.labels)
    for one in chart.series:
        data.add_series(one.name or title, one.values)
    shape = slide.shapes.add_chart(kinds[chart.form], *box, data)
    shape.name = title or "chart"
    shape._element.nvGraphicFramePr.cNvPr.set("descr", _alternative(chart, title))  # noqa: SLF001 - what is read aloud in its place
    made = shape.chart
    made.font.size, made.font.name, made.has_title = Pt(11), "Calibri", False
    made.has_legend = len(chart.series) > 1
    if made.has_legend:
        made.legend.position, made.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    _quiet(made, chart)
    for one, drawn in zip(chart.series, made.plots[0].series, strict=True):
        _coloured(drawn, one, chart.form)


def _alternative(chart: Chart, title: str) -> str:
    if chart.form == "bars":
        return f"{title}: " + "; ".join(f"{label} {said}" for label, said in zip(chart.labels, chart.said, strict=True))
    return f"{title}: {', '.join(one.name for one in chart.series)}, {chart.labels[0]} to {chart.labels[-1]}"


def _quiet(made: Any, chart: Chart) -> None:
    """No grid but what is needed, values beside their bars in the words of the page."""
    made.value_axis.has_major_gridlines = False
    made.category_axis.has_major_gridlines = False
    if chart.form != "bars":
        return
    made.value_axis.visible, made.value_axis.minimum_scale = False, 0
    made.category_axis.reverse_order = True  # the first on top, as on the page
    made.category_axis.format.line.fill.background()
    made.plots[0].gap_width = 60
    for point, said in zip(range(len(chart.labels)), chart.said, strict=True):
        made.plots[0].series[0].points[point].data_label.text_frame.text = said


def _coloured(drawn: Any, one: Series, form: Form) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Pt

    def colour(tone: str) -> RGBColor:
        return RGBColor.from_string(COLOURS.get(tone, COLOURS["plain"]))

    if form == "lines":
        drawn.smooth = False
        drawn.format.line.color.rgb, drawn.format.line.width = colour("accent" if len(one.tones) > 1 else one.tones[0]), Pt(2)
        if one.dashed:
            drawn.format.line.dash_style, drawn.format.line.width = MSO_LINE.DASH, Pt(1)
        for at, tone in enumerate(one.tones if len(one.tones) > 1 else ()):
            if tone == "missed":
                _marked(drawn.points[at], colour(tone))
        return
    drawn.format.fill.solid()
    drawn.format.fill.fore_color.rgb = colour(one.tones[0] if one.tones else "accent")
    for at, tone in enumerate(one.tones if len(one.tones) > 1 else ()):
        drawn.points[at].format.fill.solid()
        drawn.points[at].format.fill.fore_color.rgb = colour(tone)


def _marked(point: Any, colour: Any) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE

    point.marker.style, point.marker.size = XL_MARKER_STYLE.CIRCLE, 9
    point.marker.format.fill.solid()
    point.marker.format.fill.fore_color.rgb = colour
    point.marker.format.line.color.rgb = colour
