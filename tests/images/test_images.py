"""Each image by itself: its size, its bytecode, and what it does when only /tmp can be written."""

import json
import re
from collections import Counter
from csv import DictReader
from pathlib import Path
from typing import Any

import pytest

from infra.families import CATALOGUE, read_families
from tests.bench.events import read_event
from tests.e2e.conftest import Commands, small_store
from tests.e2e.emulated import base_image
from tests.e2e.emulated.tools import ROOT, docker, skip_without_docker
from tests.images.image import Image, answer, build_all, running
from warmstart.ann import FILE as INDEX

pytestmark = pytest.mark.slow
FAMILIES = read_families(ROOT / "functions")
NAMES = [*(family.name for family in FAMILIES), CATALOGUE]
COMPILERS = ("cc", "c++", "gcc", "g++", "clang", "zig")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Image]:
    """Return every image, or skip with what is missing."""
    skip_without_docker(base_image.provide, "tests/images")
    return {image.family.name: image for image in build_all(tmp_path_factory.mktemp("images") / "cdk.out")}


@pytest.fixture(scope="module", params=NAMES)
def image(request: pytest.FixtureRequest, built: dict[str, Image]) -> Image:
    """Return each family's image, and the catalogue's."""
    return built[request.param]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with a version of every model."""
    return small_store(tmp_path_factory, "images").folder / "store"


def test_it_is_no_larger_than_its_line(image: Image) -> None:
    """An image adds at most what its family.toml says to the base image."""
    assert image.added_mb <= image.family.image_mb


def test_it_holds_its_own_family_compiled(image: Image) -> None:
    """Every module has its bytecode, of other families only code beside it is there, and no tests or settings."""
    listed = docker("run", "--rm", "--entrypoint", "/bin/sh", image.tag, "-c", "find /var/task /opt/python -type f")
    files = [Path(line) for line in listed.splitlines()]
    compiled = {path.parent.parent / path.name.partition(".")[0] for path in files if path.suffix == ".pyc"}
    assert [path for path in files if path.suffix == ".py" and path.with_suffix("") not in compiled] == []
    others = {path.parts[4] for path in files if path.parts[:4] == ("/", "var", "task", "functions")}
    assert others == {"__init__.py", "__pycache__", image.family.name, *image.family.beside}
    handlers = {path.parent.name for path in files if path.name == "handler.py" and path.parts[3] == "functions"}
    assert handlers == {image.family.name}
    assert not {"tests", "pip", "setuptools"} & {part for path in files for part in path.parts}
    assert not {".toml", ".in", ".txt"} & {path.suffix for path in files if path.is_relative_to("/var/task")}


def test_it_holds_what_its_family_pins(image: Image) -> None:
    """Every distribution of its requirements.txt is in it, none beside them, and nothing that compiles."""
    pins = (ROOT / "functions" / image.family.name / "requirements.txt").read_text()
    pinned = {f"{name.replace('-', '_')}-{version}" for name, version in re.findall(r"^([\w.-]+)==(\S+)", pins, re.M)}
    compilers = f"for name in {' '.join(COMPILERS)}; do command -v $name; done; true"
    listing = f"basename -s .dist-info -a /opt/python/*.dist-info; {compilers}"
    listed = docker("run", "--rm", "--entrypoint", "/bin/sh", image.tag, "-c", listing)
    assert {line.replace("-", "_", line.count("-") - 1).lower() for line in listed.split()} == pinned


def test_it_answers_with_one_cpu_and_a_read_only_file_system(image: Image, store: Path) -> None:
    """With nothing to write to but /tmp, it pulls its models and recommends; the catalogue lists them."""
    event = read_event(image.family.models[0], 1)
    if image.family.name == CATALOGUE:
        event = {**event, "resource": "/{proxy+}", "path": "/models"}
    with running(image, store) as (url, _):
        got = answer(url, event)
    assert got["statusCode"] == 200, got


def test_the_catalogue_holds_the_explorer(built: dict[str, Image], store: Path) -> None:
    """It answers the page and every file that this names, to whoever has no token; the sources are not in it."""
    image = built[CATALOGUE]
    with running(image, store) as (url, _):
        page = answer(url, open_event("/explore"))
        files = re.findall(r'(?:src|href)="(explore/assets/[^"]+)"', page["body"])
        got = [answer(url, open_event(f"/{file}")) for file in files]
    assert page["headers"]["content-type"].startswith("text/html")
    assert {Path(file).suffix for file in files} == {".js", ".css"}
    assert [each["statusCode"] for each in (page, *got)] == [200] * (1 + len(files))
    listed = docker("run", "--rm", "--entrypoint", "/bin/sh", image.tag, "-c", "find /var/task/functions/catalogue")
    assert not {"page", "src", "node_modules"} & {part for line in listed.splitlines() for part in Path(line).parts}


def test_it_searches_an_index_that_training_wrote(built: dict[str, Image], store: Path) -> None:
    """The factorization image answers from a version with HNSW what this machine's Python answers from it."""
    commands = Commands(store.parent)
    recipe = (ROOT / "training" / "recipes" / "kion.toml").read_text()
    (store.parent / "hnsw.toml").write_text(recipe.replace("[models.als]", '[models.als]\nsearch = "hnsw"'))
    trained = commands.json("train", "--recipe", "hnsw.toml", "--store", "approximate", "--models", "als")
    version = trained["trained"][0]["version"]
    commands.json("promote", "als", version, "--store", "approximate", "--force", "--reason", "for the test")
    assert list(store.parent.glob(f"approximate/**/{version}/{INDEX}")) != []
    user = _most_active(store.parent / "data" / "kion" / "interactions.csv")
    expected = commands.json("recommend", "als", str(user), "--store", "approximate")["recommendations"][0]
    with running(built["factorization"], store.parent / "approximate") as (url, _):
        got = json.loads(answer(url, read_event("als", user))["body"])
    assert (got["version"], got["source"]) == (version, "model")
    assert got["items"] == [item["item_id"] for item in expected["items"]]


def open_event(path: str) -> dict[str, Any]:
    """Return an event of somebody without a token."""
    event = read_event("", 0)
    event["requestContext"].pop("authorizer")
    return {**event, "resource": "/{proxy+}", "path": path}


def _most_active(table: Path) -> int:
    with table.open() as rows:
        return int(Counter(row["user_id"] for row in DictReader(rows)).most_common(1)[0][0])
