"""Moves told from drawing noise, by how deep they lie in lines that were generalised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from footprints.geometry import RESOLUTIONS, without_threads
from footprints.overlaps.cross_check import CAUSES, FLOAT_NOISE_M
from footprints.overlaps.depth import deepest
from footprints.overlaps.points import points_in
from footprints.redraws.flows import heirs_among, kinds_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from footprints.overlaps.lines import Drawn
    from footprints.redraws.flows import Flows, Heirs
    from footprints.tolerance import Tolerance

    Flags = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.float64]
    Places = npt.NDArray[np.intp]
    Shapes = npt.NDArray[np.object_]

NOISE = ("drawing", "coastline", "datum", "float noise")
"""The causes of flows in which nobody moved."""
COARSEST_STEP_M = 100.0


@dataclass(frozen=True, kw_only=True)
class Off:
    """How far lines may lie from the true ones.

    Parameters
    ----------
    old, new : float
        Metres, by the resolution of either side's lines; NaN where it is not known.
    accuracy : float
        Metres, of the transformation that either came through.
    """

    old: float
    new: float
    accuracy: float

    @property
    def one(self) -> float:
        """What the coarser of the two alone explains."""
        return float(np.maximum(self.old, self.new)) + self.accuracy

    @property
    def both(self) -> float:
        """What the two explain together, each being off to its own side."""
        return self.old + self.new + self.accuracy


@dataclass(frozen=True, kw_only=True, eq=False)
class Spots:
    """Units as points, and the footprint of each on either side, None for none.

    Parameters
    ----------
    points : array of points
        In EPSG:27700.
    old, new : array of str
        Codes, in the order of the points.
    """

    points: Shapes
    old: Shapes
    new: Shapes


@dataclass(frozen=True, kw_only=True, eq=False)
class Caused:
    """Flows with what is noise marked, and why each is there.

    Parameters
    ----------
    flows, heirs, kinds
        As :mod:`footprints.redraws.flows` has them, noise told apart.
    cause : Categorical
        One of :data:`footprints.overlaps.cross_check.CAUSES`; NA for who stays or merges.
    depth_m : array of float
        How deep a flow lies in metres; NaN where it was not measured.
    """

    flows: Flows
    heirs: Heirs
    kinds: pd.Categorical
    cause: pd.Categorical
    depth_m: Numbers


def off_of(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, tolerance: Tolerance
) -> Off:
    """Return how far two sets of lines may lie from the true ones, by what their files told.

    Parameters
    ----------
    old, new : mapping, optional
        What each file told, as :func:`footprints.read_layer` keeps in attrs: ``resolution`` and
        ``accuracy_m``; None for a side that is known by its list, which is never off.
    tolerance : Tolerance
        Its ``metres`` go before what the files told.

    Returns
    -------
    Off
        NaN for lines of no known resolution.

    Examples
    --------
    >>> from footprints.tolerance import Tolerance
    >>> off_of({"resolution": "BUC", "accuracy_m": "2"}, {"resolution": "BGC"}, Tolerance()).both
    522.0
    """
    drawn = [each for each in (old, new) if each is not None]
    accuracy = max((float(each.get("accuracy_m") or 0) for each in drawn), default=0.0)
    return Off(old=_metres(old, tolerance), new=_metres(new, tolerance), accuracy=accuracy)


def _metres(said: Mapping[str, Any] | None, tolerance: Tolerance) -> float:
    if said is None:
        return 0.0
    if tolerance.metres is not None:
        return tolerance.metres
    return RESOLUTIONS.get(str(said.get("resolution") or "").upper(), np.nan)


def listed_causes(flows: Flows, cause: str) -> Caused:
    """Return flows none of which is noise, with one cause of all that moved.

    Parameters
    ----------
    flows : Flows
        Of lists of units, where what moves does so by law: ``real``.
    cause : str
        The cause.

    Returns
    -------
    Caused
    """
    heirs = heirs_among(flows)
    kinds = kinds_of(flows, heirs)
    words = np.full(len(kinds), cause, dtype=object)
    words[kinds.isin(["stayed", "merged"])] = None
    causes = pd.Categorical(words, categories=CAUSES, ordered=True)
    return Caused(
        flows=flows, heirs=heirs, kinds=kinds, cause=causes, depth_m=np.full(len(flows.i), np.nan)
    )


def drawn_causes(
    flows: Flows, lines: tuple[Drawn | None, Drawn | None], off: Off, spots: Spots | None = None
) -> Caused:
    """Tell the flows between two sets of lines that are moves from those that are drawing.

    A flow is as deep as lines would have to be off for nobody to have moved: the new lines of the
    successor of where it comes from, or the old lines of what goes on where it ends, whichever is
    less. Up to a millimetre it is *float noise*; up to the accuracy of the transformation *datum*;
    past the outer edge of the other side's lines, in the sea or another country, *coastline*, up to
    what both generalisations explain. Up to what the coarser lines alone explain it is *drawing*,
    unless units lie in it; up to what both explain together, or with units in it, *undecidable*;
    and deeper it is *real*. Undecidable is also what lies further past the outer edge and holds no
    unit, or of a unit only its centre, since it may be sea; and, where a resolution is not known,
    all that the transformation does not explain. Of a flow in several pieces it is the gravest.

    Parameters
    ----------
    flows : Flows
        By area or by points, from these lines.
    lines : tuple of two Drawn or None
        The lines; None for a side that is known by its list of units.
    off : Off
        How far they may be off.
    spots : Spots, optional
        The units, which are then what is measured, as they must be where a side has no lines; None
        measures the ground that the lines share.

    Returns
    -------
    Caused
        Noise is marked; people whom only noise parts from the successor have stayed with it.
    """
    heirs = heirs_among(flows)
    kinds = kinds_of(flows, heirs)
    rows = np.flatnonzero(kinds.isin(["split", "transferred", "unassigned"]))
    if spots is not None:
        parts, row = _points(flows, rows, spots)
    else:
        parts, row = _parts(flows, rows, lines)
    depth, bounded = _depths(flows, heirs, row, parts, lines, _step(off))
    beyond = _beyond(flows, row, parts, lines) & bounded
    held = np.nan_to_num(flows.units[row]) > 0
    depth = _off_shore(flows, row, parts, depth, beyond, lines, _step(off))
    # Past the outer edge, ground without units may be sea, and the centre of a unit about a bay is.
    stray = beyond & (~held | (spots is not None))
    real = ((depth > off.both) & ~stray) | (~bounded & ~np.isnan(depth))
    found = _words(depth, off, real=real, beyond=beyond, held=held)
    words = np.full(len(flows.i), None, dtype=object)
    words[rows] = "undecidable"
    gravest = pd.Series(pd.Categorical(found, categories=CAUSES, ordered=True)).groupby(row).min()
    words[gravest.index] = gravest.to_numpy()
    depths = np.full(len(flows.i), np.nan)
    np.fmax.at(depths, row, depth)
    flows = replace(flows, noise=np.isin(words.astype(str), NOISE))
    heirs = heirs_among(flows)
    return Caused(
        flows=flows,
        heirs=heirs,
        kinds=kinds_of(flows, heirs),
        cause=pd.Categorical(words, categories=CAUSES, ordered=True),
        depth_m=depths,
    )


def _words(depth: Numbers, off: Off, *, real: Flags, beyond: Flags, held: Flags) -> Shapes:
    """Say why pieces are there, by how deep they lie."""
    chosen = {
        "float noise": depth <= FLOAT_NOISE_M,
        "datum": depth <= off.accuracy,
        "real": real,
        "coastline": beyond & (depth <= off.both),
        "drawing": (depth <= off.one) & ~held,
    }
    return np.select(list(chosen.values()), list(chosen), "undecidable").astype(object)


def _step(off: Off) -> float:
    """Return how often outlines are looked at, so that no depth that matters is passed over."""
    return COARSEST_STEP_M if np.isnan(off.one) else min(max(off.one / 4, 1.0), COARSEST_STEP_M)


def _points(flows: Flows, rows: Places, spots: Spots) -> tuple[Shapes, Places]:
    """Return the units of flows as points, and the row of each."""
    i, j = flows.old.get_indexer(spots.old), flows.new.get_indexer(spots.new)
    width = len(flows.new) + 1
    row = pd.Index((flows.i + 1) * width + flows.j + 1).get_indexer((i + 1) * width + j + 1)
    kept = np.isin(row, rows)
    return spots.points[kept], row[kept]


def _parts(
    flows: Flows, rows: Places, lines: tuple[Drawn | None, Drawn | None]
) -> tuple[Shapes, Places]:
    """Return each piece of ground of flows, and its row; flows without any are left out."""
    old, new = lines
    parts = np.full(len(rows), None, dtype=object)
    if old is None or new is None:
        return parts[:0], rows[:0]
    i, j = (
        np.append(drawn.codes.get_indexer(codes), -1)[at[rows]]
        for drawn, codes, at in ((old, flows.old, flows.i), (new, flows.new, flows.j))
    )
    both = (i >= 0) & (j >= 0)
    parts[both] = shapely.intersection(old.shapes[i[both]], new.shapes[j[both]])
    for mine, other, shapes, others in ((i, j, old.shapes, new), (j, i, new.shapes, old)):
        bare = (mine >= 0) & (other < 0)
        if bare.any():
            parts[bare] = shapely.difference(shapes[mine[bare]], shapely.union_all(others.shapes))
    pieces, piece_of = shapely.get_parts(without_threads(parts), return_index=True)
    kept = shapely.area(pieces) > 0
    return pieces[kept], rows[piece_of[kept]]


def _depths(  # noqa: PLR0913, PLR0917 - the flows, their ground and both sets of lines.
    flows: Flows,
    heirs: Heirs,
    row: Places,
    parts: Shapes,
    lines: tuple[Drawn | None, Drawn | None],
    step: float,
) -> tuple[Numbers, Flags]:
    """Return how deep each piece lies, and whether it could be drawing at all.

    A footprint that nothing succeeds, or that goes on from nothing, is no matter of drawing: what
    it loses or gains is as deep as it is from its own edge. The depth is NaN where the side that
    would tell has no lines.
    """
    shapes = np.concatenate([drawn.shapes for drawn in lines if drawn is not None])
    old_at, new_at = _edges_at(flows, lines)
    i, j = flows.i[row], flows.j[row]
    successor, before = np.append(heirs.to, -1)[i], np.append(heirs.back, -1)[j]
    leaves = np.where((i >= 0) & (successor >= 0), new_at[successor], -1)
    arrives = np.where((before >= 0) & (before != i), old_at[before], -1)
    own = np.where(i >= 0, old_at[i], new_at[j])
    bounded = (leaves >= 0) | (arrives >= 0)
    depth = np.full(len(row), np.nan)
    for edge in (leaves, arrives, np.where(bounded, -1, own)):
        held = edge >= 0
        found, _, _ = deepest(parts[held], edge[held], shapes, step=step)
        depth[held] = np.fmin(depth[held], found)
    return depth, bounded


def _edges_at(flows: Flows, lines: tuple[Drawn | None, Drawn | None]) -> tuple[Places, Places]:
    """Return where the edges of each old and each new footprint stand among all; -1 for none."""
    found, start = [], 0
    for drawn, codes in zip(lines, (flows.old, flows.new), strict=True):
        at = np.full(len(codes) + 1, -1, dtype=np.intp)
        if drawn is not None:
            at[:-1] = drawn.codes.get_indexer(codes) + start
            start += len(drawn.codes)
        found.append(at)
    return found[0], found[1]


def _off_shore(  # noqa: PLR0913, PLR0917 - the flows, their ground and both sets of lines.
    flows: Flows,
    row: Places,
    parts: Shapes,
    depth: Numbers,
    beyond: Flags,
    lines: tuple[Drawn | None, Drawn | None],
    step: float,
) -> Numbers:
    """Return depths in which what lies off a shore is no deeper than from the nearest lines there.

    The coast of ground that moved has another footprint's lines behind it.
    """
    depth = depth.copy()
    for lacks, drawn in zip((flows.i[row] < 0, flows.j[row] < 0), lines, strict=True):
        rows = np.flatnonzero(lacks & beyond)
        if len(rows) and drawn is not None:
            nearest = shapely.STRtree(drawn.shapes).nearest(parts[rows])
            found, _, _ = deepest(parts[rows], nearest, drawn.shapes, step=step)
            depth[rows] = np.fmin(depth[rows], found)
    return depth


def _beyond(
    flows: Flows, row: Places, parts: Shapes, lines: tuple[Drawn | None, Drawn | None]
) -> Flags:
    """Tell which pieces lie past the outer edge of the lines of the side that lacks them."""
    found = np.zeros(len(row), dtype=bool)
    for lacks, drawn in zip((flows.i[row] < 0, flows.j[row] < 0), lines, strict=True):
        bare = np.flatnonzero(lacks)
        if len(bare) and drawn is not None:
            outer = shapely.get_exterior_ring(shapely.get_parts(shapely.union_all(drawn.shapes)))
            points = shapely.point_on_surface(parts[bare])
            inside, _ = points_in(points, shapely.polygons(outer))
            found[np.delete(bare, inside)] = True
    return found
