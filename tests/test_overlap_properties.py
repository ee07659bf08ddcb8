"""Whole pair tables of generated countries: by points and by area nobody and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from test_area import CHANGES, countries, grids, moved_by, with_vertices_between
from test_overlap import as_rows, assert_margins, drawn

import footprints as fp

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

METHODS = ["area", "points", "area, estimated"]
SPECK = 1e-9
"""The share of an area below which a rest is arithmetic."""
MOST_UNITS = 25
"""How many units a grid has at most."""
seeds = st.integers(0, 1000)


def framed(shapes: np.ndarray, prefix: str) -> gpd.GeoDataFrame:
    """Give polygons codes."""
    return drawn({f"{prefix}{number}": shape for number, shape in enumerate(shapes)})


def peopled(shapes: np.ndarray, seed: int) -> gpd.GeoDataFrame:
    """Make units in which some people live, and in about every fifth nobody."""
    random = np.random.default_rng(seed)
    people = random.integers(0, 500, len(shapes)) * (random.random(len(shapes)) > 0.2)
    return framed(shapes, "U").assign(residents=people)


def met(
    method: str, left: gpd.GeoDataFrame, right: gpd.GeoDataFrame, units: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Hold two layers against each other by one of the methods."""
    if method == "area":
        return fp.overlap(left, right)
    way, *estimated = method.split(", ")
    return fp.overlap(
        left, right, units=units, population="residents", method=way, estimate=bool(estimated)
    )


def areas_by_hand(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> dict[tuple, float]:
    """Intersect every footprint with every other, and take away what has no counterpart."""
    pairs = {
        (i, j): one.intersection(other).area
        for i, one in left.geometry.items()
        for j, other in right.geometry.items()
    }
    pairs |= {(i, None): one.difference(right.union_all()).area for i, one in left.geometry.items()}
    return pairs | {
        (None, j): s.difference(left.union_all()).area for j, s in right.geometry.items()
    }


def home(point: shapely.Point, layer: gpd.GeoDataFrame) -> str | None:
    """Return the one footprint that a point is in."""
    inside = [code for code, shape in layer.geometry.items() if shape.intersects(point)]
    return inside[0] if len(inside) == 1 else None


def points_by_hand(
    left: gpd.GeoDataFrame, right: gpd.GeoDataFrame, units: gpd.GeoDataFrame
) -> dict[tuple, int]:
    """Look for every unit in every footprint."""
    found: dict[tuple, int] = {}
    for unit in units.itertuples():
        point = shapely.point_on_surface(unit.geometry)
        pair = home(point, left), home(point, right)
        found[pair] = found.get(pair, 0) + unit.residents
    found.pop((None, None), None)
    return found


def estimate_by_hand(
    left: gpd.GeoDataFrame, right: gpd.GeoDataFrame, units: gpd.GeoDataFrame
) -> dict[tuple, float]:
    """Share the people of every unit out by the area of it in every pair."""
    density = units["residents"] / units.area
    sides = [
        {**frame.geometry, None: units.union_all().difference(frame.union_all())}
        for frame in (left, right)
    ]
    return {
        (i, j): float((units.intersection(one.intersection(other)).area * density).sum())
        for i, one in sides[0].items()
        for j, other in sides[1].items()
        if (i, j) != (None, None)
    }


@settings(max_examples=12, deadline=None)
@given(countries(), countries())
def test_areas_of_pairs_and_rests_are_as_by_hand(country, another) -> None:
    left, right = framed(country[1], "L"), framed(another[2], "R")
    pairs = fp.overlap(left, right)
    expected = areas_by_hand(left, right)
    whole = max(left.area.max(), right.area.max())
    found = as_rows(pairs, "area_m2")
    for pair, area_m2 in expected.items():
        assert found.get(pair, 0.0) == pytest.approx(area_m2, rel=1e-9, abs=2 * SPECK * whole)
    assert found.keys() <= expected.keys()
    assert_margins(pairs)
    for side, frame in (("left", left), ("right", right)):
        areas = fp.pairs_by(pairs, side)["area_m2"].sum()
        np.testing.assert_allclose(areas[frame.index], frame.area, rtol=2e-9)


@settings(max_examples=12, deadline=None)
@given(countries(), seeds)
def test_people_by_points_are_as_by_hand(country, seed: int) -> None:
    shapes, footprints, redrawn = country
    left, right, units = framed(footprints, "L"), framed(redrawn, "R"), peopled(shapes, seed)
    pairs = met("points", left, right, units)
    found, expected = as_rows(pairs), points_by_hand(left, right, units)
    assert {pair: n for pair, n in found.items() if n} == {p: n for p, n in expected.items() if n}
    assert_margins(pairs)


@settings(max_examples=8, deadline=None)
@given(countries(), seeds)
def test_people_shared_out_by_area_are_as_by_hand_but_for_rounding_in_each_unit(
    country, seed: int
) -> None:
    shapes, footprints, redrawn = country
    left, right, units = framed(footprints, "L"), framed(redrawn, "R"), peopled(shapes, seed)
    pairs = met("area, estimated", left, right, units)
    found = as_rows(pairs)
    for pair, people in estimate_by_hand(left, right, units).items():
        assert abs(found.get(pair, 0) - people) < len(units)
    assert_margins(pairs)
    # Its footprints are made of the units, so that on the left everybody is in one.
    assert pairs["people"].sum() == units["residents"].sum()
    by_left = fp.pairs_by(pairs, "left")["people"].sum()
    for code, shape in left.geometry.items():
        inside = shape.buffer(1e-3).covers(units.geometry)
        assert by_left[code] == units.loc[inside, "residents"].sum()


@settings(max_examples=10, deadline=None)
@given(countries(), seeds)
def test_shares_of_a_footprint_that_is_covered_sum_to_one_without_a_rest(
    country, seed: int
) -> None:
    shapes, footprints, _ = country
    units = peopled(shapes, seed)
    for method in METHODS:
        pairs = met(method, framed(footprints, "L"), units.drop(columns="residents"), units)
        real = pairs.dropna(subset=["left", "right"])
        share = real.groupby("left")["left_share"].sum(min_count=1).dropna()
        np.testing.assert_allclose(share, 1, rtol=0, atol=1e-9)
        assert len(real) == len(pairs)


@settings(max_examples=10, deadline=None)
@given(countries(), countries(), seeds, st.sampled_from(METHODS))
def test_either_way_round_it_is_the_same_table(country, another, seed: int, method: str) -> None:
    left, right, units = framed(country[1], "L"), framed(another[2], "R"), peopled(country[0], seed)
    there, back = met(method, left, right, units), met(method, right, left, units)
    for column, turned in {
        "units": "units",
        "people": "people",
        "area_m2": "area_m2",
        "left_share": "right_share",
        "right_share": "left_share",
    }.items():
        other = {(j, i): value for (i, j), value in as_rows(back, turned).items()}
        assert_same(as_rows(there, column), other)


def assert_same(found: dict[tuple, float], expected: dict[tuple, float]) -> None:
    """Compare two columns by pair; NA is NA."""
    assert found.keys() == expected.keys()
    for pair, value in found.items():
        if pd.isna(value):
            assert pd.isna(expected[pair])
        else:
            assert value == pytest.approx(expected[pair], rel=1e-9, abs=1e-9)


def assert_same_tables(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare two pair tables.

    Where people are estimated, remainders that are equal but for the rounding of areas may change
    places: at most one person of each unit a pair, and none lost.
    """
    if "estimated" in expected.attrs["method"]:
        people, others = as_rows(found), as_rows(expected)
        moved = {pair: people.get(pair, 0) - others.get(pair, 0) for pair in people | others}
        assert sum(moved.values()) == 0
        assert max(map(abs, moved.values())) <= MOST_UNITS
        return
    for column in ("units", "people", "area_m2", "left_share", "right_share"):
        assert_same(as_rows(found, column), as_rows(expected, column))


def centred(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give units their centres, as the ONS publishes them."""
    return units.assign(easting=units.centroid.x, northing=units.centroid.y)


@settings(max_examples=25, deadline=None)
@given(grids, grids, grids, seeds, st.sampled_from(CHANGES))
def test_how_rings_are_written_changes_no_table(
    one, other, shapes, seed: int, change: Callable[[np.ndarray], np.ndarray]
) -> None:
    given = framed(one, "L"), framed(other, "R"), centred(peopled(shapes, seed))
    changed = [frame.set_geometry(change(frame.geometry.array), crs=27700) for frame in given]
    for method in METHODS:
        assert_same_tables(met(method, *changed), met(method, *given))


def test_vertices_on_straight_edges_do_not_move_a_unit_without_a_centre() -> None:
    """The point that GEOS finds inside a polygon would move with them."""
    shapes = np.array([shapely.box(0, 0, 100, 100)])
    units = framed(shapes, "U").assign(residents=5)
    more = units.set_geometry(with_vertices_between(shapes), crs=27700)
    south, north = shapely.box(0, 0, 100, 60), shapely.box(0, 60, 100, 100)
    right = drawn({"south": south, "north": north})
    for placed, expected in ((units, "south"), (more, "south"), (centred(more), "south")):
        pairs = met("points", framed(shapes, "L"), right, placed)
        assert as_rows(pairs)["L0", expected] == 5


metres = st.integers(-90_000, 90_000)


@settings(max_examples=10, deadline=None)
@given(grids, grids, grids, seeds, st.tuples(metres, metres))
def test_neither_the_order_of_rows_nor_a_move_changes_what_is_found(
    one, other, shapes, seed: int, by: tuple[int, int]
) -> None:
    given = framed(one, "L"), framed(other, "R"), peopled(shapes, seed)
    mixed = [frame.sample(frac=1, random_state=seed) for frame in given]
    moved = [frame.set_geometry(moved_by(frame.geometry.array, *by), crs=27700) for frame in given]
    for method in METHODS:
        expected = met(method, *given)
        assert_same_tables(met(method, *mixed), expected)
        assert_same_tables(met(method, *moved), expected)


def test_layers_far_apart_keep_their_people_and_areas_by_every_method() -> None:
    units = peopled([shapely.box(x, 0, x + 10, 10) for x in (0, 10, 500)], 1)
    units["residents"] = [3, 0, 4]
    left, right = (
        drawn({"L": shapely.box(0, 0, 20, 10)}),
        drawn({"R": shapely.box(500, 0, 510, 10)}),
    )
    assert as_rows(fp.overlap(left, right), "area_m2") == {("L", None): 200, (None, "R"): 100}
    for method in METHODS[1:]:
        pairs = met(method, left, right, units)
        assert as_rows(pairs) == {("L", None): 3, (None, "R"): 4}


def test_an_empty_layer_leaves_everybody_without_a_counterpart_by_every_method() -> None:
    units = peopled([shapely.box(x, 0, x + 10, 10) for x in (0, 10)], 1)
    units["residents"] = [3, 4]
    left = drawn({"L": shapely.box(0, 0, 20, 10)})
    for method in METHODS[1:]:
        pairs = met(method, left, left.iloc[:0], units)
        assert as_rows(pairs) == {("L", None): 7}
        assert as_rows(met(method, left.iloc[:0], left, units)) == {(None, "L"): 7}


def test_where_nobody_lives_shares_of_people_are_not_known_by_any_method() -> None:
    units = peopled([shapely.box(x, 0, x + 10, 10) for x in (0, 10)], 1).assign(residents=0)
    left, right = drawn({"L": shapely.box(0, 0, 20, 10)}), drawn({"R": shapely.box(0, 0, 15, 10)})
    for method in METHODS[1:]:
        pairs = met(method, left, right, units)
        assert pairs["people"].sum() == 0
        assert pairs[["left_share", "right_share"]].isna().all(axis=None)
