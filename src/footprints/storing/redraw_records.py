"""What the stored record of a redraw must be, key by key."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import pandas as pd

from footprints.atlas import Layer, LayerChange
from footprints.atlas.membership import membership_of
from footprints.atlas.parts import check_layer
from footprints.errors import Problems, RedrawError, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from footprints.atlas import Redraw, UnitTable

Document = dict[str, Any]

MEMBER_COLUMNS = ["redraw", "layer", "units", "unit", "code", "people", "evidence"]
KEPT_APART = {"table", "members", "evidence"}
"""The fields of a layer, or of a table of units, that are stored as tables."""
REMEDY = "Take the file as footprints wrote it, or make the redraw and store the atlas once more."


class _Kind(NamedTuple):
    """What a value must be, in words and as a test."""

    said: str
    fits: Callable[[Any], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_name(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and list(map(type, value)) == [str, list] and _is_texts(value[1])


def _is_listing(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, bool) for each in value.values())


def _is_population(value: object) -> bool:
    if not isinstance(value, dict):
        return value is None
    return set(value) == {"name", "source", "as_at"} and all(map(_is_text, value.values()))


_TEXT, _NAME = _Kind("text", _is_text), _Kind("text or null", _is_name)
_TEXTS, _LIST = _Kind("a list of texts", _is_texts), _Kind("a list", _is_list)
_PAIRS = _Kind(
    "a list of layers, each with a list of codes", lambda v: _is_list(v) and all(map(_is_pair, v))
)
_TRUTH = _Kind("true or false", lambda value: isinstance(value, bool))
_LISTING = _Kind("tables of units, each with true or false", _is_listing)
_POPULATION = _Kind("null, or a population with name, source and as_at", _is_population)

OF_REDRAW = {"title": _TEXT, "changes": _LIST, "notes": _TEXTS, "notes_before": _TEXTS}
OF_REDRAW |= {"focused": _TEXT, "before": _LIST}
_OF_CHANGE = {each.name: _TEXT for each in fields(LayerChange)}
_OF_CHANGE |= {"old": _TEXTS, "units": _TEXTS, "where": _PAIRS}
_OF_NO_LAYER = {"key": _TEXT, "table": _NAME}
OF_LAYER = {each.name: _TEXT for each in fields(Layer) if each.name not in KEPT_APART}
OF_LAYER |= {"covers": _TRUTH, "population": _POPULATION}
_OF_KEPT = OF_LAYER | {"key": _TEXT, "table": _TEXT, "codes": _NAME, "members": _LISTING}


def is_membership(members: pd.DataFrame) -> bool:
    """Tell whether a table can be that of which unit belonged to which footprint.

    Examples
    --------
    >>> is_membership(pd.DataFrame({"unit": ["a"]}))
    False
    """
    kinds = {"redraw": "i", "people": "f"}
    return list(members) == MEMBER_COLUMNS and all(
        dtype.kind == kinds[name] if name in kinds else isinstance(dtype, pd.StringDtype)
        for name, dtype in members.dtypes.items()
    )


def are_redraws(
    known: object, tables: Collection[str], layers: Collection[str], problems: Problems
) -> TypeGuard[list[Document]]:
    """Tell whether redraws are as they are stored, and note by its key what is not.

    Parameters
    ----------
    known : object
        What JSON has under ``redraws``.
    tables, layers : collection of str
        The tables that are stored, and the keys of the layers of the atlas.
    problems : Problems
        Where what is wrong is noted.

    Returns
    -------
    bool

    Examples
    --------
    >>> problems = Problems("It")
    >>> are_redraws([], [], [], problems), problems.lines
    (False, ["It has in 'redraws' no list of redraws."])
    """
    faults = len(problems.lines)
    if not isinstance(known, list) or not known:
        problems.add("has in 'redraws' no list of redraws")
        return False
    for number, redraw in enumerate(known):
        at = f"redraws[{number}]"
        if _fits(redraw, OF_REDRAW, at, problems):
            kept = _kept(redraw["before"], at, tables, layers, problems)
            _check_changes(redraw["changes"], at, kept, problems)
    return len(problems.lines) == faults


def _fits(
    value: object, kinds: Mapping[str, _Kind], at: str, problems: Problems
) -> TypeGuard[Document]:
    """Tell whether a value has just these keys, each with what it must be; note what does not fit."""
    faults = len(problems.lines)
    if not isinstance(value, dict):
        problems.add(f"has in {at!r} no keys")
    elif odd := set(value) ^ set(kinds):
        problems.add(f"lacks keys in {at!r}, or has strange ones", sorted(odd), remedy=_of(kinds))
    else:
        for key, kind in kinds.items():
            if not kind.fits(value[key]):
                problems.add(f"has in {f'{at}.{key}'!r} what is not {kind.said}", [value[key]])
    return len(problems.lines) == faults


def _of(kinds: Mapping[str, _Kind]) -> str:
    return f"The keys are {listed(kinds)}."


def _kept(
    before: list[object],
    at: str,
    tables: Collection[str],
    layers: Collection[str],
    problems: Problems,
) -> list[str]:
    """Return the layers that a redraw keeps as they were; note those that cannot be."""
    kept: list[str] = []
    for number, each in enumerate(before):
        place = f"{at}.before[{number}]"
        absent = isinstance(each, dict) and each.get("table", "") is None
        if not _fits(each, _OF_NO_LAYER if absent else _OF_KEPT, place, problems):
            continue
        if each["key"] not in layers:
            problems.add(f"has in {f'{place}.key'!r} a layer that it lacks", [each["key"]])
        if each["key"] in kept:
            problems.add(f"has in {f'{place}.key'!r} a layer for the second time", [each["key"]])
        if not absent and each["table"] not in tables:
            problems.add(f"has in {f'{place}.table'!r} a table that it lacks", [each["table"]])
        kept.append(each["key"])
    return kept


def _check_changes(changes: list[object], at: str, kept: list[str], problems: Problems) -> None:
    """Note changes that cannot be, or whose layer is not kept as it was before."""
    if not changes:
        problems.add(f"has in {f'{at}.changes'!r} no change")
    for number, each in enumerate(changes):
        place = f"{at}.changes[{number}]"
        if not _fits(each, _OF_CHANGE, place, problems):
            continue
        try:
            change_from(each)
        except RedrawError as error:
            problems.lines.append(f"It has in {place!r} no sound change: {error}")
            problems.codes += error.codes
        if each["kind"] != "cluster" and each["layer"] not in kept:
            fault = f"has in {f'{place}.layer'!r} a layer that 'before' does not keep"
            problems.add(fault, [each["layer"]])


def change_from(known: Document) -> LayerChange:
    """Return a change from its fields, as JSON has them.

    Raises
    ------
    RedrawError
        As :class:`LayerChange` does.

    Examples
    --------
    >>> known = {"kind": "merge", "layer": "icb22", "old": ["A", "B"], "new": "C"}
    >>> change_from(known | {"units": [], "where": []}).old
    ('A', 'B')
    """
    where = tuple((name, tuple(codes)) for name, codes in known["where"])
    several = {"old": tuple(known["old"]), "units": tuple(known["units"]), "where": where}
    return LayerChange(**known | several)


def check_layers_before(
    redraw: Redraw, at: str, units: Mapping[str, UnitTable], problems: Problems
) -> None:
    """Note what would keep the layers of before from being those of an atlas.

    Parameters
    ----------
    redraw : Redraw
        The record.
    at : str
        The key that they are stored under.
    units : mapping of str to UnitTable
        The tables of units of the atlas.
    problems : Problems
        Where what is wrong is noted.

    Examples
    --------
    >>> from footprints import load_example
    >>> renamed, problems = load_example().rename("icb22", "E54000034", "Frimley"), Problems("It")
    >>> check_layers_before(renamed.redraws[0], "here", renamed.parts()[0], problems)
    >>> problems.lines
    []
    """
    before = {key: layer for key, layer in redraw.before.items() if layer is not None}
    found = Problems(f"It keeps in {at!r} what")
    for key, layer in before.items():
        check_layer(key, layer, units, {}, found)
    membership_of(before, units, found)
    problems.lines += found.lines
    problems.codes += found.codes
