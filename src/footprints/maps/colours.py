"""Colours of maps on a screen, told apart also by those who see few."""

from __future__ import annotations

BAND = {"below": "#0072b2", "within": "#d9d9d9", "above": "#e69f00", "no limit": "#d9d9d9"}
"""From the palette of Okabe and Ito: told apart in the common forms of colour blindness, and by
lightness in print."""
SOFT = (
    "#77aadd", "#eedd88", "#44bb99", "#ffaabb", "#bbcc33", "#99ddff", "#ee8866", "#aaaa00", "#dddddd"
)  # fmt: skip
"""The light scheme of Paul Tol (Colour schemes, SRON 2021), for areas that words are read on."""
