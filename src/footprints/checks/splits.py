"""The parts of footprints that straddle, with their lines as evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from footprints.checks.names import with_names
from footprints.checks.nest import nesting, whole_pairs, within_focus
from footprints.geometry import NATIONAL_GRID
from footprints.overlaps.ground import ground_of_lines, ground_of_units

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from footprints.atlas import Atlas
    from footprints.tolerance import Tolerance


def splits(
    atlas: Atlas, left: str, right: str, *, tolerance: Tolerance | None = None
) -> gpd.GeoDataFrame:
    """Return the parts of each left footprint that does not lie within one on the right.

    Parameters
    ----------
    atlas : Atlas
        With both layers.
    left, right : str
        Keys of layers.
    tolerance : Tolerance, optional
        As in :func:`footprints.nesting`: what it forgives is no split.

    Returns
    -------
    GeoDataFrame
        A row a part, the largest of each footprint first, in EPSG:27700. Columns: ``left``,
        ``left_name``, ``right``, ``right_name`` (NA for the part in none), ``units``, ``people``,
        ``area_m2``, ``left_share``, and ``geometry``: the units of the part, joined, or what the
        lines of both share; None where there are no official lines. ``attrs`` are those of the
        pair table, and ``lines`` (``official`` or ``none``).

    Raises
    ------
    OverlapError
        If the layers cannot be held against each other.
    UnknownNameError
        If there is no such layer.

    Examples
    --------
    >>> from footprints import load_example
    >>> parts = splits(load_example(), "lad21", "icb22")
    >>> parts.loc[parts["left_name"] == "Hart", "people"].to_list()
    [73206, 24402]
    """
    pairs = whole_pairs(atlas, left, right)
    nested = within_focus(atlas, pairs.attrs["left_layer"], nesting(pairs, tolerance))
    straddling = nested.index[nested["status"] == "straddles"]
    rows = pairs[pairs["left"].isin(straddling)]
    order = np.lexsort((-rows["left_share"].fillna(0), rows["left"]))
    named = with_names(atlas, rows.iloc[order].reset_index(drop=True))
    columns = ["left", "left_name", "right", "right_name", "units", "people", "area_m2"]
    lines = _drawn(atlas.whole, named)
    table = gpd.GeoDataFrame(named[[*columns, "left_share"]], geometry=lines, crs=NATIONAL_GRID)
    known = "none" if shapely.is_missing(lines).all() else "official"
    table.attrs = named.attrs | {"lines": known}
    return table


def _drawn(atlas: Atlas, parts: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the lines of each part: of its units, else of what both footprints share."""
    method, units = parts.attrs["method"].partition(",")[0], parts.attrs["units"]
    layers = (parts.attrs["left_layer"], parts.attrs["right_layer"])
    if method == "area":
        return ground_of_lines(atlas, parts, layers)
    shapes = None
    if method == "members" and atlas.coded.blocks(units).lines == "official":
        shapes = ground_of_units(atlas, parts, layers, units)
    return np.full(len(parts), None, dtype=object) if shapes is None else shapes
