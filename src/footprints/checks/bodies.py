"""Whose footprints a unit, an area or a point is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from footprints.atlas.parts import EVIDENCE, counts_or_na
from footprints.checks.crowded import bodies_asked, crowded
from footprints.checks.places import Place, find_place, hits
from footprints.errors import OverlapError, UnknownNameError, listed
from footprints.levels import body_of
from footprints.overlaps.members import meet, populations
from footprints.overlaps.pairs import Asked, How, pairs_by
from footprints.overlaps.points import place as place_points

if TYPE_CHECKING:
    from collections.abc import Iterable

    from footprints.atlas import Atlas
    from footprints.atlas.coded import Members

_TEXTS = ("code", "population", "evidence", "method", "note", "basis")
_NUMBERS = {"people": "Float64", "people_here": "Float64", "share": "float64"}
_COUNTS = ("people", "people_here")
_COLUMNS = [
    *("layer", "level", "code", "ods_code", "name", "people", "people_here", "share"),
    *("population", "evidence", "method", "same_area_as", "note"),
]


def bodies_at(
    atlas: Atlas,
    where: str | tuple[float, float] | tuple[float, float, Any],
    *,
    layers: str | Iterable[str] | None = None,
    population: str | None = None,
) -> pd.DataFrame:
    """Say whose footprints a unit, an area or a point is in, and which tiers are one area.

    A unit is in what lists it. A layer that lists no such units is asked by where the unit's
    centre lies in its official lines. A point is in what lists the unit whose official polygon
    holds it, else in the layer's official lines; on an edge, in the unit or footprint with the
    lowest code. Where neither can be said the layer is a row all the same, with the reason.

    Parameters
    ----------
    atlas : Atlas
        With a focus, only its layers are asked.
    where : str or tuple
        The code of a unit (``lsoa11:E01012367`` where a footprint has the same code); or a
        footprint, as :meth:`footprints.Atlas.find` takes it; or a point, x and y in metres
        (EPSG:27700), or in another CRS that stands third, such as ``(-0.13, 51.5, 4326)``.
    layers : str or iterable of str, optional
        Keys, or bare kinds; None takes the newest layer of each kind of body, and before it the
        layer of the footprint that is asked about.
    population : str, optional
        Whose people to count, in layers that count them; None takes the first that there is.

    Returns
    -------
    DataFrame
        A row a layer, or several where they share the place. Columns: ``layer``; ``level``;
        ``code`` (NA for people in none, and where it is not known), ``ods_code``, ``name``;
        ``people`` (persons in the whole footprint, NA where this population is not counted in
        it); ``people_here`` (persons of the place who are in it) and ``share`` (0 to 1, of those
        of the place; both NA for a point in lines); ``population``; ``evidence`` (the weakest of
        what it rests on); ``method`` (``members``, ``points``, ``lines`` or ``not known``);
        ``same_area_as`` (the other of these layers that have exactly this area, by
        :func:`footprints.crowded`); ``note`` (why it is not known, who is in none, and what the
        atlas says of the layer). ``attrs``: ``where``
        (``unit``, ``footprint`` or ``point``), ``code``, for a point ``on_edge``, and each
        population with its source and date.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        If there is no such unit, footprint, layer or population, or it fits several; if no
        layer is named; or a point is in none.
    GeometryError
        If a point is asked about and all lines are illustrative, or there are none.
    CRSError, TableError
        If a point has no numbers for coordinates, or looks like one of another CRS.

    Examples
    --------
    >>> from footprints import load_example
    >>> found = bodies_at(load_example(), "Rutland", layers=["lad21", "ctyua21", "icb22", "pcn21"])
    >>> found[["code", "method", "same_area_as"]].values.tolist()
    [['E06000017', 'members', 'ctyua21'], ['E06000017', 'members', 'lad21'],
     ['E54000015', 'members', ''], [nan, 'not known', '']]
    """
    keys = bodies_asked(atlas, layers)
    _check_population(atlas, population)
    place = find_place(atlas, where, keys)
    keys = _with_own(keys, place) if layers is None else keys
    evidence = _evidence(atlas, place)
    parts = []
    for key in keys:
        rows = _rows(atlas.whole, place, key, population).reindex(columns=[*_TEXTS, *_NUMBERS])
        rows = rows.astype(dict.fromkeys(_TEXTS, "str") | _NUMBERS)
        labels = atlas.whole.coded.labels(key)
        known = rows["code"].map(evidence.get(key, {}))
        parts.append(
            rows.assign(
                layer=key,
                level=atlas.overview.loc[key, "level"],
                name=rows["code"].map(labels["name"]).astype("str"),
                ods_code=rows["code"].map(labels["ods_code"]).astype("str"),
                evidence=rows["evidence"].where(rows["method"] != "members", known).astype("str"),
                note=_joined(rows["note"], atlas.overview.loc[key, "note"]),
            )
        )
    found = pd.concat(parts, ignore_index=True)
    found["same_area_as"] = _same_areas(atlas, keys, found)
    basis = found.dropna(subset="population").groupby("population")["basis"].first()
    found = found[_COLUMNS].assign(**{name: counts_or_na(found[name]) for name in _COUNTS})
    found.attrs = {"where": place.kind, "code": place.code} | basis.to_dict()
    if place.kind == "point":
        found.attrs["on_edge"] = str(place.on_edge)
    return found


def _with_own(keys: list[str], place: Place) -> list[str]:
    """Return the layers with that of the footprint asked about, before the one that followed it."""
    own = place.code.partition(":")[0]
    if place.kind != "footprint" or own in keys:
        return keys
    after = [number for number, key in enumerate(keys) if body_of(key) == body_of(own)]
    return [*keys[: after[0]], own, *keys[after[0] :]]


def _joined(notes: pd.Series[str], note: str) -> pd.Series[str]:
    """Return what is said of each row, and after it what is said of the layer."""
    return (notes.fillna("") + f" {note}").str.strip().astype("str")


def _check_population(atlas: Atlas, name: str | None) -> None:
    known = atlas.whole.populations.index.unique("population")
    if name is not None and name not in known:
        raise UnknownNameError.among(known, name, kind="population")


def _rows(atlas: Atlas, place: Place, key: str, population: str | None) -> pd.DataFrame:
    """Return the footprints of one layer that hold the place."""
    coded = atlas.coded
    tables = {n: coded.members(key, n) for n in coded.tables(key) if n in place.members}
    if not tables and coded.lines(key) != "official":
        had = f", and not of {listed(place.members)}" if place.members else ""
        note = f"It lists units of {listed(coded.tables(key))}{had}, and has no official lines."
        return pd.DataFrame([{"method": "not known", "note": note}])
    if not tables and place.point is not None:
        return _in_lines(atlas, place, key, population)
    method = "members" if tables else "points"
    if not tables:
        tables = _placed(atlas, place, key)
    ways = {n: (place.members[n], theirs) for n, theirs in tables.items()}
    counted = {n: populations(sides, coded.blocks(n)) for n, sides in ways.items()}
    if not ways:
        note = f"It has lines, and the units of {listed(place.members)} no places to find in them."
        return pd.DataFrame([{"method": "not known", "note": note}])
    table = next((n for n, names in counted.items() if population in names), next(iter(ways)))
    asked = Asked(population=population if population in counted[table] else None)
    try:
        return _met(atlas, ways[table], How(method=method, right_layer=key, units=table), asked)
    except OverlapError:
        note = "It and the place share the same units out, so who is in both is not known."
        return pd.DataFrame([{"method": "not known", "note": note}])


def _met(atlas: Atlas, sides: tuple[Members, Members], how: How, asked: Asked) -> pd.DataFrame:
    """Return what a place meets in a layer, by their units."""
    pairs = meet(sides, atlas.coded.blocks(how.units), how, asked)
    rows, told = pairs[pairs["left"].notna()], pairs.attrs
    # People of a link table say nothing of who else is in a footprint that lists whole units.
    wholes = pairs_by(pairs, "right")["people"].sum() if sides[0].people is None else {}
    lost = {
        "points": "Its centres lie in no lines, or where several meet.",
        "members": "In none of its footprints.",
    }[how.method]
    return pd.DataFrame(
        {
            "code": rows["right"],
            "people": rows["right"].map(wholes).where(rows["right"].notna()),
            "people_here": rows["people"],
            "share": rows["left_share"],
            "population": told["population"],
            "basis": f"{told['population']}, {told['source']}, {told['date']}",
            "evidence": pd.Series("inferred", rows.index).where(rows["right"].notna()),
            "method": how.method,
            "note": pd.Series(lost, rows.index).where(rows["right"].isna(), ""),
        }
    )


def _placed(atlas: Atlas, place: Place, key: str) -> dict[str, Members]:
    """Place the units of each table that has places in the lines of a layer."""
    blocks = {name: atlas.coded.blocks(name) for name in place.members}
    codes, shapes = atlas.coded.codes(key), atlas.coded.shapes(key)
    return {
        name: place_points(each.places[0], codes, shapes).members
        for name, each in blocks.items()
        if each.places is not None
    }


def _in_lines(atlas: Atlas, place: Place, key: str, population: str | None) -> pd.DataFrame:
    """Return the footprint of a layer whose own lines hold a point."""
    codes = atlas.coded.codes(key)
    found = hits(place.point, codes, atlas.coded.shapes(key)) if place.point else np.array([])
    if not len(found):
        return pd.DataFrame([{"method": "lines", "note": "The point is in none of its lines."}])
    code = codes[found[0]]
    counted = atlas.population(key, population) or atlas.population(key)
    row = {"code": code, "method": "lines", "evidence": "published"}
    row["note"] = "The point is on an edge." if len(found) > 1 else ""
    if counted is not None:
        row |= {"population": counted.name, "basis": str(counted)}
        row["people"] = atlas.people(key).loc[code, counted.name]
    return pd.DataFrame([row])


def _evidence(atlas: Atlas, place: Place) -> dict[str, dict[str, str]]:
    """Return by layer and footprint the weakest evidence that the place's units are in it."""
    rows = atlas.whole.membership
    inside = np.zeros(len(rows), dtype=bool)
    for name, mine in place.members.items():
        units = atlas.whole.coded.blocks(name).table.index[mine.unit]
        inside |= (rows["units"] == name) & rows["unit"].isin(units)
    kept = rows[inside]
    weakest = kept["evidence"].map(EVIDENCE.index).astype("int64")
    weakest = weakest.groupby([kept["layer"].astype("str"), kept["code"]]).max()
    words: dict[str, dict[str, str]] = {}
    for (layer, code), rank in weakest.items():
        words.setdefault(layer, {})[code] = EVIDENCE[rank]
    return words


def _same_areas(atlas: Atlas, keys: list[str], found: pd.DataFrame) -> pd.Series[str]:
    """Return for each footprint the other layers in which its area stands too."""
    areas = crowded(atlas, keys).areas
    pairs = areas.merge(areas, on="area", suffixes=("", "_other"))
    pairs = pairs[pairs["layer"] != pairs["layer_other"]]
    others = pairs.groupby(["layer", "code"], sort=False)["layer_other"].unique().map(", ".join)
    places = pd.MultiIndex.from_frame(found[["layer", "code"]])
    return pd.Series(others.reindex(places).fillna("").to_numpy(), found.index, dtype="str")
