"""Maps in a real browser with the network cut off: what is drawn, what a reader can do, what runs."""

from __future__ import annotations

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import TYPE_CHECKING

import folium
import networkx as nx
import pytest

import footprints as fp

if TYPE_CHECKING:
    from browsing import Opened


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


def told_of(atlas: fp.Atlas, key: str, code: str) -> list[str]:
    """Return what a map has to tell of a footprint, label and text in turn, from the tables."""
    found = fp.check(atlas, layers=[key], select=["population-band"]).findings
    row = found.set_index("code").loc[code]
    people = atlas.people(key).loc[code, "residents"]
    ends = {"lower": "the lower limit", "upper": "the upper limit"}
    away = f"{row['distance']:+,.0f} ({row['distance_percent']:+.1f}%) from {ends[row['nearest']]}"
    return [
        "Code", code,
        "People", f"{people:,.0f} residents, 2020-06-30",
        "Band", f"{row['result']} 1,000,000 to 3,000,000",
        "Distance", away,
    ]  # fmt: skip


def test_a_pointer_over_a_footprint_shows_what_is_known_of_it(opened, england) -> None:
    page = opened(fp.footprint_map(england, "icb26"))
    layer = england.layers["icb26"]
    for number in (0, 11, 30):
        page.page.mouse.move(*page.middle_of(number))
        tip = page.page.locator(".leaflet-tooltip")
        tip.wait_for()
        assert tip.locator("strong").inner_text() == layer["name"].iloc[number]
        told = tip.locator("dt, dd").all_inner_texts()
        assert told == told_of(england, "icb26", layer.index[number])
        assert tip.text_content() == "".join([layer["name"].iloc[number], *told])


def test_a_bar_tells_the_scale(opened, england) -> None:
    page = opened(fp.footprint_map(england, "icb26"))
    bar = page.page.locator(".leaflet-control-scale-line")
    assert bar.is_visible()
    number, unit = re.fullmatch(r"(\d+) (k?m)", bar.inner_text()).groups()
    kilometres = int(number) / (1 if unit == "km" else 1000)
    # England is about 650 km from south to north, and the bar at most 100 pixels long.
    boxes = [each.bounding_box() for each in page.page.locator("path.leaflet-interactive").all()]
    tall = max(box["y"] + box["height"] for box in boxes) - min(box["y"] for box in boxes)
    assert bar.bounding_box()["width"] <= 105
    assert kilometres / bar.bounding_box()["width"] == pytest.approx(650 / tall, rel=0.15)


def test_the_legend_has_the_colours_of_the_map(opened, england) -> None:
    page = opened(fp.footprint_map(england, "icb26"))
    strength = "each => [getComputedStyle(each).%s, getComputedStyle(each).%s].join(' ')"
    legend = page.page.locator(".footprints-swatch").all()
    shown = [each.evaluate(strength % ("backgroundColor", "opacity")) for each in legend]
    shapes = page.page.locator("path.leaflet-interactive").all()
    drawn = [each.evaluate(strength % ("fill", "fillOpacity")) for each in shapes]
    assert len(shown) == 3
    assert set(shown) == set(drawn)


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


def reach(page: Opened, name: str) -> None:
    """Press the tab key until what has the focus is called so."""
    for _ in range(120):
        page.page.keyboard.press("Tab")
        # Between the last and the first the focus is on the body, which holds everything.
        here = page.page.evaluate(
            """() => {
              const here = document.activeElement;
              return here === document.body ? "" : (here.labels?.[0] || here).textContent;
            }"""
        )
        if name in here:
            return
    pytest.fail(f"{name} cannot be reached")


def test_a_layer_is_switched_and_a_footprint_read_by_keyboard_alone(opened, england) -> None:
    page = opened(fp.footprint_map(england, ["icb26", "icb22"]))
    assert page.shapes == 36
    reach(page, "Systems (icb22)")
    page.page.keyboard.press("Space")
    assert page.shapes == 42
    page.page.keyboard.press("Space")
    assert page.shapes == 36
    reach(page, "2022-07 (icb22)")
    page.page.keyboard.press("Space")
    assert page.shapes == 42
    reach(page, "Find by name or code")
    page.page.keyboard.type("E54000034")
    reach(page, "NHS Frimley")
    page.page.keyboard.press("Enter")
    chosen = page.page.locator(".footprints-chosen")
    assert chosen.evaluate("chosen => document.activeElement === chosen")
    assert chosen.locator("h2").inner_text() == "NHS Frimley Integrated Care Board"
    told = chosen.locator("dt, dd").all_inner_texts()
    assert told == told_of(england, "icb22", "E54000034")
    assert told[3:6:2] == ["746,739 residents, 2020-06-30", "below 1,000,000 to 3,000,000"]
    assert page.quiet(), page.complaints


def test_everything_works_by_keyboard(opened, checked) -> None:
    page = opened(checked)
    keyboard = page.page.keyboard
    reach(page, "Find by name or code")
    keyboard.type("frimley")
    keyboard.press("Enter")
    chosen = page.page.locator(".footprints-chosen")
    assert "Frimley" in chosen.inner_text()
    assert page.page.evaluate("document.activeElement.className") == "footprints-chosen"
    reach(page, "Clear")
    keyboard.press("Enter")
    assert chosen.inner_text() == ""
    reach(page, "nesting: lad23 against icb26")
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


ASKING = """async (host) => {
  const refused = [];
  document.addEventListener("securitypolicyviolation",
    (event) => refused.push(event.effectiveDirective));
  const add = (tag, properties) => document.body.append(
    Object.assign(document.createElement(tag), properties));
  await fetch(host).catch(() => 0);
  add("img", {src: host + "a.png"});
  add("script", {src: host + "a.js"});
  add("link", {rel: "stylesheet", href: host + "a.css"});
  add("iframe", {src: host});
  add("video", {src: host + "a.mp4"});
  add("object", {data: host + "a.swf"});
  const sheet = document.createElement("style");
  sheet.textContent = "body {display: none}";
  document.head.append(sheet);
  await new Promise((then) => setTimeout(then, 200));
  return refused;
}"""
"""A script that asks a host in every way, and tells which rules refused it."""


def test_the_policy_lets_nothing_be_asked_for(opened, checked) -> None:
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        page = opened(checked)
        page.context.set_offline(False)
        done = page.page.evaluate(ASKING, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
    assert set(done) >= {
        "connect-src", "img-src", "script-src-elem", "style-src-elem", "frame-src", "media-src",
        "object-src",
    }  # fmt: skip
    assert not asked


def test_a_focus_stands_out_from_what_lies_around_it(opened, england) -> None:
    page = opened(fp.footprint_map(england.focus("Frimley"), ["icb22", "icb26"]))
    (veil,) = page.page.locator(".leaflet-footprints-veil-pane path").all()
    assert veil.get_attribute("fill") == "#fff"
    assert veil.get_attribute("fill-rule") == "evenodd"
    assert 0.5 <= float(veil.get_attribute("fill-opacity")) <= 0.7
    x, y = page.middle_of(0)
    inside = """([x, y]) => {
      const veil = document.querySelector(".leaflet-footprints-veil-pane path");
      const {x: right, y: down} = new DOMPoint(x, y).matrixTransform(veil.getScreenCTM().inverse());
      return veil.isPointInFill(new DOMPoint(right, down));
    }"""
    assert not page.page.evaluate(inside, [x, y])
    frame = page.page.locator(".folium-map").bounding_box()
    corner = [frame["x"] + frame["width"] - 20, frame["y"] + 20]
    assert page.page.evaluate(inside, corner)
    assert page.page.get_by_text("what lies outside is faint").is_visible()
    assert page.quiet(), page.complaints
    whole = opened(fp.footprint_map(england, "icb22"))
    assert not whole.page.locator(".leaflet-footprints-veil-pane path").count()


@pytest.mark.parametrize("media", ["screen", "print"])
def test_a_marking_stands_over_the_page(opened, england, media: str) -> None:
    page = opened(fp.footprint_map(england, "icb26", marking="DRAFT <b>for the board"))
    page.page.emulate_media(media=media)
    marking = page.page.locator(".footprints-marking")
    assert marking.inner_text() == "DRAFT <b>for the board"
    assert marking.is_visible()
    # What is fixed stands on each sheet of paper.
    assert marking.evaluate("made => getComputedStyle(made).position") == "fixed"
    assert page.quiet(), page.complaints
    without = opened(fp.footprint_map(england, "icb26"))
    assert not without.page.locator(".footprints-marking").count()


@pytest.mark.parametrize(
    "state",
    ["as it opens", "with all switched on", "with one chosen", "narrow", "a redraw", "services"],
)
def test_an_accessibility_check_finds_nothing_serious(opened, checked, england, state: str) -> None:
    narrow = {"viewport": {"width": 400, "height": 800}} if state == "narrow" else {}
    drawing = checked
    if state == "a redraw":
        redraw = fp.compare(england.focus("Frimley"), "icb22", "icb26")
        drawing = fp.footprint_map(england.focus("Frimley"), change=redraw, marking="DRAFT")
    if state == "services":
        graph = fp.services_graph(england, "icb22", ["amb22"])
        drawing = fp.footprint_map(england, services=graph, marking="DRAFT")
    page = opened(drawing, bypass_csp=True, **narrow)
    if state in ("with all switched on", "a redraw", "services"):
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


def test_a_frame_in_a_popup_is_shown_and_runs_nothing(opened) -> None:
    drawing = folium.Map([52, -1], tiles=None)
    frame = folium.IFrame(
        "<b>12 beds</b><script>parent.ran = 1; document.title = 'ran'</script>", 200, 80
    )
    folium.Marker([52, -1], popup=folium.Popup(frame)).add_to(drawing)
    drawing.get_root().html.add_child(
        folium.Element('<aside class="footprints"><h1>Clinics</h1></aside>')
    )
    page = opened(drawing)
    page.page.locator("img.leaflet-marker-icon").dispatch_event("click")
    inside = page.page.frame_locator(".leaflet-popup iframe")
    inside.get_by_text("12 beds").wait_for()
    assert inside.locator("html").evaluate("() => document.title") == ""
    assert page.page.evaluate("window.ran") is None


def test_a_notebook_shows_the_map_without_a_network(browser, tmp_path, england) -> None:
    drawing = fp.footprint_map(england, "icb26")
    file = tmp_path / "notebook.html"
    file.write_text(f"<!DOCTYPE html>{drawing._repr_html_()}", encoding="utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(file.as_uri())
    frame = page.frame_locator("iframe")
    frame.get_by_text("Illustrative lines, not for publication").wait_for()
    assert frame.locator("path.leaflet-interactive").count() == 36
    assert not [url for url in asked if url.startswith("http")]
    assert not complaints
    context.close()


def test_a_notebook_says_that_an_addition_asks_hosts(england) -> None:
    drawing = fp.footprint_map(england, "icb26")
    folium.Marker([52, -1], icon=folium.Icon()).add_to(drawing)
    with pytest.warns(fp.FootprintsWarning, match="asks the hosts that folium names.*awesome"):
        assert "<iframe" in drawing._repr_html_()


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


@pytest.mark.parametrize("wide", [1366, 1920])
def test_england_fills_the_paper_however_wide_the_screen_is(opened, england, wide: int) -> None:
    page = opened(fp.footprint_map(england, "icb26"), viewport={"width": wide, "height": 768})
    page.page.emulate_media(media="print")
    page.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    boxes = [each.bounding_box() for each in page.page.locator("path.leaflet-interactive").all()]
    tall = max(box["y"] + box["height"] for box in boxes) - min(box["y"] for box in boxes)
    frame = page.page.locator(".folium-map").bounding_box()
    assert 0.8 < tall / frame["height"] <= 1
    # A4 on its side has 718 pixels between margins of 10 mm.
    assert frame["height"] <= 718


def test_a_focus_and_its_notes_fit_one_sheet(opened, england) -> None:
    frimley = england.focus("Frimley")
    page = opened(fp.footprint_map(frimley, findings=fp.check(frimley), marking="DRAFT"))
    paper = page.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def test_a_redraw_opens_with_what_moved_hatched_and_told(opened, england) -> None:
    page = opened(fp.footprint_map(england, change=fp.compare(england, "icb22", "icb26")))
    assert page.page.locator(".leaflet-footprints-found-pane path").count() == 4
    assert page.page.locator(".leaflet-footprints-lines-pane path").count() == 42
    assert page.shapes == 36 + 4
    assert page.page.get_by_text("4 areas transferred, 978,491 people").is_visible()
    lead = "42 systems became 36, 29 unchanged; of 56,550,138 people, 978,491 were transferred"
    assert page.page.get_by_text(f"{lead} and 13,240,362 were merged.").is_visible()
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
    page.page.get_by_label("Systems cut by ambulance services (amb22)").uncheck()
    page.page.get_by_label("Ties to ambulance services (amb22)").check()
    found = page.page.locator(".leaflet-footprints-ties-pane path")
    assert found.count() == len(pairs) + pairs["right"].nunique()
    found.last.dispatch_event("mouseover")
    assert re.fullmatch("<i>[A-Z0-9]+</i>", page.page.locator(".leaflet-tooltip").inner_text())
    for system, several in pairs["left"].value_counts().gt(1).items():
        page.page.get_by_label("Find by name or code").fill(system)
        page.page.keyboard.press("Enter")
        told = page.page.locator(".footprints-evidence").all_inner_texts()
        word = "shared by several" if several else "Ties to ambulance services (amb22)."
        assert len(told) == 1
        assert word in told[0]
        for service in pairs.loc[pairs["left"] == system, "right"]:
            assert f"<i>{service}</i>" in told[0]
    assert page.quiet(), page.complaints
