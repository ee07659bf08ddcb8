"""Practices, Primary Care Networks and registered patients, as the NHS publishes them."""

from footprints.read.registered.areas import PCNAreas, pcn_areas
from footprints.read.registered.lists_atlas import atlas_of_lists
from footprints.read.registered.networks import read_network_details, read_networks
from footprints.read.registered.patients import read_patients_by_lsoa
from footprints.read.registered.postcodes import PostcodeCounts, count_by_postcode
from footprints.read.registered.practice_atlas import registered_atlas
from footprints.read.registered.practices import (
    read_list_sizes,
    read_practice_details,
    read_practice_map,
)

__all__ = [
    "PCNAreas",
    "PostcodeCounts",
    "atlas_of_lists",
    "count_by_postcode",
    "pcn_areas",
    "read_list_sizes",
    "read_network_details",
    "read_networks",
    "read_patients_by_lsoa",
    "read_practice_details",
    "read_practice_map",
    "registered_atlas",
]
