"""Where the data lie that come with footprints."""

from __future__ import annotations

from pathlib import Path

from footprints.errors import FootprintsError


def data_folder() -> Path:
    """Return the folder of the data that come with footprints.

    Returns
    -------
    Path
        Inside the package where a wheel was installed; in an editable install and in a checkout,
        the ``data`` folder beside ``src``.

    Raises
    ------
    FootprintsError
        If the installation lacks its data.

    Examples
    --------
    >>> (data_folder() / "england" / "units.csv").is_file()
    True
    """
    package = Path(__file__).parents[1]
    for folder in (package / "data", package.parents[1] / "data"):
        if (folder / "england" / "units.csv").is_file():
            return folder
    msg = "This installation of footprints lacks its data. Install it again."
    raise FootprintsError(msg)
