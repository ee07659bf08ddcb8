"""Reports on the map and as tidy tables: what is read back is what was found."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pandas.testing import assert_frame_equal
from reports import HOSTILE, hostile, mixed, read_xml

import footprints as fp
from footprints.errors import OutputError, plain
from footprints.report import FINDING_COLUMNS, Report
from footprints.report.evidence import EVIDENCE_COLUMNS, PARTS, shared_ground
from footprints.report.geo import COLOURS, as_geojson, as_gpkg, judged_footprints
from footprints.report.tidy import write_tidy

if TYPE_CHECKING:
    from pathlib import Path

KEY = ["check", "layer", "against", "code"]


@pytest.fixture(scope="module")
def report() -> Report:
    return mixed()


@pytest.fixture(scope="module")
def judged(england: fp.Atlas) -> Report:
    return fp.check(england)


def plainly(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as files for machines have its texts."""
    texts = frame.select_dtypes("str").columns
    return frame.assign(**{name: frame[name].map(plain, na_action="ignore") for name in texts})


def footprints_in(page: dict) -> list[dict]:
    """Return what a GeoJSON file says of each footprint."""
    said = [feature["properties"] for feature in page["features"]]
    return [each for each in said if each["kind"] == "footprint"]


def evidence_in(page: dict) -> list[dict]:
    """Return what a GeoJSON file says of each pair that it draws."""
    said = [feature["properties"] for feature in page["features"]]
    return [each for each in said if each["kind"] == "evidence"]


def told(content: bytes) -> pd.DataFrame:
    """Return all that a GeoJSON file tells, a row a footprint and check."""
    page = json.loads(content)
    rows = [
        {
            "check": name.split("_")[0].replace("population", "population-band"),
            "against": name.removesuffix("_message").partition("_")[2].replace("band", ""),
            **{key: about[key] for key in ("layer", "code", "name")},
            "status": about[name.removesuffix("_message")],
            "message": text,
        }
        for about in footprints_in(page)
        for name, text in about.items()
        if name.endswith("_message") and text is not None
    ]
    return pd.DataFrame(rows + page["findings_without_lines"]).fillna("")


def expected(findings: pd.DataFrame, drawn: list[str]) -> pd.DataFrame:
    """Return findings, those of one footprint and check together, the worst word for them."""
    ranked = plainly(findings).assign(rank=findings["status"].map(list(COLOURS).index))
    ranked = ranked.sort_values("rank", kind="stable")
    on = ranked["layer"].isin(drawn) & ranked["code"].notna()
    ranked["row"] = np.where(on, -1, ranked.index)
    names = ranked.groupby(["layer", "code"])["name"].transform("first")
    ranked["name"] = ranked["name"].mask(on, names)
    return (
        ranked.fillna(dict.fromkeys([*KEY, "name", "message"], ""))
        .groupby([*KEY, "row"], as_index=False)
        .agg(name=("name", "first"), status=("status", "first"), message=("message", " ".join))
    )


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    columns = [*KEY, "name", "status", "message"]
    found, wanted = (
        frame[columns].astype("str").sort_values(columns, ignore_index=True)
        for frame in (found, wanted)
    )
    assert_frame_equal(found, wanted)


@pytest.mark.parametrize("kind", ["report", "judged"])
def test_geojson_holds_every_finding(kind: str, request: pytest.FixtureRequest) -> None:
    made = request.getfixturevalue(kind)
    content = as_geojson(made, "DRAFT")
    drawn = sorted({each["layer"] for each in footprints_in(json.loads(content))})
    same(told(content), expected(made.findings, drawn))
    assert len(told(content)) >= len(made.findings) - 1


def test_geojson_keeps_the_rules_of_rfc_7946(judged: Report, tmp_path: Path) -> None:
    content = as_geojson(judged)
    page = json.loads(content)
    assert page["type"] == "FeatureCollection"
    assert "crs" not in page
    ids = [feature["id"] for feature in page["features"]]
    assert len(ids) == len(set(ids))
    shapes = np.array([shapely.from_geojson(json.dumps(f["geometry"])) for f in page["features"]])
    assert shapely.is_valid(shapes).all()
    rings = shapely.get_exterior_ring(shapely.get_parts(shapes))
    assert shapely.is_ccw(rings).all()
    west, south, east, north = shapely.total_bounds(shapes)
    assert -7 < west < east < 2
    assert 49 < south < north < 56
    places = shapely.get_coordinates(shapes)
    assert (places == np.round(places, 6)).all()
    file = tmp_path / "found.geojson"
    file.write_bytes(content)
    read = gpd.read_file(file)
    assert read.crs == "EPSG:4326"
    back = read[read["layer"] == "icb26"].to_crs("EPSG:27700").geometry.area.to_numpy()
    drawn = judged_footprints(judged, "icb26").geometry.area.to_numpy()
    assert np.allclose(back, drawn, rtol=1e-4)


def test_geojson_says_what_is_illustrative_and_what_has_no_lines(judged: Report) -> None:
    page = json.loads(as_geojson(judged, "DRAFT"))
    assert {each["properties"]["lines"] for each in page["features"]} == {"illustrative"}
    assert page["layers_without_lines"] == ["pcn21", "nhser22", "lrf19", "cal21", "amb22"]
    assert page["marking"] == "DRAFT"
    assert page["notes"] == list(judged.atlas.notes)
    assert page["populations"] == judged.populations


def test_the_worst_message_stands_first_and_people_have_their_basis(report: Report) -> None:
    frame = judged_footprints(report, "lad21")
    assert frame.crs == "EPSG:27700"
    assert frame["status"].to_dict() == {"D1": "warn", "D2": "fail", "D3": "pass"}
    assert frame.loc["D2", "message"].startswith("Middle (D2) reaches into 2 systems")
    assert frame.loc["D1", "nesting"] == "warn"
    basis = ["people", "population", "population_date", "population_source"]
    assert frame.loc["D2", basis].to_list() == [7.0, "residents", "2020-06-30", "a survey"]
    assert frame["lines"].unique().tolist() == ["official"]


def test_a_focus_is_drawn_with_what_meets_it_whole(england: fp.Atlas) -> None:
    focused = fp.check(england.focus("Frimley"), layers="icb22")
    whole = fp.check(england, layers="icb22")
    frame = judged_footprints(focused, "icb22")
    assert set(frame.index) == set(focused.findings["code"].dropna())
    other = judged_footprints(whole, "icb22").loc[frame.index]
    assert frame.geometry.geom_equals(other.geometry).all()


def test_a_ring_that_rounding_breaks_is_drawn_valid() -> None:
    from footprints.report.geo import _degrees

    # A spit 2 cm wide: rounded vertex by vertex, its two sides cross.
    spit = [(0, 0), (1000, 0), (1000, 500), (3000, 500.01), (1000, 500.02), (1000, 1000), (0, 900)]
    shapes = [shapely.Polygon(spit), shapely.box(0, 0, 0.01, 0.01)]
    frame = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:27700")
    drawn = _degrees(frame.translate(400_000, 300_000).to_frame("geometry"))
    assert shapely.is_valid(drawn).all()
    assert not shapely.is_empty(drawn).any()


def written(content: bytes, folder: Path) -> Path:
    file = folder / "report.gpkg"
    file.write_bytes(content)
    return file


def restored(file: Path, table: str, like: pd.DataFrame) -> pd.DataFrame:
    read = pyogrio.read_dataframe(file, layer=table, read_geometry=False)
    return read.astype(like.dtypes.to_dict())


@pytest.mark.parametrize("kind", ["report", "judged", "hostile"])
def test_a_geopackage_holds_findings_and_pairs(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    made = hostile(mixed()) if kind == "hostile" else request.getfixturevalue(kind)
    file = written(as_gpkg(made, "DRAFT"), tmp_path)
    for table in ("findings", "pairs"):
        wanted = plainly(getattr(made, table)).reset_index(drop=True)
        wanted.attrs = {}
        assert_frame_equal(restored(file, table, wanted), wanted)
    about = pyogrio.read_dataframe(file, layer="about", read_geometry=False)
    assert about.set_index("what")["said"]["marking"] == "DRAFT"


def test_a_geopackage_is_the_same_for_the_same_report_on_the_same_day(report: Report) -> None:
    first = as_gpkg(report, "DRAFT")
    time.sleep(0.01)
    assert as_gpkg(report, "DRAFT") == first


def test_a_report_without_pairs_is_a_geopackage_too(report: Report, tmp_path: Path) -> None:
    bands = fp.check(report.atlas, select=["population-band"])
    file = written(as_gpkg(bands), tmp_path)
    assert list(pyogrio.read_info(file, layer="pairs")["fields"]) == list(bands.pairs.columns)
    assert pyogrio.read_info(file, layer="pairs")["features"] == 0


def test_each_judged_layer_is_in_a_geopackage_in_metres(judged: Report, tmp_path: Path) -> None:
    file = written(as_gpkg(judged), tmp_path)
    layers = dict(pyogrio.list_layers(file))
    drawn = [name for name, kind in layers.items() if kind == "MultiPolygon"]
    assert drawn == ["place22", "icb26", "lad23", "ctyua23", "hwb23", "sicbl22", "evidence"]
    for key in drawn[:-1]:
        read = gpd.read_file(file, layer=key, engine="pyogrio").set_index("code")
        wanted = plainly(judged_footprints(judged, key))
        assert read.crs == "EPSG:27700"
        assert read.geometry.geom_equals(wanted.geometry).all()
        texts = wanted.drop(columns="geometry")
        assert_frame_equal(
            pd.DataFrame(read)[list(texts)].astype(texts.dtypes), pd.DataFrame(texts)
        )


def test_qgis_finds_a_style_by_status_for_each_layer(report: Report, tmp_path: Path) -> None:
    file = written(as_gpkg(report), tmp_path)
    database = sqlite3.connect(file)
    try:
        styles = database.execute(
            "SELECT f_table_name, f_geometry_column, styleQML FROM layer_styles "
            "WHERE f_table_schema = '' AND useAsDefault"
        ).fetchall()
        columns = database.execute(
            "SELECT table_name, column_name FROM gpkg_geometry_columns"
        ).fetchall()
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        database.close()
    assert sorted(style[:2] for style in styles) == sorted(columns)
    assert {name for name, _ in columns} == {"icb22", "lad21", "evidence"}
    for name, _, style in styles:
        attribute, wanted = ("part", PARTS) if name == "evidence" else ("status", COLOURS)
        renderer = read_xml(style).find("renderer-v2")
        assert renderer.attrib.items() >= {"type": "categorizedSymbol", "attr": attribute}.items()
        symbols = {node.get("name"): node for node in renderer.iter("symbol")}
        colours = {}
        for category in renderer.iter("category"):
            options = symbols[category.get("symbol")].find("layer").find("Option")
            values = {option.get("name"): option.get("value") for option in options}
            red, green, blue, _ = map(int, values["color"].split(","))
            colours[category.get("value")] = f"#{red:02x}{green:02x}{blue:02x}"
        assert colours == wanted


def test_columns_of_layers_named_alike_are_kept_apart(report: Report, tmp_path: Path) -> None:
    findings = report.findings[report.findings["check"] == "nesting"]
    mine = findings[(findings["layer"] == "lad21") & (findings["code"] == "D2")].head(1)
    others = ["x", "x_message", "x-message", "X"]
    rows = [mine.assign(against=key, message=f"against {key}.") for key in others]
    made = replace(report, findings=pd.concat(rows, ignore_index=True))
    frame = judged_footprints(made, "lad21")
    said = frame.loc["D2", [name for name in frame if name.startswith("nesting")]]
    assert said.to_dict() == {
        "nesting_X": "fail",
        "nesting_X_message": "against X.",
        "nesting_x_": "fail",
        "nesting_x__message": "against x.",
        "nesting_x_message_": "fail",
        "nesting_x_message__message": "against x-message.",
        "nesting_x_message__": "fail",
        "nesting_x_message___message": "against x_message.",
    }
    # No two differ by case alone, since those of a GeoPackage would be one.
    file = tmp_path / "found.gpkg"
    file.write_bytes(as_gpkg(made))
    read = pyogrio.read_dataframe(file, layer="lad21").set_index("code")
    assert read.loc["D2", list(said.index)].to_dict() == said.to_dict()


@pytest.mark.parametrize(
    "key", ["pairs", "evidence", "layer_styles", "gpkg_contents", "sqlite_master"]
)
def test_a_layer_named_as_a_table_keeps_both(key: str, report: Report, tmp_path: Path) -> None:
    atlas = report.atlas
    layer = fp.Layer(
        table=pd.DataFrame({"name": ["All"]}, index=["A"]),
        members={"squares": pd.Series("A", index=list("abcdef"))},
        level="place",
    )
    units = fp.UnitTable(
        table=atlas.units["squares"],
        populations=(fp.Population(name="residents", source="a survey", as_at="2020-06-30"),),
        lines="official",
    )
    named = fp.Atlas(title="Pairs", units={"squares": units}, layers={key: layer})
    file = written(as_gpkg(fp.check(named, layers=key)), tmp_path)
    assert {f"footprints_{key}", "pairs"} <= {name for name, _ in pyogrio.list_layers(file)}


def test_what_a_footprint_shares_with_each_other_one_is_drawn_from_its_units(
    report: Report,
) -> None:
    ground = shared_ground(report)
    middle = ground[(ground["left"] == "D2") & (ground["right_layer"] == "icb22")]
    assert list(ground.columns) == [*EVIDENCE_COLUMNS, "geometry"]
    assert ground.crs == "EPSG:27700"
    assert middle["people"].to_dict() == report.pairs.loc[middle.index, "people"].to_dict()
    assert middle.set_index("right")["people"].to_dict() == {"S1": 3, "S2": 4}
    assert middle.set_index("right")["part"].to_dict() == {"S1": "further", "S2": "largest"}
    assert middle["population"].unique().tolist() == ["residents"]
    assert middle["lines"].unique().tolist() == ["official"]
    units = report.atlas.units["squares"].geometry
    drawn = middle.set_index("right").geometry
    assert drawn["S1"].equals(units["c"])
    assert drawn["S2"].equals(units["d"])


def test_what_lies_in_no_footprint_is_drawn_too(report: Report) -> None:
    ground = shared_ground(report)
    (bare,) = ground.index[(ground["left"] == "S2") & ground["right"].isna()]
    assert ground.loc[bare, ["people", "part"]].to_list() == [6, "in none"]
    assert ground.geometry[bare].equals(report.atlas.units["squares"].geometry["f"])


def test_the_ground_of_all_pairs_of_a_footprint_is_the_footprint(judged: Report) -> None:
    ground = shared_ground(judged)
    assert set(judged.pairs.drop(index=ground.index)["left_layer"]) == {"pcn21"}
    assert set(ground["lines"]) == {"illustrative"}
    one = ground[(ground["left_layer"] == "lad23") & (ground["right_layer"] == "icb26")]
    whole = one.dissolve("left").geometry
    lines = judged.atlas.layers["lad23"].geometry.reindex(whole.index)
    assert whole.symmetric_difference(lines).area.max() < 1


def test_evidence_read_back_counts_the_people_of_the_pairs(judged: Report, tmp_path: Path) -> None:
    ground = shared_ground(judged)
    read = pyogrio.read_dataframe(written(as_gpkg(judged), tmp_path), layer="evidence")
    assert read.crs == "EPSG:27700"
    assert read.geometry.geom_equals(ground.geometry.reset_index(drop=True)).all()
    wanted = plainly(pd.DataFrame(ground[EVIDENCE_COLUMNS])).reset_index(drop=True)
    assert_frame_equal(pd.DataFrame(read[EVIDENCE_COLUMNS]).astype(wanted.dtypes), wanted)
    page = json.loads(as_geojson(judged))
    said, bare = evidence_in(page), page["pairs_without_lines"]
    assert [each["people"] for each in said] == ground["people"].to_list()
    assert len(said) + len(bare) == len(judged.pairs)
    assert sum(each["people"] for each in said + bare) == judged.pairs["people"].sum()


def test_layers_that_share_no_units_share_what_their_lines_share() -> None:
    halves = gpd.GeoDataFrame(
        {"name": ["West", "East"]},
        index=["W", "E"],
        geometry=[shapely.box(0, 0, 60, 100), shapely.box(60, 0, 100, 100)],
        crs="EPSG:27700",
    )
    parts = halves.set_axis(["L", "R"]).set_geometry(
        [shapely.box(0, 0, 50, 100), shapely.box(50, 0, 90, 100)], crs="EPSG:27700"
    )
    people = (fp.Population(name="residents", source="a survey", as_at="2020-06-30"),)
    counted = {
        key: fp.UnitTable(
            table=pd.DataFrame({"residents": [5, 6]}, index=codes), populations=people
        )
        for key, codes in {"lists": ["W", "E"], "others": ["L", "R"]}.items()
    }
    layers = {
        key: fp.Layer(
            table=table,
            members={units: pd.Series(table.index, index=table.index)},
            level=level,
            lines="official",
        )
        for key, units, level, table in (
            ("lad21", "lists", "district", halves),
            ("icb22", "others", "system", parts),
        )
    }
    checks = fp.Checks(nest=(("lad21", "icb22"),))
    atlas = fp.Atlas(title="Halves", units=counted, layers=layers, checks=checks)
    made = fp.check(atlas, select=["nesting"])
    ground = shared_ground(made)
    areas = ground.set_index(["left", ground["right"].fillna("none")]).area.to_dict()
    assert areas == {
        ("W", "L"): 5000,
        ("W", "R"): 1000,
        ("E", "R"): 3000,
        ("E", "none"): 1000,
    }
    assert ground["people"].isna().all()


def test_units_without_lines_give_no_evidence(judged: Report, tmp_path: Path) -> None:
    made = replace(judged, pairs=judged.pairs[judged.pairs["left_layer"] == "pcn21"])
    assert len(made.pairs) == 6
    assert shared_ground(made).empty
    layers = {name for name, _ in pyogrio.list_layers(written(as_gpkg(made), tmp_path))}
    assert "evidence" not in layers
    page = json.loads(as_geojson(made))
    assert evidence_in(page) == []
    assert [each["people"] for each in page["pairs_without_lines"]] == made.pairs[
        "people"
    ].to_list()


def test_a_focus_draws_the_ground_that_the_whole_draws(england: fp.Atlas) -> None:
    asked = {"layers": "icb22", "select": ["coterminosity"]}
    ground = shared_ground(fp.check(england.focus("Frimley"), **asked)).set_index(["left", "right"])
    whole = shared_ground(fp.check(england, **asked)).set_index(["left", "right"])
    assert len(ground)
    assert ground.geometry.geom_equals(whole.geometry.loc[ground.index]).all()


def test_hostile_names_are_shown_as_text_in_evidence(report: Report, tmp_path: Path) -> None:
    count = len(report.pairs)
    names = (HOSTILE * count)[:count]
    made = replace(report, pairs=report.pairs.assign(left_name=names, right_name=names[::-1]))
    shown = [plain(text) for text in shared_ground(made)["left_name"]]
    content = as_geojson(made)
    assert b"<" not in content
    assert [each["left_name"] for each in evidence_in(json.loads(content))] == shown
    read = pyogrio.read_dataframe(written(as_gpkg(made), tmp_path), layer="evidence")
    assert read["left_name"].to_list() == shown


def test_the_colours_are_told_apart_by_lightness() -> None:
    """Print and the common forms of colour blindness leave lightness."""
    light = []
    for colour in COLOURS.values():
        red, green, blue = (value / 255 for value in bytes.fromhex(colour[1:]))
        light.append(0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2)
    named = dict(zip(COLOURS, light, strict=True))
    assert named["fail"] < named["warn"] < named["pass"] < named["skipped"]
    assert min(b - a for a, b in zip(sorted(light), sorted(light)[1:], strict=False)) > 0.01


def test_hostile_texts_are_shown_as_text_in_geojson(report: Report) -> None:
    made = hostile(report)
    content = as_geojson(made, HOSTILE[1])
    assert b"<" not in content
    assert not [c for c in content.decode() if ord(c) < 32 and c != "\n"]
    page = json.loads(content)
    assert page["marking"] == plain(HOSTILE[1])
    names = [each["name"] for each in footprints_in(page)]
    assert names == [plain(text) for text in HOSTILE[1:7]]
    same(told(content), expected(made.findings, ["icb22"]))


def test_tidy_tables_are_the_report_to_the_letter(report: Report, tmp_path: Path) -> None:
    for made in (report, hostile(report)):
        folder = write_tidy(made, tmp_path / "tables")
        findings = pd.read_parquet(folder / "findings.parquet")
        assert_frame_equal(findings, made.findings)
        assert dict(findings.dtypes.astype("str")) == FINDING_COLUMNS
        assert_frame_equal(pd.read_parquet(folder / "pairs.parquet"), made.pairs)
    marked = pd.read_parquet(write_tidy(report, folder, marking="DRAFT") / "findings.parquet")
    assert marked["marking"].unique().tolist() == ["DRAFT"]
    assert [file.name for file in tmp_path.iterdir()] == ["tables"]


def test_a_folder_of_something_else_is_not_replaced(report: Report, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    with pytest.raises(OutputError, match="'mine' cannot be replaced: it holds something else"):
        write_tidy(report, folder)
    with pytest.raises(OutputError, match="there is no folder 'nowhere'"):
        write_tidy(report, tmp_path / "nowhere" / "tables")
    assert [file.name for file in folder.iterdir()] == ["letter.txt"]


def test_a_report_of_nothing_is_still_a_file(report: Report, tmp_path: Path) -> None:
    nothing = replace(report, findings=report.findings.head(0), pairs=report.pairs.head(0))
    page = json.loads(as_geojson(nothing))
    assert page["features"] == page["findings_without_lines"] == []
    file = written(as_gpkg(nothing), tmp_path)
    assert [name for name, _ in pyogrio.list_layers(file)] == [
        "findings",
        "pairs",
        "about",
        "layer_styles",
    ]


def test_a_name_that_ends_in_nothing_is_a_folder_of_tables(report: Report, tmp_path: Path) -> None:
    folder = fp.write_report(report, tmp_path / "tables", marking="DRAFT")
    assert folder.is_dir()
    read = pd.read_parquet(folder / "findings.parquet")
    assert set(read.pop("marking")) == {"DRAFT"}
    assert read["message"].tolist() == report.findings["message"].tolist()
    assert fp.write_report(report, folder) == folder
    (folder / "mine.docx").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="'tables' cannot be replaced"):
        fp.write_report(report, folder)
