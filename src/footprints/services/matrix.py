"""The matrix picture: systems down, services across, each cell a share of the system's people."""

from __future__ import annotations

import re
import textwrap
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.errors import FootprintsError
from footprints.output import output_file, whole
from footprints.report.contents import visible
from footprints.services.graph import edge_table, node_table
from footprints.services.partnership import cuts_of, focused_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike
    from pathlib import Path

    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PICTURES = (".png", ".svg", ".pdf")
MOST_ROWS, MOST_COLUMNS = 150, 100
"""More than that nobody reads on one page."""
_ROW, _COLUMN, _LETTER = 0.25, 0.5, 0.078
"""In inches: a row, a column, and a letter of a name."""
_EDGE, _MOST_MARKED = 0.45, 120
"""In inches, the strip at the right edge where the marking stands; the most letters of it."""
_PADDING = re.compile(r"^NHS | Integrated Care Board$|(?: University)? NHS (?:Foundation )?Trust$")


def services_matrix(
    graph: nx.Graph,
    focus: str | Iterable[str] | None = None,
    *,
    title: str | None = None,
    marking: str = "",
) -> Figure:
    """Draw which systems deal with which services, for a paper or a wall.

    Each cell says what share of the system's people the service has, in words and in a shade of
    grey, so it is read in print and with any colour vision. The names of cut systems are bold
    and have a mark, another one where only uncertain evidence cuts them; cells that rest on
    uncertain evidence are hatched.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`footprints.services_graph`.
    focus : str or iterable of str, optional
        Systems, as in :func:`footprints.partners`: the services that they deal with, and all
        systems that share these. None draws all, of a focused atlas those of its focus.
    title : str, optional
        What stands above; None says what is drawn.
    marking : str
        Words such as ``DRAFT``, which stand along the right edge.

    Returns
    -------
    matplotlib.figure.Figure
        With the population, its source and date, and what else must be known, below.

    Raises
    ------
    FootprintsError
        If there is nothing to draw, or more than fits on a page.
    UnknownNameError, AmbiguousNameError
        If a system of the focus is not there, or its name fits several.

    Examples
    --------
    >>> from footprints import load_example, services_graph
    >>> figure = services_matrix(services_graph(load_example(), "icb22", "ambulance"))
    >>> figure.texts[0].get_text()
    "Share of each system's people (icb22) in each service (amb22)"
    """
    from footprints.figures import ShownFigure  # noqa: PLC0415  # matplotlib is slow to load.

    edges, shares = _drawn(graph, focus)
    cut = _cut(graph, edges)
    systems, services = _names(node_table(graph), shares, cut)
    caption = _caption(graph)
    width, height, box = _layout(shares, systems, services, len(caption))
    marking = textwrap.shorten(visible(marking), _MOST_MARKED, placeholder="…")
    page = width + (_EDGE if marking else 0)
    figure = ShownFigure(figsize=(page, height), facecolor="white")
    axes = figure.add_axes((box[0] * width / page, box[1], box[2] * width / page, box[3]))
    _draw_cells(axes, shares, _uncertain(edges, shares))
    _draw_labels(axes, shares, systems, services, cut)
    layers = graph.graph["services"].replace("; ", ", ")
    head = f"Share of each system's people ({graph.graph['systems']}) in each service ({layers})"
    said = visible(title or head)
    figure.text(0.15 / page, 1 - 0.15 / height, said, fontsize=11, va="top", parse_math=False)
    lines = textwrap.fill(caption, _in_a_line(width))
    figure.text(0.15 / page, 0.12 / height, lines, fontsize=7.5, va="bottom", parse_math=False)
    if marking:
        _draw_marking(figure, marking)
    return figure


def _draw_marking(figure: Figure, marking: str) -> None:
    """Write the marking along the right edge, as large as the height of the page allows."""
    place = 1 - _EDGE / 2 / figure.get_figwidth()
    text = figure.text(
        place, 0.5, marking, fontsize=20, rotation=-90, ha="center", va="center", parse_math=False
    )
    text.set(fontweight="bold", color="#9b1c1c", label="marking")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        long = text.get_window_extent().height / figure.bbox.height
    text.set_fontsize(20 * min(1, 0.9 / long))


def _in_a_line(width: float) -> int:
    """Return how many letters of the caption a line of the page holds."""
    return int((width - 0.3) * 15.5)


def _layout(
    shares: pd.DataFrame, systems: list[str], services: list[str], letters: int
) -> tuple[float, float, tuple[float, float, float, float]]:
    """Return the width and height of the page in inches, and where the cells are on it.

    Below them is room for a caption of so many letters.
    """
    rows, columns = shares.shape
    longest = max(len(line) for name in services for line in name.split("\n"))
    left = 0.4 + _LETTER * max(map(len, systems))
    right, top = 0.3 + _LETTER * longest * 0.5, 0.7 + _LETTER * longest * 0.87
    width = max(columns * _COLUMN + left + right, 7.5)
    # Lines break at words, so they are not quite full.
    bottom = 0.35 + 0.13 * np.ceil(1.1 * letters / _in_a_line(width))
    height = rows * _ROW + top + bottom
    box = (left / width, bottom / height, columns * _COLUMN / width, rows * _ROW / height)
    return width, height, box


def save_services_matrix(
    graph: nx.Graph,
    path: str | PathLike[str],
    focus: str | Iterable[str] | None = None,
    *,
    marking: str = "",
) -> Path:
    """Write the matrix picture as a file, whole or not at all.

    Parameters
    ----------
    graph, focus, marking
        As in :func:`services_matrix`. The marking is in the title that the file holds too.
    path : path-like
        A name that ends in ``.png``, ``.svg`` or ``.pdf``; a file that is there is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputError
        If the name ends in something else, or the file cannot be written.

    Examples
    --------
    >>> save_services_matrix(None, "matrix.gif")
    Traceback (most recent call last):
        ...
    footprints.errors.OutputError: 'matrix.gif' cannot be written: its name must end in '.png',
    '.svg', '.pdf'.
    """
    file = output_file(path, PICTURES)
    figure = services_matrix(graph, focus, marking=marking)
    told = " ".join(part for part in (visible(marking), "Systems and services") if part)
    with whole(file) as part, warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box.
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        figure.savefig(part, dpi=150, metadata={"Title": told})
    return file


def _drawn(graph: nx.Graph, focus: str | Iterable[str] | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the edges that are drawn, and the share of each system in each service."""
    edges, nodes = edge_table(graph), node_table(graph)
    own = focused_nodes(nodes, graph.graph["systems"], focus)
    edges = edges.dropna(subset=["system", "service"])
    keys = pd.MultiIndex.from_frame(edges[["service_layer", "service"]])
    mine = edges["system"].isin(own)
    edges = edges[mine if focus is None else keys.isin(keys[mine])]
    if edges.empty:
        msg = "No system deals with a service here: there is nothing to draw."
        raise FootprintsError(msg)
    shares = edges.set_index(["system", "service_layer", "service"])["share_of_system"].fillna(0)
    table = shares.unstack(["service_layer", "service"])
    if (
        len(table) + sum(code not in table.index for code in own) > MOST_ROWS
        or len(table.columns) > MOST_COLUMNS
    ):
        msg = (
            f"{len(table):,} systems and {len(table.columns):,} services are more than can be "
            f"read on a page ({MOST_ROWS} and {MOST_COLUMNS}): name systems with focus=, or fewer "
            "services."
        )
        raise FootprintsError(msg)
    across = nodes[["layer", "code"]].itertuples(index=False, name=None)
    table = table[[key for key in across if key in table.columns]]
    # A system that deals with none is a row without a cell.
    table = table.reindex([*table.index, *(code for code in own if code not in table.index)])
    # In the order of their main service of the first kind, so that those who share it stand together.
    leading = table.columns.get_level_values(0) == table.columns[0][0]
    main = np.argmax(np.nan_to_num(table.loc[:, leading].to_numpy("float64"), nan=-1), axis=1)
    main[table.isna().all(axis=1)] = len(table.columns)
    first = ~table.index.isin(own) if focus is not None else np.zeros(len(table), dtype=bool)
    return edges, table.iloc[np.lexsort([main, first])]


def _cut(graph: nx.Graph, edges: pd.DataFrame) -> dict[str, str]:
    """Return the mark of each system that a kind of service that is drawn cuts."""
    cut = cuts_of(edge_table(graph))["cut"]
    among = cut[cut.index.get_level_values("kind").isin(edges["service_layer"])]
    found = among.groupby(level="system").agg(set)
    marks = {"yes": " ✕", "uncertain": " ✕?"}
    return {
        code: next(mark for word, mark in marks.items() if word in words)
        for code, words in found.items()
        if words & marks.keys()
    }


def _names(
    nodes: pd.DataFrame, shares: pd.DataFrame, cut: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Return what stands beside the rows and above the columns."""
    systems = nodes[nodes["kind"] == "system"].set_index("code")["name"]
    services = nodes[nodes["kind"] == "service"].set_index(["layer", "code"])["name"]
    bare = shares.isna().all(axis=1)
    marks = [cut.get(code, " (none)" if bare[code] else "") for code in shares.index]
    return (
        [
            f"{_short(systems[code], code)}{mark}"
            for code, mark in zip(shares.index, marks, strict=True)
        ],
        [textwrap.fill(_short(services[key], key[1]), 30) for key in shares.columns],
    )


def _uncertain(edges: pd.DataFrame, shares: pd.DataFrame) -> list[tuple[int, int]]:
    """Return the cells that rest on uncertain evidence, as row and column."""
    weak = edges[edges["evidence"] == "uncertain"]
    rows = shares.index.get_indexer(weak["system"])
    keys = pd.MultiIndex.from_frame(weak[["service_layer", "service"]])
    return list(zip(rows.tolist(), shares.columns.get_indexer(keys).tolist(), strict=True))


def _draw_cells(axes: Axes, shares: pd.DataFrame, uncertain: list[tuple[int, int]]) -> None:
    """Draw the cells, darker for more, each with its share in words."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415  # As above.

    values = shares.to_numpy(dtype="float64")
    axes.imshow(values, cmap="Greys", vmin=-0.25, vmax=1.1, aspect="auto")
    for row, column in uncertain:
        place = (column - 0.5, row - 0.5)
        axes.add_patch(
            Rectangle(place, 1, 1, fill=False, hatch="/////", edgecolor="#777777", linewidth=0)
        )
    for row, column in np.argwhere(~np.isnan(values)):
        share = values[row, column]
        text = axes.text(column, row, _worded(share), ha="center", va="center", fontsize=7)
        text.set_color("white" if share > 0.55 else "black")
        if (row, column) in uncertain:
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
            text.set_color("black")
    axes.set_xticks(np.arange(values.shape[1] + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(values.shape[0] + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="#cccccc", linewidth=0.5)
    axes.tick_params(which="both", length=0)


def _worded(share: float) -> str:
    """Return a share in words that never round a part to nothing, or to all."""
    if share < 0.01:
        return "<1%" if share else "0%"
    return "all" if share == 1 else f"{min(round(share * 100), 99)}%"


def _draw_labels(
    axes: Axes, shares: pd.DataFrame, systems: list[str], services: list[str], cut: dict[str, str]
) -> None:
    """Name rows and columns; cut systems in bold, kinds of service parted by a line."""
    axes.set_yticks(range(len(systems)), systems, fontsize=8, parse_math=False)
    for code, label in zip(shares.index, axes.get_yticklabels(), strict=True):
        label.set_fontweight("bold" if code in cut else "normal")
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(services)), services, fontsize=8, parse_math=False)
    for label in axes.get_xticklabels():
        label.set(rotation=60, ha="left", va="bottom", rotation_mode="anchor")
    kinds = shares.columns.get_level_values(0)
    for place in np.flatnonzero(kinds[1:] != kinds[:-1]) + 0.5:
        axes.axvline(place, color="black", linewidth=1.2)


def _short(name: object, code: str) -> str:
    """Return a name without the words that all of its sort have, else the code."""
    text = _PADDING.sub("", visible(code if pd.isna(name) else name)).strip()
    return textwrap.shorten(text or visible(code), 60, placeholder="…")


def _caption(graph: nx.Graph) -> str:
    """Return what has to be said below: how it is read, whose people, and what else."""
    said = graph.graph
    parts = [
        "✕ and bold: cut between several services of a kind, or partly in none.",
        "✕?: cut only on uncertain evidence. Hatched: on uncertain evidence.",
        "(none): in none of these services.",
        f"People: {said['basis']}." if said["basis"] else "Shares of area: no people are counted.",
        f"{said['title']}. {said['notes']}",
        said["mixed_vintages"],
    ]
    return visible(" ".join(part for part in parts if part))
