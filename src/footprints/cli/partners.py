"""``footprints partners``: which services a system deals with, and with whom it shares them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from footprints.cli.draw import write_page
from footprints.cli.options import AtlasFile, MapFile, WhosePeople, Within, open_atlas
from footprints.console import add_row, new_table, open_screen, say, show
from footprints.errors import FootprintsError, UnknownNameError, listed
from footprints.inputs import Inputs, with_notes
from footprints.levels import called, service_called
from footprints.output import output_file

if TYPE_CHECKING:
    import networkx as nx
    from rich.console import Console

    from footprints.atlas import Atlas

MOST_NAMED = 8
"""How many of those who share a service are named; files hold them all."""


def partners(
    area: Annotated[
        str | None,
        typer.Argument(
            metavar="AREA",
            help="A system, place, authority or service: its code, ODS code or name. Without "
            "one, all systems.",
        ),
    ] = None,
    atlas_file: AtlasFile = None,
    within: Within = None,
    systems: Annotated[
        str | None,
        typer.Option(metavar="LAYER", help="The layer of systems; the newest if none is named."),
    ] = None,
    service: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LAYER",
            help="A layer of services (amb22), or what they are called: ambulance, cancer, "
            "resilience. May be repeated; the newest of each kind if none is named.",
        ),
    ] = None,
    population: WhosePeople = None,
    map_file: MapFile = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write a report (.xlsx, .html, .md, .txt, .xml, .geojson, .gpkg), the graph "
            "(.graphml, .json, or its edges as .csv) or the matrix (.png, .svg, .pdf). May be "
            "repeated.",
        ),
    ] = None,
    marking: Annotated[
        str, typer.Option(metavar="WORDS", help='Words such as "DRAFT" on each file.')
    ] = "",
) -> None:
    """Say which services a system deals with, and which other systems share them.

    Without an area, which systems each kind of service cuts, and whether services span several.
    Of a service, which systems share it. This answers and checks nothing, so the exit status is 0
    also where systems are cut; 2 is an error of usage or input.

    \b
    Examples:
      footprints partners "Hampshire and Isle of Wight" --service ambulance
      footprints partners Hart
      footprints partners --systems icb26 --service amb22 --service cal21 -o partners.xlsx
      footprints partners --service amb22 -o services.graphml -o services.png
    """  # noqa: D301  # The character \b keeps the lines of the examples.
    from footprints.services import services_graph  # noqa: PLC0415  # networkx takes time to load.
    from footprints.services.partnership import with_focus  # noqa: PLC0415  # As above.

    for file in output or ():
        output_file(file, _endings())
    if map_file:
        output_file(map_file, [".html"])
    atlas = open_atlas(Inputs(atlas=atlas_file), within)
    layer, code = _found(atlas, area, systems)
    kinds, one = _services(service), layer is not None and _is_service(atlas, layer)
    if one:
        layer, kinds = systems, _only(str(layer), kinds)
    graph = with_notes(lambda: services_graph(atlas, layer, kinds, population=population))
    screen = open_screen()
    say(screen, [atlas.title, *atlas.notes, f"People: {graph.graph['basis']}.", ""])
    say(screen, _older(atlas, graph.graph["systems"]))
    if code is None:
        _print_all(screen, graph)
    elif one:
        graph = with_focus(graph, _print_sharing(screen, graph, code))
    else:
        graph = with_focus(graph, f"{layer}:{code}")
        _print_partners(screen, graph)
    for file in output or ():
        _write(atlas, graph, file, marking)
        say(screen, [f"Written: {file.name}."])
    if map_file:
        here = atlas if code is None else atlas.whole.focus(f"{layer}:{code}")
        _draw(here, graph, map_file, population, marking)


def _draw(atlas: Atlas, graph: nx.Graph, file: Path, population: str | None, marking: str) -> None:
    """Draw the systems that services cut, and the ties between them, as a page."""
    from footprints.maps.interactive import footprint_map  # noqa: PLC0415  # folium is slow to load.

    drawing = footprint_map(atlas, services=graph, population=population, marking=marking)
    write_page(drawing, file)


def _services(asked: list[str] | None) -> list[str] | None:
    return [text for texts in asked for text in texts.split(",")] if asked else None


def _is_service(atlas: Atlas, layer: str) -> bool:
    levels = atlas.whole.overview["level"]
    return layer in levels and levels[layer] == "service"


def _only(layer: str, kinds: list[str] | None) -> list[str]:
    """Return the kind of the one service that is asked about, or refuse others beside it."""
    if kinds and kinds != [layer]:
        msg = f"The area is a service of {layer!r}: leave --service {listed(kinds)} out."
        raise FootprintsError(msg, kinds)
    return [layer]


def _found(atlas: Atlas, area: str | None, systems: str | None) -> tuple[str | None, str | None]:
    """Return the layer and the footprint that is asked for, a service too; else the systems."""
    from footprints.services.meeting import newest_systems  # noqa: PLC0415  # As above.

    whole = atlas.whole
    if area is None:
        return systems, None
    layer = newest_systems(whole) if systems is None else whole.resolve(systems)
    try:
        return whole.find(f"{layer}:{area}")
    except UnknownNameError:
        found = whole.find(area)
    if systems is None or _is_service(whole, found[0]):
        return found
    msg = f"{area!r} is of {found[0]!r}, not of {layer!r}: name that, or leave --systems out."
    raise UnknownNameError(msg, [area])


def _older(atlas: Atlas, layer: str) -> list[str]:
    """Say where systems are of an older map than the newest."""
    levels = atlas.whole.overview["level"]
    level = levels[layer]
    last = next((key for key in atlas.whole.newest() if levels[key] == level), layer)
    if last == layer or level != "system":
        return []
    return [f"The systems are those of {layer}; the newest are those of {last}.", ""]


def _print_partners(screen: Console, graph: nx.Graph) -> None:
    """Say which services an area deals with, a table for each kind."""
    from footprints.services import partners as of_system  # noqa: PLC0415  # As above.

    found = of_system(graph)
    for kind, rows in found.groupby("kind", sort=False):
        first = rows.iloc[0]
        name = first["system"] if pd.isna(first["system_name"]) else first["system_name"]
        count = int(first["services"])
        head = f"{name} ({graph.graph['systems']} {first['system']}) deals with"
        none = "none of the" if not count else f"{count:,}"
        say(screen, [f"{head} {none} {service_called(str(kind), count)} ({kind})."])
        _print_rows(screen, rows)
        say(screen, [""])


def _print_rows(screen: Console, rows: pd.DataFrame) -> None:
    """Print the services of one kind that an area deals with."""
    from footprints.services.found import named  # noqa: PLC0415  # As above.

    table = new_table("Service", "People", "Of it", "Of service", "Shared with", "Evidence")
    lines = []
    for row in rows.fillna({"service_name": "", "evidence": ""}).itertuples():
        none = pd.isna(row.service)
        name = "in none" if none else named(row.service_name, row.service)
        numbers = [_number(row.people), _share(row.share_of_system), _share(row.share_of_service)]
        others = _some(row.shared_with_names) or ("" if none else "nobody")
        add_row(table, name, *numbers, others, row.evidence)
        told = f"{name}: {numbers[0]} people, {numbers[1]} of it"
        rest = "" if none else f", {numbers[2]} of the service; shared with {others}"
        lines.append(f"- {told}{rest}.{' Uncertain.' if row.evidence == 'uncertain' else ''}")
    show(screen, table, lines)


def _print_sharing(screen: Console, graph: nx.Graph, code: str) -> list[str]:
    """Say which systems share one service, the most people first, and return their codes."""
    from footprints.services.found import named  # noqa: PLC0415  # As above.
    from footprints.services.graph import edge_table, level_of_systems  # noqa: PLC0415

    edges, kind = edge_table(graph), graph.graph["services"]
    rows = edges[edges["service"] == code]
    order = rows["people"].astype("float64").where(rows["system"].notna(), -1)
    rows = rows.loc[order.sort_values(ascending=False, kind="stable").index]
    codes = rows["system"].dropna().to_list()
    label = named(rows["service_name"].iloc[0], code)
    said = called(level_of_systems(graph), len(codes))
    told = f"{label} of {kind} deals with {len(codes):,} {said} of {graph.graph['systems']}."
    say(screen, [told])
    head = called(level_of_systems(graph), 1).capitalize()
    table = new_table(head, "People", "Of service", "Of it", "Evidence")
    lines = []
    for row in rows.fillna({"evidence": ""}).itertuples():
        name = "in none" if pd.isna(row.system) else named(row.system_name, row.system)
        shares = [_share(row.share_of_service), _share(row.share_of_system)]
        add_row(table, name, _number(row.people), *shares, row.evidence)
        own = f", {shares[1]} of it" if shares[1] else ""
        lines.append(f"- {name}: {_number(row.people)} people, {shares[0]} of the service{own}.")
    show(screen, table, lines)
    say(screen, [""])
    return [f"{graph.graph['systems']}:{each}" for each in codes]


def _some(names: str) -> str:
    """Return names with "; " between them, of many the first and how many more there are."""
    each = names.split("; ")
    rest = len(each) - MOST_NAMED
    return names if rest <= 0 else f"{'; '.join(each[:MOST_NAMED])} and {rest:,} more"


def _number(people: float) -> str:
    return "?" if pd.isna(people) else f"{people:,.0f}"


def _share(share: float) -> str:
    if pd.isna(share):
        return ""
    return "<0.1%" if 0 < share < 0.001 else f"{share:.1%}"


def _print_all(screen: Console, graph: nx.Graph) -> None:
    """Say of each kind of service what its services span, and which systems it cuts."""
    from footprints.services import spanning  # noqa: PLC0415  # As above.
    from footprints.services.found import cut_findings, named  # noqa: PLC0415
    from footprints.services.graph import level_of_systems  # noqa: PLC0415

    found, cuts, level = spanning(graph), cut_findings(graph), level_of_systems(graph)
    for kind, rows in found.groupby("kind", sort=False):
        say(screen, [found.attrs[f"claim_{kind}"]])
        table = new_table("Service", "People", called(level, 2).capitalize(), "Regions", "Evidence")
        lines = []
        for row in rows.fillna(
            {"service_name": "", "region_names": "", "evidence": ""}
        ).itertuples():
            name = named(row.service_name, row.service)
            regions = row.region_names
            people = _number(row.people)
            add_row(table, name, people, f"{row.systems:,}", regions, row.evidence)
            touched = f"{row.systems:,} {called(level, row.systems)}"
            lines.append(f"- {name}: {people} people, {touched}; {regions}.")
        show(screen, table, lines)
        mine = cuts[cuts["against"] == kind]
        missed = mine[mine["status"] == "warn"]
        among = f"{len(mine):,} {called(level, len(mine))} of {graph.graph['systems']}"
        say(screen, [f"{len(missed):,} of {among} are cut or in none{_unsure(missed)}."])
        say(screen, [*(f"- {message}" for message in missed["message"]), ""])


def _unsure(missed: pd.DataFrame) -> str:
    """Say of how many cut systems only uncertain evidence says so."""
    unsure = int((missed["result"] == "cut on uncertain evidence").sum())
    return f", {unsure:,} of them on uncertain evidence" if unsure else ""


def _endings() -> list[str]:
    from footprints.report.writing import FORMATS  # noqa: PLC0415  # Each takes time to load.
    from footprints.services import files, matrix  # noqa: PLC0415

    return list(dict.fromkeys([*FORMATS, *files.FORMATS, *matrix.PICTURES]))


def _write(atlas: Atlas, graph: nx.Graph, file: Path, marking: str) -> None:
    """Write what the name of a file ends in."""
    from footprints.services import files, found, matrix  # noqa: PLC0415  # As above.
    from footprints.services.partnership import near_focus  # noqa: PLC0415

    ending = file.suffix.lower()
    if ending in matrix.PICTURES:
        matrix.save_services_matrix(graph, file, _focus(graph), marking=marking)
    elif ending in files.FORMATS:
        files.write_graph(near_focus(graph), file, marking=marking)
    else:
        found.services_report(atlas, graph).save(file, marking=marking)


def _focus(graph: nx.Graph) -> list[str] | None:
    """Return the systems that the graph is about, or None where it is about all."""
    layer = graph.graph["systems"]
    systems = {
        node: about["in_focus"] for node, about in graph.nodes(data=True) if node[0] == layer
    }
    own = [f"{layer}:{code}" for (_, code), inside in systems.items() if inside]
    return None if len(own) == len(systems) else own
