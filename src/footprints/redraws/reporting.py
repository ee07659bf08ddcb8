"""A redraw as a report: what changed, what that breaks and mends, in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.checks.gate import PAIR_COLUMNS, chosen_bands
from footprints.errors import FootprintsError
from footprints.redraws.compared import compare
from footprints.redraws.effects import Side, effect_on_checks
from footprints.redraws.footprint_changes import and_listed
from footprints.redraws.telling import sentences
from footprints.report import Report, as_findings

if TYPE_CHECKING:
    from datetime import date

    from footprints.atlas import Atlas
    from footprints.bands import BandSet
    from footprints.redraws.compared import Change
    from footprints.tolerance import Tolerance


def redraw_report(  # noqa: PLR0913 - what may be asked of it, each by its name.
    old: Atlas,
    new: Atlas,
    change: Change,
    *,
    bands: BandSet | str | None = None,
    population: str | None = None,
    tolerance: Tolerance | None = None,
    today: date | None = None,
) -> Report:
    """Say what a redraw changed and what it does to the checks, as a report.

    Both maps are held against the same population bands, and against the newest layer of every
    other level: what nests in them, what they nest in, the councils, strategic authorities and
    services that they meet, and whether they cover everybody. What the old map missed is the
    baseline of the new one.

    Parameters
    ----------
    old, new : Atlas
        The atlas of either map; the same one twice where it holds both.
    change : Change
        What :func:`footprints.compare` gave for two layers of them.
    bands, population, tolerance, today
        As in :func:`footprints.check`.

    Returns
    -------
    Report
        Of the new map; in an atlas with a focus, of the footprints there. ``findings`` has a row
        ``redraw`` for each footprint of it, and one for each check and footprint, whose ``since``
        is ``new`` where the redraw broke it, ``worse`` or ``known``; ``mended`` is what the old map
        missed and the new one does not. A miss that was agreed of the old map is known of the new
        one unless it is larger; agreed exceptions that match nothing are left to
        :func:`footprints.check`. ``lead`` says what changed, and which layers are of other
        years. ``tables`` holds ``Effects`` (a row a miss of either map: ``effect``, which
        is ``newly broken``, ``worse``, ``unchanged`` or ``mended``; ``check``, ``layer``,
        ``against``, ``code``, ``name``; ``before`` and ``after``, statuses; ``miss_before``
        and ``miss_after``, persons; ``message``), ``Alignment`` (how either map fits
        councils and strategic authorities, as :func:`footprints.alignment` has it),
        ``Flows``, ``Footprints`` and ``Lookup`` (of the change, with names). Where nobody is counted,
        the checks are left out.

    Raises
    ------
    FootprintsError
        If the change is not one between layers of these atlases.

    Examples
    --------
    >>> from footprints import compare, load_example
    >>> atlas = load_example()
    >>> report = redraw_report(atlas, atlas, compare(atlas, "icb22", "icb26"))
    >>> int((report.tables["Effects"]["effect"] == "mended").sum())
    31
    """
    before = Side(atlas=old, layer=_layer(old, change, "old"))
    after = Side(atlas=new, layer=_layer(new, change, "new"))
    redrawn = as_findings([_of_footprints(after, change)])
    tables = {
        "Flows": change.flows,
        "Footprints": change.changes.reset_index(),
        "Lookup": _named_lookup(change),
    }
    lead = tuple(sentences(change.people, change.flows, change.changes))
    if change.attrs["measure"] != "people":
        chosen, empty = chosen_bands(new, bands), pd.DataFrame(columns=PAIR_COLUMNS)
        return Report(
            atlas=new, bands=chosen, findings=redrawn, pairs=empty, lead=lead, tables=tables
        )
    effect = effect_on_checks(
        before,
        after,
        _successors(before, after, change),
        bands=bands,
        population=population,
        tolerance=tolerance,
        today=today,
    )
    return Report(
        atlas=new,
        bands=effect.bands,
        findings=pd.concat([redrawn, effect.findings], ignore_index=True),
        pairs=effect.pairs,
        mended=effect.mended,
        lead=(*lead, *_vintages(after.layer, effect.older), *map(_left_out, effect.left_out)),
        baseline_name="the old map",
        tables={"Effects": effect.table, "Alignment": effect.alignment, **tables},
    )


def _named_lookup(change: Change) -> pd.DataFrame:
    """Return the lookup with the name of each footprint beside its code."""
    lookup = change.lookup.copy()
    for place, side in ((1, "old"), (3, "new")):
        names = change.flows.dropna(subset=side).drop_duplicates(side)
        called = lookup[side].map(names.set_index(side)[f"{side}_name"]).astype("str")
        lookup.insert(place, f"{side}_name", called)
    return lookup


def _left_out(key: str) -> str:
    return (
        f"{key} is held against neither map, since it does not list the units that both maps list, "
        "and a mismatch could come of that alone. To have it checked, name it: footprints check "
        f"--layer {key}."
    )


def _vintages(layer: str, older: tuple[str, ...]) -> list[str]:
    """Say which layers are of earlier years than the new map, and what that may make of a miss."""
    if not older:
        return []
    held = f"{layer} is held against {and_listed(list(older))}, which may have been redrawn since"
    why = "What it misses against them may be a matter of that, not of the redraw."
    return [f"Years are mixed: {held}. {why}"]


def _successors(before: Side, after: Side, change: Change) -> pd.Series[str]:
    """Return the successor of every footprint, those outside a focus too."""
    if "focus" not in change.attrs:
        return change.successors["successor"]
    old, new = before.atlas.whole, after.atlas.whole
    population = change.attrs["population"]
    if old is new:
        whole = compare(old, before.layer, after.layer, population=population)
    else:
        whole = compare(old, new, layer=(before.layer, after.layer), population=population)
    return whole.successors["successor"]


def _layer(atlas: Atlas, change: Change, side: str) -> str:
    key = change.attrs.get(f"{side}_layer", "")
    if key not in atlas.layers:
        has = ", ".join(atlas.layers)
        msg = (
            f"The change is one of {key or 'boundary files'!r}, which {atlas.title} does not hold. "
            f"Give the atlases whose layers were compared; this one has {has}."
        )
        raise FootprintsError(msg, [key])
    return key


def _of_footprints(after: Side, change: Change) -> pd.DataFrame:
    """Return a finding for each footprint of the new map: what happened, and whence its people."""
    new = change.changes.xs("new")
    counted, attrs = change.attrs["measure"] == "people", change.attrs
    came = _whence(change)
    names = new["name"].fillna("")
    called = [f"{name} ({code})" if name else str(code) for code, name in names.items()]
    said = new["happened"].where(new["happened"] == "unchanged", new["happened"] + ", " + came)
    codes = after.atlas.coded.labels(after.layer)["ods_code"].reindex(new.index)
    findings = {
        "check": "redraw",
        "layer": after.layer,
        "code": new.index,
        "ods_code": codes.to_numpy(),
        "name": new["name"].to_numpy(),
        "status": "pass",
        "result": new["happened"].to_numpy(),
        "message": [f"{label}: {words}." for label, words in zip(called, said, strict=True)],
        "measure": "people" if counted else "area",
        "value": new[attrs["measure"]].to_numpy(dtype="float64"),
        "measured_in": "people" if counted else "square metres",
        "miss": 0.0,
        "counterpart": new["counterpart"].to_numpy(),
        "counterpart_name": new["counterpart_name"].to_numpy(),
        "method": attrs["method"],
    }
    if counted:
        findings |= {
            "people": new["people"].to_numpy(),
            "population": attrs["population"],
            "population_date": attrs["date"],
            "population_source": attrs["source"],
        }
    return pd.DataFrame(findings)


def _whence(change: Change) -> pd.Series[str]:
    """Say of each new footprint where its people come from, the most first."""
    measure = change.attrs["measure"]
    flows = change.flows.dropna(subset="new").sort_values(measure, ascending=False, kind="stable")
    amounts = [
        f"{value:,.0f} people" if measure == "people" else f"{value / 1e6:,.2f} km²"
        for value in flows[measure]
    ]
    froms = np.where(flows["old"].isna(), "no footprint", flows["old_name"].fillna(flows["old"]))
    words = pd.Series([f"{n} from {old}" for n, old in zip(amounts, froms, strict=True)])
    said = words.groupby(flows["new"].to_numpy()).agg("; ".join)
    return said.reindex(change.changes.xs("new").index).fillna("from nowhere")
