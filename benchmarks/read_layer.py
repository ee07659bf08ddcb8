"""Time read_layer against GeoPandas reading and validating the same file.

Run it as ``python benchmarks/read_layer.py [FILE]``; by default on the 32,844 LSOAs of 2011 in
``shared/data`` beside the project. Both sides run in turn in one process, so that neither has the
warmer cache.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from footprints import FootprintsWarning, read_layer

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path(__file__).parents[2] / "shared" / "data" / "england" / "lsoa11.parquet"
ROUNDS = 15


def by_hand(file: Path) -> None:
    """Read and validate with GeoPandas alone."""
    shapely.is_valid(gpd.read_parquet(file).geometry.array)


def by_footprints(file: Path) -> None:
    """Read, check and mend with footprints."""
    read_layer(file, repair=True)


def seconds(work: Callable[[Path], None], file: Path) -> float:
    """Return how long one run takes."""
    start = time.perf_counter()
    work(file)
    return time.perf_counter() - start


def main() -> None:
    """Print both medians and their ratio."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    warnings.simplefilter("ignore", FootprintsWarning)
    by_hand(file)
    by_footprints(file)
    times = [(seconds(by_hand, file), seconds(by_footprints, file)) for _ in range(ROUNDS)]
    hand, ours = (statistics.median(column) for column in zip(*times, strict=True))
    sys.stdout.write(
        f"{file.name}, medians of {ROUNDS}: GeoPandas and is_valid {hand:.3f} s, "
        f"read_layer {ours:.3f} s, ratio {ours / hand:.2f}\n"
    )


if __name__ == "__main__":
    main()
