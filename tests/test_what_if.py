"""What-if: layers redrawn one step at a time, and back again."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from conftest import layer_of, make_atlas
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

import footprints as fp
from footprints.errors import RedrawError, TableError, UnknownNameError


def members(atlas: fp.Atlas, layer: str) -> dict[str, str]:
    """Return the footprint of each unit."""
    rows = atlas.membership
    rows = rows[rows["layer"] == layer]
    return dict(zip(rows["unit"], rows["code"], strict=True))


def assert_same(left: fp.Atlas, right: fp.Atlas) -> None:
    """Assert that two atlases hold the same: codes, order, names, members, lines, notes."""
    assert list(left.layers) == list(right.layers)
    pd.testing.assert_frame_equal(left.membership, right.membership)
    for key, layer in right.parts()[1].items():
        mine = left.parts()[1][key]
        pd.testing.assert_frame_equal(mine.table, layer.table)
        assert type(mine.table) is type(layer.table)
        table = {"table": None}
        assert replace(mine, **table).__dict__ == replace(layer, **table).__dict__
    assert left.notes == right.notes
    assert left.title == right.title


def test_merging_makes_one_of_several_in_the_place_of_the_first(row) -> None:
    merged = row.merge("lad21", ["D1", "D2"], into="D9", name="West and Middle")
    assert dict(merged.layers["lad21"]["name"]) == {"D9": "West and Middle", "D3": "East"}
    assert members(merged, "lad21") == dict(zip("abcdef", ["D9"] * 4 + ["D3"] * 2, strict=True))
    assert merged.people("lad21")["residents"].to_dict() == {"D9": 10, "D3": 11}
    assert members(row, "lad21")["a"] == "D1"


def test_merging_into_one_of_them_keeps_its_name_and_codes(row) -> None:
    merged = row.merge("lad21", ["D1", "D2"], into="D2")
    assert dict(merged.layers["lad21"]["name"]) == {"D2": "Middle", "D3": "East"}


def test_a_new_footprint_without_a_name_is_called_by_its_code(row) -> None:
    assert row.merge("lad21", ["D1", "D2"], into="D9").layers["lad21"].loc["D9", "name"] == "D9"


def test_moving_takes_units_from_wherever_they_are(row) -> None:
    moved = row.move("lad21", ["a", "d"], to="D3")
    assert members(moved, "lad21") == dict(
        zip("abcdef", ["D3", "D1", "D2", "D3", "D3", "D3"], strict=True)
    )


def test_moving_what_footprints_share_takes_what_is_in_all_of_them(row) -> None:
    moved = row.move("lad21", {"icb22": "S1", "stp": "S2"}, to="D1")
    assert moved.resolve("stp") == "stp21"
    assert members(moved, "lad21") == dict(
        zip("abcdef", ["D1", "D1", "D1", "D2", "D3", "D3"], strict=True)
    )


def test_a_footprint_that_nothing_is_left_of_is_abolished(row) -> None:
    moved = row.move("lad21", ["c", "d"], to="D3")
    assert list(moved.layers["lad21"].index) == ["D1", "D3"]
    assert_same(moved.undo(), row)


def test_a_footprint_is_split_into_parts_and_what_is_left(row) -> None:
    parts = {"N1": ["a"], "N2": {"lad21": "D2"}}
    split = row.split("icb22", "S1", parts, names={"N1": "First"})
    names = {"S1": "NHS Sunset Integrated Care Board", "N1": "First", "N2": "N2", "S2": "Sunrise"}
    assert list(split.layers["icb22"]["name"].items()) == list(names.items())
    assert members(split, "icb22") == dict(
        zip("abcdef", ["N1", "S1", "N2", "S2", "S2", "S2"], strict=True)
    )


def test_a_footprint_gets_another_name_or_code_and_keeps_its_members(row) -> None:
    renamed = row.rename("lad21", "D2", "Centre").rename("lad21", "D2", to="D7")
    assert list(renamed.layers["lad21"]["name"].items()) == [
        ("D1", "West"),
        ("D7", "Centre"),
        ("D3", "East"),
    ]
    assert members(renamed, "lad21")["c"] == "D7"
    assert_same(renamed.undo().undo(), row)


def test_steps_are_chained_recorded_and_undone_one_by_one(row) -> None:
    first = row.merge("icb22", ["S1", "S2"], into="S9")
    second = first.move("lad21", ["c"], to="D1")
    assert [str(record) for record in second.redraws] == [
        "What if\n  icb22: S1, S2 merge into S9",
        "What if\n  lad21: what is in c moves to D1",
    ]
    assert second.notes == (
        "What if: icb22: S1, S2 merge into S9.",
        "What if: lad21: what is in c moves to D1.",
    )
    assert_same(second.undo(), first)
    assert_same(second.undo().undo(), row)
    with pytest.raises(RedrawError, match="nothing to undo"):
        row.undo()


def test_what_is_in_no_footprint_can_be_moved_into_one() -> None:
    atlas = make_atlas([1, 2, 3], cauth25=layer_of({"a": "C1", "b": None, "c": "C2"}, "other"))
    moved = atlas.move("cauth25", ["b"], to="C1")
    assert members(moved, "cauth25") == {"a": "C1", "b": "C1", "c": "C2"}
    assert moved.unassigned("cauth25").empty
    assert_same(moved.undo(), atlas)


def test_layers_made_of_the_one_that_is_redrawn_stay_what_they_were() -> None:
    place = fp.Layer(
        table=pd.DataFrame({"name": ["All"]}, index=["P1"]),
        members={"lad21": pd.Series({"D1": "P1", "D2": "P1"})},
        level="place",
    )
    atlas = make_atlas(
        [1, 2, 3],
        lad21=layer_of(dict(zip("abc", ["D1", "D1", "D2"], strict=True)), "district"),
        place=place,
    )
    merged = atlas.merge("lad21", ["D1", "D2"], into="D9")
    assert members(merged, "place") == dict.fromkeys("abc", "P1")
    assert merged.overlap("lad21", "place")["people"].to_list() == [6]


def test_evidence_stays_with_the_units(row) -> None:
    layers = dict(row.parts()[1])
    rows = row.membership.query("layer == 'lad21'").set_index("unit")["code"]
    old = replace(layers["lad21"], members={"squares": rows}, evidence={"a": "uncertain"})
    atlas = make_atlas([1] * 6, lad21=old)
    merged = atlas.merge("lad21", ["D1", "D2"], into="D9").membership.set_index("unit")["evidence"]
    assert merged.loc[["a", "b"]].to_list() == ["uncertain", "published"]


def own_lines(**columns: list[object]) -> fp.Atlas:
    """Make an atlas of four squares whose districts have lines, people and offices of their own."""
    shapes = [box(x, 0, x + 2000, 1000) for x in (400_000, 402_000)]
    table = gpd.GeoDataFrame(
        {"name": ["West", "East"], "offices": [1, 2], "staff": [10, 20]} | columns,
        index=["D1", "D2"],
        geometry=shapes,
        crs="EPSG:27700",
    )
    layer = fp.Layer(
        table=table,
        members={"squares": pd.Series(dict(zip("abcd", ["D1", "D1", "D2", "D2"], strict=True)))},
        level="district",
        lines="official",
        population=fp.Population(name="staff", source="a count", as_at="2020"),
    )
    return make_atlas([1, 2, 3, 4], lad21=layer)


def test_lines_and_people_of_their_own_are_joined_where_whole_footprints_merge() -> None:
    atlas = own_lines()
    merged = atlas.merge("lad21", ["D1", "D2"], into="D9")
    layer = merged.layers["lad21"]
    assert layer.geometry["D9"].equals(box(400_000, 0, 404_000, 1000))
    assert layer.attrs["lines"] == "official"
    assert merged.people("lad21").loc["D9"].to_dict() == {"residents": 10, "staff": 30}
    assert pd.isna(layer.loc["D9", "offices"])
    assert merged.notes[-1] == "lad21: 'offices' are not known of 'D9'."
    assert_same(merged.undo(), atlas)


def test_lines_and_people_of_their_own_are_left_out_with_a_note_where_a_part_moves() -> None:
    atlas = own_lines()
    moved = atlas.move("lad21", ["b"], to="D2")
    assert list(moved.people("lad21")) == ["residents"]
    assert moved.layers["lad21"].geometry["D1"].equals(box(400_000, 0, 401_000, 1000))
    assert moved.notes[1:] == (
        "lad21: 'offices' are not known of 'D1', 'D2'.",
        "lad21: its own 'staff' are left out, for nobody counted those of a part.",
        "lad21: its own lines are left out, for they do not draw the parts.",
    )
    assert_same(moved.undo(), atlas)


def test_footprints_that_share_units_merge_with_their_people_added() -> None:
    shared = pd.DataFrame(
        {"code": ["P1", "P2", "P2"], "people": [3, 4, 5]}, index=pd.Index(["a", "a", "b"])
    )
    table = pd.DataFrame({"name": ["One", "Two"]}, index=["P1", "P2"])
    pcn = fp.Layer(table=table, members={"squares": shared}, level="neighbourhood")
    atlas = make_atlas([10, 10], pcn21=pcn)
    merged = atlas.merge("pcn21", ["P1", "P2"], into="P2")
    rows = merged.membership[["unit", "code", "people"]].to_numpy().tolist()
    assert rows == [["a", "P2", 7.0], ["b", "P2", 5.0]]
    assert_same(merged.undo(), atlas)


def test_a_list_by_other_units_that_cannot_tell_is_left_out_with_a_note(england) -> None:
    moved = england.move("stp21", {"lad21": "E08000025"}, to="E54000017")
    assert set(moved.membership.query("layer == 'stp21'")["units"]) == {"england"}
    assert "stp21 is no longer listed in 'pcn_parts'" in moved.notes[-1]
    assert int(moved.people("stp21").loc["E54000017", "residents"]) == 1_358_012
    assert_same(moved.undo(), england)


def test_a_merge_keeps_the_lists_by_all_units(england) -> None:
    merged = england.merge("stp21", ["E54000027", "E54000028"], into="X")
    assert set(merged.membership.query("layer == 'stp21'")["units"]) == {"england", "pcn_parts"}
    before = england.people("stp21").loc[["E54000027", "E54000028"]].sum()
    assert merged.people("stp21").loc["X"].equals(before.astype(int))


def test_an_area_that_is_focused_on_is_redrawn_with_the_whole_and_followed(england) -> None:
    focused = england.focus("icb22:E54000027")
    merged = focused.merge("icb22", ["E54000027", "E54000028"], into="X")
    assert (merged.focused.code, merged.whole.people("icb22").loc["X", "residents"]) == (
        "X",
        3_638_051,
    )
    back = merged.undo()
    assert back.focused.code == "E54000027"
    assert_same(back, focused)
    with pytest.raises(RedrawError, match="focus 'E54000034' is parted"):
        england.focus("icb22:E54000034").move("icb22", {"icb22": "E54000034"}, to="E54000052")


def test_a_redrawn_atlas_is_checked_drawn_and_stored_like_any_other(england, tmp_path) -> None:
    redrawn = england.merge("icb22", ["E54000027", "E54000028"], into="X")
    findings = fp.check(redrawn).findings
    assert len(findings)
    again = fp.read_atlas(fp.write_atlas(redrawn, tmp_path / "what.gpkg"))
    assert members(again, "icb22") == members(redrawn, "icb22")
    assert again.notes == redrawn.notes


REFUSED = {
    "footprints that the layer 'lad21' lacks: 'D8'": lambda a: a.merge("lad21", ["D1", "D8"], into="X"),
    "codes that it has already: 'D3'": lambda a: a.merge("lad21", ["D1", "D2"], into="D3"),
    "merges a footprint with nothing: 'D1'": lambda a: a.merge("lad21", ["D1"], into="X"),
    "There is no layer 'lad99'": lambda a: a.merge("lad99", ["D1", "D2"], into="X"),
    "units that the atlas lacks, in 'lad21': 'z'": lambda a: a.move("lad21", ["a", "z"], to="D3"),
    "what 'lad21' does not have then: 'D8'": lambda a: a.move("lad21", ["a"], to="D8"),
    "takes units that are not outside D1 of 'lad21': 'a'": lambda a: a.move("lad21", ["a", "c"], to="D1"),
    "footprints that 'icb22' lacks: 'S7'": lambda a: a.move("lad21", {"icb22": "S7"}, to="D1"),
    "by what the atlas lacks .There is no layer 'ward'": lambda a: a.move("lad21", {"ward": "W"}, to="D1"),
    "names no units or footprints": lambda a: a.move("lad21", [], to="D1"),
    "takes icb22 that are not in D3 of 'lad21': 'S1'": lambda a: a.split("lad21", "D3", {"X": {"icb22": "S1"}}),
    "no unit is in the part of D2 in icb22 S1 and lad21 D2 and squares d": lambda a: a.split("lad21", "D2", {"X": {"icb22": "S1", "lad21": "D2", "squares": "d"}}),
    "takes the same units twice: 'a'.*These changes overlap": lambda a: a.split("lad21", "D1", {"X": ["a"], "Y": ["a", "b"]}),
    "takes units that are not in D1 of 'lad21': 'c'": lambda a: a.split("lad21", "D1", {"X": ["a", "c"]}),
    "already: 'D2'": lambda a: a.split("lad21", "D1", {"D2": ["a"]}),
    "already: 'D2'.": lambda a: a.rename("lad21", "D1", to="D2"),
    "is a recode of a footprint to itself: 'D1'": lambda a: a.rename("lad21", "D1", to="D1"),
    "is a split of a footprint to itself: 'D1'": lambda a: a.split("lad21", "D1", {"D1": ["a"]}),
    "no changes were given": lambda a: a.split("lad21", "D1", {}),
    "does not say into which code": lambda a: a.merge("lad21", ["D1", "D2"], into=""),
    "Nothing would change for 'D1'": lambda a: a.rename("lad21", "D1"),
    "renames what 'lad21' does not have then": lambda a: a.rename("lad21", "D8", "Name"),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_done_is_refused_with_the_codes(row, message: str) -> None:
    with pytest.raises((RedrawError, UnknownNameError), match=f"(?s){message}"):
        REFUSED[message](row)


def test_a_part_is_not_named_by_footprints_that_share_units() -> None:
    shared = pd.DataFrame({"code": ["P1"], "people": [3]}, index=pd.Index(["a"]))
    table = pd.DataFrame({"name": ["One"]}, index=["P1"])
    pcn = fp.Layer(table=table, members={"squares": shared}, level="neighbourhood")
    atlas = make_atlas([10, 10], pcn21=pcn, lad21=layer_of({"a": "D1", "b": "D2"}, "district"))
    with pytest.raises(RedrawError, match="'pcn21', whose footprints share units"):
        atlas.move("lad21", {"pcn21": "P1"}, to="D2")


def test_a_part_is_not_named_by_a_layer_that_no_units_are_shared_with(england) -> None:
    with pytest.raises(RedrawError, match="no table of units lists both: 'E08000025'"):
        england.move("pcn21", {"lad21": "E08000025"}, to="U12345")


def test_a_redraw_that_would_be_no_sound_atlas_is_refused_at_the_door() -> None:
    atlas = own_lines(name=["West", "East"])
    with pytest.raises((RedrawError, TableError), match="codes that cannot be used"):
        atlas.rename("lad21", "D1", to=" ")


units = st.sampled_from("abcdef")


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, object]]:
    """Draw a few steps; those that an atlas refuses are passed over by the test."""
    step = st.one_of(
        st.tuples(
            st.just("merge"), st.lists(st.integers(0, 5), min_size=2, max_size=3, unique=True)
        ),
        st.tuples(st.just("move"), st.tuples(st.sets(units, min_size=1), st.integers(0, 5))),
        st.tuples(st.just("split"), st.tuples(st.integers(0, 5), st.sets(units, min_size=1))),
        st.tuples(st.just("rename"), st.integers(0, 5)),
    )
    return draw(st.lists(step, min_size=1, max_size=4))


def stepped(atlas: fp.Atlas, number: int, step: tuple[str, object]) -> fp.Atlas:
    """Make one step, with codes and units of the atlas as it is."""
    kind, what = step
    held = members(atlas, "lad21")
    codes = list(atlas.layers["lad21"].index)
    new = f"N{number}"
    if kind == "merge":
        old = list(dict.fromkeys(codes[i % len(codes)] for i in what))
        return atlas.merge("lad21", old, into=new) if len(old) > 1 else atlas
    if kind == "move":
        to = codes[what[1] % len(codes)]
        taken = [unit for unit in sorted(what[0]) if held.get(unit) != to]
        return atlas.move("lad21", taken, to=to) if taken else atlas
    if kind == "split":
        old = codes[what[0] % len(codes)]
        taken = [unit for unit in sorted(what[1]) if held.get(unit) == old]
        return atlas.split("lad21", old, {new: taken}) if taken else atlas
    return atlas.rename("lad21", codes[what % len(codes)], f"Name {number}", to=new)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(["D1", "D2", "D3", "D4", None]), min_size=6, max_size=6).filter(any),
    steps(),
)
def test_any_steps_keep_all_people_and_are_undone_exactly(held, taken) -> None:
    first = make_atlas(
        [1, 2, 4, 8, 16, 32], lad21=layer_of(dict(zip("abcdef", held, strict=True)), "district")
    )
    atlases = [first]
    for number, step in enumerate(taken):
        now = stepped(atlases[-1], number, step)
        if now is not atlases[-1]:
            atlases.append(now)
        counted = now.people("lad21")["residents"].sum()
        assert counted + now.unassigned("lad21")["residents"].sum() == 63
        assert len(now.membership) == now.membership["unit"].nunique()
    last = atlases[-1]
    for before in reversed(atlases[:-1]):
        last = last.undo()
        assert_same(last, before)
    assert last.redraws == ()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"kind": "rename", "old": ("X",)}, "is a rename and does not say what it is called"),
        ({"kind": "rename", "old": ("X", "Y"), "name": "Z"}, "rename of several footprints.*'Y'"),
        ({"kind": "recode", "old": ("X", "Y"), "new": "Z"}, "recode of several footprints.*'Y'"),
    ],
)
def test_a_change_that_would_pass_over_a_footprint_is_refused(said, message: str) -> None:
    with pytest.raises(RedrawError, match=message):
        fp.LayerChange(layer="icb22", **said)


@pytest.mark.parametrize("said", ["Frimley", "QNQ", "NHS Frimley ICB"])
def test_a_name_or_ods_code_in_a_merge_is_asked_for_its_code(england, said) -> None:
    with pytest.raises(fp.FootprintsError, match="Did you mean 'E54000034'"):
        england.merge("icb22", [said, "E54000052"], into="X1")


def test_a_redraw_of_what_is_no_change_is_refused_with_the_way_to_a_file(england) -> None:
    file = fp.read_changes("surrey-2027")
    for odd in ("surrey-2027", file, [file]):
        with pytest.raises(RedrawError, match="is no LayerChange.*apply_changes"):
            england.redraw(odd)


def test_a_what_if_is_drawn_beside_what_it_was_made_of(england) -> None:
    what = england.merge("icb22", ["E54000030", "E54000031"], into="M", name="South London")
    change = fp.compare(england, what, layer="icb22")
    with pytest.raises(fp.FootprintsError, match="on_one_map"):
        fp.footprint_map(what, change=change)
    both, same = fp.on_one_map(england, what, change)
    pd.testing.assert_series_equal(same.people, change.people)
    assert fp.alternative_text(fp.picture(both, change=same)).count("South London")
