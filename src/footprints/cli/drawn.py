"""What ``footprints map`` writes for a paper: a picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from footprints.console import open_screen, say
from footprints.errors import FootprintsError, listed

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from footprints.atlas import Atlas
    from footprints.bands import BandSet

PICTURES = [".pdf", ".png", ".svg"]


@dataclass(frozen=True, kw_only=True)
class Looks:
    """How a picture looks; None where the command did not say."""

    title: str | None
    marking: str | None
    size: str | None
    findings: bool


def refuse_for_pages(looks: Looks) -> None:
    """Say which options a page does not take, if any was given."""
    pages = {"title", "marking"}
    given = [f"--{name}" for name, value in asdict(looks).items() if value and name not in pages]
    if given:
        msg = f"Only a picture takes {listed(given)}: let -o end in {listed(PICTURES)}."
        raise FootprintsError(msg, given)


def draw_picture(
    atlas: Atlas,
    file: Path,
    layers: list[str] | None,
    bands: BandSet | None,
    population: str | None,
    looks: Looks,
) -> None:
    """Draw layers as a picture, and write it."""
    from footprints.pictures import picture  # noqa: PLC0415  # matplotlib is slow to load.

    found = None
    if looks.findings or bands is not None:
        from footprints.checks.gate import check  # noqa: PLC0415  # As above.

        asked = None if looks.findings else ["population-band"]
        found = check(atlas, bands=bands, layers=layers, population=population, select=asked)
    drawing = picture(
        atlas,
        layers,
        findings=found,
        title=looks.title,
        marking=looks.marking or "",
        size=looks.size or "A4",
        population=population,
    )
    write_picture(drawing, file)


def write_picture(drawing: Figure, file: Path) -> None:
    """Write a picture, and say in words what it shows."""
    from footprints.pictures import alternative_text, save_picture  # noqa: PLC0415  # As above.

    save_picture(drawing, file)
    said = f"Alternative text: {alternative_text(drawing)}"
    say(open_screen(), [f"Picture written: {file.name}.", said])
