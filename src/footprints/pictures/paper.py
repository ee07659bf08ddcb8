"""The page: its size, which way it is turned, and where map, words and legend stand on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from footprints.errors import FootprintsError, listed
from footprints.pictures.lettering import POINT_MM, SPACING, broken, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprints.pictures.lettering import Weight
    from footprints.pictures.scene import Extent

MARGIN = 12.0
"""Millimetres left free on each side; the marking stands in them."""
GAP = 4.0
BAND = 6.5
"""The height of the strip under a map of illustrative lines, in millimetres."""
TITLE, SUBTITLE, HEADING, WORDS, SMALL = 17.0, 9.0, 9.0, 7.5, 6.5
"""Sizes of letters on A4 in points."""
MOST_PANEL = 0.40
"""The most of a page's height that words below the map may take."""
SIGN = 9.0
"""The width of a sign of the legend, in millimetres."""
INSET = 40.0
COLUMN, NARROW = 62.0, 45.0
"""How wide columns of words beside maps are, in millimetres."""
MOST_BESIDE = 2
"""The most columns of words beside a map."""
LETTERS = {"A4": 1.0, "A3": 1.25, "SLIDE": 1.2}
PAPERS = {"A4": (210.0, 297.0), "A3": (297.0, 420.0), "SLIDE": (190.5, 338.667)}
"""Sizes of paper in millimetres, upright; a slide is 16 to 9, and always lies on its side."""


TOGETHER = 3
"""Entries of so many lines are not broken between columns."""


class Frame(NamedTuple):
    """A rectangle on the page in millimetres, from its lower left corner."""

    x: float
    y: float
    width: float
    height: float


class Line(NamedTuple):
    """A line of words in the panel: the sign before it, how bold, and the entry it belongs to."""

    text: str
    sign: str
    bold: bool
    entry: int


class Way(NamedTuple):
    """A way of laying a page out: its size in millimetres, and where its words stand.

    Parameters
    ----------
    width, height : float
        Millimetres.
    letters : float
        How much larger letters are than on A4.
    beside : bool
        Whether words stand beside the maps; otherwise below.
    column : float
        The width of a column of words in millimetres.
    maps : int
        How many maps stand side by side.
    """

    width: float
    height: float
    letters: float
    beside: bool
    column: float
    maps: int


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Where everything stands on a page.

    Parameters
    ----------
    width, height : float
        Millimetres.
    letters : float
        How much larger letters are than on A4.
    maps : tuple of Frame
        The maps, side by side and of one size.
    columns : tuple of Frame
        Columns of words beside or below them.
    inset : Frame, optional
        The small map of where the focus is.
    title, subtitle, sources : tuple of str
        Lines of words.
    """

    width: float
    height: float
    letters: float
    maps: tuple[Frame, ...]
    columns: tuple[Frame, ...]
    inset: Frame | None
    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def line_mm(self) -> float:
        """The height of a line in the panel, in millimetres."""
        return line_height(WORDS * self.letters)

    def view(self, extent: Extent) -> Extent:
        """Return what is seen on a map, in metres: the extent and what fills the frame."""
        scale = self.metres_per_mm(extent)
        x, y = (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2
        wide, high = self.maps[0].width * scale / 2, self.maps[0].height * scale / 2
        return x - wide, y - high, x + wide, y + high

    def metres_per_mm(self, extent: Extent) -> float:
        """Return the scale at which an extent fills the map."""
        west, south, east, north = extent
        return max((east - west) / self.maps[0].width, (north - south) / self.maps[0].height)


def paper_named(size: str) -> tuple[float, float, float]:
    """Return the shorter and longer side of a paper in millimetres, and how large its letters are.

    Examples
    --------
    >>> paper_named("a4")
    (210.0, 297.0, 1.0)
    """
    name = str(size).strip().upper()
    if name not in PAPERS:
        msg = f"There is no size {size!r}. There is {listed(['A4', 'A3', 'slide'])}."
        raise FootprintsError(msg, [size])
    return *PAPERS[name], LETTERS[name]


def line_height(size: float) -> float:
    """Return the height of a line of letters of a size in points, in millimetres."""
    return size * SPACING * POINT_MM


def ways(size: str, maps: int = 1) -> list[Way]:
    """Return the ways in which a page could be laid out: upright and on its side.

    Parameters
    ----------
    size : {"A4", "A3", "slide"}
        The paper.
    maps : int
        How many maps stand side by side. Several stand on a page that lies on its side, with the
        words below them, or beside them in wide or narrow columns.

    Returns
    -------
    list of Way
    """
    short, long, letters = paper_named(size)
    beside = Way(long, short, letters, beside=True, column=COLUMN * letters, maps=maps)
    if maps > 1:
        narrow = beside._replace(column=NARROW * letters)
        below = beside._replace(beside=False, column=_column_of(4, long))
        return [beside, narrow, below]
    upright = Way(short, long, letters, beside=False, column=_column_of(3, short), maps=maps)
    return [beside] if size.strip().upper() == "SLIDE" else [upright, beside]


def _column_of(count: int, width: float) -> float:
    """Return the width of one of some columns that fill a page."""
    return (width - 2 * MARGIN - (count - 1) * GAP) / count


def sheet_of(
    way: Way, words: tuple[str, str, Sequence[str]], *, lines: int, inset: bool, band: bool
) -> Sheet:
    """Lay out a page.

    Parameters
    ----------
    way : Way
        From :func:`ways`.
    words : tuple
        The title, the subtitle, and the sentences at the foot.
    lines : int
        How many lines of words the panel must hold, in columns as wide as those of the way.
    inset, band : bool
        Whether there is a small map, and a strip under each large one.

    Returns
    -------
    Sheet
    """
    width, height, letters, *_ = way
    title, subtitle, sources = words
    room = (width - 2 * MARGIN) / POINT_MM
    heading = tuple(broken(title, room, TITLE * letters, "bold"))
    below = tuple(broken(subtitle, room, SUBTITLE * letters))
    foot = tuple(line for text in sources for line in broken(text, room, SMALL * letters))
    top = len(heading) * line_height(TITLE * letters) + len(below) * line_height(SUBTITLE * letters)
    bottom = MARGIN + len(foot) * line_height(SMALL * letters) + GAP
    free = Frame(MARGIN, bottom, width - 2 * MARGIN, height - MARGIN - top - GAP - bottom)
    split = _beside if way.beside else _below
    chart, columns, small = split(way, free, lines, inset=inset)
    return Sheet(
        width=width,
        height=height,
        letters=letters,
        maps=_side_by_side(way, chart, BAND * letters if band else 0.0),
        columns=columns,
        inset=small,
        title=heading,
        subtitle=below,
        sources=foot,
    )


def _beside(
    way: Way, free: Frame, lines: int, *, inset: bool
) -> tuple[Frame, tuple[Frame, ...], Frame | None]:
    """Split a page into maps, columns of words beside them, and a small map at the foot of these."""
    column, bottom, ceiling = way.column, free.y, free.y + free.height
    floor = bottom + (INSET * way.letters + GAP if inset else 0)
    line = line_height(WORDS * way.letters)
    count = MOST_BESIDE if int((ceiling - floor) / line) < lines else 1
    wide = count * (column + GAP)
    lefts = [free.x + free.width - wide + GAP + n * (column + GAP) for n in range(count)]
    small = Frame(lefts[-1], bottom, column, INSET * way.letters) if inset else None
    feet = [bottom] * (count - 1) + [floor]
    columns = tuple(
        Frame(left, foot, column, ceiling - foot) for left, foot in zip(lefts, feet, strict=True)
    )
    return Frame(free.x, bottom, free.width - wide, free.height), columns, small


def _below(
    way: Way, free: Frame, lines: int, *, inset: bool
) -> tuple[Frame, tuple[Frame, ...], Frame | None]:
    """Split a page into maps, columns of words below them, and a small map as the last of these."""
    column = way.column
    every = round((free.width + GAP) / (column + GAP))
    count = every - inset
    panel = (-(-lines // count) + 2) * line_height(WORDS * way.letters)
    panel = min(max(panel, INSET * way.letters * inset), MOST_PANEL * way.height)
    columns = tuple(Frame(free.x + n * (column + GAP), free.y, column, panel) for n in range(every))
    taken = panel + GAP
    chart = Frame(free.x, free.y + taken, free.width, free.height - taken)
    return chart, columns[:count], columns[-1] if inset else None


def _side_by_side(way: Way, free: Frame, strip: float) -> tuple[Frame, ...]:
    """Return where maps stand: each over its strip and, where there are several, under a heading."""
    heading = line_height(HEADING * way.letters) if way.maps > 1 else 0.0
    width = (free.width - (way.maps - 1) * GAP) / way.maps
    height = free.height - strip - heading
    return tuple(
        Frame(free.x + n * (width + GAP), free.y + strip, width, height) for n in range(way.maps)
    )


def panel_lines(
    entries: Sequence[tuple[str, str, bool]], column: float, letters: float
) -> list[Line]:
    """Break the entries of a panel into lines.

    Parameters
    ----------
    entries : sequence of (str, str, bool)
        The sign (empty for none, ``#`` and a number for a key, ``@`` and one for what moved), the
        words, whether they are bold.
    column : float
        The width of a column in millimetres.
    letters : float
        How much larger letters are than on A4.
    """
    lines = []
    for number, (sign, words, bold) in enumerate(entries):
        indent = sign_width(sign, letters)
        weight: Weight = "bold" if bold else "regular"
        parts = broken(words, (column - indent) / POINT_MM, WORDS * letters, weight)
        lines += [
            Line(part, sign if first == 0 else "-" * bool(sign) + sign[:1], bold, number)
            for first, part in enumerate(parts)
        ]
    return lines


def sign_width(sign: str, letters: float) -> float:
    """Return how far words stand in after a sign, in millimetres."""
    if not sign:
        return 0.0
    digits = width_of("000", WORDS * letters, "bold") * POINT_MM
    return digits + 1 if set(sign[:2]) & set("#@") else SIGN * letters


def in_columns(
    lines: Sequence[Line], columns: Sequence[Frame], line_mm: float
) -> list[tuple[Line, float, float]]:
    """Set lines in columns, each with the place of its left end and its middle in millimetres.

    Entries that have no room are counted in a last line.
    """
    most = [max(int(column.height / line_mm), 1) for column in columns]
    # Columns of one height stand below a map, and are filled evenly; others beside it.
    even = min(most[0], -(-len(lines) // len(columns)) + 1)
    each = even if len(set(most)) == 1 else most[0]
    entries = list(dict.fromkeys(line.entry for line in lines))
    shown, left = list(lines), len(entries)
    while (rows := _rows(shown, each, most))[-1][1] >= most[-1] and rows[-1][0] == len(most) - 1:
        if not left:
            break
        left, each = left - 1, most[0]
        kept = set(entries[:left])
        rest = Line(f"and {len(entries) - left:,} more: no room here", "", bold=True, entry=-1)
        shown = [*(line for line in lines if line.entry in kept), rest]
    places = []
    for line, (column, row) in zip(shown, rows, strict=True):
        frame = columns[column]
        places.append((line, frame.x, frame.y + frame.height - (row + 0.5) * line_mm))
    return places


def _rows(lines: Sequence[Line], each: int, most: Sequence[int]) -> list[tuple[int, int]]:
    """Return the column and row of each line; in the last column, rows may be beyond its foot."""
    sizes = Counter(line.entry for line in lines)
    rows, column, row, before = [], 0, 0, None
    for line in lines:
        # A short entry stays together, and a heading with what it is the heading of.
        wanted = sizes[line.entry] + line.bold if line.entry != before else 1
        full = row + (wanted if wanted <= TOGETHER else 1) > most[column]
        enough = row + line.bold >= each and line.entry != before
        if (full or enough) and column + 1 < len(most):
            column, row = column + 1, 0
        rows.append((column, row))
        row, before = row + 1, line.entry
    return rows
