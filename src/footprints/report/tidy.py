"""A report as Parquet, for Power BI, R and whatever else reads tables as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from footprints.errors import OutputError
from footprints.output import whole
from footprints.report.contents import further_tables

if TYPE_CHECKING:
    from os import PathLike

    from footprints.report.report import Report


def write_tidy(report: Report, folder: str | PathLike[str], *, marking: str = "") -> Path:
    """Write a report as a folder of tidy tables, whole or not at all.

    Parameters
    ----------
    report : Report
        What a check found.
    folder : path-like
        A folder that is not there yet, or one that this function wrote, which is replaced.
    marking : str
        Words such as ``DRAFT``: a last column ``marking`` of each table; without it there is none.

    Returns
    -------
    Path
        The folder, with ``findings.parquet``, ``pairs.parquet`` and one file a further table of
        the report: its columns and types, texts exactly as they are.

    Raises
    ------
    OutputError
        If it cannot be written, or something else lies there; what stood there is untouched.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers="icb22", select=["population-band"])
    >>> with TemporaryDirectory() as place:
    ...     sorted(file.name for file in write_tidy(report, f"{place}/tables").iterdir())
    ['findings.parquet', 'pairs.parquet']
    """
    target = tables_folder(folder)
    tables = {"findings": report.findings, "pairs": report.pairs}
    tables |= further_tables(report, list(tables))
    marked = {"marking": marking} if marking else {}
    with whole(target) as part:
        part.mkdir()
        for name, table in tables.items():
            table.assign(**marked).to_parquet(part / f"{name}.parquet", index=False)
    return target


def tables_folder(folder: str | PathLike[str]) -> Path:
    """Make sure that tables could be written to a folder, before the work that it is for.

    Raises
    ------
    OutputError
        If it holds something else than such tables, or lies in no folder.
    """
    target = Path(folder).absolute()
    held = {file.name for file in target.iterdir()} if target.is_dir() else set()
    tables = "findings.parquet" in held and all(name.endswith(".parquet") for name in held)
    if (target.exists() and not target.is_dir()) or (held and not tables):
        msg = f"{target.name!r} cannot be replaced: it holds something else. Name a new folder."
        raise OutputError(msg, [target.name])
    if not target.parent.is_dir():
        msg = f"{target.name!r} cannot be written: there is no folder {target.parent.name!r}."
        raise OutputError(msg, [target.name])
    return target
