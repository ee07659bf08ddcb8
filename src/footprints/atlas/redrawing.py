"""Redraw layers: merge, move, split, recode and rename footprints, as sets of units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from footprints.atlas.changing import check_cycles, said
from footprints.atlas.clustering import clustered
from footprints.atlas.membership import evidence_from, members_from
from footprints.atlas.parts import EVIDENCE
from footprints.atlas.placing import Claim, Ground, check_codes, claim_of, everywhere
from footprints.errors import Problems, RedrawError, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from footprints.atlas.changing import LayerChange
    from footprints.atlas.parts import Layer, UnitTable


class Redrawn(NamedTuple):
    """The layers that changes made new, and what must be said of them."""

    layers: dict[str, Layer]
    notes: list[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Day:
    """A layer, the changes of one date to it, and what they take of its rows."""

    key: str
    layer: Layer
    changes: list[LayerChange]
    claims: list[Claim]
    before: pd.DataFrame

    @property
    def parted(self) -> bool:
        """Whether a part of a footprint goes elsewhere."""
        return any(not claim.whole for claim in self.claims)

    @property
    def touched(self) -> set[str]:
        """The footprints, old and new, whose units change."""
        taken = [self.before.loc[claim.rows, "code"].dropna() for claim in self.claims]
        return {claim.change.new for claim in self.claims}.union(*taken)

    @property
    def became(self) -> pd.Series[str]:
        """What each old footprint is after it, whole ones that end included."""
        ended = {old: new for change in self.changes for old, new in change.successors}
        return self.layer.table.index.to_series().replace(ended)


REDRAWN = ", redrawn"
"""What the date of a layer says behind that of its source, with the day of the last change."""


def redrawn(
    layers: Mapping[str, Layer],
    units: Mapping[str, UnitTable],
    membership: pd.DataFrame,
    resolve: Callable[[str], str],
    changes: Iterable[LayerChange],
) -> Redrawn:
    """Make changes by date; those of one date all refer to the footprints of the day before.

    Parameters
    ----------
    layers, units : mapping
        The layers and tables of units of an atlas, by name.
    membership : DataFrame
        Its membership table.
    resolve : callable
        The key of a layer, from what it is called.
    changes : iterable of LayerChange
        In any order.

    Raises
    ------
    RedrawError
        If a change cannot be made; everything wrong with those of one date is named at once.
    UnknownNameError
        If there is no layer that a change is about.
    """
    wanted = [replace(change, layer=resolve(change.layer)) for change in changes]
    _raise_cycles(wanted)
    now = dict(layers)
    rows = {str(k): part for k, part in membership.groupby("layer", observed=True)}
    notes: list[str] = []
    for date in sorted({change.date for change in wanted}):
        problems = Problems(f"The redraw of {date}" if date else "The redraw")
        ground = Ground(units=units, rows=rows.__getitem__, resolve=resolve)
        today = [change for change in wanted if change.date == date]
        made = [
            _redrawn_layer(key, now[key], drawing, ground, problems)
            for key in dict.fromkeys(change.layer for change in today)
            if (drawing := [c for c in today if c.layer == key and c.kind != "cluster"])
        ]
        grouped = clustered([c for c in today if c.kind == "cluster"], now, ground, problems)
        problems.raise_any(RedrawError)
        for key, layer, members, remarks in [*filter(None, made), *grouped]:
            now[key], rows[key] = layer, members
            notes += remarks
    return Redrawn({k: layer for k, layer in now.items() if layers.get(k) is not layer}, notes)


def _raise_cycles(changes: list[LayerChange]) -> None:
    problems = Problems("The redraw")
    check_cycles(changes, problems)
    problems.raise_any(RedrawError)


def _redrawn_layer(
    key: str, layer: Layer, changes: list[LayerChange], ground: Ground, problems: Problems
) -> tuple[str, Layer, pd.DataFrame, list[str]] | None:
    """Return a layer after the changes of one date, with its members and what must be said."""
    before, faults = everywhere(ground.rows(key), ground.units), len(problems.lines)
    codes = layer.table.index
    drawn = [c for c in changes if c.kind not in {"recode", "rename"}]
    claims = [claim_of(change, before, layer.table, ground, problems) for change in drawn]
    recoded = [c for c in changes if c.kind == "recode" and check_codes(c, layer.table, problems)]
    if len(problems.lines) > faults:
        return None
    found = [claim for claim in claims if claim is not None]
    _check_apart(found, recoded, before, problems)
    _check_targets(key, codes, changes, problems)
    if len(problems.lines) > faults:
        return None
    after, untold = _members(before, found, recoded)
    if not len(after):
        fault = f"leaves {key!r} in no table of units, for none tells whose units are meant in"
        problems.add(fault, [str(claim.change) for claim in found if claim.untold])
        return None
    day = _Day(key=key, layer=layer, changes=changes, claims=found, before=before)
    made, notes = _with_table(day, after, problems)
    if untold:
        notes.append(
            f"{key} is no longer listed in {listed(sorted(untold))}: nothing there tells who is "
            f"meant by {listed(str(c.change) for c in found if c.untold)}."
        )
    since = layer.as_at.partition(REDRAWN)[0]
    made = replace(
        made,
        members=members_from(after),
        evidence=evidence_from(after),
        as_at=f"{since}{REDRAWN if since else REDRAWN[2:]} {changes[0].date}".rstrip(),
    )
    return key, made, after, notes


def _members(
    before: pd.DataFrame, claims: list[Claim], recoded: list[LayerChange]
) -> tuple[pd.DataFrame, set[str]]:
    """Return the members after changes, and the tables of units that no longer list them."""
    codes = before["code"].replace({c.old[0]: c.new for c in recoded}).to_numpy(dtype=object)
    evidence = before["evidence"].astype("str").to_numpy(dtype=object)
    for claim in claims:
        codes[claim.rows] = claim.change.new
        if claim.change.evidence:
            evidence[claim.rows] = claim.change.evidence
    after = before.assign(code=pd.array(codes, dtype="str"), evidence=evidence)
    untold = set().union(*(claim.untold for claim in claims))
    after = after[~after["units"].isin(untold)].dropna(subset="code")
    by = ["units", "unit", "code"]
    if after["people"].notna().any() and after.duplicated(by).any():
        ranked = after.assign(evidence=after["evidence"].map(EVIDENCE.index))
        sums = ranked.groupby(by, sort=False, observed=True)
        after = sums.agg({"people": lambda p: p.sum(min_count=1), "evidence": "max"}).reset_index()
        after["evidence"] = [EVIDENCE[place] for place in after["evidence"]]
    return after.assign(layer=before["layer"].iloc[0]), untold


def _check_apart(
    claims: list[Claim], recoded: list[LayerChange], before: pd.DataFrame, problems: Problems
) -> None:
    """Note units that two changes of one date take, and footprints that end twice."""
    times = np.sum([np.zeros(len(before)), *(claim.rows for claim in claims)], axis=0)
    twice = times > 1
    if twice.any():
        both = said(claim.change for claim in claims if (claim.rows & twice).any())
        remedy = f"These changes overlap: {both}. Keep one, or give them dates that differ."
        problems.add(
            "takes the same units twice", before.loc[twice, "unit"].unique(), remedy=remedy
        )
    ends = [code for claim in claims if claim.whole for code in claim.change.old]
    ends += [code for change in recoded for code in change.old]
    if again := sorted({code for code in ends if ends.count(code) > 1}):
        remedy = "Let each be merged or recoded once on a date."
        problems.add("ends the same footprints twice", again, remedy=remedy)


def _check_targets(
    key: str, codes: pd.Index[str], changes: list[LayerChange], problems: Problems
) -> None:
    """Note new codes that there are already, and old ones that there are no longer."""
    ended = {old for change in changes for old, _ in change.successors}
    made = [c.new for c in changes if c.kind in {"merge", "recode", "split"}]
    taken = [
        change.new
        for change in changes
        if change.kind in {"merge", "recode", "split"}
        and change.new in codes
        and not (change.kind == "merge" and change.new in change.old)
    ]
    if taken:
        remedy = "Choose a new code, merge it too by naming it in 'from', or use a move."
        problems.add(f"would give {key!r} codes that it has already", taken, remedy=remedy)
    if again := sorted({code for code in made if made.count(code) > 1}):
        remedy = "Make it once, and move the other parts to it."
        problems.add(f"makes footprints of {key!r} twice", again, remedy=remedy)
    there = (set(codes) - ended) | set(made)
    moves = [c.new for c in changes if c.kind == "move"]
    renamed = [code for c in changes if c.kind == "rename" for code in c.old]
    if lost := [code for code in dict.fromkeys([*moves, *renamed]) if code not in there]:
        after = {old: new for c in changes for old, new in c.successors if old in lost}
        hint = "; ".join(f"{old} is {new} from then on" for old, new in after.items())
        remedy = f"{hint}. Write that." if hint else "Use a split to make a footprint."
        problems.add(f"moves to or renames what {key!r} does not have then", lost, remedy=remedy)
    if alone := [c.old[0] for c in changes if c.kind == "merge" and len(set(c.old)) < 2]:
        problems.add("merges a footprint with nothing", alone, remedy="Use a recode, or name more.")


def _names(changes: list[LayerChange], problems: Problems) -> dict[str, str]:
    """Return the names that changes give, by the code after that date."""
    given: dict[str, str] = {}
    for change in changes:
        code = change.old[0] if change.kind == "rename" else change.new
        if given.setdefault(code, change.name or given.get(code, "")) in {"", change.name}:
            given[code] = change.name
        elif change.name:
            remedy = f"{given[code]!r} and {change.name!r}: keep one."
            problems.add("gives two names to", [code], remedy=remedy)
    return {code: name for code, name in given.items() if name}


def _origins(
    codes: pd.Index[str], changes: list[LayerChange], after: pd.DataFrame
) -> pd.Series[str]:
    """Return for each code after changes, in order, the old one whose row it takes, if any."""
    ended = {old: new for change in changes for old, new in change.successors}
    kept = {c.new: c.old[0] for c in changes if c.kind == "recode"}
    apart = [c for c in changes if c.kind == "split"]
    order: list[str] = []
    for code in codes:
        order += [ended.get(code, code), *(c.new for c in apart if code in c.old)]
    used = set(after["code"])
    order = [code for code in dict.fromkeys([*order, *(c.new for c in apart)]) if code in used]
    taken = [kept.get(code, code if code in codes else None) for code in order]
    return pd.Series(taken, index=pd.Index(order, name=codes.name, dtype="str"), dtype="str")


def _with_table(day: _Day, after: pd.DataFrame, problems: Problems) -> tuple[Layer, list[str]]:
    """Return a layer with its new table of footprints: names, codes, lines and own people."""
    layer, old, notes = day.layer, pd.DataFrame(day.layer.table), list[str]()
    origins = _origins(old.index, day.changes, after)
    table = old.reindex(origins.array).set_axis(origins.index)
    given = pd.Series(_names(day.changes, problems), dtype="str").reindex(table.index)
    codes = pd.Series(table.index, index=table.index)
    # A footprint that never had a name keeps none; one without a row of its own has its code.
    table["name"] = given.fillna(table["name"].where(origins.notna(), codes)).astype("str")
    if ods := {c.new: c.ods_code for c in day.changes if c.ods_code}:
        table = table if "ods_code" in table else table.assign(ods_code=None)
        table["ods_code"] = pd.Series(ods).reindex(table.index).fillna(table["ods_code"])
    own = layer.population.name if layer.population is not None else ""
    plain = [c for c in table if c not in {"name", "ods_code", "geometry", own}]
    if plain and (changed := pd.Series(table.index.isin(day.touched), index=table.index)).any():
        table[plain] = table[plain].mask(changed)
        unknown = listed(table.index[changed])
        notes.append(f"{day.key}: {listed(plain)} are not known of {unknown}.")
    population = layer.population
    if own in table and day.parted:
        table, population = table.drop(columns=own), None
        fault = "are left out, for nobody counted those of a part"
        notes.append(f"{day.key}: its own {own!r} {fault}.")
    elif own in table:
        table[own] = old[own].groupby(day.became.array).sum().reindex(table.index)
    return _with_lines(day, replace(layer, table=table, population=population), notes), notes


def _with_lines(day: _Day, made: Layer, notes: list[str]) -> Layer:
    """Join the lines of what was merged; leave the layer's own out where a part has none."""
    old = day.layer.table
    if not isinstance(old, gpd.GeoDataFrame):
        return made
    if day.parted:
        notes.append(f"{day.key}: its own lines are left out, for they do not draw the parts.")
        return replace(made, table=made.table.drop(columns="geometry"), lines="none")
    shapes = old.geometry.groupby(day.became.array).agg(lambda parts: _joined(parts.array))
    table = made.table.assign(geometry=shapes.reindex(made.table.index))
    lines = gpd.GeoDataFrame(table, geometry="geometry", crs=old.crs)
    lines.attrs = dict(old.attrs)
    return replace(made, table=lines)


def _joined(shapes: gpd.array.GeometryArray) -> shapely.Geometry:
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
