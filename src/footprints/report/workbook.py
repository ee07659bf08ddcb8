"""A report as an Excel workbook: sheets to read, filter, print and pass on."""

from __future__ import annotations

import math
import re
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

import pandas as pd

from footprints.report.cells import STATUS, height, lines_taken, number_formats, width, wraps
from footprints.report.contents import (
    about,
    band_table,
    in_words,
    layer_called,
    layer_table,
    origins,
    populations,
    remarks,
    spread,
    verdict,
    versions,
    visible,
    worst_first,
    written,
)
from footprints.report.table import is_formula
from footprints.report.text import graveness
from footprints.report.words import COLUMNS, COUNTS, PAIRS, STATUSES, meaning

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from footprints.report.report import Report

MOST_TEXT = 32_767
"""What a cell of Excel holds, in units of UTF-16."""
MOST_ROWS = 1_048_576
"""The rows of a sheet."""

# From the palette of Okabe and Ito, told apart in the common forms of colour blindness; black text
# on each has a contrast of at least 5 to 1, and the word is always there.
COLOURS = {"fail": "#d55e00", "warn": "#e69f00", "excepted": "#56b4e9", "skipped": "#d9d9d9"}
_SUMMARY_WIDTHS = [22, 32, 32, *[11] * 6, 16]
FIRST = ("Effects", "Flows", "Lookup", "Partners", "Services", "Ties")
"""The further tables that a reader wants first, before the findings."""
MOST_NAMED = 10
"""How many of the worst misses the summary names."""
_UNSHEETED = re.compile(r"[\[\]:*?/\\']")


def as_xlsx(report: Report, marking: str = "") -> bytes:
    """Return a report as an Excel workbook.

    Sheets: ``Summary``; the further tables that a reader wants first (:data:`FIRST`);
    ``Findings`` (all of them under fixed columns, the worst first); one a check, without the
    columns that it leaves empty; one a table of the rest; ``Pairs``; ``Sources``; ``Notes``,
    which explains every column. Text stays text, codes and what looks like a formula too.

    Parameters
    ----------
    report : Report
        What a check found.
    marking : str
        Such as ``DRAFT``: the first line of each sheet, and of each page that is printed.

    Returns
    -------
    bytes
        The same for the same report on the same day.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers=["icb22"])
    >>> as_xlsx(report)[:2]
    b'PK'
    """
    from xlsxwriter import Workbook  # noqa: PLC0415  # It is needed for nothing else.

    target = BytesIO()
    # Text goes in as text by the call that writes it; in memory, no file is left lying about.
    with Workbook(target, {"in_memory": True, "strings_to_urls": False}) as workbook:
        made = datetime.fromisoformat(written())
        title, marking = visible(report.atlas.title), visible(marking)
        said = {"title": _fitting(title, 255), "status": _fitting(marking, 255)}
        workbook.set_properties({**said, "created": made})
        book = _Book(workbook, title, marking)
        findings = worst_first(report)
        _summary_sheet(book, report)
        first = [name for name in FIRST if name in report.tables]
        for name in first:
            book.table_sheet(name, report.tables[name], frozen=1)
        book.table_sheet("Findings", findings, frozen=4)
        for check, found in findings.groupby("check", sort=False):
            book.table_sheet(str(check), _useful(found), frozen=2)
        for name in [name for name in report.tables if name not in first]:
            book.table_sheet(name, report.tables[name], frozen=1)
        book.table_sheet("Pairs", report.pairs, frozen=4)
        _sources_sheet(book, report)
        _notes_sheet(book, report)
    return target.getvalue()


class _Book:
    """A workbook on its way, and what its sheets have in common."""

    def __init__(self, workbook: Workbook, title: str, marking: str) -> None:
        self.workbook, self.title, self.marking = workbook, title, marking
        self.formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self.cut, self.left_out = 0, 0

    def style(self, **said: object) -> Format:
        """Return a format, made once."""
        key = tuple(sorted(said.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({"valign": "top", **said})
        return self.formats[key]

    def sheet(self, name: str) -> tuple[Worksheet, int]:
        """Add a sheet ready to print, and return it with its first row that is free."""
        taken = {sheet.get_name().lower() for sheet in self.workbook.worksheets()}
        sheet = self.workbook.add_worksheet(_sheet_name(name, taken))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
        mark = f"&C&B{_printed(self.marking)}" if self.marking else ""
        sheet.set_header(f"&L{_printed(self.title)}{mark}&R&A")
        sheet.set_footer(f"&L{written()}{mark}&R&P / &N")
        if self.marking:
            self.text(sheet, 0, 0, self.marking, bold=True, font_size=14)
        return sheet, int(bool(self.marking))

    def text(self, sheet: Worksheet, row: int, column: int, value: object, **said: object) -> None:
        """Write a value as text that is never run, and never lost but where a cell cannot hold it."""
        text = visible(value)
        shown = _fitting(text, MOST_TEXT)
        self.cut += shown != text
        style = self.style(**said, **({"quote_prefix": True} if is_formula(shown) else {}))
        if shown.startswith("<r>") and shown.endswith("</r>"):
            # XlsxWriter takes such text for markup of its own, but not in pieces.
            sheet.write_rich_string(row, column, shown[0], shown[1], shown[2:], style)
        else:
            sheet.write_string(row, column, shown, style)

    def table(
        self,
        sheet: Worksheet,
        top: int,
        frame: pd.DataFrame,
        wrapped: frozenset[str] = frozenset(),
    ) -> int:
        """Write a table with its header at a row, and return the row below it."""
        head = {"bold": True, "bg_color": "#f0f0f0", "bottom": 1, "text_wrap": True}
        for column, name in enumerate(frame.columns):
            is_number = frame[name].dtype.kind in "iuf"
            self.text(sheet, top, column, name, **head, align="right" if is_number else "left")
        shown = frame.head(MOST_ROWS - top - 1)
        self.left_out += len(frame) - len(shown)
        for row, lines in enumerate(lines_taken(shown, wrapped), start=top + 1):
            if lines > 1:
                sheet.set_row(row, height(lines))
        for column, name in enumerate(shown.columns):
            folds = {"text_wrap": True} if wraps(str(name)) or name in wrapped else {}
            formats = number_formats(shown, str(name))
            values = zip(shown[name].tolist(), shown[name].isna(), formats, strict=True)
            for row, (value, missing, number) in enumerate(values, start=top + 1):
                if not missing and value != "":
                    self._cell(sheet, row, column, value, number, folds)
        return top + 1 + len(shown)

    def _cell(  # noqa: PLR0913, PLR0917 - a value, its place and how it is shown.
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        value: object,
        number: str,
        folds: dict[str, bool],
    ) -> None:
        if isinstance(value, bool):
            self.text(sheet, row, column, in_words(value))
        elif isinstance(value, (int, float)) and math.isfinite(value):
            sheet.write_number(row, column, value, self.style(num_format=number))
        elif number == STATUS and value in COLOURS:
            self.text(sheet, row, column, value, bg_color=COLOURS[str(value)], bold=True)
        else:
            self.text(sheet, row, column, value, num_format="@", **folds)

    def table_sheet(self, name: str, frame: pd.DataFrame, *, frozen: int) -> None:
        """Add a sheet that holds one table, to filter."""
        sheet, top = self.sheet(name)
        bottom = self.table(sheet, top, frame)
        for column, label in enumerate(frame.columns):
            sheet.set_column(column, column, width(str(label)))
        sheet.freeze_panes(top + 1, min(frozen, len(frame.columns)))
        sheet.repeat_rows(top)
        last = max(bottom - 1, top)
        sheet.autofilter(top, 0, last, len(frame.columns) - 1)
        if "message" in frame:
            # On paper, the sentence tells what the columns behind it hold.
            sheet.print_area(0, 0, last, list(frame.columns).index("message"))

    def sentence(self, sheet: Worksheet, row: int, text: object, **said: object) -> int:
        """Write a sentence over the width of the summary, and return the row below it."""
        style = self.style(text_wrap=True, **said)
        sheet.merge_range(row, 0, row, len(_SUMMARY_WIDTHS) - 1, "", style)
        self.text(sheet, row, 0, text, text_wrap=True, **said)
        lines = math.ceil((len(visible(text)) + 1) / sum(_SUMMARY_WIDTHS))
        if lines > 1:
            sheet.set_row(row, height(lines))
        return row + 1


def _summary_sheet(book: _Book, report: Report) -> None:
    """Add what a reader wants first."""
    sheet, row = book.sheet("Summary")
    for column, wide in enumerate(_SUMMARY_WIDTHS):
        sheet.set_column(column, column, wide)
    sheet.set_row(row, 24)
    row = book.sentence(sheet, row, report.atlas.title, bold=True, font_size=16)
    for line in [*report.atlas.notes, *report.lead, *about(report)]:
        row = book.sentence(sheet, row, line)
    row = book.sentence(sheet, row + 1, verdict(report), bold=True, font_size=12)
    row = book.table(sheet, row + 1, _counts(report))
    row = _worst_sentences(book, sheet, row, report)
    in_bands = report.in_bands.reset_index()
    if len(in_bands):
        row = book.sentence(sheet, row + 1, "Footprints and their population bands", bold=True)
        row = book.table(sheet, row, _called(report, in_bands, ["layer"]))
    for line in spread(report):
        row = book.sentence(sheet, row, line)
    uncounted = {"In no footprint": report.remainders} if report.remainders else {}
    for head, lines in (uncounted | remarks(report)).items():
        row = book.sentence(sheet, row + 1, head, bold=True)
        for line in lines:
            row = book.sentence(sheet, row, line)


def _counts(report: Report) -> pd.DataFrame:
    """Return the counts of a report in plain words, the layers by key and by what they are."""
    counts = report.summary.reset_index().rename(columns=COUNTS)
    return _called(report, counts, ["layer", "against"]).rename(columns={"check": "Check"})


def _called(report: Report, table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Say behind the key of each layer what it is."""
    words = {name: [layer_called(report.atlas, key) for key in table[name]] for name in columns}
    return table.assign(**words).rename(columns=str.capitalize)


def _worst_sentences(book: _Book, sheet: Worksheet, row: int, report: Report) -> int:
    """Write the worst misses, of a baseline those that it did not know, and return the row below."""
    missed = report.worst[report.worst["since"] != "known"]
    if missed.empty:
        return row
    new = "" if report.mended is None else " that are new or worse"
    shown = missed.head(MOST_NAMED)
    some = (
        f"{len(shown):,} worst of {len(missed):,}"
        if len(shown) < len(missed)
        else f"{len(shown):,}"
    )
    row = book.sentence(sheet, row + 1, f"Misses{new}: the {some}", bold=True)
    for miss in shown.itertuples():
        row = book.sentence(sheet, row, f"{graveness(miss)}: {miss.message}")
    return row


def _sources_sheet(book: _Book, report: Report) -> None:
    """Add where everything comes from."""
    sheet, row = book.sheet("Sources")
    made = pd.DataFrame(versions().items(), columns=["made with", "version"])
    files = origins(report)[["part", "file", "source", "as_at", "layer", "rows", "note", "sha256"]]
    for column, wide in enumerate([26, 26, 40, 16, 14, 14, 40, 66]):
        sheet.set_column(column, column, wide)
    tables = (files, layer_table(report), populations(report), band_table(report), made)
    for table in tables:
        row = book.table(sheet, row, table, frozenset({"source", "population_source"})) + 1


def _notes_sheet(book: _Book, report: Report) -> None:
    """Add what words mean, and what the workbook could not hold."""
    sheet, row = book.sheet("Notes")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 110)
    words = pd.DataFrame(STATUSES.items(), columns=["word", "meaning"])
    columns = pd.DataFrame((COLUMNS | PAIRS).items(), columns=["column", "meaning"])
    further = [_explained(title, table) for title, table in report.tables.items()]
    for table in (words, columns, *further):
        row = book.table(sheet, row, table) + 1
    if book.cut:
        told = (
            f"Texts longer than the {MOST_TEXT:,} characters of a cell are cut and end in …: "
            f"{book.cut:,} cells. The report as .json holds them whole."
        )
        book.text(sheet, row, 0, told)
        row += 1
    if book.left_out:
        told = f"A sheet ends at row {MOST_ROWS:,}: {book.left_out:,} rows are left out here. "
        book.text(sheet, row, 0, f"{told}The report as .json or .csv holds them all.")


def _explained(title: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return what the columns of a further table mean."""
    told = [(str(name), meaning(title, str(name))) for name in table]
    return pd.DataFrame(told, columns=[f"column of {title}", "meaning"])


def _useful(found: pd.DataFrame) -> pd.DataFrame:
    """Return the findings of one check without the columns that it leaves empty."""
    filled = (found.notna() & (found != "")).any()
    return found[[name for name in found if filled[name] and name != "check"]]


def _fitting(text: str, most: int) -> str:
    """Return a text, cut with an ellipsis where it has more units of UTF-16 than fit."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * most:
        return text
    return units[: 2 * (most - 1)].decode("utf-16-le", errors="ignore") + "…"


def _printed(text: str) -> str:
    """Return text for the head of a printed page, short enough for Excel, its codes undone."""
    return _fitting(text, 60).replace("&", "&&")


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that Excel takes for a sheet, one that is not taken."""
    plain = _UNSHEETED.sub(" ", visible(name)).strip() or "Sheet"
    for number in range(1, len(taken) + 2):
        end = "" if number == 1 else f" {number}"
        fit = _fitting(plain, 31 - len(end)) + end
        if fit.lower() not in taken and fit.lower() != "history":
            return fit
    return f"Sheet {len(taken) + 1}"
