"""Atlases that footprints wrote: read back unchanged, or told what is wrong with them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio
from shapely.errors import GEOSException

from footprints.errors import FileError, FootprintsError, Problems
from footprints.output import standing
from footprints.read.boundary_files import DAMAGE, SIGNATURES, make_sure, plainly_named
from footprints.read.files import local_file, said
from footprints.read.files import opened as readable
from footprints.storing.columns import digest, from_arrow
from footprints.storing.description import DESCRIPTION, FORMAT, VERSIONS, atlas_of, hash_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

    import pyarrow as pa

    from footprints.atlas import Atlas
    from footprints.storing.description import Document

_REMEDY = "Take the file as footprints wrote it, or change the sources and write the atlas again."
_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""What desktops leave in folders that they have shown."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """A stored atlas before it is read.

    Parameters
    ----------
    name : str
        The file or folder, without the folder that it lies in.
    document : dict
        What it says of itself.
    tables : set of str
        The tables that are there.
    others : set of str
        What else is there.
    read : callable
        Reads one of the tables.
    """

    name: str
    document: Document
    tables: set[str]
    others: set[str]
    read: Callable[[str], pa.Table]


def read_stored_atlas(path: str | PathLike[str]) -> Atlas:
    """Read an atlas that :func:`footprints.write_atlas` wrote.

    Parameters
    ----------
    path : path-like
        A GeoPackage, or a folder of GeoParquet.

    Returns
    -------
    Atlas
        As it was written, with the records of what was redrawn, so that :meth:`Atlas.undo` takes
        it back. What was stored before these were kept has none.

    Raises
    ------
    FileError
        If it is no atlas that footprints wrote, is damaged, was changed since, or is of another
        version; every part that is missing or changed is named, and so is every key of a record
        of what was redrawn that cannot be.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     (Path(folder) / "atlas").mkdir()
    ...     read_stored_atlas(Path(folder) / "atlas")
    Traceback (most recent call last):
        ...
    footprints.errors.FileError: 'atlas' is no atlas that footprints wrote: it has no 'atlas.json'.
    """
    place = standing(Path(path))
    with readable(place, DAMAGE), opened(place) as source:
        _check_description(source)
        tables = _read_tables(source)
        try:
            return atlas_of(source.document, tables)
        except FootprintsError as error:
            msg = f"{source.name!r} is no sound atlas: {error}"
            raise FileError(msg, error.codes) from error


@contextmanager
def opened(place: Path) -> Iterator[Source]:
    """Open a stored atlas, without reading its tables.

    Parameters
    ----------
    place : Path
        A GeoPackage or a folder.

    Yields
    ------
    Source

    Raises
    ------
    FileError
        If it is no atlas that footprints wrote.

    Examples
    --------
    >>> with opened(Path("atlas.csv")) as source:
    ...     pass
    Traceback (most recent call last):
        ...
    footprints.errors.FileError: 'atlas.csv' is not there: check the name and the folder.
    """
    if place.is_dir():
        yield _folder(place)
        return
    file = local_file(place, SIGNATURES).absolute()
    if file.suffix.lower() != ".gpkg":
        raise _not_ours(file.name, "its name does not end in '.gpkg'")
    make_sure(file, file.name)
    with plainly_named(file) as same:
        yield _geopackage(same, file.name)


def _folder(folder: Path) -> Source:
    from pyarrow.parquet import read_table  # noqa: PLC0415

    described, name = folder / f"{DESCRIPTION}.json", folder.absolute().name
    if not described.is_file():
        raise _not_ours(name, f"it has no {described.name!r}")
    try:
        document = json.loads(described.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _not_ours(name, f"its {described.name!r} cannot be read") from error
    files = {file.name for file in folder.iterdir()} - _LITTER - {described.name}
    tables = {file.removesuffix(".parquet") for file in files if file.endswith(".parquet")}
    return Source(
        name=name,
        document=_ours(document, name),
        tables=tables,
        others={file for file in files if not file.endswith(".parquet")},
        read=lambda table: read_table(folder / f"{table}.parquet", partitioning=None),
    )


def _geopackage(file: Path, name: str) -> Source:
    tables = {str(table) for table in pyogrio.list_layers(file)[:, 0]}
    if DESCRIPTION not in tables:
        raise _not_ours(name, f"it has no table {DESCRIPTION!r}")
    rows = pyogrio.read_arrow(file, layer=DESCRIPTION)[1].to_pylist()
    try:
        document = {row["key"]: json.loads(row["value"]) for row in rows}
    except (LookupError, TypeError, ValueError) as error:
        raise _not_ours(name, f"its table {DESCRIPTION!r} cannot be read") from error
    return Source(
        name=name,
        document=_ours(document, name),
        tables=tables - {DESCRIPTION},
        others=set(),
        read=lambda table: pyogrio.read_arrow(file, layer=table)[1],
    )


def _ours(document: object, name: str) -> Document:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _not_ours(name, f"it does not say that it is a {FORMAT!r}")
    return document


def _not_ours(name: str, reason: str) -> FileError:
    return FileError(f"{name!r} is no atlas that footprints wrote: {reason}.", [name])


def _check_description(source: Source) -> None:
    """Refuse another version of the format, and a description that was changed."""
    version = source.document.get("version")
    if type(version) is not int or version not in VERSIONS:
        msg = (
            f"{source.name!r} is of version {version!r} of the format, and this footprints reads "
            f"versions {' and '.join(map(str, VERSIONS))}. Read it with the footprints that wrote it."
        )
        raise FileError(msg, [version])
    if source.document.get("sha256") != hash_of(source.document):
        msg = f"{source.name!r} was changed in its description {DESCRIPTION!r}. {_REMEDY}"
        raise FileError(msg, [DESCRIPTION])


def _read_tables(source: Source) -> dict[str, pd.DataFrame]:
    """Read all tables in plain columns, each compared with its hash."""
    problems, specs = Problems(repr(source.name)), source.document["tables"]
    if missing := sorted(set(specs) - source.tables):
        problems.add("lacks its tables", missing)
    if strange := sorted(source.tables - set(specs)):
        problems.add("has tables that it did not have when it was written", strange)
    tables = {}
    for name in sorted(set(specs) & source.tables):
        try:
            found = source.read(name)
        except DAMAGE as error:
            problems.add("has a table that cannot be read", [name], remedy=f"{said(error)}.")
            continue
        tables[name] = _plain(name, found, specs[name], problems)
    if problems.lines:
        problems.lines.append(_REMEDY)
    problems.raise_any(FileError)
    return tables


def _plain(name: str, found: pa.Table, spec: Document, problems: Problems) -> pd.DataFrame:
    """Return a table in plain columns; note what is not as it was written."""
    subject = f"in its table {name!r}"
    known = {column["stored"]: column for column in spec["columns"] if column["stored"] is not None}
    if missing := [column for column in known if column not in found.column_names]:
        problems.add(f"lacks columns {subject}", missing)
    if strange := [column for column in found.column_names if column not in known]:
        problems.add(f"has columns {subject} that it did not have when it was written", strange)
    if found.num_rows != spec["rows"]:
        problems.add(f"has {found.num_rows:,} rows instead of {spec['rows']:,} {subject}")
        return pd.DataFrame()
    columns = {
        column: _unchanged(found[column], each["kind"], each["sha256"])
        for column, each in known.items()
        if column not in missing
    }
    if changed := [column for column, values in columns.items() if values is None]:
        problems.add(f"was changed {subject} in the columns", changed)
    return pd.DataFrame(columns)


def _unchanged(column: pa.ChunkedArray, kind: str, expected: str) -> pd.Series | None:
    """Return a column in plain values, or None if it is not what was written."""
    try:
        values = from_arrow(column, kind)
        return values if digest(values, kind) == expected else None
    except (TypeError, ValueError, GEOSException):
        return None
