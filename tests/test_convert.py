"""New units take the place of old ones: nobody is lost, and what is inexact is counted."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import squares
from hypothesis import given, settings
from hypothesis import strategies as st

import footprints as fp
from footprints.atlas.convert import conversion_table, divided
from footprints.atlas.relationship import KINDS, unit_pairs
from footprints.errors import TableError, UnknownNameError

RESIDENTS = fp.Population(name="residents", source="a survey", as_at="2020-06-30")
REGISTERED = fp.Population(name="registered", source="a list", as_at="2021")
HOMES = fp.Population(name="homes", source="a register", as_at="2020")


def lookup(*pairs: str, **columns: list[object]) -> pd.DataFrame:
    """Make a relationship from pairs such as ``a>x``."""
    codes = [pair.split(">") for pair in pairs]
    frame = pd.DataFrame(codes, columns=["LSOA11CD", "LSOA21CD"], dtype="str")
    return frame.assign(**columns)


def table_of(people: dict[str, object], **columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"residents": people, **columns}, index=list(people))


def layer(members: dict[str, str | None], **options: object) -> fp.Layer:
    """Make a layer of LSOAs."""
    listed = pd.Series(members, dtype="str")
    codes = listed.dropna().unique()
    table = pd.DataFrame({"name": codes}, index=codes)
    return fp.Layer(table=table, members={"lsoa11": listed}, level="place", **options)


def atlas_of(table: pd.DataFrame | dict[str, object], *more: object, **layers: fp.Layer):
    """Make an atlas of LSOAs, by default with one place that holds them all."""
    frame = table_of(table) if isinstance(table, dict) else table
    known = layers or {"place": layer(dict.fromkeys(frame.index, "P"))}
    units = {"lsoa11": fp.UnitTable(table=frame, populations=(RESIDENTS, *more))}
    return fp.Atlas(title="Vale", units=units, layers=known, notes=["An example."])


def newer(atlas: fp.Atlas, relationship: pd.DataFrame, **options: object) -> fp.Atlas:
    return atlas.convert_units("lsoa11", "lsoa21", relationship=relationship, **options)


def people_of(atlas: fp.Atlas) -> dict[str, float]:
    return atlas.units["lsoa21"]["residents"].to_dict()


def codes_of(atlas: fp.Atlas, key: str = "place") -> dict[str, str]:
    rows = atlas.membership
    return rows[rows["layer"] == key].set_index("unit")["code"].to_dict()


def test_unchanged_units_may_have_new_codes() -> None:
    found = newer(atlas_of({"a": 3, "b": 4}), lookup("b>b", "a>x"))
    assert people_of(found) == {"x": 3, "b": 4}
    assert found.units["lsoa21"]["residents"].dtype == "int64"
    assert found.units["lsoa21"].index.name == "unit"
    assert found.notes == (
        "An example.",
        "2 units of lsoa11 became 2 of lsoa21: 2 unchanged.",
    )


def test_a_split_unit_is_divided_in_equal_whole_parts() -> None:
    found = newer(atlas_of({"a": 8, "b": 4}), lookup("a>z", "a>y", "a>x", "b>b"))
    assert people_of(found) == {"x": 3, "y": 3, "z": 2, "b": 4}
    assert codes_of(found) == dict.fromkeys("xyzb", "P")
    assert found.notes[1:] == (
        "2 units of lsoa11 became 4 of lsoa21: 1 unchanged, 1 split (now 3).",
        (
            "1 unit of lsoa11 was split: 8 residents were divided in equal parts among 3 new ones "
            "(estimated)."
        ),
    )


def test_merged_units_add_up_exactly() -> None:
    found = newer(atlas_of({"a": 3, "b": 4, "c": 5}), lookup("a>x", "b>x", "c>c"))
    assert people_of(found) == {"x": 7, "c": 5}
    assert "estimated" not in " ".join(found.notes)


def test_irregular_units_keep_the_people_of_each_old_one() -> None:
    found = newer(atlas_of({"a": 3, "b": 4, "c": 9}), lookup("a>x", "a>y", "b>y", "b>z", "c>z"))
    assert people_of(found) == {"x": 2, "y": 1 + 2, "z": 2 + 9}
    assert "3 units of lsoa11 changed irregularly: 16 residents were divided" in found.notes[2]


def test_units_that_were_split_and_merged_again_are_what_they_were() -> None:
    atlas = atlas_of({"a": 5, "b": 4, "c": 1}, place=layer({"a": "P", "b": "P", "c": None}))
    there = newer(atlas, lookup("a>x", "a>y", "b>b", "c>c"))
    back = there.convert_units(
        "lsoa21", "lsoa11", relationship=lookup("a>x", "a>y", "b>b", "c>c", CHGIND=list("SSUU"))
    )
    assert back.units["lsoa11"]["residents"].to_dict() == {"a": 5, "b": 4, "c": 1}
    assert back.people("place")["residents"].to_dict() == {"P": 9}
    assert [origin.part for origin in back.origins] == ["units.lsoa21", "units.lsoa11"]


def test_the_people_of_new_units_may_be_given() -> None:
    given_people = pd.DataFrame({"residents": {"y": 7, "x": 1, "b": 5}})
    found = newer(atlas_of({"a": 8, "b": 4}), lookup("a>x", "a>y", "b>b"), people=given_people)
    assert people_of(found) == {"x": 1, "y": 7, "b": 5}
    assert found.notes[2:] == ("residents of lsoa21 are those given: 12 before, 13 after.",)
    assert found.population("place").source == "a survey, as given for lsoa21"


def test_populations_that_are_not_given_follow_the_one_that_is() -> None:
    table = table_of({"a": 8, "b": 4}, homes=[10, 2])
    people = pd.DataFrame({"residents": {"x": 3, "y": 1, "b": 4, "w": 9}})
    found = newer(atlas_of(table, HOMES), lookup("a>x", "a>y", "b>b", "v>w"), people=people)
    assert found.units["lsoa21"]["homes"].to_dict() == {"x": 8, "y": 2, "b": 2}
    assert "was split: 10 homes were divided in proportion to the residents given" in found.notes[3]


def test_a_unit_across_an_edge_goes_where_most_of_its_people_are() -> None:
    places = layer({"a": "P", "b": "Q", "c": "Q"}, evidence={"b": "uncertain", "c": "official"})
    regions = layer(dict.fromkeys("abc", "R"))
    atlas = atlas_of({"a": 3, "b": 4, "c": 5}, place=places, region=regions)
    found = newer(atlas, lookup("a>x", "b>x", "c>c"))
    rows = found.membership.set_index(["layer", "unit"])
    assert rows["code"].to_dict() == {
        ("place", "x"): "Q",
        ("place", "c"): "Q",
        ("region", "x"): "R",
        ("region", "c"): "R",
    }
    assert rows["evidence"].tolist() == ["uncertain", "official", "published", "published"]
    assert found.notes[2:] == (
        (
            "1 unit of lsoa21 lies across an edge of place: 3 residents are counted in the footprint "
            "that has most of the unit (inferred)."
        ),
        (
            "P is left out of place: none of its units is mostly in it any longer, and its 3 residents "
            "are counted elsewhere."
        ),
    )


def test_a_unit_that_lies_across_an_edge_is_inferred_and_a_tie_goes_to_the_lowest_code() -> None:
    atlas = atlas_of({"a": 4, "b": 4, "c": 1}, place=layer({"a": "Q", "b": "P", "c": "Q"}))
    rows = newer(atlas, lookup("a>x", "b>x", "c>c")).membership.set_index("unit")
    assert rows["code"].to_dict() == {"x": "P", "c": "Q"}
    assert rows["evidence"].to_dict() == {"x": "inferred", "c": "published"}


def test_who_is_in_no_footprint_counts_as_well() -> None:
    atlas = atlas_of({"a": 3, "b": 4, "c": 5}, place=layer({"a": "P", "b": None, "c": "P"}))
    found = newer(atlas, lookup("a>x", "b>x", "c>c"))
    assert codes_of(found) == {"c": "P"}
    assert found.unassigned("place")["residents"].to_dict() == {"x": 7}
    assert "3 residents are counted in the footprint" in found.notes[2]


def test_links_are_divided_and_added_up_in_people() -> None:
    links = pd.DataFrame(
        {"code": ["N1", "N2", "N2", "N2"], "people": [3, 4, 5, 6]}, index=list("aabc")
    )
    named = pd.DataFrame({"name": ["N1", "N2"]}, index=["N1", "N2"])
    networks = fp.Layer(
        table=named,
        members={"lsoa11": links},
        level="neighbourhood",
        population=REGISTERED,
        evidence={"b": "official"},
    )
    atlas = atlas_of({"a": 9, "b": 5, "c": 6}, pcn21=networks)
    found = newer(atlas, lookup("a>x", "a>y", "b>z", "c>z"))
    rows = found.membership.set_index(["unit", "code"])
    assert rows["people"].to_dict() == {
        ("x", "N1"): 2,
        ("x", "N2"): 2,
        ("y", "N1"): 1,
        ("y", "N2"): 2,
        ("z", "N2"): 11,
    }
    assert rows["evidence"].tolist() == ["inferred"] * 4 + ["published"]
    assert found.people("pcn21")["registered"].to_dict() == {"N1": 3, "N2": 15}
    assert "7 people of pcn21 are in units that were divided" in found.notes[-1]


def test_layers_made_of_layers_and_other_tables_of_units_stay() -> None:
    registered = fp.UnitTable(
        table=pd.DataFrame({"registered": [7, 8]}, index=["p", "q"]), populations=(REGISTERED,)
    )
    table = pd.DataFrame({"name": ["P", "Q"]}, index=["P", "Q"])
    by_both = {
        "practice": pd.Series({"p": "P", "q": "Q"}),
        "lsoa11": pd.Series({"a": "P", "b": "Q"}),
    }
    atlas = fp.Atlas(
        title="Vale",
        units={
            "practice": registered,
            "lsoa11": fp.UnitTable(table=table_of({"a": 3, "b": 4}), populations=(RESIDENTS,)),
        },
        layers={
            "region": fp.Layer(
                table=pd.DataFrame({"name": ["R"]}, index=["R"]),
                members={"place": pd.Series({"P": "R", "Q": "R"})},
                level="region",
            ),
            "place": fp.Layer(
                table=table, members=by_both, level="place", evidence={"q": "official"}
            ),
        },
        checks=fp.Checks(cover=("place",)),
        origins=[fp.Origin(part="units.lsoa11", file="a.csv")],
    )
    found = newer(atlas, lookup("a>x", "a>y", "b>b"))
    assert list(found.units) == ["practice", "lsoa21"]
    assert list(found.layers) == ["region", "place"]
    for key in ("region", "place"):
        pd.testing.assert_frame_equal(found.people(key), atlas.people(key))
    evidence = found.membership.query("layer == 'place'").set_index("unit")["evidence"]
    assert evidence["q"] == "official"
    assert found.checks == atlas.checks
    assert found.provenance.loc["units.lsoa21", ["rows", "note"]].tolist() == [
        3,
        "converted from lsoa11",
    ]
    pd.testing.assert_frame_equal(found.units["practice"], atlas.units["practice"])


def test_areas_add_up_where_units_merge_and_are_not_known_where_they_split() -> None:
    table = table_of({"a": 3, "b": 4, "c": 5, "d": 6}, area_m2=[10.0, 20.0, 40.0, 80.0], rank=1)
    found = newer(atlas_of(table), lookup("a>x", "b>x", "c>y", "c>z", "d>d"))
    area = found.units["lsoa21"]["area_m2"]
    assert area.dropna().to_dict() == {"x": 30, "d": 80}
    assert "rank" not in found.units["lsoa21"]
    assert found.notes[3:] == (
        "Columns of lsoa11 that lsoa21 lacks were left out: 'rank'.",
        "The area of 2 units of lsoa21 is not known.",
    )


def test_new_units_take_their_names_from_the_relationship() -> None:
    names = lookup("a>x", "a>y", LSOA11NM=["A", "A"], LSOA21NM=["Ash", "Elm"])
    found = newer(atlas_of({"a": 3}), names)
    assert found.units["lsoa21"]["name"].to_dict() == {"x": "Ash", "y": "Elm"}


def test_lines_of_the_old_units_are_left_out_and_those_of_layers_stay() -> None:
    frame = squares(residents=[3, 4])
    members = {"lsoa11": pd.Series({"a": "P", "b": "P"})}
    shape = gpd.GeoDataFrame({"name": ["P"]}, index=["P"], geometry=[frame.union_all()], crs=27700)
    drawn = fp.Layer(table=shape, members=members, level="place", lines="official")
    joined = fp.Layer(table=pd.DataFrame({"name": ["P"]}, index=["P"]), members=members, level="x")
    units = {"lsoa11": fp.UnitTable(table=frame, populations=(RESIDENTS,), lines="official")}
    atlas = fp.Atlas(title="Vale", units=units, layers={"place": drawn, "joined": joined})
    found = newer(atlas, lookup("a>x", "b>x"))
    assert found.overview["lines"].to_dict() == {"place": "official", "joined": "none"}
    assert found.units["lsoa21"].geometry.isna().all()
    assert "lsoa21 has no lines: those of lsoa11 were left out." in found.notes


def test_an_atlas_with_a_focus_is_converted_whole_and_focused_again() -> None:
    atlas = atlas_of({"a": 3, "b": 4, "c": 5}, place=layer({"a": "P", "b": "P", "c": "Q"}))
    found = newer(atlas.focus("place:P"), lookup("a>x", "a>y", "b>b", "c>c"))
    assert found.focused.code == "P"
    assert people_of(found) == {"x": 2, "y": 1, "b": 4}
    assert found.focus("place:Q").people("place")["residents"].to_dict() == {"Q": 5}


def test_the_atlas_and_the_tables_given_are_not_changed() -> None:
    atlas, pairs = atlas_of({"a": 3}), lookup("a>x", "a>y")
    people = pd.DataFrame({"residents": {"x": 1, "y": 2}})
    before = atlas.membership, atlas.units["lsoa11"], pairs.copy(), people.copy()
    newer(atlas, pairs, people=people)
    after = atlas.membership, atlas.units["lsoa11"], pairs, people
    for one, other in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


def test_the_order_of_the_relationship_and_pairs_that_stand_twice_do_not_matter() -> None:
    pairs = lookup("a>x", "a>y", "b>z", "c>z", "v>w")
    atlas = atlas_of({"c": 9, "a": 8, "b": 4})
    found = newer(atlas, pd.concat([pairs[::-1], pairs]))
    pd.testing.assert_frame_equal(found.units["lsoa21"], newer(atlas, pairs).units["lsoa21"])
    assert list(found.units["lsoa21"].index) == ["z", "x", "y"]


def test_pairs_that_do_not_touch_the_atlas_are_passed_over() -> None:
    found = newer(atlas_of({"a": 3}), lookup("a>x", "W1>W2", "W1>W3"))
    assert people_of(found) == {"x": 3}


def test_the_columns_of_the_relationship_are_found_whatever_their_case() -> None:
    names = ["lsoa21cd", "Lsoa11cd", "lsoa21nm", "ChgInd"]
    table = pd.DataFrame([["x", "a", "X-shire", "U"]], columns=names)
    assert unit_pairs(table, "lsoa11", "lsoa21").to_numpy().tolist() == [["a", "x", "unchanged"]]


def test_what_the_ons_calls_irregular_is_so_whatever_its_pairs_show() -> None:
    pairs = lookup("a>x", "b>y", "b>z", "c>c", CHGIND=["x", "X", "S", None])
    found = unit_pairs(pairs, "lsoa11", "lsoa21")
    assert found["kind"].tolist() == ["irregular"] * 3 + ["unchanged"]


def test_a_split_is_a_merger_when_seen_backwards() -> None:
    pairs = lookup("a>x", "a>y", CHGIND=["S", "S"])
    assert unit_pairs(pairs, "lsoa21", "lsoa11")["kind"].tolist() == ["merged", "merged"]


def test_the_table_counts_units_and_people_by_kind() -> None:
    pairs = unit_pairs(lookup("a>x", "a>y", "b>z", "c>z", "d>d", "w>w"), "lsoa11", "lsoa21")
    people = pd.Series({"a": 1, "b": 2, "c": 4, "d": 8})
    table = conversion_table(pairs, people)
    assert list(table.columns) == ["old_units", "new_units", "people", "estimated_people"]
    assert table.index.name == "kind"
    assert {kind: row.tolist() for kind, row in table.iterrows()} == {
        "unchanged": [1, 1, 8, 0],
        "split": [1, 2, 1, 1],
        "merged": [2, 1, 6, 0],
        "irregular": [0, 0, 0, 0],
    }
    assert conversion_table(pairs, people, given=True)["estimated_people"].sum() == 0


BROKEN = {
    "units that the relationship lacks": (
        {"relationship": lookup("a>x")},
        "no new unit in the relationship for: 'b', 'c'. Are both of one vintage",
    ),
    "new units that would be counted in part": (
        {"relationship": lookup("a>x", "y>x", "z>x", "b>b", "c>c")},
        "count new units in part: the atlas lacks: 'y', 'z'. Convert the whole",
    ),
    "stated kinds that the pairs contradict": (
        {"relationship": lookup("a>x", "b>b", "c>y", "c>z", CHGIND=["S", "U", "M", "M"])},
        r"contradict: 'a to x \(split, its pairs say unchanged\)', 'c to y \(merged, .* split\)'",
    ),
    "unknown kinds and empty codes": (
        {"relationship": lookup("a>x", "b>", "c>y", CHGIND=["Q", "U", "Z"])},
        "empty codes in the rows: '1'.\nThe relationship has unknown CHGIND: 'Q', 'Z'. It is U",
    ),
    "a relationship without rows": ({"relationship": lookup()}, "The relationship has no rows"),
    "people of unknown units and populations, missing and below zero": (
        {
            "relationship": lookup("a>x", "b>b", "c>c"),
            "people": pd.DataFrame({"residents": {"x": -1, "b": 2, "q": 1}, "homes": 1}),
        },
        (
            "unknown populations: 'homes'. Call its columns 'residents'.\n.*lacks: 'q'.\n"
            r".*residents missing for: 'c'.\n.*below zero for: 'x \(-1.0\)'"
        ),
    ),
    "people given twice": (
        {
            "relationship": lookup("a>x", "b>b", "c>c"),
            "people": pd.DataFrame({"residents": [1, 2]}, index=["x", "x"]),
        },
        "people twice for: 'x'",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_everything_that_is_wrong_is_named(fault: str) -> None:
    options, message = BROKEN[fault]
    with pytest.raises(TableError, match=message):
        newer(atlas_of({"a": 1, "b": 2, "c": 3}), **options)


def test_the_tables_of_units_must_be_there_and_new() -> None:
    atlas = atlas_of({"a": 1})
    with pytest.raises(UnknownNameError, match="no table of units 'lsoa01'. Did you mean 'lsoa11'"):
        atlas.convert_units("lsoa01", "lsoa21", relationship=lookup("a>x"))
    for new in ("lsoa11", "place"):
        with pytest.raises(TableError, match=f"called '{new}' already"):
            atlas.convert_units("lsoa11", new, relationship=lookup("a>x"))


def test_a_column_of_codes_must_be_found_once() -> None:
    atlas = atlas_of({"a": 1})
    with pytest.raises(UnknownNameError, match="no column for the codes of 'lsoa31'; it has 'LS"):
        atlas.convert_units("lsoa11", "lsoa31", relationship=lookup("a>x"))
    twice = lookup("a>x").rename(columns={"LSOA21CD": "LSOA21_CD"}).assign(lsoa21xcd="x")
    with pytest.raises(
        UnknownNameError, match="'LSOA21_CD', 'lsoa21xcd' for .* Call .* 'LSOA21CD'"
    ):
        newer(atlas, twice)


def test_a_footprint_of_two_tables_of_units_cannot_lose_all_of_one() -> None:
    practices = fp.UnitTable(
        table=pd.DataFrame({"registered": [7, 8]}, index=["p", "q"]), populations=(REGISTERED,)
    )
    place = layer({"a": "P", "b": "Q"})
    members = {**place.members, "practice": pd.Series({"p": "P", "q": "Q"})}
    units = {
        "lsoa11": fp.UnitTable(table=table_of({"a": 1, "b": 2}), populations=(RESIDENTS,)),
        "practice": practices,
    }
    both = fp.Layer(table=place.table, members=members, level="place")
    atlas = fp.Atlas(title="Vale", units=units, layers={"place": both})
    with pytest.raises(
        TableError, match="lists no units of 'lsoa21' in the layer 'place' for: 'P'"
    ):
        newer(atlas, lookup("a>x", "b>x"))


def components(pairs: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the kind of each pair by walking from it to all that it meets: slow and obvious."""
    kinds = {}
    for pair in pairs:
        met, size = {pair}, 0
        while len(met) > size:
            size = len(met)
            olds, news = {old for old, _ in met}, {new for _, new in met}
            met = {(old, new) for old, new in pairs if old in olds or new in news}
        shape = len({old for old, _ in met}) > 1, len({new for _, new in met}) > 1
        words = {(False, False): 0, (False, True): 1, (True, False): 2, (True, True): 3}
        kinds[pair] = KINDS[words[shape]]
    return kinds


OLD, NEW = list("abcdefgh"), list("stuvwxyz")
PAIRS = st.sets(st.tuples(st.sampled_from(OLD), st.sampled_from(NEW)), min_size=1, max_size=12)


@given(PAIRS)
def test_kinds_are_those_of_components(pairs: set[tuple[str, str]]) -> None:
    table = pd.DataFrame(sorted(pairs), columns=["lsoa11", "lsoa21"])
    found = unit_pairs(table, "lsoa11", "lsoa21").set_index(["old", "new"])["kind"]
    assert found.to_dict() == components(pairs)


@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=5),
    st.lists(st.integers(0, 10**4), min_size=5, max_size=20),
)
def test_people_are_divided_whole_and_none_is_lost(people: list[int], weights: list[int]) -> None:
    groups = pd.Series([str(i % len(people)) for i in range(len(weights))], dtype="str")
    whole = groups.astype(int).map(dict(enumerate(people)))
    parts = divided(whole, groups, pd.Series(weights))
    assert parts.dtype == "int64"
    assert (parts >= 0).all()
    sums = parts.groupby(groups).sum()
    assert (sums == whole.groupby(groups).first()).all()
    total = pd.Series(weights).groupby(groups).transform("sum")
    fair = whole * pd.Series(weights) / total
    assert ((parts - fair).abs()[total > 0] < 1 + 1e-6).all()


@settings(deadline=None, max_examples=40)
@given(PAIRS, st.data())
def test_totals_stay_and_units_stay_where_they_were(pairs: set[tuple[str, str]], data) -> None:
    pairs = {*pairs, ("p", "p"), ("q", "q")}
    olds = sorted({old for old, _ in pairs})
    counts = st.lists(st.integers(0, 9), min_size=len(olds), max_size=len(olds))
    table = table_of(dict(zip(olds, data.draw(counts), strict=True)), homes=data.draw(counts))
    places = {old: data.draw(st.sampled_from(["P", "Q", None])) for old in olds}
    # Units of their own keep both places in being.
    places |= {"p": "P", "q": "Q"}
    layers = {"region": layer(dict.fromkeys(olds, "R")), "place": layer(places)}
    relationship = pd.DataFrame(sorted(pairs), columns=["LSOA11CD", "LSOA21CD"])
    found = newer(atlas_of(table, HOMES, **layers), relationship)
    units = found.units["lsoa21"]
    assert units[["residents", "homes"]].sum().to_dict() == table.sum().to_dict()
    assert set(units.index) == {new for _, new in pairs}
    assert codes_of(found, "region") == dict.fromkeys(units.index, "R")
    assert found.membership.query("layer == 'place'")["unit"].is_unique
    now = codes_of(found)
    for new in units.index:
        assert now.get(new) in {places[old] for old, other in pairs if other == new}


def made_relationship(codes: pd.Index) -> pd.DataFrame:
    """Split and merge some units at random."""
    rng = np.random.default_rng(2021)
    order = rng.permutation(len(codes))
    split, merged = order[:800], order[800:1000]
    new = codes.to_numpy(dtype=object).copy()
    new[merged] = [f"M{i // 2}" for i in range(len(merged))]
    new[split] = [f"S{i}" for i in range(len(split))]
    second = pd.DataFrame({"LSOA11CD": codes[split], "LSOA21CD": [f"T{i}" for i in range(800)]})
    return pd.concat([pd.DataFrame({"LSOA11CD": codes, "LSOA21CD": new}), second])


def test_all_of_england_is_converted_to_the_person(shared) -> None:
    populations = ["pop_mid2020", "pop_mid2019"]
    columns = ["LSOA11CD", *populations, "ICB22CD", "LAD21CD"]
    path = shared / "data" / "england" / "lsoa11.parquet"
    table = pd.read_parquet(path, columns=columns).set_index("LSOA11CD")
    layers = {
        key: layer(table[column].to_dict())
        for key, column in [("icb22", "ICB22CD"), ("lad21", "LAD21CD")]
    }
    counted = tuple(fp.Population(name=name, source="ONS", as_at="") for name in populations)
    units = {"lsoa11": fp.UnitTable(table=table[populations], populations=counted)}
    atlas = fp.Atlas(title="England", units=units, layers=layers)
    found = newer(atlas, made_relationship(table.index))
    assert found.units["lsoa21"].shape[0] == 32_844 + 800 - 100
    for name in populations:
        assert found.units["lsoa21"][name].sum() == table[name].sum()
        for key in layers:
            assert found.people(key)[name].sum() == table[name].sum()
    moved = (found.people("icb22") - atlas.people("icb22"))["pop_mid2020"].abs().sum() / 2
    across = next(note for note in found.notes if "edge of icb22" in note)
    most = int(across.split(": ")[1].split()[0].replace(",", ""))
    assert 0 < moved <= most
