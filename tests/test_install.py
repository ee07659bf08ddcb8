"""The data reach users of a wheel, of an editable install and of a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

CODE = """
import footprints
from footprints.read import data_folder
print(footprints.__file__)
print(data_folder())
print(footprints.load_example().people("icb22")["residents"].sum())
"""


def start(folders: list[Path], away: Path) -> list[str]:
    """Load the example in a fresh Python that finds footprints in the folders given."""
    path = os.pathsep.join(str(folder) for folder in folders)
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=away,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def build(kind: str, target: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Build a wheel of the checkout without any network, and unpack it."""
    import hatchling.build

    monkeypatch.chdir(ROOT)
    name = getattr(hatchling.build, kind)(str(target))
    with zipfile.ZipFile(target / name) as wheel:
        wheel.extractall(target / "unpacked")
    return target / "unpacked"


def test_a_checkout_finds_its_data(tmp_path: Path) -> None:
    module, data, people = start([ROOT / "src"], tmp_path)
    assert Path(module) == ROOT / "src" / "footprints" / "__init__.py"
    assert Path(data) == ROOT / "data"
    assert people == "56550138"


def test_a_wheel_brings_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = build("build_wheel", tmp_path, monkeypatch)
    module, data, people = start([unpacked], tmp_path)
    assert Path(module) == unpacked / "footprints" / "__init__.py"
    assert Path(data) == unpacked / "footprints" / "data"
    assert people == "56550138"
    for folder in ("england", "bands", "changes"):
        names = {file.name for file in (unpacked / "footprints" / "data" / folder).iterdir()}
        assert names == {file.name for file in (ROOT / "data" / folder).iterdir()}
    assert (unpacked / "footprints" / "py.typed").is_file()


def test_an_editable_install_finds_the_data_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = build("build_editable", tmp_path, monkeypatch)
    (link,) = unpacked.glob("*.pth")
    folders = [unpacked, *map(Path, link.read_text(encoding="utf-8").split())]
    module, data, people = start(folders, tmp_path)
    assert Path(module) == ROOT / "src" / "footprints" / "__init__.py"
    assert Path(data) == ROOT / "data"
    assert people == "56550138"


def test_an_installation_without_its_data_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from footprints.errors import FootprintsError
    from footprints.read import bundled

    monkeypatch.setattr(bundled, "__file__", str(ROOT / "tests" / "read" / "bundled.py"))
    with pytest.raises(FootprintsError, match="lacks its data. Install it again"):
        bundled.data_folder()
