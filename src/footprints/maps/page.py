"""What a map's page holds beside Leaflet: our script and style, and data as JSON."""

from __future__ import annotations

import json
import re
from importlib.resources import files

from branca.element import MacroElement
from jinja2 import Template

from footprints.maps.bundled import finder

_RISKY = re.compile("[<>&\u2028\u2029]|\\{(?=[{%#])")
_LEAFLET = ("leaflet.js", "leaflet.css")
ASSETS = ("arcs.js", "page.js", "page.css")
_REST = 5_000
"""Bytes of what folium writes round a map, at most."""


def as_json(data: object) -> str:
    r"""Return data as JSON that is text wherever it stands in a page or a template.

    folium renders what is drawn as templates once more, so what would begin one is escaped too.

    Parameters
    ----------
    data : object
        What JSON can hold.

    Returns
    -------
    str

    Examples
    --------
    >>> print(as_json(["</script>", "{{ 1 }}"]))
    ["\u003c/script\u003e","\u007b{ 1 }}"]
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # What is no character at all, half of a pair, cannot be written.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _RISKY.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def asset(name: str) -> str:
    """Return a file of ours that goes into a page."""
    return files("footprints.maps").joinpath(name).read_text(encoding="utf-8")


def size_of(data: str) -> int:
    """Return how many bytes a saved page with this data takes, at most.

    Examples
    --------
    >>> 160_000 < size_of("{}") < 200_000
    True
    """
    find = finder()
    leaflet = (find(f"/leaflet@1.9/dist/{name}") or b"" for name in _LEAFLET)
    ours = (asset(name).encode() for name in ASSETS)
    return len(data.encode()) + sum(map(len, [*leaflet, *ours])) + _REST


class MapPage(MacroElement):
    """The panel and the shapes of a map.

    Parameters
    ----------
    data : str
        What :func:`as_json` returned.
    basemap : bool
        Whether a base map was asked for, so that saving need not warn of it.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <style>{{ this.style }}</style>
        <script>{{ this.code }}</script>
        {% endmacro %}
        {% macro html(this, kwargs) %}
        <aside class="footprints" id="{{ this.get_name() }}"
          {%- if this.basemap %} data-footprints-basemap{% endif %}>
        <p class="footprints-blocked"><b>The map could not be drawn: its scripts could not be
        fetched or are not allowed to run.</b> A page that footprints has saved needs no network.</p>
        </aside>
        <script type="application/json" id="{{ this.get_name() }}_data">{{ this.data }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        footprintsMap({{ this._parent.get_name() }}, "{{ this.get_name() }}");
        {% endmacro %}
        """
    )

    def __init__(self, data: str, *, basemap: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types.
        self._name = "footprints"
        self.data = data
        self.basemap = basemap
        self.style, self.code = asset("page.css"), asset("arcs.js") + asset("page.js")
