"""A report as sentences for people: those of text, of Markdown and of what is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from footprints.report.contents import (
    CAVEATS,
    NOT_CHECKED,
    about,
    counted,
    groups,
    remarks,
    spread,
    verdict,
    visible,
)

if TYPE_CHECKING:
    from footprints.report.report import Report

MOST_NAMED = 20
"""How many misses of each check are named; the other formats hold them all."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Section:
    """The worst misses of what was asked.

    Parameters
    ----------
    asked : str
        Such as ``nesting of lad23 against icb26``.
    count : str
        How many there are, as a sentence.
    named : DataFrame
        The worst of them, as findings.
    """

    asked: str
    count: str
    named: pd.DataFrame

    @property
    def lines(self) -> list[str]:
        """Each as a line: how grave it is, since when, and its sentence."""
        return [f"{graveness(row)}: {row.message}" for row in self.named.itertuples()]


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
    lines = [*opening(report), *counted(report).values(), *remainders(report)]
    for section in sections(report):
        lines += ["", f"{section.asked}: {section.count}", *(f"- {line}" for line in section.lines)]
    lines = [*marked, *lines, *closing(report), *marked]
    return "".join(f"{visible(line)}\n" for line in lines).encode()


def opening(report: Report) -> list[str]:
    """Return the lines that stand first: what was checked, on what basis, and what came of it."""
    lead = ["", *report.lead] if report.lead else []
    head = [report.atlas.title, *report.atlas.notes, *lead]
    return [*head, "", *about(report), "", verdict(report)]


def remainders(report: Report) -> list[str]:
    """Return what the counts of a report leave out, a sentence each."""
    return [*spread(report), *report.remainders]


def sections(report: Report, most: int = MOST_NAMED) -> list[Section]:
    """Return the worst misses of each thing that was asked.

    Parameters
    ----------
    report : Report
        What a check found. With a baseline, what that knew is counted, not named.
    most : int
        How many misses of each to name; the rest are counted.

    Returns
    -------
    list of Section
        The gravest first; one that would name nothing is left out.
    """
    parts = []
    for asked, missed in groups(report.worst).items():
        known = missed["since"] == "known"
        shown = missed[~known].head(most)
        if shown.empty:
            continue
        some = (
            f"{len(shown):,} of {len(missed):,}" if len(shown) < len(missed) else f"{len(shown):,}"
        )
        rest = f"; {report.baseline_name} had {known.sum():,}" if known.any() else ""
        first = ", the worst first" if len(shown) > 1 else ""
        count = f"{some} missed{first}{rest}."
        parts.append(Section(asked=asked, count=count, named=shown))
    return parts


def closing(report: Report, most: int = MOST_NAMED) -> list[str]:
    """Return what was agreed and mended, so many of each, and all else that must be said."""
    lines = []
    for head, said in remarks(report).items():
        shown = said if head in (NOT_CHECKED, CAVEATS) else said[:most]
        some = f"{len(shown):,} of " if len(shown) < len(said) else ""
        lines += ["", f"{head}: {some}{len(said):,}.", *(f"- {line}" for line in shown)]
    return lines


def graveness(row: Any) -> str:
    """Return how grave a finding is, and since when if a baseline tells."""
    return f"{row.status}" if pd.isna(row.since) else f"{row.status}, {row.since}"
