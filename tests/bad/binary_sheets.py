"""The old workbooks byte by byte, one sheet each: .xls (BIFF8 in a compound file, [MS-XLS], [MS-CFB]) and .xlsb ([MS-XLSB])."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from tests.sources.sheets import HEAD, PACKAGE, RELATIONS, zipped

Grid = Sequence[Sequence[str | float]]
SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def xls(path: Path, grid: Grid) -> Path:
    path.write_bytes(compound("Workbook", biff8(grid)))
    return path


def biff8(grid: Grid) -> bytes:
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    sheet_bof = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
    name = b"S"
    globals_length = len(_biff(0x0809, bof)) + len(_biff(0x0085, b"\0" * 8 + name)) + len(_biff(0x000A, b""))
    listed = struct.pack("<IBBBB", globals_length, 0, 0, len(name), 0) + name
    made = [_biff(0x0809, bof), _biff(0x0085, listed), _biff(0x000A, b""), _biff(0x0809, sheet_bof)]
    for row, cells in enumerate(grid):
        for column, cell in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(cell, str):
                text = cell.encode("utf-16-le", "surrogatepass")
                made.append(_biff(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text))
            else:
                made.append(_biff(0x0203, place + struct.pack("<d", cell)))
    return b"".join([*made, _biff(0x000A, b"")])


def _biff(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def compound(name: str, content: bytes) -> bytes:
    """One stream in a compound file, long enough to need no short sectors."""
    content = content.ljust(max(4096, -(-len(content) // SECTOR) * SECTOR), b"\0")
    sectors = len(content) // SECTOR
    fats = 1
    while fats * (SECTOR // 4) < sectors + 1 + fats:
        fats += 1
    chain = [*range(1, sectors), END, END, *[FAT] * fats]  # the stream, the directory, the table itself
    table = struct.pack(f"<{fats * 128}I", *chain, *[FREE] * (fats * 128 - len(chain)))
    root = _entry("Root Entry", 5, END, 0, child=1)
    folder = root + _entry(name, 2, 0, len(content)) + _entry("", 0, 0, 0) * 2
    head = struct.pack("<8s16sHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
                       0, fats, sectors, 0, 4096, END, 0, END, 0, sectors + 1)  # fmt: skip
    rest = [*range(sectors + 2, sectors + 1 + fats)]
    head += struct.pack(f"<{len(rest)}I", *rest)
    return head.ljust(SECTOR, b"\xff") + content + folder + table


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE) -> bytes:
    text = name.encode("utf-16-le")
    length = len(text) + 2 if name else 0
    return struct.pack("<64sHBBIII16xI16xIQ", text, length, kind, 1, FREE, FREE, child, 0, start, size)


def xlsb(path: Path, grid: Grid) -> Path:
    wide = max(map(len, grid), default=1) - 1
    rows = [_record(129), _record(148, struct.pack("<IIII", 0, max(len(grid) - 1, 0), 0, wide)), _record(145)]
    for row, cells in enumerate(grid):
        rows.append(_record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0)))
        for column, cell in enumerate(cells):
            place = struct.pack("<II", column, 0)
            rows.append(_record(6, place + _wide(cell)) if isinstance(cell, str) else _record(5, place + struct.pack("<d", cell)))
    rows += [_record(146), _record(130)]
    book = [_record(131), _record(143), _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("S")), _record(144), _record(132)]
    sheet = f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.bin"/>'
    parts: dict[str, str | bytes] = {
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{RELATIONS}/officeDocument"'
        ' Target="xl/workbook.bin"/></Relationships>',
        "xl/_rels/workbook.bin.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}">{sheet}</Relationships>',
        "xl/workbook.bin": b"".join(book),
        "xl/worksheets/sheet1.bin": b"".join(rows),
    }
    return zipped(path, parts)


def _record(kind: int, content: bytes = b"") -> bytes:
    return _number(kind, 2 if kind >= 128 else 1) + _number(len(content), 0) + content


def _number(value: int, least: int) -> bytes:
    made = bytearray()
    while value or len(made) < max(least, 1):
        made.append(value & 0x7F)
        value >>= 7
    return bytes([*(byte | 0x80 for byte in made[:-1]), made[-1]])


def _wide(text: str) -> bytes:
    coded = text.encode("utf-16-le", "surrogatepass")
    return struct.pack("<I", len(coded) // 2) + coded
