"""Everything that is read from a file."""

from footprints.read.band_sets import band_set, band_sets, read_band_set
from footprints.read.bundled import data_folder
from footprints.read.example import load_example
from footprints.read.layer import read_layer
from footprints.read.people import Joined, add_population, as_people
from footprints.read.registered import (
    PCNAreas,
    PostcodeCounts,
    count_by_postcode,
    pcn_areas,
    read_list_sizes,
    read_network_details,
    read_networks,
    read_patients_by_lsoa,
    read_practice_details,
    read_practice_map,
    registered_atlas,
)
from footprints.read.stored import read_stored_atlas
from footprints.read.tables import read_table

__all__ = [
    "Joined",
    "PCNAreas",
    "PostcodeCounts",
    "add_population",
    "as_people",
    "band_set",
    "band_sets",
    "count_by_postcode",
    "data_folder",
    "load_example",
    "pcn_areas",
    "read_band_set",
    "read_layer",
    "read_list_sizes",
    "read_network_details",
    "read_networks",
    "read_patients_by_lsoa",
    "read_practice_details",
    "read_practice_map",
    "read_stored_atlas",
    "read_table",
    "registered_atlas",
]
