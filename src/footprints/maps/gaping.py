"""Gaps and overlaps of official lines on a map, each with its finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.maps.pieces import Pieces
from footprints.maps.told import texts
from footprints.maps.views import STATUSES, finding_view
from footprints.report.contents import visible
from footprints.report.evidence import gaps_and_overlaps

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd

    from footprints.maps.views import View
    from footprints.report import Report

GAPS = "gaps and overlaps"
"""The key of these places among the layers of a page."""
SHARE_OF_WIDTH = 4
"""How many times a place is wider than what is left out of its edge."""
FINEST_M = 0.01


def drawn_gaps(report: Report, keys: Collection[str]) -> gpd.GeoDataFrame | None:
    """Return the gaps and overlaps that have findings of their own which miss something.

    Parameters
    ----------
    report : Report
        What a check found.
    keys : collection of str
        The layers of the page.

    Returns
    -------
    GeoDataFrame or None
        Rows of :func:`footprints.report.evidence.gaps_and_overlaps`; None without any. What was
        let pass as noise or is forgiven is left to files, as what passes any check is.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> drawn_gaps(check(load_example(), layers="icb22", select=["boundaries"]), ["icb22"])
    """
    places = gaps_and_overlaps(report)
    missed = places["finding_status"].isin(list(STATUSES)) & ~places["forgiven"]
    own = places["class"].isin(["real", "undecidable"]) & (places["cause"] != "drawing")
    drawn = places[missed & own & places["layer"].isin(keys)].reset_index(drop=True)
    return drawn if len(drawn) else None


def gap_pieces(gaps: gpd.GeoDataFrame) -> Pieces:
    """Return gaps and overlaps as areas of a page, each of its own.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> gap_pieces(gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs=27700)).shares_edges
    False
    """
    members = {GAPS: np.arange(len(gaps))}
    return Pieces(geometry=gaps.geometry, shares_edges=False, members=members)


def gap_detail(gaps: gpd.GeoDataFrame) -> float:
    """Return how far the edges of gaps and overlaps may be simplified, in metres.

    Examples
    --------
    >>> gap_detail(pd.DataFrame({"width_m": [4.0, 100]}))
    1.0
    """
    return max(float(gaps["width_m"].min()) / SHARE_OF_WIDTH, FINEST_M)


def gap_layer(gaps: gpd.GeoDataFrame) -> dict[str, object]:
    """Return what is told of each gap and overlap, as that of a layer.

    Parameters
    ----------
    gaps : GeoDataFrame
        As :func:`drawn_gaps` gives them.

    Returns
    -------
    dict

    Examples
    --------
    >>> row = {"layer": "icb22", "codes": "A, B", "place": "gap", "class": "real", "people": 7}
    >>> row |= {"population": "residents", "population_date": "2020", "area_m2": 50, "width_m": 5}
    >>> told = gap_layer(pd.DataFrame([row]))
    >>> told["name"], told["facts"]["People"]
    (['Gap of icb22'], ['7 residents, 2020'])
    """
    counted = gaps["people"].astype("Float64")
    basis = gaps["population"].fillna("people") + ", " + gaps["population_date"].fillna("")
    people = [
        None if pd.isna(n) else visible(f"{n:,.0f} {of.removesuffix(', ')}")
        for n, of in zip(counted, basis, strict=True)
    ]
    of = gaps["codes"].fillna("no footprint")
    return {
        "key": visible(", ".join(gaps["layer"].unique())),
        "called": "Gaps and overlaps",
        "code": texts(of),
        "name": texts(gaps["place"].str.capitalize() + " of " + gaps["layer"]),
        "facts": {
            "Class": texts(gaps["class"]),
            "People": people,
            "Area": [f"{area:,.0f} m²" for area in gaps["area_m2"]],
            "Widest": [f"{width:,.1f} m" for width in gaps["width_m"]],
        },
    }


def gap_views(gaps: gpd.GeoDataFrame, findings: pd.DataFrame, position: int) -> list[View]:
    """Return a view for each layer that has gaps or overlaps, with every finding on its place.

    Parameters
    ----------
    gaps : GeoDataFrame
        As :func:`drawn_gaps` gives them.
    findings : DataFrame
        Of the same report.
    position : int
        Where the places are among the layers of the page.

    Returns
    -------
    list of dict

    Examples
    --------
    >>> found = pd.DataFrame({"status": ["fail"], "message": ["A gap."], "source": ["ours"]})
    >>> gaps = pd.DataFrame({"layer": ["icb22"], "finding": [0]})
    >>> gap_views(gaps, found, 1)[0]["found"]
    [[0, 0, 'A gap.']]
    """
    return [
        finding_view(
            visible(f"gaps and overlaps: {key}"),
            position,
            findings.loc[rows["finding"]],
            rows.index.to_numpy(),
        )
        for key, rows in gaps.groupby("layer", sort=False)
    ]
