"""Parts of a footprint that a bridge, a tunnel, a causeway or a ferry joins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from footprints.errors import Problems, TableError
from footprints.read.links import ENDS, sea_links

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.checks.pieces import Pieces

REACH_M = 1000.0
"""How far an end of a link may lie from the unit that it is in, in metres."""


def checked_links(links: pd.DataFrame | Literal["england"] | None) -> pd.DataFrame:
    """Return a table of links, numbered from 0, or name everything that is wrong with it.

    Parameters
    ----------
    links : DataFrame, "england" or None
        Those given, those that come with footprints, or none.

    Returns
    -------
    DataFrame
        With the columns that :func:`footprints.sea_links` gives.

    Raises
    ------
    TableError
        If a column is missing, or the place of an end is.
    """
    if links is None:
        return pd.DataFrame(columns=["name", "reason", *ENDS])
    if isinstance(links, str) and links == "england":
        return sea_links()
    if not isinstance(links, pd.DataFrame):
        msg = f"Links are a table as fp.sea_links() gives it, 'england' or None, not {links!r}."
        raise TableError(msg, [links])
    problems = Problems("The table of links")
    if missing := [column for column in ("name", "reason", *ENDS) if column not in links]:
        remedy = "fp.sea_links() shows how it is written."
        problems.add("lacks columns", missing, remedy=remedy)
    else:
        ends = links[ENDS].apply(pd.to_numeric, errors="coerce").to_numpy(dtype="float64")
        lost = ~np.isfinite(ends).all(axis=1)
        if lost.any():
            problems.add("has ends without a place in metres", links.loc[lost, "name"])
    problems.raise_any(TableError)
    return links.astype(dict.fromkeys(ENDS, "float64")).reset_index(drop=True)


def links_between(pieces: Pieces, part: npt.NDArray[np.intp], links: pd.DataFrame) -> pd.DataFrame:
    """Find which parts of one footprint each link joins.

    Parameters
    ----------
    pieces : Pieces
        What the parts are put together from.
    part : array of int
        The part of each piece, -1 for none.
    links : DataFrame
        From :func:`checked_links`.

    Returns
    -------
    DataFrame
        A row a link and two parts: ``link`` (position), ``one`` and ``other`` (parts).
    """
    tree = shapely.STRtree(pieces.shapes)
    sides = []
    for side in (ENDS[:2], ENDS[2:]):
        points = shapely.points(links[side].to_numpy(dtype="float64"))
        link, piece = tree.query_nearest(points, max_distance=REACH_M)
        sides.append(pd.DataFrame({"link": link, "own": pieces.own[piece], "part": part[piece]}))
    both = sides[0].merge(sides[1], on=["link", "own"], suffixes=("_from", "_to"))
    both = both.rename(columns={"part_from": "one", "part_to": "other"})
    both = both[(both["own"] >= 0) & (both["one"] != both["other"])]
    return both[["link", "one", "other"]].drop_duplicates(ignore_index=True)
