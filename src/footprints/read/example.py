"""The embedded England."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from footprints.atlas import Atlas, Layer, Origin, Population, UnitTable
from footprints.read.bundled import data_folder

if TYPE_CHECKING:
    from pathlib import Path

RESIDENTS = Population(name="residents", source="ONS mid-2020 estimates", as_at="2020-06-30")
REGISTERED = Population(name="registered", source="NHS Digital QOF list sizes", as_at="2020/21")
YEARS = (
    "People are of mid-2020 and Primary Care Networks of 2021: an example, not for current "
    "decisions."
)
NO_PCN = "U"


def load_example() -> Atlas:
    """Load the embedded England.

    346 exact units with residents of mid-2020 (table ``england``), PCNs of 2021 with registered
    patients (table ``pcn_parts``), 21 layers from PCNs to regions, and lines that are
    illustrative. Its README under ``data/`` names the source of each part.

    Returns
    -------
    Atlas

    Examples
    --------
    >>> load_example().people("icb22").loc["E54000050"]
    residents    3000432
    Name: E54000050, dtype: int64
    """
    folder = data_folder() / "england"
    units, pcns = _read_units(folder), _read_pcn_parts(folder)
    described = _read_table(folder / "layers.csv").set_index("layer")
    names = _read_names(folder)
    evidence = _read_table(folder / "evidence.csv")
    layers = {}
    for key, layer in described.iterrows():
        tables = {"england": units, "pcn_parts": pcns}
        members = {
            name: table[layer["column"]].dropna()
            for name, table in tables.items()
            if layer["column"] in table
        }
        rows = evidence[evidence["layer"] == layer["column"]]
        layers[str(key)] = Layer(
            table=_footprint_names(str(layer["column"]), names, members, units, pcns),
            members=members,
            level=layer["level"],
            as_at=layer["as_at"],
            source=layer["source"],
            note=layer["note"],
            covers=layer["covers"] == "yes",
            evidence=dict(zip(rows["unit"], rows["evidence"], strict=True)),
        )
    return Atlas(
        title="England (embedded example)",
        units={
            "england": UnitTable(
                table=units.drop(columns=described["column"], errors="ignore"),
                populations=(RESIDENTS,),
                lines="illustrative",
            ),
            "pcn_parts": UnitTable(
                table=pcns[["name", "registered", "practices"]], populations=(REGISTERED,)
            ),
        },
        layers=layers,
        origins=_origins(folder),
        notes=[
            YEARS,
            "Lines are illustrative: drawn for maps, never measured.",
        ],
    )


def _origins(folder: Path) -> list[Origin]:
    """Return the files of the embedded England, each with its hash."""
    of = {
        "units.england": ("units.csv", RESIDENTS.source, RESIDENTS.as_at),
        "units.england.lines": ("boundaries.geojson", "Natural Earth 1:10m", "illustrative"),
        "units.pcn_parts": ("pcns.csv", REGISTERED.source, REGISTERED.as_at),
        "layers": ("layers.csv", "", ""),
        "layers.names": ("footprints.csv", "", ""),
        "layers.ods_codes": ("ods_codes.csv", "NHS Organisation Data Service", "2022-07"),
        "layers.evidence": ("evidence.csv", "", ""),
    }
    return [
        Origin(
            part=part,
            file=name,
            sha256=sha256((folder / name).read_bytes()).hexdigest(),
            source=source,
            as_at=as_at,
        )
        for part, (name, source, as_at) in of.items()
    ]


def _read_table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def _read_names(folder: Path) -> pd.DataFrame:
    """Return all footprints, with the ODS codes that their own list lacks."""
    names, more = (
        _read_table(folder / name).set_index(["layer", "code"])
        for name in ("footprints.csv", "ods_codes.csv")
    )
    names.update(more)
    return names.reset_index()


def _read_units(folder: Path) -> gpd.GeoDataFrame:
    counts = {"residents_mid2020": "int64", "lsoa11_count": "int64", "area_ha": "int64"}
    table = pd.read_csv(folder / "units.csv", dtype="str", keep_default_na=False).set_index("unit")
    table = table.replace("", pd.NA).astype(counts)
    table = table.rename(columns={"unit_name": "name", "residents_mid2020": "residents"})
    table["area_m2"] = table.pop("area_ha") * 10_000
    table["CTYUA21CD+ICB22CD"] = table["CTYUA21CD"] + "+" + table["ICB22CD"]
    shapes = gpd.read_file(folder / "boundaries.geojson").set_index("unit").geometry
    # The centres say where a unit's people live; they are data, not the geometry.
    table = table.astype({"easting": "int64", "northing": "int64"})
    return gpd.GeoDataFrame(table, geometry=shapes.reindex(table.index))


def _read_pcn_parts(folder: Path) -> pd.DataFrame:
    table = _read_table(folder / "pcns.csv").astype({"practices": int, "registered_2020_21": int})
    table = table.rename(columns={"PCN21NM": "name", "registered_2020_21": "registered"})
    table.index = pd.Index(table["PCN21CD"] + "+" + table["CCG21CD"], name="unit")
    return table.assign(PCN21CD=table["PCN21CD"].where(table["PCN21CD"] != NO_PCN))


def _footprint_names(
    column: str,
    names: pd.DataFrame,
    members: dict[str, pd.Series[str]],
    units: pd.DataFrame,
    pcns: pd.DataFrame,
) -> pd.DataFrame:
    """Return the footprints of a layer: those listed, or else what its column of units tells."""
    listed_names = names[names["layer"] == column.removesuffix("CD")].set_index("code")
    if len(listed_names):
        table = listed_names[["name", "ods_code"]]
        return table.assign(ods_code=table["ods_code"].where(table["ods_code"] != ""))
    codes = pd.concat(members.values()).unique()
    if column == "PCN21CD":
        found = pcns.dropna(subset="PCN21CD").drop_duplicates("PCN21CD").set_index("PCN21CD")
        return found[["name"]].rename_axis("code")
    if column == "CTYUA21CD+ICB22CD":
        return _place_names(units, names)
    return pd.DataFrame({"name": codes}, index=pd.Index(codes, name="code"))


def _place_names(units: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Name the parts of authorities: the authority alone where one ICB holds all of it."""
    called = names.set_index(["layer", "code"])["name"]
    places = units.drop_duplicates("CTYUA21CD+ICB22CD").set_index("CTYUA21CD+ICB22CD")
    authority = places["CTYUA21CD"].map(called["CTYUA21"])
    icb = places["ICB22CD"].map(called["ICB22"])
    icb = icb.str.removeprefix("NHS ").str.removesuffix(" Integrated Care Board")
    split = places["CTYUA21CD"].duplicated(keep=False)
    return pd.DataFrame({"name": authority.where(~split, authority + " in " + icb)}).rename_axis(
        "code"
    )
