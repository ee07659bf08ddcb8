"""Findings: one row a footprint and check, under fixed columns."""

from __future__ import annotations

import pandas as pd

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
