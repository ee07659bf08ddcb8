"""Services that span systems: a graph of who shares what with whom, and what it answers."""

from footprints.services.adding import with_service
from footprints.services.containment import containment_graph
from footprints.services.files import write_graph
from footprints.services.found import services_report
from footprints.services.graph import edge_table, node_table, services_graph
from footprints.services.matrix import services_matrix
from footprints.services.organisations import collaboratives, organisations_graph
from footprints.services.partnership import partners
from footprints.services.place import services_of
from footprints.services.spanning import spanning, who_to_invite
from footprints.services.ties import ties, ties_changed

__all__ = [
    "collaboratives",
    "containment_graph",
    "edge_table",
    "node_table",
    "organisations_graph",
    "partners",
    "services_graph",
    "services_matrix",
    "services_of",
    "services_report",
    "spanning",
    "ties",
    "ties_changed",
    "who_to_invite",
    "with_service",
    "write_graph",
]
