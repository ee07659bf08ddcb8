"""An atlas of practices, their patients, and the footprints that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from footprints.atlas import Atlas, Layer, Population, UnitTable
from footprints.errors import FootprintsError, Problems, TableError
from footprints.levels import LEVELS
from footprints.masking import counted, masked, open_codes, rows_shown
from footprints.read.registered.fields import KINDS, need_columns, one_day

if TYPE_CHECKING:
    from footprints.read.people import Unmatched

TITLE = "Registered patients by practice"


def registered_atlas(
    list_sizes: pd.DataFrame,
    *,
    networks: pd.DataFrame | None = None,
    as_at: str | None = None,
    unmatched: Unmatched = "refuse",
    title: str = TITLE,
) -> Atlas:
    """Make an atlas of practices, with the footprints that the practices say they belong to.

    A network whose practices belong to two commissioners, or to two systems, is so seen; the one
    lead commissioner under which it is filed plays no part.

    Parameters
    ----------
    list_sizes : DataFrame
        As :func:`footprints.read.read_list_sizes` gives it.
    networks : DataFrame, optional
        As :func:`footprints.read.read_networks` or :func:`footprints.read.read_practice_map`
        gives it. Its networks take the place of those in ``list_sizes``; of other footprints it
        gives what the list lacks.
    as_at : str, optional
        The date of the list, as ``2021-03-31``; None takes the one that the list states. Its
        year is the vintage of the layers.
    unmatched : {"refuse", "count"}
        Whether practices that only one table has are an error, or counted in the notes. One
        without a network is still counted, as unassigned.
    title : str
        The title of the atlas.

    Returns
    -------
    Atlas
        Units ``practices`` with ``registered`` people, and a layer for each kind of footprint,
        such as ``pcn22``, ``sicbl22`` and ``icb22``.

    Raises
    ------
    FootprintsError
        If the date is not known.
    TableError
        If practices are in one table only, a footprint has two names or two NHS codes, or there
        are no footprints at all.

    Examples
    --------
    >>> codes = pd.Index(["A1", "A2"], name="practice")
    >>> lists = pd.DataFrame({"registered": [5, 7], "pcn": ["U00001", None]}, index=codes)
    >>> atlas = registered_atlas(lists, as_at="2022-01-01")
    >>> atlas.unassigned("pcn22")["registered"].to_dict()
    {'A2': 7}
    """
    units, layers, notes = registered_parts(list_sizes, networks, as_at, unmatched)
    return Atlas(title=title, units={"practices": units}, layers=layers, notes=notes)


def registered_parts(
    list_sizes: pd.DataFrame,
    networks: pd.DataFrame | None,
    as_at: str | None,
    unmatched: Unmatched,
) -> tuple[UnitTable, dict[str, Layer], list[str]]:
    """Return what :func:`registered_atlas` makes an atlas of: practices, layers and notes.

    Raises
    ------
    FootprintsError, TableError
        As :func:`registered_atlas`.
    """
    date = one_day(as_at) or list_sizes.attrs.get("as_at", "")
    if not date:
        msg = "The list does not state its date: give it, as in as_at='2021-03-31'."
        raise FootprintsError(msg)
    need_columns(list_sizes, ["registered"], "The list")
    source = list_sizes.attrs.get("file", "a list of practices")
    table, notes = _with_networks(list_sizes, networks, unmatched)
    layers = {
        f"{kind}{date[2:4]}": _layer(table, kind, date, source)
        for kind in KINDS
        if kind in table and table[kind].notna().any()
    }
    if not layers:
        msg = "The list says of no practice what it belongs to: give networks= too."
        raise TableError(msg)
    people = Population(name="registered", source=source, as_at=date)
    columns = [column for column in ("name", "registered") if column in table]
    units = UnitTable(table=table[columns].rename_axis("unit"), populations=(people,))
    return units, layers, [*notes, *_notes(table)]


def _with_networks(
    lists: pd.DataFrame, networks: pd.DataFrame | None, unmatched: Unmatched
) -> tuple[pd.DataFrame, list[str]]:
    """Return the list with the footprints of the networks, and what did not meet."""
    if networks is None:
        return lists, []
    only_list = lists.index.difference(networks.index)
    only_networks = networks.index.difference(lists.index)
    if unmatched == "refuse" and len(only_list.union(only_networks)):
        problems = Problems("The tables")
        if len(only_list):
            problems.add("have practices with patients and no row of networks", masked(only_list))
        if len(only_networks):
            problems.add("have practices with a network and no patients", masked(only_networks))
        problems.add("differ; to go on and have them counted, ask for unmatched='count'")
        problems.raise_any(TableError)
    kinds = [kind for kind in KINDS if kind in networks and (kind == "pcn" or kind not in lists)]
    taken = [f"{kind}{end}" for kind in kinds for end in ("", "_name", "_ods")]
    joined = lists.drop(columns=taken, errors="ignore").join(
        networks[[column for column in taken if column in networks]]
    )
    notes = []
    if date := networks.attrs.get("as_at", ""):
        notes.append(f"Networks are of {date}, from {networks.attrs.get('file', 'a table')}.")
    if len(only_list):
        people = lists.loc[only_list, "registered"].sum()
        notes.append(
            "Without a row in the table of networks: "
            f"{counted(len(only_list), 'practice')}, {counted(people, 'patient')}."
        )
    if len(only_networks):
        notes.append(f"In the table of networks alone: {counted(len(only_networks), 'practice')}.")
    return joined, notes


def _layer(table: pd.DataFrame, kind: str, date: str, source: str) -> Layer:
    """Return the footprints of one kind, as sets of practices."""
    rows = pd.DataFrame(
        {
            "code": table[kind],
            "name": table.get(f"{kind}_name", table[kind]),
            "ods_code": table.get(f"{kind}_ods"),
        }
    ).dropna(subset="code")
    for column in ("name", "ods_code"):
        several = rows.groupby("code")[column].nunique().gt(1)
        if several.any():
            codes = several.index[several]
            words = "names" if column == "name" else "NHS codes"
            msg = f"Footprints of the kind {kind!r} have several {words}: {rows_shown(codes)}."
            raise TableError(msg, open_codes(codes))
    footprints = rows.groupby("code")[["name", "ods_code"]].first()
    footprints["name"] = footprints["name"].fillna(footprints.index.to_series())
    return Layer(
        table=footprints,
        members={"practices": table[kind].dropna().rename_axis("unit")},
        level=LEVELS[kind],
        as_at=date,
        source=source,
        note="made of practices, not of land",
        covers=kind != "pcn",
    )


def _notes(table: pd.DataFrame) -> list[str]:
    """Say what a reader must know: who is in no network."""
    if "pcn" not in table:
        return []
    none = table["pcn"].isna()
    people = table.loc[none, "registered"].sum()
    return [f"In no network: {counted(none.sum(), 'practice')}, {counted(people, 'patient')}."]
