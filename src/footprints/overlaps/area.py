"""The exact area that polygons of two layers share, with as few intersections as can be.

Most pairs need none: a small polygon that lies within one large polygon shares all its area with
that one, and nothing with the others where these do not overlap. Only what crosses an edge is
intersected, against large polygons cut into small pieces, since areas add up.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

import numpy as np
import shapely

from footprints.errors import GeometryError, Problems
from footprints.geometry import POLYGONS
from footprints.overlaps.edges import Edges, areas_by_edges, boxes_along, edges_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    Shapes: TypeAlias = npt.NDArray[np.object_]
    Positions: TypeAlias = npt.NDArray[np.intp]
    Flags: TypeAlias = npt.NDArray[np.bool_]
    Areas: TypeAlias = npt.NDArray[np.float64]
    Column: TypeAlias = npt.NDArray[Any]

Found = TypeVar("Found")
MOST_THREADS = 4
"""How many threads are started unless asked for; more gain little, and the machine is shared."""
MOST_VERTICES = 192
"""A polygon with more vertices is cut into pieces before its edges are summed."""
WORTH_CUTTING = 1 << 17
"""Vertices times pairs of a polygon: below that, cutting it costs more than it saves."""
DEEPEST_CUT = 24
"""How often a polygon is halved at most: the vertices of one place cannot be told apart."""
THIN = 1e-6
"""An area below this share of the smaller polygon's is found by GEOS instead, and so is that of a
polygon below this share of its own bounding box: a sum would not be exact enough."""
BLOCK = 1 << 16
"""How many edges of pieces are held against small polygons at once: what fits in the cache."""
FEW = 16
"""How many vertices of a polygon are looked at before it is asked whether all of it is within."""
CHUNKS_A_THREAD = 4
"""Into how many chunks the work of a thread is split, so that no thread waits for a slow one."""


def intersection_areas(
    left: Sequence[object] | Shapes,
    right: Sequence[object] | Shapes,
    *,
    checked: bool = False,
    threads: int | None = None,
) -> tuple[Positions, Positions, Areas]:
    """Find every pair of polygons that share area, and how much.

    The areas are those of Shapely's exact ``intersection``, to a billionth of the smaller
    polygon's. Nothing is buffered, rounded or snapped beforehand, and no pair is left out for
    being small: lines drawn apart by the noise of floating point give pairs of 1e-7 m², which
    are for the caller to tell from small real places. Polygons that share an edge point by
    point, or touch in points, are no pair.

    Parameters
    ----------
    left, right : array-like of Polygon or MultiPolygon
        In EPSG:27700. None and empty geometry are allowed and share nothing. The polygons of one
        side may overlap one another. They are not changed.
    checked : bool
        Whether all are known to be valid polygons, as those of an atlas are, which has checked
        them at its door. What is not valid then gives areas that mean nothing.
    threads : int, optional
        How many threads to work with; None is as many as there are processors, four at most.
        The answer does not depend on it.

    Returns
    -------
    i, j : array of int
        The positions in ``left`` and in ``right``, a pair a row, sorted by ``i`` and then ``j``.
    area_m2 : array of float
        The area that the pair shares in square metres, more than zero.

    Raises
    ------
    GeometryError
        A geometry is no polygon, or an invalid one, and they were not ``checked``; all are named
        by side and position.
    ValueError
        There are fewer threads than one.

    Examples
    --------
    >>> west, east = shapely.box(0, 0, 3, 2), shapely.box(3, 0, 6, 2)
    >>> i, j, area_m2 = intersection_areas([shapely.box(1, 0, 4, 1)], [west, east, None])
    >>> i.tolist(), j.tolist(), area_m2.tolist()
    ([0, 0], [0, 1], [2.0, 1.0])
    """
    sides = np.asarray(left, dtype=object), np.asarray(right, dtype=object)
    with _Workers(threads) as workers:
        sound = [] if checked else [workers.begin(shapely.is_valid, side) for side in sides]
        swapped = len(sides[0]) < len(sides[1])
        large, small = sides if swapped else sides[::-1]
        # What needs no pairs is begun before they are looked for, which takes one thread.
        faults = workers.begin(shapely.coverage_invalid_edges, large, chunks=1)
        pairs = _near(large, small)
        if not checked:
            _refuse_unusable(sides, [workers.finish(parts) for parts in sound])
        k, n, area_m2 = _shared(large, small, pairs, faults, workers)
    i, j = (k, n) if swapped else (n, k)
    order = np.lexsort((j, i))
    return i[order], j[order], area_m2[order]


class _Workers:
    """Threads that each take a part of some rows; Shapely works without Python's lock."""

    def __init__(self, threads: int | None) -> None:
        self.threads = min(os.cpu_count() or 1, MOST_THREADS) if threads is None else threads
        if self.threads < 1:
            msg = f"There are {threads!r} threads to work with; it takes at least 1."
            raise ValueError(msg)
        self.pool = ThreadPoolExecutor(self.threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown()

    def begin(
        self, work: Callable[..., Found], *columns: Column, chunks: int = 0
    ) -> list[Future[Found]]:
        """Start ``work`` on parts of the columns, as many as asked for."""
        parts = chunks or (self.threads * CHUNKS_A_THREAD if self.threads > 1 else 1)
        split = zip(*(np.array_split(column, parts) for column in columns), strict=True)
        return [self.pool.submit(work, *part) for part in split]

    @staticmethod
    def finish(parts: list[Future[Column]]) -> Column:
        """Join what the parts gave, in order."""
        return np.concatenate([part.result() for part in parts])

    def over(self, work: Callable[..., Column], *columns: Column, chunks: int = 0) -> Column:
        """Call ``work`` on parts of the columns and join what it returns, in order."""
        return self.finish(self.begin(work, *columns, chunks=chunks))


def _refuse_unusable(sides: tuple[Shapes, Shapes], sound: list[Flags]) -> None:
    """Raise for whatever is no polygon or an invalid one, on both sides at once."""
    problems = Problems("The polygons")
    for name, shapes, valid in zip(("left", "right"), sides, sound, strict=True):
        something = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        polygon = np.isin(shapely.get_type_id(shapes), POLYGONS)
        faults = {"are no polygons": ~polygon, "are not valid": polygon & ~valid}
        for fault, rows in faults.items():
            found = np.flatnonzero(something & rows)
            if found.size:
                problems.add(f"on the {name} {fault} at the positions", found)
    problems.raise_any(GeometryError)


def _near(large: Shapes, small: Shapes) -> tuple[Positions, Positions, Flags]:
    """Return the pairs whose bounding boxes meet, sorted by the position in ``large``.

    Of each pair it is told whether the outline of the large polygon may pass through the box of
    the small one. Elsewhere that is inside or outside as a whole.
    """
    tree = shapely.STRtree(small)
    k, n = tree.query(large)
    order = np.argsort(k, kind="stable")
    k, n = k[order], n[order]
    boxes, owners = boxes_along(large, len(small))
    box, met = tree.query(boxes)
    return k, n, np.isin(k * len(small) + n, owners[box] * len(small) + met)


def _shared(
    large: Shapes,
    small: Shapes,
    pairs: tuple[Positions, Positions, Flags],
    faults: list[Future[Shapes]],
    workers: _Workers,
) -> tuple[Positions, Positions, Areas]:
    """Return the pairs, the position in ``large`` first, and the areas that they share.

    ``faults`` are what :func:`_ruled_out` goes by, begun before.
    """
    k, n, edge = pairs

    def within(k: Positions, n: Positions, edge: Flags) -> Flags:
        return _lies_within(_prepared(large, k), small[n], edge)

    inside = workers.over(within, k, n, edge)
    whole = workers.begin(shapely.area, small[n[inside]])
    unsettled = edge & ~inside & ~_ruled_out(workers.finish(faults), k, n, inside)
    area_m2 = np.zeros(len(k))
    area_m2[unsettled] = _crossing_areas(large, small, k[unsettled], n[unsettled], workers)
    area_m2[inside] = workers.finish(whole)
    found = area_m2 > 0
    return k[found], n[found], area_m2[found]


def _prepared(shapes: Shapes, rows: Positions) -> Shapes:
    """Return prepared copies of the shapes at sorted positions, one copy for each shape.

    The index of a prepared geometry grows while it is used, so no two threads may share one; and
    the caller's own polygons stay as they are.
    """
    positions, places = np.unique(rows, return_inverse=True)
    copies = shapely.force_2d(shapes[positions])
    shapely.prepare(copies)
    return np.asarray(copies[places])


def _lies_within(large: Shapes, small: Shapes, edge: Flags) -> Flags:
    """Tell which small polygons lie within their prepared large one, as far as it costs little.

    The middle settles all but those at an edge. One of these whose middle is outside is told not
    to: the few bent ones that are within nevertheless are intersected.
    """
    bounds = shapely.bounds(small)
    middle = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    inside = shapely.contains_xy(large, *middle)
    likely = np.flatnonzero(inside & edge)
    deep = shapely.contains_properly(large[likely], small[likely])
    inside[likely] = deep
    rest = likely[~deep]
    rest = rest[_all_but_outside(large[rest], small[rest])]
    inside[rest] = shapely.relate_pattern(large[rest], small[rest], "T*****FF*")
    return np.asarray(inside)


def _all_but_outside(large: Shapes, small: Shapes) -> Flags:
    """Tell which small polygons have none of a few vertices outside their prepared large one."""
    xy, owner = shapely.get_coordinates(small, return_index=True)
    step = np.maximum(np.bincount(owner, minlength=len(small)) // FEW, 1)
    starts = np.searchsorted(owner, np.arange(len(small)))
    few = np.flatnonzero((np.arange(len(xy)) - starts[owner]) % step[owner] == 0)
    outside = ~shapely.intersects_xy(large[owner[few]], xy[few, 0], xy[few, 1])
    return np.asarray(np.bincount(owner[few], outside, minlength=len(small)) == 0)


def _ruled_out(faults: Shapes, k: Positions, n: Positions, inside: Flags) -> Flags:
    """Tell which pairs share nothing because the small polygon lies within another large one.

    That holds where two large polygons cannot overlap: where one of the two meets its neighbours
    edge by edge. GEOS calls the edges of a polygon that do not, or that lie within another one,
    invalid: ``faults``, for each large polygon.
    """
    apart = shapely.is_empty(faults) | shapely.is_missing(faults)
    safe = inside & apart[k]
    home = np.full(n.max(initial=-1) + 1, -1)
    home[n[safe]] = k[safe]
    return np.asarray((home[n] >= 0) & (home[n] != k) & apart[k])


def _crossing_areas(
    large: Shapes, small: Shapes, k: Positions, n: Positions, workers: _Workers
) -> Areas:
    """Return the areas that pairs share; the small are held against pieces of the large.

    Where next to nothing is shared the sum over edges cannot tell it from nothing, but GEOS can.
    """
    pair, pieces, piece = _pairs_of_pieces(large, k, small, n, workers)
    edges = edges_of(pieces)

    def taken_apart(n: Positions) -> tuple[Edges, Positions, Areas]:
        used, place = np.unique(n, return_inverse=True)
        return edges_of(small[used]), place, shapely.bounds(small[used])[place]

    def cut_out(k: Positions, n: Positions) -> Areas:
        shapes, others = _prepared(large, k), small[n]
        found = np.zeros(len(k))
        more = np.flatnonzero(shapely.intersects(shapes, others))
        more = more[~shapely.touches(shapes[more], others[more])]
        found[more] = shapely.area(shapely.intersection(large[k[more]], others[more]))
        return found

    blocks = int(np.diff(edges.starts)[piece].sum() // BLOCK + 1)
    apart = workers.begin(taken_apart, n[pair], chunks=blocks)
    whole = workers.begin(shapely.area, small[n])
    sums = []
    # NumPy mostly holds Python's lock, so only this thread sums; the others hand it the edges.
    for part, held in zip(apart, np.array_split(piece, blocks), strict=True):
        first, place, bounds = part.result()
        sums.append(areas_by_edges(first, edges, place, held, bounds))
    shared = np.bincount(pair, np.concatenate(sums), minlength=len(k))
    least = np.minimum(shapely.area(large)[k], workers.finish(whole))
    x0, y0, x1, y1 = shapely.bounds(small[n]).T
    thin = np.flatnonzero(~((shared > THIN * least) & (least > THIN * (x1 - x0) * (y1 - y0))))
    shared[thin] = workers.over(cut_out, k[thin], n[thin])
    return np.asarray(shared, dtype=float)


def _pairs_of_pieces(
    large: Shapes, k: Positions, small: Shapes, n: Positions, workers: _Workers
) -> tuple[Positions, Shapes, Positions]:
    """Return the pieces of the large polygons, and which of them each pair has to do with."""
    used, place = np.unique(k, return_inverse=True)
    pieces, owners = _pieces(large[used], np.bincount(place), workers)
    others, other = np.unique(n, return_inverse=True)
    near, piece = shapely.STRtree(pieces).query(small[others])
    pairs, wanted = place * len(others) + other, owners[piece] * len(others) + near
    order = np.argsort(pairs)
    found = np.searchsorted(pairs, wanted, sorter=order)
    pair = order[np.minimum(found, len(pairs) - 1)] if len(pairs) else found
    real = pairs[pair] == wanted
    return pair[real], pieces, piece[real]


def _pieces(shapes: Shapes, pairs: Positions, workers: _Workers) -> tuple[Shapes, Positions]:
    """Cut polygons that are in many pairs into pieces of few vertices, by halving their boxes.

    Returns
    -------
    pieces : array of Polygon
        Those of one shape do not overlap and together are the shape.
    owners : array of int
        The position of the shape that each is of.
    """
    parts, owners = shapely.get_parts(shapes, return_index=True)
    done: list[tuple[Shapes, Positions]] = []
    for _ in range(DEEPEST_CUT):
        vertices = shapely.get_num_coordinates(parts)
        many = (vertices > MOST_VERTICES) & (vertices * pairs[owners] > WORTH_CUTTING)
        done.append((parts[~many], owners[~many]))
        if not many.any():
            break
        halves, whose = shapely.get_parts(
            workers.over(_halves, parts[many]).ravel(), return_index=True
        )
        polygon = np.isin(shapely.get_type_id(halves), POLYGONS)
        parts, owners = halves[polygon], owners[many][whose[polygon] // 2]
    else:
        done.append((parts, owners))
    pieces, whose = (np.concatenate(column) for column in zip(*done, strict=True))
    return pieces, whose


def _halves(shapes: Shapes) -> Shapes:
    """Cut each polygon in two across the longer side of its bounding box; two columns."""
    x0, y0, x1, y1 = shapely.bounds(shapes).T
    wide = x1 - x0 > y1 - y0
    x, y = np.where(wide, (x0 + x1) / 2, x1), np.where(wide, y1, (y0 + y1) / 2)
    first = shapely.box(x0, y0, x, y)
    second = shapely.box(np.where(wide, x, x0), np.where(wide, y0, y), x1, y1)
    return np.column_stack(
        [shapely.intersection(shapes, first), shapely.intersection(shapes, second)]
    )
