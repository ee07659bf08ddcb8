"""Counts of two footprints that, subtracted, give away a handful of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.errors import FootprintsError, OverlapError, listed
from footprints.masking import counted
from footprints.overlaps.pairs import SIDES, How, pairs_by

if TYPE_CHECKING:
    import numpy.typing as npt

KINDS = ("both", "left without right", "right without left")
"""The parts of two footprints that meet."""
_DECIMALS = 6
_OPEN = {*How(method="").attrs(), "focus", "points", "left_by", "right_by"}
"""What pairs say of themselves that counts nobody."""


def differencing(pairs: pd.DataFrame, k: int, *, exact: bool = False) -> pd.DataFrame:
    """Find the pairs of footprints that set apart fewer than ``k`` people.

    Who publishes a count for two footprints that are nearly the same area publishes, by
    subtraction, the count of what lies between them. For each pair of footprints that meet, three
    parts are measured: who is in both, in the left one alone and in the right one alone. A part
    in which somebody lives, and fewer than ``k`` do, is a row.

    ``by_subtraction`` tells what two totals are enough for: the difference of a footprint and one
    that holds nobody else. Any other part takes a further figure, such as a table that crosses
    the two layers, to come to light, or shows where such a table needs care.

    What is not found: a part that only several footprints together set apart (a district less
    the three wards that are published of it), or more than two layers. Nothing found is no proof
    that a release is safe. A footprint that is small as it stands is found as ``both``, with the
    one that it lies in.

    Parameters
    ----------
    pairs : DataFrame
        From :meth:`footprints.Atlas.overlap`, by members or points.
    k : int
        Persons; fewer are too few to be shown. It has no default, since the owner of the data
        sets it (the ONS, for one, in its policy on protecting confidentiality in tables of birth
        and death statistics).
    exact : bool
        Whether to show how many people they are, for those who may see it.

    Returns
    -------
    DataFrame
        A row a part, in the order of the pairs. Columns: ``left``, ``right`` (codes); ``kind``
        (``both``, ``left without right``, ``right without left``); ``shown`` (``<k``, or with
        ``exact`` the number); ``people`` (persons, NA unless ``exact``); ``by_subtraction``;
        ``same_people`` (a number, the same for rows that set apart the very same people, as far
        as the pairs tell). ``attrs`` are those of ``pairs``, without its counts of people unless
        ``exact``, with ``k``, ``pairs`` (how many meet), ``parts`` (how many of theirs hold
        anybody) and ``summary``, which says what was looked at where nothing was found too.

    Raises
    ------
    FootprintsError
        If ``k`` is not a whole number above 1.
    TableError
        If the table is no pair table.
    OverlapError
        If it counts no people, does not say how it was found, was found by area or with
        estimates, or does not tell how many people a footprint has.

    Examples
    --------
    >>> from footprints import load_example
    >>> pairs = load_example().overlap("stp21", "icb22")
    >>> found = differencing(pairs, 20_000)
    >>> found.loc[0, ["left", "right", "kind", "shown"]].tolist()
    ['E54000020', 'E54000059', 'right without left', '<20000']
    """
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or k < 2:
        msg = (
            f"k is {k!r}: say from how many people on a count may be shown, a whole number above 1."
        )
        raise FootprintsError(msg, [k])
    _check(pairs)
    met = pairs[pairs[list(SIDES)].notna().all(axis=1)]
    counts = _parts(pairs, met)
    row, kind = np.nonzero((counts > 0) & (counts < k))
    people = pd.Series(counts[row, kind], dtype="Float64").astype(met["people"].dtype)
    # What one lacks of the other can be subtracted where the other has nobody else.
    nested = np.stack([np.zeros(len(counts)), counts[:, 2] == 0, counts[:, 1] == 0], axis=1)
    found = met[list(SIDES)].iloc[row].reset_index(drop=True)
    found["kind"] = pd.Series(np.array(KINDS)[kind], dtype="str")
    words = people.astype("str") if exact else pd.Series(f"<{k}", index=found.index)
    found["shown"] = words.astype("str")
    found["people"] = people if exact else pd.Series(pd.NA, found.index, dtype=people.dtype)
    found["by_subtraction"] = nested[row, kind].astype(bool)
    found["same_people"] = _same_people(pairs, counts, row, kind)
    found.attrs = _told(pairs, exact=exact) | _summary(counts, k, len(found))
    return found


def _told(pairs: pd.DataFrame, *, exact: bool) -> dict[str, str]:
    """Return what the pairs say of themselves; how many are in neither could be a handful too."""
    return {key: text for key, text in pairs.attrs.items() if exact or key in _OPEN}


def _summary(counts: npt.NDArray[np.float64], k: int, found: int) -> dict[str, str]:
    """Say what was looked at, and how much was found."""
    parts = int((counts > 0).sum())
    looked = f"{counted(len(counts), 'pair')} that meet, {counted(parts, 'part')} with people"
    few = f"{found:,} of fewer than {k:,}" if found else f"none of fewer than {k:,}"
    return {"k": str(k), "pairs": str(len(counts)), "parts": str(parts)} | {
        "summary": f"{looked}: {few}"
    }


def _same_people(
    pairs: pd.DataFrame,
    counts: npt.NDArray[np.float64],
    row: npt.NDArray[np.intp],
    kind: npt.NDArray[np.intp],
) -> npt.NDArray[np.intp]:
    """Return a number for each part, one for the same people: the same rows of the pair table.

    A part whose rows are not all there, as in some rows of a table, has a number of its own.
    """
    people = pairs["people"].to_numpy(dtype="float64")
    held = [
        {code: rows[people[rows] > 0] for code, rows in pairs.groupby(side).indices.items()}
        for side in SIDES
    ]
    met = np.flatnonzero(pairs[list(SIDES)].notna().all(axis=1))
    codes = [pairs[side].to_numpy(dtype=object) for side in SIDES]
    keys: list[object] = []
    for number, (place, which) in enumerate(zip(row, kind, strict=True)):
        own = met[place]
        if which:
            rows = held[which - 1][codes[which - 1][own]]
            rows = rows[rows != own]
        else:
            rows = np.array([own])
        whole = np.isclose(people[rows].sum(), counts[place, which])
        keys.append(tuple(rows) if whole else number)
    return np.asarray(pd.factorize(pd.Series(keys, dtype="object"))[0] + 1)


def _check(pairs: pd.DataFrame) -> None:
    """Raise an error for pairs whose people are not counted one by one."""
    pairs_by(pairs, "left")
    method = str(pairs.attrs.get("method", ""))
    if not method:
        msg = "The pair table does not say how it was found: take it as overlap() gives it."
        raise OverlapError(msg)
    if "estimated" in method or method == "area":
        msg = (
            f"The pairs were found by {method}: what is estimated gives nobody away, and proves "
            "nothing. Take pairs by members or points."
        )
        raise OverlapError(msg, [method])
    if pairs["people"].isna().any():
        msg = "The pair table counts no people: take one of layers whose units have people."
        raise OverlapError(msg)


def _parts(pairs: pd.DataFrame, met: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the people of each pair who are in both, in the left alone, in the right alone."""
    both = met["people"].to_numpy(dtype="float64")
    wholes = [met[side].map(_wholes(pairs, side)).to_numpy(dtype="float64") for side in SIDES]
    rests = [whole - both for whole in wholes]
    unknown = {
        code
        for side, rest in zip(SIDES, rests, strict=True)
        for code in met.loc[np.isnan(rest), side]
    }
    if unknown:
        msg = (
            f"The pairs do not tell how many people there are in {listed(sorted(unknown))}: none "
            "of them holds anybody. Take the pairs of the whole atlas (atlas.whole.overlap)."
        )
        raise OverlapError(msg, sorted(unknown))
    whole = pd.api.types.is_integer_dtype(pairs["people"].dtype)
    return np.round(np.stack([both, *rests], axis=1), 0 if whole else _DECIMALS)


def _wholes(pairs: pd.DataFrame, side: str) -> pd.Series[float]:
    """Return the people of each footprint on one side, NaN where no pair tells.

    They come from shares: of a focus, or of some rows of a table, not all pairs of a footprint
    are there to be summed.
    """
    share = pairs[f"{side}_share"]
    of_one = (pairs["people"].astype("float64") / share).where(share > 0)
    return of_one.mask(share.isna(), 0.0).groupby(pairs[side]).max()
