"""A redraw of England's LSOAs compared and reported, against the time that it takes to read them."""

from __future__ import annotations

import time
from typing import Any

import geopandas as gpd
from checks import FILE, TOTAL, atlas_of, prepare
from figures import Figure

import footprints as fp

MOVED = 978_491
ALLOWED_S = 10.0
"""What a person waits for a report, in seconds."""


def prepared(quick: bool) -> fp.Atlas:  # noqa: FBT001 - every figure is asked whether to be quick.
    """Make the atlas of all layers of the file."""
    return atlas_of(prepare(quick))


def ours(atlas: fp.Atlas) -> tuple[fp.Change, fp.Report]:
    """Compare the systems of 2022 and 2026, and hold the checks of both maps together."""
    change = fp.compare(atlas, "icb22", "icb26")
    return change, fp.redraw_report(atlas, atlas, change)


def theirs(_: fp.Atlas) -> gpd.GeoDataFrame:
    """Read the file, and wait until the seconds that are allowed are over."""
    start = time.perf_counter()
    frame = gpd.read_parquet(FILE)
    time.sleep(max(0.0, ALLOWED_S - (time.perf_counter() - start)))
    return frame


def differ(_: fp.Atlas, mine: tuple[fp.Change, fp.Report], __: Any) -> str:
    """Reconcile the flows with the people of England."""
    change, report = mine
    assert int(change.people.sum()) == TOTAL  # noqa: S101 - a benchmark asserts its answers.
    assert int(change.people["transferred"]) == MOVED  # noqa: S101 - as above.
    return f"{TOTAL:,} people, {MOVED:,} transferred; {len(report.findings):,} findings"


FIGURES = [
    Figure(
        name="a redraw over 32,844 units compared, with the checks of both maps as a report",
        peer=f"the {ALLOWED_S:g} seconds that are allowed",
        at_least=1,
        prepare=prepared,
        ours=ours,
        theirs=theirs,
        differ=differ,
    )
]
