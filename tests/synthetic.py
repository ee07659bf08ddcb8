"""A synthetic England for the checks: units, PCNs, places and systems that fit one another."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box
from shapely.affinity import affine_transform

import footprints as fp

WEST, SOUTH, CELL = 400_000.0, 300_000.0, 1000.0
LEVELS = {"pcn21": "neighbourhood", "place21": "place", "icb22": "system"}
STEPS = {"pcn21": 2, "place21": 4, "icb22": 8}


def synthetic(side: int = 16, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Draw kilometre squares in a square country, each in a PCN, a place and a system.

    A PCN is 2 by 2 units, a place 4 by 4, a system 8 by 8. The index is ``u0000`` (column, row
    from the south-west); a footprint has the code of its column and row, such as ``icb22-0101``.
    Columns: ``residents``, ``pcn21``, ``place21``, ``icb22``, ``geometry``.
    """
    column, row = (values.ravel() for values in np.meshgrid(np.arange(side), np.arange(side)))
    west, south = WEST + CELL * column, SOUTH + CELL * row
    codes = {
        key: [f"{key}-{x:02}{y:02}" for x, y in zip(column // step, row // step, strict=True)]
        for key, step in STEPS.items()
    }
    people = np.random.default_rng(seed).integers(1000, 3000, side * side)
    index = pd.Index(
        [f"u{x:02}{y:02}" for x, y in zip(column, row, strict=True)], name="unit", dtype="str"
    )
    shapes = box(west, south, west + CELL, south + CELL)
    return gpd.GeoDataFrame(
        {"residents": people, **codes}, index=index, geometry=shapes, crs="EPSG:27700"
    )


def turned(
    frame: gpd.GeoDataFrame, degrees: float, east: float = 0, north: float = 0
) -> gpd.GeoDataFrame:
    """Turn a frame about the south-west corner of the country, and shift it."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    shift = [
        WEST - cos * WEST + sin * SOUTH + east,
        SOUTH - sin * WEST - cos * SOUTH + north,
    ]
    moved = frame.geometry.map(lambda shape: affine_transform(shape, [cos, -sin, sin, cos, *shift]))
    return frame.set_geometry(moved.set_crs("EPSG:27700"))


def lines_of(units: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Draw the footprints of a layer as the union of their units: lines to plant faults in."""
    return units[[key, "geometry"]].dissolve(key).rename_axis("code")


def as_atlas(units: gpd.GeoDataFrame, lines: dict[str, gpd.GeoDataFrame] | None = None) -> fp.Atlas:
    """Make an atlas of units and their layers, with lines of their own where some are given."""
    population = fp.Population(name="residents", source="a survey", as_at="2020-06-30")
    table = fp.UnitTable(
        table=units[["residents", "geometry"]], populations=(population,), lines="official"
    )
    layers = {}
    for key, level in LEVELS.items():
        used = pd.Index(sorted(units[key].dropna().unique()), dtype="str")
        names = pd.DataFrame({"name": used}, index=used)
        own = (lines or {}).get(key)
        if own is not None:
            names = gpd.GeoDataFrame(names, geometry=own.geometry.reindex(used), crs="EPSG:27700")
        layers[key] = fp.Layer(
            table=names,
            members={"units": units[key].astype("str")},
            level=level,
            lines="none" if own is None else "official",
        )
    return fp.Atlas(title="Synthetic", units={"units": table}, layers=layers)
