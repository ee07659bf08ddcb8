"""Lines, or units with people, of one file as it is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from footprints.atlas import Population, UnitTable
from footprints.crs import LOOKS
from footprints.errors import FileError, TableError, listed
from footprints.geometry import NATIONAL_GRID
from footprints.masking import all_shown
from footprints.read.boundary_files import SIGNATURES
from footprints.read.files import local_file
from footprints.read.layer import read_layer
from footprints.read.looking import NotRead, look_at, total_among
from footprints.read.people import as_people

if TYPE_CHECKING:
    from os import PathLike

    import geopandas as gpd

    from footprints.read.looking import Seen

REMEDIES = {
    "lines": "Give a file of boundaries, such as .geojson or .gpkg.",
    "units with people": "A column of people has a name such as residents, population, people, "
    "'All ages' or patients; name another with --population.",
}
"""What to do where a file does not hold what is looked for."""
PLACES = (("easting", "northing"), ("eastings", "northings"), ("x", "y"))
"""What the columns of a place in EPSG:27700 are called."""
MOST_DEGREES = 180
REGISTERED = re.compile(r"patient|regist|list.?size", re.IGNORECASE)
"""What the name of a column of registered patients says."""


def lines_of_file(path: str | PathLike[str]) -> gpd.GeoDataFrame:
    """Read the one layer of lines of a file, with the options that a drafted atlas file would name.

    Parameters
    ----------
    path : path-like
        A file of boundaries.

    Returns
    -------
    GeoDataFrame
        As :func:`footprints.read_layer` gives it; ``attrs["inferred"]`` says with what it was read.

    Raises
    ------
    FileError
        If it cannot be read, or holds no lines, or those of several layers.
    """
    seen = _only(path, "lines", lambda item: item.located)
    return _read_lines(path, seen)


def units_of_file(path: str | PathLike[str], *, population: str | None = None) -> UnitTable:
    """Read units with their people and places: polygons, or columns of easting and northing.

    Parameters
    ----------
    path : path-like
        A table or a file of boundaries.
    population : str, optional
        The column that counts people; None takes the one that says that it is the total.

    Returns
    -------
    UnitTable
        Its population is called ``residents``, or ``registered`` where the column says that it is of
        patients; its source is the name of the column and of the file.

    Raises
    ------
    FileError
        If it cannot be read, or holds several tables of units.
    TableError
        If it has no such column, several that may be meant, or no places.
    """
    seen = _only(
        path,
        "units with people",
        lambda item: bool(item.own) and (bool(item.people) or population in item.table),
    )
    column = population or total_among(seen.people)
    if column not in seen.table.columns:
        fault = f"has no column {population!r}" if population else "has several that count people"
        msg = f"{seen.file!r} {fault}: name one of {all_shown(seen.people)} with --population."
        raise TableError(msg, seen.people)
    code = seen.codes[seen.own].column
    if seen.located:
        table = _read_lines(path, seen, code=code)
        kept: Any = table[["geometry"]]
    else:
        table = seen.table.assign(code=seen.values(code)).dropna(subset="code").set_index("code")
        kept = pd.DataFrame(_places(seen, table))
    people = as_people(table[column], what=f"people in {column!r}")
    name = "registered" if REGISTERED.search(column) else "residents"
    whose = Population(name=name, source=f"{column} of {seen.file}", as_at="date not said")
    is_polygon = seen.located and table.geom_type.str.endswith("Polygon").all()
    return UnitTable(
        table=kept.assign(**{name: people}),
        populations=(whose,),
        lines="official" if is_polygon else "none",
    )


def _only(path: str | PathLike[str], what: str, fits: Any) -> Seen:
    """Return the one table of a file that is looked for."""
    file = local_file(path, SIGNATURES)
    found = look_at(file, file.name)
    seen = [item for item in found if not isinstance(item, NotRead) and fits(item)]
    if len(seen) == 1:
        return seen[0]
    if not seen:
        said = [item.reason for item in found if isinstance(item, NotRead)]
        tables = [item for item in found if not isinstance(item, NotRead)]
        said += [f"its columns are {all_shown(item.table.columns)}" for item in tables]
        msg = f"{file.name!r} holds no {what}: {'; '.join(said)}. {REMEDIES[what]}"
        raise FileError(msg, [file.name])
    parts = listed(item.part for item in seen)
    msg = f"{file.name!r} holds {what} in several parts, {parts}: give a file of one."
    raise FileError(msg, [item.part for item in seen])


def _read_lines(path: str | PathLike[str], seen: Seen, **named: Any) -> gpd.GeoDataFrame:
    said = tomllib.loads("\n".join(option for option, _ in seen.options))
    part: dict[str, Any] = (
        {"layer": seen.layer} if seen.layer and Path(path).suffix.lower() == ".gpkg" else {}
    )
    return read_layer(path, **said, **part, **named)


def _check_places(seen: Seen, easting: pd.Series[float], northing: pd.Series[float]) -> None:
    """Refuse places that are no metres of the National Grid, such as degrees."""
    west, south, east, north = LOOKS[NATIONAL_GRID]
    inside = easting.between(west, east) & northing.between(south, north)
    # Within 180 m of the grid's origin there is only sea.
    degrees = (easting.abs() <= MOST_DEGREES) & (northing.abs() <= MOST_DEGREES)
    strays = easting.index[~inside | degrees]
    if len(strays):
        msg = (
            f"{seen.file!r} has places outside Great Britain for {all_shown(strays[:5])}"
            f"{f' and {len(strays) - 5:,} more' if len(strays) > 5 else ''}: give eastings and "
            "northings in metres of the British National Grid (EPSG:27700), not degrees."
        )
        raise TableError(msg, list(strays))


def _places(seen: Seen, table: pd.DataFrame) -> dict[str, pd.Series[float]]:
    """Return the columns of easting and northing."""
    columns = {str(name).lower(): name for name in table}
    for pair in PLACES:
        if set(pair) <= set(columns):
            numbers = [pd.to_numeric(table[columns[name]], errors="coerce") for name in pair]
            bare = numbers[0].isna() | numbers[1].isna()
            if bare.any():
                msg = f"{seen.file!r} has no place for {all_shown(table.index[bare])}."
                raise TableError(msg, table.index[bare])
            _check_places(seen, *numbers)
            return dict(zip(("easting", "northing"), numbers, strict=True))
    msg = (
        f"{seen.file!r} does not say where its units lie: it has neither polygons nor columns "
        "'easting' and 'northing'. Give a file of their boundaries or their centres."
    )
    raise TableError(msg, [seen.file])
