"""Reports as files: the format is what the name ends in."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from footprints.errors import OutputError, listed
from footprints.output import output_file, whole
from footprints.report.tidy import tables_folder, write_tidy

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from footprints.report.report import Report


def _late(name: str) -> Callable[[Report, str], bytes]:
    """Return a function that is imported when it is called, since each brings a library."""

    def make(report: Report, marking: str) -> bytes:
        module, function = name.split(".")
        content: bytes = getattr(import_module(f"footprints.report.{module}"), function)(
            report, marking
        )
        return content

    return make


FORMATS: dict[str, Callable[[Report, str], bytes]] = {
    ".xlsx": _late("workbook.as_xlsx"),
    ".html": _late("page.as_html"),
    ".json": _late("document.as_json"),
    ".csv": _late("table.as_csv"),
    ".md": _late("markdown.as_markdown"),
    ".txt": _late("text.as_text"),
    ".xml": _late("junit.as_junit"),
    ".geojson": _late("geo.as_geojson"),
    ".gpkg": _late("geo.as_gpkg"),
}
"""What makes the content of each format, by what the name of its file ends in."""


def report_file(path: str | PathLike[str]) -> Path:
    """Make sure that a report could be written to a file, before the work that it is for.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If its name ends in what is no format of a report (one that ends in nothing is a folder for
        tidy tables), or its folder is not there.

    Examples
    --------
    >>> report_file("report.pdf")
    Traceback (most recent call last):
        ...
    footprints.errors.OutputError: 'report.pdf' cannot be written: its name must end in '.xlsx',
    '.html', '.json', '.csv', '.md', '.txt', '.xml', '.geojson', '.gpkg', or in nothing for a folder of
    tables.
    """
    file = Path(path).absolute()
    if file.suffix.lower() in FORMATS:
        return output_file(file, list(FORMATS))
    if file.suffix:
        msg = (
            f"{file.name!r} cannot be written: its name must end in {listed(FORMATS)}, or in nothing for "
            "a folder of tables."
        )
        raise OutputError(msg, [file.name])
    return tables_folder(file)


def write_report(report: Report, path: str | PathLike[str], *, marking: str = "") -> Path:
    """Write a report as a file, whole or not at all.

    Parameters
    ----------
    report : Report
        What :func:`footprints.check` found.
    path : path-like
        A name that ends in ``.xlsx`` (a workbook), ``.html`` (a page), ``.json`` (all of it, for
        :func:`footprints.read_report`), ``.csv`` (findings), ``.md``, ``.txt``, ``.xml`` (JUnit),
        ``.geojson`` or ``.gpkg`` (footprints that were judged); or in nothing, for a folder of tables
        as :func:`footprints.write_tidy` makes it. What is there is replaced.
    marking : str
        Such as ``DRAFT``, to stand at the top of each sheet and page.

    Returns
    -------
    Path
        The file or folder.

    Raises
    ------
    OutputError
        If the name ends in something else, or the file cannot be written: it is open in another
        program, or its folder is not there. What stood there before is untouched.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["icb22"])
    >>> with TemporaryDirectory() as folder:
    ...     write_report(report, f"{folder}/systems.xlsx", marking="DRAFT").name
    'systems.xlsx'
    """
    file = report_file(path)
    if not file.suffix:
        return write_tidy(report, file, marking=marking)
    content = FORMATS[file.suffix.lower()](report, " ".join(marking.split()))
    with whole(file) as part:
        part.write_bytes(content)
    return file
