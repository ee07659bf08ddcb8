"""A grid over a layer: which cells lie wholly in one footprint, and which an edge runs through."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Shapes = npt.NDArray[np.object_]

NONE = -1
"""The owner of a cell, and the position of a point, in no footprint."""

LEAST_CELLS, MOST_CELLS = 256**2, 2048**2
CELLS_PER_VERTEX = 32

# Edges at a time, so that what is worked out for them stays in the processor's cache.
_AT_ONCE = 1 << 15

# Cells this close to an edge, in sides of a cell, count as touched by it: far more than rounding.
_MARGIN = 1e-6


class Grid(NamedTuple):
    """Square cells over the bounds of a layer.

    Parameters
    ----------
    west, south : float
        The corner that the cells are counted from, in metres (EPSG:27700).
    per_metre : float
        Cells in a metre.
    columns, rows : int
        How many cells there are, west to east and south to north.
    owners : array of int32
        For each cell, row by row: the footprint that it lies wholly in; -1 for none; -2 less the
        number of the cell in ``starts`` where it is undecided.
    starts : array of int
        Where the candidates of each undecided cell start; one more at the end.
    candidates : array of int32
        The footprints that meet each undecided cell, ascending.
    """

    west: float
    south: float
    per_metre: float
    columns: int
    rows: int
    owners: npt.NDArray[np.int32]
    starts: Integers
    candidates: npt.NDArray[np.int32]


class _Touched(NamedTuple):
    """Pairs of a footprint and a cell that its edge runs through, by footprint, row and column."""

    footprint: Integers
    row: Integers
    column: Integers


def build_grid(shapes: Shapes) -> Grid:
    """Lay a grid over footprints.

    Parameters
    ----------
    shapes : array of polygons
        In EPSG:27700, prepared; none missing or empty.

    Returns
    -------
    Grid

    Examples
    --------
    >>> grid = build_grid(np.array([shapely.box(0, 0, 1000, 1000)]))
    >>> grid.columns, grid.rows, int(grid.owners[128 * grid.columns + 128])
    (257, 257, 0)
    """
    if not len(shapes):
        nothing = np.zeros(0, dtype=np.int32)
        return Grid(0.0, 0.0, 1.0, 0, 0, nothing, np.zeros(1, dtype=np.int64), nothing)
    west, south, east, north = shapely.total_bounds(shapes)
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    cells = min(max(CELLS_PER_VERTEX * vertices, LEAST_CELLS), MOST_CELLS)
    # Long thin layers keep square cells, and no side has more cells than the grid as a whole.
    side = max(
        np.sqrt((east - west) * (north - south) / cells), max(east - west, north - south) / cells
    )
    columns, rows = int((east - west) / side) + 1, int((north - south) / side) + 1
    frame = Grid(west, south, 1 / side, columns, rows, *_NOTHING)
    touched = _touched(shapes, frame)
    inner_cells, inner = _inside(shapes, touched, frame)
    edge_cells = touched.row * columns + touched.column
    return _decided(frame, edge_cells, touched.footprint, inner_cells, inner)


_NOTHING = (np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int32))


def expanded(starts: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """Return the numbers from each start on, as many as counted, and whose each one is.

    Examples
    --------
    >>> [part.tolist() for part in expanded(np.array([5, 9]), np.array([2, 1]))]
    [[5, 6, 9], [0, 0, 1]]
    """
    whose = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return np.arange(len(whose)) + (starts - before)[whose], whose


def _touched(shapes: Shapes, grid: Grid) -> _Touched:
    """Find the cells that the edges of each footprint run through, or pass within a hair of."""
    footprint, ends = _segments(shapes, grid)
    keys = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(footprint), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        segment, row, column = _crossed([values[part] for values in ends], grid)
        key = (footprint[part][segment] * grid.rows + row) * grid.columns + column
        # Most edges are far shorter than a cell: dropping runs of the same leaves less to sort.
        keys.append(_distinct(key))
    key = _distinct(np.sort(np.concatenate(keys)))
    key, column = np.divmod(key, grid.columns)
    return _Touched(*np.divmod(key, grid.rows), column)


def _crossed(ends: Sequence[Floats], grid: Grid) -> tuple[Integers, Integers, Integers]:
    """Return pairs of an edge and a cell that it runs through: edge, row and column."""
    u0, v0, u1, v1 = ends
    first, last = _span(np.minimum(v0, v1), np.maximum(v0, v1), grid.rows)
    row, edge = expanded(first, last - first + 1)
    u, v, along, rise = u0[edge], v0[edge], (u1 - u0)[edge], (v1 - v0)[edge]
    level = rise == 0
    rise[level] = 1.0
    enter = np.where(level, 0.0, np.clip((row - _MARGIN - v) / rise, 0, 1))
    leave = np.where(level, 1.0, np.clip((row + 1 + _MARGIN - v) / rise, 0, 1))
    sides = u + enter * along, u + leave * along
    first, last = _span(np.minimum(*sides), np.maximum(*sides), grid.columns)
    column, piece = expanded(first, last - first + 1)
    return edge[piece], row[piece], column


def _segments(shapes: Shapes, grid: Grid) -> tuple[Integers, tuple[Floats, ...]]:
    """Return whose each edge is, and its two ends in cells from the corner of the grid."""
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    points, point_of = shapely.get_coordinates(rings, return_index=True)
    u = (points[:, 0] - grid.west) * grid.per_metre
    v = (points[:, 1] - grid.south) * grid.per_metre
    joined = point_of[1:] == point_of[:-1]
    ends = u[:-1][joined], v[:-1][joined], u[1:][joined], v[1:][joined]
    return part_of[ring_of[point_of[1:][joined]]], ends


def _span(low: Floats, high: Floats, count: int) -> tuple[Integers, Integers]:
    """Return the first and the last of the rows, or columns, that a stretch reaches."""
    first = np.clip(np.floor(low - _MARGIN), 0, count - 1)
    last = np.clip(np.floor(high + _MARGIN), 0, count - 1)
    return first.astype(np.int64), last.astype(np.int64)


def _distinct(ordered: Integers) -> Integers:
    """Drop what repeats the number before it."""
    keep = np.ones(len(ordered), dtype=bool)
    keep[1:] = ordered[1:] != ordered[:-1]
    return ordered[keep]


def _inside(shapes: Shapes, touched: _Touched, grid: Grid) -> tuple[Integers, Integers]:
    """Return the cells wholly inside each footprint, and the footprint of each.

    Between two cells of a row that its edge touches, a footprint holds all cells or none.
    """
    footprint, row, column = touched
    same = (footprint[1:] == footprint[:-1]) & (row[1:] == row[:-1])
    gap = np.flatnonzero(same & (column[1:] - column[:-1] > 1))
    footprint, row, first = footprint[gap], row[gap], column[gap] + 1
    count = column[gap + 1] - first
    x = grid.west + (first + 0.5) / grid.per_metre
    y = grid.south + (row + 0.5) / grid.per_metre
    held = shapely.intersects_xy(shapes[footprint], x, y)
    cells, run = expanded((row * grid.columns + first)[held], count[held])
    return cells, footprint[held][run]


def _decided(
    grid: Grid, edge_cells: Integers, edges: Integers, inner_cells: Integers, inner: Integers
) -> Grid:
    """Give each cell its owner, or the candidates that a point in it has."""
    owners = np.full(grid.columns * grid.rows, NONE, dtype=np.int32)
    owners[inner_cells] = inner
    undecided = np.zeros(len(owners), dtype=bool)
    undecided[edge_cells] = True
    if len(inner_cells) > np.count_nonzero(owners != NONE):
        undecided[np.bincount(inner_cells, minlength=len(owners)) > 1] = True
    more = undecided[inner_cells]
    cells = np.concatenate([edge_cells, inner_cells[more]])
    found = np.concatenate([edges, inner[more]])
    order = np.lexsort((found, cells))
    numbers = np.flatnonzero(undecided)
    owners[numbers] = -2 - np.arange(len(numbers), dtype=np.int32)
    starts = np.searchsorted(cells[order], np.append(numbers, len(owners)))
    return grid._replace(owners=owners, starts=starts, candidates=found[order].astype(np.int32))
