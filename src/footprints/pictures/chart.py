"""The map on the page: land, footprints, outlines, the focus, names and the scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from footprints.pictures.canvas import draw_area, draw_label, draw_missed, draw_moved, draw_number
from footprints.pictures.colours import EDGE, FAINT, FAINT_EDGE, INK, QUIET, STROKES
from footprints.pictures.lettering import POINT_MM, as_text, broken, fitting, font, width_of
from footprints.pictures.paper import BAND, HEADING, SMALL, Frame, line_height
from footprints.pictures.words import ILLUSTRATIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from footprints.pictures.canvas import Page
    from footprints.pictures.labels import Placed
    from footprints.pictures.paper import Sheet
    from footprints.pictures.scene import Extent, Scene

MILES = 1609.344
VEIL = 0.58
"""How much of what lies outside the focus is hidden."""
LEAST = 0.002
"""A part of a footprint in the focus that is smaller, as a share of it, is not where its name goes."""
SCALE_SIZE = 7.0


class ScalePlace(NamedTuple):
    """Where the scale bar stands, in metres: its box, how long it is, and its words."""

    box: Extent
    metres: float
    words: str


def draw_map(page: Page, chart: Frame, scene: Scene, placed: Placed) -> None:
    """Draw the map of a scene in its place on the page, with the names that were placed."""
    view = page.sheet.view(scene.extent)
    axes = page.axes(chart, view)
    for shape in _in_view(scene.base, view):
        draw_area(axes, shape, fill=FAINT, edge=FAINT, width=0.4, order=1)
    for shape in _in_view(scene.neighbours.geometry, view):
        draw_area(axes, shape, fill=FAINT, edge=FAINT_EDGE, width=0.6, order=2)
    filled = _in_view(scene.filled.geometry, view)
    for code, shape in filled.items():
        fill = scene.filled["colour"][code]
        draw_area(axes, shape, fill=fill, edge=EDGE, width=0.6, order=3, name=str(code))
    _draw_missed(axes, scene, view)
    for key, stroke in zip(scene.layers[1:], STROKES, strict=False):
        for shape in _in_view(scene.frames[key].geometry, view):
            draw_area(
                axes, shape, edge=stroke.colour, width=stroke.width, dashes=stroke.dashes, order=5
            )
    for shape in scene.moved:
        draw_moved(axes, shape, order=5.5)
    _draw_focus(axes, scene, view)
    _draw_labels(axes, placed)
    _draw_scale(axes, scale_place(scene, page.sheet), page.sheet.letters)
    if scene.illustrative:
        _draw_illustrative(page, chart, axes)
    if scene.heading:
        _draw_heading(page, chart, scene.heading)


def scale_place(scene: Scene, sheet: Sheet) -> ScalePlace:
    """Return where the scale bar stands: in the corner of the map with the least land."""
    scale, view = sheet.metres_per_mm(scene.extent), sheet.view(scene.extent)
    longest = 0.22 * min(view[2] - view[0], view[3] - view[1])
    step = 10 ** np.floor(np.log10(longest))
    metres = float(max(n * step for n in (1, 2, 5) if n * step <= longest))
    words = f"{metres / 1000:g} km ({_whole(metres / MILES)} miles)"
    letters = width_of(words, SCALE_SIZE * sheet.letters) * POINT_MM
    wide, high = max(metres, letters * scale) + 3 * scale, 9 * sheet.letters * scale
    edge = 1.5 * scale
    xs = {"west": view[0] + edge, "east": view[2] - edge - wide}
    ys = {"south": view[1] + edge, "north": view[3] - edge - high}
    boxes = [(x, y, x + wide, y + high) for y in ys.values() for x in xs.values()]
    drawn = shapely.box(*np.array(boxes).T)
    shapes = [scene.area] if scene.area is not None else list(scene.base.array)
    land = [float(sum(shapely.area(shapely.intersection(box, shapes)))) for box in drawn]
    return ScalePlace(boxes[int(np.argmin(land))], metres, words)


def seen_of(scene: Scene, shapes: gpd.GeoSeries, view: Extent) -> gpd.GeoSeries:
    """Return the part of each footprint where its name can stand: in the focus where it is there."""
    seen = gpd.GeoSeries(shapely.intersection(shapes.array, shapely.box(*view)), shapes.index)
    seen = seen[seen.area > 0]
    if scene.area is None:
        return seen
    inside = gpd.GeoSeries(shapely.intersection(seen.array, scene.area), seen.index)
    enough = inside.area > LEAST * scene.area.area
    return seen.where(~enough, inside)


def seen_neighbours(scene: Scene, view: Extent) -> gpd.GeoSeries:
    """Return the part of each neighbour that is seen and lies outside the focus."""
    shapes = scene.neighbours.geometry
    seen = gpd.GeoSeries(shapely.intersection(shapes.array, shapely.box(*view)), shapes.index)
    return seen[seen.area > 0]


def _whole(miles: float) -> str:
    return f"{miles:.0f}" if miles >= 10 else f"{miles:.1f}"


def _in_view(shapes: gpd.GeoSeries, view: Extent) -> gpd.GeoSeries:
    return shapes[shapes.intersects(shapely.box(*view))]


def _draw_missed(axes: Axes, scene: Scene, view: Extent) -> None:
    for frame in scene.frames.values():
        for shape in _in_view(frame.geometry[frame["missed"]], view):
            draw_missed(axes, shape, order=4)


def _draw_focus(axes: Axes, scene: Scene, view: Extent) -> None:
    """Veil what lies outside the focus, and draw its edge as a line with a light core."""
    if scene.area is None:
        return
    shape = scene.area
    veil = shapely.difference(shapely.box(*view).buffer(view[2] - view[0]), shape)
    draw_area(axes, veil, fill="white", alpha=VEIL, order=6, name="veil")
    draw_area(axes, shape, edge=INK, width=3.4, order=7)
    draw_area(axes, shape, edge="white", width=1.4, order=7.5, name="focus")


def _draw_labels(axes: Axes, placed: Placed) -> None:
    for label in placed.neighbours:
        draw_label(axes, label, colour=QUIET, order=20)
    for label in [*placed.filled, *placed.marks]:
        draw_label(axes, label, colour=INK, order=24)
    for labels, stroke in zip(placed.outlined.values(), STROKES, strict=False):
        for label in labels:
            draw_label(axes, label, colour=stroke.colour, order=22)
    for label in placed.moved:
        draw_number(axes, label, order=26)


def _draw_scale(axes: Axes, place: ScalePlace, letters: float) -> None:
    """Draw the scale bar: its first half dark, its second light."""
    west, south, east, north = place.box
    middle, half = (west + east) / 2, place.metres / 2
    low, high = south + 0.22 * (north - south), south + 0.38 * (north - south)
    draw_area(axes, shapely.box(*place.box), fill="white", alpha=0.7, order=29)
    for first, fill in ((middle - half, INK), (middle, "white")):
        bar = shapely.box(first, low, first + half, high)
        draw_area(axes, bar, fill=fill, edge=INK, width=0.6, order=30)
    artist = axes.text(
        middle,
        south + 0.68 * (north - south),
        place.words,
        fontproperties=font(SCALE_SIZE * letters),
        color=INK,
        ha="center",
        va="center",
        zorder=31,
        parse_math=False,
        label="scale",
    )
    as_text(artist)


def _draw_heading(page: Page, chart: Frame, heading: str) -> None:
    """Write what a map shows over it, smaller or cut where it is wider than the map."""
    full, room = HEADING * page.sheet.letters, chart.width / POINT_MM
    size = max(fitting(heading, room, full, "bold"), SMALL * page.sheet.letters)
    first, *more = broken(heading, room, size, "bold")
    y = chart.y + chart.height + line_height(full) / 2
    page.write(
        chart.x, y, f"{first} \N{HORIZONTAL ELLIPSIS}" if more else first, size, weight="bold"
    )


def _draw_illustrative(page: Page, chart: Frame, axes: Axes) -> None:
    """Burn into the map that its lines are illustrative: across it, and in a strip under it."""
    letters = page.sheet.letters
    strip = Frame(chart.x, chart.y - BAND * letters, chart.width, BAND * letters)
    page.box(strip, fill="#333333")
    middle = strip.x + strip.width / 2, strip.y + strip.height / 2
    size = fitting(ILLUSTRATIVE, 0.96 * strip.width / POINT_MM, 9 * letters, "bold")
    page.write(*middle, ILLUSTRATIVE, size, weight="bold", colour="white", across="center")
    across = axes.text(
        0.5,
        0.5,
        "ILLUSTRATIVE",
        transform=axes.transAxes,
        fontproperties=font(
            0.62 * chart.width / POINT_MM / width_of("ILLUSTRATIVE", 1, "bold"), "bold"
        ),
        color="black",
        alpha=0.09,
        rotation=30,
        ha="center",
        va="center",
        zorder=10,
        label="illustrative",
    )
    as_text(across)
