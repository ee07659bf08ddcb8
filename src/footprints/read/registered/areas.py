"""The areas of Primary Care Networks: each LSOA to the network with most patients there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import Problems, TableError
from footprints.masking import masked
from footprints.read.registered.fields import need_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from footprints.read.people import Unmatched


@dataclass(frozen=True, kw_only=True, eq=False)
class PCNAreas:
    """Which network each LSOA goes to, and what that means for each network.

    Parameters
    ----------
    lsoas : DataFrame
        Indexed by ``lsoa`` (England). Columns: ``pcn`` (NA where nobody is in one), ``patients``
        (persons there in that network), ``share`` (those of all registered there, 0 to 1),
        ``runner_up``, ``runner_up_share`` (NA where there is none), ``tied`` (whether both have
        as many), ``registered`` (persons there, in a network or not).
    pcns : DataFrame
        Indexed by ``pcn``. Columns: ``lsoas`` (in its area); of its registered patients, in
        persons: ``registered`` (all), ``in_area``, ``elsewhere`` (in England), ``not_placed``
        (outside England or at no known area), the last three summing to the first;
        ``area_registered`` (patients of any practice who live in its area); with residents
        ``area_residents``; with systems ``system`` (where most of its patients live),
        ``across_edge`` (patients who live in another) and ``system_unknown`` (patients in LSOAs
        of no known system).
    in_no_pcn : int
        Patients of practices that are in no network.
    tied : tuple of str
        LSOAs where two networks have as many; they go to the one with the lower code.
    """

    lsoas: pd.DataFrame
    pcns: pd.DataFrame
    in_no_pcn: int
    tied: tuple[str, ...]


def pcn_areas(  # noqa: PLR0913 - All but the first are named by the caller.
    patients: pd.DataFrame,
    *,
    networks: pd.Series[str] | None = None,
    systems: pd.Series[str] | None = None,
    residents: pd.Series[int] | None = None,
    within: Collection[str] | None = None,
    unmatched: Unmatched = "refuse",
) -> PCNAreas:
    """Give each LSOA to the network with the most registered patients there.

    A list of one system alone knows few of those who live beyond it: give ``within``, or every
    LSOA where a single patient lives goes to that patient's network. An equal number goes to the network with the lower code, and is reported. Outlines are drawn
    from ``lsoas["pcn"]`` by :func:`footprints.geometry.outlines`.

    Parameters
    ----------
    patients : DataFrame
        As :func:`footprints.read.read_patients_by_lsoa` gives it.
    networks : Series of str, optional
        The network of each practice, NA for none; None takes the column ``pcn`` of ``patients``.
    systems : Series of str, optional
        The system of each LSOA, to count patients across its edge.
    residents : Series of int, optional
        Residents of each LSOA.
    within : collection of str, optional
        The LSOAs to give to networks; patients in others are counted as ``elsewhere``. None for
        all that have patients.
    unmatched : {"refuse", "count"}
        Whether LSOAs with patients that ``systems`` or ``residents`` lack are an error, or
        counted: as ``system_unknown``, and as NA in ``area_residents``.

    Returns
    -------
    PCNAreas

    Raises
    ------
    TableError
        If a column is missing, no networks are known, or practices or LSOAs are unknown to the other tables.

    Examples
    --------
    >>> patients = pd.DataFrame({
    ...     "practice": ["A1", "A2", "A1"], "lsoa": ["E01000001", "E01000001", "E01000002"],
    ...     "patients": [9, 4, 2], "where": "England", "pcn": ["U00001", "U00002", "U00001"]})
    >>> pcn_areas(patients).pcns["in_area"].to_dict()
    {'U00001': 11, 'U00002': 0}
    """
    need_columns(patients, ["practice", "lsoa", "patients", "where"], "The table of patients")
    rows = patients[["practice", "lsoa", "patients"]].assign(
        pcn=_networks(patients, networks), placed=patients["where"] == "England"
    )
    home = rows["placed"] if within is None else rows["placed"] & rows["lsoa"].isin(list(within))
    lsoas = _lsoas(rows[home])
    lived_in = pd.Index(rows.loc[rows["placed"], "lsoa"].unique())
    needs = {"systems": (systems, lived_in), "residents": (residents, lsoas.index)}
    _check_known(needs, unmatched)
    pcns = _pcns(rows, lsoas)
    if residents is not None:
        known = lsoas["pcn"].to_frame().assign(n=residents.reindex(lsoas.index).astype("Int64"))
        counts = known.groupby("pcn")["n"].agg(lambda n: n.sum(skipna=False))
        pcns["area_residents"] = counts.reindex(pcns.index).mask(pcns["lsoas"] == 0, 0)
    if systems is not None:
        pcns = pcns.join(_edges(rows, systems, pcns.index))
    return PCNAreas(
        lsoas=lsoas,
        pcns=pcns,
        in_no_pcn=int(rows.loc[rows["pcn"].isna(), "patients"].sum()),
        tied=tuple(lsoas.index[lsoas["tied"]]),
    )


def _networks(patients: pd.DataFrame, networks: pd.Series[str] | None) -> pd.Series[str]:
    if networks is None and "pcn" not in patients:
        msg = "The patients have no column 'pcn': give networks=, the network of each practice."
        raise TableError(msg)
    if networks is None:
        return patients["pcn"]
    strangers = patients["practice"][~patients["practice"].isin(networks.index)].unique()
    problems = Problems("The networks")
    if len(strangers):
        remedy = "Give them a network, or NA for none."
        problems.add("do not know the practices", masked(strangers), remedy=remedy)
    if networks.index.has_duplicates:
        problems.add("have practices twice", masked(networks.index[networks.index.duplicated()]))
    problems.raise_any(TableError)
    return patients["practice"].map(networks).astype("str")


def _check_known(
    needs: Mapping[str, tuple[pd.Series | None, pd.Index[str]]], unmatched: Unmatched
) -> None:
    """Refuse tables with LSOAs twice, or that lack some unless those may be counted."""
    problems = Problems("The tables")
    for name, (table, lsoas) in needs.items():
        if table is None:
            continue
        if table.index.has_duplicates:
            twice = masked(table.index[table.index.duplicated()])
            problems.add(f"have LSOAs twice in {name}=", twice)
        missing = lsoas.difference(table.dropna().index)
        if len(missing) and unmatched == "refuse":
            remedy = "Are they of one census? To have them counted, ask for unmatched='count'."
            problems.add(f"lack LSOAs with patients in {name}=", masked(missing), remedy=remedy)
    problems.raise_any(TableError)


def _lsoas(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the network with most patients in each LSOA, and the next."""
    registered = rows.groupby("lsoa")["patients"].sum()
    counts = rows.dropna(subset="pcn").groupby(["lsoa", "pcn"], as_index=False)["patients"].sum()
    counts = counts[counts["patients"] > 0]
    ranked = counts.sort_values(["lsoa", "patients", "pcn"], ascending=[True, False, True])
    place = ranked.groupby("lsoa").cumcount()
    first = ranked[place == 0].set_index("lsoa").reindex(registered.index)
    second = ranked[place == 1].set_index("lsoa").reindex(registered.index)
    return pd.DataFrame(
        {
            "pcn": first["pcn"],
            "patients": first["patients"].fillna(0).astype("int64"),
            "share": first["patients"] / registered,
            "runner_up": second["pcn"],
            "runner_up_share": second["patients"] / registered,
            "tied": first["patients"].eq(second["patients"]),
            "registered": registered,
        }
    )


def _pcns(rows: pd.DataFrame, lsoas: pd.DataFrame) -> pd.DataFrame:
    """Return where the patients of each network live, and who lives in its area."""
    own = rows.dropna(subset="pcn")
    at_home = own["lsoa"].map(lsoas["pcn"]).eq(own["pcn"]) & own["placed"]

    def total(which: pd.Series[bool]) -> pd.Series[int]:
        return own["patients"].where(which, 0).groupby(own["pcn"]).sum()

    areas = lsoas.groupby("pcn")["registered"].agg(["size", "sum"])
    table = pd.DataFrame(
        {
            "lsoas": areas["size"],
            "registered": own.groupby("pcn")["patients"].sum(),
            "in_area": total(at_home),
            "elsewhere": total(own["placed"] & ~at_home),
            "not_placed": total(~own["placed"]),
            "area_registered": areas["sum"],
        }
    )
    return table.fillna(0).astype("int64").rename_axis("pcn")


def _edges(rows: pd.DataFrame, systems: pd.Series[str], pcns: pd.Index[str]) -> pd.DataFrame:
    """Return the system where most patients of each network live, and those in others."""
    own = rows[rows["placed"]].dropna(subset="pcn")
    own = own.assign(system=own["lsoa"].map(systems).astype("str"))
    counts = own.groupby(["pcn", "system"], as_index=False)["patients"].sum()
    counts = counts.sort_values(["pcn", "patients", "system"], ascending=[True, False, True])
    home = counts.drop_duplicates("pcn").set_index("pcn")
    everywhere = counts.groupby("pcn")["patients"].sum()
    unknown = own[own["system"].isna()].groupby("pcn")["patients"].sum()
    return pd.DataFrame(
        {
            "system": home["system"].reindex(pcns),
            "across_edge": (everywhere - home["patients"]).reindex(pcns, fill_value=0),
            "system_unknown": unknown.reindex(pcns, fill_value=0),
        }
    )
