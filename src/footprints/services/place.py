"""The services of a place or an authority, and whether they cut it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from footprints.errors import UnknownNameError
from footprints.services.graph import services_graph
from footprints.services.partnership import partners

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from footprints.atlas import Atlas

RENAMED = {"system": "code", "system_name": "name", "share_of_system": "share"}
COLUMNS = ["kind", "code", "name", "service", "service_name", "people", "share"]
COLUMNS += ["share_of_service", "services", "cut", "units", "method", "evidence"]


def services_of(
    atlas: Atlas, where: str, services: str | Iterable[str] | None = None
) -> pd.DataFrame:
    """Tell which services a place or authority deals with, and which kinds of service cut it.

    Parameters
    ----------
    atlas : Atlas
        Whole, or with a focus, which narrows a whole layer to what meets it.
    where : str
        A footprint, as :meth:`footprints.Atlas.find` takes it; or a layer, a key or bare kind,
        for all of its footprints.
    services : str or iterable of str, optional
        As in :func:`footprints.services_graph`.

    Returns
    -------
    DataFrame
        A row a footprint and service, as :func:`footprints.partners` has them for systems.
        Columns: ``kind`` (the layer of the service), ``code``, ``name`` (of the footprint),
        ``service``, ``service_name`` (NA for people in none), ``people`` (persons), ``share`` (of
        the footprint, 0 to 1), ``share_of_service``, ``services`` (how many of the kind),
        ``cut`` (``no``, ``yes``, ``uncertain``), ``units``, ``method``, ``evidence``. ``attrs``
        hold ``layer``, and whose people, of which source and date.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If there is no such footprint or layer, or the name fits several that differ.
    OverlapError
        If its layer and a service cannot be held against each other.

    Warns
    -----
    FootprintsWarning
        If services are of another year than the layer.

    Examples
    --------
    >>> from footprints import load_example
    >>> found = services_of(load_example(), "place22", "ambulance")
    >>> found.loc[found["cut"] == "yes", "code"].unique().tolist()
    ['E10000007+E54000058']
    """
    layer, code = _found(atlas, where)
    graph = services_graph(atlas, layer, services)
    table = partners(graph, None if code is None else f"{layer}:{code}")
    found = table.rename(columns=RENAMED)[COLUMNS]
    found.attrs = {"layer": layer} | {
        name: table.attrs[name] for name in ("basis", "mixed_vintages", "lines")
    }
    return found


def _found(atlas: Atlas, where: str) -> tuple[str, str | None]:
    """Return the layer that is meant, and the footprint where it is one."""
    try:
        return atlas.whole.resolve(where), None
    except UnknownNameError:
        return atlas.whole.find(where)
