"""The NHS's lists of practices, networks and patients, and what can be wrong with them."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

import footprints as fp
from footprints.errors import FootprintsError, TableError, UnknownNameError
from footprints.geometry import outlines

REAL = Path(__file__).parents[2] / "shared" / "data"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason="needs the data of the NHS and the ONS in ../shared/data"
)
POSTCODE = "ZE1 0AA"
NHS_NUMBER = "943 476 5919"


def write(folder, text, name="list.csv"):
    """Write a file and return its path."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


QOF = """STP_ODS_CODE,STP_ONS_CODE,STP_NAME,CCG_ODS_CODE,CCG_ONS_CODE,CCG_NAME,PCN_ODS_CODE,PCN_NAME,PRACTICE_CODE,PRACTICE_NAME,n
QAA,E54000001,East,01A,E38000001,North,U00001,Ash PCN,A81001,The Ash,5000
QAA,E54000001,East,01B,E38000002,South,U00001,Ash PCN,A81002,The Elm,700
QBB,E54000002,West,01C,E38000003,Far,U00002,Oak PCN,A81003,The Oak,30
QBB,E54000002,West,01C,E38000003,Far,U,Unallocated,A81004,The Inn,4
"""


def crossing(atlas, left, right):
    """Return the footprints of one layer whose practices are in several of another."""
    rows = atlas.membership.astype({"layer": "str"})
    inner = rows[rows["layer"] == left].set_index("unit")["code"]
    outer = rows[rows["layer"] == right].set_index("unit")["code"]
    counts = outer.groupby(inner.reindex(outer.index)).nunique()
    return sorted(counts.index[counts > 1])


def test_an_atlas_of_practices_shows_a_network_in_two_commissioners(tmp_path):
    atlas = fp.registered_atlas(fp.read_list_sizes(write(tmp_path, QOF)), as_at="2021-03-31")
    assert list(atlas.layers) == ["pcn21", "ccg21", "stp21"]
    assert list(atlas.units) == ["practices"]
    assert atlas.people("pcn21")["registered"].to_dict() == {"U00001": 5700, "U00002": 30}
    assert atlas.people("stp21")["registered"].to_dict() == {"E54000001": 5700, "E54000002": 34}
    assert crossing(atlas, "pcn21", "ccg21") == ["U00001"]
    assert crossing(atlas, "pcn21", "stp21") == []
    assert atlas.unassigned("pcn21")["registered"].to_dict() == {"A81004": 4}
    assert atlas.find("QBB") == ("stp21", "E54000002")
    assert atlas.notes == ("In no network: 1 practice, 4 patients.",)
    assert str(atlas.population("pcn21")) == "registered, list.csv, 2021-03-31"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("ONS_CCG_CODE,CCG_CODE,CCG_NAME", "ccg"),
        ("CCG_ONS_CODE,CCG_ODS_CODE,CCG_NAME", "ccg"),
        ("ONS_SUB_ICB_LOC_CODE,SUB_ICB_LOC_CODE,SUB_ICB_LOC_NAME", "sicbl"),
        ("ONS_SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_NAME", "sicbl"),
        ("ONS_ICB_CODE,ICB_CODE,ICB_NAME", "icb"),
        ("ONS_STP_CODE,STP_CODE,STP_NAME", "stp"),
        ("ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME", "nhser"),
        ("ons_icb_code,Icb Code,ICB NAME", "icb"),
    ],
)
def test_columns_are_known_whatever_the_year_calls_them(tmp_path, header, kind):
    text = f"PRACTICE_CODE,{header}\nA81001,E99000001,16C,Tees\n"
    table = fp.read_practice_map(write(tmp_path, text))
    row = table.loc["A81001"]
    assert (row[kind], row[f"{kind}_ods"], row[f"{kind}_name"]) == ("E99000001", "16C", "Tees")


@pytest.mark.parametrize(
    ("spelling", "date"),
    [
        ("01-Apr-20", "2020-04-01"),
        ("01APR2021", "2021-04-01"),
        ("01Jan2022", "2022-01-01"),
        ("2024-06-01", "2024-06-01"),
        ("01/10/2025", "2025-10-01"),
    ],
)
def test_the_date_of_an_extract_is_read_in_every_spelling(tmp_path, spelling, date):
    text = f"EXTRACT_DATE,PRACTICE_CODE,PCN_CODE\n{spelling},A81001,U00001\n"
    assert fp.read_practice_map(write(tmp_path, text)).attrs["as_at"] == date


def test_the_code_of_the_nhs_stands_in_where_there_is_no_other(tmp_path):
    text = "PRACTICE_CODE,ICB_CODE,PCN_CODE,PCN_NAME\nA81001,QNC,U,UNALLOCATED\n"
    table = fp.read_practice_map(write(tmp_path, text))
    assert table.loc["A81001", "icb"] == "QNC"
    assert table[["pcn", "pcn_name", "pcn_ods"]].isna().all(axis=None)


def test_a_code_of_the_ons_is_completed_from_other_rows_or_by_the_code_of_the_nhs(tmp_path):
    text = "PRACTICE_CODE,ONS_ICB_CODE,ICB_CODE\nA1,E54000001,QAA\nA2,,QAA\nA3,,QBB\nA4,,\n"
    table = fp.read_practice_map(write(tmp_path, text))
    assert table["icb"].fillna("none").to_dict() == {
        "A1": "E54000001",
        "A2": "E54000001",
        "A3": "QBB",
        "A4": "none",
    }


def test_a_table_of_other_columns_is_refused():
    with pytest.raises(TableError, match="The list has no column 'registered'. It has 'n'"):
        fp.registered_atlas(pd.DataFrame({"n": [1]}), as_at="2022-01-01")
    with pytest.raises(TableError, match="no column 'lsoa', 'patients', 'where'. It has"):
        fp.pcn_areas(pd.DataFrame({"practice": ["A1"]}))


MONTHLY = """EXTRACT_DATE,TYPE,CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS
01OCT2025,GP,A81001,ZE1 0AA,ALL,ALL,10
01OCT2025,GP,A81001,ZE1 0AA,MALE,ALL,4
01OCT2025,GP,A81001,ZE1 0AA,FEMALE,ALL,6
01OCT2025,GP,A81001,ZE1 0AA,MALE,0,4
01OCT2025,ICB,QNC,,ALL,ALL,999
"""


def test_everyone_is_counted_once_in_a_list_by_sex_and_age(tmp_path):
    table = fp.read_list_sizes(write(tmp_path, MONTHLY))
    assert table["registered"].to_dict() == {"A81001": 10}
    assert table.attrs["as_at"] == "2025-10-01"
    assert table.attrs["dropped"] == "1 row of other organisations; 3 rows by sex and age"
    assert "postcode" not in table


def test_one_date_of_several_can_be_chosen(tmp_path):
    text = "EXTRACT_DATE,PRACTICE_CODE,N\n01Jan2022,A81001,5\n01Feb2022,A81001,6\n"
    file = write(tmp_path, text)
    with pytest.raises(TableError, match=r"of 2022-01-01, 2022-02-01: choose one .* as_at="):
        fp.read_list_sizes(file)
    assert fp.read_list_sizes(file, as_at="2022-02-01")["registered"].tolist() == [6]
    with pytest.raises(TableError, match="choose one"):
        fp.read_list_sizes(file, as_at="2022-03-01")


def test_lists_and_networks_of_different_practices_are_refused_or_counted(tmp_path):
    lists = fp.read_list_sizes(write(tmp_path, "PRACTICE_CODE,N\nA81001,5\nA81002,6\n"))
    text = "EXTRACT_DATE,PRACTICE_CODE,PCN_CODE\n01Jan2022,A81001,U00001\n01Jan2022,B1,U00001\n"
    networks = fp.read_practice_map(write(tmp_path, text, "map.csv"))
    with pytest.raises(TableError, match="no row of networks: 'A81002'") as caught:
        fp.registered_atlas(lists, networks=networks, as_at="2022-01-01")
    assert caught.value.codes == ("A81002", "B1")
    atlas = fp.registered_atlas(lists, networks=networks, as_at="2022-01-01", unmatched="count")
    assert atlas.notes == (
        "Networks are of 2022-01-01, from map.csv.",
        "Without a row in the table of networks: 1 practice, 6 patients.",
        "In the table of networks alone: 1 practice.",
        "In no network: 1 practice, 6 patients.",
    )
    assert atlas.unassigned("pcn22")["registered"].to_dict() == {"A81002": 6}


def test_an_atlas_needs_a_date_and_footprints(tmp_path):
    lists = fp.read_list_sizes(write(tmp_path, "PRACTICE_CODE,N\nA81001,5\n"))
    with pytest.raises(FootprintsError, match="does not state its date"):
        fp.registered_atlas(lists)
    with pytest.raises(TableError, match="what it belongs to: give networks="):
        fp.registered_atlas(lists, as_at="2022-01-01")


def test_a_footprint_of_two_names_is_refused(tmp_path):
    lists = fp.read_list_sizes(write(tmp_path, QOF.replace("01B,E38000002", "01B,E38000001")))
    with pytest.raises(TableError, match="'ccg' have several names: 'E38000001'"):
        fp.registered_atlas(lists, as_at="2021-03-31")


PARTNERS = [
    [
        "Partner\nOrganisation\nCode", "Partner\nName", "Practice\nParent\nCCG Code",
        "Practice\nParent\nCCG Name", "PCN Code", "PCN Name", "PCN Parent\nCCG Code",
        "PCN Parent\nCCG Name", "Practice to PCN\nRelationship\nStart Date",
        "Practice to PCN\nRelationship\nEnd Date", "Practice CCG and PCN\nCCG Match ",
    ],
    ["A81001", "ASH", "01A", "N", "U00001", "ASH PCN", "01A", "N", "20191001", "20210331", True],
    ["A81001", "ASH", "01A", "N", "U00002", "OAK PCN", "01A", "N", "20210401", None, True],
    ["A81002", "ELM", "01B", "S", "U00002", "OAK PCN", "01A", "N", 20191001, None, False],
    ["A81003", "OAK", "01B", "S", "U00002", "OAK PCN", "01A", "N", "20220401", "", False],
]  # fmt: skip
DETAILS = [
    ["PCN Code", "PCN Name", "Current Clinical \nCommissioning \nGroup Code", "Open Date", "Close Date"],
    ["U00001", "ASH PCN", "01A", "20191001", "20210331"],
    ["U00002", "OAK PCN", "01A", "20191001", None],
]  # fmt: skip


def epcn(folder, partners=None):
    """Write a workbook of networks and return its path."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "PCNDetails"
    sheets = [workbook.active, workbook.create_sheet("PCN Core Partner Details ")]
    for sheet, rows in zip(sheets, [DETAILS, partners or PARTNERS], strict=True):
        for row in rows:
            sheet.append(row)
    workbook.save(folder / "ePCN.xlsx")
    return folder / "ePCN.xlsx"


def test_networks_are_those_of_the_day(tmp_path):
    table = fp.read_networks(epcn(tmp_path), as_at="2022-02-01")
    assert table["pcn"].to_dict() == {"A81001": "U00002", "A81002": "U00002"}
    assert table["ccg"].to_dict() == {"A81001": "01A", "A81002": "01B"}
    assert table["lead_commissioner"].tolist() == ["01A", "01A"]
    assert table.attrs["dropped"] == "1 relationship ended; 1 relationship yet to begin"
    before = fp.read_networks(epcn(tmp_path), as_at="31/03/2021")
    assert before["pcn"].to_dict() == {"A81001": "U00001", "A81002": "U00002"}


def test_networks_that_have_closed_are_counted(tmp_path):
    table = fp.read_network_details(epcn(tmp_path), as_at="2022-02-01")
    assert table["name"].to_dict() == {"U00002": "OAK PCN"}
    assert table.attrs["dropped"] == "1 network ended"


def test_a_practice_in_two_networks_at_once_is_named_with_both(tmp_path):
    rows = [*PARTNERS, [*PARTNERS[1][:8], "20210101", None, True]]
    with pytest.raises(TableError, match=r"on 2022-02-01: 'A81001' \(U00002 and U00001\)") as e:
        fp.read_networks(epcn(tmp_path, rows), as_at="2022-02-01")
    assert e.value.codes == ("A81001",)


@pytest.mark.parametrize("header", [False, True])
def test_networks_are_read_from_the_csv_with_and_without_a_header(tmp_path, header):
    rows = [["" if cell is None else str(cell) for cell in row] for row in PARTNERS[1:]]
    names = [" ".join(name.split()) for name in PARTNERS[0]]
    lines = [",".join(row) for row in ([names] if header else []) + rows]
    table = fp.read_networks(write(tmp_path, "\n".join(lines)), as_at="2022-02-01")
    assert table["pcn"].to_dict() == {"A81001": "U00002", "A81002": "U00002"}
    assert table["sicbl"].to_dict() == {"A81001": "01A", "A81002": "01B"}


def practice(code, status, setting, closed=""):
    """Return a row of epraccur."""
    cells = [""] * 27
    for place, cell in {0: code, 1: "ASH", 9: POSTCODE, 10: "19740401", 11: closed}.items():
        cells[place] = cell
    cells[12], cells[14], cells[25] = status, "16C", setting
    return ",".join(f'"{cell}"' for cell in cells)


def test_details_of_practices_are_read_in_both_dialects(tmp_path):
    rows = [
        practice("A81001", "A", "4"),
        practice("A81002", "C", "4", closed="20171031"),
        practice("A81003", "ACTIVE", "RO177|RO76"),
        practice("A81004", "D", "0"),
        practice("A81005", "P", "RO177|RO72"),
    ]
    table = fp.read_practice_details(write(tmp_path, "\n".join(rows)))
    assert table["status"].tolist() == ["active", "closed", "active", "dormant", "proposed"]
    assert table["general_practice"].tolist() == [True, True, True, False, False]
    assert table.loc["A81002", "closed"] == "2017-10-31"
    headed = ",".join(["Organisation Code", *map(str, range(26))])
    again = fp.read_practice_details(write(tmp_path, "\n".join([headed, *rows])))
    pd.testing.assert_frame_equal(again, table)


LSOA = """PRACTICE_CODE,LSOA_CODE,SEX,NUMBER_OF_PATIENTS,PCN_CODE,,,
A1,E01000001,ALL,60,U00001,,,
A1,E01000001,MALE,30,U00001,,,
A1,E01000001,FEMALE,30,U00001,,,
A2,E01000001,ALL,40,U00002,,,
A2,E01000002,ALL,7,U00002,,,
A1,E01000002,ALL,7,U00001,,,
A1,E01000003,ALL,1,U00001,,,
A3,E01000003,ALL,9,U,,,
A2,CLOSED,ALL,2,U00002,,,
A2,EMPTY,ALL,1,U00002,,,
A2,NO2011,ALL,3,U00002,,,
A2,W01000001,ALL,5,U00002,,,
A1,L99999999,ALL,1,U00001,,,
"""


def test_patients_who_live_in_no_english_area_are_kept_and_counted(tmp_path):
    table = fp.read_patients_by_lsoa(write(tmp_path, LSOA))
    assert table["patients"].sum() == 136
    assert table.attrs["outside"] == (
        "Channel Islands or Isle of Man: 1 patient; Wales: 5 patients; no known area: 6 patients"
    )
    assert table.attrs["dropped"] == "3 columns without a header; 2 rows by sex"
    assert table.set_index("lsoa").loc[["EMPTY", "NO2011"], "where"].unique() == ["no known area"]


def test_a_footprint_that_a_list_names_without_its_code_keeps_its_name(tmp_path):
    text = "PRACTICE_CODE,LSOA_CODE,NUMBER_OF_PATIENTS,SUB_ICB_LOCATION_NAME,ICB_CODE\n"
    rows = text + "A1,E01000001,9,Staffordshire - 05D,QNC\n"
    table = fp.read_patients_by_lsoa(write(tmp_path, rows))
    assert table["sicbl_name"].tolist() == ["Staffordshire - 05D"]
    assert table["icb"].tolist() == ["QNC"]
    assert "sicbl" not in table


def test_each_area_goes_to_the_network_with_most_patients(tmp_path):
    found = fp.pcn_areas(fp.read_patients_by_lsoa(write(tmp_path, LSOA)))
    assert found.lsoas["pcn"].to_dict() == dict.fromkeys(
        ["E01000001", "E01000002", "E01000003"], "U00001"
    )
    assert found.lsoas.loc["E01000001", "share"] == pytest.approx(0.6)
    assert found.lsoas.loc["E01000001", "runner_up"] == "U00002"
    assert found.lsoas.loc["E01000001", "runner_up_share"] == pytest.approx(0.4)
    assert found.lsoas.loc["E01000003", "share"] == pytest.approx(0.1)
    assert found.tied == ("E01000002",)
    assert found.in_no_pcn == 9
    assert found.pcns.to_dict("index") == {
        "U00001": {
            "lsoas": 3, "registered": 69, "in_area": 68, "elsewhere": 0, "not_placed": 1,
            "area_registered": 124,
        },
        "U00002": {
            "lsoas": 0, "registered": 58, "in_area": 0, "elsewhere": 47, "not_placed": 11,
            "area_registered": 0,
        },
    }  # fmt: skip


def test_both_populations_and_the_edge_of_a_system_are_counted(tmp_path):
    patients = fp.read_patients_by_lsoa(write(tmp_path, LSOA))
    systems = pd.Series({"E01000001": "Q1", "E01000002": "Q2", "E01000003": "Q1"})
    residents = pd.Series({"E01000001": 90, "E01000002": 12, "E01000003": 11})
    pcns = fp.pcn_areas(patients, systems=systems, residents=residents).pcns
    assert pcns["area_residents"].to_dict() == {"U00001": 113, "U00002": 0}
    assert pcns["system"].to_dict() == {"U00001": "Q1", "U00002": "Q1"}
    assert pcns["across_edge"].to_dict() == {"U00001": 7, "U00002": 7}
    with pytest.raises(TableError, match="lack LSOAs with patients in systems=: 'E01000003'") as e:
        fp.pcn_areas(patients, systems=systems[:2])
    assert e.value.codes == ("E01000003",)
    pcns = fp.pcn_areas(patients, systems=systems[:2], unmatched="count").pcns
    assert pcns["system_unknown"].to_dict() == {"U00001": 1, "U00002": 0}


def test_areas_can_be_kept_within_a_system(tmp_path):
    patients = fp.read_patients_by_lsoa(write(tmp_path, LSOA))
    found = fp.pcn_areas(patients, within=["E01000001"])
    assert found.lsoas.index.tolist() == ["E01000001"]
    assert found.pcns["elsewhere"].to_dict() == {"U00001": 8, "U00002": 47}


def test_networks_can_come_from_another_table(tmp_path):
    patients = fp.read_patients_by_lsoa(write(tmp_path, LSOA)).drop(columns="pcn")
    with pytest.raises(TableError, match="no column 'pcn': give networks="):
        fp.pcn_areas(patients)
    with pytest.raises(TableError, match="do not know the practices: 'A2', 'A3'"):
        fp.pcn_areas(patients, networks=pd.Series({"A1": "U00001"}))
    networks = pd.Series({"A1": "U00009", "A2": "U00008", "A3": None})
    assert fp.pcn_areas(patients, networks=networks).lsoas["pcn"].tolist() == [
        "U00009", "U00008", "U00009",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_areas_are_those_that_a_slow_count_finds(seed):
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "practice": [f"A{n}" for n in random.integers(0, 9, 60)],
            "lsoa": [f"E0100000{n}" for n in random.integers(0, 8, 60)],
            "patients": random.integers(0, 4, 60),
            "where": "England",
        }
    )
    networks = pd.Series({f"A{n}": f"U0000{n // 2}" for n in range(9)} | {"A8": None})
    found = fp.pcn_areas(rows.sample(frac=1, random_state=seed), networks=networks)
    for lsoa, part in rows.groupby("lsoa"):
        counts = {}
        for code, people in zip(part["practice"], part["patients"], strict=True):
            if code != "A8" and people:
                counts[networks[code]] = counts.get(networks[code], 0) + people
        ranked = sorted(counts, key=lambda code: (-counts[code], code))
        row = found.lsoas.loc[lsoa]
        assert row["registered"] == part["patients"].sum()
        if ranked:
            assert (row["pcn"], row["patients"]) == (ranked[0], counts[ranked[0]])
        else:
            assert pd.isna(row["pcn"])
    assert (found.lsoas["tied"].sum()) == len(found.tied)
    parts = found.pcns[["in_area", "elsewhere", "not_placed"]].sum(axis="columns")
    assert parts.tolist() == found.pcns["registered"].tolist()
    assert found.pcns["registered"].sum() + found.in_no_pcn == rows["patients"].sum()


ONSPD = """pcd,pcds,doterm,lsoa21
ZE1 0AA,ZE1 0AA,,E01000001
ZE1 0AB,ZE1 0AB,201501,E01000001
ZE1 0AC,ZE1 0AC,,E01000002
ZE1 0AD,ZE1 0AD,,
"""
PEOPLE = pd.DataFrame(
    {
        "pc": ["ze10aa", "ZE1 0AA", "ZE1  0AB", "ZE1 0AC", "ZE1 0AD", "ZE1 0AX", "none", None],
        "n": ["1", "2", "4", "8", "16", "32", "64", "128"],
    }
)


def test_postcodes_become_units_and_counts_and_nothing_else(tmp_path):
    file = write(tmp_path, ONSPD)
    found = fp.count_by_postcode(PEOPLE, file, postcode="pc", unit="LSOA21", people="n")
    assert found.units.to_dict() == {
        "people": {"E01000001": 7, "E01000002": 8},
        "terminated": {"E01000001": 4, "E01000002": 0},
    }
    assert (found.placed, found.terminated) == (15, 4)
    assert (found.no_unit, found.unmatched, found.unreadable, found.empty) == (16, 32, 64, 128)
    assert "ZE1" not in repr(found) + str(found) + found.units.to_csv()
    rows = fp.count_by_postcode(PEOPLE, file, postcode="pc", unit="lsoa21")
    assert rows.placed + rows.no_unit + rows.unmatched + rows.unreadable + rows.empty == 8


@pytest.mark.parametrize(
    ("text", "options", "error", "words"),
    [
        (ONSPD, {"postcode": "post"}, UnknownNameError, "no column 'post'"),
        (ONSPD, {"unit": "lsoa31"}, TableError, "no column 'lsoa31'. Did you mean 'lsoa21'"),
        (ONSPD.replace("doterm", "ended"), {}, TableError, "no column 'doterm'"),
        (ONSPD + "ZE1 0AA,ZE1 0AA,,E01000009\n", {}, TableError, "one postcode in rows 2, 6"),
        (ONSPD, {"people": "pc"}, TableError, "cannot be counted"),
    ],
)
def test_no_message_tells_a_postcode(tmp_path, text, options, error, words):
    table = PEOPLE.assign(pc=PEOPLE["pc"].where(PEOPLE["pc"] != "none"))
    with pytest.raises(error, match=words) as caught:
        fp.count_by_postcode(
            table, write(tmp_path, text), **{"postcode": "pc", "unit": "lsoa21"} | options
        )
    told = str(caught.value) + " ".join(caught.value.codes)
    assert "0AA" not in told.upper()


def sizes(rows, header="PRACTICE_CODE,PCN_CODE,NUMBER_OF_PATIENTS"):
    """Return a list of practices with some rows."""
    return "\n".join([header, *rows])


BY_SEX = "PRACTICE_CODE,SEX,AGE,N"
BY_LSOA = "PRACTICE_CODE,LSOA_CODE,NUMBER_OF_PATIENTS"
LISTS, MAP = fp.read_list_sizes, fp.read_practice_map
AREAS, ROWS = fp.read_patients_by_lsoa, fp.read_practice_details
DAMAGED = {
    "suppressed": (LISTS, sizes(["A1,U00001,*", "A2,U,5"]), ["suppressed: '*' in row 2"]),
    "empty count": (LISTS, sizes(["A1,U00001,", "A2,U,5"]), ["empty: row 2"]),
    "decimal": (LISTS, sizes(["A1,U00001,5.5"]), ["not whole numbers: '5.5' in row 2"]),
    "below zero": (LISTS, sizes(["A1,U00001,-5"]), ["below zero: '-5' in row 2"]),
    "text count": (LISTS, sizes([f"A1,U00001,{NHS_NUMBER}x"]), ["not shown in row 2"]),
    "no code": (LISTS, sizes([",U00001,5", "A2,U,5"]), ["no code in 'practice' in row 2"]),
    "practice twice": (LISTS, sizes(["A1,U,5", "A2,U,5", "A1,U,6"]), ["twice: 'A1' in rows 2, 4"]),
    "pcn of a name": (
        LISTS,
        sizes(["A1,ASH PCN,5"]),
        ["no codes of Primary", "'ASH PCN' in row 2"],
    ),
    "pcn short": (LISTS, sizes(["A1,U123,5"]), ["'U123' in row 2"]),
    "pcn secret": (LISTS, sizes([f"A1,{POSTCODE},5"]), ["not shown in row 2"]),
    "no counts": (
        LISTS,
        sizes(["A1,U,5"], "PRACTICE_CODE,PCN_CODE,X"),
        ["no column of registered"],
    ),
    "no practice": (LISTS, sizes(["A1,U,5"], "P,PCN_CODE,N"), ["no column of practice", "has 'P'"]),
    "two counts": (LISTS, sizes(["A1,4,5"], "PRACTICE_CODE,N,LIST_SIZE"), ["'N', 'LIST_SIZE'"]),
    "men only": (LISTS, sizes(["A1,MALE,ALL,5"], BY_SEX), ["no row of everyone", "'A1'"]),
    "ages only": (LISTS, sizes(["A1,ALL,0,5", "A1,ALL,1,4"], BY_SEX), ["no row of everyone"]),
    "one without all": (
        LISTS,
        sizes(["A1,ALL,ALL,5", "A2,MALE,ALL,4"], BY_SEX),
        ["no row of everyone ('ALL') for 'A2'"],
    ),
    "all twice": (LISTS, sizes(["A1,ALL,ALL,5", "A1,ALL,ALL,5"], BY_SEX), ["twice: 'A1'"]),
    "sex empty": (LISTS, sizes(["A1,,ALL,5"], BY_SEX), ["no code in 'sex' in row 2"]),
    "bad date": (
        MAP,
        sizes(["A1,U,Spring", "A2,U,31Feb2022"], "PRACTICE_CODE,PCN_CODE,EXTRACT_DATE"),
        ["'Spring' in row 2", "'31Feb2022' in row 3"],
    ),
    "map twice": (MAP, sizes(["A1,U00001", "A1,U00002"], "PRACTICE_CODE,PCN_CODE"), ["'A1'"]),
    "map two years": (
        MAP,
        sizes(["A1,1,2"], "PRACTICE_CODE,SUB_ICB_LOC_CODE,SUB_ICB_LOCATION_CODE"),
        ["several columns of sicbl_ods"],
    ),
    "area twice": (
        AREAS,
        sizes(["A1,E01000001,5", "A1,E01000001,6"], BY_LSOA),
        ["'A1 in E01000001' in rows 2-3"],
    ),
    "no lsoa": (AREAS, sizes(["A1,E02000001,5", "A1,XX,5"], BY_LSOA), ["'E02000001'", "'XX'"]),
    "postcode area": (AREAS, sizes([f"A1,{POSTCODE},5"], BY_LSOA), ["no LSOA", "in row 2"]),
    "area empty": (AREAS, sizes(["A1,,5"], BY_LSOA), ["no code in 'lsoa' in row 2"]),
    "area by sex": (
        AREAS,
        sizes(["A1,E01000001,MALE,5"], "PRACTICE_CODE,LSOA_CODE,SEX,NUMBER_OF_PATIENTS"),
        ["counts by sex", "'A1'"],
    ),
    "area suppressed": (AREAS, sizes(["A1,E01000001,<5"], BY_LSOA), ["suppressed: '<5'"]),
    "26 columns": (ROWS, "A1," + "," * 24 + "\n", ["has 26 columns, not 27"]),
    "unknown status": (ROWS, practice("A81001", "X", "4"), ["unknown status: 'X' in 'A81001'"]),
    "unknown day": (ROWS, practice("A81001", "A", "4", "2017"), ["dates that cannot", "'2017'"]),
    "details twice": (
        ROWS,
        "\n".join([practice("A81001", "A", "4")] * 2),
        ["practices twice: 'A81001' in rows 1-2"],
    ),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_list_is_refused_with_every_offender_named(tmp_path, case):
    read, text, words = DAMAGED[case]
    with pytest.raises(TableError) as caught:
        read(write(tmp_path, text))
    message = str(caught.value)
    for word in words:
        assert word in message
    told = message + " ".join(caught.value.codes)
    for secret in (POSTCODE, NHS_NUMBER, str(tmp_path)):
        assert secret not in told


@needs_real
def test_the_lists_of_2021_give_the_networks_and_patients_of_england():
    lists = fp.read_list_sizes(
        REAL / "registered" / "qof-2020-21-practice-list-sizes.csv", as_at="2021-03-31"
    )
    atlas = fp.registered_atlas(lists)
    assert len(atlas.units["practices"]) == 6_571
    assert len(atlas.layers["pcn21"]) == 1_251
    assert atlas.people("stp21")["registered"].sum() == 60_716_244
    assert atlas.people("pcn21")["registered"].sum() == 60_311_131
    assert atlas.unassigned("pcn21")["registered"].sum() == 405_113
    assert len(crossing(atlas, "pcn21", "ccg21")) == 10
    assert len(crossing(atlas, "pcn21", "stp21")) == 3
    example = fp.load_example().people("pcn21")["registered"]
    assert atlas.people("pcn21")["registered"].to_dict() == example.to_dict()


@needs_real
def test_the_map_of_january_2022_has_networks_in_two_commissioners_and_systems():
    table = fp.read_practice_map(REAL / "registered" / "gp-reg-pat-prac-map-2022-01.csv")
    parents = table.dropna(subset="pcn").groupby("pcn")[["ccg", "stp"]].nunique()
    assert len(parents) == 1_254
    assert parents.gt(1).sum().to_dict() == {"ccg": 11, "stp": 4}
    assert table.attrs["as_at"] == "2022-01-01"


@needs_real
def test_the_networks_of_february_2022_are_those_of_their_practices():
    file = REAL / "registered" / "ePCN.xlsx"
    networks = fp.read_networks(file, as_at="2022-02-01")
    details = fp.read_network_details(file, as_at="2022-02-01")
    assert len(networks) == 6_505
    assert set(networks["pcn"]) == set(details.index)
    assert len(details) == 1_255
    assert networks.attrs["dropped"] == "725 relationships ended; 129 relationships yet to begin"
    assert networks.groupby("pcn")["ccg"].nunique().gt(1).sum() == 11
    assert networks["ccg"].ne(networks["lead_commissioner"]).sum() == 17


@needs_real
def test_the_practices_of_england_are_read_with_those_that_closed():
    table = fp.read_practice_details(REAL / "registered" / "epraccur.csv")
    assert len(table) == 14_963
    assert (table["general_practice"] & table["status"].eq("active")).sum() == 6_965


@needs_real
def test_the_areas_of_the_networks_of_staffordshire():
    patients = fp.read_patients_by_lsoa(
        REAL / "registered" / "staffordshire-patients-by-lsoa-2025-10.csv"
    )
    assert patients["patients"].sum() == 1_210_283
    columns = ["LSOA11CD", "ICB22CD", "pop_mid2020", "geometry"]
    england = gpd.read_parquet(REAL / "england" / "lsoa11.parquet", columns=columns)
    england = england.set_index("LSOA11CD")
    own = england.index[england["ICB22CD"] == "E54000010"]
    found = fp.pcn_areas(
        patients,
        within=own,
        systems=england["ICB22CD"],
        residents=england["pop_mid2020"],
        unmatched="count",
    )
    assert len(found.pcns) == 25
    assert found.pcns["registered"].sum() == 1_210_283
    assert found.pcns["not_placed"].sum() == 1_433
    assert found.pcns["system"].unique().tolist() == ["E54000010"]
    assert found.lsoas["pcn"].notna().all()
    assert found.lsoas["share"].median() > 0.7
    drawn = outlines(england, found.lsoas["pcn"])
    assert sorted(drawn.index) == found.pcns.index.tolist()
    whole = england.loc[found.lsoas.index].geometry.area.sum()
    assert drawn.area.sum() == pytest.approx(whole)


@pytest.mark.parametrize("seed", range(60))
def test_no_list_however_damaged_crashes_or_tells_on_anyone(tmp_path, seed):
    random = np.random.default_rng(seed)
    secrets = [NHS_NUMBER, NHS_NUMBER.replace(" ", ""), POSTCODE, POSTCODE.replace(" ", "").lower()]
    cells = ["A81001", "U00001", "E01000001", "5", "ALL", "*", "", "01Jan2022", '"', "\n", *secrets]
    headers = [sizes([]), sizes([], BY_SEX), sizes([], BY_LSOA), ""]
    for _ in range(8):
        header = str(random.choice(headers))
        widths = header.count(",") + 1 + random.choice([0, 0, 0, 1, -1], size=3)
        rows = [",".join(random.choice(cells, width)) for width in np.maximum(widths, 1)]
        file = write(tmp_path, "\n".join([header, *rows]))
        for read in (fp.read_table, LISTS, MAP, AREAS, ROWS):
            try:
                read(file)
            except FootprintsError as error:
                told = f"{error} {error.__cause__} {' '.join(error.codes)}"
                assert not any(secret in told for secret in secrets)
