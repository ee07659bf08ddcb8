"""What can be switched on and off on a map: footprints, their bands, what a check found."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from footprints.levels import called, rank
from footprints.maps.colours import BAND, SOFT
from footprints.maps.told import texts
from footprints.masking import counted
from footprints.report.contents import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from footprints.atlas import Atlas

    View: TypeAlias = dict[str, object]

MEANINGS = {
    "below": "below its band",
    "within": "within its band",
    "above": "above its band",
    "no limit": "a band without limits",
}
STATUSES = {"fail": "failure", "warn": "warning", "excepted": "agreed exception"}
"""The statuses of findings on a map, and what they are called there."""
INKS = ("#b00020", "#7b3294", "#555555")
"""The ink of each status."""
BANDS, FINDINGS = "Population bands", "Findings"


def heading(atlas: Atlas, key: str) -> str:
    """Return what the footprints of a layer are called.

    Examples
    --------
    >>> from footprints import load_example
    >>> heading(load_example(), "icb22")
    'Systems'
    """
    words = called(atlas.overview.loc[key, "level"], 2)
    return visible(words[:1].upper() + words[1:])


def order(atlas: Atlas, key: str) -> tuple[int, str]:
    """Return what to sort layers by: the highest level first, what stands outside last."""
    level = atlas.overview.loc[key, "level"]
    return (-rank(level), level)


def below(atlas: Atlas, key: str, other: str) -> bool:
    """Tell whether a layer is of a lower level than another one.

    Examples
    --------
    >>> from footprints import load_example
    >>> below(load_example(), "lad23", "icb26"), below(load_example(), "amb22", "icb26")
    (True, False)
    """
    one, higher = (rank(atlas.overview.loc[name, "level"]) for name in (key, other))
    return 0 < one < higher


def areas(atlas: Atlas, key: str, position: int, colours: npt.NDArray[np.int64]) -> View:
    """Return the view of a layer in colours that only tell neighbours apart.

    Parameters
    ----------
    atlas : Atlas
        What the layer is in.
    key : str
        The layer.
    position : int
        Where it is among the layers of the page.
    colours : array of int
        Of each footprint, so that neighbours differ.

    Returns
    -------
    dict

    Examples
    --------
    >>> import numpy as np
    >>> from footprints import load_example
    >>> areas(load_example(), "icb22", 0, np.zeros(42, int))["label"]
    '2022-07 (icb22)'
    """
    as_at = atlas.overview.loc[key, "as_at"]
    return {
        "group": heading(atlas, key),
        "label": visible(f"{as_at} ({key})" if as_at else key),
        "count": len(colours),
        "layer": position,
        "kind": "fill",
        "palette": list(SOFT),
        "colour": (colours % len(SOFT)).tolist(),
        "legend": [],
    }


def banded(atlas: Atlas, key: str, position: int, in_band: pd.DataFrame) -> View | None:
    """Return the view of a layer by how its footprints stand to their band; None without one.

    Parameters
    ----------
    atlas, key, position
        As :func:`areas` takes them.
    in_band : DataFrame
        What the check of population bands found, indexed by the codes of the layer.

    Returns
    -------
    dict or None

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["icb22"], select=["population-band"])
    >>> banded(report.atlas, "icb22", 0, report.findings.set_index("code"))["legend"][0]
    [0, '15 below its band']
    """
    results = in_band["result"].where(in_band["result"].isin(list(BAND)))
    if results.isna().all():
        return None
    counts = results.value_counts()
    names = list(BAND)
    return {
        "group": BANDS,
        "label": visible(f"{heading(atlas, key)} ({key})"),
        "count": int(
            counts.drop("within", errors="ignore").drop("no limit", errors="ignore").sum()
        ),
        "layer": position,
        "kind": "fill",
        "palette": list(BAND.values()),
        "colour": [-1 if pd.isna(word) else names.index(word) for word in results],
        "legend": [
            [number, f"{counts.get(name, 0):,} {MEANINGS[name]}"]
            for number, name in enumerate(names)
            if counts.get(name, 0) or name != "no limit"
        ],
    }


def found(atlas: Atlas, layers: list[str], findings: pd.DataFrame) -> list[View]:
    """Return a view for each check that missed something, with every finding on its footprint.

    Parameters
    ----------
    atlas : Atlas
        What was checked.
    layers : list of str
        Those of the page, in its order.
    findings : DataFrame
        As a report has them.

    Returns
    -------
    list of dict

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["icb22"], select=["population-band"])
    >>> [(view["label"], view["count"]) for view in found(report.atlas, ["icb22"], report.findings)]
    [('population-band: icb22', 16)]
    """
    missed = findings[findings["status"].isin(list(STATUSES)) & findings["layer"].isin(layers)]
    views = []
    by = ["check", "layer", "against"]
    for (check, layer, against), rows in missed.groupby(by, sort=False, dropna=False):
        position = atlas.layers[layer].index.get_indexer(rows["code"].astype("str"))
        drawn = position >= 0
        if drawn.any():
            words = f"{check}: {layer}" + ("" if pd.isna(against) else f" against {against}")
            number = layers.index(layer)
            views.append(finding_view(visible(words), number, rows[drawn], position[drawn]))
    return views


def finding_view(
    label: str, layer: int, rows: pd.DataFrame, position: npt.NDArray[np.intp]
) -> View:
    """Return the view of findings that miss something, each hatched in the ink of its status.

    Parameters
    ----------
    label : str
        What it is called.
    layer : int
        Where the layer that it is drawn on is among those of the page.
    rows : DataFrame
        Findings, all of :data:`STATUSES`.
    position : array of int
        Of each the area in that layer.

    Returns
    -------
    dict

    Examples
    --------
    >>> rows = pd.DataFrame({"status": ["warn"], "message": ["Too small."], "source": ["ours"]})
    >>> finding_view("bands", 0, rows, pd.Index([4]).to_numpy())["found"]
    [[4, 1, 'Too small.']]
    """
    names = list(STATUSES)
    counts = rows["status"].value_counts()
    told = zip(position.tolist(), rows["status"], texts(rows["message"]), strict=True)
    return {
        "group": FINDINGS,
        "label": label,
        "count": len(rows),
        "layer": layer,
        "kind": "hatch",
        "palette": list(INKS),
        "found": [[of, names.index(status), message] for of, status, message in told],
        "words": list(STATUSES.values()),
        "source": "; ".join(texts(rows["source"].dropna().drop_duplicates())),
        "legend": [
            [number, f"{counted(counts[name], STATUSES[name])}"]
            for number, name in enumerate(names)
            if name in counts
        ],
    }


def off_the_map(atlas: Atlas, layers: Sequence[str], findings: pd.DataFrame) -> list[str]:
    """Say how many findings are of no footprint that is drawn, and of what they are.

    Parameters
    ----------
    atlas : Atlas
        What is drawn.
    layers : sequence of str
        Those that are.
    findings : DataFrame
        As a report has them.

    Returns
    -------
    list of str
        A sentence, or none.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["pcn21"], select=["population-band"])
    >>> off_the_map(report.atlas, ["icb22"], report.findings)
    ['547 findings are not on the map: population-band of pcn21.']
    """
    missed = findings[findings["status"].isin(list(STATUSES))]
    codes = [atlas.layers[key].index.to_frame(name="code").assign(layer=key) for key in layers]
    known = pd.MultiIndex.from_frame(pd.concat(codes)[["layer", "code"]])
    rest = missed[~pd.MultiIndex.from_frame(missed[["layer", "code"]]).isin(known)]
    if not len(rest):
        return []
    named = (rest["check"] + " of " + rest["layer"].fillna("the atlas")).drop_duplicates()
    says = "finding is" if len(rest) == 1 else "findings are"
    return [visible(f"{len(rest):,} {says} not on the map: {', '.join(named)}.")]
