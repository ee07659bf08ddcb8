"""Making and saving a map of every layer of England against folium's own, and how soon the page is drawn."""

from __future__ import annotations

import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import folium
import geopandas as gpd
import shapely
from figures import Figure, Measured, SkippedError

import footprints as fp
from footprints.maps.page import as_json

sys.path.append(str(Path(__file__).parents[1] / "tests"))

DETAIL_M = 20
SECONDS = 2.0
"""How soon after it is opened a page is to be drawn."""
Frames = dict[str, gpd.GeoDataFrame]


def prepare(_: bool) -> tuple[fp.Atlas, Frames]:  # noqa: FBT001 - every figure is asked so.
    """Load England and its layers as frames in degrees, simplified as the map does it."""
    atlas = fp.load_example()
    frames = {}
    for key in atlas.overview.index[atlas.overview["lines"] != "none"]:
        frame = atlas.layers[key].join(atlas.people(key)).reset_index()
        simple = shapely.coverage_simplify(frame.geometry.array, DETAIL_M)
        frames[key] = frame.set_geometry(simple, crs=frame.crs).to_crs("EPSG:4326")
    return atlas, frames


def ours(given: tuple[fp.Atlas, Frames]) -> str:
    """Make and save the page with its bands, colours, panel, shared lines and all it runs."""
    atlas, frames = given
    with TemporaryDirectory() as folder:
        file = fp.save_map(fp.footprint_map(atlas, list(frames)), Path(folder) / "map.html")
        return file.read_text(encoding="utf-8")


def theirs(given: tuple[fp.Atlas, Frames]) -> str:
    """Make and save the page with folium's own layers and tooltips, which asks hosts for the rest."""
    drawing = folium.Map(tiles=None)
    for key, frame in given[1].items():
        tooltip = folium.GeoJsonTooltip(["code", "name", "residents"])
        folium.GeoJson(frame, name=key, tooltip=tooltip).add_to(drawing)
    folium.LayerControl().add_to(drawing)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "map.html"
        drawing.save(file)
        return file.read_text(encoding="utf-8")


def differ(given: tuple[fp.Atlas, Frames], our_page: str, their_page: str) -> str:
    """Make sure that both pages hold every footprint, and tell their sizes."""
    codes = [code for frame in given[1].values() for code in frame["code"]]
    assert all(as_json(code) in our_page for code in codes)  # noqa: S101 - figures assert.
    assert len(re.findall(r'"type": "Feature"', their_page)) == len(codes)  # noqa: S101
    sizes = [len(page.encode()) / 1e6 for page in (our_page, their_page)]
    return (
        f"{len(given[1])} layers, {len(codes):,} footprints; {sizes[0]:.1f} MB, {sizes[1]:.1f} MB"
    )


@dataclass(frozen=True)
class Drawn:
    """How soon a saved page is drawn in Chromium, without a network."""

    name: str

    def measure(self, *, quick: bool, rounds: int) -> list[Measured]:
        """Open the page some times and take the slowest."""
        row = {"name": self.name, "peer": f"{SECONDS:g} s after it is opened", "at_least": 1.0}
        try:
            with TemporaryDirectory() as folder:
                file = fp.save_map(self._drawing(), Path(folder) / "map.html")
                seconds = _slowest(file, 1 if quick else rounds)
                size = file.stat().st_size / 1e6
        except SkippedError as reason:
            return [Measured(**row, note=f"skipped: {reason}")]
        note = f"{size:.1f} MB, the slowest of {1 if quick else rounds}"
        return [Measured(**row, note=note, ratio=SECONDS / seconds, time=f"{seconds:.2f} s")]

    def _drawing(self) -> folium.Map:
        if "England" in self.name:
            return fp.footprint_map(*_all_of_england())
        from synthetic import many_areas  # noqa: PLC0415 - of the tests, which need more.

        return fp.footprint_map(many_areas(1251), ["pcn21", "icb22"], max_bytes=1_500_000)


def _all_of_england() -> tuple[fp.Atlas, list[str]]:
    atlas, frames = prepare(True)  # noqa: FBT003
    return atlas, list(frames)


def _slowest(file: Path, rounds: int) -> float:
    """Return the longest time from opening a page until its shapes are on the screen."""
    chromium: Any = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it may not be there.
    except ImportError:
        chromium = None
    if chromium is None:
        msg = "no playwright or no Chromium"
        raise SkippedError(msg)
    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(rounds):
            page = browser.new_context(offline=True).new_page()
            start = time.perf_counter()
            page.goto(file.as_uri())
            page.wait_for_selector("path.leaflet-interactive")
            page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
            times.append(time.perf_counter() - start)
            page.context.close()
        browser.close()
    return max(times)


FIGURES = [
    Figure(
        name="a page with every layer of England, made and saved",
        peer="folium.GeoJson of the same simplified frames, saved",
        at_least=1 / 3,
        prepare=prepare,
        ours=ours,
        theirs=theirs,
        differ=differ,
    ),
    Drawn("the page of every layer of England is drawn"),
    Drawn("the page of 1,251 areas is drawn"),
]
