"""A picture of footprints, put together: page, map, names, legend, and the same in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl

from footprints.errors import FootprintsError, listed
from footprints.pictures.canvas import Page
from footprints.pictures.chart import draw_map
from footprints.pictures.lettering import drawable
from footprints.pictures.panel import draw_panel, draw_words
from footprints.pictures.paper import paper_named
from footprints.pictures.placing import laid_out
from footprints.pictures.plan import Plan
from footprints.pictures.redraw import plan_of_redraw
from footprints.pictures.scene import scene_of
from footprints.pictures.words import (
    MOST_NAME,
    basis_of,
    legend_of,
    misses_of,
    subtitle_of,
    title_of,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from footprints.atlas import Atlas
    from footprints.redraws import Change
    from footprints.report import Report

Labels = Literal["names", "people", "codes", "none"]
LABELS = ("names", "people", "codes", "none")
STYLE: dict[Any, Any] = {"hatch.linewidth": 0.7, "path.simplify": False}


def picture(  # noqa: PLR0913 - each an option with a word of its own.
    atlas: Atlas,
    layers: str | Sequence[str] | None = None,
    *,
    findings: Report | pd.DataFrame | None = None,
    change: Change | None = None,
    title: str | None = None,
    marking: str = "",
    size: str = "A4",
    labels: Labels = "names",
    population: str | None = None,
    licence: str | None = None,
) -> Figure:
    """Draw layers of footprints, or a redraw, as one page for a paper or a slide.

    The first layer is filled, in colours that tell neighbours apart in grey and in colour
    blindness too; the others are outlines that differ by width and dashes. Names do not meet;
    what has no room for its name has a number, and what has no room for that is counted. With a
    focus, what lies outside it is faint, and a small map shows where it is. The page is upright or
    on its side, whichever shows the map larger.

    A redraw is two maps side by side, before and after, of one extent and scale: a footprint that
    goes on keeps its colour, and areas that moved are hatched, numbered and listed with their
    people. Flows that only the drawing of the lines makes are counted, not drawn.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down by :meth:`Atlas.focus`.
    layers : str or sequence of str, optional
        The layer to fill, then up to five whose outlines to draw. None takes the newest systems.
    findings : Report or DataFrame, optional
        From :func:`footprints.check`: what misses a check is hatched, outlined and listed.
    change : Change, optional
        From :func:`footprints.compare`, of two layers of this atlas and with the same focus: a
        redraw is drawn in place of ``layers``, ``findings`` and ``population``.
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
        If a layer has no lines, there are more than six, the findings lack columns, the change is
        of another atlas or focus or stands beside what it takes the place of, or the size or the
        kind of labels is none of those above.

    Examples
    --------
    >>> from footprints import compare, load_example
    >>> england = load_example()
    >>> figure = picture(england, ["icb26"], marking="DRAFT")
    >>> figure.get_size_inches().round(2).tolist()
    [8.27, 11.69]
    >>> redraw = picture(england, change=compare(england, "icb22", "icb26"))
    >>> redraw.get_size_inches().round(2).tolist()
    [11.69, 8.27]
    """
    if labels not in LABELS:
        msg = f"There are no labels {labels!r}. There is {listed(LABELS)}."
        raise FootprintsError(msg, [labels])
    paper_named(size)
    marking = drawable(marking, MOST_NAME)
    if change is None:
        plan = _of_layers(
            atlas,
            layers,
            findings=findings,
            title=title,
            marking=marking,
            population=population,
            licence=licence,
        )
    else:
        _refuse_beside_change(layers, findings, population)
        plan = plan_of_redraw(atlas, change, title=title, marking=marking, licence=licence)
    with mpl.rc_context(STYLE):
        sheet, placed, entries = laid_out(plan, size, labels)
        page = Page(sheet)
        for chart, scene, names in zip(sheet.maps, plan.scenes, placed, strict=True):
            draw_map(page, chart, scene, names)
        draw_panel(page, plan.scenes, entries)
        draw_words(page, marking)
    page.figure.set_label(plan.told)
    return page.figure


def _refuse_beside_change(
    layers: str | Sequence[str] | None,
    findings: Report | pd.DataFrame | None,
    population: str | None,
) -> None:
    """Refuse what a picture of a redraw has no use for."""
    given = {"layers": layers, "findings": findings, "population": population}
    if odd := [name for name, value in given.items() if value is not None]:
        msg = (
            f"A picture of a redraw shows the two layers that were compared and whoever was counted "
            f"then: leave {listed(odd)} out, or change."
        )
        raise FootprintsError(msg, odd)


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


def _of_layers(  # noqa: PLR0913 - as picture().
    atlas: Atlas,
    layers: str | Sequence[str] | None,
    *,
    findings: Report | pd.DataFrame | None,
    title: str | None,
    marking: str,
    population: str | None,
    licence: str | None,
) -> Plan:
    """Plan a picture of one map of layers."""
    scene = scene_of(atlas, layers, findings=findings, population=population)
    heading = title_of(scene, title)
    return Plan(
        scenes=(scene,),
        words=(heading, subtitle_of(scene), basis_of(scene, licence)),
        first=[(sign, words, False) for sign, words in legend_of(scene)],
        last=misses_of(scene),
        keyed=None,
        key="Numbers on the map",
        told=told(scene, heading, marking),
    )
