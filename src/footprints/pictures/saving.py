"""Pictures as files: the same bytes each time, and their words in them."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from footprints.figures import drawn
from footprints.output import output_file, whole

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from matplotlib.figure import Figure

PICTURES = [".pdf", ".png", ".svg"]
DPI = 200


def save_picture(figure: Figure, path: str | PathLike[str], *, dpi: int = DPI) -> Path:
    """Write a picture as a file, whole or not at all, with its alternative text in it.

    Parameters
    ----------
    figure : Figure
        From :func:`footprints.picture`.
    path : path-like
        A name that ends in ``.png``, ``.svg`` or ``.pdf``; a file that is there is replaced. A
        PNG holds the alternative text as its Description, an SVG as its ``title`` and ``desc``,
        a PDF as its Subject.
    dpi : int
        How fine a PNG is, in dots per inch.

    Returns
    -------
    Path
        The file. The same figure gives the same bytes with the same versions of libraries.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood there before is untouched.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from footprints import load_example, picture
    >>> with TemporaryDirectory() as folder:
    ...     save_picture(picture(load_example()), f"{folder}/england.svg").name
    'england.svg'
    """
    file = output_file(path, PICTURES)
    ending = file.suffix.lower()
    words = str(figure.get_label())
    title = _title_of(figure)
    content = drawn(figure, ending[1:], dpi=dpi, metadata=_metadata(ending, title, words))
    if ending == ".svg":
        content = _with_words(content.decode("utf-8"), title, words).encode("utf-8")
    with whole(file) as part:
        part.write_bytes(content)
    return file


def _metadata(ending: str, title: str, words: str) -> dict[str, str | None]:
    """Return what a format says of itself, without the time."""
    if ending == ".png":
        return {"Title": title, "Description": words, "Software": "footprints"}
    if ending == ".pdf":
        made = {"Creator": "footprints", "Producer": "matplotlib", "CreationDate": None}
        return {"Title": title, "Subject": words, **made}
    return {"Date": None, "Title": title, "Description": words, "Creator": "footprints"}


def _title_of(figure: Figure) -> str:
    """Return the first sentence of what a picture shows."""
    return str(figure.get_label()).partition(". Map of")[0]


def _with_words(svg: str, title: str, words: str) -> str:
    """Give an SVG its title and description, by which screen readers know it."""
    named = (
        f'\n <title id="footprints-title">{escape(title)}</title>'
        f'\n <desc id="footprints-desc">{escape(words)}</desc>'
    )
    role = ' role="img" aria-labelledby="footprints-title footprints-desc"'
    opening = re.compile(r"<svg\b[^>]*>")
    return opening.sub(lambda found: f"{found[0][:-1]}{role}>{named}", svg, count=1)
