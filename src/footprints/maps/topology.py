"""Polygons as arcs: each stretch of edge once, however many areas it bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from footprints.geometry import NATIONAL_GRID

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

METRES_IN_DEGREE = 111_000


@dataclass(frozen=True, kw_only=True)
class Topology:
    """Areas that share arcs, on a grid of degrees.

    Parameters
    ----------
    step : float
        The width of the grid, in degrees.
    arcs : list of array of int
        Of each arc its points, in steps: columns x (longitude) and y (latitude).
    pieces : list of array of int
        Of each area the positions of the arcs that bound it, in no order.
    """

    step: float
    arcs: list[Ints]
    pieces: list[Ints]

    def as_json(self) -> dict[str, object]:
        """Return it as what JSON can hold: each point as its distance from the one before it."""
        deltas = [np.diff(arc, axis=0, prepend=[[0, 0]]) for arc in self.arcs]
        return {
            "step": self.step,
            "arcs": [delta.ravel().tolist() for delta in deltas],
            "pieces": [piece.tolist() for piece in self.pieces],
        }

    @property
    def touching(self) -> tuple[Ints, Ints]:
        """The pairs of areas that share an arc, as two arrays of positions."""
        arc = np.concatenate([*self.pieces, np.empty(0, np.int64)])
        owner = np.repeat(np.arange(len(self.pieces)), [len(piece) for piece in self.pieces])
        order = np.argsort(arc, kind="stable")
        arc, owner = arc[order], owner[order]
        both = np.flatnonzero(arc[1:] == arc[:-1])
        return owner[both], owner[both + 1]


def topology(geometry: gpd.GeoSeries, *, detail_m: float) -> Topology:
    """Simplify areas together and take them apart into arcs.

    Neighbours that share their edges vertex by vertex go on sharing them.

    Parameters
    ----------
    geometry : GeoSeries
        Polygons and multipolygons in EPSG:27700.
    detail_m : float
        What is smaller than about this many metres is left out.

    Returns
    -------
    Topology
        With a piece for each polygon, in their order.

    Examples
    --------
    >>> squares = gpd.GeoSeries(shapely.box([0, 1000], 0, [1000, 2000], 1000), crs=27700)
    >>> found = topology(squares, detail_m=10)
    >>> len(found.arcs), [len(piece) for piece in found.pieces]
    (3, [2, 2])
    """
    simple = shapely.coverage_simplify(geometry.array, detail_m)
    degrees = gpd.GeoSeries(simple, crs=NATIONAL_GRID).to_crs("EPSG:4326")
    step = _step(detail_m / 4)
    return _cut(degrees.array, step)


def _step(metres: float) -> float:
    """Return a round number of degrees that is at most so many metres."""
    degrees = metres / METRES_IN_DEGREE
    power = 10.0 ** np.floor(np.log10(degrees))
    return float(f"{next(n for n in (5, 2, 1) if n * power <= degrees * 1.0001) * power:.1g}")


def _cut(shapes: npt.NDArray[np.object_], step: float) -> Topology:
    vertex, ring_start, owner, places = _rings(shapes, step)
    arc_start, arc_end, vertices = _between_junctions(vertex, ring_start)
    first, second = vertices[arc_start], vertices[arc_start + 1]
    last, before = vertices[arc_end], vertices[arc_end - 1]
    count = len(places)
    # Between junctions there is one way on, so the first edge tells the whole arc.
    keys = np.minimum(first * count + second, last * count + before)
    _, chosen, arc = np.unique(keys, return_index=True, return_inverse=True)
    arcs = [places[vertices[arc_start[n] : arc_end[n] + 1]] for n in chosen]
    # The rings have a vertex more once they are closed.
    closed = ring_start + np.arange(len(ring_start))
    piece = owner[np.searchsorted(closed, arc_start, side="right") - 1]
    bounds = pd.DataFrame({"piece": piece, "arc": arc}).groupby(["piece", "arc"]).size()
    # What an area has on both sides does not bound it.
    table = bounds[bounds % 2 == 1].reset_index()
    split = np.searchsorted(table["piece"], np.arange(1, len(shapes)))
    return Topology(step=step, arcs=arcs, pieces=np.split(table["arc"].to_numpy(), split))


def _rings(shapes: npt.NDArray[np.object_], step: float) -> tuple[Ints, Ints, Ints, Ints]:
    """Return rings on the grid without their last point.

    Returns
    -------
    vertex : array of int
        The points of all rings, as positions in ``places``.
    ring_start : array of int
        Where each ring begins.
    owner : array of int
        The polygon that each ring belongs to.
    places : array of int
        The points in steps: columns x and y.
    """
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    places, vertex = np.unique(np.round(xy / step).astype(np.int64), axis=0, return_inverse=True)
    vertex = vertex.ravel()
    same = (vertex[1:] == vertex[:-1]) & (ring[1:] == ring[:-1])
    ends = np.append(ring[1:] != ring[:-1], True)
    # The closing point goes, and so does what fell on the point after it.
    kept = ~(np.append(same, False) | ends)
    length = np.bincount(ring[kept], minlength=len(rings))
    kept &= (length >= 3)[ring]
    length = length[length >= 3]
    owner = shape[part[np.unique(ring[kept])]]
    return vertex[kept], np.cumsum(length) - length, owner, places


def _between_junctions(vertex: Ints, ring_start: Ints) -> tuple[Ints, Ints, Ints]:
    """Cut rings where they meet others.

    Returns
    -------
    arc_start, arc_end : array of int
        Positions in ``vertices``.
    vertices : array of int
        The points of the rings, each turned to start at a junction, and closed.
    """
    length = np.diff(ring_start, append=len(vertex))
    ring = np.repeat(np.arange(len(ring_start)), length)
    place = np.arange(len(vertex)) - ring_start[ring]
    following = vertex[ring_start[ring] + (place + 1) % length[ring]]
    junction = _is_junction(vertex, following)[vertex]
    turn = _first_of(junction, vertex, ring) - ring_start
    # Each ring is walked once round from its junction, and ends where it began.
    long = length + 1
    start = np.cumsum(long) - long
    again = np.repeat(np.arange(len(ring_start)), long)
    walked = np.arange(long.sum()) - start[again]
    at = ring_start[again] + (walked + turn[again]) % length[again]
    cut = junction[at] | (walked == 0) | (walked == length[again])
    breaks = np.flatnonzero(cut)
    inside = again[breaks[:-1]] == again[breaks[1:]]
    return breaks[:-1][inside], breaks[1:][inside], vertex[at]


def _is_junction(one: Ints, other: Ints) -> npt.NDArray[np.bool_]:
    """Tell of each point whether other than two edges meet there."""
    ends = np.sort(np.stack([one, other], axis=1), axis=1)
    edges = np.unique(ends, axis=0)
    return np.bincount(edges.ravel()) != 2 if len(edges) else np.zeros(0, np.bool_)


def _first_of(junction: npt.NDArray[np.bool_], vertex: Ints, ring: Ints) -> Ints:
    """Return where each ring has its first junction, or its lowest point if it has none."""
    points = pd.DataFrame({"ring": ring, "other": ~junction, "vertex": vertex})
    points.loc[junction, "vertex"] = 0
    points = points.sort_values(["ring", "other", "vertex"], kind="stable")
    return np.asarray(points.index[~points["ring"].duplicated()])
