"""The gate: all checks of an atlas in one go, as a report."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from footprints.atlas import Atlas
from footprints.checks.asked import chosen_checks, what_to_check
from footprints.checks.boundaries import as_listed, well_drawn
from footprints.checks.found import covered, hangs_together, in_band, of_two
from footprints.checks.judged import COUNTED, against_baseline, mended, with_agreed, with_severity
from footprints.checks.names import with_names
from footprints.checks.nest import whole_pairs, within_focus
from footprints.checks.unasked import agreed_in_vain, not_looked_at
from footprints.errors import FootprintsError, OverlapError, TableError, listed
from footprints.read import band_set
from footprints.report import Report, as_findings
from footprints.report.findings import FINDING_COLUMNS, as_places, skipped
from footprints.report.reading import read_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import geopandas as gpd

    from footprints.bands import BandSet
    from footprints.checks.asked import Asked
    from footprints.tolerance import Tolerance


def check(  # noqa: PLR0913 - what may be asked of a check, each by its name.
    atlas: Atlas,
    *,
    bands: BandSet | str | None = None,
    layers: str | Sequence[str] | None = None,
    population: str | None = None,
    select: str | Sequence[str] | None = None,
    ignore: str | Sequence[str] | None = None,
    tolerance: Tolerance | None = None,
    baseline: Report | pd.DataFrame | str | PathLike[str] | None = None,
    today: date | None = None,
) -> Report:
    """Check an atlas, and say what was found for each footprint.

    What the atlas asks for is checked, and of what it leaves open what is sensible for its levels
    and newest vintages. Policy expectations warn: a footprint outside its band is a warning;
    broken data, such as people in no footprint of a layer that is meant to cover everybody,
    fails. The atlas can raise or lower each check, and hold agreed exceptions.

    Parameters
    ----------
    atlas : Atlas
        Whole, or cut down by :meth:`Atlas.focus`.
    bands : BandSet or str, optional
        The set of population bands, or the name of one that comes with footprints; None takes
        the one that the atlas asks for.
    layers : str or sequence of str, optional
        Only what is asked of these layers; None takes the newest of each level, and that of the
        focus.
    population : str, optional
        Whose people to hold against bands; None takes the first population of each layer.
    select, ignore : str or sequence of str, optional
        The checks to run, and those to leave out: ``population-band``, ``nesting``,
        ``coterminosity``, ``coverage``, ``boundaries`` (gaps and overlaps of official lines;
        named here, their lists too), ``contiguity``.
    tolerance : Tolerance, optional
        What is small enough to forgive; it is always shown.
    baseline : Report, DataFrame or path-like, optional
        An earlier report, its findings, or the ``.json`` that it was saved as: only what is new
        or worse makes the report fail.
    today : date, optional
        The day that agreed exceptions must reach to; None takes today's.

    Returns
    -------
    Report
        What could not be checked is in it as skipped, each with the reason.

    Raises
    ------
    FootprintsError
        If what is to be checked is no atlas: a file has to be read first.
    UnknownNameError
        If a layer, a check, the set of bands or the population is not there.
    FileError
        If the file of the baseline cannot be read.
    TableError
        If the baseline lacks columns of findings.

    Examples
    --------
    >>> from footprints import load_example
    >>> report = check(load_example(), layers=["icb22"], select=["population-band"])
    >>> report.in_bands.loc["icb22", ["below", "within", "above"]].to_list()
    [15, 26, 1]
    """
    _refuse_no_atlas(atlas)
    chosen = chosen_bands(atlas, bands)
    keys = None if layers is None else atlas.resolve_all(layers)
    named = [select] if isinstance(select, str) else select
    names = chosen_checks(named, [ignore] if isinstance(ignore, str) else ignore)
    earlier = None if baseline is None else _findings_of(baseline)
    asked = [one for one in what_to_check(atlas, chosen, keys, named) if one.check in names]
    parts, pairs, places = look_into(
        atlas, asked, chosen, population=population, tolerance=tolerance, named=named or ()
    )
    if keys is None and "population-band" in names:
        parts += _idle_bands(atlas, chosen)
    found = as_findings(parts)
    expected = names if named or found.empty else []
    parts += not_looked_at(atlas, chosen, found, layers=keys, checks=expected)
    parts += agreed_in_vain(atlas, chosen, found, layers=keys, checks=names)
    findings = judged(atlas, parts, today)
    if earlier is not None:
        findings = against_baseline(findings, earlier)
    return Report(
        atlas=atlas,
        bands=chosen,
        findings=findings,
        pairs=pairs_missed(findings, pairs),
        places=as_places(places),
        mended=None
        if earlier is None
        else mended(findings, earlier, focused=atlas.focused is not None),
    )


def chosen_bands(atlas: Atlas, bands: BandSet | str | None) -> BandSet:
    """Return a set of bands by its name; without one, the set that the atlas asks for."""
    wanted = bands or atlas.checks.bands
    return band_set(wanted) if isinstance(wanted, str) else wanted


class LookedInto(NamedTuple):
    """What checks found, not yet judged; the pair tables that they looked at; gaps and overlaps.

    The ``finding`` of a place is a position in all the parts, one after the other.
    """

    parts: list[pd.DataFrame]
    pairs: list[pd.DataFrame]
    places: list[gpd.GeoDataFrame]


def look_into(  # noqa: PLR0913 - what may be asked of a check, each by its name.
    atlas: Atlas,
    asked: Sequence[Asked],
    bands: BandSet,
    *,
    population: str | None = None,
    tolerance: Tolerance | None = None,
    named: Sequence[str] = (),
) -> LookedInto:
    """Return what each check found, the pair tables that it looked at, and gaps and overlaps.

    Of a check that is ``named``, what takes long is looked at too.
    """
    parts, met, places = list[pd.DataFrame](), list[pd.DataFrame](), list["gpd.GeoDataFrame"]()
    for one in asked:
        if one.check == "population-band":
            parts.append(in_band(atlas, one.layer, bands, population))
        elif one.check in ("nesting", "coterminosity"):
            found, pairs = _of_two(atlas, one, tolerance)
            parts.append(found)
            met.append(pairs)
        elif one.check == "boundaries":
            found, drawn = _of_lines(atlas, one, tolerance)
            before = sum(map(len, parts))
            places += [each.assign(finding=each["finding"] + before) for each in drawn]
            parts.append(found)
            if _lists_too(atlas, one, named):
                parts.append(_of_list(atlas, one, tolerance))
        else:
            parts.append(_of_one(atlas, one, tolerance))
    return LookedInto(parts, met, places)


def judged(atlas: Atlas, parts: list[pd.DataFrame], today: date | None = None) -> pd.DataFrame:
    """Return findings as grave as the atlas grades them, agreed exceptions marked."""
    findings = with_severity(as_findings(parts), atlas.checks)
    return with_agreed(findings, atlas.checks.agreed, today, focused=atlas.focused is not None)


def _refuse_no_atlas(atlas: object) -> None:
    if not isinstance(atlas, Atlas):
        msg = (
            f"check() takes an Atlas, not a {type(atlas).__name__}: read one first, as in "
            "check(read_atlas('atlas.toml')), or take load_example()."
        )
        raise FootprintsError(msg, [type(atlas).__name__])


def _findings_of(baseline: Report | pd.DataFrame | str | PathLike[str]) -> pd.DataFrame:
    """Return the findings of an earlier report."""
    if isinstance(baseline, (str, PathLike)):
        return read_report(baseline)
    findings = baseline.findings if isinstance(baseline, Report) else baseline
    if not isinstance(findings, pd.DataFrame):
        msg = (
            "A baseline is a Report, what read_report() reads, or the name of the .json file that "
            f"a report was saved as, not a {type(baseline).__name__}."
        )
        raise TableError(msg, [type(baseline).__name__])
    if lacking := [name for name in FINDING_COLUMNS if name not in findings]:
        msg = (
            f"The baseline holds no findings: it lacks {listed(lacking)}. Give a Report, or what "
            "read_report() reads."
        )
        raise TableError(msg, lacking)
    return as_findings([findings])


def _of_two(
    atlas: Atlas, asked: Asked, tolerance: Tolerance | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold a layer against another, or say why that cannot be done."""
    try:
        pairs = whole_pairs(atlas, asked.layer, asked.against)
    except OverlapError as error:
        reason = str(error).replace("\n", " ")
        found = skipped(asked.check, reason, layer=asked.layer, against=asked.against)
        return found, pd.DataFrame()
    found = within_focus(atlas, asked.layer, of_two(atlas, asked, pairs, tolerance))
    named = with_names(atlas, pairs)
    named.insert(0, "right_layer", asked.against)
    named.insert(0, "left_layer", asked.layer)
    named.attrs = {}
    return found, named


def _of_one(atlas: Atlas, asked: Asked, tolerance: Tolerance | None) -> pd.DataFrame:
    """Check one layer, or say why that cannot be done."""
    look = {"coverage": covered, "contiguity": hangs_together}
    try:
        return look[asked.check](atlas, asked, tolerance)
    except OverlapError as error:
        return skipped(asked.check, str(error).replace("\n", " "), layer=asked.layer)


def _of_lines(
    atlas: Atlas, asked: Asked, tolerance: Tolerance | None
) -> tuple[pd.DataFrame, list[gpd.GeoDataFrame]]:
    """Look for gaps and overlaps of a layer's lines, or say why that cannot be done."""
    try:
        found = well_drawn(atlas, asked, tolerance)
    except OverlapError as error:
        return skipped(asked.check, str(error).replace("\n", " "), layer=asked.layer), []
    return found.findings, [found.places]


def _lists_too(atlas: Atlas, asked: Asked, select: Sequence[str] | None) -> bool:
    """Tell whether a list is held against lines: it takes long, and has to be asked for."""
    wanted = "boundaries" in (select or ()) or asked.layer in atlas.checks.boundaries
    return wanted and atlas.whole.coded.lines(asked.layer) == "official"


def _of_list(atlas: Atlas, asked: Asked, tolerance: Tolerance | None) -> pd.DataFrame:
    """Hold the list of a layer against its lines, or say why that cannot be done."""
    try:
        return as_listed(atlas, asked, tolerance)
    except OverlapError as error:
        reason = str(error).replace("\n", " ")
        return skipped(
            asked.check, f"the list of {asked.layer} against its lines: {reason}", layer=asked.layer
        )


def _idle_bands(atlas: Atlas, bands: BandSet) -> list[pd.DataFrame]:
    """Say for which bands there is no layer."""
    levels = set(atlas.overview["level"])
    return [
        skipped(
            "population-band",
            f"{bands.name} has a band for a {level}, a level of no layer here",
        )
        for level in bands.bands
        if level not in levels
    ]


def pairs_missed(findings: pd.DataFrame, met: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the pairs of the footprints that a check of two layers missed."""
    missed = findings[findings["status"].isin(COUNTED)]
    keys = missed[["layer", "against", "code"]].dropna().drop_duplicates()
    keys.columns = ["left_layer", "right_layer", "left"]
    frames = [frame for frame in met if len(frame)]
    if not frames:
        return pd.DataFrame(columns=PAIR_COLUMNS)
    both = pd.concat(frames, ignore_index=True).drop_duplicates(
        ["left_layer", "right_layer", "left", "right"]
    )
    return both.merge(keys, on=list(keys.columns))[PAIR_COLUMNS]


PAIR_COLUMNS = ["left_layer", "right_layer", "left", "left_name", "right", "right_name"]
PAIR_COLUMNS += ["units", "people", "area_m2", "left_share", "right_share"]
