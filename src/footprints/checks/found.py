"""What each check found, as findings: a sentence for each footprint, and its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.parts import EVIDENCE
from footprints.changes import banded_level
from footprints.checks.bands import population_bands
from footprints.checks.contiguous import contiguity
from footprints.checks.coterminous import coterminosity
from footprints.checks.cover import coverage
from footprints.checks.nest import nesting
from footprints.levels import called
from footprints.report.findings import FAULT, skipped

if TYPE_CHECKING:
    from footprints.atlas import Atlas, Population
    from footprints.bands import Band, BandSet
    from footprints.checks.asked import Asked
    from footprints.tolerance import Tolerance

BAND_COLUMNS = ["lower", "upper", "target", "nearest", "distance", "distance_percent"]
BAND_COLUMNS += ["limit_kind"]


def in_band(atlas: Atlas, key: str, bands: BandSet, population: str | None) -> pd.DataFrame:
    """Return the findings of one layer against the band of its level."""
    own = str(atlas.overview.loc[key, "level"])
    level = banded_level(atlas, key)
    counted = atlas.population(key, population)
    if level not in bands.bands:
        reason = f"{bands.name} has no band for a {level}"
        return skipped("population-band", reason, layer=key)
    if counted is None:
        return skipped("population-band", f"{key} counts no {population}", layer=key)
    band = bands[level]
    table = population_bands(atlas.people(key)[counted.name], band)
    labels = atlas.coded.labels(key).reindex(table.index)
    missed = table["status"].isin(["below", "above"])
    messages = _band_messages(table, _labels(labels), band, counted)
    if level != own:
        grouped = f" It is a {own}, held against the band of the {called(level, 2)} that it groups."
        messages = [message + grouped for message in messages]
    return pd.DataFrame(
        {
            "check": "population-band",
            "layer": key,
            "code": table.index,
            "ods_code": labels["ods_code"],
            "name": labels["name"],
            "status": np.where(missed, "warn", "pass"),
            "result": table["status"],
            "message": messages,
            "measure": counted.name,
            "value": table["people"],
            "measured_in": "people",
            **{name: table[name] for name in BAND_COLUMNS},
            "miss": table["distance"].abs().where(missed, 0),
            "people": table["people"],
            "population": counted.name,
            "population_date": counted.as_at,
            "population_source": counted.source,
            "source": f"{bands.name}: {bands.source}",
        }
    )


def _labels(labels: pd.DataFrame) -> list[str]:
    """Return what each footprint is called in a sentence: its name and code."""
    names = labels["name"].fillna("")
    return [f"{name} ({code})" if name else str(code) for code, name in names.items()]


def _names(atlas: Atlas, key: str) -> pd.Series[str]:
    """Return what the footprints of a layer are called: their names, or codes where they have none."""
    names = atlas.whole.coded.labels(key)["name"]
    return names.fillna(names.index.to_series())


def _band_messages(
    table: pd.DataFrame, labels: list[str], band: Band, counted: Population
) -> list[str]:
    """Word each finding as one sentence."""
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


def of_two(
    atlas: Atlas, asked: Asked, pairs: pd.DataFrame, tolerance: Tolerance | None
) -> pd.DataFrame:
    """Return the findings of a check that holds one layer against another."""
    check = {"nesting": _nested, "coterminosity": _coterminous}[asked.check]
    found = check(atlas, pairs, tolerance)
    labels = atlas.whole.coded.labels(asked.layer).reindex(found.index)
    names = atlas.whole.coded.labels(asked.against)["name"]
    numbers = found["people"].astype("float64")
    return pd.DataFrame(
        {
            **found.drop(columns="people"),
            "check": asked.check,
            "layer": asked.layer,
            "against": asked.against,
            "code": found.index,
            "ods_code": labels["ods_code"],
            "name": labels["name"],
            "people": numbers,
            "population": pairs.attrs["population"] or None,
            "population_date": pairs.attrs["date"] or None,
            "population_source": pairs.attrs["source"] or None,
            "counterpart_name": found["counterpart"].map(names),
            "method": pairs.attrs["method"],
            "evidence": _evidence(atlas.whole, pairs, found.index),
        }
    )


def _nested(atlas: Atlas, pairs: pd.DataFrame, tolerance: Tolerance | None) -> pd.DataFrame:
    """Return what nesting found of each left footprint."""
    table = nesting(pairs, tolerance)
    passed = table["status"] == "nested"
    miss = table["people_elsewhere"] + table["people_unassigned"]
    return pd.DataFrame(
        {
            "status": np.where(passed, "pass", "warn"),
            "result": table["status"],
            "message": _nesting_messages(atlas, pairs, table),
            "measure": "share in its parent",
            "value": table["share"],
            "measured_in": "share",
            "miss": miss.astype("float64").where(~passed, 0),
            "people": table["people"],
            "counterpart": table["parent"].where(passed, table["second"]),
            "forgiven": table["forgiven"],
            "source": "policy hopes for nested footprints (Swage 2019)",
        }
    )


def _nesting_messages(atlas: Atlas, pairs: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    against = pairs.attrs["right_layer"]
    level = atlas.whole.overview.loc[against, "level"]
    names = _names(atlas, against)
    labels = _labels(atlas.whole.coded.labels(pairs.attrs["left_layer"]).reindex(table.index))
    parts = _parts(pairs, table.index[table["status"] == "straddles"], names)
    words = []
    for label, row in zip(labels, table.itertuples(), strict=True):
        if row.status == "nested":
            words.append(f"{label} lies within {names[row.parent]}.")
        elif row.status == "outside":
            words.append(f"{label} lies in no {called(level, 1)} of {against}.")
        else:
            count = f"{row.parents:,} {called(level, row.parents)} of {against}"
            words.append(f"{label} reaches into {count}: {parts[row.Index]}.")
    return words


def _parts(pairs: pd.DataFrame, codes: pd.Index[str], names: pd.Series[str]) -> dict[str, str]:
    """Word the parts of some left footprints, the largest first."""
    rows = pairs[pairs["left"].isin(codes)]
    measure = "people" if rows["people"].notna().all() else "area_m2"
    unit = "people" if measure == "people" else "m²"
    rows = rows.sort_values(["left", measure], ascending=[True, False], kind="stable")
    where = rows["right"].map(names).fillna(rows["right"])
    words = [
        f"{amount:,.0f} {unit} in {'none of them' if pd.isna(name) else name}"
        for amount, name in zip(rows[measure], where, strict=True)
    ]
    texts = pd.Series(words, index=rows["left"], dtype="str")
    return dict(texts.groupby(level=0).agg(", ".join))


def _coterminous(atlas: Atlas, pairs: pd.DataFrame, tolerance: Tolerance | None) -> pd.DataFrame:
    """Return what coterminosity found of each left footprint."""
    table = coterminosity(pairs, tolerance)
    against = pairs.attrs["right_layer"]
    bare = (table["relation"] == "outside") & ~atlas.whole.overview.loc[against, "covers"]
    passed = table["relation"].isin(["same", "union"])
    miss = table["people_in_split"] + table["people_unassigned"]
    return pd.DataFrame(
        {
            "status": np.select([bare, passed], ["skipped", "pass"], "warn"),
            "result": table["relation"],
            "message": _relation_messages(atlas, pairs, table),
            "measure": "Jaccard index with its best match",
            "value": table["jaccard"].fillna(table["jaccard_area"]),
            "measured_in": "share",
            "miss": miss.astype("float64").where(~passed & ~bare, 0),
            "people": table["people"],
            "counterpart": table["match"],
            "forgiven": table["forgiven"],
            "source": "policy since 2025: coterminous wherever feasible",
        }
    )


def _relation_messages(atlas: Atlas, pairs: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    against = pairs.attrs["right_layer"]
    level = atlas.whole.overview.loc[against, "level"]
    names = _names(atlas, against)
    labels = _labels(atlas.whole.coded.labels(pairs.attrs["left_layer"]).reindex(table.index))
    words = []
    for label, row in zip(labels, table.itertuples(), strict=True):
        match = "" if pd.isna(row.match) else names[row.match]
        if row.relation == "crosses":
            split = "; ".join(_named(text, names) for text in row.split_codes.split("; ") if text)
            cut = f"{row.whole:,} whole and {row.split:,} split"
            bare = row.people_unassigned
            none = f", {bare:,.0f} people in none" if pd.notna(bare) and bare else ""
            told = f"cuts across {called(level, 2)} of {against}: {cut}"
            words.append(f"{label} {told}{f' ({split})' if split else ''}{none}.")
        else:
            words.append(f"{label} {_relation(row, match, f'of {against}', level)}.")
    return words


def _relation(row: object, match: str, layer: str, level: str) -> str:
    relation = row.relation  # type: ignore[attr-defined]
    whole = row.whole  # type: ignore[attr-defined]
    return {
        "same": f"matches {match} exactly",
        "union": f"is made of {whole:,} whole {called(level, whole)} {layer}",
        "part": f"lies inside {match} and is a part of it",
        "outside": f"meets no {called(level, 1)} {layer}",
    }[relation]


def _named(text: str, names: pd.Series[str]) -> str:
    """Put the name in the place of the code that a text begins with."""
    code, _, rest = text.partition(" ")
    return f"{names.get(code, code)} {rest}"


def _evidence(atlas: Atlas, pairs: pd.DataFrame, codes: pd.Index[str]) -> pd.Series[str] | None:
    """Return the weakest membership that each left footprint rests on, on either side."""
    units = pairs.attrs["units"]
    if pairs.attrs["method"].partition(",")[0] != "members":
        return None
    left, right = pairs.attrs["left_layer"], pairs.attrs["right_layer"]
    members = atlas.coded.members(left, units)
    weak = np.maximum(*(atlas.coded.evidence(key, units) for key in (left, right)))
    worst = np.full(len(members.codes), -1)
    np.maximum.at(worst, members.code, weak[members.unit])
    words = pd.Series(np.array([*EVIDENCE, None], dtype=object)[worst], index=members.codes)
    return words.reindex(codes).astype("str")


def covered(atlas: Atlas, asked: Asked, tolerance: Tolerance | None) -> pd.DataFrame:
    """Return the findings of whether a layer covers: one for the layer, one a fault."""
    found = coverage(atlas, asked.layer, tolerance=tolerance)
    attrs, people, faults = found.table.attrs, found.people, found.faults
    bare, twice = people["in none"], people["twice"]
    status = {"has faults": "warn", "undecidable": "skipped"}.get(found.status, "pass")
    said = "the layer is not meant to cover" if found.status == "not meant to cover" else ""
    whole = {
        "check": "coverage",
        "layer": asked.layer,
        "status": status,
        "result": found.status,
        "message": (
            f"{asked.layer} holds {_count(people['covered'])} of {_count(people['total'])} people, "
            f"{_count(bare)} are in none of its footprints, {_count(twice)} in more than one"
            f"{f'; {said} everybody' if said else ''}."
        ),
        "measure": "share of people covered",
        "value": found.share,
        "measured_in": "share",
        "miss": faults["people"].astype("float64").sum(min_count=1) if status == "warn" else 0.0,
        "people": people["total"],
    }
    rows = pd.DataFrame(
        {
            "check": "coverage",
            "layer": asked.layer,
            "code": faults["unit"].fillna(faults["codes"]),
            "status": "warn",
            "result": faults["kind"],
            "message": _fault_messages(faults, asked.layer),
            "measure": FAULT,
            "value": faults["people"].astype("float64"),
            "measured_in": "people",
            "miss": faults["people"].astype("float64"),
            "people": faults["people"].astype("float64"),
            "cause": faults["cause"],
        }
    )
    table = pd.concat([pd.DataFrame([whole]), rows], ignore_index=True)
    return table.assign(
        method=attrs["method"],
        population=attrs["population"] or None,
        population_date=attrs["date"] or None,
        population_source=attrs["source"] or None,
        source="the whole of England is to be covered (Swage 2019)",
    )


def _count(people: float) -> str:
    return "an unknown number of" if pd.isna(people) else f"{people:,.0f}"


def _fault_messages(faults: pd.DataFrame, layer: str) -> list[str]:
    """Word what is not covered just once, a sentence each."""
    words = []
    for row in faults.itertuples():
        what = f"Unit {row.unit}" if pd.notna(row.unit) else f"A place of {row.area_m2:,.0f} m²"
        beside = f" ({row.codes})" if pd.notna(row.codes) and row.codes else ""
        place = f", at {row.x:.0f}, {row.y:.0f}" if pd.notna(row.x) else ""
        words.append(
            f"{what} of {layer} is {row.kind}{beside}: {_count(row.people)} people{place}."
        )
    return words


def hangs_together(atlas: Atlas, asked: Asked, tolerance: Tolerance | None) -> pd.DataFrame:
    """Return the findings of whether each footprint hangs together."""
    found = contiguity(atlas, asked.layer, tolerance=tolerance)
    table, attrs = found.table, found.table.attrs
    labels = atlas.whole.coded.labels(asked.layer).reindex(table.index)
    passed = table["status"].isin(["contiguous", "joined by links"]) | table["forgiven"]
    words = [
        f"{label} is {row.status}: {row.parts:,} {'part' if row.parts == 1 else 'parts'}, "
        f"{_count(row.people_elsewhere)} people outside the main one, "
        f"{_count(row.people_unjoined)} in parts that no link joins."
        for label, row in zip(_labels(labels), table.itertuples(), strict=True)
    ]
    return pd.DataFrame(
        {
            "check": "contiguity",
            "layer": asked.layer,
            "code": table.index,
            "ods_code": labels["ods_code"],
            "name": labels["name"],
            "status": np.where(passed, "pass", "warn"),
            "result": table["status"],
            "message": words,
            "measure": "people in parts that no link joins",
            "value": table["people_unjoined"].astype("float64"),
            "measured_in": "people",
            "miss": table["people_unjoined"].astype("float64").where(~passed, 0),
            "people": table["people"].astype("float64"),
            "population": attrs["population"] or None,
            "population_date": attrs["date"] or None,
            "population_source": attrs["source"] or None,
            "method": attrs["method"],
            "source": "a coherent population (maturity matrix, in Swage 2019)",
        }
    )
