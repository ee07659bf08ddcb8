"""The fields of a layer, recognised from the names of its columns and from its codes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from footprints.errors import FootprintsError, TableError, UnknownNameError
from footprints.levels import ALIASES, LEVELS
from footprints.masking import all_shown, masked, open_codes
from footprints.read.tables import texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

Part = Literal["code", "name", "ods_code"]
PARTS: dict[str, Part] = {"CD": "code", "NM": "name", "CDH": "ods_code"}
"""What the end of the name of an ONS field says that it holds."""

PLAIN: dict[str, Part] = {"code": "code", "name": "name", "ods_code": "ods_code"}
"""Names of columns that say what they hold and nothing of the level: our own, among others."""

OTHER_LEVELS = {
    "oa": "unit",
    "lsoa": "unit",
    "msoa": "unit",
    "wd": "ward",
    "fra": "service",
    "cty": "county",
    "ctry": "nation",
}
"""The levels of kinds that the ONS publishes and that no layer of an atlas is made of."""

SAME_KIND = {**ALIASES, "loc": "sicbl"}
"""Other names that the ONS has used for a kind: July 2022 called sub-ICB locations LOC."""

ANY_KIND = "area"
"""The kind of the portal's AREACD and AREANM, which leave it to the codes."""

PREFIXES = {
    "E00": "oa",
    "E01": "lsoa",
    "E02": "msoa",
    "E05": "wd",
    "E06": "lad",
    "E07": "lad",
    "E08": "lad",
    "E09": "lad",
    "E10": "ctyua",
    "E12": "rgn",
    "E23": "pfa",
    "E31": "fra",
    "E40": "nhser",
    "E47": "cauth",
    "E48": "lrf",
    "E56": "cal",
    "E61": "cauth",
    "E63": "icb",
    "E92": "ctry",
    "N09": "lad",
    "S12": "lad",
    "W00": "oa",
    "W01": "lsoa",
    "W02": "msoa",
    "W05": "wd",
    "W06": "lad",
}
"""The kind of area by the first three characters of its code."""

RECODED = {"E38": ("ccg", "sicbl"), "E54": ("stp", "icb")}
"""Prefixes that passed from one kind to another on 1 July 2022."""

COUNTS = {
    "lad": ((2019, 2019, 317), (2020, 2020, 314), (2021, 2022, 309), (2023, 2026, 296)),
    "ctyua": ((2013, 2018, 152), (2019, 2020, 151), (2021, 2022, 152), (2023, 2026, 153)),
    "ccg": ((2018, 2018, 195), (2019, 2019, 191), (2020, 2020, 135), (2021, 2021, 106)),
    "sicbl": ((2022, 2025, 106),),
    "stp": ((2016, 2017, 44), (2018, 2021, 42)),
    "icb": ((2022, 2025, 42), (2026, 2026, 36)),
    "nhser": ((2019, 2026, 7),),
    "rgn": ((2009, 2026, 9),),
    "lsoa": ((2011, 2020, 32_844), (2021, 2026, 33_755)),
    "msoa": ((2011, 2020, 6_791), (2021, 2026, 6_856)),
    "lrf": ((2013, 2026, 38),),
    "pfa": ((2011, 2026, 39),),
}
"""How many of a kind England has had: first year, last year, count."""

_FIELD = re.compile(r"(?P<kind>[A-Z]{2,}?)(?P<year>\d\d)?(?P<part>CDH|CD|NM)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)20[0-4]\d(?!\d)")
_GSS = r"[A-Z]\d{8}"
_PCN = r"U\d{5}"


class Field(NamedTuple):
    """A column of a file, and what its name tells."""

    column: str
    kind: str
    year: int | None
    part: Part


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Which columns make a layer, and which layer it is.

    Parameters
    ----------
    code : str
        The column of codes.
    name, ods_code : str or None
        The columns of names and of ODS codes, where there are any.
    kind : str
        The kind as in the key of a layer, such as ``icb``; empty where nothing tells.
    level : str
        A word of :data:`footprints.levels.LADDER`, or another; empty where nothing tells.
    vintage : int or None
        The year.
    inferred : tuple of str
        What was inferred, a phrase each.
    """

    code: str
    name: str | None = None
    ods_code: str | None = None
    kind: str = ""
    level: str = ""
    vintage: int | None = None
    inferred: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The key of the layer, such as ``icb22``: its kind or else its level, and its year."""
        stem = self.kind if self.kind and level_of(self.kind) == self.level else self.level
        return f"{stem}{self.vintage % 100:02d}" if stem and self.vintage else stem


def parse_field(column: str) -> Field | None:
    """Read the name of a column as the ONS writes its fields, in any case.

    Parameters
    ----------
    column : str
        Such as ``LAD23CD``, ``icb22cdh``, ``LOC22NM`` or ``AREACD``.

    Returns
    -------
    Field or None
        None where it is no such name: of an unknown kind without a year, for one.

    Examples
    --------
    >>> parse_field("loc22cdh")
    Field(column='loc22cdh', kind='sicbl', year=2022, part='ods_code')
    """
    text = column.strip()
    if text.lower() in PLAIN:
        return Field(column, "", None, PLAIN[text.lower()])
    match = _FIELD.fullmatch(text)
    if match is None:
        return None
    kind = match["kind"].lower()
    kind = SAME_KIND.get(kind, kind)
    if not match["year"] and kind != ANY_KIND and not level_of(kind, otherwise=""):
        return None
    year = 2000 + int(match["year"]) if match["year"] else None
    return Field(column, kind, year, PARTS[match["part"].upper()])


def level_of(kind: str, *, otherwise: str | None = None) -> str:
    """Return the level of a kind; a kind that is not known is a level of its own.

    Examples
    --------
    >>> level_of("icb"), level_of("lsoa"), level_of("isdn")
    ('system', 'unit', 'isdn')
    """
    return LEVELS.get(kind) or OTHER_LEVELS.get(kind) or (kind if otherwise is None else otherwise)


def recognise(  # noqa: PLR0913 - whatever is recognised can be overridden, each by its name.
    table: pd.DataFrame,
    *,
    code: str | None = None,
    name: str | None = None,
    ods_code: str | None = None,
    level: str | None = None,
    vintage: int | None = None,
    label: str = "",
) -> Fields:
    """Find the columns of a layer and say which layer it is.

    Parameters
    ----------
    table : DataFrame
        The attributes of the layer, without its geometry.
    code, name, ods_code : str, optional
        Columns, where the names of the columns leave it open.
    level : str, optional
        The level, where neither columns nor codes tell.
    vintage : int, optional
        The year.
    label : str, optional
        What the file and its layer are called: a year in it is the vintage where no column
        tells one.

    Returns
    -------
    Fields

    Raises
    ------
    UnknownNameError
        If there is no such column.
    TableError
        If there is no column of codes, or more than one that could be it.
    FootprintsError
        If the vintage is no year.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"ICB22CD": ["E54000008"], "ICB22NM": ["Cheshire and Merseyside"]})
    >>> recognise(table).key
    'icb22'
    """
    columns = [str(column) for column in table.columns]
    field = _code_field(table, columns, code)
    if vintage is not None and vintage not in range(1974, 2100):
        msg = f"{vintage!r} cannot be a vintage: write the year in full, as in vintage=2022."
        raise FootprintsError(msg, [vintage])
    year = vintage or field.year or _year_in(label)
    told = field.kind not in {"", ANY_KIND}
    kind, by_codes = (field.kind, "") if told else _kind_of_codes(table[field.column], year)
    names = _named(columns, name) or _matching(field, columns, "name")
    ods = _named(columns, ods_code) or _matching(field, columns, "ods_code")
    found = Fields(
        code=field.column,
        name=names,
        ods_code=None if ods == field.column else ods,
        kind=kind,
        level=level or level_of(kind) or by_codes,
        vintage=year,
    )
    notes = {
        f"code from {field.column}": code is None,
        f"name from {names}": names and name is None,
        f"ODS code from {ods}": found.ods_code and ods_code is None,
        f"level {found.level} from {'the column' if told else 'the codes'}": found.level
        and level is None,
        f"vintage {year} from {'the column' if field.year else 'the file name'}": year
        and vintage is None,
    }
    return replace(
        found, inferred=tuple(note for note, is_inferred in notes.items() if is_inferred)
    )


def _code_field(table: pd.DataFrame, columns: list[str], wanted: str | None) -> Field:
    if wanted is not None:
        column = _named(columns, wanted) or wanted
        return parse_field(column) or Field(column, "", None, "code")
    fields = [field for column in columns if (field := parse_field(column))]
    # A layer without GSS codes goes by its ODS codes; one without any codes by its names.
    for part in ("code", "ods_code", "name"):
        of_ons = [field for field in fields if field.part == part and field.kind]
        plain = [field for field in fields if field.part == part and not field.kind]
        if found := of_ons or plain:
            return _finest(table, found)
    msg = (
        "No column is named like the ONS's fields of codes, such as 'LAD23CD' or 'AREACD'. "
        f"Say which one holds the codes, with code=. There is {all_shown(columns)}."
    )
    raise TableError(msg, open_codes(columns))


def _finest(table: pd.DataFrame, fields: list[Field]) -> Field:
    """Return the field with most codes: a lookup is a table of its smallest areas."""
    counts = {field: table[field.column].nunique() for field in fields}
    most = max(counts.values())
    finest = [field for field, count in counts.items() if count == most]
    if len(finest) > 1:
        names = [field.column for field in finest]
        msg = (
            f"The columns {all_shown(names)} could each be the codes of this layer: they have "
            f"equally many codes. Say which, as in code={names[0]!r}."
        )
        raise TableError(msg, names)
    return finest[0]


def _named(columns: list[str], wanted: str | None) -> str | None:
    """Return the column that the user named, in any case where that is not ambiguous."""
    if wanted is None or wanted in columns:
        return wanted
    like = [column for column in columns if column.strip().lower() == wanted.strip().lower()]
    if len(like) != 1:
        raise UnknownNameError.among(masked(columns), wanted, kind="column")
    return like[0]


def _matching(field: Field, columns: list[str], part: Part) -> str | None:
    """Return the column of names or ODS codes that goes with a column of codes."""
    fields = [other for column in columns if (other := parse_field(column)) and other.part == part]
    same = [other for other in fields if other[1:3] == field[1:3]]
    # LTLA22CD goes with LTLA22NM, also where LAD22NM stands beside it.
    stem = re.sub(r"(CDH|CD|NM)$", "", field.column.strip(), flags=re.IGNORECASE).lower()
    close = [other for other in same if other.column.strip().lower().startswith(stem)]
    found = [other.column for other in close or same]
    if len(found) > 1:
        msg = (
            f"The columns {all_shown(found)} could each go with {field.column!r}. "
            f"Say which, as in {part}={found[0]!r}."
        )
        raise TableError(msg, found)
    return found[0] if found else None


def _year_in(label: str) -> int | None:
    match = _YEAR.search(label)
    return int(match[0]) if match else None


def _kind_of_codes(codes: pd.Series[str], year: int | None) -> tuple[str, str]:
    """Return the kind and the level that the codes tell, each empty where they do not."""
    words = texts(codes).dropna()
    if len(words) and words.str.fullmatch(_PCN).all():
        return "pcn", LEVELS["pcn"]
    if not len(words) or not words.str.fullmatch(_GSS).all():
        return "", ""
    return kind_of_prefixes(words.str[:3].unique(), year)


def kind_of_prefixes(prefixes: Iterable[str], year: int | None) -> tuple[str, str]:
    """Return the kind and the level of codes by their first three characters.

    Parameters
    ----------
    prefixes : iterable of str
        Such as ``E54``.
    year : int or None
        The vintage: codes with E54 were of STPs until 2021 and are of ICBs since 2022.

    Returns
    -------
    tuple of str
        Kind and level, each empty where the codes do not tell.

    Examples
    --------
    >>> kind_of_prefixes(["E54"], 2022), kind_of_prefixes(["E06", "E10"], None)
    (('icb', 'system'), ('ctyua', 'upper-tier'))
    """
    found = set(prefixes)
    if len(found) == 1 and (kinds := RECODED.get(min(found))):
        kind = kinds[year >= 2022] if year else ""
        return kind, LEVELS[kinds[0]]
    if "E10" in found and found <= {"E06", "E08", "E09", "E10", "W06", "S12", "N09"}:
        return "ctyua", LEVELS["ctyua"]
    told = {PREFIXES.get(prefix, "") for prefix in found}
    kind = told.pop() if len(told) == 1 else ""
    return kind, level_of(kind)


def expected_count(kind: str, vintage: int | None) -> int | None:
    """Return how many areas of a kind England had in a year.

    Parameters
    ----------
    kind : str
        Such as ``icb``.
    vintage : int or None
        The year; without one the least that there ever were.

    Returns
    -------
    int or None
        None where that is not known.

    Examples
    --------
    >>> expected_count("icb", 2022), expected_count("icb", None), expected_count("pcn", 2021)
    (42, 36, None)
    """
    counts = [
        count
        for first, last, count in COUNTS.get(kind, ())
        if vintage is None or first <= vintage <= last
    ]
    return min(counts, default=None)
