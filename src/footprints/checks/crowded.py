"""The crowded pitch: bodies that share one area, and how many bodies each unit has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.naming import newest
from footprints.atlas.parts import as_counts
from footprints.errors import UnknownNameError, listed
from footprints.levels import body_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from footprints.atlas import Atlas
    from footprints.atlas.coded import Members


@dataclass(frozen=True, kw_only=True, eq=False)
class Crowded:
    """Footprints of different kinds of body that are the same area, and bodies by unit.

    Parameters
    ----------
    areas : DataFrame
        A row a footprint that one of another kind of body equals, unit by unit. Columns:
        ``area`` (a number, the same for footprints that are the same area); ``counted_in`` (the
        table of units); ``layer``; ``level``; ``code``; ``ods_code``; ``name``; ``units``
        (count); ``people`` (persons) and ``population``.
    units : DataFrame
        A row a unit, indexed by ``units`` (the table) and ``unit``. Columns: ``bodies`` (the
        footprints that hold it or some of its people) and ``areas`` (how many different areas
        they are); the first less the second are tiers that repeat another.
    """

    areas: pd.DataFrame
    units: pd.DataFrame


def crowded(atlas: Atlas, layers: str | Iterable[str] | None = None) -> Crowded:
    """Find the footprints of different kinds of body that are exactly the same area.

    Where a county, its Health and Wellbeing Board and its ICB are one area, three tiers serve
    the same people. Same is meant unit by unit, with nothing forgiven, in a table of units that
    lists both. What is counted is kinds of body, by the key of the layer: a region and an NHS
    region, or a police force and a resilience forum, are two whatever their level; vintages of
    one kind, and an STP and the ICB that followed it (a CCG and its sub-ICB location), are one.

    Parameters
    ----------
    atlas : Atlas
        With a focus, its footprints and the units inside it.
    layers : str or iterable of str, optional
        Keys, or bare kinds; None takes the newest layer of each kind of body.

    Returns
    -------
    Crowded
        ``areas.attrs``: ``layers`` (those compared), ``left_out`` (those that share units out
        among footprints with people, which have no area of their own), and each population with
        its source and date.

    Raises
    ------
    UnknownNameError
        If there is no such layer, or none is named.

    Examples
    --------
    >>> from footprints import load_example
    >>> found = crowded(load_example(), ["icb22", "ctyua21"])
    >>> found.areas.loc[found.areas["layer"] == "ctyua21", "name"].tolist()
    ['Lincolnshire', 'Somerset', 'Gloucestershire']
    >>> found.units["areas"].value_counts().to_dict()
    {2: 329, 1: 17}
    """
    keys = bodies_asked(atlas, layers)
    coded = atlas.whole.coded
    tables = [name for name in atlas.units if any(name in coded.tables(key) for key in keys)]
    members = {
        name: {key: coded.members(key, name) for key in keys if name in coded.tables(key)}
        for name in tables
    }
    found = pd.concat([_footprints(atlas, name, members[name]) for name in tables])
    areas = _shared(found, atlas)
    linked = {
        key for each in members.values() for key, mine in each.items() if mine.people is not None
    }
    populations = {name: coded.blocks(name).populations[0] for name in tables}
    areas.attrs = {
        "layers": ", ".join(keys),
        "left_out": ", ".join(key for key in keys if key in linked),
    } | {each.name: str(each) for each in populations.values()}
    counts = {name: _by_unit(atlas, name, found, members[name]) for name in tables}
    return Crowded(areas=areas, units=pd.concat(counts, names=["units", "unit"]))


def bodies_asked(atlas: Atlas, layers: str | Iterable[str] | None) -> list[str]:
    """Return the layers that are asked for, or the newest of each kind of body.

    Raises
    ------
    UnknownNameError
        If there is no such layer, or none is named.
    """
    if layers is None:
        return newest(atlas.overview["level"].to_dict(), by=lambda key, _: body_of(key))
    keys = atlas.resolve_all(layers)
    if not keys:
        msg = (
            "No layer is named: leave layers= out for the newest of each kind of body, or name "
            f"some of {listed(atlas.layers)}."
        )
        raise UnknownNameError(msg)
    return keys


def _footprints(atlas: Atlas, name: str, members: dict[str, Members]) -> pd.DataFrame:
    """Return each footprint that a table of units lists, with the number of its area.

    Footprints with the same units have the same number; those of a link table have their own.
    """
    blocks, levels = atlas.whole.coded.blocks(name), atlas.overview["level"]
    population = blocks.populations[0].name
    people = blocks.people[population]
    parts = []
    for key, mine in members.items():
        count, whole = len(mine.codes), mine.people is None
        held = people[mine.unit] if mine.people is None else mine.people
        labels = atlas.whole.coded.labels(key)
        parts.append(
            pd.DataFrame(
                {
                    "counted_in": name,
                    "layer": key,
                    "level": levels[key],
                    "body": body_of(key),
                    "code": mine.codes,
                    "ods_code": labels["ods_code"].array,
                    "name": labels["name"].array,
                    "units": np.bincount(mine.code, minlength=count),
                    "people": np.bincount(mine.code, held, count),
                    "population": population,
                    "key": _sets(mine) if whole else [f"{key}:{code}" for code in mine.codes],
                }
            )
        )
    found = pd.concat(parts, ignore_index=True)
    return found.assign(number=pd.factorize(found.pop("key"))[0])


def _sets(members: Members) -> list[bytes]:
    """Return the units of each footprint as bytes, the same for the same units."""
    order = np.lexsort((members.unit, members.code))
    ends = np.cumsum(np.bincount(members.code, minlength=len(members.codes)))
    return [part.tobytes() for part in np.split(members.unit[order], ends[:-1])]


def _shared(found: pd.DataFrame, atlas: Atlas) -> pd.DataFrame:
    """Keep the areas that footprints of several kinds of body are, each once."""
    here = {key: atlas.coded.codes(key) for key in found["layer"].unique()}
    kept = found[
        [code in here[key] for key, code in zip(found["layer"], found["code"], strict=True)]
    ]
    groups = kept.groupby(["counted_in", "number"], sort=False)
    kept = kept[groups["body"].transform("nunique") > 1]
    # Two tables of units that list the same layers would name the same footprints twice.
    labels = kept["layer"] + ":" + kept["code"]
    groups = kept.assign(label=labels).groupby(["counted_in", "number"], sort=False)
    who = groups["label"].agg(" ".join).drop_duplicates()
    places = pd.MultiIndex.from_frame(kept[["counted_in", "number"]])
    kept = kept[places.isin(who.index)]
    area = pd.factorize(pd.MultiIndex.from_frame(kept[["counted_in", "number"]]))[0] + 1
    kept = kept.assign(area=area, people=as_counts(kept["people"]))
    columns = ["area", "counted_in", "layer", "level", "code", "ods_code", "name", "units"]
    return kept.sort_values("area", kind="stable", ignore_index=True)[
        [*columns, "people", "population"]
    ]


def _by_unit(
    atlas: Atlas, name: str, found: pd.DataFrame, members: dict[str, Members]
) -> pd.DataFrame:
    """Count the footprints, and the different areas, that hold each unit."""
    rows = found[found["counted_in"] == name]
    number = {key: part.to_numpy() for key, part in rows.groupby("layer")["number"]}
    unit = np.concatenate([mine.unit for mine in members.values()])
    area = np.concatenate([number[key][mine.code] for key, mine in members.items()])
    index = atlas.whole.coded.blocks(name).table.index
    places = pd.DataFrame({"unit": unit, "area": area}).drop_duplicates()
    counts = pd.DataFrame(
        {
            "bodies": np.bincount(unit, minlength=len(index)),
            "areas": np.bincount(places["unit"], minlength=len(index)),
        },
        index=index,
    )
    return counts if atlas.focused is None else counts.loc[atlas.focused.inside[name]]
