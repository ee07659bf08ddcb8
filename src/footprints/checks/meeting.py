"""A pair table as arrays: what each pair weighs, and which are too small to count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.parts import counts_or_na
from footprints.errors import TableError, listed
from footprints.overlaps.pairs import ROUNDING, check_columns
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Places = npt.NDArray[np.intp]
    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Meeting:
    """How two layers meet, a row a pair.

    Parameters
    ----------
    left, right : Index of str
        The footprints of either side.
    i, j : array of int
        The footprints of each pair as positions, -1 for none.
    people, area : array of float
        Persons and square metres of each pair, NaN where not known.
    forgiven : array of bool
        Which pairs are small enough to be taken for none. The largest part of a footprint never
        is.
    known : array of float
        Of each right footprint, the share of it that the table holds, 0 to 1: with a focus, or a
        part of a table, it may reach further than its rows.
    """

    left: pd.Index[str]
    right: pd.Index[str]
    i: Places
    j: Places
    people: Numbers
    area: Numbers
    forgiven: Flags
    known: Numbers

    @cached_property
    def counts_people(self) -> bool:
        """Whether pairs are weighed by their people; otherwise by area."""
        return not np.isnan(self.people).any()

    @cached_property
    def measure(self) -> Numbers:
        """What each pair weighs: its people, or its area where nobody is counted."""
        return self.people if self.counts_people else self.area

    @cached_property
    def size(self) -> Numbers:
        """The area of each pair to a square metre: arithmetic must not decide a tie."""
        return np.round(self.area)

    def weighed(self, value: float, *, position: int) -> str:
        """Word what a pair weighs."""
        number = value if self.counts_people else self.area[position]
        return f"{number:,.0f} {'people' if self.counts_people else 'm²'}"


def meeting(pairs: pd.DataFrame, tolerance: Tolerance | None) -> Meeting:
    """Take a pair table apart, and find what is small enough to forgive.

    A part is forgiven by its people, or by its share of *both* its footprints: a small footprint
    that lies whole within a large one is no sliver.

    Parameters
    ----------
    pairs : DataFrame
        A pair table.
    tolerance : Tolerance, optional
        None forgives nothing.

    Returns
    -------
    Meeting

    Raises
    ------
    TableError
        If the table lacks a column of a pair table, or rows of a left footprint; all are named.
    """
    check_columns(pairs)
    i, left = pd.factorize(pairs["left"])
    j, right = pd.factorize(pairs["right"])
    people, area, mine, theirs = (
        pairs[name].to_numpy(dtype="float64", na_value=np.nan)
        for name in ("people", "area_m2", "left_share", "right_share")
    )
    if (torn := _known(i, len(left), mine) < 1).any():
        msg = (
            f"The pair table lacks rows of {listed(left[torn])}: hand over all that a left "
            "footprint meets, and choose among the footprints afterwards."
        )
        raise TableError(msg, list(left[torn]))
    forgiven = (tolerance or Tolerance()).forgives(people, np.fmax(mine, theirs))
    found = Meeting(
        left=pd.Index(left, dtype="str"),
        right=pd.Index(right, dtype="str"),
        i=i,
        j=j,
        people=people,
        area=area,
        forgiven=forgiven,
        known=_known(j, len(right), theirs),
    )
    if forgiven.any():
        measure = found.measure
        forgiven &= ~_largest(i, measure) & ~_largest(j, measure)
    return found


def _known(side: Places, count: int, share: Numbers) -> Numbers:
    """Return the share of each footprint that its rows hold, 1 where they hold it all."""
    held = total(side, count, np.nan_to_num(share))
    unknown = total(side, count, np.isnan(share).astype(float)) > 0
    return np.where(unknown | (held > 1 - ROUNDING), 1.0, held)


def _largest(side: Places, measure: Numbers) -> Flags:
    """Tell which pairs are the largest of their footprint on one side."""
    most = np.full(side.max(initial=-1) + 1, -np.inf)
    np.maximum.at(most, side[side >= 0], measure[side >= 0])
    return np.asarray((side >= 0) & (measure == np.append(most, np.nan)[side]))


def total(side: Places, count: int, value: Numbers) -> Numbers:
    """Add up a value by footprint; pairs of none are left out."""
    return np.bincount(side[side >= 0], value[side >= 0], count).astype("float64")


def ranked(side: Places, *keys: Numbers | Places) -> tuple[Places, Places]:
    """Return the pairs in order of their footprint and keys, and the place of each among its own.

    Parameters
    ----------
    side : array of int
        The footprint of each pair; pairs of none (-1) are left out.
    *keys : array
        What to order by, the weightiest first.

    Returns
    -------
    order, place : array of int
        Positions of pairs; 0 for the first of each footprint, 1 for the second, and so on.
    """
    order = np.lexsort((*keys[::-1], side))
    order = order[side[order] >= 0]
    of = side[order]
    starts = np.flatnonzero(np.r_[True, of[1:] != of[:-1]]) if len(of) else np.array([], int)
    return order, np.arange(len(of)) - np.repeat(starts, np.diff(np.r_[starts, len(of)]))


def joined(side: Places, count: int, words: Iterable[str]) -> pd.api.extensions.ExtensionArray:
    """Join the words of pairs by footprint, with "; " between them; "" where there are none."""
    texts: dict[int, list[str]] = {}
    for place, word in zip(side.tolist(), words, strict=True):
        texts.setdefault(place, []).append(word)
    return pd.array(["; ".join(texts.get(place, ())) for place in range(count)], dtype="str")


def persons(values: Numbers) -> pd.api.extensions.ExtensionArray:
    """Return counts of people as a column: whole where they are, NA where not known."""
    return counts_or_na(values).array
