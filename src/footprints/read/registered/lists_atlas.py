"""An atlas of the files that the NHS publishes, and of somebody's list of places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from footprints.atlas import Atlas, Checks, Layer
from footprints.errors import FootprintsError, TableError
from footprints.levels import FOLLOWED_BY, parse_key
from footprints.masking import all_shown, counted, masked, open_codes, values_shown
from footprints.read.fields import parse_field
from footprints.read.files import TEXT, table_file
from footprints.read.registered.fields import FIELDS, capitals, one_day
from footprints.read.registered.networks import read_networks
from footprints.read.registered.practice_atlas import TITLE, registered_parts
from footprints.read.registered.practices import read_list_sizes, read_practice_map
from footprints.read.tables import read_table
from footprints.read.text_files import read_text

if TYPE_CHECKING:
    from os import PathLike

    from footprints.atlas import UnitTable

MADE_OF = ("pcn", "ccg", "sicbl")
"""The kinds of footprints that a place can be made of, practices aside."""

NESTED = {
    "neighbourhood": ("place", "commissioner", "system"),
    "place": ("commissioner", "system"),
    "commissioner": ("system",),
    "system": ("region",),
}
"""What the footprints of each level are hoped to nest in, of what lists tell."""

NEARLY_ALL = 0.95
"""Which share of a column must be codes of the lists; the others are told in the notes."""


class _Codes(NamedTuple):
    """A column of codes: its name, what they are codes of, and the code that each means."""

    column: str
    layer: str
    codes: pd.Series[str]
    share: float


def atlas_of_lists(
    lists: str | PathLike[str],
    pcns: str | PathLike[str] | None = None,
    places: str | PathLike[str] | None = None,
    *,
    as_at: str | None = None,
) -> Atlas:
    r"""Make an atlas of practices from files of the NHS as they are, and of a list of places.

    Practices that only one of the files has are counted in the notes: the NHS publishes list
    sizes and networks on different days.

    Parameters
    ----------
    lists : path-like
        How many patients each practice has, as :func:`footprints.read.read_list_sizes` reads it.
    pcns : path-like, optional
        Which network each practice belongs to: the workbook ``ePCN`` or its CSV, of which the
        relationships on the date of the list hold, or the mapping that is published with the
        list sizes. None takes the networks that the list itself gives.
    places : path-like, optional
        A table with a code of a practice, a PCN, a CCG or a sub-ICB location in one column, each
        once, and the name of its place in another.
    as_at : str, optional
        The date of the list, as ``2021-03-31``; None takes the one that the list states.

    Returns
    -------
    Atlas
        As :func:`footprints.read.registered_atlas` makes it, with a layer ``place``. A check asks
        whether networks nest in places, and both in commissioners and systems.

    Raises
    ------
    FootprintsError
        If a file cannot be read, the date is not known, or it is in doubt which columns of
        ``places`` are the codes and the places; it names the columns there are.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> text = "PRACTICE_CODE,PCN_CODE,EXTRACT_DATE,NUMBER_OF_PATIENTS\n"
    >>> with TemporaryDirectory() as folder:
    ...     lists, places = Path(folder, "lists.csv"), Path(folder, "places.csv")
    ...     _ = lists.write_text(text + "A1,U00001,01Jan2022,5\nA2,U00002,01Jan2022,7\n")
    ...     _ = places.write_text("PCN code,Place\nU00001,Vale\nU00002,Vale\n")
    ...     atlas = atlas_of_lists(lists, places=places)
    >>> atlas.people("pcn22")["registered"].to_dict(), atlas.people("place")["registered"].to_dict()
    ({'U00001': 5, 'U00002': 7}, {'Vale': 12})
    """
    sizes = read_list_sizes(lists, as_at=as_at)
    date = sizes.attrs["as_at"]
    if not date:
        msg = (
            f"{sizes.attrs['file']!r} does not state its date: give it, as in "
            "as_at='2021-03-31' (--as-at 2021-03-31)."
        )
        raise FootprintsError(msg)
    networks = None if pcns is None else _networks(pcns, date)
    units, layers, notes = registered_parts(sizes, networks, date, "count")
    if places is not None:
        layers["place"], unknown = _places(read_table(places), units, layers)
        notes += unknown
    return Atlas(
        title=TITLE,
        units={"practices": units},
        layers=layers,
        checks=Checks(nest=_nest(layers)),
        notes=notes,
    )


def _networks(path: str | PathLike[str], date: str) -> pd.DataFrame:
    """Read the networks of a date, or the mapping of practices, which has a date of its own."""
    file = table_file(path)
    if file.suffix.lower() in TEXT:
        # The CSV of networks has no header, so that it cannot be read as a table to look at it.
        cells = read_text(file, (), header=False).body.head(10).to_numpy().ravel()
        if {"PRACTICE_CODE", "PCN_CODE"} <= {capitals(cell) for cell in cells if pd.notna(cell)}:
            return read_practice_map(file)
    return read_networks(file, as_at=one_day(date))


def _places(
    table: pd.DataFrame, units: UnitTable, layers: dict[str, Layer]
) -> tuple[Layer, list[str]]:
    """Return a layer of the places that a table lists, and a note of the codes nobody knows."""
    file = table.attrs["file"]
    known = _known_codes(units, layers)
    matches = [_match(table[column], known) for column in table]
    found = _code_column(table, matches)
    column = _place_column(table, [match.column for match in matches if _fits(match)])
    rows = pd.DataFrame({"code": found.codes, "place": table[column]})
    members = rows.dropna().set_index("code")["place"].rename_axis("unit")
    notes = []
    unknown = table.loc[found.codes.isna() & table[found.column].notna(), found.column]
    if len(unknown):
        notes.append(
            f"{file} names {counted(len(unknown), 'code')} of {found.layer} that the lists do not "
            f"have: {all_shown(masked(unknown))}."
        )
    everything = pd.Index(known[found.layer].dropna().unique())
    if len(left := everything.difference(members.index)):
        people = _patients_of(left, found.layer, units, layers)
        notes.append(
            f"{file} gives no place to {len(left):,} of {len(everything):,} codes of {found.layer}: "
            f"{counted(people, 'patient')} are in no place for that."
        )
    below = found.layer not in layers or layers[found.layer].covers
    names = pd.Index(sorted(members.unique()), name="code")
    if names.empty:
        msg = f"{file!r} names in {column!r} no place of any code in {found.column!r}: fill it in."
        raise TableError(msg, [column])
    layer = Layer(
        table=pd.DataFrame({"name": names.array}, index=names),
        members={found.layer: members},
        level="place",
        as_at="date not said",
        source=file,
        note=f"made of {found.layer}, by the columns {found.column!r} and {column!r}",
        covers=below and left.empty,
    )
    return layer, notes


def _patients_of(codes: pd.Index[str], key: str, units: UnitTable, layers: dict[str, Layer]) -> int:
    """Count the patients of some practices, or of some footprints of practices."""
    registered = units.table["registered"]
    if key in layers:
        of = layers[key].members["practices"]
        codes = of.index[of.isin(codes)]
    return int(registered[registered.index.isin(codes)].sum())


def _nest(layers: dict[str, Layer]) -> tuple[tuple[str, str], ...]:
    """Return what is hoped to nest in what, where it does not follow from what it is made of."""
    kinds = {key: parse_key(key).kind for key in layers}
    newest = [key for key, kind in kinds.items() if FOLLOWED_BY.get(kind) not in kinds.values()]
    return tuple(
        (key, other)
        for key in newest
        for level in NESTED.get(layers[key].level, ())
        for other in newest
        if layers[other].level == level
        and key not in layers[other].members
        and other not in layers[key].members
    )


def _known_codes(units: UnitTable, layers: dict[str, Layer]) -> dict[str, pd.Series[str]]:
    """Return the code that each code of the ONS or the NHS means, by what it is a code of."""
    practices = units.table.index
    known = {"practices": pd.Series(practices, index=practices)}
    for key, layer in layers.items():
        table = layer.table
        if parse_key(key).kind in MADE_OF:
            own = pd.Series(table.index, index=table.index)
            ods = pd.Series(table.index, index=table["ods_code"])
            both = pd.concat([own, ods[ods.index.notna()]])
            known[key] = both[~both.index.duplicated()]
    return known


def _match(column: pd.Series[str], known: dict[str, pd.Series[str]]) -> _Codes:
    """Return what the values of a column are codes of, most of them."""
    values = column.dropna()
    shares = {key: values.isin(codes.index).mean() for key, codes in known.items()}
    key = max(shares, key=lambda key: shares[key] if len(values) else 0)
    return _Codes(str(column.name), key, column.map(known[key]), shares[key] if len(values) else 0)


def _fits(match: _Codes) -> bool:
    return match.share >= NEARLY_ALL


def _code_column(table: pd.DataFrame, matches: list[_Codes]) -> _Codes:
    """Return the column of codes, each once: of several that of the most codes, or the first."""
    what, fitting = repr(table.attrs["file"]), [match for match in matches if _fits(match)]
    if not fitting:
        shares = "; ".join(
            f"{all_shown([match.column])} ({match.share:.0%} {match.layer})" for match in matches
        )
        msg = (
            f"{what} has no column of codes of practices, PCNs, CCGs or sub-ICB locations that the "
            f"lists have. Its columns, and how much of each is such codes: {shares}. Give one "
            "column of codes, such as U12345, and beside it the name of the place of each."
        )
        raise TableError(msg, open_codes(match.column for match in matches))
    once = [match for match in fitting if match.codes.dropna().is_unique]
    if not once:
        first = fitting[0]
        twice = table.loc[first.codes.duplicated(keep=False) & first.codes.notna(), first.column]
        msg = (
            f"{what} has codes of {first.layer} several times in {all_shown([first.column])}: "
            f"{values_shown(twice)}. Keep one row for each, with the one place that it is in."
        )
        raise TableError(msg, open_codes(twice))
    return max(once, key=lambda match: match.codes.notna().sum())


def _place_column(table: pd.DataFrame, coded: list[str]) -> str:
    """Return the column of places: the one that repeats, or of several the one so called."""
    columns = [
        column
        for column in table
        if column not in coded
        and table[column].notna().any()
        and parse_field(column) is None
        and capitals(column) not in FIELDS
        and pd.to_numeric(table[column].str.replace(",", ""), errors="coerce").isna().any()
    ]
    repeated = [column for column in columns if table[column].dropna().duplicated().any()]
    called = [column for column in columns if capitals(column) in {"PLACE", "PLACE_NAME"}]
    for candidates in (called, repeated, columns):
        if len(candidates) == 1:
            return str(candidates[0])
        if candidates:
            break
    could = f"It could be {all_shown(repeated or columns)}" if columns else "None looks like it"
    msg = (
        f"{table.attrs['file']!r} does not tell which column names the places. {could}, of "
        f"{all_shown(table.columns)}: call that column 'Place'."
    )
    raise TableError(msg, open_codes(table.columns))
