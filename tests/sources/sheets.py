"""Workbooks as people keep them, and as no program would write them, made by hand.

raw_xlsx(path, {"Orders": '<row r="1"><c r="A1"><v>1</v></c></row>'}) writes the sheet's rows as they are given;
ods(path, {"Orders": row(text("id"), number(1))}) an OpenDocument one.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
ODF = "urn:oasis:names:tc:opendocument:xmlns"


def raw_xlsx(
    path: Path, sheets: Mapping[str, str], *, shared: Sequence[str] = (), formats: Sequence[str] = (), year: int = 1900, tail: str = ""
) -> Path:
    """formats: of cells with s="1", s="2" and so on. tail: what stands behind the rows of each sheet."""
    names = list(sheets)
    listed = "".join(f'<sheet name={quoteattr(n)} sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, start=1))
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(names) + 1)
    )
    numbers = "".join(f'<numFmt numFmtId="{163 + i}" formatCode={quoteattr(f)}/>' for i, f in enumerate(formats, start=1))
    styles = "".join(f'<xf numFmtId="{163 + i}"/>' for i in range(1, len(formats) + 1))
    parts = {
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}">{related}<Relationship Id="s" Target="styles.xml"/>'
        '<Relationship Id="t" Target="sharedStrings.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        f'<workbookPr date1904="{int(year == 1904)}"/><sheets>{listed}</sheets></workbook>',
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts>{numbers}</numFmts>'
        f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}">{"".join(f"<si>{s}</si>" for s in shared)}</sst>',
    }
    for number, rows in enumerate(sheets.values(), start=1):
        sheet = f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{tail}</worksheet>'
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet
    return zipped(path, parts)


def zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def cells(number: int, *given: str) -> str:
    """A row of `<c>` elements, or of plain texts written inside the cells."""
    made = []
    for column, cell in enumerate(given):
        reference = f"{chr(65 + column)}{number}"
        if cell.startswith("<c"):
            made.append(cell.replace("<c", f'<c r="{reference}"', 1))
        elif cell:
            made.append(f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>')
    return f'<row r="{number}">{"".join(made)}</row>'


def ods(path: Path, sheets: Mapping[str, str], *, hidden: Sequence[str] = (), behind: str = "") -> Path:
    """behind: what stands behind the sheets."""
    spaces = " ".join(f'xmlns:{p}="{ODF}:{p}:1.0"' for p in ("office", "table", "text", "style"))
    tables = "".join(
        f'<table:table table:name={quoteattr(n)} table:style-name="{"away" if n in hidden else "shown"}">{rows}</table:table>'
        for n, rows in sheets.items()
    )
    style = '<style:style style:name="away" style:family="table"><style:table-properties table:display="false"/></style:style>'
    content = (
        f'{HEAD}<office:document-content {spaces} xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:automatic-styles>{style}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}{behind}</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(path, {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def row(*given: str, times: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeated}>{''.join(given)}</table:table-row>"


def text(said: str, **more: str) -> str:
    return _cell("string", escape(said), more)


def number(value: float, **more: str) -> str:
    return _cell("float", f"{value}", more, f' office:value="{value}"')


def day(value: str, **more: str) -> str:
    return _cell("date", value, more, f' office:date-value="{value}"')


def blank(times: int = 1) -> str:
    return f'<table:table-cell table:number-columns-repeated="{times}"/>'


def covered(times: int = 1) -> str:
    return f'<table:covered-table-cell table:number-columns-repeated="{times}"/>'


def error(said: str) -> str:
    value = 'table:formula="of:=1/0" office:value-type="string" calcext:value-type="error"'
    return f"<table:table-cell {value}><text:p>{said}</text:p></table:table-cell>"


def _cell(kind: str, said: str, more: Mapping[str, str], value: str = "") -> str:
    spans = "".join(f' table:number-{name}="{count}"' for name, count in more.items() for name in [name.replace("_", "-")])
    return f'<table:table-cell office:value-type="{kind}"{value}{spans}><text:p>{said}</text:p></table:table-cell>'
