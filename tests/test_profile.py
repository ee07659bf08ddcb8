"""What each footprint is like, and how much footprints differ in it."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import layer_of, make_atlas, residents, squares

import footprints as fp
from footprints.errors import OverlapError, TableError, UnknownNameError

DISTRICTS = dict(zip("abcdef", ["D1", "D1", "D2", "D2", "D3", "D3"], strict=True))
SYSTEMS = dict(zip("abcdef", ["S1", "S1", "S1", "S2", "S2", None], strict=True))


def atlas_with(systems=SYSTEMS, **columns):
    """Draw six squares with columns of their own; the last is in no system."""
    people = {"residents": [100, 200, 300, 400, 500, 600]}
    table = residents(squares(**people, **columns))
    return fp.Atlas(
        title="Squares",
        units={"squares": table},
        layers={
            "lad21": layer_of(DISTRICTS, "district"),
            "icb22": layer_of(systems, "system", S1="Sunset", S2="Sunrise"),
        },
    )


def test_a_footprint_is_described_by_its_people_area_density_and_children():
    table = fp.profile(atlas_with(), "icb22", children="lad21")
    expected = pd.DataFrame(
        {
            "name": ["Sunset", "Sunrise"],
            "units": [3, 2],
            "people": [600, 900],
            "area_km2": [3.0, 2.0],
            "density": [200.0, 450.0],
            "lad21_whole": [1, 0],
            "lad21_mostly": [0, 1],
        },
        index=pd.Index(["S1", "S2"], name="code", dtype="str"),
    )
    pd.testing.assert_frame_equal(table, expected.astype({"name": "str"}))
    assert table.attrs == {
        "layer": "icb22",
        "units": "squares",
        "population": "residents",
        "source": "a survey",
        "date": "2020-06-30",
        "area": "official lines of squares",
        "in_none": "1 unit, 600 people",
        "lad21_method": "members",
        "lad21_in_none": "1",
        "lad21_in_several": "0",
    }


def test_a_child_cut_into_equal_halves_is_mostly_in_neither():
    halves = dict(zip("abcdef", ["S1"] * 3 + ["S2"] * 3, strict=True))
    atlas = make_atlas(
        [1, 1, 5, 5, 1, 1],
        lad21=layer_of(DISTRICTS, "district"),
        icb22=layer_of(halves, "system"),
    )
    table = fp.profile(atlas, "icb22", children=["lad21"])
    assert table["lad21_whole"].tolist() == [1, 1]
    assert table["lad21_mostly"].tolist() == [0, 0]
    assert table.attrs["lad21_in_none"] == "0"
    assert table.attrs["lad21_in_several"] == "1"


def test_children_in_no_footprint_are_told_from_those_that_several_share():
    systems = {"a": "S1", "b": "S2", "c": "S1", "d": "S2", "e": "S1", "f": None}
    atlas = make_atlas(
        [5, 5, 0, 0, 1, 9],
        lad21=layer_of(DISTRICTS, "district"),
        icb22=layer_of(systems, "system"),
    )
    table = fp.profile(atlas, "icb22", children=["lad21"])
    assert table[["lad21_whole", "lad21_mostly"]].to_numpy().sum() == 0
    assert table.attrs["lad21_in_none"] == "1", "D3, nine people of ten"
    assert table.attrs["lad21_in_several"] == "2", "D1, half and half, and D2, where nobody lives"


def test_columns_are_added_up_weighed_by_people_or_taken_as_shares():
    atlas = atlas_with(
        over_65=[10, 20, 30, 40, 50, 60],
        score=[1.0, 4.0, 2.0, 8.0, 3.0, 9.0],
        rural=[True, False, True, False, True, True],
    )
    asked = {"over_65": "sum", "score": "mean", "rural": "share"}
    table = fp.profile(atlas, "icb22", columns=asked)
    assert table["over_65"].tolist() == [60, 90]
    assert table["score"].tolist() == [(100 + 800 + 600) / 600, (3200 + 1500) / 900]
    assert table["rural"].tolist() == [400 / 600, 500 / 900]
    shares = fp.profile(atlas, "icb22", columns={"over_65": "share"})
    assert shares["over_65"].tolist() == [60 / 600, 90 / 900]


def test_units_without_a_value_are_counted_beside_with_their_people():
    atlas = atlas_with(
        count=pd.array([10, None, 30, None, None, 60], dtype="Int64"),
        score=[1.0, np.nan, 4.0, np.nan, np.nan, 9.0],
        rural=[True, None, False, None, None, True],
    )
    asked = {"count": "sum", "score": "mean", "rural": "share"}
    table = fp.profile(atlas, "icb22", columns=asked)
    for column, value in {"count": 40, "score": 1300 / 400, "rural": 100 / 400}.items():
        assert table.loc["S1", column] == value
        assert pd.isna(table.loc["S2", column])
        assert table[f"{column}_units_without"].tolist() == [1, 2]
        assert table[f"{column}_people_without"].tolist() == [200, 900]


def test_units_without_people_weigh_nothing():
    table = residents(squares(residents=[0, 0, 5], score=[7.0, 8.0, 2.0]))
    layer = layer_of({"a": "S1", "b": "S1", "c": "S2"}, "system")
    atlas = fp.Atlas(title="Empty", units={"squares": table}, layers={"icb22": layer})
    found = fp.profile(atlas, "icb22", columns={"score": "mean"})
    assert pd.isna(found.loc["S1", "score"])
    assert found.loc["S2", "score"] == 2.0
    assert found["density"].tolist() == [0.0, 5.0]


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        ([1, 2, 3, 4, 5, 6], "median", "in an unknown way: 'x'. Say 'sum', 'mean', 'share'."),
        (list("abcdef"), "mean", "the mean of what is no number: 'x'. Read it as numbers first."),
        (list("RRUURU"), "share", "or as booleans"),
        ([True] * 6, "sum", "cannot take the sum of booleans: 'x'. Say 'share'"),
        ([True] * 6, "mean", "cannot take the mean of booleans: 'x'. Say 'share'"),
        ([1, 0, 1, 0, 1, 0], "share", "whether ones and noughts count people: 'x'"),
        ([0.1, 0.2, 0.5, 0.7, 0.9, 0.3], "share", "the share of fractions, which count nobody"),
        ([9, 9, 9, 9, 501, -1], "share", "more x than residents, or fewer than none, in: 'e', 'f'"),
        ([1.0, np.inf, 2.0, 2.0, 2.0, 2.0], "mean", "has x without end for the units: 'b'"),
    ],
)
def test_what_cannot_be_carried_or_could_mean_two_things_is_refused(values, kind, message):
    with pytest.raises(TableError, match=message):
        fp.profile(atlas_with(x=values), "icb22", columns={"x": kind})


def test_everything_wrong_with_the_columns_is_named_at_once():
    atlas = atlas_with(x=list("abcdef"), y=[True] * 6, density=[1] * 6)
    with pytest.raises(TableError, match="(?s)called: 'density'.*no number: 'x'.*booleans: 'y'"):
        fp.profile(atlas, "icb22", columns={"x": "sum", "y": "sum", "density": "sum"})


def test_a_column_never_takes_the_place_of_another():
    atlas = atlas_with(x=[1] * 6, x_units_without=[1] * 6, lad21_whole=[1] * 6)
    asked = dict.fromkeys(["x", "x_units_without", "lad21_whole"], "sum")
    with pytest.raises(TableError, match="called: 'x_units_without', 'lad21_whole'. Rename"):
        fp.profile(atlas, "icb22", columns=asked, children="lad21")
    assert fp.profile(atlas, "icb22", columns={"lad21_whole": "sum"})["lad21_whole"].sum() == 5


@pytest.mark.parametrize(
    ("lines", "area_km2", "origin"),
    [("official", [3.0, 2.0], "official lines of icb22"), ("illustrative", [None, None], "")],
)
def test_the_area_comes_from_official_lines_and_never_from_illustrative(lines, area_km2, origin):
    table = squares(residents=[100, 200, 300, 400, 500, 600])
    shapes = table.dissolve(table.index.map(SYSTEMS)).geometry
    layer = layer_of(SYSTEMS, "system")
    own = gpd.GeoDataFrame(layer.table, geometry=shapes.reindex(layer.table.index), crs=27700)
    units = replace(residents(table), lines="illustrative")
    atlas = fp.Atlas(
        title="Drawn",
        units={"squares": units},
        layers={"icb22": replace(layer, table=own, lines=lines)},
    )
    found = fp.profile(atlas, "icb22")
    assert (
        found["area_km2"].astype(object).where(found["area_km2"].notna(), None).tolist() == area_km2
    )
    assert found["density"].notna().all() == (lines == "official")
    assert found.attrs["area"] == origin


def test_what_is_not_there_is_named_with_what_is():
    atlas = atlas_with(score=[1.0] * 6)
    with pytest.raises(
        UnknownNameError, match="no column in one table of 'icb22' 'scroe'. Did you mean 'score'"
    ):
        fp.profile(atlas, "icb22", columns={"scroe": "mean"})
    with pytest.raises(
        UnknownNameError, match="no population in the units of 'icb22' 'registered'"
    ):
        fp.profile(atlas, "icb22", population="registered")
    with pytest.raises(UnknownNameError, match="no table of units 'lsoa'"):
        fp.profile(atlas, "icb22", units="lsoa")
    with pytest.raises(UnknownNameError, match="no layer 'place'"):
        fp.profile(atlas, "icb22", children="place")


def test_columns_of_ones_own_are_carried_like_those_of_the_units():
    own = pd.DataFrame(
        {
            "imd": [10.0, 20.0, 30.0, 40.0, 50.0, 1.0],
            "rural": [True, False, False, True, False, True],
        },
        index=["a", "b", "c", "d", "f", "Z9"],
    )
    asked = {"imd": "mean", "rural": "share", "score": "sum"}
    found = fp.profile(atlas_with(score=[1] * 6), "icb22", columns=asked, data=own)
    assert found["imd"].tolist() == [(1000 + 4000 + 9000) / 600, 40.0]
    assert found["imd_units_without"].tolist() == [0, 1]
    assert found["imd_people_without"].tolist() == [0, 500]
    assert found["rural"].tolist() == [100 / 600, 1.0]
    assert found["score"].tolist() == [3, 2]
    assert found.attrs["data_not_used"] == "1 row"
    given = fp.profile(
        atlas_with(imd=[10.0, 20.0, 30.0, 40.0, None, 50.0]), "icb22", columns={"imd": "mean"}
    )
    pd.testing.assert_series_equal(found["imd"], given["imd"])


def test_the_rows_of_ones_own_choose_the_units(england):
    parts = england.units["pcn_parts"]
    own = pd.DataFrame({"lists": 1}, index=parts.index)
    found = fp.profile(england, "ccg21", columns={"lists": "sum"}, data=own)
    assert found.attrs["units"] == "pcn_parts"
    assert found["lists"].sum() == len(parts)


OWN = pd.DataFrame({"imd": [1.0, 2.0]}, index=["a", "b"])


@pytest.mark.parametrize(
    ("columns", "data", "message"),
    [
        (["imd"], OWN, "Say of each column how it is carried, by 'sum', 'mean', 'share': .* list"),
        ("score", None, "columns={'imd': 'mean'}. A str does not say it"),
        ({"imd": "mean"}, OWN["imd"], "not a Series: a Series has to_frame"),
        ({"imd": "mean"}, pd.concat([OWN, OWN]), "data= has units twice: 'a', 'b'"),
        ({"imd": "mean"}, OWN[["imd", "imd"]], "data= has columns twice: 'imd'"),
        (None, OWN, "data= has no column that columns= names; it has: 'imd'"),
        ({"imd": "mean"}, OWN.set_axis(["E1", "E2"]), "data= has no unit of 'squares', .* 'E1'"),
        ({"score": "mean"}, OWN.set_axis(["score"], axis=1), "both have columns 'score': rename"),
    ],
)
def test_columns_that_cannot_be_joined_are_refused(columns, data, message):
    atlas = atlas_with(score=[1.0] * 6)
    with pytest.raises(TableError, match=message):
        fp.profile(atlas, "icb22", columns=columns, data=data)


def test_a_column_set_on_a_copy_is_refused_with_the_way_to_give_it():
    atlas = atlas_with()
    atlas.units["squares"]["imd"] = 1.0
    with pytest.raises(UnknownNameError, match="no column .* 'imd'.* as data=, a DataFrame index"):
        fp.profile(atlas, "icb22", columns={"imd": "mean"})


def test_children_of_other_units_are_refused_with_the_layers_between(england):
    with pytest.raises(OverlapError, match="meets 'ccg21', 'stp21': hold both ag") as caught:
        fp.profile(england, "icb22", children=["pcn21"])
    assert "method='members'" not in str(caught.value)
    with pytest.raises(OverlapError, match="Use method='members'"):
        england.overlap("lad21", "icb22", method="points")


@pytest.fixture
def linked():
    """Two networks that share the patients of three squares."""
    link = pd.DataFrame(
        {"code": ["P1", "P2", "P1", "P2"], "people": [60, 40, 10, 90]},
        index=pd.Index(["a", "a", "b", "c"], name="unit"),
    )
    registered = fp.Population(name="registered", source="a list", as_at="2025-10")
    pcn = fp.Layer(
        table=pd.DataFrame({"name": ["One", "Two"]}, index=["P1", "P2"]),
        members={"squares": link},
        level="neighbourhood",
        population=registered,
    )
    units = squares(
        residents=[100, 200, 300],
        score=[1.0, 2.0, 4.0],
        rural=[True, False, False],
        count=[1, 2, 3],
    )
    return fp.Atlas(title="Linked", units={"squares": residents(units)}, layers={"pcn25": pcn})


def test_footprints_that_share_units_are_weighed_by_their_own_people(linked):
    table = fp.profile(linked, "pcn25", columns={"score": "mean", "rural": "share"})
    assert table["people"].tolist() == [70, 130]
    assert table["score"].tolist() == [80 / 70, 400 / 130]
    assert table["rural"].tolist() == [60 / 70, 40 / 130]
    assert table[["area_km2", "density"]].isna().all(axis=None)
    assert (table.attrs["population"], table.attrs["area"]) == ("registered", "")


@pytest.mark.parametrize("kind", ["sum", "share"])
def test_a_count_of_shared_units_is_never_split(linked, kind):
    with pytest.raises(TableError, match="cannot share out the count of units that several"):
        fp.profile(linked, "pcn25", columns={"count": kind})


def test_england_adds_up_to_the_last_person_and_unit(england):
    table = fp.profile(
        england, "icb22", columns={"lsoa11_count": "sum"}, children=["lad21", "ctyua21"]
    )
    assert table["people"].to_dict() == england.people("icb22")["residents"].to_dict()
    assert table["people"].sum() == 56_550_138
    assert table["lsoa11_count"].sum() == 32_844
    assert table["area_km2"].sum() == pytest.approx(england.units["england"]["area_m2"].sum() / 1e6)
    assert table["lad21_whole"].sum() == 309 - 12
    assert table["ctyua21_whole"].sum() == 152 - 10
    assert table["ctyua21_mostly"].sum() == 10
    assert table.loc["E54000038", "ctyua21_whole"] == 1  # Somerset, exactly one authority


def test_the_population_chooses_the_units(england):
    table = fp.profile(
        england, "ccg21", columns={"practices": "sum"}, population="registered", children="pcn21"
    )
    assert (table.attrs["units"], table.attrs["date"]) == ("pcn_parts", "2020/21")
    assert table["people"].sum() == 60_716_244
    assert table["practices"].sum() == 6_571
    assert table["area_km2"].isna().all()
    assert table["pcn21_whole"].sum() == 1_251 - 10
    assert fp.profile(england, "ccg21").attrs["units"] == "england"


def test_a_focus_describes_its_footprints_whole(england):
    frimley = england.focus("Frimley")
    table = fp.profile(frimley, "ctyua21", children="lad21")
    whole = fp.profile(england, "ctyua21", children="lad21")
    assert list(table.index) == list(frimley.layers["ctyua21"].index)
    pd.testing.assert_frame_equal(table, whole.loc[table.index], check_index_type=False)
    assert table.attrs["focus"] == "E54000034"


def test_the_spread_says_how_far_footprints_are_apart():
    sizes = pd.Series([1.0, 2.0, 3.0, 6.0, np.nan], name="people")
    row = fp.spread(sizes).loc["people"]
    assert row[["number", "missing", "total", "median"]].tolist() == [4, 1, 12, 2.5]
    assert row[["lower_quartile", "upper_quartile"]].tolist() == [1.75, 3.75]
    assert row[["minimum", "maximum", "ratio"]].tolist() == [1, 6, 6]
    assert row["variation"] == pytest.approx(np.sqrt(14 / 4) / 3)


def test_the_spread_of_a_profile_leaves_text_out_and_says_so():
    found = fp.spread(fp.profile(atlas_with(), "icb22"))
    assert list(found.index) == ["units", "people", "area_km2", "density"]
    assert found.attrs["left_out"] == "name"
    assert found.loc["people", "ratio"] == 1.5


def test_a_ratio_to_nothing_is_not_known():
    row = fp.spread(pd.Series([0, 0, 5], name="n")).loc["n"]
    assert pd.isna(row["ratio"])
    assert row["variation"] == pytest.approx(np.sqrt(50 / 9) / (5 / 3))
    nobody = fp.spread(pd.DataFrame({"n": [np.nan, np.nan]})).loc["n"]
    assert (nobody["number"], nobody["missing"]) == (0, 2)
    assert nobody[["total", "median", "variation", "ratio"]].isna().all()


def test_a_spread_of_words_is_refused():
    with pytest.raises(TableError, match="no numbers to compare in 'name'"):
        fp.spread(pd.Series(["a", "b"], name="name"))


def test_fewer_and_larger_footprints_from_vintage_to_vintage(england):
    sizes = {key: england.people(key)["residents"] for key in ["ccg21", "icb22", "icb26"]}
    found = fp.spread(sizes)
    assert found["number"].to_dict() == {"ccg21": 106, "icb22": 42, "icb26": 36}
    assert set(found["total"]) == {56_550_138}
    assert found["median"].is_monotonic_increasing
    assert found.loc["icb22", "maximum"] == 3_000_432
    assert found.loc["icb22", "median"] == np.median(sizes["icb22"])


def test_the_lsoas_of_england_give_what_the_embedded_units_give(shared, england):
    columns = ["LSOA11CD", "pop_mid2020", "ICB22CD", "geometry"]
    table = gpd.read_parquet(shared / "data" / "england" / "lsoa11.parquet", columns=columns)
    table = table.set_index("LSOA11CD").rename(columns={"pop_mid2020": "residents"})
    table["lsoas"], table["area_m2"] = 1, table.area
    icb = table.pop("ICB22CD")
    layer = fp.Layer(
        table=pd.DataFrame({"name": ""}, index=sorted(icb.unique())),
        members={"lsoa11": icb},
        level="system",
    )
    population = fp.Population(name="residents", source="ONS", as_at="2020-06-30")
    units = fp.UnitTable(
        table=pd.DataFrame(table.drop(columns="geometry")), populations=(population,)
    )
    atlas = fp.Atlas(title="LSOAs", units={"lsoa11": units}, layers={"icb22": layer})
    found = fp.profile(atlas, "icb22", columns={"lsoas": "sum"})
    known = fp.profile(england, "icb22", columns={"lsoa11_count": "sum"}).loc[found.index]
    assert found["people"].to_dict() == known["people"].to_dict()
    assert found["lsoas"].tolist() == known["lsoa11_count"].tolist()
    np.testing.assert_allclose(found["area_km2"], known["area_km2"], rtol=1e-3)


def test_a_child_that_can_only_be_estimated_is_refused(linked):
    with pytest.raises(OverlapError, match="can only be estimated"):
        fp.profile(linked, "pcn25", children="pcn25")
