"""Where a redraw can be seen: the layers before and after, and the ground that moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from footprints.errors import FootprintsError, listed, plain
from footprints.geometry import NATIONAL_GRID
from footprints.overlaps.ground import ground_of_lines, ground_of_units

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from footprints.atlas import Atlas
    from footprints.atlas.coded import Members
    from footprints.redraws.compared import Change

REMEDY = "Compare two of its own layers: compare(atlas, 'stp21', 'icb22')."


def before_and_after(change: Change, atlas: Atlas) -> tuple[str, str]:
    """Return the keys of the two layers that were compared.

    Parameters
    ----------
    change : Change
        As :func:`footprints.compare` gives it.
    atlas : Atlas
        What is to be drawn.

    Returns
    -------
    tuple of two str

    Raises
    ------
    FootprintsError
        If they are not two layers of the atlas, list other units in it than in the change, or the
        change is of another focus.

    Examples
    --------
    >>> from footprints import compare, load_example
    >>> england = load_example()
    >>> before_and_after(compare(england, "icb22", "icb26"), england)
    ('icb22', 'icb26')
    """
    attrs, focused = change.attrs, atlas.focused
    old, new = (attrs.get(side, "") for side in ("old_layer", "new_layer"))
    if missing := [key or "a layer without a key" for key in (old, new) if key not in atlas.layers]:
        msg = (
            f"The change cannot be drawn on this atlas, which has no {', '.join(missing)}. {REMEDY}"
        )
        raise FootprintsError(msg, missing)
    if old == new:
        msg = (
            f"The change is from {old!r} to {old!r}, of one atlas or of two atlases that both call "
            "their layer so. Of two atlases, put both layers into one and draw what that gives: "
            "both, change = on_one_map(old, new, change)."
        )
        raise FootprintsError(msg, [old])
    if attrs.get("focus", "") != (focused.code if focused else ""):
        names = (focused.name if focused else "", attrs.get("focus_name", ""))
        ours, theirs = (plain(name) if name else "all footprints" for name in names)
        msg = (
            f"The atlas is of {ours} and the change is of {theirs}: compare with the focus that is "
            f"drawn, compare(mine, {old!r}, {new!r})."
        )
        raise FootprintsError(msg, [attrs.get("focus", "")])
    for side, key in (("old", old), ("new", new)):
        codes = change.changes.index[change.changes.index.get_level_values("side") == side]
        unknown = codes.droplevel("side").difference(atlas.whole.layers[key].index)
        if len(unknown):
            msg = (
                f"The change cannot be drawn on this atlas, whose {key} has no "
                f"{listed(unknown)}. {REMEDY}"
            )
            raise FootprintsError(msg, unknown)
    if others := _listed_otherwise(change, atlas, (old, new)):
        msg = (
            f"The change cannot be drawn on this atlas, in which {listed(others)} of {old} share "
            f"other units with {new} than in the change. Compare the layers of the atlas that is "
            f"drawn: compare(atlas, {old!r}, {new!r})."
        )
        raise FootprintsError(msg, others)
    return old, new


def _listed_otherwise(change: Change, atlas: Atlas, layers: tuple[str, str]) -> list[str]:
    """Return the old footprints that share more or fewer units with a new one than in the change."""
    sides = _lists_of(change, atlas, layers)
    if sides is None or any(side.people is not None for side in sides):
        return []
    flows = change.flows[["old", "new", "units"]].dropna()
    ends = [
        side.codes.get_indexer(flows[name])
        for side, name in zip(sides, ("old", "new"), strict=True)
    ]
    found = pd.MultiIndex.from_arrays([side.by_unit for side in sides]).value_counts()
    here = found.reindex(pd.MultiIndex.from_arrays(ends), fill_value=0).to_numpy()
    other = flows["units"].to_numpy(dtype="int64") != here
    return sorted(flows.loc[other, "old"].astype("str").unique())


def _lists_of(
    change: Change, atlas: Atlas, layers: tuple[str, str]
) -> tuple[Members, Members] | None:
    """Return the members of the layers in the units that were compared, None where none were."""
    coded, units = atlas.whole.coded, change.attrs["units"]
    listed_in = change.attrs["method"].startswith("members")
    if not listed_in or any(units not in coded.tables(key) for key in layers):
        return None
    return coded.members(layers[0], units), coded.members(layers[1], units)


def moved_ground(change: Change, atlas: Atlas) -> gpd.GeoSeries:
    """Return the ground of each flow that moved: its units joined, or what the lines share.

    Parameters
    ----------
    change : Change
        As :func:`footprints.compare` gives it, of two layers of the atlas.
    atlas : Atlas
        What is to be drawn. With a focus, the ground reaches beyond it.

    Returns
    -------
    GeoSeries
        In EPSG:27700, in the order of ``change.moves`` and with its index; None where a flow has
        no ground that is known.

    Raises
    ------
    FootprintsError
        As :func:`before_and_after`.

    Examples
    --------
    >>> from footprints import compare, load_example
    >>> england = load_example()
    >>> len(moved_ground(compare(england, "icb22", "icb26"), england))
    4
    """
    layers = before_and_after(change, atlas)
    pairs = change.moves[["old", "new"]].set_axis(["left", "right"], axis=1)
    shapes = _of_units(change, atlas, pairs, layers)
    if shapes is None:
        shapes = ground_of_lines(atlas.whole, pairs, layers)
    shapes[shapely.is_empty(shapes)] = None
    return gpd.GeoSeries(shapes, index=pairs.index, crs=NATIONAL_GRID)


def _of_units(
    change: Change, atlas: Atlas, pairs: pd.DataFrame, layers: tuple[str, str]
) -> npt.NDArray[np.object_] | None:
    """Return the ground by the units that were compared, None where these have no lines."""
    units = change.attrs["units"]
    if not change.attrs["method"].startswith("members") or units not in atlas.whole.units:
        return None
    return ground_of_units(atlas.whole, pairs, layers, units)
