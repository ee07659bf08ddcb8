"""Interactive maps of footprints, coloured by how they stand to their population band."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import folium
import pandas as pd
from branca.element import MacroElement
from jinja2 import Template

from footprints.checks.gate import check
from footprints.errors import FootprintsError, plain
from footprints.geometry import to_degrees

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from footprints.atlas import Atlas
    from footprints.bands import BandSet
    from footprints.report import Report

# From the palette of Okabe and Ito: told apart in the common forms of colour blindness, and by
# lightness in print.
COLOURS = {"below": "#0072b2", "within": "#d9d9d9", "above": "#e69f00", "no limit": "#d9d9d9"}
MEANINGS = {
    "below": "below its band",
    "within": "within its band, or a band without limits",
    "above": "above its band",
}
NEAREST = {"lower": "lower limit", "upper": "upper limit", "target": "target"}
NO_BAND = "#ffffff"


def footprint_map(
    atlas: Atlas,
    layers: str | Sequence[str] | None = None,
    *,
    bands: BandSet | str | None = None,
    population: str | None = None,
) -> folium.Map:
    """Draw layers of footprints on an interactive map, each to be switched on and off.

    Footprints are coloured by how they stand to their population band; a pointer over one shows
    its name, code, people, band and distance from it. A focus is outlined. There is no base map;
    the page fetches Leaflet and what folium brings with it from the web when it is opened.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down by :meth:`Atlas.focus`.
    layers : str or sequence of str, optional
        The layers, the first of them switched on. None takes the newest of each level that has
        lines, and switches on the systems.
    bands : BandSet or str, optional
        The set of population bands, or the name of one that comes with footprints; None takes
        the one that the atlas asks for.
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
    if not keys:
        msg = f"{atlas.title} has no layer with lines to draw."
        raise FootprintsError(msg)
    in_bands = ["population-band"]
    report = check(atlas, bands=bands, layers=keys, population=population, select=in_bands)
    frames = {key: _styled(key, report, population) for key in keys}
    area = _area(atlas)
    drawing = folium.Map(tiles=None, zoom_snap=0.25, prefer_canvas=True)
    for key, frame in frames.items():
        _shapes(frame, _title(atlas, key), shown=key == keys[0]).add_to(drawing)
    if area is not None:
        _outline(area).add_to(drawing)
    folium.LayerControl(collapsed=False).add_to(drawing)
    _Legend(_legend(atlas, report)).add_to(drawing)
    west, south, east, north = _extent(frames, area)
    drawing.fit_bounds([[south, west], [north, east]], padding=(24, 24))
    return drawing


def _layers_to_draw(atlas: Atlas, layers: str | Sequence[str] | None) -> list[str]:
    """Return the keys of the layers to draw, the one to open with first."""
    lines, levels = atlas.overview["lines"], atlas.overview["level"]
    if layers is None:
        drawn = [key for key in atlas.newest() if lines[key] != "none"]
        return sorted(drawn, key=lambda key: levels[key] != "system")
    keys = atlas.resolve_all(layers)
    if unknown := [key for key in keys if lines[key] == "none"]:
        has = ", ".join(lines.index[lines != "none"]) or "none"
        msg = f"No lines are known for {', '.join(unknown)}. Layers with lines: {has}."
        raise FootprintsError(msg, unknown)
    return keys


def _styled(key: str, report: Report, population: str | None) -> gpd.GeoDataFrame:
    """Return a layer in degrees with the colour and the words of each footprint."""
    layer, level = report.atlas.layers[key], report.atlas.overview.loc[key, "level"]
    found = report.findings[report.findings["layer"] == key].set_index("code")
    found = found.reindex(layer.index)
    shown = to_degrees(layer[["geometry"]])
    shown["colour"] = found["result"].map(COLOURS).fillna(NO_BAND)
    codes = layer.index.to_series()
    words = {"Name": layer["name"].fillna(codes), "Code": codes}
    words["People"] = _people(report.atlas, key, population)
    words |= _places_in_band(found, level, report.bands)
    for label, texts in words.items():
        shown[label] = [_markup(text) for text in texts]
    return shown


def _people(atlas: Atlas, key: str, population: str | None) -> list[str]:
    counted = atlas.population(key, population)
    if counted is None:
        return [f"no {population} known"] * len(atlas.layers[key])
    people = atlas.people(key)[counted.name]
    return [f"{n:,.0f} {counted.name}, {counted.as_at}" for n in people]


def _places_in_band(found: pd.DataFrame, level: str, bands: BandSet) -> dict[str, pd.Series[str]]:
    """Return where each footprint stands to its band and how far off, by label."""
    distance = found["distance"].map("{:+,.0f}".format)
    distance += found["distance_percent"].map(" ({:+.1f}%)".format)
    texts = {
        "Band": found["result"] + " " + str(bands.bands.get(level, "")),
        "Distance": distance + " from the " + found["nearest"].map(NEAREST),
    }
    none = f"none for a {level} in {bands.name}"
    return {label: text.fillna(none) for label, text in texts.items()}


def _extent(frames: dict[str, gpd.GeoDataFrame], area: gpd.GeoDataFrame | None) -> list[float]:
    """Return the bounds to show, in degrees: of the focus where there is one, else of it all."""
    shown = pd.concat(list(frames.values())) if area is None else area
    return list(shown.total_bounds)


def _area(atlas: Atlas) -> gpd.GeoDataFrame | None:
    """Return the outline of the focus in degrees, if there is one and lines are known."""
    focused = atlas.focused
    if focused is None or atlas.overview.loc[focused.layer, "lines"] == "none":
        return None
    return to_degrees(atlas.layers[focused.layer].loc[[focused.code], ["geometry"]])


def _outline(area: gpd.GeoDataFrame) -> folium.GeoJson:
    """Draw the focus as a broken line that a pointer passes through."""
    line = {"fill": False, "color": "#000000", "weight": 4, "dashArray": "8 6"}
    frame = area.reset_index(drop=True)
    return folium.GeoJson(
        frame, control=False, style_function=lambda _: line, interactive=False, overlay=True
    )


def _shapes(frame: gpd.GeoDataFrame, title: str, *, shown: bool) -> folium.GeoJson:
    fields = ["Name", "Code", "People", "Band", "Distance"]
    return folium.GeoJson(
        frame.reset_index(drop=True),
        name=title,
        show=shown,
        style_function=_style,
        highlight_function=lambda _: {"weight": 3, "color": "#000000"},
        tooltip=folium.GeoJsonTooltip(
            fields,
            sticky=True,
            style="width: 24em; white-space: normal; font: 13px/1.4 system-ui, sans-serif",
        ),
    )


def _style(feature: dict[str, dict[str, str]]) -> dict[str, object]:
    colour = feature["properties"]["colour"]
    return {"fillColor": colour, "fillOpacity": 0.8, "color": "#333333", "weight": 1}


def _title(atlas: Atlas, key: str) -> str:
    level, as_at = atlas.overview.loc[key, ["level", "as_at"]]
    return _markup(f"{level} {as_at} ({key})")


def _legend(atlas: Atlas, report: Report) -> str:
    """Return the markup of the legend: what is shown, in which colours, on which figures."""
    swatch = '<li><span style="background:{}"></span> {}</li>'
    colours = "".join(swatch.format(COLOURS[word], meaning) for word, meaning in MEANINGS.items())
    colours += swatch.format(NO_BAND, "no band for its level")
    counts = [
        f"{key}: "
        + ", ".join(f"{count} {word}" for word, count in row.items() if count or word != "no limit")
        for key, row in report.in_bands.iterrows()
    ]
    if atlas.focused is not None:
        counts.append(f"Broken line: {atlas.focused.name}.")
    lines = atlas.overview["lines"].isin(["illustrative"]).any()
    figures = [*report.populations, f"Bands: {report.bands.name}, {report.bands.source}"]
    notes = [*counts, *figures, *atlas.notes]
    if lines and not any("llustrative" in note for note in atlas.notes):
        notes.append("Lines are illustrative.")
    items = "".join(f"<p>{_markup(note)}</p>" for note in notes)
    return f"<h1>{_markup(atlas.title)}</h1><ul>{colours}</ul>{items}"


def _markup(text: str) -> str:
    """Return data as text that is safe as markup, in a template and in a template literal.

    folium renders what is drawn as templates once more, so braces are written as entities too.
    """
    safe = escape(plain(text))
    for character in "{}`":
        safe = safe.replace(character, f"&#{ord(character)};")
    return safe


class _Legend(MacroElement):
    """A box in the corner of a map; its markup is ours, its words escaped."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <style>
        body {display: flex}
        .folium-map {flex: 1; min-width: 0}
        .leaflet-container {background: #f4f7f9}
        .footprints-legend {order: -1; flex: 0 0 18em; box-sizing: border-box; overflow: auto;
          padding: .8em 1em; font: 13px/1.45 system-ui, sans-serif; color: #111}
        .footprints-legend h1 {font-size: 1.2em; margin: 0 0 .5em}
        .footprints-legend ul {list-style: none; margin: 0; padding: 0}
        .footprints-legend p {margin: .5em 0 0; overflow-wrap: anywhere}
        .footprints-legend span {display: inline-block; width: 1em; height: 1em;
          border: 1px solid #333; vertical-align: -.15em}
        @media (max-width: 40em) {
          body {flex-direction: column}
          .footprints-legend {order: 1; flex-basis: 40%}
        }
        </style>
        {% endmacro %}
        {% macro html(this, kwargs) %}
        <section class="footprints-legend" aria-label="Legend">
        <p id="footprints-blocked" hidden><b>The map could not be drawn: its scripts come from the
        web, and this computer could not fetch them.</b></p>
        {{ this.markup }}</section>
        <script>
        window.addEventListener("load", function () {
          document.getElementById("footprints-blocked").hidden = typeof L !== "undefined";
        });
        </script>
        {% endmacro %}
        """
    )

    def __init__(self, markup: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types.
        self._name = "Legend"
        self.markup = markup
