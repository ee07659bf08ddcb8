"""How an atlas is written so that it comes back unchanged: whole or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio

from footprints.errors import FootprintsError, OutputError, Problems, listed, plain
from footprints.masking import without_private
from footprints.output import set_aside, whole
from footprints.read.boundary_files import DAMAGE
from footprints.read.stored import opened, read_stored_atlas
from footprints.storing.description import DESCRIPTION, stored

if TYPE_CHECKING:
    from os import PathLike

    from footprints.atlas import Atlas
    from footprints.storing.description import Stored

_IN_USE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file that is open, or was not closed well."""
_UNREADABLE: tuple[type[Exception], ...] = (TypeError, *DAMAGE)


def write_atlas(atlas: Atlas, path: str | PathLike[str]) -> Path:
    """Write an atlas to one GeoPackage, or a folder of GeoParquet, to be read back unchanged.

    Tables keep their names and columns, so that QGIS and pandas read them; what else an atlas
    holds is in the table ``atlas`` or the file ``atlas.json``. It is written whole or not at all,
    and read back and compared before it is put in place. What was redrawn is kept too, so that
    :meth:`Atlas.undo` works after reading: the changes in ``redraws`` of the description, each
    layer that was redrawn, as it was, in a table such as ``before_1_icb22`` (of the first redraw),
    and who was in it in ``membership_before``. Such an atlas is of version 2 of the format, which
    a footprints that would lose the records refuses; any other is of version 1.

    Parameters
    ----------
    atlas : Atlas
        A whole one: one with a focus is not stored.
    path : path-like
        Where to: a name that ends in ``.gpkg``, or in nothing for a folder. An atlas that
        footprints wrote there before is replaced; nothing else is.

    Returns
    -------
    Path
        The file or folder.

    Raises
    ------
    OutputError
        If the name ends in something else, something else stands there, the file is open in
        another program, or the atlas holds what cannot be stored; what stood there before is
        untouched.
    CRSError
        If a record of a redraw that was made by hand keeps lines that are not in EPSG:27700.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from footprints import load_example
    >>> with TemporaryDirectory() as folder:
    ...     write_atlas(load_example(), Path(folder) / "england.gpkg").name
    'england.gpkg'
    """
    target = _target(path)
    made = stored(atlas)
    for place in (target, set_aside(target)):
        _refuse_others(place)
    with whole(target) as part:
        try:
            (_write_geopackage if target.suffix else _write_folder)(made, part)
            _compare(made, part)
        except (FootprintsError, OSError):
            raise
        except DAMAGE as error:
            reason = without_private(plain(error))
            msg = f"{target.name!r} cannot be written: {reason}"
            raise OutputError(msg, [target.name]) from error
    return target


def _target(path: str | PathLike[str]) -> Path:
    """Return the file or folder to write, if its name and its folder will do."""
    target = Path(path).resolve()
    if target.suffix.lower() not in {".gpkg", ""}:
        reason = "its name must end in '.gpkg', or in nothing for a folder"
    elif not target.parent.is_dir():
        reason = f"there is no folder {target.parent.name!r}"
    elif target.suffix and target.is_dir():
        reason = "it is a folder"
    elif not target.suffix and target.is_file():
        reason = "it is a file, and a name without an ending means a folder"
    else:
        return target
    msg = f"{target.name!r} cannot be written: {reason}."
    raise OutputError(msg, [target.name])


def _refuse_others(place: Path) -> None:
    """Refuse to replace what footprints did not write, or what is in use."""
    name = place.name
    beside = [name + end for end in _IN_USE if place.with_name(name + end).exists()]
    if beside:
        msg = (
            f"{name!r} cannot be written: it is open in another program, or was not closed well, "
            f"for beside it lies {listed(beside)}. Close it there first."
        )
        raise OutputError(msg, [name])
    if not place.exists():
        return
    try:
        with opened(place) as source:
            kept = source.others | (source.tables - set(source.document["tables"]))
    except _UNREADABLE as error:
        msg = f"{name!r} is not replaced: footprints did not write it. Choose another name."
        raise OutputError(msg, [name]) from error
    if kept:
        msg = (
            f"{name!r} is not replaced: it holds what footprints did not write, "
            f"{listed(sorted(kept))}. Move that away, or choose another name."
        )
        raise OutputError(msg, kept)


def _write_folder(made: Stored, folder: Path) -> None:
    folder.mkdir()
    for name, table in made.tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    text = json.dumps(made.document, ensure_ascii=False, indent=1)
    (folder / f"{DESCRIPTION}.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _write_geopackage(made: Stored, file: Path) -> None:
    _refuse_nul(made, file.name)
    rows = [(key, json.dumps(value, ensure_ascii=False)) for key, value in made.document.items()]
    described = pd.DataFrame(rows, columns=["key", "value"], dtype="str")
    # GDAL takes "!" in a path for a file inside an archive, so it writes elsewhere.
    with TemporaryDirectory(dir=None if "!" in str(file) else file.parent) as folder:
        written = Path(folder) / "atlas.gpkg"
        for name, table in (made.tables | {DESCRIPTION: described}).items():
            _add_table(table, written, name)
        shutil.move(written, file)


def _add_table(table: pd.DataFrame, file: Path, name: str) -> None:
    """Add a table to a GeoPackage, its geometry as it is."""
    kinds = 1
    if isinstance(table, gpd.GeoDataFrame):
        shapes = table.geometry[~table.geometry.isna()]
        kinds = len(set(zip(shapes.geom_type, shapes.has_z, strict=True)))
    pyogrio.write_dataframe(
        table,
        file,
        layer=name,
        driver="GPKG",
        append=file.exists(),
        use_arrow=True,
        geometry_type="Unknown" if kinds > 1 else None,
        promote_to_multi=False,
        layer_options={"GEOMETRY_NAME": "geometry"},
    )


def _refuse_nul(made: Stored, name: str) -> None:
    """Refuse text with the character NUL, where SQLite would end it."""
    problems = Problems(repr(name))
    for called, table in made.tables.items():
        for column in table.columns[table.dtypes == "str"]:
            texts = table[column].dropna()
            if found := [text for text in texts if "\0" in text]:
                fault = f"cannot hold the character NUL in the column {column!r} of {called!r}"
                remedy = "Take it out, or write a folder: a name without an ending."
                problems.add(fault, map(repr, found), remedy=remedy)
    problems.raise_any(OutputError)


def _compare(made: Stored, part: Path) -> None:
    """Refuse what would not come back unchanged."""
    try:
        again = stored(read_stored_atlas(part))
    except FootprintsError as error:
        msg = f"{part.name!r} cannot be written, for it would not come back unchanged: {error}"
        raise OutputError(msg, error.codes) from error
    differing = [key for key in made.document if again.document[key] != made.document[key]]
    if differing:
        parts = [
            name
            for name, spec in made.document["tables"].items()
            if again.document["tables"].get(name) != spec
        ]
        msg = f"{part.name!r} cannot be written, for it would not come back unchanged in {listed(parts or differing)}."
        raise OutputError(msg, parts or differing)
