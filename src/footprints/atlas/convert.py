"""Carry units, their people and their membership from one vintage of units to another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.membership import evidence_from, members_from
from footprints.atlas.naming import units_named
from footprints.atlas.parts import EVIDENCE, Origin, UnitTable, as_counts, people_faults
from footprints.atlas.relationship import DIVIDED, KINDS, names_of, unit_pairs
from footprints.errors import Problems, TableError, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from footprints.atlas.parts import Layer, Population


@dataclass(frozen=True, kw_only=True, eq=False)
class Converted:
    """The parts of an atlas whose units were converted, and what must be said of them."""

    units: dict[str, UnitTable]
    layers: dict[str, Layer]
    origin: Origin
    notes: tuple[str, ...]


def conversion_table(
    pairs: pd.DataFrame, people: pd.Series[float], *, given: bool = False
) -> pd.DataFrame:
    """Count the units and people that each kind of change touches.

    Parameters
    ----------
    pairs : DataFrame
        From :func:`footprints.atlas.relationship.unit_pairs`.
    people : Series
        Persons by old unit; pairs of other units do not count.
    given : bool
        Whether the people of the new units are known, so that none are estimated.

    Returns
    -------
    DataFrame
        Indexed by ``kind``, all four. Columns: ``old_units``, ``new_units`` (counts), ``people``
        (persons in the old units), ``estimated_people`` (persons who had to be divided).

    Examples
    --------
    >>> pairs = pd.DataFrame({"old": ["a", "a"], "new": ["x", "y"], "kind": "split"})
    >>> conversion_table(pairs, pd.Series({"a": 7})).loc["split"].tolist()
    [1, 2, 7, 7]
    """
    mine = pairs[pairs["old"].isin(people.index)]
    units = mine.groupby("kind")[["old", "new"]].nunique().reindex(KINDS, fill_value=0)
    once = mine.drop_duplicates("old")
    counted = once["old"].map(people).groupby(once["kind"]).sum().reindex(KINDS, fill_value=0)
    table = units.set_axis(["old_units", "new_units"], axis="columns").assign(people=counted)
    divided = table.index.isin(() if given else DIVIDED)
    return table.assign(estimated_people=table["people"].where(divided, 0)).rename_axis("kind")


def divided(
    people: pd.Series[float], groups: pd.Series[str], weights: pd.Series[float]
) -> pd.Series[float]:
    """Divide the people of each group among its rows, whole counts into whole counts.

    Parameters
    ----------
    people : Series
        Persons in the whole group, the same in each of its rows.
    groups : Series
        What is divided; one index for all three.
    weights : Series
        In which proportion, at least 0; equal parts where all of a group are 0.

    Returns
    -------
    Series
        Persons by row, whose sum over a group is that of the group: by largest remainder, the
        first rows first where remainders are equal.

    Examples
    --------
    >>> rows = pd.DataFrame({"people": [7, 7, 7], "unit": ["a", "a", "a"], "weight": [1, 1, 1]})
    >>> divided(rows["people"], rows["unit"], rows["weight"]).tolist()
    [3, 2, 2]
    """
    total = weights.groupby(groups).transform("sum")
    weights = weights.astype("float64").mask(total == 0, 1.0)
    shares = weights / weights.groupby(groups).transform("sum")
    quota = people * shares
    whole = np.floor(quota)
    left_over = people - whole.groupby(groups).transform("sum")
    # Rounded, so that equal parts tie whatever the last digit of a product.
    order = (whole - quota).round(9).groupby(groups).rank(method="first") - 1
    parts = whole + (left_over - order).clip(0, 1)
    return parts.astype(people.dtype)


def converted(  # noqa: PLR0913, PLR0917 - the parts of an atlas, and how they are to change.
    units: Mapping[str, UnitTable],
    layers: Mapping[str, Layer],
    membership: pd.DataFrame,
    old: str,
    new: str,
    relationship: pd.DataFrame,
    people: pd.DataFrame | None,
) -> Converted:
    """Put new units in the place of old ones; the rules are those of ``Atlas.convert_units``.

    Parameters
    ----------
    units, layers, membership
        The parts of an atlas.
    old, new : str
        The table of units to replace, and what is to replace it.
    relationship, people : DataFrame
        As ``Atlas.convert_units`` takes them.

    Returns
    -------
    Converted

    Raises
    ------
    UnknownNameError, TableError
        As ``Atlas.convert_units``.
    """
    _check_tables(units, layers, old, new)
    source = units[old]
    pairs = unit_pairs(relationship, old, new)
    problems = Problems("The conversion")
    mine = _pairs_within(pairs, source.table.index, problems)
    given = _given(people, pairs, mine, source.populations, problems)
    problems.raise_any(TableError)
    flows = _flows(mine, source, given)
    table = _unit_table(flows, source, given, names_of(relationship, new))
    before = membership[membership["units"] == old]
    rows, edges = _membership(before, flows, source)
    changed, lost = _layers(layers, _joined(membership, rows, old, new))
    populations = tuple(
        replace(p, source=f"{p.source}, as given for {new}") if p.name in given else p
        for p in source.populations
    )
    target = UnitTable(table=table, populations=populations)
    notes = [
        *_unit_notes(mine, source, given, old, new),
        *_edge_notes(edges, source.populations[0].name, new),
        *_lost_notes(lost, before, source),
        *_table_notes(source, table, old, new),
    ]
    after = [(new, target) if name == old else (name, other) for name, other in units.items()]
    return Converted(
        units=dict(after),
        layers=changed,
        origin=_origin(relationship, old, new),
        notes=tuple(notes),
    )


def _check_tables(
    units: Mapping[str, UnitTable], layers: Mapping[str, Layer], old: str, new: str
) -> None:
    units_named(units, old)
    if new in units or new in layers:
        msg = f"The atlas has a table of units or a layer called {new!r} already."
        raise TableError(msg, [new])


def _pairs_within(pairs: pd.DataFrame, held: pd.Index[str], problems: Problems) -> pd.DataFrame:
    """Return the pairs of the units of an atlas in its order; note what keeps them from meeting."""
    if len(lost := held.difference(pairs["old"], sort=False)):
        remedy = "Are both of one vintage?"
        problems.add("finds no new unit in the relationship for", lost, remedy=remedy)
    place = pd.Series(held.get_indexer(pairs["old"]), index=pairs.index)
    touched = pairs["new"].isin(pairs.loc[place >= 0, "new"])
    if len(outside := pairs.loc[touched & (place < 0), "old"].unique()):
        remedy = "Convert the whole atlas and focus on a part of it afterwards."
        problems.add("would count new units in part: the atlas lacks", outside, remedy=remedy)
    mine = pairs.assign(place=place)[touched & (place >= 0)]
    return mine.sort_values(["place", "new"], ignore_index=True).drop(columns="place")


def _given(
    people: pd.DataFrame | None,
    pairs: pd.DataFrame,
    mine: pd.DataFrame,
    populations: tuple[Population, ...],
    problems: Problems,
) -> pd.DataFrame:
    """Return the people of the new units that are given, a column a population."""
    codes = pd.Index(mine["new"].unique())
    if people is None:
        return pd.DataFrame(index=codes)
    names = [p.name for p in populations]
    if len(strange := people.columns.difference(names)) or people.columns.empty:
        remedy = f"Call its columns {', '.join(map(repr, names))}."
        problems.add("is given people of unknown populations", strange, remedy=remedy)
    if people.index.has_duplicates or people.columns.has_duplicates:
        twice = [*people.index[people.index.duplicated()].unique()]
        twice += [*people.columns[people.columns.duplicated()].unique()]
        problems.add("is given people twice for", twice)
        return pd.DataFrame(index=codes)
    if len(strangers := people.index.difference(pairs["new"])):
        problems.add("is given people of units that the relationship lacks", strangers)
    known = people[people.columns.intersection(names)].reindex(codes)
    for name in known:
        for fault, shown in people_faults(known[name]).items():
            problems.add(f"is given {name} {fault} for", shown)
    if problems.lines:
        return pd.DataFrame(index=codes)
    return known.apply(as_counts)


def _flows(mine: pd.DataFrame, source: UnitTable, given: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs with the people of each population that go from old to new.

    Columns beside those of ``mine``: ``weight``, and one a population.
    """
    # One measure of how people lie is enough; the first population is the most used.
    known = next((p.name for p in source.populations if p.name in given), None)
    weight = 1.0 if known is None else mine["new"].map(given[known]).astype("float64")
    flows = mine.assign(weight=weight)
    for population in source.populations:
        people = as_counts(source.table[population.name])
        before = pd.Series(people.reindex(mine["old"]).to_numpy(), index=mine.index)
        flows[population.name] = divided(before, mine["old"], flows["weight"])
    return flows


def _unit_table(
    flows: pd.DataFrame,
    source: UnitTable,
    given: pd.DataFrame,
    names: pd.Series[str] | None,
) -> pd.DataFrame:
    """Return the new units with their people and, where known, names and areas."""
    populations = [p.name for p in source.populations]
    grouped = flows.groupby("new", sort=False)
    table = grouped[populations].sum().rename_axis("unit")
    table = table.assign(**{name: given[name].reindex(table.index) for name in given})
    if names is not None:
        table.insert(0, "name", names.reindex(table.index))
    if "area_m2" in source.table:
        area = flows["old"].map(source.table["area_m2"]).mask(flows["kind"].isin(DIVIDED))
        table["area_m2"] = area.groupby(flows["new"]).sum(skipna=False)
    return table


def _membership(
    rows: pd.DataFrame, flows: pd.DataFrame, source: UnitTable
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the membership of the new units, and what lay across an edge.

    The latter is a row a layer, indexed by ``layer``: ``units`` (new units across an edge),
    ``people`` (persons counted in another footprint than before), ``linked`` (persons of a link
    table that had to be divided).
    """
    whole, edges = _whole(rows[rows["people"].isna()], flows, source.populations[0].name)
    linked, shared = _linked(rows[rows["people"].notna()], flows)
    found = pd.concat([whole, linked], ignore_index=True)
    found["evidence"] = found["evidence"].map(dict(enumerate(EVIDENCE))).astype("str")
    both = pd.concat([edges, shared.rename("linked")], axis="columns")
    return found, both.reindex(rows["layer"].unique()).fillna(0)


def _weakest(rows: pd.DataFrame) -> pd.Series[int]:
    """Return how weak the evidence of each row is, as its place in ``EVIDENCE``."""
    return rows["evidence"].astype("str").map({word: i for i, word in enumerate(EVIDENCE)})


def _whole(
    rows: pd.DataFrame, flows: pd.DataFrame, population: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each new unit the footprint, or none, that most of its people were in."""
    layers = pd.DataFrame({"layer": rows["layer"].astype("str").unique()})
    wanted = flows[["old", "new"]].assign(moving=flows[population]).merge(layers, how="cross")
    held = rows.assign(layer=rows["layer"].astype("str"), weak=_weakest(rows))
    held = held[["unit", "layer", "code", "weak"]]
    held = wanted.merge(held, how="left", left_on=["old", "layer"], right_on=["unit", "layer"])
    sides = held.groupby(["layer", "new", "code"], sort=False, dropna=False, as_index=False)
    sides = sides.agg(moving=("moving", "sum"), weak=("weak", "max"))
    sides = sides.sort_values(["moving", "code"], ascending=[False, True], kind="stable")
    by_unit = sides.groupby(["layer", "new"])
    across = by_unit["moving"].transform("size") > 1
    first = ~sides.duplicated(["layer", "new"])
    inferred = EVIDENCE.index("inferred")
    weakest = by_unit["weak"].transform("max")
    sides["weak"] = weakest.clip(lower=inferred).where(across, weakest)
    edges = pd.DataFrame(
        {
            "units": (across & first).groupby(sides["layer"]).sum(),
            "people": sides["moving"].mask(first, 0).groupby(sides["layer"]).sum(),
        }
    )
    kept = sides[first].dropna(subset="code").rename(columns={"new": "unit", "weak": "evidence"})
    order = pd.Index(flows["new"].unique()).get_indexer(kept["unit"])
    kept = kept.iloc[np.argsort(order, kind="stable")]
    return kept[["unit", "layer", "code", "evidence"]].assign(people=np.nan), edges


def _linked(rows: pd.DataFrame, flows: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[float]]:
    """Divide the people of each link as those of its unit are; add up what meets again."""
    held = rows.assign(layer=rows["layer"].astype("str"), weak=_weakest(rows))
    held = held[["unit", "layer", "code", "people", "weak"]].reset_index(drop=True)
    held = held.assign(link=held.index).rename(columns={"unit": "old"})
    held = flows[["old", "new", "kind", "weight"]].merge(held, on="old")
    estimated = held["kind"].isin(DIVIDED)
    held["weak"] = (
        held["weak"].clip(lower=EVIDENCE.index("inferred")).where(estimated, held["weak"])
    )
    held["people"] = divided(held["people"], held["link"], held["weight"])
    shared = held["people"].where(estimated, 0).groupby(held["layer"]).sum()
    grouped = held.groupby(["new", "layer", "code"], sort=False, as_index=False)
    found = grouped.agg(people=("people", "sum"), evidence=("weak", "max"))
    return found.rename(columns={"new": "unit"}), shared


def _joined(membership: pd.DataFrame, rows: pd.DataFrame, old: str, new: str) -> pd.DataFrame:
    """Return the membership of all units, with new rows in the place of the old."""
    others = membership[membership["units"] != old]
    texts = {"units": "str", "layer": "str", "evidence": "str"}
    return pd.concat([others.astype(texts), rows.assign(units=new)])


def _layers(
    layers: Mapping[str, Layer], rows: pd.DataFrame
) -> tuple[dict[str, Layer], dict[str, pd.Index[str]]]:
    """Return the layers with their new members, and the footprints that keep none."""
    found, lost = {}, {}
    for key, layer in layers.items():
        mine = rows[rows["layer"] == key]
        kept = layer.table.index.isin(mine["code"])
        lost[key] = layer.table.index[~kept]
        found[key] = replace(
            layer,
            table=layer.table[kept],
            members=members_from(mine),
            evidence=evidence_from(mine),
        )
    return found, lost


def _origin(relationship: pd.DataFrame, old: str, new: str) -> Origin:
    file = str(relationship.attrs.get("file", ""))
    return Origin(
        part=f"units.{new}", file=file, rows=len(relationship), note=f"converted from {old}"
    )


def _unit_notes(
    mine: pd.DataFrame, source: UnitTable, given: pd.DataFrame, old: str, new: str
) -> list[str]:
    """Say how many units changed in which way, and whose people had to be estimated."""
    notes = []
    measure = next((p.name for p in source.populations if p.name in given), None)
    how = f"in proportion to the {measure} given" if measure else "in equal parts"
    for number, population in enumerate(source.populations):
        name = population.name
        before = source.table[name]
        table = conversion_table(mine, before, given=name in given)
        if number == 0:
            notes.append(_summary(table, old, new))
        if name in given:
            notes.append(
                f"{name} of {new} are those given: {before.sum():,.0f} before, "
                f"{given[name].sum():,.0f} after."
            )
        notes += [
            f"{_counted(units, 'unit')} of {old} {_happened(units, kind)}: {people:,.0f} {name} were "
            f"divided {how} among {_counted(after, 'new one')} (estimated)."
            for kind, units, after, _, people in table.itertuples(name=None)
            if people
        ]
    return notes


def _happened(count: int, kind: str) -> str:
    if kind == "irregular":
        return "changed irregularly"
    return "was split" if count == 1 else "were split"


def _summary(table: pd.DataFrame, old: str, new: str) -> str:
    kinds = [
        f"{units:,} {kind}" + ("" if units == after else f" (now {after:,})")
        for kind, units, after in table[["old_units", "new_units"]].itertuples(name=None)
        if units
    ]
    units, after = table["old_units"].sum(), table["new_units"].sum()
    return f"{units:,} units of {old} became {after:,} of {new}: {', '.join(kinds)}."


def _edge_notes(edges: pd.DataFrame, population: str, new: str) -> list[str]:
    """Say of each layer who is now counted in another footprint, and whose link was divided."""
    across = [
        f"{_counted(int(units), 'unit')} of {new} {'lies' if units == 1 else 'lie'} across an edge "
        f"of {layer}: {people:,.0f} {population} are counted in the footprint that has most of "
        "the unit (inferred)."
        for layer, units, people in edges[["units", "people"]].itertuples(name=None)
        if units
    ]
    return across + [
        f"{people:,.0f} people of {layer} are in units that were divided, and so were they (estimated)."
        for layer, people in edges["linked"].items()
        if people
    ]


def _lost_notes(
    lost: Mapping[str, pd.Index[str]], before: pd.DataFrame, source: UnitTable
) -> list[str]:
    """Name the footprints that are left without a unit, with the people that they had."""
    notes = []
    population = source.populations[0].name
    for layer, codes in lost.items():
        for code in codes:
            units = before.loc[(before["layer"] == layer) & (before["code"] == code), "unit"]
            people = source.table[population].reindex(units).sum()
            notes.append(
                f"{code} is left out of {layer}: none of its units is mostly in it any longer, and "
                f"its {people:,.0f} {population} are counted elsewhere."
            )
    return notes


def _table_notes(source: UnitTable, table: pd.DataFrame, old: str, new: str) -> list[str]:
    """Say what the new units do not have that the old ones had."""
    columns = source.table.columns.drop("geometry", errors="ignore").difference(table.columns)
    notes = []
    if source.lines != "none":
        notes.append(f"{new} has no lines: those of {old} were left out.")
    if len(columns):
        notes.append(f"Columns of {old} that {new} lacks were left out: {listed(columns)}.")
    if "area_m2" in table and (unknown := int(table["area_m2"].isna().sum())):
        notes.append(f"The area of {_counted(unknown, 'unit')} of {new} is not known.")
    return notes


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
