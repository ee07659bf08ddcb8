"""All membership checks of England, against the time that it takes to read the file."""

from __future__ import annotations

import time
from itertools import permutations
from typing import Any

import geopandas as gpd
import pandas as pd
from figures import DATA, Figure, SkippedError

import footprints as fp
from footprints.levels import LEVELS, parse_key, rank

FILE = DATA / "england" / "lsoa11.parquet"
TOTAL = 56_550_138
Input = tuple[pd.DataFrame, dict[str, pd.Series]]


def prepare(_: bool) -> Input:  # noqa: FBT001 - every figure is asked whether to be quick.
    """Read England's LSOAs and the footprint of each in every layer of the file."""
    if not FILE.is_file():
        msg = "the real data are not beside the project"
        raise SkippedError(msg)
    units = pd.DataFrame(gpd.read_parquet(FILE).drop(columns="geometry")).set_index("LSOA11CD")
    people = pd.DataFrame({"residents": units["pop_mid2020"].astype("int64")})
    codes = {name[:-2].lower(): units[name] for name in units if name.endswith("CD")}
    return people, codes


def atlas_of(given: Input) -> fp.Atlas:
    """Make an atlas of units and the footprint of each in every layer."""
    people, codes = given
    population = fp.Population(name="residents", source="ONS mid-2020", as_at="2020-06-30")
    layers = {}
    for key, listed in codes.items():
        used = pd.Index(listed.dropna().unique(), dtype="str")
        layers[key] = fp.Layer(
            table=pd.DataFrame({"name": used}, index=used),
            members={"lsoa11": listed},
            level=LEVELS[parse_key(key).kind],
            covers=key != "cauth25",
        )
    units = {"lsoa11": fp.UnitTable(table=people, populations=(population,))}
    return fp.Atlas(title="England", units=units, layers=layers)


def ours(given: Input) -> dict[str, Any]:
    """Validate the atlas, check that each layer covers, and hold each against all above it."""
    atlas = atlas_of(given)
    layers = list(atlas.layers)
    levels = {key: rank(LEVELS[parse_key(key).kind]) for key in layers}
    rungs = [
        (left, right) for left, right in permutations(layers, 2) if 0 < levels[left] < levels[right]
    ]
    pairs = {both: atlas.overlap(*both) for both in rungs}
    return {
        "covered": {key: fp.coverage(atlas, key) for key in layers},
        "nested": {both: fp.nesting(table) for both, table in pairs.items()},
        "coterminous": {
            both: fp.coterminosity(fp.transposed(table)) for both, table in pairs.items()
        },
    }


def theirs(_: Input) -> gpd.GeoDataFrame:
    """Read the file twice, and wait until a second is over: the longer of both is allowed."""
    start = time.perf_counter()
    gpd.read_parquet(FILE)
    frame = gpd.read_parquet(FILE)
    time.sleep(max(0.0, 1 - (time.perf_counter() - start)))
    return frame


def differ(_: Input, mine: dict[str, Any], __: Any) -> str:
    """Reconcile every check with the people of England."""
    for tables in (mine["nested"], mine["coterminous"]):
        assert all(int(table["people"].sum()) == TOTAL for table in tables.values())  # noqa: S101 - a benchmark asserts its answers.
    count = len(mine["nested"])
    return f"{len(mine['covered'])} layers, {count} pairs of rungs, each with {TOTAL:,} people"


FIGURES = [
    Figure(
        name="all membership checks of 17 layers over 32,844 units, validation included",
        peer="reading the file twice, or a second if that is longer",
        at_least=1,
        prepare=prepare,
        ours=ours,
        theirs=theirs,
        differ=differ,
    )
]
