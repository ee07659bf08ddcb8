"""Check, compare and map the footprints of health and care in England."""

from typing import TYPE_CHECKING

from footprints.atlas import (
    Agreed,
    Atlas,
    Changes,
    Checks,
    Layer,
    LayerChange,
    Origin,
    Population,
    Redraw,
    UnitTable,
)
from footprints.bands import Band, BandSet, read_band
from footprints.checks import population_bands
from footprints.errors import FootprintsError, FootprintsWarning
from footprints.read import band_set, band_sets, load_example, read_band_set
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    from footprints.changes import apply_changes, clusters
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
    from footprints.maps.interactive import footprint_map
    from footprints.maps.saving import save_map
    from footprints.overlaps import cross_check, overlap, pairs_by, transposed
    from footprints.pictures import alternative_text, picture, save_picture
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
    from footprints.read.change_files import read_changes
    from footprints.redraws import Change, apply_lookup, compare, on_one_map
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
    from footprints.storing.writing import write_atlas

__all__ = [
    "Across",
    "Agreed",
    "Atlas",
    "Band",
    "BandSet",
    "Change",
    "Changes",
    "Checks",
    "Crowded",
    "FootprintsError",
    "FootprintsWarning",
    "Joined",
    "Layer",
    "LayerChange",
    "Locator",
    "Neighbourhoods",
    "Origin",
    "PCNAreas",
    "Population",
    "PostcodeCounts",
    "Redraw",
    "Tolerance",
    "UnitTable",
    "add_population",
    "alignment",
    "alternative_text",
    "apply_changes",
    "apply_lookup",
    "as_people",
    "atlas_of_lists",
    "band_set",
    "band_sets",
    "best_reference",
    "bodies_at",
    "check",
    "clusters",
    "coherence",
    "collaboratives",
    "compare",
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
    "on_one_map",
    "organisations_graph",
    "overlap",
    "pairs_by",
    "partition",
    "partners",
    "pcn_areas",
    "picture",
    "policy_test",
    "policy_tests",
    "population_bands",
    "profile",
    "read_atlas",
    "read_band",
    "read_band_set",
    "read_changes",
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
    "redraw_report",
    "registered_across",
    "registered_atlas",
    "registered_pairs",
    "save_map",
    "save_picture",
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
    "Across": "footprints.checks.registration",
    "Change": "footprints.redraws",
    "Crowded": "footprints.checks.crowded",
    "Locator": "footprints.locating",
    "Neighbourhoods": "footprints.checks.neighbourhoods",
    "alignment": "footprints.checks.coterminous",
    "alternative_text": "footprints.pictures",
    "apply_changes": "footprints.changes",
    "apply_lookup": "footprints.redraws",
    "best_reference": "footprints.checks.coterminous",
    "bodies_at": "footprints.checks.bodies",
    "check": "footprints.checks.gate",
    "clusters": "footprints.changes",
    "coherence": "footprints.checks.coherence",
    "collaboratives": "footprints.services",
    "compare": "footprints.redraws",
    "on_one_map": "footprints.redraws",
    "containment_graph": "footprints.services",
    "contiguity": "footprints.checks.contiguous",
    "coterminosity": "footprints.checks.coterminous",
    "coverage": "footprints.checks.cover",
    "cross_check": "footprints.overlaps",
    "crowded": "footprints.checks.crowded",
    "differencing": "footprints.checks.disclosure",
    "edge_table": "footprints.services",
    "footprint_map": "footprints.maps.interactive",
    "locate": "footprints.locating",
    "locate_file": "footprints.locating",
    "neighbourhoods": "footprints.checks.neighbourhoods",
    "neighbours": "footprints.checks.adjacency",
    "nesting": "footprints.checks.nest",
    "node_table": "footprints.services",
    "organisations_graph": "footprints.services",
    "overlap": "footprints.overlaps",
    "pairs_by": "footprints.overlaps",
    "partition": "footprints.checks.nest",
    "partners": "footprints.services",
    "picture": "footprints.pictures",
    "policy_test": "footprints.checks.policies",
    "policy_tests": "footprints.checks.policies",
    "profile": "footprints.checks.profile",
    "read_atlas": "footprints.read.atlas_file",
    "read_changes": "footprints.read.change_files",
    "read_report": "footprints.report.reading",
    "redraw_report": "footprints.redraws.reporting",
    "registered_across": "footprints.checks.registration",
    "registered_pairs": "footprints.checks.registration",
    "save_map": "footprints.maps.saving",
    "save_picture": "footprints.pictures",
    "services_graph": "footprints.services",
    "services_matrix": "footprints.services",
    "services_of": "footprints.services",
    "services_report": "footprints.services",
    "spanning": "footprints.services",
    "splits": "footprints.checks.splits",
    "spread": "footprints.checks.spread",
    "ties": "footprints.services",
    "ties_changed": "footprints.services",
    "transposed": "footprints.overlaps",
    "who_to_invite": "footprints.services",
    "with_names": "footprints.checks.names",
    "with_service": "footprints.services",
    "write_atlas": "footprints.storing.writing",
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
