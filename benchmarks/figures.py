"""What a figure of the benchmarks is, and how one is measured against its peer."""

from __future__ import annotations

import ctypes
import gc
import resource
import statistics
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parents[2] / "shared" / "data"
"""Real data beside the project; figures that need it are skipped where it is absent."""
MEMORY = Path("/proc/self/status")
RESET = Path("/proc/self/clear_refs")


class SkippedError(Exception):
    """A figure cannot be measured here; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Something to measure: the same work done by footprints and by a peer.

    Attributes
    ----------
    name, peer : str
        What is done, and what footprints is held against.
    at_least : float
        How many times faster footprints has to be.
    prepare : callable
        Takes whether to be quick and returns the input, or raises :class:`SkippedError`. Not
        timed.
    ours, theirs : callable
        Take the input and return an answer.
    differ : callable
        Takes the input and both answers and returns how far they differ in words; raises
        AssertionError where they do not agree.
    """

    name: str
    peer: str
    at_least: float
    prepare: Callable[[bool], Any]
    ours: Callable[[Any], Any]
    theirs: Callable[[Any], Any]
    differ: Callable[[Any, Any, Any], str]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What came of a figure; numbers are None where it was skipped."""

    figure: Figure
    note: str
    ratio: float | None = None
    ours_s: float | None = None
    theirs_s: float | None = None
    ours_mb: float | None = None
    theirs_mb: float | None = None

    @property
    def missed(self) -> bool:
        """Whether footprints was slower than it has to be."""
        return self.ratio is not None and self.ratio < self.figure.at_least


def measure(figure: Figure, *, quick: bool, rounds: int) -> Measured:
    """Run both sides of a figure in turn and compare what they answer.

    The first run of each side is not timed: it warms the caches, gives the answers, and shows
    the memory. The ratio is the median of the rounds' ratios, each of two runs side by side.
    """
    try:
        given = figure.prepare(quick)
    except SkippedError as reason:
        return Measured(figure=figure, note=f"skipped: {reason}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        our_answer, ours_mb = _peak_mb(figure.ours, given)
        their_answer, theirs_mb = _peak_mb(figure.theirs, given)
        note = figure.differ(given, our_answer, their_answer)
        del our_answer, their_answer
        times = [
            (_seconds(figure.ours, given), _seconds(figure.theirs, given)) for _ in range(rounds)
        ]
    ours_s, theirs_s = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in times)
    return Measured(
        figure=figure,
        note=note,
        ratio=ratio,
        ours_s=ours_s,
        theirs_s=theirs_s,
        ours_mb=ours_mb,
        theirs_mb=theirs_mb,
    )


def _seconds(work: Callable[[Any], Any], given: object) -> float:
    """Return how long one run takes."""
    start = time.perf_counter()
    work(given)
    return time.perf_counter() - start


def _peak_mb(work: Callable[[Any], Any], given: object) -> tuple[Any, float | None]:
    """Return the answer, and by how much the resident memory rose at most meanwhile, in MB.

    Linux can be told to take back what is free and to forget the peak before. Elsewhere only a
    rise of the whole process's peak is seen, which is None where there was none.
    """
    if RESET.exists():
        _give_back()
        RESET.write_text("5", encoding="ascii")
        before = _resident_kb("VmRSS")
        answer = work(given)
        return answer, max(_resident_kb("VmHWM") - before, 0) / 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = work(given)
    rise = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return answer, rise / 1024 if rise else None


def _give_back() -> None:
    """Hand free memory back to the system, so that what comes next cannot hide in it."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _resident_kb(field: str) -> int:
    """Read a number of kilobytes from what Linux tells about this process."""
    lines = MEMORY.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))
