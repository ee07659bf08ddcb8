"""Which systems are tied by the services that they share, and what a redraw does to that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.parts import EVIDENCE
from footprints.services.graph import edge_table
from footprints.services.partnership import weakness

if TYPE_CHECKING:
    import networkx as nx


def ties(graph: nx.Graph) -> pd.DataFrame:
    """Tell which systems are tied to which others, by the services that both deal with.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`footprints.services_graph`.

    Returns
    -------
    DataFrame
        A row a kind of service and pair of systems that share one or more, the most people
        first. Columns: ``kind``, ``system``, ``system_name``, ``other``, ``other_name``,
        ``services`` (how many they share), ``codes`` (which, with "; " between them), ``people``
        and ``other_people`` (persons of each in those), ``both`` (their sum), ``evidence`` (the
        weakest). There are as many as pairs of systems in each service.

    Examples
    --------
    >>> from footprints import load_example, services_graph
    >>> tied = ties(services_graph(load_example(), "icb22", "ambulance"))
    >>> hampshire = tied[(tied["system"] == "E54000034") | (tied["other"] == "E54000034")]
    >>> len(hampshire)  # Frimley, with three of South Central and three of South East Coast
    6
    """
    edges = edge_table(graph)
    met = edges.dropna(subset=["system", "service"]).rename(columns={"service_layer": "kind"})
    columns = ["kind", "service", "system", "system_name", "people", "evidence"]
    one = met[columns]
    other = one.rename(columns={"system": "other", "system_name": "other_name"})
    other = other.rename(columns={"people": "other_people", "evidence": "other_evidence"})
    both = one.merge(other, on=["kind", "service"])
    both = both[both["system"] < both["other"]]
    both = both.assign(
        weak=np.maximum(weakness(both["evidence"]), weakness(both["other_evidence"]))
    )
    keys = ["kind", "system", "other"]
    table = both.groupby(keys, sort=False).agg(
        system_name=("system_name", "first"),
        other_name=("other_name", "first"),
        services=("service", "size"),
        codes=("service", "; ".join),
        people=("people", "sum"),
        other_people=("other_people", "sum"),
        weak=("weak", "max"),
    )
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
