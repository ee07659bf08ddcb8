"""Carry counts of old footprints to new ones, with totals conserved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from footprints.errors import Problems, TableError
from footprints.masking import all_shown, counted, masked, open_codes, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Places = npt.NDArray[np.intp]
    Numbers = npt.NDArray[np.float64]

Counts = TypeVar("Counts", pd.DataFrame, "pd.Series[float]")
COLUMNS = ["old", "new", "weight"]
EXACT = 2**53
"""The largest whole number that is divided exactly."""
CLOSE = 1e-9
"""How far weights may be from a sum of one: arithmetic."""

_RATES = re.compile(
    r"%|(?<![a-z])(rates?|ratios?|percent(age)?s?|pct|per|proportions?|shares?|medians?|means?|"
    r"averages?|avg|quantiles?|percentiles?|quartiles?|quintiles?|deciles?|scores?|ranks?|index|"
    r"indices|density|densities|prevalence|expectancy|asr|dsr|smr|shmi|lower|upper|ci|sd|stdev)"
    r"(?![a-z])",
    re.IGNORECASE,
)
"""Words in the name of a column that tell that it cannot be added up."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def apply_lookup(
    frame: Counts,
    lookup: pd.DataFrame,
    *,
    counts: str | Iterable[str] | None = None,
    unplaced: bool = False,
) -> Counts:
    """Carry counts by old footprint to the new ones, totals conserved to the last unit.

    Each count is divided by the weights of its old footprint. Whole numbers are divided into whole
    numbers: each part is rounded down, and what is left over goes to the parts with the largest
    remainders, of equal ones to the lowest code.

    Only what can be added up can be carried. A column is refused as a rate, a median, a
    percentage or the like if its name says so (``rate``, ``per 1,000``, ``%``, ``median``,
    ``mean``, ``index`` and others), or if it holds fractions or numbers below zero. ``counts``
    says which columns are counts all the same.

    Parameters
    ----------
    frame : DataFrame or Series
        Indexed by old code, a row each, with a column a count. Text is refused, a ``name`` and
        ``geometry`` left out. A Series is one count.
    lookup : DataFrame
        :attr:`footprints.Change.lookup`, or a table with ``old``, ``new`` and ``weight``, whose
        weights sum to 1 for each old code; further columns, such as names, are left alone. NA in
        ``new`` is a part that is in no new footprint.
    counts : str or iterable of str, optional
        The columns to carry, all of them counts, whatever they are called; fractions (estimates)
        and numbers below zero (differences) are then carried as they are, with fractions divided
        by weight. None carries every column, if all of them look like counts.
    unplaced : bool
        Whether to carry on with old codes that the lookup lacks: their counts stand in a row with
        the index NA, and ``attrs`` name them. Otherwise they are an error.

    Returns
    -------
    DataFrame or Series
        As given. Indexed by ``new``, in the order of the codes, with the columns carried; NA last, for what
        is in no new footprint, where there is any. ``attrs``: ``population`` and ``date`` (of
        the weights), ``carried`` (columns), ``divided`` (old footprints that were divided: those
        parts are estimates), ``unplaced`` (codes), ``not_given`` (old codes of the lookup that the
        frame lacks), ``incomplete`` (new codes that therefore lack something), and ``new_layer``
        where the lookup says it, by which :func:`footprints.with_names` adds names.

    Raises
    ------
    TableError
        If a column cannot be carried, a number is missing, a code stands twice or is not in the
        lookup, or the lookup is none; everything wrong is named at once.

    Examples
    --------
    >>> lookup = pd.DataFrame(
    ...     {"old": ["A", "A", "B"], "new": ["X", "Y", "Y"], "weight": [0.5, 0.5, 1.0]}
    ... )
    >>> births = pd.DataFrame({"births": [7, 10]}, index=["A", "B"])
    >>> apply_lookup(births, lookup)["births"].to_dict()
    {'X': 4, 'Y': 13}
    """
    if isinstance(frame, pd.Series):
        name = "count" if frame.name is None else frame.name
        return _carry(frame.to_frame(name), lookup, counts, unplaced)[name].rename(frame.name)
    return _carry(frame, lookup, counts, unplaced)


def _carry(
    frame: pd.DataFrame,
    lookup: pd.DataFrame,
    counts: str | Iterable[str] | None,
    unplaced: bool,  # noqa: FBT001 - inner.
) -> pd.DataFrame:
    """Carry a table of counts."""
    problems = Problems("The counts")
    _check_index(frame, lookup, problems)
    problems.raise_any(TableError)
    columns = _columns(frame, counts, problems)
    codes = _codes(frame.index, problems)
    rows = _weights(lookup, problems)
    strangers = codes[~codes.isin(rows["old"])].dropna().unique()
    if len(strangers) and not unplaced:
        remedy = "Correct them, take their rows out, or say unplaced=True to count them apart."
        problems.lines.append(
            f"The lookup has no old footprint {all_shown(masked(strangers))}. {remedy}"
        )
        problems.codes += open_codes(strangers)
    problems.raise_any(TableError)
    at = codes.get_indexer(rows["old"])
    given = rows[at >= 0]
    place, new = pd.factorize(
        pd.concat([given["new"], pd.Series([None] * len(strangers), dtype="str")]), sort=True
    )
    lost = codes.get_indexer(strangers)
    row = np.concatenate([at[at >= 0], lost])
    weight = np.concatenate([given["weight"].to_numpy(dtype="float64"), np.ones(len(lost))])
    rest = place < 0
    place = np.where(rest, len(new), place)
    index = pd.Index([*new, None] if rest.any() else [*new], name="new", dtype="str")
    found = {
        name: _carried(frame[name].to_numpy(), row, place, weight, len(index)) for name in columns
    }
    table = pd.DataFrame(found, index=index)
    table.attrs = _attrs(lookup, rows, codes, columns, strangers)
    return table


def _check_index(frame: pd.DataFrame, lookup: pd.DataFrame, problems: Problems) -> None:
    """Note that a frame has its codes in a column, and not in the index."""
    if "old" not in lookup or frame.index.nlevels > 1 or frame.index.isin(lookup["old"]).any():
        return
    held = {
        name: int(frame[name].isin(lookup["old"]).sum())
        for name in frame.columns.unique()
        if isinstance(frame[name], pd.Series)
    }
    best = max(held, key=lambda name: held[name], default=None)
    if best is not None and held[best]:
        problems.lines.append(
            f"The counts are not indexed by old code: the column {shown(best)} holds the codes. "
            f"Give frame.set_index({best!r})."
        )
        problems.codes.append(best)


def _carried(
    values: npt.NDArray[np.generic], row: Places, place: Places, weight: Numbers, count: int
) -> Numbers | npt.NDArray[np.int64]:
    """Divide the values of rows among places, and add up each place."""
    numbers = values.astype("float64")
    parts = numbers[row] * weight
    if (numbers % 1 == 0).all():
        return np.asarray(_add(place, _rounded(parts, numbers, row, place), count))
    return np.bincount(place, parts, count)


def _add(place: Places, parts: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    total = np.zeros(count, dtype="int64")
    np.add.at(total, place, parts)
    return total


def _rounded(parts: Numbers, numbers: Numbers, row: Places, place: Places) -> npt.NDArray[np.int64]:
    """Round parts to whole numbers that add up to their row, by largest remainder."""
    # A product that arithmetic leaves a hair below a whole number is that number.
    whole = np.floor(np.where(np.abs(parts - np.round(parts)) < CLOSE, np.round(parts), parts))
    left = np.round(numbers - np.bincount(row, whole, len(numbers)))
    order = np.lexsort((place, -(parts - whole), row))
    sorted_row = row[order]
    starts = np.flatnonzero(np.diff(sorted_row, prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    whole[order] += rank < left[sorted_row]
    return whole.astype("int64")


def _columns(
    frame: pd.DataFrame, counts: str | Iterable[str] | None, problems: Problems
) -> list[str]:
    """Return the columns to carry, and note what keeps them from being carried."""
    if frame.columns.has_duplicates:
        twice = frame.columns[frame.columns.duplicated()].unique()
        problems.add("have columns twice", map(str, twice))
        return []
    chosen = counts is not None
    if counts is None:
        columns = [name for name in frame.columns if name not in ("name", "geometry")]
    else:
        columns = [counts] if isinstance(counts, str) else list(counts)
    if missing := [name for name in columns if name not in frame.columns]:
        remedy = f"There is {all_shown(frame.columns)}."
        problems.add("have no columns", missing, remedy=remedy)
    columns = [name for name in columns if name in frame.columns]
    if not columns and not missing:
        problems.add("have no column to carry")
    for name in columns:
        _check_column(frame[name], problems, chosen=chosen)
    return columns


def _check_column(values: pd.Series[float], problems: Problems, *, chosen: bool) -> None:
    """Note why a column cannot be carried."""
    name, remedy = shown(values.name), "Say counts=[...] to name the columns that are counts."
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        fault = f"hold in the column {name} what is no number"
        how = f"Turn text into counts (fp.as_people(frame[{values.name!r}], what={values.name!r})), or leave the column out."
        problems.add(fault, remedy=f"{how} {remedy}")
        return
    if values.isna().any():
        where = masked(values.index[values.isna()])
        how = "Give the numbers, or take those rows out: a part of a count is not known from it."
        problems.add(f"lack numbers in the column {name} for", where, remedy=how)
        return
    numbers = values.to_numpy(dtype="float64")
    if not np.isfinite(numbers).all() or (np.abs(numbers) > EXACT).any():
        problems.add(f"hold numbers in the column {name} that are too large to divide")
    if chosen:
        return
    why = []
    if found := _RATES.search(_CAMEL.sub(" ", str(values.name)).replace("_", " ")):
        why.append(f"it is called {found.group(0)!r}")
    if (numbers % 1 != 0).any():
        why.append("it holds fractions")
    if (numbers < 0).any():
        why.append("it holds numbers below zero")
    if why:
        problems.lines.append(
            f"The column {name} looks like a rate, a median or a difference, which cannot be "
            f"added up: {' and '.join(why)}. Carry what it is computed from, and compute it anew. "
            f"{remedy}"
        )
        problems.codes.append(values.name)


def _codes(codes: pd.Index[str], problems: Problems) -> pd.Index[str]:
    """Return the codes as text, and note those that cannot be used."""
    if codes.nlevels > 1:
        problems.add("have an index of several levels: carry one table of codes at a time")
        return pd.Index([], dtype="str")
    if codes.isna().any():
        problems.add(f"have {counted(int(codes.isna().sum()), 'row')} without a code")
    if codes.has_duplicates:
        twice = masked(codes[codes.duplicated()].unique())
        remedy = "Add them up, or take one table for each year or group."
        problems.add("have codes twice", twice, remedy=remedy)
    return codes.astype("str")


def _weights(lookup: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Return the lookup in the order of its codes, and note what is wrong with it."""
    if lacking := [name for name in COLUMNS if name not in lookup]:
        fault = f"The lookup lacks columns {all_shown(lacking)}: take the lookup of a comparison."
        problems.lines.append(fault)
        return pd.DataFrame(columns=COLUMNS)
    rows = lookup[COLUMNS].astype({"old": "str", "new": "str", "weight": "float64"})
    if rows.duplicated(["old", "new"]).any():
        twice = rows.loc[rows.duplicated(["old", "new"]), "old"].unique()
        problems.lines.append(f"The lookup has pairs twice, of {all_shown(twice)}.")
    sums = rows.groupby("old")["weight"].sum()
    odd = sums.index[~((sums - 1).abs() < CLOSE)]
    wrong = odd.union(rows.loc[~(rows["weight"] >= 0), "old"].unique())
    if len(wrong):
        problems.lines.append(
            f"The lookup has weights below zero or that do not sum to 1, of {all_shown(wrong)}."
        )
        problems.codes += list(wrong)
    return rows.sort_values(["old", "new"], kind="stable", ignore_index=True)


def _attrs(
    lookup: pd.DataFrame,
    rows: pd.DataFrame,
    codes: pd.Index[str],
    columns: list[str],
    strangers: pd.Index[str],
) -> dict[str, str]:
    """Say what was done."""
    given = rows["old"].isin(codes)
    parts = rows[given & (rows["weight"] > 0)].groupby("old").size()
    lacking = rows[~given]
    short = lacking["new"].dropna().unique()
    basis = {
        name: "; ".join(lookup[name].dropna().astype("str").unique()) if name in lookup else ""
        for name in ("population", "date")
    }
    layer = {name: lookup.attrs[name] for name in ("new_layer",) if lookup.attrs.get(name)}
    return (
        basis
        | layer
        | {
            "carried": ", ".join(map(str, columns)),
            "divided": ", ".join(parts.index[parts > 1]),
            "unplaced": ", ".join(masked(strangers)),
            "not_given": ", ".join(sorted(lacking["old"].unique())),
            "incomplete": ", ".join(sorted(short)),
        }
    )
