"""The app that each command adds itself to, and what its exit statuses mean."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

ALL_WELL, CHECK_FAILED, BAD_INPUT, NOTHING_CHECKED, OUR_FAULT = range(5)
# As a shell says of a program that wrote to a pipe which nobody reads any more.
NOBODY_READS = 141

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
