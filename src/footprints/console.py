"""What is printed: tables where there is room for them, else sentences that say the same."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, ClassVar, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from footprints.errors import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

PIPE_WIDTH = 140
# What begins a command of those who run jobs and read their logs: GitHub's runner takes a line that
# begins with :: for one, spaces before it or not, and ##[ anywhere in it; Azure's agent ##vso[.
_COMMAND = re.compile(r"(?<!\S):(?=:)|#(?=#(?:vso)?\[)", re.IGNORECASE)


class Screen(Console):
    """Where to print, for as long as somebody reads it.

    What a command writes to files is written whether or not its reader, such as ``head``, has left.
    """

    nobody_reads: ClassVar[bool] = False

    def on_broken_pipe(self) -> None:
        """Print the rest to nobody."""
        # Who leaves messages unread may still read what was asked for.
        Screen.nobody_reads |= not self.stderr
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())
        os.close(nowhere)


def open_screen() -> Console:
    """Return where to print."""
    screen = Screen(markup=False, highlight=False, emoji=False)
    if not screen.is_terminal:
        # What is read by a script or kept in a log is not squeezed to a narrow screen.
        screen.width = PIPE_WIDTH
    return screen


def show(screen: Console, table: Table, sentences: list[str]) -> None:
    """Print a table where there is room for it, and otherwise sentences that say the same."""
    room = screen.options.update(max_width=10_000)
    if sentences and screen.measure(table, options=room).maximum <= screen.width:
        screen.print(table)
    else:
        say(screen, sentences)


def say(screen: Console, lines: Iterable[str]) -> None:
    """Print lines; data is text, whatever it holds."""
    for line in lines:
        # A line that a script reads or a log keeps stays one line.
        screen.print(Text(_inert(line)), soft_wrap=not screen.is_terminal)


def complain(message: str) -> None:
    """Print a message beside what is asked for."""
    screen = Screen(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)
    say(screen, message.split("\n"))


def new_table(*columns: str) -> Table:
    """Make a table; columns of numbers stand to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    numbers = {"Count", "People", "Footprints", "Findings", "In none", "Below", "Within", "Above"}
    numbers |= {"Misses by", "Pass", "Warn", "Fail", "Agreed", "Not checked", "People missed"}
    numbers |= {"Of it", "Of service", "Systems"}
    for column in columns:
        right = column in numbers
        whole = right or column in {"Code", "Layer", "Level", "Limit", "Check", "Against"}
        justify: Literal["left", "right"] = "right" if right else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=whole)
    return table


def add_row(table: Table, *cells: object) -> None:
    """Add a row of data, each cell as text."""
    table.add_row(*(Text(_inert(cell)) for cell in cells))


def _inert(data: object) -> str:
    """Return data as text that nothing takes for a command: not a terminal, nor a runner of jobs."""
    return _COMMAND.sub(r"\g<0> ", plain(data))
