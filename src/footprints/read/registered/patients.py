"""Registered patients by where they live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import TableError
from footprints.masking import counted, open_codes, values_shown
from footprints.read.people import as_people
from footprints.read.progress import progress
from footprints.read.registered.fields import known_fields, one_date, with_kinds
from footprints.read.registered.practices import of_everyone, told
from footprints.read.tables import filled, read_table

if TYPE_CHECKING:
    from os import PathLike

_WHERE = {
    r"E01[0-9]{6}": "England",
    r"W01[0-9]{6}": "Wales",
    r"S01[0-9]{6}": "Scotland",
    r"(?:N2[0-9]|95)[0-9A-Z]{6}": "Northern Ireland",
    r"[LM]9{8}": "Channel Islands or Isle of Man",
    r"CLOSED|EMPTY|NO[0-9]{4}|[EWSN]9{8}": "no known area",
}
"""What the codes of areas tell. Some are words: 'EMPTY' is no area of England."""


def read_patients_by_lsoa(
    path: str | PathLike[str], *, sheet: str | None = None, as_at: str | None = None
) -> pd.DataFrame:
    r"""Read how many patients of each practice live in each LSOA.

    Parameters
    ----------
    path : path-like
        The list for all patients that NHS England publishes each quarter, or a part of it.
    sheet, as_at : str, optional
        As for :func:`footprints.read.read_list_sizes`.

    Returns
    -------
    DataFrame
        A row for each practice and area, indexed by ``row`` of the file. Columns: ``practice``,
        ``lsoa`` (as published, ``CLOSED`` included), ``patients`` (persons), ``where``
        (``England``, ``Wales``, ``Scotland``, ``Northern Ireland``, ``Channel Islands or Isle
        of Man`` or ``no known area``), and the codes and names of networks and others that the
        list has (as published, so a name alone where it has no code). ``attrs``: ``file``, ``as_at``, ``dropped``, and ``outside``: the patients who
        do not live in an LSOA of England.

    Raises
    ------
    FileError, TableError
        If the file cannot be read; if a column is missing, a code is empty or of no known kind,
        a practice and area stand twice or are counted only by sex, or patients cannot be
        counted.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> text = "PRACTICE_CODE,LSOA_CODE,NUMBER_OF_PATIENTS\nA1,E01000001,9\nA1,CLOSED,2\n"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "lsoa.csv"
    ...     _ = file.write_text(text, encoding="utf-8")
    ...     read_patients_by_lsoa(file).attrs["outside"]
    'no known area: 2 patients'
    """
    with progress(f"Reading {Path(path).name!r}"):
        return _by_lsoa(read_table(path, sheet=sheet), as_at)


def _by_lsoa(table: pd.DataFrame, as_at: str | None) -> pd.DataFrame:
    what = repr(table.attrs["file"])
    needed = ["practice", "lsoa", "registered"]
    rows, date = one_date(known_fields(table, needed), as_at, what=what)
    for column in ("practice", "lsoa"):
        filled(rows[column], what=what)
    rows, left_out = of_everyone(rows, ["practice", "lsoa"], what=what)
    _check_once(rows, what)
    result = with_kinds(rows).drop(columns="registered")
    patients = as_people(rows["registered"], what=f"patients in {what}")
    result = result.assign(patients=patients, where=_where(rows["lsoa"], what))
    result = told(result, table, date, left_out)
    outside = result[result["where"] != "England"].groupby("where")["patients"].sum()
    counts = [f"{where}: {counted(number, 'patient')}" for where, number in outside.items()]
    result.attrs["outside"] = "; ".join(counts)
    return result


def _check_once(rows: pd.DataFrame, what: str) -> None:
    twice = rows[rows.duplicated(["practice", "lsoa"], keep=False)]
    if len(twice):
        pairs = twice["practice"] + " in " + twice["lsoa"]
        msg = f"{what} counts practices twice in an area: {values_shown(pairs)}. Keep one row."
        raise TableError(msg, open_codes(twice["practice"]))


def _where(codes: pd.Series[str], what: str) -> pd.Series[str]:
    """Say in which country each area lies."""
    kinds = pd.Series(codes.unique(), dtype="str")
    where = pd.Series(pd.NA, index=kinds.array, dtype="str")
    for pattern, country in _WHERE.items():
        where[kinds.str.fullmatch(pattern).to_numpy()] = country
    odd = codes[codes.map(where).isna()]
    if len(odd):
        msg = f"{what} has codes that are no LSOA: {values_shown(odd)}. Correct them."
        raise TableError(msg, open_codes(odd))
    return codes.map(where)
