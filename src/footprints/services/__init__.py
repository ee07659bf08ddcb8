"""Services that span systems: a graph of who shares what with whom, and what it answers."""

from footprints.services.graph import edge_table, node_table, services_graph
from footprints.services.partnership import partners
from footprints.services.spanning import spanning, who_to_invite
from footprints.services.ties import ties

__all__ = [
    "edge_table",
    "node_table",
    "partners",
    "services_graph",
    "spanning",
    "ties",
    "who_to_invite",
]
