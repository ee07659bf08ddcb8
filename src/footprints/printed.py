"""A report as it is printed: the sentences of its text, and tables where there is room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from footprints.changes import banded_level
from footprints.console import add_row, new_table, open_screen, say, show
from footprints.report.contents import counted
from footprints.report.text import closing, graveness, opening, remainders, sections
from footprints.report.words import COUNTS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from footprints.report import Report
    from footprints.report.text import Section

BANDS = "population-band"


def print_report(report: Report, worst: int) -> None:
    """Print a report.

    Parameters
    ----------
    report : Report
        What was found.
    worst : int
        How many misses of each check and layer to name.
    """
    screen = open_screen()
    say(screen, [*opening(report), ""])
    _print_counts(screen, report)
    say(screen, remainders(report))
    for section in sections(report, worst):
        _print_section(screen, report, section)
    say(screen, closing(report, worst))


def _print_counts(screen: Console, report: Report) -> None:
    """Say what came of each check: of bands, and of all others."""
    said = counted(report)
    bands = [sentence for asked, sentence in said.items() if asked[0] == BANDS]
    if bands:
        show(screen, _bands_table(report), bands)
    others = {asked: sentence for asked, sentence in said.items() if asked[0] != BANDS}
    if others:
        show(screen, _counts_table(report.summary.loc[list(others)]), list(others.values()))


def _bands_table(report: Report) -> Table:
    """Lay out how many footprints of each layer are where against their band."""
    table = new_table("Layer", "Level", "Band", "Footprints", "Below", "Within", "Above", "People")
    judged = report.findings[report.findings["check"] == BANDS]
    for key, row in report.in_bands.iterrows():
        found = judged[judged["layer"] == key]
        level = report.atlas.overview.loc[key, "level"]
        people = f"{found['people'].sum():,.0f} {found['population'].iloc[0]}"
        counts = [f"{n:,}" for n in (row.sum(), row["below"], row["within"], row["above"])]
        add_row(table, key, level, report.bands[banded_level(report.atlas, key)], *counts, people)
    return table


def _counts_table(counts: pd.DataFrame) -> Table:
    """Lay out how many findings of each check passed and missed."""
    # What was not checked at all is told below, with its reason.
    names = [name for name in COUNTS if name != "skipped" or counts["skipped"].any()]
    table = new_table("Check", "Layer", "Against", *(COUNTS[name] for name in names))
    for asked, row in counts.iterrows():
        add_row(table, *asked, *(f"{row[name]:,.0f}" for name in names))
    return table


def _print_section(screen: Console, report: Report, section: Section) -> None:
    """Name the worst misses of what was asked; those of bands in a table where there is room."""
    lines = [f"- {line}" for line in section.lines]
    say(screen, ["", f"{section.asked}: {section.count}"])
    if section.named["check"].iloc[0] == BANDS and section.named["distance"].notna().all():
        show(screen, _misses_table(report, section.named), lines)
    else:
        say(screen, lines)


def _misses_table(report: Report, missed: pd.DataFrame) -> Table:
    """Lay out misses of one layer's band, saying how grave they are where not all just warn."""
    grave = [graveness(row) for row in missed.itertuples()]
    marked, focused = set(grave) != {"warn"}, report.atlas.focused
    columns = ["Code", "Name", "People", "Misses by", "Limit"]
    table = new_table(*(["Status"] if marked else []), *columns, *(["Area"] if focused else []))
    for word, row in zip(grave, missed.itertuples(), strict=True):
        by = f"{abs(row.distance):,.0f} {row.result} ({row.distance_percent:+.1f}%)"
        name = "" if pd.isna(row.name) else row.name
        cells = [row.code, name, f"{row.people:,.0f}", by, row.limit_kind]
        area = [focused.relations[row.layer, row.code]] if focused else []
        add_row(table, *([word] if marked else []), *cells, *area)
    return table
