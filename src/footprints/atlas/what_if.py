"""What an atlas can be asked to become: its layers redrawn, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from footprints.atlas.changing import LayerChange, Redraw
from footprints.atlas.membership import evidence_from, members_from
from footprints.atlas.redrawing import redrawn
from footprints.errors import RedrawError, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from footprints.atlas.parts import Checks, Focus, Layer, Origin, UnitTable

    Part = Mapping[str, str | Iterable[str]] | Iterable[str] | str


SAID = 3
"""How many changes are said in full above what is printed, before they are counted."""


class WhatIf:
    """The methods of an atlas that give a new one with a layer redrawn."""

    title: str
    notes: tuple[str, ...]
    focused: Focus | None
    origins: tuple[Origin, ...]
    checks: Checks
    redraws: tuple[Redraw, ...]
    _units: dict[str, UnitTable]
    _layers: dict[str, Layer]
    _membership: pd.DataFrame
    _whole: Self

    if TYPE_CHECKING:

        def resolve(self, layer: str) -> str:
            """See :meth:`Atlas.resolve`."""

        def focus(self, text: str) -> Self:
            """See :meth:`Atlas.focus`."""

    def merge(
        self, layer: str, codes: Iterable[str], *, into: str, name: str = "", ods_code: str = ""
    ) -> Self:
        """Make one footprint of several whole ones.

        Parameters
        ----------
        layer : str
            A key, or a bare kind.
        codes : iterable of str
            The footprints, two or more.
        into : str
            The code of the one they become: a new one, or one of theirs, which then keeps its
            name and ODS code.
        name, ods_code : str
            What it is called; without a name a new one is called by its code.

        Returns
        -------
        Atlas
            With the layer redrawn under the same key, and one more record in ``redraws``.

        Raises
        ------
        RedrawError
            If the layer lacks one of the codes, or has ``into`` already.
        UnknownNameError
            If there is no such layer.

        Examples
        --------
        >>> from footprints import load_example
        >>> atlas = load_example().merge("icb22", ["E54000027", "E54000028"], into="E54000071")
        >>> len(atlas.layers["icb22"]), int(atlas.people("icb22").loc["E54000071", "residents"])
        (41, 3638051)
        """
        change = LayerChange(
            kind="merge",
            layer=layer,
            old=_codes(codes),
            new=into,
            name=name,
            ods_code=ods_code,
        )
        return self.redraw([change])

    def move(self, layer: str, what: Part, *, to: str) -> Self:
        """Take a part of the country to another footprint of a layer, from wherever it is.

        Parameters
        ----------
        layer : str
            A key, or a bare kind.
        what : mapping, or iterable of str
            The units; or footprints of other layers such as ``{"lad21": "E07000037"}``, what is in
            all of them where several layers are given.
        to : str
            The footprint that they go to.

        Returns
        -------
        Atlas
            With the layer redrawn under the same key, and one more record in ``redraws``. A
            footprint that nothing is left of is abolished. What was in no footprint is in one now.

        Raises
        ------
        RedrawError
            If nothing is there to be moved, or there is no footprint ``to``.
        UnknownNameError
            If there is no such layer.

        Examples
        --------
        >>> from footprints import load_example
        >>> atlas = load_example().move("stp21", {"lad21": "E07000037"}, to="E54000012")
        >>> int(atlas.people("stp21").loc["E54000012", "residents"])
        1063997
        """
        where, units = _part(what)
        return self.redraw(
            [LayerChange(kind="move", layer=layer, new=to, where=where, units=units)]
        )

    def split(
        self,
        layer: str,
        code: str,
        parts: Mapping[str, Part],
        *,
        names: Mapping[str, str] | None = None,
    ) -> Self:
        """Make footprints of parts of one; what is left keeps its code.

        Parameters
        ----------
        layer : str
            A key, or a bare kind.
        code : str
            The footprint.
        parts : mapping of str to part
            For each new code its part, as ``what`` of :meth:`move`. If nothing is left, the old
            footprint is abolished.
        names : mapping of str to str, optional
            What the new ones are called; else by their codes.

        Returns
        -------
        Atlas
            With the layer redrawn under the same key, and one more record in ``redraws``.

        Raises
        ------
        RedrawError
            If a new code is there already, parts overlap, or one is empty or not in ``code``.
        UnknownNameError
            If there is no such layer.

        Examples
        --------
        >>> from footprints import load_example
        >>> parts = {"West Essex": {"ctyua21": "E10000012"}}
        >>> atlas = load_example().split("icb22", "E54000025", parts)
        >>> atlas.people("icb22").loc[["E54000025", "West Essex"], "residents"].to_dict()
        {'E54000025': 1175847, 'West Essex': 312214}
        """
        return self.redraw(
            LayerChange(
                kind="split",
                layer=layer,
                old=(code,),
                new=new,
                name=(names or {}).get(new, ""),
                where=_part(what)[0],
                units=_part(what)[1],
            )
            for new, what in parts.items()
        )

    def rename(self, layer: str, code: str, name: str = "", *, to: str = "") -> Self:
        """Give a footprint another name, another code, or both; no boundary moves.

        Parameters
        ----------
        layer : str
            A key, or a bare kind.
        code : str
            The footprint.
        name : str
            Its new name; empty keeps it.
        to : str
            Its new code; empty keeps it.

        Returns
        -------
        Atlas
            With the layer under the same key, and one more record in ``redraws``.

        Raises
        ------
        RedrawError
            If there is no such footprint, ``to`` is there already, or nothing would change.
        UnknownNameError
            If there is no such layer.

        Examples
        --------
        >>> from footprints import load_example
        >>> atlas = load_example().rename("icb22", "E54000034", "Frimley Health and Care")
        >>> atlas.layers["icb22"].loc["E54000034", "name"]
        'Frimley Health and Care'
        """
        if not (name or to):
            msg = f"Nothing would change for {code!r}: give a name, or a code as to=."
            raise RedrawError(msg, [code])
        kind = "recode" if to else "rename"
        return self.redraw(
            [LayerChange(kind=kind, layer=layer, old=(code,), new=to, name=name)]  # type: ignore[arg-type]
        )

    def redraw(self, changes: Iterable[LayerChange], *, title: str = "What if") -> Self:
        """Make changes by date, all of one date at once, as one step that can be undone.

        Parameters
        ----------
        changes : iterable of LayerChange
            Changes of one date refer to the footprints of the day before.
        title : str
            What the step is called in ``redraws`` and in the notes.

        Returns
        -------
        Atlas
            With the layers redrawn under the same keys. It keeps all members and what they rest
            on; what cannot be known of parts (lines that are the layer's own, people counted by
            footprint, lists by other units) is left out and named in ``notes``. One with a focus is
            redrawn whole and focused again, on the successor where the focus has one. A stored
            atlas keeps the records; one whose units are converted keeps the notes alone.

        Raises
        ------
        RedrawError
            If there are no changes, or one cannot be made; everything wrong with those of one date
            is named at once.
        UnknownNameError
            If there is no layer that a change is about.

        Examples
        --------
        >>> from footprints import load_example
        >>> from footprints.atlas import LayerChange
        >>> ours = LayerChange(kind="rename", layer="icb22", old=("E54000034",), name="Frimley")
        >>> print(load_example().redraw([ours]).redraws[0])
        What if
          icb22: E54000034 is called Frimley
        """
        wanted = tuple(changes) if isinstance(changes, Iterable) else (changes,)
        if not wanted:
            msg = "There is nothing to redraw: no changes were given."
            raise RedrawError(msg)
        if odd := [change for change in wanted if not isinstance(change, LayerChange)]:
            msg = (
                f"{listed(dict.fromkeys(type(change).__name__ for change in odd))} is no LayerChange. "
                "A file of changes, or one that ships, is made with apply_changes(atlas, "
                "read_changes('surrey-2027'))."
            )
            raise RedrawError(msg, odd)
        if self.focused is None:
            return self._redrawn(wanted, title, "")
        layer, code = self.focused.layer, self.focused.code
        whole = self._whole._redrawn(wanted, title, f"{layer}:{code}")  # noqa: SLF001
        return whole.focus(f"{layer}:{_successor(code, layer, whole)}")

    def undo(self) -> Self:
        """Return the atlas before its last redraw: codes, order, names and members exactly.

        Returns
        -------
        Atlas

        Raises
        ------
        RedrawError
            If nothing was redrawn.

        Examples
        --------
        >>> from footprints import load_example
        >>> atlas = load_example().rename("icb22", "E54000034", "Frimley")
        >>> atlas.undo().layers["icb22"].loc["E54000034", "name"]
        'NHS Frimley Integrated Care Board'
        """
        if not self.redraws:
            msg = "There is nothing to undo: no layer of this atlas was redrawn."
            raise RedrawError(msg)
        last = self.redraws[-1]
        if self.focused is not None:
            focus = last.focused or f"{self.focused.layer}:{self.focused.code}"
            return self._whole.undo().focus(focus)
        layers = {**self._with_members(), **last.before}
        kept = {key: layer for key, layer in layers.items() if layer is not None}
        return self._made_of(kept, last.notes_before, self.redraws[:-1])

    def _redrawn(self, changes: tuple[LayerChange, ...], title: str, focused: str) -> Self:
        """Redraw an atlas without a focus, and keep what undoes it."""
        layers = self._with_members()
        wanted = tuple(replace(c, layer=self.resolve(c.layer)) for c in changes)
        made = redrawn(layers, self._units, self._membership, self.resolve, wanted)
        old = {key: layers.get(key) for key in made.layers}
        record = Redraw(
            title=title,
            changes=wanted,
            notes=tuple(made.notes),
            before={k: each and replace(each, table=each.table.copy()) for k, each in old.items()},
            notes_before=self.notes,
            focused=focused,
        )
        notes = [*self.notes, _head(record), *made.notes]
        return self._made_of(layers | made.layers, notes, (*self.redraws, record))

    def _with_members(self) -> dict[str, Layer]:
        """Return the layers with their members, as they were given."""
        rows = dict(iter(self._membership.groupby("layer", observed=True)))
        return {
            key: replace(layer, members=members_from(rows[key]), evidence=evidence_from(rows[key]))
            for key, layer in self._layers.items()
        }

    def _made_of(
        self, layers: Mapping[str, Layer], notes: Iterable[str], redraws: tuple[Redraw, ...]
    ) -> Self:
        return type(self)(  # type: ignore[call-arg]
            title=self.title,
            units=self._units,
            layers=layers,
            notes=notes,
            origins=self.origins,
            checks=self.checks,
            redraws=redraws,
        )


def _successor(code: str, layer: str, whole: WhatIf) -> str:
    """Return what the footprint that an atlas was cut down to has become."""
    changes = whole.redraws[-1].changes
    ended = dict(pair for c in changes if c.layer == layer for pair in c.successors)
    codes = whole._layers[layer].table.index  # noqa: SLF001
    while code not in codes and code in ended:
        code = ended[code]
    if code not in codes:
        msg = (
            f"The focus {code!r} is parted among others by this. Redraw atlas.whole, and focus on "
            "one of them."
        )
        raise RedrawError(msg, [code])
    return code


def _head(record: Redraw) -> str:
    """Return what is said of a redraw above anything that is printed."""
    if len(record.changes) <= SAID:
        return f"{record.title}: {'; '.join(map(str, record.changes))}."
    keys = ", ".join(dict.fromkeys(change.layer for change in record.changes))
    words = sorted({change.status for change in record.changes} - {""})
    stands = f", {' and '.join(words)}" if words else ""
    return f"{record.title}: {len(record.changes)} changes of {keys}{stands}."


def _part(what: Part) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], tuple[str, ...]]:
    """Return a part as footprints of other layers, or as units."""
    if hasattr(what, "items"):
        return tuple((str(name), _codes(codes)) for name, codes in what.items()), ()
    return (), _codes(what)


def _codes(codes: str | Iterable[str]) -> tuple[str, ...]:
    return (codes,) if isinstance(codes, str) else tuple(str(code) for code in codes)
