"""Redraws and services on a map: what moved, whose services cut whom, and who is tied to whom."""

from __future__ import annotations

import folium
import networkx as nx
import pandas as pd
import pytest
import shapely
from test_maps import data_of, outlines_of

import footprints as fp
from footprints.geometry import to_degrees


@pytest.fixture
def change(row: fp.Atlas) -> fp.Change:
    """Tell what changed in the row: the third square moved from S2 to S1."""
    return fp.compare(row, "stp21", "icb22")


@pytest.fixture
def graph() -> nx.Graph:
    """Tie the systems of the row to two services, of which one is shared."""
    graph = nx.Graph(systems="icb22", services="amb22")
    for code, name in (("A", "West Ambulance"), ("B", "East Ambulance")):
        graph.add_node(("amb22", code), name=name)
    ties = [
        ("S1", "A", 3, 0.5, "official"),
        ("S1", "B", 3, 0.5, "uncertain"),
        ("S2", "B", 15, 1.0, "official"),
    ]
    for system, service, people, share, evidence in ties:
        graph.add_edge(
            ("icb22", system),
            ("amb22", service),
            people=people,
            share_of_system=share,
            evidence=evidence,
        )
    return graph


@pytest.fixture
def served(row: fp.Atlas) -> fp.Atlas:
    """Add ambulance services to the row."""
    _, layers = row.parts()
    units, _ = row.parts()
    members = row.membership
    given = {
        key: fp.Layer(
            table=layer.table,
            members={"squares": members[members["layer"] == key].set_index("unit")["code"]},
            level=layer.level,
        )
        for key, layer in layers.items()
    }
    codes = pd.Series(list("AABBBB"), index=list("abcdef"), dtype="str")
    names = pd.DataFrame({"name": ["West Ambulance", "East Ambulance"]}, index=["A", "B"])
    given["amb22"] = fp.Layer(table=names, members={"squares": codes}, level="service")
    return fp.Atlas(title="Row", units=units, layers=given)


def drawn(atlas: fp.Atlas, *layers: str, **options: object) -> dict:
    return data_of(fp.footprint_map(atlas, list(layers) or None, **options).get_root().render())


def test_a_redraw_is_shown_before_and_after_with_what_moved(row, change) -> None:
    data = drawn(row, change=change)
    before, after, moved = data["views"][:3]
    assert [view["group"] for view in (before, after, moved)] == ["Redraw"] * 3
    assert [view["label"] for view in (before, after, moved)] == [
        "Before: Systems stp21",
        "After: Systems icb22",
        "Moved, stp21 to icb22",
    ]
    assert all(view["shown"] for view in (before, after, moved))
    assert not [view for view in data["views"][3:] if view.get("shown")]
    assert [layer["key"] for layer in data["layers"]] == ["icb22", "stp21", "stp21 to icb22"]
    assert moved["legend"] == [[0, "1 area transferred, 3 people"]]
    assert moved["found"] == [
        [0, 0, "Sunrise → NHS Sunset Integrated Care Board: 3 people transferred."]
    ]
    assert data["layers"][2]["facts"] == {
        "People": ["3 residents, 2020-06-30"],
        "Area": ["1.0 km²"],
    }
    assert data["layers"][1]["facts"]["Redraw"] == ["redrawn", "redrawn"]


def test_what_moved_is_drawn_by_the_pieces_of_both_layers(row, change) -> None:
    data = drawn(row, change=change)
    assert len(data["topologies"]) == 1
    (shape,) = outlines_of(data, 2)
    true = to_degrees(row.units["squares"].loc[["c"], ["geometry"]]).geometry.iloc[0]
    assert shapely.area(shapely.symmetric_difference(shape, true)) < 0.001 * shapely.area(true)


def test_what_moved_between_lines_of_their_own_is_what_these_share(row, change) -> None:
    units, _ = row.parts()
    lines = {key: row.layers[key] for key in ("stp21", "icb22")}
    members = row.membership
    own = {
        key: fp.Layer(
            table=lines[key],
            members={"squares": members[members["layer"] == key].set_index("unit")["code"]},
            level="system",
            lines="official",
        )
        for key in lines
    }
    data = drawn(fp.Atlas(title="Own lines", units=units, layers=own), change=change)
    assert len(data["topologies"]) == 3
    (shape,) = outlines_of(data, 2)
    true = to_degrees(row.units["squares"].loc[["c"], ["geometry"]]).geometry.iloc[0]
    assert shapely.area(shapely.symmetric_difference(shape, true)) < 0.001 * shapely.area(true)


def test_where_nobodys_people_are_known_area_is_told(row, change) -> None:
    change.flows["people"] = pd.NA
    moved = drawn(row, change=change)["views"][2]
    assert moved["legend"] == [[0, "1 area transferred, 1.0 km²"]]
    assert moved["found"][0][2].endswith(": 1.0 km² transferred.")


def test_a_change_of_another_atlas_is_refused(england, row) -> None:
    change = fp.compare(england, "icb22", "icb26")
    with pytest.raises(fp.FootprintsError, match="this atlas, which has no icb26. Compare two"):
        fp.footprint_map(row, change=change)
    change = fp.compare(england, "stp21", "icb22")
    with pytest.raises(fp.FootprintsError, match="whose stp21 has no 'E54000007', 'E54"):
        fp.footprint_map(row, change=change)
    with pytest.raises(fp.FootprintsError, match="is of NHS Frimley .* the change is of all foot"):
        fp.footprint_map(england.focus("Frimley"), change=change)


def test_systems_that_services_cut_are_hatched_with_who_has_whom(served, graph) -> None:
    data = drawn(served, services=graph)
    cut, ties = data["views"][:2]
    assert (cut["group"], cut["label"], cut["kind"]) == (
        "Services",
        "Systems cut by ambulance services (amb22)",
        "hatch",
    )
    assert cut["shown"]
    assert cut["found"] == [
        [0, 0, "West Ambulance 50.0% (3 people); East Ambulance 50.0% (3 people), uncertain"]
    ]
    assert cut["legend"] == [[0, "1 system with several ambulance services (amb22)"]]
    assert [layer["key"] for layer in data["layers"]] == ["icb22", "amb22"]
    assert (ties["label"], ties["count"]) == ("Ties to ambulance services (amb22)", 3)


def test_ties_join_each_system_to_each_of_its_services(served, graph) -> None:
    ties = drawn(served, services=graph)["views"][1]
    inside = to_degrees(served.layers["amb22"])
    for position, start, end, width, text in ties["ties"]:
        system = to_degrees(served.layers["icb22"]).geometry.iloc[position]
        assert system.contains(shapely.Point(start[1], start[0]))
        service = "A" if "West" in text else "B"
        assert inside.geometry[service].contains(shapely.Point(end[1], end[0]))
        assert width == (6 if "100.0%" in text else 3.5)
    assert [name for _, name in ties["hubs"]] == ["West Ambulance", "East Ambulance"]


def test_services_of_another_atlas_are_refused(row, graph) -> None:
    with pytest.raises(fp.FootprintsError, match="which has no amb22. Make the graph of the same"):
        fp.footprint_map(row, services=graph)


def test_layers_that_are_named_come_first_and_those_of_a_change_are_added(served, change) -> None:
    data = drawn(served, "lad21", change=change)
    assert [layer["key"] for layer in data["layers"]][:3] == ["lad21", "icb22", "stp21"]
    assert isinstance(fp.footprint_map(served, change=change), folium.Map)


def test_the_redraw_of_2026_is_told_with_its_people(england: fp.Atlas) -> None:
    change = fp.compare(england, "icb22", "icb26")
    data = drawn(england, change=change)
    moved = data["views"][2]
    assert moved["legend"] == [[0, "4 areas transferred, 978,491 people"]]
    assert [text.split(": ")[1] for *_, text in moved["found"]] == [
        "344,553 people transferred.",
        "312,214 people transferred.",
        "167,593 people transferred.",
        "154,131 people transferred.",
    ]
    old = data["layers"][1]
    at = old["code"].index("E54000034")
    assert old["facts"]["Redraw"][at] == "merged, split and abolished"
    assert old["facts"]["Moved away"][at] == (
        "167,593 people to NHS Hampshire and Isle of Wight Integrated Care Board; "
        "154,131 people to NHS Surrey and Sussex Integrated Care Board"
    )
    thames = "NHS Thames Valley Integrated Care Board"
    assert old["facts"]["Merged"][at] == f"425,015 people to {thames}"
    new = data["layers"][0]
    assert new["facts"]["Merged"][new["name"].index(thames)] == (
        "1,723,447 people from NHS Buckinghamshire, Oxfordshire and Berkshire West Integrated Care "
        "Board; 425,015 people from NHS Frimley Integrated Care Board"
    )
    assert old["facts"]["Moved away"].count(None) == 39
    assert data["layers"][0]["facts"]["Moved here"].count(None) == 33


def test_a_redraw_of_a_focus_is_drawn(england: fp.Atlas) -> None:
    mine = england.focus("Frimley")
    data = drawn(mine, change=fp.compare(mine, "icb22", "icb26"))
    assert data["views"][2]["count"] == 2
    assert data["outline"] == [1, 0]


def test_the_ambulance_services_of_england_are_drawn(england: fp.Atlas) -> None:
    data = drawn(england, services=fp.services_graph(england, "icb22", ["amb22"]))
    cut, ties = data["views"][:2]
    assert cut["legend"] == [[0, "7 systems with several ambulance services (amb22)"]]
    systems = data["layers"][0]["code"]
    told = {systems[position]: text for position, _, text in cut["found"]}
    assert "(142,296 people)" in told["E54000042"]
    assert ties["count"] == 49
    assert len(ties["hubs"]) == 11


def test_a_focus_is_drawn_with_the_services_that_it_has(england: fp.Atlas) -> None:
    mine = england.focus("E54000042")
    data = drawn(mine, services=fp.services_graph(mine, "icb22", ["amb22"]))
    cut, ties = data["views"][:2]
    assert [data["layers"][0]["code"][position] for position, *_ in cut["found"]] == ["E54000042"]
    assert ties["count"] == 2
    names = [name for _, name in ties["hubs"]]
    assert sorted(names) == sorted(mine.layers["amb22"]["name"])
