"""The bridges, tunnels, causeways and ferries that join what the sea parts."""

from __future__ import annotations

import pandas as pd

from footprints.read.bundled import data_folder

ENDS = ["from_easting", "from_northing", "to_easting", "to_northing"]
"""The columns of a table of links that say where its ends are, in metres (EPSG:27700)."""


def sea_links() -> pd.DataFrame:
    """Return the links across water in England that come with footprints.

    Returns
    -------
    DataFrame
        A row a link: ``name``; ``kind`` (``bridge``, ``tunnel``, ``causeway``, ``ferry`` or
        ``air``); of either end, ``from_`` and ``to_``, the ``area`` (the district of 2021 that it
        lies in) and ``easting`` and ``northing`` (metres, EPSG:27700); ``reason`` in words;
        ``source``. Add rows of your own for :func:`footprints.contiguity`.

    Examples
    --------
    >>> links = sea_links().set_index("name")
    >>> links.loc["Tamar Bridge", "kind"]
    'bridge'
    """
    types = dict.fromkeys(ENDS, "float64")
    return pd.read_csv(data_folder() / "england" / "links.csv", encoding="utf-8", dtype=types)
