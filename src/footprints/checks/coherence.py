"""Whether the people of a footprint are defined and coherent, and whose authorities they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from footprints.checks.contiguous import contiguity
from footprints.errors import OverlapError
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    from footprints.atlas import Atlas

COLUMNS = ["name", "people", "defined", "people_unassigned", "contiguity", "compactness"]
COLUMNS += ["authorities", "whole", "split", "people_in_split", "people_beyond", "share_in_whole"]
COLUMNS += ["forgiven"]


def coherence(
    atlas: Atlas,
    layer: str,
    authorities: str,
    *,
    links: pd.DataFrame | Literal["england"] | None = "england",
    tolerance: Tolerance | None = None,
) -> pd.DataFrame:
    """Tell whether each footprint is defined, hangs together, and what it asks of authorities.

    Policy asks for a "defined and coherent population over which there is close working across
    local authority boundaries" (Swage, Developing and
    maturing integrated care systems, 2019). What needs geometry is NA where there are no official polygons, and ``attrs`` say why;
    what lists of units tell is given all the same.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down by :meth:`footprints.Atlas.focus`: then of the footprints in focus.
    layer, authorities : str
        The layer to judge, and the local authorities: keys, or bare kinds.
    links : DataFrame, "england" or None
        As in :func:`footprints.contiguity`.
    tolerance : Tolerance, optional
        A part of an authority of no more ``people``, or no more than ``share`` of its people,
        does not split it; and as in :func:`footprints.contiguity`.

    Returns
    -------
    DataFrame
        A row a footprint, indexed by ``code``: ``name``; ``people``; ``defined`` (whether no
        part of its authorities is in no footprint or in two: lists that hold a unit twice are no
        atlas) and ``people_unassigned`` (persons in such parts); ``contiguity`` (the status
        that :func:`footprints.contiguity` finds, NA where not measured); ``compactness`` (its
        area over that of the smallest circle round it, 0 to 1, after Reock 1961; NA where not
        measured); ``authorities`` (that it has people or land of, count), ``whole`` and ``split``
        of them; ``people_in_split`` (its own people in split authorities) and ``people_beyond``
        (the people of those authorities outside it); ``share_in_whole`` (of its people, 0 to 1);
        ``forgiven`` (whether the tolerance changed any of it). ``attrs`` hold those of the pair
        table and, where it was not measured, why: ``contiguity`` and ``compactness``.

    Raises
    ------
    OverlapError
        If the layers cannot be held against each other.
    UnknownNameError
        If there is no such layer.
    TableError
        If the links cannot be used.

    Examples
    --------
    >>> from footprints import load_example
    >>> found = coherence(load_example(), "icb22", "lad21")
    >>> found.loc[["E54000034"], ["authorities", "whole", "split"]]
               authorities  whole  split
    code
    E54000034            9      4      5
    >>> found.attrs["contiguity"][:49]
    "Whether 'icb22' hangs together cannot be measured"
    """
    key, whole = atlas.resolve(layer), atlas.whole
    tolerance = tolerance or Tolerance()
    pairs = whole.overlap(key, authorities)
    names = whole.parts()[1][key].table["name"]
    table = pd.DataFrame({"name": names.fillna(names.index.to_series()).astype("str")})
    table = table.join(_authorities(pairs, tolerance)).rename_axis("code")
    table = table.fillna(dict.fromkeys(["authorities", "whole", "split"], 0))
    table = table.astype(dict.fromkeys(["authorities", "whole", "split"], "int64"))
    table = table.astype({"defined": "boolean"}).loc[atlas.coded.codes(key)]
    hangs, no_contiguity = _contiguity(atlas, key, links, tolerance)
    circle, no_compactness = _compactness(atlas, key)
    table["contiguity"] = hangs["status"].reindex(table.index).astype("str")
    table["compactness"] = circle.reindex(table.index)
    few = hangs["forgiven"].reindex(table.index, fill_value=False).astype("bool")
    table["forgiven"] = table["forgiven"].eq(other=True) | few
    table = table[COLUMNS]
    said = {"contiguity": no_contiguity, "compactness": no_compactness}
    table.attrs = pairs.attrs | {name: reason for name, reason in said.items() if reason}
    if atlas.focused is not None:
        table.attrs["focus"] = atlas.focused.code
    return table


def _authorities(pairs: pd.DataFrame, tolerance: Tolerance) -> pd.DataFrame:
    """Count the authorities of each footprint, and the people in and beyond those it splits."""
    parts = pairs[pairs["right"].notna()].copy()
    of = parts.groupby("right")
    people = parts["people"].to_numpy(dtype="float64", na_value=np.nan)
    least = parts["right_share"] < of["right_share"].transform("max")
    parts["few"] = tolerance.forgives(people, parts["right_share"]) & least
    parts["open"] = parts["left"].isna()
    parts["unassigned"] = parts["people"] * parts["open"]
    parts["holders"] = ~parts["few"]
    parts["beyond"] = of["people"].transform("sum", min_count=1) - parts["people"]
    for column, how in (("few", "any"), ("open", "any"), ("unassigned", "sum"), ("holders", "sum")):
        parts[f"all_{column}"] = parts.groupby("right")[column].transform(how)
    parts["split"] = parts["all_holders"] > 1
    return _by_footprint(pairs, parts[parts["left"].notna()])


def _by_footprint(pairs: pd.DataFrame, met: pd.DataFrame) -> pd.DataFrame:
    """Add up what was found of the parts of authorities."""
    solid, split = met[~met["few"]], met["split"] & ~met["few"]
    left = met["left"]
    return pd.DataFrame(
        {
            "people": pairs.groupby("left")["people"].sum(min_count=1),
            "defined": ~met.groupby("left")["all_open"].any(),
            "people_unassigned": met.groupby("left")["all_unassigned"].sum(min_count=1),
            "authorities": solid.groupby("left").size(),
            "whole": (~solid["split"]).groupby(solid["left"]).sum(),
            "split": split.groupby(left).sum(),
            "people_in_split": (met["people"] * split).groupby(left).sum(min_count=1),
            "people_beyond": (met["beyond"] * split).groupby(left).sum(min_count=1),
            "share_in_whole": met["left_share"]
            .where(~met["split"] & ~met["few"], 0.0)
            .groupby(left)
            .sum(min_count=1),
            "forgiven": met.groupby("left")["all_few"].any(),
        }
    )


def _contiguity(
    atlas: Atlas,
    key: str,
    links: pd.DataFrame | Literal["england"] | None,
    tolerance: Tolerance,
) -> tuple[pd.DataFrame, str]:
    """Return whether each footprint hangs together, or why that was not measured."""
    try:
        return contiguity(atlas, key, links=links, tolerance=tolerance).table, ""
    except OverlapError as error:
        return pd.DataFrame({"status": pd.Series(dtype="str"), "forgiven": False}), str(error)


def _compactness(atlas: Atlas, key: str) -> tuple[pd.Series[float], str]:
    """Return the share of the smallest circle that each footprint fills, or why not."""
    lines = atlas.overview.loc[key, "lines"]
    if lines != "official":
        what = {"none": "has no lines", "illustrative": "has lines that are illustrative"}[lines]
        return pd.Series(dtype="float64"), f"{key!r} {what}: only official ones are measured."
    shapes = atlas.layers[key].geometry
    circle = np.pi * shapely.minimum_bounding_radius(shapes.array) ** 2
    return shapes.area / circle, ""
