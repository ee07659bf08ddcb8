"""Two frames of footprints, held against each other without an atlas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from footprints.atlas import Population, UnitTable
from footprints.atlas.coded import Blocks
from footprints.atlas.parts import check_units
from footprints.errors import CRSError, GeometryError, OverlapError, Problems, TableError
from footprints.geometry import NATIONAL_GRID, is_national_grid, polygon_faults, with_geometry
from footprints.overlaps.layers import Method, check_method
from footprints.overlaps.lines import Drawn, Spread, overlap_lines
from footprints.overlaps.members import meet
from footprints.overlaps.pairs import Asked, How
from footprints.overlaps.points import place

if TYPE_CHECKING:
    import pandas as pd

    from footprints.atlas.parts import Lines


def overlap(  # noqa: PLR0913 - two frames, and what may be said of them.
    left: gpd.GeoDataFrame,
    right: gpd.GeoDataFrame,
    *,
    units: UnitTable | gpd.GeoDataFrame | None = None,
    population: str | None = None,
    method: Method | None = None,
    estimate: bool = False,
) -> pd.DataFrame:
    """Hold two frames of polygons against each other: a row a pair of footprints that meet.

    Parameters
    ----------
    left, right : GeoDataFrame
        Official polygons in EPSG:27700, indexed by code, as :func:`footprints.read_layer` gives.
    units : UnitTable or GeoDataFrame, optional
        Units with people, placed by their ``easting`` and ``northing``, their points, or a point
        inside their polygons. None counts nobody.
    population : str, optional
        The column of ``units`` that counts people; None takes the first population of a
        UnitTable. A frame has to have it named.
    method : {"points", "area"}, optional
        None takes points where there are units, else the areas of the lines.
    estimate : bool
        With ``method="area"``, whether to share the people of the units out by area.

    Returns
    -------
    DataFrame
        A pair table, with columns and attrs as :meth:`footprints.Atlas.overlap` gives.

    Raises
    ------
    CRSError
        If coordinates are not in EPSG:27700.
    GeometryError
        If a feature is not a valid polygon, or a code stands twice; all are named.
    OverlapError
        If the units cannot be used in that way.
    TableError
        If the units cannot be used at all.

    Examples
    --------
    >>> import shapely
    >>> old = gpd.GeoDataFrame(index=["A"], geometry=[shapely.box(0, 0, 2, 1)], crs=27700)
    >>> new = gpd.GeoDataFrame(index=["B"], geometry=[shapely.box(1, 0, 2, 1)], crs=27700)
    >>> overlap(old, new)[["left", "right", "area_m2", "left_share"]]
      left right  area_m2  left_share
    0    A     B      1.0         0.5
    1    A   NaN      1.0         0.5
    """
    check_method(method)
    drawn = drawn_of("left", left), drawn_of("right", right)
    keys = {f"{side}_layer": frame.attrs.get("key", "") for side, frame in _sides(left, right)}
    if method == "members":
        msg = "Frames hold lines and no lists of members: make an Atlas, or use another method."
        raise OverlapError(msg)
    if units is None:
        if method == "points" or population is not None or estimate:
            msg = "People and points are those of units: say units=."
            raise OverlapError(msg)
        return overlap_lines(*drawn, How(method="area", **keys))
    blocks, counted = blocks_of(units, population)
    if method == "area":
        how = How(method="area", units=blocks.name, population=counted, **keys)
        return _by_area(drawn, blocks, counted, how, estimate=estimate)
    return _by_points(drawn, blocks, counted, How(method="points", units=blocks.name, **keys))


def _sides(
    left: gpd.GeoDataFrame, right: gpd.GeoDataFrame
) -> tuple[tuple[str, gpd.GeoDataFrame], tuple[str, gpd.GeoDataFrame]]:
    return ("left", left), ("right", right)


def drawn_of(side: str, frame: gpd.GeoDataFrame) -> Drawn:
    """Return the lines of a frame, or name everything that is wrong with them.

    Parameters
    ----------
    side : str
        What to call the frame in a message: ``left``.
    frame : GeoDataFrame
        Official polygons in EPSG:27700, indexed by code.

    Returns
    -------
    Drawn

    Raises
    ------
    TableError, CRSError, GeometryError, OverlapError
        As :func:`overlap`.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        msg = f"Give the {side} footprints as a GeoDataFrame, not {type(frame).__name__}."
        raise TableError(msg)
    if not is_national_grid(frame):
        crs = "no CRS" if frame.crs is None else frame.crs.to_string()
        msg = f"Frames must be in {NATIONAL_GRID}, but {side} is in {crs}: use to_crs(27700)."
        raise CRSError(msg, [side])
    problems = Problems(f"The {side} frame")
    for fault, rows in polygon_faults(frame.geometry).groupby("fault"):
        remedy = "read_layer(..., repair=True) mends what can be mended."
        problems.add(f"has features: {fault}", rows["code"], remedy=remedy)
    problems.raise_any(GeometryError)
    if frame.attrs.get("lines") == "illustrative":
        msg = f"The {side} lines are illustrative: drawn for maps, never measured."
        raise OverlapError(msg, [side])
    codes = frame.index.astype("str")
    return Drawn(codes=codes, shapes=np.asarray(frame.geometry.array))


def blocks_of(
    units: UnitTable | gpd.GeoDataFrame, population: str | None
) -> tuple[Blocks, Population]:
    """Return units as arrays and whose people to count, or name what is wrong with them.

    Parameters
    ----------
    units, population
        As :func:`overlap` takes them.

    Returns
    -------
    Blocks
    Population

    Raises
    ------
    TableError, CRSError, OverlapError
        As :func:`overlap`.
    """
    table = _as_units(units, population)
    if not is_national_grid(table.table):
        msg = f"Units must be in {NATIONAL_GRID}: use to_crs(27700)."
        raise CRSError(msg, ["units"])
    problems = Problems("The units given")
    check_units("units", table, problems)
    problems.raise_any(TableError)
    counted = next((p for p in table.populations if population in (None, p.name)), None)
    if counted is None:
        names = ", ".join(repr(p.name) for p in table.populations)
        msg = f"The units do not count {population!r}: they count {names}."
        raise OverlapError(msg, [population])
    name = table.table.index.name or "units"
    frame = with_geometry(table.table)
    blocks = Blocks(name=name, table=frame, populations=(counted,), lines=table.lines)
    return blocks, counted


def _as_units(units: UnitTable | gpd.GeoDataFrame, population: str | None) -> UnitTable:
    if isinstance(units, UnitTable):
        return units
    if population is None or population not in units:
        wrong = "" if population is None else f", and it has no {population!r}"
        columns = ", ".join(map(repr, units.columns))
        msg = f"Say which column of the units counts people, population=: {columns}{wrong}."
        raise OverlapError(msg, [population] if population else [])
    whose = Population(name=population, source="", as_at="")
    return UnitTable(table=units, populations=(whose,), lines=_quality(units))


def _quality(units: gpd.GeoDataFrame) -> Lines:
    """Return what the polygons of units are: official, unless they say that they are not."""
    if not isinstance(units, gpd.GeoDataFrame):
        return "none"
    if units.attrs.get("lines") == "illustrative":
        return "illustrative"
    return "official" if units.geom_type.str.endswith("Polygon").all() else "none"


def _by_points(
    drawn: tuple[Drawn, Drawn], blocks: Blocks, counted: Population, how: How
) -> pd.DataFrame:
    if blocks.places is None:
        msg = "The units have no easting and northing, no points and no official polygons."
        raise OverlapError(msg, [blocks.name])
    points, kind = blocks.places
    left, right = (place(points, side.codes, side.shapes) for side in drawn)
    notes = [*left.notes("left", blocks), *right.notes("right", blocks)]
    how = How(
        method=how.method,
        left_layer=how.left_layer,
        right_layer=how.right_layer,
        units=how.units,
        notes=(("points", kind), *notes),
    )
    return meet((left.members, right.members), blocks, how, Asked(population=counted.name))


def _by_area(
    drawn: tuple[Drawn, Drawn], blocks: Blocks, counted: Population, how: How, *, estimate: bool
) -> pd.DataFrame:
    if not estimate or blocks.lines != "official":
        msg = (
            "By area, people can only be estimated, from units with official polygons: say "
            "estimate=True to share them out, or leave units= out to count nobody."
        )
        raise OverlapError(msg, [blocks.name])
    shapes = np.asarray(blocks.table.geometry.array)
    spread = Spread(shapes=shapes, people=blocks.people[counted.name])
    return overlap_lines(*drawn, how, spread=spread)
