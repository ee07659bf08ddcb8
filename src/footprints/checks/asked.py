"""What a check looks at: what the atlas asks for, else what is sensible for its levels."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from footprints.atlas.parts import CHECKS
from footprints.errors import UnknownNameError, listed
from footprints.levels import rank, vintage_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from footprints.atlas import Atlas
    from footprints.bands import BandSet

GRAVE = {"coverage": "fail", "boundaries": "fail"}
"""Checks whose misses are broken data, and fail; the misses of others warn."""

STEMS = {
    **dict.fromkeys(["band", "population", "size"], "population-band"),
    **dict.fromkeys(["nest"], "nesting"),
    **dict.fromkeys(["coterm", "align"], "coterminosity"),
    **dict.fromkeys(["cover"], "coverage"),
    **dict.fromkeys(["bound", "line", "gap", "overlap"], "boundaries"),
    **dict.fromkeys(["contig", "exclave", "island"], "contiguity"),
}
"""What the words begin with that people say for a check, to ask whether they meant it."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing to check.

    Parameters
    ----------
    check : str
        One of :data:`footprints.atlas.parts.CHECKS`.
    layer : str
        The key of the layer.
    against : str
        The key of the layer that it is held against; empty where there is none.
    """

    check: str
    layer: str
    against: str = ""


def what_to_check(
    atlas: Atlas,
    bands: BandSet,
    layers: str | Sequence[str] | None = None,
    select: Iterable[str] | None = None,
) -> list[Asked]:
    """Return what to check of an atlas.

    Parameters
    ----------
    atlas : Atlas
        Whose ``checks`` say what is asked. Of what they leave open, the newest layer of each
        level is taken, and those that ``also`` names: each is held against its band and covers
        what it is meant to, by its list and, where it has official lines of its own, by these;
        each below
        a system nests in one, systems in a region; systems are coterminous with upper-tier
        authorities.
    bands : BandSet
        The population bands.
    layers : str or sequence of str, optional
        Only what is asked of these; their bands are judged whether they are the newest or not.
    select : iterable of str, optional
        The checks that were named: contiguity takes long, and is asked of the newest layers only
        where it is.

    Returns
    -------
    list of Asked
        In the order of the checks, each once.

    Raises
    ------
    UnknownNameError
        If there is no such layer.
    """
    said = atlas.checks
    chosen = None if layers is None else atlas.resolve_all(layers)
    found = [Asked(check="population-band", layer=key) for key in _in_bands(atlas, bands, chosen)]
    newest = atlas.newest()
    own = [] if atlas.focused is None else [atlas.focused.layer]
    newest = list(dict.fromkeys([*newest, *own, *said.also, *(chosen or ())]))
    newest = [key for key in newest if key in atlas.layers]
    nest = said.nest or [pair for key in newest if (pair := _parent(atlas, key))]
    same = said.coterminous or [pair for key in newest if (pair := _councils(atlas, key))]
    covers = atlas.overview["covers"]
    cover = said.cover or [key for key in newest if covers[key]]
    found += [Asked(check="nesting", layer=left, against=right) for left, right in nest]
    found += [Asked(check="coterminosity", layer=left, against=right) for left, right in same]
    found += [Asked(check="coverage", layer=key) for key in cover]
    drawn = said.boundaries or _with_lines(atlas, [*newest, *said.cover], chosen, select)
    found += [Asked(check="boundaries", layer=key) for key in drawn]
    whole = said.contiguous or (newest if "contiguity" in (select or ()) else ())
    found += [Asked(check="contiguity", layer=key) for key in whole]
    # A focus has no layers but those that meet it.
    here = [one for one in found if {one.layer, one.against} - {""} <= set(atlas.layers)]
    kept = [one for one in here if chosen is None or one.layer in chosen]
    return list(dict.fromkeys(kept))


def chosen_checks(select: Iterable[str] | None, ignore: Iterable[str] | None) -> list[str]:
    """Return the checks to run.

    Raises
    ------
    UnknownNameError
        If there is no such check; the message lists those there are.

    Examples
    --------
    >>> chosen_checks(None, ["nesting", "contiguity"])
    ['population-band', 'coterminosity', 'coverage', 'boundaries']
    """
    wanted, left_out = list(select or CHECKS), list(ignore or [])
    if unknown := [name for name in [*wanted, *left_out] if name not in CHECKS]:
        meant = [check for name in unknown if (check := _meant(name))]
        hint = f" Did you mean {listed(dict.fromkeys(meant))}?" if meant else ""
        msg = f"There is no check {listed(unknown)}.{hint} There is {listed(CHECKS)}."
        raise UnknownNameError(msg, unknown)
    return [name for name in CHECKS if name in wanted and name not in left_out]


def _meant(name: str) -> str:
    """Return the check that a word of another form seems to mean; empty where none does."""
    word = str(name).casefold()
    by_stem = (check for stem, check in STEMS.items() if stem in word)
    return next(by_stem, "") or next(iter(get_close_matches(word, CHECKS, n=1)), "")


def _with_lines(
    atlas: Atlas, keys: list[str], chosen: list[str] | None, select: Iterable[str] | None
) -> list[str]:
    """Return the layers whose own lines are official, and those of which that must be refused."""
    lines, named = atlas.overview["lines"], "boundaries" in (select or ())
    return [
        key
        for key in dict.fromkeys(keys)
        if named
        or (key in lines and lines[key] == "official" and atlas.whole.coded.lines(key) != "none")
        or (key in (chosen or ()) and lines[key] == "illustrative")
    ]


def _in_bands(atlas: Atlas, bands: BandSet, chosen: list[str] | None) -> list[str]:
    """Return the newest layer of each level with a band, and that of the focus if it is another."""
    if chosen is not None:
        return chosen
    levels, asked = atlas.overview["level"], dict(atlas.checks.band_layers)
    keys = [key for key in atlas.newest() if levels[key] not in asked]
    keys += [key for layers in asked.values() for key in layers if key in atlas.layers]
    keys += [key for key in atlas.checks.also if key in atlas.layers]
    if atlas.focused is not None:
        keys.append(atlas.focused.layer)
    return [key for key in dict.fromkeys(keys) if levels[key] in bands.bands]


def _parent(atlas: Atlas, key: str) -> tuple[str, str] | None:
    """Return a layer and the newest one that its footprints are hoped to nest in."""
    rung = rank(atlas.overview.loc[key, "level"])
    level = "system" if 0 < rung < rank("system") else "region" if rung == rank("system") else ""
    return _pair(atlas, key, level)


def _councils(atlas: Atlas, key: str) -> tuple[str, str] | None:
    """Return a layer of systems, and the newest councils that they are hoped to be made of."""
    is_system = atlas.overview.loc[key, "level"] == "system"
    return _pair(atlas, key, "upper-tier" if is_system else "")


def _pair(atlas: Atlas, key: str, level: str) -> tuple[str, str] | None:
    """Return a layer and the newest of a level that lists the same units, if there is one."""
    levels, tables = atlas.overview["level"], set(atlas.coded.tables(key))
    others = [
        other
        for other in atlas.layers
        if levels[other] == level and tables & set(atlas.coded.tables(other))
    ]
    focused = None if atlas.focused is None else atlas.focused.layer
    best = max(others, key=lambda other: (other == focused, vintage_order(other)), default=None)
    return None if best is None else (key, best)
