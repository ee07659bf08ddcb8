"""Interactive maps of footprints, coloured by how they stand to their population band."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import folium
import pandas as pd
from branca.element import MacroElement
from jinja2 import Template

from footprints.checks import check
from footprints.errors import FootprintsError
from footprints.geometry import to_degrees
from footprints.output import output_file, plain, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike
    from pathlib import Path

    import geopandas as gpd

    from footprints.atlas import Atlas
    from footprints.bands import BandSet
    from footprints.report import Report

# From the palette of Okabe and Ito: told apart in the common forms of colour blindness, and by
# lightness in print.
COLOURS = {"below": "#0072b2", "within": "#d9d9d9", "above": "#e69f00"}
MEANINGS = {"below": "below its band", "within": "within its band", "above": "above its band"}
NO_BAND = "#ffffff"
PAGES = [".html"]


def footprint_map(
    atlas: Atlas,
    layers: Sequence[str] | None = None,
    *,
    bands: BandSet | str = "nhs-2019",
    population: str | None = None,
) -> folium.Map:
    """Draw layers of footprints on an interactive map, each to be switched on and off.

    Footprints are coloured by how they stand to their population band; a pointer over one shows
    its name, code, people, band and distance from it. There is no base map.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down by :meth:`Atlas.focus`.
    layers : sequence of str, optional
        The layers, the first of them switched on. None takes the newest of each level that has
        lines, and switches on the systems.
    bands : BandSet or str
        The set of population bands, or the name of one that comes with footprints.
    population : str, optional
        Whose people to count; None takes the first population of each layer.

    Returns
    -------
    folium.Map
        In degrees (EPSG:4326), fitted to what is drawn.

    Raises
    ------
    UnknownNameError
        If a layer, the set of bands or the population is not there.
    FootprintsError
        If a layer that was asked for has no lines, or none has.

    Examples
    --------
    >>> from footprints import load_example
    >>> footprint_map(load_example(), ["icb22"]).crs
    'EPSG3857'
    """
    keys = _layers_to_draw(atlas, layers)
    report = check(atlas, bands=bands, layers=keys, population=population)
    frames = {key: _styled(atlas.layers[key], key, report) for key in keys}
    drawing = folium.Map(tiles=None, zoom_snap=0.25, prefer_canvas=True)
    for key, frame in frames.items():
        _shapes(frame, _title(atlas, key), shown=key == keys[0]).add_to(drawing)
    folium.LayerControl(collapsed=False).add_to(drawing)
    _Legend(_legend(atlas, report)).add_to(drawing)
    west, south, east, north = pd.concat(list(frames.values())).total_bounds
    drawing.fit_bounds([[south, west], [north, east]])
    return drawing


def save_map(drawing: folium.Map, path: str | PathLike[str]) -> Path:
    """Write a map as a page to open in a browser, whole or not at all.

    Parameters
    ----------
    drawing : folium.Map
        Any map of folium's.
    path : path-like
        A name that ends in ``.html``; a file that is there is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood there before is untouched.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from footprints import load_example
    >>> with TemporaryDirectory() as folder:
    ...     save_map(footprint_map(load_example()), f"{folder}/england.html").name
    'england.html'
    """
    file = output_file(path, PAGES)
    write_whole(file, drawing.get_root().render())
    return file


def _layers_to_draw(atlas: Atlas, layers: Sequence[str] | None) -> list[str]:
    """Return the keys of the layers to draw, the one to open with first."""
    lines = atlas.overview["lines"]
    if layers is None:
        drawn = {level: key for level, key in atlas.newest().items() if lines[key] != "none"}
        keys = sorted(drawn.values(), key=lambda key: key != drawn.get("system"))
    else:
        keys = list(dict.fromkeys(atlas.resolve(layer) for layer in layers))
        if unknown := [key for key in keys if lines[key] == "none"]:
            has = ", ".join(lines.index[lines != "none"]) or "none"
            msg = f"No lines are known for {', '.join(unknown)}. Layers with lines: {has}."
            raise FootprintsError(msg, unknown)
    if not keys:
        msg = f"{atlas.title} has no layer with lines to draw."
        raise FootprintsError(msg)
    return keys


def _styled(layer: gpd.GeoDataFrame, key: str, report: Report) -> gpd.GeoDataFrame:
    """Return a layer in degrees with the colour and the words of each footprint."""
    found = report.findings[report.findings["layer"] == key].set_index("code")
    found = found.reindex(layer.index)
    shown = to_degrees(layer[["geometry"]])
    shown["colour"] = found["result"].map(COLOURS).fillna(NO_BAND)
    words = {"Name": layer["name"].fillna(""), "Code": pd.Series(layer.index, layer.index)}
    words["Found"] = found["message"].fillna("No population band for this level.")
    for label, texts in words.items():
        shown[label] = [escape(plain(text)) for text in texts]
    return shown


def _shapes(frame: gpd.GeoDataFrame, title: str, *, shown: bool) -> folium.GeoJson:
    fields = ["Name", "Code", "Found"]
    return folium.GeoJson(
        frame.reset_index(drop=True),
        name=title,
        show=shown,
        style_function=_style,
        highlight_function=lambda _: {"weight": 3, "color": "#000000"},
        tooltip=folium.GeoJsonTooltip(
            fields, sticky=True, style="max-width: 24em; white-space: normal"
        ),
    )


def _style(feature: dict[str, dict[str, str]]) -> dict[str, object]:
    colour = feature["properties"]["colour"]
    return {"fillColor": colour, "fillOpacity": 0.8, "color": "#333333", "weight": 1}


def _title(atlas: Atlas, key: str) -> str:
    level = atlas.overview.loc[key, "level"]
    return escape(plain(f"{key}: {level}"))


def _legend(atlas: Atlas, report: Report) -> str:
    """Return the markup of the legend: what is shown, in which colours, on which figures."""
    swatch = '<li><span style="background:{}"></span> {}</li>'
    colours = "".join(swatch.format(COLOURS[word], MEANINGS[word]) for word in COLOURS)
    colours += swatch.format(NO_BAND, "no band for its level")
    counts = [
        f"{key}: {row.below} below, {row.within} within, {row.above} above"
        for key, row in report.summary.iterrows()
    ]
    lines = atlas.overview["lines"].isin(["illustrative"]).any()
    figures = [*report.populations, f"Bands: {report.bands.name}, {report.bands.source}"]
    notes = [*counts, *figures, *atlas.notes]
    if lines and not any("llustrative" in note for note in atlas.notes):
        notes.append("Lines are illustrative.")
    items = "".join(f"<p>{escape(plain(note))}</p>" for note in notes)
    return f"<h1>{escape(plain(atlas.title))}</h1><ul>{colours}</ul>{items}"


class _Legend(MacroElement):
    """A box in the corner of a map; its markup is ours, its words escaped."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <style>
        .footprints-legend {position: absolute; bottom: 1em; left: 1em; z-index: 900;
          max-width: 22em; max-height: 60%; overflow: auto; padding: .6em .8em; background: #fff;
          border: 1px solid #666; font: 13px/1.4 system-ui, sans-serif; color: #111}
        .footprints-legend h1 {font-size: 1.1em; margin: 0 0 .4em}
        .footprints-legend ul {list-style: none; margin: 0; padding: 0}
        .footprints-legend p {margin: .3em 0 0}
        .footprints-legend span {display: inline-block; width: 1em; height: 1em;
          border: 1px solid #333; vertical-align: -.15em}
        .leaflet-container {background: #f4f7f9}
        </style>
        {% endmacro %}
        {% macro html(this, kwargs) %}
        <section class="footprints-legend" aria-label="Legend">{{ this.markup }}</section>
        {% endmacro %}
        """
    )

    def __init__(self, markup: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types.
        self._name = "Legend"
        self.markup = markup
