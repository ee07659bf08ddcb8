"""Reports for the tests of their formats: one with every status, and one of hostile texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pandas as pd
from conftest import layer_of, residents, squares

import footprints as fp
from footprints.report import FINDING_COLUMNS, Report

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TODAY = date(2026, 6, 1)
HOSTILE = [
    '=HYPERLINK("http://example.org","x")',
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "x" * 10_000,
    "abc\u202ecba\u200f\u2066",
    "a\x00b\x01c\x0b\x7f\ufffe\uffff",
    "%0A::error::planted\r\n::error title=x::planted",
    "##[error]planted ##vso[task.complete result=Failed]",
    "]]> &amp; &#0; <!-- -->",
    "| a | b |\n# heading\n[link](javascript:alert(1)) **bold** `code` {{7*7}}",
    "'; DROP TABLE findings; --",
    "https://example.org www.example.org",
    "Ynys Môn 東京 🚑",
]


def squares_atlas(**checks: object) -> fp.Atlas:
    """Draw six squares: the district in the middle lies across two systems."""
    districts = dict(zip("abcdef", ["D1", "D1", "D2", "D2", "D3", "D3"], strict=True))
    systems = dict(zip("abcdef", ["S1"] * 3 + ["S2"] * 3, strict=True))
    older = dict(zip("abcdef", ["R1"] * 3 + ["R2"] * 2 + [None], strict=True))
    lists = pd.DataFrame({"registered": [7, 8]}, index=["l1", "l2"])
    registered = fp.Population(name="registered", source="lists", as_at="2020-07-01")
    networks = pd.DataFrame({"name": ["North", "South"]}, index=["N1", "N2"])
    return fp.Atlas(
        title="Squares",
        units={
            "squares": residents(squares(residents=[1, 2, 3, 4, 5, 6])),
            "lists": fp.UnitTable(table=lists, populations=(registered,)),
        },
        layers={
            "lad21": layer_of(districts, "district", D1="West", D2="Middle", D3="East"),
            "icb22": layer_of(systems, "system", S1="Sunset", S2="Sunrise"),
            "nhser22": layer_of(older, "region", R1="Old West", R2="Old East"),
            "pcn21": fp.Layer(
                table=networks,
                members={"lists": pd.Series(["N1", "N2"], index=["l1", "l2"])},
                level="neighbourhood",
            ),
        },
        checks=fp.Checks(**checks),
    )


def mixed() -> Report:
    """Return a report with every status, new and known misses, and one that is mended."""
    nest = (("lad21", "icb22"), ("icb22", "nhser22"))
    agreed = (("population-band", "icb22", "S1"), ("nesting", "lad21", "D1"))
    atlas = squares_atlas(
        nest=nest,
        cover=("nhser22", "icb22"),
        contiguous=("lad21",),
        severity=(("nesting.lad21", "fail"), ("population-band", "fail")),
        agreed=tuple(
            fp.Agreed(check=check, layer=layer, code=code, reason="as ever", until="2027-03-31")
            for check, layer, code in agreed
        ),
    )
    earlier = fp.check(squares_atlas(nest=nest, cover=("icb22",)), today=TODAY).findings
    known = earlier[(earlier["check"] == "nesting") | (earlier["check"] == "population-band")]
    known = known.assign(status=known["status"].mask(known["code"].isin(["S2", "D2"]), "fail"))
    gone = known[known["status"] == "pass"].head(1).assign(status="warn")
    return fp.check(atlas, baseline=pd.concat([known, gone]).drop_duplicates(), today=TODAY)


def hostile(report: Report) -> Report:
    """Return a report in whose every text stands something hostile."""
    count = len(HOSTILE)
    findings = pd.concat([report.findings.head(1)] * count, ignore_index=True)
    texts = [name for name, kind in FINDING_COLUMNS.items() if kind == "str"]
    kept = {"status": (["fail", "warn", "skipped", "excepted", "pass"] * 3)[:count]}
    kept |= {"since": ["new"] * count, "layer": ["icb22"] * count}
    findings = findings.assign(**dict.fromkeys(texts, HOSTILE) | kept)
    columns = report.pairs.select_dtypes("str").columns
    pairs = pd.concat([report.pairs.head(1)] * count, ignore_index=True)
    pairs = pairs.assign(**dict.fromkeys(columns, HOSTILE))
    atlas = report.atlas
    named = fp.Atlas(
        title=HOSTILE[1],
        notes=HOSTILE,
        units={"squares": residents(squares(residents=[1, 2, 3, 4, 5, 6]))},
        layers={
            "icb22": layer_of(
                dict(zip("abcdef", [f"H{n}" for n in range(6)], strict=True)),
                "system",
                **{f"H{n}": text for n, text in enumerate(HOSTILE[1:7])},
            )
        },
        checks=atlas.checks,
    )
    own = fp.check(named, select=["population-band"], today=TODAY).findings
    findings = pd.concat([findings, own], ignore_index=True)[list(FINDING_COLUMNS)]
    return replace(
        report, atlas=named, findings=findings.astype(FINDING_COLUMNS), pairs=pairs, mended=findings
    )


def read_xml(content: str | bytes) -> Element:
    """Read what a test has just written."""
    return ET.fromstring(content)  # noqa: S314 - it is our own.
