"""The map: everything drawn, every word as text, the file whole."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from conftest import layer_of, make_atlas, residents, squares

import footprints as fp
from footprints.errors import OutputError, UnknownNameError

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "`${alert(1)}`",
    "{{ 7 * 7 }}{% for x in y %}",
    "\"'><b>",
    "a\x00b\u202ec",
    "\U0001f3e5 " + "x" * 10_000,
]


def shapes(page: str) -> list[dict[str, object]]:
    """Return the feature collections that a page draws."""
    found = re.findall(r"geo_json_\w+_add\((\{.*?\})\);", page, re.DOTALL)
    return [json.loads(text) for text in found]


def rendered(atlas: fp.Atlas, *layers: str, **options: object) -> str:
    return fp.footprint_map(atlas, list(layers) or None, **options).get_root().render()


def test_each_layer_is_drawn_whole_with_its_colours(england: fp.Atlas) -> None:
    page = rendered(england, "icb22", "amb22")
    systems, services = shapes(page)
    colours = [feature["properties"]["colour"] for feature in systems["features"]]
    assert [colours.count(c) for c in ("#0072b2", "#d9d9d9", "#e69f00")] == [15, 26, 1]
    assert {f["properties"]["colour"] for f in services["features"]} == {"#ffffff"}
    assert len(services["features"]) == 11


def test_a_tooltip_tells_name_code_people_band_and_distance(england: fp.Atlas) -> None:
    (systems,) = shapes(rendered(england, "icb22"))
    by_code = {f["properties"]["Code"]: f["properties"] for f in systems["features"]}
    told = by_code["E54000050"]
    assert told["Name"] == "NHS North East and North Cumbria Integrated Care Board"
    assert told["People"] == "3,000,432 residents, 2020-06-30"
    assert told["Band"] == "above 1,000,000 to 3,000,000"
    assert told["Distance"] == "+432 (+0.0%) from the upper limit"


def test_the_page_says_what_it_shows(england: fp.Atlas) -> None:
    page = rendered(england, "icb22")
    for words in (
        "illustrative",
        "icb22: 15 below, 26 within, 1 above",
        "residents, ONS mid-2020 estimates, 2020-06-30",
        "nhs-2019",
        "below its band",
        "not for current decisions",
    ):
        assert words in page


def test_it_opens_with_one_layer_on_and_the_systems_first(england: fp.Atlas) -> None:
    drawing = fp.footprint_map(england)
    layers = [child for child in drawing._children.values() if child._name == "GeoJson"]
    assert [layer.show for layer in layers] == [True] + [False] * (len(layers) - 1)
    assert layers[0].layer_name == "system 2026-04 (icb26)"
    assert len(layers) == len(england.newest()) - 1  # Networks have no lines.
    assert {"service 2019 (lrf19)", "service 2021 (cal21)"} <= {x.layer_name for x in layers}


def test_it_is_fitted_to_england(england: fp.Atlas) -> None:
    page = rendered(england, "icb22")
    (box,) = re.findall(r"fitBounds\(\s*(\[\[.*?\]\])", page, re.DOTALL)
    (south, west), (north, east) = json.loads(box)
    assert 49.8 < south < 50.2
    assert -6.6 < west < -5.5
    assert 55.6 < north < 56
    assert 1.5 < east < 2


def test_a_focus_is_fitted_to_its_own_area(england: fp.Atlas) -> None:
    page = rendered(england.focus("E06000046"), "amb22")
    (box,) = re.findall(r"fitBounds\(\s*(\[\[.*?\]\])", page, re.DOTALL)
    (south, west), (north, east) = json.loads(box)
    assert 50.5 < south < north < 50.8
    assert -1.7 < west < east < -1


def test_a_focus_is_outlined_and_named(england: fp.Atlas) -> None:
    page = rendered(england.focus("E06000046"), "amb22")
    services, outline = shapes(page)
    assert len(outline["features"]) == 1
    assert "dashArray" in page
    assert "Broken line: Isle of Wight." in page
    assert len(services["features"]) == 1


def test_people_are_told_where_no_band_is(england: fp.Atlas) -> None:
    (services,) = shapes(rendered(england, "amb22"))
    told = {f["properties"]["Code"]: f["properties"] for f in services["features"]}["RYE"]
    assert told["People"] == "4,114,426 residents, 2020-06-30"
    assert told["Band"] == "none for a service in nhs-2019"
    page = rendered(england, "amb22", population="registered")
    assert shapes(page)[0]["features"][0]["properties"]["People"] == "no registered known"


def test_a_band_without_limits_has_a_colour_of_its_own_and_is_counted() -> None:
    atlas = make_atlas([1, 2], place22=layer_of({"a": "P", "b": "Q"}, "place"))
    target = fp.BandSet(
        name="t", title="t", as_at="1", source="s", bands={"place": fp.Band(target=5)}
    )
    page = rendered(atlas, bands=target)
    (places,) = shapes(page)
    assert {f["properties"]["colour"] for f in places["features"]} == {"#d9d9d9"}
    assert places["features"][0]["properties"]["Distance"] == "-4 (-80.0%) from the target"
    assert "2 no limit" in page


def test_a_page_that_cannot_fetch_its_scripts_says_so(england: fp.Atlas) -> None:
    page = rendered(england, "icb22")
    assert 'id="footprints-blocked" hidden' in page
    assert "its scripts come from the" in page


def test_a_footprint_without_a_name_is_shown_by_its_code() -> None:
    layer = layer_of({"a": "P"}, "place")
    nameless = fp.Layer(
        table=layer.table.assign(name=pd.Series([None], index=["P"], dtype="str")),
        members=layer.members,
        level="place",
    )
    (places,) = shapes(rendered(make_atlas([1], place22=nameless)))
    assert places["features"][0]["properties"]["Name"] == "P"


def test_an_atlas_without_lines_cannot_be_drawn() -> None:
    table = pd.DataFrame({"residents": [1]}, index=["a"])
    units = fp.UnitTable(
        table=table, populations=(fp.Population(name="residents", source="s", as_at="1"),)
    )
    layers = {"place": layer_of({"a": "P"}, "place")}
    atlas = fp.Atlas(title="No lines", units={"squares": units}, layers=layers)
    with pytest.raises(fp.FootprintsError, match="No lines has no layer with lines to draw"):
        fp.footprint_map(atlas)


def test_neighbours_keep_the_vertices_they_share(england: fp.Atlas) -> None:
    (systems,) = shapes(rendered(england, "icb22"))
    drawn = gpd.GeoDataFrame.from_features(systems["features"]).geometry
    assert drawn.is_valid.all()
    assert shapely.coverage_is_valid(drawn.array)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_wherever_they_land(name: str) -> None:
    layer = layer_of({"a": "P", "b": "Q"}, name, P=name, Q="Q")
    atlas = fp.Atlas(
        title=name,
        units={"squares": residents(squares(residents=[1, 2]))},
        layers={"place22": layer},
        notes=[name],
    )
    page = rendered(atlas)
    assert "<img" not in page
    assert "<script>alert" not in page
    assert "'><b>" not in page
    assert "`" not in "".join(re.findall(r"<h1>(.*?)</h1>", page, re.DOTALL))
    if "7 * 7" in name:
        assert "&#123;&#123; 7 * 7 &#125;&#125;" in page
    assert "\x00" not in page
    assert "\u202e" not in page
    (layers,) = shapes(page)
    for text in layers["features"][0]["properties"].values():
        assert "<" not in str(text)


def test_a_layer_without_lines_is_refused_with_those_that_have_them(england: fp.Atlas) -> None:
    with pytest.raises(fp.FootprintsError, match="No lines are known for pcn21.*icb22"):
        fp.footprint_map(england, ["icb22", "pcn21"])
    with pytest.raises(UnknownNameError, match="'icb99'"):
        fp.footprint_map(england, ["icb99"])


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
