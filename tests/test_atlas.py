"""The atlas: checked at the door, never changed, found by name, cut down to one area."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from conftest import layer_of, make_atlas, residents, squares
from shapely import Polygon, box

import footprints as fp
from footprints.errors import AmbiguousNameError, CRSError, TableError, UnknownNameError


def test_people_are_summed_over_units(row: fp.Atlas) -> None:
    people = row.people("lad21")
    assert people["residents"].to_dict() == {"D1": 3, "D2": 7, "D3": 11}
    assert people.index.name == "code"
    assert people["residents"].dtype == "int64"
    assert people.attrs == {
        "layer": "lad21",
        "residents": "residents, a survey, 2020-06-30",
    }


def test_units_in_no_footprint_stay_counted() -> None:
    atlas = make_atlas([1, 2, 4], place=layer_of({"a": "P", "b": None}, "place"))
    assert atlas.people("place")["residents"].to_dict() == {"P": 1}
    assert atlas.unassigned("place")["residents"].to_dict() == {"b": 2, "c": 4}
    assert atlas.overview.loc["place", ["people", "unassigned"]].tolist() == [1, 6]


def test_a_bare_kind_and_the_aliases_mean_the_newest(row: fp.Atlas) -> None:
    assert [row.resolve(text) for text in ("icb", "stp", "ltla", "ltla21", " LAD21 ")] == [
        "icb22",
        "stp21",
        "lad21",
        "lad21",
        "lad21",
    ]
    assert row.newest() == ["lad21", "icb22"]


def test_an_unknown_layer_population_or_table_is_named_with_those_there_are(
    row: fp.Atlas,
) -> None:
    for ask in (row.people, row.unassigned, row.resolve, row.layers.__getitem__):
        with pytest.raises(UnknownNameError, match=r"layer 'icb99'.*'lad21', 'stp21', 'icb22'"):
            ask("icb99")
    with pytest.raises(UnknownNameError, match="population 'registered'.*'residents'"):
        row.population("icb22", "registered")
    with pytest.raises(UnknownNameError, match="table of units 'lsoa11'.*'squares'"):
        row.units["lsoa11"]


def test_a_population_is_found_by_its_name_whatever_surrounds_it(row: fp.Atlas) -> None:
    table = row.units["squares"].rename(columns={"residents": " Residents\n"})
    whose = fp.Population(name=" Residents\n", source="a survey", as_at="2020-06-30")
    units = fp.UnitTable(table=table, populations=(whose,), lines="official")
    layer = layer_of(dict.fromkeys("abcdef", "S"), "system")
    atlas = fp.Atlas(title="Squares", units={"squares": units}, layers={"icb22": layer})
    assert atlas.population("icb22", "residents") == whose
    assert atlas.population("icb22", " Residents\n") == whose


def test_a_focus_says_what_it_is_in_a_line(row: fp.Atlas) -> None:
    assert repr(row.focus("icb22:S1").focused) == ("NHS Sunset Integrated Care Board (icb22:S1)")


def test_layers_come_with_outlines_joined_from_their_units(row: fp.Atlas) -> None:
    layer = row.layers["lad21"]
    assert isinstance(layer, gpd.GeoDataFrame)
    assert layer.crs.to_epsg() == 27700
    assert layer.index.name == "code"
    assert layer.area.tolist() == [2e6, 2e6, 2e6]
    assert layer.geometry["D1"].bounds == (400_000, 0, 402_000, 1000)


def test_a_layer_whose_units_have_no_lines_has_none(england: fp.Atlas) -> None:
    layer = england.layers["pcn21"]
    assert isinstance(layer, gpd.GeoDataFrame)
    assert layer.geometry.isna().all()
    assert england.overview.loc["pcn21", "lines"] == "none"


def test_an_atlas_is_never_changed(row: fp.Atlas) -> None:
    with pytest.raises(AttributeError, match="never changed"):
        row.title = "Mine"
    for frames, key in ((row.layers, "lad21"), (row.units, "squares")):
        frame = frames[key]
        frame.loc[:, "name"] = "gone"
        frame["geometry"] = None
        assert frames[key].geometry.notna().all()
        assert "gone" not in frames[key].get("name", pd.Series(dtype=str)).tolist()
    people = row.people("lad21")
    people.loc[:, "residents"] = 0
    assert row.people("lad21")["residents"].sum() == 21


def test_an_atlas_does_not_follow_what_it_was_made_from() -> None:
    table = squares(residents=[1, 2])
    atlas = fp.Atlas(
        title="Squares",
        units={"squares": residents(table)},
        layers={"place": layer_of({"a": "P", "b": "P"}, "place")},
    )
    table.loc["a", "residents"] = 100
    assert atlas.people("place")["residents"].to_dict() == {"P": 3}


def test_the_order_of_rows_changes_nothing(row: fp.Atlas) -> None:
    units = squares(residents=[1, 2, 3, 4, 5, 6]).iloc[::-1]
    members = dict(zip("fedcba", ["D3", "D3", "D2", "D2", "D1", "D1"], strict=True))
    layer = layer_of(members, "district")
    atlas = fp.Atlas(title="Back", units={"squares": residents(units)}, layers={"lad21": layer})
    mine = atlas.people("lad21")["residents"].sort_index()
    assert mine.equals(row.people("lad21")["residents"].sort_index())


def bad_people(people: list[object]) -> fp.Atlas:
    return make_atlas(people, place=layer_of({"a": "P", "b": "P"}, "place"))


def with_layer(**changes: object) -> fp.Atlas:
    """Make an atlas with a layer that is right but for the changes."""
    good = layer_of({"a": "P", "b": "P"}, "place")
    parts = {"table": good.table, "members": good.members, "level": "place"} | changes
    return make_atlas([1, 2], place=fp.Layer(**parts))


BOW_TIE = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def with_units(table: pd.DataFrame, lines: str = "official") -> fp.Atlas:
    population = fp.Population(name="residents", source="a survey", as_at="2020")
    units = fp.UnitTable(table=table, populations=(population,), lines=lines)
    layer = layer_of({"a": "P", "b": "P"}, "place")
    return fp.Atlas(title="Squares", units={"squares": units}, layers={"place": layer})


def names(**rows: str) -> pd.DataFrame:
    return pd.DataFrame({"name": rows.values()}, index=list(rows))


FAULTS = {
    "missing people": (lambda: bad_people([1, None]), "residents missing .* for: 'b'"),
    "negative people": (lambda: bad_people([-5, 2]), r"residents below zero .* for: 'a \(-5\)'"),
    "text for people": (
        lambda: bad_people([1, "1,204"]),
        r"residents that is not a number .* for: 'b \(1,204\)'",
    ),
    "a unit code twice": (
        lambda: fp.Atlas(
            title="Squares",
            units={"squares": residents(squares(residents=[1, 2]).set_axis(["a", "a"]))},
            layers={},
        ),
        "codes twice in the unit table 'squares': 'a'",
    ),
    "a code that is not text": (
        lambda: fp.Atlas(
            title="Squares",
            units={"squares": residents(squares(residents=[1, 2]).set_axis([1, " b"]))},
            layers={},
        ),
        "codes that cannot be used .*: '1', ' b'",
    ),
    "no such population": (
        lambda: fp.Atlas(
            title="Squares", units={"squares": residents(squares(people=[1, 2]))}, layers={}
        ),
        "no column .* for the population: 'residents'. It has 'people', 'geometry'",
    ),
    "no population": (
        lambda: fp.Atlas(
            title="Squares",
            units={"squares": fp.UnitTable(table=squares(people=[1]), populations=())},
            layers={},
        ),
        "counts no people in the unit table 'squares'",
    ),
    "a footprint code twice": (
        lambda: with_layer(table=pd.DataFrame({"name": ["1", "2"]}, index=["P", "P"])),
        "codes twice in the layer 'place': 'P'",
    ),
    "a footprint that is not listed": (
        lambda: with_layer(members={"squares": pd.Series({"a": "P", "b": "Q"})}),
        "codes in the layer 'place' that its table of footprints lacks: 'Q'",
    ),
    "a footprint without units": (
        lambda: with_layer(table=names(P="P", Q="Q", R="R")),
        "without a single unit in the layer 'place': 'Q', 'R'",
    ),
    "a unit that is not there": (
        lambda: with_layer(members={"squares": pd.Series({"a": "P", "z": "P"})}),
        "units in the layer 'place' that the unit table 'squares' lacks: 'z'",
    ),
    "a unit listed twice": (
        lambda: with_layer(members={"squares": pd.Series("P", index=["a", "b", "b"])}),
        "units twice in the layer 'place': 'b'",
    ),
    "a unit table that is not there": (
        lambda: with_layer(members={"lsoa11": pd.Series({"a": "P"})}),
        "no units or layer in the layer 'place' called: 'lsoa11'. There is 'squares', 'place'",
    ),
    "a unit twice, once in no footprint": (
        lambda: with_layer(members={"squares": pd.Series(["P", "P", None], index=["a", "b", "b"])}),
        "units twice in the layer 'place': 'b'",
    ),
    "evidence for a unit that is not there": (
        lambda: with_layer(evidence={"z": "inferred"}),
        "evidence for units not in the layer 'place': 'z'",
    ),
    "no layers": (
        lambda: fp.Atlas(
            title="S", units={"squares": residents(squares(residents=[1]))}, layers={}
        ),
        "S has no layer",
    ),
    "no units": (lambda: fp.Atlas(title="S", units={}, layers={}), "S has no table of units"),
    "a layer under an alias": (
        lambda: make_atlas([1], ltla21=layer_of({"a": "P"}, "district")),
        "a layer under an alias: 'ltla21'. Write 'lad21'",
    ),
    "a column twice": (
        lambda: with_layer(table=pd.DataFrame([["P", "P"]], index=["P"], columns=["name", "name"])),
        "columns twice in the layer 'place': 'name'",
    ),
    "lines of an unknown sort": (
        lambda: with_units(squares(residents=[1, 2]), lines="offical"),
        "unknown lines in the unit table 'squares': 'offical'. Use official, illustrative",
    ),
    "lines without geometry": (
        lambda: with_units(pd.DataFrame({"residents": [1, 2]}, index=["a", "b"]), lines="official"),
        "says that lines are official in the unit table 'squares', and has no geometry",
    ),
    "polygons that nobody vouches for": (
        lambda: with_units(squares(residents=[1, 2]), lines="none"),
        "polygons and does not say what they are in the unit table 'squares'",
    ),
    "a unit without its polygon": (
        lambda: with_units(squares(residents=[1, 2]).assign(geometry=[box(0, 0, 1, 1), None])),
        "polygons that are missing in the unit table 'squares': 'b'",
    ),
    "an invalid polygon": (
        lambda: with_units(squares(residents=[1, 2]).assign(geometry=[box(0, 0, 1, 1), BOW_TIE])),
        "polygons that are not valid in the unit table 'squares': 'b'",
    ),
    "no names": (
        lambda: with_layer(table=pd.DataFrame(index=["P"])),
        "no column 'name' in the layer 'place'",
    ),
    "unknown evidence": (
        lambda: with_layer(evidence={"a": "hearsay"}),
        "unknown evidence in the layer 'place': 'hearsay'. Use official, published",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_named_at_the_door(fault: str) -> None:
    make, message = FAULTS[fault]
    with pytest.raises(TableError, match=message):
        make()


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(TableError) as caught:
        make_atlas([1, -2], place=layer_of({"a": "P", "z": "Q"}, "place"))
    assert caught.match("below zero")
    assert caught.match("lacks: 'z'")
    assert set(caught.value.codes) == {"b (-2)", "z"}


def test_layers_and_units_without_a_row_are_refused() -> None:
    empty = fp.Layer(
        table=pd.DataFrame({"name": []}, index=pd.Index([], dtype="str")),
        members={"squares": pd.Series([], dtype="str")},
        level="system",
    )
    with pytest.raises(TableError, match="has no rows in the layer 'icb22'"):
        make_atlas([1], icb22=empty, lad21=layer_of({"a": "D"}, "district"))
    with pytest.raises(TableError, match="has no rows in the unit table 'squares'"):
        make_atlas([], lad21=layer_of({}, "district"))


@pytest.mark.parametrize("crs", ["EPSG:4326", None])
def test_geometry_must_be_in_the_national_grid(crs: str | None) -> None:
    table = squares(residents=[1]).set_crs(crs, allow_override=True)
    with pytest.raises(
        CRSError, match=f"EPSG:27700, but the unit table 'squares' is in {crs or 'no CRS'}"
    ):
        fp.Atlas(title="Squares", units={"squares": residents(table)}, layers={})


WRONG = {
    "frames for units": (
        {"units": {"squares": pd.DataFrame()}},
        "units holds what is no UnitTable: 'squares'",
    ),
    "a list of layers": ({"layers": []}, "layers is a mapping of names to Layer, not a list"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_parts_of_another_kind_are_refused_with_what_to_write(wrong: str) -> None:
    parts, message = WRONG[wrong]
    good = {
        "units": {"squares": residents(squares(residents=[1]))},
        "layers": {"place": layer_of({"a": "P"}, "place")},
    }
    with pytest.raises(TableError, match=message):
        fp.Atlas(title="Squares", **(good | parts))


def test_populations_are_populations() -> None:
    units = fp.UnitTable(table=squares(residents=[1]), populations=("residents",), lines="official")
    with pytest.raises(
        TableError, match="'squares' has populations that are none: write populations="
    ):
        fp.Atlas(
            title="Squares",
            units={"squares": units},
            layers={"place": layer_of({"a": "P"}, "place")},
        )


def test_the_key_of_a_layer_must_be_one() -> None:
    layer = layer_of({"a": "P"}, "system")
    with pytest.raises(TableError, match="'ICB 22' cannot be the key of a layer") as caught:
        make_atlas([-1], **{"ICB 22": layer, "9": layer})
    assert caught.match("'9' cannot be the key")
    assert caught.match("below zero")


FOUND = {
    "E54000034": ("icb22", "E54000034"),
    "qnq": ("icb22", "E54000034"),
    "Frimley": ("icb22", "E54000034"),
    "NHS Frimley Integrated Care Board": ("icb22", "E54000034"),
    "Hampshire & the Isle of Wight": ("icb26", "E54000067"),
    "E54000008": ("icb26", "E54000008"),
    "stp18:E54000008": ("stp18", "E54000008"),
    "icb:Somerset": ("icb26", "E54000038"),
    "E06000001": ("ctyua23", "E06000001"),
    "Formby": ("pcn21", "U82880"),
    "RX6": ("amb22", "RX6"),
    "ctyua:Devon": ("ctyua23", "E10000008"),
    "UTLA21:Devon": ("ctyua21", "E10000008"),
    "NHS Essex Integrated Care Board": ("icb26", "E54000066"),
}


@pytest.mark.parametrize(("text", "footprint"), FOUND.items())
def test_footprints_are_found_by_code_ods_code_and_name(
    england: fp.Atlas, text: str, footprint: tuple[str, str]
) -> None:
    assert england.find(text) == footprint


def test_a_name_of_areas_that_differ_is_refused_with_all_of_them(england: fp.Atlas) -> None:
    with pytest.raises(AmbiguousNameError, match="'Devon' fits areas that differ") as caught:
        england.focus("Devon")
    assert {"ctyua23:E10000008", "icb26:E54000037"} <= set(caught.value.codes)
    for code in caught.value.codes:
        assert code in str(caught.value)
        assert england.find(code) == tuple(code.split(":", 1))


def test_a_name_that_nothing_has_is_refused_with_what_comes_near(england: fp.Atlas) -> None:
    with pytest.raises(UnknownNameError, match=r"'Frimly'.*Near it: .*Frimley"):
        england.focus("Frimly")
    with pytest.raises(UnknownNameError, match="Give a code"):
        england.focus("")


def test_a_focus_holds_what_is_inside_and_what_crosses(row: fp.Atlas) -> None:
    mine = row.focus("icb22:S1")
    assert mine.focused is not None
    assert (mine.focused.layer, mine.focused.code) == ("icb22", "S1")
    assert mine.focused.relations.to_dict() == {
        ("lad21", "D1"): "inside",
        ("lad21", "D2"): "crosses",
        ("stp21", "S1"): "inside",
        ("stp21", "S2"): "crosses",
        ("icb22", "S1"): "same area",
    }
    assert list(mine.layers["lad21"].index) == ["D1", "D2"]
    assert mine.people("lad21")["residents"].to_dict() == {"D1": 3, "D2": 7}
    assert mine.people("stp21")["residents"].to_dict() == {"S1": 3, "S2": 18}
    assert mine.unassigned("icb22").empty


def test_a_focus_keeps_what_contains_it(row: fp.Atlas) -> None:
    relations = row.focus("lad21:D3").focused.relations
    assert relations["icb22", "S2"] == "contains"
    assert relations["stp21", "S2"] == "contains"


def test_layers_that_do_not_meet_the_focus_are_left_out(england: fp.Atlas) -> None:
    mine = england.focus("E06000053")
    assert "cauth25" not in mine.layers
    assert list(mine.layers["icb26"].index) == ["E54000036"]


def test_networks_are_reached_through_their_commissioner(england: fp.Atlas) -> None:
    mine = england.focus("Frimley")
    networks = england.membership[england.membership["units"] == "pcn_parts"]
    pairs = networks.pivot(index="unit", columns="layer", values="code")
    slow = set(pairs.loc[pairs["ccg21"] == "E38000252", "pcn21"].dropna())
    assert set(mine.layers["pcn21"].index) == slow
    assert set(mine.focused.relations["pcn21"]) == {"inside"}


def test_networks_of_a_commissioner_that_the_edge_cuts_may_cross(england: fp.Atlas) -> None:
    mine = england.focus("icb26:E54000067")
    words = mine.focused.relations["pcn21"].value_counts().to_dict()
    assert set(words) == {"inside", "may cross"}
    assert words["may cross"] == 16


def test_a_focus_counts_its_own_remainder_only(england: fp.Atlas) -> None:
    mine = england.focus("Frimley")
    assert mine.unassigned("pcn21")["registered"].sum() == 804_030 - 780_355
    assert mine.unassigned("lad23").empty


def test_a_focus_of_a_focus_is_one_of_the_whole_atlas(row: fp.Atlas) -> None:
    again, once = row.focus("icb22:S1").focus("lad21:D3"), row.focus("lad21:D3")
    assert again.title == once.title
    assert again.people("icb22").equals(once.people("icb22"))
    assert again.unassigned("lad21").empty


def test_a_focus_counts_its_own_people_above_its_layers(england: fp.Atlas) -> None:
    mine = england.focus("Frimley")
    assert mine.populations.loc[("residents", "england"), "people"] == 746_739
    assert "746,739 residents" in repr(mine)
    assert "counted whole" in repr(mine)
    assert "newest of its level is icb26" in repr(mine)


def test_a_layer_that_does_not_meet_the_focus_says_so(england: fp.Atlas) -> None:
    with pytest.raises(UnknownNameError, match="'cauth25' does not meet NHS Frimley"):
        england.focus("Frimley").people("cauth25")


def test_tables_that_are_handed_out_are_copies(row: fp.Atlas) -> None:
    for frame, column, value in (
        (row.membership, "code", "D1"),
        (row.overview, "people", 0),
        (row.populations, "people", 0),
    ):
        frame.loc[:, column] = value
        assert (frame[column] == value).all()
    assert row.people("lad21")["residents"].sum() == 21
    assert row.overview["people"].tolist() == [21, 21, 21]
    assert row.populations["people"].tolist() == [21]


def test_an_atlas_remembers_where_its_parts_came_from(england: fp.Atlas) -> None:
    origins = england.provenance
    assert origins.loc["units.england", "file"] == "units.csv"
    assert origins["sha256"].str.len().eq(64).all()
    assert england.focus("Frimley").provenance.equals(origins)


def test_layers_answer_like_a_mapping(row: fp.Atlas) -> None:
    assert "lad" in row.layers
    assert "icb99" not in row.layers
    assert row.layers.get("icb99") is None
    assert row.layers._ipython_key_completions_() == ["lad21", "stp21", "icb22"]
    with pytest.raises(UnknownNameError, match="layer 'icb98', 'icb99'"):
        row.resolve_all(["icb98", "lad21", "icb99"])


def test_a_name_with_a_colon_is_a_name_like_another() -> None:
    layer = layer_of({"a": "X:1", "b": "Q"}, "place", **{"X:1": "Vale: North"})
    atlas = make_atlas([1, 2], place=layer)
    for text in ("Vale: North", "X:1", "place:X:1", "place:Vale: North"):
        assert atlas.find(text) == ("place", "X:1")


def test_a_layer_in_two_tables_must_add_up() -> None:
    layer = layer_of({"a": "P"}, "place")
    big = residents(squares(residents=[10, 20]).set_axis(["x", "y"]))
    members = {**layer.members, "big": pd.Series({"x": "Q", "y": "Q"})}
    with pytest.raises(TableError) as caught:
        fp.Atlas(
            title="Two",
            units={"squares": residents(squares(residents=[1])), "big": big},
            layers={"place": fp.Layer(table=names(P="P", Q="Q"), members=members, level="place")},
        )
    assert caught.match("counts a population in several tables .* 'place': 'residents'")
    assert caught.match("lists no units of 'squares' in the layer 'place' for: 'Q'")
    assert caught.match("lists no units of 'big' in the layer 'place' for: 'P'")


def test_hostile_names_are_plain_text_in_a_terminal() -> None:
    layer = layer_of({"a": "P", "b": "Q"}, "place\x1b[31m", P="v\x1b[31mx", Q="v\x1b[31mx")
    atlas = make_atlas([1, 2], place=layer)
    with pytest.raises(AmbiguousNameError) as caught:
        atlas.find("v\x1b[31mx")
    for text in (repr(atlas), str(caught.value), repr(atlas.focus("P"))):
        assert "\x1b" not in text
        assert "\\x1b" in text


def test_the_plain_form_tells_layers_people_source_and_date(england: fp.Atlas) -> None:
    text = repr(england)
    for part in ("mid-2020", "not for current decisions", "56,550,138 residents", "2020-06-30"):
        assert part in text
    for layer, row in england.overview.iterrows():
        line = next(line for line in text.splitlines() if line.startswith(f"{layer} "))
        assert row["level"] in line
        assert f"{row['people']:,}" in line


def test_the_html_form_shows_names_as_text() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    atlas = make_atlas([1], place=layer_of({"a": "P"}, hostile))
    assert hostile not in atlas._repr_html_()
    assert "&lt;img src=x" in atlas._repr_html_()
    assert "1 residents" in atlas._repr_html_()


def test_names_that_hold_the_word_are_suggested(england) -> None:
    with pytest.raises(UnknownNameError) as error:
        england.focus("ccg21:Staffordshire")
    told = str(error.value)
    assert all(
        f"'NHS {place} CCG'" in told for place in ("East Staffordshire", "North Staffordshire")
    )
    assert "'NHS South East Staffordshire and Seisdon Peninsula CCG'" in told
    assert "'NHS Stafford and Surrounds CCG'" not in told.partition("Seisdon")[0]
