"""An atlas is written whole or not at all, and comes back unchanged or not at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from conftest import layer_of, make_atlas, residents, squares
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

import footprints as fp
from footprints import store
from footprints.errors import FileError, OutputError
from footprints.output import standing, whole

FORMS = ["atlas.gpkg", "atlas"]
PARTS = ["title", "notes", "origins", "checks"]


def assert_same(left: fp.Atlas, right: fp.Atlas) -> None:
    """Compare two atlases value by value and dtype by dtype."""
    for part in PARTS:
        assert getattr(left, part) == getattr(right, part)
    assert_same_table(left.membership, right.membership)
    for theirs, ours in zip(left.parts(), right.parts(), strict=True):
        assert list(theirs) == list(ours)
        for name in theirs:
            assert_same_part(theirs[name], ours[name])
    assert_same_table(left.overview, right.overview)
    assert_same_table(left.populations, right.populations)
    assert_same_table(left.provenance, right.provenance)
    for key in left.layers:
        assert_same_table(left.layers[key], right.layers[key])


def assert_same_part(left: fp.UnitTable | fp.Layer, right: fp.UnitTable | fp.Layer) -> None:
    """Compare two tables of units, or two layers."""
    assert type(left) is type(right)
    nothing = pd.DataFrame()
    theirs, ours = (
        {name: value for name, value in vars(part).items() if name != "table"}
        for part in (left, right)
    )
    assert theirs == ours
    assert_same_table(left.table.rename_axis(None), right.table.rename_axis(None))
    assert type(left.table) is type(right.table), nothing


def assert_same_table(left: pd.DataFrame, right: pd.DataFrame) -> None:
    """Compare two tables, geometry by its bytes and missing values by their kind."""
    assert type(left) is type(right)
    pd.testing.assert_frame_equal(
        pd.DataFrame(left), pd.DataFrame(right), check_index_type=True, check_exact=True
    )
    assert left.index.dtype == right.index.dtype
    assert left.columns.dtype == right.columns.dtype
    assert left.attrs == right.attrs
    for name in left.columns[left.dtypes == "object"]:
        assert list(map(repr, left[name])) == list(map(repr, right[name]))
    if isinstance(left, gpd.GeoDataFrame):
        assert left.crs == right.crs
        assert left.geometry.name == right.geometry.name
        assert left.geometry.to_wkb().tolist() == right.geometry.to_wkb().tolist()


def back(atlas: fp.Atlas, path: Path) -> fp.Atlas:
    """Write an atlas and read it again."""
    return fp.read_stored_atlas(fp.write_atlas(atlas, path))


def with_columns(**columns: object) -> fp.Atlas:
    """Make an atlas of three squares with columns of all sorts."""
    table = squares(residents=[1, 2, 3]).assign(**columns)
    return of_table(table)


def of_table(table: pd.DataFrame, **more: object) -> fp.Atlas:
    """Make an atlas of a table of units, all of them in one place."""
    place = fp.Layer(
        table=pd.DataFrame({"name": ["Vale"]}, index=["P1"]),
        members={"squares": pd.Series("P1", index=table.index)},
        level="place",
    )
    return fp.Atlas(
        title="Vale", units={"squares": residents(table)}, layers={"place": place}, **more
    )


@pytest.fixture(params=FORMS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give each of the two forms in turn."""
    return tmp_path / request.param


def left_over(folder: Path) -> list[str]:
    """Return what lies in a folder besides an atlas."""
    return sorted(file.name for file in folder.iterdir() if file.name not in FORMS)


def test_the_embedded_england_comes_back_unchanged(england: fp.Atlas, path: Path) -> None:
    again = back(england, path)
    assert_same(again, england)
    assert_same(again.focus("Frimley"), england.focus("Frimley"))
    assert left_over(path.parent) == []


def test_any_program_reads_the_tables(row: fp.Atlas, tmp_path: Path) -> None:
    file = fp.write_atlas(row, tmp_path / "atlas.gpkg")
    folder = fp.write_atlas(row, tmp_path / "atlas")
    names = ["units_squares", "layer_lad21", "layer_stp21", "layer_icb22", "membership"]
    assert [name for name, _ in pyogrio.list_layers(file)] == [*names, "atlas"]
    assert {part.name for part in folder.iterdir()} == {f"{n}.parquet" for n in names} | {
        "atlas.json"
    }
    for table in (
        gpd.read_file(file, layer="units_squares"),
        gpd.read_parquet(folder / "units_squares.parquet"),
    ):
        assert list(table) == ["unit", "residents", "geometry"]
        assert table["residents"].tolist() == [1, 2, 3, 4, 5, 6]
        assert table.crs.to_epsg() == 27700
    assert json.loads((folder / "atlas.json").read_text("utf-8"))["title"] == "Squares"
    members = pd.read_parquet(folder / "membership.parquet")
    assert list(members) == ["units", "unit", "layer", "code", "people", "evidence"]
    assert len(members) == 18


DTYPES = {
    "text": pd.Series(["a", None, ""], dtype="str"),
    "string": pd.Series(["a", None, ""], dtype="string"),
    "objects with None": pd.Series(["a", None, ""], dtype="object"),
    "objects with nan": pd.Series(["a", np.nan, ""], dtype="object"),
    "objects with NA": pd.Series(["a", pd.NA, ""], dtype="object"),
    "only None": pd.Series([None] * 3, dtype="object"),
    "int64": pd.Series([-(2**63), 2**53 + 1, 2**63 - 1]),
    "int8": pd.Series([1, -128, 127], dtype="int8"),
    "uint64": pd.Series([1, 2, 2**63 - 1], dtype="uint64"),
    "Int64": pd.Series([2**53 + 1, None, -1], dtype="Int64"),
    "UInt16": pd.Series([1, None, 3], dtype="UInt16"),
    "float64": pd.Series([np.inf, np.nan, 5e-324]),
    "negative": pd.Series([-np.inf, 0.1 + 0.2, 1.7976931348623157e308]),
    "float32": pd.Series([0.1, np.nan, 3], dtype="float32"),
    "Float64": pd.Series([0.1, None, 3], dtype="Float64"),
    "bool": pd.Series([True, False, True]),
    "boolean": pd.Series([True, None, False], dtype="boolean"),
    "category": pd.Series(["b", None, "a"], dtype=pd.CategoricalDtype(["c", "b", "a"], ordered=True)),
    "numbered": pd.Series([3, None, 1], dtype="category"),
    "no category": pd.Series([None] * 3, dtype=pd.CategoricalDtype(["x"])),
    "days": pd.Series(pd.to_datetime(["2020-06-30", None, "1066-10-14"]).astype("datetime64[s]")),
    "nanoseconds": pd.Series(pd.to_datetime(["2020-06-30T01:02:03.123456789", None, None])),
    "zoned": pd.Series(pd.to_datetime(["2020-06-30T12:00", None, None])).dt.tz_localize("Europe/London"),
}  # fmt: skip


@pytest.mark.parametrize("name", DTYPES)
def test_every_dtype_comes_back(name: str, path: Path) -> None:
    atlas = with_columns(extra=DTYPES[name].set_axis(list("abc")))
    again = back(atlas, path)
    assert again.units["squares"]["extra"].dtype == DTYPES[name].dtype
    assert_same(again, atlas)


NAMES = [
    "fid", "FID", "Fid", "ogc_fid", "geom", "Geometry", "unit", "UNIT", "code", "rowid", "index",
    'with "quotes"', "it's", "a; DROP TABLE x", "", " ", " spaced ", "tab\t", "nul\0", "\n", "😀",
    "naïve", "NAÏVE", "ß", "ss", "x" * 10_000, "x" * 10_001, "__index_level_0__", "a.b", "a/b", "%s",
    "column", "column_2", "name", "\u202e", "e\u0301", "é",
]  # fmt: skip


def test_every_name_of_a_column_comes_back(path: Path) -> None:
    columns = {
        name: [f"{place}", None, name] for place, name in enumerate(NAMES) if "\0" not in name
    }
    table = squares(residents=[1, 2, 3]).assign(**columns).assign(**{"nul\0": ["a", "b", None]})
    assert_same(back(of_table(table), path), of_table(table))


def test_every_value_and_code_comes_back(path: Path) -> None:
    codes = ['"; DROP TABLE membership; --', "😀" * 100, "x" * 10_000]
    values = ["line\nbreak\r\n", " spaced ", "'\"\\%_\u202e\x1b[31m"]
    table = squares(residents=[1, 2, 3]).assign(text=values).set_axis(codes)
    assert_same(back(of_table(table), path), of_table(table))


def test_nul_is_held_by_a_folder_and_refused_by_a_geopackage(tmp_path: Path) -> None:
    atlas = with_columns(text=["a", "b\0c", None])
    assert_same(back(atlas, tmp_path / "atlas"), atlas)
    with pytest.raises(
        OutputError, match=r"character NUL in the column 'text' of 'units_squares'.*folder"
    ):
        fp.write_atlas(atlas, tmp_path / "atlas.gpkg")
    assert left_over(tmp_path) == []


def test_geometry_of_every_sort_comes_back(path: Path) -> None:
    shapes = [box(0, 0, 1, 1), MultiPolygon([box(0, 0, 1, 1), box(3, 3, 4, 4)]), None]
    points = [Point(0.1, 1e-9), None, Polygon([(0, 0, 5), (1, 0, 6), (1, 1, 7)])]
    for geometry in (shapes, points, [None] * 3, [Point(), Polygon(), None]):
        table = squares(residents=[1, 2, 3]).set_geometry(
            gpd.GeoSeries(geometry, list("abc"), crs=27700)
        )
        units = replace(residents(table), lines="none")
        place = layer_of(dict.fromkeys("abc", "P"), "place")
        atlas = fp.Atlas(title="Shapes", units={"squares": units}, layers={"place": place})
        assert_same(back(atlas, path), atlas)


def full() -> fp.Atlas:
    """Make an atlas with everything that an atlas can have."""
    table = squares(residents=[1, 2, 3]).rename_geometry("shape")[["shape", "residents"]]
    table.attrs = {"source": "a survey"}
    own = fp.Population(name="patients", source="lists", as_at="2024")
    link = pd.DataFrame({"code": ["X", "Y", "Y"], "people": [0.5, 1, 3]}, index=["a", "a", "c"])
    drawn = gpd.GeoDataFrame(
        {"name": ["Ex", None], "n": [1, 2]},
        index=["X", "Y"],
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs=27700,
    )
    counted = pd.DataFrame({"name": ["All"], "patients": [9], "ods_code": ["QQQ"]}, index=["S"])
    places = layer_of({"a": "P", "b": "P", "c": None}, "place")
    return fp.Atlas(
        title="Everything 😀 \0",
        units={"squares": residents(table), 'odd "name"/..': residents(squares(other=[1, 2]).rename(columns={"other": "residents"})), "SQUARES": residents(squares(residents=[4]))},
        layers={
            "place": replace(places, evidence={"b": "inferred"}, covers=False, note="A note"),
            "gp24": fp.Layer(table=drawn, members={"squares": link}, level="odd", lines="official", population=own, as_at="2024-01-01", source="lists"),
            "icb22": fp.Layer(table=counted, members={"place": pd.Series({"P": "S"})}, level="system", population=own),
            "lad21": fp.Layer(table=pd.DataFrame({"name": ["D"]}, index=["D"]), members={'odd "name"/..': pd.Series("D", index=["b"])}, level="district"),
        },
        notes=["One", "Two"],
        origins=[fp.Origin(part="units.squares", file="a.csv", layer="s", sha256="0" * 64, rows=3, source="x", as_at="2020", note="n")],
        checks=fp.Checks(band_layers=(("place", ("place",)),), nest=(("place", "icb22"),), cover=("icb22",), severity=(("nesting", "fail"),), agreed=(fp.Agreed(check="c", layer="place", code="P", reason="r", until="2027-03-31"),)),
    )  # fmt: skip


def test_everything_that_an_atlas_can_have_comes_back(path: Path) -> None:
    atlas = full()
    assert_same(back(atlas, path), atlas)
    assert_same(back(back(atlas, path), path), atlas)


def lsoas(shared: Path) -> fp.Atlas:
    """Make England of its LSOAs, with lines of its systems."""
    folder = shared / "data" / "england"
    if not folder.is_dir():
        pytest.skip("the real England is not here")
    table = pd.read_parquet(folder / "lsoa11.parquet").set_index("LSOA11CD")
    shapes = gpd.GeoSeries.from_wkb(table.pop("geometry"), crs=27700).make_valid(
        method="structure", keep_collapsed=False
    )
    table = gpd.GeoDataFrame(table.rename(columns={"LSOA11NM": "name"}), geometry=shapes)
    people = fp.Population(name="pop_mid2020", source="ONS", as_at="2020-06-30")
    lines = gpd.read_file(folder / "england.gpkg", layer="ICB22").set_index("ICB22CD")
    levels = {"ICB22": "system", "LAD21": "district", "CTYUA21": "upper-tier", "STP21": "system"}
    layers = {
        name.lower(): fp.Layer(
            table=table.drop_duplicates(f"{name}CD").set_index(f"{name}CD")[[f"{name}NM"]].set_axis(["name"], axis=1),
            members={"lsoa11": table[f"{name}CD"]},
            level=level,
        )
        for name, level in levels.items()
    }  # fmt: skip
    icb = layers["icb22"]
    drawn = lines.set_geometry(lines.make_valid(method="structure", keep_collapsed=False))[
        [lines.geometry.name]
    ].join(icb.table)
    layers["icb22"] = replace(icb, table=drawn, lines="official")
    units = fp.UnitTable(table=table, populations=(people,), lines="illustrative")
    return fp.Atlas(title="England", units={"lsoa11": units}, layers=layers)


def test_england_of_32_844_units_comes_back_unchanged(shared: Path, path: Path) -> None:
    atlas = lsoas(shared)
    assert len(atlas.units["lsoa11"]) == 32_844
    assert_same(back(atlas, path), atlas)
