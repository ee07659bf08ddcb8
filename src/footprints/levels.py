"""The levels of footprints, lowest first, and what the key of a layer tells."""

from __future__ import annotations

import re
from typing import NamedTuple

from footprints.errors import FootprintsError

LADDER = {
    "neighbourhood": 1,
    "place": 2,
    "district": 3,
    "upper-tier": 4,
    "hwb": 4,
    "commissioner": 5,
    "system": 6,
    "region": 7,
}
"""Levels and their rungs, from the smallest footprints up; other words stand outside it."""

LEVELS = {
    "pcn": "neighbourhood",
    "place": "place",
    "lad": "district",
    "ctyua": "upper-tier",
    "hwb": "hwb",
    "ccg": "commissioner",
    "sicbl": "commissioner",
    "stp": "system",
    "icb": "system",
    "nhser": "region",
    "rgn": "region",
    "cauth": "strategic-authority",
    "cal": "service",
    "amb": "service",
    "lrf": "service",
    "pfa": "service",
}
"""The level that each kind of layer belongs to, by the prefix that the ONS uses."""

WORDS = {
    "upper-tier": ("upper-tier authority", "upper-tier authorities"),
    "hwb": ("Health and Wellbeing Board area", "Health and Wellbeing Board areas"),
    "strategic-authority": ("strategic authority", "strategic authorities"),
    "service": ("service area", "service areas"),
}
"""What one footprint of a level is called, and several, where it is not the level's own word."""

SERVICES = {
    "amb": ("ambulance service", "ambulance services"),
    "cal": ("Cancer Alliance", "Cancer Alliances"),
    "lrf": ("Local Resilience Forum", "Local Resilience Forums"),
    "pfa": ("police force area", "police force areas"),
}
"""What one service of a kind is called, and several."""

FOLLOWED_BY = {"stp": "icb", "ccg": "sicbl"}
"""Kinds of body that others have taken the place of, in the same footprints or redrawn ones."""

ALIASES = {"ltla": "lad", "utla": "ctyua"}

_KEY = re.compile(r"(?P<kind>[a-z][a-z_-]*?)(?P<year>\d\d)?")


class LayerKey(NamedTuple):
    """A layer's key taken apart: ``icb22`` is kind ``icb``, vintage 2022."""

    kind: str
    vintage: int | None


def parse_key(key: str) -> LayerKey:
    """Take the key of a layer apart.

    Parameters
    ----------
    key : str
        Lower-case letters, and the last two digits of the year of the vintage where it has one:
        ``icb22``, ``place``. ``ltla`` and ``utla`` are read as ``lad`` and ``ctyua``.

    Returns
    -------
    LayerKey
        The kind, and the vintage as a year or None.

    Raises
    ------
    FootprintsError
        If the key is not of that form.

    Examples
    --------
    >>> parse_key("utla21")
    LayerKey(kind='ctyua', vintage=2021)
    """
    match = _KEY.fullmatch(key)
    if match is None:
        msg = (
            f"{key!r} cannot be the key of a layer: write lower-case letters and, where it has "
            "a vintage, two digits of its year, as in 'icb22' or 'place'."
        )
        raise FootprintsError(msg, [key])
    kind = match["kind"]
    return LayerKey(ALIASES.get(kind, kind), 2000 + int(match["year"]) if match["year"] else None)


def rank(level: str) -> int:
    """Return the rung of a level: 1 for a neighbourhood, 0 outside the ladder.

    Examples
    --------
    >>> rank("place") < rank("system")
    True
    """
    return LADDER.get(level, 0)


def called(level: str, count: int) -> str:
    """Return what so many footprints of a level are called.

    Examples
    --------
    >>> called("system", 2), called("upper-tier", 1)
    ('systems', 'upper-tier authority')
    """
    one, several = WORDS.get(level, (level, f"{level}s"))
    return one if count == 1 else several


def group_of(key: str, level: str) -> str:
    """Return what the vintages of a layer follow one another in.

    Examples
    --------
    >>> group_of("icb22", "system"), group_of("amb22", "service")
    ('system', 'amb')
    """
    return level if rank(level) else parse_key(key).kind


def body_of(key: str) -> str:
    """Return the kind of body that a layer is of: its kind, or the one that has followed it.

    Examples
    --------
    >>> body_of("stp21"), body_of("icb22"), body_of("rgn21"), body_of("nhser22")
    ('icb', 'icb', 'rgn', 'nhser')
    """
    kind = parse_key(key).kind
    return FOLLOWED_BY.get(kind, kind)


def vintage_order(key: str) -> int:
    """Return the year of a layer's vintage, to sort by; one without a year counts as newest.

    Examples
    --------
    >>> vintage_order("stp21") < vintage_order("icb22") < vintage_order("place")
    True
    """
    return parse_key(key).vintage or 9999


def service_called(key: str, count: int) -> str:
    """Return what so many services of a layer are called; by its key where that tells nothing.

    Examples
    --------
    >>> service_called("amb22", 11), service_called("cal21", 1), service_called("vascular24", 2)
    ('ambulance services', 'Cancer Alliance', 'services of vascular24')
    """
    one, several = SERVICES.get(parse_key(key).kind, (f"service of {key}", f"services of {key}"))
    return one if count == 1 else several


def is_service_called(kind: str, text: str) -> bool:
    """Tell whether a text is what services of a kind are called, or the word that tells them.

    Examples
    --------
    >>> is_service_called("amb", "Ambulance"), is_service_called("cal", "cancer alliances")
    (True, True)
    >>> is_service_called("amb", "service"), is_service_called("lrf", "")
    (False, False)
    """
    if kind not in SERVICES:
        return False
    others = {word for name in SERVICES if name != kind for word in _words(name)}
    said = set(text.casefold().split())
    return bool(said) and said <= _words(kind) and not said <= (others | {"service", "services"})


def _words(kind: str) -> set[str]:
    return {word.casefold() for name in SERVICES[kind] for word in name.split()}
