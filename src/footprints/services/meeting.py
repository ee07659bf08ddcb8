"""How the systems of an atlas and one kind of service meet, and what each meeting rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from footprints.atlas.parts import EVIDENCE
from footprints.errors import FootprintsError, UnknownNameError, listed
from footprints.levels import is_service_called, parse_key, service_called, vintage_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from footprints.atlas import Atlas

    Places = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Way:
    """How layers are to be held against each other: the options of Atlas.overlap."""

    population: str | None = None
    units: str | None = None
    method: Literal["members", "points", "area"] | None = None
    estimate: bool = False


def layers_asked(
    atlas: Atlas, systems: str | None, services: str | Iterable[str] | None
) -> tuple[str, list[str]]:
    """Return the layer of systems and those of services that are meant.

    Parameters
    ----------
    atlas : Atlas
        With both.
    systems : str, optional
        A key or bare kind; None takes the newest layer of systems.
    services : str or iterable of str, optional
        Keys, bare kinds, or what services are called (``ambulance``); None takes the newest of
        each kind of service.

    Raises
    ------
    UnknownNameError
        If there is no such layer; all that are not there are named.
    FootprintsError
        If a service is named twice, or as a system too.

    Examples
    --------
    >>> from footprints import load_example
    >>> layers_asked(load_example(), None, ["ambulance", "cal21"])
    ('icb26', ['amb22', 'cal21'])
    """
    whole = atlas.whole
    levels = whole.overview["level"]
    system = newest_systems(whole) if systems is None else whole.resolve(systems)
    if services is None:
        keys = [key for key in whole.newest() if levels[key] == "service"]
        if not keys:
            raise UnknownNameError.among(list(whole.layers), "service", kind="layer of the level")
        return system, keys
    wanted = [services] if isinstance(services, str) else list(services)
    found = {text: _service(whole, text) for text in wanted}
    if lost := [text for text, key in found.items() if key is None]:
        raise UnknownNameError.among(_services_there(whole), *lost, kind="layer of services")
    keys = [str(found[text]) for text in wanted]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        msg = f"A service is named twice: {listed(twice)}, as {listed(wanted)}. Name each once."
        raise FootprintsError(msg, twice)
    if not keys or system in keys:
        msg = (
            f"{system!r} is the layer of systems: name services that it is held against."
            if keys
            else "No service is named: name layers, or leave services out for the newest of each."
        )
        raise FootprintsError(msg, keys)
    return system, keys


def newest_systems(atlas: Atlas) -> str:
    """Return the newest layer of systems.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    levels = atlas.overview["level"]
    found = [key for key in atlas.newest() if levels[key] == "system"]
    if not found:
        raise UnknownNameError.among(list(atlas.layers), "system", kind="layer of the level")
    return found[0]


def _service(atlas: Atlas, text: str) -> str | None:
    """Return the layer that a key, a bare kind or a word for a service means."""
    try:
        return atlas.resolve(text)
    except UnknownNameError:
        named = [key for key in atlas.layers if is_service_called(parse_key(key).kind, text)]
        return max(named, key=vintage_order, default=None)


def _services_there(atlas: Atlas) -> list[str]:
    """Return the layers of services and what they are called; all layers where there are none."""
    levels = atlas.overview["level"]
    keys = [key for key in atlas.layers if levels[key] == "service"]
    return [*keys, *dict.fromkeys(service_called(key, 1) for key in keys)] or list(atlas.layers)


def meet_services(atlas: Atlas, systems: str, service: str, way: Way) -> pd.DataFrame:
    """Hold systems against one kind of service, whole, with what each pair rests on.

    Returns
    -------
    DataFrame
        A pair table, systems on the left, and ``evidence`` (the weakest membership, on either
        side, of the units that a pair shares; ``inferred`` where lines tell; NA for what is in
        none).
    """
    pairs = atlas.whole.overlap(
        systems,
        service,
        method=way.method,
        units=way.units,
        population=way.population,
        estimate=way.estimate,
    )
    words = _evidence(atlas.whole, pairs)
    met = pairs["left"].notna() & pairs["right"].notna()
    table = pairs.assign(evidence=words.where(met))
    table.attrs = dict(pairs.attrs)
    return table


def _evidence(atlas: Atlas, pairs: pd.DataFrame) -> pd.Series[str]:
    """Return the weakest membership of the units of each pair."""
    if pairs.attrs["method"].partition(",")[0] != "members":
        return pd.Series("inferred", index=pairs.index, dtype="str")
    units = pairs.attrs["units"]
    keys = pairs.attrs["left_layer"], pairs.attrs["right_layer"]
    sides = [atlas.coded.members(key, units) for key in keys]
    frames = [pd.DataFrame({"unit": side.unit, "code": side.code}) for side in sides]
    met = frames[0].merge(frames[1], on="unit", suffixes=("_left", "_right"))
    weak = np.maximum(*(atlas.coded.evidence(key, units) for key in keys))[met["unit"]]
    width = len(sides[1].codes)
    place, number = pd.factorize(met["code_left"] * width + met["code_right"])
    worst = np.full(len(number) + 1, -1)
    np.maximum.at(worst, place, weak)
    i, j = (
        side.codes.get_indexer(pairs[name])
        for side, name in zip(sides, ("left", "right"), strict=True)
    )
    rows = pd.Index(number).get_indexer(np.where((i >= 0) & (j >= 0), i * width + j, -1))
    words = np.array([*EVIDENCE, None], dtype=object)
    return pd.Series(words[np.where(rows < 0, -1, worst[rows])], index=pairs.index, dtype="str")


def mixed_vintages(systems: str, services: Iterable[str]) -> str:
    """Return what has to be said where services are of other years than the systems, or "".

    Examples
    --------
    >>> mixed_vintages("icb26", ["amb22", "trust"])
    'amb22 is of 2022, and icb26 of 2026: where boundaries changed between them, what is cut or
    shared may come of that alone.'
    >>> mixed_vintages("icb22", ["amb22"])
    ''
    """
    of = parse_key(systems).vintage
    years = {key: parse_key(key).vintage for key in services}
    other = [f"{key} is of {year}" for key, year in years.items() if year and of and year != of]
    if not other:
        return ""
    return (
        f"{', '.join(other)}, and {systems} of {of}: where boundaries changed between them, what "
        "is cut or shared may come of that alone."
    )
