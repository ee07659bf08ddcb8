r"""A report as Markdown: for people, in a pull request or a page of a wiki."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from footprints.report.cells import shown_rows
from footprints.report.contents import (
    about,
    origins,
    remarks,
    verdict,
    versions,
    visible,
    written,
)
from footprints.report.text import MOST_NAMED, remainders, sections
from footprints.report.words import COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from footprints.report.report import Report

# What begins a code, emphasis, link, cell, template, formula or struck text.
_ACTS = re.compile(r"[\\`*_{}\[\]|~$!#]")
_BEGINS = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")
# GitHub looks for people and issues in what it has rendered, where an escape or an entity is gone
# and a comment still parts the sign from the name.
_CALLS = re.compile(r"@(?=\w)|#(?=\d)")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
NOTHING = "<!-- -->"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escaped(value: object) -> str:
    r"""Return a value as Markdown that shows it as the text that it is.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str
        One line. Nothing in it is emphasis, a link, a cell, a heading, HTML a template, or a call
        to somebody (``@name``) or of an issue (``#12``).

    Examples
    --------
    >>> print(escaped("a|b <script> *c*"))
    a\|b &lt;script&gt; \*c\*
    """
    text = _ACTS.sub(r"\\\g<0>", visible(value))
    for character, entity in _ENTITIES.items():
        text = text.replace(character, entity)
    text = _CALLS.sub(rf"\g<0>{NOTHING}", text)
    text = _ADDRESS.sub(r"\\", text)
    return _BEGINS.sub(_unlisted, text)


def _unlisted(begin: re.Match[str]) -> str:
    """Keep what begins a line from beginning a list, or a line below a heading."""
    mark = begin[2]
    return f"{begin[1]}{mark}\\" if mark.isdigit() else f"{begin[1]}\\{mark}"


def as_markdown(report: Report, marking: str = "") -> bytes:
    r"""Return a report as Markdown: the summary first, then the worst of each check.

    Parameters
    ----------
    report : Report
        What a check found.
    marking : str
        Such as ``DRAFT``: the first line.

    Returns
    -------
    bytes
        UTF-8, with tables as GitHub has them.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["icb22"])
    >>> as_markdown(report).decode().split("\n")[0]
    '# England (embedded example)'
    """
    parts = [
        f"**{escaped(marking)}**" if marking else "",
        f"# {escaped(report.atlas.title)}",
        *map(escaped, report.atlas.notes),
        _bullets(report.lead),
        f"**{escaped(verdict(report))}**",
        "## Summary",
        _summary(report),
        *map(escaped, [*remainders(report), *about(report)]),
    ]
    for section in sections(report):
        parts += [f"## {escaped(section.asked)}", escaped(section.count), _bullets(section.lines)]
    for title, table in report.tables.items():
        parts += [f"## {escaped(title)}", _rows(table)]
    for head, lines in (remarks(report) | {"Sources": _sources(report)}).items():
        parts += [f"## {head}", _bullets(lines)]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def _summary(report: Report) -> str:
    names = ["Check", "Layer", "Against", *COUNTS.values()]
    rows = [
        [*map(str, asked), *(f"{row[name]:,.0f}" for name in COUNTS)]
        for asked, row in report.summary.iterrows()
    ]
    return _table(names, rows, right=len(COUNTS))


def _sources(report: Report) -> list[str]:
    lines = [
        ", ".join(text for text in (row.part, row.file, row.source, row.as_at) if text)
        for row in origins(report).itertuples()
    ]
    made = ", ".join(f"{name} {number}" for name, number in versions().items())
    return [*lines, f"Written on {written()} by {made}"]


def _rows(table: pd.DataFrame) -> str:
    """Return the first rows of a table, and how many more there are."""
    numbers = [table[name].dtype.kind in "iuf" for name in table]
    right = sum(1 for _ in takewhile(bool, reversed(numbers)))
    shown = table.head(MOST_NAMED)
    rows = shown_rows(shown)
    rest = f"\n\nand {len(table) - len(shown):,} more." if len(table) > len(shown) else ""
    return _table([escaped(name) for name in table], rows, right=right) + rest


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {escaped(line)}" for line in lines)


def _table(names: list[str], rows: list[list[str]], *, right: int) -> str:
    """Return a table whose last columns are numbers."""
    rule = ["---"] * (len(names) - right) + ["---:"] * right
    lines = [rule, *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [names, *lines])
