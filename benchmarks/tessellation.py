"""Draw countries that do not exist: units with fractal shared edges, and coarser footprints.

A country is a honeycomb with shaken corners whose edges are bent by halving: each half is bent
again, less. Neighbours share their edges vertex by vertex, so the units are a valid coverage.
"""

from __future__ import annotations

import math

import numpy as np
import shapely

SHAKE = 0.06
"""How far a corner is moved at most, in widths of a cell."""
BEND = 0.12
"""How far the middle of an edge is moved at most, in lengths of the edge."""
FADE = 0.6
"""How much less each halving bends. With these three no edge can reach another one."""


def tessellation(units: int, vertices: int, *, seed: int = 0, width_m: float = 1000) -> np.ndarray:
    """Draw polygons that share their edges.

    Parameters
    ----------
    units : int
        How many, at least; what a full honeycomb has, then cut to this many.
    vertices : int
        Of each, about: six times a power of two.
    seed : int, optional
        The same seed draws the same country.
    width_m : float, optional
        The width of a unit in metres.

    Returns
    -------
    array of Polygon
        In metres, row by row from the south-west.
    """
    random = np.random.default_rng(seed)
    across = math.ceil(math.sqrt(units))
    row, column = np.divmod(np.arange(units), across)
    ends = _corners(row, column)
    names, place = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    xy = names * [0.5, 1 / (2 * math.sqrt(3))] + random.uniform(-SHAKE, SHAKE, names.shape)
    place = place.reshape(units, 6)
    pairs = np.stack([place, np.roll(place, -1, axis=1)], axis=2)
    edges, which = np.unique(np.sort(pairs.reshape(-1, 2), axis=1), axis=0, return_inverse=True)
    lines = _bent(xy[edges[:, 0]], xy[edges[:, 1]], round(math.log2(vertices / 6)), random)
    lines = 400_000 + lines * width_m
    forward = (pairs[..., 0] < pairs[..., 1]).reshape(-1, 1, 1)
    sides = np.where(forward, lines[which.ravel()], lines[which.ravel(), ::-1])[:, :-1]
    rings = sides.reshape(units, -1, 2)
    return np.asarray(shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1)))


def _corners(row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Return the six corners of cells of a honeycomb as whole steps across and up."""
    x, y = 2 * column + row % 2, 3 * row
    steps = [(0, -2), (1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1)]
    return np.stack([np.stack([x + across, y + up], axis=1) for across, up in steps], axis=1)


def _bent(
    start: np.ndarray, end: np.ndarray, halvings: int, random: np.random.Generator
) -> np.ndarray:
    """Bend straight edges into lines of two to the power of ``halvings`` steps."""
    lines = np.stack([start, end], axis=1)
    for depth in range(halvings):
        step = np.diff(lines, axis=1)
        across = np.stack([-step[..., 1], step[..., 0]], axis=2)
        bend = random.uniform(-1, 1, (*step.shape[:2], 1)) * BEND * FADE**depth
        middle = lines[:, :-1] + step / 2 + across * bend
        longer = np.empty((len(lines), lines.shape[1] * 2 - 1, 2))
        longer[:, ::2], longer[:, 1::2] = lines, middle
        lines = longer
    return lines


def footprints_of(units: np.ndarray, count: int, *, seed: int = 0) -> np.ndarray:
    """Join units into coarser footprints with the same linework.

    Parameters
    ----------
    units : array of Polygon
        A valid coverage.
    count : int
        How many footprints, at most.
    seed : int, optional
        Another seed joins them otherwise.

    Returns
    -------
    array of Polygon or MultiPolygon
    """
    random = np.random.default_rng(seed)
    middles = shapely.centroid(units)
    tree = shapely.STRtree(middles[random.choice(len(units), count, replace=False)])
    owner = tree.query_nearest(middles, all_matches=False)[1]
    order = np.argsort(owner, kind="stable")
    groups = np.split(units[order], np.flatnonzero(np.diff(owner[order])) + 1)
    return np.array([shapely.coverage_union_all(group) for group in groups], dtype=object)


def redrawn(footprints: np.ndarray, tolerance_m: float = 100) -> np.ndarray:
    """Draw the same footprints with other linework, as a generalised release has it.

    Parameters
    ----------
    footprints : array of Polygon or MultiPolygon
        A valid coverage.
    tolerance_m : float, optional
        Details smaller than a square of this side are left out, in metres.

    Returns
    -------
    array of Polygon or MultiPolygon
        A valid coverage.
    """
    return np.asarray(shapely.coverage_simplify(footprints, tolerance_m))
