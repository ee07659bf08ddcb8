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


def hand_over(report: Report, files: Sequence[Path] | None, *, worst: int, marking: str) -> None:
    """Print a report, write it to each file, and tell GitHub where that runs it."""
    from footprints.report.github import announce  # noqa: PLC0415  # Each takes time to load.
    from footprints.report.writing import write_report  # noqa: PLC0415

    print_report(report, worst)
    for file in files or ():
        write_report(report, file, marking=marking)
        say(open_screen(), [f"Report written: {file.name}."])
    typer.echo(announce(report, os.environ, marking=marking), nl=False)
