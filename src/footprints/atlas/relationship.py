"""Which old units meet which new ones, from a relationship file."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from footprints.errors import Problems, TableError, UnknownNameError, listed

KINDS = ("unchanged", "split", "merged", "irregular")
DIVIDED = ("split", "irregular")
_STATED = dict(zip("USMX", KINDS, strict=True))
_BACKWARDS = {"split": "merged", "merged": "split"}


def unit_pairs(relationship: pd.DataFrame, old: str, new: str) -> pd.DataFrame:
    """Return which old units meet which new ones, and how each changed.

    The kind follows from the pairs: one to one is unchanged, one to several split, several to
    one merged, several to several irregular. What ``CHGIND`` calls ``X`` is irregular too,
    whatever its pairs show.

    Parameters
    ----------
    relationship : DataFrame
        A row a pair, in any order; pairs may stand twice. Columns named like the tables of
        units, as ``LSOA11CD`` and ``LSOA21CD``, and where there is one ``CHGIND`` (``U``, ``S``,
        ``M`` or ``X``, from the earlier to the later vintage).
    old, new : str
        The tables of units, such as ``lsoa11`` and ``lsoa21``.

    Returns
    -------
    DataFrame
        A row a pair, sorted. Columns: ``old``, ``new``, ``kind`` (one of :data:`KINDS`).

    Raises
    ------
    UnknownNameError
        If no column, or more than one, holds the codes of a table of units.
    TableError
        If there are no rows, codes are empty, or ``CHGIND`` is unknown or contradicts the pairs.

    Examples
    --------
    >>> lookup = pd.DataFrame({"LSOA11CD": ["a", "a", "b"], "LSOA21CD": ["x", "y", "b"]})
    >>> unit_pairs(lookup, "lsoa11", "lsoa21")
      old new       kind
    0   a   x      split
    1   a   y      split
    2   b   b  unchanged
    """
    problems = Problems("The relationship")
    rows = _rows(relationship, old, new, problems)
    pairs = rows[["old", "new"]].dropna().drop_duplicates()
    pairs = pairs.sort_values(["old", "new"], ignore_index=True)
    pairs["kind"] = _kinds(pairs)
    said = rows.merge(pairs, on=["old", "new"])
    said["irregular"] = said["stated"] == "irregular"
    for side in ("old", "new"):
        said["irregular"] = said.groupby(side)["irregular"].transform("any")
    denied = said[said["stated"].notna() & ~said["irregular"] & (said["stated"] != said["kind"])]
    if len(denied):
        texts = denied["old"] + " to " + denied["new"]
        texts += " (" + denied["stated"] + ", its pairs say " + denied["kind"] + ")"
        remedy = "Is a part of the relationship missing? An exact-fit one lists every pair."
        problems.add("states changes that its pairs contradict", texts, remedy=remedy)
    problems.raise_any(TableError)
    unruly = pd.MultiIndex.from_frame(said.loc[said["irregular"], ["old", "new"]])
    listed_as_x = pd.MultiIndex.from_frame(pairs[["old", "new"]]).isin(unruly)
    return pairs.assign(kind=pairs["kind"].mask(listed_as_x, "irregular"))


def names_of(relationship: pd.DataFrame, new: str) -> pd.Series[str] | None:
    """Return the names of the new units by code; None where the relationship tells none.

    Examples
    --------
    >>> lookup = pd.DataFrame({"LSOA21CD": ["x"], "LSOA21NM": ["Vale 001A"]})
    >>> names_of(lookup, "lsoa21").to_dict()
    {'x': 'Vale 001A'}
    """
    found = [
        name for name in _columns(relationship, new, "nm") if name != _column(relationship, new)
    ]
    if len(found) != 1:
        return None
    codes = relationship[_column(relationship, new)].astype("str").str.strip()
    names = pd.Series(relationship[found[0]].to_numpy(), index=codes)
    return names[~names.index.duplicated()]


def _rows(relationship: pd.DataFrame, old: str, new: str, problems: Problems) -> pd.DataFrame:
    """Return the codes of both sides as text, and the kind of change that is stated."""
    rows = pd.DataFrame(
        {
            "old": relationship[_column(relationship, old)],
            "new": relationship[_column(relationship, new)],
        },
        dtype="str",
    )
    rows = rows.apply(lambda codes: codes.str.strip().replace("", pd.NA))
    if not len(rows):
        problems.add("has no rows")
    empty = rows.isna().any(axis="columns").to_numpy()
    if empty.any():
        problems.add("has empty codes in the rows", rows.index[empty])
    return rows.assign(stated=_stated(relationship, old, new, problems))


def _stated(relationship: pd.DataFrame, old: str, new: str, problems: Problems) -> pd.Series[str]:
    """Return the change that each row states, seen from old to new; NA where it states none."""
    column = next((name for name in relationship if str(name).casefold() == "chgind"), None)
    if column is None:
        return pd.Series(pd.NA, index=relationship.index, dtype="str")
    signs = relationship[column].astype("str").str.strip().str.upper().replace("", pd.NA)
    known = signs.isin(_STATED) | signs.isna()
    if not known.all():
        remedy = "It is U, S, M or X."
        problems.add(f"has unknown {column}", signs[~known].unique(), remedy=remedy)
    stated = signs.map(_STATED)
    return stated.replace(_BACKWARDS) if _is_backwards(old, new) else stated


def _is_backwards(old: str, new: str) -> bool:
    """Tell whether units are carried to an earlier vintage."""
    years = [re.search(r"\d\d$", key) for key in (old, new)]
    before, after = (year and int(year[0]) for year in years)
    return before is not None and after is not None and before > after


def _column(relationship: pd.DataFrame, key: str, ending: str = "cd") -> str:
    """Return the one column that holds the codes, or names, of a table of units."""
    found = _columns(relationship, key, ending)
    if len(found) != 1:
        there = listed(relationship.columns)
        what = f"has the columns {listed(found)}" if found else "has no column"
        msg = (
            f"The relationship {what} for the codes of {key!r}; it has {there}. Call the right "
            f"one {key.upper() + ending.upper()!r}."
        )
        raise UnknownNameError(msg, [key])
    return found[0]


def _columns(relationship: pd.DataFrame, key: str, ending: str) -> list[str]:
    names = {name: str(name).strip().casefold() for name in relationship.columns}
    wanted = key.casefold()
    exact = [name for name, text in names.items() if text in (wanted, wanted + ending)]
    # After the year of a vintage no other digit may follow, or lsoa1 would be lsoa11.
    pattern = re.compile(rf"{re.escape(wanted)}(?!\d).*{ending}")
    return exact or [name for name, text in names.items() if pattern.fullmatch(text)]


def _kinds(pairs: pd.DataFrame) -> pd.Series[str]:
    """Return the kind of each pair.

    Whoever meets several and is the only one that each of them meets is all of its component
    with them, so a look at the neighbours of both sides is enough to know it.
    """
    news = pairs.groupby("old")["new"].transform("size")
    olds = pairs.groupby("new")["old"].transform("size")
    no_others_join = olds.groupby(pairs["old"]).transform("max") == 1
    no_others_part = news.groupby(pairs["new"]).transform("max") == 1
    kinds = [(news == 1) & (olds == 1), (news > 1) & no_others_join, (olds > 1) & no_others_part]
    return pd.Series(np.select(kinds, KINDS[:3], KINDS[3]), index=pairs.index, dtype="str")
