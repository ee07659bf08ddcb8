"""A unit, a footprint or a point, as the units of an atlas that it is or lies in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from footprints.atlas.coded import Members
from footprints.crs import check_points, find_transformation, parse_crs, points_to_national_grid
from footprints.errors import (
    AmbiguousNameError,
    GeometryError,
    TableError,
    UnknownNameError,
    listed,
)
from footprints.overlaps.points import points_in

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.atlas import Atlas

NATIONAL_GRID = 27700


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """What is asked about.

    Parameters
    ----------
    kind : {"unit", "footprint", "point"}
        What it is.
    code : str
        The unit, or the layer and code of the footprint; empty for a point.
    members : dict of str to Members
        By table of units, the units that it is made of or lies in, as a layer of one footprint.
    point : Point, optional
        In EPSG:27700.
    on_edge : bool
        Whether the point lies on the edge between units.
    """

    kind: str
    code: str
    members: dict[str, Members]
    point: shapely.Point | None = None
    on_edge: bool = False


def find_place(atlas: Atlas, where: object, keys: list[str]) -> Place:
    """Find what is asked about; parameters and errors are those of ``bodies_at``."""
    if isinstance(where, tuple):
        return _at_point(atlas, where, keys)
    if not isinstance(where, str):
        msg = f"Say where by a code, a name or a point (x, y), not by {type(where).__name__}."
        raise TableError(msg)
    text = where.strip()
    name, colon, code = text.partition(":")
    if colon and name in atlas.units:
        if code not in atlas.coded.blocks(name).table.index:
            msg = f"There is no unit {code!r} in {name!r}: give the code of one of its units."
            raise UnknownNameError(msg, [code])
        return _unit(atlas, [name], code)
    tables = [each for each in atlas.units if text in atlas.coded.blocks(each).table.index]
    if not tables:
        try:
            found = atlas.find(text)
        except UnknownNameError as error:
            msg = f"{error} Nor is it the code of a unit of {listed(atlas.units)}."
            raise UnknownNameError(msg, error.codes) from None
        return _footprint(atlas, *found)
    _check_one(atlas, text, tables)
    return _unit(atlas, tables, text)


def hits(
    point: shapely.Point, codes: pd.Index[str], shapes: npt.NDArray[np.object_]
) -> npt.NDArray[np.intp]:
    """Return the positions of the polygons that a point is in or on the edge of, by code."""
    _, found = points_in(np.array([point], dtype=object), shapes)
    return found[np.argsort(codes[found].to_numpy(dtype=object), kind="stable")]


def _unit(atlas: Atlas, tables: list[str], code: str) -> Place:
    blocks = {name: atlas.whole.coded.blocks(name).table.index for name in tables}
    members = {
        name: _members(code, np.array([index.get_loc(code)]), len(index))
        for name, index in blocks.items()
    }
    return Place(kind="unit", code=code, members=members)


def _members(code: str, units: npt.NDArray[np.intp], count: int) -> Members:
    codes = pd.Index([code], dtype="str")
    return Members(codes=codes, unit=units, code=np.zeros(len(units), dtype=np.intp), count=count)


def _check_one(atlas: Atlas, code: str, tables: list[str]) -> None:
    """Refuse the code of a unit that is the code of a larger footprint too."""
    rows = atlas.whole.membership
    others = rows.loc[(rows["code"] == code) & (rows["unit"] != code), "layer"].unique()
    if len(others):
        places = [f"{name}:{code}" for name in (*tables, *others)]
        msg = f"{code!r} is a unit, and a footprint of other units: write one of {listed(places)}."
        raise AmbiguousNameError(msg, places)


def _footprint(atlas: Atlas, layer: str, code: str) -> Place:
    members = {}
    for name in atlas.whole.coded.tables(layer):
        mine = atlas.whole.coded.members(layer, name)
        kept = mine.code == mine.codes.get_loc(code)
        one = _members(code, mine.unit[kept], mine.count)
        people = None if mine.people is None else mine.people[kept]
        members[name] = replace(one, people=people, population=mine.population)
    return Place(kind="footprint", code=f"{layer}:{code}", members=members)


def _at_point(atlas: Atlas, where: tuple[Any, ...], keys: list[str]) -> Place:
    """Find the units whose official polygons hold a point."""
    coded = atlas.whole.coded
    drawn = [name for name in atlas.units if coded.blocks(name).lines == "official"]
    lined = [key for key in keys if coded.lines(key) == "official"]
    if not drawn and not lined:
        raise _no_lines(atlas)
    point, members, on_edge = _as_point(where), {}, False
    for name in drawn:
        table = coded.blocks(name).table
        found = hits(point, table.index, np.asarray(table.geometry.array))
        on_edge |= len(found) > 1
        if len(found):
            members[name] = _members("point", found[:1], len(table))
    in_lines = any(len(hits(point, coded.codes(key), coded.shapes(key))) for key in lined)
    if not members and not in_lines:
        across, up = (np.array([float(value)]) for value in where[:2])
        check_points("The point", parse_crs(_crs(where)), across, up)
        of = listed([*drawn, *lined])
        msg = f"The point lies in no official lines of {of}: it may be at sea, or beyond them."
        raise UnknownNameError(msg)
    return Place(kind="point", code="", members=members, point=point, on_edge=on_edge)


def _no_lines(atlas: Atlas) -> GeometryError:
    drawn = [name for name in atlas.units if atlas.coded.blocks(name).lines == "illustrative"]
    why = f": those of {listed(drawn)} are illustrative, drawn for maps and never measured"
    msg = (
        f"A point cannot be placed without official lines{why if drawn else ''}. Give the code of "
        "a unit or footprint, or an atlas with official boundaries."
    )
    return GeometryError(msg, drawn)


def _crs(where: tuple[Any, ...]) -> Any:
    return where[2] if len(where) > 2 else NATIONAL_GRID


def _as_point(where: tuple[Any, ...]) -> shapely.Point:
    """Return a point in the National Grid; what is wrong is said without its coordinates."""
    try:
        across, up = (np.array([float(value)]) for value in where[:2])
    except (TypeError, ValueError):
        usable = False
    else:
        usable = bool(np.isfinite([across, up]).all()) and len(where) <= 3
    if not usable:
        msg = "A point is two numbers, x and y, and third its CRS where that is not EPSG:27700."
        raise TableError(msg)
    x, y = points_to_national_grid(across, up, find_transformation(parse_crs(_crs(where))))
    return shapely.Point(x[0], y[0])
