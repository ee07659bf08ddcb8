"""A list against lines: what the drawing explains is told from what is real."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import layer_of, residents, squares

import footprints as fp
from footprints.errors import FootprintsError, OverlapError, UnknownNameError
from footprints.geometry import without_threads
from footprints.overlaps.cross_check import CAUSES
from footprints.overlaps.depth import deepest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from tessellation import footprints_of, redrawn, tessellation

WEST = dict(zip("abcd", ["S1", "S1", "S2", "S2"], strict=True))


def checked(
    shapes: list[shapely.Geometry],
    *,
    listed: dict[str, str | None] = WEST,
    units: pd.DataFrame | None = None,
    tolerance: fp.Tolerance | None = None,
    others: dict[str, fp.Layer] | None = None,
    **said: str,
) -> pd.DataFrame:
    """Check four kilometre squares against lines; what was found, indexed by unit and drawn."""
    atlas = lined(shapes, listed=listed, units=units, others=others, **said)
    return fp.cross_check(atlas, "icb22", tolerance=tolerance).table.set_index(["unit", "drawn"])


def lined(
    shapes: list[shapely.Geometry],
    *,
    listed: dict[str, str | None] = WEST,
    units: pd.DataFrame | None = None,
    others: dict[str, fp.Layer] | None = None,
    **said: str,
) -> fp.Atlas:
    plain = layer_of(listed, "system")
    table = gpd.GeoDataFrame(plain.table, geometry=shapes, crs=27700)
    table.attrs = said
    layer = fp.Layer(table=table, members=plain.members, level="system", lines="official")
    squares_of = squares(residents=[1, 2, 4, 8]) if units is None else units
    return fp.Atlas(
        title="Lines",
        units={
            "squares": residents(squares_of) if hasattr(squares_of, "crs") else placed(squares_of)
        },
        layers={"icb22": layer, **(others or {})},
    )


def placed(table: pd.DataFrame) -> fp.UnitTable:
    population = fp.Population(name="residents", source="a survey", as_at="2020")
    return fp.UnitTable(table=table, populations=(population,))


def halves(edge: float, *, west: float = 400_000) -> list[shapely.Geometry]:
    return [shapely.box(west, 0, edge, 1000), shapely.box(edge, 0, 404_000, 1000)]


def test_lines_that_follow_the_list_are_identical() -> None:
    found = checked(halves(402_000), resolution="BFC")
    assert found["cause"].tolist() == ["identical"] * 4
    assert found["area_m2"].tolist() == [0] * 4
    assert found["forgiven"].tolist() == [False] * 4


CASES = {
    "a tenth of a millimetre is float noise": (402_000.0001, "float noise"),
    "what the transformation explains is datum": (402_001.5, "datum"),
    "a sliver within the tolerance is drawing": (402_019, "drawing"),
    "most of a unit within the tolerance cannot be decided": (402_600, "undecidable"),
    "a part deeper than the tolerance is real": (402_800, "real"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_cause_goes_by_depth(case: str) -> None:
    edge, cause = CASES[case]
    tolerance = fp.Tolerance(metres=700)
    found = checked(halves(edge), tolerance=tolerance, accuracy_m="2").loc[("c", "S1")]
    assert found["cause"] == cause
    assert found["depth_m"] == pytest.approx(edge - 402_000, rel=1e-6)
    assert found["area_m2"] == pytest.approx((edge - 402_000) * 1000, rel=1e-6)
    assert (found["code"], found["people"], found["x"]) == ("S2", 4, 402_000)


def test_the_resolution_of_the_lines_is_their_tolerance() -> None:
    for resolution, cause in {"BUC": "drawing", "BSC": "real", "BGC": "real"}.items():
        found = checked(halves(402_300), resolution=resolution)
        assert found.loc[("c", "S1"), "cause"] == cause
    with pytest.raises(OverlapError, match="not known of 'icb22': say resolution .*BUC 500 m"):
        checked(halves(402_300))
    units = squares(residents=[1, 2, 4, 8])
    units.attrs["resolution"] = "rough"
    with pytest.raises(OverlapError, match=r"of 'icb22 \(MEGA\)', 'squares \(ROUGH\)'"):
        checked(halves(402_300), units=units, resolution="mega")


def test_the_coarser_of_units_and_lines_sets_the_tolerance() -> None:
    units = squares(residents=[1, 2, 4, 8])
    for of_units, of_lines, metres in (("BSC", "BGC", "200"), ("BGC", "BSC", "200")):
        units.attrs |= {"resolution": of_units, "accuracy_m": "3"}
        found = checked(halves(402_150), units=units, resolution=of_lines, accuracy_m="2")
        assert found.loc[("c", "S1"), "cause"] == "drawing"
        assert (found.attrs["resolution"], found.attrs["units_resolution"]) == (of_lines, of_units)
        assert (found.attrs["metres"], found.attrs["accuracy_m"]) == (metres, "3")
    units.attrs["resolution"] = "BFC"
    found = checked(halves(402_150), units=units, resolution="BGC")
    assert found.loc[("c", "S1"), "cause"] == "real"


def test_units_that_are_points_have_no_lines_that_could_be_coarse() -> None:
    table = pd.DataFrame(
        {"residents": [1, 2, 4, 8], "easting": [400_500, 401_500, 402_500, 403_500.0]},
        index=list("abcd"),
    ).assign(northing=500.0)
    table.attrs["resolution"] = "BUC"
    found = checked(halves(402_600), units=table, resolution="BGC")
    assert found.loc[("c", "S1"), "cause"] == "real"
    assert found.attrs["units_resolution"] == ""


def test_an_inside_deeper_than_its_outline_is_measured() -> None:
    bay = shapely.box(402_000, 0, 403_000, 1000)
    ring = bay.buffer(10, join_style="mitre") - bay.buffer(-10)
    around = shapely.union_all([shapely.box(403_000, 0, 404_000, 1000), ring])
    west = shapely.box(400_000, 0, 404_000, 1000) - around
    found = checked([west, around], tolerance=fp.Tolerance(metres=300))
    assert found.loc[("c", "S1"), "depth_m"] == pytest.approx(490, abs=30)
    assert found.loc[("c", "S1"), "cause"] == "real"


def test_islands_and_a_footprint_in_anothers_hole_are_identical_where_they_follow_the_list() -> (
    None
):
    islands = dict(zip("abcd", ["S1", "S2", "S1", "S2"], strict=True))
    a, b, c, d = squares(residents=[1, 2, 4, 8]).geometry
    found = checked(
        [shapely.union_all(two) for two in ([a, c], [b, d])], listed=islands, resolution="BFC"
    )
    assert found["cause"].tolist() == ["identical"] * 4
    holed = dict(zip("abcd", ["S1", "S2", "S1", "S1"], strict=True))
    frame = shapely.box(400_000, -500, 404_000, 1500)
    found = checked([frame - b, b], listed=holed, resolution="BFC")
    assert found["cause"].tolist() == ["identical"] * 4
    hole = shapely.box(401_000, 0, 402_300, 1000)
    found = checked([frame - hole, hole], listed=holed, resolution="BSC")
    assert found.loc[("c", "S2"), ["cause", "depth_m"]].tolist() == ["real", 300]


def test_past_the_outer_edge_is_coast_and_a_gap_inside_is_not() -> None:
    coast = checked(halves(402_000, west=400_700), tolerance=fp.Tolerance(metres=100))
    assert coast.loc["a"].loc[[np.nan], "cause"].tolist() == ["coastline"]
    assert coast.loc["a"].loc[[np.nan], "depth_m"].tolist() == [700]
    west, east = halves(402_000)
    gap = checked(
        [west - shapely.box(400_100, 100, 400_900, 900), east], tolerance=fp.Tolerance(metres=100)
    )
    assert gap.loc["a"].loc[[np.nan], "cause"].tolist() == ["real"]


def test_another_vintage_that_lists_the_unit_there_explains_it() -> None:
    old = layer_of(dict(zip("abcd", ["S1"] * 3 + ["S2"], strict=True)), "system")
    tolerance = fp.Tolerance(metres=100)
    found = checked(halves(403_000), tolerance=tolerance, others={"icb21": old})
    assert found.loc[("c", "S1"), "cause"] == "vintage"
    assert checked(halves(403_000), tolerance=tolerance).loc[("c", "S1"), "cause"] == "real"


def test_a_unit_in_no_list_is_measured_from_the_edge_that_it_lies_within() -> None:
    listed = dict(zip("abcd", ["S1", "S1", "S2", None], strict=True))
    found = checked(halves(402_000), listed=listed, tolerance=fp.Tolerance(metres=400)).loc["d"]
    assert found["code"].isna().all()
    assert found.loc["S2", ["cause", "share"]].tolist() == ["real", 1]
    assert found.loc["S2", "depth_m"] == pytest.approx(500, abs=50)


def test_units_that_are_only_points_are_measured_as_points() -> None:
    table = pd.DataFrame(
        {"residents": [1, 2, 4, 8], "easting": [400_500, 401_500, 402_500, 403_500.0]},
        index=list("abcd"),
    ).assign(northing=500.0)
    found = checked(halves(402_600), units=table, tolerance=fp.Tolerance(metres=50))
    assert found.loc[("c", "S1"), ["depth_m", "cause"]].tolist() == [100, "real"]
    assert found["area_m2"].isna().all()


def test_the_summary_counts_each_unit_once_and_what_was_forgiven_stays() -> None:
    atlas = lined(halves(402_300), resolution="BUC")
    found = fp.cross_check(atlas, "icb", tolerance=fp.Tolerance(people=4))
    assert found.summary.index.tolist() == list(CAUSES)
    assert found.summary.loc["drawing", ["units", "people", "rows"]].tolist() == [1, 4, 1]
    assert (found.summary["units"].sum(), found.summary["people"].sum()) == (4, 15)
    assert found.table.set_index("unit").loc["c", "forgiven"]
    assert found.table.attrs == {
        "layer": "icb22",
        "units": "squares",
        "population": "residents",
        "resolution": "BUC",
        "units_resolution": "",
        "metres": "500",
        "accuracy_m": "0",
    }


def test_what_cannot_be_checked_is_refused_with_the_reason(row: fp.Atlas) -> None:
    with pytest.raises(OverlapError, match="'icb22' has no lines of its own"):
        fp.cross_check(row, "icb22")
    with pytest.raises(UnknownNameError, match="no table of units 'lsoa'"):
        fp.cross_check(lined(halves(402_000), resolution="BUC"), "icb22", units="lsoa")
    with pytest.raises(OverlapError, match="knows where its units are"):
        checked(
            halves(402_000),
            units=pd.DataFrame({"residents": [1, 2, 3, 4]}, index=list("abcd")),
            resolution="BUC",
        )
    for wrong in ({"people": -1}, {"share": 1.5}, {"metres": float("nan")}, {"people": "3"}):
        with pytest.raises(FootprintsError, match=f"but {next(iter(wrong))} is "):
            fp.Tolerance(**wrong)


def depths_by_hand(
    parts: np.ndarray, edge_of: np.ndarray, shapes: np.ndarray, step: float
) -> list[tuple[float, float, float]]:
    """Measure every step of every outline, and the middle of its circle: the slow way."""
    found = []
    for part, shape in zip(parts, edge_of, strict=True):
        middle = shapely.get_point(shapely.maximum_inscribed_circle(part, step / 10), 0)
        xy = shapely.get_coordinates([shapely.segmentize(part, step), middle])
        depth = shapely.distance(shapely.boundary(shapes[shape]), shapely.points(xy))
        found.append((depth.max(), *xy[depth.argmax()]))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_measuring_only_what_can_matter_finds_what_measuring_everything_does(seed: int) -> None:
    units = tessellation(40, 48, seed=seed)
    shapes = redrawn(footprints_of(units, 4, seed=seed), 500)
    i, j = shapely.STRtree(shapes).query(units, predicate="intersects")
    parts = without_threads(shapely.intersection(units[i], shapes[j]))
    i, j, parts = (column[shapely.area(parts) > 0] for column in (i, j, parts))
    edge_of = (j + 1) % len(shapes)
    for step in (5, 60):
        found = np.column_stack(deepest(parts, edge_of, shapes, step=step))
        np.testing.assert_allclose(
            found, depths_by_hand(parts, edge_of, shapes, step), rtol=0, atol=1e-6
        )


def test_points_and_nothing_at_all_are_measured_too() -> None:
    square = shapely.box(0, 0, 100, 100)
    found = deepest([shapely.Point(130, 50), shapely.Point(50, 90)], [0, 0], [square], step=5)
    assert [column.tolist() for column in found] == [[30, 10], [130, 50], [50, 90]]
    assert [len(column) for column in deepest([], [], [square], step=5)] == [0, 0, 0]
