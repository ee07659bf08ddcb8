"""Which footprint points are in, against a slow and obvious way of finding out."""

from __future__ import annotations

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

import footprints as fp
from footprints.errors import CRSError, FileError, GeometryError, OutputError, TableError
from footprints.locating import Counts

if TYPE_CHECKING:
    from pathlib import Path

X0, Y0 = 400_000, 300_000
WEST, EAST = box(X0, Y0, X0 + 1000, Y0 + 1000), box(X0 + 1000, Y0, X0 + 2000, Y0 + 1000)


def layer_of(shapes: dict[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Make a layer from outlines by code."""
    index = pd.Index(list(shapes), dtype="str", name="code")
    return gpd.GeoDataFrame(index=index, geometry=list(shapes.values()), crs="EPSG:27700")


PAIR = layer_of({"W": WEST, "E": EAST})


def slowly(x, y, layer: gpd.GeoDataFrame) -> list[str | None]:
    """Find codes one point after the other: the lowest of those whose closed area has it."""
    found = []
    for place in zip(x, y, strict=True):
        point = shapely.Point(place) if np.isfinite(place).all() else shapely.Point()
        codes = layer.index[[bool(shape.intersects(point)) for shape in layer.geometry]]
        found.append(min(codes, default=None))
    return found


def texts(codes: pd.Series) -> list[str | None]:
    """Return codes as a list, None for NA."""
    return codes.astype("object").where(codes.notna(), None).tolist()


def counts_of(codes: pd.Series) -> dict[str, int]:
    """Return what a Series of codes says of its points."""
    return {name: int(codes.attrs[name]) for name in Counts.__dataclass_fields__}


@st.composite
def coverages(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Draw a crooked coverage: triangles joined at random, so with holes, islands and gaps."""
    side = draw(st.integers(2, 4))
    step = draw(st.sampled_from([1.0, 7.3, 1000.0]))
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(side + 1)] * 2, indexing="ij"), axis=-1)
    nodes = (grid + rng.uniform(-0.3, 0.3, grid.shape)) * step
    if draw(st.booleans()):
        nodes = np.round(nodes)
    nodes += (X0, Y0)
    triangles = []
    for i in range(side):
        for j in range(side):
            a, b, c, d = nodes[i, j], nodes[i + 1, j], nodes[i + 1, j + 1], nodes[i, j + 1]
            triangles += [Polygon([a, b, c]), Polygon([a, c, d])]
    owners = rng.integers(0, draw(st.integers(1, 5)) + 1, len(triangles))
    shapes = {
        f"F{owner}": shapely.union_all(
            [t for t, o in zip(triangles, owners, strict=True) if o == owner]
        )
        for owner in rng.permutation(np.unique(owners[owners > 0]))
    }
    sound = {code: s for code, s in shapes.items() if s.area and s.geom_type.endswith("Polygon")}
    return layer_of(sound)


def telling_points(layer: gpd.GeoDataFrame, rng: np.random.Generator) -> tuple:
    """Return vertices, places on edges, places a hair beside them, and places anywhere."""
    if layer.empty:
        return np.array([float(X0)]), np.array([float(Y0)])
    edges = shapely.get_coordinates(layer.geometry.array)
    middles = (edges[1:] + edges[:-1]) / 2
    hair = edges + rng.choice([-1e-9, 0, 1e-9, 1e-3], edges.shape)
    level = np.column_stack([rng.choice(edges[:, 0], 50), rng.choice(edges[:, 1], 50)])
    west, south, east, north = layer.total_bounds
    anywhere = rng.uniform((west - 1, south - 1), (east + 1, north + 1), (200, 2))
    return tuple(np.concatenate([edges, middles, hair, level, anywhere]).T)


@settings(max_examples=60, deadline=None)
@given(layer=coverages(), seed=st.integers(0, 1000))
def test_every_point_is_where_the_slow_way_says(layer, seed) -> None:
    x, y = telling_points(layer, np.random.default_rng(seed))
    codes = fp.locate(x, y, layer)
    assert texts(codes) == slowly(x, y, layer)
    counts = counts_of(codes)
    assert counts.pop("points") == len(x) == sum(counts.values())
    assert counts["in_none"] == codes.isna().sum()


@settings(max_examples=20, deadline=None)
@given(layer=coverages(), other=coverages(), seed=st.integers(0, 1000))
def test_overlapping_layers_agree_with_the_slow_way_too(layer, other, seed) -> None:
    both = pd.concat([layer, other.set_axis("G" + other.index.str[1:])])
    x, y = telling_points(both, np.random.default_rng(seed))
    codes = fp.locate(x, y, both)
    assert texts(codes) == slowly(x, y, both)
    points = shapely.points(x, y)
    inside = sum(shapely.contains(shape, points).astype(int) for shape in both.geometry)
    closed = sum(shapely.intersects(shape, points).astype(int) for shape in both.geometry)
    counts = counts_of(codes)
    assert counts["in_two"] == np.sum(inside > 1) if len(both) else counts["in_two"] == 0
    assert counts["on_edge"] == np.sum((closed > 1) & (inside < 2)) if len(both) else True


@settings(max_examples=20, deadline=None)
@given(layer=coverages(), seed=st.integers(0, 1000))
def test_the_order_of_footprints_and_of_points_changes_nothing(layer, seed) -> None:
    rng = np.random.default_rng(seed)
    x, y = telling_points(layer, rng)
    codes = fp.locate(x, y, layer)
    order, rows = rng.permutation(len(x)), rng.permutation(len(layer))
    again = fp.locate(x[order], y[order], layer.iloc[rows])
    assert texts(again) == texts(codes.iloc[order])
    assert counts_of(again) == counts_of(codes)


@settings(max_examples=20, deadline=None)
@given(layer=coverages(), east=st.integers(-300, 200), north=st.integers(-200, 500))
def test_moving_everything_by_whole_kilometres_changes_nothing(layer, east, north) -> None:
    # Sixteenths of a metre, so that adding kilometres rounds nothing.
    layer = layer.set_geometry(
        shapely.transform(layer.geometry.array, lambda xy: np.round(xy * 16) / 16)
    )
    layer = layer[layer.geometry.is_valid & ~layer.geometry.is_empty]
    x, y = (np.round(part * 16) / 16 for part in telling_points(layer, np.random.default_rng(1)))
    moved = layer.set_geometry(layer.geometry.translate(east * 1000, north * 1000))
    there = fp.locate(x + east * 1000, y + north * 1000, moved)
    assert texts(there) == texts(fp.locate(x, y, layer))


def test_a_point_on_a_shared_edge_goes_to_the_lowest_code() -> None:
    codes = fp.locate([X0 + 1000, X0 + 1000, X0], [Y0, Y0 + 500, Y0 + 500], PAIR)
    assert codes.tolist() == ["E", "E", "W"]
    assert counts_of(codes) == {
        "points": 3, "in_one": 1, "in_two": 0, "on_edge": 2, "in_none": 0, "no_coordinates": 0,
    }  # fmt: skip


def test_codes_are_compared_as_text_whatever_they_look_like() -> None:
    layer = layer_of({"9": WEST, "10": EAST})
    assert fp.locate(X0 + 1000, Y0 + 5, layer).tolist() == ["10"]
    assert fp.locate(X0 + 1000, Y0 + 5, layer.set_axis([9, 10])).tolist() == ["10"]


def test_points_in_two_footprints_are_counted_and_go_to_the_lowest_code() -> None:
    layer = layer_of({"Z": WEST, "B": box(X0 + 500, Y0, X0 + 1500, Y0 + 1000), "A": WEST})
    codes = fp.locate([X0 + 100, X0 + 700, X0 + 1200, X0 + 500], [Y0 + 500] * 4, layer)
    assert codes.tolist() == ["A", "A", "B", "A"]
    assert counts_of(codes)["in_two"] == 3
    assert counts_of(codes)["in_one"] == 1


def test_holes_islands_and_a_footprint_inside_anothers_hole_are_found() -> None:
    ring = box(X0, Y0, X0 + 1000, Y0 + 1000) - box(X0 + 300, Y0 + 300, X0 + 700, Y0 + 700)
    inner = box(X0 + 300, Y0 + 300, X0 + 700, Y0 + 700) - box(
        X0 + 450, Y0 + 450, X0 + 550, Y0 + 550
    )
    island = box(X0 + 5000, Y0, X0 + 5001, Y0 + 1)
    layer = layer_of({"R": MultiPolygon([ring, island]), "I": inner})
    x = [X0 + 100, X0 + 400, X0 + 500, X0 + 5000.5, X0 + 3000, X0 + 300, X0 + 450]
    y = [Y0 + 100, Y0 + 400, Y0 + 500, Y0 + 0.5, Y0 + 0.5, Y0 + 500, Y0 + 500]
    assert texts(fp.locate(x, y, layer)) == ["R", "I", None, "R", None, "I", "I"]


def test_footprints_that_touch_at_a_point_only_share_it() -> None:
    layer = layer_of({"B": WEST, "A": box(X0 + 1000, Y0 + 1000, X0 + 2000, Y0 + 2000)})
    codes = fp.locate(X0 + 1000, Y0 + 1000, layer)
    assert (codes.tolist(), codes.attrs["on_edge"]) == (["A"], "1")


@pytest.mark.parametrize("width", [1e-6, 0.5, 600_000])
def test_long_thin_and_tiny_footprints_are_found(width) -> None:
    layer = layer_of({"A": box(X0 - 300_000, Y0, X0 - 300_000 + width, Y0 + 0.01)})
    x = np.array([-1e-3, 0, width / 2, width, width + 1e-3]) + X0 - 300_000
    assert texts(fp.locate(x, np.full(5, Y0 + 0.005), layer)) == [
        None,
        *slowly(x[1:], [Y0 + 0.005] * 4, layer),
    ]


def test_a_series_keeps_its_index_and_the_codes_are_text() -> None:
    frame = pd.DataFrame({"E": [X0 + 5, X0 + 1500], "N": [Y0 + 5, Y0 + 5]}, index=["p", "q"])
    codes = fp.locate(frame["E"], frame["N"], PAIR)
    expected = pd.Series(["W", "E"], index=["p", "q"], name="code", dtype="str")
    pd.testing.assert_series_equal(codes, expected)
    assert fp.locate(frame["E"].to_numpy(), frame["N"], PAIR).index.tolist() == ["p", "q"]
    assert all(isinstance(value, str) for value in codes.attrs.values())


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (X0 + 5, Y0 + 5),
        ([X0 + 5], [Y0 + 5]),
        ((X0 + 5.0,), (Y0 + 5.0,)),
        (np.array([X0 + 5]), np.array([Y0 + 5], dtype="float32")),
        (pd.Series([X0 + 5], dtype="Int64"), pd.Series([str(Y0 + 5)], dtype="str")),
        (pd.Index([X0 + 5]), pd.array([Y0 + 5.0])),
    ],
)
def test_numbers_lists_arrays_and_columns_are_points_alike(x, y) -> None:
    assert fp.locate(x, y, PAIR).tolist() == ["W"]


def test_a_coordinate_that_is_missing_is_counted_and_is_no_error() -> None:
    x = pd.Series([X0 + 5, None, X0 + 5, "n/a", float("inf"), X0 + 9000], dtype="object")
    y = pd.Series([Y0 + 5, Y0 + 5, pd.NA, Y0, Y0, Y0])
    codes = fp.locate(x, y, PAIR)
    assert texts(codes) == ["W", None, None, None, None, None]
    counts = counts_of(codes)
    assert (counts["no_coordinates"], counts["in_none"], counts["in_one"]) == (4, 1, 1)


def test_points_none_of_which_has_coordinates_are_an_error() -> None:
    with pytest.raises(TableError, match="The points have no coordinates: all 2 are missing"):
        fp.locate([None, X0], [Y0, None], PAIR)


def test_no_points_at_all_give_no_codes() -> None:
    codes = fp.locate([], [], PAIR)
    pd.testing.assert_series_equal(
        codes, pd.Series([], dtype="str", name="code"), check_index=False
    )
    assert codes.attrs["points"] == "0"


def test_a_layer_without_footprints_holds_no_point() -> None:
    codes = fp.locate([X0, X0], [Y0, Y0], layer_of({}))
    assert texts(codes) == [None, None]
    assert (codes.dtype, codes.attrs["in_none"]) == ("str", "2")


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([1, 2], [1], "There are 2 x and 1 y"),
        (pd.Series([1]), pd.Series([1], index=[5]), "different indexes"),
        (pd.to_datetime(["2020-01-01"]), [1], "two lists of numbers"),
        (np.zeros((2, 2)), np.zeros((2, 2)), "two lists of numbers"),
    ],
)
def test_coordinates_that_do_not_belong_together_are_an_error(x, y, words) -> None:
    with pytest.raises(TableError, match=words):
        fp.locate(x, y, PAIR)


def test_degrees_given_as_metres_are_an_error_that_names_both() -> None:
    with pytest.raises(
        CRSError, match=r"EPSG:27700\), but .* look like .* \(EPSG:4326\)"
    ) as caught:
        fp.locate([-1.5, -1.6, 400_000], [53.0, 53.1, 0], PAIR)
    assert "53" not in str(caught.value).replace("EPSG", "")


def test_metres_given_as_degrees_are_an_error_that_names_both() -> None:
    with pytest.raises(CRSError, match=r"EPSG:4326\), but .* look like .* \(EPSG:27700\)"):
        fp.locate([X0 + 5], [Y0 + 5], PAIR, crs=4326)


def test_latitude_before_longitude_is_an_error() -> None:
    with pytest.raises(CRSError, match="Swap the two"):
        fp.locate([53.0], [-1.5], PAIR, crs=4326)


def test_a_few_rows_in_degrees_among_metres_are_in_none() -> None:
    codes = fp.locate([X0 + 5, -1.5], [Y0 + 5, 53.0], PAIR)
    assert texts(codes) == ["W", None]


def test_degrees_are_converted_and_the_way_is_told() -> None:
    inner = gpd.GeoSeries([WEST.centroid, EAST.centroid], crs=27700).to_crs(4326)
    codes = fp.locate(inner.x, inner.y, PAIR, crs=4326)
    assert codes.tolist() == ["W", "E"]
    assert codes.attrs["accuracy_m"] == "2.0"
    assert "OSGB" in codes.attrs["transformation"]
    assert texts(fp.locate([np.nan, inner.x[0]], [50.0, inner.y[0]], PAIR, crs=4326)) == [None, "W"]


def test_a_ballpark_transformation_is_refused() -> None:
    with pytest.raises(CRSError, match="no transformation of known accuracy"):
        fp.locate([-1.5], [53.0], PAIR, crs=4258)


@pytest.mark.parametrize(
    ("layer", "error", "words"),
    [
        (PAIR.to_crs(4326), CRSError, "The layer is in EPSG:4326, not in EPSG:27700"),
        (PAIR.set_crs(None, allow_override=True), CRSError, "no CRS"),
        (pd.DataFrame(PAIR), GeometryError, "has no lines"),
        (pd.concat([PAIR, PAIR]), GeometryError, "'W', 'E', 'W', 'E'"),
        (layer_of({"A": WEST, "B": None}), GeometryError, "no geometry.*'B'"),
        (
            layer_of({"A": Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])}),
            GeometryError,
            "Self-inter.*'A'",
        ),
        (layer_of({"A": shapely.Point(1, 1)}), GeometryError, "Point.*'A'"),
        (PAIR.set_axis(["A", None]), GeometryError, "without a code"),
    ],
)
def test_a_layer_that_cannot_be_used_is_an_error(layer, error, words) -> None:
    with pytest.raises(error, match=words):
        fp.Locator(layer)


def test_a_locator_answers_alike_after_pickling_without_its_original() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(X0, X0 + 2500, 5000), rng.uniform(Y0, Y0 + 1200, 5000)
    locator = fp.Locator(PAIR)
    sent = pickle.dumps(locator)
    expected = locator.find(x, y)
    assert len(sent) < 3_000
    del locator
    again = pickle.loads(sent)  # noqa: S301 - our own bytes.
    np.testing.assert_array_equal(again.find(x, y), expected)
    assert list(again.codes) == ["E", "W"]
    assert pickle.dumps(again) == sent


def test_another_process_can_use_a_pickled_locator(tmp_path: Path) -> None:
    file = tmp_path / "locator.pickle"
    file.write_bytes(pickle.dumps(fp.Locator(PAIR)))
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).find(400005, 300005))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[1]"


def test_a_locator_can_be_used_in_place_of_its_layer_and_outlives_changes_to_it() -> None:
    layer = PAIR.copy()
    locator = fp.Locator(layer)
    layer.loc["W", "geometry"] = EAST
    assert fp.locate([X0 + 5], [Y0 + 5], locator).tolist() == ["W"]
    assert repr(locator) == "<Locator of 2 footprints>"


def test_finding_gives_positions_in_the_sorted_codes() -> None:
    locator = fp.Locator(PAIR)
    found = locator.find([X0 + 5, X0 + 1500, np.nan], [Y0 + 5, Y0 + 5, Y0])
    assert (found.dtype, found.tolist()) == ("int32", [1, 0, -1])
    assert list(locator.codes) == ["E", "W"]


@pytest.mark.parametrize(("x", "y"), [([1, 2], [1]), ([[1]], [[1]])])
def test_a_locator_wants_two_lists_of_the_same_length(x, y) -> None:
    with pytest.raises(TableError, match="two lists of the same length"):
        fp.Locator(PAIR).find(x, y)


def test_threads_find_what_one_finds() -> None:
    rng = np.random.default_rng(7)
    blobs = {f"B{i}": shapely.Point(X0 + 900 * i, Y0).buffer(500, quad_segs=500) for i in range(12)}
    x, y = rng.uniform(X0, X0 + 11_000, 60_000), rng.uniform(Y0 - 500, Y0 + 500, 60_000)
    expected = fp.Locator(layer_of(blobs)).find(x, y)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(5):
            locator = fp.Locator(layer_of(blobs))
            parts = threads.map(lambda part, it=locator: it.find(x[part::8], y[part::8]), range(8))
            for part, found in enumerate(parts):
                np.testing.assert_array_equal(found, expected[part::8])


def points_table(count: int = 50) -> pa.Table:
    """Make a table of points with columns that must come through untouched."""
    rng = np.random.default_rng(5)
    x = rng.uniform(X0 - 100, X0 + 2100, count).round(3)
    y = rng.uniform(Y0 - 100, Y0 + 1100, count).round(3)
    ids = [f"0{number}" for number in range(count)]
    return pa.table(
        {"id": ids, 'x, "m"': x, "y": y, "a.b =1": [None, "a,b", 'q"', "é", ""] * (count // 5)}
    )


HOSTILE = 'x, "m"'


def write(table: pa.Table, file: Path) -> Path:
    """Write a table as its ending says."""
    if file.suffix == ".csv":
        table.to_pandas().to_csv(file, index=False)
    else:
        pq.write_table(table, file, row_group_size=20)
    return file


@pytest.mark.parametrize("rows", [1, 7, 1000])
@pytest.mark.parametrize("target", ["out.csv", "out.parquet"])
@pytest.mark.parametrize("source", ["in.csv", "in.parquet"])
def test_files_gain_a_column_a_layer_and_keep_the_others(tmp_path, source, target, rows) -> None:
    table = points_table()
    file = write(table, tmp_path / source)
    one = layer_of({"A": box(X0, Y0, X0 + 2000, Y0 + 500)})
    layers = {"side": PAIR, 'own, "half"': fp.Locator(one)}
    done: list[int] = []
    counts = fp.locate_file(
        file, tmp_path / target, layers, x=HOSTILE, y="y", block_rows=rows, on_rows=done.append
    )
    read = pd.read_csv if target.endswith("csv") else pd.read_parquet
    found = (
        read(tmp_path / target, dtype="str") if target.endswith("csv") else read(tmp_path / target)
    )
    assert list(found.columns) == [*table.column_names, *layers]
    assert found["id"].tolist() == table["id"].to_pylist()
    assert found["a.b =1"].fillna("").tolist() == [
        text or "" for text in table["a.b =1"].to_pylist()
    ]
    x, y = table[HOSTILE].to_numpy(), table["y"].to_numpy()
    assert texts(found["side"]) == slowly(x, y, PAIR)
    assert texts(found['own, "half"']) == slowly(x, y, one)
    assert counts.index.tolist() == list(layers)
    assert counts.loc["side", "in_none"] == found["side"].isna().sum()
    assert (counts["points"] == counts.drop(columns="points").sum(axis=1)).all()
    assert (sum(done), max(done)) == (50, min(rows, 50))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([source, target])


def test_types_and_metadata_of_parquet_come_through(tmp_path: Path) -> None:
    table = pa.table(
        {"n": pa.array([1], pa.int8()), "x": [X0 + 5], "y": pa.array([Y0 + 5.0], pa.float32())}
    )
    write(table.replace_schema_metadata({"by": "us"}), tmp_path / "in.parquet")
    fp.locate_file(tmp_path / "in.parquet", tmp_path / "out.parquet", {"c": PAIR}, x="x", y="y")
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert schema.metadata[b"by"] == b"us"
    assert [str(field.type) for field in schema] == ["int8", "int64", "float", "string"]


def test_tables_that_pandas_and_geopandas_wrote_come_through_with_index_and_geometry(
    tmp_path: Path,
) -> None:
    frame = pd.DataFrame({"x": [X0 + 5.0], "y": [Y0 + 5.0]}, index=pd.Index(["p"], name="who"))
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["x"], frame["y"]), crs=27700)
    points.to_parquet(tmp_path / "in.parquet")
    fp.locate_file(tmp_path / "in.parquet", tmp_path / "out.parquet", {"c": PAIR}, x="x", y="y")
    found = gpd.read_parquet(tmp_path / "out.parquet")
    pd.testing.assert_frame_equal(found.drop(columns="c"), points)
    assert found["c"].to_dict() == {"p": "W"}


def test_coordinates_may_be_text_categories_or_decimals_in_parquet(tmp_path: Path) -> None:
    easting, northing = pa.array([str(X0 + 5), "?", None]), pa.array([Y0 + 5, Y0, Y0])
    kinds = {
        "text": easting.cast(pa.large_string()),
        "categories": easting.dictionary_encode(),
        "decimals": pa.array([Decimal(X0 + 5), None, None], pa.decimal128(9, 2)),
    }
    for kind, column in kinds.items():
        write(pa.table({"x": column, "y": northing}), tmp_path / "in.parquet")
        target = tmp_path / f"{kind}.csv"
        counts = fp.locate_file(tmp_path / "in.parquet", target, {"c": PAIR}, x="x", y="y")
        assert counts.loc["c", ["in_one", "no_coordinates"]].tolist() == [1, 2], kind


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    file = write(points_table(), tmp_path / "in.csv")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="'out.csv' cannot be written: No space left on device"):
        failing(file, tmp_path / "out.csv", on_rows=full)
    assert list(tmp_path.iterdir()) == [file]


def test_text_files_of_other_kinds_are_read(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    text = f"Points of our area\nname;x;y\nBrené;{X0 + 5}; {Y0 + 5}\nB;;{Y0}\nC;n/a;{Y0}\n"
    file.write_bytes(text.encode("cp1252"))
    counts = fp.locate_file(file, tmp_path / "out.csv", {"c": PAIR}, x="x", y="y")
    assert pa_csv.read_csv(tmp_path / "out.csv")["c"].to_pylist() == ["W", "", ""]
    assert counts.loc["c"].to_dict() == {
        "points": 3, "in_one": 1, "in_two": 0, "on_edge": 0, "in_none": 0, "no_coordinates": 2,
    }  # fmt: skip
    assert "Brené" in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_a_file_without_rows_gives_one_without_rows(tmp_path: Path) -> None:
    write(points_table().slice(0, 0), tmp_path / "in.parquet")
    counts = fp.locate_file(
        tmp_path / "in.parquet", tmp_path / "out.csv", {"c": PAIR}, x=HOSTILE, y="y"
    )
    assert counts.loc["c", "points"] == 0
    assert len(pd.read_csv(tmp_path / "out.csv")) == 0


def test_degrees_in_a_file_are_converted_if_declared_and_an_error_if_not(tmp_path: Path) -> None:
    inner = gpd.GeoSeries([WEST.centroid] * 30, crs=27700).to_crs(4326)
    write(pa.table({"lon": inner.x.to_numpy(), "lat": inner.y.to_numpy()}), tmp_path / "in.parquet")
    names = {"x": "lon", "y": "lat", "block_rows": 4}
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    with pytest.raises(CRSError, match="'in.parquet' is declared .* look like longitude"):
        fp.locate_file(source, target, {"c": PAIR}, **names)
    assert not target.exists()
    counts = fp.locate_file(source, target, {"c": PAIR}, crs=4326, **names)
    assert counts.loc["c", "in_one"] == 30
    assert counts.attrs["accuracy_m"] == "2.0"


def failing(source: Path, target: Path, **options) -> None:
    """Locate with what is not there."""
    fp.locate_file(source, target, **{"layers": {"c": PAIR}, "x": HOSTILE, "y": "y"} | options)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"x": "easting"}, TableError, "has no column 'easting'"),
        ({"layers": {"id": PAIR}}, TableError, "has columns 'id' already"),
        ({"layers": {}}, TableError, "at least one layer"),
        ({"block_rows": 0}, TableError, "at least one row"),
        ({"layers": {"c": PAIR.to_crs(4326)}}, CRSError, "The layer is in EPSG:4326"),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_what_cannot_be_done_is_an_error_before_anything_is_written(
    tmp_path, ending, options, error, words
) -> None:
    file = write(points_table(), tmp_path / f"in{ending}")
    with pytest.raises(error, match=words):
        failing(file, tmp_path / "out.csv", **options)
    assert list(tmp_path.iterdir()) == [file]


def test_the_source_is_never_written_over(tmp_path: Path) -> None:
    file = write(points_table(), tmp_path / "in.csv")
    before = file.read_bytes()
    with pytest.raises(OutputError, match="is the source"):
        failing(file, tmp_path / "." / "in.csv")
    (tmp_path / "link.csv").symlink_to(file)
    with pytest.raises(OutputError, match="is the source"):
        failing(file, tmp_path / "link.csv")
    assert file.read_bytes() == before


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    file = write(points_table(), tmp_path / "in.csv")
    with pytest.raises(OutputError, match="must end in '.csv', '.parquet'"):
        failing(file, tmp_path / "out.json")
    with pytest.raises(FileError, match="'none.csv' is not there"):
        failing(tmp_path / "none.csv", tmp_path / "out.csv")
    points_table().to_pandas()[["id", "y"]].to_excel(tmp_path / "in.xlsx")
    with pytest.raises(FileError, match="is a workbook"):
        failing(tmp_path / "in.xlsx", tmp_path / "out.csv")


def test_a_run_that_fails_half_way_leaves_what_stood_there(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{X0},{Y0},z" for i in range(100))
    (tmp_path / "in.csv").write_text(f"id,x,y,z\n{rows}\n1,2\n98765,{X0}\n", encoding="utf-8")
    (tmp_path / "out.csv").write_text("before", encoding="utf-8")
    with pytest.raises(TableError, match="4 of its header: rows 102-103") as caught:
        failing(tmp_path / "in.csv", tmp_path / "out.csv", x="x", block_rows=5)
    assert "98765" not in str(caught.value)
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "before"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_damaged_file_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    file = write(points_table(5000), tmp_path / "in.parquet")
    data = bytearray(file.read_bytes())
    data[5000:9000] = b"\xff" * 4000
    file.write_bytes(bytes(data))
    with pytest.raises(FileError, match="'in.parquet'"):
        failing(file, tmp_path / "out.parquet")
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_without_any_coordinates_is_an_error_that_echoes_none(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("x,y\nSW1A 1AA,\nSW1A 2AA,\n", encoding="utf-8")
    with pytest.raises(TableError, match="The points in 'in.csv' have no coord.* all 2") as caught:
        failing(tmp_path / "in.csv", tmp_path / "out.csv", x="x")
    assert "SW1A" not in str(caught.value)
    assert not (tmp_path / "out.csv").exists()


def test_a_column_of_dates_is_no_column_of_coordinates(tmp_path: Path) -> None:
    dates = pa.array([1, 2], pa.timestamp("s"))
    write(pa.table({"x": dates, "y": [1.0, 2.0]}), tmp_path / "in.parquet")
    with pytest.raises(TableError, match="no numbers: 'x' .timestamp"):
        failing(tmp_path / "in.parquet", tmp_path / "out.csv", x="x")


def test_england_in_all_its_detail_agrees_with_the_slow_way(shared: Path) -> None:
    layer = gpd.read_file(shared / "data" / "england" / "england.gpkg", layer="LAD21")
    layer = layer.set_index("LAD21CD")
    rng = np.random.default_rng(11)
    corners = rng.choice(shapely.get_coordinates(layer.geometry.array), 3000)
    places = np.concatenate([corners, corners + rng.normal(0, 300, corners.shape)])
    places = np.concatenate([places, (corners[1:] + corners[:-1]) / 2])
    tree = shapely.STRtree(layer.geometry.array)
    point, row = tree.query(shapely.points(places), predicate="intersects")
    expected = pd.Series(layer.index[row].astype("str")).groupby(point).min()
    codes = fp.locate(places[:, 0], places[:, 1], layer)
    assert texts(codes) == texts(expected.reindex(range(len(places))))
    assert int(codes.attrs["on_edge"]) > 2000
