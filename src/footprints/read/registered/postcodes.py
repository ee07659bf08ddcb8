"""Counts of people by area from their postcodes, none of which is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import TableError
from footprints.masking import counted, rows_shown
from footprints.read.files import TEXT, opened, table_file
from footprints.read.people import as_people
from footprints.read.progress import progress
from footprints.read.tables import check_named, read_table, texts
from footprints.read.text_files import first_labels

if TYPE_CHECKING:
    from os import PathLike

_POSTCODES = ("pcds", "pcd", "pcd7", "pcd8", "pcd2")
_FORM = r"(?:GIR0AA|[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2})"


@dataclass(frozen=True, kw_only=True, eq=False)
class PostcodeCounts:
    """People by unit, and those that have none.

    Parameters
    ----------
    units : DataFrame
        Indexed by ``unit``. Columns: ``people`` (persons), and of these ``terminated`` (at a
        postcode that is no longer in use).
    placed, terminated : int
        Persons with a unit, and of these those at a postcode no longer in use.
    no_unit, unmatched, unreadable, empty : int
        Persons whose postcode is in the directory without a unit, is not in it, cannot be a
        postcode, or is not given.
    """

    units: pd.DataFrame
    placed: int
    terminated: int
    no_unit: int
    unmatched: int
    unreadable: int
    empty: int

    def __str__(self) -> str:
        return (
            f"{counted(self.placed, 'person')} placed, of them {self.terminated:,} at postcodes no "
            f"longer in use; {self.no_unit:,} without a unit, {self.unmatched:,} not in the "
            f"directory, {self.unreadable:,} unreadable, {self.empty:,} empty"
        ).replace("persons", "people")


def count_by_postcode(
    table: pd.DataFrame,
    onspd: str | PathLike[str],
    *,
    postcode: str,
    unit: str,
    people: str | None = None,
) -> PostcodeCounts:
    r"""Count people by unit from postcodes, and keep nothing but units and counts.

    Parameters
    ----------
    table : DataFrame
        A row a person, or with ``people`` a row a group.
    onspd : path-like
        The ONS Postcode Directory or the National Statistics Postcode Lookup, as CSV.
    postcode : str
        The column of postcodes, with or without spaces, in capitals or not.
    unit : str
        The column of the directory to count by, such as ``lsoa21``.
    people : str, optional
        The column of persons; None counts rows.

    Returns
    -------
    PostcodeCounts
        Its numbers sum to the people in ``table``.

    Raises
    ------
    FileError, UnknownNameError, TableError
        If the directory cannot be read, has not the columns, or gives a postcode two units; if
        the table has not the columns, or its people cannot be counted. No message shows a
        postcode.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> table = pd.DataFrame({"where": ["zz99 9zz", "ZZ999ZZ", "ZZ9 9ZY"]})
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "onspd.csv"
    ...     _ = file.write_text("pcds,doterm,lsoa21\nZZ99 9ZZ,,E01000001\n", encoding="utf-8")
    ...     counts = count_by_postcode(table, file, postcode="where", unit="lsoa21")
    >>> counts.units["people"].to_dict(), counts.unmatched
    ({'E01000001': 2}, 1)
    """
    check_named(table, *filter(None, [postcode, people]))
    with progress("Counting people by postcode"):
        counts = pd.Series(1, index=table.index)
        if people is not None:
            counts = as_people(table[people], what=f"people in {people!r}")
        codes = _plain(texts(table[postcode]))
        directory = _directory(onspd, unit, codes)
        rows = pd.DataFrame({"code": codes.array, "people": counts.array})
        return _counts(rows.join(directory, on="code"), rows["code"].isin(directory.index))


def _counts(rows: pd.DataFrame, known: pd.Series[bool]) -> PostcodeCounts:
    form = rows["code"].str.fullmatch(_FORM).fillna(value=False).astype(bool)
    placed = rows[rows["unit"].notna()]

    def total(which: pd.Series[bool]) -> int:
        return int(rows.loc[which, "people"].sum())

    old = placed["people"].where(placed["old"].astype(bool), 0)
    units = pd.DataFrame({"unit": placed["unit"], "people": placed["people"], "terminated": old})
    return PostcodeCounts(
        units=units.groupby("unit").sum(),
        placed=int(placed["people"].sum()),
        terminated=int(old.sum()),
        no_unit=total(known & rows["unit"].isna()),
        unmatched=total(form & ~known),
        unreadable=total(~form & ~known & rows["code"].notna()),
        empty=total(rows["code"].isna()),
    )


def _plain(postcodes: pd.Series[str]) -> pd.Series[str]:
    return postcodes.str.upper().str.replace(r"\s", "", regex=True)


def _directory(onspd: str | PathLike[str], unit: str, codes: pd.Series[str]) -> pd.DataFrame:
    """Return the unit of each postcode that is asked for, and whether it is no longer in use."""
    file = table_file(onspd)
    with opened(file):
        found = first_labels(file) if file.suffix.lower() in TEXT else []
    labels = {label.lower(): label for label in found}
    code = next((name for name in _POSTCODES if name in labels), _POSTCODES[0])
    # A name that is not there is asked for all the same: the reader says what there is.
    columns = [labels.get(name.lower(), name) for name in (code, "doterm", unit)]
    table = read_table(file, columns=columns).set_axis(["code", "old", "unit"], axis="columns")
    table["code"] = _plain(table["code"])
    table = table[table["code"].isin(codes.dropna().unique())].drop_duplicates()
    twice = table["code"].duplicated(keep=False)
    if twice.any():
        rows = rows_shown(table.index[twice])
        msg = f"{file.name!r} says different things of one postcode in {rows}. Keep one of them."
        raise TableError(msg)
    return table.assign(old=table["old"].notna()).set_index("code")
