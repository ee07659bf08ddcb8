"""What a graph of services found, as findings of a report: cut systems, and what services span."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.levels import called, parse_key, service_called
from footprints.read import band_set
from footprints.report import Report, as_findings
from footprints.services.graph import edge_table, level_of_systems, node_table
from footprints.services.meeting import mixed_vintages
from footprints.services.partnership import (
    cuts_of,
    focused_nodes,
    near_focus,
    partners,
    with_focus,
)
from footprints.services.spanning import spanning
from footprints.services.ties import ties

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx as nx

    from footprints.atlas import Atlas
    from footprints.bands import BandSet

CLAIMS = {
    "amb": "ambulance services are to work across several ICSs (NHS Providers and HSJ 2021)",
    "lrf": "emergency preparedness is bigger than a system (Swage 2019)",
}
"""The kinds of service of which it is said that they span several systems, and who says so."""
VINTAGE = "service-vintage"
CUT = "service-cut"
SPAN = "service-span"
_WORDS = {"no": "one service", "yes": "cut", "uncertain": "cut on uncertain evidence"}
_PAIRS = ["left_layer", "right_layer", "left", "left_name", "right", "right_name"]
_PAIRS += ["units", "people", "area_m2", "left_share", "right_share"]


def services_report(
    atlas: Atlas, graph: nx.Graph, focus: str | Iterable[str] | None = None
) -> Report:
    """Return what a graph of services found as a report, which every format can hold.

    Parameters
    ----------
    atlas : Atlas
        What the graph was made of.
    graph : networkx.Graph
        From :func:`footprints.services_graph`.
    focus : str or iterable of str, optional
        Systems, as in :func:`footprints.partners`; None takes all, of a focused atlas those of its
        focus.

    Returns
    -------
    Report
        A finding a system and kind of service (``service-cut``): whether the system deals with
        one service or is cut between several, which warns; and one a service (``service-span``):
        whether it spans several systems, which of ambulance services and resilience forums is
        claimed, so that an exception warns; and one a kind of another year than the systems
        (``service-vintage``), which warns. Of what rests on uncertain evidence, ``result`` says
        so. ``pairs`` are the edges of those systems and of all that share their services;
        ``tables`` hold what :func:`footprints.partners`, :func:`footprints.spanning` and
        :func:`footprints.ties` tell, as ``Partners``, ``Services`` and ``Ties``.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If the atlas lacks a layer of the graph, or the graph a system of the focus.

    Examples
    --------
    >>> from footprints import load_example, services_graph
    >>> atlas = load_example()
    >>> report = services_report(atlas, services_graph(atlas, "icb22", "ambulance"))
    >>> report.summary.loc[("service-cut", "icb22", "amb22"), ["pass", "warn"]].to_list()
    [35, 7]
    """
    atlas.whole.resolve_all([graph.graph["systems"], *graph.graph["services"].split("; ")])
    if focus is not None:
        graph = with_focus(graph, focus)
    findings = as_findings([cut_findings(graph), _spans(graph), _vintages(graph)])
    basis = _basis(atlas)
    findings = findings.assign(
        severity="warn",
        **{name: findings["population"].map(words).astype("str") for name, words in basis.items()},
    )
    return Report(
        atlas=atlas,
        bands=_bands(atlas),
        findings=findings,
        pairs=_pairs(edge_table(near_focus(graph))),
        tables={
            "Partners": partners(graph),
            "Services": spanning(graph),
            "Ties": ties(graph),
        },
    )


def _bands(atlas: Atlas) -> BandSet:
    said = atlas.checks.bands
    return band_set(said) if isinstance(said, str) else said


def _basis(atlas: Atlas) -> dict[str, dict[str, str]]:
    """Return the date and the source of each population, by name."""
    counted = atlas.whole.populations.reset_index().drop_duplicates("population", keep="last")
    by = counted.set_index("population")
    return {
        "population_date": by["as_at"].to_dict(),
        "population_source": by["source"].to_dict(),
    }


def cut_findings(graph: nx.Graph) -> pd.DataFrame:
    """Return a finding for each system of the focus and kind of service: whether it is cut."""
    edges, nodes = edge_table(graph), node_table(graph)
    kept = set(focused_nodes(nodes, graph.graph["systems"], None))
    rows = edges[edges["system"].isin(kept)].rename(columns={"service_layer": "kind"})
    rows = rows.assign(number=rows["people"].astype("float64"), weight=_weight(rows))
    rows = rows.sort_values("weight", ascending=False, kind="stable")
    keys = ["kind", "system"]
    cuts = cuts_of(edges)
    by = rows.groupby(keys, sort=False)
    first = by.agg(
        service=("service", "first"),
        service_name=("service_name", "first"),
        share=("share_of_system", "first"),
        people=("number", _sum),
        most=("number", "first"),
        method=("method", "first"),
        population=("population", "first"),
    )
    words = pd.Series(_parts(rows), index=pd.MultiIndex.from_frame(rows[keys]))
    first["parts"] = words.groupby(level=[0, 1]).agg("; ".join)
    first = first.join(cuts)
    labels = nodes[nodes["kind"] == "system"].set_index("code")
    order = pd.MultiIndex.from_product(
        [graph.graph["services"].split("; "), [code for code in labels.index if code in kept]],
        names=keys,
    )
    first = first.reindex(order[order.isin(first.index)]).reset_index()
    none = first["services"] == 0
    passed = (first["cut"] == "no") & ~none
    result = first["cut"].map(_WORDS).mask(none, "in no service")
    return pd.DataFrame(
        {
            "check": CUT,
            "layer": graph.graph["systems"],
            "against": first["kind"],
            "code": first["system"],
            "ods_code": first["system"].map(labels["ods_code"]),
            "name": first["system"].map(labels["name"]),
            "status": np.where(passed, "pass", "warn"),
            "result": result,
            "message": _cut_messages(first.assign(result=result), labels["name"]),
            "measure": "share in its main service",
            "value": first["share"].where(~none, 0.0),
            "measured_in": "share",
            "miss": (first["people"] - first["most"]).where(~passed, 0).mask(none, first["people"]),
            "people": first["people"],
            "population": first["population"],
            "counterpart": first["service"],
            "counterpart_name": first["service_name"],
            "method": first["method"],
            "evidence": first["evidence"],
            "source": "a system deals with the services that its people have",
        }
    )


def named(name: object, code: str) -> str:
    """Return a name with its code, or the code alone where that is all it is called.

    Examples
    --------
    >>> named("Isle of Wight NHS Trust", "R1F"), named("Surrey", "Surrey")
    ('Isle of Wight NHS Trust (R1F)', 'Surrey')
    """
    return code if pd.isna(name) or name in ("", code) else f"{name} ({code})"


def _sum(values: pd.Series[float]) -> float:
    return float(values.sum(skipna=False))


def _weight(rows: pd.DataFrame) -> pd.Series[float]:
    """Return what puts rows in order: people, else area; who is in none comes last."""
    people = rows["people"].astype("float64")
    weight = people.where(people.notna(), rows["area_m2"]).fillna(0)
    return weight.where(rows["service"].notna(), -1)


def _amount(people: float, share: float) -> str:
    if pd.notna(people):
        return f"{people:,.0f} people"
    return "an unknown part" if pd.isna(share) else f"{share:.1%} of its area"


def _parts(rows: pd.DataFrame) -> list[str]:
    """Word each row: how many people, in which service, and whether that is uncertain."""
    return [
        f"{_amount(people, share)} in {'none' if pd.isna(service) else name or service}"
        f"{' (uncertain)' if evidence == 'uncertain' else ''}"
        for people, share, service, name, evidence in zip(
            rows["number"],
            rows["share_of_system"],
            rows["service"],
            rows["service_name"].fillna(""),
            rows["evidence"],
            strict=True,
        )
    ]


def _cut_messages(table: pd.DataFrame, names: pd.Series[str]) -> list[str]:
    """Word the finding of each system and kind, a sentence each."""
    words = []
    for row in table.itertuples():
        label = named(names.get(row.system), row.system)
        kinds = service_called(row.kind, int(row.services))
        if not row.services:
            who = f": {row.parts}" if row.people else ""
            words.append(f"{label} deals with none of the {kinds}{who}.")
        elif row.cut == "no":
            words.append(f"{label} deals with one {kinds}: {row.parts}.")
        else:
            sure = " on uncertain evidence" if row.cut == "uncertain" else ""
            several = f"between {row.services:,} {kinds}" if row.services > 1 else "by its edge"
            words.append(f"{label} is cut{sure} {several}: {row.parts}.")
    return words


def _spans(graph: nx.Graph) -> pd.DataFrame:
    """Return a finding for each service, whether it spans several systems."""
    table, nodes = spanning(graph), node_table(graph)
    services = nodes[nodes["kind"] == "service"].set_index(["layer", "code"])
    labels = services.reindex(pd.MultiIndex.from_frame(table[["kind", "service"]]))
    edges = edge_table(graph).dropna(subset=["system", "service"])
    edges = edges.drop_duplicates(["service_layer", "service"])
    edges = edges.set_index(["service_layer", "service"]).reindex(labels.index)
    first = table["codes"].str.split("; ").str[0]
    claims = table["kind"].map(lambda key: CLAIMS.get(parse_key(key).kind, "")).astype("str")
    return pd.DataFrame(
        {
            "check": SPAN,
            "layer": table["kind"],
            "against": graph.graph["systems"],
            "code": table["service"],
            "ods_code": labels["ods_code"].to_numpy(),
            "name": table["service_name"],
            "status": np.where(table["spans"] | (claims == ""), "pass", "warn"),
            "result": np.select(
                [table["spans"], table["systems"] == 1], ["several systems", "one system"], "none"
            ),
            "message": _span_messages(table, graph, claims),
            "measure": "systems that it touches",
            "value": table["systems"].astype("float64"),
            "measured_in": "systems",
            "miss": 0.0,
            "people": table["people"].astype("float64"),
            "counterpart": first.where(first != ""),
            "counterpart_name": table["names"].str.split("; ").str[0].where(first != ""),
            "population": edges["population"].to_numpy(),
            "method": edges["method"].to_numpy(),
            "evidence": table["evidence"],
            "source": claims.where(claims != ""),
        }
    )


def _span_messages(table: pd.DataFrame, graph: nx.Graph, claims: pd.Series[str]) -> list[str]:
    """Word the finding of each service, a sentence each."""
    how = {
        "union": ", made of whole ones",
        "same": ", the same area as it",
        "part": ", part of it",
        "crosses": "",
        "outside": "",
    }
    level, systems, words = level_of_systems(graph), graph.graph["systems"], []
    for row, claim in zip(table.itertuples(), claims, strict=True):
        odd = ": an exception" if claim else ""
        label, said = named(row.service_name, row.service), called(level, row.systems)
        if row.systems > 1:
            part = f", {row.in_part:,} of them in part" if row.relation == "crosses" else ""
            told = f"spans {row.systems:,} {said} of {systems}{how.get(row.relation, '')}{part}"
        elif row.systems == 1:
            told = f"lies in one {said} of {systems}{how.get(row.relation, '')}{odd}"
        else:
            told = f"touches no {called(level, 1)} of {systems}{odd}"
        rest = f"; {row.outside:,} people in none" if pd.notna(row.outside) and row.outside else ""
        words.append(f"{label} {told}{rest}.")
    return words


def _vintages(graph: nx.Graph) -> pd.DataFrame:
    """Return a finding for each kind of service of another year than the systems."""
    systems = graph.graph["systems"]
    told = {kind: mixed_vintages(systems, [kind]) for kind in graph.graph["services"].split("; ")}
    rows = [
        {
            "check": VINTAGE,
            "layer": kind,
            "against": systems,
            "status": "warn",
            "result": "mixed vintages",
            "message": message,
            "miss": 0.0,
        }
        for kind, message in told.items()
        if message
    ]
    return pd.DataFrame(rows)


def _pairs(edges: pd.DataFrame) -> pd.DataFrame:
    """Return all edges under the columns of the pairs of a report."""
    renamed = {
        "system_layer": "left_layer",
        "service_layer": "right_layer",
        "system": "left",
        "service": "right",
        "system_name": "left_name",
        "service_name": "right_name",
        "share_of_system": "left_share",
        "share_of_service": "right_share",
    }
    table = edges.rename(columns=renamed)[_PAIRS].reset_index(drop=True)
    table.attrs = {}
    return table
