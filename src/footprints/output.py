"""How files leave footprints: whole or not at all."""

from __future__ import annotations

import re
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from footprints.errors import OutputError, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike

    import pandas as pd

_NHS_NUMBER = r"\d{3}[ -]?\d{3}[ -]?\d{4}"
_POSTCODE = r"[A-Za-z]{1,2}\d[A-Za-z\d]?\s*\d[A-Za-z]{2}"


def without_personal(text: str) -> str:
    """Return a message of another library without what looks personal in it.

    Examples
    --------
    >>> without_personal("bad value 9434765919 in line 3")
    'bad value … in line 3'
    """
    return re.sub(rf"(?<!\w)({_NHS_NUMBER}|{_POSTCODE})(?!\w)", "…", text)


def is_personal(values: pd.Series[str]) -> bool:
    """Tell whether a column holds what looks like NHS numbers or full postcodes.

    Such values are never repeated in a message.

    Parameters
    ----------
    values : Series of str

    Returns
    -------
    bool

    Examples
    --------
    >>> import pandas as pd
    >>> is_personal(pd.Series(["9434765919"])), is_personal(pd.Series(["E54000008"]))
    (True, False)
    """
    texts = values.dropna().astype("str").str.strip()
    return bool(texts.str.fullmatch(f"{_NHS_NUMBER}|{_POSTCODE}").any())


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
    with whole_file(file) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Give a place to write to, which becomes the file if all goes well.

    Parameters
    ----------
    file : Path
        The file; one that is there is replaced in one step at the end of the ``with``.

    Yields
    ------
    Path
        A file beside it, gone afterwards whatever happens.

    Raises
    ------
    OutputError
        If it cannot be written; what stood there before is untouched.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, whole_file(Path(folder) / "a.txt") as part:
    ...     _ = part.write_text("A", encoding="utf-8")
    """
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        try:
            yield part
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        msg = (
            f"{file.name!r} cannot be written: {error.strerror or 'the system refused'}. If it is "
            "open in another program, close it there, or choose another name."
        )
        raise OutputError(msg, [file.name]) from error
