"""How much footprints differ in what is measured of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.errors import TableError, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

NUMBERS = ("integer", "floating", "mixed-integer-float", "empty")
"""The sorts of values that can be reckoned with."""


def spread(table: pd.DataFrame | pd.Series[float] | Mapping[str, pd.Series[float]]) -> pd.DataFrame:
    """Say how much footprints differ: how many, the median, the extremes, and how far apart.

    Parameters
    ----------
    table : DataFrame, Series, or mapping of str to Series
        Numbers by footprint: some columns of :func:`profile`, one column, or the same column of
        several vintages by name.

    Returns
    -------
    DataFrame
        A row a column, indexed by ``measure``. Columns: ``number`` (footprints with a value),
        ``missing`` (footprints without), ``total``, ``median``, ``lower_quartile`` and
        ``upper_quartile`` (between two footprints by straight line), ``minimum``, ``maximum``,
        ``variation`` (the coefficient of variation: the standard deviation of these footprints,
        which are all there are, over their mean), ``ratio`` (largest over smallest). The last two
        are NA where the mean, or the smallest, is not above zero. A total of densities or shares
        means nothing. ``attrs`` holds ``left_out``, the columns of text and booleans.

    Raises
    ------
    TableError
        If nothing in it is numbers.

    Examples
    --------
    >>> from footprints import load_example
    >>> atlas = load_example()
    >>> sizes = {key: atlas.people(key)["residents"] for key in ["ccg21", "icb22", "icb26"]}
    >>> spread(sizes)["median"].round().astype(int).to_dict()
    {'ccg21': 348072, 'icb22': 1184886, 'icb26': 1386533}
    """
    if isinstance(table, pd.Series):
        measures = {str(table.name) if table.name is not None else "value": table}
    else:
        measures = {str(name): values for name, values in table.items()}
    numbers = {name: v for name, v in measures.items() if sort_of(v) in NUMBERS}
    if not numbers:
        msg = f"There are no numbers to compare in {listed(measures)}: give numbers by footprint."
        raise TableError(msg, measures)
    rows = {name: _spread_of(values) for name, values in numbers.items()}
    found = pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")
    found.attrs = {"left_out": ", ".join(name for name in measures if name not in numbers)}
    return found.astype({"number": "int64", "missing": "int64"})


def _spread_of(values: pd.Series[float]) -> dict[str, float]:
    known = values.dropna().astype("float64")
    lower, median, upper = known.quantile([0.25, 0.5, 0.75])
    smallest, largest, mean = known.min(), known.max(), known.mean()
    return {
        "number": len(known),
        "missing": len(values) - len(known),
        "total": known.sum() if len(known) else np.nan,
        "median": median,
        "lower_quartile": lower,
        "upper_quartile": upper,
        "minimum": smallest,
        "maximum": largest,
        "variation": known.std(ddof=0) / mean if mean > 0 else np.nan,
        "ratio": largest / smallest if smallest > 0 else np.nan,
    }


def sort_of(values: pd.Series[float]) -> str:
    """Return the sort of values that a column holds, as pandas calls it, whatever is missing.

    Examples
    --------
    >>> sort_of(pd.Series([1.5, None])), sort_of(pd.Series([True, None], dtype="object"))
    ('floating', 'boolean')
    """
    return str(pd.api.types.infer_dtype(values, skipna=True))
