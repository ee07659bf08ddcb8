"""Drawn boundaries at the gate: real gaps and overlaps fail, what lines cannot tell warns."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from conftest import layer_of, residents
from shapely import box
from synthetic import CELL, SOUTH, WEST, as_atlas, lines_of, synthetic

import footprints as fp
from footprints.atlas.parts import CHECKS
from footprints.cli import main
from footprints.report.geo import as_geojson

if TYPE_CHECKING:
    from pathlib import Path

BORDER = WEST + 8 * CELL
"""Where the western and the eastern systems meet."""
HOLE = box(BORDER - 500, SOUTH + 3000, BORDER + 500, SOUTH + 4000)
SECOND = box(BORDER - 300, SOUTH + 6000, BORDER + 300, SOUTH + 6600)
SLIVER = box(BORDER, SOUTH + 3000, BORDER + 15, SOUTH + 5000)
ONLY = {"ignore": [name for name in CHECKS if name != "boundaries"], "layers": ["icb22"]}
Shapes = list[shapely.Geometry]


def drawn(
    *holes: shapely.Geometry,
    more: shapely.Geometry | None = None,
    resolution: str = "BGC",
    units: gpd.GeoDataFrame | None = None,
    **checks: object,
) -> fp.Atlas:
    """Draw systems with holes in their lines, and one of them reaching over something more."""
    table = synthetic() if units is None else units
    lines = lines_of(synthetic(), "icb22")
    shapes = lines.geometry.copy()
    for hole in holes:
        shapes = shapes.difference(hole)
    if more is not None:
        shapes["icb22-0000"] = shapes["icb22-0000"].union(more)
    codes = table["icb22"].astype("str")
    own = gpd.GeoDataFrame({"name": shapes.index}, index=shapes.index, geometry=shapes)
    own.attrs["resolution"] = resolution
    layer = fp.Layer(table=own, members={"units": codes}, level="system", lines="official")
    kept = table.drop(columns=["pcn21", "place21", "icb22"])
    basis = residents(kept)
    if "easting" in kept:
        plain = pd.DataFrame(kept.drop(columns="geometry"))
        basis = replace(basis, table=plain, lines="none")
    return fp.Atlas(
        title="Drawn",
        units={"units": basis},
        layers={"icb22": layer},
        checks=fp.Checks(**checks),
    )


def told(report: fp.Report) -> list[list[object]]:
    """Return what was found, without the finding of the layer."""
    columns = ["status", "result", "code", "cause", "value"]
    return report.findings.loc[report.findings["code"].notna(), columns].to_numpy().tolist()


def of_layer(report: fp.Report) -> pd.Series:
    return report.findings[report.findings["code"].isna()].iloc[0]


def test_a_drawn_gap_fails_by_default_though_the_list_covers() -> None:
    report = fp.check(drawn(HOLE))
    assert not report.ok
    assert report.summary.loc[("coverage", "icb22", ""), "pass"] == 1
    rows = report.findings[report.findings["check"] == "boundaries"]
    assert rows["status"].to_list() == ["fail", "fail"]
    assert rows["severity"].to_list() == ["fail", "fail"]
    assert rows["message"].to_list() == [
        "The boundaries of icb22 have 1 gap and no overlaps.",
        (
            "The boundaries of icb22 have a gap of icb22-0000, icb22-0100: 1,000,000 m², 1,000.0 m "
            "wide, 0 people, at 408000, 303500."
        ),
    ]
    assert rows["method"].eq("area").all()
    basis = ["population", "population_date", "population_source"]
    assert rows[basis].iloc[0].to_list() == ["residents", "2020-06-30", "a survey"]


def test_an_overlap_fails_with_the_people_who_are_in_both() -> None:
    shared = box(BORDER, SOUTH, BORDER + 1000, SOUTH + 2000)
    report = fp.check(drawn(more=shared), **ONLY)
    assert told(report)[0] == ["fail", "overlap", "icb22-0000, icb22-0100", "real", 2_000_000]
    people = int(synthetic().loc[["u0800", "u0801"], "residents"].sum())
    assert report.findings["miss"].to_list()[:2] == [people, people]
    # The people of a fault are counted once, with the finding of the layer.
    assert report.summary.loc[("boundaries", "icb22", ""), "people_missed"] == people


def test_a_sliver_that_the_drawing_explains_is_counted_and_passes() -> None:
    report = fp.check(drawn(SLIVER), **ONLY)
    assert report.ok
    assert told(report) == []
    row = of_layer(report)
    assert row[["status", "result"]].to_list() == ["pass", "within tolerance"]
    assert row["message"] == (
        "The boundaries of icb22 have no gaps and no overlaps; 1 of drawing are let pass, up to "
        "15.0 m wide (tolerance 20 m)."
    )
    fine = fp.check(drawn(SLIVER), **ONLY, tolerance=fp.Tolerance(metres=1))
    assert not fine.ok


def test_a_hole_by_the_sea_warns_up_to_twice_the_tolerance_and_fails_beyond() -> None:
    def notch(width: float) -> fp.Report:
        return fp.check(drawn(box(WEST, SOUTH + 3100, WEST + 500, SOUTH + 3100 + width)), **ONLY)

    assert [row[:4] for row in told(notch(35))] == [
        ["warn", "open gap", "icb22-0000", "undecidable"]
    ]
    assert notch(35).ok
    assert of_layer(notch(35))["status"] == "warn"
    assert "cannot be decided" in of_layer(notch(35))["message"]
    assert [row[:4] for row in told(notch(300))] == [["fail", "open gap", "icb22-0000", "real"]]


def test_what_lines_cannot_decide_warns_however_grave_the_check_is() -> None:
    lake = box(WEST + 2000, SOUTH + 2000, WEST + 2400, SOUTH + 2400)
    asked = drawn(lake, severity=(("boundaries", "fail"),), units=places_alone())
    report = fp.check(asked, **ONLY)
    assert told(report) == [["warn", "gap", "icb22-0000", "undecidable", 160_000]]
    assert report.ok


def places_alone() -> gpd.GeoDataFrame:
    """Return units without polygons, so that the lines alone tell what there is to cover."""
    units = synthetic()
    points = units.geometry.centroid
    return units.assign(easting=points.x, northing=points.y)


def test_severity_and_agreed_exceptions_hold_for_boundaries() -> None:
    milder = fp.check(drawn(HOLE, severity=(("boundaries", "warn"),)), **ONLY)
    assert milder.ok
    assert milder.findings["status"].to_list() == ["warn", "warn"]
    agreed = fp.Agreed(
        check="boundaries",
        layer="icb22",
        code="icb22-0000, icb22-0100",
        reason="a lake",
        until="2999-03-31",
    )
    excepted = fp.check(drawn(HOLE, agreed=(agreed,)), **ONLY)
    assert set(excepted.findings["status"]) == {"excepted"}
    mended = fp.check(drawn(agreed=(agreed,)), select=["boundaries"]).findings
    assert "it is no miss any more" in mended["message"].iloc[-1]


def test_lines_of_no_known_resolution_are_held_to_the_coarsest() -> None:
    wide = fp.check(drawn(HOLE, resolution=""), layers=["icb22"])
    assert not wide.ok
    narrow = fp.check(drawn(SECOND.buffer(-100), resolution=""), layers=["icb22"])
    assert narrow.ok
    row = narrow.findings[narrow.findings["check"] == "boundaries"].iloc[0]
    assert row[["status", "result", "cause"]].to_list() == ["warn", "undecidable", "undecidable"]
    assert "1 of drawing are not decided, up to 400.0 m wide (tolerance 500 m)" in row["message"]
    assert "The resolution of the lines is not known" in row["message"]


def test_one_gap_more_between_the_same_footprints_is_new_to_a_baseline() -> None:
    before = fp.check(drawn(HOLE), **ONLY)
    assert fp.check(drawn(HOLE), **ONLY, baseline=before).ok
    now = fp.check(drawn(HOLE, SECOND), **ONLY, baseline=before)
    assert not now.ok
    places = now.findings.dropna(subset="code").set_index("value")["since"]
    assert places.to_dict() == {1_000_000: "known", 360_000: "new"}
    back = fp.check(drawn(HOLE), **ONLY, baseline=fp.check(drawn(HOLE, SECOND), **ONLY))
    assert back.ok
    assert back.mended["value"].to_list() == [360_000]


def test_a_gap_that_grows_is_worse_though_nobody_lives_in_it() -> None:
    before = fp.check(drawn(SECOND), **ONLY)
    now = fp.check(drawn(SECOND.buffer(50, join_style="mitre")), **ONLY, baseline=before)
    assert now.findings.dropna(subset="code")["since"].to_list() == ["worse"]
    assert not now.ok


def test_an_overlap_is_not_taken_for_the_gap_of_the_same_footprints() -> None:
    shared = box(BORDER, SOUTH + 6000, BORDER + 300, SOUTH + 6300)
    before = fp.check(drawn(HOLE), **ONLY)
    now = fp.check(drawn(HOLE, more=shared), **ONLY, baseline=before)
    places = now.findings.dropna(subset="code").set_index("result")["since"]
    assert places.to_dict() == {"gap": "known", "overlap": "new"}


def test_units_listed_elsewhere_than_they_are_drawn_are_found_where_that_is_asked() -> None:
    units = synthetic()
    units.loc["u0700", "icb22"] = "icb22-0100"
    people = int(units.loc["u0700", "residents"])
    quiet = fp.check(drawn(units=units))
    assert quiet.findings.loc[quiet.findings["check"] == "boundaries", "against"].isna().all()
    for asked in (
        fp.check(drawn(units=units), select=["boundaries"]),
        fp.check(drawn(units=units, boundaries=("icb22",))),
    ):
        rows = asked.findings[asked.findings["against"] == "units"]
        assert rows["status"].to_list() == ["fail", "fail"]
        assert rows["message"].to_list() == [
            (
                "Of the 256 units (units) of icb22, 1 lie in other boundaries than its list "
                "says, 1 of them beyond the tolerance of 20 m."
            ),
            (
                f"1 unit with {people:,} people listed in icb22-0100 (icb22-0100) of icb22 lies "
                "in the boundaries of icb22-0000 (icb22-0000), up to 1,000.0 m deep: u0700."
            ),
        ]
        row = rows.iloc[1]
        assert row[["code", "counterpart", "cause", "value", "miss"]].to_list() == [
            "icb22-0100",
            "icb22-0000",
            "real",
            1,
            people,
        ]
        assert asked.summary.loc[("boundaries", "icb22", "units"), "people_missed"] == people
    # What was not looked at this time is not taken for mended.
    before = fp.check(drawn(units=units), select=["boundaries"])
    now = fp.check(drawn(units=units), baseline=before)
    assert "listed elsewhere" not in set(now.mended["result"])


def test_a_focus_names_the_faults_beside_its_footprints_alone() -> None:
    atlas = drawn(HOLE, box(WEST + 2000, SOUTH + 12_000, WEST + 2500, SOUTH + 12_500))
    here = fp.check(atlas.focus("icb22:icb22-0001"), select=["boundaries"])
    assert [row[2] for row in told(here)] == ["icb22-0001"]


def test_lines_that_are_illustrative_or_joined_are_not_looked_at(england: fp.Atlas) -> None:
    assert "boundaries" not in set(fp.check(england).findings["check"])
    asked = fp.check(england, layers=["icb22"])
    row = asked.findings[asked.findings["check"] == "boundaries"].iloc[0]
    assert row["status"] == "skipped"
    assert row["message"] == "icb22 has illustrative lines: drawn for maps, never measured."
    joined = as_atlas(synthetic())
    assert "boundaries" not in set(fp.check(joined).findings["check"])
    named = fp.check(joined, select=["boundaries"], layers=["icb22"])
    assert not named.checked
    assert named.findings["message"].to_list() == ["icb22 has no lines of its own."]


def test_a_gap_of_one_footprint_stands_on_its_feature_and_others_beside() -> None:
    lake = box(WEST + 2000, SOUTH + 2000, WEST + 2400, SOUTH + 2400)
    page = json.loads(as_geojson(fp.check(drawn(HOLE, lake), **ONLY)))
    about = [each["properties"] for each in page["features"]]
    (feature,) = [each for each in about if each["kind"] == "footprint"]
    assert feature["code"] == "icb22-0000"
    assert feature["boundaries"] == "fail"
    gaps = [each["codes"] for each in about if each["kind"] == "gap_or_overlap"]
    assert gaps == ["icb22-0000, icb22-0100", "icb22-0000"]
    # The finding of the layer stands on no feature.
    assert [each["code"] for each in page["findings_without_lines"]] == [None]


def test_an_atlas_file_asks_for_boundaries(tmp_path: Path, capsys) -> None:
    units = synthetic(8)
    lines = lines_of(units, "place21").reset_index(names="code")
    lines["name"] = lines["code"]
    lines.to_file(tmp_path / "area_bgc.gpkg", layer="areas")
    moved = units.assign(icb22=units["place21"])[["residents", "icb22"]]
    moved.to_csv(tmp_path / "units.csv", index_label="unit")
    text = """
        title = "Drawn"
        [units.units]
        file = "units.csv"
        code = "unit"
        people = { residents = { column = "residents", source = "ONS", as_at = 2020-06-30 } }
        [layers.area]
        level = "place"
        members = { units = "icb22" }
        boundaries = { file = "area_bgc.gpkg", layer = "areas", code = "code", name = "name", resolution = "BGC" }
        [checks]
        boundaries = ["area"]
        severity = { boundaries = "warn" }
        """
    (tmp_path / "atlas.toml").write_text(text, encoding="utf-8")
    atlas = fp.read_atlas(tmp_path / "atlas.toml")
    assert atlas.checks.boundaries == ("area",)
    assert atlas.checks.severity == (("boundaries", "warn"),)
    assert main(["check", "--atlas", str(tmp_path / "atlas.toml"), "--select", "boundaries"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "1 passed." in out
    # The units of this file have no place, so their list cannot be held against lines.
    assert "the list of area against its lines: No table of units lists 'area' whole" in out
    wrong = text.replace('boundaries = ["area"]', 'boundaries = ["icb23"]')
    (tmp_path / "atlas.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(fp.FootprintsError, match=r"checks\.boundaries.*icb23"):
        fp.read_atlas(tmp_path / "atlas.toml")


@pytest.mark.parametrize("polygons", [True, False])
def test_the_published_lines_of_systems_have_no_real_gap_or_overlap(
    lsoas: gpd.GeoDataFrame, published: gpd.GeoDataFrame, *, polygons: bool
) -> None:
    whole = layer_of(lsoas["ICB22CD"].to_dict(), "system")
    own = gpd.GeoDataFrame(
        whole.table, geometry=published.geometry.reindex(whole.table.index), crs="EPSG:27700"
    )
    own.attrs.update({name: published.attrs[name] for name in ("resolution", "accuracy_m")})
    table: pd.DataFrame = lsoas[["residents", "geometry"]]
    if not polygons:
        points = lsoas.geometry.representative_point()
        table = pd.DataFrame(table[["residents"]]).assign(easting=points.x, northing=points.y)
    units = residents(table) if polygons else replace(residents(lsoas), table=table, lines="none")
    layer = fp.Layer(
        table=own, members={"lsoa11": whole.members["squares"]}, level="system", lines="official"
    )
    atlas = fp.Atlas(title="Systems", units={"lsoa11": units}, layers={"icb22": layer})
    report = fp.check(atlas, select=["boundaries"])
    assert report.ok
    assert set(report.findings["cause"].dropna()) == {"undecidable"}
    assert set(report.findings["status"]) == {"warn"}
    assert of_layer(report)["value"] == (3 if polygons else 6)
    lists = report.findings[report.findings["against"] == "lsoa11"].iloc[0]
    assert (lists["value"], lists["miss"]) == (65, 113_969)
