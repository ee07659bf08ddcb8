"""Counts carried from old footprints to new ones: totals conserved, rates refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import footprints as fp
from footprints.errors import FootprintsWarning, TableError

LOOKUP = pd.DataFrame(
    {
        "old": ["A", "A", "A", "B"],
        "new": ["X", "Y", "Z", "Z"],
        "weight": [1 / 3, 1 / 3, 1 / 3, 1.0],
        "population": "residents",
        "date": "2020-06-30",
    }
)


def counts(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=["A", "B"][: len(next(iter(columns.values())))])


def test_whole_numbers_stay_whole_and_add_up() -> None:
    found = fp.apply_lookup(counts(births=[100, 7], deaths=[2, 0]), LOOKUP)
    assert found["births"].to_dict() == {"X": 34, "Y": 33, "Z": 40}
    assert found["deaths"].to_dict() == {"X": 1, "Y": 1, "Z": 0}
    assert (found.dtypes == "int64").all()
    assert found.index.name == "new"
    assert found.attrs == {
        "population": "residents",
        "date": "2020-06-30",
        "carried": "births, deaths",
        "divided": "A",
        "unplaced": "",
        "not_given": "",
        "incomplete": "",
    }


def test_people_of_england_carried_from_2021_to_2026_are_those_of_2026(england: fp.Atlas) -> None:
    lookup = fp.compare(england, "stp21", "icb26").lookup
    people = england.people("stp21")[["residents"]]
    found = fp.apply_lookup(people, lookup)["residents"]
    assert found.to_dict() == england.people("icb26")["residents"].to_dict()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("birth_rate", [1, 2]),
        ("BirthRate", [1, 2]),
        ("deaths per 100,000", [1, 2]),
        ("% obese", [1, 2]),
        ("MEDIAN_AGE", [1, 2]),
        ("Mean wait", [1, 2]),
        ("imd_score", [1, 2]),
        ("births", [1.5, 2]),
        ("change", [-1, 2]),
    ],
)
def test_what_cannot_be_added_up_is_refused_unless_it_is_said_to_be_a_count(
    name: str, values: list[float]
) -> None:
    frame = counts(**{name: values})
    with pytest.raises(TableError, match=r"cannot be added up.*Say counts=") as error:
        fp.apply_lookup(frame, LOOKUP)
    assert error.value.codes == (name,)
    found = fp.apply_lookup(frame, LOOKUP, counts=name)
    assert found[name].sum() == pytest.approx(sum(values))


@pytest.mark.parametrize("name", ["persons", "births", "operations", "residents", "meanwhile"])
def test_names_that_only_look_like_rates_are_counts(name: str) -> None:
    assert fp.apply_lookup(counts(**{name: [3, 4]}), LOOKUP)[name].sum() == 7


def test_everything_wrong_with_the_columns_is_said_at_once() -> None:
    frame = counts(births=[1, None], band=["low", "high"], rate=[1, 2], fine=[3, 4])
    with pytest.raises(TableError) as error:
        fp.apply_lookup(frame, LOOKUP)
    text = str(error.value)
    assert "lack numbers in the column 'births': 'B'" in text.replace(" for:", ":")
    assert "hold in the column 'band' what is no number" in text
    assert "'rate' looks like a rate" in text
    assert "fine" not in text
    with pytest.raises(TableError, match=r"no columns: 'stays'. There is 'births', 'band'"):
        fp.apply_lookup(frame, LOOKUP, counts=["stays"])


def test_names_and_geometry_are_left_out() -> None:
    frame = counts(name=["Vale", "Hill"], births=[3, 4])
    assert list(fp.apply_lookup(frame, LOOKUP).columns) == ["births"]
    with pytest.raises(TableError, match="no column to carry"):
        fp.apply_lookup(frame[["name"]], LOOKUP)


def test_codes_that_cannot_be_placed_are_an_error_or_counted_apart() -> None:
    frame = pd.DataFrame({"births": [3, 4, 9]}, index=["A", "B", "Q"])
    with pytest.raises(TableError, match=r"no old footprint 'Q'.*unplaced=True"):
        fp.apply_lookup(frame, LOOKUP)
    found = fp.apply_lookup(frame, LOOKUP, unplaced=True)
    assert found["births"].tolist() == [1, 1, 5, 9]
    assert found.index.isna().tolist() == [False, False, False, True]
    assert found.attrs["unplaced"] == "Q"


def test_a_code_that_could_point_at_a_person_is_not_echoed() -> None:
    frame = pd.DataFrame({"births": [3, 4]}, index=["A", "M1 1AA"])
    with pytest.raises(TableError, match="no old footprint 'a value that is not shown'") as error:
        fp.apply_lookup(frame, LOOKUP)
    assert "M1 1AA" not in str(error.value)
    assert error.value.codes == ()


def test_what_falls_out_of_every_footprint_is_a_counted_remainder() -> None:
    lookup = pd.DataFrame({"old": ["A", "A"], "new": ["X", None], "weight": [0.75, 0.25]})
    found = fp.apply_lookup(pd.DataFrame({"births": [8]}, index=["A"]), lookup)
    assert found["births"].tolist() == [6, 2]
    assert found.index.isna().tolist() == [False, True]


def test_new_footprints_that_lack_an_old_one_are_named() -> None:
    found = fp.apply_lookup(counts(births=[3]), LOOKUP)
    assert (found.attrs["not_given"], found.attrs["incomplete"]) == ("B", "Z")
    assert found["births"].sum() == 3


def test_codes_twice_or_missing_are_refused() -> None:
    frame = pd.DataFrame({"births": [1, 2, 3]}, index=["A", "A", None])
    with pytest.raises(TableError, match=r"codes twice: 'A'") as error:
        fp.apply_lookup(frame, LOOKUP)
    assert "1 row without a code" in str(error.value)
    levels = frame.set_index(pd.MultiIndex.from_product([["A"], [1, 2, 3]]))
    with pytest.raises(TableError, match="index of several levels"):
        fp.apply_lookup(levels, LOOKUP)


def test_a_lookup_that_is_none_is_refused() -> None:
    frame = counts(births=[1, 2])
    with pytest.raises(TableError, match="lacks columns 'weight': take the lookup"):
        fp.apply_lookup(frame, LOOKUP[["old", "new"]])
    with pytest.raises(TableError, match="do not sum to 1, of 'A'"):
        fp.apply_lookup(frame, LOOKUP.iloc[1:])
    with pytest.raises(TableError, match="has pairs twice, of 'B'"):
        fp.apply_lookup(frame, pd.concat([LOOKUP, LOOKUP.iloc[[3]]]))


def test_nothing_given_is_changed_and_the_order_of_rows_does_not_matter() -> None:
    frame = counts(births=[100, 7])
    before = frame.copy()
    found = fp.apply_lookup(frame, LOOKUP)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(found, fp.apply_lookup(frame.iloc[::-1], LOOKUP.iloc[::-1]))


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.integers(0, 10**9), min_size=1, max_size=8),
    seed=st.integers(0, 1000),
)
def test_totals_are_conserved_to_the_last_unit(values: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    shares = random.integers(0, 5, (len(values), 4)) + np.array([1, 0, 0, 0])
    rows = [
        (f"O{i}", f"N{j}", shares[i, j] / shares[i].sum())
        for i, j in zip(*np.nonzero(shares), strict=True)
    ]
    lookup = pd.DataFrame(rows, columns=["old", "new", "weight"])
    frame = pd.DataFrame({"births": values}, index=[f"O{i}" for i in range(len(values))])
    found = fp.apply_lookup(frame, lookup)
    assert found["births"].sum() == sum(values)
    assert (found["births"] >= 0).all()
    for old in frame.index:
        exact = lookup.assign(part=lookup["weight"] * frame.loc[old, "births"])
        exact = exact[exact["old"] == old].set_index("new")["part"]
        alone = fp.apply_lookup(frame.loc[[old]], lookup[lookup["old"] == old])["births"]
        assert (alone - exact).abs().max() < 1 + 1e-6


def test_a_series_is_carried_as_a_series() -> None:
    births = pd.Series([7, 10], index=["A", "B"], name="births")
    carried = fp.apply_lookup(births, LOOKUP_OF_TWO)
    expected = pd.Series([4, 13], index=pd.Index(["X", "Y"], name="new"), name="births")
    pd.testing.assert_series_equal(carried, expected, check_index_type=False)
    assert fp.apply_lookup(births.rename(None), LOOKUP_OF_TWO).name is None
    with pytest.raises(TableError, match="'rate'"):
        fp.apply_lookup(births.rename("rate"), LOOKUP_OF_TWO)


LOOKUP_OF_TWO = pd.DataFrame(
    {"old": ["A", "A", "B"], "new": ["X", "Y", "Y"], "weight": [0.5, 0.5, 1.0]}
)


def test_codes_in_a_column_are_to_be_set_as_the_index() -> None:
    frame = pd.DataFrame({"STP21CD": ["A", "B"], "births": [7, 10]})
    with pytest.raises(TableError, match=r"frame\.set_index\('STP21CD'\)") as raised:
        fp.apply_lookup(frame, LOOKUP_OF_TWO)
    assert raised.value.codes == ("STP21CD",)
    assert fp.apply_lookup(frame.set_index("STP21CD"), LOOKUP_OF_TWO)["births"].sum() == 17


def test_counts_as_text_are_refused_with_how_to_read_them() -> None:
    frame = pd.DataFrame({"births": ["1,234", "10"]}, index=["A", "B"])
    with pytest.raises(TableError, match=r"fp\.as_people\(frame\['births'\], what='births'\)"):
        fp.apply_lookup(frame, LOOKUP_OF_TWO)
    frame["births"] = fp.as_people(frame["births"], what="births")
    assert fp.apply_lookup(frame, LOOKUP_OF_TWO)["births"].sum() == 1_244


def test_names_are_added_to_a_lookup_and_to_what_it_carried(england: fp.Atlas) -> None:
    lookup = fp.compare(england, "icb22", "icb26").lookup
    named = fp.with_names(england, lookup)
    assert list(named.columns[:4]) == ["old", "old_name", "new", "new_name"]
    assert set(named.loc[named["old"] == "E54000034", "old_name"]) == {
        "NHS Frimley Integrated Care Board"
    }
    people = england.people("icb22")[["residents"]]
    carried = fp.apply_lookup(people, named)
    pd.testing.assert_frame_equal(carried, fp.apply_lookup(people, lookup))
    names = fp.with_names(england, carried)["name"]
    assert names["E54000065"] == "NHS Central East Integrated Care Board"


def test_a_table_that_does_not_say_its_layers_is_told_why_it_gets_no_names(england) -> None:
    with pytest.warns(FootprintsWarning, match="not say which layer 'old', 'new' are of"):
        named = fp.with_names(england, LOOKUP_OF_TWO)
    assert list(named) == list(LOOKUP_OF_TWO)
    with pytest.warns(FootprintsWarning, match="no column or index of codes"):
        fp.with_names(england, pd.DataFrame({"people": [1]}))
