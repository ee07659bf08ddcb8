"""Counts that, subtracted, give away a handful of people."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import layer_of, make_atlas
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

import footprints as fp
from footprints.errors import FootprintsError, OverlapError, TableError

K = 5


def rows(found):
    """Return what was found as a set of tuples with the exact people."""
    return {
        (row.left, row.right, row.kind, row.people, row.by_subtraction)
        for row in found.itertuples()
    }


def slow(lefts, rights, people, k):
    """Subtract every footprint from every other that it meets, one by one."""
    found = set()
    for left in sorted(set(lefts) - {None}):
        for right in sorted(set(rights) - {None}):
            ones = {unit for unit, code in enumerate(lefts) if code == left}
            others = {unit for unit, code in enumerate(rights) if code == right}
            if not ones & others:
                continue
            parts = {
                "both": ones & others,
                "left without right": ones - others,
                "right without left": others - ones,
            }
            n = {kind: sum(people[unit] for unit in part) for kind, part in parts.items()}
            nested = {
                "both": False,
                "left without right": n["right without left"] == 0,
                "right without left": n["left without right"] == 0,
            }
            found |= {
                (left, right, kind, n[kind], nested[kind]) for kind in parts if 0 < n[kind] < k
            }
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["L1", "L2", "L3", None]),
            st.sampled_from(["R1", "R2", "R3", None]),
            st.integers(0, 6),
        ),
        min_size=1,
        max_size=9,
    )
)
def test_it_finds_what_a_slow_and_obvious_search_finds(units):
    lefts, rights, people = ([unit[place] for unit in units] for place in range(3))
    if not any(lefts) or not any(rights):
        return
    names = "abcdefghi"[: len(units)]
    atlas = make_atlas(
        people,
        ward20=layer_of(dict(zip(names, lefts, strict=True)), "ward"),
        lad20=layer_of(dict(zip(names, rights, strict=True)), "district"),
    )
    found = fp.differencing(atlas.overlap("ward20", "lad20"), K, exact=True)
    assert rows(found) == slow(lefts, rights, people, K)
    sets = [part_of(units, row) for row in found.itertuples()]
    alike = [[one == other for other in sets] for one in sets]
    numbers = found["same_people"].to_numpy()
    assert (numbers[:, None] == numbers).tolist() == alike


def part_of(units, row):
    """Return the inhabited units of a part that was found."""
    where = {"both": (True, True), "left without right": (True, False)}
    wanted = where.get(row.kind, (False, True))
    return {
        place
        for place, (left, right, people) in enumerate(units)
        if people and (left == row.left, right == row.right) == wanted
    }


@pytest.fixture
def nested():
    """Draw a footprint that holds another and three people more."""
    old = dict.fromkeys("ab", "OLD") | {"c": "FAR", "d": "FAR"}
    new = dict.fromkeys("abc", "NEW") | {"d": "FAR"}
    return make_atlas([100, 50, 3, 900], old=layer_of(old, "system"), new=layer_of(new, "system"))


def test_a_handful_between_an_old_and_a_new_edge_is_found_and_not_told(nested):
    found = fp.differencing(nested.overlap("old", "new"), K)
    assert found[["left", "right", "kind", "shown", "by_subtraction"]].to_dict("records") == [
        {
            "left": "OLD",
            "right": "NEW",
            "kind": "right without left",
            "shown": "<5",
            "by_subtraction": True,
        },
        {
            "left": "FAR",
            "right": "NEW",
            "kind": "both",
            "shown": "<5",
            "by_subtraction": False,
        },
        {
            "left": "FAR",
            "right": "FAR",
            "kind": "left without right",
            "shown": "<5",
            "by_subtraction": True,
        },
    ]
    assert found["people"].isna().all()
    assert found["people"].dtype == "Int64"
    assert (found.attrs["k"], found.attrs["parts"]) == ("5", "7")
    assert found.attrs["population"] == "residents"
    assert found.attrs["summary"] == "3 pairs that meet, 7 parts with people: 3 of fewer than 5"
    assert found["same_people"].tolist() == [1, 1, 1]


def test_where_nothing_is_found_it_says_what_was_looked_at(nested):
    found = fp.differencing(nested.overlap("old", "new"), 3)
    assert found.empty
    assert found.attrs["summary"] == "3 pairs that meet, 7 parts with people: none of fewer than 3"
    assert found.attrs["pairs"] == "3"


def test_who_is_in_neither_layer_is_told_only_where_numbers_may_be():
    atlas = make_atlas(
        [100, 50, 3],
        old=layer_of({"a": "A", "b": "B"}, "system"),
        new=layer_of({"a": "N", "b": "N"}, "system"),
    )
    pairs = atlas.overlap("old", "new")
    assert pairs.attrs["in_neither"] == "1 unit, 3 people"
    found = fp.differencing(pairs, 10)
    assert "in_neither" not in found.attrs
    assert not any("3" in text for key, text in found.attrs.items() if key not in HOW_MANY)
    assert fp.differencing(pairs, 10, exact=True).attrs["in_neither"] == "1 unit, 3 people"


HOW_MANY = {"date", "parts", "summary"}


def test_nothing_that_is_shown_tells_the_number_unless_it_is_asked_for(nested):
    found = fp.differencing(nested.overlap("old", "new"), K)
    assert "3" not in found.to_csv()
    told = fp.differencing(nested.overlap("old", "new"), K, exact=True)
    assert told["people"].tolist() == [3, 3, 3]
    assert told["shown"].tolist() == ["3", "3", "3"]
    assert list(told.columns) == list(found.columns)


def test_exactly_k_people_are_enough(nested):
    assert len(fp.differencing(nested.overlap("old", "new"), 3)) == 0
    assert len(fp.differencing(nested.overlap("old", "new"), 4)) == 3


def test_some_rows_of_a_table_give_what_the_whole_table_gives(nested):
    pairs = nested.overlap("old", "new")
    whole = fp.differencing(pairs, K, exact=True)
    part = fp.differencing(pairs[pairs["left"] == "FAR"], K, exact=True)
    assert rows(part) == {row for row in rows(whole) if row[0] == "FAR"}
    assert part["same_people"].tolist() == [1, 1], "both are the three people of the pair"


def test_pairs_in_which_nobody_lives_do_not_tell_how_many_a_footprint_has():
    atlas = make_atlas(
        [0, 7],
        old=layer_of({"a": "A", "b": "B"}, "system"),
        new=layer_of({"a": "N", "b": "N"}, "system"),
    )
    pairs = atlas.overlap("old", "new")
    assert rows(fp.differencing(pairs, 9, exact=True)) == {
        ("A", "N", "right without left", 7, True),
        ("B", "N", "both", 7, False),
    }
    with pytest.raises(OverlapError, match="how many people there are in 'N': none of them") as e:
        fp.differencing(pairs[pairs["left"] == "A"], 9)
    assert e.value.codes == ("N",)


@pytest.mark.parametrize("k", [1, 0, -5, 2.5, "10", True, None])
def test_a_limit_that_is_no_whole_number_above_one_is_refused(nested, k):
    with pytest.raises(FootprintsError, match=r"k is .*: say from how many people on"):
        fp.differencing(nested.overlap("old", "new"), k)


def test_a_limit_must_be_said(nested):
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'k'"):
        fp.differencing(nested.overlap("old", "new"))


def test_what_is_measured_by_area_or_estimated_is_refused(nested):
    left = gpd.GeoDataFrame(index=["A"], geometry=[box(4e5, 0, 4e5 + 900, 900)], crs=27700)
    with pytest.raises(OverlapError, match="found by area: what is estimated gives nobody away"):
        fp.differencing(fp.overlap(left, left), K)
    pairs = nested.overlap("old", "new")
    pairs.attrs["method"] = "members, estimated"
    with pytest.raises(OverlapError, match="found by members, estimated"):
        fp.differencing(pairs, K)


def test_a_table_that_is_no_pair_table_is_refused(nested):
    pairs = nested.overlap("old", "new")
    with pytest.raises(TableError, match="lacks columns: 'people'"):
        fp.differencing(pairs.drop(columns="people"), K)
    pairs.attrs = {}
    with pytest.raises(OverlapError, match="does not say how it was found"):
        fp.differencing(pairs, K)
    bare = nested.overlap("old", "new").assign(people=pd.Series(pd.NA, dtype="Int64"))
    with pytest.raises(OverlapError, match="counts no people"):
        fp.differencing(bare, K)


def test_the_people_northamptonshire_gained_in_2022_come_out_by_subtraction(england):
    found = fp.differencing(england.overlap("stp21", "icb22"), 20_000, exact=True)
    assert set(found["people"]) == {17_070}
    gained = found[found["by_subtraction"]]
    assert rows(gained) == {
        ("E54000020", "E54000059", "right without left", 17_070, True),
        ("E54000021", "E54000056", "left without right", 17_070, True),
    }


def test_a_focus_finds_what_the_whole_of_england_finds_there(england):
    frimley = england.focus("Frimley").overlap("lad21", "icb22")
    whole = england.overlap("lad21", "icb22")
    here = fp.differencing(frimley, 60_000, exact=True)
    there = fp.differencing(whole[whole["left"].isin(frimley["left"])], 60_000, exact=True)
    assert len(here) > 0
    assert rows(here) == rows(there)


def test_patients_by_practice_and_home_have_thousands_of_small_parts(shared):
    file = shared / "data" / "registered" / "staffordshire-patients-by-lsoa-2025-10.csv"
    patients = fp.read_patients_by_lsoa(file)
    table = patients[patients["where"] == "England"].groupby(["lsoa", "pcn"], as_index=False)
    link = table["patients"].sum().rename(columns={"pcn": "code", "patients": "people"})
    people = link.groupby("lsoa")["people"].sum().rename("registered").to_frame()
    atlas = fp.Atlas(
        title="Staffordshire",
        units={
            "lsoa21": fp.UnitTable(
                table=people,
                populations=(fp.Population(name="registered", source="NHS", as_at="2025-10"),),
            )
        },
        layers={
            "pcn25": fp.Layer(
                table=pd.DataFrame({"name": ""}, index=link["code"].unique()),
                members={"lsoa21": link.set_index("lsoa")[["code", "people"]]},
                level="neighbourhood",
                covers=False,
            ),
            "msoa": fp.Layer(
                table=pd.DataFrame({"name": ""}, index=people.index),
                members={"lsoa21": pd.Series(people.index, index=people.index)},
                level="msoa",
            ),
        },
    )
    found = fp.differencing(atlas.overlap("pcn25", "msoa"), 5, exact=True)
    both = found[found["kind"] == "both"]
    counts = link["people"]
    assert len(both) == ((counts > 0) & (counts < 5)).sum() > 1_000
    assert np.isin(both["people"], [1, 2, 3, 4]).all()
