"""Findings: one row a footprint and check, under fixed columns."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from footprints.geometry import NATIONAL_GRID

FINDING_COLUMNS = {
    "check": "str",
    "layer": "str",
    "against": "str",
    "code": "str",
    "ods_code": "str",
    "name": "str",
    "status": "str",
    "severity": "str",
    "since": "str",
    "result": "str",
    "message": "str",
    "measure": "str",
    "value": "float64",
    "measured_in": "str",
    "lower": "Int64",
    "upper": "Int64",
    "target": "Int64",
    "nearest": "str",
    "distance": "float64",
    "distance_percent": "float64",
    "limit_kind": "str",
    "miss": "float64",
    "people": "float64",
    "population": "str",
    "population_date": "str",
    "population_source": "str",
    "counterpart": "str",
    "counterpart_name": "str",
    "cause": "str",
    "forgiven": "str",
    "method": "str",
    "evidence": "str",
    "source": "str",
}
"""The columns of findings and their types, in order.

``check`` (its name); ``layer`` and ``against`` (keys of layers; the second is NA where a check
looks at one layer, and the table of units where a list is held against boundaries); ``code``, ``ods_code``, ``name`` (of the footprint; NA where a finding is
about a whole layer); ``status`` (``pass``, ``warn``, ``fail``, ``excepted``, ``skipped``);
``severity`` (what a miss of this check counts as); ``since`` (against a baseline: ``new``,
``worse`` or ``known``; NA without one or where nothing is missed); ``result`` (the check's own word);
``message`` (a sentence); ``measure``, ``value``, ``measured_in`` (what was measured, and in
what); ``lower`` to ``limit_kind`` (of a population band, as
:func:`footprints.population_bands` gives them); ``miss`` (how many people it misses by, 0 where
it does not); ``people`` (persons in the footprint) with ``population``, ``population_date`` and
``population_source``; ``counterpart`` and ``counterpart_name`` (the footprint on the other side
that matters most); ``cause`` (of a mismatch of lines); ``forgiven`` (what the tolerance forgave);
``method`` and ``evidence`` (how the overlap was found, and the weakest membership that it rests
on); ``source`` (who asks for it).
"""
PLACE_COLUMNS = {
    "finding": "int64",
    "check": "str",
    "layer": "str",
    "codes": "str",
    "place": "str",
    "class": "str",
    "cause": "str",
    "forgiven": "bool",
    "area_m2": "float64",
    "width_m": "float64",
    "units": "Int64",
    "people": "Int64",
    "population": "str",
    "population_date": "str",
    "population_source": "str",
    "tolerance_m": "float64",
    "resolution": "str",
    "reference": "str",
    "lines": "str",
}
"""The columns of the places where lines leave a gap or overlap, and their types, in order.

``finding`` (the index of its finding: its own where it is real or undecidable, that of the layer
where it was let pass or is forgiven); ``check`` and ``layer``; ``codes`` (the footprints that
overlap, or are beside a gap); ``place`` (``gap``, ``open gap``, ``missing`` or ``overlap``);
``class`` (``real``, ``undecidable``, ``noise``, ``not meant to cover``) and the ``cause`` that it
comes from; ``forgiven`` (whether the tolerance of people or share forgave it); ``area_m2``;
``width_m`` (of the largest circle in it: how wide it is where it is widest); ``units`` (count) and
``people`` (persons, a fraction where they are estimated) that live in it, NA where nobody is
counted, with ``population``, ``population_date`` and ``population_source``; ``tolerance_m`` (how
wide a place the drawing may explain, metres), ``resolution`` (of the lines; NA where it is not
known) and ``reference`` (what the lines were held against); ``lines`` (``official``).
"""
KEY = ["check", "layer", "against", "code"]
"""What tells one finding from another."""
MISSED = ("fail", "warn")
FAULT = "people in it"
FAULT_AREA = "area of it"
FAULT_UNITS = "units in it"
FAULTS = (FAULT, FAULT_AREA, FAULT_UNITS)
"""What is measured of one fault of a layer, whose people the finding of the layer counts too."""
METRES_2 = "square metres"


def as_findings(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put findings together under the fixed columns."""
    columns = list(FINDING_COLUMNS)
    frames = [part.reindex(columns=columns).astype(FINDING_COLUMNS) for part in parts]
    empty = pd.DataFrame(columns=columns).astype(FINDING_COLUMNS)
    return pd.concat(frames, ignore_index=True) if frames else empty


def skipped(check: str, reason: str, *, layer: str = "", against: str = "") -> pd.DataFrame:
    """Return the finding that something could not be checked, with the reason."""
    finding = {"check": check, "layer": layer, "status": "skipped", "message": reason}
    return pd.DataFrame([finding | ({"against": against} if against else {})])


def as_places(parts: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put the places where lines leave a gap or overlap together, under the fixed columns.

    Parameters
    ----------
    parts : list of GeoDataFrame
        Each with the columns :data:`PLACE_COLUMNS` and a geometry in EPSG:27700.

    Returns
    -------
    GeoDataFrame
        With these columns; an empty list gives no rows.

    Examples
    --------
    >>> as_places([]).columns[-1]
    'geometry'
    """
    if not parts:
        # Made array by array, since most checks have none, and wait for it.
        columns = {name: pd.array([], dtype=kind) for name, kind in PLACE_COLUMNS.items()}
        shapes = gpd.array.from_shapely([], crs=NATIONAL_GRID)
        return gpd.GeoDataFrame(columns | {"geometry": shapes})
    types = {name: kind for name, kind in PLACE_COLUMNS.items() if name != "people"}
    return pd.concat(parts, ignore_index=True).astype(types)
