"""A picture of footprints, put together: page, map, names, legend, and the same in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import pandas as pd

from footprints.errors import FootprintsError, listed
from footprints.masking import counted
from footprints.pictures.canvas import Page
from footprints.pictures.chart import draw_map, scale_place, seen_neighbours, seen_of
from footprints.pictures.labels import Board, Placed, place_names, place_numbers
from footprints.pictures.lettering import POINT_MM, drawable
from footprints.pictures.panel import draw_panel, draw_words
from footprints.pictures.paper import column_width, panel_lines, paper_named, sheets
from footprints.pictures.scene import scene_of
from footprints.pictures.words import (
    MOST_NAME,
    basis_of,
    few,
    label_names,
    legend_of,
    misses_of,
    same_as_focus,
    subtitle_of,
    title_of,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from footprints.atlas import Atlas
    from footprints.pictures.paper import Sheet
    from footprints.pictures.scene import Scene
    from footprints.report import Report

Labels = Literal["names", "people", "codes", "none"]
LABELS = ("names", "people", "codes", "none")
MOST_NUMBERS = 199
ROUNDS = 4
"""How often the page is laid out again, since names that have no room on the map need some below."""
STYLE: dict[Any, Any] = {"hatch.linewidth": 0.7, "path.simplify": False}


def picture(  # noqa: PLR0913 - each an option with a word of its own.
    atlas: Atlas,
    layers: str | Sequence[str] | None = None,
    *,
    findings: Report | pd.DataFrame | None = None,
    title: str | None = None,
    marking: str = "",
    size: str = "A4",
    labels: Labels = "names",
    population: str | None = None,
    licence: str | None = None,
) -> Figure:
    """Draw layers of footprints as one page for a paper or a slide.

    The first layer is filled, in colours that tell neighbours apart in grey and in colour
    blindness too; the others are outlines that differ by width and dashes. Names do not meet;
    what has no room for its name has a number, and what has no room for that is counted. With a
    focus, what lies outside it is faint, and a small map shows where it is. The page is upright or
    on its side, whichever shows the map larger.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down by :meth:`Atlas.focus`.
    layers : str or sequence of str, optional
        The layer to fill, then up to five whose outlines to draw. None takes the newest systems.
    findings : Report or DataFrame, optional
        From :func:`footprints.check`: what misses a check is hatched, outlined and listed.
    title : str, optional
        None takes the name of the focus, or the title of the atlas.
    marking : str
        Such as ``DRAFT``, for the edges of the page.
    size : {"A4", "A3", "slide"}
        The paper; a slide is 16 to 9 and lies on its side.
    labels : {"names", "people", "codes", "none"}
        What is written in each footprint; ``people`` is names and people.
    population : str, optional
        Whose people to count; None takes the first population of the layer that is filled.
    licence : str, optional
        The licence and attribution of your data, as its owner words it. None says what is known
        of the sources that the atlas names, or that it is not stated.

    Returns
    -------
    matplotlib.figure.Figure
        Not one of pyplot's. :func:`footprints.save_picture` writes it, the same bytes each time;
        :func:`footprints.alternative_text` says in words what it shows.

    Raises
    ------
    UnknownNameError
        If a layer or the population is not there.
    FootprintsError
        If a layer has no lines, there are more than six, the findings lack columns, or the size
        or the kind of labels is none of those above.

    Examples
    --------
    >>> from footprints import load_example
    >>> figure = picture(load_example(), ["icb26"], marking="DRAFT")
    >>> figure.get_size_inches().round(2).tolist()
    [8.27, 11.69]
    """
    if labels not in LABELS:
        msg = f"There are no labels {labels!r}. There is {listed(LABELS)}."
        raise FootprintsError(msg, [labels])
    paper_named(size)
    scene = scene_of(atlas, layers, findings=findings, population=population)
    marking = drawable(marking, MOST_NAME)
    heading = title_of(scene, title)
    words = (heading, subtitle_of(scene), basis_of(scene, licence))
    with mpl.rc_context(STYLE):
        sheet, placed = _laid_out(scene, size, words, labels)
        page = Page(sheet)
        draw_map(page, scene, placed)
        draw_panel(page, scene, _entries(scene, placed))
        draw_words(page, marking)
    page.figure.set_label(told(scene, heading, marking))
    return page.figure


def alternative_text(figure: Figure) -> str:
    """Return in words what a picture shows, for who cannot see it.

    Parameters
    ----------
    figure : Figure
        From :func:`picture`.

    Returns
    -------
    str
        What is drawn and where, with the numbers. Files of :func:`footprints.save_picture` hold
        it too.

    Examples
    --------
    >>> from footprints import load_example
    >>> alternative_text(picture(load_example(), ["nhser22"]))[:64]
    'England (embedded example). Map of 7 regions (nhser22, 2022-07).'
    """
    return str(figure.get_label())


def _laid_out(
    scene: Scene, size: str, words: tuple[str, str, list[str]], labels: Labels
) -> tuple[Sheet, Placed]:
    """Lay the page out until what has no room on the map has room beside it."""
    _, _, letters = paper_named(size)
    placed, planned, best = Placed([], {}, [], [], 0), -1, None
    for _ in range(ROUNDS):
        entries = _entries(scene, placed)
        choices = []
        for turned in sheets(
            size, words, lines=0, inset=_has_inset(scene), band=scene.illustrative
        ):
            column = column_width(turned.width, turned.height, letters)
            choices.append(len(panel_lines(entries, column, letters)))
        if best is not None and max(choices) <= planned:
            break
        planned = max(choices)
        found = [
            sheets(size, words, lines=count, inset=_has_inset(scene), band=scene.illustrative)[n]
            for n, count in enumerate(choices)
        ]
        best = min(found, key=lambda sheet: sheet.metres_per_mm(scene.extent))
        placed = _placed(scene, best, labels)
    assert best is not None  # noqa: S101 - There is at least one round.
    return best, placed


def _has_inset(scene: Scene) -> bool:
    return scene.area is not None


def _placed(scene: Scene, sheet: Sheet, labels: Labels) -> Placed:
    """Find where names stand: of what is filled first, then of outlines, then of neighbours."""
    if labels == "none":
        return Placed([], {}, [], [], 0)
    view = sheet.view(scene.extent)
    scale = sheet.metres_per_mm(scene.extent) * POINT_MM
    board = Board(scale, view, [scale_place(scene, sheet).box], letters=sheet.letters)
    seen = seen_of(scene, scene.filled.geometry, view)
    seen = seen.drop(same_as_focus(scene, scene.layers[0]), errors="ignore")
    names = label_names(scene.filled, labels).reindex(seen.index)
    filled = place_names(board, seen, names)
    rest = names.drop([label.code for label in filled]).sort_values(kind="stable")
    numbers = pd.Series("8" * len(str(len(rest))), index=rest.index[:MOST_NUMBERS], dtype="str")
    spots = {label.code: label for label in place_numbers(board, seen, numbers)}
    order = {code: str(n) for n, code in enumerate([c for c in rest.index if c in spots], 1)}
    filled += [spots[code]._replace(text=number) for code, number in order.items()]
    key_words = [(number, rest[code]) for code, number in order.items()]
    outlined, missing = {}, len(rest) - len(order)
    for key in scene.layers[1:]:
        frame = scene.frames[key]
        outer = seen_of(scene, frame.geometry, view)
        outer = outer.drop(same_as_focus(scene, key), errors="ignore")
        outer_names = label_names(frame, labels).reindex(outer.index)
        outlined[key] = place_names(board, outer, outer_names, "bold")
        missing += 0 if few(frame) else len(outer) - len(outlined[key])
    around = seen_neighbours(scene, view)
    quiet = place_names(board, around, label_names(scene.neighbours, "names"), "oblique")
    return Placed(filled, outlined, quiet, key_words, missing)


def _entries(scene: Scene, placed: Placed) -> list[tuple[str, str, bool]]:
    """Return what the panel says: a sign, words, and whether they are a heading."""
    entries = [(sign, words, False) for sign, words in legend_of(scene)]
    if placed.left_out:
        entries.append(("", f"{counted(placed.left_out, 'name')} found no room on the map.", False))
    if placed.key:
        entries.append(("", "Numbers on the map", True))
        entries += [(f"#{number}", name, False) for number, name in placed.key]
    return entries + misses_of(scene)
