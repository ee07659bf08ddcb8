"""Files with tables: which can be opened, and what is wrong with those that cannot."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from footprints.errors import FileError, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

TEXT, EXCEL, PARQUET = (".csv", ".txt", ".tsv"), (".xlsx", ".xlsm"), (".parquet",)
_ENDINGS = (*TEXT, *EXCEL, *PARQUET)

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
        If it is an address, a folder, missing, empty, open elsewhere, or of another kind.
    """
    if re.match(r"[a-z][a-z0-9+.-]+:/", str(path), re.IGNORECASE):
        msg = "The table is given by an address; download it first, and give the file."
        raise FileError(msg)
    file = Path(path)
    fault = _fault(file)
    if fault:
        msg = f"{file.name!r} {fault}."
        raise FileError(msg, [file.name])
    return file


def _fault(file: Path) -> str:
    ending = file.suffix.lower()
    if not file.exists():
        return "is not there: check the name and the folder"
    if file.is_dir():
        return "is a folder: name the file inside it"
    if ending in _REMEDIES:
        return _REMEDIES[ending]
    if ending not in _ENDINGS:
        return f"is not of a kind that can be read; those are {listed(_ENDINGS)}"
    if file.stat().st_size == 0:
        return "is empty: fetch or save it again"
    with opened(file):
        return _content_fault(file, ending)


def _content_fault(file: Path, ending: str) -> str:
    with file.open("rb") as stream:
        start = stream.read(512)
    if start.startswith(_OLD_OFFICE):
        if _ENCRYPTED in file.read_bytes():
            return "is protected by a password: open it in Excel and save it without"
        return _REMEDIES[".xls"].replace("is", "is in truth", 1)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doc", b"<htm")):
        return "is a web page, not a table: the download went wrong, fetch it again"
    kinds = {b"PK\x03\x04": EXCEL, b"PAR1": PARQUET}
    kind = next((endings for magic, endings in kinds.items() if start.startswith(magic)), TEXT)
    return "" if ending in kind else _WRONG_ENDING[kind]


@contextmanager
def opened(file: Path) -> Iterator[None]:
    """Turn what the system says of a file that cannot be opened into our own words.

    Parameters
    ----------
    file : Path
        The file that is read inside the ``with``.

    Raises
    ------
    FileError
        If the file is open in another program or may not be read.
    """
    try:
        yield
    except PermissionError:
        msg = (
            f"{file.name!r} cannot be opened: close it if it is open in another program such as "
            "Excel, and make sure that you may read it."
        )
        # The error of the system names the folder, which is nobody's business.
        raise FileError(msg, [file.name]) from None
    except OSError as error:
        msg = f"{file.name!r} cannot be read: {error.strerror or 'the system refused'}."
        raise FileError(msg, [file.name]) from None


def damaged(file: Path) -> FileError:
    """Return the error for a file whose content makes no sense."""
    msg = f"{file.name!r} is damaged, or not what its ending says: fetch or save it again."
    return FileError(msg, [file.name])
