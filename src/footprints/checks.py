"""What the sources ask of a footprint, found out and given with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.atlas.parts import as_counts, people_faults
from footprints.bands import Band, BandSet, read_band
from footprints.errors import BandError, Problems, TableError
from footprints.read import band_set
from footprints.report import Report, as_findings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from footprints.atlas import Atlas, Population


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


def check(
    atlas: Atlas,
    *,
    bands: BandSet | str | None = None,
    layers: str | Sequence[str] | None = None,
    population: str | None = None,
) -> Report:
    """Check an atlas, and say what was found for each footprint.

    Policy expectations warn: a footprint outside its band is a warning, not a failure.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down by :meth:`Atlas.focus`.
    bands : BandSet or str, optional
        The set of population bands, or the name of one that comes with footprints; None takes
        the one that the atlas asks for.
    layers : str or sequence of str, optional
        The layers to judge. None takes the newest of each level that has a band, and that of the
        focus.
    population : str, optional
        Whose people to count; None takes the first population of each layer.

    Returns
    -------
    Report
        Layers that could not be judged are in it as skipped, each with the reason.

    Raises
    ------
    UnknownNameError
        If a layer, the set of bands or the population is not there.

    Examples
    --------
    >>> from footprints import load_example
    >>> check(load_example(), layers=["icb22"]).summary.loc["icb22", ["below", "within", "above"]]
    below     15
    within    26
    above      1
    Name: icb22, dtype: int64
    """
    wanted = bands or atlas.checks.bands
    chosen = band_set(wanted) if isinstance(wanted, str) else wanted
    keys = _layers_to_judge(atlas, chosen) if layers is None else atlas.resolve_all(layers)
    parts = [_check_band(atlas, key, chosen, population) for key in keys]
    if layers is None:
        levels = atlas.overview.loc[keys, "level"]
        idle = [level for level in chosen.bands if level not in set(levels)]
        parts += [
            _skip("", f"{chosen.name} has a band for a {level}, a level of no layer here")
            for level in idle
        ]
    return Report(atlas=atlas, bands=chosen, findings=as_findings(parts))


def _layers_to_judge(atlas: Atlas, bands: BandSet) -> list[str]:
    """Return the newest layer of each level with a band, and that of the focus if it is another."""
    levels, asked = atlas.overview["level"], dict(atlas.checks.band_layers)
    keys = [key for key in atlas.newest() if levels[key] not in asked]
    keys += [key for layers in asked.values() for key in layers if key in atlas.layers]
    if atlas.focused is not None and atlas.focused.layer not in keys:
        keys.append(atlas.focused.layer)
    return [key for key in dict.fromkeys(keys) if levels[key] in bands.bands]


def _skip(layer: str, reason: str) -> pd.DataFrame:
    """Return the finding that something could not be checked, with the reason."""
    finding = {"check": "population-band", "layer": layer, "status": "skipped", "message": reason}
    return pd.DataFrame([finding])


def _check_band(atlas: Atlas, key: str, bands: BandSet, population: str | None) -> pd.DataFrame:
    """Return the findings of one layer against the band of its level."""
    level = atlas.overview.loc[key, "level"]
    counted = atlas.population(key, population)
    if level not in bands.bands:
        return _skip(key, f"{bands.name} has no band for a {level}")
    if counted is None:
        return _skip(key, f"{key} counts no {population}")
    band = bands[level]
    table = population_bands(atlas.people(key)[counted.name], band)
    names = atlas.layers[key].reindex(columns=["name", "ods_code"])
    return pd.DataFrame(
        {
            "check": "population-band",
            "layer": key,
            "code": table.index,
            "ods_code": names["ods_code"],
            "name": names["name"],
            "status": np.where(table["status"].isin(["below", "above"]), "warn", "pass"),
            "result": table["status"],
            "message": _band_messages(table, names["name"].fillna(""), band, counted),
            "measure": counted.name,
            "value": table["people"],
            "measured_in": "people",
            **{name: table[name] for name in _BAND_COLUMNS},
            "people": table["people"],
            "population": counted.name,
            "population_date": counted.as_at,
            "population_source": counted.source,
            "source": f"{bands.name}: {bands.source}",
        }
    )


_BAND_COLUMNS = (
    "lower",
    "upper",
    "target",
    "nearest",
    "distance",
    "distance_percent",
    "limit_kind",
)


def _band_messages(
    table: pd.DataFrame, names: pd.Series[str], band: Band, counted: Population
) -> list[str]:
    """Word each finding as one sentence."""
    labels = [f"{name} ({code})" if name else code for code, name in names.items()]
    sides = {}
    if band.lower is not None:
        sides["below"] = f"lower limit of {band.lower:,}"
    if band.upper is not None:
        sides["above"] = f"upper limit of {band.upper:,}"
    return [
        f"{label} has {row.people:,.0f} people ({counted.name}, {counted.as_at}), "
        + (
            f"{abs(row.distance):,.0f} {row.status} the {row.limit_kind} {sides[row.status]}."
            if row.status in sides
            else f"against {band}."
            if row.status == "no limit"
            else f"within {band}."
        )
        for label, row in zip(labels, table.itertuples(), strict=True)
    ]
