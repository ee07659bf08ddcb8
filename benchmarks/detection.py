"""Count how many wrong entries of a list of units a cross-check with the layer's lines finds.

Run it as ``python benchmarks/detection.py``; it takes the LSOAs and the published lines of the
systems of 2022 in ``shared/data`` beside the project. Each LSOA on a border between systems is
listed in its neighbour's, and the rest is left as it is. An entry is found where a part of the LSOA
is *real*: deeper in the wrong system than the drawing of the lines can explain. All are planted at
once, which changes nothing, since each LSOA is measured on its own. A false alarm is an LSOA that is
*real* though nothing was planted.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import shapely

import footprints as fp

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

DATA = Path(__file__).parents[2] / "shared" / "data"
LINES = {"BUC": "ICB_JUL_2022_EN_BUC_V3.json", "BGC": "ICB_JUL_2022_EN_BGC_V3.json"}
UNITS = "BSC"
"""What the LSOAs are taken for: they lie up to 200 m from lines that are finer."""


class Detected(NamedTuple):
    """What came of planted entries: how many, found, left undecided; and false alarms."""

    planted: int
    found: int
    undecidable: int
    false_alarms: int

    @property
    def rate(self) -> float:
        """The share of the planted entries that was found."""
        return self.found / self.planted


def neighbours(units: gpd.GeoDataFrame, listed: pd.Series) -> pd.Series:
    """Return the wrong footprint for each unit that touches another footprint's unit.

    Parameters
    ----------
    units : GeoDataFrame
        Polygons indexed by unit.
    listed : Series of str
        The footprint of each unit.

    Returns
    -------
    Series of str
        The footprint of a neighbour, indexed by the units on a border.
    """
    shapes, codes = units.geometry.array, listed.to_numpy()
    unit, other = shapely.STRtree(shapes).query(shapes, predicate="touches")
    across = codes[unit] != codes[other]
    wrong = pd.Series(codes[other[across]], index=units.index[unit[across]])
    return wrong[~wrong.index.duplicated()]


def atlas_of(units: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, listed: pd.Series) -> fp.Atlas:
    """Make an atlas of units with ``residents`` and the lines and list of ``icb22``."""
    people = fp.Population(name="residents", source="ONS mid-2020", as_at="2020-06-30")
    table = units[["residents", "geometry"]]
    system = fp.Layer(table=lines, members={"lsoa11": listed}, level="system", lines="official")
    unit_table = fp.UnitTable(table=table, populations=(people,), lines="official")
    return fp.Atlas(title="England", units={"lsoa11": unit_table}, layers={"icb22": system})


def causes_of(units: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, listed: pd.Series) -> pd.Series:
    """Return the gravest cause of each unit."""
    table = fp.cross_check(atlas_of(units, lines, listed), "icb22").table
    first = table.sort_values("cause", kind="stable").drop_duplicates("unit")
    return first.set_index("unit")["cause"]


def detect(units: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, listed: pd.Series) -> Detected:
    """Plant a wrong entry for each unit on a border and count those that are found."""
    wrong = neighbours(units, listed)
    planted = causes_of(units, lines, wrong.combine_first(listed))[wrong.index]
    return Detected(
        planted=len(wrong),
        found=int((planted == "real").sum()),
        undecidable=int((planted == "undecidable").sum()),
        false_alarms=int((causes_of(units, lines, listed) == "real").sum()),
    )


def england() -> gpd.GeoDataFrame:
    """Read the LSOAs of 2011, one of them mended, with residents of mid-2020."""
    file = DATA / "england" / "lsoa11.parquet"
    units = fp.read_layer(file, code="LSOA11CD", repair=True, resolution=UNITS)
    return units.rename(columns={"pop_mid2020": "residents"})


def main(resolutions: Sequence[str] = tuple(LINES)) -> None:
    """Print how many are found with lines of each resolution."""
    if not DATA.is_dir():
        sys.exit("The real data are not beside the project.")
    warnings.simplefilter("ignore", fp.FootprintsWarning)
    units = england()
    for resolution in resolutions:
        lines = fp.read_layer(DATA / "published" / LINES[resolution], crs=4326, repair=True)
        came = detect(units, lines, units["ICB22CD"])
        print(
            f"{resolution} lines: of {came.planted:,} LSOAs on borders listed in the wrong system "
            f"{came.found:,} are found real ({came.rate:.1%}), {came.undecidable:,} are "
            f"undecidable; {came.false_alarms:,} false alarms where nothing was planted"
        )


if __name__ == "__main__":
    main()
