"""The report: findings, one row a footprint and check, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import plain
from footprints.levels import rank
from footprints.output import output_file
from footprints.report.findings import FAULTS, KEY, MISSED, as_places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from pathlib import Path

    import geopandas as gpd

    from footprints.atlas import Atlas
    from footprints.bands import BandSet


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Report:
    """What a check found.

    Parameters
    ----------
    atlas : Atlas
        What was checked.
    bands : BandSet
        The population bands that it was checked against.
    findings : DataFrame
        A row a footprint and check, with the columns
        :data:`footprints.report.findings.FINDING_COLUMNS`. ``status`` is ``pass``, ``warn``,
        ``fail``, ``excepted`` (an agreed miss) or ``skipped``, whose message is the reason.
    pairs : DataFrame
        How the footprints that miss something meet the other layer, a row a pair:
        ``left_layer``, ``right_layer``, ``left``, ``left_name``, ``right``, ``right_name``,
        ``units``, ``people``, ``area_m2``, ``left_share``, ``right_share``.
    places : GeoDataFrame
        The ground of each gap and overlap of official lines, those that were let pass too, in
        EPSG:27700, with the columns :data:`footprints.report.findings.PLACE_COLUMNS`; ``finding``
        is the index of its finding.
    mended : DataFrame, optional
        Misses of the baseline that are none any more, as findings; None without a baseline.
    lead : tuple of str
        What is said before the checks, a sentence each, such as what a redraw changed.
    tables : mapping of str to DataFrame
        Further tables by their title, such as ``Lookup``; every format that holds tables has them.
    baseline_name : str
        What ``since`` and ``mended`` are told against, such as "the old map".
    """

    atlas: Atlas
    bands: BandSet
    findings: pd.DataFrame
    pairs: pd.DataFrame
    places: gpd.GeoDataFrame = field(default_factory=lambda: as_places([]))
    mended: pd.DataFrame | None = None
    lead: tuple[str, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    baseline_name: str = "the baseline"

    def __repr__(self) -> str:
        head = [self.atlas.title, *self.atlas.notes, *self.lead]
        head += [repr(self.bands), *self.populations]
        tables = [table.to_string().split("\n") for table in (self.in_bands, self.summary)]
        lines = [*head, "", *tables[0], "", *tables[1], *self.remainders, *self.reasons]
        return "\n".join(plain(line) for line in lines)

    def _repr_html_(self) -> str:
        head = [*self.atlas.notes, *self.lead, repr(self.bands)]
        head += [*self.populations, *self.remainders]
        lines = "<br>".join(escape(line) for line in head)
        tables = self.in_bands.to_html() + self.summary.to_html()
        return f"<p><b>{escape(self.atlas.title)}</b><br>{lines}</p>{tables}"

    @property
    def ok(self) -> bool:
        """Whether something was checked and nothing failed that a baseline did not know."""
        return self.checked and not self.stops("fail").any()

    @property
    def checked(self) -> bool:
        """Whether anything was checked at all."""
        return bool((self.findings["status"] != "skipped").any())

    def stops(self, *statuses: str) -> pd.Series[bool]:
        """Tell which findings are of these statuses and, with a baseline, new or worse."""
        known = self.findings["since"] == "known"
        return self.findings["status"].isin(statuses) & ~known

    @property
    def skipped(self) -> pd.DataFrame:
        """The findings that tell what could not be checked, and why."""
        return self.findings[self.findings["status"] == "skipped"]

    @property
    def reasons(self) -> list[str]:
        """Why something was not checked, a sentence each."""
        named = self.skipped[["check", "message"]].drop_duplicates()
        sentences = named["check"] + " was not checked: " + named["message"].str.rstrip(".") + "."
        return list(sentences)

    @property
    def summary(self) -> pd.DataFrame:
        """How many footprints passed and missed each check.

        Returns
        -------
        DataFrame
            Indexed by ``check``, ``layer`` and ``against`` ("" where a check looks at one layer).
            Columns: ``footprints``, ``pass``, ``warn``, ``fail``, ``excepted``, ``skipped``
            (counts of findings); ``people_missed`` (persons by whom the misses miss; those in
            the faults of a layer are counted once, with the finding of the layer).
        """
        by = KEY[:3]
        found = self.findings.assign(against=self.findings["against"].fillna("")).fillna(
            {"layer": ""}
        )
        counts = found.groupby([*by, "status"], sort=False).size().unstack(fill_value=0)
        counts = counts.reindex(
            columns=["pass", "warn", "fail", "excepted", "skipped"], fill_value=0
        )
        counted = found["status"].isin([*MISSED, "excepted"]) & ~found["measure"].isin(FAULTS)
        missed = found["miss"].where(counted, 0)
        people = missed.fillna(0).groupby([found[name] for name in by], sort=False).sum()
        counts.insert(0, "footprints", counts.sum(axis=1))
        return counts.assign(people_missed=people.reindex(counts.index)).rename_axis(columns=None)

    @property
    def in_bands(self) -> pd.DataFrame:
        """How many footprints of each layer are in their population band.

        Returns
        -------
        DataFrame
            Indexed by ``layer``. Columns: ``below``, ``within``, ``above``, ``no limit`` (counts
            of footprints).
        """
        counted = self._of_bands
        words = ["below", "within", "above", "no limit"]
        counts = counted.groupby(["layer", "result"], sort=False).size().unstack(fill_value=0)
        return counts.reindex(columns=words, fill_value=0).rename_axis(columns=None)

    @property
    def _of_bands(self) -> pd.DataFrame:
        bands = self.findings["check"] == "population-band"
        return self.findings[bands & (self.findings["status"] != "skipped")]

    @property
    def drawable(self) -> list[str]:
        """The layers that were judged or missed a check and have lines, judged ones first.

        Among both the highest level is first; with a focus its own layer is.
        """
        focus = [] if self.atlas.focused is None else [self.atlas.focused.layer]
        missed = self.findings["layer"][self.findings["status"].isin(["fail", "warn", "excepted"])]
        judged = list(self.in_bands.index)
        about = self.atlas.overview.loc[list(dict.fromkeys([*judged, *missed.dropna()]))]
        drawn = about[about["lines"] != "none"]
        levels = drawn["level"].map(rank)
        return sorted(
            drawn.index, key=lambda key: (key not in focus, key not in judged, -levels[key])
        )

    @property
    def populations(self) -> list[str]:
        """Whose people were counted, a sentence a population with its source and date."""
        counted = self.findings[["population", "population_source", "population_date"]]
        return [
            f"People: {name}, {source}, {date}."
            for name, source, date in counted.dropna().drop_duplicates().itertuples(index=False)
        ]

    @property
    def remainders(self) -> list[str]:
        """The people of each judged layer who are in none of its footprints, a sentence a layer."""
        judged = self._of_bands.drop_duplicates("layer")
        covers, sentences = self.atlas.overview["covers"], []
        for layer, population in zip(judged["layer"], judged["population"], strict=True):
            people = self.atlas.unassigned(layer)[population].sum()
            if people:
                meant = ", though it is meant to cover everybody" if covers[layer] else ""
                told = f"{people:,.0f} people ({population}) are in no footprint of {layer}{meant}"
                sentences.append(f"{told}; they are not counted above.")
        return sentences

    @property
    def worst(self) -> pd.DataFrame:
        """The findings that miss something: failures first, then hard limits, then most people."""
        missed = self.findings[self.findings["status"].isin(MISSED)]
        order = pd.DataFrame(
            {
                "known": missed["since"] == "known",
                "fail": missed["status"] != "fail",
                "hard": missed["limit_kind"] == "soft",
                "far": -missed["distance_percent"].abs(),
                "miss": -missed["miss"],
            }
        )
        return missed.loc[order.sort_values(list(order.columns)).index]

    def save(self, path: str | PathLike[str], *, marking: str = "") -> Path:
        """Write the report as a file, as :func:`footprints.write_report` does."""
        from footprints.report.writing import write_report  # noqa: PLC0415  # It lies above.

        return write_report(self, path, marking=marking)

    def to_excel(self, path: str | PathLike[str], *, marking: str = "") -> Path:
        """Write the report as a workbook; the name must end in ``.xlsx``."""
        return self.save(output_file(path, [".xlsx"]), marking=marking)

    def to_json(self, *, marking: str = "") -> str:
        """Return the report as JSON; ``report.schema.json`` says what is in it."""
        return self._as(".json", marking)

    def to_html(self, *, marking: str = "") -> str:
        """Return the report as one page that needs nothing else."""
        return self._as(".html", marking)

    def _as(self, ending: str, marking: str) -> str:
        from footprints.report.writing import FORMATS  # noqa: PLC0415  # As above.

        return FORMATS[ending](self, marking).decode()
