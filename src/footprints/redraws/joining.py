"""Two atlases on one map: what was compared between them as two layers of one atlas."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from footprints.atlas.adding import layers_of, with_layer
from footprints.errors import FootprintsError, listed, plain
from footprints.redraws.compared import compare

if TYPE_CHECKING:
    from footprints.atlas import Atlas, Layer
    from footprints.redraws.compared import Change

AFTER = "after-{key}"
"""The key of the new layer among those of the old atlas, whose people a comparison counts."""


class OneMap(NamedTuple):
    """An atlas with both layers, and the change between them."""

    atlas: Atlas
    change: Change


def on_one_map(old: Atlas, new: Atlas, change: Change) -> OneMap:
    """Put the layers that were compared between two atlases into one atlas, which can be drawn.

    Parameters
    ----------
    old, new : Atlas
        The two that were compared, such as an atlas and what :func:`footprints.apply_changes`
        made of it. Both list the same units.
    change : Change
        As :func:`footprints.compare` gave it for them.

    Returns
    -------
    atlas : Atlas
        The old one, whose people a comparison counts, with the new layer under its key behind
        ``after-``, and with the focus.
    change : Change
        The same comparison, of these two layers.

    Raises
    ------
    FootprintsError
        If the new layer lists units that the old atlas does not have, or the comparison was made
        in another way than by lists, so that it would tell other numbers here.

    Examples
    --------
    >>> from footprints import compare, load_example
    >>> old = load_example()
    >>> new = old.merge("icb22", ["E54000030", "E54000031"], into="M", name="South London")
    >>> both, change = on_one_map(old, new, compare(old, new, layer="icb22"))
    >>> change.attrs["old_layer"], change.attrs["new_layer"], len(both.layers["after-icb22"])
    ('icb22', 'after-icb22', 41)
    """
    was, now = change.attrs["old_layer"], change.attrs["new_layer"]
    layer, key = layers_of(new)[now], AFTER.format(key=now)
    _refuse_other_units(layer, old.whole)
    both = with_layer(old, key, layer, notes=new.whole.notes)
    if old.focused is None and (focus := new.focused):
        both = both.focus(f"{key if focus.layer == now else focus.layer}:{focus.code}")
    counted = change.attrs["population"] if change.attrs["measure"] == "people" else None
    same = compare(both, was, key, population=counted)
    if both.focused is None and not same.people.equals(change.people):
        msg = (
            f"The change was counted by {change.attrs['method']}, and by lists of units other people "
            "move: a map would tell other numbers. Compare the two atlases by their lists."
        )
        raise FootprintsError(msg)
    return OneMap(both, same)


def _refuse_other_units(layer: Layer, atlas: Atlas) -> None:
    """Refuse a layer of units that an atlas does not have."""
    units, _ = atlas.parts()
    unknown = {
        name: members.index.unique().difference(
            units[name].table.index if name in units else members.index[:0]
        )
        for name, members in layer.members.items()
    }
    some = "; ".join(f"{name}: {listed(codes)}" for name, codes in unknown.items() if len(codes))
    if some:
        msg = (
            "The two atlases are of different units, so one map cannot hold both: "
            f"{plain(atlas.title)} does not have {some}. Convert one of them: atlas.convert_units()."
        )
        raise FootprintsError(msg, [code for codes in unknown.values() for code in codes])
