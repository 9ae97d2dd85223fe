"""Values tables: from the lines of a mapping file, or from a CSV file beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connector.core.flow import Pair
from connector.core.mapping.language import FieldLine, TableRow
from connector.core.mapping.lenses import Table
from connector.core.mapping.yaml_file import Path, nearest
from connector.errors import Mistake

Complain = Callable[..., None]
"""complain(path, what, expected="", on_key=False) notes a mistake at a node."""

COLUMNS = ("canonical", "salesforce", "netsuite")


def tables(line: FieldLine, path: Path, complain: Complain) -> Pair[Table]:
    """The tables of both sides, from the `values` of a line."""
    values = line.values if isinstance(line.values, dict) else {}
    rows = [(canonical, *_cells(canonical, cell)) for canonical, cell in values.items()]
    netsuite = {canonical: cells for canonical, cells, _ in rows}
    salesforce = {canonical: cells for canonical, _, cells in rows}
    return Pair(
        _table(netsuite, line, "NetSuite", path, complain),
        _table(salesforce, line, "Salesforce", path, complain),
    )


def _cells(canonical: str, cell: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if isinstance(cell, TableRow):
        return _texts(cell.netsuite), _texts(cell.salesforce)
    return _texts(cell), (canonical,)


def _texts(cell: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in cell) if isinstance(cell, tuple) else (str(cell),)


def _table(rows: Mapping[str, tuple[str, ...]], line: FieldLine, title: str, path: Path, complain: Complain) -> Table:
    read: dict[str, str] = {}
    for canonical, cells in rows.items():
        if not cells:
            complain((*path, "values", canonical), "an empty list names no value")
        for cell in cells:
            if cell in read:
                text = f"the {title} value {cell!r} stands for both {read[cell]!r} and {canonical!r}"
                complain((*path, "values", canonical), text, "one meaning for each value", on_key=True)
            read.setdefault(cell, canonical)
    return Table(read, {canonical: cells[0] for canonical, cells in rows.items() if cells}, line.unknown)


# --- CSV -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CsvTable:
    """A values table in a CSV file. `places`: canonical value -> line of the row in which it stands first."""

    file: str
    lines: tuple[str, ...]
    header: tuple[str, ...]
    rows: Mapping[str, TableRow]
    places: Mapping[str, int]

    def row(self, cells: Mapping[str, str]) -> str:
        """A line for these cells, by column; quoted throughout if the header is."""
        quoting: Literal[0, 1] = csv.QUOTE_ALL if self.lines[0].lstrip().startswith('"') else csv.QUOTE_MINIMAL
        line = io.StringIO()
        csv.writer(line, quoting=quoting, lineterminator="").writerow([cells[column] for column in self.header])
        return line.getvalue()

    def mistake(self, canonical: str, what: str, expected: str) -> Mistake:
        """A mistake at the row of a canonical value."""
        return _mistake(self.file, self.lines, self.places.get(canonical, 1), what, expected)


def _mistake(file: str, lines: tuple[str, ...], line: int, what: str, expected: str = "") -> Mistake:
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    return Mistake(file, line, 1, what, expected, shown)


def read_csv(text: bytes, file: str) -> CsvTable | list[Mistake]:
    """A values table with a header line. Rows with the same canonical value (the Salesforce value where that column
    is missing) belong together: the first of each side is written, and all are read. An empty cell is an empty field
    where the other cell is filled and no other row of that value fills it."""
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        return [Mistake(file, line, 1, "the file is not UTF-8 text", "save it as UTF-8")]
    lines = tuple(decoded.splitlines())
    try:
        records = [(number, row) for number, row in _numbered(decoded) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        return [_mistake(file, lines, 1, f"not readable as CSV: {error}")]
    if not records:
        return [Mistake(file, 1, 1, "the file is empty", f"expected a header: {','.join(COLUMNS[1:])}")]
    header = [cell.strip() for cell in records[0][1]]
    mistakes = [_mistake(file, lines, records[0][0], *wrong) for wrong in _header_mistakes(header)]
    if mistakes:
        return mistakes
    return _gathered(file, lines, header, records[1:])


def _numbered(text: str) -> list[tuple[int, list[str]]]:
    """Rows, each with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found, line = [], 1
    for row in reader:
        found.append((line, row))
        line = reader.line_num + 1
    return found


def _header_mistakes(header: list[str]) -> list[tuple[str, str]]:
    strange = [name for name in header if name not in COLUMNS]
    found = [(f"`{name}` is not a column", nearest(name, COLUMNS)) for name in strange]
    missing = [name for name in COLUMNS[1:] if name not in header]
    if missing and not strange:
        found.append((f"the column `{missing[0]}` is missing", "expected a header such as salesforce,netsuite"))
    if len(set(header)) < len(header):
        found.append(("a column stands twice", ""))
    return found


def _gathered(
    file: str, lines: tuple[str, ...], header: list[str], records: list[tuple[int, list[str]]]
) -> CsvTable | list[Mistake]:
    mistakes = []
    cells: dict[str, Pair[list[str]]] = {}
    places: dict[str, int] = {}
    for line, row in records:
        if len(row) != len(header):
            what = f"the row has {len(row)} cells, the header {len(header)}"
            mistakes.append(_mistake(file, lines, line, what, "put a value that holds a comma in double quotes"))
            continue
        named = dict(zip(header, (cell.strip() for cell in row), strict=True))
        canonical = named.get("canonical", named["salesforce"])
        places.setdefault(canonical, line)
        of_value = cells.setdefault(canonical, Pair([], []))
        for known, cell in ((of_value.netsuite, named["netsuite"]), (of_value.salesforce, named["salesforce"])):
            if cell not in known:
                known.append(cell)
    if mistakes:
        return mistakes
    rows = {
        canonical: TableRow(
            netsuite=tuple(_filled_first(both.netsuite)), salesforce=tuple(_filled_first(both.salesforce))
        )
        for canonical, both in cells.items()
    }
    return CsvTable(file, lines, tuple(header), rows, places)


def _filled_first(cells: list[str]) -> list[str]:
    """An empty cell is never what is written, if there is another."""
    return [cell for cell in cells if cell] + [cell for cell in cells if not cell]
