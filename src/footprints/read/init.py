"""A first atlas file from a folder of files, with what was inferred and what was not."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from footprints.crs import looks_like
from footprints.errors import FootprintsError, plain
from footprints.geometry import polygon_faults
from footprints.levels import LEVELS
from footprints.read.boundary_files import SIGNATURES, read_raw
from footprints.read.fields import ANY_KIND, Field, parse_field, recognise

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from footprints.read.fields import Fields

PEOPLE = re.compile(r"pop|resident|people|person|patient|all.?ages|number_of", re.IGNORECASE)
"""What the name of a column of people says."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """A file that was looked at.

    Parameters
    ----------
    file : str
        Its name, as the atlas file is to say it.
    layer : str
        The layer that was read, where the file has named ones.
    table : DataFrame
        Its attributes.
    own : str
        The key of what a row of the file is: the finest of its codes.
    codes, names : dict of str to Field
        Its fields of codes and names, by the key of the layer that they are of.
    people : tuple of str
        Its columns that look like people.
    options : tuple of (str, str)
        What must be said to read its lines, and why.
    located : bool
        Whether it has lines.
    """

    file: str
    layer: str
    table: pd.DataFrame
    own: str
    codes: dict[str, Field]
    names: dict[str, Field]
    people: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    located: bool


def draft_atlas(paths: Iterable[str | PathLike[str]], *, folder: str | PathLike[str] = ".") -> str:
    r"""Look at files and write a first atlas file for them.

    Parameters
    ----------
    paths : iterable of path-like
        Boundaries, lookups and tables of people, or a folder of them.
    folder : path-like
        Where the atlas file is to stand; files are named from there.

    Returns
    -------
    str
        TOML with comments that say what was inferred, and what is left to fill in.

    Raises
    ------
    FootprintsError
        If a file cannot be read, or none of them lists units.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "wards.csv")
    ...     _ = file.write_text("WD22CD,LAD22CD,residents\nA,X,5\nB,X,7\n")
    ...     print(draft_atlas([file], folder=folder).splitlines()[3])
    [units.wd22]
    """
    seen = [_look(file, Path(folder)) for path in paths for file in _files_of(Path(path))]
    units = _units_among(seen)
    if units is None:
        names = ", ".join(repr(item.file) for item in seen) or "none"
        msg = (
            f"None of the files has a column of codes named as the ONS does (LSOA11CD, LAD23CD): "
            f"{names}. Name one so, or write the atlas file by hand."
        )
        raise FootprintsError(msg, [item.file for item in seen])
    parts = [_head(units), _units_table(units)]
    parts += _layers(units, seen)
    said = "\n".join(parts)
    unused = [item for item in seen if _text(item.file) not in said]
    parts += [f"# Not used: {_text(item.file)}: {_why_not(item)}." for item in unused]
    return "\n".join(parts) + "\n"


def _files_of(path: Path) -> list[Path]:
    """Return a file, or the files of a folder that could be read."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix.lower() in SIGNATURES)


def _look(path: Path, folder: Path) -> Seen:
    raw = read_raw(path)
    located = isinstance(raw.table, gpd.GeoDataFrame)
    table = pd.DataFrame(raw.table.drop(columns=raw.table.geometry.name)) if located else raw.table
    found = [field for column in table.columns if (field := parse_field(str(column)))]
    keyed = [(_key(field), field) for field in found if field.kind not in {"", ANY_KIND}]
    names = {key: field for key, field in keyed if field.part == "name"}
    # Where no codes are listed, names stand for them.
    codes = names | {key: field for key, field in keyed if field.part == "code"}
    own = _own_fields(table, f"{raw.layer} {raw.file}")
    if own is not None and own.key:
        codes[own.key] = Field(own.code, own.kind, own.vintage, "code")
    counts = [str(c) for c in table.columns if PEOPLE.search(str(c)) and _counts(table[c])]
    return Seen(
        file=_relative(path, folder),
        layer=raw.layer,
        table=table,
        own=own.key if own is not None and own.key else _finest(table, codes),
        codes=codes,
        names=names,
        people=tuple(counts),
        options=_options(raw.table) if isinstance(raw.table, gpd.GeoDataFrame) else (),
        located=located,
    )


def _own_fields(table: pd.DataFrame, label: str) -> Fields | None:
    """Return what a row of a file is, where its columns or its codes tell."""
    try:
        return recognise(table, label=label)
    except FootprintsError:
        return None


def _finest(table: pd.DataFrame, codes: dict[str, Field]) -> str:
    counts = {key: table[field.column].nunique() for key, field in codes.items()}
    return max(counts, key=lambda key: counts[key], default="")


def _relative(path: Path, folder: Path) -> str:
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def _key(field: Field) -> str:
    return f"{field.kind}{field.year % 100:02d}" if field.year else field.kind


def _counts(column: pd.Series[object]) -> bool:
    numbers = pd.to_numeric(column.astype("str").str.replace(",", ""), errors="coerce")
    return bool(numbers.notna().mean() > 0.5)


def _options(table: gpd.GeoDataFrame) -> tuple[tuple[str, str], ...]:
    """Return what a file of lines must be read with: its CRS, and whether to repair."""
    options = []
    if table.crs is None:
        looks = looks_like(table.total_bounds)
        why = f"the file declares no CRS; its coordinates look like {looks or 'none known'}"
        options.append((f"crs = {_text(looks)}" if looks else "# crs = ", why))
    faults = polygon_faults(table.geometry.set_axis(range(len(table))))["fault"]
    if (faults == "not valid").any():
        why = f"{(faults == 'not valid').sum()} polygons are not valid"
        options.append(("repair = true", why))
    return tuple(options)


def _units_among(seen: list[Seen]) -> Seen | None:
    """Return the file of units: of those with people, or else of all, the one with most rows."""
    listing = [
        item for item in seen if item.own and item.table[item.codes[item.own].column].is_unique
    ]
    counted = [item for item in listing if item.people] or listing
    return max(counted, key=lambda item: len(item.table), default=None)


def _head(units: Seen) -> str:
    return (
        "# Written by footprints init. Comments say what was inferred; look them through.\n"
        f'title = "Atlas of {units.own}"\n'
    )


def _units_table(units: Seen) -> str:
    code = units.codes[units.own].column
    lines = [f"[units.{units.own}]", f"# {len(units.table):,} rows, one for each {code}"]
    lines += [f"file = {_text(units.file)}", f"code = {_text(code)}"]
    if units.own in units.names:
        lines.append(f"name = {_text(units.names[units.own].column)}")
    lines += _option_lines(units)
    if units.people:
        others = ", ".join(units.people[:-1])
        note = f"  # other columns of people: {others}" if others else ""
        column = _text(units.people[-1])
    else:
        note, column = "  # no column looks like people: name one", '"?"'
    lines.append("# Say whose people they are, where the figures come from, and of which date.")
    said = f'column = {column}, source = "?", as_at = "?"'
    lines.append(f"people = {{ residents = {{ {said} }} }}{note}")
    return "\n".join(lines) + "\n"


def _option_lines(item: Seen) -> list[str]:
    layer = [f"layer = {_text(item.layer)}"] if item.layer else []
    return [*layer, *(f"{option}  # {why}" for option, why in item.options)]


def _layers(units: Seen, seen: list[Seen]) -> list[str]:
    """Return a table for each layer that the units or a lookup list."""
    listed = {key: _of_units(key, units) for key in units.codes if key != units.own}
    for item in seen:
        if item is not units and units.own in item.codes:
            listed |= {
                key: _of_lookup(key, units, item)
                for key in item.codes
                if key not in {units.own, *listed}
            }
    for item in seen:
        if item is not units and item.own in listed and item.codes[item.own].kind in LEVELS:
            listed |= {
                key: _of_lookup(key, item, item)
                for key in item.codes
                if key not in {item.own, units.own, *listed}
            }
    lines = {item.own: item for item in seen if item.located and item is not units}
    return ["\n".join([*said, *_boundaries(lines.get(key))]) + "\n" for key, said in listed.items()]


def _of_units(key: str, units: Seen) -> list[str]:
    column = units.codes[key].column
    lines = [f"[layers.{key}]", f"members = {{ {units.own} = {_text(column)} }}"]
    name = units.names.get(key)
    if name is not None and name.column != column:
        lines.append(f"names = {{ {units.own} = {_text(name.column)} }}")
    elif name is not None:
        lines.append("# names stand for codes")
    blank = units.table[column].isna() | units.table[column].astype("str").str.strip().eq("")
    if blank.any():
        lines.append(f"covers = false  # {blank.sum():,} units are in none")
    return _with_level(units.codes[key], lines)


def _of_lookup(key: str, made_of: Seen, item: Seen) -> list[str]:
    said = {
        "file": item.file,
        "code": item.codes[made_of.own].column,
        "footprint": item.codes[key].column,
    }
    table = ", ".join(f"{name} = {_text(value)}" for name, value in said.items())
    lines = [f"[layers.{key}]", f"members = {{ {made_of.own} = {{ {table} }} }}"]
    return _with_level(item.codes[key], lines)


def _with_level(field: Field, lines: list[str]) -> list[str]:
    level = LEVELS.get(field.kind)
    said = (
        f"# level: {level}"
        if level
        else f"# a level of its own: {field.kind}; say which with level ="
    )
    return [lines[0], said, *lines[1:]]


def _boundaries(item: Seen | None) -> list[str]:
    if item is None:
        return []
    said = [f"file = {_text(item.file)}"]
    said += [f"layer = {_text(item.layer)}"] if item.layer else []
    said += [option for option, _ in item.options if not option.startswith("#")]
    why = "; ".join(why for _, why in item.options)
    return [f"boundaries = {{ {', '.join(said)} }}" + (f"  # {why}" if why else "")]


def _why_not(item: Seen) -> str:
    if not item.codes:
        return "no column is named as the ONS names codes"
    return f"it lists {', '.join(item.codes)}, and nothing says which units those are made of"


def _text(text: str) -> str:
    """Return text as TOML writes it; what cannot be seen is written out."""
    return json.dumps(plain(text) if not text.isprintable() else text, ensure_ascii=False)
