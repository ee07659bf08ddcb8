"""What the command compares: two layers, two atlases, what changes make, or two boundary files."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from footprints.cli.options import one_area, open_atlas
from footprints.errors import FootprintsError, FootprintsWarning, UnknownNameError, listed
from footprints.geometry import RESOLUTIONS
from footprints.inputs import Inputs, with_notes
from footprints.levels import called, parse_key, vintage_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from footprints.atlas import Atlas
    from footprints.redraws import Change


class Compared(NamedTuple):
    """A change, and the atlases of the two maps."""

    old: Atlas
    new: Atlas
    change: Change


def notes_of(compared: Compared, names: Sequence[str]) -> list[str]:
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


def one_atlas(
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


def two_atlases(
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


def changed(
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
        msg = (
            "These changes redraw no layer, so there is nothing to compare: no footprint moves. What is "
            "led together is a layer: footprints check --changes ... --layer cluster25, or fp.clusters()."
        )
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


def boundary_files(
    names: Sequence[str],
    units: Path | None,
    population: str | None,
    within: list[str] | None,
    resolution: str | None,
) -> Compared:
    """Compare two boundary files, by people where units are given, else by area alone."""
    from footprints.read.one_file import units_of_file  # noqa: PLC0415
    from footprints.redraws import compare as compare_layers  # noqa: PLC0415
    from footprints.redraws.pieces import atlas_of_pieces  # noqa: PLC0415

    if within:
        msg = "--within goes with an atlas: two boundary files are compared whole."
        raise FootprintsError(msg, within)
    old, new = (with_notes(partial(_lines, name, resolution)) for name in names)
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


def _lines(name: str, resolution: str | None) -> gpd.GeoDataFrame:
    """Read the lines of a file; how far they were generalised is said where its name does not tell."""
    from footprints.read.one_file import lines_of_file  # noqa: PLC0415  # As above.

    if resolution is not None and resolution.upper() not in RESOLUTIONS:
        raise UnknownNameError.among(RESOLUTIONS, resolution, kind="resolution")
    lines = lines_of_file(name)
    if not lines.attrs.get("resolution"):
        lines.attrs["resolution"] = (resolution or "").upper()
    if not lines.attrs["resolution"]:
        words = listed(RESOLUTIONS)
        warnings.warn(
            f"The name of {Path(name).name!r} does not tell how far its lines were generalised, so that "
            f"moves cannot be told from drawing: say --resolution, one of {words}.",
            FootprintsWarning,
            stacklevel=2,
        )
    return lines
