"""Reports in the hands of GitLab, Azure DevOps, Jenkins and GitHub Actions."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from reports import HOSTILE, hostile, mixed, read_xml

import footprints as fp
from footprints.errors import OutputError, plain
from footprints.report import FINDING_COLUMNS, Report
from footprints.report.github import announce, as_annotations, step_summary
from footprints.report.junit import as_junit

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

RUN = re.compile(r"^::(?P<command>\w+) title=(?P<title>[^,:]*)::(?P<message>.*)$")


@pytest.fixture(scope="module")
def report() -> Report:
    return mixed()


def cases_of(content: bytes, folder: Path) -> pd.DataFrame:
    """Read test cases as a program that is not ours does."""
    junitparser = pytest.importorskip("junitparser")
    file = folder / "findings.xml"
    file.write_bytes(content)
    rows = []
    for suite in junitparser.JUnitXml.fromfile(str(file)):
        basis = {each.name: each.value for each in suite.properties()}
        for case in suite:
            results = case.result
            rows.append(
                {
                    **{key: basis.get(key) for key in ("check", "layer", "against")},
                    "classname": case.classname,
                    "case": case.name,
                    "status": case._elem.get("status"),
                    "kind": type(results[0]).__name__ if results else "passed",
                    "text": results[0].text if results else case.system_out,
                    "heading": results[0].message if results else None,
                }
            )
    return pd.DataFrame(rows)


def shown(text: str) -> str:
    """Return text as a file for machines has it."""
    return re.sub("[\ufffe\uffff]", "\ufffd", plain(text))


def test_every_finding_is_a_test_case(report: Report, tmp_path: Path) -> None:
    cases, findings = cases_of(as_junit(report), tmp_path), report.findings
    by_suite = findings.groupby(["check", "layer", "against"], sort=False, dropna=False).ngroup()
    findings = findings.assign(suite=by_suite).sort_values("suite", kind="stable")
    for name in ("check", "layer", "against"):
        assert cases[name].fillna("").tolist() == findings[name].fillna("").tolist(), name
    assert cases["status"].tolist() == findings["status"].tolist()
    code = cases["case"].str.split(" ").str[0]
    assert code.tolist() == findings["code"].fillna("whole").tolist()
    told = findings["message"].where(findings["status"] != "pass")
    lead = {"warn": "Warning: "}
    known = (findings["status"] == "fail") & (findings["since"] == "known")
    leads = findings["status"].map(lead).fillna("").mask(known, "Known before: ")
    assert cases["text"].fillna("").tolist() == (leads + told).fillna("").tolist()


def test_the_outcome_of_each_status_is_what_the_docs_say(report: Report, tmp_path: Path) -> None:
    cases = cases_of(as_junit(report), tmp_path)
    known = cases["text"].fillna("").str.startswith("Known before: ")
    assert known.sum() == 1
    found = cases[~known].groupby("status")["kind"].unique().map(list).to_dict()
    assert found == {
        "fail": ["Failure"],
        "warn": ["passed"],
        "excepted": ["Skipped"],
        "skipped": ["Skipped"],
        "pass": ["passed"],
    }
    assert cases.loc[known, ["status", "kind"]].to_numpy().tolist() == [["fail", "Skipped"]]


def test_the_page_fails_exactly_when_the_command_does(report: Report) -> None:
    known = report.findings["since"] == "known"
    kept = replace(report, findings=report.findings[known])
    assert not report.ok
    assert int(read_xml(as_junit(report)).get("failures")) == 4
    assert kept.ok
    assert int(read_xml(as_junit(kept)).get("failures")) == 0


def test_counts_are_those_of_the_cases(report: Report) -> None:
    root = read_xml(as_junit(report))
    for node in [root, *root.iter("testsuite")]:
        cases = list(node.iter("testcase"))
        outcomes = [case.find(kind) is not None for case in cases for kind in ("failure",)]
        assert int(node.get("tests")) == len(cases)
        assert int(node.get("failures")) == sum(outcomes)
        assert int(node.get("skipped")) == len(list(node.iter("skipped")))
        assert node.get("errors") == "0"


def test_cases_are_told_apart_since_gitlab_keeps_one_of_each_name(england: fp.Atlas) -> None:
    found = fp.check(england)
    twice = replace(found, findings=pd.concat([found.findings, found.findings.tail(40)]))
    for each in (found, twice):
        cases = list(read_xml(as_junit(each)).iter("testcase"))
        assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
        assert len(cases) == len(each.findings)


def test_junit_is_the_same_for_the_same_report(report: Report) -> None:
    assert as_junit(report, "DRAFT") == as_junit(mixed(), "DRAFT")


@pytest.mark.parametrize("kind", ["mixed", "hostile", "empty", "England"])
def test_junit_is_valid(kind: str, report: Report, england: fp.Atlas) -> None:
    xmlschema = pytest.importorskip("xmlschema")
    made = {
        "mixed": lambda: report,
        "hostile": lambda: hostile(report),
        "empty": lambda: replace(report, findings=report.findings.head(0)),
        "England": lambda: fp.check(england),
    }[kind]()
    schema = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))
    root = read_xml(as_junit(made, "DRAFT"))
    assert [error.reason for error in schema.iter_errors(root)] == []
    assert int(root.get("tests")) == len(made.findings)


def test_the_marking_and_whose_people_stand_with_each_suite(report: Report) -> None:
    root = read_xml(as_junit(report, "DRAFT"))
    for suite in root.iter("testsuite"):
        basis = {node.get("name"): node.get("value") for node in suite.iter("property")}
        assert basis["marking"] == "DRAFT"
        assert basis["atlas"] == "Squares"
    band = next(root.iter("testsuite"))
    basis = {node.get("name"): node.get("value") for node in band.iter("property")}
    names = ["population", "population_date", "population_source"]
    assert [basis[name] for name in names] == ["registered", "2020-07-01", "lists"]


def test_hostile_texts_are_shown_as_text_in_junit(report: Report, tmp_path: Path) -> None:
    made = hostile(report)
    content = as_junit(made, HOSTILE[3])
    text = content.decode()
    assert not {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cn"}} - {"\n"}
    root = read_xml(content)
    kinds = {"testsuites", "testsuite", "properties", "property", "testcase"}
    assert {node.tag for node in root.iter()} == kinds | {"failure", "skipped", "system-out"}
    cases = cases_of(content, tmp_path)
    for name in ("case", "classname"):
        assert cases[name].str.len().max() <= 600 if name == "case" else True
    messages = made.findings.loc[made.findings["status"] != "pass", "message"]
    texts = cases["text"].dropna().str.removeprefix("Warning: ")
    assert sorted(texts) == sorted(map(shown, messages))


def annotations(text: str) -> list[tuple[str, str, str]]:
    """Read commands as the runner of GitHub does: split at the first marks, then decode."""
    found = []
    for line in text.splitlines():
        match = RUN.match(line)
        assert match, line
        title, message = match["title"], match["message"]
        for sign, code in ((":", "%3A"), (",", "%2C")):
            title = title.replace(code, sign)
        for sign, code in (("\r", "%0D"), ("\n", "%0A"), ("%", "%25")):
            title, message = title.replace(code, sign), message.replace(code, sign)
        found.append((match["command"], title, message))
    return found


def test_annotations_are_the_worst_findings_and_the_count_of_the_rest(report: Report) -> None:
    new = report.worst[report.worst["since"] != "known"]
    kinds = new["status"].map({"fail": "error", "warn": "warning"})
    titles = new["check"] + ": " + new["code"].fillna(new["layer"])
    expected = list(zip(kinds, titles, new["message"], strict=True))
    *shown_here, last = annotations(as_annotations(report))
    assert shown_here == sorted(expected, key=lambda found: found[0])
    assert last == ("notice", "footprints", "Not shown here: 3 known misses.")
    few = annotations(as_annotations(report, most=1))
    assert [found[0] for found in few] == ["error", "warning", "notice"]
    assert few[0] == expected[0]
    assert few[2][2] == "Not shown here: 3 failures, 3 known misses."


def test_a_report_without_misses_is_not_annotated(report: Report) -> None:
    passed = report.findings[report.findings["status"] == "pass"]
    assert as_annotations(replace(report, findings=passed)) == ""


def test_no_name_can_be_a_command_of_the_runner(report: Report) -> None:
    made = hostile(report)
    found = annotations(as_annotations(made, most=99))
    assert {command for command, _, _ in found} == {"error", "warning"}
    kept = [text for text in map(shown, made.worst["message"]) if len(text) <= 500]
    assert set(kept) <= {message for _, _, message in found}
    assert max(len(message) for _, _, message in found) == 500


def rendered(markdown: str) -> Element:
    """Render Markdown as GitHub does: tables, addresses as links, HTML let through."""
    markdown_it = pytest.importorskip("markdown_it")
    page = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table"]).render(markdown)
    return read_xml(f"<page>{page}</page>")


def test_the_summary_of_a_step_tells_all_counts_and_the_worst(report: Report) -> None:
    page = rendered(step_summary(report, "DRAFT"))
    assert page[0].find("strong").text == "DRAFT"
    verdict = next(
        "".join(p.itertext()) for p in page.iter("p") if "misses" in "".join(p.itertext())
    )
    assert verdict == "Failed. 4 failures, 1 warning, 3 known misses."
    _, *rows = [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")]
    counts = report.summary
    assert [tuple(row[:3]) for row in rows] == list(counts.index)
    numbers = [[int(cell.replace(",", "")) for cell in row[3:]] for row in rows]
    assert numbers == counts.astype(int).to_numpy().tolist()
    headings = [node.text for node in page.iter("h3")]
    assert headings[:3] == ["Worst first", "Mended", "Not checked"]
    worst, mended, left_out = ["".join(item.itertext()) for item in page.iter("li")], [], []
    new = report.worst[report.worst["since"] != "known"]
    lines = list(new["status"] + ": " + new["message"])
    mended, left_out = list(report.mended["message"]), report.reasons
    assert worst[: len(lines) + 2] == [*lines, *mended, *left_out]


def test_hostile_texts_are_shown_as_text_in_the_summary(report: Report) -> None:
    made = hostile(report)
    page = rendered(step_summary(made, HOSTILE[1]))
    allowed = {"page", "p", "strong", "h2", "h3", "ul", "li"}
    allowed |= {"table", "thead", "tbody", "tr", "th", "td"}
    assert {node.tag for node in page.iter()} == allowed
    items = ["".join(item.itertext()) for item in page.iter("li")]
    missed = made.worst["status"] + ": " + made.worst["message"].map(shown)
    assert items[: len(missed)] == [
        text if len(text) < 500 else f"{text[:505]}…" for text in missed
    ]


def test_a_summary_stays_within_what_github_takes(report: Report) -> None:
    made = hostile(report)
    many = pd.concat([made.findings] * 300, ignore_index=True).astype(FINDING_COLUMNS)
    text = step_summary(replace(made, findings=many, mended=many))
    assert len(text.encode()) < 2**20 / 2
    assert re.search(r"- and [\d\\,]+ more$", text, flags=re.MULTILINE)


def test_the_summary_is_added_where_github_asks_for_it(report: Report, tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n", encoding="utf-8")
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(file)}
    assert announce(report, env, marking="DRAFT") == as_annotations(report)
    assert file.read_text(encoding="utf-8") == "before\n" + step_summary(report, "DRAFT")
    assert announce(report, {"GITHUB_STEP_SUMMARY": ""}) == ""


def test_a_summary_that_cannot_be_written_is_one_message(report: Report, tmp_path: Path) -> None:
    env = {"GITHUB_STEP_SUMMARY": str(tmp_path / "nowhere" / "summary.md")}
    with pytest.raises(OutputError, match="summary of the step cannot be written to 'summary.md'"):
        announce(report, env)
