"""What a map tells of each footprint, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from footprints.levels import called
from footprints.report.contents import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from footprints.atlas import Atlas
    from footprints.bands import BandSet

NEAREST = {"lower": "lower limit", "upper": "upper limit", "target": "target"}


def texts(values: Iterable[object]) -> list[str]:
    """Return values as text in which all can be seen."""
    return [visible(value) for value in values]


def facts(
    atlas: Atlas, key: str, in_band: pd.DataFrame, bands: BandSet, population: str | None
) -> dict[str, list[str | None]]:
    """Return what is told of each footprint of a layer, by label.

    Parameters
    ----------
    atlas : Atlas
        What the layer is in.
    key : str
        The layer.
    in_band : DataFrame
        What the check of population bands found, indexed by the codes of the layer.
    bands : BandSet
        What they were held against.
    population : str or None
        Whose people; None takes the layer's first.

    Returns
    -------
    dict of str to list
        ``People``, ``Band`` and ``Distance``, each in the order of the layer; None where there
        is nothing to tell.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["icb22"], select=["population-band"])
    >>> found = report.findings.set_index("code").loc[["E54000050"]]
    >>> facts(report.atlas, "icb22", found, report.bands, None)["Distance"]
    ['+432 (+0.0%) from the upper limit']
    """
    level = atlas.overview.loc[key, "level"]
    told: dict[str, list[str | None]] = {"People": list(_people(atlas, key, population))}
    distance = in_band["distance"].map("{:+,.0f}".format)
    distance += in_band["distance_percent"].map(" ({:+.1f}%)".format)
    distance += " from the " + in_band["nearest"].map(NEAREST)
    band = in_band["result"] + " " + str(bands.bands.get(level, ""))
    none = visible(f"none for a {called(level, 1)} in {bands.name}")
    told["Band"] = [none if pd.isna(text) else visible(text) for text in band]
    told["Distance"] = [None if pd.isna(text) else visible(text) for text in distance]
    return told


def _people(atlas: Atlas, key: str, population: str | None) -> list[str]:
    counted = atlas.population(key, population)
    if counted is None:
        return [visible(f"no {population} known")] * len(atlas.layers[key])
    people = atlas.people(key)[counted.name]
    basis = visible(f"{counted.name}, {counted.as_at}")
    return ["not known" if pd.isna(n) else f"{n:,.0f} {basis}" for n in people]
