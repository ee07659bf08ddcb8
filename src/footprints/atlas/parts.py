"""What an atlas is made of, and the rules that each part must keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from footprints.errors import CRSError, FootprintsError, TableError, listed, plain
from footprints.geometry import NATIONAL_GRID, is_national_grid, polygon_faults
from footprints.levels import parse_key

if TYPE_CHECKING:
    import numpy.typing as npt

    from footprints.bands import BandSet
    from footprints.errors import Problems

Lines = Literal["official", "illustrative", "none"]
LINES = ("official", "illustrative", "none")
CHECKS = (
    "population-band",
    "nesting",
    "coterminosity",
    "coverage",
    "boundaries",
    "contiguity",
)
"""The checks, in the order of a report: what an atlas can ask for, agree misses of, or grade."""
EVIDENCE = ("official", "published", "inferred", "uncertain")


@dataclass(frozen=True, kw_only=True)
class Population:
    """Whose people a column of a unit table counts.

    Parameters
    ----------
    name : str
        The column, and what the population is called: ``residents``, ``registered``.
    source, as_at : str
        Where the figures come from, and the date or year that they hold for.

    Examples
    --------
    >>> print(Population(name="residents", source="ONS mid-2020 estimates", as_at="2020-06-30"))
    residents, ONS mid-2020 estimates, 2020-06-30
    """

    name: str
    source: str
    as_at: str

    def __str__(self) -> str:
        return f"{self.name}, {self.source}, {self.as_at}"


@dataclass(frozen=True, kw_only=True, eq=False)
class UnitTable:
    """The building blocks that footprints are made of, and the people in them.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        Indexed by the code of the unit (str, unique). Columns: one a population (persons); and
        where known ``name``, ``area_m2``, ``geometry`` (EPSG:27700) and any others.
    populations : tuple of Population
        The populations, the most used first.
    lines : {"none", "illustrative", "official"}
        What the polygons are. Illustrative ones are drawn, never measured.
    """

    table: pd.DataFrame
    populations: tuple[Population, ...]
    lines: Lines = "none"


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """All footprints of one level and vintage, as sets of units.

    Parameters
    ----------
    table : DataFrame
        Indexed by the code of the footprint (str, unique), with a ``name``, and an ``ods_code``
        and further columns where known.
    members : mapping of str to Series or DataFrame
        By the name of a unit table: the code of the footprint of each unit, indexed by unit, NA
        where a unit is in none. Where footprints share units, a DataFrame indexed by unit, with
        ``code`` and ``people`` (persons of the unit in that footprint), a row a pair. By the key
        of another layer: the code of the footprint that each of its footprints belongs to.
    level : str
        A word of :data:`footprints.levels.LADDER`, or another.
    as_at, source, note : str
        Its date, where its membership comes from, and what a reader must know of it.
    covers : bool
        Whether it is meant to hold every unit.
    evidence : mapping of str to str
        Units whose membership is not simply published: ``official``, ``inferred`` or
        ``uncertain``.
    population : Population, optional
        The layer's own: of a column of ``table``, or of the people that ``members`` give.
    lines : {"none", "illustrative", "official"}
        What the geometry of ``table`` is; where there is none, lines are joined from units.
    """

    table: pd.DataFrame
    members: Mapping[str, pd.Series[str] | pd.DataFrame]
    level: str
    as_at: str = ""
    source: str = ""
    note: str = ""
    covers: bool = True
    evidence: Mapping[str, str] = field(default_factory=dict)
    population: Population | None = None
    lines: Lines = "none"


@dataclass(frozen=True, kw_only=True, eq=False)
class Focus:
    """The footprint that an atlas was cut down to.

    Parameters
    ----------
    layer, code, name : str
        The footprint.
    inside : mapping of str to Index
        For each unit table, the units inside it.
    relations : Series of str
        How each footprint stands to it, indexed by ``layer`` and ``code``: ``same area``,
        ``inside``, ``contains``, ``crosses``, or ``may cross`` where that is not known exactly.
    left_out : tuple of str
        The layers that do not meet it.
    """

    layer: str
    code: str
    name: str
    inside: Mapping[str, pd.Index[str]]
    relations: pd.Series[str]
    left_out: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{plain(self.name)} ({plain(self.layer)}:{plain(self.code)})"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a part of an atlas came from.

    Parameters
    ----------
    part : str
        Such as ``units.lsoa11`` or ``layers.icb22.boundaries``.
    file, layer, sha256 : str
        The name of the file without its folder, the layer or sheet in it, the hash of its bytes.
    rows : int
        How many rows were read.
    source, as_at : str
        Whose figures they are, and of which date.
    note : str
        What was inferred, repaired or transformed on the way.
    """

    part: str
    file: str
    layer: str = ""
    sha256: str = ""
    rows: int = 0
    source: str = ""
    as_at: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """A miss that was agreed: the check, the footprint, why, and until when (``2027-03-31``)."""

    check: str
    layer: str
    code: str
    reason: str
    until: str


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What is asked of an atlas.

    Parameters
    ----------
    bands : BandSet or str
        The set of population bands, or the name of one that comes with footprints.
    band_layers : tuple of (str, tuple of str)
        For some levels, the layers to hold against its band; for others the newest.
    nest, coterminous : tuple of (str, str)
        Pairs of layers, left in or along right.
    cover : tuple of str
        Layers that must hold every unit.
    boundaries : tuple of str
        Layers whose own official lines must have no gap or overlap and agree with their lists;
        none takes the newest of each level, and leaves lists alone.
    contiguous : tuple of str
        Layers whose footprints must hang together.
    also : tuple of str
        Layers to look at beside the newest of each level.
    severity : tuple of (str, str)
        For some checks (``nesting``), or a check of one layer (``nesting.lad21``), whether a miss
        warns or fails.
    agreed : tuple of Agreed
        Misses that were agreed.
    """

    bands: BandSet | str = "nhs-2019"
    band_layers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    nest: tuple[tuple[str, str], ...] = ()
    coterminous: tuple[tuple[str, str], ...] = ()
    cover: tuple[str, ...] = ()
    boundaries: tuple[str, ...] = ()
    contiguous: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    agreed: tuple[Agreed, ...] = ()


def check_types(units: Mapping[str, UnitTable], layers: Mapping[str, Layer]) -> None:
    """Raise an error if the parts of an atlas are not parts, with what to write instead."""
    for what, parts, kind in (("units", units, UnitTable), ("layers", layers, Layer)):
        if not isinstance(parts, Mapping):
            msg = f"{what} is a mapping of names to {kind.__name__}, not a {type(parts).__name__}."
            raise TableError(msg)
        odd = [name for name, part in parts.items() if not isinstance(part, kind)]
        if odd:
            msg = f"{what} holds what is no {kind.__name__}: {listed(odd)}. Write {kind.__name__}(table=...)."
            raise TableError(msg, odd)
    for name, table in units.items():
        if not all(isinstance(each, Population) for each in table.populations):
            msg = (
                f"The unit table {name!r} has populations that are none: write "
                "populations=(Population(name=..., source=..., as_at=...),)."
            )
            raise TableError(msg, [name])


def check_crs(units: Mapping[str, UnitTable], layers: Mapping[str, Layer]) -> None:
    """Raise one error for every table whose geometry is not in the National Grid."""
    tables = {f"the unit table {name!r}": table.table for name, table in units.items()}
    tables |= {f"the layer {key!r}": layer.table for key, layer in layers.items()}
    strange = {
        what: "no CRS" if table.crs is None else table.crs.to_string()
        for what, table in tables.items()
        if not is_national_grid(table)
    }
    if strange:
        found = ", ".join(f"{what} is in {crs}" for what, crs in strange.items())
        msg = f"Geometry must be in {NATIONAL_GRID}, but {found}: use to_crs(27700)."
        raise CRSError(msg, strange.values())


def check_names(
    units: Mapping[str, UnitTable], layers: Mapping[str, Layer], problems: Problems
) -> None:
    """Note what tables and layers cannot be called, and that there are none."""
    for what, parts in (("table of units", units), ("layer", layers)):
        if not parts:
            problems.add(f"has no {what}")
    if both := set(units) & set(layers):
        problems.add("has a layer and a table of units both called", sorted(both))
    for key in layers:
        try:
            kind = parse_key(key).kind
        except FootprintsError as error:
            problems.lines.append(str(error))
            problems.codes.append(key)
        else:
            if not key.startswith(kind):
                right = key.replace(key.rstrip("0123456789"), kind)
                problems.add("has a layer under an alias", [key], remedy=f"Write {right!r}.")


def check_units(name: str, units: UnitTable, problems: Problems) -> None:
    """Note every rule that a table of units breaks."""
    table, subject = units.table, f"in the unit table {name!r}"
    _check_codes(table.index, subject, problems)
    for population in units.populations:
        if table.columns.has_duplicates:
            continue
        if population.name in table.columns:
            _check_people(table[population.name], subject, problems)
        else:
            remedy = f"It has {', '.join(map(repr, table.columns))}."
            fault = f"has no column {subject} for the population"
            problems.add(fault, [population.name], remedy=remedy)
    if not units.populations:
        problems.add(f"counts no people {subject}: name at least one population")
    _check_columns(table, subject, problems)
    _check_lines(table, units.lines, subject, problems)


def check_layer(
    key: str,
    layer: Layer,
    units: Mapping[str, UnitTable],
    layers: Mapping[str, Layer],
    problems: Problems,
) -> None:
    """Note every rule that a layer breaks on its own; its members are checked as they are joined."""
    subject = f"in the layer {key!r}"
    codes = layer.table.index
    _check_codes(codes, subject, problems)
    if "name" not in layer.table.columns:
        problems.add(f"has no column 'name' {subject}")
    _check_columns(layer.table, subject, problems)
    _check_lines(layer.table, layer.lines, subject, problems)
    if layer.population is not None and layer.population.name in layer.table.columns:
        _check_people(layer.table[layer.population.name], subject, problems)
    known = [*units, *layers]
    if unknown := sorted(set(layer.members) - set(known)):
        remedy = f"There is {', '.join(map(repr, known))}."
        problems.add(f"has no units or layer {subject} called", unknown, remedy=remedy)
    if not layer.members:
        problems.add(f"has no members {subject}")


def _check_columns(table: pd.DataFrame, subject: str, problems: Problems) -> None:
    if table.columns.has_duplicates:
        twice = table.columns[table.columns.duplicated()].unique()
        problems.add(f"has columns twice {subject}", twice)


def _check_lines(table: pd.DataFrame, lines: str, subject: str, problems: Problems) -> None:
    """Note lines that are missing, not polygons, or not said to be what they are."""
    if lines not in LINES:
        problems.add(f"has unknown lines {subject}", [lines], remedy=f"Use {', '.join(LINES)}.")
    if not isinstance(table, gpd.GeoDataFrame):
        if lines != "none":
            problems.add(f"says that lines are {lines} {subject}, and has no geometry")
        return
    faults = polygon_faults(table.geometry)
    if lines == "none":
        if len(table) and not faults["fault"].isin(["missing", "empty", "not a polygon"]).any():
            remedy = "Say whether they are 'official' or 'illustrative'."
            problems.add(f"has polygons and does not say what they are {subject}", remedy=remedy)
        return
    for fault, rows in faults[faults["fault"] != "a code twice"].groupby("fault"):
        problems.add(f"has polygons that are {fault} {subject}", rows["code"])


def _check_codes(codes: pd.Index[str], subject: str, problems: Problems) -> None:
    if not len(codes):
        problems.add(f"has no rows {subject}")
    texts = codes.map(lambda code: isinstance(code, str) and code.strip() == code != "")
    if len(codes) and not texts.all():
        remedy = "Codes are text without spaces around it."
        problems.add(f"has codes that cannot be used {subject}", codes[~texts], remedy=remedy)
    if codes.has_duplicates:
        problems.add(f"has codes twice {subject}", codes[codes.duplicated()].unique())


def _check_people(people: pd.Series[float], subject: str, problems: Problems) -> None:
    for fault, shown in people_faults(people).items():
        problems.add(f"has {people.name} {fault} {subject} for", shown)


def people_faults(people: pd.Series[float]) -> dict[str, list[str]]:
    """Find the rows of a count of people that cannot be used.

    Parameters
    ----------
    people : Series
        Persons, by code.

    Returns
    -------
    dict of str to list of str
        The codes by what is wrong with them: ``missing``, ``that is not a number``, ``below
        zero``, ``without end``; each with its value in brackets.

    Examples
    --------
    >>> faults = people_faults(pd.Series(["1,204", -1, None], index=["a", "b", "c"]))
    >>> faults["that is not a number"], faults["below zero"], faults["missing"]
    (['a (1,204)'], ['b (-1)'], ['c'])
    """
    missing = people.isna().to_numpy()
    if people.dtype.kind in "iuf":
        texts = np.zeros(len(people), dtype=bool)
    else:
        texts = ~missing & ~people.map(_is_number).to_numpy(dtype=bool)
    numbers = people.mask(missing | texts, 0).astype("float64").to_numpy()
    faults = {
        "missing": missing,
        "that is not a number": texts,
        "below zero": numbers < 0,
        "without end": ~np.isfinite(numbers),
    }
    return {
        fault: [
            str(code) if fault == "missing" else f"{code} ({value})"
            for code, value in zip(people.index[rows], people[rows], strict=True)
        ]
        for fault, rows in faults.items()
        if rows.any()
    }


def as_counts(people: pd.Series[float]) -> pd.Series[float]:
    """Return people without faults as whole numbers, or as fractions where some are estimated."""
    numbers = people.astype("float64")
    return people.astype("int64") if (numbers % 1 == 0).all() else numbers


def counts_or_na(values: npt.ArrayLike) -> pd.Series[int]:
    """Return counts as whole numbers, as fractions where some are estimated; what is not known is NA.

    Parameters
    ----------
    values : array or Series of numbers
        Counts, of persons or units; NaN and NA are what is not known.

    Returns
    -------
    Series
        Of dtype ``Int64``, or ``Float64`` where one is a fraction; with the index of a Series.

    Examples
    --------
    >>> counts_or_na([2.0, np.nan]).tolist(), counts_or_na([2.5, 1]).dtype
    ([2, <NA>], Float64Dtype())
    """
    numbers = pd.Series(values).astype("float64")
    whole = bool((numbers.dropna() % 1 == 0).all())
    return numbers.astype("Int64" if whole else "Float64")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
