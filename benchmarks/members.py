"""All pairs of eleven layers by their lists of units, against one overlay of lines."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import geopandas as gpd
import pandas as pd
from figures import DATA, Figure, SkippedError

import footprints as fp

LAYERS = ("STP18", "STP20", "STP21", "ICB22", "SICBL22", "LAD21", "CTYUA21", "NHSER22", "CAL21")
LAYERS += ("AMB22", "LRF19")
Input = tuple[fp.Atlas, gpd.GeoDataFrame, gpd.GeoDataFrame]


def prepare(_: bool) -> Input:  # noqa: FBT001 - every figure is asked whether to be quick.
    """Make an atlas of England's LSOAs with eleven layers."""
    file = DATA / "england" / "lsoa11.parquet"
    if not file.is_file():
        msg = "the real data are not beside the project"
        raise SkippedError(msg)
    units = (
        gpd.read_parquet(file).set_index("LSOA11CD").rename(columns={"pop_mid2020": "residents"})
    )
    units["geometry"] = units.geometry.make_valid()
    units["area_m2"] = units.area
    columns = {name: f"{name}NM" if name == "LRF19" else f"{name}CD" for name in LAYERS}
    population = fp.Population(name="residents", source="ONS mid-2020", as_at="2020-06-30")
    table = pd.DataFrame(units[["residents", "area_m2"]])
    layers = {}
    for name, column in columns.items():
        codes = units[column]
        names = pd.DataFrame({"name": codes.unique()}, index=codes.unique())
        layers[name.lower()] = fp.Layer(table=names, members={"lsoa11": codes}, level=name.lower())
    parts = {"lsoa11": fp.UnitTable(table=table, populations=(population,))}
    atlas = fp.Atlas(title="England", units=parts, layers=layers)
    districts = gpd.read_file(DATA / "england" / "england.gpkg", layer="LAD21")
    return atlas, units[["geometry"]].reset_index(), districts


def ours(given: Input) -> list[pd.DataFrame]:
    """Make all 55 pair tables; codes are worked out anew, as in a fresh atlas."""
    atlas = given[0]
    vars(atlas).pop("coded", None)
    return [atlas.overlap(left, right) for left, right in combinations(atlas.layers, 2)]


def theirs(given: Input) -> gpd.GeoDataFrame:
    """Lay the districts over the LSOAs, once."""
    return gpd.overlay(given[1], given[2], keep_geom_type=True)


def differ(given: Input, mine: list[pd.DataFrame], _: Any) -> str:
    """Reconcile every table with the people of the atlas."""
    total = int(given[0].populations["people"].sum())
    assert len(mine) == 55  # noqa: S101 - a benchmark asserts its answers.
    assert all(int(pairs["people"].sum()) == total for pairs in mine)  # noqa: S101 - as above.
    return f"55 tables, each with {total:,} people"


FIGURES = [
    Figure(
        name="all 55 pairs of 11 layers over 32,844 units, by membership",
        peer="one geopandas.overlay of LSOA and LAD21",
        at_least=3,
        prepare=prepare,
        ours=ours,
        theirs=theirs,
        differ=differ,
    )
]
