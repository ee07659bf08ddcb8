"""Overlap by area: lines against lines, and people shared out by area where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from footprints.geometry import without_threads
from footprints.overlaps.area import intersection_areas
from footprints.overlaps.pairs import ROUNDING, How, pair_table, summed

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """The lines of a layer: its codes and, in the same order, valid polygons in EPSG:27700."""

    codes: pd.Index[str]
    shapes: npt.NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """Units whose people are shared out by area: their polygons, and persons in each."""

    shapes: npt.NDArray[np.object_]
    people: npt.NDArray[np.float64]


def overlap_lines(
    left: Drawn, right: Drawn, how: How, *, spread: Spread | None = None
) -> pd.DataFrame:
    """Hold two sets of lines against each other by the area that they share.

    Parameters
    ----------
    left, right : Drawn
        The lines; those of one layer may overlap each other, which ``attrs`` then say.
    how : How
        What they are.
    spread : Spread, optional
        Units whose people are shared out by area, an estimate; None counts nobody.

    Returns
    -------
    DataFrame
        A pair table; ``units`` is NA, and ``people`` too unless they were shared out. Its attrs
        hold ``overlapping`` (``left``, ``right``) where lines of one layer overlap.
    """
    i, j, area = intersection_areas(left.shapes, right.shapes, checked=True)
    rest_left, left_twice = _rest(left.shapes, i, area, right.shapes)
    rest_right, right_twice = _rest(right.shapes, j, area, left.shapes)
    rows_i, rows_j, rows_area = _with_rests(i, j, area, rest_left, rest_right)
    people = None
    if spread is not None:
        pieces = i, j, without_threads(shapely.intersection(left.shapes[i], right.shapes[j]))
        (split_i, split_j), people = _split(spread, left, right, pieces)
        people = np.concatenate([np.zeros(len(rows_i)), people])
        rows_area = np.concatenate([rows_area, np.zeros(len(split_i))])
        rows_i, rows_j = np.concatenate([rows_i, split_i]), np.concatenate([rows_j, split_j])
        how = replace(how, method=f"{how.method}, estimated")
    # What one side overlaps itself, the other side meets twice.
    twice = [side for side, is_so in (("left", right_twice), ("right", left_twice)) if is_so]
    if twice:
        how = replace(how, notes=(*how.notes, ("overlapping", ", ".join(twice))))
    places, _, (areas, persons) = summed(rows_i, rows_j, rows_area, people)
    return pair_table(left.codes, right.codes, places, how, people=persons, area_m2=areas)


def _with_rests(
    i: npt.NDArray[np.intp],
    j: npt.NDArray[np.intp],
    area: npt.NDArray[np.float64],
    rest_left: npt.NDArray[np.float64],
    rest_right: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Add a row for what each footprint has in no counterpart."""
    lefts, rights = np.flatnonzero(rest_left), np.flatnonzero(rest_right)
    return (
        np.concatenate([i, lefts, np.full(len(rights), -1)]).astype(np.intp),
        np.concatenate([j, np.full(len(lefts), -1), rights]).astype(np.intp),
        np.concatenate([area, rest_left[lefts], rest_right[rights]]),
    )


def _rest(
    shapes: npt.NDArray[np.object_],
    side: npt.NDArray[np.intp],
    area: npt.NDArray[np.float64],
    others: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.float64], bool]:
    """Return the area of each polygon in no counterpart, and whether counterparts overlap."""
    whole = shapely.area(shapes)
    rest = whole - np.bincount(side, area, len(shapes))
    twice = bool((rest < -ROUNDING * whole).any())
    if twice:
        rest = shapely.area(shapely.difference(shapes, shapely.union_all(others)))
    return np.where(rest > ROUNDING * whole, rest, 0.0), twice


def _split(
    spread: Spread,
    left: Drawn,
    right: Drawn,
    pieces: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.object_]],
) -> tuple[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], npt.NDArray[np.float64]]:
    """Share the people of each unit out by the area of it that lies in each pair."""
    i, j, shapes = pieces
    unit, piece, area = intersection_areas(spread.shapes, shapes)
    both = pd.DataFrame({"unit": unit, "i": i[piece], "j": j[piece], "area": area})
    rests = [_one_sided(spread, both, left, "i"), _one_sided(spread, both, right, "j")]
    rows = pd.concat([both, *rests], ignore_index=True)
    whole = shapely.area(spread.shapes)
    outside = whole - np.bincount(rows["unit"], rows["area"], len(whole))
    out = np.flatnonzero(outside > ROUNDING * whole)
    nowhere = pd.DataFrame({"unit": out, "i": -1, "j": -1, "area": outside[out]})
    rows = _by_code(pd.concat([rows, nowhere], ignore_index=True), left, right)
    people = shared_out(spread.people, rows["unit"].to_numpy(), rows["area"].to_numpy())
    kept = (people > 0) & ((rows["i"] >= 0) | (rows["j"] >= 0)).to_numpy()
    sides = rows.loc[kept, "i"].to_numpy(np.intp), rows.loc[kept, "j"].to_numpy(np.intp)
    return sides, people[kept]


def _by_code(rows: pd.DataFrame, left: Drawn, right: Drawn) -> pd.DataFrame:
    """Put the parts of each unit in the order of codes: that of rows or sides decides no tie."""
    codes = [
        np.append(side.codes.to_numpy(dtype="str"), "")[rows[name]]
        for side, name in ((left, "i"), (right, "j"))
    ]
    first, second = np.sort(np.column_stack(codes), axis=1).T
    return rows.iloc[np.lexsort((second, first, rows["unit"]))]


def _one_sided(spread: Spread, both: pd.DataFrame, drawn: Drawn, side: str) -> pd.DataFrame:
    """Return what units have in a footprint of one side and in none of the other."""
    unit, code, area = intersection_areas(spread.shapes, drawn.shapes, checked=True)
    held = pd.DataFrame({"unit": unit, side: code, "area": area})
    met = both.assign(area=-both["area"])[["unit", side, "area"]]
    rest = pd.concat([held, met]).groupby(["unit", side], as_index=False)["area"].sum()
    rest = rest[rest["area"] > ROUNDING * shapely.area(spread.shapes)[rest["unit"]]]
    return rest.assign(**{"j" if side == "i" else "i": -1})


def shared_out(
    people: npt.NDArray[np.float64],
    unit: npt.NDArray[np.intp],
    weight: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Share the people of units out by weight, so that each unit's total stays exact.

    Whole counts stay whole: what is left over goes to the largest remainders, a tie to the first
    row. Other counts are shared out in fractions.

    Parameters
    ----------
    people : array of float
        Persons in each unit.
    unit : array of int
        The unit of each row, a position in ``people``.
    weight : array of float
        The weight of each row, zero or more.

    Returns
    -------
    array of float
        Persons of each row.

    Examples
    --------
    >>> shared_out(np.array([10.0]), np.array([0, 0, 0]), np.array([1.0, 1.0, 1.0])).tolist()
    [4.0, 3.0, 3.0]
    """
    wholes = np.bincount(unit, weight, len(people))[unit]
    quota = np.divide(people[unit] * weight, wholes, out=np.zeros(len(unit)), where=wholes > 0)
    if (people % 1 != 0).any():
        return quota
    # A quota that is whole but for rounding must not lose a person to its floor.
    base = np.floor(quota + 1e-9)
    left = np.rint(people - np.bincount(unit, base, len(people)))
    order = np.lexsort((np.arange(len(unit)), base - quota, unit))
    starts = np.searchsorted(unit[order], np.arange(len(people)))
    place = np.empty(len(unit), dtype=np.intp)
    place[order] = np.arange(len(unit)) - starts[unit[order]]
    return np.asarray(base + (place < left[unit]))
