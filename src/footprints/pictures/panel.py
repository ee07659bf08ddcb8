"""The words around the map: title, legend, key, what misses, where it is, sources, marking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from footprints.pictures.canvas import HATCH, draw_area, plate
from footprints.pictures.colours import FAINT, FAINT_EDGE, INK, MISS, PALETTE, QUIET, STROKES
from footprints.pictures.lettering import POINT_MM, width_of
from footprints.pictures.paper import (
    MARGIN,
    SIGN,
    SMALL,
    SUBTITLE,
    TITLE,
    WORDS,
    Frame,
    in_columns,
    line_height,
    panel_lines,
    sign_width,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprints.pictures.canvas import Page
    from footprints.pictures.lettering import Weight
    from footprints.pictures.paper import Sheet
    from footprints.pictures.plan import Entry
    from footprints.pictures.scene import Scene

MARKING = 22.0


def draw_panel(page: Page, scenes: Sequence[Scene], entries: Sequence[Entry]) -> None:
    """Write the legend, the key and the lists of a picture, and draw where the focus is."""
    sheet = page.sheet
    size = WORDS * sheet.letters
    lines = panel_lines(entries, sheet.columns[0].width, sheet.letters)
    for line, x, y in in_columns(lines, sheet.columns, sheet.line_mm):
        indent = sign_width(line.sign, sheet.letters)
        weight: Weight = "bold" if line.bold else "regular"
        page.write(x + indent, y, line.text, size, weight=weight)
        _draw_sign(page, scenes, line.sign, x, y)
    if sheet.inset is not None:
        _draw_inset(page, scenes[0], sheet.inset)


def draw_words(page: Page, marking: str) -> None:
    """Write the title, the foot, and the marking on the edges of the page."""
    sheet = page.sheet
    y = sheet.height - MARGIN
    for line in sheet.title:
        y -= line_height(TITLE * sheet.letters)
        page.write(MARGIN, y, line, TITLE * sheet.letters, weight="bold", up="baseline")
    for line in sheet.subtitle:
        y -= line_height(SUBTITLE * sheet.letters)
        page.write(MARGIN, y, line, SUBTITLE * sheet.letters, colour=QUIET, up="baseline")
    y = MARGIN + len(sheet.sources) * line_height(SMALL * sheet.letters)
    for line in sheet.sources:
        y -= line_height(SMALL * sheet.letters)
        page.write(MARGIN, y, line, SMALL * sheet.letters, colour=QUIET, up="baseline")
    if marking:
        _draw_marking(page, sheet, marking)


def _draw_marking(page: Page, sheet: Sheet, marking: str) -> None:
    """Write the marking in the margins: along the right edge, and over the top and the foot."""
    room = 0.8 * sheet.height / POINT_MM
    size = min(MARKING, room / width_of(marking, 1.0, "bold"))
    for x, turned in ((sheet.width - MARGIN / 2, -90.0), (MARGIN / 2, 90.0)):
        page.write(
            x,
            sheet.height / 2,
            marking,
            size,
            weight="bold",
            colour="#9b1c1c",
            across="center",
            turned=turned,
        ).set_label("marking")


def _draw_sign(page: Page, scenes: Sequence[Scene], sign: str, x: float, y: float) -> None:
    """Draw the sign of a legend before its words."""
    letters = page.sheet.letters
    wide, high = (SIGN - 2) * letters, 0.7 * page.sheet.line_mm
    box = Frame(x, y - high / 2, wide, high)
    if sign == "fill":
        colours = {colour for scene in scenes for colour in scene.filled["colour"]}
        used = [colour for colour in PALETTE if colour in colours]
        for n, colour in enumerate(used):
            part = Frame(x + n * wide / len(used), box.y, wide / len(used), high)
            page.box(part, fill=colour)
    elif sign.startswith("stroke:"):
        stroke = STROKES[int(sign.removeprefix("stroke:"))]
        ends = (x, x + wide, y)
        page.stroke(ends, colour=stroke.colour, width=stroke.width, dashes=stroke.dashes)
    elif sign == "missed":
        page.box(box, edge=MISS, hatch=HATCH * 2, width=1.2)
    elif sign == "focus":
        page.stroke((x, x + wide, y), colour=INK, width=3.4)
        page.stroke((x, x + wide, y), colour="white", width=1.4)
    elif sign == "faint":
        page.box(box, fill=FAINT, edge=FAINT_EDGE)
    elif sign == "moved":
        page.box(box, edge=INK, hatch=HATCH * 2, width=1.3)
    elif sign.startswith("@"):
        size = (0.87 if len(sign) == 2 else 0.7) * WORDS * letters
        middle = x + sign_width(sign, letters) / 2
        page.write(
            middle, y, sign[1:], size, weight="bold", colour="white", across="center"
        ).set_bbox(plate(size))
    elif sign.startswith("#"):
        end = x + sign_width(sign, letters) - 1
        page.write(end, y, sign[1:], WORDS * letters, weight="bold", across="right")


def _draw_inset(page: Page, scene: Scene, frame: Frame) -> None:
    """Draw all the land small, with the focus dark and the edges of the map around it."""
    west, south, east, north = scene.base.total_bounds
    room = 0.05 * max(east - west, north - south)
    scale = max((east - west) / frame.width, (north - south) / frame.height)
    scale += 2 * room / frame.height
    x, y = (west + east) / 2, (south + north) / 2
    wide, high = frame.width * scale / 2, frame.height * scale / 2
    axes = page.axes(frame, (x - wide, y - high, x + wide, y + high))
    for spine in axes.spines.values():
        spine.set_visible(False)
    fine = 0.3 * scale * POINT_MM
    for shape in shapely.simplify(np.asarray(scene.base.array), fine):
        draw_area(axes, shape, fill="#dcdcdc", edge="#dcdcdc", width=0.3, order=1)
    draw_area(axes, scene.area, fill=INK, edge=INK, width=0.4, order=2, name="inset")
    view = shapely.box(*scene.extent)
    draw_area(axes, view, edge=MISS, width=1.0, order=3)
    axes.patches[-1].set_clip_on(False)
