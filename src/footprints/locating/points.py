"""The footprints of points, from coordinates in any declared CRS."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from footprints.crs import check_points, find_transformation, parse_crs, points_to_national_grid
from footprints.errors import TableError
from footprints.locating.locator import Locator
from footprints.read.progress import progress

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

# Dates, spans of time and complex numbers, which would pass for numbers or lose half of themselves.
_NO_NUMBERS = "mMc"


def locate(
    x: npt.ArrayLike | pd.Series[Any],
    y: npt.ArrayLike | pd.Series[Any],
    layer: gpd.GeoDataFrame | Locator,
    *,
    crs: Any = 27700,
) -> pd.Series[str]:
    """Find the code of the footprint that each point is in.

    A point belongs to the footprint that covers it, edge included. Where several do, because it
    lies on the edge between them or because they overlap, it goes to the one with the lowest
    code (in the order of Python's text), whatever the order of layer and points.

    Parameters
    ----------
    x, y : array-like or Series of float
        Eastings and northings in metres, or longitudes and latitudes in degrees, as ``crs``
        says; two numbers, two lists, two columns of a table. A coordinate that is missing, not
        finite or no number counts as missing.
    layer : GeoDataFrame or Locator
        Polygons in EPSG:27700 indexed by code, as :func:`footprints.read_layer` gives them, or
        a :class:`Locator` made of them once, to be used often.
    crs : object, default 27700
        The CRS of the coordinates, such as ``4326``, longitude first.

    Returns
    -------
    Series of str
        The codes, NA for points in no footprint. With the index of ``x``, or else of ``y``, if
        it is a Series. ``attrs`` holds text: ``points``, ``in_one``, ``in_two``, ``on_edge``,
        ``in_none`` and ``no_coordinates``, as :class:`footprints.locating.Counts` explains them;
        ``transformation`` and ``accuracy_m``.

    Raises
    ------
    TableError
        If ``x`` and ``y`` do not belong together, or no point has coordinates.
    CRSError
        If the points look like another CRS, there is no transformation of known accuracy, or
        the layer is not in EPSG:27700.
    GeometryError
        If a footprint has no valid polygon, no code, or its code twice.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> squares = [shapely.box(400_000, 0, 401_000, 1_000), shapely.box(401_000, 0, 402_000, 1_000)]
    >>> layer = gpd.GeoDataFrame(index=["W", "E"], geometry=squares, crs=27700)
    >>> codes = locate([400_500, 401_000, 409_000], [500, 500, 500], layer)
    >>> codes.tolist(), codes.attrs["on_edge"], codes.attrs["in_none"]
    (['W', 'E', nan], '1', '1')
    """
    source = parse_crs(crs)
    way = find_transformation(source)
    index = _shared_index(x, y)
    across, up = as_numbers(x), as_numbers(y)
    if len(across) != len(up):
        msg = f"There are {len(across):,} x and {len(up):,} y: give as many of one as of the other."
        raise TableError(msg)
    with progress(f"Placing {len(across):,} points"):
        locator = layer if isinstance(layer, Locator) else Locator(layer)
        found = locator.find_and_count(*points_to_national_grid(across, up, way))
    if found.counts.points and found.counts.no_coordinates == found.counts.points:
        raise no_coordinates(found.counts.points)
    if not (found.positions >= 0).any():
        check_points("The list of points", source, across, up)
    codes = pd.Series(locator.take(found.positions), index=index, name="code")
    counts = {name: str(number) for name, number in asdict(found.counts).items()}
    codes.attrs = counts | {"transformation": way.name, "accuracy_m": str(way.accuracy_m)}
    return codes


def as_numbers(values: Any) -> npt.NDArray[np.float64]:
    """Return coordinates of any kind as numbers, not a number where there is none.

    Raises
    ------
    TableError
        If they are no list of single values.

    Examples
    --------
    >>> as_numbers(["530000", None, "none"]).tolist()
    [530000.0, nan, nan]
    """
    if isinstance(values, np.ndarray) and values.dtype == np.float64 and values.ndim == 1:
        return values
    single = values is None or values is pd.NA or np.isscalar(values)
    msg = "Coordinates are given as two lists of numbers, x and y."
    try:
        column = pd.Series([values] if single else values)
        if column.dtype.kind in _NO_NUMBERS:
            raise TableError(msg)
        numbers = pd.to_numeric(column, errors="coerce")
        return np.asarray(numbers.to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError):
        # What pandas and numpy say may hold the coordinates of a person.
        raise TableError(msg) from None


def no_coordinates(points: int, where: str = "") -> TableError:
    """Return the error for points none of which has coordinates."""
    msg = f"The points{where} have no coordinates: all {points:,} are missing, not finite or no numbers."
    return TableError(msg)


def _shared_index(x: object, y: object) -> pd.Index[Any] | None:
    indexes = [values.index for values in (x, y) if isinstance(values, pd.Series)]
    if len(indexes) == 2 and not indexes[0].equals(indexes[1]):
        msg = "x and y have different indexes: take both from one table."
        raise TableError(msg)
    return indexes[0] if indexes else None
