"""Figures that a notebook shows, whether or not it has imported pyplot."""

from __future__ import annotations

import io
import warnings
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

STYLE: dict[Any, Any] = {
    "svg.hashsalt": "footprints",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "pdf.compression": 9,
    "savefig.bbox": None,
    "savefig.transparent": False,
    "path.simplify": False,
}
"""Settings that files depend on, whatever the user's own are."""


class ShownFigure(Figure):
    """A figure of matplotlib's that shows itself, with its label as the text for who cannot see."""

    def _repr_png_(self) -> tuple[bytes, dict[str, str]]:
        words = str(self.get_label())
        return drawn(self, "png", dpi=self.dpi), {"alt": words} if words else {}


def drawn(
    figure: Figure, kind: str, *, dpi: float, metadata: dict[str, str | None] | None = None
) -> bytes:
    """Return a figure as the bytes of a file, the same whatever the user's own settings are.

    Parameters
    ----------
    figure : Figure
        Any of matplotlib's.
    kind : {"png", "svg", "pdf"}
        The format.
    dpi : float
        How fine a PNG is, in dots per inch.
    metadata : dict of str to str, optional
        What the file says of itself.

    Returns
    -------
    bytes

    Examples
    --------
    >>> drawn(ShownFigure(), "png", dpi=100)[1:4]
    b'PNG'
    """
    held = io.BytesIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # Whoever adds text of their own may use letters that the font lacks: they are boxes.
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing from font", category=UserWarning
        )
        figure.savefig(held, format=kind, dpi=dpi, metadata=metadata)
    return held.getvalue()
