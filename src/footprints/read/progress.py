"""What people see while long work goes on: in a terminal or a notebook, never in a script."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from footprints.errors import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from rich.console import Console

    Draw = Callable[[str], object]

Row = TypeVar("Row")

PATIENCE_SECONDS = 2.0
"""How long work may take before anything is shown."""

_NAME = "footprints-progress"
_REDRAW_SECONDS = 0.2
_BLOCK = 1_000
# Two lines at once, of two threads, would write over each other.
_ONE_LINE = threading.Lock()


class _Work:
    """What is being done, how many rows of it so far, and since when."""

    def __init__(self, words: str) -> None:
        self.words, self.rows, self.since = words, 0, time.monotonic()

    def __str__(self) -> str:
        rows = f"{self.rows:,} rows, " if self.rows else ""
        # No total is known before the end, so none is made up.
        return f"{plain(self.words)}: {rows}{time.monotonic() - self.since:.0f} s"


_CURRENT: ContextVar[_Work | None] = ContextVar("_CURRENT", default=None)


@contextmanager
def progress(words: str) -> Iterator[None]:
    """Show that something goes on, if it takes long and somebody looks.

    One line in the terminal, on the standard error stream, or below the cell of a notebook; it is
    gone when the work is done, whatever its end. A step inside another takes its line over.

    Parameters
    ----------
    words : str
        What is being done, shown as text whatever is in it.

    Examples
    --------
    >>> with progress("Reading 'a.csv'"):
    ...     note_rows(1_000)
    """
    outer = _CURRENT.get()
    if outer is not None:
        before = outer.words, outer.rows
        outer.words, outer.rows = words, 0
        try:
            yield
        finally:
            outer.words, outer.rows = before
        return
    work = _Work(words)
    token = _CURRENT.set(work)
    try:
        with _shown(work):
            yield
    finally:
        _CURRENT.reset(token)


def note_rows(number: int) -> None:
    """Say how many more rows are done, to whatever shows it."""
    work = _CURRENT.get()
    if work is not None:
        work.rows += number


def noting_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield rows one by one, noting how many.

    Examples
    --------
    >>> list(noting_rows("ab"))
    ['a', 'b']
    """
    for number, row in enumerate(rows, start=1):
        if number % _BLOCK == 0:
            note_rows(_BLOCK)
        yield row


@contextmanager
def _shown(work: _Work) -> Iterator[None]:
    """Let a thread show the work for as long as it goes on; it lives and ends inside the with."""
    if not _is_watched():
        yield
        return
    done = threading.Event()
    # In a notebook the context tells which cell is running.
    target = copy_context().run
    thread = threading.Thread(target=target, args=(_show, work, done), name=_NAME, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _is_watched() -> bool:
    """Tell whether anybody could be looking, without importing anything."""
    return _is_terminal() or "ipykernel" in sys.modules or "google.colab" in sys.modules


def _is_terminal() -> bool:
    # A program without a console has no such stream, or one of its own that knows less.
    with suppress(AttributeError, ValueError):
        return bool(sys.stderr.isatty())
    return False


def _show(work: _Work, done: threading.Event) -> None:
    if done.wait(PATIENCE_SECONDS) or not _ONE_LINE.acquire(blocking=False):
        return
    try:
        # A terminal that has gone away, or cannot write a letter, is nobody's fault.
        with suppress(Exception):
            _redraw(work, done)
    finally:
        _ONE_LINE.release()


def _redraw(work: _Work, done: threading.Event) -> None:
    console = _console()
    line = _line(console) if console is not None else None
    if line is None:
        return
    with line as draw:
        while True:
            draw(str(work))
            if done.wait(_REDRAW_SECONDS):
                return


def _console() -> Console | None:
    """Return the console of the terminal or notebook; None where there is neither."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(stderr=True)
    # rich takes some pipes for terminals if the environment says so; nobody looks at them.
    is_seen = console.is_jupyter or (_is_terminal() and not console.is_dumb_terminal)
    return console if is_seen else None


def _line(console: Console) -> AbstractContextManager[Draw]:
    return _below_the_cell() if console.is_jupyter else _in_the_terminal(console)


@contextmanager
def _in_the_terminal(console: Console) -> Iterator[Draw]:
    from rich.progress import Progress, SpinnerColumn, TextColumn  # noqa: PLC0415
    from rich.table import Column  # noqa: PLC0415

    column = Column(no_wrap=True, overflow="ellipsis")
    # The streams are left alone: what others print must not pass through here.
    bar = Progress(
        SpinnerColumn("line"),
        TextColumn("{task.description}", markup=False, table_column=column),
        console=console,
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = bar.add_task("", total=None, visible=False)

    def draw(words: str) -> None:
        bar.update(task, description=words, visible=True)
        bar.refresh()

    with bar:
        yield draw


@contextmanager
def _below_the_cell() -> Iterator[Draw]:
    """Give a line of plain text in a notebook; rich would need widgets, which not all have."""
    # IPython is there where a notebook is, and is needed nowhere else.
    handle = import_module("IPython.display").display({"text/plain": ""}, raw=True, display_id=True)
    try:
        yield lambda words: handle.update({"text/plain": words}, raw=True)
    finally:
        handle.update({"text/plain": ""}, raw=True)
