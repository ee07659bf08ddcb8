"""Check, compare and map the footprints of health and care in England."""

from typing import TYPE_CHECKING

from footprints.atlas import Agreed, Atlas, Checks, Layer, Origin, Population, UnitTable
from footprints.bands import Band, BandSet, read_band
from footprints.checks import check, population_bands
from footprints.errors import FootprintsError, FootprintsWarning
from footprints.read import band_set, band_sets, load_example, read_band_set
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    from footprints.checks.bodies import bodies_at
    from footprints.checks.crowded import Crowded, crowded
    from footprints.checks.disclosure import differencing
    from footprints.checks.neighbourhoods import Neighbourhoods, neighbourhoods
    from footprints.checks.profile import profile, spread
    from footprints.checks.registration import Across, registered_across, registered_pairs
    from footprints.locating import Locator, locate, locate_file
    from footprints.maps import footprint_map, save_map
    from footprints.overlaps import cross_check, overlap, pairs_by
    from footprints.read import (
        Joined,
        PCNAreas,
        PostcodeCounts,
        add_population,
        as_people,
        count_by_postcode,
        pcn_areas,
        read_layer,
        read_list_sizes,
        read_network_details,
        read_networks,
        read_patients_by_lsoa,
        read_practice_details,
        read_practice_map,
        read_stored_atlas,
        read_table,
        registered_atlas,
    )
    from footprints.read.atlas_file import read_atlas
    from footprints.store import write_atlas

__all__ = [
    "Across",
    "Agreed",
    "Atlas",
    "Band",
    "BandSet",
    "Checks",
    "Crowded",
    "FootprintsError",
    "FootprintsWarning",
    "Joined",
    "Layer",
    "Locator",
    "Neighbourhoods",
    "Origin",
    "PCNAreas",
    "Population",
    "PostcodeCounts",
    "Tolerance",
    "UnitTable",
    "add_population",
    "as_people",
    "band_set",
    "band_sets",
    "bodies_at",
    "check",
    "count_by_postcode",
    "cross_check",
    "crowded",
    "differencing",
    "footprint_map",
    "load_example",
    "locate",
    "locate_file",
    "neighbourhoods",
    "overlap",
    "pairs_by",
    "pcn_areas",
    "population_bands",
    "profile",
    "read_atlas",
    "read_band",
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
    "registered_across",
    "registered_atlas",
    "registered_pairs",
    "save_map",
    "spread",
    "write_atlas",
]

_LATE = {
    "Across": "footprints.checks.registration",
    "Crowded": "footprints.checks.crowded",
    "Neighbourhoods": "footprints.checks.neighbourhoods",
    "bodies_at": "footprints.checks.bodies",
    "crowded": "footprints.checks.crowded",
    "differencing": "footprints.checks.disclosure",
    "neighbourhoods": "footprints.checks.neighbourhoods",
    "profile": "footprints.checks.profile",
    "registered_across": "footprints.checks.registration",
    "registered_pairs": "footprints.checks.registration",
    "spread": "footprints.checks.profile",
    "Locator": "footprints.locating",
    "cross_check": "footprints.overlaps",
    "locate": "footprints.locating",
    "locate_file": "footprints.locating",
    "overlap": "footprints.overlaps",
    "pairs_by": "footprints.overlaps",
    "footprint_map": "footprints.maps",
    "read_atlas": "footprints.read.atlas_file",
    "save_map": "footprints.maps",
    "write_atlas": "footprints.store",
}


def __getattr__(name: str) -> object:
    """Import what is heavy only when it is asked for (PEP 562); most of it reads files."""
    if name in __all__:
        from importlib import import_module  # noqa: PLC0415

        return getattr(import_module(_LATE.get(name, "footprints.read")), name)
    msg = f"module 'footprints' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return __all__
