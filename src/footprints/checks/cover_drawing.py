"""Which lines of a layer can be checked for gaps, and what is known of how they were drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from footprints.checks.cover_lines import Extent, Limits
from footprints.checks.cover_members import listing
from footprints.errors import OverlapError
from footprints.overlaps.drawing import drawing_of

if TYPE_CHECKING:
    from footprints.atlas import Atlas
    from footprints.atlas.coded import Blocks
    from footprints.tolerance import Tolerance


def refuse_unmeasurable(atlas: Atlas, key: str, *, has_reference: bool) -> None:
    """Raise an error unless a layer has official lines, and something other than them to cover.

    Parameters
    ----------
    atlas : Atlas
        Whole.
    key : str
        A layer.
    has_reference : bool
        Whether it was said what the lines are to cover.

    Raises
    ------
    OverlapError
        If the layer has no lines or illustrative ones, or is held against what they are joined
        from.
    """
    lines = atlas.overview["lines"][key]
    if lines != "official":
        what = "has no lines"
        if lines == "illustrative":
            what = "has lines that are illustrative: drawn for maps, never measured"
        msg = f"No gap can be measured, since {key!r} {what}. Use method='members'."
        raise OverlapError(msg, [key])
    if atlas.coded.lines(key) == "none" and not has_reference:
        msg = (
            f"{key!r} has no lines of its own: joined from its units, they would be held against "
            "those same units. Use method='members', or give it official boundaries, or reference=."
        )
        raise OverlapError(msg, [key])


def read_of(atlas: Atlas, key: str) -> tuple[dict[str, Any], str]:
    """Return what the file told of the lines that were read, and what they are called.

    They are those of the layer, else the polygons of the units that its own are joined from.

    Parameters
    ----------
    atlas : Atlas
        Whole.
    key : str
        A layer with official lines.
    """
    coded = atlas.coded
    if coded.lines(key) != "none":
        return coded.drawing(key), key
    whole = [name for name in coded.tables(key) if coded.members(key, name).people is None]
    units = next(name for name in whole if coded.blocks(name).lines != "none")
    return dict(coded.blocks(units).table.attrs), _polygons(units)


def drawn_units(atlas: Atlas, key: str, units: str | None, population: str | None) -> Blocks | None:
    """Choose the units of a layer: official polygons first, then places; None if neither.

    Parameters
    ----------
    atlas : Atlas
        Whole.
    key : str
        A layer.
    units, population : str, optional
        As :func:`footprints.coverage` takes them.

    Raises
    ------
    OverlapError, UnknownNameError
        If the units that were asked for do not fit.
    """
    if units is not None or population is not None:
        return atlas.coded.blocks(listing(atlas, key, units, population))
    tables = [atlas.coded.blocks(name) for name in atlas.coded.tables(key)]
    placed = [table for table in tables if table.places is not None]
    return min(placed, key=lambda table: table.lines != "official", default=None)


def limits_of(
    said: dict[str, Any],
    what: str,
    tolerance: Tolerance,
    against: tuple[dict[str, Any], Extent],
    *,
    covers: bool,
) -> tuple[Limits, dict[str, str]]:
    """Return what the drawing may explain, and the same for the attrs.

    Parameters
    ----------
    said : dict
        What the file told of the lines.
    what : str
        What they are called.
    tolerance : Tolerance
        Its ``metres`` go before what files told.
    against : tuple of dict and Extent
        What the file told of what is to be covered, and this.
    covers : bool
        Whether the lines are meant to cover everything.

    Raises
    ------
    OverlapError
        If the resolution of the lines is not known.
    """
    other, extent = against
    name = _polygons(extent.name) if extent.is_own else "reference"
    metres, accuracy, resolutions = drawing_of({what: said, name: other}, tolerance)
    limits = Limits(metres=metres, accuracy_m=accuracy, covers=covers)
    return limits, {
        "resolution": resolutions[0],
        "metres": f"{metres:g}",
        "accuracy_m": f"{accuracy:g}",
        "search_m": f"{limits.search_m:g}",
    }


def _polygons(units: str) -> str:
    return f"the polygons of {units}"
