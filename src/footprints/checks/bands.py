"""The people of footprints against the band that policy expects."""

from __future__ import annotations

import numpy as np
import pandas as pd

from footprints.atlas.parts import as_counts, people_faults
from footprints.bands import Band, read_band
from footprints.errors import BandError, Problems, TableError

NUMBERS = "Read text as numbers first: pandas.read_csv(..., thousands=',') does."


def population_bands(people: pd.Series[int], band: Band | str) -> pd.DataFrame:
    """Compare the people of each footprint with a population band.

    Limits are inclusive: a footprint of exactly 50,000 is within "30,000 to 50,000".

    Parameters
    ----------
    people : Series
        Persons, indexed by the code of the footprint.
    band : Band or str
        The band, or the words of a policy as :func:`footprints.read_band` takes them.

    Returns
    -------
    DataFrame
        With the index of ``people``. Columns: ``people``; ``lower``, ``upper``, ``target`` (of
        the band, persons, NA where it has none); ``nearest`` (the limit that is nearest,
        ``lower`` or ``upper``, a tie going to the lower; ``target`` where there is no limit); ``distance`` (persons,
        people less that number: negative when below it) and ``distance_percent`` (of that
        number); ``status`` (``below``, ``within``, ``above``, or ``no limit``
        where the band is a target alone); ``limit_kind`` (``hard`` or ``soft``: the limit
        missed, NA where none is). ``attrs`` are those of ``people``.

    Raises
    ------
    TableError
        If people are missing, negative or not numbers, or a code stands twice; all are named.
    BandError
        If the words cannot be read as a band.

    Examples
    --------
    >>> people = pd.Series({"A": 29_000, "B": 50_000})
    >>> population_bands(people, "30-50,000")[["distance", "status"]]
       distance status
    A     -1000  below
    B         0 within
    """
    band = read_band(band) if isinstance(band, str) else band
    if not isinstance(band, Band):
        msg = f"A band is a Band or words such as '30-50,000', not {type(band).__name__}."
        raise BandError(msg)
    people = _checked(people)
    lower = -np.inf if band.lower is None else band.lower
    upper = np.inf if band.upper is None else band.upper
    limited = band.lower is not None or band.upper is not None
    roles = ["lower", "upper"] if limited else ["target"]
    marks = np.array([getattr(band, role) for role in roles], dtype=float)
    gaps = np.abs(people.to_numpy()[:, None] - marks)
    nearest = np.where(np.isnan(gaps), np.inf, gaps).argmin(axis=1)
    mark = marks[nearest].astype("int64")
    sides = [people < lower, people > upper]
    status = np.select(sides, ["below", "above"], "within" if limited else "no limit")
    kind = np.select(sides, [band.lower_limit, band.upper_limit], "")
    frame = pd.DataFrame(
        {
            "people": people,
            "lower": band.lower,
            "upper": band.upper,
            "target": band.target,
            "nearest": pd.Series(np.array(roles)[nearest], people.index, dtype="str"),
            "distance": people - mark,
            "distance_percent": 100 * (people - mark) / np.where(mark > 0, mark, np.nan),
            "status": pd.Series(status, people.index, dtype="str"),
            "limit_kind": pd.Series(kind, people.index, dtype="str").where(sides[0] | sides[1]),
        }
    ).astype(dict.fromkeys(["lower", "upper", "target"], "Int64"))
    frame.attrs = dict(people.attrs)
    return frame


def _checked(people: pd.Series[int]) -> pd.Series[int]:
    """Return people as numbers, or name everything that is wrong with them."""
    if not isinstance(people, pd.Series):
        msg = "Give people as one column (a Series), such as atlas.people('icb22')['residents']."
        raise TableError(msg)
    problems = Problems("The people given")
    if people.index.has_duplicates:
        problems.add("have codes twice", people.index[people.index.duplicated()].unique())
    if people.index.hasnans:
        problems.add("have a row without a code")
    for fault, shown in people_faults(people).items():
        remedy = NUMBERS if fault == "that is not a number" else ""
        problems.add(f"are {fault}".replace("are that is", "are"), shown, remedy=remedy)
    problems.raise_any(TableError)
    return as_counts(people)
