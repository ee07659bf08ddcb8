"""Services as they leave: files of the graph, reports, the matrix picture and the command."""

from __future__ import annotations

import csv
import json
import warnings
from io import StringIO
from typing import TYPE_CHECKING

import networkx as nx
import openpyxl
import pandas as pd
import pytest
from conftest import layer_of, make_atlas

import footprints as fp
from footprints import cli, inputs
from footprints.errors import OutputError
from footprints.services.matrix import save_services_matrix

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = ["=1+1", "<b>&amp;</b>", "a\x1b[31mb\x00", "]]>", "$x_1^2$", "a;b, 'c' \"d\"", "😀 ﷐"]


@pytest.fixture(scope="module")
def ambulances(england: fp.Atlas) -> nx.Graph:
    return fp.services_graph(england, "icb22", "amb22")


@pytest.fixture
def hostile() -> fp.Atlas:
    """Return systems and services whose names try to be something else, some without any."""
    units = "abcdefg"
    names = dict(zip([f"S{unit}" for unit in units], HOSTILE, strict=True))
    systems = layer_of({unit: f"S{unit}" for unit in units}, "system", **names)
    services = layer_of(dict.fromkeys(units, "T1") | {"g": None}, "service", T1=HOSTILE[1])
    services.table["name"] = pd.Series([None], index=services.table.index, dtype="str")
    return make_atlas([1, 2, 3, 4, 5, 6, 7], icb22=systems, amb22=services)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(arguments)
    output = capsys.readouterr()
    return status, output.out, output.err


def test_graphml_is_read_back_with_all_that_is_in_the_graph(ambulances, tmp_path) -> None:
    file = fp.write_graph(ambulances, tmp_path / "services.graphml")
    back = nx.read_graphml(file)
    assert set(back) == {f"{layer}:{code}" for layer, code in ambulances}
    for (one, other), about in ambulances.edges.items():
        assert back.edges[":".join(one), ":".join(other)] == about
    assert back.nodes["icb22:E54000042"] == ambulances.nodes["icb22", "E54000042"]


def test_node_link_json_is_read_back_with_all_that_is_in_the_graph(ambulances, tmp_path) -> None:
    file = fp.write_graph(ambulances, tmp_path / "services.json")
    back = nx.node_link_graph(json.loads(file.read_text("utf-8")), edges="edges")
    assert dict(back.graph) == dict(ambulances.graph)
    assert dict(back.nodes["amb22:RX6"]) == ambulances.nodes["amb22", "RX6"]
    assert back.number_of_edges() == 49


def test_the_edge_table_as_csv_adds_up(ambulances, tmp_path) -> None:
    file = fp.write_graph(ambulances, tmp_path / "services.csv")
    rows = list(csv.DictReader(StringIO(file.read_bytes().decode("utf-8-sig"))))
    assert sum(int(row["people"]) for row in rows) == 56_550_138
    assert rows[0]["basis"] == "residents, ONS mid-2020 estimates, 2020-06-30"


@pytest.mark.parametrize("ending", ["graphml", "json", "csv"])
def test_hostile_names_are_text_in_every_file_of_a_graph(hostile, tmp_path, ending) -> None:
    graph = fp.services_graph(hostile)
    content = fp.write_graph(graph, tmp_path / f"services.{ending}").read_bytes().decode()
    assert "\x1b" not in content
    assert "\x00" not in content
    if ending == "graphml":
        back = nx.read_graphml(tmp_path / "services.graphml")
        assert back.nodes["icb22:Sa"]["name"] == "=1+1"
        assert back.nodes["icb22:Sb"]["name"] == "<b>&amp;</b>"
        assert back.nodes["icb22:Sc"]["name"] == "a\\x1b[31mb\\x00"
        assert "name" not in back.nodes["amb22:T1"]
    elif ending == "json":
        assert "<b>" not in content
        names = {node["id"]: node.get("name") for node in json.loads(content)["nodes"]}
        assert names["icb22:Sb"] == "<b>&amp;</b>"
    else:
        assert '"\'=1+1"' in content


def test_containment_and_organisations_are_written_too(england, tmp_path) -> None:
    graph = fp.containment_graph(england, ["lad21", "icb22"])
    back = nx.read_graphml(fp.write_graph(graph, tmp_path / "containment.graphml"))
    assert back.is_directed()
    assert back.number_of_edges() == graph.number_of_edges()
    members = pd.DataFrame(
        [["C", "R<1>", "acute", "P1"]], columns=["collaborative", "organisation", "type", "place"]
    )
    file = fp.write_graph(fp.organisations_graph(members), tmp_path / "organisations.graphml")
    assert nx.read_graphml(file).nodes["organisation:R<1>"]["type"] == "acute"


def test_the_edges_of_what_is_no_graph_of_services_cannot_be_a_table(england, tmp_path) -> None:
    graph = fp.containment_graph(england, ["icb22", "nhser22"])
    with pytest.raises(fp.FootprintsError, match="no graph of services.*'.graphml' or '.json'"):
        fp.write_graph(graph, tmp_path / "containment.csv")


def test_a_file_of_another_name_is_refused(ambulances, tmp_path) -> None:
    with pytest.raises(OutputError, match="must end in '.graphml', '.json', '.csv'"):
        fp.write_graph(ambulances, tmp_path / "services.gexf")


def test_a_finding_for_each_system_and_each_service(england, ambulances) -> None:
    found = fp.services_report(england, ambulances).findings
    assert found["check"].value_counts().to_dict() == {"service-cut": 42, "service-span": 11}
    cut = found[found["check"] == "service-cut"].set_index("code")
    assert cut["status"].value_counts().to_dict() == {"pass": 35, "warn": 7}
    lancashire = cut.loc["E54000048"]
    assert (lancashire["result"], lancashire["evidence"]) == (
        "cut on uncertain evidence",
        "uncertain",
    )
    assert lancashire["miss"] == 6_056
    assert (
        "6,056 people in Yorkshire Ambulance Service NHS Trust (uncertain)."
        in (lancashire["message"])
    )
    assert cut["people"].sum() == 56_550_138


def test_the_claim_is_answered_trust_by_trust(england, ambulances) -> None:
    found = fp.services_report(england, ambulances).findings
    span = found[found["check"] == "service-span"].set_index("code")
    assert sorted(span.index[span["status"] == "warn"]) == ["R1F", "RX6"]
    assert span.loc["RX6", "message"] == (
        "North East Ambulance Service NHS Foundation Trust (RX6) lies in one system of icb22, "
        "part of it: an exception."
    )
    assert span.loc["RRU", "message"] == (
        "London Ambulance Service NHS Trust (RRU) spans 5 systems of icb22, made of whole ones."
    )
    assert span["value"].to_dict() | {"RX7": 5} == span["value"].to_dict()
    assert span["source"].str.contains("NHS Providers").all()


def test_a_kind_that_nobody_claims_to_span_systems_does_not_warn(england) -> None:
    with pytest.warns(fp.FootprintsWarning, match="cal21 is of 2021"):
        graph = fp.services_graph(england, "icb26", "cal21")
    found = fp.services_report(england, graph).findings
    span = found[found["check"] == "service-span"]
    assert set(span["status"]) == {"pass"}
    assert (span["result"] == "one system").sum() == 10
    mixed = found[found["check"] == "service-vintage"]
    assert mixed["status"].to_list() == ["warn"]
    assert mixed["message"].iloc[0].startswith("cal21 is of 2021, and icb26 of 2026")


def test_a_report_of_one_system_is_about_it_and_its_services(england, ambulances) -> None:
    report = fp.services_report(england, ambulances, "Frimley")
    assert report.findings["code"].to_list() == ["E54000034", "RYD", "RYE"]
    assert set(report.pairs["right"]) == {"RYD", "RYE"}
    assert report.pairs["people"].sum() == 4_953_887 + 4_114_426


def test_systems_partly_in_none_and_in_no_service_are_found(hostile) -> None:
    found = fp.services_report(hostile, fp.services_graph(hostile)).findings
    bare = found[found["code"] == "Sg"].iloc[0]
    assert (bare["status"], bare["result"], bare["miss"]) == ("warn", "in no service", 7)
    assert bare["message"].endswith("deals with none of the ambulance services: 7 people in none.")


@pytest.mark.parametrize(
    "ending", ["xlsx", "html", "json", "csv", "md", "txt", "xml", "geojson", "gpkg"]
)
def test_every_format_of_a_report_holds_hostile_services(hostile, tmp_path, ending) -> None:
    report = fp.services_report(hostile, fp.services_graph(hostile))
    file = report.save(tmp_path / f"services.{ending}", marking="DRAFT")
    content = file.read_bytes()
    if ending not in {"xlsx", "gpkg"}:
        assert b"\x1b" not in content
        assert "7 people in none" in content.decode()
    if ending == "html":
        assert b"<b>&amp;" not in content


def test_the_workbook_has_a_sheet_for_each_question(england, ambulances, tmp_path) -> None:
    file = fp.services_report(england, ambulances).save(tmp_path / "services.xlsx")
    book = openpyxl.load_workbook(file, read_only=True)
    answers = ["Summary", "Partners", "Services", "Ties", "Findings"]
    assert book.sheetnames[:7] == [*answers, "service-cut", "service-span"]
    pairs = list(book["Pairs"].iter_rows(values_only=True))
    people = pairs[0].index("people")
    assert sum(row[people] for row in pairs[1:]) == 56_550_138


def test_the_matrix_tells_shares_cuts_and_uncertainty(ambulances) -> None:
    figure = fp.services_matrix(ambulances)
    axes = figure.axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert len(labels) == 42
    assert sum(label.endswith(" ✕") for label in labels) == 6
    assert [x for x in labels if x.endswith("?")] == ["Lancashire and South Cumbria ✕?"]
    words = [text.get_text() for text in axes.texts]
    assert len(words) == 49
    assert words.count("all") == 35
    assert words.count("<1%") == 1
    assert len(axes.patches) == 1
    caption = figure.texts[1].get_text().replace("\n", " ")
    assert "residents, ONS mid-2020 estimates, 2020-06-30" in caption


def test_a_long_caption_of_the_matrix_stays_below_its_cells(hostile) -> None:
    graph = fp.services_graph(hostile)
    graph.graph["notes"] = "Something that has to be known of these areas. " * 30
    figure = fp.services_matrix(graph)
    figure.canvas.draw()
    cells, caption = figure.axes[0].get_window_extent(), figure.texts[1].get_window_extent()
    assert caption.y1 < cells.y0
    assert caption.x1 < figure.bbox.x1


def test_the_matrix_is_read_in_grey(ambulances) -> None:
    figure = fp.services_matrix(ambulances)
    (image,) = figure.axes[0].images
    colours = image.to_rgba(image.get_array())[..., :3]
    assert (colours.max(axis=2) - colours.min(axis=2)).max() < 0.01


def test_the_matrix_of_one_system_has_all_that_share_its_services(ambulances) -> None:
    axes = fp.services_matrix(ambulances, "Frimley").axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[0] == "Frimley ✕"
    assert len(labels) == 7
    assert len(axes.get_xticklabels()) == 2


def test_a_marking_stands_at_the_edge_of_the_matrix_clear_of_all_else(ambulances, tmp_path) -> None:
    for words in ("DRAFT", "$Not agreed$ " * 40):
        figure = fp.services_matrix(ambulances, marking=words)
        figure.canvas.draw()
        marks = [text for text in figure.texts if text.get_label() == "marking"]
        assert len(marks) == 1
        assert marks[0].get_text().startswith(words[:5])
        place = marks[0].get_window_extent()
        assert place.x1 <= figure.bbox.x1
        assert (place.y0 >= 0, place.y1 <= figure.bbox.y1) == (True, True)
        others = [text for text in figure.texts if text not in marks]
        labels = [*figure.axes[0].get_xticklabels(), *others]
        assert max(label.get_window_extent().x1 for label in labels) < place.x0
    bare = fp.services_matrix(ambulances)
    assert "marking" not in [text.get_label() for text in bare.texts]
    file = save_services_matrix(ambulances, tmp_path / "m.svg", marking="DRAFT")
    assert "DRAFT Systems and services" in file.read_text("utf-8")


@pytest.mark.parametrize("ending", ["graphml", "json", "csv", "png", "svg", "pdf"])
def test_the_command_marks_every_file_of_partners(capsys, tmp_path, monkeypatch, ending) -> None:
    from matplotlib.figure import Figure

    drawn = []
    save = Figure.savefig

    def keep(figure, *given, **named) -> None:
        drawn.extend(text.get_text() for text in figure.texts)
        save(figure, *given, **named)

    monkeypatch.setattr(Figure, "savefig", keep)
    asked = ["partners", "--systems", "icb22", "--service", "amb22"]
    file = tmp_path / f"services.{ending}"
    status, _, _ = run(capsys, *asked, "--marking", "=DRAFT <1>", "-o", str(file))
    assert status == 0
    if ending == "graphml":
        assert nx.read_graphml(file).graph["marking"] == "=DRAFT <1>"
    elif ending == "json":
        assert json.loads(file.read_text("utf-8"))["graph"]["marking"] == "=DRAFT <1>"
    elif ending == "csv":
        table = pd.read_csv(file)
        assert table.columns[-1] == "marking"
        assert set(table["marking"]) == {"'=DRAFT <1>"}
    else:
        assert "=DRAFT <1>" in drawn
    assert run(capsys, *asked, "-o", str(file))[0] == 0
    if ending in ("graphml", "json", "csv"):
        assert b"marking" not in file.read_bytes()


def test_a_system_in_no_service_is_a_row_without_a_cell(hostile) -> None:
    axes = fp.services_matrix(fp.services_graph(hostile)).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[-1].endswith(" (none)")
    assert (len(labels), len(axes.texts)) == (7, 6)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_hostile_names_are_drawn_as_text(hostile, tmp_path, ending) -> None:
    file = tmp_path / f"matrix.{ending}"
    save_services_matrix(fp.services_graph(hostile), file)
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    assert file.read_bytes().startswith(starts[ending])


def test_nothing_to_draw_is_an_error_and_so_is_more_than_a_page_holds(england) -> None:
    atlas = make_atlas(
        [1, 2],
        icb22=layer_of({"a": "S1", "b": None}, "system"),
        amb22=layer_of({"a": None, "b": "T1"}, "service"),
    )
    with pytest.raises(fp.FootprintsError, match="there is nothing to draw"):
        fp.services_matrix(fp.services_graph(atlas))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fp.FootprintsWarning)
        graph = fp.services_graph(england, "lad21", "amb22")
    with pytest.raises(fp.FootprintsError, match="309 systems and 11 services are more than can"):
        fp.services_matrix(graph)


def test_the_command_says_whom_a_system_shares_its_services_with(capsys) -> None:
    asked = ["partners", "Hampshire and Isle of Wight", "--service", "ambulance"]
    status, out, err = run(capsys, *asked)
    assert status == 0
    assert err.startswith("Note: amb22 is of 2022, and icb26 of 2026")
    told = " ".join(out.split())
    assert "(icb26 E54000067) deals with 3 ambulance services (amb22)." in told
    for people in ("1,689,177", "167,593", "142,296"):
        assert people in told
    assert "shared with NHS Surrey and Sussex Integrated Care Board" in told
    assert "residents, ONS mid-2020 estimates, 2020-06-30" in told


def test_the_command_answers_the_claim_without_an_area(capsys) -> None:
    status, out, err = run(capsys, "partners", "--systems", "icb22", "--service", "amb22")
    assert (status, err) == (0, "")
    told = " ".join(out.split())
    assert "9 of 11 ambulance services span several systems of icb22; not so: Isle of" in told
    assert "7 of 42 systems of icb22 are cut or in none, 1 of them on uncertain evidence." in told
    assert "(E54000048) is cut on uncertain evidence between 2 ambulance services" in told


def test_the_command_takes_places_and_older_systems(capsys) -> None:
    status, out, _ = run(capsys, "partners", "Hart", "--service", "ambulance")
    assert status == 0
    assert "Hart (lad23 E07000089) deals with 2 ambulance services (amb22)." in out
    assert "and 16 more" in " ".join(out.split())
    status, out, _ = run(capsys, "partners", "Frimley", "--service", "amb22")
    assert status == 0
    assert "The systems are those of icb22; the newest are those of icb26." in out


def test_the_command_says_which_systems_share_a_service(capsys, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    status, out, _ = run(capsys, "partners", "RYE", "--systems", "icb26", "-o", str(file))
    assert status == 0
    told = " ".join(out.split())
    assert "(RYE) of amb22 deals with 3 systems of icb26." in told
    order = [told.index(people) for people in ("2,148,462", "1,689,177", "276,787")]
    assert order == sorted(order)
    assert "RYE" in file.read_text("utf-8-sig")
    status, out, err = run(capsys, "partners", "RYE", "--service", "cal21")
    assert (status, out) == (2, "")
    assert "a service of 'amb22': leave --service 'cal21' out" in err


def test_the_command_calls_districts_districts_and_forums_by_their_name_once(capsys) -> None:
    status, out, _ = run(capsys, "partners", "--systems", "lad21", "--service", "amb22")
    assert status == 0
    told = " ".join(out.split())
    assert "10 of 11 ambulance services span several districts of lad21; not so: Isle of" in told
    assert "of 309 districts of lad21 are cut or in none" in told
    assert "system" not in told
    status, out, _ = run(capsys, "partners", "Surrey", "--service", "resilience")
    assert status == 0
    assert "Surrey (Surrey)" not in out


def test_the_command_writes_what_the_name_of_a_file_says(
    capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = ["p.xlsx", "p.md", "p.graphml", "p.json", "p.csv", "p.png"]
    asked = [word for file in files for word in ("-o", file)]
    both = ["--systems", "icb26", "--service", "amb22", "--service", "cal21"]
    status, out, _ = run(capsys, "partners", *both, *asked, "--marking", "DRAFT")
    assert status == 0
    assert all(f"Written: {file}." in out for file in files)
    assert {file.name for file in tmp_path.iterdir()} == set(files)
    assert "DRAFT" in (tmp_path / "p.md").read_text("utf-8")
    assert nx.read_graphml(tmp_path / "p.graphml").number_of_nodes() == 36 + 11 + 21


def test_files_about_one_system_hold_it_and_those_that_share_its_services(
    capsys, tmp_path: Path
) -> None:
    file = tmp_path / "p.graphml"
    asked = ["partners", "QNQ", "--systems", "icb22", "--service", "amb22", "-o", str(file)]
    assert run(capsys, *asked)[0] == 0
    graph = nx.read_graphml(file)
    assert graph.number_of_nodes() == 2 + 7
    own = [node for node, about in graph.nodes(data=True) if about["in_focus"]]
    assert sorted(own) == ["amb22:RYD", "amb22:RYE", "icb22:E54000034"]


def test_the_command_prints_hostile_names_as_they_are(capsys, monkeypatch, hostile) -> None:
    monkeypatch.setattr(inputs, "load_example", lambda: hostile)
    for arguments in ([], ["icb22:Sc"]):
        status, out, _ = run(capsys, "partners", *arguments)
        assert status == 0
        assert "\x1b" not in out
    assert "a\\x1b[31mb\\x00 (icb22 Sc) deals with 1 ambulance service (amb22)." in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Nowhere"], "No footprint has the code, ODS code or name 'Nowhere'"),
        (["Frimley", "--systems", "icb26"], "'Frimley' is of 'icb22', not of 'icb26'"),
        (["--service", "vascular"], "There is no layer of services 'vascular'"),
        (["--service", "amb22,ambulance"], "A service is named twice: 'amb22'"),
        (["--systems", "icb99"], "There is no layer 'icb99'"),
        (["-o", "partners.docx"], "'partners.docx' cannot be written: its name must end in"),
    ],
)
def test_the_command_refuses_what_it_cannot_do_with_one_message(capsys, arguments, message) -> None:
    status, out, err = run(capsys, "partners", *arguments)
    assert (status, out) == (2, "")
    assert pd.Series([err]).str.contains(message).all(), err
    assert "Traceback" not in err
