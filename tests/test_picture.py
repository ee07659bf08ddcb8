"""The picture for the paper: what it shows, how it reads in grey, and what its file holds."""

from __future__ import annotations

import runpy
import struct
import subprocess
import sys
import zlib
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, layer_of, make_atlas, residents, squares
from matplotlib.testing.compare import compare_images

import footprints as fp
from footprints.cli import main
from footprints.errors import FootprintsError, OutputError, UnknownNameError
from footprints.pictures.colours import PALETTE, lightness, told_apart, touching
from footprints.pictures.words import ILLUSTRATIVE
from footprints.sources import NOT_STATED, OPEN_GOVERNMENT, licences

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "$\\frac{1}{0}$ and $x$",
    "<script>alert(1)</script>",
    "a\x00b\u202ec\nd",
    "\U0001f3e5 \u0645\u0631\u062d\u0628\u0627",
    "x" * 10_000,
    " ".join(["word"] * 2_000),
    "&amp;\"'",
    "$",
]
SHOWN = "a\\x00b\\u202ec\\nd"


def texts(figure: Figure, kind: str = "") -> list[str]:
    """Return the words of a figure, on the page and on its maps."""
    found = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
    return [text.get_text() for text in found if not kind or text.get_label() == kind]


def boxes(figure: Figure) -> dict[str, tuple[float, float, float, float]]:
    """Return the boxes of all names on the map, as matplotlib draws them, by their words."""
    renderer = figure.canvas.get_renderer()
    labels = [text for text in figure.axes[0].texts if text.get_label() in ("footprint", "scale")]
    return {
        f"{n} {t.get_text()}": t.get_window_extent(renderer).extents for n, t in enumerate(labels)
    }


def fills(figure: Figure) -> dict[str, np.ndarray]:
    """Return the colour of each footprint that is filled, by its code."""
    found = [patch for patch in figure.axes[0].patches if patch.get_zorder() == 3]
    return {patch.get_label(): patch.get_facecolor() for patch in found}


@pytest.fixture(scope="module")
def systems(england: fp.Atlas) -> Figure:
    return fp.picture(england, ["icb26"], marking="DRAFT")


@pytest.fixture(scope="module")
def frimley(england: fp.Atlas) -> Figure:
    return fp.picture(england.focus("Frimley"), ["icb22", "amb22"])


def test_every_footprint_is_drawn_and_named_or_numbered(systems: Figure) -> None:
    assert len(fills(systems)) == 36
    named = texts(systems, "footprint")
    assert len(named) == 36
    numbers = sorted(int(text) for text in named if text.isdigit())
    assert numbers == list(range(1, len(numbers) + 1))
    assert "Devon" in named
    assert {"Birmingham and Solihull", "Numbers on the map"} <= set(texts(systems))


@pytest.mark.parametrize(
    ("layers", "area", "size"),
    [
        (["icb26"], None, "A4"),
        (["icb26"], None, "slide"),
        (["place22", "icb26"], None, "A3"),
        (["lad21", "amb22"], "QRL", "A4"),
        (["ctyua23", "icb26", "amb22"], "E54000050", "slide"),
    ],
)
def test_names_never_stand_on_one_another(england, layers, area, size) -> None:
    atlas = england if area is None else england.focus(area)
    found = boxes(fp.picture(atlas, layers, size=size))
    assert len(found) > 8
    for (one, a), (other, b) in combinations(found.items(), 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (one, other)


def test_names_stand_within_the_map(england: fp.Atlas) -> None:
    figure = fp.picture(england.focus("QRL"), ["lad21"])
    frame = figure.axes[0].get_window_extent().extents
    for words, box in boxes(figure).items():
        assert (box[:2] >= frame[:2]).all(), words
        assert (box[2:] <= frame[2:]).all(), words


def test_what_has_no_room_for_its_name_is_counted(england: fp.Atlas) -> None:
    figure = fp.picture(england, ["lad23"])
    (said,) = [text for text in texts(figure) if "found no room" in text]
    left_out = int(said.split()[0].replace(",", ""))
    assert left_out + len(texts(figure, "footprint")) == 296


def test_words_that_have_no_room_are_counted_and_none_runs_over_the_foot(england) -> None:
    figure = fp.picture(england, ["lad23"])
    renderer = figure.canvas.get_renderer()
    tops = {text.get_text(): text.get_window_extent(renderer).extents for text in figure.texts}
    (rest,) = [words for words in tops if words.endswith("more: no room here")]
    assert int(rest.split()[1]) > 10
    notes = next(box for words, box in tops.items() if words.startswith("People are of mid-2020"))
    assert tops[rest][1] > notes[3]
    width, height = figure.get_size_inches() * figure.dpi
    for box in tops.values():
        assert (box[:2] >= 0).all()
        assert box[2] <= width
        assert box[3] <= height


def test_neighbours_differ_in_lightness_so_that_grey_tells_them_apart(england, systems) -> None:
    shapes = england.layers["icb26"].geometry
    colours = {code: tuple(colour[:3]) for code, colour in fills(systems).items()}
    greys = {
        code: lightness("#" + "".join(f"{round(c * 255):02x}" for c in rgb))
        for code, rgb in colours.items()
    }
    left, right = touching(shapes, 1.0)
    assert len(left) > 100
    apart = [
        abs(greys[shapes.index[a]] - greys[shapes.index[b]])
        for a, b in zip(left, right, strict=True)
    ]
    assert min(apart) >= 8


def test_any_two_fills_of_the_palette_differ_by_eight_steps_of_lightness() -> None:
    steps = sorted(lightness(colour) for colour in PALETTE)
    assert min(np.diff(steps)) >= 8


def test_any_two_of_the_first_fills_differ_in_the_common_forms_of_colour_blindness() -> None:
    # Viénot, Brettel and Mollon (1999), linear RGB: what is left without the red or green cones.
    without_red = np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]])
    without_green = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])
    channels = np.array([[int(c[n : n + 2], 16) / 255 for n in (1, 3, 5)] for c in PALETTE[:6]])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    for seen in (without_red, without_green):
        colours = np.clip(linear @ seen.T, 0, 1) ** (1 / 2.4)
        apart = [np.linalg.norm(a - b) for a, b in combinations(colours, 2)]
        assert min(apart) > 0.08


def test_areas_that_meet_have_different_colours_and_one_alone_is_seen_on_white() -> None:
    shapes = squares(residents=[1] * 6).geometry
    colours = told_apart(shapes, 1.0)
    assert (colours.to_numpy()[1:] != colours.to_numpy()[:-1]).all()
    assert told_apart(shapes.head(1), 1.0).to_list() == [PALETTE[1]]


def test_where_many_are_near_one_another_those_that_meet_still_differ(england: fp.Atlas) -> None:
    shapes = england.layers["lad21"].geometry
    colours = told_apart(shapes, 30_000).to_numpy()
    left, right = touching(shapes, 1.0)
    assert len(left) > 1000
    assert (colours[left] != colours[right]).all()


def test_outlines_differ_by_dashes_so_that_grey_tells_them_apart(england: fp.Atlas) -> None:
    figure = fp.picture(england.focus("Frimley"), ["lad21", "icb22", "amb22", "cal21"])
    drawn = [patch for patch in figure.axes[0].patches if patch.get_zorder() == 5]
    assert len({(str(p.get_linestyle()), p.get_linewidth()) for p in drawn}) == 3


def test_it_says_that_lines_are_illustrative_exactly_where_they_are(systems, row) -> None:
    assert ILLUSTRATIVE in texts(systems)
    assert "ILLUSTRATIVE" in texts(systems, "illustrative")
    assert ILLUSTRATIVE in fp.alternative_text(systems)
    official = fp.picture(row, ["lad21"])
    assert not [text for text in texts(official) if "llustrative" in text.lower()]
    assert "llustrative" not in fp.alternative_text(official)


def test_the_marking_stands_in_both_margins_and_nowhere_without_one(systems, row) -> None:
    marks = [text for text in systems.texts if text.get_label() == "marking"]
    assert [text.get_text() for text in marks] == ["DRAFT", "DRAFT"]
    across = sorted(text.get_position()[0] for text in marks)
    assert across[0] < 0.05
    assert across[1] > 0.95
    assert not texts(fp.picture(row, ["lad21"]), "marking")


def test_people_source_date_and_licence_are_said(systems: Figure) -> None:
    said = " ".join(texts(systems))
    for words in (
        "People: residents, ONS mid-2020 estimates, 2020-06-30.",
        "36 systems (icb26, 2026-04); 56,550,138 residents",
        "Contains public sector information licensed under the Open Government Licence v3.0.",
        "Natural Earth",
        "not for current decisions",
        "100 km (62 miles)",
    ):
        assert words in said, words


def test_a_licence_that_is_not_known_is_not_guessed(row: fp.Atlas) -> None:
    assert "Licence of the data: not stated." in texts(fp.picture(row, ["lad21"]))
    ours = fp.picture(row, ["lad21"], licence="(c) Sunset Council 2026")
    assert "(c) Sunset Council 2026" in texts(ours)
    assert "Licence of the data: not stated." not in texts(ours)


@pytest.mark.parametrize(
    ("source", "licence"),
    [
        ("REGIONS.xlsx of our council", NOT_STATED),
        ("ONSPD of May 2025", OPEN_GOVERNMENT),
        ("lines_ONS", OPEN_GOVERNMENT),
    ],
)
def test_a_word_that_ends_like_the_name_of_a_source_claims_no_licence(
    row: fp.Atlas, source: str, licence: str
) -> None:
    assert licences(row, ["lad21"], source) == [licence]


def test_the_scale_bar_is_as_long_as_it_says(systems: Figure) -> None:
    axes = systems.axes[0]
    bars = [patch for patch in axes.patches if patch.get_zorder() == 30]
    ends = np.concatenate([patch.get_path().vertices[:, 0] for patch in bars])
    assert ends.max() - ends.min() == pytest.approx(100_000)
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    box = axes.get_window_extent()
    assert (east - west) / box.width == pytest.approx((north - south) / box.height)


def test_a_focus_has_an_inset_a_veil_and_faint_neighbours(frimley, systems) -> None:
    assert len(frimley.axes) == 2
    assert [p.get_label() for p in frimley.axes[1].patches].count("inset") == 1
    assert [p.get_label() for p in frimley.axes[0].patches].count("veil") == 1
    assert {"Surrey Heartlands", "Sussex"} <= set(texts(frimley, "footprint"))
    assert len(systems.axes) == 1


def test_the_inset_shows_where_the_focus_is(frimley: Figure) -> None:
    inset = frimley.axes[1]
    west, east = inset.get_xlim()
    (area,) = [p for p in inset.patches if p.get_label() == "inset"]
    middle = area.get_path().get_extents().x0
    assert 0.5 < (middle - west) / (east - west) < 0.8  # In the south-east.


def test_the_page_is_turned_to_suit_its_area() -> None:
    people = [1] * 12
    wide = make_atlas(people, place22=layer_of({c: c.upper() for c in "abcdefghijkl"}, "place"))
    assert fp.picture(wide, size="A4").get_size_inches()[0] > 11
    assert fp.picture(wide, size="A3").get_size_inches()[0] > 16
    assert fp.picture(wide, size="slide").get_size_inches().round(2).tolist() == [13.33, 7.5]
    with pytest.raises(FootprintsError, match="no size 'A5'. There is 'A4', 'A3', 'slide'"):
        fp.picture(wide, size="A5")


def test_the_alternative_text_tells_what_is_seen_with_the_numbers(systems, frimley) -> None:
    words = fp.alternative_text(systems)
    assert words.startswith("England (embedded example). Map of 36 systems (icb26, 2026-04).")
    assert "56,550,138 residents (ONS mid-2020 estimates, 2020-06-30): from 506,737 in" in words
    assert words.endswith("Marked DRAFT.")
    words = fp.alternative_text(frimley)
    assert "Frimley 746,739" in words
    assert "2 service areas (amb22, 2022) as a solid black line: South East Coast" in words


def test_what_misses_a_check_is_hatched_listed_and_told(england: fp.Atlas) -> None:
    report = fp.check(england, layers=["icb22"], select=["population-band"])
    figure = fp.picture(england, ["icb22"], findings=report)
    missed = [p for p in figure.axes[0].patches if p.get_label() == "missed"]
    assert len(missed) == int(report.findings["status"].eq("warn").sum()) == 16
    assert all(patch.get_hatch() for patch in missed)
    assert "misses a check (16 footprints)" in texts(figure)
    assert "population-band of icb22: 16 warn" in texts(figure)
    assert "Hatched because they miss a check: " in fp.alternative_text(figure)
    same = fp.picture(england, ["icb22"], findings=report.findings)
    assert fp.alternative_text(same) == fp.alternative_text(figure)


def test_few_misses_are_worded_and_those_of_nothing_drawn_are_counted(england: fp.Atlas) -> None:
    mine = england.focus("Frimley")
    report = fp.check(mine, layers=["icb22", "sicbl22"], select=["population-band"])
    figure = fp.picture(mine, ["icb22"], findings=report)
    said = " ".join(texts(figure))
    assert "What misses a check" in said
    assert "Warn: " in said
    others = report.findings.assign(layer="elsewhere")
    figure = fp.picture(mine, ["icb22"], findings=others)
    for said in (" ".join(texts(figure)), fp.alternative_text(figure)):
        assert "1 more finding is of no single footprint that is drawn here." in said
    with pytest.raises(FootprintsError, match="lack the columns 'layer', 'code'"):
        fp.picture(mine, ["icb22"], findings=pd.DataFrame({"status": [], "message": []}))


def test_labels_can_be_people_codes_or_none(england: fp.Atlas) -> None:
    joined = [
        text.replace("\n", " ") for text in texts(fp.picture(england, ["nhser22"], labels="people"))
    ]
    assert any(text.startswith("Midlands 10,") for text in joined)
    assert "Y60" in " ".join(texts(fp.picture(england, ["nhser22"], labels="codes"))) or (
        "E40000011" in " ".join(texts(fp.picture(england, ["nhser22"], labels="codes")))
    )
    assert not texts(fp.picture(england, ["nhser22"], labels="none"), "footprint")
    with pytest.raises(FootprintsError, match="no labels 'all'. There is 'names'"):
        fp.picture(england, labels="all")


def hostile_atlas() -> fp.Atlas:
    codes = list("abcdefgh")
    table = pd.DataFrame({"name": HOSTILE}, index=[c.upper() for c in codes])
    members = pd.Series([c.upper() for c in codes], index=codes, dtype="str")
    place = fp.Layer(table=table, members={"squares": members}, level="place", note=HOSTILE[0])
    return fp.Atlas(
        title=HOSTILE[2],
        units={"squares": residents(squares(residents=[1] * 8))},
        layers={"place22": place},
    )


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_hostile_names_are_text(ending: str, tmp_path: Path) -> None:
    figure = fp.picture(
        hostile_atlas(), marking=HOSTILE[0], title=HOSTILE[3], labels="people", licence=HOSTILE[4]
    )
    file = fp.save_picture(figure, tmp_path / f"hostile{ending}")
    assert file.stat().st_size > 1000
    assert max(map(len, texts(figure))) < 600
    assert HOSTILE[0] in texts(figure, "marking")
    assert not any(text.get_parse_math() for text in figure.texts)
    if ending == ".svg":
        root = ET.parse(file).getroot()  # noqa: S314 - We wrote it.
        assert not list(root.iter(f"{SVG}script"))


def test_what_cannot_be_seen_is_written_out() -> None:
    figure = fp.picture(hostile_atlas())
    assert SHOWN in texts(figure)
    assert SHOWN in fp.alternative_text(figure)


def chunks(content: bytes) -> dict[bytes, bytes]:
    """Read the chunks of a PNG, each checked against its sum; those of one kind are joined."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    found: dict[bytes, bytes] = {}
    at = 8
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        data = content[at + 8 : at + 8 + length]
        (total,) = struct.unpack(">I", content[at + 8 + length : at + 12 + length])
        assert zlib.crc32(kind + data) == total
        found[kind] = found.get(kind, b"") + b"|" + data
        at += 12 + length
    return found


def test_a_png_is_valid_has_its_size_and_holds_its_words(systems: Figure, tmp_path: Path) -> None:
    found = chunks(fp.save_picture(systems, tmp_path / "a.png", dpi=100).read_bytes())
    width, height = struct.unpack(">II", found[b"IHDR"][1:9])
    assert (width, height) == (826, 1169)
    (per_metre,) = struct.unpack(">I", found[b"pHYs"][1:5])
    assert per_metre == 3937
    words = found.get(b"tEXt", b"") + found.get(b"iTXt", b"")
    assert b"Description" in words
    assert b"56,550,138 residents" in words


def test_an_svg_is_xml_with_a_title_and_a_description(systems: Figure, tmp_path: Path) -> None:
    root = ET.parse(fp.save_picture(systems, tmp_path / "a.svg")).getroot()  # noqa: S314 - As above.
    assert root.attrib["role"] == "img"
    named = {
        child.attrib.get("id"): child
        for child in root
        if child.tag in (f"{SVG}title", f"{SVG}desc")
    }
    for name in root.attrib["aria-labelledby"].split():
        assert named[name].text
    assert named["footprints-desc"].text == fp.alternative_text(systems)
    ids = [node.attrib["id"] for node in root.iter() if "id" in node.attrib]
    assert len(ids) == len(set(ids))


def test_a_pdf_is_one_with_its_words(systems: Figure, tmp_path: Path) -> None:
    content = fp.save_picture(systems, tmp_path / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    assert b"/Subject" in content
    assert b"CreationDate" not in content


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_the_same_bytes_are_made_each_time(england, ending, tmp_path, monkeypatch) -> None:
    made = []
    for number, style in enumerate(
        ({}, {"font.size": 30, "hatch.linewidth": 9, "svg.fonttype": "none"})
    ):
        import matplotlib as mpl

        with mpl.rc_context(style):
            mine = england.focus("Frimley")
            report = fp.check(mine, layers=["icb22"], select=["population-band"])
            figure = fp.picture(mine, ["icb22", "amb22"], findings=report, marking="DRAFT")
            made.append(fp.save_picture(figure, tmp_path / f"{number}{ending}").read_bytes())
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert made[0] == made[1]


def test_a_file_is_written_whole_or_not_at_all(systems, tmp_path, monkeypatch) -> None:
    file = tmp_path / "a.png"
    file.write_text("before", encoding="utf-8")
    with pytest.raises(OutputError, match="must end in '.pdf', '.png', '.svg'"):
        fp.save_picture(systems, tmp_path / "a.gif")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="cannot be written: No space left"):
        fp.save_picture(systems, file)
    assert [each.name for each in tmp_path.iterdir()] == ["a.png"]
    assert file.read_text(encoding="utf-8") == "before"


def test_what_cannot_be_drawn_says_why(england: fp.Atlas) -> None:
    with pytest.raises(
        FootprintsError, match="No lines are known for pcn21. Layers with lines: lad21"
    ):
        fp.picture(england, ["pcn21"])
    with pytest.raises(UnknownNameError, match="Did you mean 'icb26'"):
        fp.picture(england, ["icb99"])
    with pytest.raises(FootprintsError, match="up to 5 as outlines, not 7: lad21"):
        fp.picture(england, ["lad21", "lad23", "icb22", "icb26", "amb22", "cal21", "lrf19"])
    with pytest.raises(UnknownNameError, match="Did you mean 'registered'"):
        fp.picture(england, ["icb22"], population="registred")


def test_land_that_the_layer_does_not_cover_is_drawn_faint(england: fp.Atlas) -> None:
    figure = fp.picture(england, ["cauth25"])
    assert len(fills(figure)) == 16
    land = [patch for patch in figure.axes[0].patches if patch.get_zorder() == 1]
    assert len(land) == 7  # The regions, which cover all.


def test_matplotlib_is_loaded_late_and_no_window_is_asked_for(tmp_path: Path) -> None:
    code = (
        "import sys, footprints as fp\n"
        "assert 'matplotlib' not in sys.modules\n"
        f"fp.save_picture(fp.picture(fp.load_example()), {str(tmp_path / 'a.svg')!r})\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_without_matplotlib_the_message_says_how_to_get_it() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import footprints as fp\n"
        "try:\n    fp.picture\nexcept fp.FootprintsError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "python -m pip install matplotlib" in done.stdout


def test_the_command_writes_a_picture_by_the_ending_of_its_name(tmp_path, capsys) -> None:
    file = tmp_path / "board.png"
    arguments = ["map", "--within", "Frimley", "--layer", "icb22,amb22", "--marking", "DRAFT"]
    assert main([*arguments, "--findings", "-o", str(file)]) == 0
    said = capsys.readouterr().out
    assert "Picture written: board.png." in said
    assert "Alternative text: NHS Frimley Integrated Care Board. Map of 1" in said
    assert b"Description" in file.read_bytes()[:4000]


def test_a_page_refuses_what_only_a_picture_takes(tmp_path, capsys) -> None:
    assert main(["map", "--size", "A3", "-o", str(tmp_path / "a.html")]) == 2
    assert "Only a picture takes '--size'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("made", ["picture", "matrix"])
def test_a_notebook_shows_a_figure_without_pyplot_and_tells_what_it_shows(england, made) -> None:
    graph = fp.services_graph(england, "icb22", ["amb22"])
    figure = fp.picture(england) if made == "picture" else fp.services_matrix(graph)
    image, about = figure._repr_png_()
    # The header of a PNG begins with its width and height.
    wide, high = struct.unpack(">II", image[16:24])
    assert wide / high == pytest.approx(figure.get_figwidth() / figure.get_figheight(), rel=0.01)
    assert about.get("alt", "") == figure.get_label()
    assert about or made == "matrix"


def test_the_pictures_of_the_readme_are_small_and_made_by_the_script() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / "docs" / "pictures.py").read_text(encoding="utf-8")
    files = sorted((ROOT / "docs").glob("*.png"))
    assert [file.name for file in files] == [
        "frimley.png",
        "map.png",
        "redraw.png",
        "systems.png",
    ]
    for file in files:
        assert f"docs/{file.name}" in readme
        assert f'"{file.name}"' in script
        assert file.stat().st_size < 200_000
        assert b"Description" in chunks(file.read_bytes())[b"iTXt"]


@pytest.mark.parametrize("name", ["frimley.png", "redraw.png", "systems.png"])
def test_a_picture_of_the_readme_is_what_the_script_makes(tmp_path, name: str) -> None:
    pytest.importorskip("playwright", reason="the script that makes the pictures needs playwright")
    runpy.run_path(str(ROOT / "docs" / "pictures.py"))["draw"](tmp_path)
    kept = ROOT / "docs" / name
    assert chunks((tmp_path / name).read_bytes())[b"iTXt"] == chunks(kept.read_bytes())[b"iTXt"]
    differs = compare_images(str(kept), str(tmp_path / name), tol=2)
    assert differs is None, f"docs/pictures.py has to be run again: {differs}"
