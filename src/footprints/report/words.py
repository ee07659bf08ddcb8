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
REDRAW = {
    "effect": "What a redraw does to a check: newly broken, worse, unchanged or mended.",
    "before": "The status on the old map.",
    "after": "The status on the new map.",
    "miss_before": "How many people it missed by on the old map.",
    "miss_after": "How many people it misses by on the new map.",
    "reference": "The layer that both maps are held against.",
    "aligned": "The share of footprints that are one of that layer or several whole ones, 0 to 1.",
    "people_aligned": "The share of people who live in those, 0 to 1.",
    "old": "A footprint of the old map; empty for people who were in none.",
    "new": "A footprint of the new map; empty for people who are in none.",
    "kind": "What became of people: stayed, merged, split (off), transferred or unassigned.",
    "depth_m": "How deep a flow told by lines lies, in metres.",
    "side": "The map that a footprint is of: old or new.",
    "same_area": "Whether it is exactly the area of its counterpart.",
    "same_code": "Whether it has the code of its counterpart.",
    "same_name": "Whether it has the name of its counterpart.",
    "code_reused": "Whether the other map has its code for another footprint.",
    "happened": "What became of it, in words.",
    "tied": "Other footprints that take as many of its people as its successor.",
    "weight": "The share of the old footprint's people that goes to the new one; they sum to 1.",
    "date": "The date of the people that the weights are of.",
}
"""The columns of the tables of a redraw that the others do not explain."""
