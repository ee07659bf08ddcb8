"""Print what ``import footprints`` costs beside ``import geopandas``: medians and their ratio.

    python benchmarks/import_time.py [RUNS]

Each import is a fresh Python, the two in turn, so that a drift of the machine meets both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time


def seconds(module: str) -> float:
    """Return how long a fresh Python takes to import a module."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    return time.perf_counter() - start


def main(runs: int) -> None:
    """Time the imports in turn and print the result."""
    for module in ("geopandas", "footprints"):
        seconds(module)
    pairs = [(seconds("geopandas"), seconds("footprints")) for _ in range(runs)]
    geopandas, footprints = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(ours / theirs for theirs, ours in pairs)
    print(f"geopandas {geopandas:.3f} s, footprints {footprints:.3f} s, ratio {ratio:.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
