"""How files leave footprints: whole or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from footprints.errors import OutputError, listed

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def write_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    file : Path
        The file; one that is there is replaced in one step.
    text : str
        Its content, written as UTF-8.

    Raises
    ------
    OutputError
        If it cannot be written; what stood there before is untouched.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "a.html", "<p>A</p>")
    """
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        try:
            part.write_text(text, encoding="utf-8", newline="\n")
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        msg = (
            f"{file.name!r} cannot be written: {error.strerror}. If it is open in another "
            "program, close it there, or choose another name."
        )
        raise OutputError(msg, [file.name]) from error
