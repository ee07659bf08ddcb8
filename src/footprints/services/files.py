"""A graph of services as a file: GraphML, node-link JSON or a table of edges."""

from __future__ import annotations

import csv
import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import networkx as nx

from footprints.errors import OutputError
from footprints.output import output_file, whole
from footprints.report.contents import visible
from footprints.report.table import harmless
from footprints.services.graph import edge_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from pathlib import Path


def write_graph(graph: nx.Graph, path: str | PathLike[str], *, marking: str = "") -> Path:
    """Write a graph of services as a file, whole or not at all.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`footprints.services_graph`, :func:`footprints.containment_graph` or
        :func:`footprints.organisations_graph`.
    path : path-like
        A name that ends in ``.graphml`` (for Gephi, Cytoscape, yEd), ``.json`` (node-link, for
        ``networkx.node_link_graph(..., edges="edges")`` and D3) or ``.csv`` (the edges of a graph
        of services, with who is in none; as Excel reads it). A file that is there is replaced.
    marking : str
        Words such as ``DRAFT``: the attribute ``marking`` of the graph, and the last column
        ``marking`` of a table; without it there is neither.

    Returns
    -------
    Path
        The file. Nodes are called ``layer:code``; what is not known is left out; characters that
        cannot be seen are written as escapes.

    Raises
    ------
    OutputError
        If the name ends in something else, or the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from footprints import load_example, services_graph
    >>> graph = services_graph(load_example(), "icb22", "ambulance")
    >>> with TemporaryDirectory() as folder:
    ...     write_graph(graph, f"{folder}/services.graphml").name
    'services.graphml'
    """
    file = output_file(path, list(FORMATS))
    content = FORMATS[file.suffix.lower()](graph, " ".join(marking.split()))
    with whole(file) as part:
        part.write_bytes(content)
    return file


def as_graphml(graph: nx.Graph, marking: str = "") -> bytes:
    """Return a graph as GraphML, valid XML whatever its names and its marking hold.

    Examples
    --------
    >>> from footprints import load_example, services_graph
    >>> as_graphml(services_graph(load_example(), "icb22", "amb22"))[:5]
    b'<?xml'
    """
    target = BytesIO()
    nx.write_graphml_xml(_plain(graph, marking), target, encoding="utf-8", infer_numeric_types=True)
    return target.getvalue()


def as_node_link(graph: nx.Graph, marking: str = "") -> bytes:
    """Return a graph as node-link JSON; ``<`` is escaped, so that no page takes it for a tag.

    Examples
    --------
    >>> from footprints import load_example, services_graph
    >>> sorted(json.loads(as_node_link(services_graph(load_example(), "icb22", "amb22"))))
    ['directed', 'edges', 'graph', 'multigraph', 'nodes']
    """
    data = nx.node_link_data(_plain(graph, marking), edges="edges")
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1)
    return (text.replace("<", "\\u003c") + "\n").encode()


def as_edge_csv(graph: nx.Graph, marking: str = "") -> bytes:
    """Return the edges of a graph of services as CSV that no spreadsheet runs.

    Examples
    --------
    >>> from footprints import load_example, services_graph
    >>> found = as_edge_csv(services_graph(load_example(), "icb22", "amb22"))
    >>> found.decode("utf-8-sig").partition(",")[0]
    '"system_layer"'
    """
    if not {"systems", "services"} <= set(graph.graph):
        msg = "This is no graph of services: write it as '.graphml' or '.json'."
        raise OutputError(msg)
    table = edge_table(graph)
    texts = table.select_dtypes("str").columns
    safe = {name: table[name].map(harmless, na_action="ignore") for name in texts}
    basis = harmless(graph.graph["basis"])
    marked = {"marking": harmless(marking)} if marking else {}
    text: str = table.assign(**safe, basis=basis, **marked).to_csv(
        index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n"
    )
    return text.encode("utf-8-sig")


FORMATS: dict[str, Callable[[nx.Graph, str], bytes]] = {
    ".graphml": as_graphml,
    ".json": as_node_link,
    ".csv": as_edge_csv,
}
"""What makes the content of each format, by what the name of its file ends in."""


def _plain(graph: nx.Graph, marking: str) -> nx.Graph:
    """Return a graph whose nodes are texts, in which all can be seen and XML forbids nothing."""
    names = {node: visible(f"{node[0]}:{node[1]}") for node in graph.nodes}
    plain = graph.__class__()
    plain.graph.update(_shown(graph.graph | ({"marking": marking} if marking else {})))
    plain.add_nodes_from((names[node], _shown(about)) for node, about in graph.nodes(data=True))
    plain.add_edges_from(
        (names[one], names[other], _shown(about)) for one, other, about in graph.edges(data=True)
    )
    return plain


def _shown(attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        visible(name): visible(value) if isinstance(value, str) else value
        for name, value in attributes.items()
    }
