"""Lists of the NHS as they are, and somebody's places, made into an atlas."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import footprints as fp
from footprints import cli
from footprints.errors import FootprintsError, TableError

REAL = Path(__file__).parents[2] / "shared" / "data" / "registered"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason="needs the lists of the NHS in ../shared/data/registered"
)
PRACTICES = ["A81001", "A81002", "A81003", "A81004"]
LISTS = """PUBLICATION,EXTRACT_DATE,TYPE,CCG_CODE,ONS_CCG_CODE,CODE,SEX,AGE,NUMBER_OF_PATIENTS
GP,01Feb2022,GP,01A,E38000001,A81001,ALL,ALL,30000
GP,01Feb2022,GP,01A,E38000001,A81002,ALL,ALL,10000
GP,01Feb2022,GP,01B,E38000002,A81003,ALL,ALL,20000
GP,01Feb2022,GP,01B,E38000002,A81004,ALL,ALL,400
"""
HEADER = [
    *("Partner Organisation Code", "Partner Name", "Practice Parent CCG Code"),
    *("Practice Parent CCG Name", "PCN Code", "PCN Name", "PCN Parent CCG Code"),
    *("PCN Parent CCG Name", "Practice to PCN Relationship Start Date"),
    *("Practice to PCN Relationship End Date", "Practice CCG and PCN CCG Match"),
]
PARTNERS = [
    ["A81001", "ASH", "01A", "N", "U00001", "ASH PCN", "01A", "N", "20191001", "20220131", True],
    ["A81001", "ASH", "01A", "N", "U00002", "ELM PCN", "01A", "N", "20220201", "", True],
    ["A81002", "ELM", "01A", "N", "U00002", "ELM PCN", "01A", "N", "20191001", "", True],
    ["A81003", "OAK", "01B", "S", "U00003", "OAK PCN", "01B", "S", "20191001", "", True],
]
PLACES = "Code,Network,Place,Lead,People\nU00002,Elm,Vale,Ann,40000\nU00003,Oak,Vale,Bob,20000\n"
MAP = """EXTRACT_DATE,PRACTICE_CODE,PCN_CODE,PCN_NAME,CCG_CODE,STP_CODE,STP_NAME
01Jan2022,A81001,U00001,ASH PCN,01A,QAA,East
01Jan2022,A81002,U00001,ASH PCN,01A,QAA,East
01Jan2022,A81003,U00003,OAK PCN,01B,QBB,West
01Jan2022,A81004,U,,01B,QBB,West
"""


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    return write(tmp_path, "gp-reg-pat-prac-all.csv", LISTS)


@pytest.fixture
def epcn(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "PCN Core Partner Details "
    for row in [HEADER, *PARTNERS]:
        book.active.append(row)
    book.save(tmp_path / "ePCN.xlsx")
    return tmp_path / "ePCN.xlsx"


def people(atlas: fp.Atlas, layer: str) -> dict[str, int]:
    return atlas.people(layer)["registered"].to_dict()


def test_networks_hold_on_the_date_of_the_list(lists: Path, epcn: Path) -> None:
    atlas = fp.atlas_of_lists(lists, epcn)
    assert people(atlas, "pcn22") == {"U00002": 40_000, "U00003": 20_000}
    assert str(atlas.population("pcn22")) == "registered, gp-reg-pat-prac-all.csv, 2022-02-01"
    assert "Without a row in the table of networks: 1 practice, 400 patients." in atlas.notes


def test_networks_come_from_a_csv_without_a_header_too(lists: Path, tmp_path: Path) -> None:
    text = "".join(",".join(map(str, row)) + "\n" for row in PARTNERS)
    atlas = fp.atlas_of_lists(lists, write(tmp_path, "epcncorepartnerdetails.csv", text))
    assert people(atlas, "pcn22") == {"U00002": 40_000, "U00003": 20_000}


def test_the_mapping_published_with_the_list_gives_networks_of_its_own_date(
    lists: Path, tmp_path: Path
) -> None:
    atlas = fp.atlas_of_lists(lists, write(tmp_path, "gp-reg-pat-prac-map.csv", MAP))
    assert people(atlas, "pcn22") == {"U00001": 40_000, "U00003": 20_000}
    assert people(atlas, "stp22") == {"QAA": 40_000, "QBB": 20_400}
    assert "Networks are of 2022-01-01, from gp-reg-pat-prac-map.csv." in atlas.notes


def test_places_of_networks_are_counted_and_reach_into_two_commissioners(
    lists: Path, epcn: Path, tmp_path: Path
) -> None:
    atlas = fp.atlas_of_lists(lists, epcn, write(tmp_path, "places.csv", PLACES))
    assert people(atlas, "place") == {"Vale": 60_000}
    assert atlas.unassigned("place")["registered"].to_dict() == {"A81004": 400}
    assert set(atlas.checks.nest) == {("pcn22", "ccg22"), ("place", "ccg22")}
    found = fp.nesting(atlas.overlap("place", "ccg22"))
    assert found.loc["Vale", ["parent", "share"]].tolist() == ["E38000001", 2 / 3]
    assert "E38000002" in found.loc["Vale", "elsewhere"]


@pytest.mark.parametrize(
    ("codes", "made_of"), [(PRACTICES, "practices"), (["01A", "01B"], "ccg22")]
)
def test_places_are_made_of_practices_or_of_commissioners_by_their_nhs_codes(
    lists: Path, epcn: Path, tmp_path: Path, codes: list[str], made_of: str
) -> None:
    half = len(codes) // 2
    table = pd.DataFrame({"Which": codes, "Where": ["Hill"] * half + ["Vale"] * half})
    table.to_excel(tmp_path / "places.xlsx", index=False)
    atlas = fp.atlas_of_lists(lists, epcn, tmp_path / "places.xlsx")
    assert people(atlas, "place") == {"Hill": 40_000, "Vale": 20_400}
    assert f"made of {made_of}," in atlas.overview.loc["place", "note"]
    assert atlas.overview.loc["place", "covers"]


def test_a_code_that_the_lists_lack_is_noted(lists: Path, epcn: Path, tmp_path: Path) -> None:
    codes = [*PRACTICES, "Z99999"]
    known = pd.DataFrame({"practice": [f"B{n:05}" for n in range(20)]})
    text = LISTS + "".join(f"GP,01Feb2022,GP,01A,,{code},ALL,ALL,1\n" for code in known["practice"])
    listed = pd.DataFrame({"Code": [*codes, *known["practice"]], "Place": "Vale"})
    places = write(tmp_path, "places.csv", listed.to_csv(index=False))
    atlas = fp.atlas_of_lists(write(tmp_path, lists.name, text), epcn, places)
    assert people(atlas, "place") == {"Vale": 60_420}
    note = "places.csv names 1 code of practices that the lists do not have: 'Z99999'."
    assert note in atlas.notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("District,Place\nE07000001,Vale\n", r"no column of codes .*'District' \(0% .*U12345"),
        (
            "PCN,Place\nU00002,Vale\nU00002,Hill\nU00003,Hill\n",
            r"codes of pcn22 several times in 'PCN': 'U00002' .*Keep one row for each",
        ),
        (
            "PCN,Area,Lead\nU00002,Vale,Ann\nU00003,Vale,Ann\n",
            r"which column names the places. It could be 'Area', 'Lead', of .*call that column 'Place'",
        ),
        ("PCN,PCN Name\nU00002,Elm\nU00003,Oak\n", r"None looks like it, of 'PCN', 'PCN Name'"),
        ("PCN,People\nU00002,1\nU00003,2\n", r"None looks like it, of 'PCN', 'People'"),
    ],
)
def test_places_that_cannot_be_recognised_name_the_columns_and_what_to_do(
    lists: Path, epcn: Path, tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(TableError, match=message):
        fp.atlas_of_lists(lists, epcn, write(tmp_path, "places.csv", text))


def test_a_list_without_a_date_asks_for_it(tmp_path: Path) -> None:
    undated = write(tmp_path, "qof.csv", "PRACTICE_CODE,PCN_ODS_CODE,n\nA81001,U00001,5\n")
    with pytest.raises(FootprintsError, match=r"'qof.csv' does not state its date.*--as-at"):
        fp.atlas_of_lists(undated)
    assert people(fp.atlas_of_lists(undated, as_at="2021-03-31"), "pcn21") == {"U00001": 5}


def test_the_command_checks_lists_and_places(
    lists: Path, epcn: Path, tmp_path: Path, capsys
) -> None:
    places = write(tmp_path, "places.csv", PLACES)
    given = ["--lists", str(lists), "--pcns", str(epcn), "--places", str(places)]
    report = tmp_path / "check.xlsx"
    assert cli.main(["check", *given, "--within", "01A", "-o", str(report)]) == 0
    out = capsys.readouterr().out
    assert "Made of gp-reg-pat-prac-all.csv, ePCN.xlsx, places.csv." in out
    assert "place: made of pcn22, by the columns 'Code' and 'Place'." in out
    assert report.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--lists", "a.csv", "--atlas", "b.toml"], "Give --lists, or --atlas"),
        (["--lists", "a.csv", "--units", "b.csv"], "Give --lists, or --atlas"),
        (["--lists", "a.csv", "--boundaries", "b.gpkg"], "Give --lists, or --atlas"),
        (["--pcns", "a.csv", "--as-at", "2022-01-01"], "'--pcns', '--as-at' go"),
        (["--places", "a.csv"], "'--places' goes with --lists"),
    ],
)
def test_lists_stand_alone_and_other_files_beside_them(
    capsys, arguments: list[str], message: str
) -> None:
    assert cli.main(["check", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_networks_without_a_place_are_counted_with_their_patients(
    lists: Path, epcn: Path, tmp_path: Path
) -> None:
    some = write(tmp_path, "places.csv", "\n".join(PLACES.splitlines()[:2]) + "\n")
    atlas = fp.atlas_of_lists(lists, epcn, some)
    pcns = fp.atlas_of_lists(lists, epcn).people("pcn22")["registered"]
    placed = PLACES.splitlines()[1].split(",")[0]
    rest = pcns.drop(placed)
    assert len(rest) > 0
    note = next(note for note in atlas.notes if "gives no place" in note)
    assert note == (
        f"places.csv gives no place to {len(rest)} of {len(pcns)} codes of pcn22: "
        f"{rest.sum():,} patients are in no place for that."
    )
    full = fp.atlas_of_lists(lists, epcn, write(tmp_path, "all.csv", PLACES))
    assert not [note for note in full.notes if "gives no place" in note]


def test_a_list_given_to_the_option_of_another_is_told_where_it_belongs(
    lists: Path, epcn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = ["A81001", "DENSHAM", *[""] * 10, "ACTIVE", *[""] * 12, "RO177|RO76", ""]
    details = write(tmp_path, "details.csv", ",".join(row) + "\n")
    for given, said in [
        (["--lists", epcn], f"{epcn.name!r} belongs to --pcns, not to --lists"),
        (["--lists", lists, "--pcns", details], "it holds details of practices, such as epraccur"),
        (["--lists", lists, "--places", epcn], f"{epcn.name!r} belongs to --pcns, not to --places"),
    ]:
        assert cli.main(["check", *map(str, given)]) == 2
        assert said in capsys.readouterr().err


@needs_real
def test_the_lists_of_england_are_checked_with_places_of_their_networks(tmp_path: Path) -> None:
    sizes, epcn = REAL / "qof-2020-21-practice-list-sizes.csv", REAL / "ePCN.xlsx"
    alone = fp.atlas_of_lists(sizes, epcn, as_at="2021-03-31")
    pcns = alone.layers["pcn21"]["name"].rename("PCN name").rename_axis("PCN code").reset_index()
    pcns["Place"] = pcns["PCN code"].str[:2]
    pcns.to_excel(tmp_path / "places.xlsx", index=False)
    atlas = fp.atlas_of_lists(sizes, epcn, tmp_path / "places.xlsx", as_at="2021-03-31")
    assert atlas.unassigned("place")["registered"].sum() == 440_409
    assert atlas.people("place")["registered"].sum() == atlas.people("pcn21")["registered"].sum()
    report = fp.check(atlas.focus("QOP"))
    assert {"pcn21", "place", "stp21"} <= set(report.in_bands.index)


def test_patients_by_lsoa_are_no_list_of_practices_and_say_so_shortly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{code},E0100000{n},{n}" for code in PRACTICES for n in range(1, 9)]
    text = "\n".join(["PRACTICE_CODE,LSOA_CODE,NUMBER_OF_PATIENTS", *rows])
    file = write(tmp_path, "lsoa.csv", f"{text}\n")
    assert cli.main(["check", "--lists", str(file), "--as-at", "2022-01-01"]) == 2
    told = capsys.readouterr().err
    assert "'lsoa.csv' holds the patients of each practice by LSOA" in " ".join(told.split())
    assert "gp-reg-pat-prac-all.csv" in told
    assert len(told) < 250
