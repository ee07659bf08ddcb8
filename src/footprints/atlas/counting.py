"""Whose people a layer counts, how many, and what an atlas says of itself."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from footprints.atlas.parts import Layer, Population, UnitTable
from footprints.errors import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def counted(
    layer: Layer, rows: Mapping[str, pd.DataFrame], units: Mapping[str, UnitTable]
) -> list[tuple[Population, str | None]]:
    """Return the populations of a layer, each with the unit table that is summed, if one is.

    Parameters
    ----------
    layer : Layer
        The layer.
    rows : mapping of str to DataFrame
        Its membership, by unit table.
    units : mapping of str to UnitTable
        The tables of units.
    """
    own = layer.population
    found: dict[str, tuple[Population, str | None]] = {}
    for name, members in rows.items():
        if members["people"].notna().any():
            linked = own or Population(name="people", source="", as_at="")
            found.setdefault(linked.name, (linked, name))
        else:
            for population in units[name].populations:
                found.setdefault(population.name, (population, name))
    if own is not None and own.name in layer.table:
        found[own.name] = (own, None)
    return list(found.values())


def count(
    layer: Layer,
    rows: Mapping[str, pd.DataFrame],
    units: Mapping[str, UnitTable],
    place: str | None,
    population: str,
) -> pd.Series[float]:
    """Count one population of a layer: its own, that of a link table, or that of units."""
    if place is None:
        return layer.table[population]
    members = rows[place]
    if members["people"].notna().any():
        people = members["people"]
        whole = people.astype("int64") if (people % 1 == 0).all() else people
    else:
        whole = units[place].table[population].reindex(members["unit"])
    return pd.Series(whole.to_numpy()).groupby(members["code"].to_numpy()).sum()


def as_text(
    title: str, notes: Sequence[str], populations: pd.DataFrame, overview: pd.DataFrame
) -> str:
    """Return what an atlas says of itself in a terminal."""
    columns = ["level", "as_at", "footprints", "people", "population", "source"]
    shown = overview[columns].map(plain)
    shown["people"] = overview["people"].map("{:,.0f}".format)
    head = [plain(line) for line in (title, *notes, *_lines(populations))]
    return "\n".join([*head, "", shown.to_string()])


def as_html(
    title: str, notes: Sequence[str], populations: pd.DataFrame, overview: pd.DataFrame
) -> str:
    """Return what an atlas says of itself in a notebook; data is text there too."""
    shown = overview.assign(
        people=overview["people"].map("{:,.0f}".format),
        unassigned=overview["unassigned"].map("{:,.0f}".format),
    )
    lines = "<br>".join(escape(line) for line in [*notes, *_lines(populations)])
    return f"<p><b>{escape(title)}</b><br>{lines}</p>{shown.to_html(escape=True)}"


def _lines(populations: pd.DataFrame) -> list[str]:
    return [
        f"{number:,} in {place!r}: {people:,.0f} {name} ({source}, {as_at})"
        for (name, place), number, people, source, as_at in populations.itertuples(name=None)
    ]
