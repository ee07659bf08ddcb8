"""What each footprint is like, and how much footprints differ in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from footprints.atlas.parts import as_counts, counts_or_na
from footprints.errors import OverlapError, Problems, TableError, UnknownNameError, listed
from footprints.overlaps.members import LINKED, counted_text
from footprints.overlaps.pairs import pairs_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    from footprints.atlas import Atlas, Population
    from footprints.atlas.coded import Blocks, Members

    Floats = npt.NDArray[np.float64]

Kind = Literal["sum", "mean", "share"]
KINDS = ("sum", "mean", "share")
_NUMBERS = ("integer", "floating", "mixed-integer-float", "empty")
_FIXED = ("name", "units", "people", "area_km2", "density")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Basis:
    """The units of a layer, a row a unit and footprint, and whose people are counted."""

    blocks: Blocks
    members: Members
    population: Population

    @property
    def people(self) -> Floats:
        """Persons in each row."""
        linked = self.members.people
        mine = self.blocks.people
        return mine[self.population.name][self.members.unit] if linked is None else linked

    def total(self, values: Floats) -> Floats:
        """Add up rows by footprint."""
        return np.bincount(self.members.code, values, len(self.members.codes)).astype("float64")


def profile(  # noqa: PLR0913 - All but the first two are named by the caller.
    atlas: Atlas,
    layer: str,
    *,
    columns: Mapping[str, Kind] | None = None,
    children: str | Iterable[str] = (),
    population: str | None = None,
    units: str | None = None,
) -> pd.DataFrame:
    """Describe each footprint: its people, area, density, parts, and columns of its units.

    A column of the units is carried to footprints in one of three ways, which only its owner can
    know: ``sum`` adds up counts; ``mean`` weighs by people, as a score or a rate needs; ``share``
    is that of the people, of those in units where a column of booleans is true, or of those whom
    a column of whole numbers counts. Units without a value are left out of all three, and
    counted beside with their people.

    Parameters
    ----------
    atlas : Atlas
        With a focus, its footprints are described whole.
    layer : str
        A key, or a bare kind.
    columns : mapping of str to {"sum", "mean", "share"}, optional
        Columns of the table of units, and how each is carried.
    children : str or iterable of str
        Layers whose footprints to count in each footprint.
    population : str, optional
        Whose people to count, which are the weights too; None takes the first that there is.
    units : str, optional
        The table of units; None takes the first that lists the layer and has the population and
        the columns.

    Returns
    -------
    DataFrame
        Indexed by ``code``. Columns: ``name``; ``units`` (count); ``people`` (persons);
        ``area_km2`` (from the units' own column or official polygons, else from the layer's
        official lines, else NA); ``density`` (people per square kilometre); for each layer of
        ``children``, such as ``lad21``, ``lad21_whole`` (how many lie wholly in it) and
        ``lad21_mostly`` (how many more do with over half of their people, or of their area where
        nobody is counted); for each of ``columns`` its value (a share is 0 to 1; NA where no unit
        has one), ``<column>_units_without`` and ``<column>_people_without``. ``attrs``:
        ``layer``, ``units``, ``population``, ``source``, ``date``, ``area`` (what it comes from),
        ``in_none`` (units and people in no footprint), and for each child ``lad21_method`` and
        ``lad21_in_none`` (how many lie for the most part in no footprint).

    Raises
    ------
    UnknownNameError
        If there is no such layer, table of units, population or column.
    TableError
        If a column cannot be carried in the way asked for, or it could mean two things.
    OverlapError
        If a layer of ``children`` cannot be held against this one.

    Examples
    --------
    >>> from footprints import load_example
    >>> table = profile(load_example(), "icb22", columns={"lsoa11_count": "sum"}, children="lad21")
    >>> table.loc["E54000034", ["people", "lsoa11_count", "lad21_whole", "lad21_mostly"]].tolist()
    [746739, 440, 4, 2]
    """
    key, whole = atlas.resolve(layer), atlas.whole
    asked = dict(columns or {})
    basis = _basis(whole, key, list(asked), population, units)
    inner = whole.resolve_all(children)
    _check(basis, asked, inner, key)
    people, labels = basis.total(basis.people), whole.coded.labels(key)
    area, origin = _area_km2(whole, key, basis)
    table = pd.DataFrame(
        {
            "name": labels["name"].array,
            "units": np.bincount(basis.members.code, minlength=len(labels)),
            "people": as_counts(pd.Series(people)).array,
            "area_km2": area,
            "density": _ratio(people, area),
        },
        index=labels.index.rename("code"),
    )
    table.attrs = {
        "layer": key,
        "units": basis.blocks.name,
        "population": basis.population.name,
        "source": basis.population.source,
        "date": basis.population.as_at,
        "area": origin,
        "in_none": _in_none(basis),
    }
    for child in inner:
        _count_children(table, whole, child, key)
    for column, kind in asked.items():
        for name, values in _carried(basis, column, kind).items():
            table[name] = values.array
    if atlas.focused is not None:
        table = table.loc[atlas.coded.codes(key)]
        table.attrs["focus"] = atlas.focused.code
    return table


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
    numbers = {name: v for name, v in measures.items() if _sort(v) in _NUMBERS}
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


def _basis(
    atlas: Atlas, key: str, columns: list[str], population: str | None, units: str | None
) -> _Basis:
    """Choose the table of units that a layer is described in."""
    names = atlas.coded.tables(key, units)
    if not names:
        msg = f"{key!r} lists no units of {units!r}, but of {listed(atlas.coded.tables(key))}."
        raise OverlapError(msg, [key])
    found = []
    for name in names:
        blocks, members = atlas.coded.blocks(name), atlas.coded.members(key, name)
        linked = [members.population or LINKED] if members.people is not None else None
        found += [
            _Basis(blocks=blocks, members=members, population=each)
            for each in linked or blocks.populations
        ]
    fitting = [each for each in found if population in (None, each.population.name)]
    if not fitting:
        known = dict.fromkeys(each.population.name for each in found)
        raise UnknownNameError.among(known, population, kind=f"population in the units of {key!r}")
    having = [each for each in fitting if set(columns) <= set(each.blocks.table.columns)]
    if not having:
        known = {name: None for each in fitting for name in each.blocks.table.columns}
        known.pop("geometry", None)
        missing = [name for name in columns if name not in known] or columns
        raise UnknownNameError.among(known, *missing, kind=f"column in one table of {key!r}")
    return having[0]


def _check(basis: _Basis, asked: Mapping[str, Kind], inner: list[str], key: str) -> None:
    """Raise one error for every column that cannot be carried as was asked."""
    problems = Problems(f"The profile of {key!r}")
    if unknown := [name for name, kind in asked.items() if kind not in KINDS]:
        fault = "has columns to be carried in an unknown way"
        problems.add(fault, unknown, remedy=f"Say {listed(KINDS)}.")
    ours = [*_FIXED, *(f"{child}_{word}" for child in inner for word in ("whole", "mostly"))]
    ours += [f"{name}_{word}_without" for name in asked for word in ("units", "people")]
    if twice := [name for name in asked if name in ours]:
        problems.add("has columns of its own called", twice, remedy="Rename those of the units.")
    for name, kind in asked.items():
        if kind in KINDS:
            _check_column(basis, name, kind, problems)
    problems.raise_any(TableError)


def _check_column(basis: _Basis, name: str, kind: Kind, problems: Problems) -> None:
    values = basis.blocks.table[name]
    sort = _sort(values)
    if sort == "boolean":
        if kind != "share":
            fault = f"cannot take the {kind} of booleans"
            problems.add(fault, [name], remedy="Say 'share', of people in units where it is true.")
        return
    if sort not in _NUMBERS:
        remedy = "Read it as numbers first"
        remedy += ", or as booleans (units[column] == 'Rural')." if kind == "share" else "."
        problems.add(f"cannot take the {kind} of what is no number", [name], remedy=remedy)
        return
    numbers = values.astype("float64")
    if len(endless := values.index[np.isinf(numbers)]):
        problems.add(f"has {name} without end for the units", endless)
    if kind != "mean" and basis.members.people is not None:
        remedy = "A 'mean', or the share of a column of booleans, can be weighed by people."
        fault = f"cannot share out the {name} of units that several footprints share"
        problems.add(fault, remedy=remedy)
    elif kind == "share":
        _check_counts(numbers, basis, name, problems)


def _check_counts(numbers: pd.Series[float], basis: _Basis, name: str, problems: Problems) -> None:
    """Note why numbers are no count of some of the people."""
    known = numbers.dropna()
    if len(known) and known.isin([0, 1]).all():
        remedy = "Make it booleans (astype(bool)) if it marks units; say 'sum' if it counts."
        problems.add("cannot tell whether ones and noughts count people", [name], remedy=remedy)
    elif (known % 1 != 0).any():
        remedy = "A rate or a percentage is carried as a 'mean'."
        problems.add(
            "cannot take the share of fractions, which count nobody", [name], remedy=remedy
        )
    else:
        people = basis.blocks.people[basis.population.name]
        wrong = (numbers < 0) | (numbers > people)
        remedy = "It counts others than these: say 'sum', or name their population."
        if wrong.any():
            fault = f"has more {name} than {basis.population.name}, or fewer than none, in"
            problems.add(fault, numbers.index[wrong], remedy=remedy)


def _carried(basis: _Basis, column: str, kind: Kind) -> dict[str, pd.Series[float]]:
    """Return a column of the units by footprint, and who has no value."""
    rows = basis.blocks.table[column].astype("Float64").iloc[basis.members.unit]
    known = rows.notna().to_numpy()
    values = rows.to_numpy(dtype="float64", na_value=0.0)
    people, have = basis.people, basis.total(known)
    flagged = _sort(basis.blocks.table[column]) == "boolean"
    added = basis.total(values * people if flagged or kind == "mean" else values)
    if kind == "sum":
        carried = counts_or_na(added).mask(have == 0)
    else:
        carried = pd.Series(_ratio(added, basis.total(people * known)))
    return {
        column: carried,
        f"{column}_units_without": pd.Series(basis.total(~known).astype("int64")),
        f"{column}_people_without": counts_or_na(basis.total(people * ~known)),
    }


def _count_children(table: pd.DataFrame, atlas: Atlas, child: str, key: str) -> None:
    """Add how many footprints of another layer each footprint holds, by what of them."""
    pairs = atlas.overlap(child, key)
    alone = pairs_by(pairs, "left")["right"].transform("size").eq(1)
    met = pairs["left"].notna() & pairs["right"].notna()
    kinds = {"whole": met & alone, "mostly": met & ~alone & (pairs["left_share"] > 0.5)}
    for word, which in kinds.items():
        counts = pairs.loc[which, "right"].value_counts()
        table[f"{child}_{word}"] = counts.reindex(table.index, fill_value=0).astype("int64")
    held = int(sum(which.sum() for which in kinds.values()))
    table.attrs[f"{child}_method"] = pairs.attrs["method"]
    table.attrs[f"{child}_in_none"] = str(pairs["left"].nunique() - held)


def _area_km2(atlas: Atlas, key: str, basis: _Basis) -> tuple[Floats, str]:
    """Return the area of each footprint, and what it comes from."""
    blocks, count = basis.blocks, len(basis.members.codes)
    if basis.members.people is None and blocks.area_m2 is not None:
        column = "area_m2" in blocks.table
        origin = f"area_m2 of {blocks.name}" if column else f"official lines of {blocks.name}"
        return basis.total(blocks.area_m2[basis.members.unit]) / 1e6, origin
    if atlas.coded.lines(key) == "official":
        return np.asarray(shapely.area(atlas.coded.shapes(key))) / 1e6, f"official lines of {key}"
    return np.full(count, np.nan), ""


def _in_none(basis: _Basis) -> str:
    """Say how many units, and people of theirs, are in no footprint."""
    out = np.setdiff1d(np.arange(basis.members.count), basis.members.unit)
    linked = basis.members.people is not None
    return counted_text(
        len(out), None if linked else basis.blocks.people[basis.population.name][out]
    )


def _sort(values: pd.Series[float]) -> str:
    return str(pd.api.types.infer_dtype(values, skipna=True))


def _ratio(part: Floats, whole: Floats) -> Floats:
    none = np.full(len(part), np.nan)
    return np.asarray(np.divide(part, whole, out=none, where=whole > 0))
