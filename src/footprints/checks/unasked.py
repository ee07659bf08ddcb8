"""Why something was not looked at that one may have expected to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from footprints.atlas.naming import codes_called
from footprints.errors import listed
from footprints.report.findings import skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from footprints.atlas import Atlas
    from footprints.bands import BandSet

DEFAULTS = {
    "nesting": "by default a layer below the systems is held against them, and systems against "
    "regions, where both list the same units; nest in [checks] asks for more",
    "coterminosity": "by default systems alone are held against upper-tier authorities, where "
    "both list the same units; coterminous in [checks] asks for more",
    "boundaries": "it is run on layers with official lines of their own; boundaries in [checks] "
    "asks for more",
    "contiguity": "it takes long, so it is run where it is named: select it, or say contiguous in "
    "[checks]",
}
"""What each check looks at where an atlas does not say, as far as that can leave a layer out."""


def not_looked_at(
    atlas: Atlas,
    bands: BandSet,
    findings: pd.DataFrame,
    *,
    layers: Sequence[str] | None,
    checks: Iterable[str],
) -> list[pd.DataFrame]:
    """Say why checks that were asked for found nothing to look at.

    Parameters
    ----------
    atlas : Atlas
        What was checked.
    bands : BandSet
        The population bands.
    findings : DataFrame
        What was found.
    layers : sequence of str, optional
        The keys of the layers that were named; None where none were.
    checks : iterable of str
        The checks that were asked for.

    Returns
    -------
    list of DataFrame
        A skipped finding for each check, or each check of a layer, that is not in ``findings``.
    """
    found = set(zip(findings["check"], findings["layer"], strict=True))
    if layers is not None:
        return [
            skipped(check, _why(atlas, bands, check, key), layer=key)
            for check in checks
            for key in layers
            if (check, key) not in found
        ]
    run = {check for check, _ in found}
    return [
        skipped(check, f"no layer here is one for it: {_by_default(check)}")
        for check in checks
        if check not in run
    ]


def agreed_in_vain(
    atlas: Atlas,
    bands: BandSet,
    findings: pd.DataFrame,
    *,
    layers: Sequence[str] | None,
    checks: Iterable[str],
) -> list[pd.DataFrame]:
    """Say of which agreed exceptions nothing was looked at, and why.

    Parameters
    ----------
    atlas, bands, findings, layers
        As for :func:`not_looked_at`.
    checks : iterable of str
        The checks that were run: what was left out on purpose explains itself, as a focus does.

    Returns
    -------
    list of DataFrame
        A skipped finding for each check of a layer.
    """
    if atlas.focused is not None:
        return []
    found, names = set(zip(findings["check"], findings["layer"], strict=True)), set(checks)
    agreed: dict[tuple[str, str], list[str]] = {}
    for one in atlas.checks.agreed:
        if one.check in names and (layers is None or one.layer in layers):
            agreed.setdefault((one.check, one.layer), []).append(one.code)
    return [
        skipped(check, _in_vain(atlas, bands, check, key, codes), layer=key)
        for (check, key), codes in agreed.items()
        if (check, key) not in found and key in atlas.layers
    ]


def _in_vain(atlas: Atlas, bands: BandSet, check: str, key: str, codes: list[str]) -> str:
    """Word why exceptions were not looked at, and which of them are names."""
    labels = atlas.coded.labels(key)
    meant = {code: codes_called(labels, code) for code in codes if code not in labels.index}
    hints = [f"; for {code!r}, did you mean {listed(of)}?" for code, of in meant.items() if of]
    told = f"{key} has agreed exceptions ({listed(codes)}) that nothing was held against"
    return f"{told}: {_why(atlas, bands, check, key)}{''.join(hints)}"


def _why(atlas: Atlas, bands: BandSet, check: str, key: str) -> str:
    """Return why a check did not look at a layer."""
    said, level = atlas.checks, atlas.overview.loc[key, "level"]
    asked = {
        "population-band": dict(said.band_layers).get(level, ()),
        "nesting": [left for left, _ in said.nest],
        "coterminosity": [left for left, _ in said.coterminous],
        "coverage": said.cover,
        "boundaries": said.boundaries,
        "contiguity": said.contiguous,
    }[check]
    if asked and key not in asked:
        return f"the atlas asks for it of {listed(dict.fromkeys(asked))}, and not of {key}"
    if check == "population-band" and level not in bands.bands:
        return f"{bands.name} has no band for a {level}"
    if check == "coverage" and not atlas.overview.loc[key, "covers"]:
        return f"{key} is not meant to hold everybody; cover in [checks] asks for it all the same"
    newest = next((one for one in atlas.newest() if atlas.overview.loc[one, "level"] == level), key)
    if check != "contiguity" and newest != key:
        return f"{key} is older than {newest}; name it to have it checked (--layer {key})"
    return f"{key} ({level}) is no layer for it: {_by_default(check)}"


def _by_default(check: str) -> str:
    return DEFAULTS.get(check, "by default the newest of each level are looked at")
