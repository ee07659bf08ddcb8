"""Units with their people, and layers of footprints as sets of units."""

from footprints.atlas.atlas import Atlas
from footprints.atlas.parts import Focus, Layer, Population, UnitTable

__all__ = ["Atlas", "Focus", "Layer", "Population", "UnitTable"]
