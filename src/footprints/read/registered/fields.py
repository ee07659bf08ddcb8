"""What the NHS calls the columns of its lists, year by year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import TableError
from footprints.masking import all_shown, open_codes, values_shown
from footprints.read.header import fold
from footprints.read.tables import filled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

KINDS = {
    "pcn": ("PCN",),
    "ccg": ("CCG",),
    "sicbl": ("SUB_ICB_LOCATION", "SUB_ICB_LOC", "SUB_ICB"),
    "stp": ("STP",),
    "icb": ("ICB",),
    "nhser": ("COMM_REGION", "REGION"),
}
"""The footprints that a list may give for a practice, and how its columns begin."""

NO_PCN = ("U", "UNALLOCATED")
"""What stands for the network of a practice that is in none."""

_OTHERS = {
    "practice": ("PRACTICE_CODE", "GP_PRACTICE_CODE", "ORG_CODE", "CODE"),
    "name": ("PRACTICE_NAME",),
    "registered": ("NUMBER_OF_PATIENTS", "LIST_SIZE", "REGISTERED", "N"),
    "as_at": ("EXTRACT_DATE",),
    "lsoa": ("LSOA_CODE", "LSOA11CD", "LSOA21CD", "LSOA_CODE_2011", "LSOA_CODE_2021"),
    "sex": ("SEX", "GENDER"),
    "age": ("AGE", "AGE_GROUP_5", "AGE_GROUP"),
    "type": ("TYPE", "ORG_TYPE"),
}

_DATES = {
    r"\d{8}": "%Y%m%d",
    r"\d{4}-\d\d-\d\d": "%Y-%m-%d",
    r"\d\d?-[A-Za-z]{3}-\d\d": "%d-%b-%y",
    r"\d\d?-[A-Za-z]{3}-\d{4}": "%d-%b-%Y",
    r"\d\d?[A-Za-z]{3}\d{4}": "%d%b%Y",
    r"\d\d?/\d\d/\d{4}": "%d/%m/%Y",
}


def _known() -> dict[str, str]:
    """Return what each header means, by its words in capitals."""
    known = {header: field for field, headers in _OTHERS.items() for header in headers}
    for kind, stems in KINDS.items():
        for stem in stems:
            known |= dict.fromkeys([f"{stem}_CODE", f"{stem}_ODS_CODE"], f"{kind}_ods")
            known |= dict.fromkeys([f"ONS_{stem}_CODE", f"{stem}_ONS_CODE"], f"{kind}_gss")
            known[f"{stem}_NAME"] = f"{kind}_name"
    return known


FIELDS = _known()


def capitals(header: object) -> str:
    r"""Return the words of a header in capitals, joined by underlines.

    Examples
    --------
    >>> capitals("Partner\nOrganisation\nCode ")
    'PARTNER_ORGANISATION_CODE'
    """
    return re.sub(r"[^A-Z0-9]+", "_", fold(header).upper()).strip("_")


def known_fields(
    table: pd.DataFrame, needed: Iterable[str], fields: Mapping[str, str] = FIELDS
) -> pd.DataFrame:
    """Return the columns of a list that are known, under one name whatever the year.

    Parameters
    ----------
    table : DataFrame
        As :func:`footprints.read.read_table` gives it.
    needed : iterable of str
        The fields that it must have.
    fields : mapping of str to str
        What each header means.

    Returns
    -------
    DataFrame
        With the index and attrs of ``table``, columns named by field.

    Raises
    ------
    TableError
        If a field is missing, or two columns mean the same.
    """
    meant = {column: fields[capitals(column)] for column in table if capitals(column) in fields}
    faults, codes = [], []
    for field in dict.fromkeys([*needed, *meant.values()]):
        having = [column for column, means in meant.items() if means == field]
        if not having:
            names = ", ".join(repr(header) for header, means in fields.items() if means == field)
            has = all_shown(table.columns)
            faults.append(f"has no column of {field}, which is called one of {names}; it has {has}")
            codes.append(field)
        if len(having) > 1:
            faults.append(f"has several columns of {field}: {all_shown(having)}; keep one")
            codes += open_codes(having)
    if faults:
        msg = f"{table.attrs['file']!r} " + "; and ".join(faults) + "."
        raise TableError(msg, codes)
    return table[list(meant)].rename(columns=meant)


def with_kinds(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with one column of codes for each kind of footprint: the ONS's, or else the NHS's.

    Columns ``<kind>``, ``<kind>_name`` and ``<kind>_ods``, as far as the rows have them; of a
    kind without codes the names alone. A practice in no network has NA.

    Raises
    ------
    TableError
        If the code of a network is not ``U`` and five digits.
    """
    result = rows.drop(
        columns=[f"{kind}_{end}" for kind in KINDS for end in ("ods", "gss", "name")],
        errors="ignore",
    )
    for kind in KINDS:
        codes = _codes(rows, kind)
        if codes is not None:
            result[kind] = codes
            for column in (f"{kind}_name", f"{kind}_ods"):
                result[column] = rows.get(column, pd.NA)
        elif f"{kind}_name" in rows:
            result[f"{kind}_name"] = rows[f"{kind}_name"]
    if "pcn" in result:
        none = result["pcn"].str.upper().isin(NO_PCN) | result["pcn"].isna()
        columns = ["pcn", "pcn_name", "pcn_ods"]
        result[columns] = result[columns].mask(none)
        _check_pcns(result["pcn"].dropna())
    return result.astype({column: "str" for column in result if column not in rows})


def _codes(rows: pd.DataFrame, kind: str) -> pd.Series[str] | None:
    """Return the ONS's codes, or the NHS's where the ONS has none."""
    gss, ods = rows.get(f"{kind}_gss"), rows.get(f"{kind}_ods")
    if gss is None or ods is None:
        return ods if gss is None else gss
    # A footprint with a code of the ONS in one row has the same one in all.
    known = gss.dropna().groupby(ods).first()
    return gss.fillna(ods.map(known).astype("str")).fillna(ods)


def need_columns(table: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Make sure that a table has the columns that a function takes.

    Raises
    ------
    TableError
        If it lacks any.
    """
    if missing := [column for column in columns if column not in table.columns]:
        msg = f"{what} has no column {all_shown(missing)}. It has {all_shown(table.columns)}."
        raise TableError(msg, missing)


def _check_pcns(codes: pd.Series[str]) -> None:
    odd = codes[~codes.str.fullmatch(r"U[0-9]{5}")]
    if len(odd):
        msg = (
            "These are no codes of Primary Care Networks, which are U and five digits: "
            f"{values_shown(odd)}. A practice in none has 'U'."
        )
        raise TableError(msg, open_codes(odd))


def by_practice(rows: pd.DataFrame, *, what: str) -> pd.DataFrame:
    """Return rows indexed by ``practice``, each practice once.

    Raises
    ------
    TableError
        If a code is empty, or a practice stands twice; all are named.
    """
    codes = filled(rows["practice"], what=what)
    twice = codes[codes.duplicated(keep=False)]
    if len(twice):
        msg = f"{what} has practices twice: {values_shown(twice)}. Keep the row that holds."
        raise TableError(msg, open_codes(twice))
    return rows.set_index("practice")


def as_dates(texts: pd.Series[str], *, what: str) -> pd.Series[str]:
    """Return dates as ``2022-01-31`` from any of the spellings that the NHS uses.

    Parameters
    ----------
    texts : Series of str
        ``20220131``, ``31-Jan-22``, ``31Jan2022``, ``31/01/2022``, ``2022-01-31``; NA stays.
    what : str
        What has them, for the message.

    Raises
    ------
    TableError
        If one is none of these.

    Examples
    --------
    >>> as_dates(pd.Series(["01APR2021", "01-Apr-20"]), what="The list").tolist()
    ['2021-04-01', '2020-04-01']
    """
    spellings = {text: _as_date(text) for text in texts.dropna().unique()}
    odd = texts[texts.map(spellings).isna() & texts.notna()]
    if len(odd):
        msg = f"{what} has dates that cannot be read: {values_shown(odd)}. Write 2022-01-31."
        raise TableError(msg, open_codes(odd))
    return texts.map(spellings).astype("str")


def _as_date(text: str) -> str | None:
    for pattern, form in _DATES.items():
        if re.fullmatch(pattern, text):
            date = pd.to_datetime(text, format=form, errors="coerce")
            return None if pd.isna(date) else date.date().isoformat()
    return None


def one_date(rows: pd.DataFrame, as_at: str | None, *, what: str) -> tuple[pd.DataFrame, str]:
    """Return the rows of one date, and that date; empty text where none is known.

    Raises
    ------
    TableError
        If rows are of several dates and none is asked for, or of none that is asked for.
    """
    wanted = one_day(as_at)
    if "as_at" not in rows:
        return rows, wanted
    dates = as_dates(filled(rows["as_at"], what=what), what=what)
    found: Sequence[str] = sorted(dates.unique())
    date = wanted or found[0]
    if date not in found or (not wanted and len(found) > 1):
        msg = f"{what} is of {', '.join(found)}: choose one of these with as_at=."
        raise TableError(msg, found)
    return rows[dates == date].drop(columns="as_at"), date


def one_day(as_at: str | None) -> str:
    """Return a date that a caller gives as ``2022-01-31``, empty text for None.

    Raises
    ------
    TableError
        If it cannot be read.
    """
    return "" if as_at is None else as_dates(pd.Series([as_at]), what="as_at=")[0]
