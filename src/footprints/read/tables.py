"""Tables of text from CSV, Excel and Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import TableError, UnknownNameError
from footprints.masking import all_shown, counted, masked, rows_shown
from footprints.read.files import EXCEL, PARQUET, check_sheet, damaged, opened, table_file
from footprints.read.header import Cells, check_header, trimmed
from footprints.read.progress import progress
from footprints.read.text_files import read_text
from footprints.read.workbooks import as_text, read_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike
    from pathlib import Path


def read_table(
    path: str | PathLike[str],
    *,
    sheet: str | None = None,
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    r"""Read a table as text, so that codes keep their zeros and nothing is guessed.

    Titles and notes above the header, notes below the table after an empty row, and columns
    without a header beside it are left out where that is beyond doubt.

    Parameters
    ----------
    path : path-like
        CSV (divided by commas, semicolons or tabs), Excel (.xlsx) or Parquet.
    sheet : str, optional
        The sheet of a workbook, whatever the spaces in its name; None for the only one that is
        filled, or that has ``columns``.
    columns : sequence of str, optional
        The columns that it must have, and the only ones to return; None for all.

    Returns
    -------
    DataFrame
        All columns of text (dtype ``str``), NA where a cell is empty. Indexed by ``row``: the
        row of the sheet or text file, or the count from 1 in a Parquet file. ``attrs``:
        ``file`` (its name), ``encoding`` (of a text file), ``dropped`` (what was left out).

    Raises
    ------
    FileError
        If the file is missing, empty, a folder, an address, damaged, protected by a password,
        open elsewhere, or of a kind that cannot be read.
    TableError
        If the sheet or a column is not there, columns stand twice, or it is in doubt what is
        part of the table.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "practices.csv"
    ...     _ = file.write_text("CODE;N\n00K;1 204\n", encoding="utf-8")
    ...     read_table(file).to_dict("list")
    {'CODE': ['00K'], 'N': ['1 204']}
    """
    file = table_file(path)
    wanted = [columns] if isinstance(columns, str) else list(columns or ())
    ending = file.suffix.lower()
    check_sheet(file.name, ending, sheet)
    with progress(f"Reading {file.name!r}"), opened(file):
        if ending in PARQUET:
            cells = _read_parquet(file, wanted)
        elif ending in EXCEL:
            cells = read_workbook(file, wanted, sheet)
        else:
            cells = read_text(file, wanted)
        return as_table(cells, wanted)


def as_table(cells: Cells, wanted: Sequence[str] = ()) -> pd.DataFrame:
    """Return the table among the cells of a file, as :func:`read_table` does.

    Raises
    ------
    TableError
        If it has no rows, or it is in doubt what is part of it.
    """
    found = trimmed(cells, wanted)
    if found.body.empty:
        msg = f"{found.file!r} has a header and no rows below it."
        raise TableError(msg)
    table = found.body.set_axis([found.labels[place] for place in found.body], axis="columns")
    table = table[list(wanted)] if wanted else table
    table.attrs = {
        "file": found.file,
        "encoding": found.encoding,
        "dropped": "; ".join(found.dropped),
    }
    return table


def _read_parquet(file: Path, wanted: Sequence[str]) -> Cells:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        source = pq.ParquetFile(file)
        schema = source.schema_arrow
        nested = [f.name for f in schema if pa.types.is_nested(f.type) or _is_bytes(f.type)]
        names = [n for n in schema.names if n not in nested and not n.startswith("__index_")]
        check_header(file.name, [names], 0 if set(wanted) <= set(names) else None, wanted)
        kept = [name for name in names if not wanted or name in wanted]
        frame = source.read(kept).to_pandas(ignore_metadata=True)
    except pa.ArrowException:
        raise damaged(file) from None
    body = pd.DataFrame({i: texts(frame[name]) for i, name in enumerate(kept)})
    body.index = pd.RangeIndex(1, len(body) + 1, name="row")
    dropped = (f"{counted(len(nested), 'column')} of shapes or bytes",) if nested else ()
    filled = body.notna().sum(axis="columns")
    return Cells(file=file.name, labels=tuple(kept), body=body, filled=filled, dropped=dropped)


def check_named(table: pd.DataFrame, *columns: str) -> None:
    """Make sure that a table has the columns that a caller names.

    Raises
    ------
    UnknownNameError
        If it lacks any; those it has are told as far as they may be shown.

    Examples
    --------
    >>> check_named(pd.DataFrame({"code": ["A1"]}), "code")
    """
    if missing := [column for column in columns if column not in table.columns]:
        raise UnknownNameError.among(masked(table.columns), *missing, kind="column")


def filled(codes: pd.Series[str], *, what: str) -> pd.Series[str]:
    """Return codes, or say in which rows they are empty.

    Parameters
    ----------
    codes : Series of str
        A column of a table, by row.
    what : str
        What has it, for the message.

    Raises
    ------
    TableError
        If any is empty.

    Examples
    --------
    >>> filled(pd.Series(["A1"], name="practice"), what="The list").tolist()
    ['A1']
    """
    if codes.isna().any():
        rows = codes.index[codes.isna()]
        msg = (
            f"{what} has no code in {all_shown([codes.name])} in {rows_shown(rows)}. Complete or "
            "delete them."
        )
        raise TableError(msg, rows)
    return codes


def _is_bytes(kind: object) -> bool:
    import pyarrow as pa  # noqa: PLC0415

    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def texts(series: pd.Series[object]) -> pd.Series[str]:
    """Return values of any kind as text, NA where there is none.

    Examples
    --------
    >>> texts(pd.Series([12.0, None])).tolist()
    ['12', nan]
    """
    if series.dtype == "str":
        stripped = series.str.strip()
        return stripped.where(stripped != "")
    filled = series.astype("object").where(series.notna(), None)
    return filled.map(as_text).astype("str")
