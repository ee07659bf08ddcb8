"""Options that several commands share, and what they stand for."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footprints.errors import FootprintsError, listed
from footprints.inputs import read_inputs
from footprints.read import band_set, read_band_set

if TYPE_CHECKING:
    from footprints.atlas import Atlas
    from footprints.bands import BandSet
    from footprints.inputs import Inputs


class FailOn(StrEnum):
    """What makes a check end with status 1."""

    FAIL = "fail"
    WARN = "warn"
    NEVER = "never"


Within = Annotated[
    list[str] | None,
    typer.Option(
        metavar="AREA",
        help="One area and everything that meets it: a code (E54000034), an ODS code (QNQ), a "
        "name (Frimley), or one layer's (stp21:E54000034).",
    ),
]
Layers = Annotated[
    list[str] | None,
    typer.Option("--layer", metavar="LAYER", help="A layer, such as icb22. May be repeated."),
]
Bands = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The set of population bands: nhs-2019, kings-fund-2022, plan-2025, or a .toml file "
        "of your own. Default: what the atlas asks for, or nhs-2019.",
    ),
]
AtlasFile = Annotated[
    Path | None,
    typer.Option(
        "--atlas",
        metavar="FILE",
        help="An atlas of your own (atlas.toml) instead of the embedded England.",
    ),
]
ChangeFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--changes",
        metavar="FILE",
        help="First make these changes: a change file (.toml), or one that ships, such as "
        "surrey-2027. May be repeated.",
    ),
]
WhosePeople = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Whose people to count: residents or registered."),
]


Output = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the findings: .xlsx, .json, .csv, .md, .txt, .html, .xml (JUnit), .geojson "
        "or .gpkg; a name that ends in nothing is a folder of tables. May be repeated.",
    ),
]
Marking = Annotated[
    str, typer.Option(metavar="WORDS", help='Words such as "DRAFT" on every page and sheet.')
]
MapFile = Annotated[
    Path | None,
    typer.Option("--map", metavar="FILE", help="Draw it as a page to open in a browser (.html)."),
]
MapOrPicture = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="FILE",
        help="Draw it: a page to open in a browser (.html), or a picture for a paper (.png, .svg, "
        ".pdf).",
    ),
]
PaperSize = Annotated[
    str | None,
    typer.Option("--size", metavar="PAPER", help="Of a picture: A4, A3 or slide. Default: A4."),
]
Worst = Annotated[
    int,
    typer.Option(
        min=0,
        metavar="N",
        help="How many misses of each check of a layer to name; those that the "
        "baseline knew are counted, not named.",
    ),
]


def open_atlas(given: Inputs, within: list[str] | None) -> Atlas:
    """Read what the command was given, cut down to the area of ``--within``."""
    one_area(within)
    atlas = read_inputs(given)
    return atlas.focus(within[0]) if within else atlas


def one_area(within: list[str] | None) -> None:
    """Refuse several areas at a time."""
    if within and len(within) > 1:
        msg = f"--within takes one area at a time, not {len(within)}: {listed(within)}."
        raise FootprintsError(msg, within)


def split_layers(layers: list[str] | None) -> list[str] | None:
    """Return the layers of an option that may be repeated, or hold several with commas."""
    return [key for text in layers for key in text.split(",")] if layers else None


def chosen_bands(name: str | None) -> BandSet | None:
    """Return the set of bands of ``--bands``: one that ships, or a file of one's own."""
    if name is None:
        return None
    return read_band_set(name) if name.lower().endswith(".toml") else band_set(name)
