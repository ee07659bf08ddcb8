"""How grave findings are: severity, what was agreed, and what was known before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from footprints.checks.asked import GRAVE
from footprints.report.findings import KEY, MISSED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprints.atlas import Agreed, Checks

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
        With ``severity``, and ``status`` as grave as that; a miss of a soft limit still warns.
    """
    said = dict(checks.severity)
    words = [
        said.get(f"{check}.{layer}", said.get(check, GRAVE.get(check, "warn")))
        for check, layer in zip(findings["check"], findings["layer"], strict=True)
    ]
    grave = pd.Series(words, findings.index, dtype="str")
    soft = (findings["check"] == HARD_ONLY) & (findings["limit_kind"] == "soft")
    missed = findings["status"].isin(MISSED)
    status = findings["status"].mask(missed & ~soft, grave)
    return findings.assign(severity=grave, status=status)


def with_agreed(
    findings: pd.DataFrame, agreed: Sequence[Agreed], today: date | None = None
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

    Returns
    -------
    DataFrame
        An agreed miss is ``excepted``, one whose agreement has expired fails, and each agreement
        that matches no miss is a finding of its own that warns.
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
            lost.append(_unmatched(findings, one))
        status = status.mask(rows, "fail" if over else "excepted")
        words = f" {'It was agreed' if over else 'Agreed'} until {one.until}: {one.reason}"
        message = message.mask(rows, message + words + ("; that has expired." if over else "."))
    judged = findings.assign(status=status, message=message)
    return pd.concat([judged, *[row for row in lost if row is not None]], ignore_index=True)


def _unmatched(findings: pd.DataFrame, agreed: Agreed) -> pd.DataFrame | None:
    """Return a warning that an agreement matches no miss; None where its check was not run."""
    run = (findings["check"] == agreed.check) & (findings["layer"] == agreed.layer)
    run &= findings["status"] != "skipped"
    if not run.any():
        return None
    known = (run & (findings["code"] == agreed.code)).any()
    why = "it is no miss any more" if known else f"{agreed.layer} has no {agreed.code!r}"
    said = f"An exception was agreed for {agreed.code} ({agreed.reason}), but {why}: take it out."
    row = findings.iloc[:0].reindex([0])
    return row.assign(
        check=agreed.check,
        layer=agreed.layer,
        code=agreed.code,
        status="warn",
        severity="warn",
        result="unmatched exception",
        message=said,
    ).astype(findings.dtypes)


def against_baseline(findings: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Tell of each finding whether it is new or worse than it was.

    Parameters
    ----------
    findings, earlier : DataFrame
        Of now and of an earlier report.

    Returns
    -------
    DataFrame
        With ``since``: ``new`` (no miss before), ``worse`` (a miss before, now graver or of more
        people), ``known`` (a miss before, no worse now); NA for what is no miss.
    """
    before = earlier[earlier["status"].isin([*MISSED, "excepted"])]
    before = before.drop_duplicates(KEY)[[*KEY, "status", "miss"]]
    both = findings[KEY].merge(before, on=KEY, how="left", validate="many_to_one")
    now, then = (
        status.map({"fail": 2, "warn": 1}).fillna(0).to_numpy()
        for status in (findings["status"], both["status"])
    )
    more = findings["miss"].fillna(0).to_numpy() > both["miss"].fillna(0).to_numpy()
    since = pd.Series("known", index=findings.index, dtype="str")
    since = since.mask((now > then) | more, "worse").mask(both["status"].isna().to_numpy(), "new")
    return findings.assign(since=since.where(findings["status"].isin(MISSED)))


def mended(findings: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Return the misses of an earlier report that are none any more."""
    missed = earlier[earlier["status"].isin([*MISSED, "excepted"])]
    still = findings[findings["status"].isin([*MISSED, "excepted"])][KEY].drop_duplicates()
    checked = findings.loc[findings["status"] != "skipped", ["check", "layer"]].drop_duplicates()
    both = missed.merge(still, on=KEY, how="left", indicator=True)
    gone = both[both["_merge"] == "left_only"].drop(columns="_merge")
    return gone.merge(checked, on=["check", "layer"]).reset_index(drop=True)
