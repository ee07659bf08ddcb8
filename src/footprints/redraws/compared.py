"""Compare two vintages of footprints: who moved, and what became of each footprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import geopandas as gpd
import numpy as np
import pandas as pd

from footprints.atlas import Atlas
from footprints.atlas.parts import counts_or_na
from footprints.errors import FootprintsError
from footprints.overlaps.pairs import codes_at
from footprints.redraws.causes import drawn_causes, listed_causes, off_of
from footprints.redraws.flows import flows_of
from footprints.redraws.footprint_changes import changes_of
from footprints.redraws.sources import Given, of_atlas, of_frames, of_two_atlases
from footprints.redraws.telling import as_html, as_text
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    from footprints.atlas import UnitTable
    from footprints.overlaps.layers import Method
    from footprints.redraws.causes import Caused


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Change:
    """What a redraw changed. The attrs of every table say whose people are counted, and how.

    Where nobody's people are known, area takes the place of people throughout: ``attrs`` then hold
    ``measure`` as ``area_m2`` and not ``people``.

    Parameters
    ----------
    people : Series
        Persons by what became of them: ``stayed`` (with the successor of their footprint, which
        succeeds no other), ``merged`` (with a successor of several), ``split`` (off into a
        footprint of them alone), ``transferred`` (to one that has others too), ``unassigned``
        (in no footprint on one side). They add up to everybody.
    flows : DataFrame
        A row a pair of an old and a new footprint: ``old``, ``old_name``, ``new``, ``new_name``
        (NA on a side where people are in no footprint); ``units`` (count); ``people`` (persons);
        ``area_m2``; ``kind`` (of the five); ``cause`` (of what moved or is unassigned: ``real``
        by lists of units; by lines, as in :func:`footprints.cross_check`, also ``undecidable``,
        ``drawing``, ``coastline``, ``datum`` or ``float noise``; the last four are noise, and who
        is in it has stayed with the successor); ``depth_m`` (of what was told by lines, how far
        these would have to be off for nobody to have moved).
    changes : DataFrame
        A row a footprint, indexed by ``side`` (``old``, ``new``) and ``code``: ``name``,
        ``counterpart``, ``counterpart_name``, ``same_area``, ``same_code``, ``same_name``,
        ``code_reused``, ``happened``, ``tied``, ``people``, ``area_m2``.
    lookup : DataFrame
        For :func:`footprints.apply_lookup`: ``old``, ``new`` (NA for a part that is in no new
        footprint), ``weight`` (share of the old one's people, which sum to 1 for each old one),
        ``population``, ``date``.
    successors : DataFrame
        A row an old footprint, indexed by ``old``: ``successor`` (NA for none), ``people`` that go
        to it, ``share`` (0 to 1 of the old one's), ``tied`` (other codes that take as many).
    pairs : DataFrame
        The pair table that all this follows from. Every table counts to the last person: before
        flows of patients are published, :func:`footprints.differencing` of it names those of few.

    Examples
    --------
    >>> from footprints import load_example
    >>> change = compare(load_example(), "ctyua21", "ctyua23")
    >>> int(change.people["split"])
    225385
    """

    people: pd.Series[int]
    flows: pd.DataFrame
    changes: pd.DataFrame
    lookup: pd.DataFrame
    successors: pd.DataFrame
    pairs: pd.DataFrame

    @property
    def attrs(self) -> dict[str, str]:
        """What the comparison rests on, as short strings."""
        return dict(self.flows.attrs)

    @property
    def moves(self) -> pd.DataFrame:
        """The flows of people who were split off or transferred, the largest first."""
        moved = self.flows[self.flows["kind"].isin(["split", "transferred"])]
        return moved.sort_values(self.attrs["measure"], ascending=False, kind="stable")

    def __repr__(self) -> str:
        return as_text(self.people, self.flows, self.changes)

    def _repr_html_(self) -> str:
        return as_html(self.people, self.flows, self.changes)


@overload
def compare(
    old: Atlas,
    new: str,
    layer: str,
    /,
    *,
    units: str | None = None,
    population: str | None = None,
    method: Method | None = None,
    estimate: bool = False,
    tolerance: Tolerance | None = None,
) -> Change: ...
@overload
def compare(
    old: Atlas,
    new: Atlas,
    /,
    *,
    layer: str | tuple[str, str],
    units: str | None = None,
    population: str | None = None,
    estimate: bool = False,
    tolerance: Tolerance | None = None,
) -> Change: ...
@overload
def compare(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    /,
    *,
    units: UnitTable | gpd.GeoDataFrame | None = None,
    population: str | None = None,
    method: Method | None = None,
    estimate: bool = False,
    tolerance: Tolerance | None = None,
) -> Change: ...
def compare(  # noqa: PLR0913 - three kinds of input, and the options of overlap.
    old: Atlas | gpd.GeoDataFrame,
    new: Atlas | gpd.GeoDataFrame | str,
    layer_of_atlas: str | None = None,
    /,
    *,
    layer: str | tuple[str, str] | None = None,
    units: str | UnitTable | gpd.GeoDataFrame | None = None,
    population: str | None = None,
    method: Method | None = None,
    estimate: bool = False,
    tolerance: Tolerance | None = None,
) -> Change:
    """Say what changed between two vintages of footprints, and for how many people.

    Three ways to call it: ``compare(atlas, "stp21", "icb22")`` for two layers of an atlas;
    ``compare(old_atlas, new_atlas, layer="icb22")``, or ``layer=("stp21", "icb22")``, for one layer
    of each of two; ``compare(old_layer, new_layer, units=units, population="residents")`` for two
    boundary files, and without ``units`` by area alone.

    Two atlases are held against each other by lists where they have a table of the same units,
    and otherwise by where the units of one lie in the official lines of the other. Where only the
    people of the same units differ, those of the old atlas are counted.

    Parameters
    ----------
    old : Atlas or GeoDataFrame
        The atlas, or the old one; or old lines in EPSG:27700, indexed by code, with a ``name``.
    new : str, Atlas or GeoDataFrame
        The key of the old layer, the new atlas, or new lines.
    layer_of_atlas : str, optional
        The key of the new layer, with one atlas.
    layer : str or tuple of two str, optional
        With two atlases, the layer, or the old and the new one.
    units : str, UnitTable or GeoDataFrame, optional
        The table of units to meet in; with frames, units with people.
    population : str, optional
        Whose people to count; None takes the first that there is.
    method : {"members", "points", "area"}, optional
        As :meth:`footprints.Atlas.overlap` has it; not with two atlases.
    estimate : bool
        Whether people may be estimated. Two link tables then meet as if as few as possible moved:
        who is listed in the same code on both sides is taken to have stayed.
    tolerance : Tolerance, optional
        ``metres`` says how far lines may lie from the true ones, where flows are told by lines;
        None takes it from their resolution.

    Returns
    -------
    Change
        With a focus, only what concerns the old footprints of the focus, whole, and ``focus`` in
        attrs.

    Raises
    ------
    FootprintsError
        If what is given is none of the three, or a tolerance forgives people or shares.
    UnknownNameError
        If there is no such layer, table of units or population.
    OverlapError
        If the two cannot be held against each other in that way; the message says what to do.
    CRSError, GeometryError, TableError
        If frames cannot be used.

    Examples
    --------
    >>> from footprints import load_example
    >>> change = compare(load_example(), "stp21", "icb22")
    >>> int(change.people["transferred"]), len(change.moves)
    (347235, 4)
    >>> int(change.changes.loc["old"][["same_area", "same_code"]].all(axis=1).sum())
    34
    """
    tolerance = _metres_only(tolerance)
    if isinstance(old, Atlas) and isinstance(new, str) and layer_of_atlas and layer is None:
        given = of_atlas(
            old,
            new,
            layer_of_atlas,
            units=units,
            population=population,
            method=method,
            estimate=estimate,
        )
    elif isinstance(old, Atlas) and isinstance(new, Atlas) and layer and method is None:
        keys = (layer, layer) if isinstance(layer, str) else layer
        given = of_two_atlases(
            (old, new), keys, units=units, population=population, estimate=estimate
        )
    elif isinstance(old, gpd.GeoDataFrame) and isinstance(new, gpd.GeoDataFrame) and not layer:
        given = of_frames(
            old, new, units=units, population=population, method=method, estimate=estimate
        )
    else:
        msg = (
            "Compare two layers of an atlas, compare(atlas, 'stp21', 'icb22'); one layer of two "
            "atlases, compare(old, new, layer='icb22'), which choose the method themselves; or "
            "two GeoDataFrames, compare(old, new)."
        )
        raise FootprintsError(msg)
    return change_of(given, tolerance)


def change_of(given: Given, tolerance: Tolerance) -> Change:
    """Put together all that follows from a pair table.

    Parameters
    ----------
    given : Given
        What is compared.
    tolerance : Tolerance
        How far lines may be off.

    Returns
    -------
    Change
    """
    caused, drawing = _caused(given, tolerance)
    changes = changes_of(caused.flows, caused.heirs, caused.kinds, given.names)
    flows = _flow_table(caused, given)
    lookup = _lookup(caused, given.pairs)
    successors = _successors(caused, changes)
    if given.kept is not None:
        kept = given.kept.to_numpy()
        flows = flows[kept].reset_index(drop=True)
        olds, news = (flows[side].dropna().unique() for side in ("old", "new"))
        wanted = [("old", code) for code in olds] + [("new", code) for code in news]
        changes = changes[changes.index.isin(wanted)]
        lookup = lookup[lookup["old"].isin(olds)].reset_index(drop=True)
        successors = successors[successors.index.isin(olds)]
    attrs = _attrs(given, caused) | drawing
    measure = attrs["measure"]
    people = flows.groupby("kind", observed=False)[measure].sum()
    people = people.rename_axis("kind").rename(measure)
    people.index = people.index.astype("str")
    for table in (people, flows, changes, lookup, successors):
        table.attrs = dict(attrs)
    return Change(
        people=people,
        flows=flows,
        changes=changes,
        lookup=lookup,
        successors=successors,
        pairs=given.pairs if given.kept is None else _kept(given),
    )


def _caused(given: Given, tolerance: Tolerance) -> tuple[Caused, dict[str, str]]:
    """Tell moves from noise, as far as what the flows came from allows."""
    flows = flows_of(given.pairs)
    if given.pairs.attrs["method"].startswith("members"):
        return listed_causes(flows, "real"), {}
    if given.lines is None:
        words = "one side has no lines to measure from"
        return listed_causes(flows, "undecidable"), {"drawing": words}
    old, new = given.lines
    off = off_of(old and old.said, new and new.said, tolerance)
    drawn = old and old.drawn, new and new.drawn
    caused = drawn_causes(flows, drawn, off, given.spots)
    known = not np.isnan(off.both)
    words = f"{off.one:g} to {off.both:g} m" if known else "resolution not known"
    return caused, {"drawing": words}


def _kept(given: Given) -> pd.DataFrame:
    kept = given.pairs[given.kept].reset_index(drop=True)
    kept.attrs = given.pairs.attrs | given.notes
    return kept


def _attrs(given: Given, caused: Caused) -> dict[str, str]:
    names = {"left": "old", "right": "new"}
    found = {}
    for key, text in given.pairs.attrs.items():
        side, line, rest = key.partition("_")
        found[f"{names.get(side, side)}{line}{rest}"] = text
    if "overlapping" in found:
        words = found["overlapping"].split(", ")
        found["overlapping"] = ", ".join(names[word] for word in words)
    measure = "people" if caused.flows.counts_people else "area_m2"
    return found | {"measure": measure} | given.notes


def _flow_table(caused: Caused, given: Given) -> pd.DataFrame:
    """Return the flows with codes and names."""
    flows = caused.flows
    old, new = codes_at(flows.old, flows.i), codes_at(flows.new, flows.j)
    return pd.DataFrame(
        {
            "old": old,
            "old_name": old.map(given.names[0]).astype("str"),
            "new": new,
            "new_name": new.map(given.names[1]).astype("str"),
            "units": given.pairs["units"].array,
            "people": given.pairs["people"].array,
            "area_m2": flows.area,
            "kind": caused.kinds,
            "cause": caused.cause,
            "depth_m": caused.depth_m,
        }
    )


def _lookup(caused: Caused, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each old footprint that goes to each new one; noise stays."""
    flows, heirs = caused.flows, caused.heirs
    i = flows.i
    to = np.where(flows.noise & (heirs.to[i] >= 0), heirs.to[i], flows.j)
    rows = pd.DataFrame({"i": i, "j": to, "weight": flows.weight})[i >= 0]
    sums = rows.groupby(["i", "j"], as_index=False, sort=False)["weight"].sum()
    sums["weight"] /= sums.groupby("i")["weight"].transform("sum")
    sums = sums[sums["weight"] > 0]
    return pd.DataFrame(
        {
            "old": codes_at(flows.old, sums["i"].to_numpy()),
            "new": codes_at(flows.new, sums["j"].to_numpy()),
            "weight": sums["weight"].to_numpy(),
            "population": pairs.attrs["population"] or "area",
            "date": pairs.attrs["date"],
        }
    )


def _successors(caused: Caused, changes: pd.DataFrame) -> pd.DataFrame:
    """Return the successor of each old footprint, and how much of it goes there."""
    flows, rows = caused.flows, caused.heirs.to_row
    known = rows >= 0
    total = np.bincount(flows.i + 1, flows.weight, len(flows.old) + 1)[1:]
    old = changes.loc["old"]
    return pd.DataFrame(
        {
            "successor": old["counterpart"].array,
            "people": counts_or_na(np.where(known, flows.people[rows], np.nan)).array,
            "share": np.where(known, flows.weight[rows], 0.0) / total,
            "tied": old["tied"].array,
        },
        index=pd.Index(flows.old, name="old"),
    )


def _metres_only(tolerance: Tolerance | None) -> Tolerance:
    if tolerance is not None and (tolerance.people or tolerance.share):
        msg = (
            "A comparison counts everybody, so it forgives no people and no share: a tolerance "
            "says metres alone here, Tolerance(metres=...)."
        )
        raise FootprintsError(msg)
    return tolerance or Tolerance()
