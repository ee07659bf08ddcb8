"""A report as it is printed: what it adds up to first, then the worst of each check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from footprints.console import add_row, new_table, open_screen, say, show

if TYPE_CHECKING:
    from rich.console import Console

    from footprints.report import Report


def print_report(report: Report, worst: int) -> None:
    """Print a report.

    Parameters
    ----------
    report : Report
        What was found.
    worst : int
        How many misses of each check and layer to name.
    """
    screen, bands = open_screen(), report.bands
    say(screen, [report.atlas.title, *report.atlas.notes, ""])
    if len(report.in_bands):
        figures = f"Bands: {bands.name}, {bands.title} ({bands.as_at}). {bands.source}."
        say(screen, [figures, *report.populations, ""])
        _print_bands(screen, report)
        say(screen, report.remainders)
    _print_checks(screen, report)
    if worst:
        _print_worst(screen, report, worst)
    _print_changes(screen, report, worst)
    say(screen, ["", *report.reasons] if report.reasons else [])
    if (report.findings["status"] == "warn").any():
        words = "Warnings are misses of what policy expects, not of rules. They end with "
        say(screen, ["", f"{words}status 0; with --fail-on warn they end with status 1."])
    if not report.checked:
        say(screen, ["Nothing was checked."])


def _print_bands(screen: Console, report: Report) -> None:
    """Say how many footprints of each layer are where against their band."""
    table = new_table("Layer", "Level", "Band", "Footprints", "Below", "Within", "Above", "People")
    lines = []
    judged = report.findings[report.findings["check"] == "population-band"]
    for key, row in report.in_bands.iterrows():
        found = judged[judged["layer"] == key]
        level = report.atlas.overview.loc[key, "level"]
        band = str(report.bands[level])
        people = f"{found['people'].sum():,.0f} {found['population'].iloc[0]}"
        counts = [f"{n:,}" for n in (row.sum(), row["below"], row["within"], row["above"])]
        add_row(table, key, level, band, *counts, people)
        told = "{1} below, {2} within, {3} above, of {0}".format(*counts)
        lines.append(f"{key} ({level}), {band}: {told}; {people}.")
        if row["no limit"]:
            lines[-1] = f"{key} ({level}), {band}: {counts[0]} footprints; {people}."
    show(screen, table, lines)
    say(screen, _targets(report))


def _targets(report: Report) -> list[str]:
    """Say how far footprints spread about a band that is a target without limits."""
    found = report.findings[report.findings["result"] == "no limit"]
    return [
        f"{layer}: a target has no limits, so none is below or above it. Half have between "
        f"{people.quantile(0.25):,.0f} and {people.quantile(0.75):,.0f} people, all between "
        f"{people.min():,.0f} and {people.max():,.0f}."
        for layer, people in found.groupby("layer")["people"]
    ]


def _print_checks(screen: Console, report: Report) -> None:
    """Say how many footprints passed and missed each check but that of bands."""
    counts = report.summary.drop(index="population-band", level="check", errors="ignore")
    counts = counts[counts["skipped"] < counts["footprints"]]
    if counts.empty:
        return
    columns = ("pass", "warn", "fail", "excepted")
    table = new_table(
        "Check", "Layer", "Against", "Footprints", "Pass", "Warn", "Fail", "Agreed", "People missed"
    )
    lines = []
    for (check, layer, against), row in counts.iterrows():
        numbers = [f"{row[name]:,.0f}" for name in columns]
        people = f"{row['people_missed']:,.0f}"
        add_row(table, check, layer, against, f"{row['footprints']:,.0f}", *numbers, people)
        told = "{} pass, {} warn, {} fail, {} agreed".format(*numbers)
        held = f" against {against}" if against else ""
        lines.append(f"{check} of {layer}{held}: {told}; misses by {people} people.")
    say(screen, [""])
    show(screen, table, lines)


def _print_worst(screen: Console, report: Report, worst: int) -> None:
    """Name the worst misses of each check and layer, in the order of the checks."""
    missed = report.worst
    groups = dict(
        list(missed.groupby([missed["check"], missed["layer"], missed["against"].fillna("")]))
    )
    for keys in report.summary.index:
        if keys not in groups:
            continue
        if keys[0] == "population-band":
            _print_misses(screen, report, groups[keys], worst)
        else:
            _print_sentences(screen, groups[keys], worst)


def _print_misses(screen: Console, report: Report, missed: pd.DataFrame, worst: int) -> None:
    """Name the misses of one layer's band, in a table where there is room for it."""
    shown = missed.head(worst)
    focused, layer = report.atlas.focused, shown["layer"].iloc[0]
    hard = ", hard limits first" if (missed["limit_kind"] == "hard").any() else ""
    count = f"{len(shown):,} of its {len(missed):,} misses"
    say(screen, ["", f"{layer}: {count}, the furthest off first{hard}."])
    table = new_table(
        "Code", "Name", "People", "Misses by", "Limit", *(["Area"] if focused else [])
    )
    for row in shown.itertuples():
        by = f"{abs(row.distance):,.0f} {row.result} ({row.distance_percent:+.1f}%)"
        rest = [focused.relations[layer, row.code]] if focused else []
        name = "" if pd.isna(row.name) else row.name
        add_row(table, row.code, name, f"{row.people:,.0f}", by, row.limit_kind, *rest)
    show(screen, table, [f"- {message}" for message in shown["message"]])


def _print_sentences(screen: Console, missed: pd.DataFrame, worst: int) -> None:
    """Say what one check missed of one layer, a sentence each."""
    shown = missed.head(worst)
    check, layer, against = shown[["check", "layer", "against"]].iloc[0]
    held = "" if pd.isna(against) else f" against {against}"
    count = f"{len(shown):,} of its {len(missed):,} misses"
    say(screen, ["", f"{check} of {layer}{held}: {count}, the most people first."])
    say(screen, [f"- {_since(row.since)}{row.message}" for row in shown.itertuples()])


def _since(word: str) -> str:
    return f"{word}: " if isinstance(word, str) and word else ""


def _print_changes(screen: Console, report: Report, worst: int) -> None:
    """Say what is new, worse and mended since the baseline."""
    if report.mended is None:
        return
    counts = report.findings["since"].value_counts()
    new, worse, known = (int(counts.get(word, 0)) for word in ("new", "worse", "known"))
    gone = f"{len(report.mended):,} mended"
    told = f"{new:,} new, {worse:,} worse, {known:,} known, {gone}."
    say(screen, ["", f"Against the baseline: {told}"])
    say(screen, [f"- mended: {message}" for message in report.mended["message"].head(worst)])
