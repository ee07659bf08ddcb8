"""Provider collaboratives and trusts: of which types, over which places, and what that makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd

from footprints.errors import Problems, TableError
from footprints.services.graph import records

if TYPE_CHECKING:
    from collections.abc import Iterable

NEEDED = ("collaborative", "organisation", "type", "place")
_TEXTS = ("collaborative", "organisation", "type", "place", "name", "collaborative_name", "site")


def collaboratives(members: pd.DataFrame) -> pd.DataFrame:
    """Tell vertical from horizontal provider collaboratives, by the types and places of members.

    Parameters
    ----------
    members : DataFrame
        A row an organisation and place that it works in, or one of its sites there. Columns:
        ``collaborative``, ``organisation`` (codes or names), ``type`` (of the organisation:
        ``acute``, ``mental health``, ``community``), ``place`` (a code or name). Others are left
        alone.

    Returns
    -------
    DataFrame
        Indexed by ``collaborative``, in the order of the table. Columns: ``form``
        (``vertical``: different types in one place; ``horizontal``: one type over several places;
        ``both``: some place has different types, and some type is in several places;
        ``neither``), ``organisations``, ``types``, ``places`` (counts), ``type_names``,
        ``place_names`` (with "; " between them), ``shared_places`` (those with different types),
        ``spread_types`` (those in several places).

    Raises
    ------
    TableError
        If the table lacks a column, has rows without one of them, or an organisation of several
        types; everything wrong is named at once.

    Notes
    -----
    "Horizontally across their ICS and vertically in their local place": NHS Providers and HSJ,
    "No one size fits all", January 2021.

    Examples
    --------
    >>> members = pd.DataFrame(
    ...     {
    ...         "collaborative": ["Acutes", "Acutes", "Vale"],
    ...         "organisation": ["North", "South", "Town"],
    ...         "type": ["acute", "acute", "community"],
    ...         "place": ["P1", "P2", "P1"],
    ...     }
    ... )
    >>> collaboratives(members)["form"].to_dict()
    {'Acutes': 'horizontal', 'Vale': 'neither'}
    """
    rows = _checked(members)
    rows = rows.drop_duplicates(list(NEEDED))
    by = rows.groupby("collaborative", sort=False)
    counts = by[["organisation", "type", "place"]].nunique()
    shared = _several(rows, "place", "type").reindex(counts.index)
    spread = _several(rows, "type", "place").reindex(counts.index)
    words = np.select(
        [(shared != "") & (spread != ""), shared != "", spread != ""],
        ["both", "vertical", "horizontal"],
        "neither",
    )
    return pd.DataFrame(
        {
            "form": pd.Series(words, counts.index, dtype="str"),
            "organisations": counts["organisation"],
            "types": counts["type"],
            "places": counts["place"],
            "type_names": by["type"].agg(_listed),
            "place_names": by["place"].agg(_listed),
            "shared_places": shared,
            "spread_types": spread,
        },
        index=counts.index.rename("collaborative"),
    )


def organisations_graph(members: pd.DataFrame, places: str = "place") -> nx.Graph:
    """Return provider collaboratives, their organisations and their places as a graph.

    Parameters
    ----------
    members : DataFrame
        As in :func:`footprints.collaboratives`; and where known ``name`` (of the organisation),
        ``collaborative_name`` and ``site`` (a code or name, a row each).
    places : str
        The layer whose codes ``place`` holds: nodes of places are then those of a graph of
        services over that layer, and ``networkx.compose`` joins both.

    Returns
    -------
    networkx.Graph
        Nodes ``("collaborative", code)`` with ``kind``, ``code``, ``name``, ``type`` (the form);
        ``("organisation", code)`` with ``kind``, ``code``, ``name``, ``type``, ``sites`` (with
        "; " between them) and ``site_count``; ``(places, code)`` with ``kind`` (``place``),
        ``layer`` and ``code``. Edges join an organisation to its collaboratives (``relation``
        ``member``) and to its places (``works in``, with ``site_count``).

    Raises
    ------
    TableError
        As :func:`footprints.collaboratives`; or if an organisation has several names.

    Examples
    --------
    >>> members = pd.DataFrame(
    ...     [["C1", "RX1", "acute", "P1", "Infirmary"], ["C1", "RX1", "acute", "P2", "Annexe"]],
    ...     columns=["collaborative", "organisation", "type", "place", "site"],
    ... )
    >>> organisations_graph(members).nodes["organisation", "RX1"]["sites"]
    'Infirmary; Annexe'
    """
    rows = _checked(members)
    forms = collaboratives(rows)["form"]
    graph: nx.Graph = nx.Graph(members=len(rows), places=places)
    labels = rows.reindex(columns=["name", "collaborative_name", "site"]).assign(
        **{name: rows[name] for name in NEEDED}
    )
    wholes = labels.groupby("collaborative", sort=False)["collaborative_name"].first()
    groups = pd.DataFrame({"name": wholes, "type": forms}).rename_axis("code").reset_index()
    _add(graph, "collaborative", groups)
    by = labels.groupby("organisation", sort=False)
    bodies = by.agg(name=("name", "first"), type=("type", "first"), sites=("site", _listed))
    bodies = bodies.assign(site_count=by["site"].nunique()).rename_axis("code").reset_index()
    _add(graph, "organisation", bodies)
    where = pd.DataFrame({"code": labels["place"].unique()})
    _add(graph, places, where.assign(layer=places), kind="place")
    _join(graph, labels, ("organisation", "organisation"), ("collaborative", "collaborative"))
    _join(graph, labels, ("organisation", "organisation"), (places, "place"))
    return graph


def _checked(members: pd.DataFrame) -> pd.DataFrame:
    """Return the members as text, or raise one error for all that is wrong."""
    problems = Problems("The table of members")
    if missing := [name for name in NEEDED if name not in members]:
        problems.add("lacks columns", missing, remedy=f"It needs {', '.join(NEEDED)}.")
        problems.raise_any(TableError)
    texts = [name for name in _TEXTS if name in members]
    rows = members.assign(
        **{name: members[name].astype("str").str.strip().replace("", pd.NA) for name in texts}
    )
    for name in NEEDED:
        if (bare := rows[name].isna()).any():
            problems.add(f"has no {name} in rows", rows.index[bare])
    for name in ("type", "name"):
        if name in rows:
            several = rows.groupby("organisation")[name].nunique()
            if (several > 1).any():
                problems.add(f"gives several {name}s to", several.index[several > 1])
    problems.raise_any(TableError)
    return rows


def _several(rows: pd.DataFrame, of: str, other: str) -> pd.Series[str]:
    """Return of each collaborative the places with several types, or types in several places."""
    counts = rows.groupby(["collaborative", of], sort=False)[other].nunique()
    kept = counts[counts > 1].reset_index()
    found = kept.groupby("collaborative", sort=False)[of].agg("; ".join)
    return found.reindex(rows["collaborative"].unique()).fillna("").astype("str")


def _listed(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(pd.Series(values).dropna()))


def _add(graph: nx.Graph, layer: str, table: pd.DataFrame, kind: str = "") -> None:
    table = table.assign(kind=kind or layer)
    graph.add_nodes_from(
        zip([(layer, code) for code in table["code"]], records(table), strict=True)
    )


def _join(
    graph: nx.Graph, rows: pd.DataFrame, one: tuple[str, str], other: tuple[str, str]
) -> None:
    """Join the nodes of two columns, each given as a layer and its column."""
    by = rows.groupby([one[1], other[1]], sort=False)["site"].nunique().reset_index()
    table = pd.DataFrame({"relation": "member"}, index=by.index)
    if other[1] == "place":
        table = table.assign(relation="works in", site_count=by["site"])
    ends = ([(layer, code) for code in by[column]] for layer, column in (one, other))
    graph.add_edges_from(zip(*ends, records(table), strict=True))
