"""Counts of people from text, and populations joined to units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from footprints.errors import TableError
from footprints.masking import counted, open_codes, rows_shown, shown, values_shown
from footprints.read.tables import check_named, filled, texts

if TYPE_CHECKING:
    from collections.abc import Collection

Unmatched = Literal["refuse", "count"]

# Non-breaking, figure, thin and narrow spaces are named: not every regex engine counts them as \s.
_SPACE = r"\s" + "\N{NO-BREAK SPACE}\N{FIGURE SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"
_GROUPS = rf"[0-9]{{1,3}}(?:[,{_SPACE}][0-9]{{3}})+|[0-9]+"
_DASHES = "\N{EN DASH}\N{EM DASH}\N{HORIZONTAL ELLIPSIS}"
_SUPPRESSED = rf"\*+|-+|[{_DASHES}:~]|\.{{1,3}}|\[[a-z]+\]|[csxz]|n/?a|suppressed|[<>≤≥]\s*[0-9]+"
_MOST = 10**12
_PART = re.compile(r"(?i)(sex|gender|age)([_ ]?(group|band).*)?$")
TOTALS = ("ALL", "PERSONS", "TOTAL", "ALL AGES")
"""How the sources call the row of everyone in a column of sex or age."""


def as_people(series: pd.Series[str], *, what: str, sensitive: bool = False) -> pd.Series[int]:
    """Turn text into counts of people, or name everything that is none.

    ``1,204``, ``1 204`` (any kind of space) and ``1204.0`` are read as 1204. A suppressed cell
    is never read as zero.

    Parameters
    ----------
    series : Series
        Text, or numbers.
    what : str
        What is counted, for the message.
    sensitive : bool
        Name rows, not values.

    Returns
    -------
    Series of int64
        Persons, with the index and name of ``series``.

    Raises
    ------
    TableError
        If cells are empty, suppressed (``*``, ``c``, ``-``, ``..``, ``:``, ``[c]``, ``<5``),
        below zero, with decimals, or text; every one is named with its row.

    Examples
    --------
    >>> as_people(pd.Series(["1,204", "7"]), what="patients").tolist()
    [1204, 7]
    """
    words = texts(series)
    rows = words.index
    cleaned = words.reset_index(drop=True)
    kinds = _kinds(cleaned)
    faults = []
    for fault in kinds[kinds != ""].unique():
        bad = (kinds == fault).to_numpy()
        named = pd.Series(words.array[bad], index=rows[bad])
        faults.append(f"{fault}: {values_shown(named, sensitive=sensitive)}")
    if faults:
        remedy = (
            "A suppressed or empty count is not zero: complete the table, or take those rows out."
        )
        msg = f"The {what} cannot be counted. " + ". ".join([*faults, remedy])
        raise TableError(
            msg, open_codes(words[(kinds != "").to_numpy()].dropna(), sensitive=sensitive)
        )
    counts = cleaned.str.replace(rf"\.0$|[,{_SPACE}]", "", regex=True).astype("int64")
    return pd.Series(counts.array, index=rows, name=series.name)


def _kinds(cells: pd.Series[str]) -> pd.Series[str]:
    """Say what is wrong with each cell; empty text where it is a count."""
    signs = cells.str.replace("\N{MINUS SIGN}", "-", regex=False)
    digits = signs.str.replace(rf"[,{_SPACE}]", "", regex=True)
    kinds = pd.Series("not numbers", index=cells.index, dtype="str")
    kinds[digits.str.fullmatch(r"[0-9]*\.[0-9]+", na=False)] = "not whole numbers"
    kinds[digits.str.fullmatch(r"-[0-9]+(?:\.[0-9]+)?", na=False)] = "below zero"
    kinds[cells.str.fullmatch(_SUPPRESSED, case=False, na=False)] = "suppressed"
    kinds[cells.isna()] = "empty"
    whole = cells.str.fullmatch(rf"(?:{_GROUPS})(?:\.0)?", na=False)
    kinds[whole] = ""
    size = digits[whole].str.removesuffix(".0").astype("float64")
    kinds[size.index[size >= _MOST]] = "too many to be people"
    return kinds


@dataclass(frozen=True, kw_only=True, eq=False)
class Joined:
    """Units with a population joined to them, and what did not meet.

    Parameters
    ----------
    units : DataFrame
        The units with the population as a further column: persons, NA where the table has none.
    people_before, people_after : int
        Persons in the table, and persons that found a unit.
    unknown : Series of int
        Persons by the codes of the table that are no unit.
    without : tuple of str
        Units that the table does not count.

    Examples
    --------
    >>> units = pd.DataFrame(index=["a", "b"])
    >>> table = pd.DataFrame({"code": ["a", "z"], "n": ["5", "2"]})
    >>> print(add_population(units, table, code="code", people="n", unmatched="count"))
    5 of 7 people have a unit; 2 are in 1 code without a unit; 1 unit has no count
    """

    units: pd.DataFrame
    people_before: int
    people_after: int
    unknown: pd.Series[int]
    without: tuple[str, ...]

    def __str__(self) -> str:
        codes, units = len(self.unknown), len(self.without)
        return (
            f"{self.people_after:,} of {self.people_before:,} people have a unit; "
            f"{self.unknown.sum():,} are in {counted(codes, 'code')} without a unit; "
            f"{counted(units, 'unit')} {'has' if units == 1 else 'have'} no count"
        )


def add_population(  # noqa: PLR0913 - All but two are named by the caller.
    units: pd.DataFrame,
    table: pd.DataFrame,
    *,
    code: str,
    people: str,
    name: str = "residents",
    sum_rows: bool = False,
    unmatched: Unmatched = "refuse",
    sensitive: Collection[str] = (),
) -> Joined:
    """Join a population to units by their code.

    Parameters
    ----------
    units : DataFrame
        Indexed by the code of the unit.
    table : DataFrame
        A row a unit, or with ``sum_rows`` several, say by age.
    code, people : str
        Its columns of codes and of people.
    name : str
        What the population is to be called.
    sum_rows : bool
        Add up the rows of a unit; otherwise codes that stand twice are refused.
    unmatched : {"refuse", "count"}
        Whether codes on one side only are an error, or counted in the result.
    sensitive : collection of str
        Columns of ``table`` whose values no message may show.

    Returns
    -------
    Joined
        The people before are the people after and those of unknown codes, to the last person.

    Raises
    ------
    UnknownNameError
        If the table lacks a column.
    TableError
        If people cannot be counted, a code is empty or stands twice, totals stand among their
        parts (rows ``ALL`` beside others in a column of sex or age), a code is on one side only,
        or the units have a column of that name already.

    Examples
    --------
    >>> units = pd.DataFrame({"name": ["Ash", "Elm"]}, index=["a", "b"])
    >>> table = pd.DataFrame({"code": ["a", "b", "b"], "n": ["1,005", "3", "4"]})
    >>> add_population(units, table, code="code", people="n", sum_rows=True).units
      name  residents
    a  Ash       1005
    b  Elm          7
    """
    _check_join(units, table, (code, people), name)
    hidden = code in sensitive
    codes = _codes(table[code], hidden=hidden, once=not sum_rows)
    if sum_rows:
        refuse_totals(table)
    what = f"people in {shown(people)}"
    counts = as_people(table[people], what=what, sensitive=people in sensitive)
    sums = pd.Series(counts.array).groupby(codes.to_numpy()).sum()
    unknown = sums[~sums.index.isin(units.index)].rename_axis("code").rename("people")
    without = units.index.difference(sums.index, sort=False)
    if unmatched == "refuse":
        _refuse_unmatched(unknown, without, hidden=hidden)
    column = sums.reindex(units.index)
    kind = "Int64" if len(without) else "int64"
    return Joined(
        units=units.assign(**{name: column.astype(kind)}),
        people_before=int(counts.sum()),
        people_after=int(column.sum()),
        unknown=unknown,
        without=tuple(without),
    )


def _check_join(
    units: pd.DataFrame, table: pd.DataFrame, columns: tuple[str, str], name: str
) -> None:
    check_named(table, *columns)
    if name in units.columns:
        msg = f"The units have a column {name!r} already: choose another name= for the population."
        raise TableError(msg, [name])
    twice = units.index[units.index.duplicated()].unique()
    if len(twice):
        msg = f"The units have codes twice: {rows_shown(twice)}."
        raise TableError(msg, open_codes(twice))


def _codes(column: pd.Series[str], *, hidden: bool, once: bool) -> pd.Series[str]:
    """Return the codes of a table, none empty and, if asked for, none twice."""
    codes = filled(texts(column), what="The table")
    twice = codes[codes.duplicated(keep=False)]
    if once and len(twice):
        named = values_shown(twice, sensitive=hidden)
        msg = (
            f"The column {shown(column.name)} has codes twice: {named}. If its rows are to be "
            "added up, by age say, ask for sum_rows=True."
        )
        raise TableError(msg, open_codes(twice, sensitive=hidden))
    return codes


def refuse_totals(table: pd.DataFrame) -> None:
    """Refuse a table whose rows of sex or age hold totals beside their parts.

    Raises
    ------
    TableError
        If a column of sex or age has ``ALL`` and other values: a sum would count people twice.

    Examples
    --------
    >>> refuse_totals(pd.DataFrame({"SEX": ["MALE", "FEMALE"]}))
    """
    for column in [name for name in table.columns if _PART.match(str(name))]:
        values = texts(table[column]).str.upper()
        whole = values.isin(TOTALS)
        if whole.any() and not whole.all():
            msg = (
                f"The column {shown(column)} has totals beside their parts, so a sum would count "
                f"people twice: keep either {values_shown(values[whole].drop_duplicates())} or "
                "the others."
            )
            raise TableError(msg, [column])


def _refuse_unmatched(unknown: pd.Series[int], without: pd.Index[str], *, hidden: bool) -> None:
    faults = []
    if len(unknown):
        names = counted(len(unknown), "code") if hidden else rows_shown(unknown.index)
        faults.append(f"The table has {unknown.sum():,} people in codes that are no unit: {names}.")
    if len(without):
        faults.append(f"The table counts no people for the units {rows_shown(without)}.")
    if faults:
        remedy = (
            "Are both of one vintage? To go on and have them counted, ask for unmatched='count'."
        )
        strangers = open_codes(unknown.index, sensitive=hidden)
        raise TableError(" ".join([*faults, remedy]), [*strangers, *open_codes(without)])
