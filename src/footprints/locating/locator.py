"""A layer made ready to say, again and again, which footprint points are in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from footprints.errors import CRSError, GeometryError, Problems, TableError
from footprints.geometry import NATIONAL_GRID, is_national_grid, polygon_faults
from footprints.locating.grid import NONE, build_grid, expanded

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.locating.grid import Floats, Integers, Shapes

    Positions = npt.NDArray[np.int32]

_AT_ONCE = 1 << 17


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many points were found where; all but ``points`` sum to it.

    Parameters
    ----------
    points : int
        All of them.
    in_one : int
        In exactly one footprint, its edge included.
    in_two : int
        Inside two or more that overlap; they went to the lowest code.
    on_edge : int
        On the edge between footprints; they went to the lowest code.
    in_none : int
        In none.
    no_coordinates : int
        With a coordinate missing, or not finite.
    """

    points: int = 0
    in_one: int = 0
    in_two: int = 0
    on_edge: int = 0
    in_none: int = 0
    no_coordinates: int = 0

    def __add__(self, other: Counts) -> Counts:
        mine = asdict(self)
        return Counts(**{name: mine[name] + more for name, more in asdict(other).items()})


class Found(NamedTuple):
    """Where points are, and how many of them had several footprints to choose from."""

    positions: Positions
    counts: Counts


class Locator:
    """A layer made ready to find the footprint of any number of points.

    It is never changed, can be used by several threads at once, and is pickled as little more
    than its outlines, so that it can be sent to the workers of Dask or Spark.

    Parameters
    ----------
    layer : GeoDataFrame
        Polygons in EPSG:27700 indexed by code, as :func:`footprints.read_layer` gives them. A
        copy of what matters is kept.

    Attributes
    ----------
    codes : Index of str
        The codes of the layer, ascending, whatever its order.

    Raises
    ------
    CRSError
        If the layer is not in EPSG:27700.
    GeometryError
        If a footprint has no valid polygon, no code, or its code twice.

    Examples
    --------
    >>> squares = [shapely.box(400_000, 0, 401_000, 1_000), shapely.box(401_000, 0, 402_000, 1_000)]
    >>> locator = Locator(gpd.GeoDataFrame(index=["W", "E"], geometry=squares, crs=27700))
    >>> list(locator.codes), locator.find([400_500, 401_000, 409_000], [500, 500, 500]).tolist()
    (['E', 'W'], [1, 0, -1])
    """

    def __init__(self, layer: gpd.GeoDataFrame) -> None:
        _check_layer(layer)
        codes = layer.index.astype("str").to_numpy(dtype=object)
        order = np.argsort(codes, kind="stable")
        self._prepare(list(codes[order]), shapely.to_wkb(layer.geometry.array[order]))

    def _prepare(self, codes: list[str], outlines: Shapes) -> None:
        self.codes = pd.Index(codes, dtype="str", name="code")
        self._shapes = shapely.from_wkb(outlines)
        _warm(self._shapes)
        self._grid = build_grid(self._shapes)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (list(self.codes), shapely.to_wkb(self._shapes))

    def __repr__(self) -> str:
        return f"<Locator of {len(self.codes):,} footprints>"

    def find(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Positions:
        """Find the footprint of each point.

        A point belongs to the footprint that covers it, edge included; of several, to the one
        with the lowest code.

        Parameters
        ----------
        x, y : array-like of float
            Eastings and northings in metres (EPSG:27700), of the same length.

        Returns
        -------
        array of int32
            The position in ``codes``; -1 for a point in none, or without coordinates.

        Raises
        ------
        TableError
            If ``x`` and ``y`` are not two lists of the same length.
        """
        return self.find_and_count(x, y).positions

    def take(self, positions: Positions) -> pd.api.extensions.ExtensionArray:
        """Return the codes at positions as :meth:`find` gives them, NA for -1."""
        return self.codes.array.take(positions, allow_fill=True)

    def find_and_count(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Found:
        """Find the footprint of each point, as :meth:`find` does, and count what was found.

        Returns
        -------
        Found
            ``positions`` and ``counts``.

        Raises
        ------
        TableError
            If ``x`` and ``y`` are not two lists of the same length.
        """
        eastings = np.atleast_1d(np.asarray(x, dtype=np.float64))
        northings = np.atleast_1d(np.asarray(y, dtype=np.float64))
        if eastings.ndim > 1 or eastings.shape != northings.shape:
            msg = "x and y are not two lists of the same length."
            raise TableError(msg)
        positions = np.empty(len(eastings), dtype=np.int32)
        counts = Counts()
        for start in range(0, len(eastings), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            positions[part], more = self._find_some(eastings[part], northings[part])
            counts += more
        return Found(positions, counts)

    def _find_some(self, x: Floats, y: Floats) -> Found:
        grid = self._grid
        u, v = (x - grid.west) * grid.per_metre, (y - grid.south) * grid.per_metre
        over = (u >= 0) & (u < grid.columns) & (v >= 0) & (v < grid.rows)
        places = np.flatnonzero(over)
        cells = v[places].astype(np.int32) * grid.columns + u[places].astype(np.int32)
        owners = grid.owners[cells]
        undecided = owners < NONE
        several = (0, 0)
        if undecided.any():
            chosen = places[undecided]
            owners[undecided], several = self._settle(x[chosen], y[chosen], -2 - owners[undecided])
        positions = np.full(len(x), NONE, dtype=np.int32)
        positions[places] = owners
        found = int(np.count_nonzero(owners != NONE))
        finite = int(np.count_nonzero(np.isfinite(x) & np.isfinite(y)))
        in_two, on_edge = several
        counts = Counts(
            points=len(x),
            in_one=found - in_two - on_edge,
            in_two=in_two,
            on_edge=on_edge,
            in_none=finite - found,
            no_coordinates=len(x) - finite,
        )
        return Found(positions, counts)

    def _settle(self, x: Floats, y: Floats, cells: Positions) -> tuple[Positions, tuple[int, int]]:
        """Test points in undecided cells against each candidate; tell how many had several."""
        starts = self._grid.starts
        entry, point = expanded(starts[cells], starts[cells + 1] - starts[cells])
        candidates = self._grid.candidates[entry]
        # One footprint after the other, so that its index stays in the processor's cache.
        order = np.argsort(candidates, kind="stable")
        candidates, point = candidates[order], point[order]
        hit = shapely.intersects_xy(self._shapes[candidates], x[point], y[point])
        candidates, point = candidates[hit], point[hit]
        positions = np.full(len(x), NONE, dtype=np.int32)
        # The last of several assignments stays: that of the lowest code.
        positions[point[::-1]] = candidates[::-1]
        return positions, self._several(x, y, point, candidates)

    def _several(self, x: Floats, y: Floats, point: Integers, hits: Positions) -> tuple[int, int]:
        """Count the points inside two footprints, and those only on the edge between several."""
        hits_of = np.bincount(point, minlength=len(x))
        doubtful = hits_of[point] > 1
        if not doubtful.any():
            return 0, 0
        point, hits = point[doubtful], hits[doubtful]
        inside = shapely.contains_xy(self._shapes[hits], x[point], y[point])
        in_two = int(np.count_nonzero(np.bincount(point[inside], minlength=len(x)) > 1))
        return in_two, int(np.count_nonzero(hits_of > 1)) - in_two


def _restored(codes: list[str], outlines: Shapes) -> Locator:
    """Return a pickled locator; what it holds was checked when it was first made."""
    locator = Locator.__new__(Locator)
    locator._prepare(codes, outlines)  # noqa: SLF001 - its own constructor.
    return locator


def _warm(shapes: Shapes) -> None:
    """Prepare polygons, and have GEOS build their indexes now.

    It builds them on the third question, and two threads must not both do that.
    """
    shapely.prepare(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    for _ in range(3):
        shapely.intersects_xy(shapes, (west + east) / 2, (south + north) / 2)


def _check_layer(layer: gpd.GeoDataFrame) -> None:
    if not isinstance(layer, gpd.GeoDataFrame):
        msg = "The layer has no lines: read it from a file of boundaries with read_layer()."
        raise GeometryError(msg)
    if not is_national_grid(layer):
        named = "no CRS" if layer.crs is None else layer.crs.to_string()
        msg = f"The layer is in {named}, not in {NATIONAL_GRID}: read it with read_layer()."
        raise CRSError(msg, [named])
    faults = polygon_faults(layer.geometry)
    problems = Problems("The layer")
    if layer.index.hasnans:
        problems.add("has footprints without a code")
    for reason, rows in faults.groupby("reason", sort=False):
        problems.add(f"has footprints that are no sound areas ({reason})", rows["code"])
    problems.raise_any(GeometryError)
