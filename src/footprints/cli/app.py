"""The app: its commands, errors as one message, and the exit status."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footprints.cli.check import check
from footprints.cli.compare import compare
from footprints.cli.describe import describe
from footprints.cli.draw import draw_map
from footprints.cli.init import init
from footprints.cli.partners import partners
from footprints.cli.status import ALL_WELL, BAD_INPUT, NOBODY_READS, OUR_FAULT
from footprints.console import Screen, complain
from footprints.errors import FootprintsError

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    name="footprints",
    help=(
        "Check, compare and map the footprints of health and care in England.\n\n"
        "Without an atlas of your own, each command works on the embedded England."
    ),
    epilog="Exit status: 0 all well, 1 a check failed, 2 usage or input error, 3 nothing was "
    "checked, 4 a fault of footprints itself.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _start(
    *, show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    if show_version:
        typer.echo(f"footprints {version('footprints')}")
        raise typer.Exit


app.command(short_help="Say what there is, with source and date.")(describe)
app.command(short_help="Check bands, nesting, coterminosity and coverage.")(check)
app.command(short_help="Say what a redraw changed, breaks and mends.")(compare)
app.command(short_help="Say which services a system deals with, and who shares them.")(partners)
app.command("map", short_help="Draw a page to open in a browser.")(draw_map)
app.command(short_help="Write an atlas file from a folder of files.")(init)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands behind ``footprints``; None takes it from the command line.

    Returns
    -------
    int
        The exit status.
    """
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a letter of a name shows its escape instead of failing.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    Screen.nobody_reads = False
    try:
        app(args=None if arguments is None else list(arguments), prog_name="footprints")
        sys.stdout.flush()
    except SystemExit as stop:
        if Screen.nobody_reads:
            return NOBODY_READS
        return stop.code if isinstance(stop.code, int) else BAD_INPUT
    except FootprintsError as error:
        complain(str(error))
        return BAD_INPUT
    except OSError as error:
        complain(f"The output cannot be written: {error.strerror}.")
        return BAD_INPUT
    except Exception as error:  # noqa: BLE001  # Whatever else happens is our fault, and said so.
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
        complain(
            f"This is a fault of footprints, not yours: {type(error).__name__} at {where}: {error}\n"
            "Please report it as an issue of the project, with this message, the command that you "
            f"typed and the version (footprints {version('footprints')}, Python {sys.version.split()[0]})."
        )
        return OUR_FAULT
    return ALL_WELL
