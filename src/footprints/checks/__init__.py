"""What the sources ask of a footprint, found out and given with its evidence."""

from footprints.checks.bands import population_bands

__all__ = ["population_bands"]
