"""The one way into the National Grid: by a named transformation, and only with good reason."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import pyproj.network
import shapely
from pyproj.exceptions import CRSError as ProjError
from pyproj.transformer import Transformer, TransformerGroup

from footprints.errors import CRSError, listed
from footprints.geometry import NATIONAL_GRID

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

GRID = pyproj.CRS(NATIONAL_GRID)

SWAPPED = "latitude and longitude, in that order"
LOOKS = {
    "EPSG:4326": (-9.5, 49.0, 2.5, 61.5),
    SWAPPED: (49.0, -9.5, 61.5, 2.5),
    "EPSG:3857": (-1_060_000.0, 6_270_000.0, 280_000.0, 8_750_000.0),
    "EPSG:27700": (-250_000.0, -120_000.0, 800_000.0, 1_300_000.0),
}
"""Where the United Kingdom lies (west, south, east, north) in what files are usually in."""

WORDS = {
    "EPSG:4326": "longitude and latitude (EPSG:4326)",
    SWAPPED: "latitude and longitude (EPSG:4326 with its axes swapped)",
    "EPSG:3857": "Web Mercator (EPSG:3857)",
    "EPSG:27700": "British National Grid (EPSG:27700)",
}

# ETRS89 and its projections: the only way from them to the National Grid needs the grid OSTN15.
_ETRS89 = "European Terrestrial Reference System 1989"


BEYOND = 1e9
"""An easting and northing, in metres, farther off than any place on Earth."""


@dataclass(frozen=True, kw_only=True)
class Transformation:
    """A way from one CRS into the National Grid.

    Parameters
    ----------
    name : str
        What the EPSG registry calls it.
    accuracy_m : float
        How far a place may be off, in metres, as the registry states it.
    transformer : Transformer or None
        None where the coordinates are in the National Grid already.
    """

    name: str
    accuracy_m: float
    transformer: Transformer | None = None


def parse_crs(crs: Any) -> pyproj.CRS:
    """Read what a user says the CRS is.

    Parameters
    ----------
    crs : object
        A number of the EPSG registry, or whatever else pyproj reads.

    Returns
    -------
    pyproj.CRS

    Raises
    ------
    CRSError
        If there is no such CRS.

    Examples
    --------
    >>> parse_crs(4326).to_string()
    'EPSG:4326'
    """
    try:
        return pyproj.CRS.from_user_input(crs)
    except ProjError as error:
        msg = f"{crs!r} is no coordinate reference system: write a number such as crs=4326."
        raise CRSError(msg, [crs]) from error


def looks_like(bounds: npt.NDArray[np.float64]) -> str:
    """Tell which CRS coordinates in the United Kingdom look like.

    Parameters
    ----------
    bounds : array of float
        West, south, east and north, all together.

    Returns
    -------
    str
        A key of :data:`WORDS`; empty where they look like none of them.

    Examples
    --------
    >>> looks_like(np.array([-6.4, 49.9, 1.8, 55.8]))
    'EPSG:4326'
    """
    small = bool(np.abs(bounds).max() <= 180)
    for name, (west, south, east, north) in LOOKS.items():
        # Small numbers may be degrees elsewhere as well as metres near the false origin.
        if small and name == NATIONAL_GRID:
            continue
        if bounds[0] >= west and bounds[1] >= south and bounds[2] <= east and bounds[3] <= north:
            return name
    return ""


def check_declared(
    what: str, crs: pyproj.CRS | None, bounds: npt.NDArray[np.float64]
) -> pyproj.CRS:
    """Make sure that coordinates can be in the CRS that is declared for them.

    Parameters
    ----------
    what : str
        What holds them, for the message.
    crs : pyproj.CRS or None
        The CRS declared; None for none.
    bounds : array of float
        West, south, east and north of all coordinates.

    Returns
    -------
    pyproj.CRS
        The CRS declared.

    Raises
    ------
    CRSError
        If no CRS is declared, or the coordinates contradict it.
    """
    looks = looks_like(bounds)
    if crs is None:
        raise CRSError(_undeclared(what, looks), ["no CRS"])
    declared = "EPSG:4326" if crs.is_geographic else f"EPSG:{crs.to_epsg()}"
    # Metres of other grids, such as the Irish ones, can lie where our own do.
    other_grid = declared not in LOOKS and looks in {"EPSG:27700", "EPSG:3857"}
    if not looks or looks == declared or other_grid:
        return crs
    remedy = f"If they are, say so with crs={looks.removeprefix('EPSG:')}."
    if looks == SWAPPED:
        remedy = "Swap the two in the file: longitude comes first."
    msg = (
        f"{what} is declared to be in {_named(crs)}, but its coordinates look like "
        f"{WORDS[looks]}. {remedy}"
    )
    raise CRSError(msg, [crs.to_string(), looks])


def _undeclared(what: str, looks: str) -> str:
    start = f"{what} declares no coordinate reference system (CRS)."
    if not looks:
        return f"{start} What its coordinates are cannot be told: say so, as in crs=27700."
    if looks == SWAPPED:
        return (
            f"{start} Its coordinates look like {WORDS[looks]}. Swap the two in the file, "
            "longitude first, and then read it with crs=4326."
        )
    number = looks.removeprefix("EPSG:")
    return (
        f"{start} Its coordinates look like {WORDS[looks]}: if they are, read it with crs={number}."
    )


def _named(crs: pyproj.CRS) -> str:
    code = crs.to_epsg()
    return f"{crs.name} (EPSG:{code})" if code else str(crs.name)


def find_transformation(crs: pyproj.CRS) -> Transformation:
    """Choose the most accurate way into the National Grid that can be used here.

    Parameters
    ----------
    crs : pyproj.CRS
        Where from.

    Returns
    -------
    Transformation

    Raises
    ------
    CRSError
        If there is none of a known accuracy. A ballpark one, which takes two datums for the
        same, is off by about 100 m and never used.

    Examples
    --------
    >>> find_transformation(parse_crs(27700)).name
    'none: in EPSG:27700 already'
    """
    if crs.to_epsg() == 27700 or crs.equals(GRID, ignore_axis_order=True):
        return Transformation(name="none: in EPSG:27700 already", accuracy_m=0.0)
    with _offline(), warnings.catch_warnings():
        # pyproj warns that the grid OSTN15 would be better; the accuracy recorded says so.
        warnings.filterwarnings("ignore", message="Best transformation is not available")
        group = TransformerGroup(crs, GRID, always_xy=True, allow_ballpark=False)
    # On one and the same datum it is a projection, exact though no accuracy may be stated.
    base, goal = crs.geodetic_crs, GRID.geodetic_crs
    exact = bool(base and goal and base.equals(goal, ignore_axis_order=True))
    usable = [
        way
        for way in group.transformers
        if (exact or way.accuracy >= 0) and "allpark" not in way.description
    ]
    if not usable:
        hint = ""
        if _ETRS89 in crs.to_wkt():
            twin = "crs=4326" if crs.is_geographic else "the like CRS of WGS 84, such as crs=32630"
            hint = f" ETRS89 lies within a metre of WGS 84: if that will do, say {twin}."
        msg = (
            f"There is no transformation of known accuracy from {_named(crs)} to "
            f"{NATIONAL_GRID} on this machine, and a ballpark one is off by some 100 m. "
            f"Bring the file into {NATIONAL_GRID} where that can be done well, in a GIS that has "
            f"the grid OSTN15 for one.{hint}"
        )
        raise CRSError(msg, [crs.to_string()])
    best = usable[0]
    return Transformation(
        name=best.description, accuracy_m=max(float(best.accuracy), 0.0), transformer=best
    )


@contextmanager
def _offline() -> Iterator[None]:
    """Keep PROJ from fetching grids, whatever the environment allows it."""
    allowed = pyproj.network.is_network_enabled()  # type: ignore[attr-defined]
    pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        pyproj.network.set_network_enabled(active=allowed)  # type: ignore[attr-defined]


def to_national_grid(
    geometry: gpd.GeoSeries, crs: pyproj.CRS | None, what: str
) -> tuple[gpd.GeoSeries, Transformation]:
    """Bring geometry into the National Grid.

    Parameters
    ----------
    geometry : GeoSeries
        Indexed by what features are called in messages. Heights are dropped.
    crs : pyproj.CRS or None
        The CRS that its coordinates are declared to be in.
    what : str
        What holds it, for messages.

    Returns
    -------
    geometry : GeoSeries
        In EPSG:27700, with the same index.
    transformation : Transformation
        How it came there.

    Raises
    ------
    CRSError
        If no CRS is declared, the coordinates contradict it, no transformation is good enough,
        or features lie outside the United Kingdom.

    Examples
    --------
    >>> here = gpd.GeoSeries(gpd.points_from_xy([-1.5], [53.0]), index=["A"])
    >>> there, way = to_national_grid(here, parse_crs(4326), "The layer")
    >>> round(there["A"].x), way.accuracy_m
    (433653, 2.0)
    """
    shapes = geometry.array
    if shapely.has_z(shapes).any():
        shapes = shapely.force_2d(shapes)
    boxes = shapely.bounds(shapes)
    drawn = np.isfinite(boxes).all(axis=1)
    source = check_declared(what, crs, _around(boxes[drawn]))
    # One feature in degrees among others in metres would land in the sea off Scilly.
    strays = drawn & _inside(boxes, "EPSG:4326") & (not source.is_geographic)
    way = find_transformation(source)
    if way.transformer is not None:
        with _offline():
            shapes = shapely.transform(shapes, way.transformer.transform, interleaved=False)
        boxes = shapely.bounds(shapes)
    strays |= drawn & ~_inside(boxes, NATIONAL_GRID)
    if strays.any():
        msg = (
            f"{what} has features that lie outside the United Kingdom if it is in "
            f"{_named(source)}: {listed(geometry.index[strays])}. Mend them, or say which CRS "
            "it is in with crs=."
        )
        raise CRSError(msg, geometry.index[strays])
    return gpd.GeoSeries(shapes, index=geometry.index, crs=NATIONAL_GRID), way


def points_to_national_grid(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], way: Transformation
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Bring points into the National Grid.

    Parameters
    ----------
    x, y : array of float
        Longitudes or eastings, and latitudes or northings.
    way : Transformation
        As :func:`find_transformation` chose it.

    Returns
    -------
    x, y : array of float
        In metres (EPSG:27700); not a number where a coordinate was not finite, and
        :data:`BEYOND` where a point has coordinates that cannot be transformed.

    Examples
    --------
    >>> way = find_transformation(parse_crs(4326))
    >>> x, y = points_to_national_grid(np.array([-1.5]), np.array([53.0]), way)
    >>> round(x[0])
    433653
    """
    if way.transformer is None:
        return x, y
    with _offline():
        eastings, northings = way.transformer.transform(x, y)
    known = np.isfinite(x) & np.isfinite(y)
    lost = np.where(known, BEYOND, np.nan)
    kept = known & np.isfinite(eastings) & np.isfinite(northings)
    return np.where(kept, eastings, lost), np.where(kept, northings, lost)


def check_points(
    what: str, crs: pyproj.CRS, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> None:
    """Make sure that points can be in the CRS that is declared for them.

    What most of them look like counts, so that a few strays prove nothing.

    Parameters
    ----------
    what : str
        What holds them, for the message.
    crs : pyproj.CRS
        The CRS declared.
    x, y : array of float
        As declared; those that are not finite do not count.

    Raises
    ------
    CRSError
        If most points look like another CRS.

    Examples
    --------
    >>> check_points("The file", parse_crs(27700), np.array([-1.5]), np.array([53.0]))
    Traceback (most recent call last):
        ...
    footprints.errors.CRSError: The file is declared to be in OSGB36 / British National Grid
    (EPSG:27700), but its coordinates look like longitude and latitude (EPSG:4326). If they are,
    say so with crs=4326.
    """
    boxes = np.column_stack([x, y, x, y])
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    small = (np.abs(boxes) <= 180).all(axis=1)
    like = {name: _inside(boxes, name) & ~(small & (name == NATIONAL_GRID)) for name in LOOKS}
    looks = max(like, key=lambda name: int(like[name].sum()))
    if like[looks].sum() * 2 > len(boxes):
        check_declared(what, crs, _around(boxes[like[looks]]))


def _inside(boxes: npt.NDArray[np.float64], looks: str) -> npt.NDArray[np.bool_]:
    west, south, east, north = LOOKS[looks]
    lower, upper = boxes[:, :2] >= [west, south], boxes[:, 2:] <= [east, north]
    return np.asarray(lower.all(axis=1) & upper.all(axis=1))


def _around(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if not len(boxes):
        return np.full(4, np.nan)
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
