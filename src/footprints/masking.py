"""What a message may say, since some values could point at a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN = "a value that is not shown"

_NHS_NUMBER = r"(?<!\d)\d(?:[\s.-]?\d){9}(?!\d)"
_POSTCODE = r"(?<![A-Z\d])(?:GIR\s*0AA|[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2})(?![A-Z\d])"
_PRIVATE = re.compile(f"{_NHS_NUMBER}|{_POSTCODE}", re.IGNORECASE)


def shown(value: object, *, sensitive: bool = False) -> str:
    """Return a value for a message, or words in its place if it could point at a person.

    Parameters
    ----------
    value : object
        Hidden where it looks like an NHS number or a full postcode.
    sensitive : bool
        Hide it whatever it looks like.

    Returns
    -------
    str

    Examples
    --------
    >>> shown("E54000050"), shown("943 476 5919")
    ("'E54000050'", 'a value that is not shown')
    """
    text = str(value)
    return HIDDEN if sensitive or _PRIVATE.search(text) else repr(text)


def all_shown(values: Iterable[object]) -> str:
    """Return values for a message, all of them, as :func:`shown` has each.

    Examples
    --------
    >>> all_shown(["CODE", "M1 1AA"]), all_shown([])
    ("'CODE', a value that is not shown", 'none')
    """
    return ", ".join(map(shown, values)) or "none"


def without_private(text: str) -> str:
    """Return a message of another library without what could point at a person.

    Examples
    --------
    >>> without_private("bad value 9434765919 in line 3")
    'bad value … in line 3'
    """
    return _PRIVATE.sub("…", text)


def is_private(values: pd.Series[str]) -> bool:
    """Tell whether a column holds any value that could point at a person.

    Examples
    --------
    >>> is_private(pd.Series(["9434765919"])), is_private(pd.Series(["E54000008"]))
    (True, False)
    """
    return any(map(_PRIVATE.search, values.dropna().astype("str").unique()))


def rows_shown(rows: Iterable[object]) -> str:
    """Return the rows of a table for a message: all of them, runs of numbers drawn together.

    Parameters
    ----------
    rows : iterable
        Labels of an index; numbers are row numbers, anything else is a code.

    Returns
    -------
    str

    Examples
    --------
    >>> rows_shown([2, 3, 4, 9]), rows_shown(["A81001"])
    ('rows 2-4, 9', "'A81001'")
    """
    labels = list(rows)
    if not all(isinstance(label, (int, np.integer)) for label in labels):
        return all_shown(labels)
    numbers = pd.Series(labels, dtype="int64").drop_duplicates().sort_values()
    runs = numbers.groupby(numbers.diff().ne(1).cumsum()).agg(["first", "last"])
    parts = [str(a) if a == b else f"{a}-{b}" for a, b in runs.itertuples(index=False)]
    return f"{'row' if len(numbers) == 1 else 'rows'} {', '.join(parts)}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "row"), counted(1204, "row")
    ('1 row', '1,204 rows')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def values_shown(values: pd.Series[str], *, sensitive: bool = False) -> str:
    """Return values for a message, each once with all the rows that hold it.

    Parameters
    ----------
    values : Series
        The values to name, by row.
    sensitive : bool
        Give rows alone.

    Returns
    -------
    str

    Examples
    --------
    >>> values_shown(pd.Series(["*", "c", "*"], index=[2, 3, 7]))
    "'*' in rows 2, 7; 'c' in row 3"
    """
    words = values.map(lambda value: "" if pd.isna(value) else shown(value, sensitive=sensitive))
    places = values.index.to_series().groupby(words.to_numpy(), sort=False)
    return "; ".join(
        f"{word} in {rows_shown(rows)}" if word else rows_shown(rows) for word, rows in places
    )


def masked(values: Iterable[object]) -> list[str]:
    """Return values for a list in a message, each once, with words for those not to be shown.

    Examples
    --------
    >>> masked(["A81001", "M1 1AA", "M1 1AB"])
    ['A81001', 'a value that is not shown']
    """
    texts = map(str, values)
    return list(dict.fromkeys(HIDDEN if _PRIVATE.search(text) else text for text in texts))


def open_codes(values: Iterable[object], *, sensitive: bool = False) -> list[str]:
    """Return the values that an error may carry for programs: none that could point at a person.

    Examples
    --------
    >>> open_codes(["A81001", "M1 1AA"])
    ['A81001']
    """
    texts = dict.fromkeys(str(value) for value in values)
    return [] if sensitive else [text for text in texts if not _PRIVATE.search(text)]
