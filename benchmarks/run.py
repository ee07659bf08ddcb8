"""Measure footprints against what its users would pick instead.

    python benchmarks/run.py [--quick] [--only WORD] [--rounds N] [--output FILE.md]

Both sides of a figure run in one process and in turn, and their answers are compared. To add
figures, write a module with a list ``FIGURES`` of :class:`figures.Figure` and name it below. The
exit status is 1 where footprints is slower than it has to be, which is not looked at in a quick
run: that only shows that all figures work.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

import area
import geopandas
import members
import numpy as np
import shapely
from figures import Measured, measure

FIGURES = [*members.FIGURES, *area.FIGURES]
HEADER = ["what", "against", "times faster", "at least", "time", "peak memory", "note"]


def row(measured: Measured) -> list[str]:
    """Put what was measured into cells; footprints first, then the peer."""
    figure = measured.figure
    cells = [figure.name, figure.peer, "", f"{figure.at_least:g}", "", "", measured.note]
    if measured.ratio is not None:
        cells[2] = f"{measured.ratio:.1f}"
        cells[4] = f"{measured.ours_s:.2f} s, {measured.theirs_s:.2f} s"
        cells[5] = f"{_mb(measured.ours_mb)}, {_mb(measured.theirs_mb)}"
    return cells


def _mb(rise: float | None) -> str:
    """Put a rise of memory into words."""
    return "not seen" if rise is None else f"{rise:,.0f} MB"


def table(rows: list[list[str]]) -> str:
    """Lay rows out as a Markdown table."""
    lines = [HEADER, ["---"] * len(HEADER), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def machine(*, quick: bool, rounds: int) -> str:
    """Say what was measured on, and how."""
    size = "a small part of the data" if quick else "all of the data"
    return (
        f"Medians of {rounds} rounds on {size}; times and memory are of footprints and then of "
        f"the peer, memory is the rise of what is resident. {os.cpu_count()} processors, Python "
        f"{platform.python_version()}, GeoPandas {geopandas.__version__}, Shapely "
        f"{shapely.__version__}, GEOS {shapely.geos_version_string}, NumPy {np.__version__}.\n"
    )


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure footprints against its peers.")
    parser.add_argument("--quick", action="store_true", help="a small part of the data, one round")
    parser.add_argument("--only", default="", help="only figures whose name has this in it")
    parser.add_argument("--rounds", type=int, help="how often each side runs (5)")
    parser.add_argument("--output", type=Path, help="write the table there as Markdown")
    return parser.parse_args()


def main() -> int:
    """Measure every figure, print the table and write it."""
    asked = options()
    rounds = asked.rounds or (1 if asked.quick else 5)
    found = []
    for figure in FIGURES:
        if asked.only.casefold() in figure.name.casefold():
            found.append(measure(figure, quick=asked.quick, rounds=rounds))
            print(*filter(None, row(found[-1])), sep=" | ", flush=True)
    text = machine(quick=asked.quick, rounds=rounds) + "\n" + table([row(one) for one in found])
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    print("\n" + text)
    return int(not asked.quick and any(one.missed for one in found))


if __name__ == "__main__":
    sys.exit(main())
