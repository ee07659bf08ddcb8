"""The embedded England gives the figures that are known of England."""

from __future__ import annotations

import pandas as pd
import pytest

import footprints as fp

ENGLAND = 56_550_138
SYSTEM = "1-3 million"
COUNTS = {
    "lad21": 309, "lad23": 296, "ctyua21": 152, "ctyua23": 153, "hwb21": 152, "hwb23": 153,
    "place22": 164, "ccg21": 106, "sicbl22": 106, "stp17": 44, "stp18": 42, "stp20": 42,
    "stp21": 42, "icb22": 42, "icb26": 36, "nhser22": 7, "cauth25": 16, "cal21": 21, "amb22": 11,
    "lrf19": 38, "pcn21": 1251,
}  # fmt: skip
BANDS = [
    ("icb22", SYSTEM, (15, 26, 1)),
    ("stp17", SYSTEM, (17, 27, 0)),
    ("stp21", SYSTEM, (15, 26, 1)),
    ("icb26", SYSTEM, (11, 22, 3)),
    ("icb22", "500,000 to 3 million", (0, 41, 1)),
    ("ctyua21", "250,000 to 500,000", (56, 63, 33)),
]


def counted(found: pd.DataFrame) -> tuple[int, ...]:
    counts = found["status"].value_counts()
    return tuple(int(counts.get(status, 0)) for status in ("below", "within", "above"))


def test_every_layer_has_its_footprints(england: fp.Atlas) -> None:
    assert {key: len(england.layers[key]) for key in england.layers} == COUNTS


def test_every_layer_holds_all_of_england_or_says_how_many_it_leaves_out(
    england: fp.Atlas,
) -> None:
    overview = england.overview
    totals = overview["people"] + overview["unassigned"]
    registered = overview["population"] == "registered"
    assert (totals[~registered] == ENGLAND).all()
    assert (totals[registered] == 60_716_244).all()
    assert set(overview.index[overview["unassigned"] > 0]) == {"cauth25", "pcn21"}


@pytest.mark.parametrize(("layer", "band", "expected"), BANDS)
def test_residents_of_mid_2020_against_the_bands(
    england: fp.Atlas, layer: str, band: str, expected: tuple[int, int, int]
) -> None:
    found = fp.population_bands(england.people(layer)["residents"], band)
    assert counted(found) == expected


def test_the_one_system_above_the_band_is_432_people_over(england: fp.Atlas) -> None:
    found = fp.population_bands(england.people("icb22")["residents"], SYSTEM)
    above = found[found["status"] == "above"]
    assert list(above.index) == ["E54000050"]
    assert (above["people"].item(), above["distance"].item()) == (3_000_432, 432)


def test_networks_on_registered_patients(england: fp.Atlas) -> None:
    people = england.people("pcn21")["registered"]
    bands = fp.band_set("nhs-2019")
    assert counted(fp.population_bands(people, bands["neighbourhood"])) == (100, 704, 447)
    assert people.sum() == 60_311_131


def test_patients_of_practices_in_no_network_are_counted_apart(england: fp.Atlas) -> None:
    left_out = england.unassigned("pcn21")
    assert left_out["registered"].sum() == 405_113
    assert len(left_out) == 30
    assert "U" not in england.layers["pcn21"].index


def test_a_network_in_two_commissioners_is_one_footprint_with_all_its_patients(
    england: fp.Atlas,
) -> None:
    rows = england.membership[england.membership["units"] == "pcn_parts"]
    pairs = rows.pivot(index="unit", columns="layer", values="code").dropna(subset="pcn21")
    commissioners = pairs.groupby("pcn21")["ccg21"].nunique()
    systems = pairs.groupby("pcn21")["stp21"].nunique()
    assert ((commissioners > 1).sum(), (systems > 1).sum()) == (10, 3)
    assert commissioners["U12169"] == 2
    assert england.people("pcn21").loc["U12169", "registered"] == 61_187 + 3_625


@pytest.mark.parametrize(
    ("ods_code", "code", "name"),
    [
        ("Y56", "E40000003", "London"),
        ("Y58", "E40000006", "South West"),
        ("Y59", "E40000005", "South East"),
        ("y60", "E40000011", "Midlands"),
        ("Y61", "E40000007", "East of England"),
        ("Y62", "E40000010", "North West"),
        ("Y63", "E40000012", "North East and Yorkshire"),
    ],
)
def test_nhs_regions_are_found_by_their_ods_codes(
    england: fp.Atlas, ods_code: str, code: str, name: str
) -> None:
    assert england.find(ods_code) == ("nhser22", code)
    assert england.layers["nhser22"].loc[code, "name"] == name


def test_a_layer_in_two_unit_tables_has_both_populations(england: fp.Atlas) -> None:
    people = england.people("stp21")
    assert list(people.columns) == ["residents", "registered"]
    assert people.sum().tolist() == [ENGLAND, 60_716_244]
    assert people.attrs["registered"] == "registered, NHS Digital QOF list sizes, 2020/21"


def test_places_are_the_parts_of_authorities_inside_one_icb(england: fp.Atlas) -> None:
    places = england.layers["place22"]
    assert places.loc["E10000006+E54000050", "name"] == "Cumbria in North East and North Cumbria"
    assert places.loc["E06000001+E54000050", "name"] == "Hartlepool"
    assert england.overview.loc["place22", "note"].startswith("a stand-in")


def test_health_and_wellbeing_boards_are_those_of_upper_tier_authorities(
    england: fp.Atlas,
) -> None:
    for year in ("21", "23"):
        boards, authorities = england.people(f"hwb{year}"), england.people(f"ctyua{year}")
        pd.testing.assert_frame_equal(boards, authorities, check_flags=False)


def test_what_is_less_than_published_says_so(england: fp.Atlas) -> None:
    rows = england.membership
    weak = rows[rows["evidence"] != "published"]
    assert set(weak["layer"]) == {"amb22"}
    assert weak["evidence"].astype("str").value_counts().to_dict() == {
        "inferred": 6,
        "uncertain": 1,
    }
    assert weak.set_index("unit")["evidence"]["E07000163-1"] == "uncertain"


def test_every_population_has_a_source_and_a_date(england: fp.Atlas) -> None:
    populations = england.populations
    assert populations["people"].tolist() == [ENGLAND, 60_716_244]
    assert populations["source"].str.len().min() > 0
    assert populations["as_at"].tolist() == ["2020-06-30", "2020/21"]


def test_areas_come_from_the_units_own_column(england: fp.Atlas) -> None:
    units = england.units["england"]
    assert 13.0e10 < units["area_m2"].sum() < 13.1e10
    assert units["area_m2"].gt(0).all()


def test_the_default_check_judges_the_newest_layer_of_each_level(england: fp.Atlas) -> None:
    report = fp.check(england)
    columns = ["below", "within", "above"]
    assert report.in_bands[columns].to_numpy().tolist() == [
        [100, 704, 447],
        [66, 65, 33],
        [11, 22, 3],
    ]
    assert list(report.in_bands.index) == ["pcn21", "place22", "icb26"]
    assert report.ok
    assert set(report.findings["status"]) == {"pass", "warn"}


def test_every_finding_carries_population_source_and_date(england: fp.Atlas) -> None:
    findings = fp.check(england).findings
    columns = ["people", "population", "population_date", "population_source", "source"]
    assert findings[columns].notna().all(axis=None)
