"""Maps in a real browser with the network cut off: what is drawn, what a reader can do, what runs."""

from __future__ import annotations

import os
import re
import shutil
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING

import folium
import networkx as nx
import pandas as pd
import pytest
from conftest import layer_of, residents, squares
from hostile import HOSTILE

import footprints as fp
from footprints.report.contents import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
NEEDED = "FOOTPRINTS_NEEDS_BROWSER"
"""Where this is set, a browser that is missing fails the tests."""


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Start Chromium, or skip."""
    reason = "" if CHROMIUM else "no Chromium is installed"
    reason = reason if find_spec("playwright") else "playwright is not installed"
    if reason and NEEDED in os.environ:
        pytest.fail(f"{reason}, and {NEEDED} is set")
    if reason:
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Continuous integration runs as root, for whom Chromium has no sandbox.
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


class Opened:
    """A page that is open, and all that it asked for and complained of."""

    def __init__(self, browser, file: Path, **options: object) -> None:
        self.context = browser.new_context(offline=True, **options)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.goto(file.as_uri())
        self.page.wait_for_selector(".footprints h1")
        self.own = file.as_uri()

    @property
    def shapes(self) -> int:
        """How many shapes can be pointed at."""
        return self.page.locator("path.leaflet-interactive").count()

    def middle_of(self, number: int) -> tuple[float, float]:
        """Return a place on the screen inside a shape."""
        return self.page.evaluate(
            """(number) => {
              const path = document.querySelectorAll("path.leaflet-interactive")[number];
              const box = path.getBoundingClientRect();
              for (let i = 1; i < 20; i++) for (let j = 1; j < 20; j++) {
                const x = box.x + box.width * i / 20, y = box.y + box.height * j / 20;
                if (document.elementFromPoint(x, y) === path) return [x, y];
              }
            }""",
            number,
        )

    def quiet(self) -> bool:
        """Tell whether it asked for nothing but itself and complained of nothing."""
        return self.asked == [self.own] and not self.complaints


@pytest.fixture
def opened(browser, tmp_path) -> Iterator[object]:
    """Return a function that saves a map and opens it."""
    pages = []

    def open_map(drawing: folium.Map, **options: object) -> Opened:
        pages.append(Opened(browser, fp.save_map(drawing, tmp_path / "map.html"), **options))
        return pages[-1]

    yield open_map
    for page in pages:
        page.context.close()


@pytest.fixture(scope="module")
def checked(england: fp.Atlas) -> folium.Map:
    """Draw England with what the check found."""
    return fp.footprint_map(england, findings=fp.check(england))


def test_the_page_opens_without_a_network_and_draws_each_system(opened, checked) -> None:
    page = opened(checked)
    assert page.shapes == 36
    assert page.quiet(), (page.asked, page.complaints)
    assert page.page.title() == "England (embedded example)"
    assert page.page.get_by_text("Illustrative lines, not for publication").is_visible()


def test_a_layer_is_switched_on_and_off(opened, checked) -> None:
    page = opened(checked)
    places = page.page.get_by_label("2022-07 (place22)")
    places.check()
    assert page.shapes == 164
    assert page.page.locator(".leaflet-footprints-lines-pane path").count() == 36
    places.uncheck()
    assert page.shapes == 36
    page.page.get_by_label(re.compile("^Systems ")).uncheck()
    assert page.shapes == 0
    assert page.page.get_by_text("Nothing is switched on.").is_visible()
    assert page.quiet()


def test_a_pointer_over_a_footprint_shows_what_is_known_of_it(opened, england) -> None:
    page = opened(fp.footprint_map(england, "icb26"))
    names = []
    for number in (0, 11, 30):
        page.page.mouse.move(*page.middle_of(number))
        tip = page.page.locator(".leaflet-tooltip")
        tip.wait_for()
        names.append(tip.locator("strong").inner_text())
    layer = england.layers["icb26"]
    assert names == [layer["name"].iloc[number] for number in (0, 11, 30)]
    told = page.page.locator(".leaflet-tooltip").inner_text()
    people = int(england.people("icb26")["residents"].iloc[30])
    assert layer.index[30] in told
    assert f"{people:,} residents, 2020-06-30" in told
    assert "1,000,000 to 3,000,000" in told


def test_search_finds_frimley_and_shows_it(opened, england) -> None:
    page = opened(fp.footprint_map(england, ["icb26", "icb22"]))
    page.page.get_by_label("Find by name or code").fill("frimley")
    hits = page.page.locator(".footprints-results button")
    assert hits.count() == 1
    hits.first.click()
    chosen = page.page.locator(".footprints-chosen")
    assert "NHS Frimley Integrated Care Board" in chosen.inner_text()
    assert "E54000034" in chosen.inner_text()
    assert page.page.get_by_label("Systems (icb22)").is_checked()
    assert page.page.locator(".leaflet-footprints-marked-pane path").count() == 1


def test_everything_works_by_keyboard(opened, checked) -> None:
    page = opened(checked)
    keyboard = page.page.keyboard

    def reach(name: str) -> None:
        for _ in range(80):
            keyboard.press("Tab")
            here = page.page.evaluate(
                "(document.activeElement.labels?.[0] || document.activeElement).textContent"
            )
            if name in here:
                return
        pytest.fail(f"{name} cannot be reached")

    reach("Find by name or code")
    keyboard.type("frimley")
    keyboard.press("Enter")
    chosen = page.page.locator(".footprints-chosen")
    assert "Frimley" in chosen.inner_text()
    assert page.page.evaluate("document.activeElement.className") == "footprints-chosen"
    reach("Clear")
    keyboard.press("Enter")
    assert chosen.inner_text() == ""
    reach("nesting: lad23 against icb26")
    keyboard.press("Space")
    assert page.page.locator(".leaflet-footprints-found-pane path").count() == 5
    before = page.page.evaluate("document.querySelector('.leaflet-map-pane').style.transform")
    page.page.locator(".folium-map").focus()
    keyboard.press("ArrowRight")
    page.page.wait_for_function(
        "before => document.querySelector('.leaflet-map-pane').style.transform !== before",
        arg=before,
    )
    assert page.quiet(), page.complaints


def test_a_finding_is_hatched_and_tells_its_evidence(opened, checked, england) -> None:
    page = opened(checked)
    page.page.get_by_label("nesting: lad23 against icb26").check()
    hatched = page.page.locator(".leaflet-footprints-found-pane path")
    assert hatched.count() == 5
    assert hatched.first.get_attribute("fill").startswith("url(#")
    page.page.mouse.click(*page.middle_of(36))
    told = page.page.locator(".footprints-evidence").inner_text()
    missed = fp.check(england).findings.query(
        "check == 'nesting' and layer == 'lad23' and status == 'warn'"
    )
    assert missed["message"].iloc[0] in told
    assert "policy hopes for nested footprints" in told
    assert page.page.get_by_text("5 warnings").is_visible()


def test_no_hostile_name_runs_and_each_is_shown_as_text(opened) -> None:
    assert len(HOSTILE) >= 40
    codes = [f"k{n:02}q{text[:40]}".strip() for n, text in enumerate(HOSTILE)]
    units = pd.DataFrame({"residents": range(len(HOSTILE))})
    shapes = squares(residents=[1]).geometry.iloc[0]
    import geopandas as gpd
    from shapely.affinity import translate

    index = pd.Index([f"u{n}" for n in range(len(HOSTILE))], dtype="str")
    placed = [translate(shapes, 1000 * (n % 7), 1000 * (n // 7)) for n in range(len(HOSTILE))]
    table = gpd.GeoDataFrame(units.set_index(index), geometry=placed, crs=27700)
    names = dict(zip(codes, HOSTILE, strict=True))
    layers = {
        "place22": layer_of(dict(zip(index, codes, strict=True)), HOSTILE[0], **names),
        "icb22": layer_of(dict.fromkeys(index, "S"), "system", S=HOSTILE[1]),
    }
    layers = {
        key: fp.Layer(
            table=layer.table, members={"u": next(iter(layer.members.values()))},
            level=layer.level, source=HOSTILE[3], as_at=HOSTILE[5],
        )
        for key, layer in layers.items()
    }  # fmt: skip
    atlas = fp.Atlas(title=HOSTILE[2], units={"u": residents(table)}, layers=layers, notes=HOSTILE)
    findings = fp.check(atlas, layers=["icb22"]).findings.iloc[:1]
    rows = pd.concat([findings] * len(HOSTILE), ignore_index=True).assign(
        check=HOSTILE, layer="place22", code=codes, status="warn", message=HOSTILE, source=HOSTILE
    )
    page = opened(fp.footprint_map(atlas, ["place22", "icb22"], findings=rows))
    assert page.shapes == len(HOSTILE)
    for box in page.page.locator(".footprints input[type=checkbox]").all()[:6]:
        box.check()
    shown = page.page.locator(".footprints").text_content()
    for number, text in enumerate(HOSTILE):
        plain = visible(text)
        assert plain in shown, plain
        page.page.get_by_label("Find by name or code").fill(f"k{number:02}q")
        page.page.keyboard.press("Enter")
        chosen = page.page.locator(".footprints-chosen").text_content()
        assert chosen.count(plain) >= 2, plain
        page.page.mouse.move(*page.middle_of(number % 3))
    assert page.page.evaluate("window.ran") is None
    assert page.quiet(), (page.asked, page.complaints)


def test_the_policy_stops_a_script_that_is_not_the_pages_own(opened, checked) -> None:
    page = opened(checked)
    page.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = 1";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = 1'>");
        }"""
    )
    page.page.wait_for_timeout(100)
    assert page.page.evaluate("window.ran") is None
    assert any("Content Security Policy" in complaint for complaint in page.complaints)


@pytest.mark.parametrize(
    "state", ["as it opens", "with all switched on", "with one chosen", "narrow"]
)
def test_an_accessibility_check_finds_nothing_serious(opened, checked, state: str) -> None:
    narrow = {"viewport": {"width": 400, "height": 800}} if state == "narrow" else {}
    page = opened(checked, bypass_csp=True, **narrow)
    if state == "with all switched on":
        for box in page.page.locator(".footprints input[type=checkbox]").all():
            box.check()
    if state == "with one chosen":
        page.page.get_by_label("Find by name or code").fill("leeds")
        page.page.keyboard.press("Enter")
    page.page.evaluate(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = page.page.evaluate("axe.run()")["violations"]
    grave = [
        (each["id"], each["nodes"][0]["html"])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert not grave


def test_what_a_user_adds_to_the_map_works_without_a_network(opened, england) -> None:
    drawing = fp.footprint_map(england, "icb26")
    marker = folium.Marker([52, -1], tooltip="a clinic", popup="<b>Open</b> from 9")
    marker.add_to(folium.FeatureGroup("Clinics").add_to(drawing))
    folium.GeoJson({"type": "Point", "coordinates": [-2, 53]}).add_to(drawing)
    folium.LayerControl(collapsed=False).add_to(drawing)
    page = opened(drawing)
    icons = page.page.locator("img.leaflet-marker-icon")
    assert icons.count() == 2
    assert icons.first.evaluate("icon => icon.naturalWidth") == 25
    icons.first.dispatch_event("click")
    page.page.get_by_text("Open from 9").wait_for()
    page.page.get_by_label("Clinics").uncheck()
    assert icons.count() == 1
    assert page.shapes == 36
    assert page.quiet(), (page.asked, page.complaints)


def test_a_page_without_leaflet_says_so(browser, tmp_path, checked) -> None:
    file = tmp_path / "unsaved.html"
    file.write_text(checked.get_root().render(), encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(file.as_uri(), wait_until="domcontentloaded")
    assert page.get_by_text("The map could not be drawn").is_visible()
    context.close()


def test_paper_shows_the_whole_area_and_no_controls(opened, england) -> None:
    page = opened(fp.footprint_map(england, "icb26"))
    page.page.emulate_media(media="print")
    page.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert not page.page.get_by_label("Find by name or code").is_visible()
    assert not page.page.locator(".leaflet-control-zoom").is_visible()
    assert page.page.locator(".footprints-legend").is_visible()
    frame = page.page.locator(".folium-map").bounding_box()
    for number in (0, 35):
        box = page.page.locator("path.leaflet-interactive").nth(number).bounding_box()
        assert box["x"] >= frame["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
        assert box["y"] + box["height"] <= frame["y"] + frame["height"] + 1


def test_a_redraw_opens_with_what_moved_hatched_and_told(opened, england) -> None:
    page = opened(fp.footprint_map(england, change=fp.compare(england, "icb22", "icb26")))
    assert page.page.locator(".leaflet-footprints-found-pane path").count() == 4
    assert page.page.locator(".leaflet-footprints-lines-pane path").count() == 42
    assert page.shapes == 36 + 4
    assert page.page.get_by_text("4 areas transferred, 978,491 people").is_visible()
    page.page.mouse.click(*page.middle_of(36))
    told = page.page.locator(".footprints-chosen").inner_text()
    assert "344,553 residents, 2020-06-30" in told
    assert "→ NHS Essex Integrated Care Board" in told
    assert page.quiet(), page.complaints


def test_ties_to_services_are_lines_that_tell_whom_they_join(opened, england) -> None:
    graph = nx.Graph(systems="icb22", services="amb22")
    pairs = england.overlap("icb22", "amb22").dropna(subset=["left", "right"])
    for row in pairs.itertuples():
        ends = ("icb22", row.left), ("amb22", row.right)
        graph.add_edge(*ends, people=row.people, share_of_system=row.left_share)
        graph.nodes[ends[1]]["name"] = f"<i>{row.right}</i>"
    page = opened(fp.footprint_map(england, services=graph))
    cut = pairs["left"].value_counts().gt(1).sum()
    found = page.page.locator(".leaflet-footprints-found-pane path")
    assert found.count() == cut == 7
    page.page.get_by_label("Systems cut by amb22").uncheck()
    page.page.get_by_label("Ties to amb22").check()
    assert found.count() == len(pairs) + pairs["right"].nunique()
    found.last.dispatch_event("mouseover")
    assert re.fullmatch("<i>[A-Z0-9]+</i>", page.page.locator(".leaflet-tooltip").inner_text())
    assert page.quiet(), page.complaints
