"""What the sources ask of a footprint, found out and given with its evidence."""

from footprints.checks.bands import population_bands
from footprints.checks.gate import check

__all__ = ["check", "population_bands"]
