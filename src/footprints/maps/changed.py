"""A redraw on a map: the layers before and after, and the areas that moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from footprints.geometry import polygonal
from footprints.maps.pieces import Pieces
from footprints.maps.told import texts
from footprints.masking import counted
from footprints.redraws.ground import (
    before_and_after,
)
from footprints.report.contents import visible

if TYPE_CHECKING:
    from footprints.atlas import Atlas
    from footprints.maps.views import View
    from footprints.redraws import Change

KINDS = {"transferred": "transferred", "split": "split off"}
INKS = ("#9b0056", "#00663d")
"""The ink of each kind of move."""
MOVED = "moved areas"
"""The key of the areas that moved, among the layers of a page."""


def moves(change: Change) -> pd.DataFrame:
    """Return the flows that moved, those of the most people first.

    Examples
    --------
    >>> from footprints import compare, load_example
    >>> moves(compare(load_example(), "icb22", "icb26"))["people"].tolist()
    [344553, 312214, 167593, 154131]
    """
    return change.moves.astype({"kind": "str"}).reset_index(drop=True)


def moved_pieces(
    change: Change, atlas: Atlas, shared: list[Pieces]
) -> tuple[Pieces | None, list[int]]:
    """Find the areas that moved.

    Where both layers are made of the same pieces, they are some of these; otherwise they are what
    the lines of an old and a new footprint share.

    Returns
    -------
    pieces : Pieces or None
        Their own areas; None where they are made of pieces that are there.
    of : list of int
        For each piece the position of its move; -1 for what stayed.
    """
    old, new = before_and_after(change, atlas)
    table = moves(change)
    positions = {
        key: atlas.layers[key].index.get_indexer(table[side].astype("str"))
        for key, side in ((old, "old"), (new, "new"))
    }
    both = next((each for each in shared if old in each.members and new in each.members), None)
    if both is not None:
        pairs = zip(*positions.values(), strict=True)
        numbers = {pair: n for n, pair in enumerate(pairs) if min(pair) >= 0}
        ends = zip(both.members[old].tolist(), both.members[new].tolist(), strict=True)
        return None, [numbers.get(pair, -1) for pair in ends]
    shapes = [atlas.layers[key].geometry.array[where] for key, where in positions.items()]
    common = polygonal(np.asarray(shapely.intersection(*map(np.asarray, shapes))))
    drawn = np.flatnonzero(~shapely.is_empty(common))
    geometry = atlas.layers[old].geometry.iloc[:0].reindex(range(len(drawn)))
    geometry.array[:] = common[drawn]
    return Pieces(geometry=geometry, shares_edges=False, members={MOVED: drawn}), drawn.tolist()


def moved_layer(change: Change) -> dict[str, object]:
    """Return what is told of each area that moved, as that of a layer."""
    table, attrs = moves(change), change.attrs
    basis = visible(f"{attrs.get('population', 'people')}, {attrs.get('date', '')}".rstrip(", "))
    return {
        "key": visible(f"{attrs['old_layer']} to {attrs['new_layer']}"),
        "called": "Moved areas",
        "code": texts(table["old"] + " → " + table["new"]),
        "name": texts(_ends(table)),
        "facts": {
            "People": [_people(n, basis) for n in table["people"]],
            "Area": [f"{area / 1e6:,.1f} km²" for area in table["area_m2"]],
        },
    }


def _ends(table: pd.DataFrame) -> pd.Series:
    return table["old_name"].fillna(table["old"]) + " → " + table["new_name"].fillna(table["new"])


def _people(people: float, basis: str) -> str:
    return "not known" if pd.isna(people) else f"{people:,.0f} {basis}"


def moved_view(change: Change, position: int) -> View:
    """Return the view of the areas that moved, each with its move in words.

    Parameters
    ----------
    change : Change
        As :func:`footprints.compare` gives it.
    position : int
        Where the areas are among the layers of the page.

    Returns
    -------
    dict

    Examples
    --------
    >>> from footprints import compare, load_example
    >>> moved_view(compare(load_example(), "icb22", "icb26"), 2)["legend"]
    [[0, '4 areas transferred, 978,491 people']]
    """
    table = moves(change)
    kinds = list(KINDS)
    numbers = [kinds.index(kind) for kind in table["kind"]]
    amounts = [_amount(*both) for both in zip(table["people"], table["area_m2"], strict=True)]
    told = [
        f"{visible(names)}: {amount} {KINDS[kind]}."
        for names, amount, kind in zip(_ends(table), amounts, table["kind"], strict=True)
    ]
    return {
        "group": "Redraw",
        "label": visible(f"Moved, {change.attrs['old_layer']} to {change.attrs['new_layer']}"),
        "count": len(table),
        "layer": position,
        "kind": "hatch",
        "palette": list(INKS),
        "words": list(KINDS.values()),
        "found": [list(row) for row in zip(range(len(table)), numbers, told, strict=True)],
        "source": "",
        "legend": [
            [kinds.index(kind), f"{areas} {KINDS[kind]}, {amount}"]
            for kind, areas, amount in _totals(table)
        ],
        "shown": True,
    }


def _amount(people: float, area_m2: float) -> str:
    """Return how many people, or where nobody's are known how much ground."""
    return f"{area_m2 / 1e6:,.1f} km²" if pd.isna(people) else f"{people:,.0f} people"


def _totals(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return of each kind of move that there is: the kind, how many areas, and of how many people."""
    by_kind = table.groupby("kind")[["people", "area_m2"]].sum(min_count=1)
    sizes = table["kind"].value_counts()
    return [
        (kind, counted(sizes[kind], "area"), _amount(*by_kind.loc[kind]))
        for kind in KINDS
        if kind in by_kind.index
    ]


def happened(change: Change, side: str, codes: pd.Index[str]) -> dict[str, list[str | None]]:
    """Return what became of each footprint, or what it came of, in the order of a layer.

    Parameters
    ----------
    change : Change
        As :func:`footprints.compare` gives it.
    side : str
        ``old`` or ``new``: where the layer stands.
    codes : Index
        Of the layer.

    Returns
    -------
    dict of str to list
        ``Redraw``, the word for it; ``Moved away`` or ``Moved here``, and ``Merged``: who to
        or from where, None where nobody.

    Examples
    --------
    >>> from footprints import compare, load_example
    >>> change = compare(load_example(), "stp21", "icb22")
    >>> happened(change, "new", pd.Index(["E54000058"]))["Moved here"]
    ['33,604 people from Greater Manchester Health and Social Care Partnership']
    """
    words = change.changes.loc[side, "happened"].reindex(codes)
    merged = change.flows[change.flows["kind"] == "merged"]
    merged = merged.sort_values(change.attrs["measure"], ascending=False, kind="stable")
    return {
        "Redraw": [*texts(words.fillna("not compared"))],
        "Moved away" if side == "old" else "Moved here": _from_or_to(moves(change), side, codes),
        "Merged": _from_or_to(merged, side, codes),
    }


def _from_or_to(flows: pd.DataFrame, side: str, codes: pd.Index[str]) -> list[str | None]:
    """Return of each footprint of one side who went to or came from which of the other."""
    way, other = (" to ", "new") if side == "old" else (" from ", "old")
    ends = flows[f"{other}_name"].fillna(flows[other])
    amounts = [_amount(*both) for both in zip(flows["people"], flows["area_m2"], strict=True)]
    told = pd.Series(amounts, index=flows.index, dtype="str") + way + ends
    each = told.groupby(flows[side]).agg("; ".join).reindex(codes)
    return [None if pd.isna(text) else visible(text) for text in each]
