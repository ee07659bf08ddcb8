"""What an atlas is stored as: tables that any program reads, and what makes them an atlas again."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, is_dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from footprints.atlas import Agreed, Atlas, Checks, Layer, Origin, Population, UnitTable
from footprints.atlas.membership import members_from
from footprints.bands import Band, BandSet
from footprints.errors import FootprintsError, OutputError, Problems
from footprints.geometry import NATIONAL_GRID
from footprints.storing.columns import as_it_was, digest, plain_column
from footprints.storing.redraws import (
    BEFORE,
    MEMBERS_BEFORE,
    described,
    fields_of,
    frames_before,
    layer_from,
    redraws_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from footprints.atlas import Redraw

Document = dict[str, Any]

FORMAT = "footprints atlas"
VERSION = 1
WITH_REDRAWS = 2
"""The version of an atlas that was redrawn: a reader of version 1 would lose the records unsaid."""
VERSIONS = (VERSION, WITH_REDRAWS)
MEMBERSHIP = "membership"
DESCRIPTION = "atlas"

_RESERVED = {"fid", "ogc_fid", "geom", "geometry"}
_LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True, eq=False)
class Stored:
    """An atlas as it is stored.

    Parameters
    ----------
    document : dict
        Everything that is not in a table, as JSON has it, and of each table what its columns
        were and the hash of each. ``sha256`` is the hash of all the rest.
    tables : dict of str to DataFrame or GeoDataFrame
        The tables by the name that they are stored under, in plain columns; codes are a column.
    """

    document: Document
    tables: dict[str, pd.DataFrame]


def stored(atlas: Atlas) -> Stored:
    """Return an atlas as it is stored.

    Parameters
    ----------
    atlas : Atlas
        A whole one.

    Returns
    -------
    Stored

    Raises
    ------
    OutputError
        If it has a focus, or holds what no file can hold; all of it is named at once.

    Examples
    --------
    >>> from footprints import load_example
    >>> list(stored(load_example()).tables)[:4]
    ['units_england', 'units_pcn_parts', 'layer_lad21', 'layer_lad23']
    """
    _refuse_focus(atlas)
    problems = Problems("The atlas")
    units, layers = atlas.parts()
    frames = _frames(units, layers, atlas.membership) | frames_before(atlas.redraws)
    names = _table_names(frames)
    tables, specs = {}, {}
    for part, frame in frames.items():
        tables[names[part]], specs[names[part]] = _plain_table(part, frame, problems)
    problems.raise_any(OutputError)
    document = {
        "format": FORMAT,
        "version": WITH_REDRAWS if atlas.redraws else VERSION,
        "title": atlas.title,
        "notes": atlas.notes,
        "units": [
            {"name": name, "table": names["units", name]} | fields_of(each)
            for name, each in units.items()
        ],
        "layers": [
            {"key": key, "table": names["layer", key]} | fields_of(each)
            for key, each in layers.items()
        ],
        "origins": [asdict(origin) for origin in atlas.origins],
        "checks": _stored_checks(atlas.checks),
        "tables": specs,
    }
    if atlas.redraws:
        document["redraws"] = described(atlas.redraws, names)
    document = json.loads(_json(document))
    return Stored(document=document | {"sha256": hash_of(document)}, tables=tables)


def atlas_of(document: Document, tables: Mapping[str, pd.DataFrame]) -> Atlas:
    """Return the atlas that was stored.

    Parameters
    ----------
    document : dict
        As in :class:`Stored`.
    tables : mapping of str to DataFrame
        Its tables in plain columns, by the names that they were stored under.

    Returns
    -------
    Atlas

    Raises
    ------
    TableError, CRSError, RedrawError
        If they are no sound atlas, or the records of what was redrawn are not sound.

    Examples
    --------
    >>> from footprints import load_example
    >>> there = stored(load_example())
    >>> atlas_of(there.document, there.tables).title
    'England (embedded example)'
    """
    frames = {name: _table(table, document["tables"][name]) for name, table in tables.items()}
    rows = frames[MEMBERSHIP].reset_index(drop=True)
    by_layer = dict(list(rows.groupby("layer", observed=True)))
    units = {each["name"]: _units(each, frames) for each in document["units"]}
    layers = {each["key"]: _layer(each, frames, by_layer) for each in document["layers"]}
    redraws: tuple[Redraw, ...] = ()
    if "redraws" in document or document["version"] == WITH_REDRAWS:
        records = document.get("redraws")
        redraws = redraws_of(records, frames.get(MEMBERS_BEFORE), frames, units, layers)
    return Atlas(
        title=document["title"],
        notes=document["notes"],
        units=units,
        layers=layers,
        origins=[Origin(**origin) for origin in document["origins"]],
        checks=_checks(document["checks"]),
        redraws=redraws,
    )


def hash_of(document: Document) -> str:
    """Return the hash of a document without the hash that it carries itself.

    Examples
    --------
    >>> hash_of({"title": "Vale", "sha256": "…"}) == hash_of({"title": "Vale"})
    True
    """
    rest = {key: value for key, value in document.items() if key != "sha256"}
    return sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _refuse_focus(atlas: Atlas) -> None:
    if atlas.focused is not None:
        msg = (
            f"An atlas that is cut down to one footprint, {atlas.focused.name!r}, is not stored: "
            "write the whole atlas, and focus it again after reading."
        )
        raise OutputError(msg, [atlas.focused.code])


def _frames(
    units: Mapping[str, UnitTable], layers: Mapping[str, Layer], membership: pd.DataFrame
) -> dict[tuple[str, str], pd.DataFrame]:
    """Return the tables of an atlas by what they are."""
    return {
        **{("units", name): each.table for name, each in units.items()},
        **{("layer", key): each.table.rename_axis("code") for key, each in layers.items()},
        (MEMBERSHIP, ""): membership.sort_values(
            ["layer", "units"], kind="stable", ignore_index=True
        ),
    }


def _table_names(parts: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return what tables are stored as: their own name, wherever a file can be called so."""
    parts = list(parts)
    wished = [
        f"{kind}_{name}" if re.fullmatch(r"\w+", name, re.ASCII) else kind for kind, name in parts
    ]
    return dict(zip(parts, _told_apart(wished, {DESCRIPTION}), strict=True))


def _told_apart(names: Iterable[str], taken: Iterable[str]) -> list[str]:
    """Return names that differ in more than case, numbered where they did not."""
    used, found = set(taken), []
    for name in names:
        number, free = 1, name[:_LONGEST_NAME]
        while free.casefold() in used:
            number += 1
            free = f"{name[:_LONGEST_NAME]}_{number}"
        used.add(free.casefold())
        found.append(free)
    return found


def _plain_table(
    part: tuple[str, str], frame: pd.DataFrame, problems: Problems
) -> tuple[pd.DataFrame, Document]:
    """Return a table in plain columns, and what makes it what it was; note what cannot be held."""
    subject = f"in {_what(*part)}"
    if strange := [name for name in frame.columns if not isinstance(name, str)]:
        problems.add(f"has columns {subject} whose names are not text", strange)
        return frame, {}
    _check_besides(frame, subject, problems)
    columns: dict[str, pd.Series] = {}
    specs: list[Document] = []
    whole = _with_index(frame)
    for (name, column), called in zip(whole, _stored_names(whole), strict=True):
        try:
            plain = plain_column(column)
        except FootprintsError as error:
            problems.add(f"has a column {name!r} {subject} with {error}")
            continue
        known = {"name": name, "stored": called, "kind": plain.kind}
        specs.append(known | {"sha256": digest(plain.column, plain.kind)} | plain.spec)
        if called is not None:
            columns[called] = plain.column.reset_index(drop=True)
    spec = {
        "rows": len(frame),
        "index": frame.index.name,
        "labels": plain_column(pd.Series(frame.columns)).spec,
        "labels_name": frame.columns.name,
        "attrs": frame.attrs,
        "columns": specs,
    }
    table = pd.DataFrame(columns)
    return gpd.GeoDataFrame(table) if "geometry" in columns else table, spec


def _what(kind: str, name: str) -> str:
    if kind == BEFORE:
        number, _, key = name.partition("_")
        return f"the layer {key!r} before redraw {number}"
    words = {"units": "the table of units ", "layer": "the layer ", MEMBERSHIP: "the membership"}
    words |= {MEMBERS_BEFORE: "the membership before redraws"}
    return words[kind] + (repr(name) if name else "")


def _check_besides(frame: pd.DataFrame, subject: str, problems: Problems) -> None:
    """Note what a table has besides its columns, or twice, that cannot be stored."""
    shapes = [name for name, dtype in frame.dtypes.items() if str(dtype) == "geometry"]
    if len(shapes) > 1:
        problems.add(f"has several columns of geometry {subject}", shapes, remedy="Keep one.")
    if str(frame.columns.dtype) not in {"str", "string", "object"}:
        problems.add(f"has columns {subject} that are named by {frame.columns.dtype}")
    besides = {"attrs": frame.attrs, "the name of all columns": frame.columns.name}
    for what, value in besides.items():
        try:
            same = json.loads(json.dumps(value, allow_nan=False)) == value
        except (TypeError, ValueError):
            same = False
        if not same:
            remedy = "Make it text, or leave it out."
            problems.add(f"has {what} {subject} that cannot be stored", [value], remedy=remedy)


def _with_index(frame: pd.DataFrame) -> list[tuple[str, pd.Series]]:
    """Return the columns of a table, the codes first; membership has none."""
    codes = [] if frame.index.name is None else [(frame.index.name, pd.Series(frame.index))]
    return [*codes, *frame.items()]


def _stored_names(columns: Iterable[tuple[str, pd.Series]]) -> list[str | None]:
    """Return what columns are stored as: geometry under its own name, or not where all is missing.

    Files tell names apart by more than case only, keep some for themselves, and cannot hold what
    cannot be seen.
    """
    shaped = [str(column.dtype) == "geometry" for _, column in columns]
    wished = [
        name if name.isprintable() and name.strip() == name != "" else "column"
        for (name, _), is_shape in zip(columns, shaped, strict=True)
        if not is_shape
    ]
    free = iter(_told_apart(wished, _RESERVED))
    return [
        (None if column.isna().all() else "geometry") if is_shape else next(free)
        for (_, column), is_shape in zip(columns, shaped, strict=True)
    ]


def _json(document: Document) -> str:
    try:
        text = json.dumps(document, default=_plain_value, allow_nan=False, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError as error:
        msg = f"The atlas cannot be stored: {error.object[error.start]!r} in its texts is not Unicode."
        raise OutputError(msg) from error
    except FootprintsError:
        raise
    except ValueError as error:
        msg = f"The atlas cannot be stored: its titles and sources are no plain text ({error})."
        raise OutputError(msg) from error
    return text


def _plain_value(value: object) -> object:
    """Return as JSON has it what JSON does not know."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, np.generic):
        return value.item()
    msg = f"The atlas cannot be stored: {value!r} among its titles and sources is no text."
    raise OutputError(msg, [value])


def _table(plain: pd.DataFrame, spec: Document) -> pd.DataFrame:
    """Return a table as it was."""
    columns = {
        known["name"]: _column(plain, known, spec["rows"])
        for known in spec["columns"][spec["index"] is not None :]
    }
    frame = pd.DataFrame(columns, index=pd.RangeIndex(spec["rows"]))
    shapes = frame.columns[[str(dtype) == "geometry" for dtype in frame.dtypes]]
    if spec["index"] is not None:
        codes = _column(plain, spec["columns"][0], spec["rows"])
        frame.index = pd.Index(codes, dtype=codes.dtype, name=spec["index"])
    labels = as_it_was(pd.Series(list(columns), dtype="str"), spec["labels"])
    frame.columns = pd.Index(labels, dtype=labels.dtype, name=spec["labels_name"])
    frame.attrs = spec["attrs"]
    return gpd.GeoDataFrame(frame, geometry=shapes[0]) if len(shapes) else frame


def _column(plain: pd.DataFrame, known: Document, rows: int) -> pd.Series:
    if known["stored"] is None:
        return pd.Series(gpd.array.from_shapely([None] * rows, crs=NATIONAL_GRID))
    return as_it_was(plain[known["stored"]], known)


def _units(known: Document, frames: Mapping[str, pd.DataFrame]) -> UnitTable:
    populations = tuple(Population(**population) for population in known["populations"])
    rest = {key: known[key] for key in known if key not in {"name", "table", "populations"}}
    return UnitTable(table=frames[known["table"]], populations=populations, **rest)


def _layer(
    known: Document,
    frames: Mapping[str, pd.DataFrame],
    members: Mapping[str, pd.DataFrame],
) -> Layer:
    rows = members[known["key"]]
    special = rows[rows["evidence"] != "published"]
    rest = {key: known[key] for key in known if key not in {"key", "table"}}
    evidence = dict(zip(special["unit"], special["evidence"].astype("str"), strict=True))
    return layer_from(rest, frames[known["table"]], members_from(rows), evidence)


def _stored_checks(checks: Checks) -> Document:
    """Return what is asked of an atlas, a set of bands of one's own in full."""
    bands = checks.bands
    if isinstance(bands, BandSet):
        head = {"name": bands.name, "title": bands.title, "as_at": bands.as_at}
        levels = {level: asdict(band) for level, band in bands.bands.items()}
        return asdict(replace(checks, bands="")) | {
            "bands": head | {"source": bands.source, "bands": levels}
        }
    return asdict(checks)


def _checks(known: Document) -> Checks:
    agreed = tuple(Agreed(**each) for each in known["agreed"])
    bands = known["bands"]
    if isinstance(bands, dict):
        levels = {level: Band(**numbers) for level, numbers in bands["bands"].items()}
        bands = BandSet(**(bands | {"bands": levels}))
    asked = {key: _tuples(value) for key, value in known.items()}
    return Checks(**asked | {"agreed": agreed, "bands": bands})


def _tuples(value: object) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
