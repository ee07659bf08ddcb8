"""The files that come with footprints are the ones that their README describes."""

from __future__ import annotations

import hashlib
import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from footprints.read import data_folder

ENGLAND = data_folder() / "england"


def documented() -> dict[str, str]:
    """Return the sha256 of each file as the README of the data states it."""
    from conftest import ROOT

    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", text, re.MULTILINE))


def test_every_file_is_documented_with_its_hash() -> None:
    folders = [data_folder() / name for name in ("england", "bands", "changes")]
    files = [file for folder in folders for file in folder.iterdir()]
    hashes = {
        f"{file.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }
    assert documented() == hashes


def test_the_boundaries_are_a_valid_coverage_of_every_unit() -> None:
    shapes = gpd.read_file(ENGLAND / "boundaries.geojson").set_index("unit").geometry
    units = pd.read_csv(ENGLAND / "units.csv")["unit"]
    assert shapes.crs.to_epsg() == 27700
    assert list(shapes.index) == list(units)
    assert shapes.is_valid.all()
    assert not shapes.is_empty.any()
    assert shapely.coverage_is_valid(shapes.array)
    assert set(shapes.geom_type) <= {"Polygon", "MultiPolygon"}


def test_the_boundaries_are_small_and_in_whole_metres() -> None:
    file = ENGLAND / "boundaries.geojson"
    shapes = gpd.read_file(file).geometry
    assert file.stat().st_size < 1_000_000
    assert (shapely.get_coordinates(shapes.array) % 10 == 0).all()


def test_each_unit_lies_about_where_its_people_live() -> None:
    shapes = gpd.read_file(ENGLAND / "boundaries.geojson").set_index("unit").geometry
    units = pd.read_csv(ENGLAND / "units.csv").set_index("unit")
    centres = gpd.GeoSeries.from_xy(units["easting"], units["northing"], crs=27700)
    distance = shapes.distance(centres.set_axis(units.index))
    assert (distance > 0).sum() <= 6
    assert distance.max() < 1_000


def test_people_sum_to_england() -> None:
    units = pd.read_csv(ENGLAND / "units.csv")
    assert (len(units), units["residents_mid2020"].sum()) == (346, 56_550_138)


@pytest.mark.parametrize("name", ["units", "footprints", "pcns", "evidence"])
def test_facts_equal_the_reference_tables(shared, name: str) -> None:
    ours = (ENGLAND / f"{name}.csv").read_bytes()
    assert ours == (shared / "reference" / f"england_{name}.csv").read_bytes()


def test_the_ods_codes_of_regions_are_those_that_practices_are_published_with(shared) -> None:
    known = pd.read_csv(ENGLAND / "ods_codes.csv", index_col="ods_code")
    names = pd.read_csv(ENGLAND / "footprints.csv").set_index(["layer", "code"])["name"]
    named = [names[tuple(pair)] for pair in known[["layer", "code"]].to_numpy()]
    practices = pd.read_csv(shared / "data" / "registered" / "gp-reg-pat-prac-map-2022-01.csv")
    regions = practices.groupby("COMM_REGION_CODE")["COMM_REGION_NAME"].agg(set)
    assert {code: {name} for code, name in zip(known.index, named, strict=True)} == dict(regions)
