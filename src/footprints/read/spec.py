"""What an atlas file may say: every key, with the type that it must have."""

from __future__ import annotations

import re
from datetime import date  # noqa: TC003 - pydantic reads the annotations when it runs.
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from footprints.atlas.parts import CHECKS
from footprints.errors import listed
from footprints.geometry import Resolution  # noqa: TC001 - as above.

if TYPE_CHECKING:
    from footprints.errors import Problems

Status = Literal["warn", "fail"]
Pair = Annotated[list[str], Field(min_length=2, max_length=2)]
NAME_KEYS = ["file", "sheet", "code", "name", "ods_code"]
"""What ``names`` says where the names are in a file, and not in a column of the units."""


class Table(BaseModel):
    """A table in the file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class People(Table):
    """A population: a column of the same file, or of another one joined on code."""

    column: str
    source: str
    as_at: date | str
    file: str | None = None
    sheet: str | None = None
    code: str | None = None
    sum_rows: bool = False
    sensitive: bool = False


class Source(Table):
    """A file, and where in it to look; ``resolution`` is how far its lines were generalised."""

    file: str
    layer: str | None = None
    sheet: str | None = None
    crs: int | str | None = None
    repair: bool = False
    resolution: Resolution | None = None
    nation: Literal["E", "W", "S", "N"] | None = None
    code: str | None = None
    name: str | None = None
    ods_code: str | None = None


class Units(Source):
    """A table of units."""

    area_m2: str | None = None
    people: dict[str, People] = Field(min_length=1)
    lines: Literal["official", "illustrative"] = "official"


class Members(Table):
    """A lookup file: the code of a unit or footprint, and the footprint that it belongs to."""

    file: str
    code: str
    footprint: str
    sheet: str | None = None
    people: str | None = None


class Boundaries(Source):
    """A file of lines; ``wider`` says that it draws more footprints than the atlas has."""

    wider: bool = False
    lines: Literal["official", "illustrative"] = "official"


class LayerSpec(Table):
    """A layer: what it is made of, what its footprints are called, where their lines are."""

    level: str | None = None
    members: dict[str, str | Members] = Field(min_length=1)
    names: dict[str, str] | None = None
    ods_codes: dict[str, str] | None = None
    boundaries: Boundaries | None = None
    people: dict[str, People] = Field(default_factory=dict, max_length=1)
    as_at: date | str = ""
    source: str = ""
    note: str = ""
    covers: bool = True


class CheckSpec(Table):
    """What to check, and how grave a miss is."""

    bands: dict[str, str | list[str]] = Field(default_factory=dict)
    nest: list[Pair] = Field(default_factory=list)
    coterminous: list[Pair] = Field(default_factory=list)
    cover: list[str] = Field(default_factory=list)
    boundaries: list[str] = Field(default_factory=list)
    contiguous: list[str] = Field(default_factory=list)
    also: list[str] = Field(default_factory=list)
    severity: dict[str, Status] = Field(default_factory=dict)


class ExceptionSpec(Table):
    """A miss that was agreed: which, why, and until when."""

    check: str
    layer: str
    code: str
    reason: str
    until: date


class AtlasSpec(Table):
    """A whole atlas file."""

    title: str
    notes: list[str] = Field(default_factory=list)
    units: dict[str, Units] = Field(min_length=1)
    layers: dict[str, LayerSpec] = Field(min_length=1)
    checks: CheckSpec = Field(default_factory=CheckSpec)
    exceptions: list[ExceptionSpec] = Field(default_factory=list)


def parse_spec(said: dict[str, Any], problems: Problems) -> AtlasSpec | None:
    """Read what an atlas file says, and note everything in it that cannot be.

    Parameters
    ----------
    said : dict
        The file, as TOML gives it.
    problems : Problems
        Where what is wrong is noted, a line a key.

    Returns
    -------
    AtlasSpec or None
        None if anything is wrong.
    """
    try:
        spec = AtlasSpec.model_validate(said)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            # A list of members is a column or a table: what it is not meant to be is no fault.
            other = "str" if isinstance(fault["input"], dict) else "Members"
            if other not in fault["loc"][-1:]:
                _note(fault, problems)
        return None
    _check_names(spec, problems)
    return None if problems.lines else spec


def _note(fault: Any, problems: Problems) -> None:
    """Word one fault that pydantic found."""
    parts = [part for part in fault["loc"] if not str(part)[:1].isupper()]
    place = "".join(
        f", the {_ordinal(part + 1)}" if isinstance(part, int) else f".{part}" for part in parts
    ).removeprefix(".")
    for kind in (".str", ".[key]", ".date", ".int", ".list[str]"):
        place = place.replace(kind, "")
    # A key behind a number is one of a table in a list.
    place = re.sub(r"(\d(?:st|nd|rd|th))\.", r"\1: ", place)
    if fault["type"] == "extra_forbidden":
        allowed = listed(_allowed(fault["loc"][:-1]))
        problems.add("has an unknown key", [place], remedy=f"Allowed there: {allowed}.")
    elif fault["type"] == "missing":
        problems.add("lacks the key", [place])
    else:
        problems.add(f"cannot be used at {place!r} ({fault['msg']})", [fault["input"]])


def _ordinal(number: int) -> str:
    """Return a number as one counts, ``1st``."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    teen = number % 100 // 10 == 1
    return f"{number}{'th' if teen else ends.get(number % 10, 'th')}"


def _allowed(place: tuple[int | str, ...]) -> list[str]:
    """Return the keys that a table of the file may have."""
    model: type[BaseModel] = AtlasSpec
    for part in place:
        known = _tables(model)
        if part in known:
            model = known[str(part)]
    return list(model.model_fields)


def _tables(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Return the tables that the keys of a table hold."""
    held = {
        AtlasSpec: {
            "units": Units,
            "layers": LayerSpec,
            "checks": CheckSpec,
            "exceptions": ExceptionSpec,
        },
        Units: {"people": People},
        LayerSpec: {"members": Members, "boundaries": Boundaries, "people": People},
    }
    return held.get(model, {})  # type: ignore[return-value]


def _check_names(spec: AtlasSpec, problems: Problems) -> None:
    """Note names of units, layers and levels that are used and not declared."""
    known = [*spec.units, *spec.layers]
    for key, layer in spec.layers.items():
        _unknown(f"layers.{key}.members", layer.members, known, problems)
        columns = [name for name, said in layer.members.items() if isinstance(said, str)]
        if of_layers := [name for name in columns if name in spec.layers]:
            fault = f"names a column in 'layers.{key}.members' for what is no table of units"
            remedy = "Name a file: { file = ..., code = ..., footprint = ... }."
            problems.add(fault, of_layers, remedy=remedy)
        if layer.names:
            allowed = NAME_KEYS if "file" in layer.names else list(spec.units)
            _unknown(f"layers.{key}.names", layer.names, allowed, problems)
        if layer.ods_codes:
            _unknown(f"layers.{key}.ods_codes", layer.ods_codes, list(spec.units), problems)
            if "ods_code" in (layer.names or {}):
                fault = "has ODS codes from two places, names and ods_codes, in"
                problems.add(fault, [f"layers.{key}"], remedy="Keep one of them.")
    checks, layers = spec.checks, list(spec.layers)
    pairs = {"nest": checks.nest, "coterminous": checks.coterminous}
    for place, listed_pairs in pairs.items():
        names = [name for pair in listed_pairs for name in pair]
        _unknown(f"checks.{place}", names, layers, problems)
    _unknown("checks.cover", checks.cover, layers, problems)
    _unknown("checks.boundaries", checks.boundaries, layers, problems)
    _unknown("checks.contiguous", checks.contiguous, layers, problems)
    _unknown("checks.also", checks.also, layers, problems)
    for level, wanted in checks.bands.items():
        if level != "set":
            names = [wanted] if isinstance(wanted, str) else wanted
            _unknown(f"checks.bands.{level}", names, layers, problems)
    _unknown("exceptions", [e.layer for e in spec.exceptions], layers, problems)
    _unknown("exceptions", [e.check for e in spec.exceptions], list(CHECKS), problems)
    graded = [name.partition(".") for name in checks.severity]
    _unknown("checks.severity", [check for check, _, _ in graded], list(CHECKS), problems)
    _unknown("checks.severity", [key for _, dot, key in graded if dot], layers, problems)


def check_filled(spec: AtlasSpec, problems: Problems) -> None:
    """Note what a draft left open, marked with a question mark.

    Parameters
    ----------
    spec : AtlasSpec
        What an atlas file says.
    problems : Problems
        Where it is noted.
    """
    parts = {f"units.{name}": units.people for name, units in spec.units.items()}
    parts |= {f"layers.{key}": layer.people for key, layer in spec.layers.items()}
    left = [
        f"{part}.people.{name}.{key}"
        for part, people in parts.items()
        for name, said in people.items()
        for key in ("column", "source", "as_at")
        if str(getattr(said, key)).strip() in {"?", ""}
    ]
    if left:
        remedy = "Say whose figures they are, and of which date."
        problems.add("still has to be filled in at", left, remedy=remedy)


def _unknown(place: str, names: Any, known: list[str], problems: Problems) -> None:
    if strangers := [name for name in dict.fromkeys(names) if name not in known]:
        remedy = f"Declared: {listed(known)}."
        problems.add(f"names in {place!r} what it does not declare", strangers, remedy=remedy)
