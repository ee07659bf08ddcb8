"""The one coordinate reference system, and outlines joined from the polygons of units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

NATIONAL_GRID = "EPSG:27700"
POLYGONS = (3, 6)
"""The numbers that GEOS gives to polygons and multipolygons."""
COLLECTION = 7
Resolution = Literal["BUC", "BSC", "BGC", "BFC", "BFE"]
"""What the ONS calls lines that are ultra generalised, super generalised, generalised, and full, to
the coast and to the extent of the realm."""
RESOLUTIONS: dict[str, float] = {"BUC": 500.0, "BSC": 200.0, "BGC": 20.0, "BFC": 1.0, "BFE": 1.0}
"""How far lines of each resolution lie from the true ones, in metres."""
_RESOLUTION = re.compile(rf"(?<![A-Za-z])({'|'.join(RESOLUTIONS)})(?![A-Za-z])", re.IGNORECASE)


def resolution_in(name: str) -> str:
    """Return the resolution that the name of a file or layer tells; empty where it tells none.

    Examples
    --------
    >>> resolution_in("ICB_JUL_2022_EN_BUC_V3.json"), resolution_in("icb.json")
    ('BUC', '')
    """
    found = _RESOLUTION.search(name)
    return found[0].upper() if found else ""


def is_national_grid(table: pd.DataFrame) -> bool:
    """Tell whether a table has no geometry, or has it in EPSG:27700."""
    if not isinstance(table, gpd.GeoDataFrame):
        return True
    return table.crs is not None and table.crs.to_epsg() == 27700


def with_geometry(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a copy of a table as a GeoDataFrame in the National Grid.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        In EPSG:27700; a table without geometry gets a ``geometry`` column of None.

    Returns
    -------
    GeoDataFrame
        With the index and columns of ``table``; the geometry is in ``geometry``.
    """
    if not isinstance(table, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(table.copy(), geometry=[None] * len(table), crs=NATIONAL_GRID)
    copy = table.copy()
    return copy if copy.geometry.name == "geometry" else copy.rename_geometry("geometry")


def is_coverage(units: gpd.GeoDataFrame) -> bool:
    """Tell whether polygons share their edges exactly and do not overlap."""
    return bool(shapely.coverage_is_valid(units.geometry.array))


def outlines(
    units: gpd.GeoDataFrame, members: pd.Series, *, clean: bool | None = None
) -> gpd.GeoSeries:
    """Join the polygons of units into the outlines of footprints.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons in EPSG:27700, indexed by unit.
    members : Series of str
        The footprint of each unit, indexed by unit.
    clean : bool, optional
        Whether the polygons are a valid coverage, so that only shared edges have to be dropped;
        None finds out.

    Returns
    -------
    GeoSeries
        Outlines indexed by footprint.
    """
    polygons = units.geometry.reindex(members.index)
    frame = gpd.GeoDataFrame({"code": members}, geometry=polygons)
    clean = is_coverage(frame) if clean is None else clean
    return frame.dissolve("code", method="coverage" if clean else "unary").geometry


def to_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a copy in longitude and latitude (EPSG:4326) for a map.

    Coordinates are rounded to five decimals, about a metre; neighbours keep the vertices that
    they share.

    Parameters
    ----------
    frame : GeoDataFrame
        In EPSG:27700.

    Returns
    -------
    GeoDataFrame
        With the index and columns of ``frame``.
    """
    degrees = frame.to_crs("EPSG:4326")
    rounded = shapely.transform(degrees.geometry.array, lambda xy: np.round(xy, 5))
    return degrees.set_geometry(gpd.GeoSeries(rounded, index=frame.index, crs="EPSG:4326"))


def polygon_faults(geometry: gpd.GeoSeries) -> pd.DataFrame:
    """Find the features that are no sound polygons.

    Parameters
    ----------
    geometry : GeoSeries
        In EPSG:27700, indexed by code.

    Returns
    -------
    DataFrame
        A row a fault, in the order of ``geometry``: ``code``; ``fault`` (``missing``, ``empty``,
        ``not a polygon``, ``not valid`` or ``a code twice``); ``reason`` in words; ``x`` and
        ``y``, a place in metres (EPSG:27700), NA where there is none.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> polygon_faults(gpd.GeoSeries([bow_tie], index=["A"], crs=27700)).loc[0, "reason"]
    'Self-intersection'
    """
    shapes = geometry.array
    missing = shapely.is_missing(shapes)
    empty = shapely.is_empty(shapes)
    polygon = np.isin(shapely.get_type_id(shapes), POLYGONS)
    faults = {
        "missing": missing,
        "empty": empty,
        "not a polygon": ~missing & ~empty & ~polygon,
        "not valid": polygon & ~shapely.is_valid(shapes),
        "a code twice": geometry.index.duplicated(keep=False),
    }
    parts = [_described(geometry, fault, rows) for fault, rows in faults.items() if rows.any()]
    columns = ["code", "fault", "reason", "x", "y"]
    found = pd.concat(parts).sort_index(kind="stable") if parts else pd.DataFrame(columns=columns)
    return found.reset_index(drop=True)


def _described(geometry: gpd.GeoSeries, fault: str, rows: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Put the features with one fault into words and places; indexed by their position."""
    shapes = geometry.array[rows]
    reasons = {
        "missing": "no geometry, or one that cannot be built",
        "empty": "empty geometry",
        "a code twice": "code of several features",
    }
    if fault == "not valid":
        told = pd.Series(shapely.is_valid_reason(shapes), dtype="str")
        pieces = told.str.extract(r"^([^\[]*)(?:\[(\S+) (\S+)\])?$")
        reason, x, y = pieces[0], pieces[1].astype(float), pieces[2].astype(float)
    else:
        reason = pd.Series(shapely.get_type_id(shapes)).map(_TYPE_NAMES).fillna("none")
        places = shapely.centroid(shapes)
        places = np.where(shapely.is_empty(places), None, places)
        x, y = pd.Series(shapely.get_x(places)), pd.Series(shapely.get_y(places))
    if fault in reasons:
        reason = pd.Series(reasons[fault], index=reason.index)
    found = {"code": geometry.index[rows], "fault": fault, "reason": reason, "x": x, "y": y}
    return pd.DataFrame(found).set_axis(np.flatnonzero(rows))


_TYPE_NAMES = {
    0: "Point",
    1: "LineString",
    2: "LinearRing",
    4: "MultiPoint",
    5: "MultiLineString",
    7: "GeometryCollection",
}


def repair_polygons(geometry: gpd.GeoSeries) -> tuple[gpd.GeoSeries, pd.DataFrame]:
    """Make polygons valid with Shapely's own tools, and say what that changed.

    Only what has an area is kept, of geometry collections too. What has none is left as it is.

    Parameters
    ----------
    geometry : GeoSeries
        In EPSG:27700.

    Returns
    -------
    geometry : GeoSeries
        With the index of the one given.
    changes : DataFrame
        A row a repaired feature: ``code``, ``reason``, ``x`` and ``y`` (metres, EPSG:27700),
        ``before_m2`` and ``after_m2`` (its area as it was drawn, and now), ``change_m2``.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> mended, changes = repair_polygons(gpd.GeoSeries([bow_tie], index=["A"], crs=27700))
    >>> float(changes.loc[0, "after_m2"]), bool(mended.is_valid.all())
    (2.0, True)
    """
    shapes = np.array(geometry.array, dtype=object)
    types = shapely.get_type_id(shapes)
    collections = (types == COLLECTION) & ~shapely.is_empty(shapes)
    sick = np.isin(types, POLYGONS) & ~shapely.is_valid(shapes)
    rows = np.flatnonzero(collections | sick)
    mended = polygonal(shapely.make_valid(shapes[rows], method="structure", keep_collapsed=False))
    rows, mended = rows[~shapely.is_empty(mended)], mended[~shapely.is_empty(mended)]
    chosen = np.isin(np.arange(len(shapes)), rows)
    told = [
        _described(geometry, fault, chosen & which)
        for fault, which in {"not a polygon": collections, "not valid": sick}.items()
    ]
    changes = pd.concat(told).sort_index().drop(columns="fault")
    changes["before_m2"], changes["after_m2"] = shapely.area(shapes[rows]), shapely.area(mended)
    changes["change_m2"] = changes["after_m2"] - changes["before_m2"]
    shapes[rows] = mended
    repaired = gpd.GeoSeries(shapes, index=geometry.index, crs=geometry.crs)
    return repaired, changes.reset_index(drop=True)


def polygonal(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the parts of each shape that have an area, as one polygon or multipolygon."""
    parts, owners = shapely.get_parts(shapes, return_index=True)
    inner, outer = shapely.get_parts(parts, return_index=True)
    is_area = np.isin(shapely.get_type_id(inner), POLYGONS)
    areas, owners = inner[is_area], owners[outer][is_area]
    found = [shapely.union_all(areas[owners == number]) for number in range(len(shapes))]
    return np.array(found, dtype=object)


def without_threads(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return shapes in which collections, of areas and what only touches, are areas alone.

    Examples
    --------
    >>> touching = shapely.from_wkt("GEOMETRYCOLLECTION (POINT (9 9), POLYGON ((0 0, 0 1, 1 1, 0 0)))")
    >>> without_threads(np.array([touching], dtype=object))[0].geom_type
    'Polygon'
    """
    shapes = np.array(shapes, dtype=object)
    rows = np.flatnonzero(shapely.get_type_id(shapes) == COLLECTION)
    shapes[rows] = polygonal(shapes[rows])
    return shapes


def drawn_twice(geometry: gpd.GeoSeries) -> pd.Index[str]:
    """Find the codes whose polygon is another one's too, point by point.

    Parameters
    ----------
    geometry : GeoSeries
        Polygons, indexed by code.

    Returns
    -------
    Index of str

    Examples
    --------
    >>> square = shapely.box(0, 0, 1, 1)
    >>> list(drawn_twice(gpd.GeoSeries([square, square.buffer(1), square], index=["A", "B", "C"])))
    ['A', 'C']
    """
    boxes = pd.DataFrame(shapely.bounds(geometry.array))
    alike = boxes.duplicated(keep=False).to_numpy()
    drawn = pd.Series(shapely.to_wkb(shapely.normalize(geometry.array[alike])), dtype=object)
    return geometry.index[alike][drawn.duplicated(keep=False).to_numpy()]
