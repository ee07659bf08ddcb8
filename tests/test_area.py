"""Shared areas: as the slow obvious way finds them, whatever the polygons are drawn like."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from footprints.errors import GeometryError
from footprints.overlaps import area as area_module
from footprints.overlaps.area import intersection_areas
from footprints.overlaps.edges import boxes_along

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from tessellation import footprints_of, redrawn, tessellation

WEST, SOUTH = 400_000, 300_000


def by_hand(left, right):
    """Intersect every pair: the slow obvious version."""
    pairs = {}
    for (i, one), (j, other) in product(enumerate(left), enumerate(right)):
        if one is not None and other is not None and (shared := one.intersection(other).area) > 0:
            pairs[i, j] = shared
    return pairs


def found(left, right, **options):
    """Return the answer as a dictionary of pairs."""
    i, j, area_m2 = intersection_areas(left, right, **options)
    assert i.dtype == j.dtype == np.intp
    assert area_m2.dtype == float
    pairs = list(zip(i.tolist(), j.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    return dict(zip(pairs, area_m2.tolist(), strict=True))


def assert_alike(pairs, expected, left, right):
    """Compare two answers to a billionth of the smaller polygon."""
    assert pairs.keys() == expected.keys()
    for (i, j), area_m2 in pairs.items():
        allowed = 1e-9 * min(left[i].area, right[j].area)
        assert abs(area_m2 - expected[i, j]) <= allowed, (i, j, area_m2, expected[i, j])


def assert_as_by_hand(left, right):
    """Compare with the slow version, both ways round, with one thread and with two."""
    pairs = found(left, right, threads=1)
    assert_alike(pairs, by_hand(left, right), left, right)
    assert found(left, right, threads=2) == pairs
    turned = {(i, j): area_m2 for (j, i), area_m2 in found(right, left, threads=1).items()}
    assert_alike(turned, pairs, left, right)


def grid(heights, widths):
    """Draw a coverage of rectangles."""
    x = WEST + np.cumsum([0, *widths])
    y = SOUTH + np.cumsum([0, *heights])
    cells = product(range(len(widths)), range(len(heights)))
    return np.array([box(x[c], y[r], x[c + 1], y[r + 1]) for c, r in cells], dtype=object)


steps = st.lists(st.integers(1, 40).map(lambda step: step * 25), min_size=1, max_size=5)
grids = st.builds(grid, steps, steps)


@st.composite
def countries(draw):
    """Draw units with fractal edges, and the same footprints twice: as they are and redrawn."""
    seed = draw(st.integers(0, 1000))
    units = tessellation(draw(st.integers(4, 30)), draw(st.sampled_from([6, 12, 48])), seed=seed)
    footprints = footprints_of(units, draw(st.integers(1, 4)), seed=seed)
    return units, footprints, redrawn(footprints, draw(st.sampled_from([50, 300])))


@settings(deadline=None, max_examples=60)
@given(grids, grids)
def test_two_grids_are_as_by_hand(left, right) -> None:
    assert_as_by_hand(left, right)


def scattered(corners):
    """Draw rectangles anywhere, over one another."""
    whole = [(WEST + 10 * x, SOUTH + 10 * y, width, height) for x, y, width, height in corners]
    return np.array([box(x, y, x + 10 * w, y + 10 * h) for x, y, w, h in whole], dtype=object)


place, size = st.integers(0, 12), st.integers(1, 8)
heaps = st.lists(st.tuples(place, place, size, size), min_size=1, max_size=8).map(scattered)


@settings(deadline=None, max_examples=150)
@given(heaps, heaps)
def test_layers_that_overlap_themselves_are_as_by_hand(left, right) -> None:
    assert_as_by_hand(left, right)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(*[place] * 6), min_size=2, max_size=12))
def test_triangles_that_cross_are_as_by_hand_up_to_a_billionth(corners) -> None:
    drawn = [Polygon(np.reshape(corner, (3, 2)) * 10 + [WEST, SOUTH]) for corner in corners]
    triangles = np.array([shape for shape in drawn if shape.is_valid and shape.area], dtype=object)
    left, right = triangles[::2], triangles[1::2]
    pairs, expected = found(left, right), by_hand(left, right)
    every = dict.fromkeys(pairs | expected, 0.0)
    assert_alike(every | pairs, every | expected, left, right)


@settings(deadline=None, max_examples=30)
@given(countries())
def test_units_against_footprints_are_as_by_hand(country) -> None:
    units, footprints, other = country
    assert_as_by_hand(units, footprints)
    assert_as_by_hand(units, other)


@settings(deadline=None, max_examples=30)
@given(countries(), countries())
def test_two_countries_are_as_by_hand(country, another) -> None:
    assert_as_by_hand(country[0], another[0])
    assert_as_by_hand(country[1], another[1])


@settings(deadline=None, max_examples=30)
@given(countries())
def test_a_covered_unit_is_shared_out_to_the_last_of_its_area(country) -> None:
    units, footprints, _ = country
    i, _, area_m2 = intersection_areas(units, footprints)
    np.testing.assert_allclose(np.bincount(i, area_m2), shapely.area(units), rtol=1e-9)
    assert (np.bincount(i) == 1).all()


@settings(deadline=None, max_examples=30)
@given(countries())
def test_shares_of_a_redrawn_layer_never_exceed_the_unit(country) -> None:
    units, _, other = country
    i, j, area_m2 = intersection_areas(units, other)
    whole, covered = shapely.area(units), shapely.covers(shapely.union_all(other), units)
    shared = np.bincount(i, area_m2, minlength=len(units))
    assert (shared <= whole * (1 + 1e-9)).all()
    np.testing.assert_allclose(shared[covered], whole[covered], rtol=1e-9)
    held = np.bincount(j, area_m2, minlength=len(other))
    assert (held <= shapely.area(other) * (1 + 1e-9)).all()


def turned_round(shapes):
    """Run every ring the other way."""
    return shapely.reverse(shapes)


def begun_elsewhere(shapes):
    """Start every ring at another vertex."""
    return np.array([_begun_elsewhere(shape) for shape in shapes], dtype=object)


def _begun_elsewhere(shape):
    rings = [[*ring.coords[2:-1], *ring.coords[:3]] for ring in (shape.exterior, *shape.interiors)]
    return Polygon(rings[0], rings[1:])


def with_every_vertex_twice(shapes):
    """Repeat every vertex."""
    rings = [np.repeat(shapely.get_coordinates(shape), 2, axis=0) for shape in shapes]
    return np.array([Polygon(ring) for ring in rings], dtype=object)


def with_vertices_between(shapes):
    """Add the middle of every straight edge, which is exact on a grid of whole metres."""
    rings = [shapely.get_coordinates(shape) for shape in shapes]
    both = [np.stack([ring[:-1], (ring[:-1] + ring[1:]) / 2], axis=1) for ring in rings]
    return np.array([Polygon(ring.reshape(-1, 2)) for ring in both], dtype=object)


CHANGES = [turned_round, begun_elsewhere, with_every_vertex_twice, with_vertices_between]


@settings(deadline=None, max_examples=25)
@given(left=grids, right=grids, change=st.sampled_from(CHANGES))
def test_it_does_not_matter_how_rings_are_written(left, right, change) -> None:
    expected = found(left, right)
    assert_alike(found(change(left), right), expected, left, right)
    assert_alike(found(left, change(right)), expected, left, right)


@settings(deadline=None, max_examples=25)
@given(countries(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(country, random) -> None:
    units, _, other = country
    rows, columns = list(range(len(units))), list(range(len(other)))
    random.shuffle(rows)
    random.shuffle(columns)
    mixed = found(units[rows], other[columns])
    back = {(rows[i], columns[j]): area_m2 for (i, j), area_m2 in mixed.items()}
    assert_alike(back, found(units, other), units, other)


def moved_by(shapes, east, north):
    """Move polygons by metres."""
    return shapely.transform(np.array(shapes), lambda xy: xy + np.array([east, north]))


@settings(deadline=None, max_examples=25)
@given(grids, grids, st.integers(-200_000, 200_000), st.integers(-200_000, 200_000))
def test_moving_everything_does_not_matter(left, right, east, north) -> None:
    moved = [moved_by(side, east, north) for side in (left, right)]
    assert_alike(found(*moved), found(left, right), left, right)


FRAME = box(0, 0, 10, 10).difference(box(3, 3, 7, 7))
ISLANDS = MultiPolygon([box(0, 0, 2, 2), box(8, 8, 11, 11), box(4, 4, 6, 6)])
COMB = Polygon([(0, 0), (9, 0), (9, 9), (8, 9), (8, 1), (1, 1), (1, 9), (0, 9)])
TRAPS = {
    "a footprint in another's hole": ([box(3, 3, 7, 7)], [FRAME]),
    "a unit over a hole's edge": ([box(2, 2, 5, 5), box(4, 4, 5, 5)], [FRAME, box(3, 3, 7, 7)]),
    "islands against a frame": ([ISLANDS], [FRAME, box(0, 0, 20, 20)]),
    "islands within": ([ISLANDS], [box(-1, -1, 12, 12), box(4, 4, 6, 6), box(2, 2, 4, 4)]),
    "a point in common": ([box(0, 0, 1, 1)], [box(1, 1, 2, 2)]),
    "an edge in common": ([box(0, 0, 1, 1)], [box(1, 0, 2, 1), box(0.25, 1, 0.5, 2)]),
    "the very same": ([FRAME, ISLANDS, COMB], [FRAME, ISLANDS, COMB]),
    "its middle is outside": ([COMB], [COMB.buffer(0.25), box(2, 2, 7, 7)]),
    "footprints that overlap": ([box(1, 1, 2, 2)], [box(0, 0, 3, 3), box(0, 0, 3, 3), COMB]),
    "one inside another": ([box(4, 4, 5, 5)], [box(0, 0, 9, 9), box(3, 3, 6, 6)]),
    "one inside another, on its edge": ([box(3, 3, 5, 5)], [box(0, 0, 9, 9), box(3, 3, 6, 6)]),
    "nothing near": ([box(0, 0, 1, 1)], [box(50, 50, 51, 51)]),
    "a needle": ([Polygon([(0, 0), (100, 1e-7), (100, 0)])], [box(50, -1, 60, 1), FRAME]),
    "a real small area": ([box(0, 0, 10, 10)], [box(10 - 1e-4, 0, 20, 1e-3)]),
    "units larger than footprints": ([box(-5, -5, 20, 20), FRAME], [COMB, box(4, 4, 5, 5)]),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_as_by_hand(trap: str) -> None:
    left, right = TRAPS[trap]
    assert_as_by_hand(moved_by(left, WEST, SOUTH), moved_by(right, WEST, SOUTH))


def test_a_footprint_in_anothers_hole_shares_nothing_with_it() -> None:
    assert found([box(3, 3, 7, 7)], [FRAME]) == {}


@pytest.mark.parametrize("about", [0, 20, 1000])
def test_boxes_along_outlines_leave_no_edge_out(about: int) -> None:
    ring = Point(WEST, SOUTH).buffer(100).difference(Point(WEST, SOUTH).buffer(50))
    shapes = np.array([ring, None, MultiPolygon([FRAME, ring.buffer(-5)])], dtype=object)
    boxes, owners = boxes_along(shapes, about)
    for number in (0, 2):
        covered = shapely.union_all(boxes[owners == number])
        assert shapely.length(shapes[number].boundary.difference(covered)) == 0
    assert 1 not in owners


def test_touching_at_a_point_or_an_edge_is_no_pair() -> None:
    assert found([box(0, 0, 1, 1)], [box(1, 1, 2, 2), box(1, 0, 2, 1)]) == {}


def test_a_small_area_is_kept_however_small() -> None:
    pairs = found([box(0, 0, 1000, 1000)], [box(1000 - 2**-20, 0, 2000, 2**-10)])
    assert pairs == {(0, 0): 2**-30}


def test_none_and_empty_geometry_share_nothing() -> None:
    left = [None, box(0, 0, 2, 2), Polygon(), MultiPolygon(), Point()]
    assert found(left, [box(1, 1, 3, 3), None]) == {(1, 0): 1}
    assert found([None], [None]) == {}


@pytest.mark.parametrize(("left", "right"), [([], [FRAME]), ([FRAME], []), ([], [])])
def test_an_empty_side_gives_no_pair(left, right) -> None:
    assert found(left, right) == {}


def test_heights_are_ignored() -> None:
    high = shapely.force_3d(box(1, 1, 4, 4), 7)
    assert found([high], [box(0, 0, 3, 3)]) == {(0, 0): 4}


def test_invalid_polygons_are_refused_by_position_on_both_sides() -> None:
    bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    with pytest.raises(GeometryError, match=r"on the left are not valid.*'1', '2'") as raised:
        intersection_areas([FRAME, bow_tie, bow_tie], [bow_tie])
    assert "on the right are not valid at the positions: '0'" in str(raised.value)
    assert raised.value.codes == ("1", "2", "0")


def test_what_is_no_polygon_is_refused_by_position() -> None:
    with pytest.raises(GeometryError, match=r"on the right are no polygons.*: '1'\."):
        intersection_areas([FRAME], [FRAME, Point(0, 0)])


def test_what_is_no_number_is_refused() -> None:
    with np.errstate(invalid="ignore"):
        nowhere = Polygon([(0, 0), (1, 0), (1, np.nan)])
    with pytest.raises(GeometryError, match="are not valid at the positions: '0'"):
        intersection_areas([nowhere], [FRAME])


def test_fewer_threads_than_one_are_refused() -> None:
    with pytest.raises(ValueError, match="There are 0 threads to work with; it takes at least 1"):
        intersection_areas([FRAME], [FRAME], threads=0)


def test_the_polygons_given_are_not_changed() -> None:
    units = tessellation(20, 48)
    footprints = footprints_of(units, 3)
    before = [shapely.to_wkb(side) for side in (units, footprints)]
    intersection_areas(units, footprints)
    assert (shapely.to_wkb(units) == before[0]).all()
    assert (shapely.to_wkb(footprints) == before[1]).all()
    assert not shapely.is_prepared(footprints).any()


def test_any_number_of_threads_and_any_run_give_the_same_bits() -> None:
    units = tessellation(300, 48, seed=3)
    other = redrawn(footprints_of(units, 12))
    first = found(units, other, threads=1)
    for threads in (1, 2, 3, None):
        assert found(units, other, threads=threads) == first


def test_large_polygons_are_cut_and_nothing_is_lost(monkeypatch) -> None:
    monkeypatch.setattr(area_module, "MOST_VERTICES", 8)
    monkeypatch.setattr(area_module, "WORTH_CUTTING", 0)
    units = tessellation(60, 48, seed=5)
    footprints = footprints_of(units, 5)
    assert_as_by_hand(units, redrawn(footprints))
    assert_as_by_hand(units, footprints)
    assert_as_by_hand(footprints, redrawn(footprints))
    assert_as_by_hand(np.array([FRAME, COMB]), np.array([ISLANDS, FRAME.buffer(0.5)]))


def test_cutting_stops_where_vertices_cannot_be_told_apart(monkeypatch) -> None:
    monkeypatch.setattr(area_module, "MOST_VERTICES", 3)
    monkeypatch.setattr(area_module, "WORTH_CUTTING", 0)
    monkeypatch.setattr(area_module, "DEEPEST_CUT", 3)
    assert_as_by_hand(np.array([FRAME, COMB]), np.array([ISLANDS, FRAME.buffer(0.5)]))


@pytest.mark.parametrize("seed", range(3))
def test_a_generated_country_is_a_valid_coverage(seed: int) -> None:
    units = tessellation(200, 96, seed=seed)
    footprints = footprints_of(units, 9, seed=seed)
    for layer in (units, footprints, redrawn(footprints)):
        assert shapely.is_valid(layer).all()
        assert shapely.coverage_is_valid(layer)
    assert set(shapely.get_num_coordinates(units)) == {97}
    assert (shapely.to_wkb(tessellation(200, 96, seed=seed)) == shapely.to_wkb(units)).all()
