"""Find footprints by code, ODS code or name."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import AmbiguousNameError, UnknownNameError, listed
from footprints.levels import parse_key, rank, vintage_order

if TYPE_CHECKING:
    from collections.abc import Callable

_PADDING = re.compile(
    r"\b(?:nhs|the|integrated care board|integrated care system|foundation trust|trust|icb|ics"
    r"|ccg|stp|pcn)\b|[^\w\s]"
)


def short_name(name: str) -> str:
    """Reduce a name to what people say: "NHS Frimley Integrated Care Board" to "frimley".

    Examples
    --------
    >>> short_name("NHS Hampshire & the Isle of Wight ICB")
    'hampshire and isle of wight'
    """
    words = _PADDING.sub(" ", name.casefold().replace("&", " and "))
    return " ".join(words.split())


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
            "group": level if rank(level) else parse_key(layer).kind,
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
        A code, ODS code or name.
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
    asked = text.strip().casefold()
    ways = {"by_code": asked, "by_ods_code": asked, "by_short_name": short_name(text)}
    found = directory.iloc[:0]
    # A full name that is also a short name of other areas still means the one that bears it.
    for column, value in [*ways.items(), ("by_name", asked)]:
        fits = directory[directory[column] == value] if value else found
        newest = fits[fits["vintage"] == fits.groupby("group")["vintage"].transform("max")]
        if len(newest) and same_area(newest):
            best = newest.loc[newest["level"].map(rank).idxmax()]
            return best["layer"], best["code"]
        found = found if len(found) else newest
    if found.empty:
        raise UnknownNameError(_nothing_fits(directory, text), [text])
    places = found["layer"] + ":" + found["code"]
    lines = [f"  {place}  {name}" for place, name in zip(places, found["name"], strict=True)]
    msg = f"{text!r} fits areas that differ. Write one of these instead:\n" + "\n".join(lines)
    raise AmbiguousNameError(msg, places)


def _nothing_fits(directory: pd.DataFrame, text: str) -> str:
    nearest = get_close_matches(short_name(text), directory["by_short_name"].unique(), n=5)
    close = directory[directory["by_short_name"].isin(nearest)]["name"].unique()
    hint = f"Near it: {listed(close)}." if len(close) else "Give a code, an ODS code or a name."
    return f"No footprint has the code, ODS code or name {text!r}. {hint}"
