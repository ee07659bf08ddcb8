"""Services across systems: who deals with what, who shares it, and what that rests on."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from conftest import layer_of, make_atlas

import footprints as fp
from footprints.errors import UnknownNameError
from footprints.services.partnership import cuts_of

if TYPE_CHECKING:
    import networkx as nx

TOTAL = 56_550_138
AMBULANCE = {"RRU": 5, "RX7": 5, "RYC": 6, "RYA": 6, "RYF": 7, "RX8": 4, "RX9": 6, "RYD": 4}
AMBULANCE |= {"RYE": 4, "RX6": 1, "R1F": 1}
HAMPSHIRE = "NHS Hampshire and Isle of Wight Integrated Care Board"


def graph_of(atlas: fp.Atlas, systems: str, *services: str) -> nx.Graph:
    """Return a graph without its warning of mixed vintages, which has a test of its own."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is of 20", fp.FootprintsWarning)
        return fp.services_graph(atlas, systems, services)


def cut(graph: nx.Graph) -> pd.Series:
    """Return which systems are cut, and how surely, by code."""
    found = cuts_of(fp.edge_table(graph))["cut"].droplevel("kind")
    return found[found != "no"]


@pytest.fixture(scope="module")
def ambulances(england: fp.Atlas) -> nx.Graph:
    return fp.services_graph(england, "icb22", "amb22")


@pytest.fixture
def valley() -> fp.Atlas:
    """Draw three systems of two squares, a service over one and a half, and a square in none."""
    trust = {"a": "T1", "b": "T1", "c": "T1", "d": "T2", "e": "T2", "f": None}
    systems = dict(zip("abcdef", ["S1", "S1", "S2", "S2", "S3", "S3"], strict=True))
    return make_atlas(
        [1, 2, 3, 4, 5, 6],
        icb22=layer_of(systems, "system", S1="North", S2="Middle", S3="South"),
        amb22=layer_of(trust, "service", T1="Old Trust", T2="New Trust"),
    )


def test_eleven_ambulance_services_touch_as_many_systems_as_is_known(ambulances) -> None:
    found = fp.spanning(ambulances).set_index("service")["systems"]
    assert found.to_dict() == AMBULANCE


def test_the_systems_of_2026_deal_with_fewer_services(england) -> None:
    found = fp.spanning(graph_of(england, "icb26", "amb22")).set_index("service")["systems"]
    assert found.to_dict() == AMBULANCE | {"RRU": 4, "RYC": 3, "RYD": 3, "RYE": 3}


def test_six_systems_are_cut_and_a_seventh_by_uncertain_evidence(ambulances) -> None:
    found = cut(ambulances)
    sure = ["E54000024", "E54000034", "E54000042", "E54000050", "E54000051", "E54000058"]
    assert sorted(found.index[found == "yes"]) == sure
    assert found.index[found == "uncertain"].to_list() == ["E54000048"]
    edge = ambulances.edges[("icb22", "E54000048"), ("amb22", "RX8")]
    assert (edge["people"], edge["evidence"]) == (6_056, "uncertain")


def test_six_systems_of_2026_are_cut_one_of_them_by_uncertain_evidence(england) -> None:
    assert cut(graph_of(england, "icb26", "amb22")).value_counts().to_dict() == {
        "yes": 5,
        "uncertain": 1,
    }


def test_hampshire_and_isle_of_wight_is_cut_three_ways_in_2026(england) -> None:
    graph = graph_of(england, "icb26", "amb22")
    found = fp.partners(graph, "Hampshire and Isle of Wight")
    assert found["service"].to_list() == ["RYE", "RYD", "R1F"]
    assert found["people"].to_list() == [1_689_177, 167_593, 142_296]
    assert found["share_of_system"].sum() == pytest.approx(1)
    assert (found["services"] == 3).all()
    assert found["shared_with"].to_list() == [
        "E54000070; E54000065",
        "E54000069; E54000032",
        "",
    ]


@pytest.mark.parametrize(
    ("systems", "services", "count"),
    [("icb22", "cal21", 3), ("icb22", "lrf19", 14), ("icb26", "lrf19", 10), ("icb26", "cal21", 8)],
)
def test_as_many_systems_are_cut_as_is_known(england, systems, services, count) -> None:
    assert len(cut(graph_of(england, systems, services))) == count


@pytest.mark.parametrize("systems", ["icb22", "icb26"])
@pytest.mark.parametrize("services", ["amb22", "cal21", "lrf19"])
def test_edges_add_up_to_the_people_of_both_sides(england, systems, services) -> None:
    edges = fp.edge_table(graph_of(england, systems, services))
    assert edges["people"].sum() == TOTAL
    for side, layer in (("system", systems), ("service", services)):
        sums = edges.groupby(side)["people"].sum()
        people = england.people(layer)["residents"]
        pd.testing.assert_series_equal(
            sums.reindex(people.index).astype("int64"), people, check_names=False
        )
        assert edges.groupby(side)[f"share_of_{side}"].sum().to_numpy() == pytest.approx(1)


def test_ambulance_services_span_several_systems_but_for_two_named_ones(ambulances) -> None:
    found = fp.spanning(ambulances)
    exceptions = found[~found["spans"]].set_index("service")
    assert exceptions["service_name"].to_dict() == {
        "R1F": "Isle of Wight NHS Trust",
        "RX6": "North East Ambulance Service NHS Foundation Trust",
    }
    assert exceptions["relation"].to_list() == ["part", "part"]
    assert not exceptions["bigger"].any()
    assert found.attrs["claim_amb22"] == (
        "9 of 11 ambulance services span several systems of icb22; not so: Isle of Wight NHS "
        "Trust, North East Ambulance Service NHS Foundation Trust."
    )


@pytest.mark.parametrize(
    ("kind", "bigger", "not_bigger"),
    [
        ("amb22", ["RRU", "RYE"], ["R1F", "RX6"]),
        ("cal21", ["E56000012", "E56000019"], ["E56000005", "E56000013", "E56000029"]),
        ("lrf19", ["London", "Sussex"], ["Greater Manchester", "Cleveland"]),
    ],
)
def test_a_service_is_bigger_where_it_has_more_people_than_each_system_it_touches(
    england, kind, bigger, not_bigger
) -> None:
    found = fp.spanning(graph_of(england, "icb22", kind)).set_index("service")["bigger"]
    assert found[bigger].all()
    assert not found[not_bigger].any()
    pairs = england.overlap("icb22", kind).dropna(subset=["left", "right"])
    largest = pairs["left"].map(england.people("icb22")["residents"]).groupby(pairs["right"]).max()
    wanted = england.people(kind)["residents"].loc[largest.index] > largest
    assert found.astype("bool").to_dict() == wanted.to_dict()


@pytest.mark.parametrize("kind", ["amb22", "cal21", "lrf19"])
def test_nodes_and_edges_have_the_areas_of_the_units_of_the_atlas(england, kind) -> None:
    graph = graph_of(england, "icb22", kind)
    units, rows = england.units["england"]["area_m2"], england.membership
    codes = {
        key: rows[(rows["layer"] == key) & (rows["units"] == "england")].set_index("unit")["code"]
        for key in ("icb22", kind)
    }
    for key, own in codes.items():
        wanted = units.groupby(own.reindex(units.index)).sum()
        found = {code: graph.nodes[key, code]["area_m2"] for code in wanted.index}
        assert found == pytest.approx(wanted.to_dict())
    both = units.groupby([codes[key].reindex(units.index) for key in codes]).sum()
    edges = fp.edge_table(graph).set_index(["system", "service"])["area_m2"]
    assert edges.to_dict() == pytest.approx(both.to_dict())
    assert edges.sum() == pytest.approx(units.sum())


def test_london_is_a_union_of_whole_systems_in_one_region(ambulances) -> None:
    london = fp.spanning(ambulances).set_index("service").loc["RRU"]
    assert (london["relation"], london["whole"], london["in_part"]) == ("union", 5, 0)
    assert (london["region_names"], london["one_region"]) == ("London", True)
    assert london["in_each"].startswith("E54000027 (2,111,469 people, 23.5%); E54000029 ")


def test_a_service_that_crosses_regions_says_which(ambulances) -> None:
    north_west = fp.spanning(ambulances).set_index("service").loc["RX7"]
    assert (north_west["regions"], north_west["one_region"]) == (3, False)
    assert (north_west["relation"], north_west["whole"], north_west["in_part"]) == ("crosses", 2, 3)


def test_the_fewest_systems_that_hold_a_share_are_invited(ambulances) -> None:
    found = fp.who_to_invite(ambulances, "South Central Ambulance Service NHS Foundation Trust")
    assert found["system"].to_list() == ["E54000044", "E54000042", "E54000034"]
    assert found["people"].sum() == 1_723_447 + 1_689_177 + 425_015
    assert found["share_so_far"].iloc[1] < 0.9 <= found["share_so_far"].iloc[2]
    assert found.attrs["not_invited"] == "E54000024"


def test_no_fewer_systems_could_hold_the_share(ambulances) -> None:
    edges = fp.edge_table(ambulances)
    for service, rows in edges.groupby("service"):
        for share in (0.5, 0.9, 0.99, 1):
            found = fp.who_to_invite(ambulances, service, share)
            total, people = rows["people"].sum(), rows["people"].nlargest(len(found))
            assert found["people"].sum() >= share * total
            assert people.iloc[:-1].sum() < share * total


def test_a_share_that_the_systems_do_not_hold_is_an_error() -> None:
    atlas = make_atlas(
        [9, 1],
        icb22=layer_of({"a": "S1", "b": None}, "system"),
        amb22=layer_of({"a": "T1", "b": "T1"}, "service"),
    )
    graph = fp.services_graph(atlas)
    assert fp.who_to_invite(graph, "T1", 0.9)["people"].to_list() == [9]
    with pytest.raises(fp.FootprintsError, match="hold 9 of the 10 people of 'T1', fewer than 95"):
        fp.who_to_invite(graph, "T1", 0.95)
    with pytest.raises(fp.FootprintsError, match="above 0 and at most 1.*not 90"):
        fp.who_to_invite(graph, "T1", 90)


def test_people_in_no_service_are_a_row_of_their_own(valley) -> None:
    graph = fp.services_graph(valley)
    found = fp.partners(graph, "South")
    assert found["service"].isna().to_list() == [False, True]
    assert found["people"].to_list() == [5, 6]
    assert found["share_of_system"].to_list() == pytest.approx([5 / 11, 6 / 11])
    assert (found["cut"] == "yes").all()
    assert graph.nodes["icb22", "S3"]["outside_amb22"] == 6
    assert int(fp.edge_table(graph)["people"].sum()) == 21


def test_a_system_outside_every_service_is_there_and_not_cut() -> None:
    atlas = make_atlas(
        [1, 2],
        icb22=layer_of({"a": "S1", "b": "S2"}, "system"),
        amb22=layer_of({"a": "T1", "b": None}, "service"),
    )
    graph = fp.services_graph(atlas)
    found = fp.partners(graph, "S2")
    assert found[["people", "services", "cut"]].iloc[0].to_list() == [2, 0, "no"]
    assert len(found) == 1
    assert found["service"].isna().all()
    assert graph.degree[("icb22", "S2")] == 0


def test_a_service_with_no_people_is_told_and_nobody_is_invited_for_it() -> None:
    atlas = make_atlas(
        [1, 0, 0],
        icb22=layer_of({"a": "S1", "b": "S1", "c": "S2"}, "system"),
        amb22=layer_of({"a": "T1", "b": "T0", "c": "T0"}, "service"),
    )
    graph = fp.services_graph(atlas)
    nobody = fp.spanning(graph).set_index("service").loc["T0"]
    assert (nobody["people"], nobody["systems"]) == (0, 2)
    assert pd.isna(nobody["largest_share"])
    with pytest.raises(fp.FootprintsError, match="'T0' of amb22, which has no people"):
        fp.who_to_invite(graph, "T0")


def test_a_service_named_twice_is_an_error(england) -> None:
    with pytest.raises(fp.FootprintsError, match="named twice: 'amb22', as 'amb22', 'ambulance'"):
        fp.services_graph(england, "icb22", ["amb22", "ambulance"])
    with pytest.raises(fp.FootprintsError, match="'icb22' is the layer of systems"):
        fp.services_graph(england, "icb22", ["icb22"])


def test_layers_that_are_not_there_are_all_named(england) -> None:
    with pytest.raises(UnknownNameError, match="'amb23', 'vascular'") as caught:
        fp.services_graph(england, "icb22", ["amb23", "cancer", "vascular"])
    assert caught.value.codes == ("amb23", "vascular")


def test_a_service_that_is_misspelt_is_met_with_the_services_there_are(england) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'ambulance service'") as caught:
        fp.services_graph(england, "icb22", "ambulence")
    assert "There is 'cal21', 'amb22', 'lrf19'," in str(caught.value)
    assert "lad21" not in str(caught.value)


def test_services_are_called_by_what_they_do(england) -> None:
    graph = graph_of(england, "icb26", "Ambulance", "cancer alliances", "resilience")
    assert graph.graph["services"] == "amb22; cal21; lrf19"


def test_mixed_vintages_are_a_warning_and_are_kept(england) -> None:
    with pytest.warns(fp.FootprintsWarning, match="cal21 is of 2021, and icb26 of 2026: where"):
        graph = fp.services_graph(england, "icb26", "cal21")
    assert graph.graph["mixed_vintages"].startswith("cal21 is of 2021, and icb26 of 2026")
    assert fp.services_graph(england, "icb22", "amb22").graph["mixed_vintages"] == ""


def test_one_code_in_two_kinds_is_two_nodes(valley) -> None:
    units, _ = valley.parts()
    same = layer_of({"a": "T1", "b": "T2"}, "service", T1="Cancer North", T2="Cancer South")
    graph = fp.services_graph(
        fp.Atlas(
            title="Valley",
            units=units,
            layers={
                "icb22": layer_of(dict.fromkeys("abcdef", "S1"), "system"),
                "amb22": layer_of(dict.fromkeys("abcdef", "T1"), "service"),
                "cal22": same,
            },
        ),
        services=["amb22", "cal22"],
    )
    assert graph.nodes["amb22", "T1"]["people"] == 21
    assert graph.nodes["cal22", "T1"]["people"] == 1
    with pytest.raises(fp.FootprintsError, match="'amb22:T1', 'cal22:T1': write one of these"):
        fp.who_to_invite(graph, "T1")
    assert fp.who_to_invite(graph, "cal22:T1")["people"].to_list() == [1]


def test_each_kind_of_service_adds_up_by_itself(england) -> None:
    edges = fp.edge_table(graph_of(england, "icb22", "amb22", "cal21"))
    assert edges.groupby("service_layer")["people"].sum().to_dict() == {
        "amb22": TOTAL,
        "cal21": TOTAL,
    }


def test_a_focus_keeps_services_whole_and_tells_of_its_own_systems(england) -> None:
    focused = england.focus("icb22:E54000034")
    graph = fp.services_graph(focused, "icb22", "amb22")
    assert fp.partners(graph)["system"].unique().tolist() == ["E54000034"]
    found = fp.spanning(graph)
    assert found["service"].to_list() == ["RYD", "RYE"]
    assert found["systems"].to_list() == [4, 4]
    assert int(fp.edge_table(graph)["people"].sum()) == TOTAL


def test_systems_are_tied_by_the_services_and_people_that_they_share(ambulances) -> None:
    found = fp.ties(ambulances).set_index(["system", "other"])
    tie = found.loc[("E54000034", "E54000044")]
    assert (tie["codes"], tie["people"], tie["other_people"]) == ("RYE", 425_015, 1_723_447)
    expected = sum(count * (count - 1) // 2 for count in AMBULANCE.values())
    assert int(found["services"].sum()) == expected


def test_the_ties_of_a_focus_are_those_of_its_own_systems(england, ambulances) -> None:
    focused = england.focus("icb22:E54000034")
    for found in (
        fp.ties(fp.services_graph(focused, "icb22", "amb22")),
        fp.services_report(england, ambulances, "Frimley").tables["Ties"],
    ):
        assert len(found) == 6
        assert (found[["system", "other"]] == "E54000034").any(axis=1).all()


def test_a_system_that_is_not_there_is_named_with_what_comes_near(ambulances) -> None:
    with pytest.raises(UnknownNameError, match="no 'E54000999' in icb22 of the graph"):
        fp.partners(ambulances, "E54000999")
    with pytest.raises(UnknownNameError, match="'South Central' .*mean 'South Central Ambulance"):
        fp.who_to_invite(ambulances, "South Central")
    with pytest.raises(UnknownNameError, match="'Frimly' .*mean 'NHS Frimley Integrated Care"):
        fp.partners(ambulances, "Frimly")
    found = fp.partners(ambulances, ["QNQ", "E54000013"])
    assert found["system"].unique().tolist() == ["E54000013", "E54000034"]


def test_a_slow_count_of_each_unit_gives_the_same_edges(england) -> None:
    members = england.membership
    systems, services = (
        members[members["layer"] == key].set_index("unit")["code"] for key in ("icb26", "amb22")
    )
    people = england.units["england"]["residents"]
    weak = members[members["layer"] == "amb22"].set_index("unit")["evidence"]
    slow: dict[tuple[str, str], list[object]] = {}
    order = ["official", "published", "inferred", "uncertain"]
    for unit in people.index:
        edge = slow.setdefault((systems[unit], services[unit]), [0, 0, "published"])
        edge[0] += int(people[unit])
        edge[1] += 1
        edge[2] = max(edge[2], weak[unit], key=order.index)
    graph = graph_of(england, "icb26", "amb22")
    fast = {
        (one[1], other[1]): [about["people"], about["units"], about["evidence"]]
        for one, other, about in graph.edges(data=True)
    }
    assert fast == slow


def test_the_order_of_units_and_systems_changes_no_edge(valley) -> None:
    units, layers = valley.parts()
    turned = {name: each.table.iloc[::-1] for name, each in units.items()}
    members = valley.membership
    again = fp.Atlas(
        title="Turned",
        units={
            name: fp.UnitTable(table=turned[name], populations=each.populations, lines=each.lines)
            for name, each in units.items()
        },
        layers={
            key: fp.Layer(
                table=each.table.iloc[::-1],
                members={
                    "squares": members[members["layer"] == key].set_index("unit")["code"][::-1]
                },
                level=each.level,
            )
            for key, each in layers.items()
        },
    )
    graphs = [fp.services_graph(atlas) for atlas in (valley, again)]
    edges = [
        fp.edge_table(graph).sort_values(["system", "service"]).reset_index(drop=True)
        for graph in graphs
    ]
    pd.testing.assert_frame_equal(*edges)


def test_lsoas_give_the_same_edges_and_the_parts_that_are_known(england, shared) -> None:
    file = shared / "data" / "england" / "lsoa11.parquet"
    columns = ["LSOA11CD", "pop_mid2020", "ICB22CD", "AMB22CD"]
    lsoas = pd.read_parquet(file, columns=columns).set_index("LSOA11CD")
    layers = {
        key: fp.Layer(
            table=pd.DataFrame({"name": codes}, index=codes),
            members={"lsoa11": lsoas[column]},
            level=level,
        )
        for key, column, level in (
            ("icb22", "ICB22CD", "system"),
            ("amb22", "AMB22CD", "service"),
        )
        for codes in [pd.Index(lsoas[column].unique(), dtype="str")]
    }
    residents = fp.Population(name="pop_mid2020", source="ONS", as_at="2020-06-30")
    units = {"lsoa11": fp.UnitTable(table=lsoas[["pop_mid2020"]], populations=(residents,))}
    exact = fp.services_graph(fp.Atlas(title="LSOAs", units=units, layers=layers))
    embedded = fp.services_graph(england, "icb22", "amb22")
    people = [
        {frozenset(edge): about["people"] for *edge, about in graph.edges(data=True)}
        for graph in (exact, embedded)
    ]
    assert people[0] == people[1]
    counts = {
        ("E54000050", "RX6"): 1_657,
        ("E54000050", "RX7"): 207,
        ("E54000051", "RX8"): 837,
        ("E54000051", "RX9"): 207,
        ("E54000058", "RX9"): 621,
        ("E54000058", "RX7"): 21,
        ("E54000024", "RYC"): 381,
        ("E54000024", "RYE"): 156,
        ("E54000034", "RYE"): 244,
        ("E54000034", "RYD"): 196,
        ("E54000042", "RYE"): 1_004,
        ("E54000042", "R1F"): 89,
        ("E54000048", "RX8"): 3,
    }
    found = {
        (icb, amb): exact.edges[("icb22", icb), ("amb22", amb)]["units"] for icb, amb in counts
    }
    assert found == counts
