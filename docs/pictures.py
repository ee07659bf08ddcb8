"""Make the pictures of the README from the embedded England: ``python docs/pictures.py``."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import sync_playwright

import footprints as fp

if TYPE_CHECKING:
    import folium

ALTERNATIVE = (
    "A map with a panel: Frimley's outline of 2022 over the boards of 2026, the areas that moved "
    "hatched"
)
FOLDER = Path(__file__).parent
DPI = 72


def main() -> None:
    """Write each picture beside this script."""
    draw(FOLDER)
    england = fp.load_example()
    redraw = fp.compare(england, "icb22", "icb26")
    photograph(
        fp.footprint_map(england, change=redraw, title="From 42 to 36 boards, 2026"), "map.png"
    )


def draw(folder: Path) -> None:
    """Write the pictures for paper, which are the same whenever they are drawn."""
    england = fp.load_example()
    systems = fp.picture(england, ["icb26"], title="Integrated Care Boards of England, 2026")
    fp.save_picture(systems, folder / "systems.png", dpi=DPI)
    frimley = england.focus("Frimley")
    districts = fp.picture(frimley, ["lad21", "amb22"], marking="DRAFT")
    fp.save_picture(districts, folder / "frimley.png", dpi=DPI)
    redraw = fp.picture(frimley, change=fp.compare(frimley, "icb22", "icb26"))
    fp.save_picture(redraw, folder / "redraw.png", dpi=DPI)


def photograph(drawing: folium.Map, name: str) -> None:
    """Open a map in Chromium, choose Frimley and write what is on the screen."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = fp.save_map(drawing, Path(folder) / "map.html")
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = chromium.new_page(viewport={"width": 1000, "height": 640})
        page.goto(file.as_uri())
        page.get_by_label("Find by name or code").fill("Frimley")
        page.keyboard.press("Enter")
        page.screenshot(path=FOLDER / name)
        chromium.close()
    told = PngInfo()
    told.add_itxt("Description", ALTERNATIVE)
    with Image.open(FOLDER / name) as image:
        image.save(FOLDER / name, pnginfo=told, optimize=True)


if __name__ == "__main__":
    main()
