"""Check, compare and map the footprints of health and care in England."""

from typing import TYPE_CHECKING

from footprints.atlas import Atlas, Layer, Population, UnitTable
from footprints.bands import Band, BandSet, read_band
from footprints.checks import check, population_bands
from footprints.errors import FootprintsError, FootprintsWarning
from footprints.read import band_set, band_sets, load_example, read_band_set, read_layer

if TYPE_CHECKING:
    from footprints.maps import footprint_map, save_map

__all__ = [
    "Atlas",
    "Band",
    "BandSet",
    "FootprintsError",
    "FootprintsWarning",
    "Layer",
    "Population",
    "UnitTable",
    "band_set",
    "band_sets",
    "check",
    "footprint_map",
    "load_example",
    "population_bands",
    "read_band",
    "read_band_set",
    "read_layer",
    "save_map",
]

_LATE = {"footprint_map": "footprints.maps", "save_map": "footprints.maps"}


def __getattr__(name: str) -> object:
    """Import what is heavy only when it is asked for (PEP 562)."""
    if name in _LATE:
        from importlib import import_module  # noqa: PLC0415

        return getattr(import_module(_LATE[name]), name)
    msg = f"module 'footprints' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return __all__
