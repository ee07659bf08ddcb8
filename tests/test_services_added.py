"""Services of your own, places and redraws: what is asked of a graph beyond the systems of today."""

from __future__ import annotations

import warnings

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
from conftest import layer_of, make_atlas, squares
from shapely import box

import footprints as fp
from footprints.errors import OverlapError, TableError, UnknownNameError

TOTAL = 56_550_138


def graph_of(atlas: fp.Atlas, systems: str, *services: str) -> nx.Graph:
    """Return a graph without its warning of mixed vintages, which has a test of its own."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is of 20", fp.FootprintsWarning)
        return fp.services_graph(atlas, systems, services)


@pytest.fixture
def valley() -> fp.Atlas:
    """Draw three systems of two squares, with 3, 7 and 11 people."""
    systems = dict(zip("abcdef", ["S1", "S1", "S2", "S2", "S3", "S3"], strict=True))
    layer = layer_of(systems, "system", S1="North", S2="Middle", S3="South")
    return make_atlas([1, 2, 3, 4, 5, 6], icb22=layer)


def test_a_service_is_given_by_a_list_of_systems(valley) -> None:
    table = pd.DataFrame({"service": ["N", "N"], "system": ["S1", "S2"], "name": "Northern"})
    atlas = fp.with_service(valley, "burns22", table, source="a letter", as_at="2022")
    found = fp.spanning(fp.services_graph(atlas)).iloc[0]
    assert (found["service_name"], found["people"], found["relation"]) == ("Northern", 10, "union")
    assert atlas.overview.loc["burns22", "unassigned"] == 11
    assert atlas.overview.loc["burns22", "note"] == "1 system of icb22, 11 residents, in none."
    assert "burns22" not in valley.layers


def test_a_service_is_given_by_a_list_of_units_with_evidence(valley) -> None:
    table = pd.DataFrame(
        {"service": "T", "unit": ["a", "b", "c"], "evidence": ["published", None, "uncertain"]}
    )
    graph = fp.services_graph(fp.with_service(valley, "burns22", table))
    edges = fp.edge_table(graph).dropna(subset=["system", "service"])
    assert edges["people"].to_list() == [3, 3]
    assert edges["evidence"].to_list() == ["published", "uncertain"]
    assert fp.partners(graph, "S2")["cut"].to_list() == ["uncertain", "uncertain"]


def test_a_service_is_given_by_the_catchments_of_sites(valley) -> None:
    table = pd.DataFrame(
        {
            "unit": ["a", "c", "c", "e", "f"],
            "service": ["T1", "T1", "T2", "T2", "T2"],
            "people": [1, 1, 1, 5, 6],
        }
    )
    residents = fp.Population(name="residents", source="a survey", as_at="2020-06-30")
    atlas = fp.with_service(valley, "trust22", table, population=residents)
    graph = fp.services_graph(atlas, "icb22", "trust22")
    edges = fp.edge_table(graph)
    met = edges.dropna(subset=["system", "service"])
    assert met[["system", "service", "people"]].to_numpy().tolist() == [
        ["S1", "T1", 1],
        ["S2", "T1", 1],
        ["S2", "T2", 1],
        ["S3", "T2", 11],
    ]
    # Two of the first system and five of the second are in no catchment, and are counted.
    assert edges.groupby("system")["people"].sum().to_dict() == {"S1": 3, "S2": 7, "S3": 11}
    assert graph.nodes["icb22", "S2"]["outside_trust22"] == 5
    assert fp.spanning(graph)["people"].to_list() == [2, 12]
    assert met["share_of_system"].to_list() == pytest.approx([1 / 3, 1 / 7, 1 / 7, 1])


def test_catchments_without_a_population_are_one_of_their_own(valley) -> None:
    table = pd.DataFrame({"unit": ["a", "b"], "service": ["T1", "T2"], "people": [90, 10]})
    graph = fp.services_graph(fp.with_service(valley, "trust22", table))
    edges = fp.edge_table(graph)
    assert set(edges["population"].dropna()) == {"catchment"}
    assert edges.loc[edges["system"] == "S1", "share_of_system"].to_list() == [0.9, 0.1]


def test_a_system_in_no_catchment_is_told_of_and_not_left_out(valley) -> None:
    table = pd.DataFrame({"unit": ["a", "c"], "service": ["T1", "T1"], "people": [2, 3]})
    atlas = fp.with_service(valley, "trust22", table)
    graph = fp.services_graph(atlas, "icb22", "trust22")
    found = fp.partners(graph, "South").iloc[0]
    assert (found["services"], found["people"], found["cut"]) == (0, 0, "no")
    findings = fp.services_report(atlas, graph, "South").findings
    assert findings["result"].to_list() == ["in no service"]
    assert findings["message"].iloc[0] == "South (S3) deals with none of the services of trust22."
    assert int(fp.edge_table(graph)["people"].sum()) == 5


def test_the_order_of_kinds_changes_nobodys_people(valley) -> None:
    table = pd.DataFrame({"unit": ["a", "c"], "service": ["T1", "T1"], "people": [2, 3]})
    atlas = fp.with_service(valley, "trust22", table)
    whole = pd.DataFrame({"service": "A", "unit": list("abcde")})
    atlas = fp.with_service(atlas, "amb22", whole)
    for order in (["trust22", "amb22"], ["amb22", "trust22"]):
        graph = fp.services_graph(atlas, "icb22", order)
        assert graph.graph["population"] == "residents"
        assert [graph.nodes["icb22", code]["people"] for code in ("S1", "S2", "S3")] == [3, 7, 11]
        assert graph.nodes["icb22", "S3"]["outside_amb22"] == 6


def test_more_people_in_catchments_than_live_there_are_an_error(valley) -> None:
    table = pd.DataFrame({"unit": ["a", "b"], "service": "T1", "people": [1, 3]})
    residents = fp.Population(name="residents", source="a survey", as_at="2020-06-30")
    with pytest.raises(TableError, match="more people in catchments than there are residents.*'b'"):
        fp.with_service(valley, "trust22", table, population=residents)


def test_a_service_is_given_by_its_boundary(valley) -> None:
    lines = gpd.GeoDataFrame(
        {"name": ["West", "Sea"]},
        index=pd.Index(["W", "Z"], name="code"),
        geometry=[box(400_000, 0, 402_600, 1000), box(0, 0, 10, 10)],
        crs="EPSG:27700",
    )
    with pytest.warns(fp.FootprintsWarning, match="No unit's centre lies in 'Z'"):
        atlas = fp.with_service(valley, "fire22", lines)
    graph = fp.services_graph(atlas)
    found = fp.edge_table(graph).dropna(subset=["system", "service"])
    assert found["people"].to_list() == [3, 3]
    assert found["evidence"].to_list() == ["inferred", "inferred"]
    assert "In none: 3 units, 15 people." in atlas.overview.loc["fire22", "note"]


def test_boundaries_that_overlap_are_a_warning_with_who_is_in_both(valley) -> None:
    lines = gpd.GeoDataFrame(
        index=pd.Index(["W", "E"], name="code"),
        geometry=[box(400_000, 0, 403_000, 1000), box(402_000, 0, 406_000, 1000)],
        crs="EPSG:27700",
    )
    with pytest.warns(fp.FootprintsWarning, match="overlap.* several meet there: 1 unit, 3 people"):
        atlas = fp.with_service(valley, "air22", lines)
    graph = fp.services_graph(atlas)
    assert fp.spanning(graph)["people"].to_list() == [3, 15]
    assert graph.nodes["icb22", "S2"]["outside_air22"] == 3


def test_boundaries_meet_boundaries_by_area_where_that_is_asked_for() -> None:
    frame = squares(residents=[1, 2])
    lines = frame[["geometry"]].assign(name=["North", "South"])
    systems = fp.Layer(
        table=lines.set_axis(["S1", "S2"]),
        members={"squares": pd.Series(["S1", "S2"], index=["a", "b"])},
        level="system",
        lines="official",
    )
    wide = gpd.GeoDataFrame(
        {"name": ["Wide"]}, index=["W"], geometry=[box(400_000, 0, 401_500, 1000)], crs=27700
    )
    atlas = fp.with_service(make_atlas([1, 2], icb22=systems), "fire22", wide)
    edges = fp.edge_table(fp.services_graph(atlas, method="area"))
    met = edges.dropna(subset=["system", "service"])
    assert met["share_of_system"].to_list() == [1, 0.5]
    assert met["people"].isna().all()
    assert set(met["method"]) == {"area"}
    graph = fp.services_graph(atlas, method="area")
    assert fp.ties(graph)["people"].isna().all()
    again = fp.ties_changed(graph, graph)
    assert set(again["change"]) == {"kept"}
    assert again["people_before"].isna().all()
    found = fp.services_report(atlas, graph).findings.set_index("code")
    assert found.loc["S2", "message"] == (
        "South (S2) is cut by its edge: 50.0% of its area in Wide; 50.0% of its area in none."
    )
    with pytest.raises(fp.FootprintsError, match="'W' of fire22, whose people are not known"):
        fp.who_to_invite(graph, "W")


def test_boundaries_need_units_that_can_be_placed() -> None:
    atlas = make_atlas([1], icb22=layer_of({"a": "S1"}, "system"))
    units, layers = atlas.parts()
    bare = fp.UnitTable(
        table=pd.DataFrame({"residents": [1]}, index=["a"]),
        populations=units["squares"].populations,
    )
    members = {"squares": pd.Series({"a": "S1"})}
    layer = fp.Layer(table=layers["icb22"].table, members=members, level="system")
    atlas = fp.Atlas(title="Bare", units={"squares": bare}, layers={"icb22": layer})
    lines = gpd.GeoDataFrame({"name": ["W"]}, index=["W"], geometry=[box(0, 0, 1, 1)], crs=27700)
    with pytest.raises(OverlapError, match="No units of 'squares' can be placed in boundaries"):
        fp.with_service(atlas, "fire22", lines)
    with pytest.raises(TableError, match="must be in EPSG:27700, not in EPSG:4326"):
        fp.with_service(atlas, "fire22", lines.to_crs(4326))


def test_everything_wrong_with_a_table_of_services_is_named_at_once(valley) -> None:
    table = pd.DataFrame(
        {
            "service": ["A", "A", "B", None, "B", "A"],
            "system": ["S1", "S9", "S1", "S2", "S8", "S1"],
            "name": ["One", "Two", "Bee", "None", "Bee", "One"],
        }
    )
    with pytest.raises(TableError) as caught:
        fp.with_service(valley, "burns22", table)
    told = str(caught.value)
    for part in (
        "names systems that are no systems of 'icb22': 'S8', 'S9'",
        "has no service in rows: '3'",
        "names twice: 'A with S1'",
        "gives to several services the system: 'S1'",
        "gives several names to the service: 'A'",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"service": ["A"]}, "told by columns 'service' and 'system'.*the table has 'service'"),
        ({"service": ["A"], "unit": ["z"]}, "names units that are no units of 'squares': 'z'"),
        ({"service": ["A"], "unit": ["a"], "people": [-1]}, "has people below zero for: 'a in A"),
        ({"service": ["A"], "unit": ["a"], "evidence": ["sure"]}, "unknown evidence: 'sure'"),
        ({"service": [], "unit": []}, "has no rows"),
        ({"service": ["A"], "system": ["S1"], "people": [3]}, "people of whole systems: 'people'"),
        ({"service": ["A"], "unit": ["S1"]}, "'icb22' has them: .* give systems='icb22'"),
    ],
)
def test_a_table_of_services_that_cannot_be_used_is_an_error(valley, columns, message) -> None:
    with pytest.raises(TableError, match=message):
        fp.with_service(valley, "burns22", pd.DataFrame(columns))


def test_systems_are_listed_by_what_people_call_them(england) -> None:
    said = ["QHM", "NHS Kent and Medway Integrated Care Board", "Frimley", "E54000008"]
    table = pd.DataFrame({"service": "N", "system": said})
    atlas = fp.with_service(england, "burns22", table, systems="icb22")
    found = fp.partners(graph_of(atlas, "icb22", "burns22")).dropna(subset="service")
    assert set(found["system"]) == {"E54000050", "E54000032", "E54000034", "E54000008"}
    assert (found["share_of_system"] == 1).all()
    with pytest.raises(TableError, match="names twice: 'N with E54000050'"):
        fp.with_service(
            england,
            "burns22",
            pd.DataFrame({"service": "N", "system": ["QHM", "E54000050"]}),
            systems="icb22",
        )


def test_codes_of_another_vintage_are_said_to_be_there(england) -> None:
    table = pd.DataFrame({"service": "N", "system": ["E54000034", "E54000050"]})
    with pytest.raises(TableError, match="no systems of 'icb26': 'E54000034'. 'icb22' has them"):
        fp.with_service(england, "burns22", table)
    table = pd.DataFrame({"service": "N", "unit": ["E07000089", "E07000091"]})
    with pytest.raises(TableError, match="no units of 'england': 'E07000089'. 'lad23' has them"):
        fp.with_service(england, "burns22", table)
    districts = table.rename(columns={"unit": "system"})
    found = fp.with_service(england, "burns22", districts, systems="lad23")
    people = england.people("lad23")["residents"][table["unit"]].sum()
    assert found.people("burns22")["residents"].to_list() == [people]


def test_a_key_that_is_taken_is_an_error(valley) -> None:
    table = pd.DataFrame({"service": ["A"], "system": ["S1"]})
    with pytest.raises(fp.FootprintsError, match="a layer or table of units 'icb22' already"):
        fp.with_service(valley, "icb22", table)


def test_several_kinds_of_service_stand_in_one_graph(england) -> None:
    table = pd.DataFrame({"service": ["N", "N"], "system": ["E54000050", "E54000051"]})
    atlas = fp.with_service(england, "burns22", table, systems="icb22")
    edges = fp.edge_table(fp.services_graph(atlas, "icb22", ["amb22", "burns22"]))
    people = edges.groupby("service_layer")["people"].sum()
    assert people.to_dict() == {"amb22": TOTAL, "burns22": TOTAL}
    weak = edges[(edges["service"] == "N") & edges["system"].notna()]
    assert weak["people"].sum() == 4_709_155


def test_a_focused_atlas_is_given_the_service_and_focused_again(england) -> None:
    table = pd.DataFrame({"service": ["N"], "system": ["E54000034"]})
    atlas = fp.with_service(england.focus("icb22:QNQ"), "burns22", table, systems="icb22")
    assert atlas.focused.code == "E54000034"
    assert atlas.layers["burns22"].index.to_list() == ["N"]


def test_other_layers_stay_as_they_were_beside_a_new_service(england) -> None:
    table = pd.DataFrame({"service": ["N"], "system": ["E54000050"]})
    atlas = fp.with_service(england, "burns22", table, systems="icb22")
    pd.testing.assert_frame_equal(
        atlas.overview.drop(index="burns22").drop(columns="note"),
        england.overview.drop(columns="note"),
    )
    before, after = (each.membership for each in (england, atlas))
    after = after[after["layer"] != "burns22"].reset_index(drop=True)
    assert after.astype("str").equals(before.astype("str"))


def test_a_district_is_cut_by_the_services_that_are_known(england) -> None:
    with pytest.warns(fp.FootprintsWarning, match="lad21"):
        found = fp.services_of(england, "lad21", "amb22")
    cut = found[found["cut"] != "no"]
    assert cut["name"].unique().tolist() == ["High Peak", "Hart", "Vale of White Horse"]
    hart = cut[cut["name"] == "Hart"]
    assert hart[["service", "people"]].to_numpy().tolist() == [["RYD", 73_206], ["RYE", 24_402]]
    assert found["people"].sum() == TOTAL


def test_one_place_is_asked_about_by_its_name(england) -> None:
    found = fp.services_of(england, "place22:E10000007+E54000058", "ambulance")
    assert found["service"].to_list() == ["RX9", "RX7"]
    assert found["share"].sum() == pytest.approx(1)
    assert found.attrs["layer"] == "place22"
    with pytest.raises(UnknownNameError, match="'Nowhere'"):
        fp.services_of(england, "Nowhere", "ambulance")


def test_a_redraw_gains_one_tie_and_mends_one(england) -> None:
    graphs = [graph_of(england, key, "amb22") for key in ("icb22", "icb26")]
    found = fp.ties_changed(*graphs, england.overlap("icb22", "icb26"))
    changed = found[found["change"] != "kept"].set_index("change")
    assert changed["service"].to_dict() == {"gained": "RYD", "mended": "RYD"}
    assert changed["system"].to_dict() == {"gained": "E54000067", "mended": "E54000070"}
    assert changed.loc["gained", ["people_before", "people_after"]].to_list() == [0, 167_593]
    assert changed.loc["mended", ["people_before", "people_after"]].to_list() == [321_724, 0]
    assert int(found["people_before"].sum()) == int(found["people_after"].sum()) == TOTAL


def test_a_tie_is_lost_where_the_system_is_still_cut(england) -> None:
    graphs = [graph_of(england, key, "lrf19") for key in ("icb22", "icb26")]
    found = fp.ties_changed(*graphs, england.overlap("icb22", "icb26"))
    lost = found[found["change"] == "lost"]
    assert lost[["system", "service"]].to_numpy().tolist() == [
        ["E54000065", "Essex"],
        ["E54000068", "Essex"],
    ]


def test_what_a_redraw_does_to_a_focus_is_told_of_its_own_systems(england) -> None:
    focused = england.focus("icb22:E54000034")
    graphs = [graph_of(focused, systems, "amb22") for systems in ("icb22", "icb26")]
    found = fp.ties_changed(*graphs, england.overlap("icb22", "icb26"))
    own = set(focused.layers["icb26"].index)
    assert len(own) == 3
    assert set(found["system"]) == own
    assert set(found.loc[found["change"] != "kept", "change"]) == {"gained", "mended"}


def test_nothing_changes_between_a_graph_and_itself(england) -> None:
    graph = graph_of(england, "icb22", "amb22", "cal21")
    found = fp.ties_changed(graph, graph)
    assert set(found["change"]) == {"kept"}
    assert len(found) == graph.number_of_edges()


def test_a_system_that_nothing_follows_keeps_its_ties_as_lost() -> None:
    atlas = make_atlas(
        [1, 2],
        stp21=layer_of({"a": "S1", "b": "S2"}, "system"),
        icb21=layer_of({"a": "S1", "b": None}, "system"),
        amb21=layer_of({"a": "T1", "b": "T1"}, "service"),
    )
    graphs = [fp.services_graph(atlas, key, "amb21") for key in ("stp21", "icb21")]
    found = fp.ties_changed(*graphs, atlas.overlap("stp21", "icb21"))
    gone = found[found["system"].isna()]
    assert gone[["was", "service", "change"]].to_numpy().tolist() == [["S2", "T1", "lost"]]
    assert gone["people_before"].to_list() == [2]


def test_a_redraw_needs_to_know_how_the_systems_meet(england) -> None:
    before, after = (graph_of(england, key, "amb22") for key in ("icb22", "icb26"))
    with pytest.raises(fp.FootprintsError, match=r"give how these meet.*overlap\('icb22', 'icb26'"):
        fp.ties_changed(before, after)
    with pytest.raises(fp.FootprintsError, match="give how these meet"):
        fp.ties_changed(before, after, england.overlap("stp21", "icb26"))
    with pytest.raises(fp.FootprintsError, match="Only one of the graphs has 'cal21'"):
        fp.ties_changed(before, graph_of(england, "icb22", "amb22", "cal21"))
    part = england.focus("icb22:QNQ").overlap("icb22", "icb26")
    with pytest.raises(fp.FootprintsError, match="take it of the whole atlas"):
        fp.ties_changed(before, after, part)


def test_containment_shows_a_footprint_with_two_parents(england) -> None:
    graph = fp.containment_graph(england)
    several = {
        layer: sum(
            about["parents"] > 1 for _, about in graph.nodes(data=True) if about["layer"] == layer
        )
        for layer in ("pcn21", "ctyua23", "lad23", "icb26")
    }
    assert several == {"pcn21": 10, "ctyua23": 5, "lad23": 5, "icb26": 0}
    assert nx.is_directed_acyclic_graph(graph)


def test_containment_of_chosen_layers_is_that_of_the_pair_table(england) -> None:
    graph = fp.containment_graph(england, ["lad21", "icb22"])
    pairs = england.overlap("lad21", "icb22")
    assert graph.number_of_edges() == len(pairs)
    edge = graph.edges[("lad21", "E07000089"), ("icb22", "E54000034")]
    assert (edge["people"], edge["share"]) == (73_206, 0.75)
    assert sum(edge["people"] for *_, edge in graph.edges(data=True)) == TOTAL
    split = [about["parents"] for _, about in graph.nodes(data=True)].count(2)
    assert split == 12


def test_containment_of_a_focus_has_what_meets_it_and_what_that_lies_in(england) -> None:
    graph = fp.containment_graph(england.focus("icb22:QNQ"), ["lad21", "icb22", "nhser22"])
    nodes = dict(graph.nodes(data=True))
    assert all("layer" in about for about in nodes.values())
    assert nodes["icb22", "E54000034"]["in_focus"]
    assert not nodes["icb22", "E54000042"]["in_focus"]
    assert sorted(code for _, code in graph.successors(("lad21", "E07000089"))) == [
        "E54000034",
        "E54000042",
    ]


def test_containment_outside_the_ladder_is_an_error(england) -> None:
    with pytest.raises(fp.FootprintsError, match="nothing contains another: leave out 'amb22'"):
        fp.containment_graph(england, ["icb22", "amb22"])


MEMBERS = pd.DataFrame(
    [
        ["Acutes", "RX1", "acute", "P1", "Infirmary"],
        ["Acutes", "RX2", "acute", "P2", "General"],
        ["Vale", "RX1", "acute", "P1", "Infirmary"],
        ["Vale", "RX3", "community", "P1", "Cottage"],
        ["Large", "RX1", "acute", "P1", "Infirmary"],
        ["Large", "RX1", "acute", "P2", "Annexe"],
        ["Large", "RX3", "community", "P1", "Cottage"],
        ["Small", "RX3", "community", "P1", "Cottage"],
        ["Apart", "RX2", "acute", "P2", "General"],
        ["Apart", "RX3", "community", "P1", "Cottage"],
    ],
    columns=["collaborative", "organisation", "type", "place", "site"],
)


def test_vertical_and_horizontal_collaboratives_are_told_apart_by_their_members() -> None:
    found = fp.collaboratives(MEMBERS)
    assert found["form"].to_dict() == {
        "Acutes": "horizontal",
        "Vale": "vertical",
        "Large": "both",
        "Small": "neither",
        # Two types, but each in a place of its own: together in none.
        "Apart": "neither",
    }
    large = found.loc["Large", ["organisations", "types", "places", "shared_places"]]
    assert large.to_list() == [2, 2, 2, "P1"]


def test_organisations_are_nodes_with_type_and_sites() -> None:
    graph = fp.organisations_graph(MEMBERS, places="place22")
    trust = graph.nodes["organisation", "RX1"]
    assert (trust["type"], trust["sites"], trust["site_count"]) == (
        "acute",
        "Infirmary; Annexe",
        2,
    )
    assert graph.nodes["collaborative", "Vale"]["type"] == "vertical"
    assert graph.edges[("organisation", "RX1"), ("place22", "P2")]["relation"] == "works in"
    joins = {about["relation"] for *_, about in graph.edges(data=True)}
    assert joins == {"member", "works in"}
    assert graph.number_of_nodes() == 5 + 3 + 2


def test_members_that_cannot_be_used_are_all_named() -> None:
    with pytest.raises(TableError, match="lacks columns: 'place', 'type'|'type', 'place'"):
        fp.collaboratives(MEMBERS.drop(columns=["type", "place"]))
    wrong = MEMBERS.assign(type=[*MEMBERS["type"][:-2], "mental health", ""])
    with pytest.raises(TableError) as caught:
        fp.collaboratives(wrong)
    assert "has no type in rows: '9'" in str(caught.value)
    assert "gives several types to: 'RX2'" in str(caught.value)
