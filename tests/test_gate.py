"""The gate: what is checked, how grave it is, what was agreed, and what is new."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from conftest import layer_of, make_atlas
from synthetic import as_atlas, synthetic

import footprints as fp
from footprints.atlas.parts import CHECKS
from footprints.checks.judged import against_baseline, mended
from footprints.cli import main
from footprints.errors import TableError, UnknownNameError
from footprints.report.findings import FAULT, FINDING_COLUMNS, KEY, as_findings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOTAL = 56_550_138


def with_checks(atlas: fp.Atlas, **said: object) -> fp.Atlas:
    """Return the same atlas, asked for other checks."""
    units, layers = atlas.parts()
    members = {
        key: {
            str(units_name): rows.set_index("unit")["code"]
            for units_name, rows in part.groupby("units", observed=True)
        }
        for key, part in atlas.membership.groupby("layer", observed=True)
    }
    made = {
        key: fp.Layer(
            table=layer.table, members=members[key], level=layer.level, covers=layer.covers
        )
        for key, layer in layers.items()
    }
    return fp.Atlas(title=atlas.title, units=units, layers=made, checks=fp.Checks(**said))


@pytest.fixture(scope="module")
def report(england) -> fp.Atlas:
    return fp.check(england)


def test_the_default_check_of_england_looks_at_the_newest_of_each_level(report) -> None:
    assert report.ok
    assert set(report.findings["status"]) == {"pass", "warn"}
    asked = set(report.summary.index)
    assert {
        ("nesting", "lad23", "icb26"),
        ("nesting", "icb26", "nhser22"),
        ("nesting", "pcn21", "stp21"),
        ("coterminosity", "icb26", "ctyua23"),
        ("coverage", "icb26", ""),
        ("population-band", "place22", ""),
    } <= asked
    assert report.summary.loc[("nesting", "ctyua23", "icb26"), ["pass", "warn"]].to_list() == [
        148,
        5,
    ]
    assert list(dict.fromkeys(report.findings["check"])) == [
        name for name in CHECKS if name not in {"boundaries", "contiguity"}
    ]


def test_findings_have_their_columns_a_sentence_and_a_basis(report) -> None:
    findings = report.findings
    assert findings.dtypes.astype("str").to_dict() == FINDING_COLUMNS
    assert not findings.duplicated(KEY).any()
    assert findings["message"].str.endswith(".").all()
    basis = ["people", "population", "population_date", "population_source", "source", "severity"]
    assert findings[basis].notna().all(axis=None)
    nested = findings[findings["check"] == "nesting"]
    assert nested["method"].eq("members").all()
    assert nested["evidence"].notna().all()
    row = nested[(nested["layer"] == "ctyua23") & (nested["name"] == "Buckinghamshire")].iloc[0]
    assert row["message"] == (
        "Buckinghamshire (E06000060) reaches into 2 systems of icb26: 540,476 people in NHS Thames "
        "Valley Integrated Care Board, 6,584 people in NHS Central East Integrated Care Board."
    )
    told = ["result", "miss", "counterpart", "value"]
    assert row[told].to_list() == ["straddles", 6584, "E54000065", pytest.approx(540_476 / 547_060)]


def test_the_pairs_of_what_is_missed_add_up_to_the_people_of_each_footprint(report) -> None:
    sums = report.pairs.groupby(["left_layer", "right_layer", "left"])["people"].sum()
    missed = report.findings[report.findings["status"] == "warn"].dropna(subset="against")
    for row in missed.itertuples():
        assert sums[row.layer, row.against, row.code] == row.people
    assert len(sums) == len(missed.drop_duplicates(["layer", "against", "code"]))


def test_what_lists_rest_on_is_the_weakest_of_both_sides(england) -> None:
    asked = with_checks_of_england(england, nest=(("lad21", "amb22"),))
    found = fp.check(asked, select=["nesting"]).findings.set_index("code")
    rows = england.membership
    weak = rows[(rows["layer"] == "amb22") & (rows["evidence"] == "uncertain")]["unit"]
    districts = rows[(rows["layer"] == "lad21") & rows["unit"].isin(weak)]["code"].unique()
    assert len(districts)
    assert found.loc[districts, "evidence"].eq("uncertain").all()


def with_checks_of_england(england: fp.Atlas, **said: object) -> fp.Atlas:
    units, layers = england.parts()
    rows = england.membership
    kept = {}
    for key in ("lad21", "amb22"):
        mine = rows[(rows["layer"] == key) & (rows["units"] == "england")].set_index("unit")
        odd = mine.loc[mine["evidence"] != "published", "evidence"].astype("str")
        kept[key] = fp.Layer(
            table=layers[key].table,
            members={"england": mine["code"]},
            level=layers[key].level,
            evidence=odd.to_dict(),
        )
    table = {"england": units["england"]}
    return fp.Atlas(title="England", units=table, layers=kept, checks=fp.Checks(**said))


def test_severity_makes_misses_fail_by_check_and_by_layer() -> None:
    units = synthetic()
    units.loc[["u0700", "u0701"], "icb22"] = "icb22-0100"
    atlas = as_atlas(units)
    assert fp.check(atlas, select=["nesting"]).ok
    graver = with_checks(atlas, severity=(("nesting", "fail"),))
    found = fp.check(graver, select=["nesting"])
    assert not found.ok
    assert found.findings.loc[found.findings["status"] == "fail", "code"].to_list() == [
        "pcn21-0300",
        "place21-0100",
    ]
    said = (("nesting", "fail"), ("nesting.pcn21", "warn"))
    milder = fp.check(with_checks(atlas, severity=said), select=["nesting"])
    assert milder.findings.loc[milder.findings["status"] == "fail", "code"].to_list() == [
        "place21-0100"
    ]
    assert set(milder.findings.loc[milder.findings["layer"] == "pcn21", "severity"]) == {"warn"}


def test_a_soft_limit_warns_however_grave_its_check_is() -> None:
    systems = layer_of(dict(zip("abc", ["S", "T", "U"], strict=True)), "system")
    atlas = make_atlas([50, 500, 5000], icb22=systems)
    band = fp.Band(lower=100, upper=1000, lower_limit="hard", upper_limit="soft")
    bands = fp.BandSet(name="mine", title="", source="me", as_at="2026", bands={"system": band})
    asked = with_checks(atlas, bands=bands, severity=(("population-band", "fail"),))
    found = fp.check(asked, select=["population-band"]).findings.set_index("code")
    assert found["status"].to_dict() == {"S": "fail", "T": "pass", "U": "warn"}


def test_people_in_no_footprint_of_a_layer_that_covers_fail() -> None:
    systems = layer_of({"a": "S", "b": None, "c": "S"}, "system")
    found = fp.check(make_atlas([5, 7, 11], icb22=systems), select=["coverage"])
    assert not found.ok
    assert found.findings["status"].to_list() == ["fail", "fail"]
    assert found.findings["code"].to_list()[1] == "b"
    assert "16 of 23 people, 7 are in none of its footprints" in found.findings["message"].iloc[0]


def straddling() -> fp.Atlas:
    units = synthetic()
    units.loc[["u0700", "u0701"], "icb22"] = "icb22-0100"
    return as_atlas(units)


def agreed(code: str, until: str) -> tuple[fp.Agreed, ...]:
    return (fp.Agreed(check="nesting", layer="place21", code=code, reason="as drawn", until=until),)


def test_an_agreed_miss_is_excepted_until_it_expires() -> None:
    asked = {"severity": (("nesting", "fail"),), "agreed": agreed("place21-0100", "2027-03-31")}
    atlas = with_checks(straddling(), **asked)
    run = {"select": ["nesting"], "layers": ["place21"]}
    on_time = fp.check(atlas, **run, today=date(2027, 3, 31))
    assert on_time.ok
    row = on_time.findings[on_time.findings["status"] == "excepted"].iloc[0]
    assert row["code"] == "place21-0100"
    assert row["message"].endswith("Agreed until 2027-03-31: as drawn.")
    late = fp.check(atlas, **run, today=date(2027, 4, 1))
    assert not late.ok
    assert late.findings.set_index("code").loc["place21-0100", "status"] == "fail"
    assert "that has expired" in late.findings.set_index("code").loc["place21-0100", "message"]


def test_an_exception_that_matches_nothing_warns() -> None:
    for code, why in [
        ("place21-0000", "no miss any more"),
        ("place21-9999", "has no 'place21-9999'"),
    ]:
        atlas = with_checks(straddling(), agreed=agreed(code, "2027-03-31"))
        found = fp.check(atlas, select=["nesting"], today=date(2026, 1, 1)).findings
        row = found[found["result"] == "unmatched exception"].iloc[0]
        assert row[["status", "code"]].to_list() == ["warn", code]
        assert why in row["message"]
    # Within an area, nothing is said of what was agreed elsewhere.
    atlas = with_checks(straddling(), agreed=agreed("place21-0303", "2027-03-31"))
    here = fp.check(atlas.focus("place21:place21-0100"), select=["nesting"], today=date(2026, 1, 1))
    assert "place21-0100" in set(here.findings["code"])
    assert not (here.findings["result"] == "unmatched exception").any()
    # Nothing is said of an exception whose check was not run.
    quiet = fp.check(atlas, select=["coverage"], today=date(2026, 1, 1)).findings
    assert not (quiet["result"] == "unmatched exception").any()


def test_an_exception_for_a_name_is_asked_whether_its_code_was_meant() -> None:
    middle = layer_of({"a": "D1", "b": "D1", "c": "D2"}, "district", D1="Surrey", D2="Kent")
    systems = layer_of({"a": "S1", "b": "S2", "c": "S2"}, "system")
    said = {"check": "nesting", "layer": "lad21", "reason": "as drawn", "until": "2027-03-31"}
    for name, meant in [("surrey", "did you mean 'D1'?"), ("Essex", "take it out.")]:
        asked = with_checks(
            make_atlas([1, 2, 3], lad21=middle, icb22=systems),
            agreed=(fp.Agreed(code=name, **said),),
        )
        found = fp.check(asked, today=date(2026, 1, 1)).findings
        row = found[found["result"] == "unmatched exception"].iloc[0]
        assert row["message"].endswith(f"lad21 has no {name!r}: {meant}")
        assert (found.loc[found["code"] == "D1", "status"] == "warn").sum() == 1


def test_exceptions_of_a_layer_that_is_not_looked_at_are_told() -> None:
    old = layer_of({"a": "S1", "b": "S2"}, "system", S1="Sunrise", S2="Sunset")
    new = layer_of({"a": "N1", "b": "N1"}, "system")
    said = {"check": "population-band", "layer": "stp21", "reason": "small", "until": "2027-03-31"}
    atlas = make_atlas([1, 2], stp21=old, icb22=new)
    atlas = with_checks(
        atlas, agreed=tuple(fp.Agreed(code=code, **said) for code in ("S1", "Sunset"))
    )
    report = fp.check(atlas, today=date(2026, 1, 1))
    told = report.skipped[report.skipped["layer"] == "stp21"]
    words = "stp21 has agreed exceptions ('S1', 'Sunset') that nothing was held against: stp21 is "
    words += "older than icb22; name it to have it checked (--layer stp21); "
    assert told["message"].to_list() == [f"{words}for 'Sunset', did you mean 'S2'?"]
    for explained in ({"layers": ["icb22"]}, {"ignore": ["population-band"]}):
        quiet = fp.check(atlas, **explained, today=date(2026, 1, 1)).findings
        assert "stp21" not in set(quiet["layer"])
    assert "stp21" not in set(fp.check(atlas.focus("N1")).skipped["layer"])
    looked = fp.check(atlas, layers=["stp21"], today=date(2026, 1, 1)).findings
    assert looked.set_index("code").loc["S1", "status"] == "excepted"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"layers": "pcn21", "select": "coverage"}, "pcn21 is not meant to hold everybody"),
        (
            {"layers": "pcn21", "select": "coterminosity"},
            r"pcn21 \(neighbourhood\) is no layer for it",
        ),
        ({"layers": "nhser22", "select": ["nesting"]}, "by default a layer below the systems"),
    ],
)
def test_a_check_that_is_none_for_a_layer_says_why(england, asked, reason: str) -> None:
    report = fp.check(england, **asked)
    assert not report.checked
    assert report.findings["status"].to_list() == ["skipped"]
    assert re.search(reason, report.reasons[0])


def test_what_the_atlas_asks_of_other_layers_alone_is_said(england) -> None:
    asked = with_checks_of_england(england, nest=(("lad21", "amb22"),))
    report = fp.check(asked, layers="amb22", select="nesting")
    words = ["the atlas asks for it of 'lad21', and not of amb22"]
    assert report.findings["message"].to_list() == words


def test_only_an_atlas_is_checked() -> None:
    with pytest.raises(fp.FootprintsError, match=r"not a str: read one first.*read_atlas"):
        fp.check("atlas.toml")
    with pytest.raises(fp.FootprintsError, match="not a DataFrame: read one first"):
        fp.check(pd.DataFrame())


def test_a_baseline_may_be_named_by_its_file(row, tmp_path) -> None:
    report = fp.check(row)
    file = report.save(tmp_path / "earlier.json")
    for baseline in (file, str(file)):
        assert set(fp.check(row, baseline=baseline).findings["since"].dropna()) == {"known"}
    with pytest.raises(fp.FootprintsError, match=r"A baseline is a Report.*not a dict"):
        fp.check(row, baseline={})


def test_one_check_may_be_named_as_a_word(row) -> None:
    assert set(fp.check(row, select="nesting").findings["check"]) == {"nesting"}
    assert "nesting" not in set(fp.check(row, ignore="nesting").findings["check"])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("bands", "population-band"),
        ("nested", "nesting"),
        ("gaps", "boundaries"),
        ("contig", "contiguity"),
    ],
)
def test_a_word_for_a_check_is_asked_whether_it_was_meant(row, word: str, meant: str) -> None:
    with pytest.raises(UnknownNameError, match=f"no check '{word}'. Did you mean '{meant}'"):
        fp.check(row, select=word)


def test_against_a_baseline_only_what_is_new_or_worse_fails() -> None:
    asked = {"severity": (("nesting", "fail"),)}
    run = {"select": ["nesting"], "layers": ["place21"]}
    before = fp.check(with_checks(straddling(), **asked), **run)
    same = fp.check(with_checks(straddling(), **asked), **run, baseline=before)
    assert not before.ok
    assert same.ok
    assert same.findings["since"].dropna().to_list() == ["known"]
    assert same.mended.empty
    moved = synthetic()
    moved.loc[["u0700", "u0701", "u0702"], "icb22"] = "icb22-0100"
    moved.loc[["u0008"], "icb22"] = "icb22-0000"
    now = fp.check(with_checks(as_atlas(moved), **asked), **run, baseline=before)
    assert not now.ok
    since = now.findings.dropna(subset="since").set_index("code")["since"]
    assert since.to_dict() == {"place21-0100": "worse", "place21-0002": "new"}
    clean = fp.check(with_checks(as_atlas(synthetic()), **asked), **run, baseline=before)
    assert clean.ok
    assert clean.mended["code"].to_list() == ["place21-0100"]


def test_what_was_not_checked_now_is_not_mended() -> None:
    before = fp.check(straddling(), select=["nesting"])
    now = fp.check(as_atlas(synthetic()), select=["coverage"], baseline=before)
    assert now.mended.empty
    # Nor is what was held against another layer, or lies outside the area that is looked at.
    other = before.findings.assign(against="icb21")
    assert fp.check(as_atlas(synthetic()), select=["nesting"], baseline=other).mended.empty
    here = as_atlas(synthetic()).focus("place21:place21-0100")
    assert fp.check(here, select=["nesting"], baseline=before).mended["code"].to_list() == [
        "pcn21-0300",
        "place21-0100",
    ]
    elsewhere = as_atlas(synthetic()).focus("place21:place21-0002")
    assert fp.check(elsewhere, select=["nesting"], baseline=before).mended.empty


def gaps(*people: float, **said: object) -> pd.DataFrame:
    """Make findings of gaps between the same two footprints."""
    rows = [
        {"check": "coverage", "layer": "icb22", "code": "A, B", "result": "gap", "miss": one}
        for one in people
    ]
    return as_findings([pd.DataFrame(rows).assign(**{"status": "fail", **said})])


def test_one_more_gap_between_the_same_footprints_is_new() -> None:
    now = against_baseline(gaps(10, 30, 20), gaps(30, 10))
    assert now["since"].to_list() == ["new", "known", "worse"]
    assert mended(gaps(10, 30), gaps(10, 20, 30))["miss"].to_list() == [10]
    nowhere = against_baseline(gaps(1, 1, code=None), gaps(1, code=None))
    assert nowhere["since"].to_list() == ["known", "new"]


def test_a_miss_of_another_sort_is_new() -> None:
    below = gaps(500, check="population-band", result="below", code="A")
    above = gaps(100, check="population-band", result="above", code="A")
    assert against_baseline(above, below)["since"].to_list() == ["new"]
    assert mended(above, below).empty


def test_where_nobody_is_counted_a_smaller_share_is_worse() -> None:
    def share(value: float, miss: float | None = None) -> pd.DataFrame:
        return gaps(0, miss=miss, value=value, measured_in="share")

    assert against_baseline(share(0.5), share(0.9))["since"].to_list() == ["worse"]
    assert against_baseline(share(0.9), share(0.5))["since"].to_list() == ["known"]
    # With people, they alone are compared; who is counted no more may be more.
    assert against_baseline(share(0.5, 10), share(0.9, 10))["since"].to_list() == ["known"]
    assert against_baseline(share(0.9), share(0.9, 10))["since"].to_list() == ["worse"]
    assert against_baseline(share(0.9, 10), share(0.9))["since"].to_list() == ["worse"]


def test_an_agreement_that_matches_nothing_is_known_the_second_time() -> None:
    atlas = with_checks(
        straddling(), agreed=agreed("place21-0000", "2027-03-31"), severity=(("nesting", "fail"),)
    )
    run = {"select": ["nesting"], "layers": ["place21"], "today": date(2026, 1, 1)}
    before = fp.check(atlas, **run)
    now = fp.check(atlas, **run, baseline=before)
    assert now.findings["since"].dropna().to_list() == ["known", "known"]
    clean = fp.check(with_checks(straddling()), **run, baseline=before)
    assert clean.mended["result"].to_list() == ["unmatched exception"]


def test_a_baseline_of_something_else_is_refused() -> None:
    with pytest.raises(TableError, match="lacks 'check', 'layer'.*read_report"):
        fp.check(straddling(), baseline=pd.DataFrame({"code": ["a"]}))


def test_a_footprint_without_a_name_is_called_by_its_code() -> None:
    def unnamed(level: str, *codes: str) -> fp.Layer:
        made = layer_of(dict(zip("abcd", codes, strict=True)), level)
        return replace(made, table=made.table.assign(name=pd.NA).astype("str"))

    layers = {
        "lad21": unnamed("district", *"PPQR"),
        "icb22": unnamed("system", *"SSST"),
        "ctyua21": unnamed("upper-tier", *"XXYY"),
    }
    found = fp.check(make_atlas([5, 6, 7, 8], **layers)).findings
    told = set(found["message"])
    assert {
        "P lies within S.",
        "Y reaches into 2 systems of icb22: 8 people in T, 7 people in S.",
        "S cuts across upper-tier authorities of ctyua21: 1 whole and 1 split (Y (7 people)).",
        "T lies inside Y and is a part of it.",
    } <= told
    assert not found["message"].str.contains("nan").any()
    assert found["counterpart_name"].isna().all()


def two_left_out(**said: object) -> fp.Atlas:
    systems = layer_of({"a": "S", "b": None, "c": None}, "system")
    return with_checks(make_atlas([5, 7, 11], icb22=systems), **said)


def test_the_people_of_a_layer_and_of_its_faults_are_counted_once() -> None:
    found = fp.check(two_left_out(), select=["coverage"])
    assert found.findings["miss"].to_list() == [18, 7, 11]
    assert found.summary["people_missed"].to_list() == [18]


def test_a_layer_whose_faults_were_all_agreed_is_excepted() -> None:
    def agree(*codes: str, until: str = "2027-03-31") -> fp.Report:
        words = {"check": "coverage", "layer": "icb22", "reason": "an island", "until": until}
        said = tuple(fp.Agreed(code=code, **words) for code in codes)
        return fp.check(two_left_out(agreed=said), select=["coverage"], today=date(2026, 1, 1))

    assert agree("b").findings["status"].to_list() == ["fail", "excepted", "fail"]
    every = agree("b", "c")
    assert every.ok
    assert every.findings["status"].to_list() == ["excepted"] * 3
    assert every.findings["message"].iloc[0].endswith("Each of them was agreed.")
    assert every.summary["people_missed"].to_list() == [18]
    assert not agree("b", "c", until="2025-12-31").ok


def test_what_cannot_be_checked_is_skipped_with_its_reason(england) -> None:
    asked = with_checks_of_england(england, contiguous=("lad21",))
    found = fp.check(asked, select=["contiguity"])
    assert found.findings["status"].to_list() == ["skipped"]
    assert "illustrative" in found.reasons[0]
    assert not found.checked
    assert not found.ok


def test_contiguity_is_asked_of_the_newest_where_it_is_named(england) -> None:
    found = fp.check(england, select=["contiguity"], layers=["icb26"])
    assert found.findings["status"].to_list() == ["skipped"]
    drawn = fp.check(as_atlas(synthetic(8)), select=["contiguity"]).findings
    assert set(drawn["layer"]) == {"pcn21", "place21", "icb22"}
    assert set(drawn["status"]) == {"pass"}
    apart = synthetic(8)
    apart.loc["u0000", "place21"] = "place21-0101"
    torn = fp.check(as_atlas(apart), select=["contiguity"], layers=["place21"]).findings
    missed = torn[torn["status"] == "warn"]
    assert missed["code"].to_list() == ["place21-0101"]
    assert missed["miss"].to_list() == [apart.loc["u0000", "residents"]]


def test_checks_are_chosen_by_name_and_strangers_refused(england) -> None:
    found = fp.check(england, ignore=["population-band", "coverage"])
    assert set(found.findings["check"]) == {"nesting", "coterminosity"}
    with pytest.raises(UnknownNameError, match="'bands'.*'population-band'"):
        fp.check(england, select=["bands"])


def test_a_footprint_with_no_counterpart_to_fit_yet_is_skipped(england) -> None:
    units, layers = england.parts()
    rows = england.membership
    kept = {
        key: fp.Layer(
            table=layers[key].table,
            members={"england": rows[rows["layer"] == key].set_index("unit")["code"]},
            level=layers[key].level,
            covers=layers[key].covers,
        )
        for key in ("icb26", "cauth25")
    }
    checks = fp.Checks(coterminous=(("icb26", "cauth25"),))
    table = {"england": units["england"]}
    atlas = fp.Atlas(title="England", units=table, layers=kept, checks=checks)
    found = fp.check(atlas, select=["coterminosity"]).findings
    assert found["status"].value_counts().to_dict() == {"warn": 19, "skipped": 15, "pass": 2}


def test_a_focus_is_judged_against_its_own_layer(england) -> None:
    report = fp.check(england.focus("icb22:E54000034"), select=["nesting"])
    assert ("nesting", "lad23", "icb22") in report.summary.index
    assert ("nesting", "pcn21", "stp21") in report.summary.index
    fits = fp.check(england.focus("icb22:E54000034"), select=["coterminosity"]).findings
    mine = fits[fits["layer"] == "icb22"].set_index("code").loc["E54000034"]
    assert mine["result"] == "crosses"
    missed = report.findings[report.findings["status"] == "warn"]
    assert "Hart" in missed["name"].to_list()
    assert report.findings["population"].notna().all()


def test_the_summary_adds_up_to_the_findings(report) -> None:
    counts = report.summary
    assert counts["footprints"].sum() == len(report.findings)
    words = ["pass", "warn", "fail", "excepted", "skipped"]
    assert (counts[words].sum(axis=1) == counts["footprints"]).all()
    parts = report.findings["measure"] == FAULT
    assert counts["people_missed"].sum() == report.findings.loc[~parts, "miss"].sum()
    assert isinstance(report.worst, pd.DataFrame)
    assert set(report.worst["status"]) == {"warn"}


@pytest.fixture
def district_files(tmp_path, england) -> Callable[..., Path]:
    """Return a maker of an atlas file: districts and ICBs of the embedded England's units."""
    rows = england.membership
    rows = rows[rows["units"] == "england"]
    table = pd.DataFrame(
        {
            "unit": england.units["england"].index,
            "residents": england.units["england"]["residents"].to_numpy(),
        }
    ).set_index("unit")
    for key in ("lad21", "icb22"):
        table[key] = rows[rows["layer"] == key].set_index("unit")["code"]

    def make(*, move: bool = False) -> Path:
        units = table.copy()
        if move:
            # Half of Rutland's neighbour goes elsewhere: one district more straddles.
            mine = units.index[units["lad21"] == "E06000001"]
            extra = units.loc[mine[:1]].rename(lambda code: f"{code}-b")
            extra["residents"] = 1000
            extra["icb22"] = "E54000051"
            units.loc[mine[0], "residents"] -= 1000
            units = pd.concat([units, extra])
        units.to_csv(tmp_path / "units.csv")
        file = tmp_path / "atlas.toml"
        file.write_text(
            """
            title = "Districts"
            [units.units]
            file = "units.csv"
            code = "unit"
            people = { residents = { column = "residents", source = "ONS", as_at = 2020-06-30 } }
            [layers.lad21]
            members = { units = "lad21" }
            [layers.icb22]
            members = { units = "icb22" }
            [checks]
            nest = [["lad21", "icb22"]]
            severity = { nesting = "fail" }
            """,
            encoding="utf-8",
        )
        return file

    return make


def test_the_gate_of_the_command_lets_through_what_was_known(
    district_files, tmp_path, capsys
) -> None:
    run = ["check", "--atlas", str(district_files()), "--select", "nesting"]
    earlier = tmp_path / "earlier.json"
    assert main([*run, "-o", str(earlier)]) == 1
    known = [*run, "--baseline", str(earlier)]
    assert main(known) == 0
    assert "0 new, 0 worse, 12 known, 0 mended" in capsys.readouterr().out
    district_files(move=True)
    assert main([*known, "--worst", "1"]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "1 new, 0 worse, 12 known" in out
    assert "nesting of lad21 against icb22: 1 of 13 missed; the baseline had 12." in out
    assert "- fail, new: E06000001 reaches into 2 systems" in out
    assert out.count("reaches into") == 1
    assert main([*known, "--fail-on", "never"]) == 0


def test_the_gate_on_the_whole_of_england_names_only_the_district_that_was_moved(
    england, tmp_path, capsys
) -> None:
    file, earlier, later = (tmp_path / name for name in ("e.gpkg", "earlier.json", "now.json"))
    gated = with_checks(england, nest=(("lad23", "icb26"),), severity=(("nesting", "fail"),))
    fp.write_atlas(gated, file)
    run = ["check", "--atlas", str(file), "--select", "nesting"]
    assert main([*run, "-o", str(earlier)]) == 1
    assert "5 failures, 291 passed." in capsys.readouterr().out
    known = [*run, "--baseline", str(earlier)]
    assert main(known) == 0
    assert "0 new, 0 worse, 5 known, 0 mended" in capsys.readouterr().out
    rows = england.membership.query("units == 'england' and layer == 'lad23'")
    part = rows.loc[rows["code"] == "E06000061", "unit"].iloc[0]
    fp.write_atlas(gated.move("icb26", [part], to="E54000055"), file)
    assert main([*known, "-o", str(later)]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "1 new, 0 worse, 5 known, 0 mended" in out
    now = fp.read_report(later)
    assert now.loc[now["since"] == "new", "code"].to_list() == ["E06000061"]
    assert re.findall(r"fail, (\w+): .*? \((E\w+)\) reaches", out) == [("new", "E06000061")]
    assert out.count("reaches into") == 1


def test_a_corrupt_baseline_is_refused_and_left_as_it_is(district_files, tmp_path, capsys) -> None:
    file = tmp_path / "earlier.json"
    for content in (
        b"",
        b"{",
        b"[]",
        b'{"format": "footprints report", "version": 1}',
        b"\xff\xfe",
    ):
        file.write_bytes(content)
        assert main(["check", "--atlas", str(district_files()), "--baseline", str(file)]) == 2
        assert "earlier.json" in capsys.readouterr().err
        assert file.read_bytes() == content


def test_an_output_of_an_unknown_format_is_refused_before_anything_is_read(capsys) -> None:
    assert main(["check", "--atlas", "nowhere.toml", "-o", "report.docx"]) == 2
    assert "'report.docx'" in capsys.readouterr().err


def test_files_as_they_are_are_checked_without_an_atlas_file(shared, tmp_path, capsys) -> None:
    lsoa = pd.read_parquet(
        shared / "data/england/lsoa11.parquet",
        columns=["LSOA11CD", "pop_mid2020", "LAD21CD", "ICB22CD"],
    )
    lsoa.to_csv(tmp_path / "lsoa.csv", index=False)
    lines = shared / "data/published/ICB_JUL_2022_EN_BUC_V3.json"
    arguments = ["--units", str(tmp_path / "lsoa.csv"), "--boundaries", str(lines)]
    assert main(["check", *arguments, "--fail-on", "warn"]) == 1
    out = capsys.readouterr().out
    assert "Made of lsoa.csv, ICB_JUL_2022_EN_BUC_V3.json." in out
    assert "residents, source not said, date not said" in out
    assert main(["check", "--atlas", "atlas.toml", *arguments]) == 2
    assert "and not both" in capsys.readouterr().err
