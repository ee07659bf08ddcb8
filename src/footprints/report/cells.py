"""How the columns of tables are shown to people, in the cells of a workbook and of a page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from footprints.report.contents import in_words

if TYPE_CHECKING:
    import pandas as pd

COUNT, PLAIN, STATUS, SHARE, WEIGHT = "#,##0", "General", "status", "0.0%", "0.0###%"
_NUMBERS = {
    **dict.fromkeys(["lower", "upper", "target", "distance", "miss"], COUNT),
    **dict.fromkeys(["aligned", "people_aligned", "fit", "jaccard", "share"], SHARE),
    "weight": WEIGHT,
    "status": STATUS,
    "before": STATUS,
    "after": STATUS,
    "distance_percent": '+0.0"%";-0.0"%";0.0"%"',
}
_ENDINGS = {"_share": SHARE, "_m2": COUNT, "_m": "#,##0.0", "_before": COUNT, "_after": COUNT}
_BEGINNINGS = {"share_": SHARE, "miss_": COUNT, "people": COUNT}
_WRITTEN = {SHARE: "{:.1%}", WEIGHT: "{:.4%}"}
_MEASURED = {"people": COUNT, "share": SHARE}
_NAME, _NAMES, _OTHER = 34, 60, 13
_WIDTHS = {
    **dict.fromkeys(["message", "meaning"], 80),
    **dict.fromkeys(["source", "population_source", "note", "quote"], 40),
    **dict.fromkeys(["name", "measure"], _NAME),
    **dict.fromkeys(["names", "in_each"], _NAMES),
    **dict.fromkeys(["check", "part", "file", "word", "forgiven", "evidence", "happened"], 22),
    **dict.fromkeys(["codes", "shared_with", "tied"], 22),
    **dict.fromkeys(["area_m2", "effect"], 16),
    **dict.fromkeys(["status", "since", "severity", "layer", "against"], 11),
    "sha256": 66,
}
_WRAPPED = {"name", "names", "in_each", "message", "meaning", "note", "quote", "happened"}
_WRAPPED |= {"codes", "shared_with", "tied"}


def width(name: str) -> int:
    """Return how wide a column is, in characters.

    Examples
    --------
    >>> width("message"), width("old_name"), width("region_names"), width("code")
    (80, 34, 60, 13)
    """
    named = _NAME if name.endswith("_name") else _NAMES if name.endswith("_names") else _OTHER
    return _WIDTHS.get(name, named)


def wraps(name: str) -> bool:
    """Tell whether the text of a column goes over several lines.

    Examples
    --------
    >>> wraps("system_name"), wraps("code")
    (True, False)
    """
    return name in _WRAPPED or name.endswith(("_name", "_names"))


def number_formats(frame: pd.DataFrame, name: str) -> list[str]:
    """Return how the values of a column are shown, one each; values as what they are measured in.

    Examples
    --------
    >>> import pandas as pd
    >>> number_formats(pd.DataFrame({"miss_after": [0.5], "weight": [1.0]}), "miss_after")
    ['#,##0']
    """
    if name == "value" and "measured_in" in frame:
        return list(frame["measured_in"].map(_MEASURED).fillna(PLAIN))
    counted = COUNT if frame[name].dtype.kind in "iu" else PLAIN
    first = (style for begin, style in _BEGINNINGS.items() if name.lower().startswith(begin))
    last = (style for end, style in _ENDINGS.items() if name.endswith(end))
    found = _NUMBERS.get(name) or next(last, None) or next(first, counted)
    return [found] * len(frame)


def in_cell(name: str, value: object, style: str) -> str:
    """Return a value of a table as a page shows it.

    Parameters
    ----------
    name : str
        Of its column: areas are written as whole square metres.
    value : object
        The value.
    style : str
        How the workbook shows it, of :func:`number_formats`.

    Returns
    -------
    str

    Examples
    --------
    >>> in_cell("weight", 0.3421875, WEIGHT), in_cell("area_m2", 2.98696e9, COUNT)
    ('34.2188%', '2,986,960,000')
    >>> in_cell("spans", True, PLAIN), in_cell("aligned", None, SHARE)
    ('yes', '')
    """
    if isinstance(value, (int, float, np.number)) and np.isfinite(value):
        if name.endswith("_m2"):
            return f"{value:,.0f}"
        if style in _WRITTEN:
            return _WRITTEN[style].format(value)
    return in_words(value)


def shown_rows(table: pd.DataFrame) -> list[list[str]]:
    """Return the rows of a table as a page shows them.

    Examples
    --------
    >>> import pandas as pd
    >>> shown_rows(pd.DataFrame({"code": ["A", None], "share": [0.5, None]}))
    [['A', '50.0%'], ['', '']]
    """
    cells = [
        [
            in_cell(str(name), value, style)
            for value, style in zip(table[name], number_formats(table, str(name)), strict=True)
        ]
        for name in table
    ]
    return [list(row) for row in zip(*cells, strict=True)]


def lines_taken(frame: pd.DataFrame, also: frozenset[str] = frozenset()) -> list[int]:
    """Return how many lines the longest wrapped text of each row takes.

    Parameters
    ----------
    frame : DataFrame
        The table.
    also : frozenset of str
        Columns that wrap here, though not elsewhere.

    Returns
    -------
    list of int

    Examples
    --------
    >>> import pandas as pd
    >>> lines_taken(pd.DataFrame({"code": ["E" * 50], "message": ["x" * 100]}))
    [2]
    """
    names = [name for name in frame if wraps(str(name)) or name in also]
    lengths = [frame[name].astype("str").str.len().fillna(0) / width(str(name)) for name in names]
    return [max(math.ceil(most), 1) for most in np.max(lengths, axis=0)] if names else []


def height(lines: int) -> float:
    """Return the height of a row in points, since not every program fits it to wrapped text.

    Examples
    --------
    >>> height(2)
    30
    """
    return min(15 * lines, 400)
