"""An atlas is written whole or not at all, and comes back unchanged or not at all."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
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
from footprints.errors import FileError, OutputError
from footprints.output import standing, whole
from footprints.storing import writing as store

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
    theirs, ours = (
        {name: value for name, value in vars(part).items() if name != "table"}
        for part in (left, right)
    )
    assert theirs == ours
    assert_same_table(left.table.rename_axis(None), right.table.rename_axis(None))
    assert type(left.table) is type(right.table)


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


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
CODES = WORDS.map(str.strip).filter(bool)
COLUMNS = st.one_of(
    st.lists(st.none() | WORDS, min_size=3, max_size=3).map(lambda v: pd.array(v, dtype="str")),
    st.lists(st.floats(), min_size=3, max_size=3).map(lambda v: np.array(v, dtype="float64")),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=3).map(
        lambda v: pd.array(v, dtype="Int64")
    ),
    st.lists(st.none() | WORDS, min_size=3, max_size=3).map(pd.Categorical),
    st.lists(st.none() | st.booleans(), min_size=3, max_size=3).map(
        lambda v: pd.array(v, dtype="boolean")
    ),
)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    codes=st.lists(CODES, min_size=3, max_size=3, unique=True),
    columns=st.dictionaries(WORDS.filter(lambda name: name not in {"residents", "geometry"}), COLUMNS, max_size=4),
    title=st.text(st.characters(exclude_categories=["Cs"])),
)  # fmt: skip
def test_any_small_atlas_comes_back(
    codes: list[str], columns: dict[str, object], title: str, tmp_path: Path
) -> None:
    table = squares(residents=[1, 2, 3]).assign(**columns).set_axis(pd.Index(codes, dtype="str"))
    atlas = of_table(table, notes=[title])
    for form in FORMS:
        assert_same(back(atlas, tmp_path / form), atlas)


REFUSED = {
    "values of the type 'int'": pd.Series(["a", 1, None], dtype="object"),
    "several kinds of missing values, 'None', 'nan'": pd.Series(["a", np.nan, None], dtype="object"),
    "values of the dtype timedelta64": pd.Series(pd.to_timedelta([1, 2, 3])),
    "values of the dtype complex128": pd.Series([1j, 2, 3]),
    "whole numbers above 9223372036854775807": pd.Series([1, 2, 2**64 - 1], dtype="uint64"),
    r"text that is not Unicode, '\\ud800'": pd.Series(["a", "\ud800", None], dtype="object"),
    "several columns of geometry": gpd.GeoSeries([Point(0, 0)] * 3, crs=27700),
}  # fmt: skip


@pytest.mark.parametrize("reason", REFUSED)
def test_what_no_file_holds_is_refused_by_name(reason: str, path: Path) -> None:
    column = REFUSED[reason].set_axis(list("abc"))
    with pytest.raises(OutputError, match=f"(?s)(odd.*{reason}|{reason}.*odd)"):
        fp.write_atlas(with_columns(odd=column), path)
    assert list(path.parent.iterdir()) == []


def test_everything_that_is_refused_is_named_at_once(path: Path) -> None:
    atlas = with_columns(odd=[1j, 2, 3], even=pd.to_timedelta([1, 2, 3]))
    with pytest.raises(OutputError, match=r"(?s)'odd' in the table of units 'squares'.*'even'"):
        fp.write_atlas(atlas, path)


def test_labels_and_remarks_that_no_file_holds_are_refused(path: Path) -> None:
    with pytest.raises(OutputError, match=r"names are not text: '7'"):
        fp.write_atlas(
            of_table(squares(residents=[1, 2, 3]).assign(new=1).rename(columns={"new": 7})), path
        )
    table = squares(residents=[1, 2, 3])
    table.attrs = {"when": pd.Timestamp("2020-01-01")}
    with pytest.raises(OutputError, match="has attrs in the table of units 'squares'"):
        fp.write_atlas(of_table(table), path)
    with pytest.raises(OutputError, match="among its titles and sources"):
        fp.write_atlas(of_table(squares(residents=[1, 2, 3]), notes=[Path("a")]), path)


def test_a_focus_is_not_stored(row: fp.Atlas, path: Path) -> None:
    with pytest.raises(OutputError, match="'Sunrise'.*write the whole atlas, and focus it again"):
        fp.write_atlas(row.focus("icb22:S2"), path)


def test_a_name_that_ends_otherwise_or_lies_nowhere_is_refused(
    row: fp.Atlas, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder.gpkg").mkdir()
    refused = {
        "atlas.zip": "must end in '.gpkg', or in nothing for a folder",
        "no/atlas": "there is no folder 'no'",
        "file": "it is a file",
        "folder.gpkg": "it is a folder",
    }
    for name, reason in refused.items():
        with pytest.raises(OutputError, match=reason):
            fp.write_atlas(row, tmp_path / name)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "folder.gpkg"]


def test_only_an_atlas_of_our_own_is_replaced(row: fp.Atlas, england: fp.Atlas, path: Path) -> None:
    fp.write_atlas(england, path)
    assert_same(back(row, path), row)
    if path.suffix:
        pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="mine", append=True)
    else:
        (path / "mine").write_text("mine")
        (path / ".DS_Store").write_text("a desktop's")
    with pytest.raises(OutputError, match="holds what footprints did not write, 'mine'"):
        fp.write_atlas(england, path)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_ours_is_never_replaced(row: fp.Atlas, tmp_path: Path, form: str) -> None:
    path = tmp_path / form
    for content in ("", "SQLite format 3\0", "{}", "[]", '{"format": "other"}', "\xff"):
        if path.suffix:
            path.write_text(content)
            kept = path
        else:
            path.mkdir(exist_ok=True)
            kept = path / "atlas.json"
            kept.write_text(content)
        with pytest.raises(OutputError, match="is not replaced: footprints did not write it"):
            fp.write_atlas(row, path)
        assert kept.read_text() == content
        with pytest.raises(FileError, match=path.name):
            fp.read_stored_atlas(path)
    if path.suffix:
        path.unlink()
        pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="mine")
        with pytest.raises(OutputError, match="is not replaced: footprints did not write it"):
            fp.write_atlas(row, path)


def test_a_geopackage_that_is_open_elsewhere_is_refused(row: fp.Atlas, tmp_path: Path) -> None:
    file = fp.write_atlas(row, tmp_path / "atlas.gpkg")
    with sqlite3.connect(file) as open_elsewhere:
        open_elsewhere.execute("PRAGMA journal_mode = WAL")
        open_elsewhere.execute("SELECT * FROM atlas").fetchone()
        with pytest.raises(OutputError, match=r"open in another program.*'atlas.gpkg-wal'"):
            fp.write_atlas(row, file)
    open_elsewhere.close()


def edit(file: Path, sql: str) -> None:
    """Change a GeoPackage as another program would, its triggers for geometry left aside."""
    with sqlite3.connect(file) as base:
        triggers = base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute(sql)
    base.close()


EDITS = {
    "UPDATE layer_lad21 SET name = 'Other' WHERE code = 'D1'": r"changed in its table 'layer_lad21' in the columns: 'name'",
    "UPDATE units_squares SET residents = 9 WHERE unit = 'a'": r"'units_squares' in the columns: 'residents'",
    "UPDATE units_squares SET geometry = NULL WHERE unit = 'a'": r"'units_squares' in the columns: 'geometry'",
    "UPDATE membership SET code = 'D3' WHERE unit = 'a' AND layer = 'lad21'": r"'membership' in the columns: 'code'",
    "DELETE FROM membership WHERE unit = 'a'": r"has 15 rows instead of 18 in its table 'membership'",
    "ALTER TABLE layer_lad21 ADD COLUMN mine TEXT": r"columns in its table 'layer_lad21' that it did not have.*'mine'",
    "ALTER TABLE layer_lad21 RENAME COLUMN name TO mine": r"(?s)lacks columns in its table 'layer_lad21': 'name'",
    "UPDATE atlas SET value = '\"Other\"' WHERE key = 'title'": r"changed in its description 'atlas'",
    "UPDATE atlas SET value = '9' WHERE key = 'version'": r"is of version 9 of the format.*reads versions 1 and 2",
    "UPDATE atlas SET value = 'x' WHERE key = 'title'": r"its table 'atlas' cannot be read",
    "UPDATE atlas SET value = NULL": r"its table 'atlas' cannot be read",
    "DELETE FROM atlas WHERE key = 'sha256'": r"changed in its description",
    "DELETE FROM atlas": r"does not say that it is a 'footprints atlas'",
}  # fmt: skip


@pytest.mark.parametrize("sql", EDITS)
def test_a_geopackage_that_was_edited_is_refused(row: fp.Atlas, tmp_path: Path, sql: str) -> None:
    file = fp.write_atlas(row, tmp_path / "atlas.gpkg")
    edit(file, sql)
    with pytest.raises(FileError, match=EDITS[sql]):
        fp.read_stored_atlas(file)


def test_a_part_that_is_missing_or_strange_is_named(row: fp.Atlas, path: Path) -> None:
    fp.write_atlas(row, path)
    if path.suffix:
        edit(path, "DELETE FROM gpkg_contents WHERE table_name = 'membership'")
        edit(path, "DROP TABLE membership")
        pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="mine", append=True)
    else:
        (path / "membership.parquet").rename(path / "mine.parquet")
    with pytest.raises(FileError, match=r"(?s)lacks its tables: 'membership'.*'mine'"):
        fp.read_stored_atlas(path)


def test_a_folder_that_was_edited_is_refused(row: fp.Atlas, tmp_path: Path) -> None:
    folder = fp.write_atlas(row, tmp_path / "atlas")
    part = folder / "layer_lad21.parquet"
    pd.read_parquet(part).assign(name=[1, 2, 3]).to_parquet(part, index=False)
    (folder / "membership.parquet").write_bytes(b"PAR1")
    with pytest.raises(
        FileError, match=r"(?s)'layer_lad21' in the columns: 'name'.*cannot be read: 'membership'"
    ):
        fp.read_stored_atlas(folder)
    description = folder / "atlas.json"
    description.write_text(description.read_text("utf-8").replace("Squares", "Other"), "utf-8")
    with pytest.raises(FileError, match="changed in its description 'atlas'"):
        fp.read_stored_atlas(folder)


def test_a_file_cut_off_anywhere_is_never_an_atlas(row: fp.Atlas, path: Path) -> None:
    fp.write_atlas(row, path)
    parts = [path] if path.suffix else sorted(path.iterdir())
    for part in parts:
        content = part.read_bytes()
        for share in (0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999):
            part.write_bytes(content[: int(len(content) * share)])
            with pytest.raises(FileError, match="atlas"):
                fp.read_stored_atlas(path)
        part.write_bytes(content)
    assert_same(fp.read_stored_atlas(path), row)


def test_a_file_with_any_byte_changed_is_the_same_atlas_or_none(
    row: fp.Atlas, tmp_path: Path
) -> None:
    file = fp.write_atlas(row, tmp_path / "atlas.gpkg")
    content = file.read_bytes()
    for place in np.random.default_rng(1).integers(100, len(content), 40):
        file.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        # Bytes that hold no part of the atlas may change; then it is the same.
        with suppress(FileError):
            assert_same(fp.read_stored_atlas(file), row)


STEPS = {
    "atlas.gpkg": ["_write_geopackage", "_add_table", "_compare", "read_stored_atlas"],
    "atlas": ["_write_folder", "_compare", "read_stored_atlas"],
}
FAILURES = [OSError(28, "No space left on device"), RuntimeError("disk full"), KeyboardInterrupt()]


@pytest.mark.parametrize("failure", FAILURES, ids=["system", "library", "stopped"])
@pytest.mark.parametrize(("form", "step"), [(form, step) for form in STEPS for step in STEPS[form]])
def test_a_failure_at_any_step_leaves_what_stood_there(  # noqa: PLR0913, PLR0917 - fixtures.
    row: fp.Atlas,
    england: fp.Atlas,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    step: str,
    failure: BaseException,
) -> None:
    def fail(*_: object) -> None:
        raise failure

    path = fp.write_atlas(row, tmp_path / form)
    monkeypatch.setattr(store, step, fail)
    for target in (path, tmp_path / f"new{path.suffix}"):
        with pytest.raises((OutputError, KeyboardInterrupt)):
            fp.write_atlas(england, target)
    monkeypatch.undo()
    assert_same(fp.read_stored_atlas(path), row)
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_folder_that_cannot_be_put_in_place_stays_or_is_found_aside(
    row: fp.Atlas, england: fp.Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    folder = fp.write_atlas(row, tmp_path / "atlas")
    count, rename = 0, Path.rename

    def fail_once(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == at:
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_once)
    with pytest.raises(OutputError, match="'atlas' cannot be written: Permission denied.*close it"):
        fp.write_atlas(england, folder)
    monkeypatch.undo()
    assert_same(fp.read_stored_atlas(folder), row if at < 3 else england)
    assert_same(back(row, folder), row)
    assert left_over(tmp_path) == []


def test_a_file_that_cannot_be_replaced_stays(
    row: fp.Atlas, england: fp.Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fp.write_atlas(row, tmp_path / "atlas.gpkg")

    def fail(self: Path, target: Path) -> Path:
        raise PermissionError(13, f"Permission denied: {self.name} {target.name}")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match=r"'atlas.gpkg' cannot be written: Permission denied"):
        fp.write_atlas(england, file)
    monkeypatch.undo()
    assert_same(fp.read_stored_atlas(file), row)
    assert left_over(tmp_path) == []


def test_a_folder_set_aside_by_a_stopped_writer_is_found_and_put_back(
    row: fp.Atlas, england: fp.Atlas, tmp_path: Path
) -> None:
    folder = fp.write_atlas(row, tmp_path / "atlas")
    aside = folder.rename(tmp_path / ".atlas.before")
    assert standing(folder) == aside
    assert_same(fp.read_stored_atlas(folder), row)
    assert_same(back(england, folder), england)
    assert left_over(tmp_path) == []


def test_a_foreign_folder_under_the_name_aside_is_not_removed(
    row: fp.Atlas, tmp_path: Path
) -> None:
    aside = tmp_path / ".atlas.before"
    aside.mkdir()
    (aside / "mine").write_text("mine")
    for _ in range(2):
        with pytest.raises(OutputError, match="'.atlas.before' is not replaced"):
            fp.write_atlas(row, tmp_path / "atlas")
    assert (aside / "mine").read_text() == "mine"


KILLED = """
import sys
import footprints as fp
atlas = fp.load_example()
print("ready", flush=True)
while True:
    fp.write_atlas(atlas, sys.argv[1])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_writer_that_is_killed_leaves_a_whole_atlas(
    row: fp.Atlas, england: fp.Atlas, path: Path
) -> None:
    fp.write_atlas(row, path)
    for wait in (0.1, 0.5, 1.0):
        command = [sys.executable, "-c", KILLED, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(wait)
            os.kill(writer.pid, signal.SIGKILL)
        again = fp.read_stored_atlas(path)
        assert_same(again, row if again.title == row.title else england)
    assert_same(back(row, path), row)


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    with whole(page) as part:
        part.write_text("one")
    with pytest.raises(OutputError, match="'page.html' cannot be written"), whole(page):
        pass
    assert page.read_text() == "one"
    assert list(tmp_path.iterdir()) == [page]


def test_paths_of_all_sorts_are_written_and_read(row: fp.Atlas, tmp_path: Path) -> None:
    for name in ("a!b", "a b?#", "a%20b", "é😀'q'"):
        (tmp_path / name).mkdir()
        for form in FORMS:
            assert_same(back(row, tmp_path / name / form), row)
    (tmp_path / "link.gpkg").symlink_to(tmp_path / "a!b" / "atlas.gpkg")
    assert fp.write_atlas(row, tmp_path / "link.gpkg") == tmp_path / "a!b" / "atlas.gpkg"
    assert (tmp_path / "link.gpkg").is_symlink()


def test_the_same_atlas_is_the_same_description(row: fp.Atlas, tmp_path: Path) -> None:
    folders = [fp.write_atlas(row, tmp_path / name) for name in ("one", "two")]
    one, two = ((folder / "atlas.json").read_bytes() for folder in folders)
    assert one == two


def test_what_would_not_come_back_unchanged_is_refused(path: Path, monkeypatch) -> None:
    atlas = make_atlas([1, 2], place=layer_of({"a": "P", "b": "P"}, "place"))
    other = make_atlas([1, 3], place=layer_of({"a": "P", "b": "P"}, "place"))
    monkeypatch.setattr("footprints.storing.writing.read_stored_atlas", lambda _: other)
    with pytest.raises(OutputError, match="would not come back unchanged in 'units_squares'"):
        fp.write_atlas(atlas, path)
    assert list(path.parent.iterdir()) == []
