"""Coterminosity: whether a footprint has the same boundary as others, and which fit it best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from footprints.checks.meeting import joined, meeting, persons, ranked, total
from footprints.checks.nest import alphabetical, whole_pairs, within_focus, worded
from footprints.errors import FootprintsError
from footprints.overlaps.pairs import codes_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from footprints.atlas import Atlas
    from footprints.checks.meeting import Flags, Meeting, Numbers, Places
    from footprints.tolerance import Tolerance

RELATIONS = ("same", "union", "part", "crosses", "outside")
ALIGNED = ("same", "union", "part")
"""The relations in which no boundary of either layer is cut."""


def coterminosity(pairs: pd.DataFrame, tolerance: Tolerance | None = None) -> pd.DataFrame:
    """Tell how each left footprint stands to the layer on the right, and which fits it best.

    Parameters
    ----------
    pairs : DataFrame
        From :func:`footprints.overlap` or :meth:`footprints.Atlas.overlap`, with all rows of a
        left footprint; counterparts may reach further than the rows, as with a focus.
    tolerance : Tolerance, optional
        Parts of no more ``people``, or of no more than ``share`` of both their footprints, are
        taken for none: that changes the relation, never a count of people or a Jaccard index.
        The largest part of a footprint is never forgiven. None forgives nothing.

    Returns
    -------
    DataFrame
        Indexed by ``left``. Columns: ``relation`` (``same`` as exactly one; ``union`` of two or
        more whole ones; ``part`` of one; ``outside``, which meets nothing; ``crosses`` otherwise,
        a footprint partly in none included); ``match`` (the one with the highest Jaccard index;
        of equals the larger in area, then the lowest code; NA outside); ``jaccard`` and
        ``jaccard_area`` (what both share as a part of what either has, 0 to 1, by people and by
        area; NA where not known); ``tied`` (codes that fit as well); ``whole`` and ``split``
        (how many counterparts lie whole within it, and how many partly); ``whole_codes`` and
        ``split_codes`` (which, those split with the people that they have here);
        ``people``, ``people_in_split`` and ``people_unassigned`` (persons in all, in split
        counterparts, in none; NA where nobody is counted); ``forgiven`` (codes, each with what
        was forgiven, of its own or of a counterpart's). ``attrs`` are those of ``pairs``.

    Raises
    ------
    TableError
        If the table lacks a column of a pair table, or rows of a left footprint; all are named.

    Examples
    --------
    >>> from footprints import load_example
    >>> systems = coterminosity(load_example().overlap("icb22", "ctyua21"))
    >>> systems["relation"].value_counts().to_dict()
    {'union': 23, 'crosses': 16, 'same': 3}
    """
    met = meeting(pairs, tolerance)
    count, kept, own = len(met.left), ~met.forgiven, met.i >= 0
    part = own & (met.j >= 0)
    nobody = 0.0 if met.counts_people else np.nan
    whole = part & kept & _is_whole(met)
    split = part & kept & ~whole
    fits = {"jaccard": _jaccard(met, met.people), "jaccard_area": _jaccard(met, met.area)}
    best, equal = _best(met, fits["jaccard" if met.counts_people else "jaccard_area"])
    numbers = {
        name: np.bincount(met.i[rows], minlength=count)
        for name, rows in {"whole": whole, "split": split, "bare": own & ~part & kept}.items()
    }
    split_rows = np.flatnonzero(split)
    largest = split_rows[np.lexsort((-met.measure[split_rows], met.i[split_rows]))]
    table = pd.DataFrame(
        {
            "relation": _relations(numbers["whole"], numbers["split"], numbers["bare"]),
            "match": codes_at(met.right, np.where(best < 0, -1, met.j[best])).array,
            **{name: np.append(values, np.nan)[best] for name, values in fits.items()},
            "tied": joined(met.i[equal], count, list(met.right[met.j[equal]])),
            "whole": numbers["whole"],
            "split": numbers["split"],
            "whole_codes": joined(met.i[whole], count, list(met.right[met.j[whole]])),
            "split_codes": worded(met, largest),
            "people": persons(total(met.i, count, met.people)),
            "people_in_split": persons(total(met.i, count, np.where(split, met.people, nobody))),
            "people_unassigned": persons(total(met.i, count, np.where(part, nobody, met.people))),
            "forgiven": _forgiven(met),
        },
        index=met.left.rename("left"),
    )
    table.attrs = dict(pairs.attrs)
    return table


def alignment(
    atlas: Atlas, layer: str, references: Sequence[str], *, tolerance: Tolerance | None = None
) -> pd.DataFrame:
    """Score how well one layer fits each of several others.

    Commissioners, for instance, are drawn to fit the system or to fit the council, and seldom
    both: the tension that the King's Fund described in 2018.

    Parameters
    ----------
    atlas : Atlas
        With all the layers.
    layer : str
        The layer to score.
    references : sequence of str
        The layers to hold it against.
    tolerance : Tolerance, optional
        As in :func:`coterminosity`.

    Returns
    -------
    DataFrame
        Indexed by ``reference``. Columns: ``footprints`` (of ``layer``); ``same``, ``union``,
        ``part``, ``crosses``, ``outside`` (how many stand so to the reference); ``aligned``
        (share of footprints that are the same, a union or a part: no boundary is cut);
        ``people_aligned`` (share of the people of ``layer`` who live in one of these);
        ``fit`` (the Jaccard index with the best match, as the mean over people).

    Raises
    ------
    OverlapError
        If two layers cannot be held against each other.
    UnknownNameError
        If there is no such layer; all that are not there are named.

    Examples
    --------
    >>> from footprints import load_example
    >>> alignment(load_example(), "ccg21", ["stp21", "ctyua21"])["crosses"].to_dict()
    {'stp21': 0, 'ctyua21': 19}
    """
    key, references = atlas.resolve(layer), _references(atlas, references)
    rows = {}
    for reference in references:
        table = _held_against(atlas, key, reference, tolerance)
        weight = table["people"].to_numpy(dtype="float64", na_value=np.nan)
        fits = table["relation"].isin(ALIGNED)
        counts = table["relation"].value_counts().reindex(RELATIONS, fill_value=0)
        rows[reference] = {
            "footprints": len(table),
            **counts,
            "aligned": fits.mean(),
            "people_aligned": _weighed(fits.to_numpy(dtype="float64"), weight),
            "fit": _weighed(table["jaccard"].fillna(0).to_numpy(), weight),
        }
    kinds = dict.fromkeys(["footprints", *RELATIONS], "int64")
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("reference").astype(kinds)


def best_reference(
    atlas: Atlas,
    layer: str,
    references: Sequence[str],
    *,
    at_least: float = 0.9,
    tolerance: Tolerance | None = None,
) -> pd.DataFrame:
    """Find for each footprint which of several layers it is based on.

    Parameters
    ----------
    atlas : Atlas
        With all the layers.
    layer : str
        The layer to describe, such as places.
    references : sequence of str
        The layers that its footprints may be based on, in the order of preference: of layers
        that fit as well the first is named.
    at_least : float
        The Jaccard index, 0 to 1, from which on a footprint is said to be based on its match.
    tolerance : Tolerance, optional
        As in :func:`coterminosity`.

    Returns
    -------
    DataFrame
        Indexed by ``code``. Columns: ``name``; ``basis`` (in words: ``based on hwb``, ``based on
        district``, ``on neither``); ``reference``, ``match``, ``relation``, ``jaccard`` (of the
        best match, whether it is good enough or not, NA where it meets none; by area where nobody
        is counted); ``as_good`` (references that fit as well).

    Raises
    ------
    FootprintsError
        If ``at_least`` is not above 0 and at most 1.
    OverlapError
        If two layers cannot be held against each other.
    UnknownNameError
        If there is no such layer; all that are not there are named.

    Examples
    --------
    >>> from footprints import load_example
    >>> best_reference(load_example(), "place22", ["hwb21", "lad21"])["basis"].value_counts().to_dict()
    {'based on hwb': 147, 'on neither': 17}
    """
    if not 0 < at_least <= 1:
        msg = f"at_least is a Jaccard index, above 0 and at most 1, and not {at_least!r}."
        raise FootprintsError(msg, [at_least])
    key, references = atlas.resolve(layer), _references(atlas, references)
    tables = [_held_against(atlas, key, reference, tolerance) for reference in references]
    scores = np.column_stack(
        [table["jaccard"].fillna(table["jaccard_area"]).fillna(-1) for table in tables]
    )
    best, rows = scores.argmax(axis=1), np.arange(len(scores))
    top = scores[rows, best]
    levels = atlas.overview["level"].reindex(references).to_numpy()
    other = "on neither" if len(references) == 2 else "on none of these"
    found = {
        name: np.array([table[name].to_numpy(dtype=object) for table in tables])[best, rows]
        for name in ("match", "relation")
    }
    as_good = [
        "; ".join(r for k, r in enumerate(references) if k != b and row[k] == t >= 0)
        for row, b, t in zip(scores, best, top, strict=True)
    ]
    index = tables[0].index.rename("code")
    return pd.DataFrame(
        {
            "name": atlas.whole.coded.labels(key)["name"].reindex(index).to_numpy(),
            "basis": np.where(top >= at_least, [f"based on {levels[b]}" for b in best], other),
            "reference": np.where(top < 0, None, np.array(references)[best]),
            "match": found["match"],
            "relation": found["relation"],
            "jaccard": np.where(top < 0, np.nan, top),
            "as_good": as_good,
        },
        index=index,
    ).astype(dict.fromkeys(["name", "basis", "reference", "match", "relation", "as_good"], "str"))


def _held_against(
    atlas: Atlas, key: str, reference: str, tolerance: Tolerance | None
) -> pd.DataFrame:
    """Hold a layer against another whole, and keep the footprints of a focus."""
    table = coterminosity(whole_pairs(atlas, key, reference), tolerance)
    return within_focus(atlas, key, table)


def _references(atlas: Atlas, references: Sequence[str]) -> list[str]:
    if isinstance(references, str):
        references = [references]
    found = atlas.resolve_all(references)
    if not found:
        msg = "Name at least one layer to hold it against."
        raise FootprintsError(msg)
    return found


def _is_whole(met: Meeting) -> Flags:
    """Tell of each pair whether its right footprint lies nowhere else."""
    reached = met.j[(met.j >= 0) & ~met.forgiven]
    once = np.bincount(reached, minlength=len(met.right)) == 1
    return np.append(once & (met.known == 1), False)[met.j]


def _relations(
    whole: npt.NDArray[np.intp], split: npt.NDArray[np.intp], bare: npt.NDArray[np.intp]
) -> pd.api.extensions.ExtensionArray:
    """Name the relation of each footprint from how many counterparts it has of each kind."""
    tidy = bare == 0
    chosen = {
        "outside": whole + split == 0,
        "same": tidy & (whole == 1) & (split == 0),
        "part": tidy & (whole == 0) & (split == 1),
        "union": tidy & (whole > 1) & (split == 0),
    }
    return pd.array(np.select(list(chosen.values()), list(chosen), "crosses"), dtype="str")


def _jaccard(met: Meeting, value: Numbers) -> Numbers:
    """Return for each pair what both have as a part of what either has."""
    mine = np.append(total(met.i, len(met.left), value), np.nan)[met.i]
    held = total(met.j, len(met.right), value)
    # What lies beyond the table is known in what the shares are of, and in nothing else.
    beyond = met.known if value is met.measure else np.where(met.known == 1, 1, np.nan)
    theirs = np.append(held / beyond, np.nan)[met.j]
    either = mine + theirs - value
    return np.asarray(np.divide(value, either, out=np.full(len(value), np.nan), where=either > 0))


def _best(met: Meeting, fit: Numbers) -> tuple[Places, Places]:
    """Return the best pair of each left footprint, -1 for none, and the pairs that fit as well."""
    part = (met.i >= 0) & (met.j >= 0)
    score = np.where(np.isnan(fit), -1, fit)
    order, place = ranked(np.where(part, met.i, -1), -score, -met.size, alphabetical(met))
    best = np.full(len(met.left), -1)
    best[met.i[order[place == 0]]] = order[place == 0]
    others = order[place > 0]
    return best, others[score[others] == score[best[met.i[others]]]]


def _forgiven(met: Meeting) -> pd.api.extensions.ExtensionArray:
    """Name what was forgiven of a footprint's own, and of the counterparts that it holds."""
    own = np.flatnonzero(met.forgiven & (met.i >= 0))
    if not met.forgiven.any():
        return worded(met, own)
    held = np.flatnonzero(~met.forgiven & (met.i >= 0) & (met.j >= 0))
    away = np.flatnonzero(met.forgiven & (met.j >= 0))
    both = pd.DataFrame({"j": met.j[held], "i": met.i[held]}).merge(
        pd.DataFrame({"j": met.j[away], "row": away}), on="j"
    )
    beyond = both[met.i[both["row"].to_numpy()] != both["i"].to_numpy()]
    words = [
        f"{met.right[met.j[row]]} beyond it ({met.weighed(met.people[row], position=row)})"
        for row in beyond["row"]
    ]
    both = worded(met, own), joined(beyond["i"].to_numpy(), len(met.left), words)
    return pd.array(["; ".join(filter(None, texts)) for texts in zip(*both, strict=True)], "str")


def _weighed(value: Numbers, weight: Numbers) -> float:
    """Return the mean by people, NaN where nobody is counted."""
    return float(np.average(value, weights=weight)) if weight.sum() > 0 else np.nan
