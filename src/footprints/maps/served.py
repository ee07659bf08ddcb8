"""Services on a map: the systems that they cut, and the ties between systems and services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from footprints.errors import FootprintsError
from footprints.geometry import to_degrees
from footprints.levels import service_called
from footprints.maps.told import texts
from footprints.masking import counted
from footprints.report.contents import visible

if TYPE_CHECKING:
    import networkx as nx
    import numpy.typing as npt

    from footprints.atlas import Atlas
    from footprints.maps.views import View

GROUP = "Services"
DOUBTS = ("inferred", "uncertain")
"""The evidence of a membership that has to be told."""
CUT, TIE = "#7b3294", "#1d3557"


def layers_of(graph: nx.Graph[tuple[str, str]], atlas: Atlas) -> list[str]:
    """Return the layer of systems and those of services.

    Parameters
    ----------
    graph : networkx.Graph
        As :func:`footprints.services_graph` gives it.
    atlas : Atlas
        What is to be drawn.

    Returns
    -------
    list of str
        Of those that have lines; the systems first.

    Raises
    ------
    FootprintsError
        If they are not layers of the atlas.
    """
    keys = [str(graph.graph.get("systems", "")), *_services(graph)]
    if missing := [key or "a layer of systems" for key in keys if key not in atlas.layers]:
        msg = (
            f"The services cannot be drawn on this atlas, which has no {', '.join(missing)}. "
            "Make the graph of the same atlas: services_graph(atlas)."
        )
        raise FootprintsError(msg, missing)
    lines = atlas.overview["lines"]
    return [key for key in keys if lines[key] != "none"]


def _services(graph: nx.Graph[tuple[str, str]]) -> list[str]:
    return [key for key in str(graph.graph.get("services", "")).split("; ") if key]


def edges_of(graph: nx.Graph[tuple[str, str]], service: str) -> pd.DataFrame:
    """Return how systems and one kind of service meet, a row a pair.

    Returns
    -------
    DataFrame
        ``system`` and ``service`` (codes), ``people`` (persons), ``share`` (0 to 1 of the
        system's), ``name`` (of the service), ``evidence`` (of the weakest membership), ``text``
        (all of it in words), the largest share of each system first.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph(systems="icb22", services="amb22")
    >>> graph.add_edge(("icb22", "S"), ("amb22", "A"), people=5, share_of_system=0.5)
    >>> edges_of(graph, "amb22")["text"].tolist()
    ['A 50.0% (5 people)']
    """
    systems = graph.graph["systems"]
    rows = []
    for one, other, meets in graph.edges(data=True):
        system, served = (one, other) if one[0] == systems else (other, one)
        if system[0] == systems and served[0] == service:
            name = graph.nodes[served].get("name") or served[1]
            share = meets.get("share_of_system", np.nan)
            people, evidence = meets.get("people", np.nan), meets.get("evidence", "")
            rows.append((system[1], served[1], people, share, name, evidence))
    columns = ["system", "service", "people", "share", "name", "evidence"]
    table = pd.DataFrame(rows, columns=columns)
    table["text"] = table["name"].astype("str") + _amounts(table)
    return table.sort_values(["system", "share"], ascending=[True, False], ignore_index=True)


def _amounts(table: pd.DataFrame) -> pd.Series:
    share = table["share"].map(lambda n: "" if pd.isna(n) else f" {n:.1%}")
    people = table["people"].map(lambda n: "" if pd.isna(n) else f" ({n:,.0f} people)")
    doubt = table["evidence"].map(lambda word: f", {word}" if word in DOUBTS else "")
    return share + people + doubt


def opened_with(graph: nx.Graph[tuple[str, str]], atlas: Atlas) -> str:
    """Return the kind of service to show first: with a focus one that several of share it.

    Returns
    -------
    str
        Its layer; "" where the graph has no services.

    Examples
    --------
    >>> import networkx as nx
    >>> from footprints import load_example
    >>> england, graph = load_example(), nx.Graph(systems="icb22", services="nhser22; amb22")
    >>> opened_with(graph, england), opened_with(graph, england.focus("Frimley"))
    ('nhser22', 'amb22')
    """
    services = [*_services(graph), ""]
    several = [key for key in services[:-1] if len(atlas.layers[key]) > 1]
    return several[0] if atlas.focused is not None and several else services[0]


def served(graph: nx.Graph[tuple[str, str]], atlas: Atlas, numbers: dict[str, int]) -> list[View]:
    """Return, for each kind of service, the view of the systems that it cuts and that of its ties.

    The systems that the first kind cuts are switched on; with a focus the ties.

    Parameters
    ----------
    graph : networkx.Graph
        As :func:`footprints.services_graph` gives it.
    atlas : Atlas
        What is drawn.
    numbers : dict of str to int
        The place of each layer among those of the page.

    Returns
    -------
    list of dict
    """
    systems = graph.graph["systems"]
    if systems not in numbers:
        return []
    views = []
    first = opened_with(graph, atlas)
    for service in _services(graph):
        edges = edges_of(graph, service)
        edges["position"] = atlas.layers[systems].index.get_indexer(edges["system"].astype("str"))
        edges = edges[edges["position"] >= 0]
        alone = atlas.focused is not None and service in numbers
        cut = _cut(edges, service, numbers[systems])
        views.append(cut | {"shown": service == first and not alone})
        if service in numbers:
            ties = _ties(edges, atlas, (systems, service), numbers[systems])
            views.append(ties | {"shown": service == first and alone})
    return views


def _cut(edges: pd.DataFrame, service: str, layer: int) -> View:
    """Return the view of systems that several services of a kind share, and who has how many."""
    split = edges[edges["position"].duplicated(keep=False)]
    told = split.groupby("position", sort=True)["text"].agg("; ".join)
    return {
        "group": GROUP,
        "label": visible(f"Systems cut by {_called(service)}"),
        "count": len(told),
        "layer": layer,
        "kind": "hatch",
        "palette": [CUT],
        "words": ["shared by several"],
        "found": [[int(of), 0, text] for of, text in zip(told.index, texts(told), strict=True)],
        "source": "",
        "legend": [[0, f"{counted(len(told), 'system')} with several {visible(_called(service))}"]],
    }


def _ties(edges: pd.DataFrame, atlas: Atlas, keys: tuple[str, str], layer: int) -> View:
    """Return the view of the lines between systems and services, the thicker the larger the share."""
    ends = [_middles(atlas, key) for key in keys]
    codes = [atlas.layers[key].index for key in keys]
    places = []
    for side, name in enumerate(("system", "service")):
        position = codes[side].get_indexer(edges[name].astype("str"))
        # A focus has some of the services only.
        places.append(np.where(position[:, None] < 0, np.nan, ends[side][position]))
    widths = (1 + 5 * edges["share"].fillna(0)).round(1)
    names = atlas.layers[keys[0]]["name"].reindex(edges["system"]).to_numpy()
    told = texts(pd.Series(names).astype("str") + ": " + edges["text"].to_numpy())
    drawn = ~np.isnan(np.hstack(places)).any(axis=1)
    lines = zip(
        edges["position"], places[0].tolist(), places[1].tolist(), widths, told, drawn, strict=True
    )
    return {
        "group": GROUP,
        "label": visible(f"Ties to {_called(keys[1])}"),
        "count": int(drawn.sum()),
        "layer": layer,
        "kind": "ties",
        "palette": [TIE],
        "ties": [
            [int(of), a, b, float(width), text] for of, a, b, width, text, seen in lines if seen
        ],
        "hubs": _hubs(edges[drawn], places[1][drawn]),
        "legend": [[0, "A system and its service; thicker where it serves a larger share"]],
    }


def _called(service: str) -> str:
    """Return what the services of a layer are called, with its key."""
    name = service_called(service, 2)
    return name if service in name else f"{name} ({service})"


def _hubs(edges: pd.DataFrame, places: npt.NDArray[np.float64]) -> list[list[object]]:
    """Return where each service is drawn, and its name."""
    first = ~edges["service"].duplicated().to_numpy()
    return [
        list(row) for row in zip(places[first].tolist(), texts(edges["name"][first]), strict=True)
    ]


def _middles(atlas: Atlas, key: str) -> npt.NDArray[np.float64]:
    """Return a place inside each footprint of a layer: latitude and longitude in degrees."""
    frame = atlas.layers[key][["geometry"]]
    inside = frame.set_geometry(shapely.point_on_surface(frame.geometry.array), crs=frame.crs)
    degrees = to_degrees(inside).geometry.array
    return np.stack([shapely.get_y(degrees), shapely.get_x(degrees)], axis=1)
