"""How two layers meet: by lists of units, by points, or by the areas of their lines."""

from footprints.overlaps.cross_check import Checked, cross_check
from footprints.overlaps.frames import overlap
from footprints.overlaps.pairs import pairs_by, transposed

__all__ = ["Checked", "cross_check", "overlap", "pairs_by", "transposed"]
