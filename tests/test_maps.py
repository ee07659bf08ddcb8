"""The map: everything drawn, every word as text, shared edges stored once, within its size."""

from __future__ import annotations

import json
import re
from collections import Counter

import folium
import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import layer_of, make_atlas, residents, squares
from hostile import HOSTILE
from synthetic import many_areas

import footprints as fp
from footprints.errors import OutputError, UnknownNameError
from footprints.geometry import to_degrees
from footprints.maps.page import as_json, asset
from footprints.maps.topology import topology
from footprints.redraws.pieces import atlas_of_pieces
from footprints.report.contents import visible


def data_of(page: str) -> dict:
    """Return what a page draws."""
    (text,) = re.findall(
        r'<script type="application/json" id="\w+">(.*?)</script>', page, re.DOTALL
    )
    return json.loads(text)


def drawn(atlas: fp.Atlas, *layers: str, **options: object) -> dict:
    return data_of(fp.footprint_map(atlas, list(layers) or None, **options).get_root().render())


def view_of(data: dict, group: str, key: str) -> dict:
    (view,) = [v for v in data["views"] if v["group"] == group and key in v["label"]]
    return view


def box_of(drawing: folium.Map) -> list[float]:
    """Return south, west, north and east of what a map is fitted to."""
    (box,) = re.findall(r"fitBounds\(\s*(\[\[.*?\]\])", drawing.get_root().render(), re.DOTALL)
    return [number for corner in json.loads(box) for number in corner]


def outlines_of(data: dict, number: int) -> list[shapely.Geometry]:
    """Join the arcs of a layer as the page does: those that a footprint's pieces have once."""
    layer = data["layers"][number]
    lines = data["topologies"][layer["topology"]]
    arcs = [np.cumsum(np.reshape(arc, (-1, 2)), axis=0) * lines["step"] for arc in lines["arcs"]]
    shapes = []
    for position in range(len(layer["code"])):
        pieces = [
            piece for piece, of in zip(lines["pieces"], layer["of"], strict=True) if of == position
        ]
        times = Counter(arc for piece in pieces for arc in piece)
        edges = [shapely.linestrings(arcs[arc]) for arc, count in times.items() if count % 2]
        faces = shapely.get_parts(shapely.polygonize([shapely.node(shapely.union_all(edges))]))
        shapes.append(shapely.union_all(faces))
    return shapes


def test_each_layer_is_there_whole_and_its_band_is_a_layer_of_its_own(england: fp.Atlas) -> None:
    data = drawn(england, "icb22", "amb22")
    assert [layer["key"] for layer in data["layers"]] == ["icb22", "amb22"]
    bands = view_of(data, "Population bands", "icb22")
    assert Counter(bands["palette"][n] for n in bands["colour"]) == {
        "#0072b2": 15,
        "#d9d9d9": 26,
        "#e69f00": 1,
    }
    assert [text for _, text in bands["legend"]] == [
        "15 below its band",
        "26 within its band",
        "1 above its band",
    ]
    services = view_of(data, "Service areas", "amb22")
    assert services["count"] == len(data["layers"][1]["code"]) == 11
    assert not [
        v for v in data["views"] if v["group"] == "Population bands" and "amb22" in v["label"]
    ]


def test_what_is_told_is_name_code_people_band_and_distance(england: fp.Atlas) -> None:
    (layer,) = drawn(england, "icb22")["layers"]
    at = layer["code"].index("E54000050")
    assert layer["name"][at] == "NHS North East and North Cumbria Integrated Care Board"
    assert {label: texts[at] for label, texts in layer["facts"].items()} == {
        "People": "3,000,432 residents, 2020-06-30",
        "Band": "above 1,000,000 to 3,000,000",
        "Distance": "+432 (+0.0%) from the upper limit",
    }


def test_the_page_says_what_it_shows(england: fp.Atlas) -> None:
    data = drawn(england, "icb22")
    said = " ".join([*data["notes"], *data["sources"], data["detail"]])
    for words in (
        "illustrative",
        "residents, ONS mid-2020 estimates, 2020-06-30",
        "nhs-2019",
        "not for current decisions",
        "ONS lookups",
        "simplified to about 20 m",
    ):
        assert words in said
    assert data["illustrative"]
    assert data["title"] == "England (embedded example)"
    assert drawn(england, "icb22", title="For the board")["title"] == "For the board"


def test_the_page_says_what_to_know_of_each_layer_and_whose_data_it_is(england: fp.Atlas) -> None:
    data = drawn(england, "place22", "icb26", "icb22")
    notes = england.overview["note"]
    assert {f"{key}: {notes[key]}." for key in ("place22", "icb26")} <= set(data["notes"])
    assert not [note for note in data["notes"] if note.startswith("icb22: ")]
    assert data["sources"][:3] == [
        "place22 (2022-07): derived from ONS lookups.",
        "icb26 (2026-04): published moves of 1 April 2026.",
        "icb22 (2022-07): ONS lookups.",
    ]
    assert "Open Government Licence v3.0" in data["sources"][3]
    assert drawn(england, "icb22", licence="Ours <b>")["sources"][1:] == ["Ours <b>"]
    bands = next(note for note in data["notes"] if note.startswith("Bands: nhs-2019"))
    assert "(2019" in bands


def test_it_opens_with_the_bands_of_the_systems(england: fp.Atlas) -> None:
    data = drawn(england)
    (shown,) = [view for view in data["views"] if view.get("shown")]
    assert (shown["group"], shown["label"]) == ("Population bands", "Systems (icb26)")
    assert len(data["layers"]) == len(england.newest()) - 1  # Networks have no lines.


def opened_with(data: dict) -> list[tuple[str, str]]:
    """Return what is switched on, the coloured layer last."""
    shown = sorted(
        (view["shown"], number) for number, view in enumerate(data["views"]) if view.get("shown")
    )
    return [(data["views"][n]["group"], data["views"][n]["label"]) for _, n in shown]


def test_a_focus_opens_with_its_own_band_and_the_lines_of_what_is_in_it(england: fp.Atlas) -> None:
    frimley = england.focus("Frimley")
    own = [("Places", "2022-07 (place22)"), ("Population bands", "Systems (icb22)")]
    assert opened_with(drawn(frimley)) == own
    kent = england.focus("Kent County Council")
    level = "Upper-tier authorities"
    own = [("Districts", "2023-04 (lad23)"), (level, "2023-04 (ctyua23)")]
    assert opened_with(drawn(kent)) == own
    # Layers that were asked for are shown as they were.
    asked = [("Population bands", "Systems (icb26)")]
    assert opened_with(drawn(frimley, "icb26", "icb22", "lad23")) == asked


def test_services_of_a_focus_open_with_the_areas_that_share_it_and_the_ties(england) -> None:
    frimley = england.focus("Frimley")
    with pytest.warns(fp.FootprintsWarning, match="cal21 is of 2021"):
        graph = fp.services_graph(england, "icb22", ["cal21", "amb22"])
    data = drawn(frimley, services=graph)
    assert opened_with(data) == [
        ("Services", "Ties to ambulance services (amb22)"),
        ("Service areas", "2022 (amb22)"),
    ]
    assert opened_with(drawn(england, services=graph)) == [
        ("Services", "Systems cut by Cancer Alliances (cal21)"),
        ("Systems", "2022-07 (icb22)"),
    ]


def test_layers_are_grouped_by_level_the_highest_first(england: fp.Atlas) -> None:
    groups = [view["group"] for view in drawn(england)["views"]]
    assert list(dict.fromkeys(groups)) == [
        "Population bands", "Regions", "Systems", "Commissioners", "Health and Wellbeing Board areas",
        "Upper-tier authorities", "Districts", "Places", "Service areas", "Strategic authorities",
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["lad23", "icb26", "stp17", "lrf19"])
def test_neighbours_have_different_colours(england: fp.Atlas, key: str) -> None:
    view = drawn(england, key)["views"][-1]
    codes = england.layers[key].index
    colour = dict(zip(codes, view["colour"], strict=True))
    found = fp.neighbours(england.layers[key])
    graph = nx.from_pandas_edgelist(found, "left", "right")
    assert graph.number_of_edges() > 30
    assert not [pair for pair in graph.edges if colour[pair[0]] == colour[pair[1]]]
    assert max(view["colour"]) < 6


def test_findings_are_layers_with_their_evidence(england: fp.Atlas) -> None:
    report = fp.check(england)
    data = drawn(england, findings=report)
    view = view_of(data, "Findings", "nesting: lad23 against icb26")
    missed = report.findings.query("check == 'nesting' and layer == 'lad23' and status == 'warn'")
    codes = [data["layers"][view["layer"]]["code"][position] for position, *_ in view["found"]]
    assert codes == list(missed["code"])
    assert [text for *_, text in view["found"]] == list(missed["message"])
    assert view["source"] == "policy hopes for nested footprints (Swage 2019)"
    assert [text for _, text in view["legend"]] == ["5 warnings"]
    findings = [v for v in data["views"] if v["group"] == "Findings"]
    unseen = len(report.findings.query("status == 'warn'")) - sum(v["count"] for v in findings)
    said = f"{unseen} findings are not on the map: population-band of pcn21, nesting of pcn21."
    assert said in data["notes"]


def test_findings_may_be_a_table_and_an_agreed_one_is_told_apart(row: fp.Atlas) -> None:
    findings = fp.check(row, layers=["lad21"], select=["nesting"]).findings
    findings = findings.assign(
        status=findings["status"].where(findings["status"] == "pass", "excepted")
    )
    data = drawn(row, "lad21", findings=findings)
    (view,) = [v for v in data["views"] if v["group"] == "Findings"]
    assert view["words"][view["found"][0][1]] == "agreed exception"
    assert view["legend"] == [[2, "1 agreed exception"]]


def test_findings_of_what_is_not_drawn_are_counted(row: fp.Atlas) -> None:
    findings = fp.check(row, layers=["lad21"], select=["nesting"]).findings
    missed = findings[findings["status"] == "warn"]
    strangers = pd.concat([missed, missed.assign(code="D9"), missed.assign(layer=None, code=None)])
    data = drawn(row, "lad21", findings=strangers)
    (view,) = [v for v in data["views"] if v["group"] == "Findings"]
    assert view["count"] == 1
    said = "2 findings are not on the map: nesting of lad21, nesting of the atlas."
    assert said in data["notes"]


def test_a_focus_is_outlined_and_named_and_the_map_fitted_to_it(england: fp.Atlas) -> None:
    drawing = fp.footprint_map(england.focus("E06000046"), "amb22")
    data = data_of(drawing.get_root().render())
    layer, position = data["outline"]
    assert data["focus"] == data["layers"][layer]["name"][position] == "Isle of Wight"
    assert len(data["layers"][0]["code"]) == 1
    assert {view["layer"] for view in data["views"]} == {0}
    south, west, north, east = box_of(drawing)
    assert 50.5 < south < north < 50.8
    assert -1.7 < west < east < -1


def test_it_is_fitted_to_england(england: fp.Atlas) -> None:
    south, west, north, east = box_of(fp.footprint_map(england, ["icb22"]))
    assert 49.8 < south < 50.2
    assert -6.6 < west < -5.5
    assert 55.6 < north < 56
    assert 1.5 < east < 2


def test_people_are_told_where_no_band_is(england: fp.Atlas) -> None:
    (layer,) = drawn(england, "amb22")["layers"]
    at = layer["code"].index("RYE")
    assert layer["facts"]["People"][at] == "4,114,426 residents, 2020-06-30"
    assert layer["facts"]["Band"][at] == "none for a service area in nhs-2019"
    (layer,) = drawn(england, "amb22", population="registered")["layers"]
    assert set(layer["facts"]["People"]) == {"no registered known"}


def test_a_band_without_limits_is_counted() -> None:
    atlas = make_atlas([1, 2], place22=layer_of({"a": "P", "b": "Q"}, "place"))
    target = fp.BandSet(
        name="t", title="t", as_at="1", source="s", bands={"place": fp.Band(target=5)}
    )
    data = drawn(atlas, bands=target)
    assert data["layers"][0]["facts"]["Distance"][0] == "-4 (-80.0%) from the target"
    assert [3, "2 a band without limits"] in view_of(data, "Population bands", "place22")["legend"]


def test_a_footprint_without_a_name_is_shown_by_its_code() -> None:
    layer = layer_of({"a": "P"}, "place")
    nameless = fp.Layer(
        table=layer.table.assign(name=pd.Series([None], index=["P"], dtype="str")),
        members=layer.members,
        level="place",
    )
    assert drawn(make_atlas([1], place22=nameless))["layers"][0]["name"] == ["P"]


def test_an_atlas_without_lines_cannot_be_drawn() -> None:
    table = pd.DataFrame({"residents": [1]}, index=["a"])
    units = fp.UnitTable(
        table=table, populations=(fp.Population(name="residents", source="s", as_at="1"),)
    )
    layers = {"place": layer_of({"a": "P"}, "place")}
    atlas = fp.Atlas(title="No lines", units={"squares": units}, layers=layers)
    with pytest.raises(fp.FootprintsError, match="No lines has no layer with lines to draw"):
        fp.footprint_map(atlas)


@pytest.mark.parametrize(("number", "key"), [(0, "icb22"), (1, "amb22"), (2, "lad21")])
def test_the_arcs_join_to_the_footprints(england: fp.Atlas, number: int, key: str) -> None:
    data = drawn(england, "icb22", "amb22", "lad21")
    shapes = np.array(outlines_of(data, number))
    true = to_degrees(england.layers[key]).geometry.array
    differ = shapely.area(shapely.symmetric_difference(shapes, true)) / shapely.area(true)
    assert differ.max() < 0.02
    whole = shapely.area(shapely.union_all(shapes))
    assert abs(shapely.area(shapes).sum() / whole - 1) < 1e-5


def test_an_edge_is_stored_once_however_many_layers_use_it(england: fp.Atlas) -> None:
    one = drawn(england, "lad21")["topologies"]
    two = drawn(england, "lad21", "ctyua21", "nhser22")["topologies"]
    assert len(one) == len(two) == 1
    points = [sum(map(len, each[0]["arcs"])) for each in (one, two)]
    assert points[1] < 1.05 * points[0]
    arcs = [np.cumsum(np.reshape(arc, (-1, 2)), axis=0).tolist() for arc in two[0]["arcs"]]
    either_way = {str(min(arc, arc[::-1])) for arc in arcs}
    assert len(either_way) == len(arcs)


def test_a_hole_an_island_and_a_piece_that_fills_a_hole_are_kept() -> None:
    around = shapely.box(0, 0, 9000, 9000) - shapely.box(3000, 3000, 6000, 6000)
    island = shapely.box(20_000, 0, 21_000, 1000)
    shapes = [around | island, shapely.box(3000, 3000, 6000, 6000)]
    found = topology(gpd.GeoSeries(shapes, crs=27700), detail_m=1)
    assert [len(piece) for piece in found.pieces] == [3, 1]
    assert len(found.arcs) == 3
    assert found.touching[0].tolist() == [0]


@pytest.mark.parametrize("sides", [[], [100], [100, 200]])
def test_where_nothing_is_large_enough_to_be_drawn_no_line_is(sides: list[int]) -> None:
    shapes = gpd.GeoSeries([shapely.box(0, 0, side, side) for side in sides], crs=27700)
    found = topology(shapes, detail_m=20_000)
    assert found.arcs == []
    assert [len(piece) for piece in found.pieces] == [0] * len(sides)


def test_a_redraw_that_moves_nobody_is_drawn(england) -> None:
    lines = {key: england.layers["icb26"][["name", "geometry"]] for key in ("old", "new")}
    for key, frame in lines.items():
        frame.attrs = {"key": key, "level": "system"}
    change = fp.compare(lines["old"], lines["new"])
    data = drawn(atlas_of_pieces(lines["old"], lines["new"], change), change=change)
    (moved,) = [view for view in data["views"] if view["kind"] == "hatch"]
    assert moved["count"] == 0
    assert len(data["layers"][0]["code"]) == 36


def test_a_layer_with_lines_of_its_own_is_drawn_by_them() -> None:
    lines = gpd.GeoDataFrame(
        {"name": ["P", "Q"]},
        index=pd.Index(["P", "Q"], dtype="str"),
        geometry=shapely.box([400_000, 402_000], 0, [402_000, 404_000], 5000),
        crs=27700,
    )
    members = layer_of({"a": "P", "b": "Q"}, "place").members
    own = fp.Layer(table=lines, members=members, level="place", lines="official")
    units = {"squares": residents(squares(residents=[1, 2]))}
    atlas = fp.Atlas(
        title="t",
        units=units,
        layers={"place22": own, "icb22": layer_of({"a": "S", "b": "S"}, "system")},
    )
    data = drawn(atlas, "icb22", "place22")
    assert [layer["topology"] for layer in data["layers"]] == [0, 1]
    assert data["views"][-1]["colour"] == [0, 1] or data["views"][-1]["colour"] == [1, 0]


def test_lines_of_their_own_that_overlap_are_drawn_as_they_are() -> None:
    shapes = [shapely.box(400_000, 0, 402_000, 5000), shapely.box(401_000, 0, 404_000, 5000)]
    lines = gpd.GeoDataFrame(
        {"name": ["P", "Q"]},
        index=pd.Index(["P", "Q"], dtype="str"),
        geometry=shapes,
        crs=27700,
    )
    members = layer_of({"a": "P", "b": "Q"}, "place").members
    own = fp.Layer(table=lines, members=members, level="place", lines="official")
    units = {"squares": residents(squares(residents=[1, 2]))}
    data = drawn(fp.Atlas(title="t", units=units, layers={"place22": own}))
    assert data["layers"][0]["of"] == [0, 1]
    assert data["views"][-1]["colour"][0] != data["views"][-1]["colour"][1]
    shapes = outlines_of(data, 0)
    assert shapely.area(shapes[1]) > 1.4 * shapely.area(shapes[0])


def test_data_is_text_in_json_and_templates() -> None:
    units = pd.Index([f"u{number:02}" for number in range(len(HOSTILE))], dtype="str")
    table = squares(residents=[1] * 16).take(np.arange(len(HOSTILE)) % 16).set_index(units)
    layer = layer_of(
        dict(zip(units, units, strict=True)), "x", **dict(zip(units, HOSTILE, strict=True))
    )
    atlas = fp.Atlas(
        title="t", units={"squares": residents(table)}, layers={"place22": layer}, notes=HOSTILE
    )
    page = fp.footprint_map(atlas, title="".join(HOSTILE)).get_root().render()
    data = data_of(page)
    expected = [visible(text) for text in HOSTILE]
    assert data["layers"][0]["name"] == expected
    assert data["notes"][: len(HOSTILE)] == expected
    assert data["title"] == "".join(expected)
    (block,) = re.findall(r'id="\w+_data">(.*?)</script>', page, re.DOTALL)
    assert not re.search("[<>&\x00\u2028\u202e]|\\{[{%#]", block)


def test_our_own_files_hold_nothing_that_begins_a_template() -> None:
    for name in ("arcs.js", "page.js", "page.css"):
        assert not re.search(r"\{[{%#]|</", asset(name)), name


def test_json_reads_back() -> None:
    data = ["{{{%", "</script>", "\u2028", "&amp;", {"a": [1, None, 0.5]}]
    assert json.loads(as_json(data)) == data


def test_a_layer_without_lines_is_refused_with_those_that_have_them(england: fp.Atlas) -> None:
    with pytest.raises(fp.FootprintsError, match="No lines are known for pcn21.*icb22"):
        fp.footprint_map(england, ["icb22", "pcn21"])
    with pytest.raises(UnknownNameError, match="'icb99'"):
        fp.footprint_map(england, ["icb99"])


def test_a_base_map_is_by_choice_and_the_page_says_what_it_tells(england, tmp_path) -> None:
    drawing = fp.footprint_map(england, "icb22", basemap="OpenStreetMap.Mapnik")
    page = fp.save_map(drawing, tmp_path / "a.html").read_text(encoding="utf-8")
    assert "img-src data: https://tile.openstreetmap.org;" in page
    assert "learns where its reader looks" in data_of(page)["notes"][0]
    assert "openstreetmap.org/copyright" in page
    with pytest.raises(UnknownNameError, match="no base map 'Nowhere'"):
        fp.footprint_map(england, "icb22", basemap="Nowhere")


def test_england_with_every_layer_is_at_most_three_megabytes(england, tmp_path) -> None:
    keys = list(england.overview.index[england.overview["lines"] != "none"])
    assert len(keys) == 20
    drawing = fp.footprint_map(england, keys, findings=fp.check(england))
    assert fp.save_map(drawing, tmp_path / "a.html").stat().st_size <= 3_000_000


@pytest.fixture(scope="module")
def networks() -> fp.Atlas:
    """Draw 1,251 areas with as many vertices as PCNs have, in two systems."""
    return many_areas(1251)


def test_as_many_areas_as_there_are_networks_fit_one_and_a_half_megabytes(
    networks, tmp_path
) -> None:
    drawing = fp.footprint_map(networks, max_bytes=1_500_000)
    file = fp.save_map(drawing, tmp_path / "a.html")
    assert file.stat().st_size <= 1_500_000
    data = data_of(file.read_text(encoding="utf-8"))
    assert sum(len(layer["code"]) for layer in data["layers"]) == 1253
    assert data["detail"] == "Lines are simplified to about 10 m."


def test_a_smaller_page_has_coarser_lines_and_says_so(networks) -> None:
    sizes = {}
    for most in (3_000_000, 1_000_000, 700_000):
        drawing = fp.footprint_map(networks, max_bytes=most)
        data = data_of(drawing.get_root().render())
        sizes[data["detail"]] = len(as_json(data))
        assert len(as_json(data)) < most
    assert len(sizes) == 3
    assert sorted(sizes.values(), reverse=True) == list(sizes.values())


def test_what_no_detail_makes_small_enough_is_refused_with_advice(networks) -> None:
    with pytest.raises(
        fp.FootprintsError,
        match="simplified to 2,000 m the page would still be .*200,000 of max_bytes. Draw fewer",
    ):
        fp.footprint_map(networks, max_bytes=200_000)


def test_the_atlas_makes_a_map(england: fp.Atlas) -> None:
    assert isinstance(england.map(["icb22"]), folium.Map)


def test_elements_that_a_user_adds_are_kept(england, tmp_path) -> None:
    drawing = fp.footprint_map(england, "icb22")
    folium.CircleMarker([52, -1], tooltip="a place of mine").add_to(drawing)
    folium.LayerControl().add_to(drawing)
    page = fp.save_map(drawing, tmp_path / "a.html").read_text(encoding="utf-8")
    assert "a place of mine" in page
    assert "L.control.layers(" in page


def test_a_map_is_saved_whole(tmp_path, england: fp.Atlas) -> None:
    file = fp.save_map(fp.footprint_map(england, ["icb22"]), tmp_path / "england.html")
    assert file.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [path.name for path in tmp_path.iterdir()] == ["england.html"]


def test_a_map_that_cannot_be_written_leaves_what_was_there(tmp_path, england, monkeypatch) -> None:
    file = tmp_path / "england.html"
    file.write_text("old", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(OutputError, match="Permission denied. If it is open in another program"):
        fp.save_map(fp.footprint_map(england, ["icb22"]), file)
    assert file.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["england.html"]


@pytest.mark.parametrize("name", ["england.pdf", "england", "none/england.html", "folder.html"])
def test_a_name_that_cannot_be_written_is_refused(tmp_path, name: str) -> None:
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        fp.save_map(None, tmp_path / name)
