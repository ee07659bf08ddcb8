"""A layer of footprints, read from a file of boundaries or a table."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import geopandas as gpd
import pandas as pd

from footprints.crs import parse_crs, to_national_grid
from footprints.errors import (
    CRSError,
    FootprintsError,
    FootprintsWarning,
    GeometryError,
    Problems,
    TableError,
    UnknownNameError,
    listed,
)
from footprints.geometry import (
    RESOLUTIONS,
    drawn_twice,
    polygon_faults,
    repair_polygons,
    resolution_in,
    with_geometry,
)
from footprints.masking import is_private, rows_shown
from footprints.read.boundary_files import read_raw
from footprints.read.fields import expected_count, level_of, recognise
from footprints.read.progress import progress
from footprints.read.tables import filled, texts

if TYPE_CHECKING:
    from os import PathLike

    from footprints.crs import Transformation
    from footprints.geometry import Resolution
    from footprints.read.boundary_files import RawLayer
    from footprints.read.fields import Fields

Nation = Literal["E", "W", "S", "N"]
NATIONS = {"E": "England", "W": "Wales", "S": "Scotland", "N": "Northern Ireland"}

FAULTS = {
    "missing": ("has features without a polygon", ""),
    "empty": ("has features without a polygon", ""),
    "not a polygon": (
        "has features that are no polygons",
        "Footprints are areas; repair=True keeps those parts of a collection that are.",
    ),
    "not valid": (
        "has polygons that are not valid",
        "repair=True mends them and says what that changes.",
    ),
    "past mending": ("has polygons that Shapely cannot mend", "Draw them again."),
    "a code twice": (
        "has codes twice",
        "Join the parts of each into one feature, or name another column with code=.",
    ),
}
"""What a fault of a feature is called, and what to do about it."""

MENDABLE = ("not a polygon", "not valid")
SERVER_LIMITS = (1_000, 2_000)


def read_layer(  # noqa: PLR0913 - the door for every kind of file: each option is named.
    path: str | PathLike[str],
    *,
    layer: str | None = None,
    sheet: str | None = None,
    crs: Any = None,
    code: str | None = None,
    name: str | None = None,
    ods_code: str | None = None,
    level: str | None = None,
    vintage: int | None = None,
    resolution: Resolution | None = None,
    nation: Nation | None = None,
    repair: bool = False,
) -> gpd.GeoDataFrame:
    """Read a layer of footprints from a file of boundaries or a table.

    Columns are recognised by the names that the ONS gives them, in any case: ``LAD23CD``,
    ``icb22cdh``, ``AREANM``. Where several columns hold codes, the one with most codes is that of
    the layer. What was inferred stands in ``attrs["inferred"]``.

    Parameters
    ----------
    path : path-like
        GeoJSON, TopoJSON, GeoPackage, Shapefile (also zipped), GeoParquet, FlatGeobuf or KML; or
        a CSV, Excel or Parquet table without geometry. Nothing is fetched.
    layer, sheet : str, optional
        The layer of a GeoPackage, or the sheet of a workbook; by default the only one, or the
        first sheet.
    crs : object, optional
        The CRS that the coordinates are in, such as ``4326``, for a file that declares none or
        a wrong one.
    code, name, ods_code : str, optional
        Columns, where their names leave it open.
    level : str, optional
        The level, a word of :data:`footprints.levels.LADDER` or another.
    vintage : int, optional
        The year, such as 2022.
    resolution : {"BUC", "BSC", "BGC", "BFC", "BFE"}, optional
        How far the lines were generalised, in the words of the ONS (500 m, 200 m, 20 m, and 1 m
        for the full ones), where the name of the file does not say it or says another one.
    nation : {"E", "W", "S", "N"}, optional
        Keep one nation, by the first letter of its codes; by default all.
    repair : bool, default False
        Mend polygons that are not valid, and warn of what that changed.

    Returns
    -------
    GeoDataFrame
        Indexed by ``code`` (str, unique, trimmed). Columns: ``name`` (str, NA where unknown),
        ``ods_code`` where there is one, the other columns of the file, and ``geometry`` (2D
        polygons in EPSG:27700; None throughout for a table). ``attrs`` holds text: ``key``,
        ``level``, ``vintage``, ``resolution``, ``file``, ``sha256``, ``transformation``,
        ``accuracy_m``, ``repaired`` (how many polygons) and ``inferred``, each empty where nothing is known.

    Raises
    ------
    FileError
        If the file is missing, damaged, unsafe, or of an unknown kind.
    UnknownNameError
        If there is no such column, layer or resolution.
    TableError
        If the columns are ambiguous, rows have no code, there is no such sheet, or a resolution
        was said of a table without lines.
    GeometryError
        If features have no valid polygon, or a code stands twice; each is named with the reason
        and a place in metres.
    CRSError
        If the CRS is not declared, contradicts the coordinates, or cannot be left with a known
        accuracy.

    Warns
    -----
    FootprintsWarning
        If the file looks cut short, holds one polygon under two codes or withdrawn codes, or
        polygons were mended.

    Examples
    --------
    >>> from footprints.read import data_folder
    >>> units = read_layer(data_folder() / "england" / "boundaries.geojson", code="unit")
    >>> units.crs.to_string(), units.attrs["file"]
    ('EPSG:27700', 'boundaries.geojson')
    """
    if resolution is not None and resolution not in RESOLUTIONS:
        raise UnknownNameError.among(RESOLUTIONS, resolution, kind="resolution")
    with progress(f"Reading {Path(path).name!r}"):
        raw = read_raw(path, layer=layer, sheet=sheet)
        table = _attributes(raw)
        fields = recognise(
            table,
            code=code,
            name=name,
            ods_code=ods_code,
            level=level,
            vintage=vintage,
            label=f"{raw.layer} {raw.file}",
        )
        notes = list(fields.inferred)
        codes = _codes(table[fields.code], raw.file, notes)
        labels = _labels(codes)
        kept = _of_nation(codes, labels, nation, raw.file, notes)
        frame = _arranged(table[kept], codes[kept], fields, notes)
        found = _located(raw, kept, labels[kept], crs, notes, repair=repair)
        frame = with_geometry(frame) if found is None else _placed(frame, found.geometry)
        drawing = _resolution(raw, resolution, notes)
        frame.attrs = _attrs(raw, fields, found, notes) | {"resolution": drawing}
        cautions = _cautions(frame, raw, fields, found)
    for caution in cautions:
        warnings.warn(f"{raw.file!r} {caution}", FootprintsWarning, stacklevel=2)
    return frame


class _Located(NamedTuple):
    """Polygons in the National Grid, how they came there, and what was mended."""

    geometry: gpd.GeoSeries
    way: Transformation
    changes: pd.DataFrame


def _attributes(raw: RawLayer) -> pd.DataFrame:
    if not len(raw.table):
        msg = f"{raw.file!r} holds no features. Download it or save it again."
        raise TableError(msg)
    located = isinstance(raw.table, gpd.GeoDataFrame)
    table = raw.table.drop(columns=raw.table.geometry.name) if located else raw.table
    # Parquet keeps an index, which may well hold the codes.
    named = [name for name in table.index.names if name not in {None, *table.columns}]
    table = pd.DataFrame(table).reset_index(level=named).reset_index(drop=True)
    table.index = pd.RangeIndex(1, len(table) + 1) if raw.rows is None else raw.rows
    return table.set_axis(table.columns.astype("str"), axis=1)


def _codes(values: pd.Series[Any], file: str, notes: list[str]) -> pd.Series[str]:
    """Return codes as trimmed text; a row without one is an error."""
    if pd.api.types.is_numeric_dtype(values):
        notes.append("codes are numbers in the file, so leading zeros would be lost")
    return filled(texts(values), what=repr(file))


def _labels(codes: pd.Series[str]) -> pd.Series[str]:
    """Return what messages call each row: its code, or its number where codes may be personal."""
    if not is_private(codes):
        return codes
    # Rows with one code have one label, so that a code twice is a label twice.
    return codes.map(codes.index.to_series().groupby(codes).agg(rows_shown)).astype("str")


def _of_nation(
    codes: pd.Series[str],
    labels: pd.Series[str],
    nation: Nation | None,
    file: str,
    notes: list[str],
) -> pd.Series[bool]:
    """Tell which rows to keep."""
    if nation is None:
        return pd.Series(data=True, index=codes.index)
    if nation not in NATIONS:
        raise UnknownNameError.among(NATIONS, nation, kind="nation")
    told = codes.str.fullmatch(r"[A-Z]\d{8}")
    if not told.all():
        strange = labels[~told].unique()
        msg = (
            f"{file!r} has codes that do not tell their nation: {listed(strange)}. "
            "Leave nation= out, or name a column of ONS codes with code=."
        )
        raise TableError(msg, strange)
    kept = codes.str.startswith(nation)
    if not kept.any():
        msg = f"{file!r} holds no codes of {NATIONS[nation]}: none begins with {nation!r}."
        raise TableError(msg)
    if not kept.all():
        notes.append(f"{(~kept).sum():,} rows outside {NATIONS[nation]} left out")
    return kept


def _arranged(
    table: pd.DataFrame, codes: pd.Series[str], fields: Fields, notes: list[str]
) -> pd.DataFrame:
    """Put names and ODS codes first and the other columns of the file after them."""
    known = {"name": fields.name, "ods_code": fields.ods_code}
    others = table.drop(columns={fields.code, *filter(None, known.values())})
    taken = {"code", "name", "ods_code", "geometry"} & set(others.columns)
    if taken:
        notes.append(f"own columns {listed(sorted(taken))} kept with '_in_file' after their names")
    others = others.rename(columns={column: f"{column}_in_file" for column in taken})
    nameless = pd.Series(pd.NA, index=table.index, dtype="str")
    firsts = {"name": texts(table[fields.name]) if fields.name else nameless}
    if fields.ods_code:
        firsts["ods_code"] = texts(table[fields.ods_code])
    arranged = pd.concat([pd.DataFrame(firsts), others], axis=1)
    return arranged.set_axis(pd.Index(codes, name="code", dtype="str"))


def _located(  # noqa: PLR0913 - each is needed once, and read_layer reads the better for it.
    raw: RawLayer,
    kept: pd.Series[bool],
    labels: pd.Series[str],
    crs: Any,
    notes: list[str],
    *,
    repair: bool,
) -> _Located | None:
    """Bring the polygons into the National Grid and make sure of them; None for a table."""
    what = f"{raw.file!r}"
    given = None if crs is None else parse_crs(crs)
    if not isinstance(raw.table, gpd.GeoDataFrame):
        if given is not None:
            msg = f"{what} has no geometry: leave crs= out."
            raise CRSError(msg)
        _raise_faults(_twice(labels), what, TableError)
        return None
    shapes = gpd.GeoSeries(raw.table.geometry.to_numpy()[kept.to_numpy()], index=labels.array)
    if given is not None and raw.table.crs is not None and not given.equals(raw.table.crs):
        notes.append(f"CRS {given.to_string()} as said, not {raw.table.crs.to_string()}")
    if shapes.has_z.any():
        notes.append("heights left out")
    geometry, way = to_national_grid(shapes, given or raw.table.crs, what)
    faults, changes = polygon_faults(geometry), pd.DataFrame()
    if repair:
        geometry, faults, changes = _mended(geometry, faults)
        faults["fault"] = faults["fault"].replace("not valid", "past mending")
    _raise_faults(faults, what, GeometryError)
    return _Located(geometry, way, changes)


def _mended(
    geometry: gpd.GeoSeries, faults: pd.DataFrame
) -> tuple[gpd.GeoSeries, pd.DataFrame, pd.DataFrame]:
    """Return the geometry mended, the faults that are left, and what was changed."""
    can_be = faults["fault"].isin(MENDABLE)
    rows = geometry.index.isin(faults.loc[can_be, "code"])
    mended, changes = repair_polygons(geometry[rows])
    again = polygon_faults(mended)
    left = pd.concat([faults[~can_be], again[again["fault"].isin(MENDABLE)]])
    shapes = geometry.array.copy()
    shapes[rows] = mended.array
    return gpd.GeoSeries(shapes, index=geometry.index), left, changes


def _twice(labels: pd.Series[str]) -> pd.DataFrame:
    codes = labels[labels.duplicated(keep=False)]
    return pd.DataFrame({"code": codes, "fault": "a code twice"})


def _raise_faults(faults: pd.DataFrame, what: str, error: type[FootprintsError]) -> None:
    """Raise one error that names every fault."""
    problems = Problems(what)
    for fault, found in faults.groupby("fault", sort=False):
        words, remedy = FAULTS[str(fault)]
        problems.add(f"{words}: {_places(found)}", remedy=remedy)
    if len(faults):
        problems.codes += list(faults["code"].unique())
    problems.raise_any(error)


def _places(found: pd.DataFrame) -> str:
    """Put features with their reasons and places into one line."""
    if "x" not in found:
        return listed(found["code"].unique())
    return ", ".join(
        f"{code!r} ({reason}{'' if pd.isna(x) else f' at {x:.0f}, {y:.0f}'})"
        for code, reason, x, y in found[["code", "reason", "x", "y"]].itertuples(index=False)
    )


def _placed(frame: pd.DataFrame, geometry: gpd.GeoSeries) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(frame, geometry=geometry.set_axis(frame.index))


def _resolution(raw: RawLayer, said: str | None, notes: list[str]) -> str:
    """Return how far the lines were generalised; empty where that is not known, or none are."""
    told = resolution_in(f"{raw.layer} {raw.file}")
    if not isinstance(raw.table, gpd.GeoDataFrame):
        if said is not None:
            msg = f"{raw.file!r} has no lines: leave resolution= out."
            raise TableError(msg)
        return ""
    if said is not None and told not in {"", said}:
        notes.append(f"resolution {said} as said, not {told} as the file is called")
    return said or told


def _attrs(
    raw: RawLayer, fields: Fields, found: _Located | None, notes: list[str]
) -> dict[str, str]:
    repaired = "" if found is None or found.changes.empty else str(len(found.changes))
    return {
        "key": fields.key,
        "level": fields.level,
        "vintage": str(fields.vintage or ""),
        "file": raw.file,
        "sha256": raw.sha256,
        "transformation": found.way.name if found else "",
        "accuracy_m": f"{found.way.accuracy_m:g}" if found else "",
        "repaired": repaired,
        "inferred": "; ".join(notes),
    }


def _cautions(
    frame: gpd.GeoDataFrame,
    raw: RawLayer,
    fields: Fields,
    found: _Located | None,
) -> list[str]:
    """Say what is right as far as it goes, and has to be known."""
    cautions = [_shortness(frame.index, raw, fields)]
    cautions += [f"made the reader warn: {remark}." for remark in raw.remarks]
    if len(withdrawn := frame.index[frame.index.str.startswith("E63")]):
        cautions.append(
            "holds codes of the first release of the ICBs of July 2022, since withdrawn; those "
            f"in use begin with E54: {listed(withdrawn)}."
        )
    if found is not None:
        if len(twins := drawn_twice(found.geometry)):
            cautions.append(f"holds the same polygon under several codes: {listed(twins)}.")
        if len(found.changes):
            cautions.append(_changed(found.changes))
    return [caution for caution in cautions if caution]


def _changed(changes: pd.DataFrame) -> str:
    lines = [
        f"{row.code!r} {round(row.change_m2, 1) + 0.0:+,.1f} m² ({row.reason} at {row.x:.0f}, {row.y:.0f})"
        for row in changes.itertuples()
    ]
    return f"had polygons that were mended, {len(changes)} in all: {', '.join(lines)}."


def _shortness(codes: pd.Index[str], raw: RawLayer, fields: Fields) -> str:
    """Say that a file looks cut short, if it does."""
    if raw.cut_short:
        return "says itself that the server sent only a part: download it in pages."
    gss = codes.str.fullmatch(r"[A-Z]\d{8}")
    count = int(codes[gss].str.startswith("E").sum()) if gss.any() else len(codes)
    level = level_of(fields.kind)
    expected = expected_count(fields.kind, fields.vintage) if level == fields.level else None
    if expected is not None and 0 < count < expected:
        return (
            f"looks cut short: it holds {count:,} of England's {expected:,} areas of "
            f"{fields.key!r}. Servers end a download at 1,000 or 2,000 records; if a part is what "
            "you want, all is well, and what reaches beyond it is counted in part."
        )
    if expected is None and len(raw.table) in SERVER_LIMITS:
        return (
            f"may be cut short: it holds exactly {len(raw.table):,} features, where servers end a "
            "download."
        )
    return ""
