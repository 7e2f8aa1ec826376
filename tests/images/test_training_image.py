"""The training image, built as a deploy builds it, run as SageMaker runs it: over a real /opt/ml, killed, resumed."""

import time
from pathlib import Path

import pytest

from tests.e2e.emulated.assets import build, images, synthesize
from tests.e2e.emulated.tools import docker, run, skip_without_docker
from tests.images import training_base
from tests.training.sagemaker.tree import JOB, ONE_THREAD, Tree, board_tree, hashes, manifest_of, trained_here

pytestmark = pytest.mark.slow
TAG = "warmstart-training"
STORE = "/opt/ml/store"  # beside what SageMaker has there, so that it outlives the container
MODELS = "[models.popular]\n[models.als]\nfactors = 4\niterations = 3\n[models.item_knn]\n"
SECONDS = 120
CPUS = "1"
SLOW = "0.3"  # so that it is still in the middle when Docker comes to stopping it


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the built image, or skip with what is missing."""
    skip_without_docker(training_base.provide, "tests/images")
    assembly = synthesize("dev", tmp_path_factory.mktemp("training") / "cdk.out", training_image="plain")
    (asset,) = [one for one in images(assembly) if one["source"]["dockerFile"].endswith("sagemaker/Dockerfile")]
    build(assembly, asset, TAG)
    return TAG


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that the command has trained into, on this machine."""
    return trained_here(tmp_path_factory.mktemp("here"), MODELS)


def started(image: str, tree: Tree, cpus: str = CPUS) -> str:
    """Start a container over a tree; return its id."""
    variables = [f"--env={name}={value}" for name, value in {"TRAINING_JOB_NAME": JOB, **ONE_THREAD}.items()]
    limits = [f"--cpus={cpus}", "--network=none", f"--volume={tree.root}:/opt/ml"]
    return docker("run", "--detach", *limits, *variables, image, "train").strip()


def ended(container: str) -> tuple[int, str]:
    """Wait for a container's end; return its exit code and what it said."""
    code = int(docker("wait", container))
    said = run("docker", "logs", container, merged=True)
    docker("rm", "--force", container)
    return code, said


def wait_for(line: str, container: str) -> None:
    """Wait until a container has said something."""
    until = time.monotonic() + SECONDS
    while line not in (said := run("docker", "logs", container, merged=True)):
        assert time.monotonic() < until, said
        time.sleep(0.02)


def test_it_publishes_what_this_machine_would(image: str, here: Path, tmp_path: Path) -> None:
    """The same seed and one thread: the files of every version have the same hashes."""
    tree = board_tree(tmp_path, MODELS, store=STORE)
    code, said = ended(started(image, tree))
    assert (code, tree.failure) == (0, None), said
    assert hashes(tree.root / "store") == hashes(here)
    assert manifest_of(tree.root / "store", "als").trained_on == {"job": JOB}


@pytest.mark.parametrize(("signal", "code"), [("TERM", 143), ("KILL", 137)])
def test_it_goes_on_where_it_was_stopped(image: str, here: Path, tmp_path: Path, signal: str, code: int) -> None:
    """By SIGTERM or at once, in the middle: the next container ends with the same files, and no version twice."""
    tree = board_tree(tmp_path, MODELS, store=STORE)
    container = started(image, tree, SLOW)
    wait_for("als: fitting", container)
    docker("kill", f"--signal={signal}", container)
    assert ended(container)[0] == code
    assert tree.failure is None
    assert "item_knn" not in hashes(tree.root / "store")
    code, said = ended(started(image, tree))
    assert code == 0, said
    assert "popular: " in said
    assert "is published already" in said
    assert hashes(tree.root / "store") == hashes(here)
    assert len([*tree.root.glob("store/models/popular/versions/*/manifest.json")]) == 1


def test_it_says_why_it_fails(image: str, tmp_path: Path) -> None:
    """Exit 1, with the reason where SageMaker shows it."""
    tree = board_tree(tmp_path)
    tree.write("hyperparameters", {"store": STORE, "models": "als"})
    code, said = ended(started(image, tree))
    assert code == 1, said
    assert tree.failure is not None
    assert "has no model als" in tree.failure


def test_it_holds_what_trains_and_no_tests(image: str) -> None:
    """What it was built with stays behind, and so do the page's sources."""
    listed = docker("run", "--rm", image, "find", "/opt", "-type", "d").splitlines()
    assert not {"tests", "node_modules"} & {part for line in listed for part in Path(line).parts}
    assert {f"/opt/warmstart/{name}" for name in ("training", "functions", "infra")} <= {*listed}
    assert not {"/opt/python/pybind11", "/opt/warmstart/functions/catalogue/page"} & {*listed}
