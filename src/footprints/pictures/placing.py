"""A page laid out: names placed on its maps, and those that have no room there in a key."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from footprints.masking import counted
from footprints.pictures.chart import scale_place, seen_neighbours, seen_of
from footprints.pictures.labels import Board, Placed, place_names, place_numbers
from footprints.pictures.lettering import POINT_MM
from footprints.pictures.paper import in_columns, panel_lines, sheet_of, ways
from footprints.pictures.words import BOLD, few, label_names, same_as_focus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprints.pictures.paper import Sheet
    from footprints.pictures.plan import Entry, Plan
    from footprints.pictures.scene import Scene

MOST_KEYED = 199
HELD = 0.8
"""How much of its number an area that moved must hold, or else the number stands beside it."""
SMALLER = 1.25
"""How many times smaller maps side by side may be, so that all words about them have room."""
ROUNDS = 4
"""How often the page is laid out again, since names that have no room on the map need some below."""


class LaidOut(NamedTuple):
    """A page: where everything stands, the names on each map, and what the panel says."""

    sheet: Sheet
    placed: list[Placed]
    entries: list[Entry]


class _Names(NamedTuple):
    """Labels of one map, the names of those that are marks yet, and how many had no room."""

    placed: Placed
    words: pd.Series[str]
    left_out: int


def laid_out(plan: Plan, size: str, labels: str) -> LaidOut:
    """Lay the page out until what has no room on the maps has room beside them.

    Parameters
    ----------
    plan : Plan
        What is on it.
    size : {"A4", "A3", "slide"}
        The paper.
    labels : {"names", "people", "codes", "none"}
        What is written in each footprint.

    Returns
    -------
    LaidOut
        On the way, of those that there are, that shows the maps largest.
    """
    scene = plan.scenes[0]
    looks = {"inset": scene.area is not None, "band": scene.illustrative}
    choices = ways(size, len(plan.scenes))
    placed: list[Placed] = []
    sheet, entries, planned = None, [*plan.first, *plan.last], -1
    for _ in range(ROUNDS):
        needed = [len(panel_lines(entries, way.column, way.letters)) for way in choices]
        if sheet is not None and max(needed) <= planned:
            break
        planned = max(needed)
        found = [
            sheet_of(way, plan.words, lines=lines, **looks)
            for way, lines in zip(choices, needed, strict=True)
        ]
        sheet = _best(found, entries, scene)
        placed, entries = _written(plan, sheet, labels)
    assert sheet is not None  # noqa: S101 - There is at least one round.
    if len(placed) > 1:
        placed = [_explained(each, sheet, entries) for each in placed]
    return LaidOut(sheet, placed, entries)


def _best(sheets: Sequence[Sheet], entries: Sequence[Entry], scene: Scene) -> Sheet:
    """Return the sheet with the largest maps; of several maps, rather one that holds all words."""
    by_scale = sorted(sheets, key=lambda sheet: sheet.metres_per_mm(scene.extent))
    largest = by_scale[0]
    most = (SMALLER if len(largest.maps) > 1 else 1.0) * largest.metres_per_mm(scene.extent)
    near = [sheet for sheet in by_scale if sheet.metres_per_mm(scene.extent) <= most]
    return next((sheet for sheet in near if _holds(sheet, entries)), largest)


def _holds(sheet: Sheet, entries: Sequence[Entry]) -> bool:
    """Tell whether the panel has room for all of its words."""
    lines = panel_lines(entries, sheet.columns[0].width, sheet.letters)
    return len(in_columns(lines, sheet.columns, sheet.line_mm)) == len(lines)


def _written(plan: Plan, sheet: Sheet, labels: str) -> tuple[list[Placed], list[Entry]]:
    """Return the names on each map, and the entries of the panel with the key to them."""
    keyed = plan.keyed or [scene.filled.index for scene in plan.scenes]
    numbers = len(plan.scenes) == 1
    # The marks are not known yet: the widest that there may be.
    widest = "" if numbers else "W" * len(lettered(sum(map(len, keyed)) or 1))
    names = [
        _names(scene, sheet, labels, codes, widest)
        for scene, codes in zip(plan.scenes, keyed, strict=True)
    ]
    words = sorted({each.words[label.code] for each in names for label in each.placed.marks})
    # Areas that moved have numbers, so names beside them have letters.
    marks = {name: str(n) if numbers else lettered(n) for n, name in enumerate(words, 1)}
    placed = [
        each.placed._replace(
            marks=[
                label._replace(text=marks[each.words[label.code]]) for label in each.placed.marks
            ]
        )
        for each in names
    ]
    left_out = sum(each.left_out for each in names)
    where = "map" if numbers else "maps"
    rest = [("", f"{counted(left_out, 'name')} found no room on the {where}.", not BOLD)]
    key = [("", plan.key, BOLD), *((f"#{mark}", name, not BOLD) for name, mark in marks.items())]
    return placed, [
        *plan.first,
        *(rest if left_out else []),
        *(key if marks else []),
        *plan.last,
    ]


def lettered(number: int) -> str:
    """Return the letters of a number from 1.

    Examples
    --------
    >>> [lettered(number) for number in (1, 26, 27, 53)]
    ['A', 'Z', 'AA', 'BA']
    """
    rest, last = divmod(number - 1, len(ascii_uppercase))
    return (lettered(rest) if rest else "") + ascii_uppercase[last]


def _explained(placed: Placed, sheet: Sheet, entries: Sequence[Entry]) -> Placed:
    """Leave off the map the numbers and letters that the panel has no room to explain."""
    lines = panel_lines(entries, sheet.columns[0].width, sheet.letters)
    signs = {line.sign for line, _, _ in in_columns(lines, sheet.columns, sheet.line_mm)}
    return placed._replace(
        marks=[label for label in placed.marks if f"#{label.text}" in signs],
        moved=[label for label in placed.moved if f"@{label.text}" in signs],
    )


def _names(scene: Scene, sheet: Sheet, labels: str, keyed: pd.Index[str], widest: str) -> _Names:
    """Find where names stand: what moved first, what is filled, outlines, then neighbours."""
    view = sheet.view(scene.extent)
    scale = sheet.metres_per_mm(scene.extent) * POINT_MM
    board = Board(scale, view, [scale_place(scene, sheet).box], letters=sheet.letters)
    # A number stands on a plate, which is wider.
    numbers = " " + scene.moved.index.to_series() + " "
    plates = place_numbers(board, scene.moved, numbers, inside=HELD)
    moved = [label._replace(text=label.code) for label in plates]
    if labels == "none":
        return _Names(Placed([], [], {}, [], moved), pd.Series([], dtype="str"), 0)
    seen = seen_of(scene, scene.filled.geometry, view)
    seen = seen.drop(same_as_focus(scene, scene.layers[0]), errors="ignore")
    names = label_names(scene.filled, labels).reindex(seen.index)
    filled = place_names(board, seen, names)
    rest = names.drop([label.code for label in filled]).sort_values(kind="stable")
    wanted = rest.index[rest.index.isin(keyed)][:MOST_KEYED]
    mark = widest or "8" * len(str(len(wanted)))
    spots = place_numbers(board, seen, pd.Series(mark, index=wanted, dtype="str"))
    outlined, missing = {}, len(rest) - len(spots)
    for key in scene.layers[1:]:
        frame = scene.frames[key]
        outer = seen_of(scene, frame.geometry, view)
        outer = outer.drop(same_as_focus(scene, key), errors="ignore")
        outer_names = label_names(frame, labels).reindex(outer.index)
        outlined[key] = place_names(board, outer, outer_names, "bold")
        missing += 0 if few(frame) else len(outer) - len(outlined[key])
    around = seen_neighbours(scene, view)
    quiet = place_names(board, around, label_names(scene.neighbours, "names"), "oblique")
    return _Names(Placed(filled, spots, outlined, quiet, moved), rest, missing)
