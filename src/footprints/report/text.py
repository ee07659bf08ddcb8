"""A report as plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from footprints.report.contents import counted, groups, improved, verdict, visible

if TYPE_CHECKING:
    from footprints.report.report import Report

MOST_NAMED = 20
"""How many misses of each check are named; the other formats hold them all."""


def as_text(report: Report, marking: str = "") -> bytes:
    r"""Return a report as plain sentences in UTF-8.

    Parameters
    ----------
    report : Report
        What a check found.
    marking : str
        Such as ``DRAFT``: the first and the last line.

    Returns
    -------
    bytes

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["icb22"])
    >>> as_text(report, "DRAFT").decode().split("\n")[:2]
    ['DRAFT', 'England (embedded example)']
    """
    marked = [marking] if marking else []
    lines = [*marked, *sentences(report), *marked]
    return "".join(f"{visible(line)}\n" for line in lines).encode()


def sentences(report: Report, most: int = MOST_NAMED) -> list[str]:
    """Return a report as lines of text: the summary first, then the worst of each check.

    Parameters
    ----------
    report : Report
        What a check found.
    most : int
        How many misses of each check to name; the rest are counted.

    Returns
    -------
    list of str
        What cannot be seen is not yet written out.
    """
    bands = report.bands
    lines = [report.atlas.title, *report.atlas.notes, ""]
    lines += [f"Bands: {bands.name}, {bands.title} ({bands.as_at}). {bands.source}."]
    lines += [*report.populations, "", verdict(report), *counted(report), *report.remainders]
    for asked, missed in groups(report.worst).items():
        lines += ["", *named(asked, missed, most)]
    if better := improved(report):
        lines += ["", "Missed before, and no more:", *(f"- {line}" for line in better)]
    agreed = report.findings.loc[report.findings["status"] == "excepted", "message"]
    if len(agreed):
        lines += ["", "Agreed:", *(f"- {message}" for message in agreed)]
    return [*lines, *(["", *report.reasons] if report.reasons else [])]


def named(asked: str, missed: pd.DataFrame, most: int) -> list[str]:
    """Return a heading and the worst misses of what was asked, a line each."""
    shown = missed.head(most)
    some = f" {len(shown):,} of" if len(shown) < len(missed) else ""
    head = f"{asked}:{some} {len(missed):,} missed, the worst first."
    return [head, *(f"- {told(row)}" for row in shown.itertuples())]


def told(row: object) -> str:
    """Return a finding as a line: how grave it is, since when, and its sentence."""
    since = row.since  # type: ignore[attr-defined]
    known = "" if pd.isna(since) else f", {since}"
    return f"{row.status}{known}: {row.message}"  # type: ignore[attr-defined]
