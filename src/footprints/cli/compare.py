"""``footprints compare``: what a redraw changed, for whom, and what that breaks and mends."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import pandas as pd
import typer

from footprints.cli.draw import write_page
from footprints.cli.handing import check_outputs, hand_over
from footprints.cli.options import (
    AtlasFile,
    Bands,
    Layers,
    MapFile,
    Marking,
    Output,
    WhosePeople,
    Within,
    Worst,
    chosen_bands,
    one_area,
    open_atlas,
    split_layers,
)
from footprints.cli.status import ALL_WELL, CHECK_FAILED, NOTHING_CHECKED
from footprints.console import open_screen, say
from footprints.errors import FootprintsError, UnknownNameError, listed
from footprints.inputs import Inputs, with_notes
from footprints.levels import called, parse_key, vintage_order
from footprints.output import output_file, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprints.atlas import Atlas
    from footprints.redraws import Change
    from footprints.report import Report

LINES = {".json", ".geojson", ".topojson", ".gpkg", ".shp", ".zip", ".parquet", ".fgb", ".kml"}
"""What the name of a file of boundaries ends in; layers have no such ending."""


TABLES = {".csv", ".xlsx", ".xls", ".tsv", ".txt", ".ods"}


class BreakOn(StrEnum):
    """What makes a comparison end with status 1."""

    FAIL = "fail"
    NEWLY_BROKEN = "newly-broken"
    NEVER = "never"


class Compared(NamedTuple):
    """A change, and the atlases of the two maps."""

    old: Atlas
    new: Atlas
    change: Change


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
    within: Within = None,
    bands: Bands = None,
    population: WhosePeople = None,
    map_file: MapFile = None,
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
      footprints compare icb22 icb26 --within Frimley --fail-on newly-broken
      footprints compare --from old.toml --to new.toml --layer icb22 icb26
      footprints compare old.geojson new.geojson --units lsoa.csv
      footprints compare --changes surrey-2027 --layer ctyua
    """  # noqa: D301  # The character \b keeps the lines of the examples.
    from footprints.redraws.reporting import redraw_report  # noqa: PLC0415  # It takes time to load.

    check_outputs(output)
    if lookup is not None:
        output_file(lookup, [".csv"])
    _check_map(map_file, one_atlas=not (changes or from_file or to_file))
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
    if files:
        compared = _files(names, units, population, within)
        population = None
    elif changes:
        compared = _changed(atlas_file, changes, as_at, names, population, within)
    elif from_file or to_file:
        compared = _two_atlases((from_file, to_file), names, population, within)
    else:
        compared = _one_atlas(atlas_file, names, population, within)
    report = redraw_report(*compared, bands=chosen_bands(bands), population=population)
    report = replace(report, lead=(*report.lead, *_notes(compared, names)))
    status, ending = _ending(report, fail_on)
    hand_over(report, output, worst=worst, marking=marking, ending=ending)
    if lookup is not None:
        _write_lookup(lookup, compared.change.lookup)
    if map_file:
        _draw(map_file, compared, population, marking)
    raise typer.Exit(status)


def _notes(compared: Compared, names: Sequence[str]) -> list[str]:
    """Say what may not have been meant: an older new map, one layer twice, levels that differ."""
    attrs = compared.change.attrs
    old, new = attrs.get("old_layer", ""), attrs.get("new_layer", "")
    atlases = compared.old.whole, compared.new.whole
    if old not in atlases[0].layers or new not in atlases[1].layers:
        return []
    bare = dict(zip(names, (old, new), strict=False))
    notes = [
        f"{name} is taken as {key}, the newest that there is."
        for name, key in bare.items()
        if name != key and parse_key(key).kind == name
    ]
    if old == new and compared.old is compared.new:
        notes.append(f"{old} is held against itself, so nothing differs.")
    if vintage_order(new) < vintage_order(old):
        notes.append(f"The new map, {new}, is older than the old one, {old}: was it meant so?")
    levels = [
        str(atlas.overview.loc[key, "level"])
        for atlas, key in zip(atlases, (old, new), strict=True)
    ]
    if levels[0] != levels[1]:
        words = " and ".join(called(level, 2) for level in levels)
        notes.append(f"{old} and {new} are of different levels ({words}), not of one redraw.")
    return notes


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


def _check_map(file: Path | None, *, one_atlas: bool) -> None:
    """Refuse a page that cannot be drawn or written, before the work that it is for."""
    if file is None:
        return
    output_file(file, [".html"])
    if not one_atlas:
        msg = (
            "--map draws two layers of one atlas, or two boundary files: leave it out with --from, "
            "--to and --changes."
        )
        raise FootprintsError(msg, ["--map"])


def _draw(file: Path, compared: Compared, population: str | None, marking: str) -> None:
    """Draw the map before and after, and what moved, as a page."""
    from footprints.maps.interactive import footprint_map  # noqa: PLC0415  # folium is slow to load.

    change = compared.change
    drawing = footprint_map(compared.new, change=change, population=population, marking=marking)
    write_page(drawing, file)


def _one_atlas(
    file: Path | None, names: Sequence[str], population: str | None, within: list[str] | None
) -> Compared:
    """Compare two layers of one atlas."""
    from footprints.redraws import compare as compare_layers  # noqa: PLC0415  # As above.

    if len(names) != 2:
        msg = (
            f"Give the old and the new layer, such as icb22 icb26: {len(names)} were given. With "
            "--from and --to one is enough where both atlases call it the same."
        )
        raise FootprintsError(msg, names)
    atlas = open_atlas(Inputs(atlas=file), within)
    change = compare_layers(atlas, names[0], names[1], population=population)
    return Compared(atlas, atlas, change)


def _two_atlases(
    files: tuple[Path | None, Path | None],
    names: Sequence[str],
    population: str | None,
    within: list[str] | None,
) -> Compared:
    """Compare a layer of one atlas with one of another; a side without a file is the example."""
    from footprints.redraws import compare as compare_layers  # noqa: PLC0415  # As above.

    if len(names) not in (1, 2):
        msg = f"Say which layer to compare, --layer icb22, or two of them: {len(names)} were given."
        raise FootprintsError(msg, names)
    old, new = (open_atlas(Inputs(atlas=file), within) for file in files)
    _check_both(old.whole, new.whole, names)
    change = compare_layers(old, new, layer=(names[0], names[-1]), population=population)
    return Compared(old, new, change)


def _check_both(old: Atlas, new: Atlas, names: Sequence[str]) -> None:
    """Say which of two atlases lacks a layer, and whether it is in the other."""
    for side, atlas, name in (("--from", old, names[0]), ("--to", new, names[-1])):
        try:
            atlas.resolve(name)
        except UnknownNameError as error:
            swapped = names[-1] in old.layers and names[0] in new.layers
            hint = " The other atlas has it: swap --from and --to?" if swapped else ""
            msg = f"The atlas of {side} ({atlas.title}): {error}{hint}"
            raise UnknownNameError(msg, [name]) from None


def _changed(
    file: Path | None,
    changes: Sequence[str],
    as_at: str | None,
    names: Sequence[str],
    population: str | None,
    within: list[str] | None,
) -> Compared:
    """Compare an atlas with what changes make of it."""
    from footprints.changes import apply_changes  # noqa: PLC0415  # As above.
    from footprints.read.change_files import read_changes  # noqa: PLC0415
    from footprints.redraws import compare as compare_layers  # noqa: PLC0415

    old = open_atlas(Inputs(atlas=file), None)
    new = apply_changes(old, [read_changes(name) for name in changes], as_at=as_at)
    was = {key: layer for record in new.redraws for key, layer in record.before.items()}
    redrawn = [key for key, layer in was.items() if layer is not None]
    if not redrawn:
        msg = "These changes redraw no layer, so there is nothing to compare: no footprint moves."
        raise FootprintsError(msg, changes)
    keys = old.resolve_all(names) if names else redrawn
    if len(keys) != 1 or keys[0] not in redrawn:
        msg = f"These changes redraw {listed(redrawn)}: name one of them with --layer."
        raise FootprintsError(msg, keys)
    if within:
        one_area(within)
        return _changed_within(old, new, keys[0], within[0], population)
    change = compare_layers(old, new, layer=keys[0], population=population)
    return Compared(old, new, change)


def _changed_within(
    old: Atlas, new: Atlas, key: str, area: str, population: str | None
) -> Compared:
    """Compare one area of an atlas with what changes made of it; it may be on one map alone."""
    from footprints.redraws import compare as compare_layers  # noqa: PLC0415  # As above.

    found = _found(old, key, area)
    layer, code = found or _found(new, key, area) or new.find(area)
    whole = compare_layers(old, new, layer=key, population=population)
    if found is None:
        now = new.focus(f"{layer}:{code}")
        came = whole.changes.loc[("new", code), "counterpart"] if layer == key else code
        change = compare_layers(old, now, layer=key, population=population)
        return Compared(old if pd.isna(came) else old.focus(f"{layer}:{came}"), now, change)
    then = old.focus(f"{layer}:{code}")
    goes = whole.successors.loc[code, "successor"] if layer == key else code
    if pd.isna(goes):
        msg = f"{area} ({layer} {code}) goes on in no footprint of {key}: leave --within out."
        raise FootprintsError(msg, [code])
    now = new.focus(f"{layer}:{goes}")
    return Compared(then, now, compare_layers(then, now, layer=key, population=population))


def _found(atlas: Atlas, key: str, area: str) -> tuple[str, str] | None:
    """Return the layer and code of an area, of the layer that is redrawn first; None if not there."""
    for text in (f"{key}:{area}", area):
        try:
            return atlas.find(text)
        except UnknownNameError:
            continue
    return None


def _files(
    names: Sequence[str], units: Path | None, population: str | None, within: list[str] | None
) -> Compared:
    """Compare two boundary files, by people where units are given, else by area alone."""
    from footprints.read.one_file import lines_of_file, units_of_file  # noqa: PLC0415
    from footprints.redraws import compare as compare_layers  # noqa: PLC0415
    from footprints.redraws.pieces import atlas_of_pieces  # noqa: PLC0415

    if within:
        msg = "--within goes with an atlas: two boundary files are compared whole."
        raise FootprintsError(msg, within)
    old, new = (with_notes(partial(lines_of_file, name)) for name in names)
    keys = [frame.attrs.get("key") for frame in (old, new)]
    if not all(keys) or keys[0] == keys[1]:
        for frame, side in ((old, "old"), (new, "new")):
            key = frame.attrs.get("key")
            frame.attrs["key"] = f"{side}-{key}" if key else side
    blocks = None
    if units is not None:
        blocks = with_notes(partial(units_of_file, units, population=population))
    change = compare_layers(old, new, units=blocks)
    atlas = atlas_of_pieces(old, new, change)
    return Compared(atlas, atlas, change)
