"""What each footprint is like: people, area, density, parts, and columns of its units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from footprints.atlas.parts import as_counts, counts_or_na
from footprints.checks.spread import NUMBERS, sort_of
from footprints.errors import OverlapError, Problems, TableError, UnknownNameError, listed
from footprints.masking import counted
from footprints.overlaps.members import LINKED, counted_text
from footprints.overlaps.pairs import pairs_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from footprints.atlas import Atlas, Population
    from footprints.atlas.coded import Blocks, Members

    Floats = npt.NDArray[np.float64]

Kind = Literal["sum", "mean", "share"]
KINDS = ("sum", "mean", "share")
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
    data: pd.DataFrame | None = None,
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
        Columns of the table of units or of ``data``, and how each is carried.
    data : DataFrame, optional
        Columns of your own, indexed by unit, such as scores of deprivation: what is set on
        ``atlas.units[...]`` is set on a copy. Units that it lacks have no value, and are counted
        so; its rows of no unit are counted in ``attrs``.
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
        ``in_none`` (units and people in no footprint); with ``data``, ``data_not_used`` (how many
        of its rows are of no unit); and for each child ``lad21_method``, ``lad21_in_none`` (how
        many lie in no footprint, for the most part or wholly) and ``lad21_in_several`` (how many
        have half or less in any one, so that none counts them).

    Raises
    ------
    UnknownNameError
        If there is no such layer, table of units, population or column.
    TableError
        If a column cannot be carried in the way asked for, or it could mean two things; if
        ``columns`` is no mapping; if ``data`` has units twice, or none that lists the layer.
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
    asked = _asked(columns)
    own = _own_columns(data, asked)
    basis = _basis(whole, key, asked, own=own, population=population, units=units)
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
    if own is not None:
        unused = int((~own.index.isin(basis.blocks.table.index)).sum())
        table.attrs["data_not_used"] = counted(unused, "row")
    for child in inner:
        _count_children(table, whole, child, key)
    for column, kind in asked.items():
        for name, values in _carried(basis, column, kind).items():
            table[name] = values.array
    if atlas.focused is not None:
        table = table.loc[atlas.coded.codes(key)]
        table.attrs["focus"] = atlas.focused.code
    return table


def _asked(columns: Mapping[str, Kind] | None) -> dict[str, Kind]:
    """Return how each column is to be carried."""
    if columns is not None and not isinstance(columns, Mapping):
        msg = (
            f"Say of each column how it is carried, by {listed(KINDS)}: columns={{'imd': 'mean'}}. "
            f"A {type(columns).__name__} does not say it."
        )
        raise TableError(msg)
    return dict(columns or {})


def _own_columns(data: pd.DataFrame | None, asked: Mapping[str, Kind]) -> pd.DataFrame | None:
    """Return the columns of somebody's own that are asked for, or name what is wrong with them."""
    if data is None:
        return None
    if not isinstance(data, pd.DataFrame):
        kind = type(data).__name__
        msg = f"data= is a DataFrame indexed by unit, not a {kind}: a Series has to_frame('imd')."
        raise TableError(msg)
    problems = Problems("data=")
    if data.index.has_duplicates:
        twice = data.index[data.index.duplicated()].unique()
        problems.add("has units twice", twice, remedy="Keep one row of each.")
    if data.columns.has_duplicates:
        problems.add("has columns twice", data.columns[data.columns.duplicated()].unique())
    if not data.columns.isin(list(asked)).any():
        remedy = "Say how to carry one: columns={'imd': 'mean'}."
        problems.add("has no column that columns= names; it has", data.columns, remedy=remedy)
    problems.raise_any(TableError)
    own = data[[name for name in asked if name in data]]
    return own.astype({name: "boolean" for name in own if own[name].dtype == "bool"})


def _joined(basis: _Basis, own: pd.DataFrame, key: str) -> _Basis:
    """Set columns of somebody's own beside those of the units."""
    table, name = basis.blocks.table, basis.blocks.name
    if both := [column for column in own if column in table]:
        msg = f"data= and the units {name!r} both have columns {listed(both)}: rename yours."
        raise TableError(msg, both)
    if not own.index.isin(table.index).any():
        msg = (
            f"data= has no unit of {name!r}, which {key!r} lists: its index holds "
            f"{listed(own.index[:3])}, and the units are {listed(table.index[:3])} and so on."
        )
        raise TableError(msg, own.index[:3])
    return replace(basis, blocks=replace(basis.blocks, table=table.join(own)))


def _basis(  # noqa: PLR0913 - what profile() is asked.
    atlas: Atlas,
    key: str,
    columns: Iterable[str],
    *,
    own: pd.DataFrame | None,
    population: str | None,
    units: str | None,
) -> _Basis:
    """Choose the table of units that a layer is described in, and join somebody's own columns."""
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
    wanted = [name for name in columns if own is None or name not in own]
    having = [each for each in fitting if set(wanted) <= set(each.blocks.table.columns)]
    if own is not None:
        # The rows tell which table they are of; what holds none of them is refused below.
        having.sort(key=lambda each: not own.index.isin(each.blocks.table.index).any())
    if not having:
        known = {name: None for each in fitting for name in each.blocks.table.columns}
        known.pop("geometry", None)
        missing = [name for name in wanted if name not in known] or wanted
        error = UnknownNameError.among(known, *missing, kind=f"column in one table of {key!r}")
        msg = f"{error} Give columns of your own as data=, a DataFrame indexed by unit."
        raise UnknownNameError(msg, error.codes)
    return having[0] if own is None else _joined(having[0], own, key)


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
    sort = sort_of(values)
    if sort == "boolean":
        if kind != "share":
            fault = f"cannot take the {kind} of booleans"
            problems.add(fault, [name], remedy="Say 'share', of people in units where it is true.")
        return
    if sort not in NUMBERS:
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
    flagged = sort_of(basis.blocks.table[column]) == "boolean"
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
    nowhere = pairs["left"].notna() & pairs["right"].isna()
    in_none = int((nowhere & (alone | (pairs["left_share"] > 0.5))).sum())
    table.attrs[f"{child}_method"] = pairs.attrs["method"]
    table.attrs[f"{child}_in_none"] = str(in_none)
    table.attrs[f"{child}_in_several"] = str(pairs["left"].nunique() - held - in_none)


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


def _ratio(part: Floats, whole: Floats) -> Floats:
    none = np.full(len(part), np.nan)
    return np.asarray(np.divide(part, whole, out=none, where=whole > 0))
