"""What layers rest on, in sentences: where they come from, what to know of them, their licences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from footprints.atlas import Atlas

OPEN_GOVERNMENT = (
    "Contains public sector information licensed under the Open Government Licence v3.0."
)
CROWN = "Contains OS data \N{COPYRIGHT SIGN} Crown copyright and database right."
NATURAL_EARTH = "Lines: made with Natural Earth, in the public domain."
NOT_STATED = "Licence of the data: not stated."
ONS = ("ONS", "Office for National Statistics")
NHS = ("NHS Digital", "NHS England", "NHS Organisation Data Service")


def sources_of(atlas: Atlas, layers: Iterable[str]) -> list[str]:
    """Return where layers come from, a sentence for each source.

    Parameters
    ----------
    atlas : Atlas
        What the layers are in.
    layers : iterable of str
        Keys.

    Returns
    -------
    list of str
        Nothing of a layer without a source.

    Examples
    --------
    >>> from footprints import load_example
    >>> sources_of(load_example(), ["icb22", "lad21", "icb26"])[0]
    'icb22 (2022-07), lad21 (2021-04): ONS lookups.'
    """
    used = atlas.overview.loc[list(layers)]
    dated = used.index + used["as_at"].map(lambda as_at: f" ({as_at})" if as_at else "")
    by = dated.groupby(used["source"], sort=False)
    return [f"{', '.join(keys)}: {source}." for source, keys in by if source]


def caveats(atlas: Atlas, layers: Iterable[str]) -> list[str]:
    """Return what has to be known of layers, from their notes, a sentence each.

    Parameters
    ----------
    atlas : Atlas
        What the layers are in.
    layers : iterable of str
        Keys.

    Returns
    -------
    list of str
        Nothing of a layer without a note.

    Examples
    --------
    >>> from footprints import load_example
    >>> caveats(load_example(), ["icb22", "cal21"])
    ['cal21: Cancer Alliances.']
    """
    notes = atlas.overview.loc[list(layers), "note"]
    return [f"{key}: {str(note).rstrip('.')}." for key, note in notes.items() if note]


def licences(atlas: Atlas, layers: Iterable[str], people: str = "") -> list[str]:
    """Return the licences that sources are known to have, or that none is stated.

    Parameters
    ----------
    atlas : Atlas
        What the layers are in.
    layers : iterable of str
        Keys.
    people : str
        The source of the population that is counted.

    Returns
    -------
    list of str
        A sentence each. The wording is what the Open Government Licence and Ordnance Survey ask.

    Examples
    --------
    >>> from footprints import load_example
    >>> licences(load_example(), ["icb22"])[0]
    'Contains public sector information licensed under the Open Government Licence v3.0.'
    """
    used, origins = atlas.overview.loc[list(layers)], atlas.provenance
    drawn = origins["source"].astype(str)
    known = [people, *used["source"], *drawn]
    lines = drawn[origins.index.astype(str).str.contains("boundaries|lines")]
    said = []
    if any(re.search(_of(ONS + NHS), str(source)) for source in known):
        said.append(OPEN_GOVERNMENT)
    if (used["lines"] == "official").any() and lines.str.contains(_of(ONS)).any():
        said.append(CROWN)
    if drawn.str.contains("Natural Earth").any():
        said.append(NATURAL_EARTH)
    return said or [NOT_STATED]


def _of(names: Iterable[str]) -> str:
    """Return a pattern of names, none of them the end of another word, as in REGIONS."""
    return rf"(?<![^\W_])(?:{'|'.join(names)})"
