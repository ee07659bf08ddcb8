"""The report: findings, one row a footprint and check, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from footprints.errors import plain
from footprints.levels import rank

if TYPE_CHECKING:
    from footprints.atlas import Atlas
    from footprints.bands import BandSet

FINDING_COLUMNS = {
    "check": "str",
    "layer": "str",
    "code": "str",
    "ods_code": "str",
    "name": "str",
    "status": "str",
    "result": "str",
    "message": "str",
    "measure": "str",
    "value": "float64",
    "lower": "Int64",
    "upper": "Int64",
    "target": "Int64",
    "nearest": "str",
    "distance": "float64",
    "distance_percent": "float64",
    "limit_kind": "str",
    "measured_in": "str",
    "people": "float64",
    "population": "str",
    "population_date": "str",
    "population_source": "str",
    "source": "str",
}
"""The columns of findings and their types, in order."""


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
        A row a footprint and check, with the columns :data:`FINDING_COLUMNS`. ``status`` is
        ``pass``, ``warn``, ``fail`` or ``skipped``; a skipped layer is one row without a code,
        whose message is the reason. ``result`` is the check's own word (``below``, ``within``,
        ``above``, ``no limit``); ``value``, ``lower``, ``upper``, ``target`` and ``distance`` are
        in what ``measured_in`` says.
    """

    atlas: Atlas
    bands: BandSet
    findings: pd.DataFrame

    def __repr__(self) -> str:
        head = [self.atlas.title, *self.atlas.notes, repr(self.bands), *self.populations]
        skips = [f"Not checked: {message}." for message in self.skipped["message"]]
        lines = [*head, "", *self.summary.to_string().split("\n"), *self.remainders, *skips]
        return "\n".join(plain(line) for line in lines)

    def _repr_html_(self) -> str:
        head = [*self.atlas.notes, repr(self.bands), *self.populations, *self.remainders]
        lines = "<br>".join(escape(line) for line in head)
        return f"<p><b>{escape(self.atlas.title)}</b><br>{lines}</p>{self.summary.to_html()}"

    @property
    def ok(self) -> bool:
        """Whether something was checked and nothing failed."""
        statuses = set(self.findings["status"])
        return bool(statuses - {"skipped"}) and "fail" not in statuses

    @property
    def skipped(self) -> pd.DataFrame:
        """The findings that tell what could not be checked, and why."""
        return self.findings[self.findings["status"] == "skipped"]

    @property
    def summary(self) -> pd.DataFrame:
        """How many footprints of each layer are in their band.

        Returns
        -------
        DataFrame
            Indexed by ``layer``. Columns: ``below``, ``within``, ``above``, ``no limit`` (counts
            of footprints).
        """
        checked = self.findings[self.findings["status"] != "skipped"]
        words = ["below", "within", "above", "no limit"]
        counts = checked.groupby(["layer", "result"], sort=False).size().unstack(fill_value=0)
        return counts.reindex(columns=words, fill_value=0).rename_axis(columns=None)

    @property
    def drawable(self) -> list[str]:
        """The layers that were judged and have lines, the highest level first."""
        judged = self.atlas.overview.loc[list(self.summary.index)]
        drawn = judged[judged["lines"] != "none"]
        return sorted(drawn.index, key=lambda key: -rank(drawn.loc[key, "level"]))

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
        judged = self.findings.dropna(subset="population").drop_duplicates("layer")
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
        """The findings that miss something: hard limits first, then the furthest off."""
        missed = self.findings[self.findings["status"].isin(["fail", "warn"])]
        order = pd.DataFrame(
            {
                "fail": missed["status"] != "fail",
                "hard": missed["limit_kind"] != "hard",
                "far": -missed["distance_percent"].abs(),
            }
        )
        return missed.loc[order.sort_values(["fail", "hard", "far"]).index]


def as_findings(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put findings together under the fixed columns."""
    columns = list(FINDING_COLUMNS)
    frames = [part.reindex(columns=columns).astype(FINDING_COLUMNS) for part in parts]
    empty = pd.DataFrame(columns=columns).astype(FINDING_COLUMNS)
    return pd.concat(frames, ignore_index=True) if frames else empty
