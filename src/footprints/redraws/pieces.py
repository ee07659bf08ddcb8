"""An atlas of two boundary files: the pieces that their lines cut each other into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from footprints.atlas import Atlas, Layer, Population, UnitTable

if TYPE_CHECKING:
    import geopandas as gpd

    from footprints.redraws.compared import Change


def atlas_of_pieces(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, change: Change) -> Atlas:
    """Make an atlas of two boundary files that were compared, so that the new one can be checked.

    Parameters
    ----------
    old, new : GeoDataFrame
        As :func:`footprints.compare` took them, with their ``key`` in ``attrs`` where it is known.
    change : Change
        What it gave.

    Returns
    -------
    Atlas
        Its units are the pieces that both layers are made of, one for each pair of footprints that
        meet: with their people where units were given, else with nobody; and their area. What
        only differs in how lines are drawn is a piece too.
    """
    pairs = change.pairs
    # Codes of two footprints put together could be those of two others: a piece has a number.
    codes = pd.Series(range(1, len(pairs) + 1), dtype="str")
    counted, attrs = bool(pairs["people"].notna().all()), change.attrs
    name, source, as_at = (
        (attrs["population"], attrs["source"], attrs["date"])
        if counted
        else ("people", "nobody was counted", "")
    )
    pieces = pd.DataFrame(
        {
            name: pairs["people"].to_numpy(dtype="float64") if counted else 0.0,
            "area_m2": pairs["area_m2"].to_numpy(dtype="float64", na_value=0),
        },
        index=codes,
    )
    whose = Population(name=name, source=source, as_at=as_at)
    old_key, new_key = attrs["old_layer"] or "old", attrs["new_layer"] or "new"
    return Atlas(
        title=f"{old_key} and {new_key}",
        units={"pieces": UnitTable(table=pieces, populations=(whose,))},
        layers={
            key: _layer(frame, key, pairs[end], codes)
            for key, frame, end in ((old_key, old, "left"), (new_key, new, "right"))
        },
    )


def _layer(
    frame: gpd.GeoDataFrame, key: str, members: pd.Series[str], codes: pd.Series[str]
) -> Layer:
    met = frame[frame.index.isin(members)]
    table = met[[name for name in ("name", "ods_code") if name in met] + ["geometry"]]
    return Layer(
        table=table,
        members={"pieces": pd.Series(members.to_numpy(), index=codes, dtype="str")},
        level=frame.attrs.get("level") or key,
        source=str(frame.attrs.get("file", "")),
        lines="official",
    )
