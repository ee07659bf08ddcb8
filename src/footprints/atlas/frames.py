"""Tables that are handed out as copies, and what is worked out once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from footprints.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Frames(Mapping[str, gpd.GeoDataFrame]):
    """Tables by name, each a fresh copy whenever it is asked for."""

    def __init__(
        self,
        names: Iterable[str],
        resolve: Callable[[str], str],
        build: Callable[[str], gpd.GeoDataFrame],
    ) -> None:
        self._names = tuple(names)
        self._resolve = resolve
        self._build = build

    def __getitem__(self, name: str) -> gpd.GeoDataFrame:
        return self._build(self._resolve(name))

    def __contains__(self, name: object) -> bool:
        try:
            return self._resolve(str(name)) in self._names
        except UnknownNameError:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"<{len(self)} tables: {', '.join(self)}>"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)


class Cache(dict[str, Any]):
    """What is worked out when it is first asked for."""

    def __init__(self, build: Callable[[str], Any]) -> None:
        super().__init__()
        self._build = build

    def __missing__(self, key: str) -> Any:
        self[key] = self._build(key)
        return self[key]
