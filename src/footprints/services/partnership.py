"""What a graph of services answers, each question as a table."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.naming import short_name
from footprints.atlas.parts import EVIDENCE
from footprints.errors import AmbiguousNameError, UnknownNameError, listed, near
from footprints.services.graph import edge_table, node_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx as nx

PARTNERS = ["kind", "system", "system_name", "service", "service_name", "people"]
PARTNERS += ["share_of_system", "share_of_service", "services", "shared_with", "shared_with_names"]
PARTNERS += ["cut", "units", "method", "evidence"]


def partners(graph: nx.Graph, focus: str | Iterable[str] | None = None) -> pd.DataFrame:
    """Tell which services each system deals with, and which other systems share them.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`footprints.services_graph`.
    focus : str or iterable of str, optional
        Systems, each a code, ODS code or name; None takes all, of a focused atlas those of its
        focus.

    Returns
    -------
    DataFrame
        A row a system and service, in the order of kinds and systems, the most people first; and
        a row for those of a system who are in no service of a kind. Columns: ``kind`` (the layer
        of the service), ``system``, ``system_name``, ``service``, ``service_name`` (NA for who is
        in none), ``people`` (persons of the system in the service), ``share_of_system`` and
        ``share_of_service`` (0 to 1), ``services`` (how many of the kind the system deals with),
        ``shared_with`` and ``shared_with_names`` (the other systems of the service, with "; "
        between them, the most people first), ``cut`` (``no``; ``yes`` where the system deals with
        several of the kind, or is partly in none; ``uncertain`` where that rests on uncertain
        evidence alone), ``units``, ``method``, ``evidence``. ``attrs`` say whose people, of which
        source and date.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If a system of the focus is not there, or its name fits several.

    Examples
    --------
    >>> from footprints import load_example, services_graph
    >>> graph = services_graph(load_example(), "icb22", "ambulance")
    >>> partners(graph, "Frimley")[["service", "people", "cut"]].values.tolist()
    [['RYE', 425015, 'yes'], ['RYD', 321724, 'yes']]
    """
    edges, nodes = edge_table(graph), node_table(graph)
    wanted = focused_nodes(nodes, graph.graph["systems"], focus)
    rows = edges[edges["system"].isin(wanted)].rename(columns={"service_layer": "kind"})
    cuts = cuts_of(edges).reindex(pd.MultiIndex.from_frame(rows[["kind", "system"]]))
    codes, names = _shared_with(edges, rows)
    rows = rows.assign(
        services=cuts["services"].to_numpy(),
        cut=cuts["cut"].to_numpy(),
        shared_with=codes,
        shared_with_names=names,
    )
    table = _ordered(rows, nodes, ["kind", "system"])[PARTNERS]
    table.attrs = edges.attrs
    return table


def cuts_of(edges: pd.DataFrame) -> pd.DataFrame:
    """Tell which systems each kind of service cuts.

    Parameters
    ----------
    edges : DataFrame
        From :func:`footprints.services.graph.edge_table`.

    Returns
    -------
    DataFrame
        Indexed by ``kind`` and ``system``. Columns: ``services`` (how many of the kind it deals
        with), ``outside`` (whether some of it is in none), ``cut`` (``no``, ``yes``, or
        ``uncertain`` where only uncertain memberships say so), ``evidence`` (the weakest).
    """
    rows = edges[edges["system"].notna()]
    met = rows["service"].notna()
    sure = met & (rows["evidence"] != "uncertain")
    flags = pd.DataFrame({"services": met, "sure": sure, "outside": ~met})
    by = [rows["service_layer"].rename("kind"), rows["system"]]
    counts = flags.assign(weak=weakness(rows["evidence"])).groupby(by, sort=False)
    table = counts.agg({"services": "sum", "sure": "sum", "outside": "any", "weak": "max"})
    parts, certain = (table[name] + table["outside"] for name in ("services", "sure"))
    # Who is in nothing at all is not cut.
    cut = np.select([parts < 2, certain > 1], ["no", "yes"], "uncertain")
    words = np.array([*EVIDENCE, None], dtype=object)[table["weak"].to_numpy()]
    evidence = pd.Series(words, index=table.index, dtype="str")
    cut_words = pd.Series(cut, index=table.index, dtype="str")
    return table[["services", "outside"]].assign(cut=cut_words, evidence=evidence)


def weakness(evidence: pd.Series[str]) -> pd.Series[int]:
    """Return how weak each word for evidence is: its place in EVIDENCE, -1 where there is none.

    Examples
    --------
    >>> weakness(pd.Series(["official", "uncertain", None])).to_list()
    [0, 3, -1]
    """
    return evidence.map({word: place for place, word in enumerate(EVIDENCE)}).fillna(-1).astype(int)


def _shared_with(edges: pd.DataFrame, rows: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the codes and the names of the other systems that share each row's service."""
    met = edges.dropna(subset=["system", "service"])
    met = met.sort_values(["people", "system"], ascending=[False, True], kind="stable")
    grouped = met.groupby(["service_layer", "service"])["system"].agg(list).to_dict()
    names = met.drop_duplicates("system").set_index("system")["system_name"].fillna("").to_dict()
    others = [
        [code for code in grouped.get((kind, service), ()) if code != system]
        for kind, service, system in zip(rows["kind"], rows["service"], rows["system"], strict=True)
    ]
    named = [[names[code] or code for code in codes] for codes in others]
    return ["; ".join(codes) for codes in others], ["; ".join(each) for each in named]


def _ordered(rows: pd.DataFrame, nodes: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Put rows in the order of kinds and footprints of the graph, the most people first."""
    kinds = nodes["layer"].drop_duplicates().to_list()
    codes = nodes["code"].drop_duplicates().to_list()
    keys = pd.DataFrame(
        {
            "kind": pd.Index(kinds).get_indexer(rows[by[0]]),
            "of": pd.Index(codes).get_indexer(rows[by[1]]),
            "none": (rows["service"].isna() | rows["system"].isna()).to_numpy(),
            "people": -rows["people"].astype("float64").fillna(0).to_numpy(),
            "area": -rows["area_m2"].fillna(0).to_numpy(),
        }
    )
    return rows.iloc[np.lexsort([keys[name] for name in reversed(keys.columns)])].reset_index(
        drop=True
    )


def focused_nodes(nodes: pd.DataFrame, layer: str, focus: str | Iterable[str] | None) -> list[str]:
    """Return the codes of one side that are asked about.

    Parameters
    ----------
    nodes : DataFrame
        From :func:`footprints.services.graph.node_table`.
    layer : str
        The layer of the side.
    focus : str or iterable of str, optional
        Codes, ODS codes or names; None takes those of the focus of the atlas, else all.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If one is not there, or fits several.
    """
    if focus is None:
        return list(nodes.loc[(nodes["layer"] == layer) & nodes["in_focus"], "code"])
    wanted = [focus] if isinstance(focus, str) else list(focus)
    return [find_node(nodes, text, [layer])[1] for text in wanted]


def find_node(nodes: pd.DataFrame, text: str, layers: Iterable[str]) -> tuple[str, str]:
    """Find one node by code, ODS code or name, with or without its layer before a colon.

    Returns
    -------
    layer, code : str

    Raises
    ------
    UnknownNameError
        If nothing fits; the message names what comes near.
    AmbiguousNameError
        If several fit; the message lists them.
    """
    among = nodes[nodes["layer"].isin(list(layers))]
    before, colon, after = str(text).partition(":")
    if colon and before in set(among["layer"]):
        among, text = among[among["layer"] == before], after
    names = among["name"].fillna("")
    said = str(text).strip().casefold()
    ways = [among["code"].str.casefold(), among["ods_code"].str.casefold(), names.str.casefold()]
    tried = [(way, said) for way in ways]
    for found, wanted in [*tried, (names.map(short_name), short_name(str(text)))]:
        fits = among[(found == wanted) & (wanted != "")]
        if len(fits) == 1:
            return fits["layer"].iloc[0], fits["code"].iloc[0]
        if len(fits):
            places = fits["layer"] + ":" + fits["code"]
            msg = f"{text!r} fits {listed(places)}: write one of these."
            raise AmbiguousNameError(msg, places)
    what = " or ".join(among["layer"].unique())
    hint = near([text], [*among["code"], *names[names != ""]]) or _meant(
        names, short_name(str(text))
    )
    msg = f"There is no {text!r} in {what} of the graph.{hint}"
    raise UnknownNameError(msg, [text])


def _meant(names: pd.Series[str], said: str) -> str:
    """Ask whether names that hold what was said, or come near it, were meant; else ""."""
    short = names.map(short_name)
    close = get_close_matches(said, list(short), n=1)
    fits = names[[name in close or (said != "" and said in name) for name in short]]
    return f" Did you mean {listed(fits)}?" if len(fits) else ""


def with_focus(graph: nx.Graph, focus: str | Iterable[str]) -> nx.Graph:
    """Return a graph of services that is about some of its systems.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`footprints.services_graph`; it is left as it is.
    focus : str or iterable of str
        Systems, each a code, ODS code or name.

    Returns
    -------
    networkx.Graph
        The same, with ``in_focus`` for these systems and the services that they deal with alone.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If one is not there, or fits several.
    """
    layer = graph.graph["systems"]
    codes = focused_nodes(node_table(graph), layer, focus)
    own = {(layer, code) for code in codes}
    own |= {service for system in list(own) for service in graph[system]}
    marked = graph.copy()
    for node, about in marked.nodes(data=True):
        about["in_focus"] = node in own
    marked.graph["focus"] = "; ".join(f"{layer}:{code}" for code in codes)
    return marked


def near_focus(graph: nx.Graph) -> nx.Graph:
    """Return the part of a graph that its focus is about, with all systems that share services.

    Returns
    -------
    networkx.Graph
        The systems of the focus, their services, and the other systems of these.
    """
    layer = graph.graph["systems"]
    own = {node for node, about in graph.nodes(data=True) if about["in_focus"]}
    services = {other for node in own if node[0] == layer for other in graph[node]}
    sharing = {system for service in services for system in graph[service]}
    return graph.subgraph(own | services | sharing).copy()
