"""What a change of footprints says, and the record of changes that can undo them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Literal, get_args

from footprints.atlas.parts import EVIDENCE
from footprints.errors import Problems, RedrawError, listed, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from footprints.atlas.parts import Layer

Kind = Literal["merge", "move", "split", "recode", "rename", "cluster"]
Status = Literal["decided", "proposed"]
KINDS: tuple[str, ...] = get_args(Kind)
STATUSES: tuple[str, ...] = get_args(Status)


@dataclass(frozen=True, kw_only=True)
class LayerChange:
    """One change of a layer. All changes of one date refer to the footprints of the day before.

    Parameters
    ----------
    kind : {"merge", "move", "split", "recode", "rename", "cluster"}
        Whole footprints become one; a part goes to a footprint that there is after that date; a
        part becomes a footprint; what is left of a footprint gets another code; a footprint gets
        another name; footprints are led together, and no boundary moves.
    layer : str
        A key, or a bare kind such as ``icb``.
    old : tuple of str
        The footprints that it is about (``from``); for ``rename`` the code after that date. For
        a move it may be empty: wherever the part is.
    new : str
        The code that they, or the part, have afterwards (``to``).
    name, ods_code : str
        Of ``new``; empty where they stay what they were.
    where : tuple of (str, tuple of str)
        The part, named by footprints of other layers, or by units of one table; where several
        are given, what is in all of them.
    units : tuple of str
        The part, named by its units.
    date, status : str
        From when (``2022-07-01``), and ``decided`` or ``proposed``; empty for a what-if.
    evidence : str
        What the membership of the part rests on; empty leaves that of each unit as it was.
    source, note : str
        Where it is said, and what a reader must know.

    Raises
    ------
    RedrawError
        If it has an unknown kind, date, status or evidence, or lacks what its kind needs.

    Examples
    --------
    >>> part = (("ctyua21", ("E10000030",)),)
    >>> str(LayerChange(kind="move", layer="icb22", old=("E54000034",), new="E54000052", where=part))
    'icb22: the part of E54000034 in ctyua21 E10000030 moves to E54000052'
    """

    kind: Kind
    layer: str
    old: tuple[str, ...] = ()
    new: str = ""
    name: str = ""
    ods_code: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    units: tuple[str, ...] = ()
    date: str = ""
    status: str = ""
    evidence: str = ""
    source: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        problems = Problems(f"A change of {self.layer!r}")
        for what, word, known in (
            ("kind", self.kind, KINDS),
            ("status", self.status or STATUSES[0], STATUSES),
            ("evidence", self.evidence or EVIDENCE[0], EVIDENCE),
        ):
            if word not in known:
                problems.add(f"has an unknown {what}", [word], remedy=f"Use {listed(known)}.")
        if self.date and not _is_day(self.date):
            problems.add("has an unknown date", [self.date], remedy="Write it as 2026-04-01.")
        if self.kind in KINDS and self.kind != "rename" and not self.new:
            problems.add(f"is a {self.kind} and does not say into which code")
        if self.kind in {"move", "split"} and not (self.where or self.units):
            problems.add(f"is a {self.kind} and names no units or footprints to take")
        if self.kind != "move" and not self.old:
            problems.add(f"is a {self.kind} and does not say of which footprint")
        if self.kind == "rename" and not self.name:
            problems.add("is a rename and does not say what it is called")
        if self.kind in {"recode", "rename"} and len(self.old) > 1:
            remedy = "Make a change of each."
            problems.add(f"is a {self.kind} of several footprints", self.old, remedy=remedy)
        if self.kind in {"move", "split", "recode"} and self.new and self.new in self.old:
            problems.add(f"is a {self.kind} of a footprint to itself", [self.new])
        problems.raise_any(RedrawError)

    @property
    def successors(self) -> list[tuple[str, str]]:
        """The codes that end with it, each with the code that follows."""
        ends = self.old if self.kind in {"merge", "recode"} else ()
        return [(code, self.new) for code in ends if code != self.new]

    @property
    def part(self) -> str:
        """The part that it is about, in words."""
        ways = [f"{name} {_few(codes)}" for name, codes in self.where]
        ways += [_few(self.units)] if self.units else []
        of = f"the part of {_few(self.old)} in " if self.old else "what is in "
        return of + " and ".join(ways)

    def __str__(self) -> str:
        old, named = _few(self.old), f" ({self.name})" if self.name else ""
        said = {
            "merge": f"{old} merge into {self.new}{named}",
            "move": f"{self.part} moves to {self.new}{named}",
            "split": f"{self.part} becomes {self.new}{named}",
            "recode": f"{old} becomes {self.new}{named}",
            "rename": f"{old} is called {self.name}",
            "cluster": f"{old} are led together as {self.new}{named}, no boundary moves",
        }[self.kind]
        when = " ".join(word for word in (self.date, self.status) if word)
        return plain(f"{self.layer}: {said}" + (f" ({when})" if when else ""))


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Changes of one source, as a change file tells them.

    Parameters
    ----------
    title, source : str
        What they are, and where they are said.
    changes : tuple of LayerChange
        In any order; they are applied by date.
    note : str
        What a reader must know of all of them.

    Examples
    --------
    >>> merged = LayerChange(kind="merge", layer="icb22", old=("A", "B"), new="C", date="2030-04-01")
    >>> print(Changes(title="Ours", source="a paper", changes=(merged,)))
    Ours (a paper)
      icb22: A, B merge into C (2030-04-01)
    """

    title: str
    source: str
    changes: tuple[LayerChange, ...]
    note: str = ""

    def __str__(self) -> str:
        head = [f"{self.title} ({self.source})", self.note]
        return "\n".join([plain(line) for line in head if line] + [f"  {c}" for c in self.changes])


@dataclass(frozen=True, kw_only=True, eq=False)
class Redraw:
    """The record of changes that were made to an atlas in one go, and what undoes them.

    Parameters
    ----------
    title : str
        What they were called.
    changes : tuple of LayerChange
        What was done.
    notes : tuple of str
        What must be said of it, such as lists and lines that could not be kept.
    before : mapping of str to Layer or None
        Each layer that was redrawn, as it was; None for one that there was not.
    notes_before : tuple of str
        The notes that the atlas had.
    focused : str
        The footprint that the atlas had been cut down to, as ``layer:code``; empty for none.
    """

    title: str
    changes: tuple[LayerChange, ...]
    notes: tuple[str, ...] = ()
    before: Mapping[str, Layer | None] = field(default_factory=dict, repr=False)
    notes_before: tuple[str, ...] = field(default=(), repr=False)
    focused: str = ""

    def __str__(self) -> str:
        return "\n".join([plain(self.title), *(f"  {change}" for change in self.changes)])


def check_cycles(changes: Iterable[LayerChange], problems: Problems) -> None:
    """Note codes that follow one another in a circle.

    Parameters
    ----------
    changes : iterable of LayerChange
        Those that are made together.
    problems : Problems
        Where what is wrong is noted.

    Examples
    --------
    >>> from footprints.errors import Problems
    >>> there = LayerChange(kind="recode", layer="icb22", old=("A",), new="B")
    >>> back = LayerChange(kind="recode", layer="icb22", old=("B",), new="A")
    >>> problems = Problems("It")
    >>> check_cycles([there, back], problems)
    >>> problems.lines
    ["It has successors in a circle: 'A', 'B', 'A'. A code that has ended is not used again."]
    """
    after: dict[str, dict[str, set[str]]] = {}
    for change in changes:
        for old, new in change.successors:
            after.setdefault(change.layer, {}).setdefault(old, set()).add(new)
    for graph in after.values():
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            # It starts the circle where it pleases: the lowest code makes the message the same.
            circle = error.args[1][:-1]
            first = circle.index(min(circle))
            shown = [*circle[first:], *circle[:first], circle[first]]
            remedy = "A code that has ended is not used again."
            problems.add("has successors in a circle", shown, remedy=remedy)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _few(codes: tuple[str, ...], most: int = 5) -> str:
    rest = len(codes) - most
    return ", ".join(codes[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def said(changes: Iterable[LayerChange]) -> str:
    """Return changes for a message."""
    return listed(changes)
