"""Colours that tell neighbours apart: by hue, by lightness in grey, and in colour blindness."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from footprints.colouring import different

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy.typing as npt

PALETTE = ("#faf0c3", "#a6d8ec", "#f0a872", "#7fa3d1", "#bd7090", "#2f7f71", "#5d538d", "#4d3a2e")
"""Fills, from the lightest to the darkest: any two are at least eight steps of lightness apart."""
FAINT = "#dedede"
FAINT_EDGE = "#9d9d9d"
EDGE = "#4d4d4d"
INK = "#1a1a1a"
QUIET = "#5f5f5f"
MISS = "#8c1c13"


class Stroke(NamedTuple):
    """How the outlines of one layer are drawn: a colour, a width in points, dashes and a name."""

    colour: str
    width: float
    dashes: tuple[float, tuple[float, ...] | None]
    words: str


STROKES = (
    Stroke("#111111", 1.9, (0, None), "solid black line"),
    Stroke("#7a0f4f", 1.7, (0, (5, 2)), "dashed line"),
    Stroke("#0b3c78", 1.6, (0, (1.2, 1.4)), "dotted line"),
    Stroke("#3d3d3d", 1.3, (0, (7, 2, 1.2, 2)), "dash-dotted line"),
    Stroke("#5a3a00", 1.0, (0, (2.5, 2.5)), "thin dashed line"),
)
"""Outlines differ by dashes and width first, so that they are told apart in grey."""


def lightness(colour: str) -> float:
    """Return the lightness of a colour as it is seen in grey: L* of CIELAB, 0 to 100.

    Parameters
    ----------
    colour : str
        Such as ``#a6d8ec``.

    Returns
    -------
    float

    Examples
    --------
    >>> round(lightness("#ffffff")), round(lightness("#777777"))
    (100, 50)
    """
    channels = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    grey = float(linear @ [0.2126, 0.7152, 0.0722])
    return float(116 * np.cbrt(grey) - 16 if grey > (6 / 29) ** 3 else grey * (29 / 3) ** 3)


def touching(shapes: gpd.GeoSeries, near: float) -> npt.NDArray[np.intp]:
    """Return the pairs of areas that touch or nearly do, as an array of two rows of positions."""
    known = shapes.array
    left, right = shapely.STRtree(known).query(known, predicate="dwithin", distance=near)
    return np.vstack([left, right])[:, left != right]


def told_apart(shapes: gpd.GeoSeries, near: float) -> pd.Series[str]:
    """Give each area a colour that none of its neighbours has.

    As few colours are used as :func:`footprints.colouring.different` needs. Where so many areas
    are near one another that the palette is too short, only those that are nearer count.

    Parameters
    ----------
    shapes : GeoSeries
        Areas in EPSG:27700, indexed by code.
    near : float
        How near areas are neighbours too, in metres, such as those on two sides of a river mouth.

    Returns
    -------
    Series of str
        Colours of :data:`PALETTE`, with the index of ``shapes``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = gpd.GeoSeries([shapely.box(x, 0, x + 1, 1) for x in range(3)], index=list("abc"))
    >>> told_apart(squares, 0.1).to_dict()
    {'a': '#a6d8ec', 'b': '#faf0c3', 'c': '#a6d8ec'}
    """
    colours = _within(near, len(shapes), lambda reach: touching(shapes, reach))
    return pd.Series(colours, index=shapes.index, dtype="str")


def carried_on(
    sides: tuple[gpd.GeoSeries, gpd.GeoSeries],
    goes_on: pd.Series[str],
    flows: pd.DataFrame,
    near: float,
) -> tuple[pd.Series[str], pd.Series[str]]:
    """Give footprints colours before and after a redraw: one that goes on keeps its own.

    Neighbours differ on either map, and so do an old and a new footprint that share ground and
    are not the same: where the colour of a place changed, it is in another footprint now.

    Parameters
    ----------
    sides : tuple of two GeoSeries
        The areas before and after in EPSG:27700, indexed by code.
    goes_on : Series of str
        The new code of each old footprint that goes on, indexed by the old one.
    flows : DataFrame
        What shares ground: ``old`` and ``new``, codes.
    near : float
        As in :func:`told_apart`.

    Returns
    -------
    tuple of two Series of str
        Colours of :data:`PALETTE`, with the indexes of the sides.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = shapely.box([0, 1], 0, [1, 2], 1)
    >>> old, new = (gpd.GeoSeries(squares, index=list(codes)) for codes in ("ab", "AB"))
    >>> flows = pd.DataFrame({"old": ["a", "b"], "new": ["A", "B"]})
    >>> before, after = carried_on((old, new), pd.Series({"a": "A"}), flows, 0.1)
    >>> before["a"] == after["A"], before["b"] == after["B"]
    (True, False)
    """
    old, new = (side.index for side in sides)
    numbers = np.arange(len(old)), len(old) + np.arange(len(new))
    kept = goes_on[goes_on.index.isin(old) & goes_on.isin(new)]
    numbers[1][new.get_indexer(kept)] = old.get_indexer(kept.index)
    ends = np.vstack([old.get_indexer(flows["old"]), new.get_indexer(flows["new"])])
    ends = ends[:, (ends >= 0).all(axis=0)]
    shared = np.vstack([numbers[0][ends[0]], numbers[1][ends[1]]])
    shared = shared[:, shared[0] != shared[1]]

    def apart(reach: float) -> npt.NDArray[np.intp]:
        pairs = [
            number[touching(shapes, reach)] for shapes, number in zip(sides, numbers, strict=True)
        ]
        return np.hstack([*pairs, shared])

    colours = _within(near, len(old) + len(new), apart)
    before, after = (
        pd.Series(colours[number], index=codes, dtype="str")
        for number, codes in zip(numbers, (old, new), strict=True)
    )
    return before, after


def _within(
    near: float, count: int, apart: Callable[[float], npt.NDArray[np.intp]]
) -> npt.NDArray[np.str_]:
    """Return colours that differ as far around as there are colours enough."""
    for reach in (near, near / 4, 0.0):
        numbers = different(count, *apart(reach))
        if numbers.max(initial=0) < len(PALETTE):
            break
    return _colours(numbers)


def _colours(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    # One colour alone is the second: the lightest is hardly seen on white paper.
    first = 0 if numbers.any() else 1
    return np.array(PALETTE)[(first + numbers) % len(PALETTE)]
