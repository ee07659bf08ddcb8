"""Neighbourhoods as they are, and who is registered across an edge."""

import csv

import pandas as pd
import pytest
from conftest import ROOT, layer_of, make_atlas

import footprints as fp
from footprints.errors import OverlapError, TableError, UnknownNameError


@pytest.fixture
def practices():
    """Return five practices: a network in two commissioners, one of one practice, one in none."""
    lists = pd.DataFrame(
        {
            "registered": [50, 30, 20, 40, 5],
            "pcn": ["U00001", "U00001", "U00001", "U00002", None],
            "pcn_name": ["Ash", "Ash", "Ash", "Oak", None],
            "ccg": ["C1", "C1", "C2", "C2", "C2"],
            "ccg_name": ["North", "North", "South", "South", "South"],
            "stp": ["S1"] * 5,
            "stp_name": ["East"] * 5,
        },
        index=pd.Index(["A1", "A2", "A3", "A4", "A5"], name="practice"),
    )
    return fp.registered_atlas(lists, as_at="2021-03-31")


def test_a_network_in_two_commissioners_is_found_with_both_sides(practices):
    found = fp.neighbourhoods(practices)
    told = ["name", "parent_name", "share", "people_elsewhere", "people_unassigned", "status"]
    assert found.within.loc["ccg21", told].to_numpy().tolist() == [
        ["Ash", "North", 0.8, 20, 0, "straddles"],
        ["Oak", "South", 1.0, 0, 0, "nested"],
    ]
    assert (found.within.loc["stp21", "status"] == "nested").all()
    assert found.sides.to_dict("list") == {
        "code": ["U00001", "U00001"],
        "name": ["Ash", "Ash"],
        "within": ["ccg21", "ccg21"],
        "counterpart": ["C1", "C2"],
        "counterpart_name": ["North", "South"],
        "units": [2, 1],
        "practices": [2, 1],
        "people": [80, 20],
        "share": [0.8, 0.2],
    }
    assert found.within.index.names == ["within", "code"]
    assert found.within.attrs["within"] == "ccg21, stp21"
    assert found.sides.attrs["population"] == "registered"


def test_a_network_of_one_practice_is_one(practices):
    table = fp.neighbourhoods(practices).table
    assert table["practices"].to_dict() == {"U00001": 3, "U00002": 1}
    assert table.index[table["one_practice"]].tolist() == ["U00002"]
    assert table["people"].to_dict() == {"U00001": 100, "U00002": 40}
    assert table.index.name == "code"


def test_practices_without_a_commissioner_are_practices_all_the_same():
    lists = pd.DataFrame(
        {"registered": [50, 30], "pcn": "U00001", "ccg": ["C1", None]},
        index=pd.Index(["A1", "A2"], name="practice"),
    )
    found = fp.neighbourhoods(fp.registered_atlas(lists, as_at="2021-03-31"))
    assert found.table.loc["U00001", ["practices", "people"]].tolist() == [2, 80]
    row = found.within.loc[("ccg21", "U00001")]
    assert row[["parents", "people_unassigned", "status"]].tolist() == [1, 30, "straddles"]


def test_a_tolerance_forgives_and_says_so(practices):
    def forgiven(**limits):
        found = fp.neighbourhoods(practices, within="ccg", tolerance=fp.Tolerance(**limits))
        assert len(found.sides) == 2, "the sides are shown, forgiven or not"
        return found.within.loc[("ccg21", "U00001"), ["status", "forgiven"]].tolist()

    assert forgiven(people=20) == forgiven(share=0.2) == ["nested", "C2 (20 people)"]
    assert forgiven(people=19) == forgiven(share=0.19) == ["straddles", ""]


def test_people_in_no_footprint_are_outside_their_parent():
    atlas = make_atlas(
        [60, 30, 10, 5],
        pcn21=layer_of(dict.fromkeys("abc", "U1") | {"d": "U2"}, "neighbourhood"),
        icb22=layer_of({"a": "S1", "b": "S2"}, "system"),
    )
    rows = fp.neighbourhoods(atlas).within.loc["icb22"]
    columns = ["parents", "people_elsewhere", "people_unassigned", "status"]
    assert rows.loc["U1", columns].tolist() == [2, 30, 10, "straddles"]
    assert rows.loc["U2", columns].tolist() == [0, 0, 5, "outside"]
    assert rows.loc["U1", "share"] == 0.6
    assert rows.loc["U2", ["parent", "share"]].isna().all()


def test_no_tolerance_puts_a_neighbourhood_in_one_footprint_that_is_in_none():
    atlas = make_atlas(
        [60, 5],
        pcn21=layer_of({"a": "U1", "b": "U2"}, "neighbourhood"),
        icb22=layer_of({"a": "S1"}, "system"),
    )
    rows = fp.neighbourhoods(atlas, tolerance=fp.Tolerance(people=100)).within.loc["icb22"]
    assert rows["status"].to_dict() == {"U1": "nested", "U2": "outside"}
    assert (rows["forgiven"] == "").all()


def test_a_tie_goes_to_the_lowest_code_and_a_part_without_people_is_a_part():
    atlas = make_atlas(
        [7, 7, 5, 0],
        pcn21=layer_of({"a": "U1", "b": "U1", "c": "U2", "d": "U2"}, "neighbourhood"),
        icb22=layer_of({"a": "S2", "b": "S1", "c": "S1", "d": "S2"}, "system"),
    )
    rows = fp.neighbourhoods(atlas).within.loc["icb22"]
    assert rows["parent"].to_dict() == {"U1": "S1", "U2": "S1"}
    assert rows["status"].tolist() == ["straddles", "straddles"]
    assert rows["parents"].tolist() == [2, 2]


def test_boards_come_before_authorities_and_the_newest_before_the_old():
    units = dict.fromkeys("ab", "X")
    atlas = make_atlas(
        [1, 2],
        pcn21=layer_of(units, "neighbourhood"),
        ctyua23=layer_of(units, "upper-tier"),
        hwb23=layer_of(units, "hwb"),
        stp21=layer_of(units, "system"),
        icb22=layer_of(units, "system"),
    )
    assert fp.neighbourhoods(atlas).table.attrs["within"] == "hwb23, icb22"


def test_what_cannot_be_judged_is_refused(practices):
    alone = make_atlas([1, 2], pcn21=layer_of({"a": "U1", "b": "U2"}, "neighbourhood"))
    with pytest.raises(OverlapError, match="nothing to hold 'pcn21' against: no board, authority"):
        fp.neighbourhoods(alone)
    with pytest.raises(UnknownNameError, match="no layer 'icb'"):
        fp.neighbourhoods(practices, within="icb")
    with pytest.raises(UnknownNameError, match="no population 'residents'"):
        fp.neighbourhoods(practices, population="residents")


IN_TWO_COMMISSIONERS = {
    "U12169": "North Blaby PCN",
    "U16318": "Rugeley & Great Haywood PCN",
    "U22273": "South Ribble Medical Group PCN",
    "U25294": "Melton, Syston and Vale PCN",
    "U34632": "Bridgedale South Ribble PCN",
    "U41591": "Holsworthy, Bude & Surrounding Villages PCN",
    "U57294": "Swb Caritas PCN",
    "U82880": "Formby PCN",
    "U87975": "Torentum PCN",
    "U93998": "About Better Care (Abc) PCN",
}
IN_TWO_SYSTEMS = ("U25294", "U41591", "U57294")


def in_several(column):
    """Return the networks, by code, that stand in several footprints of the embedded list."""
    with (ROOT / "data" / "england" / "pcns.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["PCN21CD"] != "U"]
    sides, names = {}, {}
    for row in rows:
        sides.setdefault(row["PCN21CD"], set()).add(row[column])
        names[row["PCN21CD"]] = row["PCN21NM"]
    return {code: names[code] for code, codes in sides.items() if len(codes) > 1}


def test_the_networks_of_england_that_cross_are_ten_and_three(england):
    found = fp.neighbourhoods(england, "pcn21")
    assert len(found.table) == 1_251
    several = found.within[found.within["parents"] > 1]
    assert several.groupby("within").size().to_dict() == {"ccg21": 10, "stp21": 3}
    crossing = (
        several["name"]
        .groupby("within")
        .agg(lambda names: dict(zip(names.index.get_level_values("code"), names, strict=True)))
    )
    assert crossing["ccg21"] == in_several("CCG21CD") == IN_TWO_COMMISSIONERS
    systems = {code: IN_TWO_COMMISSIONERS[code] for code in IN_TWO_SYSTEMS}
    assert crossing["stp21"] == in_several("STP21CD") == systems
    assert (found.within["status"] != "nested").sum() == 13
    people = england.people("pcn21")["registered"]
    assert found.table["people"].to_dict() == people.to_dict()
    sums = found.sides.groupby(["within", "code"])["people"].sum()
    assert sums.to_dict() == {place: people[place[1]] for place in several.index}
    bude = found.sides.query("within == 'stp21' and code == 'U41591'").set_index("counterpart")
    assert bude["people"].to_dict() == {"E54000036": 16_567, "E54000037": 17_862}
    assert bude["practices"].to_dict() == {"E54000036": 2, "E54000037": 2}


def test_a_focus_judges_its_own_neighbourhoods(england):
    devon = fp.neighbourhoods(england.focus("stp21:E54000037"), "pcn21")
    whole = fp.neighbourhoods(england, "pcn21")
    assert set(devon.sides["code"]) == {"U41591"}
    assert devon.table.attrs["focus"] == "E54000037"
    assert "U41591" in devon.table.index
    assert devon.table["people"].to_dict() == whole.table.loc[devon.table.index, "people"].to_dict()


def test_the_practices_of_2021_tell_what_the_embedded_parts_tell(shared, england):
    file = shared / "data" / "registered" / "qof-2020-21-practice-list-sizes.csv"
    atlas = fp.registered_atlas(fp.read_list_sizes(file, as_at="2021-03-31"))
    found, example = fp.neighbourhoods(atlas), fp.neighbourhoods(england, "pcn21")
    assert found.table["practices"].to_dict() == example.table["practices"].to_dict()
    assert found.table["one_practice"].sum() == example.table["one_practice"].sum() == 45
    columns = ["parent", "parents", "people_elsewhere"]
    pd.testing.assert_frame_equal(
        found.within[columns].sort_index(),
        example.within[columns].sort_index(),
        check_dtype=False,
    )
    sides = ["code", "counterpart", "practices", "people"]
    order = ["within", "code", "counterpart"]
    ones, others = (each.sides.sort_values(order)[sides] for each in (found, example))
    assert ones.to_numpy().tolist() == others.to_numpy().tolist()


def test_the_networks_of_january_2022_that_cross_are_eleven_and_four(shared):
    folder = shared / "data" / "registered"
    table = fp.read_practice_map(folder / "gp-reg-pat-prac-map-2022-01.csv")
    table["registered"] = 1  # the map counts nobody: practices stand for themselves
    found = fp.neighbourhoods(fp.registered_atlas(table, as_at="2022-01-01"))
    several = found.within.query("parents > 1").groupby("within").size()
    assert several.to_dict() == {"ccg22": 11, "stp22": 4}
    assert found.table["practices"].sum() == table["pcn"].notna().sum()


def staffordshire(shared, *, areas=False):
    """Make an atlas of LSOAs and authorities, with networks as a link table or as areas."""
    folder = shared / "data"
    file = folder / "registered" / "staffordshire-patients-by-lsoa-2025-10.csv"
    patients = fp.read_patients_by_lsoa(file, as_at="2025-10-01")
    columns = ["LSOA11CD", "CTYUA21CD", "ICB22CD"]
    england = pd.read_parquet(folder / "england" / "lsoa11.parquet", columns=columns)
    england = england.set_index("LSOA11CD")
    known = patients[patients["lsoa"].isin(england.index)]
    link = known.groupby(["lsoa", "pcn"], as_index=False)["patients"].sum()
    link = link.rename(columns={"pcn": "code", "patients": "people"}).set_index("lsoa")
    registered = fp.Population(name="registered", source="NHS England", as_at="2025-10-01")
    units = link.groupby(level=0)["people"].sum().rename("registered").to_frame()
    if areas:
        own = england.index[england["ICB22CD"] == "E54000010"]
        link = fp.pcn_areas(known, within=own).lsoas["pcn"].dropna()
    names = link if areas else link["code"]
    authority = england.loc[units.index, "CTYUA21CD"]
    layers = {
        "pcn25": fp.Layer(
            table=pd.DataFrame({"name": ""}, index=sorted(names.unique())),
            members={"lsoa": link},
            level="neighbourhood",
            population=None if areas else registered,
            covers=False,
        ),
        "ctyua21": fp.Layer(
            table=pd.DataFrame({"name": ""}, index=sorted(authority.unique())),
            members={"lsoa": authority},
            level="upper-tier",
        ),
    }
    table = fp.UnitTable(table=units, populations=(registered,))
    return fp.Atlas(title="Staffordshire", units={"lsoa": table}, layers=layers), known


def test_patients_of_every_network_live_in_several_authorities_and_most_mostly_in_one(shared):
    atlas, known = staffordshire(shared)
    found = fp.neighbourhoods(atlas, "pcn25", tolerance=fp.Tolerance(share=0.05))
    rows = found.within.loc["ctyua21"]
    assert len(rows) == 25
    assert found.table["people"].sum() == known["patients"].sum() == 1_166_670
    assert found.table["practices"].isna().all()
    assert found.table["one_practice"].isna().all()
    assert rows["parents"].min() > 1
    assert set(rows["parent"]) == {"E06000021", "E10000028"}
    outside = rows["people_elsewhere"] / found.table["people"]
    assert (
        rows.index[rows["status"] == "nested"].tolist() == outside.index[outside <= 0.05].tolist()
    )
    assert (rows["forgiven"] != "").sum() == (rows["status"] == "nested").sum() > 10


def test_the_area_of_a_network_lies_in_the_authorities_of_its_lsoas(shared):
    atlas, _ = staffordshire(shared, areas=True)
    rows = fp.neighbourhoods(atlas, "pcn25").within.loc["ctyua21"]
    members = atlas.membership.pivot_table(
        index="unit", columns="layer", values="code", aggfunc="first", observed=True
    )
    expected = members.dropna().groupby("pcn25")["ctyua21"].nunique()
    assert rows["parents"].to_dict() == expected.to_dict()
    assert (rows["status"] == "nested").sum() == (expected == 1).sum() > 0


@pytest.fixture
def patients():
    """Return patients of two practices, some of whom live across the edge."""
    return pd.DataFrame(
        {
            "practice": ["A1", "A1", "A1", "A2", "A2", "A3"],
            "lsoa": ["E01000001", "E01000002", "CLOSED", "E01000001", "E01000002", "E01000001"],
            "where": ["England", "England", "no known area", "England", "England", "England"],
            "patients": [90, 4, 2, 7, 60, 5],
        }
    )


REGISTERED = pd.Series({"A1": "East", "A2": "West", "A3": None}, dtype="str")
LIVING = pd.Series({"E01000001": "East", "E01000002": "West"})


def test_patients_across_an_edge_are_counted_in_both_directions(patients):
    pairs = fp.registered_pairs(patients, registered=REGISTERED, living=LIVING)
    found = fp.registered_across(pairs)
    assert found.table.to_dict("index") == {
        "East": {
            "registered": 96,
            "living": 102,
            "lives_here": 90,
            "lives_elsewhere": 4,
            "lives_unknown": 2,
            "lives_unmatched": 0,
            "registered_elsewhere": 7,
            "registered_unknown": 5,
            "registered_unmatched": 0,
        },
        "West": {
            "registered": 67,
            "living": 64,
            "lives_here": 60,
            "lives_elsewhere": 7,
            "lives_unknown": 0,
            "lives_unmatched": 0,
            "registered_elsewhere": 4,
            "registered_unknown": 0,
            "registered_unmatched": 0,
        },
    }
    assert found.pairs.to_dict("list") == {
        "registered": ["West", "East"],
        "living": ["East", "West"],
        "people": [7, 4],
        "registered_share": [7 / 67, 4 / 96],
        "living_share": [7 / 102, 4 / 64],
    }
    assert pairs["people"].sum() == patients["patients"].sum()
    assert found.table.attrs["population"] == "registered"
    assert (found.table.dtypes == "Int64").all()
    assert not {"no_practices", "no_residents"} & set(found.table.attrs)


def test_what_the_lists_of_one_system_cannot_tell_is_not_known_and_never_nought(patients):
    own = patients[patients["practice"] == "A1"]
    found = fp.registered_across(fp.registered_pairs(own, registered=REGISTERED, living=LIVING))
    east = found.table.loc["East"].dropna().to_dict()
    assert east == {
        "registered": 96,
        "lives_here": 90,
        "lives_elsewhere": 4,
        "lives_unknown": 2,
        "lives_unmatched": 0,
    }
    assert found.table.loc["West"].isna().all()
    assert found.pairs["living_share"].isna().all()
    assert found.pairs["registered_share"].tolist() == [4 / 96]
    assert found.table.attrs["no_practices"] == "1 footprint"


def test_residents_that_only_one_lookup_knows_leave_who_lives_elsewhere_not_known(patients):
    living = LIVING[["E01000001"]]
    few = {"registered": REGISTERED, "living": living, "unmatched": "count"}
    table = fp.registered_across(fp.registered_pairs(patients, **few)).table
    east, west = table.loc["East"], table.loc["West"]
    assert east[["registered", "lives_here", "lives_unknown", "lives_unmatched"]].tolist() == [
        96,
        90,
        2,
        4,
    ]
    assert east[["living", "registered_elsewhere", "registered_unknown"]].tolist() == [102, 7, 5]
    assert west[["registered", "lives_unmatched"]].tolist() == [67, 60]
    assert table["lives_elsewhere"].isna().all()
    assert west[["lives_here", "living", "registered_elsewhere"]].isna().all()
    assert table.attrs["no_residents"] == "1 footprint"


def test_a_link_table_of_an_atlas_gives_the_same(patients):
    known = patients[patients["where"] == "England"]
    link = known.assign(code=known["practice"].map(REGISTERED)).dropna(subset="code")
    link = link.groupby(["lsoa", "code"], as_index=False)["patients"].sum()
    link = link.rename(columns={"patients": "people"}).set_index("lsoa")
    units = pd.DataFrame({"residents": [1, 1]}, index=LIVING.index)
    names = pd.DataFrame({"name": ["East", "West"]}, index=["East", "West"])
    survey = fp.Population(name="residents", source="a survey", as_at="2020")
    atlas = fp.Atlas(
        title="Edge",
        units={"lsoa": fp.UnitTable(table=units, populations=(survey,))},
        layers={
            "reg25": fp.Layer(table=names, members={"lsoa": link}, level="system"),
            "icb25": fp.Layer(table=names, members={"lsoa": LIVING}, level="system"),
        },
    )
    found = fp.registered_across(atlas.overlap("reg25", "icb25")).table
    assert found["lives_elsewhere"].to_dict() == {"East": 4, "West": 7}
    assert found["registered_elsewhere"].to_dict() == {"East": 7, "West": 4}
    focused = atlas.focus("icb25:East").overlap("reg25", "icb25")
    with pytest.raises(OverlapError, match="The pairs of a focus lack who lives in its neighbours"):
        fp.registered_across(focused)


def test_practices_and_areas_that_are_not_known_are_refused_or_counted(patients):
    few = {"registered": REGISTERED.drop("A2"), "living": LIVING.drop("E01000002")}
    with pytest.raises(
        TableError,
        match=r"(?s)^The patients cannot all be placed: 67 patients of 1 practice are not in "
        r"registered=; they may be of another date.*'A2'\.\n"
        r".*64 patients of 1 LSOA are not in living=; they may be of another census, .* Take a "
        r"lookup that has them, or ask for unmatched='count'. They are: 'E01000002'\.$",
    ):
        fp.registered_pairs(patients, **few)
    pairs = fp.registered_pairs(patients, **few, unmatched="count")
    assert pairs.attrs["unmatched"] == (
        "67 patients of 1 practice not in registered=; 64 patients of 1 LSOA not in living="
    )
    sides = pairs.set_index("left")["people_unmatched"]
    assert sides["East"].tolist() == [0, 4 + 0]
    assert pairs.loc[pairs["left"].isna(), "people_unmatched"].tolist() == [7]
    table = fp.registered_across(pairs).table
    assert table.loc["East", ["lives_unknown", "lives_unmatched"]].tolist() == [2, 4]
    assert pairs.attrs["in_neither"] == "60 people"
    assert pairs["people"].sum() + 60 == patients["patients"].sum()
    twice = pd.concat([LIVING, LIVING])
    with pytest.raises(TableError, match="stand twice in living=: 'E01000001'"):
        fp.registered_pairs(patients, registered=REGISTERED, living=twice)
    with pytest.raises(TableError, match="no column 'patients', 'where'"):
        fp.registered_pairs(patients[["practice", "lsoa"]], registered=REGISTERED, living=LIVING)


def test_codes_of_two_sorts_and_areas_are_refused(patients, england):
    other = LIVING.map({"East": "E54000001", "West": "E54000002"})
    pairs = fp.registered_pairs(patients, registered=REGISTERED, living=other)
    with pytest.raises(OverlapError, match="No code stands on both sides: .*'East', 'West'"):
        fp.registered_across(pairs)
    pairs = england.overlap("ccg21", "sicbl22")
    pairs.attrs["method"] = "members, estimated"
    with pytest.raises(OverlapError, match="do not count registered people"):
        fp.registered_across(pairs)


def test_the_patients_of_staffordshire_add_up_across_its_edges(shared):
    folder = shared / "data"
    file = folder / "registered" / "staffordshire-patients-by-lsoa-2025-10.csv"
    patients = fp.read_patients_by_lsoa(file, as_at="2025-10-01")
    practices = fp.read_practice_map(folder / "registered" / "staffordshire-practices-2025-10.csv")
    columns = ["LSOA11CD", "SICBL22CDH", "ICB22CDH"]
    lsoas = pd.read_parquet(folder / "england" / "lsoa11.parquet", columns=columns)
    lsoas = lsoas.set_index("LSOA11CD")
    given = {"registered": practices["icb"], "living": lsoas["ICB22CDH"]}
    system = fp.registered_across(fp.registered_pairs(patients, **given, unmatched="count"))
    own = system.table.loc["QNC"]
    assert own[["registered", "lives_here", "lives_elsewhere"]].tolist() == [
        1_210_283,
        1_138_493,
        28_177,
    ]
    assert own[["lives_unknown", "lives_unmatched"]].tolist() == [1_433, 42_180]
    assert own[["living", "registered_elsewhere", "registered_unknown"]].isna().all()
    others = system.table.drop("QNC")
    assert len(others) == 41
    assert others.isna().all(axis=None)
    assert system.pairs["living_share"].isna().all()
    with pytest.raises(
        TableError, match="42,180 patients of 239 LSOAs are not in living=; .* another census"
    ):
        fp.registered_pairs(patients, **given)
    assert system.pairs["people"].sum() == 28_177
    assert system.pairs.loc[0, ["living", "people"]].tolist() == ["QJ2", 11_721]
    given = {"registered": practices["sicbl"], "living": lsoas["SICBL22CDH"]}
    parts = fp.registered_across(fp.registered_pairs(patients, **given, unmatched="count"))
    inside = parts.table[parts.table["registered"] > 0]
    assert len(inside) == 6
    assert inside["registered"].sum() == 1_210_283
    parts_of = ["lives_here", "lives_elsewhere", "lives_unknown", "lives_unmatched"]
    sums = inside[parts_of].sum(axis=1)
    assert sums.to_dict() == inside["registered"].to_dict()
    assert parts.pairs.loc[0, ["registered", "living", "people"]].tolist() == ["05G", "05W", 19_075]
