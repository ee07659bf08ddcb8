"""``footprints check``: what was found, for people, scripts and files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footprints.atlas.parts import CHECKS
from footprints.checks.gate import check as run_check
from footprints.cli.draw import draw
from footprints.cli.handing import check_outputs, hand_over
from footprints.cli.options import (
    AtlasFile,
    Bands,
    ChangeFiles,
    FailOn,
    Layers,
    MapFile,
    Marking,
    Output,
    WhosePeople,
    Within,
    Worst,
    chosen_bands,
    open_atlas,
    split_layers,
)
from footprints.cli.status import ALL_WELL, CHECK_FAILED, NOTHING_CHECKED
from footprints.console import open_screen, say
from footprints.inputs import Inputs
from footprints.output import output_file

if TYPE_CHECKING:
    from footprints.report import Report


CHECK_NAMES = ", ".join(CHECKS[:-1]) + f" or {CHECKS[-1]}"


def check(
    atlas_file: AtlasFile = None,
    boundaries: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Instead of an atlas, a file of boundaries as it is. May be repeated.",
        ),
    ] = None,
    units: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Instead of an atlas, a lookup or table of units with people. May be repeated.",
        ),
    ] = None,
    lists: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Instead of an atlas, the patients of each practice (a GP list)."
        ),
    ] = None,
    pcns: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="With --lists, the PCN of each practice (ePCN, or a mapping)."
        ),
    ] = None,
    places: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="With --lists, the place of each PCN, practice, CCG or sub-ICB."
        ),
    ] = None,
    as_at: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="The date of --lists, where the file states none; or with --changes: those of "
            "this date and before.",
        ),
    ] = None,
    changes: ChangeFiles = None,
    within: Within = None,
    layer: Layers = None,
    bands: Bands = None,
    population: WhosePeople = None,
    map_file: MapFile = None,
    output: Output = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK", help=f"Run only this check: {CHECK_NAMES}. May be repeated."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK", help="Leave this check out, of the same. May be repeated."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="An earlier report (.json): only what is new or worse since then makes it fail.",
        ),
    ] = None,
    marking: Marking = "",
    worst: Worst = 5,
    fail_on: Annotated[
        FailOn, typer.Option(help="What ends with status 1: a failure, a warning too, or nothing.")
    ] = FailOn.FAIL,
) -> None:
    """Check footprints: population bands, nesting, coterminosity, coverage.

    What the atlas asks for is checked, else what is sensible for its newest layers. What policy
    expects ("circa", "typically") warns; broken data fails; an atlas can raise or lower each
    check and hold agreed exceptions.

    \b
    Examples:
      footprints check --map england.html
      footprints check --within Frimley -o frimley.xlsx
      footprints check --layer icb22 --bands kings-fund-2022
      footprints check --changes surrey-2027 --as-at 2027-04-01 --layer ctyua
      footprints check --atlas atlas.toml --baseline earlier.json -o now.json
      footprints check --lists list.csv --pcns ePCN.xlsx --places places.xlsx -o check.xlsx
    """  # noqa: D301  # The character \b keeps the lines of the examples.
    from footprints.report.reading import read_report  # noqa: PLC0415  # It takes time to load.

    check_outputs(output)
    if map_file:
        output_file(map_file, [".html"])
    given = Inputs(
        atlas=atlas_file,
        units=units or (),
        boundaries=boundaries or (),
        lists=lists,
        pcns=pcns,
        places=places,
        as_at=as_at,
        changes=changes or (),
    )
    atlas = open_atlas(given, within)
    report = run_check(
        atlas,
        bands=chosen_bands(bands),
        layers=split_layers(layer),
        population=population,
        select=select,
        ignore=ignore,
        baseline=None if baseline is None else read_report(baseline),
    )
    hand_over(report, output, worst=worst, marking=marking, ending=_ending(report, fail_on))
    if map_file:
        _draw_checked(map_file, report, population, marking)
    raise typer.Exit(_status(report, fail_on))


def _draw_checked(file: Path, report: Report, population: str | None, marking: str) -> None:
    """Draw what was held against bands, and say what has no lines."""
    left_out = [key for key in report.in_bands.index if key not in report.drawable]
    if report.drawable:
        draw(report, file, report.drawable, population, marking=marking)
    else:
        say(open_screen(), ["No map is written: nothing that was checked has lines."])
    say(open_screen(), [f"{key} is not drawn: it has no lines." for key in left_out])


def _ending(report: Report, fail_on: FailOn) -> str:
    """Say what warnings end with; nothing where there is none that a baseline did not know."""
    if not report.stops("warn").any():
        return ""
    then = {
        FailOn.FAIL: "status 0; with --fail-on warn they end with status 1",
        FailOn.WARN: "status 1, as --fail-on warn asks",
        FailOn.NEVER: "status 0, as all does with --fail-on never",
    }
    words = "Warnings are misses of what policy expects, not of rules. They end with "
    return f"{words}{then[fail_on]}."


def _status(report: Report, fail_on: FailOn) -> int:
    if not report.checked:
        return NOTHING_CHECKED
    failing = {FailOn.FAIL: ["fail"], FailOn.WARN: ["fail", "warn"], FailOn.NEVER: []}
    return CHECK_FAILED if report.stops(*failing[fail_on]).any() else ALL_WELL
