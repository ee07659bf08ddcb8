"""A redraw as a picture: the maps before and after, what moved, and all of it in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.pictures.colours import carried_on
from footprints.pictures.lettering import drawable
from footprints.pictures.plan import Plan
from footprints.pictures.redraw_words import (
    going_on,
    legend_of_redraw,
    merged_of,
    moved_of,
    notes_of,
    redraw_told,
    subtitle_of_redraw,
    title_of_redraw,
)
from footprints.pictures.scene import NEAR, STEPS, longer_side, neighbours_of, scene_of
from footprints.pictures.words import basis_of, layer_words
from footprints.redraws.causes import NOISE
from footprints.redraws.ground import before_and_after, moved_ground

if TYPE_CHECKING:
    from footprints.atlas import Atlas
    from footprints.pictures.scene import Scene
    from footprints.redraws import Change


def plan_of_redraw(
    atlas: Atlas, change: Change, *, title: str | None, marking: str, licence: str | None
) -> Plan:
    """Plan a picture of a redraw: two maps, and a list of who moved.

    Parameters
    ----------
    atlas : Atlas
        What the two layers are in; with a focus, the one with which they were compared.
    change : Change
        As :func:`footprints.compare` gives it.
    title, marking, licence
        As :func:`footprints.picture` takes them.

    Returns
    -------
    Plan

    Raises
    ------
    FootprintsError
        If the change is not of two layers of the atlas, or not with its focus.
    """
    both = _both(atlas, change)
    moves = _numbered(change)
    scenes = _scenes(both, change, moves)
    heading = title_of_redraw(both, title)
    merged = merged_of(change)
    return Plan(
        scenes=scenes,
        words=(heading, subtitle_of_redraw(both, change), basis_of(both, licence)),
        first=[*legend_of_redraw(scenes[0], change), *moved_of(moves, change, scenes[0]), *merged],
        last=notes_of(change),
        keyed=(_changed(change, "old"), _changed(change, "new")),
        key="Letters on the maps",
        told=redraw_told(both, scenes[0], change, moves, heading, marking),
    )


def _changed(change: Change, side: str) -> pd.Index[str]:
    """Return the footprints of one side whose area is another on the other."""
    same = change.changes.loc[side, "same_area"].astype(bool)
    return same.index[~same]


def _both(atlas: Atlas, change: Change) -> Scene:
    """Return both layers as one scene, with people where the comparison counted any."""
    keys, attrs = before_and_after(change, atlas), change.attrs
    counts = attrs["measure"] == "people"
    scene = scene_of(atlas, keys, findings=None, population=attrs["population"] if counts else None)
    if counts:
        return scene
    frames = {key: frame.assign(people=np.nan) for key, frame in scene.frames.items()}
    return replace(scene, frames=frames, population=None)


def _numbered(change: Change) -> pd.DataFrame:
    """Return the moves, the largest first, with the number of each as its index."""
    moves = change.moves
    numbers = [str(n) for n in range(1, len(moves) + 1)]
    return moves.set_index(pd.Index(numbers, dtype="str", name="number"))


def _scenes(both: Scene, change: Change, moves: pd.DataFrame) -> tuple[Scene, Scene]:
    """Return what the maps before and after show, in colours that both share."""
    old, new = both.layers
    fine = longer_side(both.extent) / STEPS
    ground = moved_ground(change, both.atlas).set_axis(moves.index)
    ground = ground[ground.notna()]
    if both.area is not None:
        ground = ground.intersection(both.area)
    moved = ground.simplify(fine).where(ground.simplify(fine).area > 0, ground)
    moved = moved[moved.area > 0]
    flows = change.flows[~change.flows["cause"].isin(NOISE)]
    sides = both.frames[old].geometry, both.frames[new].geometry
    colours = carried_on(sides, going_on(change), flows, NEAR * longer_side(both.extent))
    before, after = (
        replace(
            both,
            layers=(key,),
            frames={key: both.frames[key].assign(colour=colour)},
            neighbours=neighbours_of(both.atlas, key, both.extent),
            heading=drawable(f"{word}: {layer_words(both, key)}"),
            moved=moved,
        )
        for key, colour, word in zip((old, new), colours, ("Before", "After"), strict=True)
    )
    return before, after
