"""Whose footprints a unit, an area or a point is in, and which tiers are one area."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from conftest import layer_of, make_atlas, residents, squares
from shapely import box

import footprints as fp
from footprints.errors import (
    AmbiguousNameError,
    CRSError,
    GeometryError,
    TableError,
    UnknownNameError,
)


@pytest.fixture
def county():
    """Draw four squares: two districts, one county that is the system too."""
    return make_atlas(
        [10, 20, 30, 40],
        lad21=layer_of({"a": "D1", "b": "D1", "c": "D2", "d": "D2"}, "district", D1="West"),
        ctyua21=layer_of(dict.fromkeys("abc", "C1") | {"d": "C2"}, "upper-tier"),
        icb22=layer_of(dict.fromkeys("abc", "S1"), "system", S1="Sunset"),
    )


def test_a_unit_is_in_a_footprint_of_each_layer(county):
    found = fp.bodies_at(county, "b")
    assert list(found.columns) == [
        *("layer", "level", "code", "ods_code", "name", "people", "people_here", "share"),
        *("population", "evidence", "method", "same_area_as", "note"),
    ]
    assert found["layer"].tolist() == ["lad21", "ctyua21", "icb22"]
    assert found["code"].tolist() == ["D1", "C1", "S1"]
    assert found["name"].tolist() == ["West", "C1", "Sunset"]
    assert found["people"].tolist() == [30, 60, 60]
    assert found["people_here"].tolist() == [20, 20, 20]
    assert found["share"].tolist() == [1.0, 1.0, 1.0]
    assert set(found["evidence"]) == {"published"}
    assert set(found["method"]) == {"members"}
    assert found["same_area_as"].tolist() == ["", "icb22", "ctyua21"]
    assert found.attrs == {
        "where": "unit",
        "code": "b",
        "residents": "residents, a survey, 2020-06-30",
    }
    assert found["people"].dtype == "Int64"


def test_a_footprint_is_in_all_that_it_meets_and_in_none(county):
    found = fp.bodies_at(county, "D2", layers=["ctyua21", "icb22"])
    shown = found[["layer", "code", "people", "people_here", "share"]].astype(object)
    assert shown.where(shown.notna(), None).to_numpy().tolist() == [
        ["ctyua21", "C1", 60, 30, 30 / 70],
        ["ctyua21", "C2", 40, 40, 40 / 70],
        ["icb22", "S1", 60, 30, 30 / 70],
        ["icb22", None, None, 40, 40 / 70],
    ]
    assert found.attrs["code"] == "lad21:D2"


def test_a_point_is_in_what_lists_the_unit_that_holds_it(county):
    found = fp.bodies_at(county, (401_500, 500))
    pd.testing.assert_frame_equal(found, fp.bodies_at(county, "b"))
    assert found.attrs["where"] == "point"
    assert found.attrs["on_edge"] == "False"
    assert not any("401" in str(text) for text in found.attrs.values())


def test_a_point_on_an_edge_goes_to_the_unit_with_the_lowest_code(county):
    found = fp.bodies_at(county, (402_000, 500))
    assert found["code"].tolist() == ["D1", "C1", "S1"]
    assert found.attrs["on_edge"] == "True"


def test_a_point_in_degrees_is_brought_into_the_national_grid(county):
    degrees = gpd.GeoSeries.from_xy([401_500], [500], crs=27700).to_crs(4326)
    found = fp.bodies_at(county, (degrees.x[0], degrees.y[0], 4326))
    assert found["code"].tolist() == ["D1", "C1", "S1"]
    with pytest.raises(CRSError, match="4326"):
        fp.bodies_at(county, (degrees.x[0], degrees.y[0]))


def test_a_point_at_sea_is_in_nothing(county):
    with pytest.raises(UnknownNameError, match="lies in no official lines of 'squares': it may be"):
        fp.bodies_at(county, (500_000, 200_000))


@pytest.mark.parametrize("where", [(1,), (1, "x"), (1, None), (float("nan"), 1), (1, 2, 27700, 3)])
def test_what_is_no_point_is_refused_without_repeating_it(county, where):
    with pytest.raises(TableError, match="A point is two numbers, x and y, and third its CRS"):
        fp.bodies_at(county, where)


def test_a_point_is_not_placed_in_illustrative_lines(england):
    with pytest.raises(GeometryError, match="'england' are illustrative, .* Give the code of a"):
        fp.bodies_at(england, (530_000, 180_000))


def test_what_is_neither_text_nor_point_is_refused(county):
    with pytest.raises(TableError, match="by a code, a name or a point .* not by int"):
        fp.bodies_at(county, 7)
    with pytest.raises(
        UnknownNameError, match="name 'nowhere'.* Nor is it the code of a unit of 's"
    ):
        fp.bodies_at(county, "nowhere")
    with pytest.raises(UnknownNameError, match="no unit 'z' in 'squares'"):
        fp.bodies_at(county, "squares:z")
    with pytest.raises(UnknownNameError, match="no population 'registered'"):
        fp.bodies_at(county, "b", population="registered")


def test_a_code_of_a_unit_and_of_a_larger_footprint_is_asked_about():
    atlas = make_atlas([1, 2], place=layer_of({"a": "a", "b": "a"}, "place"))
    with pytest.raises(AmbiguousNameError, match="write one of 'squares:a', 'place:a'") as error:
        fp.bodies_at(atlas, "a")
    assert error.value.codes == ("squares:a", "place:a")
    assert fp.bodies_at(atlas, "squares:a")["people_here"].tolist() == [1]
    assert fp.bodies_at(atlas, "place:a")["people_here"].tolist() == [3]


def lines_of(shape, code="X1"):
    """Make a layer that lists other units, with official lines of its own."""
    table = gpd.GeoDataFrame({"name": [code]}, index=[code], geometry=[shape], crs=27700)
    return fp.Layer(
        table=table,
        members={"farms": pd.Series(code, index=["f"])},
        level="service",
        lines="official",
    )


def with_farms(county, shape):
    """Add a layer of farms, with lines, to the squares."""
    units, layers = county.parts()
    farms = residents(pd.DataFrame({"residents": [5]}, index=["f"]))
    table = units["squares"]
    codes = {
        key: county.membership.query("layer == @key").set_index("unit")["code"] for key in layers
    }
    layers = {key: replace(each, members={"squares": codes[key]}) for key, each in layers.items()}
    return fp.Atlas(
        title="Farms",
        units={"squares": table, "farms": replace(farms, lines="none")},
        layers=layers | {"amb22": lines_of(shape)},
    )


def test_a_layer_of_other_units_is_asked_by_its_lines(county):
    atlas = with_farms(county, box(400_000, 0, 401_600, 1000))
    unit = fp.bodies_at(atlas, "b", layers="amb22").loc[0]
    assert unit[["code", "method", "evidence"]].tolist() == ["X1", "points", "inferred"]
    assert unit["share"] == 1.0
    out = fp.bodies_at(atlas, "c", layers="amb22").loc[0]
    assert pd.isna(out["code"])
    assert (out["method"], out["note"]) == (
        "points",
        "Its centres lie in no lines, or where several meet.",
    )


def test_a_point_is_found_in_lines_where_no_unit_tells(county):
    atlas = with_farms(county, box(400_000, 0, 401_600, 5000))
    row = fp.bodies_at(atlas, (400_500, 4000), layers=["icb22", "amb22"]).set_index("layer")
    assert row.loc["amb22", ["code", "method", "evidence"]].tolist() == ["X1", "lines", "published"]
    assert row.loc["amb22", "people"] == 5
    assert row.loc["amb22", ["people_here", "share"]].isna().all()
    assert row.loc["icb22", "method"] == "not known"
    assert row.loc["icb22", "note"] == "It lists units of 'squares', and has no official lines."


def test_people_of_a_shared_unit_are_told_by_network():
    link = pd.DataFrame(
        {"code": ["P1", "P2", "P1"], "people": [60, 20, 10]},
        index=pd.Index(["a", "a", "b"], name="unit"),
    )
    registered = fp.Population(name="registered", source="a list", as_at="2025-10")
    pcn = fp.Layer(
        table=pd.DataFrame({"name": ["One", "Two"]}, index=["P1", "P2"]),
        members={"squares": link},
        level="neighbourhood",
        population=registered,
    )
    icb = layer_of({"a": "S1", "b": "S2"}, "system")
    atlas = fp.Atlas(
        title="Linked",
        units={"squares": residents(squares(residents=[100, 50]))},
        layers={"pcn25": pcn, "icb22": icb},
    )
    unit = fp.bodies_at(atlas, "a", layers="pcn25")
    assert unit["code"].tolist() == ["P1", "P2"]
    assert unit["people"].tolist() == [70, 20]
    assert unit["people_here"].tolist() == [60, 20]
    assert unit["share"].tolist() == [0.75, 0.25]
    assert unit.attrs["registered"] == "registered, a list, 2025-10"
    network = fp.bodies_at(atlas, "pcn25:P1", layers=["icb22", "pcn25"])
    assert network["code"].fillna("none").tolist() == ["S1", "S2", "none"]
    assert network["people_here"].fillna(-1).tolist() == [60, 10, -1]
    assert network["people"].isna().all(), "who else is in the systems is not registered people"
    assert network.loc[2, "note"].startswith("It and the place share the same units out")


def test_rutland_is_one_area_in_four_tiers(england):
    found = fp.bodies_at(england, "lad23:E06000017").set_index("layer")
    assert found.loc["lad23", "same_area_as"] == "place22, ctyua23, hwb23"
    assert found.loc["icb26", "code"] == "E54000015"
    assert found.loc["amb22", "code"] == "RX9"
    assert (found.loc["pcn21", "method"], found.loc["pcn21", "note"]) == (
        "not known",
        "It lists units of 'pcn_parts', and not of 'england', and has no official lines. "
        + england.overview.loc["pcn21", "note"],
    )
    assert pd.isna(found.loc["cauth25", "code"])
    assert found.loc["cauth25", "note"].startswith("In none of its footprints.")
    assert pd.isna(found.loc["cauth25", "people"])


def test_the_layer_that_is_asked_about_is_shown_though_another_followed_it(england):
    found = fp.bodies_at(england, "Frimley").drop_duplicates("layer").set_index("layer")
    assert [key for key in found.index if found.loc[key, "level"] == "system"] == ["icb22", "icb26"]
    assert found.loc["icb22", ["code", "share"]].tolist() == ["E54000034", 1.0]
    assert set(found.index) == {*england.newest(), "icb22"}
    named = fp.bodies_at(england, "Frimley", layers="icb26")
    assert set(named["layer"]) == {"icb26"}


def test_what_an_atlas_says_of_a_layer_is_said_of_its_footprints(england):
    found = fp.bodies_at(england, "E06000042", layers=["icb26", "icb22"]).set_index("layer")
    assert found.loc["icb26", "note"] == england.overview.loc["icb26", "note"] != ""
    assert found.loc["icb22", "note"] == ""


@pytest.mark.parametrize("ask", [fp.crowded, lambda a, layers: fp.bodies_at(a, "a", layers=layers)])
def test_no_layer_at_all_is_refused_with_those_there_are(county, ask):
    with pytest.raises(UnknownNameError, match="No layer is named: .*'lad21', 'ctyua21', 'icb22'"):
        ask(county, [])


def test_kinds_of_body_are_counted_whatever_their_level():
    everywhere = dict.fromkeys("ab", "X")
    atlas = make_atlas(
        [1, 2],
        rgn21=layer_of(everywhere, "region"),
        nhser22=layer_of(everywhere, "region"),
        lrf19=layer_of(everywhere, "service"),
        pfa19=layer_of({"a": "P", "b": "Q"}, "service"),
        stp21=layer_of(everywhere, "system"),
        icb22=layer_of(everywhere, "system"),
    )
    found = fp.crowded(atlas)
    assert found.areas["layer"].tolist() == ["icb22", "rgn21", "nhser22", "lrf19"]
    assert set(found.areas["area"]) == {1}
    assert found.units.loc[("squares", "a")].tolist() == [5, 2]
    assert fp.crowded(atlas, ["stp21", "icb22"]).areas.empty
    layers = fp.bodies_at(atlas, "a")["layer"].tolist()
    assert layers == ["icb22", "rgn21", "nhser22", "lrf19", "pfa19"]


def test_what_is_inferred_says_so(england):
    found = fp.bodies_at(england, "E06000042").set_index("layer")
    assert found.loc["amb22", ["code", "evidence"]].tolist() == ["RYE", "inferred"]
    assert found.loc["icb26", "evidence"] == "published"


def test_an_area_rests_on_the_weakest_of_its_units(england):
    found = fp.bodies_at(england, "lrf19:Thames Valley", layers="amb22")
    assert found[["code", "evidence"]].to_numpy().tolist() == [
        ["RYE", "inferred"],
        ["RYF", "published"],
    ]
    rows = england.membership.query("layer == 'amb22'").set_index("unit")["evidence"]
    inside = england.membership.query("layer == 'lrf19' and code == 'Thames Valley'")["unit"]
    assert set(rows[inside]) == {"published", "inferred"}


def test_every_layer_accounts_for_all_people_of_a_place(england):
    keys = [key for key in england.layers if "england" in england.coded.tables(key)]
    found = fp.bodies_at(england, "icb22:Frimley", layers=keys)
    here = found.groupby("layer")["people_here"].sum()
    assert set(here) == {746_739}
    assert found.groupby("layer")["share"].sum().to_numpy() == pytest.approx(1.0)


def test_the_population_chooses_the_units(england):
    found = fp.bodies_at(
        england, "stp21:E54000009", layers=["pcn21", "ccg21"], population="registered"
    )
    assert set(found["population"]) == {"registered"}
    people = found.groupby("layer")["people_here"].sum()
    assert (
        people["pcn21"] == people["ccg21"] == england.people("stp21").loc["E54000009", "registered"]
    )


def test_a_focus_gives_the_same_answer_for_its_layers(england):
    focused = england.focus("Frimley")
    keys = list(focused.layers)
    here = fp.bodies_at(focused, "E06000039", layers=keys)
    pd.testing.assert_frame_equal(here, fp.bodies_at(england, "E06000039", layers=keys))


def test_three_icbs_of_2022_are_exactly_one_upper_tier_authority(england):
    found = fp.crowded(england, ["icb22", "ctyua21"])
    names = found.areas.loc[found.areas["layer"] == "ctyua21", "name"]
    assert sorted(names) == ["Gloucestershire", "Lincolnshire", "Somerset"]
    assert found.areas["area"].tolist() == [1, 1, 2, 2, 3, 3]
    assert found.areas.groupby("area")["people"].nunique().eq(1).all()
    assert found.areas["people"].sum() == 2 * (766_333 + 563_851 + 640_650)
    in_three = england.membership.query("layer == 'ctyua21'").set_index("unit")["code"]
    in_three = in_three[in_three.isin(found.areas["code"])].index
    table = found.units.loc["england"]
    assert set(table["bodies"]) == {2}
    assert set(table.index[table["areas"] == 1]) == set(in_three)
    assert found.areas.attrs["layers"] == "icb22, ctyua21"


def test_what_is_the_same_area_is_found_as_by_comparing_sets(england):
    found = fp.crowded(england).areas
    rows = england.membership[england.membership["layer"].isin(england.newest())]
    sets = rows.groupby(["units", "layer", "code"], observed=True)["unit"].agg(frozenset)
    levels = england.overview["level"]
    groups = {}
    for (units, layer, code), held in sets.items():
        groups.setdefault((units, held), []).append((layer, code))
    slow = {
        frozenset(group)
        for group in groups.values()
        if len({levels[layer] if layer not in SERVICES else layer for layer, _ in group}) > 1
    }
    parts = found.groupby("area")
    fast = {frozenset(zip(part["layer"], part["code"], strict=True)) for _, part in parts}
    assert fast == slow
    assert len(fast) == parts.ngroups


SERVICES = ["amb22", "cal21", "lrf19"]


def test_an_area_that_two_tables_of_units_tell_is_told_once(england):
    found = fp.crowded(england, ["ccg21", "stp21"])
    assert not found.areas[["layer", "code"]].duplicated().any()
    assert set(found.areas["counted_in"]) == {"england"}
    assert set(found.units.index.unique("units")) == {"england", "pcn_parts"}


def test_two_vintages_of_a_level_are_no_crowd(england):
    assert fp.crowded(england, ["lad21", "lad23"]).areas.empty


def test_layers_that_share_units_out_have_no_area_of_their_own():
    link = pd.DataFrame(
        {"code": ["P1", "P2"], "people": [6, 2]}, index=pd.Index(["a", "a"], name="unit")
    )
    pcn = fp.Layer(
        table=pd.DataFrame({"name": ["One", "Two"]}, index=["P1", "P2"]),
        members={"squares": link},
        level="neighbourhood",
    )
    units = {"squares": residents(squares(residents=[100]))}
    layers = {"pcn25": pcn, "lad21": layer_of({"a": "D"}, "district")}
    layers["icb22"] = layer_of({"a": "S"}, "system")
    found = fp.crowded(fp.Atlas(title="Linked", units=units, layers=layers))
    assert found.areas["code"].tolist() == ["D", "S"]
    assert found.areas.attrs["left_out"] == "pcn25"
    assert found.units.loc[("squares", "a")].tolist() == [4, 3]


def test_a_focus_counts_its_own_footprints_and_units(england):
    found = fp.crowded(england.focus("Frimley"), ["ctyua23", "hwb23", "lad23"])
    assert found.areas.groupby("area")["layer"].agg(" ".join).tolist() == [
        *["ctyua23 hwb23 lad23"] * 3,
        *["ctyua23 hwb23"] * 2,
    ]
    assert len(found.units) == 9


def test_worksop_changed_its_system_in_2022(shared):
    columns = ["LSOA11CD", "LSOA11NM", "pop_mid2020", "STP21CD", "ICB22CD", "LAD21CD", "geometry"]
    table = gpd.read_parquet(shared / "data" / "england" / "lsoa11.parquet", columns=columns)
    table = table.set_index("LSOA11CD").rename(columns={"pop_mid2020": "residents"})
    table = table[table.is_valid]
    keys = {"stp21": "STP21CD", "icb22": "ICB22CD", "lad21": "LAD21CD"}
    levels = {"stp21": "system", "icb22": "system", "lad21": "district"}
    layers = {
        key: fp.Layer(
            table=pd.DataFrame({"name": ""}, index=sorted(table[column].unique())),
            members={"lsoa11": table[column]},
            level=levels[key],
        )
        for key, column in keys.items()
    }
    population = fp.Population(name="residents", source="ONS", as_at="2020-06-30")
    units = fp.UnitTable(
        table=table.drop(columns=list(keys.values())), populations=(population,), lines="official"
    )
    atlas = fp.Atlas(title="LSOAs", units={"lsoa11": units}, layers=layers)
    found = fp.bodies_at(atlas, (-1.1227, 53.3016, 4326), layers=list(keys)).set_index("layer")
    assert found["code"].to_dict() == {
        "stp21": "E54000009",
        "icb22": "E54000060",
        "lad21": "E07000171",
    }
    assert found.loc["lad21", "people"] == 118_280
