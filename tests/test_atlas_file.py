"""An atlas file: what it may say, everything wrong with it at once, and a first draft of one."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from conftest import squares

import footprints as fp
from footprints import cli
from footprints.errors import FileError, FootprintsError, TableError
from footprints.read.init import draft_atlas

DESIGN = """
title = "England, July 2022"

[units.lsoa11]
file = "lsoa11.parquet"             # anything GDAL, pandas or GeoPandas reads; relative to this file
code = "LSOA11CD"
name = "LSOA11NM"
people = { residents = { column = "pop_mid2020", source = "ONS mid-2020 estimates", as_at = 2020-06-30 } }

[layers.icb22]
level = "system"
members = { lsoa11 = "ICB22CD" }    # the column of the units that lists each one's footprint
names = { lsoa11 = "ICB22NM" }      # or a file with code and name
boundaries = { file = "england.gpkg", layer = "ICB22" }   # optional lines

[layers.lad21]
level = "district"
members = { lsoa11 = "LAD21CD" }

[layers.place]
level = "place"
members = { lad21 = { file = "places.csv", code = "LAD21CD", footprint = "place" } }   # made of another layer

[checks]
bands = { set = "nhs-2019", system = ["icb22"], place = ["place"] }
nest = [["lad21", "icb22"], ["place", "icb22"]]
coterminous = [["icb22", "lad21"]]
cover = ["icb22"]
severity = { coverage = "fail", nesting = "warn" }

[[exceptions]]
check = "population-band"
layer = "icb22"
code = "E54000034"
reason = "Frimley: agreed as a small system"
until = 2027-03-31
"""


# Four units of England's 32,844 look cut short, as they are.
pytestmark = pytest.mark.filterwarnings("ignore:.*looks cut short:footprints.FootprintsWarning")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay out the files that the sample of an atlas file names."""
    units = squares(
        LSOA11NM=["Ash", "Beech", "Cedar", "Dogwood"],
        pop_mid2020=[300_000, 400_000, 500_000, 600_000],
        ICB22CD=["E54000034", "E54000034", "E54000050", "E54000050"],
        ICB22NM=["Frimley", "Frimley", "North East", "North East"],
        LAD21CD=["E07000001", "E07000001", "E07000002", "E07000003"],
    ).rename_axis("LSOA11CD")
    units.index = [f"E0100000{n}" for n in range(1, 5)]
    units = units.rename_axis("LSOA11CD").reset_index()
    units.to_parquet(tmp_path / "lsoa11.parquet")
    icb = units.dissolve("ICB22CD").reset_index()[["ICB22CD", "ICB22NM", "geometry"]]
    icb.to_file(tmp_path / "england.gpkg", layer="ICB22")
    (tmp_path / "places.csv").write_text(
        "LAD21CD,place\nE07000001,Vale\nE07000002,Hill\nE07000003,Hill\n", encoding="utf-8"
    )
    (tmp_path / "atlas.toml").write_text(DESIGN, encoding="utf-8")
    return tmp_path


def change(folder: Path, *swaps: tuple[str, str]) -> Path:
    """Change the atlas file of a folder."""
    file = folder / "atlas.toml"
    text = file.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return file


GENERALISED = [
    ('code = "LSOA11CD"', 'code = "LSOA11CD"\nresolution = "BSC"'),
    ('layer = "ICB22" }', 'layer = "ICB22", resolution = "BGC" }'),
]


def test_units_and_lines_say_how_far_they_were_generalised(folder: Path) -> None:
    atlas = fp.read_atlas(change(folder, *GENERALISED))
    assert atlas.units["lsoa11"].attrs["resolution"] == "BSC"
    assert atlas.layers["icb22"].attrs["resolution"] == "BGC"
    for table in (atlas.units["lsoa11"], atlas.layers["icb22"]):
        assert table.attrs["accuracy_m"] == "0"
    found = fp.cross_check(atlas, "icb22").table.attrs
    assert (found["resolution"], found["units_resolution"]) == ("BGC", "BSC")
    assert found["metres"] == "200"
    fp.write_atlas(atlas, folder / "kept.gpkg")
    kept = fp.cross_check(fp.read_atlas(folder / "kept.gpkg"), "icb22").table.attrs
    assert kept == found


def test_lines_in_degrees_keep_how_exactly_they_were_transformed(folder: Path) -> None:
    for file, layer in (("lsoa11.parquet", None), ("england.gpkg", "ICB22")):
        read = gpd.read_parquet if layer is None else gpd.read_file
        table = read(folder / file, **({} if layer is None else {"layer": layer})).to_crs(4326)
        if layer is None:
            table.to_parquet(folder / file)
        else:
            table.to_file(folder / file, layer=layer)
    atlas = fp.read_atlas(change(folder, *GENERALISED))
    assert float(atlas.units["lsoa11"].attrs["accuracy_m"]) > 0
    found = fp.cross_check(atlas, "icb22").table.attrs
    assert found["accuracy_m"] == atlas.layers["icb22"].attrs["accuracy_m"]


def test_a_resolution_that_there_is_not_is_refused_with_those_that_there_are(
    folder: Path,
) -> None:
    wrong = [(old, new.replace("BSC", "coarse").replace("BGC", "500")) for old, new in GENERALISED]
    with pytest.raises(TableError) as caught:
        fp.read_atlas(change(folder, *wrong))
    for place, said in (("units.lsoa11", "coarse"), ("layers.icb22.boundaries", "500")):
        words = rf"at '{place}.resolution' \(Input should be 'BUC', 'BSC', .*'{said}'"
        assert caught.match(words)


def test_a_table_without_lines_has_no_resolution(folder: Path) -> None:
    table = gpd.read_parquet(folder / "lsoa11.parquet")
    pd.DataFrame(table.drop(columns="geometry")).to_csv(folder / "lsoa11_BGC.csv", index=False)
    assert fp.read_layer(folder / "lsoa11_BGC.csv").attrs["resolution"] == ""
    swap = ('file = "lsoa11.parquet" ', 'file = "lsoa11_BGC.csv" ')
    with pytest.raises(TableError, match="'lsoa11_BGC.csv' has no lines: leave resolution= out"):
        fp.read_atlas(change(folder, swap, *GENERALISED))


def test_the_sample_of_the_design_is_an_atlas(folder: Path) -> None:
    atlas = fp.read_atlas(folder / "atlas.toml")
    assert atlas.title == "England, July 2022"
    assert atlas.people("icb22")["residents"].to_dict() == {
        "E54000034": 700_000,
        "E54000050": 1_100_000,
    }
    assert atlas.people("place")["residents"].to_dict() == {"Vale": 700_000, "Hill": 1_100_000}
    assert atlas.layers["icb22"]["name"].tolist() == ["Frimley", "North East"]
    assert atlas.layers["lad21"]["name"].isna().all()
    assert atlas.layers["icb22"].area.tolist() == [2e6, 2e6]
    assert atlas.overview["level"].to_dict() == {
        "icb22": "system",
        "lad21": "district",
        "place": "place",
    }
    assert str(atlas.population("icb22")) == "residents, ONS mid-2020 estimates, 2020-06-30"


def test_it_remembers_each_file_with_its_hash_and_rows(folder: Path) -> None:
    origins = fp.read_atlas(folder / "atlas.toml").provenance
    assert origins["file"].to_dict() == {
        "units.lsoa11": "lsoa11.parquet",
        "layers.icb22.boundaries": "england.gpkg",
        "layers.place.members.lad21": "places.csv",
    }
    assert origins.loc["units.lsoa11", "rows"] == 4
    assert origins["sha256"].str.len().eq(64).all()
    assert not origins.map(lambda cell: str(folder) in str(cell)).any(axis=None)


def test_what_is_asked_of_it_is_kept_and_followed(folder: Path) -> None:
    atlas = fp.read_atlas(folder / "atlas.toml")
    assert atlas.checks.nest == (("lad21", "icb22"), ("place", "icb22"))
    assert atlas.checks.severity == (("coverage", "fail"), ("nesting", "warn"))
    (agreed,) = atlas.checks.agreed
    assert (agreed.code, agreed.until) == ("E54000034", "2027-03-31")
    assert list(fp.check(atlas).in_bands.index) == ["icb22", "place"]


def test_bands_of_its_own_are_found_beside_it(folder: Path) -> None:
    (folder / "ours.toml").write_text(
        "title = 'Ours'\nas_at = 2026\nsource = 'us'\n[levels.place]\nlower = 5\n[levels.system]\nlower = 5\nupper = 9\n",
        encoding="utf-8",
    )
    file = change(folder, ('set = "nhs-2019"', 'set = "ours.toml"'))
    report = fp.check(fp.read_atlas(file))
    assert report.bands.name == "ours"
    assert report.in_bands.loc["icb22", "above"] == 2


def test_a_link_table_counts_its_own_people(folder: Path) -> None:
    (folder / "links.csv").write_text(
        'LSOA11CD,PCN,patients\nE01000001,U00001,"1,200"\nE01000001,U00002,300\n'
        "E01000002,U00002,900\n",
        encoding="utf-8",
    )
    file = change(
        folder,
        (
            "[checks]",
            """[layers.pcn22]
members = { lsoa11 = { file = "links.csv", code = "LSOA11CD", footprint = "PCN", people = "patients" } }
people = { registered = { column = "patients", source = "NHS Digital", as_at = "2022" } }
covers = false
[checks]""",
        ),
    )
    people = fp.read_atlas(file).people("pcn22")
    assert people["registered"].to_dict() == {"U00001": 1_200, "U00002": 1_200}
    assert people.attrs["registered"] == "registered, NHS Digital, 2022"


def test_people_come_from_another_file_joined_on_code(folder: Path) -> None:
    (folder / "people.csv").write_text(
        "LSOA11CD,age,n\n" + "".join(f"E0100000{i},{a},{i}\n" for i in range(1, 5) for a in "xy"),
        encoding="utf-8",
    )
    said = 'column = "n", file = "people.csv", sum_rows = true, source = "us", as_at = "2021"'
    file = change(folder, ("people = {", f"people = {{ patients = {{ {said} }},"))
    atlas = fp.read_atlas(file)
    assert atlas.people("icb22")["patients"].to_dict() == {"E54000034": 6, "E54000050": 14}
    assert list(atlas.people("icb22").columns) == ["patients", "residents"]


def test_a_column_said_to_be_sensitive_is_never_echoed(folder: Path) -> None:
    rows = "".join(f"E0100000{n},secret{n}\n" for n in range(1, 5))
    (folder / "people.csv").write_text("LSOA11CD,n\n" + rows, encoding="utf-8")
    said = 'column = "n", file = "people.csv", sensitive = true, source = "us", as_at = "2021"'
    file = change(folder, ("people = {", f"people = {{ patients = {{ {said} }},"))
    with pytest.raises(TableError, match="people in 'n'.*rows? 2") as caught:
        fp.read_atlas(file)
    assert "secret" not in str(caught.value)


def test_lines_of_other_nations_can_be_kept_out(folder: Path) -> None:
    layer = gpd.read_file(folder / "england.gpkg", layer="ICB22")
    wales = layer.iloc[[0]].assign(
        ICB22CD="W11000028", geometry=layer.geometry.translate(9e4).iloc[0]
    )
    pd.concat([layer, wales]).to_file(folder / "england.gpkg", layer="ICB22")
    with pytest.raises(TableError, match="lines without a single unit .*: 'W11000028'"):
        fp.read_atlas(folder / "atlas.toml")
    file = change(folder, ('layer = "ICB22" }', 'layer = "ICB22", nation = "E" }'))
    assert len(fp.read_atlas(file).layers["icb22"]) == 2


def test_names_come_from_a_file(folder: Path) -> None:
    (folder / "names.csv").write_text(
        "cd,nm,ods\nE07000001,West,\nE07000002,Mid,X1\nE07000003,East,X2\n", encoding="utf-8"
    )
    file = change(
        folder,
        (
            'members = { lsoa11 = "LAD21CD" }',
            (
                'members = { lsoa11 = "LAD21CD" }\n'
                'names = { file = "names.csv", code = "cd", name = "nm", ods_code = "ods" }'
            ),
        ),
    )
    layer = fp.read_atlas(file).layers["lad21"]
    assert layer["name"].to_dict() == {
        "E07000001": "West",
        "E07000002": "Mid",
        "E07000003": "East",
    }
    assert layer["ods_code"].fillna("").tolist() == ["", "X1", "X2"]


ODS = ('names = { lsoa11 = "ICB22NM" }', 'ods_codes = { lsoa11 = "ICB22CDH" }')


def with_ods_codes(folder: Path, *codes: str | None) -> None:
    """Give the units of a folder the ODS codes of their systems."""
    units = gpd.read_parquet(folder / "lsoa11.parquet")
    units.assign(ICB22CDH=list(codes)).to_parquet(folder / "lsoa11.parquet")


def test_ods_codes_come_from_a_column_of_the_units(folder: Path) -> None:
    with_ods_codes(folder, "QNQ", "QNQ", "QHM", "QHM")
    atlas = fp.read_atlas(change(folder, (ODS[0], f"{ODS[0]}\n{ODS[1]}")))
    table = atlas.layers["icb22"]
    assert table["ods_code"].to_dict() == {"E54000034": "QNQ", "E54000050": "QHM"}
    assert table.loc["E54000034", "name"] == "Frimley"
    assert atlas.focus("QNQ").focused.code == "E54000034"
    fp.write_atlas(atlas, folder / "kept.gpkg")
    assert fp.read_atlas(folder / "kept.gpkg").find("qhm") == ("icb22", "E54000050")


def test_ods_codes_that_cannot_be_used_are_named(folder: Path) -> None:
    with_ods_codes(folder, "QNQ", "QHM", "QHM", None)
    with pytest.raises(
        TableError, match="several ODS codes in layers.icb22.ods_codes to: 'E540000"
    ):
        fp.read_atlas(change(folder, (ODS[0], f"{ODS[0]}\n{ODS[1]}")))
    with pytest.raises(
        TableError, match="'layers.icb22.ods_codes' what it does not declare: 'lso'"
    ):
        fp.read_atlas(change(folder, ("ods_codes = { lsoa11", "ods_codes = { lso")))
    both = 'names = { file = "n.csv", ods_code = "o" }'
    file = change(folder, (ODS[0], both), ("ods_codes = { lso", "ods_codes = { lsoa11"))
    with pytest.raises(TableError, match="ODS codes from two places, .* in: 'layers.icb22'. Keep"):
        fp.read_atlas(file)


def test_ods_codes_of_a_layer_that_a_file_lists_cannot_be_those_of_units(folder: Path) -> None:
    place = 'footprint = "place" } }'
    file = change(folder, (place, f'{place}\nods_codes = {{ lsoa11 = "ICB22NM" }}'))
    with pytest.raises(
        TableError, match="takes ODS codes in layers.place.ods_codes from units that"
    ):
        fp.read_atlas(file)


FAULTS = {
    "an unknown key": (
        ('code = "LSOA11CD"', 'cod = "LSOA11CD"'),
        "unknown key: 'units.lsoa11.cod'. Allowed there: .*'people'",
    ),
    "an unknown key in people": (
        ('column = "pop_mid2020"', 'colum = "x", column = "pop_mid2020"'),
        "unknown key: 'units.lsoa11.people.residents.colum'. Allowed there: 'column', 'source'",
    ),
    "an unknown key in a list of members": (
        ('footprint = "place"', 'footprint = "place", foot = 1'),
        "unknown key: 'layers.place.members.lad21.foot'. Allowed there: 'file', 'code'",
    ),
    "an unknown key at the top": (("[checks]", "[chekcs]"), "unknown key: 'chekcs'"),
    "a key that is missing": (
        ('source = "ONS mid-2020 estimates", ', ""),
        "lacks the key: 'units.lsoa11.people.residents.source'",
    ),
    "a value of the wrong type": (
        ('level = "system"', "level = 7"),
        "cannot be used at 'layers.icb22.level' .*string.: '7'",
    ),
    "a severity that is none": (
        ('coverage = "fail"', 'coverage = "explode"'),
        "cannot be used at 'checks.severity.coverage' .*'warn' or 'fail'.: 'explode'",
    ),
    "a date that is none": (("until = 2027-03-31", 'until = "soon"'), "'exceptions, the 1st: until'"),
    "a layer that is not declared": (
        ('cover = ["icb22"]', 'cover = ["icb23"]'),
        "names in 'checks.cover' what it does not declare: 'icb23'. Declared: 'icb22', 'lad21'",
    ),
    "a layer to check besides that is not declared": (
        ('cover = ["icb22"]', 'also = ["icb23"]'),
        "names in 'checks.also' what it does not declare: 'icb23'. Declared: 'icb22', 'lad21'",
    ),
    "an exception for a layer that is not declared": (
        ('layer = "icb22"\ncode', 'layer = "icb29"\ncode'),
        "names in 'exceptions' what it does not declare: 'icb29'",
    ),
    "units that are not declared": (
        ('lsoa11 = "LAD21CD"', 'lsoa21 = "LAD21CD"'),
        "'layers.lad21.members' what it does not declare: 'lsoa21'",
    ),
    "a column named for a layer": (
        ('{ lad21 = { file = "places.csv", code = "LAD21CD", footprint = "place" } }',
         '{ lad21 = "place" }'),
        "names a column in 'layers.place.members' for what is no table of units: 'lad21'",
    ),
    "a set of bands that is not there": (
        ('set = "nhs-2019"', 'set = "nhs-2091"'),
        "checks.bands.set: There is no set of bands 'nhs-2091'",
    ),
    "a file that is not there": (
        ("lsoa11.parquet", "lsoa12.parquet"),
        "units.lsoa11: 'lsoa12.parquet'",
    ),
    "a lookup that is not there": (("places.csv", "spaces.csv"), "members.lad21: 'spaces.csv'"),
    "a layer of a file that is not there": (
        ('layer = "ICB22" }', 'layer = "ICB23" }'),
        "layers.icb22.boundaries: There is no layer 'ICB23'",
    ),
    "a column that is not there": (
        ('lsoa11 = "LAD21CD"', 'lsoa11 = "LAD21"'),
        "asks in layers.lad21.members.lsoa11 for columns that are not there: 'LAD21'. There is",
    ),
    "a column of a lookup that is not there": (
        ('footprint = "place"', 'footprint = "area"'),
        "asks in layers.place.members.lad21 for columns that are not there: 'area'",
    ),
    "a column of people that is not there": (
        ("pop_mid2020", "pop_mid2021"),
        "asks in units.lsoa11.people.residents for columns that are not there: 'pop_mid2021'",
    ),
    "a column of another year": (
        ("[layers.lad21]", "[layers.lad23]"),
        "asks in layers.lad23.members.lsoa11 for a column of 2021, and the layer is of 2023",
    ),
    "a column of another kind": (
        ('lsoa11 = "LAD21CD"', 'lsoa11 = "ICB22CD"'),
        "layers.lad21.members.lsoa11 for a column of the kind 'icb', and the layer is 'lad'",
    ),
    "a check that there is none of": (
        ('check = "population-band"', 'check = "population-bnad"'),
        "names in 'exceptions' what it does not declare: 'population-bnad'. Declared: 'population",
    ),
    "a severity of a check that there is none of": (
        ('coverage = "fail"', 'banana = "fail"'),
        "names in 'checks.severity' what it does not declare: 'banana'",
    ),
    "a level without a band": (
        ('place = ["place"] }', 'plaec = ["place"] }'),
        "levels without a band: 'plaec'. The set 'nhs-2019' has 'neighbourhood', 'place', 'system'",
    ),
    "a layer under another level": (
        ('place = ["place"] }', 'neighbourhood = ["place"] }'),
        "asks in checks.bands.neighbourhood for layers of another level: 'place .place.'",
    ),
    "a population called as a column": (
        ("people = { residents", "people = { LAD21CD"),
        "calls populations in units.lsoa11 as a column is called: 'LAD21CD'",
    ),
    "a population called name": (
        ("people = { residents", "people = { name"),
        "calls populations in units.lsoa11 as a column is called: 'name'",
    ),
    "an area that is none": (
        ('name = "LSOA11NM"', 'name = "LSOA11NM"\narea_m2 = "LAD21CD"'),
        "has no area in units.lsoa11.area_m2 for: 'E01000001', 'E01000002'",
    ),
    "a file of another computer": (
        ("lsoa11.parquet", "//server/share/lsoa11.parquet"),
        "units.lsoa11: An atlas file cannot name a file of another computer",
    ),
    "an address": (("lsoa11.parquet", "https://example.org/a.parquet"), "address"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_named_with_its_key(folder: Path, fault: str) -> None:
    swap, message = FAULTS[fault]
    file = change(folder, swap)
    if fault == "a column of another year":
        change(folder, ('"lad21"', '"lad23"'), ("{ lad21 =", "{ lad23 ="))
    with pytest.raises(TableError, match=message) as caught:
        fp.read_atlas(file)
    assert str(folder) not in str(caught.value)


def test_everything_wrong_is_named_at_once(folder: Path) -> None:
    file = change(
        folder,
        ("places.csv", "spaces.csv"),
        ("pop_mid2020", "pop_mid2021"),
        ('layer = "ICB22" }', 'layer = "ICB23" }'),
    )
    with pytest.raises(TableError) as caught:
        fp.read_atlas(file)
    for part in ("spaces.csv", "pop_mid2021", "ICB23"):
        assert part in str(caught.value)


def test_populations_are_each_read_from_the_file_as_it_stands(folder: Path) -> None:
    units = gpd.read_parquet(folder / "lsoa11.parquet").assign(old=[9, 9, 9, 9])
    units.to_parquet(folder / "lsoa11.parquet")
    more = 'old = { column = "old", source = "us", as_at = "2001" },'
    file = change(folder, ("people = {", f"people = {{ {more}"))
    people = fp.read_atlas(file).people("icb22")
    assert people["old"].tolist() == [18, 18]
    assert people["residents"].tolist() == [700_000, 1_100_000]


LINKS = """[layers.pcn22]
members = { lsoa11 = { file = "l.csv", code = "LSOA11CD", footprint = "PCN", people = "n" } }
people = { registered = { column = "n", source = "NHS", as_at = "2022", sensitive = true } }
covers = false
[checks]"""
LINK_FAULTS = {
    "a blank footprint": ("E01000001,,400\n", "without a code or a footprint, rows .*: '3'"),
    "a blank code": (",U2,77\n", "without a code or a footprint, rows of the file: '3'"),
    "people that are none": ("E01000002,U1,secret\n", "people in 'n'"),
}


@pytest.mark.parametrize("fault", LINK_FAULTS)
def test_rows_of_a_link_table_are_used_or_named(folder: Path, fault: str) -> None:
    row, message = LINK_FAULTS[fault]
    text = "LSOA11CD,PCN,n\nE01000001,U1,3\n" + row
    (folder / "l.csv").write_text(text, encoding="utf-8")
    file = change(folder, ("[checks]", LINKS))
    with pytest.raises(TableError, match=message) as caught:
        fp.read_atlas(file)
    assert "secret" not in str(caught.value)


def test_people_of_a_link_table_are_those_that_its_members_count(folder: Path) -> None:
    (folder / "l.csv").write_text("LSOA11CD,PCN,n\nE01000001,U1,3\n", encoding="utf-8")
    file = change(folder, ("[checks]", LINKS.replace('column = "n"', 'column = "size"')))
    with pytest.raises(TableError, match="another column than its members do: 'size'.*'n'"):
        fp.read_atlas(file)


def test_files_of_a_wider_area_can_be_used_for_a_part(folder: Path) -> None:
    names = "E07000001,West\nE07000002,Mid\nE07000003,East\nE07000099,Elsewhere\n"
    (folder / "names.csv").write_text("code,name\n" + names, encoding="utf-8")
    layer = gpd.read_file(folder / "england.gpkg", layer="ICB22")
    other = layer.iloc[[0]].assign(ICB22CD="E54000099", geometry=layer.translate(9e4).iloc[[0]])
    pd.concat([layer, other]).to_file(folder / "england.gpkg", layer="ICB22")
    file = change(
        folder,
        ('{ lsoa11 = "LAD21CD" }', '{ lsoa11 = "LAD21CD" }\nnames = { file = "names.csv" }'),
    )
    with pytest.raises(TableError, match="without a single unit .*'E54000099'.*wider = true"):
        fp.read_atlas(file)
    change(folder, ('layer = "ICB22" }', 'layer = "ICB22", wider = true }'))
    atlas = fp.read_atlas(file)
    assert len(atlas.layers["icb22"]) == 2
    assert atlas.layers["lad21"]["name"].tolist() == ["West", "Mid", "East"]


def test_a_stored_atlas_is_read_by_the_same_name(folder: Path) -> None:
    atlas = fp.read_atlas(folder / "atlas.toml")
    for name in ("stored.gpkg", "stored"):
        back = fp.read_atlas(fp.write_atlas(atlas, folder / name))
        assert back.people("place").equals(atlas.people("place"))
        assert back.checks == atlas.checks


def test_bands_of_its_own_are_stored_with_an_atlas(folder: Path) -> None:
    (folder / "ours.toml").write_text(
        "title = 'Ours'\nas_at = 2026\nsource = 'us'\n[levels.place]\nlower = 5\n[levels.system]\nlower = 5\nupper = 9\n",
        encoding="utf-8",
    )
    atlas = fp.read_atlas(change(folder, ('set = "nhs-2019"', 'set = "ours.toml"')))
    back = fp.read_atlas(fp.write_atlas(atlas, folder / "stored"))
    assert repr(back.checks.bands) == repr(atlas.checks.bands)
    assert back.checks.bands["system"] == fp.Band(lower=5, upper=9)


CODES = {
    "a unit in no footprint": ("E07000003,Hill\n", "", "1 units, 'E01000004'.*covers = false"),
    "a district that is not there": ("E07000003,Hill", "E07000009,Hill", "lacks: 'E07000009'"),
    "a district listed twice": (
        "E07000003,Hill\n",
        "E07000003,Hill\nE07000003,Vale\n",
        "footprints of 'lad21' twice in the layer 'place': 'E07000003'",
    ),
}


@pytest.mark.parametrize("fault", CODES)
def test_codes_that_only_one_side_knows_are_named(folder: Path, fault: str) -> None:
    old, new, message = CODES[fault]
    lookup = folder / "places.csv"
    lookup.write_text(lookup.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(TableError, match=message):
        fp.read_atlas(folder / "atlas.toml")


def test_lines_that_belong_to_nobody_are_named(folder: Path) -> None:
    layer = gpd.read_file(folder / "england.gpkg", layer="ICB22")
    layer.loc[0, "ICB22CD"] = "E54000099"
    layer.to_file(folder / "england.gpkg", layer="ICB22")
    with pytest.raises(TableError) as caught:
        fp.read_atlas(folder / "atlas.toml")
    assert caught.match("has no lines for footprints in layers.icb22.boundaries: 'E54000034'")
    assert caught.match("has lines without a single unit .*: 'E54000099'")


def test_two_names_for_one_code_are_refused(folder: Path) -> None:
    units = gpd.read_parquet(folder / "lsoa11.parquet")
    units.loc[0, "ICB22NM"] = "Frimly"
    units.to_parquet(folder / "lsoa11.parquet")
    with pytest.raises(TableError, match="several names in layers.icb22.names to: 'E54000034'"):
        fp.read_atlas(folder / "atlas.toml")


@pytest.mark.parametrize("text", ["title = ", "[[", "\x00"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "atlas.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match="The atlas file 'atlas.toml' cannot be read"):
        fp.read_atlas(tmp_path / "atlas.toml")


def test_paths_may_hold_spaces_and_letters_of_any_script(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "Zwölf Ämter \u5730\u56fe"
    shutil.copytree(folder, other, ignore=shutil.ignore_patterns("Zw*"))
    (other / "places.csv").rename(other / "Orte \u5730.csv")
    file = change(other, ("places.csv", "Orte \u5730.csv"))
    assert fp.read_atlas(file).people("place")["residents"].sum() == 1_800_000


def filled(text: str) -> str:
    """Fill in what a draft leaves to its user."""
    return text.replace('"?"', '"a survey of 2020"')


def test_a_draft_can_be_read_once_it_is_filled_in(folder: Path) -> None:
    (folder / "atlas.toml").unlink()
    text = draft_atlas([folder], folder=folder)
    for part in (
        "[units.lsoa11]",
        'file = "lsoa11.parquet"',
        "[layers.icb22]",
        'names = { lsoa11 = "ICB22NM" }',
        'boundaries = { file = "england.gpkg", layer = "ICB22" }',
        'source = "?"',
        'members = { lad21 = { file = "places.csv", code = "LAD21CD", footprint = "place" } }',
    ):
        assert part in text
    (folder / "draft.toml").write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match="filled in at: .*residents.source', .*as_at'. Say whose"):
        fp.read_atlas(folder / "draft.toml")
    (folder / "draft.toml").write_text(filled(text), encoding="utf-8")
    atlas = fp.read_atlas(folder / "draft.toml")
    assert atlas.people("icb22")["residents"].sum() == 1_800_000
    assert atlas.overview.loc["lad21", "level"] == "district"


def test_a_draft_finds_layers_in_a_lookup_and_what_must_be_said_of_lines(tmp_path: Path) -> None:
    codes = ["E01000001", "E01000002"]
    people = pd.DataFrame({"LSOA21CD": codes, "residents": ["1,000", "2,000"]})
    people.to_csv(tmp_path / "people.csv", index=False)
    lookup = pd.DataFrame({"LSOA21CD": codes, "LAD23CD": ["E07000001"] * 2})
    lookup["ICB23CD"] = ["E54000034"] * 2
    lookup.to_csv(tmp_path / "lookup.csv", index=False)
    text = draft_atlas([tmp_path], folder=tmp_path)
    said = '{ file = "lookup.csv", code = "LSOA21CD", footprint = "LAD23CD" }'
    assert f"members = {{ lsoa21 = {said} }}" in text
    (tmp_path / "atlas.toml").write_text(filled(text), encoding="utf-8")
    atlas = fp.read_atlas(tmp_path / "atlas.toml")
    assert atlas.people("icb23")["residents"].tolist() == [3_000]


def test_a_draft_of_nothing_with_codes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(FootprintsError, match="None of the files has a column of codes"):
        draft_atlas([tmp_path / "a.csv"], folder=tmp_path)


def test_the_command_writes_a_draft_and_checks_an_atlas(folder: Path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    assert cli.main(["init", "lsoa11.parquet", "england.gpkg", "-o", "mine.toml"]) == 0
    assert "Before it can be used:" in capsys.readouterr().out
    file = Path("mine.toml")
    file.write_text(filled(file.read_text(encoding="utf-8")), encoding="utf-8")
    assert cli.main(["check", "--atlas", "mine.toml"]) == 0
    out = capsys.readouterr().out
    assert "700,000" in out
    assert "icb22" in out
    assert cli.main(["init", "lsoa11.parquet", "-o", "mine.toml"]) == 2
    assert "'mine.toml' is there already" in capsys.readouterr().err
    assert cli.main(["describe", "--atlas", "none.toml"]) == 2
    assert "The atlas file 'none.toml' cannot be read" in capsys.readouterr().err


def test_england_by_lsoa_gives_what_the_embedded_england_gives(
    shared: Path, tmp_path: Path, england: fp.Atlas
) -> None:
    shutil.copy(shared / "data" / "england" / "lsoa11.parquet", tmp_path)
    text = draft_atlas([tmp_path / "lsoa11.parquet"], folder=tmp_path)
    (tmp_path / "atlas.toml").write_text(filled(text), encoding="utf-8")
    with pytest.warns(fp.FootprintsWarning, match="'E01019828'"):
        atlas = fp.read_atlas(tmp_path / "atlas.toml")
    assert len(atlas.units["lsoa11"]) == 32_844
    common = [key for key in england.layers if key in list(atlas.layers)]
    assert len(common) == 17
    for key in common:
        ours, theirs = atlas.people(key), england.people(key)
        pd.testing.assert_series_equal(
            ours["residents"].sort_index(), theirs["residents"].sort_index(), check_names=False
        )
        for band in ("1-3m", "250-500,000", "30-50k"):
            mine = fp.population_bands(ours["residents"], band)["status"].value_counts()
            embedded = fp.population_bands(theirs["residents"], band)["status"].value_counts()
            assert mine.to_dict() == embedded.to_dict()
