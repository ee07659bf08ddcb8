"""What a picture of a redraw says: who moved and merged, what is noise, and the same in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from footprints.masking import counted
from footprints.pictures.lettering import drawable
from footprints.pictures.scene import short
from footprints.pictures.words import (
    BOLD,
    ILLUSTRATIVE,
    MOST_NAME,
    MOST_SENTENCE,
    MOST_TOLD,
    layer_words,
    title_of,
)
from footprints.redraws.causes import NOISE
from footprints.redraws.footprint_changes import and_listed
from footprints.redraws.telling import LONGEST, became, cautions, doubts, figure, in_short, weighed

if TYPE_CHECKING:
    import pandas as pd

    from footprints.pictures.plan import Entry
    from footprints.pictures.scene import Scene
    from footprints.redraws import Change

MOST_MOVES = 40
"""How many moves have a number and a line of their own, at most."""
NOWHERE = "no footprint"
POINT = "#\N{BULLET}"
"""The sign of an entry in a list without numbers."""
SPLIT = " (split off)"
DOUBTFUL = " (cannot be told from drawing)"
ROW = "{old} \N{RIGHTWARDS ARROW} {new}: {figure}{split}{doubt}"
ALOUD = "{amount} from {old} to {new}{split}{doubt}"
"""How a move is worded in the list, and for who hears it read."""
SUM = "{came} \N{RIGHTWARDS ARROW} {name}"
INTO = "{listed} into {name}"
"""How a merger is worded in the list, and for who hears it read."""


def title_of_redraw(both: Scene, title: str | None) -> str:
    """Return the title: as it was given, or where it is and from which layer to which."""
    heading = title_of(both, title)
    if title is not None or all(key in heading for key in both.layers):
        return heading
    return f"{heading}: {' to '.join(map(drawable, both.layers))}"


def subtitle_of_redraw(both: Scene, change: Change) -> str:
    """Return how many footprints became how many, and what became of whom."""
    was, now = both.atlas.overview.loc[list(both.layers), "level"]
    return drawable(
        in_short(change.people, change.flows, change.changes, (was, now)), MOST_SENTENCE
    )


def counted_by(change: Change) -> str:
    """Return whose people are counted, by which source and of when; or that nobody is."""
    attrs = change.attrs
    if attrs["measure"] != "people":
        return "by area, since nobody is counted"
    return ", ".join(filter(None, (attrs["population"], attrs["source"], attrs["date"])))


def going_on(change: Change) -> pd.Series[str]:
    """Return the new code of each old footprint that goes on, indexed by the old one."""
    old = change.changes.loc["old"]
    return old.loc[~old["happened"].str.contains("abolished"), "counterpart"].dropna()


def legend_of_redraw(before: Scene, change: Change) -> list[Entry]:
    """Return the legend of both maps."""
    keeps = len(going_on(change))
    kept, apart = "a footprint that goes on keeps its colour", "colours only tell neighbours apart"
    entries = [("fill", kept if keeps else apart)]
    if len(before.moved):
        entries.append(("moved", "moved, as numbered here"))
    if before.area is not None and before.atlas.focused is not None:
        entries.append(("focus", f"edge of {short(before.atlas.focused.name)}"))
        entries.append(("faint", "neighbours; all that is outside the area is faint"))
    return [(sign, drawable(words, MOST_SENTENCE), not BOLD) for sign, words in entries]


def moved_of(moves: pd.DataFrame, change: Change, before: Scene) -> list[Entry]:
    """Return the list of who moved, the most first, then who is in no footprint on one side."""
    measure = change.attrs["measure"]
    entries = [("", drawable(f"Moved: {counted_by(change)}", MOST_SENTENCE), BOLD)]
    listed = moves.head(MOST_MOVES)
    entries += [
        (f"@{number}" if number in before.moved.index else POINT, words, not BOLD)
        for number, words in zip(listed.index, _moves_said(listed, measure, ROW), strict=True)
    ]
    rest = moves[measure].iloc[MOST_MOVES:]
    if len(rest):
        more = f"and {len(rest):,} more of {weighed(rest.sum(), measure)}, hatched without a number"
        entries.append((POINT, more, not BOLD))
    if moves.empty:
        entries.append((POINT, "Nobody was transferred or split off.", not BOLD))
    return entries + _unassigned(change)


def _moves_said(moves: pd.DataFrame, measure: str, way: str) -> list[str]:
    """Return a line for each move: from where to where, how many, and what cannot be told."""
    columns = ["old", "old_name", "new", "new_name", "kind", "cause", measure]
    return [
        way.format(
            old=_called(old, was),
            new=_called(new, now),
            amount=weighed(value, measure),
            figure=figure(value, measure),
            split=SPLIT if kind == "split" else "",
            doubt=DOUBTFUL if cause == "undecidable" else "",
        )
        for old, was, new, now, kind, cause, value in moves[columns].itertuples(index=False)
    ]


def _unassigned(change: Change) -> list[Entry]:
    """Return who is in no footprint on one side."""
    people, measure = change.people["unassigned"], change.attrs["measure"]
    if not people > 0:
        return []
    return [(POINT, f"In no footprint on one side: {weighed(people, measure)}.", not BOLD)]


def _called(code: object, name: object) -> str:
    """Return what a footprint is called, as much of it as has room."""
    known = next((text for text in (name, code) if isinstance(text, str)), NOWHERE)
    return drawable(short(known), MOST_NAME)


def merged_of(change: Change) -> list[Entry]:
    """Return which new footprints succeed several, and who came from which, the most first."""
    merges = _merges(change)
    if merges.empty:
        return []
    measure = change.attrs["measure"]
    entries = [("", f"Merged: {weighed(merges[measure].sum(), measure)}", BOLD)]
    return entries + [(POINT, words, not BOLD) for words in _merges_said(merges, measure, SUM)]


def _merges(change: Change) -> pd.DataFrame:
    """Return the flows that were merged, and are no noise, with all that came into each footprint."""
    flows, measure = change.flows, change.attrs["measure"]
    merged = flows[(flows["kind"] == "merged") & ~flows["cause"].isin(NOISE)]
    total = merged.groupby("new")[measure].transform("sum")
    return merged.assign(total=total).sort_values(
        ["total", "new", measure], ascending=[False, True, False], kind="stable"
    )


def _merges_said(merges: pd.DataFrame, measure: str, way: str) -> list[str]:
    """Return a line for each footprint that succeeds several: from which, and how many."""
    lines = []
    for code, rows in merges.groupby("new", sort=False):
        came = [
            f"{_called(old, was)} {figure(value, measure)}"
            for old, was, value in rows[["old", "old_name", measure]].itertuples(index=False)
        ]
        rest = len(came) - LONGEST
        came = [*came[:LONGEST], *([f"{rest:,} more"] if rest > 0 else [])]
        name = _called(code, rows["new_name"].iloc[0])
        lines.append(way.format(came=" + ".join(came), listed=and_listed(came), name=name))
    return lines


def notes_of(change: Change) -> list[Entry]:
    """Return what is noise or in doubt, and what has to be known of a successor or code."""
    said = [*doubts(change.flows), *cautions(change.changes)]
    return [(POINT, drawable(text, MOST_SENTENCE), not BOLD) for text in said]


def redraw_told(  # noqa: PLR0913, PLR0917 - the maps, what moved, and what stands around them.
    both: Scene,
    before: Scene,
    change: Change,
    moves: pd.DataFrame,
    title: str,
    marking: str,
) -> str:
    """Say in words what a picture of a redraw shows, for who cannot see it."""
    old, new = (layer_words(both, key) for key in both.layers)
    focused = both.atlas.focused
    where = f", those that meet {focused.name}" if focused else ""
    parts = [f"{title}. Map of {old} before a redraw beside one of {new} after it{where}."]
    parts += [_moves_told(moves, change, before), _merges_told(change)]
    parts += [*doubts(change.flows), *became(change.changes), *cautions(change.changes)]
    parts += [f"{ILLUSTRATIVE}."] if before.illustrative else []
    parts += [f"Marked {marking}."] if marking else []
    return drawable(" ".join(part for part in parts if part))


def _moves_told(moves: pd.DataFrame, change: Change, before: Scene) -> str:
    """Say who moved, with the numbers of the maps."""
    measure, basis = change.attrs["measure"], counted_by(change)
    if moves.empty:
        return f"Nobody was transferred or split off ({basis})."
    said = _moves_said(moves.head(MOST_TOLD), measure, ALOUD)
    named = [f"{n}, {words}" for n, words in zip(moves.index, said, strict=False)]
    rest = len(moves) - len(named)
    listed = "; ".join([*named, *([f"and {rest:,} more"] if rest else [])])
    drawn = f"{counted(len(before.moved), 'area')} hatched"
    # Of many, how many numbers there is room for is not known before the page is laid out.
    drawn += ", numbered where there is room," if rest else " and numbered"
    total = weighed(moves[measure].sum(), measure)
    return f"{total} ({basis}) moved; {drawn} on both maps: {listed}."


def _merges_told(change: Change) -> str:
    """Say which footprints were merged."""
    merges = _merges(change)
    said = _merges_said(merges, change.attrs["measure"], INTO)
    rest = len(said) - MOST_TOLD
    more = [f"and {rest:,} more"] if rest > 0 else []
    return f"Merged: {'; '.join([*said[:MOST_TOLD], *more])}." if said else ""
