"""Neighbourhoods as they are: in whose footprints, and made of how many practices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.checks.names import with_names
from footprints.checks.nest import nesting
from footprints.errors import OverlapError, listed
from footprints.levels import vintage_order
from footprints.overlaps.pairs import codes_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from footprints.atlas import Atlas
    from footprints.tolerance import Tolerance

PRACTICES = "practices"
"""The table of units whose units are practices, and the column that counts them in another."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Neighbourhoods:
    """What neighbourhoods are made of, and in how many footprints of other layers each is.

    Parameters
    ----------
    table : DataFrame
        A row a neighbourhood, indexed by ``code``. Columns: ``name``; ``units`` (count);
        ``practices`` (count, NA where the units do not tell); ``one_practice`` (boolean, NA
        likewise); ``people`` (persons).
    within : DataFrame
        A row a neighbourhood and other layer, indexed by ``within`` (the layer) and ``code``.
        Columns: ``name``, and those of :func:`footprints.nesting`, each code with its name.
    sides : DataFrame
        A row for each side of a neighbourhood that is in more than one footprint of a layer,
        forgiven or not: ``code``, ``name``, ``within``, ``counterpart``, ``counterpart_name``,
        ``units`` and ``practices`` (counts), ``people`` (persons), ``share`` (0 to 1).
    """

    table: pd.DataFrame
    within: pd.DataFrame
    sides: pd.DataFrame


def neighbourhoods(
    atlas: Atlas,
    layer: str = "pcn",
    *,
    within: str | Iterable[str] | None = None,
    tolerance: Tolerance | None = None,
    population: str | None = None,
) -> Neighbourhoods:
    """Say in whose footprints neighbourhoods are, and which are one practice.

    The lists of the NHS file each network under one lead commissioner; where its practices
    belong is found here from the practices. Held against Health and Wellbeing Boards or upper-tier
    authorities it tells whether a neighbourhood is inside one of those who sign its plan off (the
    Neighbourhood Health Framework of March 2026); that takes units of land: a link table of
    patients by LSOA, or the areas of :func:`footprints.pcn_areas`. Patients live on both sides of
    nearly every edge, so ask there with a tolerance.

    Parameters
    ----------
    atlas : Atlas
        With a focus, only its neighbourhoods are judged, whole.
    layer : str
        The layer of neighbourhoods; a bare ``pcn`` is the newest.
    within : str or iterable of str, optional
        The layers that they should lie in; None takes the newest of Health and Wellbeing Boards
        (else upper-tier authorities), of commissioners and of systems that list the same units.
    tolerance : Tolerance, optional
        As in :func:`footprints.nesting`: how many people, or what share of them, a neighbourhood
        may have outside its parent.
    population : str, optional
        Whose people to count; None takes the first that there is.

    Returns
    -------
    Neighbourhoods
        Their ``attrs`` hold ``layer``, ``within``, ``units``, ``population``, ``source`` and
        ``date``.

    Raises
    ------
    UnknownNameError
        If there is no such layer or population.
    OverlapError
        If no layer lists the same units, or one cannot be held against the neighbourhoods.

    Examples
    --------
    >>> from footprints import load_example
    >>> found = neighbourhoods(load_example(), "pcn21")
    >>> found.within.query("parents > 1").groupby("within").size().to_dict()
    {'ccg21': 10, 'stp21': 3}
    """
    key = atlas.resolve(layer)
    keys = _parents_of(atlas, key) if within is None else atlas.resolve_all(within)
    if not keys:
        msg = (
            f"There is nothing to hold {key!r} against: no board, authority, commissioner or "
            f"system lists units of {listed(atlas.coded.tables(key))}. Name layers in within=."
        )
        raise OverlapError(msg, [key])
    pairs = {
        each: _with_practices(atlas.whole, atlas.overlap(key, each, population=population))
        for each in keys
    }
    if uncounted := [each for each in keys if pairs[each]["people"].isna().any()]:
        msg = (
            f"{key!r} meets {listed(uncounted)} by area alone, which counts no people: list both "
            "by the same units."
        )
        raise OverlapError(msg, uncounted)
    names = {each: atlas.whole.coded.labels(each)["name"] for each in (key, *keys)}
    nested = {each: with_names(atlas, nesting(pairs[each], tolerance)) for each in keys}
    sides = [_sides(each, pairs[each], names[key], names[each]) for each in keys]
    told = pairs[keys[0]].attrs
    found = Neighbourhoods(
        table=_table(pairs[keys[0]], names[key]),
        within=pd.concat(nested, names=["within", "code"]),
        sides=pd.concat(sides, ignore_index=True),
    )
    for frame in (found.table, found.within, found.sides):
        frame.attrs = {"layer": key, "within": ", ".join(keys)} | {
            name: told[name]
            for name in ("units", "population", "source", "date", "focus")
            if name in told
        }
    return found


def _parents_of(atlas: Atlas, key: str) -> list[str]:
    """Return the newest layer of each level that neighbourhoods should lie in."""
    coded, levels = atlas.coded, atlas.overview["level"]
    mine = {name: coded.members(key, name).people is not None for name in coded.tables(key)}

    def meets(other: str) -> bool:
        shared = [name for name in coded.tables(other) if name in mine]
        return any(not mine[n] or coded.members(other, n).people is None for n in shared)

    newest = {levels[each]: each for each in sorted(levels.index, key=vintage_order) if meets(each)}
    board = newest.get("hwb", newest.get("upper-tier"))
    wanted = [board, newest.get("commissioner"), newest.get("system")]
    return [each for each in wanted if each not in (None, key)]


def _with_practices(atlas: Atlas, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return pairs with the practices in each, NA where the units do not tell."""
    told, coded = pairs.attrs, atlas.coded
    keys = ["left", "right"]
    sides = [coded.members(told[f"{side}_layer"], told["units"]) for side in keys if _listed(told)]
    counts = _counted(atlas, told["units"]) if sides else None
    found = pairs.assign(practices=pd.Series(pd.NA, pairs.index, dtype="Int64"))
    if counts is not None and all(side.people is None for side in sides):
        codes = {
            side: codes_at(members.codes, members.by_unit)
            for side, members in zip(keys, sides, strict=True)
        }
        sums = pd.DataFrame(codes | {"practices": counts}).groupby(keys, dropna=False).sum()
        found = pairs.merge(sums.reset_index(), on=keys, how="left").astype({"practices": "Int64"})
    found.attrs = told
    return found


def _listed(told: dict[str, str]) -> bool:
    return told["method"] == "members"


def _counted(atlas: Atlas, units: str) -> npt.NDArray[np.int64] | None:
    """Return the practices in each unit, None where the table does not tell."""
    table = atlas.coded.blocks(units).table
    if units == PRACTICES:
        return np.ones(len(table), dtype=np.int64)
    return table[PRACTICES].to_numpy(dtype=np.int64) if PRACTICES in table else None


def _table(pairs: pd.DataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return how large each neighbourhood is, and whether it is one practice."""
    groups = pairs[pairs["left"].notna()].groupby("left", sort=False)
    sums = groups[["units", "practices", "people"]].agg(lambda values: values.sum(skipna=False))
    sums = sums.rename_axis("code")
    return pd.DataFrame(
        {
            "name": sums.index.map(names).astype("str"),
            "units": sums["units"],
            "practices": sums["practices"],
            "one_practice": sums["practices"].eq(1).astype("boolean"),
            "people": sums["people"],
        }
    )


def _sides(
    within: str, pairs: pd.DataFrame, names: pd.Series[str], others: pd.Series[str]
) -> pd.DataFrame:
    """Return the sides of each neighbourhood that is in more than one footprint."""
    met = pairs.dropna(subset=["left", "right"])
    split = met[met.groupby("left")["right"].transform("size") > 1]
    return pd.DataFrame(
        {
            "code": split["left"],
            "name": split["left"].map(names).astype("str"),
            "within": pd.Series(within, split.index, dtype="str"),
            "counterpart": split["right"],
            "counterpart_name": split["right"].map(others).astype("str"),
            "units": split["units"],
            "practices": split["practices"],
            "people": split["people"],
            "share": split["left_share"],
        }
    )
