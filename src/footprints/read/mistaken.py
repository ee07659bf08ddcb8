"""Files of the NHS that were given for others of them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from footprints.errors import FileError, FootprintsError
from footprints.read.looking import Seen, look_at
from footprints.read.registered.practices import read_practice_details

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class _Kind(NamedTuple):
    """What a list of the NHS is, and the option of the command that takes it; empty for none."""

    words: str
    option: str


KINDS = {
    "read_networks": _Kind("the PCNs of practices, such as ePCN.xlsx", "--pcns"),
    "read_network_details": _Kind("details of PCNs without their practices", ""),
    "read_practice_map": _Kind("the mapping of practices to PCNs", "--pcns"),
    "read_list_sizes": _Kind("the patients of each practice", "--lists"),
    "read_patients_by_lsoa": _Kind("the patients of each practice by LSOA", ""),
    "read_practice_details": _Kind("details of practices, such as epraccur.csv", ""),
}
"""What reads a list of the NHS, and what that list is."""


def refuse_mistaken(files: Mapping[str, Path]) -> None:
    r"""Raise an error for the first list that was given to the option of another.

    Parameters
    ----------
    files : mapping of str to Path
        The files by option: ``--lists``, ``--pcns`` and ``--places``, which takes no list of the
        NHS.

    Raises
    ------
    FileError
        If a file is known for a list that its option does not take; it says what the file is,
        and the option that takes it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "map.csv")
    ...     _ = file.write_text("PRACTICE_CODE,PCN_CODE\nA81001,U00001\n")
    ...     refuse_mistaken({"--lists": file})
    Traceback (most recent call last):
        ...
    footprints.errors.FileError: 'map.csv' belongs to --pcns, not to --lists: it holds the mapping
    of practices to PCNs. --lists takes the patients of each practice.
    """
    for option, file in files.items():
        readers = _readers(file)
        if option == "--lists" and readers == ["read_patients_by_lsoa"]:
            # What reads lists says so itself.
            continue
        kinds = [KINDS[reader] for reader in readers]
        if kinds and option not in {kind.option for kind in kinds}:
            raise _mistaken(option, file, kinds, readers)


def _mistaken(option: str, file: Path, kinds: list[_Kind], readers: list[str]) -> FileError:
    takes = {
        "--lists": "the patients of each practice",
        "--pcns": "the PCN of each practice (ePCN.xlsx, or the mapping of practices)",
        "--places": "a table of codes with the place of each",
    }
    best = max(range(len(kinds)), key=lambda number: bool(kinds[number].option))
    kind = kinds[best]
    goes = (
        f"belongs to {kind.option}, not to {option}: it holds {kind.words}."
        if kind.option
        else f"is none for {option}: it holds {kind.words}, which footprints.{readers[best]}() "
        "reads in Python."
    )
    return FileError(f"{file.name!r} {goes} {option} takes {takes[option]}.", [file.name])


def _readers(file: Path) -> list[str]:
    """Return what reads a file, or sheets of it, where it is a list of the NHS."""
    looked = [item for item in look_at(file, file.name) if isinstance(item, Seen)]
    found = [item.nhs_reader for item in looked if item.nhs_reader]
    if not found:
        with suppress(FootprintsError):
            read_practice_details(file)
            return ["read_practice_details"]
    return found
