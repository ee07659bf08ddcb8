"""Columns and codes tell what a layer is."""

from __future__ import annotations

import pandas as pd
import pytest

from footprints.errors import FootprintsError, TableError, UnknownNameError
from footprints.masking import is_private, without_private
from footprints.read.fields import (
    COUNTS,
    Field,
    expected_count,
    kind_of_prefixes,
    level_of,
    parse_field,
    recognise,
)


@pytest.mark.parametrize(
    ("column", "kind", "year", "part"),
    [
        ("LAD23CD", "lad", 2023, "code"),
        ("icb22cdh", "icb", 2022, "ods_code"),
        ("STP21NM", "stp", 2021, "name"),
        ("SICBL22CD", "sicbl", 2022, "code"),
        ("LOC22CD", "sicbl", 2022, "code"),
        ("CTYUA21NM", "ctyua", 2021, "name"),
        ("Ltla22cd", "lad", 2022, "code"),
        ("UTLA21CD", "ctyua", 2021, "code"),
        ("CAL21CD", "cal", 2021, "code"),
        ("CAUTH25CD", "cauth", 2025, "code"),
        ("NHSER22CDH", "nhser", 2022, "ods_code"),
        ("RGN21NM", "rgn", 2021, "name"),
        ("PFA19NM", "pfa", 2019, "name"),
        ("WD22CD", "wd", 2022, "code"),
        ("PCN21CD", "pcn", 2021, "code"),
        ("LSOA11CD", "lsoa", 2011, "code"),
        ("lsoa21nm", "lsoa", 2021, "name"),
        ("MSOA21CD", "msoa", 2021, "code"),
        ("OA21CD", "oa", 2021, "code"),
        ("AREACD", "area", None, "code"),
        ("areanm", "area", None, "name"),
        ("AMBCD", "amb", None, "code"),
        ("ISDN24CD", "isdn", 2024, "code"),
        ("Name", "", None, "name"),
    ],
)
def test_ons_field_names_are_read_in_any_case(
    column: str, kind: str, year: int | None, part: str
) -> None:
    assert parse_field(column) == Field(column, kind, year, part)


@pytest.mark.parametrize(
    "column", ["LAD23NMW", "population", "PCD", "EXECNM", "LAD2023CD", "bng_e", "", "CD", "22CD"]
)
def test_other_columns_are_no_fields(column: str) -> None:
    assert parse_field(column) is None


def test_every_kind_with_a_known_count_has_a_level() -> None:
    assert all(level_of(kind, otherwise="") for kind in COUNTS)


def test_the_years_of_known_counts_do_not_overlap() -> None:
    for spans in COUNTS.values():
        years = [year for first, last, _ in spans for year in range(first, last + 1)]
        assert years == sorted(set(years))


@pytest.mark.parametrize(
    ("prefixes", "year", "kind", "level"),
    [
        (["E54"], 2021, "stp", "system"),
        (["E54"], 2022, "icb", "system"),
        (["E54"], None, "", "system"),
        (["E38"], 2021, "ccg", "commissioner"),
        (["E38"], 2024, "sicbl", "commissioner"),
        (["E63"], 2022, "icb", "system"),
        (["E06", "E07", "E08", "E09"], 2022, "lad", "district"),
        (["E06", "E07", "W06", "S12", "N09"], 2022, "lad", "district"),
        (["E06", "E08", "E09", "E10"], 2022, "ctyua", "upper-tier"),
        (["E47", "E61"], 2025, "cauth", "strategic-authority"),
        (["E01", "W01"], None, "lsoa", "unit"),
        (["E07", "E10"], 2022, "", ""),
        (["E54", "E40"], 2022, "", ""),
        (["X99"], 2022, "", ""),
    ],
)
def test_prefixes_of_codes_tell_kind_and_level(
    prefixes: list[str], year: int | None, kind: str, level: str
) -> None:
    assert kind_of_prefixes(prefixes, year) == (kind, level)


def test_the_column_with_most_codes_is_the_layer_of_a_lookup() -> None:
    lookup = pd.DataFrame(
        {
            "ICB22CD": ["E54000001"] * 4,
            "LSOA21CD": ["E01000001", "E01000002", "E01000003", "E01000004"],
            "LAD22CD": ["E06000001", "E06000001", "E07000001", "E07000001"],
        }
    )
    assert recognise(lookup).key == "lsoa21"


def test_columns_with_equally_many_codes_are_all_named() -> None:
    table = pd.DataFrame({"STP21CD": ["E54000001"], "ICB22CD": ["E54000001"]})
    with pytest.raises(TableError, match="'STP21CD', 'ICB22CD' could each be the codes"):
        recognise(table)


def test_code_says_which_of_several_columns_it_is() -> None:
    table = pd.DataFrame(
        {"STP21CD": ["E54000001"], "ICB22CD": ["E54000001"], "STP21NM": ["A"], "ICB22NM": ["B"]}
    )
    fields = recognise(table, code="icb22cd")
    assert (fields.code, fields.name, fields.key) == ("ICB22CD", "ICB22NM", "icb22")


def test_a_name_goes_with_the_code_of_its_own_vintage() -> None:
    table = pd.DataFrame(
        {"LAD21NM": ["old"] * 2, "LAD23CD": ["E06000001", "E06000002"], "LAD23NM": ["a", "b"]}
    )
    assert recognise(table).name == "LAD23NM"


def test_ltla_names_go_with_ltla_codes_beside_lad_names() -> None:
    table = pd.DataFrame({"LTLA22CD": ["E06000001"], "LAD22NM": ["x"], "LTLA22NM": ["y"]})
    assert recognise(table).name == "LTLA22NM"


def test_columns_that_differ_by_case_alone_are_ambiguous() -> None:
    table = pd.DataFrame({"LAD23CD": ["E06000001"], "lad23cd": ["E06000002"]})
    with pytest.raises(TableError, match="'LAD23CD', 'lad23cd'"):
        recognise(table)
    assert recognise(table, code="lad23cd").code == "lad23cd"


def test_names_that_differ_by_case_alone_are_ambiguous() -> None:
    table = pd.DataFrame({"LAD23CD": ["E06000001"], "LAD23NM": ["A"], "lad23nm": ["B"]})
    with pytest.raises(TableError, match="Say which, as in name='LAD23NM'"):
        recognise(table)


def test_the_file_name_tells_the_vintage_that_no_column_tells() -> None:
    table = pd.DataFrame({"AREACD": ["E54000008"], "AREANM": ["Cheshire and Merseyside"]})
    fields = recognise(table, label="STPs_April_2021_EN_BUC_V2_2022.json")
    assert fields.key == "stp21"
    assert fields.inferred == (
        "code from AREACD",
        "name from AREANM",
        "level system from the codes",
        "vintage 2021 from the file name",
    )


def test_what_the_user_says_goes_before_what_is_found() -> None:
    table = pd.DataFrame({"LAD22CD": ["E06000001"], "borough": ["A"], "trust": ["RX7"]})
    fields = recognise(table, name="borough", ods_code="trust", level="place", vintage=2024)
    assert (fields.name, fields.ods_code, fields.key) == ("borough", "trust", "place24")
    assert fields.inferred == ("code from LAD22CD",)


def test_pcn_codes_are_known_by_their_form() -> None:
    fields = recognise(pd.DataFrame({"code": ["U12345", "U54321"]}))
    assert (fields.kind, fields.level, fields.key) == ("pcn", "neighbourhood", "pcn")


def test_ods_codes_are_the_codes_where_there_are_no_others() -> None:
    fields = recognise(pd.DataFrame({"ICB22CDH": ["QYG"], "ICB22NM": ["Cheshire"]}))
    assert (fields.code, fields.name, fields.ods_code) == ("ICB22CDH", "ICB22NM", None)


def test_names_are_the_codes_where_there_are_no_codes() -> None:
    fields = recognise(pd.DataFrame({"LRF19NM": ["Avon & Somerset"]}))
    assert (fields.code, fields.name, fields.key) == ("LRF19NM", "LRF19NM", "lrf19")


def test_a_table_of_unknown_columns_has_them_all_named() -> None:
    with pytest.raises(TableError, match=r"with code=\. There is 'gemeinde', 'people'"):
        recognise(pd.DataFrame({"gemeinde": ["a"], "people": [1]}))


def test_a_column_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"no column 'LAD32CD'\. Did you mean 'LAD23CD'"):
        recognise(pd.DataFrame({"LAD23CD": ["E06000001"]}), code="LAD32CD")


def test_a_vintage_of_two_digits_is_refused() -> None:
    with pytest.raises(FootprintsError, match="write the year in full, as in vintage=2022"):
        recognise(pd.DataFrame({"LAD23CD": ["E06000001"]}), vintage=22)


@pytest.mark.parametrize(
    ("kind", "vintage", "count"),
    [
        ("icb", 2022, 42),
        ("icb", 2026, 36),
        ("stp", 2017, 44),
        ("stp", 2021, 42),
        ("sicbl", 2022, 106),
        ("lad", 2021, 309),
        ("lad", 2023, 296),
        ("ctyua", 2022, 152),
        ("ctyua", 2023, 153),
        ("nhser", 2022, 7),
        ("lsoa", 2011, 32_844),
        ("lsoa", 2021, 33_755),
        ("lad", 2040, None),
        ("place", None, None),
    ],
)
def test_the_counts_of_england_are_known_by_vintage(
    kind: str, vintage: int | None, count: int | None
) -> None:
    assert expected_count(kind, vintage) == count


HIDDEN = ["943.476.5919", "NHS9434765919", "x_LS1 4AP_y", "at LS1 4AP", "GIR 0AA"]


@pytest.mark.parametrize(
    "value", ["9434765919", "943 476 5919", "SW1A 2AA", "ls1 4ap", "M11AE", *HIDDEN]
)
def test_nhs_numbers_and_postcodes_are_personal(value: str) -> None:
    assert is_private(pd.Series(["E54000001", value]))


@pytest.mark.parametrize("value", ["E54000001", "02P", "U12345", "QYG", "S1Y5D", "Leeds 001A"])
def test_codes_of_areas_are_not_personal(value: str) -> None:
    assert not is_private(pd.Series([value, None]))


def test_messages_of_other_libraries_lose_what_looks_personal() -> None:
    told = "Value '943 476 5919' of field postcode LS1 4AP in E56000001 has 12345678901 digits"
    kept = "Value '…' of field postcode … in E56000001 has 12345678901 digits"
    assert without_private(told) == kept
