"""The one coordinate reference system, and outlines joined from the polygons of units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    import pandas as pd

NATIONAL_GRID = "EPSG:27700"


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


def polygon_faults(shapes: gpd.GeoSeries) -> dict[str, pd.Index[str]]:
    """Find the rows of a layer of polygons that are none.

    Parameters
    ----------
    shapes : GeoSeries
        Indexed by code.

    Returns
    -------
    dict of str to Index
        The codes by fault: ``no polygon``, ``an invalid polygon``.
    """
    kinds = shapely.get_type_id(shapes.array)
    drawn = np.isin(kinds, [3, 6]) & ~shapely.is_empty(shapes.array)
    valid = shapely.is_valid(shapes.array)
    faults = {"no polygon": ~drawn, "an invalid polygon": drawn & ~valid}
    return {fault: shapes.index[rows] for fault, rows in faults.items() if rows.any()}


def is_coverage(units: gpd.GeoDataFrame) -> bool:
    """Tell whether polygons share their edges exactly and do not overlap."""
    return bool(shapely.coverage_is_valid(units.geometry.array))


def outlines(units: gpd.GeoDataFrame, members: pd.Series, *, clean: bool) -> gpd.GeoSeries:
    """Join the polygons of units into the outlines of footprints.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons in EPSG:27700, indexed by unit.
    members : Series of str
        The footprint of each unit, indexed by unit.
    clean : bool
        Whether the polygons are a valid coverage; then only shared edges have to be dropped.

    Returns
    -------
    GeoSeries
        Outlines indexed by footprint.
    """
    polygons = units.geometry.reindex(members.index)
    frame = gpd.GeoDataFrame({"code": members}, geometry=polygons)
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
