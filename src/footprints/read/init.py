"""A first atlas file from a folder of files, with what was inferred and what was not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from footprints.errors import FootprintsError
from footprints.read.boundary_files import SIGNATURES
from footprints.read.drafted import comment, place_of
from footprints.read.drafting import Drafting, what_it_is
from footprints.read.looking import Seen, look_at, matched

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from footprints.read.looking import NotRead


class Draft(NamedTuple):
    """A first atlas file, and what the files that it was made of came to.

    Parameters
    ----------
    text : str
        TOML with comments.
    left_out : list of str
        What was not used or not read, and why, a sentence each; files by their names alone.
    idle : dict of str to str
        The files that were named of which nothing at all was used, and why.
    drawn : dict of str to str
        The file of the lines of each layer that has some from a file of its own.
    units : str
        The name of the table of units.
    """

    text: str
    left_out: list[str]
    idle: dict[str, str]
    drawn: dict[str, str]
    units: str


def draft_atlas(paths: Iterable[str | PathLike[str]], *, folder: str | PathLike[str] = ".") -> str:
    r"""Look at files and write a first atlas file for them.

    Parameters
    ----------
    paths : iterable of path-like
        Boundaries, lookups and tables of people, or a folder of them. Each layer of a GeoPackage
        and each sheet of a workbook is looked at.
    folder : path-like
        Where the atlas file is to stand; files are named from there.

    Returns
    -------
    str
        TOML with comments that say what was inferred, what is left to fill in (``"?"``), and
        which files were not used or not read, with the reason.

    Raises
    ------
    FootprintsError
        If no file that can be read lists units; what each of them is is told.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "wards.csv")
    ...     _ = file.write_text("WD22CD,LAD22CD,residents\nA,X,5\nB,X,7\n")
    ...     print(draft_atlas([file], folder=folder).splitlines()[3])
    [units.wd22]
    """
    return draft_of(paths, folder=folder).text


def draft_of(paths: Iterable[str | PathLike[str]], *, folder: str | PathLike[str] = ".") -> Draft:
    """Look at files, write a first atlas file for them, and tell what of them was left out.

    Parameters
    ----------
    paths, folder
        As for :func:`draft_atlas`, which raises the same.

    Returns
    -------
    Draft

    Raises
    ------
    FootprintsError
        If no file that can be read lists units.
    """
    given = [Path(path) for path in paths]
    files = [file for path in given for file in _files_of(path)]
    looked = [item for file in files for item in look_at(file, _relative(file, Path(folder)))]
    seen = matched([item for item in looked if isinstance(item, Seen)])
    not_read = [item for item in looked if not isinstance(item, Seen)]
    units = _units_among(seen)
    if units is None:
        raise _nothing(seen, not_read)
    draft = Drafting(units, seen)
    parts = [draft.head(), draft.units_table(), *draft.layers()]
    named = {_relative(path, Path(folder)) for path in given if not path.is_dir()}
    parts += draft.checks(named)
    unused = [(item, draft.why_not(item)) for item in seen if item not in draft.used]
    parts += [f"# Not used: {place_of(item)}: {why}." for item, why in unused]
    parts += [f"# Not used: {why}." for why in draft.empty]
    parts += [f"# Not read: {place_of(item)}: {comment(item.reason)}." for item in not_read]
    why_not: list[tuple[Seen | NotRead, str]] = [
        *unused,
        *((item, comment(item.reason)) for item in not_read),
    ]
    used = {item.file for item in draft.used}
    idle: dict[str, str] = {}
    for item, why in why_not:
        if item.file in named - used:
            name = Path(item.file).name
            idle[name] = "; ".join(filter(None, [idle.get(name), why]))
    return Draft(
        text="\n".join(parts) + "\n",
        left_out=[f"Not used: {place_of(item, folder=False)}: {why}." for item, why in why_not]
        + [f"Not used: {why}." for why in draft.empty],
        idle=idle,
        drawn={key: Path(item.file).name for key, item in draft.drawn.items()},
        units=units.own,
    )


def _files_of(path: Path) -> list[Path]:
    """Return a file, or the files of a folder that could be read."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix.lower() in SIGNATURES)


def _relative(path: Path, folder: Path) -> str:
    if not path.exists():
        # What is not there may be an address, which may hold a password.
        return "an address" if re.match(r"[a-z][\w+.-]+:", str(path), re.IGNORECASE) else path.name
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def _units_among(seen: list[Seen]) -> Seen | None:
    """Return the table of units: of what has people, or else of all, that with most rows.

    Where several tables list the same units it is one with lines, since people and members can
    come from the others.
    """
    listing = [item for item in seen if item.lists(item.own)]
    if not listing:
        return None
    counting = {item.own for item in seen if item.people and item.lists(item.own)}
    counted_ones = [item for item in listing if item.own in counting] or listing
    most = max(counted_ones, key=lambda item: len(item.table))
    same = [
        item
        for item in listing
        if item.own == most.own and item.codes_of(item.own) & most.codes_of(item.own)
    ]
    rank = {item: (item.located, bool(item.people), item.recognised) for item in same}
    return max(same, key=lambda item: (*rank[item], len(item.table)))


def _nothing(seen: list[Seen], not_read: list[NotRead]) -> FootprintsError:
    """Return the error for files among which no units are, with what each of them is."""
    told = [f"{place_of(item)}: {what_it_is(item)}." for item in seen]
    told += [f"{place_of(item)}: {comment(item.reason)}." for item in not_read]
    msg = (
        "None of the files has a column of codes named as the ONS does (LSOA11CD, LAD23CD), each "
        "code once. Name one so, or write the atlas file by hand. "
    )
    files = {item.file: None for item in seen} | {item.file: None for item in not_read}
    return FootprintsError(
        "\n".join([msg + ("There is:" if told else "There is no file."), *told]), files
    )
