"""Which files a function's hash covers: its own and what it shares, so that a change is deployed where it matters."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.constructs.authorizer_function import AuthorizerFunction
from infra.constructs.recommender_function import RecommenderFunction
from infra.families import CATALOGUE, read_families
from infra.functions import catalogue
from tests.infra.stacks.synthesis import a_stack, a_stage, a_store, families, template_of
from tests.infra.stacks.template import Template, text

IMAGES = {CATALOGUE, *(family.name for family in families())}
RUNTIME = "layers/warmstart/python/warmstart"


def made_of(tree: Path, architecture: str = "x86_64") -> Template:
    """A stack with every function of a tree."""
    stack = a_stack()
    stage, store = a_stage(architecture=architecture), a_store(stack)
    served = read_families(tree / "functions")
    for family in (*served, catalogue(served)):
        RecommenderFunction(stack, family.name, family=family, stage=stage, bucket=store, reads=["models/*"])
    AuthorizerFunction(stack, "authorizer", stage=stage, bucket=store)
    return template_of(stack)


def hashes(tree: Path) -> dict[str, str]:
    """The hash of each function's code, and the layer's."""
    template = made_of(tree)
    codes = {name: function["Code"] for name, function in template.functions().items()}
    found = {name: text(code.get("ImageUri") or code["S3Key"]) for name, code in codes.items()}
    return {**found, "layer": text(template.one("Lambda::LayerVersion")["Content"]["S3Key"])}


def versions(template: Template) -> dict[str, str]:
    """Which version of each function its alias names."""
    return {
        template.function_name(alias["FunctionName"]["Ref"]): text(alias["FunctionVersion"])
        for alias in template.all("Lambda::Alias")
    }


def append(tree: Path, path: str, line: str = "# changed\n") -> None:
    """Make a file longer, or make one."""
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    with (tree / path).open("a") as file:
        file.write(line)


@pytest.fixture
def changed(tree: Path) -> Callable[..., set[str]]:
    """What has another hash after a change."""
    before = hashes(tree)
    assert before.keys() == {*IMAGES, "authorizer", "layer"}

    def after(*paths: str) -> set[str]:
        for path in paths:
            append(tree, path)
        return {name for name, code in hashes(tree).items() if code != before[name]}

    return after


@pytest.mark.parametrize("name", sorted(IMAGES))
def test_a_family_s_file_is_its_own(changed: Callable[..., set[str]], name: str) -> None:
    """A change in one family's folder deploys that function, and no other but those that hold its code, too."""
    others = {family.name for family in families() if name in family.beside}
    assert changed(f"functions/{name}/handler.py") == {name}
    assert changed(f"functions/{name}/new.py") == {name, *others}


def test_code_beside_a_family_is_a_part_of_its_image(tree: Path, changed: Callable[..., set[str]]) -> None:
    """Whatever is named there is covered, without its handler and what its own image installs."""
    assert changed("functions/knn/item_weights.py") == {"knn", "ranker"}
    toml = tree / "functions" / "ranker" / "family.toml"
    before = hashes(tree)
    toml.write_text(toml.read_text().replace('["factorization", "knn"]', '["factorization", "knn", "lists"]'))
    assert {name for name, code in hashes(tree).items() if code != before[name]} == {"ranker"}


@pytest.mark.parametrize(("name", "file"), [("lists", "requirements.txt"), ("factorization", "build.txt")])
def test_an_image_is_made_of_its_requirements(changed: Callable[..., set[str]], name: str, file: str) -> None:
    """What an image installs, and what compiles a part of that, is covered too."""
    assert changed(f"functions/{name}/{file}") == {name}


def test_the_authorizer_s_file_is_its_own(changed: Callable[..., set[str]]) -> None:
    """Its code has a hash apart from the layer's."""
    assert changed("functions/authorizer/policy.py") == {"authorizer"}


def test_the_layer_is_made_of_the_authorizer_s_requirements(changed: Callable[..., set[str]]) -> None:
    """New wheels make a new layer, and leave the authorizer's own code alone."""
    assert changed("functions/authorizer/requirements.txt") == {"layer"}


def test_the_runtime_is_in_the_images_and_in_the_layer(changed: Callable[..., set[str]]) -> None:
    """What all functions share deploys all of them; the authorizer gets it as its layer."""
    assert changed(f"{RUNTIME}/api.py") == {*IMAGES, "layer"}


def test_the_dockerfile_is_every_image_s(changed: Callable[..., set[str]]) -> None:
    """The one file that builds them all."""
    assert changed("functions/Dockerfile") == IMAGES


def test_what_is_not_served_changes_nothing(changed: Callable[..., set[str]]) -> None:
    """Sizes, sources of pins, compiled files and the rest of the repository are in no asset."""
    assert not changed(
        "functions/lists/family.toml",
        "functions/lists/app.py",
        "functions/lists/requirements.in",
        "functions/lists/__pycache__/scorer.cpython-312.pyc",
        f"{RUNTIME}/__pycache__/api.cpython-312.pyc",
        "functions/requirements.in",
        "functions/catalogue/page/src/main.tsx",
        "tests/test_new.py",
        "README.md",
        ".env",
    )


def test_a_new_layer_makes_a_new_version_of_the_authorizer(tree: Path) -> None:
    """The alias names a version, so a runtime that makes none would never be called."""
    before = versions(made_of(tree))
    append(tree, f"{RUNTIME}/tokens.py")
    after = versions(made_of(tree))
    assert before["authorizer"] != after["authorizer"]


def test_a_model_s_name_makes_a_new_version_and_no_new_image(tree: Path) -> None:
    """A model added to family.toml is one more name in the environment: deployed, but nothing is built."""
    toml = tree / "functions" / "lists" / "family.toml"
    images, before = hashes(tree), versions(made_of(tree))
    toml.write_text(toml.read_text().replace("models = [", 'models = ["popular_films", '))
    after = versions(made_of(tree))
    assert hashes(tree) == images
    assert {name for name, version in after.items() if version != before[name]} == {"lists", "catalogue"}
