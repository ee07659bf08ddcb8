"""What was redrawn is stored with an atlas, and can be taken back after it was read again."""

from __future__ import annotations

import copy
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from conftest import layer_of, make_atlas
from shapely import box
from test_store import FORMS, assert_same, back, edit, full, lsoas

import footprints as fp
from footprints.atlas import Atlas, Layer, LayerChange, Redraw
from footprints.atlas.adding import layers_of
from footprints.errors import CRSError, FileError, OutputError
from footprints.storing.description import hash_of

VERSION_1 = Path(__file__).parent / "stored_in_version_1"
"""Written by the footprints before records were kept: six squares, D1 and D2 merged into D9."""


@pytest.fixture(params=FORMS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give each of the two forms in turn."""
    return tmp_path / request.param


def assert_same_redraws(left: Atlas, right: Atlas) -> None:
    """Compare the records of two atlases, and the layers that each keeps, value by value."""
    names = ["title", "changes", "notes", "notes_before", "focused"]
    for theirs, ours in zip(left.redraws, right.redraws, strict=True):
        assert [getattr(theirs, name) for name in names] == [getattr(ours, name) for name in names]
        assert list(theirs.before) == list(ours.before)
        for key, layer in theirs.before.items():
            assert_same_layer(layer, ours.before[key])


def assert_same_layer(left: Layer | None, right: Layer | None) -> None:
    """Compare two layers, or that there was none."""
    if left is None or right is None:
        assert left is right
        return
    apart = {"table", "members"}
    rest = [{k: v for k, v in vars(each).items() if k not in apart} for each in (left, right)]
    assert rest[0] == rest[1]
    assert type(left.table) is type(right.table)
    assert left.table.attrs == right.table.attrs
    pd.testing.assert_frame_equal(pd.DataFrame(left.table), pd.DataFrame(right.table))
    assert list(left.members) == list(right.members)
    for name, members in left.members.items():
        assert type(members) is type(right.members[name])
        compare = (
            pd.testing.assert_frame_equal
            if isinstance(members, pd.DataFrame)
            else pd.testing.assert_series_equal
        )
        compare(members, right.members[name])


def undone(atlas: Atlas) -> list[Atlas]:
    """Take back one redraw after the other."""
    steps = [atlas]
    while steps[-1].redraws:
        steps.append(steps[-1].undo())
    return steps


def test_every_step_comes_back_and_is_taken_back_in_turn(england: fp.Atlas, path: Path) -> None:
    made = fp.apply_changes(england, fp.read_changes("clusters-2025"))
    made = made.merge("icb22", ["E54000027", "E54000028"], into="X", name="Ex", ods_code="QXX")
    made = made.move("stp21", {"lad21": "E07000037"}, to="E54000012")
    made = made.split("icb22", "E54000025", {"West Essex": {"ctyua21": "E10000012"}})
    made = fp.apply_changes(made, fp.read_changes("lad21-lad23"), as_at="2023-04-01")
    again = back(made, path)
    assert_same(again, made)
    assert_same_redraws(again, made)
    for step, (ours, theirs) in enumerate(zip(undone(again), undone(made), strict=True)):
        assert_same(ours, theirs)
        assert len(ours.redraws) == 5 - step
    assert_same(undone(again)[-1], england)
    change = again.redraws[1].changes[0]
    assert (change.successors, change.name) == (
        [("E54000027", "X"), ("E54000028", "X")],
        "Ex",
    )
    assert {change.status for change in again.redraws[-1].changes} == {"decided"}
    assert all(change.source for change in again.redraws[-1].changes)


def test_what_a_redraw_moved_is_compared_after_reading(england: fp.Atlas, path: Path) -> None:
    after = fp.apply_changes(england, fp.read_changes("icb22-icb26"))
    again = back(after, path)
    ours, theirs = (
        fp.compare(each.undo(), each, layer="icb22", population="residents")
        for each in (again, after)
    )
    pd.testing.assert_frame_equal(ours.flows, theirs.flows)
    pd.testing.assert_frame_equal(ours.lookup, theirs.lookup)
    pd.testing.assert_series_equal(ours.people, theirs.people)
    assert int(ours.people.sum()) == 56_550_138


def test_a_focus_comes_back_with_what_is_taken_back(england: fp.Atlas, path: Path) -> None:
    merged = england.focus("icb22:E54000027").merge("icb22", ["E54000027", "E54000028"], into="X")
    again = back(merged.whole, path)
    assert again.redraws[0].focused == "icb22:E54000027"
    assert again.focus("icb22:X").undo().focused.code == "E54000027"


def odd() -> fp.Atlas:
    """Make an atlas with link tables, own people, lines and evidence, and redraw it."""
    atlas = full().rename("gp24", "X", 'A "new" name \u202e 😀', to="Z;--")
    atlas = atlas.merge("gp24", ["Z;--", "Y"], into="W")
    return atlas.move("place", ["c"], to="P").rename("icb22", "S", "=1+1")


def test_link_tables_own_people_lines_and_evidence_of_before_come_back(path: Path) -> None:
    made = odd()
    again = back(made, path)
    assert_same_redraws(again, made)
    assert_same(undone(again)[-1], undone(made)[-1])
    before = again.redraws[0].before["gp24"]
    assert before.lines == "official"
    assert before.table.crs.to_epsg() == 27700
    assert before.members["squares"]["people"].tolist() == [0.5, 1, 3]
    assert again.redraws[2].before["place"].evidence == {"b": "inferred"}
    assert_same(back(again, path), made)


def test_england_of_32_844_units_is_taken_back_after_reading(shared: Path, path: Path) -> None:
    atlas = lsoas(shared)
    first, second = atlas.layers["icb22"].index[:2]
    made = atlas.merge("icb22", [first, second], into="X")
    again = back(made, path)
    assert_same_redraws(again, made)
    assert_same(again.undo(), atlas)


def test_an_atlas_of_the_version_before_is_read_without_records(row: fp.Atlas) -> None:
    again = fp.read_atlas(VERSION_1)
    # It told no date of a redraw yet.
    made = row.merge("lad21", ["D1", "D2"], into="D9", name="Both")
    layers = {key: replace(layer, as_at="") for key, layer in layers_of(made).items()}
    units, _ = made.parts()
    told = {name: getattr(made, name) for name in ("title", "notes", "origins", "checks")}
    assert_same(again, fp.Atlas(units=units, layers=layers, **told))
    assert again.redraws == ()
    with pytest.raises(fp.FootprintsError, match="nothing to undo"):
        again.undo()


def test_an_atlas_that_was_not_redrawn_is_stored_as_before(row: fp.Atlas, tmp_path: Path) -> None:
    folder = fp.write_atlas(row, tmp_path / "atlas")
    before, now = (
        json.loads((place / "atlas.json").read_text("utf-8")) for place in (VERSION_1, folder)
    )
    assert (list(now), now["version"]) == (list(before), 1)
    assert {file.name for file in folder.iterdir()} == {file.name for file in VERSION_1.iterdir()}
    assert now["units"] == before["units"]


def test_an_older_reader_is_told_that_it_would_lose_the_records(
    row: fp.Atlas, tmp_path: Path
) -> None:
    document = document_of(fp.write_atlas(merged(row), tmp_path / "atlas"))
    assert document["version"] == 2
    assert "before_1_lad21" in document["tables"]


def test_any_program_reads_the_layers_of_before(row: fp.Atlas, tmp_path: Path) -> None:
    file = fp.write_atlas(merged(row), tmp_path / "atlas.gpkg")
    names = gpd.read_file(file, layer="before_1_lad21")[["code", "name"]]
    assert names.to_numpy().tolist() == [["D1", "West"], ["D2", "Middle"], ["D3", "East"]]
    members = gpd.read_file(file, layer="membership_before")
    assert list(members) == ["redraw", "layer", "units", "unit", "code", "people", "evidence"]
    assert members["code"].tolist() == ["D1", "D1", "D2", "D2", "D3", "D3"]


def merged(row: fp.Atlas) -> fp.Atlas:
    """Redraw one layer of the squares."""
    return row.merge("lad21", ["D1", "D2"], into="D9", name="Both")


def document_of(folder: Path) -> dict[str, Any]:
    """Return what a stored atlas says of itself."""
    return json.loads((folder / "atlas.json").read_text("utf-8"))


def rewrite(path: Path, document: dict[str, Any]) -> None:
    """Write a description with a hash that fits, as somebody who means harm would."""
    document["sha256"] = hash_of(document)
    if not path.suffix:
        (path / "atlas.json").write_text(json.dumps(document), "utf-8")
        return
    with sqlite3.connect(path) as base:
        base.execute("DELETE FROM atlas")
        rows = [(key, json.dumps(value)) for key, value in document.items()]
        base.executemany("INSERT INTO atlas (key, value) VALUES (?, ?)", rows)
    base.close()


def put(document: dict[str, Any], at: str, value: object) -> None:
    """Put a value under a key such as ``before.0.key`` of the first redraw."""
    *inner, last = at.split(".")
    place = document["redraws"][0]
    for step in inner:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value


HOSTILE = {
    "title": (5, r"'redraws\[0\].title' what is not text: '5'"),
    "notes": (["a", None], r"'redraws\[0\].notes' what is not a list of texts"),
    "mine": ("x", r"keys in 'redraws\[0\]', or has strange ones: 'mine'. The keys are 'title'"),
    "changes": ([], r"'redraws\[0\].changes' no change"),
    "changes.0": ("DROP TABLE", r"'redraws\[0\].changes\[0\]' no keys"),
    "changes.0.kind": ("swap", r"'redraws\[0\].changes\[0\]' no sound change: .*kind: 'swap'. Use 'merge'"),
    "changes.0.new": ("", r"'redraws\[0\].changes\[0\]' no sound change.*does not say into which"),
    "changes.0.date": ("soon", r"unknown date: 'soon'. Write it as 2026-04-01"),
    "changes.0.old": ("D1", r"'redraws\[0\].changes\[0\].old' what is not a list of texts: 'D1'"),
    "changes.0.where": ([["lad21", "D1"]], r"'redraws\[0\].changes\[0\].where' what is not a list of layers"),
    "changes.0.layer": ("stp21", r"'redraws\[0\].changes\[0\].layer' a layer that 'before' does not keep: 'stp21'"),
    "before": ([], r"changes\[0\].layer' a layer that 'before' does not keep: 'lad21'"),
    "before.0.key": ("lad99", r"'redraws\[0\].before\[0\].key' a layer that it lacks: 'lad99'"),
    "before.0.table": ("../lad21", r"'redraws\[0\].before\[0\].table' a table that it lacks: '../lad21'"),
    "before.0.covers": ("yes", r"'redraws\[0\].before\[0\].covers' what is not true or false: 'yes'"),
    "before.0.population": ({"name": 1}, r"'redraws\[0\].before\[0\].population' what is not null"),
    "before.0.members": ({"squares": "x"}, r"'redraws\[0\].before\[0\].members' what is not tables of units"),
    "before.0.lines": ("drawn", r"keeps in 'redraws\[0\].before' what has unknown lines.*'drawn'. Use official"),
    "before.0.members.circles": (False, r"keeps in 'redraws\[0\].before' what has no units.*'circles'"),
}  # fmt: skip


@pytest.mark.parametrize("at", HOSTILE)
def test_a_hostile_record_is_refused_with_its_key(row: fp.Atlas, path: Path, at: str) -> None:
    value, said = HOSTILE[at]
    fp.write_atlas(merged(row), path)
    document = document_of(fp.write_atlas(merged(row), path.with_name("other")))
    put(document, at, value)
    rewrite(path, document)
    with pytest.raises(FileError, match=rf"(?s)'{path.name}' is no sound atlas: .*{said}.*Take"):
        fp.read_stored_atlas(path)


WRONG = {
    "lacks": (lambda d: d.pop("redraws"), "'redraws' no list of redraws"),
    "empty": (lambda d: d.update(redraws=[]), "'redraws' no list of redraws"),
    "text": (lambda d: d.update(redraws="all"), "'redraws' no list of redraws"),
    "said to be version 1": (
        lambda d: d.update(version=1, redraws=[{}]),
        r"keys in 'redraws\[0\]'",
    ),
    "twice": (lambda d: d["redraws"].append(copy.deepcopy(d["redraws"][0])), "keeps in .*'D1'"),
    "second layer": (
        lambda d: d["redraws"][0]["before"].append(d["redraws"][0]["before"][0]),
        r"before\[1\].key' a layer for the second time: 'lad21'",
    ),
    "members of nothing": (
        lambda d: d["redraws"][0]["before"][0].update(key="stp21"),
        "'before' does not keep: 'lad21'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_records_that_do_not_fit_together_are_refused(
    row: fp.Atlas, tmp_path: Path, name: str
) -> None:
    change, said = WRONG[name]
    folder = fp.write_atlas(merged(row), tmp_path / "atlas")
    document = document_of(folder)
    change(document)
    rewrite(folder, document)
    with pytest.raises(FileError, match=rf"(?s)'atlas' is no sound atlas: .*{said}.*Take the file"):
        fp.read_stored_atlas(folder)


def test_members_that_no_record_lists_are_refused(row: fp.Atlas, tmp_path: Path) -> None:
    made = merged(row)
    record = made.redraws[0]
    kept = record.before["lad21"]
    folder = fp.write_atlas(made, tmp_path / "atlas")
    document = document_of(folder)
    document["redraws"][0]["before"] = [{"key": "lad21", "table": None}]
    rewrite(folder, document)
    with pytest.raises(FileError, match=r"'membership_before' what no redraw lists: .*lad21"):
        fp.read_stored_atlas(folder)
    unsound = replace(kept, members={"squares": kept.members["squares"].iloc[:2]})
    broken = Redraw(title="Ours", changes=record.changes, before={"lad21": unsound})
    units, layers = row.parts()
    kept_layers = {
        key: replace(layer, members={"squares": members_of(row, key)})
        for key, layer in layers.items()
    }
    atlas = fp.Atlas(title="T", units=units, layers=kept_layers, redraws=[broken])
    with pytest.raises(OutputError, match=r"(?s)not come back unchanged.*'D2', 'D3'"):
        fp.write_atlas(atlas, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def members_of(atlas: fp.Atlas, key: str) -> pd.Series:
    """Return which footprint each unit is in."""
    rows = atlas.membership
    return rows[rows["layer"] == key].set_index("unit")["code"]


EDITS = {
    "UPDATE before_1_lad21 SET name = 'Other' WHERE code = 'D1'": "changed in its table 'before_1_lad21'",
    "UPDATE membership_before SET code = 'D3' WHERE unit = 'a'": "'membership_before' in the columns: 'code'",
    "DELETE FROM membership_before WHERE unit = 'a'": "has 5 rows instead of 6 in its table 'membership_before'",
    "UPDATE atlas SET value = '[]' WHERE key = 'redraws'": "changed in its description 'atlas'",
    "DELETE FROM atlas WHERE key = 'redraws'": "changed in its description 'atlas'",
    "UPDATE atlas SET value = '3' WHERE key = 'version'": "of version 3 of the format.*reads versions 1 and 2",
    "UPDATE atlas SET value = 'true' WHERE key = 'version'": "of version True of the format",
}  # fmt: skip


@pytest.mark.parametrize("sql", EDITS)
def test_a_record_that_was_edited_is_refused(row: fp.Atlas, tmp_path: Path, sql: str) -> None:
    file = fp.write_atlas(merged(row), tmp_path / "atlas.gpkg")
    edit(file, sql)
    with pytest.raises(FileError, match=EDITS[sql]):
        fp.read_stored_atlas(file)


def test_records_of_a_layer_that_came_with_a_redraw_are_taken_back(path: Path) -> None:
    atlas = make_atlas(
        [1, 2, 3],
        icb22=layer_of(dict(zip("abc", "RST", strict=True)), "system", R="R", S="S", T="T"),
    )
    led = LayerChange(kind="cluster", layer="icb22", old=("R", "S"), new="C", date="2025-10-01")
    again = back(atlas.redraw([led], title="Together"), path)
    assert again.redraws[0].before == {"cluster25": None}
    assert str(again.redraws[0]).startswith("Together\n  icb22: R, S are led together as C")
    assert list(again.undo().layers) == ["icb22"]


def test_lines_of_before_in_another_crs_are_refused(row: fp.Atlas, tmp_path: Path) -> None:
    made = merged(row)
    kept = made.redraws[0].before["lad21"]
    lines = gpd.GeoDataFrame(kept.table, geometry=[box(0, 0, 1, 1)] * 3, crs=4326)
    record = replace(made.redraws[0], before={"lad21": replace(kept, table=lines)})
    units, layers = made.parts()
    listed = {
        key: replace(layer, members={"squares": members_of(made, key)})
        for key, layer in layers.items()
    }
    atlas = fp.Atlas(title="T", units=units, layers=listed, redraws=[record])
    with pytest.raises(CRSError, match="EPSG:27700, but the layer 'lad21' is in EPSG:4326"):
        fp.write_atlas(atlas, tmp_path / "atlas")
