"""A report as JUnit XML, for the test pages of GitLab, Azure DevOps and Jenkins."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import pandas as pd

from footprints.report.contents import visible

if TYPE_CHECKING:
    from footprints.report.report import Report

MOST = 250
"""How many characters of a name or the heading of a message are kept: Azure DevOps takes 512."""
WHOLE_LAYER = "whole layer"
"""The name of a test case that is about no one footprint."""


def as_junit(report: Report, marking: str = "") -> bytes:
    """Return a report as JUnit XML: a suite a check and layer, a test case a finding.

    A failure stands for what makes the report fail, so the page and the exit status agree:

    ===================================  ==========================================
    finding                              test case
    ===================================  ==========================================
    ``fail``                             failed
    ``fail`` that a baseline knew        skipped, with the message
    ``warn``                             passed, the message in its ``system-out``
    ``excepted``                         skipped, with what was agreed and why
    ``skipped``                          skipped, with the reason
    ``pass``                             passed
    ===================================  ==========================================

    Jenkins and Azure DevOps show ``system-out`` with the case; GitLab shows it only beside
    failures, so there a warning is seen in the log of the job. To have it on the page everywhere,
    let the atlas raise the check to a failure. ``status`` of each case holds the finding's own
    word. A case is named by its code first, so its history survives a new name.

    Parameters
    ----------
    report : Report
        What a check found.
    marking : str
        Words such as ``DRAFT``: a property of each suite.

    Returns
    -------
    bytes
        UTF-8, the same for the same report. Characters that cannot be seen, and those that XML
        forbids, are written as escapes.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers="icb22", select=["population-band"])
    >>> as_junit(report).splitlines()[1].decode()[:42]
    '<testsuites name="England (embedded exampl'
    """
    cases = _cases(report.findings)
    root = Element("testsuites", {"name": _short(report.atlas.title), **_counts(cases)})
    head = {"marking": marking, "atlas": report.atlas.title, "bands": repr(report.bands)}
    head |= {f"note {n}": note for n, note in enumerate(report.atlas.notes, start=1)}
    for name, suite in cases.groupby("suite", sort=False):
        root.append(_suite(str(name), suite, head))
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _cases(findings: pd.DataFrame) -> pd.DataFrame:
    """Return findings with the suite, the name of its own, and the outcome of each test case."""
    about = findings[["check", "layer", "against"]].fillna("")
    suite = about["check"].str.cat([about["layer"], about["against"]], sep=".").str.rstrip(".")
    names = findings["code"].fillna(WHOLE_LAYER) + " " + findings["name"].fillna("")
    name = pd.Series([_short(text.strip()) for text in names], index=findings.index, dtype="str")
    again = name.groupby([suite, name]).cumcount() + 1
    numbered = name.where(again == 1, name + " (" + again.astype("str") + ")")
    known = (findings["status"] == "fail") & (findings["since"] == "known")
    shown_as = {"fail": "failure", "warn": "system-out", "excepted": "skipped"}
    element = findings["status"].map({**shown_as, "skipped": "skipped", "pass": ""})
    return findings.assign(
        suite=suite,
        case=numbered,
        element=element.mask(known, "skipped"),
        text=("Known before: " + findings["message"]).where(known, findings["message"]),
    )


def _suite(name: str, cases: pd.DataFrame, head: dict[str, str]) -> Element:
    """Return one suite with its basis and its cases."""
    suite = Element("testsuite", {"name": visible(name), **_counts(cases), "time": "0"})
    basis = ["check", "layer", "against", "population", "population_date"]
    basis += ["population_source", "source", "method"]
    said = {column: "; ".join(cases[column].dropna().unique()) for column in basis}
    properties = SubElement(suite, "properties")
    for key, value in (head | said).items():
        if value:
            SubElement(properties, "property", {"name": key, "value": visible(value)})
    for row in cases.itertuples():
        about = {"classname": visible(name), "name": row.case, "time": "0", "status": row.status}
        case = SubElement(suite, "testcase", about)
        if row.element == "system-out":
            SubElement(case, "system-out").text = f"Warning: {visible(row.text)}"
        elif row.element:
            heading = {"message": _short(row.text), "type": row.status}
            SubElement(case, row.element, heading).text = visible(row.text)
    return suite


def _counts(cases: pd.DataFrame) -> dict[str, str]:
    failed, left_out = ((cases["element"] == word).sum() for word in ("failure", "skipped"))
    counts = {"tests": len(cases), "failures": failed, "errors": 0, "skipped": left_out}
    return {name: str(count) for name, count in counts.items()}


def _short(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= MOST else f"{shown[: MOST - 1]}…"
