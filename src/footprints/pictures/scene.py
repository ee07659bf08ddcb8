"""What a picture shows: the layers, the focus, its neighbours, and what misses a check."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from footprints.errors import FootprintsError, listed
from footprints.pictures.colours import STROKES, told_apart
from footprints.report.findings import MISSED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprints.atlas import Atlas, Population
    from footprints.report import Report

Extent = tuple[float, float, float, float]
PADDING = 0.04
"""Room around what is shown, as a share of its longer side."""
NEAR = 0.01
"""How near areas must have different colours, as a share of the longer side of the map."""
STEPS = 3_000
"""How many of the finest steps of a line make up the longer side of the map."""
FARTHEST = 3.0
"""How far around the extent a page may show more, in longer sides of the map."""
NEEDED = ["layer", "code", "status", "message"]
_BODY = re.compile(
    r"^NHS\s+(?=\S)|\s+(?:integrated care board|clinical commissioning group|icb|ccg)$"
    r"|\s+(?:university\s+)?nhs\s+(?:foundation\s+)?trust$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """What is drawn, in EPSG:27700.

    Parameters
    ----------
    atlas : Atlas
        Whole, or with a focus.
    layers : tuple of str
        The layer that is filled, then those whose outlines are drawn.
    frames : dict of str to GeoDataFrame
        The footprints of each layer: with a focus, those that meet it. ``geometry``, ``name``,
        ``people`` (persons, NA where not known), ``missed`` (whether it misses a check); the
        filled one has ``colour`` too.
    neighbours : GeoDataFrame
        The other footprints of the filled layer, drawn faintly: ``geometry``, ``name``.
    base : GeoSeries
        All the land that the atlas knows, for what the filled layer does not cover.
    area : Polygon or MultiPolygon, optional
        The focus, where its lines are known.
    extent : tuple of float
        What must be seen, in metres: west, south, east, north.
    missed : DataFrame
        The findings that are shown, the gravest first, with the columns of a report.
    elsewhere : int
        How many findings that miss something are of no footprint drawn.
    population : Population, optional
        Whose people are counted, of the filled layer.
    heading : str
        What stands over the map, where there are several.
    moved : GeoSeries
        Areas that a redraw moved, indexed by the number that each has on the map.
    """

    atlas: Atlas
    layers: tuple[str, ...]
    frames: dict[str, gpd.GeoDataFrame]
    neighbours: gpd.GeoDataFrame
    base: gpd.GeoSeries
    area: shapely.Geometry | None
    extent: Extent
    missed: pd.DataFrame
    elsewhere: int
    population: Population | None
    heading: str
    moved: gpd.GeoSeries

    @property
    def filled(self) -> gpd.GeoDataFrame:
        """The footprints of the layer that is filled."""
        return self.frames[self.layers[0]]

    @property
    def illustrative(self) -> bool:
        """Whether any line that is drawn is illustrative."""
        lines = self.atlas.whole.overview["lines"]
        drawn = [*self.layers, self.base.name]
        drawn += [self.atlas.focused.layer] if self.atlas.focused else []
        return bool((lines.reindex(drawn) == "illustrative").any())


def scene_of(
    atlas: Atlas,
    layers: str | Sequence[str] | None,
    *,
    findings: Report | pd.DataFrame | None,
    population: str | None,
) -> Scene:
    """Gather what a picture of an atlas shows.

    Parameters
    ----------
    atlas, layers, findings, population
        As :func:`footprints.picture` takes them.

    Returns
    -------
    Scene

    Raises
    ------
    UnknownNameError
        If there is no such layer or population.
    FootprintsError
        If a layer has no lines, there are too many, or the findings lack columns.
    """
    keys = layers_to_draw(atlas, layers)
    missed = misses(findings)
    frames = {key: _footprints(atlas, key, population, missed) for key in keys}
    first, area = keys[0], area_of(atlas)
    extent = extent_of(frames, area)
    longest = longer_side(extent)
    for frame in frames.values():
        frame["geometry"] = as_fine(frame.geometry, longest / STEPS)
    frames[first]["colour"] = told_apart(frames[first].geometry, NEAR * longest)
    base = base_of(atlas.whole)
    shown = pd.concat(
        [frame.index.to_frame(name="code").assign(layer=key) for key, frame in frames.items()]
    )
    is_shown = pd.MultiIndex.from_frame(missed[["layer", "code"]]).isin(
        pd.MultiIndex.from_frame(shown[["layer", "code"]])
    )
    return Scene(
        atlas=atlas,
        layers=tuple(keys),
        frames=frames,
        neighbours=neighbours_of(atlas, first, extent),
        base=as_fine(base, longest / STEPS).rename(base.name),
        area=None if area is None else shapely.simplify(area, longest / STEPS),
        extent=extent,
        missed=missed[is_shown],
        elsewhere=int((~is_shown).sum()),
        population=atlas.population(first, population),
        heading="",
        moved=gpd.GeoSeries([], index=pd.Index([], dtype="str"), crs=base.crs),
    )


def neighbours_of(atlas: Atlas, key: str, extent: Extent) -> gpd.GeoDataFrame:
    """Return what a layer has around the footprints of an atlas with a focus: name and geometry."""
    longest = longer_side(extent)
    whole = atlas.whole.layers[key]
    others = whole.loc[whole.index.difference(atlas.layers[key].index), ["name", "geometry"]]
    others = others[others.intersects(shapely.box(*extent).buffer(FARTHEST * longest))]
    return others.set_geometry(as_fine(others.geometry, longest / STEPS))


def longer_side(extent: Extent) -> float:
    """Return the longer side of what must be seen, in metres."""
    return max(extent[2] - extent[0], extent[3] - extent[1])


def layers_to_draw(atlas: Atlas, layers: str | Sequence[str] | None) -> list[str]:
    """Return the keys of the layers to draw, the one to fill first.

    None takes the newest systems, or else the newest layer with lines of the highest level.
    """
    lines, levels = atlas.overview["lines"], atlas.overview["level"]
    if layers is None:
        drawn = [key for key in atlas.newest() if lines[key] != "none"]
        keys = sorted(drawn, key=lambda key: levels[key] != "system")[:1]
    else:
        keys = list(dict.fromkeys(atlas.resolve_all(layers)))
    if unknown := [key for key in keys if lines[key] == "none"]:
        has = ", ".join(lines.index[lines != "none"]) or "none"
        msg = f"No lines are known for {', '.join(unknown)}. Layers with lines: {has}."
        raise FootprintsError(msg, unknown)
    if not keys:
        msg = f"{atlas.title} has no layer with lines to draw."
        raise FootprintsError(msg)
    if len(keys) > 1 + len(STROKES):
        most = f"one that is filled and up to {len(STROKES)} as outlines"
        msg = f"A picture shows {most}, not {len(keys)}: {', '.join(keys)}. Name fewer layers."
        raise FootprintsError(msg, keys)
    return keys


def misses(findings: Report | pd.DataFrame | None) -> pd.DataFrame:
    """Return the findings that miss something, failures first, then the most people."""
    if findings is None:
        return pd.DataFrame(columns=NEEDED)
    table = findings if isinstance(findings, pd.DataFrame) else findings.findings
    if lacking := [name for name in NEEDED if name not in table]:
        msg = f"The findings lack the columns {listed(lacking)}: give a Report, or its .findings."
        raise FootprintsError(msg, lacking)
    found = table[table["status"].isin(MISSED)]
    people = found["miss"] if "miss" in found else pd.Series(0.0, index=found.index)
    order = pd.DataFrame({"warn": found["status"] != "fail", "less": -people.fillna(0)})
    return found.loc[order.sort_values(["warn", "less"], kind="stable").index]


def short(name: str) -> str:
    """Leave out of a name what every footprint of its layer is called.

    Examples
    --------
    >>> short("NHS Frimley Integrated Care Board"), short("London Ambulance Service NHS Trust")
    ('Frimley', 'London Ambulance Service')
    """
    return _BODY.sub("", name).strip() or name


def area_of(atlas: Atlas) -> shapely.Geometry | None:
    """Return the area of the focus, if there is one and its lines are known."""
    focused = atlas.focused
    if focused is None or atlas.overview.loc[focused.layer, "lines"] == "none":
        return None
    return atlas.layers[focused.layer].geometry[focused.code]


def base_of(atlas: Atlas) -> gpd.GeoSeries:
    """Return the land: the layer with lines that has the fewest footprints and covers all."""
    known = atlas.overview[atlas.overview["lines"] != "none"]
    order = known.assign(part=~known["covers"].astype(bool)).sort_values(
        ["part", "footprints"], kind="stable"
    )
    key = order.index[0]
    return atlas.layers[key].geometry.rename(key)


def extent_of(frames: dict[str, gpd.GeoDataFrame], area: shapely.Geometry | None) -> Extent:
    """Return what must be seen: the focus, or all that is drawn, with some room around."""
    shapes = [area] if area is not None else [frame.total_bounds for frame in frames.values()]
    bounds = np.array([shapes[0].bounds] if area is not None else shapes)
    west, south = bounds[:, :2].min(0)
    east, north = bounds[:, 2:].max(0)
    room = (PADDING if area is None else 4 * PADDING) * max(east - west, north - south)
    return float(west - room), float(south - room), float(east + room), float(north + room)


def as_fine(shapes: gpd.GeoSeries, step: float) -> gpd.GeoSeries:
    """Return areas with lines no finer than a step in metres; neighbours keep shared edges."""
    clean = shapely.coverage_is_valid(shapes.array)
    simplify = shapely.coverage_simplify if clean else shapely.simplify
    drawn = gpd.GeoSeries(simplify(shapes.array, step), index=shapes.index, crs=shapes.crs)
    return drawn.where(drawn.area > 0, shapes)


def _footprints(
    atlas: Atlas, key: str, population: str | None, missed: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Return the footprints of one layer, with their people."""
    layer = atlas.layers[key]
    counted = atlas.population(key, population)
    frame = layer[["geometry"]].copy()
    frame["name"] = layer["name"].fillna(layer.index.to_series()).astype("str")
    frame["people"] = atlas.people(key)[counted.name] if counted else np.nan
    frame["missed"] = frame.index.isin(missed.loc[missed["layer"] == key, "code"])
    return frame
