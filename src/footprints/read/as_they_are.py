"""An atlas of files as they are, without an atlas file."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from footprints.read.atlas_file import read_atlas
from footprints.read.init import draft_atlas

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from footprints.atlas import Atlas


def atlas_of_files(paths: Iterable[str | PathLike[str]]) -> Atlas:
    r"""Make an atlas of files as they are, as a drafted atlas file would.

    What the files do not tell is said in its notes: whose figures the people are, of which date.

    Parameters
    ----------
    paths : iterable of path-like
        As :func:`draft_atlas` takes them.

    Returns
    -------
    Atlas

    Raises
    ------
    FootprintsError
        If no file that can be read lists units, or what was drafted cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "wards.csv")
    ...     _ = file.write_text("WD22CD,LAD22CD,residents\nA,X,5\nB,X,7\n")
    ...     atlas_of_files([file]).people("lad22")["residents"].to_dict()
    {'X': 12}
    """
    with TemporaryDirectory() as folder:
        draft = draft_atlas([Path(path).absolute() for path in paths], folder=folder)
        filled = draft.replace('source = "?"', 'source = "source not said"')
        file = Path(folder, "atlas.toml")
        file.write_text(filled.replace('as_at = "?"', 'as_at = "date not said"'), encoding="utf-8")
        return read_atlas(file)
