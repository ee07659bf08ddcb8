"""How a command hands over a report: printed, written, and told to the runner of a pipeline."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from footprints.console import open_screen, say
from footprints.printed import print_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from footprints.report import Report


def check_outputs(files: Sequence[Path] | None) -> None:
    """Refuse files that no report can be written to, before the work that it is for."""
    from footprints.report.writing import report_file  # noqa: PLC0415  # It takes time to load.

    for file in files or ():
        report_file(file)


def hand_over(
    report: Report, files: Sequence[Path] | None, *, worst: int, marking: str, ending: str
) -> None:
    """Print a report, write it to each file, and tell GitHub where that runs it.

    Parameters
    ----------
    report : Report
        What was found.
    files : sequence of Path, optional
        Where to write it.
    worst : int
        How many misses of each check to name.
    marking : str
        Words such as ``DRAFT``.
    ending : str
        The status that the command ends with, and why, as a sentence; empty for none.
    """
    from footprints.report.github import announce  # noqa: PLC0415  # Each takes time to load.
    from footprints.report.writing import write_report  # noqa: PLC0415

    print_report(report, worst)
    if ending:
        say(open_screen(), ["", ending])
    for file in files or ():
        write_report(report, file, marking=marking)
        say(open_screen(), [f"Report written: {file.name}."])
    typer.echo(announce(report, os.environ, marking=marking), nl=False)
