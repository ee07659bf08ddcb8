"""What a report says, whatever the format: its order, its sentences and what it rests on."""

from __future__ import annotations

import platform
import re
from dataclasses import fields
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING

import pandas as pd

from footprints.bands import Band
from footprints.errors import plain
from footprints.report.findings import KEY, MISSED
from footprints.report.words import STATUSES

if TYPE_CHECKING:
    from footprints.report.report import Report

LIBRARIES = ("footprints", "geopandas", "pandas", "shapely", "pyproj")
NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")


def visible(value: object) -> str:
    r"""Return a value as text in which all can be seen and XML forbids nothing.

    Parameters
    ----------
    value : object
        Anything. What cannot be seen is written out as :func:`footprints.errors.plain` does.

    Returns
    -------
    str

    Examples
    --------
    >>> print(visible("a\x00b\uffff"))
    a\x00b�
    """
    return NONCHARACTERS.sub("\ufffd", plain(value))


def written() -> str:
    """Return today's date, the day that a report is written on, such as ``2026-10-01``."""
    return date.today().isoformat()  # noqa: DTZ011 - readers think in their own days.


def versions() -> dict[str, str]:
    """Return the versions of what made a report.

    Examples
    --------
    >>> list(versions())[:2]
    ['footprints', 'python']
    """
    found = {name: version(name) for name in LIBRARIES}
    return {"footprints": found.pop("footprints"), "python": platform.python_version(), **found}


def worst_first(report: Report) -> pd.DataFrame:
    """Return all findings, the gravest and worst first, those of one sort as they came.

    Returns
    -------
    DataFrame
        The findings under the index that they have in the report.
    """
    rest = report.findings[~report.findings["status"].isin(MISSED)]
    grave = rest["status"].map({status: n for n, status in enumerate(STATUSES)})
    order = grave.sort_values(kind="stable").index
    return pd.concat([report.worst, rest.loc[order]])


def groups(findings: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return findings by what was asked, such as ``nesting of lad23 against icb26``.

    Returns
    -------
    dict of str to DataFrame
        In the order of the findings.
    """
    by = [findings[name].fillna("") for name in KEY[:3]]
    return {titled(*map(str, asked)): part for asked, part in findings.groupby(by, sort=False)}


def titled(check: str, layer: str, against: str) -> str:
    """Return what was asked, in words.

    Examples
    --------
    >>> titled("nesting", "lad23", "icb26"), titled("coverage", "", "")
    ('nesting of lad23 against icb26', 'coverage')
    """
    of = f" of {layer}" if layer else ""
    return check + of + (f" against {against}" if against else "")


def verdict(report: Report) -> str:
    """Return what came of the checks, as a sentence."""
    if not report.checked:
        return "Nothing was checked."
    counts = report.findings["status"].value_counts()
    words = {"fail": "failure", "warn": "warning", "excepted": "agreed exception"}
    told = [
        f"{counts[status]:,} {word}{'' if counts[status] == 1 else 's'}"
        for status, word in words.items()
        if status in counts
    ]
    passed = f"{counts.get('pass', 0):,} passed"
    return f"{', '.join([*told, passed])}."


def counted(report: Report) -> list[str]:
    """Return what came of each check, a sentence each."""
    sentences = []
    for asked, row in report.summary.iterrows():
        counts = [f"{row[status]:,.0f} {status}" for status in STATUSES if row[status]]
        missed = row["people_missed"]
        by = f"; the misses come to {missed:,.0f} people" if missed else ""
        sentences.append(f"{titled(*asked)}: {', '.join(counts)}{by}.")
    return sentences


def improved(report: Report) -> list[str]:
    """Return the misses of the baseline that are none any more, a sentence each."""
    return [] if report.mended is None else list(report.mended["message"].dropna())


def band_table(report: Report) -> pd.DataFrame:
    """Return the population bands of a report, a row a level.

    Returns
    -------
    DataFrame
        Columns: ``level``, ``lower``, ``upper``, ``target`` (people), ``lower_limit``,
        ``upper_limit`` (``hard`` or ``soft``), ``quote``.
    """
    names = [field.name for field in fields(Band)]
    bands = report.bands.bands
    rows = [[level, *(getattr(band, name) for name in names)] for level, band in bands.items()]
    numbers = dict.fromkeys(["lower", "upper", "target"], "Int64")
    return pd.DataFrame(rows, columns=["level", *names]).astype(numbers)


def populations(report: Report) -> pd.DataFrame:
    """Return whose people were counted: ``population``, ``population_source``, ``population_date``."""
    columns = ["population", "population_source", "population_date"]
    return report.findings[columns].dropna().drop_duplicates().reset_index(drop=True)


def origins(report: Report) -> pd.DataFrame:
    """Return where each part of the atlas came from, the names of files without their folders.

    Returns
    -------
    DataFrame
        Columns: ``part`` and those of :attr:`footprints.Atlas.provenance`.
    """
    table = report.atlas.provenance.reset_index()
    return table.assign(file=[re.split(r"[\\/]", str(file))[-1] for file in table["file"]])
