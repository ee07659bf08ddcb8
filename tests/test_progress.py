"""A long read shows that it goes on, to those who look, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from io import StringIO
from types import ModuleType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from rich.console import Console

import footprints as fp
from footprints.errors import FileError
from footprints.read import boundary_files, text_files, workbooks
from footprints.read import progress as module
from footprints.read.bundled import data_folder
from footprints.read.progress import note_rows, noting_rows, progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHOW_CURSOR, ERASE_LINE = "\x1b[?25h", "\x1b[2K"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """Return what a terminal gets where a tenth of a second is long."""
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=80, color_system=None)
    monkeypatch.setattr(module, "_is_watched", lambda: True)
    monkeypatch.setattr(module, "_console", lambda: console)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(module, "_REDRAW_SECONDS", 0.01)
    return screen


def wait_for(screen: StringIO, words: str) -> None:
    """Work until words are on the screen, or too long."""
    end = time.monotonic() + 10
    while words not in screen.getvalue():
        assert time.monotonic() < end, screen.getvalue()
        time.sleep(0.01)


def is_clean(screen: StringIO) -> bool:
    """Tell whether the line is gone, the cursor is back and no thread is left."""
    shown = screen.getvalue()
    after = shown.rpartition(SHOW_CURSOR)[2]
    threads = [one for one in threading.enumerate() if one.name == module._NAME]
    return ERASE_LINE in after and not after.rpartition(ERASE_LINE)[2].strip() and not threads


def test_slow_work_is_shown_and_gone_when_done(terminal: StringIO) -> None:
    with progress("Reading 'a.csv'"):
        wait_for(terminal, "Reading 'a.csv': ")
        note_rows(1_200)
        wait_for(terminal, "Reading 'a.csv': 1,200 rows, ")
    assert is_clean(terminal)


def test_fast_work_is_not_shown(terminal: StringIO) -> None:
    with progress("Reading 'a.csv'"):
        pass
    time.sleep(0.3)
    assert not terminal.getvalue()


@pytest.mark.parametrize("name", ["a[/b].csv", "a[red]b.csv", ":smile:.csv", "{task}.csv"])
def test_a_name_is_shown_as_it_is(terminal: StringIO, name: str) -> None:
    with progress(f"Reading {name!r}"):
        wait_for(terminal, f"Reading '{name}': ")
    assert is_clean(terminal)


def test_a_name_cannot_act_on_the_terminal(terminal: StringIO) -> None:
    with progress("Reading \x1b[2Ja\nb\u202e.csv"):
        wait_for(terminal, r"Reading \x1b[2Ja\nb\u202e.csv: ")
    assert "\x1b[2J" not in terminal.getvalue()


def test_a_long_name_stays_on_one_line(terminal: StringIO) -> None:
    with progress("Reading " + "x" * 500):
        wait_for(terminal, "xxx…")
    assert max(map(len, terminal.getvalue().split("\r"))) < 100


def test_an_error_leaves_the_terminal_clean(terminal: StringIO) -> None:
    with pytest.raises(FileError, match="bad"), progress("Reading"):  # noqa: PT012
        wait_for(terminal, "Reading")
        msg = "bad"
        raise FileError(msg)
    assert is_clean(terminal)
    note_rows(1)
    assert module._CURRENT.get() is None


def test_an_interrupt_leaves_the_terminal_clean(terminal: StringIO) -> None:
    with pytest.raises(KeyboardInterrupt, match="^$"), progress("Reading"):  # noqa: PT012
        wait_for(terminal, "Reading")
        raise KeyboardInterrupt
    assert is_clean(terminal)


def test_a_step_takes_the_line_over_and_gives_it_back(terminal: StringIO) -> None:
    with progress("Counting"):
        note_rows(5)
        with progress("Reading"):
            wait_for(terminal, "Reading: ")
            note_rows(7)
            wait_for(terminal, "Reading: 7 rows")
        wait_for(terminal, "Counting: 5 rows")
    assert is_clean(terminal)


def test_a_second_thread_does_not_write_over_the_line(terminal: StringIO) -> None:
    def other() -> None:
        with progress("Other"):
            time.sleep(0.3)

    with progress("Reading"):
        wait_for(terminal, "Reading")
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert "Other" not in terminal.getvalue()


def test_a_terminal_that_has_gone_away_fails_no_read(
    terminal: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.close()
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0)
    with progress("Reading"):
        time.sleep(0.1)
    with progress("Reading"):
        time.sleep(0.1)


def test_rows_are_noted_in_blocks() -> None:
    with progress("Reading"):
        assert list(noting_rows(range(2_500))) == list(range(2_500))
        work = module._CURRENT.get()
        assert work is not None
        assert work.rows == 2_000


class _Notebook:
    """What a notebook shows, update by update."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def display(self, data: dict[str, str], *, raw: bool, display_id: bool) -> _Notebook:
        assert raw
        assert display_id
        self.shown.append(data["text/plain"])
        return self

    def update(self, data: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.shown.append(data["text/plain"])


def test_a_notebook_shows_a_line_below_the_cell(
    terminal: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = _Notebook()
    stub = ModuleType("IPython.display")
    stub.display = notebook.display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", stub)
    monkeypatch.setattr(module, "_console", lambda: Console(file=StringIO(), force_jupyter=True))
    with progress("Reading 'a[/b].csv'"):
        time.sleep(0.5)
    assert notebook.shown[1].startswith("Reading 'a[/b].csv': ")
    assert not notebook.shown[-1]
    assert not terminal.getvalue()


SLOW_WORK = """
import sys, time
from footprints.read import progress as module
module.PATIENCE_SECONDS = 0
with module.progress("Reading 'a.csv'"):
    time.sleep(1)
print("rich" in sys.modules)
"""


def test_a_script_sees_nothing_and_loads_nothing() -> None:
    environment = {**os.environ, "FORCE_COLOR": "1", "TTY_COMPATIBLE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SLOW_WORK],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
def test_a_real_terminal_shows_it_and_the_output_stays_as_it_is() -> None:
    ours, theirs = os.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_WORK], stdout=subprocess.PIPE, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        output, _ = process.communicate(timeout=60)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert output == b"True\n"
    assert "Reading 'a.csv': 1 s" in shown
    assert shown.index("Reading") < shown.rindex(SHOW_CURSOR) < shown.rindex(ERASE_LINE)


def slowed(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
    """Make one step of a read slow."""
    original = getattr(place, name)

    def slow(*args: Any, **kwargs: Any) -> Any:
        time.sleep(0.5)
        return original(*args, **kwargs)

    monkeypatch.setattr(place, name, slow)


def _csv(folder: Path, text: str) -> Path:
    (folder / "a[/b].csv").parent.mkdir()
    (folder / "a[/b].csv").write_text(text, encoding="utf-8")
    return folder / "a[/b].csv"


def _table(folder: Path) -> object:
    return fp.read_table(_csv(folder, "CODE,N\nA,1\n"))


def _patients(folder: Path) -> object:
    text = "PRACTICE_CODE,LSOA_CODE,NUMBER_OF_PATIENTS\nA1,E01000001,9\n"
    return fp.read_patients_by_lsoa(_csv(folder, text))


def _postcodes(folder: Path) -> object:
    file = _csv(folder, "pcds,doterm,lsoa21\nZZ99 9ZZ,,E01000001\n")
    people = pd.DataFrame({"where": ["ZZ99 9ZZ"]})
    return fp.count_by_postcode(people, file, postcode="where", unit="lsoa21")


def _workbook(folder: Path) -> object:
    book = openpyxl.Workbook()
    book.active.append(["CODE", "N"])
    book.active.append(["A", 1])
    book.save(folder / "a.xlsx")
    return fp.read_table(folder / "a.xlsx")


def _layer(_: Path) -> object:
    return fp.read_layer(data_folder() / "england" / "boundaries.geojson", code="unit")


READS: dict[str, tuple[Callable[[Path], object], Any, str, str]] = {
    "table": (_table, text_files, "_encoding", "Reading 'b].csv': "),
    "patients": (_patients, text_files, "_encoding", "Reading 'b].csv': "),
    "postcodes": (_postcodes, text_files, "_encoding", "Reading 'b].csv': "),
    "workbook": (_workbook, workbooks, "_check_calculated", "Reading 'a.xlsx': "),
    "layer": (_layer, boundary_files, "_read_any", "Reading 'boundaries.geojson': "),
}


@pytest.mark.parametrize("read", READS)
def test_every_read_that_may_be_long_is_shown(
    tmp_path: Path, terminal: StringIO, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    call, place, name, words = READS[read]
    slowed(monkeypatch, place, name)
    call(tmp_path)
    assert words in terminal.getvalue()
    assert is_clean(terminal)


def test_placing_the_points_of_a_file_shows_how_many_are_done(terminal, tmp_path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("x,y\n" + "400500,500\n" * 30, encoding="utf-8")
    square = [shapely.box(400_000, 0, 401_000, 1_000)]
    layer = gpd.GeoDataFrame(index=["A"], geometry=square, crs=27700)
    done = []

    def look(rows: int) -> None:
        done.append(rows)
        wait_for(terminal, f"Placing the points of 'in.csv': {sum(done)} rows, ")

    options = {"x": "x", "y": "y", "block_rows": 10, "on_rows": look}
    fp.locate_file(file, tmp_path / "out.csv", {"lad": layer}, **options)
    assert (done, is_clean(terminal)) == ([10, 10, 10], True)


def test_placing_many_points_shows_that_it_goes_on(terminal, monkeypatch) -> None:
    square = [shapely.box(400_000, 0, 401_000, 1_000)]
    layer = gpd.GeoDataFrame(index=["A"], geometry=square, crs=27700)
    locator = fp.Locator(layer)
    find = fp.Locator.find_and_count

    def slow(*given: Any) -> Any:
        wait_for(terminal, "Placing 2 points: ")
        return find(*given)

    monkeypatch.setattr(fp.Locator, "find_and_count", slow)
    assert fp.locate([400_500, 0], [500, 0], locator).fillna("").tolist() == ["A", ""]
    assert is_clean(terminal)
