"""Nesting: whether each footprint lies within one of another layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.checks.meeting import joined, meeting, persons, ranked, total
from footprints.overlaps.pairs import codes_at
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    from footprints.atlas import Atlas
    from footprints.checks.meeting import Flags, Meeting, Numbers, Places


def nesting(pairs: pd.DataFrame, tolerance: Tolerance | None = None) -> pd.DataFrame:
    """Tell of each left footprint whether it lies within one on the right, and what does not.

    Parameters
    ----------
    pairs : DataFrame
        From :func:`footprints.overlap` or :meth:`footprints.Atlas.overlap`.
    tolerance : Tolerance, optional
        A footprint is nested all the same if no more ``people``, or no more than ``share`` of
        it, lie outside its parent, all in all, and fewer than in it. What was forgiven is in
        ``forgiven``, and in every count. None forgives nothing.

    Returns
    -------
    DataFrame
        Indexed by ``left``. Columns: ``parent`` (the footprint on the right that takes most
        people, or most area where nobody is counted; of equals the larger in area, then the
        lowest code; NA outside); ``share`` (in the parent, 0 to 1); ``second`` and
        ``second_share`` (the runner-up, NA where there is none); ``tied`` (codes that take as
        much as the parent); ``parents`` (how many it reaches into, that one included);
        ``elsewhere`` (the others, each with its people, the largest first); ``people``,
        ``people_elsewhere`` and ``people_unassigned`` (persons in all, in other footprints, and
        in none; NA where nobody is counted); ``status`` (``nested``, ``straddles`` or
        ``outside``; what lies partly in none straddles too); ``forgiven`` (codes, each with what
        was forgiven). ``attrs`` are those of ``pairs``.

    Raises
    ------
    TableError
        If the table lacks a column of a pair table.

    Examples
    --------
    >>> from footprints import load_example
    >>> districts = nesting(load_example().overlap("lad21", "icb22"))
    >>> districts.loc["E07000244", ["parent", "elsewhere"]].to_list()
    ['E54000023', 'E54000022 (118,622 people)']
    """
    met = meeting(pairs, None)
    count, own = len(met.left), met.i >= 0
    inside = met.j >= 0
    order, place = ranked(np.where(inside, met.i, -1), -met.measure, -met.area, _codes(met))
    first, second = (_spread(met, order[place == rank], count) for rank in (0, 1))
    parents = np.bincount(met.i[inside & own], minlength=count)
    beyond = own & ~np.isin(np.arange(len(met.i)), first)
    forgiven = _forgiven(met, first, beyond, tolerance or Tolerance())
    nested = (first >= 0) & ((np.bincount(met.i[beyond], minlength=count) == 0) | forgiven)
    others = order[place > 0]
    equal = others[met.measure[others] == met.measure[first[met.i[others]]]]
    everybody = total(met.i, count, met.people)
    unassigned = total(met.i, count, np.where(inside, 0, met.people))
    table = pd.DataFrame(
        {
            "parent": codes_at(met.right, np.where(first < 0, -1, met.j[first])).array,
            "share": _shares(pairs, first),
            "second": codes_at(met.right, np.where(second < 0, -1, met.j[second])).array,
            "second_share": _shares(pairs, second),
            "tied": joined(met.i[equal], count, list(met.right[met.j[equal]])),
            "parents": parents,
            "elsewhere": worded(met, others),
            "people": persons(everybody),
            "people_elsewhere": persons(
                everybody - unassigned - np.where(first < 0, 0, met.people[first])
            ),
            "people_unassigned": persons(unassigned),
            "status": pd.array(
                np.select([first < 0, nested], ["outside", "nested"], "straddles"), dtype="str"
            ),
            "forgiven": worded(met, np.flatnonzero(beyond & np.append(forgiven, False)[met.i])),
        },
        index=met.left.rename("left"),
    )
    table.attrs = dict(pairs.attrs)
    return table


def partition(
    atlas: Atlas, parts: str, wholes: str, *, tolerance: Tolerance | None = None
) -> pd.DataFrame:
    """Tell of each footprint of a layer whether those of a lower one make it up.

    Parameters
    ----------
    atlas : Atlas
        With both layers.
    parts, wholes : str
        Keys of layers, such as ``place22`` and ``icb22``.
    tolerance : Tolerance, optional
        As in :func:`footprints.coterminosity`.

    Returns
    -------
    DataFrame
        Indexed by ``code`` of the wholes. Columns: ``name``; ``parts`` (footprints that lie
        within it); ``crossing`` (those that reach in from elsewhere, or out); ``people`` (persons);
        ``people_in_parts`` (in parts that lie within it); ``people_crossing`` (in its share of
        parts that cross); ``people_unassigned`` (in no part: a gap); ``people_twice`` (in more
        than one part; lists of whole units cannot hold any); ``status`` (``made up`` by its
        parts, ``gap``, ``crossed``, ``twice``, or several of these); ``forgiven``. ``attrs`` are
        those of the pair table.

    Raises
    ------
    OverlapError
        If the layers cannot be held against each other.
    UnknownNameError
        If there is no such layer.

    Examples
    --------
    >>> from footprints import load_example
    >>> partition(load_example(), "place22", "icb22")["status"].value_counts().to_dict()
    {'made up': 42}
    """
    pairs = atlas.overlap(wholes, parts)
    met = meeting(pairs, tolerance)
    count, kept = len(met.left), ~met.forgiven
    of, part = met.i >= 0, met.j >= 0
    reaches = np.bincount(met.j[part & kept], minlength=len(met.right))
    within = part & (reaches[met.j] == 1)
    people = total(met.i, count, met.people)
    whole = _own_people(atlas, pairs, met, people)
    sums = {
        "people_in_parts": total(met.i, count, np.where(within, met.people, 0)),
        "people_crossing": total(met.i, count, np.where(part & ~within, met.people, 0)),
        "people_unassigned": total(met.i, count, np.where(part, 0, met.people)),
        "people_twice": np.maximum(people - whole, 0),
    }
    numbers = {
        name: np.bincount(met.i[of & chosen & kept], minlength=count)
        for name, chosen in {"parts": within, "crossing": part & ~within, "gap": ~part}.items()
    }
    faults = {
        "gap": numbers["gap"] > 0,
        "crossed": numbers["crossing"] > 0,
        "twice": sums["people_twice"] > 0,
    }
    words = [
        ", ".join(word for word, found in faults.items() if found[row]) or "made up"
        for row in range(count)
    ]
    table = pd.DataFrame(
        {
            "parts": numbers["parts"],
            "crossing": numbers["crossing"],
            "people": persons(whole),
            **{name: persons(values) for name, values in sums.items()},
            "status": pd.array(words, dtype="str"),
            "forgiven": worded(met, np.flatnonzero(met.forgiven & of)),
        },
        index=met.left.rename("code"),
    )
    table.insert(
        0, "name", atlas.whole.coded.labels(pairs.attrs["left_layer"])["name"].reindex(met.left)
    )
    table.attrs = dict(pairs.attrs)
    return table


def _own_people(atlas: Atlas, pairs: pd.DataFrame, met: Meeting, people: Numbers) -> Numbers:
    """Return the people of the wholes by their own count, where it is of the same population."""
    counted = atlas.people(pairs.attrs["left_layer"])
    name = pairs.attrs["population"]
    if name not in counted:
        return people
    return np.asarray(counted[name].reindex(met.left).to_numpy(dtype="float64"))


def worded(met: Meeting, rows: Places) -> pd.api.extensions.ExtensionArray:
    """Name the counterparts of some pairs, each with what it weighs, by left footprint."""
    words = [
        f"{met.right[met.j[row]] if met.j[row] >= 0 else 'none'} "
        f"({met.weighed(met.people[row], position=row)})"
        for row in rows
    ]
    return joined(met.i[rows], len(met.left), words)


def _forgiven(met: Meeting, first: Places, beyond: Flags, tolerance: Tolerance) -> Flags:
    """Tell of which left footprints all that lies outside the parent is small enough."""
    count = len(met.left)
    outside, whole, people = (
        total(met.i, count, value)
        for value in (
            np.where(beyond, met.measure, 0),
            met.measure,
            np.where(beyond, met.people, 0),
        )
    )
    share = np.divide(outside, whole, out=np.full(count, np.nan), where=whole > 0)
    less = outside < np.append(met.measure, -1)[first]
    some = np.bincount(met.i[beyond], minlength=count) > 0
    return np.asarray(some & less & (first >= 0) & tolerance.forgives(people, share))


def _codes(met: Meeting) -> Places:
    """Return the rank of each pair's right code in the alphabet."""
    return np.append(np.argsort(np.argsort(met.right.to_numpy())), -1)[met.j]


def _spread(met: Meeting, rows: Places, count: int) -> Places:
    """Return for each left footprint its row among some, -1 for none."""
    found = np.full(count, -1)
    found[met.i[rows]] = rows
    return found


def _shares(pairs: pd.DataFrame, rows: Places) -> Numbers:
    return np.append(pairs["left_share"].to_numpy(dtype="float64"), np.nan)[rows]
