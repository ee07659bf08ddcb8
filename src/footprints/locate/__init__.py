"""Which footprint points are in: by the million, from arrays and from files of any length."""

from footprints.locate.locator import Counts, Found, Locator
from footprints.locate.points import locate
from footprints.locate.stream import locate_file

__all__ = ["Counts", "Found", "Locator", "locate", "locate_file"]
