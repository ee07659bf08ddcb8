"""Services of your own, added to an atlas: by systems, by units, by lines or by catchments."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from footprints.atlas import Atlas, Layer, Origin, Population
from footprints.atlas.adding import with_layer
from footprints.atlas.naming import units_named
from footprints.atlas.parts import EVIDENCE, people_faults
from footprints.errors import (
    AmbiguousNameError,
    FootprintsError,
    FootprintsWarning,
    OverlapError,
    Problems,
    TableError,
    UnknownNameError,
    listed,
)
from footprints.levels import parse_key, vintage_order
from footprints.masking import counted
from footprints.overlaps.points import place
from footprints.services.meeting import newest_systems

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = {
    "system": "a list of whole systems",
    "unit": "a list of whole units, or with people a table of catchments",
}
"""The columns that, beside ``service``, tell what a table of services is."""
CATCHMENT = "catchment"


def with_service(  # noqa: PLR0913 - what must be known of a layer, each by its name.
    atlas: Atlas,
    key: str,
    table: pd.DataFrame,
    *,
    systems: str | None = None,
    units: str | None = None,
    population: Population | None = None,
    source: str = "",
    as_at: str = "",
    note: str = "",
    level: str = "service",
) -> Atlas:
    """Return an atlas with a layer of services more, whatever it is that tells their areas.

    Parameters
    ----------
    atlas : Atlas
        One with a focus is given the layer whole, and focused again.
    key : str
        The key of the new layer, such as ``vascular24``.
    table : DataFrame or GeoDataFrame
        One of four, which its columns tell. ``service`` and ``system``: whole systems, each by
        code, ODS code or name (with ``systems`` another layer's footprints, such as districts).
        ``service`` and ``unit``: whole units. ``service``, ``unit`` and ``people``: catchments,
        such as those of provider sites, with the persons of a unit in each; services may share
        units. Or boundaries in EPSG:27700, as :func:`footprints.read_layer` gives them: a unit is
        in the service that its centre lies in, which is ``inferred``. The first three may have
        ``name`` (of the service) and ``evidence`` (``official``, ``published``, ``inferred`` or
        ``uncertain``) too.
    systems : str, optional
        The layer that ``system`` lists; None takes the newest of systems.
    units : str, optional
        The table of units; None takes the first that fits.
    population : Population, optional
        Whose people catchments count; None takes them for a population of their own,
        ``catchment``. Under the name of one of the units', no unit may have more people in
        catchments than live there, and who is in none is counted.
    source, as_at, note : str
        Where it comes from, its date, and what a reader must know.
    level : str
        Its level.

    Returns
    -------
    Atlas
        Its ``overview`` says in ``unassigned`` and ``note`` who is in no service.

    Raises
    ------
    TableError
        If the table is none of the four, or has codes that the atlas lacks, a service or system
        twice, a name in two ways, or people that cannot be used; everything wrong is named at
        once.
    FootprintsError
        If there is such a layer already.
    OverlapError
        If no units can be placed in boundaries.

    Warns
    -----
    FootprintsWarning
        If boundaries hold no unit's centre: they are left out, and named. If they overlap: who is
        in several is counted in none.

    Examples
    --------
    >>> from footprints import load_example, services_graph, spanning
    >>> table = pd.DataFrame({"service": ["N", "N"], "system": ["E54000050", "E54000051"]})
    >>> atlas = with_service(load_example(), "burns22", table, systems="icb22")
    >>> spanning(services_graph(atlas, "icb22", "burns22"))["people"].to_list()
    [4709155]
    """
    whole = atlas.whole
    parse_key(key)
    if key in whole.layers or key in whole.units:
        msg = f"There is a layer or table of units {key!r} already: give the new one another key."
        raise FootprintsError(msg, [key])
    if isinstance(table, gpd.GeoDataFrame):
        layer, said = _of_lines(whole, table, units)
    else:
        layer, said = _of_list(whole, table, systems, units, population)
    told = " ".join(filter(None, [note, said]))
    layer = replace(layer, level=level, covers=False, source=source, as_at=as_at, note=told)
    origin = Origin(
        part=f"layers.{key}",
        file=str(table.attrs.get("file", "")),
        rows=len(table),
        source=source,
        as_at=as_at,
        note=said,
    )
    return with_layer(atlas, key, layer, origins=[origin])


def _of_list(
    atlas: Atlas,
    table: pd.DataFrame,
    systems: str | None,
    units: str | None,
    population: Population | None,
) -> tuple[Layer, str]:
    """Make a layer of a table of services and what is in them."""
    found = [name for name in KINDS if name in table]
    if "service" not in table or len(found) != 1:
        ways = "; ".join(f"'service' and {name!r} ({what})" for name, what in KINDS.items())
        msg = (
            f"What the services hold is told by columns {ways}, or by boundaries; the table has "
            f"{listed(table.columns)}."
        )
        raise TableError(msg, table.columns)
    of = found[0]
    rows = table.copy()
    texts = [name for name in ("service", of, "name", "evidence") if name in rows]
    rows[texts] = rows[texts].astype("str").apply(lambda column: column.str.strip())
    problems = Problems("The table of services")
    if of == "system":
        into = newest_systems(atlas) if systems is None else atlas.resolve(systems)
        known, what = atlas.coded.codes(into), f"systems of {into!r}"
        rows[of] = _codes_of(atlas, into, rows[of])
        if "people" in rows:
            remedy = "People are counted by 'unit'; without them the systems are listed whole."
            problems.add("has people of whole systems", ["people"], remedy=remedy)
    else:
        into = _table_of_units(atlas, rows["unit"], units)
        known, what = atlas.coded.blocks(into).table.index, f"units of {into!r}"
    _check_rows(rows, of, problems)
    if strangers := sorted(set(rows[of].dropna()) - {*known, ""}):
        remedy = _found_elsewhere(atlas, set(rows[of].dropna()), strangers)
        problems.add(f"names {of}s that are no {what}", strangers, remedy=remedy)
    linked = of == "unit" and "people" in rows
    if linked:
        _check_people(atlas, rows, into, population, problems)
    problems.raise_any(TableError)
    members: Mapping[str, pd.Series[str] | pd.DataFrame]
    if linked:
        links = rows.set_index("unit")[["service", "people"]].rename(columns={"service": "code"})
        members = {into: links.astype({"people": "float64"})}
        own = population or Population(name=CATCHMENT, source="catchments as given", as_at="")
    else:
        members, own = {into: rows.set_index(of)["service"]}, None
    layer = Layer(
        table=_names(rows),
        members=members,
        level="service",
        population=own,
        evidence=_evidence(atlas, rows, of, into),
    )
    return layer, _in_none(atlas, into, of, set(rows[of]))


def _in_none(atlas: Atlas, into: str, of: str, served: set[str]) -> str:
    """Say how many systems or units, and whose people, are listed in no service."""
    if of == "system":
        people = atlas.people(into).iloc[:, 0]
    else:
        blocks = atlas.coded.blocks(into)
        people = blocks.table[blocks.populations[0].name]
    bare = people[~people.index.isin(served)]
    who = f", {bare.sum():,.0f} {people.name}"
    return f"{counted(len(bare), of)} of {into}{who}, in none." if len(bare) else ""


def _codes_of(atlas: Atlas, layer: str, said: pd.Series[str]) -> pd.Series[str]:
    """Return the codes of footprints that are listed by code, ODS code or name."""
    codes = {}
    for text in set(said.dropna()) - {*atlas.coded.codes(layer), ""}:
        try:
            codes[text] = atlas.find(f"{layer}:{text}")[1]
        except (UnknownNameError, AmbiguousNameError):
            continue
    return said.replace(codes)


def _found_elsewhere(atlas: Atlas, listed_codes: set[str], strangers: list[str]) -> str:
    """Say which layer has the codes that the one held against lacks, or ""."""
    held = {key: listed_codes & set(atlas.coded.codes(key)) for key in atlas.layers}
    fit = [key for key, codes in held.items() if codes & set(strangers)]
    if not fit:
        return ""
    best = max(fit, key=lambda key: (len(held[key]), vintage_order(key)))
    return f"{best!r} has them: list them as 'system', and give systems={best!r}."


def _check_rows(rows: pd.DataFrame, of: str, problems: Problems) -> None:
    """Note rows that cannot be used."""
    if rows.empty:
        problems.add("has no rows")
    for name in ("service", of):
        bare = rows[name].isna() | (rows[name] == "")
        if bare.any():
            problems.add(f"has no {name} in rows", rows.index[bare])
    pairs = (rows["service"] + " with " + rows[of]).dropna()
    if (twice := pairs.duplicated()).any():
        problems.add("names twice", pairs[twice].unique())
    if "people" not in rows:
        rest = rows.dropna(subset=["service", of]).drop_duplicates(["service", of])
        several = rest.loc[rest[of].duplicated(), of].unique()
        remedy = (
            f"A list gives each {of} to one service; where several serve it, give units with the "
            "people of each."
        )
        if len(several):
            problems.add(f"gives to several services the {of}", several, remedy=remedy)
    if "name" in rows:
        names = rows.dropna(subset="name").groupby("service")["name"].nunique()
        if (names > 1).any():
            problems.add("gives several names to the service", names.index[names > 1])
    if "evidence" in rows and (odd := sorted(set(rows["evidence"].dropna()) - set(EVIDENCE))):
        problems.add("has unknown evidence", odd, remedy=f"Use {listed(EVIDENCE)}.")


def _check_people(
    atlas: Atlas,
    rows: pd.DataFrame,
    units: str,
    population: Population | None,
    problems: Problems,
) -> None:
    """Note people of catchments that are no counts, or more than there are."""
    people = rows["people"].set_axis(rows["unit"] + " in " + rows["service"])
    for fault, shown in people_faults(people).items():
        problems.add(f"has people {fault} for", shown)
    known = atlas.coded.blocks(units).people
    if problems.lines or population is None or population.name not in known:
        return
    live = pd.Series(known[population.name], atlas.coded.blocks(units).table.index)
    served = rows["people"].astype("float64").groupby(rows["unit"]).sum()
    over = served.index[served > live.reindex(served.index)]
    if len(over):
        problems.add(
            f"has more people in catchments than there are {population.name} in the unit",
            over,
            remedy="Leave population= out where they are counted otherwise.",
        )


def _table_of_units(atlas: Atlas, listed_units: pd.Series[str], units: str | None) -> str:
    """Return the table of units that holds most of what is listed, the first of equals."""
    names = units_named(atlas.units, units)
    held = {
        name: int(listed_units.isin(atlas.coded.blocks(name).table.index).sum()) for name in names
    }
    return max(held, key=lambda name: held[name])


def _names(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the services of a table, with the name of each, else its code."""
    codes = pd.Index(rows["service"].unique(), dtype="str")
    named = rows.dropna(subset="name") if "name" in rows else rows.assign(name=rows["service"])
    names = named.drop_duplicates("service").set_index("service")["name"].reindex(codes)
    return pd.DataFrame({"name": names.fillna(pd.Series(codes, codes))}, index=codes)


def _evidence(atlas: Atlas, rows: pd.DataFrame, of: str, into: str) -> dict[str, str]:
    """Return what the membership of each unit rests on, the weakest of what was said of it."""
    if "evidence" not in rows:
        return {}
    said = rows.dropna(subset="evidence")
    weak = said.assign(weak=said["evidence"].map(EVIDENCE.index)).groupby(of)["weak"].max()
    if of == "unit":
        return {str(unit): EVIDENCE[place] for unit, place in weak.items()}
    held = atlas.membership
    held = held[(held["layer"] == into) & held["code"].isin(weak.index)]
    own = held["evidence"].map(EVIDENCE.index).astype("int64")
    worst = own.where(own > held["code"].map(weak), held["code"].map(weak)).groupby(held["unit"])
    return {str(unit): EVIDENCE[int(place)] for unit, place in worst.max().items()}


def _of_lines(atlas: Atlas, lines: gpd.GeoDataFrame, units: str | None) -> tuple[Layer, str]:
    """Make a layer of boundaries: a unit is in the service that its centre lies in."""
    if lines.crs is None or lines.crs.to_epsg() != 27700:
        crs = "no CRS" if lines.crs is None else lines.crs.to_string()
        msg = f"Boundaries of services must be in EPSG:27700, not in {crs}: use read_layer."
        raise TableError(msg, [crs])
    tables = [atlas.coded.blocks(name) for name in units_named(atlas.units, units)]
    fit = next((blocks for blocks in tables if blocks.places is not None), None)
    if fit is None or fit.places is None:
        msg = (
            f"No units of {listed(blocks.name for blocks in tables)} can be placed in boundaries: "
            "they have neither easting and northing nor official polygons. Give a list of units."
        )
        raise OverlapError(msg, [blocks.name for blocks in tables])
    placed = place(fit.places[0], lines.index, lines.geometry.to_numpy())
    used = lines.index[sorted(set(placed.members.code.tolist()))]
    if len(empty := lines.index.difference(used)):
        msg = f"No unit's centre lies in {listed(empty)}: left out of the services."
        warnings.warn(msg, FootprintsWarning, stacklevel=3)
    if used.empty:
        msg = f"No unit of {fit.name!r} has its centre in any of the boundaries."
        raise TableError(msg, lines.index)
    members = pd.Series(
        lines.index[placed.members.code].to_numpy(),
        index=fit.table.index[placed.members.unit],
        dtype="str",
    )
    frame = lines.loc[used]
    frame = frame if "name" in frame else frame.assign(name=frame.index)
    words = {"units_in_none": "In none", "units_in_two": "In none, since several meet there"}
    told = {
        name: f"{words[name]}: {text}."
        for name, text in placed.notes("units", fit)
        if not text.startswith("0 units")
    }
    if several := told.get("units_in_two"):
        msg = f"The boundaries overlap. {several} Give a table of catchments for who is in both."
        warnings.warn(msg, FootprintsWarning, stacklevel=3)
    layer = Layer(
        table=frame,
        members={fit.name: members},
        level="service",
        lines="official",
        evidence=dict.fromkeys(members.index, "inferred"),
    )
    return layer, " ".join([f"By {fit.places[1]} in its lines.", *told.values()])
