"""Interactive maps of footprints: folium's, with a panel of our own."""

from __future__ import annotations

import warnings
from html import escape
from typing import TYPE_CHECKING

import folium
import pandas as pd
import xyzservices

from footprints.checks.gate import check
from footprints.errors import FootprintsError, FootprintsWarning, OutputError, UnknownNameError
from footprints.geometry import to_degrees
from footprints.maps.contents import Asked, Contents
from footprints.maps.gaping import drawn_gaps
from footprints.maps.page import MapPage
from footprints.maps.saving import as_frame
from footprints.maps.served import layers_of
from footprints.redraws.ground import before_and_after
from footprints.report import Report
from footprints.report.contents import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    import networkx as nx

    from footprints.atlas import Atlas
    from footprints.bands import BandSet
    from footprints.maps.pieces import Pieces
    from footprints.redraws import Change

MAX_BYTES = 3_000_000
TILES = (
    "The background comes from {host}, which is asked for it whenever this page is opened and so "
    "learns where its reader looks."
)


class FootprintMap(folium.Map):
    """A map of folium's that needs no network in a notebook either."""

    def _repr_html_(self, **options: object) -> str:
        """Return the page that :func:`save_map` writes, in a frame."""
        try:
            return as_frame(self)
        except OutputError as error:
            msg = f"The map asks the hosts that folium names. {error}"
            warnings.warn(msg, FootprintsWarning, stacklevel=2)
            return str(super()._repr_html_(**options))


def footprint_map(  # noqa: PLR0913 - what may be on a map, each by its name.
    atlas: Atlas,
    layers: str | Sequence[str] | None = None,
    *,
    findings: Report | pd.DataFrame | None = None,
    change: Change | None = None,
    services: nx.Graph[tuple[str, str]] | None = None,
    bands: BandSet | str | None = None,
    population: str | None = None,
    title: str | None = None,
    marking: str = "",
    licence: str | None = None,
    basemap: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> folium.Map:
    """Draw layers of footprints on an interactive map, each to be switched on and off.

    A panel beside the map has the layers by level, their population bands and the findings of a
    check, a search by name or code, a legend, and what is known of the footprint that was chosen.
    The layer that was switched on last is coloured, the others are drawn as lines. Everything
    works by keyboard. There is no base map unless one is asked for. The map can be added to like
    any of folium's; :func:`save_map` makes it a page that needs no network.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down by :meth:`Atlas.focus`, whose footprint is then outlined.
    layers : str or sequence of str, optional
        The layers, the first of them switched on. None takes the newest of each level that has
        lines, and switches on the systems; with a focus its own layer, and lines of what is in it.
    findings : Report or DataFrame, optional
        What :func:`check` found, or some of its findings: a layer for each check, and the
        evidence of each finding; of a report also where official lines leave a gap or overlap
        that is real or cannot be decided. None holds the layers against their population bands only.
    change : Change, optional
        What :func:`compare` found between two layers of the atlas: before and after, and the
        areas that moved with their people. Without ``layers``, these two alone.
    services : networkx.Graph, optional
        What :func:`services_graph` found: the systems that services cut, who has how many of
        their people, and ties. Without ``layers``, the systems and services alone.
    bands : BandSet or str, optional
        The set of population bands, or the name of one that comes with footprints; None takes
        that of the report, or the one that the atlas asks for.
    population : str, optional
        Whose people to count; None takes the first population of each layer.
    title : str, optional
        The heading; None takes the atlas's title.
    marking : str
        Such as ``DRAFT``, over the page on the screen and on each sheet of paper.
    licence : str, optional
        The licence and attribution of your data, as its owner words it. None says what is known
        of the sources that the atlas names, or that it is not stated.
    basemap : str, optional
        The name of tiles that xyzservices knows, such as ``OpenStreetMap.Mapnik``. Its host is
        asked whenever the page is opened; the page says so.
    max_bytes : int
        The size of the saved page. Lines are simplified as far as that needs; the page says how
        far.

    Returns
    -------
    folium.Map
        In degrees (EPSG:4326), fitted to what is drawn.

    Raises
    ------
    UnknownNameError
        If a layer, the set of bands, the population or the base map is not there.
    FootprintsError
        If a layer that was asked for has no lines, or none has, ``change`` or ``services`` are
        not of this atlas, or the page cannot be made as
        small as ``max_bytes``.

    Examples
    --------
    >>> from footprints import load_example
    >>> footprint_map(load_example(), ["icb22"]).crs
    'EPSG3857'
    """
    wanted = _named(atlas, change, services)
    keys = _layers_to_draw(atlas, wanted if layers is None and wanted else layers)
    keys = _layers_to_draw(atlas, list(dict.fromkeys([*keys, *wanted])))
    if bands is None and isinstance(findings, Report):
        bands = findings.bands
    select = ["population-band"]
    report = check(atlas, bands=bands, layers=keys, population=population, select=select)
    provider = None if basemap is None else _provider(basemap)
    asked = Asked(
        report=report,
        keys=tuple(keys),
        findings=findings.findings if isinstance(findings, Report) else findings,
        gaps=drawn_gaps(findings, keys) if isinstance(findings, Report) else None,
        change=change,
        services=services,
        population=population,
        title=visible(title or atlas.title),
        marking=visible(marking),
        licence=licence,
        notes=() if provider is None else (TILES.format(host=_host(provider)),),
    )
    contents = Contents(asked)
    text = contents.within(max_bytes)
    drawing = FootprintMap(tiles=None, zoom_snap=0.25, max_zoom=16)
    vars(drawing.get_root())["title"] = escape(asked.title)
    if provider is not None:
        folium.TileLayer(provider).add_to(drawing)
    MapPage(text, basemap=provider is not None).add_to(drawing)
    west, south, east, north = _bounds(atlas, contents.shared)
    drawing.fit_bounds([[south, west], [north, east]], padding=(24, 24))
    return drawing


def _named(
    atlas: Atlas, change: Change | None, services: nx.Graph[tuple[str, str]] | None
) -> list[str]:
    """Return the layers that a change and services are of."""
    redrawn = () if change is None else before_and_after(change, atlas)[::-1]
    return [*redrawn, *(() if services is None else layers_of(services, atlas))]


def _layers_to_draw(atlas: Atlas, layers: str | Sequence[str] | None) -> list[str]:
    """Return the keys of the layers to draw, the one to open with first."""
    lines, levels = atlas.overview["lines"], atlas.overview["level"]
    if layers is None:
        focus = [] if atlas.focused is None else [atlas.focused.layer]
        wanted = dict.fromkeys([*atlas.newest(), *focus])
        drawn = [key for key in wanted if lines[key] != "none"]
        if not drawn:
            msg = f"{atlas.title} has no layer with lines to draw."
            raise FootprintsError(msg)
        return sorted(drawn, key=lambda key: (key not in focus, levels[key] != "system"))
    keys = atlas.resolve_all(layers)
    if unknown := [key for key in keys if lines[key] == "none"]:
        has = ", ".join(lines.index[lines != "none"]) or "none"
        msg = f"No lines are known for {', '.join(unknown)}. Layers with lines: {has}."
        raise FootprintsError(msg, unknown)
    return keys


def _bounds(atlas: Atlas, shared: list[Pieces]) -> list[float]:
    """Return the bounds to show, in degrees: of the focus where there is one, else of it all."""
    focused = atlas.focused
    if focused is not None and atlas.overview.loc[focused.layer, "lines"] != "none":
        outline = atlas.layers[focused.layer].loc[[focused.code], ["geometry"]]
    else:
        outline = pd.concat([pieces.geometry for pieces in shared]).to_frame("geometry")
    return list(to_degrees(outline).total_bounds)


def _provider(name: str) -> xyzservices.TileProvider:
    """Return the tiles of a name, which must come over a safe connection."""
    try:
        provider = xyzservices.providers.query_name(name)
    except ValueError:
        allowed = sorted(xyzservices.providers.flatten())
        raise UnknownNameError.among(allowed, name, kind="base map") from None
    return provider


def _host(provider: xyzservices.TileProvider) -> str:
    """Return the host of tiles, for people."""
    return str(provider["url"]).split("/")[2].replace("{s}.", "")
