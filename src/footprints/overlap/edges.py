"""The area that two polygons share as a sum over their edges, for many pairs at once.

A polygon is what lies below its upper edges less what lies below its lower ones. So what two
polygons share is the sum, over every edge of the one and every edge of the other, of what lies
below both, counted positive or negative. Nothing is decided about how the edges meet, so edges
that coincide, touch or cross are all the same to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes: TypeAlias = npt.NDArray[np.object_]
    Positions: TypeAlias = npt.NDArray[np.intp]
    Areas: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Edges:
    """The edges of polygons, those of one polygon together, each from west to east.

    Attributes
    ----------
    west_x, west_y, east_x, east_y : array of float
        The ends of each edge in metres. Edges that run due north are left out: nothing is below.
    side : array of float
        1 for an upper edge of its polygon, -1 for a lower one.
    starts : array of int
        Where the edges of each polygon start, and where those of the last one end.
    """

    west_x: Areas
    west_y: Areas
    east_x: Areas
    east_y: Areas
    side: Areas
    starts: Positions


def edges_of(shapes: Shapes) -> Edges:
    """Take polygons apart into edges.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Valid, in metres; rings run in any direction.

    Returns
    -------
    Edges

    Examples
    --------
    >>> edges = edges_of(np.array([shapely.box(0, 0, 3, 2)]))
    >>> edges.west_y.tolist(), edges.side.tolist()
    ([0.0, 2.0], [-1.0, 1.0])
    """
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    rows = np.flatnonzero((ring[1:] == ring[:-1]) & (xy[1:, 0] != xy[:-1, 0]))
    eastward = xy[rows + 1, 0] > xy[rows, 0]
    west = xy[np.where(eastward, rows, rows + 1)]
    east = xy[np.where(eastward, rows + 1, rows)]
    starts = np.searchsorted(shape[part[ring[rows]]], np.arange(len(shapes) + 1))
    side = np.where(eastward, -1.0, 1.0)
    return Edges(west[:, 0], west[:, 1], east[:, 0], east[:, 1], side, starts)


def areas_by_edges(
    first: Edges, second: Edges, i: Positions, j: Positions, bounds: Areas
) -> Areas:
    """Sum the area that each pair of polygons shares over their edges.

    Parameters
    ----------
    first, second : Edges
        Of two sets of polygons.
    i, j : array of int
        Positions of polygons in ``first`` and in ``second``, a pair a row.
    bounds : array of float
        The bounding box of the polygon of ``first``, a pair a row: minimum x and y, maximum x and
        y.

    Returns
    -------
    array of float
        The area in square metres, a pair a row; off by less than a billionth of the bounding
        box, so that what shares nothing can be a trace above or below zero.

    Examples
    --------
    >>> box, other = shapely.box(0, 0, 3, 2), shapely.box(1, 1, 5, 5)
    >>> edges = [edges_of(np.array([shape])) for shape in (box, other)]
    >>> zero = np.zeros(1, dtype=int)
    >>> areas_by_edges(*edges, zero, zero, shapely.bounds([box])).tolist()
    [2.0]
    """
    pair, g = _expanded(np.arange(len(j)), j, second.starts)
    x0, y0, x1, _ = bounds.T
    near = (second.east_x[g] > x0[pair]) & (second.west_x[g] < x1[pair])
    near &= np.maximum(second.west_y[g], second.east_y[g]) > y0[pair]
    pair, g = pair[near], g[near]
    row, f = _expanded(np.arange(len(pair)), i[pair], first.starts)
    low = np.maximum(first.west_x[f], second.west_x[g[row]])
    high = np.minimum(first.east_x[f], second.east_x[g[row]])
    over = low < high
    row, f, low, high = row[over], f[over], low[over], high[over]
    pair, g = pair[row], g[row]
    below = _below_both(first, f, second, g, low, high, y0[pair])
    signed = below * first.side[f] * second.side[g]
    return np.bincount(pair, signed, minlength=len(i))


def _expanded(rows: Positions, which: Positions, starts: Positions) -> tuple[Positions, Positions]:
    """Return each row once for every edge of its polygon, and those edges."""
    counts = starts[which + 1] - starts[which]
    ends = np.cumsum(counts)
    edge = np.arange(ends[-1] if ends.size else 0) + np.repeat(starts[which] - ends + counts, counts)
    return np.repeat(rows, counts), edge


def _below_both(  # noqa: PLR0913, PLR0917 - two edges, where they are both, and the ground
    first: Edges,
    f: Positions,
    second: Edges,
    g: Positions,
    low: Areas,
    high: Areas,
    ground: Areas,
) -> Areas:
    """Return the area below two edges, between two x and above a ground."""
    west, east = _heights(first, f, low, high)
    other_west, other_east = _heights(second, g, low, high)
    drop_west, drop_east = other_west - west, other_east - east
    under = np.maximum(-drop_west, 0) + np.maximum(-drop_east, 0)
    spread = np.abs(drop_west) + np.abs(drop_east)
    spread[spread == 0] = 1
    mean = ((west - ground) + (east - ground) - under * under / spread) / 2
    return (high - low) * mean


def _heights(edges: Edges, rows: Positions, low: Areas, high: Areas) -> tuple[Areas, Areas]:
    """Return the y of edges at two x."""
    x, y = edges.west_x[rows], edges.west_y[rows]
    width, rise = edges.east_x[rows] - x, edges.east_y[rows] - y
    return y + (low - x) / width * rise, y + (high - x) / width * rise
