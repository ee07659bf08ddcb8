"""What the sources ask of a footprint, found out and given with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.checks.bands import population_bands
from footprints.read import band_set
from footprints.report import Report, as_findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprints.atlas import Atlas, Population
    from footprints.bands import Band, BandSet


def check(
    atlas: Atlas,
    *,
    bands: BandSet | str | None = None,
    layers: str | Sequence[str] | None = None,
    population: str | None = None,
) -> Report:
    """Check an atlas, and say what was found for each footprint.

    Policy expectations warn: a footprint outside its band is a warning, not a failure.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down by :meth:`Atlas.focus`.
    bands : BandSet or str, optional
        The set of population bands, or the name of one that comes with footprints; None takes
        the one that the atlas asks for.
    layers : str or sequence of str, optional
        The layers to judge. None takes the newest of each level that has a band, and that of the
        focus.
    population : str, optional
        Whose people to count; None takes the first population of each layer.

    Returns
    -------
    Report
        Layers that could not be judged are in it as skipped, each with the reason.

    Raises
    ------
    UnknownNameError
        If a layer, the set of bands or the population is not there.

    Examples
    --------
    >>> from footprints import load_example
    >>> check(load_example(), layers=["icb22"]).summary.loc["icb22", ["below", "within", "above"]]
    below     15
    within    26
    above      1
    Name: icb22, dtype: int64
    """
    wanted = bands or atlas.checks.bands
    chosen = band_set(wanted) if isinstance(wanted, str) else wanted
    keys = _layers_to_judge(atlas, chosen) if layers is None else atlas.resolve_all(layers)
    parts = [_check_band(atlas, key, chosen, population) for key in keys]
    if layers is None:
        levels = atlas.overview.loc[keys, "level"]
        idle = [level for level in chosen.bands if level not in set(levels)]
        parts += [
            _skip("", f"{chosen.name} has a band for a {level}, a level of no layer here")
            for level in idle
        ]
    return Report(atlas=atlas, bands=chosen, findings=as_findings(parts))


def _layers_to_judge(atlas: Atlas, bands: BandSet) -> list[str]:
    """Return the newest layer of each level with a band, and that of the focus if it is another."""
    levels, asked = atlas.overview["level"], dict(atlas.checks.band_layers)
    keys = [key for key in atlas.newest() if levels[key] not in asked]
    keys += [key for layers in asked.values() for key in layers if key in atlas.layers]
    if atlas.focused is not None and atlas.focused.layer not in keys:
        keys.append(atlas.focused.layer)
    return [key for key in dict.fromkeys(keys) if levels[key] in bands.bands]


def _skip(layer: str, reason: str) -> pd.DataFrame:
    """Return the finding that something could not be checked, with the reason."""
    finding = {"check": "population-band", "layer": layer, "status": "skipped", "message": reason}
    return pd.DataFrame([finding])


def _check_band(atlas: Atlas, key: str, bands: BandSet, population: str | None) -> pd.DataFrame:
    """Return the findings of one layer against the band of its level."""
    level = atlas.overview.loc[key, "level"]
    counted = atlas.population(key, population)
    if level not in bands.bands:
        return _skip(key, f"{bands.name} has no band for a {level}")
    if counted is None:
        return _skip(key, f"{key} counts no {population}")
    band = bands[level]
    table = population_bands(atlas.people(key)[counted.name], band)
    names = atlas.layers[key].reindex(columns=["name", "ods_code"])
    return pd.DataFrame(
        {
            "check": "population-band",
            "layer": key,
            "code": table.index,
            "ods_code": names["ods_code"],
            "name": names["name"],
            "status": np.where(table["status"].isin(["below", "above"]), "warn", "pass"),
            "result": table["status"],
            "message": _band_messages(table, names["name"].fillna(""), band, counted),
            "measure": counted.name,
            "value": table["people"],
            "measured_in": "people",
            **{name: table[name] for name in _BAND_COLUMNS},
            "people": table["people"],
            "population": counted.name,
            "population_date": counted.as_at,
            "population_source": counted.source,
            "source": f"{bands.name}: {bands.source}",
        }
    )


_BAND_COLUMNS = (
    "lower",
    "upper",
    "target",
    "nearest",
    "distance",
    "distance_percent",
    "limit_kind",
)


def _band_messages(
    table: pd.DataFrame, names: pd.Series[str], band: Band, counted: Population
) -> list[str]:
    """Word each finding as one sentence."""
    labels = [f"{name} ({code})" if name else code for code, name in names.items()]
    sides = {}
    if band.lower is not None:
        sides["below"] = f"lower limit of {band.lower:,}"
    if band.upper is not None:
        sides["above"] = f"upper limit of {band.upper:,}"
    return [
        f"{label} has {row.people:,.0f} people ({counted.name}, {counted.as_at}), "
        + (
            f"{abs(row.distance):,.0f} {row.status} the {row.limit_kind} {sides[row.status]}."
            if row.status in sides
            else f"against {band}."
            if row.status == "no limit"
            else f"within {band}."
        )
        for label, row in zip(labels, table.itertuples(), strict=True)
    ]
