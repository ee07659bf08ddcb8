"""The exact areas that two sets of polygons share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def intersection_areas(
    left: npt.NDArray[np.object_], right: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Measure what two sets of polygons share.

    Parameters
    ----------
    left, right : array of polygons
        Valid, in EPSG:27700.

    Returns
    -------
    i, j : array of int
        Positions in ``left`` and ``right`` of each pair with an area in common.
    area_m2 : array of float
        The area of each pair.

    Examples
    --------
    >>> import numpy as np
    >>> ones = np.array([shapely.box(0, 0, 2, 1)])
    >>> others = np.array([shapely.box(1, 0, 3, 1), shapely.box(2, 0, 3, 1)])
    >>> [list(map(float, values)) for values in intersection_areas(ones, others)]
    [[0.0], [0.0], [1.0]]
    """
    i, j = shapely.STRtree(right).query(left, predicate="intersects")
    area = shapely.area(shapely.intersection(left[i], right[j]))
    kept = area > 0
    return i[kept], j[kept], area[kept]
