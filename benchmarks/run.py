"""Measure footprints against what its users would pick instead.

    python benchmarks/run.py [--quick] [--only WORD] [--rounds N] [-o FILE.md]

Both sides of a figure run in one process and in turn, and their answers are compared. To add
figures, write a module with a list ``FIGURES`` of :class:`figures.Figure`, or of anything else
with a name and such a ``measure``, and name it below. The exit status is 1 where a bar is missed,
which is not looked at in a quick run: that only shows that all figures work.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import area
import checks
import locate
import maps
import members
import redraws
import services
import shapely

if TYPE_CHECKING:
    from figures import Measured

FIGURES = [*members.FIGURES, *checks.FIGURES, *redraws.FIGURES, *area.FIGURES, *locate.FIGURES]
FIGURES += [*services.FIGURES, *maps.FIGURES]
RESULTS = Path(__file__).with_name("RESULTS.md")
HEADER = ["what", "against", "ratio", "at least", "met", "time", "peak memory", "note"]
PACKAGES = ["footprints", "geopandas", "maup", "numpy", "pandas", "pyarrow", "shapely"]


def cells(row: Measured, *, quick: bool) -> list[str]:
    """Put a row into cells."""
    ratio = "" if row.ratio is None else _floored(row.ratio)
    met = "" if quick or row.ratio is None else "no" if row.missed else "yes"
    least = f"{row.at_least:g}"
    return [row.name, row.peer, ratio, least, met, row.time, row.memory, row.note]


def _floored(ratio: float) -> str:
    """Put a ratio into words that never make it reach a bar that it misses."""
    return f"{math.floor(ratio * 10) / 10}" if ratio < 10 else f"{math.floor(ratio)}"


def table(rows: list[list[str]]) -> str:
    """Lay rows out as a Markdown table."""
    lines = [HEADER, ["---"] * len(HEADER), *rows]
    return "\n".join("| " + " | ".join(each) + " |" for each in lines) + "\n"


def summary(rows: list[Measured], *, quick: bool) -> str:
    """Say how many bars are met, and name the others."""
    measured = [row for row in rows if row.ratio is not None]
    missed = [row for row in measured if row.missed]
    told = f"{len(measured) - len(missed)} of {len(measured)} bars are met."
    parts = ["A quick run judges nothing." if quick else told]
    if len(measured) < len(rows):
        parts.append(f"{len(rows) - len(measured)} could not be measured.")
    named = [] if quick else [f"- Missed: {row.name}, against {row.peer}." for row in missed]
    return "\n".join([" ".join(parts), *([""] if named else []), *named]) + "\n"


def conditions(*, quick: bool, rounds: int) -> str:
    """Say when and how it was measured, and with what."""
    size = "a small part of the data" if quick else "all of the data"
    day = datetime.now(tz=UTC).date().isoformat()
    versions = ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))
    times = "one round" if rounds == 1 else f"medians of {rounds} rounds"
    return (
        f"Measured on {day}: {times} on {size}, both sides in turn in one process, their answers "
        "compared. The ratio is how many times better footprints is than what it is held against. "
        "Of two times, and of two rises of the memory that is resident, the first is that of "
        "footprints. Points of files are placed once, each file by a process of its own.\n\n"
        f"{os.cpu_count()} cores{_busy()}. Python {platform.python_version()}, {versions}, "
        f"GEOS {shapely.geos_version_string}.\n"
    )


def _busy() -> str:
    """Say how busy other work keeps the cores, where the system tells."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f", at a load of {os.getloadavg()[0]:.1f} when it began"


def _version(name: str) -> str:
    """Return the version of a package, or nothing where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def page(rows: list[Measured], how: str, *, quick: bool) -> str:
    """Put all that was measured, and how, on one page."""
    parts = [
        "# What was measured\n",
        how,
        summary(rows, quick=quick),
        table([cells(row, quick=quick) for row in rows]),
    ]
    return "\n".join(parts)


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure footprints against its peers.")
    parser.add_argument("--quick", action="store_true", help="a small part of the data, one round")
    parser.add_argument("--only", default="", help="only figures whose name has this in it")
    parser.add_argument("--rounds", type=int, help="how often each side runs (5)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        help=f"write the page there (a whole run writes benchmarks/{RESULTS.name})",
    )
    asked = parser.parse_args()
    asked.rounds = asked.rounds or (1 if asked.quick else 5)
    if asked.output is None and not asked.quick and not asked.only:
        asked.output = RESULTS
    return asked


def main() -> int:
    """Measure every figure, print the page and write it."""
    asked = options()
    how = conditions(quick=asked.quick, rounds=asked.rounds)
    found: list[Measured] = []
    for figure in FIGURES:
        if asked.only.casefold() not in figure.name.casefold():
            continue
        for row in figure.measure(quick=asked.quick, rounds=asked.rounds):
            print(*filter(None, cells(row, quick=asked.quick)), sep=" | ", flush=True)
            found.append(row)
    text = page(found, how, quick=asked.quick)
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    print("\n" + text)
    return int(not asked.quick and any(row.missed for row in found))


if __name__ == "__main__":
    sys.exit(main())
