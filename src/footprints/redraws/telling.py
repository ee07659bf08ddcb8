"""A comparison in plain sentences."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from footprints.errors import plain
from footprints.levels import called
from footprints.masking import counted
from footprints.redraws.causes import NOISE
from footprints.redraws.footprint_changes import and_listed

if TYPE_CHECKING:
    import pandas as pd

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
LONGEST = 6
"""How many flows or footprints a sentence names before it counts the rest."""
DONE = {
    "transferred": "were transferred",
    "split": "were split off",
    "merged": "were merged",
    "unassigned": "are in no footprint on one side",
}


def sentences(people: pd.Series[int], flows: pd.DataFrame, changes: pd.DataFrame) -> list[str]:
    """Say what changed, a sentence a line, the gravest first.

    Parameters
    ----------
    people, flows, changes
        As :class:`footprints.Change` has them.

    Returns
    -------
    list of str
        Plain text: names are data, with what cannot be seen written out.
    """
    total = people.sum()
    lines = [_heading(flows, changes), _basis(flows.attrs, total), *_not_counted(flows.attrs)]
    for kind in DONE:
        rows = flows[(flows["kind"] == kind) & ~flows["cause"].isin(NOISE)]
        if len(rows):
            lines.append(_of_kind(rows, kind))
    return [line for line in [*lines, *doubts(flows), *became(changes), *cautions(changes)] if line]


def in_short(
    people: pd.Series[int], flows: pd.DataFrame, changes: pd.DataFrame, levels: tuple[str, str]
) -> str:
    """Say in one sentence how many footprints became how many, and what became of whom.

    Parameters
    ----------
    people, flows, changes
        As :class:`footprints.Change` has them.
    levels : tuple of str
        The levels of the old and the new layer.

    Returns
    -------
    str
        Without a full stop.

    Examples
    --------
    >>> from footprints import compare, load_example
    >>> found = compare(load_example(), "stp21", "icb22")
    >>> in_short(found.people, found.flows, found.changes, ("system", "system"))
    '42 systems became 42, 19 unchanged; of 56,550,138 people, 347,235 were transferred'
    """
    measure = flows.attrs["measure"]
    sizes = [len(changes.xs(side)) if side in changes.index else 0 for side in ("old", "new")]
    now = "" if levels[0] == levels[1] else f" {called(levels[1], sizes[1])}"
    kept = int((changes.loc["old", "happened"] == "unchanged").sum()) if sizes[0] else 0
    here = "here " if "focus" in flows.attrs else ""
    ends = f"{here}{sizes[0]:,} {called(levels[0], sizes[0])} became {sizes[1]:,}{now}"
    amounts = [
        f"{figure(people[kind], measure)} {done}" for kind, done in DONE.items() if people[kind] > 0
    ]
    total = f"of {weighed(people.sum(), measure)}, {and_listed(amounts)}"
    text = f"{ends}, {kept or 'none'} unchanged; {total if amounts else 'nobody moved'}"
    return text[:1].upper() + text[1:]


def doubts(flows: pd.DataFrame) -> list[str]:
    """Say which flows are noise of the drawing, and which cannot be told from it.

    Parameters
    ----------
    flows : DataFrame
        As :class:`footprints.Change` has them.

    Returns
    -------
    list of str
        A sentence each, none where lists of units told all.
    """
    lines = []
    noise = flows[flows["cause"].isin(NOISE)]
    if len(noise):
        causes = and_listed([cause for cause in NOISE if noise["cause"].eq(cause).any()])
        lines.append(
            f"{_flows(len(noise), 'more')} of {_amount(noise)} {'is' if len(noise) == 1 else 'are'} "
            f"{causes}: there the lines differ, and nobody moved."
        )
    doubtful = flows["cause"].eq("undecidable")
    if doubtful.any():
        lines.append(
            f"{_flows(int(doubtful.sum()))} of {_amount(flows[doubtful])} cannot be told from "
            f"drawing: {_naming(flows[doubtful])}."
        )
    return lines


def as_text(people: pd.Series[int], flows: pd.DataFrame, changes: pd.DataFrame) -> str:
    """Return a comparison for a terminal."""
    return "\n".join(sentences(people, flows, changes))


def as_html(people: pd.Series[int], flows: pd.DataFrame, changes: pd.DataFrame) -> str:
    """Return a comparison for a notebook; data is text there too."""
    first, *rest = map(escape, sentences(people, flows, changes))
    items = "".join(f"<li>{line}</li>" for line in rest)
    return f"<p><b>{first}</b></p><ul>{items}</ul>"


def _heading(flows: pd.DataFrame, changes: pd.DataFrame) -> str:
    sides = [len(changes.xs(side)) if side in changes.index else 0 for side in ("old", "new")]
    old, new = (flows.attrs.get(f"{side}_layer") or side for side in ("old", "new"))
    where = f" in {plain(flows.attrs['focus_name'])}" if "focus" in flows.attrs else ""
    ends = f"{plain(old)} to {plain(new)}" if old != new else f"{plain(old)}, before and after"
    what = f"{ends}{where}"
    if where:
        return f"{what}: {counted(sides[0], 'old footprint')}, {counted(sides[1], 'new one')}."
    return f"{what}: {counted(sides[0], 'footprint')} became {sides[1]:,}."


def _basis(attrs: dict[str, str], total: float) -> str:
    how = attrs["method"]
    if attrs["measure"] == "area_m2":
        return f"Nobody is counted: area takes the place of people, {total / 1e6:,.1f} km² in all."
    whose = ", ".join(filter(None, (attrs[key] for key in ("population", "source", "date"))))
    bridge = f"; {attrs['bridge']}" if "bridge" in attrs else ""
    return plain(f"{total:,.0f} people ({whose}), by {how} of {attrs['units'] or 'lines'}{bridge}.")


def _not_counted(attrs: dict[str, str]) -> list[str]:
    """Say who lies in several footprints of one side, or in none of either, and is not counted."""
    neither = attrs.get("in_neither", "0 units")
    none = f"In no footprint of either map, and so not counted: {neither}."
    return [
        *([] if neither.startswith("0 units") else [none]),
        *[
            f"In several {side} footprints at once, and so counted in none: {attrs[key]}."
            for side in ("old", "new")
            if not attrs.get(key := f"{side}_in_two", "0 units").startswith("0 units")
        ],
    ]


def _of_kind(rows: pd.DataFrame, kind: str) -> str:
    units = rows["units"].sum(min_count=1)
    some = "" if rows["units"].isna().all() else f" in {counted(int(units), 'unit')}"
    many = f", in {_flows(len(rows)).lower()}"
    return f"{_amount(rows)}{some} {DONE[kind]}{many}: {_naming(rows)}."


def _naming(rows: pd.DataFrame) -> str:
    """Name flows, the largest first."""
    measure = rows.attrs["measure"]
    ranked = rows.sort_values(measure, ascending=False, kind="stable")
    said = [
        f"{weighed(value, measure)} from {_called(old, was)} to {_called(new, now)}"
        for old, was, new, now, value in zip(
            *(ranked[name].head(LONGEST) for name in ("old", "old_name", "new", "new_name")),
            ranked[measure].head(LONGEST),
            strict=True,
        )
    ]
    rest = len(ranked) - LONGEST
    return "; ".join([*said, *([f"and {rest:,} more"] if rest > 0 else [])])


def became(changes: pd.DataFrame) -> list[str]:
    """Count footprints by what happened to them, a sentence for each side."""
    lines = []
    for side in ("old", "new"):
        rows = changes[changes.index.get_level_values("side") == side]
        counts = rows["happened"].value_counts(sort=False)
        if len(counts):
            said = "; ".join(f"{count:,} {word}" for word, count in counts.items())
            lines.append(f"Of the {side} footprints: {said}.")
    return lines


def cautions(changes: pd.DataFrame) -> list[str]:
    """Say which successor is one of several that take as many, and which code is used anew.

    Parameters
    ----------
    changes : DataFrame
        As :class:`footprints.Change` has them.

    Returns
    -------
    list of str
        A sentence each, mostly none.
    """
    lines = []
    tied = changes[changes["tied"] != ""]
    for (_, code), row in zip(tied.index, tied.itertuples(), strict=True):
        taken, tied = plain(row.counterpart), plain(row.tied).replace("; ", ", ")
        lines.append(
            f"As many of {_called(code, row.name)} go to {taken} as to {tied}: {taken} is taken "
            "for its successor."
        )
    reused = changes[changes["code_reused"] & (changes.index.get_level_values("side") == "new")]
    if len(reused):
        codes = ", ".join(map(plain, reused.index.get_level_values("code")))
        lines.append(f"The same code, another footprint than before: {codes}.")
    return lines


def _amount(rows: pd.DataFrame) -> str:
    return weighed(rows[rows.attrs["measure"]].sum(), rows.attrs["measure"])


def weighed(value: float, measure: str) -> str:
    """Return how many people, or where nobody is counted how much ground, in words.

    Examples
    --------
    >>> weighed(1, "people"), weighed(1_205_000, "area_m2")
    ('1 person', '1.21 km²')
    """
    if measure == "people":
        return f"{value:,.0f} {'person' if value == 1 else 'people'}"
    return f"{value / 1e6:,.2f} km²"


def figure(value: float, measure: str) -> str:
    """Return how many people or how much ground as :func:`weighed`, without the word for people.

    Examples
    --------
    >>> figure(1204, "people"), figure(1_205_000, "area_m2")
    ('1,204', '1.21 km²')
    """
    return f"{value:,.0f}" if measure == "people" else weighed(value, measure)


def _flows(count: int, word: str = "") -> str:
    number = WORDS[count] if count < len(WORDS) else f"{count:,}"
    return " ".join(filter(None, [number.capitalize(), word, "flow" if count == 1 else "flows"]))


def _called(code: object, name: object) -> str:
    for text in (name, code):
        if isinstance(text, str):
            return plain(text)
    return "no footprint"
