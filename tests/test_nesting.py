"""Nesting, partition and coterminosity: exact on lists, forgiving only what is said, aloud."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import layer_of, make_atlas
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from synthetic import as_atlas, lines_of, synthetic, turned

import footprints as fp
from footprints.checks.policies import POLICIES
from footprints.errors import FootprintsError, TableError, UnknownNameError

SPLIT_BY_ICB22 = {
    "Buckinghamshire": (315, 4),
    "Cumbria": (207, 114),
    "Essex": (500, 194, 178),
    "Hampshire": (731, 101),
    "Hertfordshire": (679, 11),
    "North Yorkshire": (341, 29, 3),
    "Oxfordshire": (403, 4),
    "Suffolk": (368, 73),
    "Surrey": (614, 95),
    "West Sussex": (501, 4),
}
"""The ten upper-tier authorities that an ICB of 2022 cuts, and the LSOAs of each part."""
NESTED = {
    ("lad21", "icb22"): 12,
    ("ctyua21", "icb22"): 10,
    ("ctyua23", "icb22"): 11,
    ("ctyua23", "icb26"): 5,
    ("lad21", "stp21"): 15,
    ("ctyua21", "stp21"): 14,
    ("sicbl22", "icb22"): 0,
}
"""How many footprints straddle."""
WHOLE = {
    ("icb22", "ctyua21"): 26,
    ("icb22", "lad21"): 28,
    ("stp21", "ctyua21"): 19,
    ("stp21", "lad21"): 23,
}
"""How many systems are made of whole authorities."""


@pytest.fixture(scope="session")
def real(shared) -> fp.Atlas:
    """Return the 32,844 LSOAs of England and the layers that these figures are of."""
    lsoa = gpd.read_parquet(shared / "data/england/lsoa11.parquet").set_index("LSOA11CD")
    keys = sorted({key for pair in [*NESTED, *WHOLE] for key in pair})
    codes = {key: lsoa[f"{key.upper()}CD"].astype("str") for key in keys}
    levels = {"lad": "district", "cty": "upper-tier", "sic": "commissioner"}
    layers = {
        key: fp.Layer(
            table=pd.DataFrame({"name": (used := np.unique(values))}, index=pd.Index(used)),
            members={"lsoa11": values},
            level=levels.get(key[:3], "system"),
        )
        for key, values in codes.items()
    }
    people = pd.DataFrame({"residents": lsoa["pop_mid2020"].astype("int64")})
    population = fp.Population(name="residents", source="ONS", as_at="2020-06-30")
    units = fp.UnitTable(table=people, populations=(population,))
    return fp.Atlas(title="England", units={"lsoa11": units}, layers=layers)


@pytest.mark.parametrize(("pair", "straddling"), NESTED.items())
def test_as_many_footprints_of_england_straddle_as_are_known_to(england, pair, straddling) -> None:
    table = fp.nesting(england.overlap(*pair))
    assert (table["status"] != "nested").sum() == (table["status"] == "straddles").sum()
    assert (table["status"] == "straddles").sum() == straddling
    assert table["people"].sum() == 56_550_138
    assert not table["people_unassigned"].any()
    assert (table["people_elsewhere"].gt(0) == (table["status"] == "straddles")).all()


@pytest.mark.parametrize(("pair", "whole"), WHOLE.items())
def test_as_many_systems_are_made_of_whole_authorities_as_are_known_to(
    england, pair, whole
) -> None:
    table = fp.coterminosity(england.overlap(*pair))
    assert table["relation"].isin(["same", "union"]).sum() == whole
    assert (table["relation"] == "crosses").sum() == 42 - whole


def test_the_units_of_all_england_give_the_same_as_the_embedded_ones(england, real) -> None:
    for pair in [*NESTED, *WHOLE]:
        ours, theirs = (atlas.overlap(*pair) for atlas in (england, real))
        for check in (fp.nesting, fp.coterminosity):
            mine, yours = check(ours).sort_index(), check(theirs).sort_index()
            numbers = mine.select_dtypes("number").columns.drop("jaccard_area", errors="ignore")
            words = [
                name for name in ("status", "relation", "parent", "second", "match") if name in mine
            ]
            pd.testing.assert_frame_equal(mine[numbers], yours[numbers], check_exact=False)
            assert mine[words].equals(yours[words])


def test_three_systems_are_the_same_as_one_authority(england) -> None:
    named = fp.with_names(england, fp.coterminosity(england.overlap("icb22", "ctyua21")))
    same = named[named["relation"] == "same"]
    assert sorted(same["match_name"]) == ["Gloucestershire", "Lincolnshire", "Somerset"]
    assert (same["jaccard"] == 1).all()
    assert (same["jaccard_area"] == 1).all()


def test_the_ten_split_authorities_and_the_people_in_each_part_are_named(england, real) -> None:
    pairs = fp.with_names(england, england.overlap("ctyua21", "icb22"))
    table = fp.with_names(england, fp.nesting(england.overlap("ctyua21", "icb22")))
    split = table[table["status"] == "straddles"]
    assert sorted(split["name"]) == sorted(SPLIT_BY_ICB22)
    lsoas = real.overlap("ctyua21", "icb22").set_index(["left", "right"])["units"]
    for code, name in split["name"].items():
        parts = pairs[pairs["left"] == code].sort_values("people", ascending=False)
        assert parts["people"].sum() == split.loc[code, "people"]
        assert sorted(lsoas[code], reverse=True) == sorted(SPLIT_BY_ICB22[name], reverse=True)
        told = split.loc[code, "elsewhere"]
        for row in parts.iloc[1:].itertuples():
            assert f"{row.right} ({row.people:,} people)" in told
            assert row.right_name in split.loc[code, "elsewhere_names"]


def test_districts_and_pcns_that_straddle_are_named(england) -> None:
    table = fp.with_names(england, fp.nesting(england.overlap("lad21", "icb22")))
    hart = table[table["name"] == "Hart"].iloc[0]
    assert hart["parent_name"] == "NHS Frimley Integrated Care Board"
    assert hart["second_name"] == "NHS Hampshire and Isle of Wight Integrated Care Board"
    assert (hart["people"], hart["people_elsewhere"]) == (97_608, 24_402)
    for layer, count in {"ccg21": 10, "stp21": 3}.items():
        pcns = fp.with_names(england, fp.nesting(england.overlap("pcn21", layer)))
        crossing = pcns[pcns["status"] == "straddles"]
        assert (len(crossing), crossing["name"].notna().all()) == (count, True)


def test_a_split_in_halves_is_a_tie_and_reported() -> None:
    halves = layer_of(dict(zip("abcd", ["D"] * 4, strict=True)), "district")
    systems = layer_of(dict(zip("abcd", ["T", "T", "S", "S"], strict=True)), "system")
    atlas = make_atlas([1000, 1000, 1000, 1000], lad21=halves, icb22=systems)
    row = fp.nesting(atlas.overlap("lad21", "icb22"), fp.Tolerance(people=5000)).loc["D"]
    told = row[["parent", "share", "second", "second_share", "tied", "status", "forgiven"]]
    assert told.to_list() == ["S", 0.5, "T", 0.5, "T", "straddles", ""]
    # Fit ties too: each half is half of D.
    assert fp.coterminosity(atlas.overlap("lad21", "icb22")).loc["D", "tied"] == "T"


def test_of_equal_people_the_parent_is_the_larger_in_area() -> None:
    district = layer_of(dict(zip("abc", ["D"] * 3, strict=True)), "district")
    systems = layer_of(dict(zip("abc", ["S", "T", "T"], strict=True)), "system")
    atlas = make_atlas([1000, 400, 600], lad21=district, icb22=systems)
    row = fp.nesting(atlas.overlap("lad21", "icb22")).loc["D"]
    assert row[["parent", "tied"]].to_list() == ["T", "S"]


def test_what_lies_partly_in_none_straddles_and_what_meets_nothing_is_outside() -> None:
    district = layer_of(dict(zip("abcd", ["D", "D", "E", "F"], strict=True)), "district")
    systems = layer_of({"a": "S", "b": None, "c": None, "d": "S"}, "system")
    atlas = make_atlas([10, 1, 5, 7], lad21=district, icb22=systems)
    pairs = atlas.overlap("lad21", "icb22")
    table = fp.nesting(pairs)
    assert table["status"].to_dict() == {"D": "straddles", "E": "outside", "F": "nested"}
    assert table["people_unassigned"].to_dict() == {"D": 1, "E": 5, "F": 0}
    assert table.loc["E", ["parent", "second"]].isna().all()
    assert fp.coterminosity(pairs)["relation"].to_dict() == {
        "D": "crosses",
        "E": "outside",
        "F": "part",
    }
    mended = fp.nesting(pairs, fp.Tolerance(people=1))
    assert mended.loc["D", ["status", "forgiven"]].to_list() == ["nested", "none (1 people)"]
    assert mended.loc["E", "status"] == "outside"


def test_a_part_without_people_is_a_part_all_the_same() -> None:
    district = layer_of({"a": "D", "b": "D"}, "district")
    systems = layer_of({"a": "S", "b": "T"}, "system")
    atlas = make_atlas([10, 0], lad21=district, icb22=systems)
    pairs = atlas.overlap("lad21", "icb22")
    assert fp.nesting(pairs).loc["D", "status"] == "straddles"
    forgiving = fp.nesting(pairs, fp.Tolerance(people=1)).loc["D"]
    assert forgiving[["status", "forgiven"]].to_list() == ["nested", "T (0 people)"]
    # T is nothing but that part: it is its largest, and D is not the same as S.
    relations = fp.coterminosity(pairs, fp.Tolerance(people=1))
    assert relations.loc["D", ["relation", "forgiven"]].to_list() == ["union", ""]


def test_what_is_forgiven_is_named_and_still_counted(england) -> None:
    pairs = england.overlap("ctyua21", "icb22")
    strict, kind = fp.nesting(pairs), fp.nesting(pairs, fp.Tolerance(people=7000))
    mended = strict["status"].ne(kind["status"])
    names = england.layers["ctyua21"]["name"]
    assert sorted(names[mended.index[mended]]) == ["Buckinghamshire", "Oxfordshire", "West Sussex"]
    assert kind.loc["E06000060", "forgiven"] == "E54000024 (6,584 people)"
    numbers = ["share", "people", "people_elsewhere", "people_unassigned"]
    assert kind[numbers].equals(strict[numbers])
    forgiven = kind.loc[mended, "people_elsewhere"].sum()
    assert forgiven == strict.loc[mended, "people_elsewhere"].sum()
    # North Yorkshire's third part alone is small enough; with its second it is not.
    assert kind.loc["E10000023", ["status", "forgiven"]].to_list() == ["straddles", ""]


def test_a_counterpart_that_reaches_out_a_little_is_whole_and_that_is_said(england) -> None:
    pairs = england.overlap("icb22", "ctyua21")
    table = fp.coterminosity(pairs, fp.Tolerance(people=10_000))
    row = table.loc["E54000044"]
    assert row["relation"] == "union"
    assert row["forgiven"] == (
        "E06000060 beyond it (6,584 people); E10000025 beyond it (6,656 people)"
    )
    before = fp.coterminosity(pairs)
    assert before.loc["E54000044", "relation"] == "crosses"
    assert before["jaccard"].equals(table["jaccard"])


def test_a_small_footprint_whole_within_a_large_one_is_no_sliver() -> None:
    places = layer_of(dict(zip("abcd", ["P", "Q", "Q", "Q"], strict=True)), "place")
    system = layer_of(dict.fromkeys("abcd", "S"), "system")
    atlas = make_atlas([1, 100, 100, 100], place21=places, icb22=system)
    tolerance = fp.Tolerance(people=10, share=0.05)
    assert set(fp.nesting(atlas.overlap("place21", "icb22"), tolerance)["status"]) == {"nested"}
    table = fp.coterminosity(atlas.overlap("icb22", "place21"), tolerance)
    assert table.loc["S", ["relation", "whole", "forgiven"]].to_list() == ["union", 2, ""]


def test_relations_are_as_the_words_say(row) -> None:
    table = fp.coterminosity(row.overlap("lad21", "icb22"))
    assert table["relation"].to_dict() == {"D1": "part", "D2": "crosses", "D3": "part"}
    other = fp.coterminosity(fp.transposed(row.overlap("lad21", "icb22")))
    assert other.equals(fp.coterminosity(row.overlap("icb22", "lad21")))
    assert other.loc["S1", ["whole_codes", "split_codes", "people_in_split"]].to_list() == [
        "D1",
        "D2 (3 people)",
        3,
    ]
    same = fp.coterminosity(row.overlap("icb22", "icb22"))
    assert same["relation"].to_list() == ["same", "same"]
    assert same["match"].to_list() == ["S1", "S2"]


def test_lines_alone_are_held_by_their_area() -> None:
    left = gpd.GeoDataFrame(index=["A"], geometry=[shapely.box(0, 0, 100, 10)], crs=27700)
    right = gpd.GeoDataFrame(
        index=["B", "C"],
        geometry=[shapely.box(0, 0, 99, 10), shapely.box(99, 0, 500, 10)],
        crs=27700,
    )
    pairs = fp.overlap(left, right)
    found = fp.nesting(pairs).loc["A"]
    assert found[["status", "elsewhere"]].to_list() == ["straddles", "C (10 m²)"]
    assert found[["people", "people_elsewhere"]].isna().all()
    tolerant = fp.nesting(pairs, fp.Tolerance(share=0.02)).loc["A"]
    assert tolerant[["status", "forgiven"]].to_list() == ["nested", "C (10 m²)"]
    relation = fp.coterminosity(pairs, fp.Tolerance(share=0.02)).loc["A"]
    assert relation[["relation", "match"]].to_list() == ["same", "B"]
    assert relation["jaccard_area"] == pytest.approx(0.99)
    assert np.isnan(relation["jaccard"])


def test_the_places_of_each_system_make_it_up(england) -> None:
    table = fp.partition(england, "place22", "icb22")
    assert set(table["status"]) == {"made up"}
    assert table["parts"].sum() == 164
    assert (table["people_in_parts"] == table["people"]).all()
    crossed = fp.partition(england, "ctyua21", "icb22")
    assert (crossed["status"] == "crossed").sum() == 16
    assert (crossed["people_in_parts"] + crossed["people_crossing"] == crossed["people"]).all()


def test_a_gap_and_a_crossing_part_are_told_apart() -> None:
    places = layer_of({"a": "P", "b": "Q", "c": "Q", "d": None, "e": "R", "f": "R"}, "place")
    systems = layer_of(dict(zip("abcdef", ["S", "S", "T", "T", "U", "U"], strict=True)), "system")
    atlas = make_atlas([1, 2, 3, 4, 5, 6], place21=places, icb22=systems)
    table = fp.partition(atlas, "place", "icb")
    assert table["status"].to_dict() == {"S": "crossed", "T": "gap, crossed", "U": "made up"}
    told = ["parts", "crossing", "people_in_parts", "people_crossing", "people_unassigned"]
    assert table.loc["T", told].to_list() == [0, 1, 0, 3, 4]
    forgiven = fp.partition(atlas, "place", "icb", tolerance=fp.Tolerance(people=2)).loc["S"]
    # Q's two people in S are more than P's one: the largest part of S is never forgiven.
    assert forgiven["status"] == "crossed"


def test_commissioners_fitted_the_system_and_less_the_council(england) -> None:
    scores = fp.alignment(england, "ccg21", ["stp21", "ctyua21"])
    assert scores.loc["stp21", "aligned"] == 1
    assert scores.loc["ctyua21", "crosses"] > 0
    assert (scores[["same", "union", "part", "crosses", "outside"]].sum(axis=1) == 106).all()
    table = fp.coterminosity(england.overlap("ccg21", "ctyua21"))
    fitting = table.loc[table["relation"] != "crosses", "people"].sum()
    assert scores.loc["ctyua21", "people_aligned"] == pytest.approx(fitting / 56_550_138)


def test_each_footprint_is_based_on_the_reference_that_fits_it_best(england) -> None:
    table = fp.best_reference(england, "place22", ["hwb21", "lad21"])
    whole = table["relation"] == "same"
    assert (table.loc[whole, "jaccard"] == 1).all()
    assert (table.loc[table["jaccard"] < 0.9, "basis"] == "on neither").all()
    assert table.loc["E10000019+E54000013", "basis"] == "based on hwb"
    unitary = table.loc["E06000001+E54000050"]
    assert unitary[["reference", "as_good"]].to_list() == ["hwb21", "lad21"]
    turned_about = fp.best_reference(england, "place22", ["lad21", "hwb21"])
    assert turned_about.loc[unitary.name, "basis"] == "based on district"
    with pytest.raises(FootprintsError, match="at_least is a Jaccard index"):
        fp.best_reference(england, "place22", ["hwb21"], at_least=90)
    with pytest.raises(UnknownNameError, match="'nowhere'"):
        fp.best_reference(england, "place22", ["hwb21", "nowhere"])


def test_each_council_works_with_one_icb_but_for_those_named(england) -> None:
    table = fp.policy_test(england, "one-icb-per-council")
    assert (table.attrs["left_layer"], table.attrs["right_layer"]) == ("ctyua23", "icb26")
    assert sorted(table.loc[~table["met"], "name"]) == [
        "Buckinghamshire",
        "Cumberland",
        "North Yorkshire",
        "Oxfordshire",
        "Westmorland and Furness",
    ]
    before = fp.policy_test(england, "one-icb-per-council", left="ctyua21", right="icb22")
    assert sorted(before.loc[~before["met"], "name"]) == sorted(SPLIT_BY_ICB22)


def test_few_icbs_are_made_of_whole_strategic_authorities(england) -> None:
    table = fp.policy_test(england, "icb-of-whole-strategic-authorities")
    names = fp.with_names(england, table)
    assert sorted(names.loc[names["met"], "match_name"]) == [
        "Greater Manchester",
        "South Yorkshire",
    ]
    summary = fp.policy_tests(england)
    row = summary.loc["icb-of-whole-strategic-authorities"]
    assert row[["met", "not_met", "outside"]].sum() == 36
    assert row["outside"] == (table["relation"] == "outside").sum()
    assert list(summary.index) == list(POLICIES)
    assert "pcn_parts" in summary.loc["neighbourhood-in-one-hwb", "skipped"]
    with pytest.raises(UnknownNameError, match="one-icb-per-council"):
        fp.policy_test(england, "one-icb-a-council")


@pytest.mark.parametrize("place", ["Frimley", "QRL", "Hart"])
def test_a_focus_judges_as_the_whole_atlas_does(england, place) -> None:
    """Counterparts reach beyond the edge of a focus, and count whole there too."""
    mine = england.focus(place)

    def same(found: pd.DataFrame, everybody: pd.DataFrame) -> None:
        assert len(found)
        pd.testing.assert_frame_equal(found, everybody.loc[found.index], check_like=True)

    for left, right in [("lad21", "icb22"), ("icb22", "lad21"), ("ctyua21", "icb22")]:
        pairs, others = mine.overlap(left, right), england.overlap(left, right)
        same(fp.nesting(pairs), fp.nesting(others))
        exact = ["jaccard_area"]  # Area beyond the edge is not in the shares.
        mine_too = fp.coterminosity(pairs).drop(columns=exact)
        same(mine_too, fp.coterminosity(others).drop(columns=exact))
        same(fp.partition(mine, left, right), fp.partition(england, left, right))
        references = ["hwb21", "ctyua21"]
        asked = {"layer": left, "references": references}
        same(fp.best_reference(mine, **asked), fp.best_reference(england, **asked))
    policy = {"name": "icb-of-whole-councils", "left": "icb22", "right": "ctyua21"}
    same(fp.policy_test(mine, **policy), fp.policy_test(england, **policy))
    crossing = fp.coterminosity(england.overlap("lad21", "icb22")).loc[
        fp.coterminosity(mine.overlap("lad21", "icb22")).index, "relation"
    ]
    scores = fp.alignment(mine, "lad21", ["icb22"])
    assert scores.loc["icb22", "crosses"] == (crossing == "crosses").sum()


def test_a_table_that_lacks_rows_of_a_footprint_is_refused(england) -> None:
    pairs = england.overlap("lad21", "icb22")
    torn = pairs[pairs["right"] != "E54000034"]
    for check in (fp.nesting, fp.coterminosity):
        with pytest.raises(TableError, match="lacks rows of .*'E07000089'"):
            check(torn)
        assert len(check(pairs[pairs["left"] == "E07000089"])) == 1


def test_where_nobody_is_counted_no_number_of_people_is_given() -> None:
    units = synthetic(8)
    places, systems = (units.dissolve(key)[["geometry"]] for key in ("place21", "icb22"))
    pairs = fp.overlap(places, systems)
    nested, related = fp.nesting(pairs), fp.coterminosity(pairs)
    assert nested[["people", "people_elsewhere", "people_unassigned"]].isna().all(axis=None)
    assert related[["people", "people_in_split", "people_unassigned"]].isna().all(axis=None)
    assert set(nested["status"]) == {"nested"}


def test_parts_that_lie_over_one_another_are_twice_in_a_whole() -> None:
    units = synthetic(8)
    lines = {key: lines_of(units, key) for key in ("place21", "icb22")}
    # Two columns of four units lie in two places.
    over = shapely.box(400_000, 300_000, 406_000, 304_000)
    lines["place21"].loc["place21-0000", "geometry"] = over
    atlas = as_atlas(units, lines)
    assert fp.partition(atlas, "place21", "icb22")["status"].to_list() == ["made up"]
    tables, layers = atlas.parts()
    for key in ("place21", "icb22"):
        codes = lines[key].index
        addresses = fp.Population(name="addresses", source="a survey", as_at="2020")
        table = pd.DataFrame({"addresses": 1}, codes)
        tables[f"of_{key}"] = fp.UnitTable(table=table, populations=(addresses,))
        own = {f"of_{key}": pd.Series(codes, codes, dtype="str")}
        layers[key] = replace(layers[key], members=own)
    both = {key: layers[key] for key in ("place21", "icb22")}
    by_points = fp.Atlas(title="Points", units=tables, layers=both)
    row = fp.partition(by_points, "place21", "icb22").iloc[0]
    doubled = units.loc[[f"u{x:02}{y:02}" for x in (4, 5) for y in range(4)], "residents"].sum()
    assert row[["status", "people_unassigned"]].to_list() == ["gap or twice", doubled]
    del tables["units"]
    by_area = fp.Atlas(title="Lines", units=tables, layers=both)
    row = fp.partition(by_area, "place21", "icb22").iloc[0]
    assert row[["status", "area_m2_twice"]].to_list() == ["twice", 8_000_000]
    assert pd.isna(row["people"])


def test_what_fits_by_area_alone_is_found_and_what_meets_nothing_has_no_reference() -> None:
    places = layer_of({"a": "P", "b": None, "c": "Q"}, "place")
    boards = layer_of({"a": "H", "b": "J", "c": None}, "hwb")
    councils = layer_of({"a": "A", "b": "B", "c": None}, "district")
    atlas = make_atlas([0, 5, 7], place21=places, hwb21=boards, lad21=councils)
    table = fp.best_reference(atlas, "place21", ["hwb21", "lad21"])
    assert table.loc["P", ["basis", "relation", "match"]].to_list() == ["based on hwb", "same", "H"]
    assert table.loc["Q", ["basis", "as_good"]].to_list() == ["on neither", ""]
    assert table.loc["Q", ["reference", "match", "jaccard"]].isna().all()


def test_codes_of_several_words_keep_their_names() -> None:
    district = layer_of(dict(zip("abcd", ["D"] * 4, strict=True)), "district")
    places = dict(
        zip("abcd", ["North Place (old)", "North Place (old)", "South Place", "East"], strict=True)
    )
    systems = layer_of(places, "system", **{"South Place": "The South", "East": "The East"})
    atlas = make_atlas([5, 5, 3, 2], lad21=district, icb22=systems)
    named = fp.with_names(atlas, fp.nesting(atlas.overlap("lad21", "icb22")))
    assert named.loc["D", "elsewhere_names"] == "The South; The East"


@pytest.fixture(params=["as drawn", "shuffled", "turned", "shifted", "shaken"])
def country(request) -> gpd.GeoDataFrame:
    """Return the synthetic country, drawn otherwise: verdicts must not change."""
    units = synthetic()
    if request.param == "shuffled":
        return units.sample(frac=1, random_state=3)
    if request.param == "shaken":
        # Each unit by itself, so that neighbours gape and overlap a little.
        off = np.random.default_rng(5).uniform(-1e-3, 1e-3, (len(units), 2))
        shapes = [translate(shape, *by) for shape, by in zip(units.geometry, off, strict=True)]
        return units.set_geometry(gpd.GeoSeries(shapes, units.index, crs=27700))
    moves = {"turned": (33, 0, 0), "shifted": (0, 12_345.6, -789.1)}
    return turned(units, *moves[request.param]) if request.param in moves else units


def faults(units: gpd.GeoDataFrame, left: str, right: str, *, by: str) -> pd.DataFrame:
    """Return what does not nest: by the lists, or by units in the lines drawn round them."""
    if by == "members":
        table = fp.nesting(as_atlas(units).overlap(left, right))
    else:
        lines = [lines_of(units, key) for key in (left, right)]
        table = fp.nesting(fp.overlap(*lines, units=units, population="residents"))
    return table[table["status"] != "nested"]


@pytest.mark.parametrize("by", ["members", "points"])
def test_nothing_is_found_where_nothing_is_planted(country, by) -> None:
    for pair in [("pcn21", "place21"), ("place21", "icb22"), ("pcn21", "icb22")]:
        assert faults(country, *pair, by=by).empty
    assert set(fp.partition(as_atlas(country), "place21", "icb22")["status"]) == {"made up"}


@pytest.mark.parametrize("by", ["members", "points"])
def test_a_planted_straddler_in_halves_is_found_and_nothing_else_is(country, by) -> None:
    half = country.copy()
    half.loc[["u0200", "u0201", "u0300", "u0301"], "residents"] = 1500
    half.loc[["u0200", "u0201"], "place21"] = half.loc["u0400", "place21"]
    found = faults(half, "pcn21", "place21", by=by)
    assert list(found.index) == ["pcn21-0100"]
    assert found["tied"].to_list() == ["place21-0100"]
    assert found["share"].to_list() == [0.5]


@pytest.mark.parametrize("by", ["members", "points"])
def test_a_planted_slice_of_four_units_is_found_and_nothing_else_is(country, by) -> None:
    sliced, taken = country.copy(), ["u0700", "u0701", "u0702", "u0703"]
    sliced.loc[taken, "icb22"] = "icb22-0100"
    found = faults(sliced, "place21", "icb22", by=by)
    assert list(found.index) == ["place21-0100"]
    assert found["people_elsewhere"].to_list() == [country.loc[taken, "residents"].sum()]


def test_a_unit_listed_twice_and_an_orphan_code_are_refused_at_the_door() -> None:
    units = synthetic(8)
    tables, layers = as_atlas(units).parts()
    listed = units["icb22"].astype("str")
    twice = pd.concat([listed, listed.iloc[:1]])
    for members, match in [
        (twice, "lists units twice in the layer 'icb22': 'u0000'"),
        (listed.replace("icb22-0000", "icb22-9999"), "icb22-9999"),
    ]:
        layer = fp.Layer(table=layers["icb22"].table, members={"units": members}, level="system")
        with pytest.raises(TableError, match=match):
            fp.Atlas(title="Broken", units=tables, layers={"icb22": layer})


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("STUV-"), st.integers(0, 3)),
        min_size=1,
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_relations_equal_those_of_sets_and_do_not_depend_on_the_order_of_rows(rows, chance) -> None:
    letters = "abcdefghijkl"[: len(rows)]
    left = {unit: code for unit, (code, _, _) in zip(letters, rows, strict=True)}
    right = {u: None if c == "-" else c for u, (_, c, _) in zip(letters, rows, strict=True)}
    if not any(right.values()):
        return
    people = [count for _, _, count in rows]
    atlas = make_atlas(people, lad21=layer_of(left, "district"), icb22=layer_of(right, "system"))
    pairs = atlas.overlap("lad21", "icb22")
    table, nested = fp.coterminosity(pairs), fp.nesting(pairs)
    mine, theirs = _sets(left), _sets(right)
    for code, units in mine.items():
        assert table.loc[code, "relation"] == _relation(units, theirs)
        inside = [other for other in theirs.values() if units <= other]
        met = any(units & other for other in theirs.values())
        expected = "nested" if inside else "straddles" if met else "outside"
        assert nested.loc[code, "status"] == expected
    order = list(range(len(pairs)))
    chance.shuffle(order)
    shuffled = pairs.iloc[order].reset_index(drop=True)
    again = fp.nesting(shuffled).sort_index()
    verdicts = ["parent", "status", "people_elsewhere"]
    assert again[verdicts].equals(nested.sort_index()[verdicts])
    other = fp.coterminosity(shuffled).sort_index()
    assert other[["relation", "match"]].equals(table.sort_index()[["relation", "match"]])


def _sets(members: dict[str, str | None]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for unit, code in members.items():
        if code is not None:
            found.setdefault(code, set()).add(unit)
    return found


def _relation(units: set[str], others: dict[str, set[str]]) -> str:
    """Say it the slow and obvious way."""
    met = [other for other in others.values() if units & other]
    if not met:
        return "outside"
    if len(met) == 1 and met[0] == units:
        return "same"
    if len(met) == 1 and units < met[0]:
        return "part"
    if len(met) > 1 and set.union(*met) == units:
        return "union"
    return "crosses"


def test_verdicts_by_points_do_not_change_when_the_country_is_turned_or_shifted() -> None:
    units = synthetic(8)
    for degrees, east, north in [(0, 0, 0), (37, 0, 0), (0, 12_345.6, -789.1), (200, 5e4, 6e4)]:
        frame = turned(units, degrees, east, north)
        places = frame.dissolve("place21")[["geometry"]]
        systems = frame.dissolve("icb22")[["geometry"]]
        pairs = fp.overlap(places, systems, units=frame, population="residents")
        assert set(fp.nesting(pairs)["status"]) == {"nested"}
        assert set(fp.coterminosity(fp.transposed(pairs))["relation"]) == {"union"}


def test_a_table_that_is_no_pair_table_is_refused() -> None:
    for check in (fp.nesting, fp.coterminosity, fp.transposed):
        with pytest.raises(TableError, match="lacks columns"):
            check(pd.DataFrame({"left": ["A"]}))


def test_the_parts_of_what_straddles_are_drawn_where_lines_are_official() -> None:
    sliced, taken = synthetic(), ["u0700", "u0701", "u0702", "u0703"]
    sliced.loc[taken, "icb22"] = "icb22-0100"
    atlas = as_atlas(sliced)
    parts = fp.splits(atlas, "place21", "icb22")
    assert parts["right"].to_list() == ["icb22-0000", "icb22-0100"]
    assert parts.geometry.iloc[1].equals(shapely.box(407_000, 300_000, 408_000, 304_000))
    assert parts["people"].iloc[1] == sliced.loc[taken, "residents"].sum()
    np.testing.assert_allclose(parts.area, parts["area_m2"])
    assert parts.attrs["lines"] == "official"
    assert parts.crs.to_epsg() == 27700
    few = fp.Tolerance(people=int(parts["people"].iloc[1]))
    assert fp.splits(atlas, "place21", "icb22", tolerance=few).empty


def test_parts_of_illustrative_units_are_listed_and_not_drawn(england) -> None:
    parts = fp.splits(england, "ctyua21", "icb22")
    assert parts.attrs["lines"] == "none"
    assert parts.geometry.isna().all()
    assert sorted(set(parts["left_name"])) == sorted(SPLIT_BY_ICB22)
    sums = parts.groupby("left")["people"].sum()
    assert sums.equals(
        england.people("ctyua21")["residents"]
        .loc[sums.index]
        .rename("people")
        .astype("Int64")
        .rename_axis("left")
    )
    mine = fp.splits(england.focus("Surrey"), "ctyua21", "icb22")
    everybody = parts[parts["left"].isin(mine["left"])].reset_index(drop=True)
    assert mine.drop(columns="geometry").equals(everybody.drop(columns="geometry"))


def test_parts_by_area_are_what_both_lines_share() -> None:
    units = synthetic(8)
    lines = {key: lines_of(units, key) for key in ("place21", "icb22")}
    lines["icb22"].loc["icb22-0000", "geometry"] = shapely.box(400_000, 300_000, 405_000, 308_000)
    layers = {}
    tables = {}
    for key, frame in lines.items():
        codes = pd.Series(frame.index, frame.index, dtype="str")
        counted = fp.Population(name="addresses", source="a survey", as_at="2020")
        tables[f"of_{key}"] = fp.UnitTable(
            table=pd.DataFrame({"addresses": 1}, codes.index), populations=(counted,)
        )
        layers[key] = fp.Layer(
            table=gpd.GeoDataFrame({"name": codes}, geometry=frame.geometry),
            members={f"of_{key}": codes},
            level="place" if key == "place21" else "system",
            lines="official",
        )
    atlas = fp.Atlas(title="Lines", units=tables, layers=layers)
    parts = fp.splits(atlas, "place21", "icb22")
    assert set(parts["left"]) == {"place21-0100", "place21-0101"}
    np.testing.assert_allclose(parts.area, parts["area_m2"])
    assert parts.loc[parts["right"].isna(), "area_m2"].to_list() == [12e6, 12e6]
