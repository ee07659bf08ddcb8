"""How two layers meet: by lists of units, by points, or by the areas of their lines."""

from footprints.overlap.cross_check import Checked, cross_check
from footprints.overlap.frames import overlap
from footprints.overlap.pairs import pairs_by

__all__ = ["Checked", "cross_check", "overlap", "pairs_by"]
