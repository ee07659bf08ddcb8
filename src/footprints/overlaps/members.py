"""Overlap by membership: two lists of the same units, no geometry touched."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas import Population
from footprints.errors import OverlapError, UnknownNameError, listed
from footprints.overlaps.pairs import Asked, How, pair_table, summed

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.atlas import Atlas
    from footprints.atlas.coded import Blocks, Members

    Rows = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]

LINKED = Population(name="people", source="", as_at="")
"""What the people of a link table are called where nothing is said of them."""


def overlap_members(atlas: Atlas, left: str, right: str, asked: Asked) -> pd.DataFrame:
    """Hold two layers against each other by the units that each lists.

    Two whole lists meet exactly. A whole list and a link table meet in the people of the link
    table; a unit that it does not list has none of them. Two link tables do not say which of a
    unit's people are on both lists: they are taken as independent where that is asked for.

    Parameters
    ----------
    atlas : Atlas
        With both layers.
    left, right : str
        Keys of layers.
    asked : Asked
        The table of units, the population, and whether two link tables may be held against
        each other.

    Returns
    -------
    DataFrame
        A pair table (:func:`footprints.overlaps.pairs.pair_table`). ``area_m2`` is NA where the
        units have no area, and with a link table, which shares units out among footprints.

    Raises
    ------
    OverlapError
        If the layers share no table of units, none of those carries the population, or both are
        link tables and no estimate was asked for.
    UnknownNameError
        If there is no such table of units or population.
    """
    table = shared_table(atlas, left, right, asked)
    ones, others = (atlas.coded.members(key, table) for key in (left, right))
    how = How(method="members", left_layer=left, right_layer=right, units=table)
    blocks = atlas.coded.blocks(table)
    return meet((ones, others), blocks, how, asked)


def meet(
    sides: tuple[Members, Members],
    blocks: Blocks,
    how: How,
    asked: Asked,
) -> pd.DataFrame:
    """Hold two lists of the same units against each other.

    Parameters
    ----------
    sides : tuple of two Members
        The lists.
    blocks : Blocks
        The units.
    how : How
        How the lists were found; the population is added, and whether it is an estimate.
    asked : Asked
        Whose people to count, and whether they may be estimated.

    Returns
    -------
    DataFrame
        A pair table; its attrs hold ``in_neither`` too.

    Raises
    ------
    OverlapError
        If both are link tables and no estimate was asked for.
    """
    linked = [side for side in sides if side.people is not None]
    counted = _shared_population(linked) if linked else _population(blocks, asked.population)
    how = replace(how, population=counted)
    codes = sides[0].codes, sides[1].codes
    if not linked:
        rows = np.arange(sides[0].count), sides[0].by_unit, sides[1].by_unit
        return pairs_of(codes, rows, blocks.people[counted.name], blocks, how)
    if len(linked) == 1:
        return pairs_of(codes, *_one_linked(*sides), None, how)
    if not asked.estimate:
        msg = (
            f"{how.left_layer!r} and {how.right_layer!r} both share units of {how.units!r} out "
            "among footprints, so how many people are on both lists can only be estimated: say "
            "estimate=True."
        )
        raise OverlapError(msg, [how.left_layer, how.right_layer])
    how = replace(how, method=f"{how.method}, estimated")
    return pairs_of(codes, *_both_linked(*sides), None, how)


def pairs_of(
    codes: tuple[pd.Index[str], pd.Index[str]],
    rows: Rows,
    people: npt.NDArray[np.float64] | None,
    blocks: Blocks | None,
    how: How,
) -> pd.DataFrame:
    """Add up units by pair, and say who is in neither layer.

    Parameters
    ----------
    codes : tuple of two Index of str
        The footprints of either side.
    rows : tuple of three arrays of int
        The unit, left and right footprint of each row; -1 for no footprint.
    people : array of float, optional
        Persons in each row.
    blocks : Blocks, optional
        Whose areas to add up; None leaves them NA.
    how : How
        How it was found.

    Returns
    -------
    DataFrame
        A pair table; its attrs hold ``in_neither`` too.
    """
    unit, i, j = rows
    area = None if blocks is None or blocks.area_m2 is None else blocks.area_m2[unit]
    places, counts, (persons, areas) = summed(i, j, people, area)
    table = pair_table(*codes, places, how, units=counts, people=persons, area_m2=areas)
    neither = (i < 0) & (j < 0)
    lost = None if people is None else people[neither]
    table.attrs["in_neither"] = counted_text(int(neither.sum()), lost)
    return table


def counted_text(units: int, people: npt.NDArray[np.float64] | None) -> str:
    """Say in words how many units, and how many people, something concerns.

    Examples
    --------
    >>> counted_text(2, np.array([700.0, 600.0]))
    '2 units, 1,300 people'
    """
    text = f"{units:,} {'unit' if units == 1 else 'units'}"
    return text if people is None else f"{text}, {people.sum():,.0f} people"


def shared_table(atlas: Atlas, left: str, right: str, asked: Asked) -> str:
    """Choose the table of units that two layers are held against each other in.

    Parameters
    ----------
    atlas, left, right, asked
        As in :func:`overlap_members`.

    Returns
    -------
    str

    Raises
    ------
    OverlapError
        If no table fits; the message names those of each layer.
    UnknownNameError
        If there is no such table or population.
    """
    coded, units, population = atlas.coded, asked.units, asked.population
    theirs = coded.tables(right)
    tables = [name for name in coded.tables(left, units) if name in theirs]
    if not tables:
        what = "" if units is None else f", so {units!r} cannot be what they meet in"
        msg = (
            f"{left!r} lists units of {listed(coded.tables(left))} and {right!r} of "
            f"{listed(theirs)}{what}: they meet by membership only in a table of units that "
            f"both list. {_route(atlas, left, right)}Give one of them members in such a table, or "
            "lines for another method."
        )
        raise OverlapError(msg, [left, right])
    if population is None:
        return tables[0]
    carried = {
        name: populations(
            (coded.members(left, name), coded.members(right, name)), coded.blocks(name)
        )
        for name in tables
    }
    known = {*atlas.populations.index.unique("population"), *chain(*carried.values())}
    if population not in known:
        raise UnknownNameError.among(sorted(known), population, kind="population")
    fitting = [name for name, names in carried.items() if population in names]
    if not fitting:
        has = "; ".join(f"{name!r} has {listed(names)}" for name, names in carried.items())
        msg = (
            f"What {left!r} and {right!r} share does not count {population!r}: {has}. Leave "
            "population= out, or name one of these."
        )
        raise OverlapError(msg, [population])
    return fitting[0]


def _route(atlas: Atlas, left: str, right: str) -> str:
    """Say which layers meet both of two that do not meet each other."""
    ones, others = (set(atlas.coded.tables(key)) for key in (left, right))
    if ones & others:
        return ""
    between = [
        key
        for key in atlas.layers
        if ones & set(atlas.coded.tables(key)) and others & set(atlas.coded.tables(key))
    ]
    return f"Each of them meets {listed(between)}: hold both against that. " if between else ""


def populations(sides: tuple[Members, Members], blocks: Blocks) -> list[str]:
    """Return whose people two lists of the same units can meet in."""
    linked = [side for side in sides if side.people is not None]
    return [_shared_population(linked).name] if linked else [p.name for p in blocks.populations]


def _shared_population(linked: list[Members]) -> Population:
    """Return whose people link tables count; two that differ are people and no more."""
    found = {side.population or LINKED for side in linked}
    return found.pop() if len(found) == 1 else LINKED


def _population(blocks: Blocks, name: str | None) -> Population:
    return next(p for p in blocks.populations if name in (None, p.name))


def _one_linked(ones: Members, others: Members) -> tuple[Rows, npt.NDArray[np.float64]]:
    """Meet a whole list in the people of a link table; units that it lacks have none."""
    linked, whole = (ones, others) if ones.people is not None else (others, ones)
    missing = np.setdiff1d(np.arange(linked.count), linked.unit)
    unit = np.concatenate([linked.unit, missing])
    code = np.concatenate([linked.code, np.full(len(missing), -1)])
    people = np.concatenate([_known(linked), np.zeros(len(missing))])
    sides = (code, whole.by_unit[unit])
    i, j = sides if linked is ones else sides[::-1]
    return (unit, i, j), people


def _both_linked(ones: Members, others: Members) -> tuple[Rows, npt.NDArray[np.float64]]:
    """Estimate where two link tables meet, as if who is on one said nothing of the other.

    A unit has as many people as the longer of its two lists; those that the shorter one lacks
    are on it in no footprint, so the margins of both lists stay exact.
    """
    sizes = [np.bincount(side.unit, _known(side), side.count) for side in (ones, others)]
    total = np.maximum(*sizes)
    parts = [
        _with_rest(side, total - size) for side, size in zip((ones, others), sizes, strict=True)
    ]
    met = parts[0].merge(parts[1], on="unit", suffixes=("_left", "_right"))
    of = total[met["unit"].to_numpy()]
    product = met["people_left"].to_numpy() * met["people_right"].to_numpy()
    people = np.divide(product, of, out=np.zeros(len(met)), where=of > 0)
    columns = [met[name].to_numpy() for name in ("unit", "code_left", "code_right")]
    return (columns[0], columns[1], columns[2]), people


def _with_rest(side: Members, rest: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Return the rows of a link table, and one in no footprint for the people that it lacks."""
    left_out = (rest > 0) | ~np.isin(np.arange(side.count), side.unit)
    units = np.flatnonzero(left_out)
    return pd.DataFrame(
        {
            "unit": np.concatenate([side.unit, units]),
            "code": np.concatenate([side.code, np.full(len(units), -1)]),
            "people": np.concatenate([_known(side), rest[units]]),
        }
    )


def _known(side: Members) -> npt.NDArray[np.float64]:
    return np.zeros(len(side.unit)) if side.people is None else side.people
