"""What holds of every redraw, whatever is redrawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from conftest import layer_of, make_atlas
from hypothesis import given, settings
from hypothesis import strategies as st

import footprints as fp

UNITS = "abcdefghij"
CODES = st.sampled_from(["A", "B", "C", "D", None])


@st.composite
def atlases(draw: st.DrawFn) -> fp.Atlas:
    """Draw an atlas of squares with two layers in which units may be in no footprint."""
    layers = {}
    for key in ("stp21", "icb22"):
        codes = draw(st.lists(CODES, min_size=len(UNITS), max_size=len(UNITS)))
        codes[0] = codes[0] or "A"
        layers[key] = layer_of(dict(zip(UNITS, codes, strict=True)), "system")
    people = draw(st.lists(st.integers(0, 4), min_size=len(UNITS), max_size=len(UNITS)))
    return make_atlas(people, **layers)


def slow_kinds(atlas: fp.Atlas) -> dict[tuple[str, str], str]:
    """Say what becomes of people by the words of the definition, a flow at a time."""
    rows = atlas.membership.pivot(index="unit", columns="layer", values="code").astype(object)
    rows = rows.where(rows.notna(), None)
    people = atlas.units["squares"]["residents"].reindex(rows.index)
    flows: dict[tuple[str | None, str | None], list[int]] = {}
    for unit, old, new in zip(rows.index, rows["stp21"], rows["icb22"], strict=True):
        flow = flows.setdefault((old, new), [0, 0])
        flow[0] += int(people[unit])
        flow[1] += 1
    heirs = {}
    for old in {old for old, _ in flows if old}:
        mine = {new: flow for (one, new), flow in flows.items() if one == old}
        total = sum(flow[0] for flow in mine.values())
        able = {new: f for new, f in mine.items() if new and (f[0] or not total)}
        ranked = sorted(able, key=lambda new: (-able[new][0], -able[new][1], new != old, new))
        heirs[old] = ranked[0] if ranked else None
    found = {}
    for (old, new), flow in flows.items():
        arriving = {one: f for (one, other), f in flows.items() if other == new}
        nobody = not any(f[0] for f in arriving.values())
        alone = all(one == old or not (f[0] or nobody) for one, f in arriving.items())
        if old is None or new is None:
            kind = "unassigned"
        elif heirs[old] == new:
            kind = "stayed" if list(heirs.values()).count(new) == 1 else "merged"
        elif alone and (flow[0] or nobody):
            kind = "split"
        else:
            kind = "transferred"
        found[old or "-", new or "-"] = kind
    return found


@settings(max_examples=30, deadline=None)
@given(atlas=atlases())
def test_flows_are_what_the_definition_says(atlas: fp.Atlas) -> None:
    flows = fp.compare(atlas, "stp21", "icb22").flows
    ends = flows[["old", "new"]].fillna("-").itertuples(index=False, name=None)
    assert dict(zip(ends, flows["kind"].astype("str"), strict=True)) == slow_kinds(atlas)


@settings(max_examples=12, deadline=None)
@given(atlas=atlases())
def test_the_five_classes_sum_to_everybody_in_either_layer(atlas: fp.Atlas) -> None:
    change = fp.compare(atlas, "stp21", "icb22")
    listed = atlas.membership["unit"].unique()
    assert change.people.sum() == atlas.units["squares"].loc[listed, "residents"].sum()
    assert list(change.people.index) == ["stayed", "merged", "split", "transferred", "unassigned"]


@settings(max_examples=12, deadline=None)
@given(atlas=atlases())
def test_weights_sum_to_one_for_each_old_footprint(atlas: fp.Atlas) -> None:
    change = fp.compare(atlas, "stp21", "icb22")
    sums = change.lookup.groupby("old")["weight"].sum()
    assert set(sums.index) == set(atlas.layers["stp21"].index)
    np.testing.assert_allclose(sums, 1)
    carried = fp.apply_lookup(atlas.people("stp21")[["residents"]], change.lookup)
    assert carried["residents"].sum() == atlas.people("stp21")["residents"].sum()


@settings(max_examples=12, deadline=None)
@given(atlas=atlases())
def test_a_layer_against_itself_is_unchanged(atlas: fp.Atlas) -> None:
    change = fp.compare(atlas, "icb22", "icb22")
    assert set(change.changes["happened"]) == {"unchanged"}
    assert set(change.flows["kind"]) == {"stayed"}
    assert change.changes[["same_area", "same_code", "same_name"]].all(axis=None)


@settings(max_examples=12, deadline=None)
@given(atlas=atlases())
def test_reversed_the_flows_are_turned_round(atlas: fp.Atlas) -> None:
    one, other = fp.compare(atlas, "stp21", "icb22"), fp.compare(atlas, "icb22", "stp21")
    there, back = one.flows.set_index(["old", "new"]), other.flows.set_index(["new", "old"])
    columns = ["units", "people", "area_m2"]
    turned = back[columns].rename_axis(["old", "new"])
    pd.testing.assert_frame_equal(
        there[columns].sort_index(), turned.sort_index(), check_flags=False
    )
    same = one.changes.loc["old"]
    exact = same[same["same_area"]].index
    assert other.changes.loc["new"].loc[exact, "same_area"].all()


@settings(max_examples=12, deadline=None)
@given(atlas=atlases(), seed=st.integers(0, 100))
def test_the_order_of_rows_does_not_matter(atlas: fp.Atlas, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(list(UNITS))
    rows = atlas.membership.set_index("unit")
    layers = {
        key: layer_of(
            rows.loc[rows["layer"] == key, "code"].reindex(order).dropna().to_dict(), "system"
        )
        for key in ("icb22", "stp21")
    }
    people = atlas.units["squares"]["residents"].to_list()
    mixed = make_atlas(people, **layers)
    one, other = (fp.compare(each, "stp21", "icb22") for each in (atlas, mixed))
    assert one.people.to_dict() == other.people.to_dict()
    pd.testing.assert_frame_equal(one.changes.sort_index(), other.changes.sort_index())
    by = ["old", "new"]
    pd.testing.assert_frame_equal(
        one.lookup.sort_values(by, ignore_index=True),
        other.lookup.sort_values(by, ignore_index=True),
    )
