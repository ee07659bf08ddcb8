"""Two link tables held against each other as if as few people as possible moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.errors import OverlapError
from footprints.overlaps.members import LINKED, pairs_of

if TYPE_CHECKING:
    from footprints.atlas.coded import Members
    from footprints.overlaps.pairs import How


def least_moved(old: Members, new: Members, how: How, *, estimate: bool) -> pd.DataFrame:
    """Pair two link tables, taking who is listed in the same code on both sides to have stayed.

    In each unit as many people stay in a code as both sides list there. The rest of the old list
    goes to the rest of the new one in proportion, and what one list has more than the other is in
    no footprint on that side, so the margins of both lists stay exact. Where nothing is left over
    the tables are the same and nothing is estimated.

    Parameters
    ----------
    old, new : Members
        Link tables of the same units.
    how : How
        How the lists were found.
    estimate : bool
        Whether people may be estimated.

    Returns
    -------
    DataFrame
        A pair table.

    Raises
    ------
    OverlapError
        If the tables differ and no estimate was asked for.
    """
    populations = {side.population or LINKED for side in (old, new)}
    how = replace(how, population=populations.pop() if len(populations) == 1 else LINKED)
    codes = old.codes.union(new.codes, sort=False)
    met = _rows(old, codes, "i").merge(_rows(new, codes, "j"), on=["unit", "code"], how="outer")
    met = met.fillna({"people_i": 0.0, "people_j": 0.0, "i": -1, "j": -1})
    met["stay"] = met[["people_i", "people_j"]].min(axis=1)
    both = met[(met["i"] >= 0) & (met["j"] >= 0)].assign(people=met["stay"])
    rest = _rest(met)
    if len(rest) and not estimate:
        msg = (
            f"{how.left_layer!r} and {how.right_layer!r} both share units of {how.units!r} out "
            "among footprints, so how many people moved can only be estimated: say estimate=True."
        )
        raise OverlapError(msg, [how.left_layer, how.right_layer])
    rows = pd.concat([both[["unit", "i", "j", "people"]], rest])
    if len(rest):
        how = replace(how, method=f"{how.method}, estimated")
    unit, i, j = (rows[name].to_numpy(dtype=np.intp) for name in ("unit", "i", "j"))
    people = rows["people"].to_numpy(dtype="float64")
    return pairs_of((old.codes, new.codes), (unit, i, j), people, None, how)


def _rows(side: Members, codes: pd.Index[str], name: str) -> pd.DataFrame:
    """Return a link table with codes of both sides, and the side's own place beside them."""
    people = np.zeros(len(side.unit)) if side.people is None else side.people
    return pd.DataFrame(
        {
            "unit": side.unit,
            "code": codes.get_indexer(side.codes)[side.code],
            name: side.code,
            f"people_{name}": people,
        }
    )


def _rest(met: pd.DataFrame) -> pd.DataFrame:
    """Send who is not listed in the same code on both sides to the rest of the other side."""
    ones = _left_over(met, "i")
    others = _left_over(met, "j")
    sizes = pd.concat(
        [each.groupby("unit")["people"].sum() for each in (ones, others)], axis=1, keys=["i", "j"]
    ).fillna(0.0)
    total = sizes.max(axis=1)
    parts = [
        pd.concat([each, _missing(total - sizes[name], name)], ignore_index=True)
        for each, name in ((ones, "i"), (others, "j"))
    ]
    found = parts[0].merge(parts[1], on="unit", suffixes=("_i", "_j"))
    of = found["unit"].map(total)
    found["people"] = found["people_i"] * found["people_j"] / of
    return found[["unit", "i", "j", "people"]]


def _left_over(met: pd.DataFrame, name: str) -> pd.DataFrame:
    rest = met.assign(people=met[f"people_{name}"] - met["stay"])
    # People listed in a code that the other side lacks in this unit, none of them included.
    return rest.loc[rest["people"] > 0, ["unit", name, "people"]]


def _missing(people: pd.Series[float], name: str) -> pd.DataFrame:
    """Return who is in no footprint of one side, by unit."""
    lost = people[people > 0]
    return pd.DataFrame({"unit": lost.index, name: -1, "people": lost.to_numpy()})
