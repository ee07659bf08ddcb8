"""Everything that is read from a file."""

from footprints.read.band_sets import band_set, band_sets, read_band_set
from footprints.read.bundled import data_folder
from footprints.read.example import load_example
from footprints.read.layer import read_layer

__all__ = ["band_set", "band_sets", "data_folder", "load_example", "read_band_set", "read_layer"]
