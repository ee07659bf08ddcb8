"""Files: which can be opened, and what is wrong with those that cannot."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from footprints.errors import FileError, FootprintsError, TableError, listed, plain
from footprints.masking import shown, without_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

TEXT, EXCEL, PARQUET = (".csv", ".txt", ".tsv"), (".xlsx", ".xlsm"), (".parquet",)
TABLES = (*TEXT, *EXCEL, *PARQUET)

_REMEDIES = {
    ".xls": "is a workbook of the old kind: open it in Excel and save it as .xlsx",
    ".xlsb": "is a binary workbook: open it in Excel and save it as .xlsx",
    ".ods": "is an OpenDocument workbook: save it as .xlsx or CSV",
    ".zip": "is a zip archive: unpack it and name the file inside",
    ".gz": "is packed: unpack it first",
}
_WRONG_ENDING = {
    TEXT: "is damaged, or not what its ending says: fetch or save it again",
    EXCEL: "is a workbook or a zip archive by its content: end its name in .xlsx, or unpack it",
    PARQUET: "is a Parquet file by its content: end its name in .parquet",
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WEB_PAGE = re.compile(rb"[\xef\xbb\xbf\s]*<(!doc|htm)", re.IGNORECASE)

# A single letter before the colon is a drive of Windows.
_SCHEME = re.compile(r"[A-Z][A-Z0-9+.-]+:", re.IGNORECASE)
# A path of this kind makes GDAL reach over the network or into another file.
_ELSEWHERE = re.compile(r"[/\\]{1,2}vsi", re.IGNORECASE)
_FOLDERS = re.compile(r"(?<!\w)(?:[A-Za-z]:)?[/\\][^'\":]*[/\\]")


def local_file(path: str | PathLike[str], endings: Iterable[str]) -> Path:
    """Make sure that a file is there and is of a kind that can be read; nothing else is opened.

    Parameters
    ----------
    path : path-like
        The file.
    endings : iterable of str
        What its name may end in, such as ``.csv``.

    Returns
    -------
    Path

    Raises
    ------
    FileError
        If it is an address, a folder, missing, empty, open elsewhere, or of another kind. No
        message shows an address or a folder.
    """
    file = Path(path)
    if _is_elsewhere(file):
        # An address may hold a password.
        msg = (
            "The file is given by an address, and nothing is fetched here: download it first, "
            "and give the file."
        )
        raise FileError(msg)
    with opened(file):
        _refuse(file, _fault(file, tuple(endings)))
    return file


def _refuse(file: Path, fault: str) -> None:
    if fault:
        msg = f"{file.name!r} {fault}."
        raise FileError(msg, [file.name])


def _is_elsewhere(file: Path) -> bool:
    if _ELSEWHERE.match(str(file)):
        return True
    with suppress(OSError):
        # A file here may well have a colon in its name.
        return _SCHEME.match(str(file)) is not None and not file.is_file()
    return True


def table_file(path: str | PathLike[str]) -> Path:
    """Make sure that a file is there and looks like a table that can be read.

    Parameters
    ----------
    path : path-like
        CSV, Excel (.xlsx) or Parquet.

    Returns
    -------
    Path

    Raises
    ------
    FileError
        As :func:`local_file`, or if its content is of another kind than its name says.
    """
    file = local_file(path, TABLES)
    with opened(file):
        _refuse(file, _content_fault(file, file.suffix.lower()))
    return file


def check_sheet(name: str, ending: str, sheet: str | None) -> None:
    """Refuse a sheet that is named for a file without sheets.

    Parameters
    ----------
    name, ending : str
        What the file is called, and what the table in it ends in.
    sheet : str or None
        The sheet.

    Raises
    ------
    TableError
        If the table is no workbook and a sheet is named.

    Examples
    --------
    >>> check_sheet("practices.csv", ".csv", None)
    """
    if sheet is not None and ending not in EXCEL:
        msg = f"{name!r} has no sheets: leave sheet={shown(sheet)} out."
        raise TableError(msg)


def _fault(file: Path, endings: tuple[str, ...]) -> str:
    ending = file.suffix.lower()
    # Unlike exists(), this says why a file cannot even be looked at.
    try:
        size = file.stat().st_size
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "is not there: check the name and the folder"
    if file.is_dir():
        return "is a folder: name the file inside it"
    if ending not in endings:
        known = f"is not of a kind that can be read; those are {listed(endings)}"
        return _REMEDIES.get(ending, known)
    if not file.is_file():
        return "is no file but a device or the like"
    return "" if size else "is empty: fetch or save it again"


def is_web_page(start: bytes) -> bool:
    """Tell whether a file begins as a web page does, since a download may give one instead.

    Examples
    --------
    >>> is_web_page(b"<!DOCTYPE html>"), is_web_page(b"CODE,N")
    (True, False)
    """
    return _WEB_PAGE.match(start) is not None


def _content_fault(file: Path, ending: str) -> str:
    with file.open("rb") as stream:
        start = stream.read(512)
    if start.startswith(_OLD_OFFICE):
        if _ENCRYPTED in file.read_bytes():
            return "is protected by a password: open it in Excel and save it without"
        return _REMEDIES[".xls"].replace("is", "is in truth", 1)
    if is_web_page(start):
        return "is a web page: the download went wrong, fetch it again"
    kinds = {b"PK\x03\x04": EXCEL, b"PAR1": PARQUET}
    kind = next((endings for magic, endings in kinds.items() if start.startswith(magic)), TEXT)
    return "" if ending in kind else _WRONG_ENDING[kind]


@contextmanager
def opened(file: Path, damage: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn what the system and libraries say of a file that cannot be read into our own words.

    Parameters
    ----------
    file : Path
        The file that is read inside the ``with``.
    damage : tuple of exceptions
        What else a library raises for a file that is damaged.

    Raises
    ------
    FileError
        If the file is open in another program, may not be read, or is damaged. Their own errors
        name folders and hold text of rows, which is nobody's business, so none is passed on.
    """
    try:
        yield
    except FootprintsError:
        raise
    except PermissionError:
        msg = (
            f"{file.name!r} cannot be opened: close it if it is open in another program such as "
            "Excel, and make sure that you may read it."
        )
        raise FileError(msg, [file.name]) from None
    except OSError as error:
        if damage and error.errno is None:
            raise damaged(file, error) from None
        msg = f"{file.name!r} cannot be read: {error.strerror or 'the system refused'}."
        raise FileError(msg, [file.name]) from None
    except damage as error:
        raise damaged(file, error) from None


def damaged(file: Path, told: object = "") -> FileError:
    """Return the error for a file whose content makes no sense, with what a library says of it.

    Examples
    --------
    >>> print(damaged(Path("folder/a.csv")))
    'a.csv' is damaged, or not what its ending says: fetch or save it again.
    """
    reason = f" ({said(told)})" if said(told) else ""
    msg = f"{file.name!r} is damaged, or not what its ending says{reason}: fetch or save it again."
    return FileError(msg, [file.name])


def said(message: object) -> str:
    """Return what a library says, without folders and without what could point at a person.

    Examples
    --------
    >>> said("no such table in /home/me/a.gpkg; It might help to look")
    'no such table in a.gpkg'
    """
    told = plain(message).partition("; It might help")[0]
    return without_private(_FOLDERS.sub("", told).strip().rstrip("."))
