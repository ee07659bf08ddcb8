"""The graph of systems and services: many to many, weighed by people."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal

import networkx as nx
import numpy as np
import pandas as pd

from footprints.atlas.parts import counts_or_na
from footprints.checks.coterminous import coterminosity
from footprints.errors import FootprintsWarning, OverlapError, TableError, listed
from footprints.levels import parse_key
from footprints.overlaps.pairs import transposed
from footprints.services.meeting import Way, layers_asked, meet_services, mixed_vintages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from footprints.atlas import Atlas, Population

NODES = ["layer", "code", "kind", "level", "name", "ods_code", "people", "area_m2", "vintage"]
NODES += ["relation", "whole", "regions", "region_names", "in_focus"]
EDGES = ["system_layer", "system", "service_layer", "service", "people", "units", "area_m2"]
EDGES += ["share_of_system", "share_of_service", "method", "evidence", "population"]
_COUNTS = ["people", "units", "whole", "vintage", "parents"]


def services_graph(  # noqa: PLR0913 - the options of Atlas.overlap, each by its name.
    atlas: Atlas,
    systems: str | None = None,
    services: str | Iterable[str] | None = None,
    *,
    population: str | None = None,
    units: str | None = None,
    method: Literal["members", "points", "area"] | None = None,
    estimate: bool = False,
) -> nx.Graph:
    """Return which systems and services meet, as a graph weighed by people.

    Parameters
    ----------
    atlas : Atlas
        With a focus, the graph is still that of the whole atlas, so that shares are of whole
        services; the systems and services that meet the focus are marked, and
        :func:`footprints.partners` and :func:`footprints.spanning` tell of these.
    systems : str, optional
        The layer of systems, a key or bare kind; None takes the newest.
    services : str or iterable of str, optional
        Layers of services: keys, bare kinds, or what they are called (``ambulance``, ``cancer``,
        ``resilience``); None takes the newest of each kind. :func:`footprints.with_service` adds
        one of your own to an atlas.
    population, units, method, estimate
        As in :meth:`footprints.Atlas.overlap`, for each kind of service.

    Returns
    -------
    networkx.Graph
        Nodes are ``(layer, code)``, since codes recur between vintages. They have ``layer``,
        ``code``, ``kind`` (``system`` or ``service``), ``level``, ``name``, ``ods_code``,
        ``people`` (persons), ``area_m2``, ``vintage`` (year), ``in_focus``; services have
        ``relation`` to the systems (``same``, ``union``, ``part``, ``crosses`` or ``outside``, as
        in :func:`footprints.coterminosity`), ``whole`` (how many systems lie whole within), and
        ``regions`` and ``region_names``, with "; " between them. Who is in no service of a kind,
        or in no system, is counted too: in ``outside_amb22`` of a system, ``outside_icb22`` of a
        service (persons; by area, where nobody is counted, in ``outside_m2_amb22``). What is not
        known is left out. Edges have ``people`` (persons), ``units`` (count), ``area_m2``,
        ``share_of_system`` and ``share_of_service`` (0 to 1), ``method``, ``evidence`` (the
        weakest membership of the units shared) and ``population``.
        ``graph.graph`` holds ``title``, ``systems``, ``services``, ``region_layer``,
        ``population`` (that of the people of systems), ``basis`` (whose people are counted, their
        source and date), ``lines``, ``focus``, ``notes`` and
        ``mixed_vintages``, all of them text.

    Raises
    ------
    UnknownNameError
        If there is no such layer, population or table of units.
    FootprintsError
        If a service is named twice.
    TableError
        If a service counts more people in a system than there are.
    OverlapError
        If the systems and a service cannot be held against each other.

    Warns
    -----
    FootprintsWarning
        If services are of another year than the systems.

    Examples
    --------
    >>> from footprints import load_example
    >>> graph = services_graph(load_example(), "icb22", ["ambulance"])
    >>> graph.edges[("icb22", "E54000042"), ("amb22", "R1F")]["people"]
    142296
    """
    way = Way(population=population, units=units, method=method, estimate=estimate)
    key, kinds = layers_asked(atlas, systems, services)
    met = {kind: meet_services(atlas, key, kind, way) for kind in kinds}
    counted = _population(atlas, key, met)
    graph = nx.Graph(**_about(atlas, key, counted, met))
    sides = [
        _systems(atlas, key, counted, met),
        *(_services(atlas, kind, met[kind]) for kind in kinds),
    ]
    for table in sides:
        names = zip(table["layer"], table["code"], strict=True)
        graph.add_nodes_from(zip(names, records(table), strict=True))
    for kind, pairs in met.items():
        _add_edges(graph, key, kind, pairs)
    if said := graph.graph["mixed_vintages"]:
        warnings.warn(said, FootprintsWarning, stacklevel=2)
    return graph


def _population(atlas: Atlas, key: str, met: dict[str, pd.DataFrame]) -> Population | None:
    """Return whose people systems are said to have: the first counted that they carry."""
    names = dict.fromkeys(pairs.attrs["population"] or None for pairs in met.values())
    found = (atlas.whole.population(key, name) for name in names)
    return next((each for each in found if each is not None), None)


def _about(
    atlas: Atlas, key: str, counted: Population | None, met: dict[str, pd.DataFrame]
) -> dict[str, str]:
    """Return what is said of the whole graph: texts, which every format can hold."""
    lines, focus = atlas.whole.overview["lines"], atlas.focused
    attrs = [pairs.attrs for pairs in met.values()]
    basis = [
        ", ".join(filter(None, (of[name] for name in ("population", "source", "date"))))
        for of in attrs
        if of["population"]
    ]
    return {
        "title": atlas.title,
        "systems": key,
        "services": "; ".join(met),
        "region_layer": _regions(atlas),
        "population": counted.name if counted else "",
        "basis": "; ".join(dict.fromkeys(basis)),
        "lines": "; ".join(dict.fromkeys(lines[[key, *met]])),
        "focus": "" if focus is None else f"{focus.layer}:{focus.code}",
        "notes": " ".join(atlas.notes),
        "mixed_vintages": mixed_vintages(key, met),
    }


def _regions(atlas: Atlas) -> str:
    """Return the newest layer of regions, or "" where there is none."""
    levels = atlas.whole.overview["level"]
    return next((key for key in atlas.whole.newest() if levels[key] == "region"), "")


def labelled(atlas: Atlas, key: str, kind: str = "") -> pd.DataFrame:
    """Return the footprints of a layer, indexed by code, with what they are called.

    Returns
    -------
    DataFrame
        Columns: ``name``, ``ods_code``, ``layer``, ``code``, ``kind``, ``level``, ``vintage``,
        ``in_focus`` (whether they meet the focus of the atlas; without one all do).
    """
    labels = atlas.whole.coded.labels(key)
    focused = key in atlas.layers and labels.index.isin(atlas.layers[key].index)
    return labels.assign(
        layer=key,
        code=labels.index,
        kind=kind,
        level=atlas.whole.overview.loc[key, "level"],
        vintage=parse_key(key).vintage,
        in_focus=focused if atlas.focused is not None else True,
    )


def _systems(
    atlas: Atlas, key: str, counted: Population | None, met: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return the systems, and who of them is in no service of each kind."""
    table = labelled(atlas, key, "system")
    people = pd.Series(np.nan, index=table.index)
    if counted is not None:
        people = atlas.whole.people(key)[counted.name].astype("float64")
    areas = pd.DataFrame({kind: _wholes(pairs, "left")["area_m2"] for kind, pairs in met.items()})
    table = table.assign(people=people, area_m2=areas.max(axis=1))
    for kind, pairs in met.items():
        bare = outside(pairs, "left")
        if counted is not None and pairs.attrs["population"] == counted.name:
            # A table of links holds only those whom it links; the others are in none.
            rest = people - _wholes(pairs, "left")["people"]
            _check_rest(rest, key, kind)
            bare += rest.clip(lower=0)
        table[f"outside_{kind}"] = bare
        table[f"outside_m2_{kind}"] = _area_outside(pairs, "left")
    return table


def _check_rest(rest: pd.Series[float], key: str, kind: str) -> None:
    """Raise an error where a service counts more people in systems than there are."""
    if len(over := rest.index[rest < 0]):
        people = -rest[over].sum()
        msg = (
            f"{kind} counts {people:,.0f} people more than there are in systems of {key}: "
            f"{listed(over)}. Give it a population of its own, or mend its table."
        )
        raise TableError(msg, over)


def _services(atlas: Atlas, kind: str, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the services of a kind, and how each stands to systems and regions."""
    table, wholes = labelled(atlas, kind, "service"), _wholes(pairs, "right")
    of = pairs.attrs["left_layer"]
    stands = coterminosity(transposed(pairs.drop(columns="evidence"))).reindex(table.index)
    table = table.assign(
        people=wholes["people"].reindex(table.index),
        area_m2=wholes["area_m2"].reindex(table.index),
        relation=stands["relation"],
        whole=stands["whole"],
        **{f"outside_{of}": outside(pairs, "right")},
        **{f"outside_m2_{of}": _area_outside(pairs, "right")},
    )
    regions = _regions(atlas)
    if regions and regions != kind:
        try:
            touched = atlas.whole.overlap(kind, regions).dropna(subset=["left", "right"])
        except OverlapError:
            return table
        names = touched["right"].map(atlas.whole.coded.labels(regions)["name"])
        by = touched.assign(region_names=names).groupby("left")
        table["regions"] = by["right"].agg("; ".join).reindex(table.index)
        table["region_names"] = by["region_names"].agg("; ".join).reindex(table.index)
    return table


def _wholes(pairs: pd.DataFrame, side: Literal["left", "right"]) -> pd.DataFrame:
    """Return the people and area of each footprint on one side, NaN where they are not known."""
    numbers = pairs[["people", "area_m2"]].astype("float64")
    unknown = numbers.isna().groupby(pairs[side]).any()
    found: pd.DataFrame = numbers.groupby(pairs[side]).sum().mask(unknown)
    return found


def outside(pairs: pd.DataFrame, side: Literal["left", "right"]) -> pd.Series[float]:
    """Return the people of each footprint on one side who are in none on the other."""
    other = "right" if side == "left" else "left"
    rows = pairs["people"].astype("float64").where(pairs[other].isna(), 0)
    found: pd.Series[float] = rows.groupby(pairs[side]).sum()
    return found if pairs["people"].notna().all() else found * np.nan


def _area_outside(pairs: pd.DataFrame, side: Literal["left", "right"]) -> pd.Series[float]:
    """Return the area of each footprint that is in none, where nobody is counted; else NaN."""
    other = "right" if side == "left" else "left"
    found: pd.Series[float] = (
        pairs["area_m2"].where(pairs[other].isna(), 0).groupby(pairs[side]).sum()
    )
    return found * np.nan if pairs["people"].notna().all() else found


def _add_edges(graph: nx.Graph, key: str, kind: str, pairs: pd.DataFrame) -> None:
    """Add an edge for each pair that meets."""
    rows = pairs[pairs["left"].notna() & pairs["right"].notna()]
    of_system = rows["left_share"]
    if pairs.attrs["population"] == graph.graph["population"] != "":
        whole = [graph.nodes[key, code].get("people", 0) for code in rows["left"]]
        people = rows["people"].astype("float64")
        of_system = people / pd.Series(whole, rows.index, dtype="float64").replace(0, np.nan)
    table = rows[["people", "units", "area_m2", "evidence"]].assign(
        share_of_system=of_system,
        share_of_service=rows["right_share"],
        method=pairs.attrs["method"],
        population=pairs.attrs["population"],
    )
    systems, services = (
        [(name, code) for code in rows[side]] for name, side in ((key, "left"), (kind, "right"))
    )
    graph.add_edges_from(zip(systems, services, records(table), strict=True))


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values for a graph, without what is not known."""
    names = table.columns.to_list()
    counts = [name for name in names if name in _COUNTS or name.startswith("outside_")]
    plain = table.assign(**{name: counts_or_na(table[name]) for name in counts})
    columns = [plain[name].astype("object").to_list() for name in names]
    missing = [plain[name].isna().to_list() for name in names]
    return [
        {
            name: value
            for name, value, lost in zip(names, values, gone, strict=True)
            if not lost and value != ""
        }
        for values, gone in zip(zip(*columns, strict=True), zip(*missing, strict=True), strict=True)
    ]


def level_of_systems(graph: nx.Graph) -> str:
    """Return the level of what is held against services: systems, or districts, or places."""
    systems = graph.graph["systems"]
    levels = (about["level"] for (layer, _), about in graph.nodes(data=True) if layer == systems)
    return str(next(levels, "system"))


def node_table(graph: nx.Graph) -> pd.DataFrame:
    """Return the nodes of a graph of services as a table.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`footprints.services_graph`.

    Returns
    -------
    DataFrame
        A row a node, systems first. Columns: the attributes of nodes that
        :func:`footprints.services_graph` lists, NA where one is not known.

    Examples
    --------
    >>> from footprints import load_example
    >>> nodes = node_table(services_graph(load_example(), "icb22", "amb22"))
    >>> nodes["kind"].value_counts().to_dict()
    {'system': 42, 'service': 11}
    """
    rows = [attributes for _, attributes in graph.nodes(data=True)]
    found = pd.DataFrame(rows)
    bare = [name for name in found if str(name).startswith("outside_")]
    table = found.reindex(columns=[*NODES, *bare])
    counts = [name for name in [*_COUNTS, *bare] if name in table]
    texts = ["layer", "code", "kind", "level", "name", "ods_code", "relation", "regions"]
    kinds = dict.fromkeys([*texts, "region_names"], "str") | {"area_m2": "float64"}
    numbers = {name: counts_or_na(table[name]) for name in counts}
    return table.assign(**numbers).astype(kinds | {"in_focus": "bool"})


def edge_table(graph: nx.Graph) -> pd.DataFrame:
    """Return the edges of a graph of services as a table, with who is in none.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`footprints.services_graph`.

    Returns
    -------
    DataFrame
        A row an edge, and a row for the people (by area, the square metres) of each system in no
        service of a kind, and of each service in no system: so both margins add up. Who meets
        none at all has such a row even where nobody is counted. Columns: ``system_layer``,
        ``system``, ``service_layer``, ``service`` (NA on one side where people are in none),
        ``people`` (persons), ``units`` (count), ``area_m2``, ``share_of_system``,
        ``share_of_service`` (0 to 1), ``method``, ``evidence``, ``population``, then
        ``system_name`` and ``service_name``.

    Examples
    --------
    >>> from footprints import load_example
    >>> edges = edge_table(services_graph(load_example(), "icb22", "amb22"))
    >>> len(edges), int(edges["people"].sum())
    (49, 56550138)
    """
    nodes = node_table(graph)
    by = nodes.set_index(["layer", "code"])
    systems = graph.graph["systems"]
    ends = [(one, other) if one[0] == systems else (other, one) for one, other in graph.edges]
    met = pd.DataFrame([attributes for *_, attributes in graph.edges(data=True)])
    met["system"] = [one[1] for one, _ in ends]
    met["service_layer"] = [other[0] for _, other in ends]
    met["service"] = [other[1] for _, other in ends]
    table = pd.concat([met, *_remainders(graph, nodes)], ignore_index=True)
    table = table.assign(system_layer=systems).reindex(columns=EDGES)
    for side in ("system", "service"):
        places = pd.MultiIndex.from_frame(table[[f"{side}_layer", side]])
        table[f"{side}_name"] = by["name"].reindex(places).to_numpy()
    texts = [name for name in table if name not in {"people", "units", *_MEASURES}]
    kinds = dict.fromkeys(texts, "str") | dict.fromkeys(_MEASURES, "float64")
    numbers = {name: counts_or_na(table[name]) for name in ("people", "units")}
    table = table.assign(**numbers).astype(kinds)
    table.attrs = {name: text for name, text in graph.graph.items() if name != "notes"}
    return table


_MEASURES = ["area_m2", "share_of_system", "share_of_service"]


def _remainders(graph: nx.Graph, nodes: pd.DataFrame) -> list[pd.DataFrame]:
    """Return rows for who, or what area, is in no service of a kind, and in no system.

    A footprint that meets none on the other side has a row even where nobody is counted in it.
    """
    systems, found = graph.graph["systems"], []
    met = {(node, other[0]) for edge in graph.edges for node, other in (edge, edge[::-1])}
    for kind in graph.graph["services"].split("; "):
        for side, layer, other in (("system", systems, kind), ("service", kind, systems)):
            rows = nodes[nodes["layer"] == layer]
            bare = np.array([((layer, code), other) not in met for code in rows["code"]], bool)
            names = {"people": f"outside_{other}", "area_m2": f"outside_m2_{other}"}
            lost = rows.reindex(columns=list(names.values())).set_axis(list(names), axis=1)
            lost = lost.astype("float64")
            share = (lost / rows[list(names)].astype("float64").where(lambda whole: whole > 0)).T
            values = {"service_layer": kind, side: rows["code"], **lost}
            table = pd.DataFrame(values | {f"share_of_{side}": share.bfill().iloc[0]})
            found.append(table[bare | (lost > 0).any(axis=1)])
    return [rows for rows in found if len(rows)]
