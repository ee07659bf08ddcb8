"""Where names stand on a map: inside their areas, and never on one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from footprints.pictures.lettering import balanced, box_of

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from footprints.pictures.lettering import Weight

SIZES = (9.0, 8.0, 7.0, 6.0)
"""Sizes of letters in points, tried in this order."""
MOST_LINES = 4
INSIDE, MOSTLY = 0.97, 0.72
"""How much of a name must lie in its own area: at each size, and in the end."""
AIR = 1.0
"""Points left free around each name."""
POINTS = 9
"""Places are tried on a lattice of so many by so many points over an area."""
REACH = (9.0, 14.0, 20.0, 28.0)
"""How far, in points, a number may stand off an area that is too small for it."""
NUMBER_SIZE = 6.5


class Label(NamedTuple):
    """Text on a map: whose it is, where its middle stands in metres, its size in points.

    ``line`` is the place in the area that a line leads to, where the text stands outside.
    """

    code: str
    text: str
    x: float
    y: float
    size: float
    weight: Weight
    line: tuple[float, float] | None = None


class Placed(NamedTuple):
    """What is written on a map: names, marks of names in a key, and numbers of what moved."""

    filled: list[Label]
    marks: list[Label]
    outlined: dict[str, list[Label]]
    neighbours: list[Label]
    moved: list[Label]


class Board:
    """What is on a map already, as boxes in metres; new text goes where it is free.

    Parameters
    ----------
    metre_per_point : float
        The scale of the map.
    frame : tuple of float
        Its edges in metres: west, south, east, north.
    boxes : iterable of tuple of float
        What stands there already, such as the scale bar.
    letters : float
        How much larger letters are than on A4.
    """

    def __init__(
        self,
        metre_per_point: float,
        frame: tuple[float, float, float, float],
        boxes: list[tuple[float, float, float, float]],
        *,
        letters: float = 1.0,
    ) -> None:
        self.scale = metre_per_point
        self.letters = letters
        self.frame = frame
        self.boxes = np.array(boxes, dtype=float).reshape(-1, 4)

    def around(
        self, places: npt.NDArray[np.float64], text: str, size: float, weight: Weight
    ) -> npt.NDArray[np.float64]:
        """Return the boxes that text would take at each of some places."""
        half = (np.array(box_of(text, size, weight)) / 2 + AIR) * self.scale
        return np.hstack([places - half, places + half])

    def free(self, boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Tell which boxes meet nothing that is there, and lie within the map."""
        west, south, east, north = self.frame
        after = np.all(boxes[:, :2] >= np.array([west, south]), axis=1)
        before = np.all(boxes[:, 2:] <= np.array([east, north]), axis=1)
        low, high = boxes[:, None, :2], boxes[:, None, 2:]
        meets = (low < self.boxes[None, :, 2:]) & (high > self.boxes[None, :, :2])
        return np.asarray(after & before & ~np.any(np.all(meets, axis=2), axis=1))

    def take(self, box: npt.NDArray[np.float64]) -> None:
        """Note that a box is taken."""
        self.boxes = np.vstack([self.boxes, box])


def places_in(shape: shapely.Geometry) -> npt.NDArray[np.float64]:
    """Return points well inside an area, those furthest from its edge first."""
    parts = shapely.get_parts(shape)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    west, south, east, north = largest.bounds
    steps = (np.arange(POINTS) + 0.5) / POINTS
    xs, ys = np.meshgrid(west + (east - west) * steps, south + (north - south) * steps)
    lattice = shapely.points(xs.ravel(), ys.ravel())
    tolerance = max(east - west, north - south) / 100
    middle = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=tolerance), 0)
    points = np.append(lattice[shapely.contains_properly(largest, lattice)], middle)
    depth = shapely.distance(points, shapely.boundary(largest))
    order = np.argsort(-depth, kind="stable")
    found: npt.NDArray[np.float64] = shapely.get_coordinates(points[order])
    return found


def place_names(
    board: Board, shapes: gpd.GeoSeries, names: pd.Series[str], weight: Weight = "regular"
) -> list[Label]:
    """Place names inside their areas, the largest areas first; those without room are left out.

    Parameters
    ----------
    board : Board
        What is there already; what is placed is added.
    shapes : GeoSeries
        The part of each area that is seen, in EPSG:27700, indexed by code.
    names : Series of str
        What to write, by code.
    weight : {"regular", "bold", "oblique"}
        The letters.

    Returns
    -------
    list of Label
    """
    order = shapes.area.sort_values(ascending=False, kind="stable").index
    labels = []
    for code in order:
        label = _placed(board, code, names[code], shapes[code], weight)
        labels += [label] if label else []
    return labels


def place_numbers(
    board: Board, shapes: gpd.GeoSeries, numbers: pd.Series[str], *, inside: float = 0.0
) -> list[Label]:
    """Place short numbers in areas that have no room for a name, or beside them with a line.

    Parameters
    ----------
    board, shapes
        As for :func:`place_names`.
    numbers : Series of str
        What to write, by code.
    inside : float
        The share of a number, from 0 to 1, that its area must hold, or else it stands beside it
        and, where it can, beside the other areas too.

    Returns
    -------
    list of Label
        Those for which there was room.
    """
    every = shapes.union_all() if inside else None
    labels: list[Label] = []
    for beside in (False, True):
        placed = {label.code for label in labels}
        for code in numbers.index.difference(placed, sort=False):
            middles = places_in(shapes[code])
            places = _round(middles[0], board.scale) if beside else middles
            boxes = board.around(places, numbers[code], NUMBER_SIZE * board.letters, "bold")
            order = np.arange(len(boxes))
            if beside and every is not None:
                order = np.argsort(np.round(_share_inside(boxes, every), 1), kind="stable")
            elif inside:
                order = np.flatnonzero(_share_inside(boxes, shapes[code]) >= inside)
            found = order[board.free(boxes[order])]
            if len(found):
                board.take(boxes[found[0]])
                line = tuple(middles[0].tolist()) if beside else None
                labels.append(_number(board, code, numbers[code], places[found[0]], line))
    return labels


def _number(
    board: Board,
    code: str,
    number: str,
    place: npt.NDArray[np.float64],
    line: tuple[float, float] | None,
) -> Label:
    x, y = place.tolist()
    return Label(code, number, x, y, NUMBER_SIZE * board.letters, "bold", line)


def _round(middle: npt.NDArray[np.float64], scale: float) -> npt.NDArray[np.float64]:
    """Return places around a point, the nearest first."""
    turns = np.arange(16) * np.pi / 8
    ring = np.column_stack([np.cos(turns), np.sin(turns)])
    return np.vstack([middle + ring * reach * scale for reach in REACH])


def _placed(
    board: Board, code: str, name: str, shape: shapely.Geometry, weight: Weight
) -> Label | None:
    """Find the largest letters and the lines for which a name fits in its area."""
    places, simple = places_in(shape), shapely.simplify(shape, 2 * board.scale)
    shapely.prepare(simple)
    ways = list(dict.fromkeys(balanced(name, count) for count in range(1, MOST_LINES + 1)))
    best: tuple[float, Label, npt.NDArray[np.float64]] | None = None
    for size in (each * board.letters for each in SIZES):
        for text in ways:
            boxes = board.around(places, text, size, weight)
            free = np.flatnonzero(board.free(boxes))
            if not len(free):
                continue
            share = _share_inside(boxes[free], simple)
            top = int(np.argmax(np.round(share, 2)))
            x, y = places[free[top]]
            label = Label(code, text, float(x), float(y), size, weight)
            # A larger size is worth it only where the name stays inside.
            if best is None or share[top] > best[0] + 0.01:
                best = float(share[top]), label, boxes[free[top]]
        if best is not None and best[0] >= INSIDE:
            break
    if best is None or best[0] < MOSTLY:
        return None
    board.take(best[2])
    return best[1]


def _share_inside(
    boxes: npt.NDArray[np.float64], shape: shapely.Geometry
) -> npt.NDArray[np.float64]:
    drawn = shapely.box(*boxes.T)
    share: npt.NDArray[np.float64]
    share = shapely.area(shapely.intersection(drawn, shape)) / shapely.area(drawn)
    return share
