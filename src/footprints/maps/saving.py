"""Maps as one file that asks nothing of any host."""

from __future__ import annotations

import re
import warnings
from base64 import b64encode
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from footprints.errors import FootprintsWarning, OutputError, listed
from footprints.maps.bundled import data_uri, finder, is_unused, with_images
from footprints.output import output_file, write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from pathlib import Path

    import folium

    from footprints.maps.bundled import Find

PAGES = [".html"]
MAX_BYTES = 25_000_000
"""What a browser opens on an ordinary computer."""
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
_TILES = re.compile(r"""L\.tileLayer(?:\.wms)?\(\s*["'`](https?://[^/"'`]+)""")
_IMAGES = re.compile(
    r"""(?:[uU]rl"?\s*[:=]\s*|imageOverlay\(\s*|<img\b[^>]*?\bsrc=)["'`](https?://[^"'`]+)["'`]"""
)
_STYLED = re.compile(r"""<[^>]*\sstyle\s*=""")


def save_map(
    drawing: folium.Map,
    path: str | PathLike[str],
    *,
    files: Mapping[str, str | PathLike[str]] | None = None,
    max_bytes: int = MAX_BYTES,
) -> Path:
    """Write a map as one page that asks nothing of any host, whole or not at all.

    Each script, style sheet and image that the page asks for is put into it from an installed
    package (XStatic-Leaflet, XStatic-jQuery) or from a file of yours. What folium asks for on
    every page and this one does not use (jQuery, Bootstrap, icon fonts) is left out. A content
    security policy lets the browser run these scripts alone, and ask no other host. Base maps
    are the exception: their hosts are asked for tiles, which is warned of.

    Parameters
    ----------
    drawing : folium.Map
        Any map of folium's.
    path : path-like
        A name that ends in ``.html``; a file that is there is replaced.
    files : mapping of str to path-like, optional
        For addresses that no installed package holds, such as a plugin's script: your own copy
        of each.
    max_bytes : int
        The size of the page above which it is refused.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputError
        If the file cannot be written, the page asks for what is not installed, or it would be
        too large; what stood there before is untouched.
    FileError
        If one of ``files`` cannot be read.

    Warns
    -----
    FootprintsWarning
        If the page has a base map that :func:`footprint_map` was not asked for.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import folium
    >>> with TemporaryDirectory() as folder:
    ...     save_map(folium.Map(tiles=None), f"{folder}/england.html").name
    'england.html'
    """
    file = output_file(path, PAGES)
    page = _normalised(drawing.get_root().render())
    page, missing = _self_contained(page, finder(files))
    if missing:
        msg = (
            f"{file.name!r} cannot be written: the map asks for {listed(missing)}, which no "
            "installed package holds. Download each and name your copy in files={address: file}, "
            "or leave out what asks for it."
        )
        raise OutputError(msg, missing)
    hosts = sorted({_host(host) for host in _TILES.findall(_code(page))})
    page = _with_policy(page, hosts)
    if (size := len(page.encode())) > max_bytes:
        msg = (
            f"{file.name!r} cannot be written: the page would be {size:,} bytes, more than the "
            f"{max_bytes:,} of max_bytes. Draw fewer layers or one area of the atlas, or "
            "simplify the lines."
        )
        raise OutputError(msg, [file.name])
    write_whole(file, page)
    if hosts and "data-footprints-basemap" not in page:
        _warn_of(hosts)
    return file


def _warn_of(hosts: list[str]) -> None:
    msg = (
        f"Whenever it is opened, the page asks {', '.join(hosts)} for a base map, which tells "
        "them where its reader looks. folium.Map(tiles=None) has none."
    )
    warnings.warn(msg, FootprintsWarning, stacklevel=3)


def _normalised(page: str) -> str:
    """Return a page as a browser reads it, so that the hashes of its scripts are the browser's."""
    return page.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


class _Tag(NamedTuple):
    """A tag of a page: where it stands, and what stands between it and its end tag."""

    name: str
    attributes: dict[str, str]
    start: int
    inner: slice
    end: int

    @property
    def is_code(self) -> bool:
        """Whether it holds a script of its own that is run."""
        kind = self.attributes.get("type", "text/javascript")
        runs = kind in ("", "module") or "javascript" in kind
        return self.name == "script" and "src" not in self.attributes and runs

    @property
    def asked(self) -> str | None:
        """The script, style sheet or image that it asks a host for."""
        if self.name == "link" and "stylesheet" in self.attributes.get("rel", ""):
            return self.attributes.get("href")
        source = self.attributes.get("src", "")
        return source if source and not source.startswith("data:") else None


class _Tags(HTMLParser):
    """The tags that matter, by their place in the page."""

    NAMES = ("html", "head", "title", "meta", "link", "script", "style", "img", "iframe")

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Tag] = []
        self._lines = [0, *accumulate(len(line) + 1 for line in page.split("\n"))]
        self.feed(page)
        self.close()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.NAMES:
            start = self._here()
            end = start + len(self.get_starttag_text() or "")
            attributes = {name: value or "" for name, value in attrs}
            self.found.append(_Tag(tag, attributes, start, slice(end, end), end))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style") and self.found and self.found[-1].name == tag:
            last, here = self.found[-1], self._here()
            inner = slice(last.inner.start, here)
            self.found[-1] = last._replace(inner=inner, end=here + len(f"</{tag}>"))


def _tags(page: str) -> list[_Tag]:
    return _Tags(page).found


def _code(page: str) -> str:
    """Return the page without data and what it asks for: its markup and its own scripts."""
    rest = [tag for tag in _tags(page) if tag.name in ("script", "link") and not tag.is_code]
    return _edited(page, [(tag.start, tag.end, "") for tag in rest])


def _edited(page: str, edits: list[tuple[int, int, str]]) -> str:
    """Return a text with some of its spans replaced."""
    parts, at = [], 0
    for start, end, text in sorted(edits):
        parts += [page[at:start], text]
        at = end
    return "".join([*parts, page[at:]])


def _self_contained(page: str, find: Find) -> tuple[str, list[str]]:
    """Return a page with all that it asks for inside, and the addresses that were not found."""
    code = _code(page)
    edits, missing = [], []
    for tag in _tags(page):
        if tag.name == "html" and "lang" not in tag.attributes:
            edits.append((tag.start, tag.inner.start, '<html lang="en">'))
        if tag.name == "meta" and tag.attributes.get("name") == "viewport":
            edits.append((tag.start, tag.inner.start, VIEWPORT))
        if tag.asked is None:
            continue
        text, lacking = _inlined(tag, tag.asked, find, code)
        missing += lacking
        edits.append((tag.start, tag.end, text))
    page = _edited(page, edits)
    for url in dict.fromkeys(_IMAGES.findall(code)):
        data = find(url)
        if "{" in url:
            continue
        if data is None:
            missing.append(url)
        else:
            page = page.replace(url, data_uri(url, data))
    return page, list(dict.fromkeys(missing))


def _inlined(tag: _Tag, url: str, find: Find, code: str) -> tuple[str, list[str]]:
    """Return what takes the place of a tag that asks for something, and what was not found."""
    if is_unused(url, code):
        return "", []
    data = find(url)
    if data is None or tag.name == "iframe":
        return "", [url]
    if tag.name == "img":
        alternative = escape(tag.attributes.get("alt", ""))
        return f'<img src="{data_uri(url, data)}" alt="{alternative}">', []
    text = _normalised(data.decode("utf-8-sig"))
    if tag.name == "link":
        text, missing = with_images(text, url, find)
        return f"<style>{text}</style>", missing
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"</(script)", r"<\\/\1", text, flags=re.IGNORECASE)
    icons = _marker_icons(url, find) if re.search(r"[mM]arker|L\.geoJson", code) else ""
    return f"<script>{text}</script>{icons}", []


def _marker_icons(url: str, find: Find) -> str:
    """Return the script that gives Leaflet's markers their images, if an address is Leaflet's."""
    if not url.endswith("leaflet.js"):
        return ""
    folder = url.removesuffix("leaflet.js") + "images/"
    names = {
        "iconUrl": "marker-icon.png",
        "iconRetinaUrl": "marker-icon-2x.png",
        "shadowUrl": "marker-shadow.png",
    }
    found = {option: (folder + name, find(folder + name)) for option, name in names.items()}
    options = ", ".join(
        f'{option}: "{data_uri(address, data)}"'
        for option, (address, data) in found.items()
        if data
    )
    return (
        "<script>delete L.Icon.Default.prototype._getIconUrl; "
        f"L.Icon.Default.mergeOptions({{{options}}});</script>"
    )


def _host(host: str) -> str:
    """Return a host as a content security policy names it."""
    return re.sub(r"\{[^}]*\}", "*", host)


def _with_policy(page: str, hosts: list[str]) -> str:
    """Return a page whose head says what may be run and asked for: its own scripts, no host."""
    tags = _tags(page)
    scripts = [_hash(page[tag.inner]) for tag in tags if tag.is_code]
    styles = [_hash(page[tag.inner]) for tag in tags if tag.name == "style"]
    # Style attributes cannot run anything; folium's tooltips and icons are written with them.
    attributes = "'unsafe-inline'" if _STYLED.search(_code(page)) else "'none'"
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_unique(scripts)}",
            f"style-src {_unique(styles)}",
            f"style-src-attr {attributes}",
            " ".join(["img-src data:", *hosts]),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    meta = f'\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    # The set of characters has to be declared within the first kilobyte.
    head = next(tag for tag in tags if tag.name == "head")
    titled = any(tag.name == "title" for tag in tags)
    title = "" if titled else "\n<title>Map</title>"
    at = head.inner.start
    return page[:at] + '\n<meta charset="utf-8">' + meta + title + page[at:]


def _unique(hashes: list[str]) -> str:
    return " ".join(dict.fromkeys(hashes)) or "'none'"


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"
