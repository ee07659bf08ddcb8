"""A graph of services, against ten of a tenth of its edges: what is linear takes no longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from figures import Figure

import footprints as fp

EDGES, QUICK, PARTS = 200_000, 2_000, 10
MEETINGS = 10
"""How many services a system deals with, and how many systems a service spans."""


@dataclass(frozen=True, kw_only=True)
class Race:
    """An atlas whose systems and services meet in so many edges, and one of a tenth of them."""

    whole: fp.Atlas
    part: fp.Atlas


def made(edges: int) -> fp.Atlas:
    """Make systems that each deal with ten services, a unit for each pair that meets."""
    systems = edges // MEETINGS
    unit = pd.Index([f"U{number:07}" for number in range(edges)])
    system = np.arange(edges) // MEETINGS
    service = (system + np.arange(edges) % MEETINGS) % systems
    residents = fp.Population(name="residents", source="made up", as_at="2020")
    people = pd.DataFrame({"residents": np.arange(edges) % 1_000}, index=unit)
    layers = {
        key: fp.Layer(
            table=pd.DataFrame({"name": names}, index=names),
            members={"unit": pd.Series(names[of], index=unit)},
            level=level,
        )
        for key, level, of, letter in (
            ("icb22", "system", system, "S"),
            ("amb22", "service", service, "T"),
        )
        for names in [pd.Index([f"{letter}{number:07}" for number in range(systems)])]
    }
    units = {"unit": fp.UnitTable(table=people, populations=(residents,))}
    return fp.Atlas(title="Made up", units=units, layers=layers)


def prepare(quick: bool) -> Race:  # noqa: FBT001 - every figure is asked whether to be quick.
    """Make both atlases; what they look up once is looked up."""
    edges = QUICK if quick else EDGES
    race = Race(whole=made(edges), part=made(edges // PARTS))
    for atlas in (race.whole, race.part):
        answer(atlas)
    return race


def answer(atlas: fp.Atlas) -> dict[str, Any]:
    """Make the graph and ask it what services span and how its edges add up."""
    graph = fp.services_graph(atlas, "icb22", "amb22")
    return {"graph": graph, "edges": fp.edge_table(graph), "spanning": fp.spanning(graph)}


def ours(race: Race) -> list[dict[str, Any]]:
    """Answer for all edges at once."""
    return [answer(race.whole)]


def theirs(race: Race) -> list[dict[str, Any]]:
    """Answer ten times for a tenth of the edges, and keep all answers."""
    return [answer(race.part) for _ in range(PARTS)]


def differ(race: Race, mine: list[dict[str, Any]], parts: list[dict[str, Any]]) -> str:
    """Reconcile both with their people, and count edges."""
    counts = []
    for atlas, answers in ((race.whole, mine), (race.part, parts)):
        people = int(atlas.people("icb22")["residents"].sum())
        assert all(int(each["edges"]["people"].sum()) == people for each in answers)  # noqa: S101 - a benchmark asserts its answers.
        counts.append(sum(each["graph"].number_of_edges() for each in answers))
    assert counts[0] == counts[1]  # noqa: S101 - as above.
    return f"{counts[0]:,} edges on both sides, people add up"


FIGURES = [
    Figure(
        name="graph of services: made, and asked what each spans",
        peer="ten graphs of a tenth of the edges (1 is linear in time)",
        at_least=0.7,
        prepare=prepare,
        ours=ours,
        theirs=theirs,
        differ=differ,
    )
]
