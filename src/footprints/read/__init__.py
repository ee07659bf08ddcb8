"""Everything that is read from a file."""

from typing import TYPE_CHECKING

from footprints.read.band_sets import band_set, band_sets, read_band_set
from footprints.read.bundled import data_folder
from footprints.read.example import load_example
from footprints.read.links import sea_links

if TYPE_CHECKING:
    from footprints.read.layer import read_layer
    from footprints.read.people import Joined, add_population, as_people
    from footprints.read.registered import (
        PCNAreas,
        PostcodeCounts,
        atlas_of_lists,
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
    "atlas_of_lists",
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
    "sea_links",
]

# What opens files of other people is imported when it is asked for: it brings pyogrio with it.
_LATE = {
    "Joined": "people",
    "add_population": "people",
    "as_people": "people",
    "read_layer": "layer",
    "read_stored_atlas": "stored",
    "read_table": "tables",
}


def __getattr__(name: str) -> object:
    """Import what is heavy only when it is asked for (PEP 562); most of it reads GP lists."""
    if name in __all__:
        from importlib import import_module  # noqa: PLC0415

        module = import_module(f"footprints.read.{_LATE.get(name, 'registered')}")
        return getattr(module, name)
    msg = f"module 'footprints.read' has no attribute {name!r}"
    raise AttributeError(msg)
