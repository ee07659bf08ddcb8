"""A report as a page to open in a browser, print or send on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from footprints.report.cells import shown_rows
from footprints.report.contents import (
    about,
    groups,
    origins,
    remarks,
    spread,
    verdict,
    versions,
    visible,
    written,
)
from footprints.report.words import COUNTS, STATUSES, meaning

if TYPE_CHECKING:
    import pandas as pd

    from footprints.report.report import Report

TEMPLATE = Path(__file__).with_name("page.html.jinja")
MOST_SHOWN = 1_000
"""How many misses of each check a page shows; the workbook and JSON hold them all."""

LONG, SHOWN_OF_LONG = 50, 10
"""From how many rows on a list is folded away but for the first few, to be opened where wanted."""
SHORT = 24
"""Texts of so many characters, such as codes and dates, are never broken into lines."""


def as_html(report: Report, marking: str = "") -> bytes:
    """Return a report as one page that needs nothing else: no scripts, nothing from the web.

    Parameters
    ----------
    report : Report
        What a check found.
    marking : str
        Such as ``DRAFT``: at the top, and on each page that is printed.

    Returns
    -------
    bytes
        UTF-8.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["icb22"])
    >>> "<script" in as_html(report).decode()
    False
    """
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  # It is slow to load.

    # What is finalized is seen as text, and then escaped, whatever the template takes in.
    environment = Environment(
        autoescape=True,
        finalize=visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    made = ", ".join(f"{name} {number}" for name, number in versions().items())
    return template.render(
        marking=marking,
        title=report.atlas.title,
        notes=report.atlas.notes,
        lead=report.lead,
        tables=[_table(title, table) for title, table in report.tables.items()],
        verdict=verdict(report),
        counts=list(COUNTS.values()),
        summary=_summary(report),
        about=[*spread(report), *report.remainders, *about(report)],
        sections=[_section(asked, missed) for asked, missed in groups(report.worst).items()],
        lists=[{"head": head, "lines": lines} for head, lines in remarks(report).items()],
        origins=origins(report).to_dict("records"),
        made=f"Written on {written()} by {made}.",
        words=STATUSES,
    ).encode()


def _table(title: str, table: pd.DataFrame) -> dict[str, object]:
    shown = table.head(MOST_SHOWN)
    rows = shown_rows(shown)
    return {
        "title": title,
        "columns": [
            (str(name).replace("_", " "), _css(shown[name], [row[number] for row in rows]))
            for number, name in enumerate(shown)
        ],
        "meanings": [(str(name).replace("_", " "), meaning(title, str(name))) for name in shown],
        "parts": _folded(rows),
        "total": len(table),
        "rest": len(table) - len(shown),
    }


def _css(values: pd.Series[Any], texts: list[str]) -> str:
    """Return the class of a column: numbers and short texts stay whole, names are given room."""
    if values.dtype.kind in "iuf":
        return "number"
    longest = max(map(len, texts), default=0)
    return "short" if longest <= SHORT else "name" if longest <= 4 * SHORT else "prose"


def _folded(rows: list[Any]) -> list[list[Any]]:
    """Return rows as those to be shown and, where they are many, those to be folded away."""
    if len(rows) <= LONG:
        return [rows]
    return [rows[:SHOWN_OF_LONG], rows[SHOWN_OF_LONG:]]


def _summary(report: Report) -> list[dict[str, list[str]]]:
    return [
        {"asked": list(asked), "numbers": [f"{row[name]:,.0f}" for name in COUNTS]}
        for asked, row in report.summary.iterrows()
    ]


def _section(asked: str, missed: pd.DataFrame) -> dict[str, object]:
    shown = missed.head(MOST_SHOWN)[["status", "since", "code", "message"]]
    rows = shown.fillna("").assign(css=shown["status"].where(shown["status"].isin(STATUSES), ""))
    return {
        "asked": asked,
        "total": len(missed),
        "rest": len(missed) - len(shown),
        "parts": _folded(rows.to_dict("records")),
    }
