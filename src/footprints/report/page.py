"""A report as a page to open in a browser, print or send on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from footprints.report.contents import (
    about,
    groups,
    in_words,
    origins,
    remarks,
    spread,
    verdict,
    versions,
    visible,
    written,
)
from footprints.report.words import COUNTS, STATUSES

if TYPE_CHECKING:
    import pandas as pd

    from footprints.report.report import Report

TEMPLATE = Path(__file__).with_name("page.html.jinja")
MOST_SHOWN = 1_000
"""How many misses of each check a page shows; the workbook and JSON hold them all."""


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
    return {
        "title": title,
        "columns": [(str(name), table[name].dtype.kind in "iuf") for name in table],
        "rows": [[in_words(value) for value in row] for row in shown.itertuples(index=False)],
        "rest": len(table) - len(shown),
    }


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
        "rows": rows.to_dict("records"),
    }
