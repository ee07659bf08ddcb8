"""What a layer is drawn by: its own lines, or those of its units, joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd

from footprints.atlas.frames import Cache
from footprints.geometry import is_coverage, outlines, with_geometry

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from footprints.atlas.parts import Layer, Lines, UnitTable


class Drawing:
    """The layers of an atlas with their lines; each is drawn when it is first asked for.

    Parameters
    ----------
    units, layers : mapping
        The tables of units and the layers of the atlas, by name.
    rows : mapping of str to mapping of str to DataFrame
        The rows of the membership table, by layer and table of units.
    """

    def __init__(
        self,
        units: Mapping[str, UnitTable],
        layers: Mapping[str, Layer],
        rows: Mapping[str, Mapping[str, pd.DataFrame]],
    ) -> None:
        self._units = units
        self._layers = layers
        self._rows = rows
        self._drawn = Cache(self._draw)
        # Whether the polygons of a table of units are a valid coverage.
        self._clean = Cache(lambda name: is_coverage(units[name].table))

    def frame(self, key: str) -> gpd.GeoDataFrame:
        """Return a copy of a layer with its lines; its attrs hold ``key`` and ``lines``."""
        return self._drawn[key].copy()

    def lines(self, key: str) -> Lines:
        """Return what the lines of a layer are, its own or those of its units."""
        return self.drawn_by(key)[1]

    def drawn_by(self, key: str) -> tuple[str | None, Lines]:
        """Return the table of units that draws a layer, None for itself, and what its lines are."""
        layer = self._layers[key]
        if isinstance(layer.table, gpd.GeoDataFrame):
            return None, layer.lines
        whole = [name for name, rows in self._rows[key].items() if rows["people"].isna().all()]
        found = [(name, self._units[name].lines) for name in whole]
        return next((pair for pair in found if pair[1] != "none"), (None, "none"))

    def _draw(self, key: str) -> gpd.GeoDataFrame:
        frame = with_geometry(self._layers[key].table).rename_axis("code")
        units, lines = self.drawn_by(key)
        frame.attrs |= {"key": key, "lines": lines}
        if units is None:
            return frame
        members = self._rows[key][units].set_index("unit")["code"]
        shapes = outlines(self._units[units].table, members, clean=self._clean[units])
        return frame.set_geometry(shapes.reindex(frame.index))
