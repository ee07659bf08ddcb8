"""Layers are read from any file, and whatever is wrong with one is named."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import traceback
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import Transformer, network
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

import footprints as fp
from footprints.crs import find_transformation, looks_like, parse_crs
from footprints.errors import (
    CRSError,
    FileError,
    FootprintsError,
    FootprintsWarning,
    GeometryError,
    TableError,
    UnknownNameError,
)
from footprints.geometry import drawn_twice, polygon_faults, repair_polygons
from footprints.read import read_layer

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = Path(__file__).parents[2] / "shared" / "data"
CODES = ["E56000001", "E56000002", "E56000003"]
NAMES = ["North", "Mid, and East", "Île Süd"]
SQUARES = [box(x, 300_000, x + 1000, 301_000) for x in (400_000, 401_000, 402_000)]
BOW_TIE = Polygon([(400_000, 300_000), (401_000, 301_000), (401_000, 300_000), (400_000, 301_000)])


def drawn(shapes: list[Any] = SQUARES, crs: str | None = "EPSG:27700", **columns: Any) -> Any:
    """Draw alliances as kilometre squares side by side."""
    columns = columns or {
        "CAL21CD": CODES,
        "CAL21NM": NAMES,
        "CAL21CDH": ["0A1", "002", "003"],
        "beds": [1, 2, 3],
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def saved(folder: Path, name: str, **options: Any) -> Path:
    """Save drawn squares; options go to :func:`drawn`."""
    drawn(**options).to_file(folder / f"drawn{Path(name).suffix}")
    # GDAL reads "!" and "?" in a path as orders, so the file gets its name afterwards.
    for part in folder.glob("drawn.*"):
        part.rename(folder / (Path(name).stem + part.suffix))
    return folder / name


def geojson(folder: Path, shapes: list[Any], name: str = "layer.geojson", **extra: Any) -> Path:
    """Write GeoJSON by hand, coordinates as they are."""
    features = [
        {"type": "Feature", "properties": {"CAL21CD": code}, "geometry": shape}
        for code, shape in zip(CODES, shapes, strict=False)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features, **extra})
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def ring(*corners: tuple[float, float]) -> dict[str, Any]:
    """Return a polygon of GeoJSON."""
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]}


def square(x: float, y: float, size: float) -> dict[str, Any]:
    """Return a square of GeoJSON."""
    return dict(shapely.geometry.mapping(box(x, y, x + size, y + size)))


def topojson(folder: Path, x: float = -1.5, y: float = 53.0) -> Path:
    """Write a topology of one square, which declares no CRS."""
    arc = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]
    shape = {"type": "Polygon", "arcs": [[0]], "properties": {"AREACD": CODES[0], "AREANM": "A"}}
    objects = {"data": {"type": "GeometryCollection", "geometries": [shape]}}
    file = folder / "CAL_2021_EN_BUC.json"
    file.write_text(json.dumps({"type": "Topology", "arcs": [arc], "objects": objects}))
    return file


def zipped(folder: Path, name: str, *members: tuple[str, bytes]) -> Path:
    """Write a zip file."""
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as bundle:
        for member, content in members:
            bundle.writestr(member, content)
    return folder / name


def zipped_shapefile(folder: Path, inside: str = "") -> Path:
    """Write a zip file of a Shapefile, in a folder of the zip file if asked for."""
    (folder / "parts").mkdir()
    saved(folder / "parts", "Alliances.shp")
    members = [(inside + part.name, part.read_bytes()) for part in (folder / "parts").iterdir()]
    return zipped(folder, "alliances.zip", *members, ("readme.txt", b"hello"))


def any_file(folder: Path, name: str) -> None:
    """Save the drawn squares as whatever the name asks for."""
    if name == "a.zip":
        zipped_shapefile(folder).rename(folder / name)
    elif name == "a.xlsx":
        pd.DataFrame({"CAL21CD": CODES}).to_excel(folder / name)
    elif name == "a.parquet":
        drawn().to_parquet(folder / name)
    else:
        saved(folder, name)


# --- what is read ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "a.gpkg",
        "a.shp",
        "a.fgb",
        "A.GPKG",
        "with space.gpkg",
        "Île#100%_ö.gpkg",
        "a!b.shp",
        "what?.gpkg",
    ],
)
def test_a_file_of_boundaries_is_read_whole(tmp_path: Path, name: str) -> None:
    # FlatGeobuf stores its features in an order of its own.
    layer = read_layer(saved(tmp_path, name)).loc[CODES]
    assert layer.index.name == "code"
    assert layer.index.dtype == layer["name"].dtype == "str"
    assert list(layer.columns) == ["name", "ods_code", "beds", "geometry"]
    assert list(layer["name"]) == NAMES
    assert list(layer["ods_code"]) == ["0A1", "002", "003"]
    assert list(layer["beds"]) == [1, 2, 3]
    assert shapely.equals(layer.geometry.array, SQUARES).all()
    assert layer.crs.to_epsg() == 27700
    assert layer.attrs["key"] == "cal21"
    assert layer.attrs["file"] == name
    assert layer.attrs["accuracy_m"] == "0"


@pytest.mark.parametrize("name", ["a.parquet", "a.geoparquet"])
def test_geoparquet_is_read(tmp_path: Path, name: str) -> None:
    drawn().to_parquet(tmp_path / name)
    layer = read_layer(tmp_path / name)
    assert list(layer.index) == CODES
    assert shapely.equals(layer.geometry.array, SQUARES).all()


def test_kml_is_read_in_degrees(tmp_path: Path) -> None:
    frame = drawn().to_crs(4326)
    frame.to_file(tmp_path / "a.kml", driver="KML")
    layer = read_layer(tmp_path / "a.kml")
    assert list(layer.index) == CODES
    assert layer.attrs["accuracy_m"] == "2"
    assert shapely.hausdorff_distance(layer.geometry.array, SQUARES).max() < 5


def test_geojson_comes_by_the_transformation_that_is_recorded(tmp_path: Path) -> None:
    degrees = square(-1.5, 53.0, 0.1)
    layer = read_layer(geojson(tmp_path, [degrees]))
    assert "OSGB36 to WGS 84 (6)" in layer.attrs["transformation"]
    assert layer.attrs["accuracy_m"] == "2"
    assert layer.geometry.iloc[0].bounds[:2] == pytest.approx((433_586, 344_859), abs=100)
    west = min(x for x, _ in layer.geometry.iloc[0].exterior.coords)
    assert 433_400 < west < 433_660


def test_topojson_is_read_once_its_crs_is_said(tmp_path: Path) -> None:
    layer = read_layer(topojson(tmp_path), crs=4326)
    assert (layer.attrs["key"], layer.attrs["level"]) == ("cal21", "service")
    assert layer.attrs["resolution"] == "BUC"
    assert layer.loc[CODES[0], "name"] == "A"
    said = read_layer(topojson(tmp_path), crs=4326, resolution="BSC")
    assert said.attrs["resolution"] == "BSC"
    assert "resolution BSC as said, not BUC as the file is called" in said.attrs["inferred"]
    with pytest.raises(UnknownNameError, match="no resolution 'bsc'.*'BUC', 'BSC', 'BGC'"):
        read_layer(topojson(tmp_path), crs=4326, resolution="bsc")


@pytest.mark.parametrize("inside", ["", "some folder/"])
def test_a_zipped_shapefile_is_read(tmp_path: Path, inside: str) -> None:
    layer = read_layer(zipped_shapefile(tmp_path, inside))
    assert list(layer["name"]) == NAMES
    assert layer.attrs["file"] == "alliances.zip"


def test_a_zipped_geopackage_is_read(tmp_path: Path) -> None:
    content = saved(tmp_path, "a.gpkg").read_bytes()
    assert list(read_layer(zipped(tmp_path, "z.zip", ("x/A.GPKG", content))).index) == CODES


def test_the_named_layer_of_a_geopackage_is_read(tmp_path: Path) -> None:
    drawn().to_file(tmp_path / "a.gpkg", layer="first")
    drawn(AMBCD=["RX7", "RX8", "RX9"]).to_file(tmp_path / "a.gpkg", layer="second")
    layer = read_layer(tmp_path / "a.gpkg", layer="second")
    assert list(layer.index) == ["RX7", "RX8", "RX9"]
    assert layer.attrs["key"] == "amb"


def test_a_table_of_styles_is_no_second_layer(tmp_path: Path) -> None:
    saved(tmp_path, "a.gpkg")
    styles = pd.DataFrame({"style": ["red"]})
    pyogrio.write_dataframe(styles, tmp_path / "a.gpkg", layer="layer_styles")
    assert list(read_layer(tmp_path / "a.gpkg").index) == CODES


def test_a_csv_file_keeps_codes_as_text(tmp_path: Path) -> None:
    text = "\ufeffPCN21CD, PCN21NM ,site,NA\nU00001,A,007,NA\n U00002 ,,010,\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    layer = read_layer(tmp_path / "a.csv")
    assert list(layer.index) == ["U00001", "U00002"]
    assert list(layer["site"]) == ["007", "010"]
    assert layer["name"].isna().tolist() == [False, True]
    assert layer.geometry.isna().all()
    assert layer.crs.to_epsg() == 27700
    assert layer.attrs["transformation"] == ""


def test_a_csv_file_from_an_old_windows_program_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("code,name\nU00001,Süd\n".encode("cp1252"))
    assert read_layer(tmp_path / "a.csv").loc["U00001", "name"] == "Süd"


def test_a_sheet_of_a_workbook_keeps_codes_as_text(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        pd.DataFrame({"note": ["read me"]}).to_excel(book, sheet_name="Notes", index=False)
        table = pd.DataFrame({"place": ["001", "002"], "name": ["A", "B"]})
        table.to_excel(book, sheet_name="Places", index=False)
    layer = read_layer(tmp_path / "a.xlsx", sheet="Places", code="place", level="place")
    assert list(layer.index) == ["001", "002"]
    assert layer.attrs["key"] == "place"


def test_a_parquet_table_without_geometry_is_read(tmp_path: Path) -> None:
    pd.DataFrame({"CAL21CD": CODES, "beds": [1, 2, 3]}).to_parquet(tmp_path / "a.parquet")
    layer = read_layer(tmp_path / "a.parquet")
    assert list(layer["beds"]) == [1, 2, 3]
    assert layer["name"].isna().all()


def test_numbers_as_codes_become_text_and_it_is_said(tmp_path: Path) -> None:
    frame = drawn(place=[1.0, 2.0, 10.0])
    frame.to_parquet(tmp_path / "a.parquet")
    layer = read_layer(tmp_path / "a.parquet", code="place")
    assert list(layer.index) == ["1", "2", "10"]
    assert "leading zeros would be lost" in layer.attrs["inferred"]


def test_what_was_read_can_be_saved_and_read_again(tmp_path: Path) -> None:
    first = read_layer(saved(tmp_path, "a.gpkg"))
    first.reset_index().to_file(tmp_path / "again.gpkg")
    again = read_layer(tmp_path / "again.gpkg", level="service")
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(again))


def test_codes_kept_as_the_index_of_a_parquet_file_are_found(tmp_path: Path) -> None:
    first = read_layer(saved(tmp_path, "a.gpkg"))
    first.to_parquet(tmp_path / "again.parquet")
    again = read_layer(tmp_path / "again.parquet", level="service")
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(again))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_file_whose_name_looks_like_an_address_is_read_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path, "lad.gpkg").rename(tmp_path / "GPKG:lad.gpkg")
    monkeypatch.chdir(tmp_path)
    assert list(read_layer("GPKG:lad.gpkg").index) == CODES


def test_an_index_that_stands_among_the_columns_too_is_read_once(tmp_path: Path) -> None:
    drawn().set_index("CAL21CD", drop=False).to_parquet(tmp_path / "a.parquet")
    assert list(read_layer(tmp_path / "a.parquet").index) == CODES


def test_a_lookup_beside_a_shapefile_in_a_zip_file_is_no_second_layer(tmp_path: Path) -> None:
    file = zipped_shapefile(tmp_path)
    with zipfile.ZipFile(file, "a") as bundle:
        bundle.writestr("lookup.csv", "code\n1\n")
    assert list(read_layer(file).index) == CODES


def test_what_gdal_warns_of_is_passed_on(tmp_path: Path) -> None:
    file = saved(tmp_path, "a.gpkg")
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 99999")
    with pytest.warns(FootprintsWarning, match=r"'a\.gpkg' made the reader warn: "):
        read_layer(file)


def test_a_ring_left_open_is_named(tmp_path: Path) -> None:
    open_ring = ring((-1.5, 53.0), (-1.4, 53.0), (-1.4, 53.1))
    with pytest.raises(GeometryError, match="'E56000001' .no geometry, or one that cannot"):
        read_layer(geojson(tmp_path, [open_ring]))


def test_attrs_are_text_without_directories(tmp_path: Path) -> None:
    file = saved(tmp_path, "a.gpkg")
    attrs = read_layer(file).attrs
    assert all(isinstance(text, str) for text in attrs.values())
    assert not any(str(tmp_path) in text for text in attrs.values())
    assert attrs["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert attrs["inferred"] == (
        "code from CAL21CD; name from CAL21NM; ODS code from CAL21CDH; "
        "level service from the column; vintage 2021 from the column"
    )


def test_own_columns_with_our_names_are_kept_beside_ours(tmp_path: Path) -> None:
    columns = {"CAL21CD": CODES, "CAL21NM": NAMES, "name": ["x", "y", "z"]}
    drawn(**columns).to_parquet(tmp_path / "a.parquet")
    layer = read_layer(tmp_path / "a.parquet")
    assert list(layer["name"]) == NAMES
    assert list(layer["name_in_file"]) == ["x", "y", "z"]
    assert "own columns 'name' kept" in layer.attrs["inferred"]


def test_heights_are_left_out_and_it_is_said(tmp_path: Path) -> None:
    drawn([shapely.force_3d(shape, 7.0) for shape in SQUARES]).to_parquet(tmp_path / "a.parquet")
    layer = read_layer(tmp_path / "a.parquet")
    assert not layer.has_z.any()
    assert "heights left out" in layer.attrs["inferred"]


def test_rows_of_other_nations_are_left_out_on_request(tmp_path: Path) -> None:
    file = saved(tmp_path, "a.gpkg", WD22CD=["E05000001", "W05000001", "S13000001"])
    layer = read_layer(file, nation="E")
    assert list(layer.index) == ["E05000001"]
    assert "2 rows outside England left out" in layer.attrs["inferred"]
    assert len(read_layer(file)) == 3


def test_faults_of_another_nation_do_not_matter(tmp_path: Path) -> None:
    codes = ["E05000001", "W05000001"]
    drawn([SQUARES[1], BOW_TIE], WD22CD=codes).to_parquet(tmp_path / "a.parquet")
    assert list(read_layer(tmp_path / "a.parquet", nation="E").index) == ["E05000001"]


def test_a_crs_that_is_said_goes_before_a_wrong_one_that_is_declared(tmp_path: Path) -> None:
    layer = read_layer(geojson(tmp_path, [square(400_000, 300_000, 1000)]), crs=27700)
    assert layer.geometry.iloc[0].equals(SQUARES[0])
    assert "CRS EPSG:27700 as said, not EPSG:4326" in layer.attrs["inferred"]


@pytest.mark.parametrize(("crs", "accuracy"), [(3857, "2"), (32630, "2"), (4277, "0")])
def test_other_crs_come_to_the_same_place(tmp_path: Path, crs: int, accuracy: str) -> None:
    source = saved(tmp_path, "a.gpkg")
    drawn().to_crs(crs).to_file(tmp_path / "b.gpkg")
    layer = read_layer(tmp_path / "b.gpkg")
    distances = shapely.hausdorff_distance(layer.geometry.array, read_layer(source).geometry.array)
    assert distances.max() < 0.01
    assert layer.attrs["accuracy_m"] == accuracy


def test_the_national_grid_without_its_number_is_known(tmp_path: Path) -> None:
    bare = (
        'PROJCS["British_National_Grid",GEOGCS["GCS_OSGB_1936",DATUM["D_OSGB_1936",'
        'SPHEROID["Airy_1830",6377563.396,299.3249646]],PRIMEM["Greenwich",0.0],'
        'UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
        'PARAMETER["False_Easting",400000.0],PARAMETER["False_Northing",-100000.0],'
        'PARAMETER["Central_Meridian",-2.0],PARAMETER["Scale_Factor",0.9996012717],'
        'PARAMETER["Latitude_Of_Origin",49.0],UNIT["Meter",1.0]]'
    )
    file = saved(tmp_path, "a.shp")
    file.with_suffix(".prj").write_text(bare)
    layer = read_layer(file)
    assert shapely.hausdorff_distance(layer.geometry.array, SQUARES).max() < 0.001
    assert layer.attrs["accuracy_m"] == "0"


def test_the_transformation_touches_no_network_and_leaves_the_setting(tmp_path: Path) -> None:
    before = network.is_network_enabled()
    network.set_network_enabled(active=True)
    try:
        way = find_transformation(parse_crs(4326))
        assert network.is_network_enabled()
        assert isinstance(way.transformer, Transformer)
        layer = read_layer(geojson(tmp_path, [square(-1.5, 53.0, 0.1)]))
        assert layer.attrs["transformation"] == way.name
    finally:
        network.set_network_enabled(active=before)


@pytest.mark.parametrize(
    ("bounds", "looks"),
    [
        ((-6.4, 49.9, 1.8, 55.8), "EPSG:4326"),
        ((-8.7, 49.8, 1.8, 60.9), "EPSG:4326"),
        ((49.9, -6.4, 55.8, 1.8), "latitude and longitude, in that order"),
        ((82_000, 5_000, 656_000, 657_000), "EPSG:27700"),
        ((-710_000, 6_430_000, 197_000, 7_520_000), "EPSG:3857"),
        ((0, 0, 4, 4), ""),
        ((100, 10, 120, 50_000_000), ""),
    ],
)
def test_coordinates_tell_what_they_look_like(bounds: tuple[float, ...], looks: str) -> None:
    assert looks_like(np.array(bounds)) == looks


# --- what is warned of ----------------------------------------------------------------------


def test_fewer_areas_than_england_has_look_cut_short(tmp_path: Path) -> None:
    file = saved(tmp_path, "a.gpkg", ICB22CD=["E54000001", "E54000002", "E54000003"])
    with pytest.warns(FootprintsWarning, match="looks cut short: it holds 3 of England's 42"):
        assert len(read_layer(file)) == 3


def test_all_regions_are_not_cut_short(tmp_path: Path) -> None:
    pd.DataFrame({"NHSER22CD": [f"E4000000{n}" for n in range(7)]}).to_csv(tmp_path / "a.csv")
    assert len(read_layer(tmp_path / "a.csv")) == 7


def test_codes_of_other_nations_do_not_fill_the_count(tmp_path: Path) -> None:
    codes = [f"E1200000{n}" for n in range(8)] + ["W92000004", "S92000003"]
    pd.DataFrame({"RGN22CD": codes}).to_csv(tmp_path / "a.csv")
    with pytest.warns(FootprintsWarning, match="8 of England's 9"):
        read_layer(tmp_path / "a.csv")


def test_a_level_of_ones_own_has_no_known_count(tmp_path: Path) -> None:
    pd.DataFrame({"RGN22CD": ["E12000001"]}).to_csv(tmp_path / "a.csv")
    assert read_layer(tmp_path / "a.csv", level="place").attrs["key"] == "place22"


def test_a_file_at_the_limit_of_a_server_may_be_cut_short(tmp_path: Path) -> None:
    pd.DataFrame({"WD22CD": [f"E05{n:06d}" for n in range(2000)]}).to_csv(tmp_path / "a.csv")
    with pytest.warns(FootprintsWarning, match="exactly 2,000 features"):
        read_layer(tmp_path / "a.csv")


def test_a_file_that_says_that_it_was_cut_is_believed(tmp_path: Path) -> None:
    file = geojson(tmp_path, [square(-1.5, 53.0, 0.1)], exceededTransferLimit=True)
    with pytest.warns(FootprintsWarning, match="the server sent only a part"):
        read_layer(file)


def test_one_polygon_under_two_codes_is_named(tmp_path: Path) -> None:
    file = saved(tmp_path, "a.gpkg", shapes=[SQUARES[0], SQUARES[1], SQUARES[0]])
    with pytest.warns(FootprintsWarning, match="several codes: 'E56000001', 'E56000003'"):
        read_layer(file)


def test_a_warning_points_at_the_callers_line(tmp_path: Path) -> None:
    file = saved(tmp_path, "a.gpkg", shapes=[SQUARES[0], SQUARES[1], SQUARES[0]])
    with pytest.warns(FootprintsWarning, match="several codes") as caught:
        read_layer(file)
    assert caught[0].filename == __file__


# --- what is mended -------------------------------------------------------------------------


def test_a_polygon_is_mended_on_request_and_the_change_is_said(tmp_path: Path) -> None:
    file = saved(tmp_path, "a.gpkg", shapes=[BOW_TIE, *SQUARES[1:]])
    with pytest.warns(FootprintsWarning, match=r"'E56000001' \+500,000\.0 m² \(Self-intersection"):
        layer = read_layer(file, repair=True)
    assert layer.is_valid.all()
    assert layer.area.iloc[0] == pytest.approx(500_000)
    assert layer.attrs["repaired"] == "1"


def test_mending_keeps_what_has_an_area(tmp_path: Path) -> None:
    mixed = GeometryCollection([SQUARES[0], LineString([(0, 0), (9, 9)]), Point(1, 1)])
    drawn([mixed, *SQUARES[1:]]).to_parquet(tmp_path / "a.parquet")
    with pytest.warns(FootprintsWarning, match=r"\+0\.0 m² \(GeometryCollection at"):
        layer = read_layer(tmp_path / "a.parquet", repair=True)
    assert layer.geometry.iloc[0].equals(SQUARES[0])


def test_mending_leaves_sound_polygons_as_they_are(tmp_path: Path) -> None:
    layer = read_layer(saved(tmp_path, "a.gpkg"), repair=True)
    assert shapely.equals_identical(layer.geometry.array, np.array(SQUARES)).all()
    assert layer.attrs["repaired"] == ""


def test_what_has_no_area_cannot_be_mended(tmp_path: Path) -> None:
    flat = Polygon([(400_000, 300_000), (401_000, 300_000), (400_000, 300_000)])
    drawn([flat, None, *SQUARES[2:]]).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(GeometryError) as caught:
        read_layer(tmp_path / "a.parquet", repair=True)
    assert caught.value.codes == ("E56000002", "E56000001")


def test_overlapping_parts_are_joined_and_not_cut_out() -> None:
    parts = MultiPolygon([box(0, 0, 2, 2), box(1, 0, 3, 2)])
    mended, changes = repair_polygons(gpd.GeoSeries([parts], index=["A"], crs=27700))
    assert mended["A"].area == 6
    assert changes.loc[0, ["before_m2", "after_m2", "change_m2"]].tolist() == [8, 6, -2]


def test_every_fault_has_its_code_reason_and_place() -> None:
    shapes = [None, Polygon(), Point(3, 4), LineString([(0, 0), (2, 2)]), BOW_TIE, SQUARES[0]]
    codes = ["a", "b", "c", "d", "e", "e"]
    found = polygon_faults(gpd.GeoSeries(shapes, index=codes, crs=27700))
    assert list(zip(found["code"], found["fault"], strict=True)) == [
        ("a", "missing"),
        ("b", "empty"),
        ("c", "not a polygon"),
        ("d", "not a polygon"),
        ("e", "not valid"),
        ("e", "a code twice"),
        ("e", "a code twice"),
    ]
    assert list(found["reason"][2:5]) == ["Point", "LineString", "Self-intersection"]
    assert found.loc[2, ["x", "y"]].tolist() == [3, 4]
    assert found.loc[4, ["x", "y"]].tolist() == [400_500, 300_500]
    assert found.loc[:1, ["x", "y"]].isna().all(axis=None)


def test_the_same_ring_from_another_corner_is_the_same_polygon() -> None:
    turned = Polygon([(1, 1), (0, 1), (0, 0), (1, 0)])
    shapes = gpd.GeoSeries([box(0, 0, 1, 1), box(0, 0, 1, 2), turned], index=["A", "B", "C"])
    assert list(drawn_twice(shapes)) == ["A", "C"]


# --- what is refused: a catalogue of damaged input ------------------------------------------

Damage = tuple[type[FootprintsError], str, "Callable[[Path], tuple[Path | str, dict[str, Any]]]"]
CATALOGUE: dict[str, Damage] = {}


def refused(error: type[FootprintsError], match: str) -> Callable[[Any], Any]:
    """Enter a maker of a damaged file, its error and its message into the catalogue."""

    def enter(maker: Any) -> Any:
        CATALOGUE[maker.__name__] = (error, match, maker)
        return maker

    return enter


@refused(FileError, "'nothing.gpkg' is not there")
def a_missing_file(folder: Path) -> Any:
    return folder / "nothing.gpkg", {}


@refused(FileError, r"'a\.gpkg' is a folder")
def a_folder(folder: Path) -> Any:
    (folder / "a.gpkg").mkdir()
    return folder / "a.gpkg", {}


@refused(FileError, "'a.geojson' is empty")
def an_empty_file(folder: Path) -> Any:
    (folder / "a.geojson").touch()
    return folder / "a.geojson", {}


@refused(FileError, "is not of a kind that can be read; those are '.geojson', '.json'")
def an_unknown_extension(folder: Path) -> Any:
    (folder / "a.docx").write_bytes(b"x")
    return folder / "a.docx", {}


@refused(FileError, "by an address, and nothing is fetched here")
def an_address(_: Path) -> Any:
    return "https://example.org/a.geojson", {}


@refused(FileError, "by an address, and nothing is fetched here")
def a_path_of_gdal_to_an_address(_: Path) -> Any:
    return "/vsicurl/https://example.org/a.geojson", {}


@refused(FileError, "by an address, and nothing is fetched here")
def a_path_into_a_zip_file(folder: Path) -> Any:
    return f"zip://{folder}/a.zip", {}


@refused(FileError, "by an address, and nothing is fetched here")
def a_database(_: Path) -> Any:
    return "PG:dbname=gis", {}


@refused(FileError, "it tells the reader to open other files")
def a_virtual_layer_in_a_kml_file(folder: Path) -> Any:
    text = "<kml></kml><OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>"
    (folder / "a.kml").write_text(text)
    return folder / "a.kml", {}


@refused(FileError, r"it is no \.geojson file, whatever its name says")
def a_virtual_layer_in_a_geojson_file(folder: Path) -> Any:
    (folder / "a.geojson").write_text("<OGRVRTDataSource></OGRVRTDataSource>")
    return folder / "a.geojson", {}


@refused(FileError, r"it is no \.kml file, whatever its name says")
def some_other_xml_in_a_kml_file(folder: Path) -> Any:
    (folder / "a.kml").write_text("<?xml version='1.0'?><gml><!-- <kml> --></gml>")
    return folder / "a.kml", {}


@refused(FileError, "it tells the reader to open other files")
def a_pipeline_in_a_json_file(folder: Path) -> Any:
    text = '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read x"}'
    (folder / "a.json").write_text(text)
    return folder / "a.json", {}


@refused(FileError, "it holds a web page: the download went wrong")
def a_web_page(folder: Path) -> Any:
    (folder / "a.geojson").write_text("<!DOCTYPE html><html>Sign in</html>")
    return folder / "a.geojson", {}


@refused(FileError, "it holds the error message of a server")
def an_error_of_a_server(folder: Path) -> Any:
    (folder / "a.geojson").write_text('{"error": {"code": 400, "message": "Invalid URL"}}')
    return folder / "a.geojson", {}


@refused(FileError, r"it is no \.gpkg file")
def a_geopackage_that_is_none(folder: Path) -> Any:
    (folder / "a.gpkg").write_bytes(b"hello")
    return folder / "a.gpkg", {}


@refused(FileError, r"'a\.gpkg' is damaged, or not what its ending says .*: fetch or save it")
def a_geopackage_cut_off(folder: Path) -> Any:
    file = saved(folder, "a.gpkg")
    file.write_bytes(file.read_bytes()[:3000])
    return file, {}


@refused(FileError, r"'a\.parquet' is damaged")
def a_parquet_file_cut_off(folder: Path) -> Any:
    drawn().to_parquet(folder / "a.parquet")
    (folder / "a.parquet").write_bytes((folder / "a.parquet").read_bytes()[:500])
    return folder / "a.parquet", {}


@refused(FileError, r"'layer\.geojson' is damaged")
def geojson_cut_off(folder: Path) -> Any:
    file = geojson(folder, [square(-1.5, 53.0, 0.1)])
    file.write_bytes(file.read_bytes()[:-40])
    return file, {}


@refused(FileError, "'.dbf' must lie beside it")
def a_shapefile_without_its_table(folder: Path) -> Any:
    file = saved(folder, "a.shp")
    file.with_suffix(".dbf").unlink()
    return file, {}


@refused(FileError, "it names files outside itself")
def a_zip_file_that_climbs_out(folder: Path) -> Any:
    return zipped(folder, "a.zip", ("../../a.gpkg", b"SQLite format 3\0")), {}


@refused(FileError, "it names files outside itself")
def a_zip_file_with_an_absolute_path(folder: Path) -> Any:
    return zipped(folder, "a.zip", ("C:\\a.gpkg", b"x"), ("b.gpkg", b"x")), {}


@refused(FileError, r"it would unpack to 300,000,000 bytes")
def a_zip_bomb(folder: Path) -> Any:
    return zipped(folder, "a.zip", ("a.geojson", b"{" + b" " * 299_999_999)), {}


@refused(FileError, r"'a\.zip' cannot be read: it must hold one layer and holds none")
def a_zip_file_without_a_layer(folder: Path) -> Any:
    return zipped(folder, "a.zip", ("readme.txt", b"x")), {}


@refused(FileError, r"it must hold one layer and holds 'a\.gpkg', 'b\.gpkg'")
def a_zip_file_with_two_layers(folder: Path) -> Any:
    return zipped(folder, "a.zip", ("a.gpkg", b"x"), ("b.gpkg", b"x")), {}


@refused(FileError, r"'a\.zip' is damaged")
def a_zip_file_cut_off(folder: Path) -> Any:
    file = zipped_shapefile(folder)
    (folder / "a.zip").write_bytes(file.read_bytes()[:200])
    return folder / "a.zip", {}


@refused(FileError, r"Say which layer of 'a\.gpkg' you mean, with layer=\. There is 'one', 'two'")
def several_layers_and_none_named(folder: Path) -> Any:
    drawn().to_file(folder / "a.gpkg", layer="one")
    drawn().to_file(folder / "a.gpkg", layer="two")
    return folder / "a.gpkg", {}


@refused(UnknownNameError, "no layer 'ICB23'. Did you mean 'ICB22'")
def a_layer_that_is_not_there(folder: Path) -> Any:
    drawn().to_file(folder / "a.gpkg", layer="ICB22")
    return folder / "a.gpkg", {"layer": "ICB23"}


@refused(TableError, r"'a\.xlsx' has no sheet 'Places'\. It has 'Sheet1'")
def a_sheet_that_is_not_there(folder: Path) -> Any:
    pd.DataFrame({"code": ["1"]}).to_excel(folder / "a.xlsx")
    return folder / "a.xlsx", {"sheet": "Places"}


@refused(TableError, r"'a\.csv' has no sheets: leave sheet='Places' out")
def a_sheet_of_a_csv_file(folder: Path) -> Any:
    (folder / "a.csv").write_text("code\n1\n")
    return folder / "a.csv", {"sheet": "Places"}


@refused(FileError, r"'a\.csv' has no named layers: leave layer= out")
def a_layer_of_a_csv_file(folder: Path) -> Any:
    (folder / "a.csv").write_text("code\n1\n")
    return folder / "a.csv", {"layer": "Places"}


@refused(FileError, r"'a\.xlsx' is damaged, or not what its ending says")
def a_workbook_that_is_some_other_zip_file(folder: Path) -> Any:
    return zipped(folder, "a.xlsx", ("readme.txt", b"x")), {}


@refused(TableError, "'layer.geojson' holds no features")
def a_file_without_features(folder: Path) -> Any:
    return geojson(folder, []), {}


@refused(CRSError, r"declares no .*longitude and latitude \(EPSG:4326\): .* with crs=4326")
def topojson_in_degrees(folder: Path) -> Any:
    return topojson(folder), {}


@refused(CRSError, r"British National Grid \(EPSG:27700\): if they are, read it with crs=27700")
def a_shapefile_without_its_crs(folder: Path) -> Any:
    file = saved(folder, "a.shp")
    file.with_suffix(".prj").unlink()
    return file, {}


@refused(CRSError, "What its coordinates are cannot be told: say so, as in crs=27700")
def coordinates_that_look_like_nothing(folder: Path) -> Any:
    return topojson(folder, 2e9, 2e9), {}


@refused(CRSError, r"declared to be in WGS 84 \(EPSG:4326\), .* National Grid \(EPSG:27700\)\. If")
def metres_in_geojson(folder: Path) -> Any:
    return geojson(folder, [square(400_000, 300_000, 1000)]), {}


@refused(
    CRSError, r"National Grid \(EPSG:27700\), but .* longitude and latitude \(EPSG:4326\)\. If"
)
def degrees_declared_as_metres(folder: Path) -> Any:
    shape = box(-1.5, 53.0, -1.4, 53.1)
    return saved(folder, "a.gpkg", shapes=[shape], CAL21CD=CODES[:1]), {}


@refused(CRSError, "axes swapped.*Swap the two in the file: longitude comes first")
def latitude_first(folder: Path) -> Any:
    return geojson(folder, [square(53.0, -1.5, 0.1)]), {}


@refused(CRSError, "axes swapped.*longitude first, and then read it with crs=4326")
def latitude_first_without_a_crs(folder: Path) -> Any:
    return topojson(folder, 53.0, -1.5), {}


@refused(CRSError, "lie outside the United Kingdom .*: 'E56000002'")
def one_feature_in_france(folder: Path) -> Any:
    return geojson(folder, [square(-1.5, 53.0, 0.1), square(5.0, 45.0, 0.1)]), {}


@refused(CRSError, "lie outside the United Kingdom .*: 'E56000002'")
def one_feature_in_degrees_among_metres(folder: Path) -> Any:
    shapes = [SQUARES[0], box(-1.5, 53.0, -1.4, 53.1)]
    return saved(folder, "a.gpkg", shapes=shapes, CAL21CD=CODES[:2]), {}


@refused(CRSError, "'EPSG:nonsense' is no coordinate reference system: write a number")
def a_crs_that_is_none(folder: Path) -> Any:
    return saved(folder, "a.gpkg"), {"crs": "EPSG:nonsense"}


@refused(CRSError, r"no transformation of known accuracy from MGI \(EPSG:4312\)")
def a_ballpark_transformation(folder: Path) -> Any:
    return geojson(folder, [square(-1.5, 53.0, 0.1)]), {"crs": 4312}


@refused(CRSError, "no transformation of known accuracy from drawing board")
def a_crs_of_nowhere(folder: Path) -> Any:
    file = saved(folder, "a.shp")
    file.with_suffix(".prj").write_text('LOCAL_CS["drawing board",UNIT["m",1]]')
    return file, {}


@refused(CRSError, r"declared to be in .*30N \(EPSG:32630\), but .* longitude and latitude")
def degrees_declared_as_metres_of_another_grid(folder: Path) -> Any:
    shape = box(-1.5, 53.0, -1.4, 53.1)
    return saved(folder, "a.gpkg", shapes=[shape], crs="EPSG:32630", CAL21CD=CODES[:1]), {}


@refused(FileError, "cannot be read: ")
def a_name_too_long(_: Path) -> Any:
    return "x" * 5000 + ".csv", {}


@refused(GeometryError, r"polygons that Shapely cannot mend: 'E56000001' \(Invalid Coordinate")
def coordinates_without_end(folder: Path) -> Any:
    shape = Polygon([(400_000, 300_000), (401_000, 300_000), (401_000, np.inf)])
    drawn([shape, *SQUARES[1:]]).to_parquet(folder / "a.parquet")
    return folder / "a.parquet", {"repair": True}


@refused(CRSError, "'a.csv' has no geometry: leave crs= out")
def a_crs_for_a_table(folder: Path) -> Any:
    (folder / "a.csv").write_text("code\n1\n")
    return folder / "a.csv", {"crs": 4326}


@refused(GeometryError, r"polygons that are not valid: 'E56000001' \(Self-inter.* 400500, 300500\)")
def a_bow_tie(folder: Path) -> Any:
    return saved(folder, "a.gpkg", shapes=[BOW_TIE, *SQUARES[1:]]), {}


@refused(GeometryError, r"features without a polygon: 'E56000002' \(no geometry")
def no_geometry(folder: Path) -> Any:
    return saved(folder, "a.gpkg", shapes=[SQUARES[0], None, SQUARES[2]]), {"repair": True}


@refused(GeometryError, r"features without a polygon: 'E56000002' \(empty geometry\)")
def an_empty_geometry(folder: Path) -> Any:
    drawn([SQUARES[0], Polygon(), SQUARES[2]]).to_parquet(folder / "a.parquet")
    return folder / "a.parquet", {}


@refused(GeometryError, r"'E56000001' \(no geometry, or one that cannot be built\)")
def a_ring_of_two_corners(folder: Path) -> Any:
    return geojson(folder, [ring((-1.5, 53.0), (-1.4, 53.0))]), {}


@refused(GeometryError, r"are no polygons: 'E56000001' \(Point at 400000, 300000\)")
def points(folder: Path) -> Any:
    shapes = [Point(400_000, 300_000), *SQUARES[1:]]
    drawn(shapes).to_parquet(folder / "a.parquet")
    return folder / "a.parquet", {"repair": True}


@refused(GeometryError, r"codes twice: 'E56000001' \(code of several features at 400500, 300500\)")
def a_code_twice(folder: Path) -> Any:
    return saved(folder, "a.gpkg", CAL21CD=[CODES[0], CODES[0], CODES[2]]), {}


@refused(TableError, r"'a\.csv' has codes twice: '1'")
def a_code_twice_in_a_table(folder: Path) -> Any:
    (folder / "a.csv").write_text("code\n1\n2\n1 \n")
    return folder / "a.csv", {}


@refused(TableError, "'a.csv' has no code in 'code' in rows 3-4")
def rows_without_a_code(folder: Path) -> Any:
    (folder / "a.csv").write_text("code,n\n1,a\n,b\n  ,c\n")
    return folder / "a.csv", {}


@refused(TableError, "Say which one holds the codes, with code=. There is 'gemeinde'")
def no_column_of_codes(folder: Path) -> Any:
    return saved(folder, "a.gpkg", gemeinde=["a", "b", "c"]), {}


@refused(TableError, "'STP21CD', 'ICB22CD' could each be the codes")
def two_columns_of_codes(folder: Path) -> Any:
    return saved(folder, "a.gpkg", STP21CD=CODES, ICB22CD=CODES), {}


@refused(TableError, "'CAL21CD', 'cal21cd' could each be the codes")
def two_columns_that_differ_by_case(folder: Path) -> Any:
    drawn(CAL21CD=CODES, cal21cd=CODES).to_parquet(folder / "a.parquet")
    return folder / "a.parquet", {}


@refused(UnknownNameError, "no column 'LAD23NM'")
def a_column_that_is_not_there(folder: Path) -> Any:
    return saved(folder, "a.gpkg"), {"name": "LAD23NM"}


@refused(UnknownNameError, "no nation 'England'. There is 'E', 'W', 'S', 'N'")
def a_nation_written_out(folder: Path) -> Any:
    return saved(folder, "a.gpkg"), {"nation": "England"}


@refused(TableError, "holds no codes of Wales")
def a_nation_that_is_not_there(folder: Path) -> Any:
    return saved(folder, "a.gpkg"), {"nation": "W"}


@refused(TableError, r"codes that do not tell their nation: 'CLOSED'\. Leave")
def a_code_without_a_nation(folder: Path) -> Any:
    (folder / "a.csv").write_text("LSOA21CD\nE01000001\nCLOSED\nCLOSED\n")
    return folder / "a.csv", {"nation": "E"}


@pytest.mark.parametrize("damage", CATALOGUE)
def test_damaged_input_is_refused_with_the_reason(tmp_path: Path, damage: str) -> None:
    error, match, maker = CATALOGUE[damage]
    path, options = maker(tmp_path)
    with pytest.raises(error, match=match) as caught:
        read_layer(path, **options)
    assert type(caught.value) is error
    assert str(tmp_path) not in str(caught.value)
    # What the system said names the folder.
    assert error is not FileError or caught.value.__cause__ is None


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.fgb", "a.parquet", "a.xlsx", "a.zip"])
@pytest.mark.parametrize("seed", range(6))
def test_a_file_cut_off_anywhere_is_never_read_in_part(
    tmp_path: Path, name: str, seed: int
) -> None:
    any_file(tmp_path, name)
    content = (tmp_path / name).read_bytes()
    end = np.random.default_rng(seed).integers(1, len(content) - 1)
    (tmp_path / name).write_bytes(content[:end])
    with pytest.raises(
        FootprintsError, match=r"cannot be (read|built)|declares no|no features|damaged"
    ):
        read_layer(tmp_path / name)


@pytest.mark.filterwarnings("ignore::footprints.FootprintsWarning")
@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.fgb", "a.parquet", "a.xlsx", "a.zip"])
@pytest.mark.parametrize("seed", range(6))
def test_a_file_with_wrong_bytes_raises_no_other_error(
    tmp_path: Path, name: str, seed: int
) -> None:
    any_file(tmp_path, name)
    content = np.frombuffer((tmp_path / name).read_bytes(), dtype="uint8").copy()
    chance = np.random.default_rng(seed)
    content[chance.integers(0, len(content), 20)] = chance.integers(0, 255, 20)
    (tmp_path / name).write_bytes(content.tobytes())
    with contextlib.suppress(FootprintsError):
        assert len(read_layer(tmp_path / name)) == 3


def test_all_faults_of_a_file_come_at_once(tmp_path: Path) -> None:
    codes = [*CODES, "E56000004", "E56000004"]
    shapes = [BOW_TIE, None, Point(400_000, 300_000), *SQUARES[1:]]
    drawn(shapes, CAL21CD=codes).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(GeometryError) as caught:
        read_layer(tmp_path / "a.parquet")
    assert len(str(caught.value).splitlines()) == 4
    assert set(caught.value.codes) == set(codes)


@pytest.mark.parametrize("value", ["9434765919", "LS1 4AP"])
def test_what_may_be_personal_is_named_by_its_row_alone(tmp_path: Path, value: str) -> None:
    (tmp_path / "a.csv").write_text(f"code,n\n{value},a\nx,b\n{value},c\n")
    with pytest.raises(TableError, match="codes twice: 'rows 2, 4'") as caught:
        read_layer(tmp_path / "a.csv")
    assert value not in str(caught.value)
    assert caught.value.codes == ("rows 2, 4",)


def test_a_file_that_is_open_elsewhere_is_refused_without_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = saved(tmp_path, "a.gpkg")

    def locked(*_args: object, **_kwargs: object) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(FileError, match=r"'a\.gpkg' cannot be opened: close it if") as caught:
        read_layer(file)
    assert str(tmp_path) not in "".join(traceback.format_exception(caught.value))


def test_a_header_that_may_be_personal_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("9434765919,LS1 4AP\nx,y\n")
    for options in ({}, {"code": "NHS"}):
        with pytest.raises(FootprintsError, match="a value that is not shown") as caught:
            read_layer(tmp_path / "a.csv", **options)
        told = [str(caught.value), *caught.value.codes]
        assert not any("9434765919" in words or "LS1" in words for words in told)


def test_etrs89_is_refused_with_the_way_round_it(tmp_path: Path) -> None:
    file = geojson(tmp_path, [square(-1.5, 53.0, 0.1)])
    try:
        read_layer(file, crs=4258)
    except CRSError as error:
        assert "ETRS89 lies within a metre of WGS 84" in str(error)  # noqa: PT017
    else:
        pytest.skip("the grid OSTN15 is installed here")


# --- real files -----------------------------------------------------------------------------

PUBLISHED = {
    "Counties_and_Unitary_Authorities_December_2022_EN_BUC.json": ("ctyua22", 152, 1),
    "ICB_JUL_2022_EN_BGC_V3.json": ("icb22", 42, 16),
    "ICB_JUL_2022_EN_BUC_E63_first_release.json": ("icb22", 42, 3),
    "ICB_JUL_2022_EN_BUC_V3.json": ("icb22", 42, 3),
    "Local_Authority_Districts_May_2022_UK_BSC_V3_2022.json": ("lad22", 374, 6),
    "SICBL_JUL_2022_EN_BUC.json": ("sicbl22", 106, 4),
    "Sustainability_and_Transformation_Partnerships_April_2018_EN_BUC_2022.json": ("stp18", 42, 1),
    "Sustainability_and_Transformation_Partnerships_April_2021_EN_BUC_V2_2022.json": (
        "stp21",
        42,
        0,
    ),
}
LAYERS = {
    "STP18": ("stp18", 42),
    "STP20": ("stp20", 42),
    "STP21": ("stp21", 42),
    "ICB22": ("icb22", 42),
    "SICBL22": ("sicbl22", 106),
    "LAD21": ("lad21", 309),
    "CTYUA21": ("ctyua21", 152),
    "NHSER22": ("nhser22", 7),
    "CAL21": ("cal21", 21),
    "AMB": ("amb", 11),
    "LRF19": ("lrf19", 38),
}


@pytest.fixture(name="shared")
def shared_data() -> Path:
    """Return the folder of real data, or skip."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real data, shared/data beside the project, is not here")
    return SHARED


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_files_declare_no_crs_and_look_like_degrees(shared: Path, name: str) -> None:
    with pytest.raises(CRSError, match="EPSG:4326.*read it with crs=4326"):
        read_layer(shared / "published" / name)


@pytest.mark.filterwarnings("ignore::footprints.FootprintsWarning")
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_files_are_read_when_mended(shared: Path, name: str) -> None:
    key, count, sick = PUBLISHED[name]
    file = shared / "published" / name
    if sick:
        with pytest.raises(GeometryError, match="polygons that are not valid") as caught:
            read_layer(file, crs=4326)
        assert len(caught.value.codes) == sick
    layer = read_layer(file, crs=4326, repair=True)
    assert (layer.attrs["key"], len(layer)) == (key, count)
    assert layer.attrs["repaired"] == (str(sick) if sick else "")
    assert layer.is_valid.all()
    assert layer["name"].notna().all()
    assert layer.index.is_unique


def test_the_withdrawn_first_release_is_known_by_its_codes(shared: Path) -> None:
    file = shared / "published" / "ICB_JUL_2022_EN_BUC_E63_first_release.json"
    with pytest.warns(FootprintsWarning) as caught:
        read_layer(file, crs=4326, repair=True)
    texts = [str(warning.message) for warning in caught]
    assert sum("since withdrawn; those in use begin with E54" in text for text in texts) == 1


def test_the_english_districts_of_a_file_of_the_kingdom_can_be_kept(shared: Path) -> None:
    file = shared / "published" / "Local_Authority_Districts_May_2022_UK_BSC_V3_2022.json"
    with pytest.warns(FootprintsWarning, match="3 in all"):
        layer = read_layer(file, crs=4326, nation="E", repair=True)
    assert len(layer) == 309
    assert layer.index.str.startswith("E").all()


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_of_the_clean_england_is_read(shared: Path, name: str) -> None:
    key, count = LAYERS[name]
    layer = read_layer(shared / "england" / "england.gpkg", layer=name)
    assert (layer.attrs["key"], len(layer)) == (key, count)
    assert layer.area.sum() == pytest.approx(130.3e9, rel=0.02)


def test_the_lsoas_of_england_name_the_one_that_is_not_valid(shared: Path) -> None:
    with pytest.raises(GeometryError, match="'E01019828' .Self-intersection at 437346, 367581"):
        read_layer(shared / "england" / "lsoa11.parquet")


def test_the_lsoas_of_england_are_read_when_mended(shared: Path) -> None:
    with pytest.warns(FootprintsWarning, match="1 in all: 'E01019828'"):
        layer = read_layer(shared / "england" / "lsoa11.parquet", repair=True)
    assert len(layer) == 32_844
    assert layer.attrs["key"] == "lsoa11"
    assert layer["pop_mid2020"].sum() == 56_550_138


def test_a_download_cut_at_two_thousand_records_is_noticed(shared: Path, tmp_path: Path) -> None:
    whole = gpd.read_parquet(
        shared / "england" / "lsoa11.parquet", columns=["LSOA11CD", "geometry"]
    )
    whole.head(2000).to_parquet(tmp_path / "lsoas.parquet")
    with pytest.warns(FootprintsWarning, match="2,000 of England's 32,844"):
        read_layer(tmp_path / "lsoas.parquet")


def test_read_layer_is_public_and_the_same() -> None:
    assert fp.read_layer is read_layer
    assert issubclass(fp.FootprintsWarning, UserWarning)
