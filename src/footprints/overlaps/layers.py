"""Two layers of an atlas, held against each other by the best method there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from footprints.atlas.naming import units_named
from footprints.errors import OverlapError, UnknownNameError, listed
from footprints.overlaps.lines import Drawn, Spread, overlap_lines
from footprints.overlaps.members import overlap_members, shared_table
from footprints.overlaps.pairs import Asked, How
from footprints.overlaps.points import overlap_points

if TYPE_CHECKING:
    import pandas as pd

    from footprints.atlas import Atlas, Population
    from footprints.atlas.coded import Blocks

Method = Literal["members", "points", "area"]


def overlap_layers(  # noqa: PLR0913 - what Atlas.overlap hands on.
    atlas: Atlas,
    left: str,
    right: str,
    *,
    method: Method | None = None,
    units: str | None = None,
    population: str | None = None,
    estimate: bool = False,
) -> pd.DataFrame:
    """Hold two layers of an atlas against each other.

    Parameters, what is returned and what is raised are those of
    :meth:`footprints.Atlas.overlap`.
    """
    ways = {"members": overlap_members, "points": overlap_points, "area": overlap_area}
    check_method(method)
    key, other = atlas.resolve(left), atlas.resolve(right)
    asked = Asked(units=units, population=population, estimate=estimate)
    if method is None:
        found = _best(atlas.whole, key, other, asked)
    else:
        found = ways[method](atlas.whole, key, other, asked)
    return _focused(atlas, key, other, found)


def check_method(method: str | None) -> None:
    """Raise an error if there is no such method."""
    allowed = get_args(Method)
    if method is not None and method not in allowed:
        raise UnknownNameError.among(allowed, method, kind="method")


def overlap_area(atlas: Atlas, left: str, right: str, asked: Asked) -> pd.DataFrame:
    """Hold two layers against each other by the area that their lines share.

    Parameters
    ----------
    atlas, left, right
        As in :func:`footprints.overlaps.members.overlap_members`.
    asked : Asked
        Whether to share people out by area, otherwise nobody is counted; and of which table of
        units, and whose people: the first with official polygons that carries the population.

    Returns
    -------
    DataFrame
        A pair table.

    Raises
    ------
    OverlapError
        If a layer has no lines, or illustrative ones; or nobody's people can be shared out.
    UnknownNameError
        If there is no such table of units or population.
    """
    quality = atlas.overview["lines"]
    unfit = {key: quality[key] for key in (left, right) if quality[key] != "official"}
    if unfit:
        words = {
            "none": "has no lines",
            "illustrative": "has lines that are illustrative: drawn for maps, never measured",
        }
        said = " and ".join(f"{key!r} {words[lines]}" for key, lines in unfit.items())
        msg = f"No area can be measured, since {said}."
        raise OverlapError(msg, unfit)
    ones, others = (
        Drawn(codes=frame.index, shapes=np.asarray(frame.geometry.array))
        for frame in (atlas.layers[left], atlas.layers[right])
    )
    how = How(method="area", left_layer=left, right_layer=right)
    if not asked.estimate:
        if asked.population is not None or asked.units is not None:
            msg = "By area, people can only be estimated: say estimate=True to share them out."
            raise OverlapError(msg, [left, right])
        return overlap_lines(ones, others, how)
    blocks, counted = _to_share_out(atlas, asked.units, asked.population)
    how = How(
        method="area", left_layer=left, right_layer=right, units=blocks.name, population=counted
    )
    shapes = np.asarray(blocks.table.geometry.array)
    return overlap_lines(
        ones, others, how, spread=Spread(shapes=shapes, people=blocks.people[counted.name])
    )


def _to_share_out(
    atlas: Atlas, units: str | None, population: str | None
) -> tuple[Blocks, Population]:
    """Choose the units whose people are shared out by area."""
    tables = [atlas.coded.blocks(name) for name in units_named(atlas.units, units)]
    for blocks in tables:
        for counted in blocks.populations:
            if blocks.lines == "official" and population in (None, counted.name):
                return blocks, counted
    said = "; ".join(
        f"{blocks.name!r} counts {listed(p.name for p in blocks.populations)}, its lines are "
        f"{blocks.lines}"
        for blocks in tables
    )
    whose = "people" if population is None else repr(population)
    msg = f"No table of units with official polygons counts {whose} to share out: {said}."
    raise OverlapError(msg, [blocks.name for blocks in tables])


def _best(atlas: Atlas, left: str, right: str, asked: Asked) -> pd.DataFrame:
    """Take members where both layers list the same units, else points, else areas."""
    try:
        shared_table(atlas, left, right, asked)
    except OverlapError as error:
        reasons = [str(error)]
    else:
        return overlap_members(atlas, left, right, asked)
    for way in (overlap_points, overlap_area):
        try:
            return way(atlas, left, right, asked)
        except OverlapError as error:
            reasons.append(str(error))
    raise OverlapError("\n".join(reasons), [left, right])


def _focused(atlas: Atlas, left: str, right: str, pairs: pd.DataFrame) -> pd.DataFrame:
    """Keep the footprints of a focus on the left, whole, with all that they meet."""
    if atlas.focused is None:
        return pairs
    codes = {"left": atlas.coded.codes(left), "right": atlas.coded.codes(right)}
    bare = pairs["left"].isna() & pairs["right"].isin(codes["right"])
    kept = pairs[pairs["left"].isin(codes["left"]) | bare].reset_index(drop=True)
    kept.attrs = pairs.attrs | {"focus": atlas.focused.code}
    return kept
