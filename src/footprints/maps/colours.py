"""Colours that are told apart, also by those who see few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

BAND = {"below": "#0072b2", "within": "#d9d9d9", "above": "#e69f00", "no limit": "#d9d9d9"}
"""From the palette of Okabe and Ito: told apart in the common forms of colour blindness, and by
lightness in print."""
SOFT = (
    "#77aadd", "#eedd88", "#44bb99", "#ffaabb", "#bbcc33", "#99ddff", "#ee8866", "#aaaa00", "#dddddd"
)  # fmt: skip
"""The light scheme of Paul Tol (Colour schemes, SRON 2021), for areas that words are read on."""


def different(count: int, one: Ints, other: Ints) -> Ints:
    """Give areas few numbers, so that those that touch have different ones.

    Parameters
    ----------
    count : int
        How many areas there are.
    one, other : array of int
        The positions of those that touch.

    Returns
    -------
    array of int
        From 0; the lowest numbers are the most frequent.

    Examples
    --------
    >>> different(3, np.array([0, 1]), np.array([1, 2])).tolist()
    [1, 0, 1]
    """
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(zip(one.tolist(), other.tolist(), strict=True))
    found = nx.greedy_color(graph, "DSATUR")
    return np.array([found[node] for node in range(count)], dtype=np.int64)
