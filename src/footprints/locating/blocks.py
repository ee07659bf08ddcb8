"""Tables of any length, read and written block by block."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from footprints.errors import TableError
from footprints.masking import rows_shown, shown
from footprints.read.files import PARQUET, damaged, opened
from footprints.read.header import missing_columns
from footprints.read.text_files import text_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from footprints.read.text_files import Form

_CSV_BYTES, _PARQUET_BYTES = 1 << 23, 1 << 20


class Blocks(NamedTuple):
    """A table in blocks.

    Parameters
    ----------
    schema : pyarrow.Schema
        The columns; all of text where the file is text.
    rows : iterator of pyarrow.RecordBatch
        The rows, in order; never more than asked for at a time.
    """

    schema: pa.Schema
    rows: Iterator[pa.RecordBatch]


def read_blocks(file: Path, wanted: Sequence[str], most: int) -> Blocks:
    """Open a table to read it block by block.

    Parameters
    ----------
    file : Path
        CSV or Parquet, as :func:`footprints.read.files.table_file` found it.
    wanted : sequence of str
        Columns that it must have; all are read.
    most : int
        The rows of a block.

    Returns
    -------
    Blocks

    Raises
    ------
    FileError
        If the file is damaged or cannot be opened.
    TableError
        If a column is not there, or there twice. While blocks are read: if rows are longer or
        shorter than the header.
    """
    with opened(file):
        if file.suffix.lower() in PARQUET:
            return _parquet_blocks(file, wanted, most)
        return _text_blocks(file, wanted, most)


def _parquet_blocks(file: Path, wanted: Sequence[str], most: int) -> Blocks:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        # Reading a whole row group ahead would cost memory that grows with it.
        source = pq.ParquetFile(file, pre_buffer=False, buffer_size=_PARQUET_BYTES)
        schema = source.schema_arrow
    except pa.ArrowException:
        raise damaged(file) from None
    _check_columns(file, schema.names, wanted)

    def rows() -> Iterator[pa.RecordBatch]:
        with source:
            try:
                yield from source.iter_batches(batch_size=most)
            except pa.ArrowException:
                raise damaged(file) from None

    return Blocks(schema, _guarded(file, rows()))


def _text_blocks(file: Path, wanted: Sequence[str], most: int) -> Blocks:
    import pyarrow as pa  # noqa: PLC0415

    form, labels = text_form(file, wanted)
    _check_columns(file, labels, wanted)
    schema = pa.schema([pa.field(label, pa.string()) for label in labels])
    return Blocks(schema, _guarded(file, _text_rows(file, form, schema, most)))


def _check_columns(file: Path, names: Sequence[str], wanted: Sequence[str]) -> None:
    if not set(wanted) <= set(names):
        raise missing_columns(file.name, names, wanted)
    twice = [name for name in wanted if list(names).count(name) > 1]
    if twice:
        msg = (
            f"{file.name!r} has columns twice: {', '.join(map(shown, twice))}. Rename one of each."
        )
        raise TableError(msg)


def _text_rows(file: Path, form: Form, schema: pa.Schema, most: int) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa  # noqa: PLC0415

    odd: list[int] = []

    def note(row: Any) -> str:
        odd.append(row.number)
        return "skip"

    try:
        for batch in _open_text(file, form, len(schema), note):
            columns = [column.cast(pa.string()) for column in batch.columns]
            block = pa.RecordBatch.from_arrays(columns, schema=schema)
            for start in range(0, len(block), most):
                yield block.slice(start, most)
    except pa.ArrowInvalid as error:
        # What the parser says holds the text of a row, which may not be shown.
        if "Empty CSV" not in str(error):
            raise damaged(file) from None
    if odd:
        msg = (
            f"{file.name!r} has rows with more or fewer cells than the {len(schema)} of its "
            f"header: {rows_shown(odd)}. Correct or delete them."
        )
        raise TableError(msg, odd)


def _open_text(file: Path, form: Form, width: int, note: Callable[[Any], str]) -> Any:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.csv as pa_csv  # noqa: PLC0415

    # By place, since names may stand twice.
    names = [str(place) for place in range(width)]
    return pa_csv.open_csv(
        file,
        pa_csv.ReadOptions(
            # Only a single thread can say which row is at fault.
            use_threads=False,
            block_size=_CSV_BYTES,
            skip_rows=form.skip,
            column_names=names,
            encoding=form.encoding,
        ),
        pa_csv.ParseOptions(
            delimiter=form.delimiter, newlines_in_values=True, invalid_row_handler=note
        ),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )


def _guarded(file: Path, rows: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Word what the system says while reading, which must not be taken for a fault in writing."""
    with opened(file):
        yield from rows


@contextmanager
def write_blocks(
    file: Path, ending: str, schema: pa.Schema
) -> Iterator[Callable[[pa.RecordBatch], object]]:
    """Open a file to write it block by block.

    Parameters
    ----------
    file : Path
        Where to.
    ending : str
        What to write: ``.parquet``, or else text.
    schema : pyarrow.Schema
        The columns.

    Yields
    ------
    callable
        It takes a block and writes it.
    """
    if ending in PARQUET:
        import pyarrow.parquet as pq  # noqa: PLC0415

        with pq.ParquetWriter(file, schema) as writer:
            yield writer.write_batch
        return
    with file.open("wb") as stream:
        header = _header(schema.names)
        stream.write(header.encode())
        yield lambda block: _write_text(block, stream)


def _header(names: Sequence[str]) -> str:
    from io import StringIO  # noqa: PLC0415

    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(names)
    return line.getvalue()


def _write_text(block: pa.RecordBatch, stream: Any) -> None:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.csv as pa_csv  # noqa: PLC0415

    for style in ("none", "needed"):
        text = pa.BufferOutputStream()
        options = pa_csv.WriteOptions(include_header=False, quoting_style=style)
        try:
            pa_csv.write_csv(block, text, options)
        except pa.ArrowInvalid:
            # A cell holds a comma, a quotation mark or a line break: quote them all.
            continue
        stream.write(text.getvalue())
        return
