"""Time locate against geopandas.sjoin, and locate_file on files too large to hold.

    python benchmarks/locate.py [--points MILLIONS] [--stream MILLIONS] [--rounds N]

On the districts, systems and regions of ``shared/data`` beside the project, or on generated
tessellations of as many footprints where that is absent. Peer and project run in turn in one
process, and their answers are compared point for point. The files come first, so that the peak of
memory printed for them is their own.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from footprints import Locator, locate, locate_file

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Points = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

FILE = Path(__file__).parents[2] / "shared" / "data" / "england" / "england.gpkg"
LAYERS = {"LAD21": 309, "ICB22": 42, "NHSER22": 7}
BOUNDS = (85_000, 7_000, 656_000, 658_000)
BLOCK = 1_000_000


def tessellation(count: int, seed: int) -> gpd.GeoDataFrame:
    """Draw footprints that share their crooked edges vertex by vertex."""
    rng = np.random.default_rng(seed)
    west, south, east, north = BOUNDS
    seeds = shapely.multipoints(rng.uniform((west, south), (east, north), (count, 2)))
    edges = shapely.voronoi_polygons(seeds, extend_to=shapely.box(*BOUNDS), only_edges=True)
    frame = shapely.box(*BOUNDS).boundary
    lines = shapely.intersection(shapely.union_all([edges, frame]), shapely.box(*BOUNDS))
    fine = shapely.segmentize(shapely.node(shapely.union_all([lines, frame])), 500)
    bent = shapely.transform(fine, _bend)
    areas = shapely.get_parts(shapely.polygonize(shapely.get_parts(bent)))
    codes = [f"T{number:05}" for number in range(len(areas))]
    return gpd.GeoDataFrame(index=pd.Index(codes, name="code"), geometry=areas, crs=27700)


def _bend(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Move places by little waves on larger ones, so gently that no two edges cross."""
    waves = [(16_000 / 2**k, 1_000 / 2**k) for k in range(5)]
    moved = [width * np.sin(xy[:, ::-1] / length + np.arange(2) + 1) for length, width in waves]
    return xy + np.sum(moved, axis=0)


def layers() -> dict[str, gpd.GeoDataFrame]:
    """Return the layers to find points in."""
    if not FILE.is_file():
        return {name: tessellation(count, count) for name, count in LAYERS.items()}
    read = {name: gpd.read_file(FILE, layer=name) for name in LAYERS}
    return {name: frame.set_index(f"{name}CD") for name, frame in read.items()}


def scattered(layer: gpd.GeoDataFrame, count: int, rng: np.random.Generator) -> Points:
    """Draw points anywhere in the bounds of a layer."""
    west, south, east, north = layer.total_bounds
    return rng.uniform(west, east, count), rng.uniform(south, north, count)


def clustered(layer: gpd.GeoDataFrame, count: int, rng: np.random.Generator) -> Points:
    """Draw points as people live: as many in each footprint, most near its middle."""
    middles = shapely.point_on_surface(layer.geometry.array)
    chosen = rng.integers(0, len(middles), count)
    spread = np.sqrt(shapely.area(layer.geometry.array))[chosen] / 4
    x = shapely.get_x(middles)[chosen] + spread * rng.standard_normal(count)
    return x, shapely.get_y(middles)[chosen] + spread * rng.standard_normal(count)


def by_geopandas(layer: gpd.GeoDataFrame, points: Points) -> tuple[pd.Series, float]:
    """Join points with GeoPandas alone; building the points is not counted."""
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points, crs=27700))
    start = time.perf_counter()
    joined = gpd.sjoin(frame, layer[["geometry"]], how="left")
    spent = time.perf_counter() - start
    codes = joined.iloc[:, -1].groupby(level=0).min()
    return codes, spent


def by_footprints(layer: gpd.GeoDataFrame, points: Points) -> tuple[pd.Series, float]:
    """Locate points, the grid built anew."""
    start = time.perf_counter()
    codes = locate(*points, layer)
    return codes, time.perf_counter() - start


def race(layer: gpd.GeoDataFrame, name: str, points: Points, rounds: int) -> None:
    """Print the medians of runs in turn, and stop if the answers differ."""
    theirs, ours = [], []
    for _ in range(rounds):
        expected, spent = by_geopandas(layer, points)
        theirs.append(spent)
        found, spent = by_footprints(layer, points)
        ours.append(spent)
    if found.fillna("").tolist() != expected.fillna("").tolist():
        sys.exit("The answers differ.")
    peer, project = statistics.median(theirs), statistics.median(ours)
    print(
        f"{len(points[0]):,} points {name} into {len(layer)} footprints: sjoin {peer:.2f} s, "
        f"locate {project:.3f} s, {peer / project:.1f} times faster; answers equal"
    )


def write_points(file: Path, layer: gpd.GeoDataFrame, count: int) -> None:
    """Write a file of points block by block."""
    rng = np.random.default_rng(count)
    schema = pa.schema([("id", pa.int64()), ("x", pa.float64()), ("y", pa.float64())])
    with pq.ParquetWriter(file, schema) as writer:
        for start in range(0, count, BLOCK):
            size = min(BLOCK, count - start)
            x, y = clustered(layer, size, rng)
            writer.write_table(pa.table([np.arange(start, start + size), x, y], schema=schema))


def stream(frames: dict[str, gpd.GeoDataFrame], count: int) -> None:
    """Print what a quarter, a half and all of some points cost to locate from file to file."""
    with tempfile.TemporaryDirectory() as folder:
        for points in (count // 4, count // 2, count):
            source, target = Path(folder) / "points.parquet", Path(folder) / "codes.parquet"
            write_points(source, next(iter(frames.values())), points)
            start, cpu = time.perf_counter(), time.process_time()
            locate_file(source, target, frames, x="x", y="y")
            spent, cpu = time.perf_counter() - start, time.process_time() - cpu
            check_file(target, frames)
            print(
                f"{points:,} points, file to file, into {len(frames)} layers: {spent:.1f} s, "
                f"{cpu / points * 1e6:.2f} s of one core a million; "
                f"{points * len(frames) / cpu / 1e6:.1f} million a second, core and layer; "
                f"peak {peak_mb():,.0f} MB"
            )


def check_file(file: Path, frames: dict[str, gpd.GeoDataFrame]) -> None:
    """Compare some rows of a file with GeoPandas."""
    rows = next(pq.ParquetFile(file, pre_buffer=False).iter_batches(batch_size=20_000)).to_pandas()
    for name, layer in frames.items():
        expected, _ = by_geopandas(layer, (rows["x"].to_numpy(), rows["y"].to_numpy()))
        if rows[name].fillna("").tolist() != expected.fillna("").tolist():
            sys.exit("The answers differ.")


def peak_mb() -> float:
    """Return the most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def build(frames: dict[str, gpd.GeoDataFrame]) -> None:
    """Print what it costs to make a layer ready."""
    for name, layer in frames.items():
        times: list[float] = []
        work: Callable[[gpd.GeoDataFrame], Locator] = Locator
        for _ in range(5):
            start = time.perf_counter()
            work(layer)
            times.append(time.perf_counter() - start)
        vertices = int(shapely.get_num_coordinates(layer.geometry.array).sum())
        print(
            f"{name}: {len(layer)} footprints, {vertices:,} vertices, made ready in "
            f"{statistics.median(times):.3f} s"
        )


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=float, default=2, help="millions, against sjoin")
    parser.add_argument("--stream", type=float, default=20, help="millions, file to file")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    frames = layers()
    build(frames)
    stream(frames, int(options.stream * 1e6))
    layer, rng = next(iter(frames.values())), np.random.default_rng(1)
    for name, draw in {"scattered": scattered, "clustered": clustered}.items():
        race(layer, name, draw(layer, int(options.points * 1e6), rng), options.rounds)
    print(f"peak of it all {peak_mb():,.0f} MB")


if __name__ == "__main__":
    main()
