"""Files as they are, without an atlas file: nothing that was named is left out in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
from conftest import squares

import footprints as fp
from footprints.cli import main
from footprints.cli.status import BAD_INPUT
from footprints.errors import FileError, FootprintsError
from footprints.read.as_they_are import atlas_of_files

if TYPE_CHECKING:
    from pathlib import Path

LSOAS = [f"E0100000{n}" for n in range(1, 5)]
OLD = ["E54000001", "E54000001", "E54000002", "E54000002"]
NEW = ["E54000003"] * 4

# Few units of England's look cut short, as they are.
pytestmark = pytest.mark.filterwarnings("ignore:.*looks cut short:footprints.FootprintsWarning")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Write LSOAs with the ICBs of 2022 and 2026, and a column without a code."""
    people = [300_000, 400_000, 500_000, 600_000]
    table = pd.DataFrame({"LSOA21CD": LSOAS, "ICB22CD": OLD, "ICB26CD": NEW, "residents": people})
    table.assign(CAUTH25CD=None).to_csv(tmp_path / "lsoa.csv", index=False)
    return tmp_path / "lsoa.csv"


def drawn(folder: Path, column: str, codes: list[str]) -> Path:
    """Write a square for each code."""
    file = folder / f"{column}_BUC.gpkg"
    squares(**{column: codes}).reset_index(drop=True).to_file(file, layer="lines")
    return file


def test_a_file_that_was_named_and_cannot_be_used_stops_the_command(
    units: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = drawn(tmp_path, "ICB23CD", ["E54000001", "E54000002"])
    assert main(["check", "--units", str(units), "--boundaries", str(lines)]) == BAD_INPUT
    told = capsys.readouterr().err
    assert "'ICB23CD_BUC.gpkg' cannot be used beside lsoa21: it lists icb23, and no file" in told
    assert "what is here is icb22, icb26" in told
    assert "Leave it out, or give a table" in told
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(FootprintsError, match="'other.csv' cannot be used beside lsoa21") as error:
        atlas_of_files([units, other])
    assert error.value.codes == ("other.csv",)


def test_what_a_folder_holds_beside_what_is_used_is_a_note(units: Path) -> None:
    (units.parent / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    notes = atlas_of_files([units.parent]).notes
    assert [note.partition(": no column")[0] for note in notes if note.startswith("Not used")] == [
        'Not used: "other.csv"',
        'Not used: column "CAUTH25CD" of "lsoa.csv": it is empty, so cauth25 is no layer.',
    ]


def test_a_column_without_a_code_is_no_layer(units: Path) -> None:
    assert list(atlas_of_files([units]).layers) == ["icb22", "icb26"]


def test_a_layer_whose_lines_were_named_is_checked_whatever_is_newest(
    units: Path, tmp_path: Path
) -> None:
    atlas = atlas_of_files([units, drawn(tmp_path, "ICB22CD", ["E54000001", "E54000002"])])
    assert atlas.checks.also == ("icb22",)
    findings = fp.check(atlas).findings
    judged = findings[findings["check"] == "population-band"].dropna(subset="code")
    assert judged.groupby("layer")["people"].sum().to_dict() == {
        "icb22": 1_800_000,
        "icb26": 1_800_000,
    }
    assert {"icb22", "icb26"} <= set(findings.loc[findings["check"] == "coverage", "layer"])
    said = next(
        note for note in atlas.notes if note.startswith("Lines of icb22 (ICB22CD_BUC.gpkg)")
    )
    assert "who is in a footprint is what the list of lsoa21 says" in said
    assert "icb22" in set(findings.loc[findings["check"] == "boundaries", "layer"])
    assert "icb22" not in set(fp.check(atlas_of_files([units])).findings["layer"])


def test_national_lines_serve_the_units_of_a_county(
    units: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = drawn(tmp_path, "ICB22CD", [*dict.fromkeys(OLD), "E54000098", "E54000099"])
    report = {end: tmp_path / f"check.{end}" for end in ("json", "md", "html", "txt", "xlsx")}
    written = [part for file in report.values() for part in ("-o", str(file))]
    given = ["--units", str(units), "--boundaries", str(lines)]
    assert main(["check", *given, *written]) == 0
    said = (
        "2 footprints of 'ICB22CD_BUC.gpkg' lie outside the units and were left out of icb22: "
        "'E54000098', 'E54000099'."
    )
    out, err = capsys.readouterr()
    assert said in out
    assert "'lsoa.csv' looks cut short: it holds 4 of England's" in out
    assert "counted in part" in out
    assert not err
    notes = json.loads(report["json"].read_text(encoding="utf-8"))["notes"]
    short = next(note for note in notes if "looks cut short" in note)
    book = openpyxl.load_workbook(report["xlsx"])
    cells = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    for note in (said, short):
        assert note in notes
        assert note in report["txt"].read_text(encoding="utf-8")
        assert any(note in str(cell) for cell in cells)
    for end in ("md", "html"):
        assert "looks cut short" in report[end].read_text(encoding="utf-8")


def test_lines_that_lack_a_footprint_are_still_refused(units: Path, tmp_path: Path) -> None:
    lines = drawn(tmp_path, "ICB22CD", ["E54000001", "E54000099"])
    with pytest.raises(FootprintsError, match="footprints init writes one to mend") as error:
        atlas_of_files([units, lines])
    assert "has no lines for footprints in layers.icb22.boundaries: 'E54000002'" in str(error.value)
    assert "without a single unit" in str(error.value)


def test_a_file_that_is_not_there_is_said_first(units: Path, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="'none.json' is not there"):
        atlas_of_files([units, tmp_path / "none.json"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--boundaries", "none.json"], "'none.json' is not there"),
        (["--units", "none.csv", "--boundaries", "none.json"], "'none.csv' is not there"),
        (["--lists", "none.csv", "--pcns", "none.xlsx"], "'none.csv' is not there"),
    ],
)
def test_the_command_says_first_what_is_not_there(capsys, arguments, message: str) -> None:
    assert main(["check", *arguments]) == BAD_INPUT
    assert capsys.readouterr().err.startswith(message)


def test_boundaries_alone_ask_for_units(tmp_path: Path, capsys) -> None:
    lines = drawn(tmp_path, "ICB22CD", ["E54000001"])
    assert main(["check", "--boundaries", str(lines)]) == BAD_INPUT
    assert "give --units too, a table of units with people" in capsys.readouterr().err


def test_init_says_in_the_terminal_what_it_did_not_use(units: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    lines = drawn(tmp_path, "ICB22CD", [*dict.fromkeys(OLD), "E54000099"])
    files = [str(units), str(tmp_path / "other.csv"), str(lines)]
    assert main(["init", *files, "-o", str(tmp_path / "atlas.toml")]) == 0
    out = capsys.readouterr().out
    assert 'Not used: "other.csv": no column is named as the ONS names codes' in out
    assert 'Not used: column "CAUTH25CD" of "lsoa.csv": it is empty' in out
    text = (tmp_path / "atlas.toml").read_text(encoding="utf-8")
    assert "wider = true }" in text
    assert '[checks]\nalso = ["icb22"]' in text
    assert "CAUTH25CD" in next(
        line for line in text.splitlines() if line.startswith("# Not used: c")
    )


def test_one_icb_of_the_country_is_checked_with_the_lines_of_all(
    shared: Path, tmp_path: Path, capsys
) -> None:
    lsoas = pd.read_parquet(shared / "data/england/lsoa11.parquet").drop(columns="geometry")
    mine = lsoas[lsoas["ICB22CD"] == "E54000048"]
    mine.to_csv(tmp_path / "my_icb.csv", index=False)
    lines = shared / "data/published/ICB_JUL_2022_EN_BUC_V3.json"
    given = ["--units", str(tmp_path / "my_icb.csv"), "--boundaries", str(lines)]
    assert main(["check", *given]) == 0
    out = capsys.readouterr().out
    assert "'my_icb.csv' looks cut short: it holds 1,058 of England's 32,844 areas" in out
    assert "41 footprints of 'ICB_JUL_2022_EN_BUC_V3.json' lie outside the units" in out
    assert "had polygons that were mended, 3 in all" in out
    others = shared / "data/published/Local_Authority_Districts_May_2022_UK_BSC_V3_2022.json"
    for unused in (others, shared / "data/registered/ePCN.xlsx"):
        files = ["--units", str(tmp_path / "my_icb.csv"), "--boundaries", str(unused)]
        assert main(["check", *files]) == BAD_INPUT
        assert f"{unused.name!r} cannot be used beside lsoa11" in capsys.readouterr().err
