"""A redraw as a report: what it breaks and mends, on the command and in every format."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import openpyxl
import pandas as pd
import pyogrio
import pytest
from conftest import layer_of, make_atlas, residents, squares

import footprints as fp
from footprints.cli import main
from footprints.errors import FileError, TableError
from footprints.read.one_file import units_of_file
from footprints.redraws.effects import Side, what_a_redraw_touches
from footprints.report.words import TABLES, meaning

SCHEMA = Path(fp.__file__).parent / "report" / "report.schema.json"


@cache
def report_of(atlas: fp.Atlas, old: str, new: str) -> fp.Report:
    """Report a redraw, once for each atlas and pair of layers."""
    return fp.redraw_report(atlas, atlas, fp.compare(atlas, old, new))


@pytest.fixture(scope="module")
def redrawn(england) -> fp.Report:
    return report_of(england, "icb22", "icb26")


def effects(report, effect: str, check: str, against: str | None = None) -> set[str]:
    table = report.tables["Effects"]
    rows = (table["effect"] == effect) & (table["check"] == check)
    if against is not None:
        rows &= table["against"] == against
    return set(table.loc[rows, "code"])


def test_two_systems_of_2026_are_newly_above_their_band_and_four_misses_are_mended(redrawn) -> None:
    assert effects(redrawn, "newly broken", "population-band") == {"E54000065", "E54000071"}
    assert len(effects(redrawn, "mended", "population-band")) == 4


def test_the_map_of_2026_mends_six_authorities_and_breaks_none(england, redrawn) -> None:
    mended = effects(redrawn, "mended", "nesting", "icb22")
    authorities = set(england.layers["ctyua23"].index)
    names = england.layers["ctyua23"]["name"]
    assert {names[code] for code in mended & authorities} == {
        *("Essex", "Hampshire", "Hertfordshire", "Suffolk", "Surrey", "West Sussex")
    }
    assert not effects(redrawn, "newly broken", "nesting", "icb26") & authorities


def test_a_place_that_was_in_one_system_and_is_in_three_is_newly_broken(redrawn) -> None:
    assert effects(redrawn, "newly broken", "nesting", "icb26") == {"E38000252"}


def test_a_system_cut_by_a_service_before_and_by_more_now_is_worse(redrawn) -> None:
    assert effects(redrawn, "worse", "nesting", "amb22") == {"E54000067"}


def test_every_footprint_of_the_new_map_says_what_happened_to_it(redrawn) -> None:
    found = redrawn.findings.query("check == 'redraw'").set_index("code")
    assert len(found) == 36
    assert found.loc["E54000067", "message"] == (
        "NHS Hampshire and Isle of Wight Integrated Care Board (E54000067): redrawn and recoded, "
        "1,831,473 people from NHS Hampshire and Isle of Wight Integrated Care Board; 167,593 "
        "people from NHS Frimley Integrated Care Board."
    )


def test_both_maps_are_held_against_councils_and_strategic_authorities(redrawn) -> None:
    table = redrawn.tables["Alignment"].set_index(["reference", "layer"])
    assert table.loc["ctyua23", ["union", "same"]].sum(axis=1).to_dict() == {
        "icb22": 26,
        "icb26": 29,
    }
    assert set(table.index.unique("reference")) == {"ctyua23", "lad23", "cauth25"}


def test_a_map_held_against_itself_breaks_and_mends_nothing(england) -> None:
    report = report_of(england, "icb22", "icb22")
    assert set(report.findings["since"].dropna()) == {"known"}
    assert report.mended.empty
    assert set(report.tables["Effects"]["effect"]) == {"unchanged"}


@pytest.mark.parametrize("pair", [("icb22", "icb26"), ("stp21", "icb22"), ("stp18", "stp20")])
def test_what_a_redraw_mends_for_councils_its_reverse_breaks(england, pair) -> None:
    there, back = report_of(england, *pair), report_of(england, *pair[::-1])
    councils = {*england.layers["lad23"].index, *england.layers["ctyua23"].index}
    for one, other in ((there, back), (back, there)):
        mended = one.tables["Effects"].query("effect == 'mended' and check == 'nesting'")
        broken = other.tables["Effects"].query("effect == 'newly broken' and check == 'nesting'")
        assert set(mended["code"]) & councils == set(broken["code"]) & councils


def test_people_missed_before_and_after_are_those_of_the_checks(england, redrawn) -> None:
    table = redrawn.tables["Effects"].query("layer == 'ctyua23' and effect == 'mended'")
    before = fp.nesting(england.overlap("ctyua23", "icb22"))["people_elsewhere"]
    table = table.set_index("code")
    assert table["miss_before"].to_dict() == before[table.index].to_dict()
    assert (table["miss_after"] == 0).all()


def test_within_an_area_only_its_footprints_are_told_and_known_as_in_the_whole(england) -> None:
    whole, mine = (
        report_of(england, "icb22", "icb26"),
        report_of(england.focus("Frimley"), "icb22", "icb26"),
    )
    key = ["check", "layer", "against", "code", "since", "miss"]
    there = whole.findings[key].drop_duplicates()
    missed = mine.findings[mine.findings["since"].notna()][key]
    assert len(missed) > 0
    assert len(missed.merge(there, on=key)) == len(missed)
    assert set(mine.findings.query("check == 'redraw'")["code"]) == {
        *("E54000067", "E54000069", "E54000070")
    }
    assert set(mine.mended["code"]) <= set(whole.mended["code"])


def test_services_and_regions_are_above_a_system_and_councils_below(england) -> None:
    others, bands = ["amb22", "nhser22", "lad23"], fp.band_set("nhs-2019")
    asked = what_a_redraw_touches(Side(atlas=england, layer="icb26"), others, bands)
    nests = [(one.layer, one.against) for one in asked if one.check == "nesting"]
    assert nests == [("icb26", "amb22"), ("icb26", "nhser22"), ("lad23", "icb26")]


def test_redrawn_councils_are_held_against_systems(england) -> None:
    report = report_of(england, "ctyua21", "ctyua23")
    asked = set(report.summary.index.droplevel("check"))
    assert {("icb26", "ctyua23"), ("ctyua23", "icb26")} <= asked


def test_a_change_of_other_layers_is_refused_with_those_there_are(england) -> None:
    change = fp.compare(england, "icb22", "icb26")
    lone = fp.Atlas(
        title="Vale",
        units={
            "u": fp.UnitTable(
                table=pd.DataFrame({"residents": [1]}, index=["a"]),
                populations=(fp.Population(name="residents", source="s", as_at="2020"),),
            )
        },
        layers={
            "place": fp.Layer(
                table=pd.DataFrame({"name": ["P"]}, index=["P1"]),
                members={"u": pd.Series("P1", index=["a"])},
                level="place",
            )
        },
    )
    with pytest.raises(fp.FootprintsError, match="'icb26', which Vale does not hold.*has place"):
        fp.redraw_report(england, lone, change)


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    status = main(list(arguments))
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_command_says_who_moved_and_what_is_new_and_ends_well(capsys, tmp_path) -> None:
    file = tmp_path / "lookup.csv"
    status, out, err = run(capsys, "compare", "icb22", "icb26", "--lookup", str(file))
    assert (status, err) == (0, "")
    lookup = pd.read_csv(file)
    assert list(lookup) == ["old", "new", "weight", "population", "date"]
    assert lookup.groupby("old")["weight"].sum().round(12).eq(1).all()
    assert "This ends with status 0; with --fail-on newly-broken it ends with status 1." in out
    assert "--fail-on warn" not in out
    assert "978,491 people in 11 units were transferred, in four flows" in out
    assert "8 new, 5 worse, 69 known, 31 mended" in out


@pytest.mark.parametrize(
    ("pair", "status", "why"),
    [
        (("icb22", "icb26"), 1, "ends with status 1, as --fail-on newly-broken asks."),
        (("stp20", "stp21"), 0, "Nothing is newly broken or worse. This ends with status 0."),
    ],
)
def test_newly_broken_ends_with_status_1_only_where_something_is(capsys, pair, status, why) -> None:
    found, out, _ = run(capsys, "compare", *pair, "--fail-on", "newly-broken")
    assert found == status
    assert why in out


def test_a_gate_on_what_is_newly_broken_does_not_pass_where_nobody_is_counted(
    capsys, tmp_path
) -> None:
    files = [tmp_path / "stp21.geojson", tmp_path / "icb22.geojson"]
    for file in files:
        table = squares(name=["A", "B"]).assign(code=["A", "B"])
        table.to_file(file)
    compared = ["compare", *map(str, files)]
    status, out, _ = run(capsys, *compared)
    assert status == 0
    assert "no check was run. This ends with status 0." in out
    status, out, _ = run(capsys, *compared, "--fail-on", "newly-broken")
    assert status == 3


def test_every_format_holds_the_tables_of_a_redraw(redrawn, tmp_path) -> None:
    said = json.loads(redrawn.to_json())
    jsonschema.validate(said, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert list(said["tables"]) == ["Effects", "Alignment", "Flows", "Footprints", "Lookup"]
    assert [row["weight"] for row in said["tables"]["Lookup"]] == list(
        redrawn.tables["Lookup"]["weight"]
    )
    book = openpyxl.load_workbook(redrawn.to_excel(tmp_path / "r.xlsx"))
    sheet = list(book["Lookup"].iter_rows(values_only=True))
    assert sheet[0] == ("old", "old_name", "new", "new_name", "weight", "population", "date")
    assert len(sheet) == 1 + len(redrawn.tables["Lookup"])
    meanings = {row[0]: row[1] for row in book["Notes"].iter_rows(values_only=True)}
    assert {"effect", "weight", "happened", "miss_before"} <= set(meanings)
    package = pyogrio.list_layers(redrawn.save(tmp_path / "r.gpkg"))[:, 0]
    assert {"effects", "alignment", "flows", "footprints", "lookup"} <= set(package)
    folder = fp.write_tidy(redrawn, tmp_path / "tidy")
    assert pd.read_parquet(folder / "lookup.parquet")["old"].equals(
        redrawn.tables["Lookup"]["old"].astype("str")
    )
    for ending in (".html", ".md", ".txt"):
        text = redrawn.save(tmp_path / f"r{ending}").read_text(encoding="utf-8")
        assert "978,491" in text
        if ending != ".txt":
            assert "Lookup" in text


def test_two_atlases_are_compared_by_the_units_that_they_share(england, capsys, tmp_path) -> None:
    for name in ("old", "new"):
        fp.write_atlas(england, tmp_path / f"{name}.gpkg")
    files = ["--from", str(tmp_path / "old.gpkg"), "--to", str(tmp_path / "new.gpkg")]
    status, out, _ = run(capsys, "compare", *files, "--layer", "icb22", "icb26")
    assert status == 0
    assert "978,491 people" in out
    assert "8 new, 5 worse, 69 known, 31 mended" in out


def test_two_atlas_files_of_small_tables_are_compared(capsys, tmp_path) -> None:
    systems = {"old": list("AABB"), "new": list("ABBB")}
    for name, codes in systems.items():
        folder = tmp_path / name
        folder.mkdir()
        table = {
            "unit": list("abcd"),
            "residents": [20, 10, 30, 40],
            "lad": ["D1", "D1", "D2", "D2"],
        }
        pd.DataFrame({**table, "icb": codes}).to_csv(folder / "units.csv", index=False)
        (folder / "atlas.toml").write_text(
            """
            title = "Vale"
            [units.units]
            file = "units.csv"
            code = "unit"
            people = { residents = { column = "residents", source = "ONS", as_at = 2020-06-30 } }
            [layers.lad21]
            members = { units = "lad" }
            [layers.icb22]
            members = { units = "icb" }
            """,
            encoding="utf-8",
        )
    old, new = (str(tmp_path / name / "atlas.toml") for name in systems)
    files = ["--from", old, "--to", new]
    lookup, found = tmp_path / "lookup.csv", tmp_path / "found.json"
    written = ["--lookup", str(lookup), "-o", str(found)]
    status, out, err = run(capsys, "compare", *files, "--layer", "icb22", *written)
    assert (status, err) == (0, "")
    assert "10 people in 1 unit were transferred, in one flow" in out
    weights = pd.read_csv(lookup).set_index(["old", "new"])["weight"]
    assert weights.to_dict() == pytest.approx(
        {("A", "A"): 2 / 3, ("A", "B"): 1 / 3, ("B", "B"): 1.0}
    )
    broken = fp.read_report(found).query("check == 'nesting' and since == 'new'")
    assert broken["code"].to_list() == ["D1"]
    gated = ["compare", *files, "--layer", "icb22", "--fail-on", "newly-broken"]
    assert run(capsys, *gated)[0] == 1


def told(table: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return what findings say of whom, in an order of its own."""
    rows = table[["check", "layer", "against", "code", "status", "message"]].astype("object")
    return sorted(rows.where(rows.notna(), "").itertuples(index=False, name=None))


def test_the_findings_of_a_redraw_are_read_back_from_csv(redrawn, tmp_path) -> None:
    file = redrawn.save(tmp_path / "r.csv")
    assert told(pd.read_csv(file, dtype="str")) == told(redrawn.findings)


def test_the_findings_of_a_redraw_are_read_back_from_junit(redrawn, tmp_path) -> None:
    root = ET.parse(redrawn.save(tmp_path / "r.xml")).getroot()  # noqa: S314 - our own file.
    found = redrawn.findings
    cases = list(root.iter("testcase"))
    assert len(cases) == len(found) == int(root.attrib["tests"])
    # A finding about a whole layer is called "whole layer".
    codes = found["code"].fillna("whole")
    assert Counter(case.attrib["name"].split(" ")[0] for case in cases) == Counter(codes)
    said = [
        (case.attrib["name"].split(" ")[0], part.text.removeprefix("Warning: "))
        for case in cases
        for part in case
    ]
    missed = found[found["status"] != "pass"]
    assert sorted(said) == sorted(zip(codes[missed.index], missed["message"], strict=True))
    assert len(said) > 0


def test_the_findings_of_a_redraw_are_read_back_from_geojson(redrawn, tmp_path) -> None:
    data = json.loads(redrawn.save(tmp_path / "r.geojson").read_text("utf-8"))
    features = [feature["properties"] for feature in data["features"]]
    drawn = [about for about in features if about["kind"] == "footprint"]
    said = [
        (about["layer"], about["code"], text)
        for about in drawn
        for name, text in about.items()
        if name.endswith("_message") and text is not None
    ]
    found = redrawn.findings
    there = found.dropna(subset="code")[["layer", "code", "message"]]
    assert sorted(said) == sorted(there.itertuples(index=False, name=None))
    assert told(pd.DataFrame(data["findings_without_lines"])) == told(found[found["code"].isna()])
    warned = {(one["layer"], one["code"]) for one in drawn if one["status"] == "warn"}
    missed = found.loc[found["status"] == "warn", ["layer", "code"]]
    assert warned == set(missed.itertuples(index=False, name=None))


def test_two_boundary_files_are_compared_by_area_or_by_the_people_of_units(shared, capsys) -> None:
    files = [
        str(
            shared
            / "data"
            / "published"
            / "Sustainability_and_Transformation_Partnerships_April_2021_EN_BUC_V2_2022.json"
        ),
        str(shared / "data" / "published" / "ICB_JUL_2022_EN_BUC_V3.json"),
    ]
    status, out, _ = run(capsys, "compare", *files)
    assert status == 0
    assert "km² were transferred, in four flows" in out
    assert "209 more flows" in out
    units = str(shared / "data" / "england" / "lsoa11.parquet")
    status, out, err = run(capsys, "compare", *files, "--units", units)
    assert status == 0
    assert "cannot be told from drawing" in out
    assert "pop_mid2020 of lsoa11.parquet" in out
    assert "polygons that were mended" in err


def test_two_releases_of_one_layer_keep_apart(shared, capsys) -> None:
    files = [
        str(shared / "data" / "published" / f"ICB_JUL_2022_EN_BUC_{r}.json")
        for r in ("E63_first_release", "V3")
    ]
    status, out, _ = run(capsys, "compare", *files)
    assert status == 0
    assert "old-icb22 to new-icb22" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["icb22"], "Give the old and the new layer, such as icb22 icb26: 1 were given"),
        (["icb22", "nothing"], "nothing"),
        (["icb22", "icb26", "--units", "u.csv"], "--units goes with two boundary files"),
        (["--from", "old.toml"], "Say which layer to compare"),
        (["a.json", "b.json"], "a.json"),
        (["a.json", "b.json", "--within", "X"], "--within goes with an atlas"),
        (["a.json", "b.json", "--changes", "surrey-2027"], "leave --changes out"),
        (["a.json", "b.json", "--population", "men"], "--population goes with --units"),
        (["--changes", "surrey-2027", "--from", "old.toml"], "leave --from out"),
        (["icb22", "icb26", "--as-at", "2026-04-01"], "--as-at goes with --changes"),
        (["icb22", "icb26", "--lookup", "lookup.xlsx"], "its name must end in"),
        (["icb22", "icb26", "-o", "r.pdf"], "its name must end in"),
        (["--changes", "surrey-2027"], "These changes redraw 'lad23', 'ctyua23': name one"),
        (["--changes", "surrey-2027", "--layer", "icb26"], "redraw 'lad23', 'ctyua23'"),
        (
            ["--changes", "clusters-2025"],
            "redraw no layer, so there is nothing to compare: no footprint moves. What is led together",
        ),
        (["--changes", "surrey-2027", "--as-at", "soon"], "'soon' is no date"),
    ],
)
def test_what_cannot_be_compared_ends_with_status_2_and_one_message(
    capsys, arguments, message
) -> None:
    status, out, err = run(capsys, "compare", *arguments)
    assert (status, out) == (2, "")
    assert message in err


def test_a_change_file_is_held_against_the_map_that_it_redraws(capsys) -> None:
    status, out, _ = run(capsys, "compare", "--changes", "surrey-2027", "--layer", "ctyua")
    assert status == 0
    assert "543,550 people in 6 units were split off, in one flow" in out
    assert "Against the old map: 1 new" in out


@pytest.fixture(scope="module")
def of_services(england) -> fp.Report:
    from footprints.services.found import services_report

    return services_report(england, fp.services_graph(england, "icb22", ["amb22"]))


@pytest.fixture(scope="module")
def book(redrawn, tmp_path_factory) -> openpyxl.Workbook:
    return openpyxl.load_workbook(redrawn.to_excel(tmp_path_factory.mktemp("book") / "r.xlsx"))


def test_every_column_of_every_further_table_is_explained(redrawn, of_services, book) -> None:
    for report in (redrawn, of_services):
        for title, table in report.tables.items():
            assert [name for name in table if not meaning(title, str(name))] == [], title
            assert set(TABLES[title]) <= set(table), title
    notes = [row[:2] for row in book["Notes"].iter_rows(values_only=True)]
    assert ("column of Flows", "meaning") in notes
    assert ("depth_m", TABLES["Flows"]["depth_m"]) in notes
    assert ("weight", TABLES["Lookup"]["weight"]) in notes


def test_what_a_reader_wants_first_comes_first_in_a_workbook(book, of_services, tmp_path) -> None:
    assert book.sheetnames[:5] == ["Summary", "Effects", "Flows", "Lookup", "Findings"]
    checks = ["coterminosity", "nesting", "population-band", "redraw", "coverage"]
    rest = ["Alignment", "Footprints", "Pairs", "Sources", "Notes"]
    assert set(book.sheetnames[5:-5]) == set(checks)
    assert book.sheetnames[-5:] == rest
    served = openpyxl.load_workbook(of_services.to_excel(tmp_path / "s.xlsx"))
    assert served.sheetnames[:5] == ["Summary", "Partners", "Services", "Ties", "Findings"]


def column(sheet, name: str):
    """Return the cells of a column below its header."""
    at = [cell.value for cell in sheet[1]].index(name)
    return [row[at] for row in sheet.iter_rows(min_row=2)]


def test_numbers_and_names_of_further_tables_can_be_read_in_a_workbook(book) -> None:
    formats = {
        ("Effects", "miss_before"): "#,##0",
        ("Effects", "miss_after"): "#,##0",
        ("Lookup", "weight"): "0.0###%",
        ("Flows", "area_m2"): "#,##0",
        ("Flows", "people"): "#,##0",
        ("Alignment", "fit"): "0.0%",
    }
    for (sheet, name), style in formats.items():
        assert column(book[sheet], name)[0].number_format == style, (sheet, name)
    flows = book["Flows"]
    name = column(flows, "old_name")[0]
    assert name.alignment.wrap_text
    assert flows.column_dimensions[name.column_letter].width > 30
    assert {cell.value for cell in column(book["Footprints"], "same_area")} == {"yes", "no"}


def test_the_summary_of_a_workbook_says_what_layers_are_and_names_the_worst(book, redrawn) -> None:
    summary = [row[0].value for row in book["Summary"].iter_rows() if row[0].value]
    rows = {tuple(cell.value for cell in row[:3]) for row in book["Summary"].iter_rows()}
    assert ("Check", "Layer", "Against") in rows
    assert ("nesting", "icb26 (systems)", "amb22 (ambulance services)") in rows
    head = summary.index("Misses that are new or worse: the 10 worst of 13")
    named = summary[head + 1 : head + 11]
    new = redrawn.worst[redrawn.worst["since"] != "known"]
    assert [line.partition(": ")[2] for line in named] == new["message"].head(10).to_list()


def test_a_page_folds_long_lists_away_without_a_script_and_breaks_no_code(redrawn) -> None:
    page = redrawn.to_html()
    assert "<script" not in page
    effects = redrawn.tables["Effects"]
    folded = re.findall(r"<details><summary>(\d+) more of them</summary>", page)
    assert str(len(effects) - 10) in folded
    assert "overflow-wrap: anywhere; padding" not in page
    assert ".short, .key, tbody th { white-space: nowrap; }" in page
    assert '<td class="short">E54000065</td>' in page
    assert '<td class="name">NHS Central East Integrated Care Board</td>' in page
    assert '<td class="short">yes</td>' in page
    assert not re.search(r"<td[^>]*>(True|False)</td>", page)


def test_a_page_shows_shares_areas_and_the_meaning_of_columns(redrawn) -> None:
    page = redrawn.to_html()
    weight = redrawn.tables["Lookup"].query("weight < 1")["weight"].iloc[0]
    assert f'<td class="number">{weight:.4%}</td>' in page
    area = redrawn.tables["Flows"]["area_m2"].iloc[0]
    assert f'<td class="number">{area:,.0f}</td>' in page
    assert f"<dt>depth m</dt><dd>{TABLES['Flows']['depth_m']}</dd>" in page


def test_places_of_units_in_degrees_are_refused_and_not_lost(tmp_path) -> None:
    file = tmp_path / "units.csv"
    file.write_text(
        "LSOA11CD,residents,easting,northing\nE01000001,5,51.2,-1\nE01000002,6,4e5,1e5\n"
    )
    with pytest.raises(
        TableError, match=r"'units.csv' has places outside .*'E01000001': .*degrees"
    ):
        units_of_file(file)


def test_a_service_of_an_earlier_year_than_the_new_map_is_noted(england, redrawn) -> None:
    told = [line for line in redrawn.lead if line.startswith("Years are mixed")]
    assert len(told) == 1
    assert "icb26 is held against" in told[0]
    assert "cal21" in told[0]
    same = report_of(england, "stp17", "stp18")
    assert not any("amb22" in line for line in same.lead if line.startswith("Years are mixed"))


OLD = {"a": "A", "b": "A", "c": "B"}
NEW = {"a": "A", "b": "C", "c": "B"}
PEOPLE = [1_500_000, 1_200_000, 700_000]


def with_agreed(*agreed: tuple[str, str], people: list[int] = PEOPLE) -> fp.Report:
    """Compare two maps with band misses agreed, each named by its layer and code."""
    exceptions = tuple(
        fp.Agreed(
            check="population-band", layer=layer, code=code, reason="small", until="2027-01-01"
        )
        for layer, code in agreed
    )
    atlas = fp.Atlas(
        title="Squares",
        units={"squares": residents(squares(residents=people))},
        layers={"stp21": layer_of(OLD, "system"), "icb22": layer_of(NEW, "system")},
        checks=fp.Checks(agreed=exceptions),
    )
    change = fp.compare(atlas, "stp21", "icb22")
    return fp.redraw_report(atlas, atlas, change, today=date(2026, 11, 1))


def test_a_miss_that_was_agreed_of_the_old_map_is_not_worse_where_it_is_the_same() -> None:
    report = with_agreed(("stp21", "B"))
    assert effects(report, "unchanged", "population-band") == {"B"}
    assert not report.stops("warn", "fail").any()


def test_a_miss_that_the_redraw_makes_is_newly_broken_though_it_is_agreed() -> None:
    report = with_agreed(("icb22", "C"), people=[1_500_000, 900_000, 1_700_000])
    assert effects(report, "newly broken", "population-band") == {"C"}
    assert not report.stops("warn", "fail").any()


def test_an_exception_that_matches_nothing_is_neither_broken_nor_mended() -> None:
    report = with_agreed(("stp21", "A"), ("icb22", "A"))
    assert report.mended.empty
    assert set(report.tables["Effects"]["code"]) == {"B"}


HOSTILE = '=HYPERLINK("http://x","y")<script>alert(1)</script>|\x1b[31m'


def test_hostile_names_and_titles_are_text_in_every_format(tmp_path) -> None:
    old = layer_of(OLD, "system", B=HOSTILE)
    new = layer_of(NEW, "system", B=HOSTILE, C=HOSTILE)
    atlas = fp.Atlas(
        title="Squares",
        units={"squares": residents(squares(residents=PEOPLE))},
        layers={"stp21": old, "icb22": new},
    )
    report = report_of(atlas, "stp21", "icb22")
    empty = report.tables["Alignment"].iloc[:0]
    more = {"Findings": empty, "population-band": empty, "gpkg_x": report.tables["Lookup"]}
    report = replace(report, tables={**report.tables, **more})
    page = report.save(tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    text = report.save(tmp_path / "r.md").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "\x1b" not in page + text + report.save(tmp_path / "r.txt").read_text(encoding="utf-8")
    assert json.loads(report.to_json())["tables"]["Flows"][0]["old_name"] in {"A", HOSTILE}
    book = openpyxl.load_workbook(report.to_excel(tmp_path / "r.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {"Findings", "Findings 2", "population-band", "population-band 2"} <= set(
        book.sheetnames
    )
    package = pyogrio.list_layers(report.save(tmp_path / "r.gpkg"))[:, 0]
    assert {"findings", "lookup"} <= set(package)
    assert any(name.endswith("gpkg_x") for name in package)
    folder = fp.write_tidy(report, tmp_path / "tidy")
    assert len(pd.read_parquet(folder / "findings.parquet")) == len(report.findings)


MERGE = """
title = "Ours"
source = "a paper"
[[changes]]
date = 2027-04-01
status = "proposed"
kind = "merge"
layer = "icb22"
from = ["E54000034", "E54000052"]
to = "X1"
name = "Frimley and Surrey"
"""


@pytest.mark.parametrize("area", ["Frimley", "QNQ", "icb22:E54000034", "X1", "Frimley and Surrey"])
def test_an_area_of_a_what_if_is_looked_up_on_the_old_map_and_then_on_the_new(
    capsys, tmp_path, area
) -> None:
    file = tmp_path / "merge.toml"
    file.write_text(MERGE, encoding="utf-8")
    written = tmp_path / "r.json"
    options = ["--within", area, "-o", str(written)]
    status, _, err = run(capsys, "compare", "--changes", str(file), *options)
    assert (status, err) == (0, "")
    said = json.loads(written.read_text(encoding="utf-8"))
    assert said["title"].startswith("Frimley and Surrey (icb22 X1) in ")
    moved = {(row["old"], row["new"]) for row in said["tables"]["Flows"]}
    assert ("E54000034", "X1") in moved


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        (("icb26", "icb22"), "The new map, icb22, is older than the old one, icb26"),
        (("icb22", "icb22"), "icb22 is held against itself"),
        (("icb22", "icb"), "icb is taken as icb26, the newest that there is"),
        (("stp21", "lad23"), "are of different levels (systems and districts)"),
    ],
)
def test_what_may_not_have_been_meant_is_noted(capsys, layers, told) -> None:
    assert told in " ".join(run(capsys, "compare", *layers, "--fail-on", "never")[1].split())


def test_units_that_neither_map_lists_are_said_in_every_format() -> None:
    atlas = fp.Atlas(
        title="Squares",
        units={"squares": residents(squares(residents=[1, 2, 3]))},
        layers={
            "stp21": layer_of({"a": "A", "b": "A"}, "system"),
            "icb22": layer_of({"a": "A", "b": "B"}, "system"),
        },
    )
    change = fp.compare(atlas, "stp21", "icb22")
    report = fp.redraw_report(atlas, atlas, change)
    told = f"In no footprint of either map, and so not counted: {change.attrs['in_neither']}."
    assert "1 unit" in told
    assert "3" in told
    assert told in report.lead
    assert told in repr(change)
    assert told in report.to_html()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["a.json", "icb22"], "'a.json' is a file of boundaries and is compared with another"),
        (["a.csv", "b.csv"], "'a.csv', 'b.csv' holds no lines"),
    ],
)
def test_files_that_cannot_be_compared_say_what_is_needed(capsys, asked, told) -> None:
    status, _, err = run(capsys, "compare", *asked)
    assert status == 2
    assert told in " ".join(err.split())


def two_squares(folder: Path, name: str, codes: list[str]) -> str:
    frame = squares(people=[1, 2]).assign(ICB22CD=codes, ICB22NM=codes)
    frame[["ICB22CD", "ICB22NM", "geometry"]].to_file(folder / name)
    return str(folder / name)


def test_lines_whose_name_tells_no_resolution_are_said_to_and_may_be_told(capsys, tmp_path) -> None:
    files = [two_squares(tmp_path, f"{name}.gpkg", ["E54000001", "E54000002"]) for name in "ab"]
    status, _, err = run(capsys, "compare", *files)
    assert status == 0
    assert "The name of 'a.gpkg' does not tell how far its lines were generalised" in err
    assert "say --resolution" in err
    status, _, err = run(capsys, "compare", *files, "--resolution", "bgc")
    assert status == 0
    assert "does not tell" not in err
    status, out, err = run(capsys, "compare", *files, "--resolution", "fine")
    assert (status, out) == (2, "")
    assert "'fine'" in err
    assert "'BUC'" in err
    status, _, err = run(capsys, "compare", "icb22", "icb26", "--resolution", "BUC")
    assert status == 2
    assert "--resolution goes with two boundary files" in err


def test_units_without_people_say_their_columns_and_what_people_are_called(tmp_path) -> None:
    file = tmp_path / "u.csv"
    file.write_text("LSOA21CD,easting,northing,n\nE01000001,530000,180000,5\n", encoding="utf-8")
    with pytest.raises(FileError, match="its columns are 'LSOA21CD', 'easting', 'northing', 'n'"):
        units_of_file(file)
    assert units_of_file(file, population="n").table["residents"].to_list() == [5]


def test_people_of_a_column_of_patients_are_registered(tmp_path) -> None:
    file = tmp_path / "u.csv"
    file.write_text(
        "LSOA21CD,easting,northing,Patients total\nE01000001,530000,180000,5\n", encoding="utf-8"
    )
    assert [p.name for p in units_of_file(file).populations] == ["registered"]


def test_atlases_that_were_swapped_are_asked_to_be_swapped_back(capsys, tmp_path) -> None:
    members = {"a": "A", "b": "B"}
    for name, key in (("old", "icb22"), ("new", "icb26")):
        layers = {"lad21": layer_of(members, "district"), key: layer_of(members, "system")}
        fp.write_atlas(make_atlas([1, 2], **layers), tmp_path / f"{name}.gpkg")
    files = ["--from", str(tmp_path / "new.gpkg"), "--to", str(tmp_path / "old.gpkg")]
    status, _, err = run(capsys, "compare", *files, "icb22", "icb26")
    assert status == 2
    assert "The atlas of --from" in err
    assert "swap --from and --to?" in err
