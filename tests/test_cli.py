"""The command: what it prints, where it stops, and with which status."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from conftest import layer_of, make_atlas

import footprints as fp
from footprints import cli, console, inputs
from footprints.atlas.naming import short_name
from footprints.errors import FootprintsWarning

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = ["a[/b]", "[bold]", "[link=x]y", "a\x1b[31mb", "a\rb", "a\u202eb", "{}", "${x}", "%s"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(arguments)
    output = capsys.readouterr()
    return status, output.out, output.err


def test_check_summarises_first_then_names_the_worst(capsys) -> None:
    status, out, err = run(capsys, "check")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "England (embedded example)"
    assert "mid-2020" in lines[1]
    assert "not for current decisions" in lines[1]
    head = "\n".join(lines[:8])
    for part in ("nhs-2019", "residents, ONS mid-2020 estimates, 2020-06-30", "2020/21"):
        assert part in head
    summary = {
        line.split()[0]: line.split() for line in lines if "1,000,000 to" in line or " to " in line
    }
    assert summary["icb26"][-6:] == ["36", "11", "22", "3", "56,550,138", "residents"]
    assert summary["pcn21"][-6:] == ["1,251", "100", "704", "447", "60,311,131", "registered"]
    assert "405,113 people (registered) are in no footprint of pcn21" in out
    assert out.index("1,251") < out.index("Formby PCN")
    assert "15,741 below (-52.5%)" in out
    assert "end with status 1" in out


def test_check_names_as_many_as_asked_for(capsys) -> None:
    _, out, _ = run(capsys, "check", "--layer", "icb22", "--worst", "100")
    assert "population-band of icb22: 16 missed, the worst first." in out
    assert "432 above (+0.0%)" in out
    _, out, _ = run(capsys, "check", "--layer", "icb22", "--worst", "0")
    assert "the worst first" not in out


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["check", "--fail-on", "warn"], 1),
        (["check", "--fail-on", "never"], 0),
        (["check", "--layer", "icb22", "--bands", "kings-fund-2022", "--fail-on", "warn"], 1),
        (["check", "--select", "population-band", "--bands", "plan-2025", "--fail-on", "warn"], 0),
        (["check", "--select", "population-band", "--layer", "nhser22"], 3),
        (["check", "--select", "population-band", "--layer", "nhser22", "--fail-on", "never"], 3),
        (
            [
                "check",
                "--select",
                "population-band",
                "--layer",
                "icb22",
                "--population",
                "registered",
            ],
            3,
        ),
        (["describe"], 0),
        (["--version"], 0),
        (["--help"], 0),
        (["check", "--help"], 0),
        (["chekc"], 2),
        (["check", "--fail-on", "sometimes"], 2),
        (["check", "--worst", "-1"], 2),
        (["map"], 2),
    ],
)
def test_the_status_says_how_it_ended(capsys, arguments: list[str], status: int) -> None:
    assert run(capsys, *arguments)[0] == status


def test_what_could_not_be_checked_says_why(capsys) -> None:
    _, out, _ = run(capsys, "check", "--layer", "nhser22", "--layer", "icb22")
    assert "population-band was not checked: nhs-2019 has no band for a region." in out


MISTAKES = {
    "an unknown layer": (["check", "--layer", "icb99"], "no layer 'icb99'. Did you mean 'icb26'?"),
    "an unknown band set": (["check", "--bands", "nhs"], "'nhs-2019'"),
    "an unknown population": (
        ["check", "--population", "registred"],
        "no population 'registred'. Did you mean 'registered'? There is 'residents', 'registered'",
    ),
    "an ambiguous name": (["check", "--within", "Devon"], "icb26:E54000037"),
    "an unknown name": (["describe", "--within", "Frimly"], "NHS Frimley"),
    "a picture that is no page": (["map", "-o", "map.docx"], "must end in '.html', '.pdf'"),
    "a folder that is not there": (["check", "--map", "none/map.html"], "no folder 'none'"),
    "bands that are not there": (["check", "--bands", "none.toml"], "'none.toml' cannot be read"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_bad_input_ends_with_one_message_and_status_2(capsys, mistake: str) -> None:
    arguments, message = MISTAKES[mistake]
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_a_fault_of_our_own_ends_with_status_4_and_how_to_report_it(capsys, monkeypatch) -> None:
    def fault() -> None:
        msg = "something else"
        raise RuntimeError(msg)

    monkeypatch.setattr(inputs, "load_example", fault)
    status, out, err = run(capsys, "check")
    assert (status, out) == (4, "")
    assert "RuntimeError at test_cli.py:" in err
    assert "something else" in err
    assert "Please report it" in err


def test_a_broken_table_ends_with_status_2(capsys, monkeypatch) -> None:
    def broken() -> fp.Atlas:
        return make_atlas([1, -2], place=layer_of({"a": "P", "b": "P"}, "place"))

    monkeypatch.setattr(inputs, "load_example", broken)
    status, _, err = run(capsys, "check")
    assert status == 2
    assert err == "Squares has residents below zero in the unit table 'squares' for: 'b (-2)'.\n"


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_as_they_are(capsys, monkeypatch, name: str) -> None:
    layer = layer_of({"a": "P", "b": "Q"}, "place", P=name, Q="Q")
    monkeypatch.setattr(inputs, "load_example", lambda: make_atlas([1, 2], place22=layer))
    _, out, _ = run(capsys, "check")
    shown = name.encode("unicode_escape").decode() if not name.isprintable() else name
    assert shown in out
    assert "\x1b" not in out
    assert "\u202e" not in out


@pytest.mark.parametrize("name", HOSTILE)
def test_names_in_errors_are_shown_as_they_are(capsys, monkeypatch, name: str) -> None:
    layer = layer_of({"a": "P", "b": "Q"}, "place", P=name, Q=name)
    monkeypatch.setattr(inputs, "load_example", lambda: make_atlas([1, 2], place22=layer))
    status, _, err = run(capsys, "check", "--within", "place22:" + name)
    assert status == 2
    shown = name.encode("unicode_escape").decode() if not name.isprintable() else name
    if short_name(name):
        assert f"place22:P  {shown}" in err
    else:
        assert "No footprint has" in err
    assert "\x1b" not in err
    assert "\u202e" not in err


def test_within_one_area_says_how_each_footprint_stands_to_it(capsys) -> None:
    status, out, _ = run(capsys, "check", "--within", "Frimley")
    assert status == 0
    assert out.startswith("NHS Frimley Integrated Care Board (icb22 E54000034)")
    assert "Hampshire in Frimley" in out
    assert "inside" in out


def test_one_area_at_a_time(capsys) -> None:
    status, _, err = run(capsys, "check", "--within", "Frimley", "--within", "Surrey")
    assert status == 2
    assert "one area at a time, not 2: 'Frimley', 'Surrey'" in err


def test_the_area_itself_is_judged_and_its_year_said(capsys) -> None:
    _, out, _ = run(capsys, "check", "--within", "QNQ")
    assert "the newest of its level is icb26" in " ".join(out.split())
    assert "253,261 below (-25.3%)" in out
    assert "counted whole" in out


def test_layers_may_be_listed_with_commas(capsys) -> None:
    status, out, _ = run(capsys, "check", "--layer", "icb22,STP21", "--population", "Residents")
    assert status == 0
    assert "icb22" in out
    assert "stp21" in out
    status, _, err = run(capsys, "check", "--layer", "icb98,icb22,icb99")
    assert status == 2
    assert "'icb98', 'icb99'" in err


def test_a_target_is_measured_and_nobody_misses_it(capsys) -> None:
    status, out, _ = run(capsys, "check", "--bands", "PLAN-2025")
    assert status == 0
    words = " ".join(out.split())
    assert "a target has no limits, so none is below or above it" in words
    assert "all between 14,259 and" in words
    assert (
        "population-band was not checked: plan-2025 has a band for a multi-neighbourhood" in words
    )


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--layer", "pcn21"], 0),
        (["--bands", "plan-2025", "--select", "population-band"], 0),
        (["--layer", "pcn21", "--fail-on", "warn"], 1),
        (["--layer", "nhser22", "--select", "population-band"], 3),
    ],
)
def test_a_check_of_what_has_no_lines_draws_no_map(
    capsys, tmp_path, arguments: list[str], status: int
) -> None:
    file = tmp_path / "map.html"
    found, out, _ = run(capsys, "check", *arguments, "--map", str(file))
    assert found == status
    assert "No map is written" in out
    assert not file.exists()


def test_what_is_not_drawn_is_named(capsys, tmp_path) -> None:
    file = tmp_path / "map.html"
    _, out, _ = run(capsys, "check", "--map", str(file))
    assert "Map written: map.html" in out
    assert "pcn21 is not drawn: it has no lines." in out
    assert file.exists()


def test_what_is_printed_says_what_the_text_of_the_report_says(
    capsys, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(console, "PIPE_WIDTH", 70)
    file = tmp_path / "report.txt"
    _, out, _ = run(capsys, "check", "--worst", "20", "-o", str(file))
    text = file.read_text(encoding="utf-8").splitlines()
    said = [line for line in out.splitlines() if line]
    assert len(text) > 100
    assert said[: len([line for line in text if line])] == [line for line in text if line]
    assert [line.split()[0] for line in said[-2:]] == ["Warnings", "Report"]


def test_no_line_of_data_is_a_command_of_a_runner(capsys, monkeypatch) -> None:
    code = "::error::P"
    layer = layer_of({"a": code, "b": "Q"}, "place", **{code: "::warning::Q", "Q": " ::debug::"})
    squares = make_atlas([1, 2], place22=layer)
    units, layers = squares.parts()
    members = {"squares": pd.Series({"a": code, "b": "Q"})}
    named = {"place22": replace(layers["place22"], members=members)}
    atlas = fp.Atlas(title="::stop-commands::x", units=units, layers=named)
    monkeypatch.setattr(inputs, "load_example", lambda: atlas)
    for width in (70, 140):
        monkeypatch.setattr(console, "PIPE_WIDTH", width)
        _, out, _ = run(capsys, "check")
        assert out.startswith(": :stop-commands::x\n")
        assert ": :warning::Q" in out
        assert not re.search(r"^\s*::", out, re.MULTILINE)
    evil = "x\n::error::x ##[error]y ##VSO[task.complete]"
    complained = "".join(run(capsys, "check", "--layer", evil)[1:])
    console.complain(evil)
    complained += capsys.readouterr().err
    assert ": :error::x # #[error]y # #VSO[task" in complained
    assert not re.search(r"^\s*::|##(vso)?\[", complained, re.MULTILINE | re.IGNORECASE)


def test_a_narrow_terminal_gets_sentences_instead_of_broken_words(capsys, monkeypatch) -> None:
    monkeypatch.setattr(console, "PIPE_WIDTH", 70)
    _, out, _ = run(capsys, "check", "--layer", "icb22", "--worst", "1")
    words = " ".join(out.split())
    told = "icb22 (system, 1,000,000 to 3,000,000): 15 below, 26 within, 1 above: 16 warn, 26 pass;"
    assert f"population-band of {told}" in words
    assert "(E54000011) has 506,737 people (residents, 2020-06-30), 493,263 below the soft" in words
    assert "\u2500" not in out


@pytest.mark.skipif(os.name == "nt", reason="a pipe of a Unix shell")
def test_a_reader_that_stops_reading_loses_no_file_and_fails_no_check(tmp_path) -> None:
    command = f'"{sys.executable}" -m footprints check --worst 1000 --layer lad21'
    command += " -o found.json --map found.html"
    done = subprocess.run(
        [shutil.which("bash"), "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 141
    assert done.stderr == b""
    assert sorted(file.name for file in tmp_path.iterdir()) == ["found.html", "found.json"]


@pytest.mark.skipif(os.name == "nt", reason="a pipe of a Unix shell")
@pytest.mark.parametrize(("reader", "status"), [("2>&1 | true", 141), ("2> >(true) >said", 0)])
def test_a_reader_that_leaves_before_a_note_loses_no_file_and_fails_no_check(
    tmp_path, reader, status
) -> None:
    crossed = [[-2, 52], [-1, 52.1], [-1, 52], [-2, 52.1], [-2, 52]]
    features = [
        {
            "type": "Feature",
            "properties": {"ICB22CD": code, "ICB22NM": code},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for code, ring in (("a", crossed), ("b", [[0, 52], [1, 52], [1, 52.1], [0, 52]]))
    ]
    lines = json.dumps({"type": "FeatureCollection", "features": features})
    for name in ("old.geojson", "new.geojson"):
        (tmp_path / name).write_text(lines, encoding="utf-8")
    command = f'"{sys.executable}" -m footprints compare old.geojson new.geojson -o found.json'
    # The reader is gone before the command has begun.
    script = f"(sleep 1; exec {command}) {reader}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        [shutil.which("bash"), "-c", script], capture_output=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (status, b"")
    assert (tmp_path / "found.json").is_file()


def test_describe_names_every_layer_with_level_people_and_date(capsys, england) -> None:
    _, out, _ = run(capsys, "describe")
    for layer, row in england.overview.iterrows():
        line = next(line for line in out.splitlines() if line.split()[:1] == [layer])
        assert row["level"] in line
        assert f"{row['people']:,}" in line
    for part in ("2020-06-30", "2020/21", "a stand-in"):
        assert part in out


def test_help_teaches_by_example(capsys) -> None:
    _, out, _ = run(capsys, "check", "--help")
    assert (
        "population-band, nesting, coterminosity, coverage, boundaries or contiguity"
        in " ".join(out.split())
    )
    assert "footprints check --within Frimley" in out
    _, out, _ = run(capsys, "--help")
    assert "3 nothing was checked" in " ".join(out.split())


def test_a_console_without_the_letters_still_gets_the_table() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "footprints", "check"],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    assert b"Formby PCN" in done.stdout


def test_warnings_of_lists_are_notes_and_no_fault(capsys, monkeypatch, tmp_path) -> None:
    def warned(*_: object, **__: object) -> fp.Atlas:
        warnings.warn("two practices are told twice", FootprintsWarning, stacklevel=1)
        return fp.load_example()

    monkeypatch.setattr("footprints.read.atlas_of_lists", warned)
    (tmp_path / "list.csv").write_text("a\n", encoding="utf-8")
    status, out, err = run(capsys, "check", "--lists", str(tmp_path / "list.csv"), "--worst", "0")
    assert status == 0
    assert "Made of list.csv." in out
    assert err == "Note: two practices are told twice\n"
