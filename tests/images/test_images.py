"""Each image by itself: its size, its bytecode, and what it does when only /tmp can be written."""

from pathlib import Path

import pytest

from infra.families import Family, read_families
from infra.functions import CATALOGUE, catalogue
from tests.bench.events import read_event
from tests.e2e.conftest import Commands, train_all
from tests.e2e.emulated import base_image
from tests.e2e.emulated.tools import ROOT, Missing, docker, why_not
from tests.images.image import Image, answer, build, running

pytestmark = pytest.mark.slow
FAMILIES = read_families(ROOT / "functions")
FIRST_MODEL = {family.name: family.models[0] for family in FAMILIES}


@pytest.fixture(scope="module", autouse=True)
def base() -> None:
    """See to Lambda's base image, or skip with what is missing."""
    try:
        if reason := why_not():
            raise Missing(reason)
        base_image.provide()
    except Missing as missing:
        pytest.skip(f"{missing}; then PYTEST='-m slow tests/images' make test")


@pytest.fixture(scope="module", params=[*FAMILIES, catalogue(FAMILIES)], ids=lambda family: family.name)
def image(request: pytest.FixtureRequest) -> Image:
    """Return each family's image, and the catalogue's."""
    family: Family = request.param
    return build(family)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with a version of every model."""
    commands = Commands(tmp_path_factory.mktemp("images"))
    train_all(commands, "--store", "store")
    return commands.folder / "store"


def test_it_is_no_larger_than_its_line(image: Image) -> None:
    """An image adds at most what its family.toml says to the base image."""
    assert image.added_mb <= image.family.image_mb


def test_it_holds_its_own_family_compiled(image: Image) -> None:
    """Every module has its bytecode, of no other family is there a file, and neither tests nor settings came along."""
    listed = docker("run", "--rm", "--entrypoint", "/bin/sh", image.tag, "-c", "find /var/task /opt/python -type f")
    files = [Path(line) for line in listed.splitlines()]
    compiled = {path.parent.parent / path.name.partition(".")[0] for path in files if path.suffix == ".pyc"}
    assert [path for path in files if path.suffix == ".py" and path.with_suffix("") not in compiled] == []
    others = {path.parts[4] for path in files if path.parts[:4] == ("/", "var", "task", "functions")}
    assert others - {"__init__.py", "__pycache__", image.family.name} == set()
    assert not {"tests", "pip", "setuptools"} & {part for path in files for part in path.parts}


def test_it_answers_with_one_cpu_and_a_read_only_file_system(image: Image, store: Path) -> None:
    """With nothing to write to but /tmp, it pulls its models and recommends; the catalogue lists them."""
    event = read_event(FIRST_MODEL.get(image.family.name, ""), 1)
    if image.family.name == CATALOGUE:
        event = {**event, "resource": "/{proxy+}", "path": "/models"}
    with running(image, store) as (url, _):
        got = answer(url, event)
    assert got["statusCode"] == 200, got
