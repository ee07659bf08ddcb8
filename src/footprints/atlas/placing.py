"""Which rows of the membership table a change is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.naming import codes_called
from footprints.errors import UnknownNameError, listed, near

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import numpy.typing as npt

    from footprints.atlas.changing import LayerChange
    from footprints.atlas.parts import UnitTable
    from footprints.errors import Problems

    Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Claim:
    """The rows that a change takes to its new code.

    Parameters
    ----------
    change : LayerChange
        The change.
    rows : array of bool
        Rows of the layer.
    whole : bool
        Whether they are whole footprints.
    untold : frozenset of str
        Tables of units in which nothing tells whose rows they are.
    """

    change: LayerChange
    rows: Mask
    whole: bool
    untold: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What footprints and units there are on the day before some changes.

    Parameters
    ----------
    units : mapping of str to UnitTable
        The tables of units.
    rows : callable
        The membership of a layer, by key.
    resolve : callable
        The key of a layer, from what it is called.
    """

    units: Mapping[str, UnitTable]
    rows: Callable[[str], pd.DataFrame]
    resolve: Callable[[str], str]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Asked:
    """A change, the rows of its layer, those that it may take from, and where to look."""

    change: LayerChange
    rows: pd.DataFrame
    inside: Mask
    ground: Ground
    problems: Problems


def everywhere(rows: pd.DataFrame, units: Mapping[str, UnitTable]) -> pd.DataFrame:
    """Add the units that are in no footprint, with NA for their code; not where units are shared.

    Parameters
    ----------
    rows : DataFrame
        The membership of one layer.
    units : mapping of str to UnitTable
        The tables of units.
    """
    parts = [rows]
    for name in rows["units"].unique():
        mine = rows[rows["units"] == name]
        left = units[name].table.index.difference(mine["unit"], sort=False)
        if len(left) and mine["people"].isna().all():
            parts.append(pd.DataFrame({"units": name, "unit": left, "evidence": "published"}))
    if len(parts) == 1:
        return rows.reset_index(drop=True)
    return pd.concat(parts, ignore_index=True).astype({"people": "float64", "code": "str"})


def claim_of(
    change: LayerChange,
    rows: pd.DataFrame,
    table: pd.DataFrame,
    ground: Ground,
    problems: Problems,
) -> Claim | None:
    """Find the rows that a change takes to its new code, and note what keeps it from being made.

    Parameters
    ----------
    change : LayerChange
        Any but a rename or a recode, which take no units anywhere.
    rows : DataFrame
        The membership of its layer, with the units in no footprint (:func:`everywhere`).
    table : DataFrame
        The footprints of the layer.
    ground : Ground
        The atlas on the day before.
    problems : Problems
        Where what is wrong is noted.

    Returns
    -------
    Claim or None
        None where it cannot be made.
    """
    if not check_codes(change, table, problems):
        return None
    inside = rows["code"].isin(change.old).to_numpy()
    if change.kind in {"merge", "cluster"}:
        return Claim(change=change, rows=inside, whole=True)
    if not change.old:
        inside = ~rows["code"].isin([change.new]).to_numpy()
    asked = _Asked(change=change, rows=rows, inside=inside, ground=ground, problems=problems)
    found, told = _part_of(asked)
    if found is None:
        return None
    if not (inside & found).any():
        remedy = "Check the codes, or leave 'from' out to take it from wherever it is."
        fault = f"takes nothing: no unit is in {change.part}, of"
        problems.add(fault, [change.layer], remedy=remedy)
        return None
    part = inside & found
    touched = rows["code"].isin(change.old or rows.loc[part, "code"].dropna())
    held = rows.loc[touched & rows["code"].notna(), "units"].unique()
    return Claim(change=change, rows=part, whole=False, untold=frozenset(set(held) - told))


def check_codes(change: LayerChange, table: pd.DataFrame, problems: Problems) -> bool:
    """Tell whether a layer has the footprints that a change is about; note those it lacks."""
    strangers = [code for code in change.old if code not in table.index]
    if strangers:
        labels = table.reindex(columns=["name", "ods_code"])
        meant = [code for text in strangers for code in codes_called(labels, text)]
        hint = f"Did you mean {listed(meant)}?" if meant else near(strangers, table.index).strip()
        fault = f"has a {change.kind} of footprints that the layer {change.layer!r} lacks"
        problems.add(fault, strangers, remedy=hint or "Check the codes and the date before.")
    return not strangers


def _part_of(asked: _Asked) -> tuple[Mask | None, set[str]]:
    """Return the rows of the part that a change names, and the tables of units that tell."""
    change, tables = asked.change, asked.ground.units
    ways = [_place(asked, name, codes) for name, codes in change.where]
    if change.units:
        ways.append(_listed(asked, change.units, list(tables)))
    told = set(tables).intersection(*(known for _, known in ways))
    found = asked.rows["units"].isin(told).to_numpy()
    for mask, _ in ways:
        if mask is None:
            return None, told
        found = found & mask
    return found, told


def _listed(
    asked: _Asked, wanted: tuple[str, ...], among: list[str]
) -> tuple[Mask | None, set[str]]:
    """Find units by their codes in some tables."""
    codes, rows = pd.Index(wanted, dtype="str").unique(), asked.rows
    held = {name: codes.isin(asked.ground.units[name].table.index) for name in among}
    holding = {name for name, known in held.items() if known.any()}
    known = np.any(list(held.values()), axis=0)
    if not known.all():
        fault = (
            f"has a {asked.change.kind} of units that the atlas lacks, in {asked.change.layer!r}"
        )
        remedy = f"They are looked for in {listed(among)}."
        asked.problems.add(fault, codes[~known], remedy=remedy)
        return None, holding
    mask = (rows["units"].isin(holding) & rows["unit"].isin(codes)).to_numpy()
    absent = codes.difference(rows.loc[mask & asked.inside, "unit"])
    return (None if _not_there(asked, "units", absent) else mask), holding


def _place(asked: _Asked, name: str, wanted: tuple[str, ...]) -> tuple[Mask | None, set[str]]:
    """Find what is in some footprints of another layer, or some units of one table."""
    if name in asked.ground.units:
        return _listed(asked, wanted, [name])
    try:
        key = asked.ground.resolve(name)
    except UnknownNameError as error:
        asked.problems.add(f"names a part by what the atlas lacks ({error})", [name])
        return None, set()
    theirs, rows = asked.ground.rows(key), asked.rows
    told = {str(table) for table in theirs["units"].unique()}
    held = theirs[theirs["code"].isin(wanted)]
    if not _can_tell(asked, key, wanted, theirs, held):
        return None, told
    pairs = pd.MultiIndex.from_frame(rows[["units", "unit"]].astype("str"))
    places = pd.MultiIndex.from_frame(held[["units", "unit"]].astype("str"))
    met = set(held.loc[places.isin(pairs[asked.inside]), "code"])
    absent = [code for code in wanted if code not in met]
    return (None if _not_there(asked, key, absent) else pairs.isin(places)), told


def _can_tell(
    asked: _Asked, key: str, wanted: tuple[str, ...], theirs: pd.DataFrame, held: pd.DataFrame
) -> bool:
    """Tell whether footprints of a layer can name a part of another; note why not."""
    problems, mine = asked.problems, asked.rows["units"].unique()
    known = set(theirs["code"].unique())
    if strangers := [code for code in wanted if code not in known]:
        remedy = near(strangers, sorted(known)).strip()
        problems.add(f"names a part by footprints that {key!r} lacks", strangers, remedy=remedy)
    elif not theirs["units"].isin(mine).any():
        fault = (
            f"names a part of {asked.change.layer!r} by {key!r}, and no table of units lists both"
        )
        problems.add(fault, wanted, remedy="Name it by units, or by another layer.")
    elif held["people"].notna().any():
        remedy = "Name it by units, or by a layer that holds units whole."
        problems.add(
            f"names a part by {key!r}, whose footprints share units", wanted, remedy=remedy
        )
    else:
        return True
    return False


def _not_there(asked: _Asked, what: str, codes: Collection[str]) -> bool:
    """Note what is not where a change says."""
    if len(codes):
        change = asked.change
        place = f"in {', '.join(change.old)}" if change.old else f"outside {change.new}"
        fault = f"takes {what} that are not {place} of {change.layer!r}"
        remedy = "Check 'from', and the date that the change is made on."
        asked.problems.add(fault, codes, remedy=remedy)
    return len(codes) > 0
