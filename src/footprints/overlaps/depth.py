"""How deep parts of units reach into the wrong footprint, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]
    Positions = npt.NDArray[np.intp]
    Metres = npt.NDArray[np.float64]

STRIDE = 64
"""How many steps of an outline are looked at as one before it is known whether one matters."""
SLACK = 1e-6
"""Metres by which arithmetic may be off where a step is ruled out."""


def deepest(
    parts: Shapes, edge_of: Positions, shapes: Shapes, *, step: float
) -> tuple[Metres, Metres, Metres]:
    """Find how far each part reaches from the edge of a footprint, and the place where it does.

    Measured along the outline every ``step`` metres, and at the centre of the largest circle in
    the part, which is deeper where the part fills a bay.

    Parameters
    ----------
    parts : array of polygons or points
        None of them empty, in EPSG:27700.
    edge_of : array of int
        The footprint from whose edge each part is measured, a position in ``shapes``.
    shapes : array of polygons
        The footprints.
    step : float
        In metres.

    Returns
    -------
    depth_m, x, y : array of float
        Metres, a part a row; of several places equally deep the first along the outline.

    Examples
    --------
    >>> west, east = shapely.box(0, 0, 500, 100), shapely.box(500, 0, 1000, 100)
    >>> part = shapely.box(400, 0, 530, 100)
    >>> [float(found[0]) for found in deepest([part], [1], [west, east], step=25)]
    [100.0, 400.0, 100.0]
    """
    parts, shapes = (np.asarray(given, dtype=object) for given in (parts, shapes))
    xy, row = _steps(parts, step)
    edges = _Edges(shapes, np.asarray(edge_of, dtype=np.intp)[row], xy)
    depth = _worth_measuring(xy, row, len(parts), edges)
    measured = np.flatnonzero(depth >= 0)
    order = measured[np.lexsort((-depth[measured], row[measured]))]
    first = order[np.unique(row[order], return_index=True)[1]]
    return depth[first], xy[first, 0], xy[first, 1]


def _steps(parts: Shapes, step: float) -> tuple[Metres, Positions]:
    """Return places along the outline of each part and, last, the middle of its largest circle."""
    inside = np.flatnonzero(shapely.area(parts) > 0)
    outline = parts.copy()
    outline[inside] = shapely.segmentize(parts[inside], step)
    circles = shapely.maximum_inscribed_circle(parts[inside], tolerance=step / 10)
    centres = shapely.get_coordinates(shapely.get_point(circles, 0))
    xy, row = shapely.get_coordinates(outline, return_index=True)
    ends = np.searchsorted(row, inside, side="right")
    return np.insert(xy, ends, centres, axis=0), np.insert(row, ends, inside)


def _worth_measuring(xy: Metres, row: Positions, count: int, edges: _Edges) -> Metres:
    """Measure the places among which the deepest of each part must be; the others are -1.

    A place can be no deeper than another one by more than the way between them. So of the
    places between two that were measured none has to be, where the way along them is too short
    to reach what was found already.
    """
    depth, best = np.full(len(row), -1.0), np.full(count, -1.0)

    def measure(places: Positions) -> None:
        depth[places] = edges.distances(places)
        np.maximum.at(best, row[places], depth[places])

    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    apart = np.flatnonzero(np.diff(row, prepend=-1, append=-1))
    places = np.arange(0, len(row), STRIDE)
    places = np.unique(np.concatenate([places, apart[:-1], apart[1:] - 1])).astype(np.intp)
    measure(places)
    start, end = places[:-1], places[1:]
    same = row[start] == row[end]
    start, end = start[same], end[same]
    while len(start):
        most = (depth[start] + depth[end] + along[end] - along[start]) / 2
        doubtful = (end - start > 1) & (most + SLACK >= best[row[start]])
        start, end = start[doubtful], end[doubtful]
        middle = (start + end) // 2
        measure(middle)
        start, end = np.concatenate([start, middle]), np.concatenate([middle, end])
    return depth


class _Edges:
    """The edges of footprints, in which places are looked for; each is taken apart once.

    A tree of the pieces of an edge is searched, since an edge has many thousands.
    """

    def __init__(self, shapes: Shapes, edge_of: Positions, xy: Metres) -> None:
        self._edge_of, self._xy = edge_of, xy
        self._trees = {shape: _pieces(shapes[shape]) for shape in np.unique(edge_of)}

    def distances(self, places: Positions) -> Metres:
        """Return how far some places are from the edges of their footprints."""
        found = np.zeros(len(places))
        edge_of = self._edge_of[places]
        for shape, tree in self._trees.items():
            mine = np.flatnonzero(edge_of == shape)
            points = shapely.points(self._xy[places[mine]])
            pair, metres = tree.query_nearest(points, return_distance=True, all_matches=False)
            found[mine[pair[0]]] = metres
        return found


def _pieces(shape: shapely.Geometry) -> shapely.STRtree:
    """Return the pieces of a polygon's edge, of two vertices each."""
    rings = shapely.get_parts(shapely.boundary(shape))
    ends, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    return shapely.STRtree(shapely.linestrings(np.stack([ends[:-1], ends[1:]], axis=1)[joined]))
