"""What footprints are called: names and ODS codes, from columns of units or from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from footprints.atlas import UnitTable
    from footprints.read.sources import Sources
    from footprints.read.spec import LayerSpec


def named(
    key: str,
    said: LayerSpec,
    table: pd.DataFrame,
    units: Mapping[str, UnitTable],
    files: Sources,
) -> pd.DataFrame:
    """Give footprints the names and ODS codes that columns of units or a file have for them.

    Parameters
    ----------
    key : str
        The key of the layer.
    said : LayerSpec
        What the atlas file says of it.
    table : DataFrame
        Its footprints, indexed by code, with a ``name``.
    units : mapping of str to UnitTable
        The tables of units that could be read.
    files : Sources
        The files, and where what is wrong is noted.

    Returns
    -------
    DataFrame
        The same footprints; with ``ods_code`` where there are any.
    """
    place = f"layers.{key}.names"
    if said.names is not None and "file" in said.names:
        names = _names_of_file(place, said.names, files)
        if names is not None:
            if len(nameless := table.index.difference(names.index)):
                files.problems.add(f"gives no name in {place} to", nameless)
            table = names.reindex(table.index)
    elif said.names is not None:
        table = table.assign(**_of_units("name", place, said.names, said, units=units, files=files))
    if said.ods_codes is not None:
        place = f"layers.{key}.ods_codes"
        found = _of_units("ods_code", place, said.ods_codes, said, units=units, files=files)
        table = table.assign(**found)
    return table


def _of_units(  # noqa: PLR0913 - what named() has.
    what: str,
    place: str,
    columns: Mapping[str, str],
    said: LayerSpec,
    *,
    units: Mapping[str, UnitTable],
    files: Sources,
) -> dict[str, pd.Series[str]]:
    """Return the name, or ODS code, of each footprint as columns of units give it."""
    words, found = what.replace("ods_code", "ODS code"), {}
    for name, column in columns.items():
        source = said.members.get(name)
        if not isinstance(source, str) or name not in units:
            fault = f"takes {words}s in {place} from units that list no footprint of it"
            files.problems.add(fault, [name])
            continue
        known = units[name].table
        if files.has(place, known, [column]) and source in known:
            found[what] = _one_each(words, place, known[[source, column]], files)
    return found


def _one_each(what: str, place: str, pairs: pd.DataFrame, files: Sources) -> pd.Series[str]:
    """Return the name or ODS code of each code, and note codes that have several."""
    texts = pairs.apply(cell_texts).set_axis(["code", "text"], axis="columns")
    texts = texts.dropna().drop_duplicates()
    twice = texts["code"].duplicated()
    if twice.any():
        files.problems.add(
            f"gives several {what}s in {place} to", texts.loc[twice, "code"].unique()
        )
    return texts[~twice].set_index("code")["text"]


def _names_of_file(place: str, said: Mapping[str, str], files: Sources) -> pd.DataFrame | None:
    found = files.table(place, said["file"], said.get("sheet"))
    if found is None:
        return None
    code, name = said.get("code", "code"), said.get("name", "name")
    columns = [code, name, *([said["ods_code"]] if "ods_code" in said else [])]
    if not files.has(place, found, columns):
        return None
    # A lookup names a footprint in each row of its units, always the same.
    table = found.dropna(subset=code)[columns].drop_duplicates().set_index(code)
    if table.index.has_duplicates:
        twice = table.index[table.index.duplicated()].unique()
        files.problems.add(f"gives several names in {place} to", twice)
        return None
    return table.set_axis(["name", "ods_code"][: len(columns) - 1], axis="columns")


def cell_texts(column: pd.Series[Any]) -> pd.Series[str]:
    """Return the cells of a column as text, NA where they are empty."""
    texts = column.astype("str").str.strip()
    return texts.where(column.notna() & (texts != ""))
