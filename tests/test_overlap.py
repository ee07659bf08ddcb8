"""How two layers meet: exact by lists, honest by points and areas, nobody lost."""

from __future__ import annotations

from itertools import combinations, pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import layer_of, make_atlas, residents, squares
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import footprints as fp
from footprints.errors import CRSError, GeometryError, OverlapError, TableError, UnknownNameError
from footprints.overlaps.lines import shared_out
from footprints.overlaps.pairs import COLUMNS, How, pair_table

ENGLAND = 56_550_138
LISTS = fp.Population(name="registered", source="a list", as_at="2021")


def named(codes: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"name": codes}, index=pd.Index(codes, dtype="str"))


def linked(rows: list[tuple[str, str, object]], population: fp.Population = LISTS) -> fp.Layer:
    """Make a layer whose footprints share units, from unit, footprint and people."""
    frame = pd.DataFrame(rows, columns=["unit", "code", "people"]).set_index("unit")
    return fp.Layer(
        table=named(sorted(frame["code"].unique())),
        members={"squares": frame},
        level="neighbourhood",
        population=population,
    )


def drawn(shapes: dict[str, shapely.Geometry], **columns: list[object]) -> gpd.GeoDataFrame:
    codes = pd.Index(list(shapes), name="code", dtype="str")
    return gpd.GeoDataFrame(columns, geometry=list(shapes.values()), index=codes, crs=27700)


def with_lines(
    layer: fp.Layer, shapes: list[shapely.Geometry], lines: str = "official"
) -> fp.Layer:
    """Give a layer lines of its own."""
    table = gpd.GeoDataFrame(layer.table, geometry=shapes, crs=27700)
    return fp.Layer(table=table, members=layer.members, level=layer.level, lines=lines)


def as_rows(pairs: pd.DataFrame, column: str = "people") -> dict[tuple[object, object], float]:
    """Return one column by pair, None for NA."""
    text = pairs[["left", "right"]].astype(object).where(pairs[["left", "right"]].notna(), None)
    return dict(zip(text.itertuples(index=False, name=None), pairs[column], strict=True))


def obvious(
    left: dict[str, str | None], right: dict[str, str | None], people: dict[str, int]
) -> dict[tuple[str | None, str | None], int]:
    """Count people by pair in the slow, plain way."""
    found: dict[tuple[str | None, str | None], int] = {}
    for unit, count in people.items():
        pair = left.get(unit), right.get(unit)
        if pair != (None, None):
            found[pair] = found.get(pair, 0) + count
    return found


def assert_margins(pairs: pd.DataFrame) -> None:
    """Assert that the shares of every footprint sum to 1, or are NA where it is zero."""
    for side in ("left", "right"):
        share = fp.pairs_by(pairs, side)[f"{side}_share"].sum(min_count=1).dropna()
        assert np.allclose(share, 1, rtol=0, atol=1e-9)
        assert pairs.loc[pairs[side].isna(), f"{side}_share"].isna().all()


codes = st.lists(st.sampled_from(["A", "B", "C", None]), min_size=6, max_size=6).filter(any)
counts = st.lists(st.integers(0, 9), min_size=6, max_size=6)
UNITS = list("abcdef")


def two_lists(
    left: list[str | None], right: list[str | None], people: list[int], order: list[str]
) -> fp.Atlas:
    sides = [
        {unit: dict(zip(UNITS, side, strict=True))[unit] for unit in order}
        for side in (left, right)
    ]
    return make_atlas(
        people, lad21=layer_of(sides[0], "district"), icb22=layer_of(sides[1], "system")
    )


@settings(max_examples=60, deadline=None)
@given(codes, codes, counts, st.permutations(UNITS))
def test_lists_meet_as_the_slow_obvious_way_says_in_any_order(
    left: list[str | None], right: list[str | None], people: list[int], order: list[str]
) -> None:
    atlas = two_lists(left, right, people, order)
    pairs = atlas.overlap("lad21", "icb22")
    sides = [dict(zip(UNITS, side, strict=True)) for side in (left, right, people)]
    assert as_rows(pairs) == obvious(*sides)
    units = obvious(sides[0], sides[1], dict.fromkeys(UNITS, 1))
    assert as_rows(pairs, "units") == units
    assert as_rows(pairs, "area_m2") == {pair: count * 1e6 for pair, count in units.items()}
    assert_margins(pairs)


@settings(max_examples=40, deadline=None)
@given(codes, codes, counts)
def test_an_overlap_the_other_way_round_is_its_transpose(
    left: list[str | None], right: list[str | None], people: list[int]
) -> None:
    atlas = two_lists(left, right, people, UNITS)
    there, back = atlas.overlap("lad21", "icb22"), atlas.overlap("icb22", "lad21")
    for column in ("units", "people", "area_m2"):
        turned = {(j, i): value for (i, j), value in as_rows(back, column).items()}
        assert as_rows(there, column) == turned
    share = {(j, i): value for (i, j), value in as_rows(back, "right_share").items()}
    assert as_rows(there, "left_share") == pytest.approx(share, nan_ok=True)


shapes_on_a_line = st.lists(st.integers(0, 40), min_size=2, max_size=6, unique=True).map(sorted)


def strips(edges: list[int], prefix: str) -> gpd.GeoDataFrame:
    """Draw strips side by side, each of them 1 to 40 m wide and 10 m high."""
    pairs = list(pairwise(edges))
    return drawn({f"{prefix}{n}": shapely.box(a, 0, b, 10) for n, (a, b) in enumerate(pairs)})


@settings(max_examples=40, deadline=None)
@given(shapes_on_a_line, shapes_on_a_line, st.randoms(use_true_random=False))
def test_areas_are_conserved_and_do_not_depend_on_how_lines_are_drawn(
    one: list[int], other: list[int], random: object
) -> None:
    left, right = strips(one, "L"), strips(other, "R")
    pairs = fp.overlap(left, right)
    assert_margins(pairs)
    for side, frame in (("left", left), ("right", right)):
        area = fp.pairs_by(pairs, side)["area_m2"].sum()
        assert np.allclose(area[frame.index], frame.area, rtol=1e-9)
    redrawn = left.sample(frac=1, random_state=random.randint(0, 99))
    redrawn = redrawn.set_geometry(shapely.segmentize(shapely.reverse(redrawn.geometry.array), 0.7))
    assert as_rows(fp.overlap(redrawn, right), "area_m2") == pytest.approx(
        as_rows(pairs, "area_m2")
    )
    moved = [frame.set_geometry(frame.translate(400_000, 300_000)) for frame in (left, right)]
    assert as_rows(fp.overlap(*moved), "area_m2") == pytest.approx(as_rows(pairs, "area_m2"))


@settings(max_examples=40, deadline=None)
@given(shapes_on_a_line, shapes_on_a_line, st.lists(st.integers(0, 99), min_size=4, max_size=4))
def test_people_shared_out_by_area_are_whole_and_none_is_lost(
    one: list[int], other: list[int], people: list[int]
) -> None:
    units = strips([-5, 7, 13, 29, 45], "U").assign(residents=people)
    left, right = strips([-5, *one, 45], "L"), strips(other, "R")
    pairs = fp.overlap(
        left, right, units=units, population="residents", method="area", estimate=True
    )
    assert pairs["people"].sum() == sum(people)
    assert pairs["people"].dtype == "Int64"
    exact = units["residents"] / units.area
    for code, shape in left.geometry.items():
        found = pairs.loc[pairs["left"] == code, "people"].sum()
        assert abs(found - (units.intersection(shape).area * exact).sum()) < 2 * len(pairs)
    assert_margins(pairs)
    assert pairs.attrs["method"] == "area, estimated"


@given(
    st.lists(st.integers(0, 1000), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 50)), min_size=1, max_size=12),
)
def test_what_is_shared_out_adds_up_for_each_unit(
    people: list[int], rows: list[tuple[int, int]]
) -> None:
    unit, weight = (np.array(values) for values in zip(*rows, strict=True))
    shared = shared_out(np.array(people, float), unit, weight.astype(float))
    exact = np.array(people)[unit] * weight / np.bincount(unit, weight, 3)[unit]
    assert (np.abs(shared - exact) < 1).all()
    held = np.unique(unit)
    assert (np.bincount(unit, shared, 3)[held] == np.array(people)[held]).all()


def test_a_pair_table_says_how_it_was_found(row: fp.Atlas) -> None:
    pairs = row.overlap("lad21", "icb22")
    assert pairs.columns.tolist() == COLUMNS
    assert pairs["left"].tolist() == ["D1", "D2", "D2", "D3"]
    assert pairs["right"].tolist() == ["S1", "S1", "S2", "S2"]
    assert pairs["people"].tolist() == [3, 3, 4, 11]
    assert pairs["left_share"].tolist() == [1, 3 / 7, 4 / 7, 1]
    assert pairs.dtypes.astype(str).to_dict() == {
        "left": "str",
        "right": "str",
        "units": "Int64",
        "people": "Int64",
        "area_m2": "float64",
        "left_share": "float64",
        "right_share": "float64",
    }
    assert pairs.attrs == {
        "method": "members",
        "population": "residents",
        "source": "a survey",
        "date": "2020-06-30",
        "units": "squares",
        "left_layer": "lad21",
        "right_layer": "icb22",
        "in_neither": "0 units, 0 people",
    }


def test_what_meets_nothing_stands_against_na_and_who_is_in_neither_is_said() -> None:
    atlas = make_atlas(
        [1, 2, 4, 8],
        lad21=layer_of({"a": "D1", "b": "D1"}, "district"),
        icb22=layer_of({"b": "S1", "c": "S1"}, "system"),
    )
    pairs = atlas.overlap("lad21", "icb22")
    assert as_rows(pairs) == {("D1", "S1"): 2, ("D1", None): 1, (None, "S1"): 4}
    assert pairs.attrs["in_neither"] == "1 unit, 8 people"
    grouped = fp.pairs_by(pairs, "right")["people"].sum()
    assert grouped.to_numpy().tolist() == [6, 1]
    assert grouped.index.isna().tolist() == [False, True]


def test_layers_that_do_not_meet_keep_every_footprint() -> None:
    atlas = make_atlas(
        [1, 2], lad21=layer_of({"a": "D1"}, "district"), icb22=layer_of({"b": "S1"}, "system")
    )
    assert as_rows(atlas.overlap("lad21", "icb22")) == {("D1", None): 1, (None, "S1"): 2}


def test_a_footprint_of_nobody_has_no_share() -> None:
    atlas = make_atlas(
        [0, 2],
        lad21=layer_of({"a": "D1", "b": "D2"}, "district"),
        icb22=layer_of({"a": "S1", "b": "S1"}, "system"),
    )
    pairs = atlas.overlap("lad21", "icb22")
    assert pairs["people"].tolist() == [0, 2]
    assert pairs["left_share"].isna().tolist() == [True, False]
    assert pairs["right_share"].tolist() == [0, 1]


def test_a_list_and_a_link_table_meet_in_the_people_of_the_link_table() -> None:
    atlas = make_atlas(
        [10, 20, 40],
        pcn21=linked([("a", "N1", 3), ("a", "N2", 4), ("b", "N2", 5)]),
        icb22=layer_of({"a": "S1", "b": "S2", "c": "S2"}, "system"),
    )
    pairs = atlas.overlap("pcn21", "icb22")
    assert as_rows(pairs) == {
        ("N1", "S1"): 3, ("N2", "S1"): 4, ("N2", "S2"): 5, (None, "S2"): 0,
    }  # fmt: skip
    assert pairs["area_m2"].isna().all()
    assert pairs.attrs["population"] == "registered"
    assert_margins(pairs)
    turned = {(j, i): n for (i, j), n in as_rows(atlas.overlap("icb22", "pcn21")).items()}
    assert turned == as_rows(pairs)
    with pytest.raises(
        OverlapError, match="does not count 'residents': 'squares' has 'registered'"
    ):
        atlas.overlap("pcn21", "icb22", population="residents", method="members")


def test_two_link_tables_are_estimated_only_where_that_is_asked_for() -> None:
    atlas = make_atlas(
        [10, 20],
        pcn21=linked([("a", "N1", 3), ("a", "N2", 6), ("b", "N2", 5)]),
        place=linked([("a", "P1", 6), ("a", "P2", 12)]),
    )
    with pytest.raises(OverlapError, match="can only be estimated: say estimate=True"):
        atlas.overlap("pcn21", "place")
    pairs = atlas.overlap("pcn21", "place", estimate=True)
    assert as_rows(pairs) == {
        ("N1", "P1"): 1, ("N1", "P2"): 2, ("N2", "P1"): 2, ("N2", "P2"): 4,
        ("N2", None): 5, (None, "P1"): 3, (None, "P2"): 6,
    }  # fmt: skip
    assert pairs.attrs["method"] == "members, estimated"
    assert_margins(pairs)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["N1", "N2"])), st.integers(0, 20),
        min_size=1,
    ),
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["P1", "P2"])), st.integers(0, 20),
        min_size=1,
    ),
)  # fmt: skip
def test_an_estimate_keeps_the_people_of_both_link_tables(
    ones: dict[tuple[str, str], int], others: dict[tuple[str, str], int]
) -> None:
    layers = [linked([(*pair, n) for pair, n in links.items()]) for links in (ones, others)]
    atlas = make_atlas([1, 1, 1], pcn21=layers[0], place=layers[1])
    pairs = atlas.overlap("pcn21", "place", estimate=True)
    for side, links in (("left", ones), ("right", others)):
        found = fp.pairs_by(pairs, side)["people"].sum().astype(float)
        expected = pd.Series(links).groupby(level=1).sum()
        assert found[found.index.notna()].to_dict() == pytest.approx(expected.to_dict())
    turned = {
        (j, i): n for (i, j), n in as_rows(atlas.overlap("place", "pcn21", estimate=True)).items()
    }
    assert turned == pytest.approx(as_rows(pairs))


def two_tables() -> fp.Atlas:
    """Two tables of units that both layers list, with populations of their own."""
    practices = pd.DataFrame({"registered": [7, 8]}, index=["p", "q"])
    sides = {}
    for key, codes_of, level in (
        ("ccg21", ["C1", "C2"], "commissioner"),
        ("stp21", ["S1", "S1"], "system"),
    ):
        members = {
            "squares": pd.Series(dict(zip("ab", codes_of, strict=True)), dtype="str"),
            "practices": pd.Series(dict(zip("pq", codes_of, strict=True)), dtype="str"),
        }
        sides[key] = fp.Layer(table=named(sorted(set(codes_of))), members=members, level=level)
    return fp.Atlas(
        title="Two",
        units={
            "squares": residents(squares(residents=[1, 2])),
            "practices": fp.UnitTable(table=practices, populations=(LISTS,)),
        },
        layers=sides | {"pcn21": fp.Layer(
            table=named(["N"]), members={"practices": pd.Series({"p": "N"})}, level="neighbourhood"
        ), "lad21": layer_of({"a": "D"}, "district")},
    )  # fmt: skip


def test_of_several_tables_the_first_is_taken_or_the_one_that_counts_the_population() -> None:
    atlas = two_tables()
    first = atlas.overlap("ccg21", "stp21")
    assert (first.attrs["units"], first["people"].tolist()) == ("squares", [1, 2])
    asked = atlas.overlap("ccg21", "stp21", population="registered")
    assert (asked.attrs["units"], asked["people"].tolist()) == ("practices", [7, 8])
    assert asked["area_m2"].isna().all()
    named_table = atlas.overlap("ccg21", "stp21", units="practices")
    assert_frame_equal(named_table, asked)


def test_layers_without_a_table_in_common_name_the_tables_of_each() -> None:
    atlas = two_tables()
    message = "'pcn21' lists units of 'practices' and 'lad21' of 'squares'"
    with pytest.raises(OverlapError, match=message):
        atlas.overlap("pcn21", "lad21", method="members")
    with pytest.raises(OverlapError, match=f"{message}[^$]*No area can be measured"):
        atlas.overlap("pcn21", "lad21")
    with pytest.raises(OverlapError, match="so 'squares' cannot be what they meet in"):
        atlas.overlap("pcn21", "ccg21", units="squares", method="members")


def test_names_that_are_not_there_are_named() -> None:
    atlas = two_tables()
    for wrong in ({"units": "lsoa"}, {"population": "voters"}, {"method": "magic"}):
        with pytest.raises(UnknownNameError, match=f"no [a-z ]+ '{next(iter(wrong.values()))}'"):
            atlas.overlap("ccg21", "stp21", **wrong)


def test_a_unit_listed_by_several_members_of_a_layer_is_refused() -> None:
    place = fp.Layer(
        table=named(["P1", "P2"]),
        members={"squares": pd.Series({"a": "P1"}), "lad21": pd.Series({"D1": "P2"})},
        level="place",
    )
    with pytest.raises(
        TableError, match="holds units twice in the layer 'place', by its several lists: 'a'"
    ):
        make_atlas([1], place=place, lad21=layer_of({"a": "D1"}, "district"))


def test_a_focus_keeps_its_footprints_whole_with_all_that_they_meet(row: fp.Atlas) -> None:
    pairs = row.focus("icb22:S1").overlap("lad21", "icb22")
    assert as_rows(pairs) == {("D1", "S1"): 3, ("D2", "S1"): 3, ("D2", "S2"): 4}
    assert pairs.attrs["focus"] == "S1"
    assert_frame_equal(
        row.focus("icb22:S1").overlap("icb22", "lad21"),
        row.overlap("icb22", "lad21").iloc[:2],
        check_flags=False,
    )


def lined(units: gpd.GeoDataFrame, edge: int = 403_000) -> fp.Atlas:
    """Four squares; a system with lines of its own, from the west up to an edge."""
    listed = layer_of(dict(zip("abcd", ["S1", "S1", "S2", "S2"], strict=True)), "system")
    west, east = shapely.box(400_000, 0, edge, 1000), shapely.box(edge, 0, 404_000, 1000)
    return fp.Atlas(
        title="Lines",
        units={"squares": residents(units)},
        layers={
            "icb22": with_lines(listed, [west, east]),
            "lad21": layer_of(dict.fromkeys("abcd", "D1"), "district"),
        },
    )


def test_points_decide_by_the_lines_where_that_is_asked_for() -> None:
    atlas = lined(squares(residents=[1, 2, 4, 8]))
    assert as_rows(atlas.overlap("lad21", "icb22")) == {("D1", "S1"): 3, ("D1", "S2"): 12}
    pairs = atlas.overlap("lad21", "icb22", method="points")
    assert as_rows(pairs) == {("D1", "S1"): 7, ("D1", "S2"): 8}
    assert pairs["area_m2"].tolist() == [3e6, 1e6]
    assert pairs.attrs["points"] == "points inside the units"
    assert (pairs.attrs["left_by"], pairs.attrs["right_by"]) == ("members", "lines")


def test_centres_of_population_come_before_points_of_polygons() -> None:
    units = squares(residents=[1, 2, 4, 8]).assign(easting=[403_500.0] * 4, northing=[500.0] * 4)
    pairs = lined(units).overlap("lad21", "icb22", method="points")
    assert as_rows(pairs) == {("D1", "S2"): 15, (None, "S1"): 0}
    assert pairs.attrs["points"] == "centres of population"


def test_people_in_no_lines_and_in_two_are_counted_remainders() -> None:
    units = squares(residents=[1, 2, 4, 8]).assign(
        easting=[400_500.0, 403_000.0, 403_500.0, 500_000.0], northing=[500.0] * 4
    )
    pairs = lined(units).overlap("lad21", "icb22", method="points")
    assert as_rows(pairs) == {("D1", "S1"): 1, ("D1", "S2"): 4, ("D1", None): 10}
    assert pairs.attrs["right_in_two"] == "1 unit, 2 people"
    assert pairs.attrs["right_in_none"] == "1 unit, 8 people"
    assert_margins(pairs)


def test_illustrative_lines_are_never_measured(england: fp.Atlas) -> None:
    with pytest.raises(OverlapError, match="illustrative: drawn for maps, never measured"):
        england.overlap("lad21", "icb22", method="area")
    with pytest.raises(OverlapError, match="left lines are illustrative"):
        fp.overlap(england.layers["lad21"], england.layers["icb22"])
    atlas = lined(squares(residents=[1, 2, 4, 8]))
    shapes = list(atlas.layers["icb22"].geometry)
    sketch = with_lines(layer_of(dict.fromkeys("abcd", "S1"), "system"), shapes[:1], "illustrative")
    rough = make_atlas([1, 2, 4, 8], icb22=sketch, lad21=layer_of({"a": "D"}, "district"))
    with pytest.raises(OverlapError, match="'icb22' has lines that are illustrative"):
        rough.overlap("lad21", "icb22", method="points")


def test_layers_that_share_no_units_meet_by_points_then_by_area() -> None:
    homes = squares(residents=[1, 2])
    practices = pd.DataFrame({"registered": [5]}, index=["p"])
    shapes = [shapely.box(400_000, 0, 401_000, 1000), shapely.box(401_000, 0, 402_000, 1000)]
    network = fp.Layer(
        table=named(["N"]), members={"practices": pd.Series({"p": "N"})}, level="neighbourhood"
    )

    def atlas(units: pd.DataFrame) -> fp.Atlas:
        return fp.Atlas(
            title="Apart",
            units={
                "squares": residents(units) if "geometry" in units else fp.UnitTable(
                    table=units, populations=residents(homes).populations),
                "practices": fp.UnitTable(table=practices, populations=(LISTS,)),
            },
            layers={
                "pcn21": with_lines(network, [shapely.union_all(shapes)]),
                "icb22": with_lines(layer_of({"a": "S1", "b": "S2"}, "system"), shapes),
            },
        )  # fmt: skip

    found = atlas(homes).overlap("pcn21", "icb22")
    assert as_rows(found) == {("N", "S1"): 1, ("N", "S2"): 2}
    assert found.attrs["method"] == "points"
    placeless = atlas(pd.DataFrame(homes.drop(columns="geometry")))
    by_area = placeless.overlap("pcn21", "icb22")
    assert (by_area.attrs["method"], by_area["left_share"].tolist()) == ("area", [0.5, 0.5])
    assert by_area["people"].isna().all()
    with pytest.raises(OverlapError, match="No table of units with official polygons"):
        placeless.overlap("pcn21", "icb22", method="area", estimate=True)


def test_people_are_shared_out_by_area_only_where_that_is_asked_for() -> None:
    atlas = lined(squares(residents=[1, 2, 4, 9]), edge=403_500)
    plain = atlas.overlap("lad21", "icb22", method="area")
    assert plain["people"].isna().all()
    assert plain["area_m2"].tolist() == [3.5e6, 0.5e6]
    with pytest.raises(OverlapError, match="By area, people can only be estimated"):
        atlas.overlap("lad21", "icb22", method="area", population="residents")
    split = atlas.overlap("lad21", "icb22", method="area", estimate=True)
    assert split["people"].tolist() == [12, 4]
    assert split.attrs["method"] == "area, estimated"
    assert split["units"].isna().all()


HOLE = shapely.box(0, 0, 9, 9) - shapely.box(3, 3, 6, 6)
SHAPES = {
    "apart": (shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6), 0),
    "touching at a point": (shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2), 0),
    "touching along an edge": (shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), 0),
    "within the hole of the other": (HOLE, shapely.box(3, 3, 6, 6), 0),
    "over the hole of the other": (HOLE, shapely.box(2, 2, 7, 7), 16),
    "of several islands": (
        shapely.union_all([shapely.box(0, 0, 1, 1), shapely.box(4, 0, 5, 1)]),
        shapely.box(0.5, 0, 4.5, 1),
        1,
    ),
}


@pytest.mark.parametrize("case", SHAPES)
def test_lines_share_the_area_that_they_share(case: str) -> None:
    one, other, area = SHAPES[case]
    pairs = fp.overlap(drawn({"A": one}), drawn({"B": other}))
    found = as_rows(pairs, "area_m2")
    assert found.get(("A", "B"), 0) == pytest.approx(area)
    assert found.get(("A", None), 0) == pytest.approx(one.area - area)
    assert found.get((None, "B"), 0) == pytest.approx(other.area - area)
    assert_margins(pairs)


def test_an_empty_frame_leaves_the_other_alone() -> None:
    empty = drawn({"A": shapely.box(0, 0, 1, 1)}).iloc[:0]
    right = drawn({"B": shapely.box(0, 0, 1, 1)})
    assert as_rows(fp.overlap(empty, right), "area_m2") == {(None, "B"): 1}
    assert len(fp.overlap(empty, empty)) == 0


def test_lines_that_overlap_each_other_are_said_to() -> None:
    left = drawn({"A": shapely.box(0, 0, 2, 1)})
    right = drawn({"B": shapely.box(0, 0, 2, 1), "C": shapely.box(0, 0, 1, 1)})
    pairs = fp.overlap(left, right)
    assert as_rows(pairs, "area_m2") == {("A", "B"): 2, ("A", "C"): 1}
    assert pairs.attrs["overlapping"] == "right"


def test_frames_meet_by_the_points_of_units() -> None:
    units = squares(residents=[1, 2, 4])
    left = drawn({"A": shapely.box(400_000, 0, 402_000, 1000)})
    right = drawn({"B": shapely.box(401_000, 0, 403_000, 1000)})
    pairs = fp.overlap(left, right, units=units, population="residents")
    assert as_rows(pairs) == {("A", "B"): 2, ("A", None): 1, (None, "B"): 4}
    assert pairs.attrs["method"] == "points"
    again = fp.overlap(left, right, units=residents(units))
    assert as_rows(again) == as_rows(pairs)
    assert again.attrs["source"] == "a survey"


def test_frames_that_cannot_be_used_are_refused_with_the_reason() -> None:
    good = drawn({"A": shapely.box(0, 0, 1, 1)})
    bow = drawn({"X": shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]), "Y": shapely.Point(0, 0)})
    degrees = good.to_crs(4326)
    with pytest.raises(CRSError, match="left is in EPSG:4326: use to_crs.27700."):
        fp.overlap(degrees, good)
    with pytest.raises(CRSError, match="right is in no CRS"):
        fp.overlap(good, good.set_crs(None, allow_override=True))
    with pytest.raises(GeometryError, match="not a polygon: 'Y'[^$]*not valid: 'X'"):
        fp.overlap(good, bow)
    with pytest.raises(OverlapError, match="Frames hold lines and no lists of members"):
        fp.overlap(good, good, method="members")
    with pytest.raises(OverlapError, match="say units="):
        fp.overlap(good, good, method="points")
    units = squares(residents=[1])
    with pytest.raises(OverlapError, match="Say which column of the units counts people"):
        fp.overlap(good, good, units=units)
    with pytest.raises(OverlapError, match="By area, people can only be estimated"):
        fp.overlap(good, good, units=units, population="residents", method="area")
    with pytest.raises(CRSError, match="Units must be in EPSG:27700"):
        fp.overlap(good, good, units=units.to_crs(4326), population="residents")
    with pytest.raises(TableError, match="residents below zero in the unit table 'units'"):
        fp.overlap(good, good, units=units.assign(residents=-1), population="residents")


def test_a_pair_table_is_checked_at_its_door() -> None:
    one, twice = pd.Index(["A"]), (np.array([0, 0]), np.array([0, 0]))
    with pytest.raises(TableError, match="pairs twice: 'A and A'"):
        pair_table(one, one, twice, How(method="members"), people=np.array([1.0, 2.0]))
    none = np.array([-1]), np.array([-1])
    with pytest.raises(TableError, match="without a code on either side"):
        pair_table(one, one, none, How(method="members"), people=np.array([1.0]))
    pair = np.array([0]), np.array([0])
    with pytest.raises(TableError, match="people below zero or not known for: 'A and A'"):
        pair_table(one, one, pair, How(method="members"), people=np.array([-1.0]))
    with pytest.raises(TableError, match="lacks columns: 'left'"):
        fp.pairs_by(pd.DataFrame(), "left")
    table = pair_table(one, one, pair, How(method="members"))
    with pytest.raises(TableError, match="no side 'middle'"):
        fp.pairs_by(table, "middle")


def split(pairs: pd.DataFrame) -> list[str]:
    counts_of = fp.pairs_by(pairs, "left").size()
    return list(counts_of[counts_of > 1].index)


DISTRICTS = [
    "Buckinghamshire", "Chichester", "Copeland", "Craven", "East Suffolk", "Guildford", "Hart",
    "North Hertfordshire", "Runnymede", "Surrey Heath", "Vale of White Horse", "Waverley",
]  # fmt: skip
AUTHORITIES = [
    "Buckinghamshire", "Cumbria", "Essex", "Hampshire", "Hertfordshire", "North Yorkshire",
    "Oxfordshire", "Suffolk", "Surrey", "West Sussex",
]  # fmt: skip


def test_twelve_districts_and_ten_authorities_are_split_between_systems(england: fp.Atlas) -> None:
    for layer, expected in (("lad21", DISTRICTS), ("ctyua21", AUTHORITIES)):
        names = england.layers[layer]["name"]
        assert sorted(names[split(england.overlap(layer, "icb22"))]) == expected


def test_every_pair_of_layers_reconciles_with_the_people_of_england(england: fp.Atlas) -> None:
    totals = {"residents": ENGLAND, "registered": 60_716_244}
    for left, right in combinations(england.layers, 2):
        if {left, right} & {"pcn21"} and not {left, right} <= {"pcn21", "ccg21", "stp21"}:
            continue
        pairs = england.overlap(left, right)
        assert_margins(pairs)
        lost = int(pairs.attrs["in_neither"].split()[2].replace(",", ""))
        assert pairs["people"].sum() + lost == totals[pairs.attrs["population"]]
        people = england.people(left)[pairs.attrs["population"]]
        by_left = fp.pairs_by(pairs, "left")["people"].sum()
        assert by_left[people.index].tolist() == people.tolist()
        assert pairs["area_m2"].notna().all() == (pairs.attrs["units"] == "england")


def test_networks_that_cross_commissioners_show_by_membership(england: fp.Atlas) -> None:
    pairs = england.overlap("pcn21", "ccg21")
    assert pairs.attrs["units"] == "pcn_parts"
    inside = pairs.dropna(subset="left")
    assert len(split(inside)) == 10
    assert pairs.loc[pairs["left"].isna(), "people"].sum() == 405_113
