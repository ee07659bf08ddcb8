"""Clusters: footprints that are led together while no boundary moves, as a layer of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from footprints.atlas.membership import evidence_from, members_from
from footprints.atlas.parts import Layer
from footprints.atlas.placing import check_codes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from footprints.atlas.changing import LayerChange
    from footprints.atlas.placing import Ground
    from footprints.errors import Problems

LEVEL = "cluster"
"""The level of a layer of clusters; it stands outside the ladder."""


def clustered(
    changes: list[LayerChange], layers: Mapping[str, Layer], ground: Ground, problems: Problems
) -> list[tuple[str, Layer, pd.DataFrame, list[str]]]:
    """Make a layer of the clusters of one date, such as ``cluster25``.

    Parameters
    ----------
    changes : list of LayerChange
        All of kind ``cluster``; the layers that they are about are left as they are.
    layers : mapping of str to Layer
        The layers of the atlas.
    ground : Ground
        The atlas on the day before.
    problems : Problems
        Where what is wrong is noted.

    Returns
    -------
    list of (str, Layer, DataFrame, list of str)
        Its key, itself, its members and what must be said; nothing without clusters. Its table
        has ``name``, ``of`` (the layer whose footprints it groups), ``footprints`` (their codes),
        ``status``, ``date``, ``evidence`` and ``note``.
    """
    if not changes:
        return []
    faults = len(problems.lines)
    key = f"{LEVEL}{changes[0].date[2:4]}"
    _check(key, changes, layers, problems)
    if len(problems.lines) > faults:
        return []
    members = pd.concat([_members(change, ground) for change in changes], ignore_index=True)
    members["layer"] = key
    table = pd.DataFrame(
        {
            "name": [change.name for change in changes],
            "of": [change.layer for change in changes],
            "footprints": [", ".join(change.old) for change in changes],
            "status": [change.status for change in changes],
            "date": [change.date for change in changes],
            "evidence": [change.evidence or "published" for change in changes],
            "note": [change.note for change in changes],
        },
        index=pd.Index([change.new for change in changes], name="code", dtype="str"),
        dtype="str",
    )
    layer = Layer(
        table=table,
        members=members_from(members),
        evidence=evidence_from(members),
        level=LEVEL,
        as_at=changes[0].date,
        source=changes[0].source,
        note="shared leadership: no boundary moves, and each footprint stays what it is",
        covers=False,
    )
    return [(key, layer, members, [])]


def _members(change: LayerChange, ground: Ground) -> pd.DataFrame:
    rows = ground.rows(change.layer)
    held = rows[rows["code"].isin(change.old)]
    found = held.assign(code=change.new).astype({"evidence": "str"})
    return found.assign(evidence=change.evidence or found["evidence"])


def _check(
    key: str, changes: list[LayerChange], layers: Mapping[str, Layer], problems: Problems
) -> None:
    """Note clusters of what is not there, of one footprint, or of one that is in two."""
    for change in changes:
        check_codes(change, layers[change.layer].table, problems)
        if len(set(change.old)) == 1:
            problems.add("has a cluster of a single footprint", change.old)
    held = [(change.layer, code) for change in changes for code in dict.fromkeys(change.old)]
    if twice := sorted({code for layer, code in held if held.count((layer, code)) > 1}):
        remedy = "A footprint is in one cluster; leave proposals that compete out by status."
        problems.add("has footprints in two clusters", twice, remedy=remedy)
    codes = [change.new for change in changes]
    if same := sorted({code for code in codes if codes.count(code) > 1}):
        problems.add("has two clusters with the code", same, remedy="Give each its own.")
    if len({change.layer for change in changes}) > 1:
        kinds = sorted({change.layer for change in changes})
        remedy = "Give them in files that are applied on dates of different years."
        problems.add("has clusters of several layers on one date", kinds, remedy=remedy)
    if key in layers:
        remedy = "Undo it, or apply them to the atlas before."
        problems.add("has a layer of clusters already", [key], remedy=remedy)
