"""Pages that the commands draw beside ``check --map``: of a redraw, and of services."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from test_maps import data_of

import footprints as fp
from footprints.atlas.adding import layers_of
from footprints.cli.app import main

if TYPE_CHECKING:
    from pathlib import Path


def drawn(file: Path) -> dict:
    return data_of(file.read_text(encoding="utf-8"))


def test_compare_draws_what_moved(tmp_path, capsys) -> None:
    file = tmp_path / "redraw.html"
    arguments = ["compare", "icb22", "icb26", "--within", "Frimley", "--marking", "DRAFT"]
    assert main([*arguments, "--map", str(file)]) == 0
    assert "Map written: redraw.html" in capsys.readouterr().out
    data = drawn(file)
    moved = next(view for view in data["views"] if view["label"] == "Moved, icb22 to icb26")
    assert moved["legend"] == [[0, "2 areas transferred, 321,724 people"]]
    assert data["marking"] == "DRAFT"
    assert data["focus"] == "NHS Frimley Integrated Care Board"


def test_check_draws_every_finding_that_has_lines(tmp_path, capsys) -> None:
    file = tmp_path / "england.html"
    assert main(["check", "--map", str(file)]) == 0
    capsys.readouterr()
    data = drawn(file)
    assert [layer["key"] for layer in data["layers"]][:2] == ["icb26", "place22"]
    assert "nesting: lad23 against icb26" in [view["label"] for view in data["views"]]
    (unseen,) = [note for note in data["notes"] if "not on the map" in note]
    assert unseen == (
        "550 findings are not on the map: population-band of pcn21, nesting of pcn21."
    )


def test_check_draws_what_was_not_held_against_bands(tmp_path, capsys) -> None:
    file = tmp_path / "nesting.html"
    assert main(["check", "--select", "nesting", "--layer", "lad23", "--map", str(file)]) == 0
    assert "Map written: nesting.html" in capsys.readouterr().out
    assert "lad23" in [layer["key"] for layer in drawn(file)["layers"]]


def test_two_boundary_files_are_drawn_without_people_or_bands(tmp_path, capsys, england) -> None:
    names = []
    for key in ("icb22", "icb26"):
        names.append(str(tmp_path / f"{key}.geojson"))
        england.layers[key].reset_index().to_file(names[-1])
    file = tmp_path / "redraw.html"
    assert main(["compare", *names, "--map", str(file)]) == 0, capsys.readouterr().err
    data = drawn(file)
    assert {view["group"] for view in data["views"]} == {"Redraw"}
    assert "Nobody was counted: moves are told by area." in data["notes"]
    assert set(data["layers"][0]["facts"]) == {"Redraw", "Moved here", "Merged"}
    assert "0 people" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("within", [[], ["--within", "Surrey County Council"]])
def test_compare_draws_what_changes_make_of_an_atlas(within, tmp_path, capsys) -> None:
    file = tmp_path / "surrey.html"
    asked = ["compare", "--changes", "surrey-2027", "--layer", "ctyua23", *within]
    assert main([*asked, "--map", str(file), "--fail-on", "never"]) == 0
    data = drawn(file)
    before, after = data["views"][:2]
    assert before["label"] == "Before: Upper-tier authorities 2023-04 (ctyua23)"
    dated = "2023-04, redrawn 2027-04-01 (after-ctyua23)"
    assert after["label"] == f"After: Upper-tier authorities {dated}"
    assert (before["count"], after["count"]) == ((1, 2) if within else (153, 154))
    changed = fp.apply_changes(fp.load_example(), [fp.read_changes("surrey-2027")])
    east = changed.people("ctyua23").loc["X-EAST-SURREY", "residents"]
    ends = [text for text in data["layers"][1]["facts"]["Moved away"] if text]
    assert ends == [f"{east:,} people to East Surrey"]
    assert main([*asked, "--map", str(tmp_path / "surrey.png"), "--fail-on", "never"]) == 0
    assert "Picture written: surrey.png" in capsys.readouterr().out


def test_a_map_of_two_atlases_of_other_units_is_refused(england, row) -> None:
    change = fp.compare(row, "stp21", "icb22")
    with pytest.raises(
        fp.FootprintsError, match="does not have squares: 'a', 'b', 'c'.*convert_un"
    ):
        fp.on_one_map(england, row, change)


def test_a_map_of_two_atlases_tells_the_people_that_their_comparison_counts(england) -> None:
    units, _ = england.parts()
    table = units["england"].table
    twice = replace(units["england"], table=table.assign(residents=2 * table["residents"]))
    later = fp.Atlas(
        title="Twice as many", units={**units, "england": twice}, layers=layers_of(england)
    )
    for old, new in ((england, later), (later, england)):
        change = fp.compare(old, new, layer=("icb22", "icb26"))
        both, same = fp.on_one_map(old, new, change)
        pd.testing.assert_series_equal(same.people, change.people)
        said = fp.alternative_text(fp.picture(both, change=same))
        assert f"{change.people['transferred']:,} people (residents" in said


@pytest.mark.parametrize("command", [["compare", "icb22", "icb26"], ["partners"]])
def test_a_page_has_to_be_one_before_anything_is_done(command, tmp_path, capsys) -> None:
    assert main([*command, "--map", str(tmp_path / "a.docx")]) == 2
    said = capsys.readouterr()
    assert "a.docx" in said.err
    assert not said.out


def test_partners_draws_the_services_of_one_system(tmp_path, capsys) -> None:
    file = tmp_path / "services.html"
    arguments = ["partners", "Frimley", "--systems", "icb22", "--service", "ambulance"]
    assert main([*arguments, "--map", str(file), "--marking", "OFFICIAL"]) == 0
    assert "Map written: services.html" in capsys.readouterr().out
    data = drawn(file)
    (cut,) = [v for v in data["views"] if v["label"] == "Systems cut by ambulance services (amb22)"]
    assert [position for position, *_ in cut["found"]] == [0]
    assert data["layers"][0]["code"] == ["E54000034"]
    assert data["marking"] == "OFFICIAL"
    assert data["focus"] == "NHS Frimley Integrated Care Board"


def test_partners_draws_the_services_of_all_systems(tmp_path) -> None:
    file = tmp_path / "services.html"
    assert main(["partners", "--systems", "icb22", "--service", "amb22", "--map", str(file)]) == 0
    data = drawn(file)
    assert len(data["layers"][0]["code"]) == 42
    ties = next(view for view in data["views"] if view["kind"] == "ties")
    graph = fp.services_graph(fp.load_example(), "icb22", ["amb22"])
    assert ties["count"] == graph.number_of_edges()
