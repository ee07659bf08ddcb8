"""Check, compare and map the footprints of health and care in England."""

from typing import TYPE_CHECKING

from footprints.atlas import Agreed, Atlas, Checks, Layer, Origin, Population, UnitTable
from footprints.bands import Band, BandSet, read_band
from footprints.checks import population_bands
from footprints.errors import FootprintsError, FootprintsWarning
from footprints.read import band_set, band_sets, load_example, read_band_set
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    from footprints.checks.adjacency import neighbours
    from footprints.checks.bodies import bodies_at
    from footprints.checks.coherence import coherence
    from footprints.checks.contiguous import contiguity
    from footprints.checks.coterminous import alignment, best_reference, coterminosity
    from footprints.checks.cover import coverage
    from footprints.checks.crowded import Crowded, crowded
    from footprints.checks.disclosure import differencing
    from footprints.checks.gate import check
    from footprints.checks.names import with_names
    from footprints.checks.neighbourhoods import Neighbourhoods, neighbourhoods
    from footprints.checks.nest import nesting, partition
    from footprints.checks.policies import policy_test, policy_tests
    from footprints.checks.profile import profile
    from footprints.checks.registration import Across, registered_across, registered_pairs
    from footprints.checks.splits import splits
    from footprints.checks.spread import spread
    from footprints.locating import Locator, locate, locate_file
    from footprints.maps import footprint_map, save_map
    from footprints.overlaps import cross_check, overlap, pairs_by, transposed
    from footprints.read import (
        Joined,
        PCNAreas,
        PostcodeCounts,
        add_population,
        as_people,
        atlas_of_lists,
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
        sea_links,
    )
    from footprints.read.atlas_file import read_atlas
    from footprints.report.reading import read_report
    from footprints.report.tidy import write_tidy
    from footprints.report.writing import write_report
    from footprints.services import (
        collaboratives,
        containment_graph,
        edge_table,
        node_table,
        organisations_graph,
        partners,
        services_graph,
        services_matrix,
        services_of,
        services_report,
        spanning,
        ties,
        ties_changed,
        who_to_invite,
        with_service,
        write_graph,
    )
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
    "alignment",
    "as_people",
    "atlas_of_lists",
    "band_set",
    "band_sets",
    "best_reference",
    "bodies_at",
    "check",
    "coherence",
    "collaboratives",
    "containment_graph",
    "contiguity",
    "coterminosity",
    "count_by_postcode",
    "coverage",
    "cross_check",
    "crowded",
    "differencing",
    "edge_table",
    "footprint_map",
    "load_example",
    "locate",
    "locate_file",
    "neighbourhoods",
    "neighbours",
    "nesting",
    "node_table",
    "organisations_graph",
    "overlap",
    "pairs_by",
    "partition",
    "partners",
    "pcn_areas",
    "policy_test",
    "policy_tests",
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
    "read_report",
    "read_stored_atlas",
    "read_table",
    "registered_across",
    "registered_atlas",
    "registered_pairs",
    "save_map",
    "sea_links",
    "services_graph",
    "services_matrix",
    "services_of",
    "services_report",
    "spanning",
    "splits",
    "spread",
    "ties",
    "ties_changed",
    "transposed",
    "who_to_invite",
    "with_names",
    "with_service",
    "write_atlas",
    "write_graph",
    "write_report",
    "write_tidy",
]

_LATE = {
    "splits": "footprints.checks.splits",
    "Across": "footprints.checks.registration",
    "Crowded": "footprints.checks.crowded",
    "Locator": "footprints.locating",
    "Neighbourhoods": "footprints.checks.neighbourhoods",
    "alignment": "footprints.checks.coterminous",
    "best_reference": "footprints.checks.coterminous",
    "bodies_at": "footprints.checks.bodies",
    "check": "footprints.checks.gate",
    "coherence": "footprints.checks.coherence",
    "contiguity": "footprints.checks.contiguous",
    "coterminosity": "footprints.checks.coterminous",
    "coverage": "footprints.checks.cover",
    "cross_check": "footprints.overlaps",
    "crowded": "footprints.checks.crowded",
    "differencing": "footprints.checks.disclosure",
    "footprint_map": "footprints.maps",
    "locate": "footprints.locating",
    "locate_file": "footprints.locating",
    "neighbourhoods": "footprints.checks.neighbourhoods",
    "neighbours": "footprints.checks.adjacency",
    "nesting": "footprints.checks.nest",
    "overlap": "footprints.overlaps",
    "pairs_by": "footprints.overlaps",
    "partition": "footprints.checks.nest",
    "policy_test": "footprints.checks.policies",
    "policy_tests": "footprints.checks.policies",
    "profile": "footprints.checks.profile",
    "read_atlas": "footprints.read.atlas_file",
    "read_report": "footprints.report.reading",
    "registered_across": "footprints.checks.registration",
    "registered_pairs": "footprints.checks.registration",
    "save_map": "footprints.maps",
    "spread": "footprints.checks.spread",
    "transposed": "footprints.overlaps",
    "with_names": "footprints.checks.names",
    "write_atlas": "footprints.store",
    "collaboratives": "footprints.services",
    "containment_graph": "footprints.services",
    "edge_table": "footprints.services",
    "node_table": "footprints.services",
    "organisations_graph": "footprints.services",
    "partners": "footprints.services",
    "services_graph": "footprints.services",
    "services_matrix": "footprints.services",
    "services_of": "footprints.services",
    "services_report": "footprints.services",
    "spanning": "footprints.services",
    "ties": "footprints.services",
    "ties_changed": "footprints.services",
    "who_to_invite": "footprints.services",
    "with_service": "footprints.services",
    "write_graph": "footprints.services",
    "write_report": "footprints.report.writing",
    "write_tidy": "footprints.report.tidy",
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
