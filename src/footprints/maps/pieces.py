"""What the layers of a map are made of: pieces that several of them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from footprints.geometry import is_coverage, outlines

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from footprints.atlas import Atlas

    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """The areas that some layers are made of.

    Parameters
    ----------
    geometry : GeoSeries
        Polygons in EPSG:27700.
    shares_edges : bool
        Whether neighbours share their edges vertex by vertex.
    members : dict of str to array of int
        By layer, for each piece the position of its footprint in the layer; -1 for none.
    """

    geometry: gpd.GeoSeries
    shares_edges: bool
    members: dict[str, Ints]


def pieces_of(atlas: Atlas, keys: Sequence[str]) -> list[Pieces]:
    """Find the pieces that layers are made of.

    Layers that the same units draw are cut into the largest areas that all of them are made of,
    so that their shared edges are the same edges. A layer with lines of its own, or of units
    whose lines do not meet, is its own pieces.

    Parameters
    ----------
    atlas : Atlas
        Whole or cut down.
    keys : sequence of str
        Layers that have lines.

    Returns
    -------
    list of Pieces
        Each layer is in one of them.

    Examples
    --------
    >>> from footprints import load_example
    >>> (found,) = pieces_of(load_example(), ["icb22", "amb22"])
    >>> len(found.geometry), sorted(set(found.members["amb22"].tolist()))
    (49, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    """
    by_units: dict[str, list[str]] = {}
    alone = []
    for key in keys:
        units = atlas.drawn_by(key)
        if units is None:
            alone.append(key)
        else:
            by_units.setdefault(units, []).append(key)
    found = []
    for name, layers in by_units.items():
        if is_coverage(atlas.units[name]):
            found.append(_shared(atlas, name, layers))
        else:
            alone += layers
    return [*found, *(_own(atlas, key) for key in alone)]


def _shared(atlas: Atlas, name: str, layers: list[str]) -> Pieces:
    """Return the areas between all the edges of layers that the same units draw."""
    units, rows = atlas.units[name], atlas.membership
    rows = rows[(rows["units"] == name) & rows["layer"].isin(layers)]
    codes = rows.pivot_table(index="unit", columns="layer", values="code", aggfunc="first")
    positions = pd.DataFrame(
        {
            key: atlas.layers[key].index.get_indexer(codes[key].astype("str")).astype(np.int64)
            for key in layers
        },
        index=codes.index,
    )
    groups = positions.groupby(layers, sort=False)
    piece = groups.ngroup()
    if piece.nunique() < len(piece):
        geometry = outlines(units, piece, clean=True).sort_index()
    else:
        geometry = units.geometry.loc[piece.index]
    first = positions.to_numpy()[~piece.duplicated().to_numpy()]
    members = {key: first[:, column] for column, key in enumerate(layers)}
    return Pieces(geometry=geometry.reset_index(drop=True), shares_edges=True, members=members)


def _own(atlas: Atlas, key: str) -> Pieces:
    frame = atlas.layers[key]
    geometry = frame.geometry.reset_index(drop=True)
    return Pieces(
        geometry=geometry,
        shares_edges=is_coverage(geometry.to_frame("geometry")),
        members={key: np.arange(len(frame))},
    )


def touching(pieces: Pieces, pairs: tuple[Ints, Ints] | None, key: str) -> tuple[Ints, Ints]:
    """Find the footprints of a layer that touch.

    Parameters
    ----------
    pieces : Pieces
        What the layer is made of.
    pairs : tuple of two arrays of int, optional
        The pieces that share an edge; None looks for those that meet or overlap.
    key : str
        The layer.

    Returns
    -------
    tuple of two arrays of int
        Positions in the layer, each pair once.

    Examples
    --------
    >>> from geopandas import GeoSeries
    >>> squares = GeoSeries(shapely.box([0, 1, 2], 0, [1, 2, 3], 1), crs=27700)
    >>> row = Pieces(geometry=squares, shares_edges=True, members={"place": np.array([0, 0, 1])})
    >>> one, other = touching(row, None, "place")
    >>> one.tolist(), other.tolist()
    ([0], [1])
    """
    if pairs is None:
        tree = shapely.STRtree(pieces.geometry.array)
        pairs = tuple(tree.query(pieces.geometry.array, predicate="intersects"))
    of = pieces.members[key]
    ends = np.sort(np.stack([of[pairs[0]], of[pairs[1]]], axis=1), axis=1)
    ends = np.unique(ends[(ends[:, 0] >= 0) & (ends[:, 0] != ends[:, 1])], axis=0)
    return ends[:, 0], ends[:, 1]
