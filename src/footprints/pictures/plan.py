"""What a picture is made of, before it is laid out: its maps and all its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from footprints.pictures.scene import Scene

Entry = tuple[str, str, bool]
"""A part of the panel: its sign, its words, and whether they are a heading."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """A picture that is still to be laid out.

    Parameters
    ----------
    scenes : tuple of Scene
        What each map shows: all have one extent.
    words : tuple
        The title, the subtitle, and the sentences at the foot.
    first, last : list of Entry
        What the panel says before and after the key to names that have no room on the map.
    keyed : tuple of Index, optional
        The footprints of each map whose names go into the key where they have no room; None for
        all of them.
    key : str
        The heading of the key.
    told : str
        In words what the picture shows.
    """

    scenes: tuple[Scene, ...]
    words: tuple[str, str, list[str]]
    first: list[Entry]
    last: list[Entry]
    keyed: tuple[pd.Index[str], ...] | None
    key: str
    told: str
