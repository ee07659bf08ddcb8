"""The one coordinate reference system, and outlines joined from the polygons of units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from footprints.errors import CRSError

if TYPE_CHECKING:
    import pandas as pd

NATIONAL_GRID = "EPSG:27700"


def with_geometry(table: pd.DataFrame, what: str) -> gpd.GeoDataFrame:
    """Return a copy of a table as a GeoDataFrame in the National Grid.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        A table without geometry gets a ``geometry`` column of None.
    what : str
        What the table is, for the message.

    Returns
    -------
    GeoDataFrame
        In EPSG:27700, with the index and columns of ``table``.

    Raises
    ------
    CRSError
        If the table has geometry in another CRS, or in none.
    """
    if not isinstance(table, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(table.copy(), geometry=[None] * len(table), crs=NATIONAL_GRID)
    if table.crs is None or table.crs.to_epsg() != 27700:
        name = "no CRS" if table.crs is None else table.crs.to_string()
        msg = f"{what} is in {name}; geometry must be in {NATIONAL_GRID}: use to_crs(27700)."
        raise CRSError(msg, [name])
    copy = table.copy()
    return copy if copy.geometry.name == "geometry" else copy.rename_geometry("geometry")


def outlines(units: gpd.GeoDataFrame, members: pd.Series) -> gpd.GeoSeries:
    """Join the polygons of units into the outlines of footprints.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons in EPSG:27700, indexed by unit.
    members : Series of str
        The footprint of each unit, indexed by unit.

    Returns
    -------
    GeoSeries
        Outlines indexed by footprint; empty where the units have no polygons.
    """
    polygons = units.geometry.reindex(members.index)
    drawn = polygons.geom_type.isin(["Polygon", "MultiPolygon"])
    # Joining a valid coverage only drops shared edges; anything else has to be noded first.
    method = "coverage" if shapely.coverage_is_valid(polygons[drawn].array) else "unary"
    frame = gpd.GeoDataFrame({"code": members[drawn]}, geometry=polygons[drawn])
    return frame.dissolve("code", method=method).geometry


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
