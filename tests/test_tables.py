"""Tables are read as they stand, and what cannot be used is named without telling on anyone."""

from __future__ import annotations

import os
import traceback
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import Point

import footprints as fp
from footprints.errors import FileError, FootprintsError, TableError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable

NHS_NUMBER = "943 476 5919"
POSTCODE = "ZE1 0AA"
REAL = Path(__file__).parents[2] / "shared" / "data"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason="needs the data of the NHS and the ONS in ../shared/data"
)


def write(folder: Path, name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
    """Write a file and return its path."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return file


def book(folder: Path, name: str = "book.xlsx", **sheets: list[list[object]]) -> Path:
    """Write a workbook of sheets, each a list of rows, and return its path."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    workbook.save(folder / name)
    return folder / name


def lists(table: pd.DataFrame) -> dict[str, list[object]]:
    """Return a table as lists, with None for NA."""
    return table.astype("object").where(table.notna(), None).to_dict("list")


CODES = {"CODE": ["00123", "E1"], "N": ["5", None]}


@pytest.mark.parametrize(
    ("name", "text", "encoding"),
    [
        ("plain.csv", "CODE,N\n00123,5\nE1,\n", "utf-8"),
        ("mark.csv", "CODE,N\r\n00123,5\r\nE1,\r\n", "utf-8-sig"),
        ("semicolons.csv", "CODE;N\n00123;5\nE1;\n", "utf-8"),
        ("tabs.txt", "CODE\tN\n00123\t5\nE1\t\n", "utf-8"),
        ("excel-unicode.txt", "CODE\tN\n00123\t5\nE1\t\n", "utf-16"),
        ("quoted.csv", '"CODE","N"\n"00123","5"\n"E1",""\n', "utf-8"),
        ("spaces.csv", " CODE , N \n00123 ,\u00a05\nE1, \n", "utf-8"),
        ("empty-row.csv", "CODE,N\n00123,5\nE1,\n,\n\n", "utf-8"),
        ("old-mac.csv", "CODE,N\r00123,5\rE1,\r", "utf-8"),
        ("folded.csv", '"CODE\n",N\n00123,5\nE1,\n', "utf-8"),
    ],
)
def test_a_text_file_gives_the_same_table_however_it_was_saved(
    tmp_path: Path, name: str, text: str, encoding: str
) -> None:
    table = fp.read_table(write(tmp_path, name, text, encoding))
    if name == "empty-row.csv":
        assert table.attrs["dropped"] == "2 empty rows"
    assert lists(table) == CODES
    assert {str(kind) for kind in table.dtypes} == {"str"}
    assert table.index.name == "row"


def test_the_index_is_the_row_of_the_file(tmp_path: Path) -> None:
    table = fp.read_table(write(tmp_path, "a.csv", "Title\n\nCODE,N\nA,1\n\nB,2\n"))
    assert table.index.tolist() == [4, 6]
    assert table.attrs["dropped"] == "1 row above the header; 1 empty row"


def test_windows_encoding_is_understood_and_said(tmp_path: Path) -> None:
    table = fp.read_table(write(tmp_path, "a.csv", "CODE,NAME\nA,Señor Café\n", "cp1252"))
    assert table["NAME"].tolist() == ["Señor Café"]
    assert table.attrs["encoding"] == "cp1252"


def test_parquet_gives_text_and_leaves_shapes_out(tmp_path: Path) -> None:
    frame = pd.DataFrame({"CODE": ["00123", "E1"], "N": [5.0, np.nan]})
    frame.to_parquet(tmp_path / "a.parquet")
    assert lists(fp.read_table(tmp_path / "a.parquet")) == CODES
    shapes = gpd.GeoDataFrame(frame, geometry=[Point(0, 0)] * 2, crs=27700)
    shapes.to_parquet(tmp_path / "b.parquet")
    table = fp.read_table(tmp_path / "b.parquet")
    assert lists(table) == CODES
    assert table.attrs["dropped"] == "1 column of shapes or bytes"


def test_a_workbook_is_read_between_its_title_and_its_notes(tmp_path: Path) -> None:
    rows = [
        ["Patients by practice"],
        ["Source: a list"],
        [],
        ["Practice\nCode ", "Number of\r\npatients", None, None],
        ["00123", 1204.0],
        ["E1", None],
        ["A3", "1,204"],
        [],
        ["Notes: rounded to the nearest 5"],
        ["Do not quote"],
    ]
    table = fp.read_table(book(tmp_path, Data=rows))
    assert lists(table) == {
        "Practice Code": ["00123", "E1", "A3"],
        "Number of patients": ["1204", None, "1,204"],
    }
    assert table.index.tolist() == [5, 6, 7]
    said = table.attrs["dropped"]
    assert "2 rows above the header" in said
    assert "1 empty row; 2 rows of notes below the table" in said


@pytest.mark.parametrize(
    "note", ['"Source: NHS, England"', "Source: NHS", '"Source: NHS, England",']
)
def test_notes_below_a_text_file_are_left_out_after_an_empty_row(tmp_path, note):
    table = fp.read_table(
        write(tmp_path, "a.csv", f"sep=,\nCODE,N\n00123,5\nE1,\nE2,1\n\n{note}\n")
    )
    assert table["CODE"].tolist() == ["00123", "E1", "E2"]
    assert table.attrs["dropped"] == (
        "1 row above the header; 1 empty row; 1 row of notes below the table"
    )


def test_only_the_sheet_with_the_wanted_columns_is_read(tmp_path: Path) -> None:
    file = book(tmp_path, Cover=[["About", "this"]], **{" The Data ": [["A", "B"], [1, True]]})
    assert lists(fp.read_table(file, columns=["B"])) == {"B": ["TRUE"]}
    assert lists(fp.read_table(file, sheet="TheData")) == {"A": ["1"], "B": ["TRUE"]}


def test_a_table_that_pandas_wrote_with_its_index_is_read_without_the_count(tmp_path: Path) -> None:
    frame = pd.DataFrame({"CODE": ["00123", "E1"], "N": ["5", None]})
    frame.to_csv(tmp_path / "a.csv")
    table = fp.read_table(tmp_path / "a.csv")
    assert lists(table) == CODES
    assert table.attrs["dropped"] == "1 column without a header, one of them a count of the rows"
    for mark in (",", ";", "\t"):
        frame[["CODE"]].to_csv(tmp_path / "one.csv", sep=mark)
        assert lists(fp.read_table(tmp_path / "one.csv")) == {"CODE": CODES["CODE"]}
    frame.to_excel(tmp_path / "a.xlsx")
    assert lists(fp.read_table(tmp_path / "a.xlsx")) == CODES
    assert lists(fp.read_table(tmp_path / "a.csv", columns=["N"])) == {"N": CODES["N"]}


@pytest.mark.parametrize(
    "text",
    [
        ",Patients by practice\nCODE,N\n00123,5\nE1,\n",
        ",Patients by practice\n,\nCODE,N\n00123,5\nE1,\n",
        ",Patients by practice\n,CODE,N\n0,00123,5\n1,E1,\n",
        ",Patients by practice,\n,CODE,N\n0,00123,5\n1,E1,\n",
    ],
)
def test_a_title_in_the_second_cell_is_no_header_of_a_table_with_an_index(
    tmp_path: Path, text: str
) -> None:
    table = fp.read_table(write(tmp_path, "a.csv", text))
    assert lists(table) == CODES
    assert table.attrs["dropped"].startswith("1 row above the header")


@pytest.mark.parametrize("first", ["1,A,5\n2,B,6\n", "0,A,5\n2,B,6\n", "x,A,5\ny,B,6\n"])
def test_a_column_without_a_header_that_is_no_count_from_0_is_not_left_out(
    tmp_path: Path, first: str
) -> None:
    with pytest.raises(TableError, match="content and no header, counted from the left: 1"):
        fp.read_table(write(tmp_path, "a.csv", f",CODE,N\n{first}"))


def test_dates_in_a_workbook_are_written_as_days(tmp_path: Path) -> None:
    file = book(tmp_path, Data=[["A", "B"], [pd.Timestamp("2022-01-31").to_pydatetime(), "x"]])
    assert fp.read_table(file)["A"].tolist() == ["2022-01-31"]


def test_a_table_beside_the_table_is_left_out_only_after_an_empty_column(tmp_path: Path) -> None:
    beside = write(tmp_path, "a.csv", "A,B,,\n1,2,,note\n3,4,,\n")
    table = fp.read_table(beside)
    assert lists(table) == {"A": ["1", "3"], "B": ["2", "4"]}
    assert table.attrs["dropped"] == (
        "2 columns without a header, 1 of them with a note or table beside this one"
    )
    with pytest.raises(TableError, match="content and no header, counted from the left: 3"):
        fp.read_table(write(tmp_path, "b.csv", "A,B,,\n1,2,what,\n3,4,,\n"))
    assert lists(fp.read_table(tmp_path / "b.csv", columns=["B"])) == {"B": ["2", "4"]}


def test_rows_are_right_across_the_blocks_of_a_long_file(tmp_path: Path) -> None:
    rows = [f"A{number},{number}" for number in range(200_000)]
    rows[150_000] = "short"
    file = write(tmp_path, "long.csv", "\n".join(["CODE,N", *rows]))
    with pytest.raises(TableError, match=r"could be part of the table or a note: row 150002\."):
        fp.read_table(file)
    rows[150_000] = ""
    table = fp.read_table(write(tmp_path, "long.csv", "\n".join(["CODE,N", *rows])))
    assert len(table) == 199_999
    assert table.loc[200_001, "N"] == "199999"
    assert table.attrs["dropped"] == "1 empty row"


def test_an_optional_cell_left_empty_at_the_end_is_no_note(tmp_path: Path) -> None:
    table = fp.read_table(write(tmp_path, "a.csv", "CODE,PCN\nA,U1\nB,\n"))
    assert table["CODE"].tolist() == ["A", "B"]


DAMAGED_FILES = {
    "missing": (None, FileError, ["'gone.csv' is not there"]),
    "empty": ("", FileError, ["is empty"]),
    "spaces only": (" \n\n", TableError, ["holds no table"]),
    "header only": ("CODE,N\n", TableError, ["has a header and no rows below it"]),
    "binary": (b"CODE,N\n\0\0\0", FileError, ["is damaged"]),
    "web page": ("<!DOCTYPE html><html>", FileError, ["is a web page"]),
    "twice": (f"CODE,CODE,{POSTCODE}\n1,2,3\n", TableError, ["columns twice: 'CODE'"]),
    "long row": (f"A,B\n1,2\n1,{NHS_NUMBER},{POSTCODE}\n", TableError, ["more or fewer", "row 3"]),
    "open quote": (f'A,B\n1,"2\n{POSTCODE},3\n', TableError, ["never closed"]),
    "no encoding": (b"A,B\n1,\x81\n", FileError, ["is damaged"]),
    "two lengths": ("A,B\n1,2\n1,2,3\n4\n", TableError, ["more or fewer", "rows 3-4"]),
    "long field": ('A,B\n1,"' + "z" * 200_000 + '"\n', FileError, ["is damaged"]),
    "note without a gap": ("A,B\n1,2\nSource: ours\n", TableError, ["could be part", "row 3"]),
    "delimiters": ("A,B;C\n1,2;3\n", TableError, ["divided by ',' or ';'"]),
    "short row": (f"A,B\n1,2\n{NHS_NUMBER}\n4,5\n", TableError, ["could be part", "row 3"]),
    "after a gap": (f"A,B\n1,2\n\n{POSTCODE},\n3,4\n", TableError, ["could be part", "row 4"]),
    "code after gap": ("A,B\n1,2\n\nE54000034,\n", TableError, ["could be part", "row 4"]),
    "meta row": ("Date,2022\n\nCODE,N\nA,1\n", TableError, ["row 1 could be the header"]),
    "wide meta row": ("Date,2022\nCODE,N,M\nA,1,2\n", TableError, ["row"]),
}


def refused(call: Callable[[], object], error: type[FootprintsError], words: list[str]) -> str:
    """Assert that a call is refused in these words, and that nothing in it tells on anyone."""
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    message = str(caught.value)
    for word in words:
        assert word in message
    told = (
        message
        + " ".join(caught.value.codes)
        + "".join(traceback.format_exception_only(caught.value))
    )
    assert caught.value.__cause__ is None
    for secret in (NHS_NUMBER, POSTCODE):
        assert secret not in told
        assert secret.replace(" ", "") not in told
    return message


@pytest.mark.parametrize("case", DAMAGED_FILES)
def test_a_damaged_text_file_is_refused_in_plain_words(tmp_path: Path, case: str) -> None:
    content, error, words = DAMAGED_FILES[case]
    file = tmp_path / "gone.csv" if content is None else write(tmp_path, "bad.csv", content)
    message = refused(lambda: fp.read_table(file), error, words)
    assert str(tmp_path) not in message


def _zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "bad.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    return folder / "bad.xlsx"


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHER_FILES = {
    "folder": (lambda d: d, "is a folder"),
    "address": (lambda _: "https://example.org/a.csv", "download it first"),
    "inside an archive": (lambda _: "/vsizip/a.zip/a.csv", "nothing is fetched here"),
    "file address": (lambda _: "file:///tmp/a.csv", "nothing is fetched here"),
    "long address": (lambda _: "https://me:secret@x/" + "a" * 5000, "nothing is fetched here"),
    "impossible name": (lambda d: f"{d}/a\0.csv", "is not there"),
    "old workbook": (lambda d: write(d, "a.xls", OLD), "save it as .xlsx"),
    "zip": (lambda d: write(d, "a.zip", b"PK\x03\x04"), "unpack it"),
    "word": (lambda d: write(d, "a.docx", b"PK\x03\x04"), "not of a kind"),
    "no workbook": (lambda d: write(d, "a.xlsx", b"hello, world"), "is damaged"),
    "cut short": (lambda d: write(d, "a.xlsx", b"PK\x03\x04" + b"0" * 99), "is damaged"),
    "other archive": (_zip, "is damaged"),
    "web page": (lambda d: write(d, "a.xlsx", b"<html>"), "is a web page"),
    "workbook as csv": (
        lambda d: write(d, "a.csv", b"PK\x03\x04"),
        "is a workbook or a zip archive",
    ),
    "old as new": (lambda d: write(d, "a.xlsx", OLD), "is in truth a workbook of the old kind"),
    "password": (
        lambda d: write(d, "a.xlsx", OLD + b"\0" * 9000 + "EncryptedPackage".encode("utf-16-le")),
        "is protected by a password",
    ),
    "parquet": (lambda d: write(d, "a.parquet", b"PAR1" + b"0" * 99), "is damaged"),
    "formulas": (lambda d: book(d, Data=[["A", "B"], ["=1+1", 2]]), "formulas without a value"),
    "open elsewhere": (None, "close it if it is open in another program such as Excel"),
}


@pytest.mark.parametrize("case", OTHER_FILES)
def test_a_file_of_another_kind_is_refused_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    make, words = OTHER_FILES[case]
    if make is None:
        file = book(tmp_path, Data=[["A", "B"], [1, 2]])
        monkeypatch.setattr(Path, "open", _locked)
    else:
        file = make(tmp_path)
    message = refused(lambda: fp.read_table(file), FileError, [words])
    assert str(tmp_path) not in message


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(FileError, match="'a.csv' is no file but a device"):
        fp.read_table(tmp_path / "a.csv")


def _locked(*_args: object, **_kwargs: object) -> NoReturn:
    raise PermissionError(13, "Permission denied")


def test_sheets_and_columns_that_are_not_there_are_named(tmp_path: Path) -> None:
    file = book(tmp_path, One=[["A", "B"], [1, 2]], Two=[["A", "B"], [3, 4]])
    with pytest.raises(TableError, match="several sheets: 'One', 'Two'"):
        fp.read_table(file)
    with pytest.raises(TableError, match=r"no sheet 'Three'\. It has 'One', 'Two'"):
        fp.read_table(file, sheet="Three")
    with pytest.raises(TableError, match="no sheet with all of the columns 'C'"):
        fp.read_table(file, columns=["C"])
    with pytest.raises(TableError, match=r"no column 'CODES'\. Did you mean 'CODE'\? It has"):
        fp.read_table(write(tmp_path, "a.csv", "CODE,N\nA,1\n"), columns=["CODES"])
    with pytest.raises(TableError, match="has no sheets"):
        fp.read_table(write(tmp_path, "a.csv", "CODE,N\nA,1\n"), sheet="One")


def test_a_file_without_a_header_does_not_tell_its_first_row(tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", f"{NHS_NUMBER},{POSTCODE},3\n1,2,3\n")
    refused(lambda: fp.read_table(file, columns=["CODE"]), TableError, ["no column 'CODE'"])


def test_counts_are_read_as_people_write_them() -> None:
    words = ["1,204", "1 204", "1\u00a0204", "1\u202f204", "1\u2009204", "1204.0", " 1204 ", "1204"]
    rows = pd.Series(words, index=list("abcdefgh"), name="n")
    people = fp.as_people(rows, what="patients")
    pd.testing.assert_series_equal(people, pd.Series(1204, index=rows.index, name="n"))
    assert rows.tolist() == words
    assert fp.as_people(pd.Series([5, 7.0]), what="patients").tolist() == [5, 7]


@pytest.mark.parametrize(
    "mark",
    ["*", "c", "C", "-", "..", ":", "[c]", "<5", "< 5", "[low]", "…", "\N{EN DASH}", "n/a", "x"],
)
def test_a_suppressed_count_is_never_zero(mark: str) -> None:
    rows = pd.Series(["5", mark, "7", mark], index=[2, 3, 4, 9])
    with pytest.raises(TableError, match="suppressed: ") as caught:
        fp.as_people(rows, what="patients")
    assert f"{mark!r} in rows 3, 9" in str(caught.value)
    assert "not zero" in str(caught.value)
    assert caught.value.codes == (mark,)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("-5", "below zero"),
        ("\N{MINUS SIGN}5", "below zero"),
        ("1.5", "not whole numbers"),
        ("1.204", "not whole numbers"),
        ("1,20,4", "not numbers"),
        ("1e5", "not numbers"),
        ("twelve", "not numbers"),
        ("#N/A", "not numbers"),
        ("TRUE", "not numbers"),
        (None, "empty"),
        ("99999999999999999999", "too many to be people"),
    ],
)
def test_what_is_no_count_is_named_with_its_row(text: str | None, fault: str) -> None:
    with pytest.raises(TableError, match=f"({fault}): .*row 7"):
        fp.as_people(pd.Series(["5", text], index=[2, 7]), what="patients")


def test_every_fault_is_named_at_once() -> None:
    rows = pd.Series(["*", "-1", "x1", None, "*"], index=range(2, 7))
    with pytest.raises(TableError) as caught:
        fp.as_people(rows, what="patients")
    for words in ["'*' in rows 2, 6", "'-1' in row 3", "'x1' in row 4", "empty: row 5"]:
        assert words in str(caught.value)


def test_values_that_point_at_a_person_are_never_told() -> None:
    secrets = [NHS_NUMBER, NHS_NUMBER.replace(" ", ""), POSTCODE, POSTCODE.replace(" ", "").lower()]
    rows = pd.Series([*secrets, "odd"], index=range(2, 7))
    with pytest.raises(TableError, match="not shown in rows 2-5; 'odd' in row 6") as caught:
        fp.as_people(rows[[2, 4, 5, 6, 3]].where(rows != secrets[1], f"x{secrets[1]}"), what="n")
    assert not any(secret in str(caught.value) for secret in secrets)
    with pytest.raises(TableError, match="in row 6") as caught:
        fp.as_people(rows.loc[[6]], what="n", sensitive=True)
    assert "odd" not in str(caught.value)
    assert caught.value.codes == ()


UNITS = pd.DataFrame({"name": ["Ash", "Elm"]}, index=["a", "b"])


def joined(rows: list[tuple[str | None, str]], **options: object) -> fp.Joined:
    """Join rows of code and people to two units."""
    table = pd.DataFrame(rows, columns=["code", "n"], index=range(2, 2 + len(rows)))
    return fp.add_population(UNITS, table, code="code", people="n", **options)


def test_a_population_is_joined_by_code_to_the_last_person() -> None:
    result = joined([("b", "7"), ("a", "1,005")])
    assert result.units["residents"].to_dict() == {"a": 1005, "b": 7}
    assert str(result.units["residents"].dtype) == "int64"
    assert (result.people_before, result.people_after) == (1012, 1012)
    assert list(UNITS) == ["name"]


def test_codes_on_one_side_only_are_refused_or_counted() -> None:
    rows = [("a", "5"), ("z", "3")]
    with pytest.raises(TableError, match="3 people in codes that are no unit: 'z'.*units 'b'") as e:
        joined(rows)
    assert e.value.codes == ("z", "b")
    result = joined(rows, unmatched="count", name="registered")
    assert (result.people_before, result.people_after) == (8, 5)
    assert result.unknown.to_dict() == {"z": 3}
    assert result.without == ("b",)
    assert result.units["registered"].isna().to_dict() == {"a": False, "b": True}
    assert str(result) == (
        "5 of 8 people have a unit; 3 are in 1 code without a unit; 1 unit has no count"
    )


def test_rows_by_age_are_added_up_only_when_asked() -> None:
    rows = [("a", "5"), ("a", "6"), ("b", "1")]
    with pytest.raises(TableError, match="codes twice: 'a' in rows 2-3.*sum_rows=True"):
        joined(rows)
    assert joined(rows, sum_rows=True).units["residents"].to_dict() == {"a": 11, "b": 1}


def test_totals_are_not_added_to_their_parts() -> None:
    table = pd.DataFrame(
        {"code": ["a", "a", "b"], "SEX": ["ALL", "MALE", "ALL"], "n": ["9", "4", "1"]}
    )
    with pytest.raises(TableError, match="'SEX' has totals beside their parts.*'ALL'"):
        fp.add_population(UNITS, table, code="code", people="n", sum_rows=True)


@pytest.mark.parametrize(
    ("rows", "options", "error", "words"),
    [
        ([("a", "5"), (None, "6")], {}, TableError, "no code in 'code' in row 3"),
        ([("a", "5"), ("b", "*")], {}, TableError, "suppressed: '\\*' in row 3"),
        ([("a", "5"), ("b", "1")], {"name": "name"}, TableError, "have a column 'name' already"),
        ([(POSTCODE, "5"), ("b", "1")], {}, TableError, "no unit: a value that is not shown"),
        ([("s1", "5"), ("b", "1")], {"sensitive": ["code"]}, TableError, "no unit: 1 code"),
        ([("a", "x9"), ("b", "1")], {"sensitive": ["n"]}, TableError, "not shown in row 2"),
        ([("s1", "5"), ("s1", "1")], {"sensitive": ["code"]}, TableError, "twice: a value that"),
    ],
)
def test_a_join_that_cannot_be_is_refused(
    rows: list[tuple[str | None, str]],
    options: dict[str, object],
    error: type[FootprintsError],
    words: str,
) -> None:
    with pytest.raises(error, match=words) as caught:
        joined(rows, **options)
    told = str(caught.value) + " ".join(caught.value.codes)
    assert not any(secret in told for secret in (POSTCODE, "s1", "x9"))


def test_a_join_names_the_column_that_is_missing() -> None:
    with pytest.raises(UnknownNameError, match="no column 'codes'.*'code'"):
        fp.add_population(UNITS, pd.DataFrame({"code": []}), code="codes", people="n")


@needs_real
def test_the_residents_of_england_are_joined_to_the_last_person() -> None:
    table = fp.read_table(REAL / "england" / "lsoa11.parquet", columns=["LSOA11CD", "pop_mid2020"])
    units = pd.DataFrame(index=table["LSOA11CD"].array)
    result = fp.add_population(units, table, code="LSOA11CD", people="pop_mid2020")
    assert result.people_after == 56_550_138
