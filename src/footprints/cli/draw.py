"""``footprints map``: a page to open in a browser, or a picture for a paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footprints.cli.drawn import PICTURES, Looks, draw_picture, refuse_for_pages
from footprints.cli.options import (
    AtlasFile,
    Bands,
    ChangeFiles,
    Layers,
    PaperSize,
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
    import folium

    from footprints.report import Report


def draw_map(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="What to write: a page (.html), or a picture for a paper (.png, .svg, .pdf).",
        ),
    ],
    atlas_file: AtlasFile = None,
    changes: ChangeFiles = None,
    as_at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="With --changes: those of this date and before."),
    ] = None,
    within: Within = None,
    layer: Layers = None,
    bands: Bands = None,
    population: WhosePeople = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Its title.")] = None,
    marking: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What it is marked with, such as DRAFT."),
    ] = None,
    size: PaperSize = None,
    findings: Annotated[
        bool | None,
        typer.Option("--findings", help="Of a picture: hatch and list what misses a check."),
    ] = None,
) -> None:
    """Draw footprints: a page with a layer to switch on and off, or a picture for a paper.

    \b
    Examples:
      footprints map -o england.html
      footprints map --within QRL --layer icb22 --layer amb22 -o hampshire.html
      footprints map --within Frimley --layer icb22 --layer amb22 --marking DRAFT -o board.png
    """  # noqa: D301  # As above.
    from footprints.checks.gate import check  # noqa: PLC0415  # It takes time to load.

    output_file(output, [".html", *PICTURES])
    inputs = Inputs(atlas=atlas_file, changes=changes or (), as_at=as_at)
    keys, chosen = split_layers(layer), chosen_bands(bands)
    looks = Looks(title=title, marking=marking, size=size, findings=bool(findings))
    if output.suffix.lower() in PICTURES:
        draw_picture(open_atlas(inputs, within), output, keys, chosen, population, looks)
        return
    refuse_for_pages(looks)
    report = check(open_atlas(inputs, within), bands=chosen, layers=keys, population=population)
    draw(report, output, keys, population, title=title, marking=marking or "")


def draw(
    report: Report,
    file: Path,
    layers: list[str] | None,
    population: str | None,
    *,
    title: str | None = None,
    marking: str = "",
) -> None:
    """Draw layers and what was found as a page, and say where it is."""
    from footprints.maps.interactive import footprint_map  # noqa: PLC0415  # folium is slow to load.

    drawing = footprint_map(
        report.atlas, layers, findings=report, population=population, title=title, marking=marking
    )
    write_page(drawing, file)


def write_page(drawing: folium.Map, file: Path) -> None:
    """Write a map as a page, and say where it is."""
    from footprints.maps.saving import save_map  # noqa: PLC0415  # As above.

    size = save_map(drawing, file).stat().st_size
    megabytes = f"{size / 1e6:.1f} MB"
    say(open_screen(), [f"Map written: {file.name} ({megabytes}). Open it in a browser."])
