"""The benchmarks: what they compare, and the page that they write."""

from __future__ import annotations

import platform
import sys
import tracemalloc
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import locate
import run
import services
from figures import Measured

ROWS = [
    Measured(name="points", peer="sjoin", at_least=6, ratio=6.0, note="equal", time="1 s, 6 s"),
    Measured(name="areas", peer="overlay", at_least=8, ratio=7.97, note="equal"),
    Measured(name="maps", peer="by hand", at_least=2, note="skipped: not there"),
]


def test_the_page_says_which_bars_are_met_and_names_those_that_are_not() -> None:
    page = run.page(ROWS, "", quick=False)
    assert "1 of 2 bars are met. 1 could not be measured." in page
    assert "- Missed: areas, against overlay." in page
    assert "| points | sjoin | 6.0 | 6 | yes | 1 s, 6 s |  | equal |" in page
    assert "| areas | overlay | 7.9 | 8 | no |" in page
    assert "| maps | by hand |  | 2 |  |  |  | skipped: not there |" in page


def test_a_quick_run_judges_nothing() -> None:
    page = run.page(ROWS, "", quick=True)
    assert "A quick run judges nothing. 1 could not be measured." in page
    assert "Missed" not in page
    assert "yes" not in page


def test_the_page_tells_versions_and_cores_and_neither_machine_nor_folder() -> None:
    how = run.conditions(quick=False, rounds=5)
    assert "medians of 5 rounds" in how
    assert f"Python {platform.python_version()}, footprints " in how
    assert " cores" in how
    assert str(Path.home()) not in how
    assert not platform.node() or platform.node() not in how


def test_points_in_a_generated_country_get_the_codes_that_geopandas_gives_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(locate, "POINTS", 40_000)
    figure = locate.FIGURES[-1]
    (row,) = figure.measure(quick=True, rounds=1)
    assert row.note == "2,000 points, codes equal"


def test_points_of_a_file_get_the_codes_that_geopandas_gives_them(tmp_path: Path) -> None:
    source, target = tmp_path / "points.parquet", tmp_path / "codes.parquet"
    locate.write_points(source, locate.generated()["LAD21"], 2_000)
    spent = locate.place_file(source, target, locate.generated)
    locate.check_file(target, locate.generated())
    assert min(spent) > 0


def test_other_codes_than_those_of_geopandas_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "POINTS", 40_000)
    race = locate.race(locate.generated, locate.clustered)(quick=True)
    ours, theirs = locate.by_footprints(race), locate.by_geopandas(race)
    with pytest.raises(AssertionError, match="points have other codes"):
        locate.differ(race, ours.shift(), theirs)


def test_the_memory_of_a_graph_of_services_grows_with_its_edges() -> None:
    peaks = []
    for edges in (4_000, 16_000):
        atlas = services.made(edges)
        services.answer(atlas)
        tracemalloc.start()
        services.answer(atlas)
        peaks.append(tracemalloc.get_traced_memory()[1] / edges)
        tracemalloc.stop()
    assert peaks[1] < 1.25 * peaks[0]


def test_a_graph_of_services_adds_up_like_ten_of_a_tenth() -> None:
    (row,) = services.FIGURES[0].measure(quick=True, rounds=1)
    assert row.note == "2,000 edges on both sides, people add up"
