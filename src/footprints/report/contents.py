"""What a report says, whatever the format: its order, its sentences and what it rests on."""

from __future__ import annotations

import platform
import re
from dataclasses import fields
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.bands import Band
from footprints.changes import banded_level
from footprints.errors import plain
from footprints.levels import called, service_called
from footprints.report.findings import KEY, MISSED
from footprints.report.words import STATUSES
from footprints.sources import caveats

if TYPE_CHECKING:
    from collections.abc import Collection

    from footprints.atlas import Atlas
    from footprints.report.report import Report

LIBRARIES = ("footprints", "geopandas", "pandas", "shapely", "pyproj")
NOT_CHECKED = "Not checked"
CAVEATS = "What to know of the layers"
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


def layer_called(atlas: Atlas, key: str) -> str:
    """Return the key of a layer and what it is; the key alone of what the atlas does not hold.

    Examples
    --------
    >>> from footprints import load_example
    >>> layer_called(load_example(), "icb26"), layer_called(load_example(), "amb22")
    ('icb26 (systems)', 'amb22 (ambulance services)')
    """
    levels = atlas.whole.overview["level"]
    if key not in levels.index:
        return key
    level = str(levels[key])
    return f"{key} ({service_called(key, 2) if level == 'service' else called(level, 2)})"


def in_words(value: object) -> str:
    """Return a value of a table as people read it: counts with commas, nothing for what is missing.

    Examples
    --------
    >>> in_words(1204), in_words(0.25), in_words(None), in_words("E01")
    ('1,204', '0.25', '', 'E01')
    """
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (int, float, np.integer, np.floating)) and np.isfinite(value):
        number = float(value)
        return f"{number:,.0f}" if number.is_integer() else f"{number:,.4g}"
    return "" if pd.isna(value) else str(value)


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


def about(report: Report) -> list[str]:
    """Return the bands that were held against and whose people were counted, a sentence each."""
    bands = report.bands
    told = f"Bands: {bands.name}, {bands.title} ({bands.as_at}). {bands.source}."
    return [*([told] if len(report.in_bands) else []), *report.populations]


def verdict(report: Report) -> str:
    """Return what came of the checks, as a sentence, and as a second what a baseline makes of it."""
    if not report.checked:
        return "Nothing was checked."
    counts = report.findings["status"].value_counts()
    words = {"fail": "failure", "warn": "warning", "excepted": "agreed exception"}
    told = [
        f"{counts[status]:,} {word}{'' if counts[status] == 1 else 's'}"
        for status, word in words.items()
        if status in counts
    ]
    passed = ", ".join([*told, f"{counts.get('pass', 0):,} passed."])
    if report.mended is None:
        return passed
    since = report.findings["since"].value_counts()
    known = ", ".join(f"{since.get(word, 0):,} {word}" for word in ("new", "worse", "known"))
    return f"{passed} Against {report.baseline_name}: {known}, {len(report.mended):,} mended."


def counted(report: Report) -> dict[tuple[str, str, str], str]:
    """Return what came of each check that was run, a sentence each, by the index of the summary."""
    summary = report.summary
    sentences = {}
    for asked, row in summary[summary["skipped"] < summary["footprints"]].iterrows():
        counts = [f"{row[status]:,.0f} {status}" for status in STATUSES if row[status]]
        missed = row["people_missed"]
        by = f"; the misses come to {missed:,.0f} people" if missed else ""
        check, layer, _ = asked
        where = _in_bands(report, layer) if check == "population-band" else ""
        sentences[asked] = f"{titled(*asked)}{where}: {', '.join(counts)}{by}."
    return sentences


def _in_bands(report: Report, layer: str) -> str:
    """Return how many footprints of a layer are where against their band, as part of a sentence."""
    level = report.atlas.overview.loc[layer, "level"]
    counts = report.in_bands.loc[layer]
    sides = ("below", "within", "above")
    told = ", ".join(f"{counts[side]:,} {side}" for side in sides if not counts["no limit"])
    band = report.bands.bands.get(banded_level(report.atlas, layer))
    return f" ({level}{f', {band}' if band else ''}){f': {told}' if told else ''}"


def spread(report: Report) -> list[str]:
    """Return how far footprints spread about a band that is a target without limits."""
    found = report.findings[report.findings["result"] == "no limit"]
    return [
        f"{layer}: a target has no limits, so none is below or above it. Half have between "
        f"{people.quantile(0.25):,.0f} and {people.quantile(0.75):,.0f} people, all between "
        f"{people.min():,.0f} and {people.max():,.0f}."
        for layer, people in found.groupby("layer")["people"]
    ]


def remarks(report: Report) -> dict[str, list[str]]:
    """Return what else must be said, under its heading: agreed, mended, not checked, caveats."""
    agreed = report.findings.loc[report.findings["status"] == "excepted", "message"]
    improved = [] if report.mended is None else list(report.mended["message"].dropna())
    lists = {
        "Agreed exceptions": list(agreed),
        "Missed before, and no more": improved,
        NOT_CHECKED: report.reasons,
        CAVEATS: caveats(report.atlas, layer_table(report)["layer"]),
    }
    return {head: lines for head, lines in lists.items() if lines}


def layer_table(report: Report) -> pd.DataFrame:
    """Return where the layers that a report speaks of come from, in the order of the atlas.

    Returns
    -------
    DataFrame
        Columns: ``layer``, ``level``, ``as_at``, ``lines`` (``official``, ``illustrative`` or
        ``none``), ``source``, ``note``.
    """
    asked = report.summary.reset_index()[["layer", "against"]].to_numpy().ravel()
    about = report.atlas.overview.rename_axis("layer").reset_index()
    columns = ["layer", "level", "as_at", "lines", "source", "note"]
    return about.loc[about["layer"].isin(asked), columns].reset_index(drop=True)


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


def further_tables(
    report: Report, taken: Collection[str], reserved: tuple[str, ...] = ()
) -> dict[str, pd.DataFrame]:
    """Return the further tables of a report under names that a file or a database can have.

    Parameters
    ----------
    report : Report
        What was found.
    taken : collection of str
        Names that stand for something else.
    reserved : tuple of str
        How no name may begin.

    Returns
    -------
    dict of str to DataFrame
        Names of lower-case letters, digits and ``_``.
    """
    found: dict[str, pd.DataFrame] = {}
    for number, (title, table) in enumerate(report.tables.items(), start=1):
        name = re.sub(r"\W+", "_", title.lower()).strip("_")
        if not name or name in taken or name in found or name.startswith(reserved):
            name = f"table_{number}_{name}"
        found[name] = table
    return found


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
