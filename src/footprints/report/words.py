"""What the words and columns of a report mean."""

STATUSES = {
    "fail": "A miss that is not acceptable: broken data, a hard limit, or a check that the atlas "
    "raised to that.",
    "warn": "A miss of what policy expects, or something that has to be looked at.",
    "excepted": "A miss that was agreed; its message says until when and why.",
    "skipped": "Not checked; the message says why. It is not a pass.",
    "pass": "Looked at, and nothing is missed.",
}
"""The statuses of findings, the gravest first."""
COUNTS = {
    "footprints": "Findings",
    "pass": "Pass",
    "warn": "Warn",
    "fail": "Fail",
    "excepted": "Agreed",
    "skipped": "Not checked",
    "people_missed": "People missed",
}
"""What the columns of a summary are called where people read them."""
COLUMNS = {
    "check": "What was looked for.",
    "layer": "The layer that was looked at: what it holds and the year.",
    "against": "The layer that it was held against (or units, of a list); empty where there is none.",
    "code": "The footprint; empty where a finding is about a whole layer.",
    "ods_code": "Its code of the NHS Organisation Data Service.",
    "name": "What the footprint is called.",
    "status": "pass, warn, fail, excepted or skipped.",
    "severity": "What a miss of this check counts as: warn or fail.",
    "since": "Against an earlier report: new, worse or known.",
    "result": "The check's own word for what it found.",
    "message": "The finding as a sentence.",
    "measure": "What was measured.",
    "value": "How much of it, in what measured_in says.",
    "measured_in": "people, share (0 to 1) or another unit.",
    "lower": "The lower limit of the population band, in people.",
    "upper": "The upper limit of the population band, in people.",
    "target": "The target of the population band, in people.",
    "nearest": "The limit or target that is nearest.",
    "distance": "People above (or, below zero, below) the nearest limit or target.",
    "distance_percent": "The same in per cent of that limit or target.",
    "limit_kind": "hard (a rule) or soft (an expectation).",
    "miss": "How many people it misses by; 0 where it does not.",
    "people": "Persons in the footprint.",
    "population": "Whose people are counted: residents, registered or another.",
    "population_date": "The date or year that the count is of.",
    "population_source": "Who counted.",
    "counterpart": "The footprint on the other side that matters most.",
    "counterpart_name": "What that is called.",
    "cause": "Why lines do not match.",
    "forgiven": "What was small enough to be forgiven.",
    "method": "How the overlap was found: members (exact), points or area.",
    "evidence": "The weakest membership that it rests on: official, published, inferred, uncertain.",
    "source": "Who asks for it.",
}
"""The columns of findings."""
PAIRS = {
    "units": "How many building blocks the two footprints share.",
    "area_m2": "The area that they share, in square metres.",
    "left_share": "The part of the left footprint that lies in the right one, 0 to 1.",
    "right_share": "The part of the right footprint that lies in the left one, 0 to 1.",
}
"""Columns of pairs that the others do not explain."""

_KIND = {"kind": "The layer of services, such as amb22."}
_SYSTEM = {
    "system": "The code of the system.",
    "system_name": "What that is called.",
}
_SERVICE = {
    "service": "The code of the service; empty for who is in none of its kind.",
    "service_name": "What that is called.",
}
TABLES = {
    "Effects": {
        "effect": "What the redraw did to it: newly broken, worse, unchanged or mended.",
        "before": "The status of the check on the old map.",
        "after": "The status of the check on the new map.",
        "miss_before": "How many people the old map missed by.",
        "miss_after": "How many people the new map misses by.",
    },
    "Alignment": {
        "reference": "The councils or authorities that the layer is held against.",
        "layer": "The layer, on the old map and on the new.",
        "footprints": "How many footprints the layer has.",
        "same": "How many are one council exactly.",
        "union": "How many are made of several whole ones.",
        "part": "How many lie inside one.",
        "crosses": "How many cut across some.",
        "outside": "How many meet none.",
        "aligned": "The share of footprints that cut no council.",
        "people_aligned": "The share of the people of the layer who live in one of those.",
        "fit": "How like its best match each footprint is (the Jaccard index, 100% for the same), "
        "as the mean over people.",
    },
    "Flows": {
        "old": "The footprint of the old map; empty for who was in none.",
        "old_name": "What that is called.",
        "new": "The footprint of the new map; empty for who is in none.",
        "new_name": "What that is called.",
        "people": "Persons who were in the one and are in the other.",
        "area_m2": "The area that the two share, in square metres.",
        "kind": "What became of the people: stayed (with the successor of their footprint alone), "
        "merged (with a successor of several), split (off, among themselves), transferred (to a "
        "footprint that has others too) or unassigned (in none on one side).",
        "cause": "Why they moved: real (by lists of units), or what lines leave to tell: "
        "undecidable, drawing, coastline, datum, float noise. Empty for who stayed or merged.",
        "depth_m": "How many metres lines would have to be off for nobody to have moved; empty "
        "where lists of units tell.",
    },
    "Footprints": {
        "side": "old or new: which map the footprint is on.",
        "counterpart": "Of an old one its successor, which takes most of its people; of a new one "
        "the old one that it goes on from, or most of its people come from.",
        "same_area": "Whether it covers what its counterpart covers.",
        "same_code": "Whether it has the code of its counterpart.",
        "same_name": "Whether it has the name of its counterpart, as people say it.",
        "code_reused": "Whether the other map gives its code to another footprint.",
        "happened": "What became of it: unchanged, redrawn, recoded, renamed, merged, split, "
        "created, abolished, or several of these.",
        "tied": "Other footprints that take as many of its people as the successor.",
        "people": "Persons in the footprint.",
        "area_m2": "Its area in square metres.",
    },
    "Lookup": {
        "old": "The footprint of the old map.",
        "old_name": "What that is called.",
        "new": "The footprint of the new map; empty for a part that is in none.",
        "new_name": "What that is called.",
        "weight": "The share of the old footprint's people who go to the new one; they add up to "
        "100% for each old one. apply_lookup carries counts by it.",
        "population": "Whose people it is a share of.",
        "date": "The date that they were counted at.",
    },
    "Partners": {
        **_KIND,
        **_SYSTEM,
        **_SERVICE,
        "people": "Persons of the system in the service.",
        "share_of_system": "The share of the system's people whom the service serves.",
        "share_of_service": "The share of the service's people who live in the system.",
        "services": "How many services of the kind the system deals with.",
        "shared_with": "The other systems of the service, the most people first.",
        "shared_with_names": "What those are called.",
        "cut": "Whether the system deals with several of the kind or is partly in none: yes, no, "
        "or uncertain.",
    },
    "Services": {
        **_KIND,
        **_SERVICE,
        "people": "Persons in the service.",
        "systems": "How many systems it touches.",
        "spans": "Whether it touches several.",
        "relation": "How it stands to systems: same as one, union of whole ones, part of one, "
        "outside all, or crosses.",
        "whole": "How many systems lie whole within it.",
        "in_part": "How many systems lie partly within it.",
        "codes": "The systems, the most people first.",
        "names": "What those are called.",
        "in_each": "Each system with its people and its share of the service.",
        "largest_share": "The largest share of the service's people who live in one system.",
        "bigger": "Whether it has more people than each system that it touches.",
        "regions": "How many regions it touches.",
        "region_names": "What those are called.",
        "one_region": "Whether it lies inside one region.",
        "outside": "Persons of the service who are in no system.",
    },
    "Ties": {
        **_KIND,
        **_SYSTEM,
        "other": "The code of the other system.",
        "other_name": "What that is called.",
        "services": "How many services of the kind the two share.",
        "codes": "Which those are.",
        "people": "Persons of the system in the services that they share.",
        "other_people": "Persons of the other system in these.",
        "both": "The two together.",
    },
}
"""The columns of further tables by the title of the table, where findings and pairs do not have
them or mean something else by them."""


def meaning(title: str, column: str) -> str:
    """Return what a column of a further table means; empty where nobody said.

    Parameters
    ----------
    title : str
        Of the table, such as ``Flows``.
    column : str
        Such as ``kind``.

    Returns
    -------
    str

    Examples
    --------
    >>> meaning("Lookup", "old"), meaning("Ties", "units")
    ('The footprint of the old map.', 'How many building blocks the two footprints share.')
    """
    return TABLES.get(title, {}).get(column, (COLUMNS | PAIRS).get(column, ""))
