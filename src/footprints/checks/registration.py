"""Where people live, and where they are registered: who crosses an edge for their practice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas import Population
from footprints.atlas.parts import counts_or_na
from footprints.errors import OverlapError, Problems, TableError, listed
from footprints.masking import counted, masked
from footprints.overlaps.pairs import SIDES, How, pair_table, pairs_by, summed
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
        practices) is the sum of ``lives_here``, ``lives_elsewhere``, ``lives_unknown`` (outside
        England, at no known area, or in no footprint) and ``lives_unmatched`` (in LSOAs that are
        not in the lookup); ``living`` (in it, of all who are on the lists) is the sum of
        ``lives_here``, ``registered_elsewhere``, ``registered_unknown`` (with practices in no
        footprint) and ``registered_unmatched`` (with practices that are not in the lookup).
        NA is what these lists cannot tell: who is registered with a footprint that has no
        practices in them; who lives in one that has no residents in them; and, where any
        footprint has no practices in them, who else lives in the others. The people that the
        lists do show are in ``pairs``.
    pairs : DataFrame
        A row for each two footprints with people who live in one and are registered in the
        other, most people first. Columns: ``registered`` and ``living`` (codes), ``people``
        (persons), ``registered_share`` and ``living_share`` (0 to 1, of all registered in the
        one, and of all living in the other; NA where these are).
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
        area, are counted so in either case.

    Returns
    -------
    DataFrame
        A pair table, as :meth:`footprints.Atlas.overlap` gives it: ``left`` is where people are
        registered, ``right`` where they live, NA where not known; ``units`` counts practices in
        LSOAs. A further column, ``people_unmatched``, is how many of ``people`` have a practice
        or LSOA that the lookup lacks. ``attrs`` hold ``in_neither`` and, with ``count``,
        ``unmatched``.

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
    codes_of = {
        "registered=": (registered, patients["practice"]),
        "living=": (living, patients["lsoa"].where(placed).rename("LSOA")),
    }
    lost, told_of = _unmatched(patients, codes_of, unmatched)
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
        notes=(("in_neither", f"{neither:,.0f} people"), *told_of),
    )
    pairs = pair_table(codes[0], codes[1], places, how, units=counts, people=persons)
    strange = lost["living="].where(left.notna(), lost["registered="])
    rows = pd.DataFrame({"left": left, "right": right, _UNMATCHED: patients["patients"] * strange})
    sums = rows.groupby(list(SIDES), dropna=False, as_index=False)[_UNMATCHED].sum()
    found = pairs.merge(sums, on=list(SIDES), how="left")
    found[_UNMATCHED] = counts_or_na(found[_UNMATCHED])
    found.attrs = pairs.attrs
    return found


_UNMATCHED = "people_unmatched"
_LIKELY = {
    "registered=": "they may be of another date, since practices open and close",
    "living=": "they may be of another census, since LSOAs of 2011 and of 2021 differ",
}


def _unmatched(
    patients: pd.DataFrame,
    codes: dict[str, tuple[pd.Series[str], pd.Series[str]]],
    unmatched: Unmatched,
) -> tuple[dict[str, pd.Series[bool]], list[tuple[str, str]]]:
    """Find the rows whose code a lookup lacks; refuse them unless they may be counted.

    Returns the rows by lookup, and what must be said of them.
    """
    problems, words, lost = Problems("The patients"), [], {}
    for name, (lookup, used) in codes.items():
        if lookup.index.has_duplicates:
            twice = masked(lookup.index[lookup.index.duplicated()])
            problems.add(f"cannot be placed by codes that stand twice in {name}", twice)
        lost[name] = used.notna() & ~used.isin(lookup.index)
        missing = sorted(used[lost[name]].unique())
        if not missing:
            continue
        people = counted(int(patients.loc[lost[name], "patients"].sum()), "patient")
        what = f"{people} of {counted(len(missing), str(used.name))}"
        words.append(f"{what} not in {name}")
        if unmatched == "refuse":
            fault = f"cannot all be placed: {what} are not in {name}; {_LIKELY[name]}. "
            remedy = "Take a lookup that has them, or ask for unmatched='count'. They are"
            problems.add(fault + remedy, masked(missing))
    problems.raise_any(TableError)
    return lost, [("unmatched", "; ".join(words))] if words else []


def registered_across(pairs: pd.DataFrame) -> Across:
    """Count who is registered across an edge: a system's, a commissioner's, a place's.

    A list of one system's practices knows nobody who lives there and is registered elsewhere,
    which is then NA: for both directions it takes the lists of the neighbours too. Counts are given as they are,
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
        ``attrs`` of both tables are those of ``pairs``, with ``no_practices`` and
        ``no_residents`` (how many footprints have none in the lists, where any has not).

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
    table = _sums(pairs)
    absent = {side: table.index.difference(pairs.loc[pairs["units"] > 0, side]) for side in SIDES}
    table = _only_known(table, absent["left"], absent["right"])
    left, right = pairs["left"], pairs["right"]
    met = pairs[left.notna() & right.notna() & (left != right) & (pairs["people"] > 0)]
    met = met.sort_values(["people", "left", "right"], ascending=[False, True, True])
    across = met[["left", "right", "people", "left_share"]].assign(
        living_share=met["right_share"].mask(met["right"].map(table["living"]).isna())
    )
    names = {"left": "registered", "right": "living", "left_share": "registered_share"}
    across = across.rename(columns=names).reset_index(drop=True)
    words = {"no_practices": absent["left"], "no_residents": absent["right"]}
    told = {name: counted(len(codes), "footprint") for name, codes in words.items() if len(codes)}
    table.attrs, across.attrs = pairs.attrs | told, pairs.attrs | told
    return Across(table=table, pairs=across)


def _sums(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add up the people of each footprint on either side, as far as the lists tell them."""
    left, right, people = pairs["left"], pairs["right"], pairs["people"]
    codes = pd.Index(sorted({*left.dropna(), *right.dropna()}), dtype="str", name="code")
    strange = pairs.get(_UNMATCHED, people * 0)
    same, both = left == right, left.notna() & right.notna()
    parts = {
        "registered": (left, left.notna(), people),
        "living": (right, right.notna(), people),
        "lives_here": (left, same, people),
        "lives_elsewhere": (left, both & ~same, people),
        "lives_unknown": (left, right.isna(), people - strange),
        "lives_unmatched": (left, right.isna(), strange),
        "registered_elsewhere": (right, both & ~same, people),
        "registered_unknown": (right, left.isna(), people - strange),
        "registered_unmatched": (right, left.isna(), strange),
    }
    sums = {name: n[which].groupby(by[which]).sum() for name, (by, which, n) in parts.items()}
    return pd.DataFrame(
        {name: counts_or_na(each.reindex(codes, fill_value=0)) for name, each in sums.items()}
    )


def _only_known(
    table: pd.DataFrame, no_practices: pd.Index[str], no_residents: pd.Index[str]
) -> pd.DataFrame:
    """Make NA what lists cannot tell that lack the practices or residents of some footprints."""
    lists, homes = ~table.index.isin(no_practices), ~table.index.isin(no_residents)
    # Of a single footprint with practices, or residents, nobody can be found across its edge.
    all_lists, all_homes = lists.all() and len(table) > 1, homes.sum() > 1
    known = {
        "registered": lists,
        "living": homes & all_lists,
        "lives_here": lists & homes,
        "lives_elsewhere": lists & all_homes,
        "lives_unknown": lists,
        "lives_unmatched": lists,
        "registered_elsewhere": homes & all_lists,
        "registered_unknown": homes & all_lists,
        "registered_unmatched": homes & all_lists,
    }
    return table.where(pd.DataFrame(known, index=table.index))


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
