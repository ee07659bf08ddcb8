"""Make the pictures of the README from the embedded England: ``python docs/pictures.py``."""

from __future__ import annotations

from pathlib import Path

import footprints as fp

FOLDER = Path(__file__).parent
DPI = 72


def main() -> None:
    """Write each picture beside this script."""
    england = fp.load_example()
    systems = fp.picture(england, ["icb26"], title="Integrated Care Boards of England, 2026")
    fp.save_picture(systems, FOLDER / "systems.png", dpi=DPI)
    frimley = fp.picture(england.focus("Frimley"), ["lad21", "amb22"], marking="DRAFT")
    fp.save_picture(frimley, FOLDER / "frimley.png", dpi=DPI)


if __name__ == "__main__":
    main()
