"""The command: what people type, what they read, and what a script acts on."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footprints.checks.gate import check as run_check
from footprints.console import add_row, complain, new_table, open_screen, say, show
from footprints.errors import FootprintsError, OutputError, listed
from footprints.inputs import Inputs, read_atlas_or_example, read_inputs
from footprints.output import output_file, write_whole
from footprints.printed import print_report
from footprints.read import band_set, read_band_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprints.atlas import Atlas
    from footprints.bands import BandSet
    from footprints.report import Report

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


class FailOn(StrEnum):
    """What makes a check end with status 1."""

    FAIL = "fail"
    WARN = "warn"
    NEVER = "never"


Within = Annotated[
    list[str] | None,
    typer.Option(
        metavar="AREA",
        help="One area and everything that meets it: a code (E54000034), an ODS code (QNQ), a "
        "name (Frimley), or one layer's (stp21:E54000034).",
    ),
]
Layers = Annotated[
    list[str] | None,
    typer.Option("--layer", metavar="LAYER", help="A layer, such as icb22. May be repeated."),
]
Bands = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The set of population bands: nhs-2019, kings-fund-2022, plan-2025, or a .toml file "
        "of your own. Default: what the atlas asks for, or nhs-2019.",
    ),
]
AtlasFile = Annotated[
    Path | None,
    typer.Option(
        "--atlas",
        metavar="FILE",
        help="An atlas of your own (atlas.toml) instead of the embedded England.",
    ),
]
WhosePeople = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Whose people to count: residents or registered."),
]


@app.callback(invoke_without_command=True)
def _start(
    *, show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    if show_version:
        typer.echo(f"footprints {version('footprints')}")
        raise typer.Exit


@app.command(short_help="Say what there is, with source and date.")
def describe(atlas_file: AtlasFile = None, within: Within = None) -> None:
    """Say what there is: units, people and layers, each with its source and date."""
    atlas = _open(Inputs(atlas=atlas_file), within)
    screen = open_screen()
    say(screen, [atlas.title, *atlas.notes, ""])
    units = new_table("Counted in", "Count", "People", "Population", "Date", "Source")
    said = []
    for (name, place), row in atlas.populations.iterrows():
        figures = (f"{row['count']:,}", f"{row['people']:,.0f}")
        add_row(units, place, *figures, name, row["as_at"], row["source"])
        said.append(
            f"{place}: {figures[0]} with {figures[1]} {name}, {row['source']}, {row['as_at']}."
        )
    show(screen, units, said)
    layers = new_table("Layer", "Level", "As at", "Footprints", "People", "In none", "Population")
    said = []
    for key, row in atlas.overview.iterrows():
        people = (f"{row.people:,.0f}", f"{row.unassigned:,.0f}", row.population)
        add_row(layers, key, row.level, row.as_at, f"{row.footprints:,}", *people)
        said.append(
            f"{key} ({row.level}, {row.as_at}): {row.footprints:,}, {people[0]} {people[2]}."
        )
    show(screen, layers, said)
    say(screen, [f"{key}: {note}." for key, note in atlas.overview["note"].items() if note])


@app.command(short_help="Check bands, nesting, coterminosity and coverage.")
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
        typer.Option(metavar="DATE", help="The date of --lists, where the file states none."),
    ] = None,
    within: Within = None,
    layer: Layers = None,
    bands: Bands = None,
    population: WhosePeople = None,
    map_file: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE", help="Draw what was checked as a page (.html)."),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the findings: .xlsx, .json, .csv, .md, .txt, .html, .xml (JUnit), .geojson "
            "or .gpkg. May be repeated.",
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK", help="Run only this check. May be repeated."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="CHECK", help="Leave this check out. May be repeated."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="An earlier report (.json): only what is new or worse since then makes it fail.",
        ),
    ] = None,
    marking: Annotated[
        str, typer.Option(metavar="WORDS", help='Words such as "DRAFT" on every page and sheet.')
    ] = "",
    worst: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="How many misses of each check of a layer to name; those that the "
            "baseline knew are counted, not named.",
        ),
    ] = 5,
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
      footprints check --atlas atlas.toml --baseline earlier.json -o now.json
      footprints check --lists list.csv --pcns ePCN.xlsx --places places.xlsx -o check.xlsx
    """  # noqa: D301  # The character \b keeps the lines of the examples.
    from footprints.report.github import announce  # noqa: PLC0415  # Each takes time to load.
    from footprints.report.reading import read_report  # noqa: PLC0415
    from footprints.report.writing import report_file, write_report  # noqa: PLC0415

    for file in output or ():
        report_file(file)
    if map_file:
        output_file(map_file, [".html"])
    given = Inputs(
        atlas=atlas_file,
        files=[*(units or ()), *(boundaries or ())],
        lists=lists,
        pcns=pcns,
        places=places,
        as_at=as_at,
    )
    atlas = _open(given, within)
    report = run_check(
        atlas,
        bands=_bands(bands),
        layers=_split(layer),
        population=population,
        select=select,
        ignore=ignore,
        baseline=None if baseline is None else read_report(baseline),
    )
    print_report(report, worst)
    for file in output or ():
        write_report(report, file, marking=marking)
        say(open_screen(), [f"Report written: {file.name}."])
    typer.echo(announce(report, os.environ, marking=marking), nl=False)
    if map_file:
        _draw_checked(atlas, map_file, report, population)
    raise typer.Exit(_status(report, fail_on))


def _draw_checked(atlas: Atlas, file: Path, report: Report, population: str | None) -> None:
    """Draw what was held against bands, and say what has no lines."""
    left_out = [key for key in report.in_bands.index if key not in report.drawable]
    if report.drawable:
        _draw(atlas, file, report.drawable, report.bands, population)
    else:
        say(open_screen(), ["No map is written: nothing that was checked has lines."])
    say(open_screen(), [f"{key} is not drawn: it has no lines." for key in left_out])


@app.command("map", short_help="Draw a page to open in a browser.")
def draw_map(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The page to write (.html).")
    ],
    atlas_file: AtlasFile = None,
    within: Within = None,
    layer: Layers = None,
    bands: Bands = None,
    population: WhosePeople = None,
) -> None:
    """Draw footprints as a page with a layer to switch on and off for each level.

    \b
    Examples:
      footprints map -o england.html
      footprints map --within QRL --layer icb22 --layer amb22 -o hampshire.html
    """  # noqa: D301  # As above.
    output_file(output, [".html"])
    _draw(_open(Inputs(atlas=atlas_file), within), output, _split(layer), _bands(bands), population)


@app.command(short_help="Write an atlas file from a folder of files.")
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
    from footprints.read.init import draft_atlas  # noqa: PLC0415  # openpyxl may be needed.

    target = output_file(output, [".toml"])
    if target.exists():
        msg = f"{target.name!r} is there already. Name another file with -o, or move it away."
        raise OutputError(msg, [target.name])
    write_whole(target, draft_atlas(files, folder=target.parent))
    screen = open_screen()
    say(screen, [f"Written: {target.name}. Look it through, and fill in what is marked '?'."])
    try:
        atlas = read_atlas_or_example(target)
    except FootprintsError as error:
        say(screen, ["Before it can be used:", *str(error).split("\n")])
    else:
        say(screen, ["It can be read:", *repr(atlas).split("\n")])


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
    try:
        app(args=None if arguments is None else list(arguments), prog_name="footprints")
        sys.stdout.flush()
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):
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


def _open(given: Inputs, within: list[str] | None) -> Atlas:
    if within and len(within) > 1:
        msg = f"--within takes one area at a time, not {len(within)}: {listed(within)}."
        raise FootprintsError(msg, within)
    atlas = read_inputs(given)
    return atlas.focus(within[0]) if within else atlas


def _split(layers: list[str] | None) -> list[str] | None:
    """Return the layers of an option that may be repeated, or hold several with commas."""
    return [key for text in layers for key in text.split(",")] if layers else None


def _bands(name: str | None) -> BandSet | None:
    if name is None:
        return None
    return read_band_set(name) if name.lower().endswith(".toml") else band_set(name)


def _draw(
    atlas: Atlas,
    file: Path,
    layers: list[str] | None,
    bands: BandSet | None,
    population: str | None,
) -> None:
    from footprints.maps import footprint_map, save_map  # noqa: PLC0415  # folium is slow to load.

    drawing = footprint_map(atlas, layers, bands=bands, population=population)
    save_map(drawing, file)
    say(open_screen(), [f"Map written: {file.name}. Open it in a browser."])


def _status(report: Report, fail_on: FailOn) -> int:
    if not report.checked:
        return NOTHING_CHECKED
    failing = {FailOn.FAIL: ["fail"], FailOn.WARN: ["fail", "warn"], FailOn.NEVER: []}
    return CHECK_FAILED if report.stops(*failing[fail_on]).any() else ALL_WELL
