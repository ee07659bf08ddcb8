"""``footprints compare``: what a redraw changed, for whom, and what that breaks and mends."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footprints.cli.compared import (
    Compared,
    boundary_files,
    changed,
    notes_of,
    one_atlas,
    two_atlases,
)
from footprints.cli.draw import write_page
from footprints.cli.drawn import PICTURES, write_picture
from footprints.cli.handing import check_outputs, hand_over
from footprints.cli.options import (
    AtlasFile,
    Bands,
    Layers,
    MapOrPicture,
    Marking,
    Output,
    PaperSize,
    WhosePeople,
    Within,
    Worst,
    chosen_bands,
    split_layers,
)
from footprints.cli.status import ALL_WELL, CHECK_FAILED, NOTHING_CHECKED
from footprints.console import open_screen, say
from footprints.errors import FootprintsError, listed
from footprints.output import output_file, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from footprints.report import Report

LINES = {".json", ".geojson", ".topojson", ".gpkg", ".shp", ".zip", ".parquet", ".fgb", ".kml"}
"""What the name of a file of boundaries ends in; layers have no such ending."""


TABLES = {".csv", ".xlsx", ".xls", ".tsv", ".txt", ".ods"}


class BreakOn(StrEnum):
    """What makes a comparison end with status 1."""

    FAIL = "fail"
    NEWLY_BROKEN = "newly-broken"
    NEVER = "never"


def compare(
    old_new: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="OLD NEW", help="Two layers of one atlas (icb22 icb26), or two boundary files."
        ),
    ] = None,
    atlas_file: AtlasFile = None,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="The atlas that holds the old map."),
    ] = None,
    to_file: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="The atlas that holds the new map.")
    ] = None,
    layer: Layers = None,
    units: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With two boundary files: units with people and places, to count who moved.",
        ),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Hold the atlas against what these changes make of it: a change file (.toml), or "
            "one that ships, such as surrey-2027. May be repeated.",
        ),
    ] = None,
    as_at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="With --changes: those of this date and before."),
    ] = None,
    resolution: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="With two boundary files: how far the lines were generalised, BUC, BSC, BGC, BFC or "
            "BFE, where the name of a file does not tell.",
        ),
    ] = None,
    within: Within = None,
    bands: Bands = None,
    population: WhosePeople = None,
    map_file: MapOrPicture = None,
    size: PaperSize = None,
    output: Output = None,
    lookup: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the lookup from old to new codes, with weights, as a table (.csv).",
        ),
    ] = None,
    marking: Marking = "",
    worst: Worst = 5,
    fail_on: Annotated[
        BreakOn,
        typer.Option(
            help="What ends with status 1: a failure that is new or worse, any miss that is, or "
            "nothing."
        ),
    ] = BreakOn.FAIL,
) -> None:
    """Say what a redraw changed, for how many people, and what it breaks and mends.

    Both maps are held against the same bands, councils and services; what the old map missed is
    known, and only what is new or worse counts.

    \b
    Examples:
      footprints compare icb22 icb26 -o redraw.xlsx --lookup old-to-new.csv --map redraw.html
      footprints compare icb22 icb26 --within Frimley --map board.png --fail-on newly-broken
      footprints compare --from old.toml --to new.toml --layer icb22 icb26
      footprints compare old.geojson new.geojson --units lsoa.csv
      footprints compare --changes surrey-2027 --layer ctyua
    """  # noqa: D301  # The character \b keeps the lines of the examples.
    from footprints.redraws.reporting import redraw_report  # noqa: PLC0415  # It takes time to load.

    check_outputs(output)
    if lookup is not None:
        output_file(lookup, [".csv"])
    _check_map(map_file, size)
    names = [*(split_layers(layer) or ()), *(old_new or ())]
    files = len(names) == 2 and {Path(name).suffix.lower() for name in names} <= LINES
    if not files:
        _check_names(names)
    given = {
        "--atlas": atlas_file,
        "--from": from_file,
        "--to": to_file,
        "--units": units,
        "--changes": changes,
        "--as-at": as_at,
    }
    _check_given({option for option, value in given.items() if value}, files=files)
    if files and population and units is None:
        msg = "--population goes with --units: two boundary files alone count nobody."
        raise FootprintsError(msg, [population])
    if resolution and not files:
        msg = "--resolution goes with two boundary files: an atlas says its own."
        raise FootprintsError(msg, [resolution])
    if files:
        compared = boundary_files(names, units, population, within, resolution)
        population = None
    elif changes:
        compared = changed(atlas_file, changes, as_at, names, population, within)
    elif from_file or to_file:
        compared = two_atlases((from_file, to_file), names, population, within)
    else:
        compared = one_atlas(atlas_file, names, population, within)
    report = redraw_report(*compared, bands=chosen_bands(bands), population=population)
    report = replace(report, lead=(*report.lead, *notes_of(compared, names)))
    status, ending = _ending(report, fail_on)
    hand_over(report, output, worst=worst, marking=marking, ending=ending)
    if lookup is not None:
        _write_lookup(lookup, compared.change.lookup)
    if map_file:
        _draw(map_file, compared, population, marking, size)
    raise typer.Exit(status)


def _check_names(names: Sequence[str]) -> None:
    """Refuse files that are none of boundaries, or stand beside a layer."""
    endings = {name: Path(name).suffix.lower() for name in names}
    lines = [name for name, ending in endings.items() if ending in LINES]
    tables = [name for name, ending in endings.items() if ending in TABLES]
    if tables:
        msg = (
            f"{listed(tables)} holds no lines: give two files of boundaries (such as .geojson), with "
            "--units for a table of people; or, for lists of units, an atlas (footprints init "
            "writes one) and two of its layers."
        )
        raise FootprintsError(msg, tables)
    if lines:
        msg = (
            f"{listed(lines)} is a file of boundaries and is compared with another such file: give "
            f"two files, or two layers of one atlas ({len(names)} were given)."
        )
        raise FootprintsError(msg, lines)


def _write_lookup(file: Path, lookup: pd.DataFrame) -> None:
    """Write a lookup as CSV, with an apostrophe before what a spreadsheet would run."""
    from footprints.report.table import harmless  # noqa: PLC0415  # It takes time to load.

    texts = ["old", "new", "population", "date"]
    safe = {name: lookup[name].map(harmless, na_action="ignore") for name in texts}
    write_whole(file, lookup.assign(**safe).to_csv(index=False, lineterminator="\n"))
    say(open_screen(), [f"Lookup written: {file.name}."])


def _ending(report: Report, fail_on: BreakOn) -> tuple[int, str]:
    """Return the status that a comparison ends with, and the sentence that says so."""
    if not (report.findings["check"] != "redraw").any():
        # A gate that looked at nothing must not let anything through.
        gated = fail_on is BreakOn.NEWLY_BROKEN
        status = NOTHING_CHECKED if gated else ALL_WELL
        return status, f"Nobody is counted, so no check was run. This ends with status {status}."
    broken, failed = report.stops("fail", "warn").any(), report.stops("fail").any()
    if not broken:
        return ALL_WELL, "Nothing is newly broken or worse. This ends with status 0."
    if fail_on is BreakOn.NEVER:
        return ALL_WELL, "This ends with status 0, as --fail-on never asks."
    if fail_on is BreakOn.NEWLY_BROKEN:
        words = "Something is newly broken or worse. This ends with status 1, as --fail-on"
        return CHECK_FAILED, f"{words} newly-broken asks."
    if failed:
        return CHECK_FAILED, "Failures are new or worse. This ends with status 1."
    words = "What is newly broken or worse is a warning, not a failure. This ends with status 0;"
    return ALL_WELL, f"{words} with --fail-on newly-broken it ends with status 1."


def _check_given(given: set[str], *, files: bool) -> None:
    """Refuse options that what is compared has no use for."""
    if files:
        what, allowed = "Two boundary files go with --units", {"--units"}
    elif "--units" in given:
        msg = "--units goes with two boundary files: an atlas has its own units."
        raise FootprintsError(msg, ["--units"])
    elif "--changes" in given:
        what, allowed = (
            "--changes goes with --atlas and --as-at",
            {"--atlas", "--changes", "--as-at"},
        )
    elif given & {"--from", "--to"}:
        what, allowed = "--from and --to are two atlases of their own", {"--from", "--to"}
    else:
        what, allowed = "--as-at goes with --changes", {"--atlas"}
    if odd := sorted(given - allowed):
        msg = f"{what}: leave {', '.join(odd)} out."
        raise FootprintsError(msg, odd)


def _check_map(file: Path | None, size: str | None) -> None:
    """Refuse a page or picture that cannot be drawn or written, before the work that it is for."""
    if size is not None and (file is None or file.suffix.lower() not in PICTURES):
        msg = f"--size goes with a picture: let --map end in {listed(PICTURES)}."
        raise FootprintsError(msg, [size])
    if file is not None:
        output_file(file, [".html", *PICTURES])


def _draw(
    file: Path, compared: Compared, population: str | None, marking: str, size: str | None
) -> None:
    """Draw the map before and after, and what moved, as a page or a picture."""
    from footprints.redraws import on_one_map  # noqa: PLC0415  # Each takes time to load.

    atlas, change = compared.new, compared.change
    if compared.old.whole is not compared.new.whole:
        atlas, change = on_one_map(*compared)
    if file.suffix.lower() in PICTURES:
        from footprints.pictures import picture  # noqa: PLC0415  # matplotlib is slow to load.

        figure = picture(atlas, change=change, marking=marking, size=size or "A4")
        write_picture(figure, file)
        return
    from footprints.maps.interactive import footprint_map  # noqa: PLC0415  # folium is slow to load.

    drawing = footprint_map(atlas, change=change, population=population, marking=marking)
    write_page(drawing, file)
