"""Small atlases drawn by hand, the embedded England, and a browser."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from browsing import CHROMIUM, NEEDED, Opened
from shapely import box

import footprints as fp
from footprints.geometry import repair_polygons

if TYPE_CHECKING:
    from collections.abc import Iterator

    import folium

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def england() -> fp.Atlas:
    """Return the embedded England."""
    return fp.load_example()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data, or skip."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real data beside the project is not here")
    return SHARED


@pytest.fixture(scope="session")
def lsoas(shared: Path) -> gpd.GeoDataFrame:
    """Return the LSOAs of England; the one that is not valid as published is mended."""
    table = gpd.read_parquet(shared / "data" / "england" / "lsoa11.parquet").set_index("LSOA11CD")
    table = table.rename(columns={"pop_mid2020": "residents"})
    return table.set_geometry(repair_polygons(table.geometry)[0])


@pytest.fixture(scope="session")
def published(shared: Path) -> gpd.GeoDataFrame:
    """Return the ultra-generalised lines of the systems of 2022."""
    file = shared / "data" / "published" / "ICB_JUL_2022_EN_BUC_V3.json"
    with pytest.warns(fp.FootprintsWarning, match="mended|repair"):
        return fp.read_layer(file, crs=4326, repair=True)


def squares(**columns: list[object]) -> gpd.GeoDataFrame:
    """Draw units as kilometre squares side by side, west to east: a, b, c, ..."""
    count = len(next(iter(columns.values())))
    shapes = [box(x, 0, x + 1000, 1000) for x in range(400_000, 400_000 + 1000 * count, 1000)]
    codes = pd.Index(list("abcdefghijklmnop"[:count]), name="unit", dtype="str")
    return gpd.GeoDataFrame(columns, index=codes, geometry=shapes, crs="EPSG:27700")


def residents(table: pd.DataFrame) -> fp.UnitTable:
    """Make a unit table of residents."""
    population = fp.Population(name="residents", source="a survey", as_at="2020-06-30")
    return fp.UnitTable(table=table, populations=(population,), lines="official")


def layer_of(members: dict[str, str | None], level: str, **names: str) -> fp.Layer:
    """Make a layer from the footprint of each unit."""
    codes = pd.Series(members, dtype="str")
    used = codes.dropna().unique()
    table = pd.DataFrame({"name": [names.get(code, code) for code in used]}, index=used)
    return fp.Layer(table=table, members={"squares": codes}, level=level)


def make_atlas(people: list[object], **layers: fp.Layer) -> fp.Atlas:
    """Make an atlas of squares."""
    return fp.Atlas(
        title="Squares", units={"squares": residents(squares(residents=people))}, layers=layers
    )


@pytest.fixture
def row() -> fp.Atlas:
    """Draw six squares: districts of two, systems of three, so that the middle district crosses."""
    districts = dict(zip("abcdef", ["D1", "D1", "D2", "D2", "D3", "D3"], strict=True))
    systems = dict(zip("abcdef", ["S1"] * 3 + ["S2"] * 3, strict=True))
    old = dict(zip("abcdef", ["S1"] * 2 + ["S2"] * 4, strict=True))
    return make_atlas(
        [1, 2, 3, 4, 5, 6],
        lad21=layer_of(districts, "district", D1="West", D2="Middle", D3="East"),
        stp21=layer_of(old, "system", S1="Sunset", S2="Sunrise"),
        icb22=layer_of(systems, "system", S1="NHS Sunset Integrated Care Board", S2="Sunrise"),
    )


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
