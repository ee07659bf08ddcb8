"""The graph of containment: which footprint lies in which, over all levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

from footprints.errors import FootprintsError, listed
from footprints.levels import rank, vintage_order
from footprints.services.graph import labelled, outside, records
from footprints.services.meeting import Way, meet_services

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from footprints.atlas import Atlas

PARENTS = {
    "neighbourhood": ("place", "hwb", "commissioner"),
    "place": ("system",),
    "district": ("upper-tier", "system"),
    "upper-tier": ("system",),
    "hwb": ("system",),
    "commissioner": ("system",),
    "system": ("region",),
}
"""The levels that footprints of a level are hoped to lie in one of, by those of the ladder."""


def containment_graph(atlas: Atlas, layers: str | Iterable[str] | None = None) -> nx.DiGraph:
    """Return which footprints lie in which, from each level to those that it is hoped to nest in.

    A tree cannot hold a footprint that reaches into two: here it has an edge to each.

    Parameters
    ----------
    atlas : Atlas
        With a focus, the graph is of the footprints that meet it, whole.
    layers : str or iterable of str, optional
        Keys or bare kinds of layers on the ladder of levels; None takes the newest of each level,
        and for one that shares no units with those above it the newest that do. A neighbourhood
        is held against places, Health and Wellbeing Boards and commissioners; a district against
        upper-tier authorities and systems; what else lies below systems against these; systems
        against regions; and where there are none of those, against the nearest level above.

    Returns
    -------
    networkx.DiGraph
        An edge from a footprint to each that it reaches into on a level above. Nodes are
        ``(layer, code)``, with ``layer``, ``code``, ``level``, ``name``, ``ods_code``, ``people``
        (persons), ``vintage``, ``in_focus``, ``parents`` (the most that it has in one layer), and
        ``outside_icb22`` and the like: persons in none of that layer. Edges have ``people``,
        ``units``, ``area_m2``, ``share`` (of the lower footprint, 0 to 1), ``method``,
        ``evidence`` and ``population``. ``graph.graph`` holds ``title``, ``layers``, ``pairs``
        (which layer was held against which), ``unmet`` (layers that meet none above) and
        ``notes``.

    Raises
    ------
    UnknownNameError
        If there is no such layer.
    FootprintsError
        If a layer stands outside the ladder of levels.

    Examples
    --------
    >>> from footprints import load_example
    >>> graph = containment_graph(load_example(), ["lad21", "icb22", "nhser22"])
    >>> sorted(code for _, code in graph.successors(("lad21", "E07000089")))  # Hart
    ['E54000034', 'E54000042']
    """
    whole = atlas.whole
    keys = _on_the_ladder(atlas) if layers is None else whole.resolve_all(layers)
    levels = whole.overview["level"]
    if odd := [key for key in keys if not rank(levels[key])]:
        msg = f"Outside the ladder of levels nothing contains another: leave out {listed(odd)}."
        raise FootprintsError(msg, odd)
    rungs, unmet = _rungs(whole, keys, chosen=layers is not None)
    used = sorted({*keys, *(key for pair in rungs for key in pair)}, key=lambda k: rank(levels[k]))
    met = {pair: meet_services(whole, *pair, Way()) for pair in rungs}
    if atlas.focused is not None:
        met = {pair: _met_by_focus(atlas, pairs) for pair, pairs in met.items()}
    graph: nx.DiGraph = nx.DiGraph(
        title=atlas.title,
        layers="; ".join(used),
        pairs="; ".join(f"{one} in {other}" for one, other in rungs),
        unmet="; ".join(unmet),
        notes=" ".join(atlas.notes),
    )
    for key in used:
        held = [met[pair]["right"] for pair in rungs if pair[1] == key]
        above = {other: met[key, other] for lower, other in rungs if lower == key}
        _add_nodes(graph, atlas, key, above, set().union(*held))
    for (lower, upper), pairs in met.items():
        _add_edges(graph, lower, upper, pairs)
    return graph


def _on_the_ladder(atlas: Atlas) -> list[str]:
    levels = atlas.whole.overview["level"]
    return [key for key in atlas.whole.newest() if rank(levels[key])]


def _rungs(
    atlas: Atlas, keys: list[str], *, chosen: bool
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return which layer is held against which above it, and those that meet none."""
    levels, found, unmet = atlas.overview["level"], [], []
    waiting, seen = list(keys), set(keys)
    top = max((rank(levels[key]) for key in keys), default=0)
    while waiting:
        key = waiting.pop(0)
        above = _next_above(atlas, key, keys)
        if not above and not chosen:
            above = _next_above(atlas, key, list(atlas.layers))
        found += [(key, other) for other in above]
        if not above and rank(levels[key]) < top:
            unmet.append(key)
        fresh = [other for other in above if other not in seen]
        waiting, seen = waiting + fresh, seen | set(fresh)
    return found, unmet


def _next_above(atlas: Atlas, key: str, among: list[str]) -> list[str]:
    """Return the newest layer of each level that this one is held against, of the same units."""
    levels, tables = atlas.overview["level"], set(atlas.coded.tables(key))
    higher = [
        other
        for other in among
        if rank(levels[other]) > rank(levels[key]) and tables & set(atlas.coded.tables(other))
    ]
    hoped = [other for other in higher if levels[other] in PARENTS.get(levels[key], ())]
    lowest = min((rank(levels[other]) for other in higher), default=0)
    kept = hoped or [other for other in higher if rank(levels[other]) == lowest]
    last = {levels[other]: other for other in sorted(kept, key=vintage_order)}
    return list(last.values())


def _met_by_focus(atlas: Atlas, pairs: pd.DataFrame) -> pd.DataFrame:
    """Keep the footprints of a focus on the lower side, whole, with all that they meet."""
    key = pairs.attrs["left_layer"]
    codes = atlas.layers[key].index if key in atlas.layers else ()
    kept = pairs[pairs["left"].isin(codes)]
    kept.attrs = dict(pairs.attrs)
    return kept


def _add_nodes(
    graph: nx.DiGraph, atlas: Atlas, key: str, above: dict[str, pd.DataFrame], held: set[str]
) -> None:
    """Add the footprints of a layer; with a focus those that meet it, or hold one that does."""
    table = labelled(atlas, key).drop(columns="kind")
    counted = atlas.whole.population(key)
    people = atlas.whole.people(key)[counted.name] if counted else np.nan
    table = table.assign(people=people, parents=0)
    for other, pairs in above.items():
        table[f"outside_{other}"] = outside(pairs, "left").reindex(table.index)
        count = pairs.dropna(subset=["left", "right"]).groupby("left").size()
        most = count.reindex(table.index).fillna(0).astype("int64")
        table["parents"] = np.maximum(table["parents"], most)
    kept = table[table["in_focus"] | table.index.isin(held)]
    names = zip(kept["layer"], kept["code"], strict=True)
    graph.add_nodes_from(zip(names, records(kept), strict=True))


def _add_edges(graph: nx.DiGraph, lower: str, upper: str, pairs: pd.DataFrame) -> None:
    rows = pairs.dropna(subset=["left", "right"])
    table = rows[["people", "units", "area_m2", "evidence"]].assign(
        share=rows["left_share"],
        method=pairs.attrs["method"],
        population=pairs.attrs["population"],
    )
    ends = (
        [(key, code) for code in rows[side]] for key, side in ((lower, "left"), (upper, "right"))
    )
    graph.add_edges_from(zip(*ends, records(table), strict=True))
