"""Find layers by key or kind, and footprints by code, ODS code or name."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import AmbiguousNameError, UnknownNameError, listed, plain
from footprints.levels import ALIASES, LADDER, group_of, parse_key, rank, vintage_order

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

HEALTH = {"icb", "stp", "ccg", "sicbl", "pcn", "nhser", "amb", "cal"}
SORTS = {
    "integrated care board": {"icb"},
    "icb": {"icb"},
    "integrated care system": {"icb", "stp"},
    "ics": {"icb", "stp"},
    "stp": {"stp"},
    "ccg": {"ccg", "sicbl"},
    "pcn": {"pcn"},
    "foundation trust": {"amb"},
    "trust": {"amb"},
    "nhs": HEALTH,
    "county council": {"ctyua", "hwb"},
    "metropolitan borough council": {"lad", "ctyua", "hwb"},
    "borough council": {"lad", "ctyua", "hwb"},
    "city council": {"lad", "ctyua", "hwb"},
    "district council": {"lad"},
    "council": {"lad", "ctyua", "hwb"},
}
"""The words of a name that say what sort of body it is, and the kinds of layer that hold it."""

MOST_NEAR = 8
"""How many names a message suggests."""

_SORT = re.compile(rf"\b(?:{'|'.join(sorted(SORTS, key=len, reverse=True))})\b")
_PADDING = re.compile(r",? (?:city|county) of$|\bthe\b|[^\w\s]")


def as_key(text: str) -> str:
    """Return a text as the key or the kind of a layer is written, without aliases of the ONS.

    Examples
    --------
    >>> as_key(" UTLA21"), as_key("ltla")
    ('ctyua21', 'lad')
    """
    wanted = str(text).strip().lower()
    for alias, kind in ALIASES.items():
        wanted = re.sub(rf"^{alias}(?=\d|$)", kind, wanted)
    return wanted


def resolve(keys: Collection[str], text: str) -> str | None:
    """Return the key that a text means: itself, or the newest of a kind; None where there is none.

    Examples
    --------
    >>> resolve(["icb22", "icb26"], "icb22"), resolve(["icb22", "icb26"], "ICB")
    ('icb22', 'icb26')
    """
    return max(_meant(keys, text), key=vintage_order, default=None)


def units_named(tables: Iterable[str], wanted: str | None) -> tuple[str, ...]:
    """Return the table of units that is asked for, or all where none is.

    Parameters
    ----------
    tables : iterable of str
        Those that an atlas has.
    wanted : str, optional
        The one asked for; None for all.

    Raises
    ------
    UnknownNameError
        If there is no such table.

    Examples
    --------
    >>> units_named(["lsoa11", "practices"], None), units_named(["lsoa11"], "lsoa11")
    (('lsoa11', 'practices'), ('lsoa11',))
    """
    known = tuple(tables)
    if wanted is None:
        return known
    if wanted not in known:
        raise UnknownNameError.among(known, wanted, kind="table of units")
    return (wanted,)


def newest(levels: Mapping[str, str], *, by: Callable[[str, str], str] = group_of) -> list[str]:
    """Return the newest layer of each level, or outside the ladder of each kind, in its order.

    Parameters
    ----------
    levels : mapping of str to str
        The level of each layer, by key.
    by : callable
        What vintages follow one another in, of a key and its level.

    Examples
    --------
    >>> newest({"amb22": "service", "icb22": "system", "stp21": "system", "lad21": "district"})
    ['lad21', 'icb22', 'amb22']
    """
    last = {by(key, levels[key]): key for key in sorted(levels, key=vintage_order)}
    return sorted(last.values(), key=lambda key: rank(levels[key]) or len(LADDER))


def _meant(keys: Collection[str], text: str) -> list[str]:
    """Return the layers that a key or a bare kind stands for."""
    wanted = as_key(text)
    return [wanted] if wanted in keys else [key for key in keys if parse_key(key).kind == wanted]


def short_name(name: str) -> str:
    """Reduce a name to what people say: "NHS Frimley Integrated Care Board" to "frimley".

    Examples
    --------
    >>> short_name("NHS Hampshire & the Isle of Wight ICB")
    'hampshire and isle of wight'
    >>> short_name("Bristol, City of")
    'bristol'
    """
    words = _SORT.sub(" ", name.casefold().replace("&", " and ")).strip()
    return " ".join(_PADDING.sub(" ", words).split())


def directory_of(layer: str, level: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows under which the footprints of one layer can be found.

    Returns
    -------
    DataFrame
        Columns: ``layer``, ``level``, ``vintage``, ``group`` (the level, or outside the ladder the
        kind of layer: its vintages follow one another), ``code``, ``name``, and the keys
        ``by_code``, ``by_ods_code``, ``by_name``, ``by_short_name``.
    """
    name = table["name"].fillna("").astype(str)
    ods = table["ods_code"] if "ods_code" in table else pd.Series("", index=table.index)
    codes = pd.Series(table.index, index=table.index)
    return pd.DataFrame(
        {
            "layer": layer,
            "level": level,
            "vintage": vintage_order(layer),
            "group": group_of(layer, level),
            "code": codes,
            "name": name,
            # Where names stand for codes, they are looked up as the names they are.
            "by_code": codes.str.casefold().where(codes != name, ""),
            "by_ods_code": ods.fillna("").astype(str).str.casefold(),
            "by_name": name.str.casefold(),
            "by_short_name": name.map(short_name),
        }
    )


def find(
    directory: pd.DataFrame, text: str, same_area: Callable[[pd.DataFrame], bool]
) -> tuple[str, str]:
    """Find the one footprint that a text means.

    Parameters
    ----------
    directory : DataFrame
        Rows of :func:`directory_of`.
    text : str
        A code, ODS code or name; ``layer:text`` looks in one layer, or the layers of one kind.
    same_area : callable
        Tells whether some rows of the directory are all one area.

    Returns
    -------
    layer, code : str

    Raises
    ------
    UnknownNameError
        If nothing fits; the message names what comes near.
    AmbiguousNameError
        If what fits is not one area.
    """
    within, colon, wanted = text.partition(":")
    named = _meant(directory["layer"].unique(), within) if colon else []
    if named:
        directory, text = directory[directory["layer"].isin(named)], wanted
    rows = _of_sort(directory, text)
    ways = [("by_code", directory, text), ("by_ods_code", directory, text)]
    # A name that says the sort of body is looked up as it stands before it is shortened.
    ways += [("by_name", directory, text)] if rows is not directory else []
    ways += [("by_short_name", rows, short_name(text))]
    found = directory.iloc[:0]
    for column, among, value in ways:
        key = value.strip().casefold()
        fits = among[among[column] == key] if key else found
        found = fits[fits["vintage"] == fits.groupby("group")["vintage"].transform("max")]
        if len(found) and same_area(found):
            best = found.loc[found["level"].map(rank).idxmax()]
            return best["layer"], best["code"]
    if found.empty:
        raise UnknownNameError(_nothing_fits(rows, text), [text])
    places = found["layer"] + ":" + found["code"]
    lines = [f"  {plain(f'{p}  {name}')}" for p, name in zip(places, found["name"], strict=True)]
    msg = f"{text!r} fits areas that differ. Write one of these instead:\n" + "\n".join(lines)
    raise AmbiguousNameError(msg, places)


def same_area(membership: pd.DataFrame, footprints: pd.DataFrame) -> bool:
    """Tell whether footprints hold the same units, in the table that most of them are listed in.

    Parameters
    ----------
    membership : DataFrame
        The membership table of an atlas.
    footprints : DataFrame
        With the columns ``layer`` and ``code``.
    """
    wanted = pd.MultiIndex.from_frame(footprints[["layer", "code"]])
    rows = membership[pd.MultiIndex.from_frame(membership[["layer", "code"]]).isin(wanted)]
    shared = rows.groupby("units", observed=True)["layer"].nunique()
    main = rows[rows["units"] == shared.idxmax()]
    areas = main.groupby(["layer", "code"], observed=True)["unit"].agg(frozenset)
    return len(areas) == len(footprints) and len(set(areas)) == 1


def _of_sort(directory: pd.DataFrame, text: str) -> pd.DataFrame:
    """Return the rows of the sort of body that a name says; all of them where it says none."""
    said = [SORTS[word] for word in _SORT.findall(text.casefold())]
    if not said:
        return directory
    kinds = set.intersection(*said)
    return directory[directory["layer"].map(lambda layer: parse_key(layer).kind in kinds)]


def _nothing_fits(directory: pd.DataFrame, text: str) -> str:
    known, wanted = directory["by_short_name"], short_name(text)
    holding = known[known.map(lambda name: set(wanted.split()) <= set(name.split()))]
    near = get_close_matches(wanted, known.unique(), n=5, cutoff=0.7) if wanted else []
    nearest = list(dict.fromkeys([*near[:1], *holding, *near]))[:MOST_NEAR] if wanted else []
    names = [directory.loc[known == name, "name"].iloc[-1] for name in nearest]
    hint = f"Near it: {listed(names)}." if names else "Give a code, an ODS code or a name."
    return f"No footprint has the code, ODS code or name {text!r}. {hint}"


def codes_called(labels: pd.DataFrame, text: str) -> list[str]:
    """Return the codes of the footprints that go by a name or an ODS code.

    Parameters
    ----------
    labels : DataFrame
        ``name`` and ``ods_code`` (str, NA where there is none), indexed by code.
    text : str
        A name as people say it, or an ODS code.

    Returns
    -------
    list of str

    Examples
    --------
    >>> names = {"name": ["Surrey", "Kent County Council"], "ods_code": [pd.NA, "QKS"]}
    >>> labels = pd.DataFrame(names, index=["E10000030", "E10000016"], dtype="str")
    >>> codes_called(labels, "kent"), codes_called(labels, "Surrey"), codes_called(labels, "Essex")
    (['E10000016'], ['E10000030'], [])
    """
    known = labels.astype("str").fillna("")
    wanted = text.strip().casefold()
    fits = (known["name"].str.casefold() == wanted) | (known["ods_code"].str.casefold() == wanted)
    if called := short_name(text):
        fits |= known["name"].map(short_name) == called
    return list(labels.index[fits]) if wanted else []
