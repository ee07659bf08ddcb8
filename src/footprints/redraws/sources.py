"""What is compared: two layers of an atlas, of two atlases, or two boundary files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from footprints.errors import FootprintsError, OverlapError, listed
from footprints.overlaps.frames import drawn_of, overlap
from footprints.overlaps.layers import overlap_layers
from footprints.overlaps.lines import Drawn
from footprints.overlaps.members import meet, shared_table
from footprints.overlaps.pairs import Asked, How
from footprints.overlaps.points import place
from footprints.redraws.causes import Spots
from footprints.redraws.linked import least_moved
from footprints.redraws.overlapping import without_shared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    import geopandas as gpd
    import numpy.typing as npt

    from footprints.atlas import Atlas, UnitTable
    from footprints.atlas.coded import Blocks, Members
    from footprints.overlaps.layers import Method

    Units: TypeAlias = str | UnitTable | gpd.GeoDataFrame | None
    Names: TypeAlias = pd.Series[str]


class Lines(NamedTuple):
    """The lines of one side, and what their file told of how they were drawn."""

    drawn: Drawn
    said: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """What is compared.

    Parameters
    ----------
    pairs : DataFrame
        A pair table, old on the left.
    names : tuple of two Series of str
        The names of old and of new footprints by code, NA where not known.
    lines : tuple of two Lines or None, optional
        The lines that the pairs came from, None for a side known by its list; None if neither
        side came from lines.
    spots : Spots, optional
        Where the units lie, if one of the sides is known by its list.
    kept : array of bool, optional
        The rows that concern a focus; None for all.
    notes : dict of str to str
        What else must be known, for the attrs.
    """

    pairs: pd.DataFrame
    names: tuple[Names, Names]
    lines: tuple[Lines | None, Lines | None] | None = None
    spots: Spots | None = None
    kept: pd.Series[bool] | None = None
    notes: dict[str, str] = field(default_factory=dict)


def of_atlas(  # noqa: PLR0913 - the options of Atlas.overlap.
    atlas: Atlas,
    old: str,
    new: str,
    *,
    units: Units,
    population: str | None,
    method: Method | None,
    estimate: bool,
) -> Given:
    """Take two layers of one atlas; the parameters are those of :func:`footprints.compare`."""
    whole, keys = atlas.whole, (atlas.resolve(old), atlas.resolve(new))
    asked = Asked(units=_table_name(units), population=population, estimate=estimate)
    pairs = _linked_pairs(whole, keys, asked) if method in (None, "members") else None
    if pairs is None:
        pairs = overlap_layers(
            whole,
            *keys,
            method=method,
            units=asked.units,
            population=population,
            estimate=estimate,
        )
    sides = ((atlas, keys[0]), (atlas, keys[1]))
    return _given(pairs, sides)


def of_two_atlases(
    atlases: tuple[Atlas, Atlas],
    layers: tuple[str, str],
    *,
    units: Units,
    population: str | None,
    estimate: bool,
) -> Given:
    """Take a layer of each of two atlases; the parameters are those of :func:`footprints.compare`."""
    keys = atlases[0].resolve(layers[0]), atlases[1].resolve(layers[1])
    wholes = atlases[0].whole, atlases[1].whole
    asked = Asked(units=_table_name(units), population=population, estimate=estimate)
    pairs = _same_units(wholes, keys, asked)
    sides = ((atlases[0], keys[0]), (atlases[1], keys[1]))
    if pairs is not None:
        return _given(pairs, sides)
    pairs, lines, spots = _placed(wholes, keys, asked)
    return replace(_given(pairs, sides), lines=lines, spots=spots)


def of_frames(  # noqa: PLR0913 - the options of overlap.
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    *,
    units: Units,
    population: str | None,
    method: Method | None,
    estimate: bool,
) -> Given:
    """Take two boundary files; the parameters are those of :func:`footprints.compare`."""
    if isinstance(units, str):
        msg = (
            f"Two boundary files have no tables of units, so {units!r} says nothing: give a table."
        )
        raise FootprintsError(msg, [units])
    pairs = overlap(old, new, units=units, population=population, method=method, estimate=estimate)
    sides = (("left", old), ("right", new))
    lines = [Lines(drawn_of(side, frame), dict(frame.attrs)) for side, frame in sides]
    pairs = _without_shared(pairs, (lines[0], lines[1]))
    return Given(pairs=pairs, names=(_named(old), _named(new)), lines=(lines[0], lines[1]))


def _without_shared(
    pairs: pd.DataFrame, lines: tuple[Lines | None, Lines | None] | None
) -> pd.DataFrame:
    """Take out of pairs by area what footprints of one side share, if they do."""
    old, new = lines or (None, None)
    if "overlapping" not in pairs.attrs or old is None or new is None:
        return pairs
    return without_shared(pairs, old.drawn, new.drawn)


def _given(pairs: pd.DataFrame, sides: tuple[tuple[Atlas, str], tuple[Atlas, str]]) -> Given:
    """Add to a pair table what the atlases know of its footprints."""
    names = [atlas.whole.coded.labels(key)["name"].astype("str") for atlas, key in sides]
    lines = None
    by_list = "members" in (pairs.attrs.get("left_by"), pairs.attrs.get("right_by"))
    if not pairs.attrs["method"].startswith("members") and not by_list:
        lines = _lines_of(sides[0][0].whole, sides[0][1]), _lines_of(sides[1][0].whole, sides[1][1])
    pairs = _without_shared(pairs, lines)
    kept, notes = _in_focus(pairs, sides)
    return Given(pairs=pairs, names=(names[0], names[1]), lines=lines, kept=kept, notes=notes)


def _in_focus(
    pairs: pd.DataFrame, sides: tuple[tuple[Atlas, str], tuple[Atlas, str]]
) -> tuple[pd.Series[bool] | None, dict[str, str]]:
    """Tell which rows concern a focus: its old footprints whole, and what comes from nowhere."""
    (old, old_key), (new, new_key) = sides
    focused = old.focused or new.focused
    if focused is None:
        return None, {}
    arrives = pairs["right"].isin(new.coded.codes(new_key))
    if old.focused:
        leaves = pairs["left"].isin(old.coded.codes(old_key))
    else:
        leaves = pairs["left"].isin(pairs.loc[arrives, "left"].dropna())
    kept = leaves | (pairs["left"].isna() & arrives)
    return kept, {"focus": focused.code, "focus_name": focused.name}


def _lines_of(atlas: Atlas, key: str) -> Lines | None:
    """Return a layer's official lines, its own or joined from units; None without any."""
    if atlas.overview.loc[key, "lines"] != "official":
        return None
    frame = atlas.layers[key]
    own = atlas.coded.lines(key) == "official"
    tables = [atlas.coded.blocks(name) for name in atlas.coded.tables(key)]
    joined = next((dict(t.table.attrs) for t in tables if t.lines == "official"), {})
    drawn = Drawn(codes=frame.index, shapes=np.asarray(frame.geometry.array))
    return Lines(drawn, atlas.coded.drawing(key) if own else joined)


def _linked_pairs(atlas: Atlas, keys: tuple[str, str], asked: Asked) -> pd.DataFrame | None:
    """Pair two link tables of one atlas; None where one of the layers holds units whole."""
    try:
        table = shared_table(atlas, *keys, asked)
    except OverlapError:
        return None
    old, new = (atlas.coded.members(key, table) for key in keys)
    if old.people is None or new.people is None:
        return None
    how = How(method="members", left_layer=keys[0], right_layer=keys[1], units=table)
    return least_moved(old, new, how, estimate=asked.estimate)


def _same_units(
    atlases: tuple[Atlas, Atlas], keys: tuple[str, str], asked: Asked
) -> pd.DataFrame | None:
    """Meet by lists in a table of units that both atlases have; None where they share none."""
    for name, other in _tables(atlases, keys, asked):
        blocks, theirs = atlases[0].coded.blocks(name), atlases[1].coded.blocks(other)
        old, new = (
            atlas.coded.members(key, table)
            for atlas, key, table in zip(atlases, keys, (name, other), strict=True)
        )
        if len(blocks.table) != len(theirs.table) or not _counts(blocks, old, new, asked):
            continue
        at = blocks.table.index.get_indexer(theirs.table.index)
        if (at < 0).any():
            continue
        new = replace(new, unit=at[new.unit], count=old.count)
        how = How(
            method="members",
            left_layer=keys[0],
            right_layer=keys[1],
            units=name,
            notes=(("bridge", _bridge(blocks, theirs, at, asked)),),
        )
        if old.people is not None and new.people is not None:
            return least_moved(old, new, how, estimate=asked.estimate)
        return meet((old, new), blocks, how, asked)
    return None


def _tables(
    atlases: tuple[Atlas, Atlas], keys: tuple[str, str], asked: Asked
) -> list[tuple[str, str]]:
    """Return the tables of units that list the layers, each of one with each of the other."""
    ones, others = (
        atlas.coded.tables(key, asked.units) for atlas, key in zip(atlases, keys, strict=True)
    )
    return [(name, other) for name in ones for other in others]


def _counts(blocks: Blocks, old: Members, new: Members, asked: Asked) -> bool:
    """Tell whether two lists can meet in a population."""
    linked = old.people is not None or new.people is not None
    names = [p.name for p in blocks.populations]
    return linked or asked.population is None or asked.population in names


def _bridge(blocks: Blocks, theirs: Blocks, at: np.ndarray, asked: Asked) -> str:
    """Say whether two tables of the same units count the same people."""
    name = asked.population or blocks.populations[0].name
    if name not in theirs.people:
        return f"the same units; the new atlas does not count {name}"
    old, new = blocks.people[name], np.empty(len(at))
    new[at] = theirs.people[name]
    if np.array_equal(old, new):
        return "the same units and people"
    return (
        f"the same units; people are those of the old atlas, and the new one has {new.sum():,.0f}"
    )


def _placed(
    atlases: tuple[Atlas, Atlas], keys: tuple[str, str], asked: Asked
) -> tuple[pd.DataFrame, tuple[Lines | None, Lines | None], Spots | None]:
    """Place the units of one atlas in the lines of the other's layer, or say what to do."""
    for side in (0, 1):
        mine, other = atlases[side], atlases[1 - side]
        lines = _lines_of(other, keys[1 - side])
        for name in mine.coded.tables(keys[side], asked.units):
            blocks, listed_in = mine.coded.blocks(name), mine.coded.members(keys[side], name)
            if lines is None or blocks.places is None or listed_in.people is not None:
                continue
            if not _counts(blocks, listed_in, listed_in, asked):
                continue
            points, kind = blocks.places
            found = place(points, lines.drawn.codes, lines.drawn.shapes)
            which = ("old", "new")[side]
            bridge = f"units of the {which} atlas placed in the lines of the other"
            notes = (("points", kind), ("bridge", bridge), *found.notes(which, blocks))
            how = How(
                method="points", left_layer=keys[0], right_layer=keys[1], units=name, notes=notes
            )
            members = (listed_in, found.members) if side == 0 else (found.members, listed_in)
            pairs = meet(members, blocks, how, asked)
            spots = Spots(points=points, old=_codes(members[0]), new=_codes(members[1]))
            return pairs, (None, lines) if side == 0 else (lines, None), spots
    ones, others = (
        listed(atlas.coded.tables(key)) for atlas, key in zip(atlases, keys, strict=True)
    )
    msg = (
        f"The old atlas lists {keys[0]!r} by {ones} and the new one {keys[1]!r} by {others}: these "
        "are not the same units, and neither atlas has places of units to look for in official "
        "lines of the other. Put the new units in the place of the old ones with "
        "old.convert_units(old_units, new_units, relationship=...), or give one of them lines."
    )
    raise OverlapError(msg, keys)


def _codes(members: Members) -> npt.NDArray[np.object_]:
    """Return the footprint of each unit, None for none."""
    return np.array([*members.codes, None], dtype=object)[members.by_unit]


def _table_name(units: Units) -> str | None:
    if units is None or isinstance(units, str):
        return units
    msg = "An atlas has its own tables of units: name one of them, units='lsoa11'."
    raise FootprintsError(msg)


def _named(frame: gpd.GeoDataFrame) -> Names:
    """Return the names that a frame came with."""
    if "name" in frame:
        return pd.Series(frame["name"], dtype="str")
    return pd.Series(pd.NA, index=frame.index, dtype="str")
