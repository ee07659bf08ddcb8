"""The names of footprints, set beside their codes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import FootprintsWarning, listed

if TYPE_CHECKING:
    from footprints.atlas import Atlas

SIDES = {
    "left": "left_layer",
    "right": "right_layer",
    "parent": "right_layer",
    "second": "right_layer",
    "match": "right_layer",
    "code": "layer",
    "old": "old_layer",
    "new": "new_layer",
}
"""The columns that hold codes, and the attr that tells of which layer."""
LISTS = {"tied": "tied", "elsewhere": "elsewhere", "whole_codes": "whole", "split_codes": "split"}
"""The columns that list several codes of the right layer, and what their names are called."""

NAMED = {"name"} | {f"{column}_name" for column in SIDES}
"""The columns that hold names."""

WEIGHED = r" \([\d,]+ (?:people|m²)\)$"
"""What stands behind a code in a list: what the part weighs."""


def with_names(atlas: Atlas, table: pd.DataFrame) -> pd.DataFrame:
    """Set the name of each footprint beside its code.

    Parameters
    ----------
    atlas : Atlas
        With the layers that the table tells of.
    table : DataFrame
        A pair table, what a check made of one, the lookup of a comparison, or counts that were
        carried by it: its attrs name the layers.

    Returns
    -------
    DataFrame
        With the index of ``table``, and a column of names after each of codes: ``left_name``,
        ``right_name``, ``parent_name``, ``second_name``, ``match_name``, ``old_name``, ``new_name``; ``name`` for the index;
        ``tied_names``, ``elsewhere_names``, ``whole_names``, ``split_names`` with "; " between
        them. Where there is no code there is no name.

    Raises
    ------
    UnknownNameError
        If the atlas lacks one of the layers.

    Warns
    -----
    FootprintsWarning
        If no name is added, because nothing says which layer codes are of.

    Examples
    --------
    >>> from footprints import load_example, nesting
    >>> atlas = load_example()
    >>> districts = with_names(atlas, nesting(atlas.overlap("lad21", "icb22")))
    >>> districts.loc["E07000089", ["name", "second_name"]].to_list()
    ['Hart', 'NHS Hampshire and Isle of Wight Integrated Care Board']
    """
    columns: dict[str, pd.Series[str]] = {}
    own = table.attrs.get(SIDES.get(str(table.index.name), ""))
    if own and "name" not in table:
        names = _names(atlas, own)
        columns["name"] = pd.Series(names.reindex(table.index).to_numpy(), table.index, dtype="str")
    for column in table.columns:
        columns[column] = table[column]
        key = table.attrs.get(SIDES.get(column, ""))
        if key:
            columns[f"{column}_name"] = table[column].map(_names(atlas, key)).astype("str")
        elif column in LISTS and table.attrs.get("right_layer"):
            names = _names(atlas, table.attrs["right_layer"])
            columns[f"{LISTS[column]}_names"] = _all_named(table[column], names)
    if not set(columns) - set(table.columns) and not NAMED & set(columns):
        _warn(table)
    named = pd.DataFrame(columns, index=table.index)
    named.attrs = dict(table.attrs)
    return named


def _warn(table: pd.DataFrame) -> None:
    """Say why no name was added."""
    held = [str(name) for name in [table.index.name, *table.columns] if name in SIDES]
    keys = listed(dict.fromkeys(SIDES[name] for name in held))
    why = (
        f"the attrs of the table do not say which layer {listed(held)} "
        f"{'is' if len(held) == 1 else 'are'} of. They are lost where tables are joined or read "
        f"from a file: set table.attrs[...] of {keys} to the keys of layers"
        if held
        else f"it has no column or index of codes, such as {listed(list(SIDES)[:3])}"
    )
    warnings.warn(f"No names were added: {why}.", FootprintsWarning, stacklevel=3)


def _names(atlas: Atlas, layer: str) -> pd.Series[str]:
    return atlas.whole.coded.labels(atlas.whole.resolve(layer))["name"]


def _all_named(listed: pd.Series[str], names: pd.Series[str]) -> pd.Series[str]:
    """Put a name in the place of each code of a list; what stands behind the code stays away."""
    parts = listed.str.split("; ").explode()
    codes = parts.str.replace(WEIGHED, "", regex=True)
    found = codes.map(names).fillna(codes)
    return found.groupby(level=0, sort=False).agg("; ".join).reindex(listed.index)
