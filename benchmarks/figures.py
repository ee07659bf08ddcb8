"""What a figure of the benchmarks is, and how it is measured against its peer."""

from __future__ import annotations

import ctypes
import gc
import resource
import statistics
import time
import warnings
from dataclasses import dataclass, replace
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
class Measured:
    """A row of the table: what came of a figure; there is no ratio where it was skipped.

    Attributes
    ----------
    name, peer : str
        What was done, and what it is held against.
    at_least : float
        The least ratio that is good enough.
    ratio : float, optional
        How many times better than the peer.
    time, memory, note : str
        What else is to be told.
    """

    name: str
    peer: str
    at_least: float
    note: str
    ratio: float | None = None
    time: str = ""
    memory: str = ""

    @property
    def missed(self) -> bool:
        """Whether the ratio is less than it has to be."""
        return self.ratio is not None and self.ratio < self.at_least


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

    def measure(self, *, quick: bool, rounds: int) -> list[Measured]:
        """Run both sides in turn and compare what they answer.

        The first run of each side is not timed: it warms the caches, gives the answers, and shows
        the memory. The ratio is the median of the rounds' ratios, each of two runs side by side.
        """
        row = Measured(name=self.name, peer=self.peer, at_least=self.at_least, note="")
        try:
            given = self.prepare(quick)
        except SkippedError as reason:
            return [replace(row, note=f"skipped: {reason}")]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            our_answer, ours_mb = _peak_mb(self.ours, given)
            their_answer, theirs_mb = _peak_mb(self.theirs, given)
            note = self.differ(given, our_answer, their_answer)
            del our_answer, their_answer
            times = [
                (_seconds(self.ours, given), _seconds(self.theirs, given)) for _ in range(rounds)
            ]
        ours_s, theirs_s = (statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(theirs / ours for ours, theirs in times)
        time = f"{ours_s:.2f} s, {theirs_s:.2f} s"
        memory = f"{_in_mb(ours_mb)}, {_in_mb(theirs_mb)}"
        return [replace(row, note=note, ratio=ratio, time=time, memory=memory)]


def most_resident_mb() -> float:
    """Return the most memory that this process has held, in MB.

    On Linux of this program alone: what it was started from may have held more.
    """
    if MEMORY.exists():
        return _resident_kb("VmHWM") / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _in_mb(rise: float | None) -> str:
    """Put a rise of memory into words."""
    return "not seen" if rise is None else f"{rise:,.0f} MB"


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
