"""GitHub's workflows: pinned, with few rights, and running what `.ci/run` runs; and what a release says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
CHANGELOG = "# Changelog\n\n## Unreleased\n\n- later\n\n## 1.2.0\n\nNew.\n\n### Mended\n\n- a\n\n## 1.1.0\n\n- old\n"


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> Path:
    """Return each workflow."""
    return Path(request.param)


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """Return a project of version 1.2.0, with its script and its changelog."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "release-notes", tmp_path / ".ci")
    return tmp_path


def test_every_action_is_a_commit(workflow: Path) -> None:
    """What is not of this repository is named by a whole hash, with its version beside it."""
    used = re.findall(r"uses: (.+)", workflow.read_text())
    assert used
    assert [one for one in used if not PINNED.fullmatch(one) and not one.startswith("./.github/workflows/")] == []


def test_one_action_is_one_commit() -> None:
    """Two workflows use the same commit of an action."""
    used = {one for path in WORKFLOWS for one in re.findall(r"uses: (.+@.+)", path.read_text())}
    assert len({one.partition("@")[0] for one in used}) == len(used)


def test_a_workflow_may_only_read(workflow: Path) -> None:
    """Nothing but the release's last job may write, every job ends, and no checkout leaves its token behind."""
    read = parsed(workflow)
    assert read["permissions"] == {"contents": "read"}
    assert "concurrency" in read
    own = {name: job for name, job in read["jobs"].items() if "steps" in job}
    assert all(job["timeout-minutes"] <= 120 for job in own.values())
    assert {name for name, job in read["jobs"].items() if "permissions" in job} <= {"release"}
    checkouts = [step for job in own.values() for step in job["steps"] if "checkout" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_a_workflow_prints_no_secret(workflow: Path) -> None:
    """No command is put together out of an expression; the one token goes to gh, by its environment."""
    read = parsed(workflow)
    steps = [step for job in read["jobs"].values() for step in job.get("steps", ())]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    assert "secrets." not in workflow.read_text()
    told = [step["run"] for step in steps if "github.token" in str(step.get("env"))]
    assert all(command.startswith("gh ") for command in told)


def test_ci_is_ours() -> None:
    """Each push and pull request runs `.ci/run` and builds the image that this does not; each week is audited."""
    ci, audit = parsed(ROOT / ".github/workflows/ci.yml"), parsed(ROOT / ".github/workflows/audit.yml")
    commands = [step["run"] for step in ci["jobs"]["run"]["steps"] if "run" in step]
    assert [command.split()[-1] for command in commands if ".ci/" in command] == [".ci/run"]
    assert "docker build --file training/spark/Dockerfile ." in commands
    assert ci[True].keys() >= {"push", "pull_request"}  # YAML 1.1 reads the key `on` as true
    assert "schedule" in audit[True]
    assert [step["run"] for step in audit["jobs"]["audit"]["steps"] if "run" in step] == ["make audit"]


def test_a_release_waits_for_all() -> None:
    """A tag is looked at first, then tested and audited, and only then released."""
    jobs = parsed(ROOT / ".github/workflows/release.yml")["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "notes": None,
        "ci": "notes",
        "audit": "notes",
        "release": ["ci", "audit"],
    }


def test_notes_are_the_section_of_the_version(released: Path) -> None:
    """Everything between its heading and the next one, smaller headings too."""
    done = notes(released, "1.2.0")
    assert (done.returncode, done.stdout) == (0, "New.\n\n### Mended\n\n- a\n")


@pytest.mark.parametrize(
    ("version", "changelog", "message"),
    [
        ("1.3.0", CHANGELOG, "the tag says 1.3.0, pyproject.toml 1.2.0"),
        ("1.2.0", "# Changelog\n\n## Unreleased\n\n- later\n", "CHANGELOG.md tells nothing under '## 1.2.0'"),
        ("1.2.0", "# Changelog\n\n## 1.2.0\n\n## 1.1.0\n\n- old\n", "CHANGELOG.md tells nothing under '## 1.2.0'"),
    ],
)
def test_without_notes_there_is_no_release(released: Path, version: str, changelog: str, message: str) -> None:
    """Another version, no section, an empty one: an error that says what to change."""
    (released / "CHANGELOG.md").write_text(changelog)
    done = notes(released, version)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr


def test_the_version_here_can_be_released() -> None:
    """The changelog tells of the version of pyproject.toml."""
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert version is not None
    assert notes(ROOT, version[1]).returncode == 0


def notes(folder: Path, version: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a project."""
    script = folder / ".ci" / "release-notes"
    return subprocess.run([sys.executable, script, version], capture_output=True, text=True, check=False)


def parsed(path: Path) -> dict[Any, Any]:
    """Read a workflow."""
    return dict(yaml.safe_load(path.read_text()))
