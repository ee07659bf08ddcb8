"""What footprints raises, and how it words what is wrong with a table."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class FootprintsError(ValueError):
    """Base of every error that footprints raises on purpose.

    Parameters
    ----------
    message : str
        One message for people: what is wrong, where, and the remedy.
    codes : iterable of str, optional
        The offending codes, names or values, for programs.

    Examples
    --------
    >>> FootprintsError("Two units have the code 'A'.", codes=["A"]).codes
    ('A',)
    """

    def __init__(self, message: str, codes: Iterable[object] = ()) -> None:
        super().__init__(message)
        self.codes = tuple(str(code) for code in codes)


class UnknownNameError(FootprintsError):
    """A layer, band set, population or footprint that is not there was asked for."""

    @classmethod
    def among(cls, allowed: Iterable[str], wanted: object, *, kind: str) -> UnknownNameError:
        """Word the error for one name out of a known few, with the nearest of them."""
        names = list(allowed)
        close = get_close_matches(str(wanted), names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        return cls(f"There is no {kind} {wanted!r}.{hint} There is {listed(names)}.", [wanted])


class AmbiguousNameError(FootprintsError):
    """A name fits several footprints that are not the same area."""


class TableError(FootprintsError):
    """A table holds rows that cannot be used; every one of them is named."""


class FileError(FootprintsError):
    """A file is not there, cannot be opened, or is not what its name says."""


class BandError(FootprintsError):
    """A population band cannot be read, or contradicts itself."""


class CRSError(FootprintsError):
    """Coordinates are not in the coordinate reference system that is needed."""


class OutputError(FootprintsError):
    """A file cannot be written; what stood there before is untouched."""


class Problems:
    """Collect all that is wrong with some input, then raise it as one error.

    Examples
    --------
    >>> problems = Problems("The units")
    >>> problems.add("have codes twice", ["A", "B"])
    >>> problems.raise_any(TableError)
    Traceback (most recent call last):
        ...
    footprints.errors.TableError: The units have codes twice: 'A', 'B'.
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.lines: list[str] = []
        self.codes: list[object] = []

    def add(self, fault: str, codes: Iterable[object] = (), *, remedy: str = "") -> None:
        """Note one fault and everything that has it."""
        found = list(codes)
        self.codes += found
        names = f": {listed(found)}" if found else ""
        self.lines.append(f"{self.subject} {fault}{names}." + (f" {remedy}" if remedy else ""))

    def raise_any(self, error: type[FootprintsError]) -> None:
        """Raise one error with a line for each fault, if there is any."""
        if self.lines:
            raise error("\n".join(self.lines), self.codes)


def listed(values: Iterable[object]) -> str:
    """Quote values for a message, all of them.

    Examples
    --------
    >>> listed(["a", "b[0]"])
    "'a', 'b[0]'"
    """
    return ", ".join(repr(str(value)) for value in values) or "none"
