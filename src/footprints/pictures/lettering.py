"""Words on paper: what a font can show, how wide it is, and where lines break."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, get_font

from footprints.report.contents import visible

if TYPE_CHECKING:
    from matplotlib.text import Text

Weight = Literal["regular", "bold", "oblique"]
FILES = {
    "regular": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "oblique": "DejaVuSans-Oblique.ttf",
}
"""The fonts that matplotlib brings: the same letters on every machine."""
SPACING = 1.25
"""The height of a line, in sizes of its letters."""
POINT_MM = 25.4 / 72
COARSE_AND_FINE = (72, 720)
"""Dots in an inch at which text is measured; the wider counts."""
BOX = "\N{WHITE SQUARE}"


@cache
def font_file(weight: Weight) -> Path:
    """Return the file of a font of matplotlib's own."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / FILES[weight]


def font(size: float, weight: Weight = "regular") -> FontProperties:
    """Return a font of a size in points."""
    return FontProperties(fname=font_file(weight), size=size)


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(font_file("regular")).get_charmap())


def drawable(value: object, most: int = 0) -> str:
    r"""Return data as text that can be drawn: what has no letter is a box, what is long is cut.

    Parameters
    ----------
    value : object
        Anything. What cannot be seen is written out.
    most : int
        The most letters to show, 0 for all of them.

    Returns
    -------
    str

    Examples
    --------
    >>> drawable("St Mary\u202e \U0001f3e5"), drawable("abcdef", 4)
    ('St Mary\\u202e □', 'abc…')
    """
    text = " ".join(visible(str(value)[: 4 * most or None]).split())
    known = "".join(letter if ord(letter) in _letters() else BOX for letter in text)
    return f"{known[: most - 1].rstrip()}…" if most and len(known) > most else known


@cache
def _renderer(dots_per_inch: int) -> RendererAgg:
    return RendererAgg(8, 8, dots_per_inch)  # type: ignore[no-untyped-call]  # It has no types yet.


@cache
def width_of(text: str, size: float, weight: Weight = "regular") -> float:
    """Return the width of one line of text in points.

    Examples
    --------
    >>> width_of("Frimley", 8) < width_of("Frimley", 8, "bold")
    True
    """
    # Letters are fitted to dots, so that a line is as much as a twentieth wider on some screens.
    widths = []
    for dots in COARSE_AND_FINE:
        measure: Any = _renderer(dots).get_text_width_height_descent
        widths.append(float(measure(text, font(size, weight), ismath=False)[0]) * 72 / dots)
    return max(widths)


def fitting(text: str, width: float, size: float, weight: Weight = "regular") -> float:
    """Return the size at which a line is at most a width in points, and at most the size given.

    Examples
    --------
    >>> fitting("Frimley", 100, 9), fitting("Frimley" * 4, 100, 9) < 9
    (9, True)
    """
    while width_of(text, size, weight) > width:
        size *= 0.97
    return size


def box_of(text: str, size: float, weight: Weight = "regular") -> tuple[float, float]:
    """Return the width and height of text of one or more lines, in points."""
    lines = text.split("\n")
    widest = max(width_of(line, size, weight) for line in lines)
    return widest, len(lines) * size * SPACING


def broken(text: str, width: float, size: float, weight: Weight = "regular") -> list[str]:
    """Break text into lines of at most a width in points; a word that is longer is cut in two.

    Examples
    --------
    >>> broken("Hampshire and Isle of Wight", 70, 8)
    ['Hampshire and', 'Isle of Wight']
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer, size, weight) <= width:
            line = longer
            continue
        lines += [line] if line else []
        *whole, line = _cut(word, width, size, weight)
        lines += whole
    return [*lines, line]


def _cut(word: str, width: float, size: float, weight: Weight) -> list[str]:
    """Cut a word that is wider than a line."""
    parts, part = [], ""
    for letter in word:
        if part and width_of(part + letter, size, weight) > width:
            parts.append(part)
            part = ""
        part += letter
    return [*parts, part]


def balanced(text: str, count: int) -> str:
    r"""Break text between words into at most so many lines of much the same length.

    Examples
    --------
    >>> balanced("Bath and North East Somerset", 2)
    'Bath and North\nEast Somerset'
    """
    words = text.split(" ")
    ends = [len(" ".join(words[: n + 1])) for n in range(len(words))]
    wanted = [len(text) * (n + 1) / count for n in range(count)]
    breaks = {min(range(len(ends)), key=lambda n: abs(ends[n] - want)) for want in wanted}
    breaks |= {len(words) - 1}
    first, lines = 0, []
    for last in sorted(breaks):
        lines.append(" ".join(words[first : last + 1]))
        first = last + 1
    return "\n".join(lines)


def as_text(artist: Text) -> Text:
    """Make sure that what is drawn is text alone: no formulas, whatever it holds."""
    artist.set_parse_math(False)
    artist.set_usetex(False)
    return artist
