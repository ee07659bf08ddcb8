"""The styles of a GeoPackage, in which QGIS opens its layers."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from footprints.report.contents import written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT(30), ui TEXT(30), update_time DATETIME
);
INSERT INTO gpkg_contents (table_name, identifier, data_type)
VALUES ('layer_styles', 'layer_styles', 'attributes');
"""


def add_styles(
    file: Path, geometry: str, layers: Mapping[str, tuple[str, Mapping[str, str]]]
) -> None:
    """Add the table from which QGIS takes the style that a layer opens in, and date all tables.

    Parameters
    ----------
    file : Path
        A GeoPackage.
    geometry : str
        The column of geometry of each layer.
    layers : mapping of str to (str, mapping of str to str)
        For each layer the column that it is coloured by, and the colour of each of its values.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> frame = gpd.GeoDataFrame({"part": ["a"]}, geometry=[box(0, 0, 1, 1)], crs=27700)
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "some.gpkg"
    ...     frame.to_file(file, layer="here")
    ...     add_styles(file, "geom", {"here": ("part", {"a": "#d55e00"})})
    ...     gpd.read_file(file, layer="layer_styles")["styleName"].to_list()
    ['part']
    """
    # The day alone, as in a workbook: the same report gives the same bytes.
    day = f"{written()}T00:00:00.000Z"
    rows = [
        ("", "", key, geometry, by, _style(by, colours), "", True, f"By {by}", "", day)
        for key, (by, colours) in layers.items()
    ]
    database = sqlite3.connect(file)
    try:
        database.executescript(_STYLES)
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
            "update_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        database.execute("UPDATE gpkg_contents SET last_change = ?", (day,))
        database.commit()
    finally:
        database.close()


def _style(by: str, colours: Mapping[str, str]) -> str:
    """Return the style of QGIS (QML) that colours polygons by the values of a column."""
    root = Element("qgis", {"version": "3.28.0", "styleCategories": "Symbology"})
    about = {"type": "categorizedSymbol", "attr": by, "symbollevels": "0"}
    renderer = SubElement(root, "renderer-v2", {**about, "forceraster": "0", "enableorderby": "0"})
    categories, symbols = SubElement(renderer, "categories"), SubElement(renderer, "symbols")
    for number, (value, colour) in enumerate(colours.items()):
        category = {"value": value, "label": value, "symbol": str(number), "render": "true"}
        SubElement(categories, "category", {**category, "type": "string"})
        kind = {"type": "fill", "name": str(number), "alpha": "1", "clip_to_extent": "1"}
        symbol = SubElement(symbols, "symbol", kind)
        fill = SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0"})
        options = SubElement(fill, "Option", {"type": "Map"})
        red, green, blue = bytes.fromhex(colour[1:])
        drawn = {"color": f"{red},{green},{blue},255", "style": "solid"}
        drawn |= {"outline_color": "77,77,77,255", "outline_style": "solid"}
        drawn |= {"outline_width": "0.2", "outline_width_unit": "MM", "joinstyle": "round"}
        for name, said in drawn.items():
            SubElement(options, "Option", {"name": name, "value": said, "type": "QString"})
    # QGIS before 3.26 knows properties of a symbol by "prop" alone, later ones read both.
    for options in root.iter("layer"):
        for option in list(options.iter("Option"))[1:]:
            SubElement(options, "prop", {"k": option.get("name", ""), "v": option.get("value", "")})
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + tostring(
        root, encoding="unicode"
    )
