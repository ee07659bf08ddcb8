"""The real England: lists, points and areas agree, and planted errors are found."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import residents

import footprints as fp
from footprints.overlaps.points import place

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import detection

ENGLAND = 56_550_138
SPLIT = [
    "Buckinghamshire", "Chichester", "Copeland", "Craven", "East Suffolk", "Guildford", "Hart",
    "North Hertfordshire", "Runnymede", "Surrey Heath", "Vale of White Horse", "Waverley",
]  # fmt: skip


def drawn(lsoas: gpd.GeoDataFrame, shared: Path, name: str, level: str) -> fp.Layer:
    """Return a layer with its list and the lines that are dissolved from its LSOAs."""
    lines = gpd.read_file(shared / "data" / "england" / "england.gpkg", layer=name)
    table = lines.set_index(f"{name}CD").rename(columns={f"{name}NM": "name"})
    members = {"lsoa11": lsoas[f"{name}CD"]}
    return fp.Layer(table=table, members=members, level=level, lines="official")


@pytest.fixture(scope="module")
def dissolved(lsoas: gpd.GeoDataFrame, shared: Path) -> fp.Atlas:
    """Return England with lists and lines of one linework."""
    return fp.Atlas(
        title="England",
        units={"lsoa11": residents(lsoas[["residents", "geometry"]])},
        layers={
            "lad21": drawn(lsoas, shared, "LAD21", "district"),
            "icb22": drawn(lsoas, shared, "ICB22", "system"),
        },
    )


@pytest.fixture(scope="module")
def generalised(lsoas: gpd.GeoDataFrame, shared: Path, published: gpd.GeoDataFrame) -> fp.Atlas:
    """Return England with the ultra-generalised lines of the systems."""
    members = {"lsoa11": lsoas["ICB22CD"]}
    icb22 = fp.Layer(table=published, members=members, level="system", lines="official")
    layers = {"lad21": drawn(lsoas, shared, "LAD21", "district"), "icb22": icb22}
    units = {"lsoa11": residents(lsoas[["residents", "geometry"]])}
    return fp.Atlas(title="England", units=units, layers=layers)


def people_by(atlas: fp.Atlas, method: str) -> pd.Series:
    """Return the people of each pair of LAD21 and ICB22 by one method; nobody is lost."""
    pairs = atlas.overlap("lad21", "icb22", method=method, estimate=method == "area")
    assert pairs["people"].sum() == ENGLAND
    return pairs.set_index(["left", "right"])["people"].astype("int64")


def elsewhere(one: pd.Series, other: pd.Series) -> int:
    """Count the people whom two methods put into different pairs."""
    return int(one.sub(other, fill_value=0).abs().sum() / 2)


def test_lists_points_and_areas_agree_to_the_last_person_on_one_linework(
    dissolved: fp.Atlas,
) -> None:
    by_list = people_by(dissolved, "members")
    assert len(by_list) == 321
    for method in ("points", "area"):
        found = people_by(dissolved, method)
        assert sorted(found.index) == sorted(by_list.index)
        assert elsewhere(by_list, found) == 0
    areas = [
        dissolved.overlap("lad21", "icb22", method=method).set_index(["left", "right"])["area_m2"]
        for method in ("members", "area")
    ]
    pd.testing.assert_series_equal(*areas, rtol=1e-9, check_like=True)


def test_on_generalised_lines_the_methods_differ_by_people_whose_unit_crosses_a_line(
    generalised: fp.Atlas,
) -> None:
    """By points 205,093 people are elsewhere: those of units whose centre is across a line.

    By area 488,014 are: of each unit that a line crosses, the share of its people that is beyond.
    """
    by_list = people_by(generalised, "members")
    by_points, by_area = people_by(generalised, "points"), people_by(generalised, "area")
    assert elsewhere(by_list, by_points) == 205_093
    assert elsewhere(by_list, by_area) == pytest.approx(488_014, abs=100)
    in_none = [int(s[s.index.get_level_values(1).isna()].sum()) for s in (by_points, by_area)]
    assert in_none == pytest.approx([91_124, 212_829], abs=100)
    checked = fp.cross_check(generalised, "icb22").table
    crossed = checked[checked["cause"] != "identical"].drop_duplicates("unit")
    assert elsewhere(by_list, by_area) < crossed["people"].sum()


def test_twelve_districts_are_split_between_systems_by_every_method(dissolved: fp.Atlas) -> None:
    names = dissolved.layers["lad21"]["name"]
    for method in ("members", "points", "area"):
        pairs = dissolved.overlap("lad21", "icb22", method=method)
        systems = fp.pairs_by(pairs, "left").size()
        assert sorted(names[systems.index[systems > 1]]) == SPLIT


def test_published_lines_put_65_lsoas_in_another_system_and_56_in_none(
    lsoas: gpd.GeoDataFrame, published: gpd.GeoDataFrame, generalised: fp.Atlas
) -> None:
    pairs = generalised.overlap("lad21", "icb22", method="points")
    assert pairs.attrs["right_in_none"] == "56 units, 91,124 people"
    points = shapely.point_on_surface(lsoas.geometry.array)
    fitted = place(points, published.index, published.geometry.array)
    found = published.index.to_series().to_numpy()[fitted.members.by_unit]
    wrong = ~fitted.in_none & (found != lsoas["ICB22CD"].to_numpy())
    assert (wrong.sum(), lsoas.loc[wrong, "residents"].sum()) == (65, 113_969)


def test_no_difference_between_the_list_and_published_lines_is_real(generalised: fp.Atlas) -> None:
    found = fp.cross_check(generalised, "icb22")
    assert found.table.attrs["resolution"] == "BUC"
    assert found.table.attrs["accuracy_m"] == "2"
    assert found.summary.loc["real", ["units", "rows"]].tolist() == [0, 0]
    assert found.summary.loc["undecidable", ["units", "people"]].tolist() == [65, 113_969]
    assert found.summary["units"].sum() == 32_844
    assert found.summary["people"].sum() == ENGLAND


@pytest.fixture(scope="module")
def planted(lsoas: gpd.GeoDataFrame, published: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what is found where every LSOA on a border is listed in its neighbour's system."""
    wrong = detection.neighbours(lsoas, lsoas["ICB22CD"])
    assert len(wrong) == 2723
    listed = wrong.combine_first(lsoas["ICB22CD"])
    found = fp.cross_check(detection.atlas_of(lsoas, published, listed), "icb22").table
    return found[found["unit"].isin(wrong.index)]


def test_92_in_100_planted_lsoas_are_found_and_the_rest_are_shallower_than_the_drawing(
    planted: pd.DataFrame,
) -> None:
    first = planted.sort_values("cause", kind="stable").drop_duplicates("unit")
    causes = first["cause"].value_counts()
    assert causes["real"] == pytest.approx(2_503, abs=5)
    missed = first[first["cause"] != "real"]
    inland = missed.dropna(subset="drawn")
    assert (inland["depth_m"] <= 502).all()


def test_a_planted_lsoa_is_real_if_deeper_than_the_drawing_and_else_undecidable_or_drawing(
    planted: pd.DataFrame,
) -> None:
    inland = planted.dropna(subset="drawn")
    deep = inland["depth_m"] > 502
    assert (inland.loc[deep, "cause"] == "real").all()
    shallow = inland.loc[~deep, "cause"].astype("str")
    assert set(shallow) <= {"undecidable", "drawing", "datum", "float noise", "identical"}
    assert (shallow == "undecidable").sum() > 170


@pytest.mark.parametrize("cause", ["real", "undecidable"])
def test_an_lsoa_planted_alone_is_judged_as_among_all_the_others(
    planted: pd.DataFrame, lsoas: gpd.GeoDataFrame, published: gpd.GeoDataFrame, cause: str
) -> None:
    first = planted.sort_values("cause", kind="stable").drop_duplicates("unit")
    unit = first.loc[first["cause"] == cause, "unit"].iloc[0]
    listed = lsoas["ICB22CD"].copy()
    listed[unit] = planted.loc[planted["unit"] == unit, "code"].iloc[0]
    near = lsoas.index[np.asarray(shapely.dwithin(lsoas.geometry.array, lsoas.geometry[unit], 5e3))]
    alone = fp.cross_check(
        detection.atlas_of(lsoas.loc[near], *_near(published, listed[near])), "icb22"
    )
    columns = ["code", "drawn", "cause", "depth_m", "area_m2", "x", "y"]
    one, among = (t[t["unit"] == unit][columns] for t in (alone.table, planted))
    pd.testing.assert_frame_equal(
        one.reset_index(drop=True), among.reset_index(drop=True), rtol=1e-9
    )


def _near(lines: gpd.GeoDataFrame, listed: pd.Series) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Return the lines of the footprints that some units list."""
    return lines[lines.index.isin(listed.unique())], listed
