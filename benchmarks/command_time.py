"""Print what the default check takes beyond importing GeoPandas: medians of fresh processes.

    python benchmarks/command_time.py [RUNS]

The bar is 1.5 seconds. Each run is a fresh Python, the two in turn, so that a drift of the machine
meets both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "import geopandas": ["-c", "import geopandas"],
    "footprints check": ["-m", "footprints", "check"],
}


def seconds(command: list[str]) -> float:
    """Return how long a fresh Python takes for a command."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(runs: int) -> None:
    """Time both in turn and print the result."""
    for command in COMMANDS.values():
        seconds(command)
    rounds = [[seconds(command) for command in COMMANDS.values()] for _ in range(runs)]
    took = [statistics.median(column) for column in zip(*rounds, strict=True)]
    beyond = statistics.median(ours - theirs for theirs, ours in rounds)
    told = ", ".join(f"{name} {value:.2f} s" for name, value in zip(COMMANDS, took, strict=True))
    print(f"{told}; beyond it {beyond:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
