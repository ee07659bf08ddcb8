"""What footprints raises, and how it words what is wrong: data is shown as text."""

from __future__ import annotations

import unicodedata
import warnings
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


MOST_LISTED = 500
"""How many values a message quotes before it counts the rest."""

_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


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


class UnknownNameError(FootprintsError, KeyError):
    """A layer, band set, population or footprint that is not there was asked for."""

    __str__ = FootprintsError.__str__

    @classmethod
    def among(cls, allowed: Iterable[str], *wanted: object, kind: str) -> UnknownNameError:
        """Word the error for names out of a known few, with the nearest of them."""
        names = list(allowed)
        hint = near(wanted, names)
        return cls(f"There is no {kind} {listed(wanted)}.{hint} There is {listed(names)}.", wanted)


class AmbiguousNameError(FootprintsError):
    """A name fits several footprints that are not the same area."""


class TableError(FootprintsError):
    """A table holds rows that cannot be used; every one of them is named."""


class GeometryError(TableError):
    """Features cannot be used as areas; each is named with the reason and the place."""


class FileError(FootprintsError):
    """A file cannot be read: it is missing, damaged, unsafe or not what its name says."""


class BandError(FootprintsError):
    """A population band cannot be read, or contradicts itself."""


class CRSError(FootprintsError):
    """Coordinates are not in the coordinate reference system that is needed."""


class OverlapError(FootprintsError):
    """Two layers cannot be held against each other in the way that was asked for."""


class RedrawError(FootprintsError):
    """A change of footprints cannot be made: it is not where it says, or contradicts another."""


class OutputError(FootprintsError):
    """A file cannot be written; what stood there before is untouched."""


class FootprintsWarning(UserWarning):
    """The result is right as far as it goes, but something about it has to be known."""


@contextmanager
def kept_cautions() -> Iterator[list[str]]:
    """Keep what warnings say of a result that is right as far as it goes, and pass them on.

    Yields
    ------
    list of str
        The messages, once the ``with`` has been left.

    Examples
    --------
    >>> with warnings.catch_warnings(action="ignore"):
    ...     with kept_cautions() as cautions:
    ...         warnings.warn("a part is missing", FootprintsWarning)
    >>> cautions
    ['a part is missing']
    """
    cautions: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield cautions
    for each in caught:
        if issubclass(each.category, FootprintsWarning):
            cautions.append(str(each.message))
        warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)


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
    """Quote values for a message.

    All of them up to :data:`MOST_LISTED`; of more, as many and the count of the rest, since a
    thousand codes bury the message that they belong to. The error carries all in ``codes``.

    Examples
    --------
    >>> listed(["a", "b[0]"])
    "'a', 'b[0]'"
    """
    texts = [repr(str(value)) for value in values]
    rest = len(texts) - MOST_LISTED
    more = f" and {rest:,} more" if rest > 0 else ""
    return (", ".join(texts[:MOST_LISTED]) or "none") + more


def near(wanted: Iterable[object], allowed: Iterable[str]) -> str:
    """Ask whether names that come near were meant; empty text where none does.

    Examples
    --------
    >>> near(["icb", "xyz"], ["icb22", "lad21"])
    " Did you mean 'icb22'?"
    """
    names = list(allowed)
    close = [get_close_matches(str(name), names, n=1) for name in wanted]
    found = dict.fromkeys(names[0] for names in close if names)
    return f" Did you mean {listed(found)}?" if found else ""


def plain(text: object) -> str:
    r"""Return text with what cannot be seen written out, so that it cannot act on a terminal.

    Parameters
    ----------
    text : object
        Anything; control characters, escape sequences and marks of direction are written as
        escapes.

    Returns
    -------
    str

    Examples
    --------
    >>> print(plain("a\x1b[31mb"))
    a\x1b[31mb
    """
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _UNSEEN
        else character
        for character in str(text)
    )
