"""Units with their people, and layers of footprints as sets of units."""

from footprints.atlas.atlas import Atlas
from footprints.atlas.changing import Changes, LayerChange, Redraw
from footprints.atlas.parts import Agreed, Checks, Focus, Layer, Origin, Population, UnitTable

__all__ = [
    "Agreed",
    "Atlas",
    "Changes",
    "Checks",
    "Focus",
    "Layer",
    "LayerChange",
    "Origin",
    "Population",
    "Redraw",
    "UnitTable",
]
