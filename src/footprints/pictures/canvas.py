"""The drawing itself, in matplotlib: areas, lines, signs and words on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from footprints.figures import ShownFigure
from footprints.pictures.colours import INK, MISS
from footprints.pictures.lettering import SPACING, as_text, font

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from footprints.pictures.labels import Label
    from footprints.pictures.lettering import Weight
    from footprints.pictures.paper import Frame, Sheet
    from footprints.pictures.scene import Extent

MM_PER_INCH = 25.4
HATCH = "///"
LABEL = "footprint"
"""What matplotlib knows the names of footprints by."""


class Page:
    """A figure the size of a page, on which one draws in millimetres.

    Parameters
    ----------
    sheet : Sheet
        Where everything stands.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        size = (sheet.width / MM_PER_INCH, sheet.height / MM_PER_INCH)
        self.figure = ShownFigure(figsize=size, dpi=100, facecolor="white")
        FigureCanvasAgg(self.figure)

    def axes(self, frame: Frame, view: Extent) -> Axes:
        """Return axes without any furniture, for what is seen in metres."""
        wide, high = self.sheet.width, self.sheet.height
        place = (frame.x / wide, frame.y / high, frame.width / wide, frame.height / high)
        axes: Axes = self.figure.add_axes(place, facecolor="white")
        axes.set_xlim(view[0], view[2])
        axes.set_ylim(view[1], view[3])
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set(color="#9a9a9a", linewidth=0.6, zorder=50)
        return axes

    def write(  # noqa: PLR0913 - what, where and how.
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        weight: Weight = "regular",
        colour: str = INK,
        across: str = "left",
        up: str = "center",
        turned: float = 0.0,
    ) -> Text:
        """Write text at a place in millimetres."""
        place = x / self.sheet.width, y / self.sheet.height
        artist = self.figure.text(
            *place,
            text,
            fontproperties=font(size, weight),
            color=colour,
            ha=across,
            va=up,
            rotation=turned,
            parse_math=False,
        )
        return as_text(artist)

    def box(
        self,
        frame: Frame,
        *,
        fill: str = "none",
        edge: str = "none",
        hatch: str | None = None,
        width: float = 0.6,
    ) -> None:
        """Draw a rectangle."""
        wide, high = self.sheet.width, self.sheet.height
        self.figure.add_artist(
            Rectangle(
                (frame.x / wide, frame.y / high),
                frame.width / wide,
                frame.height / high,
                facecolor=fill,
                edgecolor=edge,
                hatch=hatch,
                linewidth=width,
            )
        )

    def stroke(
        self,
        ends: tuple[float, float, float],
        *,
        colour: str,
        width: float,
        dashes: tuple[float, tuple[float, ...] | None] = (0, None),
    ) -> None:
        """Draw a level line from one x to another at a y."""
        first, last, y = ends
        wide, high = self.sheet.width, self.sheet.height
        line = Line2D(
            [first / wide, last / wide], [y / high, y / high], color=colour, linewidth=width
        )
        if dashes[1]:
            line.set_linestyle((dashes[0], dashes[1]))
        line.set_solid_capstyle("butt")
        self.figure.add_artist(line)


def path_of(shape: shapely.Geometry) -> Path:
    """Return an area as a path, its holes turned the other way."""
    polygons = shapely.get_parts(shapely.orient_polygons(shape))
    rings = [ring for polygon in polygons for ring in shapely.get_rings(polygon)]
    points = [shapely.get_coordinates(ring) for ring in rings]
    if not points:
        return Path(np.empty((0, 2)))
    codes = [_codes(len(part)) for part in points]
    return Path(np.vstack(points), np.concatenate(codes))


def _codes(count: int) -> np.ndarray:
    codes = np.full(count, Path.LINETO, dtype=Path.code_type)
    codes[0], codes[-1] = Path.MOVETO, Path.CLOSEPOLY
    return codes


def draw_area(  # noqa: PLR0913 - the ways of drawing an area.
    axes: Axes,
    shape: shapely.Geometry,
    *,
    fill: str = "none",
    edge: str = "none",
    width: float = 0.6,
    dashes: tuple[float, tuple[float, ...] | None] = (0, None),
    hatch: str | None = None,
    alpha: float | None = None,
    order: float = 1,
    name: str = "",
) -> None:
    """Draw an area, filled or as an outline."""
    patch = PathPatch(
        path_of(shape),
        facecolor=fill,
        edgecolor=edge,
        linewidth=width,
        linestyle=dashes,
        hatch=hatch,
        alpha=alpha,
        zorder=order,
        joinstyle="round",
        label=name or None,
    )
    # The limits of the map are set, so they need not be found from every curve.
    axes.add_artist(patch)


def draw_missed(axes: Axes, shape: shapely.Geometry, order: float) -> None:
    """Hatch an area that misses a check, and draw its outline."""
    draw_area(axes, shape, edge=MISS, width=1.5, hatch=HATCH, order=order, name="missed")


def draw_moved(axes: Axes, shape: shapely.Geometry, order: float) -> None:
    """Lighten and hatch an area that moved, so that it shows on every fill, and draw its outline."""
    draw_area(axes, shape, fill="white", alpha=0.55, order=order)
    draw_area(axes, shape, edge="white", width=2.2, order=order + 0.1)
    draw_area(axes, shape, edge=INK, width=1.0, hatch=HATCH, order=order + 0.2, name="moved")


def plate(size: float) -> dict[str, object]:
    """Return what stands behind the number of an area that moved: a dark plate."""
    return {
        "boxstyle": "circle,pad=0.08",
        "facecolor": INK,
        "edgecolor": "white",
        "linewidth": 0.1 * size,
    }


def draw_number(axes: Axes, label: Label, order: float) -> None:
    """Write the number of an area that moved, light on a dark plate."""
    draw_label(axes, label, colour="white", order=order, halo=0)
    axes.texts[-1].set_bbox(plate(label.size))
    axes.texts[-1].set_label("number")


def draw_label(axes: Axes, label: Label, *, colour: str, order: float, halo: float = 2.4) -> None:
    """Write a label, with the line that leads to its area where it stands outside."""
    if label.line is not None:
        (x, y), ends = label.line, (label.x, label.y)
        line = Line2D([x, ends[0]], [y, ends[1]], color=INK, linewidth=0.5, zorder=order)
        line.set(marker="o", markersize=1.8, markevery=[0])
        axes.add_line(line)
    artist = axes.text(
        label.x,
        label.y,
        label.text,
        fontproperties=font(label.size, label.weight),
        color=colour,
        ha="center",
        va="center",
        linespacing=SPACING,
        zorder=order + 1,
        parse_math=False,
        label=LABEL,
    )
    if halo:
        artist.set_path_effects([withStroke(linewidth=halo, foreground="white", alpha=0.85)])
    as_text(artist)
