"""What a picture says: its title, its legend, what it rests on, and the same for who cannot see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from footprints.levels import called
from footprints.masking import counted
from footprints.pictures.colours import STROKES
from footprints.pictures.lettering import drawable
from footprints.pictures.scene import short
from footprints.report.contents import titled
from footprints.sources import caveats, licences, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from footprints.pictures.scene import Scene

ILLUSTRATIVE = "Illustrative lines \N{EN DASH} not for publication"
MOST_NAME, MOST_TITLE, MOST_SENTENCE = 90, 110, 240
BOLD = True
MOST_IN_LEGEND, MOST_SAID = 6, 8
"""How many outlines the legend names, and how many misses it words."""
MOST_TOLD = 12
"""How many footprints the alternative text names before it counts the rest."""


def title_of(scene: Scene, title: str | None) -> str:
    """Return the title: as it was given, or what is shown and where."""
    if title is not None:
        return drawable(title, MOST_TITLE)
    where = scene.atlas.focused.name if scene.atlas.focused else scene.atlas.title
    return drawable(where, MOST_TITLE)


def layer_words(scene: Scene, key: str) -> str:
    """Return what a layer is, such as ``36 systems (icb26, 2026-04)``."""
    frame, about = scene.frames[key], scene.atlas.overview.loc[key]
    dated = f", {about['as_at']}" if about["as_at"] else ""
    return f"{len(frame):,} {called(about['level'], len(frame))} ({key}{dated})"


def subtitle_of(scene: Scene) -> str:
    """Return what is shown, and whose people are counted."""
    focused, first = scene.atlas.focused, scene.layers[0]
    alone = list(same_as_focus(scene, first)) == list(scene.filled.index)
    meets = " that meets it" if len(scene.filled) == 1 else " that meet it"
    parts = [layer_words(scene, key) for key in scene.layers[alone:]]
    text = ", ".join(parts)
    if focused is not None and text:
        text += meets if len(scene.layers) == 1 else " that meet it"
    return drawable(
        "; ".join(part for part in (text, _people_in_all(scene)) if part), MOST_SENTENCE
    )


def _people_in_all(scene: Scene) -> str:
    """Return the people of the focus, or of the layer that is filled."""
    focused = scene.atlas.focused
    if scene.population is None:
        return ""
    if focused is None:
        return f"{scene.filled['people'].sum():,.0f} {scene.population.name}"
    people = scene.atlas.people(focused.layer)
    if scene.population.name not in people:
        return ""
    return f"{people.loc[focused.code, scene.population.name]:,.0f} {scene.population.name} in it"


def same_as_focus(scene: Scene, key: str) -> pd.Index[str]:
    """Return the footprints of a layer that are the focus itself, whose name is in the title."""
    focused = scene.atlas.focused
    if focused is None:
        return pd.Index([], dtype="str")
    relations = focused.relations
    same = relations[(relations == "same area") & (relations.index.get_level_values(0) == key)]
    return same.index.get_level_values(1)


def few(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether the legend has room for the names of a layer's footprints."""
    return len(frame) <= MOST_IN_LEGEND


def basis_of(scene: Scene, licence: str | None) -> list[str]:
    """Return what the picture rests on: notes, people, memberships, lines, licence.

    Parameters
    ----------
    scene : Scene
        What is drawn.
    licence : str, optional
        The licence in the user's words; None says what is known of the sources.

    Returns
    -------
    list of str
        A sentence each.
    """
    atlas, layers = scene.atlas, scene.layers
    people = [] if scene.population is None else [f"People: {scene.population}."]
    counted_by = "" if scene.population is None else scene.population.source
    stated = licences(atlas, layers, counted_by) if licence is None else [licence]
    rest = " ".join([*people, *sources_of(atlas, layers)])
    lines = [*atlas.whole.notes, rest, *caveats(atlas, layers), " ".join(stated)]
    return [drawable(line, 2 * MOST_SENTENCE) for line in lines if line]


def legend_of(scene: Scene) -> list[tuple[str, str]]:
    """Return the legend, a pair an entry: what its sign is, and its words.

    Signs: ``fill``, ``stroke:0`` and so on, ``missed``, ``focus``, ``faint``.
    """
    first, *others = scene.layers
    apart = "; colours only tell neighbours apart" if len(scene.filled) > 1 else ""
    entries = [("fill", layer_words(scene, first) + apart)]
    for n, key in enumerate(others):
        named = f": {_names(scene.frames[key])}" if few(scene.frames[key]) else ""
        entries.append((f"stroke:{n}", layer_words(scene, key) + named))
    if scene.missed.shape[0]:
        footprints = len(scene.missed[["layer", "code"]].drop_duplicates())
        entries.append(("missed", f"misses a check ({counted(footprints, 'footprint')})"))
    if scene.area is not None and scene.atlas.focused is not None:
        entries.append(("focus", f"edge of {short(scene.atlas.focused.name)}"))
    if len(scene.neighbours) and scene.atlas.focused:
        entries.append(("faint", "neighbours; all that is outside the area is faint"))
    return [(sign, drawable(words, MOST_SENTENCE)) for sign, words in entries]


def misses_of(scene: Scene) -> list[tuple[str, str, bool]]:
    """Return what misses a check: a sentence a finding, or where there are many, names by check."""
    missed = scene.missed
    entries = []
    if 0 < len(missed) <= MOST_SAID:
        entries.append(("", "What misses a check", BOLD))
        said = missed["status"].str.capitalize() + ": " + missed["message"].astype("str")
        entries += [("", drawable(text, MOST_SENTENCE), False) for text in said]
    elif len(missed):
        told_by = missed.reindex(columns=["check", "layer", "against"]).fillna("").astype("str")
        by = [told_by[name] for name in told_by]
        for asked, rows in missed.groupby(by, sort=False):
            heading = f"{titled(*map(str, asked))}: {len(rows):,} {_statuses(rows)}"
            entries.append(("", drawable(heading, MOST_SENTENCE), BOLD))
            names = [short(scene.frames[asked[1]].loc[code, "name"]) for code in rows["code"]]
            entries.append(("", ", ".join(drawable(name, MOST_NAME) for name in names), False))
    if scene.elsewhere:
        entries.append(("", _elsewhere(scene.elsewhere), False))
    return entries


def _statuses(rows: pd.DataFrame) -> str:
    return " or ".join(rows["status"].drop_duplicates())


def _elsewhere(count: int) -> str:
    are = "finding is" if count == 1 else "findings are"
    return f"{count:,} more {are} of no single footprint that is drawn here."


def told(scene: Scene, title: str, marking: str) -> str:
    """Return in words what the picture shows, with the numbers, for who cannot see it."""
    first, *others = scene.layers
    named = zip(others, STROKES, strict=False)
    parts = [f"{title}. Map of {layer_words(scene, first)}" + _within(scene) + "."]
    parts += [_counts(scene, first)]
    parts += [
        f"{layer_words(scene, key)} as a {stroke.words}: {_names(scene.frames[key])}."
        for key, stroke in named
    ]
    if len(scene.missed):
        shown = list(dict.fromkeys(zip(scene.missed["layer"], scene.missed["code"], strict=True)))
        names = [short(scene.frames[layer].loc[code, "name"]) for layer, code in shown]
        parts.append(f"Hatched because they miss a check: {_some(names)}.")
    parts += [_elsewhere(scene.elsewhere)] if scene.elsewhere else []
    parts += [f"{ILLUSTRATIVE}."] if scene.illustrative else []
    parts += [f"Marked {marking}."] if marking else []
    return drawable(" ".join(part for part in parts if part))


def _within(scene: Scene) -> str:
    focused = scene.atlas.focused
    meet = "meets" if len(scene.filled) == 1 else "meet"
    return f" that {meet} {focused.name} in {scene.atlas.whole.title}" if focused else ""


def _counts(scene: Scene, key: str) -> str:
    """Return the people of a layer in all, and the footprints with the most and the fewest."""
    frame, population = scene.frames[key], scene.population
    known = frame["people"].dropna()
    if population is None or known.empty:
        return f"{_names(frame)}."
    if len(known) <= MOST_TOLD:
        each = [
            f"{short(name)} {n:,.0f}"
            for name, n in frame.loc[known.index, ["name", "people"]].itertuples(index=False)
        ]
        return f"{population.name.capitalize()} ({population.source}, {population.as_at}): {'; '.join(each)}."
    most, least = known.idxmax(), known.idxmin()
    return (
        f"{known.sum():,.0f} {population.name} ({population.source}, {population.as_at}): from "
        f"{known[least]:,.0f} in {short(frame.loc[least, 'name'])} to {known[most]:,.0f} in "
        f"{short(frame.loc[most, 'name'])}."
    )


def _names(frame: gpd.GeoDataFrame) -> str:
    return _some([short(name) for name in frame["name"]])


def _some(names: Iterable[str]) -> str:
    """Return names, the first of them and a count where there are many."""
    cut = [drawable(name, MOST_NAME) for name in names]
    rest = len(cut) - MOST_TOLD
    return ", ".join(cut[:MOST_TOLD]) + (f" and {rest:,} more" if rest > 0 else "")


def label_names(frame: gpd.GeoDataFrame, labels: str) -> pd.Series[str]:
    """Return what is written in each footprint, by code."""
    names = frame["name"].map(lambda name: drawable(short(name), MOST_NAME))
    if labels == "codes":
        return frame.index.to_series().map(lambda code: drawable(code, MOST_NAME))
    if labels == "people":
        people = frame["people"].map("{:,.0f}".format).where(frame["people"].notna(), "not known")
        return names + " " + people
    return names
