"""An atlas of files as they are, without an atlas file."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from footprints.errors import FootprintsError, TableError
from footprints.read.atlas_file import read_atlas
from footprints.read.boundary_files import SIGNATURES
from footprints.read.drafted import in_toml
from footprints.read.files import local_file
from footprints.read.init import draft_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from footprints.atlas import Atlas
    from footprints.read.init import Draft


def atlas_of_files(paths: Iterable[str | PathLike[str]]) -> Atlas:
    r"""Make an atlas of files as they are, as a drafted atlas file would.

    What the files do not tell is said in its populations: whose figures the people are, of which
    date. What of them was left out, and what their lines are for, is said in its notes.

    Parameters
    ----------
    paths : iterable of path-like
        As :func:`draft_atlas` takes them.

    Returns
    -------
    Atlas

    Raises
    ------
    FileError
        If a file is not there, or is of a kind that cannot be read.
    FootprintsError
        If no file that can be read lists units, nothing of a file that was named can be used, or
        what was drafted cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "wards.csv")
    ...     _ = file.write_text("WD22CD,LAD22CD,residents\nA,X,5\nB,X,7\n")
    ...     atlas_of_files([file]).people("lad22")["residents"].to_dict()
    {'X': 12}
    """
    files = [Path(path).absolute() for path in paths]
    for file in files:
        if not file.is_dir():
            local_file(file, SIGNATURES)
    with TemporaryDirectory() as folder:
        draft = draft_of(files, folder=folder)
        _refuse_idle(draft)
        filled = draft.text.replace('source = "?"', 'source = "source not said"')
        filled = filled.replace('as_at = "?"', 'as_at = "date not said"')
        notes = ", ".join(in_toml(note) for note in _notes(draft))
        file = Path(folder, "atlas.toml")
        file.write_text(f"notes = [{notes}]\n{filled}", encoding="utf-8")
        try:
            return read_atlas(file)
        except TableError as error:
            msg = f"The files do not make an atlas as they are; footprints init writes one to mend.\n{error}"
            raise TableError(msg, error.codes) from None


def _refuse_idle(draft: Draft) -> None:
    """Raise an error for files that were named and of which nothing can be used."""
    if draft.idle:
        lines = [
            f"{name!r} cannot be used beside {draft.units}: {why}."
            for name, why in draft.idle.items()
        ]
        remedy = (
            f"Leave it out, or give a table whose columns list, for each {draft.units}, the codes that "
            "it has. Lists of practices and PCNs go with --lists, --pcns and --places."
        )
        raise FootprintsError("\n".join([*lines, remedy]), draft.idle)


def _notes(draft: Draft) -> list[str]:
    """Return what was left out, and what the lines of each layer are for."""
    if not draft.drawn:
        return draft.left_out
    files = ", ".join(dict.fromkeys(draft.drawn.values()))
    drawn = (
        f"Lines of {', '.join(draft.drawn)} ({files}) are looked at for gaps and overlaps; who is in "
        f"a footprint is what the list of {draft.units} says. To hold the lines against that list "
        "too, select the check boundaries."
    )
    return [*draft.left_out, drawn]
