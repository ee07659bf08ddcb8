"""What was done to an atlas, as it is stored with it: each redraw, and the layers before it."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import pandas as pd

from footprints.atlas import Layer, Population, Redraw
from footprints.atlas.parts import check_crs
from footprints.errors import Problems, RedrawError, listed
from footprints.storing.redraw_records import (
    KEPT_APART,
    MEMBER_COLUMNS,
    OF_LAYER,
    OF_REDRAW,
    REMEDY,
    are_redraws,
    change_from,
    check_layers_before,
    is_membership,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from footprints.atlas import UnitTable

    Document = dict[str, Any]
    Part = tuple[str, str]
    Rows = dict[tuple[int, str, str], pd.DataFrame]

BEFORE = "before"
"""The kind of table that holds the footprints of a layer before a redraw."""
MEMBERS_BEFORE = "membership_before"
"""The table of which unit belonged to which footprint before a redraw."""


def fields_of(part: UnitTable | Layer) -> Document:
    """Return what a table of units or a layer has besides tables.

    Examples
    --------
    >>> from footprints import load_example
    >>> fields_of(load_example().parts()[1]["icb22"])["level"]
    'system'
    """
    return {
        field.name: getattr(part, field.name)
        for field in fields(part)
        if field.name not in KEPT_APART
    }


def layer_from(known: Document, table: pd.DataFrame, members: Any, evidence: Any) -> Layer:
    """Return a layer from what :func:`fields_of` told of it, its table and its members.

    Parameters
    ----------
    known : dict
        The fields; a population as its own fields.
    table : DataFrame
        Its footprints.
    members, evidence : mapping
        As :class:`Layer` takes them.

    Returns
    -------
    Layer

    Examples
    --------
    >>> table = pd.DataFrame({"name": ["Vale"]}, index=["P1"])
    >>> layer_from({"level": "place", "population": None}, table, {}, {}).level
    'place'
    """
    population = known["population"] and Population(**known["population"])
    rest = {key: value for key, value in known.items() if key != "population"}
    return Layer(table=table, members=members, evidence=evidence, population=population, **rest)


def frames_before(redraws: Sequence[Redraw]) -> dict[Part, pd.DataFrame]:
    """Return the tables that redraws are stored in.

    Parameters
    ----------
    redraws : sequence of Redraw
        The first first; none gives no tables.

    Returns
    -------
    dict of (str, str) to DataFrame
        By what they are. ``before``: the footprints of a layer before a redraw, indexed by
        ``code``. ``membership_before``: the units of all of these. Columns: ``redraw`` (its
        number, from 1), ``layer``, ``units`` (the unit table), ``unit``, ``code``, ``people``
        (persons; NA where the whole unit belongs), ``evidence``.

    Raises
    ------
    CRSError
        If lines of before are not in EPSG:27700.

    Examples
    --------
    >>> from footprints import load_example
    >>> renamed = load_example().rename("icb22", "E54000034", "Frimley")
    >>> list(frames_before(renamed.redraws))
    [('before', '1_icb22'), ('membership_before', '')]
    """
    kept = [
        (number, key, layer)
        for number, redraw in enumerate(redraws, 1)
        for key, layer in redraw.before.items()
        if layer is not None
    ]
    if not redraws:
        return {}
    for _, key, layer in kept:
        check_crs({}, {key: layer})
    rows = [_rows(number, key, layer) for number, key, layer in kept]
    none = pd.DataFrame(columns=MEMBER_COLUMNS)
    members = pd.concat(rows or [none], ignore_index=True)[MEMBER_COLUMNS]
    texts = dict.fromkeys(MEMBER_COLUMNS, "str") | {"redraw": "int64", "people": "float64"}
    tables = {
        (BEFORE, f"{number}_{key}"): layer.table.rename_axis("code") for number, key, layer in kept
    }
    return tables | {(MEMBERS_BEFORE, ""): members.astype(texts)}


def _rows(number: int, key: str, layer: Layer) -> pd.DataFrame:
    """Return the members of a layer before a redraw as rows."""
    parts = []
    for name, members in layer.members.items():
        part = pd.DataFrame({"unit": members.index.to_numpy(), "units": name})
        partial = isinstance(members, pd.DataFrame)
        part["code"] = (members["code"] if partial else members).to_numpy()
        part["people"] = members["people"].to_numpy() if partial else float("nan")
        parts.append(part)
    rows = pd.concat(parts or [pd.DataFrame(columns=MEMBER_COLUMNS)], ignore_index=True)
    evidence = rows["unit"].map(dict(layer.evidence)).astype("str").fillna("published")
    return rows.assign(redraw=number, layer=key, evidence=evidence)


def described(redraws: Sequence[Redraw], names: Mapping[Part, str]) -> list[Document]:
    """Return what redraws are besides tables, as JSON has it.

    Parameters
    ----------
    redraws : sequence of Redraw
        The first first.
    names : mapping of (str, str) to str
        The names that the tables of :func:`frames_before` are stored under.

    Returns
    -------
    list of dict
        One a redraw: its fields, and of each layer before it the fields, the ``table``, the name
        of its ``codes``, and for each table of units in ``members`` whether people are listed.

    Examples
    --------
    >>> from footprints import load_example
    >>> renamed = load_example().rename("icb22", "E54000034", "Frimley")
    >>> described(renamed.redraws, {("before", "1_icb22"): "there"})[0]["changes"][0]["name"]
    'Frimley'
    """
    found = []
    for number, redraw in enumerate(redraws, 1):
        before = [
            {"key": key, "table": None}
            if layer is None
            else {
                "key": key,
                "table": names[BEFORE, f"{number}_{key}"],
                "codes": layer.table.index.name,
                "members": {n: isinstance(m, pd.DataFrame) for n, m in layer.members.items()},
            }
            | fields_of(layer)
            for key, layer in redraw.before.items()
        ]
        told = {name: getattr(redraw, name) for name in OF_REDRAW}
        changes = [asdict(change) for change in redraw.changes]
        found.append(told | {"changes": changes, "before": before})
    return found


def redraws_of(
    known: object,
    members: pd.DataFrame | None,
    frames: Mapping[str, pd.DataFrame],
    units: Mapping[str, UnitTable],
    layers: Collection[str],
) -> tuple[Redraw, ...]:
    """Return the redraws that were stored, or say what is wrong with them.

    Parameters
    ----------
    known : list of dict
        As :func:`described` gives it.
    members : DataFrame
        The membership before, as :func:`frames_before` gives it.
    frames : mapping of str to DataFrame
        The tables of the atlas by the names that they were stored under.
    units : mapping of str to UnitTable
        Its tables of units.
    layers : collection of str
        The keys of its layers.

    Returns
    -------
    tuple of Redraw

    Raises
    ------
    RedrawError
        If they are no sound records; everything that is wrong is named by its key at once.

    Examples
    --------
    >>> redraws_of([{"title": 5}], None, {}, {}, [])
    Traceback (most recent call last):
        ...
    footprints.errors.RedrawError: It lacks its table 'membership_before'.
    It lacks keys in 'redraws[0]', or has strange ones: 'before', 'changes', 'focused', 'notes', 'notes_before'. The keys are 'title', 'changes', 'notes', 'notes_before', 'focused', 'before'.
    Take the file as footprints wrote it, or make the redraw and store the atlas once more.
    """
    problems = Problems("It")
    if members is None:
        problems.add(f"lacks its table {MEMBERS_BEFORE!r}")
    elif not is_membership(members):
        fault = f"has in its table {MEMBERS_BEFORE!r} other columns"
        problems.add(fault, members.columns, remedy=f"They are {listed(MEMBER_COLUMNS)}.")
    made: tuple[Redraw, ...] = ()
    if are_redraws(known, frames, layers, problems) and members is not None and not problems.lines:
        by = ["redraw", "layer", "units"]
        rows = dict(list(members.groupby(by, sort=False, dropna=False)))
        made = tuple(_redraw(number, each, frames, rows) for number, each in enumerate(known, 1))
        if rows:
            problems.add(f"has in its table {MEMBERS_BEFORE!r} what no redraw lists", rows)
        for number, redraw in enumerate(made):
            check_layers_before(redraw, f"redraws[{number}].before", units, problems)
    if problems.lines:
        problems.lines.append(REMEDY)
    problems.raise_any(RedrawError)
    return made


def _redraw(
    number: int,
    known: Document,
    frames: Mapping[str, pd.DataFrame],
    rows: Rows,
) -> Redraw:
    """Return a redraw as it was, and take its members out of those that are left."""
    return Redraw(
        title=known["title"],
        changes=tuple(map(change_from, known["changes"])),
        notes=tuple(known["notes"]),
        before={
            each["key"]: None if each["table"] is None else _layer(number, each, frames, rows)
            for each in known["before"]
        },
        notes_before=tuple(known["notes_before"]),
        focused=known["focused"],
    )


def _layer(
    number: int,
    known: Document,
    frames: Mapping[str, pd.DataFrame],
    rows: Rows,
) -> Layer:
    members: dict[str, pd.Series[str] | pd.DataFrame] = {}
    evidence: dict[str, str] = {}
    none = pd.DataFrame(columns=MEMBER_COLUMNS).astype({"unit": "str", "code": "str"})
    for name, partial in known["members"].items():
        found = rows.pop((number, known["key"], name), none)
        special = found[found["evidence"] != "published"]
        evidence |= dict(zip(special["unit"], special["evidence"], strict=True))
        part = found.set_index("unit")
        members[name] = part[["code", "people"]] if partial else part["code"]
    table = frames[known["table"]].rename_axis(known["codes"])
    return layer_from({key: known[key] for key in OF_LAYER}, table, members, evidence)
