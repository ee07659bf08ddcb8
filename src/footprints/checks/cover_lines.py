"""What lines leave uncovered or cover twice, with the cause of each place and who lives there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from footprints.checks.gaps import gaps, overlaps, union, widths
from footprints.errors import CRSError, GeometryError, OverlapError, TableError, listed
from footprints.geometry import NATIONAL_GRID, polygon_faults
from footprints.overlaps.cross_check import FLOAT_NOISE_M
from footprints.overlaps.members import counted_text
from footprints.overlaps.points import points_in

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.atlas.coded import Blocks
    from footprints.overlaps.lines import Drawn

    Area: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | shapely.Geometry

STREAM_M = 5.0
"""Without a reference, what is open and wider than this may be the mouth of a river."""
GAPS = ("gap", "open gap", "missing", "in none")


@dataclass(frozen=True, kw_only=True, eq=False)
class Extent:
    """What is to be covered.

    Parameters
    ----------
    shape : geometry, optional
        In EPSG:27700; None where nothing but the lines themselves tells.
    name : str
        What it is: ``given``, a table of units, or ``the lines themselves``.
    is_own : bool
        Whether it is just what the layer lists, and so what even a layer covers that is not meant
        to cover everything.
    """

    shape: shapely.Geometry | None = None
    name: str = "the lines themselves"
    is_own: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Limits:
    """How far lines may be off, in metres, and whether they are meant to cover everything.

    Parameters
    ----------
    metres : float
        The tolerance of the drawing.
    accuracy_m : float
        The accuracy of the coordinates against the reference.
    covers : bool
        Whether everything is to be covered.
    """

    metres: float
    accuracy_m: float = 0.0
    covers: bool = True

    @property
    def search_m(self) -> float:
        """How wide an open gap may be to be looked for without a reference."""
        return max(2 * self.metres, 1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Dwellers:
    """Where people live: a point for each unit, persons, and which units are asked for."""

    codes: pd.Index[str]
    points: npt.NDArray[np.object_]
    people: npt.NDArray[np.float64]
    asked: npt.NDArray[np.bool_]


def extent_given(reference: Area) -> tuple[Extent, dict[str, Any]]:
    """Return what is to be covered and what its file told, or say what is wrong with it.

    Parameters
    ----------
    reference : GeoDataFrame, GeoSeries or geometry
        Official polygons in EPSG:27700.

    Raises
    ------
    CRSError, GeometryError, OverlapError, TableError
        As :func:`footprints.coverage`.
    """
    attrs: dict[str, Any] = {}
    if isinstance(reference, (gpd.GeoDataFrame, gpd.GeoSeries)):
        series, attrs = reference.geometry, dict(reference.attrs)
        if series.crs is None or series.crs.to_epsg() != 27700:
            crs = "no CRS" if series.crs is None else series.crs.to_string()
            msg = f"The reference must be in {NATIONAL_GRID}, but is in {crs}: use to_crs(27700)."
            raise CRSError(msg, [crs])
    elif isinstance(reference, shapely.Geometry):
        series = gpd.GeoSeries([reference], index=["reference"], crs=NATIONAL_GRID)
    else:
        msg = f"A reference is a GeoDataFrame or a geometry, not {type(reference).__name__}."
        raise TableError(msg)
    if attrs.get("lines") == "illustrative":
        msg = "The reference is illustrative: drawn for maps, never measured."
        raise OverlapError(msg, ["reference"])
    faults = polygon_faults(series.reset_index(drop=True))
    if len(faults) or not len(series):
        told = [
            f"{series.index[c]} ({r})"
            for c, r in zip(faults["code"], faults["reason"], strict=True)
        ]
        msg = f"The reference has what are no sound polygons: {listed(told)}."
        raise GeometryError(msg, told)
    return Extent(shape=union(np.asarray(series.array)), name="given"), attrs


def extent_of_units(blocks: Blocks, rows: npt.NDArray[np.intp]) -> tuple[Extent, dict[str, Any]]:
    """Return what some units with official polygons cover, and what their file told."""
    shape = union(np.asarray(blocks.table.geometry.array)[rows])
    return Extent(shape=shape, name=blocks.name, is_own=True), dict(blocks.table.attrs)


def by_lines(
    drawn: Drawn,
    extent: Extent,
    limits: Limits,
    dwellers: Dwellers | None,
    ours: npt.NDArray[np.bool_] | None = None,
) -> tuple[pd.DataFrame, pd.Series[float], dict[str, str]]:
    """Find the places that lines leave uncovered or cover several times.

    Parameters
    ----------
    drawn : Drawn
        The lines of the footprints.
    extent : Extent
        What is to be covered.
    limits : Limits
        What the drawing may explain.
    dwellers : Dwellers, optional
        Units with people; None counts nobody.
    ours : array of bool, optional
        The footprints of a focus. Kept are the places beside them, those with no footprint
        beside them that are nearest to one of them, and those where a unit lies that is asked
        for. None keeps all.

    Returns
    -------
    table : DataFrame
        A row a place; columns as :func:`footprints.coverage` gives, without ``forgiven``.
    people : Series of float
        Persons: ``total``, ``covered``, ``in none``, ``twice``; NA where nobody is counted.
    notes : dict of str
        For the attrs.
    """
    places = _placed(drawn, extent, limits)
    people = pd.Series(np.nan, index=["total", "covered", "in none", "twice"])
    notes: dict[str, str] = {}
    if dwellers is not None:
        places, people, notes = _peopled(places, drawn, extent, dwellers)
    shape = shapely.area(drawn.shapes)
    least = [shape[list(codes)].min() if codes else np.nan for codes in places["codes"]]
    places["share"] = np.minimum(places["area_m2"] / np.array(least, dtype=float), 1.0)
    places["cause"] = _causes(places, extent, limits)
    if ours is not None:
        places = places[_beside(places, drawn, ours) | (places["asked"] > 0)]
    places = _noise_joined(places)
    names = drawn.codes.to_numpy(dtype=object)
    joined = [", ".join(sorted(names[list(codes)])) or None for codes in places["codes"]]
    kinds = pd.Categorical(places["kind"], categories=("overlap", *GAPS), ordered=True)
    places = places.assign(codes=pd.array(joined, dtype="str"), kind=kinds)
    by = ["kind", "area_m2", "codes", "x", "y"]
    places = places.sort_values(by, ascending=[True, False, True, True, True])
    return places, people, notes


def _beside(
    places: pd.DataFrame, drawn: Drawn, ours: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Tell which places lie beside some footprints, or else nearest to them."""
    found = np.array([ours[list(codes)].any() for codes in places["codes"]], dtype=bool)
    alone = np.flatnonzero(places["codes"].map(len).eq(0))
    if len(alone):
        shapes = places["geometry"].to_numpy(dtype=object)[alone]
        place, near = shapely.STRtree(drawn.shapes).query_nearest(shapes)
        found[alone[place[ours[near]]]] = True
    return found


def _placed(drawn: Drawn, extent: Extent, limits: Limits) -> pd.DataFrame:
    """Return gaps and overlaps with their size, codes as positions."""
    codes, shared = overlaps(drawn.shapes)
    twice = pd.DataFrame({"place": shared, "codes": codes, "kind": "overlap"})
    limit = limits.metres + (limits.accuracy_m if extent.shape is not None else 0)
    bare = gaps(drawn.shapes, extent.shape, search=limits.search_m, limit=limit)
    alone = bare["codes"].map(len).eq(0) & bare["is_open"]
    kind = np.select([alone, bare["is_open"]], ["missing", "open gap"], "gap")
    found = pd.concat([twice, bare.assign(kind=kind)], ignore_index=True)
    shapes = found["place"].to_numpy(dtype=object)
    width, xy = widths(shapes)
    return found.drop(columns="place").assign(
        unit=None,
        x=xy[:, 0],
        y=xy[:, 1],
        area_m2=shapely.area(shapes),
        width_m=width,
        off_m=np.nan,
        units=np.nan,
        people=np.nan,
        asked=0,
        geometry=shapes,
    )


def _peopled(
    places: pd.DataFrame, drawn: Drawn, extent: Extent, dwellers: Dwellers
) -> tuple[pd.DataFrame, pd.Series[float], dict[str, str]]:
    """Count who lives in each place; who is in no footprint and no gap has a row of their own."""
    points, people, asked = dwellers.points, dwellers.people, dwellers.asked
    notes = {}
    if extent.name == "given" and extent.shape is not None:
        shapely.prepare(extent.shape)
        inside = shapely.intersects(extent.shape, points)
        out = asked & ~inside
        notes["outside"] = counted_text(int(out.sum()), people[out])
        asked = asked & inside
    hits = np.bincount(points_in(points, drawn.shapes)[0], minlength=len(points))
    is_gap = places["kind"].isin(GAPS).to_numpy()
    point, place = points_in(points, places["geometry"].to_numpy(dtype=object))
    fits = np.where(is_gap[place], hits[point] == 0, hits[point] > 1)
    # A point where two places touch counts in the first.
    point, first = np.unique(point[fits], return_index=True)
    place = place[fits][first]
    places["units"] = np.bincount(place, minlength=len(places))
    places["people"] = np.bincount(place, people[point], len(places))
    places["asked"] = np.bincount(place[asked[point]], minlength=len(places))
    rest = np.setdiff1d(np.flatnonzero((hits == 0) & asked), point)
    again = places["codes"].map(len).to_numpy()[place] - 1
    again = np.where(is_gap[place], 0, again)[asked[point]]
    total, lost = people[asked].sum(), people[asked & (hits == 0)].sum()
    counts = {
        "total": total,
        "covered": total - lost,
        "in none": lost,
        "twice": (people[point[asked[point]]] * again).sum(),
    }
    return _with_the_lost(places, rest, drawn, dwellers), pd.Series(counts), notes


def _with_the_lost(
    places: pd.DataFrame, rest: npt.NDArray[np.intp], drawn: Drawn, dwellers: Dwellers
) -> pd.DataFrame:
    """Add a row for each unit that is in no footprint and in no gap."""
    if not len(rest):
        return places
    points = dwellers.points[rest]
    (_, near), _ = shapely.STRtree(drawn.shapes).query_nearest(
        points, return_distance=True, all_matches=False
    )
    lost = pd.DataFrame(
        {
            "kind": "in none",
            "codes": [(int(shape),) for shape in near],
            "unit": dwellers.codes[rest],
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
            "area_m2": np.nan,
            "width_m": np.nan,
            "off_m": shapely.distance(points, drawn.shapes[near]),
            "units": 1,
            "people": dwellers.people[rest],
            "asked": 1,
            "geometry": points,
        }
    )
    return pd.concat([places.astype({"unit": object}), lost], ignore_index=True)


def _causes(places: pd.DataFrame, extent: Extent, limits: Limits) -> npt.NDArray[np.str_]:
    """Say why each place is as it is."""
    width = places["width_m"].fillna(places["off_m"]).to_numpy(dtype=float)
    is_gap = places["kind"].isin(GAPS).to_numpy()
    against = is_gap & (extent.shape is not None)
    beside = places["codes"].map(len).to_numpy()
    beyond = (places["kind"] == "in none").to_numpy() | (
        (places["kind"].isin(["open gap", "missing"]).to_numpy())
        & ((beside < 2) | (places["outer_m"] > places["inner_m"] / 2).to_numpy())
    )
    explained = width <= limits.metres + np.where(against, limits.accuracy_m, 0)
    unmeant = is_gap & (not limits.covers and not extent.is_own)
    unmeant |= (places["kind"] == "in none").to_numpy() & (not limits.covers)
    lake = (places["kind"] == "gap").to_numpy() & (beside < 2)
    mouth = (places["kind"] == "open gap").to_numpy() & (width > STREAM_M)
    # An inlet has two banks, either of which may be off, and so may be closed or opened whole.
    inlet = (width <= 2 * limits.metres + limits.accuracy_m) & (beside == 1)
    inlet &= (places["kind"] != "in none").to_numpy()
    chosen = {
        "float noise": width <= FLOAT_NOISE_M,
        "datum": against & (width <= limits.accuracy_m),
        "coastline": explained & beyond,
        "drawing": explained,
        "not meant to cover": unmeant,
        "undecidable": ((lake | mouth) & (extent.shape is None)) | (against & inlet),
    }
    return np.select(list(chosen.values()), list(chosen), "real")


def _noise_joined(places: pd.DataFrame) -> pd.DataFrame:
    """Join float noise of the same kind and footprints into one row, which keeps all of it."""
    noise = (places["cause"] == "float noise") & places["unit"].isna()
    if not noise.any():
        return places
    widest = places[noise].sort_values("width_m", ascending=False, kind="stable")
    groups = widest.groupby(["kind", "codes"], sort=False)
    sums = ["area_m2", "units", "people"]
    joined = widest.loc[[rows[0] for rows in groups.groups.values()]].assign(
        **{name: groups[name].sum(min_count=1).to_numpy() for name in sums},
        geometry=[shapely.multipolygons(shapes.to_numpy()) for _, shapes in groups["geometry"]],
    )
    return pd.concat([places[~noise], joined], ignore_index=True)
