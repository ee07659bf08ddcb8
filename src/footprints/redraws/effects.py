"""What a redraw does to the checks: what it breaks, what it mends, what stays as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from footprints.checks.asked import Asked
from footprints.checks.coterminous import alignment
from footprints.checks.gate import chosen_bands, judged, look_into, pairs_missed
from footprints.errors import OverlapError
from footprints.levels import LADDER, rank
from footprints.report.findings import KEY, MISSED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from footprints.atlas import Atlas
    from footprints.bands import BandSet
    from footprints.tolerance import Tolerance

COUNCILS = ("upper-tier", "district")
REFERENCES = (*COUNCILS, "strategic-authority")
"""The levels whose footprints a layer is hoped to be made of."""
MISSES = (*MISSED, "excepted")
EFFECTS = {"new": "newly broken", "worse": "worse", "known": "unchanged"}
"""What each word of ``since`` is called where two maps are compared."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """A layer on one side of a redraw.

    Parameters
    ----------
    atlas : Atlas
        That holds it.
    layer : str
        Its key.
    """

    atlas: Atlas
    layer: str


def what_a_redraw_touches(side: Side, others: Iterable[str]) -> list[Asked]:
    """Return the checks whose result a redraw of a layer may change.

    Parameters
    ----------
    side : Side
        The layer.
    others : iterable of str
        The layers that it is held against.

    Returns
    -------
    list of Asked
        Its population band; nesting in it of what lies below it on the ladder of levels, and of
        itself in what lies above and in services; whether systems are coterminous with councils
        and strategic authorities; its coverage, where it is meant to cover everybody.

    Examples
    --------
    >>> from footprints import load_example
    >>> asked = what_a_redraw_touches(
    ...     Side(atlas=load_example(), layer="icb26"), ["lad23", "nhser22"]
    ... )
    >>> [(one.check, one.layer, one.against) for one in asked][1:4]
    [('nesting', 'lad23', 'icb26'), ('coterminosity', 'icb26', 'lad23'), ('nesting', 'icb26', 'nhser22')]
    """
    levels, covers = side.atlas.overview["level"], side.atlas.overview["covers"]
    key = side.layer
    found = [Asked(check="population-band", layer=key)]
    for other in others:
        found += _nests(key, levels[key], other, levels[other])
        found += _coterminous(key, levels[key], other, levels[other])
    return found + ([Asked(check="coverage", layer=key)] if covers[key] else [])


def _nests(key: str, level: str, other: str, theirs: str) -> list[Asked]:
    """Ask whether the lower of two layers nests in the higher; services are above all."""
    rungs = [len(LADDER) + 1 if word == "service" else rank(word) for word in (level, theirs)]
    if not all(rungs) or rungs[0] == rungs[1]:
        return []
    left, right = (key, other) if rungs[0] < rungs[1] else (other, key)
    return [Asked(check="nesting", layer=left, against=right)]


def _coterminous(key: str, level: str, other: str, theirs: str) -> list[Asked]:
    """Ask whether systems are made of whole councils, and of whole strategic authorities."""
    pair = {level: key, theirs: other}
    system, reference = pair.pop("system", None), next(iter(pair.values()), None)
    if system is None or reference is None or next(iter(pair)) not in REFERENCES:
        return []
    return [Asked(check="coterminosity", layer=system, against=reference)]


def others_to_hold_against(before: Side, after: Side) -> list[str]:
    """Return the newest layer of each other level that both atlases hold, the lowest first.

    Health and Wellbeing Boards are left out where there are upper-tier authorities, which they
    are the same as.
    """
    levels = after.atlas.overview["level"]
    own = {levels[after.layer], before.atlas.overview.loc[before.layer, "level"]}
    held = [key for key in after.atlas.newest() if key in before.atlas.layers]
    kept = [key for key in held if levels[key] not in own]
    twins = {"hwb"} if "upper-tier" in {levels[key] for key in kept} | own else set()
    return sorted(
        (key for key in kept if levels[key] not in twins), key=lambda key: rank(levels[key])
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Effect:
    """What a redraw does to the checks.

    Parameters
    ----------
    bands : BandSet
        The population bands that both maps were held against.
    findings : DataFrame
        Of the new map, with the columns of a report; ``since`` says ``new`` of what the redraw
        broke, ``worse`` and ``known`` of what was missed before.
    pairs : DataFrame
        How the footprints that miss something meet the other layer, as in a report.
    mended : DataFrame
        The findings of the old map that are no miss any more.
    table : DataFrame
        What was missed before or after, a row each: ``effect`` (``newly broken``, ``worse``,
        ``unchanged`` or ``mended``), ``check``, ``layer``, ``against``, ``code``, ``name``,
        ``before`` and ``after`` (statuses), ``miss_before`` and ``miss_after`` (persons),
        ``message``.
    alignment : DataFrame
        How both maps fit councils and strategic authorities, a row a layer of them.
    """

    bands: BandSet
    findings: pd.DataFrame
    pairs: pd.DataFrame
    mended: pd.DataFrame
    table: pd.DataFrame
    alignment: pd.DataFrame


def effect_on_checks(  # noqa: PLR0913 - what may be asked of it, each by its name.
    before: Side,
    after: Side,
    successors: pd.Series[str],
    *,
    bands: BandSet | str | None = None,
    population: str | None = None,
    tolerance: Tolerance | None = None,
    today: date | None = None,
) -> Effect:
    """Hold the checks of a map against those of the map that takes its place.

    A footprint of the old map is held against its successor, and what both maps are held
    against, such as councils, against itself.

    Parameters
    ----------
    before, after : Side
        The old map and the new.
    successors : Series
        The new code by the old one; NA where there is none.
    bands, population, tolerance, today
        As in :func:`footprints.check`.

    Returns
    -------
    Effect
    """
    chosen, others = chosen_bands(after.atlas, bands), others_to_hold_against(before, after)
    found, met = {}, []
    for side in (before, after):
        asked = what_a_redraw_touches(side, others)
        parts, met = look_into(
            side.atlas, asked, chosen, population=population, tolerance=tolerance
        )
        found[side] = judged(side.atlas, parts, today)
    then = _as_the_new(found[before], before.layer, after.layer, successors)
    now = with_since(found[after], then)
    mended = found[before].loc[no_more_missed(now, then)]
    return Effect(
        bands=chosen,
        findings=now,
        pairs=pairs_missed(now, met),
        mended=mended,
        table=_told(now, then, mended),
        alignment=_both_alignments(before, after, others, tolerance),
    )


def _as_the_new(
    findings: pd.DataFrame, old: str, new: str, successors: pd.Series[str]
) -> pd.DataFrame:
    """Return the findings of the old map under the keys and codes of the new one.

    Of several footprints that became one, a miss of each is a miss that was known.
    """
    own = findings["layer"] == old
    codes = findings["code"].mask(own, findings["code"].map(successors))
    names = {old: new}
    return findings.assign(
        code=codes,
        layer=findings["layer"].replace(names),
        against=findings["against"].replace(names),
    )


def with_since(now: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """Tell of each finding of the new map whether the old one had it.

    Returns
    -------
    DataFrame
        With ``since``: ``new``, ``worse`` (graver, or of more people) or ``known``; NA for what is
        no miss.
    """
    before = _missed_before(then).set_index(_SAME)
    known = before.reindex(pd.MultiIndex.from_frame(_keyed(now)[_SAME]))
    graver = now["status"].map(_GRAVITY).fillna(0).to_numpy() > known["gravity"].to_numpy()
    more = now["miss"].fillna(0).to_numpy() > known["miss"].to_numpy()
    since = pd.Series("known", index=now.index, dtype="str").mask(graver | more, "worse")
    since = since.mask(known["gravity"].isna().to_numpy(), "new")
    return now.assign(since=since.where(now["status"].isin(MISSED)))


_SAME = [*KEY, "side"]
_GRAVITY = {"excepted": 0, "warn": 1, "fail": 2}


def _keyed(findings: pd.DataFrame) -> pd.DataFrame:
    """Return findings with the side of the band that they miss, and no key that is NA."""
    side = findings["result"].where(findings["check"] == "population-band")
    return findings.assign(side=side).fillna(dict.fromkeys(_SAME, ""))


def _missed_before(then: pd.DataFrame) -> pd.DataFrame:
    """Return what the old map missed, one row for all footprints that became one.

    People of their misses add up, but not distances from a band: the largest of them counts.
    """
    missed = _keyed(then[then["status"].isin(MISSES)])
    missed["gravity"] = missed["status"].map(_GRAVITY)
    by = missed.groupby(_SAME, sort=False)
    table = by.agg(gravity=("gravity", "max"), most=("miss", "max"), miss=("miss", "sum"))
    table = table.reset_index()
    bands = table["check"] == "population-band"
    return table.assign(miss=table["miss"].mask(bands, table["most"]))


def no_more_missed(now: pd.DataFrame, then: pd.DataFrame) -> pd.Index[int]:
    """Return which misses of the old map are none in the new one, of the checks that were run."""
    run = set(map(tuple, _keyed(now[now["status"] != "skipped"])[KEY[:3]].to_numpy()))
    still = set(map(tuple, _keyed(now[now["status"].isin(MISSES)])[_SAME].to_numpy()))
    missed = _keyed(then[then["status"].isin(MISSES)])
    keys = list(map(tuple, missed[_SAME].to_numpy()))
    return missed.index[[key[:3] in run and key not in still for key in keys]]


def _told(now: pd.DataFrame, then: pd.DataFrame, mended: pd.DataFrame) -> pd.DataFrame:
    """Return what was missed before or after, newly broken first."""
    missed = now[now["status"].isin(MISSES)]
    before = _missed_before(then).set_index(_SAME)
    known = before.reindex(pd.MultiIndex.from_frame(_keyed(missed)[_SAME]))
    words = {gravity: word for word, gravity in _GRAVITY.items()}
    after = missed.assign(
        effect=missed["since"].map(EFFECTS).fillna("unchanged"),
        before=known["gravity"].map(words).fillna("pass").to_numpy(),
        after=missed["status"],
        miss_before=known["miss"].fillna(0).to_numpy(),
        miss_after=missed["miss"],
    )
    gone = mended.assign(
        effect="mended",
        before=mended["status"],
        after="pass",
        miss_before=mended["miss"],
        miss_after=0.0,
    )
    order = {word: place for place, word in enumerate([*EFFECTS.values(), "mended"])}
    both = pd.concat([after, gone], ignore_index=True)
    both = both.sort_values("effect", key=lambda words: words.map(order), kind="stable")
    return both.reindex(columns=EFFECT_COLUMNS).reset_index(drop=True)


EFFECT_COLUMNS = ["effect", "check", "layer", "against", "code", "name", "before", "after"]
EFFECT_COLUMNS += ["miss_before", "miss_after", "message"]


def _both_alignments(
    before: Side, after: Side, others: list[str], tolerance: Tolerance | None
) -> pd.DataFrame:
    """Return how both maps fit councils and strategic authorities, the old one's rows first."""
    levels = after.atlas.overview["level"]
    references = [key for key in others if levels[key] in REFERENCES]
    tables = []
    for side in (before, after):
        for reference in references:
            try:
                table = alignment(side.atlas, side.layer, [reference], tolerance=tolerance)
            except OverlapError:
                continue
            table.insert(0, "layer", side.layer)
            tables.append(table.reset_index())
    if not tables:
        return pd.DataFrame(columns=["reference", "layer"])
    return pd.concat(tables, ignore_index=True).sort_values("reference", kind="stable")
