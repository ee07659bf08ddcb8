"""Where a redraw can be seen: the layers before and after, and the ground that moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from footprints.errors import FootprintsError, listed, plain
from footprints.geometry import NATIONAL_GRID
from footprints.overlaps.ground import ground_of_lines, ground_of_units

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from footprints.atlas import Atlas
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
        If they are not two layers of the atlas, or the change is of another focus.

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
            f"The change is between two atlases that both call their layer {old!r}, and one atlas "
            f"holds one of the two maps. {REMEDY}"
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
    return old, new


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
