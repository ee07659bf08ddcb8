"""Overlap by points: where units lie in lines, by the best-fit rule of the ONS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from footprints.atlas.coded import Members
from footprints.atlas.naming import units_named
from footprints.errors import OverlapError
from footprints.overlaps.members import counted_text, meet, populations
from footprints.overlaps.pairs import Asked, How

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from footprints.atlas import Atlas
    from footprints.atlas.coded import Blocks


@dataclass(frozen=True, kw_only=True, eq=False)
class Placed:
    """Which footprint each unit lies in.

    Parameters
    ----------
    members : Members
        The units that lie in exactly one.
    in_none, in_two : array of bool
        The units that lie in none, and in several, which no rule can choose between.
    """

    members: Members
    in_none: npt.NDArray[np.bool_]
    in_two: npt.NDArray[np.bool_]

    def notes(self, side: str, blocks: Blocks) -> list[tuple[str, str]]:
        """Return how many units and people lie in none and in several, for the attrs."""
        people = blocks.people[blocks.populations[0].name] if blocks.populations else None
        return [
            (
                f"{side}_in_{word}",
                counted_text(int(rows.sum()), None if people is None else people[rows]),
            )
            for word, rows in (("none", self.in_none), ("two", self.in_two))
        ]


def place(
    points: npt.NDArray[np.object_], codes: pd.Index[str], shapes: npt.NDArray[np.object_]
) -> Placed:
    """Find the one footprint that each point lies in.

    Parameters
    ----------
    points : array of points
        One for each unit, in EPSG:27700.
    codes : Index of str
        The footprints.
    shapes : array of polygons
        Their lines, in EPSG:27700.

    Returns
    -------
    Placed
        A point on a shared edge is in two.

    Examples
    --------
    >>> import pandas as pd
    >>> squares = shapely.box(np.array([0, 1]), 0, np.array([1, 2]), 1)
    >>> placed = place(shapely.points([[0.5, 0.5], [1, 0.5]]), pd.Index(["A", "B"]), squares)
    >>> placed.members.by_unit.tolist(), placed.in_two.tolist()
    ([0, -1], [False, True])
    """
    point, shape = points_in(points, shapes)
    hits = np.bincount(point, minlength=len(points))
    sure = hits[point] == 1
    members = Members(codes=codes, unit=point[sure], code=shape[sure], count=len(points))
    return Placed(members=members, in_none=hits == 0, in_two=hits > 1)


def points_in(
    points: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the positions of each point and each polygon that it is in or on the edge of."""
    shape, point = shapely.STRtree(points).query(shapes, predicate="intersects")
    return point, shape


def overlap_points(atlas: Atlas, left: str, right: str, asked: Asked) -> pd.DataFrame:
    """Hold two layers against each other by where the units lie in their own lines.

    A layer without lines of its own is taken by its list of the units.

    Parameters
    ----------
    atlas, left, right, asked
        As in :func:`footprints.overlaps.members.overlap_members`.

    Returns
    -------
    DataFrame
        A pair table. Its attrs hold ``points`` (what the points are), and for each side
        ``left_by`` (``lines`` or ``members``) and, by lines, ``left_in_none`` and
        ``left_in_two``: the units, and their people, that lie in no footprint and in several.

    Raises
    ------
    OverlapError
        If neither layer has official lines of its own, or no table of units has places and lists
        the layer without lines.
    UnknownNameError
        If there is no such table of units.
    """
    units, population = asked.units, asked.population
    tables = units_named(atlas.units, units)
    drawn = [key for key in (left, right) if atlas.coded.lines(key) == "official"]
    if not drawn:
        raise OverlapError(_no_lines(atlas, left, right), [left, right])
    listed = [key for key in (left, right) if key not in drawn]
    reasons = []
    for table in tables:
        reason = _unfit(atlas, table, listed)
        if not reason:
            sides, how = _sides(atlas, left, right, table)
            blocks = atlas.coded.blocks(table)
            has = populations(sides, blocks)
            if population is None or population in has:
                return meet(sides, blocks, how, asked)
            reason = f"counts {', '.join(has)} there and not {population!r}"
        reasons.append(f"{table!r} {reason}")
    msg = f"No table of units can be placed in the lines of {' and '.join(drawn)}: "
    raise OverlapError(msg + "; ".join(reasons) + ".", [left, right])


def _no_lines(atlas: Atlas, left: str, right: str) -> str:
    words = {
        "illustrative": "lines that are illustrative: drawn for maps, never measured",
        "none": "no lines of its own: what is drawn of it is joined from its units",
    }
    said = " and ".join(f"{key!r} has {words[atlas.coded.lines(key)]}" for key in (left, right))
    met = set(atlas.coded.tables(left)) & set(atlas.coded.tables(right))
    return f"Points cannot be placed, since {said}." + (" Use method='members'." if met else "")


def _unfit(atlas: Atlas, table: str, listed: list[str]) -> str:
    """Return why a table of units cannot be used, or nothing."""
    blocks = atlas.coded.blocks(table)
    if blocks.places is None:
        drawn = ", and its polygons are illustrative" if blocks.lines == "illustrative" else ""
        return f"has no easting and northing{drawn}"
    missing = [key for key in listed if table not in atlas.coded.tables(key)]
    return f"does not list {' and '.join(missing)}, which has no lines" if missing else ""


def _sides(atlas: Atlas, left: str, right: str, table: str) -> tuple[tuple[Members, Members], How]:
    """Place or look up the units of both layers."""
    blocks = atlas.coded.blocks(table)
    points, kind = blocks.places or (np.array([], dtype=object), "")
    notes = [("points", kind)]
    found = []
    for side, key in (("left", left), ("right", right)):
        if atlas.coded.lines(key) == "official":
            placed = place(points, atlas.coded.codes(key), atlas.coded.shapes(key))
            notes += [(f"{side}_by", "lines"), *placed.notes(side, blocks)]
            found.append(placed.members)
        else:
            notes.append((f"{side}_by", "members"))
            found.append(atlas.coded.members(key, table))
    how = How(method="points", left_layer=left, right_layer=right, units=table)
    return (found[0], found[1]), replace(how, notes=tuple(notes))
