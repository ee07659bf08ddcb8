"""Nesting: whether each footprint lies within one of another layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.checks.meeting import joined, meeting, persons, ranked, total
from footprints.overlaps.pairs import ROUNDING, codes_at
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
        If the table lacks a column of a pair table, or rows of a left footprint; all are named.

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
    order, place = ranked(np.where(inside, met.i, -1), -met.measure, -met.size, alphabetical(met))
    first, second = (_spread(met, order[place == rank], count) for rank in (0, 1))
    parents = np.bincount(met.i[inside & own], minlength=count)
    beyond = own & ~np.isin(np.arange(len(met.i)), first)
    forgiven = _forgiven(met, first, beyond, tolerance or Tolerance())
    nested = (first >= 0) & ((np.bincount(met.i[beyond], minlength=count) == 0) | forgiven)
    others = order[place > 0]
    equal = others[met.measure[others] == met.measure[first[met.i[others]]]]
    everybody = total(met.i, count, met.people)
    nobody = 0.0 if met.counts_people else np.nan
    unassigned = total(met.i, count, np.where(inside, nobody, met.people))
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
        parts that cross); ``people_unassigned`` (in no part: a gap), NA where nobody is counted;
        ``area_m2_twice`` (where lines of parts lie over one another; lists hold nothing twice);
        ``status`` (``made up`` by its parts, ``gap``, ``crossed``, ``twice``, or several of
        these; ``gap or twice`` by points, where a unit in two parts counts as in none); ``forgiven``. ``attrs`` are those of the pair table, and ``parts_note``: what must
        be known of the parts, such as that they were made by cutting the wholes. With a focus
        each whole is judged by all its parts.

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
    pairs = whole_pairs(atlas, wholes, parts)
    met = meeting(pairs, tolerance)
    count, kept = len(met.left), ~met.forgiven
    of, part = met.i >= 0, met.j >= 0
    reaches = np.bincount(met.j[part & kept], minlength=len(met.right))
    within = part & (reaches[met.j] == 1)
    kinds = {"parts": within, "crossing": part & ~within, "gap": ~part}
    numbers = {
        name: np.bincount(met.i[of & chosen & kept], minlength=count)
        for name, chosen in kinds.items()
    }
    twice = _twice(atlas, pairs, met)
    # By points, a unit in two parts is in neither: how many are is a note of the pair table.
    doubled = pairs.attrs.get("right_in_two", "0 units").startswith("0 units")
    gap = "gap" if doubled else "gap or twice"
    faults = {gap: numbers["gap"] > 0, "crossed": numbers["crossing"] > 0, "twice": twice > 0}
    words = [
        ", ".join(word for word, found in faults.items() if found[row]) or "made up"
        for row in range(count)
    ]
    nobody = np.nan if not met.counts_people else 0.0
    table = pd.DataFrame(
        {
            "name": atlas.whole.coded.labels(pairs.attrs["left_layer"])["name"].reindex(met.left),
            "parts": numbers["parts"],
            "crossing": numbers["crossing"],
            "people": persons(total(met.i, count, met.people)),
            **{
                f"people_{name}": persons(total(met.i, count, np.where(rows, met.people, nobody)))
                for name, rows in zip(
                    ("in_parts", "crossing", "unassigned"), kinds.values(), strict=True
                )
            },
            "area_m2_twice": twice,
            "status": pd.array(words, dtype="str"),
            "forgiven": worded(met, np.flatnonzero(met.forgiven & of)),
        },
        index=met.left.rename("code"),
    )
    table.attrs = dict(pairs.attrs)
    if note := atlas.whole.overview.loc[pairs.attrs["right_layer"], "note"]:
        table.attrs["parts_note"] = note
    return within_focus(atlas, pairs.attrs["left_layer"], table)


def whole_pairs(atlas: Atlas, left: str, right: str) -> pd.DataFrame:
    """Hold two layers against each other whole, with a focus too: its edge cuts counterparts."""
    return atlas.whole.overlap(atlas.resolve(left), atlas.resolve(right))


def within_focus(atlas: Atlas, layer: str, table: pd.DataFrame) -> pd.DataFrame:
    """Keep the footprints of a focus, of a table that was worked out of the whole atlas."""
    if atlas.focused is None:
        return table
    kept = table[table.index.isin(atlas.coded.codes(layer))]
    kept.attrs = table.attrs | {"focus": atlas.focused.code}
    return kept


def _twice(atlas: Atlas, pairs: pd.DataFrame, met: Meeting) -> Numbers:
    """Return what of each left footprint its parts hold more than once; only lines can."""
    if pairs.attrs["method"] != "area":
        return np.zeros(len(met.left))
    lines = atlas.whole.layers[pairs.attrs["left_layer"]].geometry
    whole = lines.area.reindex(met.left).to_numpy()
    held = total(met.i, len(met.left), met.measure)
    return np.where(held > whole * (1 + ROUNDING), held - whole, 0.0)


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


def alphabetical(met: Meeting) -> Places:
    """Return the rank of each pair's right code in the alphabet."""
    return np.append(np.argsort(np.argsort(met.right.to_numpy())), -1)[met.j]


def _spread(met: Meeting, rows: Places, count: int) -> Places:
    """Return for each left footprint its row among some, -1 for none."""
    found = np.full(count, -1)
    found[met.i[rows]] = rows
    return found


def _shares(pairs: pd.DataFrame, rows: Places) -> Numbers:
    return np.append(pairs["left_share"].to_numpy(dtype="float64"), np.nan)[rows]
