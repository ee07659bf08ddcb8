"""Sets of population bands: those that come with footprints, and a user's own."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footprints.bands import Band, BandSet, read_band
from footprints.errors import BandError, Problems, UnknownNameError, listed
from footprints.levels import LADDER, LEVELS
from footprints.read.bundled import data_folder

if TYPE_CHECKING:
    from os import PathLike


def band_sets() -> dict[str, BandSet]:
    """Return the sets of population bands that come with footprints, by name.

    Returns
    -------
    dict of str to BandSet

    Examples
    --------
    >>> sorted(band_sets())
    ['kings-fund-2022', 'nhs-2019', 'plan-2025']
    """
    return {path.stem: read_band_set(path) for path in sorted(_band_files())}


def band_set(name: str) -> BandSet:
    """Return one of the sets of population bands that come with footprints.

    Parameters
    ----------
    name : str
        Such as ``nhs-2019``.

    Returns
    -------
    BandSet

    Raises
    ------
    UnknownNameError
        If there is no such set.

    Examples
    --------
    >>> print(band_set("nhs-2019")["system"])
    1,000,000 to 3,000,000
    """
    for path in _band_files():
        if path.stem == str(name).strip().lower():
            return read_band_set(path)
    known = sorted(path.stem for path in _band_files())
    raise UnknownNameError.among(known, name, kind="set of bands")


def _band_files() -> list[Path]:
    return list((data_folder() / "bands").glob("*.toml"))


def read_band_set(path: str | PathLike[str]) -> BandSet:
    """Read a set of population bands from a file of your own.

    The file is TOML: ``title``, ``as_at`` and ``source``, and for each level a table such as
    ``[levels.system]`` with any of ``lower``, ``upper``, ``target`` (people), ``lower_limit``,
    ``upper_limit`` (``"hard"`` or ``"soft"``), ``quote`` and ``note``.

    Parameters
    ----------
    path : path-like
        The file; the set takes its name from it.

    Returns
    -------
    BandSet

    Raises
    ------
    BandError
        If the file cannot be read or says something that a band cannot be; everything wrong with
        it is named at once.

    Examples
    --------
    >>> read_band_set(data_folder() / "bands" / "plan-2025.toml")["neighbourhood"].target
    50000
    """
    file = Path(path)
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        msg = f"The bands in {file.name!r} cannot be read: {reason}."
        raise BandError(msg, [file.name]) from error
    problems = Problems(f"{file.name!r}")
    head = ("title", "as_at", "source")
    texts = {key: str(said[key]) for key in head if said.get(key)}
    if missing := [key for key in head if key not in texts]:
        problems.add("does not say", missing)
    if unknown := set(said) - {*head, "levels"}:
        problems.add("has unknown keys", unknown, remedy=f"Use {listed([*head, 'levels'])}.")
    levels = said.get("levels", {})
    levels = levels if isinstance(levels, dict) else {}
    if not levels:
        problems.add("has no levels: write a table such as [levels.system]")
    bands = {level: _read_band_table(level, table, problems) for level, table in levels.items()}
    problems.raise_any(BandError)
    return BandSet(name=file.stem, bands={k: b for k, b in bands.items() if b}, **texts)


def _read_band_table(level: str, table: dict[str, Any], problems: Problems) -> Band | None:
    allowed = ("lower", "upper", "target", "lower_limit", "upper_limit", "quote", "note")
    if not isinstance(table, dict) or (unknown := set(table) - set(allowed)):
        names = unknown if isinstance(table, dict) else [level]
        fault = f"has unknown keys in [levels.{level}]"
        problems.add(fault, names, remedy=f"Use {listed(allowed)}.")
        return None
    _check_level(level, problems)
    said = {key: value for key, value in table.items() if key != "note"}
    try:
        # Words alone are enough where they can be read.
        return read_band(said["quote"]) if list(said) == ["quote"] else Band(**said)
    except BandError as error:
        problems.add(f"cannot be used in [levels.{level}]: {str(error).removesuffix('.')}")
        return None


def _check_level(level: str, problems: Problems) -> None:
    """Note a level that is another misspelt, or the kind of a layer."""
    near = [LEVELS[level]] if level in LEVELS and level not in LADDER else []
    near += get_close_matches(level, LADDER, n=1, cutoff=0.85) if level not in LADDER else []
    if near:
        problems.add(
            "has no band that is used under the level", [level], remedy=f"Write {near[0]!r}."
        )
