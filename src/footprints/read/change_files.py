"""Change files: what changed in the footprints of England, or would change."""

from __future__ import annotations

import tomllib
from datetime import date  # noqa: TC003 - pydantic reads the annotations when it runs.
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from footprints.atlas.changing import Changes, Kind, LayerChange, Status, check_cycles
from footprints.errors import FileError, Problems, TableError, UnknownNameError, listed
from footprints.read.bundled import data_folder
from footprints.read.files import local_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

Evidence = Literal["", "official", "published", "inferred", "uncertain"]
Codes = str | list[str]


class ChangeSpec(BaseModel):
    """One change in the file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    date: date
    status: Status
    kind: Kind
    layer: str = Field(min_length=1)
    old: Codes = Field(default="", alias="from")
    new: str = Field(default="", alias="to")
    name: str = ""
    names: dict[str, str] = Field(default_factory=dict)
    ods_code: str = ""
    where: dict[str, Codes] = Field(default_factory=dict)
    units: list[str] = Field(default_factory=list)
    evidence: Evidence = ""
    source: str = ""
    note: str = ""


class FileSpec(BaseModel):
    """A whole change file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    title: str = Field(min_length=1)
    source: str = Field(min_length=1)
    note: str = ""
    changes: list[ChangeSpec] = Field(min_length=1)


NEEDS = {
    "merge": ("from", "to"),
    "move": ("to", "where or units"),
    "split": ("from", "to", "name", "where or units"),
    "recode": ("from", "to"),
    "rename": ("name or names",),
    "cluster": ("from", "to", "name"),
}
"""What each kind of change must say, beside its date, status, kind and layer."""
MAY = {
    "merge": ("name", "ods_code"),
    "move": ("from", "name", "ods_code", "where", "units", "evidence"),
    "split": ("ods_code", "where", "units", "evidence"),
    "recode": ("name", "ods_code"),
    "rename": ("from", "name", "names"),
    "cluster": ("evidence",),
}
"""What each kind of change may say beside that, and ``source`` and ``note``."""
KEYS = {spec.alias or name: name for name, spec in ChangeSpec.model_fields.items()}
ALWAYS = ("date", "status", "kind", "layer", "source", "note")


def read_changes(path: str | PathLike[str]) -> Changes:
    """Read a change file: one of your own, or by its name one that comes with footprints.

    The file is TOML: ``title``, ``source``, ``note``, and a table ``[[changes]]`` for each change
    with ``date``, ``status`` (decided or proposed), ``kind`` and ``layer``, and as the kind needs
    ``from`` and ``to`` (codes), ``name`` or ``names``, and ``where`` or ``units``: which part. The
    README shows one.

    Parameters
    ----------
    path : path-like
        The file; a name without an ending such as ``icb22-icb26`` is one that is shipped.

    Returns
    -------
    Changes

    Raises
    ------
    UnknownNameError
        If no such file is shipped; the message lists those that are.
    FileError
        If the file cannot be read.
    TableError
        If anything in it cannot be: unknown or missing keys, kinds and dates, a code that ends
        and comes back. Everything is named at once, with the number of the change and the key.

    Examples
    --------
    >>> print(read_changes("stp17-stp18").changes[0])
    stp17: E54000045, E54000046, E54000047 merge into E54000049 (Cumbria and North East) (2018-08-01 decided)
    """
    file = _file(path)
    problems = Problems(f"{file.name!r}")
    try:
        spec = FileSpec.model_validate(_read_toml(file))
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            _note(fault, problems)
        raise TableError("\n".join(problems.lines), problems.codes) from None
    for number, change in enumerate(spec.changes, start=1):
        _check_keys(number, change, problems)
    problems.raise_any(TableError)
    changes = tuple(each for change in spec.changes for each in _changes(change, spec.source))
    check_cycles(changes, problems)
    problems.raise_any(TableError)
    return Changes(title=spec.title, source=spec.source, changes=changes, note=spec.note)


def _file(path: str | PathLike[str]) -> Path:
    """Return a file of the user's own, or the shipped one of that name."""
    if isinstance(path, str) and not Path(path).suffix and not Path(path).exists():
        shipped = {file.stem: file for file in sorted((data_folder() / "changes").glob("*.toml"))}
        if path.strip().lower() not in shipped:
            raise UnknownNameError.among(shipped, path, kind="change file")
        return shipped[path.strip().lower()]
    return local_file(path, [".toml"])


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        quoted = isinstance(error, tomllib.TOMLDecodeError)
        hint = ' Text stands in quotation marks (title = "Ours"), dates do not.' if quoted else ""
        msg = f"The changes in {file.name!r} cannot be read: {reason}.{hint}"
        raise FileError(msg, [file.name]) from error


def _note(fault: Any, problems: Problems) -> None:
    """Word one fault that pydantic found."""
    place, key = fault["loc"], str(fault["loc"][-1])
    number = place[1] + 1 if len(place) > 1 and place[0] == "changes" else 0
    inside = [str(part) for part in place[2 if number else 0 :]]
    key = ".".join(part for part in inside if part not in {"str", "list[str]"})
    where = f" in change {number}" if number else ""
    if fault["type"] == "extra_forbidden":
        allowed = list(KEYS) if number else list(FileSpec.model_fields)
        problems.add(f"has an unknown key{where}", [key], remedy=f"Use {listed(allowed)}.")
    elif fault["type"] == "missing":
        problems.add(f"lacks the key{where}", [key])
    elif fault["type"] == "literal_error":
        remedy = f"Use {fault['ctx']['expected']}."
        problems.add(f"has an unknown {key}{where}", [fault["input"]], remedy=remedy)
    else:
        remedy = "Write it as 2027-04-01, without quotation marks." if key == "date" else ""
        problems.add(
            f"cannot be used at {key!r}{where} ({fault['msg']})", [fault["input"]], remedy=remedy
        )


def _check_keys(number: int, change: ChangeSpec, problems: Problems) -> None:
    """Note what a change must say and does not, or says and must not."""
    said = {key for key, name in KEYS.items() if getattr(change, name)}
    needs = NEEDS[change.kind]
    if change.kind == "rename" and not change.names:
        needs = ("from", *needs)
    subject = f"in change {number}, a {change.kind}"
    if missing := [need for need in needs if not said & set(need.split(" or "))]:
        problems.add(f"does not say {subject}", missing)
    allowed = {key for need in needs for key in need.split(" or ")} | set(MAY[change.kind])
    if odd := sorted(said - allowed - set(ALWAYS)):
        remedy = f"Use {listed(sorted(allowed | set(ALWAYS)))}."
        problems.add(f"has keys of another kind of change {subject}", odd, remedy=remedy)
    if change.names and (change.old or change.name):
        problems.add(f"says twice what is renamed {subject}", ["names"], remedy="Keep names alone.")
    old = _tuple(change.old)
    if change.kind not in {"merge", "cluster"} and len(old) > 1:
        remedy = "Write a change for each."
        problems.add(f"names several footprints in 'from' {subject}", old, remedy=remedy)
    if change.kind == "merge" and not change.name and change.new not in old:
        problems.add(f"does not say {subject}", ["name"])
    if empty := [name for name, codes in change.where.items() if not _tuple(codes)]:
        problems.add(f"names a part by nothing {subject}", empty)


def _changes(spec: ChangeSpec, source: str) -> list[LayerChange]:
    """Return what a change in the file comes to: a table of names is a rename for each."""
    made: Callable[..., LayerChange] = LayerChange
    said = {
        "kind": spec.kind,
        "layer": spec.layer,
        "date": spec.date.isoformat(),
        "status": spec.status,
        "source": spec.source or source,
        "note": spec.note,
    }
    if spec.names:
        return [made(**said, old=(code,), name=name) for code, name in spec.names.items()]
    return [
        made(
            **said,
            old=_tuple(spec.old),
            new=spec.new,
            name=spec.name,
            ods_code=spec.ods_code,
            where=tuple((name, _tuple(codes)) for name, codes in spec.where.items()),
            units=tuple(spec.units),
            evidence=spec.evidence,
        )
    ]


def _tuple(codes: Codes) -> tuple[str, ...]:
    if isinstance(codes, str):
        return (codes,) if codes else ()
    return tuple(codes)
