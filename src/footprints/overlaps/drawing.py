"""How far lines may lie from the true ones, by what their files tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from footprints.errors import OverlapError, listed
from footprints.geometry import RESOLUTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from footprints.tolerance import Tolerance


class Drawing(NamedTuple):
    """How lines were drawn: how far off they may be, and what the ONS calls that of each."""

    metres: float
    accuracy_m: float
    resolutions: tuple[str, ...]


def drawing_of(said: Mapping[str, Mapping[str, Any]], tolerance: Tolerance) -> Drawing:
    """Return how far lines may lie from the true ones, of those held against one another.

    Lines finer than the units show what was smoothed out of the units, so the coarsest counts.

    Parameters
    ----------
    said : mapping of str to mapping
        By what each is called, what its file told, as :func:`footprints.read_layer` keeps in
        attrs: ``resolution`` and ``accuracy_m``. The first has to tell its resolution.
    tolerance : Tolerance
        Its ``metres`` go before what the files told.

    Returns
    -------
    Drawing

    Raises
    ------
    OverlapError
        If a resolution is not known, and the tolerance does not say it.

    Examples
    --------
    >>> from footprints.tolerance import Tolerance
    >>> lines, units = {"resolution": "BGC", "accuracy_m": "2"}, {"resolution": "BSC"}
    >>> drawing_of({"icb22": lines, "lsoa11": units}, Tolerance())
    Drawing(metres=200.0, accuracy_m=2.0, resolutions=('BGC', 'BSC'))
    """
    words = {name: str(each.get("resolution") or "").upper() for name, each in said.items()}
    accuracy = max(float(each.get("accuracy_m") or 0) for each in said.values())
    metres = tolerance.metres
    if metres is None:
        first = next(iter(words))
        needed = {name: word for name, word in words.items() if word or name == first}
        if unknown := [name for name, word in needed.items() if word not in RESOLUTIONS]:
            shown = listed(f"{name} ({words[name]})" if words[name] else name for name in unknown)
            known = ", ".join(f"{name} {value:g} m" for name, value in RESOLUTIONS.items())
            msg = (
                f"How far lines may lie from the true ones is not known of {shown}: say resolution "
                f"where they are read, or tolerance=Tolerance(metres=...). There is {known}."
            )
            raise OverlapError(msg, unknown)
        metres = max(RESOLUTIONS[word] for word in needed.values())
    return Drawing(metres, accuracy, tuple(words.values()))
