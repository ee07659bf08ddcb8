"""What a redraw of boundaries changes: who moves, what becomes of each footprint, how to carry data."""

from footprints.redraws.carrying import apply_lookup
from footprints.redraws.compared import Change, compare
from footprints.redraws.joining import on_one_map

__all__ = ["Change", "apply_lookup", "compare", "on_one_map"]
