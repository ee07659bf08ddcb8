"""What the gate finds in drawn boundaries: gaps, overlaps, and where they differ from the list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from footprints.checks.cover import coverage
from footprints.errors import OverlapError
from footprints.geometry import RESOLUTIONS
from footprints.overlaps.cross_check import cross_check
from footprints.report.findings import FAULT_AREA, FAULT_UNITS, METRES_2, PLACE_COLUMNS
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    import geopandas as gpd

    from footprints.atlas import Atlas
    from footprints.checks.asked import Asked
    from footprints.checks.cover import Covered

OF_BOUNDARIES = "boundaries meet without gap or overlap; broken data fails (footprints)"
MOST_UNITS = 5
"""How many units a sentence names; the rest are counted."""


class Looked(NamedTuple):
    """What was found in a layer's own lines, as findings and on the ground."""

    findings: pd.DataFrame
    places: gpd.GeoDataFrame


def well_drawn(atlas: Atlas, asked: Asked, tolerance: Tolerance | None) -> Looked:
    """Return the findings of whether a layer's own lines leave gaps or overlap.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down to a focus.
    asked : Asked
        The layer.
    tolerance : Tolerance, optional
        As :func:`footprints.coverage` takes it. Where neither it nor the file tells how far the
        lines may be off, they are taken to be as coarse as the coarsest that the ONS draws.

    Returns
    -------
    findings : DataFrame
        One for the layer, and one for each place that is real or undecidable, whose
        ``code`` is the footprints beside it, ``value`` its area and ``miss`` its people.
    places : GeoDataFrame
        Each gap and overlap, those that were let pass too, with the columns
        :data:`footprints.report.findings.PLACE_COLUMNS`; ``finding`` is the position in
        ``findings``.

    Raises
    ------
    OverlapError
        If the layer has no official lines of its own.
    """
    lines = atlas.whole.overview.loc[asked.layer, "lines"]
    if lines == "illustrative" or atlas.whole.coded.lines(asked.layer) != "official":
        kind = "illustrative lines: drawn for maps, never measured"
        msg = f"{asked.layer} has {kind if lines == 'illustrative' else 'no lines of its own'}."
        raise OverlapError(msg, [asked.layer])
    said = str(atlas.whole.coded.drawing(asked.layer).get("resolution") or "").upper()
    tolerance = tolerance or Tolerance()
    unknown = tolerance.metres is None and said not in RESOLUTIONS
    if unknown:
        tolerance = replace(tolerance, metres=max(RESOLUTIONS.values()))
    found = coverage(atlas, asked.layer, method="area", tolerance=tolerance)
    table = found.table
    faults = table[table["cause"].isin(["real", "undecidable"]) & ~table["forgiven"]]
    labels = atlas.whole.coded.labels(asked.layer)
    alone = faults["codes"].where(faults["unit"].isna() & faults["codes"].isin(labels.index))
    people = faults["people"].astype("float64")
    rows = pd.DataFrame(
        {
            "check": asked.check,
            "layer": asked.layer,
            "code": faults["unit"].fillna(faults["codes"]),
            "name": alone.map(labels["name"]),
            "ods_code": alone.map(labels["ods_code"]),
            "status": "warn",
            "result": faults["kind"],
            "message": _place_messages(faults, asked.layer),
            "measure": FAULT_AREA,
            "value": faults["area_m2"].round(),
            "measured_in": METRES_2,
            "miss": people,
            "people": people,
            "cause": faults["cause"].astype("str"),
        }
    )
    whole = _whole(asked, found, faults, unknown=unknown)
    findings = _with_basis(pd.concat([whole, rows], ignore_index=True), table.attrs)
    return Looked(findings, _places(asked, table, faults.index, unknown=unknown))


def _places(
    asked: Asked, table: gpd.GeoDataFrame, faults: pd.Index[int], *, unknown: bool
) -> gpd.GeoDataFrame:
    """Return the ground of each gap and overlap, and the finding that it belongs to."""
    number = pd.Series(np.arange(1, len(faults) + 1), index=faults)
    attrs = table.attrs
    places = table.assign(
        # What was let pass, or is forgiven, is counted in the finding of the layer.
        finding=number.reindex(table.index, fill_value=0),
        check=asked.check,
        layer=asked.layer,
        place=table["kind"],
        **{"class": _classes(table["cause"].astype("str"), unknown=unknown)},
        cause=table["cause"].astype("str"),
        population=attrs.get("population") or None,
        population_date=attrs.get("date") or None,
        population_source=attrs.get("source") or None,
        tolerance_m=float(attrs["metres"]),
        resolution=None if unknown else attrs["resolution"],
        reference=attrs["reference"],
        lines="official",
    )
    # A unit that lies in no lines is a point, where people live: it is told, and not drawn.
    places = places[places["unit"].isna()].reset_index(drop=True)
    places.attrs = {}
    texts = dict.fromkeys([name for name, kind in PLACE_COLUMNS.items() if kind == "str"], "str")
    return places[[*PLACE_COLUMNS, "geometry"]].astype(texts)


def _classes(cause: pd.Series[str], *, unknown: bool) -> pd.Series[str]:
    """Say which places are real, which are noise, and which cannot be told from it."""
    kept = cause.isin(["real", "undecidable", "not meant to cover"])
    found = cause.where(kept, "noise")
    # Where nobody knows how the lines were drawn, nobody knows what the drawing explains.
    return found.mask(cause.eq("drawing") & unknown, "undecidable")


def _whole(asked: Asked, found: Covered, faults: pd.DataFrame, *, unknown: bool) -> pd.DataFrame:
    """Return the finding of a whole layer."""
    real = faults["cause"].eq("real")
    doubtful = int((~real).sum())
    drawing = found.table[found.table["cause"].isin(["drawing"])]
    blind = unknown and len(drawing) > 0
    status = "warn" if len(faults) or blind else "pass"
    cause = "real" if real.any() else "undecidable" if status == "warn" else None
    kinds = faults.loc[real, "kind"].eq("overlap")
    words = [
        _some(int((~kinds).sum()), "gap"),
        _some(int(kinds.sum()), "overlap"),
        *(
            [f"{_some(doubtful, 'place')} that cannot be decided at this resolution"]
            * (doubtful > 0)
        ),
    ]
    metres = found.table.attrs["metres"]
    small = _small(found, blind=blind, metres=metres)
    unsure = (
        ""
        if not blind
        else (
            f" The resolution of the lines is not known: what is narrower than {metres} m cannot be "
            "told from drawing. Say resolution where they are read."
        )
    )
    return pd.DataFrame(
        [
            {
                "check": asked.check,
                "layer": asked.layer,
                "status": status,
                "result": {"real": "has faults", "undecidable": "undecidable"}.get(
                    cause or "", "within tolerance" if len(found.table) else "covers"
                ),
                "message": f"The boundaries of {asked.layer} have {_and(words)}{small}.{unsure}",
                "measure": "gaps and overlaps",
                "value": float(len(faults)),
                "measured_in": "places",
                "miss": faults["people"].astype("float64").sum(min_count=1) if len(faults) else 0.0,
                "people": float(found.people.astype("float64")["total"]),
                "cause": cause,
            }
        ]
    )


def _small(found: Covered, *, blind: bool, metres: str) -> str:
    """Say how many places were let pass, and why, as part of a sentence."""
    table = found.table
    passed = table[~table["cause"].isin(["real", "undecidable"]) | table["forgiven"]]
    causes = (
        passed["cause"]
        .astype("str")
        .mask(passed["forgiven"] & passed["cause"].isin(["real", "undecidable"]), "forgiven")
    )
    if passed.empty:
        return ""
    counts = causes.value_counts(sort=False)
    told = ", ".join(f"{count:,} of {cause}" for cause, count in counts.items())
    wide = passed["width_m"].max()
    widest = f", up to {wide:,.1f} m wide" if pd.notna(wide) else ""
    word = "are not decided" if blind else "are let pass"
    return f"; {told} {word}{widest} (tolerance {metres} m)"


def _place_messages(faults: pd.DataFrame, layer: str) -> list[str]:
    """Word each gap and overlap: where, how large, how many people, and what is not decided."""
    kinds = {
        "gap": "a gap",
        "open gap": "a gap open to the outside",
        "missing": "a place that no footprint is beside",
        "overlap": "an overlap",
    }
    words = []
    for row in faults.itertuples():
        if pd.notna(row.unit):
            what = f"Unit {row.unit} lies in no boundaries of {layer}"
        else:
            of = f" of {row.codes}" if pd.notna(row.codes) else ""
            size = f"{row.area_m2:,.0f} m², {row.width_m:,.1f} m wide"
            what = f"The boundaries of {layer} have {kinds[row.kind]}{of}: {size}"
        people = "" if pd.isna(row.people) else f", {row.people:,.0f} people"
        doubt = (
            "; whether it is real cannot be decided at this resolution"
            if row.cause == "undecidable"
            else ""
        )
        words.append(f"{what}{people}, at {row.x:.0f}, {row.y:.0f}{doubt}.")
    return words


def as_listed(atlas: Atlas, asked: Asked, tolerance: Tolerance | None) -> pd.DataFrame:
    """Return the findings of whether a layer's list of units agrees with its own lines.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down to a focus, of which the footprints count alone.
    asked : Asked
        The layer.
    tolerance : Tolerance, optional
        As :func:`footprints.cross_check` takes it.

    Returns
    -------
    DataFrame
        Findings ``against`` the table of units: one for the layer, and one for each footprint of
        the list and of the lines that differ (``code`` and ``counterpart``) and cause, real or
        undecidable; ``value`` counts units, ``miss`` their people.

    Raises
    ------
    OverlapError
        If the layer has no list of units with places, no official lines of its own, or lines of
        no known resolution.
    """
    checked = cross_check(atlas, asked.layer, tolerance=tolerance)
    table, attrs = checked.table, checked.table.attrs
    if atlas.focused is not None:
        ours = atlas.coded.codes(asked.layer)
        table = table[table["code"].isin(ours) | table["drawn"].isin(ours)]
    odd = table[table["cause"].isin(["real", "undecidable"]) & ~table["forgiven"]]
    # What lies in no lines at all is a gap, and found as one.
    odd = odd[odd["drawn"].notna()]
    by = ["code", "drawn", "cause"]
    groups = odd.assign(cause=odd["cause"].astype("str")).groupby(by, dropna=False, sort=True)
    names = atlas.whole.coded.labels(asked.layer)
    rows = [_differing(asked, names, key, part) for key, part in groups]
    real = odd["cause"].eq("real")
    units = odd.drop_duplicates("unit")
    count, total = len(units), table["unit"].nunique()
    cause = "real" if real.any() else "undecidable" if count else None
    whole = {
        "status": "warn" if count else "pass",
        "result": "list and boundaries differ" if count else "list and boundaries agree",
        "message": (
            f"Of the {total:,} units ({attrs['units']}) of {asked.layer}, {count:,} lie in other "
            f"boundaries than its list says, {odd.loc[real, 'unit'].nunique():,} of them "
            f"beyond the tolerance of {attrs['metres']} m."
        ),
        "measure": "units elsewhere",
        "value": float(count),
        "measured_in": "units",
        "miss": float(units["people"].sum()),
        "people": float(table.drop_duplicates("unit")["people"].sum()),
        "cause": cause,
    }
    frame = pd.DataFrame([whole, *rows]).assign(
        check=asked.check, layer=asked.layer, against=attrs["units"]
    )
    people = next(
        each
        for each in atlas.whole.coded.blocks(attrs["units"]).populations
        if each.name == attrs["population"]
    )
    basis = {"population": people.name, "source": people.source, "date": people.as_at}
    return _with_basis(frame, {"method": "area", **basis})


def _differing(
    asked: Asked, names: pd.DataFrame, key: tuple[str, str, str], part: pd.DataFrame
) -> dict[str, object]:
    """Return the finding of units that are listed in one footprint and drawn in another."""
    code, drawn, cause = key
    units = part.drop_duplicates("unit")
    people = float(units["people"].sum())
    shown = ", ".join(units["unit"].head(MOST_UNITS))
    more = f" and {len(units) - MOST_UNITS:,} more" if len(units) > MOST_UNITS else ""
    listed_in = "in no footprint" if pd.isna(code) else f"in {_called(names, code)}"
    doubt = "; that cannot be decided at this resolution" if cause == "undecidable" else ""
    known = pd.notna(code)
    return {
        "code": code if known else None,
        "name": names["name"].get(code) if known else None,
        "ods_code": names["ods_code"].get(code) if known else None,
        "counterpart": drawn,
        "counterpart_name": names["name"].get(drawn),
        "status": "warn",
        "result": "listed elsewhere",
        "message": (
            f"{_some(len(units), 'unit')} with {people:,.0f} people listed {listed_in} of "
            f"{asked.layer} {'lies' if len(units) == 1 else 'lie'} in the boundaries of {_called(names, drawn)}, up to {part['depth_m'].max():,.1f} m deep: "
            f"{shown}{more}{doubt}."
        ),
        "measure": FAULT_UNITS,
        "value": float(len(units)),
        "measured_in": "units",
        "miss": people,
        "people": people,
        "cause": cause,
    }


def _called(names: pd.DataFrame, code: str) -> str:
    name = names["name"].get(code)
    return f"{name} ({code})" if pd.notna(name) and name else code


def _with_basis(frame: pd.DataFrame, attrs: dict[str, Any]) -> pd.DataFrame:
    """Say how it was found, whose people were counted, and who asks."""
    return frame.assign(
        method=attrs["method"],
        population=attrs.get("population") or None,
        population_date=attrs.get("date") or None,
        population_source=attrs.get("source") or None,
        source=OF_BOUNDARIES,
    )


def _some(count: int, word: str) -> str:
    number = f"{count:,}" if count else "no"
    return f"{number} {word}{'' if count == 1 else 's'}"


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]])
