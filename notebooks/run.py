"""Run every notebook here from top to bottom; stop at the first cell that fails.

python notebooks/run.py
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent


def main() -> None:
    """Run the notebooks and say which."""
    for notebook in sorted(FOLDER.glob("*.ipynb")):
        cells = nbformat.read(notebook, as_version=4)
        NotebookClient(cells, kernel_name="python3", timeout=120, cwd=str(FOLDER)).execute()
        print(f"{notebook.name}: {sum(cell.cell_type == 'code' for cell in cells.cells)} cells ran")


if __name__ == "__main__":
    main()
