"""Who goes from which old footprint to which new one, out of one pair table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.overlaps.pairs import check_columns

if TYPE_CHECKING:
    import numpy.typing as npt

    Places = npt.NDArray[np.intp]
    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

KINDS = ("stayed", "merged", "split", "transferred", "unassigned")
"""What can become of people, as DESIGN has it; every person is in one of these."""
MOVED = ("split", "transferred")


@dataclass(frozen=True, kw_only=True, eq=False)
class Flows:
    """A pair table of old and new footprints as arrays, a row a flow.

    Parameters
    ----------
    old, new : Index of str
        The footprints of either side, in the order of the pair table.
    i, j : array of int
        The footprints of each flow as positions, -1 for none.
    people, area : array of float
        Persons and square metres of each flow; NaN where not known.
    units : array of float
        Count of units; NaN where not known.
    noise : array of bool
        Flows that only the drawing of the lines makes.
    """

    old: pd.Index[str]
    new: pd.Index[str]
    i: Places
    j: Places
    people: Numbers
    area: Numbers
    units: Numbers
    noise: Flags

    @property
    def counts_people(self) -> bool:
        """Whether flows are weighed by their people; otherwise by area."""
        return not np.isnan(self.people).any()

    @property
    def measure(self) -> Numbers:
        """What each flow weighs: its people, or its area where nobody is counted."""
        return self.people if self.counts_people else self.area

    @property
    def size(self) -> Numbers:
        """The area of each flow to a square metre: arithmetic must not decide a tie."""
        return np.asarray(np.round(np.nan_to_num(self.area)), dtype=np.float64)

    @property
    def assigned(self) -> Flags:
        """Which flows have a footprint at both ends."""
        return (self.i >= 0) & (self.j >= 0)

    @cached_property
    def weight(self) -> Numbers:
        """What counts in an old footprint: people, area where it has none, or units."""
        return _weighed(self.i, len(self.old), [self.measure, self.size, self.units])

    @cached_property
    def arriving(self) -> Numbers:
        """What counts in a new footprint: people, area where it has none, or units."""
        return _weighed(self.j, len(self.new), [self.measure, self.size, self.units])


@dataclass(frozen=True, kw_only=True, eq=False)
class Heirs:
    """The successor of each old footprint, and the predecessor of each new one.

    Parameters
    ----------
    to, to_row : array of int
        For each old footprint the position of its successor, and the flow to it; -1 for none.
    back, back_row : array of int
        For each new footprint the old one that it goes on from, and the flow: of those it
        succeeds the one with most people in it, else the one that most of its people come from.
    heirs_of : array of int
        For each new footprint, how many it succeeds.
    tied : array of bool
        The flows that weigh as much as the one to the successor, and are not it.
    """

    to: Places
    to_row: Places
    back: Places
    back_row: Places
    heirs_of: Places
    tied: Flags


def flows_of(pairs: pd.DataFrame) -> Flows:
    """Take a pair table apart into flows from left (old) to right (new).

    Parameters
    ----------
    pairs : DataFrame
        From :meth:`footprints.Atlas.overlap` or :func:`footprints.overlap`.

    Returns
    -------
    Flows
        In the order of the table; none of them noise.

    Raises
    ------
    TableError
        If the table lacks a column of a pair table.

    Examples
    --------
    >>> from footprints import load_example
    >>> flows = flows_of(load_example().overlap("stp21", "icb22"))
    >>> len(flows.old), len(flows.new), len(flows.i)
    (42, 42, 46)
    """
    check_columns(pairs)
    i, old = pd.factorize(pairs["left"])
    j, new = pd.factorize(pairs["right"])
    counts = (pairs[name].to_numpy("float64", na_value=np.nan) for name in ("people", "area_m2"))
    people, area = counts
    return Flows(
        old=pd.Index(old, dtype="str"),
        new=pd.Index(new, dtype="str"),
        i=i,
        j=j,
        people=people,
        area=area,
        units=pairs["units"].to_numpy("float64", na_value=np.nan),
        noise=np.zeros(len(pairs), dtype=bool),
    )


def heirs_among(flows: Flows) -> Heirs:
    """Find the successor of each old footprint, and what each new one goes on from.

    The successor takes most of the people; of several that take as many, the one that takes more
    area, then the one with the same code, then the lowest code. A footprint in which nobody lives
    goes by area, and one of which neither is known by units.

    Parameters
    ----------
    flows : Flows
        What is noise among them is no one's successor.

    Returns
    -------
    Heirs
    """
    rows = np.flatnonzero(flows.assigned & ~flows.noise & (flows.weight > 0))
    same = flows.old.to_numpy(dtype=object)[flows.i] == flows.new.to_numpy(dtype=object)[flows.j]
    ranks = {"new": np.argsort(np.argsort(flows.new)), "old": np.argsort(np.argsort(flows.old))}
    first = _first(flows.i, rows, [-flows.weight, -flows.size, ~same, ranks["new"][flows.j]])
    to, to_row = _spread(first, flows.i, flows.j, len(flows.old))
    heirs_of = np.bincount(to[to >= 0], minlength=len(flows.new))
    heir = np.isin(np.arange(len(flows.i)), first)
    by = [~heir, -flows.arriving, -flows.size, ~same, ranks["old"][flows.i]]
    came = np.flatnonzero(flows.assigned & ~flows.noise & (heir | (flows.arriving > 0)))
    back, back_row = _spread(_first(flows.j, came, by), flows.j, flows.i, len(flows.new))
    best = np.append(np.where(to_row >= 0, flows.weight[to_row], np.nan), np.nan)
    tied = np.zeros(len(flows.i), dtype=bool)
    tied[rows] = flows.weight[rows] == best[flows.i[rows]]
    tied[first] = False
    return Heirs(to=to, to_row=to_row, back=back, back_row=back_row, heirs_of=heirs_of, tied=tied)


def kinds_of(flows: Flows, heirs: Heirs) -> pd.Categorical:
    """Say what becomes of the people of each flow.

    Parameters
    ----------
    flows : Flows
        Flows that are noise stay with the successor: only the lines were drawn otherwise.
    heirs : Heirs
        From :func:`heirs_among`.

    Returns
    -------
    Categorical
        For each flow one of :data:`KINDS`, in that order.

    Examples
    --------
    >>> from footprints import load_example
    >>> flows = flows_of(load_example().overlap("ctyua21", "ctyua23"))
    >>> kinds = kinds_of(flows, heirs_among(flows))
    >>> int(flows.people[kinds == "split"].sum())
    225385
    """
    both = flows.assigned
    to = np.append(heirs.to, -1)[flows.i]
    home = np.where(flows.i >= 0, to, np.where(flows.noise, flows.j, -1))
    main = (home >= 0) & ((both & (to == flows.j)) | flows.noise)
    several = np.append(heirs.heirs_of, 0)[np.where(main, home, -1)] > 1
    real = (flows.j >= 0) & ~flows.noise & (flows.arriving > 0)
    sources = np.bincount(flows.j[real], minlength=len(flows.new))
    alone = real & both
    alone[alone] = sources[flows.j[alone]] == 1
    words = np.select(
        [main & ~several, main, ~both, alone],
        ["stayed", "merged", "unassigned", "split"],
        "transferred",
    )
    return pd.Categorical(words, categories=KINDS, ordered=True)


def _weighed(side: Places, count: int, measures: list[Numbers]) -> Numbers:
    """Return for each row the first measure of which its footprint has any."""
    weight = np.ones(len(side))
    for measure in reversed(measures):
        known = np.nan_to_num(measure)
        some = np.bincount(side + 1, known, count + 1)[side + 1] > 0
        weight = np.where(some, known, weight)
    return weight


def _first(side: Places, rows: Places, by: list[npt.NDArray[np.generic]]) -> Places:
    """Return of each footprint the row that comes first."""
    keys = [key[rows] for key in reversed(by)]
    order = rows[np.lexsort((*keys, side[rows]))]
    return np.asarray(order[np.unique(side[order], return_index=True)[1]], dtype=np.intp)


def _spread(rows: Places, side: Places, other: Places, count: int) -> tuple[Places, Places]:
    """Return by footprint the other end of its row, and the row; -1 where it has none."""
    place, row = np.full(count, -1, dtype=np.intp), np.full(count, -1, dtype=np.intp)
    place[side[rows]], row[side[rows]] = other[rows], rows
    return place, row
