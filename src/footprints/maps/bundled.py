"""What pages ask hosts for, found in installed packages instead."""

from __future__ import annotations

import re
from base64 import b64encode
from importlib import import_module
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

from footprints.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike

    Find = Callable[[str], bytes | None]


class Package(NamedTuple):
    """An installed package that holds what an address asks for."""

    module: str
    address: re.Pattern[str]
    file: str


PACKAGES = (
    Package("leaflet", re.compile(r"/leaflet@(\d+\.\d+)[\d.]*/dist/([\w./-]+)$"), "{}"),
    Package("jquery", re.compile(r"/jquery-(\d+\.\d+)[\d.]*\.(min\.js)$"), "jquery.{}"),
)
"""The XStatic packages: their module, what they take the place of, and which of their files it is."""
DEFAULTS = {
    r"/jquery-[\d.]+": r"\$\(|\bjQuery\b",
    r"/bootstrap@[\d.]+/": r"\bbootstrap\.|data-bs-",
    r"/Leaflet\.awesome-markers/": r"\bAwesomeMarkers\b",
    r"/leaflet\.awesome\.rotate\.": r"\bAwesomeMarkers\b",
    r"/bootstrap-glyphicons\.": r"\bAwesomeMarkers\b|\bglyphicon-",
    r"/fontawesome-free@": r"\bAwesomeMarkers\b|\bfa[bsr]? fa-",
}
"""What folium asks for on every page, and the code that shows that a page uses it."""


def is_unused(url: str, code: str) -> bool:
    """Tell whether an address is one that folium puts on every page and this page does not use.

    Parameters
    ----------
    url : str
        What the page asks for.
    code : str
        The page's own scripts and markup.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_unused("https://code.jquery.com/jquery-3.7.1.min.js", "L.map('map')")
    True
    """
    return any(
        re.search(address, url) and not re.search(used, code) for address, used in DEFAULTS.items()
    )


def finder(files: Mapping[str, str | PathLike[str]] | None = None) -> Find:
    """Return a function that gives the content of an address, None where nothing here holds it.

    Parameters
    ----------
    files : mapping of str to path-like, optional
        Files of the user's own by the address that they take the place of.

    Returns
    -------
    callable
        Of an address; gives bytes or None. A file of the user's own that cannot be read is a
        FileError.

    Examples
    --------
    >>> finder()("https://example.org/leaflet@1.9.3/dist/leaflet.js")[:12]
    b'/* @preserve'
    """
    own = {url: Path(path) for url, path in (files or {}).items()}

    def find(url: str) -> bytes | None:
        if url in own:
            return _read(own[url])
        return next((data for data in (_packed(url, each) for each in PACKAGES) if data), None)

    return find


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path.name!r} cannot be read: {error.strerror}."
        raise FileError(msg, [path.name]) from error


def _packed(url: str, package: Package) -> bytes | None:
    """Return what a package holds for an address, if it is of the same version."""
    match = package.address.search(url)
    if match is None:
        return None
    module = import_module(f"xstatic.pkg.{package.module}")
    folder = Path(module.BASE_DIR).resolve()
    file = (folder / package.file.format(match[2])).resolve()
    same = module.VERSION.startswith(f"{match[1]}.")
    return file.read_bytes() if same and file.is_relative_to(folder) and file.is_file() else None


def data_uri(url: str, data: bytes) -> str:
    """Return a file as an address that holds it.

    Examples
    --------
    >>> data_uri("https://example.org/dot.png?v=2", b"dot")
    'data:image/png;base64,ZG90'
    """
    kind = guess_type(url.partition("?")[0])[0] or "application/octet-stream"
    return f"data:{kind};base64,{b64encode(data).decode('ascii')}"


_CSS_URL = re.compile(r"""url\(\s*(["']?)(?!data:|#|["']#)([^"')]+)\1\s*\)""")


def with_images(css: str, url: str, find: Find) -> tuple[str, list[str]]:
    """Put the images that a style sheet asks for into it.

    Parameters
    ----------
    css : str
        The style sheet.
    url : str
        Where it comes from.
    find : callable
        As :func:`finder` returns it.

    Returns
    -------
    css : str
        With what was found inside.
    missing : list of str
        The addresses that were not found.

    Examples
    --------
    >>> with_images("a {background: url(b.png)}", "https://example.org/c.css", lambda _: None)
    ('a {background: url(b.png)}', ['https://example.org/b.png'])
    """
    missing = []

    def image(match: re.Match[str]) -> str:
        address = urljoin(url, match[2])
        data = find(address)
        if data is None:
            missing.append(address)
            return match[0]
        return f"url({data_uri(address, data)})"

    return _CSS_URL.sub(image, css), missing
