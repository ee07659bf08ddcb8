"""What each service spans: the systems it touches, its people in each, and whom to invite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.parts import EVIDENCE, counts_or_na
from footprints.checks.meeting import joined
from footprints.errors import FootprintsError
from footprints.levels import called, service_called
from footprints.services.graph import edge_table, level_of_systems, node_table
from footprints.services.partnership import find_node, weakness

if TYPE_CHECKING:
    import networkx as nx

SPANNING = ["kind", "service", "service_name", "people", "systems", "spans", "relation"]
SPANNING += ["whole", "in_part", "codes", "names", "in_each", "largest_share", "bigger"]
SPANNING += ["regions", "region_names", "one_region", "outside", "evidence"]
MOST_NAMED = 12
"""How many exceptions a sentence names; the table has them all."""


def spanning(graph: nx.Graph) -> pd.DataFrame:
    """Tell how many systems each service spans, and how it stands to them.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`footprints.services_graph`.

    Returns
    -------
    DataFrame
        A row a service, in the order of the graph; of a focused atlas those that meet its focus.
        Columns: ``kind`` (its layer), ``service``, ``service_name``, ``people`` (persons),
        ``systems`` (how many it touches), ``spans`` (whether it touches several), ``relation``
        (``same`` as one system, ``union`` of whole ones, ``part`` of one, ``outside``, or
        ``crosses``), ``whole`` and ``in_part`` (how many systems lie whole within it, and how
        many partly), ``codes`` and ``names`` (of the systems, with "; " between them, the most
        people first), ``in_each`` (each system with its people and share of the service),
        ``largest_share`` (0 to 1), ``bigger`` (whether it has more people than each system that
        it touches), ``regions`` (how many it touches), ``region_names``, ``one_region``
        (whether it lies inside one; NA where there are no regions), ``outside`` (persons in no
        system), ``evidence`` (the weakest of its edges). ``attrs`` hold for each kind a
        ``claim_`` such as ``claim_amb22``: whether its services span several systems, the
        exceptions named; and whose people, of which source and date.

    Examples
    --------
    >>> from footprints import load_example, services_graph
    >>> found = spanning(services_graph(load_example(), "icb22", "ambulance"))
    >>> found.loc[~found["spans"], "service"].to_list()
    ['R1F', 'RX6']
    """
    edges, nodes = edge_table(graph), node_table(graph)
    services = nodes[nodes["kind"] == "service"]
    met = edges.dropna(subset=["system", "service"])
    met.attrs = {}  # Groups copy them, each its own.
    met = met.sort_values(["people", "area_m2"], ascending=False, kind="stable")
    by = met.groupby(["service_layer", "service"])
    keys = pd.MultiIndex.from_frame(services[["layer", "code"]])
    words = _touched(met, keys)
    counts = by.size().reindex(keys).fillna(0).astype("int64").to_numpy()
    table = pd.DataFrame(
        {
            "kind": services["layer"].to_numpy(),
            "service": services["code"].to_numpy(),
            "service_name": services["name"].to_numpy(),
            "people": services["people"].to_numpy(),
            "systems": counts,
            "spans": counts > 1,
            "relation": services["relation"].to_numpy(),
            "whole": services["whole"].to_numpy(),
            "in_part": pd.array(counts, dtype="Int64") - services["whole"].to_numpy(),
            **words,
            "largest_share": by["share_of_service"].max().reindex(keys).to_numpy(),
            "bigger": _bigger(met, nodes, services, keys),
            "region_names": services["region_names"].to_numpy(),
            "outside": _outside(graph, services),
            "evidence": _weakest(met).reindex(keys).to_numpy(),
        }
    )
    touched = services["regions"].str.count("; ").to_numpy() + 1
    table["regions"] = counts_or_na(touched)
    table["one_region"] = (table["regions"] == 1).astype("boolean").mask(table["regions"].isna())
    table = table[services["in_focus"].to_numpy()][SPANNING].reset_index(drop=True)
    claims = {f"claim_{kind}": claim for kind, claim in _claims(table, graph).items()}
    table.attrs = edges.attrs | claims
    return table


def _touched(met: pd.DataFrame, keys: pd.MultiIndex) -> dict[str, pd.api.extensions.ExtensionArray]:
    """Name the systems of each service, by code, by name, and with people and share."""
    side = keys.get_indexer(pd.MultiIndex.from_frame(met[["service_layer", "service"]]))
    words = {
        "codes": met["system"],
        "names": met["system_name"].fillna(met["system"]),
        "in_each": _in_each(met),
    }
    return {name: joined(side, len(keys), list(said)) for name, said in words.items()}


def _in_each(met: pd.DataFrame) -> list[str]:
    """Word each edge: the system, its people and its share of the service."""
    return [
        f"{system} ({'people not known' if pd.isna(people) else f'{people:,.0f} people'}"
        f"{'' if pd.isna(share) else f', {share:.1%}'})"
        for system, people, share in zip(
            met["system"], met["people"], met["share_of_service"], strict=True
        )
    ]


def _bigger(
    met: pd.DataFrame, nodes: pd.DataFrame, services: pd.DataFrame, keys: pd.MultiIndex
) -> pd.api.extensions.ExtensionArray:
    """Tell which services have more people than each system that they touch, NA where not known."""
    sizes = nodes[nodes["kind"] == "system"].set_index("code")["people"].astype("float64")
    size = met["system"].map(sizes).astype("float64")
    largest = size.groupby([met["service_layer"], met["service"]]).max().reindex(keys)
    people = services["people"].astype("float64").to_numpy()
    told = pd.array(people > largest.to_numpy(), dtype="boolean")
    told[np.isnan(people) | largest.isna().to_numpy()] = pd.NA
    return told


def _outside(graph: nx.Graph, services: pd.DataFrame) -> pd.api.extensions.ExtensionArray:
    """Return who of each service is in no system, NA where nobody is counted."""
    column = f"outside_{graph.graph['systems']}"
    known = services[column] if column in services else pd.Series(np.nan, services.index)
    return counts_or_na(known).array


def _weakest(met: pd.DataFrame) -> pd.Series[str]:
    """Return the weakest evidence of each service's edges."""
    worst = weakness(met["evidence"]).groupby([met["service_layer"], met["service"]]).max()
    words = np.array([*EVIDENCE, None], dtype=object)[worst.to_numpy()]
    return pd.Series(words, index=worst.index, dtype="str")


def _claims(table: pd.DataFrame, graph: nx.Graph) -> dict[str, str]:
    """Say of each kind whether its services span several systems, with the exceptions."""
    found = {}
    for kind, rows in table.groupby("kind", sort=False):
        several, kinds = int(rows["spans"].sum()), service_called(str(kind), len(rows))
        others = rows.loc[~rows["spans"], "service_name"].fillna(rows["service"])
        named = ", ".join(others.head(MOST_NAMED))
        more = f" and {len(others) - MOST_NAMED:,} more" if len(others) > MOST_NAMED else ""
        rest = f"; not so: {named}{more}" if len(others) else ""
        systems = f"{called(level_of_systems(graph), 2)} of {graph.graph['systems']}"
        here = " here" if graph.graph["focus"] else ""
        found[str(kind)] = (
            f"{several:,} of {len(rows):,} {kinds}{here} span several {systems}{rest}."
        )
    return found


def who_to_invite(graph: nx.Graph, service: str, share: float = 0.9) -> pd.DataFrame:
    """Name the fewest systems that together hold a share of a service's people.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`footprints.services_graph`.
    service : str
        A code, ODS code or name, ``amb22:RYE`` where it fits several.
    share : float
        How much of the service's people they are to hold, above 0 and up to 1.

    Returns
    -------
    DataFrame
        A row a system, the most people first (of equals the lowest code). Columns: ``system``,
        ``system_name``, ``people`` (persons of the service in it), ``share`` (of the service's
        people, 0 to 1), ``share_so_far``, ``share_of_system``, ``evidence``. ``attrs`` hold
        ``service``, ``service_name`` and ``not_invited`` (the other systems).

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If the service is not there, or its name fits several.
    FootprintsError
        If the share is none, its people are not known, it has none, or all systems together do
        not hold that share.

    Examples
    --------
    >>> from footprints import load_example, services_graph
    >>> graph = services_graph(load_example(), "icb22", "ambulance")
    >>> who_to_invite(graph, "RX9", share=0.5)["people"].to_list()
    [1170475, 1107597, 1030393]
    """
    if not 0 < share <= 1:
        msg = f"share= is above 0 and at most 1, as in 0.9 for nine people in ten, not {share!r}."
        raise FootprintsError(msg, [share])
    nodes = node_table(graph)
    layer, code = find_node(nodes, service, graph.graph["services"].split("; "))
    people = nodes.set_index(["layer", "code"]).loc[(layer, code), "people"]
    edges = edge_table(graph)
    mine = edges[(edges["service_layer"] == layer) & (edges["service"] == code)]
    met = mine.dropna(subset=["system"])
    if pd.isna(people) or not people:
        why = "whose people are not known" if pd.isna(people) else "which has no people"
        msg = f"Nobody can be invited for {code!r} of {layer}, {why}."
        raise FootprintsError(msg, [code])
    met = met.assign(order=-met["people"].astype("float64")).sort_values(["order", "system"])
    held = met["people"].astype("float64").cumsum()
    needed = np.ceil(share * float(people) - 1e-6)
    if met.empty or held.iloc[-1] < needed:
        most = 0 if met.empty else held.iloc[-1]
        msg = (
            f"All systems together hold {most:,.0f} of the {people:,.0f} people of {code!r}, "
            f"fewer than {share:.1%}: ask for less."
        )
        raise FootprintsError(msg, [code])
    count = int((held < needed).sum()) + 1
    table = met.head(count)[["system", "system_name", "people", "share_of_service"]]
    table = table.rename(columns={"share_of_service": "share"}).assign(
        share_so_far=held.head(count) / float(people),
        share_of_system=met["share_of_system"].head(count),
        evidence=met["evidence"].head(count),
    )
    table.attrs = edges.attrs | {
        "service": f"{layer}:{code}",
        "service_name": str(mine["service_name"].iloc[0]),
        "not_invited": "; ".join(met["system"].iloc[count:]),
    }
    return table.reset_index(drop=True)
