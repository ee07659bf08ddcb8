"""Saved maps: one file that asks nothing of any host, whatever of folium's was added to it."""

from __future__ import annotations

import re

import folium
import pytest

import footprints as fp
from footprints.errors import FileError, FootprintsWarning, OutputError

ASKS = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*(?:src|href)=["']?(?!data:)[^>]*>""")


@pytest.fixture
def plain_map() -> folium.Map:
    """Make a map of folium's without a base map."""
    return folium.Map([52, -1], tiles=None)


def saved(drawing: folium.Map, tmp_path, **options: object) -> str:
    return fp.save_map(drawing, tmp_path / "map.html", **options).read_text(encoding="utf-8")


def test_leaflet_is_in_the_page_and_unused_defaults_are_not(tmp_path, plain_map) -> None:
    page = saved(plain_map, tmp_path)
    assert "Leaflet 1.9.3" in page
    assert not ASKS.search(page)
    assert "jQuery" not in page
    assert len(page) < 175_000


def test_a_popup_brings_the_jquery_that_folium_writes_it_with(tmp_path, plain_map) -> None:
    folium.Marker([52, -1], popup="here").add_to(plain_map)
    page = saved(plain_map, tmp_path)
    assert "jQuery v3.7.1" in page
    assert not ASKS.search(page)


def test_the_images_of_markers_are_in_the_page(tmp_path, plain_map) -> None:
    folium.Marker([52, -1]).add_to(plain_map)
    page = saved(plain_map, tmp_path)
    assert page.count("data:image/png;base64") >= 5
    assert "url(images/" not in page


def test_the_policy_names_each_script_by_its_hash_and_no_host(tmp_path, plain_map) -> None:
    page = saved(plain_map, tmp_path)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == "'none'"
    assert parts["script-src"].count("sha256-") == len(re.findall(r"<script", page))
    assert "unsafe" not in parts["script-src"] + parts["style-src"]
    assert parts["img-src"] == "data:"
    assert "http" not in policy
    assert page.index("Content-Security-Policy") < page.index("<script") < page.index("<style")


def test_the_page_has_a_language_a_title_and_can_be_enlarged(tmp_path, plain_map) -> None:
    page = saved(plain_map, tmp_path)
    assert '<html lang="en">' in page
    assert "<title>Map</title>" in page
    assert "user-scalable" not in page


def test_a_base_map_is_kept_with_its_host_and_warned_of(tmp_path) -> None:
    drawing = folium.Map(tiles="https://{s}.example.org/{z}/{x}/{y}.png", attr="Example")
    with pytest.warns(FootprintsWarning, match="asks https://\\*.example.org for a base map"):
        page = saved(drawing, tmp_path)
    assert "img-src data: https://*.example.org;" in page


def test_what_no_package_holds_is_named_with_the_remedy(tmp_path, plain_map) -> None:
    folium.Marker([52, -1], icon=folium.Icon()).add_to(plain_map)
    with pytest.raises(OutputError, match="files={address: file}") as caught:
        saved(plain_map, tmp_path)
    assert any("awesome-markers.js" in code for code in caught.value.codes)
    assert not list(tmp_path.iterdir())


def test_files_of_ones_own_take_the_place_of_addresses(tmp_path, plain_map) -> None:
    icon = folium.CustomIcon("https://example.org/dot.png")
    folium.Marker([52, -1], icon=icon).add_to(plain_map)
    (tmp_path / "dot.png").write_bytes(b"dot")
    page = saved(plain_map, tmp_path, files={"https://example.org/dot.png": tmp_path / "dot.png"})
    assert "data:image/png;base64,ZG90" in page
    assert "example.org" not in page
    with pytest.raises(FileError, match="'gone.png' cannot be read"):
        saved(plain_map, tmp_path, files={"https://example.org/dot.png": tmp_path / "gone.png"})


def test_an_image_that_is_not_there_is_named(tmp_path, plain_map) -> None:
    icon = folium.CustomIcon("https://example.org/dot.png")
    folium.Marker([52, -1], icon=icon).add_to(plain_map)
    with pytest.raises(OutputError, match=r"asks for 'https://example.org/dot.png'"):
        saved(plain_map, tmp_path)


def test_a_page_above_the_limit_is_refused_with_advice(tmp_path, plain_map) -> None:
    with pytest.raises(OutputError, match="more than the 1,000 of max_bytes. Draw fewer layers"):
        saved(plain_map, tmp_path, max_bytes=1000)


def test_text_that_looks_like_tags_is_left_alone(tmp_path, plain_map) -> None:
    markup = '<script src="https://example.org/a.js"></script>'
    data = folium.Element(f"/* {markup.replace('</', '<')} */ var a = 1;\r\nvar b = '\x00';")
    plain_map.get_root().script.add_child(data)
    page = saved(plain_map, tmp_path)
    assert 'src="https://example.org/a.js"' in page
    assert "\x00" not in page
    assert "\r" not in page
