"""Points in footprints: locate against geopandas.sjoin, and locate_file on files of any length."""

from __future__ import annotations

import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from figures import DATA, Figure, Measured, SkippedError, most_resident_mb
from tessellation import footprints_of, tessellation

from footprints import locate, locate_file

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import pandas as pd

    Points = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
    Layers = dict[str, gpd.GeoDataFrame]

FILE = DATA / "england" / "england.gpkg"
COUNTS = {"LAD21": 309, "ICB22": 42, "NHSER22": 7}
POINTS, STREAMED, BLOCK, COMPARED = 2_000_000, 20_000_000, 1_000_000, 2_000
RATE = 2_000_000
"""Points that a core has to place in a layer in a second."""
MOST_MB = 1536
LINEAR = 0.8
"""What a point of a quarter of the file has to cost at least, of what a point of all costs."""


class Race(NamedTuple):
    """A layer, and the same points as numbers and as the peer takes them."""

    layer: gpd.GeoDataFrame
    points: Points
    shapes: gpd.GeoDataFrame


class Spent(NamedTuple):
    """What it cost to place the points of a file."""

    seconds: float
    core_seconds: float
    most_mb: float


@cache
def england() -> Layers:
    """Read the districts, systems and regions of England."""
    if not FILE.is_file():
        msg = "the real data are not beside the project"
        raise SkippedError(msg)
    read = {name: gpd.read_file(FILE, layer=name) for name in COUNTS}
    return {name: frame.set_index(f"{name}CD") for name, frame in read.items()}


@cache
def generated() -> Layers:
    """Draw layers of as many footprints, with five times the vertices, about as large as England."""
    units = tessellation(3_000, 192, width_m=6_600)
    drawn = {name: footprints_of(units, count) for name, count in COUNTS.items()}
    return {
        name: gpd.GeoDataFrame(
            index=[f"T{n:05}" for n in range(len(some))], geometry=some, crs=27700
        )
        for name, some in drawn.items()
    }


def scattered(layer: gpd.GeoDataFrame, count: int, random: np.random.Generator) -> Points:
    """Draw points anywhere in the bounds of a layer."""
    west, south, east, north = layer.total_bounds
    return random.uniform(west, east, count), random.uniform(south, north, count)


def clustered(layer: gpd.GeoDataFrame, count: int, random: np.random.Generator) -> Points:
    """Draw points as people live: as many in each footprint, most near its middle."""
    middles = shapely.point_on_surface(layer.geometry.array)
    chosen = random.integers(0, len(middles), count)
    spread = np.sqrt(shapely.area(layer.geometry.array))[chosen] / 4
    x = shapely.get_x(middles)[chosen] + spread * random.standard_normal(count)
    return x, shapely.get_y(middles)[chosen] + spread * random.standard_normal(count)


def by_footprints(race: Race) -> pd.Series:
    """Locate points, the layer made ready anew."""
    return locate(*race.points, race.layer)


def by_geopandas(race: Race) -> pd.DataFrame:
    """Join points with GeoPandas; they are made before."""
    return gpd.sjoin(race.shapes, race.layer[["geometry"]], how="left")


def differ(_: Race, ours: pd.Series, theirs: pd.DataFrame) -> str:
    """Compare the codes of all points, of several footprints the first by code."""
    codes = theirs.iloc[:, -1].groupby(level=0).min()
    other = int((ours.fillna("").to_numpy() != codes.fillna("").to_numpy()).sum())
    if other:
        msg = f"{other:,} of {len(ours):,} points have other codes"
        raise AssertionError(msg)
    return f"{len(ours):,} points, codes equal"


def race(layers: Callable[[], Layers], draw: Callable[..., Points]) -> Callable[[bool], Race]:
    """Return what prepares points to be found in the districts."""

    def prepare(quick: bool) -> Race:  # noqa: FBT001 - what a figure is called with.
        layer = layers()["LAD21"]
        points = draw(layer, POINTS // (20 if quick else 1), np.random.default_rng(1))
        shapes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points, crs=27700))
        return Race(layer, points, shapes)

    return prepare


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Points from Parquet to Parquet into three layers: what they cost, and what all of them do.

    Every file is placed by a fresh process, so that the memory seen is its own.
    """

    name: str
    layers: Callable[[], Layers]

    def measure(self, *, quick: bool, rounds: int) -> list[Measured]:  # noqa: ARG002 - once each.
        """Place a quarter of the points and then all of them; times are those of cores."""
        points = STREAMED // (20 if quick else 1)
        try:
            part, all_of_it = (self._place(count) for count in (points // 4, points))
        except SkippedError as reason:
            return [Measured(name=self.name, peer="", at_least=1, note=f"skipped: {reason}")]
        rate = points * len(COUNTS) / all_of_it.core_seconds
        growth = 4 * part.core_seconds / all_of_it.core_seconds
        bars = [
            (f"{RATE / 1e6:g} million a second, core and layer", rate / RATE, 1, f"{rate / 1e6:.1f} million"),
            ("a point of a quarter of the file", growth, LINEAR, f"{growth:.2f} times its cost"),
            ("1.5 GB resident", MOST_MB / all_of_it.most_mb, 1, "all that the process held"),
        ]  # fmt: skip
        return [
            Measured(
                name=self.name,
                peer=peer,
                at_least=least,
                ratio=ratio,
                note=f"{points:,} points, {len(COUNTS)} layers: {note}",
                time=f"{all_of_it.seconds:.1f} s",
                memory=f"{all_of_it.most_mb:,.0f} MB",
            )
            for peer, ratio, least, note in bars
        ]

    def _place(self, count: int) -> Spent:
        """Write a file of points, have a process place them, and look at what it wrote."""
        layers = self.layers()
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "points.parquet", Path(folder) / "codes.parquet"
            write_points(source, layers["LAD21"], count)
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
                spent = fresh.submit(place_file, source, target, self.layers).result()
            check_file(target, layers)
        return spent


def place_file(source: Path, target: Path, layers: Callable[[], Layers]) -> Spent:
    """Place the points of a file; called in a process of its own."""
    frames = layers()
    start, core = time.perf_counter(), time.process_time()
    locate_file(source, target, frames, x="x", y="y")
    spent = time.perf_counter() - start, time.process_time() - core
    return Spent(*spent, most_resident_mb())


def write_points(file: Path, layer: gpd.GeoDataFrame, count: int) -> None:
    """Write a file of points block by block."""
    random = np.random.default_rng(count)
    schema = pa.schema([("id", pa.int64()), ("x", pa.float64()), ("y", pa.float64())])
    with pq.ParquetWriter(file, schema) as writer:
        for start in range(0, count, BLOCK):
            size = min(BLOCK, count - start)
            x, y = clustered(layer, size, random)
            writer.write_table(pa.table([np.arange(start, start + size), x, y], schema=schema))


def check_file(file: Path, layers: Layers) -> None:
    """Compare some points of every part of a file with GeoPandas."""
    written = pq.ParquetFile(file)
    for number in range(written.num_row_groups):
        rows = written.read_row_group(number).slice(0, COMPARED).to_pandas()
        shapes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(rows["x"], rows["y"], crs=27700))
        for name, layer in layers.items():
            points = rows["x"].to_numpy(), rows["y"].to_numpy()
            given = Race(layer, points, shapes)
            differ(given, rows[name], by_geopandas(given))


def _figure(
    name: str, at_least: float, layers: Callable[[], Layers], draw: Callable[..., Points]
) -> Figure:
    """Describe a race against ``geopandas.sjoin``."""
    return Figure(
        name=name,
        peer="geopandas.sjoin",
        at_least=at_least,
        prepare=race(layers, draw),
        ours=by_footprints,
        theirs=by_geopandas,
        differ=differ,
    )


FIGURES = [
    Stream(name="points of a file into LAD21, ICB22 and NHSER22", layers=england),
    Stream(name="points of a file into three generated tessellations", layers=generated),
    _figure("points as people live into LAD21", 6, england, clustered),
    _figure("points anywhere into LAD21", 6, england, scattered),
    _figure("points as people live into a generated tessellation", 6, generated, clustered),
]
