"""Areas that footprints of one side share, which are no flows between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from footprints.overlaps.pairs import ROUNDING
from footprints.redraws.flows import flows_of, heirs_among

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.overlaps.lines import Drawn


def without_shared(pairs: pd.DataFrame, old: Drawn, new: Drawn) -> pd.DataFrame:
    """Take out of a pair table what stays in a footprint and lies in another one too.

    Where footprints of one side overlap each other, ground that both keep would be a flow from
    each to the other. It has left an old footprint only if it is not in its successor, and has come
    to a new one only if it was not in what goes on there.

    Parameters
    ----------
    pairs : DataFrame
        A pair table by area, of lines that overlap each other.
    old, new : Drawn
        The lines.

    Returns
    -------
    DataFrame
        The pair table with ``area_m2`` and shares of what moved; pairs that share no more than
        that are left out.
    """
    flows = flows_of(pairs)
    heirs = heirs_among(flows)
    to, back = heirs.to[flows.i], heirs.back[flows.j]
    apart = flows.assigned & (to >= 0) & (to != flows.j)
    rows = np.flatnonzero(apart)
    from_old, into_new = _shapes(old, flows.old), _shapes(new, flows.new)
    parts = shapely.intersection(from_old[flows.i[rows]], into_new[flows.j[rows]])
    parts = shapely.difference(parts, into_new[to[rows]])
    known = (back[rows] >= 0) & (back[rows] != flows.i[rows])
    parts[known] = shapely.difference(parts[known], from_old[back[rows][known]])
    area = flows.area.copy()
    area[rows] = shapely.area(parts)
    kept = ~apart | (area > ROUNDING * flows.area)
    share = pd.Series(area / np.where(flows.area > 0, flows.area, 1), index=pairs.index)
    found = pairs.assign(
        area_m2=area,
        left_share=pairs["left_share"] * share,
        right_share=pairs["right_share"] * share,
    )
    table = found[kept].reset_index(drop=True)
    table.attrs = dict(pairs.attrs)
    return table


def _shapes(drawn: Drawn, codes: pd.Index[str]) -> npt.NDArray[np.object_]:
    return np.asarray(drawn.shapes[drawn.codes.get_indexer(codes)], dtype=object)
