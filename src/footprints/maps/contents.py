"""What a map's page shows: its layers, what can be switched on, and the lines, as data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from footprints.colouring import different
from footprints.errors import FootprintsError
from footprints.maps.changed import (
    MOVED,
    happened,
    moved_layer,
    moved_pieces,
    moved_view,
)
from footprints.maps.gaping import GAPS, gap_detail, gap_layer, gap_pieces, gap_views
from footprints.maps.page import as_json, size_of
from footprints.maps.pieces import pieces_of, touching
from footprints.maps.served import opened_with, served
from footprints.maps.told import facts, texts
from footprints.maps.topology import topology
from footprints.maps.views import areas, banded, below, found, heading, off_the_map, order
from footprints.redraws.ground import before_and_after
from footprints.redraws.telling import in_short
from footprints.report.contents import about, visible
from footprints.sources import caveats, licences, sources_of

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    import numpy as np
    import numpy.typing as npt

    from footprints.atlas import Atlas
    from footprints.maps.pieces import Pieces
    from footprints.maps.topology import Topology
    from footprints.maps.views import View
    from footprints.redraws import Change
    from footprints.report import Report

DETAILS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
"""How far lines may be simplified, in metres."""
PARTS = 40_000
"""What is smaller than this part of the map is never drawn: no screen shows it when zoomed in."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a map is asked to show.

    Parameters
    ----------
    report : Report
        How the layers stand to their population bands.
    keys : tuple of str
        The layers, the first of them switched on.
    findings : DataFrame, optional
        Findings to be switched on and off.
    gaps : GeoDataFrame, optional
        The gaps and overlaps that some of the findings are about.
    change : Change, optional
        A comparison of two of the layers.
    services : networkx.Graph, optional
        Which systems and services meet.
    population : str, optional
        Whose people are told.
    title : str
        The heading.
    marking : str
        What stands over the page, such as ``DRAFT``.
    licence : str, optional
        That of the data in its owner's words; None says what is known of the sources.
    notes : tuple of str
        What has to be said before all else.
    """

    report: Report
    keys: tuple[str, ...]
    findings: pd.DataFrame | None = None
    gaps: gpd.GeoDataFrame | None = None
    change: Change | None = None
    services: nx.Graph[tuple[str, str]] | None = None
    population: str | None = None
    title: str = ""
    marking: str = ""
    licence: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def atlas(self) -> Atlas:
        """What the layers are in."""
        return self.report.atlas

    @property
    def counts_people(self) -> bool:
        """Whether anybody is counted: nobody is in two boundary files that were compared alone."""
        return self.change is None or self.change.attrs.get("measure", "people") == "people"


@dataclass(frozen=True)
class Contents:
    """The data of a page.

    Parameters
    ----------
    asked : Asked
        What it is to show.
    """

    asked: Asked

    def within(self, max_bytes: int) -> str:
        """Return the data with the finest lines that keep the saved page below a size.

        Parameters
        ----------
        max_bytes : int
            Of the whole page.

        Returns
        -------
        str
            JSON that is text wherever it stands.

        Raises
        ------
        FootprintsError
            If the coarsest lines are still too much.
        """
        details, drawn = self._details, self._finest
        rest = self._words | {"layers": self._layers, "views": self._views}
        for detail in details:
            if detail != details[0]:
                drawn = self._simplified(detail)
            told = {"detail": f"Lines are simplified to about {detail:,} m."}
            lines = {"topologies": [each.as_json() for each in drawn]}
            text = as_json(rest | told | lines)
            if (size := size_of(text)) <= max_bytes:
                return text
        msg = (
            f"With lines simplified to {details[-1]:,} m the page would still be {size:,} bytes, "
            f"more than the {max_bytes:,} of max_bytes. Draw fewer layers or one area of the "
            "atlas, or allow more."
        )
        raise FootprintsError(msg)

    @cached_property
    def shared(self) -> list[Pieces]:
        """The areas that the layers are made of."""
        found_pieces = pieces_of(self.asked.atlas, self._drawn)
        if self.asked.change is not None:
            own, _ = moved_pieces(self.asked.change, self.asked.atlas, found_pieces)
            found_pieces += [] if own is None else [own]
        if self.asked.gaps is not None:
            found_pieces.append(gap_pieces(self.asked.gaps))
        return found_pieces

    @property
    def _drawn(self) -> list[str]:
        """The layers that are asked for and, for its outline, that of the focus."""
        atlas = self.asked.atlas
        focused, lines = atlas.focused, atlas.overview["lines"]
        if focused is None or lines[focused.layer] == "none":
            return list(self.asked.keys)
        return list(dict.fromkeys([*self.asked.keys, focused.layer]))

    @cached_property
    def _details(self) -> list[int]:
        """How far lines may be simplified, in metres, from what a screen shows up."""
        bounds = pd.concat([pieces.geometry for pieces in self.shared]).total_bounds
        finest = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / PARTS
        return [metres for metres in DETAILS if metres >= finest] or [DETAILS[-1]]

    @cached_property
    def _finest(self) -> list[Topology]:
        return self._simplified(self._details[0])

    def _simplified(self, detail_m: int) -> list[Topology]:
        """Return the lines of all areas, those of gaps as much finer as these are narrow."""
        finer = 1.0
        if self.asked.gaps is not None:
            finer = min(gap_detail(self.asked.gaps) / self._details[0], 1.0)
        return [
            topology(each.geometry, detail_m=detail_m * (finer if GAPS in each.members else 1))
            for each in self.shared
        ]

    @property
    def _words(self) -> dict[str, object]:
        """What the page says outside of layers."""
        asked, atlas, report = self.asked, self.asked.atlas, self.asked.report
        overview = atlas.overview.loc[self._drawn]
        figures = ["Nobody was counted: moves are told by area."]
        if asked.counts_people:
            figures = about(report)
        notes = [*asked.notes, *atlas.notes, *figures, *caveats(atlas, self._drawn)]
        if asked.findings is not None:
            # What is drawn as a gap or overlap is on the map, though on no footprint.
            on = [] if asked.gaps is None else asked.gaps["finding"]
            notes += off_the_map(atlas, asked.keys, asked.findings.drop(index=on))
        focused, outline = atlas.focused, None
        if focused is not None and focused.layer in self._drawn:
            place = atlas.layers[focused.layer].index.get_loc(focused.code)
            outline = [self._drawn.index(focused.layer), int(place)]
        return {
            "title": asked.title,
            "lead": self._lead,
            "marking": asked.marking,
            "illustrative": bool(overview["lines"].eq("illustrative").any()),
            "focus": None if focused is None else visible(focused.name),
            "outline": outline,
            "notes": texts(notes),
            "sources": texts([*sources_of(atlas, self._drawn), *self._licences]),
        }

    @property
    def _lead(self) -> str:
        """What a redraw comes to, in a sentence; empty without one."""
        change, atlas = self.asked.change, self.asked.atlas
        if change is None:
            return ""
        was, now = (atlas.overview.loc[key, "level"] for key in before_and_after(change, atlas))
        return visible(f"{in_short(change.people, change.flows, change.changes, (was, now))}.")

    @property
    def _licences(self) -> list[str]:
        """The licence in the user's words, or those that the sources are known to have."""
        if self.asked.licence is not None:
            return [self.asked.licence]
        counted = self.asked.atlas.population(self._drawn[0], self.asked.population)
        return licences(self.asked.atlas, self._drawn, counted.source if counted else "")

    @property
    def _layers(self) -> list[dict[str, object]]:
        """What is known of the footprints of each layer, a list for each sort of fact."""
        asked, atlas = self.asked, self.asked.atlas
        layers: list[dict[str, object]] = []
        for key in self._drawn:
            names = atlas.layers[key]["name"]
            told: dict[str, list[str | None]] = {}
            if asked.counts_people:
                bands = asked.report.bands
                told = facts(atlas, key, self._in_band(key), bands, asked.population)
            told |= self._happened(key)
            number = next(n for n, each in enumerate(self.shared) if key in each.members)
            layers.append(
                {
                    "key": visible(key),
                    "called": heading(atlas, key),
                    "code": texts(names.index),
                    "name": texts(names.fillna(names.index.to_series())),
                    "facts": told,
                    "topology": number,
                    "of": self.shared[number].members[key].tolist(),
                }
            )
        if asked.change is not None:
            layers.append(self._moved(asked.change))
        if asked.gaps is not None:
            number = next(n for n, each in enumerate(self.shared) if GAPS in each.members)
            of = list(range(len(asked.gaps)))
            layers.append(gap_layer(asked.gaps) | {"topology": number, "of": of})
        return layers

    def _happened(self, key: str) -> dict[str, list[str | None]]:
        """Return what became of the footprints of a layer that was compared."""
        change, atlas = self.asked.change, self.asked.atlas
        if change is None or key not in before_and_after(change, atlas):
            return {}
        side = "old" if key == change.attrs["old_layer"] else "new"
        return happened(change, side, atlas.layers[key].index)

    def _moved(self, change: Change) -> dict[str, object]:
        """Return the areas that moved as a layer."""
        old, _ = before_and_after(change, self.asked.atlas)
        own, of = moved_pieces(change, self.asked.atlas, self.shared)
        names = [old if own is None else MOVED]
        number = next(n for n, each in enumerate(self.shared) if names[0] in each.members)
        return moved_layer(change) | {"topology": number, "of": of}

    def _in_band(self, key: str) -> pd.DataFrame:
        """Return what was found on the bands of a layer, in its order."""
        rows = self.asked.report.findings.query("layer == @key").set_index("code")
        return rows.reindex(self.asked.atlas.layers[key].index)

    @cached_property
    def _colours(self) -> dict[str, npt.NDArray[np.int64]]:
        """A number for each footprint of each layer, another one than its neighbours have."""
        colours = {}
        for pieces, arcs in zip(self.shared, self._finest, strict=True):
            pairs = arcs.touching if pieces.shares_edges else None
            for key in pieces.members.keys() & set(self._drawn):
                one, other = touching(pieces, pairs, key)
                colours[key] = different(len(self.asked.atlas.layers[key]), one, other)
        return colours

    @property
    def _views(self) -> list[View]:
        """What can be switched on: bands, findings, layers, with those that are."""
        atlas, keys = self.asked.atlas, list(self.asked.keys)
        by_level = sorted(keys, key=lambda key: order(atlas, key))
        numbers = {key: number for number, key in enumerate(keys)}
        judged = by_level if self.asked.counts_people else []
        in_bands = [banded(atlas, key, numbers[key], self._in_band(key)) for key in judged]
        views = [view for view in in_bands if view is not None]
        if self.asked.findings is not None:
            views += found(atlas, keys, self.asked.findings)
            if self.asked.gaps is not None:
                place = len(self._drawn) + (self.asked.change is not None)
                views += gap_views(self.asked.gaps, self.asked.findings, place)
        views += [areas(atlas, key, numbers[key], self._colours[key]) for key in by_level]
        if self.asked.services is not None:
            views = [*served(self.asked.services, atlas, numbers), *views]
        if self.asked.change is not None:
            return [*self._redraw(views), *views]
        self._open(views)
        return views

    def _open(self, views: list[View]) -> None:
        """Switch on what a reader sees first: the first layer, in a focus with what lies in it."""
        asked, atlas, keys = self.asked, self.asked.atlas, list(self.asked.keys)
        focused, first, within = atlas.focused, keys[0], list[str]()
        if asked.services is not None and focused is not None:
            kind = opened_with(asked.services, atlas)
            first = kind if kind in keys else first
        elif focused is not None and first == focused.layer:
            within = [
                key for key in keys if len(atlas.layers[key]) > 1 and below(atlas, key, first)
            ]
        # The last one is coloured.
        for number, key in enumerate([*within[:1], first], 1):
            fills = [
                view
                for view in views
                if view["layer"] == keys.index(key) and view["kind"] == "fill"
            ]
            if fills:
                banded_first = key == first and asked.services is None
                fills[0 if banded_first else -1]["shown"] = number

    def _redraw(self, views: list[View]) -> list[View]:
        """Take the views before and after out of the others, and add that of what moved."""
        change = self.asked.change
        if change is None:
            return []
        both = before_and_after(change, self.asked.atlas)
        found_views = []
        for key, word in zip(both, ("Before", "After"), strict=True):
            position = self.asked.keys.index(key)
            chosen = [view for view in views if view["layer"] == position and not view["legend"]]
            views.remove(chosen[-1])
            label = f"{word}: {heading(self.asked.atlas, key)} {chosen[-1]['label']}"
            found_views.append(chosen[-1] | {"group": "Redraw", "label": label, "shown": True})
        return [*found_views, moved_view(change, len(self._drawn))]
