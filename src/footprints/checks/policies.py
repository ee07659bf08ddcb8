"""Named tests: what policy says of boundaries, each as a question with an answer a footprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from footprints.checks.coterminous import coterminosity
from footprints.checks.nest import nesting, whole_pairs, within_focus
from footprints.errors import OverlapError, UnknownNameError

if TYPE_CHECKING:
    from footprints.atlas import Atlas
    from footprints.tolerance import Tolerance


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What policy says of two levels.

    Parameters
    ----------
    words : str
        The expectation as a sentence.
    asks : {"nested", "whole"}
        That each left footprint lies within one on the right, or is the same as one or made of
        several whole ones.
    left, right : str
        Levels, or kinds of layer.
    source : str
        Who says so, and when.
    """

    words: str
    asks: Literal["nested", "whole"]
    left: str
    right: str
    source: str


POLICIES = {
    "one-icb-per-council": Policy(
        words="Each council works with one ICB.",
        asks="nested",
        left="upper-tier",
        right="system",
        source="design rule of the East of England for its ICBs, 2025",
    ),
    "icb-of-whole-strategic-authorities": Policy(
        words="Each ICB is made of whole strategic authorities.",
        asks="whole",
        left="system",
        right="strategic-authority",
        source="policy for ICBs since 2025: coterminous with one or more strategic authorities "
        "wherever feasible",
    ),
    "icb-of-whole-councils": Policy(
        words="Each ICB is made of whole councils.",
        asks="whole",
        left="system",
        right="upper-tier",
        source="the review of ICS boundaries of 2021-22",
    ),
    "commissioner-in-one-system": Policy(
        words="Each commissioner lies in one system.",
        asks="nested",
        left="commissioner",
        right="system",
        source="King's Fund 2018, on CCGs that align with STPs and ICSs",
    ),
    "system-in-one-region": Policy(
        words="Each system lies in one NHS region.",
        asks="nested",
        left="system",
        right="region",
        source="Swage 2019, on regional teams",
    ),
    "neighbourhood-in-one-hwb": Policy(
        words="Each neighbourhood lies in the area of one Health and Wellbeing Board.",
        asks="nested",
        left="neighbourhood",
        right="hwb",
        source="Neighbourhood Health Framework, March 2026",
    ),
}
"""The named tests, by name."""


def policy_test(
    atlas: Atlas,
    name: str,
    *,
    left: str | None = None,
    right: str | None = None,
    tolerance: Tolerance | None = None,
) -> pd.DataFrame:
    """Ask of each footprint whether it is as one policy says.

    Parameters
    ----------
    atlas : Atlas
        With layers of both levels.
    name : str
        One of :data:`footprints.checks.policies.POLICIES`, such as ``one-icb-per-council``.
    left, right : str, optional
        The layers; None takes the newest of the levels that the policy speaks of.
    tolerance : Tolerance, optional
        As in :func:`footprints.nesting` and :func:`footprints.coterminosity`.

    Returns
    -------
    DataFrame
        Indexed by ``code`` of the left layer. Columns: ``name``; ``met`` (bool); then those of
        :func:`footprints.nesting` or :func:`footprints.coterminosity`, whichever the policy asks
        for. ``attrs`` hold ``policy`` (its words) and ``policy_source`` too.

    Raises
    ------
    OverlapError
        If the layers cannot be held against each other.
    UnknownNameError
        If there is no such policy, or no layer of a level.

    Examples
    --------
    >>> from footprints import load_example
    >>> asked = policy_test(load_example(), "one-icb-per-council", right="icb26")
    >>> asked.loc[~asked["met"], "name"].to_list()
    ['Buckinghamshire', 'Cumberland', 'Westmorland and Furness', 'North Yorkshire', 'Oxfordshire']
    """
    if name not in POLICIES:
        raise UnknownNameError.among(POLICIES, name, kind="policy")
    policy = POLICIES[name]
    keys = [
        atlas.resolve(given) if given else _newest(atlas, level)
        for given, level in ((left, policy.left), (right, policy.right))
    ]
    pairs = whole_pairs(atlas, *keys)
    if policy.asks == "nested":
        table = nesting(pairs, tolerance)
        met = table["status"] == "nested"
    else:
        table = coterminosity(pairs, tolerance)
        met = table["relation"].isin(["same", "union"])
    table.insert(0, "name", atlas.whole.coded.labels(keys[0])["name"].reindex(table.index))
    table.insert(1, "met", met)
    table.attrs |= {"policy": policy.words, "policy_source": policy.source}
    return within_focus(atlas, keys[0], table.rename_axis("code"))


def policy_tests(atlas: Atlas, *, tolerance: Tolerance | None = None) -> pd.DataFrame:
    """Ask all named tests that an atlas has the layers for.

    Parameters
    ----------
    atlas : Atlas
        Its newest layers are asked about.
    tolerance : Tolerance, optional
        As in :func:`footprints.nesting` and :func:`footprints.coterminosity`.

    Returns
    -------
    DataFrame
        Indexed by ``policy``. Columns: ``words``; ``left``, ``right`` (the layers); ``met``,
        ``not_met`` (footprints); ``outside`` (footprints that meet nothing on the right, where
        it cannot be met yet); ``people_not_met`` (persons in those not met); ``skipped`` (why it could
        not be asked, ""); ``population``, ``source``, ``date`` (of the people);
        ``policy_source``.

    Raises
    ------
    TableError
        If a pair table is broken.

    Examples
    --------
    >>> from footprints import load_example
    >>> policy_tests(load_example()).loc["one-icb-per-council", ["met", "not_met"]].to_list()
    [148, 5]
    """
    rows = {}
    for name, policy in POLICIES.items():
        row: dict[str, object] = {"words": policy.words, "policy_source": policy.source}
        try:
            table = policy_test(atlas, name, tolerance=tolerance)
        except (UnknownNameError, OverlapError) as error:
            rows[name] = row | {"skipped": str(error).split("\n")[0]}
            continue
        state = table["status" if policy.asks == "nested" else "relation"]
        missed = table[~table["met"] & (state != "outside")]
        rows[name] = row | {
            "left": table.attrs["left_layer"],
            "right": table.attrs["right_layer"],
            "met": int(table["met"].sum()),
            "not_met": len(missed),
            "outside": int((state == "outside").sum()),
            "people_not_met": missed["people"].sum(min_count=len(missed)),
            "skipped": "",
            **{key: table.attrs[key] for key in ("population", "source", "date")},
        }
    columns = ["words", "left", "right", "met", "not_met", "outside", "people_not_met"]
    columns += ["skipped", "population", "source", "date", "policy_source"]
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns)
    return table.rename_axis("policy").astype(
        dict.fromkeys(["met", "not_met", "outside", "people_not_met"], "Int64")
    )


def _newest(atlas: Atlas, level: str) -> str:
    """Return the newest layer of a level."""
    levels = atlas.overview["level"]
    found = [key for key in atlas.newest() if levels[key] == level]
    if not found:
        raise UnknownNameError.among(sorted(set(levels)), level, kind="level among the layers")
    return found[0]
