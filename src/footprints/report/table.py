"""A report as CSV: its findings, for tools that read tables."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from footprints.report.contents import visible, worst_first
from footprints.report.findings import FINDING_COLUMNS

if TYPE_CHECKING:
    from footprints.report.report import Report

# Spreadsheets take text that begins like this for a formula; some pass over spaces before it,
# and some take the wide forms of East Asian writing for the same.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001
TEXTS = [name for name, kind in FINDING_COLUMNS.items() if kind == "str"]


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take a text for a formula.

    Examples
    --------
    >>> is_formula("=1+1"), is_formula(" @SUM(A1)"), is_formula("E54000050")
    (True, True, False)
    """
    return text.lstrip().startswith(FORMULA)


def harmless(value: object) -> str:
    """Return a value as text that no spreadsheet runs: an apostrophe stands before a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("E54000050")
    ("'=1+1", 'E54000050')
    """
    text = visible(value)
    return f"'{text}" if is_formula(text) else text


def as_csv(report: Report, marking: str = "") -> bytes:
    """Return the findings of a report as CSV, the worst first.

    UTF-8 with a byte order mark, as Excel wants it; texts in quotation marks, so that none is
    parted at a semicolon; what is missing is empty. Excel may still read a code like ``1E5`` as a
    number: the workbook keeps codes as text.

    Parameters
    ----------
    report : Report
        What a check found.
    marking : str
        Such as ``DRAFT``: the content of a last column ``marking``, which is left out without
        one.

    Returns
    -------
    bytes

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["icb22"])
    >>> as_csv(report).decode("utf-8-sig").partition(",")[0]
    '"check"'
    """
    table = worst_first(report)
    texts = {name: table[name].map(harmless, na_action="ignore") for name in TEXTS}
    table = table.assign(**texts, **({"marking": harmless(marking)} if marking else {}))
    text: str = table.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    return text.encode("utf-8-sig")
