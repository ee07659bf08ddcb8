"""Which footprint points are in: by the million, from arrays and from files of any length."""

from footprints.locating.locator import Counts, Found, Locator
from footprints.locating.points import locate
from footprints.locating.stream import locate_file

__all__ = ["Counts", "Found", "Locator", "locate", "locate_file"]
