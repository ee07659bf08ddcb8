"""The pieces that footprints are put together from: whole units, else polygons of their lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from footprints.errors import OverlapError
from footprints.overlaps.points import place

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.atlas import Atlas
    from footprints.atlas.coded import Blocks

WHY_NOT = {
    "illustrative": "illustrative: drawn for maps, never measured",
    "none": "not there",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Pieces:
    """What footprints are put together from, and is never cut itself.

    Parameters
    ----------
    footprints : Index of str
        The codes of the layer.
    shapes : array of polygons
        In EPSG:27700.
    own : array of int
        The footprint of each piece as a position, -1 for none.
    codes : array of str
        The unit of each piece, or the footprint that it is drawn in.
    area_m2 : array of float
        Of each piece.
    units, people : array of float, optional
        How many units are in each piece and the persons in them; None where not known.
    attrs : dict of str to str
        What it rests on.
    """

    footprints: pd.Index[str]
    shapes: npt.NDArray[np.object_]
    own: npt.NDArray[np.intp]
    codes: npt.NDArray[np.object_]
    area_m2: npt.NDArray[np.float64]
    units: npt.NDArray[np.float64] | None
    people: npt.NDArray[np.float64] | None
    attrs: dict[str, str]


def pieces_of(atlas: Atlas, key: str, units: str | None) -> Pieces:
    """Take the units that list a layer, else the polygons of its own lines.

    Parameters
    ----------
    atlas : Atlas
        Whole.
    key : str
        A layer.
    units : str, optional
        The table of units; None takes the first that fits.

    Returns
    -------
    Pieces

    Raises
    ------
    OverlapError
        If neither has official polygons.
    UnknownNameError
        If there is no such table of units.
    """
    tables = atlas.coded.tables(key, units)
    whole = [name for name in tables if atlas.coded.members(key, name).people is None]
    for name in whole:
        if (blocks := atlas.coded.blocks(name)).lines == "official":
            return _listed(atlas, key, blocks)
    if atlas.coded.lines(key) == "official":
        return _drawn(atlas, key, _placed(atlas, key, units))
    said = [f"its own lines are {WHY_NOT[atlas.coded.lines(key)]}"]
    said += [f"the polygons of {n!r} are {WHY_NOT[atlas.coded.blocks(n).lines]}" for n in whole]
    msg = (
        f"Whether {key!r} hangs together cannot be measured: {'; '.join(said)}. Give official "
        "polygons of units that belong to it whole, or official boundaries."
    )
    raise OverlapError(msg, [key])


def _listed(atlas: Atlas, key: str, blocks: Blocks) -> Pieces:
    members = atlas.coded.members(key, blocks.name)
    shapes = np.asarray(blocks.table.geometry.array)
    area = blocks.area_m2
    return Pieces(
        footprints=members.codes,
        shapes=shapes,
        own=members.by_unit,
        codes=blocks.table.index.to_numpy(dtype=object),
        area_m2=shapely.area(shapes) if area is None else area,
        units=np.ones(len(shapes)),
        people=blocks.people[blocks.populations[0].name],
        attrs={"method": "members", **_basis(blocks)},
    )


def _drawn(atlas: Atlas, key: str, blocks: Blocks | None) -> Pieces:
    """Return the polygons of a layer's lines, with the units whose points lie in each."""
    codes = atlas.coded.codes(key)
    shapes, own = shapely.get_parts(atlas.coded.shapes(key), return_index=True)
    names = codes.to_numpy(dtype=object)[own]
    attrs, units, people = {"method": "lines", **_basis(blocks)}, None, None
    if blocks is not None and blocks.places is not None:
        placed = place(blocks.places[0], pd.Index(names), shapes)
        unit, held = placed.members.unit, placed.members.code
        units = np.bincount(held, minlength=len(shapes)).astype("float64")
        persons = blocks.people[blocks.populations[0].name]
        people = np.bincount(held, persons[unit], len(shapes)).astype("float64")
        attrs |= dict(placed.notes("units", blocks))
    return Pieces(
        footprints=codes,
        shapes=shapes,
        own=own,
        codes=names,
        area_m2=shapely.area(shapes),
        units=units,
        people=people,
        attrs=attrs,
    )


def _placed(atlas: Atlas, key: str, units: str | None) -> Blocks | None:
    """Return the first units whose places are known, those that list the layer first."""
    tables = [*atlas.coded.tables(key), *atlas.units] if units is None else [units]
    blocks = [atlas.coded.blocks(name) for name in tables]
    return next((each for each in blocks if each.places is not None), None)


def _basis(blocks: Blocks | None) -> dict[str, str]:
    """Return whose people are counted, for the attrs."""
    if blocks is None:
        return dict.fromkeys(["units", "population", "source", "date"], "")
    whose = blocks.populations[0]
    return {
        "units": blocks.name,
        "population": whose.name,
        "source": whose.source,
        "date": whose.as_at,
    }
