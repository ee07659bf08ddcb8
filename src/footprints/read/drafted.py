"""The lines of a drafted atlas file: TOML, with comments for what was inferred."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from footprints.errors import plain
from footprints.levels import LEVELS, parse_key
from footprints.masking import all_shown, counted

if TYPE_CHECKING:
    from footprints.read.looking import NotRead, Seen

FEW = 3
"""How many codes a comment names."""


def opening(key: str) -> list[str]:
    """Return the first lines of a layer: its key, and its level as far as the key tells."""
    kind = parse_key(key).kind
    level = LEVELS.get(kind)
    said = f"# level: {level}" if level else f"# a level of its own: {kind}; say which with level ="
    return [f"[layers.{key}]", said]


def differing(ours: set[str], theirs: set[str], key: str) -> list[str]:
    """Return what codes only one side knows."""
    notes = []
    for codes, fault in ((ours - theirs, "lacks"), (theirs - ours, "lists beside them")):
        if codes:
            some = all_shown(sorted(codes)[:FEW]) + (" and others" if len(codes) > FEW else "")
            notes.append(f"Of {key} it {fault} {counted(len(codes), 'code')}: {comment(some)}.")
    return notes


def where_it_is(item: Seen) -> dict[str, str]:
    """Return where a table is, as keys of an atlas file."""
    said = {"file": item.file, "layer": item.layer, "sheet": item.sheet}
    return {key: value for key, value in said.items() if value}


def place_of(item: Seen | NotRead, *, folder: bool = True) -> str:
    """Return which file it is of, with its folder or without, and which layer or sheet there."""
    file = item.file if folder else Path(item.file).name
    return in_toml(file) + (f", {in_toml(item.part)}" if item.part else "")


def inline(said: dict[str, str]) -> str:
    """Return a table of TOML on one line."""
    return f"{{ {', '.join(f'{key} = {in_toml(value)}' for key, value in said.items())} }}"


def comment(text: str) -> str:
    """Return text for a comment, on one line."""
    return plain(" ".join(text.split()))


def in_toml(text: str) -> str:
    """Return text as TOML writes it; what cannot be seen is written out."""
    return json.dumps(plain(text) if not text.isprintable() else text, ensure_ascii=False)
