"""A redraw as a picture: two maps side by side, and the list of who moved."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ROOT, layer_of, make_atlas, residents, squares
from matplotlib import image
from test_picture import HOSTILE, SHOWN, texts

import footprints as fp
from footprints.cli import main
from footprints.errors import FootprintsError, FootprintsWarning
from footprints.pictures.colours import carried_on, touching
from footprints.pictures.redraw_words import going_on
from footprints.pictures.words import ILLUSTRATIVE
from footprints.redraws.ground import moved_ground
from footprints.redraws.pieces import atlas_of_pieces

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LONG = "a name that needs several lines of a list"
FILES = [
    "Sustainability_and_Transformation_Partnerships_April_2021_EN_BUC_V2_2022.json",
    "ICB_JUL_2022_EN_BUC_V3.json",
]


def maps(figure: Figure) -> tuple[Axes, Axes]:
    """Return the maps before and after."""
    before, after = figure.axes[:2]
    return before, after


def fills(axes: Axes) -> dict[str, tuple[float, ...]]:
    """Return the colour of each footprint that is filled on a map, by its code."""
    found = [patch for patch in axes.patches if patch.get_zorder() == 3]
    return {patch.get_label(): tuple(patch.get_facecolor()) for patch in found}


def moved(axes: Axes) -> list:
    """Return the outlines of the areas that moved on a map."""
    return [patch for patch in axes.patches if patch.get_label() == "moved"]


def numbers(axes: Axes) -> list[str]:
    """Return the numbers of the areas that moved on a map."""
    return [text.get_text() for text in axes.texts if text.get_label() == "number"]


def named(axes: Axes) -> list[str]:
    """Return the names and letters on a map."""
    return [text.get_text() for text in axes.texts if text.get_label() == "footprint"]


def words(figure: Figure) -> str:
    """Return all that the panel and the foot say, in their order, without signs and numbers."""
    lines = [text.get_text() for text in figure.texts]
    return " ".join(line for line in lines if len(line) > 2)


def drawn(atlas: fp.Atlas, old: str, new: str, **options: object) -> Figure:
    """Draw a redraw of two layers."""
    return fp.picture(atlas, change=fp.compare(atlas, old, new), **options)


@pytest.fixture(scope="module")
def boards(england: fp.Atlas) -> Figure:
    return drawn(england, "icb22", "icb26", marking="DRAFT")


@pytest.fixture(scope="module")
def frimley(england: fp.Atlas) -> Figure:
    return drawn(england.focus("Frimley"), "icb22", "icb26")


def test_both_maps_show_one_extent_at_one_scale(boards: Figure) -> None:
    before, after = maps(boards)
    assert before.get_xlim() == after.get_xlim()
    assert before.get_ylim() == after.get_ylim()
    one, other = before.get_window_extent(), after.get_window_extent()
    assert (one.width, one.height) == pytest.approx((other.width, other.height))
    assert one.y0 == pytest.approx(other.y0)
    assert one.x1 < other.x0
    assert (len(fills(before)), len(fills(after))) == (42, 36)


@pytest.mark.parametrize(
    ("size", "inches"), [("A4", (11.69, 8.27)), ("A3", (16.54, 11.69)), ("slide", (13.33, 7.5))]
)
def test_the_page_lies_on_its_side(row, size, inches) -> None:
    figure = drawn(row, "stp21", "icb22", size=size)
    assert tuple(figure.get_size_inches().round(2)) == inches


def test_a_footprint_that_goes_on_keeps_its_colour_and_no_other_place_does(england, boards) -> None:
    change = fp.compare(england, "icb22", "icb26")
    before, after = map(fills, maps(boards))
    old = change.changes.loc["old"]
    goes_on = old[~old["happened"].str.contains("abolished")]["counterpart"]
    assert len(goes_on) == 30
    for was, now in goes_on.items():
        assert before[was] == after[now]
    others = change.flows[change.flows["old"].map(goes_on) != change.flows["new"]]
    assert len(others) == 16
    for was, now in zip(others["old"], others["new"], strict=True):
        assert before[was] != after[now], (was, now)


def test_neighbours_have_different_colours_on_both_maps(england: fp.Atlas, boards: Figure) -> None:
    for axes, key in zip(maps(boards), ("icb22", "icb26"), strict=True):
        shapes, colours = england.layers[key].geometry, fills(axes)
        left, right = touching(shapes, 1.0)
        assert len(left) > 100
        for a, b in zip(left, right, strict=True):
            assert colours[shapes.index[a]] != colours[shapes.index[b]]


def test_neighbours_of_a_redraw_of_many_differ_and_one_that_goes_on_keeps_its_colour(
    england: fp.Atlas,
) -> None:
    change = fp.compare(england, "lad21", "lad23")
    sides = england.layers["lad21"].geometry, england.layers["lad23"].geometry
    west, south, east, north = sides[0].total_bounds
    near = 0.01 * max(east - west, north - south)
    found = carried_on(sides, going_on(change), change.flows, near)
    for shapes, colours in zip(sides, found, strict=True):
        left, right = touching(shapes, 1.0)
        assert len(left) > 1000
        assert (colours.to_numpy()[left] != colours.to_numpy()[right]).all()
    kept = going_on(change)
    assert len(kept) == 292
    assert (found[0][kept.index].to_numpy() == found[1][kept].to_numpy()).all()


def test_one_footprint_that_became_another_has_another_colour() -> None:
    one = squares(residents=[1]).geometry
    flows = pd.DataFrame({"old": ["a"], "new": ["a"]})
    before, after = carried_on((one, one), pd.Series(dtype="str"), flows, 1.0)
    assert before["a"] != after["a"]
    before, after = carried_on((one, one), pd.Series({"a": "a"}), flows, 1.0)
    assert before["a"] == after["a"]


def test_areas_that_moved_are_hatched_outlined_and_numbered_on_both_maps(boards: Figure) -> None:
    for axes in maps(boards):
        outlines = moved(axes)
        assert len(outlines) == 4
        assert all(patch.get_hatch() and patch.get_linewidth() >= 1 for patch in outlines)
        assert sorted(numbers(axes)) == ["1", "2", "3", "4"]


def test_the_list_tells_who_moved_with_basis_date_and_source(boards: Figure) -> None:
    said = words(boards)
    for part in (
        "Moved: residents, ONS mid-2020 estimates, 2020-06-30",
        "Suffolk and North East Essex → Essex: 344,553",
        "Hertfordshire and West Essex → Essex: 312,214",
        "Frimley → Hampshire and Isle of Wight: 167,593",
        "Frimley → Surrey and Sussex: 154,131",
        "Merged: 13,240,362 people",
        "Sussex 1,711,539 + Surrey Heartlands 1,052,425 → Surrey and Sussex",
        "42 systems became 36, 29 unchanged; of 56,550,138 people, 978,491 were transferred",
        "transferred and 13,240,362 were merged",
        "People: residents, ONS mid-2020 estimates, 2020-06-30.",
        "icb26 (2026-04): published moves of 1 April 2026.",
        "Contains public sector information licensed under the Open Government Licence v3.0.",
    ):
        assert part in said, part


def test_the_number_on_the_map_stands_at_the_area_of_its_line_in_the_list(england, boards) -> None:
    change = fp.compare(england, "icb22", "icb26")
    ground = moved_ground(change, england).to_numpy()
    for axes in maps(boards):
        scale = np.ptp(axes.get_xlim()) / (axes.get_window_extent().width * 72 / 100)
        plates = {text.get_text(): text for text in axes.texts if text.get_label() == "number"}
        for number, text in plates.items():
            place = shapely.Point(text.get_position())
            # A number beside its area stands up to 28 points off the end of its line.
            assert place.distance(ground[int(number) - 1]) < 30 * scale


def test_the_ground_that_moved_is_the_units_that_moved(row: fp.Atlas) -> None:
    change = fp.compare(row, "stp21", "icb22")
    (found,) = moved_ground(change, row)
    assert found.equals(row.units["squares"].geometry["c"])
    figure = drawn(row, "stp21", "icb22")
    for axes in maps(figure):
        (patch,) = moved(axes)
        assert patch.get_path().get_extents().extents.tolist() == list(found.bounds)
    assert "Sunrise → Sunset: 3" in words(figure)


def test_letters_stand_for_names_without_room_and_mean_the_same_on_both_maps(boards) -> None:
    panel = texts(boards)
    start = panel.index("Letters on the maps")
    explained = {text for text in panel[start:] if len(text) == 1 and text.isupper()}
    used = [{text for text in named(axes) if len(text) == 1} for axes in maps(boards)]
    assert used[0] | used[1] == explained
    assert len(explained) > 5
    assert "Frimley" in panel[start:]


@pytest.mark.parametrize("size", ["A4", "A3", "slide"])
@pytest.mark.parametrize(
    ("area", "old", "new"),
    [(None, "icb22", "icb26"), (None, "stp21", "icb22"), ("Frimley", "icb22", "icb26")],
)
def test_nothing_on_a_map_or_page_stands_on_another_or_over_an_edge(
    england, area, old, new, size
) -> None:
    figure = drawn(england.focus(area) if area else england, old, new, size=size)
    renderer = figure.canvas.get_renderer()
    for axes in maps(figure):
        shown = [
            text for text in axes.texts if text.get_label() in ("footprint", "number", "scale")
        ]
        found = [text.get_window_extent(renderer).extents for text in shown]
        frame = axes.get_window_extent().extents
        for box in found:
            assert (box[:2] >= frame[:2]).all()
            assert (box[2:] <= frame[2:]).all()
        for a, b in combinations(found, 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    width, height = figure.get_size_inches() * figure.dpi
    charts = [axes.get_window_extent().extents for axes in maps(figure)]
    for text in figure.texts:
        box = text.get_window_extent(renderer).extents
        if text.get_text().startswith((ILLUSTRATIVE, "Before: ", "After: ")):
            assert any(a[0] <= box[0] + 1 and box[2] <= a[2] + 1 for a in charts), text
        assert box[0] >= 0
        assert box[1] >= 0
        assert box[2] <= width
        assert box[3] <= height
        for a in charts:
            assert a[2] <= box[0] or box[2] <= a[0] or a[3] <= box[1] + 1 or box[3] <= a[1] + 1


def test_a_focus_sets_the_extent_and_its_neighbours_are_faint(england, frimley) -> None:
    before, after = maps(frimley)
    west, south, east, north = england.layers["icb22"].geometry["E54000034"].bounds
    assert before.get_xlim()[0] < west
    assert before.get_xlim()[1] > east
    assert before.get_ylim()[1] - before.get_ylim()[0] < 2 * max(east - west, north - south)
    assert (len(fills(before)), len(fills(after))) == (1, 3)
    for axes in (before, after):
        assert [patch.get_label() for patch in axes.patches].count("veil") == 1
        assert len(moved(axes)) == 2
    assert len(frimley.axes) == 3  # The inset.
    assert "Frimley 425,015 → Thames Valley" in words(frimley)
    assert "of 746,739 people, 321,724 were transferred and 425,015 were merged" in words(frimley)


def test_what_moved_outside_the_focus_is_not_drawn(england: fp.Atlas) -> None:
    mine = england.focus("icb22:E54000061")
    figure = drawn(mine, "stp21", "icb22")
    area = mine.layers["icb22"].geometry["E54000061"].buffer(2_000)
    for axes in maps(figure):
        for patch in moved(axes):
            assert area.contains(shapely.box(*patch.get_path().get_extents().extents).centroid)


def test_lines_that_only_differ_in_drawing_are_counted_and_not_drawn(shared) -> None:
    folder = shared / "data" / "published"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FootprintsWarning)
        old, new = (fp.read_layer(folder / name, crs=4326, repair=True) for name in FILES)
        change = fp.compare(old, new)
    figure = fp.picture(atlas_of_pieces(old, new, change), change=change)
    assert [len(moved(axes)) for axes in maps(figure)] == [4, 4]
    said = words(figure)
    noise = change.flows["cause"].isin(["drawing", "coastline", "datum", "float noise"])
    assert noise.sum() > 100
    assert f"{noise.sum()} more flows of" in said
    assert "there the lines differ, and nobody moved." in said
    assert "Moved: by area, since nobody is counted" in said
    assert "640.54 km²" in said
    assert "people" not in said
    assert "llustrative" not in said


def test_more_moves_than_have_room_are_counted_and_have_no_number_without_a_line() -> None:
    codes = list("abcdefghijklmnop")
    parts = [(c, x) for x in range(4) for c in codes]
    rows = pd.concat([squares(residents=[10] * 16)] * 4, ignore_index=True)
    rows.index = pd.Index([f"{c}{x}" for c, x in parts][: len(rows)], dtype="str", name="unit")
    heights = np.repeat(np.arange(4) * 1000, 16)
    rows = rows.set_geometry(
        [
            shapely.affinity.translate(shape, yoff=high)
            for shape, high in zip(rows.geometry, heights, strict=True)
        ]
    )
    old = pd.Series({unit: f"O{unit[0]}" for unit in rows.index}, dtype="str")
    # The top square of each column goes to the next one.
    after = dict(zip(codes, [*codes[1:], codes[0]], strict=True))
    new = pd.Series(
        {u: f"N{after[u[0]] if u[1] == '3' else u[0]}" for u in rows.index}, dtype="str"
    )
    layers = {
        key: fp.Layer(
            table=pd.DataFrame({"name": [f"Place {c}, with {LONG}" for c in codes]}, index=names),
            members={"squares": series},
            level="place",
        )
        for key, series, names in (
            ("place21", old, [f"O{c}" for c in codes]),
            ("place22", new, [f"N{c}" for c in codes]),
        )
    }
    atlas = fp.Atlas(title="Columns", units={"squares": residents(rows)}, layers=layers)
    figure = drawn(atlas, "place21", "place22", size="slide")
    said = texts(figure)
    (rest,) = [text for text in said if text.endswith("more: no room here")]
    assert int(rest.split()[1]) > 1
    listed = {text for text in said if text.isdigit()}
    assert 0 < len(listed) < 32
    for axes in maps(figure):
        assert len(moved(axes)) == 16
        assert set(numbers(axes)) == listed


def test_a_redraw_in_which_nobody_moved_says_so(england: fp.Atlas) -> None:
    figure = drawn(england, "stp17", "stp18")
    assert not moved(maps(figure)[0])
    assert "Nobody was transferred or split off." in words(figure)
    assert "Merged: 3,154,281 people" in words(figure)
    assert "Nobody was transferred or split off (residents" in fp.alternative_text(figure)


def test_who_is_in_no_footprint_is_told() -> None:
    old = layer_of(dict(zip("abcd", "AABB", strict=True)), "place")
    new = layer_of({"a": "A", "b": "A", "c": "B", "d": None}, "place")
    atlas = make_atlas([1, 2, 3, 4], place21=old, place22=new)
    figure = drawn(atlas, "place21", "place22")
    assert "In no footprint on one side: 4 people." in words(figure)
    assert "4 are in no footprint on one side" in words(figure)


def test_people_who_were_split_off_are_told_apart(england: fp.Atlas) -> None:
    said = words(drawn(england, "ctyua21", "ctyua23"))
    assert "Cumbria → Westmorland and Furness: 225,385 (split off)" in said


def test_it_says_that_lines_are_illustrative_on_both_maps_exactly_where_they_are(
    boards, row
) -> None:
    assert texts(boards).count(ILLUSTRATIVE) == 2
    assert [text.get_text() for axes in maps(boards) for text in axes.texts].count(
        "ILLUSTRATIVE"
    ) == 2
    assert ILLUSTRATIVE in fp.alternative_text(boards)
    assert "llustrative" not in " ".join(texts(drawn(row, "stp21", "icb22")))


def test_the_alternative_text_tells_the_moves_in_words(boards: Figure, frimley: Figure) -> None:
    told = fp.alternative_text(boards)
    assert told.startswith(
        "England (embedded example): icb22 to icb26. Map of 42 systems (icb22, 2022-07) before a "
        "redraw beside one of 36 systems (icb26, 2026-04) after it. 978,491 people (residents, ONS "
        "mid-2020 estimates, 2020-06-30) moved; 4 areas hatched and numbered on both maps: 1, "
        "344,553 people from Suffolk and North East Essex to Essex; 2, "
    )
    assert "Sussex 1,711,539 and Surrey Heartlands 1,052,425 into Surrey and Sussex" in told
    assert told.endswith("Marked DRAFT.")
    assert "those that meet NHS Frimley Integrated Care Board" in fp.alternative_text(frimley)


def test_of_many_moves_the_alternative_text_claims_no_number_that_is_not_there(
    england: fp.Atlas,
) -> None:
    figure = drawn(england, "nhser22", "icb22")
    assert len(numbers(maps(figure)[0])) < 35
    told = "moved; 35 areas hatched, numbered where there is room, on both maps: 1, 2,503,902"
    assert told in fp.alternative_text(figure)


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_the_same_bytes_are_made_each_time(england, ending, tmp_path) -> None:
    import matplotlib as mpl

    made = []
    for number, style in enumerate(({}, {"font.size": 30, "hatch.linewidth": 9})):
        with mpl.rc_context(style):
            figure = drawn(england.focus("Frimley"), "icb22", "icb26", marking="DRAFT")
            made.append(fp.save_picture(figure, tmp_path / f"{number}{ending}").read_bytes())
    assert made[0] == made[1]
    assert b"before a" in made[0] or ending == ".pdf"


def test_what_moved_is_seen_in_grey(row: fp.Atlas, tmp_path: Path) -> None:
    """A corner of the square that moved is hatched, and the same of its neighbours is plain."""
    figure = drawn(row, "stp21", "icb22", labels="none")
    shown = image.imread(fp.save_picture(figure, tmp_path / "a.png", dpi=100))[..., :3]
    grey = shown @ [0.2126, 0.7152, 0.0722]
    for axes in maps(figure):
        spread = {}
        for n, code in enumerate("abcdef"):
            corners = [(400_100 + 1000 * n, 100), (400_350 + 1000 * n, 350)]
            (west, south), (east, north) = axes.transData.transform(corners).round().astype(int)
            part = grey[len(grey) - north : len(grey) - south, west:east]
            spread[code] = float(part.std())
        assert spread.pop("c") > 0.1
        assert max(spread.values()) < 0.01


def hostile_redraw() -> fp.Atlas:
    codes = list("abcdefgh")
    table = pd.DataFrame({"name": HOSTILE}, index=[c.upper() for c in codes])
    old = pd.Series([c.upper() for c in codes], index=codes, dtype="str")
    new = old.copy()
    new[["b", "d"]] = ["A", "C"]
    used = table.loc[sorted(new.unique())]
    layers = {
        key: fp.Layer(table=each, members={"squares": members}, level="place", source=HOSTILE[1])
        for key, each, members in (("place21", table, old), ("place22", used, new))
    }
    units = {"squares": residents(squares(residents=[1, 2, 3, 4, 5, 6, 7, 8]))}
    return fp.Atlas(title=HOSTILE[2], units=units, layers=layers)


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_hostile_names_are_text(ending: str, tmp_path: Path) -> None:
    figure = drawn(hostile_redraw(), "place21", "place22", marking=HOSTILE[0])
    file = fp.save_picture(figure, tmp_path / f"hostile{ending}")
    assert file.stat().st_size > 1000
    assert max(map(len, texts(figure))) < 600
    every = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    assert not any(text.get_parse_math() or text.get_usetex() for text in every)
    assert SHOWN in fp.alternative_text(figure)
    if ending == ".svg":
        assert "<script" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "given", [{"layers": ["icb22"]}, {"findings": pd.DataFrame()}, {"population": "residents"}]
)
def test_what_a_redraw_takes_the_place_of_is_refused_beside_it(england, given) -> None:
    change = fp.compare(england, "icb22", "icb26")
    (name,) = given
    with pytest.raises(FootprintsError, match=f"leave '{name}' out, or change"):
        fp.picture(england, change=change, **given)


def test_a_change_of_another_atlas_or_focus_is_refused(england: fp.Atlas, row: fp.Atlas) -> None:
    change = fp.compare(england, "icb22", "icb26")
    with pytest.raises(FootprintsError, match="has no icb26. Compare two of its own layers"):
        fp.picture(row, change=change)
    mine = england.focus("Frimley")
    with pytest.raises(FootprintsError, match="of NHS Frimley .* and the change is of all foot"):
        fp.picture(mine, change=change)
    with pytest.raises(FootprintsError, match="is of all footprints and the change is of NHS Fr"):
        fp.picture(england, change=fp.compare(mine, "icb22", "icb26"))
    same = "is from 'icb22' to 'icb22', of one atlas or of two atlases that both call"
    with pytest.raises(FootprintsError, match=same):
        fp.picture(england, change=fp.compare(england, england, layer="icb22"))
    with pytest.raises(FootprintsError, match=same):
        fp.picture(england, change=fp.compare(england, "icb22", "icb22"))


def test_a_change_of_an_atlas_that_lists_other_units_under_the_same_codes_is_refused(
    england: fp.Atlas,
) -> None:
    what = england.move("icb22", "E06000036", to="E54000044")
    change = fp.compare(what, "icb22", "icb26")
    said = "'E54000034', 'E54000044' of icb22 share other units with icb26 than in the change"
    with pytest.raises(FootprintsError, match=said) as error:
        fp.picture(england, change=change)
    assert error.value.codes == ("E54000034", "E54000044")
    with pytest.raises(FootprintsError, match=said):
        fp.footprint_map(england, change=change)
    assert fp.picture(what, change=change) is not None


def test_the_command_draws_a_redraw_as_a_picture(tmp_path: Path, capsys) -> None:
    file = tmp_path / "redraw.svg"
    arguments = ["compare", "icb22", "icb26", "--within", "Frimley", "--marking", "DRAFT"]
    assert main([*arguments, "--map", str(file), "--size", "slide"]) == 0
    said = capsys.readouterr().out
    assert "Picture written: redraw.svg." in said
    assert "167,593 people from Frimley to Hampshire and Isle of Wight" in " ".join(said.split())
    assert re.search(r'viewBox="0 0 960[.\d]* 540"', file.read_text(encoding="utf-8"))


def test_a_size_without_a_picture_is_refused_before_the_work(tmp_path: Path, capsys) -> None:
    for more in ([], ["--map", str(tmp_path / "a.html")]):
        assert main(["compare", "icb22", "icb26", "--size", "A3", *more]) == 2
        said = capsys.readouterr()
        assert "--size goes with a picture: let --map end in '.pdf', '.png', '.svg'." in said.err
        assert not said.out


def test_a_script_is_enough(tmp_path: Path) -> None:
    code = (
        "import footprints as fp; e = fp.load_example().focus('Frimley');"
        "fp.save_picture(fp.picture(e, change=fp.compare(e, 'icb22', 'icb26')), 'a.png')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "a.png").stat().st_size > 10_000
