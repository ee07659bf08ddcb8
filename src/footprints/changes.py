"""Make the changes of a change file, and list the clusters that it tells of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

import pandas as pd

from footprints.atlas import Changes
from footprints.atlas.changing import STATUSES
from footprints.atlas.clustering import LEVEL
from footprints.errors import RedrawError, UnknownNameError, listed
from footprints.levels import body_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from footprints.atlas import Atlas
    from footprints.atlas.changing import LayerChange

CLUSTER_COLUMNS = ["of", "name", "footprints", "count", "status", "date", "evidence", "note"]


def apply_changes(  # noqa: PLR0913 - which changes, each choice by its name.
    atlas: Atlas,
    changes: Changes | Iterable[Changes],
    *,
    as_at: date | str | None = None,
    status: Literal["decided", "proposed"] | None = None,
    layers: str | Iterable[str] | None = None,
    onto: str | None = None,
) -> Atlas:
    """Make changes in the order of their dates, as one step that :meth:`Atlas.undo` takes back.

    Changes of one date all refer to the footprints of the day before, so that they do not depend on
    the order in which a file tells them.

    Parameters
    ----------
    atlas : Atlas
        The atlas before.
    changes : Changes or iterable of Changes
        From :func:`footprints.read_changes`; of one or several files.
    as_at : date or str, optional
        Make those of this date (``2026-04-01``) and before; None makes all.
    status : {"decided", "proposed"}, optional
        Make only those; None makes both.
    layers : str or iterable of str, optional
        Make only those of these layers, as the file calls them; None makes all.
    onto : str, optional
        The layer to redraw, whatever layers the files name: so the changes of several vintages
        follow one another on the oldest. None redraws the layers that the files name.

    Returns
    -------
    Atlas
        With the layers redrawn under the same keys, and clusters as a layer such as
        ``cluster25``; the same atlas where nothing is to be made.

    Raises
    ------
    RedrawError
        If a change cannot be made: it moves what is not where it says, gives a code that there
        is already, overlaps another of its date, or codes follow one another in a circle; or the
        changes of different bodies, such as districts and counties, are to be made ``onto`` one.
    UnknownNameError
        If the atlas has no such layer, or the changes are about none of ``layers``.

    Examples
    --------
    >>> from footprints import load_example, read_changes
    >>> atlas = apply_changes(load_example(), read_changes("icb22-icb26"))
    >>> len(atlas.layers["icb22"]), len(atlas.undo().layers["icb22"])
    (36, 42)
    """
    sets = [changes] if isinstance(changes, Changes) else list(changes)
    wanted = [change for each in sets for change in each.changes]
    if status is not None and status not in STATUSES:
        raise UnknownNameError.among(STATUSES, status, kind="status")
    if layers is not None:
        asked = [layers] if isinstance(layers, str) else list(layers)
        known = list(dict.fromkeys(change.layer for change in wanted))
        if strangers := [layer for layer in asked if layer not in known]:
            raise UnknownNameError.among(known, *strangers, kind="layer in these changes")
        wanted = [change for change in wanted if change.layer in asked]
    last = _day(as_at)
    if onto is not None:
        _check_one_body(wanted, onto)
    wanted = [
        change if onto is None else replace(change, layer=onto)
        for change in wanted
        if change.date <= last and status in {None, change.status}
    ]
    if not wanted:
        return atlas
    return atlas.redraw(wanted, title=" and ".join(each.title for each in sets))


def _check_one_body(wanted: list[LayerChange], onto: str) -> None:
    """Refuse to make the changes of different bodies, such as districts and counties, to one layer."""
    layers = list(dict.fromkeys(change.layer for change in wanted))
    if len({body_of(layer) for layer in layers}) > 1:
        msg = (
            f"These changes are of {listed(layers)}, which are different bodies, and cannot all be "
            f"made to {onto}: say which, such as layers={layers[-1]!r}."
        )
        raise RedrawError(msg, layers)


def _day(as_at: date | str | None) -> str:
    if as_at is None:
        return date.max.isoformat()
    try:
        return date.fromisoformat(str(as_at)).isoformat()
    except ValueError:
        msg = f"{str(as_at)!r} is no date: write it as 2026-04-01."
        raise RedrawError(msg, [as_at]) from None


def clusters(atlas: Atlas) -> pd.DataFrame:
    """List the clusters of an atlas: footprints that are led together, each within its own lines.

    They are a layer of groups, such as ``cluster25``, so everything that is asked of a layer can
    be asked of them: their people against a band, what they are made of
    (:func:`footprints.partition`), how they meet authorities.

    Parameters
    ----------
    atlas : Atlas
        One that changes of kind ``cluster`` were made to.

    Returns
    -------
    DataFrame
        A row a cluster, indexed by ``layer`` and ``code``. Columns: ``of`` (the layer whose
        footprints it groups), ``name``, ``footprints`` (their codes, separated by commas),
        ``count`` (of them), ``status``, ``date``, ``evidence``, ``note``, and one a population
        (persons). No rows where there are none.

    Examples
    --------
    >>> from footprints import load_example, read_changes
    >>> atlas = apply_changes(load_example(), read_changes("clusters-2025"))
    >>> clusters(atlas).loc[("cluster25", "CL-DVN-CIOS"), ["count", "residents"]].to_dict()
    {'count': 2, 'residents': 1785298}
    """
    keys = atlas.overview.index[atlas.overview["level"] == LEVEL]
    parts = {}
    for key in keys:
        table = pd.DataFrame(atlas.layers[key])
        table["count"] = table["footprints"].str.count(",") + 1
        parts[key] = table[CLUSTER_COLUMNS].join(atlas.people(key))
    if not parts:
        empty = pd.MultiIndex.from_arrays([[], []], names=["layer", "code"])
        return pd.DataFrame(columns=CLUSTER_COLUMNS, index=empty)
    return pd.concat(parts, names=["layer", "code"])


def banded_level(atlas: Atlas, key: str) -> str:
    """Return the level whose band a layer is held against: of clusters, that of what they group.

    Parameters
    ----------
    atlas : Atlas
        That holds the layer.
    key : str
        Its key.

    Returns
    -------
    str
        Such as ``system`` for clusters of ICBs; its own level for any other layer, and for
        clusters of what the atlas does not hold.
    """
    levels = atlas.whole.overview["level"]
    if levels[key] != LEVEL:
        return str(levels[key])
    table = atlas.layers[key]
    grouped = table["of"].dropna().unique() if "of" in table else []
    words = {str(levels[of]) for of in grouped if of in levels.index}
    return words.pop() if len(words) == 1 else LEVEL
