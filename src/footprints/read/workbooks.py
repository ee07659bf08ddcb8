"""Tables in Excel workbooks."""

from __future__ import annotations

import re
import warnings
import zlib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

import pandas as pd

from footprints.errors import FileError, TableError
from footprints.masking import all_shown, counted, open_codes, shown
from footprints.read.files import damaged
from footprints.read.header import HEAD_ROWS, Cells, check_header, find_header, fold
from footprints.read.progress import noting_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Rows = list[list[str | None]]

# What openpyxl and the modules under it raise for workbooks that are none. Parsers of XML raise a
# kind of SyntaxError.
_DAMAGE = (
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zlib.error,
)
# A cell with a formula and no value; a formula that gives no text has type "str".
_NOT_CALCULATED = re.compile(
    rb'<c (?![^>]*t="str")[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>'
)


def read_workbook(file: Path, wanted: Sequence[str], sheet: str | None) -> Cells:
    """Read the cells of one sheet of a workbook.

    Parameters
    ----------
    file : Path
        An .xlsx.
    wanted : sequence of str
        The columns that the sheet must have; none for any.
    sheet : str or None
        Its name, whatever the spaces in it; None for the only one that fits.

    Returns
    -------
    Cells

    Raises
    ------
    FileError
        If it is damaged, or has formulas that no program has calculated.
    TableError
        If no sheet or several fit, or the header is in doubt.
    """
    sheets = _load(file)
    _check_calculated(file)
    name = _choose(file.name, sheets, wanted, sheet)
    rows = sheets[name]
    head = _folded(rows)
    at = check_header(file.name, head, find_header(head, wanted), wanted)
    width = max(map(len, rows))
    labels = tuple(fold(cell) for cell in rows[at]) + ("",) * (width - len(rows[at]))
    cells = [row + [None] * (width - len(row)) for row in rows[at + 1 :]]
    index = pd.RangeIndex(at + 2, at + 2 + len(cells), name="row")
    body = pd.DataFrame(cells, index=index, columns=range(width)).astype("str")
    above = sum(1 for row in head[:at] if any(row))
    return Cells(
        file=file.name,
        labels=labels,
        body=body,
        filled=body.notna().sum(axis="columns"),
        dropped=(f"{counted(above, 'row')} above the header",) if above else (),
    )


def _load(file: Path) -> dict[str, Rows]:
    """Return the rows of every sheet that can be seen, as text."""
    import openpyxl  # noqa: PLC0415

    # Warnings are about styles and drawings, which are not read.
    with warnings.catch_warnings(action="ignore"):
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            try:
                return {
                    sheet.title: _rows(sheet)
                    for sheet in book.worksheets
                    if sheet.sheet_state == "visible"
                }
            finally:
                book.close()
        except _DAMAGE:
            raise damaged(file) from None


def _check_calculated(file: Path) -> None:
    """Refuse formulas without a value, which would be read as empty cells."""
    with ZipFile(file) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if any(_NOT_CALCULATED.search(archive.read(name)) for name in sheets):
            msg = f"{file.name!r} has formulas without a value: open it in Excel and save it."
            raise FileError(msg, [file.name])


def _rows(sheet: Any) -> Rows:
    # The size that a file states of itself may be wrong.
    sheet.reset_dimensions()
    cells = noting_rows(sheet.iter_rows(values_only=True))
    rows = [[as_text(cell) for cell in row] for row in cells]
    last = max((place for place, row in enumerate(rows) if any(row)), default=-1)
    return rows[: last + 1]


def as_text(value: object) -> str | None:
    """Return the value of a cell as text: whole numbers without decimals, None for nothing.

    Examples
    --------
    >>> as_text(12.0), as_text(" 00K "), as_text("")
    ('12', '00K', None)
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return None if value is None else str(value).strip() or None


def _folded(rows: Rows) -> list[list[str]]:
    return [[fold(cell) for cell in row] for row in rows[:HEAD_ROWS]]


def _choose(name: str, sheets: Mapping[str, Rows], wanted: Sequence[str], sheet: str | None) -> str:
    listed = all_shown(sheets)
    if sheet is not None:
        fits = [title for title in sheets if _squeezed(title) == _squeezed(sheet)]
        fits = [title for title in fits if title == sheet] or fits
    else:
        fits = [title for title, rows in sheets.items() if any(map(any, rows))]
        if len(fits) > 1 and wanted:
            fits = [t for t in fits if find_header(_folded(sheets[t]), wanted) is not None]
    if len(fits) == 1:
        return fits[0]
    if sheet is not None:
        msg = f"{name!r} has no sheet {shown(sheet)}. It has {listed}."
        raise TableError(msg, open_codes([sheet]))
    if not fits and wanted and any(any(map(any, rows)) for rows in sheets.values()):
        columns = all_shown(wanted)
        msg = f"{name!r} has no sheet with all of the columns {columns}. Its sheets are {listed}."
        raise TableError(msg, open_codes(wanted))
    if not fits:
        msg = f"{name!r} holds no table: all its sheets are empty."
        raise TableError(msg)
    msg = f"{name!r} has several sheets: {listed}. Name the one to read with sheet=."
    raise TableError(msg, open_codes(fits))


def _squeezed(title: str) -> str:
    return "".join(title.split()).casefold()
