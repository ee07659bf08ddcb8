"""Whether the people of a footprint are defined and coherent, and whose authorities they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from footprints.checks.contiguous import contiguity
from footprints.checks.meeting import meeting, persons, total
from footprints.errors import OverlapError
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    from footprints.atlas import Atlas
    from footprints.checks.meeting import Flags, Meeting, Numbers

COLUMNS = ["name", "people", "defined", "people_unassigned", "contiguity", "compactness"]
COLUMNS += ["authorities", "whole", "split", "people_in_split", "people_beyond", "share_in_whole"]
COLUMNS += ["forgiven"]


def coherence(
    atlas: Atlas,
    layer: str,
    authorities: str,
    *,
    links: pd.DataFrame | Literal["england"] | None = "england",
    tolerance: Tolerance | None = None,
) -> pd.DataFrame:
    """Tell whether each footprint is defined, hangs together, and what it asks of authorities.

    Policy asks for a "defined and coherent population over which there is close working across
    local authority boundaries" (Swage, Developing and maturing integrated care systems, 2019).
    What needs geometry is NA where there are no official polygons, and ``attrs`` say why; what
    lists of units tell is given all the same.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down by :meth:`footprints.Atlas.focus`: then of the footprints in focus.
    layer, authorities : str
        The layer to judge, and the local authorities: keys, or bare kinds.
    links : DataFrame, "england" or None
        As in :func:`footprints.contiguity`.
    tolerance : Tolerance, optional
        A part of no more ``people``, or of no more than ``share`` of both the footprint and the
        authority, is taken for none, but never the largest part of either, as in
        :func:`footprints.coterminosity`; and as in :func:`footprints.contiguity`.

    Returns
    -------
    DataFrame
        A row a footprint, indexed by ``code``: ``name``; ``people``; ``defined`` (whether no
        part of its authorities is in no footprint or in two: lists that hold a unit twice are no
        atlas; NA without authorities) and ``people_unassigned`` (persons in such parts);
        ``contiguity`` (the status
        that :func:`footprints.contiguity` finds, NA where not measured); ``compactness`` (its
        area over that of the smallest circle round it, 0 to 1, after Reock 1961; NA where not
        measured); ``authorities`` (that it has people or land of, count), ``whole`` and ``split``
        of them; ``people_in_split`` (its own people in split authorities) and ``people_beyond``
        (the people of those authorities outside it); ``share_in_whole`` (of its people, of its
        area where no people are known, 0 to 1; NA where that is zero); ``forgiven`` (whether the
        tolerance changed any of it). People are NA where nobody is counted. ``attrs`` hold those
        of the pair table and, where it was not measured, why: ``contiguity`` and ``compactness``.

    Raises
    ------
    OverlapError
        If the layers cannot be held against each other.
    UnknownNameError
        If there is no such layer.
    TableError
        If the links cannot be used.

    Examples
    --------
    >>> from footprints import load_example
    >>> found = coherence(load_example(), "icb22", "lad21")
    >>> found.loc[["E54000034"], ["authorities", "whole", "split"]]
               authorities  whole  split
    code
    E54000034            9      4      5
    >>> found.attrs["contiguity"][:49]
    "Whether 'icb22' hangs together cannot be measured"
    """
    key, whole = atlas.resolve(layer), atlas.whole
    tolerance = tolerance or Tolerance()
    pairs = whole.overlap(key, authorities)
    names = whole.parts()[1][key].table["name"]
    table = pd.DataFrame({"name": names.fillna(names.index.to_series()).astype("str")})
    table = table.join(_authorities(pairs, tolerance)).rename_axis("code")
    table = table.loc[atlas.coded.codes(key)]
    hangs, no_contiguity = _contiguity(atlas, key, links, tolerance)
    circle, no_compactness = _compactness(atlas, key)
    table["contiguity"] = hangs["status"].reindex(table.index).astype("str")
    table["compactness"] = circle.reindex(table.index)
    few = hangs["forgiven"].reindex(table.index, fill_value=False).astype("bool")
    table["forgiven"] |= few
    table = table[COLUMNS]
    said = {"contiguity": no_contiguity, "compactness": no_compactness}
    table.attrs = pairs.attrs | {name: reason for name, reason in said.items() if reason}
    if atlas.focused is not None:
        table.attrs["focus"] = atlas.focused.code
    return table


def _authorities(pairs: pd.DataFrame, tolerance: Tolerance) -> pd.DataFrame:
    """Count the authorities of each footprint, and the people in and beyond those it splits."""
    met = meeting(pairs, tolerance)
    kept, bare = met.j >= 0, met.i < 0
    small = met.forgiven & kept
    own = kept & ~bare & ~small
    holders = _of_authority(met, kept & ~small)
    split = own & (holders > 1)
    is_open, no_footprint = _of_authority(met, bare), _of_authority(met, bare, met.people)
    beyond = _of_authority(met, kept, met.people) - met.people
    whole, every = _sum(met, own & ~split, met.measure), _sum(met, ~bare, met.measure)
    people = {
        "people": _sum(met, ~bare, met.people),
        "people_unassigned": _sum(met, own, no_footprint),
        "people_in_split": _sum(met, split, met.people),
        "people_beyond": _sum(met, split, beyond),
    }
    unknown = np.full(len(met.left), np.nan)
    return pd.DataFrame(
        {
            "defined": pd.array(_sum(met, own & (is_open > 0)) == 0, dtype="boolean"),
            "authorities": _sum(met, own).astype("int64"),
            "whole": _sum(met, own & ~split).astype("int64"),
            "split": _sum(met, split).astype("int64"),
            "share_in_whole": np.divide(whole, every, out=unknown.copy(), where=every > 0),
            "forgiven": _sum(met, kept & (_of_authority(met, small) > 0)) > 0,
            **{
                name: persons(values if met.counts_people else unknown)
                for name, values in people.items()
            },
        },
        index=met.left,
    ).assign(defined=lambda table: table["defined"].mask(table["authorities"] == 0))


def _sum(met: Meeting, rows: Flags, value: Numbers | None = None) -> Numbers:
    """Add up a value of some pairs by footprint, or count them."""
    ones = np.ones(len(met.i)) if value is None else value
    return total(met.i, len(met.left), np.where(rows, ones, 0))


def _of_authority(met: Meeting, rows: Flags, value: Numbers | None = None) -> Numbers:
    """Tell each pair the sum over some pairs of its authority; zero where it has none."""
    ones = np.ones(len(met.j)) if value is None else value
    sums = total(met.j, len(met.right), np.where(rows, ones, 0))
    return np.append(sums, 0.0)[met.j]


def _contiguity(
    atlas: Atlas,
    key: str,
    links: pd.DataFrame | Literal["england"] | None,
    tolerance: Tolerance,
) -> tuple[pd.DataFrame, str]:
    """Return whether each footprint hangs together, or why that was not measured."""
    try:
        return contiguity(atlas, key, links=links, tolerance=tolerance).table, ""
    except OverlapError as error:
        return pd.DataFrame({"status": pd.Series(dtype="str"), "forgiven": False}), str(error)


def _compactness(atlas: Atlas, key: str) -> tuple[pd.Series[float], str]:
    """Return the share of the smallest circle that each footprint fills, or why not."""
    lines = atlas.overview.loc[key, "lines"]
    if lines != "official":
        what = {"none": "has no lines", "illustrative": "has lines that are illustrative"}[lines]
        return pd.Series(dtype="float64"), f"{key!r} {what}: only official ones are measured."
    shapes = atlas.layers[key].geometry
    circle = np.pi * shapely.minimum_bounding_radius(shapes.array) ** 2
    return shapes.area / circle, ""
