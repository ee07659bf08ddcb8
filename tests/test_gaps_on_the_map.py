"""Gaps and overlaps of official lines as evidence: where they are, how large, and of which finding."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from conftest import layer_of, residents
from reports import HOSTILE
from shapely import box
from synthetic import SOUTH, WEST, as_atlas, synthetic
from test_boundaries import BORDER, HOLE, ONLY, SECOND, SLIVER, drawn, places_alone
from test_maps import data_of, outlines_of

import footprints as fp
from footprints.checks import boundaries
from footprints.errors import plain
from footprints.report.contents import visible
from footprints.report.evidence import CLASSES, GAP_COLUMNS, gaps_and_overlaps
from footprints.report.findings import FAULT_AREA, PLACE_COLUMNS
from footprints.report.geo import as_geojson, as_gpkg

if TYPE_CHECKING:
    from pathlib import Path

SHARED = box(BORDER, SOUTH, BORDER + 1000, SOUTH + 2000)
"""What the western system takes of the eastern: an overlap."""
NOISE = box(BORDER, SOUTH + 10_000, BORDER + 1e-5, SOUTH + 11_000)
"""A hundredth of a millimetre wide."""
OPEN = box(WEST, SOUTH + 7100, WEST + 500, SOUTH + 7135)
"""A notch in the coast, 35 m wide, which lines of 20 m cannot decide."""


@pytest.fixture(scope="module")
def report() -> fp.Report:
    return fp.check(drawn(HOLE, SLIVER, OPEN, NOISE, more=SHARED), **ONLY)


def gaps_in(content: bytes) -> gpd.GeoDataFrame:
    """Return the gaps and overlaps of a GeoJSON file, valid in degrees, back in metres."""
    features = json.loads(content)["features"]
    kept = [each for each in features if each["properties"]["kind"] == "gap_or_overlap"]
    shapes = [shapely.from_geojson(json.dumps(each["geometry"])) for each in kept]
    assert shapely.is_valid(shapes).all()
    frame = gpd.GeoDataFrame([f["properties"] for f in kept], geometry=shapes, crs=4326)
    return frame.to_crs(27700)


def layers_in(content: bytes, file: Path) -> list[str]:
    """Write a GeoPackage and return its layers."""
    file.write_bytes(content)
    return [name for name, _ in pyogrio.list_layers(file)]


def test_planted_gaps_and_overlaps_are_drawn_where_they_are(report: fp.Report) -> None:
    found = gaps_and_overlaps(report)
    assert list(found.columns) == [*GAP_COLUMNS, "geometry"]
    assert found.crs == "EPSG:27700"
    assert found[["place", "class", "cause"]].to_numpy().tolist() == [
        ["overlap", "real", "real"],
        ["gap", "real", "real"],
        ["open gap", "undecidable", "undecidable"],
        ["gap", "noise", "drawing"],
        ["gap", "noise", "float noise"],
    ]
    # The hole lies across the border; what is left of the sliver beside it runs on for 1,000 m.
    planted = [SHARED, HOLE, OPEN, SLIVER.difference(HOLE), NOISE]
    off = found.geometry.symmetric_difference(gpd.GeoSeries(planted, crs=27700)).area
    assert (off / found.area).max() < 1e-4
    assert off.iloc[:4].max() < 1e-6
    assert found["area_m2"].round(2).to_list() == [2_000_000, 1_000_000, 17_500, 15_000, 0.01]
    assert found["width_m"].round(5).to_list() == [1000, 1000, 35, 15, 1e-5]
    assert found["codes"].iloc[:2].to_list() == ["icb22-0000, icb22-0100"] * 2
    people = int(synthetic().loc[["u0800", "u0801"], "residents"].sum())
    assert found["people"].to_list() == [people, 0, 0, 0, 0]
    assert found["units"].to_list() == [2, 0, 0, 0, 0]


def test_each_place_names_its_finding_and_what_was_let_pass_that_of_the_layer(
    report: fp.Report,
) -> None:
    found = gaps_and_overlaps(report)
    own = report.findings.loc[found["finding"]].reset_index(drop=True)
    for name in ("status", "message"):
        assert found[f"finding_{name}"].to_list() == own[name].to_list()
    passed = found["class"] == "noise"
    assert own.loc[passed, "code"].isna().all()
    assert (own.loc[passed, "message"].str.contains("1 of drawing, 1 of float noise")).all()
    told = own[~passed]
    assert told["value"].to_list() == found.loc[~passed, "area_m2"].round().to_list()
    assert told["code"].to_list() == found.loc[~passed, "codes"].to_list()
    assert told["result"].to_list() == found.loc[~passed, "place"].to_list()
    faults = report.findings.index[report.findings["measure"] == FAULT_AREA]
    assert sorted(told.index.map(found["finding"])) == sorted(faults)


def test_every_place_has_its_basis(report: fp.Report) -> None:
    found = gaps_and_overlaps(report)
    basis = ["population", "population_date", "population_source", "reference", "lines"]
    assert found[basis].drop_duplicates().to_numpy().tolist() == [
        ["residents", "2020-06-30", "a survey", "units", "official"]
    ]
    assert set(found["tolerance_m"]) == {20}
    assert set(found["resolution"]) == {"BGC"}
    nobody = fp.check(drawn(HOLE, resolution="BUC"), **ONLY).places
    assert (nobody["tolerance_m"].iloc[0], nobody["resolution"].iloc[0]) == (500, "BUC")


def test_what_nobody_can_tell_from_drawing_is_undecidable_and_kept() -> None:
    unknown = gaps_and_overlaps(fp.check(drawn(SLIVER, resolution=""), **ONLY))
    assert unknown[["class", "cause"]].to_numpy().tolist() == [["undecidable", "drawing"]]
    assert unknown["resolution"].isna().all()
    assert unknown["finding_status"].to_list() == ["warn"]
    lake = box(WEST + 2000, SOUTH + 2000, WEST + 2400, SOUTH + 2400)
    alone = gaps_and_overlaps(fp.check(drawn(lake, units=places_alone()), **ONLY))
    assert alone[["class", "place", "reference"]].to_numpy().tolist() == [
        ["undecidable", "gap", "the lines themselves"]
    ]


def test_what_is_forgiven_stays_real_and_says_so() -> None:
    forgiving = fp.Tolerance(share=0.5)
    found = gaps_and_overlaps(fp.check(drawn(HOLE), **ONLY, tolerance=forgiving))
    assert found[["class", "forgiven", "area_m2"]].to_numpy().tolist() == [
        ["real", True, 1_000_000]
    ]
    assert found["finding_status"].to_list() == ["pass"]
    assert "1 of forgiven" in found["finding_message"].iloc[0]


def test_places_of_two_layers_and_other_checks_keep_their_findings() -> None:
    atlas = drawn(HOLE, SECOND, boundaries=("icb22", "place21"))
    units, layers = atlas.parts()
    cells = synthetic()
    table = layers["icb22"].table
    members = {"units": cells["icb22"].astype("str")}
    other = replace(layers["icb22"], table=table.drop(columns="geometry"), members=members)
    lined = table.set_geometry(table.geometry.difference(box(WEST, SOUTH, WEST + 900, SOUTH + 900)))
    lined.attrs = dict(table.attrs)
    both = fp.Atlas(
        title="Both",
        units=units,
        layers={
            "place21": replace(other, table=lined, level="place"),
            "icb22": replace(layers["icb22"], members=members),
        },
        checks=atlas.checks,
    )
    report = fp.check(both)
    found = gaps_and_overlaps(report)
    own = report.findings.loc[found["finding"]]
    assert set(found["layer"]) == {"icb22", "place21"}
    assert own["check"].eq("boundaries").all()
    assert own["layer"].to_list() == found["layer"].to_list()
    assert own["value"].to_list() == found["area_m2"].round().to_list()
    # A list is held against its lines too: its findings stand between those of the two layers.
    assert report.findings["against"].eq("units").any()


def test_agreed_exceptions_and_a_baseline_keep_each_place_with_its_finding() -> None:
    code = "icb22-0000, icb22-0100"
    agreed = fp.Agreed(
        check="boundaries", layer="icb22", code=code, reason="a lake", until="2999-01-01"
    )
    lost = replace(agreed, code="icb22-0001")
    made = fp.check(drawn(HOLE, agreed=(agreed, lost)), **ONLY, baseline=fp.check(drawn(), **ONLY))
    found = gaps_and_overlaps(made)
    assert found["finding_status"].to_list() == ["excepted"]
    assert "Agreed until 2999-01-01: a lake" in found["finding_message"].iloc[0]
    new = gaps_and_overlaps(fp.check(drawn(HOLE), **ONLY, baseline=fp.check(drawn(), **ONLY)))
    assert new["finding_since"].to_list() == ["new"]


def test_the_geometry_is_computed_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls = []
    once = boundaries.coverage

    def counted(*args: object, **options: object) -> object:
        calls.append(args)
        return once(*args, **options)

    monkeypatch.setattr(boundaries, "coverage", counted)
    made = fp.check(drawn(HOLE), **ONLY)
    as_geojson(made)
    made.save(tmp_path / "report.gpkg")
    assert len(calls) == 1


def test_the_geopackage_has_a_coloured_layer_of_gaps_and_overlaps(
    report: fp.Report, tmp_path: Path
) -> None:
    file = tmp_path / "report.gpkg"
    assert "gaps_and_overlaps" in layers_in(as_gpkg(report), file)
    read = pyogrio.read_dataframe(file, layer="gaps_and_overlaps")
    wanted = gaps_and_overlaps(report)
    assert read.crs == "EPSG:27700"
    assert set(read.geom_type) == {"MultiPolygon"}
    assert read.geometry.to_wkb().size == len(wanted)
    assert shapely.equals(read.geometry.array, wanted.geometry.array).all()
    types = wanted.dtypes.drop("geometry").to_dict()
    pd.testing.assert_frame_equal(
        pd.DataFrame(read[GAP_COLUMNS]).astype(types), pd.DataFrame(wanted[GAP_COLUMNS])
    )
    with sqlite3.connect(file) as base:
        query = "SELECT styleQML FROM layer_styles WHERE f_table_name = 'gaps_and_overlaps'"
        ((style,),) = base.execute(query).fetchall()
        rows = base.execute("SELECT fid, message FROM findings").fetchall()
    base.close()
    assert 'attr="class"' in style
    assert all(f'value="{name}"' in style for name in CLASSES)
    # The number of a finding is that of its row, counted from 0.
    messages = {number - 1: text for number, text in rows}
    assert read["finding_message"].to_list() == [messages[n] for n in read["finding"]]


def test_geojson_draws_places_however_narrow(report: fp.Report) -> None:
    content = as_geojson(report)
    found, wanted = gaps_in(content), gaps_and_overlaps(report)
    assert np.allclose(found.area, wanted["area_m2"], rtol=1e-2)
    assert found["finding_message"].to_list() == wanted["finding_message"].to_list()
    assert found["class"].to_list() == wanted["class"].to_list()
    page = json.loads(content)
    ids = [feature["id"] for feature in page["features"]]
    assert len(ids) == len(set(ids))
    # Its own findings are on features; that of the layer is on none.
    assert [each["code"] for each in page["findings_without_lines"]] == [None]


@pytest.mark.parametrize("width", [1e-3, 1e-4, 1e-6, 1e-7])
def test_noise_of_any_width_is_drawn_as_a_valid_polygon(width: float) -> None:
    several = [
        box(BORDER, SOUTH + y, BORDER + width, SOUTH + y + 700) for y in (1000, 3000, 9000, 9800)
    ]
    made = fp.check(drawn(*several), **ONLY)
    found, wanted = gaps_in(as_geojson(made)), gaps_and_overlaps(made)
    assert set(wanted["class"]) == {"noise"}
    assert wanted["area_m2"].sum() == pytest.approx(4 * 700 * width, rel=0.01)
    assert np.allclose(found.area, wanted["area_m2"], rtol=0.02)


def test_lines_without_fault_and_illustrative_ones_have_no_such_layer(
    england: fp.Atlas, tmp_path: Path
) -> None:
    for made in (
        fp.check(drawn(), **ONLY),
        fp.check(as_atlas(synthetic())),
        fp.check(england, layers="icb22", select=["boundaries"]),
    ):
        assert gaps_and_overlaps(made).empty
        assert list(made.places.columns) == [*PLACE_COLUMNS, "geometry"]
        assert made.places.crs == "EPSG:27700"
        assert "gaps_and_overlaps" not in layers_in(as_gpkg(made), tmp_path / "none.gpkg")
        assert len(gaps_in(as_geojson(made)) if made.places.size else []) == 0


def test_a_place_that_no_footprint_is_beside_is_drawn_with_its_finding() -> None:
    atlas = drawn()
    units, layers = atlas.parts()
    table = layers["icb22"].table
    far = units["units"].table
    lone = far.iloc[[0]].set_axis(["lone"]).translate(0, -90_000)
    grown = pd.concat(
        [far[["residents", "geometry"]], lone.to_frame("geometry").assign(residents=7)]
    )
    grown = gpd.GeoDataFrame(grown, geometry="geometry", crs=27700)
    codes = synthetic()["icb22"].astype("str")
    codes["lone"] = codes.iloc[0]
    layer = replace(layers["icb22"], table=table, members={"units": codes})
    wide = fp.Atlas(title="W", units={"units": residents(grown)}, layers={"icb22": layer})
    made = fp.check(wide, **ONLY)
    found = gaps_and_overlaps(made)
    assert found["place"].to_list() == ["missing"]
    assert found["codes"].isna().all()
    assert found["people"].to_list() == [7]
    assert found.geometry.iloc[0].equals(grown.geometry["lone"])
    page = json.loads(as_geojson(made))
    assert len(page["findings_without_lines"]) == 1
    assert "place that no footprint is beside" in found["finding_message"].iloc[0]


def test_a_unit_in_no_lines_is_told_and_not_drawn() -> None:
    units = places_alone()
    units.loc["u0000", "easting"] = WEST - 5000
    made = fp.check(drawn(units=units), **ONLY)
    assert made.findings["code"].dropna().to_list() == ["u0000"]
    assert gaps_and_overlaps(made).empty
    assert len(json.loads(as_geojson(made))["findings_without_lines"]) == 2


def test_a_focus_draws_the_places_beside_its_footprint_alone() -> None:
    atlas = drawn(HOLE, box(WEST + 2000, SOUTH + 12_000, WEST + 2500, SOUTH + 12_500))
    here = fp.check(atlas.focus("icb22:icb22-0001"), select=["boundaries"])
    found = gaps_and_overlaps(here)
    assert found["codes"].to_list() == ["icb22-0001"]
    assert found["area_m2"].to_list() == [250_000]


def test_hostile_texts_of_places_are_shown_as_text(report: fp.Report, tmp_path: Path) -> None:
    count = len(report.places)
    texts = (HOSTILE * count)[:count]
    columns = {"codes": texts, "population_source": texts[::-1]}
    made = replace(report, places=report.places.assign(**columns))
    shown = [plain(text) for text in gaps_and_overlaps(made)["codes"]]
    content = as_geojson(made)
    assert b"<" not in content
    assert gaps_in(content)["codes"].to_list() == shown
    file = tmp_path / "report.gpkg"
    layers_in(as_gpkg(made), file)
    assert pyogrio.read_dataframe(file, layer="gaps_and_overlaps")["codes"].to_list() == shown


def test_a_layer_that_is_called_like_the_evidence_keeps_its_name_apart(
    report: fp.Report, tmp_path: Path
) -> None:
    units, layers = report.atlas.parts()
    codes = synthetic()["icb22"].astype("str")
    kept = replace(layers["icb22"], members={"units": codes}, level="place")
    named = fp.Atlas(title="N", units=units, layers={"gaps_and_overlaps": kept})
    made = fp.check(named, layers="gaps_and_overlaps", select=["boundaries", "coverage"])
    file = tmp_path / "named.gpkg"
    names = layers_in(as_gpkg(made), file)
    assert len(names) == len(set(names))
    assert {"gaps_and_overlaps", "footprints_gaps_and_overlaps"} <= set(names)
    read = pyogrio.read_dataframe(file, layer="gaps_and_overlaps")
    assert read["layer"].unique().tolist() == ["gaps_and_overlaps"]


def of_systems(lsoas: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> fp.Atlas:
    """Make an atlas of the systems of 2022, listed by LSOA, with lines of their own."""
    whole = layer_of(lsoas["ICB22CD"].to_dict(), "system")
    own = gpd.GeoDataFrame(
        whole.table, geometry=lines.geometry.reindex(whole.table.index), crs="EPSG:27700"
    )
    own.attrs.update({name: lines.attrs[name] for name in ("resolution", "accuracy_m")})
    layer = fp.Layer(
        table=own, members={"lsoa11": whole.members["squares"]}, level="system", lines="official"
    )
    units = residents(lsoas[["residents", "geometry"]])
    return fp.Atlas(title="Systems", units={"lsoa11": units}, layers={"icb22": layer})


def test_planted_faults_in_official_lines_are_drawn_among_their_noise(
    lsoas: gpd.GeoDataFrame, published: gpd.GeoDataFrame
) -> None:
    north, south = "E54000008", "E54000048"  # Cheshire and Merseyside, Lancashire.
    assert {north, south} <= set(published.index)
    border = shapely.intersection(*published.geometry[[north, south]].boundary)
    longest = max(shapely.get_parts(shapely.line_merge(border)), key=lambda line: line.length)
    at = [longest.interpolate(share, normalized=True) for share in (0.3, 0.7)]
    hole, taken = (box(p.x - 1500, p.y - 1500, p.x + 1500, p.y + 1500) for p in at)
    lines = published.copy()
    shapes = lines.geometry.difference(hole)
    overlap = taken.difference(shapes[north])
    shapes[north] = shapes[north].union(taken)
    lines = lines.set_geometry(shapes)
    lines.attrs = dict(published.attrs)
    report = fp.check(of_systems(lsoas, lines), **ONLY)
    found = gaps_and_overlaps(report)
    real = found[found["class"] == "real"].set_index("place")
    assert sorted(real.index) == ["gap", "overlap"]
    assert real.loc["gap", "area_m2"] == pytest.approx(9e6, rel=1e-6)
    assert real.loc["overlap", "area_m2"] == pytest.approx(overlap.area, rel=1e-6)
    for name, planted in (("gap", hole), ("overlap", overlap)):
        assert real.geometry[name].symmetric_difference(planted).area < 1
        points = lsoas.geometry.representative_point()
        inside = lsoas.loc[points.within(planted), "residents"].sum()
        assert real.loc[name, "people"] == inside
    assert real["width_m"].between(1000, 3001).all()
    assert not report.ok


def test_the_official_lines_of_systems_draw_what_cannot_be_decided(
    lsoas: gpd.GeoDataFrame, published: gpd.GeoDataFrame
) -> None:
    atlas = of_systems(lsoas, published)
    report = fp.check(atlas, layers="icb22", ignore=["population-band", "coverage"])
    found = gaps_and_overlaps(report)
    assert (found["class"] == "undecidable").sum() == 3
    assert not (found["class"] == "real").any()
    passed = fp.coverage(atlas, "icb22", method="area").table
    polygons = passed[passed["unit"].isna()]
    assert len(found) == len(polygons)
    assert found["area_m2"].sum() == pytest.approx(polygons.area.sum())
    assert np.allclose(found.area, found["area_m2"])
    # None reaches into what no line could be off by: each lies along the edge of England.
    edge = shapely.boundary(shapely.coverage_union_all(np.asarray(lsoas.geometry.array)))
    sure = found[found["class"] == "undecidable"]
    assert sure.distance(edge).max() < 1
    # Float noise of a coast has sides that cross in degrees: it is drawn all the same.
    drawn_too = gaps_in(as_geojson(report))
    assert len(drawn_too) == len(found)
    off = (drawn_too.area - found["area_m2"]).abs()
    assert (off[found["area_m2"] > 1] / found["area_m2"]).max() < 0.01


def page_of(report: fp.Report, **options: object) -> dict:
    """Return the data of a map with the findings of a report."""
    drawing = fp.footprint_map(report.atlas, "icb22", findings=report, **options)
    return data_of(drawing.get_root().render())


def test_a_map_shows_each_gap_and_overlap_with_its_finding(report: fp.Report) -> None:
    data = page_of(report)
    (view,) = [each for each in data["views"] if each["label"] == "gaps and overlaps: icb22"]
    shown = gaps_and_overlaps(report).iloc[:3]
    assert (view["group"], view["kind"], view["count"]) == ("Findings", "hatch", 3)
    assert [text for *_, text in view["found"]] == shown["finding_message"].to_list()
    assert view["legend"] == [[0, "2 failures"], [1, "1 warning"]]
    layer = data["layers"][view["layer"]]
    assert layer["name"] == ["Overlap of icb22", "Gap of icb22", "Open gap of icb22"]
    assert layer["code"] == shown["codes"].to_list()
    assert layer["facts"]["Area"] == ["2,000,000 m²", "1,000,000 m²", "17,500 m²"]
    assert layer["facts"]["Widest"] == ["1,000.0 m", "1,000.0 m", "35.0 m"]
    assert layer["facts"]["Class"] == ["real", "real", "undecidable"]
    outlines = gpd.GeoSeries(outlines_of(data, view["layer"]), crs=4326).to_crs(27700)
    off = outlines.symmetric_difference(shown.geometry, align=False).area
    assert (off / shown["area_m2"]).max() < 0.02
    # The finding of the layer alone stands on no place.
    assert "1 finding is not on the map: boundaries of icb22." in data["notes"]


def test_a_narrow_gap_is_on_the_map_however_coarse_its_lines() -> None:
    narrow = box(BORDER, SOUTH + 3000, BORDER + 2, SOUTH + 5000)
    report = fp.check(drawn(narrow), **ONLY, tolerance=fp.Tolerance(metres=1))
    data = page_of(report)
    (view,) = [each for each in data["views"] if each["label"] == "gaps and overlaps: icb22"]
    (outline,) = outlines_of(data, view["layer"])
    area = gpd.GeoSeries([outline], crs=4326).to_crs(27700).area.iloc[0]
    assert area == pytest.approx(4000, rel=0.1)


def test_a_map_without_gaps_of_its_layers_has_no_such_view(report: fp.Report) -> None:
    whole = fp.check(drawn(), **ONLY)
    forgiven = fp.check(drawn(HOLE), **ONLY, tolerance=fp.Tolerance(share=0.5))
    for made in (whole, forgiven, fp.check(drawn(SLIVER), **ONLY)):
        data = page_of(made)
        assert [layer["key"] for layer in data["layers"]] == ["icb22"]
        assert not any("gaps" in view["label"] for view in data["views"])
    frame = fp.footprint_map(report.atlas, "icb22", findings=report.findings)
    assert len(data_of(frame.get_root().render())["layers"]) == 1


def test_hostile_codes_of_gaps_are_text_on_a_map(report: fp.Report) -> None:
    for text in HOSTILE:
        made = replace(report, places=report.places.assign(codes=text, population=text))
        layer = page_of(made)["layers"][-1]
        assert layer["code"] == [visible(text)] * 3
