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
    from footprints.report import Report


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
    from footprints.checks.gate import check  # noqa: PLC0415  # It takes time to load.

    output_file(output, [".html"])
    atlas, layers = open_atlas(Inputs(atlas=atlas_file), within), split_layers(layer)
    report = check(atlas, bands=chosen_bands(bands), layers=layers, population=population)
    draw(report, output, layers, population)


def draw(
    report: Report,
    file: Path,
    layers: list[str] | None,
    population: str | None,
) -> None:
    """Draw layers and what was found as a page, and say where it is."""
    from footprints.maps.interactive import footprint_map  # noqa: PLC0415  # folium is slow to load.
    from footprints.maps.saving import save_map  # noqa: PLC0415

    drawing = footprint_map(report.atlas, layers, findings=report, population=population)
    size = save_map(drawing, file).stat().st_size
    megabytes = f"{size / 1e6:.1f} MB"
    say(open_screen(), [f"Map written: {file.name} ({megabytes}). Open it in a browser."])
