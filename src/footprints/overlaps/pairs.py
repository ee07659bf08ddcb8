"""The pair table: how two layers meet, a row a pair, both margins complete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from footprints.atlas.parts import counts_or_na
from footprints.errors import Problems, TableError

if TYPE_CHECKING:
    import numpy.typing as npt
    from pandas.api.typing import DataFrameGroupBy

    from footprints.atlas import Population

COLUMNS = ["left", "right", "units", "people", "area_m2", "left_share", "right_share"]
SIDES = ("left", "right")
ROUNDING = 1e-9
"""A rest of less than this share of an area is arithmetic, and no place."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What may be said when two layers of an atlas are held against each other.

    Parameters
    ----------
    units : str, optional
        The table of units; None takes the first that fits.
    population : str, optional
        Whose people to count; None takes the first that there is.
    estimate : bool
        Whether people may be estimated.
    """

    units: str | None = None
    population: str | None = None
    estimate: bool = False


@dataclass(frozen=True, kw_only=True)
class How:
    """How an overlap was found, for the attrs of its table.

    Parameters
    ----------
    method : str
        ``members``, ``points`` or ``area``; with ``, estimated`` where people were split.
    left_layer, right_layer : str
        The keys of the layers; empty for layers without one.
    units : str
        The table of units; empty without one.
    population : Population, optional
        Whose people are counted; None where nobody is.
    notes : tuple of (str, str)
        What else must be known, such as who is in neither layer.
    """

    method: str
    left_layer: str = ""
    right_layer: str = ""
    units: str = ""
    population: Population | None = None
    notes: tuple[tuple[str, str], ...] = ()

    def attrs(self) -> dict[str, str]:
        """Return it as short strings."""
        whose = self.population
        return {
            "method": self.method,
            "population": whose.name if whose else "",
            "source": whose.source if whose else "",
            "date": whose.as_at if whose else "",
            "units": self.units,
            "left_layer": self.left_layer,
            "right_layer": self.right_layer,
        } | dict(self.notes)


def pairs_by(pairs: pd.DataFrame, side: Literal["left", "right"]) -> DataFrameGroupBy:
    """Group a pair table by one of its sides, keeping what meets nothing there.

    Parameters
    ----------
    pairs : DataFrame
        From :func:`footprints.overlap` or :meth:`footprints.Atlas.overlap`.
    side : {"left", "right"}
        The column to group by.

    Returns
    -------
    DataFrameGroupBy
        In the order of the table; the rows without a code on that side are the group NA.

    Raises
    ------
    TableError
        If the table lacks a column of a pair table, or there is no such side.

    Examples
    --------
    >>> from footprints import load_example
    >>> pairs = load_example().overlap("cauth25", "nhser22")
    >>> int(pairs_by(pairs, "left")["people"].sum().iloc[-1])  # in no strategic authority
    24715214
    """
    check_columns(pairs)
    if side not in SIDES:
        msg = f"A pair table has no side {side!r}: say 'left' or 'right'."
        raise TableError(msg, [side])
    return pairs.groupby(side, dropna=False, sort=False)


def transposed(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return a pair table seen from the other side: what was left is right.

    Parameters
    ----------
    pairs : DataFrame
        From :func:`footprints.overlap` or :meth:`footprints.Atlas.overlap`.

    Returns
    -------
    DataFrame
        The same rows in the same order, with columns and attrs of the two sides exchanged.

    Raises
    ------
    TableError
        If the table lacks a column of a pair table.

    Examples
    --------
    >>> from footprints import load_example
    >>> pairs = load_example().overlap("lad21", "icb22")
    >>> transposed(pairs).attrs["left_layer"]
    'icb22'
    """
    check_columns(pairs)
    turned = pairs[[_exchanged(name) for name in COLUMNS]].set_axis(COLUMNS, axis=1)
    turned.attrs = {_exchanged(key): text for key, text in pairs.attrs.items()}
    return turned


def _exchanged(key: str) -> str:
    """Return what a column or attr of one side is called on the other."""
    side, line, rest = key.partition("_")
    other = {"left": "right", "right": "left"}.get(side, side)
    return f"{other}{line}{rest}"


def check_columns(pairs: pd.DataFrame) -> None:
    """Raise an error if a table lacks a column of a pair table."""
    if missing := [column for column in COLUMNS if column not in pairs]:
        problems = Problems("The pair table")
        problems.add("lacks columns", missing, remedy="Take the table that overlap() gives.")
        problems.raise_any(TableError)


def pair_table(  # noqa: PLR0913 - the columns of a table, each by its name.
    left: pd.Index[str],
    right: pd.Index[str],
    places: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    how: How,
    *,
    units: npt.NDArray[np.intp] | None = None,
    people: npt.NDArray[np.float64] | None = None,
    area_m2: npt.NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Make a pair table, with shares, from positions.

    Footprints in no pair get a row of their own with nothing in it, so that none is lost.

    Parameters
    ----------
    left, right : Index of str
        The footprints of either side.
    places : tuple of two arrays of int
        For each pair the position of its left and of its right footprint, -1 for none.
    how : How
        How the pairs were found.
    units, people, area_m2 : array, optional
        Of each pair, the count of units, persons and square metres; None where not known.

    Returns
    -------
    DataFrame
        A row a pair, in the order of the footprints, NA last. Columns: ``left`` and ``right``
        (codes, NA where a footprint meets nothing); ``units`` (count); ``people`` (persons);
        ``area_m2``; ``left_share`` and ``right_share`` (0 to 1, of the whole footprint's people,
        of its area where no people are known, NA where the whole is zero).

    Raises
    ------
    TableError
        If a pair stands twice or has no code at all, or people or areas are below zero or not
        finite.
    """
    i, j = _with_lonely(places, len(left), len(right))
    added = len(i) - len(places[0])
    counts, people, area = (_padded(values, added) for values in (units, people, area_m2))
    _check(left, right, (i, j), people, area)
    order = np.lexsort((np.where(j < 0, len(right), j), np.where(i < 0, len(left), i)))
    i, j = i[order], j[order]
    counts, people, area = (None if v is None else v[order] for v in (counts, people, area))
    measure = area if people is None else people
    table = pd.DataFrame(
        {
            "left": codes_at(left, i),
            "right": codes_at(right, j),
            "units": _whole(counts, len(i)),
            "people": _whole(people, len(i)),
            "area_m2": np.nan if area is None else area,
            "left_share": _shares(measure, i, len(left)),
            "right_share": _shares(measure, j, len(right)),
        }
    )
    table.attrs = how.attrs()
    return table


def summed(
    i: npt.NDArray[np.intp], j: npt.NDArray[np.intp], *values: npt.NDArray[np.float64] | None
) -> tuple[
    tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    npt.NDArray[np.intp],
    list[npt.NDArray[np.float64] | None],
]:
    """Add up rows by pair.

    Parameters
    ----------
    i, j : array of int
        The pair of each row, as positions; -1 for none. Rows of neither side are left out.
    *values : array of float, optional
        What to add up; None stays None.

    Returns
    -------
    places : tuple of two arrays of int
        Each pair once.
    counts : array of int
        How many rows it has.
    sums : list of array
        What was added up.
    """
    kept = (i >= 0) | (j >= 0)
    i, j = i[kept], j[kept]
    width = int(j.max(initial=-1)) + 2
    group, keys = pd.factorize((i + 1) * width + j + 1)
    sums = [
        None if value is None else np.bincount(group, value[kept], len(keys)).astype("float64")
        for value in values
    ]
    return (keys // width - 1, keys % width - 1), np.bincount(group, minlength=len(keys)), sums


def _with_lonely(
    places: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], lefts: int, rights: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    i, j = places
    lonely_left = np.setdiff1d(np.arange(lefts), i)
    lonely_right = np.setdiff1d(np.arange(rights), j)
    left = np.concatenate([i, lonely_left, np.full(len(lonely_right), -1)])
    right = np.concatenate([j, np.full(len(lonely_left), -1), lonely_right])
    return left.astype(np.intp), right.astype(np.intp)


def _padded(
    values: npt.NDArray[np.float64] | npt.NDArray[np.intp] | None, count: int
) -> npt.NDArray[np.float64] | None:
    return None if values is None else np.concatenate([values, np.zeros(count)])


def _check(
    left: pd.Index[str],
    right: pd.Index[str],
    places: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]],
    people: npt.NDArray[np.float64] | None,
    area: npt.NDArray[np.float64] | None,
) -> None:
    """Raise one error for everything that a pair table must not hold."""
    i, j = places
    problems = Problems("The pair table")
    keys = (i + 1) * (len(right) + 1) + j + 1
    if len(np.unique(keys)) < len(keys):
        problems.add("has pairs twice", _named(left, right, i, j, _repeated(keys)))
    if (keys == 0).any():
        problems.add("has pairs without a code on either side")
    if people is not None and (wrong := ~np.isfinite(people) | (people < 0)).any():
        problems.add("has people below zero or not known for", _named(left, right, i, j, wrong))
    if area is not None and (wrong := area < 0).any():
        problems.add("has areas below zero for", _named(left, right, i, j, wrong))
    problems.raise_any(TableError)


def _repeated(keys: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    return np.asarray(pd.Series(keys).duplicated())


def _named(
    left: pd.Index[str],
    right: pd.Index[str],
    i: npt.NDArray[np.intp],
    j: npt.NDArray[np.intp],
    rows: npt.NDArray[np.bool_],
) -> list[str]:
    names = zip(codes_at(left, i[rows]), codes_at(right, j[rows]), strict=True)
    return [f"{one} and {other}" for one, other in names]


def codes_at(codes: pd.Index[str], places: npt.NDArray[np.intp]) -> pd.Series[str]:
    """Return the codes at some positions, NA at -1."""
    values = np.array([*codes, None], dtype=object)
    return pd.Series(values[places], dtype="str")


def _whole(values: npt.NDArray[np.float64] | None, count: int) -> pd.Series[int]:
    """Return counts, NA where nobody is counted."""
    if values is None:
        return pd.Series(pd.NA, index=range(count), dtype="Int64")
    return counts_or_na(values)


def _shares(
    measure: npt.NDArray[np.float64] | None, side: npt.NDArray[np.intp], count: int
) -> npt.NDArray[np.float64]:
    if measure is None:
        return np.full(len(side), np.nan)
    wholes = np.bincount(side + 1, measure, count + 1)
    wholes[0] = 0
    of = wholes[side + 1]
    return np.asarray(np.divide(measure, of, out=np.full(len(side), np.nan), where=of > 0))
