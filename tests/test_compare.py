"""What a redraw changed: the figures known of England, and the rules on small maps."""

from __future__ import annotations

import warnings
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import layer_of, make_atlas, residents, squares

import footprints as fp
from footprints.errors import FootprintsError, OverlapError, UnknownNameError
from footprints.redraws.flows import KINDS
from footprints.redraws.pieces import atlas_of_pieces

if TYPE_CHECKING:
    from pathlib import Path

ENGLAND = 56_550_138
REDRAWS = {
    ("stp17", "stp18"): {"merged": (3_154_281, 3)},
    ("stp18", "stp20"): {"transferred": (511_065, 3)},
    ("stp20", "stp21"): {},
    ("stp21", "icb22"): {"transferred": (347_235, 4)},
    ("icb22", "icb26"): {"transferred": (978_491, 4), "merged": (13_240_362, 11)},
    ("lad21", "lad23"): {"merged": (1_684_242, 17)},
    ("ctyua21", "ctyua23"): {"split": (225_385, 1)},
    ("ccg21", "sicbl22"): {"transferred": (228_955, 3)},
}
LSOAS = {("stp18", "stp20"): 308, ("stp21", "icb22"): 192, ("icb22", "icb26"): 568}
SIZES = {
    ("stp17", "stp18"): (44, 42, 41),
    ("stp18", "stp20"): (42, 42, 37),
    ("stp20", "stp21"): (42, 42, 42),
    ("stp21", "icb22"): (42, 42, 34),
    ("icb22", "icb26"): (42, 36, 29),
    ("lad21", "lad23"): (309, 296, 292),
    ("ctyua21", "ctyua23"): (152, 153, 149),
    ("ccg21", "sicbl22"): (106, 106, 100),
}
"""Old footprints, new ones, and those with the same area and code."""
JULY_2022 = {
    ("E54000016", "E54000055"): 178_281,
    ("E54000009", "E54000060"): 118_280,
    ("E54000007", "E54000058"): 33_604,
    ("E54000021", "E54000059"): 17_070,
}

KEPT_IN_JULY_2022 = {
    "E54000017": "E54000055",
    "E54000014": "E54000060",
    "E54000012": "E54000058",
    "E54000020": "E54000059",
}
"""The systems that took in what moved, and the code that each had from then on."""
FIRST_CODES = {
    "E54000055": "E63000003",
    "E54000060": "E63000031",
    "E54000058": "E63000022",
    "E54000059": "E63000030",
}
"""The codes of these in the first release of the lines of July 2022."""


@pytest.fixture(scope="session")
def real(shared: Path) -> fp.Atlas:
    """Return England of the LSOAs of 2011."""
    table = pd.DataFrame(
        gpd.read_parquet(shared / "data/england/lsoa11.parquet").drop(columns="geometry")
    ).set_index("LSOA11CD")
    layers = {}
    for key in sorted({key for pair in REDRAWS for key in pair}):
        codes = table[f"{key.upper()}CD"].astype("str")
        names = table.groupby(codes)[f"{key.upper()}NM"].first().rename("name").to_frame()
        layers[key] = fp.Layer(table=names, members={"lsoa11": codes}, level="system")
    people = table[["pop_mid2020"]].rename(columns={"pop_mid2020": "residents"})
    return fp.Atlas(title="LSOAs", units={"lsoa11": residents_of(people)}, layers=layers)


def residents_of(table: pd.DataFrame) -> fp.UnitTable:
    population = fp.Population(name="residents", source="ONS", as_at="2020-06-30")
    return fp.UnitTable(table=table, populations=(population,))


def redrawn(
    old: dict[str, str | None], new: dict[str, str | None], people: list[int] | None = None
) -> fp.Change:
    """Compare two layers of squares, whose names are their codes."""
    atlas = make_atlas(
        people or [1, 2, 4, 8, 16, 32][: len(old)],
        stp21=layer_of(old, "system"),
        icb22=layer_of(new, "system"),
    )
    return fp.compare(atlas, "stp21", "icb22")


def happened(change: fp.Change, side: str = "old") -> dict[str, str]:
    return change.changes.loc[side, "happened"].to_dict()


def kinds(change: fp.Change) -> dict[str, str]:
    """Return the kind of each flow, as "A>B"."""
    ends = change.flows[["old", "new"]].fillna("-").agg(">".join, axis=1)
    return dict(zip(ends, change.flows["kind"].astype("str"), strict=True))


# England


def check_redraw(atlas: fp.Atlas, pair: tuple[str, str]) -> fp.Change:
    change = fp.compare(atlas, *pair)
    expected = {kind: REDRAWS[pair].get(kind, (0, 0)) for kind in KINDS[1:]}
    counts = change.flows["kind"].value_counts()
    found = {kind: (change.people[kind], counts[kind]) for kind in KINDS[1:]}
    assert found == expected
    assert change.people.sum() == ENGLAND
    old, new = change.changes.loc["old"], change.changes.loc["new"]
    same = int((old["same_area"] & old["same_code"]).sum())
    assert (len(old), len(new), same) == SIZES[pair]
    assert set(change.flows["cause"].dropna()) <= {"real"}
    return change


@pytest.mark.parametrize("pair", REDRAWS)
def test_the_redraws_of_england_by_the_embedded_units(
    england: fp.Atlas, pair: tuple[str, str]
) -> None:
    check_redraw(england, pair)


@pytest.mark.parametrize("pair", REDRAWS)
def test_the_redraws_of_england_by_lsoas_to_the_person(
    real: fp.Atlas, england: fp.Atlas, pair: tuple[str, str]
) -> None:
    change = check_redraw(real, pair)
    if pair in LSOAS:
        assert change.moves["units"].sum() == LSOAS[pair]
    coarse = fp.compare(england, *pair)
    columns = ["old", "new", "people"]
    keys = {"ignore_index": True}
    pd.testing.assert_frame_equal(
        change.flows[columns].sort_values(columns, **keys),
        coarse.flows[columns].sort_values(columns, **keys),
        check_flags=False,
    )


@pytest.fixture(params=["england", "real"])
def either(request: pytest.FixtureRequest) -> fp.Atlas:
    """Return the embedded England, then the one of LSOAs."""
    return request.getfixturevalue(request.param)


def test_the_four_moves_of_july_2022(either: fp.Atlas) -> None:
    change = fp.compare(either, "stp21", "icb22")
    moves = change.moves.set_index(["old", "new"])["people"]
    assert moves.to_dict() == JULY_2022
    words = change.changes.loc["old", "happened"]
    redrawn_ones = words.index[words.str.contains("redrawn")]
    assert set(redrawn_ones) == {old for old, _ in JULY_2022} | KEPT_IN_JULY_2022.keys()
    old = change.changes.loc["old"]
    assert (~old["same_code"]).sum() == 8
    assert set(old.index[~old["same_code"]]) == set(redrawn_ones)
    assert words[redrawn_ones].str.contains("recoded").all()
    assert old.loc[list(KEPT_IN_JULY_2022), "counterpart"].to_dict() == KEPT_IN_JULY_2022
    assert not change.changes["happened"].str.contains("abolished|created").any()
    units = change.moves["units"].sum()
    told = f"347,235 people in {units} units were transferred, in four flows: 178,281"
    assert told in repr(change)


def test_twelve_boards_were_abolished_in_april_2026_and_six_made(either: fp.Atlas) -> None:
    change = fp.compare(either, "icb22", "icb26")
    assert change.changes.loc["old", "happened"].str.contains("abolished").sum() == 12
    assert change.changes.loc["new", "happened"].str.contains("created").sum() == 6
    frimley = change.flows[change.flows["old"] == "E54000034"]
    assert sorted(frimley["people"], reverse=True) == [425_015, 167_593, 154_131]
    assert happened(change)["E54000034"] == "merged, split and abolished"
    assert happened(change)["E54000042"] == "redrawn and recoded"


def test_one_system_was_renamed_in_2021_and_nothing_else(either: fp.Atlas) -> None:
    old = fp.compare(either, "stp20", "stp21").changes.loc["old"]
    words = old["happened"]
    assert words[words != "unchanged"].to_dict() == {"E54000053": "renamed"}
    assert old["same_area"].all()
    assert old["same_code"].all()


def test_cumbria_was_split_in_two(england: fp.Atlas) -> None:
    change = fp.compare(england, "ctyua21", "ctyua23")
    assert happened(change)["E10000006"] == "split and abolished"
    new = happened(change, "new")
    assert (new["E06000063"], new["E06000064"]) == ("created", "split and created")


# The five classes


def test_people_stay_with_the_one_successor_of_their_footprint() -> None:
    change = redrawn(dict(zip("abcd", "AABB", strict=True)), dict(zip("abcd", "AAAB", strict=True)))
    assert kinds(change) == {"A>A": "stayed", "B>A": "transferred", "B>B": "stayed"}
    assert change.people.to_dict() == {
        "stayed": 11, "merged": 0, "split": 0, "transferred": 4, "unassigned": 0,
    }  # fmt: skip
    assert happened(change) == {"A": "redrawn", "B": "redrawn"}


def test_a_successor_of_several_merges_them() -> None:
    change = redrawn(dict(zip("abc", "ABC", strict=True)), dict(zip("abc", "BBC", strict=True)))
    assert kinds(change) == {"A>B": "merged", "B>B": "merged", "C>C": "stayed"}
    assert happened(change) == {"A": "merged and abolished", "B": "merged", "C": "unchanged"}
    assert happened(change, "new") == {"B": "merged", "C": "unchanged"}


def test_who_leaves_into_a_footprint_of_their_own_is_split_off() -> None:
    change = redrawn(dict(zip("abc", "AAB", strict=True)), dict(zip("abc", "XAB", strict=True)))
    assert kinds(change) == {"A>X": "split", "A>A": "stayed", "B>B": "stayed"}
    assert happened(change) == {"A": "redrawn and split", "B": "unchanged"}
    assert happened(change, "new") == {
        "X": "split and created",
        "A": "redrawn",
        "B": "unchanged",
    }


def test_a_footprint_abolished_into_nothing_is_unassigned() -> None:
    change = redrawn({"a": "A", "b": "B"}, {"a": None, "b": "B"})
    assert change.people["unassigned"] == 1
    assert change.flows.loc[change.flows["old"] == "A", "new"].isna().all()
    assert happened(change)["A"] == "abolished"
    assert change.successors["successor"].isna().to_dict() == {"A": True, "B": False}
    lost = change.lookup[change.lookup["old"] == "A"]
    assert lost["new"].isna().all()
    assert lost["weight"].tolist() == [1.0]


def test_a_footprint_created_from_nothing_is_unassigned() -> None:
    change = redrawn({"a": None, "b": "B"}, {"a": "A", "b": "B"})
    assert change.people["unassigned"] == 1
    assert happened(change, "new") == {"A": "created", "B": "unchanged"}
    assert change.lookup["old"].tolist() == ["B"]
    assert pd.isna(change.changes.loc[("new", "A"), "counterpart"])


def test_a_part_that_falls_out_is_weighed_in_the_lookup() -> None:
    change = redrawn({"a": "A", "b": "A"}, {"a": None, "b": "A"}, people=[1, 3])
    assert dict(zip(change.lookup["new"].fillna("-"), change.lookup["weight"], strict=True)) == {
        "A": 0.75, "-": 0.25,
    }  # fmt: skip


def test_a_tie_goes_by_area_then_by_code_and_is_reported() -> None:
    old = dict(zip("abc", "AAA", strict=True))
    for new, people, successor in (
        ("XYY", [4, 2, 2], "Y"),
        ("XYY", [5, 2, 2], "X"),
        ("YXA", [2, 2, 2], "A"),
        ("YXZ", [2, 2, 2], "X"),
    ):
        change = redrawn(old, dict(zip("abc", new, strict=True)), people=people)
        assert change.successors.loc["A", "successor"] == successor
        tied = set(change.successors.loc["A", "tied"].split("; ")) - {""}
        assert tied == (set(new) - {successor} if people[0] < 5 else set())
    assert "As many of A go to X as to Y, Z: X is taken for its successor" in repr(change)


def test_codes_that_were_exchanged_are_recoded_and_named() -> None:
    old, new = (dict(zip("abcd", codes, strict=True)) for codes in ("AABB", "BBAA"))
    change = redrawn(old, new)
    assert change.people["stayed"] == 15
    assert happened(change) == {"A": "recoded and renamed", "B": "recoded and renamed"}
    assert change.changes["code_reused"].all()
    assert "The same code, another footprint than before: B, A." in repr(change)
    turn = dict(zip("abcd", "BCAD", strict=True))
    found = redrawn(dict(zip("abcd", "ABCD", strict=True)), turn)
    assert found.successors["successor"].to_dict() == {"A": "B", "B": "C", "C": "A", "D": "D"}


def test_a_footprint_in_which_nobody_lives_goes_by_area() -> None:
    old, new = (dict(zip("abcd", codes, strict=True)) for codes in ("AAAB", "XYYB"))
    change = redrawn(old, new, people=[0, 0, 0, 5])
    assert change.successors.loc["A", "successor"] == "Y"
    assert change.lookup.set_index("new").loc["X", "weight"] == pytest.approx(1 / 3)
    assert change.people.sum() == 5


def test_an_empty_slice_is_no_successor_of_people_who_fell_out() -> None:
    change = redrawn({"a": "A", "b": "A"}, {"a": None, "b": "B"}, people=[5, 0])
    assert pd.isna(change.successors.loc["A", "successor"])
    assert change.people["unassigned"] == 5


def test_reversed_the_same_people_flow_the_other_way(england: fp.Atlas) -> None:
    there, back = (
        fp.compare(england, *pair).flows for pair in (("icb22", "icb26"), ("icb26", "icb22"))
    )
    turned = back.rename(columns={"old": "new", "new": "old"})[there.columns]
    by = ["old", "new"]
    pd.testing.assert_series_equal(
        there.set_index(by)["people"].sort_index(), turned.set_index(by)["people"].sort_index()
    )


def test_names_are_compared_as_people_say_them() -> None:
    atlas = make_atlas(
        [1, 2],
        stp21=layer_of({"a": "A", "b": "B"}, "system", A="Vale", B="Hill & Dale"),
        icb22=layer_of(
            {"a": "A", "b": "B"}, "system", A="NHS Vale Integrated Care Board", B="Moor"
        ),
    )
    change = fp.compare(atlas, "stp21", "icb22")
    assert change.changes.loc["old", "same_name"].to_dict() == {"A": True, "B": False}
    assert happened(change) == {"A": "unchanged", "B": "renamed"}


# Link tables


def linked(old: list[tuple[str, str, int]], new: list[tuple[str, str, int]]) -> fp.Atlas:
    """Make an atlas of two services that share units."""
    layers = {}
    for key, rows in (("amb21", old), ("amb22", new)):
        table = pd.DataFrame(rows, columns=["unit", "code", "people"]).set_index("unit")
        names = pd.DataFrame({"name": table["code"].unique()}, index=table["code"].unique())
        layers[key] = fp.Layer(table=names, members={"squares": table}, level="service")
    return make_atlas([10, 10], **layers)


BOTH = [("a", "P", 10), ("a", "Q", 10), ("b", "Q", 4)]


def test_a_service_that_overlaps_itself_and_did_not_change_is_unchanged() -> None:
    change = fp.compare(linked(BOTH, BOTH[::-1]), "amb21", "amb22")
    assert change.people.to_dict()["stayed"] == 24
    assert set(change.changes["happened"]) == {"unchanged"}
    assert change.attrs["method"] == "members"


def test_a_service_that_overlaps_itself_moves_as_few_as_possible_where_that_is_asked() -> None:
    atlas = linked(BOTH, [("a", "P", 10), ("a", "R", 10), ("b", "Q", 6)])
    with pytest.raises(OverlapError, match="'amb21' and 'amb22' both share .*say estimate=True"):
        fp.compare(atlas, "amb21", "amb22")
    change = fp.compare(atlas, "amb21", "amb22", estimate=True)
    flows = change.flows.fillna({"old": "-", "new": "-"}).set_index(["old", "new"])["people"]
    assert flows.to_dict() == {("P", "P"): 10, ("Q", "Q"): 4, ("Q", "R"): 10, ("-", "Q"): 2}
    assert change.attrs["method"] == "members, estimated"


def test_whole_units_meet_a_link_table_in_its_people() -> None:
    atlas = linked(BOTH, BOTH)
    layers = {"cal21": layer_of({"a": "X", "b": "Y"}, "service")}
    whole = fp.Atlas(
        title="Both",
        units={"squares": residents(squares(residents=[10, 10]))},
        layers={"amb21": link_layer(atlas), **layers},
    )
    change = fp.compare(whole, "amb21", "cal21")
    assert change.people.sum() == 24
    assert change.lookup.groupby("old")["weight"].sum().to_dict() == {"P": 1.0, "Q": 1.0}


def link_layer(atlas: fp.Atlas) -> fp.Layer:
    rows = atlas.membership.query("layer == 'amb21'").set_index("unit")[["code", "people"]]
    return fp.Layer(
        table=pd.DataFrame(atlas.layers["amb21"][["name"]]),
        members={"squares": rows},
        level="service",
    )


# A focus


def test_a_focus_keeps_what_concerns_its_old_footprints_whole(england: fp.Atlas) -> None:
    change = fp.compare(england.focus("icb22:Frimley"), "icb22", "icb26")
    assert change.people.sum() == 746_739
    assert (change.people["merged"], change.people["transferred"]) == (425_015, 321_724)
    assert set(change.lookup["old"]) == {"E54000034"}
    assert change.changes.loc["new"].index.tolist() == ["E54000067", "E54000069", "E54000070"]
    assert change.changes.loc[("new", "E54000070"), "people"] == 2_148_462
    assert (change.attrs["focus"], change.attrs["focus_name"]) == (
        "E54000034", "NHS Frimley Integrated Care Board",
    )  # fmt: skip
    assert "in NHS Frimley Integrated Care Board: 1 old footprint, 3 new ones." in repr(change)


# Two atlases


def test_two_atlases_with_the_same_units_meet_by_lists() -> None:
    old = make_atlas([3, 2, 4], icb22=layer_of({"a": "A", "b": "A", "c": "B"}, "system"))
    table = squares(residents=[3, 2, 4]).iloc[::-1]
    new = fp.Atlas(
        title="New",
        units={"others": residents(table)},
        layers={
            "icb26": replace(
                layer_of({"a": "A", "b": "B", "c": "B"}, "system"),
                members={"others": pd.Series({"c": "B", "a": "A", "b": "B"})},
            )
        },
    )
    change = fp.compare(old, new, layer=("icb22", "icb26"))
    assert change.people["transferred"] == 2
    assert change.attrs["bridge"] == "the same units and people"
    assert (change.attrs["old_layer"], change.attrs["new_layer"]) == ("icb22", "icb26")


def test_the_people_of_the_old_atlas_count_and_the_difference_is_said() -> None:
    listed = {"a": "A", "b": "B"}
    old, new = (make_atlas(people, icb22=layer_of(listed, "system")) for people in ([1, 2], [5, 9]))
    change = fp.compare(old, new, layer="icb22")
    assert change.people["stayed"] == 3
    assert "people are those of the old atlas, and the new one has 14" in change.attrs["bridge"]


def test_two_atlases_with_other_units_meet_by_points_in_lines() -> None:
    listed = layer_of(dict(zip("abcd", "AABB", strict=True)), "system")
    old = make_atlas([3, 2, 4, 8], icb22=listed)
    halves = gpd.GeoDataFrame(
        {"residents": [7, 8]},
        index=["west", "east"],
        geometry=[shapely.box(400_000, 0, 401_000, 1000), shapely.box(401_000, 0, 404_000, 1000)],
        crs=27700,
    )
    halves.attrs["resolution"] = "BFC"
    new = fp.Atlas(
        title="New",
        units={"halves": residents(halves)},
        layers={
            "icb22": replace(
                layer_of({"a": "A", "b": "B"}, "system"),
                members={"halves": pd.Series({"west": "A", "east": "B"})},
            )
        },
    )
    change = fp.compare(old, new, layer="icb22")
    assert change.people.to_dict()["transferred"] == 2
    assert change.attrs["method"] == "points"
    assert change.attrs["bridge"] == "units of the old atlas placed in the lines of the other"
    assert change.moves[["cause", "depth_m"]].to_numpy().tolist() == [["real", 500]]
    rough = fp.compare(old, new, layer="icb22", tolerance=fp.Tolerance(metres=500))
    assert set(rough.moves["cause"]) == {"undecidable"}


def test_the_moves_of_2022_are_found_from_the_embedded_units_in_lines_of_lsoas(
    england: fp.Atlas, lsoas: gpd.GeoDataFrame
) -> None:
    units = lsoas[["residents", "geometry"]]
    units.attrs["resolution"] = "BSC"
    codes = lsoas["ICB22CD"].astype("str")
    names = lsoas.groupby(codes)["ICB22NM"].first().rename("name").to_frame()
    new = fp.Atlas(
        title="LSOAs",
        units={"lsoa11": residents(units)},
        layers={"icb22": fp.Layer(table=names, members={"lsoa11": codes}, level="system")},
    )
    change = fp.compare(england, new, layer=("stp21", "icb22"))
    moves = change.moves.set_index(["old", "new"])
    assert moves["people"].to_dict() == JULY_2022
    assert set(moves["cause"]) == {"real"}
    at_sea = change.flows[change.flows["new"].isna()]
    assert (change.people["unassigned"], change.people.sum()) == (268_203, ENGLAND)
    assert set(at_sea["cause"]) == {"undecidable"}


def test_two_atlases_that_cannot_meet_are_refused_with_the_remedy() -> None:
    def bare(units: str) -> fp.Atlas:
        table = pd.DataFrame({"residents": [1, 2]}, index=[f"{units}1", f"{units}2"])
        layer = replace(
            layer_of({"a": "A", "b": "A"}, "system"),
            members={units: pd.Series("A", index=table.index)},
        )
        return fp.Atlas(title=units, units={units: residents_of(table)}, layers={"icb22": layer})

    with pytest.raises(OverlapError, match=r"'lsoa11'.*'lsoa21'.*old.convert_units\("):
        fp.compare(bare("lsoa11"), bare("lsoa21"), layer="icb22")


# Boundary files


def lines(
    edges: list[float], codes: str = "AB", resolution: str = "", west: float = 400_000
) -> gpd.GeoDataFrame:
    """Draw footprints side by side, edges in metres from 400,000 east."""
    ends = [west, *(400_000 + edge for edge in edges)]
    shapes = [shapely.box(a, 0, b, 10_000) for a, b in pairwise(ends)]
    frame = gpd.GeoDataFrame({"name": list(codes)}, index=list(codes), geometry=shapes, crs=27700)
    frame.attrs = {"resolution": resolution} if resolution else {}
    return frame


CAUSES = {
    0.0005: "float noise",
    400: "drawing",
    900: "undecidable",
    1100: "real",
}


@pytest.mark.parametrize("shift", CAUSES)
def test_the_cause_of_a_flow_goes_by_its_depth(shift: float) -> None:
    old, new = lines([10_000, 20_000], resolution="BUC"), lines([10_000 + shift, 20_000])
    new.attrs["resolution"] = "BUC"
    change = fp.compare(old, new)
    flow = change.flows.set_index(["old", "new"]).loc[("B", "A")]
    noise = CAUSES[shift] in ("float noise", "drawing")
    assert (flow["cause"], flow["kind"]) == (CAUSES[shift], "stayed" if noise else "transferred")
    assert flow["depth_m"] == pytest.approx(shift, rel=1e-4)
    assert happened(change) == dict.fromkeys("AB", "unchanged" if noise else "redrawn")
    assert change.lookup.groupby("old").size().to_dict() == {"A": 1, "B": 1 if noise else 2}
    assert change.attrs["measure"] == change.people.name == "area_m2"
    assert "area takes the place of people" in repr(change)
    assert change.people.sum() == pytest.approx(2e8)


def test_without_a_known_resolution_nothing_is_taken_for_drawing() -> None:
    change = fp.compare(lines([10_000, 20_000]), lines([10_001, 20_000]))
    assert change.moves["cause"].tolist() == ["undecidable"]
    assert change.attrs["drawing"] == "resolution not known"
    told = fp.compare(
        lines([10_000, 20_000]), lines([10_001, 20_000]), tolerance=fp.Tolerance(metres=0.1)
    )
    assert told.moves["cause"].tolist() == ["real"]


def test_a_coast_that_was_drawn_otherwise_moves_nobody() -> None:
    old, new = (lines([10_000, 20_000], resolution="BUC", west=west) for west in (400_000, 400_300))
    change = fp.compare(old, new)
    coast = change.flows[change.flows["new"].isna()]
    assert coast["cause"].tolist() == ["coastline"]
    assert change.people["unassigned"] == 0
    assert set(change.changes["happened"]) == {"unchanged"}


def test_what_lies_far_off_the_coast_cannot_be_told_from_sea_without_units() -> None:
    old, new = (lines([10_000, 20_000], resolution="BUC", west=w) for w in (397_000, 400_000))
    change = fp.compare(old, new)
    coast = change.flows[change.flows["new"].isna()]
    assert coast[["cause", "kind"]].astype("str").to_numpy().tolist() == [
        ["undecidable", "unassigned"]
    ]
    units = squares(residents=[1, 2, 4])
    units = units.set_geometry(units.geometry.translate(-2500))
    told = fp.compare(old, new, units=units, population="residents")
    lost = told.flows[told.flows["new"].isna() & (told.flows["people"] > 0)]
    assert lost[["cause", "people"]].to_numpy().tolist() == [["real", 3]]


def test_the_coast_of_ground_that_moved_is_coast() -> None:
    old = overlapping({"A": (0, 20_000), "C": (20_000, 30_000)})
    new = overlapping({"W": (300, 6000), "A": (6000, 20_000), "C": (20_000, 30_000)})
    for frame in (old, new):
        frame.attrs["resolution"] = "BUC"
    coast = fp.compare(old, new).flows.query("new.isna()")
    assert coast[["old", "cause", "depth_m"]].to_numpy().tolist() == [["A", "coastline", 300]]


def test_units_tell_how_many_people_moved_between_two_files() -> None:
    old, new = lines([3000, 6000], resolution="BUC"), lines([5000, 6000], resolution="BUC")
    units = squares(residents=[1, 2, 4, 8, 16, 32])
    change = fp.compare(old, new, units=units, population="residents")
    assert change.people["transferred"] == 8 + 16
    assert change.moves["cause"].tolist() == ["real"]
    near = fp.compare(
        old, lines([3600, 6000], resolution="BUC"), units=units, population="residents"
    )
    assert near.moves[["cause", "people"]].to_numpy().tolist() == [["undecidable", 8]]


def test_a_file_against_itself_is_unchanged() -> None:
    frame = lines([1000, 2500, 7000], codes="ABC")
    change = fp.compare(frame, frame)
    assert set(change.changes["happened"]) == {"unchanged"}
    assert change.moves.empty


def overlapping(edges: dict[str, tuple[float, float]]) -> gpd.GeoDataFrame:
    """Draw footprints that may overlap each other, from west to east."""
    shapes = [shapely.box(400_000 + a, 0, 400_000 + b, 1000) for a, b in edges.values()]
    frame = gpd.GeoDataFrame(index=list(edges), geometry=shapes, crs=27700)
    frame.attrs["resolution"] = "BFC"
    return frame


def test_ground_in_two_footprints_at_once_has_not_moved_if_it_is_in_both_still() -> None:
    old = overlapping({"A": (0, 6000), "B": (4000, 10_000)})
    same = fp.compare(old, old)
    assert set(same.changes["happened"]) == {"unchanged"}
    assert same.moves.empty
    change = fp.compare(old, overlapping({"A": (0, 3000), "B": (3000, 10_000)}))
    assert kinds(change) == {"A>A": "stayed", "A>B": "transferred", "B>B": "stayed"}
    assert change.moves["area_m2"].tolist() == [pytest.approx(1e6)]
    assert change.attrs["overlapping"] == "old"


def test_units_in_two_footprints_at_once_are_said_not_to_be_counted() -> None:
    frame = overlapping({"A": (0, 3000), "B": (2000, 6000)})
    units = squares(residents=[1, 2, 4, 8, 16, 32])
    change = fp.compare(frame, frame, units=units, population="residents")
    assert change.people.sum() == 1 + 2 + 8 + 16 + 32
    assert "In several old footprints at once, and so counted in none: 1 unit, 4 people." in repr(
        change
    )


@pytest.mark.parametrize("file", ["V3", "E63_first_release"])
def test_the_published_lines_give_the_four_moves_and_noise(shared: Path, file: str) -> None:
    folder = shared / "data" / "published"
    names = [
        "Sustainability_and_Transformation_Partnerships_April_2021_EN_BUC_V2_2022.json",
        f"ICB_JUL_2022_EN_BUC_{file}.json",
    ]
    frames = [as_read(folder / name) for name in names]
    change = fp.compare(*frames)
    moved = change.flows["cause"].isin(["real", "undecidable"])
    ends = change.flows.loc[moved, ["old", "new"]].itertuples(index=False, name=None)
    assert set(ends) == {
        (old, FIRST_CODES[new] if "E63" in file else new) for old, new in JULY_2022
    }
    assert len(change.moves) == moved.sum() == 4
    assert change.flows.loc[~moved & change.flows["cause"].notna(), "kind"].eq("stayed").all()
    old = change.changes.loc["old"]
    assert (~old["same_area"]).sum() == 8
    assert old["happened"].str.contains("redrawn").sum() == 8


def as_read(file: Path) -> gpd.GeoDataFrame:
    """Read a published file; what is mended in it is not the matter here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fp.FootprintsWarning)
        return fp.read_layer(file, crs=4326, repair=True)


# How it is asked, and told


def test_what_cannot_be_compared_is_refused_with_what_can(row: fp.Atlas) -> None:
    for wrong in ((row, "stp21"), (row, row), (row, lines([1000], codes="A"))):
        with pytest.raises(FootprintsError, match=r"compare\(atlas, 'stp21', 'icb22'\)"):
            fp.compare(*wrong)
    with pytest.raises(UnknownNameError, match="no layer 'stp99'"):
        fp.compare(row, "stp99", "icb22")
    with pytest.raises(FootprintsError, match="an atlas has its own|own tables of units"):
        fp.compare(row, "stp21", "icb22", units=squares(residents=[1]))
    with pytest.raises(FootprintsError, match="forgives no people"):
        fp.compare(row, "stp21", "icb22", tolerance=fp.Tolerance(people=5))
    with pytest.raises(FootprintsError, match="no tables of units, so 'lsoa'"):
        fp.compare(lines([1000], codes="A"), lines([1000], codes="A"), units="lsoa")


def test_a_change_says_whose_people_it_counts(row: fp.Atlas) -> None:
    change = fp.compare(row, "stp21", "icb22")
    for table in (change.people, change.flows, change.changes, change.lookup, change.successors):
        assert table.attrs["population"] == "residents"
        assert table.attrs["date"] == "2020-06-30"
    assert change.lookup[["population", "date"]].drop_duplicates().to_numpy().tolist() == [
        ["residents", "2020-06-30"]
    ]
    assert "21 people (residents, a survey, 2020-06-30), by members of squares." in repr(change)


def test_hostile_names_are_text() -> None:
    name = "<img src=x onerror=alert(1)>\x1b[31m"
    atlas = make_atlas(
        [1, 2, 5],
        stp21=layer_of({"a": "A", "b": "B", "c": "B"}, "system", B=name),
        icb22=layer_of({"a": "A", "b": "A", "c": "B"}, "system", A=name),
    )
    change = fp.compare(atlas, "stp21", "icb22")
    assert "<img" not in change._repr_html_()
    assert "&lt;img" in change._repr_html_()
    assert "\x1b" not in repr(change)


def test_a_footprint_that_parts_unevenly_is_not_said_to_go_in_equal_parts() -> None:
    change = redrawn({"a": "A", "b": "A", "c": "A"}, {"a": "X", "b": "Y", "c": "Z"}, [4, 4, 1])
    assert "As many of A go to X as to Y: X is taken for its successor" in repr(change)
    assert "equal parts" not in repr(change)


def test_one_layer_that_was_redrawn_is_told_before_and_after(row: fp.Atlas) -> None:
    merged = row.merge("stp21", row.layers["stp21"].index[:2], into="M")
    told = repr(fp.compare(row, merged, layer="stp21")).split("\n")[0]
    assert told.startswith("stp21, before and after: ")


def test_pieces_of_footprints_whose_codes_run_together_are_told_apart() -> None:
    old, new = (
        gpd.GeoDataFrame(
            {"name": codes},
            index=pd.Index(codes, name="code", dtype="str"),
            geometry=squares(people=[1, 2]).geometry.array,
            crs="EPSG:27700",
        )
        for codes in (["A", "A B"], ["B C", "C"])
    )
    old.attrs["key"], new.attrs["key"] = "old", "new"
    atlas = atlas_of_pieces(old, new, fp.compare(old, new))
    assert len(atlas.units["pieces"]) == 2
    assert len(atlas.layers["old"]) == 2


def test_flows_of_few_people_can_be_found_before_they_are_published() -> None:
    change = redrawn({"a": "A", "b": "A", "c": "B"}, {"a": "A", "b": "B", "c": "B"}, [40, 3, 50])
    found = fp.differencing(change.pairs, 5)
    few = set(
        found.loc[found["kind"] == "both", ["left", "right"]].itertuples(index=False, name=None)
    )
    assert few == {("A", "B")}
    assert set(found["shown"]) == {"<5"}


def test_the_inputs_are_not_changed(row: fp.Atlas) -> None:
    change = fp.compare(row, "stp21", "icb22")
    pairs = row.overlap("stp21", "icb22")
    pd.testing.assert_frame_equal(change.pairs, pairs)
    assert np.array_equal(change.flows["people"], pairs["people"])
