"""What a redraw does to the checks: what it breaks, what it mends, what stays as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from footprints.checks.asked import Asked
from footprints.checks.coterminous import alignment
from footprints.checks.gate import chosen_bands, judged, look_into, pairs_missed
from footprints.checks.judged import COUNTED, UNMATCHED, against_baseline
from footprints.errors import OverlapError
from footprints.levels import LADDER, parse_key, rank
from footprints.report.findings import KEY

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from footprints.atlas import Atlas
    from footprints.bands import BandSet
    from footprints.tolerance import Tolerance

COUNCILS = ("upper-tier", "district")
REFERENCES = (*COUNCILS, "strategic-authority")
"""The levels whose footprints a layer is hoped to be made of."""
SAME = [*KEY, "result"]
"""What tells one miss from another on two maps: to be above a band is not to be below it."""
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


def what_a_redraw_touches(side: Side, others: Iterable[str], bands: BandSet) -> list[Asked]:
    """Return the checks whose result a redraw of a layer may change.

    Parameters
    ----------
    side : Side
        The layer.
    others : iterable of str
        The layers that it is held against.
    bands : BandSet
        The population bands.

    Returns
    -------
    list of Asked
        Its population band, where its level has one; nesting in it of what lies below it on the
        ladder of levels, and of itself in what lies above and in services; whether systems are
        coterminous with councils and strategic authorities; its coverage, where it is meant to
        cover everybody.

    Examples
    --------
    >>> from footprints import band_set, load_example
    >>> asked = what_a_redraw_touches(
    ...     Side(atlas=load_example(), layer="icb26"),
    ...     ["lad23", "nhser22"],
    ...     band_set("nhs-2019"),
    ... )
    >>> [(one.check, one.layer, one.against) for one in asked][1:4]
    [('nesting', 'lad23', 'icb26'), ('coterminosity', 'icb26', 'lad23'), ('nesting', 'icb26', 'nhser22')]
    """
    levels, covers = side.atlas.overview["level"], side.atlas.overview["covers"]
    key = side.layer
    level = str(levels[key])
    found = [Asked(check="population-band", layer=key)] if level in bands.bands else []
    for other in others:
        found += _nests(key, level, other, levels[other])
        found += _coterminous(key, level, other, levels[other])
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


def others_to_hold_against(before: Side, after: Side) -> tuple[list[str], list[str]]:
    """Return the newest layer of each other level, the lowest first, and those that cannot be.

    A layer must be in both atlases, and list units that the old map and the new one list too,
    or else what is known of one map alone would look as if the redraw had made it. Health and
    Wellbeing Boards are left out where there are upper-tier authorities, which they are the same as.
    """
    levels = after.atlas.overview["level"]
    own = {levels[after.layer], before.atlas.overview.loc[before.layer, "level"]}
    held = [key for key in after.atlas.newest() if key in before.atlas.layers]
    kept = [key for key in held if levels[key] not in own]
    twins = {"hwb"} if "upper-tier" in {levels[key] for key in kept} | own else set()
    kept = [key for key in kept if levels[key] not in twins]
    fit = [key for key in kept if all(_share_units(side, key) for side in (before, after))]
    left_out = [key for key in kept if key not in fit]
    return sorted(fit, key=lambda key: rank(levels[key])), left_out


def _is_older(other: str, layer: str) -> bool:
    """Tell whether a layer is of an earlier year than another, as far as their keys say."""
    theirs, own = parse_key(other).vintage, parse_key(layer).vintage
    return theirs is not None and own is not None and theirs < own


def _share_units(side: Side, other: str) -> bool:
    tables = side.atlas.coded.tables
    return bool(set(tables(side.layer)) & set(tables(other)))


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
    left_out : tuple of str
        Layers that do not list the units of both maps, and were not held against them.
    older : tuple of str
        Layers that both maps were held against and that are of an earlier year than the new one.
    """

    bands: BandSet
    findings: pd.DataFrame
    pairs: pd.DataFrame
    mended: pd.DataFrame
    table: pd.DataFrame
    alignment: pd.DataFrame
    left_out: tuple[str, ...]
    older: tuple[str, ...]


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
    chosen = chosen_bands(after.atlas, bands)
    others, left_out = others_to_hold_against(before, after)
    found: list[pd.DataFrame] = []
    for side in (before, after):
        asked = what_a_redraw_touches(side, others, chosen)
        parts, met, _ = look_into(
            side.atlas.whole, asked, chosen, population=population, tolerance=tolerance
        )
        found.append(_of_the_map(judged(side.atlas.whole, parts, today)))
    each = _as_the_new(found[0], before.layer, after.layer, successors)
    then = _together(each)
    now = against_baseline(found[1], _not_agreed(then))
    mended = found[0].loc[_no_more_missed(now, each)]
    now, mended = _here(after, now), _here(before, mended)
    return Effect(
        bands=chosen,
        findings=now,
        pairs=pairs_missed(now, met),
        mended=mended,
        table=_told(now, then, mended),
        alignment=_both_alignments(before, after, others, tolerance),
        left_out=tuple(left_out),
        older=tuple(key for key in others if _is_older(key, after.layer)),
    )


def _of_the_map(findings: pd.DataFrame) -> pd.DataFrame:
    """Leave out which agreed exceptions match no miss: the atlas says that, not the redraw."""
    kept = findings[findings["result"].fillna("") != UNMATCHED]
    return kept.reset_index(drop=True)


def _not_agreed(then: pd.DataFrame) -> pd.DataFrame:
    """Return misses as if none was agreed: what is no worse than an agreed one is known."""
    agreed = then["status"] == "excepted"
    return then.assign(status=then["status"].mask(agreed, then["severity"]))


def _here(side: Side, findings: pd.DataFrame) -> pd.DataFrame:
    """Keep the findings about footprints of the focus, where there is one."""
    if side.atlas.focused is None:
        return findings
    held = pd.MultiIndex.from_tuples(
        [(key, code) for key in side.atlas.layers for code in side.atlas.coded.codes(key)]
    )
    here = pd.MultiIndex.from_frame(findings[["layer", "code"]]).isin(held)
    return findings[here].reset_index(drop=True)


def _as_the_new(
    findings: pd.DataFrame, old: str, new: str, successors: pd.Series[str]
) -> pd.DataFrame:
    """Return the findings of the old map under the keys and codes of the new one."""
    own = findings["layer"] == old
    names = {old: new}
    return findings.assign(
        code=findings["code"].mask(own, findings["code"].map(successors)),
        layer=findings["layer"].replace(names),
        against=findings["against"].replace(names),
    )


def _together(then: pd.DataFrame) -> pd.DataFrame:
    """Return the misses of footprints that became one as one.

    It is as grave as the gravest of them. People of their misses add up, but not distances from
    a band: the largest of them counts.
    """
    missed = then[then["status"].isin(COUNTED)]
    missed = missed.assign(grave=missed["status"].map(["excepted", "warn", "fail"].index))
    first = missed.sort_values(["grave", "miss"], ascending=False, kind="stable")
    by = [first[name].fillna("") for name in SAME]
    misses = first.groupby(by, sort=False)["miss"]
    total = misses.transform("sum").mask(first["measured_in"] == "people", misses.transform("max"))
    kept = first.assign(miss=total.where(first["miss"].notna()))
    return kept[~pd.concat(by, axis=1).duplicated()].drop(columns="grave")


def _no_more_missed(now: pd.DataFrame, then: pd.DataFrame) -> pd.Index[int]:
    """Return which misses of the old map are none in the new one, of the checks that were run."""
    run = pd.MultiIndex.from_frame(now.loc[now["status"] != "skipped", KEY[:3]].fillna(""))
    still = pd.MultiIndex.from_frame(now.loc[now["status"].isin(COUNTED), SAME].fillna(""))
    missed = then.loc[then["status"].isin(COUNTED), SAME].fillna("")
    gone = ~pd.MultiIndex.from_frame(missed).isin(still)
    return missed.index[gone & pd.MultiIndex.from_frame(missed[KEY[:3]]).isin(run)]


def _told(now: pd.DataFrame, then: pd.DataFrame, mended: pd.DataFrame) -> pd.DataFrame:
    """Return what was missed before or after, newly broken first."""
    missed = now[now["status"].isin(COUNTED)].fillna(dict.fromkeys(SAME, ""))
    before = then[[*SAME, "status", "miss"]].fillna(dict.fromkeys(SAME, ""))
    both = missed.merge(before, on=SAME, how="left", suffixes=("", "_before"))
    after = both.assign(
        effect=both["since"].map(EFFECTS).fillna(_effect_of_agreed(both)),
        before=both["status_before"].fillna("pass"),
        after=both["status"],
        miss_after=both["miss"],
        miss_before=both["miss_before"].mask(both["status_before"].isna(), 0),
    )
    gone = mended.assign(effect="mended", before=mended["status"], after="pass")
    gone = gone.assign(miss_before=gone["miss"], miss_after=gone["miss"].mask(gone["miss"] > 0, 0))
    order = [*EFFECTS.values(), "mended"].index
    all_of_it = pd.concat([after, gone], ignore_index=True)
    all_of_it = all_of_it.sort_values("effect", key=lambda words: words.map(order), kind="stable")
    return all_of_it.reindex(columns=EFFECT_COLUMNS).reset_index(drop=True)


def _effect_of_agreed(both: pd.DataFrame) -> pd.Series[str]:
    """Say what a redraw does where the miss of the new map is agreed: it can be new all the same."""
    words = pd.Series("unchanged", index=both.index, dtype="str")
    more = both["miss"] > both["miss_before"]
    return words.mask(more, "worse").mask(both["status_before"].isna(), "newly broken")


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
