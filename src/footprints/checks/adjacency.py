"""Which polygons share an edge, also where their vertices differ or a narrow gap parts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from footprints.errors import CRSError, GeometryError, Problems, TableError
from footprints.geometry import NATIONAL_GRID, is_national_grid, polygon_faults

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes: TypeAlias = npt.NDArray[np.object_]
    Positions: TypeAlias = npt.NDArray[np.intp]
    Lengths: TypeAlias = npt.NDArray[np.float64]

METRES = 1.0
"""How wide a gap is still taken for a shared edge; an edge is at least twice as long."""
CORNERS = 4
"""Points in a quarter of a circle round a corner; more would change nothing."""


def neighbours(frame: gpd.GeoDataFrame | gpd.GeoSeries, *, metres: float = METRES) -> pd.DataFrame:
    """Find the polygons that share an edge: a row a pair.

    Edges count as shared within ``metres`` of each other, so neither further vertices nor a narrow
    gap part two neighbours; polygons that overlap are neighbours too. At least ``metres`` of edge
    has to be shared: touching at a corner is not enough.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries
        Polygons in EPSG:27700, indexed by code.
    metres : float
        How wide a gap may be, in metres; above zero.

    Returns
    -------
    DataFrame
        Each pair once, in the order of ``frame``: ``left`` and ``right`` (codes) and ``shared_m``
        (metres of edge that they share; of edges not drawn alike, measured to about a metre).

    Raises
    ------
    CRSError
        If coordinates are not in EPSG:27700.
    GeometryError
        If a feature is not a valid polygon, or a code stands twice; all are named.
    TableError
        If it is no GeoDataFrame or GeoSeries, or ``metres`` is not above zero.

    Examples
    --------
    >>> squares = shapely.box([0, 1000.5, 2000.5], [0, 0, 1000], [1000, 2000.5, 3000], [1000, 1000, 2000])
    >>> found = neighbours(gpd.GeoSeries(squares, index=["A", "B", "C"], crs=27700))
    >>> found.round(-1)  # B and C touch at a corner
      left right  shared_m
    0    A     B    1000.0
    """
    if not isinstance(frame, (gpd.GeoDataFrame, gpd.GeoSeries)):
        msg = f"Give the polygons as a GeoDataFrame or a GeoSeries, not a {type(frame).__name__}."
        raise TableError(msg)
    geometry = frame.geometry
    if not is_national_grid(gpd.GeoDataFrame(geometry=geometry)):
        crs = "no CRS" if geometry.crs is None else geometry.crs.to_string()
        msg = f"The polygons must be in {NATIONAL_GRID}, not in {crs}: use to_crs(27700)."
        raise CRSError(msg, [crs])
    problems = Problems("The frame")
    for fault, rows in polygon_faults(geometry).groupby("fault"):
        remedy = "read_layer(..., repair=True) mends what can be mended."
        problems.add(f"has features: {fault}", rows["code"], remedy=remedy)
    problems.raise_any(GeometryError)
    one, other, length = adjacent(np.asarray(geometry.array), metres)
    codes = geometry.index.astype("str")
    return pd.DataFrame({"left": codes[one], "right": codes[other], "shared_m": length})


def adjacent(shapes: Shapes, metres: float = METRES) -> tuple[Positions, Positions, Lengths]:
    """Find the polygons that share an edge, as positions.

    Where the same two vertices end an edge of both, its length is known at once. Only pairs that
    lie within ``metres`` and share less than that exactly are measured.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Valid, in metres.
    metres : float
        How wide a gap may be.

    Returns
    -------
    one, other : array of int
        The pairs, each once, ``one`` before ``other``, in their order.
    length : array of float
        The metres of edge that they share.

    Raises
    ------
    TableError
        If ``metres`` is not above zero.
    """
    if not metres > 0:
        msg = f"A gap between neighbours is some metres above zero, not {metres!r}."
        raise TableError(msg, [metres])
    least = 2 * metres
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=metres)
    keys = np.sort((one * len(shapes) + other)[one < other])
    one, other = np.divmod(keys, max(len(shapes), 1))
    length = pd.Series(*_exact(shapes)).reindex(keys, fill_value=0.0).to_numpy(copy=True)
    doubtful = np.flatnonzero(length < least)
    length[doubtful] = _along(shapes[one[doubtful]], shapes[other[doubtful]], metres)
    kept = length >= least
    return one[kept], other[kept], length[kept]


def _exact(shapes: Shapes) -> tuple[Lengths, Positions]:
    """Return the length that pairs share vertex by vertex, and the pairs as ``one * n + other``."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    start = np.flatnonzero(ring[1:] == ring[:-1])
    owner, ends = shape[part[ring[start]]], np.hstack([xy[start], xy[start + 1]])
    back = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[back] = ends[back][:, [2, 3, 0, 1]]
    edge = pd.DataFrame(ends).groupby([0, 1, 2, 3], sort=False).ngroup().to_numpy()
    order = np.lexsort((owner, edge))
    owner, edge, ends = owner[order], edge[order], ends[order]
    both = np.flatnonzero((edge[1:] == edge[:-1]) & (owner[1:] != owner[:-1]))
    length = np.hypot(ends[both, 2] - ends[both, 0], ends[both, 3] - ends[both, 1])
    pairs, keys = pd.factorize(owner[both] * len(shapes) + owner[both + 1])
    return np.bincount(pairs, length, len(keys)).astype("float64"), keys


def _along(one: Shapes, other: Shapes, metres: float) -> Lengths:
    """Return how far the edges of pairs run along each other within ``metres``.

    What a corner adds to the length within a distance grows as the distance does, and what an
    edge adds does not: so twice the length within the distance, less that within twice the
    distance, is the edge without its corners.
    """
    length = _without_corners(one, other, metres)
    short = np.flatnonzero(length < 2 * metres)
    back = _without_corners(other[short], one[short], metres)
    length[short] = np.maximum(length[short], back)
    return length


def _without_corners(edges: Shapes, shapes: Shapes, metres: float) -> Lengths:
    """Return the metres of the edges of some polygons that run along others."""
    # Both are cut to where they are near each other: an outline can have a million vertices.
    lines = shapely.intersection(shapely.boundary(edges), _near(shapes, 2 * metres))
    cut = shapely.intersection(shapes, _near(edges, 4 * metres))
    within, twice = (
        shapely.length(shapely.intersection(lines, shapely.buffer(cut, reach, quad_segs=CORNERS)))
        for reach in (metres, 2 * metres)
    )
    return np.asarray(2 * within - twice)


def _near(shapes: Shapes, metres: float) -> Shapes:
    """Return the box round each shape, wider by some metres."""
    west, south, east, north = shapely.bounds(shapes).T
    return np.asarray(shapely.box(west - metres, south - metres, east + metres, north + metres))


def components(count: int, one: Positions, other: Positions) -> Positions:
    """Give what hangs together one number.

    Parameters
    ----------
    count : int
        How many there are.
    one, other : array of int
        The positions of each pair that is joined.

    Returns
    -------
    array of int
        For each the lowest position among all that it hangs together with.

    Examples
    --------
    >>> components(5, np.array([3, 4]), np.array([1, 3])).tolist()
    [0, 1, 2, 1, 1]
    """
    lowest = np.arange(count)
    while True:
        least = np.minimum(lowest[one], lowest[other])
        joined = lowest.copy()
        for ends in (one, other):
            np.minimum.at(joined, lowest[ends], least)
        while (joined[joined] != joined).any():
            joined = joined[joined]
        if (joined == lowest).all():
            return lowest
        lowest = joined
