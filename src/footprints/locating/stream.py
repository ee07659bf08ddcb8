"""The footprints of points in files of any length, in memory that does not grow with them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from footprints.crs import (
    Transformation,
    check_points,
    find_transformation,
    parse_crs,
    points_to_national_grid,
)
from footprints.errors import FileError, OutputError, TableError, listed
from footprints.locating.blocks import read_blocks, write_blocks
from footprints.locating.locator import Counts, Locator
from footprints.locating.points import as_numbers, no_coordinates
from footprints.masking import shown
from footprints.output import output_file, whole
from footprints.read.files import EXCEL, table_file
from footprints.read.progress import note_rows, progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike
    from pathlib import Path

    import geopandas as gpd
    import pyarrow as pa
    import pyproj

    from footprints.locating.grid import Floats
    from footprints.locating.locator import Found

BLOCK_ROWS = 1 << 18

# So many points, and none of them in any footprint: time to ask whether the CRS is right.
_ENOUGH = 10_000


class _Way(NamedTuple):
    """Which columns hold the coordinates, and how they come into the National Grid."""

    file: str
    x: str
    y: str
    crs: pyproj.CRS
    transformation: Transformation


def locate_file(  # noqa: PLR0913 - the door for every kind of file: each option is named.
    source: str | PathLike[str],
    target: str | PathLike[str],
    layers: Mapping[str, gpd.GeoDataFrame | Locator],
    *,
    x: str,
    y: str,
    crs: Any = 27700,
    block_rows: int = BLOCK_ROWS,
    on_rows: Callable[[int], object] | None = None,
) -> pd.DataFrame:
    r"""Add the codes of the footprints that the points of a file are in, a column a layer.

    The file is read and written block by block, so that it may be larger than the memory. The
    rows and columns of the source stay as they are; which footprint a point on an edge goes to
    is as in :func:`locate`.

    Parameters
    ----------
    source : path-like
        CSV (divided by commas, semicolons or tabs) or Parquet.
    target : path-like
        CSV (written with commas, in UTF-8) or Parquet; not the source. Written whole or not at
        all; from a CSV, Parquet has columns of text.
    layers : mapping of str to GeoDataFrame or Locator
        By the name of the column to add: polygons in EPSG:27700 indexed by code, or a
        :class:`Locator` made of them.
    x, y : str
        The columns with eastings and northings, or longitudes and latitudes.
    crs : object, default 27700
        The CRS of the coordinates, such as ``4326``.
    block_rows : int, default 262,144
        How many rows are held at a time.
    on_rows : callable, optional
        Called after each block with the number of its rows, for what is to be done with them;
        a terminal or a notebook shows how far it is without it.

    Returns
    -------
    DataFrame
        How many points were found where: a row a layer, indexed by ``layer``, with the columns
        ``points``, ``in_one``, ``in_two``, ``on_edge``, ``in_none`` and ``no_coordinates`` of
        :class:`footprints.locating.Counts`. ``attrs`` holds text: ``file``, ``transformation``
        and ``accuracy_m``.

    Raises
    ------
    FileError
        If the source cannot be read, or is no CSV or Parquet.
    OutputError
        If the target cannot be written, or is the source.
    TableError
        If a column is missing or there already, rows do not fit the header, or no point has
        coordinates.
    CRSError
        If the points look like another CRS, there is no transformation of known accuracy, or a
        layer is not in EPSG:27700.
    GeometryError
        If a footprint has no valid polygon, no code, or its code twice.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> square = [shapely.box(400_000, 0, 401_000, 1_000)]
    >>> layer = gpd.GeoDataFrame(index=["A"], geometry=square, crs=27700)
    >>> with TemporaryDirectory() as name:
    ...     folder = Path(name)
    ...     _ = (folder / "in.csv").write_text("id,x,y\n07,400500,500\n", encoding="utf-8")
    ...     counts = locate_file(folder / "in.csv", folder / "out.csv", {"lad": layer}, x="x", y="y")
    ...     print((folder / "out.csv").read_text(encoding="utf-8"), counts.loc["lad", "in_one"])
    id,x,y,lad
    07,400500,500,A
     1
    """
    file, out = _files(source, target)
    if block_rows < 1 or not layers:
        msg = "Give at least one layer, and blocks of at least one row."
        raise TableError(msg)
    declared = parse_crs(crs)
    way = _Way(file.name, x, y, declared, find_transformation(declared))
    blocks = read_blocks(file, [x, y], block_rows)
    _check_kinds(blocks.schema, way)
    taken = [name for name in layers if name in blocks.schema.names]
    if taken:
        msg = f"{file.name!r} has columns {listed(taken)} already: name the new ones otherwise."
        raise TableError(msg, taken)
    locators = {name: _locator(layer) for name, layer in layers.items()}
    schema = _widened(blocks.schema, list(layers))
    tally = _Tally(way, locators)
    with (
        progress(f"Placing the points of {file.name!r}"),
        whole(out) as part,
        write_blocks(part, out.suffix.lower(), schema) as write,
        ThreadPoolExecutor(max_workers=len(locators)) as threads,
    ):
        for block in blocks.rows:
            write(_located(block, schema, tally, threads))
            note_rows(len(block))
            if on_rows is not None:
                on_rows(len(block))
        tally.check_end()
    return tally.table()


class _Tally:
    """What was found so far, and whether that is too strange to go on."""

    def __init__(self, way: _Way, locators: Mapping[str, Locator]) -> None:
        self.way, self.locators = way, locators
        self.counts = dict.fromkeys(locators, Counts())
        self.last: tuple[Floats, Floats] | None = None

    def add(self, counts: list[Counts], x: Floats, y: Floats) -> None:
        """Count a block, and look at its coordinates while no point at all has been found."""
        self.counts = {
            name: self.counts[name] + more for name, more in zip(self.counts, counts, strict=True)
        }
        if (np.isfinite(x) & np.isfinite(y)).any():
            self.last = x, y
        if self._points() >= _ENOUGH:
            self._check()

    def check_end(self) -> None:
        """Check the whole, whatever its length."""
        points = self._points()
        if points and all(some.no_coordinates == points for some in self.counts.values()):
            raise no_coordinates(points, f" in {self.way.file!r}")
        self._check()

    def table(self) -> pd.DataFrame:
        """Return the counts as a table."""
        rows = {name: asdict(some) for name, some in self.counts.items()}
        table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")
        transformation = self.way.transformation
        table.attrs = {
            "file": self.way.file,
            "transformation": transformation.name,
            "accuracy_m": str(transformation.accuracy_m),
        }
        return table

    def _points(self) -> int:
        return next(iter(self.counts.values())).points

    def _check(self) -> None:
        missed = all(
            some.in_none + some.no_coordinates == some.points for some in self.counts.values()
        )
        if missed and self.last is not None:
            check_points(f"{self.way.file!r}", self.way.crs, *self.last)


def _located(
    block: pa.RecordBatch, schema: pa.Schema, tally: _Tally, threads: ThreadPoolExecutor
) -> pa.RecordBatch:
    """Return a block with a column of codes for each layer, and count what was found."""
    import pyarrow as pa  # noqa: PLC0415

    way, names = tally.way, block.schema.names
    x, y = (_coordinates(block.column(names.index(name))) for name in (way.x, way.y))
    place = points_to_national_grid(x, y, way.transformation)
    locators = tally.locators.values()
    found = list(threads.map(lambda locator: locator.find_and_count(*place), locators))
    tally.add([some.counts for some in found], x, y)
    codes = [_codes(*pair) for pair in zip(locators, found, strict=True)]
    return pa.RecordBatch.from_arrays([*block.columns, *codes], schema=schema)


def _check_kinds(schema: pa.Schema, way: _Way) -> None:
    """Refuse columns of dates and the like, which would pass for numbers."""
    import pyarrow as pa  # noqa: PLC0415

    tests = (pa.types.is_temporal, pa.types.is_nested, pa.types.is_boolean, pa.types.is_binary)
    kinds = {name: schema.field(schema.names.index(name)).type for name in (way.x, way.y)}
    wrong = {name: kind for name, kind in kinds.items() if any(test(kind) for test in tests)}
    if wrong:
        found = ", ".join(f"{shown(name)} ({kind})" for name, kind in wrong.items())
        msg = (
            f"{way.file!r} has columns that are no numbers: {found}. Name those of the coordinates."
        )
        raise TableError(msg, wrong)


def _coordinates(column: pa.Array) -> Floats:
    """Return a column as numbers, not a number where there is none."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    try:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pa.types.is_string(column.type):
            column = pc.utf8_trim_whitespace(column)
            column = pc.if_else(pc.equal(column, ""), None, column)
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    except pa.ArrowException:
        # One cell that is no number must not stop the other million.
        return as_numbers(column.to_pandas())


def _codes(locator: Locator, found: Found) -> pa.Array:
    import pyarrow as pa  # noqa: PLC0415

    codes = pa.array(list(locator.codes), pa.string())
    return codes.take(pa.array(found.positions, mask=found.positions < 0))


def _locator(layer: gpd.GeoDataFrame | Locator) -> Locator:
    return layer if isinstance(layer, Locator) else Locator(layer)


def _widened(schema: pa.Schema, names: list[str]) -> pa.Schema:
    import pyarrow as pa  # noqa: PLC0415

    for name in names:
        schema = schema.append(pa.field(name, pa.string()))
    return schema


def _files(source: str | PathLike[str], target: str | PathLike[str]) -> tuple[Path, Path]:
    """Make sure that one can be read and the other written, and that they are two."""
    file = table_file(source)
    out = output_file(target, [".csv", ".parquet"])
    if file.suffix.lower() in EXCEL:
        msg = f"{file.name!r} is a workbook: save its sheet as CSV, and name that."
        raise FileError(msg, [file.name])
    if out.exists() and out.samefile(file):
        msg = f"{out.name!r} is the source: name another file to write to."
        raise OutputError(msg, [out.name])
    return file, out
