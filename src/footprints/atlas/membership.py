"""The one membership table: which unit belongs to which footprint of which layer."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.parts import EVIDENCE, people_faults

if TYPE_CHECKING:
    from collections.abc import Mapping

    from footprints.atlas.parts import Layer, UnitTable
    from footprints.errors import Problems

COLUMNS = ["units", "unit", "layer", "code", "people", "evidence"]


def membership_of(
    layers: Mapping[str, Layer], units: Mapping[str, UnitTable], problems: Problems
) -> pd.DataFrame:
    """Put the members of all layers into one table, and note every rule that they break.

    Parameters
    ----------
    layers : mapping of str to Layer
        Layers whose members are units, or footprints of another layer.
    units : mapping of str to UnitTable
        The tables of units.
    problems : Problems
        Where what is wrong is noted.

    Returns
    -------
    DataFrame
        A row for each pair of a unit and a footprint, in the order of the layers. Columns:
        ``units`` (the unit table), ``unit``, ``layer``, ``code``, ``people`` (persons, where only
        some of the unit's belong to the footprint; NA where the whole unit does), ``evidence``.
    """
    rows: dict[str, pd.DataFrame] = {}
    for key in _in_order(layers, problems):
        parts = [
            _rows_of_units(key, name, members, units, problems)
            if name in units
            else _rows_of_layer(key, name, members, rows[name], problems)
            for name, members in layers[key].members.items()
            if name in units or name in rows
        ]
        joined = pd.concat(parts or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)
        rows[key] = _with_evidence(key, layers[key], joined.assign(layer=key), problems)
        if len(layers[key].members) > 1:
            _check_once(key, rows[key], problems)
        _check_codes_used(key, layers[key], rows[key], problems)
        _check_tables(key, rows[key], units, problems)
    found = [rows[key] for key in layers if key in rows]
    table = pd.concat(found or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)
    order = {"units": list(units), "layer": list(layers), "evidence": list(EVIDENCE)}
    few = {column: _categorical(table[column], values) for column, values in order.items()}
    texts = {"unit": "str", "code": "str", "people": "float64"}
    return table.assign(**few)[COLUMNS].astype(texts)


def _categorical(values: pd.Series[str], categories: list[str]) -> pd.Categorical:
    """Return words as a categorical; each is looked up once, not on every row."""
    codes, words = pd.factorize(values)
    places = np.append(pd.Index(categories).get_indexer(words), -1)
    return pd.Categorical.from_codes(places[codes], pd.Index(categories, dtype="str"))


def members_from(rows: pd.DataFrame) -> dict[str, pd.Series[str] | pd.DataFrame]:
    """Return rows of one layer as the members that they were made from, by unit table."""
    parts = {
        str(name): part.set_index("unit") for name, part in rows.groupby("units", observed=True)
    }
    return {
        name: part[["code", "people"]] if part["people"].notna().any() else part["code"]
        for name, part in parts.items()
    }


def evidence_from(rows: pd.DataFrame) -> dict[str, str]:
    """Return what the units of one layer rest on where it is not simply published.

    Of a unit with several rows it is the weakest.
    """
    words = rows["evidence"].astype(pd.CategoricalDtype(list(EVIDENCE), ordered=True))
    known = rows.assign(evidence=words)[words != "published"].sort_values("evidence")
    return dict(zip(known["unit"], known["evidence"].astype("str"), strict=True))


def _in_order(layers: Mapping[str, Layer], problems: Problems) -> list[str]:
    """Return the layers so that each comes after those that it is made of."""
    made_of = {key: set(layer.members) & set(layers) for key, layer in layers.items()}
    try:
        return list(TopologicalSorter(made_of).static_order())
    except CycleError as error:
        problems.add("has layers that are made of one another", error.args[1])
        return []


def _rows_of_units(
    key: str,
    name: str,
    members: pd.Series[str] | pd.DataFrame,
    units: Mapping[str, UnitTable],
    problems: Problems,
) -> pd.DataFrame:
    """Return the rows of a list of units, whole or with people."""
    subject = f"in the layer {key!r}"
    partial = isinstance(members, pd.DataFrame)
    listed = members if partial else pd.Series(members, dtype="str").to_frame("code")
    listed = listed.reindex(columns=["code", "people"])
    pairs = pd.MultiIndex.from_arrays([listed.index, listed["code"]]) if partial else listed.index
    if pairs.has_duplicates:
        twice = listed.index[pairs.duplicated()].unique()
        problems.add(f"lists units twice {subject}", twice)
    strangers = listed.index.unique().difference(units[name].table.index)
    if len(strangers):
        problems.add(f"lists units {subject} that the unit table {name!r} lacks", strangers)
    if partial:
        _check_link(listed, subject, problems)
    listed = listed.dropna(subset="code")
    return listed.rename_axis("unit").reset_index().assign(units=name, evidence="published")


def _check_link(listed: pd.DataFrame, subject: str, problems: Problems) -> None:
    labels = listed.index.astype("str") + " in " + listed["code"].astype("str")
    people = listed["people"].set_axis(labels)
    for fault, shown in people_faults(people).items():
        problems.add(f"has people {fault} {subject} for", shown)


def _rows_of_layer(
    key: str,
    other: str,
    members: pd.Series[str] | pd.DataFrame,
    theirs: pd.DataFrame,
    problems: Problems,
) -> pd.DataFrame:
    """Return the rows of a list of another layer's footprints: all the units of each."""
    subject = f"in the layer {key!r}"
    if isinstance(members, pd.DataFrame):
        fault = f"lists footprints of {other!r} with people {subject}; only units can have them"
        problems.add(fault)
        return pd.DataFrame(columns=COLUMNS)
    listed = members.dropna()
    if listed.index.has_duplicates:
        twice = listed.index[listed.index.duplicated()].unique()
        problems.add(f"lists footprints of {other!r} twice {subject}", twice)
        listed = listed[~listed.index.duplicated()]
    strangers = listed.index.difference(theirs["code"])
    if len(strangers):
        problems.add(f"lists footprints {subject} that the layer {other!r} lacks", strangers)
    found = theirs.assign(code=theirs["code"].map(listed)).dropna(subset="code")
    by = ["units", "unit", "code"]
    linked = found["people"].notna()
    if not linked.any():
        return found
    ranked = found[linked].assign(evidence=found["evidence"].map(EVIDENCE.index))
    sums = ranked.groupby(by, sort=False, observed=True).agg({"people": "sum", "evidence": "max"})
    sums["evidence"] = [EVIDENCE[place] for place in sums["evidence"]]
    return pd.concat([found[~linked], sums.reset_index()])


def _check_once(key: str, rows: pd.DataFrame, problems: Problems) -> None:
    """Note units that a layer holds by way of several lists, which would count them twice."""
    subject = f"in the layer {key!r}, by its several lists"
    whole = rows["people"].isna()
    twice = whole & rows.duplicated(["units", "unit"])
    if twice.any():
        problems.add(f"holds units twice {subject}", rows.loc[twice, "unit"].unique())
    mixed = set(rows.loc[whole, "units"].unique()) & set(rows.loc[~whole, "units"].unique())
    if mixed:
        problems.add(f"holds some units whole and some with people {subject}, of", sorted(mixed))


def _check_codes_used(key: str, layer: Layer, rows: pd.DataFrame, problems: Problems) -> None:
    subject = f"in the layer {key!r}"
    codes, used = layer.table.index.unique(), pd.Index(rows["code"].unique())
    if len(nameless := used.difference(codes)):
        problems.add(f"uses codes {subject} that its table of footprints lacks", nameless)
    if len(empty := codes.difference(used)):
        remedy = "Give them units, or take them out of the table."
        problems.add(f"has footprints without a single unit {subject}", empty, remedy=remedy)


def _check_tables(
    key: str, rows: pd.DataFrame, units: Mapping[str, UnitTable], problems: Problems
) -> None:
    """Note what keeps the people of a layer that several unit tables list from adding up."""
    subject = f"in the layer {key!r}"
    tables = list(rows["units"].unique())
    names = [p.name for table in tables for p in units[table].populations]
    if len(tables) > 1 and (twice := {name for name in names if names.count(name) > 1}):
        fault = f"counts a population in several tables of units {subject}"
        problems.add(fault, sorted(twice), remedy="Give each population a name of its own.")
    codes = pd.Index(rows["code"].unique())
    for table in tables:
        held = rows.loc[rows["units"] == table, "code"].unique()
        if len(lost := codes.difference(held)):
            problems.add(f"lists no units of {table!r} {subject} for", lost)


def _with_evidence(key: str, layer: Layer, rows: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """Say what each membership rests on: what the layer says, else as weak as what it is made of."""
    if not layer.evidence:
        return rows
    if odd := sorted(set(layer.evidence.values()) - set(EVIDENCE)):
        remedy = f"Use {', '.join(EVIDENCE)}."
        problems.add(f"has unknown evidence in the layer {key!r}", odd, remedy=remedy)
    if strangers := sorted(set(layer.evidence) - set(rows["unit"])):
        problems.add(f"has evidence for units not in the layer {key!r}", strangers)
    words = rows["unit"].map(dict(layer.evidence))
    return rows.assign(evidence=words.where(words.isin(EVIDENCE), rows["evidence"]))
