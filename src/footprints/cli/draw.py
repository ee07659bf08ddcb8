"""``footprints map``: a page to open in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footprints.cli.options import (
    AtlasFile,
    Bands,
    Layers,
    WhosePeople,
    Within,
    chosen_bands,
    open_atlas,
    split_layers,
)
from footprints.console import open_screen, say
from footprints.inputs import Inputs
from footprints.output import output_file

if TYPE_CHECKING:
    from footprints.atlas import Atlas
    from footprints.bands import BandSet


def draw_map(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The page to write (.html).")
    ],
    atlas_file: AtlasFile = None,
    within: Within = None,
    layer: Layers = None,
    bands: Bands = None,
    population: WhosePeople = None,
) -> None:
    """Draw footprints as a page with a layer to switch on and off for each level.

    \b
    Examples:
      footprints map -o england.html
      footprints map --within QRL --layer icb22 --layer amb22 -o hampshire.html
    """  # noqa: D301  # As above.
    output_file(output, [".html"])
    draw(
        open_atlas(Inputs(atlas=atlas_file), within),
        output,
        split_layers(layer),
        chosen_bands(bands),
        population,
    )


def draw(
    atlas: Atlas,
    file: Path,
    layers: list[str] | None,
    bands: BandSet | None,
    population: str | None,
) -> None:
    """Draw layers as a page, and say where it is."""
    from footprints.maps.interactive import footprint_map  # noqa: PLC0415  # folium is slow to load.
    from footprints.maps.saving import save_map  # noqa: PLC0415

    drawing = footprint_map(atlas, layers, bands=bands, population=population)
    save_map(drawing, file)
    say(open_screen(), [f"Map written: {file.name}. Open it in a browser."])
