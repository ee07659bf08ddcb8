"""Cut a membership table down to one footprint and everything that meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

Shares = dict[str, "pd.Series[float]"]


def shares_inside(
    membership: pd.DataFrame, units: Mapping[str, pd.DataFrame], layer: str, code: str
) -> Shares:
    """Tell for each unit of each table whether it is inside a footprint.

    A table of units that does not list the layer is reached through the layer with the most
    footprints that it has in common with one that does.

    Parameters
    ----------
    membership : DataFrame
        The membership table of an atlas.
    units : mapping of str to DataFrame
        The tables of units.
    layer, code : str
        The footprint.

    Returns
    -------
    dict of str to Series
        For each table of units, by unit: 1 inside, 0 outside, and between them where only the
        footprint that the tables share is known to be cut.
    """
    mine = membership[(membership["layer"] == layer) & (membership["code"] == code)]
    holders = membership.loc[membership["layer"] == layer, "units"].unique()
    shares = {
        name: pd.Series(
            units[name].index.isin(mine.loc[mine["units"] == name, "unit"]), dtype=float
        ).set_axis(units[name].index)
        for name in holders
    }
    for name in set(units) - set(holders):
        theirs = membership[membership["units"] == name]
        known = membership[membership["units"].isin(holders)]
        common = theirs.loc[theirs["layer"].isin(known["layer"]), ["layer", "code"]]
        share = pd.Series(0.0, index=units[name].index)
        if len(common):
            bridge = common.drop_duplicates().groupby("layer", observed=True).size().idxmax()
            held = _with_share(known[known["layer"] == bridge], shares)
            by_code = held.groupby("code")["share"].mean()
            bridging = theirs[theirs["layer"] == bridge].set_index("unit")["code"]
            share = bridging.map(by_code).reindex(share.index).fillna(0.0)
        shares[name] = share
    return shares


def relations(membership: pd.DataFrame, shares: Shares) -> pd.Series[str]:
    """Say how each footprint that meets the focus stands to it.

    Parameters
    ----------
    membership : DataFrame
        The membership table of an atlas.
    shares : dict of str to Series
        From :func:`shares_inside`.

    Returns
    -------
    Series of str
        Indexed by ``layer`` and ``code``; footprints that do not meet the focus are left out.
        The words are those of :class:`footprints.atlas.Focus`.
    """
    rows = _with_share(membership, shares)
    whole = {name: int((share > 0).sum()) for name, share in shares.items()}
    rows["met"] = rows["share"] > 0
    rows["sure"] = rows["share"] == 1
    rows["whole"] = rows["people"].isna()
    by = ["layer", "code", "units"]
    parts = rows.groupby(by, observed=True).agg(
        met=("met", "sum"), sure=("sure", "any"), inside=("sure", "all"), contains=("whole", "all")
    )
    parts["contains"] &= parts["met"] == parts.index.get_level_values("units").map(whole)
    sides = parts[parts["met"] > 0].groupby(["layer", "code"], observed=True)
    sides = sides.agg({"sure": "any", "inside": "all", "contains": "all"})
    words = np.select(
        [
            sides["inside"] & sides["contains"],
            sides["inside"],
            ~sides["sure"],
            sides["contains"],
        ],
        ["same area", "inside", "may cross", "contains"],
        "crosses",
    )
    return pd.Series(words, index=sides.index, name="relation", dtype="str")


def _with_share(membership: pd.DataFrame, shares: Shares) -> pd.DataFrame:
    known = membership[membership["units"].isin(shares)]
    lookup = pd.concat(shares, names=["units", "unit"])
    places = pd.MultiIndex.from_frame(known[["units", "unit"]])
    return known.assign(share=lookup.reindex(places).to_numpy())
