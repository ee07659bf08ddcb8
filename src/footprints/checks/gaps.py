"""Where lines leave a gap or overlap: the places, their width, and what lies beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import shapely

from footprints.geometry import POLYGONS, without_threads
from footprints.overlaps.cross_check import FLOAT_NOISE_M

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes: TypeAlias = npt.NDArray[np.object_]
    Codes: TypeAlias = tuple[int, ...]

ARITHMETIC_M = 1e-8
"""A place that is narrower, on average, is what rounding leaves of a computation, and no place."""
MITRE = 20.0
"""Corners of more than 6 degrees stay sharp when an area is widened and narrowed again."""


def overlaps(shapes: Shapes) -> tuple[list[Codes], Shapes]:
    """Find the places that lie in several polygons, each place once.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Valid, in metres.

    Returns
    -------
    codes : list of tuple of int
        The polygons that each place lies in, as positions, two or more.
    places : array of Polygon

    Examples
    --------
    >>> squares = shapely.box(np.array([0.0, 2.0]), 0, np.array([3.0, 5.0]), 1)
    >>> codes, places = overlaps(squares)
    >>> codes, shapely.area(places).tolist()
    ([(0, 1)], [1.0])
    """
    odd = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    row, other = shapely.STRtree(shapes).query(shapes[odd], predicate="intersects")
    both = np.sort(np.stack([odd[row], other], axis=1), axis=1)
    pairs = np.unique(both[both[:, 0] != both[:, 1]], axis=0)
    shared = without_threads(shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]]))
    places, row = _places(shared)
    return _told_apart([(int(i), int(j)) for i, j in pairs[row]], places, shapes)


def _told_apart(pairs: list[Codes], places: Shapes, shapes: Shapes) -> tuple[list[Codes], Shapes]:
    """Divide the places of pairs where a third polygon reaches into them."""
    row, third = shapely.STRtree(shapes).query(places, predicate="intersects")
    in_pair = np.array([k in pairs[place] for place, k in zip(row, third, strict=True)], dtype=bool)
    row, third = row[~in_pair], third[~in_pair]
    shared = without_threads(shapely.intersection(places[row], shapes[third]))
    met = np.flatnonzero(_is_place(shared))
    # What covers most of a place comes first, so that little is left to divide by the others.
    met = met[np.lexsort((third[met], -shapely.area(shared[met])))]
    thirds = pd.Series(third[met]).groupby(row[met]).agg(list).to_dict()
    codes: list[Codes] = []
    found = [places[:0]]
    for place, pair in enumerate(pairs):
        held, parts = _parted(pair, places[[place]], thirds.get(place, []), shapes)
        codes += held
        found.append(parts)
    return codes, np.concatenate(found)


def _parted(
    pair: Codes, parts: Shapes, thirds: list[int], shapes: Shapes
) -> tuple[list[Codes], Shapes]:
    """Divide the place of a pair by the polygons that reach into it, and keep no empty piece.

    What three share lies in the places of their three pairs: only that of the first holds it.
    """
    held = [pair]
    for k in sorted(thirds, key=lambda k: k > pair[1]):
        if not shapely.intersects(parts, shapes[k]).any():
            continue
        rest, of = _places(without_threads(shapely.difference(parts, shapes[k])))
        codes = [held[piece] for piece in of]
        if k > pair[1]:
            shared, of = _places(without_threads(shapely.intersection(parts, shapes[k])))
            codes += [tuple(sorted((*held[piece], k))) for piece in of]
            rest = np.concatenate([rest, shared])
        held, parts = codes, rest
    return held, parts


def gaps(
    shapes: Shapes, reference: shapely.Geometry | None, *, search: float, limit: float
) -> pd.DataFrame:
    """Find the places that no polygon covers.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Valid, in metres.
    reference : geometry, optional
        What is to be covered. None looks for what the polygons enclose, and for what lies open
        between two of them.
    search : float
        Without a reference, how wide an open gap may be, in metres, to be found.
    limit : float
        Metres. A place that is wider in one part and narrower in another is divided there.

    Returns
    -------
    DataFrame
        A row a place. Columns: ``place`` (Polygon); ``codes`` (positions of the polygons along
        it, ascending); ``inner_m`` (metres of its edge along polygons) and ``outer_m`` (along
        neither them nor another part of the same place); ``is_open`` (whether it is open to
        what lies outside the polygons, or outside the reference).

    Examples
    --------
    >>> squares = shapely.box(np.array([0.0, 3.5]), 0, np.array([3.0, 6.0]), 5)
    >>> gaps(squares, None, search=1, limit=1)[["codes", "inner_m", "is_open"]]
        codes  inner_m  is_open
    0  (0, 1)     10.0     True
    """
    whole = union(shapes)
    if reference is None:
        rings = shapely.get_exterior_ring(shapely.get_parts(whole))
        filled = shapely.union_all(shapely.polygons(rings))
        enclosed, _ = _places(np.array([shapely.difference(filled, whole)], dtype=object))
        opened = _open(shapes, filled, search)
        return pd.concat(
            [
                _described(enclosed, shapes, limit).assign(is_open=False),
                _described(opened, shapes, limit).assign(is_open=True),
            ],
            ignore_index=True,
        )
    missing, _ = _places(np.array([shapely.difference(reference, whole)], dtype=object))
    found = _described(missing, shapes, limit)
    return found.assign(is_open=found["outer_m"] > FLOAT_NOISE_M)


def _described(places: Shapes, shapes: Shapes, limit: float) -> pd.DataFrame:
    """Divide places where they are narrow, and say what lies along each part."""
    cores, _, noise = _divided(places, FLOAT_NOISE_M)
    wide, was_cut, narrow = _divided(cores, limit)
    parts = np.concatenate([wide, narrow, noise])
    # The edge at which a part was cut off lies up to half of the limit from the polygons.
    reach = np.full(len(parts), FLOAT_NOISE_M)
    reach[: len(wide)] += np.where(was_cut, limit / 2, 0)
    return pd.DataFrame({"place": parts}).join(beside(parts, shapes, reach))


def union(shapes: Shapes) -> shapely.Geometry:
    """Join polygons, in much less time where they share their edges exactly."""
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapes)


def _open(shapes: Shapes, filled: shapely.Geometry, search: float) -> Shapes:
    """Find what lies open between two polygons that come as near as the search width.

    Around the outer edges that come so near, the polygons are widened by half of it and narrowed
    again: what is then filled was between them.
    """
    facing = _facing(shapes, filled, search)
    if not len(facing):
        return shapes[:0]
    near = shapely.union_all(shapely.buffer(facing, search))
    around = shapely.buffer(near, 2 * search)
    met = shapely.STRtree(shapes).query(around, predicate="intersects")
    local = shapely.union_all(shapely.intersection(shapes[met], around))
    closed = _widened(_widened(local, search / 2), -search / 2)
    found = shapely.difference(shapely.intersection(closed, near), local)
    cores, _, _ = _divided(_places(np.array([found], dtype=object))[0], FLOAT_NOISE_M)
    shapely.prepare(filled)
    cores = cores[~shapely.covers(filled, shapely.point_on_surface(cores))]
    sides = beside(cores, shapes, np.full(len(cores), FLOAT_NOISE_M))
    return np.asarray(cores[sides["codes"].map(len).to_numpy(dtype=int) > 1])


def _facing(shapes: Shapes, filled: shapely.Geometry, search: float) -> Shapes:
    """Return the outer edges that come within the search width of one of another polygon.

    The edges that GEOS finds for a gap width leave out those shorter than that width.
    """
    rings = shapely.get_exterior_ring(shapely.get_parts(filled))
    edges, _ = _edges(shapely.polygons(rings))
    edge, shape = _along(edges, _edges(shapes), np.full(len(edges), FLOAT_NOISE_M))
    owner = np.full(len(edges), -1)
    owner[edge] = shape
    one, other = shapely.STRtree(edges).query(edges, predicate="dwithin", distance=search)
    return np.asarray(edges[np.unique(one[owner[one] != owner[other]])])


def _widened(shapes: shapely.Geometry | Shapes, metres: float) -> shapely.Geometry | Shapes:
    return shapely.buffer(shapes, metres, join_style="mitre", mitre_limit=MITRE)


def _divided(places: Shapes, width: float) -> tuple[Shapes, npt.NDArray[np.bool_], Shapes]:
    """Return what of each place is wider than a width, whether it was cut, and what is not."""
    cores = _widened(_widened(places, -width / 2), width / 2)
    cores = without_threads(shapely.intersection(cores, places))
    rest, owner = _places(without_threads(shapely.difference(places, cores)))
    cut = np.isin(np.arange(len(places)), owner)
    # A place that is wide throughout stays as it is, to the last digit.
    wide, of = _places(np.where(cut, cores, places))
    return wide, cut[of], rest


def _is_place(shapes: Shapes) -> npt.NDArray[np.bool_]:
    is_area = np.isin(shapely.get_type_id(shapes), POLYGONS)
    wide = 2 * shapely.area(shapes) > ARITHMETIC_M * shapely.length(shapes)
    return np.asarray(is_area & wide)


def _places(shapes: Shapes) -> tuple[Shapes, npt.NDArray[np.intp]]:
    """Return the single polygons in some shapes, and which shape each was in."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kept = _is_place(parts)
    return parts[kept], owner[kept]


def beside(places: Shapes, shapes: Shapes, reach: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Find the polygons that lie along the edge of each place.

    Parameters
    ----------
    places : array of Polygon
        Gaps.
    shapes : array of Polygon or MultiPolygon
        Valid, in metres.
    reach : array of float
        For each place, how far in metres a polygon may be from an edge that it lies along.

    Returns
    -------
    DataFrame
        A row a place, in their order. Columns: ``codes`` (positions of the polygons along it,
        ascending); ``inner_m`` (metres of its edge along polygons) and ``outer_m`` (along
        neither them nor another place).

    Examples
    --------
    >>> notch = np.array([shapely.box(1, 0, 2, 1)])
    >>> block = np.array([shapely.box(0, 0, 3, 3) - notch[0]])
    >>> beside(notch, block, np.array([0.001])).loc[0].to_dict()
    {'codes': (0,), 'inner_m': 3.0, 'outer_m': 1.0}
    """
    edges, place = _edges(places)
    metres = shapely.length(edges)
    edge, shape = _along(edges, _edges(shapes), reach[place])
    bare = np.setdiff1d(np.arange(len(edges)), edge)
    row, other = _along(edges[bare], (edges, place), reach[place[bare]])
    outer = np.setdiff1d(bare, bare[row[other != place[bare[row]]]])
    inner = np.unique(edge)
    along = pd.DataFrame({"place": place[edge], "shape": shape, "metres": metres[edge]})
    held = along.groupby(["place", "shape"], as_index=False)["metres"].sum()
    least = np.minimum(shapely.length(places) / 100, FLOAT_NOISE_M)
    held = held[held["metres"] > least[held["place"]]]
    codes = held.groupby("place")["shape"].agg(lambda values: tuple(int(v) for v in values))
    return pd.DataFrame(
        {
            "codes": [codes.get(number, ()) for number in range(len(places))],
            "inner_m": np.bincount(place[inner], metres[inner], len(places)),
            "outer_m": np.bincount(place[outer], metres[outer], len(places)),
        }
    )


def _edges(shapes: Shapes) -> tuple[Shapes, npt.NDArray[np.intp]]:
    """Return every straight edge of some polygons, and which of them it belongs to."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    ends, ring = shapely.get_coordinates(rings, return_index=True)
    rows = np.flatnonzero(ring[1:] == ring[:-1])
    edges = shapely.linestrings(np.stack([ends[rows], ends[rows + 1]], axis=1))
    return edges, shape[part[ring[rows]]]


def _along(
    edges: Shapes,
    others: tuple[Shapes, npt.NDArray[np.intp]],
    reach: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return which edges lie along those of which polygons, judged by their middles."""
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    lines, owner = others
    edge, line = shapely.STRtree(lines).query(middles, predicate="dwithin", distance=reach)
    pairs = np.unique(np.stack([edge, owner[line]], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def widths(places: Shapes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return how wide each place is at its widest, and where that is.

    Parameters
    ----------
    places : array of Polygon
        In metres.

    Returns
    -------
    width_m : array of float
        Twice the radius of the largest circle in it; not less than twice the area by the
        perimeter, which no largest circle is below.
    xy : array of float
        The centre of that circle, a row a place.

    Examples
    --------
    >>> width, xy = widths(np.array([shapely.box(0, 0, 2, 2)]))
    >>> width.round(3).tolist(), xy.round(3).tolist()
    ([2.0], [[1.0, 1.0]])
    """
    width = 2 * shapely.area(places) / shapely.length(places)
    xy = shapely.get_coordinates(shapely.point_on_surface(places))
    # In float noise the search for the largest circle would not end.
    rows = np.flatnonzero(~shapely.is_empty(shapely.buffer(places, -FLOAT_NOISE_M / 2)))
    if len(rows):
        circles = shapely.maximum_inscribed_circle(places[rows], tolerance=width[rows] / 100)
        width[rows] = np.maximum(2 * shapely.length(circles), width[rows])
        xy[rows] = shapely.get_coordinates(shapely.get_point(circles, 0))
    return width, xy
