"""A first draft of an atlas file: what it takes, what it leaves open, what it says of the rest."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from conftest import squares

import footprints as fp
from footprints.errors import FootprintsError
from footprints.read.init import draft_atlas
from footprints.read.looking import total_among

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

LSOAS = [f"E0100000{n}" for n in range(1, 5)]
LADS = ["E07000001", "E07000001", "E07000002", "E07000003"]
PEOPLE = [300_000, 400_000, 500_000, 600_000]

# Few units of England's look cut short, as they are.
pytestmark = pytest.mark.filterwarnings("ignore:.*looks cut short:footprints.FootprintsWarning")


def write(folder: Path, name: str, **columns: list[Any]) -> pd.DataFrame:
    """Write a table as CSV."""
    table = pd.DataFrame(columns)
    table.to_csv(folder / name, index=False)
    return table


def lines_of(column: str, codes: list[str]) -> gpd.GeoDataFrame:
    """Draw a square for each code."""
    return squares(**{column: codes}).reset_index(drop=True)


def drafted(folder: Path) -> tuple[str, dict[str, Any]]:
    """Return the draft of a folder, as text and as TOML reads it."""
    text = draft_atlas([folder], folder=folder)
    return text, tomllib.loads(text)


def read(folder: Path, text: str) -> fp.Atlas:
    """Read an atlas from a draft, with what only the user knows filled in."""
    text = text.replace('source = "?"', 'source = "a survey"')
    text = text.replace('as_at = "?"', "as_at = 2022-06-30")
    (folder / "atlas.toml").write_text(text, encoding="utf-8")
    return fp.read_atlas(folder / "atlas.toml")


@pytest.mark.parametrize(
    ("columns", "total"),
    [
        (["All ages", "Persons aged 65"], "All ages"),
        (["Persons aged 65", "Total"], "Total"),
        (["pop_mid2020", "pop_mid2019", "Persons aged 65"], "pop_mid2020"),
        (["residents", "residents_65_plus"], "residents"),
        (["Persons aged 65"], "Persons aged 65"),
        (["Persons aged 64", "Persons aged 65"], ""),
        (["All ages", "patients"], ""),
        ([], ""),
    ],
)
def test_people_are_the_only_column_or_the_total(columns: list[str], total: str) -> None:
    assert total_among(columns) == total


def test_the_total_is_taken_and_the_other_columns_are_named(tmp_path: Path) -> None:
    ages = {"All ages": PEOPLE, "Persons aged 65": [1, 2, 3, 4]}
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, LAD23CD=LADS, **ages)
    text, said = drafted(tmp_path)
    assert said["units"]["lsoa21"]["people"]["residents"]["column"] == "All ages"
    assert "# Other columns of people: 'Persons aged 65'." in text
    assert read(tmp_path, text).people("lad23")["residents"].sum() == 1_800_000


def test_people_left_in_doubt_are_left_open(tmp_path: Path) -> None:
    ages = {"Persons aged 64": PEOPLE, "Persons aged 65": PEOPLE, "Population density": PEOPLE}
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, LAD23CD=LADS, **ages)
    text, said = drafted(tmp_path)
    assert said["units"]["lsoa21"]["people"]["residents"]["column"] == "?"
    assert "# Say which column of people: 'Persons aged 64', 'Persons aged 65'." in text


def test_a_file_that_cannot_be_read_does_not_stop_the_rest(tmp_path: Path) -> None:
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, LAD23CD=LADS, residents=PEOPLE)
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "bad.xlsx").write_text("no workbook", encoding="utf-8")
    (tmp_path / "bad.gpkg").write_text("no database", encoding="utf-8")
    text, _ = drafted(tmp_path)
    assert "# Not read: \"empty.csv\": 'empty.csv' is empty: fetch or save it again." in text
    assert '# Not read: "bad.xlsx": ' in text
    assert '# Not read: "bad.gpkg": ' in text
    read(tmp_path, text)


def test_a_file_that_is_not_there_is_told_and_an_address_is_not_shown(tmp_path: Path) -> None:
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, LAD23CD=LADS, residents=PEOPLE)
    files = [tmp_path, tmp_path / "none.csv", "https://ann:secret@example.org/a.csv"]
    text = draft_atlas(files, folder=tmp_path)
    assert "# Not read: \"none.csv\": 'none.csv' is not there" in text
    assert '# Not read: "an address": ' in text
    assert "secret" not in text


def test_each_layer_of_a_geopackage_is_looked_at(tmp_path: Path) -> None:
    units = lines_of("LSOA21CD", LSOAS).assign(LAD23CD=LADS, residents=PEOPLE)
    units.to_file(tmp_path / "all.gpkg", layer="lsoa")
    lads = units.dissolve("LAD23CD").reset_index()[["LAD23CD", "geometry"]]
    lads.to_file(tmp_path / "all.gpkg", layer="lad")
    lines_of("RGN21CD", ["E12000001"]).to_file(tmp_path / "all.gpkg", layer="rgn")
    text, said = drafted(tmp_path)
    assert said["units"]["lsoa21"]["layer"] == "lsoa"
    assert said["layers"]["lad23"]["boundaries"] == {"file": "all.gpkg", "layer": "lad"}
    assert '# Not used: "all.gpkg", "rgn": it lists rgn21, and no file says which lsoa21' in text
    assert read(tmp_path, text).layers["lad23"].area.tolist() == [2e6, 1e6, 1e6]


def test_each_sheet_of_a_workbook_is_looked_at(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        people = pd.DataFrame({"LSOA21CD": LSOAS, "All ages": PEOPLE})
        people.to_excel(book, sheet_name="People", index=False)
        lookup = pd.DataFrame({"LSOA21CD": LSOAS, "LAD23CD": LADS})
        lookup.to_excel(book, sheet_name="Lookup", index=False)
        pd.DataFrame().to_excel(book, sheet_name="Notes", index=False)
    text, said = drafted(tmp_path)
    assert said["units"]["lsoa21"]["sheet"] == "People"
    assert said["layers"]["lad23"]["members"]["lsoa21"]["sheet"] == "Lookup"
    assert '# Not read: "book.xlsx", "Notes": ' in text
    assert len(read(tmp_path, text).people("lad23")) == 3


def test_where_nothing_is_usable_each_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    write(tmp_path, "plain.csv", x=[1, 2], y=[3, 4])
    write(tmp_path, "twice.csv", LAD23CD=["E07000001"] * 2, residents=[1, 2])
    write(tmp_path, "gp.csv", PRACTICE_CODE=["A81001"], NUMBER_OF_PATIENTS=[5])
    write(tmp_path, "pcn.csv", **{"PCN Code": ["U16464"], "Open Date": ["20191001"]})
    with pytest.raises(FootprintsError) as error:
        draft_atlas([tmp_path], folder=tmp_path)
    message = str(error.value)
    assert "'empty.csv' is empty" in message
    assert '"plain.csv": no column is named as the ONS names codes' in message
    assert '"twice.csv": its codes stand several times in "LAD23CD"' in message
    assert "read it in Python with footprints.read_list_sizes()" in message
    assert "read it in Python with footprints.read_network_details()" in message
    assert set(error.value.codes) == {"empty.csv", "plain.csv", "twice.csv", "gp.csv", "pcn.csv"}


def test_a_resolution_that_a_file_is_called_by_is_written_down(tmp_path: Path) -> None:
    units = lines_of("LSOA21CD", LSOAS).assign(LAD23CD=LADS, residents=PEOPLE)
    units.to_parquet(tmp_path / "LSOA_2021_EW_BSC_V4.parquet")
    districts = units.dissolve("LAD23CD").reset_index()[["LAD23CD", "geometry"]]
    districts.to_file(tmp_path / "LAD_MAY_2023_UK_BGC.gpkg", layer="lad")
    text, said = drafted(tmp_path)
    assert said["units"]["lsoa21"]["resolution"] == "BSC"
    assert "# lines generalised to 200 m, by the name of the file" in text
    assert said["layers"]["lad23"]["boundaries"]["resolution"] == "BGC"
    attrs = fp.cross_check(read(tmp_path, text), "lad23").table.attrs
    assert (attrs["resolution"], attrs["metres"]) == ("BGC", "200")


def test_a_resolution_that_no_name_tells_is_left_to_the_user(tmp_path: Path) -> None:
    units = lines_of("LSOA21CD", LSOAS).assign(LAD23CD=LADS, residents=PEOPLE)
    units.to_parquet(tmp_path / "small_areas.parquet")
    districts = units.dissolve("LAD23CD").reset_index()[["LAD23CD", "geometry"]]
    districts.to_file(tmp_path / "districts.gpkg", layer="lad")
    text, said = drafted(tmp_path)
    why = "say how far lines were generalised: BUC, BSC, BGC, BFC or BFE"
    lines = text.splitlines()
    assert lines.count(f'# resolution = "BUC"  # {why}') == 1
    place = next(n for n, line in enumerate(lines) if line.startswith("boundaries = "))
    assert lines[place + 1] == f'# resolution = "BUC"  # in boundaries, {why}'
    assert "generalised" not in lines[place]
    assert "resolution" not in said["units"]["lsoa21"]
    assert "resolution" not in said["layers"]["lad23"]["boundaries"]
    told = text.replace(f'# resolution = "BUC"  # {why}', 'resolution = "BSC"')
    told = told.replace('layer = "lad" }', 'layer = "lad", resolution = "BGC" }')
    assert fp.cross_check(read(tmp_path, told), "lad23").table.attrs["metres"] == "200"


def test_points_and_tables_have_no_resolution(tmp_path: Path) -> None:
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, LAD23CD=LADS, residents=PEOPLE)
    assert "resolution" not in drafted(tmp_path)[0]
    points = lines_of("LSOA21CD", LSOAS).assign(LAD23CD=LADS, residents=PEOPLE)
    points.set_geometry(points.centroid).to_file(tmp_path / "centres.gpkg", layer="c")
    (tmp_path / "lsoa.csv").unlink()
    assert "resolution" not in drafted(tmp_path)[0]


def test_ods_codes_of_the_units_are_written_down_and_found_by(tmp_path: Path) -> None:
    codes = {"ICB22CD": ["E54000034", *["E54000050"] * 3], "ICB22CDH": ["QNQ", *["QHM"] * 3]}
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, **codes, residents=PEOPLE)
    text, said = drafted(tmp_path)
    assert said["layers"]["icb22"]["members"] == {"lsoa21": "ICB22CD"}
    assert said["layers"]["icb22"]["ods_codes"] == {"lsoa21": "ICB22CDH"}
    atlas = read(tmp_path, text)
    assert atlas.layers["icb22"]["ods_code"].to_dict() == {"E54000034": "QNQ", "E54000050": "QHM"}
    assert atlas.focus("QNQ").focused.code == "E54000034"


def test_ods_codes_come_from_one_place_alone(tmp_path: Path) -> None:
    codes = {"ICB23CD": ["E54000034"] * 4, "ICB23CDH": ["QNQ"] * 4}
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, **codes, residents=PEOPLE)
    named = {"ICB23CD": ["E54000034"], "ICB23NM": ["Frimley"], "ICB23CDH": ["QNQ"]}
    write(tmp_path, "icb.csv", **named)
    text, said = drafted(tmp_path)
    assert said["layers"]["icb23"]["names"]["ods_code"] == "ICB23CDH"
    assert "ods_codes" not in said["layers"]["icb23"]
    assert read(tmp_path, text).find("QNQ") == ("icb23", "E54000034")


def test_people_and_members_come_from_files_beside_the_boundaries(tmp_path: Path) -> None:
    lines_of("LSOA21CD", LSOAS).to_file(tmp_path / "lsoa.gpkg", layer="L")
    ages = {"All ages": PEOPLE, "Aged 65": [1, 2, 3, 4]}
    write(tmp_path, "people.csv", LSOA21CD=LSOAS, **ages)
    write(tmp_path, "lookup.csv", LSOA21CD=LSOAS, LAD23CD=LADS)
    text, said = drafted(tmp_path)
    assert said["units"]["lsoa21"]["file"] == "lsoa.gpkg"
    assert said["units"]["lsoa21"]["people"]["residents"] == {
        "column": "All ages",
        "file": "people.csv",
        "code": "LSOA21CD",
        "source": "?",
        "as_at": "?",
    }
    assert "Not used" not in text
    atlas = read(tmp_path, text)
    assert atlas.people("lad23")["residents"].tolist() == [700_000, 500_000, 600_000]
    assert atlas.units["lsoa21"].area.sum() == 4e6


def test_people_may_be_listed_by_codes_under_any_name(tmp_path: Path) -> None:
    lines_of("LSOA21CD", LSOAS).assign(LAD23CD=LADS).to_file(tmp_path / "lsoa.gpkg", layer="L")
    write(tmp_path, "people.csv", Area=LSOAS, Residents=PEOPLE)
    text, said = drafted(tmp_path)
    assert said["units"]["lsoa21"]["people"]["residents"]["code"] == "Area"
    assert read(tmp_path, text).people("lad23")["residents"].sum() == 1_800_000


def test_people_that_do_not_fit_the_units_are_told(tmp_path: Path) -> None:
    lines_of("LSOA21CD", LSOAS).assign(LAD23CD=LADS).to_file(tmp_path / "lsoa.gpkg", layer="L")
    write(tmp_path, "people.csv", LSOA21CD=[*LSOAS[1:], "E01000009"], residents=PEOPLE)
    text, _ = drafted(tmp_path)
    assert "# Of lsoa21 it lacks 1 code: 'E01000001'." in text
    assert "# Of lsoa21 it lists beside them 1 code: 'E01000009'." in text


def test_lines_of_several_nations_are_kept_to_england(tmp_path: Path) -> None:
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, LAD23CD=LADS, residents=PEOPLE)
    lads = [*dict.fromkeys(LADS), "W06000001", "S12000005"]
    lines_of("LAD23CD", lads).to_file(tmp_path / "lad.gpkg", layer="L")
    text, said = drafted(tmp_path)
    assert said["layers"]["lad23"]["boundaries"]["nation"] == "E"
    assert "# it lists codes of E, S, W" in text
    assert len(read(tmp_path, text).layers["lad23"]) == 3


def test_units_of_several_nations_are_kept_to_england_where_others_are(tmp_path: Path) -> None:
    lines_of("LSOA21CD", [*LSOAS, "W01000001"]).to_file(tmp_path / "lsoa.gpkg", layer="L")
    write(tmp_path, "people.csv", LSOA21CD=LSOAS, LAD23CD=LADS, residents=PEOPLE)
    text, said = drafted(tmp_path)
    assert said["units"]["lsoa21"]["nation"] == "E"
    assert read(tmp_path, text).people("lad23")["residents"].sum() == 1_800_000


def test_units_of_several_nations_are_else_left_whole(tmp_path: Path) -> None:
    lsoas, lads = [*LSOAS, "W01000001"], [*LADS, "W06000001"]
    write(tmp_path, "lsoa.csv", LSOA21CD=lsoas, LAD23CD=lads, residents=[*PEOPLE, 5])
    text, said = drafted(tmp_path)
    assert "nation" not in said["units"]["lsoa21"]
    assert '# nation = "E"  # it lists codes of E, W; say so to keep England alone' in text
    assert read(tmp_path, text).people("lad23")["residents"].sum() == 1_800_005


def test_metres_that_a_file_takes_for_degrees_are_said(tmp_path: Path) -> None:
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, LAD23CD=LADS, residents=PEOPLE)
    lads = lines_of("LAD23CD", list(dict.fromkeys(LADS))).set_crs(None, allow_override=True)
    (tmp_path / "lad.geojson").write_text(lads.to_json(), encoding="utf-8")
    text, said = drafted(tmp_path)
    assert said["layers"]["lad23"]["boundaries"]["crs"] == 27700
    assert "# the file declares WGS 84; its coordinates look like British National Grid" in text
    assert read(tmp_path, text).layers["lad23"].area.sum() == 3e6


def test_names_come_from_a_list_of_the_footprints(tmp_path: Path) -> None:
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, ICB23CD=["E54000034"] * 4, residents=PEOPLE)
    named = {"ICB23CD": ["E54000034"], "ICB23NM": ["Frimley"], "ICB23CDH": ["QNQ"]}
    write(tmp_path, "icb.csv", **named)
    text, said = drafted(tmp_path)
    assert said["layers"]["icb23"]["names"] == {
        "file": "icb.csv",
        "code": "ICB23CD",
        "name": "ICB23NM",
        "ods_code": "ICB23CDH",
    }
    table = read(tmp_path, text).layers["icb23"]
    assert table[["name", "ods_code"]].to_numpy().tolist() == [["Frimley", "QNQ"]]


def test_names_that_repeat_in_a_lookup_name_each_footprint_once(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", LSOA21CD=LSOAS, residents=PEOPLE)
    write(tmp_path, "lookup.csv", LSOA21CD=LSOAS, LAD23CD=LADS, LAD23NM=["A", "A", "B", "C"])
    text, _ = drafted(tmp_path)
    assert 'names = { file = "lookup.csv", code = "LAD23CD", name = "LAD23NM" }' in text
    assert read(tmp_path, text).layers["lad23"]["name"].tolist() == ["A", "B", "C"]


def test_a_workbook_of_places_is_known_by_its_codes(tmp_path: Path) -> None:
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, LAD23CD=LADS, residents=PEOPLE)
    rows = [
        ["E07000001", "Ash", "Vale"],
        ["E07000002", "Elm", "Hill"],
        ["E07000003", "Oak", "Hill"],
    ]
    places = pd.DataFrame(rows, columns=["District code", "District", "Place"])
    with pd.ExcelWriter(tmp_path / "places.xlsx", engine="openpyxl") as book:
        places.to_excel(book, index=False, startrow=2)
        book.sheets["Sheet1"]["A1"] = "Our places"
    text, said = drafted(tmp_path)
    assert said["layers"]["place"] == {
        "level": "place",
        "members": {
            "lad23": {"file": "places.xlsx", "code": "District code", "footprint": "Place"}
        },
    }
    atlas = read(tmp_path, text)
    assert atlas.people("place")["residents"].to_dict() == {"Vale": 700_000, "Hill": 1_100_000}


def test_places_of_some_networks_leave_the_choice_of_column_open(tmp_path: Path) -> None:
    pcns = ["U10001", "U10002", "U10003", "U10004"]
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, PCN23CD=pcns, residents=PEOPLE)
    places = {"Place": ["Vale", "Vale", "Hill"], "Lead": ["Ann", "Bob", "Bob"]}
    write(tmp_path, "places.csv", **{"PCN code": pcns[:3]}, **places)
    text, said = drafted(tmp_path)
    assert said["layers"]["place"]["members"]["pcn23"]["footprint"] == "?"
    assert said["layers"]["place"]["covers"] is False
    assert "# Say which column is the footprint: 'Place', 'Lead'." in text
    atlas = read(tmp_path, text.replace('footprint = "?"', 'footprint = "Place"'))
    assert atlas.people("place")["residents"].to_dict() == {"Vale": 700_000, "Hill": 500_000}


def test_layers_that_leave_units_out_say_so_and_so_do_those_made_of_them(tmp_path: Path) -> None:
    write(tmp_path, "people.csv", LSOA21CD=LSOAS, residents=PEOPLE)
    cauths = ["E47000001", "E47000002", "E47000003", ""]
    write(tmp_path, "lookup.csv", LSOA21CD=LSOAS, CAUTH25CD=cauths)
    write(tmp_path, "wide.csv", Authority=cauths[:3], Area=["North", "South", "South"])
    text, said = drafted(tmp_path)
    assert said["layers"]["cauth25"]["covers"] is False
    assert "# It has no footprint for 1 code of lsoa21." in text
    assert said["layers"]["place"]["covers"] is False
    people = read(tmp_path, text).people("place")["residents"]
    assert people.to_dict() == {"North": 300_000, "South": 900_000}


def test_why_a_file_is_not_used_is_true(tmp_path: Path) -> None:
    write(tmp_path, "lsoa.csv", LSOA21CD=LSOAS, LAD23CD=LADS, residents=PEOPLE)
    write(tmp_path, "same.csv", LSOA21CD=LSOAS)
    write(tmp_path, "oa.csv", OA21CD=[f"E0000000{n}" for n in range(5)], LSOA21CD=["E01000001"] * 5)
    write(tmp_path, "gp.csv", PRACTICE_CODE=["A81001"], NUMBER_OF_PATIENTS=[5])
    write(tmp_path, "ward.csv", WD23CD=["E05000001", "E05000002"])
    text, _ = drafted(tmp_path)
    for part in (
        '"same.csv": it lists lsoa21, and adds nothing to what is used.',
        '"oa.csv": codes stand several times in LSOA21CD',
        '"gp.csv": a list of the NHS: read it in Python with footprints.read_list_sizes().',
        '"ward.csv": it lists wd23, and no file says which lsoa21 those are made of.',
    ):
        assert f"# Not used: {part}" in text


def test_the_files_of_england_give_a_draft_with_lines(shared: Path) -> None:
    folder = shared / "data" / "england"
    text, said = drafted(folder)
    assert said["units"]["lsoa11"]["people"]["residents"]["column"] == "pop_mid2020"
    assert said["layers"]["amb22"]["boundaries"] == {"file": "england.gpkg", "layer": "AMB"}
    assert sum("boundaries" in layer for layer in said["layers"].values()) == 11
    assert "# Not" not in text


def test_lists_of_the_nhs_are_told_with_what_reads_them(shared: Path) -> None:
    folder = shared / "data" / "registered"
    with pytest.raises(FootprintsError) as error:
        draft_atlas([folder], folder=folder)
    readers = ["networks", "list_sizes", "patients_by_lsoa", "practice_map", "practice_details"]
    assert all(f"footprints.read_{reader}()" in str(error.value) for reader in readers)
