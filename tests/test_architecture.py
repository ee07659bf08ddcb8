"""The shape of the package: what imports what, what an import costs, what is documented."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import footprints as fp

PACKAGE = Path(fp.__file__).parent
ORDER = [
    "errors",
    "masking",
    "levels",
    "bands",
    "output",
    "geometry",
    "crs",
    "atlas.parts",
    "atlas.membership",
    "atlas.naming",
    "atlas.coded",
    "atlas.focus",
    "atlas.relationship",
    "atlas.convert",
    "atlas.frames",
    "atlas.drawing",
    "atlas.counting",
    "atlas.changing",
    "atlas.placing",
    "atlas.clustering",
    "atlas.redrawing",
    "atlas.what_if",
    "atlas.atlas",
    "atlas.adding",
    "atlas",
    "changes",
    "storing",
    "storing.columns",
    "storing.redraw_records",
    "storing.redraws",
    "storing.description",
    "read.bundled",
    "read.band_sets",
    "read.links",
    "read.example",
    "read.files",
    "read.change_files",
    "read.progress",
    "read.header",
    "read.text_files",
    "read.workbooks",
    "read.tables",
    "read.people",
    "read.fields",
    "read.boundary_files",
    "read.layer",
    "read.stored",
    "read.registered.fields",
    "read.registered.practices",
    "read.registered.networks",
    "read.registered.patients",
    "read.registered.practice_atlas",
    "read.registered.lists_atlas",
    "read.registered.areas",
    "read.registered.postcodes",
    "read.registered",
    "read.spec",
    "read.sources",
    "read.names",
    "read.atlas_file",
    "read.looking",
    "read.mistaken",
    "read.drafted",
    "read.drafting",
    "read.init",
    "read.as_they_are",
    "read.one_file",
    "read",
    "storing.writing",
    "locating.grid",
    "locating.locator",
    "locating.points",
    "locating.blocks",
    "locating.stream",
    "locating",
    "overlaps.edges",
    "overlaps.area",
    "tolerance",
    "overlaps.pairs",
    "overlaps.members",
    "overlaps.ground",
    "overlaps.lines",
    "overlaps.points",
    "overlaps.layers",
    "overlaps.depth",
    "overlaps.drawing",
    "overlaps.misplaced",
    "overlaps.cross_check",
    "overlaps.frames",
    "overlaps",
    "sources",
    "report.findings",
    "report.report",
    "report.words",
    "report.contents",
    "report.table",
    "report.document",
    "report.cells",
    "report.text",
    "report.markdown",
    "report.page",
    "report.workbook",
    "report.reading",
    "report.junit",
    "report.github",
    "report.evidence",
    "report.styles",
    "report.geo",
    "report.tidy",
    "report.writing",
    "report",
    "checks.meeting",
    "checks.names",
    "checks.nest",
    "checks.splits",
    "checks.coterminous",
    "checks.policies",
    "checks.bands",
    "checks.adjacency",
    "checks.pieces",
    "checks.links",
    "checks.contiguous",
    "checks.coherence",
    "checks.gaps",
    "checks.cover_members",
    "checks.cover_lines",
    "checks.cover_drawing",
    "checks.cover",
    "checks.spread",
    "checks.profile",
    "checks.crowded",
    "checks.places",
    "checks.bodies",
    "checks.disclosure",
    "checks.neighbourhoods",
    "checks.registration",
    "checks.asked",
    "checks.boundaries",
    "checks.found",
    "checks.judged",
    "checks.unasked",
    "checks.gate",
    "checks",
    "redraws.flows",
    "redraws.footprint_changes",
    "redraws.causes",
    "redraws.linked",
    "redraws.overlapping",
    "redraws.sources",
    "redraws.telling",
    "redraws.compared",
    "redraws.pieces",
    "redraws.ground",
    "redraws.joining",
    "redraws.effects",
    "redraws.reporting",
    "redraws.carrying",
    "redraws",
    "figures",
    "services.meeting",
    "services.graph",
    "services.containment",
    "services.partnership",
    "services.place",
    "services.spanning",
    "services.ties",
    "services.adding",
    "services.organisations",
    "services.files",
    "services.found",
    "services.matrix",
    "services",
    "colouring",
    "maps.bundled",
    "maps.saving",
    "maps.topology",
    "maps.pieces",
    "maps.colours",
    "maps.told",
    "maps.views",
    "maps.page",
    "maps.changed",
    "maps.gaping",
    "maps.served",
    "maps.contents",
    "maps.interactive",
    "maps",
    "pictures.colours",
    "pictures.lettering",
    "pictures.scene",
    "pictures.labels",
    "pictures.paper",
    "pictures.words",
    "pictures.canvas",
    "pictures.plan",
    "pictures.chart",
    "pictures.panel",
    "pictures.placing",
    "pictures.redraw_words",
    "pictures.redraw",
    "pictures.composing",
    "pictures.saving",
    "pictures",
    "console",
    "printed",
    "inputs",
    "cli.status",
    "cli.options",
    "cli.describe",
    "cli.handing",
    "cli.drawn",
    "cli.draw",
    "cli.compared",
    "cli.compare",
    "cli.check",
    "cli.partners",
    "cli.init",
    "cli.app",
    "cli",
]
UPWARD = {
    "atlas.atlas": {"footprints.overlaps.layers", "footprints.maps.interactive"},
    "report.report": {"footprints.report.writing"},
}
"""The methods that hand themselves up: Atlas.overlap, Atlas.map and Report.save, whose names scripts rely on."""
HEAVY = ["branca", "folium", "jinja2", "matplotlib", "networkx", "openpyxl", "pooch", "pydantic"]
HEAVY += ["pyogrio", "rich", "typer", "requests", "xlsxwriter"]
MODULES = ["footprints"] + [f"footprints.{name}" for name in ORDER]


def modules() -> dict[str, Path]:
    """Return the modules there are, by name below the package."""
    files = sorted(PACKAGE.rglob("*.py"))
    names = [".".join(file.relative_to(PACKAGE).with_suffix("").parts) for file in files]
    found = {name.removesuffix(".__init__"): file for name, file in zip(names, files, strict=True)}
    return {name: file for name, file in found.items() if name not in ("__init__", "__main__")}


def test_every_module_has_its_place_in_the_order() -> None:
    assert sorted(modules()) == sorted(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_imports_point_one_way(name: str) -> None:
    tree = ast.parse(modules()[name].read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    assert not [node for node in froms if node.level], "imports are absolute"
    used = {node.module for node in froms} | set(plain)
    ours = {module for module in used if module.split(".")[0] == "footprints"}
    below = {f"footprints.{module}" for module in ORDER[: ORDER.index(name)]}
    assert ours - UPWARD.get(name, set()) <= below


def test_importing_footprints_imports_nothing_heavy() -> None:
    code = "import sys, footprints; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & set(HEAVY)


def test_every_public_name_is_there_and_documented_with_an_example() -> None:
    assert sorted(fp.__all__) == fp.__all__ == dir(fp)
    for name in fp.__all__:
        text = inspect.getdoc(getattr(fp, name)) or ""
        assert text, name
        if inspect.isfunction(getattr(fp, name)):
            assert "Examples\n--------" in text, name


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = fp.nothing


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_run(name: str) -> None:
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert not failed


def test_every_module_is_found_by_python() -> None:
    found = {info.name for info in pkgutil.walk_packages([str(PACKAGE)], "footprints.")}
    assert found == {f"footprints.{name}" for name in [*ORDER, "__main__"]}
