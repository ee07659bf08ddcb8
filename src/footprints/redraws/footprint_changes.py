"""What became of each footprint, as it follows from its area, code and name and from the flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.naming import short_name
from footprints.atlas.parts import counts_or_na
from footprints.redraws.flows import MOVED

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from footprints.redraws.flows import Flows, Heirs

    Flags = npt.NDArray[np.bool_]
    Places = npt.NDArray[np.intp]

WORDS = {
    "unchanged": "it goes on with the same area, code and name",
    "redrawn": "it goes on, and its area is another",
    "merged": "its successor is that of several; a new one: it succeeds several",
    "split": "its people went to several, one of them of its people alone, or it did not go on "
    "itself; a new one: it was a part of one old footprint, which goes on elsewhere",
    "recoded": "it goes on under another code",
    "renamed": "it goes on under another name",
    "abolished": "it goes on in no new footprint",
    "created": "no old footprint goes on in it",
}
"""What can be said of a footprint, and when; several hold of one as of "redrawn and recoded"."""
MOSTLY = 2 / 3
"""The share of the people of a footprint and its successor together that both have in common, from
which on the old one goes on, even where area, code and name all changed. Bodies that went on when
they were redrawn in 2020 and 2022 kept 0.81 of their people, and 0.71 of their area, or more; Mid
and South Essex, abolished when Essex was made in 2026, 0.65, and Cumbria in 2023 0.55."""
COLUMNS = [
    "name",
    "counterpart",
    "counterpart_name",
    "same_area",
    "same_code",
    "same_name",
    "code_reused",
    "happened",
    "tied",
    "people",
    "area_m2",
]


def changes_of(
    flows: Flows,
    heirs: Heirs,
    kinds: pd.Categorical,
    names: tuple[pd.Series[str], pd.Series[str]],
) -> pd.DataFrame:
    """Say of each footprint, old and new, what became of it.

    A footprint *goes on* in its successor if that succeeds no other and has its area, its code,
    its name or most of its people (:data:`MOSTLY`); or, of several that merge, if the successor
    has its code. Names are compared as
    people say them: without "NHS", "Integrated Care Board" and the like, case and punctuation.

    Parameters
    ----------
    flows, heirs, kinds
        From :mod:`footprints.redraws.flows`.
    names : tuple of two Series of str
        The names of old and of new footprints by code, NA where not known.

    Returns
    -------
    DataFrame
        Indexed by ``side`` (``old``, ``new``) and ``code``. Columns: ``name``; ``counterpart``
        (of an old one its successor; of a new one the old one that it goes on from or most of its
        people come from; NA for none) and ``counterpart_name``; ``same_area``, ``same_code``,
        ``same_name`` (held against the counterpart; the last NA where a name is not known);
        ``code_reused`` (the other side has its code, for another footprint than the counterpart);
        ``happened`` (the words of :data:`WORDS` that hold, as "redrawn and recoded"); ``tied``
        (other codes that take as many people as the successor, "; " between them); ``people``
        (persons; NA where nobody is counted); ``area_m2`` (NaN where not known).
    """
    sides = ("old", "new")
    codes = {"old": flows.old, "new": flows.new}
    ends = {"old": (flows.i, heirs.to), "new": (flows.j, heirs.back)}
    called = {side: name.reindex(codes[side]) for side, name in zip(sides, names, strict=True)}
    whole = _whole(flows, heirs)
    tables = []
    for side, other in (sides, sides[::-1]):
        at, counterpart = ends[side]
        mine = pd.DataFrame(
            {
                "side": side,
                "code": codes[side],
                "name": called[side].array,
                "counterpart": _at(codes[other], counterpart),
                "counterpart_name": _at(called[other].array, counterpart),
                "same_area": whole[side],
            }
        )
        known = mine["counterpart"].notna()
        mine["same_code"] = known & (mine["code"] == mine["counterpart"])
        mine["same_name"] = _same_name(mine["name"], mine["counterpart_name"], known)
        mine["code_reused"] = codes[side].isin(codes[other]) & ~mine["same_code"].to_numpy()
        mine["tied"] = _tied(flows, heirs) if side == "old" else ""
        mine["people"] = counts_or_na(_sums(at, flows.people, len(mine)))
        mine["area_m2"] = _sums(at, flows.area, len(mine))
        tables.append(mine)
    old, new = tables
    goes_on = _goes_on(old, flows, heirs)
    old["happened"] = _words(_of_old(flows, heirs, kinds, goes_on), old)
    new["happened"] = _words(_of_new(flows, heirs, kinds, goes_on), new)
    return pd.concat(tables).set_index(["side", "code"])[COLUMNS]


def _whole(flows: Flows, heirs: Heirs) -> dict[str, Flags]:
    """Tell of each footprint whether its counterpart is exactly the same area."""
    real = ~flows.noise
    outgoing = np.bincount(flows.i[real] + 1, minlength=len(flows.old) + 1)[1:]
    incoming = np.bincount(flows.j[real] + 1, minlength=len(flows.new) + 1)[1:]
    found = {}
    for side, other, mine, theirs in (
        ("old", heirs.to, outgoing, incoming),
        ("new", heirs.back, incoming, outgoing),
    ):
        alone = np.append(theirs, 0)[other] == 1
        found[side] = (other >= 0) & (mine == 1) & alone
    return found


def _goes_on(old: pd.DataFrame, flows: Flows, heirs: Heirs) -> Flags:
    """Tell which old footprints go on in their successor."""
    known = heirs.to >= 0
    alone = known & (np.append(heirs.heirs_of, 0)[heirs.to] == 1)
    like = old[["same_area", "same_code"]].any(axis=1) | old["same_name"].fillna(value=False)
    mostly = _in_common(flows, heirs) >= MOSTLY
    return np.asarray((alone & (like | mostly)) | (known & old["same_code"]), dtype=bool)


def _in_common(flows: Flows, heirs: Heirs) -> npt.NDArray[np.float64]:
    """Return what an old footprint and its successor share, of what the two hold together."""
    rows = np.where(heirs.to_row < 0, 0, heirs.to_row)
    left = flows.weight[rows] / _sums(flows.i, flows.weight, len(flows.old))
    total = np.append(_sums(flows.j, flows.arriving, len(flows.new)), 1)[heirs.to]
    right = flows.arriving[rows] / total
    some = (heirs.to_row >= 0) & (left > 0) & (right > 0)
    inverse = 1 / np.where(some, left, 1) + 1 / np.where(some, right, 1) - 1
    return np.where(some, 1 / inverse, 0.0)


def _of_old(flows: Flows, heirs: Heirs, kinds: pd.Categorical, goes_on: Flags) -> dict[str, Flags]:
    """Tell which words hold of old footprints, beside those of code and name."""
    count, real = len(flows.old), ~flows.noise
    merged = (heirs.to >= 0) & (np.append(heirs.heirs_of, 0)[heirs.to] > 1)
    off = _any(flows.i, kinds.isin(["split"]), count)
    left = _any(flows.i, real & kinds.isin(MOVED), count)
    split = off | (left & ~goes_on)
    return {
        "split": split,
        "merged": merged,
        "abolished": ~goes_on,
        "goes on": goes_on & ~merged,
    }


def _of_new(flows: Flows, heirs: Heirs, kinds: pd.Categorical, goes_on: Flags) -> dict[str, Flags]:
    """Tell which words hold of new footprints, beside those of code and name."""
    merged = heirs.heirs_of > 1
    own = np.append(heirs.to, -1)[heirs.back] == np.arange(len(flows.new))
    held = own & np.append(goes_on, np.array([False]))[heirs.back]
    some = np.isin(np.arange(len(flows.new)), heirs.to[goes_on])
    return {
        "split": _any(flows.j, kinds.isin(["split"]), len(flows.new)),
        "merged": merged,
        "created": ~some,
        "goes on": held & ~merged,
    }


def _words(held: dict[str, Flags], table: pd.DataFrame) -> pd.Series[str]:
    """Join the words that hold of each footprint, in the order of WORDS."""
    goes_on = held.pop("goes on")
    renamed = (~table["same_name"]).fillna(value=False).to_numpy(dtype=bool)
    held |= {
        "redrawn": goes_on & ~table["same_area"].to_numpy(),
        "recoded": goes_on & ~table["same_code"].to_numpy(),
        "renamed": goes_on & renamed,
    }
    none = ~np.logical_or.reduce(list(held.values()))
    held["unchanged"] = none
    order = [word for word in WORDS if word in held]
    rows = np.column_stack([held[word] for word in order])
    return pd.Series(
        [and_listed([w for w, is_so in zip(order, row, strict=True) if is_so]) for row in rows],
        index=table.index,
        dtype="str",
    )


def and_listed(words: list[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> and_listed(["redrawn", "recoded", "renamed"])
    'redrawn, recoded and renamed'
    """
    return " and ".join([*([", ".join(words[:-1])] if words[:-1] else []), *words[-1:]])


def _same_name(
    name: pd.Series[str], other: pd.Series[str], known: pd.Series[bool]
) -> pd.Series[bool]:
    """Compare names as people say them; NA where one is not known."""
    both = (name.notna() & other.notna()) | ~known
    alike = name.fillna("").map(short_name) == other.fillna("").map(short_name)
    return (known & alike).astype("boolean").mask(~both)


def _tied(flows: Flows, heirs: Heirs) -> pd.api.extensions.ExtensionArray:
    rows = np.flatnonzero(heirs.tied)
    codes = pd.Series(flows.new[flows.j[rows]].astype("str"), dtype="str")
    texts = codes.groupby(flows.i[rows]).agg(lambda each: "; ".join(sorted(each)))
    return texts.reindex(range(len(flows.old)), fill_value="").astype("str").array


def _any(side: Places, rows: Flags, count: int) -> Flags:
    return np.bincount(side[rows & (side >= 0)], minlength=count) > 0


def _sums(side: Places, values: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    return np.asarray(np.bincount(side + 1, values, count + 1)[1:], dtype=np.float64)


def _at(values: Iterable[object], places: Places) -> pd.Series[str]:
    """Return values at positions, NA at -1."""
    known = np.array([*values, None], dtype=object)
    return pd.Series(known[places], dtype="str")
