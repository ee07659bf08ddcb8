"""Areas that two layers share: footprints against GeoPandas and maup."""

from __future__ import annotations

import warnings
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from figures import DATA, Figure, SkippedError
from tessellation import footprints_of, redrawn, tessellation

import footprints as fp
from footprints.overlaps.area import intersection_areas

if TYPE_CHECKING:
    from collections.abc import Callable

ALLOWED = 1e-9
"""How far areas may differ, as a share of the smaller polygon's."""
DISTRICTS = DATA / "published" / "Local_Authority_Districts_May_2022_UK_BSC_V3_2022.json"
Layers = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]


def by_footprints(layers: Layers) -> pd.Series:
    """Find the areas with footprints, as of layers of an atlas, which are valid from its door on."""
    left, right = layers
    shapes = left.geometry.array, right.geometry.array
    i, j, area_m2 = intersection_areas(*shapes, checked=True)
    return pd.Series(area_m2, index=pd.MultiIndex.from_arrays([i, j]))


def by_overlay(layers: Layers) -> pd.Series:
    """Find the areas with ``geopandas.overlay``."""
    left, right = layers
    both = gpd.overlay(left, right)
    return pd.Series(both.area.to_numpy(), index=pd.MultiIndex.from_frame(both[["i", "j"]]))


def by_maup(layers: Layers) -> pd.Series:
    """Find the areas with ``maup.intersections``."""
    import maup  # noqa: PLC0415 - it need not be installed

    left, right = layers
    pieces = maup.intersections(left.geometry, right.geometry, area_cutoff=0)
    return pieces.area


def differ(layers: Layers, ours: pd.Series, theirs: pd.Series) -> str:
    """Say how far the areas differ at most, or raise where they differ too much."""
    left, right = layers
    both = pd.DataFrame({"ours": ours, "theirs": theirs}).fillna(0)
    i, j = (both.index.get_level_values(level) for level in (0, 1))
    smaller = np.minimum(left.area.to_numpy()[i], right.area.to_numpy()[j])
    most = float(((both["ours"] - both["theirs"]).abs() / smaller).max())
    if most > ALLOWED:
        msg = f"areas differ by {most:.1e} of the smaller polygon"
        raise AssertionError(msg)
    return f"{len(ours):,} pairs of polygons known to be valid, areas equal to {most:.0e}"


def numbered(shapes: np.ndarray, name: str) -> gpd.GeoDataFrame:
    """Make a layer of polygons numbered in a column, in the National Grid."""
    return gpd.GeoDataFrame({name: range(len(shapes))}, geometry=np.array(shapes), crs=27700)


@cache
def _england() -> Layers:
    """Read the LSOAs of 2011, one of them mended, and the districts of 2021."""
    if not (DATA / "england").is_dir():
        msg = "the real data is not beside the project"
        raise SkippedError(msg)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fp.FootprintsWarning)
        units = fp.read_layer(DATA / "england" / "lsoa11.parquet", repair=True)
    districts = gpd.read_file(DATA / "england" / "england.gpkg", layer="LAD21")
    return numbered(units.geometry.array, "i"), numbered(districts.geometry.array, "j")


def same_lines(quick: bool) -> Layers:  # noqa: FBT001 - what a figure is called with
    """Return the units, or every eighth, and the districts that are made of them."""
    units, districts = _england()
    some = units.geometry.array[:: 8 if quick else 1]
    return numbered(some, "i"), districts


def simplified(quick: bool) -> Layers:  # noqa: FBT001
    """Return the units, and the districts with their lines simplified to 100 m."""
    units, districts = same_lines(quick)
    return units, numbered(shapely.coverage_simplify(districts.geometry.array, 100), "j")


def published(quick: bool) -> Layers:  # noqa: FBT001
    """Return the units, and the districts as the ONS publishes them at 200 m."""
    units, _ = same_lines(quick)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fp.FootprintsWarning)
        districts = fp.read_layer(DISTRICTS, crs=4326, repair=True, nation="E")
    return units, numbered(districts.geometry.array, "j")


def made_up_same(quick: bool) -> Layers:  # noqa: FBT001
    """Return units of a generated country, and footprints that are made of them."""
    units = tessellation(3_300 if quick else 33_000, 100)
    return numbered(units, "i"), numbered(footprints_of(units, len(units) // 107), "j")


def made_up_redrawn(quick: bool) -> Layers:  # noqa: FBT001
    """Return units of a generated country, and footprints drawn with other lines."""
    units, footprints = made_up_same(quick)
    return units, numbered(redrawn(footprints.geometry.array), "j")


def needs_maup(prepare: Callable[[bool], Layers]) -> Callable[[bool], Layers]:
    """Skip a figure where maup is not installed."""

    def prepared(quick: bool) -> Layers:  # noqa: FBT001
        if find_spec("maup") is None:
            msg = "maup is not installed"
            raise SkippedError(msg)
        return prepare(quick)

    return prepared


def _figure(
    name: str, at_least: float, prepare: Callable[[bool], Layers], *, maup: bool = False
) -> Figure:
    """Describe one figure against one peer."""
    return Figure(
        name=name,
        peer="maup.intersections" if maup else "geopandas.overlay",
        at_least=at_least,
        prepare=needs_maup(prepare) if maup else prepare,
        ours=by_footprints,
        theirs=by_maup if maup else by_overlay,
        differ=differ,
    )


FIGURES = [
    _figure("LSOA on LAD21 by area, same linework", 8, same_lines),
    _figure("LSOA on LAD21 by area, LAD21 simplified to 100 m", 6, simplified),
    _figure("LSOA on LAD21 by area, LAD21 simplified to 100 m", 6, simplified, maup=True),
    _figure("LSOA on LAD by area, published BSC lines", 6, published),
    _figure("LSOA on LAD by area, published BSC lines", 6, published, maup=True),
    _figure("generated tessellation by area, same linework", 3, made_up_same),
    _figure("generated tessellation by area, other linework", 3, made_up_redrawn),
]
