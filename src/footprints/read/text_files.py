"""Tables in text files: CSV with commas, semicolons or tabs."""

from __future__ import annotations

import codecs
import csv
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from footprints.errors import TableError
from footprints.masking import counted, rows_shown
from footprints.read.files import damaged
from footprints.read.header import (
    HEAD_ROWS,
    Cells,
    check_header,
    find_header,
    fold,
    header_width,
    missing_columns,
)
from footprints.read.progress import note_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Form(NamedTuple):
    """How a text file is written: its encoding, its delimiter, the lines before its rows."""

    encoding: str
    delimiter: str
    skip: int


_DELIMITERS = (",", ";", "\t")
_HEAD_BYTES = 1 << 18
_CHUNK = 1 << 24


def read_text(file: Path, wanted: Sequence[str], *, header: bool = True) -> Cells:
    """Read the cells of a text file.

    Parameters
    ----------
    file : Path
        UTF-8, UTF-16 with its mark, or else Windows' own encoding, cp1252.
    wanted : sequence of str
        The columns to read; none for all.
    header : bool
        Whether there is one. Without, columns are known by position alone.

    Returns
    -------
    Cells

    Raises
    ------
    FileError
        If it is no text, or a quotation mark is never closed.
    TableError
        If the delimiter or the header is in doubt, or rows are longer or shorter than it.
    """
    try:
        return _cells(file, wanted, header=header)
    except (csv.Error, UnicodeDecodeError):
        # What they say holds the text of a row, which may not be shown.
        raise damaged(file) from None


def _cells(file: Path, wanted: Sequence[str], *, header: bool) -> Cells:
    form, labels, above = _form(file, wanted, header=header)
    body, filled, short = _body(file, form, labels, wanted)
    return Cells(
        file=file.name,
        labels=tuple(labels),
        body=body,
        filled=filled,
        dropped=(f"{counted(above, 'row')} above the header",) if above else (),
        encoding=form.encoding,
        short=short,
    )


def _form(file: Path, wanted: Sequence[str], *, header: bool) -> tuple[Form, list[str], int]:
    """Return how a file is written, its header, and how many filled rows stand above that."""
    encoding = _encoding(file)
    head = _head(file, encoding)
    delimiter, at = _layout(file.name, head, wanted) if header else (",", -1)
    rows = list(_reader(head, delimiter))
    labels = [fold(cell) for cell in rows[at]] if header else _places(file.name, rows)
    above = sum(1 for row in rows[: max(at, 0)] if any(map(fold, row)))
    return Form(encoding, delimiter, _lines_before(head, delimiter, at)), labels, above


def text_form(file: Path, wanted: Sequence[str]) -> tuple[Form, list[str]]:
    """Find how a text file is written, and the header that has the columns wanted.

    Raises
    ------
    FileError
        If it is no text, or a quotation mark is never closed.
    TableError
        If the delimiter or the header is in doubt, or a column is not there.
    """
    try:
        form, labels, _ = _form(file, wanted, header=True)
    except (csv.Error, UnicodeDecodeError):
        raise damaged(file) from None
    return form, labels


def _places(name: str, rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a label by position for each cell of the first row that has any."""
    width = next((len(row) for row in rows if row), 0)
    if not width:
        raise missing_columns(name, (), ())
    return [str(place) for place in range(width)]


def first_labels(file: Path) -> list[str]:
    """Return the header of a text file whose first line it is, without reading the rest.

    Raises
    ------
    FileError
        If it is no text.
    TableError
        If the delimiter or the header is in doubt.
    """
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        head = "".join(islice(stream, 2))
    try:
        delimiter, at = _layout(file.name, head, ())
        return [fold(cell) for cell in list(_reader(head, delimiter))[at]]
    except csv.Error:
        raise damaged(file) from None


def _encoding(file: Path) -> str:
    """Find the encoding, and refuse what is no text or ends inside a quotation."""
    decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-8")()
    encoding, quotes = "utf-8", 0
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if stream.tell() == len(chunk) and chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
                return "utf-16"
            if b"\0" in chunk:
                raise damaged(file)
            quotes += chunk.count(b'"')
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                encoding = "cp1252"
                decoder = codecs.getincrementaldecoder("latin-1")()
    if quotes % 2 and _ends_quoted(file, encoding):
        msg = (
            f"{file.name!r} has a quotation mark that is never closed: it hides the rows after it."
        )
        raise TableError(msg)
    return encoding


def _ends_quoted(file: Path, encoding: str) -> bool:
    try:
        with file.open(encoding=encoding, errors="replace", newline="") as stream:
            for _ in csv.reader(stream, strict=True):
                pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _head(file: Path, encoding: str) -> str:
    with file.open("rb") as stream:
        start = stream.read(_HEAD_BYTES)
    text = start.decode(encoding, errors="replace").removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    return "".join(lines[:-1] if len(start) == _HEAD_BYTES else lines)


def _reader(head: str, delimiter: str) -> Any:
    """Return a reader of rows that takes any line ending."""
    return csv.reader(StringIO(head.replace("\r\n", "\n").replace("\r", "\n")), delimiter=delimiter)


def _layout(name: str, head: str, wanted: Sequence[str]) -> tuple[str, int]:
    """Return the delimiter and the place of the header among the lines."""
    found = {}
    for delimiter in _DELIMITERS:
        reader = _reader(head, delimiter)
        rows = [[fold(cell) for cell in row] for row in islice(reader, HEAD_ROWS)]
        at = find_header(rows, wanted)
        widest = max((sum(map(bool, row)) for row in rows), default=0)
        found[delimiter] = (rows, at, header_width(rows, at) if at is not None else widest)
    known = [delimiter for delimiter in _DELIMITERS if found[delimiter][1] is not None]
    order = sorted(known or _DELIMITERS, key=lambda mark: -found[mark][2])
    best = order[0]
    rivals = [mark for mark in order[1:] if found[mark][2] == found[best][2] > 1]
    if rivals and not wanted:
        msg = f"{name!r} could be divided by {best!r} or {rivals[0]!r}: name the columns to expect."
        raise TableError(msg)
    rows, at, _ = found[best]
    return best, check_header(name, rows, at, wanted)


def _lines_before(head: str, delimiter: str, at: int) -> int:
    """Count the lines down to the end of the header, which may itself hold line breaks."""
    reader = _reader(head, delimiter)
    for _ in islice(reader, at + 1):
        pass
    return int(reader.line_num)


def _body(
    file: Path, form: Form, labels: Sequence[str], wanted: Sequence[str]
) -> tuple[pd.DataFrame, pd.Series[int], tuple[int, ...]]:
    """Read all rows, counting the filled cells of each, and keep the columns that matter."""
    keep = [
        place
        for place, label in enumerate(labels)
        if not wanted or place == 0 or not label or label in wanted
    ]
    rows, filled, odd = _parse(file, form, len(labels), keep)
    if None in odd.values():
        msg = (
            f"{file.name!r} has rows with more or fewer cells than the {len(labels)} of its "
            f"header: {rows_shown(odd)}. Correct or delete them."
        )
        raise TableError(msg, odd)
    numbers = pd.RangeIndex(form.skip + 1, form.skip + 1 + len(rows) + len(odd))
    rows.index = filled.index = numbers.difference(list(odd))
    if odd:
        lines = pd.DataFrame({0: pd.Series(odd, dtype="str")}).reindex(columns=rows.columns)
        rows = pd.concat([rows, lines.astype("str")]).sort_index()
        filled = pd.concat([filled, pd.Series(1, index=lines.index)]).sort_index()
    return rows.rename_axis("row"), filled.rename_axis("row"), tuple(odd)


def _parse(
    file: Path, form: Form, width: int, keep: Sequence[int]
) -> tuple[pd.DataFrame, pd.Series[int], dict[int, str | None]]:
    """Return the columns to keep, the filled cells of each row, and the rows of another length.

    A row of a single cell comes with its text, since it may be a note; others come with None.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.csv as pa_csv  # noqa: PLC0415

    odd: dict[int, str | None] = {}

    def note(row: pa_csv.InvalidRow) -> str:
        odd[row.number] = row.text.strip(' "') if row.actual_columns == 1 else None
        return "skip"

    names = [str(place) for place in range(width)]
    parts, counts = [], [np.zeros(0, dtype="int64")]
    try:
        for batch in pa_csv.open_csv(
            file,
            pa_csv.ReadOptions(
                use_threads=False, skip_rows=form.skip, column_names=names, encoding=form.encoding
            ),
            pa_csv.ParseOptions(
                delimiter=form.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=note,
            ),
            pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        ):
            # A block without a single good row has columns of no type.
            columns = [column.cast(pa.string()) for column in batch.columns]
            cells = [pc.utf8_trim_whitespace(column) for column in columns]
            counts.append(sum(pc.not_equal(cell, "").cast("int64").to_numpy() for cell in cells))
            note_rows(batch.num_rows)
            parts.append(pa.table([cells[place] for place in keep], [names[i] for i in keep]))
    except pa.ArrowInvalid as error:
        # What the parser says holds the text of a row, which may not be shown.
        if "Empty CSV" not in str(error):
            raise damaged(file) from None
    frame = pa.concat_tables(parts).to_pandas() if parts else pd.DataFrame(columns=keep)
    frame = frame.set_axis(pd.Index(keep), axis="columns").astype("str")
    return frame.where(frame != ""), pd.Series(np.concatenate(counts)), odd
