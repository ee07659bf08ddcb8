"""An atlas file in the making: which files it uses, and for what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from footprints.atlas.naming import newest
from footprints.levels import LEVELS, parse_key
from footprints.masking import all_shown, counted
from footprints.read.drafted import comment, differing, in_toml, inline, opening, where_it_is
from footprints.read.fields import parse_field
from footprints.read.looking import NHS_LIST, OPEN_RESOLUTION, nations, total_among

if TYPE_CHECKING:
    from collections.abc import Iterable

    from footprints.read.looking import Seen


class _Listed(NamedTuple):
    """A layer to be written: its lines of TOML, and its codes."""

    said: list[str]
    codes: set[str]


def what_it_is(item: Seen) -> str:
    """Return what a table is that lists no units."""
    if item.nhs_reader:
        return NHS_LIST.format(item.nhs_reader)
    if not item.codes:
        return "no column is named as the ONS names codes, or holds the codes of another file"
    if not item.lists(item.own):
        return f"its codes stand several times in {in_toml(item.codes[item.own].column)}"
    return f"it lists {item.own}"


class Drafting:
    """An atlas file in the making, and what of the files it uses."""

    def __init__(self, units: Seen, seen: list[Seen]) -> None:
        self.units, self.seen, self.used = units, seen, [units]
        self.listed: dict[str, _Listed] = {}
        self.drawn: dict[str, Seen] = {}
        self.empty: list[str] = []
        self.nation = self._nation()

    def _nation(self) -> str:
        """Return E where the units are of several nations and another list of them is English."""
        if len(nations(self.units.codes_of(self.units.own))) < 2:
            return ""
        others = [item.codes_of(self.units.own) for item in self.seen if item is not self.units]
        return "E" if any(codes and nations(codes) == {"E"} for codes in others) else ""

    def _codes(self) -> set[str]:
        """Return the codes of the units, of those that are kept."""
        return {
            code for code in self.units.codes_of(self.units.own) if code.startswith(self.nation)
        }

    def head(self) -> str:
        """Return what stands first: what to do with the file, and a title."""
        return (
            "# Written by footprints init. Comments say what was inferred; look them through.\n"
            f'title = "Atlas of {self.units.own}"\n'
        )

    def units_table(self) -> str:
        """Return the table of the units, with their people."""
        units = self.units
        code = units.codes[units.own].column
        lines = [
            f"[units.{units.own}]",
            f"# {len(units.table):,} rows, one for each {comment(code)}",
        ]
        lines += [f"{key} = {in_toml(value)}" for key, value in where_it_is(units).items()]
        lines.append(f"code = {in_toml(code)}")
        if units.own in units.names:
            lines.append(f"name = {in_toml(units.names[units.own].column)}")
        lines += [f"{option}  # {why}" for option, why in units.options]
        found = nations(units.codes_of(units.own))
        if len(found) > 1:
            why = f"it lists codes of {', '.join(sorted(found))}"
            lines.append(
                f'nation = "E"  # {why}, and another file those of E alone'
                if self.nation
                else f'# nation = "E"  # {why}; say so to keep England alone'
            )
        return "\n".join([*lines, *self._people()]) + "\n"

    def _people(self) -> list[str]:
        """Return the people of the units: of a column of theirs, or of another table."""
        source = self._with_people()
        if source is None:
            said, notes = {"column": "?"}, ["No column looks like people: name one."]
        else:
            column = total_among(source.people)
            said = {"column": column or "?"}
            others = all_shown([name for name in source.people if name != column])
            notes = [f"Other columns of people: {others}."] if len(source.people) > 1 else []
            notes = notes if column else [f"Say which column of people: {others}."]
        if source is not None and source is not self.units:
            self.used.append(source)
            said |= where_it_is(source) | {"code": source.codes[self.units.own].column}
            notes += differing(self._codes(), source.codes_of(self.units.own), self.units.own)
        notes.append("Say whose people they are, where the figures come from, and of which date.")
        said |= {"source": "?", "as_at": "?"}
        return [*(f"# {note}" for note in notes), f"people = {{ residents = {inline(said)} }}"]

    def _with_people(self) -> Seen | None:
        if self.units.people:
            return self.units
        found = [item for item in self._lists_of(self.units.own) if item.people]
        return max(
            found,
            key=lambda item: (
                len(self._codes() & item.codes_of(self.units.own)),
                bool(total_among(item.people)),
            ),
            default=None,
        )

    def _lists_of(self, key: str) -> list[Seen]:
        """Return the other tables that can be a lookup of what has a key."""
        others = [item for item in self.seen if item is not self.units and item.is_table]
        return [item for item in others if item.lists(key) and not item.nhs_reader]

    def layers(self) -> list[str]:
        """Return a table for each layer that the units or a lookup list."""
        units = self.units
        for key in units.codes:
            if key != units.own:
                layer = self._of_units(key)
                if layer.codes:
                    self.listed[key] = layer
                else:
                    self._leave_empty(units, key)
        for item in self._lists_of(units.own):
            self._add_lookup(units.own, self._codes(), item)
        for item in self.seen:
            if item.own in self.listed and item in self._lists_of(item.own):
                self._add_lookup(item.own, self.listed[item.own].codes, item)
        for item in self.seen:
            if item not in self.used and item in self._lists_of(item.own):
                self._add_place(item)
        for key, layer in self.listed.items():
            layer.said.extend(self._boundaries(key, layer.codes))
        return ["\n".join(layer.said) + "\n" for layer in self.listed.values()]

    def _of_units(self, key: str) -> _Listed:
        units, column = self.units, self.units.codes[key].column
        lines = [*opening(key), f"members = {{ {units.own} = {in_toml(column)} }}"]
        name = units.names.get(key)
        if name is not None and name.column != column:
            lines.append(f"names = {{ {units.own} = {in_toml(name.column)} }}")
        elif name is not None:
            lines.append("# names stand for codes")
        else:
            lines += self._names(key, units.codes_of(key))
        ods = units.ods_codes.get(key)
        if ods is not None and ods.column != column and not any("ods_code" in s for s in lines):
            lines.append(f"ods_codes = {{ {units.own} = {in_toml(ods.column)} }}")
        kept = units.values(units.codes[units.own].column).str.startswith(self.nation)
        members = units.values(column).reindex(kept.index[kept])
        if members.isna().any():
            lines.append(f"covers = false  # {members.isna().sum():,} units are in none")
        return _Listed(lines, set(members.dropna()))

    def _leave_empty(self, item: Seen, key: str) -> None:
        """Note a column of codes without a single code: it makes no layer."""
        column, file = comment(item.codes[key].column), Path(item.file).name
        self.empty.append(
            f"column {in_toml(column)} of {in_toml(file)}: it is empty, so {key} is no layer"
        )

    def _add_lookup(self, made_of: str, known: set[str], item: Seen) -> None:
        """Add the layers that a table lists of what a layer or the units are made of."""
        taken = {self.units.own, made_of, *self.listed}
        for key in [key for key in item.codes if key not in taken]:
            if not item.codes_of(key):
                self._leave_empty(item, key)
                continue
            lines = opening(key) + self._members(made_of, item, item.codes[key].column)
            lines += self._covers(made_of, known, item, item.codes[key].column)
            lines += self._names(key, item.codes_of(key))
            self.listed[key] = _Listed(lines, item.codes_of(key))

    def _members(self, made_of: str, item: Seen, footprint: str) -> list[str]:
        self.used.append(item)
        said = {"code": item.codes[made_of].column, "footprint": footprint}
        return [f"members = {{ {made_of} = {inline(where_it_is(item) | said)} }}"]

    def _covers(self, made_of: str, known: set[str], item: Seen, footprint: str) -> list[str]:
        """Return that a lookup leaves units out, where it does, and which codes it does not share."""
        notes = [f"# {note}" for note in differing(known, item.codes_of(made_of), made_of)]
        blank = item.codes_of(made_of) - item.placed(made_of, footprint)
        if blank:
            notes.append(f"# It has no footprint for {counted(len(blank), 'code')} of {made_of}.")
        below = self.listed[made_of].said if made_of in self.listed else []
        leaves = known - item.placed(made_of, footprint) or any(
            line.startswith("covers = false") for line in below
        )
        return ["covers = false", *notes] if leaves else notes

    def _names(self, key: str, codes: set[str]) -> list[str]:
        """Return where the names and ODS codes of a layer are, in a list of it or a lookup."""
        others = [item for item in self.seen if item.is_table and key in item.codes]
        named = [
            item
            for item in others
            if key in item.names and item.names[key].column != item.codes[key].column
        ]
        if not named:
            return []
        item = max(named, key=lambda item: (item.lists(key), len(codes & item.codes_of(key))))
        said = where_it_is(item) | {"code": item.codes[key].column, "name": item.names[key].column}
        if key in item.ods_codes and item.ods_codes[key].column != said["code"]:
            said["ods_code"] = item.ods_codes[key].column
        self.used.append(item)
        return [f"names = {inline(said)}"]

    def _add_place(self, item: Seen) -> None:
        """Add a layer that somebody made of footprints or units, in words of their own."""
        made_of = item.own
        if made_of != self.units.own and made_of not in self.listed:
            return
        columns = [
            column
            for column in item.table.columns
            if column not in item.people
            and column != item.codes[made_of].column
            and parse_field(column) is None
        ]
        repeated = [column for column in columns if item.values(column).duplicated().any()]
        candidates = repeated or columns
        if not candidates:
            return
        key = next(key for key in _place_keys() if key not in self.listed)
        lines = [f"[layers.{key}]", 'level = "place"  # or what else it is']
        lines += self._members(made_of, item, candidates[0] if len(candidates) == 1 else "?")
        if len(candidates) > 1:
            lines.append(f"# Say which column is the footprint: {all_shown(candidates)}.")
        known = self._codes() if made_of == self.units.own else self.listed[made_of].codes
        said = candidates[0] if len(candidates) == 1 else item.codes[made_of].column
        lines += self._covers(made_of, known, item, said)
        self.listed[key] = _Listed(lines, set())

    def _boundaries(self, key: str, codes: set[str]) -> list[str]:
        lines = [
            item
            for item in self.seen
            if item.located and item not in self.used and _draws(item, key, codes)
        ]
        if not lines:
            return []
        item = max(lines, key=lambda item: len(codes & item.codes_of(item.own)))
        self.used.append(item)
        self.drawn[key] = item
        said = [f"{name} = {in_toml(value)}" for name, value in where_it_is(item).items()]
        if not item.recognised:
            said.append(f"code = {in_toml(item.codes[item.own].column)}")
        said += [option for option, _ in item.options if not option.startswith("#")]
        # A comment can stand beside a table that is on one line, and not in it.
        notes = [
            f"{option}  # in boundaries, {why}"
            for option, why in item.options
            if option == OPEN_RESOLUTION
        ]
        whys = [why for option, why in item.options if option != OPEN_RESOLUTION]
        drawn = item.codes_of(item.own)
        if len(nations(drawn)) > 1 and nations(codes) == {"E"}:
            said.append('nation = "E"')
            whys.append(f"it lists codes of {', '.join(sorted(nations(drawn)))}")
            drawn = {code for code in drawn if code.startswith("E")}
        if codes < drawn:
            # The units may be those of one county, and the lines those of the country.
            said.append("wider = true")
            whys.append(f"{counted(len(drawn - codes), 'footprint')} of it have no unit here")
        notes += [f"# {note}" for note in differing(codes, drawn, key)]
        why = f"  # {'; '.join(whys)}" if whys else ""
        return [f"boundaries = {{ {', '.join(said)} }}{why}", *notes]

    def checks(self, named: set[str]) -> list[str]:
        """Return what to check beside the newest layers: those whose lines somebody named."""
        levels = {key: LEVELS.get(parse_key(key).kind, parse_key(key).kind) for key in self.listed}
        own = {key for key, item in self.drawn.items() if item.file in named - {self.units.file}}
        also = [key for key in self.listed if key in own - set(newest(levels))]
        if not also:
            return []
        keys = ", ".join(map(in_toml, also))
        return [
            f"[checks]\nalso = [{keys}]  # not the newest of their level, and their lines are here\n"
        ]

    def why_not(self, item: Seen) -> str:
        """Return why a table is not used."""
        own = self.units.own
        if item.nhs_reader or not item.codes:
            return what_it_is(item)
        if item.own == own or item.own in self.listed:
            if not item.lists(item.own):
                return what_it_is(item)
            return f"it lists {item.own}, and adds nothing to what is used"
        if own in item.codes and not item.lists(own):
            column = comment(item.codes[own].column)
            return f"codes stand several times in {column}, and members are listed once each"
        if own in item.codes and not item.is_table:
            return f"members of {own} can come from a CSV, Excel or Parquet file: save it as one"
        kinds = {parse_key(key).kind for key in item.codes}
        others = [key for key in self.listed if parse_key(key).kind in kinds]
        there = f"; what is here is {', '.join(others)}" if others else ""
        listed = ", ".join(item.codes)
        return f"it lists {listed}, and no file says which {own} those are made of{there}"


def _draws(item: Seen, key: str, codes: set[str]) -> bool:
    """Tell whether lines are of a layer: by its key, or by its kind and every code."""
    if item.own == key:
        return True
    kind, year = parse_key(item.own) if item.own else ("", None)
    return (
        bool(kind)
        and year is None
        and kind == parse_key(key).kind
        and item.codes_of(item.own) == codes
    )


def _place_keys() -> Iterable[str]:
    return ["place", *(f"place-{letter}" for letter in "bcdefghijklmnopqrstuvwxyz")]
