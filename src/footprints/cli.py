"""The command: what people type, what they read, and what a script acts on."""

from __future__ import annotations

import sys
import warnings
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import pandas as pd
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from footprints.checks.gate import check as run_check
from footprints.errors import FootprintsError, FootprintsWarning, OutputError, listed, plain
from footprints.output import output_file, write_whole
from footprints.read import band_set, load_example, read_band_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from footprints.atlas import Atlas
    from footprints.bands import BandSet
    from footprints.report import Report

ALL_WELL, CHECK_FAILED, BAD_INPUT, NOTHING_CHECKED, OUR_FAULT = range(5)
# As a shell says of a program that wrote to a pipe which nobody reads any more.
NOBODY_READS = 141
PIPE_WIDTH = 140

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
    atlas = _open(atlas_file, within)
    screen = _screen()
    _say(screen, [atlas.title, *atlas.notes, ""])
    units = _table("Counted in", "Count", "People", "Population", "Date", "Source")
    said = []
    for (name, place), row in atlas.populations.iterrows():
        figures = (f"{row['count']:,}", f"{row['people']:,.0f}")
        _row(units, place, *figures, name, row["as_at"], row["source"])
        said.append(
            f"{place}: {figures[0]} with {figures[1]} {name}, {row['source']}, {row['as_at']}."
        )
    _show(screen, units, said)
    layers = _table("Layer", "Level", "As at", "Footprints", "People", "In none", "Population")
    said = []
    for key, row in atlas.overview.iterrows():
        people = (f"{row.people:,.0f}", f"{row.unassigned:,.0f}", row.population)
        _row(layers, key, row.level, row.as_at, f"{row.footprints:,}", *people)
        said.append(
            f"{key} ({row.level}, {row.as_at}): {row.footprints:,}, {people[0]} {people[2]}."
        )
    _show(screen, layers, said)
    _say(screen, [f"{key}: {note}." for key, note in atlas.overview["note"].items() if note])


@app.command(short_help="Check populations against their bands.")
def check(
    atlas_file: AtlasFile = None,
    within: Within = None,
    layer: Layers = None,
    bands: Bands = None,
    population: WhosePeople = None,
    map_file: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE", help="Draw what was checked as a page (.html)."),
    ] = None,
    worst: Annotated[
        int, typer.Option(min=0, metavar="N", help="How many misses of each layer to name.")
    ] = 5,
    fail_on: Annotated[
        FailOn, typer.Option(help="What ends with status 1: a failure, a warning too, or nothing.")
    ] = FailOn.FAIL,
) -> None:
    """Check whether footprints have the population that policy expects.

    The newest layer of each level that has a band is judged, or those of --layer. A footprint
    outside its band is a warning: bands are expectations ("circa", "typically"), not rules.

    \b
    Examples:
      footprints check --map england.html
      footprints check --within Frimley
      footprints check --layer icb22 --bands kings-fund-2022
    """  # noqa: D301  # The character \b keeps the lines of the examples.
    if map_file:
        output_file(map_file, [".html"])
    atlas = _open(atlas_file, within)
    report = run_check(atlas, bands=_bands(bands), layers=_split(layer), population=population)
    _print_report(report, worst)
    if map_file:
        left_out = [key for key in report.summary.index if key not in report.drawable]
        if report.drawable:
            _draw(atlas, map_file, report.drawable, report.bands, population)
        else:
            _say(_screen(), ["No map is written: nothing that was checked has lines."])
        _say(_screen(), [f"{key} is not drawn: it has no lines." for key in left_out])
    raise typer.Exit(_status(report, fail_on))


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
    _draw(_open(atlas_file, within), output, _split(layer), _bands(bands), population)


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
    screen = _screen()
    _say(screen, [f"Written: {target.name}. Look it through, and fill in what is marked '?'."])
    try:
        atlas = _read(target)
    except FootprintsError as error:
        _say(screen, ["Before it can be used:", *str(error).split("\n")])
    else:
        _say(screen, ["It can be read:", *repr(atlas).split("\n")])


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
        _complain(str(error))
        return BAD_INPUT
    except OSError as error:
        _complain(f"The output cannot be written: {error.strerror}.")
        return BAD_INPUT
    except Exception as error:  # noqa: BLE001  # Whatever else happens is our fault, and said so.
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
        _complain(
            f"This is a fault of footprints, not yours: {type(error).__name__} at {where}: {error}\n"
            "Please report it as an issue of the project, with this message, the command that you "
            f"typed and the version (footprints {version('footprints')}, Python {sys.version.split()[0]})."
        )
        return OUR_FAULT
    return ALL_WELL


def _open(file: Path | None, within: list[str] | None) -> Atlas:
    if within and len(within) > 1:
        msg = f"--within takes one area at a time, not {len(within)}: {listed(within)}."
        raise FootprintsError(msg, within)
    atlas = _read(file)
    return atlas.focus(within[0]) if within else atlas


def _read(file: Path | None) -> Atlas:
    if file is None:
        return load_example()
    from footprints.read.atlas_file import read_atlas  # noqa: PLC0415  # pydantic is slow to load.

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", FootprintsWarning)
        atlas = read_atlas(file)
    for warning in caught:
        _complain(f"Note: {warning.message}")
    return atlas


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
    _say(_screen(), [f"Map written: {file.name}. Open it in a browser."])


def _status(report: Report, fail_on: FailOn) -> int:
    found = set(report.findings["status"])
    if not found - {"skipped"}:
        return NOTHING_CHECKED
    failing = {FailOn.FAIL: {"fail"}, FailOn.WARN: {"fail", "warn"}, FailOn.NEVER: set()}
    return CHECK_FAILED if found & failing[fail_on] else ALL_WELL


def _print_report(report: Report, worst: int) -> None:
    screen, bands = _screen(), report.bands
    heading = [report.atlas.title, *report.atlas.notes, ""]
    figures = [f"Bands: {bands.name}, {bands.title} ({bands.as_at}). {bands.source}."]
    _say(screen, [*heading, *figures, *report.populations, ""])
    _print_summary(screen, report)
    _say(screen, report.remainders)
    for layer, missed in report.worst.groupby("layer", sort=False) if worst else ():
        _print_misses(screen, report, layer, missed, worst)
    _say(screen, [f"Not checked: {message}." for message in report.skipped["message"]])
    if (report.findings["status"] == "warn").any():
        words = "Misses are warnings: bands are what policy expects, not rules. They end with "
        _say(screen, [f"{words}status 0; with --fail-on warn they end with status 1."])
    if len(report.skipped) == len(report.findings):
        _say(screen, ["Nothing was checked."])


def _print_summary(screen: Console, report: Report) -> None:
    """Say how many footprints of each layer are where, in a table where there is room for it."""
    table = _table("Layer", "Level", "Band", "Footprints", "Below", "Within", "Above", "People")
    lines = []
    for key, row in report.summary.iterrows():
        found = report.findings[report.findings["layer"] == key]
        level = report.atlas.overview.loc[key, "level"]
        band = str(report.bands[level])
        people = f"{found['people'].sum():,.0f} {found['population'].iloc[0]}"
        counts = [f"{n:,}" for n in (row.sum(), row["below"], row["within"], row["above"])]
        _row(table, key, level, band, *counts, people)
        told = "{1} below, {2} within, {3} above, of {0}".format(*counts)
        lines.append(f"{key} ({level}), {band}: {told}; {people}.")
        if row["no limit"]:
            lines[-1] = f"{key} ({level}), {band}: {counts[0]} footprints; {people}."
    _show(screen, table, lines)
    _say(screen, _targets(report))


def _targets(report: Report) -> list[str]:
    """Say how far footprints spread about a band that is a target without limits."""
    found = report.findings[report.findings["result"] == "no limit"]
    return [
        f"{layer}: a target has no limits, so none is below or above it. Half have between "
        f"{people.quantile(0.25):,.0f} and {people.quantile(0.75):,.0f} people, all between "
        f"{people.min():,.0f} and {people.max():,.0f}."
        for layer, people in found.groupby("layer")["people"]
    ]


def _print_misses(
    screen: Console, report: Report, layer: str, missed: pd.DataFrame, worst: int
) -> None:
    """Name the misses of one layer, in a table where there is room for it."""
    shown = missed.head(worst)
    focused = report.atlas.focused
    hard = ", hard limits first" if (missed["limit_kind"] == "hard").any() else ""
    count = f"{len(shown):,} of its {len(missed):,} misses"
    _say(screen, ["", f"{layer}: {count}, the furthest off first{hard}."])
    table = _table("Code", "Name", "People", "Misses by", "Limit", *(["Area"] if focused else []))
    for row in shown.itertuples():
        by = f"{abs(row.distance):,.0f} {row.result} ({row.distance_percent:+.1f}%)"
        rest = [focused.relations[layer, row.code]] if focused else []
        name = "" if pd.isna(row.name) else row.name
        _row(table, row.code, name, f"{row.people:,.0f}", by, row.limit_kind, *rest)
    _show(screen, table, [f"- {message}" for message in shown["message"]])


def _screen() -> Console:
    screen = Console(markup=False, highlight=False, emoji=False)
    if not screen.is_terminal:
        # What is read by a script or kept in a log is not squeezed to a narrow screen.
        screen.width = PIPE_WIDTH
    return screen


def _show(screen: Console, table: Table, sentences: list[str]) -> None:
    """Print a table where there is room for it, and otherwise sentences that say the same."""
    room = screen.options.update(max_width=10_000)
    if sentences and screen.measure(table, options=room).maximum <= screen.width:
        screen.print(table)
    else:
        _say(screen, sentences)


def _say(screen: Console, lines: Iterable[str]) -> None:
    for line in lines:
        screen.print(Text(plain(line)))


def _complain(message: str) -> None:
    screen = Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)
    _say(screen, message.split("\n"))


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    numbers = {"Count", "People", "Footprints", "In none", "Below", "Within", "Above"}
    numbers |= {"Misses by"}
    for column in columns:
        right = column in numbers
        whole = right or column in {"Code", "Layer", "Level", "Limit"}
        justify: Literal["left", "right"] = "right" if right else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=whole)
    return table


def _row(table: Table, *cells: object) -> None:
    table.add_row(*(Text(plain(cell)) for cell in cells))
