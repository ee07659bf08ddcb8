"""Where people live, and where they are registered: who crosses an edge for their practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas import Population
from footprints.errors import OverlapError, Problems, TableError, listed
from footprints.masking import counted, masked
from footprints.overlaps.pairs import How, pair_table, pairs_by, summed
from footprints.read.registered.fields import need_columns

if TYPE_CHECKING:
    from footprints.read.people import Unmatched


@dataclass(frozen=True, kw_only=True, eq=False)
class Across:
    """Who lives in one footprint and is registered in another.

    Parameters
    ----------
    table : DataFrame
        A row a footprint, indexed by ``code``; persons. Columns: ``registered`` (with its
        practices) is the sum of ``lives_here``, ``lives_elsewhere`` and ``lives_unknown``;
        ``living`` (in it, of all who are on the lists) is the sum of ``lives_here``,
        ``registered_elsewhere`` and ``registered_unknown``.
    pairs : DataFrame
        A row for each two footprints with people who live in one and are registered in the
        other, most people first. Columns: ``registered`` and ``living`` (codes), ``people``
        (persons), ``registered_share`` and ``living_share`` (0 to 1, of all registered in the
        one, and of all living in the other).
    """

    table: pd.DataFrame
    pairs: pd.DataFrame


def registered_pairs(
    patients: pd.DataFrame,
    *,
    registered: pd.Series[str],
    living: pd.Series[str],
    unmatched: Unmatched = "refuse",
) -> pd.DataFrame:
    """Count patients by the footprint of their practice and the one that they live in.

    Parameters
    ----------
    patients : DataFrame
        As :func:`footprints.read_patients_by_lsoa` gives it.
    registered : Series of str
        The footprint of each practice, NA for none.
    living : Series of str
        The footprint of each LSOA.
    unmatched : {"refuse", "count"}
        Whether practices that ``registered`` lacks and English LSOAs that ``living`` lacks are an
        error, or counted as in no known footprint. Patients outside England, or at no known
        area, always are.

    Returns
    -------
    DataFrame
        A pair table, as :meth:`footprints.Atlas.overlap` gives it: ``left`` is where people are
        registered, ``right`` where they live, NA where not known; ``units`` counts practices in
        LSOAs. ``attrs`` hold ``in_neither`` and, with ``count``, ``unmatched``.

    Raises
    ------
    TableError
        If a column is missing, a practice or LSOA stands twice, or some are unknown.

    Examples
    --------
    >>> patients = pd.DataFrame({"practice": ["A1", "A1", "A2"], "patients": [9, 4, 2],
    ...     "lsoa": ["E01000001", "E01000002", "CLOSED"],
    ...     "where": ["England", "England", "no known area"]})
    >>> pairs = registered_pairs(patients, registered=pd.Series({"A1": "East", "A2": "West"}),
    ...     living=pd.Series({"E01000001": "East", "E01000002": "West"}))
    >>> pairs[["left", "right", "people"]].values.tolist()
    [['East', 'East', 9], ['East', 'West', 4], ['West', nan, 2]]
    """
    need_columns(patients, ["practice", "lsoa", "patients", "where"], "The table of patients")
    placed = patients["where"] == "England"
    asked = {
        "registered=": (registered, patients["practice"]),
        "living=": (living, patients.loc[placed, "lsoa"]),
    }
    lost = _check(asked, unmatched)
    left = patients["practice"].map(registered).astype("str")
    right = patients["lsoa"].where(placed).map(living).astype("str")
    codes = [pd.Index(sorted(side.dropna().unique()), dtype="str") for side in (left, right)]
    i, j = (index.get_indexer(side) for index, side in zip(codes, (left, right), strict=True))
    people = patients["patients"].to_numpy(dtype="float64")
    places, counts, (persons, *_) = summed(i, j, people)
    told = patients.attrs
    population = Population(
        name="registered", source=told.get("file", ""), as_at=told.get("as_at", "")
    )
    neither = people[(i < 0) & (j < 0)].sum()
    how = How(
        method="members",
        left_layer="registered",
        right_layer="living",
        population=population,
        notes=(("in_neither", f"{neither:,.0f} people"), *lost),
    )
    return pair_table(codes[0], codes[1], places, how, units=counts, people=persons)


def _check(
    asked: dict[str, tuple[pd.Series[str], pd.Series[str]]], unmatched: Unmatched
) -> tuple[tuple[str, str], ...]:
    """Refuse lists with codes twice, or that lack some unless those may be counted."""
    problems, words = Problems("The patients"), []
    for name, (lookup, used) in asked.items():
        if lookup.index.has_duplicates:
            twice = masked(lookup.index[lookup.index.duplicated()])
            problems.add(f"cannot be placed by codes that stand twice in {name}", twice)
        missing = pd.Index(used.unique()).difference(lookup.index)
        if len(missing) and unmatched == "refuse":
            remedy = "Are they of one year? To have them counted, ask for unmatched='count'."
            problems.add(f"have codes that are not in {name}", masked(missing), remedy=remedy)
        if len(missing):
            words.append(f"{counted(len(missing), 'code')} not in {name}")
    problems.raise_any(TableError)
    return (("unmatched", "; ".join(words)),) if words else ()


def registered_across(pairs: pd.DataFrame) -> Across:
    """Count who is registered across an edge: a system's, a commissioner's, a place's.

    A list of one system's practices knows nobody who lives there and is registered elsewhere:
    for both directions it takes the lists of the neighbours too. Counts are given as they are,
    small ones too: see :func:`footprints.differencing` before any are published.

    Parameters
    ----------
    pairs : DataFrame
        ``left`` where people are registered, ``right`` where they live, by the same codes: from
        :func:`registered_pairs`, or :meth:`footprints.Atlas.overlap` of a layer that links units
        with registered people and one that lists the units.

    Returns
    -------
    Across
        ``attrs`` of both tables are those of ``pairs``.

    Raises
    ------
    TableError
        If the table is no pair table.
    OverlapError
        If it counts no people, is estimated, is of a focus, or no code stands on both sides.

    Examples
    --------
    >>> patients = pd.DataFrame({"practice": ["A1", "A1", "A2"], "patients": [9, 4, 2],
    ...     "lsoa": ["E01000001", "E01000002", "E01000002"], "where": "England"})
    >>> pairs = registered_pairs(patients, registered=pd.Series({"A1": "East", "A2": "West"}),
    ...     living=pd.Series({"E01000001": "East", "E01000002": "West"}))
    >>> registered_across(pairs).table[["lives_elsewhere", "registered_elsewhere"]].T.to_dict()
    {'East': {'lives_elsewhere': 4, 'registered_elsewhere': 0},
     'West': {'lives_elsewhere': 0, 'registered_elsewhere': 4}}
    """
    _check_pairs(pairs)
    left, right, people = pairs["left"], pairs["right"], pairs["people"]
    codes = pd.Index(sorted({*left.dropna(), *right.dropna()}), dtype="str", name="code")

    same, both = left == right, left.notna() & right.notna()
    parts = {
        "registered": (left, left.notna()),
        "living": (right, right.notna()),
        "lives_here": (left, same),
        "lives_elsewhere": (left, both & ~same),
        "lives_unknown": (left, right.isna()),
        "registered_elsewhere": (right, both & ~same),
        "registered_unknown": (right, left.isna()),
    }
    sums = {name: people[which].groupby(by[which]).sum() for name, (by, which) in parts.items()}
    table = pd.DataFrame({name: each.reindex(codes, fill_value=0) for name, each in sums.items()})
    across = pairs[both & ~same & (people > 0)]
    across = across.sort_values(["people", "left", "right"], ascending=[False, True, True])
    names = {"left": "registered", "right": "living"}
    names |= {f"{side}_share": f"{word}_share" for side, word in names.items()}
    across = across[["left", "right", "people", "left_share", "right_share"]]
    across = across.rename(columns=names).reset_index(drop=True)
    table.attrs, across.attrs = dict(pairs.attrs), dict(pairs.attrs)
    return Across(table=table, pairs=across)


def _check_pairs(pairs: pd.DataFrame) -> None:
    pairs_by(pairs, "left")
    method = str(pairs.attrs.get("method", ""))
    if pairs["people"].isna().any() or "area" in method or "estimated" in method:
        msg = (
            f"The pairs (by {method or 'no known method'}) do not count registered people: take a "
            "layer that links units with people, or registered_pairs()."
        )
        raise OverlapError(msg, [method])
    if "focus" in pairs.attrs:
        msg = (
            "The pairs of a focus lack who lives in its neighbours and is registered beyond them: "
            "take those of the whole atlas (atlas.whole.overlap), and look at your own rows."
        )
        raise OverlapError(msg, [pairs.attrs["focus"]])
    ones, others = (pairs[side].dropna().unique() for side in ("left", "right"))
    if not np.isin(ones, others).any():
        msg = (
            f"No code stands on both sides: people are registered in {listed(sorted(ones)[:5])} "
            f"and live in {listed(sorted(others)[:5])}. Name both by the same codes."
        )
        raise OverlapError(msg, [*ones, *others])
