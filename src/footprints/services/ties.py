"""Which systems are tied by the services that they share, and what a redraw does to that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.parts import EVIDENCE, counts_or_na
from footprints.checks.nest import nesting
from footprints.errors import FootprintsError, listed
from footprints.overlaps.pairs import SIDES
from footprints.services.graph import edge_table, node_table
from footprints.services.partnership import cuts_of, focused_nodes, weakness

if TYPE_CHECKING:
    import networkx as nx


def ties(graph: nx.Graph) -> pd.DataFrame:
    """Tell which systems are tied to which others, by the services that both deal with.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`footprints.services_graph`; of a focused atlas, the ties of the systems that
        meet its focus.

    Returns
    -------
    DataFrame
        A row a kind of service and pair of systems that share one or more, the most people
        first. Columns: ``kind``, ``system``, ``system_name``, ``other``, ``other_name``,
        ``services`` (how many they share), ``codes`` (which, with "; " between them), ``people``
        and ``other_people`` (persons of each in those; NA where nobody is counted), ``both``
        (their sum), ``evidence`` (the weakest). There are as many as pairs of systems in each
        service.

    Examples
    --------
    >>> from footprints import load_example, services_graph
    >>> tied = ties(services_graph(load_example(), "icb22", "ambulance"))
    >>> hampshire = tied[(tied["system"] == "E54000034") | (tied["other"] == "E54000034")]
    >>> len(hampshire)  # Frimley, with three of South Central and three of South East Coast
    6
    """
    edges = edge_table(graph)
    own = focused_nodes(node_table(graph), graph.graph["systems"], None)
    met = edges.dropna(subset=["system", "service"]).rename(columns={"service_layer": "kind"})
    columns = ["kind", "service", "system", "system_name", "people", "evidence"]
    one = met[columns]
    other = one.rename(columns={"system": "other", "system_name": "other_name"})
    other = other.rename(columns={"people": "other_people", "evidence": "other_evidence"})
    both = one.merge(other, on=["kind", "service"])
    both = both[both["system"] < both["other"]]
    both = both[both["system"].isin(own) | both["other"].isin(own)]
    both = both.assign(
        weak=np.maximum(weakness(both["evidence"]), weakness(both["other_evidence"]))
    )
    keys = ["kind", "system", "other"]
    by = both.groupby(keys, sort=False)
    table = by.agg(
        system_name=("system_name", "first"),
        other_name=("other_name", "first"),
        services=("service", "size"),
        codes=("service", "; ".join),
        weak=("weak", "max"),
    ).join(by[["people", "other_people"]].sum(min_count=1))
    words = np.array([*EVIDENCE, None], dtype=object)[table["weak"].to_numpy(dtype="int64")]
    table = table.assign(
        both=table["people"] + table["other_people"],
        evidence=pd.Series(words, index=table.index, dtype="str"),
    )
    names = ["kind", "system", "system_name", "other", "other_name", "services", "codes"]
    names += ["people", "other_people", "both", "evidence"]
    found = table.reset_index()[names].sort_values("both", ascending=False, kind="stable")
    found = found.reset_index(drop=True)
    found.attrs = edges.attrs
    return found


def ties_changed(
    before: nx.Graph, after: nx.Graph, moved: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Tell which ties of systems to services a redraw gained, lost and mended.

    What a system is after the redraw is the one that takes most of its people (of equals the
    larger in area, then the lowest code). A tie is *kept* where both deal with the service;
    *gained* where only the new one does; and where only the old one did, *mended* if that system
    was cut between several services of the kind and the new one is not, otherwise *lost*.

    Parameters
    ----------
    before, after : networkx.Graph
        From :func:`footprints.services_graph`, of the same kinds of service; of a focused atlas,
        the ties of the systems that meet its focus, and of those that follow one.
    moved : DataFrame, optional
        How the systems of both meet: ``atlas.overlap("icb22", "icb26")``. None where both graphs
        have the same layer of systems.

    Returns
    -------
    DataFrame
        A row a kind, system after the redraw and service: ``kind``, ``system``, ``system_name``
        (after; NA where none follows), ``was`` and ``was_names`` (the systems before that it
        follows, with "; " between them), ``service``, ``service_name``, ``change`` (``kept``,
        ``gained``, ``lost``, ``mended``), ``people_before`` and ``people_after`` (persons in the
        tie, 0 where there was or is none, NA where nobody is counted), ``uncertain`` (whether the
        tie rests on uncertain evidence). ``attrs`` hold the layers and whose people.

    Raises
    ------
    FootprintsError
        If the graphs have not the same services, or ``moved`` is not about their systems.
    TableError
        If ``moved`` is no pair table.

    Examples
    --------
    >>> import warnings
    >>> from footprints import load_example, services_graph
    >>> atlas = load_example()
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # The services are of 2022.
    ...     graphs = [services_graph(atlas, key, "amb22") for key in ("icb22", "icb26")]
    >>> found = ties_changed(*graphs, atlas.overlap("icb22", "icb26"))
    >>> found.loc[found["change"] == "mended", ["was", "service"]].values.tolist()
    [['E54000034; E54000044', 'RYD']]
    """
    follows = _follows(before, after, moved)
    _check_services(before, after)
    old, new = (_tie_table(graph) for graph in (before, after))
    old = old.assign(system=old["system"].map(follows))
    was_cut = _cut(before).rename(index=follows, level="system").groupby(level=[0, 1]).any()
    keys = ["kind", "system", "service"]
    by = old.groupby(keys, sort=False)
    first = by.agg(weak_before=("weak", "min")).assign(people_before=by["people"].sum(min_count=1))
    then = new.set_index(keys)[["people", "weak"]]
    then.columns = pd.Index(["people_after", "weak_after"])
    both = first.join(then, how="outer")
    kinds = both.index.droplevel("service")
    mended = was_cut.reindex(kinds, fill_value=False).to_numpy() & ~_cut(after).reindex(
        kinds, fill_value=False
    ).to_numpy(dtype="bool")
    there = {side: both[f"weak_{side}"].notna() for side in ("before", "after")}
    change = np.select(
        [there["before"] & there["after"], there["after"], mended],
        ["kept", "gained", "mended"],
        "lost",
    )
    uncertain = EVIDENCE.index("uncertain")
    table = both.assign(
        change=pd.Series(change, both.index, dtype="str"),
        uncertain=both[["weak_before", "weak_after"]].max(axis=1) == uncertain,
        **{
            f"people_{side}": counts_or_na(both[f"people_{side}"].where(there[side], 0))
            for side in there
        },
    )
    table = table.reset_index()
    table = table[table["system"].isin(_about(before, after, follows))]
    return _with_labels(table, before, after, follows)


def _about(before: nx.Graph, after: nx.Graph, follows: pd.Series[str]) -> set[str]:
    """Return the systems after a redraw that either graph is about, or that follow one."""
    was, now = (
        focused_nodes(node_table(graph), graph.graph["systems"], None) for graph in (before, after)
    )
    return {*follows[was], *now}


def _follows(before: nx.Graph, after: nx.Graph, moved: pd.DataFrame | None) -> pd.Series[str]:
    """Return the system after a redraw that each one before it became, by code."""
    layers = [graph.graph["systems"] for graph in (before, after)]
    codes = pd.Index([code for layer, code in before.nodes if layer == layers[0]], dtype="str")
    if moved is None and layers[0] == layers[1]:
        return pd.Series(codes, codes)
    said = None if moved is None else [moved.attrs.get(f"{side}_layer") for side in SIDES]
    if moved is None or said != layers:
        msg = (
            f"The graphs are of {layers[0]} and {layers[1]}: give how these meet as the third, "
            f"atlas.overlap({layers[0]!r}, {layers[1]!r})."
        )
        raise FootprintsError(msg, layers)
    if lost := codes.difference(moved["left"]).to_list():
        msg = f"How systems meet lacks {listed(lost)}: take it of the whole atlas."
        raise FootprintsError(msg, lost)
    # What nothing follows keeps its ties, lost, under an empty code.
    return nesting(moved)["parent"].reindex(codes).fillna("")


def _check_services(before: nx.Graph, after: nx.Graph) -> None:
    kinds = [set(graph.graph["services"].split("; ")) for graph in (before, after)]
    if other := sorted(kinds[0] ^ kinds[1]):
        msg = f"Only one of the graphs has {listed(other)}: make both of the same services."
        raise FootprintsError(msg, other)


def _tie_table(graph: nx.Graph) -> pd.DataFrame:
    edges = edge_table(graph).rename(columns={"service_layer": "kind"})
    met = edges.dropna(subset=["system", "service"])
    people = met["people"].astype("float64")
    return met.assign(people=people, weak=weakness(met["evidence"]))


def _cut(graph: nx.Graph) -> pd.Series[bool]:
    """Tell which systems several services of a kind cut, by kind and system."""
    found: pd.Series[bool] = cuts_of(edge_table(graph))["services"] > 1
    return found


def _with_labels(
    table: pd.DataFrame, before: nx.Graph, after: nx.Graph, follows: pd.Series[str]
) -> pd.DataFrame:
    """Set names beside codes, and say which systems each one follows."""
    old, new = (node_table(graph).drop_duplicates(["layer", "code"]) for graph in (before, after))
    olds = old[old["kind"] == "system"].set_index("code")["name"]
    names = new[new["kind"] == "system"].set_index("code")["name"]
    services = new[new["kind"] == "service"].set_index(["layer", "code"])["name"]
    was = pd.DataFrame({"code": follows.index, "name": olds.reindex(follows.index).to_numpy()})
    was = was.groupby(follows.to_numpy()).agg({"code": "; ".join, "name": "; ".join})
    keys = pd.MultiIndex.from_frame(table[["kind", "service"]])
    found = table.assign(
        system_name=table["system"].map(names),
        was=table["system"].map(was["code"]).fillna(""),
        was_names=table["system"].map(was["name"]).fillna(""),
        service_name=services.reindex(keys).to_numpy(),
    )
    columns = ["kind", "system", "system_name", "was", "was_names", "service", "service_name"]
    columns += ["change", "people_before", "people_after", "uncertain"]
    found = found[columns].assign(system=found["system"].replace("", pd.NA))
    found = found.reset_index(drop=True)
    basis = {name: after.graph[name] for name in ("services", "basis", "mixed_vintages")}
    found.attrs = basis | {"before": before.graph["systems"], "after": after.graph["systems"]}
    return found
