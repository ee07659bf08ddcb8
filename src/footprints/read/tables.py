"""Tables of text: CSV files and workbooks, with every code as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import pandas as pd

from footprints.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from os import PathLike


def read_table(path: str | PathLike[str], *, sheet: str | None = None) -> pd.DataFrame:
    """Read a CSV file or a sheet of a workbook as text.

    Parameters
    ----------
    path : path-like
        A file that ends in ``.csv``, ``.xlsx`` or ``.xlsm``.
    sheet : str, optional
        The sheet of a workbook; by default its first.

    Returns
    -------
    DataFrame
        A row a record, every column str; NA where a cell is blank. Leading zeros are kept.

    Raises
    ------
    InputError
        If the file cannot be read.
    UnknownNameError
        If the workbook has no such sheet.

    Examples
    --------
    >>> from footprints.read import data_folder
    >>> read_table(data_folder() / "england" / "layers.csv").loc[0, "layer"]
    'lad21'
    """
    file = Path(path)
    try:
        if file.suffix.lower() == ".csv":
            return _read_csv(file)
        with pd.ExcelFile(file, engine="openpyxl") as book:
            if sheet is not None and sheet not in book.sheet_names:
                raise UnknownNameError.among(map(str, book.sheet_names), sheet, kind="sheet")
            return pd.read_excel(book, sheet_name=sheet or 0, dtype="str")
    except UnknownNameError:
        raise
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        msg = f"{file.name!r} cannot be read as a table: {error}."
        raise InputError(msg, [file.name]) from error


def _read_csv(file: Path) -> pd.DataFrame:
    options = {"dtype": "str", "keep_default_na": False, "na_values": [""]}
    try:
        return pd.read_csv(file, encoding="utf-8-sig", **options)
    except UnicodeDecodeError:
        return pd.read_csv(file, encoding="cp1252", **options)
