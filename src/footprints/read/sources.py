"""The files that an atlas file names, each read once, what is wrong with them noted."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from footprints.atlas import Origin
from footprints.errors import FileError, FootprintsError, Problems, kept_cautions
from footprints.read.band_sets import read_band_set
from footprints.read.layer import read_layer
from footprints.read.people import add_population, as_people
from footprints.read.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from footprints.bands import BandSet
    from footprints.read.spec import Source


class Sources:
    """The files that an atlas names; what cannot be read is noted, and the rest goes on."""

    def __init__(self, folder: Path, problems: Problems) -> None:
        self._folder = folder
        self._tables: dict[tuple[str, str | None], pd.DataFrame | None] = {}
        self.problems = problems
        self.origins: list[Origin] = []
        self.cautions: list[str] = []

    def table(self, place: str, file: str, sheet: str | None) -> pd.DataFrame | None:
        """Read a table of text, each once."""
        if (file, sheet) not in self._tables:
            read = self._try(place, lambda: read_table(self._path(file), sheet=sheet))
            if read is not None:
                content = Path(self._path(file)).read_bytes()
                read.attrs["sha256"] = sha256(content).hexdigest()
            self._tables[file, sheet] = read
        found = self._tables[file, sheet]
        if found is not None:
            self._remember(place, found, sheet or "")
        return found

    def layer(self, place: str, source: Source) -> gpd.GeoDataFrame | None:
        """Read a layer, with lines or without."""
        asked = {"layer", "sheet", "crs", "repair", "resolution", "nation"}
        options = source.model_dump(include=asked | {"code", "name", "ods_code"})
        with kept_cautions() as cautions:
            found = self._try(place, lambda: read_layer(self._path(source.file), **options))
        self.cautions += cautions
        if found is not None:
            self._remember(place, found, source.layer or source.sheet or "")
        return found

    def has(self, place: str, table: pd.DataFrame, columns: Sequence[str]) -> bool:
        """Tell whether a table has some columns, and note those that it lacks."""
        missing = [column for column in columns if column not in table.columns]
        if missing:
            has = ", ".join(repr(str(name)) for name in table.columns if name != "geometry")
            fault = f"asks in {place} for columns that are not there"
            self.problems.add(fault, missing, remedy=f"There is {has}.")
        return not missing

    def people(
        self, place: str, column: pd.Series[Any], *, sensitive: bool = False
    ) -> pd.Series[int] | None:
        """Read a column as counts of people."""
        what = f"people in {column.name!r}"
        found = self._try(place, lambda: as_people(column, what=what, sensitive=sensitive))
        return None if found is None else pd.Series(found)

    def joined(self, place: str, table: pd.DataFrame, other: pd.DataFrame, **how: Any) -> Any:
        """Join a population of another table on code."""
        found = self._try(place, lambda: add_population(table, other, **how))
        return None if found is None else found.units

    def bands(self, file: str) -> BandSet:
        """Read a set of population bands."""
        return read_band_set(self._folder / file)

    def note(self, place: str, error: FootprintsError) -> None:
        """Note an error under the key that asked for what failed."""
        self.problems.lines += [f"{place}: {line}" for line in str(error).splitlines()]
        self.problems.codes += error.codes

    def _path(self, file: str) -> str | Path:
        """Return where a file is; what is an address is left as it is, to be refused as one.

        An atlas file may come from somebody else: it cannot make Windows knock at a computer of
        their choice, which would tell that computer who is asking.
        """
        if re.match(r"[/\\]{2}", file):
            msg = "An atlas file cannot name a file of another computer: copy it beside the atlas."
            raise FileError(msg)
        return (
            file if re.match(r"[a-z][\w+.-]+:|/vsi", file, re.IGNORECASE) else self._folder / file
        )

    def _try(self, place: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except FootprintsError as error:
            self.note(place, error)
            return None

    def _remember(self, place: str, table: pd.DataFrame, layer: str) -> None:
        said = table.attrs
        notes = [said.get("inferred"), said.get("transformation"), said.get("dropped")]
        self.origins.append(
            Origin(
                part=place,
                file=said.get("file", ""),
                layer=layer,
                sha256=said.get("sha256", ""),
                rows=len(table),
                note="; ".join(str(note) for note in notes if note),
            )
        )
