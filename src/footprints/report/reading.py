"""Reports that were written earlier, to compare with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd

from footprints.errors import FileError, listed
from footprints.masking import all_shown, rows_shown
from footprints.read.files import local_file, opened
from footprints.report.document import FORMAT, VERSION
from footprints.report.findings import FINDING_COLUMNS
from footprints.report.words import STATUSES

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "float64": (int, float),
    "Int64": (int,),
}
_WORDS = {"str": "text", "float64": "a number", "Int64": "a whole number"}


def read_report(path: str | PathLike[str]) -> pd.DataFrame:
    """Read the findings of a report that was saved as ``.json``.

    Parameters
    ----------
    path : path-like
        A file that :func:`footprints.write_report` wrote.

    Returns
    -------
    DataFrame
        The findings, with the columns and types of
        :data:`footprints.report.findings.FINDING_COLUMNS`: what ``check(atlas, baseline=...)``
        takes.

    Raises
    ------
    FileError
        If it cannot be read, is no such report, or of a version that is not known; the message
        says what is wrong in it. The file is never touched.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from footprints import check, load_example, write_report
    >>> report = check(load_example(), layers=["icb22"])
    >>> with TemporaryDirectory() as folder:
    ...     earlier = read_report(write_report(report, f"{folder}/earlier.json"))
    >>> earlier.equals(report.findings)
    True
    """
    file = local_file(path, [".json"])
    said = _parsed(file)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        _refuse(file, f"it does not say that its format is {FORMAT!r}")
    if type(said.get("version")) is not int or said["version"] != VERSION:
        remedy = f"this footprints reads version {VERSION}, so update footprints or write it again"
        _refuse(file, f"its version is not {VERSION}: {remedy}")
    rows = said.get("findings")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        _refuse(file, "its findings are not a list of objects")
    _check_columns(file, rows)
    _check_values(file, rows)
    try:
        return pd.DataFrame(rows, columns=list(FINDING_COLUMNS)).astype(FINDING_COLUMNS)
    except (OverflowError, TypeError, ValueError):
        _refuse(file, "its findings hold a number that is too large")


def _parsed(file: Path) -> Any:
    def refuse_constant(name: str) -> NoReturn:
        msg = f"{name} is no number"
        raise ValueError(msg)

    with opened(file):
        content = file.read_bytes()
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=refuse_constant)
    except UnicodeDecodeError:
        _refuse(file, "its text is not UTF-8")
    except json.JSONDecodeError as error:
        _refuse(file, f"it is not JSON from line {error.lineno}, column {error.colno} on")
    except (RecursionError, ValueError):
        _refuse(file, "it is JSON that no report holds: nested too deep, or with odd numbers")


def _check_columns(file: Path, rows: list[dict[str, object]]) -> None:
    """Refuse findings that lack columns, or have others."""
    lacking = [name for name in FINDING_COLUMNS if any(name not in row for row in rows)]
    more = dict.fromkeys(name for row in rows for name in row if name not in FINDING_COLUMNS)
    if lacking:
        _refuse(file, f"its findings lack {listed(lacking)}", lacking)
    if more:
        _refuse(file, f"its findings have what is no column of findings: {all_shown(more)}")


def _check_values(file: Path, rows: list[dict[str, object]]) -> None:
    """Refuse values of another kind than their column, and statuses that are none."""
    for name, kind in FINDING_COLUMNS.items():
        values = [row[name] for row in rows]
        # bool is an int to Python.
        odd = [
            number
            for number, value in enumerate(values, start=1)
            if value is not None and (type(value) is bool or not isinstance(value, _KINDS[kind]))
        ]
        if odd:
            _refuse(file, f"{name!r} is not {_WORDS[kind]} in {_numbered(odd)}", [name])
    odd = [number for number, row in enumerate(rows, start=1) if row["status"] not in STATUSES]
    if odd:
        _refuse(file, f"'status' is none of {listed(STATUSES)} in {_numbered(odd)}", ["status"])


def _numbered(rows: list[int]) -> str:
    return rows_shown(rows).replace("row", "finding", 1)


def _refuse(file: Path, fault: str, codes: object = ()) -> NoReturn:
    msg = (
        f"{file.name!r} is no report that can be read: {fault}. Give a .json file that footprints "
        "wrote, with report.save('report.json')."
    )
    raise FileError(msg, codes or [file.name])  # type: ignore[arg-type]
