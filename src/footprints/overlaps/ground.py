"""The ground that pairs of footprints share: their units joined, or what their lines share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from footprints.geometry import polygonal

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.atlas import Atlas

    Shapes = npt.NDArray[np.object_]

SIDES = ("left", "right")


def ground_of_units(
    atlas: Atlas, pairs: pd.DataFrame, layers: tuple[str, str], units: str
) -> Shapes | None:
    """Return the units that each pair of footprints lists, joined.

    Parameters
    ----------
    atlas : Atlas
        With both layers.
    pairs : DataFrame
        Each pair once, with ``left`` and ``right`` (codes, NA for none).
    layers : tuple of two str
        The keys of the layer on the left and of that on the right.
    units : str
        The table of units that both list.

    Returns
    -------
    array of geometry or None
        A shape a pair in EPSG:27700, None for one without units; None altogether where the units
        have no lines or a link table shares their people out.
    """
    blocks = atlas.coded.blocks(units)
    sides = [atlas.coded.members(key, units) for key in layers]
    if blocks.lines == "none" or any(side.people is not None for side in sides):
        return None
    wanted = pd.MultiIndex.from_arrays(
        [side.codes.get_indexer(pairs[name]) for side, name in zip(sides, SIDES, strict=True)]
    )
    pair = wanted.get_indexer(pd.MultiIndex.from_arrays([side.by_unit for side in sides]))
    listed = blocks.table.geometry.reset_index(drop=True)[pair >= 0].to_frame("geometry")
    joined = listed.dissolve(by=pair[pair >= 0]).geometry
    shapes = np.full(len(pairs), None, dtype=object)
    shapes[joined.index.to_numpy()] = joined.to_numpy()
    return shapes


def ground_of_lines(atlas: Atlas, pairs: pd.DataFrame, layers: tuple[str, str]) -> Shapes:
    """Return what the lines of each pair share, or what of the left footprint is in none.

    Parameters
    ----------
    atlas, pairs, layers
        As in :func:`ground_of_units`; both layers have official lines.

    Returns
    -------
    array of geometry
        A shape a pair in EPSG:27700: its parts that have an area.
    """
    ones, others = (atlas.layers[key].geometry for key in layers)
    mine, theirs = (
        np.array(lines.reindex(pairs[name]).array, dtype=object)
        for lines, name in zip((ones, others), SIDES, strict=True)
    )
    bare = pairs["right"].isna().to_numpy()
    theirs[bare] = shapely.union_all(np.asarray(others.array)) if bare.any() else None
    return polygonal(
        np.where(bare, shapely.difference(mine, theirs), shapely.intersection(mine, theirs))
    )
