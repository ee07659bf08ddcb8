"""A layer's list of units against its own lines: where they differ, how deep, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from footprints.errors import OverlapError, listed
from footprints.levels import group_of
from footprints.overlaps.drawing import drawing_of
from footprints.overlaps.misplaced import misplaced
from footprints.overlaps.pairs import codes_at
from footprints.overlaps.points import points_in
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from footprints.atlas import Atlas
    from footprints.atlas.coded import Blocks, Members

FLOAT_NOISE_M = 0.001
CAUSES = (
    "real",
    "vintage",
    "undecidable",
    "coastline",
    "drawing",
    "datum",
    "float noise",
    "identical",
)
"""Why a list and lines differ, the gravest first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Checked:
    """What a cross-check found.

    Parameters
    ----------
    table : DataFrame
        A row a unit and footprint, nothing left out: ``unit``; ``code`` (by the list, NA for
        none); ``drawn`` (the footprint in whose lines the part lies, NA for none); ``cause``;
        ``depth_m`` (how far the part reaches from the lines of ``code``); ``area_m2`` (of the
        part, NA for points); ``share`` (of the unit's area); ``people`` (persons in the whole
        unit); ``x``, ``y`` (metres, EPSG:27700: where the part is deepest); ``forgiven``.
        A unit wholly within its own lines is one row, ``identical``.
    summary : DataFrame
        A row a cause, the gravest first, indexed by ``cause``: ``units`` and ``people`` (of the
        units whose gravest cause it is, so both add up to the units checked); ``rows``,
        ``area_m2`` and ``depth_m`` (the greatest) of its rows.
    """

    table: pd.DataFrame
    summary: pd.DataFrame


def cross_check(
    atlas: Atlas, layer: str, *, tolerance: Tolerance | None = None, units: str | None = None
) -> Checked:
    """Compare a layer's list of units with its own lines.

    Of each part of a unit that lies outside the lines of its own footprint, the cause is
    *float noise* up to a millimetre deep; *datum* up to the accuracy of the transformation that
    the lines came through; *coastline* beyond the outer edge of the layer, where it meets sea or
    another country; *drawing* within the tolerance, where the unit's centre lies in its own lines;
    *undecidable* within the tolerance, where it does not; *vintage* deeper, where another vintage
    of the layer lists the unit there; and *real* deeper, where nothing explains it.

    Parameters
    ----------
    atlas : Atlas
        With official lines of the layer's own.
    layer : str
        A key, or a bare kind.
    tolerance : Tolerance, optional
        ``metres`` is how far the lines may lie from the true ones; None takes it from their
        resolution, or from that of the units' polygons if it is coarser. The files tell it by
        their names, or ``resolution`` in the atlas file or of :func:`footprints.read_layer` does.
        The accuracy of the transformation that either came through is added. Parts of units of
        no more ``people``, or of no more than ``share`` of a unit's area, are marked as forgiven.
    units : str, optional
        The table of units; None takes the first with official polygons, else with places.

    Returns
    -------
    Checked
        The attrs of both tables hold ``layer``, ``units``, ``population``, ``resolution`` (of
        the lines), ``units_resolution`` (empty where it is not known), ``metres`` and
        ``accuracy_m``.

    Raises
    ------
    OverlapError
        If the layer has no official lines of its own, no list of whole units with places, or
        lines of no known resolution, or units of an unknown one, and no tolerance was given.
    UnknownNameError
        If there is no such layer or table of units.

    Examples
    --------
    >>> from footprints import load_example
    >>> cross_check(load_example(), "icb22")
    Traceback (most recent call last):
        ...
    footprints.errors.OverlapError: 'icb22' has no lines of its own to hold its list against: give it official boundaries.
    """
    key, atlas = atlas.resolve(layer), atlas.whole
    tolerance = tolerance or Tolerance()
    if (lines := atlas.coded.lines(key)) != "official":
        what = "only illustrative lines" if lines == "illustrative" else "no lines of its own"
        msg = f"{key!r} has {what} to hold its list against: give it official boundaries."
        raise OverlapError(msg, [key])
    blocks, members = _listed(atlas, key, units)
    said = {key: atlas.coded.drawing(key), blocks.name: _said_of(blocks)}
    metres, accuracy, resolutions = drawing_of(said, tolerance)
    parts = misplaced(blocks, members, atlas.coded.shapes(key), limit=metres + accuracy)
    table = _described(parts, blocks, members)
    centred = _centred(blocks, members, atlas.coded.shapes(key))
    table["cause"] = _causes(
        parts,
        limit=metres + accuracy,
        accuracy=accuracy,
        centred=centred[parts["unit"]],
        vintage=_other_vintages(atlas, key, blocks.name, parts),
    )
    small = tolerance.forgives(table["people"], table["share"])
    table["forgiven"] = small & (table["cause"] != "identical")
    summary = _summary(table)
    table.attrs = summary.attrs = {
        "layer": key,
        "units": blocks.name,
        "population": blocks.populations[0].name,
        "resolution": resolutions[0],
        "units_resolution": resolutions[1],
        "metres": f"{metres:g}",
        "accuracy_m": f"{accuracy:g}",
    }
    return Checked(table=table, summary=summary)


def _listed(atlas: Atlas, key: str, units: str | None) -> tuple[Blocks, Members]:
    """Return the units to check, and which footprint each is listed in."""
    tables = atlas.coded.tables(key, units)
    whole = [name for name in tables if atlas.coded.members(key, name).people is None]
    blocks = [atlas.coded.blocks(name) for name in whole]
    placed = [table for table in blocks if table.places is not None]
    best = sorted(placed, key=lambda table: table.lines != "official")
    if not best:
        msg = (
            f"No table of units lists {key!r} whole and knows where its units are: it is listed "
            f"by {listed(atlas.coded.tables(key))}. Give one polygons, or easting and northing."
        )
        raise OverlapError(msg, [key])
    return best[0], atlas.coded.members(key, best[0].name)


def _said_of(blocks: Blocks) -> Mapping[str, Any]:
    """Return what is said of the polygons of units, where they are what is compared."""
    return blocks.table.attrs if blocks.lines == "official" else {}


def _centred(
    blocks: Blocks, members: Members, shapes: npt.NDArray[np.object_]
) -> npt.NDArray[np.bool_]:
    """Tell of each unit whether its centre lies in the lines of its own footprint."""
    places = blocks.places[0] if blocks.places else np.array([], dtype=object)
    point, shape = points_in(places, shapes)
    own = np.zeros(members.count, dtype=bool)
    own[point[members.by_unit[point] == shape]] = True
    return own


def _other_vintages(
    atlas: Atlas, key: str, units: str, parts: pd.DataFrame
) -> npt.NDArray[np.bool_]:
    """Tell of each part whether another vintage lists its unit where it is drawn."""
    levels = atlas.overview["level"]
    group = group_of(key, levels[key])
    names = atlas.layers[key]["name"]
    drawn = parts["drawn"].to_numpy()
    found = np.zeros(len(parts), dtype=bool)
    for other in atlas.layers:
        same = other != key and group_of(other, levels[other]) == group
        if not same or units not in atlas.coded.tables(other):
            continue
        theirs = atlas.coded.members(other, units)
        if theirs.people is not None:
            continue
        listed_in = theirs.by_unit[parts["unit"]]
        known = (drawn >= 0) & (listed_in >= 0)
        for ours, other_names in (
            (names.index, theirs.codes),
            (names, atlas.layers[other]["name"]),
        ):
            mine = ours.to_numpy(dtype=object)[np.where(known, drawn, 0)]
            their = other_names.to_numpy(dtype=object)[np.where(known, listed_in, 0)]
            found |= known & (mine == their)
    return found


def _causes(
    parts: pd.DataFrame,
    *,
    limit: float,
    accuracy: float,
    centred: npt.NDArray[np.bool_],
    vintage: npt.NDArray[np.bool_],
) -> pd.Categorical:
    """Say why each part is where it is."""
    depth = parts["depth_m"].to_numpy()
    chosen = {
        "identical": ~parts["is_out"].to_numpy(),
        "float noise": depth <= FLOAT_NOISE_M,
        "datum": depth <= accuracy,
        "coastline": parts["beyond"].to_numpy(),
        "vintage": (depth > limit) & vintage,
        "real": depth > limit,
        "drawing": centred,
    }
    words = np.select(list(chosen.values()), list(chosen), "undecidable")
    return pd.Categorical(words, categories=CAUSES, ordered=True)


def _described(parts: pd.DataFrame, blocks: Blocks, members: Members) -> pd.DataFrame:
    """Put codes in the place of positions, and people and shares beside them."""
    unit = parts["unit"].to_numpy()
    people = pd.Series(blocks.people[blocks.populations[0].name][unit])
    return pd.DataFrame(
        {
            "unit": blocks.table.index[unit],
            "code": codes_at(members.codes, members.by_unit[unit]),
            "drawn": codes_at(members.codes, parts["drawn"].to_numpy()),
            "cause": "",
            "depth_m": parts["depth_m"],
            "area_m2": parts["area_m2"],
            "share": parts["share"],
            "people": people.astype("int64") if (people % 1 == 0).all() else people,
            "x": parts["x"],
            "y": parts["y"],
        }
    )


def _summary(table: pd.DataFrame) -> pd.DataFrame:
    """Count units by their gravest cause, and add up the rows of each."""
    gravest = table.sort_values("cause", kind="stable").drop_duplicates("unit")
    units = gravest.groupby("cause", observed=False)
    rows = table.groupby("cause", observed=False)
    return pd.DataFrame(
        {
            "units": units.size(),
            "people": units["people"].sum(),
            "rows": rows.size(),
            "area_m2": rows["area_m2"].sum(),
            "depth_m": rows["depth_m"].max(),
        }
    )
