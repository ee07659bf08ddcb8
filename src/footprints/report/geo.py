"""A report on the map: GeoJSON for the web, a styled GeoPackage for QGIS."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from footprints.errors import plain
from footprints.report.contents import further_tables
from footprints.report.evidence import CLASSES, PARTS, gaps_and_overlaps, shared_ground
from footprints.report.findings import FAULT_AREA
from footprints.report.styles import add_styles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import numpy.typing as npt

    from footprints.report.report import Report

# From the palette of Okabe and Ito: told apart in the common forms of colour blindness, and by
# lightness in print. The worst comes first.
COLOURS = {
    "fail": "#d55e00",
    "warn": "#e69f00",
    "excepted": "#56b4e9",
    "skipped": "#ffffff",
    "pass": "#d9d9d9",
}
"""The statuses, the worst first, and the colour of each."""
DECIMALS = 6
"""Of degrees: about a tenth of a metre."""
FINE = 9
"""Of degrees, for what may be narrower than that: about a tenth of a millimetre."""
BASIS = ["people", "population", "population_date", "population_source"]
TOLD = ["check", "layer", "against", "code", "name", "status", "message"]
GEOMETRY = "geom"
TABLES = ("findings", "pairs", "about")
"""The tables beside the layers of a GeoPackage."""
EVIDENCE = "evidence"
"""The layer of a GeoPackage, and the kind of feature, that shows the ground of a pair."""
GAPS = "gaps_and_overlaps"
"""The layer of a GeoPackage that shows where official lines leave a gap or overlap."""
GAP = "gap_or_overlap"
"""The kind of feature that shows one of them."""
TAKEN = (*TABLES, EVIDENCE, GAPS, "layer_styles")
RESERVED = ("gpkg", "rtree", "sqlite")
"""How the names of tables begin that GeoPackage and SQLite keep to themselves."""


def judged_footprints(report: Report, layer: str) -> gpd.GeoDataFrame:
    """Return the footprints of a layer that were judged, with what each check found.

    Parameters
    ----------
    report : Report
        What a check found.
    layer : str
        The key of a layer that has findings and lines.

    Returns
    -------
    GeoDataFrame
        In EPSG:27700, indexed by ``code``, in the order of the layer. Columns: ``name``,
        ``ods_code``; ``status`` and ``message`` (the worst); ``people`` (persons) with
        ``population``, ``population_date`` and ``population_source``; ``lines`` (``official`` or
        ``illustrative``: drawn for maps, never measured); a status and a message a check, such as
        ``nesting_icb26`` and ``nesting_icb26_message`` (``nesting_icb26_`` where another has that
        name); ``geometry``.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers="icb22", select=["population-band"])
    >>> judged_footprints(report, "icb22").loc["E54000034", ["name", "status", "lines"]].to_list()
    ['NHS Frimley Integrated Care Board', 'warn', 'illustrative']
    """
    frame = report.atlas.whole.layers[layer]
    found = report.findings[report.findings["layer"] == layer]
    found = found[found["code"].isin(frame.index)]
    column = found["check"].str.cat(found["against"].fillna(""), sep="_").str.rstrip("_")
    named = _column_names(column.unique())
    found = found.assign(
        column=column.map(named), rank=found["status"].map(list(COLOURS).index)
    ).sort_values("rank", kind="stable")
    codes = frame.index[frame.index.isin(found["code"])]
    worst = found.drop_duplicates("code").set_index("code").reindex(codes)
    counted = found.sort_index().dropna(subset=["people"]).drop_duplicates("code").set_index("code")
    labels = report.atlas.whole.coded.labels(layer).reindex(codes)
    columns = {name: labels[name] for name in ("name", "ods_code")}
    columns |= {name: worst[name] for name in ("status", "message")}
    columns |= {name: counted[name].reindex(codes) for name in BASIS}
    columns["lines"] = pd.Series(report.atlas.overview.loc[layer, "lines"], index=codes)
    by_check = found.groupby(["code", "column"], sort=False)
    status, said = by_check["status"].first().unstack(), by_check["message"].agg(" ".join).unstack()
    for name in column.map(named).unique():
        columns[name] = status[name].reindex(codes)
        columns[f"{name}_message"] = said[name].reindex(codes)
    shapes = frame.geometry.reindex(codes)
    return gpd.GeoDataFrame(columns, index=codes.rename("code"), geometry=shapes, crs=frame.crs)


def _column_names(asked: Iterable[str]) -> dict[str, str]:
    """Return a column for each check and what it is against, so that none is that of another."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for each in sorted(asked, key=lambda text: (len(text), text)):
        name = each.replace("-", "_")
        while taken & {name.lower(), f"{name}_message".lower()}:
            name += "_"
        taken |= {name.lower(), f"{name}_message".lower()}
        names[each] = name
    return names


def as_geojson(report: Report, marking: str = "") -> bytes:
    """Return the footprints that were judged as GeoJSON (RFC 7946).

    Parameters
    ----------
    report : Report
        What a check found.
    marking : str
        Words such as ``DRAFT``, in the member ``marking``.

    Returns
    -------
    bytes
        A FeatureCollection in longitude and latitude (EPSG:4326, six decimals, more where these
        would change an area by a hundredth, outer rings anticlockwise): a feature a footprint (``kind`` is ``footprint``) with the columns of
        :func:`judged_footprints`, and a feature a pair (``kind`` is ``evidence``) with those of
        :func:`footprints.report.evidence.shared_ground`: the ground behind what was missed; and a
        feature a gap or overlap of official lines (``kind`` is ``gap_or_overlap``; nine decimals,
        since it may be narrow) with those of
        :func:`footprints.report.evidence.gaps_and_overlaps`.
        Members beside the features: ``title``, ``marking``, ``notes``, ``bands``, ``populations``,
        ``remainders``; ``layers_without_lines``; ``findings_without_lines`` (of these, and those
        about a whole layer or a unit), and ``pairs_without_lines``, so that nothing that was found
        is missing. Characters that cannot be seen are written as escapes, and ``<`` so that no page can take it for a tag.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers="icb22", select=["population-band"])
    >>> found = json.loads(as_geojson(report))
    >>> len(found["features"]), found["features"][0]["properties"]["lines"]
    (42, 'illustrative')
    """
    drawn = {key: judged_footprints(report, key) for key in _with_lines(report)}
    ground, gaps = shared_ground(report), gaps_and_overlaps(report)
    left = report.findings[~(_drawn(report, drawn) | _gaping(report))]
    head = {
        "type": "FeatureCollection",
        "title": plain(report.atlas.title),
        "marking": plain(marking),
        "notes": [plain(note) for note in report.atlas.notes],
        "bands": plain(repr(report.bands)),
        "populations": [plain(text) for text in report.populations],
        "remainders": [plain(text) for text in report.remainders],
        "layers_without_lines": [key for key in _layers(report) if key not in drawn],
        "findings_without_lines": _records(left[TOLD]),
        "pairs_without_lines": _records(report.pairs.drop(index=ground.index)),
    }
    features = [line for key, frame in drawn.items() for line in _features(key, frame)]
    features += [*_evidence(ground), *_gaps(gaps)]
    body = ",\n".join(features)
    return f'{_dump(head)[:-1]},\n"features": [\n{body}\n]}}\n'.encode()


def as_gpkg(report: Report, marking: str = "") -> bytes:
    """Return a report as a GeoPackage that opens in colour in QGIS.

    Parameters
    ----------
    report : Report
        What a check found.
    marking : str
        Words such as ``DRAFT``, in the table ``about``.

    Returns
    -------
    bytes
        A layer in EPSG:27700 for each layer of footprints that was judged and has lines, under
        its key (``footprints_`` before it where a table has that name), with ``code`` and the
        columns of :func:`judged_footprints`, coloured by ``status``; the layer
        ``evidence`` where a pair can be drawn, with the columns of
        :func:`footprints.report.evidence.shared_ground`, coloured by ``part``; the layer
        ``gaps_and_overlaps`` where official lines have any, with the columns of
        :func:`footprints.report.evidence.gaps_and_overlaps`, coloured by ``class``, and what was
        let pass as noise too (its ``finding`` counts the rows of ``findings`` from 0); the tables ``findings`` and
        ``pairs`` as in the report, one for each further table of it that has rows, and ``about``
        (``what`` and ``said``). Characters that cannot
        be seen are written as escapes. The same for the same report on the same day.

    Examples
    --------
    >>> from footprints import check, load_example
    >>> report = check(load_example(), layers="icb22", select=["population-band"])
    >>> as_gpkg(report)[:15]
    b'SQLite format 3'
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.gpkg"
        lines = report.atlas.overview["lines"]
        further = further_tables(report, TAKEN, RESERVED)
        names = {key: _table_name(key, further) for key in _with_lines(report)}
        for key, name in names.items():
            _write(judged_footprints(report, key).reset_index(), file, name, lines[key])
        styled = dict.fromkeys(names.values(), ("status", COLOURS))
        ground = shared_ground(report)
        if len(ground):
            _write(ground, file, EVIDENCE, " and ".join(sorted(ground["lines"].unique())))
            styled[EVIDENCE] = ("part", PARTS)
        gaps = gaps_and_overlaps(report)
        if len(gaps):
            _write(gaps, file, GAPS, "official")
            styled[GAPS] = ("class", CLASSES)
        tables = (report.findings, report.pairs, _about(report, marking))
        for name, table in zip(TABLES, tables, strict=True):
            _write(table, file, name)
        for name, table in further.items():
            if len(table):
                _write(table, file, name)
        add_styles(file, GEOMETRY, styled)
        return file.read_bytes()


def _table_name(key: str, further: Collection[str] = ()) -> str:
    """Return the name of a layer in a GeoPackage, one that no table has."""
    taken = key in (*TAKEN, *further) or key.startswith(RESERVED)
    return f"footprints_{key}" if taken else key


def _layers(report: Report) -> list[str]:
    """Return the layers that have findings, in their order."""
    known = set(report.atlas.overview.index)
    return [key for key in report.findings["layer"].dropna().unique() if key in known]


def _with_lines(report: Report) -> list[str]:
    """Return those of which a footprint was judged and can be drawn."""
    lines, findings = report.atlas.overview["lines"], report.findings
    footprints = report.atlas.whole.coded
    return [
        key
        for key in _layers(report)
        if lines[key] != "none"
        and findings.loc[findings["layer"] == key, "code"].isin(footprints.labels(key).index).any()
    ]


def _drawn(report: Report, drawn: dict[str, gpd.GeoDataFrame]) -> pd.Series[bool]:
    """Tell which findings stand on a feature."""
    found = pd.MultiIndex.from_frame(report.findings[["layer", "code"]])
    on = [(key, code) for key, frame in drawn.items() for code in frame.index]
    return pd.Series(found.isin(on), index=report.findings.index)


def _gaping(report: Report) -> pd.Series[bool]:
    """Tell which findings are of one gap or overlap, which is drawn."""
    of_place = report.findings["measure"] == FAULT_AREA
    return of_place & report.findings.index.isin(report.places["finding"])


def _features(key: str, frame: gpd.GeoDataFrame) -> list[str]:
    """Return the features of a layer as JSON, a line each."""
    about = _records(frame.drop(columns="geometry").reset_index())
    rows = [{"kind": "footprint", "layer": key, **row} for row in about]
    return _as_features([f"{key}:{code}" for code in frame.index.map(plain)], rows, frame)


def _evidence(ground: gpd.GeoDataFrame) -> list[str]:
    """Return the ground of pairs as JSON, a line each."""
    about = _records(ground.drop(columns="geometry"))
    names = ["left_layer", "left", "right_layer", "right"]
    ids = [":".join([EVIDENCE, *(row[name] or "" for name in names)]) for row in about]
    return _as_features(ids, [{"kind": EVIDENCE, **row} for row in about], ground)


def _gaps(gaps: gpd.GeoDataFrame) -> list[str]:
    """Return gaps and overlaps as JSON, a line each."""
    about = _records(gaps.drop(columns="geometry"))
    ids = [f"{GAP}:{row['layer']}:{number}" for number, row in enumerate(about, 1)]
    return _as_features(ids, [{"kind": GAP, **row} for row in about], gaps, FINE)


def _as_features(
    ids: list[str], rows: list[dict[str, Any]], frame: gpd.GeoDataFrame, decimals: int = DECIMALS
) -> list[str]:
    """Return features as JSON, a line each."""
    shapes = shapely.to_geojson(_degrees(frame, decimals))
    return [
        _dump({"type": "Feature", "id": name, "properties": row})[:-1]
        + f', "geometry": {shape or "null"}}}'
        for name, row, shape in zip(ids, rows, shapes, strict=True)
    ]


def _degrees(frame: gpd.GeoDataFrame, decimals: int = DECIMALS) -> npt.NDArray[np.object_]:
    """Return polygons in rounded degrees that are valid, outer rings anticlockwise."""
    exact = frame.geometry.to_crs("EPSG:4326").to_numpy()
    # Degrees may cross the sides of what is micrometres wide.
    crossed = ~(shapely.is_valid(exact) | shapely.is_missing(exact))
    exact[crossed] = shapely.make_valid(exact[crossed], method="structure", keep_collapsed=False)
    rounded = shapely.transform(exact, lambda xy: np.round(xy, decimals))
    # Rounding each vertex keeps the borders that neighbours share; where it breaks a ring, the
    # whole polygon is rounded, and where that would change what is there, none of it.
    broken = ~(shapely.is_valid(rounded) | shapely.is_missing(rounded))
    rounded[broken] = shapely.set_precision(exact[broken], 10.0**-decimals)
    area = shapely.area(exact)
    other = np.abs(shapely.area(rounded) - area) > area / 100
    rounded[other] = exact[other]
    rounded[shapely.is_empty(rounded)] = None
    drawn: npt.NDArray[np.object_] = shapely.orient_polygons(rounded, exterior_cw=False)
    return drawn


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows for JSON, NA as None."""
    table = _plain(frame).astype(object)
    rows: list[dict[str, Any]] = table.where(table.notna(), None).to_dict("records")
    return rows


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy in which what cannot be seen in texts is written out."""
    texts = frame.select_dtypes("str").columns
    return frame.assign(**{name: frame[name].map(plain, na_action="ignore") for name in texts})


def _about(report: Report, marking: str) -> pd.DataFrame:
    """Return what must be said beside the findings, a row each."""
    said = [("title", report.atlas.title), ("marking", marking), ("bands", repr(report.bands))]
    said += [("note", note) for note in report.atlas.notes]
    said += [("population", text) for text in report.populations]
    said += [("remainder", text) for text in report.remainders]
    said += [("not checked", text) for text in report.reasons]
    rows = [(what, text) for what, text in said if text]
    return pd.DataFrame(rows, columns=["what", "said"], dtype="str")


def _write(frame: pd.DataFrame, file: Path, layer: str, lines: str = "") -> None:
    """Add a layer, or a table without lines, to a GeoPackage."""
    shapes = isinstance(frame, gpd.GeoDataFrame)
    drawn = {"geometry_type": "MultiPolygon", "promote_to_multi": True} if shapes else {}
    options = {"GEOMETRY_NAME": GEOMETRY, "DESCRIPTION": f"Lines: {lines}"} if shapes else {}
    pyogrio.write_dataframe(
        _plain(frame),
        file,
        layer=layer,
        driver="GPKG",
        append=file.exists(),
        layer_options=options,
        **drawn,
    )
