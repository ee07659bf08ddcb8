"""A layer more in an atlas."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from footprints.atlas.atlas import Atlas
from footprints.atlas.membership import evidence_from, members_from

if TYPE_CHECKING:
    from collections.abc import Iterable

    from footprints.atlas.parts import Layer, Origin


def layers_of(atlas: Atlas) -> dict[str, Layer]:
    """Return the layers of a whole atlas with their members, by unit.

    Examples
    --------
    >>> from footprints import load_example
    >>> layers_of(load_example())["icb22"].members["england"]["E06000001"]
    'E54000050'
    """
    whole = atlas.whole
    _, layers = whole.parts()
    rows = dict(list(whole.membership.groupby("layer", observed=True)))
    return {
        key: replace(each, members=members_from(rows[key]), evidence=evidence_from(rows[key]))
        for key, each in layers.items()
    }


def with_layer(
    atlas: Atlas,
    key: str,
    layer: Layer,
    *,
    notes: Iterable[str] = (),
    origins: Iterable[Origin] = (),
) -> Atlas:
    """Return a new atlas with a layer more, and with the same focus.

    Parameters
    ----------
    atlas : Atlas
        Left as it is.
    key : str
        The key of the layer.
    layer : Layer
        Of the units of the atlas.
    notes, origins : iterable
        What has to be said of it, and where it comes from.

    Raises
    ------
    TableError
        If the layer does not fit the atlas.

    Examples
    --------
    >>> from footprints import load_example
    >>> england = load_example()
    >>> more = with_layer(england, "icb99", layers_of(england)["icb22"])
    >>> len(more.people("icb99")), len(england.layers)
    (42, 21)
    """
    whole = atlas.whole
    units, _ = whole.parts()
    made = Atlas(
        title=whole.title,
        units=units,
        layers={**layers_of(atlas), key: layer},
        notes=dict.fromkeys([*whole.notes, *notes]),
        origins=[*whole.origins, *origins],
        checks=whole.checks,
    )
    focus = atlas.focused
    return made if focus is None else made.focus(f"{focus.layer}:{focus.code}")
