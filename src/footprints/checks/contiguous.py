"""Whether each footprint hangs together, and what is parted from the rest of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from footprints.atlas.parts import counts_or_na
from footprints.checks.adjacency import METRES, adjacent, components
from footprints.checks.links import REACH_M, checked_links, links_between
from footprints.checks.pieces import Pieces, pieces_of
from footprints.geometry import NATIONAL_GRID, outlines
from footprints.overlaps.pairs import codes_at
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.atlas import Atlas

    Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Contiguity:
    """How each footprint hangs together.

    Parameters
    ----------
    table : DataFrame
        A row a footprint, indexed by ``code``: ``name``; ``parts`` (count) and
        ``parts_after_links``; ``people``; ``people_elsewhere`` (outside the main part) and
        ``people_unjoined`` (in parts that no link joins to it), persons; ``share_unjoined`` (0 to
        1, as ``share`` of the parts; NA where nobody lives in the footprint); ``status`` (``contiguous``, ``joined by links``, ``island without a link``,
        ``exclave`` or ``no units``); ``forgiven`` (whether all that is unjoined is small enough).
    parts : GeoDataFrame
        A row a part, in EPSG:27700: ``code``; ``part`` (1 is the main one, which has most people;
        then by people); ``kind`` (``main``; ``exclave``, which touches others; ``island``, which
        touches nothing); ``units`` (count); ``people``; ``share`` (0 to 1, of the footprint's
        people, of its area where no people are known; NA where that is zero); ``area_m2``;
        ``touches`` (the names of the footprints beside it); ``link`` and ``reason`` (of the links
        that end in it, for parts other than the main one); ``joined`` (whether links join it to
        the main part); ``forgiven``; ``x`` and ``y``, a place in it (metres); ``geometry``.
    """

    table: pd.DataFrame
    parts: gpd.GeoDataFrame


def contiguity(
    atlas: Atlas,
    layer: str,
    *,
    links: pd.DataFrame | Literal["england"] | None = "england",
    tolerance: Tolerance | None = None,
    units: str | None = None,
) -> Contiguity:
    """Find the parts of each footprint, with their people and what lies between them.

    Units of one footprint hang together where they share an edge, as
    :func:`footprints.neighbours` finds it; a unit is never cut, even if it is drawn in several
    pieces. A layer without units that have official polygons is taken by the polygons of its own
    official lines. A link joins two parts of one footprint if the unit nearest to either end, no
    more than 1 km away, lies in them.

    Parameters
    ----------
    atlas : Atlas
        With official polygons of units, or official lines of the layer's own.
    layer : str
        A key, or a bare kind.
    links : DataFrame, "england" or None
        Bridges, tunnels, causeways and ferries, as :func:`footprints.sea_links` gives them, which
        ``"england"`` takes; None takes none.
    tolerance : Tolerance, optional
        Parts of no more ``people``, or no more than ``share`` of the footprint's people, are
        marked as forgiven; ``metres`` is how wide a gap between neighbours may be, None is 1 m.
    units : str, optional
        The table of units; None takes the first that fits.

    Returns
    -------
    Contiguity
        The attrs of both tables hold ``layer``, ``method`` (``members`` or ``lines``), ``units``,
        ``population``, ``source``, ``date``, ``metres``, ``reach_m``, ``links`` (count) and
        ``focus``, if the atlas has one.

    Raises
    ------
    OverlapError
        If there is nothing official to measure: illustrative lines never are.
    TableError
        If links lack a column, or the place of an end; all are named.
    UnknownNameError
        If there is no such layer or table of units.

    Examples
    --------
    >>> from footprints import Atlas, Layer, Population, UnitTable
    >>> squares = gpd.GeoDataFrame(
    ...     {"residents": [5, 7, 2]},
    ...     index=["a", "b", "c"],
    ...     geometry=shapely.box([0, 9, 18], 0, [9, 18, 27], 9),
    ...     crs=27700,
    ... )
    >>> residents = Population(name="residents", source="a survey", as_at="2020")
    >>> members = pd.Series({"a": "P1", "b": "P2", "c": "P1"})
    >>> names = pd.DataFrame({"name": ["Vale", "Hill"]}, index=["P1", "P2"])
    >>> place = Layer(table=names, members={"squares": members}, level="place")
    >>> table = UnitTable(table=squares, populations=(residents,), lines="official")
    >>> atlas = Atlas(title="Vale", units={"squares": table}, layers={"place": place})
    >>> contiguity(atlas, "place").table[["parts", "people_elsewhere", "status"]]
          parts  people_elsewhere      status
    code
    P1        2                 2     exclave
    P2        1                 0  contiguous
    """
    key, whole = atlas.resolve(layer), atlas.whole
    tolerance = tolerance or Tolerance()
    metres = METRES if tolerance.metres is None else tolerance.metres
    links = checked_links(links)
    pieces = pieces_of(whole, key, units)
    names = whole.parts()[1][key].table["name"]
    names = names.fillna(names.index.to_series()).astype("str")
    one, other = _edges(whole, key, pieces, metres)
    part, parts = _parts(pieces, one, other)
    parts = parts.join(_touching(pieces, part, one, other, names))
    parts = _joined(parts, pieces, part, links)
    few = parts["people"].to_numpy(dtype="float64", na_value=np.nan)
    parts["forgiven"] = ~parts["joined"] & tolerance.forgives(few, parts["share"])
    kept = atlas.coded.codes(key)
    shown = _drawn(parts[parts["code"].isin(kept)], pieces, part)
    table = _summed(shown, names[kept])
    shown = shown.drop(columns="group")
    shown.attrs = table.attrs = pieces.attrs | {
        "layer": key,
        "metres": f"{metres:g}",
        "reach_m": f"{REACH_M:g}",
        "links": str(len(links)),
        **({"focus": atlas.focused.code} if atlas.focused else {}),
    }
    return Contiguity(table=table, parts=shown)


def _edges(whole: Atlas, key: str, pieces: Pieces, metres: float) -> tuple[Positions, Positions]:
    """Return the pieces that share an edge: of the units of an atlas, found only once."""
    method, units = pieces.attrs["method"], pieces.attrs["units"]
    drawn = units if method == "members" else key
    name = ("adjacent", method, drawn, metres)
    one, other, _ = whole.coded.once(name, lambda: adjacent(pieces.shapes, metres))
    return one, other


def _parts(pieces: Pieces, one: Positions, other: Positions) -> tuple[Positions, pd.DataFrame]:
    """Return the part of each piece, -1 in no footprint, and a row a part, the main one first."""
    own = pieces.own
    same = (own[one] == own[other]) & (own[one] >= 0)
    held = np.flatnonzero(own >= 0)
    of, first = pd.factorize(components(len(own), one[same], other[same])[held])
    part = np.full(len(own), -1, dtype=np.intp)
    part[held] = of
    area = np.bincount(of, pieces.area_m2[held], len(first))
    people = _counts(pieces.people, held, of)
    measure = area if pieces.people is None else people.to_numpy(dtype="float64")
    whole = np.bincount(own[first], measure, len(pieces.footprints))[own[first]]
    parts = pd.DataFrame(
        {
            "own": own[first],
            "code": codes_at(pieces.footprints, own[first]),
            "units": _counts(pieces.units, held, of),
            "people": people,
            "share": np.divide(measure, whole, out=np.full(len(first), np.nan), where=whole > 0),
            "area_m2": area,
            "first": pd.Series(pieces.codes[held]).groupby(of).min(),
        }
    )
    order = ["own", "people", "area_m2", "first"]
    parts = parts.sort_values(order, ascending=[True, False, False, True]).drop(columns="first")
    parts["part"] = parts.groupby("own").cumcount() + 1
    return part, parts


def _counts(
    values: npt.NDArray[np.float64] | None, held: Positions, of: Positions
) -> pd.Series[int]:
    """Add up by part, as whole numbers, as fractions where some are estimated, or as NA."""
    count = of.max(initial=-1) + 1
    if values is None:
        return pd.Series(pd.NA, index=range(count), dtype="Int64")
    sums = np.bincount(of, values[held], count)
    return counts_or_na(sums)


def _touching(
    pieces: Pieces, part: Positions, one: Positions, other: Positions, names: pd.Series[str]
) -> pd.DataFrame:
    """Return for each part the names of what it touches, and whether it touches anything."""
    across = pieces.own[one] != pieces.own[other]
    ends = (
        np.concatenate([one[across], other[across]]),
        np.concatenate([other[across], one[across]]),
    )
    met = pd.DataFrame({"part": part[ends[0]], "own": pieces.own[ends[1]]})
    met = met[met["part"] >= 0].drop_duplicates().sort_values(["part", "own"])
    touched = np.zeros(part.max(initial=-1) + 1, dtype=bool)
    touched[met["part"]] = True
    others = met[met["own"] >= 0]
    shown = pd.Series(names.reindex(pieces.footprints).to_numpy()[others["own"]], others.index)
    lists = shown.groupby(others["part"]).agg("; ".join)
    texts = lists.reindex(range(len(touched)), fill_value="").astype("str")
    return pd.DataFrame({"touches": texts, "touched": touched})


def _joined(
    parts: pd.DataFrame, pieces: Pieces, part: Positions, links: pd.DataFrame
) -> pd.DataFrame:
    """Add the kind of each part, its links, and what they join it to."""
    found = links_between(pieces, part, links)
    whole = components(len(parts), found["one"].to_numpy(), found["other"].to_numpy())
    main = parts["part"] == 1
    parts["kind"] = np.select([main, parts["touched"]], ["main", "exclave"], "island")
    parts["group"] = whole[parts.index]
    to = parts[main].set_index("own")["group"]
    parts["joined"] = main | (parts["group"] == parts["own"].map(to))
    sides = [found.rename(columns={side: "part"})[["part", "link"]] for side in ("one", "other")]
    ends = pd.concat(sides, ignore_index=True).drop_duplicates().sort_values(["part", "link"])
    for column, said in (("link", "name"), ("reason", "reason")):
        words = pd.Series(links[said].to_numpy()[ends["link"]], ends.index, dtype="str")
        texts = words.groupby(ends["part"]).agg("; ".join).reindex(parts.index)
        parts[column] = texts.mask(main).astype("str")
    return parts


def _drawn(parts: pd.DataFrame, pieces: Pieces, part: Positions) -> gpd.GeoDataFrame:
    """Add the outline of each part and a place in it, and put the columns in order."""
    wanted = np.flatnonzero(np.isin(part, parts.index))
    shapes = gpd.GeoDataFrame(geometry=pieces.shapes, crs=NATIONAL_GRID)
    drawn = outlines(shapes, pd.Series(part[wanted], index=wanted)).reindex(parts.index)
    places = shapely.point_on_surface(drawn.array)
    frame = gpd.GeoDataFrame(
        parts.assign(x=shapely.get_x(places), y=shapely.get_y(places)),
        geometry=drawn,
        crs=NATIONAL_GRID,
    )
    columns = ["code", "part", "kind", "units", "people", "share", "area_m2", "touches", "link"]
    columns += ["reason", "joined", "forgiven", "x", "y", "geometry", "group"]
    return frame[columns].reset_index(drop=True)


def _summed(parts: gpd.GeoDataFrame, names: pd.Series[str]) -> pd.DataFrame:
    """Return a row a footprint."""
    out = ~parts["joined"]
    columns = {
        "people": parts["people"],
        "people_elsewhere": parts["people"] * (parts["part"] > 1),
        "people_unjoined": parts["people"] * out,
    }
    by = parts.groupby("code")
    table = pd.DataFrame(
        {"name": names, "parts": by.size(), "parts_after_links": by["group"].nunique()}
    )
    table = table.reindex(names.index).fillna({"parts": 0, "parts_after_links": 0})
    table = table.astype({"parts": "int64", "parts_after_links": "int64"})
    for column, values in columns.items():
        table[column] = values.groupby(parts["code"]).sum(min_count=1)
    # Where the share of a part is not known, that of no part is nought.
    table["share_unjoined"] = (parts["share"] * out).groupby(parts["code"]).sum(min_count=1)
    is_out = [
        table.index.isin(parts.loc[out & (parts["kind"] == kind), "code"])
        for kind in ("exclave", "island")
    ]
    found = [table["parts"] == 0, *is_out, table["parts"] > 1]
    words = ["no units", "exclave", "island without a link", "joined by links"]
    table["status"] = pd.Series(np.select(found, words, "contiguous"), table.index, dtype="str")
    grave = parts.loc[out & ~parts["forgiven"], "code"]
    table["forgiven"] = table.index.isin(parts.loc[out, "code"]) & ~table.index.isin(grave)
    return table.rename_axis("code")
