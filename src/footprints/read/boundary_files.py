"""Files with boundaries: made sure of before any library opens them, then read as they are."""

from __future__ import annotations

import hashlib
import re
import shutil
import warnings
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely.errors import GEOSException

from footprints.errors import FileError, UnknownNameError, listed
from footprints.read.files import EXCEL, check_sheet, is_web_page, local_file, opened, said
from footprints.read.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from zipfile import ZipInfo

SIGNATURES = {
    ".geojson": rb"\s*\{",
    ".json": rb"\s*\{",
    ".topojson": rb"\s*\{",
    ".kml": rb"\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<(\w+:)?kml\b",
    ".gpkg": rb"SQLite format 3\0",
    ".shp": rb"\0\0\x27\x0a",
    ".fgb": rb"fgb\x03",
    ".parquet": rb"PAR1",
    ".geoparquet": rb"PAR1",
    ".xlsx": rb"PK\x03\x04",
    ".xlsm": rb"PK\x03\x04",
    ".csv": rb"",
    ".zip": rb"PK\x03\x04",
}
"""What files begin with. GDAL goes by content and not by name, and what some contents tell it to
do is to fetch other files: only what is of the kind that its name says is handed to it."""

TABLES = (".csv", *EXCEL)
PARQUET = (".parquet", ".geoparquet")
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")

UNZIPPED_BYTES = 4_000_000_000
UNZIPPED_TIMES = 200
"""How large the content of a zip file may be, and how many times the size of the file."""

_ORDERS = (b"gdal_streamed_alg", b"<OGR", b"<!ENTITY")
DAMAGE: tuple[type[Exception], ...] = (
    *(OSError, EOFError, LookupError, ValueError, RuntimeError, GEOSException),
    # A zip file is damaged, or what it packs, or the XML in that, as it is in a workbook.
    *(BadZipFile, zlib.error, ParseError),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class RawLayer:
    """A layer as it stands in a file.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        All columns and rows.
    file, sha256 : str
        Name of the file without its folder, and the hash of its bytes; of a Shapefile, of the
        part that ends in ``.shp``.
    layer : str
        The layer of the file that was read; empty where it has no named ones.
    cut_short : bool
        Whether the file itself says that the server sent only a part.
    remarks : tuple of str
        What the library that read it warned of.
    rows : Index or None
        The rows of the file that the table's are; None where they are counted from 1.
    """

    table: pd.DataFrame
    file: str
    sha256: str = ""
    layer: str = ""
    cut_short: bool = False
    remarks: tuple[str, ...] = ()
    rows: pd.Index[int] | None = None


def read_raw(
    path: str | PathLike[str], *, layer: str | None = None, sheet: str | None = None
) -> RawLayer:
    """Read a layer as it stands in a file.

    Parameters
    ----------
    path : path-like
        The file.
    layer, sheet : str, optional
        The layer or the sheet, where the file has several.

    Returns
    -------
    RawLayer

    Raises
    ------
    FileError
        If it is no file, not of a known kind, damaged, unsafe, or several layers are in it and
        none is named.
    TableError
        If it is a table that cannot be read, or has no such sheet.
    UnknownNameError
        If it has no such layer.
    """
    file = local_file(path, SIGNATURES).absolute()
    with opened(file, DAMAGE):
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        with _unzipped(file) as inner:
            cut_short = make_sure(inner, file.name)
            raw = _read_any(inner, file.name, layer=layer, sheet=sheet)
    return replace(raw, sha256=sha256, cut_short=cut_short)


def make_sure(file: Path, name: str) -> bool:
    """Refuse a file that is not what its name says; tell whether it says that it was cut."""
    suffix = file.suffix.lower()
    is_text = suffix in {".geojson", ".json", ".topojson", ".kml"}
    with file.open("rb") as stream:
        content = stream.read() if is_text else stream.read(64)
    content = content.removeprefix(b"\xef\xbb\xbf")
    if is_web_page(content):
        reason = "it holds a web page: the download went wrong"
    elif re.match(rb'\s*\{\s*"error"', content):
        reason = "it holds the error message of a server: the download went wrong"
    elif not re.match(SIGNATURES[suffix], content):
        reason = f"it is no {suffix} file, whatever its name says"
    elif is_text and any(order in content for order in _ORDERS):
        reason = "it tells the reader to open other files, which is not done"
    else:
        return bool(re.search(rb'"exceededTransferLimit"\s*:\s*true', content))
    msg = f"{name!r} cannot be read: {reason}."
    raise FileError(msg, [name])


@contextmanager
def _unzipped(file: Path) -> Iterator[Path]:
    """Unpack the one layer that a zip file holds; another file is given as it is.

    Members are written under names of our own, so that none can leave the folder.
    """
    if file.suffix.lower() != ".zip":
        with plainly_named(file) as same:
            yield same
        return
    with ZipFile(file) as bundle, TemporaryDirectory() as folder:
        main, parts = _members(file, bundle)
        for part in parts:
            target = Path(folder) / f"layer{PurePosixPath(part.filename).suffix.lower()}"
            with bundle.open(part) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)
        yield Path(folder) / f"layer{PurePosixPath(main.filename).suffix.lower()}"


@contextmanager
def plainly_named(file: Path) -> Iterator[Path]:
    """Give a file under a path without "!", which would mean a file inside an archive."""
    if "!" not in str(file):
        yield file
        return
    with TemporaryDirectory() as folder:
        for part in file.parent.iterdir():
            if part == file or (part.stem == file.stem and part.suffix.lower() in SHAPEFILE):
                shutil.copyfile(part, Path(folder) / f"layer{part.suffix.lower()}")
        yield Path(folder) / f"layer{file.suffix.lower()}"


def _members(file: Path, bundle: ZipFile) -> tuple[ZipInfo, list[ZipInfo]]:
    """Return the member of a zip file that is a layer, and all that belong to it."""
    members = [item for item in bundle.infolist() if not item.is_dir()]
    kinds = [kind for kind in SIGNATURES if kind != ".zip"]
    mains = [
        item
        for item in members
        if PurePosixPath(item.filename).suffix.lower() in kinds
        and not item.filename.startswith("__MACOSX/")
    ]
    # What comes with boundaries, such as a lookup, is not the layer.
    mains = [item for item in mains if not item.filename.lower().endswith(TABLES)] or mains
    size = sum(item.file_size for item in members)
    packed = max(file.stat().st_size, 1_000_000)
    if any(_leaves(item.filename) for item in members):
        reason = "it names files outside itself, which no honest zip file does"
    elif size > min(UNZIPPED_BYTES, packed * UNZIPPED_TIMES):
        reason = f"it would unpack to {size:,} bytes. Unpack it yourself if you trust it"
    elif any(item.flag_bits & 1 for item in members):
        reason = "it is locked with a password. Unpack it first"
    elif len(mains) != 1:
        names = listed(item.filename for item in mains)
        reason = f"it must hold one layer and holds {names}. Unpack the one you mean"
    else:
        stem = PurePosixPath(mains[0].filename).with_suffix("")
        return mains[0], [
            item
            for item in members
            if item is mains[0]
            or (
                PurePosixPath(item.filename).with_suffix("") == stem
                and PurePosixPath(item.filename).suffix.lower() in SHAPEFILE
            )
        ]
    msg = f"{file.name!r} cannot be read: {reason}."
    raise FileError(msg, [file.name])


def _leaves(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]


def _read_any(file: Path, name: str, *, layer: str | None, sheet: str | None) -> RawLayer:
    suffix = file.suffix.lower()
    check_sheet(name, suffix, sheet)
    if layer is not None and suffix in (*TABLES, *PARQUET):
        msg = f"{name!r} has no named layers: leave layer= out."
        raise FileError(msg, [name])
    if suffix in TABLES:
        table = read_table(file, sheet=sheet)
        rows, table = table.index, table.reset_index(drop=True)
        return RawLayer(table=table, file=name, layer=sheet or "", rows=rows)
    if suffix in PARQUET:
        return RawLayer(table=_read_parquet(file), file=name)
    return _read_gdal(file, name, layer)


def _read_parquet(file: Path) -> pd.DataFrame:
    from pyarrow.parquet import read_schema  # noqa: PLC0415

    located = b"geo" in (read_schema(file).metadata or {})
    return gpd.read_parquet(file) if located else pd.read_parquet(file)


def _read_gdal(file: Path, name: str, layer: str | None) -> RawLayer:
    if file.suffix.lower() == ".shp":
        missing = [end for end in (".dbf", ".shx") if not _beside(file, end)]
        if missing:
            msg = f"{name!r} cannot be read: {listed(missing)} must lie beside it."
            raise FileError(msg, [name])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        chosen = _chosen(dict(pyogrio.list_layers(file)), name, layer)
        # Rings that cannot be built come as None, to be named with every other fault.
        table = pyogrio.read_dataframe(file, layer=chosen, on_invalid="ignore")
    remarks = tuple(dict.fromkeys(said(warning.message) for warning in caught))
    named = file.suffix.lower() in {".gpkg", ".kml"}
    return RawLayer(table=table, file=name, layer=chosen if named else "", remarks=remarks)


def _chosen(layers: dict[str, str | None], name: str, layer: str | None) -> str:
    """Return the layer to read: the one named, or else the only one that has geometry."""
    if layer is not None and layer not in layers:
        raise UnknownNameError.among(layers, layer, kind="layer")
    drawn = [found for found, kind in layers.items() if kind is not None] or list(layers)
    if layer is None and len(drawn) != 1:
        msg = f"{name!r} cannot be read: no layer is in it. Download it or save it again."
        if drawn:
            msg = f"Say which layer of {name!r} you mean, with layer=. There is {listed(drawn)}."
        raise FileError(msg, [name])
    return drawn[0] if layer is None else layer


def _beside(file: Path, suffix: str) -> bool:
    return any(file.with_suffix(end).is_file() for end in (suffix, suffix.upper()))
