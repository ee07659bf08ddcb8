"""What hangs together is told from what does not, whatever drew it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import layer_of, make_atlas
from synthetic import as_atlas, lines_of, synthetic, turned

import footprints as fp
from footprints.checks.adjacency import adjacent, components
from footprints.errors import (
    CRSError,
    GeometryError,
    OverlapError,
    TableError,
    UnknownNameError,
)

MAIN, OTHER = "icb22-0000", "icb22-0100"
AWAY = "u1204"
"""A unit in the middle of the south-eastern system."""


def frame_of(*shapes: shapely.Geometry) -> gpd.GeoSeries:
    return gpd.GeoSeries(shapes, index=list("ABCDEFGH"[: len(shapes)]), crs=27700)


def pairs_of(*shapes: shapely.Geometry, metres: float = 1.0) -> list[str]:
    found = fp.neighbours(frame_of(*shapes), metres=metres)
    return (found["left"] + found["right"]).tolist()


def square(x: float, y: float, size: float = 1000) -> shapely.Polygon:
    return shapely.box(x, y, x + size, y + size)


def with_exclave(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """List a unit in the middle of one system in the system beside it."""
    units = units.copy()
    units.loc[AWAY, "icb22"] = MAIN
    return units


def offshore(units: gpd.GeoDataFrame, rows: int = 8) -> gpd.GeoDataFrame:
    """Move the two western columns out to sea, from the south so many rows up."""
    west = (units.index.str[1:3] < "02") & (units.index.str[3:].astype(int) < rows)
    moved = units.geometry.where(~west, units.geometry.translate(xoff=-5000))
    return units.set_geometry(moved)


def ferry(east: float = 402_500, west: float = 396_500) -> pd.DataFrame:
    """Draw a link between the offshore island of the south-western system and its main part."""
    return pd.DataFrame(
        {
            "name": ["Ferry"],
            "reason": ["every hour"],
            "from_easting": [east],
            "from_northing": [302_500],
            "to_easting": [west],
            "to_northing": [302_500],
        }
    )


def verdicts(found: fp.checks.contiguous.Contiguity) -> dict[str, tuple[str, int, int]]:
    """Return status, people unjoined and count of parts of what is not simply contiguous."""
    table = found.table[found.table["status"] != "contiguous"]
    columns = table[["status", "people_unjoined", "parts"]]
    return {code: tuple(row) for code, *row in columns.itertuples()}


# Neighbours


def test_an_edge_makes_neighbours_and_a_corner_does_not() -> None:
    assert pairs_of(square(0, 0), square(1000, 0), square(1000, 1000)) == ["AB", "BC"]


@pytest.mark.parametrize("between", [2, 12, 45, 120])
def test_a_corner_is_not_an_edge_at_any_angle(between: float) -> None:
    wedge = shapely.Polygon([(0, 0), (-1000, 300), (-1000, -300)])
    opening = 2 * np.degrees(np.arctan(0.3))
    beside = shapely.affinity.rotate(wedge, opening + between, origin=(0, 0))
    assert pairs_of(wedge, beside) == []
    assert pairs_of(wedge, shapely.affinity.rotate(wedge, opening, origin=(0, 0))) == ["AB"]


def test_further_vertices_part_no_neighbours() -> None:
    east = shapely.segmentize(square(1000, 0), 70)
    assert fp.neighbours(frame_of(square(0, 0), east))["shared_m"].tolist() == pytest.approx(
        [1000], abs=1
    )


@pytest.mark.parametrize("gap", [1e-6, 0.001, 0.5, 0.9])
def test_a_gap_within_the_tolerance_parts_no_neighbours(gap: float) -> None:
    assert pairs_of(square(0, 0), square(1000 + gap, 0)) == ["AB"]
    assert pairs_of(square(0, 0), square(1000 - gap, 0)) == ["AB"]


def test_a_gap_beyond_the_tolerance_parts_them_and_a_wider_one_joins_them_again() -> None:
    shapes = square(0, 0), square(1001.5, 0)
    assert pairs_of(*shapes) == []
    assert pairs_of(*shapes, metres=2) == ["AB"]


def test_an_edge_shorter_than_twice_the_tolerance_is_a_corner() -> None:
    assert pairs_of(square(0, 0), square(1000, 999)) == []
    assert pairs_of(square(0, 0), square(1000, 996)) == ["AB"]


def test_polygons_that_overlap_or_lie_in_one_another_are_neighbours() -> None:
    assert pairs_of(square(0, 0), square(500, 500)) == ["AB"]
    assert pairs_of(square(0, 0), square(400, 400, 100)) == ["AB"]
    hole = square(0, 0) - square(400, 400, 100)
    assert pairs_of(hole, square(400, 400, 100)) == ["AB"]


def test_neighbours_are_those_of_a_slow_comparison_of_every_pair() -> None:
    units = turned(synthetic(6), 17.0)
    shapes = units.geometry.array
    found = fp.neighbours(units)
    slow = [
        (units.index[i], units.index[j])
        for i in range(len(shapes))
        for j in range(i + 1, len(shapes))
        if shapely.length(shapely.intersection(shapes[i].buffer(0.001), shapes[j])) > 100
    ]
    assert list(zip(found["left"], found["right"], strict=True)) == slow
    assert len(slow) == 60


def test_what_cannot_have_neighbours_is_refused() -> None:
    with pytest.raises(CRSError, match="must be in EPSG:27700, not in EPSG:4326"):
        fp.neighbours(frame_of(square(0, 0)).set_crs(4326, allow_override=True))
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    with pytest.raises(GeometryError, match="not valid: 'A'.*repair=True"):
        fp.neighbours(frame_of(bow_tie))
    with pytest.raises(TableError, match="above zero, not 0"):
        fp.neighbours(frame_of(square(0, 0)), metres=0)
    with pytest.raises(TableError, match="as a GeoDataFrame or a GeoSeries, not a list"):
        fp.neighbours([square(0, 0)])


def test_components_are_those_of_a_slow_walk() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.integers(0, 200, (2, 130))
    found = components(200, one, other)
    slow = np.arange(200)
    for _ in range(200):
        for a, b in zip(one, other, strict=True):
            slow[a] = slow[b] = min(slow[a], slow[b])
    assert found.tolist() == slow.tolist()
    assert 50 < len(set(found)) < 150


# Footprints of units


def test_a_country_without_faults_is_contiguous() -> None:
    for layer in ("pcn21", "place21", "icb22"):
        found = fp.contiguity(as_atlas(synthetic()), layer)
        assert set(found.table["status"]) == {"contiguous"}
        assert (found.table["parts"] == 1).all()
        assert (found.parts["kind"] == "main").all()
        assert not found.table["forgiven"].any()


def test_an_exclave_is_found_with_its_people_and_nothing_else_is() -> None:
    units = with_exclave(synthetic())
    found = fp.contiguity(as_atlas(units), "icb22")
    people = int(units.loc[AWAY, "residents"])
    assert verdicts(found) == {MAIN: ("exclave", people, 2)}
    main, part = found.parts[found.parts["code"] == MAIN].to_dict("records")
    assert (part["part"], part["kind"], part["units"]) == (2, "exclave", 1)
    assert (part["people"], part["area_m2"]) == (people, 1e6)
    assert part["touches"] == OTHER
    assert not part["joined"]
    assert units.geometry[AWAY].contains(shapely.Point(part["x"], part["y"]))
    assert part["geometry"].equals(units.geometry[AWAY])
    assert main["people"] + people == found.table.loc[MAIN, "people"]
    assert part["share"] == pytest.approx(people / found.table.loc[MAIN, "people"])


def test_parts_add_up_to_the_people_of_every_footprint() -> None:
    atlas = as_atlas(with_exclave(synthetic()))
    found = fp.contiguity(atlas, "icb22")
    sums = found.parts.groupby("code")["people"].sum()
    assert sums.to_dict() == atlas.people("icb22")["residents"].to_dict()
    assert found.parts["units"].sum() == 256
    assert found.parts.area.sum() == pytest.approx(256e6)


def test_an_island_is_found_and_a_link_joins_it() -> None:
    units = offshore(synthetic())
    people = int(units.loc[units.geometry.bounds["minx"] < 400_000, "residents"].sum())
    alone = fp.contiguity(as_atlas(units), "icb22", links=None)
    assert verdicts(alone) == {MAIN: ("island without a link", people, 2)}
    linked = fp.contiguity(as_atlas(units), "icb22", links=ferry())
    assert verdicts(linked) == {MAIN: ("joined by links", 0, 2)}
    counts = linked.table.loc[MAIN, ["parts_after_links", "people_elsewhere"]]
    assert counts.tolist() == [1, people]
    part = linked.parts.set_index(["code", "part"]).loc[(MAIN, 2)]
    told = part[["kind", "touches", "link", "reason", "joined"]]
    assert told.tolist() == ["island", "", "Ferry", "every hour", True]


def test_an_island_that_two_footprints_share_is_no_island_of_either() -> None:
    found = fp.contiguity(as_atlas(offshore(synthetic(), rows=16)), "icb22").parts
    shared = found[found["part"] == 2].set_index("code")
    assert shared["kind"].to_dict() == {MAIN: "exclave", "icb22-0001": "exclave"}
    assert shared.loc[MAIN, "touches"] == "icb22-0001"


def test_a_link_whose_end_is_out_of_reach_or_in_another_footprint_joins_nothing() -> None:
    atlas = as_atlas(offshore(synthetic()))
    for link, parts in (
        (ferry(west=398_100), 2),
        (ferry(west=397_900), 1),
        (ferry(east=410_500), 2),
        (ferry(east=397_100), 2),
    ):
        found = fp.contiguity(atlas, "icb22", links=link)
        assert found.table.loc[MAIN, "parts_after_links"] == parts


def test_an_exclave_on_land_can_be_given_a_link_too() -> None:
    road = ferry(east=407_500, west=412_500).assign(from_northing=304_500, to_northing=304_500)
    found = fp.contiguity(as_atlas(with_exclave(synthetic())), "icb22", links=road)
    assert verdicts(found) == {MAIN: ("joined by links", 0, 2)}
    assert found.parts.loc[found.parts["part"] == 2, "kind"].tolist() == ["exclave"]


def test_two_links_by_way_of_another_footprint_join_nothing() -> None:
    there = ferry(east=407_500, west=409_500).assign(from_northing=304_500, to_northing=304_500)
    on = ferry(east=409_500, west=412_500).assign(from_northing=304_500, to_northing=304_500)
    found = fp.contiguity(
        as_atlas(with_exclave(synthetic())), "icb22", links=pd.concat([there, on])
    )
    assert found.table.loc[MAIN, ["status", "parts_after_links"]].tolist() == ["exclave", 2]
    assert found.parts["link"].isna().all()


def test_units_that_meet_at_a_corner_only_are_two_parts() -> None:
    units = synthetic()
    units.loc[["u0808"], "icb22"] = MAIN
    found = fp.contiguity(as_atlas(units), "icb22")
    assert verdicts(found) == {MAIN: ("exclave", int(units.loc["u0808", "residents"]), 2)}


def parted() -> gpd.GeoDataFrame:
    """Return the synthetic England with an exclave, and an island that no link reaches."""
    return offshore(with_exclave(synthetic()))


def distorted(how: str) -> gpd.GeoDataFrame:
    """Return the same, drawn in another way."""
    units = parted()
    rng = np.random.default_rng(5)
    shapes = units.geometry
    if how == "a half-metre gap":
        east = np.where(units.index.str[1:3] > "03", 0.5, 0.0)
        shapes = gpd.GeoSeries(
            [shapely.affinity.translate(s, e) for s, e in zip(shapes, east, strict=True)],
            index=units.index,
            crs=27700,
        )
    elif how == "further vertices":
        shapes = shapes.where(rng.random(len(units)) < 0.5, shapes.segmentize(130))
    elif how in ("a micrometre", "jitter"):
        most = 1e-6 if how == "a micrometre" else 0.3
        shapes = shapes.map(
            lambda shape: shapely.transform(shape, lambda xy: xy + rng.uniform(-most, most, 2))
        )
    elif how == "other rows":
        return units.sample(frac=1, random_state=2)
    elif how == "turned":
        return turned(units, 33.3)
    elif how == "moved":
        return turned(units, 0, east=123_456.7, north=-98_765.4)
    return units.set_geometry(shapes)


WAYS = ["a half-metre gap", "further vertices", "a micrometre", "jitter"]
WAYS += ["other rows", "turned", "moved"]


@pytest.mark.parametrize("how", WAYS)
def test_the_verdict_stays_however_the_country_is_drawn(how: str) -> None:
    plain = fp.contiguity(as_atlas(parted()), "icb22")
    assert plain.parts.loc[plain.parts["code"] == MAIN, "kind"].tolist() == [
        "main",
        "island",
        "exclave",
    ]
    found = fp.contiguity(as_atlas(distorted(how)), "icb22")
    pd.testing.assert_frame_equal(found.table.sort_index(), plain.table.sort_index())
    columns = ["code", "part", "kind", "units", "people", "touches", "joined"]
    pd.testing.assert_frame_equal(
        found.parts[columns].sort_values(columns[:2], ignore_index=True),
        plain.parts[columns].sort_values(columns[:2], ignore_index=True),
        check_flags=False,
    )


def test_what_is_small_is_forgiven_and_still_shown() -> None:
    atlas = as_atlas(with_exclave(synthetic()))
    people = int(atlas.units["units"].loc[AWAY, "residents"])
    for tolerance, forgiven in (
        (fp.Tolerance(people=people), True),
        (fp.Tolerance(people=people - 1), False),
        (fp.Tolerance(share=0.5), True),
    ):
        found = fp.contiguity(atlas, "icb22", tolerance=tolerance)
        assert found.table.loc[MAIN, ["status", "forgiven"]].tolist() == ["exclave", forgiven]
        assert found.table["forgiven"].sum() == forgiven
        assert found.parts["forgiven"].sum() == forgiven


def test_units_in_no_footprint_part_a_footprint_as_others_do() -> None:
    units = synthetic()
    units.loc[units.index.str[1:3] == "03", "icb22"] = None
    found = fp.contiguity(as_atlas(units), "icb22")
    assert set(verdicts(found)) == {MAIN, "icb22-0001"}
    assert found.table.loc[MAIN, "status"] == "exclave"
    assert len(found.parts) == 6


def test_of_a_footprint_where_nobody_lives_no_share_is_known() -> None:
    units = with_exclave(synthetic())
    units.loc[units["icb22"] == MAIN, "residents"] = 0
    found = fp.contiguity(as_atlas(units), "icb22").table
    assert found.loc[MAIN, ["status", "people_unjoined"]].tolist() == ["exclave", 0]
    assert found["share_unjoined"].isna().to_dict() == {
        MAIN: True,
        "icb22-0001": False,
        OTHER: False,
        "icb22-0101": False,
    }
    units = with_exclave(synthetic())
    units.loc[AWAY, "residents"] = 0
    assert fp.contiguity(as_atlas(units), "icb22").table.loc[MAIN, "share_unjoined"] == 0


def test_edges_that_units_share_are_looked_for_once_in_an_atlas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[float] = []

    def counted(shapes: np.ndarray, metres: float) -> tuple[np.ndarray, ...]:
        looked.append(metres)
        return adjacent(shapes, metres)

    monkeypatch.setattr("footprints.checks.contiguous.adjacent", counted)
    atlas = as_atlas(parted())
    for layer in ("icb22", "place21", "pcn21", "icb22"):
        found = fp.contiguity(atlas, layer).table
        fresh = fp.contiguity(as_atlas(parted()), layer).table
        pd.testing.assert_frame_equal(found, fresh)
    fp.contiguity(atlas.focus(MAIN), "place21")
    fp.coherence(atlas, "icb22", "place21")
    assert looked == [1] * (1 + 4)
    fp.contiguity(atlas, "icb22", tolerance=fp.Tolerance(metres=2))
    assert looked == [1] * (1 + 4) + [2]


def test_the_basis_of_the_people_is_said() -> None:
    found = fp.contiguity(as_atlas(synthetic()), "icb")
    assert found.table.attrs == found.parts.attrs
    assert found.table.attrs == {
        "method": "members",
        "units": "units",
        "population": "residents",
        "source": "a survey",
        "date": "2020-06-30",
        "layer": "icb22",
        "metres": "1",
        "reach_m": "1000",
        "links": str(len(fp.sea_links())),
    }


def test_a_focus_shows_its_own_footprints_whole() -> None:
    atlas = as_atlas(with_exclave(synthetic())).focus("place21-0000")
    found = fp.contiguity(atlas, "icb22")
    assert found.table.index.tolist() == [MAIN]
    assert found.table.attrs["focus"] == "place21-0000"
    assert found.parts["touches"].tolist() == ["icb22-0001; icb22-0100", OTHER]
    assert found.parts["units"].tolist() == [64, 1]


# Layers with lines only


def drawn(*, people: bool = True) -> fp.Atlas:
    """Make an atlas whose systems are lines, listed by units that have points or nothing."""
    units = with_exclave(synthetic())
    lines = {"icb22": lines_of(units, "icb22")}
    centres = units.geometry.centroid
    table = pd.DataFrame({"residents": units["residents"]})
    if people:
        table = table.assign(easting=centres.x, northing=centres.y)
    whole = as_atlas(units, lines)
    layer = whole.parts()[1]["icb22"]
    listed = fp.Layer(
        table=layer.table, members={"units": units["icb22"]}, level="system", lines="official"
    )
    population = fp.Population(name="residents", source="a survey", as_at="2020-06-30")
    return fp.Atlas(
        title="Lines",
        units={"units": fp.UnitTable(table=table, populations=(population,))},
        layers={"icb22": listed},
    )


def test_a_layer_with_lines_only_is_taken_by_its_polygons() -> None:
    plain = fp.contiguity(as_atlas(with_exclave(synthetic())), "icb22")
    found = fp.contiguity(drawn(), "icb22")
    assert found.table.attrs["method"] == "lines"
    pd.testing.assert_frame_equal(found.table, plain.table, check_flags=False)
    assert found.parts["units"].tolist() == plain.parts["units"].tolist()


def test_without_points_the_people_of_its_polygons_are_not_known() -> None:
    found = fp.contiguity(drawn(people=False), "icb22")
    assert found.table["people_unjoined"].isna().all()
    assert found.table.loc[MAIN, ["status", "parts"]].tolist() == ["exclave", 2]
    assert found.parts["share"].tolist() == pytest.approx([64 / 65, 1 / 65, 1, 1, 1])
    assert found.table.loc[MAIN, "share_unjoined"] == pytest.approx(1 / 65)


def test_illustrative_lines_are_never_measured(england: fp.Atlas) -> None:
    with pytest.raises(OverlapError, match="'england' are illustrative: drawn for maps, never"):
        fp.contiguity(england, "icb22")
    with pytest.raises(UnknownNameError, match="no table of units 'lsoa'"):
        fp.contiguity(england, "icb22", units="lsoa")


def test_links_that_cannot_be_used_are_named() -> None:
    atlas = as_atlas(synthetic())
    with pytest.raises(TableError, match="lacks columns: 'reason', 'to_northing'.*sea_links"):
        fp.contiguity(atlas, "icb22", links=ferry().drop(columns=["reason", "to_northing"]))
    with pytest.raises(TableError, match="without a place in metres: 'Ferry'"):
        fp.contiguity(atlas, "icb22", links=ferry(west=float("nan")))
    with pytest.raises(TableError, match="'england' or None, not 'wales'"):
        fp.contiguity(atlas, "icb22", links="wales")


# Coherence


def test_systems_of_whole_places_split_none() -> None:
    atlas = as_atlas(synthetic())
    found = fp.coherence(atlas, "icb22", "place21")
    assert found[["authorities", "whole", "split"]].to_numpy().tolist() == [[4, 4, 0]] * 4
    assert found["people"].tolist() == atlas.people("icb22")["residents"].tolist()
    assert (found["people_in_split"] == 0).all()
    assert (found["people_beyond"] == 0).all()
    assert (found["share_in_whole"] == 1).all()
    assert found["defined"].all()
    assert found["compactness"].tolist() == pytest.approx([2 / np.pi] * 4)
    assert found["contiguity"].tolist() == ["contiguous"] * 4
    assert not found["forgiven"].any()


def test_a_split_authority_is_counted_on_both_sides() -> None:
    units = with_exclave(synthetic())
    found = fp.coherence(as_atlas(units), "icb22", "place21")
    place = units["place21"] == units.loc[AWAY, "place21"]
    away, rest = int(units.loc[AWAY, "residents"]), int(units.loc[place, "residents"].sum())
    columns = ["authorities", "whole", "split", "people_in_split", "people_beyond", "contiguity"]
    assert found.loc[MAIN, columns].tolist() == [5, 4, 1, away, rest - away, "exclave"]
    assert found.loc[OTHER, columns].tolist() == [4, 3, 1, rest - away, away, "contiguous"]
    assert found.loc[MAIN, "share_in_whole"] == pytest.approx(1 - away / found.loc[MAIN, "people"])
    assert found.loc["icb22-0001", columns[:3]].tolist() == [4, 4, 0]


def test_a_small_part_of_an_authority_is_forgiven_and_said() -> None:
    atlas = as_atlas(with_exclave(synthetic()))
    found = fp.coherence(atlas, "icb22", "place21", tolerance=fp.Tolerance(people=3000))
    assert found["split"].tolist() == [0] * 4
    assert found["forgiven"].to_dict() == {
        MAIN: True,
        "icb22-0001": False,
        OTHER: True,
        "icb22-0101": False,
    }
    assert found.loc[MAIN, "contiguity"] == "exclave"


def test_people_in_no_footprint_leave_their_neighbours_undefined() -> None:
    units = synthetic()
    units.loc["u0000", "icb22"] = None
    found = fp.coherence(as_atlas(units), "icb22", "place21")
    assert found["defined"].to_dict() == {
        MAIN: False,
        "icb22-0001": True,
        OTHER: True,
        "icb22-0101": True,
    }
    assert found["people_unassigned"].tolist() == [units.loc["u0000", "residents"], 0, 0, 0]


def test_a_small_footprint_that_lies_whole_within_a_large_authority_is_inside_one() -> None:
    codes = {"a": "P", "b": "Q", "c": "Q"}
    atlas = make_atlas(
        [4, 46, 50],
        pcn21=layer_of(codes, "neighbourhood"),
        lad21=layer_of(dict.fromkeys("abc", "D"), "district"),
    )
    for tolerance in (fp.Tolerance(share=0.05), fp.Tolerance(people=5)):
        found = fp.coherence(atlas, "pcn21", "lad21", tolerance=tolerance)
        columns = ["authorities", "whole", "split", "people_in_split", "people_beyond"]
        assert found.loc["P", columns].tolist() == [1, 0, 1, 4, 96]
        assert found.loc["Q", columns].tolist() == [1, 0, 1, 96, 4]
        assert not found["forgiven"].any()


@pytest.mark.parametrize(
    "tolerance",
    [fp.Tolerance(), fp.Tolerance(people=2500), fp.Tolerance(share=0.05), fp.Tolerance(share=0.1)],
)
def test_authorities_are_those_of_coterminosity(tolerance: fp.Tolerance) -> None:
    rng = np.random.default_rng(7)
    units = synthetic()
    away = rng.choice(units.index, 60, replace=False)
    units.loc[away, "icb22"] = rng.choice(units["icb22"].unique(), 60)
    units.loc[rng.choice(away, 10), "icb22"] = None
    atlas = as_atlas(units)
    found = fp.coherence(atlas, "icb22", "place21", tolerance=tolerance)
    stands = fp.coterminosity(atlas.overlap("icb22", "place21"), tolerance)
    columns = ["people", "whole", "split", "people_in_split"]
    pd.testing.assert_frame_equal(found[columns], stands[columns], check_names=False)
    assert (found["authorities"] == found["whole"] + found["split"]).all()
    assert found["split"].sum() > 0
    # What is forgiven is in neither.
    forgiven = 1 - found["share_in_whole"] - found["people_in_split"] / found["people"]
    assert (forgiven > 1e-9).any() == (tolerance != fp.Tolerance())
    assert (forgiven > -1e-9).all()


def test_where_nobody_is_counted_no_people_are_said() -> None:
    units = with_exclave(synthetic())
    population = (fp.Population(name="residents", source="a survey", as_at="2020-06-30"),)
    tables, layers = {}, {}
    # The layers list different units, whose places are not known: they meet by their lines.
    for key, level in (("icb22", "system"), ("place21", "place")):
        lines = lines_of(units, key)
        people = pd.DataFrame({"residents": 7}, index=lines.index)
        tables[f"units of {key}"] = fp.UnitTable(table=people, populations=population)
        layers[key] = fp.Layer(
            table=lines.assign(name=lines.index),
            members={f"units of {key}": pd.Series(lines.index, index=lines.index, dtype="str")},
            level=level,
            lines="official",
        )
    atlas = fp.Atlas(title="Lines", units=tables, layers=layers)
    found = fp.coherence(atlas, "icb22", "place21")
    assert found.attrs["method"] == "area"
    people = ["people", "people_unassigned", "people_in_split", "people_beyond"]
    assert found[people].isna().all(axis=None)
    assert found["split"].tolist() == [1, 0, 1, 0]
    assert found["share_in_whole"].tolist() == pytest.approx([64 / 65, 1, 48 / 63, 1])


def test_a_footprint_that_meets_no_authority_has_none_of_them() -> None:
    atlas = make_atlas(
        [4, 6, 0],
        pcn21=layer_of({"a": "P", "b": "Q", "c": "R"}, "neighbourhood"),
        lad21=layer_of({"a": "D", "b": None, "c": "D"}, "district"),
    )
    found = fp.coherence(atlas, "pcn21", "lad21")
    assert found["authorities"].tolist() == [1, 0, 1]
    assert found["defined"].tolist() == [True, pd.NA, True]
    people = ["people_unassigned", "people_in_split", "people_beyond"]
    assert found[people].to_numpy().tolist() == [[0, 4, 0], [0, 0, 0], [0, 0, 4]]
    assert found["share_in_whole"].fillna(-1).tolist() == [0, 0, -1]


def test_the_embedded_england_gives_what_lists_tell_and_says_what_needs_lines(
    england: fp.Atlas,
) -> None:
    found = fp.coherence(england, "icb22", "ctyua21")
    assert found["contiguity"].isna().all()
    assert found["compactness"].isna().all()
    assert "official" in found.attrs["contiguity"]
    assert "illustrative" in found.attrs["compactness"]
    assert found["defined"].all()
    assert (found["split"] == 0).sum() == 26
    pairs = england.overlap("ctyua21", "icb22")
    across = pairs.groupby("left").filter(lambda rows: len(rows) > 1)
    assert found["people_in_split"].sum() == across["people"].sum()
    assert found["split"].sum() == len(across)
    focused = fp.coherence(england.focus("Frimley"), "icb22", "ctyua21")
    pd.testing.assert_series_equal(focused.loc["E54000034"], found.loc["E54000034"])


# The real England


@pytest.fixture(scope="module")
def real(lsoas: gpd.GeoDataFrame) -> fp.Atlas:
    """Return England as LSOAs of 2011 list it."""
    levels = {
        "lad21": "district", "ctyua21": "upper-tier", "sicbl22": "commissioner",
        "stp21": "system", "icb22": "system", "cauth25": "strategic-authority",
    }  # fmt: skip
    layers = {}
    for key, level in levels.items():
        members = lsoas[f"{key.upper()}CD"].astype("str")
        names = lsoas.groupby(members)[f"{key.upper()}NM"].first().rename("name").to_frame()
        layers[key] = fp.Layer(
            table=names, members={"lsoa11": members}, level=level, covers=key != "cauth25"
        )
    population = fp.Population(name="residents", source="ONS", as_at="2020-06-30")
    units = fp.UnitTable(
        table=lsoas[["residents", "geometry"]], populations=(population,), lines="official"
    )
    return fp.Atlas(title="England", units={"lsoa11": units}, layers=layers)


def test_each_end_of_a_link_lies_in_the_district_that_it_names(lsoas: gpd.GeoDataFrame) -> None:
    links = fp.sea_links()
    for side in ("from", "to"):
        ends = shapely.points(links[[f"{side}_easting", f"{side}_northing"]])
        link, unit = lsoas.sindex.query(ends, predicate="within")
        assert link.tolist() == list(range(len(links)))
        assert lsoas["LAD21NM"].iloc[unit].tolist() == links[f"{side}_area"].tolist()


def test_neighbours_of_lsoas_are_those_whose_edges_are_the_same(real: fp.Atlas) -> None:
    shapes = real.coded.blocks("lsoa11").table.geometry.array
    one, other, length = adjacent(np.asarray(shapes))
    shared = shapely.intersection(shapely.boundary(shapes[one]), shapely.boundary(shapes[other]))
    assert len(one) > 90_000
    np.testing.assert_allclose(shapely.length(shared), length, rtol=1e-6)


EXPECTED = {"icb22": (5, 216_227, 0), "stp21": (5, 216_227, 0), "lad21": (9, 326_670, 0),
            "ctyua21": (7, 244_448, 0), "sicbl22": (8, 544_894, 62_118),
            "cauth25": (2, 393_511, 0)}  # fmt: skip


@pytest.mark.parametrize("layer", EXPECTED)
def test_what_is_parted_in_england(real: fp.Atlas, layer: str) -> None:
    found = fp.contiguity(real, layer)
    table = found.table
    counts = (table["parts"] > 1).sum(), table["people_elsewhere"].sum()
    assert (*counts, table["people_unjoined"].sum()) == EXPECTED[layer]
    assert found.parts["people"].sum() == table["people"].sum()


def test_the_isle_of_wight_is_joined_to_its_system_by_three_ferries(real: fp.Atlas) -> None:
    found = fp.contiguity(real, "icb22")
    row = found.table.loc["E54000042"]
    assert row[["status", "parts", "parts_after_links"]].tolist() == ["joined by links", 3, 1]
    wight, hayling = found.parts[found.parts["code"] == "E54000042"].iloc[1:].to_dict("records")
    isle = real.people("lad21").loc["E06000046", "residents"]
    assert (wight["kind"], wight["people"], wight["link"].count("ferry")) == ("island", isle, 3)
    assert (hayling["kind"], hayling["link"]) == ("island", "Hayling Bridge")
    alone = fp.contiguity(real, "icb22", links=None).table.loc["E54000042"]
    assert alone[["status", "people_unjoined"]].tolist() == [
        "island without a link",
        wight["people"] + hayling["people"],
    ]


def test_the_seisdon_peninsula_is_the_one_exclave_on_land_of_the_commissioners(
    real: fp.Atlas,
) -> None:
    found = fp.contiguity(real, "sicbl22")
    left = found.parts[~found.parts["joined"]]
    assert found.table.loc[left["code"], "name"].tolist() == [
        "NHS Staffordshire and Stoke-on-Trent ICB - 05Q"
    ]
    assert left[["kind", "units", "people"]].to_numpy().tolist() == [["exclave", 37, 62_118]]
