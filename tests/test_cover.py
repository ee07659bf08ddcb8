"""Everything covered, nothing twice: each planted fault is found, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import layer_of, make_atlas, residents, squares
from shapely import box
from synthetic import CELL, SOUTH, WEST, as_atlas, lines_of, synthetic, turned

import footprints as fp
from footprints.checks.cover import COLUMNS
from footprints.checks.gaps import gaps, overlaps, widths
from footprints.errors import (
    CRSError,
    GeometryError,
    OverlapError,
    TableError,
    UnknownNameError,
)
from footprints.geometry import repair_polygons

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from footprints.checks.cover import Covered

ENGLAND = 56_550_138
FINE = fp.Tolerance(metres=0.1)
EAST, NORTH = WEST + 16 * CELL, SOUTH + 16 * CELL
BORDER = WEST + 8 * CELL
"""Where the western and the eastern systems meet."""


def cut(lines: gpd.GeoDataFrame, hole: shapely.Geometry, *codes: str) -> gpd.GeoDataFrame:
    """Take a hole out of some footprints, or of all."""
    shapes = lines.geometry.copy()
    rows = list(codes) or list(lines.index)
    shapes[rows] = shapes[rows].difference(hole)
    return lines.set_geometry(shapes)


def grown(lines: gpd.GeoDataFrame, more: shapely.Geometry, *codes: str) -> gpd.GeoDataFrame:
    shapes = lines.geometry.copy()
    shapes[list(codes)] = shapes[list(codes)].union(more)
    return lines.set_geometry(shapes)


def pushed(lines: gpd.GeoDataFrame, metres: float, code: str) -> gpd.GeoDataFrame:
    shapes = lines.geometry.copy()
    shapes[[code]] = shapes[[code]].translate(metres)
    return lines.set_geometry(shapes)


def with_a_vertex(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put one more vertex on the edge that two systems share, in one of them."""
    shapes = lines.geometry.copy()
    shapes["icb22-0000"] = shapely.segmentize(shapes["icb22-0000"], 333)
    return lines.set_geometry(shapes)


MIDDLE = box(BORDER - 200, SOUTH + 3300, BORDER + 100, SOUTH + 3600)
WAY_IN = box(BORDER - 100, SOUTH, BORDER + 100, SOUTH + 1000)
NOTCH = box(WEST, SOUTH + 3100, WEST + 200, SOUTH + 3300)
SLIT = box(BORDER, SOUTH, BORDER + 0.5, NORTH)
CORNER = shapely.Point(BORDER, SOUTH + 8 * CELL).buffer(100, quad_segs=1)
Found = tuple[str, str, float, float]
PLANTED: dict[str, tuple[Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], list[Found]]] = {
    "a closed gap between two": (
        lambda lines: cut(lines, MIDDLE),
        [("gap", "icb22-0000, icb22-0100", 90_000, 300)],
    ),
    "a closed gap within one": (
        lambda lines: cut(lines, box(WEST + 500, SOUTH + 500, WEST + 600, SOUTH + 700)),
        [("gap", "icb22-0000", 20_000, 100)],
    ),
    "a gap open to the sea between two": (
        lambda lines: cut(lines, WAY_IN),
        [("open gap", "icb22-0000, icb22-0100", 200_000, 200)],
    ),
    "a gap at the edge of the country": (
        lambda lines: cut(lines, NOTCH),
        [("open gap", "icb22-0000", 40_000, 200)],
    ),
    "half a metre between neighbours": (
        lambda lines: cut(lines, SLIT, "icb22-0100", "icb22-0101"),
        [("open gap", "icb22-0000, icb22-0001, icb22-0100, icb22-0101", 8_000, 0.5)],
    ),
    "half a metre of overlap": (
        lambda lines: grown(
            lines, box(BORDER, SOUTH, BORDER + 0.5, SOUTH + 8 * CELL), "icb22-0000"
        ),
        [("overlap", "icb22-0000, icb22-0100", 4_000, 0.5)],
    ),
    "an overlap of three": (
        lambda lines: grown(
            lines,
            box(BORDER + 1000, SOUTH + 8000, BORDER + 1100, SOUTH + 8100),
            "icb22-0000",
            "icb22-0001",
        ),
        [("overlap", "icb22-0000, icb22-0001, icb22-0101", 10_000, 100)],
    ),
    "a missing footprint's corner": (
        lambda lines: cut(lines, CORNER),
        [("gap", "icb22-0000, icb22-0001, icb22-0100, icb22-0101", 20_000, 141.421)],
    ),
    "one more vertex": (with_a_vertex, []),
    "a micrometre": (lambda lines: pushed(lines, 1e-6, "icb22-0000"), []),
    "nothing": (lambda lines: lines, []),
}  # fmt: skip


def told(found: Covered) -> list[Found]:
    """Return what was found beyond float noise."""
    rows = found.table[found.table["cause"] != "float noise"]
    return [
        (row.kind, row.codes, round(row.area_m2, 2), round(row.width_m, 3))
        for row in rows.itertuples()
    ]


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_fault_is_found_and_nothing_else(case: str) -> None:
    plant, expected = PLANTED[case]
    units = synthetic()
    atlas = as_atlas(units, {"icb22": plant(lines_of(units, "icb22"))})
    found = fp.coverage(atlas, "icb22", method="area", tolerance=FINE)
    assert told(found) == expected
    assert found.status == ("has faults" if expected else "covers")
    assert len(found.faults) == len(expected)
    assert list(found.table.columns) == COLUMNS
    assert found.table.crs == "EPSG:27700"
    assert found.people["total"] == units["residents"].sum()
    assert found.people["total"] == found.people["covered"] + found.people["in none"]


@pytest.mark.parametrize("case", PLANTED)
@pytest.mark.parametrize("degrees", [0, 37, 180])
def test_a_verdict_does_not_change_when_the_country_is_turned(case: str, degrees: float) -> None:
    plant, expected = PLANTED[case]
    units = synthetic()
    lines = turned(plant(lines_of(units, "icb22")), degrees, 12_345.6, -7_890.1).iloc[::-1]
    atlas = as_atlas(turned(units, degrees, 12_345.6, -7_890.1).iloc[::-1], {"icb22": lines})
    found = fp.coverage(atlas, "icb22", method="area", tolerance=FINE)
    assert [(kind, codes) for kind, codes, *_ in told(found)] == [row[:2] for row in expected]
    for (_, _, area, width), (_, _, known, wide) in zip(told(found), expected, strict=True):
        assert (area, width) == (pytest.approx(known, abs=0.1), pytest.approx(wide, rel=0.02))


@pytest.mark.parametrize(("shake", "metres"), [(0.2, 1), (0.05, 0.25)])
@pytest.mark.parametrize("case", PLANTED)
def test_a_verdict_does_not_change_when_lines_shake_within_the_tolerance(
    case: str, shake: float, metres: float
) -> None:
    plant, expected = PLANTED[case]
    expected = [row for row in expected if row[3] > metres]
    units = synthetic()
    lines = plant(lines_of(units, "icb22"))
    # A place moves alike each time that one footprint passes it, so that rings stay closed.
    shaken = [
        shapely.transform(shape, lambda xy, turn=turn: xy + shake * np.sin(997 * xy + turn))
        for turn, shape in enumerate(lines.geometry)
    ]
    atlas = as_atlas(units, {"icb22": lines.set_geometry(shaken)})
    found = fp.coverage(atlas, "icb22", method="area", tolerance=fp.Tolerance(metres=metres))
    assert found.status == ("has faults" if expected else "within tolerance")
    real = found.faults
    assert list(zip(real["kind"], real["codes"], strict=True)) == [row[:2] for row in expected]
    for area, (*_, known, width) in zip(real["area_m2"], expected, strict=True):
        assert area == pytest.approx(known, rel=2 * shake / width + 0.01)


@pytest.mark.parametrize(
    "case", ["half a metre between neighbours", "a gap open to the sea between two"]
)
def test_without_a_reference_what_is_open_between_two_is_found(case: str) -> None:
    plant, expected = PLANTED[case]
    lines = plant(lines_of(synthetic(), "icb22"))
    metres = 0.1 if expected[0][3] < 1 else 120
    found = fp.coverage(lines, tolerance=fp.Tolerance(metres=metres))
    assert told(found) == expected
    assert (found.table["cause"] == ("real" if metres < 1 else "undecidable")).all()
    assert found.table.attrs["reference"] == "the lines themselves"
    assert found.people.isna().all()


def test_every_layer_of_england_covers_it_but_those_not_meant_to(england: fp.Atlas) -> None:
    for key in england.layers:
        found = fp.coverage(england, key)
        people, total = found.people, england.people(key).iloc[:, 0].sum()
        assert people["total"] == (60_716_244 if key == "pcn21" else ENGLAND)
        assert people["covered"] == total
        assert people["covered"] + people["in none"] == people["total"]
        assert people["twice"] == 0
        if key in ("cauth25", "pcn21"):
            assert found.status == "not meant to cover"
            assert set(found.table["cause"]) == {"not meant to cover"}
            assert found.table["people"].sum() == people["in none"]
        else:
            assert (found.status, len(found.table), found.share) == ("covers", 0, 1)
    assert fp.coverage(england, "cauth25").people["in none"] == 24_715_214
    basis = fp.coverage(england, "cauth25").table.attrs
    assert (basis["population"], basis["source"]) == ("residents", "ONS mid-2020 estimates")


@pytest.fixture(scope="session")
def lsoas(shared: Path) -> fp.Atlas:
    """Return the 32,844 LSOAs of 2011, every layer listed by them, ICB22 with official lines."""
    table = gpd.read_parquet(shared / "data/england/lsoa11.parquet").set_index("LSOA11CD")
    table = table.set_geometry(repair_polygons(table.geometry)[0])
    table = table.rename(columns={"pop_mid2020": "residents"})
    lines = gpd.read_file(shared / "data/england/england.gpkg", layer="ICB22").set_index("ICB22CD")
    layers = {}
    for column in table.columns[table.columns.str.fullmatch(r"[A-Z]+\d\dCD")]:
        key = column.removesuffix("CD").lower()
        whole = layer_of(table[column].to_dict(), "system")
        names = whole.table
        if key == "icb22":
            shapes = lines.geometry.reindex(names.index)
            names = gpd.GeoDataFrame(names, geometry=shapes, crs=27700)
        layers[key] = fp.Layer(
            table=names,
            members={"lsoa11": whole.members["squares"]},
            level="system",
            covers=key != "cauth25",
            lines="official" if key == "icb22" else "none",
        )
    units = {"lsoa11": residents(table[["residents", "geometry"]])}
    return fp.Atlas(title="LSOAs", units=units, layers=layers)


def test_every_layer_of_lsoas_covers_england(lsoas: fp.Atlas) -> None:
    assert len(lsoas.layers) == 17
    for key in lsoas.layers:
        found = fp.coverage(lsoas, key)
        none = 24_715_214 if key == "cauth25" else 0
        assert found.people.to_list() == [ENGLAND, ENGLAND - none, none, 0]
        assert found.status == ("not meant to cover" if none else "covers")


def test_the_official_lines_of_systems_have_no_gap_and_no_overlap(lsoas: fp.Atlas) -> None:
    found = fp.coverage(lsoas, "icb22", method="area", tolerance=fp.Tolerance(metres=1))
    assert (found.status, len(found.table)) == ("covers", 0)
    assert found.people.to_list() == [ENGLAND, ENGLAND, 0, 0]


def squares_in(members: dict[str, str | None], *, covers: bool = True) -> fp.Atlas:
    plain = layer_of(members, "system")
    layer = fp.Layer(table=plain.table, members=plain.members, level="system", covers=covers)
    return make_atlas([10, 20, 40], icb22=layer)


def test_a_unit_in_no_footprint_is_named_with_its_place_and_people() -> None:
    found = fp.coverage(squares_in({"a": "S1", "b": None, "c": "S1"}), "icb22")
    row = found.table.loc[0]
    assert (row["kind"], row["unit"], row["people"], row["cause"]) == ("in none", "b", 20, "real")
    assert (row["x"], row["y"], row["area_m2"]) == (401_500, 500, 1_000_000)
    assert row["geometry"].equals(box(401_000, 0, 402_000, 1000))
    assert found.people.to_dict() == {"total": 70, "covered": 50, "in none": 20, "twice": 0}
    assert (found.status, found.share) == ("has faults", 50 / 70)
    summed = found.summary.loc[("in none", "real"), ["rows", "forgiven", "people", "area_m2"]]
    assert summed.tolist() == [1, 0, 20, 1_000_000]


def test_lines_joined_from_units_are_measured_against_a_reference_alone() -> None:
    atlas = squares_in({"a": "S1", "b": None, "c": "S1"})
    country = box(400_000, 0, 403_000, 1000)
    found = fp.coverage(atlas, "icb22", reference=country, tolerance=FINE)
    assert told(found) == [("open gap", "S1", 1_000_000, 1000)]
    assert found.table["people"].tolist() == [20]
    with pytest.raises(OverlapError, match="has no lines of its own: joined from its units.*refer"):
        fp.coverage(atlas, "icb22", method="area", tolerance=FINE)
    with pytest.raises(OverlapError, match="not known of 'the polygons of squares': say resolut"):
        fp.coverage(atlas, "icb22", reference=country)


def test_lines_joined_from_units_are_as_coarse_as_these() -> None:
    table = squares(residents=[10, 20])
    table.attrs["resolution"] = "BGC"
    layers = {"icb22": layer_of({"a": "S1", "b": "S1"}, "system")}
    atlas = fp.Atlas(title="Vale", units={"squares": residents(table)}, layers=layers)
    found = fp.coverage(atlas, "icb22", reference=box(400_000, 0, 402_010, 1000))
    assert (found.status, found.table.attrs["metres"]) == ("within tolerance", "20")


def test_what_the_tolerance_forgives_is_still_shown() -> None:
    atlas = squares_in({"a": "S1", "b": None, "c": "S1"})
    found = fp.coverage(atlas, "icb22", tolerance=fp.Tolerance(people=20))
    assert (found.status, found.table["forgiven"].tolist()) == ("within tolerance", [True])
    assert fp.coverage(atlas, "icb22", tolerance=fp.Tolerance(people=19)).status == "has faults"


def test_a_layer_not_meant_to_cover_counts_who_is_in_none_as_no_fault() -> None:
    found = fp.coverage(squares_in({"a": "S1", "c": "S1"}, covers=False), "icb22")
    assert (found.status, len(found.faults)) == ("not meant to cover", 0)
    assert (found.people["in none"], found.table["unit"].tolist()) == (20, ["b"])


def linked(name: str) -> fp.Atlas:
    """Make a layer that shares units out: 3 people of a too few, 5 of b too many, none of d."""
    rows = [("a", "S1", 7), ("b", "S1", 20), ("b", "S2", 5), ("c", "S2", 40)]
    link = pd.DataFrame(rows, columns=["unit", "code", "people"]).set_index("unit")
    layer = fp.Layer(
        table=pd.DataFrame({"name": ["One", "Two"]}, index=["S1", "S2"]),
        members={"squares": link},
        level="system",
        population=fp.Population(name=name, source="a survey", as_at="2020-06-30"),
    )
    return make_atlas([10, 20, 40, 80], icb22=layer)


def test_a_link_table_that_gives_out_too_many_or_too_few_is_found() -> None:
    found = fp.coverage(linked("residents"), "icb22")
    rows = found.table[["kind", "unit", "codes", "people"]].fillna("").to_numpy().tolist()
    assert rows == [
        ["too few", "a", "S1", 3],
        ["too many", "b", "S1, S2", 5],
        ["in none", "d", "", 80],
    ]
    assert found.people.to_dict() == {"total": 150, "covered": 67, "in none": 83, "twice": 5}
    assert found.people["covered"] + found.people["twice"] == 7 + 20 + 5 + 40


def test_a_link_table_of_other_people_is_compared_only_where_that_is_asked_for() -> None:
    found = fp.coverage(linked("registered"), "icb22")
    assert found.table["kind"].tolist() == ["in none"]
    assert found.table.attrs["links"] == (
        "not compared: the list gives registered, the units count residents"
    )
    asked = fp.coverage(linked("registered"), "icb22", population="residents")
    assert asked.table["kind"].tolist() == ["too few", "too many", "in none"]


def test_units_twice_and_orphan_codes_are_refused_at_the_door() -> None:
    units = {"squares": residents(squares(residents=[1, 2]))}
    whole = layer_of({"a": "S1", "b": "S1"}, "system")
    twice = pd.Series(["S1", "S2", "S1"], index=["a", "a", "b"], dtype="str")
    layer = fp.Layer(table=whole.table, members={"squares": twice}, level="system")
    with pytest.raises(TableError, match="lists units twice in the layer 'icb22': 'a'"):
        fp.Atlas(title="Vale", units=units, layers={"icb22": layer})
    orphan = pd.Series(["S1", "S1", "S9"], index=["a", "b", "z"], dtype="str")
    layer = fp.Layer(table=whole.table, members={"squares": orphan}, level="system")
    with pytest.raises(TableError, match="(?s)lacks: 'z'.*table of footprints lacks: 'S9'"):
        fp.Atlas(title="Vale", units=units, layers={"icb22": layer})


def test_a_focus_asks_for_the_units_inside_it(england: fp.Atlas) -> None:
    found = fp.coverage(england.focus("icb22:QWE"), "icb22")
    assert found.people["total"] == england.people("icb22").loc["E54000031", "residents"]
    assert (found.status, found.table.attrs["focus"]) == ("covers", "E54000031")


def test_a_focus_keeps_the_places_beside_its_footprints() -> None:
    units = synthetic()
    lines = cut(cut(lines_of(units, "icb22"), NOTCH), box(EAST - 100, NORTH - 100, EAST, NORTH))
    atlas = as_atlas(units, {"icb22": lines})
    assert len(fp.coverage(atlas, "icb22", method="area", tolerance=FINE).table) == 2
    mine = fp.coverage(atlas.focus("icb22-0101"), "icb22", method="area", tolerance=FINE)
    assert mine.table["codes"].tolist() == ["icb22-0101"]
    assert mine.people["total"] == units.loc[units["icb22"] == "icb22-0101", "residents"].sum()


def test_a_fault_of_codes_with_commas_is_not_lost_under_a_focus() -> None:
    units = synthetic().replace({"icb22-0000": "B, City of"})
    lines = cut(lines_of(units, "icb22"), MIDDLE)
    atlas = as_atlas(units, {"icb22": lines})
    whole = fp.coverage(atlas, "icb22", method="area", tolerance=FINE)
    mine = fp.coverage(atlas.focus("icb22:B, City of"), "icb22", method="area", tolerance=FINE)
    assert (whole.status, mine.status) == ("has faults", "has faults")
    assert mine.table["codes"].tolist() == ["B, City of, icb22-0100"]


def test_where_units_of_a_focus_live_is_kept_whatever_lies_beside_it() -> None:
    units = synthetic()
    away = {"u1515": (4, 0), "u1514": (-10.5, -10.5)}
    for unit, (east, north) in away.items():
        moved = units.geometry[[unit]].translate(CELL * east, CELL * north)
        units.loc[[unit], "geometry"] = moved
    lines = lines_of(units[~units.index.isin(away)], "icb22")
    # One unit is an island that no line holds, the other lies in a hole of another system.
    hole = units.geometry["u1514"]
    islet = box(EAST + 9000, NORTH - 100, EAST + 9100, NORTH)
    country = shapely.union_all([*lines.geometry, *units.geometry[list(away)], islet])
    atlas = as_atlas(units, {"icb22": cut(lines, hole)})
    mine, beside, other = (
        fp.coverage(atlas.focus(code), "icb22", reference=country, tolerance=FINE)
        for code in ("icb22-0101", "icb22-0000", "icb22-0100")
    )
    kinds = mine.table[["kind", "codes", "area_m2"]].fillna("").to_numpy().tolist()
    assert kinds == [
        ["gap", "icb22-0000", 1e6],
        ["missing", "", 1e6],
        ["missing", "", 1e4],
    ]
    people = units["residents"]
    assert mine.people["in none"] == people[list(away)].sum() == mine.table["people"].sum()
    assert beside.table["kind"].tolist() == ["gap"]
    assert (len(other.table), other.status) == (0, "covers")


def test_people_of_gaps_and_overlaps_reconcile_with_all() -> None:
    units = synthetic()
    hole = box(WEST + 7000, SOUTH, WEST + 8000, SOUTH + 2000)
    more = box(BORDER, SOUTH + 9000, BORDER + 1000, SOUTH + 10_000)
    lines = grown(cut(lines_of(units, "icb22"), hole), more, "icb22-0001", "icb22-0000")
    found = fp.coverage(as_atlas(units, {"icb22": lines}), "icb22", method="area", tolerance=FINE)
    people = units["residents"]
    rows = found.table.set_index("kind")
    assert rows.loc["open gap", "people"] == people[["u0700", "u0701"]].sum()
    assert rows.loc["open gap", "units"] == 2
    assert rows.loc["overlap", ["units", "people"]].tolist() == [1, people["u0809"]]
    assert rows.loc["overlap", "codes"] == "icb22-0000, icb22-0001, icb22-0101"
    inside = [
        people[units.representative_point().intersects(shape)].sum() for shape in lines.geometry
    ]
    assert found.people["covered"] + found.people["twice"] == sum(inside)
    assert found.people["twice"] == 2 * people["u0809"]
    assert found.people["total"] == people.sum()


def test_a_missing_island_and_a_short_coast_are_told_apart() -> None:
    lines = lines_of(synthetic(), "icb22")
    island = box(EAST + 3000, SOUTH, EAST + 4000, SOUTH + 1000)
    strip = box(WEST - 150, SOUTH, WEST, NORTH)
    country = shapely.union_all([*lines.geometry, island, strip])
    found = fp.coverage(lines, reference=country, tolerance=fp.Tolerance(metres=200)).table
    rows = [found[name].tolist() for name in ("kind", "cause", "codes")]
    assert rows == [
        ["open gap", "missing"],
        ["coastline", "real"],
        ["icb22-0000, icb22-0001", np.nan],
    ]
    inland = fp.coverage(lines, reference=country, tolerance=fp.Tolerance(metres=100)).table
    assert inland["cause"].tolist() == ["real", "real"]


def test_islands_are_not_joined_into_a_gap_unless_within_the_search_width() -> None:
    shapes = [
        box(WEST, SOUTH, WEST + 1000, SOUTH + 1000),
        box(WEST + 1400, SOUTH, EAST, SOUTH + 1000),
    ]
    islands = gpd.GeoDataFrame(index=["A", "B"], geometry=shapes, crs=27700)
    apart = fp.coverage(islands, tolerance=fp.Tolerance(metres=100))
    assert (apart.status, apart.table.attrs["search_m"]) == ("covers", "200")
    near = fp.coverage(islands, tolerance=fp.Tolerance(metres=250))
    assert told(near) == [("open gap", "A, B", 400_000, 400)]
    assert near.status == "undecidable"
    assert fp.coverage(islands, tolerance=fp.Tolerance(metres=500)).status == "within tolerance"


def test_a_lake_within_one_footprint_is_undecidable_without_a_reference() -> None:
    lines = cut(
        lines_of(synthetic(), "icb22"), box(WEST + 500, SOUTH + 500, WEST + 700, SOUTH + 700)
    )
    assert fp.coverage(lines, tolerance=FINE).status == "undecidable"
    dry = lines.union_all()
    assert fp.coverage(lines, reference=dry, tolerance=FINE).status == "covers"


def test_the_datum_explains_a_gap_against_a_reference_and_none_within_a_layer() -> None:
    lines = lines_of(synthetic(), "icb22")
    lines.attrs = {"resolution": "BFC", "accuracy_m": "2"}
    slit = box(BORDER, SOUTH, BORDER + 1.5, NORTH)
    parted = cut(lines, slit, "icb22-0100", "icb22-0101")
    doubled = grown(lines, slit.intersection(lines.geometry["icb22-0100"]), "icb22-0000")
    against = fp.coverage(parted, reference=gpd.GeoSeries([lines.union_all()], crs=27700))
    assert against.table["cause"].tolist() == ["datum"]
    for frame in (parted, doubled):
        assert fp.coverage(frame).table["cause"].tolist() == ["real"]


def test_units_outside_a_reference_are_counted_apart_and_those_in_none_have_a_row() -> None:
    units = synthetic()
    lines = lines_of(units[units["icb22"] != "icb22-0101"], "icb22")
    points = units.set_geometry(units.representative_point())
    found = fp.coverage(lines, units=points, population="residents", tolerance=FINE)
    lost = units.index[units["icb22"] == "icb22-0101"]
    assert sorted(found.table["unit"]) == sorted(lost)
    assert found.people["in none"] == units.loc[lost, "residents"].sum()
    held = fp.coverage(lines, reference=lines, units=points, population="residents", tolerance=FINE)
    assert (held.status, held.people["in none"]) == ("covers", 0)
    assert held.table.attrs["outside"] == f"64 units, {units.loc[lost, 'residents'].sum():,} people"


def test_a_layer_not_meant_to_cover_is_held_against_the_units_that_it_lists() -> None:
    units = synthetic()
    some = units["icb22"].where(units["icb22"] != "icb22-0101")
    lines = cut(lines_of(units, "icb22").drop("icb22-0101"), SLIT, "icb22-0100")
    layer = fp.Layer(
        table=lines.assign(name=lines.index),
        members={"units": some.astype("str")},
        level="strategic-authority",
        covers=False,
        lines="official",
    )
    table = fp.UnitTable(
        table=units[["residents", "geometry"]],
        populations=(fp.Population(name="residents", source="a survey", as_at="2020"),),
        lines="official",
    )
    atlas = fp.Atlas(title="Part", units={"units": table}, layers={"cauth25": layer})
    found = fp.coverage(atlas, "cauth25", method="area", tolerance=FINE)
    slit = found.table[found.table["kind"] == "open gap"]
    assert (slit["cause"].tolist(), found.status) == (["real"], "has faults")
    rest = found.table[found.table["kind"] == "in none"]
    assert (len(rest), set(rest["cause"])) == (64, {"not meant to cover"})


def test_overlaps_agree_with_every_pair_taken_by_itself() -> None:
    rng = np.random.default_rng(3)
    west, south = rng.uniform(0, 60, (2, 12))
    shapes = box(west, south, west + rng.uniform(5, 40, 12), south + rng.uniform(5, 40, 12))
    codes, places = overlaps(shapes)
    pairs = [(i, j) for i in range(12) for j in range(i + 1, 12)]
    whole = sum(shapes[i].intersection(shapes[j]).area for i, j in pairs)
    by_place = [len(held) * (len(held) - 1) / 2 for held in codes] * shapely.area(places)
    assert by_place.sum() == pytest.approx(whole)
    assert shapely.union_all(places).area == pytest.approx(shapely.area(places).sum())
    for held, place in zip(codes, places, strict=True):
        inside = shapely.contains(shapes, place.point_on_surface())
        assert tuple(np.flatnonzero(inside)) == held


@pytest.mark.parametrize(("north", "known"), [(0, 77), (1, 1483)])
def test_the_cost_of_a_stack_of_overlaps_grows_no_faster_than_what_meets(
    monkeypatch: pytest.MonkeyPatch, north: float, known: int
) -> None:
    step, count = np.arange(40.0), 40
    stack = box(step, step * north, step + 100, step * north + 100)
    difference, divided = shapely.difference, []

    def counted(parts: np.ndarray, shape: shapely.Polygon) -> np.ndarray:
        divided.append(np.size(parts))
        return difference(parts, shape)

    monkeypatch.setattr(shapely, "difference", counted)
    codes, places = overlaps(stack)
    assert len(codes) == known
    assert all(held == tuple(range(held[0], held[-1] + 1)) for held in codes)
    by_place = [len(held) * (len(held) - 1) / 2 for held in codes] * shapely.area(places)
    i, j = np.triu_indices(count, 1)
    assert by_place.sum() == pytest.approx(
        shapely.area(shapely.intersection(stack[i], stack[j])).sum()
    )
    triples = count * (count - 1) * (count - 2) / 6
    assert 0 < sum(divided) <= 3 * triples


@pytest.mark.parametrize("limit", [0, 1, 5])
def test_gaps_divided_at_any_width_add_up_to_what_no_polygon_covers(limit: float) -> None:
    rng = np.random.default_rng(5)
    country = box(WEST, SOUTH, WEST + 100, SOUTH + 100)
    shapes = shapely.points(WEST + rng.uniform(0, 100, 40), SOUTH + rng.uniform(0, 100, 40))
    shapes = shapely.intersection(shapely.buffer(shapes, rng.uniform(3, 25, 40)), country)
    places = gaps(shapes, country, search=1, limit=limit)["place"].to_numpy()
    rest = country - shapely.union_all(shapes)
    assert shapely.area(places).sum() == pytest.approx(rest.area, abs=1e-6)
    assert shapely.union_all(places).symmetric_difference(rest).area < 1e-6
    wide = widths(places)[0] > limit
    core = rest.buffer(-limit / 2 - 0.01)
    assert shapely.union_all(places[wide]).buffer(0.01).covers(core)


def test_the_order_of_rows_does_not_matter() -> None:
    plant, _ = PLANTED["half a metre between neighbours"]
    lines = grown(plant(lines_of(synthetic(), "icb22")), MIDDLE, "icb22-0000", "icb22-0100")
    found = [fp.coverage(each, tolerance=FINE) for each in (lines, lines.iloc[::-1])]
    assert told(found[0]) == told(found[1])
    assert {kind for kind, *_ in told(found[0])} == {"overlap", "open gap"}


def test_the_order_of_units_does_not_matter() -> None:
    units = synthetic()
    twice = box(BORDER, SOUTH + 9000, BORDER + 1000, SOUTH + 10_000)
    lines = cut(lines_of(units, "icb22"), box(WEST, SOUTH, WEST + 1500, SOUTH + 2000))
    lines = grown(lines, twice, "icb22-0000", "icb22-0001")
    mixed = units.sample(frac=1, random_state=4)
    found = [
        fp.coverage(as_atlas(table, {"icb22": drawn}), "icb22", method="area", tolerance=FINE)
        for table, drawn in ((units, lines), (mixed, lines.iloc[::-1]))
    ]
    columns = ["kind", "codes", "cause", "units", "people", "forgiven"]
    pd.testing.assert_frame_equal(*(each.table[columns] for each in found))
    pd.testing.assert_series_equal(*(each.people for each in found))
    assert found[0].table["people"].sum() > found[0].people["in none"] > 0
    listed = [
        fp.coverage(
            as_atlas(table.assign(icb22=table["icb22"].where(table.index > "u0200"))), "icb"
        )
        for table in (units, mixed)
    ]
    pd.testing.assert_frame_equal(
        *(each.table.sort_values("unit", ignore_index=True) for each in listed)
    )
    assert len(listed[0].faults) == 33


def test_nothing_given_is_changed() -> None:
    lines = lines_of(synthetic(), "icb22")
    before = lines.to_wkb()
    fp.coverage(lines, reference=lines, tolerance=FINE)
    pd.testing.assert_frame_equal(lines.to_wkb(), before)


def test_what_cannot_be_measured_is_refused_with_the_reason(england: fp.Atlas) -> None:
    with pytest.raises(OverlapError, match="'icb22' has lines that are illustrative.*never measur"):
        fp.coverage(england, "icb22", method="area")
    with pytest.raises(OverlapError, match="'pcn21' has no lines. Use method='members'"):
        fp.coverage(england, "pcn21", method="area")
    with pytest.raises(UnknownNameError, match="no method 'points'.*'members', 'area'"):
        fp.coverage(england, "icb22", method="points")
    with pytest.raises(OverlapError, match="A reference is for lines"):
        fp.coverage(england, "icb22", method="members", reference=box(0, 0, 1, 1))
    with pytest.raises(UnknownNameError, match="Say which layer of the atlas: 'lad21'"):
        fp.coverage(england)
    with pytest.raises(OverlapError, match="'icb22' lists units of 'england', not of 'pcn_parts'"):
        fp.coverage(england, "icb22", units="pcn_parts")
    with pytest.raises(OverlapError, match="lists 'icb22' counts 'registered': 'england' counts"):
        fp.coverage(england, "icb22", population="registered")
    with pytest.raises(UnknownNameError, match="no population 'cats'"):
        fp.coverage(england, "icb22", population="cats")


def test_frames_that_cannot_be_used_are_refused_with_the_remedy() -> None:
    lines = lines_of(synthetic(), "icb22")
    with pytest.raises(
        OverlapError, match="is not known of 'the frame': say resolution.*BUC 500 m"
    ):
        fp.coverage(lines)
    with pytest.raises(TableError, match="Give an Atlas and a layer, or a GeoDataFrame.*not list"):
        fp.coverage([])
    with pytest.raises(TableError, match="nothing to check"):
        fp.coverage(lines.iloc[:0], tolerance=FINE)
    with pytest.raises(OverlapError, match="A frame holds lines, and no layers"):
        fp.coverage(lines, "icb22")
    with pytest.raises(CRSError, match="The reference must be in EPSG:27700.*EPSG:4326"):
        fp.coverage(lines, reference=lines.to_crs(4326), tolerance=FINE)
    with pytest.raises(CRSError, match="Frames must be in EPSG:27700"):
        fp.coverage(lines.to_crs(4326), tolerance=FINE)
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    with pytest.raises(GeometryError, match="reference .Self-intersection"):
        fp.coverage(lines, reference=bow_tie, tolerance=FINE)
    drawn = gpd.GeoDataFrame(geometry=lines.geometry)
    drawn.attrs["lines"] = "illustrative"
    with pytest.raises(OverlapError, match="The reference is illustrative"):
        fp.coverage(lines, reference=drawn, tolerance=FINE)
