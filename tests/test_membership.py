"""Every form of membership becomes the one table, with nobody lost on the way."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from conftest import layer_of, make_atlas, residents, squares

import footprints as fp
from footprints.errors import TableError

LISTS = fp.Population(name="registered", source="a list", as_at="2021")


def links(rows: list[tuple[str, str, object]]) -> pd.DataFrame:
    """Make a link table from unit, footprint and people."""
    frame = pd.DataFrame(rows, columns=["unit", "code", "people"])
    return frame.set_index("unit")


def named(*codes: str) -> pd.DataFrame:
    return pd.DataFrame({"name": codes}, index=list(codes))


def networks(rows: list[tuple[str, str, object]]) -> fp.Layer:
    return fp.Layer(
        table=named("N1", "N2"),
        members={"squares": links(rows)},
        level="neighbourhood",
        population=LISTS,
    )


SHARED = [("a", "N1", 3), ("a", "N2", 4), ("b", "N2", 5)]


def test_a_layer_is_made_of_the_footprints_of_another() -> None:
    place = fp.Layer(
        table=named("P1", "P2"),
        members={"lad21": pd.Series({"D1": "P1", "D2": "P2"})},
        level="place",
    )
    districts = layer_of(dict(zip("abcd", ["D1", "D1", "D2", "D3"], strict=True)), "district")
    atlas = make_atlas([1, 2, 4, 8], place=place, lad21=districts)
    assert atlas.people("place")["residents"].to_dict() == {"P1": 3, "P2": 4}
    assert atlas.unassigned("place")["residents"].to_dict() == {"d": 8}
    assert atlas.layers["place"].area.to_dict() == {"P1": 2e6, "P2": 1e6}


def test_layers_of_layers_of_layers_resolve_in_any_order() -> None:
    region = fp.Layer(table=named("R"), members={"icb22": pd.Series({"S": "R"})}, level="region")
    system = fp.Layer(
        table=named("S"), members={"lad21": pd.Series({"D1": "S", "D2": "S"})}, level="system"
    )
    districts = layer_of({"a": "D1", "b": "D2"}, "district")
    atlas = make_atlas([1, 2], nhser22=region, icb22=system, lad21=districts)
    assert atlas.people("nhser22")["residents"].to_dict() == {"R": 3}
    assert list(atlas.layers) == ["nhser22", "icb22", "lad21"]


def test_a_link_table_counts_its_own_people() -> None:
    atlas = make_atlas([10, 20, 40], pcn21=networks(SHARED))
    people = atlas.people("pcn21")
    assert people.columns.tolist() == ["registered"]
    assert people["registered"].to_dict() == {"N1": 3, "N2": 9}
    assert people["registered"].dtype == "int64"
    assert people.attrs["registered"] == "registered, a list, 2021"
    assert atlas.unassigned("pcn21")["residents"].to_dict() == {"c": 40}
    assert atlas.overview.loc["pcn21", ["people", "population", "lines"]].tolist() == [
        12,
        "registered",
        "none",
    ]


def test_a_layer_made_of_linked_footprints_adds_up_their_people() -> None:
    place = fp.Layer(
        table=named("P"),
        members={"pcn21": pd.Series({"N1": "P", "N2": "P"})},
        level="place",
        population=LISTS,
    )
    atlas = make_atlas([10, 20], pcn21=networks(SHARED), place=place)
    assert atlas.people("place")["registered"].to_dict() == {"P": 12}
    rows = atlas.membership[atlas.membership["layer"] == "place"]
    assert rows.set_index("unit")["people"].to_dict() == {"a": 7, "b": 5}


def test_a_focus_keeps_links_with_their_people() -> None:
    system = layer_of({"a": "S1", "b": "S2"}, "system")
    atlas = make_atlas([10, 20], pcn21=networks(SHARED), icb22=system)
    mine = atlas.focus("icb22:S2")
    assert mine.focused.relations["pcn21"].to_dict() == {"N2": "crosses"}
    assert mine.people("pcn21")["registered"].to_dict() == {"N2": 9}


def test_a_focus_keeps_what_a_membership_rests_on() -> None:
    layer = replace(
        layer_of({"a": "S1", "b": "S1", "c": "S2"}, "system"), evidence={"b": "uncertain"}
    )
    mine = make_atlas([1, 2, 4], icb22=layer).focus("icb22:S1")
    assert mine.membership["evidence"].tolist() == ["published", "uncertain"]


def test_a_layer_may_have_people_of_its_own() -> None:
    table = pd.DataFrame({"name": ["P"], "registered": [7]}, index=["P"])
    members = {"squares": pd.Series({"a": "P", "b": "P"})}
    layer = fp.Layer(table=table, members=members, level="place", population=LISTS)
    atlas = make_atlas([1, 2], place=layer)
    assert atlas.people("place").loc["P"].to_dict() == {"residents": 3, "registered": 7}
    assert atlas.population("place", "registered") == LISTS


def test_a_layer_may_have_lines_of_its_own() -> None:
    shape = squares(residents=[0, 0, 0]).union_all()
    table = named("P")
    frame = squares(name=["P"]).set_axis(["P"]).set_geometry([shape])
    layer = fp.Layer(
        table=frame, members={"squares": pd.Series({"a": "P"})}, level="place", lines="official"
    )
    atlas = make_atlas([1], place=layer)
    assert atlas.layers["place"].geometry["P"].equals(shape)
    assert atlas.overview.loc["place", "lines"] == "official"
    assert list(table.columns) == ["name"]


def test_a_layer_of_linked_and_whole_units_keeps_both() -> None:
    counts = fp.Population(name="registered", source="a list", as_at="2021")
    practices = fp.UnitTable(
        table=pd.DataFrame({"registered": [300]}, index=["x"]), populations=(counts,)
    )
    plain = networks(SHARED)
    linked = fp.Layer(
        table=plain.table,
        members={**plain.members, "practices": pd.Series({"x": "N2"})},
        level="neighbourhood",
        population=fp.Population(name="patients", source="a list", as_at="2021"),
    )
    place = fp.Layer(
        table=named("P"), members={"pcn21": pd.Series({"N1": "P", "N2": "P"})}, level="place"
    )
    with pytest.raises(TableError, match="no units of 'practices' in the layer 'pcn21' for: 'N1'"):
        fp.Atlas(
            title="Mixed",
            units={
                "squares": residents(squares(residents=[10, 20])),
                "practices": practices,
            },
            layers={"pcn21": linked, "place": place},
        )
    both = {**plain.members, "practices": pd.Series({"x": "N2", "y": "N1"})}
    practices = fp.UnitTable(
        table=pd.DataFrame({"registered": [300, 7]}, index=["x", "y"]), populations=(counts,)
    )
    atlas = fp.Atlas(
        title="Mixed",
        units={"squares": residents(squares(residents=[10, 20])), "practices": practices},
        layers={
            "pcn21": fp.Layer(
                table=plain.table, members=both, level="n", population=linked.population
            ),
            "place": fp.Layer(
                table=named("P"), members=place.members, level="p", population=linked.population
            ),
        },
    )
    assert atlas.people("place").loc["P"].to_dict() == {"patients": 12, "registered": 307}


def test_what_a_layer_is_made_of_says_how_sure_it_is() -> None:
    districts = layer_of({"a": "D1", "b": "D2"}, "district")
    unsure = fp.Layer(
        table=districts.table,
        members=districts.members,
        level="district",
        evidence={"b": "uncertain"},
    )
    place = fp.Layer(
        table=named("P"), members={"lad21": pd.Series({"D1": "P", "D2": "P"})}, level="place"
    )
    rows = make_atlas([1, 2], lad21=unsure, place=place).membership
    rows = rows[rows["layer"] == "place"].set_index("unit")["evidence"]
    assert rows.to_dict() == {"a": "published", "b": "uncertain"}


FAULTS = {
    "a unit by way of two layers": (
        lambda: make_atlas(
            [1, 2],
            lad21=layer_of({"a": "D1", "b": "D2"}, "district"),
            icb22=layer_of({"a": "S", "b": None}, "system"),
            place=fp.Layer(
                table=named("P"),
                members={
                    "lad21": pd.Series({"D1": "P", "D2": "P"}),
                    "icb22": pd.Series({"S": "P"}),
                },
                level="place",
            ),
        ),
        "holds units twice in the layer 'place', by its several lists: 'a'",
    ),
    "a unit whole and in part": (
        lambda: make_atlas(
            [10, 20],
            pcn21=networks(SHARED),
            place=fp.Layer(
                table=named("P"),
                members={
                    "pcn21": pd.Series({"N1": "P", "N2": "P"}),
                    "squares": pd.Series({"a": "P"}),
                },
                level="place",
                population=LISTS,
            ),
        ),
        "some units whole and some with people in the layer 'place', .*: 'squares'",
    ),
    "layers made of one another": (
        lambda: make_atlas(
            [1],
            place=fp.Layer(table=named("P"), members={"icb22": pd.Series({"S": "P"})}, level="p"),
            icb22=fp.Layer(table=named("S"), members={"place": pd.Series({"P": "S"})}, level="s"),
        ),
        "layers that are made of one another: '(place|icb22)'",
    ),
    "a footprint that the other layer lacks": (
        lambda: make_atlas(
            [1],
            lad21=layer_of({"a": "D1"}, "district"),
            place=fp.Layer(
                table=named("P"), members={"lad21": pd.Series({"D1": "P", "D9": "P"})}, level="p"
            ),
        ),
        "footprints in the layer 'place' that the layer 'lad21' lacks: 'D9'",
    ),
    "a footprint of the other layer twice": (
        lambda: make_atlas(
            [1],
            lad21=layer_of({"a": "D1"}, "district"),
            place=fp.Layer(
                table=named("P"), members={"lad21": pd.Series("P", index=["D1", "D1"])}, level="p"
            ),
        ),
        "footprints of 'lad21' twice in the layer 'place': 'D1'",
    ),
    "people missing from a link": (
        lambda: make_atlas([1, 2], pcn21=networks([("a", "N1", None), ("b", "N2", -1)])),
        "people missing in the layer 'pcn21' for: 'a in N1'",
    ),
    "negative people in a link": (
        lambda: make_atlas([1, 2], pcn21=networks([("a", "N1", 1), ("b", "N2", -1)])),
        "people below zero in the layer 'pcn21' for: 'b in N2 .-1.'",
    ),
    "a pair linked twice": (
        lambda: make_atlas([1, 2], pcn21=networks([*SHARED, ("a", "N1", 1)])),
        "units twice in the layer 'pcn21': 'a'",
    ),
    "one name for units and a layer": (
        lambda: make_atlas([1], squares=layer_of({"a": "P"}, "place")),
        "a layer and a table of units both called: 'squares'",
    ),
    "no members at all": (
        lambda: make_atlas([1], place=fp.Layer(table=named("P"), members={}, level="place")),
        "no members in the layer 'place'",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_with_a_list_is_named(fault: str) -> None:
    make, message = FAULTS[fault]
    with pytest.raises(TableError, match=message):
        make()
