"""Cut an atlas down to one footprint and everything that meets it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from footprints.atlas.membership import evidence_from, members_from
from footprints.atlas.naming import newest
from footprints.atlas.parts import Focus, Layer, UnitTable

if TYPE_CHECKING:
    from collections.abc import Mapping

Shares = dict[str, "pd.Series[float]"]


class Focused(NamedTuple):
    """The parts of an atlas that meet a footprint, and what must be said of them."""

    units: dict[str, UnitTable]
    layers: dict[str, Layer]
    focus: Focus
    notes: list[str]


def focused_on(
    units: Mapping[str, UnitTable],
    layers: Mapping[str, Layer],
    membership: pd.DataFrame,
    layer: str,
    code: str,
) -> Focused:
    """Keep what meets a footprint: other footprints whole, and all their units.

    Parameters
    ----------
    units, layers : mapping
        The tables of units and the layers of an atlas, by name.
    membership : DataFrame
        Its membership table.
    layer, code : str
        The footprint.
    """
    tables = {name: each.table for name, each in units.items()}
    shares = shares_inside(membership, tables, layer, code)
    met = relations(membership, shares)
    kept = membership[pd.MultiIndex.from_frame(membership[["layer", "code"]]).isin(met.index)]
    some_layers = {
        str(key): _only(layers[key], rows) for key, rows in kept.groupby("layer", observed=True)
    }
    some_units = {
        name: replace(units[name], table=tables[name].loc[keep])
        for name, rows in kept.groupby("units", observed=True)
        for keep in [tables[name].index.intersection(rows["unit"])]
    }
    focus = Focus(
        layer=layer,
        code=code,
        name=layers[layer].table["name"].fillna(code)[code],
        inside={key: shares[key].index[shares[key] == 1] for key in some_units},
        relations=met,
        left_out=tuple(key for key in layers if key not in some_layers),
    )
    return Focused(some_units, some_layers, focus, _notes(layers, layer))


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


def _only(layer: Layer, rows: pd.DataFrame) -> Layer:
    """Return a layer with only the footprints that some rows of the membership name."""
    table = layer.table[layer.table.index.isin(rows["code"].unique())]
    return replace(layer, table=table, members=members_from(rows), evidence=evidence_from(rows))


def _notes(layers: Mapping[str, Layer], key: str) -> list[str]:
    """Return what must be said of an area: what is counted whole, and of which year it is."""
    notes = ["What crosses its edge or contains it is counted whole, people outside it included."]
    levels = {other: layer.level for other, layer in layers.items()}
    last = next(other for other in newest(levels) if levels[other] == levels[key])
    if last != key:
        notes.append(f"It is a footprint of {key}; the newest of its level is {last}.")
    return notes
