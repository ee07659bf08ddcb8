"""How large a difference is still taken for none."""

from __future__ import annotations

import math
from dataclasses import dataclass

from footprints.errors import FootprintsError


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """What is small enough to forgive. What was forgiven is always shown.

    Parameters
    ----------
    people : float
        Persons; as many or fewer are forgiven.
    share : float
        Share of a footprint (or, in a cross-check, of a unit), 0 to 1; as much or less is
        forgiven.
    metres : float, optional
        How far lines may lie from where they should, in metres; None takes what the resolution
        of the lines says (BUC 500, BSC 200, BGC 20, full resolution 1).

    Raises
    ------
    FootprintsError
        If a limit is below zero or not a number, or the share above 1.

    Examples
    --------
    >>> Tolerance(people=100)
    Tolerance(people=100, share=0.0, metres=None)
    """

    people: float = 0
    share: float = 0.0
    metres: float | None = None

    def __post_init__(self) -> None:
        limits = {"people": self.people, "share": self.share, "metres": self.metres or 0}
        wrong = {name: value for name, value in limits.items() if not _fits(name, value)}
        if wrong:
            said = ", ".join(f"{name} is {value!r}" for name, value in wrong.items())
            msg = f"A tolerance is zero or more, and a share at most 1, but {said}."
            raise FootprintsError(msg, wrong)


def _fits(name: str, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return 0 <= value <= (1 if name == "share" else math.inf)
