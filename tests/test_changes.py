"""Change files: those that are shipped turn each map into the next, and what is wrong is named."""

from __future__ import annotations

import itertools
import json
import re
import tomllib

import pandas as pd
import pytest

import footprints as fp
from footprints.cli import main
from footprints.errors import FileError, RedrawError, TableError, UnknownNameError
from footprints.read import data_folder

STEPS = [
    ("stp17", "stp18"),
    ("stp18", "stp20"),
    ("stp20", "stp21"),
    ("stp21", "icb22"),
    ("icb22", "icb26"),
    ("lad21", "lad23"),
    ("ctyua21", "ctyua23"),
    ("ccg21", "sicbl22"),
]
SYSTEMS = ["stp17", "stp18", "stp20", "stp21", "icb22", "icb26"]


@pytest.fixture(scope="module")
def by_lsoa(shared) -> fp.Atlas:
    """Return the LSOAs of England with all layers that the change files are about."""
    file = shared / "data" / "england" / "lsoa11.parquet"
    table = pd.read_parquet(file).drop(columns="geometry").set_index("LSOA11CD")
    residents = fp.Population(name="residents", source="ONS mid-2020", as_at="2020-06-30")
    levels = {"stp": "system", "icb": "system", "lad": "district", "ctyua": "upper-tier"}
    layers = {}
    for key in dict.fromkeys(key for pair in STEPS for key in pair):
        code, name = f"{key.upper()}CD", f"{key.upper()}NM"
        names = table.drop_duplicates(code).set_index(code)[[name]].set_axis(["name"], axis=1)
        level = levels.get(key.rstrip("0123456789"), "commissioner")
        layers[key] = fp.Layer(table=names, members={"lsoa11": table[code]}, level=level)
    people = table[["pop_mid2020"]].set_axis(["residents"], axis=1)
    units = {"lsoa11": fp.UnitTable(table=people, populations=(residents,))}
    return fp.Atlas(title="England by LSOA", units=units, layers=layers)


def members(atlas: fp.Atlas, layer: str, units: str) -> pd.Series:
    """Return the footprint of each unit of a table, and what that rests on, in order."""
    rows = atlas.membership
    rows = rows[(rows["layer"] == layer) & (rows["units"] == units)].set_index("unit")
    return rows[["code", "evidence"]].astype("str").sort_index()


def assert_turned(atlas: fp.Atlas, old: str, new: str, units: str) -> None:
    """Assert that the shipped file turns one layer into another exactly, and back."""
    changed = fp.apply_changes(atlas, fp.read_changes(f"{old}-{new}"))
    # Testing frames row by row takes half a minute on LSOAs.
    assert members(changed, old, units).equals(members(atlas, new, units))
    names = changed.layers[old]["name"].sort_index()
    pd.testing.assert_series_equal(names, atlas.layers[new]["name"].sort_index())
    back = changed.undo()
    assert back.membership.equals(atlas.membership)
    assert back.layers[old].equals(atlas.layers[old])
    assert back.notes == atlas.notes
    assert back.redraws == ()


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_each_shipped_file_turns_the_old_layer_into_the_new_one_exactly(
    england, old: str, new: str
) -> None:
    assert_turned(england, old, new, "england")


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_the_same_files_do_so_on_the_lsoas_of_england(by_lsoa, old: str, new: str) -> None:
    assert_turned(by_lsoa, old, new, "lsoa11")


def test_the_maps_of_all_years_follow_one_another_on_the_oldest(england) -> None:
    files = [fp.read_changes(f"{a}-{b}") for a, b in itertools.pairwise(SYSTEMS)]
    days = {"stp17": "2018-07-31", "stp18": "2018-08-01", "stp20": "2021-03-31"}
    days |= {"stp21": "2022-06-30", "icb22": "2026-03-31", "icb26": "2026-04-01"}
    for key, day in days.items():
        then = fp.apply_changes(england, files, as_at=day, onto="stp17")
        found = members(then, "stp17", "england")["code"]
        assert found.equals(members(england, key, "england")["code"]), key


def test_a_redrawn_layer_says_so_in_its_date_and_no_more_than_once(england) -> None:
    steps = [fp.read_changes(name) for name in ("stp17-stp18", "stp18-stp20")]
    made = fp.apply_changes(england, steps, onto="stp17")
    last = max(change.date for step in steps for change in step.changes)
    dates = made.overview["as_at"]
    assert dates["stp17"] == f"{england.overview.loc['stp17', 'as_at']}, redrawn {last}"
    assert dates["icb22"] == england.overview.loc["icb22", "as_at"]
    named = england.rename("icb22", "E54000034", "Frimley")
    assert named.overview.loc["icb22", "as_at"] == "2022-07, redrawn"


def test_boards_follow_the_authorities_that_they_are_of(england) -> None:
    boards = fp.apply_changes(england, fp.read_changes("ctyua21-ctyua23"), onto="hwb21")
    found, wanted = (members(a, k, "england") for a, k in ((boards, "hwb21"), (england, "hwb23")))
    pd.testing.assert_frame_equal(found, wanted)


def test_surrey_becomes_two_in_districts_and_authorities_alike(england) -> None:
    surrey = fp.read_changes("surrey-2027")
    assert {change.status for change in surrey.changes} == {"decided"}
    after = fp.apply_changes(england, surrey)
    assert (len(after.layers["lad23"]), len(after.layers["ctyua23"])) == (296 - 11 + 2, 153 + 1)
    whole = england.people("ctyua23").loc["E10000030", "residents"]
    for key in ("lad23", "ctyua23"):
        two = after.people(key).loc[["X-EAST-SURREY", "X-WEST-SURREY"], "residents"]
        assert two.sum() == whole == 1_199_870
    pairs = after.overlap("lad23", "ctyua23")
    assert (pairs.groupby("left").size() == 1).all()
    boards = fp.apply_changes(england, surrey, layers="ctyua", onto="hwb")
    assert len(boards.layers["hwb23"]) == 154
    assert fp.apply_changes(england, surrey, as_at="2027-03-31") is england


@pytest.mark.parametrize("name", ["england", "by_lsoa"])
def test_surrey_becomes_two_and_is_undone_exactly_by_units_and_by_lsoas(name: str, request) -> None:
    atlas = request.getfixturevalue(name)
    surrey = fp.read_changes("surrey-2027")
    after = fp.apply_changes(atlas, surrey)
    whole = atlas.people("ctyua23").loc["E10000030", "residents"]
    assert whole == 1_199_870
    for key in ("lad23", "ctyua23"):
        two = after.people(key).loc[["X-EAST-SURREY", "X-WEST-SURREY"], "residents"]
        assert two.to_dict() == {"X-EAST-SURREY": 543_550, "X-WEST-SURREY": 656_320}
        assert two.sum() == whole
        assert after.people(key)["residents"].sum() == atlas.people(key)["residents"].sum()
    back = after
    while back.redraws:
        back = back.undo()
    assert back.membership.equals(atlas.membership)
    assert back.notes == atlas.notes
    assert list(back.layers) == list(atlas.layers)
    for key, layer in atlas.layers.items():
        assert back.layers[key].equals(layer), key


def test_clusters_are_groups_to_be_checked_and_move_no_boundary(england) -> None:
    together = fp.apply_changes(england, fp.read_changes("clusters-2025"))
    rows = members(together, "icb22", "england")
    pd.testing.assert_frame_equal(rows, members(england, "icb22", "england"))
    listed = fp.clusters(together)
    assert list(listed.index.names) == ["layer", "code"]
    assert listed["count"].sum() == 20
    assert set(listed["of"]) == {"icb22"}
    east = listed.loc[("cluster25", "CL-DD-NN-LINC")]
    assert east["footprints"] == "E54000058, E54000060, E54000013"
    assert east["residents"] == 1_063_997 + 1_170_475 + 766_333
    band = fp.population_bands(together.people("cluster25")["residents"], "1-3 million")
    assert band.index[band["status"] == "above"].tolist() == ["CL-DD-NN-LINC", "CL-SEL-SWL"]
    made = fp.partition(together, "icb22", "cluster25")
    assert set(made["status"]) == {"made up"}
    assert fp.clusters(england).empty
    assert "cluster25" not in together.undo().layers


def test_clusters_that_are_asked_for_are_held_against_the_band_of_what_they_group(england) -> None:
    together = fp.apply_changes(england, fp.read_changes("clusters-2025"))
    report = fp.check(together, layers="cluster25", select=["population-band"])
    found = report.findings.set_index("code")
    assert len(found) == len(together.layers["cluster25"])
    assert (found["lower"] == 1_000_000).all()
    devon = found.loc["CL-DVN-CIOS"]
    assert (devon["status"], devon["people"]) == ("pass", 1_785_298)
    assert devon["message"].endswith(
        "It is a cluster, held against the band of the systems that it groups."
    )
    assert "cluster25" not in set(fp.check(together, select=["population-band"]).findings["layer"])


def test_only_what_is_decided_or_only_what_is_proposed_can_be_made(england) -> None:
    file = fp.read_changes("clusters-2025")
    decided = fp.apply_changes(england, file, status="decided")
    assert "CL-SEL-SWL" not in decided.layers["cluster25"].index
    proposed = fp.apply_changes(england, file, status="proposed")
    assert list(proposed.layers["cluster25"].index) == ["CL-SEL-SWL"]
    evidence = proposed.membership.query("layer == 'cluster25'")["evidence"]
    assert set(evidence) == {"uncertain"}


def test_every_shipped_file_is_of_a_source_and_sorted_by_date() -> None:
    for file in (data_folder() / "changes").glob("*.toml"):
        changes = fp.read_changes(file.stem)
        dates = [change.date for change in changes.changes]
        assert dates == sorted(dates), file.name
        assert changes.source
    assert "reconstructed" in fp.read_changes("icb22-icb26").note.lower()


HEAD = 'title = "Ours"\nsource = "a paper"\n'
DAY = 'date = 2030-04-01\nstatus = "decided"\nlayer = "lad21"\n'


def written(tmp_path, *changes: str, head: str = HEAD) -> fp.Changes:
    """Write a change file, and read it."""
    file = tmp_path / "ours.toml"
    file.write_text(head + "".join(f"[[changes]]\n{change}\n" for change in changes))
    return fp.read_changes(file)


MERGE = DAY + 'kind = "merge"\nfrom = ["D1", "D2"]\nto = "D9"\nname = "Both"'


def test_a_file_of_ones_own_is_read_and_applied(row, tmp_path) -> None:
    units = DAY.replace("lad21", "icb22") + 'kind = "move"\nfrom = "S1"\nto = "S2"\nunits = ["c"]'
    after = fp.apply_changes(row, written(tmp_path, MERGE, units))
    assert list(after.layers["lad21"].index) == ["D9", "D3"]
    assert after.people("icb22")["residents"].to_dict() == {"S1": 3, "S2": 18}
    assert after.notes == (("Ours: lad21: D1, D2 merge into D9 (Both) (2030-04-01 decided); icb22: "
                           "the part of S1 in c moves to S2 (2030-04-01 decided)."),)  # fmt: skip


def test_changes_of_one_date_do_not_depend_on_their_order(england) -> None:
    file = fp.read_changes("icb22-icb26")
    turned = fp.Changes(title="t", source="s", changes=file.changes[::-1])
    found = [members(fp.apply_changes(england, c), "icb22", "england") for c in (file, turned)]
    pd.testing.assert_frame_equal(*found)


def test_later_changes_see_what_earlier_ones_made_whatever_their_order(row, tmp_path) -> None:
    later = DAY.replace("2030", "2031") + 'kind = "split"\nfrom = "D9"\nto = "D1"\nname = "W"\n'
    later = later.replace('to = "D1"', 'to = "D7"') + 'where = { icb22 = "S2" }'
    after = fp.apply_changes(row, written(tmp_path, later, MERGE))
    rows = after.membership.query("layer == 'lad21'")
    assert dict(zip(rows["unit"], rows["code"], strict=True)) == dict(
        zip("abcdef", ["D9", "D9", "D9", "D7", "D3", "D3"], strict=True)
    )


def change(text: str) -> str:
    """Return a change of the districts of the test atlas."""
    return DAY + text


NOT_READ = {
    "unknown kind in change 1: 'melt'. Use 'merge', 'move', 'split', 'recode', 'rename' or 'cluster'": (
        change('kind = "melt"'),
    ),
    "unknown status in change 1: 'rumoured'. Use 'decided' or 'proposed'": (
        MERGE.replace("decided", "rumoured"),
    ),
    "cannot be used at 'date' in change 1": (MERGE.replace("2030-04-01", '"soon"'),),
    "an unknown key in change 1: 'form'.*Use .*'from'": (MERGE.replace("from", "form"),),
    "lacks the key in change 1: 'layer'": (MERGE.replace('layer = "lad21"\n', ""),),
    "does not say in change 2, a move: 'where or units'": (
        MERGE,
        change('kind = "move"\nfrom = "D3"\nto = "D9"'),
    ),
    "does not say in change 1, a merge: 'name'": (MERGE.replace('name = "Both"', ""),),
    "keys of another kind of change in change 1, a rename: 'to'": (
        change('kind = "rename"\nfrom = "D1"\nname = "A"\nto = "B"'),
    ),
    "several footprints in 'from' in change 1, a recode: 'D1', 'D2'. Write a change for each": (
        change('kind = "recode"\nfrom = ["D1", "D2"]\nto = "B"'),
    ),
    "names a part by nothing in change 1, a move: 'icb22'": (
        change('kind = "move"\nto = "D1"\nwhere = { icb22 = [] }'),
    ),
    "successors in a circle: 'D1', 'D9', 'D1'": (
        MERGE,
        change('kind = "recode"\nfrom = "D9"\nto = "D1"').replace("2030", "2031"),
    ),
}


@pytest.mark.parametrize("message", NOT_READ)
def test_a_file_that_cannot_be_is_refused_with_key_and_allowed_values(tmp_path, message) -> None:
    with pytest.raises(TableError, match=f"(?s)'ours.toml' .*{message}"):
        written(tmp_path, *NOT_READ[message])


def test_everything_that_is_wrong_with_a_file_is_named_at_once(tmp_path) -> None:
    with pytest.raises(TableError) as caught:
        written(tmp_path, MERGE.replace("merge", "melt"), MERGE.replace("from", "form"), head="")
    assert set(re.findall(r"'(title|source|melt|form)'", str(caught.value))) == {
        "title",
        "source",
        "melt",
        "form",
    }


def test_a_file_that_is_not_there_or_no_toml_is_refused(tmp_path) -> None:
    with pytest.raises(UnknownNameError, match="no change file 'icb22-icb27'.*'icb22-icb26'"):
        fp.read_changes("icb22-icb27")
    with pytest.raises(FileError, match="'none.toml' is not there"):
        fp.read_changes(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("title = ")
    with pytest.raises(FileError, match="'bad.toml' cannot be read"):
        fp.read_changes(tmp_path / "bad.toml")


NOT_MADE = {
    "takes the same units twice: 'c', 'd'.*These changes overlap: .*D1, D2 merge.*D2 in icb22": (
        MERGE,
        change('kind = "move"\nfrom = "D2"\nto = "D3"\nwhere = { icb22 = ["S1", "S2"] }'),
    ),
    "ends the same footprints twice: 'D1'": (
        MERGE,
        change('kind = "recode"\nfrom = "D1"\nto = "D8"'),
    ),
    "takes icb22 that are not in D1 of 'lad21': 'S2'": (
        change('kind = "move"\nfrom = "D1"\nto = "D3"\nwhere = { icb22 = "S2" }'),
    ),
    "codes that it has already: 'D3'": (MERGE.replace("D9", "D3"),),
    "makes footprints of 'lad21' twice: 'D9'": (
        MERGE,
        change('kind = "recode"\nfrom = "D3"\nto = "D9"'),
    ),
    "does not have then: 'D1'. D1 is D9 from then on. Write that": (
        MERGE,
        change('kind = "move"\nfrom = "D3"\nto = "D1"\nunits = ["e"]'),
    ),
    "gives two names to: 'D9'": (MERGE, change('kind = "rename"\nfrom = "D9"\nname = "Else"')),
    "has footprints in two clusters: 'D2'": (
        change('kind = "cluster"\nfrom = ["D1", "D2"]\nto = "C1"\nname = "One"'),
        change('kind = "cluster"\nfrom = ["D2", "D3"]\nto = "C2"\nname = "Two"'),
    ),
    "has a cluster of a single footprint: 'D1'": (
        change('kind = "cluster"\nfrom = "D1"\nto = "C1"\nname = "One"'),
    ),
    "There is no layer 'lad09'": (MERGE.replace("lad21", "lad09"),),
}


@pytest.mark.parametrize("message", NOT_MADE)
def test_a_change_that_cannot_be_made_is_refused_with_the_codes(row, tmp_path, message) -> None:
    with pytest.raises((RedrawError, UnknownNameError), match=f"(?s){message}"):
        fp.apply_changes(row, written(tmp_path, *NOT_MADE[message]))


def test_changes_of_other_layers_dates_and_statuses_are_asked_for_rightly(row, tmp_path) -> None:
    file = written(tmp_path, MERGE)
    with pytest.raises(
        UnknownNameError, match="no layer in these changes 'icb22'. There is 'lad21'"
    ):
        fp.apply_changes(row, file, layers="icb22")
    with pytest.raises(RedrawError, match="'April' is no date: write it as 2026-04-01"):
        fp.apply_changes(row, file, as_at="April")
    with pytest.raises(
        UnknownNameError, match="no status 'agreed'. There is 'decided', 'proposed'"
    ):
        fp.apply_changes(row, file, status="agreed")


def test_a_change_in_code_is_held_to_the_same_words() -> None:
    with pytest.raises(RedrawError, match="unknown kind: 'melt'") as caught:
        fp.LayerChange(kind="melt", layer="lad21", date="soon", status="maybe", evidence="rumour")
    for word in ("'soon'", "'maybe'", "'rumour'", "of which footprint"):
        assert word in str(caught.value)


def test_shipped_files_name_parts_by_footprints_alone() -> None:
    for file in (data_folder() / "changes").glob("*.toml"):
        said = tomllib.loads(file.read_text(encoding="utf-8"))
        assert not [change for change in said["changes"] if "units" in change], file.name


def test_a_what_if_is_checked_from_the_command(capsys, tmp_path) -> None:
    file = tmp_path / "clusters.json"
    asked = ["check", "--changes", "clusters-2025", "--layer", "cluster25"]
    status = main([*asked, "--select", "population-band", "-o", str(file)])
    assert status == 0
    assert "cluster25" in capsys.readouterr().out
    codes = {row["code"] for row in json.loads(file.read_text(encoding="utf-8"))["findings"]}
    assert "CL-DVN-CIOS" in codes
    bands = ["--layer", "icb22", "--select", "population-band"]
    assert main(["check", "--changes", "icb22-icb26", *bands, "-o", str(file)]) == 0
    found = json.loads(file.read_text(encoding="utf-8"))["findings"]
    assert len(found) == 36
    before = ["--as-at", "2026-03-31"]
    assert main(["check", "--changes", "icb22-icb26", *before, *bands, "-o", str(file)]) == 0
    assert len(json.loads(file.read_text(encoding="utf-8"))["findings"]) == 42
    assert "No change is of 2026-03-31 or before" in capsys.readouterr().out


def test_a_what_if_is_drawn_from_the_command(capsys, tmp_path) -> None:
    file = tmp_path / "surrey.html"
    asked = ["map", "--changes", "surrey-2027", "--layer", "ctyua23", "-o", str(file)]
    assert main(asked) == 0, capsys.readouterr().err
    assert "West Surrey" in file.read_text(encoding="utf-8")


def test_a_date_without_changes_or_lists_says_what_it_goes_with(capsys) -> None:
    assert main(["check", "--as-at", "2026-04-01"]) == 2
    assert "or with --changes" in capsys.readouterr().err
    assert main(["map", "--as-at", "2026-04-01", "-o", "x.html"]) == 2
    assert "or with --changes" in capsys.readouterr().err


def test_the_changes_of_different_bodies_are_not_made_to_one_layer(england) -> None:
    surrey = fp.read_changes("surrey-2027")
    with pytest.raises(RedrawError, match="different bodies.*layers='ctyua"):
        fp.apply_changes(england, surrey, onto="hwb")


def test_dates_and_text_of_a_change_file_are_told_how_to_be_written(tmp_path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text("title = Ours\n", encoding="utf-8")
    with pytest.raises(FileError, match=r'quotation marks \(title = "Ours"\)'):
        fp.read_changes(file)
    text = f'title = "Ours"\nsource = "x"\n[[changes]]\n{DAY}'.replace("2030-04-01", '"1 April"')
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match="Write it as 2027-04-01"):
        fp.read_changes(file)
