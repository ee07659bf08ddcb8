"""A report as JSON: all of it, for programs and for a later check to compare with."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from footprints.report.contents import layer_table, origins, populations, versions, written

if TYPE_CHECKING:
    import pandas as pd

    from footprints.report.report import Report

FORMAT, VERSION = "footprints-report", 1
"""What a report says that it is, and which version of ``report.schema.json`` it keeps to."""


def as_json(report: Report, marking: str = "") -> bytes:
    """Return a report as JSON that keeps to ``report.schema.json``.

    Text is as it is in the report, with escapes for all that is not ASCII, so that nothing acts on
    a terminal; a missing or infinite number is null. :func:`footprints.read_report` reads it back.

    Parameters
    ----------
    report : Report
        What a check found.
    marking : str
        Such as ``DRAFT``.

    Returns
    -------
    bytes

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["icb22"])
    >>> json.loads(as_json(report))["title"]
    'England (embedded example)'
    """
    bands = report.bands
    said = {
        "format": FORMAT,
        "version": VERSION,
        "title": report.atlas.title,
        "notes": list(report.atlas.notes),
        "lead": list(report.lead),
        "marking": marking,
        "written": written(),
        "ok": report.ok,
        "checked": report.checked,
        "bands": {
            "name": bands.name,
            "title": bands.title,
            "as_at": bands.as_at,
            "source": bands.source,
            "bands": {level: asdict(band) for level, band in bands.bands.items()},
        },
        "layers": rows_of(layer_table(report)),
        "populations": rows_of(populations(report)),
        "summary": rows_of(report.summary.reset_index()),
        "remainders": report.remainders,
        "findings": rows_of(report.findings),
        "baseline": None if report.mended is None else report.baseline_name,
        "mended": None if report.mended is None else rows_of(report.mended),
        "pairs": rows_of(report.pairs),
        "tables": {title: rows_of(table) for title, table in report.tables.items()},
        "provenance": rows_of(origins(report)),
        "versions": versions(),
    }
    return f"{json.dumps(said, indent=1, allow_nan=False)}\n".encode("ascii")


def rows_of(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a table as JSON has them, None for what is missing or has no end.

    Examples
    --------
    >>> import pandas as pd
    >>> rows_of(pd.DataFrame({"a": [1.5, np.nan, np.inf]}))
    [{'a': 1.5}, {'a': None}, {'a': None}]
    """
    known = table.notna() & ~table.isin([np.inf, -np.inf])
    rows: list[dict[str, object]] = table.astype(object).where(known, None).to_dict("records")
    return rows
