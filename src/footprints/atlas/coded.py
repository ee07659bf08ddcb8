"""Units, people and members of an atlas as arrays of positions, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import pandas as pd
import shapely

from footprints.atlas.naming import units_named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import numpy.typing as npt

    from footprints.atlas.parts import Layer, Lines, Population, UnitTable

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True, eq=False)
class Members:
    """The members of one layer in one table of units, a row a unit and footprint.

    Parameters
    ----------
    codes : Index of str
        The footprints of the layer.
    unit, code : array of int
        Positions in the table of units and in ``codes``.
    count : int
        How many units the table has.
    people : array of float, optional
        Persons of the unit in the footprint; None where the units belong to it whole.
    population : Population, optional
        Whose people ``people`` counts.
    """

    codes: pd.Index[str]
    unit: npt.NDArray[np.intp]
    code: npt.NDArray[np.intp]
    count: int
    people: npt.NDArray[np.float64] | None = None
    population: Population | None = None

    @cached_property
    def by_unit(self) -> npt.NDArray[np.intp]:
        """The footprint of each unit of the table, -1 for none; for whole units only."""
        found = np.full(self.count, -1, dtype=np.intp)
        found[self.unit] = self.code
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Blocks:
    """A table of units as arrays, in its order.

    Parameters
    ----------
    name : str
        The name of the table.
    table : GeoDataFrame
        In EPSG:27700, indexed by unit.
    populations : tuple of Population
        The populations, the most used first.
    lines : {"none", "illustrative", "official"}
        What the polygons are.
    """

    name: str
    table: gpd.GeoDataFrame
    populations: tuple[Population, ...]
    lines: Lines = "none"

    @cached_property
    def people(self) -> dict[str, npt.NDArray[np.float64]]:
        """Persons in each unit, by population."""
        return {p.name: self.table[p.name].to_numpy(dtype="float64") for p in self.populations}

    @cached_property
    def area_m2(self) -> npt.NDArray[np.float64] | None:
        """The area of each unit: its column, else that of official polygons; None if neither."""
        if "area_m2" in self.table:
            return np.asarray(self.table["area_m2"].to_numpy(dtype="float64", na_value=np.nan))
        if self.lines == "official":
            return np.asarray(shapely.area(self.table.geometry.array))
        return None

    @cached_property
    def places(self) -> tuple[npt.NDArray[np.object_], str] | None:
        """A point for each unit, and what it is; None where no place is known.

        The population-weighted centre is best, then a point that the table came with, then a
        point guaranteed inside the official polygon.
        """
        shapes = np.asarray(self.table.geometry.array)
        if {"easting", "northing"} <= set(self.table.columns):
            east, north = (self.table[name].to_numpy("float64") for name in ("easting", "northing"))
            return shapely.points(east, north), "centres of population"
        if len(shapes) and (shapely.get_type_id(shapes) == 0).all():
            return shapes, "points of the units"
        if self.lines == "official":
            # A vertex on a straight edge must not move the point, and with it a unit.
            plain = shapely.simplify(shapes, 0)
            return shapely.point_on_surface(plain), "points inside the units"
        return None


class Coded:
    """The units and members of an atlas as arrays; each is worked out when first asked for.

    Parameters
    ----------
    units, layers : mapping
        The tables of units and the layers of the atlas, by name.
    rows : mapping of str to mapping of str to DataFrame
        The rows of the membership table, by layer and table of units.
    """

    def __init__(
        self,
        units: Mapping[str, UnitTable],
        layers: Mapping[str, Layer],
        rows: Mapping[str, Mapping[str, pd.DataFrame]],
    ) -> None:
        self._units = units
        self._layers = layers
        self._rows = rows
        self._blocks: dict[str, Blocks] = {}
        self._members: dict[tuple[str, str], Members] = {}
        self._once: dict[tuple[object, ...], object] = {}

    def tables(self, layer: str, units: str | None = None) -> tuple[str, ...]:
        """Return the tables of units that list a layer, in the order of the atlas.

        Only ``units`` of them where that is given, which is an UnknownNameError where the atlas
        has no such table.
        """
        wanted = units_named(self._units, units)
        return tuple(name for name in self._rows[layer] if name in wanted)

    def covers(self, layer: str) -> bool:
        """Tell whether a layer is meant to hold every unit."""
        return self._layers[layer].covers

    def lines(self, layer: str) -> Lines:
        """Return what a layer's own lines are: ``none`` where they are joined from units."""
        return self._layers[layer].lines

    def drawing(self, layer: str) -> dict[str, Any]:
        """Return what the file of a layer's own lines told of them."""
        return dict(self._layers[layer].table.attrs)

    def shapes(self, layer: str) -> npt.NDArray[np.object_]:
        """Return a layer's own lines as an array."""
        return np.asarray(self._layers[layer].table.geometry.array)

    def codes(self, layer: str) -> pd.Index[str]:
        """Return the footprints of a layer."""
        return self._layers[layer].table.index

    def labels(self, layer: str) -> pd.DataFrame:
        """Return the names and NHS codes of a layer's footprints, NA where there is none."""
        return pd.DataFrame(self._layers[layer].table).reindex(columns=["name", "ods_code"])

    def evidence(self, layer: str, units: str) -> npt.NDArray[np.intp]:
        """Return how weak the membership of each unit is: a place in EVIDENCE, -1 for none."""
        rows = self._rows[layer][units]
        found = np.full(len(self._units[units].table), -1, dtype=np.intp)
        np.maximum.at(found, self.members(layer, units).unit, rows["evidence"].cat.codes)
        return found

    def blocks(self, units: str) -> Blocks:
        """Return a table of units as arrays."""
        if units not in self._blocks:
            table = self._units[units]
            self._blocks[units] = Blocks(
                name=units,
                table=table.table,
                populations=table.populations,
                lines=table.lines,
            )
        return self._blocks[units]

    def members(self, layer: str, units: str) -> Members:
        """Return the members of a layer in a table of units that lists it."""
        key = (layer, units)
        if key not in self._members:
            rows = self._rows[layer][units]
            index, codes = self._units[units].table.index, self.codes(layer)
            people = rows["people"].to_numpy(dtype="float64")
            linked = not np.isnan(people).all()
            self._members[key] = Members(
                codes=codes,
                unit=index.get_indexer(rows["unit"]),
                code=codes.get_indexer(rows["code"]),
                count=len(index),
                people=people if linked else None,
                population=self._layers[layer].population if linked else None,
            )
        return self._members[key]

    def once(self, name: tuple[object, ...], work: Callable[[], Found]) -> Found:
        """Return what was worked out of the atlas under a name; work it out the first time.

        An atlas never changes, so what costs much and follows from it alone is kept with it.

        Parameters
        ----------
        name : tuple
            What it is, and all that it depends on beside the atlas.
        work : callable
            Works it out.
        """
        if name not in self._once:
            self._once[name] = work()
        return cast("Found", self._once[name])
