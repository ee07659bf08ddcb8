"""How large a difference is still taken for none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from footprints.errors import FootprintsError

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """What is small enough to forgive. What was forgiven is always shown.

    A limit of zero forgives nothing: a part in which nobody lives is a part all the same.

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

    def forgives(self, people: npt.ArrayLike, share: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Tell what is small enough, by its people or by its share.

        Parameters
        ----------
        people, share : array of float
            Of each part, persons and its share, 0 to 1; NaN where not known.

        Returns
        -------
        array of bool

        Examples
        --------
        >>> Tolerance(people=100).forgives([0, 100, 101], [0.0, 0.1, 0.1])
        array([ True,  True, False])
        >>> Tolerance().forgives([0], [0.0])
        array([False])
        """
        few = (np.asarray(people, dtype=float) <= self.people) & (self.people > 0)
        little = (np.asarray(share, dtype=float) <= self.share) & (self.share > 0)
        return few | little


def _fits(name: str, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return 0 <= value <= (1 if name == "share" else math.inf)
