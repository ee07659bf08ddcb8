"""The ground behind a report: what pairs of footprints share, and where lines gape or overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from footprints.errors import OverlapError
from footprints.geometry import NATIONAL_GRID
from footprints.overlaps.ground import ground_of_lines, ground_of_units
from footprints.overlaps.members import shared_table
from footprints.overlaps.pairs import Asked
from footprints.report.findings import PLACE_COLUMNS

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.atlas import Atlas
    from footprints.report.report import Report

    Shapes = npt.NDArray[np.object_]

NUMBERS = ["units", "people", "share", "population", "population_date", "population_source"]
EVIDENCE_COLUMNS = ["left_layer", "left", "left_name", "right_layer", "right", "right_name"]
EVIDENCE_COLUMNS += [*NUMBERS, "part", "lines"]
OF_FINDING = ["status", "since", "message"]
GAP_COLUMNS = [*PLACE_COLUMNS, *(f"finding_{name}" for name in OF_FINDING)]
CLASSES = {
    "real": "#d55e00",
    "undecidable": "#e69f00",
    "not meant to cover": "#56b4e9",
    "noise": "#d9d9d9",
}
"""What a gap or overlap is, the gravest first, and the colour of each."""
PARTS = {"largest": "#d9d9d9", "further": "#d55e00", "in none": "#e69f00"}
"""What a part is of its left footprint, and the colour of each."""


def shared_ground(report: Report) -> gpd.GeoDataFrame:
    """Return the ground of each pair of a report: what a footprint shares with each counterpart.

    Parameters
    ----------
    report : Report
        What a check found; its ``pairs`` are those of the footprints that miss something.

    Returns
    -------
    GeoDataFrame
        A row a pair that can be drawn, under its index in ``report.pairs``, in EPSG:27700.
        Columns: ``left_layer``, ``left``, ``left_name``, ``right_layer``, ``right``,
        ``right_name`` (NA for what lies in none); ``units``; ``people`` (persons) with
        ``population``, ``population_date`` and ``population_source``; ``share`` (0 to 1, of the
        left footprint); ``part`` (``largest`` or ``further`` of its footprint, or ``in none``);
        ``lines`` (``official``, or ``illustrative``: drawn for maps, never measured);
        ``geometry``: the units that both list, joined; of layers that share no units, what their
        official lines share. A pair is left out where the units have no lines or their people
        are shared out among footprints by a link table.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> frimley = load_example().focus("Frimley")
    >>> report = check(frimley, layers=["lad21", "icb22"], select=["nesting"])
    >>> ground = shared_ground(report)
    >>> ground.loc[ground["left_name"] == "Hart", ["people", "part"]].to_numpy().tolist()
    [[73206, 'largest'], [24402, 'further']]
    """
    pairs = report.pairs
    shapes, lines = (
        np.full(len(pairs), None, dtype=object),
        np.full(len(pairs), "none", dtype="U12"),
    )
    layers = set(report.atlas.overview.index)
    for (left, right), rows in pairs.groupby(["left_layer", "right_layer"]).indices.items():
        if {left, right} <= layers:
            shapes[rows], lines[rows] = _ground(report.atlas.whole, pairs.iloc[rows], left, right)
    kept = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    table = _with_basis(pairs, report.findings).assign(
        share=pairs["left_share"],
        part=_parts(pairs),
        lines=pd.Series(lines, pairs.index, dtype="str"),
    )
    return gpd.GeoDataFrame(
        table.loc[kept, EVIDENCE_COLUMNS], geometry=shapes[kept], crs=NATIONAL_GRID
    )


def gaps_and_overlaps(report: Report) -> gpd.GeoDataFrame:
    """Return the ground of each gap and overlap of a report, with the finding it belongs to.

    Parameters
    ----------
    report : Report
        What a check found; its ``places`` are those of the check ``boundaries``.

    Returns
    -------
    GeoDataFrame
        A row a place, those that were let pass too, in EPSG:27700, the gravest first and the
        largest of each class first. Columns: those of
        :data:`footprints.report.findings.PLACE_COLUMNS`; ``finding_status``, ``finding_since`` and
        ``finding_message``, of its finding, which of a place that was let pass is that of the
        whole layer; ``geometry``. No rows
        where no official lines were looked at. A unit that lies in no lines is no place, and
        stands in the findings alone.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> len(gaps_and_overlaps(check(load_example(), layers="icb22", select=["boundaries"])))
    0
    """
    told = report.findings[OF_FINDING].reindex(report.places["finding"])
    places = report.places.assign(**{f"finding_{name}": told[name].array for name in told})
    grave = places["class"].map({name: number for number, name in enumerate(CLASSES)})
    order = pd.DataFrame({"grave": grave, "area": -places["area_m2"]})
    places = places.loc[order.sort_values(["grave", "area"], kind="stable").index]
    return places[[*GAP_COLUMNS, "geometry"]].reset_index(drop=True)


def _with_basis(pairs: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Add whose people were counted, as the findings of the same two layers tell it."""
    basis = ["population", "population_date", "population_source"]
    told = findings[["layer", "against", *basis]].dropna().drop_duplicates(["layer", "against"])
    told = told.rename(columns={"layer": "left_layer", "against": "right_layer"})
    found = pairs.merge(told, on=["left_layer", "right_layer"], how="left")
    return found.set_axis(pairs.index)


def _parts(pairs: pd.DataFrame) -> pd.Series[str]:
    """Tell the largest part of each footprint from those further ones and what is in none."""
    by = ["left_layer", "right_layer", "left"]
    met = pairs["left_share"].astype("float64").where(pairs["right"].notna())
    place = met.groupby([pairs[name] for name in by]).rank(method="first", ascending=False)
    words = np.where(pairs["right"].isna(), "in none", np.where(place == 1, "largest", "further"))
    return pd.Series(words, index=pairs.index, dtype="str")


def _ground(atlas: Atlas, rows: pd.DataFrame, left: str, right: str) -> tuple[Shapes, str]:
    """Return the ground of pairs of two layers, None where it is not known, and what lines it has."""
    none = np.full(len(rows), None, dtype=object)
    try:
        units = shared_table(atlas, left, right, Asked())
    except OverlapError:
        quality = atlas.overview.loc[[left, right], "lines"]
        # Pairs that count units were told by points, which say nothing of what the lines share.
        if rows["units"].notna().any() or not (quality == "official").all():
            return none, "none"
        return ground_of_lines(atlas, rows, (left, right)), "official"
    shapes = ground_of_units(atlas, rows, (left, right), units)
    return (none, "none") if shapes is None else (shapes, atlas.coded.blocks(units).lines)
