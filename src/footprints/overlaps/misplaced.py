"""The parts of units that lie outside the lines of the footprint that lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from footprints.geometry import without_threads
from footprints.overlaps.depth import deepest
from footprints.overlaps.pairs import ROUNDING
from footprints.overlaps.points import points_in

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.atlas.coded import Blocks, Members

    Shapes = npt.NDArray[np.object_]
    Places = npt.NDArray[np.intp]


def misplaced(
    blocks: Blocks, members: Members, shapes: npt.NDArray[np.object_], *, limit: float
) -> pd.DataFrame:
    """Find the parts of units outside their own lines, and how deep each lies.

    Parameters
    ----------
    blocks : Blocks
        Units with official polygons, or with places, which are then compared as points.
    members : Members
        The footprint that lists each unit.
    shapes : array of polygons
        The lines of the footprints.
    limit : float
        Metres from which on a depth matters; edges are measured at least as often.

    Returns
    -------
    DataFrame
        A row a part, in the order of the units. Columns: ``unit`` and ``drawn`` (positions;
        ``drawn`` is -1 in no lines); ``is_out`` (False for a unit wholly in its own lines);
        ``beyond`` (whether it lies in no lines, past the outer edge of them all); ``depth_m``
        (from the lines of its own footprint; of a unit in no list, from the edge that it lies
        within); ``area_m2`` and ``share`` (of the unit's area); ``x``, ``y`` (metres).
    """
    if blocks.lines == "official":
        units = np.asarray(blocks.table.geometry.array)
        unit, drawn, parts = _outside(units, members.by_unit, shapes)
        whole = shapely.area(units)[unit]
    else:
        units = blocks.places[0] if blocks.places else np.array([], dtype=object)
        unit, drawn, parts = _points_outside(units, members.by_unit, shapes)
        whole = np.full(len(unit), np.nan)
    own = members.by_unit[unit]
    depth, x, y = deepest(parts, np.where(own < 0, drawn, own), shapes, step=max(limit / 4, 1.0))
    area = np.where(np.isnan(whole), np.nan, shapely.area(parts))
    out = pd.DataFrame(
        {
            "unit": unit,
            "drawn": drawn,
            "is_out": True,
            "beyond": _beyond(parts, drawn, shapes),
            "depth_m": depth,
            "area_m2": area,
            "share": np.divide(area, whole, out=np.full(len(area), np.nan), where=whole > 0),
            "x": x,
            "y": y,
        }
    )
    return _with_the_rest(out, members, polygons=blocks.lines == "official")


def _with_the_rest(out: pd.DataFrame, members: Members, *, polygons: bool) -> pd.DataFrame:
    """Add a row for each unit that is where its list says."""
    rest = np.setdiff1d(np.arange(members.count), out["unit"])
    nothing = 0.0 if polygons else np.nan
    same = pd.DataFrame(
        {
            "unit": rest,
            "drawn": members.by_unit[rest],
            "is_out": False,
            "beyond": False,
            "depth_m": 0.0,
            "area_m2": nothing,
            "share": nothing,
            "x": np.nan,
            "y": np.nan,
        }
    )
    both = pd.concat([frame for frame in (out, same) if len(frame)])
    return both.sort_values(["unit", "drawn"], kind="stable", ignore_index=True)


def _outside(units: Shapes, own: Places, shapes: Shapes) -> tuple[Places, Places, Shapes]:
    """Return the parts of polygons outside their own lines, by the lines that they are in."""
    lines = np.append(shapes, shapely.Polygon())
    shapely.prepare(lines)
    doubtful = np.flatnonzero(~shapely.covers(lines[own], units))
    out = shapely.difference(units[doubtful], lines[own[doubtful]])
    drawn, row = shapely.STRtree(out).query(shapes, predicate="intersects")
    other = drawn != own[doubtful[row]]
    order = np.lexsort((drawn[other], row[other]))
    row, drawn = row[other][order], drawn[other][order]
    inside = shapely.intersection(out[row], shapes[drawn])
    listed = np.flatnonzero(own[doubtful] >= 0)
    none = shapely.difference(out[listed], _joined(inside, row, len(out))[listed])
    # What the subtraction leaves of less than this is arithmetic, and no place.
    none[shapely.area(none) <= ROUNDING * shapely.area(units[doubtful[listed]])] = None
    unit = doubtful[np.concatenate([row, listed])]
    drawn = np.concatenate([drawn, np.full(len(listed), -1)])
    parts = without_threads(np.concatenate([inside, none]))
    kept = shapely.area(parts) > 0
    return unit[kept], drawn[kept], parts[kept]


def _joined(parts: Shapes, row: Places, count: int) -> Shapes:
    """Return the union of the parts of each row, which is empty where there are none."""
    found = np.full(count, shapely.Polygon(), dtype=object)
    found[row] = parts
    rows, counts = np.unique(row, return_counts=True)
    for several in rows[counts > 1]:
        found[several] = shapely.union_all(parts[row == several])
    return found


def _points_outside(points: Shapes, own: Places, shapes: Shapes) -> tuple[Places, Places, Shapes]:
    """Return the points outside their own lines, once for each other lines that they are in."""
    unit, drawn = points_in(points, shapes)
    at_home = np.zeros(len(points), dtype=bool)
    at_home[unit[own[unit] == drawn]] = True
    nowhere = np.setdiff1d(np.flatnonzero(own >= 0), unit)
    away = ~at_home[unit]
    unit = np.concatenate([unit[away], nowhere])
    drawn = np.concatenate([drawn[away], np.full(len(nowhere), -1)])
    return unit, drawn, points[unit]


def _beyond(parts: Shapes, drawn: Places, shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Tell which parts lie past the outer edge of all lines, and not in a gap among them."""
    found = np.zeros(len(parts), dtype=bool)
    bare = np.flatnonzero(drawn < 0)
    if len(bare):
        outer = shapely.get_exterior_ring(shapely.get_parts(shapely.union_all(shapes)))
        inside, _ = points_in(shapely.point_on_surface(parts[bare]), shapely.polygons(outer))
        found[np.delete(bare, inside)] = True
    return found
