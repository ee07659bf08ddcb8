"""A report for GitHub Actions: annotations of a run, and the summary of a step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from footprints.errors import OutputError
from footprints.report.contents import visible
from footprints.report.markdown import escaped
from footprints.report.words import COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from footprints.report.report import Report

MOST_OF_A_KIND = 10
"""How many errors, and how many warnings, GitHub shows of a step."""
MOST_NAMED = 50
"""How many findings of a sort the summary names before it counts the rest: GitHub drops it whole
above 1 MiB."""
MOST_CHARACTERS = 500


def as_annotations(report: Report, *, most: int = MOST_OF_A_KIND) -> str:
    """Return the worst findings as commands that GitHub Actions shows as annotations.

    Parameters
    ----------
    report : Report
        What a check found. What a baseline knew is counted, not shown.
    most : int
        How many failures, and how many warnings, to show: GitHub shows ten of each a step.

    Returns
    -------
    str
        A line each (``::error …`` for failures, ``::warning …``) for the log of a step, the worst
        first, then one that counts the rest; empty where nothing is missed.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers="icb22", select=["population-band"])
    >>> lines = as_annotations(report).splitlines()
    >>> print(lines[-1])
    ::notice title=footprints::Not shown here: 6 warnings.
    """
    missed = report.worst
    known = missed["since"] == "known"
    lines, rest = [], []
    for status, command, word in (("fail", "error", "failure"), ("warn", "warning", "warning")):
        found = missed[~known & (missed["status"] == status)]
        lines += _commands(command, found.head(most))
        rest.append(_count(len(found) - most, word))
    rest.append(_count(known.sum(), "known miss", "es"))
    if any(rest):
        told = ", ".join(text for text in rest if text)
        lines.append(f"::notice title=footprints::Not shown here: {told}.")
    return "".join(f"{line}\n" for line in lines)


def step_summary(report: Report, marking: str = "") -> str:
    """Return a report as the summary of a step of GitHub Actions.

    Parameters
    ----------
    report : Report
        What a check found.
    marking : str
        Words such as ``DRAFT``, for the first line.

    Returns
    -------
    str
        Markdown: what was checked, a table of counts, the worst findings, what is mended, what
        was not checked and whose people were counted. Names are text: no character of theirs is
        Markdown or HTML. It stays far below the 1 MiB that GitHub takes.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers="icb22", select=["population-band"])
    >>> print(step_summary(report, "DRAFT").splitlines()[0])
    **DRAFT**
    """
    missed = report.worst[report.worst["since"] != "known"]
    head = [f"**{_text(marking)}**"] if marking else []
    head += [f"## {_text(report.atlas.title)}", *map(_text, report.atlas.notes)]
    parts = [*head, _verdict(report, missed), _table(report.summary)]
    parts += _listed("Worst first", missed["message"], missed["status"])
    if report.mended is not None:
        parts += _listed("Mended", report.mended["message"])
    parts += _listed("Not checked", report.reasons)
    parts += _listed("People and bands", [*report.populations, repr(report.bands)])
    parts += _listed("In no footprint", report.remainders)
    return "\n\n".join(parts) + "\n"


def announce(report: Report, env: Mapping[str, str], *, marking: str = "") -> str:
    """Tell GitHub Actions what was found, if that is where this runs.

    Parameters
    ----------
    report : Report
        What a check found.
    env : mapping of str to str
        The environment, such as ``os.environ``: the summary is added to the file that
        ``GITHUB_STEP_SUMMARY`` names.
    marking : str
        Words such as ``DRAFT``, for the summary.

    Returns
    -------
    str
        The annotations to print; empty where ``GITHUB_ACTIONS`` is not ``true``.

    Raises
    ------
    OutputError
        If the summary cannot be written.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers="icb22", select=["population-band"])
    >>> announce(report, {})
    ''
    """
    if name := env.get("GITHUB_STEP_SUMMARY"):
        file = Path(name)
        try:
            with file.open("a", encoding="utf-8", newline="\n") as summary:
                summary.write(step_summary(report, marking))
        except OSError as error:
            msg = (
                f"The summary of the step cannot be written to {file.name!r}: {error.strerror}. "
                "GITHUB_STEP_SUMMARY must name a file that can be written; without it none is."
            )
            raise OutputError(msg, [file.name]) from error
    return as_annotations(report) if env.get("GITHUB_ACTIONS") == "true" else ""


def _verdict(report: Report, missed: pd.DataFrame) -> str:
    """Say in a line how it went; what a baseline knew is counted, and listed nowhere."""
    verdict = "Nothing failed" if report.ok else "Failed" if report.checked else "Nothing checked"
    counts = [
        _count((missed["status"] == "fail").sum(), "failure"),
        _count((missed["status"] == "warn").sum(), "warning"),
        _count(len(report.worst) - len(missed), "known miss", "es"),
    ]
    return f"**{verdict}.** {', '.join(filter(None, counts)) or 'No misses'}."


def _commands(command: str, found: pd.DataFrame) -> list[str]:
    """Word findings as commands; what would end or begin one is encoded."""
    titles = found["check"] + ": " + found["code"].fillna(found["layer"]).fillna("")
    return [
        f"::{command} title={_data(title).replace(':', '%3A').replace(',', '%2C')}::{_data(text)}"
        for title, text in zip(titles, found["message"], strict=True)
    ]


def _data(text: str) -> str:
    return _short(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _short(text: object) -> str:
    shown = visible(str(text))
    return shown if len(shown) <= MOST_CHARACTERS else f"{shown[: MOST_CHARACTERS - 1]}…"


def _text(text: object) -> str:
    """Return text as Markdown that shows just that text."""
    return escaped(_short(text))


def _count(count: int, word: str, plural: str = "s") -> str:
    return f"{count:,} {word}{'' if count == 1 else plural}" if count > 0 else ""


def _table(summary: pd.DataFrame) -> str:
    """Return the counts of each check as a table."""
    rows = [["Check", "Layer", "Against", *COUNTS.values()], ["---"] * 3 + ["---:"] * 7]
    for key, counts in zip(summary.index, summary[list(COUNTS)].itertuples(), strict=True):
        rows.append([*map(_text, key), *(f"{count:,.0f}" for count in counts[1:])])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _listed(title: str, texts: Iterable[str], words: Iterable[str] | None = None) -> list[str]:
    """Return a heading and a list, cut to what a summary holds; nothing for nothing."""
    told = [_text(text) for text in texts]
    if words is not None:
        told = [f"**{word}**: {text}" for word, text in zip(words, told, strict=True)]
    if not told:
        return []
    rest = len(told) - MOST_NAMED
    more = [f"and {rest:,} more"] if rest > 0 else []
    return [f"### {title}", "\n".join(f"- {text}" for text in told[:MOST_NAMED] + more)]
