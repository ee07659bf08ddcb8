"""Primary Care Networks and their practices: the workbook ``ePCN`` and its successors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from footprints.errors import TableError
from footprints.masking import all_shown, counted, open_codes, shown, without_private
from footprints.read.files import TEXT
from footprints.read.registered.fields import as_dates, known_fields, one_day, with_kinds
from footprints.read.registered.practices import headerless, told
from footprints.read.tables import filled, read_table

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

_CCG = ("CCG", "CLINICAL_COMMISSIONING_GROUP")
_SICBL = ("SUB_ICB_LOCATION", "SUB_ICB_LOC", "SUB_ICB")
_STEMS = {stem: kind for kind, stems in (("ccg", _CCG), ("sicbl", _SICBL)) for stem in stems}

_PARTNERS = {
    "PARTNER_ORGANISATION_CODE": "practice",
    "PARTNER_NAME": "name",
    "PCN_CODE": "pcn_ods",
    "PCN_NAME": "pcn_name",
    "PRACTICE_TO_PCN_RELATIONSHIP_START_DATE": "start",
    "PRACTICE_TO_PCN_RELATIONSHIP_END_DATE": "end",
}
_PARTNERS |= {f"PRACTICE_PARENT_{stem}_CODE": f"{kind}_ods" for stem, kind in _STEMS.items()}
_PARTNERS |= {f"PRACTICE_PARENT_{stem}_NAME": f"{kind}_name" for stem, kind in _STEMS.items()}
_PARTNERS |= {f"PCN_PARENT_{stem}_CODE": "lead_commissioner" for stem in _STEMS}

_PARTNER_ORDER = (
    "Partner Organisation Code",
    "Partner Name",
    "Practice Parent Sub ICB Location Code",
    "Practice Parent Sub ICB Location Name",
    "PCN Code",
    "PCN Name",
    "PCN Parent Sub ICB Location Code",
    "PCN Parent Sub ICB Location Name",
    "Practice to PCN Relationship Start Date",
    "Practice to PCN Relationship End Date",
    "Practice Sub ICB and PCN Sub ICB Match?",
)

_DETAILS = {
    "PCN_CODE": "pcn",
    "PCN_NAME": "name",
    "OPEN_DATE": "start",
    "CLOSE_DATE": "end",
}
_DETAILS |= {f"CURRENT_{stem}_CODE": "lead_commissioner" for stem in (*_CCG, *_SICBL)}
_DETAILS_ORDER = (
    "PCN Code",
    "PCN Name",
    "Current Sub ICB Loc Code",
    "Sub ICB Loc Name",
    "Open Date",
    "Close Date",
    *(f"Address Line {number}" for number in range(1, 6)),
    "Postcode",
)


def read_networks(
    path: str | PathLike[str], *, as_at: str, sheet: str = "PCN Core Partner Details"
) -> pd.DataFrame:
    r"""Read which network each practice is a core partner of, at a date.

    Parameters
    ----------
    path : path-like
        The workbook ``ePCN``, or the CSV ``epcncorepartnerdetails``, with or without a header.
    as_at : str
        The date, as ``2022-02-01``. A relationship holds from its start date to its end date,
        both included.
    sheet : str
        The sheet of a workbook, whatever the spaces in its name.

    Returns
    -------
    DataFrame
        Indexed by ``practice``. Columns: ``name``; ``pcn``, ``pcn_name``, ``pcn_ods``; those of
        the practice's own commissioner, ``ccg`` or ``sicbl`` (an NHS code); and
        ``lead_commissioner``, the one commissioner under which the network is filed.
        ``attrs``: ``file``, ``as_at``, ``dropped`` (relationships ended and yet to begin).

    Raises
    ------
    FileError, TableError
        If the file cannot be read, a column is missing, a date or the code of a network cannot
        be read, or a practice is in two networks at that date; all are named.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> row = "A81001,DENSHAM,16C,Tees,{},A PCN,16C,Tees,{},{},TRUE\n"
    >>> text = row.format("U00001", "20191001", "20210331") + row.format("U00002", "20210401", "")
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "partners.csv"
    ...     _ = file.write_text(text, encoding="utf-8")
    ...     networks = read_networks(file, as_at="2022-02-01")
    >>> networks["pcn"].to_dict(), networks.attrs["dropped"]
    ({'A81001': 'U00002'}, '1 relationship ended')
    """
    table = _read_either(path, sheet, _PARTNER_ORDER)
    what, date = repr(table.attrs["file"]), one_day(as_at)
    rows = known_fields(table, ["practice", "pcn_ods", "start", "end"], _PARTNERS)
    for column in ("practice", "pcn_ods"):
        filled(rows[column], what=what)
    current, left_out = _current(rows, date, "relationship", what=what)
    twice = current[current["practice"].duplicated(keep=False)].sort_values("practice")
    if len(twice):
        pairs = twice.groupby("practice")["pcn_ods"].agg(" and ".join)
        named = ", ".join(
            f"{shown(practice)} ({without_private(pcns)})" for practice, pcns in pairs.items()
        )
        msg = f"{what} has practices in two networks on {date}: {named}. Which one holds?"
        raise TableError(msg, open_codes(pairs.index))
    return told(with_kinds(current).set_index("practice"), table, date, left_out)


def read_network_details(
    path: str | PathLike[str], *, as_at: str, sheet: str = "PCN Details"
) -> pd.DataFrame:
    r"""Read the networks that are open at a date, with the commissioner that leads each.

    Parameters
    ----------
    path : path-like
        The workbook ``ePCN``, or the CSV ``epcn``, with or without a header.
    as_at, sheet : str
        As for :func:`read_networks`.

    Returns
    -------
    DataFrame
        Indexed by ``pcn``. Columns: ``name``; ``lead_commissioner`` (an NHS code: the sources
        give only one, whatever commissioners its practices belong to). ``attrs`` as of
        :func:`read_networks`.

    Raises
    ------
    FileError, TableError
        If the file cannot be read, a column is missing, a date cannot be read, or a network
        stands twice.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> text = "U00001,ASH PCN,16C,Tees,20191001,,1 HIGH ST,,,,,\n"
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "epcn.csv"
    ...     _ = file.write_text(text, encoding="utf-8")
    ...     read_network_details(file, as_at="2022-02-01")["name"].to_dict()
    {'U00001': 'ASH PCN'}
    """
    table = _read_either(path, sheet, _DETAILS_ORDER)
    what, date = repr(table.attrs["file"]), one_day(as_at)
    rows = known_fields(table, ["pcn", "name", "start", "end", "lead_commissioner"], _DETAILS)
    filled(rows["pcn"], what=what)
    current, left_out = _current(rows, date, "network", what=what)
    twice = current["pcn"][current["pcn"].duplicated()].unique()
    if len(twice):
        msg = f"{what} has networks twice on {date}: {all_shown(twice)}. Keep the row that holds."
        raise TableError(msg, open_codes(twice))
    return told(current.set_index("pcn"), table, date, left_out)


def _read_either(path: str | PathLike[str], sheet: str, order: tuple[str, ...]) -> pd.DataFrame:
    """Read a sheet of the workbook, or the CSV in which the columns come in a known order."""
    if Path(path).suffix.lower() not in TEXT:
        return read_table(path, sheet=sheet)
    table = headerless(path, len(order))
    attrs = table.attrs
    table = table.set_axis(list(order), axis="columns")
    table.attrs = attrs
    return table


def _current(rows: pd.DataFrame, date: str, noun: str, *, what: str) -> tuple[pd.DataFrame, str]:
    """Keep the rows that hold at a date, and say how many do no longer or not yet."""
    start = as_dates(filled(rows["start"], what=what), what=what)
    end = as_dates(rows["end"], what=what)
    ended, to_come = end.lt(date) & end.notna(), start.gt(date)
    counts = {"ended": ended.sum(), "yet to begin": (to_come & ~ended).sum()}
    words = [f"{counted(count, noun)} {how}" for how, count in counts.items() if count]
    return rows[~ended & ~to_come].drop(columns=["start", "end"]), "; ".join(words)
