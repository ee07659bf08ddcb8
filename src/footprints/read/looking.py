"""What files hold, as far as it can be told by looking: codes, names, people, lines."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile

import geopandas as gpd
import pandas as pd
import pyogrio

from footprints.crs import WORDS, check_declared, looks_like
from footprints.errors import CRSError, FootprintsError
from footprints.geometry import RESOLUTIONS, polygon_faults, resolution_in
from footprints.read.boundary_files import SIGNATURES, read_raw
from footprints.read.fields import ANY_KIND, Field, level_of, parse_field, recognise
from footprints.read.files import EXCEL, PARQUET, TEXT
from footprints.read.registered.fields import capitals
from footprints.read.tables import texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from footprints.read.boundary_files import RawLayer
    from footprints.read.fields import Fields

PEOPLE = re.compile(r"pop|resident|people|person|patient|all.?ages|number_of|total", re.IGNORECASE)
"""What the name of a column of people says."""

NOT_PEOPLE = re.compile(r"densit|area|rate|share|percent|%|households|hectares", re.IGNORECASE)
"""What the name of a column says that is of people and does not count them."""

TOTAL_WORDS = {
    *("all", "ages", "total", "usual", "number", "of", "mid", "estimate", "estimates", "count"),
    *("population", "pop", "residents", "resident", "people", "persons", "patients"),
}
"""The words that the name of a column of everybody is made of, a year aside."""

NHS_LISTS = (
    ({"PARTNER_ORGANISATION_CODE", "PCN_CODE"}, "read_networks"),
    ({"PCN_CODE", "OPEN_DATE"}, "read_network_details"),
    ({"PRACTICE_CODE", "LSOA_CODE"}, "read_patients_by_lsoa"),
    ({"PRACTICE_CODE", "NUMBER_OF_PATIENTS"}, "read_list_sizes"),
    ({"PRACTICE_CODE", "LIST_SIZE"}, "read_list_sizes"),
    ({"PRACTICE_CODE", "N"}, "read_list_sizes"),
    ({"PRACTICE_CODE", "PCN_CODE"}, "read_practice_map"),
    ({"PRACTICE_CODE", "PRACTICE_NAME"}, "read_practice_map"),
)
"""The columns that lists of the NHS have, and what reads them."""

NHS_LIST = "a list of the NHS: read it in Python with footprints.{}()"
"""What such a list is, for a comment or a message."""

NEARLY_ALL = 0.95
"""Which share of a column's values must be codes of a layer for it to list that layer."""

OPEN_RESOLUTION = f'# resolution = "{next(iter(RESOLUTIONS))}"'
"""What is left to the user of a file whose name does not tell how far it was generalised."""

_CHOICES = ", ".join([*RESOLUTIONS][:-1]) + f" or {[*RESOLUTIONS][-1]}"
_YEAR = re.compile(r"(?:19|20)\d\d")
_GSS = r"[A-Z]\d{8}"
# What openpyxl raises for workbooks that are none.
_DAMAGE = (
    *(AttributeError, BadZipFile, EOFError, LookupError, OSError, RuntimeError),
    *(SyntaxError, TypeError, ValueError, zlib.error),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """A table that was looked at: a file, a layer of it or a sheet of it.

    Parameters
    ----------
    file : str
        Its name, as the atlas file is to say it.
    layer, sheet : str
        The layer or sheet, where the file has named ones.
    table : DataFrame
        Its attributes.
    own : str
        The key of what a row of the file is: the finest of its codes.
    codes, names, ods_codes : dict of str to Field
        Its fields of codes, names and ODS codes, by the key of the layer that they are of.
    people : tuple of str
        Its columns that look like people.
    options : tuple of (str, str)
        What must be said to read its lines, and why; what begins with ``#`` is left to the user.
    located : bool
        Whether it has lines.
    is_table : bool
        Whether it can be read as a lookup or as people of units that are in another file.
    recognised : bool
        Whether its own codes are told by the names of its columns alone.
    """

    file: str
    layer: str = ""
    sheet: str = ""
    table: pd.DataFrame
    own: str = ""
    codes: dict[str, Field]
    names: dict[str, Field]
    ods_codes: dict[str, Field]
    people: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    located: bool = False
    is_table: bool = True
    recognised: bool = True

    @cached_property
    def _texts(self) -> dict[str, pd.Series[str]]:
        return {}

    def values(self, column: str) -> pd.Series[str]:
        """Return the values of a column as text, without empty ones."""
        if column not in self._texts:
            self._texts[column] = texts(self.table[column]).dropna()
        return self._texts[column]

    def codes_of(self, key: str) -> set[str]:
        """Return the codes of a layer that it lists."""
        return set(self.values(self.codes[key].column)) if key in self.codes else set()

    def lists(self, key: str) -> bool:
        """Tell whether it lists codes of a layer, each once."""
        return key in self.codes and self.values(self.codes[key].column).is_unique

    def placed(self, key: str, footprint: str) -> set[str]:
        """Return the codes of a layer that it lists with something in another column."""
        listed = self.values(self.codes[key].column)
        return set(listed[listed.index.isin(self.values(footprint).index)])

    @property
    def part(self) -> str:
        """The layer or sheet, where the file has named ones."""
        return self.layer or self.sheet

    @property
    def nhs_reader(self) -> str:
        """The function that reads it, where it is a list of the NHS; empty where it is none."""
        headers = {capitals(column) for column in self.table.columns}
        return next((reader for needed, reader in NHS_LISTS if needed <= headers), "")


class NotRead(NamedTuple):
    """A file, or a layer or a sheet of it, that cannot be read, and why."""

    file: str
    part: str
    reason: str


def look_at(path: Path, name: str) -> list[Seen | NotRead]:
    """Look at each layer and each sheet of a file.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What the atlas file is to call it.

    Returns
    -------
    list of Seen or NotRead
        One or more; what cannot be read keeps nothing else from being looked at.
    """
    return [_look(path, name, part) for part in _parts(path)]


def _look(path: Path, name: str, part: dict[str, str]) -> Seen | NotRead:
    try:
        raw = read_raw(path, layer=part.get("layer"), sheet=part.get("sheet"))
        if not len(raw.table):
            return NotRead(name, next(iter(part.values()), ""), "it holds no rows")
        return _seen(raw, name, path.suffix.lower(), part.get("sheet", ""))
    except FootprintsError as error:
        reason = " ".join(str(error).split()).rstrip(".")
        if path.stem.lower() == "epraccur":
            # It has no header, so that what is read as one may well fail.
            reason = NHS_LIST.format("read_practice_details")
        return NotRead(name, next(iter(part.values()), ""), reason)


def _parts(path: Path) -> list[dict[str, str]]:
    """Return what to read of a file: each layer or sheet, or all of it where it has no several."""
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        return [{"layer": layer} for layer in _layer_names(path)] or [{}]
    sheets = _sheet_names(path) if suffix in EXCEL else []
    return [{"sheet": sheet} for sheet in sheets] if len(sheets) > 1 else [{}]


def _layer_names(path: Path) -> list[str]:
    """Return the layers of a GeoPackage; none where it is not one, which its reader will say."""
    try:
        with path.open("rb") as stream:
            start = stream.read(64)
        # A path with "!" would mean a file inside an archive.
        if "!" in str(path) or not re.match(SIGNATURES[".gpkg"], start):
            return []
        return [str(layer) for layer, _ in pyogrio.list_layers(path)]
    except (OSError, RuntimeError, ValueError):
        return []


def _sheet_names(path: Path) -> list[str]:
    """Return the sheets that can be seen; none where it is no workbook, as its reader will say."""
    import openpyxl  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(path, read_only=True)
        try:
            return [s.title for s in book.worksheets if s.sheet_state == "visible"]
        finally:
            book.close()
    except _DAMAGE:
        return []


def _seen(raw: RawLayer, name: str, suffix: str, sheet: str) -> Seen:
    table = _attributes(raw)
    fields = [field for column in table.columns if (field := parse_field(column))]
    keyed = [(_key(field), field) for field in fields if field.kind not in {"", ANY_KIND}]
    parts = {
        part: {key: field for key, field in keyed if field.part == part}
        for part in ("name", "ods_code", "code")
    }
    # Where no codes are listed, ODS codes stand for them, and where there are none, names.
    codes = parts["name"] | parts["ods_code"] | parts["code"]
    own = _own_fields(table, f"{raw.layer} {raw.file}")
    if own is not None and own.key:
        codes[own.key] = Field(own.code, own.kind, own.vintage, "code")
        if own.name:
            parts["name"].setdefault(own.key, Field(own.name, own.kind, own.vintage, "name"))
    lines = raw.table if isinstance(raw.table, gpd.GeoDataFrame) else None
    return Seen(
        file=name,
        layer=raw.layer if suffix not in EXCEL else "",
        sheet=sheet,
        table=table,
        own=own.key if own is not None and own.key else _finest(table, codes),
        codes=codes,
        names=parts["name"],
        ods_codes=parts["ods_code"],
        people=tuple(column for column in table.columns if _is_people(table, column)),
        options=() if lines is None else _options(lines, f"{raw.layer} {raw.file}"),
        located=lines is not None,
        is_table=suffix in (*TEXT, *EXCEL, *PARQUET),
        recognised=own is not None,
    )


def _attributes(raw: RawLayer) -> pd.DataFrame:
    located = isinstance(raw.table, gpd.GeoDataFrame)
    table = raw.table.drop(columns=raw.table.geometry.name) if located else raw.table
    # Parquet keeps an index, which may well hold the codes.
    named = [name for name in table.index.names if name not in {None, *table.columns}]
    table = pd.DataFrame(table).reset_index(level=named).reset_index(drop=True)
    return table.set_axis(table.columns.astype("str"), axis=1)


def _own_fields(table: pd.DataFrame, label: str) -> Fields | None:
    """Return what a row of a file is, where its columns or its codes tell."""
    try:
        return recognise(table, label=label)
    except FootprintsError:
        return None


def _finest(table: pd.DataFrame, codes: dict[str, Field]) -> str:
    """Return the key with most codes; of several, that of units, or the first in the file."""
    columns = list(table.columns)
    order = {
        key: (
            table[field.column].nunique(),
            level_of(field.kind) == "unit",
            -columns.index(field.column),
        )
        for key, field in codes.items()
    }
    return max(order, key=lambda key: order[key], default="")


def _key(field: Field) -> str:
    return f"{field.kind}{field.year % 100:02d}" if field.year else field.kind


def _is_people(table: pd.DataFrame, column: str) -> bool:
    if not PEOPLE.search(column) or NOT_PEOPLE.search(column):
        return False
    numbers = pd.to_numeric(table[column].astype("str").str.replace(",", ""), errors="coerce")
    return bool(numbers.notna().mean() > 0.5)


def total_among(columns: Iterable[str]) -> str:
    """Return the column that counts everybody, of those that count people.

    Parameters
    ----------
    columns : iterable of str
        Their names.

    Returns
    -------
    str
        The only one, or the one that says that it is the total, of the newest year; empty where
        that leaves it open.

    Examples
    --------
    >>> total_among(["All ages", "Persons aged 65"]), total_among(["pop_mid2019", "pop_mid2020"])
    ('All ages', 'pop_mid2020')
    >>> total_among(["Males", "Persons aged 65"])
    ''
    """
    found = list(columns)
    if len(found) > 1:
        found = [column for column in found if _is_total(column)]
    if len({_YEAR.sub("", column) for column in found}) != 1:
        return ""
    return max(found, key=_YEAR.findall)


def _is_total(column: str) -> bool:
    words = re.findall(r"[a-z]+|\d+", _YEAR.sub(" ", column).lower())
    return bool(words) and set(words) <= TOTAL_WORDS


def _options(table: gpd.GeoDataFrame, label: str) -> tuple[tuple[str, str], ...]:
    """Return what a file of lines must be read with: its CRS, whether to repair, its resolution."""
    options = _crs(table)
    faults = polygon_faults(table.geometry.set_axis(range(len(table))))["fault"]
    if (faults == "not valid").any():
        why = f"{(faults == 'not valid').sum()} polygons are not valid"
        options.append(("repair = true", why))
    if resolution := resolution_in(label):
        why = f"lines generalised to {RESOLUTIONS[resolution]:g} m, by the name of the file"
        options.append((f'resolution = "{resolution}"', why))
    elif table.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        options.append((OPEN_RESOLUTION, f"say how far lines were generalised: {_CHOICES}"))
    return tuple(options)


def _crs(table: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """Return which CRS must be said, where the file says none or one that cannot be."""
    try:
        check_declared("the file", table.crs, table.total_bounds)
    except CRSError:
        looks = looks_like(table.total_bounds)
        says = f"declares {table.crs.name}" if table.crs is not None else "declares no CRS"
        why = f"the file {says}; its coordinates look like {WORDS.get(looks, 'none known')}"
        number = looks.removeprefix("EPSG:")
        return [(f"crs = {number}" if number.isdigit() else "# crs = ", why)]
    return []


def nations(codes: Iterable[str]) -> set[str]:
    """Return the first letters of ONS codes; none where not all are ONS codes.

    Examples
    --------
    >>> sorted(nations(["E06000001", "W06000001"])), nations(["U12345"])
    (['E', 'W'], set())
    """
    found = list(codes)
    return {code[0] for code in found} if all(re.fullmatch(_GSS, code) for code in found) else set()


def matched(seen: list[Seen]) -> list[Seen]:
    """Find in tables whose columns say nothing the codes that the other files list.

    Parameters
    ----------
    seen : list of Seen
        All that was looked at.

    Returns
    -------
    list of Seen
        The same; of a table with a column of such codes, each once, that is now its own.
    """
    known = dict(_known_codes(seen))
    return [_match(item, known) if item.is_table and not item.codes else item for item in seen]


def _known_codes(seen: list[Seen]) -> Iterator[tuple[str, set[str]]]:
    for key in dict.fromkeys(key for item in seen for key in item.codes):
        yield key, set().union(*(item.codes_of(key) for item in seen))


def _match(item: Seen, known: dict[str, set[str]]) -> Seen:
    found = []
    for column in item.table.columns:
        values = item.values(column)
        if len(values) < 2 or not values.is_unique:
            continue
        for place, (key, codes) in enumerate(known.items()):
            both = len(codes.intersection(values))
            if both >= NEARLY_ALL * len(values):
                # Of two vintages with nearly the same codes it is the one that fits better.
                found.append((both / len(values), both / len(codes), -place, key, column))
    if not found:
        return item
    *_, key, column = max(found)
    return replace(item, own=key, codes={key: Field(column, key, None, "code")}, recognised=False)
