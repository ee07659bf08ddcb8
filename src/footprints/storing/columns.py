"""Columns as any program can hold them, and back to exactly what they were."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from footprints.errors import FootprintsError, listed
from footprints.geometry import NATIONAL_GRID

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

Kind = Literal["text", "integer", "number", "truth", "geometry"]
Spec = dict[str, Any]
"""What a plain column was: ``dtype``; of objects what stands for ``missing``; of categories their
``categories``, whether they are ``ordered``, and ``of``, what they were."""

_HELD_AS = {"text": "str", "integer": "Int64", "number": "float64", "truth": "boolean"}
_ARROW = {
    "text": {"string", "large_string", "string_view"},
    "integer": {"int64"},
    "number": {"double"},
    "truth": {"bool"},
    "geometry": {"binary", "large_binary"},
}
_MISSING = {"None": None, "nan": np.nan, "<NA>": pd.NA}
_REMEDY = "Make it text, numbers or dates with astype(), or take it out"


@dataclass(frozen=True, kw_only=True, eq=False)
class Plain:
    """A column as any program can hold it.

    Parameters
    ----------
    column : Series
        Of dtype ``str``, ``Int64``, ``float64`` or ``boolean``, or geometry.
    kind : {"text", "integer", "number", "truth", "geometry"}
        Which of them.
    spec : dict
        What makes it what it was.
    """

    column: pd.Series
    kind: Kind
    spec: Spec


def plain_column(column: pd.Series) -> Plain:
    """Return a column as any program can hold it.

    Parameters
    ----------
    column : Series
        Text, numbers, truth values, dates, categories of these, or geometry.

    Returns
    -------
    Plain

    Raises
    ------
    FootprintsError
        If it holds anything else.

    Examples
    --------
    >>> plain_column(pd.Series([1, 2], dtype="int32")).column.dtype
    Int64Dtype()
    """
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _plain_category(column)
    if str(dtype) == "geometry":
        return Plain(column=column, kind="geometry", spec={"dtype": "geometry"})
    if isinstance(dtype, pd.StringDtype):
        name = "str" if isinstance(dtype.na_value, float) else "string"
        return _plain_text(column, {"dtype": f"{name}[{dtype.storage}]"})
    if dtype == "object":
        return _plain_text(column, {"dtype": "object", "missing": _stands_for_missing(column)})
    if dtype.kind == "M":
        return _plain_text(_as_iso(column), {"dtype": str(dtype)})
    return _plain_number(column)


def as_it_was(values: pd.Series, spec: Spec) -> pd.Series:
    """Return a plain column as the column that it was made from.

    Parameters
    ----------
    values : Series
        As in :class:`Plain`.
    spec : dict
        Of the same.

    Returns
    -------
    Series

    Examples
    --------
    >>> plain = plain_column(pd.Series([1, 2], dtype="int32"))
    >>> as_it_was(plain.column, plain.spec).dtype
    dtype('int32')
    """
    name = spec["dtype"]
    if name == "geometry":
        return values
    if name == "category":
        return _categories(values, spec)
    if name == "object":
        objects = values.astype("object")
        return objects.where(values.notna(), _MISSING[spec["missing"]])
    if name.startswith(("str[", "string[")):
        kind, _, storage = name.removesuffix("]").partition("[")
        return values.astype(pd.StringDtype(storage, na_value=np.nan if kind == "str" else pd.NA))
    if name.startswith("datetime64"):
        return _from_iso(values, name)
    return values.astype(name)


def digest(values: pd.Series, kind: str) -> str:
    """Return the hash of what a plain column holds.

    Parameters
    ----------
    values : Series
        As in :class:`Plain`; its index does not count.
    kind : str
        Of the same.

    Returns
    -------
    str
        SHA-256 of its values in order, as hexadecimal digits.

    Examples
    --------
    >>> digest(pd.Series(["ab", "c"], dtype="str"), "text")[:8]
    '7b652743'
    """
    found = hashlib.sha256(kind.encode())
    missing = values.isna().to_numpy(dtype="bool")
    if kind in {"text", "geometry"}:
        parts = _wkb(values, missing) if kind == "geometry" else _utf8(values, missing)
        lengths = np.full(len(values), -1, dtype="<i8")
        lengths[~missing] = [len(part) for part in parts]
        found.update(lengths.tobytes() + b"".join(parts))
    else:
        numbers = values.to_numpy(dtype="<f8" if kind == "number" else "<i8", na_value=0)
        # Adding zero makes nought of minus nought, which SQLite does not tell apart.
        found.update(missing.tobytes() + (numbers + 0).tobytes())
    return found.hexdigest()


def from_arrow(column: pa.ChunkedArray, kind: str) -> pd.Series:
    """Return a column of a file as the plain column that it was.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        As the file holds it.
    kind : str
        What it should be.

    Returns
    -------
    Series
        As in :class:`Plain`.

    Raises
    ------
    TypeError
        If it is of another kind.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from_arrow(pa.chunked_array([[2**60 + 1, None]]), "integer").tolist()
    [1152921504606846977, <NA>]
    """
    if str(column.type) not in _ARROW[kind]:
        msg = f"{column.type} is not {kind}"
        raise TypeError(msg)
    if kind == "geometry":
        shapes = shapely.from_wkb(column.to_numpy())
        return pd.Series(gpd.array.from_shapely(shapes, crs=NATIONAL_GRID))
    if kind == "text":
        return column.to_pandas().astype("str")
    missing = column.is_null().to_numpy()
    nothing = False if kind == "truth" else 0
    values = column.fill_null(nothing).to_numpy()
    return pd.Series(values).astype(_HELD_AS[kind]).mask(missing)


def _wkb(values: pd.Series, missing: npt.NDArray[np.bool_]) -> list[bytes]:
    return list(shapely.to_wkb(np.asarray(values.array)[~missing], byte_order=1))


def _utf8(values: pd.Series, missing: npt.NDArray[np.bool_]) -> list[bytes]:
    return [text.encode() for text in values.to_numpy(dtype="object")[~missing]]


def _plain_text(column: pd.Series, spec: Spec) -> Plain:
    missing = column.isna().to_numpy(dtype="bool")
    texts = column.to_numpy(dtype="object", na_value=None)
    try:
        "".join(texts[~missing]).encode()
    except UnicodeEncodeError as error:
        strange = error.object[error.start]
        msg = f"text that is not Unicode, {strange!r}. Read its file again with the right encoding"
        raise FootprintsError(msg, [repr(strange)]) from error
    values = pd.Series(texts, index=column.index, dtype="str")
    return Plain(column=values, kind="text", spec=spec)


def _plain_number(column: pd.Series) -> Plain:
    dtype, largest = column.dtype, np.iinfo("int64").max
    if not re.fullmatch(r"(u?int|float)(8|16|32|64)|bool(ean)?", str(dtype).lower()):
        msg = f"values of the dtype {dtype}. {_REMEDY}"
        raise FootprintsError(msg, [dtype])
    if dtype.kind == "u" and (column > largest).any():
        msg = f"whole numbers above {largest}. {_REMEDY}"
        raise FootprintsError(msg, column[column > largest])
    kinds: dict[str, Kind] = {"i": "integer", "u": "integer", "f": "number", "b": "truth"}
    kind = kinds[dtype.kind]
    return Plain(column=column.astype(_HELD_AS[kind]), kind=kind, spec={"dtype": str(dtype)})


def _stands_for_missing(column: pd.Series) -> str:
    """Return what stands for missing text; refuse what is not text."""
    strange = {type(value).__name__ for value in column.dropna() if not isinstance(value, str)}
    missing = {"nan" if isinstance(value, float) else str(value) for value in column[column.isna()]}
    if strange or not missing <= set(_MISSING):
        msg = f"values of the type {listed(sorted(strange | missing - set(_MISSING)))}. {_REMEDY}"
        raise FootprintsError(msg, strange)
    if len(missing) > 1:
        msg = f"several kinds of missing values, {listed(sorted(missing))}. Make it astype('str')"
        raise FootprintsError(msg, missing)
    return next(iter(missing), "None")


def _as_iso(column: pd.Series) -> pd.Series:
    """Return instants as text, in universal time where they have a time zone."""
    bare = column if column.dt.tz is None else column.dt.tz_convert("UTC").dt.tz_localize(None)
    texts = pd.Series(np.datetime_as_string(bare.to_numpy()), index=column.index, dtype="str")
    return texts.mask(column.isna())


def _from_iso(values: pd.Series, name: str) -> pd.Series:
    dtype = pd.api.types.pandas_dtype(name)
    unit = np.datetime_data(dtype.base)[0]
    instants = values.fillna("NaT").to_numpy(dtype=f"datetime64[{unit}]")
    column = pd.Series(instants, index=values.index)
    zone = getattr(dtype, "tz", None)
    return column if zone is None else column.dt.tz_localize("UTC").dt.tz_convert(zone)


def _plain_category(column: pd.Series) -> Plain:
    called = plain_column(pd.Series(column.cat.categories))
    spec = {
        "dtype": "category",
        "ordered": column.cat.ordered,
        "of": called.spec,
        "categories": called.column.tolist(),
    }
    values = called.column.reindex(column.cat.codes).set_axis(column.index)
    return Plain(column=values, kind=called.kind, spec=spec)


def _categories(values: pd.Series, spec: Spec) -> pd.Series:
    called = pd.Series(spec["categories"], dtype=values.dtype)
    places = {value: place for place, value in enumerate(called)}
    codes = values.map(places).fillna(-1).astype("int64").to_numpy()
    dtype = pd.CategoricalDtype(pd.Index(as_it_was(called, spec["of"])), ordered=spec["ordered"])
    return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype), index=values.index)
