"""``footprints compare``: what a redraw changed, for whom, and what that breaks and mends."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from footprints.cli.options import (
    AtlasFile,
    Bands,
    Baseline,
    Layers,
    Marking,
    Output,
    WhosePeople,
    Within,
    Worst,
    chosen_bands,
    open_atlas,
    split_layers,
)
from footprints.cli.status import ALL_WELL, CHECK_FAILED
from footprints.console import open_screen, say
from footprints.errors import FootprintsError, listed
from footprints.inputs import Inputs, with_notes
from footprints.printed import print_report

if TYPE_CHECKING:
    from footprints.atlas import Atlas
    from footprints.redraws import Change
    from footprints.report import Report
