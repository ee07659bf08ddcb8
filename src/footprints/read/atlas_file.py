"""An atlas from the file that describes it: ``atlas.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from footprints.atlas import Agreed, Atlas, Checks, Layer, Population, UnitTable
from footprints.bands import BandSet
from footprints.errors import FileError, FootprintsError, Problems, TableError, listed
from footprints.levels import LEVELS, parse_key
from footprints.masking import counted
from footprints.read.band_sets import band_set
from footprints.read.fields import parse_field
from footprints.read.names import cell_texts, named
from footprints.read.sources import Sources
from footprints.read.spec import Members, check_filled, parse_spec
from footprints.read.stored import read_stored_atlas

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    from footprints.read.spec import AtlasSpec, LayerSpec, People, Units


def read_atlas(path: str | PathLike[str]) -> Atlas:
    r"""Read an atlas from the file that describes it.

    Parameters
    ----------
    path : path-like
        A TOML file; the files that it names are found from the folder it is in. The README shows
        all its keys, and ``footprints init`` writes one. Or a GeoPackage or folder that
        :func:`footprints.write_atlas` wrote.

    Returns
    -------
    Atlas
        With ``provenance``: the name, hash and rows of each file.

    Raises
    ------
    FileError
        If the atlas file itself cannot be read.
    TableError
        If anything in it or in the files it names is wrong: unknown keys, missing files and
        columns, vintages that do not belong together, codes that only one side knows. Everything
        is named at once, with the key that asked for it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "wards.csv").write_text("WD22CD,residents,place\nA,5,P\nB,7,P\n")
    ...     _ = Path(folder, "atlas.toml").write_text('''
    ... title = "Vale"
    ... [units.wd22]
    ... file = "wards.csv"
    ... people = { residents = { column = "residents", source = "a survey", as_at = 2020-06-30 } }
    ... [layers.place]
    ... members = { wd22 = "place" }
    ... ''')
    ...     read_atlas(Path(folder, "atlas.toml")).people("place")
          residents
    code
    P            12
    """
    file = Path(path).absolute()
    if file.is_dir() or file.suffix.lower() == ".gpkg":
        return read_stored_atlas(file)
    problems = Problems(f"{file.name!r}")
    spec = parse_spec(_read_toml(file), problems)
    if spec is None:
        raise TableError("\n".join(problems.lines), problems.codes)
    check_filled(spec, problems)
    files = Sources(file.parent, problems)
    units = {name: _units(name, said, files) for name, said in spec.units.items()}
    frames = {name: table for name, table in units.items() if table is not None}
    layers = {key: _layer(key, said, frames, files) for key, said in spec.layers.items()}
    bands = _bands(spec, files)
    _check_bands(spec, layers, bands, problems)
    problems.raise_any(TableError)
    try:
        atlas = _assemble(spec, frames, layers, files, bands)
    except TableError as error:
        told = str(error).replace(f"{spec.title} ", f"{file.name!r} ")
        raise TableError(told, error.codes) from None
    _check_covered(atlas, problems)
    problems.raise_any(TableError)
    return atlas


def _assemble(
    spec: AtlasSpec,
    frames: Mapping[str, UnitTable],
    layers: Mapping[str, Layer | None],
    files: Sources,
    bands: str | BandSet,
) -> Atlas:
    return Atlas(
        title=spec.title,
        units=frames,
        layers={key: layer for key, layer in layers.items() if layer is not None},
        notes=dict.fromkeys([*spec.notes, *files.cautions]),
        origins=files.origins,
        checks=_checks(spec, bands),
    )


def _check_covered(atlas: Atlas, problems: Problems) -> None:
    """Note units in no footprint of a layer that is meant to hold every unit."""
    overview = atlas.overview
    for key in overview.index[overview["covers"]]:
        left_out = atlas.unassigned(key)
        if len(left_out):
            some = listed(left_out.index[:10]) + (" and others" if len(left_out) > 10 else "")
            fault = f"lists no footprint in layers.{key} for {len(left_out):,} units, {some}"
            remedy = "Complete the list, or say covers = false where it is not meant to hold all"
            problems.add(f"{fault}. {remedy}")
            problems.codes += list(left_out.index)


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        msg = f"The atlas file {file.name!r} cannot be read: {reason}."
        raise FileError(msg, [file.name]) from error


_SAME = {"upper-tier", "hwb"}
"""Levels whose footprints are the same areas: a board is listed by its council."""


def _units(name: str, said: Units, files: Sources) -> UnitTable | None:
    """Read a table of units with its populations."""
    place = f"units.{name}"
    table = files.layer(place, said)
    if table is None:
        return None
    located = table.geometry.notna().any()
    if said.area_m2 is not None and files.has(f"{place}.area_m2", table, [said.area_m2]):
        table = table.assign(area_m2=_areas(f"{place}.area_m2", table[said.area_m2], files))
    table = _with_populations(place, table, said, files)
    if not located:
        table = pd.DataFrame(table.drop(columns="geometry"))
    populations = tuple(
        Population(name=key, source=people.source, as_at=str(people.as_at))
        for key, people in said.people.items()
    )
    polygons = located and table.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    lines = said.lines if polygons else "none"
    return UnitTable(table=table, populations=populations, lines=lines)


def _areas(place: str, column: pd.Series[Any], files: Sources) -> pd.Series[float]:
    """Read a column as square metres, and note what is none."""
    areas = pd.to_numeric(column.astype("str").str.replace(",", ""), errors="coerce")
    odd = column.index[areas.isna() | (areas <= 0)]
    if len(odd):
        files.problems.add(f"has no area in {place} for", odd)
    return areas


def _with_populations(
    place: str, table: gpd.GeoDataFrame, said: Units, files: Sources
) -> gpd.GeoDataFrame:
    """Return units with their populations, each read from the file as it stands."""
    taken = {"name", "geometry", "area_m2", *map(str, table.columns)}
    odd = [name for name, people in said.people.items() if name in taken - {people.column}]
    if odd:
        remedy = "Call them something else."
        files.problems.add(
            f"calls populations in {place} as a column is called", odd, remedy=remedy
        )
        return table
    counts: dict[str, pd.Series[int]] = {}
    for name, people in said.people.items():
        asked = people.model_copy(update={"code": people.code or said.code})
        found = _people(f"{place}.people.{name}", table, name, asked, files)
        counts |= {} if found is None else {name: found}
    return table.assign(**counts)


def _people(
    place: str, table: pd.DataFrame, name: str, said: People, files: Sources
) -> pd.Series[int] | None:
    """Return the people of one population, from a column or another file."""
    column = said.column
    if said.file is None:
        if not files.has(place, table, [column]):
            return None
        return files.people(place, table[column], sensitive=said.sensitive)
    other, code = files.table(place, said.file, said.sheet), said.code or "code"
    if other is None or not files.has(place, other, [code, column]):
        return None
    how = {"code": code, "people": column, "name": name, "sum_rows": said.sum_rows}
    hidden = [column] if said.sensitive else []
    bare = pd.DataFrame(index=table.index)
    joined = files.joined(place, bare, other, **how, sensitive=hidden)
    return None if joined is None else joined[name]


def _layer(
    key: str, said: LayerSpec, units: Mapping[str, UnitTable], files: Sources
) -> Layer | None:
    """Read a layer: its members, its names, its lines, its own people."""
    members = {}
    for name, source in said.members.items():
        place = f"layers.{key}.members.{name}"
        if isinstance(source, str):
            table = units[name].table if name in units else None
            found = _members_of_column(place, key, source, table, files)
        else:
            hidden = any(people.sensitive for people in said.people.values())
            found = _members_of_file(place, key, source, files, sensitive=hidden)
        if found is not None:
            members[name] = found
    if len(members) < len(said.members):
        return None
    lists = [m["code"] if isinstance(m, pd.DataFrame) else m for m in members.values()]
    codes = pd.Index(pd.concat(lists).dropna().unique(), name="code", dtype="str")
    table = pd.DataFrame({"name": pd.Series(pd.NA, index=codes, dtype="str")})
    table = named(key, said, table, units, files)
    if said.boundaries is not None:
        table = _drawn(key, said, table, files)
    table, population = _own_people(key, said, table, files)
    return Layer(
        table=table,
        members=members,
        level=said.level or LEVELS.get(parse_key(key).kind, parse_key(key).kind),
        as_at=str(said.as_at),
        source=said.source,
        note=said.note,
        covers=said.covers,
        population=population,
        lines=said.boundaries.lines
        if isinstance(table, gpd.GeoDataFrame) and said.boundaries
        else "none",
    )


def _members_of_column(
    place: str, key: str, column: str, table: pd.DataFrame | None, files: Sources
) -> pd.Series[str] | None:
    """Return the footprint of each unit, as a column of the units lists it, if they were read."""
    _check_vintage(place, key, column, files.problems)
    if table is None or not files.has(place, table, [column]):
        return None
    return cell_texts(table[column])


def _members_of_file(
    place: str, key: str, said: Members, files: Sources, *, sensitive: bool
) -> pd.Series[str] | pd.DataFrame | None:
    """Return the footprint of each unit or footprint that a file lists."""
    _check_vintage(place, key, said.footprint, files.problems)
    table = files.table(place, said.file, said.sheet)
    wanted = [said.code, said.footprint, *([said.people] if said.people else [])]
    if table is None or not files.has(place, table, wanted):
        return None
    blank = table.index[table[said.code].isna()]
    if said.people is not None:
        blank = blank.union(table.index[table[said.footprint].isna()])
    if len(blank):
        remedy = "Fill them in, or take the rows out."
        fault = f"lists in {place} rows without a code or a footprint, rows of the file"
        files.problems.add(fault, blank, remedy=remedy)
        return None
    footprints = table.set_index(said.code)[said.footprint]
    if said.people is None:
        return footprints
    people = files.people(place, table[said.people], sensitive=sensitive)
    return None if people is None else footprints.to_frame("code").assign(people=people.to_numpy())


def _check_vintage(place: str, key: str, column: str, problems: Problems) -> None:
    """Note a column whose name says another year or kind than the layer's key."""
    field, (kind, vintage) = parse_field(column), parse_key(key)
    levels = {LEVELS.get(field.kind) if field else None, LEVELS.get(kind)}
    if field is not None and None not in levels and len(levels - _SAME) + bool(levels & _SAME) > 1:
        fault = (
            f"asks in {place} for a column of the kind {field.kind!r}, and the layer is {kind!r}"
        )
        problems.add(fault, [column])
    if field is not None and field.year and vintage and field.year != vintage:
        problems.add(
            f"asks in {place} for a column of {field.year}, and the layer is of {vintage}", [column]
        )


_OF_LINES = ("resolution", "transformation", "accuracy_m", "repaired")
"""What is kept of what a file of lines told of them."""


def _drawn(key: str, said: LayerSpec, table: pd.DataFrame, files: Sources) -> pd.DataFrame:
    """Give footprints their lines, and the names of the file of lines where they have none."""
    place = f"layers.{key}.boundaries"
    assert said.boundaries is not None  # noqa: S101 - the caller has looked.
    drawn = files.layer(place, said.boundaries)
    if drawn is None:
        return table
    if len(undrawn := table.index.difference(drawn.index)):
        files.problems.add(f"has no lines for footprints in {place}", undrawn)
    others = drawn.index.difference(table.index)
    if len(others) and not said.boundaries.wider:
        remedy = (
            "Where the file is of a wider area, say wider = true; of other nations, nation = 'E'."
        )
        files.problems.add(f"has lines without a single unit in {place}", others, remedy=remedy)
    elif len(others):
        some = listed(others[:10]) + (" and others" if len(others) > 10 else "")
        files.cautions.append(
            f"{counted(len(others), 'footprint')} of {drawn.attrs['file']!r} lie outside the units "
            f"and were left out of {key}: {some}."
        )
    names = table["name"].fillna(drawn["name"].reindex(table.index))
    extra = drawn.drop(
        columns=["name", *(set(drawn.columns) & set(table.columns))], errors="ignore"
    )
    frame = table.assign(name=names).join(extra)
    frame.attrs = {key: drawn.attrs[key] for key in _OF_LINES}
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=drawn.crs)


def _own_people(
    key: str, said: LayerSpec, table: pd.DataFrame, files: Sources
) -> tuple[pd.DataFrame, Population | None]:
    """Give footprints people of their own, where the file says some."""
    for name, people in said.people.items():
        population = Population(name=name, source=people.source, as_at=str(people.as_at))
        linked = {m.people for m in said.members.values() if isinstance(m, Members) and m.people}
        if linked and people.file is None:
            if linked != {people.column}:
                fault = f"counts in layers.{key}.people.{name} another column than its members do"
                files.problems.add(fault, [people.column], remedy=f"They count {listed(linked)}.")
            return table, population
        found = _people(f"layers.{key}.people.{name}", table, name, people, files)
        return (table if found is None else table.assign(**{name: found})), population
    return table, None


def _bands(spec: AtlasSpec, files: Sources) -> str | BandSet:
    """Return the set of bands: the name of one that comes with footprints, or one of a file."""
    name = str(spec.checks.bands.get("set", Checks.bands))
    try:
        return files.bands(name) if name.lower().endswith(".toml") else band_set(name).name
    except FootprintsError as error:
        files.note("checks.bands.set", error)
        return name


def _check_bands(
    spec: AtlasSpec, layers: Mapping[str, Layer | None], bands: str | BandSet, problems: Problems
) -> None:
    """Note levels that the bands do not have, and layers asked for under another level."""
    asked = {level: names for level, names in spec.checks.bands.items() if level != "set"}
    try:
        chosen = bands if isinstance(bands, BandSet) else band_set(bands)
    except FootprintsError:
        return
    if strangers := [level for level in asked if level not in chosen.bands]:
        remedy = f"The set {chosen.name!r} has {listed(chosen.bands)}."
        problems.add("asks in checks.bands for levels without a band", strangers, remedy=remedy)
    for level, names in asked.items():
        keys = [names] if isinstance(names, str) else names
        found = {key: layer.level for key in keys if (layer := layers.get(key)) is not None}
        if odd := [f"{key} ({of})" for key, of in found.items() if of != level]:
            problems.add(f"asks in checks.bands.{level} for layers of another level", odd)


def _checks(spec: AtlasSpec, bands: str | BandSet) -> Checks:
    said = spec.checks
    layers = {
        level: (names,) if isinstance(names, str) else tuple(names)
        for level, names in said.bands.items()
        if level != "set"
    }
    return Checks(
        bands=bands,
        band_layers=tuple(layers.items()),
        nest=tuple((left, right) for left, right in said.nest),
        coterminous=tuple((left, right) for left, right in said.coterminous),
        cover=tuple(said.cover),
        boundaries=tuple(said.boundaries),
        contiguous=tuple(said.contiguous),
        also=tuple(said.also),
        severity=tuple(said.severity.items()),
        agreed=tuple(
            Agreed(check=e.check, layer=e.layer, code=e.code, reason=e.reason, until=str(e.until))
            for e in spec.exceptions
        ),
    )
