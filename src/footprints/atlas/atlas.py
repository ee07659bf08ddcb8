"""The atlas: everything else reads from it."""

from __future__ import annotations

from dataclasses import astuple, fields, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal, NoReturn

import numpy as np
import pandas as pd

from footprints.atlas.coded import Coded
from footprints.atlas.convert import converted
from footprints.atlas.counting import as_html, as_text, count, counted
from footprints.atlas.drawing import Drawing
from footprints.atlas.focus import focused_on
from footprints.atlas.frames import Frames
from footprints.atlas.membership import membership_of
from footprints.atlas.naming import (
    as_key,
    directory_of,
    find,
    newest,
    resolve,
    same_area,
    units_named,
)
from footprints.atlas.parts import (
    Checks,
    Focus,
    Layer,
    Origin,
    Population,
    UnitTable,
    as_counts,
    check_crs,
    check_layer,
    check_names,
    check_types,
    check_units,
)
from footprints.atlas.what_if import WhatIf
from footprints.errors import Problems, TableError, UnknownNameError
from footprints.geometry import with_geometry
from footprints.levels import parse_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import folium
    import geopandas as gpd

    from footprints.atlas.changing import Redraw


class Atlas(WhatIf):
    """Units, people and layers of footprints, checked once and never changed.

    Parameters
    ----------
    title : str
        What it shows, for headings.
    units : mapping of str to UnitTable
        One or more tables of units by name; the first is the main one.
    layers : mapping of str to Layer
        Layers by key, such as ``icb22``.
    notes : iterable of str
        What must be said above anything that is printed from it.
    focused : Focus, optional
        The footprint that it was cut down to; :meth:`focus` sets it.
    origins : iterable of Origin
        Where each part came from.
    checks : Checks, optional
        What is asked of it.
    redraws : iterable of Redraw
        What was changed in it, the last one last; :meth:`merge`, :meth:`move`, :meth:`split`,
        :meth:`rename` and :meth:`redraw` set it, and :meth:`undo` takes the last one back.

    Raises
    ------
    TableError
        If a table has codes twice or none, people missing, negative or not numbers, or units or
        footprints that only one side knows; everything wrong is named at once.
    CRSError
        If geometry is not in EPSG:27700.

    Examples
    --------
    >>> units = pd.DataFrame({"residents": [5, 7]}, index=["a", "b"])
    >>> residents = Population(name="residents", source="a survey", as_at="2020")
    >>> place = Layer(
    ...     table=pd.DataFrame({"name": ["Vale"]}, index=["P1"]),
    ...     members={"village": pd.Series("P1", index=["a", "b"])},
    ...     level="place",
    ... )
    >>> villages = UnitTable(table=units, populations=(residents,))
    >>> Atlas(title="Vale", units={"village": villages}, layers={"place": place}).people("place")
          residents
    code
    P1           12
    """

    title: str
    notes: tuple[str, ...]
    focused: Focus | None
    origins: tuple[Origin, ...]
    checks: Checks
    redraws: tuple[Redraw, ...]
    _units: dict[str, UnitTable]
    _layers: dict[str, Layer]
    _membership: pd.DataFrame
    _whole: Atlas

    def __init__(  # noqa: PLR0913 - the parts of an atlas, each by its name.
        self,
        *,
        title: str,
        units: Mapping[str, UnitTable],
        layers: Mapping[str, Layer],
        notes: Iterable[str] = (),
        focused: Focus | None = None,
        origins: Iterable[Origin] = (),
        checks: Checks | None = None,
        redraws: Iterable[Redraw] = (),
        _whole: Atlas | None = None,
    ) -> None:
        check_types(units, layers)
        check_crs(units, layers)
        problems = Problems(title)
        check_names(units, layers, problems)
        for name, table in units.items():
            check_units(name, table, problems)
        for key, layer in layers.items():
            check_layer(key, layer, units, layers, problems)
        membership = membership_of(layers, units, problems)
        problems.raise_any(TableError)
        vars(self).update(
            title=title,
            notes=tuple(notes),
            focused=focused,
            origins=tuple(origins),
            checks=checks or Checks(),
            redraws=tuple(redraws),
            _units={name: _own(table) for name, table in units.items()},
            _layers={
                key: replace(layer, table=layer.table.copy(), members={}, evidence={})
                for key, layer in layers.items()
            },
            _membership=membership,
            _whole=_whole or self,
        )

    def __setattr__(self, name: str, value: object) -> NoReturn:
        msg = f"An atlas is never changed: {name!r} cannot be set. Make a new one."
        raise AttributeError(msg)

    @property
    def units(self) -> Frames:
        """The tables of units by name: GeoDataFrames in EPSG:27700 indexed by ``unit``."""

        def known(name: str) -> str:
            return units_named(self._units, name)[0]

        return Frames(self._units, known, lambda name: self._units[name].table.copy())

    @property
    def layers(self) -> Frames:
        """The layers by key: GeoDataFrames in EPSG:27700 indexed by ``code``.

        Columns: ``name``, whatever else the layer came with, and ``geometry``, which is None
        where no lines are known. A bare kind such as ``icb`` means the newest loaded.
        """
        return Frames(self._layers, self.resolve, self._drawing.frame)

    def drawn_by(self, layer: str) -> str | None:
        """Return the table of units whose polygons draw a layer.

        Parameters
        ----------
        layer : str
            A key, or a bare kind.

        Returns
        -------
        str or None
            None where the layer has lines of its own, or none.

        Raises
        ------
        UnknownNameError
            If there is no such layer.

        Examples
        --------
        >>> from footprints import load_example
        >>> load_example().drawn_by("icb22")
        'england'
        """
        return self._drawing.drawn_by(self.resolve(layer))[0]

    @property
    def membership(self) -> pd.DataFrame:
        """The one table of which unit belongs to which footprint: a row for each pair of them.

        Columns: ``units`` (the unit table), ``unit``, ``layer``, ``code``, ``people`` (persons,
        where only some of the unit's belong to the footprint; NA where the whole unit does),
        ``evidence`` (``official``, ``published``, ``inferred`` or ``uncertain``).
        """
        return self._membership.copy()

    @property
    def populations(self) -> pd.DataFrame:
        """The populations: a row each, indexed by ``population`` and ``counted_in``.

        The latter is the unit table, or the layer that has a population of its own. Columns:
        ``count`` (of units or footprints), ``people`` (persons in them), ``source``, ``as_at``.
        With a focus, only units inside it count.
        """
        rows = [
            (population.name, name, len(inside), inside[population.name].sum(), population)
            for name, table in self._units.items()
            for inside in [self._inside(name)]
            for population in table.populations
        ]
        rows += [
            (own.name, key, len(layer.table), self.people(key)[own.name].sum(), own)
            for key, layer in self._layers.items()
            if (own := layer.population) is not None
        ]
        frame = pd.DataFrame(rows, columns=["population", "counted_in", "count", "people", "of"])
        frame["source"] = [population.source for population in frame["of"]]
        frame["as_at"] = [population.as_at for population in frame["of"]]
        return frame.drop(columns="of").set_index(["population", "counted_in"])

    @property
    def overview(self) -> pd.DataFrame:
        """What there is: a row a layer, indexed by ``layer``.

        Columns: ``level``, ``vintage`` (year, NA without one), ``footprints`` (count),
        ``people`` (persons in them), ``unassigned`` (persons in none of them), ``covers``
        (whether it is meant to hold everybody), ``population``, ``population_date``,
        ``population_source``, ``lines`` (``official``, ``illustrative`` or ``none``), ``as_at``,
        ``source``, ``note``.
        """
        return self._overview.copy()

    @cached_property
    def _overview(self) -> pd.DataFrame:
        rows = {key: self._summary(key) for key in self._layers}
        frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")
        return frame.astype({"vintage": "Int64"})

    @property
    def provenance(self) -> pd.DataFrame:
        """Where each part came from: a row each, indexed by ``part``.

        Columns: ``file``, ``layer`` (or sheet), ``sha256``, ``rows``, ``source``, ``as_at``,
        ``note``.
        """
        columns = [field.name for field in fields(Origin)]
        rows = [astuple(origin) for origin in self.origins]
        return pd.DataFrame(rows, columns=columns).set_index("part")

    def population(self, layer: str, name: str | None = None) -> Population | None:
        """Return one of the populations that a layer's people are counted in.

        Parameters
        ----------
        layer : str
            A key, or a bare kind.
        name : str, optional
            The population; None takes the first that the layer has.

        Returns
        -------
        Population or None
            None if the layer does not carry the one asked for.

        Raises
        ------
        UnknownNameError
            If there is no such layer, or no unit table has a population of that name.

        Examples
        --------
        >>> from footprints import load_example
        >>> load_example().population("pcn21").name
        'registered'
        """
        known = self.populations.index.unique("population")
        wanted = None if name is None else str(name).strip().lower()
        if wanted is not None and wanted not in known.str.strip().str.lower():
            raise UnknownNameError.among(known, name, kind="population")
        counted = self._counted(self.resolve(layer))
        return next((p for p, _ in counted if wanted in (None, p.name.strip().lower())), None)

    def people(self, layer: str) -> pd.DataFrame:
        """Count the people of each footprint.

        Parameters
        ----------
        layer : str
            A key such as ``icb22``, or a bare kind such as ``icb``.

        Returns
        -------
        DataFrame
            Indexed by ``code``, in the order of the layer; a column a population (persons).
            ``attrs`` holds ``layer``, and for each population its source and date.

        Raises
        ------
        UnknownNameError
            If there is no such layer.

        Examples
        --------
        >>> from footprints import load_example
        >>> int(load_example().people("icb")["residents"].sum())
        56550138
        """
        key = self.resolve(layer)
        counts = {
            population.name: count(
                self._layers[key], self._rows[key], self._units, place, population.name
            )
            for population, place in self._counted(key)
        }
        frame = pd.DataFrame(counts).reindex(self._layers[key].table.index).rename_axis("code")
        frame.attrs = self._attrs(key)
        return frame

    def unassigned(self, layer: str) -> pd.DataFrame:
        """List the units that are in no footprint of a layer.

        In an atlas with a focus, only units inside the focus count.

        Parameters
        ----------
        layer : str
            A key, or a bare kind.

        Returns
        -------
        DataFrame
            Indexed by ``unit``; a column a population (persons).

        Raises
        ------
        UnknownNameError
            If there is no such layer.

        Examples
        --------
        >>> from footprints import load_example
        >>> int(load_example().unassigned("pcn21")["registered"].sum())
        405113
        """
        key = self.resolve(layer)
        parts = []
        for name, rows in self._rows[key].items():
            table = self._inside(name)
            columns = [population.name for population in self._units[name].populations]
            left_out = np.ones(len(table), dtype=bool)
            held = table.index.get_indexer(rows["unit"])
            left_out[held[held >= 0]] = False
            parts.append(pd.DataFrame(table.loc[left_out, columns]))
        frame = pd.concat(parts)
        frame.attrs = self._attrs(key)
        return frame

    def overlap(  # noqa: PLR0913 - the same names as footprints.overlap, each an option.
        self,
        left: str,
        right: str,
        *,
        method: Literal["members", "points", "area"] | None = None,
        units: str | None = None,
        population: str | None = None,
        estimate: bool = False,
    ) -> pd.DataFrame:
        """Hold two layers against each other: a row a pair of footprints that meet.

        What meets nothing on the other side is a row whose counterpart is NA, so the people of
        every footprint add up. In an atlas with a focus, the footprints on the left are those of
        the focus, whole, with all that they meet.

        Parameters
        ----------
        left, right : str
            Keys, or bare kinds.
        method : {"members", "points", "area"}, optional
            By the units that each lists; by where the units lie in the layers' own lines; or by
            the area that their lines share. None takes the first of these that there is.
        units : str, optional
            The table of units; None takes the first that both layers share and that carries the
            population.
        population : str, optional
            Whose people to count; None takes the first that there is.
        estimate : bool
            Whether people may be estimated where no list says where they belong.

        Returns
        -------
        DataFrame
            A row a pair, in the order of the footprints, NA last. Columns: ``left`` and ``right``
            (codes); ``units`` (count); ``people`` (persons); ``area_m2``; ``left_share`` and
            ``right_share`` (0 to 1: of the people of the whole footprint, of its area where no
            people are known, NA where the whole is zero). ``attrs`` say how it was found:
            ``method``, ``population``, ``source``, ``date``, ``units``, ``left_layer``,
            ``right_layer``, and who could not be counted.

        Raises
        ------
        UnknownNameError
            If there is no such layer, table of units or population.
        OverlapError
            If the layers cannot be held against each other in that way.

        Examples
        --------
        >>> from footprints import load_example
        >>> pairs = load_example().overlap("lad21", "icb22")
        >>> int(pairs.groupby("left").size().gt(1).sum()), pairs.attrs["method"]
        (12, 'members')
        """
        # Overlaps are above the atlas: only this method, which hands itself up, looks there.
        from footprints.overlaps.layers import overlap_layers  # noqa: PLC0415

        return overlap_layers(
            self,
            left,
            right,
            method=method,
            units=units,
            population=population,
            estimate=estimate,
        )

    def map(self, layers: str | Iterable[str] | None = None) -> folium.Map:
        """Draw layers on an interactive map, as :func:`footprints.footprint_map` does.

        Parameters
        ----------
        layers : str or iterable of str, optional
            The layers, the first of them switched on. None takes the newest of each level.

        Returns
        -------
        folium.Map

        Raises
        ------
        UnknownNameError
            If a layer is not there.
        FootprintsError
            If a layer has no lines.

        Examples
        --------
        >>> from footprints import load_example
        >>> load_example().map("icb22").crs
        'EPSG3857'
        """
        # Maps are above the atlas, and folium is slow to load.
        from footprints.maps.interactive import footprint_map  # noqa: PLC0415

        given = layers if layers is None or isinstance(layers, str) else list(layers)
        return footprint_map(self, given)

    @property
    def whole(self) -> Atlas:
        """The atlas that a focus was cut from; without a focus, the atlas itself."""
        return self._whole

    @cached_property
    def coded(self) -> Coded:
        """Its units and members as arrays of positions, for what is computed from them."""
        return Coded(self._units, self._layers, self._rows)

    def resolve(self, layer: str) -> str:
        """Return the key of a layer from a key, a bare kind or an ONS alias.

        Parameters
        ----------
        layer : str
            ``icb22``; ``icb`` for the newest loaded; ``ltla21`` or ``utla21``.

        Returns
        -------
        str

        Raises
        ------
        UnknownNameError
            If there is no such layer; the message lists those there are.

        Examples
        --------
        >>> from footprints import load_example
        >>> load_example().resolve("icb")
        'icb26'
        """
        key = resolve(self._layers, layer)
        if key is not None:
            return key
        if self.focused is not None and as_key(layer) in self.focused.left_out:
            msg = f"The layer {layer!r} does not meet {self.focused.name}."
            raise UnknownNameError(msg, [layer])
        raise UnknownNameError.among(self._layers, layer, kind="layer")

    def resolve_all(self, layers: str | Iterable[str]) -> list[str]:
        """Return the keys of several layers, each once, or name all those that are not there.

        Examples
        --------
        >>> from footprints import load_example
        >>> load_example().resolve_all(["icb", "icb26", "utla21"])
        ['icb26', 'ctyua21']
        """
        wanted = [layers] if isinstance(layers, str) else list(layers)
        if strangers := [layer for layer in wanted if layer not in self.layers]:
            if len(strangers) == 1:
                self.resolve(strangers[0])
            raise UnknownNameError.among(self._layers, *strangers, kind="layer")
        return list(dict.fromkeys(self.resolve(layer) for layer in wanted))

    def newest(self) -> list[str]:
        """Return the newest layer of each level, in the order of the levels.

        Outside the ladder of levels, where kinds stand side by side, it is the newest of each
        kind, and they come last.

        Returns
        -------
        list of str

        Examples
        --------
        >>> from footprints import load_example
        >>> load_example().newest()[-4:]
        ['lrf19', 'cal21', 'amb22', 'cauth25']
        """
        return newest({key: layer.level for key, layer in self._layers.items()})

    def find(self, text: str) -> tuple[str, str]:
        """Find a footprint by code, ODS code or name.

        Parameters
        ----------
        text : str
            A code, an ODS code or a name, with or without "NHS" and "Integrated Care Board".
            ``layer:text`` looks in one layer only.

        Returns
        -------
        layer, code : str
            Of the vintages of a level that have it, the newest; of several levels where it is
            the same area, the highest.

        Raises
        ------
        UnknownNameError
            If nothing fits; the message names what comes near.
        AmbiguousNameError
            If what fits is not one area; the message lists all of it.

        Examples
        --------
        >>> from footprints import load_example
        >>> load_example().find("Frimley")
        ('icb22', 'E54000034')
        """
        return find(self._directory, str(text), partial(same_area, self._membership))

    def focus(self, text: str) -> Atlas:
        """Cut the atlas down to one footprint and everything that meets it.

        Footprints that cross its edge or contain it are kept whole, with all their units, so
        their people stay right. A table of units that does not list the footprint's own layer is
        reached through the finest layer that both know: the PCNs of an ICB are those of the CCGs
        that it touches.

        Parameters
        ----------
        text : str
            What :meth:`find` takes.

        Returns
        -------
        Atlas
            With ``focused`` set. Layers that do not meet the footprint are left out. To focus it
            again is to focus the whole atlas.

        Raises
        ------
        UnknownNameError, AmbiguousNameError
            As :meth:`find`.

        Examples
        --------
        >>> from footprints import load_example
        >>> len(load_example().focus("Frimley").layers["place22"])
        5
        """
        if self._whole is not self:
            return self._whole.focus(text)
        layer, code = self.find(text)
        parts = focused_on(self._units, self._layers, self._membership, layer, code)
        return Atlas(
            title=f"{parts.focus.name} ({layer} {code}) in {self.title}",
            units=parts.units,
            layers=parts.layers,
            notes=[*self.notes, *parts.notes],
            focused=parts.focus,
            origins=self.origins,
            checks=self.checks,
            redraws=self.redraws,
            _whole=self,
        )

    def convert_units(
        self,
        old: str,
        new: str,
        *,
        relationship: pd.DataFrame,
        people: pd.DataFrame | None = None,
    ) -> Atlas:
        """Put new units in the place of old ones, as when LSOAs of 2011 become those of 2021.

        Units that are unchanged or merged carry their people exactly. Those of units that were
        split, or changed irregularly, are divided in whole numbers, so that all totals stay what
        they were, and are counted as estimated in :attr:`notes`. A new unit is in the footprint
        that its old units were in; where these differ, in the one that has most of its people,
        and that membership is ``inferred``. Where layers link units with people, the people are
        divided and added up in the same way. Lines and further columns of the old units, and
        areas of those that were divided, are left out.

        Parameters
        ----------
        old, new : str
            A table of units, such as ``lsoa11``, and what is to take its place: ``lsoa21``.
        relationship : DataFrame
            Which old unit meets which new one, as ``fp.read_table("lookup.csv")`` reads it from
            the exact-fit lookup of the ONS: the columns ``LSOA11CD``, ``LSOA21CD`` and, if it is
            there, ``CHGIND``. Pairs that do not touch the atlas are passed over. A best-fit
            lookup lists each old unit once, so it lacks most of what splits gave.
        people : DataFrame, optional
            Persons by new unit, a column a population, which then are those of the new units;
            None divides the people of split and irregular units in equal parts. Populations that
            it lacks are divided in proportion to the first that it has.

        Returns
        -------
        Atlas
            With ``new`` in the place of ``old`` in all layers. One with a focus is converted
            whole and focused again. A footprint that no unit is left for is taken out and named
            in :attr:`notes`.

        Raises
        ------
        UnknownNameError
            If there is no such table of units, or no column of the relationship holds its codes.
        TableError
            If there is a table of units ``new`` already, the relationship lacks units of the
            atlas, contradicts itself or would leave new units counted in part, or people are
            given that cannot be used; everything wrong is named at once.

        Examples
        --------
        >>> village = pd.DataFrame({"residents": [5, 7]}, index=["a", "b"])
        >>> residents = Population(name="residents", source="a survey", as_at="2020")
        >>> place = Layer(
        ...     table=pd.DataFrame({"name": ["Vale"]}, index=["P1"]),
        ...     members={"lsoa11": pd.Series("P1", index=["a", "b"])},
        ...     level="place",
        ... )
        >>> units = {"lsoa11": UnitTable(table=village, populations=(residents,))}
        >>> vale = Atlas(title="Vale", units=units, layers={"place": place})
        >>> lookup = pd.DataFrame({"LSOA11CD": ["a", "a", "b"], "LSOA21CD": ["x", "y", "b"]})
        >>> newer = vale.convert_units("lsoa11", "lsoa21", relationship=lookup)
        >>> newer.units["lsoa21"]["residents"].to_dict()
        {'x': 3, 'y': 2, 'b': 7}
        """
        if self.focused is not None:
            whole = self._whole.convert_units(old, new, relationship=relationship, people=people)
            return whole.focus(f"{self.focused.layer}:{self.focused.code}")
        parts = converted(
            self._units, self._layers, self._membership, old, new, relationship, people
        )
        return Atlas(
            title=self.title,
            units=parts.units,
            layers=parts.layers,
            notes=[*self.notes, *parts.notes],
            origins=[*self.origins, parts.origin],
            checks=self.checks,
        )

    def parts(self) -> tuple[dict[str, UnitTable], dict[str, Layer]]:
        """Return the tables of units and the layers as they were given, to be stored.

        Returns
        -------
        units : dict of str to UnitTable
            By name.
        layers : dict of str to Layer
            By key. Their members and evidence are left to :attr:`membership`.

        Examples
        --------
        >>> from footprints import load_example
        >>> load_example().parts()[0]["england"].lines
        'illustrative'
        """
        units = {name: replace(each, table=each.table.copy()) for name, each in self._units.items()}
        layers = {key: replace(each, table=each.table.copy()) for key, each in self._layers.items()}
        return units, layers

    def __repr__(self) -> str:
        return as_text(self.title, self.notes, self.populations, self._overview)

    def _repr_html_(self) -> str:
        return as_html(self.title, self.notes, self.populations, self._overview)

    def _inside(self, name: str) -> gpd.GeoDataFrame:
        """Return a table of units; with a focus, only those inside it."""
        table = self._units[name].table
        return table if self.focused is None else table.loc[self.focused.inside[name]]

    def _attrs(self, key: str) -> dict[str, str]:
        return {"layer": key} | {p.name: str(p) for p, _ in self._counted(key)}

    def _counted(self, key: str) -> list[tuple[Population, str | None]]:
        return counted(self._layers[key], self._rows[key], self._units)

    @cached_property
    def _rows(self) -> dict[str, dict[str, pd.DataFrame]]:
        """The membership of each layer, by unit table."""
        found: dict[str, dict[str, pd.DataFrame]] = {key: {} for key in self._layers}
        for (key, name), rows in self._membership.groupby(["layer", "units"], observed=True):
            found[key][name] = rows
        return found

    def _summary(self, key: str) -> dict[str, object]:
        layer, population = self._layers[key], self.population(key)
        name = population.name if population else ""
        left_out = self.unassigned(key)
        return {
            "level": layer.level,
            "vintage": parse_key(key).vintage,
            "footprints": len(layer.table),
            "people": self.people(key)[name].sum(),
            "covers": layer.covers,
            "unassigned": left_out[name].sum() if name in left_out else 0,
            "population": name,
            "population_date": population.as_at if population else "",
            "population_source": population.source if population else "",
            "lines": self._drawing.lines(key),
            "as_at": layer.as_at,
            "source": layer.source,
            "note": layer.note,
        }

    @cached_property
    def _drawing(self) -> Drawing:
        return Drawing(self._units, self._layers, self._rows)

    @cached_property
    def _directory(self) -> pd.DataFrame:
        rows = [directory_of(key, layer.level, layer.table) for key, layer in self._layers.items()]
        return pd.concat(rows, ignore_index=True)


def _own(units: UnitTable) -> UnitTable:
    """Return a unit table whose frame is a copy of our own, with people as numbers."""
    table = with_geometry(units.table).rename_axis("unit")
    for population in units.populations:
        table[population.name] = as_counts(table[population.name])
    table.attrs["lines"] = units.lines
    return replace(units, table=table)
