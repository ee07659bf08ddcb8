"""What the command works on: an atlas file, files as they are, or the embedded England."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from footprints.console import complain, open_screen, say
from footprints.errors import FootprintsError, FootprintsWarning, listed
from footprints.read import load_example
from footprints.read.files import TABLES, local_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from footprints.atlas import Atlas

Read = TypeVar("Read")


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The files that a command was given; none is the embedded England.

    Parameters
    ----------
    atlas : Path, optional
        An atlas file.
    units, boundaries : sequence of Path
        Files as they are.
    lists, pcns, places : Path, optional
        Files of the NHS: patients of practices, PCNs, and the places made of them.
    as_at : str, optional
        The date of ``lists``, where the file states none; with ``changes``, their last date.
    changes : sequence of str
        Change files, or the names of those that ship, to make once the atlas is read.
    """

    atlas: Path | None = None
    units: Sequence[Path] = ()
    boundaries: Sequence[Path] = ()
    lists: Path | None = None
    pcns: Path | None = None
    places: Path | None = None
    as_at: str | None = None
    changes: Sequence[str] = ()


def read_inputs(given: Inputs) -> Atlas:
    """Read the atlas that files make, printing what was made of them and every warning.

    Raises
    ------
    FootprintsError
        If the files do not go together, or cannot be read.
    """
    files = [*given.units, *given.boundaries]
    if sum(map(bool, (given.atlas, files, given.lists))) > 1:
        msg = "Give --lists, or --atlas, or --units and --boundaries: one of them, and not both."
        raise FootprintsError(msg)
    if given.changes:
        return _changed(given)
    told = {"--pcns": given.pcns, "--places": given.places, "--as-at": given.as_at}
    if given.lists is None and (alone := [name for name, value in told.items() if value]):
        goes = "goes" if len(alone) == 1 else "go"
        also = " (or with --changes)" if alone == ["--as-at"] else ""
        msg = (
            f"{listed(alone)} {goes} with --lists, the file of the patients of each practice{also}."
        )
        raise FootprintsError(msg, alone)
    if given.lists:
        return _of_lists(given, given.lists)
    return _of_files(given) if files else read_atlas_or_example(given.atlas)


def _changed(given: Inputs) -> Atlas:
    """Read the atlas, and make changes to it."""
    from footprints.changes import apply_changes  # noqa: PLC0415  # It takes time to load.
    from footprints.read.change_files import read_changes  # noqa: PLC0415  # As above.

    if given.lists and given.as_at:
        msg = "--as-at is the date of --lists or of --changes: with both, leave it out."
        raise FootprintsError(msg, [given.as_at])
    sets = [read_changes(name) for name in given.changes]
    atlas = read_inputs(replace(given, changes=(), as_at=None))
    changed = apply_changes(atlas, sets, as_at=given.as_at)
    if changed is atlas:
        say(open_screen(), [f"No change is of {given.as_at} or before: nothing is changed.", ""])
    return changed


def read_atlas_or_example(file: Path | None) -> Atlas:
    """Read an atlas file, or the embedded England where there is none."""
    if file is None:
        return load_example()
    from footprints.read.atlas_file import read_atlas  # noqa: PLC0415  # pydantic is slow to load.

    return with_notes(lambda: read_atlas(file))


def _of_files(given: Inputs) -> Atlas:
    """Make an atlas of files as they are, and say of which."""
    from footprints.read.as_they_are import atlas_of_files  # noqa: PLC0415  # As above.
    from footprints.read.boundary_files import SIGNATURES  # noqa: PLC0415

    files = [*given.units, *given.boundaries]
    _refuse_missing(files, SIGNATURES)
    if not given.units:
        msg = (
            f"{listed(file.name for file in files)}: give --units too, a table of units with people, "
            "whose columns list the footprint of each unit."
        )
        raise FootprintsError(msg, ["--units"])
    atlas = with_notes(lambda: atlas_of_files(files))
    made_of = ", ".join(file.name for file in files)
    drafted = "What was inferred is what `footprints init` with the same files writes."
    say(open_screen(), [f"Made of {made_of}. {drafted}", ""])
    return atlas


def _refuse_missing(files: Iterable[Path], endings: Iterable[str]) -> None:
    """Raise an error for the first file that is not there or cannot be read, whatever is in others."""
    for file in files:
        if not file.is_dir():
            local_file(file, endings)


def _of_lists(given: Inputs, lists: Path) -> Atlas:
    """Make an atlas of files of the NHS, and say of which."""
    from footprints.read import atlas_of_lists  # noqa: PLC0415  # It is slow to load.
    from footprints.read.mistaken import refuse_mistaken  # noqa: PLC0415  # As above.

    options = {"--lists": lists, "--pcns": given.pcns, "--places": given.places}
    files = {option: file for option, file in options.items() if file}
    _refuse_missing(files.values(), TABLES)
    try:
        atlas = with_notes(
            lambda: atlas_of_lists(lists, given.pcns, given.places, as_at=given.as_at)
        )
    except FootprintsError:
        refuse_mistaken(files)
        raise
    made_of = ", ".join(file.name for file in files.values())
    notes = atlas.overview["note"]
    words = [f"{key}: {note}." for key, note in notes.items() if key == "place"]
    say(open_screen(), [f"Made of {made_of}.", *words, ""])
    return atlas


def with_notes(read: Callable[[], Read]) -> Read:
    """Read something, and print its warnings as notes."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", FootprintsWarning)
        found = read()
    for warning in caught:
        # The notes of an atlas are printed, and stand in every report of it.
        if str(warning.message) not in getattr(found, "notes", ()):
            complain(f"Note: {warning.message}")
    return found
