"""``footprints init``: a first atlas file from a folder of files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from footprints.console import open_screen, say
from footprints.errors import FootprintsError, OutputError
from footprints.inputs import read_atlas_or_example
from footprints.output import output_file, write_whole


def init(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES...", help="Boundaries, lookups, tables of people, or a folder."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="The atlas file to write (.toml)."),
    ] = Path("atlas.toml"),
) -> None:
    """Look at files and write an atlas file with comments: what was inferred, what was not.

    Fill in what it leaves open, marked "?", and use it with --atlas. A file that is there is
    not written over.

    \b
    Example:
      footprints init LSOA.csv ICB_JUL_2022_EN_BUC.json -o atlas.toml
      footprints check --atlas atlas.toml
    """  # noqa: D301  # As above.
    from footprints.read.init import draft_of  # noqa: PLC0415  # openpyxl may be needed.

    target = output_file(output, [".toml"])
    if target.exists():
        msg = f"{target.name!r} is there already. Name another file with -o, or move it away."
        raise OutputError(msg, [target.name])
    draft = draft_of(files, folder=target.parent)
    write_whole(target, draft.text)
    screen = open_screen()
    say(screen, [f"Written: {target.name}. Look it through, and fill in what is marked '?'."])
    say(screen, draft.left_out)
    try:
        atlas = read_atlas_or_example(target)
    except FootprintsError as error:
        say(screen, ["Before it can be used:", *str(error).split("\n")])
    else:
        say(screen, ["It can be read:", *repr(atlas).split("\n")])
