"""Whether footprints cover everything that they are meant to, with nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from footprints.atlas import Atlas, UnitTable
from footprints.atlas.parts import counts_or_na
from footprints.checks.cover_drawing import (
    drawn_units,
    limits_of,
    read_of,
    refuse_unmeasurable,
)
from footprints.checks.cover_lines import (
    Dwellers,
    Extent,
    by_lines,
    extent_given,
    extent_of_units,
)
from footprints.checks.cover_members import basis_of, by_members, listing
from footprints.errors import OverlapError, TableError, UnknownNameError, listed
from footprints.geometry import NATIONAL_GRID
from footprints.overlaps.frames import blocks_of, drawn_of
from footprints.overlaps.lines import Drawn
from footprints.tolerance import Tolerance

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.atlas import Population
    from footprints.atlas.coded import Blocks
    from footprints.checks.cover_lines import Area

Method = Literal["members", "area"]
MEASURES = ["people", "area_m2", "width_m"]
COLUMNS = [
    "kind",
    "codes",
    "unit",
    "cause",
    "x",
    "y",
    "area_m2",
    "width_m",
    "units",
    "people",
    "share",
    "forgiven",
    "geometry",
]
CAUSES = (
    "real",
    "undecidable",
    "not meant to cover",
    "coastline",
    "drawing",
    "datum",
    "float noise",
)
"""Why something is not covered once, the gravest first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Covered:
    """What a check of coverage found.

    Parameters
    ----------
    table : GeoDataFrame
        A row a place or unit that is not covered just once, nothing left out, in EPSG:27700.
        ``kind``: by lines ``overlap``, ``gap`` (enclosed by footprints), ``open gap`` (open to
        the outside), ``missing`` (no footprint is beside it) and ``in none`` (a unit whose
        place lies outside all lines and gaps); by membership ``in none``, and for link tables
        ``too few`` and ``too many``. ``codes``: the footprints that overlap, or are beside a gap,
        or that list the unit, joined by commas. ``unit``: its code, NA for a place. ``cause``;
        ``x``, ``y`` (metres: where it is widest); ``area_m2``; ``width_m`` (of the largest circle
        in it). ``units`` (count) and ``people`` (persons) live in it; of link tables, persons
        given out too few or too many; NA where nobody is counted. ``share`` (0 to 1: of the unit's
        people; by lines, of the area of the smallest footprint beside it). ``forgiven``.
    summary : DataFrame
        Indexed by ``kind`` and ``cause``: ``rows``, ``forgiven`` (of these), ``people``,
        ``area_m2``, and ``width_m`` (the greatest).
    people : Series
        Persons. ``total`` (who is to be covered) is ``covered`` and ``in none``; ``twice`` counts
        them for each further footprint that they are in, so the people of all footprints add up
        to ``covered`` and ``twice``. NA where nobody is counted.
    status : str
        ``has faults`` (a row is real and not forgiven), else ``not meant to cover``, else
        ``undecidable`` (give a reference), else ``within tolerance``, else ``covers``.
    """

    table: gpd.GeoDataFrame
    summary: pd.DataFrame
    people: pd.Series[int]
    status: str

    @property
    def faults(self) -> gpd.GeoDataFrame:
        """The rows that are real and not forgiven."""
        return self.table[(self.table["cause"] == "real") & ~self.table["forgiven"]]

    @property
    def share(self) -> float:
        """The share of people who are covered, 0 to 1; NaN where nobody is counted."""
        total = self.people["total"]
        return float(self.people["covered"] / total) if pd.notna(total) and total else float("nan")


def coverage(  # noqa: PLR0913 - a layer or lines, and what may be said of them.
    of: Atlas | gpd.GeoDataFrame,
    layer: str | None = None,
    *,
    method: Method | None = None,
    reference: Area | None = None,
    tolerance: Tolerance | None = None,
    units: str | UnitTable | gpd.GeoDataFrame | None = None,
    population: str | None = None,
) -> Covered:
    """Check that footprints cover everything that they are meant to, with nothing twice.

    By lines, the cause of what is found goes by its width: *float noise* up to a millimetre, one
    row for each set of footprints; *datum*, in a gap against a reference, up to the accuracy of
    the coordinates; *drawing* within the tolerance, or *coastline* where no footprint lies on the
    other side; and *real* beyond it. Without a reference a lake and a river mouth look like gaps:
    what one footprint encloses, and what is open and wider than 5 m, is *undecidable* then.
    Against one, what lies beside a single footprint may be an inlet whose two banks are both off:
    it is undecidable up to twice the tolerance.
    A place that is wider in one part is divided there. What is narrower than a hundred-millionth
    of a metre is the rounding of the computation.

    Parameters
    ----------
    of : Atlas or GeoDataFrame
        An atlas, or official polygons in EPSG:27700 indexed by code.
    layer : str, optional
        A key or bare kind; of an atlas only. With a focus, the units inside it, and the places
        where these live, or that are beside its footprints or, beside none, nearest to them.
    method : {"members", "area"}, optional
        By the list of units, or by official lines. None takes the list where there is one and no
        reference is given. Lines joined from units need a reference: they cover those units.
    reference : GeoDataFrame, GeoSeries or geometry, optional
        What the lines are to cover, in EPSG:27700. None takes the units, where their polygons are
        official, of which a layer that is not meant to cover everything is held against those
        that it lists; else what the lines themselves tell: what they enclose, and what is open
        between two and not wider than the search width (twice the tolerance, at least 1 m).
    tolerance : Tolerance, optional
        ``metres`` is how wide a place the drawing may explain; None takes it from the resolution
        of the lines, and of the reference if it is coarser: say it where the file of either does
        not. Rows of no more ``people``, or of
        no more than ``share``, are marked as forgiven, and so is float noise.
    units : str, UnitTable or GeoDataFrame, optional
        The table of units; for a frame, units with people as :func:`footprints.overlap` takes
        them. None takes the first table that lists the layer whole; for a frame, nobody.
    population : str, optional
        Whose people to count; None takes the first that there is. A link table that gives out
        people of this name is held against what each unit has.

    Returns
    -------
    Covered
        The attrs of its table and summary hold ``layer``, ``method``, ``status``, ``units``,
        ``population``, ``source`` and ``date``; by lines ``reference``, ``resolution``,
        ``metres``, ``accuracy_m`` and ``search_m`` too.

    Raises
    ------
    OverlapError
        If the layer cannot be checked in that way: its lines are illustrative or none, or joined
        from the units that they would be held against, or their resolution is not known and no
        tolerance was given; or units do not fit.
    UnknownNameError
        If there is no such layer, table of units, population or method.
    TableError, GeometryError, CRSError
        If frames cannot be used.

    Examples
    --------
    >>> from footprints import load_example
    >>> found = coverage(load_example(), "cauth25")
    >>> found.status, int(found.people["in none"])
    ('not meant to cover', 24715214)
    """
    tolerance = tolerance or Tolerance()
    if method not in (None, *get_args(Method)):
        raise UnknownNameError.among(get_args(Method), method, kind="method")
    if method == "members" and reference is not None:
        msg = "A reference is for lines: leave method= out, or reference=."
        raise OverlapError(msg)
    given = None if reference is None else extent_given(reference)
    if not isinstance(of, Atlas):
        return _of_frame(of, layer, method, given, tolerance, units, population)
    if not isinstance(layer, str):
        msg = f"Say which layer of the atlas: {listed(of.layers)}."
        raise UnknownNameError(msg)
    if units is not None and not isinstance(units, str):
        msg = "Of an atlas, units= is the name of one of its tables of units."
        raise OverlapError(msg)
    key = of.resolve(layer)
    if method == "members" or (method is None and given is None):
        return _of_list(of, key, tolerance, units, population)
    return _of_lines(of, key, given, tolerance, units, population)


def _of_list(
    atlas: Atlas, key: str, tolerance: Tolerance, units: str | None, population: str | None
) -> Covered:
    coded, name = atlas.whole.coded, listing(atlas.whole, key, units, population)
    blocks, asked = coded.blocks(name), _inside(atlas, name)
    table, people, notes = by_members(coded.members(key, name), blocks, population, asked)
    covers = coded.covers(key)
    unmeant = table["kind"].isin(["in none", "too few"]) & (not covers)
    table["cause"] = np.where(unmeant, "not meant to cover", "real")
    notes = {"layer": key, "method": "members"} | notes | _focus(atlas)
    return _result(table, people, notes, tolerance, covers=covers)


def _of_lines(  # noqa: PLR0913, PLR0917 - what coverage() hands on.
    atlas: Atlas,
    key: str,
    given: tuple[Extent, dict[str, Any]] | None,
    tolerance: Tolerance,
    units: str | None,
    population: str | None,
) -> Covered:
    refuse_unmeasurable(atlas.whole, key, has_reference=given is not None)
    coded = atlas.whole.coded
    blocks = drawn_units(atlas.whole, key, units, population)
    drawn = Drawn(codes=coded.codes(key), shapes=np.asarray(atlas.whole.layers[key].geometry.array))
    covers = coded.covers(key)
    if given is None and blocks is not None and blocks.lines == "official":
        members = coded.members(key, blocks.name)
        own = np.arange(members.count) if covers else np.unique(members.unit)
        given = extent_of_units(blocks, own)
    extent, said = given or (Extent(), {})
    read, what = read_of(atlas.whole, key)
    limits, notes = limits_of(read, what, tolerance, (said, extent), covers=covers)
    people = None if blocks is None else _whose(blocks, population)
    dwellers = None
    if blocks is not None and blocks.places is not None and people is not None:
        dwellers = Dwellers(
            codes=blocks.table.index,
            points=blocks.places[0],
            people=blocks.people[people.name],
            asked=_inside(atlas, blocks.name),
        )
        notes |= {"units": blocks.name, "points": blocks.places[1]} | basis_of(people)
    ours = None if atlas.focused is None else drawn.codes.isin(atlas.coded.codes(key))
    table, persons, more = by_lines(drawn, extent, limits, dwellers, ours)
    notes = {"layer": key, "method": "area", "reference": extent.name} | notes | more
    return _result(table, persons, notes | _focus(atlas), tolerance, covers=covers)


def _of_frame(  # noqa: PLR0913, PLR0917 - what coverage() hands on.
    frame: gpd.GeoDataFrame,
    layer: str | None,
    method: Method | None,
    given: tuple[Extent, dict[str, Any]] | None,
    tolerance: Tolerance,
    units: str | UnitTable | gpd.GeoDataFrame | None,
    population: str | None,
) -> Covered:
    if not isinstance(frame, gpd.GeoDataFrame):
        msg = f"Give an Atlas and a layer, or a GeoDataFrame of lines, not {type(frame).__name__}."
        raise TableError(msg)
    if method == "members" or layer is not None or isinstance(units, str):
        msg = "A frame holds lines, and no layers, lists or tables of units: make an Atlas."
        raise OverlapError(msg)
    if units is None and population is not None:
        msg = "People are those of units: say units=."
        raise OverlapError(msg, [population])
    drawn = drawn_of("the one given", frame)
    if not len(frame):
        msg = "The frame has no footprints: there is nothing to check."
        raise TableError(msg)
    dwellers, basis = None, {}
    if units is not None:
        blocks, counted = blocks_of(units, population)
        if blocks.places is None:
            msg = "The units have no easting and northing, no points and no official polygons."
            raise OverlapError(msg, [blocks.name])
        if given is None and blocks.lines == "official":
            given = extent_of_units(blocks, np.arange(len(blocks.table)))
        dwellers = Dwellers(
            codes=blocks.table.index.astype("str"),
            points=blocks.places[0],
            people=blocks.people[counted.name],
            asked=np.ones(len(blocks.table), dtype=bool),
        )
        basis = {"units": blocks.name, "points": blocks.places[1]} | basis_of(counted)
    extent, said = given or (Extent(), {})
    key = str(frame.attrs.get("key", ""))
    what = key or "the frame"
    limits, notes = limits_of(frame.attrs, what, tolerance, (said, extent), covers=True)
    table, people, more = by_lines(drawn, extent, limits, dwellers)
    notes = {"layer": key, "method": "area", "reference": extent.name} | notes | basis | more
    return _result(table, people, notes, tolerance, covers=True)


def _whose(blocks: Blocks, population: str | None) -> Population:
    return next(p for p in blocks.populations if population in (None, p.name))


def _inside(atlas: Atlas, name: str) -> npt.NDArray[np.bool_]:
    """Tell which units of the whole atlas are asked for: all, or those inside a focus."""
    index = atlas.whole.coded.blocks(name).table.index
    if atlas.focused is None:
        return np.ones(len(index), dtype=bool)
    inside = atlas.focused.inside.get(name)
    return np.zeros(len(index), dtype=bool) if inside is None else np.asarray(index.isin(inside))


def _focus(atlas: Atlas) -> dict[str, str]:
    return {} if atlas.focused is None else {"focus": atlas.focused.code}


def _result(
    table: pd.DataFrame,
    people: pd.Series[float],
    notes: dict[str, str],
    tolerance: Tolerance,
    *,
    covers: bool,
) -> Covered:
    """Say what is forgiven, sum up, and put types in order."""
    small = tolerance.forgives(table["people"], table["share"])
    table = table.assign(
        forgiven=small | (table["cause"] == "float noise").to_numpy(dtype=bool),
        cause=pd.Categorical(table["cause"], categories=CAUSES, ordered=True),
        kind=table["kind"].astype("str"),
        unit=table["unit"].astype("str"),
        units=table["units"].astype("Int64"),
        people=counts_or_na(table["people"]),
    )
    found = gpd.GeoDataFrame(table[COLUMNS], geometry="geometry", crs=NATIONAL_GRID)
    found = found.reset_index(drop=True)
    status = _status(found, covers=covers)
    summary = _summary(found)
    found.attrs = summary.attrs = notes | {"status": status}
    return Covered(table=found, summary=summary, people=counts_or_na(people), status=status)


def _status(table: gpd.GeoDataFrame, *, covers: bool) -> str:
    causes = set(table.loc[~table["forgiven"], "cause"])
    if "real" in causes:
        return "has faults"
    if not covers:
        return "not meant to cover"
    if "undecidable" in causes:
        return "undecidable"
    return "within tolerance" if (table["cause"] != "float noise").any() else "covers"


def _summary(table: gpd.GeoDataFrame) -> pd.DataFrame:
    if table.empty:
        keys = pd.MultiIndex.from_arrays([[], []], names=["kind", "cause"])
        return pd.DataFrame(columns=["rows", "forgiven", *MEASURES], index=keys)
    groups = pd.DataFrame(table.drop(columns="geometry")).groupby(["kind", "cause"], observed=True)
    return pd.DataFrame(
        {
            "rows": groups.size(),
            "forgiven": groups["forgiven"].sum(),
            "people": groups["people"].sum(min_count=1),
            "area_m2": groups["area_m2"].sum(min_count=1),
            "width_m": groups["width_m"].max(),
        }
    )
