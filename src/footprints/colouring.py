"""Few colours for areas, so that neighbours differ: for maps and for pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]


def different(count: int, one: Ints, other: Ints) -> Ints:
    """Give areas few numbers, so that those that touch have different ones.

    Areas whose neighbours have the most numbers already come first, and take the first that is
    free (the rule of Brélaz, 1979).

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
