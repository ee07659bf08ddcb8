"""Who is in no footprint of a list, and who is given out more often than there are people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from footprints.errors import OverlapError, UnknownNameError, listed

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.atlas import Atlas, Population
    from footprints.atlas.coded import Blocks, Members

    Places = npt.NDArray[np.intp]


def listing(atlas: Atlas, key: str, units: str | None, population: str | None) -> str:
    """Choose the table of units by whose list a layer is checked.

    Parameters
    ----------
    atlas : Atlas
        Not focused.
    key : str
        A layer.
    units, population : str, optional
        The table, or the population that it must count; None takes the first that lists units
        whole, else the first.

    Returns
    -------
    str

    Raises
    ------
    OverlapError
        If the table does not list the layer, or none counts the population.
    UnknownNameError
        If there is no such table or population.
    """
    tables = atlas.coded.tables(key, units)
    if not tables:
        msg = f"{key!r} lists units of {listed(atlas.coded.tables(key))}, not of {units!r}."
        raise OverlapError(msg, [key])
    every = [p.name for name in atlas.units for p in atlas.coded.blocks(name).populations]
    if population is not None and population not in every:
        raise UnknownNameError.among(dict.fromkeys(every), population, kind="population")
    counts = {name: [p.name for p in atlas.coded.blocks(name).populations] for name in tables}
    fitting = [name for name in tables if population in (None, *counts[name])]
    if not fitting:
        has = "; ".join(f"{name!r} counts {listed(counts[name])}" for name in tables)
        msg = f"No table of units that lists {key!r} counts {population!r}: {has}."
        raise OverlapError(msg, [population])
    return min(fitting, key=lambda name: atlas.coded.members(key, name).people is not None)


def whose(members: Members, blocks: Blocks, population: str | None) -> tuple[Population, bool]:
    """Choose whose people are counted, and whether those of a link table are the same."""
    own = None if members.people is None or members.population is None else members.population.name
    wanted = population or own
    found = next((p for p in blocks.populations if p.name == wanted), None)
    linked = members.people is not None and found is not None
    return found or blocks.populations[0], linked


def by_members(
    members: Members, blocks: Blocks, population: str | None, asked: npt.NDArray[np.bool_]
) -> tuple[pd.DataFrame, pd.Series[float], dict[str, str]]:
    """Find the units that a list leaves out, or gives out too many or too few people of.

    Parameters
    ----------
    members : Members
        The list.
    blocks : Blocks
        The units.
    population : str, optional
        Whose people to count.
    asked : array of bool
        The units that are asked for.

    Returns
    -------
    table : DataFrame
        A row a unit that is not covered once, in the order of the units; columns as
        :func:`footprints.coverage` gives, without ``cause`` and ``forgiven``.
    people : Series of float
        Persons: ``total``, ``covered``, ``in none``, ``twice``.
    notes : dict of str
        For the attrs.
    """
    counted, linked = whose(members, blocks, population)
    has = blocks.people[counted.name]
    is_listed = np.bincount(members.unit, minlength=members.count) > 0
    given = np.where(is_listed, has, 0.0)
    if linked and members.people is not None:
        given = np.bincount(members.unit, members.people, members.count)
    surplus = given - has
    # Estimated people are fractions, and their sum is off by its rounding.
    rounding = 1e-9 * np.maximum(has, 1)
    few, many = surplus < -rounding, surplus > rounding
    unit = np.flatnonzero((~is_listed | few | many) & asked)
    kind = np.select([~is_listed, few], ["in none", "too few"], "too many")[unit]
    places = None if blocks.places is None else blocks.places[0][unit]
    area = blocks.area_m2
    table = pd.DataFrame(
        {
            "kind": kind,
            "codes": _footprints(members, unit),
            "unit": blocks.table.index[unit].astype("str"),
            "x": np.nan if places is None else shapely.get_x(places),
            "y": np.nan if places is None else shapely.get_y(places),
            "area_m2": np.nan if area is None else area[unit],
            "width_m": np.nan,
            "units": 1,
            "people": np.abs(surplus[unit]),
            "share": np.divide(
                np.abs(surplus[unit]),
                has[unit],
                out=np.full(len(unit), np.nan),
                where=has[unit] > 0,
            ),
            "geometry": _shapes(blocks, unit, places),
        }
    )
    total, off = has[asked].sum(), surplus[unit]
    lost, twice = np.abs(off[off < 0]).sum(), off[off > 0].sum()
    people = {"total": total, "covered": total - lost, "in none": lost, "twice": twice}
    notes = {"units": blocks.name} | basis_of(counted)
    if members.people is not None and not linked:
        other = members.population.name if members.population else "people"
        notes["links"] = f"not compared: the list gives {other}, the units count {counted.name}"
    return table, pd.Series(people), notes


def basis_of(counted: Population) -> dict[str, str]:
    """Return whose people are counted, for the attrs."""
    return {"population": counted.name, "source": counted.source, "date": counted.as_at}


def _footprints(members: Members, unit: Places) -> pd.Series[str]:
    """Name the footprints that each unit is in, NA for none."""
    wanted = np.zeros(members.count, dtype=bool)
    wanted[unit] = True
    row = np.flatnonzero(wanted[members.unit])
    if not len(row):
        return pd.Series(None, index=range(len(unit)), dtype="str")
    code = pd.Series(members.codes.to_numpy(dtype=object)[members.code[row]])
    joined = code.groupby(members.unit[row]).agg(lambda codes: ", ".join(sorted(codes)))
    return joined.reindex(unit).reset_index(drop=True).astype("str")


def _shapes(
    blocks: Blocks, unit: Places, places: npt.NDArray[np.object_] | None
) -> npt.NDArray[np.object_]:
    if blocks.lines == "official":
        return np.asarray(blocks.table.geometry.array)[unit]
    return np.full(len(unit), None, dtype=object) if places is None else places
