"""Population bands: how many people policy expects a footprint to have.

The sets of bands are data, not code: see ``data/bands/`` and :func:`footprints.band_set`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from footprints.errors import BandError, UnknownNameError, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

LimitKind = Literal["hard", "soft"]


@dataclass(frozen=True, kw_only=True)
class Band:
    """How many people are expected: limits, a target, or both.

    Parameters
    ----------
    lower, upper : int or None
        Limits in people, inclusive; None where there is no such limit.
    target : int or None
        The number aimed at. "About 50,000" is a target without limits.
    lower_limit, upper_limit : {"hard", "soft"}
        Whether missing the limit breaks a rule or an expectation.
    quote : str
        The words of the source.

    Raises
    ------
    BandError
        If there is neither limit nor target, a number is negative, the limits run downwards, or
        a limit is neither hard nor soft.

    Examples
    --------
    >>> str(Band(lower=30_000, upper=50_000))
    '30,000 to 50,000'
    """

    lower: int | None = None
    upper: int | None = None
    target: int | None = None
    lower_limit: LimitKind = "soft"
    upper_limit: LimitKind = "soft"
    quote: str = ""

    def __post_init__(self) -> None:
        numbers = [n for n in (self.lower, self.target, self.upper) if n is not None]
        if not numbers:
            msg = "A band needs a lower limit, an upper limit or a target."
            raise BandError(msg)
        if any(isinstance(n, bool) or not isinstance(n, int) or n < 0 for n in numbers):
            msg = (
                f"A band's limits and target are whole numbers of people, written without "
                f"quotes or commas: not {listed(numbers)}."
            )
            raise BandError(msg, numbers)
        if numbers != sorted(numbers):
            msg = f"A band's lower limit, target and upper limit must ascend: not {numbers}."
            raise BandError(msg, numbers)
        for kind in (self.lower_limit, self.upper_limit):
            if kind not in ("hard", "soft"):
                msg = f"A limit is 'hard' or 'soft', not {kind!r}."
                raise BandError(msg, [kind])

    def __str__(self) -> str:
        if self.lower is not None and self.upper is not None:
            return f"{self.lower:,} to {self.upper:,}"
        if self.lower is not None:
            return f"at least {self.lower:,}"
        if self.upper is not None:
            return f"at most {self.upper:,}"
        return f"about {self.target:,}"


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class BandSet:
    """A named, dated and sourced set of bands, one a level.

    Parameters
    ----------
    name : str
        What it is asked for by, such as ``nhs-2019``.
    title, as_at, source : str
        What it is, its date and where its figures come from.
    bands : mapping of str to Band
        The band of each level.
    """

    name: str
    title: str
    as_at: str
    source: str
    bands: Mapping[str, Band] = field(default_factory=dict)

    def __post_init__(self) -> None:
        odd = [level for level, band in self.bands.items() if not isinstance(band, Band)]
        if odd:
            msg = f"A set of bands holds a Band for each level; these are something else: {listed(odd)}."
            raise BandError(msg, odd)
        object.__setattr__(self, "bands", MappingProxyType(dict(self.bands)))

    def __reduce__(self) -> tuple[object, ...]:
        said = {"name": self.name, "title": self.title, "as_at": self.as_at, "source": self.source}
        return partial(BandSet, **said, bands=dict(self.bands)), ()

    def __repr__(self) -> str:
        bands = "; ".join(f"{level} {band}" for level, band in self.bands.items())
        return f"{self.name}, {self.title} ({self.as_at}): {bands}. {self.source}."

    def __getitem__(self, level: str) -> Band:
        if level not in self.bands:
            kind = f"band in the set {self.name!r} for the level"
            raise UnknownNameError.among(self.bands, level, kind=kind)
        return self.bands[level]


_MULTIPLES = {"k": 1_000, "thousand": 1_000, "m": 10**6, "mn": 10**6, "million": 10**6}
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER = re.compile(
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+(?:\.\d+)?|\b(?:{'|'.join(_WORDS)})\b)"
    rf"\s*(?P<unit>{'|'.join(sorted(_MULTIPLES, key=len, reverse=True))})?(?![a-z\d])"
)
_JOINT = re.compile(r"\s*(?:-|to|and)\s*")
_MORE, _LESS = "more than|over|above|exceeding", "less than|fewer than|under|below"
_BOUND = re.compile(
    r"(?<!\w)(?:"
    rf"(?P<upper>(?:no|not) (?:{_MORE})|at most|up to|a maximum of|{_LESS})"
    rf"|(?P<lower>(?:no|not) (?:{_LESS})|at least|a minimum of|{_MORE})"
    r"|(?P<target>about|around|circa|c\.|approximately|roughly|~))\s*$"
)


def read_band(text: str) -> Band:
    """Turn the words of a policy into a band.

    A unit that only the right-hand number carries holds for both: "30-50,000" is 30,000 to
    50,000, "1-3m" is 1 to 3 million. "About 50,000" is a target without limits. All limits read
    from words are soft.

    Parameters
    ----------
    text : str
        A range ("30,000 to 50,000", "30-50k", "1 million to 3 million"), a bound ("at least
        30,000", "up to 50,000") or a target ("about 50,000"); words around it are passed over.

    Returns
    -------
    Band

    Raises
    ------
    BandError
        If there is no number, more than one range, a number that says neither bound nor target,
        or a range that runs downwards; the message names the likely meaning.

    Examples
    --------
    >>> read_band("populations of circa 30-50,000").upper
    50000
    >>> read_band("about 50,000").target
    50000
    """
    if not isinstance(text, str):
        msg = f"The words of a band are text, such as '30-50,000': not {text!r}."
        raise BandError(msg, [text])
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", " ".join(text.lower().split()))
    found = list(_NUMBER.finditer(plain))
    if len(found) == 1:
        return _read_single(text, plain[: found[0].start()], found[0])
    if len(found) == 2 and _JOINT.fullmatch(plain[found[0].end() : found[1].start()]):
        return _read_range(text, plain[: found[0].start()], *found)
    msg = (
        f"{text!r} is not one population band. Write a range ('30,000 to 50,000', '30-50k'), a "
        "bound ('at least 30,000', 'up to 50,000') or a target ('about 50,000')."
    )
    raise BandError(msg, [text])


def _read_single(text: str, before: str, match: re.Match[str]) -> Band:
    people = _people(text, match)
    bound = _BOUND.search(before)
    if bound is None or before.endswith("-"):
        msg = (
            f"{text!r} gives one number: say 'about {people:,}' if it is a target, 'at least "
            f"{people:,}' or 'up to {people:,}' if it is a limit."
        )
        raise BandError(msg, [text])
    given = {str(bound.lastgroup): people}
    return Band(
        lower=given.get("lower"), upper=given.get("upper"), target=given.get("target"), quote=text
    )


def _read_range(text: str, before: str, left: re.Match[str], right: re.Match[str]) -> Band:
    bound = _BOUND.search(before)
    if before.endswith("-") or (bound and bound.lastgroup != "target"):
        msg = f"{text!r} says a limit and a range at once: write the range alone, '30-50k'."
        raise BandError(msg, [text])
    upper = _people(text, right)
    if upper < 1_000:
        msg = f"{text!r} says no unit: write '{left[0]}-{right[0]}k' if thousands are meant."
        raise BandError(msg, [text])
    carries = not left["unit"] and _number(left) < 1_000
    lower = _people(text, left, _carried(left, right, upper) if carries else 1)
    if lower >= upper:
        likely = [(int(_number(left) * 1_000), upper), (lower, upper * 10)] if carries else []
        low, high = next((pair for pair in likely if pair[0] < pair[1]), (upper, lower))
        msg = (
            f"{text!r} would run from {lower:,} down to {upper:,}. If {low:,} to {high:,} is "
            f"meant, write '{low:,} to {high:,}'."
        )
        raise BandError(msg, [text])
    return Band(lower=lower, upper=upper, quote=text)


def _carried(left: re.Match[str], right: re.Match[str], upper: int) -> int:
    """Return the unit that a bare left-hand number takes from the right-hand one."""
    if right["unit"]:
        return _MULTIPLES[right["unit"]]
    number = _number(left)
    as_written = 1 if number < upper < number * 10 else 1_000
    return next((n for n in (10**6, 1_000) if number * n < upper), as_written)


def _number(match: re.Match[str]) -> Decimal:
    digits = match["digits"].replace(",", "")
    return Decimal(_WORDS.index(digits) + 1 if digits in _WORDS else digits)


def _people(text: str, match: re.Match[str], carried: int = 1) -> int:
    people = _number(match) * _MULTIPLES.get(match["unit"] or "", carried)
    if people != int(people):
        msg = f"{text!r} holds {match[0]!r}, which is no whole number of people."
        raise BandError(msg, [text])
    return int(people)
