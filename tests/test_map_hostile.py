"""Hostile texts in every field of a map, in a real browser: none runs, each is shown as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from conftest import layer_of, residents, squares
from hostile import HOSTILE
from shapely.affinity import translate

import footprints as fp
from footprints.report.contents import visible

if TYPE_CHECKING:
    import folium


def test_no_hostile_name_runs_and_each_is_shown_as_text(opened) -> None:
    assert len(HOSTILE) >= 40
    codes = [f"k{n:02}q{text[:40]}".strip() for n, text in enumerate(HOSTILE)]
    units = pd.DataFrame({"residents": range(len(HOSTILE))})
    shapes = squares(residents=[1]).geometry.iloc[0]
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


def test_nothing_in_a_redraw_or_a_service_that_is_hostile_runs(opened) -> None:
    count = len(HOSTILE)
    index = pd.Index([f"u{n:02}" for n in range(count)], dtype="str")
    table = squares(residents=[1] * 16)
    table = table.take([n % 16 for n in range(count)]).set_index(index)
    basis = fp.Population(name=HOSTILE[2], source=HOSTILE[3], as_at=HOSTILE[5])
    units = fp.UnitTable(
        table=table.rename(columns={"residents": HOSTILE[2]}),
        populations=(basis,),
        lines="illustrative",
    )
    codes = [f"k{n:02}q{text[:40]}".strip() for n, text in enumerate(HOSTILE)]
    names = dict(zip(codes, HOSTILE, strict=True))
    # Each system loses its unit to the next one, so that each name is in a move.
    moved = dict(zip(index, [codes[-1], *codes[:-1]], strict=True))
    layers = {
        key: fp.Layer(
            table=layer.table,
            members={"u": next(iter(layer.members.values()))},
            level=level,
            lines=layer.lines,
        )
        for key, level, layer in (
            ("icb22", "system", layer_of(dict(zip(index, codes, strict=True)), "", **names)),
            ("icb26", "system", layer_of(moved | {"u00": codes[0]}, "", **names)),
            ("amb22", "service", layer_of(dict(zip(index, codes, strict=True)), "", **names)),
        )
    }
    atlas = fp.Atlas(title=HOSTILE[7], units={"u": units}, layers=layers)
    change = fp.compare(atlas, "icb22", "icb26")
    graph = fp.services_graph(atlas, "icb22", ["amb22"])
    marking = "".join(HOSTILE[:4])
    page = opened(
        fp.footprint_map(atlas, change=change, services=graph, title=HOSTILE[8], marking=marking)
    )
    for box in page.page.locator(".footprints input[type=checkbox]").all():
        box.check()
    for number in range(0, page.shapes, 7):
        page.page.locator("path.leaflet-interactive").nth(number).dispatch_event("mouseover")
    for number, text in enumerate(HOSTILE):
        page.page.get_by_label("Find by name or code").fill(f"k{number:02}q")
        page.page.keyboard.press("Enter")
        assert visible(text) in page.page.locator(".footprints-chosen").text_content()
    assert page.page.locator(".footprints-marking").text_content() == visible(marking)
    assert page.page.evaluate("window.ran") is None
    assert page.quiet(), (page.asked, page.complaints)


OF_FILE = ["file", "layer", "source", "as_at", "note"]


class HostilePage:
    """A map in which each field of an atlas is another hostile text; the next page's rotate.

    Parameters
    ----------
    shift : int
        Which text the first field has.
    """

    def __init__(self, shift: int) -> None:
        self.shift = shift
        self.fields: dict[str, str] = {}

    def text(self, field: str) -> str:
        """Return the text of a field: another one for each field, and for each page."""
        if field not in self.fields:
            self.fields[field] = HOSTILE[(self.shift + len(self.fields)) % len(HOSTILE)]
        return self.fields[field]

    def layer(self, key: str, level: str, members: str) -> fp.Layer:
        """Make a layer of the squares from a letter each."""
        plain = layer_of(dict(zip("abcdef", members, strict=True)), level)
        names = [self.text(f"name of {key} {code}") for code in plain.table.index]
        said = {field: self.text(f"{field} of {key}") for field in ("as_at", "source", "note")}
        table = plain.table.assign(name=names)
        return fp.Layer(table=table, members=plain.members, level=level, **said)

    def atlas(self) -> fp.Atlas:
        """Make six squares in systems before and after, services, districts and a level."""
        name = self.text("name of the population")
        whose = fp.Population(
            name=name,
            source=self.text("source of the population"),
            as_at=self.text("date of the population"),
        )
        table = squares(**{name: [1, 2, 3, 4, 5, 6]})
        file = {part: self.text(f"{part} of the file") for part in OF_FILE}
        origin = fp.Origin(part="units.squares", **file)
        return fp.Atlas(
            title=self.text("title of the atlas"),
            units={"squares": fp.UnitTable(table=table, populations=(whose,), lines="official")},
            layers={
                "stp21": self.layer("stp21", "system", "AABBBB"),
                "icb22": self.layer("icb22", "system", "AAABBB"),
                "amb22": self.layer("amb22", "service", "NNSSSS"),
                "lad21": self.layer("lad21", "district", "UVWWWW"),
                "odd22": self.layer("odd22", self.text("level"), "PPQQQQ"),
            },
            notes=[self.text("first note"), self.text("second note")],
            origins=(origin,),
            checks=fp.Checks(nest=(("lad21", "icb22"),), coterminous=(("lad21", "icb22"),)),
        )

    def bands(self) -> fp.BandSet:
        """Make bands that some of the footprints miss."""
        return fp.BandSet(
            name=self.text("name of the bands"),
            title=self.text("title of the bands"),
            as_at=self.text("date of the bands"),
            source=self.text("source of the bands"),
            bands={
                "system": fp.Band(lower=10, quote=self.text("quote of systems")),
                self.text("level"): fp.Band(upper=10, quote=self.text("quote of the level")),
            },
        )

    def drawing(self) -> folium.Map:
        """Draw it with findings, a redraw and services, under a heading and a marking."""
        atlas = self.atlas().focus("icb22:A")
        report = fp.check(atlas, bands=self.bands())
        return fp.footprint_map(
            atlas,
            list(atlas.layers),
            findings=report.findings,
            bands=self.bands(),
            change=fp.compare(atlas, "stp21", "icb22"),
            services=fp.services_graph(atlas, "icb22", ["amb22"]),
            title=self.text("heading"),
            marking=self.text("marking"),
            licence=self.text("licence"),
        )


ALL_THAT_IS_TOLD = """() => {
  let told = document.title + document.querySelector(".footprints").textContent;
  const boxes = [...document.querySelectorAll(".footprints input[type=checkbox]")];
  boxes.filter((box) => box.checked).forEach((box) => box.click());
  for (const box of boxes) {
    box.click();
    told += document.querySelector(".footprints-legend").textContent;
    for (const path of document.querySelectorAll("path.leaflet-interactive")) {
      for (const type of ["mouseover", "click", "mouseout"]) {
        path.dispatchEvent(new MouseEvent(type, {bubbles: true}));
        told += document.querySelector(".leaflet-tooltip-pane").textContent;
        told += document.querySelector(".footprints-chosen").textContent;
      }
    }
    box.click();
  }
  return told;
}"""
"""A script that switches on each layer alone, points at and chooses each shape, and collects texts."""
UNTOLD = {
    "title of the atlas",
    "quote of systems",
    "quote of the level",
    *(f"{part} of the file" for part in OF_FILE),
}
"""What a map keeps to itself: a heading of its own stands for the title, the rest is in reports."""


@pytest.mark.parametrize("shift", range(len(HOSTILE)))
def test_each_hostile_text_is_text_in_each_field(opened, shift: int) -> None:
    made = HostilePage(shift)
    page = opened(made.drawing())
    # A heading begins with a capital letter.
    shown = page.page.evaluate(ALL_THAT_IS_TOLD).casefold()
    fields = made.fields.items()
    untold = {field for field, text in fields if visible(text).casefold() not in shown}
    assert untold <= UNTOLD
    assert page.page.evaluate("window.ran") is None
    assert page.quiet(), (page.asked, page.complaints)
