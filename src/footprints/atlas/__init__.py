"""Units with their people, and layers of footprints as sets of units."""

from footprints.atlas.atlas import Atlas
from footprints.atlas.changing import Change, Changes, Redraw
from footprints.atlas.parts import Agreed, Checks, Focus, Layer, Origin, Population, UnitTable

__all__ = [
    "Agreed",
    "Atlas",
    "Change",
    "Changes",
    "Checks",
    "Focus",
    "Layer",
    "Origin",
    "Population",
    "Redraw",
    "UnitTable",
]
