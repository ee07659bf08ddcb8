"""Where a table begins and ends among the titles and notes around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from footprints.errors import TableError, near
from footprints.masking import all_shown, counted, masked, open_codes, rows_shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

HEAD_ROWS = 60
"""How many rows of a file are looked through for its header."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A table as it stands in a file, before anything is left out.

    Parameters
    ----------
    file : str
        The name of the file, for messages.
    labels : tuple of str
        The header by position; empty text where a column has none.
    body : DataFrame
        The rows below it as text, indexed by ``row`` (the number in the file), columns numbered
        by position. Columns that are not wanted may be missing.
    filled : Series of int
        How many cells of each row hold anything, in all columns of the file.
    dropped : tuple of str
        What was left out so far, in words.
    encoding : str
        How a text file is encoded; empty for others.
    short : tuple of int
        Rows of a single cell where the header has more.
    """

    file: str
    labels: tuple[str, ...]
    body: pd.DataFrame
    filled: pd.Series[int]
    dropped: tuple[str, ...] = ()
    encoding: str = ""
    short: tuple[int, ...] = ()


def fold(text: object) -> str:
    """Return a header with line breaks and repeated spaces made one space."""
    return "" if text is None else " ".join(str(text).replace("\ufeff", "").split())


def find_header(rows: Sequence[Sequence[str]], wanted: Sequence[str]) -> int | None:
    """Find the row of the header among the first rows of a file.

    Parameters
    ----------
    rows : sequence of rows
        Folded texts.
    wanted : sequence of str
        The columns that it must have; with none, it is the first row of two cells or more, or
        the first row of all where no row has two.

    Returns
    -------
    int or None
        None if no row can be the header.
    """
    if wanted:
        return next((i for i, row in enumerate(rows) if set(wanted) <= set(row)), None)
    widths = [header_width(rows, at) for at in range(len(rows))]
    wide = (at for at, width in enumerate(widths) if width > 1)
    return next(wide, next((at for at, width in enumerate(widths) if width), None))


def header_width(rows: Sequence[Sequence[str]], at: int) -> int:
    """Return how many columns a row would be the header of.

    An empty first cell counts if the rows below are counted from 0: so pandas writes a table with
    its index.

    Examples
    --------
    >>> header_width([["", "CODE"], ["0", "A1"]], 0), header_width([["", "A title"], [""]], 0)
    (2, 1)
    """
    row, below = rows[at], rows[at + 1] if at + 1 < len(rows) else ()
    is_count = len(row) > 1 and not row[0] and all(row[1:]) and [*below[:1]] == ["0"]
    return sum(map(bool, row)) + is_count


def check_header(
    file: str, rows: Sequence[Sequence[str]], at: int | None, wanted: Sequence[str]
) -> int:
    """Return the row of the header, or say why there is none.

    Raises
    ------
    TableError
        If columns are missing, if columns stand twice, or if it could be a line above the
        header.
    """
    if at is None:
        widest = max(rows, key=lambda row: sum(map(bool, row)), default=())
        raise missing_columns(file, [label for label in widest if label], wanted)
    if not wanted and at + 1 < len(rows) and not any(rows[at + 1]):
        msg = (
            f"In {file!r} row {at + 1} could be the header or a note above it: an empty row "
            "follows. Name the columns that you want, or delete what stands above the header."
        )
        raise TableError(msg)
    labels = [label for label in rows[at] if label]
    doubles = dict.fromkeys(label for label in labels if labels.count(label) > 1)
    if twice := [label for label in doubles if not wanted or label in wanted]:
        msg = f"{file!r} has columns twice: {all_shown(twice)}. Rename or delete one of each."
        raise TableError(msg, open_codes(twice))
    return at


def missing_columns(file: str, labels: Sequence[str], wanted: Sequence[str]) -> TableError:
    """Return the error for columns that a file lacks, with what comes near."""
    missing = [label for label in wanted if label not in labels]
    if not missing:
        return TableError(f"{file!r} holds no table: no cell of it is filled.")
    hint = near(missing, masked(labels))
    msg = f"{file!r} has no column {all_shown(missing)}.{hint} It has {all_shown(labels)}."
    return TableError(msg, open_codes(missing))


def trimmed(cells: Cells, wanted: Sequence[str] = ()) -> Cells:
    """Leave out what is beyond doubt no part of the table, and say what.

    Raises
    ------
    TableError
        If there is doubt: columns with content and no header, rows after a gap, short rows.
    """
    return _without_notes(_without_blank_columns(cells, wanted))


def _without_blank_columns(cells: Cells, wanted: Sequence[str]) -> Cells:
    named = [place for place in cells.body if cells.labels[place]]
    nameless = [place for place in cells.body if not cells.labels[place]]
    full = [place for place in nameless if cells.body[place].notna().any()]
    last = max(named, default=-1)
    # What stands beside a table, after a column that is empty all the way down, is no part of it.
    beside = [place for place in full if place > last + 1 and last + 1 not in full]
    counts = [str(number) for number in range(len(cells.body))]
    counting = [place for place in full if place == 0 and cells.body[0].tolist() == counts]
    doubtful = [place + 1 for place in full if place not in (*beside, *counting)]
    if doubtful and not wanted:
        numbers = ", ".join(map(str, doubtful))
        msg = (
            f"{cells.file!r} has columns with content and no header, counted from the left: "
            f"{numbers}. Give them one, or name the columns that you want."
        )
        raise TableError(msg, doubtful)
    if not nameless:
        return cells
    words = f"{counted(len(nameless), 'column')} without a header"
    words += f", {len(beside)} of them with a note or table beside this one" if beside else ""
    words += ", one of them a count of the rows" if counting else ""
    filled = cells.filled - cells.body[nameless].notna().sum(axis="columns")
    return _less(cells, cells.body[named], filled, words)


def _without_notes(cells: Cells) -> Cells:
    blank = cells.filled.eq(0)
    notes, doubtful = _lines_apart(cells, blank)
    doubtful += [row for row in cells.short if row not in notes]
    if doubtful:
        msg = (
            f"{cells.file!r} has lines that could be part of the table or a note: "
            f"{rows_shown(doubtful)}. Complete or delete them."
        )
        raise TableError(msg, sorted(set(doubtful)))
    words = [counted(blank.sum(), "empty row")] if blank.any() else []
    words += [f"{counted(len(notes), 'row')} of notes below the table"] if notes else []
    kept = cells.filled.index[~blank].difference(notes)
    return _less(cells, cells.body.loc[kept], cells.filled[kept], *words)


def _lines_apart(cells: Cells, blank: pd.Series[bool]) -> tuple[list[int], list[int]]:
    """Return the rows of a single cell after a gap: those that are notes, and those in doubt."""
    if sum(map(bool, cells.labels)) < 2 or not blank.any():
        return [], []
    rows = cells.filled[~blank]
    after_gap = blank.shift(fill_value=False)[rows.index]
    below = rows.index[rows.index > max(rows.index[rows.gt(1)], default=0)]
    doubtful = list(rows.index[rows.eq(1) & after_gap].difference(below))
    if not len(below) or not after_gap[below[0]]:
        return [], doubtful
    # A note has words; a single code may be a row whose other cells are missing.
    texts = cells.body.loc[below].bfill(axis="columns").iloc[:, 0].astype("str")
    if texts.str.contains(r"\s", na=False).all():
        return list(below), doubtful
    return [], [*doubtful, *below]


def _less(cells: Cells, body: pd.DataFrame, filled: pd.Series[int], *words: str) -> Cells:
    return replace(cells, body=body, filled=filled, dropped=(*cells.dropped, *words))
