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


def off_of(old: Mapping[str, Any], new: Mapping[str, Any], tolerance: Tolerance) -> Off:
    """Return how far two sets of lines may lie from the true ones, by what their files told.

    Parameters
    ----------
    old, new : mapping
        What each file told, as :func:`footprints.read_layer` keeps in attrs: ``resolution`` and
        ``accuracy_m``.
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
    words = [str(each.get("resolution") or "").upper() for each in (old, new)]
    metres = [RESOLUTIONS.get(word, np.nan) for word in words]
    if tolerance.metres is not None:
        metres = [tolerance.metres] * 2
    accuracy = max(float(each.get("accuracy_m") or 0) for each in (old, new))
    return Off(old=metres[0], new=metres[1], accuracy=accuracy)


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


def drawn_causes(flows: Flows, old: Drawn, new: Drawn, off: Off) -> Caused:
    """Tell the flows between two sets of lines that are moves from those that are drawing.

    A flow is as deep as lines would have to be off for nobody to have moved: the new lines of the
    successor of where it comes from, or the old lines of what goes on where it ends, whichever is
    less. Up to a millimetre it is *float noise*; up to the accuracy
    of the transformation *datum*; past the outer edge of the other side's lines, in the sea or
    another country, *coastline*, up to what both generalisations explain. Up to what the coarser
    lines alone explain it is *drawing*, unless units lie in it; up to what both explain
    together, or with units in it, *undecidable*; and deeper it is *real*. Where a resolution is not
    known, all that is deeper than the transformation explains is undecidable. Of a flow in several
    pieces it is the gravest.

    Parameters
    ----------
    flows : Flows
        By area or by points, from these lines.
    old, new : Drawn
        The lines.
    off : Off
        How far they may be off.

    Returns
    -------
    Caused
        Noise is marked; people whom only noise parts from the successor have stayed with it.
    """
    heirs = heirs_among(flows)
    kinds = kinds_of(flows, heirs)
    rows = np.flatnonzero(kinds.isin(["split", "transferred", "unassigned"]))
    parts, row = _parts(flows, rows, old, new)
    depth, bounded = _depths(flows, heirs, row, parts, (old, new), _step(off))
    beyond = _beyond(flows, row, parts, old, new) & bounded
    held = np.nan_to_num(flows.units[row]) > 0
    found = _words(depth, off, beyond=beyond, held=held, bounded=bounded)
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


def _words(depth: Numbers, off: Off, *, beyond: Flags, held: Flags, bounded: Flags) -> Shapes:
    """Say why pieces are there, by how deep they lie."""
    chosen = {
        "float noise": depth <= FLOAT_NOISE_M,
        "datum": depth <= off.accuracy,
        "real": (depth > off.both) | ~bounded,
        "coastline": beyond & (depth <= off.both),
        "drawing": (depth <= off.one) & ~held,
    }
    return np.select(list(chosen.values()), list(chosen), "undecidable").astype(object)


def _step(off: Off) -> float:
    """Return how often outlines are looked at, so that no depth that matters is passed over."""
    return COARSEST_STEP_M if np.isnan(off.one) else min(max(off.one / 4, 1.0), COARSEST_STEP_M)


def _parts(flows: Flows, rows: Places, old: Drawn, new: Drawn) -> tuple[Shapes, Places]:
    """Return each piece of ground of flows, and its row; flows without any are left out."""
    parts = np.full(len(rows), None, dtype=object)
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
    lines: tuple[Drawn, Drawn],
    step: float,
) -> tuple[Numbers, Flags]:
    """Return how deep each piece lies, and whether it could be drawing at all.

    A footprint that nothing succeeds, or that goes on from nothing, is no matter of drawing: what
    it loses or gains is as deep as it is from its own edge.
    """
    old, new = lines
    shapes = np.concatenate([old.shapes, new.shapes])
    old_at = old.codes.get_indexer(flows.old)
    new_at = new.codes.get_indexer(flows.new) + len(old.codes)
    i, j = flows.i[row], flows.j[row]
    successor, before = np.append(heirs.to, -1)[i], np.append(heirs.back, -1)[j]
    leaves, arrives = (i >= 0) & (successor >= 0), (before >= 0) & (before != i)
    own = np.where(i >= 0, old_at[i], new_at[j])
    depth = np.full(len(row), np.inf)
    for held, edge in (
        (leaves, new_at[successor]),
        (arrives, old_at[before]),
        (~leaves & ~arrives, own),
    ):
        found, _, _ = deepest(parts[held], edge[held], shapes, step=step)
        depth[held] = np.minimum(depth[held], found)
    return depth, leaves | arrives


def _beyond(flows: Flows, row: Places, parts: Shapes, old: Drawn, new: Drawn) -> Flags:
    """Tell which pieces lie past the outer edge of the lines of the side that lacks them."""
    found = np.zeros(len(row), dtype=bool)
    for lacks, drawn in ((flows.j[row] < 0, new), (flows.i[row] < 0, old)):
        bare = np.flatnonzero(lacks)
        if len(bare):
            outer = shapely.get_exterior_ring(shapely.get_parts(shapely.union_all(drawn.shapes)))
            points = shapely.point_on_surface(parts[bare])
            inside, _ = points_in(points, shapely.polygons(outer))
            found[np.delete(bare, inside)] = True
    return found
