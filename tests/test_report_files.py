"""Reports as files: each read back, whatever names hold, and whole whatever happens."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
import pytest
from conftest import layer_of, make_atlas
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from pandas.testing import assert_frame_equal

import footprints as fp
from footprints.errors import FileError, OutputError
from footprints.report import Report, workbook
from footprints.report.contents import groups, visible, worst_first
from footprints.report.findings import FINDING_COLUMNS
from footprints.report.markdown import NOTHING, escaped
from footprints.report.table import FORMULA, harmless
from footprints.report.words import COLUMNS
from footprints.report.writing import FORMATS

SCHEMA = json.loads(
    (Path(fp.__file__).parent / "report" / "report.schema.json").read_text(encoding="utf-8")
)
HERE = [".xlsx", ".html", ".json", ".csv", ".md", ".txt"]
"""The formats for people and tables; those for machines have tests of their own."""
TEXTS = [name for name, kind in FINDING_COLUMNS.items() if kind == "str"]
HOSTILE = [
    '=HYPERLINK("http://a.example","x")',
    "=cmd|'/c calc'!A1",
    "{=1+1}",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "  =1+1",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",  # noqa: RUF001
    "a;=1+1",
    "<script>alert(1)</script>",
    "</script></style><img src=x onerror=alert(1)>",
    "</title></td></table>",
    "\x1b[31mred\x1b[0m",
    "x" * 10_000,
    "abc\u202edef\u2066",
    "a\x00b\x07c\x0b",
    "\ufffe\uffff",
    "{{7*7}}{% raw %}{{ report }}",
    "a|b\n| c |\n\n# heading",
    "- item",
    "1. item",
    "# heading",
    "> quote",
    "*a* _b_ `c` ~~d~~ $e$ [f](http://a.example) ![g](h) https://a.example www.a.example",
    "<r><t>rich</t></r>",
    "_x0041_",
    "http://a.example",
    "'quoted'",
    "&amp; &lt;b&gt;",
    "1E5",
    "00123",
    "TRUE",
    'E54000050,"a"',
    "%0A::error::",
    "é😀 שלום",
]


@pytest.fixture(scope="module")
def country(england: fp.Atlas) -> Report:
    """Return all that is found of the embedded England."""
    return fp.check(england)


@pytest.fixture
def small(row: fp.Atlas) -> Report:
    """Return what is found of a small country."""
    return fp.check(row)


@pytest.fixture
def hostile(small: Report) -> Report:
    """Return a report all of whose texts are hostile."""
    plain = small.findings[small.findings["check"] == "nesting"].iloc[[0]]
    rows = pd.concat([plain] * len(HOSTILE), ignore_index=True)
    rows = rows.assign(**dict.fromkeys(TEXTS, HOSTILE))
    known = {"status": "warn", "severity": "fail", "since": "new", "limit_kind": "hard"}
    gone = rows.assign(status="fail", severity="warn", since="worse", limit_kind="soft")
    skipped = rows.assign(status="skipped", severity="fail", since=None, limit_kind=None)
    texts = ["left_layer", "right_layer", "left", "left_name", "right", "right_name"]
    pairs = pd.DataFrame(dict.fromkeys(texts, HOSTILE)).astype("str")
    numbers = ["units", "people", "area_m2", "left_share", "right_share"]
    origins = tuple(
        fp.Origin(part=text, file=text, layer=text, sha256=text, source=text, as_at=text, note=text)
        for text in HOSTILE
    )
    band = fp.Band(lower=1, quote=" ".join(HOSTILE))
    # A table cannot hold half a character, but a title can.
    all_of_them = " / ".join([*HOSTILE, "\ud800"])
    return Report(
        atlas=told_of(small.atlas, title=all_of_them, notes=tuple(HOSTILE), origins=origins),
        bands=fp.BandSet(
            name=all_of_them,
            title=all_of_them,
            as_at=all_of_them,
            source=all_of_them,
            bands=dict.fromkeys(HOSTILE, band),
        ),
        findings=pd.concat(
            [small.findings, rows.assign(**known), gone, skipped], ignore_index=True
        ).astype(FINDING_COLUMNS),
        pairs=pairs.assign(**dict.fromkeys(numbers, 1)),
        mended=rows.assign(**known).astype(FINDING_COLUMNS),
    )


def told_of(atlas: fp.Atlas, **said: object) -> fp.Atlas:
    """Return an atlas of the same units and layers, of which something else is told."""
    units, layers = atlas.parts()
    made = {}
    for key, layer in layers.items():
        rows = atlas.membership.query("layer == @key")
        codes = rows.set_index("unit")["code"].astype("str")
        made[key] = replace(layer, members={"squares": codes})
    return fp.Atlas(units=units, layers=made, **said)


class Page(HTMLParser):
    """What stands in a page: its tags, the text outside styles, and its rows of cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """See that tags are closed in order."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        if "style" not in self.open:
            self.text.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


@cache
def opened(content: bytes) -> openpyxl.Workbook:
    """Open a workbook, once however often it is asked for."""
    return openpyxl.load_workbook(io.BytesIO(content))


def cells(content: bytes, sheet: str) -> pd.DataFrame:
    """Read a sheet of a workbook that has no marking."""
    book = opened(content)
    head, *rows = book[sheet].iter_rows(values_only=True)
    return pd.DataFrame(rows, columns=list(head), dtype=object)


def assert_findings(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare findings of a workbook, which holds 16 digits of a number and no empty text."""
    expected = expected.reset_index(drop=True)
    assert list(found) == list(FINDING_COLUMNS)
    assert len(found) == len(expected)
    for name, kind in FINDING_COLUMNS.items():
        if kind == "str":
            shown = expected[name].map(visible, na_action="ignore").astype(object)
            texts = shown.where(expected[name].notna() & (expected[name] != ""), None)
            assert found[name].to_list() == texts.to_list(), name
        else:
            numbers = expected[name].astype("float64")
            np.testing.assert_allclose(found[name].astype("float64"), numbers, rtol=1e-15)


def markdown(content: bytes) -> list[str]:
    """Return the texts of a Markdown file as a reader sees them, and see that all is text."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
    texts = []
    for token in tokens.parse(content.decode()):
        assert token.type not in ("html_block", "fence", "code_block", "blockquote_open")
        for part in token.children or []:
            if (part.type, part.content) == ("html_inline", NOTHING):
                part.content = ""
                continue
            assert part.type in ("text", "text_special", "strong_open", "strong_close"), part
        if token.type == "inline":
            texts.append("".join(part.content for part in token.children or []))
    return texts


def test_each_ending_has_its_format_and_others_are_refused(small: Report, tmp_path: Path) -> None:
    assert set(HERE) <= set(FORMATS)
    for ending in HERE:
        file = small.save(tmp_path / f"report{ending.upper()}", marking=" DRAFT\n2 ")
        assert file == tmp_path / f"report{ending.upper()}"
        if ending not in (".xlsx", ".csv"):
            assert "DRAFT 2" in file.read_text(encoding="utf-8")
    with pytest.raises(OutputError, match="'report.pdf' cannot be written.*'.xlsx', '.html'"):
        fp.write_report(small, tmp_path / "report.pdf")
    with pytest.raises(OutputError, match="must end in '.xlsx'"):
        small.to_excel(tmp_path / "report.html")
    assert small.to_excel(tmp_path / "report.xlsx").is_file()
    assert json.loads(small.to_json())["title"] == "Squares"
    assert small.to_html(marking="DRAFT").count("DRAFT") == 3


def test_the_same_report_gives_the_same_bytes(small: Report) -> None:
    for write in map(FORMATS.get, HERE):
        first = write(small, "DRAFT")
        time.sleep(0.01)
        assert write(small, "DRAFT") == first


def test_a_workbook_holds_the_findings(country: Report) -> None:
    content = FORMATS[".xlsx"](country, "")
    assert_findings(cells(content, "Findings"), worst_first(country))
    pairs = cells(content, "Pairs")
    assert pairs["left"].to_list() == country.pairs["left"].to_list()
    np.testing.assert_allclose(
        pairs["left_share"].astype("float64"), country.pairs["left_share"], rtol=1e-15
    )
    nested = cells(content, "nesting")
    assert len(nested) == (country.findings["check"] == "nesting").sum()
    assert "lower" not in nested
    assert "counterpart" in nested
    known = country.atlas.provenance
    sources = cells(content, "Sources").iloc[: len(known)]
    assert sources["sha256"].to_list() == known["sha256"].to_list()


def test_a_workbook_is_ready_to_filter_print_and_pass_on(country: Report) -> None:
    book = opened(FORMATS[".xlsx"](country, "DRAFT & more"))
    checks = list(dict.fromkeys(worst_first(country)["check"]))
    assert book.sheetnames == ["Summary", "Findings", *checks, "Pairs", "Sources", "Notes"]
    assert book.properties.title == country.atlas.title
    for sheet in book:
        assert sheet["A1"].value == "DRAFT & more"
        assert "DRAFT && more" in sheet.oddHeader.center.text
        assert "DRAFT && more" in sheet.oddFooter.center.text
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # One page wide is what a file says that says nothing.
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    for name in ["Findings", *checks, "Pairs"]:
        sheet = book[name]
        assert sheet.freeze_panes[-1] == "3"
        assert sheet.auto_filter.ref == f"A2:{sheet.dimensions.partition(':')[2]}"
        assert sheet.print_title_rows == "$2:$2"
    findings = book["Findings"]
    head = {cell.value: cell.column_letter for cell in findings[2]}
    assert findings[f"{head['people']}3"].number_format == "#,##0"
    assert findings[f"{head['code']}3"].number_format == "@"
    assert findings[f"{head['message']}3"].alignment.wrap_text
    assert findings.column_dimensions[head["message"]].width > 60
    status = findings[f"{head['status']}3"]
    assert (status.value, status.fill.fgColor.rgb) == ("warn", "FFE69F00")


def test_text_too_long_for_a_cell_is_cut_and_said_to_be(small: Report) -> None:
    long = small.findings.iloc[[0]].assign(name="😀" * 20_000)
    content = FORMATS[".xlsx"](replace(small, findings=long), "")
    name = cells(content, "Findings")["name"][0]
    assert name == "😀" * 16_383 + "…"
    notes = [cell for cell in cells(content, "Notes")["word"] if cell]
    assert "2 cells" in notes[-1]
    assert ".json" in notes[-1]


def test_rows_beyond_a_sheet_are_counted(small: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    content = FORMATS[".xlsx"](small, "")
    assert len(cells(content, "Findings")) == 3
    assert "rows are left out here" in cells(content, "Notes").iloc[-1, 0]


def test_json_keeps_to_its_schema_and_is_read_back(country: Report, tmp_path: Path) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    file = country.save(tmp_path / "report.json")
    said = json.loads(file.read_text(encoding="ascii"))
    Draft202012Validator(SCHEMA).validate(said)
    again = fp.read_report(file)
    assert_frame_equal(again, country.findings)
    pairs = pd.DataFrame(said["pairs"]).astype(country.pairs.dtypes.to_dict())
    assert_frame_equal(pairs, country.pairs.reset_index(drop=True), check_exact=True)
    counts = pd.DataFrame(said["summary"]).set_index(["check", "layer", "against"])
    assert_frame_equal(counts, country.summary, check_dtype=False)


def test_the_schema_and_the_words_know_every_column() -> None:
    kinds = {"str": ["string", "null"], "float64": ["number", "null"], "Int64": ["integer", "null"]}
    finding = SCHEMA["$defs"]["finding"]
    assert list(finding["properties"]) == finding["required"] == list(FINDING_COLUMNS)
    assert list(COLUMNS) == list(FINDING_COLUMNS)
    for name, said in finding["properties"].items():
        assert "enum" in said or said["type"] == kinds[FINDING_COLUMNS[name]], name
        assert said["description"] == COLUMNS[name]


def test_a_number_without_end_is_null_in_json(small: Report) -> None:
    odd = small.findings.assign(value=np.inf, distance=-np.inf, people=np.nan)
    said = json.loads(replace(small, findings=odd).to_json())
    Draft202012Validator(SCHEMA).validate(said)
    assert {(row["value"], row["distance"], row["people"]) for row in said["findings"]} == {
        (None, None, None)
    }


def test_an_earlier_report_serves_as_a_baseline(
    row: fp.Atlas, small: Report, tmp_path: Path
) -> None:
    earlier = fp.read_report(small.save(tmp_path / "earlier.json"))
    again = fp.check(row, baseline=earlier)
    missed = again.findings["status"].isin(["fail", "warn"])
    assert missed.any()
    assert set(again.findings.loc[missed, "since"]) == {"known"}
    assert len(again.mended) == 0
    only = replace(again, mended=earlier[earlier["status"] == "warn"])
    assert "Missed before, and no more" in FORMATS[".txt"](only, "").decode()


SPOILED = {
    "status": {"status": "fine"},
    "text": {"code": 7},
    "number": {"people": "9434765919"},
    "truth": {"people": True},
    "part": {"lower": 1.5},
    "large": {"lower": 10**30},
    "huge": {"people": 10**400},
    "more": {"9434765919": 1},
}


def spoiled(change: str) -> bytes:
    """Return what is no report, by what is wrong with it."""
    finding = dict.fromkeys(FINDING_COLUMNS) | {"check": "nesting", "status": "pass"}
    second = finding | SPOILED.get(change, {})
    if change == "lacking":
        del second["code"]
    said: dict[str, object] = {"format": "footprints-report", "version": 1}
    said["findings"] = {"a": 1} if change == "list" else [finding, second]
    text = json.dumps(said | {"version": 2} if change == "version" else said)
    kinds = {
        "other": b'{"a": 1}',
        "torn": text[:-9].encode(),
        "nan": text.replace("null", "NaN", 1).encode(),
        "deep": b"[" * 100_000,
        "bytes": b"\xff\xfe" + text.encode(),
        "digits": text.replace("null", "9" * 5000, 1).encode(),
    }
    return kinds.get(change, text.encode())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("other", "does not say that its format is 'footprints-report'"),
        ("version", "its version is not 1: .*update footprints"),
        ("list", "findings are not a list of objects"),
        ("lacking", "its findings lack 'code'"),
        ("more", "no column of findings: a value that is not shown"),
        ("status", "'status' is none of 'fail'.* in finding 2"),
        ("text", "'code' is not text in finding 2"),
        ("number", "'people' is not a number in finding 2"),
        ("truth", "'people' is not a number in finding 2"),
        ("part", "'lower' is not a whole number in finding 2"),
        ("large", "a number that is too large"),
        ("huge", "a number that is too large"),
        ("torn", "it is not JSON from line 1, column"),
        ("nan", "nested too deep, or with odd numbers"),
        ("deep", "nested too deep, or with odd numbers"),
        ("digits", "nested too deep, or with odd numbers"),
        ("bytes", "its text is not UTF-8"),
    ],
)
def test_what_is_no_report_is_refused_and_left_alone(
    tmp_path: Path, change: str, told: str
) -> None:
    file = tmp_path / "earlier.json"
    content = spoiled(change)
    file.write_bytes(content)
    with pytest.raises(FileError, match=told) as caught:
        fp.read_report(file)
    assert "9434765919" not in f"{caught.value} {caught.value.codes}"
    assert str(tmp_path) not in str(caught.value)
    assert file.read_bytes() == content


def test_a_report_that_is_not_there_or_is_no_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="'none.json' is not there"):
        fp.read_report(tmp_path / "none.json")
    with pytest.raises(FileError, match=r"'a.xlsx' .*not .*there"):
        fp.read_report(tmp_path / "a.xlsx")
    (tmp_path / "whole.json").write_bytes(b"\xef\xbb\xbf" + spoiled(""))
    assert fp.read_report(tmp_path / "whole.json")["check"].to_list() == ["nesting"] * 2


def test_csv_holds_the_findings(country: Report) -> None:
    content = FORMATS[".csv"](country, "")
    assert content.startswith(b"\xef\xbb\xbf")
    kinds = {name: kind for name, kind in FINDING_COLUMNS.items() if kind != "str"}
    read = pd.read_csv(
        io.BytesIO(content),
        dtype={**dict.fromkeys(TEXTS, "str"), **kinds},
        keep_default_na=False,
        na_values={name: [""] for name in FINDING_COLUMNS},
        encoding="utf-8-sig",
    )
    expected = worst_first(country).reset_index(drop=True).replace({"": np.nan})
    assert_frame_equal(read.astype(FINDING_COLUMNS), expected.astype(FINDING_COLUMNS))
    marked = FORMATS[".csv"](country, "DRAFT").decode("utf-8-sig").splitlines()
    assert all(line.endswith(',"DRAFT"') for line in marked[1:])
    assert marked[0].endswith(',"marking"')


def test_pages_and_sentences_name_the_misses_and_no_passes(small: Report, country: Report) -> None:
    missed = small.worst["message"].to_list()
    assert missed
    page = Page(small.to_html())
    told = {line for row in page.rows for line in row}
    assert set(missed) <= told
    text = FORMATS[".txt"](small, "").decode().partition("\nNot checked: 2.")[0].split("\n")
    assert [line.partition(": ")[2] for line in text if line.startswith("- ")] == missed
    shown = markdown(FORMATS[".md"](small, ""))
    assert {f"warn: {message}" for message in missed} <= set(shown)
    passes = country.findings.loc[country.findings["status"] == "pass", "message"]
    for ending in (".html", ".md", ".txt"):
        content = FORMATS[ending](country, "").decode()
        assert not [message for message in passes if message in content]
    assert "20 of 547 missed" in FORMATS[".md"](country, "").decode()
    assert "20 of 547 missed" in FORMATS[".txt"](country, "").decode()


def test_each_format_for_people_tells_what_to_know_of_the_layers(england: fp.Atlas) -> None:
    keys = ["place22", "cauth25", "cal21", "amb22", "lrf19", "hwb23", "icb26", "icb22"]
    report = fp.check(england, layers=keys, select=["population-band", "coverage"])
    notes = england.overview.loc[keys, "note"]
    told = [f"{key}: {note}." for key, note in notes.items() if note]
    assert len(told) == 7
    for ending in (".txt", ".html"):
        content = FORMATS[ending](report, "").decode()
        assert not [line for line in told if line not in content]
    assert notes["lrf19"] in "".join(markdown(FORMATS[".md"](report, "")))
    said = json.loads(FORMATS[".json"](report, ""))
    about = england.overview[["level", "as_at", "lines", "source", "note"]]
    expected = about[about.index.isin(keys)].rename_axis("layer").reset_index()
    assert said["layers"] == expected.to_dict("records")
    assert said["baseline"] is None
    text = cells(FORMATS[".xlsx"](report, ""), "Sources").fillna("").astype("str")
    rows = {tuple(row[: len(expected.columns)]) for row in text.itertuples(index=False)}
    assert set(expected.itertuples(index=False, name=None)) <= rows


def test_a_page_tells_how_many_misses_it_leaves_out(
    country: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("footprints.report.page.MOST_SHOWN", 10)
    assert "and 537 more." in "".join(Page(country.to_html()).text)


def test_a_page_folds_away_all_but_the_first_of_many_misses(country: Report) -> None:
    page = Page(country.to_html())
    many = [part for part in groups(country.worst).values() if len(part) > 50]
    assert many
    told = [text for text in page.text if text.endswith(" more of them")]
    assert told == [f"{min(len(part), 1_000) - 10:,} more of them" for part in many]
    assert [tag for tag, _ in page.tags].count("details") == len(many)
    shown = {line for row in page.rows for line in row}
    assert set(country.worst["message"].head(1_000)) <= shown


def test_a_page_is_marked_up_for_all_readers(country: Report) -> None:
    page = Page(country.to_html(marking="DRAFT"))
    assert page.open == []
    names = [tag for tag, _ in page.tags]
    assert not {"script", "img", "iframe", "object", "embed", "base", "form"} & set(names)
    assert page.tags[0] == ("html", {"lang": "en-GB"})
    assert names.count("table") == names.count("caption") == names.count("thead")
    assert all("scope" in said for tag, said in page.tags if tag == "th")
    outside = [said for _, said in page.tags if {"src", "onclick", "style"} & set(said)]
    assert outside == []
    links = [said["href"] for tag, said in page.tags if tag == "a"]
    anchors = {f"#{said['id']}" for _, said in page.tags if "id" in said}
    assert set(links) == anchors


def test_hostile_texts_are_text_in_a_workbook(hostile: Report) -> None:
    content = FORMATS[".xlsx"](hostile, HOSTILE[0])
    book = opened(content)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds == {"s", "n"}
    formulas = [
        cell
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.lstrip().startswith(FORMULA)
    ]
    assert len(formulas) > len(HOSTILE)
    assert all(cell.quotePrefix for cell in formulas)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in parts.namelist():
            ET.fromstring(parts.read(name))  # noqa: S314 - it is our own.
        assert not [name for name in parts.namelist() if "hyperlink" in name or "extern" in name]
        assert b"<f>" not in b"".join(parts.read(name) for name in parts.namelist())
    assert len(book.sheetnames) == len({name.lower() for name in book.sheetnames})
    found = cells(FORMATS[".xlsx"](hostile, ""), "Findings")
    # openpyxl leaves the escape of what looks like an escape as it is.
    found = found.replace({"_x005F_x0041_": "_x0041_"})
    assert_findings(found, worst_first(hostile))


def test_hostile_texts_are_kept_in_json(hostile: Report, tmp_path: Path) -> None:
    file = hostile.save(tmp_path / "report.json", marking=HOSTILE[11])
    assert file.read_bytes().isascii()
    assert not re.search(rb"[\x00-\x09\x0b-\x1f]", file.read_bytes())
    Draft202012Validator(SCHEMA).validate(json.loads(file.read_bytes()))
    assert_frame_equal(fp.read_report(file), hostile.findings)


def test_hostile_texts_are_text_in_csv(hostile: Report) -> None:
    content = FORMATS[".csv"](hostile, "=1+1").decode("utf-8-sig")
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\u202a-\u202e]", content)
    read = pd.read_csv(io.StringIO(content), dtype="str", keep_default_na=False)
    assert len(read) == len(hostile.findings)
    numbers = [name for name, kind in FINDING_COLUMNS.items() if kind != "str"]
    texts = read.drop(columns=numbers)
    assert not texts.map(lambda text: text.lstrip().startswith(FORMULA)).any(axis=None)
    expected = worst_first(hostile)["name"].map(harmless, na_action="ignore").fillna("")
    assert read["name"].to_list() == expected.to_list()
    # Where semicolons part cells, a text is still one cell.
    assert '"a;=1+1"' in content


def test_hostile_texts_are_text_in_markdown(hostile: Report) -> None:
    shown = markdown(FORMATS[".md"](hostile, HOSTILE[11]))
    assert shown[0] == HOSTILE[11]
    for text in HOSTILE:
        assert visible(text).strip() in {line.strip() for line in shown}


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_markdown_is_one_line_of_text_anywhere(text: str) -> None:
    for line in (escaped(text), f"- {escaped(text)}", f"# {escaped(text)}"):
        shown = markdown(line.encode())
        assert shown == [visible(text).strip()], line
    table = markdown(f"| a | b |\n| --- | --- |\n| {escaped(text)} | c |\n".encode())
    assert table == ["a", "b", visible(text).strip(), "c"]


def test_no_name_calls_anybody_or_an_issue_where_markdown_is_shown() -> None:
    text = "@octocat and @org/team in #12, a@b, @ alone and # alone"
    # Such names are looked for in the texts of the rendered page, where escapes are undone.
    page = MarkdownIt("commonmark", {"html": True}).renderInline(escaped(text))
    for part in page.split("<!-- -->"):
        assert not re.search(r"@\w|#\d", part)
    assert page.replace("<!-- -->", "") == text


def test_hostile_texts_are_text_in_a_page(hostile: Report) -> None:
    content = hostile.to_html(marking=HOSTILE[12])
    page = Page(content)
    assert page.open == []
    assert not {"script", "img", "b", "t", "r"} & {tag for tag, _ in page.tags}
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066\ufffe\uffff]", content)
    seen = {cell for row in page.rows for cell in row}
    assert {visible(text) for text in HOSTILE} <= seen
    assert "49" not in "".join(page.text).split()


def test_hostile_texts_cannot_act_on_a_terminal(hostile: Report) -> None:
    content = FORMATS[".txt"](hostile, HOSTILE[14]).decode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066]", content)
    assert content.startswith("\\x1b[31mred\\x1b[0m\n")


def test_no_folder_is_in_any_format(small: Report, tmp_path: Path) -> None:
    origins = tuple(
        fp.Origin(part=f"layers.{n}", file=f"{folder}people.csv", sha256="0" * 64)
        for n, folder in enumerate(("/home/me/secret/", "C:\\Users\\me\\secret\\", ""))
    )
    atlas = told_of(small.atlas, title="Squares", origins=origins)
    for ending in FORMATS:
        file = replace(small, atlas=atlas).save(tmp_path / f"report{ending}")
        content = file.read_bytes()
        if ending == ".xlsx":
            with zipfile.ZipFile(file) as parts:
                content = b"".join(parts.read(name) for name in parts.namelist())
        assert b"secret" not in content
        assert str(tmp_path).encode() not in content
        if ending in (".xlsx", ".html", ".json", ".md"):
            assert b"people.csv" in content


def test_a_report_of_nothing_says_so_in_every_format(row: fp.Atlas) -> None:
    bare = fp.check(row, select=["coverage"], layers=["lad21"])
    nothing = replace(
        bare,
        findings=bare.findings.iloc[:1].assign(status="skipped", message="there is no file"),
    )
    for ending in (".html", ".md", ".txt"):
        content = FORMATS[ending](nothing, "").decode()
        assert "Nothing was checked." in content
        assert "there is no file" in content
    said = json.loads(nothing.to_json())
    assert (said["checked"], said["ok"]) == (False, False)
    assert cells(FORMATS[".xlsx"](nothing, ""), "Findings")["status"].to_list() == ["skipped"]


KILLED = """
import sys
import footprints as fp
report = fp.check(fp.load_example(), layers=["pcn21"])
print("ready", flush=True)
while True:
    report.save(sys.argv[1])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_writer_that_is_killed_leaves_a_whole_file(small: Report, tmp_path: Path) -> None:
    file = small.save(tmp_path / "report.json")
    for wait in (0.05, 0.3, 0.8):
        command = [sys.executable, "-c", KILLED, str(file)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(wait)
            os.kill(writer.pid, signal.SIGKILL)
        said = json.loads(file.read_text(encoding="ascii"))
        assert said["title"] in (small.atlas.title, "England (embedded example)")


def test_a_report_that_cannot_be_made_leaves_the_old_file(
    small: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = small.save(tmp_path / "report.txt")
    before = file.read_bytes()

    def broken(report: Report, marking: str) -> bytes:
        raise RuntimeError(marking or report.atlas.title)

    monkeypatch.setitem(FORMATS, ".txt", broken)
    with pytest.raises(RuntimeError, match="Squares"):
        small.save(file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_target_that_is_open_elsewhere_gives_one_message(
    small: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = small.save(tmp_path / "report.xlsx")
    before = file.read_bytes()

    def locked(part: Path, target: Path) -> Path:
        # As Windows says of a workbook that is open in Excel.
        raise PermissionError(13, "Permission denied", str(part), 5, str(target))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", locked)
        with pytest.raises(OutputError, match="'report.xlsx' cannot be written: .* close it"):
            small.save(file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(OutputError, match="there is no folder 'none'"):
        small.save(tmp_path / "none" / "report.xlsx")


def test_people_who_are_estimated_keep_their_parts(tmp_path: Path) -> None:
    members = dict(zip("ab", ["P1", "P2"], strict=True))
    atlas = make_atlas([0.1 + 0.2, 1 / 3], place21=layer_of(members, "place"))
    report = fp.check(atlas)
    found = fp.read_report(report.save(tmp_path / "report.json"))
    assert found["people"].to_list()[:2] == [0.1 + 0.2, 1 / 3]
