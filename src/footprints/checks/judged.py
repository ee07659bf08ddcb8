"""How grave findings are: severity, what was agreed, and what was known before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from footprints.atlas.naming import codes_called
from footprints.checks.asked import GRAVE
from footprints.errors import listed
from footprints.report.findings import FAULTS, KEY, METRES_2, MISSED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprints.atlas import Agreed, Checks

COUNTED = (*MISSED, "excepted")
NUMBERED = [*KEY, "sort", "number"]
UNMATCHED = "unmatched exception"
"""The result of an agreement that matches no miss."""
HARD_ONLY = "population-band"
"""The check whose soft limits warn, however grave a miss of a hard one is."""


def with_severity(findings: pd.DataFrame, checks: Checks) -> pd.DataFrame:
    """Say what a miss of each check counts as, and let misses count as that.

    Parameters
    ----------
    findings : DataFrame
        Whose misses are warnings.
    checks : Checks
        Of the atlas: ``severity`` for a check, or for a check of one layer (``nesting.lad21``).

    Returns
    -------
    DataFrame
        With ``severity``, and ``status`` as grave as that; a miss of a soft limit, and what
        lines cannot decide, still warns.
    """
    said = dict(checks.severity)
    words = [
        said.get(f"{check}.{layer}", said.get(check, GRAVE.get(check, "warn")))
        for check, layer in zip(findings["check"], findings["layer"], strict=True)
    ]
    grave = pd.Series(words, findings.index, dtype="str")
    soft = (findings["check"] == HARD_ONLY) & (findings["limit_kind"] == "soft")
    soft |= findings["cause"] == "undecidable"
    missed = findings["status"].isin(MISSED)
    status = findings["status"].mask(missed & ~soft, grave)
    return findings.assign(severity=grave, status=status)


def with_agreed(
    findings: pd.DataFrame,
    agreed: Sequence[Agreed],
    today: date | None = None,
    *,
    focused: bool = False,
) -> pd.DataFrame:
    """Mark misses that were agreed, and say which agreements have expired or match nothing.

    Parameters
    ----------
    findings : DataFrame
        With severity.
    agreed : sequence of Agreed
        The agreed exceptions.
    today : date, optional
        The day that they must reach to; None takes today's.
    focused : bool
        Whether only one area was looked at: what was agreed of another matches nothing in it.

    Returns
    -------
    DataFrame
        An agreed miss is ``excepted``, one whose agreement has expired fails, and each agreement
        that matches no miss is a finding of its own that warns. What a whole layer misses is
        excepted where each of its faults is.
    """
    if not agreed:
        return findings
    day = today or date.today()  # noqa: DTZ011 - an agreement holds for a day, not an instant.
    status, message = findings["status"].copy(), findings["message"].copy()
    missed, lost = findings["status"].isin(MISSED), []
    for one in agreed:
        rows = missed & (findings["code"] == one.code)
        rows &= (findings["check"] == one.check) & (findings["layer"] == one.layer)
        over = date.fromisoformat(one.until) < day
        if not rows.any():
            lost.append(_unmatched(findings, one, focused=focused))
        status = status.mask(rows, "fail" if over else "excepted")
        words = f" {'It was agreed' if over else 'Agreed'} until {one.until}: {one.reason}"
        message = message.mask(rows, message + words + ("; that has expired." if over else "."))
    judged = _whole_layers(findings.assign(status=status, message=message))
    return pd.concat([judged, *[row for row in lost if row is not None]], ignore_index=True)


def _whole_layers(findings: pd.DataFrame) -> pd.DataFrame:
    """Take the misses of a whole layer as agreed where each fault that it counts was."""
    faults = findings["measure"].isin(FAULTS)
    layers = findings["check"] + " " + findings["layer"]
    left = set(layers[faults & findings["status"].isin(MISSED)])
    agreed = set(layers[faults & (findings["status"] == "excepted")]) - left
    rows = ~faults & findings["code"].isna() & findings["status"].isin(MISSED)
    rows &= layers.isin(agreed)
    words = findings["message"] + " Each of them was agreed."
    return findings.assign(
        status=findings["status"].mask(rows, "excepted"),
        message=findings["message"].mask(rows, words),
    )


def _unmatched(findings: pd.DataFrame, agreed: Agreed, *, focused: bool) -> pd.DataFrame | None:
    """Return a warning that an agreement matches no miss; None where that was not looked at."""
    run = (findings["check"] == agreed.check) & (findings["layer"] == agreed.layer)
    run &= findings["status"] != "skipped"
    known = (run & (findings["code"] == agreed.code)).any()
    meant = [] if known else _meant(findings, agreed)
    if not run.any() or (focused and not known and not meant):
        return None
    # These have findings of what is missed alone.
    ended = known or (agreed.check in {"coverage", "boundaries"} and not meant)
    why = "it is no miss any more" if ended else f"{agreed.layer} has no {agreed.code!r}"
    remedy = f"did you mean {listed(meant)}?" if meant else "take it out."
    said = f"An exception was agreed for {agreed.code} ({agreed.reason}), but {why}: {remedy}"
    row = findings.iloc[:0].reindex([0])
    return row.assign(
        check=agreed.check,
        layer=agreed.layer,
        code=agreed.code,
        status="warn",
        severity="warn",
        result=UNMATCHED,
        message=said,
    ).astype(findings.dtypes)


def _meant(findings: pd.DataFrame, agreed: Agreed) -> list[str]:
    """Return the codes of the footprints that go by what was agreed for."""
    known = findings[(findings["layer"] == agreed.layer) & findings["code"].notna()]
    labels = known.drop_duplicates("code").set_index("code")[["name", "ods_code"]]
    return codes_called(labels, agreed.code)


def against_baseline(findings: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Tell of each finding whether it is new or worse than it was.

    Parameters
    ----------
    findings, earlier : DataFrame
        Of now and of an earlier report.

    Returns
    -------
    DataFrame
        With ``since``: ``new`` (no such miss before, or one of another sort: above its band, and
        not below it any more), ``worse`` (a miss before, now graver, of more people or, where
        nobody is counted, of a smaller share), ``known`` (a miss before, no worse now); NA for
        what is no miss. Of several findings of one key and sort, such as the gaps between two
        footprints, the greatest is held against the greatest; a place that was measured is worse
        if it has grown by more than a square metre, too.
    """
    now, before = _numbered(findings), _numbered(earlier[earlier["status"].isin(COUNTED)])
    told = ["status", "result", "miss", "value", "measured_in"]
    both = now[NUMBERED].merge(
        before[[*NUMBERED, *told]], on=NUMBERED, how="left", validate="many_to_one"
    )
    both.index = findings.index
    graver = _grave(findings["status"]) > _grave(both["status"])
    unlike = both["status"].isna() | (findings["result"].fillna("") != both["result"].fillna(""))
    since = pd.Series("known", index=findings.index, dtype="str")
    since = since.mask(graver | _further_off(findings, both), "worse").mask(unlike, "new")
    return findings.assign(since=since.where(findings["status"].isin(MISSED)))


def mended(findings: pd.DataFrame, earlier: pd.DataFrame, *, focused: bool = False) -> pd.DataFrame:
    """Return the misses of an earlier report that are none any more.

    Parameters
    ----------
    findings, earlier : DataFrame
        Of now and of an earlier report.
    focused : bool
        Whether only one area was looked at now: a footprint of which nothing was found is then
        elsewhere, not mended.

    Returns
    -------
    DataFrame
        Rows of ``earlier`` whose check was run again, against the same layer.
    """
    before = _numbered(earlier[earlier["status"].isin(COUNTED)])
    still = _numbered(findings[findings["status"].isin(COUNTED)])[NUMBERED]
    both = before.merge(still, on=NUMBERED, how="left", indicator="kept")
    gone = both.loc[both["kept"] == "left_only", list(earlier.columns)]
    run = findings[findings["status"] != "skipped"]
    asked = run[KEY[:3]].drop_duplicates()
    # An agreement that matched nothing is about a check, whatever it was held against.
    either = pd.concat([asked, asked.assign(against=pd.NA)]).astype("str").drop_duplicates()
    again = gone.merge(either, on=KEY[:3])
    if focused:
        again = again.merge(run[["layer", "code"]].drop_duplicates(), on=["layer", "code"])
    return again.reset_index(drop=True)


def _numbered(findings: pd.DataFrame) -> pd.DataFrame:
    """Give the misses of one key and sort numbers, the greatest first; what is no miss has -1.

    Faults of a layer are of one sort by their word and counterpart; of a footprint there is one.
    """
    faults = findings["measure"].isin(FAULTS)
    sort = findings["result"].fillna("") + " " + findings["counterpart"].fillna("")
    findings = findings.assign(sort=sort.where(faults, ""))
    missed = findings[findings["status"].isin(COUNTED)]
    order = missed.sort_values(["miss", "value"], ascending=False, kind="stable")
    number = order.groupby([*KEY, "sort"], dropna=False).cumcount()
    return findings.assign(number=number.reindex(findings.index, fill_value=-1))


def _grave(status: pd.Series[str]) -> pd.Series[int]:
    return status.map({"fail": 2, "warn": 1}).fillna(0).astype("int64")


def _further_off(now: pd.DataFrame, before: pd.DataFrame) -> pd.Series[bool]:
    """Tell which findings miss by more; where nobody is counted, which share is smaller."""
    shares = (now["measured_in"] == "share") & (before["measured_in"] == "share")
    counted = now["miss"].notna()
    more = now["miss"] > before["miss"].fillna(0)
    # Who is not counted any more may be more.
    unknown = before["miss"].notna() | (shares & (now["value"] < before["value"]))
    placed = (now["measured_in"] == METRES_2) & (before["measured_in"] == METRES_2)
    grown = placed & (now["value"] > before["value"] + 1)
    return more.where(counted, unknown) | grown
