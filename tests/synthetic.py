"""A synthetic England for the checks: units, PCNs, places and systems that fit one another."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box
from shapely.affinity import affine_transform

import footprints as fp

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from tessellation import tessellation

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


def many_areas(count: int, *, vertices: int = 192, width_m: float = 8000) -> fp.Atlas:
    """Draw as many neighbourhoods with bent edges in two systems, as large as PCNs are."""
    codes = pd.Index([f"U{n:05}" for n in range(count)], name="unit", dtype="str")
    people = np.random.default_rng(1).integers(30_000, 60_000, count)
    units = gpd.GeoDataFrame(
        {"residents": people},
        index=codes,
        geometry=tessellation(count, vertices, width_m=width_m),
        crs="EPSG:27700",
    )
    half = ["icb22-W" if n % 2 else "icb22-E" for n in np.arange(count) // (count // 2 + 1)]
    names = {"pcn21": list(codes), "icb22": half}
    population = fp.Population(name="residents", source="a survey", as_at="2020-06-30")
    table = fp.UnitTable(table=units, populations=(population,), lines="official")
    layers = {}
    for key, level in (("icb22", "system"), ("pcn21", "neighbourhood")):
        members = pd.Series(names[key], index=codes, dtype="str")
        own = pd.Index(members.unique(), dtype="str")
        frame = pd.DataFrame({"name": "Primary Care Network of " + own.to_series()}, index=own)
        layers[key] = fp.Layer(table=frame, members={"area": members}, level=level)
    return fp.Atlas(title="Areas", units={"area": table}, layers=layers)
