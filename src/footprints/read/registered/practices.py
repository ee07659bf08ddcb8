"""Lists of practices: their patients, their networks and commissioners, their details."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import TableError
from footprints.masking import counted, open_codes, rows_shown, values_shown
from footprints.read.files import EXCEL, opened, table_file
from footprints.read.people import TOTALS, as_people
from footprints.read.registered.fields import (
    as_dates,
    by_practice,
    known_fields,
    one_date,
    with_kinds,
)
from footprints.read.tables import as_table, filled, read_table
from footprints.read.text_files import read_text

if TYPE_CHECKING:
    from os import PathLike

    from footprints.read.header import Cells

_DETAILS = {
    0: "practice",
    1: "name",
    9: "postcode",
    10: "opened",
    11: "closed",
    12: "status",
    14: "commissioner",
    15: "joined",
    16: "left",
    25: "setting",
}
_STATUSES = {
    "A": "active",
    "ACTIVE": "active",
    "C": "closed",
    "CLOSED": "closed",
    "INACTIVE": "closed",
    "D": "dormant",
    "DORMANT": "dormant",
    "P": "proposed",
    "PROPOSED": "proposed",
}
_GENERAL_PRACTICE = ("4", "RO76")


def read_list_sizes(
    path: str | PathLike[str], *, sheet: str | None = None, as_at: str | None = None
) -> pd.DataFrame:
    r"""Read how many patients are registered with each practice.

    Takes the lists that NHS England publishes each month, and those of the Quality and Outcomes
    Framework. Of a list by sex and age the rows of everyone are kept; parts are never added up.

    Parameters
    ----------
    path : path-like
        CSV, Excel or Parquet.
    sheet : str, optional
        The sheet of a workbook.
    as_at : str, optional
        The date to keep of a list of several, or to record for one that states none.

    Returns
    -------
    DataFrame
        Indexed by ``practice``. Columns: ``registered`` (persons) and, as far as the list has
        them, ``name`` and for each kind of footprint (``pcn``, ``ccg``, ``sicbl``, ``stp``,
        ``icb``, ``nhser``) its code (the ONS's, or else the NHS's), ``<kind>_name`` and
        ``<kind>_ods``; NA for a practice in none. ``attrs``: ``file``, ``as_at``, ``dropped``.

    Raises
    ------
    FileError, TableError
        If the file cannot be read; if a column is missing, a practice stands twice, is counted
        only in parts, or its patients cannot be counted; or if the date is in doubt.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> text = "PRACTICE_CODE,PCN_CODE,EXTRACT_DATE,NUMBER_OF_PATIENTS\nA81001,U,01Jan2022,4098\n"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "list.csv"
    ...     _ = file.write_text(text, encoding="utf-8")
    ...     read_list_sizes(file)["registered"].to_dict()
    {'A81001': 4098}
    """
    table = read_table(path, sheet=sheet)
    what = repr(table.attrs["file"])
    rows, date = one_date(known_fields(table, ["practice", "registered"]), as_at, what=what)
    rows, others = _of_practices(rows)
    rows, left_out = of_everyone(rows, ["practice"], what=what)
    if "lsoa" in rows and rows["practice"].duplicated().any():
        msg = (
            f"{what} holds the patients of each practice by LSOA, a row an LSOA. Give the list with "
            "a row a practice, such as gp-reg-pat-prac-all.csv; read_patients_by_lsoa() reads this "
            "one."
        )
        raise TableError(msg, [table.attrs["file"]])
    result = by_practice(with_kinds(rows), what=what)
    counts = as_people(rows["registered"], what=f"patients in {what}")
    return told(result.assign(registered=counts.array), table, date, others, left_out)


def read_practice_map(
    path: str | PathLike[str], *, sheet: str | None = None, as_at: str | None = None
) -> pd.DataFrame:
    r"""Read which network, commissioner, system and region each practice belongs to.

    Parameters
    ----------
    path : path-like
        The mapping that is published with the list sizes, of any year.
    sheet, as_at : str, optional
        As for :func:`read_list_sizes`.

    Returns
    -------
    DataFrame
        As of :func:`read_list_sizes`, without ``registered``.

    Raises
    ------
    FileError, TableError
        As :func:`read_list_sizes`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> text = "PRACTICE_CODE,PCN_CODE,SUB_ICB_LOC_CODE\nA81001,U89141,16C\n"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "map.csv"
    ...     _ = file.write_text(text, encoding="utf-8")
    ...     read_practice_map(file)[["pcn", "sicbl"]].to_dict("list")
    {'pcn': ['U89141'], 'sicbl': ['16C']}
    """
    table = read_table(path, sheet=sheet)
    what = repr(table.attrs["file"])
    rows, date = one_date(known_fields(table, ["practice"]), as_at, what=what)
    rows = rows.drop(columns=["registered", "sex", "age", "type"], errors="ignore")
    return told(by_practice(with_kinds(rows), what=what), table, date)


def read_practice_details(path: str | PathLike[str]) -> pd.DataFrame:
    """Read the details of practices, ``epraccur``, in the old dialect or the new.

    Parameters
    ----------
    path : path-like
        A CSV of 27 columns, with or without a header.

    Returns
    -------
    DataFrame
        Indexed by ``practice``, closed ones included. Columns: ``name``; ``postcode``;
        ``opened``, ``closed``, ``joined``, ``left`` (dates as ``2022-01-31``; the last two of
        the ``commissioner``, an NHS code); ``status`` (``active``, ``closed``, ``dormant`` or
        ``proposed``); ``setting`` (as published); ``general_practice`` (whether the setting is
        ``4`` or has the role ``RO76``).

    Raises
    ------
    FileError, TableError
        If the file cannot be read, has not 27 columns, an unknown status or date, or a practice
        twice.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> cells = ["A81001", "DENSHAM", *[""] * 10, "ACTIVE", *[""] * 12, "RO177|RO76", ""]
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "epraccur.csv"
    ...     _ = file.write_text(",".join(cells), encoding="utf-8")
    ...     read_practice_details(file)[["status", "general_practice"]].to_dict("list")
    {'status': ['active'], 'general_practice': [True]}
    """
    table = headerless(path, 27)
    what = repr(table.attrs["file"])
    rows = by_practice(table[list(_DETAILS)].rename(columns=_DETAILS), what=what)
    odd = rows["status"][~rows["status"].str.upper().isin(_STATUSES)]
    if len(odd):
        known = ", ".join(map(repr, _STATUSES))
        msg = f"{what} has an unknown status: {values_shown(odd)}. Known are {known}."
        raise TableError(msg, open_codes(odd))
    for column in ("opened", "closed", "joined", "left"):
        rows[column] = as_dates(rows[column], what=what)
    roles = rows["setting"].fillna("").str.split("|").explode()
    general = roles.isin(_GENERAL_PRACTICE).groupby(level=0).any()
    rows["status"] = rows["status"].str.upper().map(_STATUSES).astype("str")
    return told(rows.assign(general_practice=general.reindex(rows.index)), table, "")


def headerless(path: str | PathLike[str], width: int) -> pd.DataFrame:
    """Read a CSV without a header, or leave one out that it has, as text by position.

    Parameters
    ----------
    path : path-like
        The CSV.
    width : int
        How many columns it must have.

    Raises
    ------
    FileError, TableError
        If it cannot be read, or has another number of columns.
    """
    file = table_file(path)
    if file.suffix.lower() in EXCEL:
        msg = f"{file.name!r} is a workbook, and a CSV is expected: save it as CSV."
        raise TableError(msg)
    with opened(file):
        cells: Cells = read_text(file, (), header=False)
    if len(cells.labels) != width:
        msg = f"{file.name!r} has {counted(len(cells.labels), 'column')}, not {width}."
        raise TableError(msg)
    table = as_table(cells)
    attrs = table.attrs
    table = table.set_axis(range(width), axis="columns")
    # Codes hold no spaces; the words of a header do, or an underline.
    if str(table.iloc[0, 0]).strip().lower() == "code" or any(
        c in str(table.iloc[0, 0]) for c in " _"
    ):
        table = table.iloc[1:]
    table.attrs = attrs
    return table


def _of_practices(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Keep the rows of practices of a list that counts other organisations too."""
    if "type" not in rows:
        return rows, ""
    practices = rows["type"].str.upper().isin(["GP", "GP PRACTICE", "PRACTICE"])
    others = (~practices).sum()
    words = f"{counted(others, 'row')} of other organisations" if others else ""
    return rows[practices].drop(columns="type"), words


def of_everyone(rows: pd.DataFrame, keys: list[str], *, what: str) -> tuple[pd.DataFrame, str]:
    """Keep the rows of everyone of a list by sex or age, and say what was left out.

    Raises
    ------
    TableError
        If something is counted only in parts.
    """
    parts = [column for column in ("sex", "age") if column in rows]
    whole = pd.Series(data=True, index=rows.index)
    for column in parts:
        whole &= filled(rows[column], what=what).str.upper().isin(TOTALS)
    known = pd.MultiIndex.from_frame(rows.loc[whole, keys])
    alone = rows[~whole & ~pd.MultiIndex.from_frame(rows[keys]).isin(known)]
    if len(alone):
        msg = (
            f"{what} counts by {' and '.join(parts)} and has no row of everyone ('ALL') for "
            f"{rows_shown(alone['practice'].dropna().unique())}: read the list for all instead."
        )
        raise TableError(msg, open_codes(alone["practice"].dropna()))
    left_out = "" if whole.all() else f"{counted((~whole).sum(), 'row')} by {' and '.join(parts)}"
    return rows[whole].drop(columns=parts), left_out


def told(result: pd.DataFrame, table: pd.DataFrame, as_at: str, *left_out: str) -> pd.DataFrame:
    """Return a copy whose attrs say where it comes from, and what was left out."""
    copy = result.copy()
    dropped = "; ".join(filter(None, [table.attrs["dropped"], *left_out]))
    copy.attrs = {"file": table.attrs["file"], "as_at": as_at, "dropped": dropped}
    return copy
