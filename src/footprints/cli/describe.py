"""``footprints describe``: what there is."""

from __future__ import annotations

from footprints.cli.options import AtlasFile, Within, open_atlas
from footprints.console import add_row, new_table, open_screen, say, show
from footprints.inputs import Inputs


def describe(atlas_file: AtlasFile = None, within: Within = None) -> None:
    """Say what there is: units, people and layers, each with its source and date."""
    atlas = open_atlas(Inputs(atlas=atlas_file), within)
    screen = open_screen()
    say(screen, [atlas.title, *atlas.notes, ""])
    units = new_table("Counted in", "Count", "People", "Population", "Date", "Source")
    said = []
    for (name, place), row in atlas.populations.iterrows():
        figures = (f"{row['count']:,}", f"{row['people']:,.0f}")
        add_row(units, place, *figures, name, row["as_at"], row["source"])
        said.append(
            f"{place}: {figures[0]} with {figures[1]} {name}, {row['source']}, {row['as_at']}."
        )
    show(screen, units, said)
    layers = new_table("Layer", "Level", "As at", "Footprints", "People", "In none", "Population")
    said = []
    for key, row in atlas.overview.iterrows():
        people = (f"{row.people:,.0f}", f"{row.unassigned:,.0f}", row.population)
        add_row(layers, key, row.level, row.as_at, f"{row.footprints:,}", *people)
        said.append(
            f"{key} ({row.level}, {row.as_at}): {row.footprints:,}, {people[0]} {people[2]}."
        )
    show(screen, layers, said)
    say(screen, [f"{key}: {note}." for key, note in atlas.overview["note"].items() if note])
