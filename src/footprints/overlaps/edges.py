"""The area that two polygons share as a sum over their edges, for many pairs at once.

A polygon is what lies below its upper edges less what lies below its lower ones. So what two
polygons share is the sum, over every edge of the one and every edge of the other, of what lies
below both, counted positive or negative. Nothing is decided about how the edges meet, so edges
that coincide, touch or cross are all the same to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes: TypeAlias = npt.NDArray[np.object_]
    Positions: TypeAlias = npt.NDArray[np.intp]
    Areas: TypeAlias = npt.NDArray[np.float64]


RUN = 8
"""How many edges are passed over together where none of them can matter."""
ALONG = 4
"""How many edges of an outline are in one box at least; much of a long box is far from them."""


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

    @cached_property
    def slope(self) -> Areas:
        """How much each edge rises in a metre eastwards."""
        return np.asarray((self.east_y - self.west_y) / (self.east_x - self.west_x))

    @cached_property
    def runs(self) -> Runs:
        """A few edges at a time, which lie near one another since they come in order."""
        counts = -(-np.diff(self.starts) // RUN)
        starts = np.concatenate([[0], np.cumsum(counts)])
        place = np.arange(starts[-1]) - np.repeat(starts[:-1], counts)
        first = np.repeat(self.starts[:-1], counts) + place * RUN
        top = np.maximum(self.west_y, self.east_y)
        return Runs(
            west=_reduced(np.minimum, self.west_x, first),
            east=_reduced(np.maximum, self.east_x, first),
            top=_reduced(np.maximum, top, first),
            edges=np.append(first, len(self.side)),
            starts=starts,
        )


@dataclass(frozen=True)
class Runs:
    """What a few edges of one polygon reach together.

    Attributes
    ----------
    west, east, top : array of float
        The least and the greatest x and the greatest y of each run, in metres.
    edges : array of int
        Where the edges of each run start, and where those of the last one end.
    starts : array of int
        Where the runs of each polygon start, and where those of the last one end.
    """

    west: Areas
    east: Areas
    top: Areas
    edges: Positions
    starts: Positions


def _reduced(how: np.ufunc, values: Areas, first: Positions) -> Areas:
    """Return the least or greatest value of each run."""
    return np.asarray(how.reduceat(values, first)) if first.size else values[:0]


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
    ([2.0, 0.0], [1.0, -1.0])
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


def boxes_along(shapes: Shapes, about: int) -> tuple[Shapes, Positions]:
    """Cover the outlines of polygons with boxes.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        They need not be valid; None has no outline.
    about : int
        How many boxes there may be, for outlines of many vertices: more cost more to look into.

    Returns
    -------
    boxes : array of Polygon
        Around a few edges each.
    owners : array of int
        The position of the polygon that each is of.

    Examples
    --------
    >>> boxes, owners = boxes_along(np.array([shapely.box(0, 0, 3, 2)]), 100)
    >>> boxes.tolist(), owners.tolist()
    ([<POLYGON ((3 0, 3 2, 0 2, 0 0, 3 0))>], [0])
    """
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    starts = np.searchsorted(ring, np.arange(len(rings) + 1))
    last = starts[ring + 1] - 1
    along = max(len(xy) // max(about, 1), ALONG)
    place = np.arange(len(xy))
    first = np.flatnonzero(((place - starts[ring]) % along == 0) & (place < last))
    beyond = xy[np.minimum(first + along, last[first])]
    low = np.minimum(_reduced(np.minimum, xy, first), beyond)
    high = np.maximum(_reduced(np.maximum, xy, first), beyond)
    return shapely.box(*low.T, *high.T), shape[part[ring[first]]]


def areas_by_edges(first: Edges, second: Edges, i: Positions, j: Positions, bounds: Areas) -> Areas:
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
    pair, g = _edges_over(second, j, bounds)
    over, pair = _joined_above(second, g, pair, bounds)
    g, f = _edges_between(first, i[pair], over.west_x, over.east_x)
    pair = pair[g]
    signed = _below_both(first, f, over, g, bounds[pair, 1])
    signed *= first.side[f] * over.side[g]
    return np.asarray(np.bincount(pair, signed, minlength=len(i)), dtype=float)


def _edges_over(edges: Edges, which: Positions, bounds: Areas) -> tuple[Positions, Positions]:
    """Return the edges of each polygon that pass through a box or above it, and their rows."""
    x0, y0, x1, _ = bounds.T
    runs = edges.runs
    row, run = _expanded(np.arange(len(which)), which, runs.starts)
    near = np.flatnonzero((runs.east[run] > x0[row]) & (runs.west[run] < x1[row]))
    near = near[runs.top[run[near]] > y0[row[near]]]
    row, f = _expanded(row[near], run[near], runs.edges)
    near = np.flatnonzero((edges.east_x[f] > x0[row]) & (edges.west_x[f] < x1[row]))
    row, f = row[near], f[near]
    above = np.maximum(edges.west_y[f], edges.east_y[f]) > y0[row]
    return row[above], f[above]


def _joined_above(
    edges: Edges, f: Positions, row: Positions, bounds: Areas
) -> tuple[Edges, Positions]:
    """Return some edges, with those that go on above a box from one another as one, and their rows.

    All of what is in the box is below such edges, so only where they start and end matters.
    """
    west, east, side = edges.west_x[f], edges.east_x[f], edges.side[f]
    west_y, east_y, top = edges.west_y[f], edges.east_y[f], bounds[row, 3]
    above = np.minimum(west_y, east_y) >= top
    start, end = np.where(side < 0, west, east), np.where(side < 0, east, west)
    apart = np.ones(len(f) + 1, dtype=bool)
    apart[1:-1] = ~(above[1:] & above[:-1]) | (row[1:] != row[:-1]) | (start[1:] != end[:-1])
    first, last = np.flatnonzero(apart[:-1]), np.flatnonzero(apart[1:])
    real = start[first] != end[last]
    first, last = first[real], last[real]
    start, end, level = start[first], end[last], above[first]
    west_y, east_y = (np.where(level, top[first], y[first]) for y in (west_y, east_y))
    west, east = np.minimum(start, end), np.maximum(start, end)
    side = np.where(start < end, -1.0, 1.0)
    return Edges(west, west_y, east, east_y, side, np.arange(len(side) + 1)), row[first]


def _edges_between(
    edges: Edges, which: Positions, west: Areas, east: Areas
) -> tuple[Positions, Positions]:
    """Return the edges of each polygon that have some of their x between two, and their rows."""
    runs = edges.runs
    row, run = _expanded(np.arange(len(which)), which, runs.starts)
    near = np.flatnonzero((runs.east[run] > west[row]) & (runs.west[run] < east[row]))
    row, f = _expanded(row[near], run[near], runs.edges)
    near = np.flatnonzero((edges.east_x[f] > west[row]) & (edges.west_x[f] < east[row]))
    return row[near], f[near]


def _expanded(rows: Positions, which: Positions, starts: Positions) -> tuple[Positions, Positions]:
    """Return each row once for every edge of its polygon, and those edges."""
    counts = starts[which + 1] - starts[which]
    ends = np.cumsum(counts)
    edge = np.arange(ends[-1] if ends.size else 0) + np.repeat(
        starts[which] - ends + counts, counts
    )
    return np.repeat(rows, counts), edge


def _below_both(first: Edges, f: Positions, second: Edges, g: Positions, ground: Areas) -> Areas:
    """Return the area below two edges at a time and above a ground, where both edges are."""
    x, other_x = first.west_x[f], second.west_x[g]
    low = np.maximum(x, other_x)
    high = np.minimum(first.east_x[f], second.east_x[g])
    slope, y = first.slope[f], first.west_y[f] - ground
    west, east = y + (low - x) * slope, y + (high - x) * slope
    slope, y = second.slope[g], second.west_y[g] - ground
    drop_west, drop_east = y + (low - other_x) * slope - west, y + (high - other_x) * slope - east
    under = np.maximum(-drop_west, 0) + np.maximum(-drop_east, 0)
    spread = np.abs(drop_west) + np.abs(drop_east)
    spread[spread == 0] = 1
    mean = (west + east - under * under / spread) / 2
    return np.asarray((high - low) * mean)
