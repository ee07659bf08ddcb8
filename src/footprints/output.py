"""How files leave footprints: whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from footprints.errors import OutputError, listed, plain
from footprints.masking import without_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike


def output_file(path: str | PathLike[str], extensions: Sequence[str]) -> Path:
    """Make sure that a file could be written, before the work that it is for.

    Parameters
    ----------
    path : path-like
        The file.
    extensions : sequence of str
        What its name may end in, such as ``.html``.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the name ends in something else, or its folder is not there.

    Examples
    --------
    >>> output_file("map.pdf", [".html"])
    Traceback (most recent call last):
        ...
    footprints.errors.OutputError: 'map.pdf' cannot be written: its name must end in '.html'.
    """
    file = Path(path).absolute()
    if file.suffix.lower() not in extensions:
        msg = f"{file.name!r} cannot be written: its name must end in {listed(extensions)}."
        raise OutputError(msg, [file.name])
    if file.is_dir() or not file.parent.is_dir():
        reason = "it is a folder" if file.is_dir() else f"there is no folder {file.parent.name!r}"
        msg = f"{file.name!r} cannot be written: {reason}."
        raise OutputError(msg, [file.name])
    return file


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Put what is written to a path of its own in place of a file or folder, whole or not at all.

    A file is replaced in one step. A folder is set aside first, and :func:`standing` finds it
    there if the program is stopped before the new one is in place.

    Parameters
    ----------
    target : Path
        The file or folder; one that is there is replaced.

    Yields
    ------
    Path
        Where to write it: of the same name, in an empty folder beside the target.

    Raises
    ------
    OutputError
        If it cannot be written; what stood there before is untouched.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with whole(Path(folder) / "a") as part:
    ...         part.mkdir()
    ...     (Path(folder) / "a").is_dir()
    True
    """
    folder = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        try:
            folder.mkdir()
            new = folder / "new" / target.name
            new.parent.mkdir()
            yield new
            _put_in_place(new, target, rest=folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or without_private(plain(error))
        msg = (
            f"{target.name!r} cannot be written: {reason}. If it is open in another program, "
            "close it there, or choose another name."
        )
        raise OutputError(msg, [target.name]) from error


def write_whole(file: Path, text: str) -> None:
    """Write a text to a file in UTF-8, with the care of :func:`whole`.

    Parameters
    ----------
    file : Path
        Where to.
    text : str
        Its content.

    Raises
    ------
    OutputError
        As :func:`whole`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "a.html", "<p>A</p>")
    """
    with whole(file) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def standing(target: Path) -> Path:
    """Return where a folder stands: set aside, if whoever was replacing it was stopped midway.

    Examples
    --------
    >>> standing(Path("atlas")).name
    'atlas'
    """
    aside = set_aside(target)
    return aside if aside.is_dir() and not target.exists() else target


def set_aside(target: Path) -> Path:
    """Return where a folder stands while another is put in its place.

    Examples
    --------
    >>> set_aside(Path("atlas")).name
    '.atlas.before'
    """
    return target.with_name(f".{target.name}.before")


def _put_in_place(new: Path, target: Path, *, rest: Path) -> None:
    """Move a file or folder to its place; a folder that was there ends in the rest."""
    before = set_aside(target)
    if not new.is_dir():
        new.replace(target)
        return
    if target.exists() and before.exists():
        before.rename(rest / "older")
    if target.exists():
        target.rename(before)
    try:
        new.rename(target)
    except BaseException:
        if before.exists():
            before.rename(target)
        raise
    if before.exists():
        before.rename(rest / "before")
