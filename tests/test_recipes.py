"""The recipes do what they say: a moved district fails the action, the pipeline and the hook."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT
from reports import read_xml

if TYPE_CHECKING:
    from pathlib import Path

yaml = pytest.importorskip("yaml")

ATLAS = """
title = "Vale ##[error]planted ##vso[task.complete result=Failed]"

[units.lsoa21]
file = "lookup.csv"
code = "LSOA21CD"
people = { residents = { column = "people", source = "a survey", as_at = 2020-06-30 } }

[layers.lad23]
members = { lsoa21 = "LAD23CD" }

[layers.icb23]
members = { lsoa21 = "ICB23CD" }

[checks]
nest = [["lad23", "icb23"]]
severity = { nesting = "fail" }
"""
HEAD = "LSOA21CD,people,LAD23CD,ICB23CD"
ROWS = [
    "E01000001,900000,E07000001,E54000001",
    "E01000002,300000,E07000002,E54000001",
    "E01000003,800000,E07000003,E54000002",
    "E01000004,400000,E07000003,E54000002",
]
MOVED = [*ROWS[:3], ROWS[3].replace("E54000002", "E54000001")]
needs_network = pytest.mark.skipif(
    os.environ.get("FOOTPRINTS_NETWORK") != "1",
    reason="installs footprints with all it needs: set FOOTPRINTS_NETWORK=1",
)


@pytest.fixture(autouse=True)
def command_that_writes() -> None:
    """Skip where the command has no formats to write: it cannot start then."""
    pytest.importorskip("footprints.report.writing")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with an atlas that passes, and beside it the command as installed."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "atlas.toml").write_text(ATLAS, encoding="utf-8")
    lookup(folder, ROWS)
    command = tmp_path / "footprints" / "bin" / "footprints"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m footprints "$@"\n')
    command.chmod(0o755)
    return folder


def lookup(folder: Path, rows: list[str]) -> None:
    (folder / "lookup.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")


def run(
    script: str, folder: Path, *, path: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a step as the runner of GitHub does."""
    found = os.pathsep.join([*([str(path)] if path else []), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],  # noqa: S607
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PATH": found, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def action() -> dict[str, dict[str, object]]:
    described = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert described["runs"]["using"] == "composite"
    steps = {step["name"]: step for step in described["runs"]["steps"]}
    # What an input holds must reach bash as a variable: inside the script it would be run.
    assert not [step for step in steps.values() if "${{" in step["run"]]
    values = {text for step in steps.values() for text in step.get("env", {}).values()}
    assert values == {f"${{{{ inputs.{name} }}}}" for name in described["inputs"]}
    return steps


def checked(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    given = {"RUNNER_TEMP": str(folder.parent), "ATLAS": "atlas.toml", "ARGS": "", **env}
    return run(action()["Check footprints"]["run"], folder, **given)


def test_the_action_passes_an_atlas_that_is_well_and_fails_one_with_a_moved_district(
    place: Path,
) -> None:
    summary = place.parent / "summary.md"
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    well = checked(place, **env)
    assert well.returncode == 0
    # A note may stand there, such as that a lookup holds few of England's areas.
    assert all(line.startswith("Note: ") for line in well.stderr.splitlines())
    assert "::error" not in well.stdout
    lookup(place, MOVED)
    moved = checked(place, **env)
    assert moved.returncode == 1
    (error,) = [line for line in moved.stdout.splitlines() if line.startswith("::error")]
    assert error.startswith("::error title=nesting%3A E07000003::E07000003 reaches")
    assert "##[" not in moved.stdout
    assert summary.read_text(encoding="utf-8").count("## Vale") == 2


def test_arguments_of_the_action_are_words_and_nothing_of_them_is_run(place: Path) -> None:
    done = checked(place, ARGS="--worst 1\n-o findings.xml\n--marking $(touch${IFS}planted)")
    assert done.returncode == 0, done.stderr
    root = read_xml((place / "findings.xml").read_bytes())
    marks = [node.get("value") for node in root.iter("property") if node.get("name") == "marking"]
    assert set(marks) == {"$(touch${IFS}planted)"}
    assert not (place / "planted").exists()


def test_the_action_checks_the_embedded_england_without_an_atlas(place: Path) -> None:
    done = checked(place, ATLAS="")
    assert done.returncode == 0, done.stderr
    assert "England" in done.stdout


def test_the_action_ends_with_2_where_the_atlas_cannot_be_read(place: Path) -> None:
    done = checked(place, ATLAS="nowhere.toml")
    assert done.returncode == 2
    assert "nowhere.toml" in done.stderr


@needs_network
def test_the_action_installs_the_command(tmp_path: Path) -> None:
    env = {"RUNNER_TEMP": str(tmp_path), "GITHUB_ACTION_PATH": str(ROOT), "PYTHONPATH": ""}
    done = run(action()["Install footprints"]["run"], tmp_path, **env)
    assert done.returncode == 0, done.stderr
    assert checked(tmp_path / "footprints", ATLAS="", **env).returncode == 0


def test_the_pipeline_of_azure_writes_tests_and_fails_with_a_moved_district(place: Path) -> None:
    text = (ROOT / "recipes" / "azure-pipelines.yml").read_text(encoding="utf-8")
    pipeline = yaml.safe_load(text)
    (script,) = [step["bash"] for step in pipeline["steps"] if "check" in step.get("bash", "")]
    (published,) = [step for step in pipeline["steps"] if "Publish" in step.get("task", "")]
    variables = {name.upper(): value for name, value in pipeline["variables"].items()}
    failures = []
    for rows in (ROWS, MOVED):
        lookup(place, rows)
        done = run(script, place, path=place.parent / "footprints" / "bin", **variables)
        assert "##" not in done.stdout
        found = place / published["inputs"]["testResultsFiles"]
        failed = read_xml(found.read_bytes()).get("failures")
        failures.append((done.returncode, failed))
        assert (place / "findings.xlsx").is_file()
    assert failures == [(0, "0"), (1, "1")]


def git(folder: Path, *words: str) -> None:
    name = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    command = ["git", *name, *words]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)


def hook(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run pre-commit over what is staged, in a home of its own."""
    pytest.importorskip("pre_commit")
    home = {"PRE_COMMIT_HOME": str(place.parent / "home"), "PYTHONPATH": str(ROOT / "src")}
    path = os.pathsep.join([str(place.parent / "footprints" / "bin"), os.environ["PATH"]])
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *words],
        cwd=place,
        env={**os.environ, **home, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_hook_stops_a_commit_with_a_moved_district(place: Path) -> None:
    (described,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert described["language"] == "python"
    # As it would be installed, but with the command that is here.
    here = {**described, "language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [here]}]}
    git(place, "init", "-q")
    (place / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    git(place, "add", ".")
    well = hook(place, "run", "footprints-check")
    assert (well.returncode, "Passed" in well.stdout) == (0, True), well.stdout
    git(place, "commit", "-qm", "An atlas")
    (place / "letter.txt").write_text("dear", encoding="utf-8")
    git(place, "add", ".")
    assert "Skipped" in hook(place, "run", "footprints-check").stdout
    lookup(place, MOVED)
    git(place, "add", ".")
    moved = hook(place, "run", "footprints-check")
    assert moved.returncode == 1
    assert "- exit code: 1" in moved.stdout
    assert "E07000003" in moved.stdout


@needs_network
def test_the_hook_installs_itself(place: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not here")
    source = place.parent / "source"
    git(place, "clone", "-q", str(ROOT), str(source))
    git(place, "init", "-q")
    lookup(place, MOVED)
    git(place, "add", ".")
    done = hook(place, "try-repo", str(source), "footprints-check")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "E07000003" in done.stdout
    lookup(place, ROWS)
    git(place, "add", ".")
    done = hook(place, "try-repo", str(source), "footprints-check")
    assert done.returncode == 0, done.stdout + done.stderr
