"""Population bands: read from words, kept as data, and held against people."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import footprints as fp
from footprints.errors import BandError, TableError, UnknownNameError

RANGES = {
    "30-50,000": (30_000, 50_000),
    "30,000 - 50,000": (30_000, 50_000),
    "30,000 to 50,000": (30_000, 50_000),
    "30\u201350k": (30_000, 50_000),
    "30k-50k": (30_000, 50_000),
    "between 30 and 50 thousand": (30_000, 50_000),
    "1-3m": (1_000_000, 3_000_000),
    "1-3,000,000": (1_000_000, 3_000_000),
    "1 million to 3 million": (1_000_000, 3_000_000),
    "between 1 million to 3 million people": (1_000_000, 3_000_000),
    "0.5-3m": (500_000, 3_000_000),
    "2.3-2.9m": (2_300_000, 2_900_000),
    "around 500,000 to 3 million": (500_000, 3_000_000),
    "250-500,000": (250_000, 500_000),
    "250-1,000,000": (250_000, 1_000_000),
    "populations of circa 30-50,000 at a neighbourhood level": (30_000, 50_000),
    "1-2,500,000": (1_000_000, 2_500_000),
    "500 to 1,500": (500, 1_500),
    "at least one million lives": (1_000_000, None),
    "no less than 30,000": (30_000, None),
    "not fewer than 30,000": (30_000, None),
    "over 30,000": (30_000, None),
    "up to 50k": (None, 50_000),
    "no more than 50,000": (None, 50_000),
    "not over 50,000": (None, 50_000),
    "not more than 50,000": (None, 50_000),
    "fewer than 50,000": (None, 50_000),
}
REFUSED = {
    "250-50,000": "If 250,000 to 500,000 is meant, write '250,000 to 500,000'",
    "500-3m": "If 500,000 to 3,000,000 is meant",
    "3m-1m": "If 1,000,000 to 3,000,000 is meant",
    "50,000-50,000": "would run from 50,000 down to 50,000",
    "30-50": "write '30-50k' if thousands are meant",
    "50,000": "say 'about 50,000' if it is a target",
    "1.0005k to 2k": "no whole number of people",
    "handsome 50,000": "gives one number",
    "-5 to 50,000": "a limit and a range at once",
    "less than 30,000 to 50,000": "a limit and a range at once",
    "": "not one population band",
    "large": "not one population band",
    "30-50-60k": "not one population band",
    "15 of 42 have 30-50k": "not one population band",
}


@pytest.mark.parametrize(("text", "limits"), RANGES.items())
def test_words_become_limits(text: str, limits: tuple[int | None, int | None]) -> None:
    band = fp.read_band(text)
    assert (band.lower, band.upper) == limits
    assert (band.target, band.lower_limit, band.upper_limit) == (None, "soft", "soft")
    assert band.quote == text


@pytest.mark.parametrize("text", ["about 50,000", "circa 50k", "around 50,000 people", "~50,000"])
def test_about_is_a_target_without_limits(text: str) -> None:
    band = fp.read_band(text)
    assert (band.lower, band.target, band.upper) == (None, 50_000, None)


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_words_that_are_no_band_are_refused_with_the_likely_meaning(text: str, reason: str) -> None:
    with pytest.raises(BandError, match=reason) as caught:
        fp.read_band(text)
    assert caught.value.codes == (text,)


@given(st.integers(1, 999), st.integers(1, 999))
def test_a_unit_on_the_right_holds_for_both(left: int, right: int) -> None:
    text = f"{left}-{right}k"
    if left < right:
        assert fp.read_band(text).lower == left * 1000
        assert fp.read_band(text).upper == right * 1000
    else:
        with pytest.raises(BandError, match="would run from"):
            fp.read_band(text)


def test_every_shipped_figure_is_what_its_quoted_words_say() -> None:
    for bands in fp.band_sets().values():
        for band in bands.bands.values():
            read = fp.read_band(band.quote)
            assert (read.lower, read.target, read.upper) == (band.lower, band.target, band.upper)


def test_the_set_of_2019_has_a_hard_floor_and_soft_ceiling_for_neighbourhoods() -> None:
    bands = fp.band_set("nhs-2019")
    floor = bands["neighbourhood"]
    assert (floor.lower, floor.upper) == (30_000, 50_000)
    assert (floor.lower_limit, floor.upper_limit) == ("hard", "soft")
    for level, limits in {"place": (250_000, 500_000), "system": (1_000_000, 3_000_000)}.items():
        assert (bands[level].lower, bands[level].upper) == limits
        assert (bands[level].lower_limit, bands[level].upper_limit) == ("soft", "soft")


def test_every_shipped_set_is_named_dated_and_sourced() -> None:
    for name, bands in fp.band_sets().items():
        assert bands.name == name
        assert bands.title
        assert bands.as_at
        assert bands.source


def test_an_unknown_set_or_level_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match=r"'nhs-2091'.*mean 'nhs-2019'.*'plan-2025'"):
        fp.band_set("nhs-2091")
    with pytest.raises(UnknownNameError, match="'region'.*'neighbourhood', 'place', 'system'"):
        fp.band_set("nhs-2019")["region"]


BAD_BANDS = [
    ({}, "needs a lower limit"),
    ({"lower": 5, "upper": 4}, "must ascend"),
    ({"lower": 5, "target": 4}, "must ascend"),
    ({"lower": -1}, "whole numbers"),
    ({"lower": 1.5}, "whole numbers"),
    ({"lower": True}, "whole numbers"),
    ({"lower": 1, "lower_limit": "firm"}, "'hard' or 'soft', not 'firm'"),
]


@pytest.mark.parametrize(("numbers", "reason"), BAD_BANDS)
def test_a_band_that_contradicts_itself_is_refused(numbers: dict[str, object], reason: str) -> None:
    with pytest.raises(BandError, match=reason):
        fp.Band(**numbers)


def test_a_set_holds_bands_and_travels_to_another_process() -> None:
    bands = fp.band_set("nhs-2019")
    copy = pickle.loads(pickle.dumps(bands))  # noqa: S301 - it is our own.
    assert (copy.name, copy.source, dict(copy.bands)) == (
        bands.name,
        bands.source,
        dict(bands.bands),
    )
    with pytest.raises(TypeError, match="does not support item assignment"):
        bands.bands["place"] = bands["system"]
    with pytest.raises(BandError, match="something else: 'place'"):
        fp.BandSet(name="x", title="x", as_at="x", source="x", bands={"place": "1-3m"})
    assert "neighbourhood 30,000 to 50,000" in repr(bands)


def test_words_alone_are_enough_in_a_file_and_a_bom_does_no_harm(tmp_path) -> None:
    file = tmp_path / "ours.toml"
    text = "title = 'Ours'\nas_at = 2026\nsource = 'us'\n[levels.place]\nquote = '30-50k'\n"
    file.write_text(text, encoding="utf-8-sig")
    bands = fp.read_band_set(file)
    assert (bands["place"].lower, bands["place"].upper, bands.as_at) == (30_000, 50_000, "2026")


@pytest.mark.parametrize(
    ("level", "right"), [("neighborhood", "neighbourhood"), ("icb", "system"), ("systm", "system")]
)
def test_a_level_that_is_another_misspelt_is_refused(tmp_path, level: str, right: str) -> None:
    file = tmp_path / "ours.toml"
    text = f"title = 'O'\nas_at = '1'\nsource = 'us'\n[levels.{level}]\nlower = 5\n"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BandError, match=f"'{level}'. Write '{right}'"):
        fp.read_band_set(file)


@pytest.mark.parametrize("band", [(30_000, 50_000), fp.band_set("nhs-2019"), None, 50_000])
def test_what_is_no_band_is_refused(band: object) -> None:
    with pytest.raises(BandError, match="A band is a Band or words"):
        fp.population_bands(pd.Series([1]), band)


def test_a_whole_table_of_people_is_refused() -> None:
    with pytest.raises(TableError, match="Give people as one column"):
        fp.population_bands(pd.DataFrame({"residents": [1]}), "30-50k")


def test_numbers_kept_as_objects_are_numbers() -> None:
    found = fp.population_bands(pd.Series([40_000, 60_000], dtype=object), "30-50k")
    assert found["people"].dtype == "int64"
    assert found["status"].tolist() == ["within", "above"]


def test_bands_carry_the_source_and_date_of_the_people(england: fp.Atlas) -> None:
    found = fp.population_bands(england.people("icb22")["residents"], "1-3m")
    assert found.attrs["residents"] == "residents, ONS mid-2020 estimates, 2020-06-30"


def test_users_add_a_set_of_their_own(tmp_path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(
        'title = "Ours"\nas_at = "2026"\nsource = "the board"\n'
        "[levels.system]\nlower = 10\nupper_limit = 'hard'\nupper = 20\n",
        encoding="utf-8",
    )
    bands = fp.read_band_set(file)
    assert (bands.name, bands.title, bands.source) == ("ours", "Ours", "the board")
    assert bands["system"] == fp.Band(lower=10, upper=20, upper_limit="hard")


BAD_FILES = {
    "title = 1": ["does not say: 'as_at', 'source'", "has no levels"],
    "titel = 'x'\n[levels.place]\nlowest = 5": [
        "unknown keys: 'titel'",
        r"\[levels.place\]: 'lowest'",
    ],
    "[levels.place]\nlower = 5\nupper = 4": [r"cannot be used in \[levels.place\]"],
    "levels = 3": ["has no levels"],
    "title = ": ["cannot be read"],
}


@pytest.mark.parametrize(("text", "reasons"), BAD_FILES.items())
def test_everything_wrong_with_a_file_of_bands_is_named_at_once(
    tmp_path, text: str, reasons: list[str]
) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BandError) as caught:
        fp.read_band_set(file)
    for reason in reasons:
        assert caught.match(reason)


def test_a_file_of_bands_that_is_not_there_is_named_without_its_folder(tmp_path) -> None:
    with pytest.raises(BandError, match="The bands in 'none.toml' cannot be read") as caught:
        fp.read_band_set(tmp_path / "none.toml")
    assert str(tmp_path) not in str(caught.value)


BAND = fp.Band(lower=30_000, upper=50_000, lower_limit="hard")


def test_bounds_are_inclusive_and_distances_signed() -> None:
    people = pd.Series([29_999, 30_000, 41_000, 50_000, 50_001], index=list("abcde"))
    found = fp.population_bands(people, BAND)
    assert found.index.equals(people.index)
    assert found["status"].tolist() == ["below", "within", "within", "within", "above"]
    assert found["nearest"].tolist() == ["lower", "lower", "upper", "upper", "upper"]
    assert found["distance"].tolist() == [-1, 0, -9_000, 0, 1]
    assert found["distance"].dtype == "int64"
    assert found["distance_percent"].round(3).tolist() == [-0.003, 0, -18, 0, 0.002]
    assert found["limit_kind"].fillna("").tolist() == ["hard", "", "", "", "soft"]
    assert found[["lower", "upper"]].drop_duplicates().to_numpy().tolist() == [[30_000, 50_000]]
    assert found["target"].isna().all()


def test_a_tie_between_the_limits_goes_to_the_lower() -> None:
    assert fp.population_bands(pd.Series([40_000]), BAND)["nearest"].tolist() == ["lower"]


def test_a_target_alone_is_measured_and_never_missed() -> None:
    found = fp.population_bands(pd.Series([40_000, 60_000], index=["a", "b"]), "about 50,000")
    assert found["status"].tolist() == ["no limit", "no limit"]
    assert found["nearest"].tolist() == ["target", "target"]
    assert found["distance"].tolist() == [-10_000, 10_000]
    assert found["distance_percent"].tolist() == [-20, 20]
    assert found["limit_kind"].isna().all()


def test_one_sided_bands_and_nobody_at_all() -> None:
    assert fp.population_bands(pd.Series([0, 9]), "up to 8k")["status"].tolist() == ["within"] * 2
    found = fp.population_bands(pd.Series([0, 9]), fp.Band(lower=0))
    assert found["status"].tolist() == ["within", "within"]
    assert found["distance_percent"].isna().all()
    assert fp.population_bands(pd.Series(dtype="int64"), BAND).empty


def test_population_bands_leaves_its_input_alone() -> None:
    people = pd.Series([1, 2], index=["a", "b"], name="residents")
    before = people.copy()
    fp.population_bands(people, BAND)
    pd.testing.assert_series_equal(people, before)


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=30))
def test_status_agrees_with_a_slow_obvious_version(counts: list[int]) -> None:
    found = fp.population_bands(pd.Series(counts), BAND)
    for people, row in zip(counts, found.itertuples(), strict=True):
        slow = "below" if people < 30_000 else "above" if people > 50_000 else "within"
        assert row.status == slow
        assert row.people - row.distance in (30_000, 50_000)
        assert abs(row.distance) == min(abs(people - 30_000), abs(people - 50_000))


def test_people_that_cannot_be_used_are_all_named_by_what_is_wrong() -> None:
    people = pd.Series([1, -2, None, "1,204", True, float("inf")], index=list("abcdef"))
    with pytest.raises(TableError) as caught:
        fp.population_bands(people, BAND)
    message = str(caught.value)
    assert "missing: 'c'" in message
    assert "below zero: 'b (-2)'" in message
    assert "not a number: 'd (1,204)', 'e (True)'" in message
    assert "without end: 'f (inf)'" in message
    assert "'a" not in message


def test_codes_that_stand_twice_are_named_beside_what_else_is_wrong() -> None:
    with pytest.raises(TableError, match="codes twice: 'a', 'c'") as caught:
        fp.population_bands(pd.Series([1, -2, 3, 4, 5], index=list("aabcc")), BAND)
    assert caught.match(r"below zero: 'a \(-2\)'")
